//! Detects tones that are not a voice: beeps, dialling and ringing tones, chords, notes of hold music.
//!
//! A tone consists of a few partials that keep their frequency; a voice never does. The phase difference of a strong
//! spectral line between two frames gives its frequency to a fraction of a hertz (J. Flanagan and R. Golden, "Phase
//! vocoder", Bell System Technical Journal 45, 1966), which shows whether the frequency is still the same 50 ms later.
//! In 90,000 frames of 60 recordings of people (read, free and acted speech, including drawn-out "um") and of
//! synthesized voices, no stretch of 0.15 s has more than [`TONAL_SHARE`] of its power in steady lines; nine tenths of
//! the tones, chords and plucked notes have.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::activity::runs;
use super::frames::{HOP, SILENCE_DBFS, SPEECH_BAND_HZ, frame_count, hann, window_at};
use super::noise_floor::noise_floor;
use crate::audio::{SPEECH_RATE_HZ, Speech};

/// Samples in a window: 64 ms, which resolves tones 60 Hz apart.
const WINDOW: usize = 1_024;
/// Distance of the earlier and the later frame in which a line is searched for again, in frames.
const COMPARED_FRAMES: usize = 5;
/// Maximum change of frequency of a steady line, as a share of the frequency; [`MAX_DRIFT_HZ`] applies if it is
/// larger.
const MAX_DRIFT_SHARE: f32 = 0.002;
/// Maximum change of frequency of a steady line, in hertz, at low frequencies.
const MAX_DRIFT_HZ: f32 = 0.5;
/// Maximum factor by which the power of a steady line may rise or fall: notes decay.
const MAX_POWER_RATIO: f32 = 4.0;
/// Minimum power of a line, as a share of the frame's strongest bin.
const MIN_LINE_SHARE: f32 = 1e-3;
/// Number of bins on either side of a line that belong to it: half the width of the window's main lobe.
const HALF_LOBE_BINS: usize = 2;
/// Share of a frame's power in steady lines above which the frame is tonal.
const TONAL_SHARE: f32 = 0.85;
/// Minimum number of consecutive tonal frames in a tone (0.15 s).
const MIN_TONE_FRAMES: usize = 15;
/// Number of frames by which a tone is extended at either end: their windows contain only a part of the tone.
const EDGE_FRAMES: usize = 3;
/// Minimum distance of a tone above the noise floor, in dB. A softer tone is background hum.
const MIN_ABOVE_FLOOR_DB: f32 = 6.0;

/// Returns, for every frame, whether a tone sounds in it; background hum does not count. `level_db` is the level of the
/// speech band.
pub(super) fn tones(sound: &Speech, level_db: &[f32]) -> Vec<bool> {
    let share = steady_shares(sound);
    let tonal: Vec<bool> = share.iter().map(|s| *s > TONAL_SHARE).collect();
    let mut tones = vec![false; share.len()];
    for (from, to) in runs(&tonal) {
        if to - from >= MIN_TONE_FRAMES {
            tones[from.saturating_sub(EDGE_FRAMES)..(to + EDGE_FRAMES).min(share.len())].fill(true);
        }
    }
    let masked = masked(level_db, &tones);
    if !tones.contains(&true) || masked.iter().all(|l| *l <= SILENCE_DBFS) {
        return tones;
    }
    let floor = noise_floor(&masked);
    for (from, to) in runs(&tones) {
        let stands_out = (from..to).filter(|i| level_db[*i] >= floor[*i] + MIN_ABOVE_FLOOR_DB).count();
        if 2 * stands_out < to - from {
            tones[from..to].fill(false);
        }
    }
    tones
}

/// Returns the levels in dBFS, with [`SILENCE_DBFS`] in the frames that `masked` marks.
pub(super) fn masked(level_db: &[f32], masked: &[bool]) -> Vec<f32> {
    level_db.iter().zip(masked).map(|(l, masked)| if *masked { SILENCE_DBFS } else { *l }).collect()
}

/// Returns, for every frame, the share (0 to 1) of its power in steady lines: those with the same frequency in an
/// earlier or a later frame.
fn steady_shares(sound: &Speech) -> Vec<f32> {
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
    let (mut frame, mut scratch) = (fft.make_input_vec(), fft.make_scratch_vec());
    let window = hann(WINDOW);
    let frames = frame_count(sound.len());
    // A ring buffer of spectra: from the one before the earlier frame up to the later frame.
    let mut recent: Vec<Spectrum> = (0..2 * COMPARED_FRAMES + 2).map(|_| Spectrum(fft.make_output_vec())).collect();
    let mut share = vec![0.0; frames];
    for next in 0..frames + COMPARED_FRAMES {
        let slot = next % recent.len();
        if next < frames {
            window_at(sound, next, &mut frame);
            frame.iter_mut().zip(&window).for_each(|(x, w)| *x *= w);
            fft.process_with_scratch(&mut frame, &mut recent[slot].0, &mut scratch)
                .expect("buffers made by the plan fit it");
        } else {
            recent[slot].0.fill(Complex::default());
        }
        if let Some(i) = next.checked_sub(COMPARED_FRAMES) {
            let at = |frame: usize| FramePair {
                here: &recent[frame % recent.len()],
                before: &recent[(frame + recent.len() - 1) % recent.len()],
            };
            let earlier = i.checked_sub(COMPARED_FRAMES).filter(|frame| *frame > 0).map(at);
            share[i] = if i == 0 { 0.0 } else { steady_share(&at(i), earlier.as_ref(), &at(next)) };
        }
    }
    share
}

/// The spectrum of one frame.
struct Spectrum(Vec<Complex<f32>>);

