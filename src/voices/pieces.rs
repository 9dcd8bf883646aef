//! Speech in pieces of one voice each: cut at pauses, and where the segmentation hears that the voice changes.

use std::ops::Range;

use super::Turn;
use super::network::{self, Embedding, LOCAL_VOICES, WHO_FIRST, WHO_HOP};
use crate::audio::{SPEECH_RATE_HZ, Speech};
use crate::signal::{frame_at, frame_time_s};
use crate::span::Span;

/// The segmentation was trained on ten seconds.
const WINDOW_S: f64 = 10.0;
/// Distance between the starts of two windows: every moment is in two of them.
const WINDOW_HOP_S: f64 = 5.0;
/// Time over which the weight of a window rises from [`EDGE_WEIGHT`] at its edge to 1, in seconds.
const EDGE_S: f64 = 2.0;
/// Weight of a window at its edge.
const EDGE_WEIGHT: f64 = 0.1;
/// Minimum duration of a run of one voice, in seconds; shorter runs are ignored.
const SHORTEST_RUN_S: f64 = 0.2;
/// Changes that several windows report within this of each other, in seconds, are one.
const SAME_CHANGE_S: f64 = 0.3;
/// A change is believed when windows with this share of the weight report it.
const BELIEVED: f64 = 0.5;
/// A cut is moved to the softest moment within this of it, in seconds.
const CUT_REACH_S: f64 = 0.12;
/// A cut leaves at least so much on both sides, in seconds.
const SHORTEST_CUT_S: f64 = 0.15;
/// Maximum distance of neighbours that are joined where the segmentation hears one voice, in seconds.
const JOINED_S: f64 = 0.3;
/// Maximum duration of a piece, in seconds.
const LONGEST_S: f64 = 4.0;
/// Minimum [`link`] of two pieces that are joined, -1 to 1.
const JOINED_LINK: f64 = 0.5;
/// Number of turns of each voice that are compared, the longest ones.
const COMPARED: usize = 5;
/// Minimum duration of a piece within a window for the window to count for it, in seconds.
const LEAST_HEARD_S: f64 = 0.15;

/// Some speech of one voice.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) span: Span,
    /// Seconds of speech in it.
    pub(super) speech_s: f64,
    /// What its voice is like.
    pub(super) embedding: Embedding,
    /// The share in which several speak at once.
    pub(super) overlap: f64,
    /// Whether the segmentation hears the voice of the piece before: 1 surely, -1 surely not, 0 if it cannot tell.
    pub(super) link: f64,
    /// What separates it from the piece before.
    pub(super) boundary: Boundary,
}

/// What separates a piece from the piece before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Boundary {
    /// Silence.
    Pause,
    /// A change of the voice in the midst of sound.
    Change,
    /// Nothing: the stretch was cut because the piece would have been too long.
    Length,
}

/// What the segmentation heard in one window.
struct Window {
    start_s: f64,
    /// The voices of each frame, as bits.
    who: Vec<u8>,
}

impl Window {
    fn time_s(&self, frame: usize) -> f64 {
        self.start_s + (WHO_FIRST + frame * WHO_HOP) as f64 / f64::from(SPEECH_RATE_HZ)
    }

    fn frames(&self, span: &Span) -> Range<usize> {
        let frame_s = WHO_HOP as f64 / f64::from(SPEECH_RATE_HZ);
        let at = |time_s: f64| (((time_s - self.time_s(0)) / frame_s).ceil().max(0.0) as usize).min(self.who.len());
        at(span.start_s)..at(span.end_s)
    }

    fn span(&self) -> Span {
        Span::new(self.start_s, self.start_s + WINDOW_S)
    }

    fn weight(&self, time_s: f64) -> f64 {
        let inside_s = (time_s - self.start_s).min(self.start_s + WINDOW_S - time_s);
        (EDGE_WEIGHT + (1.0 - EDGE_WEIGHT) * inside_s / EDGE_S).clamp(0.0, 1.0)
    }

    /// Where one voice gives way to another, in seconds.
    fn changes(&self) -> Vec<f64> {
        let least = (SHORTEST_RUN_S * f64::from(SPEECH_RATE_HZ) / WHO_HOP as f64) as usize;
        let mut runs: Vec<(u8, usize, usize)> = Vec::new();
        for (i, &voices) in self.who.iter().enumerate() {
            // Where two speak at once the one who began goes on.
            let going_on = runs.last().filter(|run| run.2 == i && voices & run.0 != 0).map(|run| run.0);
            let Some(voice) = going_on.or((voices.count_ones() == 1).then_some(voices)) else { continue };
            match runs.last_mut() {
                Some(run) if run.0 == voice && run.2 == i => run.2 = i + 1,
                _ => runs.push((voice, i, i + 1)),
            }
        }
        runs.retain(|(_, from, to)| to - from >= least);
        let changed = runs.windows(2).filter(|pair| pair[0].0 != pair[1].0);
        changed.map(|pair| (self.time_s(pair[0].2 - 1) + self.time_s(pair[1].1)) / 2.0).collect()
    }

