//! `aloud models`: which speech models there are, and whether their files are right.

use std::io::{self, Write};

use aloud::settings;
use aloud::transcript::models::{folders, known, locate, verify};
use anyhow::Result;

use super::{Outcome, complain};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// List the known models and where their files are
    List,
    /// Check the files that are here against their published SHA-1 sums
    Verify,
}

pub(super) fn run(command: &Command) -> Result<Outcome> {
    let data = settings::folders().map(|f| f.data);
    let folders = folders(data.as_deref());
    let not_here = match data.as_deref() {
        Some(data) => format!("not on this machine; its file belongs in {}", data.join("models").display()),
        None => "not on this machine".to_string(),
    };
    let mut out = io::stdout().lock();
    let mut outcome = Outcome::Done;
    for model in known() {
        let here = locate(&model, &folders);
        match (command, here) {
            (Command::List, here) => {
                let default = if model.default { ", the default" } else { "" };
                let place = here.map_or(not_here.clone(), |path| path.display().to_string());
                writeln!(
                    out,
                    "{:<13} {:.0} MB, {}{default}: {place}",
                    model.name,
                    model.bytes as f64 / 1e6,
                    model.languages
                )?;
            }
            (Command::Verify, Ok(_)) => match verify(&model, &folders) {
                Ok(path) => writeln!(out, "{}: right ({})", model.name, path.display())?,
                Err(error) => {
                    complain(&error.to_string());
                    outcome = Outcome::Failed;
                }
            },
            (Command::Verify, Err(error)) if model.default => {
                complain(&error.to_string());
                outcome = Outcome::Failed;
            }
            (Command::Verify, Err(_)) => writeln!(out, "{}: not on this machine", model.name)?,
        }
    }
    Ok(outcome)
}
