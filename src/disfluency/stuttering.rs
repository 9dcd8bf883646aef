//! Stuttering-like disfluencies: part-word and whole-word repetitions, as in "b- b- but", "Mu-mu-multi", "the, the, the
//! store".
//!
//! They count neither as words, since the pace counts each word once, nor as fillers, since a speaker cannot avoid them
//! by waiting. A part-word repetition is always stuttering-like. A whole-word repetition is an ordinary repetition,
//! which everybody makes, unless such disfluencies are as frequent as in stuttered speech. E. Yairi and N. Ambrose,
//! "Early childhood stuttering", 2005, draw the line at 3 part-word and single-syllable word repetitions per 100
//! syllables; the threshold here is twice that, since the speech model omits some, and anybody may repeat a word while
//! searching for the next. None of 64 recordings of read and spontaneous speech reaches it, nor does a synthesized
//! answer full of fillers and repetitions.

use serde::{Deserialize, Serialize};

use super::spoken::WordWithPauses;
use crate::english::{is_filled_pause, normalized};
use crate::span::Span;
use crate::transcript::Word;

/// Minimum number of stuttering-like disfluencies at which whole-word repetitions count among them.
const MIN_COUNT: usize = 6;
/// Minimum share of stuttering-like disfluencies among the words at which whole-word repetitions count among them: 6
/// per 100 syllables, at about 1.4 syllables per spoken word.
const MIN_SHARE: f64 = 0.084;
/// Maximum length, in letters, of a word that is stuttered as a whole; of longer words, only a part is repeated.
const MAX_WHOLE_WORD_LETTERS: usize = 6;
/// Words that are repeated for emphasis.
const EMPHATIC_WORDS: [&str; 12] =
    ["very", "really", "so", "no", "yes", "yeah", "bye", "ha", "many", "much", "more", "well"];

/// What was excluded from the measures of an answer because its speaker said that they stutter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Number of words and word fragments that were begun again.
    pub begun_again: usize,
    /// Number of words with a repeated or prolonged sound.
    pub sounds_in_words: usize,
    /// Number of prolonged sounds between words, which would otherwise count as filled pauses.
    pub sounds_beside_words: usize,
    /// The silences inside clauses, where a word may have been blocked.
    pub blocks: Vec<Span>,
}

impl LeftOut {
    /// Counts what shows in the words. Sounds between words and blocks are unknown, and left at zero.
    pub fn of(texts: &[&str]) -> Self {
        Self {
            begun_again: begun_again(texts, true).into_iter().filter(|flags| *flags).count(),
            sounds_in_words: texts.iter().filter(|text| without_stutter(text) != **text).count(),
            ..Self::default()
        }
    }

    /// Updates the counts after words were edited.
    pub fn recount(&mut self, texts: &[&str]) {
        let Self { begun_again, sounds_in_words, .. } = Self::of(texts);
        (self.begun_again, self.sounds_in_words) = (begun_again, sounds_in_words);
    }

    /// Returns the excluded stretches, in order and without overlap: words begun again, and blocks.
    pub fn spans(&self, words: &[Word]) -> Vec<Span> {
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        let flags = words.iter().zip(begun_again(&texts, true)).filter(|(_, flags)| *flags).map(|(w, _)| w.span);
        let mut all: Vec<Span> = flags.chain(self.blocks.iter().copied()).collect();
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

/// Returns for each written word whether it is abandoned and begun again, so that it counts neither as a word nor as
/// a filler. With `stutters`, this includes every word that is repeated at once.
pub fn begun_again(texts: &[&str], stutters: bool) -> Vec<bool> {
    stutter_flags(texts, stutters)
}

/// Removes the repeated or prolonged sounds at the beginning of a word: "s-s-said" becomes "said", "sssso" becomes
/// "so".
pub fn without_stutter(text: &str) -> &str {
    let text = if has_inner_fragments(text) { text.rsplit_once('-').map_or(text, |(_, whole)| whole) } else { text };
    let first = text.chars().next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    let same = text.char_indices().take_while(|(_, c)| c.is_alphabetic() && c.to_lowercase().to_string() == first);
    match same.enumerate().last() {
        // No English word begins with three equal letters.
        Some((times, (at, _))) if times >= 2 => &text[at..],
        _ => text,
    }
}

/// Removes the repeated or prolonged sounds at the beginning of a word, and the ellipsis that the speech model writes
/// for a block after it.
pub fn fluent(text: &str) -> &str {
    without_stutter(text.strip_suffix('\u{2026}').filter(|word| word.ends_with(' ')).map_or(text, str::trim_end))
}

/// Removes the ellipses and silences that may come from blocks, so that they do not count as evidence of a repair.
pub fn without_blocks<'a>(words: &[WordWithPauses<'a>]) -> Vec<WordWithPauses<'a>> {
    let without = |text: &'a str| {
        let bare = text.trim_end_matches(['.', '\u{2026}', ' ']);
        let is_block = text[bare.len()..].contains("..") || text[bare.len()..].contains('\u{2026}');
        if is_block { bare } else { text }
    };
    words.iter().map(|w| WordWithPauses { text: without(w.text), pause_before_s: None, pause_after_s: None }).collect()
}

