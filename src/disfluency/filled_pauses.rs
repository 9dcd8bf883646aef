//! Filled pauses: um, uh, er and hmm, each with where it begins and ends, in seconds.
//!
//! There are three witnesses. The transcript says that there was one and between which words; the model's times for it are
//! often wrong by half a second. The signal says where one sounds ([`crate::signal::filled_pause`]), to a hundredth of a
//! second, but a drawn-out "the" sounds alike. The model also says at each step how much it expected one, whatever it
//! wrote then ([`Expected`]).
//!
//! Written ones are matched, in order, to the sounds that fit them best. One that matches none is dropped, unless the model
//! is sure of it and its time does not sound unlike one: noise and the telephone hide what the signal looks for. What
//! sounds very much like one is kept although it was not written, in time that no written word needs or where the model
//! expected one: it leaves one out by stretching a neighbouring word over it. How much each thing counts was fitted on
//! synthesized answers read by the same models.

use super::fillers::{Filler, Kind, Witness};
use crate::english::syllables::syllables;
use crate::english::{is_filled_pause, normalized};
use crate::signal::{Features, STEP_S, frame_at, frame_time_s};
use crate::span::Span;
use crate::transcript::{Expected, Transcript, Word};

/// A frame with more than these log-odds can belong to a filled pause ...
const SOUNDS_LIKE_ONE: f32 = -1.0;
/// ... that has one with more than these ...
const PEAK: f32 = 0.0;
/// ... and lasts at least so long, in seconds.
const SHORTEST_S: f64 = 0.08;
/// Frames below [`SOUNDS_LIKE_ONE`] inside a filled pause that do not end it.
const FLICKER: usize = 3;

/// What speaks for a written one and a sound being the same, as log-odds: before anything is known of them ...
const WRITTEN: f64 = 1.0;
/// ... for each of the sound's own mean log-odds ...
const PER_LOG_ODDS: f64 = 0.9;
/// ... for each second that it lasts, up to [`LONG_ENOUGH_S`] ...
const PER_SECOND: f64 = 2.0;
/// ... for each second that it lies outside the time between the words around the written one ...
const PER_SECOND_OUTSIDE: f64 = -0.7;
/// ... for each second between it and the time that the model gave the written one ...
const PER_SECOND_AWAY: f64 = -0.7;
/// ... for each second that it is longer than filled pauses are ...
const PER_SECOND_TOO_LONG: f64 = -3.0;
/// ... and for how sure the model was, against [`USUAL_CONFIDENCE`].
const PER_CONFIDENCE: f64 = 2.0;
const LONG_ENOUGH_S: f64 = 0.6;
const TOO_LONG_S: f64 = 0.9;
const USUAL_CONFIDENCE: f64 = 0.6;
/// A sound farther than this from the written one is another one, in seconds.
const REACH_S: f64 = 2.0;

/// From here on the model's word is taken for it where nothing sounds like one but somebody speaks.
const SURE_OF_THE_WORD: f64 = 0.75;
/// The shortest voice that is one on the model's word, in seconds ...
const SHORTEST_ON_ITS_WORD_S: f64 = 0.15;
/// ... and the longest.
const LONGEST_ON_ITS_WORD_S: f64 = 0.8;
/// The share of a steady voice that has to lie within the written time.
const STEADY_SHARE: f64 = 0.6;
/// A voice that is not steady, with lower mean log-odds than this, is something else. On the recordings of people that the
/// thresholds were checked with, filled pauses in noise and codecs have -2.6 or more, and the breaths, laughter and words
/// for which the model surely wrote one have -8.7 or less.
const SOUNDS_UNLIKE_ONE: f64 = -4.0;
/// A steady pitch moves less than this from one frame to the next, in semitones.
const STEADY_SEMITONES: f32 = 1.5;

