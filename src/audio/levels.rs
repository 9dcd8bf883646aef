//! Measures peak, clipping and loudness of the mono signal at the recording's native rate.

use ebur128::{EbuR128, Mode};

use super::{SPEECH_RATE_HZ, Speech};
use crate::span::Span;

/// Maximum spread of the samples in a flat top, as a fraction of their level: 0.1 %, that is 0.009 dB.
const FLATNESS_FRACTION: f32 = 0.001;

/// Minimum number of samples in a flat top; two equal samples occur in any signal.
const MIN_RUN: u64 = 3;

/// Where the signal does not fall steeply from a flat top, it must leave the adjacent band of the same height within
/// 1/[`EDGE_FRACTION`] of the flat top's length. On a parabola, crossing that band takes at least a fifth of the
/// length, wherever the bands lie; the margin allows for coarse quantization.
const EDGE_FRACTION: u64 = 20;

/// Minimum level of a flat top that counts as full scale: 0.1 % below it.
const FULL_SCALE: f32 = 1.0 - FLATNESS_FRACTION;

/// Minimum number of flat tops at one level below full scale that count as clipping; such a level arises when a clipped
/// recording is attenuated afterwards. A single flat top can be chance.
const MIN_FLAT_TOPS_BELOW_FULL_SCALE: u64 = 3;

/// Minimum level of flat tops below full scale, in quantization steps: a signal that wavers between the lowest few
/// sample values is flat without being clipped.
const MIN_LEVEL_STEPS: f32 = 16.0;

/// Tolerance within which flat tops have the same level, and reach the peak of the signal, as a fraction of the level.
const SAME_LEVEL_FRACTION: f32 = 0.002;

/// Minimum number of short-term loudness values (over 3 s, one per second) for a loudness range. With fewer, the 10th
/// percentile that the range starts from (EBU Tech 3342) would be the lowest value.
const MIN_RANGE_VALUES: f64 = 10.0;

/// Minimum duration of a signal for a loudness range, seconds: it gives [`MIN_RANGE_VALUES`] values.
const MIN_RANGE_S: f64 = 3.0 + (MIN_RANGE_VALUES - 1.0);

/// Levels of a recording. They are measured on the mono signal at the native rate, so that a mono and a stereo copy of
/// one recording have the same levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// Highest sample magnitude, dB relative to full scale, at most about 0. `None` for digital silence.
    pub peak_dbfs: Option<f64>,
    /// Fraction of all samples (0 to 1) inside flat tops of three or more samples, at full scale or at the signal's own
    /// maximum. Clipping before a lossy codec is not detected, since the codec rounds off the flat tops.
    pub clipped_fraction: f64,
    /// Integrated loudness (EBU R128, ITU-R BS.1770-4), LUFS. `None` for silence (nothing above -70 LUFS) and for a
    /// signal shorter than one block of 0.4 s.
    pub loudness_lufs: Option<f64>,
    /// Loudness range (EBU Tech 3342), LU. `None` for silence and for a signal shorter than 12 s, which has too few
    /// short-term values.
    pub loudness_range_lu: Option<f64>,
}

/// Measures the [`Levels`] of a signal that arrives block by block.
pub(super) struct LevelMeter {
    rate_hz: u32,
    frames: u64,
    /// The loudness meter; `None` if it does not support the sample rate.
    loudness: Option<EbuR128>,
    upper: FlatTops,
    lower: FlatTops,
}

impl LevelMeter {
    /// Creates a meter. `quantization_step` is the largest step between neighbouring sample values near full scale in the file's
    /// sample format.
    pub(super) fn new(rate_hz: u32, quantization_step: f32) -> Self {
        Self {
            rate_hz,
            frames: 0,
            loudness: EbuR128::new(1, rate_hz, Mode::I | Mode::LRA).ok(),
            upper: FlatTops::new(quantization_step),
            lower: FlatTops::new(quantization_step),
        }
    }

    /// Processes the next samples.
    pub(super) fn push(&mut self, mono: &[f32]) {
        self.frames += mono.len() as u64;
        for &sample in mono {
            self.upper.push(sample);
            self.lower.push(-sample);
        }
        if self.loudness.as_mut().is_some_and(|meter| meter.add_frames_f32(mono).is_err()) {
            self.loudness = None;
        }
    }

