//! Demuxes MPEG audio (MP1, MP2, MP3) and AAC in ADTS: consecutive frames, with tags between them. The frames may come
//! from several files that were joined.
//!
//! Each part of a joined file may have a header frame (Xing, Info, VBRI) with the number of its frames and its encoder
//! delay, and its own sample rate and number of channels. Formats: ISO/IEC 11172-3 and 13818-3 for MPEG audio, 14496-3
//! for ADTS; for the tags, their public descriptions (id3.org; Gabriel Bouvigne for the LAME tag).

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::codecs::audio::AudioCodecId;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::demux::{DecoderSetup, Demux, DemuxEvent, TimedPacket, params};
use super::error::AudioError;

/// Maximum number of bytes that are searched for the first frame.
const MAX_SEARCH_BYTES: usize = 1 << 20;

/// Minimum number of consecutive frames for data to count as audio.
const MIN_CONSECUTIVE_FRAMES: usize = 4;

/// Delay of every MP3 decoder, in samples. The delay in a LAME tag does not include it.
const DECODER_DELAY: u64 = 528 + 1;

/// Maximum length of a frame, bytes: the length field of ADTS has 13 bits.
const MAX_FRAME_BYTES: usize = 1 << 13;

/// The header of a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
struct FrameHeader {
    codec: AudioCodecId,
    rate_hz: u32,
    channels: u16,
    /// Length of the whole frame, bytes.
    len: usize,
    /// Number of samples per channel in the frame.
    frames: u64,
    /// Length of the header before the audio, bytes.
    head_len: usize,
}

impl FrameHeader {
    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < 7 || bytes[0] != 0xff || bytes[1] & 0xe0 != 0xe0 {
            return None;
        }
        if bytes[1] & 0xf6 == 0xf0 { Self::adts(bytes) } else { Self::mpeg(bytes) }
    }

    fn adts(bytes: &[u8]) -> Option<Self> {
        const RATES_HZ: [u32; 13] =
            [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
        let rate_hz = *RATES_HZ.get(usize::from(bytes[2] >> 2 & 15))?;
        let channels = u16::from(bytes[2] & 1) << 2 | u16::from(bytes[3] >> 6);
        let len = usize::from(bytes[3] & 3) << 11 | usize::from(bytes[4]) << 3 | usize::from(bytes[5] >> 5);
        let head_len = if bytes[1] & 1 == 1 { 7 } else { 9 };
        // Channel configuration 7 means eight channels.
        let channels = if channels == 7 { 8 } else { channels };
        (len > head_len).then_some(Self { codec: CODEC_ID_AAC, rate_hz, channels, len, frames: 1024, head_len })
    }

    fn mpeg(bytes: &[u8]) -> Option<Self> {
        const KBPS: [[u16; 15]; 5] = [
            [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ];
        let first = bytes[1] >> 3 & 3 == 3;
        let divisor = match bytes[1] >> 3 & 3 {
            3 => 1,
            2 => 2,
            0 => 4,
            _ => return None,
        };
        let layer = 4 - (bytes[1] >> 1 & 3);
        let rate_hz = *[44_100_u32, 48_000, 32_000].get(usize::from(bytes[2] >> 2 & 3))? / divisor;
        let table = match (first, layer) {
            (true, 1) => 0,
            (true, 2) => 1,
            (true, 3) => 2,
            (false, 1) => 3,
            (false, 2 | 3) => 4,
            _ => return None,
        };
        let kbps = usize::from(*KBPS[table].get(usize::from(bytes[2] >> 4))?);
        if kbps == 0 || bytes[3] & 3 == 2 {
            return None;
        }
        let padding = usize::from(bytes[2] >> 1 & 1);
        let rate = rate_hz as usize;
        let (codec, frames, len) = match layer {
            1 => (CODEC_ID_MP1, 384, (12_000 * kbps / rate + padding) * 4),
            2 => (CODEC_ID_MP2, 1152, 144_000 * kbps / rate + padding),
            _ if first => (CODEC_ID_MP3, 1152, 144_000 * kbps / rate + padding),
            _ => (CODEC_ID_MP3, 576, 72_000 * kbps / rate + padding),
        };
        let channels = if bytes[3] >> 6 == 3 { 1 } else { 2 };
        Some(Self { codec, rate_hz, channels, len, frames, head_len: 0 })
    }

    /// Returns whether a frame with the header `other` can belong to the same stream.
    fn is_like(&self, other: &Self) -> bool {
        (self.codec, self.rate_hz, self.channels) == (other.codec, other.rate_hz, other.channels)
    }
}

/// The contents of a Xing, Info or VBRI header frame, which describe the frames after it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct HeaderFrame {
    /// The number of frames after the header frame.
    frames: Option<u64>,
    /// Numbers of samples that the encoder added before and after the audio (the LAME tag).
    delay_padding: Option<(u64, u64)>,
}

