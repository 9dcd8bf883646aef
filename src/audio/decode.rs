//! Demuxing and decoding: any container to blocks of samples at the native rate, on the recording's own clock.
//!
//! Containers and codecs are Symphonia's, with libopus for Opus. What Symphonia leaves to its user is done here: the
//! encoder delay of AAC and Opus is dropped, gaps in the packets' timestamps (Opus sends nothing during silence) and
//! broken packets become silence, and what the header promises is compared with what was there.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error as DecodeError;
use symphonia::core::formats::well_known::*;
use symphonia::core::formats::{FormatId, FormatOptions, FormatReader, Track};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::{TimeBase, Timestamp};

use super::error::AudioError;
use super::mp4;
use super::source::{self, Source, WavHeader};
use super::{Damage, MAX_DURATION_S};
use crate::guard;

/// Rates outside are no recordings: telephones use 8 kHz, studios at most 384 kHz.
const SAMPLE_RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// The most channels a file may have; the rarest microphone arrays have 32.
const MAX_CHANNELS: usize = 32;

/// The most samples of all channels that are decoded: [`MAX_DURATION_S`] of 48 kHz stereo. A small file that unpacks to more channels
/// at a higher rate than any recorder has would else take minutes to refuse.
const MAX_SAMPLES: f64 = MAX_DURATION_S * 48_000.0 * 2.0;

/// A jump in the timestamps longer than this is a gap: longer than the jitter of any container's clock (Matroska rounds
/// to 1 ms) and one block of any codec, shorter than the 400 ms after which Opus speaks up again during silence.
const GAP_S: f64 = 0.15;

/// The most silence put into gaps altogether, seconds, so that hostile timestamps cannot fill the memory.
const MAX_GAPS_S: f64 = 600.0;

/// Frames of silence in one block.
const SILENT_BLOCK_FRAMES: u64 = 4096;

/// Unreadable packets in a row after which the rest of the file is given up.
const MAX_UNREADABLE_IN_A_ROW: u32 = 16;

/// A file ends early if it is shorter than promised by more than this, and by more than [`EARLY_END_FRACTION`]: container
/// headers round, and do not always count the encoder's padding.
const EARLY_END_S: f64 = 0.1;

/// See [`EARLY_END_S`].
const EARLY_END_FRACTION: f64 = 0.01;

/// Samples beyond this (+18 dB relative to full scale) are errors of a floating-point file or a broken packet, not sound.
const MAX_SAMPLE: f32 = 8.0;

/// Symphonia's decoders and libopus.
static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// One sound track being decoded.
pub(super) struct Stream {
    format: String,
    sample_rate_hz: u32,
    quantum: f32,
    reader: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    clock: Option<PacketClock>,
    file_len: u64,
    reached: Arc<AtomicU64>,

    planes: Vec<Vec<f32>>,
    /// A packet whose turn comes when the silence before it has been given out.
    held: Option<Packet>,
    silence_left: u64,
    gaps_left: u64,
    /// Whether the file says how long the encoder delay is.
    delay_known: bool,
    /// Encoder delay still to drop, frames.
    delay_left: u64,
    /// Frames after which the sound ends, as an edit list says.
    frames_left: Option<u64>,

    /// Frames given out.
    frames: u64,
    promised_s: Option<f64>,
    decoded_packets: u64,
    skipped_packets: u64,
    broke_off: bool,
    ended: bool,
}

/// Converts packet timestamps to frames since the first packet.
struct PacketClock {
    frames_per_tick: f64,
    first: Option<Timestamp>,
    /// Frames decoded so far, with the encoder delay.
    frames: u64,
}

