//! Streaming sample rate conversion of one channel, with the resampler's delay compensated.
//!
//! At 16 kHz, output sample `i` is the sound at `i / 16000` s of the input. An FFT resampler is used, since the rates
//! are constant: its anti-aliasing filter has linear phase and is far steeper than a sinc interpolator of the same
//! cost.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

/// Minimum number of output frames per FFT. At 16 kHz, the transition band of the Blackman-Harris-squared low-pass is
/// then about 150 Hz wide just below 8 kHz, and the filter (64 ms) rings no longer than a phone's own codec.
const FFT_FRAMES_OUT: u32 = 1024;

/// Resamples a mono signal, block by block.
pub(super) struct Resampler {
    /// `None` if the input already has the output rate.
    fft: Option<Fft<f32>>,
    rate_hz: u32,
    to_rate_hz: u32,
    frames_in: u64,
    frames_made: usize,
    pending: Vec<f32>,
    chunk_out: Vec<f32>,
    /// Number of output frames still to drop, so that the first frame kept is the sound at 0 s.
    delay_left: usize,
}

impl Resampler {
    /// Creates a resampler from `rate_hz` to `to_rate_hz`. Both are 4 kHz to 384 kHz, as checked by the decoder.
    pub(super) fn new(rate_hz: u32, to_rate_hz: u32) -> Self {
        let fft = (rate_hz != to_rate_hz).then(|| {
            let common = gcd(rate_hz, to_rate_hz);
            let (unit_in, unit_out) = (rate_hz / common, to_rate_hz / common);
            // With an even number of units, both FFT lengths are even, and the delay is a whole number of samples at
            // both rates.
            let units = FFT_FRAMES_OUT.div_ceil(unit_out).next_multiple_of(2);
            let chunk_in = (unit_in * units) as usize;
            Fft::new_custom(
                rate_hz as usize,
                to_rate_hz as usize,
                chunk_in,
                1,
                1,
                WindowFunction::BlackmanHarris2,
                FixedSync::Both,
            )
            .expect("rates and chunk are above zero")
        });
        let delay_left = fft.as_ref().map_or(0, |fft| fft.output_delay());
        let chunk_out = vec![0.0; fft.as_ref().map_or(0, |fft| fft.output_frames_max())];
        Self { fft, rate_hz, to_rate_hz, frames_in: 0, frames_made: 0, pending: Vec::new(), chunk_out, delay_left }
    }

    /// Processes the next samples, and appends to `out` the output that is complete.
    pub(super) fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.frames_in += samples.len() as u64;
        let Some(fft) = &mut self.fft else {
            out.extend_from_slice(samples);
            self.frames_made += samples.len();
            return;
        };
        self.pending.extend_from_slice(samples);
        let chunk_in = fft.input_frames_next();
        let mut used = 0;
        while self.pending.len() - used >= chunk_in {
            let input = SequentialSlice::new(&self.pending[used..used + chunk_in], 1, chunk_in);
            let frames_out = self.chunk_out.len();
            let output = SequentialSlice::new_mut(&mut self.chunk_out, 1, frames_out);
            let (Ok(input), Ok(mut output)) = (input, output) else {
                unreachable!("both slices have exactly the length they are given")
            };
            let (_, made) = fft
                .process_into_buffer(&input, &mut output, None)
                .expect("the buffers have the sizes the resampler asked for");
            used += chunk_in;
            let dropped = self.delay_left.min(made);
            self.delay_left -= dropped;
            out.extend_from_slice(&self.chunk_out[dropped..made]);
            self.frames_made += made - dropped;
        }
        self.pending.drain(..used);
    }

    /// Ends the signal, and appends the remaining output, so that its total length is [`Self::frames_wanted`].
    pub(super) fn finish(mut self, out: &mut Vec<f32>) {
        let wanted = self.frames_wanted();
        if let Some(fft) = &self.fft {
            let zeros = vec![0.0; fft.input_frames_next()];
            while self.frames_made < wanted {
                self.push(&zeros, out);
            }
        }
        // The zero padding may have made too many samples; before it, the output never exceeds the input in duration.
        out.truncate(out.len() - self.frames_made.saturating_sub(wanted));
    }

    /// Returns the total length of the output for the input so far, in samples: the input's duration times the output
    /// rate, rounded.
    fn frames_wanted(&self) -> usize {
        (self.frames_in as f64 * f64::from(self.to_rate_hz) / f64::from(self.rate_hz)).round() as usize
    }
}

