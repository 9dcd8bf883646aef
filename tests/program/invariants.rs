//! Changes that must not affect the measures: loudness, silence around the answer, format, sample rate. The words come
//! from a stub transcriber with fixed output, so that only the signal processing is tested; the real one is tested in
//! `samples.rs` and `shared_recordings.rs`.

use crate::common;
use std::path::{Path, PathBuf};

use crate::common::{sample, write_wav};
use aloud::analyze::analyze;
use aloud::brief::Brief;
use aloud::report::Report;
use aloud::span::Span;
use aloud::transcript::{PromptMode, ReadWord, Reader, Reading, Transcriber, TranscriptError};

/// A transcriber that hears a word at equal intervals.
struct Metronome {
    /// The interval, in seconds.
    every_s: f64,
    /// The text of the word with this number.
    text: fn(usize) -> String,
}

/// The word rate of fluent speech.
const FLUENT: Metronome = Metronome { every_s: 0.25, text: |i| format!("word{i}.") };
/// A word rate so low that most of the speech stays unexplained. The words have enough syllables that no sentence seems
/// to be left out.
const SPARSE: Metronome =
    Metronome { every_s: 2.0, text: |i| format!("hippopotamus{}.", char::from(b'a' + (i % 26) as u8)) };

impl Transcriber for Metronome {
    fn model(&self) -> &str {
        "metronome"
    }

    fn workers(&self) -> usize {
        1
    }

    fn reader(&self, _: usize) -> Result<Box<dyn Reader + '_>, TranscriptError> {
        Ok(Box::new(Metronome { every_s: self.every_s, text: self.text }))
    }
}

impl Reader for Metronome {
    fn read(&mut self, samples: &[f32], _: &str, _: PromptMode) -> Result<Reading, TranscriptError> {
        let count = (samples.len() as f64 / 16_000.0 / self.every_s).ceil() as usize;
        let words = (0..count).map(|i| ReadWord {
            text: (self.text)(i),
            span: Span::new(i as f64 * self.every_s, i as f64 * self.every_s + 0.25),
            probability: 0.9,
        });
        Ok(Reading { words: words.collect(), ..Reading::default() })
    }
}

fn report(path: &Path) -> Report {
    analyze(path, &FLUENT, &Brief::default(), &|_| {}).expect("it is a recording").0
}

/// Returns the good sample as samples at 16 kHz.
fn good() -> Vec<f32> {
    aloud::audio::Recording::open(&sample("good.flac"), &mut |_| {}).expect("the sample").speech.to_vec()
}

/// Writes the samples to a file and returns its report.
fn heard(folder: &Path, name: &str, samples: &[f32]) -> Report {
    let path: PathBuf = folder.join(name);
    write_wav(&path, 16_000, samples);
    report(&path)
}

/// Returns a generator of uniform noise between -1 and 1, the same on every run.
fn noise() -> impl FnMut() -> f32 {
    let mut seed = 7u32;
    move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(seed) / f64::from(u32::MAX) * 2.0 - 1.0) as f32
    }
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
    longer.extend(samples[middle - 800..middle].repeat(100)); // 5 s of the noise floor from that pause
    longer.extend(&samples[middle..]);
    let other = heard(folder.path(), "longer.wav", &longer);
    let (a, b) = (plain.pace.unwrap(), other.pace.unwrap());
    assert!(b.speech_rate_syllables_s < 0.95 * a.speech_rate_syllables_s);
    assert!((b.articulation_rate_syllables_s / a.articulation_rate_syllables_s - 1.0).abs() < 0.03);
    let longest = other.pauses.unwrap().longest_s.unwrap();
    assert!((longest - pause.duration_s() - 5.0).abs() < 0.1, "{longest}");
}

/// Appends the chunk that lists missing frames to a WAV file, as the recorder does.
fn note_missing(path: &Path, at_frame: usize, frames: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let mut body = format!(r#"{{"schema":"aloud.take/1","gaps":[{{"at_frame":{at_frame},"frames":{frames}}}]}}"#);
    if body.len() % 2 == 1 {
        body.push(' ');
    }
    bytes.extend(b"alou");
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body.as_bytes());
    let riff = (bytes.len() - 8) as u32;
    bytes[4..8].copy_from_slice(&riff.to_le_bytes());
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn sound_lost_while_recording_is_no_pause() {
    let folder = tempfile::tempdir().unwrap();
    let samples = good();
    let plain = heard(folder.path(), "plain.wav", &samples);
    assert_eq!(plain.recording.quality.as_ref().unwrap().dropped_frames, None);
    let pauses = plain.pauses.as_ref().unwrap();
    // A second of silence in the middle of the longest stretch without a pause, and in the middle of a pause.
    let speech = pauses.events.windows(2).map(|pair| (pair[0].span.end_s, pair[1].span.start_s));
    let (from_s, to_s) = speech.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))).unwrap();
    let path = folder.path().join("lost.wav");
    for (middle_s, what) in [((from_s + to_s) / 2.0, "speech"), (pauses.events[2].span.start_s + 0.1, "a pause")] {
        let at = (middle_s * 16_000.0) as usize;
        let mut torn = samples[..at].to_vec();
        torn.extend(vec![0.0; 16_000]);
        torn.extend(&samples[at..]);
        write_wav(&path, 16_000, &torn);
        let unknown = report(&path);
        note_missing(&path, at, 16_000);
        let known = report(&path);
        assert_eq!(known.recording.quality.as_ref().unwrap().dropped_frames, Some(16_000));
        assert!(known.warnings.iter().any(|w| w.message.starts_with("1.0 s of sound went missing")), "{what}");
        let (known_pauses, unknown_pauses) = (known.pauses.as_ref().unwrap(), unknown.pauses.as_ref().unwrap());
        assert!(known_pauses.count.abs_diff(pauses.count) <= 1, "{what}: {} {}", known_pauses.count, pauses.count);
        let inside = |p: &aloud::metrics::Pauses| {
            p.events.iter().any(|e| e.span.overlap_s(&Span::new(middle_s + 0.3, middle_s + 0.7)) > 0.0)
        };
        assert!(inside(unknown_pauses) && !inside(known_pauses), "{what}");
        assert!(known_pauses.longest_s.unwrap() <= pauses.longest_s.unwrap() + 0.05, "{what}");
        let rate = |r: &Report| r.pace.as_ref().unwrap().articulation_rate_syllables_s;
        assert!((rate(&known) / rate(&plain) - 1.0).abs() < 0.03, "{what}: {} {}", rate(&known), rate(&plain));
    }
}

