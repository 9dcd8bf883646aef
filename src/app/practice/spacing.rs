//! When a question is due again: spaced repetition with the SM-2 algorithm (P. A. Wozniak 1990, "Optimization of
//! learning", chapter 3.2, "Application of a computer to improve the results obtained in working with the SuperMemo
//! method").
//!
//! SM-2 grades the quality of a response from 0 to 5; here the grade is the score of the answer (0 to 100) divided by
//! 20 (ours). As in SM-2, an answer graded below 4 is repeated at the next opportunity, whatever its interval.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The repetition state of a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repetition {
    /// The number of good answers in a row.
    pub repetitions: u32,
    /// The E-factor of SM-2, at least 1.3.
    pub ease: f64,
    /// The number of days until the question is due, counted from the last answer.
    pub interval_days: f64,
    /// The time of the last answer.
    pub last_at: Timestamp,
    /// The last score, 0 to 100.
    pub last_score: f64,
}

const FIRST_EASE: f64 = 2.5;
const LOWEST_EASE: f64 = 1.3;
const SECONDS_A_DAY: f64 = 86_400.0;
/// The grade below which the repetitions start over.
const PASSED: f64 = 3.0;
/// The grade below which the question is repeated at the next opportunity.
const WELL: f64 = 4.0;

impl Repetition {
    /// Returns the state after an answer with this score (0 to 100).
    pub fn after(before: Option<&Self>, score: f64, at: Timestamp) -> Self {
        let quality = quality(score);
        let (repetitions, ease, interval_days) =
            before.map_or((0, FIRST_EASE, 0.0), |b| (b.repetitions, b.ease, b.interval_days));
        let missed = 5.0 - quality;
        let new_ease = (ease + 0.1 - missed * (0.08 + missed * 0.02)).max(LOWEST_EASE);
        let (repetitions, interval_days) = if quality < PASSED {
            (0, 1.0)
        } else {
            let next = match repetitions {
                0 => 1.0,
                1 => 6.0,
                _ => (interval_days * ease).ceil(),
            };
            (repetitions + 1, next)
        };
        // SM-2: after a failed answer, repetitions start over "without changing the E-factor".
        let ease = if quality < PASSED { ease } else { new_ease };
        Self { repetitions, ease, interval_days, last_at: at, last_score: score }
    }

    /// Returns whether the question is due now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        quality(self.last_score) < WELL || self.days_since(now) >= self.interval_days
    }

    /// Returns the number of days since the last answer.
    pub fn days_since(&self, now: Timestamp) -> f64 {
        (now.as_second() - self.last_at.as_second()).max(0) as f64 / SECONDS_A_DAY
    }
}

/// Converts a score to a grade of SM-2, rounded to a whole grade.
fn quality(score: f64) -> f64 {
    (score / 20.0).round().clamp(0.0, 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected values were computed by hand from the published algorithm.
    #[test]
    fn intervals_are_those_of_sm_2() {
        let at = Timestamp::UNIX_EPOCH;
        let first = Repetition::after(None, 80.0, at);
        assert_eq!((first.repetitions, first.interval_days, first.ease), (1, 1.0, 2.5));
        let second = Repetition::after(Some(&first), 100.0, at);
        assert_eq!((second.repetitions, second.interval_days), (2, 6.0));
        assert!((second.ease - 2.6).abs() < 1e-9);
        let third = Repetition::after(Some(&second), 60.0, at);
        assert_eq!(third.interval_days, 16.0); // 6 times 2.6, rounded up
        assert!((third.ease - 2.46).abs() < 1e-9);
        let failed = Repetition::after(Some(&third), 30.0, at);
        assert_eq!((failed.repetitions, failed.interval_days, failed.ease), (0, 1.0, third.ease));
        assert!(failed.is_due(at) && third.is_due(at) && !second.is_due(at));
    }
}