/// Returns for each written word whether it is a stuttering-like disfluency: a fragment, or a repeated word if these
/// are frequent.
pub fn stutter_like(texts: &[&str]) -> Vec<bool> {
    stutter_flags(texts, false)
}

/// Returns for each written word whether it is a word fragment, or a whole word that is repeated. Unless the speaker
/// stutters, the latter count only if there are at least [`MIN_COUNT`] fragments and repeated words, and they make up
/// at least [`MIN_SHARE`] of the words.
fn stutter_flags(texts: &[&str], stutters: bool) -> Vec<bool> {
    let (min_count, min_share) = if stutters { (1, 0.0) } else { (MIN_COUNT, MIN_SHARE) };
    let words: Vec<usize> =
        (0..texts.len()).filter(|i| !is_filled_pause(texts[*i]) && !normalized(texts[*i]).is_empty()).collect();
    let mut fragments = vec![false; texts.len()];
    let mut repeated = vec![false; texts.len()];
    let mut inside = 0;
    for (k, i) in words.iter().enumerate() {
        let next = words.get(k + 1).map(|j| normalized(texts[*j]));
        fragments[*i] = is_fragment(
            texts[*i],
            &words[k + 1..].iter().take(MAX_LOOKAHEAD_WORDS).map(|j| normalized(texts[*j])).collect::<Vec<_>>(),
        );
        // Whoever stutters says a word three times for no emphasis.
        let is_third =
            || k.checked_sub(1).is_some_and(|before| normalized(texts[words[before]]) == normalized(texts[*i]));
        let has_third = || words.get(k + 2).is_some_and(|j| normalized(texts[*j]) == normalized(texts[*i]));
        let may_be_emphatic = !stutters || !is_third() && !has_third();
        repeated[*i] = !fragments[*i] && next.is_some_and(|next| is_repeated_word(texts[*i], &next, may_be_emphatic));
        inside += usize::from(has_inner_fragments(texts[*i]));
    }
    let count = |flags: &[bool]| flags.iter().filter(|f| **f).count();
    let all = count(&fragments) + count(&repeated) + inside;
    let said = words.len() - count(&fragments);
    if all >= min_count && all as f64 >= min_share * said as f64 {
        fragments.iter_mut().zip(&repeated).for_each(|(is_fragment, is_repeated)| *is_fragment |= is_repeated);
    }
    fragments
}

/// Maximum number of words after a fragment among which the whole word is searched for.
const MAX_LOOKAHEAD_WORDS: usize = 4;

/// Returns whether a word is a fragment ("b-", "Mu-") of one of the `next` words, with only equal fragments in between.
fn is_fragment(text: &str, next: &[String]) -> bool {
    let part = normalized(text);
    let cut_off = text.trim_end_matches([',', '.', '\u{2026}']).ends_with(['-', '\u{2013}', '\u{2014}']);
    if !cut_off || part.contains('-') {
        return false;
    }
    let whole = next.iter().find(|n| **n != part);
    whole.is_some_and(|whole| whole.starts_with(&part) && whole.len() > part.len())
        || next.first().is_some_and(|n| *n == part)
}

/// Returns whether the next word repeats a short word as it is or contracted: "that that's".
fn is_repeated_word(text: &str, next: &str, may_be_emphatic: bool) -> bool {
    let word = normalized(text);
    let ends = text.ends_with(['.', '?', '!']);
    let number = word.starts_with(|c: char| c.is_ascii_digit());
    let is_same = word == next || next.strip_prefix(&word).is_some_and(|rest| rest.starts_with('\''));
    is_same
        && !ends
        && !number
        && word.chars().count() <= MAX_WHOLE_WORD_LETTERS
        && !(may_be_emphatic && EMPHATIC_WORDS.contains(&word.as_str()))
}

/// Returns whether a word is written together with fragments of it: "Mu-mu-multi", "b-b-but".
fn has_inner_fragments(text: &str) -> bool {
    let word = normalized(text);
    let mut parts: Vec<&str> = word.split('-').collect();
    let whole = parts.pop().unwrap_or_default();
    !parts.is_empty() && parts.iter().all(|p| !p.is_empty() && p.len() < whole.len() && whole.starts_with(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the words that remain.
    fn said_once(text: &str) -> String {
        let texts: Vec<&str> = text.split_whitespace().collect();
        let flags = stutter_like(&texts);
        texts.iter().zip(flags).filter(|(_, flags)| !flags).map(|(t, _)| *t).collect::<Vec<_>>().join(" ")
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
        assert_eq!(begun_again(&["very", "very", "very", "late"], true), [true, true, false, false]);
        assert!(!begun_again(&["very", "very", "very", "late"], false).contains(&true));
        assert!(!begun_again(&["I", "I", "was"], false).contains(&true));
        let left_out = LeftOut::of(&texts);
        assert_eq!((left_out.begun_again, left_out.sounds_in_words), (2, 2));
    }

    #[test]
    fn a_block_leaves_no_mark() {
        let word = |text| WordWithPauses { text, pause_before_s: Some(1.0), pause_after_s: Some(1.0) };
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
            assert_eq!(without_stutter(text), whole, "{text}");
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
