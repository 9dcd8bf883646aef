//! Whose answer a recording is, and to which question, where a coach has the recordings of several people.
//!
//! One rule for names: `ana/conflict.wav` is Ana's answer to the question `conflict`. The person is the first folder
//! below the folder that was named; for a file that was named itself, or if the named folder has no folders, the folder
//! that the file is in. The question is the name of the file without its extension, the person's name, and the number of
//! a take. A [`list`] says both instead.
//!
//! Nothing here stops the work: what is doubtful is reported, and what cannot be told is left out.

pub mod coach;
pub mod list;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use crate::app::batch::inputs::Input;
use crate::app::questions::Entry;
use crate::plain::{counted, one_line};
use crate::question::Question;

/// The similarity at or above which a mistyped name of a question is taken for that question (ours: one wrong letter in
/// five, or two exchanged).
const TYPING_ERROR: f64 = 0.8;
/// The number of words from which the name of a file may be the text of a question.
const FEWEST_TEXT_WORDS: usize = 4;
/// The length from which two names that differ in one letter may be the same person's: "Ben" and "Bea" are two people.
const LIKE_NAMES: usize = 4;
/// The number of file names without a question that are named.
const MOST_NAMED: usize = 3;
/// Words at the end of a file name that say which take it is.
const TAKES: [&str; 6] = ["take", "try", "version", "copy", "final", "v"];

/// The answer of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonsAnswer {
    /// The file.
    pub input: Input,
    /// The person's name.
    pub person: String,
    /// The question; `None` if it is not known.
    pub question: Option<Question>,
}

/// The answers of several people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct People {
    /// The answers, in the order of the files.
    pub answers: Vec<PersonsAnswer>,
    /// What is doubtful, a sentence or two each.
    pub doubts: Vec<String>,
    /// What is left out, with the reason.
    pub left_out: Vec<LeftOut>,
}

/// A file, or a line of a list, that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file or the line.
    pub name: String,
    /// The reason, and what to do.
    pub why: String,
}

/// What is known beforehand.
pub struct Known<'a> {
    /// The questions.
    pub bank: &'a [Entry],
    /// Returns the question that these words ask, where that is sure.
    pub asks: &'a dyn Fn(&str) -> Option<Question>,
    /// The people of whom answers are kept.
    pub people: &'a [String],
}

impl People {
    /// Names the person and the question of each file by the rule.
    pub fn by_names(inputs: Vec<Input>, known: &Known<'_>) -> Self {
        let with_folders: BTreeSet<PathBuf> = inputs.iter().filter(|i| depth(i) > 1).map(root).collect();
        let mut found = Self::default();
        let mut names = Names::of(known.people);
        let mut nameless: Vec<String> = Vec::new();
        let mut subfolders: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
        for input in inputs {
            let shown = one_line(&input.path.display().to_string());
            let folder = if depth(&input) > 1 {
                Path::new(&input.name).components().next().map(|c| c.as_os_str().to_string_lossy().into_owned())
            } else if with_folders.contains(&root(&input)) {
                found.leave_out(shown, "it lies in no person's folder; put it into one, or name it in a list (--list)");
                continue;
            } else {
                let whole = std::path::absolute(&input.path).unwrap_or_else(|_| input.path.clone());
                whole.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned())
            };
            let Some(person) = folder.as_deref().and_then(name_of) else {
                let why = "its folder is not a person's name; rename the folder, or name the file in a list (--list)";
                found.leave_out(shown, why);
                continue;
            };
            let person = names.known_as(&person);
            let stem = input.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let question = match question(&stem, &person, known) {
                Told::Sure(question) => Some(question),
                Told::Nearly(question) => {
                    found.doubts.push(format!("{shown}: taken as an answer to '{}'.", key(&question)));
                    Some(question)
                }
                Told::Unknown => {
                    nameless.push(stem);
                    None
                }
            };
            if let Some(parent) = input.path.parent() {
                subfolders.entry(person.clone()).or_default().insert(parent.to_path_buf());
            }
            found.answers.push(PersonsAnswer { input, person, question });
        }
        for (person, folders) in subfolders {
            let parents: BTreeSet<_> = folders.iter().map(|f| f.parent()).collect();
            if folders.len() > 1 && parents.len() == 1 {
                let what = counted(folders.len(), "folder");
                found.doubts.push(format!(
                    "The files of {what} are taken as those of one person, {person}; if the folders are people, name the folder that they are in."
                ));
            }
        }
        found.say_nameless(&nameless);
        found.doubts.extend(names.alike());
        found
    }

    /// Adds a file that is left out.
    fn leave_out(&mut self, name: String, why: &str) {
        self.left_out.push(LeftOut { name, why: why.to_string() });
    }

    /// Adds a doubt for the files whose names are no question.
    fn say_nameless(&mut self, nameless: &[String]) {
        if nameless.is_empty() {
            return;
        }
        let named: Vec<String> = nameless.iter().take(MOST_NAMED).map(|stem| format!("'{}'", one_line(stem))).collect();
        let more = if nameless.len() > named.len() { ", ..." } else { "" };
        let judged = if nameless.len() == 1 { "its answer is" } else { "their answers are" };
        self.doubts.push(format!(
            "No question is known by the name of {} ({}{more}); {judged} judged without one. Names: aloud questions list",
            counted(nameless.len(), "file"),
            named.join(", ")
        ));
        let folders: BTreeSet<_> = self.answers.iter().filter_map(|a| a.input.path.parent()).collect();
        if nameless.len() == self.answers.len() && self.answers.len() > 1 && folders.len() == 1 {
            self.doubts.push(format!(
                "All of them are taken as answers of {}, by the name of the folder; if they are several people's, give each a folder (ana/conflict.wav), or use a list (--list).",
                self.answers[0].person
            ));
        }
    }

    /// Returns the people, in the order of their names, with the number of their answers.
    pub fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for answer in &self.answers {
            *counts.entry(answer.person.as_str()).or_default() += 1;
        }
        counts
    }
}

