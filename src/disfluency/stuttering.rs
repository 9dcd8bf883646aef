//! Stuttering-like disfluencies: parts of words and words begun again, as in "b- b- but", "Mu-mu-multi", "the, the, the
//! store".
//!
//! They are no words (the pace counts what was said once) and no fillers: nobody can leave them out by waiting. A part of
//! a word always is one. A whole word said again is a repetition, as everybody's speech has some, unless they come as
//! thickly as in stuttered speech: E. Yairi and N. Ambrose, "Early childhood stuttering", 2005, call speech stuttered
//! from 3 such disfluencies (part-word and single-syllable word repetitions) in 100 syllables on; here, where the speech
//! model leaves some out and anybody may search for a word, it has to be twice that. None of 64 recordings of read and
//! spontaneous speech reaches that, nor does a synthesized answer full of fillers and repetitions.

use serde::{Deserialize, Serialize};

use super::spoken::Spoken;
use crate::english::{is_filled_pause, normalized};
use crate::span::Span;
use crate::transcript::Word;

/// Fewer than this are no pattern.
const LEAST: usize = 6;
/// From this share of the words on they are stuttered: 6 in 100 syllables, of which a word in talk has about 1.4.
const STUTTERED_SHARE: f64 = 0.084;
/// The longest word that is stuttered as a whole, in letters: longer ones are begun again in part.
const LONGEST_WHOLE: usize = 6;
/// Said again for emphasis or by grammar.
const ON_PURPOSE: [&str; 12] =
    ["very", "really", "so", "no", "yes", "yeah", "bye", "ha", "many", "much", "more", "well"];

/// What was left out of the measures of an answer because its speaker said that they stutter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Words and parts of words that were begun again.
    pub begun_again: usize,
    /// Words with a sound repeated or prolonged in them.
    pub sounds_in_words: usize,
    /// Prolonged sounds beside the words, which would otherwise be filled pauses.
    pub sounds_beside_words: usize,
    /// Silences inside a clause, where a word may have been blocked.
    pub blocks: Vec<Span>,
}

impl LeftOut {
    /// Counts what can be told from the words; sounds beside them and blocks are not known.
    pub fn of(texts: &[&str]) -> Self {
        Self {
            begun_again: begun_again(texts, true).into_iter().filter(|again| *again).count(),
            sounds_in_words: texts.iter().filter(|text| without_tries(text) != **text).count(),
            ..Self::default()
        }
    }

    /// Updates the counts after words were edited.
    pub fn recount(&mut self, texts: &[&str]) {
        let Self { begun_again, sounds_in_words, .. } = Self::of(texts);
        (self.begun_again, self.sounds_in_words) = (begun_again, sounds_in_words);
    }

    /// Returns the stretches that are left out, in order and without overlap: words begun again, and blocks.
    pub fn spans(&self, words: &[Word]) -> Vec<Span> {
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        let again = words.iter().zip(begun_again(&texts, true)).filter(|(_, again)| *again).map(|(w, _)| w.span);
        let mut all: Vec<Span> = again.chain(self.blocks.iter().copied()).collect();
        all.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        let mut apart: Vec<Span> = Vec::new();
        for span in all {
            match apart.last_mut() {
                Some(last) if span.start_s <= last.end_s => last.end_s = last.end_s.max(span.end_s),
                _ => apart.push(span),
            }
        }
        apart
    }
}

/// Returns for each written word whether it was given up to be begun again, so that it counts neither as a word nor as
/// a filler. With `stutters`, this includes every word that is repeated at once.
pub fn begun_again(texts: &[&str], stutters: bool) -> Vec<bool> {
    if stutters { again(texts, 1, 0.0) } else { stutter_like(texts) }
}

/// Strips the sounds repeated or prolonged at the beginning of a word: "said" of "s-s-said", "so" of "sssso".
pub fn without_tries(text: &str) -> &str {
    let text = if has_parts_inside(text) { text.rsplit_once('-').map_or(text, |(_, whole)| whole) } else { text };
    let first = text.chars().next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    let same = text.char_indices().take_while(|(_, c)| c.is_alphabetic() && c.to_lowercase().to_string() == first);
    match same.enumerate().last() {
        // Three or more of a letter: no word begins so.
        Some((times, (at, _))) if times >= 2 => &text[at..],
        _ => text,
    }
}

