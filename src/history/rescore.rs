//! Scoring a kept report again, from the measures in it.

use crate::report::Report;
use crate::score::Score;

/// The score that the rubric of today gives a report.
pub fn score_again(report: &Report) -> Score {
    report.clone().scored().score
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rubric_gives_a_report_its_own_score() {
        let report: Report = serde_json::from_str(include_str!("../../tests/fixtures/report.json")).unwrap();
        assert_eq!(score_again(&report), report.score);
    }
}
