//! The output of the [`detectors`](super::detectors): for every statement code how probably it holds and in which
//! sentences, and which sentence is the best of the answer.
//!
//! Points and wording come later, in the [score](crate::score).

use serde::{Deserialize, Serialize};

use crate::codes::Code;

/// What kind of event the answer tells: coaches ask for a single real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Something that happened once.
    Real,
    /// Something that usually happens.
    Habit,
    /// Something the speaker would do.
    Hypothetical,
    /// No event: opinions, or a summary of a career.
    None,
    /// The question does not ask for a single event.
    NotAsked,
}

/// Whether a finding is certain enough to be stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingVerdict {
    /// The code holds: at this probability, about 95 of 100 findings are true for authors not in the training data.
    Holds,
    /// The code most probably holds: probable enough for advice, where some advice is needed.
    Likely,
    /// The code may or may not hold: nothing is said about it.
    Open,
    /// The code does not hold, with the same certainty as [`Self::Holds`].
    Fails,
}

/// Whether one statement code holds for an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The statement code.
    pub code: Code,
    /// The probability that the code holds, 0 to 1, calibrated on authors not in the training data.
    pub confidence: f64,
    /// The probability that a coach would mention this code first, 0 to 1.
    pub first: f64,
    /// Whether the finding is certain enough to be stated.
    pub verdict: FindingVerdict,
    /// The sentences that show it, as indices into [`Story::sentences`](super::Story::sentences), in order; empty if
    /// none is certain enough to be quoted.
    pub sentences: Vec<usize>,
}

/// Codes for something that an answer lacks, which empty sentences cannot supply.
const LACKS: [Code; 7] =
    [Code::NoEvent, Code::NoResult, Code::VagueResult, Code::NoSteps, Code::ThinSteps, Code::NoSetting, Code::NoDetail];

/// All findings about an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The kind of event that the answer tells.
    pub event: EventKind,
    /// The finding for every code, in the order of [`Code::STORY`].
    pub claims: Vec<Finding>,
    /// The sentences that tell how it came out, as indices into [`Story::sentences`](super::Story::sentences).
    pub results: Vec<usize>,
    /// The sentences that give a figure for how it came out, as indices like [`Self::results`].
    pub figures: Vec<usize>,
    /// The index of the sentence that is most worth keeping.
    pub keep: Option<usize>,
}

impl Findings {
    /// Returns the finding for a code.
    pub fn claim(&self, code: Code) -> Option<&Finding> {
        self.claims.iter().find(|c| c.code == code)
    }

    /// Replaces the findings about what the answer lacks by those of `plain`, the findings without its empty sentences,
    /// where the latter are more probable: a sentence that says nothing is neither a step nor a result.
    pub(super) fn keep_lacks_of(&mut self, plain: &Self) {
        for (claim, without) in self.claims.iter_mut().zip(&plain.claims) {
            let is_lack = LACKS.contains(&claim.code) && without.confidence > claim.confidence;
            if is_lack || claim.code == Code::Ready && without.first < claim.first {
                claim.clone_from(without);
            }
        }
    }

    /// Returns whether a code is certain enough to be stated; [`FindingVerdict::Open`] for a code that the detectors do
    /// not know.
    pub fn verdict(&self, code: Code) -> FindingVerdict {
        self.claim(code).map_or(FindingVerdict::Open, |c| c.verdict)
    }
}
