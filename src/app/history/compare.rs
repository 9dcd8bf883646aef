//! Two answers side by side: what got better, what got worse, and both transcripts.

use serde::Serialize;

use super::attempt::Attempt;
use super::measures::{Better, Measure, Measures};
use crate::app::render::terminal::history_list::what;
use crate::app::render::terminal::lines::{Column, Lines, Table, padded};
use crate::plain::{clock, number, one_line};
use crate::report::Report;

/// The widest page, in columns.
const WIDEST: usize = 120;
/// From here on both transcripts stand side by side, in columns; below, one after the other.
const SIDE_BY_SIDE_FROM: usize = 72;
/// Between the two columns.
const GAP: &str = "  |  ";

/// How a measure went from one answer to another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// The measure.
    pub measure: Measure,
    /// In the first answer.
    pub from: Option<f64>,
    /// In the second.
    pub to: Option<f64>,
    /// What to call it.
    pub verdict: Verdict,
}

/// What to call a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It went the right way.
    Better,
    /// It went the wrong way.
    Worse,
    /// Too small a change to notice.
    Same,
    /// It changed, which is neither good nor bad.
    Other,
    /// One of the two does not have it.
    Unknown,
}

/// Two answers, each with its report.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// `aloud.comparison/1`.
    pub schema: &'static str,
    /// The first answer.
    pub a: Attempt,
    /// The second answer.
    pub b: Attempt,
    /// Each measure that either has.
    pub changes: Vec<Change>,
    /// What was said in the first.
    pub a_text: String,
    /// What was said in the second.
    pub b_text: String,
}

impl Comparison {
    /// Of two answers with their reports.
    pub fn of((a, a_report): (Attempt, &Report), (b, b_report): (Attempt, &Report)) -> Self {
        let text = |report: &Report| report.transcript.as_ref().map_or(String::new(), |t| t.text.clone());
        Self {
            schema: "aloud.comparison/1",
            changes: changes(&a.measures, &b.measures),
            a_text: text(a_report),
            b_text: text(b_report),
            a,
            b,
        }
    }

    /// The comparison for a terminal of `columns`.
    pub fn render(&self, columns: usize) -> String {
        let mut page = Lines::up_to(columns, WIDEST);
        let name = |a: &Attempt| format!("answer {}, {}", a.id, what(a));
        page.paragraph("A  ", &name(&self.a));
        page.paragraph("B  ", &name(&self.b));
        for (heading, verdict) in [("Better in B", Verdict::Better), ("Worse in B", Verdict::Worse)] {
            let names: Vec<String> = self
                .changes
                .iter()
                .filter(|c| c.verdict == verdict)
                .map(|c| c.measure.title().to_lowercase())
                .collect();
            page.line("");
            let names = if names.is_empty() { "nothing that one would notice".to_string() } else { names.join(", ") };
            page.paragraph("", &format!("{heading}: {names}."));
        }
        page.line("");
        let columns = vec![Column::words(""), Column::numbers("A"), Column::numbers("B"), Column::words("change")];
        let mut table = Table::new(columns);
        for change in &self.changes {
            let value = |value: Option<f64>| value.map_or("-".to_string(), |v| shown(change.measure, v));
            let title = change.measure.title().to_string();
            table.row(vec![title, value(change.from), value(change.to), change.words()]);
        }
        page.table(&table);
        page.line("");
        if page.width() >= SIDE_BY_SIDE_FROM {
            self.write_side_by_side(&mut page);
        } else {
            for (heading, said) in [("A said", &self.a_text), ("B said", &self.b_text)] {
                page.paragraph("", &format!("{heading}: {}", one_line(said)));
                page.line("");
            }
        }
        page.into_text()
    }

    fn write_side_by_side(&self, page: &mut Lines) {
        let half = (page.width() - GAP.len()) / 2;
        let wrapped = |text: &str| -> Vec<String> {
            textwrap::wrap(&one_line(text), half).into_iter().map(|l| l.into_owned()).collect()
        };
        let (left, right) = (wrapped(&self.a_text), wrapped(&self.b_text));
        page.line(&format!("{}{GAP}{}", padded("A said", half), "B said"));
        for i in 0..left.len().max(right.len()) {
            let cell = |side: &[String]| side.get(i).cloned().unwrap_or_default();
            page.line(&format!("{}{GAP}{}", padded(&cell(&left), half), cell(&right)));
        }
    }
}

/// How each measure that either has went from one to the other.
pub fn changes(from: &Measures, to: &Measures) -> Vec<Change> {
    let changes = Measure::ALL.into_iter().map(|m| change(m, from.get(m), to.get(m)));
    changes.filter(|c| c.from.is_some() || c.to.is_some()).collect()
}

impl Change {
    /// "better: 3.1 a minute less".
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

/// A value as it is shown: lengths as minutes and seconds, whole numbers where a digit would say nothing.
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

    fn pair() -> Comparison {
        let report: Report = serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap();
        let values = |score, fillers, pace, length| {
            [(Measure::Score, score), (Measure::Fillers, fillers), (Measure::Pace, pace), (Measure::Length, length)]
        };
        let a = attempt(3, "2026-11-01T18:00:00Z", &values(61.0, 12.4, 190.0, 53.0));
        let b = attempt(9, "2026-11-20T18:00:00Z", &values(78.0, 4.1, 168.0, 81.0));
        let mut second = report.clone();
        second.transcript.as_mut().unwrap().text = "We had a stock problem. I counted every shelf.".into();
        Comparison::of((a, &report), (b, &second))
    }

    #[test]
    fn better_and_worse_are_told_and_both_transcripts_stand_side_by_side() {
        insta::assert_snapshot!("compare_80", pair().render(80));
        insta::assert_snapshot!("compare_44", pair().render(44));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [30, 44, 60, 73, 80, 120, 300] {
            let text = pair().render(columns);
            let widest = text.lines().map(|l| l.chars().count()).max().unwrap_or(0);
            assert!(widest <= columns, "{widest} at {columns}");
        }
    }

    #[test]
    fn what_one_would_not_notice_is_the_same() {
        let verdict = |m, from, to| change(m, Some(from), Some(to)).verdict;
        assert_eq!(verdict(Measure::Score, 70.0, 72.0), Verdict::Same);
        assert_eq!(verdict(Measure::Fillers, 4.0, 9.0), Verdict::Worse);
        assert_eq!(verdict(Measure::Pace, 130.0, 150.0), Verdict::Other);
        assert_eq!(verdict(Measure::Pace, 200.0, 150.0), Verdict::Better);
        assert_eq!(change(Measure::Pace, None, Some(150.0)).verdict, Verdict::Unknown);
    }
}
