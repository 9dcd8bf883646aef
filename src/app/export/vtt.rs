//! WebVTT captions (W3C, "WebVTT: The Web Video Text Tracks Format").

use std::fmt::Write;

use super::captions::{TimedCaption, captions, timestamp};
use super::{milliseconds, single_line};
use crate::transcript::Word;

/// Returns the captions of `words` as WebVTT, with a timestamp before each word, so that players can highlight the
/// word.
pub(super) fn text(words: &[Word]) -> String {
    let mut text = String::from("WEBVTT\n");
    for caption in captions(words) {
        let _ = write!(text, "\n{} --> {}\n", timestamp(caption.start_ms, '.'), timestamp(caption.end_ms, '.'));
        text.push_str(&payload(&caption));
        text.push('\n');
    }
    text
}

/// Returns the text of a caption. The format requires that the timestamps increase and lie within the caption; a word
/// whose start would violate this gets no timestamp.
fn payload(caption: &TimedCaption<'_>) -> String {
    let mut text = String::new();
    let mut at_ms = caption.start_ms;
    for (i, word) in caption.words.iter().enumerate() {
        text.push_str(caption.separator(i));
        let start_ms = milliseconds(word.span.start_s);
        if start_ms > at_ms && start_ms < caption.end_ms {
            let _ = write!(text, "<{}>", timestamp(start_ms, '.'));
            at_ms = start_ms;
        }
        text.push_str(&single_line(&word.text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    }
    text
}
