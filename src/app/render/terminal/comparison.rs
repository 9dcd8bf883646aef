//! The comparison of two answers for a terminal.

use super::history_list::what;
use super::lines::{Column, Lines, Table, padded};
use crate::app::history::attempt::{Attempt, PartPoints};
use crate::app::history::compare::{Comparison, Verdict, shown};
use crate::app::render::shown::{told_between, whole};
use crate::plain::one_line;

/// The widest page, in columns.
const WIDEST: usize = 120;
/// The minimum width for transcripts side by side, in columns; in a narrower terminal they follow each other.
const SIDE_BY_SIDE_FROM: usize = 72;
/// The separator between the two columns.
const GAP: &str = "  |  ";

/// Renders what got better and worse, every measure, and both transcripts, for a terminal of `columns`.
pub fn render(comparison: &Comparison, columns: usize) -> String {
    let mut page = Lines::up_to(columns, WIDEST);
    let name = |answer: &Attempt| format!("answer {}, {}", answer.id, what(answer));
    page.paragraph("A  ", &name(&comparison.a));
    page.paragraph("B  ", &name(&comparison.b));
    for (heading, verdict) in [("Better in B", Verdict::Better), ("Worse in B", Verdict::Worse)] {
        page.line("");
        page.paragraph("", &format!("{heading}: {}.", comparison.titles(verdict)));
    }
    if !comparison.told.is_empty() {
        page.line("");
    }
    told_between(&comparison.told).iter().for_each(|told| page.paragraph("", &told.sentence()));
    page.line("");
    let columns = vec![Column::words(""), Column::numbers("A"), Column::numbers("B"), Column::words("change")];
    let mut table = Table::new(columns);
    for change in &comparison.changes {
        let value = |value: Option<f64>| value.map_or("-".to_string(), |v| shown(change.measure, v));
        let title = change.measure.title().to_string();
        table.row(vec![title, value(change.from), value(change.to), change.words()]);
    }
    page.table(&table);
    page.line("");
    if !comparison.parts.is_empty() {
        page.table(&points(comparison));
        page.line("");
    }
    if page.width() >= SIDE_BY_SIDE_FROM {
        write_side_by_side(comparison, &mut page);
    } else {
        for (heading, said) in [("A said", &comparison.a_text), ("B said", &comparison.b_text)] {
            page.paragraph("", &format!("{heading}: {}", one_line(said)));
            page.line("");
        }
    }
    page.into_text()
}

/// Returns the table of the points of each part of the score.
fn points(comparison: &Comparison) -> Table {
    let mut table = Table::new(vec![Column::words("points"), Column::numbers("A"), Column::numbers("B")]);
    let points = |of: &Option<PartPoints>| {
        of.as_ref().map_or("-".to_string(), |p| format!("{} of {}", whole(p.points), whole(p.out_of)))
    };
    for part in &comparison.parts {
        table.row(vec![part.part.label(), points(&part.from), points(&part.to)]);
    }
    table
}

fn write_side_by_side(comparison: &Comparison, page: &mut Lines) {
    let half = (page.width() - GAP.len()) / 2;
    let wrapped = |text: &str| -> Vec<String> {
        textwrap::wrap(&one_line(text), half).into_iter().map(|l| l.into_owned()).collect()
    };
    let (left, right) = (wrapped(&comparison.a_text), wrapped(&comparison.b_text));
    page.line(&format!("{}{GAP}{}", padded("A said", half), "B said"));
    for i in 0..left.len().max(right.len()) {
        let cell = |side: &[String]| side.get(i).cloned().unwrap_or_default();
        page.line(&format!("{}{GAP}{}", padded(&cell(&left), half), cell(&right)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::measures::Measure;
    use crate::app::history::sample::attempt;
    use crate::report::Report;

    fn pair() -> Comparison {
        let report: Report = serde_json::from_str(include_str!("../../../../tests/fixtures/report.json")).unwrap();
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
        insta::assert_snapshot!("compare_80", render(&pair(), 80));
        insta::assert_snapshot!("compare_44", render(&pair(), 44));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [30, 44, 60, 73, 80, 120, 300] {
            let text = render(&pair(), columns);
            let widest = text.lines().map(|l| l.chars().count()).max().unwrap_or(0);
            assert!(widest <= columns, "{widest} at {columns}");
        }
    }
}
