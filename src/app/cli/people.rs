//! `aloud analyze --people` and `--list`: the recordings of several people, each kept under the person's name. A page
//! for each person can be handed over; an overview page is for the coach.
//!
//! Finished answers are in the history and are not analyzed again: the same command resumes a run that was stopped.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::history::with_store;
use super::pages::{Wanted, make_folder, named_in};
use super::{say, write_file};
use crate::app::batch::inputs::inputs;
use crate::app::batch::side_by_side::side_by_side;
use crate::app::history::attempt::Asked;
use crate::app::history::coaching::Coaching;
use crate::app::history::filter::{Filter, Speaker};
use crate::app::history::progress::Progress;
use crate::app::history::{Access, Attempt};
use crate::app::people::coach::CoachFile;
use crate::app::people::{Known, People, list};
use crate::app::practice::asked;
use crate::app::questions;
use crate::app::render::page::people::{self, Person};
use crate::app::render::page::person;
use crate::audio;
use crate::plain::counted;
use crate::question::Question;
use crate::report::{ProgramInfo, Report};
use crate::score::rubric;
use crate::transcript::model::Model;

/// The file name of the overview page.
const INDEX: &str = "index.html";

/// The options for the recordings of several people.
#[derive(Args)]
pub(super) struct OfPeople {
    /// The recordings are several people's: ana/conflict.wav is Ana's answer to the question `conflict`. The person is the
    /// first folder below the one you name, the question the name of the file. With --html, a page for each person, and
    /// index.html with all of them
    #[arg(long, conflicts_with_all = ALONE)]
    people: bool,
    /// As --people, with persons and questions from a CSV file: file,person,question
    #[arg(long, value_name = "FILE", conflicts_with_all = ALONE, conflicts_with_all = ["files", "people"])]
    list: Option<PathBuf>,
    /// With --people or --list: your own weights, criteria that you mark by hand, and comments, from a TOML file
    #[arg(long, value_name = "FILE")]
    coach: Option<PathBuf>,
}

/// The options that make no sense with several people.
const ALONE: [&str; 7] = ["question", "speaker", "no_save", "words", "tracks", "svg", "png"];

impl OfPeople {
    /// Returns whether the recordings are several people's.
    pub(super) fn are_wanted(&self) -> bool {
        self.people || self.list.is_some()
    }

    /// Reads the coach's file, if there is one.
    pub(super) fn coach_file(&self) -> Result<Option<CoachFile>> {
        let Some(path) = &self.coach else { return Ok(None) };
        if !self.are_wanted() {
            super::usage(&["analyze"], "--coach goes with --people or --list");
        }
        CoachFile::read(path).map(Some).with_context(|| path.display().to_string())
    }

    /// Returns the answers in the named files and folders, or in the list. Prints their counts and whatever is
    /// doubtful.
    pub(super) fn found(&self, files: &[PathBuf]) -> Result<People> {
        let kept = with_store(Access::Read, |store| store.attempts())?;
        let mut names: Vec<String> = kept.into_iter().filter_map(|a| a.speaker).collect();
        names.dedup();
        let found = match &self.list {
            Some(path) => {
                let question = |name: &str| questions::resolve(name).map_err(|error| error.to_string());
                list::read(path, &question, &names).with_context(|| path.display().to_string())?
            }
            None => {
                let bank = questions::bank().unwrap_or_else(|_| questions::built_in_bank());
                let meanings = std::cell::OnceCell::new();
                let asks = |words: &str| meanings.get_or_init(asked::Known::new).question(words);
                People::by_names(inputs(files)?, &Known { bank: &bank, asks: &asks, people: &names })
            }
        };
        let counts = found.counts();
        let each: Vec<String> = counts.iter().map(|(person, count)| format!("{person} {count}")).collect();
        let who = if counts.len() == 1 { "1 person".to_string() } else { format!("{} people", counts.len()) };
        if !found.answers.is_empty() {
            say(&format!("{} of {who}: {}.", counted(found.answers.len(), "answer"), each.join(", ")));
        }
        found.doubts.iter().for_each(|doubt| say(&format!("Please check: {doubt}")));
        Ok(found)
    }
}

/// An answer of this run: the person, the question and the file.
pub(super) struct Wanting<'a> {
    pub(super) person: &'a str,
    pub(super) question: Option<&'a Question>,
    pub(super) path: &'a Path,
}

