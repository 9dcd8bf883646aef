//! `aloud history`: the kept answers.

use std::collections::{BTreeSet, HashSet};
use std::io::{BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::afterwards::page_of;
use super::exports::Exports;
use super::pages::{Drawn, Wanted, named_in};
use super::{Outcome, ask, columns, complain, print_json, say};
use crate::analyze::with_current_rubric;
use crate::app::export::{ExportFormat, Frames};
use crate::app::history::coaching::Coaching;
use crate::app::history::compare::Comparison;
use crate::app::history::edit::{self, Edit, EditError};
use crate::app::history::filter::{Filter, Order, Speaker, sort};
use crate::app::history::interviews::KeptInterview;
use crate::app::history::last_time::LastTime;
use crate::app::history::own_view::OwnRating;
use crate::app::history::{
    Access, Attempt, HistoryError, Kept, Measures, Occasion, Saved, Store, export, goals, store,
};
use crate::app::imports;
use crate::app::render::shown::{from_coach, marks_by_hand, score_of_coach};
use crate::app::render::terminal::comparison;
use crate::app::render::terminal::history_list;
use crate::app::render::terminal::lines::Lines;
use crate::app::render::terminal::report::render_after;
use crate::app::suggest::did_you_mean;
use crate::app::{capture, play, questions, settings};
use crate::audio::Recording;
use crate::plain::{counted, moment, one_line};
use crate::question::QuestionKind;
use crate::report::Report;
use crate::signal::Contours;
use crate::{files, plain};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// List the kept answers, the newest first
    List(ListArguments),
    /// Show the full report of a kept answer again
    Show(ShowArguments),
    /// Put two answers side by side: what got better, what got worse, both transcripts
    Compare(CompareArguments),
    /// Play the recording of an answer
    Play(PlayArguments),
    /// Correct the transcript of an answer by hand; the measures and the score follow
    Edit(EditArguments),
    /// Score kept answers again with the rubric of this version; the old score is kept
    Rescore(RescoreArguments),
    /// Write the history as CSV or JSON Lines to standard output
    Export(ExportArguments),
    /// Read answers from `aloud history export --format jsonl`, or reports from `aloud analyze --jsonl`
    Import(ImportArguments),
    /// Delete kept answers for good; asks first
    Delete(DeleteArguments),
    /// Throw away the answer that was kept last, with its recording if aloud made it; asks first
    Undo(UndoArguments),
    /// Note how a real interview ended, or list those you noted; progress shows them beside your practice
    Outcome(super::outcome::Arguments),
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
    /// Show the report as it was before it was edited by hand
    #[arg(long)]
    unmended: bool,
    /// Show the whole recorded interview that the answer belongs to
    #[arg(long, conflicts_with_all = ["unmended", "export", "svg", "png"])]
    interview: bool,
    /// Print words, fillers, pauses and sentences with their times for another program: textgrid, elan, audacity, vtt,
    /// srt, csv, or frames
    #[arg(long, value_enum, hide_possible_values = true, value_name = "KIND", conflicts_with = "json")]
    export: Option<ExportFormat>,
    /// Write the export into this file
    #[arg(short, long, value_name = "FILE|FOLDER", requires = "export")]
    output: Option<PathBuf>,
    #[command(flatten)]
    pages: Wanted,
}

#[derive(Args)]
pub(super) struct CompareArguments {
    /// The earlier answer
    #[arg(value_name = "A")]
    a: Choice,
    /// The later answer
    #[arg(value_name = "B")]
    b: Choice,
    /// Print the comparison as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct PlayArguments {
    /// The answer: its number from `aloud history list`, or `last`
    #[arg(value_name = "NUMBER|last")]
    answer: Choice,
    /// The moment to start at, as in the report: 0:41
    #[arg(long, value_name = "TIME", default_value = "0:00", value_parser = moment)]
    from: f64,
}

