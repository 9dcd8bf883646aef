//! `aloud interview`: a recorded interview with two voices, answer by answer.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::afterwards::is_watched;
use super::analyze::{Whose, under_bar};
use super::input_events::InputEvents;
use super::models::Choice;
use super::pages::{Drawn, OnePage, make_folder, named_in};
use super::{Outcome, ask, columns, complain, history, print_json, say, settings};
use crate::analyze::{AnalyzeError, analyze_interview};
use crate::app::batch::inputs::inputs;
use crate::app::history::{Access, Occasion, Saved};
use crate::app::play;
use crate::app::practice::asked::Known;
use crate::app::render::page::interview::{Shown as OnPage, render as render_page};
use crate::app::render::terminal::interview::render;
use crate::app::settings::Settings;
use crate::audio::Recording;
use crate::brief::Brief;
use crate::interview::Interview;
use crate::signal::Contours;
use crate::speakers::Me;
use crate::transcript::whisper::Whisper;

/// The duration of the sample by which the user recognizes a voice, in seconds.
const SAMPLE_S: f64 = 3.0;

#[derive(Args)]
pub(super) struct Arguments {
    /// Recordings in which one person asks and another answers, or folders of them
    #[arg(required = true, value_name = "FILE|FOLDER")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    whose: Whose,
    /// Print the questions, the answers and their reports as JSON: one document for one file, an array for several
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    page: OnePage,
    #[command(flatten)]
    speech: Choice,
    /// Who answers, where it is not you: for a coach's recordings
    #[arg(long, value_name = "NAME", conflicts_with = "no_save", value_parser = NonEmptyStringValueParser::new())]
    speaker: Option<String>,
    /// Do not keep the answers in the history
    #[arg(long)]
    no_save: bool,
}

/// An interview to show.
pub(super) struct Shown<'a> {
    pub(super) interview: &'a Interview,
    /// The numbers of the answers in the history.
    pub(super) numbers: &'a [Option<i64>],
    pub(super) contours: &'a Contours,
    /// The path of the recording, which may no longer exist.
    pub(super) recording: &'a Path,
    pub(super) answered_at: Option<Timestamp>,
    pub(super) speaker: Option<&'a str>,
}

impl Shown<'_> {
    /// Prints the interview for a terminal.
    pub(super) fn print(&self) -> Result<()> {
        let text = render(self.interview, self.numbers, columns());
        Ok(anstream::stdout().lock().write_all(text.as_bytes())?)
    }

    /// Writes the page of the interview.
    pub(super) fn write_page(&self, page: &OnePage, file: &Path) -> Result<()> {
        let drawn = Drawn {
            report: &self.interview.whole,
            contours: Some(self.contours),
            recording: self.recording,
            answered_at: self.answered_at,
            speaker: self.speaker,
            coaching: None,
        };
        page.write(file, &drawn, |lanes, audio| {
            let (interview, contours, answered_at) = (self.interview, self.contours, self.answered_at);
            render_page(&OnPage { interview, contours, lanes, audio, answered_at }, &TimeZone::system())
        })
    }
}

/// The model and the settings with which interviews are analyzed.
struct Analysis<'a> {
    arguments: &'a Arguments,
    engine: Whisper,
    brief: Brief,
    known: Known,
}

