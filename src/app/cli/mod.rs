//! The command line: arguments become plain settings, the library does the work, data goes to stdout, and messages go
//! to stderr.
//!
//! Exit codes: 0 for success, 1 if something failed, 2 for a usage error.

mod afterwards;
mod analyze;
mod asking;
mod doctor;
mod duration;
mod exports;
mod history;
mod input_events;
mod interview;
mod man;
mod models;
mod myself_first;
mod outcome;
mod pages;
mod people;
mod practice;
mod progress;
mod questions;
mod record;
mod screen;
mod start;

use std::io;
use std::io::{IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser, Subcommand};
use serde::Serialize;

use crate::app::models::ModelError;
use crate::app::practice::formats::UnknownFormat;
use crate::app::questions::UnknownQuestion;
use crate::app::render::terminal::lines;
use crate::app::render::terminal::lines::{Lines, WIDEST};
use crate::app::settings;
use crate::app::settings::Settings;
use crate::files::write_whole;
use crate::plain::one_line;
use crate::report::json;
use crate::transcript::cpu;
use crate::transcript::cpu::{Cpu, UnknownCpu};

/// The maximum width of the help, in columns.
const WIDEST_HELP: usize = 100;

/// The JSON Schema of the report.
const SCHEMA: &str = include_str!("../../../docs/report.schema.json");

/// Practise interview answers aloud: hear what you really said, and what to do in the next take.
///
/// Everything happens on this machine; nothing is uploaded.
#[derive(Parser)]
#[command(name = "aloud", version, max_term_width = WIDEST_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Record an answer at the microphone, then analyze it
    Record(record::Arguments),
    /// Practise with one question after the other, from your own resume and a job description
    Practice(practice::Arguments),
    /// Analyze saved answers: recordings or written drafts
    Analyze(analyze::Arguments),
    /// Analyze a recorded interview with two voices, answer by answer
    Interview(interview::Arguments),
    /// How the kept answers changed over the weeks, and your goals
    Progress(progress::Arguments),
    /// The answers that were kept
    #[command(subcommand)]
    History(history::Command),
    /// The questions to practise with
    #[command(subcommand)]
    Questions(questions::Command),
    /// The speech models
    #[command(subcommand)]
    Models(models::Command),
    /// Say what works on this machine, and what to do about what does not
    Doctor(doctor::Arguments),
    /// Print the JSON Schema of the report: what every field means
    Schema,
    /// Print a manual page
    Man {
        /// Whose page, such as aloud-history-show
        #[arg(default_value = "aloud")]
        page: String,
        /// List all pages
        #[arg(long, conflicts_with = "page")]
        list: bool,
    },
    /// Print the completions for a shell
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
}

/// The outcome of a command.
pub(crate) enum Outcome {
    /// Everything was done.
    Done,
    /// Something failed, and was reported.
    Failed,
}

/// Runs the program, and exits.
pub fn run() -> ! {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| refuse(&error));
    let code = match hold_to_cpu().and_then(|()| dispatch(arguments.command)) {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Failed) => 1,
        Err(error) if is_broken_pipe(&error) => 0,
        Err(error) => {
            let error = if is_of_output(&error) { error.context("the output could not be written") } else { error };
            complain(&format!("{error:#}"));
            if is_of_usage(&error) { 2 } else { 1 }
        }
    };
    end_now(code)
}

/// Exits at once, without waiting for other threads. Files on disk are consistent at every moment.
///
/// The exit handlers of C++ are not run: they destroy whisper.cpp's tables, which the thread of an abandoned
/// transcription may still be reading.
fn end_now(code: i32) -> ! {
    let _ = io::stdout().flush();
    #[cfg(unix)]
    signal_hook::low_level::exit(code);
    #[cfg(not(unix))]
    std::process::exit(code)
}

/// The environment variable that limits the speech model to older vector instructions than the processor has, for bug
/// reports and benchmarks.
const CPU: &str = "ALOUD_CPU";

/// Applies the limit in [`CPU`], if it is set.
fn hold_to_cpu() -> Result<()> {
    if let Some(name) = std::env::var_os(CPU).filter(|name| !name.is_empty()) {
        cpu::hold_to(name.to_string_lossy().parse::<Cpu>().context(CPU)?);
    }
    Ok(())
}

fn dispatch(command: Option<Command>) -> Result<Outcome> {
    let Some(command) = command else { return start::run() };
    match command {
        Command::Analyze(arguments) => analyze::run(&arguments, &user_settings()?),
        Command::Interview(arguments) => interview::run(&arguments, &user_settings()?),
        Command::Record(arguments) => record::run(&arguments, &user_settings()?),
        Command::Practice(arguments) => practice::run(&arguments, &user_settings()?),
        Command::Progress(arguments) => progress::run(&arguments),
        Command::History(command) => history::run(&command),
        Command::Questions(command) => questions::run(&command),
        Command::Models(command) => models::run(&command),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Schema => {
            io::stdout().write_all(SCHEMA.as_bytes())?;
            Ok(Outcome::Done)
        }
        Command::Man { page, list } => man::run(&page, list),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "aloud", &mut script);
            io::stdout().write_all(&script)?;
            Ok(Outcome::Done)
        }
    }
}

