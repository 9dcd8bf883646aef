//! Job descriptions: extracts the requirements, and classifies them as a must or nice to have.
//!
//! Every list item below a heading such as "Requirements" or "Nice to have" is a requirement. Any other sentence is one
//! if it contains a phrase that asks for something. Sentences about what the employer offers or what the work consists
//! of are not requirements. The rules are ours.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::app::resume::layout::Paragraph;
use crate::app::resume::layout::sentences;
use crate::app::resume::read::{ReadError, read};
use crate::app::resume::sections::contains_phrase;

/// A requirement in a job description.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Requirement {
    /// The text of the requirement.
    pub text: String,
    /// Whether the requirement is a must rather than nice to have.
    pub is_must: bool,
}

/// A parsed job description.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The job title: the first line.
    pub title: String,
    /// The requirements, in order.
    pub requirements: Vec<Requirement>,
}

/// The kind of text under a heading.
#[derive(Debug, Clone, Copy, PartialEq)]
enum HeadingKind {
    Must,
    Nice,
    /// Text without requirements: benefits, tasks, the company.
    Other,
    /// Text under no heading or under an unknown one.
    Unknown,
}

const MUST_HEADINGS: &[&str] = &[
    "requirements",
    "required",
    "essential",
    "must have",
    "must-have",
    "must haves",
    "qualifications",
    "what you need",
    "what you bring",
    "what you'll bring",
    "you have",
    "your profile",
    "about you",
    "who you are",
    "looking for",
    "person specification",
    "what we expect",
    "you bring",
    "skills and experience",
    "your skills",
    "minimum",
    "we need",
    "you will need",
];
const NICE_HEADINGS: &[&str] = &[
    "nice to have",
    "nice-to-have",
    "desirable",
    "preferred",
    "bonus",
    "plus",
    "ideally",
    "advantage",
    "extra",
    "optional",
    "would be good",
    "we would love",
];
const OTHER_HEADINGS: &[&str] = &[
    "benefits",
    "offer",
    "about us",
    "who we are",
    "how to apply",
    "apply",
    "apply now",
    "responsibilities",
    "duties",
    "what you will do",
    "what you'll do",
    "your tasks",
    "the role",
    "the job",
    "your role",
    "perks",
    "salary",
    "why us",
    "the company",
    "equal opportunity",
    "our team",
    "about the role",
    "what we do",
    "day to day",
    "next steps",
    "interview",
];
/// Phrases in sentences that ask for something.
const REQUEST_PHRASES: &[&str] = &[
    "you have",
    "you know",
    "you can",
    "you are able",
    "you should",
    "you must",
    "must have",
    "must be able",
    "must hold",
    "must be",
    "experience",
    "experienced",
    "knowledge",
    "ability to",
    "able to",
    "required",
    "requires",
    "requirement",
    "essential",
    "we expect",
    "a plus",
    "nice to have",
    "ideally",
    "welcome",
    "preferred",
    "certification",
    "certificate",
    "fluent",
    "degree",
    "familiar",
    "familiarity",
    "proficient",
    "proficiency",
    "you test",
    "you bring",
    "you need",
    "an advantage",
    "desirable",
    "willing to",
    "skilled",
];
/// Phrases in sentences that ask for something nice to have.
const NICE_PHRASES: &[&str] = &[
    "a plus",
    "nice to have",
    "ideally",
    "welcome",
    "preferred",
    "an advantage",
    "desirable",
    "a bonus",
    "not required",
    "optional",
    "would be good",
    "helpful",
    "not essential",
    "bonus",
];
/// Phrases in sentences that offer something or explain how to apply.
const OFFER_PHRASES: &[&str] = &[
    "we offer",
    "apply",
    "application",
    "salary",
    "equal opportunity",
    "opportunities",
    "we are committed",
    "holiday",
    "benefits",
    "pension",
    "per hour",
    "a year,",
    "invite you",
    "interview",
    "our office",
    "founded",
    "contact",
    "you will",
    "you'll",
    "training provided",
    "we were",
    "we provide",
    "references",
    "background check",
];
/// The maximum length of a heading, in words.
const MAX_HEADING_WORDS: usize = 8;
/// The maximum length of a job title, in characters.
const MAX_TITLE_CHARACTERS: usize = 100;

impl Description {
    /// Reads and parses a job description.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let paragraphs = read(path)?;
        let title = paragraphs.first().map_or(String::new(), |p| p.text.chars().take(MAX_TITLE_CHARACTERS).collect());
        Ok(Self { title, requirements: requirements(paragraphs) })
    }
}

fn requirements(paragraphs: Vec<Paragraph>) -> Vec<Requirement> {
    let mut under = HeadingKind::Unknown;
    let mut found: Vec<Requirement> = Vec::new();
    for (n, paragraph) in paragraphs.into_iter().enumerate() {
        let text = paragraph.text.replace('\t', " ");
        let text = text.trim();
        // The first line is the job title, not a heading.
        if let Some(opened) = heading(text, paragraph.is_item, paragraph.stands_apart).filter(|_| n > 0) {
            under = opened;
            continue;
        }
        let texts = if paragraph.is_item { vec![text] } else { sentences(text) };
        for part in texts {
            let lower = part.to_lowercase().replace('\u{2019}', "'");
            let has = |words: &[&str]| words.iter().any(|w| contains_phrase(&lower, w));
            let offers = has(OFFER_PHRASES);
            let asks = match under {
                HeadingKind::Must | HeadingKind::Nice if paragraph.is_item => true,
                HeadingKind::Other => false,
                HeadingKind::Must | HeadingKind::Nice | HeadingKind::Unknown => has(REQUEST_PHRASES) && !offers,
            };
            if asks && !found.iter().any(|r| r.text == part) && part.chars().any(char::is_alphabetic) {
                found.push(Requirement {
                    text: part.to_string(),
                    is_must: under != HeadingKind::Nice && !has(NICE_PHRASES),
                });
            }
        }
    }
    found
}

/// Returns the kind of text that a heading announces; `None` if the line is not a heading.
fn heading(text: &str, is_item: bool, stands_apart: bool) -> Option<HeadingKind> {
    let words = text.split_whitespace().count();
    let colon = text.ends_with(':');
    if is_item || words > MAX_HEADING_WORDS || text.ends_with(['.', ',', ';', '!']) || !(stands_apart || colon) {
        return None;
    }
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let has = |known: &[&str]| known.iter().any(|k| contains_phrase(&lower, k));
    Some(match (has(NICE_HEADINGS), has(OTHER_HEADINGS), has(MUST_HEADINGS)) {
        (true, _, _) => HeadingKind::Nice,
        (_, _, true) => HeadingKind::Must,
        (_, true, _) => HeadingKind::Other,
        // An unknown heading ends the section before it.
        _ if colon || words <= 4 => HeadingKind::Unknown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_sentences_that_ask_are_found_and_offers_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.txt");
        let text = "Baker wanted\n\nWe bake for three villages. You have baked at night before.\n\nRequirements\n\n\
                    - Three years at the oven\n- A driving licence\n\nNice to have\n\n- Some French\n\nWhat we offer\n\n- Free bread\n";
        std::fs::write(&path, text).unwrap();
        let found: Vec<(String, bool)> =
            Description::read(&path).unwrap().requirements.into_iter().map(|r| (r.text, r.is_must)).collect();
        let expected = [
            ("You have baked at night before.", true),
            ("Three years at the oven", true),
            ("A driving licence", true),
            ("Some French", false),
        ];
        assert_eq!(found, expected.map(|(t, m)| (t.to_string(), m)));
    }
}
