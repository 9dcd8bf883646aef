//! Voice activity: separates frames of speech from everything else (silence, background noise, breaths, thumps, tones).
//!
//! A frame is active if its level exceeds a threshold between the noise floor and the local speech level, so that
//! neither loud background noise nor a soft passage changes the result. Active stretches without sonorants (vowels,
//! nasals) are breaths, clicks and thumps. They count as speech only if hardly any active frame of the whole recording
//! is sonorant (a whisper).

use super::frames::{BandLevels, SILENCE_DBFS, STEP_S, frame_time_s};
use super::noise_floor::{noise_floor, select_quantile};
use super::pause::MIN_PAUSE_S;
use crate::span::Span;

/// Half the length of the window from which the local speech level is computed, in seconds.
const HALF_WINDOW_S: f64 = 3.0;
/// Spacing of the grid on which the local speech level is computed, in frames.
const GRID_FRAMES: usize = 25;
/// Quantile of the frame levels in the window that defines the local speech level.
const SPEECH_QUANTILE: f64 = 0.95;
/// Distance of the activity threshold above the noise floor, as a share of the distance between noise floor and local
/// speech level.
const THRESHOLD_SHARE: f32 = 0.28;
/// Minimum distance of the threshold above the noise floor, in dB: background noise fluctuates by as much.
const MIN_THRESHOLD_DB: f32 = 3.2;
/// Maximum distance of the threshold above the noise floor, in dB: a higher one would cut off soft word endings.
const MAX_THRESHOLD_DB: f32 = 14.0;
/// Minimum distance of the loud frames above the noise floor, in dB. A recording with a smaller distance contains a
/// steady sound and no speech: syllables and the gaps between them differ by more, even in noise as loud as the voice.
const MIN_RANGE_DB: f32 = 7.0;
/// Minimum duration of an active run, in seconds: shorter ones are clicks.
const MIN_RUN_S: f64 = 0.03;
/// Duration below which an active run without sonorants counts only if its level reaches [`MIN_SHORT_RUN_DB`], in seconds.
const SHORT_RUN_S: f64 = 0.08;
/// Minimum distance of the peak of a short run without sonorants above the threshold, in dB. Below it, the run is
/// background noise that crosses the threshold by chance.
const MIN_SHORT_RUN_DB: f32 = 1.0;
/// Gaps shorter than this are bridged, in seconds: the closure of a stop consonant is part of the speech.
const MAX_BRIDGED_GAP_S: f64 = 0.12;
/// Minimum total duration of sonorants in an utterance, in seconds: half a short vowel.
const MIN_SONORANT_S: f64 = 0.04;
/// Minimum distance of the low band's level above its noise floor in a sonorant frame, in dB.
const MIN_SONORANT_ABOVE_FLOOR_DB: f32 = 8.0;
/// Minimum distance of the low band's level above the high band's in a sonorant frame, in dB: breath and voiceless
/// consonants sound in the high band.
const MIN_SONORANT_TILT_DB: f32 = 3.0;
/// A recording counts as whispered if less than this share of its active frames is sonorant.
const MAX_WHISPER_SONORANT_SHARE: f64 = 0.08;

/// Voice activity, per frame and as time spans.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Whether somebody speaks, for every frame (10 ms apart).
    pub speech: Vec<bool>,
    /// The stretches of speech, in order and at least 0.12 s apart; empty if nobody speaks.
    pub stretches: Vec<Span>,
}

/// Returns, for every frame, whether it is sonorant: a vowel or a nasal.
///
/// A sonorant frame is voiced or, if creak or noise leaves no measurable F0, has most of its power in the band where
/// vowels have their strongest resonance, well above the noise floor of that band.
pub fn sonorants(levels: &BandLevels, f0_hz: &[Option<f32>]) -> Vec<bool> {
    let low_floor = noise_floor(&levels.low_db);
    (0..f0_hz.len())
        .map(|i| {
            let low = levels.low_db[i];
            f0_hz[i].is_some()
                || (low > low_floor[i] + MIN_SONORANT_ABOVE_FLOOR_DB && low > levels.high_db[i] + MIN_SONORANT_TILT_DB)
        })
        .collect()
}

