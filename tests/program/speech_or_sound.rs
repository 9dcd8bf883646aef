//! What counts as speech: the answer runs from its first to its last word, whatever other sounds occur before, after or
//! in it; figures count as they are spoken; what a stutterer starts again is neither a word nor a filler. Tested with
//! the real model, on a sample and on synthetic sounds.

use std::f32::consts::TAU;
use std::path::{Path, PathBuf};

use crate::common::{number, reports, root, sample, write_wav};
use serde_json::Value;

const RATE_HZ: f32 = 16_000.0;

fn case(name: &str) -> PathBuf {
    root().join("tests/fixtures/cases/speech").join(name)
}

/// Returns `seconds` of a sound given by its value at each time, with faded edges.
fn sound(seconds: f32, at: impl Fn(f32) -> f32) -> Vec<f32> {
    let samples = (seconds * RATE_HZ) as usize;
    (0..samples)
        .map(|i| {
            let edge = (i.min(samples - i) as f32 / 80.0).min(1.0);
            edge * at(i as f32 / RATE_HZ)
        })
        .collect()
}

fn silence(seconds: f32) -> Vec<f32> {
    vec![0.0; (seconds * RATE_HZ) as usize]
}

/// Returns a mix of tones with these frequencies, in hertz.
fn tones(seconds: f32, hz: &[f32]) -> Vec<f32> {
    sound(seconds, |t| hz.iter().map(|f| (TAU * f * t).sin()).sum::<f32>() / hz.len() as f32)
}

/// Returns a generator of uniform noise between -1 and 1, the same for the same seed.
fn noise(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0) as f32
    }
}

/// Returns a plucked note of six partials.
fn note(hz: f32, seconds: f32) -> Vec<f32> {
    sound(seconds, |t| {
        (1..=6).map(|k| (TAU * hz * k as f32 * t).sin() / (k as f32).powf(1.3)).sum::<f32>() * (-3.0 * t).exp()
    })
}

/// Returns arpeggios like the hold music of a telephone.
fn hold_music(seconds: f32) -> Vec<f32> {
    let scale = [261.6, 329.6, 392.0, 523.3, 440.0, 349.2, 293.7, 392.0];
    let notes = (seconds / 0.25) as usize;
    (0..notes).flat_map(|i| note(scale[i % scale.len()], 0.25)).collect()
}

fn clap(seed: u32) -> Vec<f32> {
    let mut noise = noise(seed);
    (0..2_400).map(|i| noise() * (-(i as f32) / 190.0).exp()).collect()
}

/// Returns sounds that are not speech, each with its name.
fn sounds() -> Vec<(&'static str, Vec<f32>)> {
    let beep = || tones(0.25, &[880.0]);
    let digit = |low: f32, high: f32| [tones(0.1, &[low, high]), silence(0.1)].concat();
    let keys = [(770.0, 1_336.0), (697.0, 1_209.0), (852.0, 1_477.0), (941.0, 1_336.0), (697.0, 1_477.0)];
    vec![
        ("a short beep", tones(0.5, &[1_000.0])),
        ("a long tone", tones(6.0, &[440.0])),
        ("three beeps", [beep(), silence(0.75), beep(), silence(0.75), beep()].concat()),
        ("dialling", keys.iter().flat_map(|(low, high)| digit(*low, *high)).collect()),
        ("ringing", [tones(2.0, &[440.0, 480.0]), silence(2.0), tones(2.0, &[440.0, 480.0])].concat()),
        ("engaged", [tones(0.5, &[480.0, 620.0]), silence(0.5), tones(0.5, &[480.0, 620.0])].concat()),
        ("a chord", tones(1.5, &[261.6, 329.6, 392.0])),
        ("a jingle", [392.0, 523.3, 659.3, 784.0].iter().flat_map(|hz| note(*hz, 0.3)).collect()),
        ("hold music", hold_music(12.0)),
        ("claps", (0..5).flat_map(|i| [clap(i + 1), silence(0.35)].concat()).collect()),
    ]
}

