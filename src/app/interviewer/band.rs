//! Limits speech to the telephone band, 300 to 3400 Hz (ITU-T G.712), with a linear-phase FIR filter.

use std::f64::consts::TAU;

use crate::audio::SPEECH_RATE_HZ;

/// The edges of the band, in hertz.
const BAND_HZ: [f64; 2] = [300.0, 3_400.0];
/// The half length of the filter, in samples; the transition bands are about 200 Hz wide.
const HALF: i32 = 160;

/// Returns speech at 16 kHz as it sounds over a telephone, without a delay.
pub(super) fn telephone(samples: &[f32]) -> Vec<f32> {
    let taps: Vec<f32> = (-HALF..=HALF).map(tap).collect();
    let at = |i: usize, k: usize| samples.get((i + k).wrapping_sub(HALF as usize)).copied().unwrap_or(0.0);
    (0..samples.len()).map(|i| taps.iter().enumerate().map(|(k, tap)| tap * at(i, k)).sum()).collect()
}

/// Returns coefficient `n` of the filter: that of the ideal band-pass filter, times a Hann window.
fn tap(n: i32) -> f32 {
    let [low, high] = BAND_HZ.map(|hz| hz / f64::from(SPEECH_RATE_HZ));
    let n = f64::from(n);
    let ideal =
        if n == 0.0 { 2.0 * (high - low) } else { ((TAU * high * n).sin() - (TAU * low * n).sin()) / (TAU / 2.0 * n) };
    (ideal * (0.5 + 0.5 * (TAU / 2.0 * n / f64::from(HALF + 1)).cos())) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::synth;

    #[test]
    fn the_band_passes_and_the_rest_does_not() {
        for (hz, passes) in [(100.0, false), (150.0, false), (500.0, true), (3_000.0, true), (4_000.0, false)] {
            let heard = telephone(&synth::sine(hz, -6.0, 0.5));
            assert_eq!(heard.len(), 8_000);
            let peak = heard[1_000..7_000].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!(if passes { (0.48..0.52).contains(&peak) } else { peak < 0.01 }, "{hz}: {peak}");
        }
    }
}
