//! How interviews by phone, by video, face to face and before a panel differ: the kinds of questions, the length of
//! answers, how questions are asked, and advice.
//!
//! All formats are in one table, `formats.toml`, to which users can add.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::app::interviewer::Voice;
use crate::app::interviewer::turn::Terms;
use crate::app::settings;
use crate::app::suggest::did_you_mean;
use crate::files::read_text;
use crate::question::QuestionKind;

const BUILT_IN: &str = include_str!("formats.toml");
/// The name of the default format.
pub const DEFAULT: &str = "face-to-face";
/// The range of the factor by which target lengths are scaled.
const LENGTHS: std::ops::RangeInclusive<f64> = 0.1..=10.0;
/// The maximum preparation time and the maximum time limit, in seconds: a day.
const LONGEST_S: f64 = 86_400.0;

/// A format of interviews: a row of the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// The name of the format.
    pub name: String,
    /// The default number of questions in a session.
    pub questions: usize,
    /// The kinds of questions, in the order they are asked; the list starts over if more questions are wanted.
    pub kinds: Vec<QuestionKind>,
    /// The factor by which the target lengths of answers are scaled.
    #[serde(default = "as_it_is")]
    pub length: f64,
    /// One line of advice for the format.
    pub advice: String,
    /// Whether questions sound as over a telephone.
    #[serde(default)]
    pub telephone: bool,
    /// Whether questions are shown as well as heard.
    #[serde(default = "yes")]
    pub shown: bool,
    /// The time to prepare, in seconds.
    #[serde(default)]
    pub prepare: Option<f64>,
    /// The length at which a take is stopped, in seconds.
    #[serde(default)]
    pub limit: Option<f64>,
    /// The maximum number of takes.
    #[serde(default)]
    pub takes: Option<u32>,
    /// Whether a take can be paused.
    #[serde(default = "yes")]
    pub pauses: bool,
    /// The voices that take turns in asking; empty for the default voice.
    #[serde(default)]
    pub voices: Vec<Voice>,
}

fn as_it_is() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    format: Vec<Format>,
}

impl Format {
    /// Returns the terms of a question in this format.
    pub fn terms(&self) -> Terms {
        Terms {
            prepare: self.prepare.map(Duration::from_secs_f64),
            limit_s: self.limit,
            takes: self.takes,
            pauses: self.pauses,
            ..Terms::default()
        }
    }

    /// Returns the voice that asks the question with this index, unless the user chose one.
    pub fn voice(&self, question: usize) -> Option<Voice> {
        self.voices.get(question.checked_rem(self.voices.len())?).copied()
    }

    /// Returns what is wrong with the format, if anything.
    fn fault(&self) -> Option<String> {
        let name = &self.name;
        let is_time = |s: f64| s > 0.0 && s <= LONGEST_S;
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Some(format!("the format '{name}' needs a name of one word"));
        }
        if let Some(QuestionKind::Unknown(kind)) = self.kinds.iter().find(|k| matches!(k, QuestionKind::Unknown(_))) {
            let names = QuestionKind::names();
            let meant = did_you_mean(kind, &names);
            return Some(format!("'{kind}' is no kind of question; {meant}the kinds are: {}", names.join(", ")));
        }
        if self.questions == 0 || self.kinds.is_empty() {
            return Some(format!("'{name}' has no questions; questions and kinds say how many and which"));
        }
        let times = [self.prepare, self.limit];
        if !LENGTHS.contains(&self.length) || self.takes == Some(0) || !times.into_iter().flatten().all(is_time) {
            return Some(format!("prepare, limit and takes of '{name}' should be above 0, and length about 1"));
        }
        None
    }
}

/// Returns the built-in formats.
pub fn built_in() -> Vec<Format> {
    let table: Table = toml::from_str(BUILT_IN).expect("formats.toml is part of the program and tested");
    table.format
}

/// Returns all formats: the built-in ones, then the user's own. A user's format replaces a built-in one of the same
/// name.
///
/// # Errors
/// Returns an error if the user's file cannot be read or is invalid.
pub fn all() -> Result<Vec<Format>, OwnFormatsError> {
    let mut all = built_in();
    for format in settings::folders().map_or(Ok(Vec::new()), |folders| own(&folders.formats_file))? {
        match all.iter_mut().find(|known| known.name == format.name) {
            Some(same) => *same = format,
            None => all.push(format),
        }
    }
    Ok(all)
}