#[derive(Args)]
#[command(group(ArgGroup::new("mending").required(true)))]
pub(super) struct EditArguments {
    /// The answer: its number from `aloud history list`, or `last`
    #[arg(value_name = "NUMBER|last")]
    answer: Choice,
    /// Words that were misheard; say what was said with --to
    #[arg(long, value_name = "WORDS", requires = "to", group = "mending")]
    word: Option<String>,
    /// What was said instead; "" where nothing was
    #[arg(long, value_name = "WORDS", requires = "word")]
    to: Option<String>,
    /// Words that are a filler and were not marked
    #[arg(long, value_name = "WORDS", group = "mending")]
    filler: Option<String>,
    /// Words that were marked as a filler by mistake
    #[arg(long, value_name = "WORDS", group = "mending")]
    not_filler: Option<String>,
    /// All words, from a .TextGrid, .vtt or .srt file that --export made and you mended
    #[arg(long, value_name = "FILE", group = "mending", conflicts_with = "at")]
    words: Option<PathBuf>,
    /// Take back every edit of this answer
    #[arg(long, group = "mending", conflicts_with = "at")]
    undo: bool,
    /// Which of several like words: the one nearest to this moment of the report
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<f64>,
}

#[derive(Args)]
pub(super) struct RescoreArguments {
    #[command(flatten)]
    which: Which,
}

#[derive(Args)]
pub(super) struct ExportArguments {
    #[command(flatten)]
    which: Which,
    /// CSV has a line of measures an answer, for spreadsheets (Excel opens it as it is); JSON Lines has everything, and can be imported again
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Jsonl,
}

#[derive(Args)]
pub(super) struct ImportArguments {
    /// The files; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Whose answers they are; otherwise as the file says
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,
}

#[derive(Args, Default)]
pub(super) struct DeleteArguments {
    /// The answers: their numbers from `aloud history list`, or `last`
    #[arg(value_name = "NUMBER|last")]
    answers: Vec<Choice>,
    #[command(flatten)]
    which: Which,
    /// Delete every kept answer
    #[arg(long, conflicts_with_all = ["answers", "question", "kind", "speaker", "since", "until"])]
    all: bool,
    /// Delete the recordings too that aloud made itself; files that it only opened are never touched
    #[arg(long)]
    recordings: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Args)]
pub(super) struct UndoArguments {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// A selection of answers.
#[derive(Args, Default)]
pub(super) struct Which {
    /// Only answers to this question: its name, or its text
    #[arg(short, long, value_name = "NAME|TEXT")]
    question: Option<String>,
    /// Only answers to questions of this kind, such as past-story
    #[arg(long, value_name = "KIND", value_parser = super::questions::kinds(), hide_possible_values = true)]
    kind: Option<QuestionKind>,
    /// Only this speaker's answers
    #[arg(long, value_name = "NAME")]
    pub(super) speaker: Option<String>,
    /// Only answers given on this day or later, such as 2026-11-01
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Date>,
    /// Only answers given on this day or earlier
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Date>,
}

impl Which {
    /// Returns the filter, with days in the time zone of this machine; `otherwise` is the speaker if none was named.
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

/// A kept answer, as named on the command line.
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
        text.parse().map(Self::Number).map_err(|_| "give a number from `aloud history list`, or: last".to_string())
    }
}

impl Choice {
    fn find(self, store: &Store) -> Result<i64, HistoryError> {
        match self {
            Self::Number(id) => Ok(store.attempt(id)?.id),
            Self::Last => store.last().and_then(|id| id.ok_or(HistoryError::Empty)),
        }
    }
}

pub(super) fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "give a day as YEAR-MONTH-DAY, such as 2026-11-01".to_string())
}

fn order(text: &str) -> Result<Order, String> {
    if text == "date" {
        return Ok(Order::Newest);
    }
    super::progress::measure(text).map(Order::By).map_err(|names| format!("{names}, date"))
}

pub(super) fn run(command: &Command) -> Result<Outcome> {
    match command {
        Command::List(arguments) => list(arguments),
        Command::Show(arguments) => show(arguments),
        Command::Compare(arguments) => compare(arguments),
        Command::Play(arguments) => play(arguments),
        Command::Edit(arguments) => edit(arguments),
        Command::Rescore(arguments) => rescore(arguments),
        Command::Export(arguments) => export(arguments),
        Command::Import(arguments) => import(arguments),
        Command::Delete(arguments) => delete(arguments),
        Command::Undo(arguments) => undo(arguments),
        Command::Outcome(arguments) => super::outcome::run(arguments),
        Command::Path => {
            writeln!(io::stdout(), "{}", one_line(&place()?.display().to_string()))?;
            Ok(Outcome::Done)
        }
    }
}