/// Returns the greatest common divisor (Euclid).
fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::super::SPEECH_RATE_HZ;
    use super::*;

    fn resample(rate_hz: u32, signal: &[f32]) -> Vec<f32> {
        let mut resampler = Resampler::new(rate_hz, SPEECH_RATE_HZ);
        let mut out = Vec::new();
        // Blocks of an odd size, like those of decoders.
        for block in signal.chunks(1153) {
            resampler.push(block, &mut out);
        }
        resampler.finish(&mut out);
        out
    }

    fn tone(rate_hz: u32, frequency_hz: f64, duration_s: f64) -> Vec<f32> {
        let frames = (duration_s * f64::from(rate_hz)) as usize;
        (0..frames).map(|i| (TAU * frequency_hz * i as f64 / f64::from(rate_hz)).sin() as f32).collect()
    }

    fn rms(signal: &[f32]) -> f64 {
        (signal.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / signal.len() as f64).sqrt()
    }

    const RATES_HZ: [u32; 7] = [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000];

    #[test]
    fn length_is_the_duration_at_16_khz() {
        for rate_hz in RATES_HZ {
            for frames in [0, 1, 100, 44_101, 100_003] {
                let expected = (f64::from(frames) * 16_000.0 / f64::from(rate_hz)).round() as usize;
                assert_eq!(resample(rate_hz, &vec![0.1; frames as usize]).len(), expected, "{frames} at {rate_hz} Hz");
            }
        }
    }

    #[test]
    fn a_click_stays_where_it_was() {
        for rate_hz in RATES_HZ {
            let mut signal = vec![0.0; 2 * rate_hz as usize];
            let at = (0.7654 * f64::from(rate_hz)).round() as usize;
            signal[at] = 1.0;
            let out = resample(rate_hz, &signal);
            let peak = (0..out.len()).max_by(|&a, &b| out[a].abs().total_cmp(&out[b].abs())).unwrap();
            let error_s = peak as f64 / 16_000.0 - at as f64 / f64::from(rate_hz);
            assert!(error_s.abs() < 0.0001, "{rate_hz} Hz: click moved {error_s} s");
        }
    }

    #[test]
    fn a_tone_starts_when_it_started_and_keeps_its_phase() {
        for rate_hz in RATES_HZ {
            let mut signal = vec![0.0; rate_hz as usize];
            signal.extend(tone(rate_hz, 1000.0, 1.0));
            let out = resample(rate_hz, &signal);
            // Well after its onset, the 1 kHz tone must be the same sine at the same times.
            for (i, &sample) in out.iter().enumerate().take(28_000).skip(20_000) {
                let expected = (TAU * 1000.0 * (i as f64 / 16_000.0 - 1.0)).sin();
                assert!((f64::from(sample) - expected).abs() < 0.003, "{rate_hz} Hz at {i}: {sample} {expected}");
            }
            let onset = out.iter().position(|x| x.abs() > 0.3).unwrap() as f64 / 16_000.0;
            assert!((onset - 1.0).abs() < 0.001, "{rate_hz} Hz: onset at {onset} s");
        }
    }

    #[test]
    fn a_tone_keeps_its_level_within_a_tenth_of_a_db() {
        for rate_hz in RATES_HZ {
            for frequency_hz in [60.0, 1000.0, 3400.0] {
                let out = resample(rate_hz, &tone(rate_hz, frequency_hz, 2.0));
                let level_db = 20.0 * (rms(&out[8000..24_000]) / 0.5_f64.sqrt()).log10();
                assert!(level_db.abs() < 0.1, "{frequency_hz} Hz from {rate_hz} Hz: {level_db} dB");
            }
        }
    }

    #[test]
    fn nothing_above_8_khz_folds_back() {
        for rate_hz in [22_050, 44_100, 48_000, 96_000] {
            for frequency_hz in [8_300.0, 9_000.0, 10_500.0] {
                let out = resample(rate_hz, &tone(rate_hz, frequency_hz, 2.0));
                let level_db = 20.0 * (rms(&out[4000..28_000]) / 0.5_f64.sqrt()).log10();
                assert!(level_db < -60.0, "{frequency_hz} Hz from {rate_hz} Hz: {level_db} dB");
            }
        }
    }

    #[test]
    fn sixteen_khz_passes_untouched() {
        let signal = tone(16_000, 440.0, 0.5);
        assert_eq!(resample(16_000, &signal), signal);
    }
}
