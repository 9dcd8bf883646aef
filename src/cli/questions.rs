//! `aloud questions`: what to practise with.

use std::io::{self, Write};

use anyhow::Result;

use super::Outcome;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// List the questions, one a line: the name for --question, then the question
    List,
}

pub(super) fn run(command: &Command) -> Result<Outcome> {
    match command {
        Command::List => {
            let mut out = io::stdout().lock();
            for question in aloud::questions::built_in() {
                writeln!(out, "{:<15} {}", question.id.unwrap_or_default(), question.text)?;
            }
        }
    }
    Ok(Outcome::Done)
}
