//! `aloud interview`: a recorded interview with two voices, answer by answer.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::analyze::{Whose, under_bar};
use super::models::Choice;
use super::pages::{Drawn, OnePage};
use super::{Outcome, columns, history, print_json, say, settings};
use crate::analyze::analyze_interview;
use crate::app::history::{Occasion, Saved};
use crate::app::practice::asked::Known;
use crate::app::render::page::interview::{Shown, render as render_page};
use crate::app::render::terminal::interview::render;
use crate::app::settings::Settings;
use crate::brief::Brief;
use crate::signal::Contours;
use crate::transcript::whisper::Whisper;

#[derive(Args)]
pub(super) struct Arguments {
    /// A recording in which one person asks and another answers
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    whose: Whose,
    /// Print the questions, the answers and their reports as JSON
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

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<Outcome> {
    let path = &arguments.file;
    let engine = Whisper::load(&arguments.speech.find(settings, settings::folders().as_ref())?, &settings.vocabulary)?;
    let brief = Brief {
        own_fillers: settings.fillers.clone(),
        stutters: settings.stutter,
        me: arguments.whose.me(),
        ..Brief::default()
    };
    let known = Known::new();
    let analyzed =
        under_bar(path, |progress| analyze_interview(path, &engine, &brief, &|asked| known.question(asked), progress));
    let (interview, features) = analyzed.with_context(|| path.display().to_string())?;
    let contours = Contours::of(&features);
    let speaker = arguments.speaker.as_deref();
    let keep = |report| (!arguments.no_save).then(|| history::keep(report, Some(&contours), path, speaker, false))?;
    let saved: Vec<Option<Saved>> =
        interview.answers.iter().map(|answer| answer.report.as_ref().and_then(keep)).collect();
    let answered_at = Some(Occasion::of_file(path, None, Timestamp::now()).answered_at);
    let drawn = Drawn {
        report: &interview.whole,
        contours: Some(&contours),
        recording: path,
        answered_at,
        speaker,
        coaching: None,
    };
    arguments.page.write(&drawn, |lanes, audio| {
        let shown = Shown { interview: &interview, contours: &contours, lanes, audio, answered_at };
        render_page(&shown, &TimeZone::system())
    })?;
    if arguments.json {
        print_json(&interview, true)?;
    } else {
        let numbers: Vec<Option<i64>> = saved.iter().map(|saved| saved.as_ref().map(|s| s.id)).collect();
        let text = render(&interview, &numbers, columns());
        anstream::stdout().lock().write_all(text.as_bytes())?;
    }
    // Once a recording is enough.
    if saved.iter().flatten().all(|saved| saved.is_new) {
        say("The other person's voice is in this recording too: ask them before you keep it or pass it on.");
    }
    Ok(Outcome::Done)
}
