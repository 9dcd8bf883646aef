//! After a report in a terminal: the score, the one thing to improve, and what the user can do next.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use crate::app::play;
use crate::app::questions;
use crate::audio::Recording;
use crate::plain::{clock, one_line};
use crate::question::Question;
use crate::report::Report;
use crate::signal::Contours;
use anyhow::Result;

use super::input_events::InputEvents;
use super::pages::{Drawn, Wanted};
use super::{ask, complain, say};

/// The extra time played before and after a moment, in seconds: enough to find one's place.
const AROUND_S: f64 = 1.5;
/// The duration played from a moment on, in seconds: the report gives no end.
const MOMENT_S: f64 = 6.0;

/// An answer whose report was just shown.
pub(super) struct Shown {
    pub(super) report: Report,
    pub(super) contours: Contours,
    pub(super) recording: PathBuf,
    pub(super) speaker: Option<String>,
}

/// What the user chose to do next.
pub(super) enum Then {
    /// The same question once more.
    Again,
    /// Another question.
    Ask(Question),
    /// Nothing.
    Done,
}

/// Returns whether a user is there to choose: in a pipe, nothing is asked.
pub(super) fn is_watched() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal()
}

impl Shown {
    /// Shows the score, and does what the user asks until they choose what comes next.
    pub(super) fn choose(&self, events: &InputEvents) -> Result<Then> {
        let moment_s = self.moment_s();
        let next = next_question(self.report.question.as_ref());
        let listen = moment_s.map_or(String::new(), |at| format!("l plays {}, ", clock(at)));
        let other = if next.is_some() { "n asks another question, " } else { "" };
        say("");
        if let Some(standing) = self.standing() {
            say(&standing);
        }
        loop {
            ask(&format!("Enter tries again, {listen}w opens the page, {other}q ends: "));
            let Some(line) = events.line() else {
                say("");
                return Ok(Then::Done);
            };
            match (line.trim().to_lowercase().as_str(), moment_s, &next) {
                ("", ..) => return Ok(Then::Again),
                ("l", Some(at), _) => self.play(at),
                ("w", ..) => self.open_page(),
                ("n", _, Some(question)) => return Ok(Then::Ask(question.clone())),
                ("q", ..) => return Ok(Then::Done),
                _ => {}
            }
        }
    }

    /// Returns the score and the one thing to do; `None` if the report has just said why there is no score.
    fn standing(&self) -> Option<String> {
        let score = self.report.score.overall.map(|score| format!("Score {score:.0}."))?;
        let first = self.report.score.priorities.first();
        Some(first.map_or(score.clone(), |first| format!("{score} First: {}.", one_line(&first.title))))
    }

    /// Returns the moment to listen to first, in seconds.
    fn moment_s(&self) -> Option<f64> {
        self.report.score.priorities.iter().flat_map(|p| &p.evidence).find_map(|e| e.start_s)
    }

    fn play(&self, at_s: f64) {
        let (from_s, to_s) = ((at_s - AROUND_S).max(0.0), at_s + MOMENT_S + AROUND_S);
        let played = Recording::open(&self.recording, &mut |_| ())
            .map_err(anyhow::Error::from)
            .and_then(|recording| Ok(play::play(&recording, from_s, Some(to_s))?));
        if let Err(error) = played {
            complain(&format!("{error:#}"));
        }
    }

    /// Writes the report page next to the recording and opens it.
    fn open_page(&self) {
        let page = page_of(&self.recording);
        let drawn = Drawn {
            report: &self.report,
            contours: Some(&self.contours),
            recording: &self.recording,
            answered_at: None,
            speaker: self.speaker.as_deref(),
            coaching: None,
        };
        match Wanted::opened(page.clone()).draw(&drawn, Some(&page)) {
            Ok(()) => say(&format!("The page: {}", page.display())),
            Err(error) => complain(&format!("{error:#}")),
        }
    }
}

/// Returns the path of a recording's page. No page of the user's own has such a name, so the file can be replaced
/// without asking and deleted with the recording.
pub(super) fn page_of(recording: &Path) -> PathBuf {
    recording.with_extension("aloud.html")
}

/// Returns the next question in the list, or the first if `question` is not in the list.
fn next_question(question: Option<&Question>) -> Option<Question> {
    let bank = questions::bank().ok()?;
    let at = question.and_then(|q| bank.iter().position(|entry| Some(&entry.id) == q.id.as_ref()));
    bank.get(at.map_or(0, |at| (at + 1) % bank.len())).map(questions::Entry::question)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_questions_is_gone_through_and_round() {
        let bank = questions::built_in();
        assert_eq!(next_question(None), Some(bank[0].clone()));
        assert_eq!(next_question(Some(&bank[0])), Some(bank[1].clone()));
        assert_eq!(next_question(bank.last()), Some(bank[0].clone()));
    }
}
