//! `aloud questions`: the questions to practise with.

use std::io;
use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};

use super::practice::claims_in;
use super::{Outcome, print_entries, print_line, say};
use crate::app::questions::Entry;
use crate::app::{questions, settings};
use crate::question::QuestionKind;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// List the questions, one a line: the name for --question, then the question
    List,
    /// Add a question of your own
    Add(AddArguments),
    /// Print a question for each claim of your resume, one a line; nothing is kept
    FromResume {
        /// The resume (txt, md, docx, pdf)
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Args)]
pub(super) struct AddArguments {
    /// The question, as the interviewer asks it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    text: String,
    /// Its name, one word; made from the question's words if you give none
    #[arg(long, value_name = "NAME")]
    id: Option<String>,
    /// What sort of answer it asks for
    #[arg(long, value_name = "KIND", value_parser = kinds(), default_value = "past-story")]
    kind: QuestionKind,
    /// Something that a good answer has; give it again for more
    #[arg(long, value_name = "TEXT")]
    needs: Vec<String>,
    /// What may be asked after it; give it again for more
    #[arg(long, value_name = "TEXT")]
    follow_up: Vec<String>,
}

/// Returns a parser for kinds of questions.
pub(super) fn kinds() -> impl TypedValueParser<Value = QuestionKind> {
    PossibleValuesParser::new(QuestionKind::names()).map(|name| QuestionKind::named(&name))
}

/// The maximum number of words in a generated name.
const NAME_WORDS: usize = 4;

pub(super) fn run(command: &Command) -> Result<Outcome> {
    match command {
        Command::List => {
            let bank = questions::bank()?;
            print_entries(bank.iter().map(|entry| (entry.id.as_str(), entry.text.clone())))?;
        }
        Command::Add(arguments) => add(arguments)?,
        Command::FromResume { file } => {
            let mut claims = claims_in(file)?;
            claims.sort_by_key(|c| !c.is_weak);
            for claim in &claims {
                print_line(&crate::app::resume::claim_question::question(claim))?;
            }
        }
    }
    Ok(Outcome::Done)
}

fn add(arguments: &AddArguments) -> Result<()> {
    let folders = settings::folders().context("this user has no home folder; set HOME to keep questions")?;
    let known = questions::bank()?;
    let id = arguments.id.clone().unwrap_or_else(|| name(&arguments.text, &known));
    if known.iter().any(|e| e.id == id) {
        return Err(anyhow!("there is a question called '{id}' already; give another name with --id"));
    }
    if id.is_empty() || id.contains(char::is_whitespace) {
        return Err(anyhow!("the name '{id}' should be one word, such as my-question"));
    }
    let entry = Entry {
        id,
        text: arguments.text.trim().to_string(),
        kind: Some(arguments.kind.clone()),
        target_s: None,
        needs: arguments.needs.clone(),
        follow_ups: arguments.follow_up.clone(),
    };
    questions::add(&folders.questions_file, &entry)?;
    if io::stderr().is_terminal() {
        say(&format!("Added to {}. To answer it: aloud record -q {}", folders.questions_file.display(), entry.id));
    }
    Ok(())
}

/// Generates a name from the words of a question, different from all known ones.
fn name(text: &str, known: &[Entry]) -> String {
    let words = text.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() > 3);
    let name = words.take(NAME_WORDS).collect::<Vec<_>>().join("-");
    let name = if name.is_empty() { "question".to_string() } else { name };
    let free = |name: &String| !known.iter().any(|e| e.id == *name);
    std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}-{n}"))).find(free).unwrap_or(name)
}
