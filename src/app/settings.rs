//! The settings file: what a person sets once. TOML, read at start; a missing file means the defaults.

use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};
use serde::Deserialize;

use crate::app::capture::is_take;
use crate::files::read_text;

/// What a person can set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The speech model to use, by name or path; the default one when not set.
    pub model: Option<String>,
    /// Whether `model` may be a file that aloud does not know.
    pub trust_model: bool,
    /// Names and jargon that the transcript should spell right, such as a company or a product.
    pub vocabulary: Vec<String>,
    /// Words and phrases of one's own to count as fillers wherever they occur.
    pub fillers: Vec<String>,
}

/// The settings file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It is there but cannot be read.
    #[error("the settings file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It is not what it should be.
    #[error("the settings file {} is not right: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
}

/// Where aloud keeps what belongs to the user; `None` for a user without a home.
#[derive(Debug, Clone, PartialEq)]
pub struct Folders {
    /// The settings file.
    pub settings_file: PathBuf,
    /// The user's own questions.
    pub questions_file: PathBuf,
    /// Models and recordings.
    pub data: PathBuf,
}

impl Folders {
    /// Where recordings go that the user gave no place.
    pub fn recordings(&self) -> PathBuf {
        self.data.join("recordings")
    }

    /// Whether a file lies there under a name that aloud gives to recordings.
    pub fn is_recording(&self, path: &Path) -> bool {
        let (file, folder) = (path.canonicalize(), self.recordings().canonicalize());
        matches!((file, folder), (Ok(file), Ok(folder)) if file.starts_with(&folder) && is_take(&file))
    }
}

/// The folders of this user, as the system's conventions have them (`XDG_CONFIG_HOME`, `XDG_DATA_HOME` on Linux).
pub fn folders() -> Option<Folders> {
    let strategy = choose_base_strategy().ok()?;
    Some(Folders {
        settings_file: strategy.config_dir().join("aloud").join("settings.toml"),
        questions_file: strategy.config_dir().join("aloud").join("questions.toml"),
        data: strategy.data_dir().join("aloud"),
    })
}

impl Settings {
    /// Reads the settings file; the defaults if there is none.
    ///
    /// # Errors
    /// When the file is there but unreadable, or has something in it that aloud does not know.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let text = match read_text(path) {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(Self::default()),
            Err(source) => return Err(SettingsError::Unreadable { path: path.to_path_buf(), source }),
        };
        toml::from_str(&text).map_err(|e| {
            let line = e.span().map(|span| 1 + text[..span.start].matches('\n').count());
            let place = line.map_or(String::new(), |line| format!("line {line}: "));
            let reason = format!("{place}{}", e.message().replace('\n', " "));
            SettingsError::Invalid { path: path.to_path_buf(), reason }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_settings_are_the_defaults_and_wrong_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        assert_eq!(Settings::load(&path).unwrap(), Settings::default());
        std::fs::write(&path, "vocabulary = [\"Kubernetes\"]\nmodel = \"tiny.en-q8_0\"\n").unwrap();
        assert_eq!(Settings::load(&path).unwrap().vocabulary, ["Kubernetes"]);
        std::fs::write(&path, "vocabulary = []\nmodle = \"x\"\n").unwrap();
        let message = Settings::load(&path).unwrap_err().to_string();
        assert!(message.contains("line 2") && message.contains("modle"), "{message}");
    }
}
