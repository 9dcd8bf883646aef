//! Lexical features of a sentence: which persons it names, in which tense it is, and which set phrases it contains.
//!
//! The model of the parts uses these counts together with the sentence embedding; the other measures build on
//! [`Sentence`] too.

use std::ops::Range;

use super::sentences::StoryToken;
use crate::english::lexicon::{I, WE};
use crate::english::normalized;
use crate::english::numbers::is_quantity;

/// A sentence as its words, without fillers.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// The range of the sentence among the tokens of the answer.
    pub range: Range<usize>,
    /// The words in lower case, without the punctuation around them.
    pub words: Vec<String>,
    /// The input of the encoder: the words with their punctuation, and with a placeholder for every number, so that
    /// digits and number words are the same.
    pub text: String,
    /// Whether the sentence ends with a question mark.
    pub is_question: bool,
}

/// The placeholder for every number in [`Sentence::text`].
const NUMBER_PLACEHOLDER: &str = "12";

impl Sentence {
    /// Creates a sentence from a range of the answer's tokens.
    pub fn of(tokens: &[StoryToken<'_>], range: Range<usize>) -> Self {
        let mut words = Vec::new();
        let mut text = String::new();
        let mut after_number = false;
        for token in tokens[range.clone()].iter().filter(|t| !t.filler) {
            let word = normalized(token.text);
            let number = is_quantity(&word);
            if !(number && after_number) {
                let shown = if number {
                    token.text.to_lowercase().replace(&word, NUMBER_PLACEHOLDER)
                } else {
                    token.text.to_string()
                };
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&shown.replace('%', " percent"));
            }
            after_number = number;
            words.push(word);
        }
        let is_question = tokens[range.clone()].last().is_some_and(|t| t.text.contains('?'));
        Self { range, words, text, is_question }
    }

    /// Returns whether the sentence contains a phrase, given as words separated by spaces.
    pub fn has(&self, phrase: &str) -> bool {
        self.position(phrase).is_some()
    }

    /// Returns the index in [`Self::words`] at which a phrase first begins.
    pub fn position(&self, phrase: &str) -> Option<usize> {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        self.words.windows(phrase.len()).position(|w| w.iter().zip(&phrase).all(|(a, b)| a == b))
    }

    /// Returns how many words of the sentence are in a list.
    pub fn count(&self, words: &[&str]) -> usize {
        self.words.iter().filter(|w| words.contains(&w.as_str())).count()
    }
}

/// Third-person subject pronouns, alone and contracted.
const THIRD_PERSON: [&str; 14] = [
    "he", "she", "they", "it", "he's", "she's", "they're", "it's", "he'd", "she'd", "they'd", "they've", "it'd",
    "it'll",
];
/// Forms of "you", alone and contracted.
const SECOND_PERSON: [&str; 6] = ["you", "you're", "you've", "you'd", "you'll", "your"];
/// Past forms of "be", "have" and "do".
const PAST_AUXILIARIES: [&str; 4] = ["was", "were", "had", "did"];
/// Present forms of "be", "have" and "do", alone and contracted.
const PRESENT_FORMS: [&str; 14] =
    ["is", "are", "do", "does", "have", "am", "i'm", "it's", "that's", "i've", "there's", "don't", "has", "isn't"];
/// Words that order events in time.
const SEQUENCE_WORDS: [&str; 6] = ["so", "then", "first", "after", "before", "next"];
/// Words typical of how a story came out.
const OUTCOME_WORDS: [&str; 12] = [
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
/// Modal verbs, alone and contracted.
const MODALS: [&str; 9] = ["would", "will", "could", "should", "might", "i'd", "i'll", "we'd", "can"];
/// Phrases typical of what somebody had to do.
const TASK_PHRASES: [&str; 22] = [
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
/// Phrases typical of opinions and asides.
const OPINION_PHRASES: [&str; 12] = [
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
/// Phrases typical of the end of a story.
const ENDING_PHRASES: [&str; 12] = [
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

/// Number of cues.
pub const CUES: usize = 23;

/// Returns the cues of a sentence: counts, each capped at two and then halved, so 0, 0.5 or 1.
pub fn cues(sentence: &Sentence) -> [f32; CUES] {
    let phrases = |phrases: &[&str]| phrases.iter().filter(|p| sentence.has(p)).count();
    let words = &sentence.words;
    let ending_in = |ending: &str| words.iter().filter(|w| w.len() > 4 && w.ends_with(ending)).count();
    let negated = words.iter().filter(|w| *w == "not" || w.ends_with("n't") || *w == "nobody" || *w == "no").count();
    let counts = [
        sentence.count(&I),
        sentence.count(&WE),
        sentence.count(&THIRD_PERSON),
        sentence.count(&SECOND_PERSON),
        sentence.count(&["my", "me", "myself"]),
        sentence.count(&["our", "us"]),
        sentence.count(&["his", "her", "their", "them", "him"]),
        words.iter().filter(|w| is_quantity(w)).count(),
        sentence.count(&PAST_AUXILIARIES),
        ending_in("ed"),
        ending_in("ing"),
        sentence.count(&PRESENT_FORMS),
        phrases(&TASK_PHRASES),
        sentence.count(&SEQUENCE_WORDS),
        sentence.count(&OUTCOME_WORDS),
        phrases(&ENDING_PHRASES),
        sentence.count(&MODALS),
        negated,
        passives(sentence),
        usize::from(sentence.is_question),
        phrases(&OPINION_PHRASES),
        usize::from(words.first().is_some_and(|w| I.contains(&w.as_str()))),
        usize::from(words.first().is_some_and(|w| w == "so" || w == "and" || w == "but")),
    ];
    counts.map(|n| n.min(2) as f32 / 2.0)
}

/// Counts the passives: a form of "be" or "got" right before a participle, in -ed or -en or irregular.
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
