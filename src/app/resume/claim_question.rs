//! Turns a claim into an interview question: the claim, rephrased in the second person, and a request for the story. A
//! claim that cannot be rephrased in good English is quoted.

use super::claims::{Claim, DUTIES};
use super::layout::sentences;
use super::sections::contains_phrase;
use super::verbs::{VerbForm, is_action_verb, verb_form};

/// The maximum length of a claim, in words, at which the employer is put after the claim; with a longer claim, the
/// employer comes first.
const MAX_SHORT_WORDS: usize = 12;

/// Returns an interview question that asks for the story behind a claim.
pub fn question(claim: &Claim) -> String {
    let Some(said) = in_second_person(claim) else {
        let place = claim.employer.as_deref().filter(|e| !claim.text.contains(e));
        let place = place.map_or(String::new(), |e| format!(" of your time at {}:", with_article(e)));
        let quote = claim.text.trim_end_matches('.').replace(['\u{201c}', '\u{201d}', '"'], "'");
        return format!("Your resume says{place} \"{quote}\". Tell me the story behind it.");
    };
    let ask = match said.tense {
        _ if claim.is_weak => "Tell me about one time when it mattered how you did it.",
        Tense::Past => "How did you go about it?",
        Tense::Present => "How do you go about it?",
    };
    format!("{} {ask}", with_employer(&said.text, claim.employer.as_deref()))
}

/// The tense of a claim.
#[derive(Clone, Copy)]
enum Tense {
    Past,
    Present,
}

/// A claim in the second person: "You led the team".
struct SecondPersonClaim {
    text: String,
    tense: Tense,
}

/// Returns an employer's name with the definite article, if it takes one: "the University of Kent".
fn with_article(employer: &str) -> String {
    const ARTICLE_PREFIXES: &[&str] = &["U.S.", "US", "Royal", "National"];
    // Kinds of institutions whose names take an article if "of" or "for" follows.
    const INSTITUTIONS: &[&str] = &[
        "Academy",
        "Agency",
        "Association",
        "Bank",
        "Board",
        "Bureau",
        "Center",
        "Centre",
        "Chamber",
        "Church",
        "City",
        "College",
        "Company",
        "Council",
        "Department",
        "Embassy",
        "Faculty",
        "Federation",
        "Foundation",
        "Friends",
        "Guild",
        "House",
        "Institute",
        "Institution",
        "Laboratory",
        "League",
        "Library",
        "Ministry",
        "Museum",
        "Office",
        "Port",
        "School",
        "Society",
        "Trust",
        "Union",
        "University",
    ];
    let mut words = employer.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_kind = INSTITUTIONS.contains(&first) && words.next().is_some_and(|w| ["of", "for"].contains(&w));
    let takes = is_kind || (ARTICLE_PREFIXES.contains(&first) && employer.contains(' '));
    if takes { format!("the {employer}") } else { employer.to_string() }
}

/// Adds the employer, if the sentence does not name it, and a full stop.
fn with_employer(said: &str, employer: Option<&str>) -> String {
    let said = said.trim_end_matches(['.', ';', ',', ' ']);
    let Some(employer) = employer.filter(|e| !said.contains(e)).map(with_article) else { return format!("{said}.") };
    let simple = said.split_whitespace().count() <= MAX_SHORT_WORDS && !said.contains([',', ';', ':', '(']);
    match said.strip_prefix("You ") {
        Some(rest) if !simple => format!("At {employer}, you {rest}."),
        _ if simple && !contains_phrase(said, "at") => format!("{said} at {}.", employer.trim_end_matches('.')),
        _ => format!("{said}."),
    }
}

