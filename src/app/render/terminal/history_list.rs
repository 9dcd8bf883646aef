//! The list of kept answers for a terminal.

use jiff::tz::TimeZone;

use crate::app::history::attempt::{Asked, Attempt};
use crate::app::history::measures::Measure;
use crate::app::render::terminal::lines::{Column, Lines, Table};
use crate::plain::{clock, number, one_line};

/// The maximum width of the list, in columns.
const WIDEST: usize = 120;

/// Renders one line per answer under a line of headings, or in a narrow terminal one paragraph per answer.
pub fn list(attempts: &[Attempt], zone: &TimeZone, columns: usize) -> String {
    let are_others = attempts.iter().any(|a| a.speaker.is_some());
    let mut headings = vec![
        Column::numbers("No").or("Answer"),
        Column::words("date"),
        Column::numbers("score"),
        Column::numbers("filler/m").or("fillers a minute"),
        Column::numbers("wpm").or("words a minute"),
        Column::numbers("length"),
    ];
    headings.extend(are_others.then(|| Column::names("who")));
    headings.push(Column::names("question, or file"));
    let mut table = Table::new(headings);
    for attempt in attempts {
        let value =
            |measure: Measure, plain: fn(f64) -> String| attempt.measures.get(measure).map_or("-".to_string(), plain);
        let mut cells = vec![
            attempt.id.to_string(),
            attempt.answered_at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
            value(Measure::Score, |s| format!("{s:.0}")),
            value(Measure::Fillers, number),
            value(Measure::Pace, |s| format!("{s:.0}")),
            value(Measure::Length, clock),
        ];
        cells.extend(are_others.then(|| one_line(attempt.speaker.as_deref().unwrap_or("you"))));
        cells.push(what(attempt));
        table.row(cells);
    }
    let mut lines = Lines::up_to(columns, WIDEST);
    lines.table(&table);
    lines.into_text()
}

/// Returns the label of an answer: the question's id or text, or else the file name.
pub fn what(attempt: &Attempt) -> String {
    let file = || attempt.path.file_name().unwrap_or(attempt.path.as_os_str()).to_string_lossy().into_owned();
    one_line(&attempt.question.as_ref().map(Asked::key).map_or_else(file, str::to_string))
}
