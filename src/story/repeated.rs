//! Sentences that say again what was said.

use std::collections::HashSet;

use super::cues::Sentence;

/// Two sentences with this share of their words in common are the same (ours).
const SAME: f64 = 0.8;
/// Shorter sentences are too short to tell, in words.
const SHORTEST: usize = 4;

/// For every sentence the first that says the same: itself when it is new.
pub(super) fn first_said(sentences: &[Sentence]) -> Vec<usize> {
    let words: Vec<HashSet<&str>> =
        sentences.iter().map(|s| s.words.iter().map(String::as_str).collect::<HashSet<_>>()).collect();
    let same = |a: usize, b: usize| {
        let both = words[a].intersection(&words[b]).count() as f64;
        both >= SAME * words[a].len().max(words[b].len()) as f64
    };
    let exactly = |a: usize, b: usize| sentences[a].words == sentences[b].words;
    (0..sentences.len())
        .map(|i| {
            let again = |j: &usize| exactly(i, *j) || sentences[i].words.len() >= SHORTEST && same(i, *j);
            (0..i).find(again).unwrap_or(i)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::sentence_of;

    #[test]
    fn the_same_in_nearly_the_same_words_is_said_again() {
        let sentences: Vec<Sentence> = [
            "I called every customer on the list.",
            "It worked.",
            "So I called every customer on the list.",
            "Every one of them came back to us.",
            "It worked.",
        ]
        .map(sentence_of)
        .to_vec();
        assert_eq!(first_said(&sentences), [0, 1, 0, 3, 1]);
    }
}
