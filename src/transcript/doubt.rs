//! Detection of readings that cannot be what was said: words that the model repeated in a loop, and syllables that it
//! left out.
//!
//! Stuttered, drawn-out and slurred sounds can make the model repeat itself: the same few words many times over, or a
//! few letters within one word. The model can also skip whole sentences. Nobody says "er" twenty times in three
//! seconds, and a sentence has syllables: the syllable nuclei of the signal, which are measured without the model,
//! reveal both errors.

use std::ops::Range;

use super::{MOST_SYLLABLES, ReadWord, SHORTEST_WORD_S, SYLLABLES_OFF, Span, Word, plain};
use crate::english::is_filled_pause;
use crate::english::syllables::syllables;

/// Maximum number of words in a repeated unit.
const LONGEST_UNIT: usize = 6;
/// Minimum number of copies of a unit in a loop. (Three are common in speech: "no, no, no".)
const LOOP_COPIES: usize = 4;
/// Minimum number of copies that are a loop whatever their duration (our choice: nobody in the recordings that we
/// listened to says a word eight times).
const SURE_COPIES: usize = 8;
/// Minimum number of words in all copies that are a loop whatever their duration (our choice: a person who stutters
/// repeats the first few words of a phrase, but not four words four times).
const SURE_WORDS: usize = 12;
/// Maximum number of letters in a unit repeated within one word.
const LONGEST_LETTERS: usize = 4;
/// Minimum number of copies of a unit that are a loop within one word ("Mumumumu").
const LETTER_COPIES: usize = 4;
/// Maximum number of letters of a filled pause that is drawn out in writing ("hmmmm").
const LONGEST_HUM: usize = 8;
/// Minimum surplus of syllable nuclei over written syllables that shows that words were left out (our choice). In the
/// recordings that we listened to, laughter and creaky voices have a surplus of at most six.
const LEFT_OUT: f64 = 10.0;
/// Minimum time between two syllable nuclei that are both counted, in seconds: nobody speaks faster for long, but
/// laughter and creaky voices have pulses that look like faster syllables.
const SYLLABLE_S: f64 = 0.15;
/// Number of words whose syllables are counted together: times are sometimes off by a word.
const TOGETHER: usize = 3;

/// The parts of the reading of one piece that cannot be what was said.
pub(super) struct Doubt {
    /// The ranges of words that are loops, in order.
    loops: Vec<Range<usize>>,
    /// The stretches of the loops, and those where syllables were heard and no words written; in order, on the clock of
    /// the piece.
    stretches: Vec<Span>,
}

impl Doubt {
    /// Checks the words of a piece that lasts `duration_s` and has syllable nuclei at `nuclei_s`.
    pub(super) fn of(words: &[ReadWord], nuclei_s: &[f64], duration_s: f64) -> Self {
        let loops = loops(words, nuclei_s);
        let looped = |range: &Range<usize>| Span::new(words[range.start].span.start_s, words[range.end - 1].span.end_s);
        let left_out = left_out(words, &loops, &apart(nuclei_s), duration_s);
        let stretches = joined(loops.iter().map(looped).chain(left_out).collect());
        Self { loops, stretches }
    }

    pub(super) fn is_none(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Whether the model repeated itself.
    pub(super) fn has_loop(&self) -> bool {
        !self.loops.is_empty()
    }

    /// Returns the total duration of the stretches in which nothing was made out. The shorter, the better the reading.
    pub(super) fn seconds(&self) -> f64 {
        self.stretches.iter().map(Span::duration_s).sum()
    }

    /// Removes the loops from the words. Returns the stretches in which nothing was made out, for a piece that begins
    /// at `from_s`.
    pub(super) fn taken_out_of(self, words: &mut Vec<ReadWord>, from_s: f64) -> Vec<Span> {
        for range in self.loops.into_iter().rev() {
            words.drain(range);
        }
        self.stretches.iter().map(|s| Span::new(from_s + s.start_s, from_s + s.end_s)).collect()
    }
}

/// Joins stretches that touch; returns them in order.
fn joined(mut stretches: Vec<Span>) -> Vec<Span> {
    stretches.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    let mut joined: Vec<Span> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match joined.last_mut() {
            Some(last) if stretch.start_s <= last.end_s => last.end_s = last.end_s.max(stretch.end_s),
            _ => joined.push(stretch),
        }
    }
    joined
}

