//! What the witnesses say of each place that may be a filled pause, for the training: `filled_pause_evidence FILE...` prints a
//! line of JSON for each recording, its path and its candidates.

use std::path::{Path, PathBuf};

use aloud::audio::Recording;
use aloud::disfluency::filled_pauses::candidates;
use aloud::signal::Features;
use aloud::transcript::model::Model;
use aloud::transcript::transcribe;
use aloud::transcript::whisper::Whisper;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Whisper::load(&Model::open(Path::new("models/ggml-base-q8_0.bin"))?, &[])?;
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        let recording = Recording::open(&path, &mut |_| {})?;
        let (transcript, features) = transcribe(&recording.speech, Features::of(&recording.speech), &engine, &|_| {})?;
        let candidates = candidates(&features, &transcript);
        println!("{}", serde_json::json!({ "path": path, "candidates": candidates }));
    }
    Ok(())
}
