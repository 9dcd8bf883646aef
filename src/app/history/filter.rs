//! Selects and sorts answers.

use jiff::Timestamp;

use super::attempt::Attempt;
use super::measures::Measure;
use crate::question::QuestionKind;

/// A filter for answers; an answer must match all the given criteria.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// The question: its id or its text.
    pub question: Option<String>,
    /// The kind of question.
    pub kind: Option<QuestionKind>,
    /// Whose answers.
    pub speaker: Speaker,
    /// The earliest time, inclusive.
    pub since: Option<Timestamp>,
    /// The latest time, exclusive.
    pub until: Option<Timestamp>,
}

/// Whose answers are meant.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Speaker {
    /// Everybody's.
    #[default]
    Anyone,
    /// Those of the person at this machine.
    Oneself,
    /// Those of a named speaker.
    Named(String),
}

impl Speaker {
    /// Returns the named speaker, or the person at this machine.
    pub fn of(name: Option<&str>) -> Self {
        name.map_or(Self::Oneself, |name| Self::Named(name.to_string()))
    }
}

impl Filter {
    /// Returns whether an answer matches.
    pub fn matches(&self, attempt: &Attempt) -> bool {
        let question = attempt.question.as_ref();
        let asked = |wanted: &String| {
            question.is_some_and(|q| q.id.as_ref() == Some(wanted) || q.text.eq_ignore_ascii_case(wanted))
        };
        let kind = |wanted: &QuestionKind| question.is_some_and(|q| q.kind.as_ref() == Some(wanted));
        let speaks = match &self.speaker {
            Speaker::Anyone => true,
            Speaker::Oneself => attempt.speaker.is_none(),
            Speaker::Named(name) => attempt.speaker.as_ref() == Some(name),
        };
        speaks
            && self.question.as_ref().is_none_or(asked)
            && self.kind.as_ref().is_none_or(kind)
            && self.since.is_none_or(|since| attempt.answered_at >= since)
            && self.until.is_none_or(|until| attempt.answered_at < until)
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Order {
    /// Newest first.
    Newest,
    /// By a measure, greatest first; answers without the measure come last.
    By(Measure),
}

/// Sorts answers that are given newest first. The sort is stable.
pub fn sort(attempts: &mut [Attempt], order: Order) {
    if let Order::By(measure) = order {
        let value = |a: &Attempt| a.measures.get(measure).unwrap_or(f64::NEG_INFINITY);
        attempts.sort_by(|a, b| value(b).total_cmp(&value(a)));
    }
}
