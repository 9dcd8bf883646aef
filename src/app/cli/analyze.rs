//! `aloud analyze`: reports on recorded or written answers.

use std::collections::{HashMap, HashSet};
use std::io;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde::Serialize;
use tempfile::NamedTempFile;

use super::afterwards::{Shown, is_watched};
use super::exports::Exports;
use super::models::Choice;
use super::pages::{Drawn, Wanted, make_folder, named_in};
use super::people::{self, OfPeople, Wanting};
use super::{Outcome, columns, complain, history, print_json, record, say, write_file};
use crate::analyze::{AnalyzeError, analyze, judge_draft};
use crate::app::batch::inputs::{Input, Shard, inputs, piped_sound};
use crate::app::batch::json_lines::{ERROR, JsonLines, Terms};
use crate::app::batch::side_by_side::side_by_side;
use crate::app::capture::About;
use crate::app::draft_file::{self, DraftFileError, OpenedDraft, is_draft};
use crate::app::export::{ExportFormat, Frames};
use crate::app::history::{Occasion, edit};
use crate::app::imports::meeting::MeetingAnswer;
use crate::app::imports::{self, EditedWord};
use crate::app::people::PersonsAnswer;
use crate::app::render::shown::headline;
use crate::app::render::terminal::lines::{Lines, WIDEST, shortened};
use crate::app::render::terminal::report::render_after;
use crate::app::settings::Settings;
use crate::app::{capture, questions, settings};
use crate::audio;
use crate::brief::Brief;
use crate::draft::STANDARD_INPUT;
use crate::plain::{counted, one_line};
use crate::question::Question;
use crate::report::tracks::Tracks;
use crate::report::{ProgramInfo, Report, json};
use crate::signal::{Contours, Features};
use crate::speakers::Me;
use crate::story::model::StoryWeights;
use crate::transcript::Transcriber;
use crate::transcript::model::Model;
use crate::transcript::pool::Pool;
use crate::transcript::whisper::Whisper;

#[derive(Args)]
#[command(group(ArgGroup::new("into_file").args(["jsonl", "export"])))]
pub(super) struct Arguments {
    /// Recordings, written drafts (.txt, .md, .docx, .pdf, - for standard input), or folders of them
    #[arg(required_unless_present = "list", value_name = "FILE|FOLDER")]
    files: Vec<PathBuf>,
    /// The question that was answered: a name from `aloud questions list`, or its text
    #[arg(short, long, value_name = "NAME|TEXT")]
    question: Option<String>,
    /// Print the report as JSON: one document for one file, an array for several
    #[arg(long, conflicts_with = "into_file")]
    json: bool,
    /// Print the reports as JSON, one line a file, in the order given
    #[arg(long)]
    jsonl: bool,
    /// Print words, fillers, pauses and sentences with their times for another program: textgrid, elan, audacity, vtt,
    /// srt, csv, or frames
    #[arg(long, value_enum, hide_possible_values = true, value_name = "KIND")]
    export: Option<ExportFormat>,
    /// Write the lines of --jsonl into this file; if it exists, the run is resumed and finished files are skipped.
    /// With --export: the file to write, or a folder for several
    #[arg(short, long, value_name = "FILE|FOLDER", requires = "into_file")]
    output: Option<PathBuf>,
    /// How many files to work on at the same time; by default as many as this machine has processors
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    jobs: Option<u16>,
    /// Do only part I of N of the files, for one of N machines; what part a file falls in depends on its name alone
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Write the tracks (level, pitch, speech, every 10 ms) of a single file as JSON
    #[arg(long, value_name = "FILE")]
    tracks: Option<PathBuf>,
    #[command(flatten)]
    pages: Wanted,
    /// Take the words of one recording from a .TextGrid, .vtt or .srt file that --export made and you mended
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
    #[command(flatten)]
    speech: Choice,
    /// Who speaks, where it is not you: for a coach's recordings
    #[arg(long, value_name = "NAME", conflicts_with = "no_save", value_parser = NonEmptyStringValueParser::new())]
    speaker: Option<String>,
    #[command(flatten)]
    of_people: OfPeople,
    #[command(flatten)]
    whose: Whose,
    /// Judge the story with these weights, to measure them
    #[arg(long, value_name = "PATH", hide = true)]
    story_weights: Option<PathBuf>,
    /// You stutter: leave repeated, prolonged and blocked sounds out of every measure; the report says which
    #[arg(long)]
    stutter: bool,
    /// Do not keep the answer in the history
    #[arg(long)]
    no_save: bool,
}

