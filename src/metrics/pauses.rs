//! Silent pauses: stretches inside the answer in which nobody speaks, at least 0.25 s long.
//!
//! Measured in the signal alone, in seconds. What was lost while recording is no silence of the speaker's. What counts
//! as one is said in [`crate::signal::pause`]. Where a pause falls matters more than how long it is: J. Kahng, "The effect of pause location on perceived fluency", Applied Psycholinguistics 39 (2018).

use serde::{Deserialize, Serialize};

use crate::span::Span;
use crate::transcript::{Transcript, Word};

use super::{median, per_minute};
use crate::english::lexicon::{I, WE};
use crate::english::{is_filled_pause, normalized};

/// Where in the sentence a pause falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Between words that belong together: a hesitation.
    WithinClause,
    /// At a comma or the like.
    BetweenClauses,
    /// After a sentence.
    BetweenSentences,
}

impl Place {
    /// What people read.
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
    /// From the end of speech to its return.
    #[serde(flatten)]
    pub span: Span,
    /// Where it falls.
    pub place: Place,
}

/// The silent pauses of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pauses {
    /// How many.
    pub count: usize,
    /// How many a minute.
    pub per_minute: f64,
    /// Their median length in seconds (lengths are log-normal: the mean says little); `None` without a pause.
    pub median_s: Option<f64>,
    /// The longest, in seconds; `None` without a pause.
    pub longest_s: Option<f64>,
    /// From the beginning of the recording to the first speech, in seconds.
    pub response_latency_s: f64,
    /// All of them, in order.
    pub events: Vec<Pause>,
}

impl Pauses {
    /// Describes the silences of an answer.
    pub(super) fn of(silences: &[Span], transcript: &Transcript, answer: &Span) -> Self {
        let events: Vec<Pause> =
            silences.iter().map(|span| Pause { span: *span, place: place(span, &transcript.words) }).collect();
        let lengths: Vec<f64> = silences.iter().map(Span::duration_s).collect();
        Self {
            count: events.len(),
            per_minute: per_minute(events.len(), answer.duration_s()),
            median_s: median(&lengths),
            longest_s: lengths.into_iter().reduce(f64::max),
            response_latency_s: answer.start_s,
            events,
        }
    }
}

/// Where a pause falls, by the words around it.
///
/// The speech model's punctuation alone does not tell: it writes a comma for many a hesitation and a full stop before
/// many an "and". So a comma or nothing is the end of a clause only if what follows can begin one, and a full stop
/// before a coordinated clause is no end of a sentence. Filled pauses beside the silence are looked past.
fn place(pause: &Span, words: &[Word]) -> Place {
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
    // Who takes up a word just said goes on where they were: "if you | if you have".
    let said = words[..after].iter().rev().filter(|w| !is_filled_pause(&w.text));
    let taken_up = said.take(TAKEN_UP_WITHIN).any(|w| normalized(&w.text) == first);
    let begins_clause = CLAUSE_OPENERS.contains(&first.as_str())
        || is_subject(&first)
        || (COORDINATORS.contains(&first.as_str()) && is_subject(&second));
    // A silence after the "and" or "because" that opened the clause lies inside of it.
    let opened = COORDINATORS.contains(&last.as_str()) || CLAUSE_OPENERS.contains(&last.as_str());
    if ends.iter().any(|c| ".!?".contains(*c)) {
        if ADDED_ON.contains(&first.as_str()) { Place::BetweenClauses } else { Place::BetweenSentences }
    } else if begins_clause && !opened && !taken_up {
        Place::BetweenClauses
    } else {
        Place::WithinClause
    }
}

/// How many words back a word can have been said that is taken up after a pause (ours).
const TAKEN_UP_WITHIN: usize = 3;
/// Words that add a clause to a sentence that seemed to be over.
const ADDED_ON: &[&str] = &["and", "but", "or"];
/// Words that join a clause, or a mere word, to what was said.
const COORDINATORS: &[&str] = &["and", "but", "or", "so", "nor", "yet", "then"];
/// Words that open a clause of their own.
const CLAUSE_OPENERS: &[&str] = &[
    "because", "cause", "which", "who", "whose", "when", "where", "while", "if", "although", "though", "unless",
    "until", "since", "whereas", "whether", "but",
];
/// Subjects besides the speaker and those that the speaker is one of.
const OTHER_SUBJECTS: &[&str] = &[
    "he", "he's", "she", "she's", "they", "they're", "they've", "there", "there's", "it's", "that's", "you're",
    "here's", "let's",
];

/// Whether a word is the subject of a clause more often than anything else, and so follows the end of another.
fn is_subject(word: &str) -> bool {
    [&I[..], &WE, OTHER_SUBJECTS].iter().any(|list| list.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(text: &str) -> Place {
        // The words last a quarter of a second each; the silence is where the bar stands.
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
        assert_eq!(placed("It took a week. | Nobody minded."), Place::BetweenSentences);
        assert_eq!(placed("It took a week. | And then it rained."), Place::BetweenClauses);
        assert_eq!(placed("It took a week, | because nobody knew."), Place::BetweenClauses);
        assert_eq!(placed("It took a week, um, | and we paid."), Place::BetweenClauses);
        assert_eq!(placed("I asked the, | um, drivers."), Place::WithinClause);
        assert_eq!(placed("I asked the, um, | drivers and porters."), Place::WithinClause);
        assert_eq!(placed("I asked | the drivers."), Place::WithinClause);
        assert_eq!(placed("It took a week because | they were late."), Place::WithinClause);
        assert_eq!(placed("It took a week. | So we paid."), Place::BetweenSentences);
        assert_eq!(placed("It broke if you, | if you opened it."), Place::WithinClause);
        assert_eq!(placed("|"), Place::WithinClause);
    }
}
