//! The lock-free ring between the device's thread and the worker.
//!
//! The device's thread must never block: [`Intake::accept`] converts and copies, and never allocates, locks, logs or
//! does I/O. When the ring is full, it drops the block and counts its frames; the count travels with the next block
//! that fits, so the worker can insert silence of the same length.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, RingBuffer};

/// The capacity of the ring, in seconds of sound: how long a slow disk may block the worker.
const RING_S: usize = 8;
/// The maximum number of blocks in flight. Devices deliver 10 ms or more at a time; blocks of 2 ms would fill this in
/// [`RING_S`].
const BLOCKS: usize = 4096;

/// The metadata of one block of samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Block {
    /// The number of frames the block has in the ring.
    pub(super) frames: usize,
    /// The number of frames dropped just before this block because the ring was full.
    pub(super) dropped: u64,
    /// When the device's thread received the block, as the time since the ring was created.
    pub(super) arrived: Duration,
    /// How long before that the microphone picked up the block's first frame.
    pub(super) age: Duration,
    /// Whether the device reported a loss of sound just before this block.
    pub(super) overrun: bool,
}

/// The producer's end, for the device's thread.
pub(super) struct Intake {
    samples: Producer<f32>,
    blocks: Producer<Block>,
    channels: usize,
    since: Instant,
    dropped: u64,
    overruns: Arc<AtomicU64>,
    overruns_seen: u64,
}

/// The consumer's end, for the worker.
pub(super) struct Outlet {
    samples: Consumer<f32>,
    blocks: Consumer<Block>,
    channels: usize,
    since: Instant,
}

/// Creates a ring for `channels` at `rate_hz`. `overruns` is incremented by the device's error callback.
pub(super) fn ring(rate_hz: u32, channels: u16, overruns: Arc<AtomicU64>) -> (Intake, Outlet) {
    let channels = usize::from(channels);
    let (samples_in, samples_out) = RingBuffer::new(RING_S * rate_hz as usize * channels);
    let (blocks_in, blocks_out) = RingBuffer::new(BLOCKS);
    let since = Instant::now();
    let intake =
        Intake { samples: samples_in, blocks: blocks_in, channels, since, dropped: 0, overruns, overruns_seen: 0 };
    (intake, Outlet { samples: samples_out, blocks: blocks_out, channels, since })
}

impl Intake {
    /// Pushes one block of interleaved samples, the first of which was picked up `age` ago; `convert` maps them to full
    /// scale 1.0.
    pub(super) fn accept<T: Copy>(&mut self, block: &[T], age: Duration, convert: impl Fn(T) -> f32) {
        let frames = block.len() / self.channels;
        if frames == 0 {
            return;
        }
        let arrived = self.since.elapsed();
        let room = self.blocks.slots() > 0;
        match self.samples.write_chunk_uninit(frames * self.channels) {
            Ok(chunk) if room => {
                chunk.fill_from_iter(block.iter().map(|x| convert(*x)));
                let overruns = self.overruns.load(Ordering::Relaxed);
                let overrun = overruns != self.overruns_seen;
                self.overruns_seen = overruns;
                // There is room, since only this thread fills the ring.
                let _ = self.blocks.push(Block { frames, dropped: self.dropped, arrived, age, overrun });
                self.dropped = 0;
            }
            _ => self.dropped += frames as u64,
        }
    }
}

impl Outlet {
    /// Returns the oldest block, if any; the next call of [`take`](Self::take) reads its samples.
    pub(super) fn next_block(&mut self) -> Option<Block> {
        self.blocks.pop().ok()
    }

    /// Appends the samples of a block to `to`, interleaved.
    pub(super) fn take(&mut self, block: &Block, to: &mut Vec<f32>) {
        let chunk = self.samples.read_chunk(block.frames * self.channels);
        let chunk = chunk.expect("a block is announced after its samples are in the ring");
        let (first, second) = chunk.as_slices();
        to.extend_from_slice(first);
        to.extend_from_slice(second);
        chunk.commit_all();
    }

    /// Returns when the ring was created.
    pub(super) fn since(&self) -> Instant {
        self.since
    }

    /// Returns the current time, on the clock of [`Block::arrived`].
    pub(super) fn now(&self) -> Duration {
        self.since.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the pace of either end, every frame comes out once, in order, or is counted where it is missing.
        #[test]
        fn every_frame_comes_out_or_is_counted(steps in prop::collection::vec((1_usize..3_000, any::<bool>()), 1..60)) {
            let (mut intake, mut outlet) = ring(500, 2, Arc::default()); // room for 4000 frames
            let (mut fed, mut next, mut missing) = (0_u32, 0_u32, 0_u64);
            let mut samples = Vec::new();
            let mut drain = |outlet: &mut Outlet| {
                while let Some(block) = outlet.next_block() {
                    next += block.dropped as u32;
                    missing += block.dropped;
                    samples.clear();
                    outlet.take(&block, &mut samples);
                    for frame in samples.chunks(2) {
                        assert_eq!(frame, [next as f32, -(next as f32)]);
                        next += 1;
                    }
                }
                (next, missing)
            };
            for (frames, drained) in steps {
                let block: Vec<i64> = (0..frames as u32).flat_map(|i| [i64::from(fed + i), -i64::from(fed + i)]).collect();
                intake.accept(&block, Duration::ZERO, |x| x as f32);
                fed += frames as u32;
                if drained {
                    drain(&mut outlet);
                }
            }
            drain(&mut outlet);
            let pending = intake.dropped;
            intake.accept(&[i64::from(fed), -i64::from(fed)], Duration::ZERO, |x| x as f32);
            let (next, missing) = drain(&mut outlet);
            prop_assert_eq!(u64::from(next), u64::from(fed) + 1);
            prop_assert!(missing >= pending);
        }
    }

    #[test]
    fn an_overrun_is_told_with_the_next_block_once() {
        let overruns = Arc::new(AtomicU64::new(0));
        let (mut intake, mut outlet) = ring(8_000, 1, Arc::clone(&overruns));
        for overrun in [false, true, false] {
            if overrun {
                overruns.fetch_add(1, Ordering::Relaxed);
            }
            intake.accept(&[0.5_f32; 80], Duration::ZERO, |x| x);
            assert_eq!(outlet.next_block().unwrap().overrun, overrun);
        }
    }
}
