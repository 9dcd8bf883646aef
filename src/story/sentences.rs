//! The sentences of an answer.
//!
//! Written text is cut at its full stops. A speech model's full stops are guesses: it leaves them out where somebody talks
//! on and on, so what is longer than a sentence that is spoken is cut again where a clause begins, best after a comma and a pause.

use std::ops::Range;

use crate::english::lexicon::SUBJECT_PRONOUNS;
use crate::english::normalized;
use crate::span::Span;

/// A word of the answer as the story is told from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Token<'a> {
    /// As written, with its punctuation.
    pub text: &'a str,
    /// When; `None` in a draft.
    pub span: Option<Span>,
    /// Silence before it, in seconds; `None` if unknown.
    pub pause_before_s: Option<f64>,
    /// Whether a paragraph or a list item ends with it.
    pub ends_block: bool,
    /// Whether it belongs to a filler, which tells nothing.
    pub filler: bool,
}

/// Words after which a sentence is cut again: few written sentences are longer (of 1,700 in 144 answers, 2 %).
const LONG: usize = 34;
/// The pieces of one that is cut are cut again above this many words, about the mean of spoken sentences and half.
const LONG_PIECE: usize = 20;
/// No piece is shorter than this, in words.
const SHORTEST_PIECE: usize = 6;
/// A silence that speaks for a new clause, in seconds.
const PAUSE_S: f64 = 0.35;
/// Written with a full stop that ends nothing.
const ABBREVIATIONS: [&str; 16] =
    ["mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "no", "approx", "inc", "ltd", "jr", "sr", "cf"];
/// What can open a clause.
const OPENERS: [&str; 9] = ["and", "but", "so", "then", "because", "anyway", "now", "also", "which"];
/// What can begin its subject besides a pronoun.
const OTHER_SUBJECTS: [&str; 9] = ["the", "my", "our", "this", "that", "there", "then", "in", "when"];

/// The sentences as ranges of words, in order, covering all of them.
pub fn sentences(tokens: &[Token<'_>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for i in 0..tokens.len() {
        if i + 1 == tokens.len() || ends_sentence(tokens, i) {
            cut(tokens, start..i + 1, LONG, &mut found);
            start = i + 1;
        }
    }
    found
}

fn ends_sentence(tokens: &[Token<'_>], i: usize) -> bool {
    let token = &tokens[i];
    if token.ends_block {
        return true;
    }
    let stem = token.text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let tail = &token.text[stem.len()..];
    let next_is_small =
        tokens[i + 1].text.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_lowercase);
    if tail.contains("..") || tail.contains('\u{2026}') {
        return !next_is_small;
    }
    let word = stem.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if tail.starts_with('.') {
        let initial = word.chars().count() == 1 && word != "i" && !word.starts_with(|c: char| c.is_ascii_digit());
        let shortened = initial || ABBREVIATIONS.contains(&word.as_str());
        return !shortened && (tail.len() == 1 || !next_is_small);
    }
    // A question inside a quotation does not end the sentence around it.
    tail.contains(['?', '!']) && !next_is_small || tail.contains('.')
}

/// Adds a stretch as one sentence, or cut where its clauses begin if it is long.
fn cut(tokens: &[Token<'_>], range: Range<usize>, long: usize, found: &mut Vec<Range<usize>>) {
    if range.len() > long {
        let inside = range.start + SHORTEST_PIECE..range.end - SHORTEST_PIECE;
        let middle = (range.start + range.end) as f64 / 2.0;
        let worth = |i: usize| opening(tokens, i) - (i as f64 - middle).abs() / range.len() as f64;
        let best = inside.filter(|i| opening(tokens, *i) > 1.0).max_by(|a, b| worth(*a).total_cmp(&worth(*b)));
        if let Some(best) = best {
            cut(tokens, range.start..best, LONG_PIECE, found);
            cut(tokens, best..range.end, LONG_PIECE, found);
            return;
        }
    }
    found.push(range);
}

/// How much speaks for a clause that begins with word `i`: its words, a comma and a pause before it.
fn opening(tokens: &[Token<'_>], i: usize) -> f64 {
    let next: Vec<String> = tokens[i..].iter().filter(|t| !t.filler).take(2).map(|t| normalized(t.text)).collect();
    let opener = next.first().is_some_and(|w| OPENERS.contains(&w.as_str()));
    let subject = next
        .get(usize::from(opener))
        .is_some_and(|w| SUBJECT_PRONOUNS.contains(&w.as_str()) || OTHER_SUBJECTS.contains(&w.as_str()));
    let comma = tokens[i - 1].text.ends_with([',', ';', ':', '-', '\u{2013}', '\u{2014}']);
    let pause = tokens[i].pause_before_s.is_some_and(|s| s >= PAUSE_S);
    f64::from(u8::from(opener))
        + f64::from(u8::from(subject)) * 0.7
        + f64::from(u8::from(comma)) * 0.6
        + f64::from(u8::from(pause)) * 0.8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_text(text: &str) -> Vec<String> {
        let tokens: Vec<Token<'_>> = text
            .split_whitespace()
            .map(|text| Token { text, span: None, pause_before_s: None, ends_block: false, filler: false })
            .collect();
        sentences(&tokens).into_iter().map(|r| tokens[r].iter().map(|t| t.text).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn full_stops_end_sentences_and_abbreviations_do_not() {
        assert_eq!(
            cut_text("Dr. Lee called. It was 3.5 percent, i.e. nothing."),
            ["Dr. Lee called.", "It was 3.5 percent, i.e. nothing."]
        );
        assert_eq!(
            cut_text("He asked \"why?\" and I said so! Then I left"),
            ["He asked \"why?\" and I said so!", "Then I left"]
        );
        assert_eq!(
            cut_text("i waited... and then i left. that was it"),
            ["i waited... and then i left.", "that was it"]
        );
        assert!(cut_text("").is_empty());
    }

    #[test]
    fn what_goes_on_and_on_is_cut_where_clauses_begin() {
        let text = "I built the page and I did everything from the database to the buttons and it was a lot of work because \
                    the old one was twelve years old and nobody had the source so I started by copying every screen and then I \
                    wrote the forms";
        let pieces = cut_text(text);
        assert!(pieces.len() >= 2 && pieces.iter().all(|p| p.split_whitespace().count() <= LONG), "{pieces:#?}");
        assert_eq!(pieces.join(" "), text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}
