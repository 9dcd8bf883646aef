//! Ownership: how much of the work the speaker claims for themselves, by their use of "I" and "we".
//!
//! What counts most is the action. "We" elsewhere is fine, since a team shares its situation and its result
//! (convention: University of Washington's career centre).

use serde::{Deserialize, Serialize};

use super::cues::{Sentence, passives};
use super::parts::StoryPart;
use crate::english::lexicon::{I, WE};

/// Who is said to act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ownership {
    /// Number of times that "I" is said, in all sentences.
    pub i: usize,
    /// Number of times that "we" is said, in all sentences.
    pub we: usize,
    /// The share of "I" among "I" and "we" in the sentences of the action, 0 to 1; `None` if neither is said there.
    pub i_in_action: Option<f64>,
    /// Number of sentences of the action with no first-person subject, "my", "me" or "our".
    pub nobody_in_action: usize,
    /// Number of passives in the sentences of the action ("it was decided").
    pub passives_in_action: usize,
}

impl Ownership {
    /// Counts over sentences; `parts` holds the part of each.
    pub(super) fn of(sentences: &[Sentence], parts: &[StoryPart]) -> Self {
        let action: Vec<&Sentence> =
            sentences.iter().zip(parts).filter(|(_, p)| **p == StoryPart::Action).map(|(s, _)| s).collect();
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
