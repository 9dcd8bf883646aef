//! The screen while recording: one live line on stderr, with permanent lines above it.
//!
//! On a terminal that cannot move its cursor, or without a terminal, there are only permanent lines. The terminal is
//! restored whatever happens.

use std::io::{self, IsTerminal, Write};

use crate::plain::one_line;
use crossterm::cursor::MoveToColumn;
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType, disable_raw_mode, enable_raw_mode};

/// The assumed width of a terminal that does not report one, in columns.
const ANY_COLUMNS: usize = 80;

/// The live line, if the terminal supports one.
pub(super) struct Screen {
    /// Whether the terminal is in raw mode: keys arrive one by one, and the cursor can be moved.
    live: bool,
    /// Whether a user can see the screen.
    watched: bool,
    counted: Option<u64>,
    /// The contents of the live line, and the terminal width it was drawn for, in columns.
    shown: (String, usize),
}

impl Screen {
    /// Puts the terminal into raw mode, if stdin and stderr are terminals that support it.
    pub(super) fn open() -> Self {
        let watched = io::stdin().is_terminal() && io::stderr().is_terminal();
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty()) && cfg!(unix);
        let live = watched && !dumb && enable_raw_mode().is_ok();
        if live {
            put_back_on_panic();
        }
        Self { live, watched, counted: None, shown: (String::new(), 0) }
    }

    /// Returns whether keys arrive one by one.
    pub(super) fn has_keys(&self) -> bool {
        self.live
    }

    /// Returns whether a user is there to see a countdown.
    pub(super) fn counts_down(&self) -> bool {
        self.watched
    }

    /// Returns the width to draw in, in columns.
    pub(super) fn columns(&self) -> usize {
        terminal_size::terminal_size_of(io::stderr()).map_or(ANY_COLUMNS, |(width, _)| usize::from(width.0))
    }

    /// Shows the seconds left of the countdown.
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
        if self.shown.0 == line && self.shown.1 == columns {
            return; // an unchanged line is not sent again: the terminal may be on a slow connection
        }
        let mut out = io::stderr().lock();
        // The cursor rests at the start of the line, so that wrapped text in a narrowed window is cleared too.
        let _ = queue!(out, MoveToColumn(0), Clear(ClearType::FromCursorDown))
            .and_then(|()| write!(out, "{line}"))
            .and_then(|()| queue!(out, MoveToColumn(0)))
            .and_then(|()| out.flush());
        self.shown = (line, columns);
    }

    /// Clears the live line.
    pub(super) fn clear(&mut self) {
        self.draw("");
    }

    /// Prints a permanent line above the live one.
    pub(super) fn say(&mut self, line: &str) {
        self.lines(&[one_line(line)]);
    }

    /// Prints a permanent paragraph, wrapped to the width of the terminal.
    pub(super) fn paragraph(&mut self, text: &str) {
        let width = if self.watched { self.columns().clamp(20, 100) } else { 100 };
        let lines: Vec<String> = textwrap::wrap(&one_line(text), width).into_iter().map(Into::into).collect();
        self.lines(&lines);
    }

    /// Prints a line unless there is a live line, which shows the same.
    pub(super) fn say_unless_live(&mut self, line: &str) {
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
            put_back();
        }
    }
}

/// Restores the terminal to its state before the screen, if there was one.
pub(super) fn put_back() {
    let _ = disable_raw_mode();
}

/// Restores the terminal on a panic, for its message and for the shell after it.
fn put_back_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        put_back();
        before(panic);
    }));
}
