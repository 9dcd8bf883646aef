//! Parses MP4, M4A, 3GP and MOV: the audio tracks, the locations of their packets, and the edits, which say what to
//! play.
//!
//! Implements the index (`moov`) of ISO/IEC 14496-12 and of Apple's QuickTime File Format, with its fragments (`moof`).
//! Edit lists (8.6.6) are honoured: they exclude the encoder delay, and audio that the user cut away in an app but that
//! is still in the file. The codec is read from the sample description, in the variants of both specifications.

use std::fs::File;
use std::ops::Range;

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::*;

use super::demux::params;
use super::error::AudioError;
use super::pcm;
use super::source::{read_array, read_bytes};
use super::table::{BlockLayout, EditEntry, MAX_PACKETS, PacketEntry, PacketTable};

/// Maximum number of boxes that are read, a bound for hostile files: enough for a day of one-second fragments.
const MAX_BOXES: usize = 400_000;

/// Maximum number of edits that are read; somebody who cuts out every "um" by hand makes hundreds.
const MAX_EDITS: u64 = 4096;

/// Maximum length of a table that is read, bytes: 8 bytes for each of [`MAX_PACKETS`] packets.
const MAX_TABLE_BYTES: u64 = 8 * MAX_PACKETS as u64;

/// Consecutive edits less than this far apart are joined, seconds: their durations are rounded to the movie's time
/// scale.
const MAX_JOIN_GAP_S: f64 = 0.002;

/// One audio track of the index.
#[derive(Clone)]
pub(super) struct SoundTrack {
    /// The track's ID.
    id: u32,
    /// Whether players play the track by default.
    pub(super) is_enabled: bool,
    /// The packets, or the name of their codec if it is not supported.
    pub(super) content: Result<PacketTable, String>,
    /// The block layout, if the packets consist of blocks of equal size.
    blocks: Option<BlockLayout>,
    fragment: FragmentDefaults,
}

/// Default duration and length of the packets of a fragment.
#[derive(Debug, Clone, Copy, Default)]
struct FragmentDefaults {
    ticks: u32,
    len: u32,
}

/// The index of an MP4 file.
pub(super) struct Index {
    /// Four-letter code of the file's main format, e.g. `M4A `, `qt  `, `isom`.
    pub(super) brand: String,
    /// The audio tracks; `None` if there is no `moov` box, because the recorder never finished the file.
    pub(super) sound_tracks: Option<Vec<SoundTrack>>,
}

impl Index {
    /// Reads the index and the headers of all fragments.
    ///
    /// # Errors
    /// When reading fails. From a damaged index, the readable part is returned.
    pub(super) fn read(file: &mut File, len: u64) -> Result<Self, AudioError> {
        let mut reader = BoxReader { file, boxes_left: MAX_BOXES };
        let brand = match read_array::<12>(reader.file, 0)? {
            Some(start) if &start[4..8] == b"ftyp" => String::from_utf8_lossy(&start[8..12]).into_owned(),
            // Early QuickTime files have no `ftyp` box.
            _ => "qt  ".to_owned(),
        };
        let (mut moov, mut cut) = (None, false);
        let mut fragments = Vec::new();
        let mut rest = 0..len;
        while let Some(found) = reader.next(rest.clone())? {
            let at = rest.start;
            rest.start = found.end;
            cut = found.end > len;
            match &found.code {
                b"moov" if moov.is_none() => moov = Some(found.body),
                b"moof" => fragments.push((at, found.body)),
                _ => {}
            }
        }
        let Some(moov) = moov else {
            return Ok(Self { brand, sound_tracks: None });
        };
        let movie_timescale = match reader.find(moov.clone(), b"mvhd")? {
            Some(mvhd) => reader.timescale(&mvhd)?,
            None => None,
        };
        let mut tracks = Vec::new();
        let mut rest = moov.clone();
        while let Some(found) = reader.next(rest.clone())? {
            rest.start = found.end;
            if &found.code == b"trak" {
                tracks.extend(reader.sound_track(found.body, movie_timescale, len)?);
            }
        }
        if let Some(mvex) = reader.find(moov, b"mvex")? {
            reader.defaults(mvex, &mut tracks)?;
            for (at, moof) in fragments {
                reader.fragment(at, moof, &mut tracks)?;
            }
            for track in &mut tracks {
                if let Ok(table) = &mut track.content {
                    table.is_truncated |= cut;
                }
            }
        }
        for track in &mut tracks {
            track.drop_missing_packets(len);
        }
        Ok(Self { brand, sound_tracks: Some(tracks) })
    }
}

