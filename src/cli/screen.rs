//! The screen while recording: one calm live line on stderr, and lines above it that stay.
//!
//! Without a terminal that can move its cursor there are only lines. The terminal is put back whatever happens.

use std::io::{self, IsTerminal, Write};

use aloud::capture::{Concern, Status};
use aloud::plain::{clock, one_line};
use crossterm::cursor::MoveToColumn;
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType, disable_raw_mode, enable_raw_mode};

/// The columns of a terminal that does not say.
const ANY_COLUMNS: usize = 80;
/// The softest level that the meter shows, in dBFS.
const METER_FROM_DBFS: f64 = -60.0;
/// The widest meter.
const WIDEST_METER: usize = 40;

/// The live line where there can be one.
pub(super) struct Screen {
    /// Keys come one by one, and the cursor can be moved.
    live: bool,
    /// Somebody looks at it.
    watched: bool,
    counted: Option<u64>,
    /// What the live line shows.
    shown: String,
}

impl Screen {
    /// Takes the terminal over, if stdin and stderr are one.
    pub(super) fn open() -> Self {
        let watched = io::stdin().is_terminal() && io::stderr().is_terminal();
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty()) && cfg!(unix);
        let live = watched && !dumb && enable_raw_mode().is_ok();
        if live {
            put_back_on_panic();
        }
        Self { live, watched, counted: None, shown: String::new() }
    }

    /// Whether keys come one by one.
    pub(super) fn has_keys(&self) -> bool {
        self.live
    }

    /// Whether somebody is there to see a countdown.
    pub(super) fn counts_down(&self) -> bool {
        self.watched
    }

    /// The width to draw in.
    pub(super) fn columns(&self) -> usize {
        crossterm::terminal::size().map_or(ANY_COLUMNS, |(columns, _)| usize::from(columns).max(1))
    }

    /// Shows what is left of the countdown, in seconds.
    pub(super) fn count(&mut self, seconds: u64) {
        if self.live {
            self.draw(&format!("Starting in {seconds}"));
        } else if self.counted != Some(seconds) {
            self.counted = Some(seconds);
            self.say(&format!("Starting in {seconds}"));
        }
    }

    /// Shows the live line.
    pub(super) fn draw(&mut self, line: &str) {
        if !self.live {
            return;
        }
        let columns = self.columns();
        let line: String = line.chars().take(columns.saturating_sub(1)).collect();
        if line == self.shown {
            return; // slow lines to far machines have better to do
        }
        let mut out = io::stderr().lock();
        // The cursor rests at the beginning, so that what a narrower window wraps is cleared too.
        let _ = queue!(out, MoveToColumn(0), Clear(ClearType::FromCursorDown))
            .and_then(|()| write!(out, "{line}"))
            .and_then(|()| queue!(out, MoveToColumn(0)))
            .and_then(|()| out.flush());
        self.shown = line;
    }

    /// Takes the live line away.
    pub(super) fn clear(&mut self) {
        self.draw("");
    }

    /// The window has another size.
    pub(super) fn resized(&mut self) {
        self.shown = " ".to_owned(); // whatever is there now
        self.clear();
    }

    /// A line that stays, above the live one.
    pub(super) fn say(&mut self, line: &str) {
        self.lines(&[one_line(line)]);
    }

    /// A paragraph that stays, broken where the window ends.
    pub(super) fn paragraph(&mut self, text: &str) {
        let width = if self.watched { self.columns().clamp(20, 100) } else { 100 };
        let lines: Vec<String> = textwrap::wrap(&one_line(text), width).into_iter().map(Into::into).collect();
        self.lines(&lines);
    }

    /// A line for where there is no live one.
    pub(super) fn plain(&mut self, line: &str) {
        if !self.live {
            self.say(line);
        }
    }

    fn lines(&mut self, lines: &[String]) {
        self.clear();
        let end = if self.live { "\r\n" } else { "\n" };
        let mut out = io::stderr().lock();
        let _ = lines.iter().try_for_each(|line| write!(out, "{line}{end}")).and_then(|()| out.flush());
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.live {
            self.clear();
            let _ = disable_raw_mode();
        }
    }
}

/// A panic's message needs a terminal in order, and so does the shell after it.
fn put_back_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = disable_raw_mode();
        before(panic);
    }));
}

