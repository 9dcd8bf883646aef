//! `aloud analyze`: reports on recorded or written answers.

use std::collections::HashSet;
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

use super::exports::Exports;
use super::models::Choice;
use super::pages::{Drawn, Wanted, make_folder, named_in};
use super::{Outcome, columns, complain, history, print_json, say, write_file};
use crate::analyze::{AnalyzeError, analyze, judge_draft};
use crate::app::batch::inputs::{Shard, inputs, piped_sound};
use crate::app::batch::json_lines::{ERROR, JsonLines, Terms};
use crate::app::batch::side_by_side::side_by_side;
use crate::app::draft_file::{self, DraftFileError, OpenedDraft, is_draft};
use crate::app::export::{ExportFormat, Frames};
use crate::app::history::{Occasion, edit};
use crate::app::imports::meeting::MeetingAnswer;
use crate::app::imports::{self, EditedWord};
use crate::app::render::terminal::lines::{Lines, WIDEST, shortened};
use crate::app::render::terminal::report::render;
use crate::app::settings::Settings;
use crate::app::{capture, questions, settings};
use crate::audio;
use crate::brief::Brief;
use crate::draft::STANDARD_INPUT;
use crate::plain::{counted, one_line};
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
    #[arg(required = true, value_name = "FILE|FOLDER")]
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

/// Whose voice the report is about.
#[derive(Args)]
pub(super) struct Whose {
    /// Whose voice is yours where two are heard: the first or the second one; by default who answers
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
    /// Who is heard first
    First,
    /// Who is heard second
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
    let many = arguments.files.len() > 1 || arguments.files.iter().any(|f| f.is_dir());
    check(arguments, many);
    let question = arguments.question.as_deref().map(questions::resolve).transpose()?;
    let story_weights = arguments.story_weights.as_deref().map(StoryWeights::load).transpose()?.map(Arc::new);
    let me = arguments.whose.me();
    let stutters = arguments.stutter || settings.stutter;
    let own_fillers = settings.fillers.clone();
    let brief = Brief { question, own_fillers, stutters, me, story_weights, ..Brief::default() };
    let mended = match &arguments.words {
        Some(path) => Some(imports::words(path).with_context(|| path.display().to_string())?),
        None => None,
    };
    let folders = settings::folders();
    let mut items = items(arguments, many)?;
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
    let jobs = arguments.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let output = match &arguments.output {
        Some(path) if arguments.jsonl => {
            let program = ProgramInfo::this(&brief, &settings.vocabulary);
            let lines = JsonLines::open(path, &program).with_context(|| path.display().to_string())?;
            if let Some(model) = &model {
                leave_out_finished(&mut items, &lines, &brief, model, jobs)?;
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
        _ => Form::Terminal,
    };
    let mut printer = Printer::new(form, many, arguments.speaker.as_deref());
    let mut outcome = Outcome::Done;
    let keeps_features = arguments.tracks.is_some() || arguments.export == Some(ExportFormat::Frames);
    let bar = progress_bar(&items, items.iter().any(|item| !is_draft(&item.path)));
    let work = |item: &Item| -> Result<Analyzed> {
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
                Ok(Err(error)) => return failed(item, &error.to_string(), &mut printer, &mut outcome),
                Err(panicked) => return failed(item, &panicked.to_string(), &mut printer, &mut outcome),
            };
            deliver(item, analyzed, arguments, exports.as_mut(), &mut printer, &mut outcome)
        })
    })?;
    bar.finish_and_clear();
    if let Some(exports) = exports {
        exports.finish(arguments.output.as_deref())?;
    }
    printer.finish(&names)?;
    drop(piped);
    Ok(outcome)
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
    let Some(kind) = arguments.export else { return };
    if many && !kind.is_table() && arguments.output.is_none() {
        wrong("this export has a file for each answer; name a folder for them with --output, or only one file");
    }
    if kind.needs_times() && !many && arguments.files.iter().all(|f| is_draft(f) && f.as_os_str() != STANDARD_INPUT) {
        wrong("a written draft has no times; give a recording, or take --export csv");
    }
}

/// Returns the files to analyze, in order, with the paths of their pages. Pages are named before any file is skipped,
/// so that a page's name does not depend on which files an earlier run has done.
fn items(arguments: &Arguments, many: bool) -> Result<Vec<Item>> {
    let mut inputs = inputs(&arguments.files)?;
    if let Some(shard) = arguments.shard {
        inputs.retain(|input| shard.holds(input));
        if inputs.is_empty() {
            say(&format!("No file falls in part {shard}; nothing to do."));
        }
    }
    if arguments.jsonl && arguments.output.is_some() {
        // The path identifies a line of the output, so each path may occur only once.
        let mut seen = HashSet::new();
        inputs.retain(|input| seen.insert(input.path.clone()));
    }
    let mut pages = Vec::new();
    let mut page = |path: &Path| {
        let to = arguments.pages.html.as_deref()?;
        Some(if many || to.is_dir() { named_in(to, path, "html", &mut pages) } else { to.to_path_buf() })
    };
    let mut exports = Vec::new();
    let mut export = |path: &Path| {
        let (kind, to) = (arguments.export.filter(|kind| !kind.is_table())?, arguments.output.as_deref()?);
        let is_folder = many || to.is_dir();
        Some(if is_folder { named_in(to, path, kind.extension(), &mut exports) } else { to.to_path_buf() })
    };
    let item = |path: PathBuf| Item { page: page(&path), export: export(&path), path, is_piped: false };
    Ok(inputs.into_iter().map(|input| input.path).map(item).collect())
}

