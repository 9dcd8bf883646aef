//! From a claim to the question for its story. Only words of the claim are used; where it cannot be said to somebody in
//! good English, it is quoted.

use super::claims::{Claim, DUTIES};
use super::layout::sentences;
use super::sections::has_words;
use super::verbs::{Form, form, is_verb_of};

/// A claim up to so many words is followed by its employer; before a longer one it stands in front.
const SHORT: usize = 12;

/// The question that asks for the story behind a claim.
pub fn question(claim: &Claim) -> String {
    let ask = if claim.is_weak {
        "Tell me about one time when it mattered how you did it."
    } else {
        "How did you go about it?"
    };
    match said_to_you(claim) {
        Some(said) => format!("{} {ask}", placed(&said, claim.employer.as_deref())),
        None => {
            let place = claim.employer.as_deref().filter(|e| !claim.text.contains(e));
            let place = place.map_or(String::new(), |e| format!(" at {}", with_article(e).trim_end_matches('.')));
            let quote = claim.text.trim_end_matches('.').replace(['\u{201c}', '\u{201d}', '"'], "'");
            format!("Your resume says \"{quote}\"{place}. Tell me the story behind it.")
        }
    }
}

/// An employer as it stands after "at": "the University of Kent".
fn with_article(employer: &str) -> String {
    const TAKES_ARTICLE: &[&str] = &[
        "University of",
        "Institute of",
        "Ministry of",
        "Department of",
        "City of",
        "College of",
        "Bank of",
        "Museum of",
        "U.S.",
        "US",
        "Royal",
        "National",
    ];
    let takes = TAKES_ARTICLE.iter().any(|t| employer.strip_prefix(t).is_some_and(|rest| rest.starts_with(' ')));
    if takes { format!("the {employer}") } else { employer.to_string() }
}

/// A sentence with where it was done, and a full stop.
fn placed(said: &str, employer: Option<&str>) -> String {
    let said = said.trim_end_matches(['.', ';', ',', ' ']);
    let Some(employer) = employer.filter(|e| !said.contains(e)).map(with_article) else { return format!("{said}.") };
    let simple = said.split_whitespace().count() <= SHORT && !said.contains([',', ';', ':', '(']);
    match said.strip_prefix("You ") {
        Some(rest) if !simple => format!("At {employer}, you {rest}."),
        _ if simple && !has_words(said, "at") => format!("{said} at {}.", employer.trim_end_matches('.')),
        _ => format!("{said}."),
    }
}

/// The claim addressed to its writer; `None` if that is not safe.
fn said_to_you(claim: &Claim) -> Option<String> {
    // Of two sentences the first is enough to know what is meant.
    let text = sentences(&claim.text).first().copied()?;
    let lower = text.to_lowercase();
    // Sentences with "we" tell what others did, too; words in quotes and lists of labels are better left alone.
    if ["we", "our", "us", "ours"].iter().any(|w| has_words(&lower, w)) || text.contains([':', '\n', '\t']) {
        return None;
    }
    if let Some(duty) = DUTIES.iter().find(|d| lower.starts_with(*d)) {
        if duty.starts_with("duties") || duty.starts_with("tasked") {
            return None;
        }
        let was = match (duty.starts_with("was "), claim.is_current) {
            (true, _) | (false, Some(false)) => "were",
            (false, Some(true)) => "are",
            (false, None) => return None,
        };
        let rest = text.get(if duty.starts_with("was ") { 4 } else { 0 }..)?;
        return Some(format!("You {was} {}", yours(&uncapital(rest))));
    }
    let first = text.split_whitespace().next()?;
    let rest = text[first.len()..].trim_start();
    if first == "I" {
        return Some(format!("You {}", yours(&agreeing(rest))));
    }
    if first == "My" {
        return Some(format!("Your {}", yours(rest)));
    }
    if has_words(text, "I") {
        // "At Acme I led the shift": the words before stay.
        let opening = ["At", "In", "After", "When", "During", "Before", "While", "On", "As", "For", "With"];
        return opening.contains(&first).then(|| yours(text));
    }
    if first.contains('/') || first.ends_with([',', ';']) || rest.is_empty() {
        return None;
    }
    let said = |verb: &str| Some(format!("You {verb} {}", yours(rest)));
    let more_of = |is: fn(&Form) -> bool| rest.split_whitespace().filter_map(form).any(|f| is(&f));
    let form_of_first = form(first)?;
    if !is_verb_of(&form_of_first, first, rest) {
        return None;
    }
    match form_of_first {
        Form::Past | Form::Present | Form::Either => said(&uncapital(first)),
        Form::Gerund(base, past) if !more_of(|f| matches!(f, Form::Gerund(..))) => match claim.is_current? {
            true => said(&base),
            false => said(&past),
        },
        Form::Third(base) if !more_of(|f| matches!(f, Form::Third(_))) => said(&base),
        Form::Gerund(..) | Form::Third(_) => None,
    }
}

/// What follows "I" as it follows "you".
fn agreeing(rest: &str) -> String {
    match rest.split_once(' ') {
        Some(("am", rest)) => format!("are {rest}"),
        Some(("was", rest)) => format!("were {rest}"),
        _ => rest.to_string(),
    }
}

/// First-person words turned to the second person.
fn yours(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out: Vec<String> = Vec::new();
    let mut quoted = false;
    for (i, word) in words.iter().enumerate() {
        // Quoted text is not changed.
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

/// A first word as it stands inside a sentence; abbreviations and names with capitals inside stay.
fn uncapital(text: &str) -> String {
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
                "You manage a crew of five at Acme. How did you go about it?",
            ),
            ("Managing a crew of five", None, Some(false), "You managed a crew of five. How did you go about it?"),
            (
                "Managing a crew of five",
                Some("Acme"),
                None,
                "Your resume says \"Managing a crew of five\" at Acme. Tell me the story behind it.",
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
