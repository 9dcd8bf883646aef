//! The measurements of single frames: most of the work of computing the features. They do not depend on the rest of the
//! recording, so they can be made while it grows.

use super::frames::{BandLevels, HOP, SILENCE_DBFS, frame_at, frame_count, levels_of};
use super::noise_floor::select_quantile;
use super::pitch::{PitchFrame, pitch_frames};
use super::tones::{SHARE_REACH, steady_shares};
use crate::audio::Speech;

/// The time by which loud and quiet are told, in seconds.
const PAST_S: f64 = 10.0;
/// The quantiles of the levels of that time that count as quiet and as loud.
const QUIET_QUANTILE: f64 = 0.08;
const LOUD_QUANTILE: f64 = 0.95;
/// The share of frames that may be loud in what is called quiet: clicks.
const CLICKS_SHARE: f64 = 0.05;

/// The measurements of the frames of a recording, from the first frame on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measured {
    pub(super) levels: BandLevels,
    /// For each frame, the share of its power in steady lines.
    pub(super) steady_shares: Vec<f32>,
    /// The pitch candidates of each frame.
    pub(super) pitch: Vec<PitchFrame>,
}

impl Measured {
    /// Measures all frames of a recording.
    pub(super) fn of(sound: &Speech) -> Self {
        let mut measured = Self::default();
        measured.finish(sound);
        measured
    }

    /// Measures the new frames of a growing recording, except the last ones, whose measurements will change when more
    /// samples follow.
    pub(crate) fn follow(&mut self, sound: &Speech) {
        // The measurement that looks farthest ahead is the share in steady lines.
        self.measure(sound, (sound.len() + HOP).saturating_sub(SHARE_REACH) / HOP);
    }

    /// Measures the remaining frames of a finished recording.
    pub(crate) fn finish(&mut self, sound: &Speech) {
        self.measure(sound, frame_count(sound.len()));
    }

    fn measure(&mut self, sound: &Speech, to: usize) {
        let frames = self.frames()..to;
        if frames.is_empty() {
            return;
        }
        self.levels.append(levels_of(sound, frames.clone()));
        self.steady_shares.extend(steady_shares(sound, frames.clone()));
        self.pitch.extend(pitch_frames(sound, frames));
    }

    /// Returns the number of frames measured so far.
    pub(crate) fn frames(&self) -> usize {
        self.pitch.len()
    }

    /// Returns whether the last `duration_s` seconds are nearer to the quiet than to the loud moments of the ten seconds
    /// before their end. It is a rough but cheap test of whether somebody may have stopped speaking.
    pub(crate) fn is_quiet_for(&self, duration_s: f64) -> bool {
        let level_db = &self.levels.speech_db;
        let from = |duration_s: f64| level_db.len().saturating_sub(frame_at(duration_s));
        let mut past: Vec<f32> = level_db[from(PAST_S)..].iter().copied().filter(|l| *l > SILENCE_DBFS).collect();
        if past.is_empty() {
            return true;
        }
        let quiet_db = select_quantile(&mut past, QUIET_QUANTILE);
        let middle_db = f32::midpoint(quiet_db, select_quantile(&mut past, LOUD_QUANTILE));
        let last = &level_db[from(duration_s)..];
        last.iter().filter(|l| **l > middle_db).count() as f64 <= CLICKS_SHARE * last.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::synth;
    use super::*;

    #[test]
    fn a_pause_is_quiet_and_speech_is_not() {
        let mut samples = synth::noise(-60.0, 1.0);
        samples.extend(synth::syllables(4.0, -20.0, 4.0));
        let is_quiet = |samples: &[f32]| Measured::of(&Speech::of(samples)).is_quiet_for(0.7);
        assert!(!is_quiet(&samples));
        samples.extend(synth::noise(-60.0, 0.4));
        assert!(!is_quiet(&samples));
        samples.extend(synth::noise(-60.0, 0.4));
        assert!(is_quiet(&samples) && is_quiet(&[]));
    }

    #[test]
    fn a_growing_sound_measures_as_the_whole() {
        let mut samples = synth::syllables(4.0, -20.0, 1.0);
        samples.extend(synth::sine(440.0, -20.0, 0.5));
        samples.extend(synth::noise(-50.0, 0.5));
        let whole = Speech::of(&samples);
        let mut growing = Measured::default();
        for known in [0, 1, 500, 1_000, 1_001, 7_777, 20_000, 31_999] {
            growing.follow(&Speech::of(&samples[..known]));
            assert!(growing.frames() * HOP + SHARE_REACH > known, "{known}");
        }
        assert!(growing.frames() > 190);
        growing.finish(&whole);
        assert_eq!(growing, Measured::of(&whole));
        assert_eq!(Measured::of(&Speech::default()), Measured::default());
    }
}