fn list(arguments: &ListArguments) -> Result<Outcome> {
    let filter = arguments.which.filter(Speaker::Anyone)?;
    let mut attempts = kept(&filter)?;
    sort(&mut attempts, arguments.sort);
    if arguments.json {
        print_json(&attempts, true)?;
    } else if attempts.is_empty() {
        none_kept(&filter);
    } else {
        io::stdout().lock().write_all(history_list::list(&attempts, &TimeZone::system(), columns()).as_bytes())?;
        let interviews = interviews(&attempts)?;
        if !interviews.is_empty() {
            say("");
        }
        interviews.iter().for_each(|line| say(line));
    }
    Ok(Outcome::Done)
}

/// The maximum number of interviews that the list names.
const MOST_INTERVIEWS: usize = 3;

/// Returns a line for each interview that these answers belong to, newest first.
fn interviews(attempts: &[Attempt]) -> Result<Vec<String>> {
    let listed: HashSet<i64> = attempts.iter().map(|a| a.id).collect();
    let mut interviews = with_store(Access::Read, |store| store.interviews())?;
    interviews.retain(|answers| answers.iter().any(|id| listed.contains(id)));
    let line = |answers: &Vec<i64>| {
        let numbers: Vec<String> = answers.iter().map(i64::to_string).collect();
        let one = if answers.len() == 1 { "Answer" } else { "Answers" };
        format!("{one} {} of one interview: aloud history show {} --interview", numbers.join(", "), answers[0])
    };
    let more = interviews.len().saturating_sub(MOST_INTERVIEWS);
    let mut lines: Vec<String> = interviews.iter().take(MOST_INTERVIEWS).map(line).collect();
    lines.extend((more > 0).then(|| format!("Answers of {} are there too.", counted(more, "earlier interview"))));
    Ok(lines)
}

/// Shows the interview that an answer belongs to.
fn show_interview(arguments: &ShowArguments) -> Result<Outcome> {
    let (attempt, kept, contours) = with_store(Access::Read, |store| {
        let attempt = store.attempt(arguments.answer.find(store)?)?;
        Ok((attempt.clone(), store.interview_with(attempt.id)?, store.contours(attempt.id)?))
    })?;
    let Some(KeptInterview { interview, answers }) = kept else {
        bail!("answer {} is not of a recorded interview; for its report: aloud history show {0}", attempt.id);
    };
    let shown = super::interview::Shown {
        interview: &interview,
        numbers: &answers,
        contours: &contours.unwrap_or_default(),
        recording: &attempt.path,
        answered_at: Some(attempt.answered_at),
        speaker: attempt.speaker.as_deref(),
    };
    let page = arguments.pages.page();
    if let Some(to) = page.html() {
        let file = if to.is_dir() { named_in(to, &attempt.path, "html", &mut Vec::new()) } else { to.to_path_buf() };
        shown.write_page(&page, &file)?;
    } else if arguments.json {
        print_json(&interview, true)?;
    } else {
        shown.print()?;
    }
    Ok(Outcome::Done)
}

