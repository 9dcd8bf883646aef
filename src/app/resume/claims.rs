//! Extracts the claims of a resume: the lines and sentences that say what the writer did. The employer is added where
//! it is certain.
//!
//! Under a heading such as "Experience", every list item is a claim, and so is every sentence that states an
//! achievement. Under an unknown heading, an item is a claim only if it states an achievement or follows a job header.
//! Sections about education, skills, hobbies and the profile contain no claims. The rules are ours;
//! docs/measurements.md says how many claims they find.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::dates;
use super::job_header::{JobHeader, has_title, names_employer, parse_job_header};
use super::layout::{Paragraph, sentences};
use super::sections::{SectionKind, contains_phrase, heading, looks_like_heading, looks_like_sentence_heading};
use super::verbs::{VerbForm, is_achievement_participle, is_action_verb, is_award_word, verb_form};

/// A claim in a resume: a statement of what its writer did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The text of the claim.
    pub text: String,
    /// The employer; `None` if it is not certain.
    pub employer: Option<String>,
    /// Whether the writer still has the job; `None` if that is not certain.
    pub is_current: Option<bool>,
    /// Whether the claim states neither an effect nor a number, or names only a duty.
    pub is_weak: bool,
}

/// The minimum number of words in a list item that is a claim.
const MIN_ITEM_WORDS: usize = 3;
/// The minimum number of words in a sentence that is a claim.
const MIN_SENTENCE_WORDS: usize = 5;
/// The maximum number of words in a line of a job header.
const MAX_HEADER_WORDS: usize = 14;
/// The minimum number of achievements in a section with an unknown heading for the section to count as work.
const MIN_ACHIEVEMENTS: usize = 2;
/// The number of lines at the top of a resume that are the name and the address rather than unknown headings.
const CONTACT_LINES: usize = 4;

/// Returns the claims of a resume in order, without duplicates.
pub fn claims(paragraphs: &[Paragraph]) -> Vec<Claim> {
    let found = claims_from(paragraphs, false);
    // If there are none under any heading, claims are also taken from before the first heading.
    if found.is_empty() { claims_from(paragraphs, true) } else { found }
}

