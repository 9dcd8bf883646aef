//! Decoding of the packets of any container to blocks of samples at one rate, on the recording's own clock.
//!
//! The codecs are Symphonia's, with libopus for Opus. What they leave to their user is done here: the encoder delay of
//! AAC, MP3 and Opus is dropped, gaps in the packets' timestamps (Opus sends nothing during silence) and broken packets
//! become silence, a part with another rate or channel layout is converted to those of the first, and the length stated
//! by the header is compared with what was there.

use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error as DecodeError;

use super::container;
use super::demux::{Demux, Entry, Event, Piece};
use super::error::AudioError;
use super::resample::Resampler;
use super::{Damage, MAX_DURATION_S};
use crate::guard;

/// Sample rates of recordings: telephones use 8 kHz, studios at most 384 kHz.
const SAMPLE_RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// Maximum number of channels of a file; the rarest microphone arrays have 32.
const MAX_CHANNELS: usize = 32;

/// Maximum number of samples decoded, over all channels: [`MAX_DURATION_S`] of 48 kHz stereo. Without this limit, a
/// small file that unpacks to more channels at a higher rate than any recorder has would take minutes to reject.
const MAX_SAMPLES: f64 = MAX_DURATION_S * 48_000.0 * 2.0;

/// Minimum jump in the timestamps that counts as a gap: longer than the jitter of any container's clock (Matroska
/// rounds to 1 ms) and one block of any codec, shorter than the 400 ms after which Opus sends a packet during silence.
const GAP_S: f64 = 0.15;

/// Maximum total duration of silence inserted into gaps, seconds, so that hostile timestamps cannot exhaust the memory.
const MAX_GAPS_S: f64 = 600.0;

/// Number of frames in a block of silence.
const SILENT_BLOCK_FRAMES: u64 = 4096;

/// Number of consecutive unreadable packets after which decoding stops.
const MAX_UNREADABLE_IN_A_ROW: u32 = 16;

/// Number of packets at the beginning of a part that a decoder may reject without any damage: an MP3 that was cut out
/// of another begins with frames that refer to data in preceding frames, which are gone.
const FORGIVEN: u64 = 4;

/// A file ends early if it is shorter than stated by more than this, and by more than [`EARLY_END_FRACTION`]: container
/// headers round, and do not always count the encoder's padding.
const EARLY_END_S: f64 = 0.1;

/// See [`EARLY_END_S`].
const EARLY_END_FRACTION: f64 = 0.01;

/// Maximum sample magnitude (+18 dB relative to full scale): larger ones are errors of a floating-point file or a
/// broken packet, not sound.
const MAX_SAMPLE: f32 = 8.0;

/// Symphonia's decoders and libopus.
static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// Rate and number of channels of a block of audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    rate_hz: u32,
    channels: usize,
}

/// One audio track being decoded.
pub(super) struct Stream {
    format: String,
    /// Whether the container was recognized by sync words, which noise can contain too.
    is_found_by_sync: bool,
    quantum: f32,
    demux: Box<dyn Demux>,
    decoder: Box<dyn AudioDecoder>,
    tracks: usize,
    track: usize,
    file_len: u64,
    reached: Arc<AtomicU64>,

    /// The output format: rate and channels of the first block that could be decoded.
    shape: Shape,
    /// The format of what is being decoded.
    decoded: Shape,
    /// Converts the decoded audio to `shape`, if the formats differ.
    adapter: Option<Adapter>,
    planes: Vec<Vec<f32>>,
    /// Whether `planes` is waiting to be returned.
    is_ready: bool,
    clock: Clock,
    /// A packet to decode once the silence before it has been returned.
    held: Option<Piece>,
    /// Duration of silence still to return, seconds.
    silence_left_s: f64,
    /// The first block, if silence precedes it.
    waiting: Option<Vec<Vec<f32>>>,
    gaps_left_s: f64,
    /// Encoder delay still to drop, frames.
    delay_left: u64,

