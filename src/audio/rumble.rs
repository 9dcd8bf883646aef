//! Removes frequencies below the range of the voice: a constant offset (DC), the lowest part of mains hum, desk thumps
//! and wind noise. They would raise every level measured in a pause, and can make up most of the energy of a bad
//! recording.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use super::SPEECH_RATE_HZ;

/// Cutoff (-3 dB) of the high-pass filter. The lowest F0 that is searched for (75 Hz) is attenuated by 0.8 dB.
const CUTOFF_HZ: f64 = 50.0;

/// Second-order Butterworth high-pass (R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter
/// coefficients").
///
/// The initial state is that after infinitely many copies of the first sample, so that a constant offset causes no
/// transient at 0 s.
pub(super) struct RumbleFilter {
    b0: f64,
    a1: f64,
    a2: f64,
    state: Option<State>,
}

/// The last two inputs and outputs.
#[derive(Clone, Copy)]
struct State {
    x1: f64,
    x2: f64,
    y1: f64,
    y2: f64,
}

impl RumbleFilter {
    /// Creates a filter for signals at [`SPEECH_RATE_HZ`].
    pub(super) fn new() -> Self {
        let (sin, cos) = (TAU * CUTOFF_HZ / f64::from(SPEECH_RATE_HZ)).sin_cos();
        let alpha = sin * FRAC_1_SQRT_2;
        let a0 = 1.0 + alpha;
        Self { b0: (1.0 + cos) / 2.0 / a0, a1: -2.0 * cos / a0, a2: (1.0 - alpha) / a0, state: None }
    }

    /// Filters the next samples in place.
    pub(super) fn process(&mut self, samples: &mut [f32]) {
        for sample in samples {
            let x = f64::from(*sample);
            let State { x1, x2, y1, y2 } = self.state.unwrap_or(State { x1: x, x2: x, y1: 0.0, y2: 0.0 });
            let y = self.b0 * (x - 2.0 * x1 + x2) - self.a1 * y1 - self.a2 * y2;
            self.state = Some(State { x1: x, x2: x1, y1: y, y2: y1 });
            *sample = y as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(frequency_hz: f64) -> Vec<f32> {
        (0..32_000).map(|i| (TAU * frequency_hz * f64::from(i) / 16_000.0).sin() as f32).collect()
    }

    fn change_db(frequency_hz: f64) -> f64 {
        let rms = |signal: &[f32]| signal.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
        let mut signal = tone(frequency_hz);
        let before = rms(&signal[8000..]);
        RumbleFilter::new().process(&mut signal);
        20.0 * (rms(&signal[8000..]) / before).log10()
    }

    #[test]
    fn an_offset_goes_and_makes_no_thump() {
        let mut signal = vec![0.25; 16_000];
        RumbleFilter::new().process(&mut signal);
        assert!(signal.iter().all(|x| x.abs() < 1e-6));
        let mut signal: Vec<f32> = tone(200.0).iter().map(|x| 0.1 * x + 0.2).collect();
        RumbleFilter::new().process(&mut signal);
        let mean = signal[8000..].iter().sum::<f32>() / 24_000.0;
        assert!(mean.abs() < 1e-4, "{mean}");
    }

    #[test]
    fn speech_keeps_its_level_and_rumble_goes() {
        assert!(change_db(75.0).abs() < 1.0 && change_db(120.0).abs() < 0.2 && change_db(1_000.0).abs() < 0.01);
        assert!((change_db(CUTOFF_HZ) + 3.01).abs() < 0.1);
        assert!(change_db(10.0) < -25.0);
    }
}
