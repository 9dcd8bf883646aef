//! Detects the container format of a file by its content, and opens one of its audio tracks.
//!
//! Containers whose length fields recorders and editors often get wrong have parsers of our own: WAV and its variants,
//! AIFF, AU, CAF, MP4, and bare frames of MPEG audio and AAC. Ogg, FLAC and Matroska are read by Symphonia, part by
//! part.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::errors::Error as DecodeError;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackFlags};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::{TimeBase, Timestamp};

use super::caf;
use super::chained;
use super::decode::{UNKNOWN_CODEC, catch_panic, codec_name, is_decodable};
use super::demux::{DecoderSetup, Demux, DemuxEvent, TimedPacket};
use super::error::AudioError;
use super::mkv;
use super::mp4;
use super::mpeg::{FrameReader, tag_len};
use super::pcm::{self, AudioData};
use super::source::{self, FileRange, read_bytes};
use super::table::TableReader;

/// The sample rate at which Opus is decoded and its pre-skip is counted.
const OPUS_RATE_HZ: u32 = 48_000;

/// Number of bytes at the start of a file that are read to identify it: more than one packet of a transport stream.
const SNIFF_BYTES: u64 = 200;

/// Maximum number of metadata tags (ID3) skipped before the audio.
const MAX_LEADING_TAGS: usize = 16;

/// Number of consecutive unreadable packets after which reading stops.
const MAX_UNREADABLE_IN_A_ROW: u32 = 16;

/// Maximum length of a file, bytes, that is reported as having no audio, rather than as damaged, if it ends inside its
/// header.
const MAX_HEADER_LEN: u64 = 4096;

/// The format of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ContainerKind {
    Wav,
    Wave64,
    Aiff,
    Au,
    Caf,
    Mp4,
    Matroska,
    Ogg,
    Flac,
    /// Recognized, but not supported.
    Refused(&'static str),
    /// Not recognized; possibly bare frames of MPEG audio or AAC.
    Unknown,
}

impl ContainerKind {
    fn of(head: &[u8]) -> Self {
        let is_at = |at: usize, word: &[u8]| head.get(at..at + word.len()) == Some(word);
        match head.get(..4) {
            Some(b"RIFF") if is_at(8, b"AVI ") => return Self::Refused("AVI video"),
            Some(b"RIFF" | b"RF64" | b"BW64") if is_at(8, b"WAVE") => return Self::Wav,
            Some(b"FORM") if is_at(8, b"AIFF") || is_at(8, b"AIFC") => return Self::Aiff,
            Some(b"riff") if is_at(4, &[0x2e, 0x91, 0xcf, 0x11]) => return Self::Wave64,
            Some(b".snd") => return Self::Au,
            Some(b"caff") => return Self::Caf,
            Some(b"OggS") if head.windows(8).any(|word| word == b"Speex   ") => return Self::Refused("Speex"),
            Some(b"OggS") => return Self::Ogg,
            Some(b"fLaC") => return Self::Flac,
            Some([0x1a, 0x45, 0xdf, 0xa3]) => return Self::Matroska,
            Some([0x30, 0x26, 0xb2, 0x75]) => return Self::Refused("Windows Media (WMA, WMV)"),
            Some(b"#!AM") => return Self::Refused("AMR (an old phone recording)"),
            Some(b".RMF" | [b'.', b'r', b'a', 0xfd]) => return Self::Refused("RealMedia"),
            Some(b"FLV\x01") => return Self::Refused("Flash video (FLV)"),
            Some(b"wvpk") => return Self::Refused("WavPack"),
            Some(b"MAC ") => return Self::Refused("Monkey's Audio (APE)"),
            Some(b"TTA1" | b"TTA2") => return Self::Refused("True Audio (TTA)"),
            Some(b"MThd") => return Self::Refused(MIDI),
            Some([0x0b, 0x77, ..]) => return Self::Refused("AC-3 (Dolby Digital)"),
            Some(b"tBaK") => return Self::Refused("TAK"),
            Some(b"FRM8") => return Self::Refused("DSD audio (DFF)"),
            Some(b"DSD ") => return Self::Refused("DSD audio (DSF)"),
            Some(b"MPCK" | b"MP+\x07" | b"MP+\x17") => return Self::Refused("Musepack (MPC)"),
            Some([0, 0, 1, 0xba]) => return Self::Refused("MPEG program stream (MPG, VOB)"),
            _ => {}
        }
        if head.first() == Some(&0x47) && head.get(188) == Some(&0x47) {
            return Self::Refused("MPEG transport stream (TS, MTS)");
        }
        if head.get(4) == Some(&0x47) && head.get(196) == Some(&0x47) {
            return Self::Refused("MPEG transport stream (TS, MTS)");
        }
        match head.get(4..8) {
            // HEIF and similar pictures use the same container.
            Some(b"ftyp") if is_picture_brand(head.get(8..12).unwrap_or_default()) => Self::Unknown,
            Some(b"ftyp" | b"moov" | b"mdat" | b"wide" | b"pnot") => Self::Mp4,
            Some(b"free" | b"skip") if head[0] == 0 => Self::Mp4,
            _ => Self::Unknown,
        }
    }
}