    /// Seconds in which each voice speaks within a span.
    fn voices_s(&self, span: &Span) -> [f64; LOCAL_VOICES] {
        let heard = &self.who[self.frames(span)];
        let frame_s = WHO_HOP as f64 / f64::from(SPEECH_RATE_HZ);
        std::array::from_fn(|v| heard.iter().filter(|who| *who >> v & 1 == 1).count() as f64 * frame_s)
    }
}

/// The pieces of a recording as pauses and their length cut them, in order: what can be had without the segmentation.
/// `stretches` are those of speech; `level_db` has a value every 10 ms.
pub(super) fn between_pauses(sound: &Speech, stretches: &[Span], level_db: &[f32]) -> Vec<Piece> {
    let piece = |(span, boundary): &(Span, Boundary)| {
        let embedding = network::voice(&samples(sound, span))?;
        Some(Piece {
            span: *span,
            speech_s: span.duration_s(),
            embedding,
            overlap: 0.0,
            link: 0.0,
            boundary: *boundary,
        })
    };
    network::for_each(&cut(stretches, &[], level_db), piece).into_iter().flatten().collect()
}

/// All pieces of a recording, in order. `between_pauses` are those that are known already.
pub(super) fn pieces(sound: &Speech, stretches: &[Span], level_db: &[f32], between_pauses: &[Piece]) -> Vec<Piece> {
    let windows = listen(sound, stretches);
    let cut = cut(stretches, &changes(&windows), level_db);
    let known = |span: &Span| {
        let i = between_pauses.binary_search_by(|p| p.span.start_s.total_cmp(&span.start_s)).ok()?;
        (between_pauses[i].span == *span).then_some(between_pauses[i].embedding)
    };
    let piece = |(span, speech_s, boundary, link): &(Span, f64, Boundary, f64)| {
        let embedding = known(span).or_else(|| network::voice(&samples(sound, span)))?;
        let overlap = mean(&windows, span, |window| {
            let heard = &window.who[window.frames(span)];
            let several = heard.iter().filter(|who| who.count_ones() > 1).count();
            (!heard.is_empty()).then(|| several as f64 / heard.len() as f64)
        });
        let overlap = overlap.unwrap_or(0.0);
        Some(Piece { span: *span, speech_s: *speech_s, embedding, overlap, link: *link, boundary: *boundary })
    };
    network::for_each(&joined(cut, &windows), piece).into_iter().flatten().collect()
}

/// How alike the two voices of these turns are: the cosine of their means; `None` where there is too little of one.
pub(super) fn likeness(sound: &Speech, turns: &[Turn]) -> Option<f64> {
    let mean = |voice: usize| {
        let mut longest: Vec<Span> = turns.iter().filter(|t| t.voice == voice).map(|t| t.span).collect();
        longest.sort_by(|a, b| b.duration_s().total_cmp(&a.duration_s()));
        let voices = longest.iter().take(COMPARED).map(|s| Span::new(s.start_s, s.end_s.min(s.start_s + LONGEST_S)));
        network::mean(voices.filter_map(|s| network::voice(&samples(sound, &s)).map(|e| (e, s.duration_s() as f32))))
    };
    Some(f64::from(network::dot(&mean(0)?, &mean(1)?)))
}

fn samples(sound: &Speech, span: &Span) -> Vec<f32> {
    let at = |s: f64| ((s * f64::from(SPEECH_RATE_HZ)) as usize).min(sound.len());
    sound.samples(at(span.start_s)..at(span.end_s))
}

/// Hears the windows that have speech in them; the last one reaches to the end.
fn listen(sound: &Speech, stretches: &[Span]) -> Vec<Window> {
    let last_s = (sound.duration_s() - WINDOW_S).max(0.0);
    let count = (last_s / WINDOW_HOP_S).ceil() as usize + 1;
    let starts_s: Vec<f64> = (0..count)
        .map(|i| (i as f64 * WINDOW_HOP_S).min(last_s))
        .filter(|start_s| {
            let window = Span::new(*start_s, start_s + WINDOW_S);
            stretches.iter().any(|s| s.overlap_s(&window) > 0.0)
        })
        .collect();
    network::for_each(&starts_s, |&start_s| {
        let mut samples = samples(sound, &Span::new(start_s, start_s + WINDOW_S));
        samples.resize((WINDOW_S * f64::from(SPEECH_RATE_HZ)) as usize, 0.0);
        Window { start_s, who: network::who(samples) }
    })
}