/// Finds the speech in frames of `level_db` (dBFS in the speech band) over `floor_db` (dBFS).
///
/// All three tracks have the same length. The speech level ignores frames of digital silence, among them those that
/// were set to it because a sound other than a voice covers them.
pub fn activity(level_db: &[f32], floor_db: &[f32], sonorant: &[bool]) -> Activity {
    let smooth = smoothed(level_db);
    let speech_level = local_speech_level(&smooth);
    let sounding = smooth.iter().zip(floor_db).filter(|(l, _)| **l > SILENCE_DBFS);
    let mut range: Vec<f32> = sounding.map(|(l, f)| l - f).collect();
    if range.is_empty() || select_quantile(&mut range, 0.97) < MIN_RANGE_DB {
        return Activity { speech: vec![false; level_db.len()], stretches: Vec::new() };
    }
    let above: Vec<f32> = (0..smooth.len())
        .map(|i| {
            let threshold = THRESHOLD_SHARE * (speech_level[i] - floor_db[i]);
            smooth[i] - floor_db[i] - threshold.clamp(MIN_THRESHOLD_DB, MAX_THRESHOLD_DB)
        })
        .collect();
    let active: Vec<bool> = above.iter().map(|a| *a > 0.0).collect();
    let mut runs = runs(&active);
    runs.retain(|&(from, to)| {
        let (length_s, loudest) = ((to - from) as f64 * STEP_S, above[from..to].iter().copied().fold(0.0, f32::max));
        length_s >= MIN_RUN_S - 1e-9
            && (length_s >= SHORT_RUN_S || loudest >= MIN_SHORT_RUN_DB || sonorant[from..to].contains(&true))
    });
    let runs = joined(&runs, MAX_BRIDGED_GAP_S);
    let whispered = is_whispered(&runs, sonorant);
    let sonorous = |runs: &[(usize, usize)]| runs.iter().map(|(from, to)| count(&sonorant[*from..*to])).sum::<usize>();
    let mut spoken: Vec<(usize, usize)> = utterances(&runs)
        .filter(|utterance| whispered || (sonorous(utterance) as f64) * STEP_S >= MIN_SONORANT_S)
        .flatten()
        .copied()
        .collect();
    // Whether the last burst of a word ("thanks"), or a click before the first word, crosses the threshold is chance.
    // So the speech begins and ends with a run that contains sonorants.
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

/// Returns the levels smoothed over three frames: the mean power of each frame and its two neighbours, in dB.
fn smoothed(level_db: &[f32]) -> Vec<f32> {
    let power: Vec<f32> = level_db.iter().map(|l| 10f32.powf(l / 10.0)).collect();
    (0..power.len())
        .map(|i| {
            let window = &power[i.saturating_sub(1)..(i + 2).min(power.len())];
            10.0 * (window.iter().sum::<f32>() / window.len() as f32).log10()
        })
        .collect()
}

/// Returns the local speech level for every frame, in dBFS.
fn local_speech_level(level_db: &[f32]) -> Vec<f32> {
    let half_window = (HALF_WINDOW_S / STEP_S) as usize;
    let mut window = Vec::with_capacity(2 * half_window + 1);
    let grid: Vec<f32> = (0..level_db.len().div_ceil(GRID_FRAMES))
        .map(|g| {
            let centre = g * GRID_FRAMES;
            window.clear();
            let near = &level_db[centre.saturating_sub(half_window)..(centre + half_window + 1).min(level_db.len())];
            window.extend(near.iter().filter(|l| **l > SILENCE_DBFS));
            if window.is_empty() { SILENCE_DBFS } else { select_quantile(&mut window, SPEECH_QUANTILE) }
        })
        .collect();
    (0..level_db.len()).map(|i| grid[i / GRID_FRAMES]).collect()
}

/// Returns the runs of `true` as half-open index ranges.
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

/// Groups consecutive runs with less than a pause between them.
fn utterances(runs: &[(usize, usize)]) -> impl Iterator<Item = &[(usize, usize)]> {
    runs.chunk_by(|a, b| ((b.0 - a.1) as f64) * STEP_S < MIN_PAUSE_S)
}

fn count(flags: &[bool]) -> usize {
    flags.iter().filter(|f| **f).count()
}

fn is_whispered(runs: &[(usize, usize)], sonorant: &[bool]) -> bool {
    let active: usize = runs.iter().map(|(from, to)| to - from).sum();
    let sonorous: usize = runs.iter().map(|(from, to)| count(&sonorant[*from..*to])).sum();
    (sonorous as f64) < MAX_WHISPER_SONORANT_SHARE * active as f64
}