/// The name of MIDI in an error message. A MIDI file is an audio file by its type, but contains no audio.
const MIDI: &str = "MIDI, which holds notes and no sound,";

/// Returns whether an MP4 brand denotes a picture (HEIF, AVIF, Canon's raw format).
fn is_picture_brand(brand: &[u8]) -> bool {
    matches!(
        brand,
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" | b"avif" | b"avis" | b"crx "
    )
}

/// Returns the offset of the container after any tags, and its first bytes.
fn head_behind_tags(file: &mut File, len: u64) -> Result<(u64, Vec<u8>), AudioError> {
    let mut start = 0_u64;
    for _ in 0..MAX_LEADING_TAGS {
        let head = read_bytes(file, start, SNIFF_BYTES)?;
        match tag_len(&head) {
            Some(tag) if head.starts_with(b"ID3") && start.saturating_add(tag) < len => start += tag,
            _ => return Ok((start, head)),
        }
    }
    Ok((start, read_bytes(file, start, SNIFF_BYTES)?))
}

/// Returns the offset at which the audio ends, before any appended tags (ID3v1, APE).
fn before_tags(file: &mut File, len: u64) -> Result<u64, AudioError> {
    let mut end = len;
    if let Some(at) = end.checked_sub(128)
        && read_bytes(file, at, 3)? == b"TAG"
    {
        end = at;
    }
    if let Some(at) = end.checked_sub(32) {
        let footer = read_bytes(file, at, 32)?;
        if let Some(tag) = ape_len(&footer) {
            end = end.saturating_sub(tag);
        }
    }
    Ok(end)
}

/// Returns the length of an APE tag in bytes, read from its footer.
fn ape_len(footer: &[u8]) -> Option<u64> {
    let len =
        footer.strip_prefix(b"APETAGEX")?.get(4..8)?.iter().rev().fold(0, |len, &byte| len << 8 | u64::from(byte));
    let has_header = footer.get(23)? & 0x80 > 0;
    Some(len + if has_header { 32 } else { 0 })
}

/// Returns whether a file begins like an audio file, or like a video that may have an audio track. Whether it can be
/// decoded is known only when it is opened.
pub fn is_sound(path: &Path) -> bool {
    let sniff = || -> Result<bool, AudioError> {
        let (mut file, len) = source::open_file(path)?;
        let (start, head) = head_behind_tags(&mut file, len)?;
        Ok(match ContainerKind::of(&head) {
            ContainerKind::Refused(MIDI) => false,
            ContainerKind::Unknown if is_frame_like(&head) || start > 0 => {
                FrameReader::open(file, start..len, Arc::default())?.is_some()
            }
            ContainerKind::Unknown => false,
            _ => true,
        })
    };
    sniff().unwrap_or(false)
}

/// Returns whether `head`, the first bytes of a stream such as standard input, begins an audio or video file.
pub fn begins_sound(head: &[u8]) -> bool {
    head.starts_with(b"ID3")
        || !matches!(ContainerKind::of(head), ContainerKind::Unknown | ContainerKind::Refused(MIDI))
        || is_frame_like(head) && std::str::from_utf8(head).is_err()
}