impl SoundTrack {
    /// Removes the packets that a truncated file lists in its index but does not contain.
    fn drop_missing_packets(&mut self, len: u64) {
        let Ok(table) = &mut self.content else { return };
        let all = table.packets.last().map_or(0, |last| last.time.saturating_add(u64::from(last.ticks)));
        let before = table.packets.len();
        table.packets.retain(|entry| entry.at.checked_add(u64::from(entry.len)).is_some_and(|end| end <= len));
        if table.packets.len() == before {
            return;
        }
        let all_s = all as f64 / table.ticks_per_s;
        let kept_s = |edit: &EditEntry| match edit.from_s {
            Some(from_s) => edit.duration_s.min((all_s - from_s).max(0.0)),
            None => edit.duration_s,
        };
        let stated_s = if table.edits.is_empty() { all_s } else { table.edits.iter().map(kept_s).sum() };
        table.stated_s = Some(stated_s);
        table.is_truncated = true;
    }
}

struct BoxReader<'a> {
    file: &'a mut File,
    boxes_left: usize,
}

/// A box of the file: its code, the range of its body, and its end according to its size, which may be past the end of
/// the file.
struct FoundBox {
    code: [u8; 4],
    body: Range<u64>,
    end: u64,
}

impl BoxReader<'_> {
    /// Returns the first box in `within`.
    fn next(&mut self, within: Range<u64>) -> Result<Option<FoundBox>, AudioError> {
        if within.end.saturating_sub(within.start) < 8 || self.boxes_left == 0 {
            return Ok(None);
        }
        self.boxes_left -= 1;
        let Some(header) = read_array::<8>(self.file, within.start)? else {
            return Ok(None);
        };
        let code = [header[4], header[5], header[6], header[7]];
        let (header_len, size) = match be(&header[..4]) {
            0 => (8, within.end - within.start),
            1 => match read_array::<8>(self.file, within.start + 8)? {
                Some(size) => (16, be(&size)),
                None => return Ok(None),
            },
            size => (8, size),
        };
        if size < header_len {
            return Ok(None);
        }
        let end = within.start.saturating_add(size);
        let body = (within.start.saturating_add(header_len)).min(within.end)..end.min(within.end);
        Ok(Some(FoundBox { code, body, end }))
    }

    /// Returns the body of the first box with this code in `within`.
    fn find(&mut self, mut within: Range<u64>, wanted: &[u8; 4]) -> Result<Option<Range<u64>>, AudioError> {
        while let Some(found) = self.next(within.clone())? {
            if &found.code == wanted {
                return Ok(Some(found.body));
            }
            within.start = found.end;
        }
        Ok(None)
    }

    /// Returns the body of the box at the end of `path`, a path of nested boxes.
    fn find_path(&mut self, mut within: Range<u64>, path: &[&[u8; 4]]) -> Result<Option<Range<u64>>, AudioError> {
        for code in path {
            match self.find(within, code)? {
                Some(body) => within = body,
                None => return Ok(None),
            }
        }
        Ok(Some(within))
    }

    /// Reads a big-endian number of `N` bytes at `offset` in a box.
    fn number<const N: usize>(&mut self, body: &Range<u64>, offset: u64) -> Result<Option<u64>, AudioError> {
        if body.end.saturating_sub(body.start) < offset + N as u64 {
            return Ok(None);
        }
        Ok(read_array::<N>(self.file, body.start + offset)?.map(|bytes| be(&bytes)))
    }

    /// Reads the time scale (ticks per second) from an `mvhd` or `mdhd` box.
    fn timescale(&mut self, body: &Range<u64>) -> Result<Option<f64>, AudioError> {
        let offset = if self.number::<1>(body, 0)? == Some(1) { 20 } else { 12 };
        Ok(self.number::<4>(body, offset)?.filter(|&units| units > 0).map(|units| units as f64))
    }

    /// Reads the body of a box, up to the maximum length of a table.
    fn bytes(&mut self, body: &Range<u64>) -> Result<Vec<u8>, AudioError> {
        read_bytes(self.file, body.start, body.end.saturating_sub(body.start).min(MAX_TABLE_BYTES + 64))
    }

    fn sound_track(
        &mut self,
        trak: Range<u64>,
        movie_timescale: Option<f64>,
        file_len: u64,
    ) -> Result<Option<SoundTrack>, AudioError> {
        let handler = match self.find_path(trak.clone(), &[b"mdia", b"hdlr"])? {
            Some(hdlr) => self.number::<4>(&hdlr, 8)?,
            None => None,
        };
        if handler != Some(be(b"soun")) {
            return Ok(None);
        }
        let Some(tkhd) = self.find(trak.clone(), b"tkhd")? else { return Ok(None) };
        let offset = if self.number::<1>(&tkhd, 0)? == Some(1) { 20 } else { 12 };
        let id = self.number::<4>(&tkhd, offset)?.unwrap_or(0) as u32;
        let is_enabled = self.number::<1>(&tkhd, 3)?.unwrap_or(0) & 1 > 0;
        let ticks_per_s = match self.find_path(trak.clone(), &[b"mdia", b"mdhd"])? {
            Some(mdhd) => self.timescale(&mdhd)?,
            None => None,
        };
        let (Some(ticks_per_s), Some(stbl)) =
            (ticks_per_s, self.find_path(trak.clone(), &[b"mdia", b"minf", b"stbl"])?)
        else {
            return Ok(None);
        };
        let description = match self.find(stbl.clone(), b"stsd")? {
            Some(stsd) => self.bytes(&stsd)?,
            None => Vec::new(),
        };
        let mut track = SoundTrack {
            id,
            is_enabled,
            content: Err(codec_name("")),
            blocks: None,
            fragment: FragmentDefaults::default(),
        };
        let Some(SampleDescription { mut params, blocks, delay }) = sample_description(&description) else {
            let code = description.get(12..16).unwrap_or_default();
            track.content = Err(self.unsupported_name(code, &description));
            return Ok(Some(track));
        };
        let packets = self.packets(&stbl, blocks.as_ref(), file_len)?;
        if params.codec == CODEC_ID_MP3 {
            // All MPEG layers share one code; the frame header tells them apart.
            let head = packets.first().map(|first| read_array::<4>(self.file, first.at)).transpose()?.flatten();
            match head.map(|head| head[1] >> 1 & 3) {
                Some(2) => params.codec = CODEC_ID_MP2,
                Some(3) => params.codec = CODEC_ID_MP1,
                _ => {}
            }
        }
        let edits = match self.find_path(trak, &[b"edts", b"elst"])? {
            Some(elst) => self.edits(&elst, ticks_per_s, movie_timescale)?,
            None => Vec::new(),
        };
        track.blocks = blocks;
        track.content =
            Ok(PacketTable { params, ticks_per_s, packets, edits, delay, stated_s: None, is_truncated: false });
        Ok(Some(track))
    }

    /// Returns the common name of a track's unsupported codec.
    fn unsupported_name(&self, code: &[u8], description: &[u8]) -> String {
        if code == b"mp4a"
            && let Some((object_type, _)) =
                find_in(description.get(16..).unwrap_or_default(), b"esds").and_then(audio_config)
        {
            return match object_type {
                0xa5 => codec_name("ac-3"),
                0xa6 => codec_name("ec-3"),
                0xa9 | 0xac => "DTS".to_owned(),
                _ => codec_name("mp4a"),
            };
        }
        codec_name(String::from_utf8_lossy(code).trim())
    }

    /// Locates the packets: `stsz` has their lengths, `stco` the chunks, `stsc` the number of packets per chunk, `stts`
    /// the durations.
    fn packets(
        &mut self,
        stbl: &Range<u64>,
        blocks: Option<&BlockLayout>,
        file_len: u64,
    ) -> Result<Vec<PacketEntry>, AudioError> {
        let mut table = |codes: [&[u8; 4]; 2]| -> Result<(usize, Vec<u8>), AudioError> {
            for (i, code) in codes.into_iter().enumerate() {
                if let Some(body) = self.find(stbl.clone(), code)? {
                    return Ok((i, self.bytes(&body)?));
                }
            }
            Ok((0, Vec::new()))
        };
        let (compact, sizes) = table([b"stsz", b"stz2"])?;
        let (is_wide, chunks) = table([b"stco", b"co64"])?;
        let (_, runs) = table([b"stsc", b"stsc"])?;
        let (_, times) = table([b"stts", b"stts"])?;
        let word = |bytes: &[u8], at: usize| bytes.get(at..at + 4).map_or(0, |word| be(word) as u32);
        let count = word(&sizes, 8) as usize;
        let constant = if compact == 0 { word(&sizes, 4) } else { 0 };
        let size = |i: usize| match (compact, constant, sizes.get(7)) {
            (0, 0, _) => sizes.get(12 + 4 * i..16 + 4 * i).map(|size| be(size) as u32),
            (0, constant, _) => Some(constant),
            (_, _, Some(16)) => sizes.get(12 + 2 * i..14 + 2 * i).map(|size| be(size) as u32),
            (_, _, Some(8)) => sizes.get(12 + i).map(|&size| u32::from(size)),
            (_, _, _) => {
                sizes.get(12 + i / 2).map(|&both| u32::from(if i.is_multiple_of(2) { both >> 4 } else { both & 15 }))
            }
        };
        let offset = |chunk: usize| match is_wide {
            0 => chunks.get(8 + 4 * chunk..12 + 4 * chunk).map(be),
            _ => chunks.get(8 + 8 * chunk..16 + 8 * chunk).map(be),
        };
        let run = |i: usize| {
            let at = 8 + 12 * i;
            runs.get(at..at + 12).map(|run| (be(&run[..4]) as usize, be(&run[4..8])))
        };
        // For audio in blocks of equal size, the tables count every frame as a packet.
        let frames = blocks.filter(|_| constant > 0 && word(&times, 12) <= 1);
        let mut durations =
            times.get(8..).unwrap_or_default().chunks_exact(8).map(|run| (be(&run[..4]), be(&run[4..]) as u32));
        let (mut repeated, mut ticks) = (0, 0);
        let (mut packets, mut time, mut packet, mut run_index) = (Vec::new(), 0_u64, 0_usize, 0);
        for chunk in 0.. {
            let Some(mut at) = offset(chunk) else { break };
            while run(run_index + 1).is_some_and(|(first, _)| first <= chunk + 1) {
                run_index += 1;
            }
            let Some((_, in_chunk)) = run(run_index) else { break };
            if let Some(blocks) = frames {
                let here = in_chunk.min((count - packet.min(count)) as u64);
                let bytes = here.div_ceil(blocks.block_frames).saturating_mul(blocks.block_len);
                // Blocks beyond the size of the file are ignored.
                blocks.push(at..at.saturating_add(bytes.min(file_len)), &mut time, &mut packets);
                packet += here as usize;
                if packet >= count || packets.len() >= MAX_PACKETS {
                    break;
                }
                continue;
            }
            for _ in 0..in_chunk {
                let Some(len) = size(packet).filter(|_| packet < count && packets.len() < MAX_PACKETS) else {
                    return Ok(packets);
                };
                while repeated == 0 {
                    // If the table is too short, its last entry applies to all further packets.
                    (repeated, ticks) = durations.next().unwrap_or((u64::MAX, ticks));
                }
                repeated -= 1;
                packets.push(PacketEntry { at, len, time, ticks });
                at = at.saturating_add(u64::from(len));
                time = time.saturating_add(u64::from(ticks));
                packet += 1;
            }
        }
        Ok(packets)
    }

    /// Reads the packet defaults of the tracks from the `trex` boxes.
    fn defaults(&mut self, mvex: Range<u64>, tracks: &mut [SoundTrack]) -> Result<(), AudioError> {
        let mut rest = mvex;
        while let Some(found) = self.next(rest.clone())? {
            rest.start = found.end;
            if &found.code == b"trex" {
                let id = self.number::<4>(&found.body, 4)?;
                let ticks = self.number::<4>(&found.body, 12)?.unwrap_or(0) as u32;
                let len = self.number::<4>(&found.body, 16)?.unwrap_or(0) as u32;
                for track in tracks.iter_mut().filter(|track| Some(u64::from(track.id)) == id) {
                    track.fragment = FragmentDefaults { ticks, len };
                }
            }
        }
        Ok(())
    }

    /// Reads the packets of a fragment that begins at `start`.
    fn fragment(&mut self, start: u64, moof: Range<u64>, tracks: &mut [SoundTrack]) -> Result<(), AudioError> {
        let mut rest = moof;
        // Default start of a track's data: the fragment's start or, after another track, the end of that track's data.
        let mut implied = start;
        while let Some(found) = self.next(rest.clone())? {
            rest.start = found.end;
            if &found.code == b"traf" {
                implied = self.track_fragment(start, implied, found.body, tracks)?;
            }
        }
        Ok(())
    }

    /// Reads the packets of one track in a fragment; returns the offset at which their data ends.
    fn track_fragment(
        &mut self,
        start: u64,
        implied: u64,
        traf: Range<u64>,
        tracks: &mut [SoundTrack],
    ) -> Result<u64, AudioError> {
        let Some(tfhd) = self.find(traf.clone(), b"tfhd")? else { return Ok(implied) };
        let head = self.bytes(&tfhd)?;
        let word = |bytes: &[u8], at: usize| bytes.get(at..at + 4).map_or(0, |word| be(word) as u32);
        let (flags, id) = (word(&head, 0) & 0xff_ffff, word(&head, 4));
        let Some(track) = tracks.iter_mut().find(|track| track.id == id) else {
            // Not an audio track: only the end of its data could matter, and few files rely on that.
            return Ok(implied);
        };
        let mut at = 8;
        let mut optional = |bit: u32, len: usize| {
            (flags & bit > 0).then(|| {
                at += len;
                head.get(at - len..at).map_or(0, be)
            })
        };
        let base = optional(1, 8);
        optional(2, 4);
        let ticks = optional(8, 4).map_or(track.fragment.ticks, |ticks| ticks as u32);
        let len = optional(16, 4).map_or(track.fragment.len, |len| len as u32);
        let base = base.unwrap_or(if flags & 0x2_0000 > 0 { start } else { implied });
        let Ok(table) = &mut track.content else { return Ok(base) };
        let follows = table.packets.last().map_or(0, |last| last.time.saturating_add(u64::from(last.ticks)));
        let mut time = match self.find(traf.clone(), b"tfdt")? {
            Some(tfdt) if self.number::<1>(&tfdt, 0)? == Some(1) => self.number::<8>(&tfdt, 4)?.unwrap_or(follows),
            Some(tfdt) => self.number::<4>(&tfdt, 4)?.unwrap_or(follows),
            None => follows,
        };
        let mut data = base;
        let mut rest = traf;
        while let Some(found) = self.next(rest.clone())? {
            rest.start = found.end;
            if &found.code != b"trun" {
                continue;
            }
            let run = self.bytes(&found.body)?;
            let flags = word(&run, 0) & 0xff_ffff;
            let mut at = 8;
            if flags & 1 > 0 {
                data = base.saturating_add_signed(i64::from(word(&run, at) as i32));
                at += 4;
            }
            at += if flags & 4 > 0 { 4 } else { 0 };
            for _ in 0..word(&run, 4) {
                let mut field = |bit: u32, default: u32| {
                    if flags & bit == 0 {
                        return Some(default);
                    }
                    at += 4;
                    run.get(at - 4..at).map(|word| be(word) as u32)
                };
                let (Some(ticks), Some(len), Some(_), Some(_)) =
                    (field(0x100, ticks), field(0x200, len), field(0x400, 0), field(0x800, 0))
                else {
                    break;
                };
                if table.packets.len() >= MAX_PACKETS {
                    return Ok(data);
                }
                table.packets.push(PacketEntry { at: data, len, time, ticks });
                data = data.saturating_add(u64::from(len));
                time = time.saturating_add(u64::from(ticks));
            }
        }
        Ok(data)
    }

    /// Reads the edit list. An empty edit is silence: the audio begins later than the video, or pauses.
    fn edits(
        &mut self,
        elst: &Range<u64>,
        ticks_per_s: f64,
        movie_timescale: Option<f64>,
    ) -> Result<Vec<EditEntry>, AudioError> {
        let wide = self.number::<1>(elst, 0)? == Some(1);
        let count = self.number::<4>(elst, 4)?.unwrap_or(0).min(MAX_EDITS);
        let mut edits: Vec<EditEntry> = Vec::new();
        for edit in 0..count {
            let (duration, start) = if wide {
                let at = 8 + edit * 20;
                (self.number::<8>(elst, at)?, self.number::<8>(elst, at + 8)?.map(|start| start as i64))
            } else {
                let at = 8 + edit * 12;
                (self.number::<4>(elst, at)?, self.number::<4>(elst, at + 4)?.map(|start| i64::from(start as i32)))
            };
            let (Some(duration), Some(start)) = (duration, start) else { break };
            let duration_s = match movie_timescale {
                Some(units) if duration > 0 => duration as f64 / units,
                _ => f64::INFINITY,
            };
            let from_s = (start >= 0).then(|| start as f64 / ticks_per_s);
            match (edits.last_mut(), from_s) {
                (Some(EditEntry { from_s: Some(before_s), duration_s: before }), Some(from_s))
                    if (*before_s + *before - from_s).abs() < MAX_JOIN_GAP_S =>
                {
                    *before = from_s + duration_s - *before_s;
                }
                (_, None) if !duration_s.is_finite() => {}
                _ => edits.push(EditEntry { from_s, duration_s }),
            }
        }
        // A list of nothing but silence is a placeholder that the recorder never updated.
        if edits.iter().all(|edit| edit.from_s.is_none()) {
            edits.clear();
        }
        Ok(edits)
    }
}

