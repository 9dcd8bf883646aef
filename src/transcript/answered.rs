//! Detection of sound that is not speech: a slammed door, a jingle or hold music can look like speech in the signal
//! alone, but contains no word.
//!
//! The model's word times are accurate to a few tenths of a second, so a short sound may be a word with a wrong time.
//! Between words, such a sound is kept. Before the first word and after the last one, it is dropped if it is far from
//! the end of every word; a sound with a pitch must be farther away than one without. A sound without a word is dropped
//! anywhere if it lasts longer than anybody speaks without a word.

use crate::english::is_filled_pause;
use crate::english::syllables::syllables;
use crate::signal::pause::is_pause;
use crate::signal::{Features, frame_at};
use crate::span::Span;

use super::Word;

/// Maximum error of the model's word times, in seconds.
const TIME_ERROR_S: f64 = 0.4;
/// Distance at which a sound without a pitch can still be a word, in seconds (ours). It is shorter than
/// [`TIME_ERROR_S`] because such a sound is more often a door or a clap than a word ("thanks") with a wrong time.
const UNVOICED_REACH_S: f64 = 0.15;
/// A word counts as heard this long before its end, in seconds: the model's word onsets reach back over silences.
const BEFORE_END_S: f64 = 0.1;
/// Sound of at least this duration contains a word if it is speech, in seconds.
const LONG_S: f64 = 1.5;
/// Minimum share of voiced frames in speech. Claps, keys and doors have few.
const VOICED_SHARE: f64 = 0.3;
/// Minimum number of frames like a filled pause for a sound to be one. The model omits most filled pauses.
const FILLED_PAUSE_FRAMES: usize = 8;
/// Minimum log-odds of a frame that is like a filled pause.
const FILLED_PAUSE_LOG_ODDS: f32 = 0.0;
/// In sound of at least [`LONG_S`], words with fewer syllables per second than this were invented by the model: the
/// slowest speech has two.
const INVENTED_SYLLABLES_S: f64 = 0.7;
/// Words with at least this confidence are not considered invented.
const INVENTED_CONFIDENCE: f64 = 0.6;

/// Removes the words that the model invented for a sound from `words`, and returns the stretches of `features` in which
/// nobody speaks. `words` are in order, with the model's own times. In the `unread` stretches, somebody spoke but the
/// model lost its place.
pub(super) fn nobody(words: &mut Vec<Word>, unread: &[Span], features: &Features) -> Vec<Span> {
    let groups = long_runs(&features.stretches, words, unread);
    drop_invented(words, &groups);
    let heard_s: Vec<f64> = words.iter().map(heard_s).collect();
    let hoarse = is_hoarse(features, &heard_s);
    let mut nobody: Vec<Span> = Vec::new();
    for group in &groups {
        let confirmed = |s: &Span| is_answer(s, &heard_s, unread);
        let last_s = heard_s.last().copied().unwrap_or_default();
        let inside = heard_s.first().is_some_and(|first_s| *first_s < group[0].start_s) && group[0].start_s < last_s;
        if !group.iter().any(confirmed) && is_nobody(group, &heard_s, features, inside, hoarse) {
            nobody.extend(*group);
        }
    }
    nobody
}

fn heard_s(word: &Word) -> f64 {
    word.span.end_s - BEFORE_END_S.min(word.span.duration_s() / 2.0)
}

/// Returns whether a stretch is speech: a word was heard in it, or the model lost its place there.
fn is_answer(stretch: &Span, heard_s: &[f64], unread: &[Span]) -> bool {
    heard_s.iter().any(|at| stretch.distance_s(*at) <= 0.0) || unread.iter().any(|u| u.overlap_s(stretch) > 0.0)
}

fn whole(group: &[Span]) -> Span {
    Span::new(group[0].start_s, group[group.len() - 1].end_s)
}