/// Returns the claims; if `with_opening`, also those in sentences before the first heading, which are usually a
/// profile.
fn claims_from(paragraphs: &[Paragraph], with_opening: bool) -> Vec<Claim> {
    let mut section = SectionKind::Custom;
    let mut is_opening = true;
    let mut is_custom = false;
    let mut job = JobHeader::default();
    let mut header: Vec<&str> = Vec::new();
    let mut has_employers = true;
    let mut found: Vec<Claim> = Vec::new();
    let (mut is_suffix_of_title, mut has_own_lines) = (Vec::new(), false);
    let headings_are_uppercase = has_uppercase_headings(paragraphs);
    for (n, paragraph) in paragraphs.iter().enumerate() {
        let text = paragraph.text.trim();
        if paragraph.is_doubtful {
            // The paragraph may have been the header of another job.
            if !paragraph.is_item {
                job = JobHeader::default();
                header.clear();
            }
            continue;
        }
        let is_title = has_title(text);
        if let Some(opened) = heading(paragraph).filter(|_| !is_title && (paragraph.stands_apart || is_plain(text))) {
            (section, job, is_opening, is_custom) = (opened, JobHeader::default(), false, false);
            has_employers = !text.to_lowercase().contains("project");
            header.clear();
            continue;
        }
        // In a work section, a line is accepted as an unknown heading only after another unknown heading, or if all
        // known headings and the line itself are in capitals. Otherwise it is more likely an employer's name.
        let may_open =
            section != SectionKind::Work || is_custom || (headings_are_uppercase && !text.contains(char::is_lowercase));
        if may_open && opens_custom_section(paragraph, section, headings_are_uppercase) {
            let has_achievements = is_mostly_achievements(&paragraphs[n + 1..]);
            if n >= CONTACT_LINES || (n > 0 && has_achievements) {
                let own = if has_achievements { SectionKind::Work } else { SectionKind::Custom };
                (section, job, is_opening, is_custom) = (own, JobHeader::default(), false, true);
                has_employers = true;
                header.clear();
                continue;
            }
        }
        let texts: Vec<&str> = match section {
            SectionKind::Other => continue,
            _ if is_job_header_line(paragraph, section) => {
                header.push(text);
                continue;
            }
            SectionKind::Work if paragraph.is_item => item_claim(text),
            // Every item of a list under a job header is a claim.
            SectionKind::Custom if paragraph.is_item && (job != JobHeader::default() || is_job_header(&header)) => {
                item_claim(text)
            }
            SectionKind::Custom if paragraph.is_item => {
                item_claim(text).into_iter().filter(|t| states_achievement(t)).collect()
            }
            _ if is_opening && !with_opening => continue,
            _ => prose_claims(text),
        };
        let period = dates::period(text).filter(|_| header.is_empty() && !paragraph.is_item);
        if period.is_some_and(|p| texts.is_empty() || p.is_current.is_some()) {
            // Another job begins, even if its header was not recognized.
            job = JobHeader::default();
        }
        if !header.is_empty() && !texts.is_empty() {
            // Any other line between two jobs may be a job header that was not recognized, unless it is the label of a
            // list.
            if is_job_header(&header) {
                job = parse_job_header(&header);
                has_own_lines |= job.has_own_line;
            } else if !header.iter().all(|l| is_label(l)) {
                job = JobHeader::default();
            }
            header.clear();
        }
        for text in texts {
            let employer = job.employer.clone().filter(|_| has_employers).or_else(|| employer_in_sentence(text));
            let text = text.replace('\t', " ");
            let claim = Claim { is_weak: is_weak(&text), text, employer, is_current: job.is_current };
            if !found.iter().any(|c| c.text == claim.text) {
                is_suffix_of_title.push(job.is_suffix);
                found.push(claim);
            }
        }
    }
    // In a resume with employers on separate lines, what follows a title is a department or a region.
    for (claim, is_suffix) in found.iter_mut().zip(is_suffix_of_title) {
        claim.employer = claim.employer.take().filter(|_| !(is_suffix && has_own_lines));
    }
    found
}

/// Returns whether all known headings are in capitals.
fn has_uppercase_headings(paragraphs: &[Paragraph]) -> bool {
    let mut headings = paragraphs.iter().filter(|p| p.stands_apart && heading(p).is_some()).peekable();
    headings.peek().is_some() && headings.all(|p| !p.text.contains(char::is_lowercase))
}

/// Returns whether a line is an unknown heading that opens a section. Within a section without claims, a heading in
/// sentence case is accepted too; but if the known headings are in capitals, it must be in capitals.
fn opens_custom_section(paragraph: &Paragraph, section: SectionKind, headings_are_uppercase: bool) -> bool {
    let text = paragraph.text.trim();
    let is_custom = looks_like_heading(paragraph)
        || (section == SectionKind::Other && looks_like_sentence_heading(paragraph) && !starts_with_action_verb(text));
    let is_known_look = section != SectionKind::Other || !headings_are_uppercase || !text.contains(char::is_lowercase);
    is_custom && is_known_look && !has_title(text) && !(section != SectionKind::Custom && names_employer(text))
}

/// Returns whether at least half of the items (or lines) of a section state achievements, so that the whole section
/// counts as work.
fn is_mostly_achievements(section: &[Paragraph]) -> bool {
    let until = section.iter().position(|p| heading(p).is_some() || looks_like_heading(p)).unwrap_or(section.len());
    let lines = |are_items: bool| {
        let texts = section[..until].iter().filter(move |p| p.is_item == are_items && !is_dated(&p.text));
        texts.filter(|p| p.text.split_whitespace().count() >= MIN_ITEM_WORDS && !has_title(&p.text))
    };
    let has_achievements = |p: &&Paragraph| starts_with_action_verb(&p.text) || contains_achievement(&p.text);
    let are_items = lines(true).next().is_some();
    let (all, achievements) = (lines(are_items).count(), lines(are_items).filter(has_achievements).count());
    achievements >= MIN_ACHIEVEMENTS && achievements * 2 >= all
}

