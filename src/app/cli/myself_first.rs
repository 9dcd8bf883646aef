//! "Myself first": the speaker rates an answer before they see its report.

use std::io::{self, IsTerminal};

use clap::Args;

use super::input_events::InputEvents;
use super::{ask, say};
use crate::app::history::attempt::Parts;
use crate::app::history::own_view::{OwnRating, RATINGS, views};
use crate::app::settings::Settings;
use crate::plain::number;
use crate::report::Report;

/// Whether the speaker rates their answers first.
#[derive(Args, Clone, Copy, Default)]
pub(super) struct MyselfFirst {
    /// Before you see the report, rate your story and how you said it from 1 to 5; progress shows both views
    #[arg(long)]
    myself_first: bool,
}

impl MyselfFirst {
    /// Returns whether that was asked for, on the command line or in the settings.
    pub(super) fn is_wanted(self, settings: &Settings) -> bool {
        self.myself_first || settings.myself_first
    }
}

/// Asks the speaker to rate the answer that they just gave. `None` if they would rather not, or if nobody is there.
pub(super) fn rating(events: &InputEvents) -> Option<OwnRating> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return None;
    }
    let [lowest, highest] = RATINGS;
    say(&format!("Before you see the report: how was it, from {lowest} (weak) to {highest} (strong)? Enter skips."));
    let story = one("Your story: ", events)?;
    let delivery = one("How you said it: ", events)?;
    Some(OwnRating { story, delivery })
}

/// Asks for one rating until it is one, or until the speaker skips it or leaves.
fn one(question: &str, events: &InputEvents) -> Option<u8> {
    let [lowest, highest] = RATINGS;
    loop {
        ask(question);
        let line = events.line()?;
        match (line.trim(), line.trim().parse()) {
            ("", _) => return None,
            (_, Ok(rating)) if (lowest..=highest).contains(&rating) => return Some(rating),
            _ => say(&format!("A whole number from {lowest} to {highest}, please, or Enter to skip.")),
        }
    }
}

/// Returns a line that holds the rating against the points, on the same scale; `None` if the answer was not judged.
pub(super) fn beside(own: &OwnRating, report: &Report) -> Option<String> {
    let [story, delivery] = views(own, &Parts::of(report).points())?;
    Some(format!(
        "From 1 to 5: your story, you {} and aloud {}; how you said it, you {} and aloud {}.",
        own.story,
        number(story.points),
        own.delivery,
        number(delivery.points)
    ))
}