/// Groups the stretches by utterance. Within an utterance, a long run of stretches without a word forms a separate
/// group.
fn long_runs<'a>(stretches: &'a [Span], words: &[Word], unread: &[Span]) -> Vec<&'a [Span]> {
    let heard_s: Vec<f64> = words.iter().map(heard_s).collect();
    let has_word = |s: &Span| is_answer(s, &heard_s, unread);
    let mut groups = Vec::new();
    for utterance in stretches.chunk_by(|a, b| !is_pause(b.start_s - a.end_s)) {
        let parts: Vec<&[Span]> = utterance.chunk_by(|a, b| has_word(a) == has_word(b)).collect();
        let is_apart = |part: &&[Span]| !has_word(&part[0]) && whole(part).duration_s() >= LONG_S;
        if parts.len() > 1 && parts.iter().any(is_apart) {
            groups.extend(parts);
        } else {
            groups.push(utterance);
        }
    }
    groups
}

/// Drops the words in a long sound if the model is unsure of all of them and they are too few for its duration.
fn drop_invented(words: &mut Vec<Word>, groups: &[&[Span]]) {
    for group in groups {
        let span = whole(group);
        if span.duration_s() < LONG_S {
            continue;
        }
        let inside = |w: &Word| span.distance_s(heard_s(w)) <= 0.0;
        let here: Vec<&Word> = words.iter().filter(|w| inside(w)).collect();
        let said = here.iter().map(|w| syllables(&w.text)).sum::<usize>() as f64;
        let unsure = here.iter().all(|w| w.confidence < INVENTED_CONFIDENCE && !is_filled_pause(&w.text));
        if !here.is_empty() && unsure && said < INVENTED_SYLLABLES_S * span.duration_s() {
            words.retain(|w| !inside(w));
        }
    }
}

/// Returns whether the words heard were spoken without a pitch: hoarsely, in a whisper, or in a loud room.
fn is_hoarse(features: &Features, heard_s: &[f64]) -> bool {
    let confirmed = features.stretches.iter().filter(|s| heard_s.iter().any(|at| s.distance_s(*at) <= 0.0));
    let frames: Vec<usize> = confirmed.flat_map(|s| speech_frames(s, features)).collect();
    !is_voiced(&frames, features)
}

fn speech_frames(span: &Span, features: &Features) -> Vec<usize> {
    let to = frame_at(span.end_s).min(features.speech.len().saturating_sub(1));
    (frame_at(span.start_s).min(to)..=to).filter(|i| features.speech[*i]).collect()
}

fn is_voiced(frames: &[usize], features: &Features) -> bool {
    let voiced = frames.iter().filter(|i| features.f0_hz[**i].is_some()).count();
    voiced as f64 >= VOICED_SHARE * frames.len() as f64
}

