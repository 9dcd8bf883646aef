//! Detection of filled pauses (um, uh, er, hmm), with start and end times in seconds.
//!
//! Three sources of evidence are combined:
//! - the transcript tells that there is a filled pause, and between which words, but the times of the speech model are
//!   often wrong by half a second;
//! - the acoustic detector ([`crate::signal::filled_pause`]) gives candidates with times accurate to a hundredth of a
//!   second, but a drawn-out "the" sounds alike;
//! - the speech model's probability of a filled pause at each decoding step, whatever it wrote there ([`Expected`]).
//!
//! The written filled pauses are aligned in order with the candidates that match best. A written one without a match is
//! dropped, unless the model is confident of it and its time does not sound like something else: noise and telephone
//! codecs hide the acoustic features. A candidate without a match is kept if it scores high enough, and if no written
//! word needs its time or the model expected a filled pause there: the model may omit one by stretching a neighbouring
//! word over it. The coefficients were fitted on synthesized answers transcribed by the same speech models.

use super::fillers::{Filler, FillerKind, Witness};
use crate::english::syllables::syllables;
use crate::english::{is_filled_pause, normalized};
use crate::signal::{Features, STEP_S, frame_at, frame_time_s};
use crate::span::Span;
use crate::transcript::{Expected, Transcript, Word};

/// Log-odds above which a frame can belong to a candidate.
const MIN_FRAME_LOG_ODDS: f32 = -1.0;
/// Log-odds that at least one frame of a candidate must exceed.
const MIN_PEAK_LOG_ODDS: f32 = 0.0;
/// Minimum duration of a candidate, in seconds.
const MIN_DURATION_S: f64 = 0.08;
/// Maximum distance, in frames, between two successive frames above [`MIN_FRAME_LOG_ODDS`] in the same candidate.
const MAX_FRAME_DISTANCE: usize = 3;

/// The log-odds of a match between a written filled pause and a candidate: constant term.
const MATCH_BIAS: f64 = 1.0;
/// The log-odds of a match: coefficient of the candidate's mean log-odds.
const MATCH_PER_LOG_ODDS: f64 = 0.9;
/// The log-odds of a match: per second of the candidate's duration, up to [`MAX_CREDITED_S`].
const MATCH_PER_SECOND: f64 = 2.0;
/// The log-odds of a match: per second of the candidate outside the interval between the words around the written one.
const MATCH_PER_SECOND_OUTSIDE: f64 = -0.7;
/// The log-odds of a match: per second between the candidate and the speech model's time of the written one.
const MATCH_PER_SECOND_AWAY: f64 = -0.7;
/// The log-odds of a match: per second of the candidate's duration beyond [`USUAL_MAX_S`].
const MATCH_PER_SECOND_TOO_LONG: f64 = -3.0;
/// The log-odds of a match: per unit of the speech model's confidence above [`USUAL_CONFIDENCE`].
const MATCH_PER_CONFIDENCE: f64 = 2.0;
/// Duration of a candidate beyond which more duration is no further evidence, in seconds.
const MAX_CREDITED_S: f64 = 0.6;
/// Duration beyond which a sound is unusually long for a filled pause, in seconds.
const USUAL_MAX_S: f64 = 0.9;
/// The usual confidence of the speech model in a written filled pause.
const USUAL_CONFIDENCE: f64 = 0.6;
/// Maximum distance between a written filled pause and a candidate that matches it, in seconds.
const MAX_MATCH_DISTANCE_S: f64 = 2.0;

/// Minimum confidence of the speech model in a written filled pause that is kept without a matching candidate.
const MIN_UNMATCHED_CONFIDENCE: f64 = 0.75;
/// Minimum duration of the speech at the time of a written filled pause without a match, in seconds.
const MIN_UNMATCHED_S: f64 = 0.15;
/// Maximum duration of the speech at the time of a written filled pause without a match, in seconds.
const MAX_UNMATCHED_S: f64 = 0.8;
/// Minimum share of a stretch of steady pitch that lies within the written time.
const MIN_STEADY_OVERLAP: f64 = 0.6;
/// Mean log-odds up to which speech without a steady pitch is something other than a filled pause. In the recordings of
/// people on which the thresholds were checked, filled pauses in noise and codecs have -2.6 or more; breaths, laughter
/// and words for which the model confidently wrote a filled pause have -8.7 or less.
const MIN_UNSTEADY_LOG_ODDS: f64 = -4.0;
/// Maximum change of a steady pitch from one frame to the next, in semitones.
const MAX_STEADY_SEMITONES: f32 = 1.5;

