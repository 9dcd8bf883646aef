//! Pace: how many words and syllables are spoken in how much time.
//!
//! Words come from the transcript, without filled pauses and the parts that a stutter repeats; numbers in figures count
//! as they are spoken. Syllables are nuclei in the signal, so they do not depend on the transcript. The speech rate is
//! relative to the whole answer, the articulation rate to the time without silent pauses (N. H. de Jong and T. Wempe,
//! Behavior Research Methods 41, 2009).

use serde::{Deserialize, Serialize};

use crate::disfluency::{LeftOut, begun_again};
use crate::english::{is_filled_pause, normalized, numbers};
use crate::signal::Features;
use crate::span::Span;
use crate::transcript::{Transcript, Word};

use super::{AnswerTime, counted_s, excluded_spans, per_minute, recording_time_s};

/// Approximate length of a stretch of [`Pace::series`], in seconds: several sentences, so that one pause does not
/// decide it.
const SERIES_STEP_S: f64 = 15.0;

/// The pace of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// Number of words as they are spoken ("$2.5 million" is five), without filled pauses and the parts that a stutter
    /// repeats.
    pub words: usize,
    /// Words per minute.
    pub words_per_minute: f64,
    /// Number of syllables.
    pub syllables: usize,
    /// Syllables per second of the whole answer.
    pub speech_rate_syllables_s: f64,
    /// Syllables per second of the time without silent pauses.
    pub articulation_rate_syllables_s: f64,
    /// The share of the answer that is neither silent pause nor audio lost while recording, 0 to 1.
    pub phonation_time_ratio: f64,
    /// The mean number of syllables between one silent pause and the next.
    pub mean_length_of_run_syllables: f64,
    /// The pace of each stretch of about 15 s, in order.
    pub series: Vec<PaceStretch>,
}

/// The pace of a part of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PaceStretch {
    /// The part of the answer.
    #[serde(flatten)]
    pub span: Span,
    /// Words per minute in this part.
    pub words_per_minute: f64,
}

impl Pace {
    pub(super) fn of(
        features: &Features,
        transcript: &Transcript,
        answer: &AnswerTime<'_>,
        pauses: usize,
        stutters: bool,
    ) -> Self {
        let starts = starts_s(&transcript.words, stutters);
        let is_counted = |time_s: &&f64| !answer.excluded.iter().any(|s| s.start_s <= **time_s && **time_s < s.end_s);
        let syllables = features.nuclei_s.iter().filter(is_counted).count();
        let answer_s = answer.counted_s();
        Self {
            words: starts.len(),
            words_per_minute: per_minute(starts.len(), answer_s),
            syllables,
            speech_rate_syllables_s: ratio(syllables as f64, answer_s),
            articulation_rate_syllables_s: ratio(syllables as f64, answer.phonation_s),
            phonation_time_ratio: ratio(answer.phonation_s, answer_s),
            mean_length_of_run_syllables: syllables as f64 / (pauses + 1) as f64,
            series: series(&starts, &answer.span, answer.others, &answer.excluded),
        }
    }

    /// Recounts the words after some were edited; the measures from the signal stay as they are. `others` holds the
    /// stretches in which another person speaks.
    pub fn recount(&mut self, words: &[Word], left_out: Option<&LeftOut>, others: &[Span]) {
        let Some((first, last)) = self.series.first().zip(self.series.last()) else { return };
        let answer = Span::new(first.span.start_s, last.span.end_s);
        let starts = starts_s(words, left_out.is_some());
        let excluded = excluded_spans(left_out, words, others);
        self.words = starts.len();
        self.words_per_minute = per_minute(starts.len(), counted_s(&answer, &excluded));
        self.series = series(&starts, &answer, others, &excluded);
    }
}

/// Returns the start of each spoken word, in seconds, without filled pauses and the parts that a stutter repeats.
fn starts_s(words: &[Word], stutters: bool) -> Vec<f64> {
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    let counts = spoken_words(&texts, stutters);
    words.iter().zip(counts).flat_map(|(w, count)| std::iter::repeat_n(w.span.start_s, count)).collect()
}

/// Returns how many words each written word is when spoken: none for a filled pause and for a part that a stutter
/// repeats, several for figures.
pub(crate) fn spoken_words(texts: &[&str], stutters: bool) -> Vec<usize> {
    let count = |(text, again): (&&str, bool)| match normalized(text).as_str() {
        _ if again || is_filled_pause(text) => 0,
        // The model writes either "alright" or "all right"; the pace must not depend on it.
        "alright" => 2,
        _ => numbers::count(text),
    };
    texts.iter().zip(begun_again(texts, stutters)).map(count).collect()
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

/// Divides the answer into equal stretches near 15 s, and measures the pace of each.
fn series(starts_s: &[f64], answer: &Span, others: &[Span], excluded: &[Span]) -> Vec<PaceStretch> {
    let own_s = counted_s(answer, others);
    let stretches = (own_s / SERIES_STEP_S).round().max(1.0);
    let step_s = own_s / stretches;
    (0..stretches as usize)
        .map(|i| {
            let last = i + 1 == stretches as usize;
            let at_s = |i: usize| recording_time_s(answer, others, i as f64 * step_s);
            let span = Span::new(at_s(i), at_s(i + 1));
            let words = starts_s.iter().filter(|s| (i == 0 || **s >= span.start_s) && (last || **s < span.end_s));
            PaceStretch { span, words_per_minute: per_minute(words.count(), counted_s(&span, excluded)) }
        })
        .collect()
}
