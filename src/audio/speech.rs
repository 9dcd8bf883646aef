//! The audio to be analyzed, mono at 16 kHz: stored exactly, or quantized to half the size if the recording is long.

use std::ops::Range;

use super::SPEECH_RATE_HZ;

/// Maximum number of samples that are stored exactly (15 minutes: 58 MB); a longer recording is quantized to 16 bits.
const MAX_EXACT_SAMPLES: usize = 15 * 60 * SPEECH_RATE_HZ as usize;
/// Number of samples that share a quantization step (32 ms).
const BLOCK: usize = 512;
/// Magnitude of the loudest sample of a block, in quantization steps.
const PEAK_STEPS: f32 = i16::MAX as f32;

/// Mono samples at [`SPEECH_RATE_HZ`], full scale 1.0, all finite.
///
/// Recordings longer than 15 minutes are quantized to 16 bits. Every block of 32 ms has its own quantization step, so
/// that the error lies 96 dB below the loudest sample of the block, even in a soft recording. The error is inaudible,
/// but can tip the decision about a borderline word or pause.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech(Storage);

#[derive(Debug, Clone, PartialEq)]
enum Storage {
    Exact(Vec<f32>),
    Quantized {
        multiples: Vec<i16>,
        /// The quantization step of each block of [`BLOCK`] samples; the last block may be shorter.
        steps: Vec<f32>,
    },
}

impl Default for Speech {
    fn default() -> Self {
        Self(Storage::Exact(Vec::new()))
    }
}

impl Speech {
    /// Creates [`Speech`] from all its samples at once.
    pub fn of(samples: &[f32]) -> Self {
        let mut writer = SpeechWriter::default();
        writer.push(samples);
        writer.finish()
    }

    /// Returns the number of samples.
    pub fn len(&self) -> usize {
        match &self.0 {
            Storage::Exact(samples) => samples.len(),
            Storage::Quantized { multiples, .. } => multiples.len(),
        }
    }

    /// Returns whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the duration, in seconds.
    pub fn duration_s(&self) -> f64 {
        self.len() as f64 / f64::from(SPEECH_RATE_HZ)
    }

    /// Returns the samples in a range of indices.
    ///
    /// # Panics
    /// When the range exceeds the audio.
    pub fn samples(&self, range: Range<usize>) -> Vec<f32> {
        let mut samples = vec![0.0; range.len()];
        self.copy(range.start, &mut samples);
        samples
    }

    /// Returns all samples.
    pub fn to_vec(&self) -> Vec<f32> {
        self.samples(0..self.len())
    }

    /// Fills `out` with the samples from index `first` on.
    ///
    /// # Panics
    /// When there are fewer samples than that.
    pub fn copy(&self, first: usize, out: &mut [f32]) {
        match &self.0 {
            Storage::Exact(samples) => out.copy_from_slice(&samples[first..first + out.len()]),
            Storage::Quantized { multiples, steps } => {
                let mut multiples = &multiples[first..first + out.len()];
                let (mut out, mut block, mut left) = (out, first / BLOCK, BLOCK - first % BLOCK);
                while !multiples.is_empty() {
                    let (here, later) = multiples.split_at(left.min(multiples.len()));
                    let (filled, rest) = out.split_at_mut(here.len());
                    let step = steps[block];
                    filled.iter_mut().zip(here).for_each(|(x, n)| *x = f32::from(*n) * step);
                    (multiples, out, block, left) = (later, rest, block + 1, BLOCK);
                }
            }
        }
    }

    /// Returns the largest magnitude of a sample; 0 if there are no samples.
    pub fn peak(&self) -> f32 {
        match &self.0 {
            Storage::Exact(samples) => loudest(samples),
            Storage::Quantized { multiples, steps } => {
                let peak = |block: &[i16]| f32::from(block.iter().map(|n| n.unsigned_abs()).max().unwrap_or(0));
                multiples.chunks(BLOCK).zip(steps).map(|(block, step)| peak(block) * step).fold(0.0, f32::max)
            }
        }
    }
}

