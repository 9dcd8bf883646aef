//! Features of the sound itself, independent of the words: level, noise floor, speech or silence, F0, syllables.
//!
//! Every track has one value every 10 ms; value `i` belongs to the time `i * 0.01 s` of the recording.

mod activity;
pub mod contours;
pub mod filled_pause;
mod frames;
mod measured;
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
pub use frames::{BANDS, Levels, SILENCE_DBFS, STEP_S, frame_at, frame_time_s, levels};
pub use measured::Measured;
pub use noise_floor::noise_floor;
pub(crate) use noise_floor::pick as quantile;
pub use pitch::{CEILING_HZ, FLOOR_HZ, f0_track};
pub use spectrogram::spectrogram;
pub use syllables::nuclei;

use pitch::f0_track_beside;
use tones::{tones, without};

use crate::audio::Speech;
use crate::span::Span;

/// Minimum number of frames without speech for measuring the noise floor (0.3 s).
const LEAST_QUIET_FRAMES: usize = 30;

/// The tracks and events of one recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// Level of the speech band (150 to 3700 Hz) in every frame, in dBFS; a full-scale sine has -3.01.
    pub level_db: Vec<f32>,
    /// Fundamental frequency of the voice in every frame, in hertz; `None` where unvoiced.
    pub f0_hz: Vec<Option<f32>>,
    /// How much every frame sounds like a filled pause, as log-odds ([`mod@filled_pause`]).
    pub filled_pause_log_odds: Vec<f32>,
    /// Whether somebody speaks, in every frame.
    pub speech: Vec<bool>,
    /// The stretches of speech, in order.
    pub stretches: Vec<Span>,
    /// The stretches with sounds other than a voice, in order: tones and, once the words are known, sounds in which no
    /// word was said. They count neither as speech nor as background noise.
    pub sounds: Vec<Span>,
    /// The stretches in which nothing is counted, in order: they were lost while recording, so that there is no sound
    /// but the speaker is not known to be silent, or somebody spoke and the words could not be made out.
    pub lost: Vec<Span>,
    /// The stretches in which the word is somebody else's, in order: neither speech nor pauses of the speaker. None where one
    /// person speaks.
    pub others: Vec<Span>,
    /// The middles of the syllables, in seconds, in order.
    pub nuclei_s: Vec<f64>,
    /// The noise floor where nobody speaks, in dBFS in the speech band; `None` for digital silence.
    pub noise_floor_dbfs: Option<f64>,
    /// The signal-to-noise ratio: how far the speech is above the noise floor, in dB; `None` without speech or without
    /// noise.
    pub snr_db: Option<f64>,
}

impl Features {
    /// Measures a sound. Silence gives tracks without speech, voice or syllables.
    pub fn of(sound: &Speech) -> Self {
        Self::from(Measured::of(sound))
    }

