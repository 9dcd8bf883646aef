//! Filled pauses: um, uh, er and hmm, each with where it begins and ends, in seconds.
//!
//! Three witnesses are asked. The transcript says that there was one and between which words; the model's times for it are
//! often wrong by half a second. The model also says at each step how much it expected one, whatever it wrote then
//! ([`Expected`]): where it leaves an "um" out, or drowns it in a word that it stretches, it has nearly written it. The signal
//! says where one sounds ([`crate::signal::filled_pause`]), to a hundredth of a second, but a drawn-out "the" sounds alike.
//!
//! What they say of a place is a list of numbers ([`Evidence`]). How much each number counts was not set by hand: the weights
//! (`models/filled_pauses.json`) were fitted by `tests/training/filled_pauses/weigh.py`. Written ones are matched, in order, to
//! the sounds that fit them best; then what was not written but is as probable is added.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::fillers::{Filler, Kind, Witness};
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

/// A sound farther than this from the written one is another one, in seconds.
const REACH_S: f64 = 1.0;
/// The model's times are usually off by less than this, in seconds: nine of ten words begin within 0.24 s of their time, most within 0.05 s.
const USUALLY_OFF_S: f64 = 0.1;
/// What the model expected so long before a sound, or so long after, in seconds, may have been that sound: its times are so far off.
const EXPECTED_BEFORE_S: f64 = 0.6;
const EXPECTED_AFTER_S: f64 = 0.3;
/// Where the model expected none at all, as log-odds. What is below is all the same.
const NOT_EXPECTED: f64 = -8.0;
/// What is above this says no more.
const SURELY_EXPECTED: f64 = 3.0;
/// The mean log-odds of a sound count between these.
const SOUND_ODDS: (f64, f64) = (-4.0, 6.0);
/// Lasting longer than this says no more, in seconds.
const LONG_ENOUGH_S: f64 = 0.6;

/// Log-odds from which on a written one is believed: it is as probable as not.
const WRITTEN_ODDS: f64 = 0.0;
/// Log-odds from which on one that nobody wrote is (a probability of 0.8): the listener who finds none there stops believing the rest.
const UNWRITTEN_ODDS: f64 = 1.4;
/// Two sounds no farther apart than this are parts of one filled pause, in seconds.
const ONE_S: f64 = 0.2;

/// Where nothing sounds like a written one: the shortest steady voice that can be it, in seconds ...
const SHORTEST_STEADY_S: f64 = 0.12;
/// ... the longest ...
const LONGEST_STEADY_S: f64 = 0.8;
/// ... and how much of it has to lie within the written time.
const STEADY_SHARE: f64 = 0.6;
/// A steady pitch moves less than this from one frame to the next, in semitones.
const STEADY_SEMITONES: f32 = 1.5;

/// From here on an "er" is surely a hesitation, in seconds.
const DRAWN_OUT_S: f64 = 0.35;

/// What the witnesses say of a place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// 1: what counts for any place.
    pub always: f64,
    /// The most that the model expected one around there: its log-odds above [`NOT_EXPECTED`].
    pub expected: f64,
    /// How much it sounds like one: the mean log-odds of its frames.
    pub sound: f64,
    /// How long it lasts, in seconds.
    pub duration: f64,
    /// Seconds of it outside the time between the words around the written one.
    pub outside: f64,
    /// Seconds between it and the time that the model gave the written one.
    pub away: f64,
    /// 1 where that is more than the model's times are usually off.
    pub apart: f64,
}

impl Evidence {
    /// The log-odds of a filled pause, with a weight for each number.
    fn log_odds(&self, weights: &Self) -> f64 {
        let pairs = [
            (self.always, weights.always),
            (self.expected, weights.expected),
            (self.sound, weights.sound),
            (self.duration, weights.duration),
            (self.outside, weights.outside),
            (self.away, weights.away),
            (self.apart, weights.apart),
        ];
        pairs.iter().map(|(value, weight)| value * weight).sum()
    }
}

/// How much each number counts.
#[derive(Debug, Deserialize)]
struct Weights {
    /// For a written one and a sound being the same.
    written: Evidence,
    /// For a sound that nobody wrote.
    unwritten: Evidence,
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../models/filled_pauses.json")).expect("the weights are in order")
});

/// A place that may be a filled pause, for the training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// Where.
    #[serde(flatten)]
    pub span: Span,
    /// The written one that it may be, as an index among the words; `None` for the same place as one that nobody wrote.
    pub word: Option<usize>,
    /// What speaks for it.
    pub evidence: Evidence,
}