/// Returns the number of each answer in the history, in the order of `answers`; `None` for an answer without a report
/// by this version of the program, speech model and rubric.
pub(super) fn kept_already(
    answers: &[Wanting<'_>],
    program: &ProgramInfo,
    model: &Model,
    jobs: usize,
) -> Result<Vec<Option<i64>>> {
    let attempts = with_store(Access::Read, |store| store.attempts())?;
    let key = |question: Option<&Asked>| question.map_or(String::new(), |q| q.key().to_string());
    let kept: HashMap<(String, String, String), i64> =
        attempts.into_iter().filter_map(|a| Some(((a.speaker?, key(a.question.as_ref()), a.sha256), a.id))).collect();
    let mut found = Vec::with_capacity(answers.len());
    let sum = |answer: &Wanting<'_>| if kept.is_empty() { None } else { audio::sha256(answer.path).ok() };
    side_by_side(answers, jobs, sum, |answer, sum| {
        let asked = answer.question.map(Asked::from);
        let id = sum
            .ok()
            .flatten()
            .and_then(|sum| kept.get(&(answer.person.to_string(), key(asked.as_ref()), sum)).copied());
        let report = id.and_then(|id| with_store(Access::Read, |store| store.report(id)).ok());
        found.push(id.filter(|_| report.is_some_and(|report| is_of(&report, program, model))));
        Ok::<_, anyhow::Error>(())
    })?;
    Ok(found)
}

/// Returns whether a report was made with the program, speech model and rubric of this run.
fn is_of(report: &Report, program: &ProgramInfo, model: &Model) -> bool {
    report.program.as_ref() == Some(program)
        && report.transcript.as_ref().is_some_and(|t| t.model == model.name)
        && report.score.rubric == rubric::VERSION
}

/// Keeps the coach's additions to each of the files that are kept. Prints and returns what is doubtful.
pub(super) fn keep_coaching(coach: &CoachFile, files: &[PathBuf], kept: &HashMap<PathBuf, i64>) -> Result<Vec<String>> {
    let (of_each, doubts) = coach.on(files);
    let of_each: Vec<(i64, Coaching)> =
        files.iter().zip(of_each).filter_map(|(file, coaching)| Some((*kept.get(file)?, coaching))).collect();
    with_store(Access::Write, |store| store.set_coaching(&of_each))?;
    doubts.iter().for_each(|doubt| say(&format!("Please check: {doubt}")));
    Ok(doubts)
}

/// Writes a page for each person who gave one of the answers with these numbers, and the overview page.
pub(super) fn write_pages(
    folder: &Path,
    wanted: &Wanted,
    ids: &[i64],
    doubts: &[String],
    failed: &[(String, String)],
) -> Result<()> {
    make_folder(folder)?;
    let all = with_store(Access::Read, |store| store.attempts())?;
    let by_id: HashMap<i64, &Attempt> = all.iter().map(|attempt| (attempt.id, attempt)).collect();
    let mut of_each: BTreeMap<&str, Vec<Attempt>> = BTreeMap::new();
    for attempt in ids.iter().filter_map(|id| by_id.get(id)) {
        let answers = of_each.entry(attempt.speaker.as_deref().unwrap_or_default()).or_default();
        if !answers.iter().any(|other| other.id == attempt.id) {
            answers.push((*attempt).clone());
        }
    }
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    let index = folder.join(INDEX);
    let mut taken = vec![index.clone()];
    let mut persons = Vec::new();
    for (name, answers) in &of_each {
        let theirs = Filter { speaker: Speaker::Named((*name).to_string()), ..Filter::default() };
        let goals = with_store(Access::Read, |store| store.goals(Some(name)))?;
        let kept = all.iter().filter(|a| theirs.matches(a)).cloned().collect();
        let progress = Progress::of(kept, &goals, now, &zone);
        let page = named_in(folder, &file_of(name), "html", &mut taken);
        let mut shown = Vec::new();
        for (i, attempt) in answers.iter().enumerate() {
            let report = with_store(Access::Read, |store| store.report(attempt.id))?;
            let beside = page.with_file_name(format!("{}-{}.html", stem(&page), i + 1));
            let audio = wanted.sound(&report, &attempt.path, &beside)?;
            let coaching = with_store(Access::Read, |store| store.coaching(attempt.id))?;
            shown.push(person::Shown { report, audio, coaching });
        }
        write_file(&page, person::render(name, &shown, &progress, &zone).as_bytes())?;
        let page = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        persons.push((*name, page, answers, progress));
    }
    let persons: Vec<Person<'_>> =
        persons.iter().map(|(name, page, answers, progress)| Person { name, page, answers, progress }).collect();
    write_file(&index, people::render(&persons, doubts, failed).as_bytes())?;
    say(&format!("A page for each person, and one of all for you: {}", index.display()));
    wanted.show(&index);
    Ok(())
}

/// Returns a file name for a person's page: letters and digits, with hyphens for all other characters.
fn file_of(person: &str) -> PathBuf {
    let letters: String =
        person.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(60).collect();
    let name = letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    PathBuf::from(if name.is_empty() { "person" } else { &name })
}

fn stem(page: &Path) -> String {
    page.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_named_after_its_person_on_every_system() {
        for (person, name) in
            [("Ana", "ana"), ("J. Smith / 2", "j-smith-2"), ("L\u{f3}pez", "l\u{f3}pez"), ("..", "person")]
        {
            assert_eq!(file_of(person), Path::new(name));
        }
    }
}
