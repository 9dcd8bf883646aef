//! The score: points for each part of the answer, the reasons, and what to do next.
//!
//! The score is a deterministic function of the measures and the [`rubric`]. A part that could not be measured is left
//! out; the overall score is the percentage of points won in the remaining parts.

mod delivery;
mod part_name;
mod plan;
pub mod rubric;
mod story;
mod words;

pub use part_name::PartName;
use serde::{Deserialize, Serialize};

use crate::codes::Code;
use crate::metrics::{Fillers, Length, Pace, Pauses, Voice};
use crate::question::Question;
use crate::span::Span;
use crate::story::{Grade, Story};

/// A place in the answer that supports a statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The time of the place, in seconds; `None` in a written draft.
    pub start_s: Option<f64>,
    /// The words at the place.
    pub text: String,
}

/// A statement about the answer, with its confidence and evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The statement code.
    pub code: Code,
    /// The statement in words.
    pub text: String,
    /// The probability that the statement is true, 0 to 1; 1 for what was measured.
    pub confidence: f64,
    /// The places that support the statement; empty if none is certain enough to be quoted.
    pub evidence: Vec<Evidence>,
}

/// The points for one part of the answer, with reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartScore {
    /// The name of the part.
    pub name: PartName,
    /// The points won.
    pub points: f64,
    /// The points available.
    pub out_of: f64,
    /// The reason for the points, in a sentence; empty if nothing is certain enough to say.
    pub why: String,
    /// The statements that cost points. A part with less than three quarters of its points has at least one, unless it
    /// is left open. Empty in reports of earlier versions.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// The places that cost points.
    pub evidence: Vec<Evidence>,
}

/// Advice for the next take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Priority {
    /// The statement code that the advice belongs to; `None` in reports of earlier versions.
    #[serde(default)]
    pub code: Option<Code>,
    /// What to do, in a few words.
    pub title: String,
    /// How to do it, and why.
    pub advice: String,
    /// The places that the advice is about.
    pub evidence: Vec<Evidence>,
}

/// The score of an answer. The default is the score of an answer in which nothing could be judged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The percentage of points won in the parts that could be judged, 0 to 100; `None` if none could be.
    pub overall: Option<f64>,
    /// The version of the rubric.
    pub rubric: String,
    /// The parts that could be judged.
    pub parts: Vec<PartScore>,
    /// One to three pieces of advice, most helpful first; empty if nothing could be judged.
    pub priorities: Vec<Priority>,
    /// The sentence that is most worth keeping; `None` unless the story is ready and has one.
    #[serde(default)]
    pub keep: Option<Evidence>,
}

/// The input of the score: the sections of a report. A stored report has all of them, so that it can be scored again.
#[derive(Debug, Clone)]
pub struct ScoreInput<'a> {
    /// Whether the recording is good enough to be judged at all.
    pub trustworthy: bool,
    /// Whether the answer is a written draft.
    pub is_draft: bool,
    /// The words of the answer, for quotations.
    pub words: Vec<AnswerWord<'a>>,
    /// The question.
    pub question: Option<&'a Question>,
    /// The story analysis.
    pub story: Option<&'a Story>,
    /// The pace.
    pub pace: Option<&'a Pace>,
    /// The fillers.
    pub fillers: Option<&'a Fillers>,
    /// Whether what a stutter adds was excluded from the measures.
    pub stutters: bool,
    /// The silent pauses.
    pub pauses: Option<&'a Pauses>,
    /// The length.
    pub length: Option<&'a Length>,
    /// The voice.
    pub voice: Option<&'a Voice>,
}

/// A word of the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnswerWord<'a> {
    /// The word as written, with its punctuation.
    pub text: &'a str,
    /// The time of the word; `None` in a written draft.
    pub span: Option<Span>,
}

/// The points for a part of the delivery, with the advice that it gives rise to, if any.
struct PartWithAdvice {
    part: PartScore,
    priority: Option<Priority>,
}

/// A judgement about the story, with the title and the text of the advice that it leads to.
struct Statement {
    reason: Reason,
    title: String,
    advice: String,
}

impl From<Statement> for Priority {
    fn from(statement: Statement) -> Self {
        let Statement { reason, title, advice } = statement;
        Self { code: Some(reason.code), title, advice, evidence: reason.evidence }
    }
}

/// Minimum share of its points that a part of the delivery must have lost to give rise to advice.
const MIN_LOST_SHARE: f64 = 0.15;

impl Score {
    /// Computes the score.
    pub fn of(measures: &ScoreInput<'_>) -> Self {
        let mut score = Self { rubric: rubric::VERSION.to_string(), ..Self::default() };
        if !measures.trustworthy {
            return score;
        }
        let told = measures.story.and_then(|s| story::judge(s, measures.question, measures.is_draft));
        let said = delivery::judge(measures);
        let is_told = told.is_some();
        let plan = match told {
            Some(told) => {
                score.parts = told.parts;
                score.keep = told.keep;
                told.plan
            }
            None => Vec::new(),
        };
        score.priorities = priorities(plan, is_told, &said);
        score.parts.extend(said.into_iter().map(|j| j.part));
        let (points, out_of) = score.points();
        score.overall = (out_of > 0.0).then(|| (100.0 * points / out_of).round());
        score
    }

