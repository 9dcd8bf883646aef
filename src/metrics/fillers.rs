//! Fillers: filled pauses (um, uh), discourse markers used as fillers (like, you know), repeated words.
//!
//! Filled pauses are written down by the speech model, which was prompted to; the signal says exactly where, or that
//! there was none: a filled pause is a held sound, with a pitch and a spectrum that hardly move (M. Goto, K. Itou and
//! S. Hayamizu, "A real-time filled pause detection system for spontaneous speech recognition", Eurospeech 1999).

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::signal::{Features, STEP_S, frame_at, frame_time_s};
use crate::span::Span;
use crate::transcript::{Transcript, Word};

use super::discourse_markers::discourse_markers;
use super::per_minute;
use super::repairs::{RepairKind, repairs};
use super::spoken::{Spoken, spoken};

/// How far before and after its written time the sound of a filled pause is looked for, in seconds ...
const REACH_S: f64 = 0.5;
/// ... and where nobody speaks at its written time.
const REACH_IN_SILENCE_S: f64 = 1.5;
/// The shortest filled pause, in seconds.
const SHORTEST_S: f64 = 0.1;
/// Frames without hold inside a held sound that do not end it.
const FLICKER: usize = 2;
/// How much each second away from the written time counts against a candidate, in seconds of its length.
const DISTANCE_COST: f64 = 1.0;
/// How much each second inside the written time counts for it.
const WRITTEN_WEIGHT: f64 = 2.0;
/// From here on the model's word is taken for it where no sound is held: a voice can be too creaky or too masked to tell.
const SURE_WITHOUT_SOUND: f64 = 0.3;
/// A filled pause that the model gave less than this is more often wrong than right.
const LEAST_CONFIDENCE: f64 = 0.25;
/// From here on an "er" is surely a hesitation, in seconds.
const DRAWN_OUT_S: f64 = 0.35;
/// False starts that are less sure than this are not reported: there, punctuation, a filled pause and a silence all fail.
const LEAST_SURE_FALSE_START: f64 = 0.7;

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
    /// The index of its first word among the transcript's or the draft's; `None` if it was only heard.
    pub word: Option<usize>,
    /// How many of these words it is, from that one on; 0 if it was only heard.
    pub words: usize,
    /// When; `None` in a written draft.
    #[serde(flatten, with = "crate::span::maybe")]
    pub span: Option<Span>,
    /// Who noticed it.
    pub heard_by: Vec<Witness>,
    /// How sure, 0 to 1.
    pub confidence: f64,
}

impl Filler {
    /// Its words among the transcript's or the draft's; empty if it was only heard.
    pub fn range(&self) -> Range<usize> {
        self.word.map_or(0..0, |first| first..first + self.words)
    }
}

/// The fillers of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fillers {
    /// All kinds together.
    pub count: usize,
    /// All kinds, a minute; `None` in a written draft.
    pub per_minute: Option<f64>,
    /// All kinds, in a hundred words.
    pub per_100_words: f64,
    /// Filled pauses alone, a minute; `None` in a written draft.
    pub filled_pauses_per_minute: Option<f64>,
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
pub(super) fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

impl Fillers {
    /// Finds the fillers and marks their words.
    pub(super) fn of(features: &Features, transcript: &mut Transcript, answer: &Span, own: &[String]) -> Self {
        let mut events = filled_pauses(features, &mut transcript.words);
        let words = &transcript.words;
        add(
            &mut events,
            written_fillers(&spoken(words, &features.stretches), own, &|range| {
                let said = &words[range];
                let span = Span::new(said[0].span.start_s, said[said.len() - 1].span.end_s);
                (Some(span), said.iter().map(|w| w.confidence).fold(1.0, f64::min))
            }),
        );
        let start_s = |e: &Filler| e.span.map_or(0.0, |s| s.start_s);
        events.sort_by(|a, b| start_s(a).total_cmp(&start_s(b)));
        for event in &events {
            transcript.words[event.range()].iter_mut().for_each(|w| w.filler = true);
        }
        let filled = events.iter().filter(|e| e.kind == Kind::FilledPause).count();
        let words = transcript.words.iter().filter(|w| !is_filled_pause(&w.text)).count();
        Self {
            count: events.len(),
            per_minute: Some(per_minute(events.len(), answer.duration_s())),
            per_100_words: per_100(events.len(), words),
            filled_pauses_per_minute: Some(per_minute(filled, answer.duration_s())),
            events,
        }
    }

