//! Mel bands as the speaker embedding was trained on: Kaldi's filter banks, 25 ms every 10 ms, 80 bands from 20 Hz to 8 kHz, as logarithms.
//!
//! D. Povey et al. 2011, "The Kaldi speech recognition toolkit": each frame without its mean, with pre-emphasis .97 and Povey's window.

use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use crate::audio::SPEECH_RATE_HZ;

/// Bands of a frame.
pub(super) const BANDS: usize = 80;
/// Samples in a frame.
const FRAME: usize = 400;
/// Samples from one frame to the next.
const HOP: usize = 160;
const FFT: usize = 512;
const PRE_EMPHASIS: f32 = 0.97;
const LOWEST_HZ: f64 = 20.0;
/// Nothing is softer than Kaldi's smallest number, before the logarithm.
const LEAST: f32 = 1.2e-7;

/// What does not depend on the sound.
pub(super) struct Mel {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// For each band its first bin and the weights from there on.
    filters: Vec<(usize, Vec<f32>)>,
}

impl Mel {
    pub(super) fn new() -> Self {
        let hann = |i: usize| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / (FRAME - 1) as f64).cos();
        Self {
            fft: RealFftPlanner::new().plan_fft_forward(FFT),
            window: (0..FRAME).map(|i| hann(i).powf(0.85) as f32).collect(),
            filters: filters(),
        }
    }

    /// The frames that lie whole in the samples, one after the other; none in less than 25 ms.
    pub(super) fn frames(&self, samples: &[f32]) -> Vec<f32> {
        let mut input = self.fft.make_input_vec();
        let mut spectrum = self.fft.make_output_vec();
        let mut out = Vec::new();
        for frame in samples.windows(FRAME).step_by(HOP) {
            let mean = frame.iter().sum::<f32>() / FRAME as f32;
            let mut before = frame[0] - mean;
            for ((x, sample), weight) in input.iter_mut().zip(frame).zip(&self.window) {
                let here = sample - mean;
                *x = (here - PRE_EMPHASIS * before) * weight;
                before = here;
            }
            input[FRAME..].fill(0.0);
            self.fft.process(&mut input, &mut spectrum).expect("the lengths are the transform's own");
            out.extend(self.filters.iter().map(|(first, weights)| {
                let bins = spectrum[*first..].iter().zip(weights);
                bins.map(|(x, weight)| x.norm_sqr() * weight).sum::<f32>().max(LEAST).ln()
            }));
        }
        out
    }
}

/// Triangles of equal width on the mel scale, each from the middle of its neighbour to that of the other.
fn filters() -> Vec<(usize, Vec<f32>)> {
    let mel = |hz: f64| 1_127.0 * (1.0 + hz / 700.0).ln();
    let rate_hz = f64::from(SPEECH_RATE_HZ);
    let (lowest, highest) = (mel(LOWEST_HZ), mel(rate_hz / 2.0));
    let width = (highest - lowest) / (BANDS + 1) as f64;
    (0..BANDS)
        .map(|band| {
            let left = lowest + band as f64 * width;
            let weight = |bin: usize| {
                let at = mel(bin as f64 * rate_hz / FFT as f64);
                ((at - left) / width).min((left + 2.0 * width - at) / width).max(0.0) as f32
            };
            let first = (0..FFT / 2).find(|bin| weight(*bin) > 0.0).unwrap_or(FFT / 2);
            (first, (first..FFT / 2).map(weight).take_while(|w| *w > 0.0).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_in_its_band_and_louder_is_the_same_shape() {
        let tone: Vec<f32> =
            (0..16_000).map(|i| 0.1 * (std::f32::consts::TAU * 1_000.0 * i as f32 / 16_000.0).sin()).collect();
        let mel = Mel::new();
        let frames = mel.frames(&tone);
        assert_eq!(frames.len(), BANDS * 98);
        // 1000 mel of the 2840 that 8 kHz are, above the 32 of 20 Hz.
        let expected = ((1_000.0 - 31.7) / (2_840.0 - 31.7) * (BANDS + 1) as f32) as usize - 1;
        for frame in frames.chunks_exact(BANDS) {
            let loudest = (0..BANDS).max_by(|a, b| frame[*a].total_cmp(&frame[*b])).unwrap();
            assert!(loudest.abs_diff(expected) <= 1, "{loudest} for {expected}");
        }
        let louder: Vec<f32> = tone.iter().map(|x| 2.0 * x).collect();
        let by = mel.frames(&louder)[expected] - frames[expected];
        assert!((by - 4f32.ln()).abs() < 1e-3, "{by}");
        assert!(mel.frames(&tone[..399]).is_empty());
    }
}
