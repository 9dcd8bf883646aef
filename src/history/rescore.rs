//! Scoring a kept report again, from the measures in it.

use crate::metrics::Metrics;
use crate::report::Report;
use crate::score::Score;
use crate::transcript::Transcript;
use crate::warnings::Code;

/// The score that the rubric of today gives a report.
pub fn score_again(report: &Report) -> Score {
    let metrics = Metrics {
        pace: report.pace.clone(),
        fillers: report.fillers.clone(),
        pauses: report.pauses.clone(),
        length: report.length.clone(),
        voice: report.voice.clone(),
    };
    let transcript = report.transcript.as_ref().map_or_else(
        || Transcript { model: String::new(), language: String::new(), words: Vec::new() },
        |t| Transcript { model: t.model.clone(), language: t.language.clone(), words: t.words.clone() },
    );
    let trustworthy = !report.warnings.iter().any(|w| w.code == Code::TooPoor);
    Score::of(&metrics, &transcript, trustworthy)
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