/// All places that may be filled pauses, each as an unwritten one and as every written one near it.
pub fn candidates(features: &Features, transcript: &Transcript) -> Vec<Candidate> {
    let Transcript { words, expected, .. } = transcript;
    let sounds = sounds(features);
    let unwritten = |s: &Sound| Candidate { span: s.span, word: None, evidence: of_unwritten(expected, s) };
    let mut found: Vec<Candidate> = sounds.iter().map(unwritten).collect();
    for i in (0..words.len()).filter(|i| is_filled_pause(&words[*i].text)) {
        let own = own_sound(features, &words[i], &sounds);
        found.extend(sounds.iter().chain(&own).filter_map(|sound| {
            let evidence = of_written(words, expected, i, sound)?;
            Some(Candidate { span: sound.span, word: Some(i), evidence })
        }));
    }
    found
}

/// Finds the filled pauses: the written ones in order, then those only heard. The written ones among the words are given their
/// true times, and the words around them make room.
pub(super) fn filled_pauses(features: &Features, transcript: &mut Transcript) -> Vec<Filler> {
    let Transcript { words, expected, .. } = transcript;
    let sounds = sounds(features);
    let written: Vec<usize> = (0..words.len()).filter(|i| is_filled_pause(&words[*i].text)).collect();
    let odds = |i: usize, sound: &Sound| {
        let odds = of_written(words, expected, i, sound)?.log_odds(&WEIGHTS.written);
        (odds > WRITTEN_ODDS).then_some(odds)
    };
    let mut events: Vec<Filler> = Vec::new();
    let mut taken: Vec<Span> = Vec::new();
    let matches = matched(written.len(), sounds.len(), |w, s| odds(written[w], &sounds[s]));
    for (i, sound) in written.iter().zip(matches) {
        let own = || {
            let own = own_sound(features, &words[*i], &sounds)?;
            let is_free = taken.iter().all(|t| t.overlap_s(&own.span) <= 0.0);
            odds(*i, &own).filter(|_| is_free).map(|odds| (own.span, odds, vec![Witness::Transcript]))
        };
        let found = match sound {
            Some((s, odds)) => Some((sounds[s].span, odds, vec![Witness::Transcript, Witness::Acoustic])),
            None => own(),
        };
        let Some((span, odds, heard_by)) = found else { continue };
        taken.push(span);
        if is_object(words, *i, &span) {
            continue;
        }
        events.push(Filler {
            kind: Kind::FilledPause,
            text: normalized(&words[*i].text),
            word: Some(*i),
            words: 1,
            span: Some(span),
            heard_by,
            confidence: probability(odds),
        });
    }
    for sound in &sounds {
        let odds = of_unwritten(expected, sound).log_odds(&WEIGHTS.unwritten);
        let reach = Span::new(sound.span.start_s - ONE_S, sound.span.end_s + ONE_S);
        if odds < UNWRITTEN_ODDS || taken.iter().any(|t| t.overlap_s(&reach) > 0.0) {
            continue;
        }
        taken.push(sound.span);
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
    for event in &events {
        if let (Some(word), Some(span)) = (event.word, event.span) {
            make_room(words, word, span);
        }
    }
    events
}

/// What speaks for a sound that nobody wrote.
fn of_unwritten(expected: &[Expected], sound: &Sound) -> Evidence {
    let Span { start_s, end_s } = sound.span;
    let near = |e: &&Expected| (start_s - EXPECTED_BEFORE_S..=end_s + EXPECTED_AFTER_S).contains(&e.at_s);
    let most = expected.iter().filter(near).map(|e| f64::from(e.log_odds)).fold(NOT_EXPECTED, f64::max);
    Evidence {
        always: 1.0,
        expected: most.min(SURELY_EXPECTED) - NOT_EXPECTED,
        sound: sound.odds.clamp(SOUND_ODDS.0, SOUND_ODDS.1),
        duration: sound.span.duration_s().min(LONG_ENOUGH_S),
        outside: 0.0,
        away: 0.0,
        apart: 0.0,
    }
}

/// What speaks for a sound being the written word `i`; `None` if they are too far apart.
fn of_written(words: &[Word], expected: &[Expected], i: usize, sound: &Sound) -> Option<Evidence> {
    let span = &sound.span;
    let is_word = |w: &&Word| !is_filled_pause(&w.text);
    let earliest_s = words[..i].iter().rev().find(is_word).map_or(0.0, |w| w.span.end_s);
    let latest_s = words[i + 1..].iter().find(is_word).map_or(f64::INFINITY, |w| w.span.start_s);
    let outside = (earliest_s - span.start_s).max(span.end_s - latest_s).max(0.0);
    let written = &words[i].span;
    let away = (written.start_s - span.end_s).max(span.start_s - written.end_s).max(0.0);
    let evidence = of_unwritten(expected, sound);
    // What it wrote it expected, even where its times are too far off to see it.
    let sure = words[i].confidence.clamp(1e-4, 1.0 - 1e-4);
    let written_odds = (sure / (1.0 - sure)).ln().clamp(NOT_EXPECTED, SURELY_EXPECTED);
    (outside.min(away) <= REACH_S).then(|| Evidence {
        expected: evidence.expected.max(written_odds - NOT_EXPECTED),
        outside: outside.min(REACH_S),
        away: away.min(REACH_S),
        apart: f64::from(u8::from(away > USUALLY_OFF_S)),
        ..evidence
    })
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

/// For each of the written ones the sound that it is, if any, with the log-odds of that, which are known for some pairs. Both
/// stay in order, and as much as possible speaks for all matches together.
fn matched(written: usize, sounds: usize, odds: impl Fn(usize, usize) -> Option<f64>) -> Vec<Option<(usize, f64)>> {
    // How much speaks for the best matches of the first `w` written ones with the first `s` sounds, a row for each `w`;
    // and whether the last written one takes the last sound there.
    let columns = sounds + 1;
    let mut before = vec![0.0; columns];
    let mut takes = vec![vec![None; columns]; written];
    let mut skips = vec![vec![false; columns]; written];
    for w in 0..written {
        let mut row = vec![0.0; columns];
        for s in 1..columns {
            let (without_word, without_sound) = (before[s], row[s - 1]);
            let pair = odds(w, s - 1);
            let with_both = pair.map_or(f64::NEG_INFINITY, |o| before[s - 1] + o);
            row[s] = with_both.max(without_word).max(without_sound);
            takes[w][s] = pair.filter(|_| with_both > without_word && with_both > without_sound);
            skips[w][s] = takes[w][s].is_none() && without_sound > without_word;
        }
        before = row;
    }
    let mut matches = vec![None; written];
    let (mut w, mut s) = (written, sounds);
    while w > 0 && s > 0 {
        if let Some(odds) = takes[w - 1][s] {
            matches[w - 1] = Some((s - 1, odds));
            (w, s) = (w - 1, s - 1);
        } else if skips[w - 1][s] {
            s -= 1;
        } else {
            w -= 1;
        }
    }
    matches
}

fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The sound of a written one where nothing sounds like one: the steady voice at its time, or else all that was spoken then.
fn own_sound(features: &Features, word: &Word, sounds: &[Sound]) -> Option<Sound> {
    let span = steady_voice(features, word).or_else(|| spoken_within(features, &word.span))?;
    let frames = &features.filled_pause_log_odds
        [frame_at(span.start_s)..frame_at(span.end_s).min(features.filled_pause_log_odds.len())];
    let odds = frames.iter().map(|f| f64::from(*f)).sum::<f64>() / frames.len().max(1) as f64;
    sounds.iter().all(|s| s.span.overlap_s(&span) <= 0.0).then_some(Sound { span, odds })
}

/// From the first to the last speech within a span, if there is any, and no more than a filled pause takes.
fn spoken_within(features: &Features, span: &Span) -> Option<Span> {
    let to = frame_at(span.end_s).min(features.speech.len());
    let mut spoken = (frame_at(span.start_s).min(to)..to).filter(|i| features.speech[*i]);
    let first = spoken.next()?;
    let last = spoken.next_back().unwrap_or(first);
    let start_s = frame_time_s(first);
    let span = Span::new(start_s, (frame_time_s(last) + STEP_S).min(start_s + LONGEST_STEADY_S));
    (span.duration_s() >= SHORTEST_STEADY_S - 1e-9).then_some(span)
}

/// The steady voice at the written time of a word.
fn steady_voice(features: &Features, word: &Word) -> Option<Span> {
    let from = frame_at(word.span.start_s - LONGEST_STEADY_S);
    let to = frame_at(word.span.end_s + LONGEST_STEADY_S).min(features.f0_hz.len());
    let steady = |i: &usize, next: &usize| match (features.f0_hz[*i], features.f0_hz[*next]) {
        (Some(f0), Some(then)) => (12.0 * (then / f0).log2()).abs() < STEADY_SEMITONES,
        _ => false,
    };
    let frames: Vec<usize> = (from.min(to)..to).filter(|i| features.speech[*i]).collect();
    let runs = frames.chunk_by(|i, next| next - i == 1 && steady(i, next));
    runs.map(|run| Span::new(frame_time_s(run[0]), frame_time_s(run[run.len() - 1]) + STEP_S))
        .filter(|run| (SHORTEST_STEADY_S - 1e-9..LONGEST_STEADY_S).contains(&run.duration_s()))
        .filter(|run| run.overlap_s(&word.span) >= STEADY_SHARE * run.duration_s())
        .max_by(|a, b| a.overlap_s(&word.span).total_cmp(&b.overlap_s(&word.span)))
}

/// Whether a short "er" that ends the answer is the object of the word before it: "I hardly know 'er".
fn is_object(words: &[Word], i: usize, heard: &Span) -> bool {
    normalized(&words[i].text) == "er" && i > 0 && i + 1 == words.len() && heard.duration_s() < DRAWN_OUT_S
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
    use crate::signal::filled_pause::NO_VOICE;

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
            sounds: Vec::new(),
            stretches: vec![Span::new(0.0, 10.0)],
            nuclei_s: Vec::new(),
            noise_floor_dbfs: Some(-60.0),
            snr_db: Some(40.0),
        }
    }

    /// These words; one was expected with these log-odds at these times.
    fn said(words: &[(&str, f64, f64)], expected: &[(f64, f32)]) -> Transcript {
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
            expected: expected.iter().map(|(at_s, log_odds)| Expected { at_s: *at_s, log_odds: *log_odds }).collect(),
        }
    }

    #[test]
    fn a_written_um_goes_where_one_sounds_and_the_words_make_room() {
        let mut said =
            said(&[("I", 1.0, 1.2), ("was,", 1.2, 1.9), ("um,", 1.9, 2.0), ("late", 2.0, 2.5)], &[(1.9, 2.0)]);
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
        let words = [("So,", 1.0, 1.3), ("uh,", 1.3, 1.4), ("and,", 2.0, 2.4), ("um,", 2.4, 2.5)];
        let found = filled_pauses(&talk(&[(1.5, 1.8), (2.6, 3.0)]), &mut said(&words, &[(1.3, 2.0), (2.4, 2.0)]));
        let at: Vec<(&str, f64)> = found.iter().map(|f| (f.text.as_str(), f.span.unwrap().start_s)).collect();
        assert_eq!(at, [("uh", 1.5), ("um", 2.6)]);
    }

    #[test]
    fn a_written_one_that_nothing_sounds_like_is_believed_as_far_as_the_model_expected_it() {
        let words = [("the,", 1.0, 1.3), ("uh,", 1.3, 1.6), ("end", 1.6, 1.9)];
        assert!(filled_pauses(&talk(&[]), &mut said(&words, &[(1.3, -4.0)])).is_empty());
        let mut unlike_one = talk(&[]);
        unlike_one.filled_pause_log_odds.fill(-2.0);
        let found = filled_pauses(&unlike_one, &mut said(&words, &[(1.3, 3.0)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].heard_by, [Witness::Transcript]);
    }

    #[test]
    fn one_that_nobody_wrote_is_heard_where_the_model_nearly_wrote_it_whatever_word_is_stretched_over_it() {
        let words = [("I", 0.9, 1.1), ("was", 1.1, 2.2), ("late", 2.2, 2.5)];
        let found = filled_pauses(&talk(&[(1.5, 2.1)]), &mut said(&words, &[(1.1, -7.0), (2.2, -1.0)]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].word, found[0].heard_by.as_slice()), (None, [Witness::Acoustic].as_slice()));
    }

    #[test]
    fn a_drawn_out_word_is_none() {
        let words = [("I", 0.9, 1.1), ("was", 1.1, 1.4), ("the", 1.4, 2.2)];
        assert!(filled_pauses(&talk(&[(1.5, 2.1)]), &mut said(&words, &[(1.4, -9.0), (2.2, -9.0)])).is_empty());
    }

    #[test]
    fn what_is_torn_into_two_sounds_is_one() {
        let words = [("So,", 1.0, 1.3), ("um,", 1.3, 1.8), ("and,", 2.0, 2.4)];
        let found = filled_pauses(&talk(&[(1.4, 1.6), (1.68, 1.8)]), &mut said(&words, &[(1.3, 3.0)]));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn her_is_no_hesitation() {
        let words = [("hardly", 1.0, 1.4), ("know", 1.4, 1.7), ("'er.", 1.7, 1.9)];
        assert!(filled_pauses(&talk(&[(1.7, 1.9)]), &mut said(&words, &[(1.7, 2.0)])).is_empty());
    }

    #[test]
    fn silence_gives_none() {
        let mut features = talk(&[]);
        features.filled_pause_log_odds.fill(NO_VOICE);
        assert!(filled_pauses(&features, &mut said(&[], &[])).is_empty());
    }
}
