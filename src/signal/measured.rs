//! What is measured of every frame by itself: most of the work, none of which depends on the rest of the recording. It can be done
//! while the recording is being made.

use std::ops::Range;

use super::frames::{BandLevels, HOP, frame_count, levels_of};
use super::pitch::{PitchFrame, pitch_frames};
use super::tones::{SHARE_REACH, steady_shares};
use crate::audio::Speech;

/// The measurements of the first frames of a sound.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measured {
    pub(super) levels: BandLevels,
    /// The share of each frame's power in steady lines.
    pub(super) steady_shares: Vec<f32>,
    /// The pitch candidates of each frame.
    pub(super) pitch: Vec<PitchFrame>,
}

impl Measured {
    /// Measures all frames of a sound.
    pub(super) fn of(sound: &Speech) -> Self {
        let mut measured = Self::default();
        measured.finish(sound);
        measured
    }

    /// Measures the frames that came since, as far as they stay as they are when more sound follows.
    pub(crate) fn follow(&mut self, sound: &Speech) {
        // The widest window.
        self.measure(sound, (sound.len() + HOP).saturating_sub(SHARE_REACH) / HOP);
    }

    /// Measures the frames that are left.
    pub(crate) fn finish(&mut self, sound: &Speech) {
        self.measure(sound, frame_count(sound.len()));
    }

    fn measure(&mut self, sound: &Speech, to: usize) {
        let frames = self.levels.speech_db.len()..to;
        if frames.is_empty() {
            return;
        }
        self.levels.append(levels_of(sound, frames.clone()));
        self.steady_shares.extend(steady_shares(sound, frames.clone()));
        self.pitch.extend(pitch_frames(sound, frames));
    }

    /// Returns the level of the speech band in the frames measured so far, in dBFS.
    pub(crate) fn level_db(&self) -> &[f32] {
        &self.levels.speech_db
    }

    /// Returns the measurements of some frames.
    pub(crate) fn part(&self, frames: Range<usize>) -> Self {
        Self {
            levels: self.levels.part(frames.clone()),
            steady_shares: self.steady_shares[frames.clone()].to_vec(),
            pitch: self.pitch[frames].to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::synth;
    use super::*;

    #[test]
    fn a_growing_sound_measures_as_the_whole() {
        let mut samples = synth::syllables(4.0, -20.0, 1.0);
        samples.extend(synth::sine(440.0, -20.0, 0.5));
        samples.extend(synth::noise(-50.0, 0.5));
        let whole = Speech::of(&samples);
        let mut growing = Measured::default();
        for known in [0, 1, 500, 1_000, 1_001, 7_777, 20_000, 31_999] {
            growing.follow(&Speech::of(&samples[..known]));
            assert!(growing.level_db().len() * HOP + SHARE_REACH > known, "{known}");
        }
        assert!(growing.level_db().len() > 190);
        growing.finish(&whole);
        assert_eq!(growing, Measured::of(&whole));
        assert_eq!(Measured::of(&Speech::default()), Measured::default());
    }
}
