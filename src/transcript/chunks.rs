//! Where to cut a recording into pieces that the speech model reads one at a time.
//!
//! The model reads at most 30 s at once. The cuts lie in silences, so that no word is torn; silence itself is left
//! out, so that it costs nothing and nothing is heard in it.

use crate::signal::{frame_at, frame_time_s};
use crate::span::Span;

/// Pieces no longer than this, in seconds: with their margins they fit the 30 s that the model reads at once.
const LONGEST_S: f64 = 28.0;
/// Silence kept before and after the speech of a piece, in seconds: soft beginnings and endings of words.
const MARGIN_S: f64 = 0.3;
/// A silence this long always ends a piece, in seconds: the model tends to invent words in it.
const LONG_SILENCE_S: f64 = 3.0;
/// Speech without a pause is cut in its quietest moment within this much before the limit, in seconds.
const FORCED_CUT_REACH_S: f64 = 4.0;

/// Plans the pieces: spans in order that together hold all of `stretches` (the speech), none longer than 30 s.
///
/// The time of other speakers, `others`, always ends a piece. `level_db` (10 ms apart) finds the least bad cut in speech that never
/// pauses. No speech gives no pieces.
pub fn plan(stretches: &[Span], others: &[Span], level_db: &[f32], duration_s: f64) -> Vec<Span> {
    let pieces = fitting(stretches, level_db);
    let mut chunks: Vec<Span> = Vec::new();
    let mut rest = pieces.as_slice();
    while let Some(first) = rest.first() {
        let fits = rest.partition_point(|s| s.end_s - first.start_s <= LONGEST_S);
        let ends = |silence: Span| {
            silence.duration_s() >= LONG_SILENCE_S || others.iter().any(|o| o.overlap_s(&silence) > 0.0)
        };
        let broken = rest[..fits].windows(2).position(|w| ends(Span::new(w[0].end_s, w[1].start_s)));
        let taken = match broken {
            Some(last) => last + 1,
            None if fits == rest.len() => fits,
            None => best_cut(&rest[..fits + 1], first.start_s),
        };
        chunks.push(Span::new(first.start_s, rest[taken - 1].end_s));
        rest = &rest[taken..];
    }
    with_margins(&chunks, duration_s)
}

/// How many of the stretches to take so that the cut falls into the longest pause of the piece's second half.
/// The last of `stretches` is the first that no longer fits.
fn best_cut(stretches: &[Span], start_s: f64) -> usize {
    (1..stretches.len())
        .filter(|i| stretches[i - 1].end_s - start_s >= LONGEST_S / 2.0 || *i == stretches.len() - 1)
        .max_by(|a, b| pause_before(stretches, *a).total_cmp(&pause_before(stretches, *b)))
        .unwrap_or(1)
}

fn pause_before(stretches: &[Span], i: usize) -> f64 {
    stretches[i].start_s - stretches[i - 1].end_s
}

/// The stretches, those longer than a piece cut in their quietest moments.
fn fitting(stretches: &[Span], level_db: &[f32]) -> Vec<Span> {
    let mut out = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        let mut start_s = stretch.start_s;
        while stretch.end_s - start_s > LONGEST_S {
            let latest = frame_at(start_s + LONGEST_S).min(level_db.len().saturating_sub(1));
            let earliest = frame_at(start_s + LONGEST_S - FORCED_CUT_REACH_S).min(latest);
            let quietest = (earliest..=latest).min_by(|a, b| level_db[*a].total_cmp(&level_db[*b])).unwrap_or(latest);
            out.push(Span::new(start_s, frame_time_s(quietest)));
            start_s = frame_time_s(quietest);
        }
        out.push(Span::new(start_s, stretch.end_s));
    }
    out
}

/// Widens every chunk into the silence around it, never into its neighbour's half of a pause.
fn with_margins(chunks: &[Span], duration_s: f64) -> Vec<Span> {
    (0..chunks.len())
        .map(|i| {
            let before = if i == 0 { 0.0 } else { (chunks[i - 1].end_s + chunks[i].start_s) / 2.0 };
            let after = chunks.get(i + 1).map_or(duration_s, |next| (chunks[i].end_s + next.start_s) / 2.0);
            Span::new((chunks[i].start_s - MARGIN_S).max(before), (chunks[i].end_s + MARGIN_S).min(after))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_answer_is_one_piece_and_silence_none() {
        let speech = [Span::new(1.0, 4.0), Span::new(4.5, 9.0)];
        assert_eq!(plan(&speech, &[], &[-30.0; 1_000], 10.0), [Span::new(0.7, 9.3)]);
        assert!(plan(&[], &[], &[-30.0; 1_000], 10.0).is_empty());
    }

    #[test]
    fn the_cut_falls_into_the_longest_pause_of_the_second_half() {
        let speech = [Span::new(0.0, 10.0), Span::new(11.9, 18.0), Span::new(19.5, 25.0), Span::new(25.3, 40.0)];
        let chunks = plan(&speech, &[], &[-30.0; 4_000], 40.0);
        assert_eq!(chunks.len(), 2);
        assert!(chunks[0].end_s > 18.0 && chunks[1].start_s < 19.5, "{chunks:?}");
    }

    #[test]
    fn a_long_silence_is_left_out() {
        let chunks = plan(&[Span::new(1.0, 3.0), Span::new(9.0, 12.0)], &[], &[-30.0; 1_300], 13.0);
        assert_eq!(chunks, [Span::new(0.7, 3.3), Span::new(8.7, 12.3)]);
    }

    #[test]
    fn the_time_of_somebody_else_ends_a_piece() {
        let speech = [Span::new(1.0, 3.0), Span::new(3.5, 5.0), Span::new(6.0, 8.0)];
        let chunks = plan(&speech, &[Span::new(0.0, 0.8), Span::new(5.0, 6.0)], &[-30.0; 1_000], 10.0);
        assert_eq!(chunks, [Span::new(0.7, 5.3), Span::new(5.7, 8.3)]);
    }

    proptest! {
        #[test]
        fn every_piece_fits_and_all_speech_is_in_one(gaps in prop::collection::vec((0.05f64..6.0, 0.05f64..70.0), 1..30)) {
            let mut at = 0.0;
            let speech: Vec<Span> = gaps.iter().map(|(gap, length)| {
                let span = Span::new(at + gap, at + gap + length);
                at = span.end_s;
                span
            }).collect();
            let level = vec![-30.0; frame_at(at) + 100];
            let chunks = plan(&speech, &[], &level, at + 0.5);
            for pair in chunks.windows(2) {
                prop_assert!(pair[0].end_s <= pair[1].start_s + 1e-9);
            }
            for chunk in &chunks {
                prop_assert!(chunk.duration_s() <= 29.5, "{chunk:?}");
            }
            for s in &speech {
                let covered: f64 = chunks.iter().map(|c| c.overlap_s(s)).sum();
                prop_assert!((covered - s.duration_s()).abs() < 1e-6, "{s:?} in {chunks:?}");
            }
        }
    }
}
