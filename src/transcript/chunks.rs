//! Where to cut a recording into pieces that the speech model reads one at a time.
//!
//! The model reads at most 30 s at once. The cuts lie in silences, so that no word is torn; long silence is left out, so that it
//! costs nothing and nothing is heard in it. A cut depends on nothing that is heard after the silence it lies in ([`Cutter`]), so
//! that a recording that is still growing is cut as the finished file will be, and can be read while somebody speaks.

use std::ops::Range;

use crate::signal::{SILENCE_DBFS, frame_at, frame_time_s, outside, select_quantile};
use crate::span::Span;

/// Pieces with no more from their first to their last sound than this, in seconds: with their margins they fit the 30 s that the
/// model reads at once.
const LONGEST_S: f64 = 28.0;
/// Silence kept before and after the sound of a piece, in seconds: soft beginnings and endings of words.
const MARGIN_S: f64 = 0.3;
/// A silence this long always ends a piece, in seconds: the model tends to invent words in it.
const LONG_SILENCE_S: f64 = 3.0;
/// A piece that gets too long is cut in the longest silence after so many seconds of it. Shorter pieces would be known sooner, but the
/// model needs what was said around a word: with 12 to 14 s instead of up to 28 it made 20 errors for 8 in 167 words, and heard 44
/// filled pauses of 64 for 60.
const CUT_AFTER_S: f64 = 14.0;
/// After so much silence the recording may be over, in seconds, if nobody has been silent for as long before (ours).
const PERHAPS_OVER_S: f64 = 0.8;
/// The seconds before a moment that tell how loud silence and speech are there.
const PAST_S: f64 = 10.0;
/// Frames that are told from silence together (0.25 s).
const BLOCK: usize = 25;
/// Quantile of the levels of the past that is the noise floor, and that of speech.
const QUIET_SHARE: f64 = 0.08;
const LOUD_SHARE: f64 = 0.95;
/// Distance of the threshold from the floor, as a share of the distance from the floor to the level of speech.
const THRESHOLD_SHARE: f32 = 0.28;
/// Bounds of the distance of the threshold from the floor, in dB: noise alone varies by less than the first, and soft endings of
/// words are louder than the second.
const NEAREST_DB: f32 = 6.0;
const FARTHEST_DB: f32 = 14.0;
/// Shortest sound, in frames: shorter ones are clicks.
const SHORTEST: usize = 3;
/// Speech outside of every piece is read when it is longer than this, in seconds: what is shorter is the last breath of a word.
const SLIVER_S: f64 = 0.15;

/// Cuts a recording as it grows, by its level every 10 ms.
///
/// What is sound is told from what was heard in the ten seconds before, a block of frames at a time. A piece ends when the silence
/// after it has lasted long enough, or when it gets too long.
#[derive(Debug, Clone, Default)]
pub struct Cutter {
    /// The frames that were told from silence.
    heard: usize,
    /// Frames in a row with sound.
    run: usize,
    /// Where the piece before ended.
    from: usize,
    /// The first frame with sound of the piece, and the one after the last.
    sound: Option<(usize, usize)>,
    /// The silences within the piece, in order.
    silences: Vec<Range<usize>>,
    /// The longest silence within any piece, in frames.
    longest: usize,
}

impl Cutter {
    /// Takes the levels of a recording from its beginning, of which at least as many are known as before, and returns the pieces
    /// that have ended since, as frames.
    pub fn ended(&mut self, level_db: &[f32]) -> Vec<Range<usize>> {
        let mut pieces = Vec::new();
        while self.heard + BLOCK <= level_db.len() {
            self.hear(level_db, self.heard + BLOCK, &mut pieces);
        }
        pieces
    }

    /// Returns the piece that is not ended, as it is if nothing more is heard. `None` without one, and while the silence after it is no
    /// longer than others that it went on after.
    pub fn pending(&self) -> Option<Range<usize>> {
        let (_, last) = self.sound?;
        (self.heard - last >= frames(PERHAPS_OVER_S).max(self.longest + 1)).then(|| self.piece(last + frames(MARGIN_S)))
    }

