//! `aloud history outcome`: how real interviews ended.

use anyhow::Result;
use clap::Args;
use jiff::ZonedDateTime;
use jiff::civil::Date;

use super::history::{day, with_store};
use super::{Outcome, print_entries, print_json, say};
use crate::app::history::Access;
use crate::app::history::outcomes::{InterviewOutcome, InterviewResult};
use crate::app::suggest::did_you_mean;
use crate::plain::one_line;

#[derive(Args)]
pub(super) struct Arguments {
    /// With whom the interview was, such as "Acme"; without it, your interviews are listed
    #[arg(value_name = "WITH", value_parser = named)]
    interview: Option<String>,
    /// How it ended: waiting, next-round, offer or no
    #[arg(value_name = "RESULT", value_parser = result)]
    result: Option<InterviewResult>,
    /// The day of the interview, such as 2026-11-28; today without it
    #[arg(long, value_name = "DATE", value_parser = day, requires = "interview")]
    on: Option<Date>,
    /// What else you want to remember
    #[arg(long, value_name = "TEXT", requires = "result")]
    note: Option<String>,
    /// Forget the interviews with WITH, or, with --on, only the one on that day
    #[arg(long, requires = "interview", conflicts_with = "result")]
    drop: bool,
    /// Whose interview it was; yours without it
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,
    /// Print the list as JSON
    #[arg(long, conflicts_with = "interview")]
    json: bool,
}

fn named(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() { Err("say with whom, such as \"Acme\"".to_string()) } else { Ok(name.to_string()) }
}

fn result(name: &str) -> Result<InterviewResult, String> {
    let names = InterviewResult::ALL.map(InterviewResult::name);
    InterviewResult::named(name)
        .ok_or_else(|| format!("{}give one of: {}", did_you_mean(name, &names), names.join(", ")))
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    let speaker = arguments.speaker.as_deref();
    let Some(interview) = &arguments.interview else { return list(arguments) };
    let shown = one_line(interview);
    if arguments.drop {
        let dropped = with_store(Access::Write, |store| store.drop_outcomes(speaker, interview, arguments.on))?;
        say(&match dropped {
            0 => format!("No interview with {shown} was kept, so nothing changed."),
            1 => format!("The interview with {shown} is forgotten."),
            _ => format!("{dropped} interviews with {shown} are forgotten."),
        });
        return Ok(Outcome::Done);
    }
    let Some(result) = arguments.result else {
        super::usage(&["history", "outcome"], "say how it ended: waiting, next-round, offer or no");
    };
    let outcome = InterviewOutcome {
        interview: interview.clone(),
        day: arguments.on.unwrap_or_else(|| ZonedDateTime::now().date()),
        result,
        note: arguments.note.clone().unwrap_or_default(),
    };
    with_store(Access::Write, |store| store.set_outcome(speaker, &outcome))?;
    say(&format!("Kept: {shown}, {}, {}. aloud progress shows it; it changes no score.", outcome.day, result.label()));
    Ok(Outcome::Done)
}

fn list(arguments: &Arguments) -> Result<Outcome> {
    let outcomes = with_store(Access::Read, |store| store.outcomes(arguments.speaker.as_deref()))?;
    if arguments.json {
        print_json(&outcomes, true)?;
    } else if outcomes.is_empty() {
        say("No interviews are kept. After a real one: aloud history outcome \"Acme\" waiting");
    } else {
        let days: Vec<String> = outcomes.iter().map(|o| o.day.to_string()).collect();
        print_entries(days.iter().map(String::as_str).zip(outcomes.iter().map(InterviewOutcome::words)))?;
    }
    Ok(Outcome::Done)
}
