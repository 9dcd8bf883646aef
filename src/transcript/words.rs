//! Conversion of the model's words to words on the recording's clock.
//!
//! The model's word times are accurate to a few tenths of a second. The signal shows more accurately where nobody
//! speaks: the edge of a word near a pause is moved to the edge of the pause, and a word far from any speech is dropped
//! as never said.

use super::{ReadWord, Reading, Word, answered};
use crate::signal::Features;
use crate::span::Span;

/// A word whose middle is farther than this from any speech was invented by the model, in seconds.
const INVENTED_S: f64 = 0.6;
/// Minimum duration of the gaps in speech that words are kept out of, in seconds.
const SHORTEST_GAP_S: f64 = 0.15;
/// Maximum error of the model's word times, in seconds: an edge farther than this from a gap is not moved to the gap.
const TIME_ERROR_S: f64 = 0.4;
/// Minimum duration of a word, and minimum time between the beginnings of two words, in seconds.
const SHORTEST_WORD_S: f64 = 0.02;

/// Joins the words of all pieces. `chunks` and `readings` correspond one to one. Returns the words, and the features
/// without the stretches that, judging by the words, nobody spoke in.
pub fn assemble(chunks: &[Span], readings: Vec<Reading>, features: Features) -> (Vec<Word>, Features) {
    let mut words: Vec<Word> = Vec::new();
    let mut unread: Vec<Span> = Vec::new();
    for (chunk, reading) in chunks.iter().zip(readings) {
        if reading.has_loop {
            unread.extend(&reading.unreadable);
        }
        for word in spoken(&reading.words) {
            let at = |s: f64| (chunk.start_s + s).min(chunk.end_s);
            let span = Span::new(at(word.span.start_s), at(word.span.end_s));
            let middle_s = (span.start_s + span.end_s) / 2.0;
            if nearest_speech_s(&features.stretches, middle_s) <= INVENTED_S {
                words.push(Word { text: word.text, span, confidence: word.probability, filler: false });
            }
        }
    }
    in_order(&mut words);
    let nobody = answered::nobody(&mut words, &unread, &features);
    // Without any words, nothing is known about who speaks; the warnings say so.
    let features = if words.is_empty() { features } else { features.without_stretches(&nobody) };
    keep_out_of_gaps(&mut words, &features.stretches);
    (words, features)
}

/// Maximum number of words in an annotation in brackets. Longer text, or text whose bracket is never closed, was said:
/// small models sometimes begin a whole answer with a bracket.
const LONGEST_ANNOTATION: usize = 8;

/// Returns the words without the model's annotations (`[BLANK_AUDIO]`, `(laughs)`, notes). Punctuation that stands
/// alone is appended to the preceding word.
fn spoken(read: &[ReadWord]) -> Vec<ReadWord> {
    let mut words: Vec<ReadWord> = Vec::with_capacity(read.len());
    let mut annotated = 0;
    for (i, word) in read.iter().enumerate() {
        if i >= annotated {
            annotated = i + annotation(&read[i..]);
        }
        if i < annotated {
            continue;
        }
        let text = word.text.trim_start_matches(['[', '(', '*']).trim_end_matches([']', ')']);
        if text.chars().any(char::is_alphanumeric) {
            words.push(ReadWord { text: text.to_string(), span: word.span, probability: word.probability });
        } else if let Some(last) = words.last_mut()
            && text.chars().all(|c| ".,!?;:".contains(c))
        {
            last.text.push_str(text);
        }
    }
    words
}

/// Returns the number of words in the annotation that begins with the first word; 0 if it begins none.
fn annotation(words: &[ReadWord]) -> usize {
    // A song is long, and may continue past the end of the piece.
    let (closing, longest, unclosed) = match words[0].text.chars().next() {
        Some('[') => (']', LONGEST_ANNOTATION, 0),
        Some('(') => (')', LONGEST_ANNOTATION, 0),
        Some('*') => ('*', LONGEST_ANNOTATION, 0),
        Some('♪') => ('♪', words.len(), words.len()),
        _ => return 0,
    };
    let closes = |(i, word): (usize, &ReadWord)| word.text.chars().skip(usize::from(i == 0)).any(|c| c == closing);
    words.iter().enumerate().take(longest).position(closes).map_or(unclosed, |last| last + 1)
}

