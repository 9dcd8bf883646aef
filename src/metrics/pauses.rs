//! Silent pauses: stretches inside the answer in which nobody speaks.
//!
//! Pauses are measured in the signal alone, in seconds; [`crate::signal::pause`] says from which length on a silence is one. Audio lost while
//! recording does not count as silence. The location of a pause matters more than its length: J. Kahng, "The effect of
//! pause location on perceived fluency", Applied Psycholinguistics 39 (2018).

use serde::{Deserialize, Serialize};

use crate::span::Span;
use crate::transcript::{Transcript, Word};

use super::{counted_s, median, per_minute};
use crate::english::lexicon::{I, WE};
use crate::english::{is_filled_pause, normalized};

/// The location of a pause in the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PausePlace {
    /// Between words that belong together: a hesitation.
    WithinClause,
    /// At a comma or another clause boundary.
    BetweenClauses,
    /// After a sentence.
    BetweenSentences,
}

impl PausePlace {
    /// Returns the label that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::WithinClause => "between words that belong together",
            Self::BetweenClauses => "between clauses",
            Self::BetweenSentences => "between sentences",
        }
    }
}

/// One silent pause.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    /// The span from the end of speech to its return.
    #[serde(flatten)]
    pub span: Span,
    /// The location in the sentence.
    pub place: PausePlace,
}

/// The silent pauses of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pauses {
    /// Number of pauses.
    pub count: usize,
    /// Pauses per minute.
    pub per_minute: f64,
    /// Median length, in seconds (lengths are log-normal, so the mean says little); `None` without a pause.
    pub median_s: Option<f64>,
    /// Length of the longest pause, in seconds; `None` without a pause.
    pub longest_s: Option<f64>,
    /// Time from the beginning of the recording to the first speech, in seconds.
    pub response_latency_s: f64,
    /// All pauses, in order.
    pub events: Vec<Pause>,
}

impl Pauses {
    /// Measures the silences of an answer; `others` holds the stretches in which another person speaks.
    pub(super) fn of(silences: &[Span], transcript: &Transcript, answer: &Span, others: &[Span]) -> Self {
        let events: Vec<Pause> =
            silences.iter().map(|span| Pause { span: *span, place: place(span, &transcript.words) }).collect();
        let lengths: Vec<f64> = silences.iter().map(Span::duration_s).collect();
        Self {
            count: events.len(),
            per_minute: per_minute(events.len(), counted_s(answer, others)),
            median_s: median(&lengths),
            longest_s: lengths.into_iter().reduce(f64::max),
            response_latency_s: answer.start_s,
            events,
        }
    }
}

/// Classifies a pause by the words around it.
///
/// The speech model's punctuation alone is not enough: the model writes a comma for many hesitations, and a full stop
/// before many an "and". So a comma, or no punctuation, is the end of a clause only if the next words can begin one,
/// and a full stop before a coordinated clause is not the end of a sentence. Filled pauses next to the silence are
/// skipped.
fn place(pause: &Span, words: &[Word]) -> PausePlace {
    let after = words.partition_point(|w| (w.span.start_s + w.span.end_s) / 2.0 <= pause.start_s + 0.05);
    let before = words[..after].iter().rev();
    let mut ends: Vec<char> = Vec::new();
    let mut last = String::new();
    for word in before {
        ends.extend(word.text.chars().last());
        if !is_filled_pause(&word.text) {
            last = normalized(&word.text);
            break;
        }
    }
    let mut next = words[after..].iter().filter(|w| !is_filled_pause(&w.text)).map(|w| normalized(&w.text));
    let (first, second) = (next.next().unwrap_or_default(), next.next().unwrap_or_default());
    // A speaker who repeats a word just said resumes the same clause: "if you | if you have".
    let said = words[..after].iter().rev().filter(|w| !is_filled_pause(&w.text));
    let is_repeated = said.take(MAX_REPEAT_DISTANCE).any(|w| normalized(&w.text) == first);
    let begins_clause = CLAUSE_OPENERS.contains(&first.as_str())
        || is_subject(&first)
        || (COORDINATORS.contains(&first.as_str()) && is_subject(&second));
    // A silence after the "and" or "because" that opened the clause lies inside the clause.
    let opened = COORDINATORS.contains(&last.as_str()) || CLAUSE_OPENERS.contains(&last.as_str());
    if ends.iter().any(|c| ".!?".contains(*c)) {
        if ADDITIVE_CONJUNCTIONS.contains(&first.as_str()) {
            PausePlace::BetweenClauses
        } else {
            PausePlace::BetweenSentences
        }
    } else if begins_clause && !opened && !is_repeated {
        PausePlace::BetweenClauses
    } else {
        PausePlace::WithinClause
    }
}

/// Number of words before a pause in which a repeated word is searched for (ours).
const MAX_REPEAT_DISTANCE: usize = 3;
/// Words that add a clause to a sentence that seemed to be complete.
const ADDITIVE_CONJUNCTIONS: &[&str] = &["and", "but", "or"];
/// Words that join a clause or a single word to the previous one.
const COORDINATORS: &[&str] = &["and", "but", "or", "so", "nor", "yet", "then"];
/// Words that open a new clause.
const CLAUSE_OPENERS: &[&str] = &[
    "because", "cause", "which", "who", "whose", "when", "where", "while", "if", "although", "though", "unless",
    "until", "since", "whereas", "whether", "but",
];
/// Subjects other than the first person, singular and plural.
const OTHER_SUBJECTS: &[&str] = &[
    "he", "he's", "she", "she's", "they", "they're", "they've", "there", "there's", "it's", "that's", "you're",
    "here's", "let's",
];

/// Returns whether a word is most often the subject of a clause, so that another clause ends before it.
fn is_subject(word: &str) -> bool {
    [&I[..], &WE, OTHER_SUBJECTS].iter().any(|list| list.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(text: &str) -> PausePlace {
        // Each word lasts a quarter of a second; the bar stands for a silence of half a second.
        let mut words = Vec::new();
        let mut pause = Span::new(0.0, 0.0);
        let mut at_s = 0.0;
        for word in text.split_whitespace() {
            if word == "|" {
                pause = Span::new(at_s, at_s + 0.5);
                at_s += 0.5;
                continue;
            }
            let span = Span::new(at_s, at_s + 0.25);
            words.push(Word { text: word.into(), span, confidence: 1.0, filler: false });
            at_s += 0.25;
        }
        place(&pause, &words)
    }

    #[test]
    fn a_pause_is_placed_by_the_words_around_it() {
        assert_eq!(placed("It took a week. | Nobody minded."), PausePlace::BetweenSentences);
        assert_eq!(placed("It took a week. | And then it rained."), PausePlace::BetweenClauses);
        assert_eq!(placed("It took a week, | because nobody knew."), PausePlace::BetweenClauses);
        assert_eq!(placed("It took a week, um, | and we paid."), PausePlace::BetweenClauses);
        assert_eq!(placed("I asked the, | um, drivers."), PausePlace::WithinClause);
        assert_eq!(placed("I asked the, um, | drivers and porters."), PausePlace::WithinClause);
        assert_eq!(placed("I asked | the drivers."), PausePlace::WithinClause);
        assert_eq!(placed("It took a week because | they were late."), PausePlace::WithinClause);
        assert_eq!(placed("It took a week. | So we paid."), PausePlace::BetweenSentences);
        assert_eq!(placed("It broke if you, | if you opened it."), PausePlace::WithinClause);
        assert_eq!(placed("|"), PausePlace::WithinClause);
    }
}
