//! Damages files in every way that a bad disk, a bad cable or a malicious person may; the same on every run.

/// A seeded pseudorandom number generator (xorshift64*).
pub struct Chance(u64);

/// The kinds of damage.
pub const KINDS: [&str; 12] = [
    "end cut off",
    "beginning cut off",
    "one bit flipped",
    "bytes flipped all over",
    "bytes flipped in the header",
    "part overwritten with zeros",
    "part twice",
    "part of another file put in",
    "part taken out",
    "two parts exchanged",
    "noise appended",
    "numbers of the header at their largest",
];

impl Chance {
    /// Creates a generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// Returns a number below `end`; 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    /// Returns a range within `len`, at most a quarter of it.
    fn stretch(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len);
        start..(start + 1 + self.below(len / 4)).min(len)
    }

    /// Returns the file damaged in a random way, and the kind of damage; parts may come from `other`.
    pub fn damaged(&mut self, file: &[u8], other: &[u8]) -> (&'static str, Vec<u8>) {
        let kind = self.below(KINDS.len());
        (KINDS[kind], self.damage(kind, file, other))
    }

    /// Returns the file damaged in one of the ways in [`KINDS`].
    pub fn damage(&mut self, kind: usize, file: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = file.to_vec();
        let len = bytes.len();
        match kind {
            0 => bytes.truncate(self.below(len)),
            1 => drop(bytes.drain(..self.below(len))),
            2 => {
                let at = self.below(len);
                bytes[at] ^= 1 << self.below(8);
            }
            3 => {
                for _ in 0..1 + len / 100 {
                    bytes[self.below(len)] = self.below(256) as u8;
                }
            }
            4 => {
                for _ in 0..1 + self.below(8) {
                    bytes[self.below(len.min(512))] = self.below(256) as u8;
                }
            }
            5 => bytes[self.stretch(len)].fill(0),
            6 => {
                let part = bytes[self.stretch(len)].to_vec();
                let at = self.below(len);
                bytes.splice(at..at, part);
            }
            7 => {
                let part = other[self.stretch(other.len())].to_vec();
                let at = self.below(len);
                bytes.splice(at..at, part);
            }
            8 => drop(bytes.drain(self.stretch(len))),
            9 => {
                let (a, b) = (self.stretch(len), self.stretch(len));
                let shorter = a.len().min(b.len());
                for i in 0..shorter {
                    bytes.swap(a.start + i, b.start + i);
                }
            }
            10 => bytes.extend((0..1 + len / 4).map(|_| self.below(256) as u8)),
            11 => {
                let at = self.below(len.min(256));
                let end = (at + [1, 2, 4, 8][self.below(4)]).min(len);
                bytes[at..end].fill(0xff);
            }
            _ => unreachable!("there are {} kinds", KINDS.len()),
        }
        bytes
    }
}