/// A parsed sample description.
struct SampleDescription {
    params: AudioCodecParameters,
    blocks: Option<BlockLayout>,
    /// Encoder delay, frames; `None` if it is not stated.
    delay: Option<u64>,
}

/// Parses the first entry of an `stsd` box, in ISO's and QuickTime's variants (versions 0, 1 and 2 of a sound
/// description).
fn sample_description(stsd: &[u8]) -> Option<SampleDescription> {
    let entry = stsd.get(8..)?;
    let code: [u8; 4] = entry.get(4..8)?.try_into().ok()?;
    let half = |at: usize| entry.get(at..at + 2).map(|half| be(half) as u16);
    let word = |at: usize| entry.get(at..at + 4).map(|word| be(word) as u32);
    let version = half(16)?;
    let (mut channels, mut bits) = (half(24)?, u64::from(half(26)?));
    let mut rate_hz = word(32)? >> 16;
    let (mut is_float, mut is_big_endian) = (false, true);
    let mut inner = match version {
        1 => entry.get(52..),
        2 => {
            let rate = entry.get(40..48).map(be).map(f64::from_bits)?;
            rate_hz = rate.round().clamp(0.0, f64::from(u32::MAX)) as u32;
            channels = word(48)? as u16;
            bits = u64::from(word(56)?);
            let flags = word(60)?;
            (is_float, is_big_endian) = (flags & 1 > 0, flags & 2 > 0);
            entry.get(72..)
        }
        _ => entry.get(36..),
    }
    .unwrap_or_default();
    // QuickTime puts codec-specific boxes into a `wave` box.
    if let Some(wave) = find_in(inner, b"wave") {
        inner = wave;
    }
    let find = |code: &[u8; 4]| find_in(inner, code);
    let plain = |params| Some(SampleDescription { params, blocks: None, delay: None });
    let of = |codec| params(codec, rate_hz, channels);
    match &code {
        b"mp4a" => {
            let (object_type, config) = find(b"esds").and_then(audio_config)?;
            match object_type {
                // MPEG-4 audio (ISO/IEC 14496-3) and the profiles of MPEG-2 AAC (13818-7).
                0x40 | 0x66..=0x68 => {
                    let mut params = of(CODEC_ID_AAC);
                    if config.len() >= 2 {
                        params.with_extra_data(config.into());
                    }
                    plain(params)
                }
                0x69 | 0x6b => plain(of(CODEC_ID_MP3)),
                _ => None,
            }
        }
        // Microsoft's and IMA's ADPCM, identified by their WAV format tags; version 1 states the block size.
        b"ms\0\x02" | b"ms\0\x11" if version == 1 => {
            let codec = if code[3] == 2 { CODEC_ID_ADPCM_MS } else { CODEC_ID_ADPCM_IMA_WAV };
            let (block_frames, block_len) = (u64::from(word(36)?), u64::from(word(44)?));
            if block_frames == 0 || block_frames > 1 << 16 || block_len == 0 {
                return None;
            }
            let mut params = of(codec);
            params.with_frames_per_block(block_frames).with_max_frames_per_packet(block_frames.max(4096));
            let blocks = BlockLayout { params: params.clone(), block_len, block_frames };
            Some(SampleDescription { params, blocks: Some(blocks), delay: Some(0) })
        }
        b".mp3" | b"ms\0\x55" | b"ms\0\x50" | b"mp3 " => plain(of(CODEC_ID_MP3)),
        b"alac" => {
            let mut params = of(CODEC_ID_ALAC);
            params.with_extra_data(alac_cookie(find(b"alac")?)?.into());
            plain(params)
        }
        b"fLaC" => {
            let mut params = of(CODEC_ID_FLAC);
            // Skips the version and flags and the block header; STREAMINFO has 34 bytes.
            params.with_extra_data(find(b"dfLa")?.get(8..42)?.into());
            plain(params)
        }
        b"Opus" => {
            let head = find(b"dOps")?;
            let channels = u16::from(*head.get(1)?);
            let delay = head.get(2..4).map(be);
            Some(SampleDescription { params: params(CODEC_ID_OPUS, rate_hz, channels), blocks: None, delay })
        }
        b"lpcm" => {
            let blocks = pcm::linear(bits, is_float, is_big_endian, channels, rate_hz)?;
            Some(SampleDescription { params: blocks.params.clone(), blocks: Some(blocks), delay: Some(0) })
        }
        // ISO/IEC 23003-5: bit 0 is set for little-endian.
        b"ipcm" | b"fpcm" => {
            let config = find(b"pcmC")?;
            let (is_little, bits) = (config.get(4)? & 1 > 0, u64::from(*config.get(5)?));
            let blocks = pcm::linear(bits, &code == b"fpcm", !is_little, channels, rate_hz)?;
            Some(SampleDescription { params: blocks.params.clone(), blocks: Some(blocks), delay: Some(0) })
        }
        code => {
            let is_little = find(b"enda").and_then(|enda| enda.get(1)) == Some(&1);
            let blocks = pcm::by_code(code, bits, channels, rate_hz, is_little)?;
            let mut params = blocks.params.clone();
            if blocks.block_frames > 1 {
                params.with_frames_per_block(blocks.block_frames).with_max_frames_per_packet(4096);
            }
            Some(SampleDescription { params, blocks: Some(blocks), delay: Some(0) })
        }
    }
}

