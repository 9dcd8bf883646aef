//! `aloud analyze`: reports on saved answers.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aloud::analyze::{AnalyzeError, analyze, analyze_draft};
use aloud::capture;
use aloud::draft::{STANDARD_INPUT, is_draft};
use aloud::history::Occasion;
use aloud::lines::WIDEST;
use aloud::metrics::Brief;
use aloud::questions;
use aloud::report::Report;
use aloud::report::json;
use aloud::report::terminal::render;
use aloud::report::tracks::Tracks;
use aloud::settings::{self, Settings};
use aloud::signal::{Contours, Features};
use aloud::story::model::Weights;
use aloud::transcript::whisper::Whisper;
use anyhow::Result;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde::Serialize;

use super::models::Choice;
use super::pages::{Drawn, Wanted, page_in};
use super::{Outcome, columns, complain, history, print_json, write_file};

#[derive(Args)]
pub(super) struct Arguments {
    /// Recordings, or written drafts (.txt, .md, - for standard input)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The question that was answered: a name from `aloud questions list`, or its text
    #[arg(short, long, value_name = "NAME|TEXT")]
    question: Option<String>,
    /// Print the report as JSON: one document for one file, an array for several
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Print the reports as JSON, one line a file, in the order given
    #[arg(long)]
    jsonl: bool,
    /// Write the tracks (level, pitch, speech, every 10 ms) of a single file as JSON
    #[arg(long, value_name = "FILE")]
    tracks: Option<PathBuf>,
    #[command(flatten)]
    pages: Wanted,
    #[command(flatten)]
    speech: Choice,
    /// Who speaks, where it is not you: for a coach's recordings
    #[arg(long, value_name = "NAME", conflicts_with = "no_save", value_parser = NonEmptyStringValueParser::new())]
    speaker: Option<String>,
    /// Judge the story with these weights, to measure them
    #[arg(long, value_name = "PATH", hide = true)]
    story_weights: Option<PathBuf>,
    /// Do not keep the answer in the history
    #[arg(long)]
    no_save: bool,
}

/// How the reports are printed.
pub(super) enum Form {
    Terminal,
    Json,
    JsonLines,
}

/// A line of `--jsonl` in the place of a report that there is none of.
#[derive(Serialize)]
struct FailedFile<'a> {
    schema: &'static str,
    path: std::borrow::Cow<'a, str>,
    message: &'a str,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<Outcome> {
    if arguments.tracks.is_some() && arguments.files.len() > 1 {
        super::usage(&["analyze"], "--tracks writes the tracks of one file; name only one file");
    }
    if arguments.tracks.is_some() && arguments.files.iter().any(|f| is_draft(f)) {
        super::usage(&["analyze"], "--tracks needs a recording; a written draft has no sound");
    }
    let many = arguments.files.len() > 1;
    if many && (arguments.pages.svg.is_some() || arguments.pages.png.is_some()) {
        super::usage(&["analyze"], "--svg and --png draw one answer; name only one file, or use --html FOLDER");
    }
    if many {
        arguments.pages.make_folder()?;
    }
    let question = arguments.question.as_deref().map(questions::resolve).transpose()?;
    let story_weights = arguments.story_weights.as_deref().map(Weights::load).transpose()?.map(Arc::new);
    let brief = Brief { question, own_fillers: settings.fillers.clone(), story_weights, ..Brief::default() };
    let folders = settings::folders();
    let engine = if arguments.files.iter().all(|f| is_draft(f)) {
        None
    } else {
        let model = arguments.speech.find(settings, folders.as_ref())?;
        Some(Whisper::load(&model, &settings.vocabulary)?)
    };
    let form = match (arguments.json, arguments.jsonl) {
        (true, _) => Form::Json,
        (_, true) => Form::JsonLines,
        _ => Form::Terminal,
    };
    let mut printer = Printer::new(form, many, arguments.speaker.as_deref());
    let mut pages = Vec::new();
    let mut outcome = Outcome::Done;
    for (i, path) in arguments.files.iter().enumerate() {
        let analyzed = match &engine {
            Some(engine) if !is_draft(path) => {
                one(path, engine, &brief, i, arguments.files.len()).map(|(report, features)| (report, Some(features)))
            }
            _ => draft(path, &brief).map(|report| (report, None)),
        };
        match analyzed {
            Ok((report, features)) => {
                if !arguments.no_save && !is_draft(path) {
                    let recorded_here = folders.as_ref().is_some_and(|f| f.is_recording(path));
                    history::keep(&report, features.as_ref(), path, arguments.speaker.as_deref(), recorded_here);
                }
                if arguments.pages.any() {
                    let page = arguments.pages.html.as_deref();
                    let page = page
                        .map(|to| if many || to.is_dir() { page_in(to, path, &mut pages) } else { to.to_path_buf() });
                    if let Err(error) = draw(arguments, &report, features.as_ref(), path, page.as_deref()) {
                        complain(&format!("{error:#}"));
                        outcome = Outcome::Failed;
                    }
                }
                printer.print(report)?;
                if let Some(folders) = &folders {
                    capture::settle(&folders.recordings(), path);
                }
                if let (Some(to), Some(features)) = (&arguments.tracks, &features) {
                    write_tracks(to, features)?;
                }
            }
            Err(error) => {
                complain(&format!("{}: {error}", path.display()));
                printer.failed(path, &error.to_string())?;
                outcome = Outcome::Failed;
            }
        }
    }
    printer.finish()?;
    Ok(outcome)
}