/// Returns a word without repeated or prolonged sounds at its beginning, and without the ellipsis that a block leaves behind it.
pub fn fluent(text: &str) -> &str {
    without_tries(text.strip_suffix('\u{2026}').filter(|word| word.ends_with(' ')).map_or(text, str::trim_end))
}

/// Removes the ellipses and silences that blocks leave after words: they are no evidence of a repair.
pub fn without_blocks<'a>(words: &[Spoken<'a>]) -> Vec<Spoken<'a>> {
    let without = |text: &'a str| {
        let bare = text.trim_end_matches(['.', '\u{2026}', ' ']);
        let is_block = text[bare.len()..].contains("..") || text[bare.len()..].contains('\u{2026}');
        if is_block { bare } else { text }
    };
    words.iter().map(|w| Spoken { text: without(w.text), pause_before_s: None, pause_after_s: None }).collect()
}

/// For every word as written, whether it was given up to be begun again.
pub fn stutter_like(texts: &[&str]) -> Vec<bool> {
    again(texts, LEAST, STUTTERED_SHARE)
}

/// Parts of words; and whole words said again, if these and the parts are at least `least` and this share of the words.
fn again(texts: &[&str], least: usize, share: f64) -> Vec<bool> {
    let words: Vec<usize> =
        (0..texts.len()).filter(|i| !is_filled_pause(texts[*i]) && !normalized(texts[*i]).is_empty()).collect();
    let mut parts = vec![false; texts.len()];
    let mut wholes = vec![false; texts.len()];
    let mut inside = 0;
    for (k, i) in words.iter().enumerate() {
        let next = words.get(k + 1).map(|j| normalized(texts[*j]));
        parts[*i] = is_part(
            texts[*i],
            &words[k + 1..].iter().take(MOST_TRIES).map(|j| normalized(texts[*j])).collect::<Vec<_>>(),
        );
        wholes[*i] = !parts[*i] && next.is_some_and(|next| is_whole(texts[*i], &next));
        inside += usize::from(has_parts_inside(texts[*i]));
    }
    let count = |flags: &[bool]| flags.iter().filter(|f| **f).count();
    let all = count(&parts) + count(&wholes) + inside;
    let said = words.len() - count(&parts);
    if all >= least && all as f64 >= share * said as f64 {
        parts.iter_mut().zip(&wholes).for_each(|(part, whole)| *part |= whole);
    }
    parts
}

/// How many words on the word may stand that a part was to become.
const MOST_TRIES: usize = 4;

/// Whether a word is a part ("b-", "Mu-") of one of the `next` ones, with nothing but other tries in between.
fn is_part(text: &str, next: &[String]) -> bool {
    let part = normalized(text);
    let cut_off = text.trim_end_matches([',', '.', '\u{2026}']).ends_with(['-', '\u{2013}', '\u{2014}']);
    if !cut_off || part.contains('-') {
        return false;
    }
    let whole = next.iter().find(|n| **n != part);
    whole.is_some_and(|whole| whole.starts_with(&part) && whole.len() > part.len())
        || next.first().is_some_and(|n| *n == part)
}

/// Whether a word is said again as it is, or contracted: "that that's".
fn is_whole(text: &str, next: &str) -> bool {
    let word = normalized(text);
    let ends = text.ends_with(['.', '?', '!']);
    let number = word.starts_with(|c: char| c.is_ascii_digit());
    let is_same = word == next || next.strip_prefix(&word).is_some_and(|rest| rest.starts_with('\''));
    is_same && !ends && !number && word.chars().count() <= LONGEST_WHOLE && !ON_PURPOSE.contains(&word.as_str())
}