    /// Number of frames returned.
    frames: u64,
    decoded_packets: u64,
    skipped_packets: u64,
    /// Number of packets that the decoder rejected before giving any audio; `None` once it has given some.
    refused_at_first: Option<u64>,
    unreadable_in_a_row: u32,
    broke_off: bool,
    ended: bool,
}

/// Time since the first packet, by the container's clock and by the decoded audio.
#[derive(Default)]
struct Clock {
    first_s: Option<f64>,
    /// Duration decoded so far, including the encoder delay and dropped audio, seconds.
    heard_s: f64,
}

impl Stream {
    /// Opens the file at `path` with audio track number `wanted`, from 0, in players' order of preference, and decodes
    /// until the format of the audio is known.
    ///
    /// # Errors
    /// All errors of [`AudioError`] that show before the audio itself is decoded.
    pub(super) fn open(path: &Path, wanted: usize) -> Result<Self, AudioError> {
        let opened = container::open(path, wanted)?;
        let container::Opened { mut demux, container, is_found_by_sync, tracks, number, file_len, reached } = opened;
        let mut silence_s = 0.0;
        let mut unreadable_in_a_row = 0;
        let entry = loop {
            match demux.next() {
                Event::Anew(entry) => break entry,
                Event::End { .. } => return Err(AudioError::NoSound),
                Event::Silence(seconds) => silence_s += seconds,
                // A reader that cannot get past a damaged location repeats the same error.
                Event::Unreadable | Event::Piece(_) => {
                    unreadable_in_a_row += 1;
                    if unreadable_in_a_row >= MAX_UNREADABLE_IN_A_ROW {
                        return Err(AudioError::Damaged);
                    }
                }
            }
        };
        let decoder = make_decoder(&entry.params)?;
        let params = decoder.codec_params();
        let shape = Shape {
            rate_hz: params.sample_rate.unwrap_or(0),
            channels: params.channels.as_ref().map_or(0, |channels| channels.count()),
        };
        if let Some(rate_hz) = params.sample_rate {
            check_claims(rate_hz, shape.channels.max(1))?;
        }
        let codec = decoder.codec_info().short_name;
        let format = match container {
            "aac" | "mp3" | "mp2" | "mp1" | "flac" => container.to_owned(),
            _ => format!("{container}/{codec}"),
        };
        let mut stream = Self {
            format,
            is_found_by_sync,
            quantum: quantum(params.codec),
            demux,
            decoder,
            tracks,
            track: number,
            file_len,
            reached,
            shape,
            decoded: shape,
            adapter: None,
            planes: vec![Vec::new(); shape.channels],
            is_ready: false,
            clock: Clock::default(),
            held: None,
            silence_left_s: 0.0,
            waiting: None,
            gaps_left_s: MAX_GAPS_S,
            delay_left: 0,
            frames: 0,
            decoded_packets: 0,
            skipped_packets: 0,
            refused_at_first: Some(0),
            unreadable_in_a_row: 0,
            broke_off: false,
            ended: false,
        };
        stream.fall_silent(silence_s);
        stream.delay_left = entry.delay.unwrap_or_else(|| usual_delay(entry.params.codec));
        // The decoder knows the format better than the container's header.
        while stream.decoded_packets == 0 && !stream.ended {
            stream.step()?;
        }
        if stream.decoded_packets == 0 {
            stream.damage()?;
            return Err(AudioError::Damaged);
        }
        Ok(stream)
    }

    /// Returns the names of container and codec, e.g. `m4a/aac`.
    pub(super) fn format(&self) -> &str {
        &self.format
    }

    /// Returns the native sample rate, within [`SAMPLE_RATES_HZ`].
    pub(super) fn sample_rate_hz(&self) -> u32 {
        self.shape.rate_hz
    }