/// The moments at which the voice changes, in order, in seconds.
fn changes(windows: &[Window]) -> Vec<f64> {
    let mut reported: Vec<(f64, f64)> =
        windows.iter().flat_map(|w| w.changes().into_iter().map(|s| (s, w.weight(s)))).collect();
    reported.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut changes = Vec::new();
    let mut rest = &reported[..];
    while let Some(first) = rest.first() {
        let (same, later) = rest.split_at(rest.partition_point(|r| r.0 <= first.0 + SAME_CHANGE_S));
        let weight: f64 = same.iter().map(|r| r.1).sum();
        let at_s = same.iter().map(|r| r.0 * r.1).sum::<f64>() / weight;
        let heard: f64 = windows.iter().filter(|w| w.span().distance_s(at_s) <= 0.0).map(|w| w.weight(at_s)).sum();
        if weight >= BELIEVED * heard {
            changes.push(at_s);
        }
        rest = later;
    }
    changes
}

/// The stretches, cut where the voice changes within and where they are too long.
fn cut(stretches: &[Span], changes: &[f64], level_db: &[f32]) -> Vec<(Span, Boundary)> {
    let mut out = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        let mut rest = *stretch;
        let mut boundary = Boundary::Pause;
        for change_s in changes {
            if let Some(at_s) = softest_s(*change_s, CUT_REACH_S, &rest, level_db) {
                shortened(Span::new(rest.start_s, at_s), boundary, level_db, &mut out);
                (rest.start_s, boundary) = (at_s, Boundary::Change);
            }
        }
        shortened(rest, boundary, level_db, &mut out);
    }
    out
}

/// A part of a stretch, halved until it is short enough.
fn shortened(part: Span, boundary: Boundary, level_db: &[f32], out: &mut Vec<(Span, Boundary)>) {
    let middle_s = (part.start_s + part.end_s) / 2.0;
    let too_long = part.duration_s() > LONGEST_S;
    match softest_s(middle_s, part.duration_s() / 6.0, &part, level_db).filter(|_| too_long) {
        Some(at_s) => {
            shortened(Span::new(part.start_s, at_s), boundary, level_db, out);
            shortened(Span::new(at_s, part.end_s), Boundary::Length, level_db, out);
        }
        None => out.push((part, boundary)),
    }
}

/// The softest moment near another, if that leaves enough of the span on both sides.
fn softest_s(near_s: f64, reach_s: f64, within: &Span, level_db: &[f32]) -> Option<f64> {
    let inside = Span::new(within.start_s + SHORTEST_CUT_S, within.end_s - SHORTEST_CUT_S);
    if inside.duration_s() < 0.0 || inside.distance_s(near_s) > 0.0 {
        return None;
    }
    let from = frame_at((near_s - reach_s).max(inside.start_s));
    let to = frame_at((near_s + reach_s).min(inside.end_s)).min(level_db.len().saturating_sub(1));
    (from..=to).min_by(|a, b| level_db[*a].total_cmp(&level_db[*b])).map(frame_time_s)
}

/// Neighbours of one voice made one, and how each is linked with the one before.
fn joined(cut: Vec<(Span, Boundary)>, windows: &[Window]) -> Vec<(Span, f64, Boundary, f64)> {
    let mut out: Vec<(Span, f64, Boundary, f64)> = Vec::with_capacity(cut.len());
    let mut before: Option<Span> = None;
    for (span, boundary) in cut {
        let link = before.and_then(|before| link(&before, &span, windows)).unwrap_or(0.0);
        match out.last_mut() {
            Some((whole, speech_s, ..))
                if boundary == Boundary::Pause
                    && span.start_s - whole.end_s < JOINED_S
                    && span.end_s - whole.start_s <= LONGEST_S
                    && link >= JOINED_LINK =>
            {
                whole.end_s = span.end_s;
                *speech_s += span.duration_s();
            }
            _ => out.push((span, span.duration_s(), boundary, link)),
        }
        before = Some(span);
    }
    out
}

/// How much the segmentation hears the same voice in two spans, 1 to -1; `None` if no window hears both.
fn link(a: &Span, b: &Span, windows: &[Window]) -> Option<f64> {
    let both = Span::new(a.start_s, b.end_s);
    mean(windows, &both, |window| {
        let (a, b) = (window.voices_s(a), window.voices_s(b));
        let (a_s, b_s) = (a.iter().sum::<f64>(), b.iter().sum::<f64>());
        let same: f64 = a.iter().zip(&b).map(|(a, b)| (a / a_s).min(b / b_s)).sum();
        (a_s.min(b_s) >= LEAST_HEARD_S).then_some(2.0 * same - 1.0)
    })
}

/// What the windows around a span say on it, by their weights.
fn mean(windows: &[Window], span: &Span, says: impl Fn(&Window) -> Option<f64>) -> Option<f64> {
    let first = windows.partition_point(|w| w.start_s + WINDOW_S <= span.start_s);
    let near = windows[first..].iter().take_while(|w| w.start_s < span.end_s);
    let (mut sum, mut total) = (0.0, 0.0);
    for window in near {
        if let Some(value) = says(window) {
            let weight = window.weight((span.start_s + span.end_s) / 2.0);
            sum += weight * value;
            total += weight;
        }
    }
    (total > 0.0).then(|| sum / total)
}
