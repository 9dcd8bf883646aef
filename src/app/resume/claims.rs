//! The claims of a resume: the lines and sentences that say what was done, and where, when that is certain.
//!
//! Under a heading such as "Experience" every item of a list is a claim; a sentence is one when it tells a deed. Under
//! headings of the writer's own a deed must be told. Nothing is taken from school, skills, hobbies or a profile. The
//! rules are ours; how many claims they find is in TESTING.md.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::dates;
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
    /// Whether that job goes on; `None` where the resume does not plainly say.
    pub is_current: Option<bool>,
    /// Whether it tells no effect and no number, or only a duty.
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

/// A job that claims stand under.
#[derive(Debug, Clone, Default, PartialEq)]
struct Job {
    employer: Option<String>,
    is_current: Option<bool>,
}

/// The claims of a resume, in its order; each once.
pub fn claims(paragraphs: &[Paragraph]) -> Vec<Claim> {
    let mut section = Section::Other;
    let mut job = Job::default();
    let mut head: Vec<&str> = Vec::new();
    let mut found: Vec<Claim> = Vec::new();
    for (n, paragraph) in paragraphs.iter().enumerate() {
        let text = paragraph.text.trim();
        let is_title = has_title(text);
        if let Some(opened) = heading(paragraph).filter(|_| !is_title && (paragraph.stands_apart || is_plain(text))) {
            (section, job) = (opened, Job::default());
            head.clear();
            continue;
        }
        if section != Section::Work && n >= NAME_LINES && !is_title && looks_like_heading(paragraph) {
            (section, job) = (Section::Own, Job::default());
            head.clear();
            continue;
        }
        let told: Vec<&str> = match section {
            Section::Other => continue,
            Section::Work if paragraph.is_item && !is_dated(text) => whole(text),
            Section::Work if is_head(text) => {
                head.push(text);
                continue;
            }
            Section::Own if paragraph.is_item => whole(text).into_iter().filter(|t| tells_deed(t)).collect(),
            _ => prose(text),
        };
        if !head.is_empty() && !told.is_empty() {
            if head.iter().any(|l| dates::period(l).is_some() || has_title(l)) {
                job = job_of(&head);
            }
            head.clear();
        }
        for text in told {
            let employer = job.employer.clone().or_else(|| named_in(text));
            let claim = Claim { text: text.to_string(), employer, is_current: job.is_current, is_weak: is_weak(text) };
            if !found.iter().any(|c| c.text == claim.text) {
                found.push(claim);
            }
        }
    }
    found
}

/// An item of a list as one claim; a list of tools is none.
fn whole(text: &str) -> Vec<&str> {
    let words = text.split_whitespace().count();
    let label = text.split(':').next().unwrap_or_default().to_lowercase();
    let lists = ["tech", "tools", "stack", "environment", "skills", "keywords", "key skills", "languages", "software"];
    let is_list = text.contains(':') && lists.iter().any(|l| label.starts_with(l)) && label.split(' ').count() < 4;
    if words < FEWEST_WORDS || is_list || !text.chars().any(char::is_alphabetic) { Vec::new() } else { vec![text] }
}

/// The sentences of prose that tell a deed.
fn prose(text: &str) -> Vec<&str> {
    let is_claim = |s: &&str| s.split_whitespace().count() >= FEWEST_IN_PROSE && tells_deed(s);
    sentences(text).into_iter().filter(is_claim).collect()
}

/// Whether a sentence says that its writer did something: it begins with a verb or a duty, or has "I" with one.
fn tells_deed(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let lower = text.to_lowercase();
    let first = words.first().copied().unwrap_or_default();
    if form(first).is_some() || DUTIES.iter().any(|d| lower.starts_with(d)) {
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

/// How lines begin that name a duty.
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

/// Words that titles of jobs have.
const TITLES: &[&str] = &[
    "nurse",
    "assistant",
    "engineer",
    "developer",
    "manager",
    "head",
    "teacher",
    "chef",
    "cook",
    "lead",
    "leader",
    "director",
    "officer",
    "consultant",
    "analyst",
    "designer",
    "intern",
    "trainee",
    "apprentice",
    "specialist",
    "coordinator",
    "co-ordinator",
    "supervisor",
    "technician",
    "clerk",
    "driver",
    "handler",
    "associate",
    "architect",
    "administrator",
    "programmer",
    "waiter",
    "waitress",
    "server",
    "bartender",
    "barista",
    "host",
    "hostess",
    "accountant",
    "bookkeeper",
    "representative",
    "agent",
    "advisor",
    "adviser",
    "mechanic",
    "electrician",
    "plumber",
    "carpenter",
    "welder",
    "operator",
    "worker",
    "volunteer",
    "tutor",
    "lecturer",
    "researcher",
    "scientist",
    "physiotherapist",
    "therapist",
    "doctor",
    "pharmacist",
    "midwife",
    "carer",
    "receptionist",
    "secretary",
    "editor",
    "writer",
    "journalist",
    "photographer",
    "founder",
    "owner",
    "partner",
    "sous",
    "foreman",
    "freelance",
    "porter",
    "attendant",
    "cleaner",
    "guard",
    "cashier",
    "buyer",
    "planner",
    "recruiter",
    "trainer",
    "instructor",
    "librarian",
    "gardener",
    "baker",
    "butcher",
    "builder",
    "dispatcher",
    "inspector",
    "executive",
    "president",
    "principal",
    "professor",
    "aide",
    "steward",
    "stocker",
    "picker",
    "packer",
    "salesperson",
    "seller",
    "translator",
    "interpreter",
    "producer",
    "paramedic",
    "firefighter",
    "surveyor",
    "fitter",
];

/// Words that names of employers have.
const EMPLOYERS: &[&str] = &[
    "hospital",
    "clinic",
    "ltd",
    "limited",
    "inc",
    "llc",
    "gmbh",
    "plc",
    "corp",
    "corporation",
    "company",
    "school",
    "college",
    "university",
    "academy",
    "council",
    "bank",
    "hotel",
    "restaurant",
    "group",
    "services",
    "solutions",
    "systems",
    "partners",
    "trust",
    "institute",
    "foundation",
    "agency",
    "airlines",
    "bakery",
    "factory",
    "stores",
    "supermarket",
    "logistics",
    "technologies",
    "infirmary",
];

fn names_employer(text: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|w| EMPLOYERS.contains(&w)) && !has_title(text)
}

fn has_title(text: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphabetic() && c != '-').any(|w| TITLES.contains(&w))
}