    /// Returns the native number of channels, 1 to [`MAX_CHANNELS`].
    pub(super) fn channels(&self) -> usize {
        self.shape.channels
    }

    /// Returns the largest step between neighbouring sample values near full scale.
    pub(super) fn quantum(&self) -> f32 {
        self.quantum
    }

    /// Returns the number of audio tracks of the file that can be decoded.
    pub(super) fn tracks(&self) -> usize {
        self.tracks
    }

    /// Returns the number of this track among the file's audio tracks, from 1.
    pub(super) fn track(&self) -> usize {
        self.track
    }

    /// Returns the fraction of the file that has been read, 0 to 1.
    pub(super) fn fraction_read(&self) -> f64 {
        (self.reached.load(Ordering::Relaxed) as f64 / self.file_len as f64).min(1.0)
    }

    /// Returns the next block: one vector of samples per channel, all of the same nonzero length. `None` at the end.
    ///
    /// # Errors
    /// [`AudioError::TooLong`], and a part whose header makes absurd claims. Broken packets are not errors: they are
    /// counted and become silence.
    pub(super) fn next_block(&mut self) -> Result<Option<&[Vec<f32>]>, AudioError> {
        while !self.is_ready && !self.ended {
            self.step()?;
        }
        if !self.is_ready {
            return Ok(None);
        }
        self.is_ready = false;
        self.frames += self.planes[0].len() as u64;
        let longest_s = self.longest_s();
        if self.frames as f64 > longest_s * f64::from(self.shape.rate_hz) {
            return Err(AudioError::TooLong { hours: longest_s / 3600.0 });
        }
        Ok(Some(&self.planes))
    }

    /// Returns the maximum length of this file, in seconds.
    fn longest_s(&self) -> f64 {
        MAX_DURATION_S.min(MAX_SAMPLES / f64::from(self.shape.rate_hz) / self.shape.channels as f64)
    }

    /// Returns what is missing or broken. Call this after the last block.
    ///
    /// # Errors
    /// [`AudioError::NoSound`] or [`AudioError::Damaged`] if there was no audio at all, [`AudioError::NotAudio`] if
    /// most of what looked like packets of MPEG audio or AAC was not.
    pub(super) fn damage(&self) -> Result<Option<Damage>, AudioError> {
        let refused = self.skipped_packets + self.refused_at_first.unwrap_or(0);
        if self.is_found_by_sync && refused > 0 && refused >= self.decoded_packets {
            return Err(AudioError::NotAudio);
        }
        if self.decoded_packets == 0 || self.frames == 0 {
            return Err(if refused == 0 { AudioError::NoSound } else { AudioError::Damaged });
        }
        let decoded_s = self.frames as f64 / f64::from(self.shape.rate_hz);
        let promised_s = self
            .demux
            .promised_s()
            .filter(|&promised_s| promised_s - decoded_s > EARLY_END_S.max(EARLY_END_FRACTION * promised_s));
        let damaged = promised_s.is_some() || self.skipped_packets > 0 || self.broke_off;
        Ok(damaged.then_some(Damage { promised_s, decoded_s, skipped_packets: self.skipped_packets }))
    }

