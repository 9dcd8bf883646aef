//! Where the parts of a file begin that somebody joined: chained Ogg streams (RFC 3533, 4), and FLAC files one after the other.
//! Each part has headers of its own and is read by itself.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use super::error::AudioError;

/// More parts than anybody joins; a bound for hostile files.
const MOST_PARTS: usize = 10_000;

/// The parts of an Ogg file: each begins with a page that begins a stream, after one that does not.
pub(super) fn ogg(file: &mut File, start: u64, len: u64) -> Result<Vec<Range<u64>>, AudioError> {
    file.seek(SeekFrom::Start(start))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut starts, mut at, mut before_began) = (vec![start], start, true);
    let mut head = [0; 27];
    while starts.len() < MOST_PARTS && reader.read_exact(&mut head).is_ok() {
        if &head[..4] != b"OggS" {
            // Out of step: one byte on.
            at += 1;
            reader.seek_relative(-26)?;
            continue;
        }
        let mut lengths = [0; 255];
        let segments = &mut lengths[..usize::from(head[26])];
        if reader.read_exact(segments).is_err() {
            break;
        }
        let body: i64 = segments.iter().map(|&len| i64::from(len)).sum();
        let begins = head[5] & 2 > 0;
        if begins && !before_began {
            starts.push(at);
        }
        before_began = begins;
        at += 27 + segments.len() as u64 + body as u64;
        reader.seek_relative(body)?;
    }
    Ok(ranges(&starts, len))
}

/// The parts of a FLAC file: each begins with the mark and a block of stream information (RFC 9639, 8).
pub(super) fn flac(file: &mut File, start: u64, len: u64) -> Result<Vec<Range<u64>>, AudioError> {
    file.seek(SeekFrom::Start(start))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut starts, mut at, mut window) = (Vec::new(), start, Vec::new());
    while starts.len() < MOST_PARTS {
        let kept = window.len();
        let read = reader.by_ref().take(1 << 16).read_to_end(&mut window)?;
        if read == 0 {
            break;
        }
        let marks = window
            .windows(8)
            .enumerate()
            .filter(|(_, w)| w.starts_with(b"fLaC") && w[4] & 0x7f == 0 && w[5..] == [0, 0, 34]);
        starts.extend(marks.map(|(i, _)| at - kept as u64 + i as u64));
        at += read as u64;
        window.drain(..window.len().saturating_sub(7));
    }
    if starts.first() != Some(&start) {
        starts.insert(0, start);
    }
    Ok(ranges(&starts, len))
}

fn ranges(starts: &[u64], len: u64) -> Vec<Range<u64>> {
    let ends = starts.iter().skip(1).copied().chain([len]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}