/// The log-odds that a candidate without a match is a filled pause: constant term. Its mean log-odds are added in full.
const UNWRITTEN_BIAS: f64 = -1.85;
/// The log-odds that a candidate without a match is a filled pause: per second of its duration, up to
/// [`MAX_CREDITED_S`].
const UNWRITTEN_PER_SECOND: f64 = 4.0;
/// Minimum log-odds at which a candidate without a match is reported (a probability of 0.98): a user who hears no
/// filled pause there stops trusting the report.
const MIN_UNWRITTEN_LOG_ODDS: f64 = 4.0;
/// Minimum share of a candidate without a match that the written words around it leave free.
const MIN_FREE_SHARE: f64 = 0.8;
/// Log-odds of an expected filled pause ([`Expected`]) from which on a candidate nearby need not be free. Where there
/// is no filled pause, the log-odds are -4 or less at nine of ten words.
const MIN_EXPECTED_LOG_ODDS: f32 = -3.0;
/// How long before a candidate the speech model may have expected it, in seconds; its times are that inaccurate.
const EXPECTED_BEFORE_S: f64 = 0.6;
/// How long after a candidate the speech model may have expected it, in seconds.
const EXPECTED_AFTER_S: f64 = 0.3;
/// The time that a written word needs besides its syllables, in seconds.
const WORD_S: f64 = 0.06;
/// The time that a syllable needs, in seconds (about five syllables per second).
const SYLLABLE_S: f64 = 0.19;

/// Duration from which on an "er" cannot be a reduced "her", in seconds.
const MAX_OBJECT_S: f64 = 0.35;

/// Finds the filled pauses: first the written ones in order, then those that were only heard. The written ones get
/// their acoustic times in the transcript, and the words around them are shortened or moved accordingly.
pub(super) fn filled_pauses(features: &Features, transcript: &mut Transcript) -> Vec<Filler> {
    let Transcript { words, expected, .. } = transcript;
    let candidates = candidates(features);
    let written: Vec<usize> = (0..words.len()).filter(|i| is_filled_pause(&words[*i].text)).collect();
    let mut events: Vec<Filler> = Vec::new();
    let mut taken: Vec<Span> = Vec::new();
    for (i, candidate) in written.iter().zip(aligned(words, &written, &candidates)) {
        let word = &words[*i];
        let unmatched = || {
            let is_free = |span: &Span| taken.iter().all(|t: &Span| t.overlap_s(span) <= 0.0);
            let spoken = || spoken_within(features, &word.span).filter(is_free);
            let voice = steady_voice(features, word, is_free).or_else(spoken);
            voice.filter(|_| word.confidence >= MIN_UNMATCHED_CONFIDENCE).map(|span| (span, word.confidence / 2.0))
        };
        let found = match candidate {
            Some((candidate, log_odds)) => Some((candidates[candidate].span, probability(log_odds), true)),
            None => unmatched().map(|(span, confidence)| (span, confidence, false)),
        };
        let Some((span, confidence, heard)) = found else { continue };
        if is_object(words, *i, &span) {
            continue;
        }
        taken.push(span);
        let heard_by = if heard { vec![Witness::Transcript, Witness::Acoustic] } else { vec![Witness::Transcript] };
        let text = normalized(&words[*i].text);
        events.push(Filler {
            kind: FillerKind::FilledPause,
            text,
            word: Some(*i),
            words: 1,
            span: Some(span),
            heard_by,
            confidence,
        });
    }
    for (event, span) in events.iter().zip(&taken) {
        make_room(words, event.range().start, *span);
    }
    for candidate in &candidates {
        let log_odds = candidate.log_odds
            + UNWRITTEN_BIAS
            + UNWRITTEN_PER_SECOND * candidate.span.duration_s().min(MAX_CREDITED_S);
        let free = taken.iter().all(|t| t.overlap_s(&candidate.span) <= 0.0);
        let explained = || is_explained(words, &candidate.span, features) && !is_expected(expected, &candidate.span);
        if free && log_odds >= MIN_UNWRITTEN_LOG_ODDS && !explained() {
            events.push(Filler {
                kind: FillerKind::FilledPause,
                text: "uh".into(),
                word: None,
                words: 0,
                span: Some(candidate.span),
                heard_by: vec![Witness::Acoustic],
                confidence: probability(log_odds),
            });
        }
    }
    events
}

