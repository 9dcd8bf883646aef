//! Access to the bytes of a file: opening it with checks, its SHA-256, and reading a part of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use symphonia::core::io::MediaSource;

use super::error::AudioError;
use crate::files;

/// Maximum number of chunks visited in a file, a bound for hostile files: more than any real file has before its audio.
pub(super) const MAX_CHUNKS: usize = 4096;

/// Opens the file at `path`, and returns it with its length in bytes.
///
/// # Errors
/// When the path cannot be opened, is not an ordinary file, or the file is empty.
pub(super) fn open_file(path: &Path) -> Result<(File, u64), AudioError> {
    match files::open(path)? {
        (_, 0) => Err(AudioError::Empty),
        opened => Ok(opened),
    }
}

/// Computes the SHA-256 of the file's bytes, as 64 lower-case hexadecimal digits.
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
    Ok(files::hex(hasher.finalize()))
}

/// A range of a file as a source for Symphonia, with a header put before it. The position reached is published for the
/// progress.
pub(super) struct FileRange {
    file: File,
    seekable: bool,
    header: Vec<u8>,
    range: Range<u64>,
    /// Position in bytes from the beginning of the header.
    position: u64,
    reached: Arc<AtomicU64>,
}

impl FileRange {
    /// Opens the `range` of the file at `path`, preceded by the bytes `header`. For a truncated file, `seekable` should
    /// be false, so that the demuxer does not look for the missing end.
    ///
    /// # Errors
    /// The same as for [`open_file`], and when seeking fails.
    pub(super) fn open(
        path: &Path,
        header: Vec<u8>,
        range: Range<u64>,
        seekable: bool,
        reached: Arc<AtomicU64>,
    ) -> Result<Self, AudioError> {
        let (mut file, _) = open_file(path)?;
        file.seek(SeekFrom::Start(range.start))?;
        Ok(Self { file, seekable, header, range, position: 0, reached })
    }

    fn len(&self) -> u64 {
        self.header.len() as u64 + self.range.end.saturating_sub(self.range.start)
    }
}

impl Read for FileRange {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = match self.header.get(self.position as usize..).filter(|rest| !rest.is_empty()) {
            Some(mut rest) => rest.read(buffer)?,
            None => {
                let left = self.len().saturating_sub(self.position).min(buffer.len() as u64);
                self.file.read(&mut buffer[..left as usize])?
            }
        };
        self.position += n as u64;
        self.reached.store(self.range.start + self.position, Ordering::Relaxed);
        Ok(n)
    }
}

impl Seek for FileRange {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // A damaged header can lead to any position, so an impossible one is reported as the end of the file, not as
        // another I/O error.
        let nowhere = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.len().checked_add_signed(by),
        };
        let position = position.ok_or_else(nowhere)?;
        let in_file = self.range.start.checked_add(position.saturating_sub(self.header.len() as u64));
        let in_file = in_file.filter(|&at| i64::try_from(at).is_ok()).ok_or_else(nowhere)?;
        self.file.seek(SeekFrom::Start(in_file))?;
        self.position = position;
        Ok(position)
    }
}

impl MediaSource for FileRange {
    fn is_seekable(&self) -> bool {
        self.seekable
    }

    fn byte_len(&self) -> Option<u64> {
        self.seekable.then(|| self.len())
    }
}

/// Reads the `N` bytes at offset `at`; `None` if the file ends within them.
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

/// Reads `len` bytes at offset `at`, or fewer if the file ends within them.
pub(super) fn read_bytes(file: &mut File, at: u64, len: u64) -> Result<Vec<u8>, AudioError> {
    let mut bytes = Vec::new();
    if i64::try_from(at).is_ok() {
        file.seek(SeekFrom::Start(at))?;
        file.take(len).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
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
        let mut source = FileRange::open(file.path(), Vec::new(), 0..3, true, Arc::default()).unwrap();
        for to in [SeekFrom::Start(u64::MAX), SeekFrom::Current(-9), SeekFrom::End(i64::MIN)] {
            assert_eq!(source.seek(to).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
        assert_eq!(read_array::<1>(&mut source.file, u64::MAX).unwrap(), None);
    }

    #[test]
    fn a_part_of_a_file_is_a_file_of_its_own() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "0123456789").unwrap();
        let mut part = FileRange::open(file.path(), b"ab".to_vec(), 2..6, true, Arc::default()).unwrap();
        let mut seen = String::new();
        part.read_to_string(&mut seen).unwrap();
        assert_eq!((seen.as_str(), part.byte_len()), ("ab2345", Some(6)));
        for (to, at, rest) in
            [(SeekFrom::End(-1), 5, "5"), (SeekFrom::Start(1), 1, "b2345"), (SeekFrom::Current(-6), 0, "ab2345")]
        {
            assert_eq!(part.seek(to).unwrap(), at);
            seen.clear();
            part.read_to_string(&mut seen).unwrap();
            assert_eq!(seen, rest);
        }
        assert_eq!(part.seek(SeekFrom::Start(0)).unwrap(), 0);
        assert!(part.seek(SeekFrom::Current(-5)).is_err(), "before its start");
    }
}
