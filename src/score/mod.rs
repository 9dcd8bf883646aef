//! The score: points for each part of the answer, why, and what to do next.
//!
//! Deterministic: the measures and the [`rubric`] decide. A part that could not be measured is left out, and the
//! overall score is the share of the points of the parts there are.

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

/// A moment to listen to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// When, in seconds; `None` in a written draft.
    pub start_s: Option<f64>,
    /// What is heard there.
    pub text: String,
}

/// A statement: what was found, how surely, and where it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// What it says.
    pub code: Code,
    /// In words.
    pub text: String,
    /// How probable it is, 0 to 1; what was measured is certain.
    pub confidence: f64,
    /// The moments it is about; none where that is not sure.
    pub evidence: Vec<Evidence>,
}

/// One part of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub name: PartName,
    /// Points won.
    pub points: f64,
    /// Points there are.
    pub out_of: f64,
    /// Why, in a sentence; empty where nothing is sure enough to say.
    pub why: String,
    /// What is said against it, one statement each; a part that keeps less than three quarters of its points has one at least, unless
    /// it is left open. Empty in reports of earlier versions.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// The moments that cost points.
    pub evidence: Vec<Evidence>,
}

/// One thing to do in the next take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Priority {
    /// What it says; `None` in reports of earlier versions.
    #[serde(default)]
    pub code: Option<Code>,
    /// What to do, in a few words.
    pub title: String,
    /// How, and why.
    pub advice: String,
    /// The moments to listen to.
    pub evidence: Vec<Evidence>,
}

/// The score of an answer. The default is that of nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 100 of the parts there are; `None` when nothing could be judged.
    pub overall: Option<f64>,
    /// The rubric's version.
    pub rubric: String,
    /// The parts that could be judged.
    pub parts: Vec<Part>,
    /// One to three things to do next, the most helpful first; empty when nothing could be judged.
    pub priorities: Vec<Priority>,
    /// The moment most worth keeping; `None` without a story.
    #[serde(default)]
    pub keep: Option<Evidence>,
}

/// What the score is made from: sections of a report. A stored report has them all, so it can be scored again.
#[derive(Debug, Clone)]
pub struct Measures<'a> {
    /// Whether the recording is good enough to be judged at all.
    pub trustworthy: bool,
    /// Whether there is no recording.
    pub is_draft: bool,
    /// The words, to quote from.
    pub words: Vec<Said<'a>>,
    /// What was asked.
    pub question: Option<&'a Question>,
    /// How well the work was described.
    pub story: Option<&'a Story>,
    /// How fast.
    pub pace: Option<&'a Pace>,
    /// With which fillers.
    pub fillers: Option<&'a Fillers>,
    /// Whether what a stutter adds was left out of all this.
    pub stutters: bool,
    /// With which pauses.
    pub pauses: Option<&'a Pauses>,
    /// How long.
    pub length: Option<&'a Length>,
    /// In what voice.
    pub voice: Option<&'a Voice>,
}

/// A word that was said or written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said<'a> {
    /// With its punctuation.
    pub text: &'a str,
    /// When; `None` in a written draft.
    pub span: Option<Span>,
}

/// A part of the delivery with what to do about it.
struct Judged {
    part: Part,
    priority: Option<Priority>,
}

/// A statement with the advice that belongs to it.
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

/// A part of the delivery that lost less than this share of its points is no priority.
const WORTH_A_PRIORITY: f64 = 0.15;

impl Score {
    /// Scores what was measured.
    pub fn of(measures: &Measures<'_>) -> Self {
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

    /// The points won and the points there are, of all parts that were judged.
    pub fn points(&self) -> (f64, f64) {
        sum(self.parts.iter())
    }

    /// The parts that judge the story.
    pub fn story_parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|p| p.name.is_of_story())
    }

    /// Returns the statement with this code, from the part that it costs points.
    pub fn reason(&self, code: Code) -> Option<&Reason> {
        self.parts.iter().flat_map(|p| &p.reasons).find(|r| r.code == code)
    }

    /// Returns whether every part that a code of the story can cost points was judged, and nothing is said against it. A part that
    /// is left open is not judged: it has fewer points than any that nothing is said against.
    pub fn is_clear_of(&self, code: Code) -> bool {
        let is_clear = |p: &Part| p.reasons.is_empty() && p.points >= rubric::CRITICISED * p.out_of;
        story::parts_of(code).all(|name| self.parts.iter().any(|p| p.name == *name && is_clear(p)))
    }

    /// The grade of the story: its share of the points of its parts; `None` when it was not judged.
    pub fn story_grade(&self) -> Option<Grade> {
        let (points, out_of) = sum(self.story_parts());
        (out_of > 0.0).then(|| match points / out_of {
            share if share >= rubric::STRONG_FROM => Grade::Strong,
            share if share >= rubric::MIDDLING_FROM => Grade::Middling,
            _ => Grade::Weak,
        })
    }
}

