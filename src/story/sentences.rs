//! Sentence segmentation of an answer.
//!
//! Written text is split at its full stops. The full stops of a speech model are guesses, and are missing where
//! somebody talks without a break. A sentence that is longer than people speak is therefore split again where a clause
//! begins, preferably after a comma or a pause.

use std::ops::Range;

use crate::english::lexicon::SUBJECT_PRONOUNS;
use crate::english::normalized;
use crate::span::Span;

/// A word of the answer as the story analysis reads it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoryToken<'a> {
    /// The word as written, with its punctuation.
    pub text: &'a str,
    /// The time of the word; `None` in a draft.
    pub span: Option<Span>,
    /// The silence before the word, in seconds; `None` if unknown.
    pub pause_before_s: Option<f64>,
    /// Whether the word is the last of a paragraph or a list item.
    pub ends_block: bool,
    /// Whether the word belongs to a filler, which the analysis ignores.
    pub filler: bool,
}

/// Number of words above which a sentence is split at a clause: of 1,700 written sentences in 144 answers, 2 % are
/// longer.
const MAX_SENTENCE_WORDS: usize = 34;
/// Number of words above which a part of a split sentence is split again: about one and a half times the mean length of
/// spoken sentences.
const MAX_CLAUSE_WORDS: usize = 20;
/// Minimum number of words in a part of a split sentence.
const MIN_CLAUSE_WORDS: usize = 6;
/// Minimum silence that is evidence of a new clause, in seconds.
const CLAUSE_PAUSE_S: f64 = 0.35;
/// Abbreviations, whose full stop does not end a sentence.
const ABBREVIATIONS: [&str; 16] =
    ["mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "no", "approx", "inc", "ltd", "jr", "sr", "cf"];
/// Words that can open a clause.
const CLAUSE_OPENERS: [&str; 9] = ["and", "but", "so", "then", "because", "anyway", "now", "also", "which"];
/// Words other than pronouns that can begin the subject of a clause, or a phrase before it.
const OTHER_SUBJECT_STARTS: [&str; 9] = ["the", "my", "our", "this", "that", "there", "then", "in", "when"];

/// Segments tokens into sentences, as consecutive ranges that cover all tokens.
pub fn sentences(tokens: &[StoryToken<'_>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for i in 0..tokens.len() {
        if i + 1 == tokens.len() || ends_sentence(tokens, i) {
            split(tokens, start..i + 1, MAX_SENTENCE_WORDS, &mut found);
            start = i + 1;
        }
    }
    found
}

/// Returns whether a sentence ends with token `i`, which is not the last token.
fn ends_sentence(tokens: &[StoryToken<'_>], i: usize) -> bool {
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

/// Appends a range to `found` as one sentence; if it has more than `max_words` words, splits it where a clause begins.
/// Fillers count as no words: the same sentence is split at the same place whether or not its speaker hesitates.
fn split(tokens: &[StoryToken<'_>], range: Range<usize>, max_words: usize, found: &mut Vec<Range<usize>>) {
    let words: Vec<usize> = range.clone().filter(|i| !tokens[*i].filler).collect();
    if words.len() > max_words {
        let middle = words.len() as f64 / 2.0;
        let score = |k: usize| clause_start_score(tokens, &words, k);
        let near_middle = |k: usize| score(k) - (k as f64 - middle).abs() / words.len() as f64;
        let best = (MIN_CLAUSE_WORDS..words.len() - MIN_CLAUSE_WORDS)
            .filter(|k| score(*k) > 1.0)
            .max_by(|a, b| near_middle(*a).total_cmp(&near_middle(*b)));
        if let Some(best) = best {
            // What is hesitated before a clause belongs to it.
            let begin = words[best - 1] + 1;
            split(tokens, range.start..begin, MAX_CLAUSE_WORDS, found);
            split(tokens, begin..range.end, MAX_CLAUSE_WORDS, found);
            return;
        }
    }
    found.push(range);
}

/// Returns a score for a clause beginning at the word `words[k]`, from its first two words, and the punctuation and the
/// pauses before it. `k` is at least 1.
fn clause_start_score(tokens: &[StoryToken<'_>], words: &[usize], k: usize) -> f64 {
    let next: Vec<String> = words[k..].iter().take(2).map(|i| normalized(tokens[*i].text)).collect();
    let opener = next.first().is_some_and(|w| CLAUSE_OPENERS.contains(&w.as_str()));
    let subject = next
        .get(usize::from(opener))
        .is_some_and(|w| SUBJECT_PRONOUNS.contains(&w.as_str()) || OTHER_SUBJECT_STARTS.contains(&w.as_str()));
    let comma = tokens[words[k - 1]].text.ends_with([',', ';', ':', '-', '\u{2013}', '\u{2014}']);
    let pause = (words[k - 1] + 1..=words[k]).any(|i| tokens[i].pause_before_s.is_some_and(|s| s >= CLAUSE_PAUSE_S));
    f64::from(u8::from(opener))
        + f64::from(u8::from(subject)) * 0.7
        + f64::from(u8::from(comma)) * 0.6
        + f64::from(u8::from(pause)) * 0.8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_text(text: &str) -> Vec<String> {
        let tokens: Vec<StoryToken<'_>> = text
            .split_whitespace()
            .map(|text| StoryToken { text, span: None, pause_before_s: None, ends_block: false, filler: false })
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
        assert!(
            pieces.len() >= 2 && pieces.iter().all(|p| p.split_whitespace().count() <= MAX_SENTENCE_WORDS),
            "{pieces:#?}"
        );
        assert_eq!(pieces.join(" "), text.split_whitespace().collect::<Vec<_>>().join(" "));
    }

    #[test]
    fn hesitation_moves_no_cut() {
        let text = "We kept the costumes in a basement with no system at all for most of the year, so before every show it \
                    would be three people digging through bags until";
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(cut_text(text).len(), 1);
        fn token(text: &str, filler: bool) -> StoryToken<'_> {
            StoryToken { text, span: None, pause_before_s: None, ends_block: false, filler }
        }
        fn hesitant(text: &str) -> Vec<StoryToken<'_>> {
            text.split_whitespace().flat_map(|word| [token("um,", true), token(word, false)]).collect()
        }
        assert_eq!(sentences(&hesitant(text)).len(), 1);
        let longer = format!("{text} the curtain and nobody had time to look for the shoes");
        let cuts: Vec<usize> = cut_text(&longer).iter().map(|s| s.split_whitespace().count()).collect();
        assert!(words.len() < MAX_SENTENCE_WORDS && cuts.len() > 1, "{cuts:?}");
        let same: Vec<usize> = sentences(&hesitant(&longer)).iter().map(|range| range.len() / 2).collect();
        assert_eq!(same, cuts);
    }
}
