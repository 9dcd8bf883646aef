//! The interview questions that come with aloud, and those a person types in.

use serde::{Deserialize, Serialize};

const BUILT_IN: &str = include_str!("questions.toml");

/// A question and what is expected of its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its short name; `None` for a question that was typed in.
    pub id: Option<String>,
    /// As the interviewer asks it.
    pub text: String,
    /// What sort of answer it asks for, e.g. `past-story`; `None` when not known.
    pub kind: Option<String>,
    /// The shortest and the longest good answer, in seconds; `None` when not known.
    pub target_s: Option<[f64; 2]>,
}

#[derive(Deserialize)]
struct Bank {
    question: Vec<Question>,
}

/// The questions that come with aloud, in the order to list them.
pub fn built_in() -> Vec<Question> {
    let bank: Bank = toml::from_str(BUILT_IN).expect("questions.toml is part of the program and tested");
    bank.question
}

/// The question that an id or a text stands for: one of the built-in ones, or the text itself.
///
/// # Errors
/// With the ids there are, when a single word is none of them.
pub fn resolve(id_or_text: &str) -> Result<Question, UnknownQuestion> {
    let wanted = id_or_text.trim();
    let known = built_in();
    if let Some(question) =
        known.iter().find(|q| q.id.as_deref() == Some(wanted) || q.text.eq_ignore_ascii_case(wanted))
    {
        return Ok(question.clone());
    }
    if wanted.contains(char::is_whitespace) {
        return Ok(Question { id: None, text: wanted.to_string(), kind: None, target_s: None });
    }
    Err(UnknownQuestion(wanted.to_string()))
}

/// The lengths that are near enough to the one that somebody aims at, in seconds: a fifth less to a fifth more (ours).
pub fn around(target_s: f64) -> [f64; 2] {
    [0.8 * target_s, 1.2 * target_s]
}

/// A single word that is no question's id.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no question called '{0}'; give one of the names in: aloud questions list, or the question's full text"
)]
pub struct UnknownQuestion(String);

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_question_is_found_by_name_by_text_or_taken_as_typed() {
        let conflict = resolve("conflict").unwrap();
        assert_eq!(resolve(&conflict.text.to_uppercase()).unwrap(), conflict);
        assert_eq!(resolve("Why should we hire you?").unwrap().id, None);
        assert!(resolve("conflcit").unwrap_err().to_string().contains("aloud questions list"));
    }
}