/// Returns whether these lines are a job header: one of them contains dates or a job title.
fn is_job_header(header: &[&str]) -> bool {
    header.iter().any(|l| dates::period(l).is_some() || has_title(l))
}

/// Returns whether a line between a job header and the job's list is a label of that list.
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

/// Returns the claim in a list item: the whole item, unless it is too short or a list of tools.
fn item_claim(text: &str) -> Vec<&str> {
    let words = text.split_whitespace().count();
    let label = text.split(':').next().unwrap_or_default().to_lowercase();
    let lists = ["tech", "tools", "stack", "environment", "skills", "keywords", "key skills", "languages", "software"];
    let is_list = text.contains(':') && lists.iter().any(|l| label.starts_with(l)) && label.split(' ').count() < 4;
    if words < MIN_ITEM_WORDS || is_list || !text.chars().any(char::is_alphabetic) { Vec::new() } else { vec![text] }
}

/// Returns the claims in prose: the sentences that state an achievement.
fn prose_claims(text: &str) -> Vec<&str> {
    let is_claim = |s: &&str| s.split_whitespace().count() >= MIN_SENTENCE_WORDS && states_achievement(s);
    sentences(text).into_iter().filter(is_claim).collect()
}

/// Returns whether a sentence states an achievement: it begins with an action verb, an award or a duty, or contains "I"
/// or "we" with a verb.
fn states_achievement(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.first().copied().unwrap_or_default();
    // "Staff Nurse" and "Lead Designer" are titles, not actions.
    let names_title = words.get(1).is_some_and(|w| has_title(w));
    if verb_form(first).is_some() && !names_title || is_award_word(first) {
        return true;
    }
    contains_achievement(text)
}

/// Returns whether the first word of a text is an action verb (or a participle used as one), judged by that word and
/// the words after it.
fn starts_with_action_verb(text: &str) -> bool {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    verb_form(first).is_some_and(|verb_form| is_action_verb(&verb_form, first, rest))
        || is_achievement_participle(first)
}

/// Returns whether a sentence states an achievement otherwise than by a verb as its first word.
fn contains_achievement(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let lower = text.to_lowercase();
    let first = words.first().copied().unwrap_or_default();
    if DUTIES.iter().any(|d| lower.starts_with(d)) {
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
        && words.get(1).is_some_and(|w| verb_form(w).is_some())
    {
        return true;
    }
    let verb_follows = |at: usize| {
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
        verb_form(&word).is_some() || ["responsible", "in"].contains(&word.as_str()) && has_duty(&lower)
    };
    if words.iter().enumerate().any(|(i, w)| ["I", "We", "we"].contains(w) && verb_follows(i)) {
        return true;
    }
    (lower.starts_with("my ") || lower.starts_with("our "))
        && words.iter().any(|w| ["has", "have"].contains(w) || is_past(w))
}

fn is_past(word: &str) -> bool {
    matches!(verb_form(word), Some(VerbForm::Past | VerbForm::Either))
}

/// The phrases at the beginning of a line that name a duty.
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

/// Returns whether a line is short enough to count as a heading without extra space above it.
fn is_plain(text: &str) -> bool {
    text.split_whitespace().count() <= 3
}

/// Returns whether a line belongs to a job header: it contains dates, a title or a place.
fn is_job_header_line(paragraph: &Paragraph, section: SectionKind) -> bool {
    let text = paragraph.text.trim();
    let words = text.split_whitespace().count();
    if paragraph.is_item {
        // Some templates format even job headers as list items; they are recognized by dates or by right-aligned text.
        return is_dated(text) || text.rsplit_once('\t').is_some_and(|(_, right)| is_date_or_place(right));
    }
    let spans_time = || is_dated(text) && dates::period(text).is_some_and(|p| p.is_current.is_some());
    if words > MAX_HEADER_WORDS || text.ends_with(['.', '!', ';']) && !text.ends_with("Inc.") && !text.ends_with("Ltd.")
    {
        return words <= 2 * MAX_HEADER_WORDS && spans_time();
    }
    is_dated(text)
        || has_title(text) && words <= 6
        || section == SectionKind::Work && (text.contains(['\t', '|']) || !states_achievement(text))
}

/// Returns whether right-aligned text looks like dates or a place.
fn is_date_or_place(text: &str) -> bool {
    let capital = text.trim().starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    dates::period(text).is_some()
        || (capital && text.split_whitespace().count() <= 4 && !text.ends_with(['.', '!', ';']))
}

/// Returns whether a line begins or ends with dates, as job headers do, and does not state an achievement.
fn is_dated(text: &str) -> bool {
    let periods = dates::periods(text);
    let end = text.trim_end_matches(['.', ')', ' ']).len();
    let at_edge =
        periods.first().is_some_and(|p| p.range.start <= 1) || periods.last().is_some_and(|p| p.range.end >= end);
    at_edge && !starts_with_action_verb(text) && !contains_achievement(text)
}

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^At ((?:\p{Lu}[\p{L}&'’.-]*)(?: (?:\p{Lu}[\p{L}&'’.-]*|&|of|and))*),? (?:I|we)\b")
        .expect("the pattern is right")
});

