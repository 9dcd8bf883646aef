//! Repeated sentences: those that say what an earlier sentence already said.

use std::collections::HashSet;

use super::cues::Sentence;

/// Minimum share of common words, of the distinct words of the longer sentence, at which two sentences count as the
/// same (ours).
const MIN_OVERLAP: f64 = 0.8;
/// Minimum number of words for comparing two sentences by their common words; shorter ones must be identical.
const MIN_WORDS: usize = 4;

/// Returns for each sentence the index of the first sentence that says the same; its own index if it is new.
pub(super) fn first_occurrences(sentences: &[Sentence]) -> Vec<usize> {
    let words: Vec<HashSet<&str>> =
        sentences.iter().map(|s| s.words.iter().map(String::as_str).collect::<HashSet<_>>()).collect();
    let same = |a: usize, b: usize| {
        let both = words[a].intersection(&words[b]).count() as f64;
        both >= MIN_OVERLAP * words[a].len().max(words[b].len()) as f64
    };
    let exactly = |a: usize, b: usize| sentences[a].words == sentences[b].words;
    (0..sentences.len())
        .map(|i| {
            let again = |j: &usize| exactly(i, *j) || sentences[i].words.len() >= MIN_WORDS && same(i, *j);
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
        assert_eq!(first_occurrences(&sentences), [0, 1, 0, 3, 1]);
    }
}
