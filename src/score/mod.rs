//! The score: points for each part of the answer, why, and what to do next.
//!
//! Deterministic: the measures and the [`rubric`] decide. A part that could not be measured is left out, and the
//! overall score is the share of the points of the parts there are.

mod delivery;
mod part_name;
pub mod rubric;
mod story;

pub use part_name::PartName;
use serde::{Deserialize, Serialize};

use crate::disfluency::LeftOut;
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

/// One part of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub name: PartName,
    /// Points won.
    pub points: f64,
    /// Points there are.
    pub out_of: f64,
    /// Why, in a sentence.
    pub why: String,
    /// The moments that cost points.
    pub evidence: Vec<Evidence>,
}

/// One thing to do in the next take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Priority {
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
    /// One to three things to do next, the most useful first; empty when nothing could be judged.
    pub priorities: Vec<Priority>,
}

/// What the score is made from: sections of a report. A stored report has them all, so it can be scored again.
#[derive(Debug, Clone)]
pub struct Measures<'a> {
    /// Whether the recording is good enough to be judged at all.
    pub trustworthy: bool,
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
    /// What of it was left out of all this because the speaker stutters.
    pub left_out: Option<&'a LeftOut>,
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

/// A part with what to do about it.
struct Judged {
    part: Part,
    priority: Option<Priority>,
}

/// Priorities at most.
const MOST_PRIORITIES: usize = 3;
/// A part that lost less than this share of its points is no priority.
const WORTH_A_PRIORITY: f64 = 0.15;
/// Nor is one that lost fewer points than this.
const WORTH_POINTS: f64 = 0.8;

impl Score {
    /// Scores what was measured.
    pub fn of(measures: &Measures<'_>) -> Self {
        let mut judged = Vec::new();
        if measures.trustworthy {
            judged.extend(measures.story.iter().flat_map(|s| story::judge(s, measures.question)));
            judged.extend(delivery::judge(measures));
        }
        let out_of: f64 = judged.iter().map(|j| j.part.out_of).sum();
        let points: f64 = judged.iter().map(|j| j.part.points).sum();
        Self {
            overall: (out_of > 0.0).then(|| one_digit(100.0 * points / out_of)),
            rubric: rubric::VERSION.to_string(),
            priorities: priorities(&judged),
            parts: judged.into_iter().map(|j| j.part).collect(),
        }
    }

    /// The parts that judge the story.
    pub fn story_parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|p| p.name.is_of_story())
    }

    /// The grade of the story: its share of the points of its parts; `None` when it was not judged.
    pub fn story_grade(&self) -> Option<Grade> {
        let (points, out_of) = self.story_parts().fold((0.0, 0.0), |(p, o), part| (p + part.points, o + part.out_of));
        // A good story that answers another question is not a strong answer.
        let astray = self.parts.iter().any(|p| p.name == PartName::Question && p.points <= 0.0);
        (out_of > 0.0).then(|| match points / out_of {
            share if share >= rubric::STRONG_FROM && !astray => Grade::Strong,
            share if share >= rubric::MIDDLING_FROM => Grade::Middling,
            _ => Grade::Weak,
        })
    }
}

/// What to do first: the parts that lost most points; where none lost enough to be worth it, to say it once more.
fn priorities(judged: &[Judged]) -> Vec<Priority> {
    let lost = |j: &Judged| j.part.out_of - j.part.points;
    let mut open: Vec<&Judged> = judged
        .iter()
        .filter(|j| j.priority.is_some() && lost(j) >= WORTH_A_PRIORITY * j.part.out_of && lost(j) >= WORTH_POINTS)
        .collect();
    open.sort_by(|a, b| lost(b).total_cmp(&lost(a)));
    // Whoever adds what is missing in the story says more: to say more is then no advice of its own.
    let missing = open.iter().filter(|j| j.part.name.is_of_story()).count();
    if missing > 0 {
        open.retain(|j| j.part.name != PartName::Length || lost(j) > 0.5 * j.part.out_of);
    }
    let mut chosen: Vec<Priority> = open.into_iter().filter_map(|j| j.priority.clone()).collect();
    chosen.truncate(MOST_PRIORITIES);
    // A sentence stands under one priority only: no quote is better than two orders for one sentence.
    let mut quoted: Vec<Evidence> = Vec::new();
    for priority in &mut chosen {
        priority.evidence.retain(|e| !quoted.contains(e));
        quoted.extend(priority.evidence.iter().cloned());
    }
    if chosen.is_empty() && !judged.is_empty() {
        chosen.push(again(judged.iter().all(|j| lost(j) <= 0.0)));
    }
    chosen
}

/// The title of what to do when nothing, or nothing much, needs mending.
pub const NOTHING_TO_MEND: &str = "Say it once more, from memory";

/// What to do then.
fn again(is_full: bool) -> Priority {
    let found =
        if is_full { "Nothing here needs mending." } else { "Nothing big needs mending; what is left stands below." };
    Priority {
        title: NOTHING_TO_MEND.into(),
        advice: format!("{found} Give the same answer again without notes, then move on to the next question."),
        evidence: Vec::new(),
    }
}

/// A part with `share` of its points.
fn judged(
    name: PartName,
    share: f64,
    out_of: f64,
    why: String,
    evidence: Vec<Evidence>,
    todo: Option<(String, String)>,
) -> Judged {
    let priority = todo.map(|(title, advice)| Priority { title, advice, evidence: evidence.clone() });
    Judged { part: Part { name, points: one_digit(share * out_of), out_of, why, evidence }, priority }
}

fn one_digit(points: f64) -> f64 {
    (points * 10.0).round() / 10.0
}