impl Arguments {
    /// Returns whether nothing but a report to read is wanted, of an answer that is kept.
    fn is_plain(&self) -> bool {
        let is_data = self.json || self.jsonl || self.export.is_some();
        let is_written = self.output.is_some() || self.tracks.is_some() || self.pages.any() || self.words.is_some();
        !is_data && !is_written && !self.no_save && self.shard.is_none()
    }
}

/// Whose voice the report is about.
#[derive(Args)]
pub(super) struct Whose {
    /// Which voice is yours if two are heard: the one heard first, or second [default: the one who answers]
    #[arg(long, value_name = "FIRST|SECOND", ignore_case = true, hide_possible_values = true)]
    me: Option<Voice>,
}

impl Whose {
    /// Returns the voice that was named.
    pub(super) fn me(&self) -> Option<Me> {
        self.me.map(Me::from)
    }
}

/// One of the two voices in a recording.
#[derive(Clone, Copy, ValueEnum)]
enum Voice {
    /// The voice heard first
    First,
    /// The voice heard second
    Second,
}

impl From<Voice> for Me {
    fn from(voice: Voice) -> Self {
        match voice {
            Voice::First => Self::First,
            Voice::Second => Self::Second,
        }
    }
}

/// The output format of the reports.
pub(super) enum Form {
    Terminal,
    /// A line for each answer: of several people.
    Lines,
    Json,
    /// To a file, or to standard output if `None`.
    JsonLines(Option<JsonLines>),
}

/// The line that `--jsonl` prints for a file without a report.
#[derive(Serialize)]
struct FailedFile<'a> {
    schema: &'static str,
    path: std::borrow::Cow<'a, str>,
    message: &'a str,
}

/// A file to analyze.
struct Item {
    path: PathBuf,
    /// The path of the page to write, if any.
    page: Option<PathBuf>,
    /// The path of the export in a file of its own, if any.
    export: Option<PathBuf>,
    /// Whether the path is a temporary file with the audio from standard input.
    is_piped: bool,
    /// Who speaks; `None` for the person at this machine.
    speaker: Option<String>,
    question: Option<Question>,
}

impl Item {
    /// Returns the path as shown in reports.
    fn name(&self) -> String {
        if self.is_piped {
            return STANDARD_INPUT.to_string();
        }
        self.path.to_string_lossy().into_owned()
    }
}

/// What came of the files so far.
struct Done {
    outcome: Outcome,
    /// The answers in the history, by their files.
    kept: HashMap<PathBuf, i64>,
    /// The names of files without a report, with the reason.
    failed: Vec<(String, String)>,
}

impl Done {
    /// Reports why a file has no report.
    fn failed(&mut self, name: &str, why: &str) {
        complain(&format!("{name}: {why}"));
        self.outcome = Outcome::Failed;
        self.failed.push((name.to_string(), why.to_string()));
    }
}