/// An analyzed interview.
struct Analyzed {
    interview: Interview,
    contours: Contours,
    saved: Vec<Option<Saved>>,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<Outcome> {
    let many = arguments.files.len() > 1 || arguments.files.iter().any(|file| file.is_dir());
    let files: Vec<PathBuf> = inputs(&arguments.files)?.into_iter().map(|input| input.path).collect();
    let engine = Whisper::load(&arguments.speech.find(settings, settings::folders().as_ref())?, &settings.vocabulary)?;
    let brief = Brief {
        own_fillers: settings.fillers.clone(),
        stutters: settings.stutter,
        me: arguments.whose.me(),
        ..Brief::default()
    };
    let mut analysis = Analysis { arguments, engine, brief, known: Known::new() };
    if let Some(folder) = arguments.page.html().filter(|_| many) {
        make_folder(folder)?;
    }
    let mut pages = Vec::new();
    let mut page = |path: &Path| {
        let to = arguments.page.html()?;
        Some(if many || to.is_dir() { named_in(to, path, "html", &mut pages) } else { to.to_path_buf() })
    };
    let (mut outcome, mut interviews, mut is_new) = (Outcome::Done, Vec::new(), false);
    for (i, path) in files.iter().enumerate() {
        let page = page(path);
        if i > 0 && !arguments.json {
            writeln!(anstream::stdout().lock())?;
        }
        let analyzed = loop {
            let analyzed = match analysis.of(path) {
                Err(error) if many => {
                    complain(&format!("{}: {error}", path.display()));
                    outcome = Outcome::Failed;
                    break None;
                }
                analyzed => analyzed.with_context(|| path.display().to_string())?,
            };
            analysis.show(&analyzed, path, page.as_deref())?;
            let is_asked = !many && !arguments.json && is_watched();
            match is_asked.then(|| other_voice(&analyzed.interview, path)).transpose()?.flatten() {
                // The answers kept were those of the wrong speaker.
                Some(other) => {
                    forget(&analyzed.saved)?;
                    analysis.brief.me = Some(other);
                }
                None => break Some(analyzed),
            }
        };
        let Some(analyzed) = analyzed else { continue };
        // The reminder below is given only once per recording.
        is_new |= analyzed.saved.iter().flatten().all(|saved| saved.is_new);
        if arguments.json {
            interviews.push(analyzed.interview);
        }
    }
    match interviews.as_slice() {
        [only] if !many => print_json(only, true)?,
        several if arguments.json => print_json(&several, true)?,
        _ => {}
    }
    if is_new {
        let them = if many { "these recordings" } else { "this recording" };
        say(&format!("The other person's voice is in {them} too: ask them before you keep it or pass it on."));
    }
    Ok(outcome)
}

impl Analysis<'_> {
    /// Analyzes an interview, and keeps it.
    fn of(&self, path: &Path) -> Result<Analyzed, AnalyzeError> {
        let known = |asked: &str| self.known.question(asked);
        let analyzed = under_bar(path, |progress| analyze_interview(path, &self.engine, &self.brief, &known, progress));
        let (interview, features) = analyzed?;
        let contours = Contours::of(&features);
        let Arguments { speaker, no_save, .. } = self.arguments;
        let keep =
            |report| (!no_save).then(|| history::keep(report, Some(&contours), path, speaker.as_deref(), false))?;
        let saved: Vec<Option<Saved>> =
            interview.answers.iter().map(|answer| answer.report.as_ref().and_then(keep)).collect();
        if saved.iter().any(Option::is_some) {
            let kept = history::with_store(Access::Write, |store| store.keep_interview(&interview, &numbers(&saved)));
            if let Err(error) = kept {
                complain(&format!("the interview was not kept as one: {error:#}"));
            }
        }
        Ok(Analyzed { interview, contours, saved })
    }

    /// Prints an interview, and writes its page.
    fn show(&self, analyzed: &Analyzed, path: &Path, page: Option<&Path>) -> Result<()> {
        let numbers = numbers(&analyzed.saved);
        let shown = Shown {
            interview: &analyzed.interview,
            numbers: &numbers,
            contours: &analyzed.contours,
            recording: path,
            answered_at: Some(Occasion::of_file(path, None, Timestamp::now()).answered_at),
            speaker: self.arguments.speaker.as_deref(),
        };
        if let Some(page) = page {
            shown.write_page(&self.arguments.page, page)?;
        }
        if self.arguments.json { Ok(()) } else { shown.print() }
    }
}

fn numbers(saved: &[Option<Saved>]) -> Vec<Option<i64>> {
    saved.iter().map(|saved| saved.as_ref().map(|saved| saved.id)).collect()
}

/// Deletes the answers that were kept for the first time.
fn forget(saved: &[Option<Saved>]) -> Result<()> {
    let new: Vec<i64> = saved.iter().flatten().filter(|saved| saved.is_new).map(|saved| saved.id).collect();
    if !new.is_empty() {
        history::with_store(Access::Write, |store| store.delete(&new, false))?;
    }
    Ok(())
}

/// Lets the user hear both voices, and returns the other one if the wrong one was taken.
fn other_voice(interview: &Interview, path: &Path) -> Result<Option<Me>> {
    let speakers = &interview.speakers;
    let Some(other) = speakers.other() else { return Ok(None) };
    let events = InputEvents::listen();
    say("");
    say("1 plays the voice first heard, 2 the other one; s takes the other one as yours; Enter ends.");
    loop {
        ask("1, 2, s or Enter: ");
        let Some(line) = events.line() else {
            say("");
            return Ok(None);
        };
        let voice = match line.trim().to_lowercase().as_str() {
            "" | "q" => return Ok(None),
            "s" => return Ok(Some(other)),
            "1" => Me::First,
            "2" => Me::Second,
            _ => continue,
        };
        let played = speakers.sample(voice, SAMPLE_S).map(|sample| -> Result<()> {
            let recording = Recording::open(path, &mut |_| ())?;
            Ok(play::play(&recording, sample.start_s, Some(sample.end_s))?)
        });
        if let Some(Err(error)) = played {
            complain(&format!("{error:#}"));
        }
    }
}
