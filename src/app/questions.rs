//! The question bank: the built-in interview questions, and those that the user adds.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::suggest::did_you_mean;
use crate::app::settings;
use crate::files::{make_private_folder, read_text, write_whole};
use crate::question::{Question, QuestionKind};

const BUILT_IN: &str = include_str!("questions.toml");

/// A question of the bank, with the properties of a good answer to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The ID: a short name of one word.
    pub id: String,
    /// The question as an interviewer asks it.
    pub text: String,
    /// The kind of answer that the question asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<QuestionKind>,
    /// The range of a good answer's duration, in seconds: minimum and maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_s: Option<[f64; 2]>,
    /// The elements of a good answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Possible follow-ups to an answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<String>,
}

impl Entry {
    /// Returns the question without the elements of a good answer and the follow-ups.
    pub fn question(&self) -> Question {
        Question {
            id: Some(self.id.clone()),
            text: self.text.clone(),
            kind: self.kind.clone(),
            target_s: self.target_s,
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Bank {
    #[serde(default)]
    question: Vec<Entry>,
}

/// Returns the entries of the built-in questions, in listing order.
pub fn built_in_bank() -> Vec<Entry> {
    let bank: Bank = toml::from_str(BUILT_IN).expect("questions.toml is part of the program and tested");
    bank.question
}

/// Returns the built-in questions in listing order.
pub fn built_in() -> Vec<Question> {
    built_in_bank().iter().map(Entry::question).collect()
}

/// Reads the user's own questions from a file; returns an empty vector if there is no such file.
///
/// # Errors
/// Returns an error if the file exists but cannot be read or is invalid.
pub fn own(path: &Path) -> Result<Vec<Entry>, OwnQuestionsError> {
    let wrong = |reason: String| OwnQuestionsError { path: path.to_path_buf(), reason };
    let text = match read_text(path) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(Vec::new()),
        Err(e) => return Err(wrong(e.to_string())),
    };
    let bank: Bank = toml::from_str(&text).map_err(|e| wrong(settings::toml_fault(&text, &e)))?;
    for entry in &bank.question {
        if entry.id.is_empty() || entry.id.contains(char::is_whitespace) || entry.text.trim().is_empty() {
            return Err(wrong(format!("the question '{}' needs an id of one word and a text", entry.id)));
        }
        if let Some(QuestionKind::Unknown(kind)) = &entry.kind {
            let names = QuestionKind::names();
            return Err(wrong(format!(
                "'{kind}' is no kind of question; {}the kinds are: {}",
                did_you_mean(kind, &names),
                names.join(", ")
            )));
        }
        if entry.target_s.is_some_and(|[from, to]| !(from > 0.0 && from <= to && to.is_finite())) {
            return Err(wrong(format!("target_s of '{}' should be [shortest, longest] in seconds", entry.id)));
        }
    }
    Ok(bank.question)
}

/// Returns all questions: the built-in ones, then the user's own. A user's question replaces a built-in one with the
/// same id.
///
/// # Errors
/// Returns an error if the user's file cannot be read or is invalid.
pub fn bank() -> Result<Vec<Entry>, OwnQuestionsError> {
    let mut all = built_in_bank();
    let own = settings::folders().map_or(Ok(Vec::new()), |f| own(&f.questions_file))?;
    for entry in own {
        match all.iter_mut().find(|e| e.id == entry.id) {
            Some(same) => *same = entry,
            None => all.push(entry),
        }
    }
    Ok(all)
}

/// Appends a user's question to a file.
///
/// # Errors
/// Returns an error if the file is invalid or cannot be written.
pub fn add(path: &Path, entry: &Entry) -> Result<(), OwnQuestionsError> {
    own(path)?;
    let wrong = |e: std::io::Error| OwnQuestionsError { path: path.to_path_buf(), reason: e.to_string() };
    let added = Bank { question: vec![entry.clone()] };
    let text = toml::to_string(&added).expect("a question has a form in TOML");
    let before = read_text(path).map_err(wrong)?.unwrap_or_else(|| OWN_FILE_HEADER.to_string());
    let folder = path.parent().unwrap_or(Path::new("."));
    make_private_folder(folder).map_err(wrong)?;
    write_whole(path, format!("{}\n\n{text}", before.trim_end()).as_bytes()).map_err(wrong)
}

/// The comment at the top of the file with the user's own questions.
const OWN_FILE_HEADER: &str =
    "# Your own questions. Fields: id, text; and, if you like, kind, target_s = [shortest, longest] in seconds,
# needs = [\"what a good answer has\"], follow_ups = [\"what may be asked after it\"].";

/// Resolves an id or a text to a question: a built-in one, a user's own, or the text itself as a new question.
///
/// # Errors
/// Returns an error if a single word is neither an id nor the text of a question.
pub fn resolve(id_or_text: &str) -> Result<Question, UnknownQuestion> {
    let wanted = id_or_text.trim();
    let is_it = |e: &&Entry| e.id == wanted || e.text.eq_ignore_ascii_case(wanted);
    let (known, trouble) = match bank() {
        Ok(known) => (known, None),
        Err(error) => (built_in_bank(), Some(error)),
    };
    if let Some(entry) = known.iter().find(is_it) {
        return Ok(entry.question());
    }
    if wanted.contains(char::is_whitespace) {
        return Ok(Question { id: None, text: wanted.to_string(), kind: None, target_s: None });
    }
    let names: Vec<&str> = known.iter().map(|entry| entry.id.as_str()).collect();
    let trouble = trouble.map_or(String::new(), |error| format!("; {error}"));
    Err(UnknownQuestion { name: wanted.to_string(), suggestion: did_you_mean(wanted, &names), trouble })
}

/// The error for a file with the user's own questions that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("your own questions in {} are not right: {reason}", path.display())]
pub struct OwnQuestionsError {
    /// The path of the file.
    path: PathBuf,
    /// The reason, with the line in the file.
    reason: String,
}

/// Returns the range of good durations for a target duration, in seconds: 20 % less to 20 % more (ours).
pub fn around(target_s: f64) -> [f64; 2] {
    [0.8 * target_s, 1.2 * target_s]
}

/// The error for a single word that is not the ID of a question.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no question called '{name}'; {suggestion}give one of the names in: aloud questions list, or the question's full text{trouble}"
)]
pub struct UnknownQuestion {
    name: String,
    /// The suggestion of a similar ID; empty if there is none.
    suggestion: String,
    /// The reason why the user's own questions could not be searched; empty if they were.
    trouble: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::relevance::topic_of_question;

