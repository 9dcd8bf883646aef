//! Where somebody speaks: frames of speech against everything else (silence, room, breaths, thumps, tones).
//!
//! A frame is active when its level stands clear of the noise floor, by a share of the distance between the floor
//! and the speech around it, so that neither a loud room nor a soft passage moves the verdict. Active stretches
//! without anything sonorant in them (vowels, nasals) are breaths, clicks and thumps, and no speech; only where a
//! whole recording has hardly anything sonorant (a whisper) do they count.

use super::frames::{Levels, SILENCE_DBFS, STEP_S, frame_time_s};
use super::noise_floor::{noise_floor, pick};
use super::pause::SHORTEST_PAUSE_S;
use crate::span::Span;

/// Half of the stretch whose speech level counts for a frame, in seconds.
const REACH_S: f64 = 3.0;
/// The local speech level is computed once per this many frames.
const GRID: usize = 25;
/// The share of frames below the local speech level.
const LOUD_SHARE: f64 = 0.95;
/// The threshold lies this share of the way from the floor to the speech level ...
const THRESHOLD_SHARE: f32 = 0.28;
/// ... but never nearer to the floor, in dB: the floor itself flickers by this much ...
const NEAREST_DB: f32 = 3.2;
/// ... and never farther: soft word ends are speech.
const FARTHEST_DB: f32 = 14.0;
/// A recording whose loud frames stand less than this above its floor, in dB, holds a steady sound and no speech:
/// syllables and the gaps between them differ by more, even in noise as loud as the voice.
const LEAST_RANGE_DB: f32 = 7.0;
/// Shorter bursts are clicks, in seconds.
const SHORTEST_BURST_S: f64 = 0.03;
/// A sound shorter than this, in seconds, with nothing sonorant in it ...
const FLICKER_S: f64 = 0.08;
/// ... that never stands this far above the threshold, in dB, is the room: whether it crosses at all is chance.
const FLICKER_DB: f32 = 1.0;
/// Gaps up to this are inside a sound (the closure of a stop consonant), in seconds.
const CLOSURE_S: f64 = 0.12;
/// The least sonorant sound in an utterance, in seconds: half a short vowel.
const LEAST_SONORANT_S: f64 = 0.04;
/// How far a vowel's low resonance stands above the room's sound in that band, in dB ...
const SONORANT_CLEAR_DB: f32 = 8.0;
/// ... and above its own sound in the band of breath and consonants, in dB.
const SONORANT_TILT_DB: f32 = 3.0;
/// A recording where less than this share of the active frames is sonorant is whispered.
const WHISPER_SHARE: f64 = 0.08;

/// Speech and its absence, frame by frame and as stretches.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// For every frame (10 ms apart): does somebody speak?
    pub speech: Vec<bool>,
    /// The same as stretches in order, with at least 0.12 s between them; empty where nobody speaks.
    pub stretches: Vec<Span>,
}

/// Which frames sound like a vowel or a nasal: voiced, or, for voices too creaky or too masked for a measurable F0,
/// with most of their sound where vowels have their strongest resonance, clear of the room's own sound there.
pub fn sonorants(levels: &Levels, f0_hz: &[Option<f32>]) -> Vec<bool> {
    let low_floor = noise_floor(&levels.low_db);
    (0..f0_hz.len())
        .map(|i| {
            let low = levels.low_db[i];
            f0_hz[i].is_some() || (low > low_floor[i] + SONORANT_CLEAR_DB && low > levels.high_db[i] + SONORANT_TILT_DB)
        })
        .collect()
}

