//! The sound of a take while it is being recorded, read from its file as it is written.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::device::{Format, Sample};
use super::take::layout;
use crate::files::{self, FileError};

/// The most that is read at a time, in frames: a few seconds.
const MOST_FRAMES: u64 = 1 << 17;

/// Reads what was added to the file of a take.
pub struct Tail {
    file: File,
    format: Format,
    /// Frames read so far.
    read: u64,
}

impl Tail {
    /// Opens the file of a take that is being recorded in this format.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, format: Format) -> Result<Self, FileError> {
        let (file, _) = files::open(path)?;
        Ok(Self { file, format, read: 0 })
    }

    /// Begins again with the first frame.
    pub fn rewind(&mut self) {
        self.read = 0;
    }

    /// Returns the next frames that are written, some seconds at most: a vector of samples per channel, full scale 1.0.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_frames(&mut self) -> io::Result<Vec<Vec<f32>>> {
        let channels = usize::from(self.format.channels);
        // The header says how much of what follows is sound.
        let (data_at, frame_bytes, written) = layout(&mut self.file)?;
        let frames = written.saturating_sub(self.read).min(MOST_FRAMES);
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(data_at + self.read * frame_bytes))?;
        Read::by_ref(&mut self.file).take(frames * frame_bytes).read_to_end(&mut bytes)?;
        let width = frame_bytes as usize / channels;
        let mut planes = vec![Vec::with_capacity(frames as usize); channels];
        for frame in bytes.chunks_exact(frame_bytes as usize) {
            for (plane, sample) in planes.iter_mut().zip(frame.chunks_exact(width)) {
                plane.push(decoded(sample, self.format.sample));
            }
            self.read += 1;
        }
        Ok(planes)
    }
}

/// A sample from its bytes; 0 of bytes that are none.
fn decoded(bytes: &[u8], sample: Sample) -> f32 {
    match (sample, bytes) {
        (Sample::Int16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32_768.0,
        (Sample::Int24, &[a, b, c]) => (i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / 8_388_608.0,
        (Sample::Float32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::take::{About, Place, Writer};
    use super::*;

    #[test]
    fn a_take_is_read_as_it_is_written_and_no_further_than_its_sound() {
        let folder = tempfile::tempdir().unwrap();
        for (sample, scale) in [(Sample::Int16, 32_768.0), (Sample::Int24, 8_388_608.0), (Sample::Float32, 1e9)] {
            let format = Format { rate_hz: 48_000, channels: 2, sample };
            let place = Place {
                recordings: Some(folder.path().to_owned()),
                file: None,
                name: format!("{sample:?}"),
                goes_on: false,
            };
            let mut take = Writer::create(&place, &About::default(), format, true).unwrap();
            let mut tail = Tail::open(take.path(), format).unwrap();
            assert_eq!(tail.next_frames().unwrap(), [[], []] as [[f32; 0]; 2]);
            let samples: Vec<f32> =
                (0..20_000).map(|i| ((i as f32 * 0.01).sin() * 0.9 * scale).round() / scale).collect();
            let mut heard = [Vec::new(), Vec::new()];
            for part in samples.chunks(6_000) {
                take.write(part).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(110));
                take.tick().unwrap();
                let planes = tail.next_frames().unwrap();
                heard.iter_mut().zip(planes).for_each(|(heard, plane)| heard.extend(plane));
            }
            take.finish().map_err(|(failure, _)| failure).unwrap();
            assert!(tail.next_frames().unwrap()[0].is_empty(), "the chunk behind the sound is no sound");
            let channel = |c: usize| samples.iter().skip(c).step_by(2).copied().collect::<Vec<_>>();
            assert_eq!(heard, [channel(0), channel(1)]);
            tail.rewind();
            assert_eq!(tail.next_frames().unwrap()[1], channel(1));
        }
    }
}
