//! Audio whose packets are all known before any is read, with the location and time of each. Used for WAV, AIFF and
//! similar formats, CAF, and MP4 with its edit lists.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::demux::{Demux, Entry, Event, Piece};

/// Maximum number of packets of a file: twice those of four hours of Opus in packets of 10 ms. It bounds the memory
/// that a hostile file can use.
pub(super) const MAX_SAMPLES: usize = 3_000_000;

/// Number of frames in a packet of uncompressed audio.
const ROW_FRAMES: u64 = 4096;

/// The pre-roll before an edit, seconds: more than the 80 ms that Opus needs to converge (RFC 7845, 4.2), the two
/// frames by which AAC overlaps, or the 511 bytes that an MP3 frame may borrow from those before it.
const PRE_ROLL_S: f64 = 0.15;

/// Maximum number of times that the whole file is read: edits may repeat a passage, but a hostile table could do so
/// forever.
const MOST_READINGS: u64 = 8;

/// A packet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    /// Offset in the file, bytes.
    pub(super) at: u64,
    /// Length, bytes.
    pub(super) len: u32,
    /// Start time, ticks.
    pub(super) time: u64,
    /// Duration, ticks.
    pub(super) ticks: u32,
}

/// A stretch of the track to play; the edits are in playing order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edit {
    /// Start in the track's own time, seconds; `None` for silence.
    pub(super) from_s: Option<f64>,
    /// Duration, seconds; infinite for the rest of the track.
    pub(super) length_s: f64,
}

/// All packets of an audio track.
#[derive(Clone)]
pub(super) struct Table {
    pub(super) params: AudioCodecParameters,
    pub(super) ticks_per_s: f64,
    pub(super) samples: Vec<Sample>,
    /// The stretches to play; empty for the whole track.
    pub(super) edits: Vec<Edit>,
    /// Encoder delay if there are no edits, frames; `None` if the file does not state it.
    pub(super) delay: Option<u64>,
    /// Duration that the file claims to hold, seconds, if there is less.
    pub(super) promised_s: Option<f64>,
    /// Whether the file ends before it should.
    pub(super) broke_off: bool,
}

/// Audio in blocks of equal size: PCM of any kind, and ADPCM.
#[derive(Clone)]
pub(super) struct Rows {
    pub(super) params: AudioCodecParameters,
    /// Length of a block of all channels, bytes.
    pub(super) block_len: u64,
    /// Number of frames in a block; 1 unless the audio is compressed.
    pub(super) block_frames: u64,
}

impl Rows {
    /// Appends the packets of the blocks in `range`. `time` is the start of the first, and is advanced. An incomplete
    /// block is dropped.
    pub(super) fn push(&self, range: Range<u64>, time: &mut u64, samples: &mut Vec<Sample>) {
        let mut blocks = range.end.saturating_sub(range.start) / self.block_len.max(1);
        let most = (ROW_FRAMES / self.block_frames.max(1)).max(1);
        let mut at = range.start;
        while blocks > 0 && samples.len() < MAX_SAMPLES {
            let here = blocks.min(most);
            let ticks = here * self.block_frames;
            let (Ok(len), Ok(short)) = (u32::try_from(here * self.block_len), u32::try_from(ticks)) else {
                return;
            };
            samples.push(Sample { at, len, time: *time, ticks: short });
            at += here * self.block_len;
            *time += ticks;
            blocks -= here;
        }
    }

    /// Returns the table of the audio that lies contiguously in `range`.
    pub(super) fn table(&self, rate_hz: u32, range: Range<u64>) -> Table {
        let mut samples = Vec::new();
        self.push(range, &mut 0, &mut samples);
        let mut params = self.params.clone();
        if self.block_frames > 1 {
            params.with_frames_per_block(self.block_frames);
        }
        params.with_max_frames_per_packet(ROW_FRAMES.max(self.block_frames));
        Table {
            params,
            ticks_per_s: f64::from(rate_hz),
            samples,
            edits: Vec::new(),
            delay: Some(0),
            promised_s: None,
            broke_off: false,
        }
    }
}

/// Reads the packets of a [`Table`], edit by edit.
pub(super) struct TableReader {
    file: File,
    file_len: u64,
    table: Table,
    /// Index of the current edit; `next` is the next packet in it.
    edit: usize,
    next: Option<usize>,
    bytes_left: u64,
    reached: Arc<AtomicU64>,
    missing: bool,
}

impl TableReader {
    pub(super) fn new(file: File, file_len: u64, table: Table, reached: Arc<AtomicU64>) -> Self {
        let bytes_left = file_len.saturating_mul(MOST_READINGS);
        Self { file, file_len, table, edit: 0, next: None, bytes_left, reached, missing: false }
    }

    /// Returns the current edit. A track without edits has one edit of everything.
    fn edit(&self) -> Option<Edit> {
        match self.table.edits.as_slice() {
            [] if self.edit == 0 => Some(Edit { from_s: Some(0.0), length_s: f64::INFINITY }),
            edits => edits.get(self.edit).copied(),
        }
    }

    fn time_s(&self, ticks: u64) -> f64 {
        ticks as f64 / self.table.ticks_per_s
    }

    /// Reads the packet's bytes; `None` if the file does not contain them.
    fn read(&mut self, sample: Sample) -> Option<Vec<u8>> {
        let end = sample.at.checked_add(u64::from(sample.len)).filter(|&end| end <= self.file_len)?;
        self.bytes_left = self.bytes_left.checked_sub(u64::from(sample.len))?;
        self.file.seek(SeekFrom::Start(sample.at)).ok()?;
        let mut data = vec![0; sample.len as usize];
        self.file.read_exact(&mut data).ok()?;
        self.reached.store(end, Ordering::Relaxed);
        Some(data)
    }
}

impl Demux for TableReader {
    fn next(&mut self) -> Event {
        while let Some(edit) = self.edit() {
            let Some(from_s) = edit.from_s else {
                self.edit += 1;
                return Event::Silence(edit.length_s);
            };
            let Some(next) = self.next else {
                let samples = &self.table.samples;
                let first = samples
                    .partition_point(|s| self.time_s(s.time.saturating_add(u64::from(s.ticks))) <= from_s - PRE_ROLL_S);
                self.next = Some(first);
                let delay = if self.table.edits.is_empty() { self.table.delay } else { Some(0) };
                return Event::Anew(Entry { params: self.table.params.clone(), delay });
            };
            let sample = self.table.samples.get(next).copied();
            let to_s = from_s + edit.length_s;
            let Some(sample) = sample.filter(|sample| self.time_s(sample.time) < to_s) else {
                self.edit += 1;
                self.next = None;
                continue;
            };
            self.next = Some(next + 1);
            let Some(data) = self.read(sample) else {
                self.missing = true;
                continue;
            };
            let at_s = self.time_s(sample.time);
            let packet = Packet::new(
                0,
                Timestamp::new(i64::try_from(sample.time).unwrap_or(i64::MAX)),
                Duration::new(u64::from(sample.ticks)),
                data,
            );
            let mut piece = Piece::whole(packet, Some(at_s), f64::from(sample.ticks) / self.table.ticks_per_s);
            piece.skip_s = (from_s - at_s).max(0.0);
            piece.until_s = to_s - at_s;
            return Event::Piece(piece);
        }
        Event::End { broke_off: self.table.broke_off || self.missing }
    }

    fn promised_s(&self) -> Option<f64> {
        self.table.promised_s
    }
}