    /// Returns the levels of all samples so far.
    pub(super) fn finish(&self) -> Levels {
        let peak = f64::from(self.upper.peak.max(self.lower.peak));
        let clipped = self.upper.clipped() + self.lower.clipped();
        let loudness = self.loudness.as_ref();
        let loudness_lufs = loudness.and_then(|meter| meter.loudness_global().ok()).filter(|lufs| lufs.is_finite());
        let long_enough = self.frames as f64 >= MIN_RANGE_S * f64::from(self.rate_hz);
        Levels {
            peak_dbfs: (peak > 0.0).then(|| 20.0 * peak.log10()),
            clipped_fraction: if self.frames == 0 { 0.0 } else { clipped as f64 / self.frames as f64 },
            loudness_lufs,
            loudness_range_lu: loudness
                .filter(|_| long_enough && loudness_lufs.is_some())
                .and_then(|meter| meter.loudness_range().ok())
                .filter(|lu| lu.is_finite()),
        }
    }
}

impl Levels {
    /// Returns the levels with the loudness corrected to exclude the spans `sounds`, in which something other than the
    /// voice sounds. The correction is the loudness of `speech` outside of the spans minus that of all of `speech`.
    #[must_use]
    pub fn without(self, sounds: &[Span], speech: &Speech) -> Self {
        if sounds.is_empty() {
            return self;
        }
        let at = |s: f64| ((s * f64::from(SPEECH_RATE_HZ)) as usize).min(speech.len());
        let (mut whole, mut rest) = (LevelMeter::new(SPEECH_RATE_HZ, 0.0), LevelMeter::new(SPEECH_RATE_HZ, 0.0));
        let mut from = 0;
        for sound in sounds.iter().chain([&Span::new(speech.duration_s(), speech.duration_s())]) {
            let (start, end) = (at(sound.start_s).max(from), at(sound.end_s).max(from));
            let voice = speech.samples(from..start);
            whole.push(&voice);
            rest.push(&voice);
            whole.push(&speech.samples(start..end));
            from = end;
        }
        let (whole, rest) = (whole.finish(), rest.finish());
        let louder_lu = rest.loudness_lufs.zip(whole.loudness_lufs).map(|(rest, whole)| rest - whole);
        Self {
            loudness_lufs: self.loudness_lufs.zip(louder_lu).map(|(lufs, lu)| lufs + lu),
            loudness_range_lu: self.loudness_range_lu.and(rest.loudness_range_lu),
            ..self
        }
    }
}

/// Finds the flat tops on the positive side of a signal, keeping only those at the highest level. (For the negative
/// side, the signal is inverted.)
///
/// A flat top is a run of at least [`MIN_RUN`] samples within a narrow band, from which the signal falls on both sides
/// more steeply than from any round top: by [`min_edge_fall`] band heights from one sample to the next, or by one band
/// height within 1/[`EDGE_FRACTION`] of the run's length.
struct FlatTops {
    quantization_step: f32,
    peak: f32,
    before: f32,
    run: Option<LevelRun>,
    /// Length of the previous run, in samples.
    samples_before: u64,
    /// A run that is a flat top if the run after it is short.
    pending: Option<LevelRun>,
    /// The highest level of a flat top so far.
    level: f32,
    /// Number of flat tops at that level.
    flat_tops: u64,
    /// Number of samples in these flat tops.
    samples: u64,
}

/// Returns the minimum fall of the signal from one sample to the next at the edge of a flat top of `samples` samples,
/// in band heights. The round top of a tone is a parabola: if `n` of its samples lie within a band of height 1, the
/// fall from the last of them to the next sample is at most `4 n / (n - 1)^2`. The result is 1.5 times that, plus one
/// band height for quantization, which no round top reaches.
fn min_edge_fall(samples: u64) -> f32 {
    let n = samples as f32;
    1.0 + 1.5 * 4.0 * n / (n - 1.0).powi(2)
}

/// Returns the height of the band at `level` within which samples count as equal.
fn band(level: f32, quantization_step: f32) -> f32 {
    (FLATNESS_FRACTION * level).max(1.5 * quantization_step)
}

/// A run: consecutive samples that stay within one band.
#[derive(Clone, Copy)]
struct LevelRun {
    before: f32,
    lowest: f32,
    highest: f32,
    samples: u64,
}