fn show(arguments: &ShowArguments) -> Result<Outcome> {
    if arguments.interview {
        return show_interview(arguments);
    }
    let (attempt, report, contours, earlier, goals, coaching) = with_store(Access::Read, |store| {
        let attempt = store.attempt(arguments.answer.find(store)?)?;
        let machine = if arguments.unmended { store.machine_report(attempt.id)? } else { None };
        let report = machine.map_or_else(|| store.report(attempt.id), Ok)?;
        let goals = store.goals(attempt.speaker.as_deref())?;
        let (contours, earlier) = (store.contours(attempt.id)?, store.earlier_scores(attempt.id)?);
        let coaching = store.coaching(attempt.id)?;
        Ok((attempt, report, contours, earlier, goals, coaching))
    })?;
    if arguments.pages.any() {
        let (recording, speaker) = (attempt.path.as_path(), attempt.speaker.as_deref());
        let answered_at = Some(attempt.answered_at);
        let drawn = Drawn {
            report: &report,
            contours: contours.as_ref(),
            recording,
            answered_at,
            speaker,
            coaching: coaching.as_ref(),
        };
        let page = arguments.pages.html.as_deref();
        let page = page
            .map(|to| if to.is_dir() { named_in(to, recording, "html", &mut Vec::new()) } else { to.to_path_buf() });
        arguments.pages.draw(&drawn, page.as_deref())?;
    }
    if let Some(kind) = arguments.export {
        let frames = contours.as_ref().map(Frames::from);
        let named = |to: &PathBuf| match to.is_dir() {
            true => named_in(to, &attempt.path, kind.extension(), &mut Vec::new()),
            false => to.clone(),
        };
        let to = arguments.output.as_ref().map(named);
        let mut exports = Exports::new(kind);
        exports.add(&report, frames.as_ref(), &attempt.path, to.as_deref())??;
        exports.finish(to.as_deref())?;
    }
    if arguments.pages.any() || arguments.export.is_some() {
        return Ok(Outcome::Done);
    }
    if arguments.json {
        print_json(&report, true)?;
        return Ok(Outcome::Done);
    }
    let mut below = Lines::new(columns());
    if let Some(coaching) = &coaching {
        below_coaching(&mut below, coaching, &report);
    }
    let goals = goals::lines(&goals, &attempt.measures);
    if attempt.is_edited || !earlier.is_empty() || !goals.is_empty() {
        below.line("");
    }
    for goal in goals {
        below.paragraph("", &goal);
    }
    if attempt.is_edited && !arguments.unmended {
        let said = format!("Edited by hand. As it was before: aloud history show {} --unmended", attempt.id);
        below.paragraph("", &said);
    }
    for score in earlier {
        let value = score.score.map_or("none".to_string(), |s| format!("{s:.0} of 100"));
        below.paragraph("", &format!("Score by an earlier version ({}): {value}.", one_line(&score.rubric)));
    }
    let last = last_time(&report, attempt.speaker.as_deref(), attempt.answered_at);
    let mut out = anstream::stdout().lock();
    out.write_all(render_after(&report, last.as_ref(), columns()).as_bytes())?;
    out.write_all(below.into_text().as_bytes())?;
    Ok(Outcome::Done)
}

/// Appends the coach's additions to an answer.
fn below_coaching(below: &mut Lines, coaching: &Coaching, report: &Report) {
    below.line("");
    below.paragraph("", &from_coach(coaching));
    for words in coaching.words.iter().flat_map(|words| words.split("\n\n")) {
        below.paragraph("  ", &one_line(words));
    }
    for comment in &coaching.comments {
        below.paragraph(&format!("  {:>5}  ", plain::clock(comment.at_s)), &one_line(&comment.text));
    }
    for (name, points, out_of) in marks_by_hand(coaching) {
        below.paragraph("  ", &format!("{name}: {points} of {out_of}"));
    }
    if let Some(score) = score_of_coach(coaching, report) {
        below.paragraph("  ", &score);
    }
}

fn compare(arguments: &CompareArguments) -> Result<Outcome> {
    let comparison = with_store(Access::Read, |store| {
        let a = store.attempt(arguments.a.find(store)?)?;
        let b = store.attempt(arguments.b.find(store)?)?;
        let (a_report, b_report) = (store.report(a.id)?, store.report(b.id)?);
        Ok(Comparison::of((a, &a_report), (b, &b_report)))
    })?;
    if arguments.json {
        print_json(&comparison, true)?;
    } else {
        io::stdout().lock().write_all(comparison::render(&comparison, columns()).as_bytes())?;
    }
    Ok(Outcome::Done)
}

fn play(arguments: &PlayArguments) -> Result<Outcome> {
    let attempt = with_store(Access::Read, |store| store.attempt(arguments.answer.find(store)?))?;
    let path = attempt.path.display().to_string();
    let recording = Recording::open(&attempt.path, &mut |_| ()).with_context(|| path.clone())?;
    if recording.sha256 != attempt.sha256 {
        complain(&format!("{path}: this file has changed since it was analyzed; it may be another recording"));
    }
    play::play(&recording, arguments.from, None).with_context(|| path)?;
    Ok(Outcome::Done)
}