/// A stretch of the signal that sounds like a filled pause.
struct AcousticCandidate {
    span: Span,
    /// The mean log-odds of the frames.
    log_odds: f64,
}

/// Returns all stretches of the signal that sound like a filled pause, in order.
fn candidates(features: &Features) -> Vec<AcousticCandidate> {
    let track = &features.filled_pause_log_odds;
    let mut candidates = Vec::new();
    let mut from = 0;
    while let Some(first) = (from..track.len()).find(|i| track[*i] > MIN_FRAME_LOG_ODDS) {
        let mut last = first;
        let mut i = first;
        while i < track.len() && i - last <= MAX_FRAME_DISTANCE {
            if track[i] > MIN_FRAME_LOG_ODDS {
                last = i;
            }
            i += 1;
        }
        let frames = &track[first..=last];
        let peak = frames.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let span = Span::new(frame_time_s(first), frame_time_s(last) + STEP_S);
        if peak > MIN_PEAK_LOG_ODDS && span.duration_s() >= MIN_DURATION_S - 1e-9 {
            let log_odds = frames.iter().map(|f| f64::from(*f)).sum::<f64>() / frames.len() as f64;
            candidates.push(AcousticCandidate { span, log_odds });
        }
        from = last + 1;
    }
    candidates
}

/// Aligns the written filled pauses with the candidates, both in order, so that the total log-odds of the matches are
/// highest (dynamic programming). Returns for each written one the index of its candidate and the log-odds of the
/// match, if it has one.
fn aligned(words: &[Word], written: &[usize], candidates: &[AcousticCandidate]) -> Vec<Option<(usize, f64)>> {
    let log_odds = |w: usize, s: usize| match_log_odds(words, written[w], &candidates[s]);
    // `before[s]` is the best total for the written ones so far and the first `s` candidates. `takes` tells where the
    // last written one is matched with the last candidate, `skips` where the last candidate stays unmatched.
    let columns = candidates.len() + 1;
    let mut before = vec![0.0; columns];
    let mut takes = vec![vec![false; columns]; written.len()];
    let mut skips = vec![vec![false; columns]; written.len()];
    for w in 0..written.len() {
        let mut row = vec![0.0; columns];
        for s in 1..columns {
            let (without_word, without_candidate) = (before[s], row[s - 1]);
            let with_both = log_odds(w, s - 1).map_or(f64::NEG_INFINITY, |o| before[s - 1] + o);
            row[s] = with_both.max(without_word).max(without_candidate);
            takes[w][s] = with_both > without_word && with_both > without_candidate;
            skips[w][s] = !takes[w][s] && without_candidate > without_word;
        }
        before = row;
    }
    let mut matches = vec![None; written.len()];
    let (mut w, mut s) = (written.len(), candidates.len());
    while w > 0 && s > 0 {
        if takes[w - 1][s] {
            matches[w - 1] = log_odds(w - 1, s - 1).map(|o| (s - 1, o));
            (w, s) = (w - 1, s - 1);
        } else if skips[w - 1][s] {
            s -= 1;
        } else {
            w -= 1;
        }
    }
    matches
}

