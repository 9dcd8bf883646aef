//! Fillers: filled pauses (um, uh), discourse markers used as fillers (like, you know), repeated words.
//!
//! Filled pauses are written down by the speech model, which was prompted to, but misplaced by up to half a second;
//! the signal places them: a filled pause is a held sound, with a pitch that hardly moves (M. Goto, K. Itou and
//! S. Hayamizu, "A real-time filled pause detection system for spontaneous speech recognition", Eurospeech 1999).

use serde::{Deserialize, Serialize};

use crate::signal::{Features, STEP_S, frame_at, frame_time_s};
use crate::span::Span;
use crate::transcript::{Transcript, Word};

use super::per_minute;

/// How far before and after its written time the sound of a filled pause is looked for, in seconds.
const REACH_S: f64 = 0.6;
/// The shortest filled pause, in seconds.
const SHORTEST_S: f64 = 0.1;
/// The pitch of a filled pause moves less than this from one frame to the next, in semitones.
const STEADY_SEMITONES: f64 = 1.5;
/// How much each second away from the written time counts against a candidate, in seconds of its length.
const DISTANCE_COST: f64 = 0.4;
/// Words that people double on purpose or by grammar ("that that", "very very").
const DOUBLED_ON_PURPOSE: &[&str] = &[
    "that", "had", "very", "really", "so", "no", "yes", "many", "much", "more", "well", "ha", "bye", "long", "far",
    "is", "in", "on",
];
/// Discourse markers, where commas set them off on both sides.
const MARKERS: &[&[&str]] = &[
    &["you", "know"],
    &["i", "mean"],
    &["sort", "of"],
    &["kind", "of"],
    &["like"],
    &["basically"],
    &["actually"],
    &["literally"],
];

/// What sort of filler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// um, uh, er, hmm.
    FilledPause,
    /// like, you know, I mean.
    DiscourseMarker,
    /// "I I was".
    Repetition,
    /// "we went, we decided".
    FalseStart,
}

/// Who noticed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// The words written down.
    Transcript,
    /// The signal.
    Acoustic,
}

/// One filler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filler {
    /// What sort.
    pub kind: Kind,
    /// What was said.
    pub text: String,
    /// The index of its first word among the transcript's; `None` if it was only heard.
    pub word: Option<usize>,
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// Who noticed it.
    pub heard_by: Vec<Witness>,
    /// How sure, 0 to 1.
    pub confidence: f64,
}

/// The fillers of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fillers {
    /// All kinds together.
    pub count: usize,
    /// All kinds, a minute.
    pub per_minute: f64,
    /// All kinds, in a hundred words.
    pub per_100_words: f64,
    /// Filled pauses alone, a minute.
    pub filled_pauses_per_minute: f64,
    /// All of them, in order.
    pub events: Vec<Filler>,
}

/// Whether a word as written is a filled pause: um, uh, er, hmm and their longer spellings.
pub fn is_filled_pause(word: &str) -> bool {
    let bare = bare(word);
    let mut letters: Vec<char> = bare.chars().collect();
    letters.dedup();
    let short: String = letters.into_iter().collect();
    matches!(short.as_str(), "um" | "uh" | "uhm" | "er" | "erm" | "eh" | "ehm" | "ahm" | "hm" | "mhm")
        || (short == "m" && bare.len() > 1)
}

/// A word in lower case without the punctuation around it.
fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

impl Fillers {
    /// Finds the fillers and marks their words.
    pub(super) fn of(features: &Features, transcript: &mut Transcript, answer: &Span) -> Self {
        let mut events = filled_pauses(features, &mut transcript.words);
        events.extend(discourse_markers(&transcript.words));
        events.extend(repetitions(&transcript.words));
        events.sort_by(|a, b| a.span.start_s.total_cmp(&b.span.start_s));
        for event in &events {
            let Some(first) = event.word else { continue };
            let words = event.text.split_whitespace().count();
            transcript.words[first..first + words].iter_mut().for_each(|w| w.filler = true);
        }
        let filled = events.iter().filter(|e| e.kind == Kind::FilledPause).count();
        let words = transcript.words.iter().filter(|w| !is_filled_pause(&w.text)).count();
        Self {
            count: events.len(),
            per_minute: per_minute(events.len(), answer.duration_s()),
            per_100_words: if words > 0 { 100.0 * events.len() as f64 / words as f64 } else { 0.0 },
            filled_pauses_per_minute: per_minute(filled, answer.duration_s()),
            events,
        }
    }
}

