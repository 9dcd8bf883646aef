//! Parses WAV (also RF64, BW64 and Wave64), AIFF and AU files: PCM, and codecs with blocks of constant size (G.711,
//! ADPCM).
//!
//! Recorders write these headers before they know the length of the audio, and other programs edit them. So a stated
//! length that is a placeholder, or that the layout of the file contradicts, is ignored; the audio then extends to the
//! end of the file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use symphonia::core::codecs::audio::AudioCodecId;
use symphonia::core::codecs::audio::well_known::*;

use super::decode::check_plausible;
use super::demux::params;
use super::error::AudioError;
use super::source::{MAX_CHUNKS, read_array};
use super::table::{BlockLayout, PacketTable};

/// Minimum stated length that is taken for a placeholder if the chunk exceeds the file: SoX, arecord and others write
/// values between 2 GiB less 64 KiB and 4 GiB when they write to a pipe.
const MIN_PLACEHOLDER_LENGTH: u64 = 0x7fff_0000;

/// Maximum number of bytes that are searched for the name of a chunk to which the lengths do not lead: more than the
/// largest embedded picture.
const MAX_SEARCH_BYTES: u64 = 64 << 20;

/// The audio data of a file.
pub(super) enum AudioData {
    /// Blocks of equal size, as a table of packets.
    Blocks(Box<PacketTable>),
    /// Frames of MPEG audio or AAC in this range of the file.
    Frames(Range<u64>),
}

/// The location of the audio data in the file.
struct Extent {
    range: Range<u64>,
    /// Length stated by the file, bytes, if the file ends earlier.
    stated_bytes: Option<u64>,
}

impl Extent {
    /// Creates an extent of `stated` bytes from `start`, or up to the end of the file if the length is `None` or a
    /// placeholder.
    fn new(start: u64, stated: Option<u64>, file_len: u64) -> Self {
        let available = file_len.saturating_sub(start);
        let known = stated.filter(|&stated| stated <= available || stated < MIN_PLACEHOLDER_LENGTH);
        let range = start..start + known.map_or(available, |stated| stated.min(available));
        Self { range, stated_bytes: known.filter(|&stated| stated > available) }
    }
}

/// Returns the packet table of the blocks in `extent`.
fn packet_table(layout: &BlockLayout, rate_hz: u32, extent: Extent) -> AudioData {
    let seconds = |bytes: u64| (bytes / layout.block_len.max(1) * layout.block_frames) as f64 / f64::from(rate_hz);
    let mut packet_table = layout.packet_table(rate_hz, extent.range);
    packet_table.stated_s = extent.stated_bytes.map(seconds);
    AudioData::Blocks(Box::new(packet_table))
}

fn unsupported(name: impl Into<String>) -> AudioError {
    AudioError::Unsupported { name: name.into() }
}

/// Returns the integer PCM codec with this number of bytes per sample.
fn integer_codec(bytes: u64, big_endian: bool, unsigned: bool) -> Option<AudioCodecId> {
    Some(match (bytes, big_endian) {
        (1, _) if unsigned => CODEC_ID_PCM_U8,
        (1, _) => CODEC_ID_PCM_S8,
        (2, false) => CODEC_ID_PCM_S16LE,
        (2, true) => CODEC_ID_PCM_S16BE,
        (3, false) => CODEC_ID_PCM_S24LE,
        (3, true) => CODEC_ID_PCM_S24BE,
        (4, false) => CODEC_ID_PCM_S32LE,
        (4, true) => CODEC_ID_PCM_S32BE,
        _ => return None,
    })
}

/// Returns the floating-point PCM codec with this number of bytes per sample.
fn float_codec(bytes: u64, big_endian: bool) -> Option<AudioCodecId> {
    Some(match (bytes, big_endian) {
        (4, false) => CODEC_ID_PCM_F32LE,
        (4, true) => CODEC_ID_PCM_F32BE,
        (8, false) => CODEC_ID_PCM_F64LE,
        (8, true) => CODEC_ID_PCM_F64BE,
        _ => return None,
    })
}

