//! Decodes files and does nothing else: `decode FOLDER FILE...` prints a line on each, and leaves the 16 kHz sound of those that
//! could be read in FOLDER. For `containers_against_ffmpeg.py`.

use std::path::Path;

use aloud::audio::Recording;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().expect("decode FOLDER FILE...");
    for path in arguments {
        let path = Path::new(&path);
        match Recording::open(path, &mut |_| ()) {
            Ok(recording) => {
                let damage = recording.damage.map_or("-".to_owned(), |damage| damage.to_string());
                let track = recording.track.map_or("-".to_owned(), |track| format!("{}/{}", track.number, track.of));
                println!("ok\t{:.4}\t{}\t{damage}\t{track}", recording.duration_s, recording.format);
                let sound: Vec<u8> = recording.speech.to_vec().iter().flat_map(|x| x.to_le_bytes()).collect();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                std::fs::write(Path::new(&folder).join(format!("{name}.f32")), sound)?;
            }
            Err(error) => println!("refused\t{error}"),
        }
    }
    Ok(())
}
