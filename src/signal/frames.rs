//! The short-time spectrum, with one frame every 10 ms, and the levels of its frequency bands.
//!
//! Frame `i` is centred on the time `i * 10 ms`; the recording is zero-padded at both ends. The window is a 32 ms Hann
//! window (512 samples at 16 kHz), short enough for the edges of a pause, long enough for two periods of a low voice.
//! Power is normalised so that the powers of all bins add up to the mean square of the windowed samples: a sine of
//! amplitude 1 has a level of -3.01 dBFS, whatever its frequency inside the band.

use realfft::RealFftPlanner;

use crate::audio::{SPEECH_RATE_HZ, Speech};

/// The hop: time between the centres of consecutive frames, in seconds.
pub const STEP_S: f64 = 0.01;
/// The hop, in samples.
pub(super) const HOP: usize = (SPEECH_RATE_HZ / 100) as usize;
/// Samples in a window: 32 ms.
pub(super) const WINDOW: usize = 512;
/// The band that carries speech and that is contained in recordings of every sample rate from 8 kHz up, in hertz. Its
/// lower edge keeps mains hum and desk thumps out; its upper edge makes a telephone recording and a studio recording of
/// the same voice alike.
pub(super) const SPEECH_BAND_HZ: (f64, f64) = (150.0, 3_700.0);
/// Number of bands of the spectral envelope: about as many as the ear has critical bands in the speech band.
pub const BANDS: usize = 13;
const LOW_BAND_HZ: (f64, f64) = (200.0, 1_000.0);
const HIGH_BAND_HZ: (f64, f64) = (1_500.0, 3_700.0);
/// The level given to digital silence, in dBFS: lower than any that 16-bit samples can have in one band.
pub const SILENCE_DBFS: f32 = -120.0;

/// Returns the time of frame `i`, in seconds.
pub fn frame_time_s(i: usize) -> f64 {
    i as f64 * STEP_S
}

/// Returns the index of the frame nearest to `time_s`; it may lie past the end of the recording.
pub fn frame_at(time_s: f64) -> usize {
    (time_s.max(0.0) / STEP_S).round() as usize
}

/// Returns the number of frames in `samples` samples at 16 kHz: one every 10 ms, the first at time 0; no frames without
/// samples.
pub(super) fn frame_count(samples: usize) -> usize {
    if samples == 0 { 0 } else { samples / HOP + 1 }
}

/// Copies the `out.len()` samples centred on frame `i` into `out`, zero-padded beyond the ends of the recording.
pub(super) fn window_at(sound: &Speech, i: usize, out: &mut [f32]) {
    let start = (i * HOP) as isize - (out.len() / 2) as isize;
    let from = start.clamp(0, sound.len() as isize) as usize;
    let to = (start + out.len() as isize).clamp(0, sound.len() as isize) as usize;
    let offset = (from as isize - start).min(out.len() as isize) as usize;
    out.fill(0.0);
    sound.copy(from, &mut out[offset..offset + (to - from)]);
}

/// Returns a periodic Hann window of `n` points.
pub(super) fn hann(n: usize) -> Vec<f32> {
    (0..n).map(|i| (0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / n as f64).cos()) as f32).collect()
}

/// Levels of frequency bands in every frame, in dBFS; [`SILENCE_DBFS`] for digital silence.
#[derive(Debug, Clone, PartialEq)]
pub struct BandLevels {
    /// The whole speech band, 150 to 3700 Hz.
    pub speech_db: Vec<f32>,
    /// The low band, where vowels have their strongest resonance, 200 to 1000 Hz.
    pub low_db: Vec<f32>,
    /// The high band, where breath and voiceless consonants sound, 1500 to 3700 Hz.
    pub high_db: Vec<f32>,
    /// The speech band in [`BANDS`] parts of equal width on the mel scale.
    pub bands_db: Vec<[f32; BANDS]>,
}

