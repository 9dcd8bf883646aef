//! Acoustic features, independent of the words: level, noise floor, voice activity, F0, syllables.
//!
//! Every track has one value every 10 ms; value `i` belongs to the time `i * 0.01 s` of the recording.

mod activity;
pub mod contours;
pub mod filled_pause;
mod frames;
mod noise_floor;
pub mod pause;
mod pitch;
pub mod spectrogram;
mod syllables;
#[cfg(test)]
pub(crate) mod synth;
mod tones;

pub use activity::{Activity, activity, sonorants};
pub use contours::Contours;
pub use filled_pause::filled_pause_log_odds;
pub use frames::{BANDS, BandLevels, SILENCE_DBFS, STEP_S, frame_at, frame_time_s, levels};
pub use noise_floor::noise_floor;
pub use pitch::{CEILING_HZ, FLOOR_HZ, f0_track};
pub use spectrogram::spectrogram;
pub use syllables::nuclei;

use pitch::f0_track_with_tones;
use tones::{masked, tones};

use crate::audio::Speech;
use crate::span::Span;

/// Minimum number of frames without speech from which the background level is measured (0.3 s).
const MIN_QUIET_FRAMES: usize = 30;

/// The acoustic features of one recording: tracks with a value per frame, time spans and events.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// Level of the speech band (150 to 3700 Hz) in every frame, in dBFS; that of a full-scale sine is -3.01.
    pub level_db: Vec<f32>,
    /// Fundamental frequency of the voice in every frame, in hertz; `None` where unvoiced.
    pub f0_hz: Vec<Option<f32>>,
    /// The log-odds that a filled pause sounds, in every frame ([`mod@filled_pause`]).
    pub filled_pause_log_odds: Vec<f32>,
    /// Whether somebody speaks, in every frame.
    pub speech: Vec<bool>,
    /// The stretches of speech, in order.
    pub stretches: Vec<Span>,
    /// The spans with sounds other than a voice, in order: tones and, once the words are known, sounds without words.
    /// They count neither as speech nor as background noise.
    pub sounds: Vec<Span>,
    /// The spans that no measure counts, neither as speech nor as silence, in order: audio that was lost while
    /// recording, and speech whose words could not be recognized.
    pub lost: Vec<Span>,
    /// The turns of other speakers, in order. They count neither as speech nor as pauses of the speaker. Empty if only
    /// one person speaks.
    pub others: Vec<Span>,
    /// The times of the syllable nuclei, in seconds, in order.
    pub nuclei_s: Vec<f64>,
    /// The level of the background noise, in dBFS in the speech band: that of the frames without speech or, with too
    /// few of these, the median noise floor. `None` for digital silence.
    pub noise_floor_dbfs: Option<f64>,
    /// The signal-to-noise ratio of the speech, in dB; `None` without speech or without noise.
    pub snr_db: Option<f64>,
}

impl Features {
    /// Computes the features of a recording. Silence gives tracks without speech, F0 or syllables.
    pub fn of(sound: &Speech) -> Self {
        let levels = levels(sound);
        let tones = tones(sound, &levels.speech_db);
        let voices_db = masked(&levels.speech_db, &tones);
        let floor_db = noise_floor(&voices_db);
        let f0_hz = f0_track_with_tones(sound, &tones);
        let mut sonorant = sonorants(&levels, &f0_hz);
        sonorant.iter_mut().zip(&tones).for_each(|(sonorant, tone)| *sonorant &= !tone);
        let Activity { speech, stretches } = activity(&voices_db, &floor_db, &sonorant);
        let filled_pause_log_odds = filled_pause_log_odds(&levels, &f0_hz, &sonorant, &speech);
        let nuclei_s = nuclei(&voices_db, &sonorant, &speech).into_iter().map(frame_time_s).collect();
        let sounds: Vec<Span> = activity::runs(&tones)
            .into_iter()
            .map(|(from, to)| Span::new(frame_time_s(from), frame_time_s(to - 1)))
            .collect();
        let noise_floor_dbfs = background_level_dbfs(&voices_db, &speech)
            .or_else(|| median_dbfs(floor_db.iter().copied().filter(|f| *f > SILENCE_DBFS).collect()));
        let snr_db = snr_db(&levels.speech_db, noise_floor_dbfs, &speech);
        let (lost, others) = (Vec::new(), Vec::new());
        let level_db = levels.speech_db;
        Self {
            level_db,
            f0_hz,
            filled_pause_log_odds,
            speech,
            stretches,
            sounds,
            lost,
            others,
            nuclei_s,
            noise_floor_dbfs,
            snr_db,
        }
    }

    /// Adds the spans in which the words could not be recognized to [`Features::lost`], and removes the syllable nuclei
    /// in them.
    #[must_use]
    pub fn without_words(mut self, unreadable: &[Span]) -> Self {
        self.nuclei_s.retain(|at_s| unreadable.iter().all(|u| u.distance_s(*at_s) > 0.0));
        self.lost.extend(unreadable);
        self.lost.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        self
    }

