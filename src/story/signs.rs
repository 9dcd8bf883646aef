//! Signs in the words of a sentence that coaches go by: one time or a habit, somebody who speaks, a figure, a hedge, a big word.
//!
//! They go into the [`detectors`](super::detectors) beside the sentence's vectors and its [`cues`](super::cues).

use super::cues::Sentence;
use super::emptiness::buzzwords;
use super::hedges::hedge_count;
use super::specifics::TIMES;
use crate::english::lexicon::{I, is_past_form};
use crate::english::numbers::is_quantity;

/// Words for what happens again and again.
const HABIT: [&str; 12] = [
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
/// Words for what happened once.
const ONCE: [&str; 19] = [
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
/// Words for what would be.
const SUPPOSED: [&str; 6] = ["would", "i'd", "if", "could", "might", "would've"];
/// Somebody else, alone.
const SOMEBODY: [&str; 14] = [
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
/// What somebody says, and how.
const SAYING: [&str; 7] = ["said", "told", "asked", "says", "called", "rang", "wrote"];
/// How words end that name no thing.
const ABSTRACT: [&str; 8] = ["tion", "ment", "ness", "ity", "ance", "ence", "ship", "ism"];
/// That it went well, in no particular way.
const WELL: [&str; 14] = [
    "better", "good", "fine", "well", "happy", "pleased", "great", "nice", "okay", "alright", "positive", "improved",
    "smoother", "easier",
];
/// That somebody did not do well.
const BADLY: [&str; 18] = [
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
/// Words that stand for anything.
const ANYTHING: [&str; 17] = [
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
/// How many signs there are.
pub(super) const SIGNS: usize = 19;

/// The signs of a sentence, each 0 to about 1.
pub(super) fn signs(sentence: &Sentence) -> [f32; SIGNS] {
    let words = &sentence.words;
    let n = words.len().max(1) as f32;
    let few = |count: usize, most: usize| count.min(most) as f32 / most as f32;
    let phrases = |phrases: &[&str]| phrases.iter().filter(|p| sentence.has(p)).count();
    let long = words.iter().filter(|w| w.len() > 3).count().max(4) as f32;
    let big = buzzwords(sentence);
    let letters: usize = words.iter().map(String::len).sum();
    let ends = |w: &&String| w.len() > 6 && ABSTRACT.iter().any(|e| w.ends_with(e));
    let past = words.iter().filter(|w| is_past_form(w)).count();
    let is = |what: bool| f32::from(u8::from(what));
    [
        few(names(sentence), 2),
        few(big, 3),
        big as f32 / long,
        few(hedge_count(sentence), 2),
        few(past, 3),
        few(sentence.count(&HABIT), 2),
        few(phrases(&ONCE), 2),
        few(phrases(&SUPPOSED), 2),
        few(sentence.count(&SOMEBODY), 2),
        few(sentence.count(&SAYING), 2),
        few(words.iter().filter(ends).count(), 3),
        few(sentence.count(&WELL), 2),
        few(sentence.count(&BADLY), 2),
        few(sentence.count(&ANYTHING), 3),
        is(words.iter().any(|w| TIMES.contains(&w.as_str()))),
        letters as f32 / n / 8.0,
        is(sentence.text.contains(['"', '\u{201c}'])),
        n.min(40.0) / 40.0,
        is(words.len() <= 6),
    ]
}

/// Words inside the sentence that are written as names.
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