/// Returns the block layout of PCM as Apple's containers describe it: by bits per sample and flags.
pub(super) fn linear(bits: u64, float: bool, big_endian: bool, channels: u16, rate_hz: u32) -> Option<BlockLayout> {
    let bytes = bits.div_ceil(8);
    let codec = if float { float_codec(bytes, big_endian) } else { integer_codec(bytes, big_endian, false) }?;
    Some(pcm_layout(codec, bytes, channels, rate_hz))
}

/// Returns the block layout of PCM or G.711: one frame per block.
fn pcm_layout(codec: AudioCodecId, bytes: u64, channels: u16, rate_hz: u32) -> BlockLayout {
    BlockLayout { params: params(codec, rate_hz, channels), block_len: bytes * u64::from(channels), block_frames: 1 }
}

/// Returns the block layout of a QuickTime or AIFF-C format from its four-letter code; `None` if the code is unknown.
/// `bits` is the number of bits per sample according to the file.
pub(super) fn by_code(code: &[u8; 4], bits: u64, channels: u16, rate_hz: u32, little: bool) -> Option<BlockLayout> {
    let (codec, bytes) = match code {
        b"NONE" | b"twos" | b"none" => (integer_codec(bits.div_ceil(8), true, false)?, bits.div_ceil(8)),
        b"sowt" => (integer_codec(bits.div_ceil(8), false, false)?, bits.div_ceil(8)),
        b"raw " if bits <= 8 => (CODEC_ID_PCM_U8, 1),
        b"raw " => (integer_codec(bits.div_ceil(8), true, false)?, bits.div_ceil(8)),
        b"in24" => (integer_codec(3, !little, false)?, 3),
        b"42ni" => (CODEC_ID_PCM_S24LE, 3),
        b"in32" => (integer_codec(4, !little, false)?, 4),
        b"23ni" => (CODEC_ID_PCM_S32LE, 4),
        b"fl32" | b"FL32" => (float_codec(4, !little)?, 4),
        b"fl64" | b"FL64" => (float_codec(8, !little)?, 8),
        b"alaw" | b"ALAW" => (CODEC_ID_PCM_ALAW, 1),
        b"ulaw" | b"ULAW" => (CODEC_ID_PCM_MULAW, 1),
        // In a block, 34 bytes per channel hold 64 frames (QuickTime File Format, IMA 4:1).
        b"ima4" => {
            let params = params(CODEC_ID_ADPCM_IMA_QT, rate_hz, channels);
            return Some(BlockLayout { params, block_len: 34 * u64::from(channels), block_frames: 64 });
        }
        _ => return None,
    };
    Some(pcm_layout(codec, bytes, channels, rate_hz))
}

/// The `fmt ` chunk of WAV.
#[derive(Default, Clone, Copy)]
struct WavFormat {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    bytes_per_second: u32,
    block_len: u16,
    bits: u16,
    /// Number of frames in a block of ADPCM.
    block_frames: u16,
}

impl WavFormat {
    fn read(file: &mut File, at: u64, len: u64) -> Result<Option<Self>, AudioError> {
        let Some(head) = read_array::<14>(file, at)?.filter(|_| len >= 14) else {
            return Ok(None);
        };
        let half = |i: usize| u16::from_le_bytes([head[i], head[i + 1]]);
        let word = |i: usize| u32::from_le_bytes([head[i], head[i + 1], head[i + 2], head[i + 3]]);
        let mut format = Self {
            tag: half(0),
            channels: half(2),
            rate_hz: word(4),
            bytes_per_second: word(8),
            block_len: half(12),
            ..Self::default()
        };
        if len >= 16 {
            format.bits = read_array::<2>(file, at + 14)?.map_or(0, u16::from_le_bytes);
        }
        if len >= 20 && matches!(format.tag, 2 | 0x11) {
            format.block_frames = read_array::<2>(file, at + 18)?.map_or(0, u16::from_le_bytes);
        }
        // WAVE_FORMAT_EXTENSIBLE has the format tag in the first bytes of a GUID.
        if format.tag == 0xfffe && len >= 26 {
            format.tag = read_array::<2>(file, at + 24)?.map_or(1, u16::from_le_bytes);
        } else if format.tag == 0xfffe {
            format.tag = 1;
        }
        Ok(Some(format))
    }

