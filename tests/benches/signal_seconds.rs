//! How long the parts beside the transcription take: `signal_seconds RECORDING REPORT ROUNDS`.
//!
//! `REPORT` is what `aloud analyze RECORDING --json` printed; its transcript stands in for the speech model, which is not
//! loaded. Prints, as JSON, the seconds of every round: `decode` (the file to 16 kHz mono), `signal` (level, pitch,
//! speech, syllables, hesitation) and `report` (pace, fillers, pauses, story, score). `tests/peers/speed.py` runs it.

use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use aloud::analyze::judge;
use aloud::audio::Recording;
use aloud::brief::Brief;
use aloud::signal::Features;
use aloud::transcript::Transcript;

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: signal_seconds RECORDING REPORT ROUNDS";
    let mut arguments = std::env::args_os().skip(1);
    let recording = PathBuf::from(arguments.next().ok_or(usage)?);
    let report = PathBuf::from(arguments.next().ok_or(usage)?);
    let rounds: usize = arguments.next().and_then(|n| n.to_str()?.parse().ok()).ok_or(usage)?;

    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(report)?)?;
    let transcript: Transcript = serde_json::from_value(report["transcript"].clone())?;
    let brief = Brief::default();
    let (mut decode, mut signal, mut judged) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (opened, seconds) = timed(|| Recording::open(&recording, &mut |_| {}));
        decode.push(seconds);
        let opened = opened?;
        let (features, seconds) = timed(|| Features::of(&opened.speech));
        signal.push(seconds);
        let words = transcript.clone();
        let (report, seconds) = timed(|| judge(&opened, &features, words, None, &brief));
        judged.push(seconds);
        black_box(report);
    }
    println!("{}", serde_json::json!({ "decode": decode, "signal": signal, "report": judged }));
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let made = work();
    (made, begun.elapsed().as_secs_f64())
}