    /// Takes one step: a block of silence, a packet, or the next event in the file.
    fn step(&mut self) -> Result<(), AudioError> {
        let silent = (self.silence_left_s * f64::from(self.decoded.rate_hz)).round() as u64;
        if silent > 0 && self.decoded_packets > 0 {
            let frames = silent.min(SILENT_BLOCK_FRAMES);
            self.silence_left_s -= frames as f64 / f64::from(self.decoded.rate_hz);
            self.planes.resize(self.decoded.channels, Vec::new());
            for plane in &mut self.planes {
                plane.clear();
                plane.resize(frames as usize, 0.0);
            }
            self.hand_out(0.0, f64::INFINITY, 0.0);
        } else if let Some(planes) = self.waiting.take() {
            self.planes = planes;
            self.is_ready = !self.planes[0].is_empty();
        } else if let Some(piece) = self.held.take() {
            self.decode(&piece)?;
        } else {
            match self.demux.next() {
                Event::Piece(piece) => {
                    self.unreadable_in_a_row = 0;
                    self.await_turn(piece);
                }
                Event::Anew(entry) => self.begin(&entry)?,
                Event::Silence(seconds) => self.fall_silent(seconds),
                Event::Unreadable => {
                    self.skipped_packets += 1;
                    self.unreadable_in_a_row += 1;
                    if self.unreadable_in_a_row >= MAX_UNREADABLE_IN_A_ROW {
                        self.end(true);
                    }
                }
                Event::End { broke_off } => self.end(broke_off),
            }
        }
        Ok(())
    }

    fn end(&mut self, broke_off: bool) {
        self.broke_off |= broke_off;
        self.ended = true;
        self.finish_adapter();
    }

    /// Returns what the adapter still holds.
    fn finish_adapter(&mut self) {
        if let Some(adapter) = self.adapter.take() {
            adapter.finish(&mut self.planes);
            self.is_ready = self.planes.first().is_some_and(|plane| !plane.is_empty());
        }
    }

    /// Begins to decode a part that was encoded separately.
    fn begin(&mut self, entry: &Entry) -> Result<(), AudioError> {
        match make_decoder(&entry.params) {
            Ok(decoder) => self.decoder = decoder,
            // A part whose format cannot be decoded is skipped: the others are still worth decoding.
            Err(_) => self.broke_off = true,
        }
        self.delay_left = entry.delay.unwrap_or_else(|| usual_delay(entry.params.codec));
        self.clock = Clock::default();
        self.refused_at_first = Some(0);
        Ok(())
    }

    /// Inserts this many seconds of silence before the audio that follows.
    fn fall_silent(&mut self, seconds: f64) {
        let seconds = seconds.min(self.gaps_left_s).max(0.0);
        self.gaps_left_s -= seconds;
        self.silence_left_s += seconds;
    }

    /// Holds the packet until the silence before it, if any according to its timestamp, has been returned.
    fn await_turn(&mut self, piece: Piece) {
        if let Some(at_s) = piece.at_s {
            let first_s = *self.clock.first_s.get_or_insert(at_s);
            let missing_s = at_s - first_s - self.clock.heard_s;
            if missing_s > GAP_S {
                self.clock.heard_s += missing_s;
                self.fall_silent(missing_s);
            }
        }
        self.held = Some(piece);
    }

    /// Decodes the packet; a broken one becomes silence.
    fn decode(&mut self, piece: &Piece) -> Result<(), AudioError> {
        let decoded = guarded(|| self.decoder.decode(&piece.packet));
        let block = match decoded {
            Ok(block) if block.spec().channels().count() > 0 => block,
            Ok(_) | Err(_) => {
                self.pass_over(piece);
                return Ok(());
            }
        };
        let shape = Shape { rate_hz: block.spec().rate(), channels: block.spec().channels().count() };
        let frames = block.frames();
        self.planes.resize(shape.channels, Vec::new());
        block.copy_to_vecs_planar(&mut self.planes);
        self.planes.iter_mut().flatten().for_each(|sample| *sample = sound(*sample));
        check_claims(shape.rate_hz, shape.channels)?;
        let is_first = self.decoded_packets == 0;
        if is_first {
            self.shape = shape;
        } else if self.decoded != shape {
            self.change(shape);
        }
        self.decoded = shape;
        self.decoded_packets += 1;
        // A few packets rejected at first only lacked the data of those before them.
        if let Some(refused) = self.refused_at_first.take().filter(|&refused| refused > FORGIVEN) {
            self.skipped_packets += refused;
        }
        self.clock.heard_s += frames as f64 / f64::from(shape.rate_hz);
        self.hand_out(piece.skip_s, piece.until_s, piece.drop_end_s);
        if is_first && self.silence_left_s > 0.0 {
            self.waiting = Some(std::mem::take(&mut self.planes));
            self.is_ready = false;
        }
        Ok(())
    }

