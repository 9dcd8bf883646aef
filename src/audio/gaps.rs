//! Gaps in which aloud lost audio while recording. They are listed in a custom chunk (`alou`) at the end of its WAV
//! files, which other programs skip. In the file, silence of the same length replaces the lost audio, so that times are
//! correct; it must not be taken for silence of the speaker.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::source::MAX_CHUNKS;

/// The four-character ID of the chunk.
pub const CHUNK: &[u8; 4] = b"alou";
/// The schema name and version of the chunk's JSON.
const SCHEMA: &str = "aloud.take/1";
/// Maximum length of a chunk that is read, in bytes: ten thousand gaps.
const MAX_CHUNK_BYTES: u32 = 1 << 20;

/// A gap in a recording: lost audio, replaced by silence of the same length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first missing frame, counted from the beginning of the recording.
    pub at_frame: u64,
    /// Number of missing frames.
    pub frames: u64,
}

#[derive(Serialize, Deserialize)]
struct GapList {
    schema: String,
    gaps: Vec<Gap>,
}

/// Returns the bytes of the chunk, including its header, padded to an even length.
pub fn chunk(gaps: &[Gap]) -> io::Result<Vec<u8>> {
    let mut body = serde_json::to_vec(&GapList { schema: SCHEMA.to_owned(), gaps: gaps.to_vec() })?;
    body.resize(body.len().next_multiple_of(2), b' ');
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    Ok([&CHUNK[..], &length.to_le_bytes(), &body].concat())
}

/// Reads the gaps of a WAV file that aloud recorded; `None` for any other file.
pub(super) fn read(file: &mut File) -> Option<Vec<Gap>> {
    let mut head = [0; 12];
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_exact(&mut head).ok()?;
    if &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
        return None;
    }
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(at)).ok()?;
        file.read_exact(&mut head).ok()?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        if &head[..4] == CHUNK && length <= MAX_CHUNK_BYTES {
            let mut body = vec![0; length as usize];
            file.read_exact(&mut body).ok()?;
            return serde_json::from_slice::<GapList>(&body).ok().filter(|c| c.schema == SCHEMA).map(|c| c.gaps);
        }
        at += 8 + u64::from(length) + u64::from(length % 2);
    }
    None
}
