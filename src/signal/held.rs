//! Held sounds: vowels and nasals that hardly change, as in "uuh" and "mmm".
//!
//! M. Goto, K. Itou and S. Hayamizu, "A real-time filled pause detection system for spontaneous speech recognition",
//! Eurospeech 1999: in a filled pause the pitch hardly moves, and the spectral envelope hardly moves.

use super::frames::{BANDS, Levels};
use super::noise_floor::pick;

/// The pitch of a held sound moves less than this from one frame to the next, in semitones.
const STEADY_SEMITONES: f64 = 1.5;
/// The envelope of a held sound changes less than this within [`APART`] frames to either side, in dB (root mean square
/// over the bands). Half of the frames of filled pauses lie below, and a quarter of those of other speech.
const STEADY_DB: f32 = 3.5;
/// Half of the distance over which the envelope is compared, in frames.
const APART: usize = 3;
/// What lies within this of the room's own sound in a band is counted as that, in dB.
const ROOM_DB: f32 = 4.0;
/// The share of frames below the room's own sound in a band.
const QUIET_SHARE: f64 = 0.1;

/// For every frame, whether it is part of a held sound: a steady voice, or, where the voice has no measurable pitch, a
/// sonorant whose envelope stands still.
pub fn held(levels: &Levels, f0_hz: &[Option<f32>], sonorant: &[bool]) -> Vec<bool> {
    let change_db = envelope_change_db(&levels.bands_db);
    (0..f0_hz.len())
        .map(|i| match (f0_hz[i], i.checked_sub(1).and_then(|b| f0_hz[b])) {
            (Some(f0), Some(before)) => (12.0 * f64::from(f0 / before).log2()).abs() < STEADY_SEMITONES,
            (Some(_), None) => true,
            (None, _) => sonorant[i] && change_db[i] < STEADY_DB,
        })
        .collect()
}

/// How much the envelope changes around every frame, in dB; infinite at the recording's ends.
fn envelope_change_db(bands_db: &[[f32; BANDS]]) -> Vec<f32> {
    let mut floor = [f32::NEG_INFINITY; BANDS];
    for (b, floor) in floor.iter_mut().enumerate() {
        let mut band: Vec<f32> = bands_db.iter().map(|frame| frame[b]).collect();
        if !band.is_empty() {
            *floor = pick(&mut band, QUIET_SHARE) + ROOM_DB;
        }
    }
    let smooth = |i: usize, b: usize| (i - 1..=i + 1).map(|k| bands_db[k][b].max(floor[b])).sum::<f32>() / 3.0;
    let margin = APART + 1;
    (0..bands_db.len())
        .map(|i| {
            if i < margin || i + margin >= bands_db.len() {
                return f32::INFINITY;
            }
            let square = |b| (smooth(i + APART, b) - smooth(i - APART, b)).powi(2);
            ((0..BANDS).map(square).sum::<f32>() / BANDS as f32).sqrt()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::signal::{Features, synth};

    fn share_held(samples: &[f32]) -> f64 {
        let held = Features::of(samples).held;
        held[10..held.len() - 10].iter().filter(|h| **h).count() as f64 / (held.len() - 20) as f64
    }

    #[test]
    fn a_steady_voice_is_held_and_noise_is_not() {
        assert!(share_held(&synth::voice(|_| 110.0, -12.0, 1.0)) > 0.95);
        assert!(share_held(&synth::noise(-20.0, 1.0)) < 0.1);
        assert_eq!(share_held(&vec![0.0; 16_000]), 0.0);
    }
}