    /// Handles a change of rate or channel layout in the block just decoded into `planes`.
    fn change(&mut self, shape: Shape) {
        let Some(before) = self.adapter.take() else { return };
        // The rest of the preceding audio belongs before this block, which is not converted yet, so the next adapter
        // holds it.
        let mut tail = Vec::new();
        before.finish(&mut tail);
        let mut after = Adapter::new(shape, self.shape);
        after.pending = tail;
        self.adapter = Some(after);
    }

    /// Replaces a packet that cannot be decoded by silence, as long as the audio that would have been kept.
    fn pass_over(&mut self, piece: &Piece) {
        self.planes.iter_mut().for_each(Vec::clear);
        if piece.is_unheard() {
            self.clock.heard_s += piece.length_s;
            return;
        }
        match &mut self.refused_at_first {
            Some(refused) => *refused += 1,
            None => self.skipped_packets += 1,
        }
        self.clock.heard_s += piece.length_s;
        let dropped = (piece.length_s * f64::from(self.decoded.rate_hz)).round() as u64;
        // No silence replaces what would have been dropped as encoder delay.
        let delay = self.delay_left.min(dropped);
        self.delay_left -= delay;
        let heard_s = (piece.length_s.min(piece.until_s) - piece.skip_s).max(0.0);
        self.fall_silent(heard_s - delay as f64 / f64::from(self.decoded.rate_hz.max(1)));
    }

    /// Trims `planes` to the audio to keep, converts it and marks it as ready.
    fn hand_out(&mut self, skip_s: f64, until_s: f64, drop_end_s: f64) {
        let rate = f64::from(self.decoded.rate_hz);
        let frames = self.planes[0].len() as u64;
        let to_frames = |seconds: f64| (seconds * rate).round().clamp(0.0, frames as f64) as u64;
        let end = to_frames(until_s).min(frames.saturating_sub(to_frames(drop_end_s)));
        let skipped = to_frames(skip_s);
        let delay = self.delay_left.min(end.saturating_sub(skipped));
        self.delay_left -= delay;
        let start = (skipped + delay).min(end);
        for plane in &mut self.planes {
            plane.truncate(end as usize);
            plane.drain(..start as usize);
        }
        if self.decoded != self.shape && self.adapter.is_none() {
            self.adapter = Some(Adapter::new(self.decoded, self.shape));
        }
        if let Some(adapter) = &mut self.adapter {
            adapter.push(&mut self.planes);
        }
        self.is_ready = !self.planes[0].is_empty();
    }
}

/// Returns the sample, or what is right of it in a broken file.
pub(super) fn sound(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-MAX_SAMPLE, MAX_SAMPLE) } else { 0.0 }
}

/// Converts audio from one rate and channel layout to another, so that the parts of a joined file become one recording.
struct Adapter {
    channels: usize,
    resamplers: Vec<Resampler>,
    /// Output to return before that of the next block.
    pending: Vec<Vec<f32>>,
}

impl Adapter {
    fn new(from: Shape, to: Shape) -> Self {
        let resamplers = (0..to.channels).map(|_| Resampler::new(from.rate_hz, to.rate_hz)).collect();
        Self { channels: to.channels, resamplers, pending: Vec::new() }
    }

    /// Replaces the planes of a block by the converted ones.
    fn push(&mut self, planes: &mut Vec<Vec<f32>>) {
        let mixed = to_channels(planes, self.channels);
        *planes = std::mem::take(&mut self.pending);
        planes.resize(self.channels, Vec::new());
        for ((resampler, plane), out) in self.resamplers.iter_mut().zip(&mixed).zip(planes) {
            resampler.push(plane, out);
        }
    }

