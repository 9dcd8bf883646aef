//! Splits chained Ogg streams (RFC 3533, 4) and concatenated FLAC files into their parts. Each part has its own headers
//! and is read separately.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use super::error::AudioError;
use super::source::{MAX_CHUNKS, read_array, read_bytes};

/// Maximum distance from the header of a FLAC file at which its first frame is searched for, bytes: more than the
/// largest embedded picture.
const MAX_SEARCH_BYTES: u64 = 16 << 20;

/// Maximum number of parts, a bound for hostile files.
const MAX_PARTS: usize = 10_000;

/// Returns the parts of an Ogg file, and whether the file ends with a whole page.
///
/// A part begins with a beginning-of-stream page that follows a page of another kind. End-of-stream pages are not
/// relied on, since a recorder that was stopped may not write one.
pub(super) fn ogg(file: &mut File, start: u64, len: u64) -> Result<(Vec<Range<u64>>, bool), AudioError> {
    file.seek(SeekFrom::Start(start))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut starts, mut at, mut before_began) = (vec![start], start, true);
    let mut head = [0; 27];
    while starts.len() < MAX_PARTS && reader.read_exact(&mut head).is_ok() {
        if &head[..4] != b"OggS" {
            // Out of sync: advance one byte.
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
    Ok((ranges(&starts, len), at == len))
}

/// Returns the parts of a FLAC file: each begins with the signature and a STREAMINFO block (RFC 9639, 8).
pub(super) fn flac(file: &mut File, start: u64, len: u64) -> Result<Vec<Range<u64>>, AudioError> {
    file.seek(SeekFrom::Start(start))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut starts, mut at, mut window) = (Vec::new(), start, Vec::new());
    while starts.len() < MAX_PARTS {
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

/// Returns the signature and STREAMINFO block of a FLAC part, and the range from its first frame on. The metadata
/// between them (comments, pictures) is skipped: tagging programs write wrong lengths into it, and decoding does not
/// need it.
pub(super) fn flac_audio(file: &mut File, part: Range<u64>) -> Result<(Vec<u8>, Range<u64>), AudioError> {
    let mut head = read_bytes(file, part.start, 42)?;
    if head.len() < 42 {
        return Ok((Vec::new(), part));
    }
    // Mark STREAMINFO as the last metadata block.
    head[4] = 0x80;
    let mut at = part.start + 42;
    for _ in 0..MAX_CHUNKS {
        let Some(block) = read_array::<4>(file, at)? else { break };
        if is_frame(file, at)? {
            return Ok((head, at..part.end));
        }
        at += 4 + u64::from(u32::from_be_bytes([0, block[1], block[2], block[3]]));
    }
    // The block lengths do not lead to a frame: search for one.
    let bytes = read_bytes(file, part.start + 42, MAX_SEARCH_BYTES)?;
    for (i, pair) in bytes.windows(2).enumerate() {
        if pair[0] == 0xff && pair[1] & 0xfe == 0xf8 && is_frame(file, part.start + 42 + i as u64)? {
            return Ok((head, part.start + 42 + i as u64..part.end));
        }
    }
    Ok((Vec::new(), part))
}

/// Returns whether a FLAC frame begins here, by its sync code and the checksum of its header (RFC 9639, 9.1).
fn is_frame(file: &mut File, at: u64) -> Result<bool, AudioError> {
    let bytes = read_bytes(file, at, 16)?;
    if bytes.len() < 6 || bytes[0] != 0xff || bytes[1] & 0xfe != 0xf8 {
        return Ok(false);
    }
    let number_len = match bytes[4].leading_ones() {
        0 => 1,
        ones @ 2..=7 => ones as usize,
        _ => return Ok(false),
    };
    let block_len = match bytes[2] >> 4 {
        6 => 1,
        7 => 2,
        _ => 0,
    };
    let rate_len = match bytes[2] & 15 {
        12 => 1,
        13 | 14 => 2,
        _ => 0,
    };
    let len = 4 + number_len + block_len + rate_len;
    let crc = bytes.get(..len).unwrap_or_default().iter().fold(0_u8, |crc, &byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 > 0 { crc << 1 ^ 7 } else { crc << 1 })
    });
    Ok(bytes.get(len) == Some(&crc))
}

fn ranges(starts: &[u64], len: u64) -> Vec<Range<u64>> {
    let ends = starts.iter().skip(1).copied().chain([len]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}
