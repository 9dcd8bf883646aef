//! Whose voice is heard when: one person, or two who take turns.
//!
//! Speech is cut at pauses and where a segmentation network hears the voice change (`pieces`); a second network says what the
//! voice of each piece is like, and the pieces are put into two groups (`groups`), smoothed over time. Whether that is two people is
//! decided by how much more alike the pieces of a group are than those of different groups. Most recordings are of one person, which
//! pieces cut at pauses alone mostly show: then the segmentation, half of the work, is not run. Where each of two people has a channel of
//! their own, the channels say whose turn it is (`sides`).
//!
//! Voices are compared within one recording only; nothing that could name a person is kept.

mod groups;
mod mel;
mod network;
mod pieces;
mod sides;

use serde::{Deserialize, Serialize};

use crate::audio::Recording;
use crate::signal::Features;
use crate::span::Span;
use groups::Groups;
use pieces::Piece;

/// Minimum [gap](Groups::gap) of two groups that are two people. Ours: dialogues of LibriSpeech voices in seven conditions have .34 to .75, single voices whose microphone, room or manner
/// changes midway at most .20 (`tests/training/voices/README.md`).
const TWO_GAP: f64 = 0.30;
/// Minimum gap at which it cannot be told; below it, one person is heard.
const UNSURE_GAP: f64 = 0.25;
/// Minimum gap of pieces cut at pauses and by length alone at which the segmentation is run; below it, one person is heard. Ours:
/// 22 runs over dialogues have at least .277, 21 of 25 single voices less than .2 (`tests/training/voices/README.md`).
const SURELY_ONE_GAP: f64 = 0.20;
/// Change of the gap if the segmentation hears the voice change wherever the groups do (plus) or nowhere (minus).
const HEARD_CHANGE_GAP: f64 = 0.04;
/// Minimum duration of speech of the lesser voice that is surely another person's, in seconds.
const SURE_S: f64 = 2.5;
/// Minimum duration of speech of the lesser voice that may be another person's, in seconds.
const LEAST_S: f64 = 1.2;
/// The gap over which the chance of two people rises from a half to three quarters, in cosines.
const GAP_SCALE: f64 = 0.04;
/// Minimum duration of speech in a group that may be two people itself, in seconds.
const SEVERAL_S: f64 = 8.0;
/// Minimum duration of speech of the lesser of those two, in seconds.
const THIRD_S: f64 = 4.0;
/// Minimum additional cost of the likeliest sequence of turns that gives a piece to the other voice, if the piece is clearly
/// one's.
const CLEAR: f64 = 2.0;
/// Minimum duration of a piece, in seconds; a shorter one goes with its neighbours, since it is no word.
const HEARD_S: f64 = 0.3;
/// Maximum cosine of the voices of two channels that are two people's.
const SAME_VOICE: f64 = 0.6;

/// How many voices are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// One.
    One,
    /// Two who take turns.
    Two,
    /// One or two: it cannot be told.
    Unsure,
    /// More than two.
    MoreThanTwo,
}

/// What it was told from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// What the voices are like.
    Voices,
    /// Each has a channel of its own.
    Channels,
}

/// Somebody's turn, from the first to the last sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    /// Whose of the two: who is heard first has 0.
    pub voice: usize,
    /// When.
    pub span: Span,
    /// Whether it could just as well be the other one's.
    pub unsure: bool,
}

/// Whose voices are heard in a recording, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Voices {
    /// How many there are.
    pub count: Count,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
    /// What it was told from.
    pub how: How,
    /// The turns of two, in order; none of any other number.
    pub turns: Vec<Turn>,
}

impl Voices {
    /// Tells the voices in the speech of a recording apart.
    pub fn of(recording: &Recording, features: &Features) -> Self {
        let stretches = &features.stretches;
        if let Some(sides) = recording.channel_powers.as_ref().and_then(|sides| sides::turns(sides, stretches)) {
            let likeness = pieces::likeness(&recording.speech, &sides);
            if likeness.is_some_and(|likeness| likeness < SAME_VOICE) {
                let turns = joined(sides);
                return Self { count: Count::Two, confidence: 1.0, how: How::Channels, turns };
            }
        }
        let between_pauses = pieces::between_pauses(&recording.speech, stretches, &features.level_db);
        Self::in_two_steps(&between_pauses, || {
            pieces::pieces(&recording.speech, stretches, &features.level_db, &between_pauses)
        })
    }

