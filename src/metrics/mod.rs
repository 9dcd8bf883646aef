//! Measures of how the answer was spoken: pace, fillers, pauses, length, voice.
//!
//! Every section serializes as the section of the same name in the report. Rates refer to the time from the first to
//! the last speech (the answer), so silence before and after changes nothing.

pub mod fillers;
pub mod length;
pub mod pace;
pub mod pauses;
pub mod voice;

use crate::audio::Levels;
use crate::disfluency::Filler;
use crate::signal::Features;
use crate::signal::pause::pauses;
use crate::span::Span;
use crate::transcript::Transcript;

pub use fillers::Fillers;
pub use length::Length;
pub use pace::Pace;
pub use pauses::Pauses;
pub use voice::Voice;

/// All measures of one answer. A section that could not be measured is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// Pace; `None` without words.
    pub pace: Option<Pace>,
    /// Fillers; `None` without words and in any language other than English.
    pub fillers: Option<Fillers>,
    /// Silent pauses; `None` without words.
    pub pauses: Option<Pauses>,
    /// Length; `None` without words.
    pub length: Option<Length>,
    /// Pitch and loudness; `None` without words.
    pub voice: Option<Voice>,
}

impl Metrics {
    /// Measures an answer whose `fillers` were found and marked; `None` in a language for which fillers are not
    /// detected.
    pub fn of(
        features: &Features,
        transcript: &Transcript,
        levels: &Levels,
        fillers: Option<Vec<Filler>>,
        target_s: Option<[f64; 2]>,
    ) -> Self {
        let Some(answer) = answer(features, transcript) else {
            return Self { pace: None, fillers: None, pauses: None, length: None, voice: None };
        };
        let silences = pauses(features, &answer);
        let lost_s: f64 = features.lost.iter().map(|lost| lost.overlap_s(&answer)).sum();
        let phonation_s = answer.duration_s() - lost_s - silences.iter().map(Span::duration_s).sum::<f64>();
        let pace = Pace::of(features, transcript, &answer, phonation_s, silences.len());
        Self {
            fillers: fillers.map(|events| Fillers::counted(events, pace.words, answer.duration_s())),
            pace: Some(pace),
            pauses: Some(Pauses::of(&silences, transcript, &answer)),
            length: Some(Length::of(&answer, phonation_s, target_s)),
            voice: Some(Voice::of(features, transcript, levels)),
        }
    }
}

/// Returns the span from the first to the last speech; `None` without words.
fn answer(features: &Features, transcript: &Transcript) -> Option<Span> {
    let (first, last) = (features.stretches.first()?, features.stretches.last()?);
    (!transcript.words.is_empty()).then(|| Span::new(first.start_s, last.end_s))
}

/// Converts a count in `seconds` to a rate per minute; 0 if no time passed.
fn per_minute(count: usize, seconds: f64) -> f64 {
    if seconds > 0.0 { count as f64 * 60.0 / seconds } else { 0.0 }
}

/// Returns the median; `None` without values.
fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Returns the quantile at `share`, interpolated linearly; `None` without values.
fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len().checked_sub(1)?) as f64 * share;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(below + (above - below) * at.fract())
}