/// The spectra of a frame and of the previous frame, whose phase differences give the frequencies of lines.
struct FramePair<'a> {
    here: &'a Spectrum,
    before: &'a Spectrum,
}

impl FramePair<'_> {
    fn power(&self, bin: usize) -> f32 {
        self.here.0[bin].norm_sqr()
    }

    /// Returns the frequency of the line in a bin, in hertz, from its phase advance since the preceding frame.
    fn hz(&self, bin: usize) -> f32 {
        use std::f32::consts::{PI, TAU};
        let went = (self.here.0[bin] * self.before.0[bin].conj()).arg();
        let expected = TAU * (bin * HOP) as f32 / WINDOW as f32;
        let off = (went - expected + PI).rem_euclid(TAU) - PI;
        let rate_hz = SPEECH_RATE_HZ as f32;
        bin as f32 * rate_hz / WINDOW as f32 + off * rate_hz / (TAU * HOP as f32)
    }

    /// Returns whether this frame too has a line of the frequency `hz` and about the power `power` near `bin`.
    fn has_line(&self, bin: usize, hz: f32, power: f32) -> bool {
        let nearest = (bin - 1..=bin + 1).max_by(|a, b| self.power(*a).total_cmp(&self.power(*b))).unwrap_or(bin);
        let faded = self.power(nearest) / power;
        (1.0 / MAX_POWER_RATIO..MAX_POWER_RATIO).contains(&faded)
            && (self.hz(nearest) - hz).abs() <= (MAX_DRIFT_SHARE * hz).max(MAX_DRIFT_HZ)
    }
}

fn steady_share(here: &FramePair<'_>, earlier: Option<&FramePair<'_>>, later: &FramePair<'_>) -> f32 {
    let bin = |hz: f64| (hz * WINDOW as f64 / f64::from(SPEECH_RATE_HZ)) as usize;
    let (low, high) = (bin(SPEECH_BAND_HZ.0), bin(SPEECH_BAND_HZ.1));
    let powers: Vec<f32> = (low - HALF_LOBE_BINS..=high + HALF_LOBE_BINS).map(|b| here.power(b)).collect();
    let inside = &powers[HALF_LOBE_BINS..powers.len() - HALF_LOBE_BINS];
    let total: f32 = inside.iter().sum();
    let weakest = MIN_LINE_SHARE * inside.iter().copied().fold(0.0, f32::max);
    if total <= 0.0 {
        return 0.0;
    }
    let mut steady = 0.0;
    for k in HALF_LOBE_BINS..powers.len() - HALF_LOBE_BINS {
        let power = powers[k];
        if power <= weakest || power <= powers[k - 1] || power < powers[k + 1] {
            continue;
        }
        let (bin, hz) = (low - HALF_LOBE_BINS + k, here.hz(low - HALF_LOBE_BINS + k));
        if later.has_line(bin, hz, power) || earlier.is_some_and(|e| e.has_line(bin, hz, power)) {
            steady += powers[k - HALF_LOBE_BINS..=k + HALF_LOBE_BINS].iter().sum::<f32>();
        }
    }
    (steady / total).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::{levels, synth};

    fn tonal_s(samples: &[f32]) -> f64 {
        let sound = Speech::of(samples);
        let tones = tones(&sound, &levels(&sound).speech_db);
        tones.iter().filter(|t| **t).count() as f64 * 0.01
    }

    /// Returns `sound` with one second before and one second after it, and soft noise throughout.
    fn in_a_room(sound: &[f32]) -> Vec<f32> {
        let mut samples = synth::noise(-60.0, 1.0);
        samples.extend(sound);
        samples.extend(synth::noise(-60.0, 1.0));
        synth::mix(&samples, &synth::noise(-60.0, samples.len() as f64 / 16_000.0))
    }

    #[test]
    fn tones_of_one_and_more_frequencies_are_found() {
        let two = |a: f64, b: f64| synth::mix(&synth::sine(a, -20.0, 1.0), &synth::sine(b, -20.0, 1.0));
        for (name, sound) in [
            ("440 Hz", synth::sine(440.0, -20.0, 1.0)),
            ("a beep", synth::sine(1_000.0, -12.0, 1.0)),
            ("DTMF 1", two(697.0, 1_209.0)),
            ("ringing", two(440.0, 480.0)),
            ("a chord", synth::mix(&two(262.0, 330.0), &synth::sine(392.0, -20.0, 1.0))),
        ] {
            let found_s = tonal_s(&in_a_room(&sound));
            assert!((0.9..1.15).contains(&found_s), "{name}: {found_s} s");
        }
    }

    #[test]
    fn a_voice_that_moves_as_voices_do_and_noise_are_none() {
        // A drawn-out vowel whose F0 falls by 2 % per second and wavers by 1 %, as in the steadiest real ones.
        let um = |t: f64| 118.0 * (1.0 - 0.02 * t) * (1.0 + 0.01 * (std::f64::consts::TAU * 4.3 * t).sin());
        for (name, sound) in [
            ("um", synth::voice(um, -20.0, 1.0)),
            ("speech", synth::syllables(4.0, -20.0, 3.0)),
            ("noise", synth::noise(-20.0, 2.0)),
        ] {
            assert_eq!(tonal_s(&in_a_room(&sound)), 0.0, "{name}");
        }
        assert_eq!(tonal_s(&[0.0; 16_000]), 0.0);
        assert_eq!(tonal_s(&[]), 0.0);
    }

    #[test]
    fn a_hum_under_the_whole_recording_is_the_room() {
        let speech = in_a_room(&synth::syllables(4.0, -20.0, 6.0));
        let hum = synth::sine(400.0, -45.0, speech.len() as f64 / 16_000.0);
        assert_eq!(tonal_s(&synth::mix(&speech, &hum)), 0.0);
    }
}