/// The line that shows how the take stands, no wider than `columns`; with a target, elapsed against it.
pub(super) fn live_line(status: &Status, target_s: Option<[f64; 2]>, columns: usize) -> String {
    let state = if status.paused { "Paused" } else { "REC" };
    let elapsed = clock_down(status.elapsed_s);
    let long_target = target_s.map_or(String::new(), |[a, b]| format!(" of {} to {}", clock(a), clock(b)));
    let short_target = target_s.map_or(String::new(), |[_, b]| format!("/{}", clock(b)));
    let level = status.peak_dbfs.map_or("  - dBFS".to_owned(), |peak| format!("{peak:>3.0} dBFS"));
    let clip = if status.clipped { "CLIP" } else { "" };
    let (long_word, short_word) = match status.concern.filter(|_| !status.paused) {
        Some(Concern::Stalled) => ("no sound arrives", "no sound"),
        Some(Concern::OnlyZeros) => ("only silence arrives", "silence"),
        Some(Concern::Clipping) => ("far too loud: turn the input down", "far too loud"),
        Some(Concern::TooLoud) => ("too loud: move back a little", "too loud"),
        Some(Concern::TooSoft) => ("too soft: move closer", "too soft"),
        None if status.paused => ("p goes on, Enter finishes", "p goes on"),
        None => ("", ""),
    };
    // From the most to the least that a window has room for.
    let layouts = [
        (format!("{state} {elapsed}{long_target}"), 20, [level.as_str(), clip, long_word]),
        (format!("{state} {elapsed}{short_target}"), 10, [level.as_str(), clip, long_word]),
        (format!("{state} {elapsed}{short_target}"), 8, [level.as_str(), clip, short_word]),
        (format!("{elapsed}{short_target}"), 5, [level.as_str(), clip, short_word]),
        (format!("{elapsed}{short_target}"), 5, [level.as_str(), "", short_word]),
        (format!("{elapsed}{short_target}"), 5, [level.as_str(), clip, ""]),
    ];
    let room = columns.saturating_sub(1); // a full last column wraps on some terminals
    for (time, least, rest) in &layouts {
        let rest =
            rest.iter().filter(|part| !part.is_empty()).fold(String::new(), |all, part| format!("{all}  {part}"));
        let taken = time.chars().count() + rest.chars().count() + "  []".len();
        // The word comes and goes: the meter keeps its width whether it is there or not, where there is room.
        let reserve = if columns >= 80 { 30_usize.saturating_sub(long_word.len() + clip.len()) } else { 0 };
        if let Some(width) = room.checked_sub(taken).filter(|width| width >= least) {
            let width = width.saturating_sub(reserve).clamp(*least, WIDEST_METER);
            return format!("{time}  [{}]{rest}", meter(status.peak_dbfs, width));
        }
    }
    elapsed.chars().take(room).collect()
}

/// A bar from -60 dBFS to full scale.
fn meter(peak_dbfs: Option<f64>, width: usize) -> String {
    let share = peak_dbfs.map_or(0.0, |peak| (1.0 - peak / METER_FROM_DBFS).clamp(0.0, 1.0));
    let filled = (share * width as f64).round() as usize;
    format!("{}{}", "#".repeat(filled), " ".repeat(width - filled))
}

/// A time that has passed in full: a clock shows 0:59 until it is 1:00.
fn clock_down(seconds: f64) -> String {
    clock(seconds.floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Status {
        Status { recording: true, listening: true, elapsed_s: 42.9, peak_dbfs: Some(-18.2), ..Status::default() }
    }

    #[test]
    fn the_line_fits_every_window() {
        let states = [
            status(),
            Status { peak_dbfs: None, concern: Some(Concern::OnlyZeros), ..status() },
            Status { clipped: true, concern: Some(Concern::Clipping), peak_dbfs: Some(0.0), ..status() },
            Status { clipped: true, concern: Some(Concern::TooLoud), elapsed_s: 3_700.0, ..status() },
            Status { concern: Some(Concern::TooSoft), peak_dbfs: Some(-42.0), ..status() },
            Status { paused: true, ..status() },
        ];
        let mut shown = String::new();
        for columns in [40, 80, 200] {
            for state in &states {
                for target_s in [None, Some([60.0, 120.0])] {
                    let line = live_line(state, target_s, columns);
                    assert!(line.chars().count() < columns, "{columns}: {line}");
                    assert!(line.contains("dBFS"), "{columns}: {line}");
                    shown += &format!("{line}|\n");
                }
            }
        }
        insta::assert_snapshot!(shown);
        for columns in 1..200 {
            assert!(live_line(&states[3], Some([60.0, 120.0]), columns).chars().count() < columns.max(2));
        }
    }

    #[test]
    fn the_meter_spans_sixty_decibels() {
        assert_eq!(meter(Some(0.0), 10), "##########");
        assert_eq!(meter(Some(-30.0), 10), "#####     ");
        assert_eq!(meter(Some(-90.0), 10), "          ");
        assert_eq!(meter(None, 10), "          ");
    }
}