fn edit(arguments: &EditArguments) -> Result<Outcome> {
    if arguments.undo {
        let (id, was_edited) = with_store(Access::Write, |store| {
            let id = arguments.answer.find(store)?;
            Ok((id, store.undo_edits(id)?))
        })?;
        let said = if was_edited { "is as aloud heard it again" } else { "was not edited; nothing to take back" };
        say(&format!("Answer {id} {said}."));
        return Ok(Outcome::Done);
    }
    if let Some(path) = &arguments.words {
        let words = imports::words(path).with_context(|| path.display().to_string())?;
        return changed(arguments.answer, |report| Ok(edit::mend(report, &words)? > 0));
    }
    let edit = match (&arguments.word, &arguments.to, &arguments.filler, &arguments.not_filler) {
        (Some(wrong), Some(right), ..) => Edit::Words { wrong: wrong.clone(), right: right.clone() },
        (_, _, Some(words), _) => Edit::Filler(words.clone()),
        (_, _, _, Some(words)) => Edit::NoFiller(words.clone()),
        _ => bail!("say what to change: --word with --to, --filler, --not-filler or --undo"),
    };
    changed(arguments.answer, |report| {
        edit::apply(&edit, report, arguments.at)?;
        Ok(true)
    })
}

/// Changes a kept report, and prints its score and counts before and after. `change` returns whether there was anything
/// to change.
fn changed(answer: Choice, change: impl Fn(&mut Report) -> Result<bool, EditError>) -> Result<Outcome> {
    let (id, before) = with_store(Access::Read, |store| {
        let id = answer.find(store)?;
        Ok((id, store.report(id)?))
    })?;
    let mut after = before.clone();
    if !change(&mut after).with_context(|| format!("answer {id}"))? {
        say(&format!("Answer {id} has these words already; nothing was changed."));
        return Ok(Outcome::Done);
    }
    with_store(Access::Write, |store| store.keep_edited(id, &after))?;
    let numbers = |report: &Report| {
        let score = report.score.overall.map_or("no score".to_string(), |s| format!("score {s:.0}"));
        let fillers = report.fillers.as_ref().map_or(String::new(), |f| format!(", {}", counted(f.count, "filler")));
        let words = report.pace.as_ref().map_or(String::new(), |p| format!(", {}", counted(p.words, "word")));
        format!("{score}{fillers}{words}")
    };
    say(&format!("Answer {id} is corrected. Before: {}. Now: {}.", numbers(&before), numbers(&after)));
    Ok(Outcome::Done)
}

fn rescore(arguments: &RescoreArguments) -> Result<Outcome> {
    let filter = arguments.which.filter(Speaker::Anyone)?;
    let ids: Vec<i64> = kept(&filter)?.iter().map(|a| a.id).collect();
    if ids.is_empty() {
        none_kept(&filter);
        return Ok(Outcome::Done);
    }
    let changed = with_store(Access::Write, |store| store.rescore(&ids, with_current_rubric))?;
    let rubric = crate::score::rubric::VERSION;
    say(&format!(
        "{} scored again with {rubric}; {changed} changed. Earlier scores are kept.",
        counted(ids.len(), "answer")
    ));
    Ok(Outcome::Done)
}

fn export(arguments: &ExportArguments) -> Result<Outcome> {
    let attempts = kept(&arguments.which.filter(Speaker::Anyone)?)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if matches!(arguments.format, Format::Csv) {
        let table = with_store(Access::Read, |store| Ok(export::csv(&attempts, |a| store.told(a.id))))?;
        out.write_all(&table)?;
        out.flush()?;
        return Ok(Outcome::Done);
    }
    let mut outcome = Outcome::Done;
    for attempt in attempts.iter().rev() {
        match with_store(Access::Read, |store| export::line(store, attempt)) {
            Ok(line) => {
                serde_json::to_writer(&mut out, &line)?;
                out.write_all(b"\n")?;
            }
            Err(error) => {
                complain(&format!("{error:#}"));
                outcome = Outcome::Failed;
            }
        }
    }
    out.flush()?;
    Ok(outcome)
}

fn import(arguments: &ImportArguments) -> Result<Outcome> {
    let (speaker, now) = (arguments.speaker.as_deref(), Timestamp::now());
    let mut lines = export::Lines::default();
    for path in &arguments.files {
        let read = if path == Path::new("-") {
            export::read(io::stdin().lock(), speaker, now, &mut lines)
        } else {
            let file = files::open(path).map_err(Into::into);
            file.and_then(|(file, _)| export::read(BufReader::new(file), speaker, now, &mut lines))
        };
        read.with_context(|| path.display().to_string())?;
    }
    let imported = with_store(Access::Write, |store| export::import(store, &lines.answers))?;
    let there = if imported.known == 1 { "1 was".to_string() } else { format!("{} were", imported.known) };
    let failed = match lines.failed {
        0 => String::new(),
        n => format!("; {} had failed and left nothing to import", counted(n, "file")),
    };
    say(&format!("{} imported; {there} there already{failed}.", counted(imported.new, "answer")));
    Ok(Outcome::Done)
}