    /// Returns the points won and the points available in all parts that were judged.
    pub fn points(&self) -> (f64, f64) {
        sum(self.parts.iter())
    }

    /// Returns the parts that judge the story.
    pub fn story_parts(&self) -> impl Iterator<Item = &PartScore> {
        self.parts.iter().filter(|p| p.name.is_of_story())
    }

    /// Returns the statement with this code, from the part that it costs points.
    pub fn reason(&self, code: Code) -> Option<&Reason> {
        self.parts.iter().flat_map(|p| &p.reasons).find(|r| r.code == code)
    }

    /// Returns whether every part that a code of the story can cost points was judged, and nothing is said against it. A part that
    /// is left open is not judged: it has fewer points than any that nothing is said against.
    pub fn is_clear_of(&self, code: Code) -> bool {
        let is_clear = |p: &PartScore| p.reasons.is_empty() && p.points >= rubric::CRITICISED * p.out_of;
        story::parts_of(code).all(|name| self.parts.iter().any(|p| p.name == *name && is_clear(p)))
    }

    /// Returns the grade of the story, by the share of points won in its parts; `None` if it was not judged.
    pub fn story_grade(&self) -> Option<Grade> {
        let (points, out_of) = sum(self.story_parts());
        (out_of > 0.0).then(|| match points / out_of {
            share if share >= rubric::STRONG_FROM => Grade::Strong,
            share if share >= rubric::MIDDLING_FROM => Grade::Middling,
            _ => Grade::Weak,
        })
    }
}

/// Returns the points won and the points available in some parts.
fn sum<'a>(parts: impl Iterator<Item = &'a PartScore>) -> (f64, f64) {
    parts.fold((0.0, 0.0), |(points, out_of), part| (points + part.points, out_of + part.out_of))
}

/// Selects the advice to give: first the plan for the story, then the parts of the delivery, by the points lost. Adding
/// what the story lacks makes an answer longer, so the length is then mentioned only if it lost more than half of its
/// points.
fn priorities(plan: Vec<Statement>, is_told: bool, delivery: &[PartWithAdvice]) -> Vec<Priority> {
    let lost = |j: &PartWithAdvice| j.part.out_of - j.part.points;
    let mut style: Vec<&PartWithAdvice> =
        delivery.iter().filter(|j| j.priority.is_some() && lost(j) >= MIN_LOST_SHARE * j.part.out_of).collect();
    style.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
    let is_ready = plan.iter().all(|s| s.reason.code == Code::Ready);
    if !is_ready {
        let says_length = plan.iter().any(|s| matches!(s.reason.code, Code::TooShort | Code::TooLong));
        style.retain(|j| j.part.name != PartName::Length || !says_length && lost(j) > 0.5 * j.part.out_of);
    }
    // "Ready" is not said of the story if there is advice about the delivery.
    let told = plan.into_iter().filter(|s| s.reason.code != Code::Ready || style.is_empty()).map(Priority::from);
    let mut chosen: Vec<Priority> = told.chain(style.iter().filter_map(|j| j.priority.clone())).collect();
    chosen.truncate(plan::MAX_PRIORITIES);
    if chosen.is_empty() && is_told {
        chosen.push(nothing_sure());
    } else if chosen.is_empty() && !delivery.is_empty() {
        chosen.push(give_it_again());
    }
    // A sentence is quoted under one piece of advice only.
    let mut quoted: Vec<Evidence> = Vec::new();
    for priority in &mut chosen {
        priority.evidence.retain(|e| !quoted.contains(e));
        quoted.extend(priority.evidence.iter().cloned());
    }
    chosen
}

/// The title of the advice if nothing, or nothing much, needs to be changed.
pub const NOTHING_TO_MEND: &str = "Say it once more, from memory";

/// Returns the advice if only the delivery was judged, and it lacks nothing.
fn give_it_again() -> Priority {
    Priority {
        code: Some(Code::Ready),
        title: NOTHING_TO_MEND.into(),
        advice:
            "Nothing here needs mending. Give the same answer again without notes, then move on to the next question."
                .into(),
        evidence: Vec::new(),
    }
}

/// Returns the advice if nothing about the story is certain enough to say.
fn nothing_sure() -> Priority {
    Priority {
        code: Some(Code::NothingSure),
        title: NOTHING_TO_MEND.into(),
        advice: "aloud is not sure what would help this answer most. Say it again without notes, and ask somebody what they remember of it.".into(),
        evidence: Vec::new(),
    }
}

/// Creates a part of the delivery that keeps `share` of its points, rounded to whole points. `todo` is the title and
/// text of the advice, if there is any.
fn part_with_advice(
    code: Code,
    name: PartName,
    share: f64,
    out_of: f64,
    why: String,
    evidence: Vec<Evidence>,
    todo: Option<(String, String)>,
) -> PartWithAdvice {
    let reasons =
        todo.iter().map(|_| Reason { code, text: why.clone(), confidence: 1.0, evidence: evidence.clone() }).collect();
    let priority = todo.map(|(title, advice)| Priority { code: Some(code), title, advice, evidence: evidence.clone() });
    PartWithAdvice {
        part: PartScore { name, points: (share * out_of).round(), out_of, why, reasons, evidence },
        priority,
    }
}
