//! Tracks the fundamental frequency (F0) of the voice, every 10 ms.
//!
//! Method: P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
//! sampled sound", IFA Proceedings 17 (1993). The autocorrelation of a Hann-windowed frame, divided by that of the
//! window itself, gives candidates for the period. The contour is the cheapest path through the candidates of all
//! frames, with a cost on jumps between octaves and between voiced and unvoiced. The costs and thresholds are the
//! paper's, as Praat ships them. Two things differ. Loudness is relative to a high quantile of the frames' peaks
//! instead of the recording's maximum, since a single thump would make all else look silent. And a second path, with a
//! cost on candidates more than two thirds of an octave away from the speaker's median F0, corrects octave errors of
//! the first path.

use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::num_complex::Complex;

use super::frames::{frame_count, hann, window_at};
use super::noise_floor::select_quantile;
use crate::audio::{SPEECH_RATE_HZ, Speech};

/// The lowest F0 that is searched for, in hertz: the low end of an ordinary man's voice.
pub const FLOOR_HZ: f64 = 75.0;
/// The highest F0 that is searched for, in hertz.
pub const CEILING_HZ: f64 = 600.0;

/// Samples in a window: three periods of the lowest voice, 40 ms.
const WINDOW: usize = (3 * SPEECH_RATE_HZ as usize) / FLOOR_HZ as usize;
/// FFT length: long enough for the window and its longest lag without wrap-around.
const FFT: usize = 1_024;
/// Oversampling factor of the lag grid (by zero-padding the spectrum), so that parabolic interpolation finds the peaks
/// of the autocorrelation.
const OVERSAMPLING: usize = 2;
/// Frames with a peak below this share of the loudness reference count as silent.
const SILENCE_THRESHOLD: f32 = 0.03;
/// Minimum periodicity of a voiced frame, from 0 (noise) to 1 (perfectly periodic).
const VOICING_THRESHOLD: f32 = 0.45;
/// Preference for higher candidates, per octave: twice the true period fits as well as the period itself.
const OCTAVE_COST: f32 = 0.01;
/// Cost of a change of F0 between two frames, per octave.
const OCTAVE_JUMP_COST: f32 = 0.35;
/// Cost of a transition between voiced and unvoiced.
const VOICED_UNVOICED_COST: f32 = 0.14;
/// Number of candidates kept per frame, including the unvoiced one. The paper keeps 15, the weakest of which are never
/// chosen.
const CANDIDATES: usize = 8;
/// Quantile of the frames' peaks that serves as the loudness reference.
const LOUD_QUANTILE: f64 = 0.98;
/// Distance from the speaker's median F0, in octaves, up to which a candidate has no extra cost in the second path.
const FREE_RANGE_OCTAVES: f32 = 0.67;
/// Cost of each octave beyond [`FREE_RANGE_OCTAVES`] in the second path.
const RANGE_COST: f32 = 0.5;

/// A hypothesis about a frame: an F0 in hertz (0 for unvoiced) and its strength.
#[derive(Debug, Clone, Copy, Default)]
struct PitchCandidate {
    hz: f32,
    strength: f32,
}

/// The analysis of one frame: its peak magnitude, and its candidates except the unvoiced one.
#[derive(Debug, Clone, Copy, Default)]
struct PitchFrame {
    peak: f32,
    count: u8,
    candidates: [PitchCandidate; CANDIDATES - 1],
}

/// Returns the F0 of every frame (10 ms apart, the first at time 0) of a sound, in hertz between [`FLOOR_HZ`] and
/// [`CEILING_HZ`]; `None` where the sound has no period: silence, noise, whisper.
pub fn f0_track(sound: &Speech) -> Vec<Option<f32>> {
    f0_track_with_tones(sound, &vec![false; frame_count(sound.len())])
}