impl Stream {
    /// Opens the file at `path` and finds its first sound track that can be decoded.
    ///
    /// # Errors
    /// All of [`AudioError`] that show before the sound itself is decoded.
    pub(super) fn open(path: &Path) -> Result<Self, AudioError> {
        let (mut file, file_len) = source::open_file(path)?;
        let head = read_head(&mut file)?;
        if let Some(name) = unsupported_container(&head) {
            return Err(AudioError::Unsupported { name: name.to_owned() });
        }
        let index = mp4::Index::read(&mut file, file_len)?;
        if index.as_ref().is_some_and(|index| index.sound_tracks.is_none()) {
            return Err(AudioError::Unfinished);
        }
        drop(file);

        let Opened { reader, wav, reached, cut_off } = Opened::open(path, &head, index.as_ref())?;
        let (track, decoder) = first_decodable_track(reader.as_ref(), index.as_ref())?;
        let params = decoder.codec_params();
        let sample_rate_hz = params.sample_rate.unwrap_or(0);
        let channels = params.channels.as_ref().map_or(0, |channels| channels.count());
        check_claims(sample_rate_hz, channels)?;

        let container = container_name(reader.format_info().format, index.as_ref(), &head);
        let codec = decoder.codec_info().short_name;
        let format = match container {
            "aac" | "mp3" | "mp2" | "mp1" | "flac" => container.to_owned(),
            _ => format!("{container}/{codec}"),
        };
        let edit = index
            .as_ref()
            .and_then(|index| index.sound_tracks.as_ref())
            .and_then(|tracks| tracks.iter().find(|sound| sound.id == track.id));
        let to_frames = |seconds: f64| (seconds * f64::from(sample_rate_hz)).round() as u64;
        let clock = track.time_base.map(|time_base| PacketClock {
            frames_per_tick: seconds_per_tick(time_base) * f64::from(sample_rate_hz),
            first: None,
            frames: 0,
        });
        let known_delay = edit.and_then(|edit| edit.start_s).map(to_frames).or_else(|| opus_pre_skip(&track));
        let usual_delay = usual_delay(&track, params.codec);
        let promised_s = promised_s(reader.as_ref(), &track, wav.as_ref(), edit);
        Ok(Self {
            format,
            sample_rate_hz,
            quantum: quantum(params.codec),
            decoder,
            track_id: track.id,
            clock,
            file_len,
            reached,
            planes: vec![Vec::new(); channels],
            held: None,
            silence_left: 0,
            gaps_left: to_frames(MAX_GAPS_S),
            delay_known: known_delay.is_some(),
            delay_left: known_delay.unwrap_or(usual_delay),
            frames_left: edit.and_then(|edit| edit.length_s).map(to_frames),
            frames: 0,
            promised_s,
            decoded_packets: 0,
            skipped_packets: 0,
            broke_off: cut_off,
            ended: false,
            reader,
        })
    }

    /// Container and codec in plain words, e.g. `m4a/aac`.
    pub(super) fn format(&self) -> &str {
        &self.format
    }

    /// Native sample rate, within [`SAMPLE_RATES_HZ`].
    pub(super) fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    /// Native number of channels, 1 to [`MAX_CHANNELS`].
    pub(super) fn channels(&self) -> usize {
        self.planes.len()
    }

    /// The largest step between neighbouring sample values near full scale.
    pub(super) fn quantum(&self) -> f32 {
        self.quantum
    }

    /// Fraction of the file that has been read, 0 to 1.
    pub(super) fn fraction_read(&self) -> f64 {
        (self.reached.load(Ordering::Relaxed) as f64 / self.file_len as f64).min(1.0)
    }

    /// The next block: one vector of samples for each channel, all of one length above zero. `None` at the end.
    ///
    /// # Errors
    /// [`AudioError::TooLong`]. Broken packets are counted and become silence; they are no error.
    pub(super) fn next_block(&mut self) -> Result<Option<&[Vec<f32>]>, AudioError> {
        while !self.ended {
            if self.silence_left > 0 {
                let frames = self.silence_left.min(SILENT_BLOCK_FRAMES);
                self.silence_left -= frames;
                for plane in &mut self.planes {
                    plane.clear();
                    plane.resize(frames as usize, 0.0);
                }
            } else if let Some(packet) = self.held.take() {
                self.decode(&packet);
            } else {
                match self.next_packet() {
                    Some(packet) => self.await_turn(packet),
                    None => self.ended = true,
                }
                continue;
            }
            self.trim();
            let frames = self.planes[0].len() as u64;
            if frames > 0 {
                self.frames += frames;
                let longest_s = self.longest_s();
                if self.frames as f64 > longest_s * f64::from(self.sample_rate_hz) {
                    return Err(AudioError::TooLong { hours: longest_s / 3600.0 });
                }
                return Ok(Some(&self.planes));
            }
        }
        Ok(None)
    }