fn delete(arguments: &DeleteArguments) -> Result<Outcome> {
    let filter = arguments.which.filter(Speaker::Anyone)?;
    if arguments.answers.is_empty() && !arguments.all && filter == Filter::default() {
        super::usage(&["history", "delete"], "say which answers to delete: their numbers, a period, or --all");
    }
    if !arguments.answers.is_empty() && filter != Filter::default() {
        super::usage(&["history", "delete"], "give either numbers or what they have in common, not both");
    }
    let numbers = with_store(Access::Read, |store| {
        arguments.answers.iter().map(|choice| choice.find(store)).collect::<Result<HashSet<i64>, _>>()
    })?;
    let (doomed, staying): (Vec<Attempt>, Vec<Attempt>) = kept(&Filter::default())?
        .into_iter()
        .partition(|a| if arguments.answers.is_empty() { filter.matches(a) } else { numbers.contains(&a.id) });
    let practice = arguments.all && with_store(Access::Read, |store| store.has_practice())?;
    let recordings = if arguments.recordings { own_recordings(&doomed, &staying) } else { Vec::new() };
    // Deleting everything includes files that belong to no answer: takes never analyzed, and damaged histories.
    let loose = if arguments.all && arguments.recordings { loose_takes(&recordings) } else { Vec::new() };
    let damaged = damaged_ones(&place()?);
    let asides = if arguments.all { damaged.as_slice() } else { &[] };
    if doomed.is_empty() && !practice && loose.is_empty() && asides.is_empty() {
        none_kept(&filter);
        return Ok(Outcome::Done);
    }
    if !arguments.yes && !agreed(&doomed, recordings.len() + loose.len(), practice, asides.len())? {
        say("Nothing was deleted.");
        return Ok(Outcome::Done);
    }
    let ids: Vec<i64> = doomed.iter().map(|a| a.id).collect();
    let deleted = with_store(Access::Write, |store| store.delete(&ids, practice))?;
    let mut outcome = Outcome::Done;
    let mut removed = 0;
    let mut was_removed = |path: &Path, removal: Result<()>| match removal {
        Ok(()) => true,
        Err(error) => {
            complain(&format!("{}: {error:#}", path.display()));
            outcome = Outcome::Failed;
            false
        }
    };
    for attempt in &recordings {
        removed += usize::from(was_removed(&attempt.path, remove_recording(attempt)));
    }
    for take in &loose {
        removed += usize::from(was_removed(take, fs::remove_file(take).map_err(Into::into)));
        remove_page(take);
    }
    for aside in asides {
        was_removed(aside, fs::remove_file(aside).map_err(Into::into));
    }
    if let Some(folders) = settings::folders() {
        drop(capture::unfinished(&folders.recordings())); // removes the notes of takes that no longer exist
    }
    let with = if arguments.recordings { format!(", and {}", counted(removed, "recording")) } else { String::new() };
    let with = format!("{with}{}", if practice { ", and what practice kept" } else { "" });
    say(&format!("{} deleted{with}.", counted(deleted.answers, "answer")));
    if deleted.is_in_use {
        say("Another program is still reading the history; the last traces go when it ends.");
    }
    if deleted.is_log_left {
        let place = place()?;
        complain(&format!(
            "the log of the history {} could not be emptied; run any command of aloud history, and the last traces go",
            place.display()
        ));
        outcome = Outcome::Failed;
    }
    for aside in damaged.iter().filter(|aside| aside.exists()) {
        let aside = one_line(&aside.display().to_string());
        say(&format!("A damaged history is still kept as {aside}; --all deletes it too."));
    }
    Ok(outcome)
}

/// Deletes the answer that was kept last. Its date need not be the latest: a file that was analyzed keeps its own date.
fn undo(arguments: &UndoArguments) -> Result<Outcome> {
    let newest = kept(&Filter::default())?.into_iter().map(|a| a.id).max().ok_or(HistoryError::Empty)?;
    let answers = vec![Choice::Number(newest)];
    delete(&DeleteArguments { answers, recordings: true, yes: arguments.yes, ..DeleteArguments::default() })
}