    /// Returns the number of bytes per sample: the number of bits, rounded up to whole bytes (Microsoft's WAVEFORMATEX:
    /// the unused low bits are zero). Samples of 24 bits occupy 4 bytes if block size and byte rate agree on that.
    fn sample_len(&self) -> u64 {
        let channels = u64::from(self.channels.max(1));
        let block = u64::from(self.block_len) / channels;
        let by_bits = u64::from(self.bits).div_ceil(8);
        let agree = self.bytes_per_second == self.rate_hz.saturating_mul(u32::from(self.block_len));
        match (self.bits, block) {
            (0, block) => block,
            (17..=24, 4) if agree => 4,
            _ => by_bits,
        }
    }

    /// Returns an error that names the codec, if it is not supported.
    fn refuse(&self) -> Result<(), AudioError> {
        match self.tag {
            0x14 | 0x40 | 0x45 | 0x64 => Err(unsupported("WAV with G.72x sound inside")),
            0x31 => Err(unsupported("WAV with GSM 6.10 sound inside (voicemail)")),
            0x160..=0x163 => Err(unsupported("WAV with Windows Media sound inside")),
            1 | 2 | 3 | 6 | 7 | 0x11 => Ok(()),
            _ => Err(unsupported("this kind of WAV")),
        }
    }

    fn block_layout(&self) -> Result<BlockLayout, AudioError> {
        let (channels, rate_hz) = (self.channels, self.rate_hz);
        let sample_len = self.sample_len();
        let odd = || unsupported(format!("WAV of {} bits a sample", self.bits));
        if matches!(self.tag, 1 | 3) && (1..8).contains(&self.bits) {
            return Err(odd());
        }
        match self.tag {
            1 => integer_codec(sample_len, false, true)
                .map(|c| pcm_layout(c, sample_len, channels, rate_hz))
                .ok_or_else(odd),
            3 => float_codec(sample_len, false).map(|c| pcm_layout(c, sample_len, channels, rate_hz)).ok_or_else(odd),
            6 => Ok(pcm_layout(CODEC_ID_PCM_ALAW, 1, channels, rate_hz)),
            7 => Ok(pcm_layout(CODEC_ID_PCM_MULAW, 1, channels, rate_hz)),
            2 | 0x11 => self.adpcm(),
            _ => Err(unsupported("this kind of WAV")),
        }
    }

    /// Returns the block layout of Microsoft's or IMA's ADPCM: a header per channel (Microsoft: 7 bytes with two
    /// frames; IMA: 4 bytes with one frame), followed by 4 bits per sample.
    fn adpcm(&self) -> Result<BlockLayout, AudioError> {
        let channels = u64::from(self.channels);
        let block_len = u64::from(self.block_len);
        let (codec, head, first) =
            if self.tag == 2 { (CODEC_ID_ADPCM_MS, 7, 2) } else { (CODEC_ID_ADPCM_IMA_WAV, 4, 1) };
        let most = block_len.checked_sub(head * channels).map(|rest| rest * 2 / channels + first);
        let said = u64::from(self.block_frames);
        match most {
            Some(most) if said <= most => {
                let block_frames = if said > 1 { said } else { most };
                let params = params(codec, self.rate_hz, self.channels);
                Ok(BlockLayout { params, block_len, block_frames })
            }
            _ => Err(AudioError::Damaged),
        }
    }
}

/// The chunks found in a WAV file.
#[derive(Default)]
struct WavChunks {
    format: Option<WavFormat>,
    /// Offset of the audio, and its length according to the file; `None` if that is unknown.
    data: Option<(u64, Option<u64>)>,
}

