//! Tests whether a measure really changes from answer to answer: a robust slope with an interval.
//!
//! The slope is the median of the slopes between all pairs of answers (H. Theil 1950; P. K. Sen, "Estimates of the
//! regression coefficient based on Kendall's tau", JASA 63, 1968), so a single outlier does not move it. The interval
//! is Sen's, from the variance of Kendall's S without ties, at 95 %. Answers are numbered in their order rather than by
//! date: ten takes of one evening are ten steps, and a month without practice is none. The unit is that of the measure,
//! per answer.

use serde::Serialize;

/// The minimum number of answers for a trend: with four, no order of them is rarer than one in twelve.
pub const FEWEST: usize = 5;
/// The maximum number of answers for a trend, the newest ones: old answers say little about now, and the number of
/// pairs grows quadratically.
pub const MOST: usize = 200;
/// The normal quantile of a two-sided 95 % interval.
const Z: f64 = 1.96;

/// A slope with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// The number of answers that the slope is estimated from.
    pub answers: usize,
    /// The change of the measure per answer.
    pub slope_per_answer: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
}

impl Trend {
    /// Estimates the trend of the newest [`MOST`] of the values, given oldest first; `None` with fewer than [`FEWEST`].
    pub fn of(values: &[f64]) -> Option<Self> {
        let values = &values[values.len().saturating_sub(MOST)..];
        let n = values.len();
        if n < FEWEST {
            return None;
        }
        let mut slopes: Vec<f64> =
            (0..n).flat_map(|i| (i + 1..n).map(move |j| (values[j] - values[i]) / (j - i) as f64)).collect();
        let pairs = slopes.len();
        let mut ranked = |rank: usize| *slopes.select_nth_unstable_by(rank, f64::total_cmp).1;
        let median = (ranked((pairs - 1) / 2) + ranked(pairs / 2)) / 2.0;
        let spread = Z * ((n * (n - 1) * (2 * n + 5)) as f64 / 18.0).sqrt();
        let outside = ((pairs as f64 - spread) / 2.0).floor().max(1.0) as usize - 1;
        let (low, high) = (ranked(outside), ranked(pairs - 1 - outside));
        Some(Self { answers: n, slope_per_answer: median, low, high })
    }

    /// Returns whether the whole interval lies on one side of zero.
    pub fn is_real(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }

    /// Returns the change from the first to the last of the answers according to the slope.
    pub fn change(&self) -> f64 {
        self.slope_per_answer * (self.answers - 1) as f64
    }

    /// Returns the interval of [`change`](Self::change) in absolute values: the smaller and the greater amount.
    pub fn amounts(&self) -> [f64; 2] {
        let steps = (self.answers - 1) as f64;
        let (a, b) = ((self.low * steps).abs(), (self.high * steps).abs());
        [a.min(b), a.max(b)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a reproducible, roughly normal pseudorandom sequence.
    fn noise(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        move || {
            let mut uniform = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 11) as f64 / (1_u64 << 53) as f64
            };
            (0..12).map(|_| uniform()).sum::<f64>() - 6.0
        }
    }

    #[test]
    fn a_straight_line_is_found_and_one_odd_answer_does_not_move_it() {
        let mut values: Vec<f64> = (0..20).map(|i| 10.0 - 0.25 * f64::from(i)).collect();
        let trend = Trend::of(&values).unwrap();
        assert!((trend.slope_per_answer + 0.25).abs() < 1e-12 && trend.is_real(), "{trend:?}");
        assert!((trend.change() + 4.75).abs() < 1e-9);
        values[18] = 400.0;
        let trend = Trend::of(&values).unwrap();
        assert!((trend.slope_per_answer + 0.25).abs() < 0.02 && trend.is_real(), "{trend:?}");
    }

    #[test]
    fn too_few_and_flat_ones_are_no_trend() {
        assert_eq!(Trend::of(&[1.0, 2.0, 3.0, 4.0]), None);
        assert!(Trend::of(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap().is_real());
        assert!(!Trend::of(&[5.0; 12]).unwrap().is_real());
        assert!(!Trend::of(&[1.0, 2.0, 3.0, 4.0, 0.0]).unwrap().is_real());
    }

    #[test]
    fn chance_is_seldom_called_a_trend_and_the_interval_holds_the_truth() {
        for n in [5, 8, 15, 40] {
            let (mut false_alarms, mut held) = (0, 0);
            for seed in 1..=1000 {
                let mut noise = noise(seed * 7919 + n as u64);
                let values: Vec<f64> = (0..n).map(|_| noise()).collect();
                false_alarms += usize::from(Trend::of(&values).unwrap().is_real());
                let rising: Vec<f64> = values.iter().enumerate().map(|(i, v)| v + 0.3 * i as f64).collect();
                let trend = Trend::of(&rising).unwrap();
                held += usize::from((trend.low..=trend.high).contains(&0.3));
            }
            assert!(false_alarms <= 65, "{false_alarms} of 1000 with {n}");
            assert!(held >= 935, "{held} of 1000 with {n}");
        }
    }

    #[test]
    fn only_the_newest_are_looked_at() {
        let mut values = vec![0.0; 500];
        values.extend((0..MOST).map(|i| i as f64));
        let trend = Trend::of(&values).unwrap();
        assert_eq!((trend.answers, trend.slope_per_answer), (MOST, 1.0));
    }
}
