//! Estimates when a frame passes a loudspeaker or a microphone, on the program's monotonic clock ([`Instant`]).
//!
//! The callback of a stream gets blocks of frames, each with the delay of the buffers between the callback and the
//! device. Every block gives an estimate of the time of the stream's first frame. Single estimates have errors from
//! scheduler jitter and, right after the start of a stream, from delays that the sound server does not know yet; the
//! median of many estimates is accurate.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The number of estimates that are kept, those of the latest blocks, so that the median follows the drift of the
/// device's clock.
const MAX_ESTIMATES: usize = 64;
/// The maximum plausible delay, in seconds (ours): more than any buffer or Bluetooth headset causes.
const MAX_DELAY_S: f64 = 5.0;

/// An estimate of a time, with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeEstimate {
    /// The estimated time.
    pub at: Instant,
    /// The uncertainty to either side, in seconds.
    pub uncertainty_s: f64,
}

/// The clock of a stream: estimates the times of its frames from its blocks.
#[derive(Debug, Clone)]
pub struct StreamClock {
    /// The reference from which `starts_s` is counted.
    reference: Instant,
    rate_hz: f64,
    /// The estimates of the time of the stream's first frame from the latest blocks, in seconds after `reference`;
    /// negative for a time before it.
    starts_s: VecDeque<f64>,
}

impl StreamClock {
    /// Creates the clock of a stream with `rate_hz` frames per second. Afterwards [`Self::note`] does not allocate, so
    /// that it can be called from a real-time thread.
    pub fn new(reference: Instant, rate_hz: u32) -> Self {
        Self { reference, rate_hz: f64::from(rate_hz), starts_s: VecDeque::with_capacity(MAX_ESTIMATES) }
    }

    /// Adds the estimate that frame `frame` passes the device at `now + ahead_s`. For a loudspeaker, `ahead_s` is
    /// positive (the frame will be played); for a microphone, it is negative (the frame was captured earlier).
    pub fn note(&mut self, frame: u64, now: Instant, ahead_s: f64) {
        if !(-MAX_DELAY_S..=MAX_DELAY_S).contains(&ahead_s) {
            return;
        }
        if self.starts_s.len() == MAX_ESTIMATES {
            self.starts_s.pop_front();
        }
        let now_s = now.saturating_duration_since(self.reference).as_secs_f64();
        self.starts_s.push_back(now_s + ahead_s - frame as f64 / self.rate_hz);
    }

    /// Returns the estimated time at which a frame passes the device; `None` before the first block. The uncertainty is
    /// half the distance between the 0.1 and the 0.9 quantile of the estimates.
    pub fn time_of(&self, frame: u64) -> Option<TimeEstimate> {
        let mut starts_s: Vec<f64> = self.starts_s.iter().copied().collect();
        starts_s.sort_by(f64::total_cmp);
        let quantile = |q: f64| starts_s.get(((starts_s.len().checked_sub(1)?) as f64 * q).round() as usize).copied();
        let after_s = quantile(0.5)? + frame as f64 / self.rate_hz;
        let at = if after_s < 0.0 {
            self.reference.checked_sub(Duration::from_secs_f64(-after_s))?
        } else {
            self.reference + Duration::from_secs_f64(after_s)
        };
        Some(TimeEstimate { at, uncertainty_s: (quantile(0.9)? - quantile(0.1)?) / 2.0 })
    }

    /// Returns the first frame that passes the device at `moment` or later; 0 if `moment` lies before the stream's
    /// start, `None` before the first block.
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
        let reference = Instant::now();
        let mut clock = StreamClock::new(reference, 1_000);
        assert_eq!(clock.time_of(0), None);
        // A stream whose first frame passes 0.2 s after `reference`, in blocks of 100 frames that arrive 0.05 s later.
        for block in 0..20 {
            let late_s = if block == 3 { 0.7 } else { 0.004 * f64::from(block % 3) };
            let now = reference + Duration::from_secs_f64(0.25 + 0.1 * f64::from(block) + late_s);
            clock.note(100 * u64::from(block as u32), now, -0.05);
        }
        let frame = clock.time_of(500).unwrap();
        assert!((seconds_between(reference, frame.at) - 0.704).abs() < 1e-6, "{frame:?}");
        assert!((0.003..0.006).contains(&frame.uncertainty_s), "{frame:?}");
        assert_eq!((clock.frame_at(frame.at), clock.frame_at(reference)), (Some(500), Some(0)));
    }

    #[test]
    fn a_clock_that_drifts_is_followed_and_an_absurd_delay_is_left_out() {
        let reference = Instant::now();
        let mut clock = StreamClock::new(reference, 1_000);
        for block in 0..1_000_u32 {
            // The device's second is one thousandth longer.
            let now = reference + Duration::from_secs_f64(0.1 * f64::from(block) * 1.001);
            clock.note(100 * u64::from(block), now, 0.0);
            clock.note(100 * u64::from(block), now, 3_600.0);
        }
        let last = clock.time_of(99_900).unwrap();
        assert!((seconds_between(reference, last.at) - 99.9 * 1.001).abs() < 0.005, "{last:?}");
        assert!(seconds_between(last.at, reference) < -99.0);
    }
}
