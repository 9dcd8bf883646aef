//! The headings of a resume, and what stands under them.

use super::dates;
use super::layout::Paragraph;

/// The kind of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Jobs, projects, volunteering: what was done.
    Work,
    /// Under a heading of the writer's own: what was done, if sentences say so.
    Own,
    /// Anything else: school, skills, hobbies, a profile.
    Other,
}

/// Words of headings over what was done.
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
/// Words of headings over anything else.
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
];
/// A heading has at most so many words.
const MOST_WORDS: usize = 6;

/// The section that a heading opens; `None` for a line that is not a heading.
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
    // "Training Experience" is work, "Work skills" are skills: the last word counts.
    let last = lower.split_whitespace().last().unwrap_or_default();
    match (work, other) {
        (true, true) => Some(if WORK.contains(&last) { Section::Work } else { Section::Other }),
        (true, false) => Some(Section::Work),
        (false, true) => Some(Section::Other),
        _ => None,
    }
}

/// Whether a line looks like a heading of the writer's own: short, apart, capitals where headings have them.
pub(crate) fn looks_like_heading(paragraph: &Paragraph) -> bool {
    let text = paragraph.text.trim().trim_end_matches(':');
    let words: Vec<&str> = text.split_whitespace().collect();
    let capital = |w: &&&str| w.chars().next().is_some_and(char::is_uppercase);
    let small = |w: &&&str| w.chars().count() <= 3;
    paragraph.stands_apart
        && !paragraph.is_item
        && (1..=MOST_WORDS).contains(&words.len())
        && !text.ends_with(['.', ',', ';', '!', '?'])
        && !text.contains([',', '\t', '@', '|'])
        && !text.chars().any(|c| c.is_ascii_digit())
        && words.iter().all(|w| capital(&w) || small(&w))
}

/// Whether a text contains these as whole words.
pub(crate) fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let after = text[at + words.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric());
        before && after
    })
}