/// Returns the ranges of words that are loops, in order.
fn loops(words: &[ReadWord], nuclei_s: &[f64]) -> Vec<Range<usize>> {
    let texts: Vec<String> = words.iter().map(plain).collect();
    let mut found = Vec::new();
    let mut i = 0;
    while i < words.len() {
        let longest = (1..=LONGEST_UNIT)
            .filter_map(|unit| {
                let again = (i + unit..words.len()).take_while(|j| texts[*j] == texts[j - unit]).count();
                let copies = again / unit + 1;
                (copies >= LOOP_COPIES && is_loop(&words[i..i + copies * unit], copies, nuclei_s))
                    .then_some(i..i + copies * unit)
            })
            .max_by_key(Range::len);
        match longest {
            Some(run) => {
                i = run.end;
                found.push(run);
            }
            None => {
                if is_stuck(&texts[i]) {
                    found.push(i..i + 1);
                }
                i += 1;
            }
        }
    }
    found
}

/// Returns whether this number of copies of the same words cannot have been said in their time.
fn is_loop(run: &[ReadWord], copies: usize, nuclei_s: &[f64]) -> bool {
    let span = Span::new(run[0].span.start_s, run[run.len() - 1].span.end_s);
    let written: usize = run.iter().map(|w| syllables(&w.text)).sum();
    copies >= SURE_COPIES
        || run.len() >= SURE_WORDS
        || span.duration_s() < SHORTEST_WORD_S * run.len() as f64
        || written as f64 > MOST_SYLLABLES * heard_in(&span, nuclei_s) + SYLLABLES_OFF
}

/// Returns whether the same few letters repeat in a word. Digits may repeat ("1000000"), and "hmmmm" is really said.
fn is_stuck(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    if (is_filled_pause(word) && letters.len() <= LONGEST_HUM) || letters.iter().any(|c| !c.is_alphabetic()) {
        return false;
    }
    (2..=LONGEST_LETTERS)
        .any(|unit| letters.windows(unit * LETTER_COPIES).any(|run| (unit..run.len()).all(|k| run[k] == run[k - unit])))
}

/// Returns the stretches in which more syllables were heard than written. The words of loops count as not said.
fn left_out(words: &[ReadWord], loops: &[Range<usize>], nuclei_s: &[f64], duration_s: f64) -> Vec<Span> {
    let said = |i: usize| if loops.iter().any(|l| l.contains(&i)) { 0 } else { syllables(&words[i].text) };
    // The time and the syllables of each word, followed by the time after the last word.
    let mut parts: Vec<(Span, usize)> = (0..words.len()).map(|i| (words[i].span, said(i))).collect();
    let rest_s = words.last().map_or(0.0, |w| w.span.end_s);
    parts.push((Span::new(rest_s, duration_s.max(rest_s)), 0));
    let mut found: Vec<Span> = Vec::new();
    let mut from = 0;
    while from < parts.len() {
        let together = &parts[from..(from + TOGETHER).min(parts.len())];
        let written: usize = together.iter().map(|p| p.1).sum();
        let whole = Span::new(together[0].0.start_s, together[together.len() - 1].0.end_s);
        if heard_in(&whole, nuclei_s) - (written as f64) < LEFT_OUT {
            from += 1;
            continue;
        }
        // The word, or the time after the last one, with the largest surplus of syllable nuclei.
        let excess = |p: &&(Span, usize)| heard_in(&p.0, nuclei_s) - p.1 as f64;
        found.extend(together.iter().max_by(|a, b| excess(a).total_cmp(&excess(b))).map(|part| part.0));
        from += together.len();
    }
    found
}

/// Returns the syllable nuclei without those that follow another one too closely.
fn apart(nuclei_s: &[f64]) -> Vec<f64> {
    let mut apart: Vec<f64> = Vec::with_capacity(nuclei_s.len());
    for at_s in nuclei_s {
        if apart.last().is_none_or(|last_s| at_s - last_s >= SYLLABLE_S - 1e-9) {
            apart.push(*at_s);
        }
    }
    apart
}

fn heard_in(span: &Span, nuclei_s: &[f64]) -> f64 {
    nuclei_s.iter().filter(|s| span.start_s <= **s && **s < span.end_s).count() as f64
}