    /// Tells the frames up to `end` from silence.
    fn hear(&mut self, level_db: &[f32], end: usize, pieces: &mut Vec<Range<usize>>) {
        let threshold_db = threshold_db(&level_db[end.saturating_sub(frames(PAST_S))..end]);
        for i in self.heard..end {
            self.run = if level_db[i] > threshold_db { self.run + 1 } else { 0 };
            if self.run >= SHORTEST {
                let begun = i + 1 - self.run;
                let (first, last) = self.sound.unwrap_or((begun, begun));
                if begun > last {
                    self.silences.push(last..begun);
                    self.longest = self.longest.max(begun - last);
                }
                self.sound = Some((first, i + 1));
            }
            let Some((first, last)) = self.sound else { continue };
            if i + 1 - last >= frames(LONG_SILENCE_S) {
                pieces.push(self.end_piece(last..i + 1, None));
            } else if last - first > frames(LONGEST_S) {
                let from = first + frames(CUT_AFTER_S);
                let silences = self.silences.iter().filter(|silence| silence.start >= from);
                // There always are some: the quietest of what was heard is no sound.
                let silence = silences.max_by_key(|silence| silence.len()).cloned().unwrap_or(last..last);
                pieces.push(self.end_piece(silence, Some(last)));
            }
        }
        self.heard = end;
    }

    /// Ends the piece in a silence, after which there is sound up to `last`.
    fn end_piece(&mut self, silence: Range<usize>, last: Option<usize>) -> Range<usize> {
        let piece = self.piece(silence.start + frames(MARGIN_S).min(silence.len() / 2));
        self.from = piece.end;
        self.silences.retain(|later| later.start > silence.start);
        self.sound = last.map(|last| (silence.end, last));
        piece
    }

    fn piece(&self, end: usize) -> Range<usize> {
        let first = self.sound.map_or(end, |(first, _)| first);
        first.saturating_sub(frames(MARGIN_S)).max(self.from)..end
    }
}

fn frames(seconds: f64) -> usize {
    frame_at(seconds)
}

/// The level from which on a frame at the end of these is sound.
fn threshold_db(past_db: &[f32]) -> f32 {
    let mut sounding: Vec<f32> = past_db.iter().copied().filter(|l| *l > SILENCE_DBFS).collect();
    if sounding.is_empty() {
        return SILENCE_DBFS;
    }
    let (floor, loud) = (select_quantile(&mut sounding, QUIET_SHARE), select_quantile(&mut sounding, LOUD_SHARE));
    floor + (THRESHOLD_SHARE * (loud - floor)).clamp(NEAREST_DB, FARTHEST_DB)
}

/// Plans the pieces of a whole recording: spans in order that together hold all of `stretches` (the speech), none longer than 30 s.
///
/// The time of other speakers, `others`, always ends a piece. `level_db` (10 ms apart) is where it is cut. No speech gives no pieces.
pub fn plan(stretches: &[Span], others: &[Span], level_db: &[f32], duration_s: f64) -> Vec<Span> {
    let mut cutter = Cutter::default();
    let mut pieces = cutter.ended(level_db);
    cutter.hear(level_db, level_db.len(), &mut pieces);
    if let Some((_, last)) = cutter.sound {
        pieces.push(cutter.piece((last + frames(MARGIN_S)).min(level_db.len())));
    }
    let pieces: Vec<Span> =
        pieces.into_iter().map(|p| Span::new(frame_time_s(p.start), frame_time_s(p.end).min(duration_s))).collect();
    let mut chunks: Vec<Span> = pieces.iter().flat_map(|piece| spoken_in(piece, stretches, others)).collect();
    chunks.extend(left_out(&pieces, stretches, duration_s));
    chunks.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    chunks
}

/// The parts of a piece that have the speech in them: all of it where there is nobody else.
fn spoken_in(piece: &Span, stretches: &[Span], others: &[Span]) -> Vec<Span> {
    let own: Vec<Span> = stretches.iter().filter_map(|s| s.shared(piece)).filter(|s| s.duration_s() > 0.0).collect();
    if own.is_empty() {
        return Vec::new();
    }
    if others.iter().all(|o| o.overlap_s(piece) <= 0.0) {
        return vec![*piece];
    }
    let is_whole = |a: &Span, b: &Span| others.iter().all(|o| o.overlap_s(&Span::new(a.end_s, b.start_s)) <= 0.0);
    let turns: Vec<Span> =
        own.chunk_by(is_whole).map(|turn| Span::new(turn[0].start_s, turn[turn.len() - 1].end_s)).collect();
    with_margins(&turns, piece)
}

