//! Ownership: how much of what was done the speaker did, in the words they chose: I or we, and in the action part above all.
//!
//! "We" elsewhere is fine: a team has a situation and a result together (convention, University of Washington's career centre).

use serde::{Deserialize, Serialize};

use super::cues::{Sentence, passives};
use super::parts::Part;
use crate::english::lexicon::{I, WE};

/// Who is said to act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ownership {
    /// How often "I" is said.
    pub i: usize,
    /// How often "we" is said.
    pub we: usize,
    /// The share of "I" among "I" and "we" inside the action part, 0 to 1; `None` when neither is said there.
    pub i_in_action: Option<f64>,
    /// Sentences of the action part that name neither the speaker nor "we".
    pub nobody_in_action: usize,
    /// Passives inside the action part ("it was decided").
    pub passives_in_action: usize,
}

impl Ownership {
    /// Counts over the sentences, which have these parts.
    pub(super) fn of(sentences: &[Sentence], parts: &[Part]) -> Self {
        let action: Vec<&Sentence> =
            sentences.iter().zip(parts).filter(|(_, p)| **p == Part::Action).map(|(s, _)| s).collect();
        let count = |words: &[&str], among: &[&Sentence]| among.iter().map(|s| s.count(words)).sum::<usize>();
        let all: Vec<&Sentence> = sentences.iter().collect();
        let (i, we) = (count(&I, &action), count(&WE, &action));
        Self {
            i: count(&I, &all),
            we: count(&WE, &all),
            i_in_action: (i + we > 0).then(|| i as f64 / (i + we) as f64),
            nobody_in_action: action
                .iter()
                .filter(|s| s.count(&I) + s.count(&WE) + s.count(&["my", "me", "our"]) == 0)
                .count(),
            passives_in_action: action.iter().map(|s| passives(s)).sum(),
        }
    }
}
