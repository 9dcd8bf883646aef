//! One kept answer, as lists and charts need it: everything but the report itself.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::measures::Measures;
use crate::files::hex;
use crate::question::{Question, QuestionKind};
use crate::report::Report;
use crate::score::PartName;

/// What its report does not say about an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Occasion {
    /// Who spoke; `None` for the person at this machine.
    pub speaker: Option<String>,
    /// When the answer was given, to the minute.
    pub answered_at: Timestamp,
    /// Whether aloud made the recording itself, so that deleting the answer may delete it too.
    pub recorded_here: bool,
}

impl Occasion {
    /// A saved file's: given when the file was last changed, since a recorder leaves it alone after the last word. Where
    /// that is unknown or makes no sense (before 2000, in the future), given `now`.
    pub fn of_file(path: &Path, speaker: Option<String>, now: Timestamp) -> Self {
        let changed = std::fs::metadata(path).and_then(|m| m.modified()).ok();
        let changed = changed.and_then(|time| Timestamp::try_from(time).ok());
        let sensible = changed.filter(|time| time.as_second() > YEAR_2000 && *time <= now);
        Self { speaker, answered_at: to_the_minute(sensible.unwrap_or(now)), recorded_here: false }
    }
}

/// 2000-01-01 in seconds since 1970: files with an earlier date come from a clock that was never set.
const YEAR_2000: i64 = 946_684_800;

/// A time without its seconds: nobody remembers them, and answers of the same minute stay in the order they were kept.
pub fn to_the_minute(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second().div_euclid(60) * 60).unwrap_or(time)
}

/// The question an answer was given to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Its short name; `None` for a question that was typed in.
    pub id: Option<String>,
    /// As the interviewer asks it.
    pub text: String,
    /// What sort of answer it asks for.
    pub kind: Option<QuestionKind>,
}

impl From<&Question> for Asked {
    fn from(question: &Question) -> Self {
        Self { id: question.id.clone(), text: question.text.clone(), kind: question.kind.clone() }
    }
}

impl Asked {
    /// Its identity among questions: its short name, or its text.
    pub fn key(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.text)
    }
}

/// The points of one part of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartPoints {
    /// The part.
    pub name: PartName,
    /// Points won.
    pub points: f64,
    /// Points there are.
    pub out_of: f64,
}

/// The points of all parts of a score, as the store has them. They are unpacked when somebody asks: a list of ten
/// thousand answers does not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parts(pub(super) String);

impl Parts {
    /// Of a report's score.
    pub fn of(report: &Report) -> Self {
        let points = |p: &crate::score::Part| PartPoints { name: p.name.clone(), points: p.points, out_of: p.out_of };
        Self::from(report.score.parts.iter().map(points).collect::<Vec<_>>())
    }

    /// Each part, in the order of the report; none where they cannot be read.
    pub fn points(&self) -> Vec<PartPoints> {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl From<Vec<PartPoints>> for Parts {
    fn from(parts: Vec<PartPoints>) -> Self {
        Self(serde_json::to_string(&parts).expect("points have a form in JSON"))
    }
}

impl Serialize for Parts {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        // As it is stored: unpacking and packing ten thousand would be most of the work of a list.
        match RawValue::from_string(self.0.clone()) {
            Ok(kept) => kept.serialize(to),
            Err(_) => Vec::<PartPoints>::new().serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from).map(Self::from)
    }
}

/// One kept answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attempt {
    /// Its number, which is never given to another answer.
    pub id: i64,
    /// When the answer was given, to the minute.
    pub answered_at: Timestamp,
    /// Who spoke; `None` for the person at this machine.
    pub speaker: Option<String>,
    /// What was asked.
    pub question: Option<Asked>,
    /// Where the recording lies, as far as is known.
    pub path: PathBuf,
    /// Whether aloud made the recording itself.
    pub recorded_here: bool,
    /// The identity of the recording: the SHA-256 of the file.
    pub sha256: String,
    /// Whether the transcript was edited by hand.
    #[serde(rename = "mended")]
    pub is_edited: bool,
    /// The version of the rubric that scored it.
    pub rubric: String,
    /// The measures that are followed over time.
    #[serde(flatten)]
    pub measures: Measures,
    /// The points of the parts of the score.
    pub parts: Parts,
}

/// The identity of a report's recording: the SHA-256 of its file. A report without one (nothing was read from a
/// file) is identified by a hash of its contents.
pub fn fingerprint(report: &Report) -> String {
    if let Some(sha256) = &report.recording.sha256 {
        return sha256.clone();
    }
    let told = (&report.recording.path, &report.transcript, &report.story);
    let json = serde_json::to_vec(&told).expect("a report has a form in JSON");
    hex(Sha256::digest(json))
}

/// The path a recording can be found by from any folder.
pub fn lasting_path(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
