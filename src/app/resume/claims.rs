//! The claims of a resume: the lines and sentences that say what was done, and where, when that is certain.
//!
//! Under a heading such as "Experience" every list item is a claim, and so is a sentence that tells what was done. Under
//! headings of the writer's own only such sentences are. Nothing is taken from school, skills, hobbies or a profile. The
//! rules are ours; how many claims they find is in docs/measurements.md.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::dates;
use super::heads::{Job, has_title, job_of};
use super::layout::{Paragraph, sentences};
use super::sections::{Section, has_words, heading, looks_like_heading};
use super::verbs::{Form, form};

/// Something that a resume says was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Its words.
    pub text: String,
    /// Where it was done; `None` where the resume does not plainly say.
    pub employer: Option<String>,
    /// Whether that job is current; `None` where the resume does not plainly say.
    pub is_current: Option<bool>,
    /// Whether it has neither an effect nor a number, or is only a duty.
    pub is_weak: bool,
}

/// The shortest claim, in words.
const FEWEST_WORDS: usize = 3;
/// The shortest sentence of prose that is a claim, in words.
const FEWEST_IN_PROSE: usize = 5;
/// A line at the head of a job has at most so many words.
const HEAD_WORDS: usize = 14;
/// The first lines are a name and an address, not headings.
const NAME_LINES: usize = 4;

/// The claims of a resume, in its order; each once.
pub fn claims(paragraphs: &[Paragraph]) -> Vec<Claim> {
    let found = claims_from(paragraphs, false);
    // If no heading says what is below it, claims are taken from every section that is not clearly something else.
    if found.is_empty() { claims_from(paragraphs, true) } else { found }
}

/// The claims; with those of sentences that stand before any heading, which are a profile as a rule, or without them.
fn claims_from(paragraphs: &[Paragraph], with_opening: bool) -> Vec<Claim> {
    let mut section = Section::Own;
    let mut is_opening = true;
    let mut job = Job::default();
    let mut head: Vec<&str> = Vec::new();
    let mut has_employers = true;
    let mut found: Vec<Claim> = Vec::new();
    for (n, paragraph) in paragraphs.iter().enumerate() {
        let text = paragraph.text.trim();
        if paragraph.is_doubtful {
            // It may have been the head of another job.
            if !paragraph.is_item {
                job = Job::default();
                head.clear();
            }
            continue;
        }
        let is_title = has_title(text);
        if let Some(opened) = heading(paragraph).filter(|_| !is_title && (paragraph.stands_apart || is_plain(text))) {
            (section, job, is_opening) = (opened, Job::default(), false);
            has_employers = !text.to_lowercase().contains("project");
            head.clear();
            continue;
        }
        if section != Section::Work && n >= NAME_LINES && !is_title && looks_like_heading(paragraph) {
            (section, job, is_opening) = (Section::Own, Job::default(), false);
            has_employers = true;
            head.clear();
            continue;
        }
        let told: Vec<&str> = match section {
            Section::Other => continue,
            _ if is_head(paragraph, section) => {
                head.push(text);
                continue;
            }
            Section::Work if paragraph.is_item => whole(text),
            // Under the head of a job a list says what was done there.
            Section::Own if paragraph.is_item && (job != Job::default() || is_job(&head)) => whole(text),
            Section::Own if paragraph.is_item => whole(text).into_iter().filter(|t| tells_deed(t)).collect(),
            _ if is_opening && !with_opening => continue,
            _ => prose(text),
        };
        if !head.is_empty() && !told.is_empty() {
            // Any other line between the jobs may be the name of one that is not understood, unless it names what follows.
            if is_job(&head) {
                job = job_of(&head);
            } else if !head.iter().all(|l| is_label(l)) {
                job = Job::default();
            }
            head.clear();
        }
        for text in told {
            let employer = job.employer.clone().filter(|_| has_employers).or_else(|| named_in(text));
            let text = text.replace('\t', " ");
            let claim = Claim { is_weak: is_weak(&text), text, employer, is_current: job.is_current };
            if !found.iter().any(|c| c.text == claim.text) {
                found.push(claim);
            }
        }
    }
    found
}

/// Whether lines are the head of a job: one of them has its time or its title.
fn is_job(head: &[&str]) -> bool {
    head.iter().any(|l| dates::period(l).is_some() || has_title(l))
}

/// Whether a line between a job's head and its list names what the list is.
fn is_label(text: &str) -> bool {
    const LABELS: &[&str] = &[
        "achievement",
        "responsibilit",
        "duties",
        "highlight",
        "accomplishment",
        "project",
        "result",
        "task",
        "key",
        "role",
        "selected",
        "summary",
    ];
    let lower = text.to_lowercase();
    text.ends_with(':') || LABELS.iter().any(|l| lower.contains(l))
}