/// Returns whether a group of stretches without a word is not speech. A short sound `inside` the answer is taken for
/// speech: the model's times for an "um" are often wrong by half a second, and a hoarse "um" has no pitch.
fn is_nobody(group: &[Span], heard_s: &[f64], features: &Features, inside: bool, hoarse: bool) -> bool {
    let span = whole(group);
    let frames = speech_frames(&span, features);
    let like_a_filled_pause =
        frames.iter().filter(|i| features.filled_pause_log_odds[**i] >= FILLED_PAUSE_LOG_ODDS).count();
    if span.duration_s() >= LONG_S {
        return 2 * like_a_filled_pause < frames.len();
    }
    if inside || like_a_filled_pause >= FILLED_PAUSE_FRAMES {
        return false;
    }
    // The sound may be a word with a wrong time; without a pitch, it has to be closer to a word.
    let reach_s = if hoarse || is_voiced(&frames, features) { TIME_ERROR_S } else { UNVOICED_REACH_S };
    !heard_s.iter().any(|at| span.distance_s(*at) <= reach_s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::filled_pause::NO_VOICE_LOG_ODDS;

    /// Returns the features of twenty seconds with speech in these stretches, with a pitch if `voiced`.
    fn features(stretches: &[(f64, f64)], voiced: bool) -> Features {
        let mut speech = vec![false; 2_001];
        for (from, to) in stretches {
            speech[frame_at(*from)..=frame_at(*to)].fill(true);
        }
        Features {
            level_db: vec![-20.0; 2_001],
            f0_hz: speech.iter().map(|s| (*s && voiced).then_some(120.0)).collect(),
            filled_pause_log_odds: vec![NO_VOICE_LOG_ODDS; 2_001],
            speech,
            stretches: stretches.iter().map(|(from, to)| Span::new(*from, *to)).collect(),
            sounds: Vec::new(),
            lost: Vec::new(),
            others: Vec::new(),
            nuclei_s: Vec::new(),
            noise_floor_dbfs: Some(-60.0),
            snr_db: Some(40.0),
        }
    }

    fn words(at: &[(&str, f64, f64, f64)]) -> Vec<Word> {
        at.iter()
            .map(|(text, start_s, end_s, confidence)| Word {
                text: (*text).into(),
                span: Span::new(*start_s, *end_s),
                confidence: *confidence,
                filler: false,
            })
            .collect()
    }

    #[test]
    fn long_sound_without_a_word_is_nobody_even_next_to_speech() {
        let mut said = words(&[("We", 0.0, 9.0, 0.9), ("left", 9.0, 9.5, 0.9)]);
        // Four seconds of music and, after a breath, the answer.
        let features = features(&[(1.0, 5.0), (5.13, 7.9), (8.1, 10.0)], true);
        assert_eq!(nobody(&mut said, &[], &features), features.stretches[..2]);
        assert_eq!(said.len(), 2);
    }

    #[test]
    fn a_short_sound_near_a_word_is_one_if_it_is_a_voice() {
        for (voiced, far, is_nobody) in
            [(true, false, false), (true, true, true), (false, false, true), (false, true, true)]
        {
            let at = if far { 4.0 } else { 2.8 };
            let mut features = features(&[(1.0, 2.5), (at, at + 0.3)], voiced);
            features.f0_hz[100..250].fill(Some(120.0));
            let mut said = words(&[("We", 1.0, 1.6, 0.9), ("left", 1.6, 2.55, 0.9)]);
            assert_eq!(nobody(&mut said, &[], &features).len(), usize::from(is_nobody), "{voiced} {far}");
        }
    }

    #[test]
    fn a_short_sound_between_words_is_kept_whatever_its_pitch() {
        for voiced in [true, false] {
            let features = features(&[(1.0, 2.5), (4.0, 4.4), (6.0, 7.0)], voiced);
            let mut said = words(&[("We", 1.0, 2.5, 0.9), ("um,", 4.7, 5.3, 0.6), ("left", 6.0, 6.9, 0.9)]);
            assert!(nobody(&mut said, &[], &features).is_empty(), "{voiced}");
        }
    }

    #[test]
    fn a_hoarse_voice_does_not_lose_its_first_word_for_want_of_a_pitch() {
        let features = features(&[(0.55, 0.9), (1.43, 3.0)], false);
        let mut said = words(&[("Alright,", 0.55, 1.3, 0.6), ("so", 1.33, 2.0, 0.9), ("this", 2.0, 2.9, 0.9)]);
        assert!(nobody(&mut said, &[], &features).is_empty());
    }

    #[test]
    fn a_filled_pause_that_nobody_wrote_is_kept() {
        let mut features = features(&[(1.0, 1.5), (4.0, 6.0)], true);
        features.filled_pause_log_odds[100..150].fill(3.0);
        features.f0_hz[100..150].fill(None);
        let mut said = words(&[("We", 3.0, 4.5, 0.9), ("left", 4.5, 5.9, 0.9)]);
        assert!(nobody(&mut said, &[], &features).is_empty());
    }

    #[test]
    fn a_word_made_up_for_music_goes_and_a_slow_sure_one_stays() {
        let features = features(&[(1.0, 5.0), (8.0, 9.0)], true);
        let mut said = words(&[("you", 1.0, 4.0, 0.4), ("Yes.", 8.0, 8.9, 0.9)]);
        assert_eq!(nobody(&mut said, &[], &features), features.stretches[..1]);
        assert_eq!(said.len(), 1);
        let mut said = words(&[("Well", 1.0, 4.0, 0.9), ("Yes.", 8.0, 8.9, 0.9)]);
        assert!(nobody(&mut said, &[], &features).is_empty());
        assert!(nobody(&mut Vec::new(), &[], &self::features(&[], true)).is_empty());
    }
}
