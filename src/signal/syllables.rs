//! Detects syllable nuclei: the loud, sonorant middles of syllables, one per syllable.
//!
//! Method: N. H. de Jong and T. Wempe, "Praat script to detect syllable nuclei and measure speech rate automatically",
//! Behavior Research Methods 41 (2009): peaks of the intensity contour above a threshold, with a dip before and after
//! them, that are sonorant. (The paper requires them to be voiced, but a creaky voice has vowels without a measurable
//! F0.)

use super::noise_floor::select_quantile;

/// Maximum distance of a nucleus below the loud speech (its 0.99 quantile), in dB (de Jong and Wempe: 25).
const MAX_DEPTH_DB: f32 = 25.0;
/// Minimum depth of the dip between two nuclei, in dB (de Jong and Wempe: 2 for recordings with noise, 4 for clean
/// ones).
const MIN_DIP_DB: f32 = 2.0;
/// Half-width of the raised-cosine kernel that smooths the contour, in frames.
const SMOOTHING: usize = 1;
/// Maximum distance of a nucleus from a sonorant frame, in frames.
const MAX_SONORANT_DISTANCE: usize = 2;

/// Returns the indices of the frames that are syllable nuclei, in order.
///
/// `level_db` is the level of the speech band in dBFS, `sonorant` tells where a vowel or nasal sounds and `speech`
/// where somebody speaks, all 10 ms apart. Silence has no nuclei.
pub fn nuclei(level_db: &[f32], sonorant: &[bool], speech: &[bool]) -> Vec<usize> {
    let contour = smoothed(level_db);
    let mut spoken: Vec<f32> = contour.iter().zip(speech).filter(|(_, s)| **s).map(|(l, _)| *l).collect();
    if spoken.is_empty() {
        return Vec::new();
    }
    let threshold = select_quantile(&mut spoken, 0.99) - MAX_DEPTH_DB;
    let mut nuclei = Vec::new();
    // `peak` is the loudest frame since the last rise by [`MIN_DIP_DB`], `valley` the lowest level since the last nucleus.
    let mut peak: Option<usize> = None;
    let mut valley = f32::INFINITY;
    for (i, level) in contour.iter().enumerate() {
        match peak {
            None => {
                valley = valley.min(*level);
                if *level >= valley + MIN_DIP_DB {
                    peak = Some(i);
                }
            }
            Some(top) if *level > contour[top] => peak = Some(i),
            Some(top) if *level <= contour[top] - MIN_DIP_DB => {
                nuclei.push(top);
                (peak, valley) = (None, *level);
            }
            Some(_) => {}
        }
    }
    nuclei.extend(peak);
    nuclei.retain(|i| contour[*i] > threshold && speech[*i] && is_near_sonorant(sonorant, *i));
    nuclei
}

/// Returns whether a frame within [`MAX_SONORANT_DISTANCE`] frames of frame `i` is sonorant: the loudest frame of a vowel can be its
/// onset.
fn is_near_sonorant(sonorant: &[bool], i: usize) -> bool {
    sonorant[i.saturating_sub(MAX_SONORANT_DISTANCE)..(i + MAX_SONORANT_DISTANCE + 1).min(sonorant.len())]
        .contains(&true)
}

fn smoothed(level_db: &[f32]) -> Vec<f32> {
    let weights: Vec<f32> = (0..=2 * SMOOTHING)
        .map(|k| {
            let x = (k as f32 - SMOOTHING as f32) / (SMOOTHING as f32 + 1.0);
            0.5 + 0.5 * (std::f32::consts::PI * x).cos()
        })
        .collect();
    (0..level_db.len())
        .map(|i| {
            let (mut sum, mut weight) = (0.0, 0.0);
            for (k, w) in weights.iter().enumerate() {
                if let Some(level) = (i + k).checked_sub(SMOOTHING).and_then(|at| level_db.get(at)) {
                    sum += w * 10f32.powf(level / 10.0);
                    weight += w;
                }
            }
            10.0 * (sum / weight).log10()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::audio::Speech;
    use crate::signal::{Features, synth};

    #[test]
    fn gated_syllables_are_counted() {
        for (rate, seconds) in [(2.0, 6.0), (4.0, 6.0), (5.0, 6.0)] {
            let samples = synth::mix(&synth::syllables(rate, -12.0, seconds), &synth::noise(-70.0, seconds + 1.0));
            let found = Features::of(&Speech::of(&samples)).nuclei_s.len() as f64;
            assert!((found - rate * seconds).abs() <= 1.0, "{found} at {rate} a second for {seconds} s");
        }
    }

    #[test]
    fn a_held_vowel_is_one_syllable_and_silence_none() {
        let mut samples = synth::noise(-70.0, 1.0);
        samples.extend(synth::voice(|_| 130.0, -12.0, 1.0));
        samples.extend(synth::noise(-70.0, 1.0));
        let samples = synth::mix(&samples, &synth::noise(-70.0, 3.0));
        assert_eq!(Features::of(&Speech::of(&samples)).nuclei_s.len(), 1);
        assert!(Features::of(&Speech::of(&[0.0; 32_000])).nuclei_s.is_empty());
    }
}