/// Removes frequencies that a sample rate of 8 kHz cannot represent: a windowed sinc of 63 taps.
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
fn an_answer_that_gets_softer_keeps_its_pauses() {
    let folder = tempfile::tempdir().unwrap();
    let samples = good();
    let mut pauses = heard(folder.path(), "plain.wav", &samples).pauses.unwrap().events;
    // The noise floor gets softer too, so the silence in which that happens is left out.
    let middle = pauses.remove(pauses.len() / 2).span;
    let from = ((middle.start_s + middle.end_s) * 8_000.0) as usize;
    let softer: Vec<f32> = samples.iter().enumerate().map(|(i, x)| if i < from { *x } else { x * 0.1 }).collect();
    let mut found = heard(folder.path(), "softer.wav", &softer).pauses.unwrap().events;
    found.retain(|p| p.span.overlap_s(&middle) <= 0.0);
    assert_eq!(found.len(), pauses.len(), "20 dB softer from {:.1} s on", middle.start_s);
    for (a, b) in pauses.iter().zip(&found) {
        let apart_s = (a.span.start_s - b.span.start_s).abs().max((a.span.end_s - b.span.end_s).abs());
        assert!(apart_s <= 0.1, "{a:?} {b:?}");
    }
}

/// Returns the filled pauses that are detected where hardly any words are transcribed.
fn only_heard(folder: &Path, samples: &[f32]) -> Vec<Span> {
    let path = folder.join("sparse.wav");
    write_wav(&path, 16_000, samples);
    let (report, _) = analyze(&path, &SPARSE, &Brief::default(), &|_| {}).expect("it is a recording");
    report.fillers.unwrap().events.iter().filter(|e| e.word.is_none()).filter_map(|e| e.span).collect()
}

#[test]
fn filled_pauses_are_heard_without_being_written_and_other_sounds_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let truth = common::filled_pauses("fillers.flac");
    let samples = aloud::audio::Recording::open(&sample("fillers.flac"), &mut |_| {}).unwrap().speech.to_vec();
    let found = only_heard(folder.path(), &samples);
    let right = found.iter().filter(|f| truth.iter().any(|t| (t.start_s - f.start_s).abs() < 0.1)).count();
    assert!(2 * right >= truth.len() && found.len() <= right + 1, "{right} of {found:?}, truth {truth:?}");

    let samples = good();
    let before = only_heard(folder.path(), &samples).len();
    let pause = heard(folder.path(), "plain.wav", &samples).pauses.unwrap().events[2].span;
    let middle = ((pause.start_s + pause.end_s) * 8_000.0) as usize;
    let mut noise = noise();
    let time = |i: usize| i as f32 / 16_000.0;
    let tone: Vec<f32> = (0..9_600).map(|i| 0.1 * (std::f32::consts::TAU * 440.0 * time(i)).sin()).collect();
    let hiss: Vec<f32> = (0..9_600).map(|_| 0.05 * noise()).collect();
    let coughs: Vec<f32> = (0..9_600).map(|i| 0.4 * noise() * (-30.0 * (time(i) % 0.3)).exp()).collect();
    for (name, sound) in [("tone", tone), ("hiss", hiss), ("coughs", coughs)] {
        let with = [&samples[..middle], &[0.0; 3_200], &sound, &[0.0; 3_200], &samples[middle..]].concat();
        assert!(only_heard(folder.path(), &with).len() <= before, "{name}");
    }
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

#[test]
fn where_nobody_is_heard_it_is_not_said_how_many_speak() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(heard(folder.path(), "silence.wav", &[0.0; 5 * 16_000]).speakers, None);
    assert_eq!(heard(folder.path(), "good.wav", &good()).speakers.and_then(|s| s.count), Some(1));
}