/// Returns the log-odds that word `i` and a candidate are the same filled pause; `None` if they are too far apart.
fn match_log_odds(words: &[Word], i: usize, candidate: &AcousticCandidate) -> Option<f64> {
    let span = &candidate.span;
    let is_word = |w: &&Word| !is_filled_pause(&w.text);
    let earliest_s = words[..i].iter().rev().find(is_word).map_or(0.0, |w| w.span.end_s);
    let latest_s = words[i + 1..].iter().find(is_word).map_or(f64::INFINITY, |w| w.span.start_s);
    let outside_s = (earliest_s - span.start_s).max(span.end_s - latest_s).max(0.0);
    let written = &words[i].span;
    let away_s = (written.start_s - span.end_s).max(span.start_s - written.end_s).max(0.0);
    let duration_s = span.duration_s();
    (outside_s.min(away_s) <= MAX_MATCH_DISTANCE_S).then(|| {
        MATCH_BIAS
            + MATCH_PER_LOG_ODDS * candidate.log_odds
            + MATCH_PER_SECOND * duration_s.min(MAX_CREDITED_S)
            + MATCH_PER_SECOND_TOO_LONG * (duration_s - USUAL_MAX_S).max(0.0)
            + MATCH_PER_SECOND_OUTSIDE * outside_s
            + MATCH_PER_SECOND_AWAY * away_s
            + MATCH_PER_CONFIDENCE * (words[i].confidence - USUAL_CONFIDENCE)
    })
}

/// Converts log-odds to a probability.
fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Returns the stretch of steady pitch at the written time of a word, if it is free and of a plausible duration.
fn steady_voice(features: &Features, word: &Word, is_free: impl Fn(&Span) -> bool) -> Option<Span> {
    let from = frame_at(word.span.start_s - MAX_UNMATCHED_S);
    let to = frame_at(word.span.end_s + MAX_UNMATCHED_S).min(features.f0_hz.len());
    let steady = |i: &usize, next: &usize| match (features.f0_hz[*i], features.f0_hz[*next]) {
        (Some(f0), Some(then)) => (12.0 * (then / f0).log2()).abs() < MAX_STEADY_SEMITONES,
        _ => false,
    };
    let frames: Vec<usize> = (from.min(to)..to).filter(|i| features.speech[*i]).collect();
    let runs = frames.chunk_by(|i, next| next - i == 1 && steady(i, next));
    runs.map(|run| Span::new(frame_time_s(run[0]), frame_time_s(run[run.len() - 1]) + STEP_S))
        .filter(|run| (MIN_UNMATCHED_S - 1e-9..MAX_UNMATCHED_S).contains(&run.duration_s()))
        .filter(|run| run.overlap_s(&word.span) >= MIN_STEADY_OVERLAP * run.duration_s())
        .filter(is_free)
        .max_by(|a, b| a.overlap_s(&word.span).total_cmp(&b.overlap_s(&word.span)))
}

/// Returns the stretch from the first to the last speech within a span, if it can be a filled pause by its sound and
/// its duration.
fn spoken_within(features: &Features, span: &Span) -> Option<Span> {
    let to = frame_at(span.end_s).min(features.speech.len());
    let spoken: Vec<usize> = (frame_at(span.start_s).min(to)..to).filter(|i| features.speech[*i]).collect();
    let (first, last) = (*spoken.first()?, *spoken.last()?);
    let log_odds: f64 = spoken.iter().map(|i| f64::from(features.filled_pause_log_odds[*i])).sum();
    let start_s = frame_time_s(first);
    let span = Span::new(start_s, (frame_time_s(last) + STEP_S).min(start_s + MAX_UNMATCHED_S));
    let is_like_one = log_odds > MIN_UNSTEADY_LOG_ODDS * spoken.len() as f64;
    (is_like_one && span.duration_s() >= MIN_UNMATCHED_S - 1e-9).then_some(span)
}

/// Returns whether word `i` is a short "er" at the end of the answer, a reduced "her": "I hardly know 'er".
fn is_object(words: &[Word], i: usize, heard: &Span) -> bool {
    normalized(&words[i].text) == "er" && i > 0 && i + 1 == words.len() && heard.duration_s() < MAX_OBJECT_S
}