/// Writes the sample answer alone, and with each sound before or after it. Returns the files, each with its
/// description.
fn with_sounds(folder: &Path) -> Vec<(String, PathBuf)> {
    let answer =
        aloud::audio::Recording::open(&sample("too_short.flac"), &mut |_| {}).expect("the sample").speech.to_vec();
    let loudness = (answer.iter().map(|x| x * x).sum::<f32>() / answer.len() as f32).sqrt();
    let mut files = vec![("nothing".to_string(), answer.clone())];
    for (i, (name, sound)) in sounds().into_iter().enumerate() {
        let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.iter().filter(|x| **x != 0.0).count() as f32;
        // At the level of the voice, 12 dB below, or 6 dB above.
        let gain = [1.0, 0.25, 2.0][i % 3] * loudness / power.sqrt();
        let sound: Vec<f32> = sound.iter().map(|x| (x * gain).clamp(-1.0, 1.0)).collect();
        files.push((format!("{name} before"), [&sound[..], &silence(0.6), &answer].concat()));
        // Dialling after an answer is still mistaken for an "um" that was not transcribed.
        if name != "dialling" {
            files.push((format!("{name} after"), [&answer, &silence(0.6), &sound[..]].concat()));
        }
    }
    let write = |(i, (name, samples)): (usize, (String, Vec<f32>))| {
        let path = folder.join(format!("{i:02}.wav"));
        write_wav(&path, 16_000, &samples);
        (name, path)
    };
    files.into_iter().enumerate().map(write).collect()
}

#[test]
fn what_is_no_speech_around_an_answer_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let files = with_sounds(folder.path());
    let paths: Vec<PathBuf> = files.iter().map(|(_, path)| path.clone()).collect();
    let reports = reports(&paths, &["--no-save"]);
    let clean = &reports[0];
    for ((name, _), report) in files.iter().zip(&reports).skip(1) {
        let gap = |pointer: &str| (number(report, pointer) - number(clean, pointer)).abs();
        assert!(gap("/pace/words_per_minute") <= 0.02 * number(clean, "/pace/words_per_minute"), "{name}: pace");
        assert!(gap("/length/answer_s") <= 0.1, "{name}: {} s", number(report, "/length/answer_s"));
        assert_eq!(gap("/pauses/count"), 0.0, "{name}: pauses");
        assert!(gap("/voice/f0_median_hz") <= 0.03 * number(clean, "/voice/f0_median_hz"), "{name}: pitch");
        assert!(report["score"]["overall"].is_number(), "{name}: not scored");
    }
}

#[test]
fn beeps_before_an_answer_are_no_part_of_it() {
    let report = &reports(&[case("beeps_first.flac")], &["--no-save"])[0];
    assert!((number(report, "/length/answer_s") - 20.9).abs() <= 0.2, "{}", number(report, "/length/answer_s"));
    assert!((number(report, "/pace/words_per_minute") - 221.0).abs() <= 6.0);
    assert!((number(report, "/pauses/response_latency_s") - 3.0).abs() <= 0.1);
}

#[test]
fn figures_count_as_they_are_spoken() {
    let report = &reports(&[case("numbers.flac")], &["--no-save"])[0];
    let rate = number(report, "/pace/words_per_minute");
    assert!((195.0..=215.0).contains(&rate), "{rate}");
}

#[test]
fn begun_again_is_no_word_and_no_filler() {
    let report = &reports(&[case("stutter_words.flac")], &["--no-save"])[0];
    assert!(number(report, "/fillers/count") <= 1.0, "{}", report["fillers"]["events"]);
    let rate = number(report, "/pace/words_per_minute");
    assert!((120.0..=150.0).contains(&rate), "{rate}");
    let advice = |priority: &Value| priority["advice"].as_str().expect("advice").to_string();
    let advice: Vec<String> = report["score"]["priorities"].as_array().unwrap().iter().map(advice).collect();
    assert!(advice.iter().all(|a| !a.contains("close your mouth") && !a.contains("words a minute")), "{advice:?}");
}

#[test]
fn a_draft_in_another_language_is_told_and_not_scored() {
    let folder = tempfile::tempdir().unwrap();
    let draft = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let german = "Letztes Jahr habe ich in der Buchhaltung einer kleinen Baufirma gearbeitet. Unsere Rechnungen wurden zu \
                  spät bezahlt, und ich sollte herausfinden, woran das lag.";
    let files = [draft("german.txt", german), draft("short.txt", "I do not know.\n")];
    let reports = reports(&files, &["--no-save"]);
    assert!(reports[0]["score"]["overall"].is_null() && reports[0]["story"].is_null());
    assert_eq!(reports[0]["warnings"][0]["code"], "not_english");
    assert!(reports[0]["warnings"][0]["message"].as_str().unwrap().contains("German"));
    let parts = reports[1]["score"]["parts"].as_array().unwrap();
    assert!(parts.iter().all(|p| p["name"] != "others"), "{parts:?}");
}
