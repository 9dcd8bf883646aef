//! Hedges: words that weaken a statement ("I guess", "hopefully", "tried to", "somehow").

use super::cues::Sentence;
use super::sentences::StoryToken;
use super::{Excerpt, excerpt};
use crate::english::normalized;

/// The hedges. A discourse marker ("kind of") that was classified as a filler in its context does not count as a hedge.
const HEDGES: [&str; 36] = [
    "i guess",
    "i suppose",
    "i think",
    "i believe",
    "i feel like",
    "hopefully",
    "maybe",
    "perhaps",
    "probably",
    "possibly",
    "somehow",
    "somewhat",
    "more or less",
    "kind of",
    "sort of",
    "or something",
    "or so",
    "i don't really know",
    "i don't know",
    "i'm not sure",
    "not sure",
    "not really sure",
    "i can't remember",
    "i don't remember",
    "tried to",
    "try to",
    "a bit",
    "i would say",
    "as far as i know",
    "if i remember",
    "it might have",
    "could have been",
    "to some extent",
    "in a way",
    "seemed to",
    "and so on",
];

/// Returns how many different hedges a sentence contains.
pub(super) fn hedge_count(sentence: &Sentence) -> usize {
    HEDGES.iter().filter(|h| sentence.has(h)).count()
}

/// Returns every hedge, with one word before it and two after it. Where hedges overlap, the longest is taken.
pub(super) fn hedges(tokens: &[StoryToken<'_>], sentences: &[Sentence]) -> Vec<Excerpt> {
    let mut found = Vec::new();
    for sentence in sentences {
        let said: Vec<(usize, String)> =
            sentence.range.clone().filter(|i| !tokens[*i].filler).map(|i| (i, normalized(tokens[i].text))).collect();
        let mut at = 0;
        while at < said.len() {
            let stands = |hedge: &&&str| {
                let words: Vec<&str> = hedge.split(' ').collect();
                said[at..].len() >= words.len() && words.iter().zip(&said[at..]).all(|(w, (_, s))| w == s)
            };
            let hedge = HEDGES.iter().filter(stands).max_by_key(|h| h.split(' ').count());
            let length = hedge.map_or(1, |h| h.split(' ').count());
            if hedge.is_some() {
                let last = (at + length + 2).min(said.len() - 1);
                found.push(excerpt(tokens, said[at.saturating_sub(1)].0..said[last].0 + 1));
            }
            at += length;
        }
    }
    found
}
