//! The WordPiece tokenizer of the sentence encoder, with the uncased vocabulary of BERT (Y. Wu et al. 2016, "Google's
//! neural machine translation system").
//!
//! A text is lower-cased, accents are removed, punctuation is split off, and each word is split greedily into the
//! longest tokens of the vocabulary.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

/// The id of the token that replaces a word outside the vocabulary.
const UNK: u32 = 1;
/// The id of the token before every sentence.
pub(super) const CLS: u32 = 2;
/// The id of the token after every sentence.
pub(super) const SEP: u32 = 3;
/// Maximum length of a word, in characters; a longer one becomes [`UNK`], as in BERT's tokenizer.
const MAX_WORD_CHARS: usize = 100;

/// A vocabulary, by which text is split into tokens.
pub(super) struct Tokenizer {
    ids: HashMap<&'static str, u32>,
}

impl Tokenizer {
    /// Creates a tokenizer from a vocabulary with one token per line; the id of a token is the index of its line.
    pub(super) fn of(vocabulary: &'static str) -> Self {
        Self { ids: vocabulary.lines().zip(0..).collect() }
    }

    /// Returns whether a word is a single token.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.ids.contains_key(word)
    }

    /// Returns the ids of the first `max_tokens` tokens of a text, without [`CLS`] and [`SEP`].
    pub(super) fn tokenize(&self, text: &str, max_tokens: usize) -> Vec<u32> {
        let mut ids = Vec::new();
        let mut word = String::new();
        for c in text.nfd().flat_map(char::to_lowercase).filter(|c| !is_accent(*c)) {
            let c = ascii_punctuation(c);
            if c.is_alphanumeric() {
                word.push(c);
                continue;
            }
            self.tokenize_word(&word, &mut ids);
            word.clear();
            if !c.is_whitespace() && !c.is_control() {
                self.tokenize_word(c.encode_utf8(&mut [0; 4]), &mut ids);
            }
            if ids.len() >= max_tokens {
                break;
            }
        }
        self.tokenize_word(&word, &mut ids);
        ids.truncate(max_tokens);
        ids
    }

    /// Appends the ids of a word's tokens, or [`UNK`] if the vocabulary does not cover the word.
    fn tokenize_word(&self, word: &str, ids: &mut Vec<u32>) {
        if word.is_empty() {
            return;
        }
        let first = ids.len();
        let mut rest = word;
        let mut key = String::with_capacity(word.len() + 2);
        while !rest.is_empty() {
            let ends = rest.char_indices().map(|(i, c)| i + c.len_utf8()).rev();
            let found = ends.take(MAX_WORD_CHARS).find_map(|end| {
                key.clear();
                if rest.len() < word.len() {
                    key.push_str("##");
                }
                key.push_str(&rest[..end]);
                self.ids.get(key.as_str()).map(|id| (*id, end))
            });
            match found {
                Some((id, end)) if word.chars().count() <= MAX_WORD_CHARS => {
                    ids.push(id);
                    rest = &rest[end..];
                }
                _ => {
                    ids.truncate(first);
                    ids.push(UNK);
                    return;
                }
            }
        }
    }
}

/// Returns whether a character is a combining diacritical mark.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Replaces typographic quotation marks and dashes by the ASCII characters of the vocabulary.
fn ascii_punctuation(c: char) -> char {
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
    fn words_are_cut_into_the_longest_known_ids() {
        let ids = Tokenizer::of("[PAD]\n[UNK]\n[CLS]\n[SEP]\ncafe\nun\n##wil\n##ling\n,\n'\ns\n");
        assert_eq!(ids.tokenize("Caf\u{e9}, unwilling", 9), [4, 8, 5, 6, 7]);
        assert_eq!(ids.tokenize("cafe\u{2019}s \u{4e2d}", 9), [4, 9, 10, UNK]);
        assert_eq!(ids.tokenize("cafe cafe cafe", 2), [4, 4]);
        assert_eq!(ids.tokenize("unwillingly", 9), [UNK]);
        assert!(ids.tokenize("", 9).is_empty());
    }
}