    /// Replaces `planes` by the rest of the output.
    fn finish(mut self, planes: &mut Vec<Vec<f32>>) {
        *planes = std::mem::take(&mut self.pending);
        planes.resize(self.channels, Vec::new());
        for (resampler, out) in self.resamplers.into_iter().zip(planes) {
            let mut rest = Vec::new();
            resampler.finish(&mut rest);
            out.append(&mut rest);
        }
    }
}

/// Converts audio to another number of channels. All of them get the mean of the input channels, so that no speaker is
/// lost.
fn to_channels(planes: &[Vec<f32>], channels: usize) -> Vec<Vec<f32>> {
    if planes.len() == channels {
        return planes.to_vec();
    }
    let scale = 1.0 / planes.len() as f32;
    let mean = (0..planes[0].len()).map(|i| planes.iter().map(|plane| plane[i]).sum::<f32>() * scale).collect();
    vec![mean; channels]
}

/// Samples in an AAC-LC frame. The first frame of a stream overlaps nothing before it and so holds no audio of its own.
const AAC_FRAME: u64 = 1024;

/// Delay of every MP3 decoder (528 + 1 samples) and of the LAME encoder (576), which wrote most MP3 files.
const MP3_DELAY: u64 = 528 + 1 + 576;

/// Returns the usual encoder delay, for a file that does not state it, frames.
fn usual_delay(codec: AudioCodecId) -> u64 {
    match codec {
        CODEC_ID_AAC => AAC_FRAME,
        CODEC_ID_MP3 => MP3_DELAY,
        _ => 0,
    }
}

fn make_decoder(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, AudioError> {
    // Trimming is done here for all codecs; only in Ogg do Vorbis and Opus trim by themselves.
    let options = AudioDecoderOptions::default();
    let made = guarded(|| CODECS.make_audio_decoder(params, &options));
    made.map_err(|_| AudioError::Unsupported { name: codec_name(params) })
}

/// Returns whether a track can be decoded.
pub(super) fn is_decodable(params: &AudioCodecParameters) -> bool {
    make_decoder(params).is_ok()
}

/// Rejects sample rates and numbers of channels that no recording has.
pub(super) fn check_claims(sample_rate_hz: u32, channels: usize) -> Result<(), AudioError> {
    if !SAMPLE_RATES_HZ.contains(&sample_rate_hz) {
        return Err(AudioError::AbsurdHeader { what: format!("a sample rate of {sample_rate_hz} Hz") });
    }
    if !(1..=MAX_CHANNELS).contains(&channels) {
        return Err(AudioError::AbsurdHeader { what: format!("{channels} channels") });
    }
    Ok(())
}

/// Runs a demuxer or decoder, treating a panic on a hostile file as one more decoding error. State that could be
/// inconsistent after a panic is not used again, since an error ends or skips it.
pub(super) fn guarded<T>(
    run: impl FnOnce() -> symphonia::core::errors::Result<T>,
) -> symphonia::core::errors::Result<T> {
    guard::guarded(run).unwrap_or(Err(DecodeError::DecodeError("panic in a demuxer or decoder")))
}

/// Returns the value of [`Stream::quantum`]: 16 bits unless the codec is coarser. G.711 has its largest steps at full
/// scale.
fn quantum(codec: AudioCodecId) -> f32 {
    match codec {
        CODEC_ID_PCM_U8 | CODEC_ID_PCM_S8 => 1.0 / 128.0,
        CODEC_ID_PCM_ALAW | CODEC_ID_PCM_MULAW => 1.0 / 32.0,
        _ => 1.0 / 32_768.0,
    }
}

/// The name for a codec that has none.
pub(super) const UNKNOWN_CODEC: &str = "the kind of sound in this file";

/// Returns the common name of a codec that was rejected.
pub(super) fn codec_name(params: &AudioCodecParameters) -> String {
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