/// The written filled pauses, each moved to the held sound near it. The words' own times follow.
fn filled_pauses(features: &Features, words: &mut [Word]) -> Vec<Filler> {
    let mut events: Vec<Filler> = Vec::new();
    for i in 0..words.len() {
        if !is_filled_pause(&words[i].text) {
            continue;
        }
        let earliest = events.last().map_or(0.0, |e| e.span.end_s);
        let before = i.checked_sub(1).map_or(0.0, |b| (words[b].span.start_s + SHORTEST_S).max(earliest));
        let after = words.get(i + 1).map_or(f64::INFINITY, |next| next.span.end_s);
        let written = words[i].span;
        let room = Span::new(before.max(written.start_s - REACH_S), after.min(written.start_s + REACH_S + 0.4));
        let held = held_sound(features, &room, written.start_s);
        let mut heard_by = vec![Witness::Transcript];
        if let Some(held) = held {
            heard_by.push(Witness::Acoustic);
            make_room(words, i, held);
        }
        events.push(Filler {
            kind: Kind::FilledPause,
            text: bare(&words[i].text),
            word: Some(i),
            span: words[i].span,
            heard_by,
            confidence: words[i].confidence,
        });
    }
    events
}

/// Gives word `i` the span and takes it from its neighbours.
fn make_room(words: &mut [Word], i: usize, span: Span) {
    words[i].span = span;
    if i > 0 {
        let before = &mut words[i - 1].span;
        before.end_s = before.end_s.min(span.start_s).max(before.start_s);
    }
    if let Some(next) = words.get_mut(i + 1) {
        next.span.start_s = next.span.start_s.max(span.end_s);
        next.span.end_s = next.span.end_s.max(next.span.start_s);
    }
}

/// The longest and nearest run of steady voice in `room`.
fn held_sound(features: &Features, room: &Span, written_s: f64) -> Option<Span> {
    let to = frame_at(room.end_s).min(features.f0_hz.len());
    let from = frame_at(room.start_s).min(to);
    let mut best: Option<(f64, Span)> = None;
    let mut start = None;
    for i in from..=to {
        let steady = i < to && is_steady(features, i);
        match (steady, start) {
            (true, None) => start = Some(i),
            (false, Some(first)) => {
                let span = Span::new(frame_time_s(first), frame_time_s(i - 1) + STEP_S);
                let value = span.duration_s() - DISTANCE_COST * span.distance_s(written_s);
                if span.duration_s() >= SHORTEST_S && best.is_none_or(|(most, _)| value > most) {
                    best = Some((value, span));
                }
                start = None;
            }
            _ => {}
        }
    }
    best.map(|(_, span)| span)
}

/// Whether the voice sounds at frame `i` and has not jumped since the frame before.
fn is_steady(features: &Features, i: usize) -> bool {
    let Some(f0) = features.f0_hz[i] else { return false };
    let before = i.checked_sub(1).and_then(|b| features.f0_hz[b]);
    features.speech[i] && before.is_none_or(|b| (12.0 * f64::from(f0 / b).log2()).abs() < STEADY_SEMITONES)
}

/// Markers that the punctuation sets off on both sides.
fn discourse_markers(words: &[Word]) -> Vec<Filler> {
    let ends_clause = |i: usize| words[i].text.ends_with([',', '.', '?', '!']);
    let mut events = Vec::new();
    for i in 0..words.len() {
        let Some(marker) = MARKERS.iter().find(|m| {
            i + m.len() <= words.len() && m.iter().zip(&words[i..]).all(|(part, word)| bare(&word.text) == *part)
        }) else {
            continue;
        };
        let last = i + marker.len() - 1;
        if (i == 0 || ends_clause(i - 1)) && words[last].text.ends_with(',') {
            events.push(written(Kind::DiscourseMarker, words, i, last));
        }
    }
    events
}

/// Words said twice in a row, filled pauses between them not counted.
fn repetitions(words: &[Word]) -> Vec<Filler> {
    let spoken: Vec<usize> = (0..words.len()).filter(|i| !is_filled_pause(&words[*i].text)).collect();
    let mut events = Vec::new();
    for pair in spoken.windows(2) {
        let (first, second) = (bare(&words[pair[0]].text), bare(&words[pair[1]].text));
        let one_sentence = !words[pair[0]].text.ends_with(['.', '?', '!']);
        if first == second && !first.is_empty() && one_sentence && !DOUBLED_ON_PURPOSE.contains(&first.as_str()) {
            events.push(written(Kind::Repetition, words, pair[0], pair[0]));
        }
    }
    events
}

/// A filler that stands in the transcript from word `first` to word `last`.
fn written(kind: Kind, words: &[Word], first: usize, last: usize) -> Filler {
    let said = &words[first..=last];
    let text: Vec<String> = said.iter().map(|w| bare(&w.text)).collect();
    Filler {
        kind,
        text: text.join(" "),
        word: Some(first),
        span: Span::new(said[0].span.start_s, said[said.len() - 1].span.end_s),
        heard_by: vec![Witness::Transcript],
        confidence: said.iter().map(|w| w.confidence).fold(1.0, f64::min),
    }
}