/// Returns whether these bytes can begin a frame of MPEG audio or AAC.
fn is_frame_like(head: &[u8]) -> bool {
    matches!(head, [0xff, second, third, ..] if second & 0xe0 == 0xe0 && second & 0x18 != 8 && third >> 4 != 15 && !matches!(second, 0xfe | 0xff))
}

/// An audio track of a file that may be chosen.
#[derive(Clone)]
struct TrackCandidate {
    /// The decoder parameters, or the name of an unsupported codec.
    params: Result<AudioCodecParameters, String>,
    /// Whether players play the track by default.
    is_default: bool,
}

/// An opened container, with the demuxer of the chosen audio track.
pub(super) struct OpenedContainer {
    pub(super) demux: Box<dyn Demux>,
    /// The container's name, e.g. `m4a`.
    pub(super) container: &'static str,
    /// Whether the format was recognized by its sync words alone, which arbitrary data can contain too.
    pub(super) is_found_by_sync: bool,
    /// Number of audio tracks that can be decoded.
    pub(super) tracks: usize,
    /// Number of the chosen track among all audio tracks, counted from 1.
    pub(super) number: usize,
    pub(super) file_len: u64,
    /// Offset in the file that the demuxer has reached, for the progress.
    pub(super) reached: Arc<AtomicU64>,
}

/// Opens the file at `path`. Among several audio tracks, chooses number `wanted`, counted from 0; tracks marked as
/// default come first.
pub(super) fn open(path: &Path, wanted: usize) -> Result<OpenedContainer, AudioError> {
    let (mut file, file_len) = source::open_file(path)?;
    let (start, head) = head_behind_tags(&mut file, file_len)?;
    let reached: Arc<AtomicU64> = Arc::default();
    let kind = ContainerKind::of(&head);
    let single = |demux: Box<dyn Demux>, container: &'static str, is_found_by_sync: bool, reached: &Arc<AtomicU64>| {
        OpenedContainer {
            demux,
            container,
            is_found_by_sync,
            tracks: 1,
            number: 1,
            file_len,
            reached: Arc::clone(reached),
        }
    };
    let content = match kind {
        ContainerKind::Refused(name) => return Err(AudioError::Unsupported { name: name.to_owned() }),
        ContainerKind::Wav => ("wav", pcm::read_wav(&mut file, file_len)?),
        ContainerKind::Wave64 => ("w64", pcm::read_wave64(&mut file, file_len)?),
        ContainerKind::Aiff => ("aiff", pcm::read_aiff(&mut file, file_len)?),
        ContainerKind::Au => ("au", pcm::read_au(&mut file, file_len)?),
        ContainerKind::Caf => ("caf", AudioData::Blocks(Box::new(caf::read(&mut file, file_len)?))),
        ContainerKind::Mp4 => return open_mp4(file, file_len, wanted, reached),
        ContainerKind::Unknown => {
            let Some(mut reader) = FrameReader::open(file, start..file_len, Arc::clone(&reached))? else {
                return Err(AudioError::NotAudio);
            };
            let container = match reader.codec().map(|(codec, ..)| codec) {
                Some(CODEC_ID_AAC) => "aac",
                Some(CODEC_ID_MP1) => "mp1",
                Some(CODEC_ID_MP2) => "mp2",
                _ => "mp3",
            };
            return Ok(single(Box::new(reader), container, true, &reached));
        }
        ContainerKind::Ogg | ContainerKind::Flac | ContainerKind::Matroska => {
            return PartsDemuxer::open(path, file, kind, &head, start..file_len, wanted, reached);
        }
    };
    match content {
        (container, AudioData::Blocks(table)) => {
            let reader = TableReader::new(file, file_len, *table, Arc::clone(&reached));
            Ok(single(Box::new(reader), container, false, &reached))
        }
        (container, AudioData::Frames(range)) => match FrameReader::open(file, range, Arc::clone(&reached))? {
            Some(reader) => Ok(single(Box::new(reader), container, true, &reached)),
            None => Err(AudioError::Unsupported { name: "this kind of WAV".to_owned() }),
        },
    }
}

