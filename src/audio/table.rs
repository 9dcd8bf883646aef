//! A table of all packets of an audio track, with the location and time of each, and a demuxer that reads them. Used
//! for WAV, AIFF, AU and CAF files, and for MP4 with its edit lists.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::demux::{DecoderSetup, Demux, DemuxEvent, TimedPacket};

/// Maximum number of packets of a file: twice as many as four hours of Opus have in packets of 10 ms. The limit bounds
/// the memory that a hostile file can use.
pub(super) const MAX_PACKETS: usize = 3_000_000;

/// Number of frames in a packet of uncompressed audio.
const PCM_PACKET_FRAMES: u64 = 4096;

/// Pre-roll that is decoded before an edit and dropped, seconds: more than the 80 ms that Opus needs to converge (RFC
/// 7845, 4.2), than the two frames by which AAC overlaps, and than the frames from which an MP3 frame may borrow up to
/// 511 bytes.
const PRE_ROLL_S: f64 = 0.15;

/// Maximum number of bytes read, as a multiple of the file's length: edits may repeat a passage, but a hostile edit
/// list could do so forever.
const MAX_READ_FACTOR: u64 = 8;

/// The location and time of a packet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PacketEntry {
    /// Offset in the file, bytes.
    pub(super) at: u64,
    /// Length, bytes.
    pub(super) len: u32,
    /// Start time, in ticks of the track.
    pub(super) time: u64,
    /// Duration, in ticks of the track.
    pub(super) ticks: u32,
}

/// An entry of an edit list: a span of the track to play, or silence. The list is in playing order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EditEntry {
    /// Start on the track's time line, seconds; `None` for silence.
    pub(super) from_s: Option<f64>,
    /// Duration, seconds; infinite for the rest of the track.
    pub(super) duration_s: f64,
}

/// All packets of an audio track, and the edits that say what to play.
#[derive(Clone)]
pub(super) struct PacketTable {
    pub(super) params: AudioCodecParameters,
    pub(super) ticks_per_s: f64,
    pub(super) packets: Vec<PacketEntry>,
    /// The edit list; empty if the whole track is played.
    pub(super) edits: Vec<EditEntry>,
    /// Encoder delay, frames, used only if there are no edits; `None` if the file does not state it.
    pub(super) delay: Option<u64>,
    /// Duration stated by the file, seconds, if the file contains less.
    pub(super) stated_s: Option<f64>,
    /// Whether the file ends before it should.
    pub(super) is_truncated: bool,
}

/// The layout of audio in blocks of equal size: PCM, G.711 and ADPCM.
#[derive(Clone)]
pub(super) struct BlockLayout {
    pub(super) params: AudioCodecParameters,
    /// Length of a block, all channels included, bytes.
    pub(super) block_len: u64,
    /// Number of frames in a block; 1 for PCM and G.711.
    pub(super) block_frames: u64,
}

impl BlockLayout {
    /// Appends packets that cover the blocks in `range`. `time` is the start time of the first and is advanced to the
    /// end of the last. An incomplete block is dropped.
    pub(super) fn push(&self, range: Range<u64>, time: &mut u64, packets: &mut Vec<PacketEntry>) {
        let mut blocks = range.end.saturating_sub(range.start) / self.block_len.max(1);
        let most = (PCM_PACKET_FRAMES / self.block_frames.max(1)).max(1);
        let mut at = range.start;
        while blocks > 0 && packets.len() < MAX_PACKETS {
            let here = blocks.min(most);
            let ticks = here * self.block_frames;
            let (Ok(len), Ok(short)) = (u32::try_from(here * self.block_len), u32::try_from(ticks)) else {
                return;
            };
            packets.push(PacketEntry { at, len, time: *time, ticks: short });
            at += here * self.block_len;
            *time += ticks;
            blocks -= here;
        }
    }

