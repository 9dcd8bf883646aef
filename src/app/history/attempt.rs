//! A kept answer as lists and charts need it: everything but the report itself.

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

/// The facts about an answer that its report does not contain.
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
    /// Returns the occasion of a saved file. The answer is dated by the file's modification time, since a recorder does
    /// not change the file after the last word; where that time is unknown or implausible (before 2000, in the future),
    /// by `now`.
    pub fn of_file(path: &Path, speaker: Option<String>, now: Timestamp) -> Self {
        let changed = std::fs::metadata(path).and_then(|m| m.modified()).ok();
        let changed = changed.and_then(|time| Timestamp::try_from(time).ok());
        let sensible = changed.filter(|time| time.as_second() > YEAR_2000 && *time <= now);
        Self { speaker, answered_at: to_the_minute(sensible.unwrap_or(now)), recorded_here: false }
    }
}

/// 2000-01-01 in seconds since 1970: files with an earlier date come from a clock that was never set.
const YEAR_2000: i64 = 946_684_800;

/// Truncates a time to the minute: nobody remembers the seconds, and answers of the same minute stay in the order in
/// which they were kept.
pub fn to_the_minute(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second().div_euclid(60) * 60).unwrap_or(time)
}

/// The question that was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The question's id; `None` for a question that was typed in.
    pub id: Option<String>,
    /// The question as the interviewer asks it.
    pub text: String,
    /// The kind of answer that the question asks for.
    pub kind: Option<QuestionKind>,
}

impl From<&Question> for Asked {
    fn from(question: &Question) -> Self {
        Self { id: question.id.clone(), text: question.text.clone(), kind: question.kind.clone() }
    }
}

impl Asked {
    /// Returns the key that identifies the question: its id, or else its text.
    pub fn key(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.text)
    }

    /// Returns whether it is the same question: the keys are the same, small letters or capitals.
    pub fn is(&self, other: &Self) -> bool {
        self.key().eq_ignore_ascii_case(other.key())
    }
}

/// The points of one part of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartPoints {
    /// The part.
    pub name: PartName,
    /// The points won.
    pub points: f64,
    /// The points available.
    pub out_of: f64,
}

/// The points of all parts of a score, in the JSON form of the store. They are parsed only on demand, because a list of
/// ten thousand answers does not need them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parts(pub(super) String);

impl Parts {
    /// Returns the points of a report's score.
    pub fn of(report: &Report) -> Self {
        let points =
            |p: &crate::score::PartScore| PartPoints { name: p.name.clone(), points: p.points, out_of: p.out_of };
        Self::from(report.score.parts.iter().map(points).collect::<Vec<_>>())
    }

    /// Returns each part, in the order of the report; empty if they cannot be parsed.
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
        // Written in its stored form: parsing and formatting ten thousand would be most of the work of a list.
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
    /// The answer's number, which is never reused.
    pub id: i64,
    /// When the answer was given, to the minute.
    pub answered_at: Timestamp,
    /// Who spoke; `None` for the person at this machine.
    pub speaker: Option<String>,
    /// The question that was answered.
    pub question: Option<Asked>,
    /// The path of the recording, as far as is known.
    pub path: PathBuf,
    /// Whether aloud made the recording itself.
    pub recorded_here: bool,
    /// The SHA-256 of the file, which identifies the recording.
    pub sha256: String,
    /// Whether the transcript was edited by hand.
    #[serde(rename = "mended")]
    pub is_edited: bool,
    /// The version of the rubric that scored the answer.
    pub rubric: String,
    /// The measures that are tracked over time.
    #[serde(flatten)]
    pub measures: Measures,
    /// The points of the parts of the score.
    pub parts: Parts,
}

/// Returns the identity of a report's recording: the SHA-256 of its file. A report without one (not read from a file)
/// is identified by a hash of its contents.
pub fn fingerprint(report: &Report) -> String {
    if let Some(sha256) = &report.recording.sha256 {
        return sha256.clone();
    }
    let told = (&report.recording.path, &report.transcript, &report.story);
    let json = serde_json::to_vec(&told).expect("a report has a form in JSON");
    hex(Sha256::digest(json))
}

/// Returns the path in a form that is valid from any folder.
pub fn lasting_path(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