    /// One voice where pieces cut at pauses alone leave no doubt of that, or else what those of the segmentation tell.
    fn in_two_steps(between_pauses: &[Piece], segmented: impl FnOnce() -> Vec<Piece>) -> Self {
        match groups::two(between_pauses) {
            Some(groups) if groups.gap < SURELY_ONE_GAP => {
                Self::without_turns(Count::One, 1.0 - chance_of_two(groups.gap))
            }
            _ => Self::told(&segmented()),
        }
    }

    fn without_turns(count: Count, confidence: f64) -> Self {
        Self { count, confidence, how: How::Voices, turns: Vec::new() }
    }

    fn told(pieces: &[Piece]) -> Self {
        let without_turns = Self::without_turns;
        let Some(groups) = groups::two(pieces) else { return without_turns(Count::One, 1.0) };
        let gap = groups.gap + HEARD_CHANGE_GAP * groups.heard_changes;
        let two = chance_of_two(gap);
        if gap < UNSURE_GAP || groups.lesser_s < LEAST_S {
            return without_turns(Count::One, if groups.lesser_s < LEAST_S { 1.0 - two / 2.0 } else { 1.0 - two });
        }
        if gap < TWO_GAP || groups.lesser_s < SURE_S {
            return without_turns(Count::Unsure, (2.0 * two - 1.0).abs());
        }
        if [false, true].into_iter().any(|side| is_several(pieces, &groups, side)) {
            return without_turns(Count::MoreThanTwo, two);
        }
        let first = groups.second.first().copied().unwrap_or(false);
        let turn = |i: usize| Turn {
            voice: usize::from(groups.second[i] != first),
            span: pieces[i].span,
            unsure: is_unsure(pieces, &groups, i),
        };
        let turns = joined((0..pieces.len()).map(turn).collect());
        Self { count: Count::Two, confidence: two, how: How::Voices, turns }
    }

    /// Returns the time of one of the two, as spans in order, without what may be the other one's.
    pub fn own(&self, voice: usize) -> Vec<Span> {
        self.turns.iter().filter(|t| t.voice == voice && !t.unsure).map(|t| t.span).collect()
    }

    /// Returns the time that may be either one's, as spans in order.
    pub fn unsure(&self) -> Vec<Span> {
        self.turns.iter().filter(|t| t.unsure).map(|t| t.span).collect()
    }
}

/// The chance that two groups with this gap are two people.
fn chance_of_two(gap: f64) -> f64 {
    1.0 / (1.0 + (-(gap - (TWO_GAP + UNSURE_GAP) / 2.0) / GAP_SCALE * 3f64.ln()).exp())
}

/// Returns whether a piece may just as well be the other one's. Not between two pieces of one voice: there it is hardly another's.
fn is_unsure(pieces: &[Piece], groups: &Groups, i: usize) -> bool {
    let same =
        |j: Option<usize>| j.and_then(|j| groups.second.get(j)).is_some_and(|second| *second == groups.second[i]);
    let is_within = same(i.checked_sub(1)) && same(Some(i + 1));
    groups.clear[i] < CLEAR && pieces[i].speech_s >= HEARD_S && !is_within
}

/// Whether a group of pieces is several people again.
fn is_several(pieces: &[Piece], groups: &Groups, side: bool) -> bool {
    let group: Vec<Piece> =
        pieces.iter().zip(&groups.second).filter(|(_, second)| **second == side).map(|(p, _)| p.clone()).collect();
    let speech_s: f64 = group.iter().map(|p| p.speech_s).sum();
    speech_s >= SEVERAL_S && groups::two(&group).is_some_and(|inner| inner.gap >= TWO_GAP && inner.lesser_s >= THIRD_S)
}

/// The same with neighbours of one voice as one turn.
fn joined(turns: Vec<Turn>) -> Vec<Turn> {
    let mut out: Vec<Turn> = Vec::with_capacity(turns.len());
    for turn in turns {
        match out.last_mut() {
            Some(last) if last.voice == turn.voice && last.unsure == turn.unsure => last.span.end_s = turn.span.end_s,
            _ => out.push(turn),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_segmentation_is_asked_unless_it_is_surely_one_voice() {
        let one = groups::pieces_of("aaaaaaaa", 0.8);
        let voices = Voices::in_two_steps(&one, || panic!("one voice is clear without the segmentation"));
        assert_eq!(voices.count, Count::One);
        assert!(voices.confidence > 0.9, "{voices:?}");
        // Two voices, or too little to say: what the segmentation's pieces tell.
        let two = groups::pieces_of("aabbbbab", 0.8);
        assert_eq!(Voices::in_two_steps(&two, || two.clone()).count, Count::Two);
        assert_eq!(Voices::in_two_steps(&two, || one.clone()).count, Count::One);
        assert_eq!(Voices::in_two_steps(&one[..2], || two.clone()).count, Count::Two);
    }
}