    /// Returns the packet table of audio that lies contiguously in `range`.
    pub(super) fn packet_table(&self, rate_hz: u32, range: Range<u64>) -> PacketTable {
        let mut packets = Vec::new();
        self.push(range, &mut 0, &mut packets);
        let mut params = self.params.clone();
        if self.block_frames > 1 {
            params.with_frames_per_block(self.block_frames);
        }
        params.with_max_frames_per_packet(PCM_PACKET_FRAMES.max(self.block_frames));
        PacketTable {
            params,
            ticks_per_s: f64::from(rate_hz),
            packets,
            edits: Vec::new(),
            delay: Some(0),
            stated_s: None,
            is_truncated: false,
        }
    }
}

/// Demuxer that reads the packets of a [`PacketTable`], edit by edit.
pub(super) struct TableReader {
    file: File,
    file_len: u64,
    table: PacketTable,
    /// Index of the current edit.
    edit: usize,
    /// Index of the next packet; `None` before the first of an edit.
    next: Option<usize>,
    /// Number of bytes that may still be read.
    bytes_left: u64,
    reached: Arc<AtomicU64>,
    has_missing_packets: bool,
}

impl TableReader {
    pub(super) fn new(file: File, file_len: u64, table: PacketTable, reached: Arc<AtomicU64>) -> Self {
        let bytes_left = file_len.saturating_mul(MAX_READ_FACTOR);
        Self { file, file_len, table, edit: 0, next: None, bytes_left, reached, has_missing_packets: false }
    }

    /// Returns the current edit. A track without edits is treated as one edit that spans the whole track.
    fn edit(&self) -> Option<EditEntry> {
        match self.table.edits.as_slice() {
            [] if self.edit == 0 => Some(EditEntry { from_s: Some(0.0), duration_s: f64::INFINITY }),
            edits => edits.get(self.edit).copied(),
        }
    }

    fn time_s(&self, ticks: u64) -> f64 {
        ticks as f64 / self.table.ticks_per_s
    }

    /// Reads the bytes of a packet; `None` if the file does not contain them or too much was read.
    fn read(&mut self, entry: PacketEntry) -> Option<Vec<u8>> {
        let end = entry.at.checked_add(u64::from(entry.len)).filter(|&end| end <= self.file_len)?;
        self.bytes_left = self.bytes_left.checked_sub(u64::from(entry.len))?;
        self.file.seek(SeekFrom::Start(entry.at)).ok()?;
        let mut data = vec![0; entry.len as usize];
        self.file.read_exact(&mut data).ok()?;
        self.reached.store(end, Ordering::Relaxed);
        Some(data)
    }
}

impl Demux for TableReader {
    fn next(&mut self) -> DemuxEvent {
        while let Some(edit) = self.edit() {
            let Some(from_s) = edit.from_s else {
                self.edit += 1;
                return DemuxEvent::Silence(edit.duration_s);
            };
            let Some(next) = self.next else {
                let packets = &self.table.packets;
                let first = packets
                    .partition_point(|s| self.time_s(s.time.saturating_add(u64::from(s.ticks))) <= from_s - PRE_ROLL_S);
                self.next = Some(first);
                let delay = if self.table.edits.is_empty() { self.table.delay } else { Some(0) };
                return DemuxEvent::NewDecoder(DecoderSetup { params: self.table.params.clone(), delay });
            };
            let entry = self.table.packets.get(next).copied();
            let to_s = from_s + edit.duration_s;
            let Some(entry) = entry.filter(|entry| self.time_s(entry.time) < to_s) else {
                self.edit += 1;
                self.next = None;
                continue;
            };
            self.next = Some(next + 1);
            let Some(data) = self.read(entry) else {
                self.has_missing_packets = true;
                continue;
            };
            let start_s = self.time_s(entry.time);
            let data = Packet::new(
                0,
                Timestamp::new(i64::try_from(entry.time).unwrap_or(i64::MAX)),
                Duration::new(u64::from(entry.ticks)),
                data,
            );
            let mut packet =
                TimedPacket::untrimmed(data, Some(start_s), f64::from(entry.ticks) / self.table.ticks_per_s);
            packet.trim_start_s = (from_s - start_s).max(0.0);
            packet.keep_until_s = to_s - start_s;
            return DemuxEvent::Packet(packet);
        }
        DemuxEvent::End { is_truncated: self.table.is_truncated || self.has_missing_packets }
    }

    fn stated_s(&self) -> Option<f64> {
        self.table.stated_s
    }
}
