//! WebVTT captions (W3C, "WebVTT: The Web Video Text Tracks Format").

use std::fmt::Write;

use super::captions::{Caption, captions, clock};
use super::{flat, milliseconds};
use crate::transcript::Word;

/// Returns the captions, with a time stamp before each word, by which players can highlight it.
pub(super) fn text(words: &[Word]) -> String {
    let mut text = String::from("WEBVTT\n");
    for caption in captions(words) {
        let _ = write!(text, "\n{} --> {}\n", clock(caption.start_ms, '.'), clock(caption.end_ms, '.'));
        text.push_str(&payload(&caption));
        text.push('\n');
    }
    text
}

/// Returns the text of a caption. Its time stamps lie inside it and grow, as the format demands; a word for which
/// there is no such time has none.
fn payload(caption: &Caption<'_>) -> String {
    let mut text = String::new();
    let mut at_ms = caption.start_ms;
    for (i, word) in caption.words.iter().enumerate() {
        text.push_str(caption.separator(i));
        let start_ms = milliseconds(word.span.start_s);
        if start_ms > at_ms && start_ms < caption.end_ms {
            let _ = write!(text, "<{}>", clock(start_ms, '.'));
            at_ms = start_ms;
        }
        text.push_str(&flat(&word.text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    }
    text
}
