//! The question that is answered, and its kind.

use serde::{Deserialize, Serialize};

/// A question and what is expected of its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The short name; `None` for a question that was typed in.
    pub id: Option<String>,
    /// The text as the interviewer asks it.
    pub text: String,
    /// The kind of answer that is asked for, e.g. `past-story`; `None` if unknown.
    pub kind: Option<QuestionKind>,
    /// The shortest and the longest good answer, in seconds; `None` if unknown.
    pub target_s: Option<[f64; 2]>,
}

/// The kinds of questions, by the kind of answer that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKind {
    /// A story from the past.
    PastStory,
    /// Who the speaker is at work.
    AboutYourself,
    /// Why this job, or why this candidate.
    Motivation,
    /// Something the speaker finds hard, and what they do about it.
    Weakness,
    /// The speaker's current work.
    CurrentJob,
    /// Work with others.
    Teamwork,
    /// Something that went wrong.
    Failure,
    /// Leading others.
    Leadership,
    /// A disagreement.
    Conflict,
    /// A piece of work, step by step.
    TechnicalWalkThrough,
    /// Anything the speaker wants to add or ask.
    Closing,
    /// A kind unknown to this version, from a report of another version.
    #[serde(untagged)]
    Unknown(String),
}

impl QuestionKind {
    /// All kinds with their names on the command line and in files.
    pub const NAMED: [(Self, &'static str); 11] = [
        (Self::PastStory, "past-story"),
        (Self::AboutYourself, "about-yourself"),
        (Self::Motivation, "motivation"),
        (Self::Weakness, "weakness"),
        (Self::CurrentJob, "current-job"),
        (Self::Teamwork, "teamwork"),
        (Self::Failure, "failure"),
        (Self::Leadership, "leadership"),
        (Self::Conflict, "conflict"),
        (Self::TechnicalWalkThrough, "technical-walk-through"),
        (Self::Closing, "closing"),
    ];

    /// Returns the names of all kinds.
    pub fn names() -> [&'static str; 11] {
        Self::NAMED.map(|(_, name)| name)
    }

    /// Returns the kind's name on the command line and in files.
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(name) => name,
            known => Self::NAMED.iter().find(|(kind, _)| kind == known).map_or("", |(_, name)| name),
        }
    }

    /// Returns the kind with a [name](Self::name).
    pub fn named(name: &str) -> Self {
        let known = Self::NAMED.into_iter().find(|(_, known)| *known == name);
        known.map_or_else(|| Self::Unknown(name.to_string()), |(kind, _)| kind)
    }

    /// Returns the label that people read. A name from outside is not safe for a terminal.
    pub fn label(&self) -> String {
        match self {
            Self::PastStory => "a story from the past".into(),
            Self::AboutYourself => "about yourself".into(),
            Self::Motivation => "why this job".into(),
            Self::Weakness => "a weakness".into(),
            Self::CurrentJob => "your present work".into(),
            Self::Teamwork => "working with others".into(),
            Self::Failure => "something that failed".into(),
            Self::Leadership => "leading others".into(),
            Self::Conflict => "a conflict".into(),
            Self::TechnicalWalkThrough => "a piece of work, step by step".into(),
            Self::Closing => "the closing question".into(),
            Self::Unknown(name) => name.replace(['-', '_'], " "),
        }
    }
}
