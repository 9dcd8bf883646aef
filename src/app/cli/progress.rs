//! `aloud progress`: how the kept answers changed over the weeks, and the goals.

use std::io;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::history::{Which, kept, none_kept, with_store};
use super::{Outcome, columns, print_entries, print_json, say, write_file};
use crate::app::history::filter::{Filter, Speaker};
use crate::app::history::goals::Goal;
use crate::app::history::habits::{Habits, NEWEST};
use crate::app::history::own_view::OwnView;
use crate::app::history::progress::{Progress, speakers};
use crate::app::history::{Access, Attempt, Measure};
use crate::app::render::page;
use crate::app::render::terminal::progress as overview;
use crate::app::suggest::did_you_mean;
use crate::report::Report;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    goal: Option<Command>,
    #[command(flatten)]
    which: Which,
    /// The measure to draw
    #[arg(long, default_value = "score", value_name = "MEASURE", value_parser = measure)]
    chart: Measure,
    /// A line for each speaker, in the order of their names
    #[arg(long, conflicts_with = "speaker")]
    speakers: bool,
    /// Write a page with charts to this file, for a browser; it needs no network
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "speakers"])]
    html: Option<PathBuf>,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Set, list or drop goals, which reports and charts then show
    Goal(GoalArguments),
}

#[derive(Args)]
struct GoalArguments {
    /// The measure; without one, the goals are listed
    #[arg(value_parser = measure)]
    measure: Option<Measure>,
    /// It should be at most this
    #[arg(long, value_name = "NUMBER", value_parser = number, requires = "measure")]
    below: Option<f64>,
    /// It should be at least this
    #[arg(long, value_name = "NUMBER", value_parser = number, requires = "measure")]
    above: Option<f64>,
    /// Drop the goal for this measure
    #[arg(long, requires = "measure", conflicts_with_all = ["above", "below"])]
    drop: bool,
    /// Whose goal; yours without it
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,
}

/// Returns the measure with this name on the command line.
pub(super) fn measure(name: &str) -> Result<Measure, String> {
    let names: Vec<&str> = Measure::ALL.iter().map(|m| m.name()).collect();
    Measure::named(name).ok_or_else(|| format!("{}give one of: {}", did_you_mean(name, &names), names.join(", ")))
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    number.ok_or("give a number, such as 4 or 2.5".to_string())
}

/// One speaker's progress, as JSON.
#[derive(Serialize)]
struct OfSpeaker {
    speaker: Option<String>,
    progress: Progress,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    if let Some(Command::Goal(arguments)) = &arguments.goal {
        return goal(arguments);
    }
    let filter = arguments.which.filter(Speaker::Anyone)?;
    let all = kept(&filter)?;
    let speaker = arguments.which.speaker.as_deref();
    let own = Filter { speaker: Speaker::of(speaker), ..filter.clone() };
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    let are_others = speaker.is_none() && all.iter().any(|a| a.speaker.is_some());
    // A user who keeps only other people's answers is a coach.
    let for_a_coach = are_others && !all.iter().any(|a| own.matches(a));
    if arguments.speakers || for_a_coach && arguments.html.is_none() {
        return of_speakers(&all, arguments.json, now, &zone);
    }
    let (goals, ratings, outcomes) =
        with_store(Access::Read, |s| Ok((s.goals(speaker)?, s.own_ratings()?, s.outcomes(speaker)?)))?;
    let attempts: Vec<Attempt> = all.into_iter().filter(|a| own.matches(a)).collect();
    let mut progress = Progress::of(attempts, &goals, now, &zone);
    progress.habits = Habits::of(&newest_takes(&progress.attempts)?);
    progress.own_view = OwnView::of(&progress.attempts, &ratings, &zone);
    progress.outcomes = outcomes;
    if arguments.json {
        print_json(&progress, true)?;
    } else if let Some(file) = &arguments.html {
        write_file(file, page::progress::render(&progress, speaker, &zone).as_bytes())?;
    } else if progress.answers == 0 {
        none_kept(&filter);
    } else {
        io::stdout().lock().write_all(overview::render(&progress, arguments.chart, columns()).as_bytes())?;
        if are_others {
            say("");
            say("Answers of other speakers are kept too: aloud progress --speakers");
        }
    }
    Ok(Outcome::Done)
}

/// Returns the reports of the newest takes with a score, oldest first. A report that is lost is left out.
fn newest_takes(attempts: &[Attempt]) -> Result<Vec<Report>> {
    let is_take = |a: &&Attempt| [Measure::Score, Measure::Length].iter().all(|m| a.measures.get(*m).is_some());
    let newest: Vec<i64> = attempts.iter().rev().filter(is_take).take(NEWEST).map(|a| a.id).collect();
    with_store(Access::Read, |store| Ok(newest.iter().rev().filter_map(|id| store.report(*id).ok()).collect()))
}

fn of_speakers(all: &[Attempt], json: bool, now: Timestamp, zone: &TimeZone) -> Result<Outcome> {
    let of_each = speakers(all, now, zone);
    if json {
        let of_each = of_each.into_iter().map(|(speaker, progress)| OfSpeaker { speaker, progress });
        print_json(&of_each.collect::<Vec<_>>(), true)?;
    } else {
        io::stdout().lock().write_all(overview::speakers(&of_each, columns()).as_bytes())?;
        say("");
        say("More about one of them: aloud progress --speaker NAME");
    }
    Ok(Outcome::Done)
}

fn goal(arguments: &GoalArguments) -> Result<Outcome> {
    let speaker = arguments.speaker.as_deref();
    let Some(measure) = arguments.measure else {
        let goals = with_store(Access::Read, |store| store.goals(speaker))?;
        if goals.is_empty() {
            say("No goals are set. To set one: aloud progress goal fillers --below 4");
        }
        print_entries(goals.iter().map(|goal| (goal.measure.name(), goal.words())))?;
        return Ok(Outcome::Done);
    };
    if arguments.drop {
        let was_there = with_store(Access::Write, |store| store.drop_goal(speaker, measure))?;
        let said = if was_there { "is dropped" } else { "was not set" };
        say(&format!("The goal for {} {said}.", measure.title().to_lowercase()));
        return Ok(Outcome::Done);
    }
    let (above, below) = (arguments.above, arguments.below);
    if above.is_none() && below.is_none() || above.zip(below).is_some_and(|(above, below)| above > below) {
        super::usage(&["progress", "goal"], "say what the measure should be: --below NUMBER, --above NUMBER, or both");
    }
    let goal = Goal { measure, above, below, set_at: Timestamp::now() };
    with_store(Access::Write, |store| store.set_goal(speaker, &goal))?;
    say(&format!("Goal: {}. Reports and progress show it.", goal.words()));
    Ok(Outcome::Done)
}
