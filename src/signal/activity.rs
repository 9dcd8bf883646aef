//! Voice activity: separates frames of speech from everything else (silence, background noise, breaths, thumps, tones).
//!
//! A frame is active when its level exceeds the noise floor by a share of the distance between the floor and the level
//! of the speech around it, so that neither loud background noise nor a soft passage changes the result. Active
//! stretches with nothing sonorant in them (vowels, nasals) are breaths, clicks and thumps, not speech; they count as
//! speech only where a whole recording has hardly anything sonorant (a whisper).

use super::frames::{Levels, SILENCE_DBFS, STEP_S, frame_time_s};
use super::noise_floor::{noise_floor, pick};
use super::pause::SHORTEST_PAUSE_S;
use crate::span::Span;

/// Half of the window over which a frame's local speech level is computed, in seconds.
const REACH_S: f64 = 3.0;
/// Spacing of the grid on which the local speech level is computed, in frames.
const GRID: usize = 25;
/// Quantile of the nearby frame levels that defines the local speech level.
const LOUD_SHARE: f64 = 0.95;
/// Distance of the threshold from the floor, as a share of the distance from the floor to the speech level.
const THRESHOLD_SHARE: f32 = 0.28;
/// Minimum distance of the threshold from the floor, in dB: the floor itself fluctuates by this much.
const NEAREST_DB: f32 = 3.2;
/// Maximum distance of the threshold from the floor, in dB: soft word endings are speech.
const FARTHEST_DB: f32 = 14.0;
/// Minimum distance from the floor to the loud frames, in dB. A recording with less holds a steady sound and no speech:
/// syllables and the gaps between them differ by more, even in noise as loud as the voice.
const LEAST_RANGE_DB: f32 = 7.0;
/// Shortest burst, in seconds: shorter ones are clicks.
const SHORTEST_BURST_S: f64 = 0.03;
/// Duration below which a sound with nothing sonorant in it counts only if it reaches [`FLICKER_DB`], in seconds.
const FLICKER_S: f64 = 0.08;
/// Distance above the threshold that such a short sound must reach, in dB. One that does not is background noise that
/// crosses the threshold by chance.
const FLICKER_DB: f32 = 1.0;
/// Gaps shorter than this belong to the sound around them (the closure of a stop consonant), in seconds.
const CLOSURE_S: f64 = 0.12;
/// Minimum duration of sonorant sound in an utterance, in seconds: half a short vowel.
const LEAST_SONORANT_S: f64 = 0.04;
/// Minimum distance of a vowel's low band above the noise floor of that band, in dB.
const SONORANT_CLEAR_DB: f32 = 8.0;
/// Minimum distance of a vowel's low band above its high band, where breath and consonants sound, in dB.
const SONORANT_TILT_DB: f32 = 3.0;
/// A recording counts as whispered when less than this share of its active frames is sonorant.
const WHISPER_SHARE: f64 = 0.08;

/// Speech activity, frame by frame and as stretches.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Whether somebody speaks, for every frame (10 ms apart).
    pub speech: Vec<bool>,
    /// The same as stretches in order, at least 0.12 s apart; empty where nobody speaks.
    pub stretches: Vec<Span>,
}

/// Returns, for every frame, whether it sounds like a vowel or a nasal.
///
/// Such a frame is voiced or, for voices too creaky or too masked for a measurable F0, has most of its power in the
/// band where vowels have their strongest resonance, well above the noise floor of that band.
pub fn sonorants(levels: &Levels, f0_hz: &[Option<f32>]) -> Vec<bool> {
    let low_floor = noise_floor(&levels.low_db);
    (0..f0_hz.len())
        .map(|i| {
            let low = levels.low_db[i];
            f0_hz[i].is_some() || (low > low_floor[i] + SONORANT_CLEAR_DB && low > levels.high_db[i] + SONORANT_TILT_DB)
        })
        .collect()
}

/// Finds the speech in frames of `level_db` (dBFS in the speech band) over `floor_db` (dBFS).
///
/// All three tracks have the same length. Frames of digital silence are left out of the speech level, and so are frames
/// that were set to digital silence because another sound covers them.
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
    // answer begins and ends with a sound that has some voice in it.
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

/// Returns the mean power of each frame and its two neighbours, in dB.
fn smoothed(level_db: &[f32]) -> Vec<f32> {
    let power: Vec<f32> = level_db.iter().map(|l| 10f32.powf(l / 10.0)).collect();
    (0..power.len())
        .map(|i| {
            let around = &power[i.saturating_sub(1)..(i + 2).min(power.len())];
            10.0 * (around.iter().sum::<f32>() / around.len() as f32).log10()
        })
        .collect()
}

/// Returns the level of the speech around every frame, in dBFS.
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

/// Returns the stretches of `true` as half-open frame ranges.
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

/// Groups the runs that have less than a pause between them.
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