impl WavChunks {
    fn are_complete(&self) -> bool {
        self.format.is_some() && self.data.is_some()
    }

    /// Walks through the RIFF chunks by their stated lengths. Returns the offset of the last plausible chunk.
    fn walk(&mut self, file: &mut File, file_len: u64) -> Result<u64, AudioError> {
        let mut length_64 = None;
        let (mut at, mut last_plausible) = (12, 12);
        for _ in 0..MAX_CHUNKS {
            let Some(head) = read_array::<8>(file, at)?.filter(|head| is_chunk_name(&head[..4])) else {
                break;
            };
            last_plausible = at;
            let body = at + 8;
            let len = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
            match &head[..4] {
                b"ds64" => length_64 = read_array::<8>(file, body + 8)?.map(u64::from_le_bytes),
                b"fmt " if self.format.is_none() => self.format = WavFormat::read(file, body, len)?,
                b"data" if self.data.is_none() => {
                    let stated = match (len, length_64) {
                        (0xffff_ffff, length_64) => length_64.filter(|&len| len > 0),
                        (0, _) if !ends_in_chunks(file, body, file_len)? => None,
                        (len, _) => Some(len),
                    };
                    self.data = Some((body, stated));
                    if stated.is_none() {
                        return Ok(last_plausible);
                    }
                    at = body.saturating_add(stated.unwrap_or(len));
                    at = at.saturating_add(at & 1);
                    continue;
                }
                _ => {}
            }
            at = body.saturating_add(len);
            // Chunks should be padded to an even length, but not every program does so.
            if len % 2 == 1 && !is_chunk_at(file, at)? {
                at += 1;
            }
        }
        Ok(last_plausible)
    }

    /// Searches for the missing chunks by their names: for the data from offset `from` on, then from the file's start.
    fn search(&mut self, file: &mut File, from: u64) -> Result<(), AudioError> {
        if self.format.is_none() {
            for at in find(file, 12, b"fmt ")? {
                let len = read_array::<4>(file, at + 4)?.map_or(0, u32::from_le_bytes);
                if (14..=4096).contains(&len) {
                    self.format = WavFormat::read(file, at + 8, u64::from(len))?;
                    break;
                }
            }
        }
        let mut places = if self.data.is_none() { find(file, from, b"data")? } else { Vec::new() };
        if self.data.is_none() && places.is_empty() {
            places = find(file, 12, b"data")?;
        }
        if let Some(&at) = places.first() {
            let len = read_array::<4>(file, at + 4)?.map(u32::from_le_bytes);
            self.data = Some((at + 8, len.map(u64::from).filter(|&len| len > 0 && len < u64::from(u32::MAX))));
        }
        Ok(())
    }
}

fn is_chunk_name(name: &[u8]) -> bool {
    name.iter().all(|byte| (b' '..=b'~').contains(byte))
}

fn is_chunk_at(file: &mut File, at: u64) -> Result<bool, AudioError> {
    Ok(read_array::<4>(file, at)?.is_some_and(|name| is_chunk_name(&name)))
}

/// Returns the first offsets of `name` in the file, from offset `from` on. The search stops after about four of them.
fn find(file: &mut File, from: u64, name: &[u8; 4]) -> Result<Vec<u64>, AudioError> {
    file.seek(SeekFrom::Start(from))?;
    let (mut found, mut at, mut window) = (Vec::new(), from, Vec::new());
    while found.len() < 4 && at - from < MAX_SEARCH_BYTES {
        let kept = window.len();
        let read = Read::by_ref(file).take(1 << 16).read_to_end(&mut window)?;
        if read == 0 {
            break;
        }
        found.extend(
            window.windows(4).enumerate().filter(|(_, w)| *w == name).map(|(i, _)| at - kept as u64 + i as u64),
        );
        at += read as u64;
        window.drain(..window.len().saturating_sub(3));
    }
    Ok(found)
}

