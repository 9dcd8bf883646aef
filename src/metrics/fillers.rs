//! Filler counts and rates.

use serde::{Deserialize, Serialize};

use crate::disfluency::{Filler, FillerKind};
use crate::draft::Draft;

use super::pace::spoken_words;
use super::per_minute;

/// The fillers of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fillers {
    /// Number of fillers of all kinds.
    pub count: usize,
    /// Fillers of all kinds per minute; `None` in a written draft.
    pub per_minute: Option<f64>,
    /// Fillers of all kinds per hundred words.
    pub per_100_words: f64,
    /// Filled pauses alone, per minute; `None` in a written draft.
    pub filled_pauses_per_minute: Option<f64>,
    /// All fillers, in order.
    pub events: Vec<Filler>,
}

impl Fillers {
    /// Counts events, given in order, among `words` spoken words (as spoken: "2.5" is three) in `answer_s` seconds.
    pub fn counted(events: Vec<Filler>, words: usize, answer_s: f64) -> Self {
        let filled = events.iter().filter(|e| e.kind == FillerKind::FilledPause).count();
        Self {
            count: events.len(),
            per_minute: Some(per_minute(events.len(), answer_s)),
            per_100_words: per_100(events.len(), words),
            filled_pauses_per_minute: Some(per_minute(filled, answer_s)),
            events,
        }
    }

    /// Counts the events of a draft. Their word indices, which refer to written words, are converted to indices of
    /// counted words ([`crate::draft::counted_words`]).
    pub fn of_draft(mut events: Vec<Filler>, draft: &Draft, stutters: bool) -> Self {
        let texts: Vec<&str> = draft.words.iter().map(|w| w.text.as_str()).collect();
        let words = spoken_words(&texts, stutters).iter().sum();
        for event in &mut events {
            let range = event.range();
            event.word = Some(draft.counted_before(range.start));
            event.words = draft.counted_before(range.end) - draft.counted_before(range.start);
        }
        Self {
            count: events.len(),
            per_minute: None,
            per_100_words: per_100(events.len(), words),
            filled_pauses_per_minute: None,
            events,
        }
    }
}

/// Returns the rate per hundred words; 0 without words.
fn per_100(count: usize, words: usize) -> f64 {
    if words > 0 { 100.0 * count as f64 / words as f64 } else { 0.0 }
}
