//! The settings file, a TOML file that is read at startup. If there is none, the defaults apply.

use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};
use serde::Deserialize;

use crate::app::capture::is_take;
use crate::app::interviewer::Voice;
use crate::files::read_text;

/// The user's settings.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The name or path of the speech model to use; `None` for the default model.
    pub model: Option<String>,
    /// Whether `model` may be a file that is none of the known models.
    pub trust_model: bool,
    /// Names and jargon that the transcript should spell correctly, such as a company or a product.
    pub vocabulary: Vec<String>,
    /// The user's own words and phrases to count as fillers wherever they occur.
    pub fillers: Vec<String>,
    /// Whether the user stutters; if so, repeated, prolonged and blocked sounds are excluded from every measure.
    pub stutter: bool,
    /// Whether the user rates each answer before its report is shown.
    pub myself_first: bool,
    /// The voice that asks the questions; `None` for the default voice.
    pub voice: Option<Voice>,
}

/// The error for a settings file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file exists but cannot be read.
    #[error("the settings file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The file is invalid.
    #[error("the settings file {} is not right: {reason}", path.display())]
    Invalid {
        /// The path of the file.
        path: PathBuf,
        /// The reason, with the line in the file.
        reason: String,
    },
}

/// The files and folders that hold the user's data.
#[derive(Debug, Clone, PartialEq)]
pub struct Folders {
    /// The settings file.
    pub settings_file: PathBuf,
    /// The file with the user's own questions.
    pub questions_file: PathBuf,
    /// The file with the user's own interview formats.
    pub formats_file: PathBuf,
    /// The folder with models, recordings and the history.
    pub data: PathBuf,
}

impl Folders {
    /// Returns the default folder for recordings.
    pub fn recordings(&self) -> PathBuf {
        self.data.join("recordings")
    }

    /// Returns whether a file is in the recordings folder and has the name of a take.
    pub fn is_recording(&self, path: &Path) -> bool {
        let (file, folder) = (path.canonicalize(), self.recordings().canonicalize());
        matches!((file, folder), (Ok(file), Ok(folder)) if file.starts_with(&folder) && is_take(&file))
    }
}

/// Returns the paths of the user's files and folders, by the conventions of the operating system (on Linux,
/// `XDG_CONFIG_HOME` and `XDG_DATA_HOME`); `None` if the user has no home folder.
pub fn folders() -> Option<Folders> {
    let strategy = choose_base_strategy().ok()?;
    Some(Folders {
        settings_file: strategy.config_dir().join("aloud").join("settings.toml"),
        questions_file: strategy.config_dir().join("aloud").join("questions.toml"),
        formats_file: strategy.config_dir().join("aloud").join("formats.toml"),
        data: strategy.data_dir().join("aloud"),
    })
}

impl Settings {
    /// Reads the settings file; returns the defaults if there is none.
    ///
    /// # Errors
    /// Returns an error if the file exists but cannot be read, or has entries that aloud does not know.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let text = match read_text(path) {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(Self::default()),
            Err(source) => return Err(SettingsError::Unreadable { path: path.to_path_buf(), source }),
        };
        toml::from_str(&text)
            .map_err(|e| SettingsError::Invalid { path: path.to_path_buf(), reason: toml_fault(&text, &e) })
    }
}

/// Formats a TOML error on one line, with the number of the line in the file.
pub(super) fn toml_fault(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|span| 1 + text[..span.start].matches('\n').count());
    let place = line.map_or(String::new(), |line| format!("line {line}: "));
    format!("{place}{}", error.message().replace('\n', " "))
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
        std::fs::write(&path, "voice = \"none\"\n").unwrap();
        assert_eq!(Settings::load(&path).unwrap().voice, Some(Voice::None));
        std::fs::write(&path, "voice = \"robot\"\n").unwrap();
        let message = Settings::load(&path).unwrap_err().to_string();
        assert!(message.contains("robot") && message.contains("woman"), "{message}");
        std::fs::write(&path, "vocabulary = []\nmodle = \"x\"\n").unwrap();
        let message = Settings::load(&path).unwrap_err().to_string();
        assert!(message.contains("line 2") && message.contains("modle"), "{message}");
    }
}
