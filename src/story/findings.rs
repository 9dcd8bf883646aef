//! What was found of an answer: for every code how surely it holds, where it shows, and what is best in the answer.
//!
//! Made by the [`detectors`](super::detectors); nothing here gives points or has words, that is the score's.

use serde::{Deserialize, Serialize};

use crate::codes::Code;

/// Whether one occasion is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Something that happened once.
    Real,
    /// How it usually is.
    Habit,
    /// What would be done.
    Hypothetical,
    /// Neither: opinions, a life in short.
    None,
    /// The question asks for no occasion.
    NotAsked,
}

/// Whether a code may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds: of claims as sure as this some 95 of 100 are true on authors not seen.
    Holds,
    /// It most probably holds: sure enough for a next step, where one is called for.
    Likely,
    /// It may hold: nothing is said either way.
    Open,
    /// It does not hold, as surely as the other.
    Fails,
}

/// One code of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Which.
    pub code: Code,
    /// How probable it is that it holds, 0 to 1, calibrated on authors not seen.
    pub confidence: f64,
    /// How probable it is that a coach would begin with it, 0 to 1.
    pub first: f64,
    /// What may be said of it.
    pub verdict: Verdict,
    /// The sentences that it is about, as places in [`Story::sentences`](super::Story::sentences), in their order; empty where that
    /// is not sure enough to quote one.
    pub sentences: Vec<usize>,
}

/// Codes for something that an answer lacks, which empty sentences cannot supply.
const LACKS: [Code; 7] =
    [Code::NoEvent, Code::NoResult, Code::VagueResult, Code::NoSteps, Code::ThinSteps, Code::NoSetting, Code::NoDetail];

/// All that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// Whether one occasion is told.
    pub event: Event,
    /// Every code, in the order of [`Code::STORY`].
    pub claims: Vec<Claim>,
    /// Sentences that say how it came out.
    pub results: Vec<usize>,
    /// Those of them that have a figure.
    pub figures: Vec<usize>,
    /// The sentence most worth keeping.
    pub keep: Option<usize>,
}

impl Findings {
    /// What was found of a code.
    pub fn claim(&self, code: Code) -> Option<&Claim> {
        self.claims.iter().find(|c| c.code == code)
    }

    /// Replaces the claims of what the answer lacks with those of `plain`, the findings without its empty sentences, where these are more probable:
    /// a sentence that says nothing is neither a step nor a result.
    pub(super) fn keep_lacks_of(&mut self, plain: &Self) {
        for (claim, without) in self.claims.iter_mut().zip(&plain.claims) {
            let is_lack = LACKS.contains(&claim.code) && without.confidence > claim.confidence;
            if is_lack || claim.code == Code::Ready && without.first < claim.first {
                claim.clone_from(without);
            }
        }
    }

    /// What may be said of a code.
    pub fn verdict(&self, code: Code) -> Verdict {
        self.claim(code).map_or(Verdict::Open, |c| c.verdict)
    }
}
