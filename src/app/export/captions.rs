//! Segments words into captions that can be read while they are shown.

use crate::transcript::Word;

/// The maximum length of a caption line, in characters (convention: the subtitle guidelines of the BBC and of Netflix
/// allow 37 to 42).
const MAX_LINE_CHARACTERS: usize = 42;
/// The maximum length of a caption, in characters: two lines.
const MAX_CAPTION_CHARACTERS: usize = 2 * MAX_LINE_CHARACTERS;
/// The minimum silence that ends a caption, in seconds (ours), so that no caption is shown while nobody speaks.
const MIN_SILENCE_S: f64 = 1.0;

/// A caption.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TimedCaption<'a> {
    /// The words; at least one.
    pub(super) words: &'a [Word],
    /// The start in milliseconds.
    pub(super) start_ms: i64,
    /// The end in milliseconds, after the start.
    pub(super) end_ms: i64,
    /// The number of words on the first line; the others are on the second.
    pub(super) first_line: usize,
}

/// Segments words into captions. A caption ends with a sentence, before a long silence, or when it is full: then after
/// its last comma, if it has one in the second line.
pub(super) fn captions(words: &[Word]) -> Vec<TimedCaption<'_>> {
    let mut captions = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let (these, others) = rest.split_at(first_caption_len(rest));
        captions.push(TimedCaption::of(these));
        rest = others;
    }
    captions
}

/// Returns the number of words in the first caption of `words`.
fn first_caption_len(words: &[Word]) -> usize {
    let mut characters = 0;
    let mut comma = None;
    for (i, word) in words.iter().enumerate() {
        characters += word.text.chars().count() + usize::from(i > 0);
        if characters > MAX_CAPTION_CHARACTERS && i > 0 {
            return comma.unwrap_or(i);
        }
        let is_silent = words.get(i + 1).is_some_and(|next| next.span.start_s - word.span.end_s >= MIN_SILENCE_S);
        if is_silent || word.text.ends_with(['.', '?', '!', '\u{2026}']) {
            return i + 1;
        }
        if characters >= MAX_LINE_CHARACTERS && word.text.ends_with([',', ';', ':']) {
            comma = Some(i + 1);
        }
    }
    words.len()
}

impl<'a> TimedCaption<'a> {
    fn of(words: &'a [Word]) -> Self {
        let start_ms = super::milliseconds(words[0].span.start_s).max(0);
        let end_ms = words.iter().map(|w| super::milliseconds(w.span.end_s)).max().unwrap_or(start_ms);
        // Captions of duration 0 are invalid in both formats.
        Self { words, start_ms, end_ms: end_ms.max(start_ms + 1), first_line: first_line(words) }
    }

    /// Returns the separator before word `i`: a line break or a space.
    pub(super) fn separator(&self, i: usize) -> &'static str {
        match i {
            0 => "",
            _ if i == self.first_line => "\n",
            _ => " ",
        }
    }
}

/// Returns the number of words on the first line: all of them if they fit, otherwise the number that makes both lines
/// about equally long.
fn first_line(words: &[Word]) -> usize {
    let lengths: Vec<usize> = words.iter().map(|w| w.text.chars().count() + 1).collect();
    let all: usize = lengths.iter().sum();
    if all <= MAX_LINE_CHARACTERS + 1 {
        return words.len();
    }
    let before = |n: &usize| lengths[..*n].iter().sum::<usize>();
    (1..words.len()).min_by_key(|n| (2 * before(n)).abs_diff(all)).unwrap_or(words.len())
}

/// Formats a time as hours, minutes, seconds and milliseconds.
pub(super) fn timestamp(time_ms: i64, separator: char) -> String {
    let seconds = time_ms / 1000;
    format!("{:02}:{:02}:{:02}{separator}{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, time_ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    fn said(text: &str) -> Vec<Word> {
        let word = |(i, text): (usize, &str)| Word {
            text: text.trim_end_matches('|').to_string(),
            span: Span::new(i as f64, i as f64 + if text.ends_with('|') { 0.0 } else { 0.9 }),
            confidence: 1.0,
            filler: false,
        };
        text.split(' ').enumerate().map(word).collect()
    }

    fn cut(text: &str) -> Vec<String> {
        let words = said(text);
        let line = |c: &TimedCaption<'_>| {
            c.words.iter().enumerate().map(|(i, w)| format!("{}{}", c.separator(i), w.text)).collect::<String>()
        };
        captions(&words).iter().map(line).collect()
    }

    #[test]
    fn captions_end_with_sentences_at_silences_and_where_they_are_full() {
        assert_eq!(cut("I left. Then| I came back."), ["I left.", "Then", "I came back."]);
        let long = "When the invoices came back late for the third month in a row, I printed every one of them twice";
        let lines =
            ["When the invoices came back late\nfor the third month in a row,", "I printed every one of them twice"];
        assert_eq!(cut(long), lines);
    }

    #[test]
    fn no_caption_is_without_length_and_no_word_is_lost() {
        let words = said("Well.|");
        assert_eq!((captions(&words)[0].start_ms, captions(&words)[0].end_ms), (0, 1));
        let long = "a".repeat(200);
        let words = said(&format!("{long} {long} b"));
        assert_eq!(captions(&words).iter().map(|c| c.words.len()).sum::<usize>(), 3);
        assert_eq!(timestamp(3_723_045, ','), "01:02:03,045");
    }
}
