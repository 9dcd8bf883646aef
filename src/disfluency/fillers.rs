//! Fillers: filled pauses (um, uh), discourse markers used as fillers (like, you know), repetitions and false starts.
//!
//! Each kind has a file of its own: `filled_pauses`, [`super::discourse_markers`], [`super::repairs`]. Here they
//! become events of one list. What the transcript and the signal both say is one event. What a stutter begins again
//! ([`super::stuttering`]) is none.

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
use super::spoken::{Spoken, spoken};
use super::stuttering::{begun_again, without_blocks};

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

impl Kind {
    /// What people read.
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
    /// What was said, as people write it.
    pub fn label(&self) -> String {
        with_capital_i(&self.text)
    }

    /// Its words among the transcript's or the draft's; empty if it was only heard.
    pub fn range(&self) -> Range<usize> {
        self.word.map_or(0..0, |first| first..first + self.words)
    }
}

/// Finds the fillers of a spoken answer, in order, and marks their words. `own` are words and phrases that the speaker wants
/// counted wherever they occur; `stutters` says that they stutter.
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
        written_fillers(&spoken(words, &features.stretches), own, stutters, &|range| {
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

/// Removes the fillers that were only heard: if the speaker stutters, they are as likely prolonged sounds.
pub fn without_held_sounds(events: Vec<Filler>) -> Vec<Filler> {
    events.into_iter().filter(|e| e.word.is_some()).collect()
}

/// Finds the fillers of a written draft, in order, from its words alone.
pub fn fillers_of_draft(draft: &[Spoken<'_>], own: &[String], stutters: bool) -> Vec<Filler> {
    let nothing_known = |_: Range<usize>| (None, 1.0);
    let mut events: Vec<Filler> = (0..draft.len())
        .filter(|i| is_filled_pause(draft[*i].text))
        .map(|i| written(Kind::FilledPause, draft, i, i, 1.0, &nothing_known))
        .collect();
    add(&mut events, written_fillers(draft, own, stutters, &nothing_known));
    events.sort_by_key(|e| e.word);
    events
}

/// Adds those that are no part of a longer repair, which is counted once.
fn add(events: &mut Vec<Filler>, more: Vec<Filler>) {
    for event in more {
        if !events.iter().any(|e| e.range().start <= event.range().start && event.range().end <= e.range().end) {
            events.push(event);
        }
    }
}

/// Discourse markers, repetitions and false starts, which the words tell. `heard` gives when words were said and how sure
/// the model is of them.
fn written_fillers(words: &[Spoken<'_>], own: &[String], stutters: bool, heard: Heard<'_>) -> Vec<Filler> {
    let mut events = Vec::new();
    let texts: Vec<&str> = words.iter().map(|w| w.text).collect();
    let stuttered = begun_again(&texts, stutters);
    let found =
        if stutters { repairs(&without_blocks(words), &is_filled_pause) } else { repairs(words, &is_filled_pause) };
    for repair in found {
        // Who begins a word again has not filled a silence; of somebody who stutters, nothing around it is a filler either.
        let mut given_up = stuttered[repair.first..=repair.last].iter();
        let is_stutter = if stutters { given_up.any(|s| *s) } else { given_up.all(|s| *s) };
        if is_stutter {
            continue;
        }
        let kind = match repair.kind {
            RepairKind::Repetition => Kind::Repetition,
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
    let text: Vec<String> = said.iter().map(|w| normalized(w.text)).filter(|w| !w.is_empty()).collect();
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