/// An item of a list as one claim; a list of tools is none.
fn whole(text: &str) -> Vec<&str> {
    let words = text.split_whitespace().count();
    let label = text.split(':').next().unwrap_or_default().to_lowercase();
    let lists = ["tech", "tools", "stack", "environment", "skills", "keywords", "key skills", "languages", "software"];
    let is_list = text.contains(':') && lists.iter().any(|l| label.starts_with(l)) && label.split(' ').count() < 4;
    if words < FEWEST_WORDS || is_list || !text.chars().any(char::is_alphabetic) { Vec::new() } else { vec![text] }
}

/// The sentences of prose that tell what was done.
fn prose(text: &str) -> Vec<&str> {
    let is_claim = |s: &&str| s.split_whitespace().count() >= FEWEST_IN_PROSE && tells_deed(s);
    sentences(text).into_iter().filter(is_claim).collect()
}

/// Whether a sentence says that its writer did something: it begins with a verb or a duty, or has "I" with one.
fn tells_deed(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let lower = text.to_lowercase();
    let first = words.first().copied().unwrap_or_default();
    // "Staff Nurse" and "Lead Designer" tell what somebody was.
    let names_title = words.get(1).is_some_and(|w| has_title(w));
    if form(first).is_some() && !names_title || DUTIES.iter().any(|d| lower.starts_with(d)) {
        return true;
    }
    // "During the closure, recorded 46 lessons"; "Also helped ...".
    let after_comma = words.windows(2).any(|w| w[0].ends_with(',') && is_past(w[1]));
    let opens_clause =
        ["during", "after", "before", "when", "while", "in", "at", "as", "with", "on", "from", "over", "for"];
    let first_lower = first.to_lowercase();
    if after_comma && opens_clause.contains(&first_lower.trim_matches(',')) {
        return true;
    }
    if ["also", "then", "successfully", "jointly", "personally"].contains(&first_lower.as_str())
        && words.get(1).is_some_and(|w| form(w).is_some())
    {
        return true;
    }
    let acts = |at: usize| {
        let mut next = words.iter().skip(at + 1).map(|w| w.to_lowercase()).skip_while(|w| {
            [
                "also",
                "then",
                "have",
                "had",
                "has",
                "even",
                "now",
                "still",
                "regularly",
                "later",
                "first",
                "am",
                "was",
                "were",
                "been",
            ]
            .contains(&w.as_str())
                || w.ends_with("ly")
        });
        let word = next.next().unwrap_or_default();
        form(&word).is_some() || ["responsible", "in"].contains(&word.as_str()) && has_duty(&lower)
    };
    if words.iter().enumerate().any(|(i, w)| ["I", "We", "we"].contains(w) && acts(i)) {
        return true;
    }
    (lower.starts_with("my ") || lower.starts_with("our "))
        && words.iter().any(|w| ["has", "have"].contains(w) || is_past(w))
}

fn is_past(word: &str) -> bool {
    matches!(form(word), Some(Form::Past | Form::Either))
}

/// How lines that name a duty begin.
pub(super) const DUTIES: &[&str] = &[
    "responsible for",
    "in charge of",
    "was responsible for",
    "was in charge of",
    "duties included",
    "duties include",
    "accountable for",
    "tasked with",
];

fn has_duty(lower: &str) -> bool {
    DUTIES.iter().any(|d| lower.contains(d))
}

/// Whether a line without capitals, room or anything else is still a heading.
fn is_plain(text: &str) -> bool {
    text.split_whitespace().count() <= 3
}

/// Whether a line is one of those at the head of a job: its dates, its title, its place.
fn is_head(paragraph: &Paragraph, section: Section) -> bool {
    let text = paragraph.text.trim();
    let words = text.split_whitespace().count();
    if paragraph.is_item {
        // Some templates set even the heads as items; what stands at the right of them is no part of a sentence.
        return is_dated(text) || text.rsplit_once('\t').is_some_and(|(_, right)| is_aside(right));
    }
    if words > HEAD_WORDS || text.ends_with(['.', '!', ';']) && !text.ends_with("Inc.") && !text.ends_with("Ltd.") {
        return false;
    }
    is_dated(text)
        || has_title(text) && words <= 6
        || section == Section::Work && (text.contains(['\t', '|']) || !tells_deed(text))
}

/// Whether words at the right of a line are a date or a place.
fn is_aside(text: &str) -> bool {
    let capital = text.trim().starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    dates::period(text).is_some()
        || (capital && text.split_whitespace().count() <= 4 && !text.ends_with(['.', '!', ';']))
}