/// Reads the user's own formats from a file; returns none if there is no such file.
///
/// # Errors
/// Returns an error if the file exists but cannot be read or is invalid.
fn own(path: &Path) -> Result<Vec<Format>, OwnFormatsError> {
    let wrong = |reason: String| OwnFormatsError { path: path.to_path_buf(), reason };
    let Some(text) = read_text(path).map_err(|e| wrong(e.to_string()))? else { return Ok(Vec::new()) };
    let table: Table = toml::from_str(&text).map_err(|e| {
        let line = e.span().map(|span| 1 + text[..span.start].matches('\n').count());
        let place = line.map_or(String::new(), |line| format!("line {line}: "));
        wrong(format!("{place}{}", e.message().replace('\n', " ")))
    })?;
    match table.format.iter().find_map(Format::fault) {
        Some(fault) => Err(wrong(fault)),
        None => Ok(table.format),
    }
}

/// Returns the format with this name.
///
/// # Errors
/// Returns an error if there is none.
pub fn named(name: &str, known: &[Format]) -> Result<Format, UnknownFormat> {
    let names: Vec<&str> = known.iter().map(|format| format.name.as_str()).collect();
    let found = known.iter().find(|format| format.name == name).cloned();
    found.ok_or_else(|| UnknownFormat {
        name: name.to_string(),
        meant: did_you_mean(name, &names),
        known: names.join(", "),
    })
}

/// The error for a file of own formats that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("your own formats in {} are not right: {reason}", path.display())]
pub struct OwnFormatsError {
    path: PathBuf,
    /// The reason, and where in the file.
    reason: String,
}

/// The error for the name of an unknown format.
#[derive(Debug, thiserror::Error)]
#[error("there is no format called '{name}'; {meant}the formats are: {known}")]
pub struct UnknownFormat {
    name: String,
    /// The suggestion of a similar name; empty if there is none.
    meant: String,
    known: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_sound_and_named_once() {
        let formats = built_in();
        let mut names: Vec<&str> = formats.iter().map(|f| f.name.as_str()).collect();
        assert!(names.contains(&DEFAULT));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names, ["face-to-face", "one-way", "panel", "phone", "video"]);
        for format in &formats {
            assert_eq!(format.fault(), None);
        }
        let one_way = named("one-way", &formats).unwrap().terms();
        assert_eq!(
            (one_way.prepare, one_way.limit_s, one_way.takes),
            (Some(Duration::from_secs(30)), Some(120.0), Some(1))
        );
        let panel = named("panel", &formats).unwrap();
        assert_eq!([0, 1, 2].map(|i| panel.voice(i)), [Some(Voice::Woman), Some(Voice::Man), Some(Voice::Woman)]);
        assert_eq!(named("phone", &formats).unwrap().voice(3), None);
        let unknown = named("fone", &formats).unwrap_err().to_string();
        assert!(unknown.contains("did you mean 'phone'?") && unknown.contains("one-way"), "{unknown}");
    }

    #[test]
    fn a_users_formats_are_read_and_what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("formats.toml");
        assert!(own(&path).unwrap().is_empty());
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        let good = "[[format]]\nname = \"quick\"\nquestions = 2\nkinds = [\"conflict\"]\nadvice = \"Be quick.\"\n";
        write(good);
        let read = own(&path).unwrap();
        assert!(read[0].shown && read[0].pauses && read[0].length == 1.0 && read[0].limit.is_none());
        for (added, said) in [
            ("limit = -5\n", "'quick'"),
            ("takes = 0\n", "'quick'"),
            ("prepare = 1e300\n", "'quick'"),
            ("voices = [\"robot\"]\n", "robot"),
            ("limits = 5\n", "line 6"),
        ] {
            write(&format!("{good}{added}"));
            let wrong = own(&path).unwrap_err().to_string();
            assert!(wrong.contains(said) && wrong.contains("formats.toml") && !wrong.contains('\n'), "{wrong}");
        }
        write(&good.replace("conflict", "konflict"));
        assert!(own(&path).unwrap_err().to_string().contains("did you mean 'conflict'?"));
    }
}
