//! Compares two answers: what got better, what got worse, and both transcripts.

use serde::Serialize;

use super::attempt::{Attempt, PartPoints};
use super::last_time::{Followed, followed};
use super::measures::{Better, Measure, Measures};
use crate::plain::{clock, number};
use crate::report::Report;
use crate::score::PartName;

/// The change of a measure between two answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// The measure.
    pub measure: Measure,
    /// The value in the first answer.
    pub from: Option<f64>,
    /// The value in the second answer.
    pub to: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
}

/// The verdict on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The measure improved.
    Better,
    /// The measure got worse.
    Worse,
    /// The change is too small to notice.
    Same,
    /// The measure changed, which is neither good nor bad.
    Other,
    /// One of the two answers lacks the measure.
    Unknown,
}

/// The points of a part of the score in two answers; `None` in one where it was not judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartChange {
    /// The part.
    pub part: PartName,
    /// The points in the first answer.
    pub from: Option<PartPoints>,
    /// The points in the second answer.
    pub to: Option<PartPoints>,
}

/// Two answers, each with its report.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The schema: `aloud.comparison/1`.
    pub schema: &'static str,
    /// The first answer.
    pub a: Attempt,
    /// The second answer.
    pub b: Attempt,
    /// The change of each measure that either answer has.
    pub changes: Vec<Change>,
    /// The points of each part of the score that either answer has, in the order to read them; empty between a draft and a
    /// take.
    pub parts: Vec<PartChange>,
    /// What was told after the first answer, and what became of it in the second; only of takes of the same question or of
    /// the same kind of question.
    pub told: Vec<Followed>,
    /// The transcript of the first answer.
    pub a_text: String,
    /// The transcript of the second answer.
    pub b_text: String,
}

impl Comparison {
    /// Compares two answers with their reports.
    pub fn of((a, a_report): (Attempt, &Report), (b, b_report): (Attempt, &Report)) -> Self {
        let is_alike = a.measures.are_of_a_draft() == b.measures.are_of_a_draft();
        let told = if are_of_a_kind(&a, &b) { followed(a_report, b_report) } else { Vec::new() };
        let text = |report: &Report| report.transcript.as_ref().map_or(String::new(), |t| t.text.clone());
        Self {
            schema: "aloud.comparison/1",
            changes: changes(&a.measures, &b.measures),
            parts: if is_alike { parts(&a.parts.points(), &b.parts.points()) } else { Vec::new() },
            told,
            a_text: text(a_report),
            b_text: text(b_report),
            a,
            b,
        }
    }

    /// Returns the titles of the measures with this verdict, for use in a sentence: "fillers, pace".
    pub fn titles(&self, verdict: Verdict) -> String {
        let changes = self.changes.iter().filter(|c| c.verdict == verdict);
        let titles: Vec<String> = changes.map(|c| c.measure.title().to_lowercase()).collect();
        if titles.is_empty() { "nothing that one would notice".to_string() } else { titles.join(", ") }
    }
}

/// Returns whether two answers are to the same question, or to questions of the same kind.
fn are_of_a_kind(a: &Attempt, b: &Attempt) -> bool {
    a.question.as_ref().zip(b.question.as_ref()).is_some_and(|(a, b)| a.is(b) || a.kind.is_some() && a.kind == b.kind)
}

/// Returns the change of each measure that either answer has. Between a draft and a take there is none of the score: that
/// of a draft is of the story alone.
pub fn changes(from: &Measures, to: &Measures) -> Vec<Change> {
    let is_alike = from.are_of_a_draft() == to.are_of_a_draft();
    let compared = Measure::ALL.into_iter().filter(|m| is_alike || *m != Measure::Score);
    let changes = compared.map(|m| change(m, from.get(m), to.get(m)));
    changes.filter(|c| c.from.is_some() || c.to.is_some()).collect()
}

fn parts(from: &[PartPoints], to: &[PartPoints]) -> Vec<PartChange> {
    let points = |of: &[PartPoints], part: &PartName| of.iter().find(|p| p.name == *part).cloned();
    let change = |part: &PartName| PartChange { part: part.clone(), from: points(from, part), to: points(to, part) };
    let changes = PartName::STORY.iter().chain(&PartName::DELIVERY).map(change);
    changes.filter(|c| c.from.is_some() || c.to.is_some()).collect()
}

impl Change {
    /// Describes the change in words: "better: 3.1 a minute less".
    pub fn words(&self) -> String {
        let Some((from, to)) = self.from.zip(self.to) else { return "measured in one only".to_string() };
        let amount = shown(self.measure, (to - from).abs());
        let more = if to > from { "more" } else { "less" };
        match self.verdict {
            Verdict::Same | Verdict::Unknown => "about the same".to_string(),
            Verdict::Better => format!("better, {amount} {more}"),
            Verdict::Worse => format!("worse, {amount} {more}"),
            Verdict::Other => format!("{amount} {more}"),
        }
    }
}

fn change(measure: Measure, from: Option<f64>, to: Option<f64>) -> Change {
    let verdict = match from.zip(to) {
        None => Verdict::Unknown,
        Some((from, to)) if (to - from).abs() < measure.noticeable() => Verdict::Same,
        Some((from, to)) => {
            let judged = |good: bool| if good { Verdict::Better } else { Verdict::Worse };
            match measure.better() {
                Better::Higher => judged(to > from),
                Better::Lower => judged(to < from),
                Better::Neither => Verdict::Other,
                Better::Within(low, high) => {
                    let away = |value: f64| (low - value).max(value - high).max(0.0);
                    if away(from) == away(to) { Verdict::Other } else { judged(away(to) < away(from)) }
                }
            }
        }
    };
    Change { measure, from, to, verdict }
}

/// Formats a value for display: lengths as minutes and seconds, whole numbers where a decimal would say nothing.
pub fn shown(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Score | Measure::Pace => format!("{value:.0}"),
        Measure::Length => clock(value),
        _ => number(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::sample::attempt;

    #[test]
    fn what_one_would_not_notice_is_the_same() {
        let verdict = |m, from, to| change(m, Some(from), Some(to)).verdict;
        assert_eq!(verdict(Measure::Score, 70.0, 72.0), Verdict::Same);
        assert_eq!(verdict(Measure::Fillers, 4.0, 9.0), Verdict::Worse);
        assert_eq!(verdict(Measure::Pace, 130.0, 150.0), Verdict::Other);
        assert_eq!(verdict(Measure::Pace, 200.0, 150.0), Verdict::Better);
        assert_eq!(change(Measure::Pace, None, Some(150.0)).verdict, Verdict::Unknown);
    }

    #[test]
    fn the_score_of_a_draft_is_not_held_against_that_of_a_take() {
        let draft = attempt(1, "2026-11-01T18:00:00Z", &[(Measure::Score, 90.0)]).measures;
        let take = attempt(2, "2026-11-02T18:00:00Z", &[(Measure::Score, 60.0), (Measure::Length, 60.0)]).measures;
        let has_score = |from, to| changes(from, to).iter().any(|c| c.measure == Measure::Score);
        assert!(!has_score(&draft, &take) && !has_score(&take, &draft));
        assert!(has_score(&draft, &draft) && has_score(&take, &take));
    }
}
