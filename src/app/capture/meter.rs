//! Measures the input level in dB below full scale (dBFS), ten times a second.

/// The level from which a sample counts as clipped: the last thousandth of full scale, where converters of any width
/// saturate.
pub(super) const CLIPPED: f32 = 0.999;
/// The value of [`Reading::level_dbfs`] for digital silence, in dBFS.
pub(super) const SILENCE_DBFS: f64 = -120.0;
/// The length of one reading, in seconds.
pub(super) const READING_S: f64 = 0.1;

/// The level over [`READING_S`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// The peak over all channels, in dBFS; [`SILENCE_DBFS`] for digital silence.
    pub(super) peak_dbfs: f64,
    /// The root mean square about the mean, in dBFS: a DC offset is not sound.
    pub(super) level_dbfs: f64,
    /// The share of clipped samples, 0 to 1.
    pub(super) clipped: f64,
    /// Whether every sample is exactly zero.
    pub(super) zero: bool,
}

/// Turns interleaved samples, full scale 1.0, into one [`Reading`] per [`READING_S`].
pub(super) struct Meter {
    per_reading: usize,
    count: usize,
    peak: f32,
    sum: f64,
    squares: f64,
    clipped: usize,
    zero: bool,
}

impl Meter {
    /// Creates a meter for the given sample rate and number of channels.
    pub(super) fn new(rate_hz: u32, channels: u16) -> Self {
        let per_reading = ((f64::from(rate_hz) * READING_S) as usize).max(1) * usize::from(channels);
        Self { per_reading, count: 0, peak: 0.0, sum: 0.0, squares: 0.0, clipped: 0, zero: true }
    }

    /// Calls `report` with every reading that `samples` completes.
    pub(super) fn push(&mut self, samples: &[f32], mut report: impl FnMut(Reading)) {
        for sample in samples {
            // NaN would persist in the sums, so samples that are not finite count as zero.
            let x = if sample.is_finite() { *sample } else { 0.0 };
            self.peak = self.peak.max(x.abs());
            self.sum += f64::from(x);
            self.squares += f64::from(x) * f64::from(x);
            self.clipped += usize::from(x.abs() >= CLIPPED);
            self.zero &= x == 0.0;
            self.count += 1;
            if self.count == self.per_reading {
                report(self.reading());
                *self = Self { count: 0, peak: 0.0, sum: 0.0, squares: 0.0, clipped: 0, zero: true, ..*self };
            }
        }
    }

    fn reading(&self) -> Reading {
        let count = self.count as f64;
        let mean = self.sum / count;
        let variance = (self.squares / count - mean * mean).max(0.0);
        Reading {
            peak_dbfs: dbfs(f64::from(self.peak)),
            level_dbfs: dbfs(variance.sqrt()),
            clipped: self.clipped as f64 / count,
            zero: self.zero,
        }
    }
}

fn dbfs(amplitude: f64) -> f64 {
    (20.0 * amplitude.log10()).max(SILENCE_DBFS)
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn readings(samples: &[f32], channels: u16) -> Vec<Reading> {
        let mut meter = Meter::new(8_000, channels);
        let mut out = Vec::new();
        samples.chunks(77).for_each(|chunk| meter.push(chunk, |r| out.push(r)));
        out
    }

    fn tone(amplitude: f32, offset: f32) -> Vec<f32> {
        (0..8_000).map(|i| offset + amplitude * (TAU * 100.0 * i as f32 / 8_000.0).sin()).collect()
    }

    #[test]
    fn a_tone_has_its_known_level_whatever_the_offset() {
        for offset in [0.0, 0.3] {
            let out = readings(&tone(0.5, offset), 1);
            assert_eq!(out.len(), 10);
            for reading in out {
                assert!((reading.level_dbfs - -9.03).abs() < 0.05, "{reading:?}");
                assert!((reading.peak_dbfs - f64::from(20.0 * (0.5 + offset).log10())).abs() < 0.05, "{reading:?}");
                assert_eq!((reading.clipped, reading.zero), (0.0, false));
            }
        }
        assert_eq!(readings(&tone(0.5, 0.0), 2).len(), 5);
    }

    #[test]
    fn silence_clipping_and_what_is_no_number_are_known() {
        assert!(readings(&[0.0; 8_000], 1).iter().all(|r| r.zero && r.peak_dbfs == SILENCE_DBFS));
        let square: Vec<f32> = (0..8_000).map(|i| if i / 40 % 2 == 0 { 1.0 } else { -1.0 }).collect();
        assert!(readings(&square, 1).iter().all(|r| r.clipped == 1.0 && !r.zero));
        assert!(readings(&[f32::NAN; 800], 1).iter().all(|r| r.peak_dbfs == SILENCE_DBFS));
    }
}
