//! A word with the silence around it: what tells a filler from the same word in its own meaning.

use crate::signal::pause::is_pause;
use crate::span::Span;
use crate::transcript::Word;

/// A word with what the signal says around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spoken<'a> {
    /// The word as written, with its punctuation.
    pub text: &'a str,
    /// Silence before it, in seconds; `None` if unknown (a written draft).
    pub pause_before_s: Option<f64>,
    /// Silence after it, in seconds; `None` if unknown (a written draft).
    pub pause_after_s: Option<f64>,
}

/// The words of a transcript with the silences between the stretches of speech.
pub fn spoken<'a>(words: &'a [Word], stretches: &[Span]) -> Vec<Spoken<'a>> {
    let silence_s = |from: &Word, to: &Word| {
        let middle = |w: &Word| (w.span.start_s + w.span.end_s) / 2.0;
        let (from_s, to_s) = (middle(from), middle(to));
        let gaps = stretches.windows(2).map(|pair| Span::new(pair[0].end_s, pair[1].start_s));
        gaps.filter(|g| from_s <= g.start_s && g.end_s <= to_s && is_pause(g.duration_s()))
            .map(|g| g.duration_s())
            .sum::<f64>()
    };
    (0..words.len())
        .map(|i| Spoken {
            text: &words[i].text,
            pause_before_s: i.checked_sub(1).map(|before| silence_s(&words[before], &words[i])),
            pause_after_s: words.get(i + 1).map(|next| silence_s(&words[i], next)),
        })
        .collect()
}
