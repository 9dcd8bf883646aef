//! `aloud man`: manual pages, generated from the help.

use std::io::{self, Write};

use anyhow::Result;
use clap::CommandFactory;
use clap_mangen::Man;

use super::{Arguments, Outcome};
use crate::app::suggest::did_you_mean;

pub(super) fn run(page: &str, list: bool) -> Result<Outcome> {
    let commands = commands();
    let names: Vec<&str> = commands.iter().map(name).collect();
    if list {
        writeln!(io::stdout(), "{}", names.join("\n"))?;
        return Ok(Outcome::Done);
    }
    let Some(command) = commands.iter().find(|command| name(command) == page) else {
        super::usage(
            &["man"],
            &format!("there is no page {page}; {}all pages: aloud man --list", did_you_mean(page, &names)),
        );
    };
    let mut text = Vec::new();
    Man::new(command.clone()).manual("aloud").render(&mut text)?;
    io::stdout().write_all(&text)?;
    Ok(Outcome::Done)
}

/// Returns the name of a command's page.
fn name(command: &clap::Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// Returns every command that has a page, the program first.
fn commands() -> Vec<clap::Command> {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let mut commands = vec![program];
    let mut at = 0;
    while at < commands.len() {
        let below: Vec<_> = commands[at].get_subcommands().filter(|c| !c.is_hide_set()).cloned().collect();
        commands.extend(below);
        at += 1;
    }
    commands
}
