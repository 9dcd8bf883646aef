//! What must not change what is measured: loudness, silence around the answer, format, sampling rate. The words come
//! from a transcriber that always hears the same, so that only the signal's part is tested; the real one has its turn
//! in `samples.rs` and `shared_recordings.rs`.

mod common;

use std::path::{Path, PathBuf};

use aloud::analyze::analyze;
use aloud::metrics::Brief;
use aloud::report::Report;
use aloud::span::Span;
use aloud::transcript::{ReadWord, Reader, Reading, Transcriber, TranscriptError};
use common::{sample, write_wav};

/// Hears a word every quarter of a second.
struct Metronome;

impl Transcriber for Metronome {
    fn model(&self) -> &str {
        "metronome"
    }

    fn workers(&self) -> usize {
        1
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, TranscriptError> {
        Ok(Box::new(Metronome))
    }
}

impl Reader for Metronome {
    fn read(&mut self, samples: &[f32], _language: &str) -> Result<Reading, TranscriptError> {
        let words = (0..samples.len() / 4_000).map(|i| ReadWord {
            text: format!("word{i}."),
            span: Span::new(i as f64 * 0.25, (i + 1) as f64 * 0.25),
            probability: 0.9,
        });
        Ok(Reading { words: words.collect(), until_s: None, language: None })
    }
}

fn report(path: &Path) -> Report {
    analyze(path, &Metronome, &Brief::default(), &|_| {}).expect("it is a recording").0
}

/// The good sample as samples at 16 kHz.
fn good() -> Vec<f32> {
    aloud::audio::Recording::open(&sample("good.flac"), &mut |_| {}).expect("the sample").speech
}

/// A file with these samples and its report.
fn heard(folder: &Path, name: &str, samples: &[f32]) -> Report {
    let path: PathBuf = folder.join(name);
    write_wav(&path, 16_000, samples);
    report(&path)
}

fn assert_same(a: &Report, b: &Report, what: &str) {
    let (pace_a, pace_b) = (a.pace.as_ref().unwrap(), b.pace.as_ref().unwrap());
    let near = |x: f64, y: f64| (x / y - 1.0).abs() < 0.02;
    assert!(
        near(pace_a.syllables as f64, pace_b.syllables as f64),
        "{what}: {} {}",
        pace_a.syllables,
        pace_b.syllables
    );
    assert!(near(pace_a.articulation_rate_syllables_s, pace_b.articulation_rate_syllables_s), "{what}");
    assert!(near(a.length.as_ref().unwrap().answer_s, b.length.as_ref().unwrap().answer_s), "{what}");
    let (pauses_a, pauses_b) = (a.pauses.as_ref().unwrap(), b.pauses.as_ref().unwrap());
    assert!(pauses_a.count.abs_diff(pauses_b.count) <= 1, "{what}: {} {}", pauses_a.count, pauses_b.count);
    let pitch = |r: &Report| r.voice.as_ref().unwrap().f0_median_hz.unwrap();
    assert!(near(pitch(a), pitch(b)), "{what}");
}

#[test]
fn louder_or_softer_changes_nothing_but_the_level() {
    let folder = tempfile::tempdir().unwrap();
    let samples = good();
    let plain = heard(folder.path(), "plain.wav", &samples);
    for gain_db in [-12.0f32, 12.0] {
        let gain = 10f32.powf(gain_db / 20.0);
        let changed: Vec<f32> = samples.iter().map(|x| x * gain).collect();
        let other = heard(folder.path(), "gain.wav", &changed);
        assert_same(&plain, &other, &format!("{gain_db} dB"));
        let level = |r: &Report| r.voice.as_ref().unwrap().loudness_lufs.unwrap();
        assert!((level(&other) - level(&plain) - f64::from(gain_db)).abs() < 0.2);
    }
}

#[test]
fn silence_before_and_after_only_moves_the_clock() {
    let folder = tempfile::tempdir().unwrap();
    let samples = good();
    let plain = heard(folder.path(), "plain.wav", &samples);
    let mut padded = vec![0.0; 16_000 * 4];
    padded.extend(&samples);
    padded.extend(vec![0.0; 16_000 * 6]);
    let other = heard(folder.path(), "padded.wav", &padded);
    assert_same(&plain, &other, "padding");
    let latency = |r: &Report| r.pauses.as_ref().unwrap().response_latency_s;
    assert!((latency(&other) - latency(&plain) - 4.0).abs() < 0.02);
}

#[test]
fn a_longer_pause_lowers_the_speech_rate_but_not_the_articulation_rate() {
    let folder = tempfile::tempdir().unwrap();
    let samples = good();
    let plain = heard(folder.path(), "plain.wav", &samples);
    let pause = plain.pauses.as_ref().unwrap().events[2].span;
    let middle = ((pause.start_s + pause.end_s) * 8_000.0) as usize;
    let mut longer = samples[..middle].to_vec();
    longer.extend(samples[middle - 800..middle].repeat(100)); // 5 s of the pause's own room
    longer.extend(&samples[middle..]);
    let other = heard(folder.path(), "longer.wav", &longer);
    let (a, b) = (plain.pace.unwrap(), other.pace.unwrap());
    assert!(b.speech_rate_syllables_s < 0.95 * a.speech_rate_syllables_s);
    assert!((b.articulation_rate_syllables_s / a.articulation_rate_syllables_s - 1.0).abs() < 0.03);
    let longest = other.pauses.unwrap().longest_s.unwrap();
    assert!((longest - pause.duration_s() - 5.0).abs() < 0.1, "{longest}");
}

/// The samples without what 8 kHz cannot hold: a windowed sinc of 63 points.
fn low_passed(samples: &[f32]) -> Vec<f32> {
    let taps: Vec<f32> = (-31i32..=31)
        .map(|k| {
            let x = std::f32::consts::PI * k as f32;
            let sinc = if k == 0 { 0.49 } else { (0.49 * x).sin() / x };
            sinc * (0.5 + 0.5 * (x / 32.0).cos())
        })
        .collect();
    (0..samples.len())
        .map(|i| taps.iter().enumerate().map(|(k, t)| t * samples.get((i + k).wrapping_sub(31)).unwrap_or(&0.0)).sum())
        .collect()
}

#[test]
fn the_sampling_rate_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let samples = good();
    let plain = heard(folder.path(), "plain.wav", &samples);
    let half: Vec<f32> = low_passed(&samples).into_iter().step_by(2).collect();
    let path = folder.path().join("8k.wav");
    write_wav(&path, 8_000, &half);
    assert_same(&plain, &report(&path), "8 kHz");
    let double: Vec<f32> = samples.windows(2).flat_map(|pair| [pair[0], (pair[0] + pair[1]) / 2.0]).collect();
    let path = folder.path().join("32k.wav");
    write_wav(&path, 32_000, &double);
    assert_same(&plain, &report(&path), "32 kHz");
}

#[test]
fn a_tone_is_nobody_speaking() {
    let folder = tempfile::tempdir().unwrap();
    let tone: Vec<f32> =
        (0..80_000).map(|i| 0.3 * (std::f32::consts::TAU * 220.0 * i as f32 / 16_000.0).sin()).collect();
    let report = heard(folder.path(), "tone.wav", &tone);
    assert!(report.transcript.unwrap().words.is_empty() && report.score.overall.is_none());
    assert!(!report.warnings.is_empty());
}
