//! How long each stage beside the speech model takes on a sample of 54 s: `cargo bench --bench stages`.
//!
//! The transcript is the one of a report that was made from the same sample (`tests/fixtures/report.json`), so that the
//! model is not loaded. `instructions.sh` beside this file counts the instructions of the same stages, which a noisy machine
//! leaves alone: it runs one stage once (`ALOUD_STAGE=signal`).

use std::hint::black_box;
use std::path::Path;

use aloud::analyze::judge;
use aloud::app::render::page::lanes::Lanes;
use aloud::app::render::page::opus;
use aloud::app::render::page::picture;
use aloud::app::render::page::sound::Sound;
use aloud::app::render::terminal::report::render;
use aloud::audio::Recording;
use aloud::brief::Brief;
use aloud::report::Report;
use aloud::signal::{Contours, Features};
use aloud::transcript::Transcript;
use divan::Bencher;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/fillers.flac");
const REPORT: &str = include_str!("../fixtures/report.json");

fn main() {
    match std::env::var("ALOUD_STAGE").as_deref() {
        Err(_) => divan::main(),
        Ok("none") => drop(black_box((recording(), transcript()))),
        Ok("decode") => drop(black_box((recording(), recording(), transcript()))),
        Ok("signal") => drop(black_box((Features::of(&recording().speech), transcript()))),
        Ok(other) => panic!("no stage is called {other}: none, decode, signal"),
    }
}

fn recording() -> Recording {
    Recording::open(Path::new(SAMPLE), &mut |_| ()).expect("the sample can be read")
}

fn transcript() -> Transcript {
    let report: serde_json::Value = serde_json::from_str(REPORT).expect("the report is JSON");
    serde_json::from_value(report["transcript"].clone()).expect("it has a transcript")
}

#[divan::bench]
fn decode() -> Recording {
    recording()
}

#[divan::bench]
fn signal(bencher: Bencher) {
    let recording = recording();
    bencher.bench(|| Features::of(black_box(&recording.speech)));
}

#[divan::bench]
fn report(bencher: Bencher) {
    let (recording, transcript, brief) = (recording(), transcript(), Brief::default());
    let features = Features::of(&recording.speech);
    bencher
        .with_inputs(|| transcript.clone())
        .bench_values(|transcript| judge(&recording, &features, transcript, None, black_box(&brief)));
}

#[divan::bench]
fn terminal(bencher: Bencher) {
    let report: Report = serde_json::from_str(REPORT).expect("a report");
    bencher.bench(|| render(black_box(&report), 80));
}

#[divan::bench]
fn picture_of_lanes(bencher: Bencher) {
    let recording = recording();
    let report: Report = serde_json::from_str(REPORT).expect("a report");
    let (contours, sound) = (Contours::of(&Features::of(&recording.speech)), Sound::of(&recording.speech));
    let lanes = Lanes::of(&report, Some(&contours), Some(&sound)).expect("it has sound");
    bencher.bench(|| picture::svg(black_box(&lanes), "A question"));
}

#[divan::bench]
fn sound_of_a_page(bencher: Bencher) {
    let recording = recording();
    bencher.bench(|| opus::ogg_opus(black_box(&recording.speech), opus::rate_for(recording.duration_s)));
}
