//! Silent pauses: stretches inside the answer in which nobody speaks, at least 0.25 s long.
//!
//! Measured in the signal alone, in seconds. 0.25 s is the usual minimum: N. H. de Jong and H. R. Bosker, "Choosing a
//! threshold for silent pauses to measure second language fluency", DiSS 2013. Where a pause falls matters more than
//! how long it is: J. Kahng, "The effect of pause location on perceived fluency", Applied Psycholinguistics 39 (2018).

use serde::{Deserialize, Serialize};

use crate::signal::Features;
use crate::span::Span;
use crate::transcript::{Transcript, Word};

use super::{median, per_minute};

/// The shortest silence that is a pause, in seconds.
pub const SHORTEST_S: f64 = 0.25;

/// Where in the sentence a pause falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Between words that belong together: a hesitation.
    WithinClause,
    /// At a comma or the like.
    BetweenClauses,
    /// After a sentence.
    BetweenSentences,
}

/// One silent pause.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    /// From the end of speech to its return.
    #[serde(flatten)]
    pub span: Span,
    /// Where it falls.
    pub place: Place,
}

/// The silent pauses of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pauses {
    /// How many.
    pub count: usize,
    /// How many a minute.
    pub per_minute: f64,
    /// Their median length in seconds (lengths are log-normal: the mean says little); `None` without a pause.
    pub median_s: Option<f64>,
    /// The longest, in seconds; `None` without a pause.
    pub longest_s: Option<f64>,
    /// From the beginning of the recording to the first speech, in seconds.
    pub response_latency_s: f64,
    /// All of them, in order.
    pub events: Vec<Pause>,
}

/// The silences inside the answer that are long enough to be pauses.
pub fn silences(features: &Features, answer: &Span) -> Vec<Span> {
    features
        .stretches
        .windows(2)
        .map(|pair| Span::new(pair[0].end_s, pair[1].start_s))
        .filter(|gap| {
            gap.duration_s() >= SHORTEST_S - 1e-9 && answer.start_s <= gap.start_s && gap.end_s <= answer.end_s
        })
        .collect()
}

impl Pauses {
    /// Describes the silences of an answer.
    pub(super) fn of(silences: &[Span], transcript: &Transcript, answer: &Span) -> Self {
        let events: Vec<Pause> =
            silences.iter().map(|span| Pause { span: *span, place: place(span, &transcript.words) }).collect();
        let lengths: Vec<f64> = silences.iter().map(Span::duration_s).collect();
        Self {
            count: events.len(),
            per_minute: per_minute(events.len(), answer.duration_s()),
            median_s: median(&lengths),
            longest_s: lengths.into_iter().reduce(f64::max),
            response_latency_s: answer.start_s,
            events,
        }
    }
}

/// Where a pause falls, by the punctuation of the last word that began well before it.
fn place(pause: &Span, words: &[Word]) -> Place {
    let before = words.iter().rev().find(|w| (w.span.start_s + w.span.end_s) / 2.0 <= pause.start_s + 0.05);
    match before.and_then(|w| w.text.chars().last()) {
        Some('.' | '!' | '?') => Place::BetweenSentences,
        Some(',' | ';' | ':') => Place::BetweenClauses,
        _ => Place::WithinClause,
    }
}
