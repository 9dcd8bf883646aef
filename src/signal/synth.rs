//! Test signals with known ground truth.

use std::f64::consts::TAU;

const RATE: f64 = crate::audio::SPEECH_RATE_HZ as f64;

/// Returns a sine of `hz` with an amplitude of `db` dBFS, `seconds` long.
pub(crate) fn sine(hz: f64, db: f64, seconds: f64) -> Vec<f32> {
    let amplitude = 10f64.powf(db / 20.0);
    (0..(seconds * RATE) as usize).map(|i| (amplitude * (TAU * hz * i as f64 / RATE).sin()) as f32).collect()
}

/// Returns a voice-like sound: the harmonics up to 3.5 kHz of a fundamental given by `f0_hz` (seconds to hertz),
/// falling by 6 dB per octave.
pub(crate) fn voice(f0_hz: impl Fn(f64) -> f64, db: f64, seconds: f64) -> Vec<f32> {
    let amplitude = 0.5 * 10f64.powf(db / 20.0);
    let mut phase = 0.0;
    (0..(seconds * RATE) as usize)
        .map(|i| {
            let f0 = f0_hz(i as f64 / RATE);
            phase += TAU * f0 / RATE;
            let harmonics = (3_500.0 / f0) as usize;
            (1..=harmonics).map(|h| amplitude * (phase * h as f64).sin() / h as f64).sum::<f64>() as f32
        })
        .collect()
}

/// Returns white noise (a fixed sequence) with an RMS of `db` dBFS, `seconds` long.
pub(crate) fn noise(db: f64, seconds: f64) -> Vec<f32> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let scale = 3f64.sqrt() * 10f64.powf(db / 20.0);
    (0..(seconds * RATE) as usize)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (((state >> 11) as f64 / (1u64 << 53) as f64 * 2.0 - 1.0) * scale) as f32
        })
        .collect()
}

/// Adds two signals; the result is as long as the longer one.
pub(crate) fn mix(a: &[f32], b: &[f32]) -> Vec<f32> {
    (0..a.len().max(b.len())).map(|i| a.get(i).unwrap_or(&0.0) + b.get(i).unwrap_or(&0.0)).collect()
}

/// Returns speech-like syllables: a [`voice`] near 120 Hz with a raised-cosine envelope, `rate` per second.
pub(crate) fn syllables(rate: f64, db: f64, seconds: f64) -> Vec<f32> {
    voice(|t| 120.0 * (1.0 + 0.1 * (TAU * 0.3 * t).sin()), db, seconds)
        .into_iter()
        .enumerate()
        .map(|(i, x)| x * (0.52 - 0.48 * (TAU * rate * i as f64 / RATE).cos()) as f32)
        .collect()
}
