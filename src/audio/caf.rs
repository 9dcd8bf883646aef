//! Apple's Core Audio Format (CAF): its chunks and the location of its packets.
//!
//! Layout: Apple, "Core Audio Format Specification 1.0". A recorder that streams leaves -1 as the length of the audio.

use std::fs::File;

use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_ALAC, CODEC_ID_OPUS};

use super::decode::check_claims;
use super::demux::params;
use super::error::AudioError;
use super::mp4;
use super::rows;
use super::source::{MAX_CHUNKS, read_array, read_bytes};
use super::table::{Edit, MAX_SAMPLES, Sample, Table};

/// Maximum length of a chunk that is read whole, bytes: the packet sizes of four hours.
const LONGEST: u64 = 16 << 20;

/// The relevant chunks.
#[derive(Default)]
struct Chunks {
    description: Option<[u8; 32]>,
    cookie: Vec<u8>,
    /// Number of packets, valid frames, priming frames, remainder frames, and the packet sizes.
    packets: Option<(u64, u64, u32, u32, Vec<u8>)>,
    /// Offset of the audio and its claimed length.
    data: Option<(u64, Option<u64>)>,
}

/// Reads a variable-length number of the packet table.
fn number(bytes: &mut &[u8]) -> Option<u64> {
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

fn chunks(file: &mut File, file_len: u64) -> Result<Chunks, AudioError> {
    let mut found = Chunks::default();
    let mut at = 8_u64;
    for _ in 0..MAX_CHUNKS {
        let Some(head) = read_array::<12>(file, at)? else { break };
        let len = head[4..].iter().fold(0_u64, |len, &byte| len << 8 | u64::from(byte));
        let body = at + 12;
        match &head[..4] {
            b"desc" => found.description = read_array::<32>(file, body)?,
            b"kuki" if len <= LONGEST => found.cookie = read_bytes(file, body, len)?,
            b"pakt" if len <= LONGEST => {
                if let Some(head) = read_array::<24>(file, body)? {
                    let big =
                        |at: usize, len: usize| head[at..at + len].iter().fold(0, |n, &byte| n << 8 | u64::from(byte));
                    let sizes = read_bytes(file, body + 24, len.saturating_sub(24))?;
                    found.packets = Some((big(0, 8), big(8, 8), big(16, 4) as u32, big(20, 4) as u32, sizes));
                }
            }
            // The audio follows a 4-byte count of edits. A length of 0 or less comes from a recorder that never updated
            // it.
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

/// Reads the audio of a CAF file.
pub(super) fn read(file: &mut File, file_len: u64) -> Result<Table, AudioError> {
    let Chunks { description, cookie, packets, data } = chunks(file, file_len)?;
    let Some(description) = description else { return Err(AudioError::Damaged) };
    let Some((start, claimed)) = data else { return Err(AudioError::NoSound) };
    let word = |at: usize| description[at..at + 4].iter().fold(0_u32, |n, &byte| n << 8 | u32::from(byte));
    let rate = f64::from_bits(u64::from(word(0)) << 32 | u64::from(word(4)));
    let code = word(8).to_be_bytes();
    let (flags, packet_len, packet_frames, bits) = (word(12), word(16), word(20), word(28));
    let channels = u16::try_from(word(24)).unwrap_or(u16::MAX);
    let rate_hz = rate.round().clamp(0.0, f64::from(u32::MAX)) as u32;
    check_claims(rate_hz, usize::from(channels))?;
    let available = file_len.saturating_sub(start);
    let end = start + claimed.map_or(available, |claimed| claimed.min(available));

    let rows = match &code {
        b"lpcm" => {
            // The bits of a sample may occupy more bytes than they need.
            let sample_bits = match packet_len.checked_div(u32::from(channels)) {
                Some(bytes) if bytes > 0 && packet_frames == 1 => bytes * 8,
                _ => bits,
            };
            rows::linear(u64::from(sample_bits), flags & 1 > 0, flags & 2 == 0, channels, rate_hz)
        }
        code => rows::by_code(code, u64::from(bits), channels, rate_hz, false),
    };
    if let Some(rows) = rows {
        let mut table = rows.table(rate_hz, start..end);
        table.promised_s = claimed
            .filter(|&claimed| claimed > available)
            .map(|claimed| (claimed / rows.block_len.max(1) * rows.block_frames) as f64 / f64::from(rate_hz));
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
    let Some((count, valid, priming, _, sizes)) = packets else { return Err(AudioError::Damaged) };
    let mut sizes = sizes.as_slice();
    let (mut at, mut time, mut samples) = (start, 0, Vec::new());
    for _ in 0..count.min(MAX_SAMPLES as u64) {
        let len = if packet_len > 0 { Some(u64::from(packet_len)) } else { number(&mut sizes) };
        let ticks = if packet_frames > 0 { Some(u64::from(packet_frames)) } else { number(&mut sizes) };
        let (Some(len), Some(ticks)) = (len, ticks) else { break };
        let (Ok(short), Ok(ticks)) = (u32::try_from(len), u32::try_from(ticks)) else { break };
        samples.push(Sample { at, len: short, time, ticks });
        at = at.saturating_add(len);
        time += u64::from(ticks);
    }
    let whole = samples.iter().take_while(|s| s.at.saturating_add(u64::from(s.len)) <= end).count();
    let promised = (whole < samples.len()).then_some(time as f64 / f64::from(rate_hz));
    samples.truncate(whole);
    let length_s = if valid > 0 { valid as f64 / f64::from(rate_hz) } else { f64::INFINITY };
    let edits = vec![Edit { from_s: Some(f64::from(priming) / f64::from(rate_hz)), length_s }];
    Ok(Table {
        params,
        ticks_per_s: f64::from(rate_hz),
        samples,
        edits,
        delay: Some(0),
        promised_s: promised,
        broke_off: false,
    })
}