/// Removes the files whose reports are already in the output.
fn leave_out_finished(
    items: &mut Vec<Item>,
    lines: &JsonLines,
    brief: &Brief,
    model: &Model,
    jobs: usize,
) -> Result<()> {
    let terms = Terms { question: brief.question.as_ref(), model: &model.name };
    let is_finished = |item: &Item| {
        let name = item.name();
        lines.knows(&name) && audio::sha256(&item.path).is_ok_and(|sum| lines.is_finished(&name, &sum, &terms))
    };
    let all = items.len();
    let mut finished = Vec::with_capacity(all);
    side_by_side(items, jobs, is_finished, |_, is_finished| {
        finished.push(is_finished == Ok(true));
        Ok::<_, anyhow::Error>(())
    })?;
    let mut finished = finished.into_iter();
    items.retain(|_| finished.next() != Some(true));
    if items.len() < all {
        let left =
            if items.is_empty() { "nothing is left to do".to_string() } else { format!("{} to do", items.len()) };
        say(&format!("{} done before; {left}.", counted(all - items.len(), "file")));
    }
    Ok(())
}

/// Saves the analysis of a file to the history, draws it and prints it.
fn deliver(
    item: &Item,
    analyzed: Analyzed,
    arguments: &Arguments,
    exports: Option<&mut Exports>,
    printer: &mut Printer,
    outcome: &mut Outcome,
) -> Result<()> {
    let Analyzed { report, unmended, contours, features } = analyzed;
    let folders = settings::folders();
    if !arguments.no_save && !is_draft(&item.path) {
        let (contours, speaker) = (contours.as_ref(), arguments.speaker.as_deref());
        match &unmended {
            None => history::keep(&report, contours, &item.path, speaker, false),
            Some(unmended) => history::keep_mended(unmended, &report, contours, &item.path, speaker),
        };
    }
    if arguments.pages.any()
        && let Err(error) = draw(arguments, &report, contours.as_ref(), item)
    {
        complain(&format!("{error:#}"));
        *outcome = Outcome::Failed;
    }
    match exports {
        None => printer.print(report, Path::new(&item.name()))?,
        Some(exports) => {
            let to = item.export.as_deref().or(arguments.output.as_deref());
            let frames = features.as_ref().filter(|_| arguments.export == Some(ExportFormat::Frames)).map(Frames::from);
            if let Err(error) = exports.add(&report, frames.as_ref(), &item.path, to)? {
                complain(&format!("{}: {error}", item.name()));
                *outcome = Outcome::Failed;
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
fn failed(item: &Item, why: &str, printer: &mut Printer, outcome: &mut Outcome) -> Result<()> {
    let name = item.name();
    complain(&format!("{name}: {why}"));
    *outcome = Outcome::Failed;
    printer.failed(Path::new(&name), why)
}

/// Writes the page and the pictures of an answer that was just analyzed.
fn draw(arguments: &Arguments, report: &Report, contours: Option<&Contours>, item: &Item) -> Result<()> {
    let speaker = arguments.speaker.as_deref();
    let answered_at = contours.map(|_| Occasion::of_file(&item.path, None, Timestamp::now()).answered_at);
    let drawn = Drawn { report, contours, recording: &item.path, answered_at, speaker };
    arguments.pages.draw(&drawn, item.page.as_deref())
}

/// Analyzes a single recording under its own progress bar.
pub(super) fn one(path: &Path, engine: &Whisper, brief: &Brief) -> Result<(Report, Features), AnalyzeError> {
    under_bar(path, |progress| analyze(path, engine, brief, progress))
}

/// Does the work on a single recording under its own progress bar.
pub(super) fn under_bar<T>(path: &Path, work: impl FnOnce(&(dyn Fn(f64) + Sync)) -> T) -> T {
    let bar = progress_bar(&[Item { path: path.to_path_buf(), page: None, export: None, is_piped: false }], true);
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
fn progress_bar(items: &[Item], has_recordings: bool) -> ProgressBar {
    if !has_recordings || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let what = match items {
        [one] => one_line(&one.path.file_name().unwrap_or(one.path.as_os_str()).to_string_lossy()),
        _ => so_many(items.len(), 0),
    };
    let columns = columns();
    let bar = if columns < WIDEST { 8 } else { 24 };
    let template = format!("Listening to {{msg}}  {{bar:{bar}}} {{percent:>3}} %");
    let style = ProgressStyle::with_template(&template).expect("the template is right");
    let what = shortened(&what, columns.saturating_sub("Listening to    100 %".len() + bar + 1).max(4));
    let bar = ProgressBar::new(items.len() as u64 * FULL).with_style(style).with_message(what);
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

    /// Prints the report on the file at `path`.
    pub(super) fn print(&mut self, report: Report, path: &Path) -> Result<()> {
        match &mut self.form {
            Form::Terminal => {
                let columns = columns();
                let mut out = anstream::stdout().lock();
                if self.printed > 0 {
                    writeln!(out, "\n{}\n", "-".repeat(columns.min(WIDEST)))?;
                }
                out.write_all(render(&report, columns).as_bytes())?;
                let goals = history::goal_lines(&report, self.speaker.as_deref());
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
