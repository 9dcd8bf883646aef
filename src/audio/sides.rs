//! How loud each of two channels is over time: who speaks into which.

/// Values a second.
const RATE_HZ: u32 = 100;
/// Channels that are never further apart than this, in dB, are the same sound twice.
const SAME_DB: f32 = 1.0;
/// Added to every power, so that digital silence has a level: -90 dB.
const LEAST_POWER: f32 = 1e-9;

/// The power of two channels every 10 ms.
#[derive(Debug, Clone, PartialEq)]
pub struct Sides {
    powers: Vec<[f32; 2]>,
}

impl Sides {
    /// By how many dB the first channel is louder, every 10 ms, each value over so many on both sides of it.
    pub fn difference_db(&self, reach: usize) -> Vec<f32> {
        (0..self.powers.len())
            .map(|i| {
                let around = &self.powers[i.saturating_sub(reach)..(i + reach + 1).min(self.powers.len())];
                let sum = |side: usize| around.iter().map(|p| p[side]).sum::<f32>() / around.len() as f32 + LEAST_POWER;
                10.0 * (sum(0) / sum(1)).log10()
            })
            .collect()
    }
}

/// Measures [`Sides`] of a signal that comes block by block.
pub(crate) struct Meter {
    rate_hz: u32,
    /// Samples taken.
    taken: u64,
    sums: [f32; 2],
    counted: u32,
    powers: Vec<[f32; 2]>,
}

impl Meter {
    pub(super) fn new(rate_hz: u32) -> Self {
        Self { rate_hz, taken: 0, sums: [0.0; 2], counted: 0, powers: Vec::new() }
    }

    /// Takes the next samples of both channels.
    pub(crate) fn push(&mut self, first: &[f32], second: &[f32]) {
        for (a, b) in first.iter().zip(second) {
            self.sums[0] += a * a;
            self.sums[1] += b * b;
            self.counted += 1;
            self.taken += 1;
            // Whole steps of the clock, whatever the rate.
            if self.taken * u64::from(RATE_HZ) >= (self.powers.len() as u64 + 1) * u64::from(self.rate_hz) {
                self.powers.push(self.sums.map(|sum| sum / self.counted as f32));
                (self.sums, self.counted) = ([0.0; 2], 0);
            }
        }
    }

    /// The levels so far; `None` if both channels are the same.
    pub(crate) fn finish(self) -> Option<Sides> {
        let sides = Sides { powers: self.powers };
        let differs = sides.difference_db(0).into_iter().any(|d| d.abs() > SAME_DB);
        differs.then_some(sides)
    }
}

/// A meter for tests elsewhere.
#[cfg(test)]
pub(crate) fn meter(rate_hz: u32) -> Meter {
    Meter::new(rate_hz)
}
