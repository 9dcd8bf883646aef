//! Emptiness: sentences that are impressive and say nothing ("leveraged synergies to drive impact").
//!
//! A sentence is empty when the model, which has seen answers stuffed with such words and plain ones, is sure of it, or when
//! much of it is from the list below. Percentages do not help: a number about nothing in particular is no result.

use super::cues::Sentence;

/// Words that are mostly said to impress, by how they begin.
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
/// Phrases of that sort.
const PHRASES: [&str; 12] = [
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
/// A sentence with this share of such words among the longer ones is empty.
const MUCH: f64 = 0.28;
/// The model is sure from here on.
const SURE: f64 = 0.6;

/// How sure it is that a sentence is empty, 0 to 1, given the model's opinion.
pub(super) fn emptiness(sentence: &Sentence, model: f64) -> f64 {
    let long = sentence.words.iter().filter(|w| w.len() > 3).count().max(4) as f64;
    let share = buzzwords(sentence) as f64 / long;
    let by_words = (share / MUCH).min(1.0);
    if model >= SURE { model.max(by_words) } else { by_words.max(model * 0.5) }
}

/// How many words and phrases of that sort a sentence has.
pub(super) fn buzzwords(sentence: &Sentence) -> usize {
    let words = sentence.words.iter().filter(|w| BUZZWORDS.iter().any(|b| w.starts_with(b))).count();
    words + 2 * PHRASES.iter().filter(|p| sentence.has(p)).count()
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