/// Returns the index of the candidate that is number `wanted` among the decodable ones (default tracks first), and the
/// number of decodable ones.
fn choose(candidates: &[TrackCandidate], wanted: usize) -> Result<(usize, usize), AudioError> {
    let decodable = |candidate: &&(usize, &TrackCandidate)| candidate.1.params.as_ref().is_ok_and(is_decodable);
    let all: Vec<(usize, &TrackCandidate)> = candidates.iter().enumerate().collect();
    let mut usable: Vec<_> = all.iter().filter(decodable).collect();
    usable.sort_by_key(|(_, candidate)| !candidate.is_default);
    if let Some((index, _)) = usable.get(wanted) {
        return Ok((*index, usable.len()));
    }
    let names = candidates.iter().map(|candidate| match &candidate.params {
        Ok(params) => codec_name(params),
        Err(name) => name.clone(),
    });
    let names: Vec<String> = names.collect();
    match names.iter().find(|name| *name != UNKNOWN_CODEC).or(names.first()) {
        Some(name) => Err(AudioError::Unsupported { name: name.clone() }),
        None => Err(AudioError::NoAudioTrack),
    }
}

fn open_mp4(
    mut file: File,
    file_len: u64,
    wanted: usize,
    reached: Arc<AtomicU64>,
) -> Result<OpenedContainer, AudioError> {
    let index = mp4::Index::read(&mut file, file_len)?;
    let Some(sound_tracks) = index.sound_tracks else { return Err(AudioError::Unfinished) };
    let candidates: Vec<TrackCandidate> = sound_tracks
        .iter()
        .map(|track| TrackCandidate {
            params: track.content.as_ref().map(|table| for_decoder(&table.params)).map_err(Clone::clone),
            is_default: track.is_enabled,
        })
        .collect();
    let (number, tracks) = choose(&candidates, wanted)?;
    let Some(Ok(mut table)) = sound_tracks.into_iter().nth(number).map(|track| track.content) else {
        return Err(AudioError::NoAudioTrack);
    };
    table.params = for_decoder(&table.params);
    let container = match index.brand.as_str() {
        "M4A " | "M4B " => "m4a",
        "qt  " => "mov",
        brand if brand.starts_with("3g") => "3gp",
        _ => "mp4",
    };
    let demux = Box::new(TableReader::new(file, file_len, table, Arc::clone(&reached)));
    Ok(OpenedContainer { demux, container, is_found_by_sync: false, tracks, number: number + 1, file_len, reached })
}

/// Adapts the parameters in a container to what the decoders expect.
fn for_decoder(params: &AudioCodecParameters) -> AudioCodecParameters {
    let mut params = params.clone();
    if params.codec == CODEC_ID_OPUS {
        // Given the header, the decoder would drop the pre-skip itself, though only from the first packet; and an edit
        // list may specify it again.
        params.extra_data = None;
        // Opus is decoded at 48 kHz, whatever rate the container states (RFC 7845, 5.1).
        params.sample_rate = Some(OPUS_RATE_HZ);
    }
    if params.codec == CODEC_ID_AAC
        && let Some(config) = params.extra_data.as_deref().and_then(core_config)
    {
        params.extra_data = Some(config.into());
    }
    params
}

/// Returns the configuration of the plain AAC (LC) inside HE-AAC, or the first 16 bits of a plain AAC configuration.
///
/// HE-AAC extends plain AAC at half the sample rate by the upper half of the spectrum (SBR) and a second channel (PS).
/// The plain part suffices for speech, and a decoder without the extensions skips them (ISO/IEC 14496-3, 1.6.5 and
/// 4.5.2.8).
fn core_config(config: &[u8]) -> Option<[u8; 2]> {
    if config.len() < 2 {
        return None;
    }
    let bits =
        config.iter().take(8).fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte)) << (8 * (8 - config.len().min(8)));
    let field = |at: u32, len: u32| (bits << at) >> (64 - len);
    let (object, rate, channels) = (field(0, 5), field(5, 4), field(9, 4));
    if rate == 15 {
        return None;
    }
    let (core, flags) = match object {
        2 => (2, field(13, 3)),
        5 | 29 if field(13, 4) == 15 => (field(41, 5), field(46, 3)),
        5 | 29 => (field(17, 5), field(22, 3)),
        _ => return None,
    };
    // Of the last three flags, only the frame length flag is kept: some encoders set the others without writing the
    // fields that these announce.
    (core == 2).then(|| ((2 << 11 | rate << 7 | channels << 3 | flags & 4) as u16).to_be_bytes())
}

