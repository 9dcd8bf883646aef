//! Recognizes the headings of a resume and the kind of section below them.

use super::dates;
use super::layout::Paragraph;

/// The kind of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Jobs, projects, volunteering: claims of what was done.
    Work,
    /// A heading of the writer's own: only sentences that tell what was done are claims.
    Own,
    /// Anything else: school, skills, hobbies, a profile.
    Other,
}

/// Words in headings of sections about what was done.
const WORK: &[&str] = &[
    "experience",
    "employment",
    "work history",
    "career",
    "volunteer",
    "volunteering",
    "projects",
    "project",
    "achievements",
    "accomplishments",
    "positions",
    "professional background",
    "open source",
    "internships",
    "internship",
    "highlights",
    "work",
    "placements",
    "selected work",
    "roles",
    "community",
    "jobs",
    "history",
    "leadership",
];
/// Words in headings of other sections.
const OTHER: &[&str] = &[
    "education",
    "skills",
    "languages",
    "language",
    "interests",
    "hobbies",
    "references",
    "referees",
    "registration",
    "training",
    "certificates",
    "certifications",
    "certification",
    "licences",
    "licenses",
    "publications",
    "awards",
    "honors",
    "honours",
    "summary",
    "profile",
    "personal statement",
    "objective",
    "contact",
    "details",
    "qualifications",
    "technologies",
    "tools",
    "about me",
    "about",
    "courses",
    "coursework",
    "memberships",
    "affiliations",
    "competencies",
    "competences",
    "strengths",
    "statement",
    "activities",
    "leisure",
    "personal",
    "academic background",
    "professional development",
    "goal",
    "nationality",
    "availability",
    "it",
    "studies",
    "school",
    "additional information",
    "expertise",
    "credentials",
    "proficiencies",
    "abilities",
    "patents",
    "licence",
    "license",
    "certificate",
    "skill",
    "reference",
];
/// The maximum number of words in a heading.
const MOST_WORDS: usize = 6;

/// The maximum number of words of a heading in sentence case.
const MOST_SENTENCE_WORDS: usize = 5;

/// Returns the section that a heading opens; `None` if the line is not a heading.
pub(crate) fn heading(paragraph: &Paragraph) -> Option<Section> {
    let text = paragraph.text.trim().trim_end_matches(':');
    let count = text.split_whitespace().count();
    if paragraph.is_item || count == 0 || count > MOST_WORDS || text.contains('\t') {
        return None;
    }
    if text.ends_with(['.', ',', ';', '!', '?']) || text.contains([',', '@', '|', '\u{2022}']) {
        return None;
    }
    if text.chars().any(|c| c.is_ascii_digit()) || dates::period(text).is_some() {
        return None;
    }
    let lower = text.to_lowercase();
    let spread = lower.split_whitespace().all(|w| w.chars().count() == 1) && count > 3;
    let lower = if spread { lower.replace(' ', "") } else { lower };
    let names = |known: &[&str]| known.iter().any(|k| has_words(&lower, k));
    let (work, other) = (names(WORK), names(OTHER));
    // "Training Experience" is work, "Work skills" are skills: the last word decides.
    let last = lower.split_whitespace().last().unwrap_or_default();
    match (work, other) {
        (true, true) => Some(if WORK.contains(&last) { Section::Work } else { Section::Other }),
        (true, false) => Some(Section::Work),
        (false, true) => Some(Section::Other),
        _ => None,
    }
}

/// Returns whether a line looks like a heading of the writer's own: short, set apart, capitalized like a heading.
pub(crate) fn looks_like_heading(paragraph: &Paragraph) -> bool {
    let text = paragraph.text.trim().trim_end_matches(':');
    let small = |w: &str| w.chars().count() <= 3;
    is_short_and_apart(paragraph, MOST_WORDS)
        && text.split_whitespace().all(|w| w.starts_with(char::is_uppercase) || small(w))
}

/// Returns whether a line looks like a heading that is written as sentences are: "Things I made".
pub(crate) fn looks_like_sentence_heading(paragraph: &Paragraph) -> bool {
    is_short_and_apart(paragraph, MOST_SENTENCE_WORDS) && paragraph.text.trim().starts_with(char::is_uppercase)
}

fn is_short_and_apart(paragraph: &Paragraph, most_words: usize) -> bool {
    let text = paragraph.text.trim().trim_end_matches(':');
    paragraph.stands_apart
        && !paragraph.is_item
        && (1..=most_words).contains(&text.split_whitespace().count())
        && !text.ends_with(['.', ',', ';', '!', '?'])
        && !text.contains([',', '\t', '@', '|'])
        && !text.chars().any(|c| c.is_ascii_digit())
}

/// Returns whether a text contains these words as whole words.
pub(crate) fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let after = text[at + words.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric());
        before && after
    })
}
