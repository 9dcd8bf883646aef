//! Information about Matroska and WebM files that Symphonia does not provide: whether the file is complete, and the
//! padding in each packet. Layout: RFC 8794 (EBML) and RFC 9559 (Matroska).
//!
//! A browser's recorder writes a segment and clusters of unknown size and stops when told to. Such a file is complete
//! if it ends after a whole packet.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;

use super::error::AudioError;
use super::source::read_array;

/// Maximum number of elements visited, a bound for hostile files; four hours of 10 ms packets are 1.4 million.
const MAX_ELEMENTS: usize = 2_000_000;

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
const SIMPLE_BLOCK: u32 = 0xa3;
const DISCARD_PADDING: u32 = 0x75a2;

/// What a walk through the elements of a file has found.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// Whether the file ends after a whole element, and no element of known size exceeds the file.
    pub(super) is_whole: bool,
    /// The padding at the end of packets (negative: at the start), in nanoseconds, by track number and packet index.
    pub(super) discarded: BTreeMap<u64, BTreeMap<u64, i64>>,
}

struct Element {
    id: u32,
    body: u64,
    /// End of the element; `None` if its size is unknown.
    end: Option<u64>,
}

fn element(file: &mut File, at: u64) -> Result<Option<Element>, AudioError> {
    // An ID has up to 4 bytes, a size up to 8; near the end of the file, fewer may be left.
    let mut bytes = [0; 12];
    let have = match read_array::<12>(file, at)? {
        Some(all) => {
            bytes = all;
            12
        }
        None => {
            let mut have = 0;
            while have < 12 {
                let Some([byte]) = read_array::<1>(file, at + have as u64)? else { break };
                bytes[have] = byte;
                have += 1;
            }
            have
        }
    };
    let id_len = bytes[0].leading_zeros() as usize + 1;
    if id_len > 4 || have < id_len + 1 {
        return Ok(None);
    }
    let id = bytes[..id_len].iter().fold(0, |id, &byte| id << 8 | u32::from(byte));
    let size_len = bytes[id_len].leading_zeros() as usize + 1;
    if size_len > 8 || have < id_len + size_len {
        return Ok(None);
    }
    let bits = 7 * size_len;
    let size = bytes[id_len..id_len + size_len].iter().fold(0_u64, |size, &byte| size << 8 | u64::from(byte));
    let size = size & ((1 << bits) - 1);
    let body = at + (id_len + size_len) as u64;
    let end = (size != (1 << bits) - 1).then(|| body.saturating_add(size));
    Ok(Some(Element { id, body, end }))
}

/// Returns the track number of a block and its number of frames.
fn track_of_block(file: &mut File, body: u64) -> Result<Option<(u64, u64)>, AudioError> {
    let Some(head) = read_array::<8>(file, body)? else { return Ok(None) };
    let len = head[0].leading_zeros() as usize + 1;
    if len > 4 {
        return Ok(None);
    }
    let track = head[..len].iter().fold(0_u64, |n, &byte| n << 8 | u64::from(byte)) & ((1 << (7 * len)) - 1);
    let is_laced = head[len + 2] & 6 > 0;
    let frames =
        if is_laced { read_array::<1>(file, body + len as u64 + 3)?.map_or(1, |[n]| u64::from(n) + 1) } else { 1 };
    Ok(Some((track, frames)))
}

/// Walks through the elements in `range` of the file.
pub(super) fn layout(file: &mut File, range: Range<u64>) -> Result<Layout, AudioError> {
    let mut found = Layout::default();
    let mut packets: BTreeMap<u64, u64> = BTreeMap::new();
    // The last block's track and packet index: in a block group, the discard padding follows its block.
    let mut last = None;
    let mut at = range.start;
    for _ in 0..MAX_ELEMENTS {
        if at >= range.end {
            found.is_whole = at == range.end;
            return Ok(found);
        }
        let Some(element) = element(file, at)? else { return Ok(found) };
        match (element.id, element.end) {
            // The walk descends into these elements. If one of them ends past the end of the file, the file is
            // truncated.
            (SEGMENT | CLUSTER | BLOCK_GROUP, end) => {
                if end.is_some_and(|end| end > range.end) {
                    return Ok(found);
                }
                at = element.body;
                continue;
            }
            (BLOCK | SIMPLE_BLOCK, _) => {
                if let Some((track, frames)) = track_of_block(file, element.body)? {
                    let count = packets.entry(track).or_default();
                    *count += frames;
                    last = Some((track, *count - 1));
                }
            }
            (DISCARD_PADDING, Some(end)) if (1..=8).contains(&(end - element.body)) => {
                if let (Some((track, packet)), Some(bytes)) = (last, read_array::<8>(file, end - 8)?) {
                    let unused = 64 - 8 * (end - element.body);
                    let value = i64::from_be_bytes(bytes) << unused >> unused;
                    found.discarded.entry(track).or_default().insert(packet, value);
                }
            }
            _ => {}
        }
        // Only segments and clusters may be of unknown size.
        let Some(end) = element.end else { return Ok(found) };
        at = end;
    }
    Ok(found)
}
