//! Words cut into word pieces, as the sentence encoder knows them (Y. Wu et al. 2016, "Google's neural machine translation
//! system"; the uncased vocabulary of BERT): lower case, accents dropped, punctuation apart, then the longest known piece first.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

/// The place of the unknown piece in the vocabulary ...
const UNKNOWN: u32 = 1;
/// ... of the one before every sentence ...
pub(super) const BEGINNING: u32 = 2;
/// ... and of the one after it.
pub(super) const END: u32 = 3;
/// A longer word is unknown, in characters.
const LONGEST_WORD: usize = 100;

/// The pieces there are.
pub(super) struct WordPieces {
    places: HashMap<&'static str, u32>,
}

impl WordPieces {
    /// From a vocabulary with one piece a line.
    pub(super) fn of(vocabulary: &'static str) -> Self {
        Self { places: vocabulary.lines().zip(0..).collect() }
    }

    /// Returns whether a word is a piece of its own.
    pub(super) fn has(&self, word: &str) -> bool {
        self.places.contains_key(word)
    }

    /// The pieces of a text, at most `most`, without beginning and end.
    pub(super) fn cut(&self, text: &str, most: usize) -> Vec<u32> {
        let mut pieces = Vec::new();
        let mut word = String::new();
        for c in text.nfd().flat_map(char::to_lowercase).filter(|c| !is_accent(*c)) {
            let c = plain(c);
            if c.is_alphanumeric() {
                word.push(c);
                continue;
            }
            self.cut_word(&word, &mut pieces);
            word.clear();
            if !c.is_whitespace() && !c.is_control() {
                self.cut_word(c.encode_utf8(&mut [0; 4]), &mut pieces);
            }
            if pieces.len() >= most {
                break;
            }
        }
        self.cut_word(&word, &mut pieces);
        pieces.truncate(most);
        pieces
    }

    fn cut_word(&self, word: &str, pieces: &mut Vec<u32>) {
        if word.is_empty() {
            return;
        }
        let first = pieces.len();
        let mut rest = word;
        let mut key = String::with_capacity(word.len() + 2);
        while !rest.is_empty() {
            let ends = rest.char_indices().map(|(i, c)| i + c.len_utf8()).rev();
            let found = ends.take(LONGEST_WORD).find_map(|end| {
                key.clear();
                if rest.len() < word.len() {
                    key.push_str("##");
                }
                key.push_str(&rest[..end]);
                self.places.get(key.as_str()).map(|place| (*place, end))
            });
            match found {
                Some((place, end)) if word.chars().count() <= LONGEST_WORD => {
                    pieces.push(place);
                    rest = &rest[end..];
                }
                _ => {
                    pieces.truncate(first);
                    pieces.push(UNKNOWN);
                    return;
                }
            }
        }
    }
}

fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Typographic marks as the vocabulary has them.
fn plain(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2013}' | '\u{2014}' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_into_the_longest_known_pieces() {
        let pieces = WordPieces::of("[PAD]\n[UNK]\n[CLS]\n[SEP]\ncafe\nun\n##wil\n##ling\n,\n'\ns\n");
        assert_eq!(pieces.cut("Caf\u{e9}, unwilling", 9), [4, 8, 5, 6, 7]);
        assert_eq!(pieces.cut("cafe\u{2019}s \u{4e2d}", 9), [4, 9, 10, UNKNOWN]);
        assert_eq!(pieces.cut("cafe cafe cafe", 2), [4, 4]);
        assert_eq!(pieces.cut("unwillingly", 9), [UNKNOWN]);
        assert!(pieces.cut("", 9).is_empty());
    }
}