/// Returns whether the written words around a candidate need its time: then it is part of a drawn-out word.
fn is_explained(words: &[Word], candidate: &Span, features: &Features) -> bool {
    let around: Vec<&Word> = words.iter().filter(|w| w.span.overlap_s(candidate) > 0.0).collect();
    let (Some(first), Some(last)) = (around.first(), around.last()) else { return false };
    let from = frame_at(first.span.start_s.min(candidate.start_s));
    let to = frame_at(last.span.end_s.max(candidate.end_s)).min(features.speech.len());
    let spoken_s = features.speech[from.min(to)..to].iter().filter(|s| **s).count() as f64 * STEP_S;
    let needed_s: f64 = around.iter().map(|w| WORD_S + SYLLABLE_S * syllables(&w.text) as f64).sum();
    spoken_s - needed_s < MIN_FREE_SHARE * candidate.duration_s()
}

/// Returns whether the speech model nearly wrote a filled pause around a candidate.
fn is_expected(expected: &[Expected], candidate: &Span) -> bool {
    let around = candidate.start_s - EXPECTED_BEFORE_S..=candidate.end_s + EXPECTED_AFTER_S;
    expected.iter().any(|e| around.contains(&e.at_s) && e.log_odds >= MIN_EXPECTED_LOG_ODDS)
}

