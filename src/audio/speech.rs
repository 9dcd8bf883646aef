//! The audio to be analyzed, mono at 16 kHz: exact for an answer, at half the size for a long recording.

use std::ops::Range;

use super::SPEECH_RATE_HZ;

/// Maximum number of samples that are stored exactly (a quarter of an hour: 58 MB); a longer recording is stored in 16
/// bits.
pub(super) const MOST_EXACT: usize = 15 * 60 * SPEECH_RATE_HZ as usize;
/// Number of samples that share a quantization step (32 ms).
const BLOCK: usize = 512;
/// The loudest sample of a block, in quantization steps.
const LOUDEST: f32 = i16::MAX as f32;

/// Mono samples at [`SPEECH_RATE_HZ`], full scale 1.0, all finite.
///
/// Recordings longer than a quarter of an hour are rounded: every 32 ms has its own quantization step, so that the
/// error lies 96 dB below the loudest of these samples, however soft they are. (16 bits with the same step everywhere
/// would leave little of a soft recording.) This is inaudible, but a borderline word or pause can be judged
/// differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech(Kept);

#[derive(Debug, Clone, PartialEq)]
enum Kept {
    Exact(Vec<f32>),
    Rounded {
        multiples: Vec<i16>,
        /// The quantization step of every [`BLOCK`] samples, the last block being shorter.
        steps: Vec<f32>,
    },
}

impl Default for Speech {
    fn default() -> Self {
        Self(Kept::Exact(Vec::new()))
    }
}

impl Speech {
    /// Stores samples.
    pub fn of(samples: &[f32]) -> Self {
        let mut writer = Writer::default();
        writer.push(samples);
        writer.finish()
    }

    /// Appends samples to those of a recording that is not rounded.
    pub(super) fn push_exact(&mut self, samples: &[f32]) {
        if let Kept::Exact(exact) = &mut self.0 {
            exact.extend_from_slice(samples);
        }
    }