/// Rephrases a claim in the second person; `None` if good English is not certain.
fn in_second_person(claim: &Claim) -> Option<SecondPersonClaim> {
    // Only the first sentence is used: it suffices to identify the claim.
    let text = sentences(&claim.text).first().copied()?;
    let lower = text.to_lowercase();
    // Not rephrased: sentences with "we", which include what others did; text with colons or tabs; and run-on sentences
    // ("built it, it was full").
    let others = ["we", "our", "us", "ours"].iter().any(|w| contains_phrase(&lower, w));
    let runs_on = [", it ", ", they ", ", he ", ", she ", ", this "].iter().any(|w| lower.contains(w));
    if others || runs_on || text.contains([':', '\n', '\t']) {
        return None;
    }
    let said = |text: String, tense: Tense| Some(SecondPersonClaim { text, tense });
    if let Some(duty) = DUTIES.iter().find(|d| lower.starts_with(*d)) {
        if duty.starts_with("duties") || duty.starts_with("tasked") {
            return None;
        }
        let (was, tense) = match (duty.starts_with("was "), claim.is_current) {
            (true, _) | (false, Some(false)) => ("were", Tense::Past),
            (false, Some(true)) => ("are", Tense::Present),
            (false, None) => return None,
        };
        let rest = text.get(if duty.starts_with("was ") { 4 } else { 0 }..)?;
        return said(format!("You {was} {}", to_second_person(&lowercase_first(rest))), tense);
    }
    let first = text.split_whitespace().next()?;
    let rest = text[first.len()..].trim_start();
    // Derives the tense of a sentence from the form of the verb after "I": the base form is the present tense.
    let tense_after_i = |rest: &str| match rest.split_whitespace().next().and_then(verb_form) {
        Some(VerbForm::Present) => Tense::Present,
        _ if rest.starts_with("am ") || rest.starts_with("have ") => Tense::Present,
        _ => Tense::Past,
    };
    if first == "I" {
        return said(format!("You {}", to_second_person(&with_agreement(rest))), tense_after_i(rest));
    }
    if first == "My" {
        return said(format!("Your {}", to_second_person(rest)), Tense::Past);
    }
    if contains_phrase(text, "I") {
        // "At Acme I led the shift": the words before "I" are kept.
        let opening = ["At", "In", "After", "When", "During", "Before", "While", "On", "As", "For", "With"];
        let after = text.split_once(" I ").map_or("", |(_, after)| after);
        let text = opening.contains(&first).then(|| to_second_person(text))?;
        return said(text, tense_after_i(after));
    }
    if first.contains('/') || first.ends_with([',', ';']) || rest.is_empty() {
        return None;
    }
    let with = |verb: &str, tense: Tense| said(format!("You {verb} {}", to_second_person(rest)), tense);
    let more_of = |is: fn(&VerbForm) -> bool| rest.split_whitespace().filter_map(verb_form).any(|f| is(&f));
    let form_of_first = verb_form(first)?;
    if !is_action_verb(&form_of_first, first, rest) {
        return None;
    }
    match form_of_first {
        VerbForm::Past | VerbForm::Either => with(&lowercase_first(first), Tense::Past),
        // "You serve" is wrong for a job that has ended.
        VerbForm::Present if claim.is_current == Some(false) => None,
        VerbForm::Present => with(&lowercase_first(first), Tense::Present),
        VerbForm::Gerund(base, past) if !more_of(|f| matches!(f, VerbForm::Gerund(..))) => match claim.is_current? {
            true => with(&base, Tense::Present),
            false => with(&past, Tense::Past),
        },
        VerbForm::Third(_) if claim.is_current == Some(false) => None,
        VerbForm::Third(base) if !more_of(|f| matches!(f, VerbForm::Third(_))) => with(&base, Tense::Present),
        VerbForm::Gerund(..) | VerbForm::Third(_) => None,
    }
}

/// Changes the verb after "I" so that it agrees with "you".
fn with_agreement(rest: &str) -> String {
    match rest.split_once(' ') {
        Some(("am", rest)) => format!("are {rest}"),
        Some(("was", rest)) => format!("were {rest}"),
        _ => rest.to_string(),
    }
}