/// Returns recordings made by aloud that are not among `recordings`: files in the recordings folder, and unfinished
/// takes elsewhere.
fn loose_takes(recordings: &[Attempt]) -> Vec<PathBuf> {
    let Some(folder) = settings::folders().map(|folders| folders.recordings()) else { return Vec::new() };
    let mut takes = capture::takes(&folder);
    takes.extend(capture::unfinished(&folder).into_iter().map(|unfinished| unfinished.path));
    let known: HashSet<PathBuf> = recordings.iter().filter_map(|a| a.path.canonicalize().ok()).collect();
    let mut seen = HashSet::new();
    takes.retain(|take| take.canonicalize().is_ok_and(|take| !known.contains(&take) && seen.insert(take)));
    takes
}

/// Returns the recordings made by aloud itself that no remaining answer needs.
fn own_recordings(doomed: &[Attempt], staying: &[Attempt]) -> Vec<Attempt> {
    let needed: HashSet<&str> = staying.iter().map(|a| a.sha256.as_str()).collect();
    let mut seen = HashSet::new();
    let own = |a: &&Attempt| a.recorded_here && !needed.contains(a.sha256.as_str()) && seen.insert(a.path.clone());
    doomed.iter().filter(own).cloned().collect()
}

/// Removes a recording if the file is still the one that was analyzed.
fn remove_recording(attempt: &Attempt) -> Result<()> {
    let mut file = fs::File::open(&attempt.path)?;
    let mut sum = Sha256::new();
    let mut part = vec![0; 1 << 16];
    loop {
        let read = io::Read::read(&mut file, &mut part)?;
        if read == 0 {
            break;
        }
        sum.update(&part[..read]);
    }
    let sum = files::hex(sum.finalize());
    if sum != attempt.sha256 {
        bail!("this is another file than the one that was analyzed; it was left alone");
    }
    fs::remove_file(&attempt.path)?;
    remove_page(&attempt.path);
    Ok(())
}

/// Removes the page next to a take, if there is one.
fn remove_page(take: &Path) {
    let _ = fs::remove_file(page_of(take));
}