/// Returns whether only complete RIFF chunks, or nothing, lie between `at` and the end of the file.
fn ends_in_chunks(file: &mut File, mut at: u64, file_len: u64) -> Result<bool, AudioError> {
    for _ in 0..MAX_CHUNKS {
        if at >= file_len {
            return Ok(true);
        }
        match read_array::<8>(file, at)?.filter(|head| is_chunk_name(&head[..4])) {
            Some(head) => {
                let stated = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
                at += 8 + stated + stated % 2;
                if at > file_len + 1 {
                    return Ok(false);
                }
            }
            None => return Ok(false),
        }
    }
    Ok(false)
}

/// Parses a RIFF, RF64 or BW64 file.
pub(super) fn read_wav(file: &mut File, file_len: u64) -> Result<AudioData, AudioError> {
    let mut chunks = WavChunks::default();
    let last_plausible = chunks.walk(file, file_len)?;
    if !chunks.are_complete() {
        chunks.search(file, last_plausible)?;
    }
    match chunks {
        WavChunks { format: Some(format), data: Some((start, stated)) } => {
            wave_content(&format, Extent::new(start, stated, file_len))
        }
        WavChunks { data: None, .. } => Err(AudioError::NoSound),
        WavChunks { format: None, .. } => Err(AudioError::Damaged),
    }
}

fn wave_content(format: &WavFormat, extent: Extent) -> Result<AudioData, AudioError> {
    if matches!(format.tag, 0x50 | 0x55 | 0xff | 0x1600) {
        return Ok(AudioData::Frames(extent.range));
    }
    format.refuse()?;
    check_plausible(format.rate_hz, usize::from(format.channels))?;
    Ok(packet_table(&format.block_layout()?, format.rate_hz, extent))
}

/// The last 12 bytes of the GUIDs that identify Wave64's chunks; the first 4 bytes are the names of RIFF.
const WAVE64_GUID_SUFFIX: [u8; 12] = [0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a];

/// Parses a Sony Wave64 file. Its chunk lengths have 8 bytes and include the chunk header of 24 bytes.
pub(super) fn read_wave64(file: &mut File, file_len: u64) -> Result<AudioData, AudioError> {
    let (mut format, mut at) = (None, 40);
    for _ in 0..MAX_CHUNKS {
        let Some(head) = read_array::<24>(file, at)?.filter(|head| head[4..16] == WAVE64_GUID_SUFFIX) else {
            break;
        };
        let len = head[16..].iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
        match &head[..4] {
            b"fmt " => format = WavFormat::read(file, at + 24, len.saturating_sub(24))?,
            b"data" => {
                let Some(format) = format else { return Err(AudioError::Damaged) };
                let stated = len.checked_sub(24).filter(|&len| len > 0);
                return wave_content(&format, Extent::new(at + 24, stated, file_len));
            }
            _ => {}
        }
        let Some(next) = len.max(24).checked_next_multiple_of(8).and_then(|len| at.checked_add(len)) else {
            break;
        };
        at = next;
    }
    Err(AudioError::NoSound)
}

/// Decodes an IEEE 754 extended-precision number, the format of AIFF's sample rate.
fn extended(bytes: [u8; 10]) -> f64 {
    let exponent = i32::from(u16::from_be_bytes([bytes[0] & 0x7f, bytes[1]])) - 16_383 - 63;
    let mantissa = bytes[2..].iter().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    mantissa as f64 * f64::from(exponent).exp2()
}

