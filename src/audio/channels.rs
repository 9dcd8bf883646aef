//! Chooses the channels of a recording that are mixed to the mono signal for analysis.
//!
//! Mixing in a silent channel would halve the level, and two channels of opposite polarity would cancel. Both cases are
//! detected from the covariance of the channels over the whole recording, which a first decoding pass computes.

/// Minimum distance of a channel below the loudest one at which it is left out of the mix, dB.
const MIN_UNUSED_DB: f64 = 30.0;

/// Minimum distance of a mix below the level of a mix of uncorrelated channels at which the channels count as
/// cancelling, dB. For two channels of equal level, it is reached at a correlation below -0.9; the channels of two
/// microphones with a speaker between them correlate far better.
const MIN_CANCELLED_DB: f64 = 10.0;

/// How the channels of a file were mixed to the mono signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChannelUse {
    /// The file has one channel.
    Mono,
    /// The mean of all channels.
    Mixed,
    /// The mean of the channels whose bit is set (bit 0 is the first channel); the others are at least 30 dB below.
    MixedSome(u32),
    /// This channel (0 is the first) alone, since all others are at least 30 dB below it.
    OnlyChannel(u16),
    /// This channel (0 is the first) alone, since the channels cancel when mixed: one of them has inverted polarity.
    OppositePhase(u16),
}

impl ChannelUse {
    /// Writes the mono signal of one block to `mono`. `planes` has one vector of samples per channel.
    pub(super) fn mix(self, planes: &[Vec<f32>], mono: &mut Vec<f32>) {
        mono.clear();
        match self {
            Self::Mono => mono.extend_from_slice(&planes[0]),
            Self::OnlyChannel(channel) | Self::OppositePhase(channel) => {
                mono.extend_from_slice(&planes[usize::from(channel)]);
            }
            Self::Mixed => mean(planes.iter(), mono),
            Self::MixedSome(used) => {
                mean(planes.iter().enumerate().filter(|(i, _)| used >> i & 1 == 1).map(|(_, plane)| plane), mono);
            }
        }
    }
}

fn mean<'a>(planes: impl Iterator<Item = &'a Vec<f32>>, mono: &mut Vec<f32>) {
    let mut count = 0.0;
    for plane in planes {
        if mono.is_empty() {
            mono.extend_from_slice(plane);
        } else {
            mono.iter_mut().zip(plane).for_each(|(sum, x)| *sum += x);
        }
        count += 1.0;
    }
    let scale = 1.0 / count;
    mono.iter_mut().for_each(|x| *x *= scale);
}

/// Sums over a whole recording, from which the energy of any mix of its channels can be computed.
pub(super) struct ChannelSums {
    channels: usize,
    frames: f64,
    /// Sum of the samples of each channel.
    sums: Vec<f64>,
    /// Sum of the products of the samples of channels `i` and `j`, for `i <= j`, at index `i * channels + j`.
    products: Vec<f64>,
}

impl ChannelSums {
    pub(super) fn new(channels: usize) -> Self {
        Self { channels, frames: 0.0, sums: vec![0.0; channels], products: vec![0.0; channels * channels] }
    }

    /// Adds one block; `planes` has one vector of samples per channel.
    pub(super) fn push(&mut self, planes: &[Vec<f32>]) {
        self.frames += planes[0].len() as f64;
        for i in 0..self.channels {
            self.sums[i] += planes[i].iter().map(|&x| f64::from(x)).sum::<f64>();
            for j in i..self.channels {
                self.products[i * self.channels + j] += dot(&planes[i], &planes[j]);
            }
        }
    }

    /// Returns the covariance of two channels, which ignores a constant offset (DC).
    fn covariance(&self, i: usize, j: usize) -> f64 {
        if self.frames == 0.0 {
            return 0.0;
        }
        let (i, j) = (i.min(j), i.max(j));
        let mean_product = self.products[i * self.channels + j] / self.frames;
        mean_product - self.sums[i] / self.frames * (self.sums[j] / self.frames)
    }

    /// Chooses the channels to mix. If all channels are silent, all are mixed.
    pub(super) fn choose(&self) -> ChannelUse {
        if self.channels < 2 {
            return ChannelUse::Mono;
        }
        let energies: Vec<f64> = (0..self.channels).map(|i| self.covariance(i, i)).collect();
        let loudest = (0..self.channels).rev().max_by(|&a, &b| energies[a].total_cmp(&energies[b])).unwrap_or(0);
        if energies[loudest] <= 0.0 {
            return ChannelUse::Mixed;
        }
        let floor = energies[loudest] * 10_f64.powf(-MIN_UNUSED_DB / 10.0);
        let used: Vec<usize> = (0..self.channels).filter(|&i| energies[i] > floor).collect();
        if used.len() == 1 {
            return ChannelUse::OnlyChannel(loudest as u16);
        }
        let unrelated: f64 = used.iter().map(|&i| energies[i]).sum();
        let mixed: f64 = used.iter().flat_map(|&i| used.iter().map(move |&j| self.covariance(i, j))).sum();
        if mixed < unrelated * 10_f64.powf(-MIN_CANCELLED_DB / 10.0) {
            ChannelUse::OppositePhase(loudest as u16)
        } else if used.len() == self.channels {
            ChannelUse::Mixed
        } else {
            ChannelUse::MixedSome(used.iter().fold(0, |bits, i| bits | 1 << i))
        }
    }
}

