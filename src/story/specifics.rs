//! Specifics: numbers, names and times, which a listener can picture and check.

use super::cues::Sentence;
use super::sentences::Token;
use super::{Moment, moment};
use crate::english::lexicon::I;
use crate::english::normalized;
use crate::english::numbers::is_quantity;

/// Days, months, seasons and other words for a time.
pub(super) const TIMES: [&str; 30] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "spring",
    "summer",
    "autumn",
    "winter",
    "christmas",
    "easter",
    "thanksgiving",
    "midnight",
    "noon",
    "weekend",
    "overnight",
    "yesterday",
];
/// Words that go on to tell what a number counts.
const FOLLOWING: usize = 2;
/// Capitalized without being a name.
const NO_NAMES: [&str; 14] =
    ["i", "ok", "okay", "english", "yes", "no", "well", "so", "and", "but", "the", "mr", "mrs", "ms"];

/// Every specific thing with the words around it, at most one for the same words.
pub(super) fn specifics(tokens: &[Token<'_>], sentences: &[Sentence]) -> Vec<Moment> {
    let mut found: Vec<Moment> = Vec::new();
    for sentence in sentences {
        let mut after = 0;
        for i in sentence.range.clone() {
            let word = normalized(tokens[i].text);
            let name = i > sentence.range.start && is_name(tokens, i, &word);
            let number = is_quantity(&word);
            if i < after || tokens[i].filler || !(number || name || TIMES.contains(&word.as_str())) {
                continue;
            }
            let mut end = i + 1;
            while end < sentence.range.end && end - i <= FOLLOWING && !ends_phrase(tokens[end - 1].text) {
                let goes_on = number || is_name(tokens, end, &normalized(tokens[end].text));
                if !goes_on {
                    break;
                }
                end += 1;
            }
            after = end;
            let moment = moment(tokens, i..end);
            if found.iter().all(|m| m.text != moment.text) {
                found.push(moment);
            }
        }
    }
    found
}

fn ends_phrase(text: &str) -> bool {
    text.ends_with(|c: char| !c.is_alphanumeric() && c != '%')
}

/// Whether a word inside a sentence is written as a name.
fn is_name(tokens: &[Token<'_>], i: usize, word: &str) -> bool {
    let text = tokens[i].text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let after_stop = tokens[i - 1].text.ends_with(['.', '?', '!', ':', '"', '\u{201c}']);
    let own = word.split('\'').next().unwrap_or(word);
    text.starts_with(char::is_uppercase)
        && !after_stop
        && !I.contains(&word)
        && !NO_NAMES.contains(&own)
        && own.len() > 1
}