/// The analysis of a file.
struct Analyzed {
    report: Report,
    /// The report before words were mended; `None` if none were.
    unmended: Option<Report>,
    /// `None` for a draft.
    contours: Option<Contours>,
    /// The features, only if `--tracks` or `--export frames` needs them.
    features: Option<Features>,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<Outcome> {
    let of_people = arguments.of_people.are_wanted();
    let many = of_people || arguments.files.len() > 1 || arguments.files.iter().any(|f| f.is_dir());
    check(arguments, many);
    let question = arguments.question.as_deref().map(questions::resolve).transpose()?;
    let story_weights = arguments.story_weights.as_deref().map(StoryWeights::load).transpose()?.map(Arc::new);
    let me = arguments.whose.me();
    let stutters = arguments.stutter || settings.stutter;
    let own_fillers = settings.fillers.clone();
    let brief = Brief { own_fillers, stutters, me, story_weights, ..Brief::default() };
    let mended = match &arguments.words {
        Some(path) => Some(imports::words(path).with_context(|| path.display().to_string())?),
        None => None,
    };
    let folders = settings::folders();
    let people = if of_people { Some(arguments.of_people.found(&arguments.files)?) } else { None };
    let mut done = Done { outcome: Outcome::Done, kept: HashMap::new(), failed: Vec::new() };
    for left_out in people.iter().flat_map(|people| &people.left_out) {
        done.failed(&left_out.name, &left_out.why);
    }
    let coach = arguments.of_people.coach_file()?;
    let mut items = match &people {
        Some(people) => items(arguments, many, people.answers.iter().cloned().map(Found::from).collect()),
        None => {
            let speaker = arguments.speaker.as_ref();
            let found = |input| Found { input, speaker: speaker.cloned(), question: question.clone() };
            items(arguments, many, inputs(&arguments.files)?.into_iter().map(found).collect())
        }
    };
    let piped = take_sound(&mut items)?;
    if many {
        arguments.pages.make_folder()?;
        if let (Some(kind), Some(folder)) = (arguments.export, &arguments.output)
            && !kind.is_table()
        {
            make_folder(folder)?;
        }
    }
    let mut exports = arguments.export.map(Exports::new);
    let model = if items.iter().all(|item| is_draft(&item.path)) {
        None
    } else {
        Some(arguments.speech.find(settings, folders.as_ref())?)
    };
    let names: Vec<String> = items.iter().map(Item::name).collect();
    let files: Vec<PathBuf> = items.iter().map(|item| item.path.clone()).collect();
    let jobs = arguments.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let program = ProgramInfo::this(&brief, &settings.vocabulary);
    if let Some(model) = model.as_ref().filter(|_| of_people) {
        leave_out_kept(&mut items, &mut done.kept, !is_data(arguments), &program, model, jobs)?;
    }
    let output = match &arguments.output {
        Some(path) if arguments.jsonl => {
            let lines = JsonLines::open(path, &program).with_context(|| path.display().to_string())?;
            if let Some(model) = &model {
                leave_out_finished(&mut items, &lines, model, jobs)?;
            }
            Some(lines)
        }
        _ => None,
    };
    let engine = match &model {
        Some(model) if items.iter().any(|item| !is_draft(&item.path)) => {
            Some(Whisper::load(model, &settings.vocabulary)?)
        }
        _ => None,
    };
    let pool = engine.as_ref().map(|engine| Pool::new(engine, jobs.min(items.len())));
    let form = match (arguments.json, arguments.jsonl) {
        (true, _) => Form::Json,
        (_, true) => Form::JsonLines(output),
        _ if of_people => Form::Lines,
        _ => Form::Terminal,
    };
    let mut printer = Printer::new(form, many, arguments.speaker.as_deref());
    let keeps_features = arguments.tracks.is_some() || arguments.export == Some(ExportFormat::Frames);
    let to_do: Vec<&Path> = items.iter().map(|item| item.path.as_path()).collect();
    let bar = progress_bar(&to_do, to_do.iter().any(|path| !is_draft(path)));
    let work = |item: &Item| -> Result<Analyzed> {
        let brief = Brief { question: item.question.clone(), ..brief.clone() };
        let analyzed = match &pool {
            Some(pool) if !is_draft(&item.path) => {
                let (mut report, features) = listen(&item.path, pool, &brief, &bar)?;
                report.recording.path = item.name();
                let contours = Some(Contours::of(&features));
                let unmended = match &mended {
                    Some(words) => mend(&mut report, words)?,
                    None => None,
                };
                Analyzed { report, unmended, contours, features: keeps_features.then_some(features) }
            }
            _ => Analyzed { report: draft(&item.path, &brief)?, unmended: None, contours: None, features: None },
        };
        Ok(analyzed)
    };
    let goes_on = arguments.is_plain() && !many && is_watched();
    let mut shown = None;
    let mut files_done = 0;
    side_by_side(&items, jobs, work, |item, result| -> Result<()> {
        files_done += 1;
        bar.set_position(bar.position().max(files_done * FULL));
        if items.len() > 1 {
            bar.set_message(so_many(items.len(), files_done));
        }
        bar.suspend(|| {
            let analyzed = match result {
                Ok(Ok(analyzed)) => analyzed,
                Ok(Err(error)) => return failed(item, &error.to_string(), &mut printer, &mut done),
                Err(panicked) => return failed(item, &panicked.to_string(), &mut printer, &mut done),
            };
            if goes_on && let Some(contours) = &analyzed.contours {
                let (report, contours) = (analyzed.report.clone(), contours.clone());
                let (recording, speaker) = (item.path.clone(), item.speaker.clone());
                shown = Some(Shown { report, contours, recording, speaker });
            }
            deliver(item, analyzed, arguments, exports.as_mut(), &mut printer, &mut done)
        })
    })?;
    bar.finish_and_clear();
    if let Some(exports) = exports {
        exports.finish(arguments.output.as_deref())?;
    }
    printer.finish(&names)?;
    drop(piped);
    let mut doubts = people.as_ref().map_or_else(Vec::new, |people| people.doubts.clone());
    if let Some(coach) = &coach {
        doubts.extend(people::keep_coaching(coach, &files, &done.kept)?);
    }
    if let Some(folder) = arguments.pages.html.as_deref().filter(|_| of_people) {
        let ids: Vec<i64> = files.iter().filter_map(|file| done.kept.get(file).copied()).collect();
        people::write_pages(folder, &arguments.pages, &ids, &doubts, &done.failed)?;
    }
    if let (Some(shown), Some(model), Outcome::Done) = (shown, model, &done.outcome) {
        let about = About { question: arguments.question.clone(), target_s: None };
        return record::after(shown, about, model, &Settings { stutter: stutters, ..settings.clone() });
    }
    Ok(done.outcome)
}

/// Returns whether what is printed is data, so that every file has to be in it.
fn is_data(arguments: &Arguments) -> bool {
    arguments.json || arguments.jsonl || arguments.export.is_some()
}

/// Puts mended words into a report. Returns the report as it was, if any word changed.
fn mend(report: &mut Report, words: &[EditedWord]) -> Result<Option<Report>> {
    let unmended = report.clone();
    Ok((edit::mend(report, words)? > 0).then_some(unmended))
}

/// Saves audio from standard input to a temporary file, which lives as long as the returned handle.
fn take_sound(items: &mut [Item]) -> Result<Option<NamedTempFile>> {
    let Some(item) = items.iter_mut().find(|item| item.path.as_os_str() == STANDARD_INPUT) else {
        return Ok(None);
    };
    if io::stdin().is_terminal() {
        return Ok(None);
    }
    let piped = piped_sound(io::stdin().lock()).context("the sound could not be read from standard input")?;
    if let Some(file) = &piped {
        item.path = file.path().to_path_buf();
        item.is_piped = true;
    }
    Ok(piped)
}

/// Exits with a usage error if the options do not go together.
fn check(arguments: &Arguments, many: bool) {
    let wrong = |message: &str| super::usage(&["analyze"], message);
    if arguments.tracks.is_some() && many {
        wrong("--tracks writes the tracks of one file; name only one file");
    }
    if arguments.tracks.is_some() && arguments.files.iter().any(|f| is_draft(f)) {
        wrong("--tracks needs a recording; a written draft has no sound");
    }
    if arguments.words.is_some() && (many || arguments.files.iter().any(|f| is_draft(f))) {
        wrong("--words has the words of one recording; name only that recording");
    }
    if many && (arguments.pages.svg.is_some() || arguments.pages.png.is_some()) {
        wrong("--svg and --png draw one answer; name only one file, or use --html FOLDER");
    }
    if arguments.of_people.are_wanted() && arguments.files.iter().any(|f| f.as_os_str() == STANDARD_INPUT) {
        wrong("--people goes by the names of files; standard input has none");
    }
    let Some(kind) = arguments.export else { return };
    if many && !kind.is_table() && arguments.output.is_none() {
        wrong("this export has a file for each answer; name a folder for them with --output, or only one file");
    }
    if kind.needs_times() && !many && arguments.files.iter().all(|f| is_draft(f) && f.as_os_str() != STANDARD_INPUT) {
        wrong("a written draft has no times; give a recording, or take --export csv");
    }
}

/// A file, with whose answer to which question it is.
struct Found {
    input: Input,
    speaker: Option<String>,
    question: Option<Question>,
}

impl From<PersonsAnswer> for Found {
    fn from(answer: PersonsAnswer) -> Self {
        Self { input: answer.input, speaker: Some(answer.person), question: answer.question }
    }
}

/// Returns the files to analyze, in order, with the paths of their pages. Pages are named before any file is skipped,
/// so that a page's name does not depend on which files an earlier run has done.
fn items(arguments: &Arguments, many: bool, mut found: Vec<Found>) -> Vec<Item> {
    if let Some(shard) = arguments.shard {
        found.retain(|found| shard.holds(&found.input));
        if found.is_empty() {
            say(&format!("No file falls in part {shard}; nothing to do."));
        }
    }
    if arguments.jsonl && arguments.output.is_some() {
        // The path identifies a line of the output, so each path may occur only once.
        let mut seen = HashSet::new();
        found.retain(|found| seen.insert(found.input.path.clone()));
    }
    let mut pages = Vec::new();
    let mut page = |path: &Path| {
        // People have a page each, which needs all of their answers.
        let to = arguments.pages.html.as_deref().filter(|_| !arguments.of_people.are_wanted())?;
        Some(if many || to.is_dir() { named_in(to, path, "html", &mut pages) } else { to.to_path_buf() })
    };
    let mut exports = Vec::new();
    let mut export = |path: &Path| {
        let (kind, to) = (arguments.export.filter(|kind| !kind.is_table())?, arguments.output.as_deref()?);
        let is_folder = many || to.is_dir();
        Some(if is_folder { named_in(to, path, kind.extension(), &mut exports) } else { to.to_path_buf() })
    };
    let item = |Found { input: Input { path, .. }, speaker, question }| Item {
        page: page(&path),
        export: export(&path),
        path,
        is_piped: false,
        speaker,
        question,
    };
    found.into_iter().map(item).collect()
}

/// Removes the files whose reports are already in the output.
fn leave_out_finished(items: &mut Vec<Item>, lines: &JsonLines, model: &Model, jobs: usize) -> Result<()> {
    let is_finished = |item: &Item| {
        let name = item.name();
        let terms = Terms { question: item.question.as_ref(), model: &model.name };
        lines.knows(&name) && audio::sha256(&item.path).is_ok_and(|sum| lines.is_finished(&name, &sum, &terms))
    };
    let mut finished = Vec::with_capacity(items.len());
    side_by_side(items, jobs, is_finished, |_, is_finished| {
        finished.push(is_finished == Ok(true));
        Ok::<_, anyhow::Error>(())
    })?;
    leave_out(items, finished);
    Ok(())
}

/// Removes the answers of people that are in the history already, if they `may_go`, and adds their numbers to `kept`.
fn leave_out_kept(
    items: &mut Vec<Item>,
    kept: &mut HashMap<PathBuf, i64>,
    may_go: bool,
    program: &ProgramInfo,
    model: &Model,
    jobs: usize,
) -> Result<()> {
    let answers: Vec<Wanting<'_>> = items
        .iter()
        .map(|item| Wanting {
            person: item.speaker.as_deref().unwrap_or_default(),
            question: item.question.as_ref(),
            path: &item.path,
        })
        .collect();
    let found = people::kept_already(&answers, program, model, jobs)?;
    for (item, id) in items.iter().zip(&found) {
        kept.extend(id.map(|id| (item.path.clone(), id)));
    }
    if may_go {
        leave_out(items, found.iter().map(Option::is_some).collect());
    }
    Ok(())
}

/// Removes the files that are finished, and says how many are left.
fn leave_out(items: &mut Vec<Item>, finished: Vec<bool>) {
    let all = items.len();
    let mut finished = finished.into_iter();
    items.retain(|_| finished.next() != Some(true));
    if items.len() < all {
        let left =
            if items.is_empty() { "nothing is left to do".to_string() } else { format!("{} to do", items.len()) };
        say(&format!("{} done before; {left}.", counted(all - items.len(), "file")));
    }
}

/// Saves the analysis of a file to the history, draws it and prints it.
fn deliver(
    item: &Item,
    analyzed: Analyzed,
    arguments: &Arguments,
    exports: Option<&mut Exports>,
    printer: &mut Printer,
    done: &mut Done,
) -> Result<()> {
    let Analyzed { report, unmended, contours, features } = analyzed;
    let folders = settings::folders();
    if !arguments.no_save && !is_draft(&item.path) {
        let (contours, speaker) = (contours.as_ref(), item.speaker.as_deref());
        let saved = match &unmended {
            None => history::keep(&report, contours, &item.path, speaker, false),
            Some(unmended) => history::keep_mended(unmended, &report, contours, &item.path, speaker),
        };
        done.kept.extend(saved.map(|saved| (item.path.clone(), saved.id)));
    }
    if (item.page.is_some() || arguments.pages.has_pictures())
        && let Err(error) = draw(arguments, &report, contours.as_ref(), item)
    {
        complain(&format!("{error:#}"));
        done.outcome = Outcome::Failed;
    }
    match exports {
        None => printer.print(report, Path::new(&item.name()), item.speaker.as_deref())?,
        Some(exports) => {
            let to = item.export.as_deref().or(arguments.output.as_deref());
            let frames = features.as_ref().filter(|_| arguments.export == Some(ExportFormat::Frames)).map(Frames::from);
            if let Err(error) = exports.add(&report, frames.as_ref(), &item.path, to)? {
                complain(&format!("{}: {error}", item.name()));
                done.outcome = Outcome::Failed;
            }
        }
    }
    if let Some(folders) = &folders {
        capture::settle(&folders.recordings(), &item.path);
    }
    if let (Some(to), Some(features)) = (&arguments.tracks, &features) {
        write_tracks(to, features)?;
    }
    Ok(())
}

/// Reports why a file could not be analyzed.
fn failed(item: &Item, why: &str, printer: &mut Printer, done: &mut Done) -> Result<()> {
    let name = item.name();
    done.failed(&name, why);
    printer.failed(Path::new(&name), why)
}

/// Writes the page and the pictures of an answer that was just analyzed.
fn draw(arguments: &Arguments, report: &Report, contours: Option<&Contours>, item: &Item) -> Result<()> {
    let speaker = item.speaker.as_deref();
    let answered_at = contours.map(|_| answered_at(&item.path));
    let drawn = Drawn { report, contours, recording: &item.path, answered_at, speaker, coaching: None };
    arguments.pages.draw(&drawn, item.page.as_deref())
}

/// Returns when the answer in a file was given, as far as the file tells.
fn answered_at(path: &Path) -> Timestamp {
    Occasion::of_file(path, None, Timestamp::now()).answered_at
}

/// Analyzes a single recording under its own progress bar.
pub(super) fn one(path: &Path, engine: &Whisper, brief: &Brief) -> Result<(Report, Features), AnalyzeError> {
    under_bar(path, |progress| analyze(path, engine, brief, progress))
}

/// Does the work on a single recording under its own progress bar.
pub(super) fn under_bar<T>(path: &Path, work: impl FnOnce(&(dyn Fn(f64) + Sync)) -> T) -> T {
    let bar = progress_bar(&[path], true);
    let done = advancing(&bar, work);
    bar.finish_and_clear();
    done
}

/// Analyzes a recording, advancing the bar by [`FULL`] in total.
fn listen(
    path: &Path,
    engine: &dyn Transcriber,
    brief: &Brief,
    bar: &ProgressBar,
) -> Result<(Report, Features), AnalyzeError> {
    advancing(bar, |progress| analyze(path, engine, brief, progress))
}

/// Does the work, advancing the bar by [`FULL`] in total.
fn advancing<T>(bar: &ProgressBar, work: impl FnOnce(&(dyn Fn(f64) + Sync)) -> T) -> T {
    let reached = AtomicU64::new(0);
    work(&|done| {
        let now = (done * FULL as f64) as u64;
        bar.inc(now.saturating_sub(reached.fetch_max(now, Ordering::Relaxed)));
    })
}

/// Analyzes a written draft, with a prompt if it is typed at a terminal.
fn draft(path: &Path, brief: &Brief) -> Result<Report, DraftFileError> {
    if path.as_os_str() == STANDARD_INPUT && io::stdin().is_terminal() {
        say("Type or paste your answer, then press Enter and Ctrl-D.");
    }
    let OpenedDraft { draft, meeting } = draft_file::open(path)?;
    if let Some(MeetingAnswer { speaker, others, .. }) = meeting {
        let [speaker, others] = [speaker, others.join(", ")].map(|names| one_line(&names));
        say(&format!("This is a transcript. The answer is what {speaker} said, who said most; left out: {others}."));
    }
    Ok(judge_draft(&draft, brief))
}

fn write_tracks(to: &Path, features: &Features) -> Result<()> {
    write_file(to, json::text(&Tracks::of(features), false)?.as_bytes())
}

/// The progress bar steps per file.
const FULL: u64 = 100;

/// Creates one progress bar for all files on stderr; a hidden one if stderr is not a terminal.
fn progress_bar(files: &[&Path], has_recordings: bool) -> ProgressBar {
    if !has_recordings || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let what = match files {
        [one] => one_line(&one.file_name().unwrap_or(one.as_os_str()).to_string_lossy()),
        _ => so_many(files.len(), 0),
    };
    let columns = columns();
    let bar = if columns < WIDEST { 8 } else { 24 };
    let template = format!("Listening to {{msg}}  {{bar:{bar}}} {{percent:>3}} %");
    let style = ProgressStyle::with_template(&template).expect("the template is right");
    let what = shortened(&what, columns.saturating_sub("Listening to    100 %".len() + bar + 1).max(4));
    let bar = ProgressBar::new(files.len() as u64 * FULL).with_style(style).with_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Describes the progress over several files.
fn so_many(files: usize, done: u64) -> String {
    format!("{}, {done} done", counted(files, "file"))
}

/// Prints reports as they arrive, in the requested format.
pub(super) struct Printer {
    form: Form,
    many: bool,
    /// The speaker whose goals are shown.
    speaker: Option<String>,
    /// The array so far, with `--json` and several files.
    reports: Vec<Report>,
    printed: usize,
}

impl Printer {
    /// Creates a printer for one report or for `many`, with the goals of a speaker.
    pub(super) fn new(form: Form, many: bool, speaker: Option<&str>) -> Self {
        Self { form, many, speaker: speaker.map(str::to_string), reports: Vec::new(), printed: 0 }
    }

    /// Prints the report on the file at `path`, an answer of `speaker`.
    pub(super) fn print(&mut self, report: Report, path: &Path, speaker: Option<&str>) -> Result<()> {
        match &mut self.form {
            Form::Lines => {
                let who = one_line(speaker.unwrap_or("you"));
                let score = headline(&report).map_or("no score".to_string(), |(what, points, out_of)| {
                    format!("{} {points} of {out_of}", what.to_lowercase())
                });
                super::print_line(&format!("{who}: {score}. {}", path.display()))?;
            }
            Form::Terminal => {
                let columns = columns();
                let mut out = anstream::stdout().lock();
                if self.printed > 0 {
                    writeln!(out, "\n{}\n", "-".repeat(columns.min(WIDEST)))?;
                }
                let speaker = self.speaker.as_deref();
                // Several recordings at once may be of several people, who were not told the same.
                let last = if self.many { None } else { history::last_time(&report, speaker, answered_at(path)) };
                out.write_all(render_after(&report, last.as_ref(), columns).as_bytes())?;
                let goals = history::goal_lines(&report, speaker);
                if !goals.is_empty() {
                    let mut below = Lines::new(columns);
                    below.line("");
                    goals.iter().for_each(|goal| below.paragraph("", goal));
                    out.write_all(below.into_text().as_bytes())?;
                }
            }
            Form::Json if self.many => self.reports.push(report),
            Form::Json => print_json(&report, true)?,
            Form::JsonLines(to) => print_line(to.as_mut(), path, &report)?,
        }
        self.printed += 1;
        Ok(())
    }

    fn failed(&mut self, path: &Path, message: &str) -> Result<()> {
        match &mut self.form {
            Form::JsonLines(to) if self.many => {
                let line = FailedFile { schema: ERROR, path: path.to_string_lossy(), message };
                print_line(to.as_mut(), path, &line)
            }
            _ => Ok(()),
        }
    }

    /// Finishes the output; `names` are all files in order, including those finished by an earlier run.
    pub(super) fn finish(self, names: &[String]) -> Result<()> {
        match self.form {
            Form::Json if self.many => print_json(&self.reports, true),
            Form::JsonLines(Some(to)) => {
                let path = to.path().to_path_buf();
                to.finish(names).with_context(|| format!("the lines of {} could not be put in order", path.display()))
            }
            _ => Ok(()),
        }
    }
}

/// Writes one JSON line about the file at `path`, to a file or to standard output.
fn print_line<T: Serialize>(to: Option<&mut JsonLines>, path: &Path, data: &T) -> Result<()> {
    let Some(to) = to else { return print_json(data, false) };
    to.append(&path.to_string_lossy(), &json::text(data, false)?)
        .with_context(|| format!("{} could not be written", to.path().display()))
}
