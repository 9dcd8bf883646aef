//! Sentences that say again what was said.

use std::collections::HashSet;

use super::cues::Sentence;

/// Two sentences with this share of their words in common are the same (ours).
const SAME: f64 = 0.8;
/// Shorter sentences are too short to tell, in words.
const SHORTEST: usize = 4;

/// For every sentence whether an earlier one says the same.
pub(super) fn repeated(sentences: &[Sentence]) -> Vec<bool> {
    let words: Vec<HashSet<&str>> =
        sentences.iter().map(|s| s.words.iter().map(String::as_str).collect::<HashSet<_>>()).collect();
    let same = |a: usize, b: usize| {
        let both = words[a].intersection(&words[b]).count() as f64;
        both >= SAME * words[a].len().max(words[b].len()) as f64
    };
    let exactly = |a: usize, b: usize| sentences[a].words == sentences[b].words;
    (0..sentences.len())
        .map(|i| (0..i).any(|j| exactly(i, j) || sentences[i].words.len() >= SHORTEST && same(i, j)))
        .collect()
}