    #[test]
    fn every_question_is_complete_and_named_once() {
        let questions = built_in();
        assert!(questions.len() >= 12);
        let mut ids: Vec<_> = questions.iter().map(|q| q.id.clone().expect("an id")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), questions.len());
        for question in questions {
            let [shortest, longest] = question.target_s.expect("a target");
            assert!(10.0 <= shortest && shortest < longest && longest <= 180.0, "{question:?}");
            assert!(question.kind.is_some() && question.text.ends_with(['?', '.']));
        }
    }

    #[test]
    fn the_topic_of_most_questions_is_known() {
        let known = built_in().iter().filter(|q| topic_of_question(&q.text).is_some()).count();
        assert!(known >= 12, "{known}");
    }

    #[test]
    fn every_kind_has_its_name_in_files_and_a_label() {
        for (kind, name) in QuestionKind::NAMED {
            assert_eq!(serde_json::to_value(&kind).unwrap(), name);
            assert_eq!((QuestionKind::named(name), kind.name()), (kind.clone(), name));
            assert!(!kind.label().contains('-'), "{name}");
        }
        let other: QuestionKind = serde_json::from_value("case-study".into()).unwrap();
        assert_eq!((other.name(), other.label().as_str()), ("case-study", "case study"));
    }

    #[test]
    fn a_question_is_found_by_name_by_text_or_taken_as_typed() {
        let conflict = resolve("conflict").unwrap();
        assert_eq!(resolve(&conflict.text.to_uppercase()).unwrap(), conflict);
        assert_eq!(resolve("Why should we hire you?").unwrap().id, None);
        let said = resolve("conflcit").unwrap_err().to_string();
        assert!(said.contains("did you mean 'conflict'?") && said.contains("aloud questions list"), "{said}");
        assert!(!resolve("zzzz").unwrap_err().to_string().contains("did you mean"));
    }
}
