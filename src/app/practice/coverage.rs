//! Finds the requirements and claims that an answer gave evidence for. The evidence is the sentence nearest in meaning,
//! if it is near enough.
//!
//! Nearness is the cosine similarity of the sentence embeddings ([`crate::story::encoder`]). It is evidence, not proof:
//! users are never told that a requirement is met.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::story::encoder::encode;

/// The nearness at or above which a sentence counts as evidence (ours: of the 8 pieces of evidence annotated in four
/// answers, 6 are found with 1 false positive; at 0.42, all 8 are found with 4 false positives).
pub const NEAR: f64 = 0.45;
/// The minimum length of a sentence that can be evidence, in words (ours: shorter ones say too little).
const FEWEST_WORDS: usize = 5;

/// A sentence that gave evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// The words of the sentence.
    pub text: String,
    /// The start of the sentence, in seconds.
    pub start_s: Option<f64>,
    /// The nearness to the wanted text, at most 1.
    pub nearness: f64,
}

/// The evidence that an answer gave for some of the wanted texts, each with the index of its text.
pub type Found = Vec<(usize, Quote)>;

/// Returns the best evidence in an answer for each wanted text that has any, with the index of that text.
pub fn found(report: &Report, wanted: &[&str]) -> Found {
    evidence(report, wanted).into_iter().enumerate().filter_map(|(i, quote)| Some((i, quote?))).collect()
}

/// Returns the best evidence in an answer for each wanted text, or `None` where no sentence is near enough.
pub fn evidence(report: &Report, wanted: &[&str]) -> Vec<Option<Quote>> {
    let Some(story) = report.story.as_ref().filter(|_| !wanted.is_empty()) else { return vec![None; wanted.len()] };
    let told: Vec<_> = story.sentences.iter().filter(|s| s.words >= FEWEST_WORDS && !s.repeated).collect();
    let texts: Vec<&str> = told.iter().map(|s| s.text.as_str()).collect();
    let near = nearness(wanted, &texts);
    let best = |row: usize| {
        let (at, nearness) = (0..told.len()).map(|c| (c, near[[row, c]])).max_by(|a, b| a.1.total_cmp(&b.1))?;
        (nearness >= NEAR).then(|| Quote {
            text: told[at].text.clone(),
            start_s: told[at].span.map(|s| s.start_s),
            nearness,
        })
    };
    (0..wanted.len()).map(best).collect()
}

/// Returns the nearness of each of `these` texts (rows) to each of `those` (columns), -1 to 1.
pub fn nearness(these: &[&str], those: &[&str]) -> Array2<f64> {
    let all: Vec<&str> = these.iter().chain(those).copied().collect();
    let meaning = encode(&all, all.len()).meaning;
    Array2::from_shape_fn((these.len(), those.len()), |(a, b)| {
        f64::from(meaning.row(a).dot(&meaning.row(these.len() + b)))
    })
}
