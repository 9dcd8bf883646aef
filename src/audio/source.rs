//! The file's bytes: its checks before opening, its SHA-256, and a reader that mends the lengths in a WAV header.
//!
//! A recorder that streams or is killed leaves 0 or 0xFFFFFFFF as the length of the `data` chunk, or a `RIFF` length
//! that no longer fits; decoders then find no sound or refuse the file. [`Source`] shows such a header with "until the
//! end of the file" in place of the lengths, without touching the file. RF64/BW64 (EBU Tech 3306) is shown as RIFF.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use symphonia::core::io::MediaSource;

use super::error::AudioError;
use crate::files;

/// "Until the end of the file" as a RIFF length.
const UNKNOWN_LENGTH: u32 = u32::MAX;

/// More chunks than any real file has before its sound; a bound on what a hostile file can make us walk.
pub(super) const MAX_CHUNKS: usize = 4096;

/// Opens the file at `path` and gives it with its length in bytes.
///
/// # Errors
/// When the path cannot be opened, is not an ordinary file, or the file is empty.
pub(super) fn open_file(path: &Path) -> Result<(File, u64), AudioError> {
    match files::open(path)? {
        (_, 0) => Err(AudioError::Empty),
        opened => Ok(opened),
    }
}

/// SHA-256 of the file's bytes, as 64 lower-case hexadecimal digits.
///
/// # Errors
/// When the path cannot be opened or read, is not an ordinary file, or the file is empty.
pub fn sha256(path: &Path) -> Result<String, AudioError> {
    let (mut file, _) = open_file(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => hasher.update(&buffer[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A file as the decoder sees it: with mended WAV lengths, and counting how far it has been read.
pub(super) struct Source {
    file: File,
    seekable: bool,
    len: u64,
    position: u64,
    patches: Vec<Patch>,
    reached: Arc<AtomicU64>,
}

/// Four bytes that are shown in place of the file's own.
struct Patch {
    at: u64,
    bytes: [u8; 4],
}

impl Source {
    /// Opens `path`, mending its lengths if it is a WAV file. A file that was cut off is best read as if it could not
    /// be sought (`seekable` false): the decoder then does not go looking for the missing end.
    ///
    /// # Errors
    /// As [`open_file`], and when reading fails.
    pub(super) fn open(path: &Path, seekable: bool) -> Result<(Self, Option<WavHeader>), AudioError> {
        let (mut file, len) = open_file(path)?;
        let (patches, wav) = match WavHeader::read(&mut file, len)? {
            Some((patches, wav)) => (patches, Some(wav)),
            None => (Vec::new(), None),
        };
        file.seek(SeekFrom::Start(0))?;
        let source = Self { file, seekable, len, position: 0, patches, reached: Arc::default() };
        Ok((source, wav))
    }

    /// Where in the file the last read ended, in bytes.
    pub(super) fn reached(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.reached)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        let start = self.position;
        let end = start + n as u64;
        for patch in &self.patches {
            for (offset, byte) in patch.bytes.iter().enumerate() {
                let at = patch.at + offset as u64;
                if (start..end).contains(&at) {
                    buffer[(at - start) as usize] = *byte;
                }
            }
        }
        self.position = end;
        self.reached.store(end, Ordering::Relaxed);
        Ok(n)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // A damaged header leads to places that no file has; nothing is wrong with the disk then.
        let nowhere = |error: io::Error| match error.kind() {
            io::ErrorKind::InvalidInput => io::ErrorKind::UnexpectedEof.into(),
            _ => error,
        };
        self.position = self.file.seek(to).map_err(nowhere)?;
        Ok(self.position)
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        self.seekable
    }

    fn byte_len(&self) -> Option<u64> {
        self.seekable.then_some(self.len)
    }
}

/// What a WAV header says, read before any decoder sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WavHeader {
    /// The format tag (`WAVE_FORMAT_*` of Microsoft's mmreg.h), e.g. 1 for PCM.
    pub(super) format_tag: u16,
    /// Channels, as the header claims.
    pub(super) channels: u16,
    /// Sample rate, Hz, as the header claims.
    pub(super) sample_rate_hz: u32,
    /// Seconds of sound the `data` chunk claims to hold; `None` when it does not say (streamed or killed recorder).
    pub(super) promised_s: Option<f64>,
}

impl WavHeader {
    /// Walks the RIFF chunks up to `data`. `None` if the file is not RIFF/RF64 WAVE or has no `data` chunk.
    fn read(file: &mut File, len: u64) -> Result<Option<(Vec<Patch>, Self)>, AudioError> {
        let Some(riff) = read_array::<12>(file, 0)? else {
            return Ok(None);
        };
        if !matches!(&riff[..4], b"RIFF" | b"RF64" | b"BW64") || &riff[8..] != b"WAVE" {
            return Ok(None);
        }
        let mut patches = vec![Patch { at: 0, bytes: *b"RIFF" }, Patch { at: 4, bytes: UNKNOWN_LENGTH.to_le_bytes() }];
        let mut wav = Self { format_tag: 0, channels: 0, sample_rate_hz: 0, promised_s: None };
        let mut bytes_per_second = 0;
        let mut length_64 = None;
        let mut at = 12;
        for _ in 0..MAX_CHUNKS {
            let Some(header) = read_array::<8>(file, at)? else {
                break;
            };
            let length = le_u32(&header[4..]);
            let body = at + 8;
            match &header[..4] {
                b"ds64" => length_64 = read_array::<16>(file, body)?.map(|ds64| le_u64(&ds64[8..])),
                b"fmt " => {
                    let fmt = read_array::<12>(file, body)?.unwrap_or_default();
                    wav.format_tag = u16::from_le_bytes([fmt[0], fmt[1]]);
                    wav.channels = u16::from_le_bytes([fmt[2], fmt[3]]);
                    wav.sample_rate_hz = le_u32(&fmt[4..]);
                    bytes_per_second = le_u32(&fmt[8..]);
                }
                b"data" => {
                    let available = len.saturating_sub(body);
                    let claimed = match (length, length_64) {
                        (UNKNOWN_LENGTH, length_64) => length_64,
                        (0, _) if !ends_in_chunks(file, body, len)? => None,
                        (length, _) => Some(u64::from(length)),
                    };
                    let shown = claimed.unwrap_or(available).min(available);
                    let shown = u32::try_from(shown).unwrap_or(UNKNOWN_LENGTH);
                    patches.push(Patch { at: at + 4, bytes: shown.to_le_bytes() });
                    wav.promised_s = claimed
                        .filter(|_| bytes_per_second > 0)
                        .map(|claimed| claimed as f64 / f64::from(bytes_per_second));
                    return Ok(Some((patches, wav)));
                }
                _ => {}
            }
            at = body + u64::from(length) + u64::from(length % 2);
        }
        Ok(None)
    }
}

/// Whether the bytes from `at` to the end of the file are a row of whole RIFF chunks (or nothing), not sound.
fn ends_in_chunks(file: &mut File, mut at: u64, len: u64) -> Result<bool, AudioError> {
    for _ in 0..MAX_CHUNKS {
        if at >= len {
            return Ok(true);
        }
        match read_array::<8>(file, at)? {
            Some(header) if header[..4].iter().all(|byte| (b' '..=b'~').contains(byte)) => {
                let claimed = le_u32(&header[4..]);
                at += 8 + u64::from(claimed) + u64::from(claimed % 2);
                if at > len + 1 {
                    return Ok(false);
                }
            }
            _ => return Ok(false),
        }
    }
    Ok(false)
}

/// The `N` bytes at `at`, or `None` if the file ends before.
pub(super) fn read_array<const N: usize>(file: &mut File, at: u64) -> Result<Option<[u8; N]>, AudioError> {
    let mut bytes = [0; N];
    if i64::try_from(at).is_err() {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(at))?;
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn le_u32(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).rev().fold(0, |value, &byte| value << 8 | u32::from(byte))
}

fn le_u64(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_is_that_of_the_standard() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256(file.path()).unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_place_that_no_file_has_is_its_end_and_no_fault_of_the_disk() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        let (mut source, _) = Source::open(file.path(), true).unwrap();
        for to in [SeekFrom::Start(u64::MAX), SeekFrom::Current(-9), SeekFrom::End(i64::MIN)] {
            assert_eq!(source.seek(to).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
        assert_eq!(read_array::<1>(&mut source.file, u64::MAX).unwrap(), None);
    }

    #[test]
    fn patched_bytes_show_through_reads_of_every_size() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), (0..32).collect::<Vec<u8>>()).unwrap();
        for size in [1, 3, 5, 32] {
            let mut source = Source {
                file: File::open(file.path()).unwrap(),
                seekable: true,
                len: 32,
                position: 0,
                patches: vec![Patch { at: 10, bytes: [255; 4] }],
                reached: Arc::default(),
            };
            let mut seen = Vec::new();
            let mut buffer = vec![0; size];
            loop {
                match source.read(&mut buffer).unwrap() {
                    0 => break,
                    n => seen.extend_from_slice(&buffer[..n]),
                }
            }
            let mut expected: Vec<u8> = (0..32).collect();
            expected[10..14].fill(255);
            assert_eq!(seen, expected, "reads of {size}");
        }
    }
}