/// Computes the band levels of a recording.
pub fn levels(sound: &Speech) -> BandLevels {
    let mut fft = RealFftPlanner::<f32>::new();
    let fft = fft.plan_fft_forward(WINDOW);
    let mut frame = fft.make_input_vec();
    let mut spectrum = fft.make_output_vec();
    let mut scratch = fft.make_scratch_vec();
    let window = hann(WINDOW);
    let window_power: f32 = window.iter().map(|w| w * w).sum();
    let scale = 2.0 / (WINDOW as f32 * window_power);
    let frames = frame_count(sound.len());
    let mut levels = BandLevels {
        speech_db: Vec::with_capacity(frames),
        low_db: Vec::with_capacity(frames),
        high_db: Vec::with_capacity(frames),
        bands_db: Vec::with_capacity(frames),
    };
    let edges = band_edges();
    for i in 0..frames {
        window_at(sound, i, &mut frame);
        for (x, w) in frame.iter_mut().zip(&window) {
            *x *= w;
        }
        fft.process_with_scratch(&mut frame, &mut spectrum, &mut scratch).expect("buffers made by the plan fit it");
        let level = |(low, high): (f64, f64)| {
            let power: f32 = spectrum[bin(low)..=bin(high)].iter().map(|c| c.norm_sqr()).sum();
            to_dbfs(power * scale)
        };
        levels.speech_db.push(level(SPEECH_BAND_HZ));
        levels.low_db.push(level(LOW_BAND_HZ));
        levels.high_db.push(level(HIGH_BAND_HZ));
        levels.bands_db.push(std::array::from_fn(|b| {
            let power: f32 = spectrum[edges[b]..edges[b + 1]].iter().map(|c| c.norm_sqr()).sum();
            to_dbfs(power * scale)
        }));
    }
    levels
}

/// Returns the edges of the mel bands: the first bin of each band, and the bin after the last band.
fn band_edges() -> [usize; BANDS + 1] {
    // The mel scale of S. S. Stevens, J. Volkmann and E. B. Newman (1937), in O'Shaughnessy's form.
    let mel = |hz: f64| 2_595.0 * (1.0 + hz / 700.0).log10();
    let hz = |mel: f64| 700.0 * (10f64.powf(mel / 2_595.0) - 1.0);
    let (low, high) = (mel(SPEECH_BAND_HZ.0), mel(SPEECH_BAND_HZ.1));
    std::array::from_fn(|b| bin(hz(low + (high - low) * b as f64 / BANDS as f64)))
}

/// Returns the bin of the spectrum nearest to a frequency in hertz.
fn bin(hz: f64) -> usize {
    (hz * WINDOW as f64 / f64::from(SPEECH_RATE_HZ)).round() as usize
}

/// Converts a mean square to dBFS, never below [`SILENCE_DBFS`].
pub(super) fn to_dbfs(mean_square: f32) -> f32 {
    (10.0 * mean_square.max(f32::MIN_POSITIVE).log10()).max(SILENCE_DBFS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::synth;

    #[test]
    fn a_sine_has_its_calibrated_level_anywhere_in_the_band() {
        for hz in [220.0, 440.0, 1_000.0, 3_000.0] {
            for amplitude_db in [0.0, -20.0, -60.0] {
                let levels = levels(&Speech::of(&synth::sine(hz, amplitude_db, 1.0))).speech_db;
                let expected = amplitude_db - 3.01;
                for level in &levels[5..95] {
                    assert!((f64::from(*level) - expected).abs() < 0.1, "{hz} Hz at {amplitude_db} dB: {level}");
                }
            }
        }
    }

    #[test]
    fn hum_and_digital_silence_are_outside_the_band() {
        assert!(levels(&Speech::of(&synth::sine(50.0, 0.0, 0.5))).speech_db[25] < -40.0);
        assert_eq!(levels(&Speech::of(&[0.0; 16_000])).speech_db, vec![SILENCE_DBFS; 101]);
        assert!(levels(&Speech::default()).speech_db.is_empty());
    }

    #[test]
    fn an_edge_in_the_sound_is_an_edge_in_the_frames() {
        let mut samples = vec![0.0; 8_000];
        samples.extend(synth::sine(500.0, -6.0, 0.5));
        let levels = levels(&Speech::of(&samples)).speech_db;
        let half = levels.iter().position(|l| *l > -9.0 - 3.0).unwrap();
        assert!((frame_time_s(half) - 0.5).abs() <= 0.011, "{half}");
    }
}