/// The names of people: each person is known by the spelling that was seen first.
struct Names {
    spelt: BTreeMap<String, String>,
    /// The people of this run, by their names in small letters.
    here: BTreeSet<String>,
}

impl Names {
    fn of(people: &[String]) -> Self {
        Self { spelt: people.iter().map(|name| (small(name), name.clone())).collect(), here: BTreeSet::new() }
    }

    /// Returns the name by which a person is known.
    fn known_as(&mut self, name: &str) -> String {
        let key = small(name);
        self.here.insert(key.clone());
        self.spelt.entry(key).or_insert_with(|| name.to_string()).clone()
    }

    /// Returns a doubt for each two people whose names differ in one letter.
    fn alike(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        for (key, name) in &self.spelt {
            let later = self.spelt.range::<String, _>((std::ops::Bound::Excluded(key), std::ops::Bound::Unbounded));
            for (other_key, other) in later {
                let is_here = self.here.contains(key) || self.here.contains(other_key);
                let is_long = key.chars().count().max(other_key.chars().count()) >= LIKE_NAMES;
                if is_here && is_long && strsim::damerau_levenshtein(key, other_key) == 1 {
                    doubts.push(format!(
                        "'{name}' and '{other}' are kept apart as two people; if it is one, give the folders one name."
                    ));
                }
            }
        }
        doubts
    }
}

/// Returns the person that a folder is named after: underscores are spaces, and a name in small letters gets capitals.
/// `None` for a folder whose name has no letters, such as a date.
fn name_of(folder: &str) -> Option<String> {
    let name: String = folder.nfc().collect::<String>().replace('_', " ");
    let name = one_line(&name).split_whitespace().collect::<Vec<_>>().join(" ");
    if !name.contains(char::is_alphabetic) {
        return None;
    }
    if name.contains(char::is_uppercase) {
        return Some(name);
    }
    let mut begins = true;
    let capitals = name.chars().flat_map(|letter| {
        let letters: Vec<char> = if begins { letter.to_uppercase().collect() } else { vec![letter] };
        begins = matches!(letter, ' ' | '-');
        letters
    });
    Some(capitals.collect())
}

fn small(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase()
}

/// Returns the number of folders and files in a name.
fn depth(input: &Input) -> usize {
    Path::new(&input.name).components().count()
}

/// Returns the folder that the name of a file begins in.
fn root(input: &Input) -> PathBuf {
    let mut root = input.path.clone();
    for _ in 0..depth(input) {
        root.pop();
    }
    root
}

/// The question of a file.
#[derive(Debug, PartialEq)]
enum Told {
    Sure(Question),
    /// In other words, or with a typing error.
    Nearly(Question),
    Unknown,
}

fn key(question: &Question) -> &str {
    question.id.as_deref().unwrap_or(&question.text)
}

/// Returns the question that the name of a file gives.
fn question(stem: &str, person: &str, known: &Known<'_>) -> Told {
    let of_person = words(person);
    let all = words(stem);
    let mut said = all.as_slice();
    // A running number or a date in front, the person's name in front or behind, the take behind.
    said = trimmed(said, |w| is_number(w) || of_person.contains(w), |w| is_take(w) || of_person.contains(w));
    // The name of a question may look like one of these.
    for name in [said.join("-"), all.join("-")] {
        let is_it = |e: &&Entry| words(&e.id).join("-") == name || words(&e.text).join("-") == name;
        if let Some(entry) = known.bank.iter().find(is_it) {
            return Told::Sure(entry.question());
        }
    }
    let name = said.join("-");
    let likeness = |e: &Entry| strsim::normalized_damerau_levenshtein(&name, &words(&e.id).join("-"));
    let nearest = known.bank.iter().map(|e| (e, likeness(e))).max_by(|(_, a), (_, b)| a.total_cmp(b));
    if let Some((entry, _)) = nearest.filter(|(_, like)| *like >= TYPING_ERROR) {
        return Told::Nearly(entry.question());
    }
    if said.len() < FEWEST_TEXT_WORDS {
        return Told::Unknown;
    }
    (known.asks)(&said.join(" ")).map_or(Told::Unknown, Told::Nearly)
}