impl HeaderFrame {
    fn read(frame: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u32::from_be_bytes(frame.get(at..at + 4)?.try_into().ok()?));
        if frame.get(36..40) == Some(b"VBRI") {
            return Some(Self { frames: word(50).map(u64::from), delay_padding: None });
        }
        // The header follows the side information, whose length depends on version and channels.
        let at = [13, 21, 36, 15, 23, 38]
            .into_iter()
            .find(|&at| matches!(frame.get(at..at + 4), Some(b"Xing" | b"Info")))?;
        let flags = word(at + 4)?;
        let mut next = at + 8;
        let frames = (flags & 1 == 1).then(|| word(next)).flatten().map(u64::from);
        next += [4, 4, 100, 4]
            .into_iter()
            .enumerate()
            .map(|(bit, len)| if flags >> bit & 1 == 1 { len } else { 0 })
            .sum::<usize>();
        let lame = frame.get(next..next + 24).filter(|lame| lame[..4].iter().all(u8::is_ascii_alphanumeric));
        let delay_padding = lame.map(|lame| {
            let both = u64::from(lame[21]) << 16 | u64::from(lame[22]) << 8 | u64::from(lame[23]);
            (both >> 12, both & 0xfff)
        });
        Some(Self { frames, delay_padding })
    }
}

/// Returns the length in bytes of the metadata tag (ID3v2, APE, ID3v1, Lyrics3) that `head` begins with; `None` if
/// there is none.
pub(super) fn tag_len(head: &[u8]) -> Option<u64> {
    let byte = |i: usize| head.get(i).copied().map(u64::from);
    if head.starts_with(b"ID3") && head.len() >= 10 {
        let len = (6..10).map_while(byte).fold(0, |len, byte| len << 7 | byte & 0x7f);
        let footer = if byte(5)? & 0x10 > 0 { 10 } else { 0 };
        return Some(10 + len + footer);
    }
    if head.starts_with(b"APETAGEX") && head.len() >= 24 {
        // The length includes the footer. What begins with a footer is the end of a tag.
        let len = (12..16).rev().map_while(byte).fold(0, |len, byte| len << 8 | byte);
        let is_header = byte(23)? & 0x20 > 0;
        return Some(if is_header { 32 + len } else { 32 });
    }
    if head.starts_with(b"TAG+") {
        return Some(227);
    }
    head.starts_with(b"TAG").then_some(128)
}

/// Reads a range of a file with lookahead.
struct Lookahead {
    reader: BufReader<File>,
    /// Offset in the file of the next byte to be consumed.
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    /// Number of bytes of `buffer` that were consumed.
    n_consumed: usize,
    reached: Arc<AtomicU64>,
}

impl Lookahead {
    fn new(mut file: File, range: Range<u64>, reached: Arc<AtomicU64>) -> std::io::Result<Self> {
        file.seek(SeekFrom::Start(range.start))?;
        let reader = BufReader::with_capacity(1 << 16, file);
        Ok(Self { reader, at: range.start, end: range.end, buffer: Vec::new(), n_consumed: 0, reached })
    }