    /// The longest that this file may be, in seconds.
    fn longest_s(&self) -> f64 {
        MAX_DURATION_S.min(MAX_SAMPLES / f64::from(self.sample_rate_hz) / self.planes.len() as f64)
    }

    /// What is missing or broken, to be asked after the last block.
    ///
    /// # Errors
    /// [`AudioError::NoSound`] or [`AudioError::Damaged`] if no sound was there at all, [`AudioError::NotAudio`] if most
    /// of what looked like packets of MPEG audio or AAC was none.
    pub(super) fn damage(&self) -> Result<Option<Damage>, AudioError> {
        let found_by_sync_word =
            matches!(self.reader.format_info().format, FORMAT_ID_ADTS | FORMAT_ID_MP1 | FORMAT_ID_MP2 | FORMAT_ID_MP3);
        if found_by_sync_word && self.skipped_packets >= self.decoded_packets {
            return Err(AudioError::NotAudio);
        }
        if self.decoded_packets == 0 || self.frames == 0 {
            return Err(match self.skipped_packets {
                0 => AudioError::NoSound,
                _ => AudioError::Damaged,
            });
        }
        let decoded_s = self.frames as f64 / f64::from(self.sample_rate_hz);
        let promised_s = self
            .promised_s
            .filter(|&promised_s| promised_s - decoded_s > EARLY_END_S.max(EARLY_END_FRACTION * promised_s));
        let damaged = promised_s.is_some() || self.skipped_packets > 0 || self.broke_off;
        Ok(damaged.then_some(Damage { promised_s, decoded_s, skipped_packets: self.skipped_packets }))
    }

    /// The next packet of the track, passing over what cannot be read. `None` at the end or when the file breaks off.
    fn next_packet(&mut self) -> Option<Packet> {
        for _ in 0..MAX_UNREADABLE_IN_A_ROW {
            loop {
                match guarded(|| self.reader.next_packet()) {
                    Ok(Some(packet)) if packet.track_id == self.track_id => return Some(packet),
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(DecodeError::DecodeError(_)) => break,
                    // A chained Ogg stream starts anew, a disk fails, a file ends inside a packet.
                    Err(_) => {
                        self.broke_off = true;
                        return None;
                    }
                }
            }
            self.skipped_packets += 1;
        }
        self.broke_off = true;
        None
    }

    /// Holds the packet until the silence before it, if its timestamp says there is some, has been given out.
    fn await_turn(&mut self, packet: Packet) {
        if let Some(clock) = &mut self.clock {
            let is_matroska = self.reader.format_info().format == FORMAT_ID_MKV;
            if clock.first.is_none() && is_matroska && !self.delay_known && packet.pts.is_negative() {
                // Matroska says the encoder delay as a first timestamp below zero.
                let delay = packet.pts.get().unsigned_abs() as f64 * clock.frames_per_tick;
                self.delay_left = delay.round() as u64;
            }
            let first = *clock.first.get_or_insert(packet.pts);
            let ticks = packet.pts.get().saturating_sub(first.get());
            let missing = ticks as f64 * clock.frames_per_tick - clock.frames as f64;
            if missing > GAP_S * f64::from(self.sample_rate_hz) {
                // A cast of a float above the range gives the largest number.
                self.silence_left = (missing as u64).min(self.gaps_left);
                self.gaps_left -= self.silence_left;
                clock.frames += self.silence_left;
            }
        }
        self.held = Some(packet);
    }