fn nearest_speech_s(stretches: &[Span], time_s: f64) -> f64 {
    stretches.iter().map(|s| s.distance_s(time_s)).fold(f64::INFINITY, f64::min)
}

/// Makes the words begin one after another, and each end no later than the next begins.
fn in_order(words: &mut [Word]) {
    let mut earliest = 0.0;
    for word in words.iter_mut() {
        word.span.start_s = word.span.start_s.max(earliest);
        earliest = word.span.start_s + SHORTEST_WORD_S;
    }
    for i in 1..words.len() {
        words[i - 1].span.end_s = words[i].span.start_s.min(words[i - 1].span.end_s);
    }
    for word in words.iter_mut() {
        word.span.end_s = word.span.end_s.max(word.span.start_s + SHORTEST_WORD_S);
    }
}

/// Moves the words' edges out of the gaps in speech.
fn keep_out_of_gaps(words: &mut [Word], stretches: &[Span]) {
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { return };
    if let Some(word) = words.first_mut()
        && (word.span.start_s - first.start_s).abs() <= TIME_ERROR_S
    {
        word.span.start_s = first.start_s;
    }
    let gaps: Vec<Span> = stretches
        .windows(2)
        .map(|pair| Span::new(pair[0].end_s, pair[1].start_s))
        .filter(|gap| gap.duration_s() >= SHORTEST_GAP_S)
        .collect();
    for gap in &gaps {
        if let Some(i) = boundary_near(words, gap) {
            words[i - 1].span.end_s = gap.start_s;
            words[i].span.start_s = gap.end_s;
        }
    }
    if let Some(word) = words.last_mut() {
        word.span.end_s = last.end_s.max(word.span.start_s + SHORTEST_WORD_S);
    }
    for i in 0..words.len() {
        let next_s = words.get(i + 1).map_or(f64::INFINITY, |w| w.span.start_s);
        let span = &mut words[i].span;
        span.end_s = span.end_s.min(next_s).max(span.start_s + SHORTEST_WORD_S);
        // A word that still spans a gap ends before it: none of it was heard after the gap.
        if let Some(gap) = gaps.iter().find(|g| span.start_s < g.start_s && span.end_s > g.end_s) {
            span.end_s = gap.start_s.max(span.start_s + SHORTEST_WORD_S);
        }
    }
}

/// Returns the word `i` before which the gap lies: the one that begins nearest to the gap, if its neighbours leave
/// room.
fn boundary_near(words: &[Word], gap: &Span) -> Option<usize> {
    (1..words.len())
        .map(|i| (i, gap.distance_s(words[i].span.start_s)))
        .filter(|(i, distance)| {
            *distance <= TIME_ERROR_S
                && words[i - 1].span.start_s < gap.start_s
                && words.get(i + 1).is_none_or(|next| next.span.start_s > gap.end_s)
        })
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(read: &str) -> String {
        let word = |text: &str| ReadWord { text: text.to_string(), span: Span::new(0.0, 0.1), probability: 1.0 };
        let words = spoken(&read.split(' ').map(word).collect::<Vec<_>>());
        words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn annotations_are_no_words() {
        assert_eq!(said("[BLANK_AUDIO]"), "");
        assert_eq!(said("So (laughs) I [ Background noise continues ] left ."), "So I left.");
        assert_eq!(said("*clears throat* Um, well"), "Um, well");
        assert_eq!(said("♪ la la la la la la la la la ♪ and then"), "and then");
        assert_eq!(said("and ♪ la la la"), "and");
    }

    #[test]
    fn a_bracket_that_never_closes_or_holds_an_answer_hides_no_words() {
        assert_eq!(said("(This is the acoustic corpus."), "This is the acoustic corpus.");
        assert_eq!(
            said("[I led a team of five people and we moved it.] Done"),
            "I led a team of five people and we moved it. Done"
        );
    }
}
