//! Pseudo-random numbers, the same on every machine.

/// Marsaglia's xorshift: random enough, and the same on every machine.
pub struct Random(pub u64);

impl Random {
    /// Returns a number from 0 to below `most`.
    pub fn below(&mut self, most: f64) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64 * most
    }
}
