//! What describes each frame of recordings, for the training: `filled_pause_frames DIR FILE...` writes `DIR/<name>.f32`,
//! [`INPUTS`] little-endian 32-bit numbers a frame.

use std::path::{Path, PathBuf};

use aloud::audio::Recording;
use aloud::signal::filled_pause::{INPUTS, inputs};
use aloud::signal::{activity, f0_track, levels, noise_floor, sonorants};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let out = arguments.next().ok_or("usage: filled_pause_frames DIR FILE...")?;
    for path in arguments {
        let Some(frames) = describe(&path)? else {
            eprintln!("{}: too little of a voice", path.display());
            continue;
        };
        let bytes: Vec<u8> = frames.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        let name = path.file_stem().ok_or("a file has a name")?;
        std::fs::write(out.join(name).with_extension("f32"), bytes)?;
    }
    Ok(())
}

fn describe(path: &Path) -> Result<Option<Vec<[f32; INPUTS]>>, Box<dyn std::error::Error>> {
    let recording = Recording::open(path, &mut |_| {})?;
    let levels = levels(&recording.speech);
    let f0_hz = f0_track(&recording.speech);
    let sonorant = sonorants(&levels, &f0_hz);
    let speech = activity(&levels.speech_db, &noise_floor(&levels.speech_db), &sonorant).speech;
    Ok(inputs(&levels, &f0_hz, &sonorant, &speech))
}