impl FlatTops {
    fn new(quantization_step: f32) -> Self {
        Self {
            quantization_step,
            peak: 0.0,
            before: 0.0,
            run: None,
            samples_before: 0,
            pending: None,
            level: 0.0,
            flat_tops: 0,
            samples: 0,
        }
    }

    fn push(&mut self, sample: f32) {
        self.peak = self.peak.max(sample);
        if let Some(run) = &mut self.run {
            let (lowest, highest) = (run.lowest.min(sample), run.highest.max(sample));
            if highest - lowest <= band(highest, self.quantization_step) {
                (run.lowest, run.highest) = (lowest, highest);
                run.samples += 1;
                self.before = sample;
                return;
            }
        }
        if let Some(run) = self.run.take() {
            self.end(run, sample);
        }
        self.run = Some(LevelRun { before: self.before, lowest: sample, highest: sample, samples: 1 });
        self.before = sample;
    }

    /// Classifies a run; `after` is the sample that ended it.
    fn end(&mut self, run: LevelRun, after: f32) {
        if let Some(top) = self.pending.take()
            && run.samples * EDGE_FRACTION <= top.samples
        {
            self.count(top);
        }
        let samples_before = std::mem::replace(&mut self.samples_before, run.samples);
        if run.samples < MIN_RUN || run.highest <= 0.0 || run.before.max(after) >= run.lowest {
            return;
        }
        let steep = min_edge_fall(run.samples) * band(run.highest, self.quantization_step);
        let rises = run.lowest - run.before >= steep || samples_before * EDGE_FRACTION <= run.samples;
        match (rises, run.lowest - after >= steep) {
            (true, true) => self.count(run),
            (true, false) => self.pending = Some(run),
            (false, _) => {}
        }
    }

    /// Counts a flat top if it is at the highest level so far; a higher one restarts the count.
    fn count(&mut self, top: LevelRun) {
        if top.highest < self.level * (1.0 - SAME_LEVEL_FRACTION) {
            return;
        }
        if top.highest > self.level * (1.0 + SAME_LEVEL_FRACTION) {
            (self.level, self.flat_tops, self.samples) = (top.highest, 0, 0);
        }
        self.flat_tops += 1;
        self.samples += top.samples;
    }