/// Finds the speech in frames of `level_db` (dBFS in the speech band) over `floor_db` (dBFS); all three tracks are
/// of one length. Frames of digital silence, or set to it because something else sounds there, tell nothing of how loud speech is.
pub fn activity(level_db: &[f32], floor_db: &[f32], sonorant: &[bool]) -> Activity {
    let smooth = smoothed(level_db);
    let speech_level = local_speech_level(&smooth);
    let sounding = smooth.iter().zip(floor_db).filter(|(l, _)| **l > SILENCE_DBFS);
    let mut range: Vec<f32> = sounding.map(|(l, f)| l - f).collect();
    if range.is_empty() || pick(&mut range, 0.97) < LEAST_RANGE_DB {
        return Activity { speech: vec![false; level_db.len()], stretches: Vec::new() };
    }
    let above: Vec<f32> = (0..smooth.len())
        .map(|i| {
            let clear = THRESHOLD_SHARE * (speech_level[i] - floor_db[i]);
            smooth[i] - floor_db[i] - clear.clamp(NEAREST_DB, FARTHEST_DB)
        })
        .collect();
    let active: Vec<bool> = above.iter().map(|a| *a > 0.0).collect();
    let mut runs = runs(&active);
    runs.retain(|&(from, to)| {
        let (length_s, loudest) = ((to - from) as f64 * STEP_S, above[from..to].iter().copied().fold(0.0, f32::max));
        length_s >= SHORTEST_BURST_S - 1e-9
            && (length_s >= FLICKER_S || loudest >= FLICKER_DB || sonorant[from..to].contains(&true))
    });
    let runs = joined(&runs, CLOSURE_S);
    let whispered = is_whispered(&runs, sonorant);
    let sonorous = |runs: &[(usize, usize)]| runs.iter().map(|(from, to)| count(&sonorant[*from..*to])).sum::<usize>();
    let mut spoken: Vec<(usize, usize)> = utterances(&runs)
        .filter(|utterance| whispered || (sonorous(utterance) as f64) * STEP_S >= LEAST_SONORANT_S)
        .flatten()
        .copied()
        .collect();
    // Whether the last burst of a word ("thanks"), or a click before the first, crosses the threshold is chance: the
    // answer begins and ends with sound that has something of a voice in it.
    if !whispered {
        while spoken.first().is_some_and(|run| sonorous(&[*run]) == 0) {
            spoken.remove(0);
        }
        while spoken.last().is_some_and(|run| sonorous(&[*run]) == 0) {
            spoken.pop();
        }
    }
    let mut speech = vec![false; level_db.len()];
    let mut stretches = Vec::new();
    for (from, to) in spoken {
        speech[from..to].fill(true);
        stretches.push(Span::new(frame_time_s(from), frame_time_s(to - 1)));
    }
    Activity { speech, stretches }
}

/// The mean power of each frame and its two neighbours, in dB.
fn smoothed(level_db: &[f32]) -> Vec<f32> {
    let power: Vec<f32> = level_db.iter().map(|l| 10f32.powf(l / 10.0)).collect();
    (0..power.len())
        .map(|i| {
            let around = &power[i.saturating_sub(1)..(i + 2).min(power.len())];
            10.0 * (around.iter().sum::<f32>() / around.len() as f32).log10()
        })
        .collect()
}

/// How loud the speech around every frame is, in dBFS.
fn local_speech_level(level_db: &[f32]) -> Vec<f32> {
    let reach = (REACH_S / STEP_S) as usize;
    let mut around = Vec::with_capacity(2 * reach + 1);
    let grid: Vec<f32> = (0..level_db.len().div_ceil(GRID))
        .map(|g| {
            let centre = g * GRID;
            around.clear();
            let near = &level_db[centre.saturating_sub(reach)..(centre + reach + 1).min(level_db.len())];
            around.extend(near.iter().filter(|l| **l > SILENCE_DBFS));
            if around.is_empty() { SILENCE_DBFS } else { pick(&mut around, LOUD_SHARE) }
        })
        .collect();
    (0..level_db.len()).map(|i| grid[i / GRID]).collect()
}

/// The stretches of `true`, as half-open frame ranges.
pub(super) fn runs(flags: &[bool]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    for (i, on) in flags.iter().chain([&false]).enumerate() {
        match (on, start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                runs.push((from, i));
                start = None;
            }
            _ => {}
        }
    }
    runs
}

fn joined(runs: &[(usize, usize)], gap_s: f64) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for run in runs {
        match out.last_mut() {
            Some(last) if (run.0 - last.1) as f64 * STEP_S < gap_s => last.1 = run.1,
            _ => out.push(*run),
        }
    }
    out
}

/// Groups of runs with less than a pause between them.
fn utterances(runs: &[(usize, usize)]) -> impl Iterator<Item = &[(usize, usize)]> {
    runs.chunk_by(|a, b| ((b.0 - a.1) as f64) * STEP_S < SHORTEST_PAUSE_S)
}

fn count(flags: &[bool]) -> usize {
    flags.iter().filter(|f| **f).count()
}

fn is_whispered(runs: &[(usize, usize)], sonorant: &[bool]) -> bool {
    let active: usize = runs.iter().map(|(from, to)| to - from).sum();
    let sonorous: usize = runs.iter().map(|(from, to)| count(&sonorant[*from..*to])).sum();
    (sonorous as f64) < WHISPER_SHARE * active as f64
}
