//! `aloud` without a command: where the user stands, and what comes next.

use std::io::{self, Write};

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::history::with_store;
use super::record::quoted;
use super::{Outcome, columns};
use crate::app::history::progress::{day, days_of_practice};
use crate::app::history::{Access, Attempt, Measure};
use crate::app::render::terminal::history_list::what;
use crate::app::render::terminal::start::{LastAnswer, Standing, render};

pub(super) fn run() -> Result<Outcome> {
    let (attempts, report, is_session_open) = with_store(Access::Read, |store| {
        let attempts = store.attempts()?;
        // If the report cannot be read, the answer is still the last one.
        let report = attempts.iter().find(|a| a.speaker.is_none()).and_then(|a| store.report(a.id).ok());
        Ok((attempts, report, store.open_session()?.is_some()))
    })?;
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    let (own, others): (Vec<Attempt>, Vec<Attempt>) = attempts.into_iter().partition(|a| a.speaker.is_none());
    let last = own.first().map(|last| LastAnswer {
        what: last.question.as_ref().map_or_else(|| what(last), |q| q.text.clone()),
        day: day(last, &zone),
        score: last.measures.get(Measure::Score),
        advice: report.and_then(|r| r.score.priorities.into_iter().next()).map(|p| p.title),
        days: days_of_practice(&own, now, &zone),
        again: again(last),
    });
    let standing = Standing { last, is_session_open, are_others: !others.is_empty() };
    let today = now.to_zoned_datetime(zone).date();
    io::stdout().lock().write_all(render(&standing, today, columns()).as_bytes())?;
    Ok(Outcome::Done)
}

/// Returns the command that records an answer to the same question.
fn again(last: &Attempt) -> String {
    let question = last.question.as_ref().map(|q| format!(" --question {}", quoted(q.key())));
    format!("aloud record{}", question.unwrap_or_default())
}