/// Whether a line begins or ends with its dates, as the head of a job does.
fn is_dated(text: &str) -> bool {
    let periods = dates::periods(text);
    let end = text.trim_end_matches(['.', ')', ' ']).len();
    let at_edge =
        periods.first().is_some_and(|p| p.range.start <= 1) || periods.last().is_some_and(|p| p.range.end >= end);
    at_edge && !tells_deed(text)
}

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^At ((?:\p{Lu}[\p{L}&'’.-]*)(?: (?:\p{Lu}[\p{L}&'’.-]*|&|of|and))*),? (?:I|we)\b")
        .expect("the pattern is right")
});

/// The employer that a sentence names itself: "At Acme I ...".
fn named_in(text: &str) -> Option<String> {
    NAMED.captures(text).map(|found| found[1].trim_end_matches(',').to_string())
}

/// Words that tell an effect.
const EFFECTS: &[&str] = &[
    "reduced",
    "reducing",
    "cut",
    "cutting",
    "increased",
    "increasing",
    "improved",
    "improving",
    "saved",
    "saving",
    "saves",
    "raised",
    "raising",
    "grew",
    "growing",
    "halved",
    "doubled",
    "tripled",
    "fell",
    "dropped",
    "eliminated",
    "shortened",
    "won",
    "so that",
    "after which",
    "as a result",
    "resulting in",
    "which",
    "led to",
    "allowing",
    "enabling",
    "still",
    "has since",
    "have since",
    "instead of",
    "unnecessary",
    "without",
    "adopted",
    "both of whom",
    "on time",
    "no longer",
    "down from",
    "prevented",
    "ahead of",
];
const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "fifteen", "twenty",
    "thirty", "forty", "fifty", "sixty", "hundred", "thousand", "million", "half", "third", "quarter", "twice",
    "dozen", "once",
];

/// Whether a claim has neither a number nor an effect, or is only a duty.
fn is_weak(text: &str) -> bool {
    let lower = text.to_lowercase();
    if has_duty(&lower) {
        return true;
    }
    let number = NUMBERS.iter().any(|n| has_words(&lower, n)) || amounts(text);
    !number && !EFFECTS.iter().any(|e| has_words(&lower, e))
}

/// Whether there is a number that is no year and no part of a name such as ISO 45001.
fn amounts(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_amount = |i: usize| {
        let mut numbers = words[i].split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
        let Some(first) = numbers.next() else { return false };
        let is_year = first.len() == 4 && (first.starts_with("19") || first.starts_with("20"));
        let named = i > 0 && words[i - 1].len() > 1 && words[i - 1].chars().all(|c| c.is_uppercase());
        !is_year && !named
    };
    (0..words.len()).any(is_amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[(&str, bool)]) -> Vec<Claim> {
        let paragraph = |(text, is_item): &(&str, bool)| Paragraph {
            text: (*text).to_string(),
            is_item: *is_item,
            stands_apart: text.chars().all(|c| !c.is_lowercase()),
            is_doubtful: false,
        };
        claims(&lines.iter().map(paragraph).collect::<Vec<_>>())
    }

    #[test]
    fn items_of_jobs_are_claims_with_their_employer_and_school_is_none() {
        let found = of(&[
            ("Mara Quist", false),
            ("SUMMARY", false),
            ("Reliable electrician who likes tidy work.", false),
            ("EXPERIENCE", false),
            ("Electrician, Northgate Wiring Ltd, Leeds\t2018 – present", false),
            ("Rewired 40 council flats in nine months without a call-back.", true),
            ("Responsible for two apprentices.", true),
            ("Apprentice", false),
            ("Hobbs & Daughter, Leeds, 2014 to 2018", false),
            ("Helped on building sites.", true),
            ("EDUCATION", false),
            ("Passed all exams with merit in 2016.", true),
        ]);
        let told: Vec<(&str, Option<&str>, bool)> =
            found.iter().map(|c| (c.text.as_str(), c.employer.as_deref(), c.is_weak)).collect();
        assert_eq!(
            told,
            [
                ("Rewired 40 council flats in nine months without a call-back.", Some("Northgate Wiring Ltd"), false),
                ("Responsible for two apprentices.", Some("Northgate Wiring Ltd"), true),
                ("Helped on building sites.", Some("Hobbs & Daughter"), true),
            ]
        );
        assert_eq!((found[0].is_current, found[2].is_current), (Some(true), Some(false)));
    }

    #[test]
    fn under_a_heading_of_ones_own_only_deeds_are_claims() {
        let found = of(&[
            ("Jo Bell", false),
            ("Leeds", false),
            ("jo@example.org", false),
            ("Profile", false),
            ("I love bread and I bake it well.", false),
            ("BAKING", false),
            ("At Crumb Hall I baked 300 loaves a night. Sourdough needs patience and time.", false),
        ]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].employer.as_deref(), Some("Crumb Hall"));
    }
}
