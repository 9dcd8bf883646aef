//! What the words of a sentence tell by themselves: who is named, in which tense, which turns of phrase.
//!
//! These counts go into the model of the parts beside the sentence's vector, and are the ground of the other measures.

use std::ops::Range;

use super::sentences::Token;
use crate::english::lexicon::{I, WE};
use crate::english::normalized;
use crate::english::numbers::is_quantity;

/// A sentence as its words, fillers left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// Its words among the answer's.
    pub range: Range<usize>,
    /// Lower case, without the punctuation around them.
    pub words: Vec<String>,
    /// What the encoder reads: the words with their punctuation, all numbers replaced by one, so that digits and number
    /// words are the same.
    pub text: String,
    /// Whether it is a question.
    pub asks: bool,
}

/// The number that stands for all.
const ANY_NUMBER: &str = "12";

impl Sentence {
    /// A sentence from its words among the answer's.
    pub fn of(tokens: &[Token<'_>], range: Range<usize>) -> Self {
        let mut words = Vec::new();
        let mut text = String::new();
        let mut after_number = false;
        for token in tokens[range.clone()].iter().filter(|t| !t.filler) {
            let word = normalized(token.text);
            let number = is_quantity(&word);
            if !(number && after_number) {
                let shown =
                    if number { token.text.to_lowercase().replace(&word, ANY_NUMBER) } else { token.text.to_string() };
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&shown.replace('%', " percent"));
            }
            after_number = number;
            words.push(word);
        }
        let asks = tokens[range.clone()].last().is_some_and(|t| t.text.contains('?'));
        Self { range, words, text, asks }
    }

    /// Whether a phrase of words stands in it.
    pub fn has(&self, phrase: &str) -> bool {
        self.position(phrase).is_some()
    }

    /// Where the first of a phrase's words stands among its words.
    pub fn position(&self, phrase: &str) -> Option<usize> {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        self.words.windows(phrase.len()).position(|w| w.iter().zip(&phrase).all(|(a, b)| a == b))
    }

    /// How many of its words are one of these.
    pub fn count(&self, words: &[&str]) -> usize {
        self.words.iter().filter(|w| words.contains(&w.as_str())).count()
    }
}

const OTHERS: [&str; 14] = [
    "he", "she", "they", "it", "he's", "she's", "they're", "it's", "he'd", "she'd", "they'd", "they've", "it'd",
    "it'll",
];
const YOU: [&str; 6] = ["you", "you're", "you've", "you'd", "you'll", "your"];
const PAST: [&str; 4] = ["was", "were", "had", "did"];
const PRESENT: [&str; 14] =
    ["is", "are", "do", "does", "have", "am", "i'm", "it's", "that's", "i've", "there's", "don't", "has", "isn't"];
const NEXT: [&str; 6] = ["so", "then", "first", "after", "before", "next"];
const SINCE: [&str; 12] = [
    "now",
    "since",
    "still",
    "ended",
    "finally",
    "result",
    "afterwards",
    "eventually",
    "today",
    "later",
    "went",
    "came",
];
const MODALS: [&str; 9] = ["would", "will", "could", "should", "might", "i'd", "i'll", "we'd", "can"];
const TASKS: [&str; 22] = [
    "had to",
    "needed to",
    "was asked",
    "my job",
    "asked me",
    "responsible",
    "wanted",
    "my task",
    "supposed to",
    "gave me",
    "told me to",
    "was meant",
    "was mine",
    "fell to me",
    "goal",
    "my part",
    "up to me",
    "deadline",
    "in charge",
    "to me",
    "target",
    "my role",
];
const OPINIONS: [&str; 12] = [
    "i'd say",
    "i think",
    "honestly",
    "i believe",
    "i guess",
    "i suppose",
    "to be fair",
    "i would say",
    "you know",
    "i mean",
    "i love",
    "i'm proud",
];
const ENDINGS: [&str; 12] = [
    "in the end",
    "as a result",
    "from then on",
    "these days",
    "ever since",
    "since then",
    "the result",
    "turned out",
    "at the end",
    "that was",
    "the year",
    "by the",
];

/// How many cues there are.
pub const CUES: usize = 23;

/// The cues of a sentence, each a count of at most two, halved.
pub fn cues(sentence: &Sentence) -> [f32; CUES] {
    let phrases = |phrases: &[&str]| phrases.iter().filter(|p| sentence.has(p)).count();
    let words = &sentence.words;
    let ends = |ending: &str| words.iter().filter(|w| w.len() > 4 && w.ends_with(ending)).count();
    let negated = words.iter().filter(|w| *w == "not" || w.ends_with("n't") || *w == "nobody" || *w == "no").count();
    let counts = [
        sentence.count(&I),
        sentence.count(&WE),
        sentence.count(&OTHERS),
        sentence.count(&YOU),
        sentence.count(&["my", "me", "myself"]),
        sentence.count(&["our", "us"]),
        sentence.count(&["his", "her", "their", "them", "him"]),
        words.iter().filter(|w| is_quantity(w)).count(),
        sentence.count(&PAST),
        ends("ed"),
        ends("ing"),
        sentence.count(&PRESENT),
        phrases(&TASKS),
        sentence.count(&NEXT),
        sentence.count(&SINCE),
        phrases(&ENDINGS),
        sentence.count(&MODALS),
        negated,
        passives(sentence),
        usize::from(sentence.asks),
        phrases(&OPINIONS),
        usize::from(words.first().is_some_and(|w| I.contains(&w.as_str()))),
        usize::from(words.first().is_some_and(|w| w == "so" || w == "and" || w == "but")),
    ];
    counts.map(|n| n.min(2) as f32 / 2.0)
}

/// Passives: a form of "be" or "got" right before a participle in -ed or -en.
pub fn passives(sentence: &Sentence) -> usize {
    let be = ["was", "were", "been", "being", "is", "are", "got", "be"];
    let participle = |w: &str| {
        w.len() > 4 && (w.ends_with("ed") || w.ends_with("en") || ["done", "made", "sent", "told"].contains(&w))
    };
    sentence.words.windows(2).filter(|w| be.contains(&w[0].as_str()) && participle(&w[1])).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::sentence_of as sentence;

    #[test]
    fn numbers_read_the_same_in_digits_and_letters() {
        let letters = sentence("We saved um, thirty-five percent, two hundred thousand euros.");
        assert_eq!(letters.text, "We saved 12 percent, 12 euros.");
        assert_eq!(sentence("We saved 35 percent, 200,000 euros.").text, letters.text);
        assert_eq!(sentence("It was one of them at 9:30.").text, "It was one of them at 12.");
    }

    #[test]
    fn phrases_and_passives_are_found() {
        let found = sentence("It was decided that I had to call them.");
        assert!(found.has("had to") && !found.has("had call"));
        assert_eq!((passives(&found), found.count(&I)), (1, 1));
    }
}