    /// Returns the next `len` bytes, or as many as there are.
    fn peek(&mut self, len: usize) -> &[u8] {
        let have = self.buffer.len() - self.n_consumed;
        if have < len {
            self.buffer.drain(..self.n_consumed);
            self.n_consumed = 0;
            let left = self.end.saturating_sub(self.at + have as u64);
            let wanted = (len - have).max(1 << 14) as u64;
            // A read error ends the audio here; the loss is detected if the expected length is known.
            let _ = self.reader.by_ref().take(wanted.min(left)).read_to_end(&mut self.buffer);
        }
        let rest = &self.buffer[self.n_consumed..];
        &rest[..len.min(rest.len())]
    }

    fn skip(&mut self, len: u64) {
        self.at += len;
        let have = (self.buffer.len() - self.n_consumed) as u64;
        if len <= have {
            self.n_consumed += len as usize;
        } else {
            let _ = self.reader.seek_relative((len - have) as i64);
            self.buffer.clear();
            self.n_consumed = 0;
        }
        self.reached.store(self.at, Ordering::Relaxed);
    }

    /// Returns whether `wanted` consecutive frames begin here; fewer suffice before a tag or the end of the file.
    fn frames_begin_here(&mut self, wanted: usize) -> bool {
        let (mut at, mut first) = (0, None::<FrameHeader>);
        let end = self.end.saturating_sub(self.at);
        for _ in 0..wanted {
            let bytes = self.peek(at + 32);
            let Some(rest) = bytes.get(at..) else { return false };
            match FrameHeader::read(rest) {
                Some(head) if first.is_none_or(|first| first.is_like(&head)) => {
                    first = Some(head);
                    at += head.len;
                }
                _ => return first.is_some() && (tag_len(rest).is_some() || at as u64 == end),
            }
            if at as u64 >= end {
                return at as u64 == end;
            }
        }
        true
    }
}

/// Demuxer of the frames in a range of a file.
pub(super) struct FrameReader {
    input: Lookahead,
    head: Option<FrameHeader>,
    info: Option<HeaderFrame>,
    /// Number of frames of the current part so far, without its header frame.
    frames: u64,
    ticks: u64,
    /// Total duration of the parts so far according to their LAME tags, seconds; minus infinity if a part has no such
    /// tag.
    stated_s: f64,
    is_stated: bool,
    /// A frame held back until the event before it has been returned.
    held_frame: Option<(FrameHeader, Vec<u8>)>,
    /// Number of skipped bytes since the last frame that belong to neither a tag nor zero padding.
    skipped_bytes: u64,
    tag_before: bool,
}

impl FrameReader {
    /// Creates a demuxer of the frames in `range`; `None` if there are none.
    pub(super) fn open(file: File, range: Range<u64>, reached: Arc<AtomicU64>) -> Result<Option<Self>, AudioError> {
        let mut input = Lookahead::new(file, range, reached)?;
        let mut searched = 0;
        while searched < MAX_SEARCH_BYTES {
            let head = input.peek(32);
            if head.len() < 7 {
                return Ok(None);
            }
            if let Some(len) = tag_len(head) {
                input.skip(len);
                continue;
            }
            if head[0] == 0xff && input.frames_begin_here(MIN_CONSECUTIVE_FRAMES) {
                let reader = Self {
                    input,
                    head: None,
                    info: None,
                    frames: 0,
                    ticks: 0,
                    stated_s: 0.0,
                    is_stated: false,
                    held_frame: None,
                    skipped_bytes: 0,
                    tag_before: false,
                };
                return Ok(Some(reader));
            }
            input.skip(1);
            searched += 1;
        }
        Ok(None)
    }

    /// Returns the codec, number of channels and sample rate of the first frame.
    pub(super) fn codec(&mut self) -> Option<(AudioCodecId, u16, u32)> {
        FrameHeader::read(self.input.peek(32)).map(|head| (head.codec, head.channels, head.rate_hz))
    }

