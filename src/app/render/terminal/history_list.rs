//! The list of kept answers for reading in a terminal.

use jiff::tz::TimeZone;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::app::history::attempt::{Asked, Attempt};
use crate::app::history::measures::Measure;
use crate::plain::{clock, number, one_line};

/// The narrowest and the widest list, in columns.
const WIDTHS: [usize; 2] = [60, 120];

/// One line an answer under a line of headings, at most `columns` wide.
pub fn list(attempts: &[Attempt], zone: &TimeZone, columns: usize) -> String {
    let columns = columns.clamp(WIDTHS[0], WIDTHS[1]);
    let widest = |cell: fn(&Attempt) -> usize, least: usize| attempts.iter().map(cell).max().unwrap_or(0).max(least);
    let id = widest(|a| a.id.to_string().len(), 2);
    let who = attempts.iter().filter_map(|a| a.speaker.as_deref()).map(UnicodeWidthStr::width).max();
    let who = who.map(|width| width.clamp(3, 14));
    let mut text = String::new();
    let mut line = |cells: [&str; 6], speaker: &str, what: &str| {
        let [number, date, score, fillers, pace, length] = cells;
        let mut start = format!("{number:>id$}  {date:<16}  {score:>5}  {fillers:>8}  {pace:>5}  {length:>6}  ");
        if let Some(who) = who {
            start += &padded(speaker, who);
            start += "  ";
        }
        let room = columns.saturating_sub(start.width()).max(8);
        text += &start;
        text += &shortened(what, room);
        text.truncate(text.trim_end().len());
        text.push('\n');
    };
    line(["No", "date", "score", "filler/m", "wpm", "length"], "who", "question, or file");
    for attempt in attempts {
        let value =
            |measure: Measure, plain: fn(f64) -> String| attempt.measures.get(measure).map_or("-".to_string(), plain);
        line(
            [
                &attempt.id.to_string(),
                &attempt.answered_at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
                &value(Measure::Score, |s| format!("{s:.0}")),
                &value(Measure::Fillers, number),
                &value(Measure::Pace, |s| format!("{s:.0}")),
                &value(Measure::Length, clock),
            ],
            &one_line(attempt.speaker.as_deref().unwrap_or("you")),
            &what(attempt),
        );
    }
    text
}

/// What an answer is told by: the question's name or text, or else the file's name.
pub fn what(attempt: &Attempt) -> String {
    let file = || attempt.path.file_name().unwrap_or(attempt.path.as_os_str()).to_string_lossy().into_owned();
    one_line(&attempt.question.as_ref().map(Asked::key).map_or_else(file, str::to_string))
}

/// The text in exactly `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    let text = shortened(text, width);
    let missing = width.saturating_sub(text.width());
    text + &" ".repeat(missing)
}

/// The text in at most `width` columns; what is left out is marked.
pub fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used + 3 > width {
            break;
        }
        kept.push(letter);
    }
    kept + "..."
}
