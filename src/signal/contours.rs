//! The tracks that charts of an answer show, at one byte per value: level, F0 and voice activity every 10 ms.
//!
//! They are small enough to be stored with every answer. The quantization steps (half a decibel, a seventh of a
//! semitone) are finer than a chart can show.

use super::{CEILING_HZ, FLOOR_HZ, Features, SILENCE_DBFS};

/// The quantization step of the level, in decibels.
pub const LEVEL_STEP_DB: f32 = 0.5;
/// The number of quantization steps of F0 from [`FLOOR_HZ`] to [`CEILING_HZ`], which are equal in semitones.
pub const F0_STEPS: f32 = 254.0;

/// Level, F0 and voice activity of one recording. All tracks have the same length; value `i` belongs to the time `i *
/// 0.01 s`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contours {
    /// Level of the speech band: the number of steps of [`LEVEL_STEP_DB`] above [`SILENCE_DBFS`].
    pub level: Vec<u8>,
    /// F0: 0 where unvoiced, otherwise one more than the number of steps above [`FLOOR_HZ`].
    pub f0: Vec<u8>,
    /// 1 where somebody speaks, 0 elsewhere.
    pub speech: Vec<u8>,
}

impl Contours {
    /// Quantizes the tracks of a recording.
    pub fn of(features: &Features) -> Self {
        let octaves = (CEILING_HZ / FLOOR_HZ).log2() as f32;
        let level = |db: &f32| ((db - SILENCE_DBFS) / LEVEL_STEP_DB).round().clamp(0.0, 255.0) as u8;
        let f0 = |hz: &Option<f32>| {
            hz.map_or(0, |hz| {
                (1.0 + (hz / FLOOR_HZ as f32).log2() / octaves * F0_STEPS).round().clamp(1.0, 255.0) as u8
            })
        };
        Self {
            level: features.level_db.iter().map(level).collect(),
            f0: features.f0_hz.iter().map(f0).collect(),
            speech: features.speech.iter().map(|s| u8::from(*s)).collect(),
        }
    }

    /// Returns the number of values in each track.
    pub fn len(&self) -> usize {
        self.level.len()
    }

    /// Returns whether the tracks have no values.
    pub fn is_empty(&self) -> bool {
        self.level.is_empty()
    }

    /// Returns the level of frame `i`, in dBFS.
    pub fn level_db(&self, i: usize) -> f64 {
        f64::from(SILENCE_DBFS + f32::from(self.level[i]) * LEVEL_STEP_DB)
    }

    /// Returns the F0 of frame `i`, in hertz; `None` where unvoiced.
    pub fn f0_hz(&self, i: usize) -> Option<f64> {
        let octaves = (CEILING_HZ / FLOOR_HZ).log2();
        let steps = self.f0[i].checked_sub(1)?;
        Some(FLOOR_HZ * (f64::from(steps) / f64::from(F0_STEPS) * octaves).exp2())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Speech;
    use crate::signal::synth;

    #[test]
    fn a_byte_a_value_is_as_fine_as_promised() {
        let mut samples = synth::sine(210.0, -12.0, 1.0);
        samples.extend(vec![0.0; 8_000]);
        let features = Features::of(&Speech::of(&samples));
        let contours = Contours::of(&features);
        assert_eq!(contours.len(), features.level_db.len());
        for i in 0..contours.len() {
            assert!((contours.level_db(i) - f64::from(features.level_db[i])).abs() <= 0.25, "{i}");
            match (contours.f0_hz(i), features.f0_hz[i]) {
                (Some(kept), Some(hz)) => assert!((12.0 * (kept / f64::from(hz)).log2()).abs() <= 0.08, "{i}"),
                (kept, hz) => assert_eq!(kept.is_some(), hz.is_some(), "{i}"),
            }
        }
        assert!(contours.f0.iter().any(|v| *v > 0) && contours.f0.contains(&0));
        assert!(Contours::of(&Features::of(&Speech::default())).is_empty());
    }
}