/// Asks for confirmation before deleting. Returns an error if standard input is not a terminal.
fn agreed(doomed: &[Attempt], recordings: usize, practice: bool, damaged: usize) -> Result<bool> {
    let mut what = match doomed {
        [] => Vec::new(),
        [one] => vec![format!("answer {} ({})", one.id, history_list::what(one))],
        several => vec![counted(several.len(), "answer")],
    };
    what.extend((recordings > 0).then(|| counted(recordings, "recording")));
    what.extend(practice.then(|| "what practice keeps".to_string()));
    what.extend((damaged > 0).then(|| format!("{} of damaged histories", counted(damaged, "file"))));
    let what = what.join(" and ");
    if !io::stdin().is_terminal() {
        bail!("deleting {what} needs your word: run it in a terminal, or add --yes");
    }
    ask(&format!("Delete {what} for good? [y/N] "));
    let mut said = String::new();
    io::stdin().read_line(&mut said)?;
    Ok(matches!(said.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Returns the damaged history files that were set aside.
pub(super) fn damaged_ones(place: &Path) -> Vec<PathBuf> {
    let folder = place.parent().and_then(|folder| fs::read_dir(folder).ok());
    let paths = folder.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let name = |path: &Path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("history.damaged-"));
    let mut found: Vec<PathBuf> = paths.filter(|path| name(path)).collect();
    found.sort();
    found
}

/// Returns the kept answers that match the filter, newest first.
pub(super) fn kept(filter: &Filter) -> Result<Vec<Attempt>> {
    let mut attempts = with_store(Access::Read, |store| store.attempts())?;
    attempts.retain(|a| filter.matches(a));
    Ok(attempts)
}

/// Says why no answers match: none are kept yet, the speaker's name may be misspelt, or the filter excludes all.
pub(super) fn none_kept(filter: &Filter) {
    if *filter == Filter::default() {
        return say("No answers are kept yet. To keep one: aloud analyze FILE, or: aloud record");
    }
    if let Speaker::Named(name) = &filter.speaker {
        let attempts = kept(&Filter::default()).unwrap_or_default();
        let names: BTreeSet<&str> = attempts.iter().filter_map(|a| a.speaker.as_deref()).collect();
        if !names.contains(name.as_str()) {
            let meant = did_you_mean(name, &names.into_iter().collect::<Vec<_>>());
            return say(&format!("No answers of '{name}' are kept. {}", plain::capital(&meant)));
        }
    }
    say("No answers that fit are kept. All there are: aloud history list");
}

/// Keeps the answer in the recording at `path`, which counts as aloud's own if it was `recorded` or is in the
/// recordings folder. If this fails, one line on stderr says why; the report is still printed, and the exit code is
/// that of the report.
pub(super) fn keep(
    report: &Report,
    contours: Option<&Contours>,
    path: &Path,
    speaker: Option<&str>,
    recorded: bool,
) -> Option<Saved> {
    let saved = save(report, contours, path, speaker, recorded, |_, _| Ok(()))?;
    if saved.stays_edited {
        say(&format!(
            "You edited answer {id} by hand, and the history keeps it so. To take this report instead: aloud history edit {id} --undo",
            id = saved.id
        ));
    }
    Some(saved)
}

/// Keeps how the speaker rated an answer that was saved, if they did. If this fails, one line on stderr says why.
pub(super) fn keep_own_rating(saved: Option<Saved>, own: Option<OwnRating>) {
    let Some((saved, own)) = saved.zip(own) else { return };
    if let Err(error) = with_store(Access::Write, |store| store.set_own_rating(saved.id, &own)) {
        complain(&format!("your rating was not kept: {error:#}"));
    }
}

/// Keeps the answer in the recording at `path` as edited by hand: the report as aloud heard it, and the one with
/// corrected words.
pub(super) fn keep_mended(
    report: &Report,
    mended: &Report,
    contours: Option<&Contours>,
    path: &Path,
    speaker: Option<&str>,
) -> Option<Saved> {
    save(report, contours, path, speaker, false, |store, id| store.keep_edited(id, mended))
}

/// Saves an answer to the history, and calls `then` with its number. If this fails, one line on stderr says why.
fn save(
    report: &Report,
    contours: Option<&Contours>,
    path: &Path,
    speaker: Option<&str>,
    recorded: bool,
    then: impl Fn(&mut Store, i64) -> Result<(), HistoryError>,
) -> Option<Saved> {
    let mut occasion = Occasion::of_file(path, speaker.map(str::to_string), Timestamp::now());
    occasion.recorded_here = recorded || settings::folders().is_some_and(|folders| folders.is_recording(path));
    let kept = Kept { report, occasion: &occasion, contours, kept_at: Timestamp::now() };
    let saved = with_store(Access::Write, |store| {
        let saved = store.keep(&kept)?;
        then(store, saved.id)?;
        Ok(saved)
    });
    saved.map_err(|error| complain(&format!("this answer was not kept: {error:#}"))).ok()
}

/// Returns a line for each of a speaker's goals that this report measures; none if the history cannot be read.
pub(super) fn goal_lines(report: &Report, speaker: Option<&str>) -> Vec<String> {
    let goals = place().and_then(|path| Ok(Store::open(&path, Access::Read)?.goals(speaker)?)).unwrap_or_default();
    goals::lines(&goals, &Measures::of(report))
}

/// Returns what the speaker was told after the previous take; `None` if they were told nothing, or if the history
/// cannot be read. `answered_at` is the time of this take; if the history has the take, its time there is used.
pub(super) fn last_time(report: &Report, speaker: Option<&str>, answered_at: Timestamp) -> Option<LastTime> {
    let store = Store::open(&place().ok()?, Access::Read).ok()?;
    LastTime::before(report, speaker, answered_at, &store).ok().flatten()
}

/// Returns the path of the history.
pub(super) fn place() -> Result<PathBuf> {
    let folders = settings::folders().context("this user has no home folder; set HOME to have a history")?;
    Ok(store::path_in(&folders.data))
}

/// Runs `job` on the history, reports a rescue, and adds the path to errors.
pub(super) fn with_store<T>(access: Access, job: impl FnMut(&mut Store) -> Result<T, HistoryError>) -> Result<T> {
    let path = place()?;
    let (value, rescued) = crate::app::history::visit(&path, access, job).map_err(|error| match error {
        // The request is wrong, not the store.
        HistoryError::NoAttempt(_) | HistoryError::Empty | HistoryError::ReportLost(_) => anyhow::Error::new(error),
        _ => anyhow::Error::new(error).context(format!("the history {}", path.display())),
    })?;
    if let Some(rescue) = rescued {
        complain(&rescue.to_string());
    }
    Ok(value)
}