/// Returns the employer that the sentence itself names: "At Acme I ...".
fn employer_in_sentence(text: &str) -> Option<String> {
    NAMED.captures(text).map(|found| found[1].trim_end_matches(',').to_string())
}

/// Words that express an effect.
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

/// Returns whether a claim states neither a number nor an effect, or names a duty.
fn is_weak(text: &str) -> bool {
    let lower = text.to_lowercase();
    if has_duty(&lower) {
        return true;
    }
    let number = NUMBERS.iter().any(|n| contains_phrase(&lower, n)) || contains_amount(text);
    !number && !EFFECTS.iter().any(|e| contains_phrase(&lower, e))
}

/// Returns whether a text contains a number that is neither a year nor part of a name such as ISO 45001.
fn contains_amount(text: &str) -> bool {
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
        let found_claims: Vec<(&str, Option<&str>, bool)> =
            found.iter().map(|c| (c.text.as_str(), c.employer.as_deref(), c.is_weak)).collect();
        assert_eq!(
            found_claims,
            [
                ("Rewired 40 council flats in nine months without a call-back.", Some("Northgate Wiring Ltd"), false),
                ("Responsible for two apprentices.", Some("Northgate Wiring Ltd"), true),
                ("Helped on building sites.", Some("Hobbs & Daughter"), true),
            ]
        );
        assert_eq!((found[0].is_current, found[2].is_current), (Some(true), Some(false)));
    }

    /// Returns the claims with their employers.
    fn placed(lines: &[(&str, bool)]) -> Vec<(String, Option<String>)> {
        of(lines).into_iter().map(|c| (c.text, c.employer)).collect()
    }

    #[test]
    fn a_dated_line_that_is_no_claim_ends_the_job_before_it() {
        let found = placed(&[
            ("EXPERIENCE", false),
            ("Baker, Crumb Hall Bakery, 2018 - 2020", false),
            ("Baked 300 loaves a night.", true),
            ("Work experience at Elm Valley Forge, ten days in May 2016", false),
            ("Made four gate hinges.", true),
            ("Visiting oboe tutor, Elm Valley Academy. 2011 to 2015", false),
            ("Taught nine pupils a week.", true),
            ("A long spell of odd jobs of every kind in and around the harbour in all weathers, 2009 and 2010.", false),
            ("Painted eleven boats.", true),
        ]);
        let employers: Vec<Option<&str>> = found.iter().map(|c| c.1.as_deref()).collect();
        assert_eq!(employers, [Some("Crumb Hall Bakery"), Some("Elm Valley Forge"), Some("Elm Valley Academy"), None]);
    }

    #[test]
    fn a_claim_with_years_in_it_is_a_claim() {
        for claim in [
            "Named Driver of the Year in June 2015 and once more in May 2017",
            "Won the President's Cup 2011, 2012, 2014",
            "Awarded the bakers' medal in 2019",
            "Passed both audits in March 2016 and April 2018",
        ] {
            for is_item in [true, false] {
                let lines = [("EXPERIENCE", false), ("Baker, Crumb Hall Bakery, 2010 - 2020", false), (claim, is_item)];
                assert_eq!(placed(&lines), [(claim.to_string(), Some("Crumb Hall Bakery".to_string()))], "{is_item}");
            }
        }
    }

    #[test]
    fn unknown_headings_open_sections_of_work_where_deeds_are_told() {
        let found = of(&[
            ("Jo Bell", false),
            ("Leeds", false),
            ("jo@example.org", false),
            ("PROFILE", false),
            ("Tidy and on time.", false),
            ("THE STORY SO FAR", false),
            ("2012 to 2015: Baker, Crumb Hall Bakery", false),
            ("Baked 300 loaves a night.", true),
            ("Raised the share of rye to a third.", true),
            ("Night shifts for three winters.", true),
            ("LATER ON", false),
            ("2016 to 2018: Cook for a choir", false),
            ("Cooked for 90 singers.", true),
            ("Cut the cost of a meal by a third.", true),
            ("ODDS AND ENDS", false),
            ("Class B licence for vans", true),
            ("A van and its tools", true),
            ("SKILLS", false),
            ("Crumb Hall", false),
            ("Baked 400 loaves a night.", true),
        ]);
        let texts: Vec<(&str, Option<&str>)> = found.iter().map(|c| (c.text.as_str(), c.employer.as_deref())).collect();
        let baker = Some("Crumb Hall Bakery");
        assert_eq!(
            texts,
            [
                ("Baked 300 loaves a night.", baker),
                ("Raised the share of rye to a third.", baker),
                ("Night shifts for three winters.", baker),
                ("Cooked for 90 singers.", None),
                ("Cut the cost of a meal by a third.", None),
            ]
        );
        let found =
            of(&[("Jo Bell", false), ("Leeds", false), ("jo@example.org", false), ("Skills", false), ("Rye", true)]);
        assert!(found.is_empty());
    }

    #[test]
    fn lines_without_marks_are_claims_under_a_heading_of_ones_own() {
        let found = placed(&[
            ("Jo Bell, baker in Leeds, jo@example.org", false),
            ("BAKING", false),
            ("Night baker, Crumb Hall Bakery, Leeds. Since spring 2019", false),
            ("Bake 300 loaves a night.", false),
            ("Taught two apprentices to shape a plait.", false),
            ("Visiting pastry cook, Elm Valley College. 2011 to 2015", false),
            ("Gave four courses on choux pastry.", false),
        ]);
        let employers: Vec<Option<&str>> = found.iter().map(|c| c.1.as_deref()).collect();
        assert_eq!(employers, [Some("Crumb Hall Bakery"), Some("Crumb Hall Bakery"), Some("Elm Valley College")]);
    }

    #[test]
    fn behind_a_title_is_no_employer_where_employers_have_their_own_lines() {
        let found = placed(&[
            ("EXPERIENCE", false),
            ("ORLOP\t2011 - 2020", false),
            ("Account Manager", false),
            ("Sold 90 pies a day.", true),
            ("Account Manager, Wholesale Trade\t2011 - 2014", false),
            ("Opened two shops.", true),
        ]);
        assert_eq!(found[1].1, None);
        let found = placed(&[
            ("EXPERIENCE", false),
            ("Account Manager, Radley Mills\t2011 - 2014", false),
            ("Opened two shops.", true),
        ]);
        assert_eq!(found[0].1.as_deref(), Some("Radley Mills"));
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
