//! Words with the silences around them, which help to distinguish a filler from the same word used with its meaning.

use crate::signal::pause::is_pause;
use crate::span::Span;
use crate::transcript::Word;

/// A word with the silences around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordWithPauses<'a> {
    /// The word as written, with its punctuation.
    pub text: &'a str,
    /// The silence before the word, in seconds; `None` if unknown (a written draft).
    pub pause_before_s: Option<f64>,
    /// The silence after the word, in seconds; `None` if unknown (a written draft).
    pub pause_after_s: Option<f64>,
}

/// Returns the words of a transcript with the silences around each, from the stretches of speech between silences.
pub fn words_with_pauses<'a>(words: &'a [Word], stretches: &[Span]) -> Vec<WordWithPauses<'a>> {
    let silence_s = |from: &Word, to: &Word| {
        let middle = |w: &Word| (w.span.start_s + w.span.end_s) / 2.0;
        let (from_s, to_s) = (middle(from), middle(to));
        let gaps = stretches.windows(2).map(|pair| Span::new(pair[0].end_s, pair[1].start_s));
        gaps.filter(|g| from_s <= g.start_s && g.end_s <= to_s && is_pause(g.duration_s()))
            .map(|g| g.duration_s())
            .sum::<f64>()
    };
    (0..words.len())
        .map(|i| WordWithPauses {
            text: &words[i].text,
            pause_before_s: i.checked_sub(1).map(|before| silence_s(&words[before], &words[i])),
            pause_after_s: words.get(i + 1).map(|next| silence_s(&words[i], next)),
        })
        .collect()
}
