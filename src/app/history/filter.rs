//! Selects answers, and puts them in order.

use jiff::Timestamp;

use super::attempt::Attempt;
use super::measures::Measure;
use crate::question::QuestionKind;

/// Selects the answers that match everything that is given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Answers to this question: its short name or its text.
    pub question: Option<String>,
    /// Answers to questions of this kind.
    pub kind: Option<QuestionKind>,
    /// Whose answers.
    pub speaker: Speaker,
    /// Given at this time or later.
    pub since: Option<Timestamp>,
    /// Given before this time.
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
    /// Those of somebody with a name.
    Named(String),
}

impl Speaker {
    /// The named one, or the person at this machine.
    pub fn of(name: Option<&str>) -> Self {
        name.map_or(Self::Oneself, |name| Self::Named(name.to_string()))
    }
}

impl Filter {
    /// Whether an answer matches.
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
    /// The newest first.
    Newest,
    /// By a measure, the greatest first; answers without it last.
    By(Measure),
}

/// Sorts answers, which come with the newest first. The sort is stable.
pub fn sort(attempts: &mut [Attempt], order: Order) {
    if let Order::By(measure) = order {
        let value = |a: &Attempt| a.measures.get(measure).unwrap_or(f64::NEG_INFINITY);
        attempts.sort_by(|a, b| value(b).total_cmp(&value(a)));
    }
}
