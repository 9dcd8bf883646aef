//! Goals: the values that somebody wants a measure to reach.

use jiff::Timestamp;
use serde::Serialize;

use super::measures::{Measure, Measures};
use crate::plain::number;

/// A goal for one measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Goal {
    /// The measure.
    pub measure: Measure,
    /// The lower bound, inclusive; `None` if there is none.
    pub above: Option<f64>,
    /// The upper bound, inclusive; `None` if there is none.
    pub below: Option<f64>,
    /// When the goal was set.
    pub set_at: Timestamp,
}

impl Goal {
    /// Returns whether a value reaches the goal.
    pub fn is_met_by(&self, value: f64) -> bool {
        self.above.is_none_or(|above| value >= above) && self.below.is_none_or(|below| value <= below)
    }

    /// Describes the goal in words: "fillers at most 4 a minute".
    pub fn words(&self) -> String {
        let range = match (self.above, self.below) {
            (Some(above), Some(below)) => format!("{above} to {below}"),
            (Some(above), None) => format!("at least {above}"),
            (None, Some(below)) => format!("at most {below}"),
            (None, None) => "anything".to_string(),
        };
        format!("{} {range} {}", self.measure.title().to_lowercase(), self.measure.unit())
    }
}

/// Returns one line for each goal whose measure the answer has: the goal, the value, and whether it is reached.
pub fn lines(goals: &[Goal], measures: &Measures) -> Vec<String> {
    let line = |goal: &Goal| {
        let value = measures.get(goal.measure)?;
        let met = if goal.is_met_by(value) { "reached" } else { "not yet" };
        Some(format!("Goal: {}. This answer: {}, {met}.", goal.words(), number(value)))
    };
    goals.iter().filter_map(line).collect()
}