/// Returns the body of the first of `boxes` with the code `wanted`.
fn find_in<'a>(mut boxes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    while boxes.len() >= 8 {
        let size = be(&boxes[..4]) as usize;
        // A size below 8 is a terminator, which QuickTime may write as a box of size 0.
        if size < 8 {
            return None;
        }
        let body = boxes.get(8..size.min(boxes.len()))?;
        if &boxes[4..8] == wanted {
            return Some(body);
        }
        boxes = boxes.get(size..)?;
    }
    None
}

/// Returns the object type indication and the decoder configuration in an elementary stream descriptor (ISO/IEC
/// 14496-1, 7.2.6); `esds` may begin with the version and flags of its box.
pub(super) fn audio_config(esds: &[u8]) -> Option<(u8, &[u8])> {
    /// Returns the body of the descriptor at the start of `bytes`, if it has this tag.
    fn descriptor(bytes: &[u8], tag: u8) -> Option<&[u8]> {
        let (&found, mut rest) = bytes.split_first()?;
        let mut len = 0;
        for _ in 0..4 {
            let (&byte, after) = rest.split_first()?;
            rest = after;
            len = len << 7 | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
        (found == tag).then(|| &rest[..len.min(rest.len())])
    }
    let start = if esds.first() == Some(&3) { esds } else { esds.get(4..)? };
    let stream = descriptor(start, 3)?;
    let flags = *stream.get(2)?;
    let mut at = 3 + if flags & 0x80 > 0 { 2 } else { 0 };
    at += if flags & 0x40 > 0 { 1 + usize::from(*stream.get(at)?) } else { 0 };
    at += if flags & 0x20 > 0 { 2 } else { 0 };
    let decoder = descriptor(stream.get(at..)?, 4)?;
    let config = decoder.get(13..).and_then(|rest| descriptor(rest, 5)).unwrap_or_default();
    Some((*decoder.first()?, config))
}

/// Returns the configuration of the ALAC decoder: 24 bytes, or 48 with a channel layout. Old files wrap it in `frma`
/// and `alac` boxes.
pub(super) fn alac_cookie(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = if bytes.get(4..8) == Some(b"frma") { bytes.get(12..)? } else { bytes };
    let bytes = if bytes.get(4..8) == Some(b"alac") { bytes.get(12..)? } else { bytes };
    let bytes = if bytes.len() == 28 || bytes.len() == 52 { &bytes[4..] } else { bytes };
    bytes.get(..if bytes.len() >= 48 { 48 } else { 24 })
}

/// Returns the common name of an MP4 sample format.
pub(super) fn codec_name(code: &str) -> String {
    match code {
        "samr" | "sawb" => "AMR (a phone recording)".to_owned(),
        "ac-3" => "AC-3 (Dolby Digital)".to_owned(),
        "ec-3" => "E-AC-3 (Dolby Digital Plus)".to_owned(),
        "enca" | "drms" => "copy-protected (DRM) sound".to_owned(),
        "" => super::decode::UNKNOWN_CODEC.to_owned(),
        code => format!("sound of the kind '{}'", code.escape_default()),
    }
}

fn be(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn boxed(code: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes(), &code[..], body].concat()
    }

    fn words(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_be_bytes()).collect()
    }

    fn index(bytes: &[u8]) -> Index {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Index::read(&mut file, bytes.len() as u64).unwrap()
    }

    /// Returns a MOV file that states 10 s of 16-bit audio at 44,100 Hz but contains 50 frames, with these edits
    /// (durations in milliseconds).
    fn movie(edits: &[u32]) -> Vec<u8> {
        let entry = [words(&[36]), b"sowt".to_vec(), words(&[0, 1, 0, 0, 1 << 16 | 16, 0, 44_100 << 16])].concat();
        let stbl = [
            boxed(b"stsd", &[words(&[0, 1]), entry].concat()),
            boxed(b"stts", &words(&[0, 1, 50, 1])),
            boxed(b"stsc", &words(&[0, 1, 1, 25, 1])),
            boxed(b"stsz", &words(&[0, 2, 50])),
            boxed(b"stco", &words(&[0, 2, 24, 74])),
        ]
        .concat();
        let mdia = [
            boxed(b"mdhd", &words(&[0, 0, 0, 44_100, 441_000, 0])),
            boxed(b"hdlr", &[words(&[0, 0]), b"soun".to_vec()].concat()),
            boxed(b"minf", &boxed(b"stbl", &stbl)),
        ]
        .concat();
        let edits = [words(&[0, edits.len() as u32 / 3]), words(edits)].concat();
        let trak = [
            boxed(b"tkhd", &words(&[1, 0, 0, 7, 0, 10_000])),
            boxed(b"edts", &boxed(b"elst", &edits)),
            boxed(b"mdia", &mdia),
        ]
        .concat();
        let moov = [boxed(b"mvhd", &words(&[0, 0, 0, 1000, 10_000])), boxed(b"trak", &trak)].concat();
        [boxed(b"ftyp", b"M4A \0\0\0\0"), boxed(b"mdat", &[1; 100]), boxed(b"moov", &moov)].concat()
    }

    fn table(edits: &[u32]) -> PacketTable {
        index(&movie(edits)).sound_tracks.unwrap().remove(0).content.unwrap()
    }

    fn edit_list(edits: &[u32]) -> Vec<(Option<f64>, f64)> {
        table(edits).edits.iter().map(|edit| (edit.from_s, edit.duration_s)).collect()
    }

    const ONCE: u32 = 0x10000;

    #[test]
    fn every_edit_counts() {
        assert_eq!(edit_list(&[]), []);
        assert_eq!(edit_list(&[9_950, 2205, ONCE]), [(Some(0.05), 9.95)]);
        let silence_then_sound = [200, u32::MAX, ONCE, 9_950, 2205, ONCE];
        assert_eq!(edit_list(&silence_then_sound), [(None, 0.2), (Some(0.05), 9.95)]);
        let turned_round = [1000, 88_200, ONCE, 500, 0, ONCE];
        assert_eq!(edit_list(&turned_round), [(Some(2.0), 1.0), (Some(0.0), 0.5)]);
        // Adjacent edits are joined.
        assert_eq!(edit_list(&[1000, 0, ONCE, 500, 44_100, ONCE]), [(Some(0.0), 1.5)]);
        // A duration of 0 extends to the end.
        assert_eq!(edit_list(&[0, 2205, ONCE]), [(Some(0.05), f64::INFINITY)]);
        // A list of nothing but silence is ignored.
        assert_eq!(edit_list(&[200, u32::MAX, ONCE]), []);
    }

    #[test]
    fn frames_that_are_not_compressed_are_read_by_the_chunk() {
        let found = index(&movie(&[]));
        assert_eq!(found.brand, "M4A ");
        let table = table(&[]);
        let places: Vec<_> = table.packets.iter().map(|s| (s.at, s.len, s.time, s.ticks)).collect();
        assert_eq!(places, [(24, 50, 0, 25), (74, 50, 25, 25)]);
        assert_eq!((table.stated_s, table.is_truncated), (None, false));
    }

    #[test]
    fn an_unfinished_file_has_no_index() {
        let bytes = [boxed(b"ftyp", b"isom\0\0\0\0"), boxed(b"mdat", &[0; 50])].concat();
        assert!(index(&bytes).sound_tracks.is_none());
    }

    #[test]
    fn any_cut_or_changed_byte_is_survived() {
        let whole = movie(&[200, u32::MAX, ONCE, 9_950, 2205, ONCE]);
        for cut in 0..whole.len() {
            let _ = index(&whole[..cut]);
            let mut changed = whole.clone();
            changed[cut] = 0xff;
            let _ = index(&changed);
        }
    }
}
