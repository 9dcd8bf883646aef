//! Lexical features that coaches look for: a single occasion or a habit, quoted speech, names, hedges, buzzwords.
//!
//! The [`detectors`](super::detectors) use these signs together with the sentence embeddings and the
//! [`cues`](super::cues).

use super::cues::Sentence;
use super::emptiness::buzzwords;
use super::hedges::hedge_count;
use super::specifics::TIMES;
use crate::english::lexicon::{I, is_past_form};
use crate::english::numbers::is_quantity;

/// Words for what happens repeatedly.
const HABIT_WORDS: [&str; 12] = [
    "usually",
    "always",
    "often",
    "sometimes",
    "generally",
    "normally",
    "whenever",
    "typically",
    "every",
    "mostly",
    "tend",
    "never",
];
/// Phrases for what happened on a single occasion.
const SINGLE_OCCASION_PHRASES: [&str; 19] = [
    "last year",
    "last week",
    "last month",
    "last summer",
    "last winter",
    "last spring",
    "once",
    "one day",
    "one time",
    "one morning",
    "one night",
    "one evening",
    "there was",
    "this one",
    "ago",
    "the other",
    "that day",
    "one of the",
    "at one point",
];
/// Words for hypothetical events.
const HYPOTHETICAL_WORDS: [&str; 6] = ["would", "i'd", "if", "could", "might", "would've"];
/// Words for one other person.
const PERSON_WORDS: [&str; 14] = [
    "he",
    "she",
    "he'd",
    "she'd",
    "him",
    "her",
    "man",
    "woman",
    "lady",
    "guy",
    "customer",
    "manager",
    "boss",
    "colleague",
];
/// Verbs that report speech.
const SPEECH_VERBS: [&str; 7] = ["said", "told", "asked", "says", "called", "rang", "wrote"];
/// Suffixes of abstract nouns.
const ABSTRACT_SUFFIXES: [&str; 8] = ["tion", "ment", "ness", "ity", "ance", "ence", "ship", "ism"];
/// Words that say only that something went well.
const VAGUE_PRAISE: [&str; 14] = [
    "better", "good", "fine", "well", "happy", "pleased", "great", "nice", "okay", "alright", "positive", "improved",
    "smoother", "easier",
];
/// Words typical of blame.
const BLAME_WORDS: [&str; 18] = [
    "never",
    "fault",
    "wrong",
    "useless",
    "lazy",
    "incompetent",
    "ridiculous",
    "rude",
    "typical",
    "bother",
    "bothered",
    "listen",
    "refused",
    "stupid",
    "hopeless",
    "idiot",
    "blame",
    "blamed",
];
/// Unspecific words.
const VAGUE_WORDS: [&str; 17] = [
    "things",
    "stuff",
    "something",
    "everything",
    "lot",
    "various",
    "different",
    "situation",
    "issues",
    "everyone",
    "everybody",
    "anything",
    "people",
    "kind",
    "sort",
    "etc",
    "whatever",
];
/// Number of signs.
pub(super) const SIGNS: usize = 19;

/// Returns the signs of a sentence, each 0 to about 1.
pub(super) fn signs(sentence: &Sentence) -> [f32; SIGNS] {
    let words = &sentence.words;
    let n = words.len().max(1) as f32;
    let capped_share = |count: usize, most: usize| count.min(most) as f32 / most as f32;
    let phrases = |phrases: &[&str]| phrases.iter().filter(|p| sentence.has(p)).count();
    let long = words.iter().filter(|w| w.len() > 3).count().max(4) as f32;
    let big = buzzwords(sentence);
    let letters: usize = words.iter().map(String::len).sum();
    let ends = |w: &&String| w.len() > 6 && ABSTRACT_SUFFIXES.iter().any(|e| w.ends_with(e));
    let past = words.iter().filter(|w| is_past_form(w)).count();
    let is = |what: bool| f32::from(u8::from(what));
    [
        capped_share(names(sentence), 2),
        capped_share(big, 3),
        big as f32 / long,
        capped_share(hedge_count(sentence), 2),
        capped_share(past, 3),
        capped_share(sentence.count(&HABIT_WORDS), 2),
        capped_share(phrases(&SINGLE_OCCASION_PHRASES), 2),
        capped_share(phrases(&HYPOTHETICAL_WORDS), 2),
        capped_share(sentence.count(&PERSON_WORDS), 2),
        capped_share(sentence.count(&SPEECH_VERBS), 2),
        capped_share(words.iter().filter(ends).count(), 3),
        capped_share(sentence.count(&VAGUE_PRAISE), 2),
        capped_share(sentence.count(&BLAME_WORDS), 2),
        capped_share(sentence.count(&VAGUE_WORDS), 3),
        is(words.iter().any(|w| TIMES.contains(&w.as_str()))),
        letters as f32 / n / 8.0,
        is(sentence.text.contains(['"', '\u{201c}'])),
        n.min(40.0) / 40.0,
        is(words.len() <= 6),
    ]
}

/// Counts the words that are capitalized inside the sentence, as names are.
fn names(sentence: &Sentence) -> usize {
    let written: Vec<&str> = sentence.text.split(' ').collect();
    let is_name = |pair: &[&str]| {
        let word = pair[1].trim_matches(|c: char| !c.is_alphanumeric());
        word.starts_with(char::is_uppercase)
            && !pair[0].ends_with(['.', '?', '!', ':'])
            && !I.contains(&word.to_lowercase().replace('\u{2019}', "'").as_str())
            && !is_quantity(word)
    };
    written.windows(2).filter(|pair| is_name(pair)).count()
}
