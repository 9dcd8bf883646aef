//! Which requirements and claims an answer gave evidence for: the sentence that is nearest in meaning, if it is near enough.
//!
//! Nearness is the cosine of the sentence vectors ([`crate::story::encoder`]). It is evidence, not proof: nobody is told that
//! a requirement is fulfilled.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::story::encoder::encode;

/// From this nearness on a sentence is evidence (ours: of 8 pieces of evidence marked in four answers 6 are found and 1 is too
/// much; at 0.42 all 8, and 4 too much).
pub const NEAR: f64 = 0.45;
/// Shorter sentences tell too little, in words (ours).
const FEWEST_WORDS: usize = 5;

/// The words that an answer gave evidence with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// The sentence.
    pub text: String,
    /// When, in seconds.
    pub start_s: Option<f64>,
    /// How near it is, up to 1.
    pub nearness: f64,
}

/// Evidence that an answer gave for some of the wanted texts, by their places among them.
pub type Found = Vec<(usize, Quote)>;

/// The best evidence in an answer for those of the wanted texts that a sentence is near enough to.
pub fn found(report: &Report, wanted: &[&str]) -> Found {
    evidence(report, wanted).into_iter().enumerate().filter_map(|(i, quote)| Some((i, quote?))).collect()
}

/// For each of the wanted texts the best evidence in an answer; `None` where no sentence is near enough.
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

/// The nearness of each of `these` texts (rows) to each of `those` (columns), -1 to 1.
pub fn nearness(these: &[&str], those: &[&str]) -> Array2<f64> {
    let all: Vec<&str> = these.iter().chain(those).copied().collect();
    let meaning = encode(&all, all.len()).meaning;
    Array2::from_shape_fn((these.len(), those.len()), |(a, b)| {
        f64::from(meaning.row(a).dot(&meaning.row(these.len() + b)))
    })
}