/// Like [`f0_track`], for a recording with sounds other than a voice in the frames that `others` marks. The loudness
/// reference and the median F0 are computed from the remaining frames, if there are any.
pub(super) fn f0_track_with_tones(sound: &Speech, others: &[bool]) -> Vec<Option<f32>> {
    let frames = Analyzer::new().frames(sound);
    if frames.is_empty() {
        return Vec::new();
    }
    let peaks = |among: &dyn Fn(usize) -> bool| -> Vec<f32> {
        frames.iter().enumerate().filter(|(i, _)| among(*i)).map(|(_, f)| f.peak).collect()
    };
    let mut voices = peaks(&|i| !others[i]);
    let mut loud = if voices.is_empty() { 0.0 } else { select_quantile(&mut voices, LOUD_QUANTILE) };
    if loud <= 0.0 {
        loud = select_quantile(&mut peaks(&|_| true), LOUD_QUANTILE);
    }
    if loud <= 0.0 {
        return vec![None; frames.len()];
    }
    let first = best_path(&frames, loud, None);
    let voices: Vec<Option<f32>> = first.iter().zip(others).map(|(f0, other)| f0.filter(|_| !other)).collect();
    match median_hz(&voices).or_else(|| median_hz(&first)) {
        Some(median_hz) => best_path(&frames, loud, Some(median_hz)),
        None => first,
    }
}

/// The FFT plans and buffers that all frames share.
struct Analyzer {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    /// The reciprocal of the window's normalised autocorrelation, on the oversampled lag grid.
    correction: Vec<f32>,
    frame: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    padded: Vec<Complex<f32>>,
    lags: Vec<f32>,
    scratch: Vec<Complex<f32>>,
}

impl Analyzer {
    fn new() -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        let forward = planner.plan_fft_forward(FFT);
        let inverse = planner.plan_fft_inverse(FFT * OVERSAMPLING);
        let scratch = vec![Complex::default(); forward.get_scratch_len().max(inverse.get_scratch_len())];
        let mut analyzer = Self {
            frame: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            padded: inverse.make_input_vec(),
            lags: inverse.make_output_vec(),
            scratch,
            forward,
            inverse,
            window: hann(WINDOW),
            correction: Vec::new(),
        };
        analyzer.frame[..WINDOW].copy_from_slice(&analyzer.window);
        analyzer.autocorrelate();
        let r0 = analyzer.lags[0];
        analyzer.correction = analyzer.lags[..max_lag() + 2].iter().map(|r| r0 / r).collect();
        analyzer
    }

    /// Computes the autocorrelation (not normalised) of `frame` on the oversampled lag grid, into `lags`.
    fn autocorrelate(&mut self) {
        self.frame[WINDOW..].fill(0.0);
        self.forward
            .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch)
            .expect("buffers made by the plan fit it");
        self.padded.fill(Complex::default());
        for (power, bin) in self.padded.iter_mut().zip(&self.spectrum) {
            *power = Complex::new(bin.norm_sqr(), 0.0);
        }
        self.inverse
            .process_with_scratch(&mut self.padded, &mut self.lags, &mut self.scratch)
            .expect("a power spectrum is real at both ends");
    }

    fn frames(&mut self, sound: &Speech) -> Vec<PitchFrame> {
        (0..frame_count(sound.len())).map(|i| self.analyze(sound, i)).collect()
    }

    fn analyze(&mut self, sound: &Speech, i: usize) -> PitchFrame {
        window_at(sound, i, &mut self.frame[..WINDOW]);
        let period = (f64::from(SPEECH_RATE_HZ) / FLOOR_HZ) as usize;
        let middle = WINDOW / 2;
        let around = &self.frame[middle - period..middle + period];
        let mean = around.iter().sum::<f32>() / around.len() as f32;
        for (x, w) in self.frame[..WINDOW].iter_mut().zip(&self.window) {
            *x = (*x - mean) * w;
        }
        let peak = self.frame[middle - period / 2..middle + period / 2].iter().fold(0f32, |peak, x| peak.max(x.abs()));
        let mut frame = PitchFrame { peak, ..PitchFrame::default() };
        if peak == 0.0 {
            return frame;
        }
        self.autocorrelate();
        let r0 = self.lags[0];
        for (r, c) in self.lags.iter_mut().zip(&self.correction) {
            *r *= c / r0;
        }
        for lag in min_lag()..=max_lag() {
            let (before, here, after) = (self.lags[lag - 1], self.lags[lag], self.lags[lag + 1]);
            if here > 0.5 * VOICING_THRESHOLD && here > before && here >= after {
                let slope = 0.5 * (after - before);
                let curvature = 2.0 * here - before - after;
                let peak_lag = lag as f32 + slope / curvature;
                let strength = here + 0.5 * slope * slope / curvature;
                frame.keep(PitchCandidate {
                    hz: lag_rate_hz() / peak_lag,
                    // A value above 1 means that the window correction amplified noise, so the candidate's strength is
                    // reduced.
                    strength: if strength > 1.0 { 1.0 / strength } else { strength },
                });
            }
        }
        frame
    }
}

