//! `aloud doctor`: what works on this machine, and one remedy for each thing that does not.

use std::io::{self, Write};

use aloud::history::{Access, Store, store};
use aloud::plain::counted;
use aloud::settings::{self, Settings};
use aloud::transcript::models;
use anyhow::Result;
use cpal::traits::{DeviceTrait, HostTrait};

use super::Outcome;

pub(super) fn run() -> Result<Outcome> {
    let mut out = io::stdout().lock();
    let mut outcome = Outcome::Done;
    writeln!(out, "aloud       {}", env!("CARGO_PKG_VERSION"))?;

    let folders = settings::folders();
    let mut wanted = None;
    match &folders {
        Some(folders) => {
            let state = match Settings::load(&folders.settings_file) {
                Ok(settings) => {
                    wanted = settings.model;
                    if folders.settings_file.exists() { "read" } else { "not there, so the defaults hold" }.to_string()
                }
                Err(error) => {
                    outcome = Outcome::Failed;
                    format!("PROBLEM: {error}. Mend that line or move the file away.")
                }
            };
            writeln!(out, "settings    {}: {state}", folders.settings_file.display())?;
            writeln!(out, "data        {}", folders.data.display())?;
            let history = store::path_in(&folders.data);
            let state = match Store::open(&history, Access::Read).and_then(|store| store.attempts()) {
                Ok(attempts) if attempts.is_empty() => "no answers are kept yet".to_string(),
                Ok(attempts) => format!("{} kept", counted(attempts.len(), "answer")),
                Err(error) => {
                    outcome = Outcome::Failed;
                    format!("PROBLEM: {error}")
                }
            };
            writeln!(out, "history     {}: {state}", history.display())?;
        }
        None => writeln!(out, "settings    PROBLEM: this user has no home folder. Set HOME to have settings.")?,
    }

    let places = models::folders(folders.as_ref().map(|f| f.data.as_path()));
    match models::find(wanted.as_deref(), &places) {
        Ok(model) => writeln!(out, "model       {}: {}", model.name, model.path.display())?,
        Err(error) => {
            outcome = Outcome::Failed;
            writeln!(out, "model       PROBLEM: {error}")?;
        }
    }

    let microphone = cpal::default_host().default_input_device().filter(|d| d.default_input_config().is_ok());
    match microphone.map(|device| device.description()) {
        Some(Ok(description)) => writeln!(out, "microphone  {}", aloud::plain::one_line(description.name()))?,
        Some(Err(error)) => {
            writeln!(out, "microphone  PROBLEM: it does not tell its name ({error}). Plug it in again.")?
        }
        None => writeln!(out, "microphone  none found. Saved answers can be analyzed without one.")?,
    }
    Ok(outcome)
}
