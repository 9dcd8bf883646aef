//! The sound as it is analyzed: mono at 16 kHz, kept in 16 bits a sample so that an hour takes 115 MB.

use std::ops::Range;

use super::SPEECH_RATE_HZ;

/// Samples that share one step (32 ms).
const BLOCK: usize = 512;
/// The loudest sample of a block, in steps.
const LOUDEST: f32 = i16::MAX as f32;

/// Mono samples at [`SPEECH_RATE_HZ`], full scale 1.0, all finite.
///
/// The samples of every 32 ms are whole multiples of a step made for them, so that what is lost lies 98 dB below the loudest
/// of these samples, however soft they are. (16 bits with the same step everywhere would leave a soft recording little.)
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Speech {
    multiples: Vec<i16>,
    /// One for every [`BLOCK`] samples begun.
    steps: Vec<f32>,
}

impl Speech {
    /// These samples.
    pub fn of(samples: &[f32]) -> Self {
        let mut writer = Writer::default();
        writer.push(samples);
        writer.finish()
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.multiples.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.multiples.is_empty()
    }

    /// How long it is, in seconds.
    pub fn duration_s(&self) -> f64 {
        self.len() as f64 / f64::from(SPEECH_RATE_HZ)
    }

    /// The samples of a range that lies inside, as floating point numbers.
    ///
    /// # Panics
    /// When the range does not lie inside.
    pub fn samples(&self, range: Range<usize>) -> Vec<f32> {
        let mut samples = vec![0.0; range.len()];
        self.copy(range.start, &mut samples);
        samples
    }

    /// All samples, as floating point numbers.
    pub fn to_vec(&self) -> Vec<f32> {
        self.samples(0..self.len())
    }

    /// Fills `out` with the samples from `first` on.
    ///
    /// # Panics
    /// When there are not that many.
    pub fn copy(&self, first: usize, out: &mut [f32]) {
        let mut multiples = &self.multiples[first..first + out.len()];
        let (mut out, mut block, mut left) = (out, first / BLOCK, BLOCK - first % BLOCK);
        while !multiples.is_empty() {
            let (here, later) = multiples.split_at(left.min(multiples.len()));
            let (filled, rest) = out.split_at_mut(here.len());
            let step = self.steps[block];
            filled.iter_mut().zip(here).for_each(|(x, n)| *x = f32::from(*n) * step);
            (multiples, out, block, left) = (later, rest, block + 1, BLOCK);
        }
    }

    /// The largest amount of any sample; 0 for none.
    pub fn peak(&self) -> f32 {
        let loudest = |block: &[i16]| f32::from(block.iter().map(|n| n.unsigned_abs()).max().unwrap_or(0));
        self.multiples.chunks(BLOCK).zip(&self.steps).map(|(block, step)| loudest(block) * step).fold(0.0, f32::max)
    }
}

/// Makes [`Speech`] of samples that come bit by bit.
#[derive(Debug, Default)]
pub(super) struct Writer {
    speech: Speech,
    /// Fewer than a block.
    pending: Vec<f32>,
}

impl Writer {
    /// Takes the next samples.
    pub(super) fn push(&mut self, samples: &[f32]) {
        self.pending.extend_from_slice(samples);
        let blocks = self.pending.chunks_exact(BLOCK);
        blocks.clone().for_each(|block| self.speech.append(block));
        let rest = blocks.remainder().len();
        self.pending.drain(..self.pending.len() - rest);
    }

    /// All samples that were pushed.
    pub(super) fn finish(mut self) -> Speech {
        if !self.pending.is_empty() {
            self.speech.append(&self.pending);
        }
        self.speech
    }
}

impl Speech {
    fn append(&mut self, block: &[f32]) {
        let peak = block.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        let step = peak / LOUDEST;
        let steps = if step > 0.0 { 1.0 / step } else { 0.0 };
        // To the nearest: the conversion cuts off what follows the point. It saturates where the step is too small a number.
        self.multiples.extend(block.iter().map(|x| (x * steps + 0.5_f32.copysign(*x)) as i16));
        self.steps.push(step);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn silence_and_nothing_are_kept_as_they_are() {
        assert_eq!(Speech::of(&[0.0; 700]).to_vec(), [0.0; 700]);
        assert!(Speech::of(&[]).is_empty());
        assert_eq!(Speech::of(&[]).peak(), 0.0);
        // Too soft for a step: finite, and no louder than they were.
        let softest = Speech::of(&[f32::from_bits(1), -f32::from_bits(3), f32::MIN_POSITIVE]);
        assert!(softest.to_vec().iter().all(|x| x.abs() <= f32::MIN_POSITIVE));
    }

    proptest! {
        #[test]
        fn what_is_lost_lies_98_db_below_the_loudest_of_a_block(
            parts in prop::collection::vec((0usize..900, -90.0f32..20.0), 0..5),
            pieces in 1usize..700,
        ) {
            let mut samples = Vec::new();
            for (length, db) in parts {
                let amplitude = 10f32.powf(db / 20.0);
                samples.extend((0..length).map(|i| amplitude * (i as f32 * 0.3).sin()));
            }
            let mut writer = Writer::default();
            samples.chunks(pieces).for_each(|piece| writer.push(piece));
            let speech = writer.finish();
            prop_assert_eq!(&speech, &Speech::of(&samples));
            prop_assert_eq!(speech.len(), samples.len());
            for (kept, block) in speech.to_vec().chunks(BLOCK).zip(samples.chunks(BLOCK)) {
                let peak = block.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
                for (a, b) in kept.iter().zip(block) {
                    prop_assert!((a - b).abs() <= 0.51 * peak / LOUDEST, "{a} {b} {peak}");
                }
            }
            let peak = samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            prop_assert!((speech.peak() - peak).abs() <= 1e-6 * peak);
        }

        #[test]
        fn any_part_is_the_same_as_in_the_whole(length in 0usize..3_000, from in 0.0f64..1.0, to in 0.0f64..1.0) {
            let speech = Speech::of(&(0..length).map(|i| (i as f32 * 0.1).sin()).collect::<Vec<_>>());
            let at = |share: f64| (share * length as f64) as usize;
            let part = at(from.min(to))..at(from.max(to));
            prop_assert_eq!(speech.samples(part.clone()), &speech.to_vec()[part]);
        }
    }
}