/// Parses an AIFF or AIFF-C file.
pub(super) fn read_aiff(file: &mut File, file_len: u64) -> Result<AudioData, AudioError> {
    let (mut common, mut sound) = (None, None);
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let Some(head) = read_array::<8>(file, at)?.filter(|head| is_chunk_name(&head[..4])) else {
            break;
        };
        let (body, len) = (at + 8, u64::from(u32::from_be_bytes([head[4], head[5], head[6], head[7]])));
        match &head[..4] {
            b"COMM" => {
                let compressed = read_array::<22>(file, body)?.filter(|_| len >= 22);
                let code = compressed.map(|comm| [comm[18], comm[19], comm[20], comm[21]]);
                common = read_array::<18>(file, body)?.map(|comm| (comm, code));
            }
            b"SSND" if sound.is_none() => {
                let offset = read_array::<4>(file, body)?.map_or(0, |o| u64::from(u32::from_be_bytes(o)));
                let offset = if offset < file_len.saturating_sub(body) { offset } else { 0 };
                let stated = len.checked_sub(8 + offset);
                sound = Some((body + 8 + offset, stated.filter(|&stated| stated > 0)));
                if len == 0 || body + len > file_len {
                    break;
                }
            }
            _ => {}
        }
        at = body + len;
        if len % 2 == 1 && !is_chunk_at(file, at)? {
            at += 1;
        }
    }
    let Some((comm, code)) = common else { return Err(AudioError::Damaged) };
    let Some((start, stated)) = sound else { return Err(AudioError::NoSound) };
    let channels = u16::from_be_bytes([comm[0], comm[1]]);
    let frames = u64::from(u32::from_be_bytes([comm[2], comm[3], comm[4], comm[5]]));
    let bits = u64::from(u16::from_be_bytes([comm[6], comm[7]]));
    let mut rate = [0; 10];
    rate.copy_from_slice(&comm[8..18]);
    let rate_hz = extended(rate).round().clamp(0.0, f64::from(u32::MAX)) as u32;
    check_plausible(rate_hz, usize::from(channels))?;
    let code = code.unwrap_or(*b"NONE");
    let Some(layout) = by_code(&code, bits, channels, rate_hz, false) else {
        let letters = String::from_utf8_lossy(&code).trim().escape_default().to_string();
        return Err(unsupported(format!("AIFF-C with sound of the kind '{letters}'")));
    };
    let mut extent = Extent::new(start, stated, file_len);
    // Two fields state the length of the audio; the audio is complete if one of them does not exceed it. The field
    // `frames` of the header counts blocks.
    let by_frames = frames * layout.block_len;
    if by_frames > 0 && by_frames <= extent.range.end - extent.range.start {
        extent.stated_bytes = None;
    }
    Ok(packet_table(&layout, rate_hz, extent))
}

/// Parses a Sun or NeXT AU file.
pub(super) fn read_au(file: &mut File, file_len: u64) -> Result<AudioData, AudioError> {
    let Some(head) = read_array::<24>(file, 0)? else { return Err(AudioError::NoSound) };
    let word = |i: usize| u32::from_be_bytes([head[i], head[i + 1], head[i + 2], head[i + 3]]);
    let (start, len, encoding, rate_hz) = (u64::from(word(4)), word(8), word(12), word(16));
    let channels = u16::try_from(word(20)).unwrap_or(u16::MAX);
    check_plausible(rate_hz, usize::from(channels))?;
    let (codec, bytes) = match encoding {
        1 => (CODEC_ID_PCM_MULAW, 1),
        2 => (CODEC_ID_PCM_S8, 1),
        3 => (CODEC_ID_PCM_S16BE, 2),
        4 => (CODEC_ID_PCM_S24BE, 3),
        5 => (CODEC_ID_PCM_S32BE, 4),
        6 => (CODEC_ID_PCM_F32BE, 4),
        7 => (CODEC_ID_PCM_F64BE, 8),
        27 => (CODEC_ID_PCM_ALAW, 1),
        _ => return Err(unsupported("this kind of Sun audio (AU)")),
    };
    let start = if (24..file_len).contains(&start) { start } else { 24 };
    let stated = Some(u64::from(len)).filter(|&len| len > 0);
    Ok(packet_table(&pcm_layout(codec, bytes, channels, rate_hz), rate_hz, Extent::new(start, stated, file_len)))
}
