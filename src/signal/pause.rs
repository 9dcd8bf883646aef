//! Silent pauses in the signal: spans without speech of at least 0.25 s.
//!
//! The minimum of 0.25 s is the usual one in research: N. H. de Jong and H. R. Bosker, "Choosing a threshold for silent
//! pauses to measure second language fluency", DiSS 2013.

use super::{Features, outside};
use crate::span::Span;

/// The minimum duration of a silent pause, in seconds.
pub const MIN_PAUSE_S: f64 = 0.25;

/// Returns whether a silence of `silence_s` seconds is a pause. Times are multiples of the hop; the tolerance absorbs
/// floating-point rounding.
pub fn is_pause(silence_s: f64) -> bool {
    silence_s >= MIN_PAUSE_S - 1e-9
}

/// Returns the silent pauses within the answer. Audio lost while recording and the turns of other speakers do not count
/// as silence.
pub fn pauses(features: &Features, answer: &Span) -> Vec<Span> {
    features
        .stretches
        .windows(2)
        .map(|pair| Span::new(pair[0].end_s, pair[1].start_s))
        .flat_map(|silence| outside(silence, &features.lost))
        .flat_map(|silence| outside(silence, &features.others))
        .filter(|gap| is_pause(gap.duration_s()) && answer.start_s <= gap.start_s && gap.end_s <= answer.end_s)
        .collect()
}