    /// Decodes the packet into `planes`; a broken one becomes silence.
    fn decode(&mut self, packet: &Packet) {
        let frames = match guarded(|| self.decoder.decode(packet)) {
            Ok(block)
                if block.spec().rate() == self.sample_rate_hz
                    && block.spec().channels().count() == self.planes.len() =>
            {
                block.copy_to_vecs_planar(&mut self.planes);
                for sample in self.planes.iter_mut().flatten() {
                    *sample = if sample.is_finite() { sample.clamp(-MAX_SAMPLE, MAX_SAMPLE) } else { 0.0 };
                }
                self.decoded_packets += 1;
                block.frames()
            }
            // A block of another rate or layout in mid-file is as unusable as one that does not decode.
            Ok(_) | Err(_) => {
                self.skipped_packets += 1;
                self.planes.iter_mut().for_each(Vec::clear);
                self.silence_left = self.frames_of_broken(packet);
                self.gaps_left -= self.silence_left;
                self.silence_left as usize
            }
        };
        if let Some(clock) = &mut self.clock {
            clock.frames += frames as u64;
        }
    }

    /// Frames a broken packet would have had, as its container says.
    fn frames_of_broken(&self, packet: &Packet) -> u64 {
        let seconds = self
            .reader
            .tracks()
            .iter()
            .find(|track| track.id == self.track_id)
            .and_then(|track| track.time_base)
            .map_or(0.0, |time_base| seconds_per_tick(time_base) * packet.dur.get() as f64);
        ((seconds * f64::from(self.sample_rate_hz)).round() as u64).min(self.gaps_left)
    }

    /// Drops the encoder delay from the start of the block and what lies beyond the edited end.
    fn trim(&mut self) {
        let frames = self.planes[0].len() as u64;
        let dropped = self.delay_left.min(frames);
        self.delay_left -= dropped;
        let mut kept = frames - dropped;
        if let Some(left) = &mut self.frames_left {
            kept = kept.min(*left);
            *left -= kept;
            self.ended = *left == 0;
        }
        for plane in &mut self.planes {
            plane.drain(..dropped as usize);
            plane.truncate(kept as usize);
        }
    }
}

/// The rate Opus decodes at, and counts its pre-skip in.
const OPUS_RATE_HZ: u32 = 48_000;

/// Samples of one AAC-LC frame. The first frame of a stream overlaps nothing before it and so holds no sound of its own.
const AAC_FRAME: u64 = 1024;

/// Delay of every MP3 decoder (528 + 1 samples) and of the LAME encoder (576), which wrote most of the files there are.
const MP3_DELAY: u64 = 528 + 1 + 576;

/// Encoder delay of a file that does not say it, frames.
fn usual_delay(track: &Track, codec: AudioCodecId) -> u64 {
    match codec {
        CODEC_ID_AAC => AAC_FRAME,
        CODEC_ID_MP3 if track.delay.is_none() => MP3_DELAY,
        _ => 0,
    }
}

/// The first bytes of a file, enough to name its container; zeros after the end of a shorter file.
type Head = [u8; 192];