fn loudest(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// Builds [`Speech`] from samples that arrive block by block.
#[derive(Debug)]
pub(super) struct SpeechWriter {
    max_exact: usize,
    /// The samples that are not quantized: all so far or, once the recording is long, the last ones, fewer than a
    /// block.
    exact: Vec<f32>,
    multiples: Vec<i16>,
    steps: Vec<f32>,
}

impl Default for SpeechWriter {
    fn default() -> Self {
        Self::new(MAX_EXACT_SAMPLES)
    }
}

impl SpeechWriter {
    fn new(max_exact: usize) -> Self {
        Self { max_exact, exact: Vec::new(), multiples: Vec::new(), steps: Vec::new() }
    }

    /// Appends the next samples.
    pub(super) fn push(&mut self, samples: &[f32]) {
        self.exact.extend_from_slice(samples);
        if self.multiples.len() + self.exact.len() > self.max_exact {
            let blocks = self.exact.as_chunks::<BLOCK>().0;
            blocks.iter().for_each(|block| quantize(block, &mut self.multiples, &mut self.steps));
            self.exact.drain(..blocks.len() * BLOCK);
            self.exact.shrink_to(BLOCK);
        }
    }

    /// Returns all samples that were pushed.
    pub(super) fn finish(mut self) -> Speech {
        if self.multiples.len() + self.exact.len() <= self.max_exact {
            return Speech(Storage::Exact(self.exact));
        }
        if !self.exact.is_empty() {
            quantize(&self.exact, &mut self.multiples, &mut self.steps);
        }
        Speech(Storage::Quantized { multiples: self.multiples, steps: self.steps })
    }
}

/// Quantizes a block, and appends its quantization step and the multiples of that step.
fn quantize(block: &[f32], multiples: &mut Vec<i16>, steps: &mut Vec<f32>) {
    let step = loudest(block) / PEAK_STEPS;
    let per_step = if step > 0.0 { 1.0 / step } else { 0.0 };
    // Adding 0.5 rounds to the nearest integer, since the conversion truncates. The conversion saturates if the step is
    // denormal.
    multiples.extend(block.iter().map(|x| (x * per_step + 0.5_f32.copysign(*x)) as i16));
    steps.push(step);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantized(samples: &[f32]) -> Speech {
        let mut writer = SpeechWriter::new(0);
        writer.push(samples);
        writer.finish()
    }

    #[test]
    fn silence_and_nothing_are_kept_as_they_are() {
        assert_eq!(quantized(&[0.0; 700]).to_vec(), [0.0; 700]);
        assert!(Speech::default().is_empty());
        assert_eq!(Speech::default().peak(), 0.0);
        // The quantization step underflows: the samples remain finite and do not get louder.
        let softest = quantized(&[f32::from_bits(1), -f32::from_bits(3), f32::MIN_POSITIVE]);
        assert!(softest.to_vec().iter().all(|x| x.abs() <= f32::MIN_POSITIVE));
    }

    proptest! {
        #[test]
        fn what_is_lost_of_a_long_recording_lies_96_db_below_the_loudest_of_a_block_and_nothing_of_a_short_one(
            parts in prop::collection::vec((0usize..900, -90.0f32..20.0), 0..5),
            pieces in 1usize..700,
            max_exact in 0usize..3_000,
        ) {
            let mut samples = Vec::new();
            for (length, db) in parts {
                let amplitude = 10f32.powf(db / 20.0);
                samples.extend((0..length).map(|i| amplitude * (i as f32 * 0.3).sin()));
            }
            let mut writer = SpeechWriter::new(max_exact);
            samples.chunks(pieces).for_each(|piece| writer.push(piece));
            let speech = writer.finish();
            prop_assert!((speech.peak() - loudest(&samples)).abs() <= 1e-6 * loudest(&samples));
            if samples.len() <= max_exact {
                prop_assert_eq!(speech.to_vec(), samples);
                return Ok(());
            }
            prop_assert_eq!(&speech, &quantized(&samples));
            prop_assert_eq!(speech.len(), samples.len());
            for (kept, block) in speech.to_vec().chunks(BLOCK).zip(samples.chunks(BLOCK)) {
                for (a, b) in kept.iter().zip(block) {
                    prop_assert!((a - b).abs() <= 0.51 * loudest(block) / PEAK_STEPS, "{a} {b}");
                }
            }
        }

        #[test]
        fn any_part_is_the_same_as_in_the_whole(length in 0usize..3_000, from in 0.0f64..1.0, to in 0.0f64..1.0) {
            let samples: Vec<f32> = (0..length).map(|i| (i as f32 * 0.1).sin()).collect();
            let at = |share: f64| (share * length as f64) as usize;
            let part = at(from.min(to))..at(from.max(to));
            for speech in [Speech::of(&samples), quantized(&samples)] {
                prop_assert_eq!(speech.samples(part.clone()), &speech.to_vec()[part.clone()]);
            }
        }
    }
}