fn sum<'a>(parts: impl Iterator<Item = &'a Part>) -> (f64, f64) {
    parts.fold((0.0, 0.0), |(points, out_of), part| (points + part.points, out_of + part.out_of))
}

/// What to do next: first what was told, then how it was said, by the points lost. Whoever adds what is missing in the story says more, so that
/// to say more is then no advice of its own.
fn priorities(plan: Vec<Statement>, is_told: bool, delivery: &[Judged]) -> Vec<Priority> {
    let lost = |j: &Judged| j.part.out_of - j.part.points;
    let mut style: Vec<&Judged> =
        delivery.iter().filter(|j| j.priority.is_some() && lost(j) >= WORTH_A_PRIORITY * j.part.out_of).collect();
    style.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
    let is_ready = plan.iter().all(|s| s.reason.code == Code::Ready);
    if !is_ready {
        let says_length = plan.iter().any(|s| matches!(s.reason.code, Code::TooShort | Code::TooLong));
        style.retain(|j| j.part.name != PartName::Length || !says_length && lost(j) > 0.5 * j.part.out_of);
    }
    // What lacks nothing large in the telling has only the saying to work on.
    let told = plan.into_iter().filter(|s| s.reason.code != Code::Ready || style.is_empty()).map(Priority::from);
    let mut chosen: Vec<Priority> = told.chain(style.iter().filter_map(|j| j.priority.clone())).collect();
    chosen.truncate(plan::MOST);
    if chosen.is_empty() && is_told {
        chosen.push(nothing_sure());
    } else if chosen.is_empty() && !delivery.is_empty() {
        chosen.push(again());
    }
    // A sentence stands under one priority only: no quote is better than two orders for one sentence.
    let mut quoted: Vec<Evidence> = Vec::new();
    for priority in &mut chosen {
        priority.evidence.retain(|e| !quoted.contains(e));
        quoted.extend(priority.evidence.iter().cloned());
    }
    chosen
}

/// The title of what to do when nothing, or nothing much, needs mending.
pub const NOTHING_TO_MEND: &str = "Say it once more, from memory";

/// What to do when only the saying was judged, and it lacks nothing.
fn again() -> Priority {
    Priority {
        code: Some(Code::Ready),
        title: NOTHING_TO_MEND.into(),
        advice:
            "Nothing here needs mending. Give the same answer again without notes, then move on to the next question."
                .into(),
        evidence: Vec::new(),
    }
}

/// What to do when of what was told nothing is sure enough to say.
fn nothing_sure() -> Priority {
    Priority {
        code: Some(Code::NothingSure),
        title: NOTHING_TO_MEND.into(),
        advice: "aloud is not sure what would help this answer most. Say it again without notes, and ask somebody what they remember of it.".into(),
        evidence: Vec::new(),
    }
}

/// A part of the delivery with `share` of its points, in whole points.
fn judged(
    code: Code,
    name: PartName,
    share: f64,
    out_of: f64,
    why: String,
    evidence: Vec<Evidence>,
    todo: Option<(String, String)>,
) -> Judged {
    let reasons =
        todo.iter().map(|_| Reason { code, text: why.clone(), confidence: 1.0, evidence: evidence.clone() }).collect();
    let priority = todo.map(|(title, advice)| Priority { code: Some(code), title, advice, evidence: evidence.clone() });
    Judged { part: Part { name, points: (share * out_of).round(), out_of, why, reasons, evidence }, priority }
}