/// Returns the pre-skip of an Opus stream, the number of frames to drop at its start (RFC 7845, 4.2), from the
/// container's copy of the `OpusHead`.
fn opus_pre_skip(params: &AudioCodecParameters) -> Option<u64> {
    let head = params.extra_data.as_ref().filter(|_| params.codec == CODEC_ID_OPUS)?.get(10..12)?;
    Some(u64::from(u16::from_le_bytes([head[0], head[1]])))
}

fn sound_params(track: &Track) -> Option<&AudioCodecParameters> {
    match &track.codec_params {
        Some(CodecParameters::Audio(params)) => Some(params),
        _ => None,
    }
}

fn seconds_per_tick(time_base: TimeBase) -> f64 {
    f64::from(time_base.numer.get()) / f64::from(time_base.denom.get())
}

/// Demuxes the parts of a file one after another, each with a Symphonia reader.
struct PartsDemuxer {
    path: std::path::PathBuf,
    kind: ContainerKind,
    reached: Arc<AtomicU64>,
    /// The remaining parts.
    ranges: VecDeque<Range<u64>>,
    /// Index of the chosen track among the audio tracks of each part.
    track: usize,
    part: Option<PartReader>,
    /// Whether [`DemuxEvent::NewDecoder`] was returned for the current part.
    has_decoder: bool,
    stated_s: Option<f64>,
    layout: mkv::Layout,
    is_truncated: bool,
}

/// A part of a file that Symphonia reads.
struct PartReader {
    reader: Box<dyn FormatReader>,
    setup: DecoderSetup,
    track_id: u32,
    time_base: Option<TimeBase>,
    first: Option<Timestamp>,
    packets: u64,
    discarded: BTreeMap<u64, i64>,
    /// The first packet, read ahead because its timestamp gives the encoder delay.
    first_packet: Option<symphonia::core::packet::Packet>,
}

impl PartsDemuxer {
    fn open(
        path: &Path,
        mut file: File,
        kind: ContainerKind,
        head: &[u8],
        range: Range<u64>,
        wanted: usize,
        reached: Arc<AtomicU64>,
    ) -> Result<OpenedContainer, AudioError> {
        let file_len = range.end;
        let mut layout = mkv::Layout::default();
        let ranges = match kind {
            ContainerKind::Ogg => {
                let (ranges, is_whole) = chained::ogg(&mut file, range.start, range.end)?;
                layout.is_whole = is_whole;
                ranges
            }
            ContainerKind::Flac => {
                let end = before_tags(&mut file, range.end)?;
                chained::flac(&mut file, range.start, end)?
            }
            _ => {
                layout = mkv::layout(&mut file, range.clone())?;
                vec![range]
            }
        };
        let mut parts = Self {
            path: path.to_owned(),
            kind,
            reached: Arc::clone(&reached),
            ranges: ranges.into(),
            track: 0,
            part: None,
            has_decoder: false,
            stated_s: Some(0.0),
            layout,
            is_truncated: false,
        };
        let Some(first) = parts.ranges.pop_front() else { return Err(AudioError::NoSound) };
        let reader = parts.reader(first)?;
        let candidates: Vec<TrackCandidate> = reader
            .tracks()
            .iter()
            .filter(|track| sound_params(track).is_some() || track.codec_params.is_none() && kind == ContainerKind::Ogg)
            .map(|track| TrackCandidate {
                params: sound_params(track).map(for_decoder).ok_or_else(|| UNKNOWN_CODEC.to_owned()),
                is_default: track.flags.contains(TrackFlags::DEFAULT),
            })
            .collect();
        if candidates.is_empty() && reader.tracks().iter().any(|track| track.codec_params.is_none()) {
            return Err(AudioError::Unsupported { name: UNKNOWN_CODEC.to_owned() });
        }
        let (number, tracks) = choose(&candidates, wanted)?;
        parts.track = number;
        parts.begin(reader)?;
        let is_webm = head.windows(4).any(|word| word == b"webm");
        let container = match kind {
            ContainerKind::Ogg => "ogg",
            ContainerKind::Flac => "flac",
            _ if is_webm => "webm",
            _ => "mkv",
        };
        Ok(OpenedContainer {
            demux: Box::new(parts),
            container,
            is_found_by_sync: false,
            tracks,
            number: number + 1,
            file_len,
            reached,
        })
    }

