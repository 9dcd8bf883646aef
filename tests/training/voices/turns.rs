//! Says who speaks when: `turns FOLDER FILE...` writes for each recording a JSON in FOLDER, as `score_turns.py` of the evaluation reads
//! it, and prints a line. The candidate is who talks more: the words are not heard here.

use std::path::Path;

use aloud::audio::Recording;
use aloud::signal::Features;
use aloud::voices::{Turn, Voices};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().expect("turns FOLDER FILE...");
    for path in arguments {
        let path = Path::new(&path);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let recording = match Recording::open(path, &mut |_| ()) {
            Ok(recording) => recording,
            Err(error) => {
                println!("{name}\trefused: {error}");
                continue;
            }
        };
        let voices = Voices::of(&recording, &Features::of(&recording.speech));
        println!("{name}\t{:?}\t{:.2}\t{:?}\t{}", voices.count, voices.confidence, voices.how, voices.turns.len());
        let turn = |t: &Turn| serde_json::json!({"who": t.voice.to_string(), "unsure": t.unsure, "start_s": t.span.start_s, "end_s": t.span.end_s});
        let turns: Vec<_> = voices.turns.iter().map(turn).collect();
        std::fs::write(Path::new(&folder).join(name + ".json"), serde_json::json!({ "turns": turns }).to_string())?;
    }
    Ok(())
}
