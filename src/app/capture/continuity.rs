//! Detects missing sound between two blocks delivered by a device, in frames.
//!
//! The number of frames dropped by the ring is known exactly. What the device itself lost is not: some devices report a
//! loss but not its size, some report nothing. In that case the clock decides. Late blocks may merely have been
//! delayed, and the queued sound follows in a burst; or the sound is lost, and the stream stays behind the clock. A
//! late block is therefore held back until the two cases can be told apart: after [`SETTLE`], the amount by which the
//! stream is still behind is missing.

use std::collections::VecDeque;
use std::time::Duration;

use super::ring::Block;

/// How long delayed sound may still arrive after a late block.
const SETTLE: Duration = Duration::from_millis(400);
/// The delay from which a block is suspicious even if the device reports no loss, in seconds. Devices deliver a block
/// about every 0.1 s; a busy system delays them by less than this.
const LATE_S: f64 = 0.5;
/// The smallest gap that counts as missing sound when the device reports no loss, in seconds.
const LEAST_MISSING_S: f64 = 0.25;
/// The smallest gap that counts as missing sound when the device reports a loss, in seconds: the precision of a block's
/// arrival time.
const LEAST_OVERRUN_S: f64 = 0.01;

/// Puts the blocks of a stream in order and finds what is missing between them.
pub(super) struct Continuity {
    rate_hz: f64,
    /// The blocks that wait until it is known whether something is missing before the first of them.
    held: VecDeque<Block>,
    /// The arrival time of the block before the first held one; `None` at the beginning.
    last: Option<Duration>,
}

impl Continuity {
    pub(super) fn new(rate_hz: u32) -> Self {
        Self { rate_hz: f64::from(rate_hz), held: VecDeque::new(), last: None }
    }

    pub(super) fn push(&mut self, block: Block) {
        self.held.push_back(block);
    }

    /// Returns the next block that is settled at time `now`, and the number of frames missing before it. With `all`, no
    /// block is held back, because no more will come.
    pub(super) fn next(&mut self, now: Duration, all: bool) -> Option<(Block, u64)> {
        let block = *self.held.front()?;
        let lost = match self.last {
            Some(last) if block.overrun || self.behind_s(&block, last) > LATE_S => {
                if !all && now < block.arrived + SETTLE {
                    return None;
                }
                self.lost(last, if block.overrun { LEAST_OVERRUN_S } else { LEAST_MISSING_S })
            }
            _ => 0,
        };
        self.held.pop_front();
        self.last = Some(block.arrived);
        // The lag behind the clock includes the frames that the ring dropped.
        Some((block, block.dropped.max(lost)))
    }

    fn behind_s(&self, block: &Block, last: Duration) -> f64 {
        let sound_s = (block.frames as u64 + block.dropped) as f64 / self.rate_hz;
        block.arrived.saturating_sub(last).as_secs_f64() - sound_s
    }

    /// Returns the number of frames by which the stream is behind the clock from the first held block on.
    fn lost(&self, last: Duration, least_s: f64) -> u64 {
        let first = self.held.front().map_or(last, |b| b.arrived);
        let mut frames = 0;
        let mut behind_s = f64::INFINITY;
        for block in self.held.iter().take_while(|b| b.arrived <= first + SETTLE) {
            frames += block.frames as u64;
            let elapsed_s = block.arrived.saturating_sub(last).as_secs_f64();
            behind_s = behind_s.min(elapsed_s - frames as f64 / self.rate_hz);
        }
        if behind_s.is_finite() && behind_s >= least_s { (behind_s * self.rate_hz).round() as u64 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 48_000;

    fn block(arrived_s: f64, frames: usize) -> Block {
        Block { frames, dropped: 0, arrived: Duration::from_secs_f64(arrived_s), age: Duration::ZERO, overrun: false }
    }

    /// Feeds the blocks as they arrive and returns (frames missing before the block, its frames) for each.
    fn run(blocks: &[Block]) -> Vec<(u64, usize)> {
        let mut continuity = Continuity::new(RATE_HZ);
        let mut out = Vec::new();
        for block in blocks {
            continuity.push(*block);
            while let Some((block, missing)) = continuity.next(block.arrived, false) {
                out.push((missing, block.frames));
            }
        }
        while let Some((block, missing)) = continuity.next(Duration::MAX, true) {
            out.push((missing, block.frames));
        }
        assert_eq!(out.len(), blocks.len());
        out
    }

    /// Returns a steady stream of 0.1 s blocks from `from_s` on.
    fn steady(from_s: f64, count: usize) -> impl Iterator<Item = Block> {
        (0..count).map(move |i| block(from_s + 0.1 * i as f64, 4_800))
    }

    #[test]
    fn a_steady_or_jittery_stream_misses_nothing() {
        assert!(run(&steady(0.0, 50).collect::<Vec<_>>()).iter().all(|(missing, _)| *missing == 0));
        let jitter = [0.0, 0.13, 0.19, 0.5, 0.5, 0.52, 0.61, 0.7];
        let blocks: Vec<Block> = jitter.iter().map(|t| block(*t, 4_800)).collect();
        assert!(run(&blocks).iter().all(|(missing, _)| *missing == 0));
    }

    #[test]
    fn what_was_held_up_and_follows_in_a_burst_is_not_missing() {
        // Nothing arrives for 2 s, then all the sound at once.
        let mut blocks: Vec<Block> = steady(0.0, 10).collect();
        blocks.extend((0..20).map(|i| block(2.9 + 0.001 * i as f64, 4_800)));
        blocks.extend(steady(3.0, 10));
        assert!(run(&blocks).iter().all(|(missing, _)| *missing == 0));
    }

    #[test]
    fn what_never_follows_is_missing_at_its_place() {
        let mut blocks: Vec<Block> = steady(0.0, 10).collect();
        blocks.extend(steady(2.9, 10)); // the last block came at 0.9 and the next was due at 1.0: 1.9 s are lost
        let out = run(&blocks);
        assert_eq!(out[10].0, 91_200);
        assert_eq!(out.iter().map(|(missing, _)| missing).sum::<u64>(), 91_200);
    }

    #[test]
    fn a_part_that_follows_is_not_missing() {
        let mut blocks: Vec<Block> = steady(0.0, 10).collect();
        blocks.extend([block(2.9, 4_800), block(2.9, 4_800)]);
        blocks.extend(steady(3.0, 10));
        assert_eq!(run(&blocks)[10].0, 86_400);
    }

    #[test]
    fn a_short_loss_counts_only_when_the_device_reports_it() {
        for (overrun, missing) in [(false, 0), (true, 9_600)] {
            let mut blocks: Vec<Block> = steady(0.0, 10).collect();
            blocks.extend(steady(1.2, 10));
            blocks[10].overrun = overrun;
            assert_eq!(run(&blocks)[10].0, missing);
        }
    }

    #[test]
    fn what_the_ring_dropped_counts_once() {
        let mut blocks: Vec<Block> = steady(0.0, 10).collect();
        blocks.extend(steady(2.9, 10));
        blocks[10].dropped = 90_000;
        assert_eq!(run(&blocks)[10].0, 90_000);
    }
}