    /// Creates Symphonia's reader of a part. If that fails, it is tried again without seeking, which succeeds if merely
    /// the end of the file is missing.
    fn reader(&mut self, range: Range<u64>) -> Result<Box<dyn FormatReader>, AudioError> {
        let mut first_error = None;
        for seekable in [true, false] {
            let (head, range) = match self.kind {
                ContainerKind::Flac => chained::flac_audio(&mut source::open_file(&self.path)?.0, range.clone())?,
                _ => (Vec::new(), range.clone()),
            };
            let source = FileRange::open(&self.path, head, range, seekable, Arc::clone(&self.reached))?;
            let stream = MediaSourceStream::new(Box::new(source), Default::default());
            let probed = catch_panic(|| {
                symphonia::default::get_probe().probe(
                    &Default::default(),
                    stream,
                    FormatOptions::default(),
                    MetadataOptions::default(),
                )
            });
            match probed {
                Ok(reader) => {
                    self.is_truncated |= !seekable;
                    return Ok(reader);
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.map_or(AudioError::NotAudio, |error| unreadable(error, self.kind, range.end)))
    }

    /// Begins a part: selects its audio track.
    fn begin(&mut self, reader: Box<dyn FormatReader>) -> Result<(), AudioError> {
        let sound: Vec<&Track> = reader.tracks().iter().filter(|track| sound_params(track).is_some()).collect();
        let Some((track, params)) =
            sound.get(self.track).or(sound.first()).and_then(|track| Some((*track, sound_params(track)?)))
        else {
            return Err(AudioError::NoAudioTrack);
        };
        let duration_s = track.duration.zip(track.time_base).map(|(d, base)| d.get() as f64 * seconds_per_tick(base));
        // The duration is unreliable in Ogg (an estimate) and in Matroska (the video may be longer than the audio).
        self.stated_s = match self.kind {
            ContainerKind::Flac => self.stated_s.zip(duration_s).map(|(before, here)| before + here),
            _ => None,
        };
        let delay = opus_pre_skip(params);
        let setup = DecoderSetup { params: for_decoder(params), delay };
        let (track_id, time_base) = (track.id, track.time_base);
        let discarded = self.layout.discarded.get(&u64::from(track_id)).cloned().unwrap_or_default();
        self.part = Some(PartReader {
            reader,
            setup,
            track_id,
            time_base,
            first: None,
            packets: 0,
            discarded,
            first_packet: None,
        });
        self.has_decoder = false;
        Ok(())
    }

    /// Returns whether an error is an end of file that is no damage: the file ends after a whole page or element.
    fn may_end(&self, error: &DecodeError) -> bool {
        let is_end = matches!(error, DecodeError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof);
        is_end && self.layout.is_whole
    }
}

impl PartReader {
    /// Returns the next packet of the chosen track; `Ok(None)` at the end.
    fn packet(&mut self) -> Result<Option<symphonia::core::packet::Packet>, DecodeError> {
        if let Some(first_packet) = self.first_packet.take() {
            return Ok(Some(first_packet));
        }
        loop {
            match catch_panic(|| self.reader.next_packet())? {
                Some(packet) if packet.track_id == self.track_id => return Ok(Some(packet)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    fn timed_packet(&mut self, packet: symphonia::core::packet::Packet) -> TimedPacket {
        let tick_s = self.time_base.map(seconds_per_tick);
        let first = *self.first.get_or_insert(packet.pts);
        let start_s = tick_s.map(|tick_s| packet.pts.get().saturating_sub(first.get()) as f64 * tick_s);
        let duration_s = tick_s.map_or(0.0, |tick_s| packet.dur.get() as f64 * tick_s);
        let discarded = self.discarded.get(&self.packets).copied().unwrap_or(0) as f64 * 1e-9;
        self.packets += 1;
        let mut timed_packet = TimedPacket::untrimmed(packet, start_s, duration_s);
        timed_packet.trim_end_s = discarded.max(0.0);
        timed_packet.trim_start_s = (-discarded).max(0.0);
        timed_packet
    }
}

impl Demux for PartsDemuxer {
    fn next(&mut self) -> DemuxEvent {
        for _ in 0..MAX_UNREADABLE_IN_A_ROW {
            let Some(part) = &mut self.part else {
                let Some(range) = self.ranges.pop_front() else {
                    return DemuxEvent::End { is_truncated: self.is_truncated };
                };
                let begun = self.reader(range).and_then(|reader| self.begin(reader));
                if begun.is_err() {
                    self.is_truncated = true;
                }
                continue;
            };
            match part.packet() {
                Ok(Some(packet)) if !self.has_decoder => {
                    self.has_decoder = true;
                    // Matroska gives the encoder delay as a negative first timestamp.
                    if self.kind == ContainerKind::Matroska && part.setup.delay.is_none() && packet.pts.is_negative() {
                        let rate_hz = part.setup.params.sample_rate.unwrap_or(0);
                        let delay_s =
                            part.time_base.map_or(0.0, seconds_per_tick) * packet.pts.get().unsigned_abs() as f64;
                        part.setup.delay = Some((delay_s * f64::from(rate_hz)).round() as u64);
                    }
                    part.first_packet = Some(packet);
                    return DemuxEvent::NewDecoder(part.setup.clone());
                }
                Ok(Some(packet)) => return DemuxEvent::Packet(part.timed_packet(packet)),
                Ok(None) => self.part = None,
                Err(DecodeError::DecodeError(_)) => return DemuxEvent::Unreadable,
                // Reading failed, or the file ends inside a packet.
                Err(error) => {
                    let may_end = self.may_end(&error);
                    self.is_truncated |= !may_end;
                    self.part = None;
                }
            }
        }
        DemuxEvent::End { is_truncated: true }
    }

    fn stated_s(&self) -> Option<f64> {
        self.stated_s
    }
}

/// Converts the error with which Symphonia rejected a container.
fn unreadable(error: DecodeError, kind: ContainerKind, file_len: u64) -> AudioError {
    let name = match kind {
        ContainerKind::Ogg => "this kind of Ogg",
        ContainerKind::Flac => "this kind of FLAC",
        _ => "this kind of Matroska or WebM",
    };
    match error {
        DecodeError::Unsupported(_) => AudioError::Unsupported { name: name.to_owned() },
        DecodeError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => error.into(),
        DecodeError::IoError(_) if file_len <= MAX_HEADER_LEN => AudioError::NoSound,
        _ => AudioError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_aac_inside_of_he_aac_is_found() {
        // AAC-LC at 22,050 Hz in two channels: plain, followed by an SBR extension, wrapped in SBR, wrapped in PS.
        let plain = Some([0x13, 0x90]);
        assert_eq!(core_config(&[0x13, 0x90]), plain);
        assert_eq!(core_config(&[0x13, 0x92]), plain, "announces a core coder that is not there");
        assert_eq!(core_config(&[0x13, 0x90, 0x56, 0xe5, 0xa0]), plain);
        assert_eq!(core_config(&[0x2b, 0x92, 0x08, 0x00]), plain);
        assert_eq!(core_config(&[0xeb, 0x8a, 0x08, 0x00]), Some([0x13, 0x88]), "one channel");
        assert_eq!(core_config(&[0xf8, 0xe6, 0x20]), None, "xHE-AAC");
        assert_eq!(core_config(&[]), None);
    }

    #[test]
    fn a_text_is_no_sound_and_sound_is() {
        for text in ["", "I", "I asked her what she needed.", "\u{feff}Dear", "Tag, ID card and FORM"] {
            assert!(!begins_sound(text.as_bytes()), "{text}");
        }
        for head in
            [&b"RIFF\x10\0\0\0WAVEfmt "[..], b"ID3\x03\0", b"OggS\0", b"\0\0\0\x1cftypM4A ", &[0xff, 0xfb, 0x90, 0x64]]
        {
            assert!(begins_sound(head), "{head:?}");
        }
    }
}
