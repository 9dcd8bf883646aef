//! The question that an interviewer would ask next: about the result, the speaker's own part or the numbers, whichever
//! the answer lacked.
//!
//! A question's own follow-ups are worded in `questions.toml`; this module chooses among them. The sentences here are
//! for questions without a suitable one.

use crate::english::normalized;
use crate::english::numbers::is_quantity;
use crate::question::QuestionKind;
use crate::report::Report;
use crate::score::PartName;

/// What an answer lacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// The outcome.
    Result,
    /// The speaker's own part in what "we" did.
    OwnPart,
    /// Quantities: how much, how many, how long.
    Numbers,
}

/// The share of its points below which a part is lacking (ours).
const LACKING: f64 = 0.5;

/// The kinds of questions whose answers are stories.
const STORIES: [QuestionKind; 6] = [
    QuestionKind::PastStory,
    QuestionKind::Teamwork,
    QuestionKind::Failure,
    QuestionKind::Leadership,
    QuestionKind::Conflict,
    QuestionKind::TechnicalWalkThrough,
];

/// Returns the most important thing that an answer lacked; `None` if it lacked nothing, could not be judged, or is not
/// a story.
pub fn lack(report: &Report) -> Option<Lack> {
    let kind = report.question.as_ref().and_then(|q| q.kind.as_ref());
    if kind.is_some_and(|k| !STORIES.contains(k)) {
        return None;
    }
    let story = report.story.as_ref()?;
    let share = |name: PartName| report.score.parts.iter().find(|p| p.name == name).map(|p| p.points / p.out_of);
    if share(PartName::Result)? < LACKING {
        return Some(Lack::Result);
    }
    if share(PartName::OwnPart)? < LACKING {
        return Some(Lack::OwnPart);
    }
    let words = || story.sentences.iter().flat_map(|s| s.text.split_whitespace());
    (!words().any(|w| is_quantity(&normalized(w)))).then_some(Lack::Numbers)
}

/// The follow-ups for questions that have no suitable one: about the result, the own part, and the numbers.
pub const PLAIN: [&str; 3] = [
    "What came of it in the end, and how do you know?",
    "What was your own part in it?",
    "Can you put a number on it: how much, how many, or how long?",
];

/// Returns the follow-up about what was lacking: one of the question's own if any asks for that, else a general one.
pub fn question(lack: Lack, own: &[String]) -> String {
    let (asks, plain): (&[&str], &str) = match lack {
        Lack::Result => {
            (&["came of", "result", "outcome", "what changed", "in the end", "better since", "what happened"], PLAIN[0])
        }
        Lack::OwnPart => (&["own part", "you yourself", "your part", "did you do", "your own"], PLAIN[1]),
        Lack::Numbers => (&["how much", "how many", "how long", "how often", "number", "measure"], PLAIN[2]),
    };
    let fits = |text: &&String| asks.iter().any(|a| text.to_lowercase().contains(a));
    // The first of a question's own follow-ups always asks for the result.
    let first = own.first().filter(|_| lack == Lack::Result);
    own.iter().find(fits).or(first).cloned().unwrap_or_else(|| plain.to_string())
}
