//! SubRip captions: a number, the times, the text, and an empty line.

use std::fmt::Write;

use super::captions::{captions, clock};
use super::flat;
use crate::transcript::Word;

/// Returns the captions.
pub(super) fn text(words: &[Word]) -> String {
    let mut text = String::new();
    for (n, caption) in captions(words).iter().enumerate() {
        let _ = writeln!(text, "{}\n{} --> {}", n + 1, clock(caption.start_ms, ','), clock(caption.end_ms, ','));
        for (i, word) in caption.words.iter().enumerate() {
            text.push_str(caption.separator(i));
            text.push_str(&flat(&word.text));
        }
        text.push_str("\n\n");
    }
    text
}
