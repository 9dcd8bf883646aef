//! Specific details: numbers, names and times, which a listener can picture and check.

use super::cues::Sentence;
use super::sentences::StoryToken;
use super::{Excerpt, excerpt};
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
/// Maximum number of words after a number or name that are included with it ("12 spare pumps").
const MAX_WORDS_AFTER: usize = 2;
/// Words that are capitalized without being names.
const NOT_NAMES: [&str; 14] =
    ["i", "ok", "okay", "english", "yes", "no", "well", "so", "and", "but", "the", "mr", "mrs", "ms"];

/// Returns the specific details, each with the words after it that belong to it, without duplicates.
pub(super) fn specifics(tokens: &[StoryToken<'_>], sentences: &[Sentence]) -> Vec<Excerpt> {
    let mut found: Vec<Excerpt> = Vec::new();
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
            while end < sentence.range.end && end - i <= MAX_WORDS_AFTER && !ends_phrase(tokens[end - 1].text) {
                let goes_on = number || is_name(tokens, end, &normalized(tokens[end].text));
                if !goes_on {
                    break;
                }
                end += 1;
            }
            after = end;
            let excerpt = excerpt(tokens, i..end);
            if found.iter().all(|m| m.text != excerpt.text) {
                found.push(excerpt);
            }
        }
    }
    found
}

/// Returns whether the punctuation after a word ends its phrase.
fn ends_phrase(text: &str) -> bool {
    text.ends_with(|c: char| !c.is_alphanumeric() && c != '%')
}

/// Returns whether token `i`, which is not the first of its sentence, is capitalized as a name. `word` is its
/// normalized text.
fn is_name(tokens: &[StoryToken<'_>], i: usize, word: &str) -> bool {
    let text = tokens[i].text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let after_stop = tokens[i - 1].text.ends_with(['.', '?', '!', ':', '"', '\u{201c}']);
    let own = word.split('\'').next().unwrap_or(word);
    text.starts_with(char::is_uppercase)
        && !after_stop
        && !I.contains(&word)
        && !NOT_NAMES.contains(&own)
        && own.len() > 1
}