/// Returns the stretches that contain syllable nuclei, now that sound that is not speech has been ruled out; none if
/// there are no words.
pub(super) fn spoken(mut stretches: Vec<Span>, words: &[Word], nuclei_s: &[f64]) -> Vec<Span> {
    stretches.retain(|s| !words.is_empty() && heard_in(s, nuclei_s) > 0.0);
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns words that last `word_s` each, and a syllable nucleus in the middle of every `heard`th one.
    fn read(text: &str, word_s: f64, heard: usize) -> (Vec<ReadWord>, Vec<f64>) {
        let word = |(i, text): (usize, &str)| ReadWord {
            text: text.into(),
            span: Span::new(i as f64 * word_s, (i + 1) as f64 * word_s),
            probability: 0.9,
        };
        let words: Vec<ReadWord> = text.split(' ').enumerate().map(word).collect();
        let nuclei_s = words.iter().step_by(heard).map(|w| (w.span.start_s + w.span.end_s) / 2.0).collect();
        (words, nuclei_s)
    }

    fn doubt(read: &(Vec<ReadWord>, Vec<f64>)) -> Doubt {
        Doubt::of(&read.0, &read.1, read.0.last().unwrap().span.end_s)
    }

    fn left(mut read: (Vec<ReadWord>, Vec<f64>)) -> (String, Vec<Span>) {
        let stretches = doubt(&read).taken_out_of(&mut read.0, 10.0);
        (read.0.iter().map(|w| w.text.clone()).collect::<Vec<_>>().join(" "), stretches)
    }

    #[test]
    fn words_that_come_again_and_again_are_a_loop_and_their_time_is_named() {
        let er = format!("So we {}went on", "er, ".repeat(30));
        let (text, stretches) = left(read(&er, 0.1, 1));
        assert_eq!(text, "So we went on");
        assert!((stretches[0].start_s - 10.2).abs() < 1e-9 && (stretches[0].end_s - 13.2).abs() < 1e-9);
        let (text, _) = left(read("and Right. Right. Right. Right. Then", 0.02, 1));
        assert_eq!(text, "and Then");
        let (text, _) = left(read("we said it we said it we said it we said it we said it then", 0.2, 3));
        assert_eq!(text, "then");
        let (text, _) = left(read("I learned to I learned to I learned to I learned to I learned it", 0.3, 1));
        assert_eq!(text, "I learned it");
    }

    #[test]
    fn letters_that_come_again_and_again_are_a_loop() {
        assert_eq!(left(read("the Mumumumu reports", 0.4, 1)).0, "the reports");
        assert_eq!(left(read("the, m-m-m-m-m-m-m-m-m-m-m-m-m- reports", 0.4, 1)).0, "the, reports");
        for word in ["Mississippi", "banana", "hmmmm", "1010101010", "hahaha"] {
            assert!(!is_stuck(&word.to_lowercase()), "{word}");
        }
    }

    #[test]
    fn what_was_said_several_times_stays() {
        for text in ["no, no, no, it was fine", "I, I, I, I, I was late", "very, very, very, very good"] {
            assert!(doubt(&read(text, 0.3, 1)).is_none(), "{text}");
        }
    }

    #[test]
    fn a_loop_in_place_of_a_sentence_is_named_with_all_of_its_time() {
        let (words, mut nuclei_s) = read("so we m-m-m-m-m-m-m-m-m-m", 0.3, 1);
        nuclei_s.extend((0..12).map(|i| 1.0 + f64::from(i) * 0.25));
        let doubt = Doubt::of(&words, &nuclei_s, 4.2);
        assert!(doubt.has_loop());
        assert!((doubt.seconds() - 3.6).abs() < 1e-9, "{}", doubt.seconds());
    }

    #[test]
    fn a_sentence_that_was_passed_over_is_named() {
        let (words, mut nuclei_s) = read("We met. Then it was fine", 0.3, 1);
        assert!(Doubt::of(&words, &nuclei_s, 2.0).is_none());
        nuclei_s.extend((0..12).map(|i| 2.0 + f64::from(i) * 0.25));
        let mut words = words;
        let stretches = Doubt::of(&words, &nuclei_s, 5.5).taken_out_of(&mut words, 0.0);
        assert_eq!((words.len(), stretches.len()), (6, 1));
        assert!((stretches[0].start_s - 1.8).abs() < 1e-9 && stretches[0].end_s == 5.5, "{stretches:?}");
    }

    #[test]
    fn laughter_is_no_sentence() {
        let (words, mut nuclei_s) = read("We met. Then it was fine", 0.3, 1);
        nuclei_s.extend((0..15).map(|i| 2.0 + f64::from(i) * 0.08));
        assert!(Doubt::of(&words, &nuclei_s, 4.0).is_none());
    }
}