/// Returns the index of the first audio track that is not silent. A track counts as silent if its loudest channel is
/// [`MIN_UNUSED_DB`] or more below the loudest channel of all tracks. If all tracks are silent, returns 0.
pub(super) fn first_with_sound(tracks: &[ChannelSums]) -> usize {
    let loudest = |sums: &ChannelSums| (0..sums.channels).map(|i| sums.covariance(i, i)).fold(0.0, f64::max);
    let energies: Vec<f64> = tracks.iter().map(loudest).collect();
    let floor = energies.iter().copied().fold(0.0, f64::max) * 10_f64.powf(-MIN_UNUSED_DB / 10.0);
    energies.iter().position(|&energy| energy > floor).unwrap_or(0)
}

/// Computes a dot product in eight single-precision lanes, which the compiler vectorizes, and sums the lanes in double
/// precision.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut lanes = [0.0_f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().map(|&lane| f64::from(lane)).sum::<f64>() + f64::from(tail)
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn voice(seed: f32) -> Vec<f32> {
        (0..48_000).map(|i| (TAU * (110.0 + seed) * i as f32 / 48_000.0).sin() * 0.3).collect()
    }

    fn scaled(signal: &[f32], by: f32) -> Vec<f32> {
        signal.iter().map(|x| x * by).collect()
    }

    fn choose(planes: &[Vec<f32>]) -> ChannelUse {
        let mut sums = ChannelSums::new(planes.len());
        sums.push(planes);
        sums.choose()
    }

    #[test]
    fn stereo_is_mixed_and_keeps_its_level() {
        let planes = [voice(0.0), voice(0.0)];
        assert_eq!(choose(&planes), ChannelUse::Mixed);
        let mut mono = Vec::new();
        ChannelUse::Mixed.mix(&planes, &mut mono);
        assert_eq!(mono, planes[0]);
        assert_eq!(choose(&[voice(0.0), voice(37.0)]), ChannelUse::Mixed, "two people, one on each side");
    }

    #[test]
    fn a_silent_channel_is_left_out() {
        assert_eq!(choose(&[voice(0.0), vec![0.0; 48_000]]), ChannelUse::OnlyChannel(0));
        assert_eq!(choose(&[scaled(&voice(9.0), 0.03), voice(0.0)]), ChannelUse::OnlyChannel(1), "30.5 dB below");
        assert_eq!(choose(&[scaled(&voice(9.0), 0.04), voice(0.0)]), ChannelUse::Mixed, "28 dB below");
        assert_eq!(choose(&[vec![0.5; 48_000], scaled(&voice(0.0), 0.01)]), ChannelUse::OnlyChannel(1), "an offset");
    }

    #[test]
    fn surround_uses_the_channels_with_sound() {
        let silent = vec![0.0; 48_000];
        let planes = [voice(0.0), voice(50.0), voice(20.0), silent.clone(), silent.clone(), silent];
        assert_eq!(choose(&planes), ChannelUse::MixedSome(0b111));
        let mut mono = Vec::new();
        ChannelUse::MixedSome(0b101).mix(&planes, &mut mono);
        assert!((mono[100] - (planes[0][100] + planes[2][100]) / 2.0).abs() < 1e-6);
    }

    #[test]
    fn opposite_phase_takes_the_louder_channel() {
        assert_eq!(choose(&[scaled(&voice(0.0), -0.9), voice(0.0)]), ChannelUse::OppositePhase(1));
        assert_eq!(choose(&[voice(0.0), scaled(&voice(0.0), -1.0)]), ChannelUse::OppositePhase(0));
    }

    #[test]
    fn the_first_track_with_sound_is_taken() {
        let sums = |signal: &[f32]| {
            let mut sums = ChannelSums::new(1);
            sums.push(&[signal.to_vec()]);
            sums
        };
        let (loud, soft, silent) = (voice(0.0), scaled(&voice(5.0), 0.1), vec![0.0; 48_000]);
        let first = |tracks: &[&[f32]]| first_with_sound(&tracks.iter().map(|t| sums(t)).collect::<Vec<_>>());
        assert_eq!(first(&[&silent, &loud]), 1);
        assert_eq!(first(&[&soft, &loud]), 0, "20 dB below is heard");
        assert_eq!(first(&[&scaled(&loud, 0.01), &silent, &loud]), 2, "40 dB below is not");
        assert_eq!(first(&[&silent, &silent]), 0);
    }

    #[test]
    fn silence_is_mixed() {
        assert_eq!(choose(&[vec![0.0; 100], vec![0.0; 100]]), ChannelUse::Mixed);
    }
}
