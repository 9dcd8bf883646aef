//! Fillers: filled pauses (um, uh), discourse markers used as fillers (like, you know), repetitions and false starts.
//!
//! Each kind is detected in its own file: `filled_pauses`, [`super::discourse_markers`], [`super::repairs`]. This file
//! merges them into one list of events. A filler found both in the transcript and in the signal is one event. Words
//! that a stutter begins again ([`super::stuttering`]) are not fillers.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::english::{is_filled_pause, normalized};
use crate::plain::with_capital_i;
use crate::signal::Features;
use crate::span::Span;
use crate::transcript::Transcript;

use super::discourse_markers::discourse_markers;
use super::filled_pauses::filled_pauses;
use super::repairs::{RepairKind, repairs};
use super::spoken::{WordWithPauses, words_with_pauses};
use super::stuttering::{begun_again, without_blocks};

/// The kind of a filler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillerKind {
    /// A filled pause: um, uh, er, hmm.
    FilledPause,
    /// A discourse marker: like, you know, I mean.
    DiscourseMarker,
    /// A repetition: "I I was".
    Repetition,
    /// A false start: "we went, we decided".
    FalseStart,
}

/// The evidence by which a filler was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// The words of the transcript or draft.
    Transcript,
    /// The audio signal.
    Acoustic,
}

/// One filler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filler {
    /// The kind of filler.
    pub kind: FillerKind,
    /// The words, normalized; "uh" for a filled pause that was only heard.
    pub text: String,
    /// The index of the first word in the transcript or draft; `None` if the filler was only heard.
    pub word: Option<usize>,
    /// The number of words in the transcript or draft; 0 if the filler was only heard.
    pub words: usize,
    /// The time of the filler; `None` in a written draft.
    #[serde(flatten, with = "crate::span::maybe")]
    pub span: Option<Span>,
    /// The evidence by which the filler was found.
    pub heard_by: Vec<Witness>,
    /// The confidence that this is a filler, 0 to 1.
    pub confidence: f64,
}

impl FillerKind {
    /// Returns the label that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::FilledPause => "um, uh",
            Self::DiscourseMarker => "filler word",
            Self::Repetition => "said twice",
            Self::FalseStart => "begun again",
        }
    }
}

impl Filler {
    /// Returns the words as people write them, with a capital "I".
    pub fn label(&self) -> String {
        with_capital_i(&self.text)
    }

    /// Returns the range of the filler's words in the transcript or draft; empty if the filler was only heard.
    pub fn range(&self) -> Range<usize> {
        self.word.map_or(0..0, |first| first..first + self.words)
    }
}

/// Finds the fillers of a spoken answer, in order, and marks their words in the transcript. `own` holds words and
/// phrases that the speaker wants counted wherever they occur; `stutters` tells whether the speaker stutters.
pub fn fillers(features: &Features, transcript: &mut Transcript, own: &[String], stutters: bool) -> Vec<Filler> {
    if features.stretches.is_empty() || transcript.words.is_empty() {
        return Vec::new();
    }
    let mut events = filled_pauses(features, transcript);
    let is_read =
        |e: &Filler| e.span.is_none_or(|span| transcript.unreadable.iter().all(|u| u.overlap_s(&span) <= 0.0));
    events.retain(is_read);
    let words = &transcript.words;
    add(
        &mut events,
        written_fillers(&words_with_pauses(words, &features.stretches), own, stutters, &|range| {
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
    events
}

/// Removes the fillers that were only heard: if the speaker stutters, these may as well be prolonged sounds.
pub fn without_held_sounds(events: Vec<Filler>) -> Vec<Filler> {
    events.into_iter().filter(|e| e.word.is_some()).collect()
}

/// Finds the fillers of a written draft, in order, from its words alone.
pub fn fillers_of_draft(draft: &[WordWithPauses<'_>], own: &[String], stutters: bool) -> Vec<Filler> {
    let nothing_known = |_: Range<usize>| (None, 1.0);
    let mut events: Vec<Filler> = (0..draft.len())
        .filter(|i| is_filled_pause(draft[*i].text))
        .map(|i| written(FillerKind::FilledPause, draft, i, i, 1.0, &nothing_known))
        .collect();
    add(&mut events, written_fillers(draft, own, stutters, &nothing_known));
    events.sort_by_key(|e| e.word);
    events
}

/// Adds the fillers of `more` that do not lie within a filler already in the list.
fn add(events: &mut Vec<Filler>, more: Vec<Filler>) {
    for event in more {
        if !events.iter().any(|e| e.range().start <= event.range().start && event.range().end <= e.range().end) {
            events.push(event);
        }
    }
}

/// Finds the fillers that show in the words alone: discourse markers, repetitions and false starts.
fn written_fillers(
    words: &[WordWithPauses<'_>],
    own: &[String],
    stutters: bool,
    timing: TimingLookup<'_>,
) -> Vec<Filler> {
    let mut events = Vec::new();
    let texts: Vec<&str> = words.iter().map(|w| w.text).collect();
    let stuttered = begun_again(&texts, stutters);
    let found =
        if stutters { repairs(&without_blocks(words), &is_filled_pause) } else { repairs(words, &is_filled_pause) };
    for repair in found {
        // Words that are begun again are a stutter, not a filler. If the speaker stutters, neither is a repair that
        // contains such a word.
        let mut given_up = stuttered[repair.first..=repair.last].iter();
        let is_stutter = if stutters { given_up.any(|s| *s) } else { given_up.all(|s| *s) };
        if is_stutter {
            continue;
        }
        let kind = match repair.kind {
            RepairKind::Repetition => FillerKind::Repetition,
            RepairKind::FalseStart => FillerKind::FalseStart,
        };
        events.push(written(kind, words, repair.first, repair.last, repair.confidence, timing));
    }
    for marker in discourse_markers(words, own) {
        events.push(written(FillerKind::DiscourseMarker, words, marker.first, marker.last, marker.confidence, timing));
    }
    events
}

/// A function from a range of words to their time, which is `None` in a draft, and the lowest confidence of the speech
/// model in one of them.
type TimingLookup<'a> = &'a dyn Fn(Range<usize>) -> (Option<Span>, f64);

/// Creates a filler of the words from `first` to `last`. `sure` is the confidence of the detector that found it.
fn written(
    kind: FillerKind,
    words: &[WordWithPauses<'_>],
    first: usize,
    last: usize,
    sure: f64,
    timing: TimingLookup<'_>,
) -> Filler {
    let said = &words[first..=last];
    let text: Vec<String> = said.iter().map(|w| normalized(w.text)).filter(|w| !w.is_empty()).collect();
    let (span, confidence) = timing(first..last + 1);
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