impl PitchFrame {
    fn candidates(&self) -> &[PitchCandidate] {
        &self.candidates[..usize::from(self.count)]
    }

    /// Stores the candidate, in place of the weakest one if all slots are taken and that one ranks lower.
    fn keep(&mut self, candidate: PitchCandidate) {
        if usize::from(self.count) < self.candidates.len() {
            self.candidates[usize::from(self.count)] = candidate;
            self.count += 1;
            return;
        }
        let rank = |c: &PitchCandidate| c.strength + OCTAVE_COST * (c.hz / FLOOR_HZ as f32).log2();
        let weakest = self
            .candidates
            .iter_mut()
            .min_by(|a, b| rank(a).total_cmp(&rank(b)))
            .expect("there is room for candidates");
        if rank(&candidate) > rank(weakest) {
            *weakest = candidate;
        }
    }
}

fn lag_rate_hz() -> f32 {
    (SPEECH_RATE_HZ as usize * OVERSAMPLING) as f32
}

fn min_lag() -> usize {
    (f64::from(lag_rate_hz()) / CEILING_HZ) as usize
}

fn max_lag() -> usize {
    (f64::from(lag_rate_hz()) / FLOOR_HZ).ceil() as usize
}

/// Finds the best path through the frames' candidates (Viterbi). `loud` is the loudness reference, `median_hz` the
/// speaker's median F0, if known.
fn best_path(frames: &[PitchFrame], loud: f32, median_hz: Option<f32>) -> Vec<Option<f32>> {
    let mut score = [0f32; CANDIDATES];
    let mut previous = [PitchCandidate::default(); CANDIDATES];
    let mut previous_count = 1;
    let mut back = vec![[0u8; CANDIDATES]; frames.len()];
    for (i, frame) in frames.iter().enumerate() {
        let mut here = [PitchCandidate::default(); CANDIDATES];
        let mut local = [0f32; CANDIDATES];
        let intensity = (frame.peak / loud).min(1.0);
        let silence = 2.0 - intensity * (1.0 + VOICING_THRESHOLD) / SILENCE_THRESHOLD;
        local[0] = VOICING_THRESHOLD + silence.max(0.0);
        let count = 1 + frame.candidates().len();
        for (k, candidate) in frame.candidates().iter().enumerate() {
            here[k + 1] = *candidate;
            local[k + 1] = if (FLOOR_HZ as f32..=CEILING_HZ as f32).contains(&candidate.hz) {
                candidate.strength
                    - OCTAVE_COST * (CEILING_HZ as f32 / candidate.hz).log2()
                    - median_hz.map_or(0.0, |m| range_cost(candidate.hz, m))
            } else {
                f32::NEG_INFINITY
            };
        }
        let mut next = [f32::NEG_INFINITY; CANDIDATES];
        for to in 0..count {
            for from in 0..previous_count {
                let total = score[from] - transition_cost(previous[from].hz, here[to].hz) + local[to];
                if total > next[to] {
                    next[to] = total;
                    back[i][to] = from as u8;
                }
            }
        }
        (score, previous, previous_count) = (next, here, count);
    }
    let mut track = vec![None; frames.len()];
    let mut at = (0..previous_count).max_by(|a, b| score[*a].total_cmp(&score[*b])).unwrap_or(0);
    for (i, frame) in frames.iter().enumerate().rev() {
        if at > 0 {
            track[i] = Some(frame.candidates[at - 1].hz);
        }
        at = usize::from(back[i][at]);
    }
    track
}