/// Whether a line without capitals, room or anything else is still a heading.
fn is_plain(text: &str) -> bool {
    text.split_whitespace().count() <= 3
}

/// Whether a line is one of those at the head of a job: its dates, its title, its place.
fn is_head(text: &str) -> bool {
    let words = text.split_whitespace().count();
    if words > HEAD_WORDS || text.ends_with(['.', '!', ';']) && !text.ends_with("Inc.") && !text.ends_with("Ltd.") {
        return false;
    }
    is_dated(text) || text.contains(['\t', '|']) || !tells_deed(text) || (has_title(text) && words <= 6)
}

/// Whether a line begins or ends with its dates, as the head of a job does.
fn is_dated(text: &str) -> bool {
    dates::period(text).is_some_and(|p| {
        let at_edge = p.range.start == 0 || p.range.end >= text.trim_end_matches(['.', ')', ' ']).len();
        at_edge && !tells_deed(text)
    })
}

/// Employer and time of a job from the lines at its head.
fn job_of(head: &[&str]) -> Job {
    let mut is_current = None;
    let mut lines: Vec<Vec<String>> = Vec::new();
    for line in head {
        let mut line = (*line).to_string();
        if let Some(period) = dates::period(&line) {
            is_current = is_current.or(period.is_current);
            line.replace_range(period.range, "\t");
        }
        for mark in [" | ", " — ", " – ", " - ", " • ", " · ", " at ", " @ ", ", ", " ("] {
            line = line.replace(mark, "\t");
        }
        let fields = line
            .split('\t')
            .map(|f| f.trim_matches(|c: char| c.is_whitespace() || ",;:|()[]-–—•·".contains(c)).to_string());
        let fields: Vec<String> = fields.filter(|f| f.chars().any(char::is_alphabetic)).collect();
        if !fields.is_empty() {
            lines.push(fields);
        }
    }
    let is_name = |f: &&String| {
        f.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()) && f.split_whitespace().count() <= 8
    };
    let title_line = lines.iter().position(|l| l.iter().any(|f| has_title(f)));
    let employer = match title_line {
        // A line of its own names the place, in the line after the title or before it; or the title's line does.
        Some(at) => lines
            .get(at + 1)
            .filter(|l| !l.iter().any(|f| has_title(f)))
            .or_else(|| at.checked_sub(1).and_then(|before| lines.get(before)))
            .and_then(|l| l.first())
            .or_else(|| lines[at].iter().find(|f| !has_title(f)))
            .filter(is_name)
            .cloned(),
        None if lines.iter().flatten().filter(|f| names_employer(f)).count() == 1 => {
            lines.iter().flatten().find(|f| names_employer(f)).filter(is_name).cloned()
        }
        // Without a title that is known, a name is certain only when it is all there is.
        None if lines.len() == 1 && lines[0].len() == 1 => lines[0].first().filter(is_name).cloned(),
        None => None,
    };
    Job { employer, is_current }
}

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^At ((?:\p{Lu}[\p{L}&'’.-]*)(?: (?:\p{Lu}[\p{L}&'’.-]*|&|of|and))*),? (?:I|we)\b")
        .expect("the pattern is right")
});

/// The employer that a sentence names itself: "At Acme I ...".
fn named_in(text: &str) -> Option<String> {
    NAMED.captures(text).map(|found| found[1].trim_end_matches(',').to_string())
}

/// Words that tell that something came of it.
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

/// Whether a claim tells neither a number nor an effect, or only a duty.
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
