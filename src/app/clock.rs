//! When sound passes a loudspeaker or a microphone, on one clock: the program's monotonic one ([`Instant`]).
//!
//! A device's thread sees blocks of sound and, for each, how long its own buffers and those of the sound server delay
//! it. Each block thus gives an estimate of the time of the stream's first frame. Single estimates are off by the
//! jitter of the scheduler and, right after a stream has started, by delays that the sound server does not yet know;
//! the median of many is not.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The number of blocks that an estimate rests on: the latest ones, so that it follows a device whose clock drifts.
const BLOCKS: usize = 64;
/// The largest delay that is believed, in seconds (ours): more than any buffer, or a Bluetooth headset, adds.
const LONGEST_DELAY_S: f64 = 5.0;

/// A moment, and how far it may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// The moment.
    pub at: Instant,
    /// The uncertainty to either side, in seconds.
    pub uncertainty_s: f64,
}

/// The times of a stream's frames, estimated from its blocks.
#[derive(Debug, Clone)]
pub struct StreamClock {
    /// The time that all others are counted from.
    since: Instant,
    rate_hz: f64,
    /// The times of the stream's first frame by the latest blocks, in seconds after `since`; negative before it.
    starts_s: VecDeque<f64>,
}

impl StreamClock {
    /// Creates the clock of a stream with this many frames per second. It never allocates afterwards.
    pub fn new(since: Instant, rate_hz: u32) -> Self {
        Self { since, rate_hz: f64::from(rate_hz), starts_s: VecDeque::with_capacity(BLOCKS) }
    }

    /// Takes note that the frame `frame` of the stream passed, or will pass, the device at `now + ahead_s`; negative
    /// for a microphone, whose sound is heard of afterwards.
    pub fn note(&mut self, frame: u64, now: Instant, ahead_s: f64) {
        if !(-LONGEST_DELAY_S..=LONGEST_DELAY_S).contains(&ahead_s) {
            return;
        }
        if self.starts_s.len() == BLOCKS {
            self.starts_s.pop_front();
        }
        let now_s = now.saturating_duration_since(self.since).as_secs_f64();
        self.starts_s.push_back(now_s + ahead_s - frame as f64 / self.rate_hz);
    }

    /// Returns when a frame passes the device; `None` before the first block. The uncertainty is half the range of the
    /// middle 80 % of the estimates.
    pub fn time_of(&self, frame: u64) -> Option<Moment> {
        let mut starts_s: Vec<f64> = self.starts_s.iter().copied().collect();
        starts_s.sort_by(f64::total_cmp);
        let quantile = |q: f64| starts_s.get(((starts_s.len().checked_sub(1)?) as f64 * q).round() as usize).copied();
        let after_s = quantile(0.5)? + frame as f64 / self.rate_hz;
        let at = if after_s < 0.0 {
            self.since.checked_sub(Duration::from_secs_f64(-after_s))?
        } else {
            self.since + Duration::from_secs_f64(after_s)
        };
        Some(Moment { at, uncertainty_s: (quantile(0.9)? - quantile(0.1)?) / 2.0 })
    }

    /// Returns the first frame that passes the device at `moment` or later; 0 for a moment before the stream, `None` before
    /// the first block.
    pub fn frame_at(&self, moment: Instant) -> Option<u64> {
        let start = self.time_of(0)?;
        Some((seconds_between(start.at, moment) * self.rate_hz).ceil().max(0.0) as u64)
    }
}

/// Returns the time from `a` to `b` in seconds; negative if `b` is the earlier one.
pub fn seconds_between(a: Instant, b: Instant) -> f64 {
    match b.checked_duration_since(a) {
        Some(after) => after.as_secs_f64(),
        None => -a.duration_since(b).as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_estimate_among_many_is_outvoted() {
        let since = Instant::now();
        let mut clock = StreamClock::new(since, 1_000);
        assert_eq!(clock.time_of(0), None);
        // A stream whose first frame passes 0.2 s after `since`, in blocks of 100 frames, heard of 0.05 s later.
        for block in 0..20 {
            let late_s = if block == 3 { 0.7 } else { 0.004 * f64::from(block % 3) };
            let now = since + Duration::from_secs_f64(0.25 + 0.1 * f64::from(block) + late_s);
            clock.note(100 * u64::from(block as u32), now, -0.05);
        }
        let frame = clock.time_of(500).unwrap();
        assert!((seconds_between(since, frame.at) - 0.704).abs() < 1e-6, "{frame:?}");
        assert!((0.003..0.006).contains(&frame.uncertainty_s), "{frame:?}");
        assert_eq!((clock.frame_at(frame.at), clock.frame_at(since)), (Some(500), Some(0)));
    }

    #[test]
    fn a_clock_that_drifts_is_followed_and_an_absurd_delay_is_left_out() {
        let since = Instant::now();
        let mut clock = StreamClock::new(since, 1_000);
        for block in 0..1_000_u32 {
            // The device's second is one thousandth longer.
            let now = since + Duration::from_secs_f64(0.1 * f64::from(block) * 1.001);
            clock.note(100 * u64::from(block), now, 0.0);
            clock.note(100 * u64::from(block), now, 3_600.0);
        }
        let last = clock.time_of(99_900).unwrap();
        assert!((seconds_between(since, last.at) - 99.9 * 1.001).abs() < 0.005, "{last:?}");
        assert!(seconds_between(last.at, since) < -99.0);
    }
}