fn read_head(file: &mut File) -> Result<Head, AudioError> {
    let mut head = [0; 192];
    let mut filled = 0;
    while filled < head.len() {
        match file.read(&mut head[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    Ok(head)
}

/// A container that has been recognised.
struct Opened {
    reader: Box<dyn FormatReader>,
    wav: Option<WavHeader>,
    reached: Arc<AtomicU64>,
    /// The file's end, with the index there, is missing.
    cut_off: bool,
}

impl Opened {
    /// Recognises the container by its content. If that fails because the file's end is missing, or an MP4 file of
    /// fragments is known to be cut off, it is read from the start on without looking for the end.
    fn open(path: &Path, head: &Head, index: Option<&mp4::Index>) -> Result<Self, AudioError> {
        let mut first_error = None;
        let cut_fragments = index.is_some_and(|index| index.cut_fragments);
        let file_len = source::open_file(path)?.1;
        for seekable in [true, false].into_iter().skip(usize::from(cut_fragments)) {
            let (source, wav) = Source::open(path, seekable)?;
            if let Some(wav) = &wav {
                if let Some(name) = unsupported_wav(wav) {
                    return Err(AudioError::Unsupported { name: name.to_owned() });
                }
                // Here, as Symphonia computes with them before it checks them.
                check_claims(wav.sample_rate_hz, usize::from(wav.channels))?;
            }
            let reached = source.reached();
            let stream = MediaSourceStream::new(Box::new(source), Default::default());
            let probed = guarded(|| {
                symphonia::default::get_probe().probe(
                    &Default::default(),
                    stream,
                    FormatOptions::default(),
                    MetadataOptions::default(),
                )
            });
            match probed {
                Ok(reader) => {
                    return Ok(Self { reader, wav, reached, cut_off: !seekable });
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.map_or(AudioError::NotAudio, |error| unreadable_container(error, head, file_len)))
    }
}

/// Refuses rates and numbers of channels that no recording has.
fn check_claims(sample_rate_hz: u32, channels: usize) -> Result<(), AudioError> {
    if !SAMPLE_RATES_HZ.contains(&sample_rate_hz) {
        return Err(AudioError::AbsurdHeader { what: format!("a sample rate of {sample_rate_hz} Hz") });
    }
    if !(1..=MAX_CHANNELS).contains(&channels) {
        return Err(AudioError::AbsurdHeader { what: format!("{channels} channels") });
    }
    Ok(())
}

/// The name of a codec inside WAV that is not supported, by its tag in mmreg.h.
fn unsupported_wav(wav: &WavHeader) -> Option<&'static str> {
    match wav.format_tag {
        0x14 | 0x40 | 0x45 | 0x64 => Some("WAV with G.72x sound inside"),
        0x31 => Some("WAV with GSM 6.10 sound inside (voicemail)"),
        0x50 | 0x55 => Some("WAV with MP3 sound inside"),
        0x160..=0x163 => Some("WAV with Windows Media sound inside"),
        _ => None,
    }
}

fn seconds_per_tick(time_base: TimeBase) -> f64 {
    f64::from(time_base.numer.get()) / f64::from(time_base.denom.get())
}

/// Runs a demuxer or decoder. Should a hostile file make it panic, that is one more way of being undecodable: what it was
/// working on is not used again where its state could matter, since an error ends or skips it.
fn guarded<T>(run: impl FnOnce() -> symphonia::core::errors::Result<T>) -> symphonia::core::errors::Result<T> {
    guard::guarded(run).unwrap_or(Err(DecodeError::DecodeError("panic in a demuxer or decoder")))
}

/// The first sound track with a decoder.
fn first_decodable_track(
    reader: &dyn FormatReader,
    index: Option<&mp4::Index>,
) -> Result<(Track, Box<dyn AudioDecoder>), AudioError> {
    let mut refused = None;
    for track in reader.tracks() {
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            continue;
        };
        let mut params = params.clone();
        if params.codec == CODEC_ID_OPUS {
            // The decoder would drop the pre-skip from the first packet only, and twice where an edit list says it too.
            params.extra_data = None;
            // Whatever rate a container notes, Opus counts time at 48 kHz (RFC 7845, 5.1).
            params.sample_rate = Some(OPUS_RATE_HZ);
        }
        let options = AudioDecoderOptions::default();
        match guarded(|| CODECS.make_audio_decoder(&params, &options)) {
            Ok(decoder) => return Ok((track.clone(), decoder)),
            Err(_) => refused = refused.or(Some(codec_name(&params))),
        }
    }
    let code_in_index = index
        .and_then(|index| index.sound_tracks.as_ref())
        .and_then(|tracks| tracks.first())
        .map(|track| mp4_codec_name(&track.code));
    match refused.filter(|name| name != UNKNOWN_CODEC).or(code_in_index) {
        Some(name) => Err(AudioError::Unsupported { name }),
        None if reader.tracks().iter().any(|track| track.codec_params.is_none()) && index.is_none() => {
            Err(AudioError::Unsupported { name: UNKNOWN_CODEC.to_owned() })
        }
        None => Err(AudioError::NoAudioTrack),
    }
}

/// Frames to drop from the start of an Opus stream (RFC 7845, 4.2), from the `OpusHead` the container keeps.
fn opus_pre_skip(track: &Track) -> Option<u64> {
    match &track.codec_params {
        Some(CodecParameters::Audio(params)) if params.codec == CODEC_ID_OPUS => {
            let head = params.extra_data.as_ref()?.get(10..12)?;
            Some(u64::from(u16::from_le_bytes([head[0], head[1]])))
        }
        _ => None,
    }
}

/// Seconds of sound the header promises, where headers are to be trusted with that.
fn promised_s(
    reader: &dyn FormatReader,
    track: &Track,
    wav: Option<&WavHeader>,
    edit: Option<&mp4::SoundTrack>,
) -> Option<f64> {
    if let Some(wav) = wav {
        return wav.promised_s;
    }
    let track_s = || {
        let ticks = track.duration?.get();
        Some(ticks as f64 * seconds_per_tick(track.time_base?))
    };
    match reader.format_info().format {
        FORMAT_ID_FLAC | FORMAT_ID_AIFF | FORMAT_ID_CAF => track_s(),
        // Only a LAME tag counts the frames; without one the duration is an estimate.
        FORMAT_ID_MP3 if track.delay.is_some() => track_s(),
        FORMAT_ID_ISOMP4 => {
            let track_s = track_s()? - edit.and_then(|edit| edit.start_s).unwrap_or(0.0);
            Some(edit.and_then(|edit| edit.length_s).map_or(track_s, |length_s| length_s.min(track_s)))
        }
        // Others only estimate, and in Matroska the picture may outlast the sound.
        _ => None,
    }
}

/// See [`Stream::quantum`]: 16 bits unless the codec is coarser. G.711 has its largest steps at full scale.
fn quantum(codec: AudioCodecId) -> f32 {
    match codec {
        CODEC_ID_PCM_U8 | CODEC_ID_PCM_S8 => 1.0 / 128.0,
        CODEC_ID_PCM_ALAW | CODEC_ID_PCM_MULAW => 1.0 / 32.0,
        _ => 1.0 / 32_768.0,
    }
}

fn container_name(id: FormatId, index: Option<&mp4::Index>, head: &Head) -> &'static str {
    match id {
        FORMAT_ID_WAVE => "wav",
        FORMAT_ID_AIFF => "aiff",
        FORMAT_ID_CAF => "caf",
        FORMAT_ID_MP1 => "mp1",
        FORMAT_ID_MP2 => "mp2",
        FORMAT_ID_MP3 => "mp3",
        FORMAT_ID_ADTS => "aac",
        FORMAT_ID_OGG => "ogg",
        FORMAT_ID_FLAC => "flac",
        FORMAT_ID_ISOMP4 => match index.map(|index| index.brand.as_str()) {
            Some("M4A " | "M4B ") => "m4a",
            Some("qt  ") => "mov",
            _ => "mp4",
        },
        FORMAT_ID_MKV if head.windows(4).any(|word| word == b"webm") => "webm",
        FORMAT_ID_MKV => "mkv",
        _ => "other",
    }
}

/// The name of a container that is known by its first bytes but not supported.
fn unsupported_container(head: &Head) -> Option<&'static str> {
    if head[0] == 0x47 && head[188] == 0x47 {
        return Some("MPEG transport stream (TS, MTS)");
    }
    if head.starts_with(b"OggS") && head.windows(8).any(|word| word == b"Speex   ") {
        return Some("Speex");
    }
    match head {
        [0x30, 0x26, 0xb2, 0x75, ..] => Some("Windows Media (WMA, WMV)"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Some("AVI video"),
        [b'#', b'!', b'A', b'M', b'R', ..] => Some("AMR (an old phone recording)"),
        [b'.', b'R', b'M', b'F', ..] | [b'.', b'r', b'a', 0xfd, ..] => Some("RealMedia"),
        [b'F', b'L', b'V', 1, ..] => Some("Flash video (FLV)"),
        [b'w', b'v', b'p', b'k', ..] => Some("WavPack"),
        [b'M', b'A', b'C', b' ', ..] => Some("Monkey's Audio (APE)"),
        [b'T', b'T', b'A', b'1' | b'2', ..] => Some("True Audio (TTA)"),
        [b'M', b'T', b'h', b'd', ..] => Some("MIDI, which holds notes and no sound,"),
        [b'D', b'S', b'D', b' ', ..] => Some("DSD audio (DSF)"),
        [0, 0, 1, 0xba, ..] => Some("MPEG program stream (MPG, VOB)"),
        [b'r', b'i', b'f', b'f', 0x2e, 0x91, ..] => Some("Wave64 (W64)"),
        [b'.', b's', b'n', b'd', ..] => Some("Sun audio (AU)"),
        _ => None,
    }
}

/// A file no longer than this that ends inside its header holds no sound worth speaking of, bytes.
const MAX_HEADER_LEN: u64 = 4096;

/// Why Symphonia did not open the container.
fn unreadable_container(error: DecodeError, head: &Head, file_len: u64) -> AudioError {
    let known = match head {
        [b'R', b'I', b'F' | b'6', b'F' | b'4', ..] | [b'B', b'W', b'6', b'4', ..] => Some("this kind of WAV"),
        [b'F', b'O', b'R', b'M', ..] => Some("this kind of AIFF"),
        [b'c', b'a', b'f', b'f', ..] => Some("this kind of CAF"),
        [b'O', b'g', b'g', b'S', ..] => Some("this kind of Ogg"),
        [b'f', b'L', b'a', b'C', ..] => Some("this kind of FLAC"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("this kind of MP4"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some("this kind of Matroska or WebM"),
        _ => None,
    };
    match (error, known) {
        (_, None) => AudioError::NotAudio,
        (DecodeError::Unsupported(_), Some(name)) => AudioError::Unsupported { name: name.to_owned() },
        (DecodeError::IoError(error), Some(_)) if error.kind() != std::io::ErrorKind::UnexpectedEof => error.into(),
        (DecodeError::IoError(_), Some(_)) if file_len <= MAX_HEADER_LEN => AudioError::NoSound,
        (_, Some(_)) => AudioError::Damaged,
    }
}

const UNKNOWN_CODEC: &str = "the kind of sound in this file";

/// The name people know a codec by, for one that was refused.
fn codec_name(params: &AudioCodecParameters) -> String {
    let many_channels = params.channels.as_ref().is_some_and(|channels| channels.count() > 2);
    match params.codec {
        CODEC_ID_AAC => match params.extra_data.as_ref().and_then(|config| config.first()).map(|byte| byte >> 3) {
            // Audio object types of ISO/IEC 14496-3, table 1.17; 31 announces an extended one such as xHE-AAC.
            Some(5 | 29) => "HE-AAC",
            Some(23 | 39) => "AAC-LD",
            Some(31) => "xHE-AAC",
            _ if many_channels => "AAC of more than two channels",
            _ => "this kind of AAC",
        },
        CODEC_ID_OPUS if many_channels => "Opus of more than two channels",
        CODEC_ID_AC3 => "AC-3 (Dolby Digital)",
        CODEC_ID_EAC3 => "E-AC-3 (Dolby Digital Plus)",
        CODEC_ID_AC4 => "AC-4 (Dolby)",
        CODEC_ID_DCA => "DTS",
        CODEC_ID_TRUEHD => "Dolby TrueHD",
        CODEC_ID_WMA => "Windows Media (WMA)",
        CODEC_ID_SPEEX => "Speex",
        CODEC_ID_WAVPACK => "WavPack",
        CODEC_ID_ADPCM_G722 => "G.722",
        CODEC_ID_ADPCM_G726 | CODEC_ID_ADPCM_G726LE => "G.726",
        _ => UNKNOWN_CODEC,
    }
    .to_owned()
}

/// The name people know an MP4 sample format by.
fn mp4_codec_name(code: &str) -> String {
    match code {
        "samr" | "sawb" => "AMR (a phone recording)".to_owned(),
        "ac-3" => "AC-3 (Dolby Digital)".to_owned(),
        "ec-3" => "E-AC-3 (Dolby Digital Plus)".to_owned(),
        "enca" | "drms" => "copy-protected (DRM) sound".to_owned(),
        "" => UNKNOWN_CODEC.to_owned(),
        code => format!("sound of the kind '{}'", code.escape_default()),
    }
}