/// Whether tries and the word are written as one: "Mu-mu-multi", "b-b-but".
fn has_parts_inside(text: &str) -> bool {
    let word = normalized(text);
    let mut parts: Vec<&str> = word.split('-').collect();
    let whole = parts.pop().unwrap_or_default();
    !parts.is_empty() && parts.iter().all(|p| !p.is_empty() && p.len() < whole.len() && whole.starts_with(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that are left.
    fn said_once(text: &str) -> String {
        let texts: Vec<&str> = text.split_whitespace().collect();
        let again = stutter_like(&texts);
        texts.iter().zip(again).filter(|(_, again)| !again).map(|(t, _)| *t).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parts_of_words_are_no_words() {
        assert_eq!(said_once("b- b- but we had no stock"), "but we had no stock");
        assert_eq!(said_once("the pro- project was late"), "the project was late");
        assert_eq!(said_once("I went to st-, um, st- store"), "I went to um, store");
        // Given up for another word, or joined by grammar: not this.
        assert_eq!(said_once("the pro- plan was late"), "the pro- plan was late");
        assert_eq!(said_once("first- and second-year students"), "first- and second-year students");
    }

    #[test]
    fn words_begun_again_and_again_are_said_once_and_a_few_repetitions_are_left() {
        let stuttered = "I, I, I want, want to tell you about the, the, the store. We, we, we had had a problem with, with, \
                         with the stock. I, I counted every, every box on, on on Sunday.";
        assert_eq!(
            said_once(stuttered),
            "I want to tell you about the store. we had a problem with the stock. I counted every box on Sunday."
        );
        let few = "I I was late and then the the drivers left, so we called a cab and waited in the rain for an hour";
        assert_eq!(said_once(few), few);
        let emphatic =
            "It was very very cold and no no no I did not go. It was so so hard, really really, many many times.";
        assert_eq!(said_once(emphatic), emphatic);
    }

    #[test]
    fn every_word_said_again_is_left_out_of_somebody_who_stutters() {
        let texts =
            ["I", "I", "was", "s-s-said", "to", "b-", "be", "very,", "very", "sssslow", "at", "three", "3", "3"];
        let left: Vec<&str> =
            texts.iter().zip(begun_again(&texts, true)).filter(|(_, a)| !a).map(|(t, _)| *t).collect();
        assert_eq!(left, ["I", "was", "s-s-said", "to", "be", "very,", "very", "sssslow", "at", "three", "3", "3"]);
        assert!(!begun_again(&["I", "I", "was"], false).contains(&true));
        let left_out = LeftOut::of(&texts);
        assert_eq!((left_out.begun_again, left_out.sounds_in_words), (2, 2));
    }

    #[test]
    fn a_block_leaves_no_mark() {
        let word = |text| Spoken { text, pause_before_s: Some(1.0), pause_after_s: Some(1.0) };
        let words = without_blocks(&["at \u{2026}", "at...", "at.", "b-", "\u{2026}", ""].map(word));
        assert_eq!(words.iter().map(|w| w.text).collect::<Vec<_>>(), ["at", "at", "at.", "b-", "", ""]);
        assert!(words.iter().all(|w| w.pause_after_s.is_none()));
    }

    #[test]
    fn what_is_left_out_does_not_overlap() {
        let word = |text: &str, start_s: f64, end_s: f64| Word {
            text: text.into(),
            span: Span::new(start_s, end_s),
            confidence: 1.0,
            filler: false,
        };
        // The first "I" was stretched over the block after it.
        let words = [word("I", 0.0, 1.0), word("I", 1.0, 1.2), word("b-", 2.0, 2.2), word("but", 2.2, 2.5)];
        let left_out = LeftOut { blocks: vec![Span::new(0.4, 1.0), Span::new(3.0, 3.5)], ..LeftOut::default() };
        let spans = [Span::new(0.0, 1.0), Span::new(2.0, 2.2), Span::new(3.0, 3.5)];
        assert_eq!(left_out.spans(&words), spans);
    }

    #[test]
    fn a_word_is_told_without_its_tries() {
        for (text, whole) in [
            ("s-s-said,", "said,"),
            ("Mu-mu-multi", "multi"),
            ("Sssso", "so"),
            ("mmmy", "my"),
            ("well-known", "well-known"),
            ("too", "too"),
            ("Aaron", "Aaron"),
            ("", ""),
            ("ééé", "é"),
        ] {
            assert_eq!(without_tries(text), whole, "{text}");
        }
    }

    #[test]
    fn takes_any_words() {
        let odd = ["", "-", "--", "b-", "Mu-mu-multi", "um", "ß-", "a-", "I", "\u{301}"];
        for a in odd {
            for b in odd {
                for c in odd {
                    assert_eq!(stutter_like(&[a, b, c, a, b]).len(), 5);
                }
            }
        }
        assert!(stutter_like(&[]).is_empty());
    }
}