    /// Finds the fillers of a written draft, from its words alone.
    pub fn of_draft(draft: &[Spoken<'_>], own: &[String]) -> Self {
        let nothing_known = |_: Range<usize>| (None, 1.0);
        let mut events: Vec<Filler> = (0..draft.len())
            .filter(|i| is_filled_pause(draft[*i].text))
            .map(|i| written(Kind::FilledPause, draft, i, i, 1.0, &nothing_known))
            .collect();
        let words = draft.len() - events.len();
        add(&mut events, written_fillers(draft, own, &nothing_known));
        events.sort_by_key(|e| e.word);
        Self {
            count: events.len(),
            per_minute: None,
            per_100_words: per_100(events.len(), words),
            filled_pauses_per_minute: None,
            events,
        }
    }
}

/// Adds those that are no part of a longer repair, which is counted once.
fn add(events: &mut Vec<Filler>, more: Vec<Filler>) {
    for event in more {
        if !events.iter().any(|e| e.range().start <= event.range().start && event.range().end <= e.range().end) {
            events.push(event);
        }
    }
}

/// How often in a hundred words; 0 in none.
fn per_100(count: usize, words: usize) -> f64 {
    if words > 0 { 100.0 * count as f64 / words as f64 } else { 0.0 }
}

/// The written filled pauses, each moved to the held sound near it. The words' own times follow. What the signal
/// contradicts, or the model itself hardly believed, is no filled pause.
fn filled_pauses(features: &Features, words: &mut [Word]) -> Vec<Filler> {
    let mut events: Vec<Filler> = Vec::new();
    for i in 0..words.len() {
        if !is_filled_pause(&words[i].text) || words[i].confidence < LEAST_CONFIDENCE {
            continue;
        }
        let earliest = events.last().and_then(|e| e.span).map_or(0.0, |s| s.end_s);
        let before = i.checked_sub(1).map_or(0.0, |b| (words[b].span.start_s + SHORTEST_S).max(earliest));
        let after = words.get(i + 1).map_or(f64::INFINITY, |next| next.span.end_s);
        let written = words[i].span;
        let spoken = longest_speech(features, &written);
        let reach_s = if spoken.is_some() { REACH_S } else { REACH_IN_SILENCE_S };
        let room = Span::new(before.max(written.start_s - reach_s), after.min(written.end_s + reach_s));
        let held = held_sound(features, &room, &written);
        let sure = words[i].confidence >= SURE_WITHOUT_SOUND;
        let Some(span) = held.or(spoken.filter(|s| sure && s.duration_s() >= SHORTEST_S)) else { continue };
        let mut heard_by = vec![Witness::Transcript];
        heard_by.extend(held.map(|_| Witness::Acoustic));
        if is_object(words, i, &span) {
            continue;
        }
        make_room(words, i, span);
        events.push(Filler {
            kind: Kind::FilledPause,
            text: bare(&words[i].text),
            word: Some(i),
            words: 1,
            span: Some(span),
            heard_by,
            confidence: words[i].confidence,
        });
    }
    events
}

/// Whether a short "er" that ends the answer is the object of the word before it: "I hardly know 'er".
fn is_object(words: &[Word], i: usize, held: &Span) -> bool {
    bare(&words[i].text) == "er" && i > 0 && i + 1 == words.len() && held.duration_s() < DRAWN_OUT_S
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

/// The longest stretch of speech inside a span.
fn longest_speech(features: &Features, span: &Span) -> Option<Span> {
    let inside = features.stretches.iter().filter(|s| s.overlap_s(span) > 0.0);
    let inside = inside.map(|s| Span::new(s.start_s.max(span.start_s), s.end_s.min(span.end_s)));
    inside.max_by(|a, b| a.duration_s().total_cmp(&b.duration_s()))
}

/// The held sound in `room` that is longest and nearest to where it was written.
fn held_sound(features: &Features, room: &Span, written: &Span) -> Option<Span> {
    let to = frame_at(room.end_s).min(features.held.len());
    let from = frame_at(room.start_s).min(to);
    let mut best: Option<(f64, Span)> = None;
    let mut run: Option<(usize, usize)> = None;
    for i in from..=to {
        let on = i < to && features.held[i] && features.speech[i];
        match (on, run) {
            (true, Some((first, _))) => run = Some((first, i)),
            (true, None) => run = Some((i, i)),
            (false, Some((first, last))) if i == to || i - last > FLICKER => {
                let span = Span::new(frame_time_s(first), frame_time_s(last) + STEP_S);
                let away_s = (span.start_s - written.end_s).max(written.start_s - span.end_s).max(0.0);
                let value = WRITTEN_WEIGHT * span.overlap_s(written) + span.duration_s() - DISTANCE_COST * away_s;
                if span.duration_s() >= SHORTEST_S && best.is_none_or(|(most, _)| value > most) {
                    best = Some((value, span));
                }
                run = None;
            }
            _ => {}
        }
    }
    best.map(|(_, span)| span)
}

/// Discourse markers, repetitions and false starts, which the words tell. `heard` gives when words were said and how sure
/// the model is of them.
fn written_fillers(words: &[Spoken<'_>], own: &[String], heard: Heard<'_>) -> Vec<Filler> {
    let mut events = Vec::new();
    for repair in repairs(words, &is_filled_pause) {
        let kind = match repair.kind {
            RepairKind::Repetition => Kind::Repetition,
            RepairKind::FalseStart if repair.confidence < LEAST_SURE_FALSE_START => continue,
            RepairKind::FalseStart => Kind::FalseStart,
        };
        events.push(written(kind, words, repair.first, repair.last, repair.confidence, heard));
    }
    for marker in discourse_markers(words, own) {
        events.push(written(Kind::DiscourseMarker, words, marker.first, marker.last, marker.confidence, heard));
    }
    events
}

/// When the words of a range were said, if they were, and how sure the model is of the least sure of them.
type Heard<'a> = &'a dyn Fn(Range<usize>) -> (Option<Span>, f64);

/// A filler that stands in the words from word `first` to word `last`.
fn written(kind: Kind, words: &[Spoken<'_>], first: usize, last: usize, sure: f64, heard: Heard<'_>) -> Filler {
    let said = &words[first..=last];
    let text: Vec<String> = said.iter().map(|w| bare(w.text)).filter(|w| !w.is_empty()).collect();
    let (span, confidence) = heard(first..last + 1);
    Filler {
        kind,
        text: text.join(" "),
        word: Some(first),
        words: said.len(),
        span,
        heard_by: vec![Witness::Transcript],
        confidence: sure.min(confidence),
    }
}