/// Draws the page and the pictures of an answer that was just analyzed.
fn draw(
    arguments: &Arguments,
    report: &Report,
    features: Option<&Features>,
    path: &Path,
    page: Option<&Path>,
) -> Result<()> {
    let speaker = arguments.speaker.as_deref();
    let contours = features.map(Contours::of);
    let answered_at = features.map(|_| Occasion::of_file(path, None, Timestamp::now()).answered_at);
    let drawn = Drawn { report, contours: contours.as_ref(), recording: path, answered_at, speaker };
    arguments.pages.draw(&drawn, page)
}

/// Analyzes file `i` of `files` under a progress bar.
pub(super) fn one(
    path: &Path,
    engine: &Whisper,
    brief: &Brief,
    i: usize,
    files: usize,
) -> Result<(Report, Features), AnalyzeError> {
    let bar = progress_bar(path, i, files);
    let analyzed = analyze(path, engine, brief, &|done| bar.set_position((done * 100.0) as u64));
    bar.finish_and_clear();
    analyzed
}

/// Analyzes a written draft; someone who is to type it is told so.
fn draft(path: &Path, brief: &Brief) -> Result<Report, AnalyzeError> {
    if path.as_os_str() == STANDARD_INPUT && io::stdin().is_terminal() {
        anstream::eprintln!("Type or paste your answer, then press Enter and Ctrl-D.");
    }
    analyze_draft(path, brief)
}

fn write_tracks(to: &Path, features: &Features) -> Result<()> {
    write_file(to, json::text(&Tracks::of(features), false)?.as_bytes())
}

/// A bar on stderr, where somebody looks at it.
fn progress_bar(path: &Path, i: usize, files: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let name = aloud::plain::one_line(&name);
    let which = if files > 1 { format!("{} of {files}: {name}", i + 1) } else { name };
    let style =
        ProgressStyle::with_template("Listening to {msg}  {bar:24} {percent:>3} %").expect("the template is right");
    let bar = ProgressBar::new(100).with_style(style).with_message(which);
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}

/// Prints reports as they come, in the form asked for.
pub(super) struct Printer {
    form: Form,
    many: bool,
    /// Whose goals to show.
    speaker: Option<String>,
    /// Waiting for the array's end, with `--json` and several files.
    reports: Vec<Report>,
    printed: usize,
}

impl Printer {
    /// A printer for one report, or for `many`, with the goals of a speaker.
    pub(super) fn new(form: Form, many: bool, speaker: Option<&str>) -> Self {
        Self { form, many, speaker: speaker.map(str::to_string), reports: Vec::new(), printed: 0 }
    }

    pub(super) fn print(&mut self, report: Report) -> Result<()> {
        match self.form {
            Form::Terminal => {
                let columns = columns();
                let mut out = anstream::stdout().lock();
                if self.printed > 0 {
                    writeln!(out, "\n{}\n", "-".repeat(columns.min(WIDEST)))?;
                }
                out.write_all(render(&report, columns).as_bytes())?;
                let goals = history::goal_lines(&report, self.speaker.as_deref());
                if !goals.is_empty() {
                    writeln!(out, "\n{}", goals.join("\n"))?;
                }
            }
            Form::Json if self.many => self.reports.push(report),
            Form::Json => print_json(&report, true)?,
            Form::JsonLines => print_json(&report, false)?,
        }
        self.printed += 1;
        Ok(())
    }

    fn failed(&self, path: &Path, message: &str) -> Result<()> {
        if matches!(self.form, Form::JsonLines) && self.many {
            print_json(&FailedFile { schema: "aloud.error/1", path: path.to_string_lossy(), message }, false)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<()> {
        if matches!(self.form, Form::Json) && self.many { print_json(&self.reports, true) } else { Ok(()) }
    }
}
