//! The screen while recording: one calm live line on stderr, and lines above it that stay.
//!
//! Without a terminal that can move its cursor there are only lines. The terminal is put back whatever happens.

use std::io::{self, IsTerminal, Write};

use crate::plain::one_line;
use crossterm::cursor::MoveToColumn;
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType, disable_raw_mode, enable_raw_mode};

/// The width of a terminal that does not say, in columns.
const ANY_COLUMNS: usize = 80;

/// The live line where there can be one.
pub(super) struct Screen {
    /// Keys come one by one, and the cursor can be moved.
    live: bool,
    /// Somebody looks at it.
    watched: bool,
    counted: Option<u64>,
    /// What the live line shows, and in how many columns.
    shown: (String, usize),
}

impl Screen {
    /// Puts the terminal into raw mode, if stdin and stderr are one.
    pub(super) fn open() -> Self {
        let watched = io::stdin().is_terminal() && io::stderr().is_terminal();
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty()) && cfg!(unix);
        let live = watched && !dumb && enable_raw_mode().is_ok();
        if live {
            put_back_on_panic();
        }
        Self { live, watched, counted: None, shown: (String::new(), 0) }
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
        terminal_size::terminal_size_of(io::stderr()).map_or(ANY_COLUMNS, |(width, _)| usize::from(width.0))
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
        if self.shown.0 == line && self.shown.1 == columns {
            return; // slow lines to far machines have better to do
        }
        let mut out = io::stderr().lock();
        // The cursor rests at the beginning, so that what a narrower window wraps is cleared too.
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

    /// Says a line where there is no live one that shows it.
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

/// The message of a panic, and the shell after it, need the terminal restored.
fn put_back_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        put_back();
        before(panic);
    }));
}