/// Loads the user's settings; returns the defaults for a user without a home folder.
fn user_settings() -> Result<Settings> {
    let folders = settings::folders();
    Ok(folders.map(|f| Settings::load(&f.settings_file)).transpose()?.unwrap_or_default())
}

/// Exits with a usage error of a command, such as `history delete`.
fn usage(command: &[&str], message: &str) -> ! {
    let mut program = Arguments::command();
    program.build();
    let mut at = &mut program;
    for name in command {
        at = at.find_subcommand_mut(name).expect("this command is there");
    }
    refuse(&at.error(clap::error::ErrorKind::ArgumentConflict, message))
}

/// Exits with clap's message, wrapped between words: help, the version, or an error in the arguments.
fn refuse(error: &clap::Error) -> ! {
    let message = lines::wrapped(&error.render().ansi().to_string(), columns(), WIDEST_HELP);
    let _ = match error.use_stderr() {
        true if io::stderr().is_terminal() => write!(anstream::stderr(), "{message}"),
        false if io::stdout().is_terminal() => write!(anstream::stdout(), "{message}"),
        _ => error.exit(),
    };
    std::process::exit(error.exit_code())
}

/// Returns the width of the terminal in columns; without a terminal, a width that is easy to read.
fn columns() -> usize {
    terminal_size::terminal_size().map_or(WIDEST, |(width, _)| usize::from(width.0))
}

/// Prints named entries with their descriptions in one column: wrapped in a terminal, one a line elsewhere.
fn print_entries<'a>(entries: impl IntoIterator<Item = (&'a str, String)>) -> io::Result<()> {
    let entries: Vec<(String, String)> =
        entries.into_iter().map(|(name, said)| (one_line(name), one_line(&said))).collect();
    let widest = entries.iter().map(|(name, _)| lines::width(name)).max().unwrap_or(0);
    let in_terminal = io::stdout().is_terminal();
    let mut page = Lines::new(columns());
    for (name, said) in &entries {
        if in_terminal {
            page.entry(name, widest, said);
        } else {
            page.line(&format!("{}  {said}", lines::padded(name, widest)));
        }
    }
    io::stdout().lock().write_all(page.into_text().as_bytes())
}

/// Prints data as JSON with rounded numbers, on one line or indented.
fn print_json<T: Serialize>(data: &T, pretty: bool) -> Result<()> {
    let mut text = json::text(data, pretty)?;
    text.push('\n');
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// Atomically writes a file that the user asked for.
fn write_file(file: &Path, bytes: &[u8]) -> Result<()> {
    write_whole(file, bytes).with_context(|| format!("{} could not be written", file.display()))
}

/// Prints one line on stdout, wrapped if it is a terminal.
fn print_line(line: &str) -> io::Result<()> {
    let line = one_line(line);
    let text = if io::stdout().is_terminal() { lines::wrapped(&line, columns(), WIDEST) } else { format!("{line}\n") };
    io::stdout().lock().write_all(text.as_bytes())
}

/// Prints an error on stderr, in one line.
fn complain(message: &str) {
    say(&format!("aloud: {message}"));
}

/// Prints a prompt on stderr, and leaves the cursor after it. Failure is ignored: the terminal may be gone.
fn ask(question: &str) {
    let mut out = anstream::stderr();
    let _ = write!(out, "{question}").and_then(|()| out.flush());
}

/// Prints a message on stderr, in one line, or wrapped if it is a terminal. Failure is ignored: the terminal may be
/// gone, or the disk of a log may be full.
fn say(line: &str) {
    let line = one_line(line);
    let said = if io::stderr().is_terminal() { lines::wrapped(&line, columns(), WIDEST) } else { format!("{line}\n") };
    let said = if line.is_empty() { "\n".to_string() } else { said };
    let _ = write!(anstream::stderr(), "{said}");
}

/// Returns whether the error is a usage error: a mistyped name of a question, a model or a processor.
fn is_of_usage(error: &anyhow::Error) -> bool {
    let unknown_model = |error: &ModelError| matches!(error, ModelError::Unknown { .. });
    error.is::<UnknownQuestion>()
        || error.is::<UnknownFormat>()
        || error.is::<UnknownCpu>()
        || error.downcast_ref().is_some_and(unknown_model)
}

/// Returns whether printing failed: an I/O error without context. Errors of files have the name of the file as context.
fn is_of_output(error: &anyhow::Error) -> bool {
    let json = |cause: &serde_json::Error| cause.is_io();
    error.chain().next().is_some_and(|cause| cause.is::<io::Error>() || cause.downcast_ref().is_some_and(json))
}

/// Returns whether the reader closed the pipe that we print to, which is not a failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(io::ErrorKind::BrokenPipe)
    })
}