    /// Returns the next complete frame, skipping any other data.
    fn next_frame(&mut self) -> Option<(FrameHeader, Vec<u8>)> {
        loop {
            let bytes = self.input.peek(32);
            if bytes.len() < 7 {
                return None;
            }
            if let Some(len) = tag_len(bytes) {
                self.tag_before = true;
                self.input.skip(len);
                continue;
            }
            let head = FrameHeader::read(bytes);
            let zero = bytes[0] == 0;
            let convincing = match head {
                // Directly after a frame, a single header like the previous one suffices.
                Some(head) if self.skipped_bytes == 0 && self.head.is_some_and(|before| before.is_like(&head)) => true,
                Some(_) => self.input.frames_begin_here(MIN_CONSECUTIVE_FRAMES - 1),
                None => false,
            };
            if let Some(head) = head.filter(|_| convincing) {
                let frame = self.input.peek(head.len).to_vec();
                if frame.len() < head.len.min(MAX_FRAME_BYTES) {
                    return None;
                }
                self.input.skip(head.len as u64);
                return Some((head, frame));
            }
            self.skipped_bytes += u64::from(!zero);
            self.input.skip(1);
        }
    }

    /// Returns whether the data skipped before this frame was damaged audio; resets the counters.
    fn was_broken(&mut self, head: &FrameHeader, is_new_part: bool) -> bool {
        let skipped_bytes = std::mem::take(&mut self.skipped_bytes);
        let tagged = std::mem::take(&mut self.tag_before);
        !is_new_part && !tagged && self.head.is_some() && skipped_bytes >= head.len as u64 / 2
    }
}

impl Demux for FrameReader {
    fn next(&mut self) -> DemuxEvent {
        let (head, data) = match self.held_frame.take() {
            Some(held_frame) => held_frame,
            None => {
                let Some((head, data)) = self.next_frame() else {
                    return DemuxEvent::End { is_truncated: false };
                };
                let info = if head.codec == CODEC_ID_AAC { None } else { HeaderFrame::read(&data) };
                let changes = self.head.is_none_or(|before| !before.is_like(&head));
                let broken = self.was_broken(&head, info.is_some() || changes);
                if changes || info.is_some() {
                    self.head = Some(head);
                    self.info = info;
                    self.frames = 0;
                    self.ticks = 0;
                    if let Some(HeaderFrame { frames: Some(frames), delay_padding: Some((delay, padding)) }) = info {
                        let sound = (frames * head.frames).saturating_sub(delay + padding);
                        self.stated_s += sound as f64 / f64::from(head.rate_hz);
                        self.is_stated = true;
                    } else {
                        self.is_stated = false;
                        self.stated_s = f64::NEG_INFINITY;
                    }
                    if info.is_none() {
                        self.held_frame = Some((head, data));
                    }
                    let delay = info.and_then(|info| info.delay_padding).map(|(delay, _)| delay + DECODER_DELAY);
                    // AAC with channel configuration 0 (channels defined inside the frames) is rejected later, for
                    // having 0 channels.
                    return DemuxEvent::NewDecoder(DecoderSetup {
                        params: params(head.codec, head.rate_hz, head.channels),
                        delay,
                    });
                }
                if broken {
                    self.held_frame = Some((head, data));
                    return DemuxEvent::Unreadable;
                }
                (head, data)
            }
        };
        let duration_s = head.frames as f64 / f64::from(head.rate_hz);
        let data = data.get(head.head_len..).unwrap_or_default();
        let packet = Packet::new(0, Timestamp::new(self.ticks as i64), Duration::new(head.frames), data);
        let mut timed_packet = TimedPacket::untrimmed(packet, None, duration_s);
        if let Some(HeaderFrame { frames: Some(frames), delay_padding: Some((_, padding)) }) = self.info
            && self.frames < frames
        {
            let end = (frames * head.frames).saturating_sub(padding.saturating_sub(DECODER_DELAY));
            timed_packet.keep_until_s = (end as f64 - (self.frames * head.frames) as f64) / f64::from(head.rate_hz);
        }
        self.frames += 1;
        self.ticks += head.frames;
        DemuxEvent::Packet(timed_packet)
    }

    fn stated_s(&self) -> Option<f64> {
        (self.is_stated && self.stated_s > 0.0).then_some(self.stated_s)
    }
}
