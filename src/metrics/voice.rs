//! Voice: how much the pitch varies, and how well the loudness holds to the end of a sentence.
//!
//! Pitch is measured in semitones relative to the speaker's own median, since hertz would make a high voice seem lively
//! and a low one flat (R. Hincks and J. Edlund, "Promoting increased pitch variation in oral presentations with
//! transient visual feedback", Language Learning & Technology 13, 2009). Loudness is that of the recording (EBU R128).

use serde::{Deserialize, Serialize};

use crate::audio::Levels;
use crate::signal::{Features, frame_at};
use crate::transcript::Transcript;

use super::{median, quantile};

/// Minimum number of voiced frames for measuring a speaker's pitch (1 s).
const MIN_VOICED_FRAMES: usize = 100;
/// Minimum share of the speech with a measurable pitch; below it, the pitch found is chance.
const MIN_VOICED_SHARE: f64 = 0.15;
/// Distance from the median beyond which a pitch is an octave error, not intonation, in semitones.
const MAX_SEMITONES_FROM_MEDIAN: f64 = 11.0;
/// Share of the pitches at either end that the range leaves out.
const RANGE_TAIL: f64 = 0.05;
/// Length of the end of a sentence, in seconds.
const SENTENCE_END_S: f64 = 0.5;
/// Minimum length of a sentence whose end differs from its middle, in seconds.
const MIN_SENTENCE_S: f64 = 1.5;

/// How the voice was used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// Median pitch, in hertz; `None`, like spread and range, where too little of the pitch could be measured.
    pub f0_median_hz: Option<f64>,
    /// Standard deviation of the pitch, in semitones.
    pub f0_sd_semitones: Option<f64>,
    /// Distance from the 5th to the 95th percentile of the pitch, in semitones.
    pub f0_range_semitones: Option<f64>,
    /// The share of the speech with a measurable pitch, 0 to 1.
    pub voiced_fraction: Option<f64>,
    /// Integrated loudness of the recording in LUFS; `None` for silence and less than 0.4 s.
    pub loudness_lufs: Option<f64>,
    /// Loudness range of the recording in LU; `None` for less than 12 s.
    pub loudness_range_lu: Option<f64>,
    /// How far the last half second of a sentence lies below the rest of it, in dB (positive: it fades), median over
    /// the sentences; `None` without a sentence long enough.
    pub sentence_end_fade_db: Option<f64>,
}

impl Voice {
    pub(super) fn of(features: &Features, transcript: &Transcript, levels: &Levels) -> Self {
        let spoken = features.speech.iter().filter(|s| **s).count();
        let pitches: Vec<f64> = features
            .f0_hz
            .iter()
            .zip(&features.speech)
            .filter(|(_, speech)| **speech)
            .filter_map(|(f0, _)| f0.map(f64::from))
            .collect();
        let voiced_fraction = (spoken > 0).then(|| pitches.len() as f64 / spoken as f64);
        let enough = pitches.len() >= MIN_VOICED_FRAMES && voiced_fraction.is_some_and(|v| v >= MIN_VOICED_SHARE);
        let f0_median_hz = if enough { median(&pitches) } else { None };
        let semitones: Vec<f64> = match f0_median_hz {
            Some(middle) => pitches
                .iter()
                .map(|f0| 12.0 * (f0 / middle).log2())
                .filter(|st| st.abs() <= MAX_SEMITONES_FROM_MEDIAN)
                .collect(),
            None => Vec::new(),
        };
        let range = quantile(&semitones, 1.0 - RANGE_TAIL).zip(quantile(&semitones, RANGE_TAIL));
        Self {
            f0_median_hz,
            f0_sd_semitones: standard_deviation(&semitones),
            f0_range_semitones: range.map(|(high, low)| high - low),
            voiced_fraction,
            loudness_lufs: levels.loudness_lufs,
            loudness_range_lu: levels.loudness_range_lu,
            sentence_end_fade_db: sentence_end_fade_db(features, transcript),
        }
    }
}

fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let sum: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Some((sum / (values.len() - 1) as f64).sqrt())
}

fn sentence_end_fade_db(features: &Features, transcript: &Transcript) -> Option<f64> {
    let mut fades = Vec::new();
    let mut start_s = None;
    for word in &transcript.words {
        let from = *start_s.get_or_insert(word.span.start_s);
        if word.text.ends_with(['.', '!', '?']) {
            let to = word.span.end_s;
            start_s = None;
            if to - from < MIN_SENTENCE_S {
                continue;
            }
            let body = spoken_level_db(features, from, to - SENTENCE_END_S);
            let end = spoken_level_db(features, to - SENTENCE_END_S, to);
            fades.extend(body.zip(end).map(|(body, end)| body - end));
        }
    }
    median(&fades)
}

/// Returns the median level of the speech between two times, in dBFS; `None` without speech.
fn spoken_level_db(features: &Features, from_s: f64, to_s: f64) -> Option<f64> {
    let to = frame_at(to_s).min(features.level_db.len());
    let from = frame_at(from_s).min(to);
    let levels: Vec<f64> =
        (from..to).filter(|i| features.speech[*i]).map(|i| f64::from(features.level_db[i])).collect();
    median(&levels)
}