/// Replaces first-person pronouns and verbs by the second person.
fn to_second_person(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out: Vec<String> = Vec::new();
    let mut quoted = false;
    for (i, word) in words.iter().enumerate() {
        // Quoted text is left unchanged.
        let opens = quoted || word.starts_with(['\u{201c}', '"']);
        quoted = opens && !word.contains('\u{201d}') && !(word.len() > 1 && word.ends_with('"'));
        if opens {
            out.push((*word).to_string());
            continue;
        }
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let other = match bare {
            "my" => "your",
            "My" => "Your",
            "I" | "me" => "you",
            "myself" => "yourself",
            "mine" => "yours",
            "am" if i > 0 && words[i - 1] == "I" => "are",
            "was" if i > 0 && words[i - 1] == "I" => "were",
            _ => {
                out.push((*word).to_string());
                continue;
            }
        };
        out.push(word.replace(bare, other));
    }
    out.join(" ")
}

/// Lowercases the first letter of a text for use inside a sentence; abbreviations keep their capitals.
fn lowercase_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), second) if second.is_none_or(|c| !c.is_uppercase()) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str, employer: Option<&str>, is_current: Option<bool>) -> String {
        let claim = Claim {
            text: text.into(),
            employer: employer.map(str::to_string),
            is_current,
            is_weak: text.starts_with("Resp"),
        };
        question(&claim)
    }

    #[test]
    fn claims_are_said_to_their_writer_in_good_english() {
        for (text, employer, current, expected) in [
            (
                "Cut build times by half.",
                Some("Acme"),
                None,
                "You cut build times by half at Acme. How did you go about it?",
            ),
            (
                "Reduced waste from 9 to 4 %, mostly by planning the cuts",
                Some("Acme"),
                Some(false),
                "At Acme, you reduced waste from 9 to 4 %, mostly by planning the cuts. How did you go about it?",
            ),
            (
                "Managing a crew of five",
                Some("Acme"),
                Some(true),
                "You manage a crew of five at Acme. How do you go about it?",
            ),
            ("Managing a crew of five", None, Some(false), "You managed a crew of five. How did you go about it?"),
            (
                "Managing a crew of five",
                Some("Acme"),
                None,
                "Your resume says of your time at Acme: \"Managing a crew of five\". Tell me the story behind it.",
            ),
            (
                "Winner of the safety prize",
                Some("Institute for Bee Research"),
                None,
                "Your resume says of your time at the Institute for Bee Research: \"Winner of the safety prize\". \
                 Tell me the story behind it.",
            ),
            (
                "Planted 40 limes.",
                Some("House of Flowers"),
                None,
                "You planted 40 limes at the House of Flowers. How did you go about it?",
            ),
            (
                "Run the press with nine others",
                None,
                None,
                "You run the press with nine others. How do you go about it?",
            ),
            (
                "Run the press with nine others",
                None,
                Some(false),
                "Your resume says \"Run the press with nine others\". Tell me the story behind it.",
            ),
            (
                "Built a stall, it fed 90 people",
                None,
                None,
                "Your resume says \"Built a stall, it fed 90 people\". Tell me the story behind it.",
            ),
            ("I was asked to lead my team.", None, None, "You were asked to lead your team. How did you go about it?"),
            (
                "Responsible for the till.",
                Some("Acme"),
                Some(false),
                "You were responsible for the till at Acme. Tell me about one time when it mattered how you did it.",
            ),
            (
                "We opened two shops.",
                None,
                None,
                "Your resume says \"We opened two shops\". Tell me the story behind it.",
            ),
            (
                "Winner of the safety prize",
                None,
                None,
                "Your resume says \"Winner of the safety prize\". Tell me the story behind it.",
            ),
            ("At Acme I ran the press.", Some("Acme"), None, "At Acme you ran the press. How did you go about it?"),
        ] {
            assert_eq!(asked(text, employer, current), expected, "{text}");
        }
    }
}
