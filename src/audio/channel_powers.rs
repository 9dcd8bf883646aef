//! The power of two channels over time, from which it can be told who speaks into which channel.

/// Number of power values per second.
const RATE_HZ: u32 = 100;
/// Maximum level difference of two channels that carry the same signal, in dB.
const MAX_SAME_SIGNAL_DB: f32 = 1.0;
/// Power added to every channel, so that digital silence has a finite level: -90 dB.
const POWER_FLOOR: f32 = 1e-9;

/// The power of each of two channels, every 10 ms.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelPowers {
    powers: Vec<[f32; 2]>,
}

impl ChannelPowers {
    /// Returns by how much the first channel is louder than the second, in dB, every 10 ms. The powers are averaged
    /// over each value and `half_window` values on either side of it.
    pub fn difference_db(&self, half_window: usize) -> Vec<f32> {
        (0..self.powers.len())
            .map(|i| {
                let around = &self.powers[i.saturating_sub(half_window)..(i + half_window + 1).min(self.powers.len())];
                let sum =
                    |channel: usize| around.iter().map(|p| p[channel]).sum::<f32>() / around.len() as f32 + POWER_FLOOR;
                10.0 * (sum(0) / sum(1)).log10()
            })
            .collect()
    }
}

/// Measures the [`ChannelPowers`] of a signal that arrives block by block.
pub(crate) struct PowerMeter {
    rate_hz: u32,
    /// Number of frames so far.
    n_frames: u64,
    /// Sums of the squared samples of each channel since the last value.
    sums: [f32; 2],
    /// Number of frames since the last value.
    n_in_sum: u32,
    powers: Vec<[f32; 2]>,
}

impl PowerMeter {
    pub(super) fn new(rate_hz: u32) -> Self {
        Self { rate_hz, n_frames: 0, sums: [0.0; 2], n_in_sum: 0, powers: Vec::new() }
    }

    /// Processes the next samples of both channels.
    pub(crate) fn push(&mut self, first: &[f32], second: &[f32]) {
        for (a, b) in first.iter().zip(second) {
            self.sums[0] += a * a;
            self.sums[1] += b * b;
            self.n_in_sum += 1;
            self.n_frames += 1;
            // A value is due every 1/`RATE_HZ` s of signal. Comparing products instead of counting samples avoids drift
            // at sample rates that are not a multiple of `RATE_HZ`.
            if self.n_frames * u64::from(RATE_HZ) >= (self.powers.len() as u64 + 1) * u64::from(self.rate_hz) {
                self.powers.push(self.sums.map(|sum| sum / self.n_in_sum as f32));
                (self.sums, self.n_in_sum) = ([0.0; 2], 0);
            }
        }
    }

    /// Returns the powers measured so far; `None` if both channels carry the same signal.
    pub(crate) fn finish(self) -> Option<ChannelPowers> {
        let powers = ChannelPowers { powers: self.powers };
        let differs = powers.difference_db(0).into_iter().any(|d| d.abs() > MAX_SAME_SIGNAL_DB);
        differs.then_some(powers)
    }
}

/// Creates a meter for the tests of other modules.
#[cfg(test)]
pub(crate) fn meter(rate_hz: u32) -> PowerMeter {
    PowerMeter::new(rate_hz)
}
