//! Parses Apple's Core Audio Format (CAF).
//!
//! Layout: Apple, "Core Audio Format Specification 1.0". A recorder that streams writes -1 as the length of the audio.

use std::fs::File;

use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_ALAC, CODEC_ID_OPUS};

use super::decode::check_plausible;
use super::demux::params;
use super::error::AudioError;
use super::mp4;
use super::pcm;
use super::source::{MAX_CHUNKS, read_array, read_bytes};
use super::table::{EditEntry, MAX_PACKETS, PacketEntry, PacketTable};

/// Maximum length of a chunk that is read into memory, bytes: enough for the packet sizes of four hours.
const MAX_CHUNK_BYTES: u64 = 16 << 20;

/// The chunks of a CAF file that are used.
#[derive(Default)]
struct CafChunks {
    description: Option<[u8; 32]>,
    cookie: Vec<u8>,
    /// The packet table: number of packets, of valid frames, of priming frames and of remainder frames; and the packet
    /// sizes.
    packet_table: Option<(u64, u64, u32, u32, Vec<u8>)>,
    /// Offset of the audio, and its length according to the file; `None` if that is unknown.
    data: Option<(u64, Option<u64>)>,
}

/// Reads a variable-length integer of the packet table, advancing `bytes`.
fn variable_length(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 || value > u64::from(u32::MAX) {
            return Some(value);
        }
    }
}

fn chunks(file: &mut File, file_len: u64) -> Result<CafChunks, AudioError> {
    let mut found = CafChunks::default();
    let mut at = 8_u64;
    for _ in 0..MAX_CHUNKS {
        let Some(head) = read_array::<12>(file, at)? else { break };
        let len = head[4..].iter().fold(0_u64, |len, &byte| len << 8 | u64::from(byte));
        let body = at + 12;
        match &head[..4] {
            b"desc" => found.description = read_array::<32>(file, body)?,
            b"kuki" if len <= MAX_CHUNK_BYTES => found.cookie = read_bytes(file, body, len)?,
            b"pakt" if len <= MAX_CHUNK_BYTES => {
                if let Some(head) = read_array::<24>(file, body)? {
                    let big =
                        |at: usize, len: usize| head[at..at + len].iter().fold(0, |n, &byte| n << 8 | u64::from(byte));
                    let sizes = read_bytes(file, body + 24, len.saturating_sub(24))?;
                    found.packet_table = Some((big(0, 8), big(8, 8), big(16, 4) as u32, big(20, 4) as u32, sizes));
                }
            }
            // The audio follows a 4-byte count of edits. A length of 0 or less is a placeholder that the recorder never
            // updated.
            b"data" if found.data.is_none() => {
                let is_known = len >= 4 && i64::try_from(len).is_ok();
                found.data = Some((body + 4, is_known.then(|| len - 4)));
                if !is_known || body.saturating_add(len) > file_len {
                    break;
                }
            }
            _ => {}
        }
        let Some(next) = body.checked_add(len) else { break };
        at = next;
    }
    Ok(found)
}

/// Parses a CAF file.
pub(super) fn read(file: &mut File, file_len: u64) -> Result<PacketTable, AudioError> {
    let CafChunks { description, cookie, packet_table, data } = chunks(file, file_len)?;
    let Some(description) = description else { return Err(AudioError::Damaged) };
    let Some((start, stated)) = data else { return Err(AudioError::NoSound) };
    let word = |at: usize| description[at..at + 4].iter().fold(0_u32, |n, &byte| n << 8 | u32::from(byte));
    let rate = f64::from_bits(u64::from(word(0)) << 32 | u64::from(word(4)));
    let code = word(8).to_be_bytes();
    let (flags, packet_len, packet_frames, bits) = (word(12), word(16), word(20), word(28));
    let channels = u16::try_from(word(24)).unwrap_or(u16::MAX);
    let rate_hz = rate.round().clamp(0.0, f64::from(u32::MAX)) as u32;
    check_plausible(rate_hz, usize::from(channels))?;
    let available = file_len.saturating_sub(start);
    let end = start + stated.map_or(available, |stated| stated.min(available));

    let layout = match &code {
        b"lpcm" => {
            // A sample may occupy more bytes than its bits need.
            let sample_bits = match packet_len.checked_div(u32::from(channels)) {
                Some(bytes) if bytes > 0 && packet_frames == 1 => bytes * 8,
                _ => bits,
            };
            pcm::linear(u64::from(sample_bits), flags & 1 > 0, flags & 2 == 0, channels, rate_hz)
        }
        code => pcm::by_code(code, u64::from(bits), channels, rate_hz, false),
    };
    if let Some(layout) = layout {
        let mut table = layout.packet_table(rate_hz, start..end);
        table.stated_s = stated
            .filter(|&stated| stated > available)
            .map(|stated| (stated / layout.block_len.max(1) * layout.block_frames) as f64 / f64::from(rate_hz));
        return Ok(table);
    }

    let mut params = match &code {
        b"alac" => params(CODEC_ID_ALAC, rate_hz, channels),
        b"aac " => params(CODEC_ID_AAC, rate_hz, channels),
        b"opus" => params(CODEC_ID_OPUS, rate_hz, channels),
        code => {
            let name = mp4::codec_name(String::from_utf8_lossy(code).trim());
            return Err(AudioError::Unsupported { name });
        }
    };
    let extra = match &code {
        b"alac" => mp4::alac_cookie(&cookie),
        b"aac " => mp4::audio_config(&cookie).map(|(_, config)| config),
        _ => None,
    };
    if let Some(extra) = extra {
        params.with_extra_data(extra.into());
    }
    let Some((count, valid, priming, _, sizes)) = packet_table else { return Err(AudioError::Damaged) };
    let mut sizes = sizes.as_slice();
    let (mut at, mut time, mut packets) = (start, 0, Vec::new());
    for _ in 0..count.min(MAX_PACKETS as u64) {
        let len = if packet_len > 0 { Some(u64::from(packet_len)) } else { variable_length(&mut sizes) };
        let ticks = if packet_frames > 0 { Some(u64::from(packet_frames)) } else { variable_length(&mut sizes) };
        let (Some(len), Some(ticks)) = (len, ticks) else { break };
        let (Ok(short), Ok(ticks)) = (u32::try_from(len), u32::try_from(ticks)) else { break };
        packets.push(PacketEntry { at, len: short, time, ticks });
        at = at.saturating_add(len);
        time += u64::from(ticks);
    }
    let whole = packets.iter().take_while(|s| s.at.saturating_add(u64::from(s.len)) <= end).count();
    let stated_s = (whole < packets.len()).then_some(time as f64 / f64::from(rate_hz));
    packets.truncate(whole);
    let duration_s = if valid > 0 { valid as f64 / f64::from(rate_hz) } else { f64::INFINITY };
    let edits = vec![EditEntry { from_s: Some(f64::from(priming) / f64::from(rate_hz)), duration_s }];
    Ok(PacketTable {
        params,
        ticks_per_s: f64::from(rate_hz),
        packets,
        edits,
        delay: Some(0),
        stated_s,
        is_truncated: false,
    })
}