    /// Returns the spans in which something other than the speaker's voice may sound (other sounds and other speakers),
    /// ordered by their start.
    pub fn other_sounds(&self) -> Vec<Span> {
        let mut other_sounds = [&self.sounds[..], &self.others].concat();
        other_sounds.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        other_sounds
    }

    /// Returns the features of one of several speakers, whose turns are the ordered spans `own`. Everything outside of
    /// them is attributed to other speakers.
    #[must_use]
    pub fn of_speaker(&self, own: &[Span]) -> Self {
        let whole = Span::new(0.0, frame_time_s(self.speech.len()));
        let is_own = |time_s: f64| own.iter().any(|o| o.distance_s(time_s) <= 0.0);
        let mut features = Self { others: outside(whole, own), ..self.clone() };
        features.stretches = self.stretches.iter().flat_map(|s| own.iter().filter_map(|o| s.shared(o))).collect();
        features.lost = self.lost.iter().flat_map(|lost| outside(*lost, &features.others)).collect();
        features.nuclei_s.retain(|s| is_own(*s));
        for i in 0..self.speech.len() {
            if !is_own(frame_time_s(i)) {
                features.speech[i] = false;
                features.f0_hz[i] = None;
                features.filled_pause_log_odds[i] = filled_pause::NO_VOICE_LOG_ODDS;
            }
        }
        features.snr_db = snr_db(&self.level_db, self.noise_floor_dbfs, &features.speech);
        features
    }

    /// Moves stretches of speech in which, judging by the words, nobody speaks to [`Features::sounds`], and measures
    /// the background level anew.
    #[must_use]
    pub fn without_stretches(mut self, nobody: &[Span]) -> Self {
        if nobody.is_empty() {
            return self;
        }
        let is_in_sound = |time_s: f64| nobody.iter().any(|n| n.distance_s(time_s) <= 0.0);
        self.stretches.retain(|s| !nobody.contains(s));
        self.nuclei_s.retain(|s| !is_in_sound(*s));
        for i in 0..self.speech.len() {
            if self.speech[i] && is_in_sound(frame_time_s(i)) {
                self.speech[i] = false;
                self.filled_pause_log_odds[i] = filled_pause::NO_VOICE_LOG_ODDS;
            }
        }
        self.sounds.extend(nobody);
        self.sounds.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        let mut other_sounds = vec![false; self.speech.len()];
        for sound in self.other_sounds() {
            let to = (frame_at(sound.end_s) + 1).min(other_sounds.len());
            other_sounds[frame_at(sound.start_s).min(to)..to].fill(true);
        }
        let background_dbfs = background_level_dbfs(&masked(&self.level_db, &other_sounds), &self.speech);
        self.noise_floor_dbfs = background_dbfs.or(self.noise_floor_dbfs);
        self.snr_db = snr_db(&self.level_db, self.noise_floor_dbfs, &self.speech);
        self
    }
}

/// Returns the parts of a span outside all `holes`, in order.
pub fn outside(span: Span, holes: &[Span]) -> Vec<Span> {
    let mut parts = vec![span];
    for hole in holes {
        parts = parts
            .into_iter()
            .flat_map(|p| {
                [Span::new(p.start_s, p.end_s.min(hole.start_s)), Span::new(p.start_s.max(hole.end_s), p.end_s)]
            })
            .filter(|p| p.duration_s() > 0.0)
            .collect();
    }
    parts
}

/// Returns the level of the background noise: the median of the frames that are neither speech nor digital silence.
/// `None` with fewer than [`MIN_QUIET_FRAMES`] such frames.
fn background_level_dbfs(level_db: &[f32], speech: &[bool]) -> Option<f64> {
    let quiet = level_db.iter().zip(speech).filter(|(l, s)| !**s && **l > SILENCE_DBFS).map(|(l, _)| *l);
    Some(quiet.collect()).filter(|quiet: &Vec<f32>| quiet.len() >= MIN_QUIET_FRAMES).and_then(median_dbfs)
}

/// Returns the median level; `None` without any level.
fn median_dbfs(mut levels_db: Vec<f32>) -> Option<f64> {
    (!levels_db.is_empty()).then(|| f64::from(noise_floor::select_quantile(&mut levels_db, 0.5)))
}

/// Returns the signal-to-noise ratio, in dB. The noise power is subtracted from the power of the speech frames, which
/// contain both.
fn snr_db(level_db: &[f32], background_dbfs: Option<f64>, speech: &[bool]) -> Option<f64> {
    let power = |db: f64| 10f64.powf(db / 10.0);
    let spoken: Vec<f64> =
        level_db.iter().zip(speech).filter(|(_, s)| **s).map(|(l, _)| power(f64::from(*l))).collect();
    let noise = power(background_dbfs?);
    if spoken.is_empty() {
        return None;
    }
    let speech = (spoken.iter().sum::<f64>() / spoken.len() as f64 - noise).max(noise * 1e-3);
    Some(10.0 * (speech / noise).log10())
}