fn range_cost(hz: f32, median_hz: f32) -> f32 {
    RANGE_COST * ((hz / median_hz).log2().abs() - FREE_RANGE_OCTAVES).max(0.0)
}

fn transition_cost(from_hz: f32, to_hz: f32) -> f32 {
    match (from_hz > 0.0, to_hz > 0.0) {
        (true, true) => OCTAVE_JUMP_COST * (from_hz / to_hz).log2().abs(),
        (false, false) => 0.0,
        _ => VOICED_UNVOICED_COST,
    }
}

/// Returns the median F0, in hertz; `None` without any voiced frame.
fn median_hz(track: &[Option<f32>]) -> Option<f32> {
    let mut voiced: Vec<f32> = track.iter().flatten().copied().collect();
    (!voiced.is_empty()).then(|| select_quantile(&mut voiced, 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::{frames::frame_time_s, synth};

    fn assert_follows(samples: &[f32], truth: impl Fn(f64) -> f64, tolerance: f64) {
        let track = f0_track(&Speech::of(samples));
        let inside = 4..track.len() - 4;
        let right = inside
            .clone()
            .filter(|i| {
                let truth = truth(frame_time_s(*i));
                track[*i].is_some_and(|f0| (f64::from(f0) / truth - 1.0).abs() <= tolerance)
            })
            .count();
        assert!(right as f64 >= 0.95 * inside.len() as f64, "{right} of {} frames within {tolerance}", inside.len());
    }

    #[test]
    fn steady_tones_are_within_half_a_percent() {
        for hz in [80.0, 110.0, 220.0, 330.0, 550.0] {
            assert_follows(&synth::sine(hz, -12.0, 1.0), |_| hz, 0.005);
            assert_follows(&synth::voice(|_| hz, -12.0, 1.0), |_| hz, 0.005);
        }
    }

    #[test]
    fn a_glide_is_followed() {
        let glide = |t: f64| 100.0 + 20.0 * t;
        assert_follows(&synth::voice(glide, -12.0, 10.0), glide, 0.02);
    }

    #[test]
    fn silence_and_noise_have_no_pitch() {
        assert!(f0_track(&Speech::of(&[0.0; 16_000])).iter().all(Option::is_none));
        let voiced = f0_track(&Speech::of(&synth::noise(-20.0, 3.0))).iter().flatten().count();
        assert!(voiced < 15, "{voiced} of 301 frames of noise called voiced");
        assert!(f0_track(&Speech::default()).is_empty());
    }

    #[test]
    fn a_voice_in_noise_keeps_its_octave() {
        let samples = synth::mix(&synth::voice(|_| 140.0, -12.0, 3.0), &synth::noise(-30.0, 3.0));
        assert_follows(&samples, |_| 140.0, 0.02);
    }

    #[test]
    fn loudness_does_not_move_it() {
        let loud = synth::mix(&synth::voice(|t| 120.0 + 10.0 * t, -6.0, 2.0), &synth::noise(-50.0, 2.0));
        let quiet: Vec<f32> = loud.iter().map(|x| x * 0.01).collect();
        let (a, b) = (f0_track(&Speech::of(&loud)), f0_track(&Speech::of(&quiet)));
        assert!(a.iter().zip(&b).all(|(a, b)| a.is_some() == b.is_some()));
    }
}