/// What speaks for a sound that nobody wrote down, as log-odds: before anything is known of it ...
const UNWRITTEN: f64 = -1.85;
/// ... and for each second that it lasts, up to [`LONG_ENOUGH_S`]; its own mean log-odds count in full.
const UNWRITTEN_PER_SECOND: f64 = 4.0;
/// An unwritten one needs these log-odds (a probability of 0.98): the listener who finds none there stops believing the rest.
const SURE_OF_THE_SOUND: f64 = 4.0;
/// The share of an unwritten one that the written words must leave free ...
const FREE_SHARE: f64 = 0.8;
/// ... unless the model expected one around it with more than these log-odds: it nearly wrote one. Where none is, it has
/// -4 or less at nine of ten words.
const NEARLY_WRITTEN: f32 = -3.0;
/// What the model expected this long before a sound, or this long after, may have been that sound, in seconds: its times
/// are that far off.
const EXPECTED_BEFORE_S: f64 = 0.6;
const EXPECTED_AFTER_S: f64 = 0.3;
/// What a written word takes, in seconds: a little for itself, and for each of its syllables (some five a second).
const WORD_S: f64 = 0.06;
const SYLLABLE_S: f64 = 0.19;

/// From here on an "er" is surely a hesitation, in seconds.
const DRAWN_OUT_S: f64 = 0.35;

