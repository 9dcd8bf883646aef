//! Empty talk: sentences that sound impressive and say nothing ("leveraged synergies to drive impact").
//!
//! A sentence is empty if the model, which was trained on answers stuffed with buzzwords and on plain ones, gives it a
//! high probability, or if a large share of its words are buzzwords from the lists below. Percentages do not make it
//! less empty: a number about nothing in particular is no result.

use super::cues::Sentence;

/// Prefixes of buzzwords: words that are mostly used to impress.
const BUZZWORDS: [&str; 62] = [
    "leverag",
    "synerg",
    "stakeholder",
    "kpi",
    "holistic",
    "proactiv",
    "strateg",
    "transformation",
    "empower",
    "alignment",
    "impactful",
    "results-",
    "solution-",
    "solutions-",
    "outcome-",
    "customer-obsess",
    "customer-centric",
    "best-in-class",
    "world-class",
    "cutting-edge",
    "game-changer",
    "mindset",
    "disrupt",
    "scalab",
    "robust",
    "value-add",
    "paradigm",
    "passionate",
    "dynamic",
    "self-starter",
    "spearhead",
    "orchestrat",
    "champion",
    "streamlin",
    "optimis",
    "optimiz",
    "agile",
    "fast-paced",
    "data-driven",
    "cross-functional",
    "end-to-end",
    "bandwidth",
    "deliverable",
    "actionable",
    "ecosystem",
    "accountab",
    "excellence",
    "visionary",
    "innovat",
    "thrive",
    "resilien",
    "ownership",
    "facilitat",
    "utilis",
    "utiliz",
    "seamless",
    "buy-in",
    "high-perform",
    "high-impact",
    "proven",
    "sustainable",
    "engagement",
];
/// Phrases that are mostly used to impress.
const BUZZPHRASES: [&str; 12] = [
    "value chain",
    "return on investment",
    "above and beyond",
    "track record",
    "team player",
    "best practice",
    "low-hanging fruit",
    "move the needle",
    "win-win",
    "value proposition",
    "at scale",
    "key performance",
];
/// The share of buzzwords among the words of more than three letters at which a sentence is empty with certainty.
const EMPTY_BUZZWORD_SHARE: f64 = 0.28;
/// The model's probability from which on it is trusted by itself; below, it is halved.
const MODEL_THRESHOLD: f64 = 0.6;

/// Returns the probability that a sentence is empty, 0 to 1, from its words and the model's probability `model`.
pub(super) fn emptiness(sentence: &Sentence, model: f64) -> f64 {
    let long = sentence.words.iter().filter(|w| w.len() > 3).count().max(4) as f64;
    let share = buzzwords(sentence) as f64 / long;
    let by_words = (share / EMPTY_BUZZWORD_SHARE).min(1.0);
    if model >= MODEL_THRESHOLD { model.max(by_words) } else { by_words.max(model * 0.5) }
}

/// Counts the buzzwords of a sentence; a phrase counts as two.
pub(super) fn buzzwords(sentence: &Sentence) -> usize {
    let words = sentence.words.iter().filter(|w| BUZZWORDS.iter().any(|b| w.starts_with(b))).count();
    words + 2 * BUZZPHRASES.iter().filter(|p| sentence.has(p)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::sentence_of;

    #[test]
    fn impressive_words_make_a_sentence_empty_and_plain_ones_do_not() {
        let empty = |text: &str| emptiness(&sentence_of(text), 0.0);
        assert!(empty("As a result we leveraged synergies and improved KPIs by forty percent.") > 0.9);
        assert!(empty("I proactively spearheaded strategic workstreams and championed innovation.") > 0.9);
        assert!(empty("I asked two of the night nurses what they really checked.") < 0.1);
        assert!(empty("We lost a third of our customers because the agile board was never updated.") < 0.5);
    }
}