/// The speech in none of the pieces: it is too soft beside what was heard before it.
fn left_out(pieces: &[Span], stretches: &[Span], duration_s: f64) -> Vec<Span> {
    let rest: Vec<Span> = outside(Span::new(0.0, duration_s), pieces);
    let left_in = |gap: &Span| {
        let left = stretches.iter().filter_map(|s| s.shared(gap)).filter(|s| s.duration_s() > SLIVER_S);
        let left: Vec<Span> = left.flat_map(|s| fitting(&s)).collect();
        with_margins(&left, gap)
    };
    rest.iter().flat_map(left_in).collect()
}

/// A stretch in parts that the model reads at once.
fn fitting(stretch: &Span) -> Vec<Span> {
    let parts = (stretch.duration_s() / LONGEST_S).ceil().max(1.0);
    let at = |i: usize| stretch.start_s + stretch.duration_s() * i as f64 / parts;
    (0..parts as usize).map(|i| Span::new(at(i), at(i + 1))).collect()
}

/// Widens every chunk into the silence around it, never into its neighbour's half of a pause nor out of `within`.
fn with_margins(chunks: &[Span], within: &Span) -> Vec<Span> {
    (0..chunks.len())
        .map(|i| {
            let before = if i == 0 { within.start_s } else { (chunks[i - 1].end_s + chunks[i].start_s) / 2.0 };
            let after = chunks.get(i + 1).map_or(within.end_s, |next| (chunks[i].end_s + next.start_s) / 2.0);
            Span::new((chunks[i].start_s - MARGIN_S).max(before), (chunks[i].end_s + MARGIN_S).min(after))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The levels of a recording in which somebody speaks in these spans.
    fn level_db(speech: &[Span], duration_s: f64) -> Vec<f32> {
        let is_speech = |i: usize| speech.iter().any(|s| s.distance_s(frame_time_s(i)) <= 0.0);
        (0..=frame_at(duration_s)).map(|i| if is_speech(i) { -20.0 } else { -60.0 - (i % 3) as f32 }).collect()
    }

    fn cut(speech: &[Span], others: &[Span], duration_s: f64) -> Vec<(f64, f64)> {
        let chunks = plan(speech, others, &level_db(speech, duration_s), duration_s);
        let tenths = |s: f64| (s * 10.0).round() / 10.0;
        chunks.iter().map(|c| (tenths(c.start_s), tenths(c.end_s))).collect()
    }

    #[test]
    fn a_short_answer_is_one_piece_and_silence_none() {
        assert_eq!(cut(&[Span::new(1.0, 4.0), Span::new(4.5, 9.0)], &[], 10.0), [(0.7, 9.3)]);
        assert!(plan(&[], &[], &[-30.0; 1_000], 10.0).is_empty());
        assert!(plan(&[], &[], &[], 0.0).is_empty());
    }

    #[test]
    fn a_piece_that_gets_too_long_is_cut_in_the_longest_silence_of_its_second_half() {
        let speech = [Span::new(0.0, 10.0), Span::new(11.9, 18.0), Span::new(19.5, 25.0), Span::new(25.3, 40.0)];
        let chunks = cut(&speech, &[], 40.0);
        assert_eq!(chunks, [(0.0, 18.3), (19.2, 40.0)]);
        // What fits is one.
        assert_eq!(cut(&[Span::new(0.2, 10.0), Span::new(11.9, 28.0)], &[], 29.0), [(0.0, 28.3)]);
    }

    #[test]
    fn a_long_silence_is_left_out() {
        assert_eq!(cut(&[Span::new(1.0, 3.0), Span::new(9.0, 12.0)], &[], 13.0), [(0.7, 3.3), (8.7, 12.3)]);
    }

    #[test]
    fn the_time_of_somebody_else_ends_a_piece() {
        let speech = [Span::new(1.0, 3.0), Span::new(3.5, 5.0), Span::new(6.0, 8.0)];
        let others = [Span::new(0.0, 0.8), Span::new(5.0, 6.0)];
        assert_eq!(cut(&speech, &others, 10.0), [(0.7, 5.3), (5.7, 8.3)]);
    }

    #[test]
    fn sound_without_a_pause_is_cut_where_it_is_quiet_for_longest() {
        let mut level: Vec<f32> = (0..=4_000).map(|i| if i % 20 < 3 { -50.0 } else { -20.0 }).collect();
        level[2_100..2_112].fill(-45.0);
        let chunks = plan(&[Span::new(0.0, 40.0)], &[], &level, 40.0);
        assert_eq!(chunks.len(), 2);
        assert!((chunks[0].end_s - 21.06).abs() < 0.011 && chunks[1].start_s == chunks[0].end_s, "{chunks:?}");
    }

    #[test]
    fn a_steady_sound_is_read_in_equal_parts() {
        let chunks = plan(&[Span::new(0.0, 40.0)], &[], &[-20.0; 4_001], 40.0);
        assert_eq!(chunks, [Span::new(0.0, 20.0), Span::new(20.0, 40.0)]);
    }

    #[test]
    fn speech_too_soft_for_the_cut_is_read_all_the_same() {
        let loud = [Span::new(0.5, 4.0)];
        let speech = [loud[0], Span::new(9.0, 10.0)];
        let chunks = plan(&speech, &[], &level_db(&loud, 12.0), 12.0);
        assert_eq!(chunks.len(), 2);
        assert!((chunks[1].start_s - 8.7).abs() < 1e-9 && (chunks[1].end_s - 10.3).abs() < 1e-9, "{chunks:?}");
    }

    #[test]
    fn a_silence_longer_than_those_before_may_be_the_end() {
        let speech = [Span::new(0.5, 3.0), Span::new(4.0, 6.0), Span::new(6.9, 8.0)];
        let level = level_db(&speech, 9.6);
        let mut cutter = Cutter::default();
        let perhaps_over_s = |until_s: f64, cutter: &mut Cutter| {
            assert!(cutter.ended(&level[..frame_at(until_s)]).is_empty());
            cutter.pending().map(|piece| frame_time_s(piece.end))
        };
        let heard: Vec<Option<f64>> =
            [2.0, 3.5, 4.0, 6.75, 9.0, 9.5].iter().map(|s| perhaps_over_s(*s, &mut cutter)).collect();
        let end_s = |s: f64| Some(frame_time_s(frame_at(s) + 1 + frame_at(MARGIN_S)));
        assert_eq!(heard, [None, None, end_s(3.0), None, None, end_s(8.0)]);
    }

    fn answer() -> impl Strategy<Value = (Vec<Span>, f64)> {
        prop::collection::vec((0.05f64..6.0, 0.05f64..70.0), 1..12).prop_map(|gaps| {
            let mut at = 0.0;
            let speech: Vec<Span> = gaps
                .iter()
                .map(|(gap, length)| {
                    let span = Span::new(at + gap, at + gap + length);
                    at = span.end_s;
                    span
                })
                .collect();
            (speech, at + 0.5)
        })
    }

    proptest! {
        #[test]
        fn every_piece_fits_and_all_speech_is_in_one((speech, duration_s) in answer()) {
            let chunks = plan(&speech, &[], &level_db(&speech, duration_s), duration_s);
            for pair in chunks.windows(2) {
                prop_assert!(pair[0].end_s <= pair[1].start_s + 1e-9);
            }
            for chunk in &chunks {
                prop_assert!(chunk.duration_s() <= 29.5, "{chunk:?}");
            }
            for s in &speech {
                let covered: f64 = chunks.iter().map(|c| c.overlap_s(s)).sum();
                prop_assert!(s.duration_s() - covered <= SLIVER_S + 1e-6, "{s:?} in {chunks:?}");
            }
        }

        #[test]
        fn a_growing_recording_is_cut_as_the_finished_one((speech, duration_s) in answer(), step in 1usize..400) {
            let level = level_db(&speech, duration_s);
            let whole = Cutter::default().ended(&level);
            let mut cutter = Cutter::default();
            let mut growing = Vec::new();
            for known in (0..level.len()).step_by(step).chain([level.len()]) {
                growing.extend(cutter.ended(&level[..known]));
            }
            prop_assert_eq!(growing, whole);
        }
    }
}