/// Returns the words without those at their beginning and at their end that match; at least one is left.
fn trimmed(words: &[String], front: impl Fn(&String) -> bool, back: impl Fn(&String) -> bool) -> &[String] {
    let mut left = words;
    while let Some((_, rest)) = left.split_first().filter(|(first, rest)| !rest.is_empty() && front(first)) {
        left = rest;
    }
    while let Some((_, rest)) = left.split_last().filter(|(last, rest)| !rest.is_empty() && back(last)) {
        left = rest;
    }
    left
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

fn is_take(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    word.is_empty() || TAKES.contains(&word)
}

/// Returns the words of a name in small letters.
fn words(name: &str) -> Vec<String> {
    let name = small(name).replace(['\'', '\u{2019}'], "");
    name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::questions::built_in_bank;

    fn input(root: &str, name: &str) -> Input {
        Input { path: Path::new(root).join(name), name: name.into() }
    }

    fn people(inputs: &[(&str, &str)], kept: &[&str]) -> People {
        let kept: Vec<String> = kept.iter().map(|name| (*name).to_string()).collect();
        let inputs = inputs.iter().map(|(root, name)| input(root, name)).collect();
        People::by_names(inputs, &Known { bank: &built_in_bank(), asks: &|_| None, people: &kept })
    }

    fn told(found: &People) -> Vec<(&str, &str)> {
        found.answers.iter().map(|a| (a.person.as_str(), a.question.as_ref().map_or("-", key))).collect()
    }

    #[test]
    fn the_folder_is_the_person_and_the_file_the_question() {
        let found = people(
            &[
                ("evening", "ana/conflict.wav"),
                ("evening", "ana/02 - Weakness (take 2).m4a"),
                ("evening", "ben_ode/ben_ode-conflict-2.wav"),
                ("evening", "ben_ode/How did you come to do the work you do.mp3"),
                ("evening", "Chloe\u{301}/monday/conflict_final.wav"),
            ],
            &["BEN ODE"],
        );
        assert_eq!(
            told(&found),
            [
                ("Ana", "conflict"),
                ("Ana", "weakness"),
                ("BEN ODE", "conflict"),
                ("BEN ODE", "path-here"),
                ("Chlo\u{e9}", "conflict")
            ]
        );
        assert!(found.doubts.is_empty() && found.left_out.is_empty(), "{found:?}");
    }

    #[test]
    fn a_file_that_was_named_itself_and_a_folder_without_folders_are_of_the_folder_they_are_in() {
        assert_eq!(told(&people(&[("evening/ana", "conflict.wav")], &[])), [("Ana", "conflict")]);
    }

    #[test]
    fn what_is_doubtful_is_said_and_what_cannot_be_told_is_left_out() {
        let found = people(
            &[
                ("evening", "anna/confilct.wav"),
                ("evening", "anna/GMT20261130-180312_Recording.m4a"),
                ("evening", "2026-11-30/conflict.wav"),
                ("evening", "loose.wav"),
            ],
            &["Ana"],
        );
        assert_eq!(told(&found), [("Anna", "conflict"), ("Anna", "-")]);
        let left_out: Vec<&str> = found.left_out.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(left_out, ["evening/2026-11-30/conflict.wav", "evening/loose.wav"]);
        let doubts = found.doubts.join("\n");
        assert!(doubts.contains("confilct.wav: taken as an answer to 'conflict'"), "{doubts}");
        assert!(doubts.contains("'Ana' and 'Anna' are kept apart"), "{doubts}");
        assert!(doubts.contains("1 file ('GMT20261130-180312_Recording')"), "{doubts}");
    }

    #[test]
    fn a_flat_folder_of_several_people_is_doubted() {
        let found = people(&[("evening", "ana1.wav"), ("evening", "ben1.wav")], &[]);
        assert_eq!(told(&found), [("Evening", "-"), ("Evening", "-")]);
        assert!(found.doubts.iter().any(|d| d.contains("by the name of the folder")), "{found:?}");
        let folders = people(&[("x", "evening/ana/conflict.wav"), ("x", "evening/ben/conflict.wav")], &[]);
        assert!(folders.doubts.iter().any(|d| d.contains("if the folders are people")), "{folders:?}");
    }
}
