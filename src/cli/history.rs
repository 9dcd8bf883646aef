//! `aloud history`: the answers that were kept.

use std::io::{self, Write};
use std::path::PathBuf;

use aloud::history::filter::{Filter, Order, Speaker, sort};
use aloud::history::{Access, HistoryError, Measure, Occasion, Rescue, Store, store, table};
use aloud::report::Report;
use aloud::report::terminal::render;
use aloud::{questions, settings};
use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Outcome, columns, complain, print_json};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// List the kept answers, the newest first
    List(ListArguments),
    /// Show the full report of a kept answer again
    Show(ShowArguments),
    /// Print where the history lies
    Path,
}

#[derive(Args)]
pub(super) struct ListArguments {
    #[command(flatten)]
    which: Which,
    /// The order: by date, or by a measure, the greatest first
    #[arg(long, default_value = "date", value_name = "MEASURE", value_parser = order)]
    sort: Order,
    /// Print the list as a JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct ShowArguments {
    /// The answer: its number from `aloud history list`, or `last`
    #[arg(value_name = "NUMBER|last")]
    answer: Choice,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Which answers are meant.
#[derive(Args)]
pub(super) struct Which {
    /// Only answers to this question: its name, or its text
    #[arg(short, long, value_name = "NAME|TEXT")]
    question: Option<String>,
    /// Only answers to questions of this kind, such as past-story
    #[arg(long)]
    kind: Option<String>,
    /// Only this speaker's answers
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,
    /// Only answers given on this day or later, such as 2026-11-01
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Date>,
    /// Only answers given on this day or earlier
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Date>,
}

impl Which {
    /// As the library takes it, with days in the time zone of this machine.
    pub(super) fn filter(&self, otherwise: Speaker) -> Result<Filter> {
        let begins = |day: Date| -> Result<Timestamp> { Ok(day.to_zoned_datetime(TimeZone::system())?.timestamp()) };
        let question = self.question.as_deref().map(questions::resolve).transpose()?;
        Ok(Filter {
            question: question.map(|q| q.id.unwrap_or(q.text)),
            kind: self.kind.clone(),
            speaker: self.speaker.clone().map_or(otherwise, Speaker::Named),
            since: self.since.map(begins).transpose()?,
            until: self.until.map(|day| begins(day.tomorrow()?)).transpose()?,
        })
    }
}

/// A kept answer as it is named on the command line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice {
    Number(i64),
    Last,
}

impl std::str::FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "last" {
            return Ok(Self::Last);
        }
        let number = text.trim_start_matches('#').parse();
        number.map(Self::Number).map_err(|_| "give a number from `aloud history list`, or: last".to_string())
    }
}

impl Choice {
    pub(super) fn find(self, store: &Store) -> Result<i64, HistoryError> {
        match self {
            Self::Number(id) => Ok(store.attempt(id)?.id),
            Self::Last => store.last().and_then(|id| id.ok_or(HistoryError::Empty)),
        }
    }
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "give a day as YEAR-MONTH-DAY, such as 2026-11-01".to_string())
}

fn order(text: &str) -> Result<Order, String> {
    if text == "date" {
        return Ok(Order::Newest);
    }
    let names: Vec<&str> = Measure::ALL.iter().map(|m| m.name()).collect();
    Measure::named(text).map(Order::By).ok_or(format!("give one of: date, {}", names.join(", ")))
}

pub(super) fn run(command: &Command) -> Result<Outcome> {
    match command {
        Command::List(arguments) => list(arguments),
        Command::Show(arguments) => show(arguments),
        Command::Path => {
            writeln!(io::stdout(), "{}", place()?.display())?;
            Ok(Outcome::Done)
        }
    }
}

fn list(arguments: &ListArguments) -> Result<Outcome> {
    let filter = arguments.which.filter(Speaker::Anyone)?;
    let mut attempts = with_store(Access::Read, |store| store.attempts())?;
    attempts.retain(|a| filter.matches(a));
    sort(&mut attempts, arguments.sort);
    if arguments.json {
        print_json(&attempts, true)?;
    } else if attempts.is_empty() {
        anstream::eprintln!("No answers are kept{}. To keep one: aloud analyze FILE", if filter == Filter::default() { "" } else { " that fit" });
    } else {
        io::stdout().lock().write_all(table::list(&attempts, &TimeZone::system(), columns()).as_bytes())?;
    }
    Ok(Outcome::Done)
}

fn show(arguments: &ShowArguments) -> Result<Outcome> {
    let report = with_store(Access::Read, |store| store.report(arguments.answer.find(store)?))?;
    if arguments.json {
        print_json(&report, true)?;
    } else {
        anstream::stdout().lock().write_all(render(&report, columns()).as_bytes())?;
    }
    Ok(Outcome::Done)
}

/// Keeps an answer. Where that fails, one line on stderr says why: the report is printed all the same, and the exit
/// code tells of the report.
pub(super) fn keep(report: &Report, occasion: &Occasion) {
    if let Err(error) = with_store(Access::Write, |store| store.save(report, occasion)) {
        complain(&format!("this answer was not kept: {error:#}"));
    }
}

/// Where the history lies.
pub(super) fn place() -> Result<PathBuf> {
    let folders = settings::folders().context("this user has no home folder; set HOME to have a history")?;
    Ok(store::path_in(&folders.data))
}

/// Does a job with the history; tells of a rescue and names the file in errors.
pub(super) fn with_store<T>(
    access: Access,
    job: impl FnMut(&mut Store) -> Result<T, HistoryError>,
) -> Result<T> {
    let path = place()?;
    let (value, rescued) = aloud::history::visit(&path, access, job).map_err(|error| match error {
        // What is asked for is wrong, not the store.
        HistoryError::NoAttempt(_) | HistoryError::Empty => anyhow::Error::new(error),
        _ => anyhow::Error::new(error).context(format!("the history {}", path.display())),
    })?;
    if let Some(rescue) = rescued {
        tell(&rescue);
    }
    Ok(value)
}

fn tell(rescue: &Rescue) {
    complain(&rescue.to_string());
}
