//! Recognizes the headings of a resume, and classifies the sections below them.

use super::dates;
use super::layout::Paragraph;

/// The kind of a section of a resume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    /// Jobs, projects, volunteering: list items and sentences are claims.
    Work,
    /// A section with an unknown heading: only items and sentences that state an achievement are claims, except that
    /// all items below a job header are.
    Custom,
    /// A section without claims: education, skills, hobbies, a profile.
    Other,
}

/// Words in headings of work sections.
const WORK_WORDS: &[&str] = &[
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
/// Words in headings of sections without claims.
const OTHER_WORDS: &[&str] = &[
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
const MAX_HEADING_WORDS: usize = 6;

/// The maximum number of words in a heading in sentence case.
const MAX_SENTENCE_HEADING_WORDS: usize = 5;

/// Returns the kind of section that a known heading opens; `None` if the line is not a known heading.
pub(crate) fn heading(paragraph: &Paragraph) -> Option<SectionKind> {
    let text = paragraph.text.trim().trim_end_matches(':');
    let count = text.split_whitespace().count();
    if paragraph.is_item || count == 0 || count > MAX_HEADING_WORDS || text.contains('\t') {
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
    let names = |known: &[&str]| known.iter().any(|k| contains_phrase(&lower, k));
    let (work, other) = (names(WORK_WORDS), names(OTHER_WORDS));
    // The last word decides: "Training Experience" is work, "Work skills" are skills.
    let last = lower.split_whitespace().last().unwrap_or_default();
    match (work, other) {
        (true, true) => Some(if WORK_WORDS.contains(&last) { SectionKind::Work } else { SectionKind::Other }),
        (true, false) => Some(SectionKind::Work),
        (false, true) => Some(SectionKind::Other),
        _ => None,
    }
}

/// Returns whether a line looks like an unknown heading: short, with extra space above, in title case or capitals.
pub(crate) fn looks_like_heading(paragraph: &Paragraph) -> bool {
    let text = paragraph.text.trim().trim_end_matches(':');
    let small = |w: &str| w.chars().count() <= 3;
    is_short_and_apart(paragraph, MAX_HEADING_WORDS)
        && text.split_whitespace().all(|w| w.starts_with(char::is_uppercase) || small(w))
}

/// Returns whether a line looks like an unknown heading in sentence case: "Things I made".
pub(crate) fn looks_like_sentence_heading(paragraph: &Paragraph) -> bool {
    is_short_and_apart(paragraph, MAX_SENTENCE_HEADING_WORDS) && paragraph.text.trim().starts_with(char::is_uppercase)
}

fn is_short_and_apart(paragraph: &Paragraph, max_words: usize) -> bool {
    let text = paragraph.text.trim().trim_end_matches(':');
    paragraph.stands_apart
        && !paragraph.is_item
        && (1..=max_words).contains(&text.split_whitespace().count())
        && !text.ends_with(['.', ',', ';', '!', '?'])
        && !text.contains([',', '\t', '@', '|'])
        && !text.chars().any(|c| c.is_ascii_digit())
}

/// Returns whether a text contains the phrase `words`, bounded by word boundaries.
pub(crate) fn contains_phrase(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let after = text[at + words.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric());
        before && after
    })
}
