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
use crate::disfluency::{Filler, LeftOut};
use crate::signal::{Features, outside, pause};
use crate::span::Span;
use crate::transcript::{Transcript, Word};

pub use fillers::Fillers;
pub use length::Length;
pub use pace::Pace;
pub use pauses::Pauses;
use pauses::{Pause, PausePlace};
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
    /// What was excluded from the measures because the speaker stutters; `None` if they did not say so.
    pub left_out: Option<LeftOut>,
}

impl Metrics {
    /// Measures an answer. `fillers` were found and marked in the transcript; `None` in a language without filler
    /// detection. With `left_out`, silences inside clauses count as blocks of a stutter, and are excluded together with
    /// the words that were begun again.
    pub fn of(
        features: &Features,
        transcript: &Transcript,
        levels: &Levels,
        fillers: Option<Vec<Filler>>,
        mut left_out: Option<LeftOut>,
        target_s: Option<[f64; 2]>,
    ) -> Self {
        let Some(span) = answer(features, transcript) else {
            return Self { pace: None, fillers: None, pauses: None, length: None, voice: None, left_out };
        };
        let silences = pause::pauses(features, &span);
        let lost_s: f64 = features.lost.iter().map(|lost| lost.overlap_s(&span)).sum();
        let phonation_s = span.duration_s() - lost_s - silences.iter().map(Span::duration_s).sum::<f64>();
        let mut pauses = Pauses::of(&silences, transcript, &span, &features.others);
        if let Some(left_out) = &mut left_out {
            let (blocks, rest): (Vec<Pause>, Vec<Pause>) =
                pauses.events.iter().partition(|p| p.place == PausePlace::WithinClause);
            left_out.blocks = blocks.iter().map(|p| p.span).collect();
            let rest: Vec<Span> = rest.iter().map(|p| p.span).collect();
            pauses = Pauses::of(&rest, transcript, &span, &features.others);
        }
        let blocked_s = left_out.iter().flat_map(|l| &l.blocks).map(Span::duration_s).sum::<f64>();
        let excluded = excluded_spans(left_out.as_ref(), &transcript.words, &features.others);
        // Blocks are silences, which the phonation time does not contain anyway.
        let phonation_s = phonation_s - (excluded.iter().map(|s| s.overlap_s(&span)).sum::<f64>() - blocked_s);
        let answer = AnswerTime { span, others: &features.others, excluded, phonation_s };
        let pace = Pace::of(features, transcript, &answer, pauses.count, left_out.is_some());
        Self {
            fillers: fillers.map(|events| Fillers::counted(events, pace.words, answer.counted_s())),
            pace: Some(pace),
            pauses: Some(pauses),
            length: Some(Length::of(answer.counted_s(), phonation_s, target_s)),
            voice: Some(Voice::of(features, transcript, levels)),
            left_out,
        }
    }
}

/// The time of an answer, and what does not count of it.
struct AnswerTime<'a> {
    /// The span from the first to the last speech.
    span: Span,
    /// The stretches in which another person speaks, in order.
    others: &'a [Span],
    /// The excluded stretches, without overlap: speech of others, and what a stutter adds.
    excluded: Vec<Span>,
    /// The phonation time, in seconds: the answer without silent pauses, lost audio and the excluded stretches.
    phonation_s: f64,
}

impl AnswerTime<'_> {
    /// Returns the duration of the answer without the excluded stretches, in seconds.
    fn counted_s(&self) -> f64 {
        counted_s(&self.span, &self.excluded)
    }
}

/// Returns the duration of a stretch without the excluded stretches in it, in seconds. The spans in `excluded` must not
/// overlap.
fn counted_s(stretch: &Span, excluded: &[Span]) -> f64 {
    stretch.duration_s() - excluded.iter().map(|s| s.overlap_s(stretch)).sum::<f64>()
}

/// Returns the stretches to exclude from an answer, without overlap: speech of others, and what a stutter adds to the
/// speaker's own words.
fn excluded_spans(left_out: Option<&LeftOut>, words: &[Word], others: &[Span]) -> Vec<Span> {
    let stuttered = left_out.map(|l| l.spans(words)).unwrap_or_default();
    let mut excluded: Vec<Span> = stuttered.into_iter().flat_map(|s| outside(s, others)).collect();
    excluded.extend(others);
    excluded
}

/// Converts a time in the answer, which does not count the speech of others, to a time in the recording, in seconds.
fn recording_time_s(answer: &Span, others: &[Span], passed_s: f64) -> f64 {
    let mut at_s = answer.start_s + passed_s;
    for other in others.iter().filter_map(|other| other.shared(answer)) {
        if other.start_s >= at_s {
            break;
        }
        at_s += other.duration_s();
    }
    at_s
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_another_is_no_part_of_the_answer() {
        let others = [Span::new(0.0, 5.0), Span::new(15.0, 20.0), Span::new(30.0, 60.0)];
        let answer = Span::new(5.0, 30.0);
        assert_eq!(counted_s(&answer, &excluded_spans(None, &[], &others)), 20.0);
        let clock = [0.0, 4.0, 10.0, 10.5, 20.0].map(|s| recording_time_s(&answer, &others, s));
        assert_eq!(clock, [5.0, 9.0, 15.0, 20.5, 30.0]);
        assert_eq!(
            (counted_s(&answer, &excluded_spans(None, &[], &[])), recording_time_s(&answer, &[], 7.0)),
            (25.0, 12.0)
        );
    }
}