/// Finds the filled pauses: the written ones in order, then those only heard. Gives the written ones among the words their
/// true times; the words around them make room.
pub(super) fn filled_pauses(features: &Features, transcript: &mut Transcript) -> Vec<Filler> {
    let Transcript { words, expected, .. } = transcript;
    let sounds = sounds(features);
    let written: Vec<usize> = (0..words.len()).filter(|i| is_filled_pause(&words[*i].text)).collect();
    let mut events: Vec<Filler> = Vec::new();
    let mut taken: Vec<Span> = Vec::new();
    for (i, sound) in written.iter().zip(matched(words, &written, &sounds)) {
        let word = &words[*i];
        let on_its_word = || {
            let is_free = |span: &Span| taken.iter().all(|t: &Span| t.overlap_s(span) <= 0.0);
            let spoken = || spoken_within(features, &word.span).filter(is_free);
            let voice = steady_voice(features, word, is_free).or_else(spoken);
            voice.filter(|_| word.confidence >= SURE_OF_THE_WORD).map(|span| (span, word.confidence / 2.0))
        };
        let found = match sound {
            Some((sound, odds)) => Some((sounds[sound].span, probability(odds), true)),
            None => on_its_word().map(|(span, confidence)| (span, confidence, false)),
        };
        let Some((span, confidence, heard)) = found else { continue };
        if is_object(words, *i, &span) {
            continue;
        }
        taken.push(span);
        let heard_by = if heard { vec![Witness::Transcript, Witness::Acoustic] } else { vec![Witness::Transcript] };
        let text = normalized(&words[*i].text);
        events.push(Filler {
            kind: Kind::FilledPause,
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
    for sound in &sounds {
        let odds = sound.odds + UNWRITTEN + UNWRITTEN_PER_SECOND * sound.span.duration_s().min(LONG_ENOUGH_S);
        let free = taken.iter().all(|t| t.overlap_s(&sound.span) <= 0.0);
        let explained = || is_explained(words, &sound.span, features) && !is_expected(expected, &sound.span);
        if free && odds >= SURE_OF_THE_SOUND && !explained() {
            events.push(Filler {
                kind: Kind::FilledPause,
                text: "uh".into(),
                word: None,
                words: 0,
                span: Some(sound.span),
                heard_by: vec![Witness::Acoustic],
                confidence: probability(odds),
            });
        }
    }
    events
}

/// A stretch that sounds like a filled pause.
struct Sound {
    span: Span,
    /// The mean of its frames' log-odds.
    odds: f64,
}

/// All stretches that sound like a filled pause, in order.
fn sounds(features: &Features) -> Vec<Sound> {
    let track = &features.filled_pause_log_odds;
    let mut sounds = Vec::new();
    let mut from = 0;
    while let Some(first) = (from..track.len()).find(|i| track[*i] > SOUNDS_LIKE_ONE) {
        let mut last = first;
        let mut i = first;
        while i < track.len() && i - last <= FLICKER {
            if track[i] > SOUNDS_LIKE_ONE {
                last = i;
            }
            i += 1;
        }
        let frames = &track[first..=last];
        let peak = frames.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let span = Span::new(frame_time_s(first), frame_time_s(last) + STEP_S);
        if peak > PEAK && span.duration_s() >= SHORTEST_S - 1e-9 {
            let odds = frames.iter().map(|f| f64::from(*f)).sum::<f64>() / frames.len() as f64;
            sounds.push(Sound { span, odds });
        }
        from = last + 1;
    }
    sounds
}

/// For each written one the sound that it is, if any, with the log-odds of that. Both stay in order, and as much as
/// possible speaks for all matches together.
fn matched(words: &[Word], written: &[usize], sounds: &[Sound]) -> Vec<Option<(usize, f64)>> {
    let odds = |w: usize, s: usize| same(words, written[w], &sounds[s]);
    // How much speaks for the best matches of the first `w` written ones with the first `s` sounds, a row for each `w`;
    // and whether the last written one takes the last sound there.
    let columns = sounds.len() + 1;
    let mut before = vec![0.0; columns];
    let mut takes = vec![vec![false; columns]; written.len()];
    let mut skips = vec![vec![false; columns]; written.len()];
    for w in 0..written.len() {
        let mut row = vec![0.0; columns];
        for s in 1..columns {
            let (without_word, without_sound) = (before[s], row[s - 1]);
            let with_both = odds(w, s - 1).map_or(f64::NEG_INFINITY, |o| before[s - 1] + o);
            row[s] = with_both.max(without_word).max(without_sound);
            takes[w][s] = with_both > without_word && with_both > without_sound;
            skips[w][s] = !takes[w][s] && without_sound > without_word;
        }
        before = row;
    }
    let mut matches = vec![None; written.len()];
    let (mut w, mut s) = (written.len(), sounds.len());
    while w > 0 && s > 0 {
        if takes[w - 1][s] {
            matches[w - 1] = odds(w - 1, s - 1).map(|o| (s - 1, o));
            (w, s) = (w - 1, s - 1);
        } else if skips[w - 1][s] {
            s -= 1;
        } else {
            w -= 1;
        }
    }
    matches
}

/// The log-odds that word `i` and a sound are the same filled pause; `None` if they are too far apart.
fn same(words: &[Word], i: usize, sound: &Sound) -> Option<f64> {
    let span = &sound.span;
    let is_word = |w: &&Word| !is_filled_pause(&w.text);
    let earliest_s = words[..i].iter().rev().find(is_word).map_or(0.0, |w| w.span.end_s);
    let latest_s = words[i + 1..].iter().find(is_word).map_or(f64::INFINITY, |w| w.span.start_s);
    let outside_s = (earliest_s - span.start_s).max(span.end_s - latest_s).max(0.0);
    let written = &words[i].span;
    let away_s = (written.start_s - span.end_s).max(span.start_s - written.end_s).max(0.0);
    let duration_s = span.duration_s();
    (outside_s.min(away_s) <= REACH_S).then(|| {
        WRITTEN
            + PER_LOG_ODDS * sound.odds
            + PER_SECOND * duration_s.min(LONG_ENOUGH_S)
            + PER_SECOND_TOO_LONG * (duration_s - TOO_LONG_S).max(0.0)
            + PER_SECOND_OUTSIDE * outside_s
            + PER_SECOND_AWAY * away_s
            + PER_CONFIDENCE * (words[i].confidence - USUAL_CONFIDENCE)
    })
}

fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Returns the steady voice at the written time of a word, where it is free.
fn steady_voice(features: &Features, word: &Word, is_free: impl Fn(&Span) -> bool) -> Option<Span> {
    let from = frame_at(word.span.start_s - LONGEST_ON_ITS_WORD_S);
    let to = frame_at(word.span.end_s + LONGEST_ON_ITS_WORD_S).min(features.f0_hz.len());
    let steady = |i: &usize, next: &usize| match (features.f0_hz[*i], features.f0_hz[*next]) {
        (Some(f0), Some(then)) => (12.0 * (then / f0).log2()).abs() < STEADY_SEMITONES,
        _ => false,
    };
    let frames: Vec<usize> = (from.min(to)..to).filter(|i| features.speech[*i]).collect();
    let runs = frames.chunk_by(|i, next| next - i == 1 && steady(i, next));
    runs.map(|run| Span::new(frame_time_s(run[0]), frame_time_s(run[run.len() - 1]) + STEP_S))
        .filter(|run| (SHORTEST_ON_ITS_WORD_S - 1e-9..LONGEST_ON_ITS_WORD_S).contains(&run.duration_s()))
        .filter(|run| run.overlap_s(&word.span) >= STEADY_SHARE * run.duration_s())
        .filter(is_free)
        .max_by(|a, b| a.overlap_s(&word.span).total_cmp(&b.overlap_s(&word.span)))
}

/// Returns what is spoken within a span, from the first to the last speech, if that does not sound unlike a filled pause.
fn spoken_within(features: &Features, span: &Span) -> Option<Span> {
    let to = frame_at(span.end_s).min(features.speech.len());
    let spoken: Vec<usize> = (frame_at(span.start_s).min(to)..to).filter(|i| features.speech[*i]).collect();
    let (first, last) = (*spoken.first()?, *spoken.last()?);
    let odds: f64 = spoken.iter().map(|i| f64::from(features.filled_pause_log_odds[*i])).sum();
    let start_s = frame_time_s(first);
    let span = Span::new(start_s, (frame_time_s(last) + STEP_S).min(start_s + LONGEST_ON_ITS_WORD_S));
    let is_like_one = odds > SOUNDS_UNLIKE_ONE * spoken.len() as f64;
    (is_like_one && span.duration_s() >= SHORTEST_ON_ITS_WORD_S - 1e-9).then_some(span)
}

/// Whether a short "er" that ends the answer is the object of the word before it: "I hardly know 'er".
fn is_object(words: &[Word], i: usize, heard: &Span) -> bool {
    normalized(&words[i].text) == "er" && i > 0 && i + 1 == words.len() && heard.duration_s() < DRAWN_OUT_S
}

/// Whether the written words around a sound need the time that it takes: then it is one of them, drawn out.
fn is_explained(words: &[Word], sound: &Span, features: &Features) -> bool {
    let around: Vec<&Word> = words.iter().filter(|w| w.span.overlap_s(sound) > 0.0).collect();
    let (Some(first), Some(last)) = (around.first(), around.last()) else { return false };
    let from = frame_at(first.span.start_s.min(sound.start_s));
    let to = frame_at(last.span.end_s.max(sound.end_s)).min(features.speech.len());
    let spoken_s = features.speech[from.min(to)..to].iter().filter(|s| **s).count() as f64 * STEP_S;
    let needed_s: f64 = around.iter().map(|w| WORD_S + SYLLABLE_S * syllables(&w.text) as f64).sum();
    spoken_s - needed_s < FREE_SHARE * sound.duration_s()
}

/// Whether the model nearly wrote a filled pause around a sound.
fn is_expected(expected: &[Expected], sound: &Span) -> bool {
    let around = sound.start_s - EXPECTED_BEFORE_S..=sound.end_s + EXPECTED_AFTER_S;
    expected.iter().any(|e| around.contains(&e.at_s) && e.log_odds >= NEARLY_WRITTEN)
}

/// Gives word `i` the span and takes it from the words around it.
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

    /// Ten seconds of talk in which filled pauses sound where `at` says.
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