    /// Returns the features of a sound, all frames of which are measured.
    pub(crate) fn from(measured: Measured) -> Self {
        let Measured { levels, staying_share, pitch } = measured;
        let tones = tones(&staying_share, &levels.speech_db);
        let voices_db = without(&levels.speech_db, &tones);
        let floor_db = noise_floor(&voices_db);
        let f0_hz = f0_track_beside(&pitch, &tones);
        let mut sonorant = sonorants(&levels, &f0_hz);
        sonorant.iter_mut().zip(&tones).for_each(|(sonorant, tone)| *sonorant &= !tone);
        let Activity { speech, stretches } = activity(&voices_db, &floor_db, &sonorant);
        let filled_pause_log_odds = filled_pause_log_odds(&levels, &f0_hz, &sonorant, &speech);
        let nuclei_s = nuclei(&voices_db, &sonorant, &speech).into_iter().map(frame_time_s).collect();
        let sounds: Vec<Span> = activity::runs(&tones)
            .into_iter()
            .map(|(from, to)| Span::new(frame_time_s(from), frame_time_s(to - 1)))
            .collect();
        let noise_floor_dbfs = room_level_dbfs(&voices_db, &speech)
            .or_else(|| typical_dbfs(floor_db.iter().copied().filter(|f| *f > SILENCE_DBFS).collect()));
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

    /// Moves the stretches in which the words could not be made out to [`Features::lost`].
    #[must_use]
    pub fn without_words(mut self, unreadable: &[Span]) -> Self {
        self.nuclei_s.retain(|at_s| unreadable.iter().all(|u| u.distance_s(*at_s) > 0.0));
        self.lost.extend(unreadable);
        self.lost.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        self
    }

    /// The stretches in which something else than the speaker's voice may sound, in order of their beginnings.
    pub fn elsewhere(&self) -> Vec<Span> {
        let mut elsewhere = [&self.sounds[..], &self.others].concat();
        elsewhere.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        elsewhere
    }

    /// The same of one of several speakers: who has the word in the spans `own`, in order, and is silent in all others.
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
                features.filled_pause_log_odds[i] = filled_pause::NO_VOICE;
            }
        }
        features.snr_db = snr_db(&self.level_db, self.noise_floor_dbfs, &features.speech);
        features
    }

    /// Moves the stretches in which nobody turned out to speak to [`Features::sounds`].
    #[must_use]
    pub fn without_stretches(mut self, nobody: &[Span]) -> Self {
        if nobody.is_empty() {
            return self;
        }
        let is_out = |time_s: f64| nobody.iter().any(|n| n.distance_s(time_s) <= 0.0);
        self.stretches.retain(|s| !nobody.contains(s));
        self.nuclei_s.retain(|s| !is_out(*s));
        for i in 0..self.speech.len() {
            if self.speech[i] && is_out(frame_time_s(i)) {
                self.speech[i] = false;
                self.filled_pause_log_odds[i] = filled_pause::NO_VOICE;
            }
        }
        self.sounds.extend(nobody);
        self.sounds.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        let mut elsewhere = vec![false; self.speech.len()];
        for sound in self.elsewhere() {
            let to = (frame_at(sound.end_s) + 1).min(elsewhere.len());
            elsewhere[frame_at(sound.start_s).min(to)..to].fill(true);
        }
        let room_dbfs = room_level_dbfs(&without(&self.level_db, &elsewhere), &self.speech);
        self.noise_floor_dbfs = room_dbfs.or(self.noise_floor_dbfs);
        self.snr_db = snr_db(&self.level_db, self.noise_floor_dbfs, &self.speech);
        self
    }
}

/// Returns the parts of a span that lie in none of the `holes`, in order.
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

/// Returns the median level of the frames without speech or any other sound; `None` with fewer than
/// [`LEAST_QUIET_FRAMES`].
fn room_level_dbfs(level_db: &[f32], speech: &[bool]) -> Option<f64> {
    let quiet = level_db.iter().zip(speech).filter(|(l, s)| !**s && **l > SILENCE_DBFS).map(|(l, _)| *l);
    Some(quiet.collect()).filter(|quiet: &Vec<f32>| quiet.len() >= LEAST_QUIET_FRAMES).and_then(typical_dbfs)
}

/// Returns the median of some levels; `None` without any.
fn typical_dbfs(mut levels_db: Vec<f32>) -> Option<f64> {
    (!levels_db.is_empty()).then(|| f64::from(noise_floor::pick(&mut levels_db, 0.5)))
}

/// Returns the ratio of speech power to noise power, in dB; the noise power is subtracted from the speech power first.
fn snr_db(level_db: &[f32], room_dbfs: Option<f64>, speech: &[bool]) -> Option<f64> {
    let power = |db: f64| 10f64.powf(db / 10.0);
    let spoken: Vec<f64> =
        level_db.iter().zip(speech).filter(|(_, s)| **s).map(|(l, _)| power(f64::from(*l))).collect();
    let room = power(room_dbfs?);
    if spoken.is_empty() {
        return None;
    }
    let speech = (spoken.iter().sum::<f64>() / spoken.len() as f64 - room).max(room * 1e-3);
    Some(10.0 * (speech / room).log10())
}
