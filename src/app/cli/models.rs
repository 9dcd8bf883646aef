//! `aloud models`: lists, verifies and downloads speech models.

use std::io;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::builder::NonEmptyStringValueParser;
use indicatif::{ProgressBar, ProgressStyle};

use super::input_events::InputEvents;
use super::{Outcome, complain, print_entries, print_line, say};
use crate::app::models::fetch::{Timeouts, fetch, partial_bytes};
use crate::app::models::{KnownModel, ModelError, find, known, locate, own_file, verify};
use crate::app::settings::{Folders, Settings};
use crate::app::suggest::did_you_mean;
use crate::app::{models, settings};
use crate::plain::one_line;
use crate::transcript::model::Model;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// List the known models and where their files are
    List,
    /// Check the files that are here against their published SHA-1 sums
    Verify,
    /// Fetch a model from where it is published: the one command that uses the network
    Get {
        /// A name from `aloud models list`
        #[arg(value_name = "NAME", value_parser = by_name)]
        model: Box<KnownModel>,
        /// Fetch it from another address; its SHA-1 must be right all the same
        #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
        from: Option<String>,
    },
}

fn by_name(name: &str) -> Result<Box<KnownModel>, String> {
    let known = known();
    let names: Vec<String> = known.iter().map(|model| model.name.clone()).collect();
    known
        .into_iter()
        .find(|model| model.name == name)
        .map(Box::new)
        .ok_or_else(|| format!("{}the models are {}", did_you_mean(name, &names), names.join(", ")))
}

/// The choice of a speech model.
#[derive(clap::Args, Default)]
pub(super) struct Choice {
    /// The speech model: a name from `aloud models list`, or a file
    #[arg(long, value_name = "NAME|PATH")]
    model: Option<String>,
    /// Let the model be a file that aloud does not know
    #[arg(long)]
    trust_model: bool,
}

impl Choice {
    /// Finds the model named by the command line or the settings, or else the default one.
    pub(super) fn find(&self, settings: &Settings, folders: Option<&Folders>) -> Result<Model, ModelError> {
        let wanted = self.model.as_deref().or(settings.model.as_deref());
        let trust = self.trust_model || (self.model.is_none() && settings.trust_model);
        find(wanted, &models::folders(folders.map(|f| f.data.as_path())), trust)
    }
}

pub(super) fn run(command: &Command) -> Result<Outcome> {
    let data = settings::folders().map(|f| f.data);
    let folders = models::folders(data.as_deref());
    match command {
        Command::List => list(&folders),
        Command::Verify => verify_all(&folders),
        Command::Get { model, from } => {
            let data = data.context("this user has no home folder; set HOME so that there is a place for models")?;
            get(model.as_ref().clone(), from.clone(), &folders, &data)
        }
    }
}

fn list(folders: &[PathBuf]) -> Result<Outcome> {
    let known = known();
    print_entries(known.iter().map(|model| {
        let default = if model.default { ", the default" } else { "" };
        let place = match locate(model, folders) {
            Ok(here) => shown(&here[0]),
            Err(_) => format!("not on this machine; fetch it with: aloud models get {}", model.name),
        };
        (model.name.as_str(), format!("{}, {}{default}: {place}", megabytes(model.bytes), model.languages))
    }))?;
    Ok(Outcome::Done)
}

fn verify_all(folders: &[PathBuf]) -> Result<Outcome> {
    let mut outcome = Outcome::Done;
    for model in known() {
        match verify(&model, folders) {
            Ok(path) => print_line(&format!("{}: right ({})", model.name, shown(&path)))?,
            Err(ModelError::Missing { .. }) if !model.default => {
                print_line(&format!("{}: not on this machine", model.name))?;
            }
            Err(error) => {
                complain(&error.to_string());
                outcome = Outcome::Failed;
            }
        }
    }
    Ok(outcome)
}

fn get(model: KnownModel, from: Option<String>, folders: &[PathBuf], data: &Path) -> Result<Outcome> {
    if let Ok(path) = verify(&model, folders) {
        writeln!(io::stdout(), "{}: already here and right ({})", model.name, shown(&path))?;
        return Ok(Outcome::Done);
    }
    let place = own_file(&model, data);
    let (name, bytes) = (model.name.clone(), model.bytes);
    let progress = Progress::new(&name, bytes, partial_bytes(&place));
    let events = InputEvents::listen();
    let (to, mut told) = (place.clone(), progress.clone());
    let fetching = move || fetch(&model, from.as_deref(), &to, &Timeouts::default(), &mut |n| told.arrived(n));
    let fetched = events.unless_left(fetching)?;
    progress.end();
    match fetched {
        Some(Ok(())) => {
            let mut out = io::stdout().lock();
            writeln!(out, "{name}: fetched, and its SHA-1 is right ({})", shown(&place))?;
            writeln!(out, "Use it with: aloud analyze FILE --model {name}")?;
            Ok(Outcome::Done)
        }
        Some(Err(error)) => Err(error.into()),
        None => {
            let (here, all) = (megabytes(partial_bytes(&place)), megabytes(bytes));
            complain(&format!("stopped; {here} of {all} are kept, and the same command goes on from there"));
            Ok(Outcome::Failed)
        }
    }
}

/// The progress of a download: a bar in a terminal, elsewhere a line for each tenth.
#[derive(Clone)]
struct Progress {
    bar: Option<ProgressBar>,
    bytes: u64,
    tenths: u64,
}

impl Progress {
    fn new(name: &str, bytes: u64, waiting: u64) -> Self {
        let tenths = waiting.min(bytes) * 10 / bytes;
        if !io::stderr().is_terminal() {
            let begun = if waiting > 0 { format!(", {} are here already", megabytes(waiting)) } else { String::new() };
            say(&format!("Fetching {name}, {}{begun}", megabytes(bytes)));
            return Self { bar: None, bytes, tenths };
        }
        let style = ProgressStyle::with_template(
            "Fetching {msg}  {bar:24} {decimal_bytes} of {decimal_total_bytes}, {eta} left",
        )
        .expect("the template is right");
        let bar = ProgressBar::new(bytes).with_style(style).with_message(name.to_owned()).with_position(waiting);
        bar.reset_eta();
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Self { bar: Some(bar), bytes, tenths }
    }

    fn arrived(&mut self, arrived: u64) {
        if let Some(bar) = &self.bar {
            return bar.set_position(arrived);
        }
        let tenths = arrived * 10 / self.bytes;
        if tenths != self.tenths {
            self.tenths = tenths;
            say(&format!("{} of {}", megabytes(arrived), megabytes(self.bytes)));
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

/// Formats a path so that it is safe to show in a terminal.
fn shown(path: &Path) -> String {
    one_line(&path.display().to_string())
}
