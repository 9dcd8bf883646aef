//! Syllable nuclei: the loud, sonorant middles of syllables, one per syllable.
//!
//! Method: N. H. de Jong and T. Wempe, "Praat script to detect syllable nuclei and measure speech rate automatically",
//! Behavior Research Methods 41 (2009): peaks of the intensity contour that stand high enough, with a dip before and
//! after them, kept if sonorant. (The paper keeps them if voiced, but a creaky voice has vowels without a measurable
//! F0.)

use super::noise_floor::pick;

/// Maximum distance of a nucleus below the loudest speech (99th percentile), in dB (de Jong and Wempe: 25).
const DEPTH_DB: f32 = 25.0;
/// The dip that separates two nuclei, in dB (de Jong and Wempe: 2 for recordings with noise, 4 for clean ones).
const DIP_DB: f32 = 2.0;
/// Number of frames before and after each frame that the contour is smoothed over, weighted by a raised cosine.
const SMOOTHING: usize = 1;
/// Maximum distance from a peak to a sonorant frame, in frames.
const NEAR: usize = 2;

/// Returns the frames that are syllable nuclei, in order.
///
/// `level_db` is the level of the speech band in dBFS, `sonorant` tells where a vowel or nasal sounds and `speech`
/// where somebody speaks, all 10 ms apart. Silence has no nuclei.
pub fn nuclei(level_db: &[f32], sonorant: &[bool], speech: &[bool]) -> Vec<usize> {
    let contour = smoothed(level_db);
    let mut spoken: Vec<f32> = contour.iter().zip(speech).filter(|(_, s)| **s).map(|(l, _)| *l).collect();
    if spoken.is_empty() {
        return Vec::new();
    }
    let threshold = pick(&mut spoken, 0.99) - DEPTH_DB;
    let mut nuclei = Vec::new();
    // `peak` is the highest frame since the last dip that was deep enough, `valley` the lowest level since the last
    // nucleus.
    let mut peak: Option<usize> = None;
    let mut valley = f32::INFINITY;
    for (i, level) in contour.iter().enumerate() {
        match peak {
            None => {
                valley = valley.min(*level);
                if *level >= valley + DIP_DB {
                    peak = Some(i);
                }
            }
            Some(top) if *level > contour[top] => peak = Some(i),
            Some(top) if *level <= contour[top] - DIP_DB => {
                nuclei.push(top);
                (peak, valley) = (None, *level);
            }
            Some(_) => {}
        }
    }
    nuclei.extend(peak);
    nuclei.retain(|i| contour[*i] > threshold && speech[*i] && sonorant_near(sonorant, *i));
    nuclei
}

/// Returns whether a frame within [`NEAR`] frames is sonorant: the loudest frame of a vowel can be its onset.
fn sonorant_near(sonorant: &[bool], i: usize) -> bool {
    sonorant[i.saturating_sub(NEAR)..(i + NEAR + 1).min(sonorant.len())].contains(&true)
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