    /// Returns the number of clipped samples on this side: those in flat tops at full scale or at the side's own
    /// maximum.
    fn clipped(&self) -> u64 {
        let at_top = self.level >= self.peak * (1.0 - SAME_LEVEL_FRACTION);
        let enough = self.level >= FULL_SCALE
            || (self.flat_tops >= MIN_FLAT_TOPS_BELOW_FULL_SCALE
                && self.level >= MIN_LEVEL_STEPS * self.quantization_step);
        if at_top && enough { self.samples } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    const Q16: f32 = 1.0 / 32_768.0;

    fn levels(rate_hz: u32, signal: &[f32]) -> Levels {
        levels_with(rate_hz, signal, Q16)
    }

    fn levels_with(rate_hz: u32, signal: &[f32], quantization_step: f32) -> Levels {
        let mut meter = LevelMeter::new(rate_hz, quantization_step);
        signal.chunks(1000).for_each(|block| meter.push(block));
        meter.finish()
    }

    fn tone(rate_hz: u32, frequency_hz: f64, amplitude: f64, duration_s: f64) -> Vec<f32> {
        let frames = (duration_s * f64::from(rate_hz)) as usize;
        (0..frames).map(|i| (amplitude * (TAU * frequency_hz * i as f64 / f64::from(rate_hz)).sin()) as f32).collect()
    }

    fn quantized(signal: &[f32], step: f32) -> Vec<f32> {
        signal.iter().map(|x| (x / step).round() * step).map(|x| x.clamp(-1.0, 1.0 - step)).collect()
    }

    #[test]
    fn loudness_is_that_of_ebu_tech_3341() {
        // Tech 3341, case 1: a 1 kHz stereo sine at -23 dBFS reads -23 LUFS. One channel of it reads 3.01 dB less.
        let tone = tone(48_000, 1000.0, 10_f64.powf(-23.0 / 20.0), 20.0);
        let levels = levels(48_000, &tone);
        assert!((levels.loudness_lufs.unwrap() + 26.01).abs() < 0.1, "{levels:?}");
        assert!((levels.peak_dbfs.unwrap() + 23.0).abs() < 0.01, "{levels:?}");
        assert!(levels.loudness_range_lu.unwrap() < 0.1, "{levels:?}");
    }

    #[test]
    fn loudness_range_is_that_of_ebu_tech_3342() {
        // Tech 3342, case 1: 20 s at -20 dBFS, 20 s at -30 dBFS: 10 LU.
        let mut signal = tone(48_000, 1000.0, 0.1, 20.0);
        signal.extend(tone(48_000, 1000.0, 10_f64.powf(-1.5), 20.0));
        assert!((levels(48_000, &signal).loudness_range_lu.unwrap() - 10.0).abs() < 1.0);
    }

    #[test]
    fn silence_and_short_recordings_have_no_loudness() {
        let silence = levels(16_000, &vec![0.0; 320_000]);
        let none = Levels { peak_dbfs: None, clipped_fraction: 0.0, loudness_lufs: None, loudness_range_lu: None };
        assert_eq!(silence, none);
        assert_eq!(levels(16_000, &[]), none);
        let short = levels(16_000, &tone(16_000, 300.0, 0.5, 0.3));
        assert_eq!((short.loudness_lufs, short.loudness_range_lu), (None, None));
        let medium = levels(16_000, &tone(16_000, 300.0, 0.5, 11.0));
        assert!(medium.loudness_lufs.is_some() && medium.loudness_range_lu.is_none());
    }

    #[test]
    fn round_tops_are_not_clipped() {
        for rate_hz in [8_000, 16_000, 48_000, 192_000] {
            for frequency_hz in [10.0, 50.0, 100.0, 123.4, 440.0, 3000.0] {
                let tone = tone(rate_hz, frequency_hz, 1.0, 2.0);
                assert_eq!(levels(rate_hz, &tone).clipped_fraction, 0.0, "float {frequency_hz} Hz at {rate_hz}");
                let tone_16 = quantized(&tone, Q16);
                assert_eq!(levels(rate_hz, &tone_16).clipped_fraction, 0.0, "16 bit {frequency_hz} Hz at {rate_hz}");
                let tone_8 = quantized(&tone, 1.0 / 128.0);
                let clipped = levels_with(rate_hz, &tone_8, 1.0 / 128.0).clipped_fraction;
                assert_eq!(clipped, 0.0, "8 bit {frequency_hz} Hz at {rate_hz}");
            }
        }
    }

    #[test]
    fn dither_is_not_clipped() {
        let dither: Vec<f32> =
            (0..96_000_u32).map(|i| Q16 * ((i.wrapping_mul(2_654_435_761) >> 16) % 3) as f32 - Q16).collect();
        assert_eq!(levels(48_000, &dither).clipped_fraction, 0.0);
    }

    #[test]
    fn a_sawtooth_is_not_clipped() {
        for frequency_hz in [5.0, 120.0, 300.0] {
            let signal: Vec<f32> = (0..96_000)
                .map(|i| 0.9 * (2.0 * (frequency_hz * f64::from(i) / 48_000.0).fract() - 1.0))
                .map(|x| x as f32)
                .collect();
            assert_eq!(levels(48_000, &signal).clipped_fraction, 0.0, "{frequency_hz} Hz");
        }
    }

    #[test]
    fn cut_tops_are_clipped_also_after_turning_down() {
        // A sine clipped at 1/g of its amplitude is flat for 1 - 2 asin(1/g) / pi of the time.
        let gain = 2.0_f64;
        let expected = 1.0 - 2.0 * (1.0 / gain).asin() / std::f64::consts::PI;
        for turned_down in [1.0, 0.5, 0.1] {
            for (rate_hz, frequency_hz) in [(16_000, 220.0), (48_000, 220.0), (48_000, 20.0)] {
                let signal: Vec<f32> =
                    tone(rate_hz, frequency_hz, gain, 2.0).iter().map(|x| x.clamp(-1.0, 1.0) * turned_down).collect();
                for signal in [quantized(&signal, Q16), signal] {
                    let clipped = levels(rate_hz, &signal).clipped_fraction;
                    assert!((clipped - expected).abs() < 0.03, "at {turned_down}: {clipped}, not {expected}");
                }
            }
        }
    }

    #[test]
    fn clipping_on_one_side_of_an_offset_is_found() {
        let signal: Vec<f32> = tone(48_000, 220.0, 0.9, 2.0).iter().map(|x| (x + 0.5).min(1.0)).collect();
        assert!(levels(48_000, &signal).clipped_fraction > 0.2);
    }
}