    /// Returns whether it begins with these samples, exactly.
    pub(crate) fn begins_with(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kept::Exact(samples), Kept::Exact(first)) => samples.starts_with(first),
            _ => false,
        }
    }

    /// Returns the number of samples.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kept::Exact(samples) => samples.len(),
            Kept::Rounded { multiples, .. } => multiples.len(),
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

    /// Returns the samples of a range.
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

    /// Fills `out` with the samples from `first` on.
    ///
    /// # Panics
    /// When there are not enough samples.
    pub fn copy(&self, first: usize, out: &mut [f32]) {
        match &self.0 {
            Kept::Exact(samples) => out.copy_from_slice(&samples[first..first + out.len()]),
            Kept::Rounded { multiples, steps } => {
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

    /// Returns the largest magnitude of any sample; 0 without samples.
    pub fn peak(&self) -> f32 {
        match &self.0 {
            Kept::Exact(samples) => loudest(samples),
            Kept::Rounded { multiples, steps } => {
                let peak = |block: &[i16]| f32::from(block.iter().map(|n| n.unsigned_abs()).max().unwrap_or(0));
                multiples.chunks(BLOCK).zip(steps).map(|(block, step)| peak(block) * step).fold(0.0, f32::max)
            }
        }
    }
}

fn loudest(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// Builds [`Speech`] from samples that arrive in pieces.
#[derive(Debug)]
pub(super) struct Writer {
    most_exact: usize,
    /// All samples so far or, for a long recording, the last ones, fewer than a block.
    exact: Vec<f32>,
    multiples: Vec<i16>,
    steps: Vec<f32>,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new(MOST_EXACT)
    }
}

impl Writer {
    fn new(most_exact: usize) -> Self {
        Self { most_exact, exact: Vec::new(), multiples: Vec::new(), steps: Vec::new() }
    }

    /// Appends the next samples.
    pub(super) fn push(&mut self, samples: &[f32]) {
        self.exact.extend_from_slice(samples);
        if self.multiples.len() + self.exact.len() > self.most_exact {
            let blocks = self.exact.as_chunks::<BLOCK>().0;
            blocks.iter().for_each(|block| round(block, &mut self.multiples, &mut self.steps));
            self.exact.drain(..blocks.len() * BLOCK);
            self.exact.shrink_to(BLOCK);
        }
    }

    /// Returns all samples that were pushed.
    pub(super) fn finish(mut self) -> Speech {
        if self.multiples.len() + self.exact.len() <= self.most_exact {
            return Speech(Kept::Exact(self.exact));
        }
        if !self.exact.is_empty() {
            round(&self.exact, &mut self.multiples, &mut self.steps);
        }
        Speech(Kept::Rounded { multiples: self.multiples, steps: self.steps })
    }
}

/// Appends a block as multiples of its quantization step.
fn round(block: &[f32], multiples: &mut Vec<i16>, steps: &mut Vec<f32>) {
    let step = loudest(block) / LOUDEST;
    let in_one = if step > 0.0 { 1.0 / step } else { 0.0 };
    // Rounds to the nearest, since the conversion truncates. It saturates where the step is too small a number.
    multiples.extend(block.iter().map(|x| (x * in_one + 0.5_f32.copysign(*x)) as i16));
    steps.push(step);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rounded(samples: &[f32]) -> Speech {
        let mut writer = Writer::new(0);
        writer.push(samples);
        writer.finish()
    }

    #[test]
    fn silence_and_nothing_are_kept_as_they_are() {
        assert_eq!(rounded(&[0.0; 700]).to_vec(), [0.0; 700]);
        assert!(Speech::default().is_empty());
        assert_eq!(Speech::default().peak(), 0.0);
        // Too soft for a quantization step: the samples stay finite and get no louder.
        let softest = rounded(&[f32::from_bits(1), -f32::from_bits(3), f32::MIN_POSITIVE]);
        assert!(softest.to_vec().iter().all(|x| x.abs() <= f32::MIN_POSITIVE));
    }

    proptest! {
        #[test]
        fn what_is_lost_of_a_long_recording_lies_96_db_below_the_loudest_of_a_block_and_nothing_of_a_short_one(
            parts in prop::collection::vec((0usize..900, -90.0f32..20.0), 0..5),
            pieces in 1usize..700,
            most_exact in 0usize..3_000,
        ) {
            let mut samples = Vec::new();
            for (length, db) in parts {
                let amplitude = 10f32.powf(db / 20.0);
                samples.extend((0..length).map(|i| amplitude * (i as f32 * 0.3).sin()));
            }
            let mut writer = Writer::new(most_exact);
            samples.chunks(pieces).for_each(|piece| writer.push(piece));
            let speech = writer.finish();
            prop_assert!((speech.peak() - loudest(&samples)).abs() <= 1e-6 * loudest(&samples));
            if samples.len() <= most_exact {
                prop_assert_eq!(speech.to_vec(), samples);
                return Ok(());
            }
            prop_assert_eq!(&speech, &rounded(&samples));
            prop_assert_eq!(speech.len(), samples.len());
            for (kept, block) in speech.to_vec().chunks(BLOCK).zip(samples.chunks(BLOCK)) {
                for (a, b) in kept.iter().zip(block) {
                    prop_assert!((a - b).abs() <= 0.51 * loudest(block) / LOUDEST, "{a} {b}");
                }
            }
        }

        #[test]
        fn any_part_is_the_same_as_in_the_whole(length in 0usize..3_000, from in 0.0f64..1.0, to in 0.0f64..1.0) {
            let samples: Vec<f32> = (0..length).map(|i| (i as f32 * 0.1).sin()).collect();
            let at = |share: f64| (share * length as f64) as usize;
            let part = at(from.min(to))..at(from.max(to));
            for speech in [Speech::of(&samples), rounded(&samples)] {
                prop_assert_eq!(speech.samples(part.clone()), &speech.to_vec()[part.clone()]);
            }
        }
    }
}
