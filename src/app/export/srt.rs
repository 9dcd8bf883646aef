//! SubRip captions: each has a number, its times, the text, and an empty line.

use std::fmt::Write;

use super::captions::{captions, timestamp};
use super::single_line;
use crate::transcript::Word;

/// Returns the captions of `words` as SubRip.
pub(super) fn text(words: &[Word]) -> String {
    let mut text = String::new();
    for (n, caption) in captions(words).iter().enumerate() {
        let _ =
            writeln!(text, "{}\n{} --> {}", n + 1, timestamp(caption.start_ms, ','), timestamp(caption.end_ms, ','));
        for (i, word) in caption.words.iter().enumerate() {
            text.push_str(caption.separator(i));
            text.push_str(&single_line(&word.text));
        }
        text.push_str("\n\n");
    }
    text
}