/// Sets the span of word `i`, and shortens or moves the words around it that overlap with it.
fn make_room(words: &mut [Word], i: usize, span: Span) {
    words[i].span = span;
    let mut latest_s = span.start_s;
    for before in words[..i].iter_mut().rev() {
        if before.span.end_s <= latest_s {
            break;
        }
        before.span.end_s = latest_s;
        before.span.start_s = before.span.start_s.min(latest_s);
        latest_s = before.span.start_s;
    }
    let mut earliest_s = span.end_s;
    for after in &mut words[i + 1..] {
        if after.span.start_s >= earliest_s {
            break;
        }
        after.span.start_s = earliest_s;
        after.span.end_s = after.span.end_s.max(earliest_s);
        earliest_s = after.span.end_s;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::filled_pause::NO_VOICE_LOG_ODDS;

    /// Creates the features of ten seconds of speech with filled pauses from and to the times in `at`.
    fn talk(at: &[(f64, f64)]) -> Features {
        let mut filled_pause_log_odds = vec![-8.0; 1_000];
        for (start_s, end_s) in at {
            filled_pause_log_odds[frame_at(*start_s)..frame_at(*end_s)].fill(4.0);
        }
        Features {
            level_db: vec![-20.0; 1_000],
            f0_hz: vec![Some(120.0); 1_000],
            filled_pause_log_odds,
            speech: vec![true; 1_000],
            lost: Vec::new(),
            others: Vec::new(),
            sounds: Vec::new(),
            stretches: vec![Span::new(0.0, 10.0)],
            nuclei_s: Vec::new(),
            noise_floor_dbfs: Some(-60.0),
            snr_db: Some(40.0),
        }
    }

    fn said(words: &[(&str, f64, f64)]) -> Transcript {
        let word = |(text, start_s, end_s): &(&str, f64, f64)| Word {
            text: (*text).into(),
            span: Span::new(*start_s, *end_s),
            confidence: 0.6,
            filler: false,
        };
        Transcript {
            model: "test".into(),
            language: "en".into(),
            vocabulary: Vec::new(),
            words: words.iter().map(word).collect(),
            unreadable: Vec::new(),
            expected: Vec::new(),
        }
    }

    #[test]
    fn a_written_um_goes_where_one_sounds_and_the_words_make_room() {
        let mut said = said(&[("I", 1.0, 1.2), ("was,", 1.2, 1.9), ("um,", 1.9, 2.0), ("late", 2.0, 2.5)]);
        let found = filled_pauses(&talk(&[(1.5, 1.9), (7.0, 7.3)]), &mut said);
        assert_eq!(found.len(), 1, "{found:?}");
        let span = found[0].span.unwrap();
        assert!((span.start_s - 1.5).abs() < 0.011 && (span.end_s - 1.9).abs() < 0.011);
        assert_eq!(found[0].heard_by, [Witness::Transcript, Witness::Acoustic]);
        let words = &said.words;
        assert!(words[1].span.end_s <= 1.5 + 1e-9 && words[3].span.start_s >= 1.9 - 1e-9, "{words:?}");
    }

    #[test]
    fn two_written_ones_take_two_sounds_in_order() {
        let mut said = said(&[("So,", 1.0, 1.3), ("uh,", 1.3, 1.4), ("and,", 2.0, 2.4), ("um,", 2.4, 2.5)]);
        let found = filled_pauses(&talk(&[(1.5, 1.8), (2.6, 3.0)]), &mut said);
        let at: Vec<(&str, f64)> = found.iter().map(|f| (f.text.as_str(), f.span.unwrap().start_s)).collect();
        assert_eq!(at, [("uh", 1.5), ("um", 2.6)]);
    }

    #[test]
    fn what_is_written_and_sounds_nowhere_is_dropped() {
        let mut said = said(&[("the,", 1.0, 1.3), ("uh,", 1.3, 1.5), ("end", 1.5, 1.9)]);
        assert!(filled_pauses(&talk(&[(7.0, 7.2)]), &mut said).is_empty());
    }

    #[test]
    fn a_long_one_that_was_not_written_is_heard_unless_a_word_needs_its_time() {
        let mut said = said(&[("I", 0.9, 1.1), ("was", 1.1, 1.4), ("late", 2.2, 2.5)]);
        let found = filled_pauses(&talk(&[(1.5, 2.1)]), &mut said);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].word, found[0].heard_by.as_slice()), (None, [Witness::Acoustic].as_slice()));
        let mut said = self::said(&[("I", 0.9, 1.1), ("was", 1.1, 1.4), ("inexplicably", 1.4, 2.2)]);
        assert!(filled_pauses(&talk(&[(1.5, 2.1)]), &mut said).is_empty());
    }

    #[test]
    fn a_written_one_that_the_model_is_sure_of_is_believed_unless_its_time_sounds_unlike_one() {
        for (confidence, log_odds, is_one) in [(0.9, -2.0, true), (0.9, -9.0, false), (0.6, -2.0, false)] {
            let mut said = said(&[("the", 1.0, 1.3), ("uh,", 1.3, 1.8), ("end", 1.8, 2.2)]);
            said.words[1].confidence = confidence;
            let mut features = talk(&[]);
            // No steady pitch, and a silence after it.
            features.f0_hz.fill(None);
            features.filled_pause_log_odds[frame_at(1.3)..frame_at(1.7)].fill(log_odds);
            features.speech[frame_at(1.7)..frame_at(1.8)].fill(false);
            let found = filled_pauses(&features, &mut said);
            assert_eq!(found.len(), usize::from(is_one), "{confidence} {log_odds}");
            for found in found {
                let span = found.span.unwrap();
                assert!((span.start_s - 1.3).abs() < 0.011 && (span.end_s - 1.7).abs() < 0.011, "{span:?}");
                assert_eq!(found.heard_by, [Witness::Transcript]);
            }
        }
    }

    #[test]
    fn a_word_stretched_over_one_hides_it_unless_the_model_nearly_wrote_one() {
        for (log_odds, is_one) in [(-1.9, true), (-7.0, false)] {
            let mut said = said(&[("I", 0.9, 1.1), ("inexplicably", 1.4, 2.2), ("left", 2.2, 2.5)]);
            said.expected = vec![Expected { at_s: 1.1, log_odds }];
            assert_eq!(filled_pauses(&talk(&[(1.5, 2.1)]), &mut said).len(), usize::from(is_one), "{log_odds}");
        }
    }

    #[test]
    fn her_is_no_hesitation() {
        let mut said = said(&[("hardly", 1.0, 1.4), ("know", 1.4, 1.7), ("'er.", 1.7, 1.9)]);
        assert!(filled_pauses(&talk(&[(1.7, 1.9)]), &mut said).is_empty());
    }

    #[test]
    fn silence_gives_none() {
        let mut features = talk(&[]);
        features.filled_pause_log_odds.fill(NO_VOICE_LOG_ODDS);
        assert!(filled_pauses(&features, &mut said(&[])).is_empty());
    }
}
