//! Decodes the packets of any container to blocks of samples at one sample rate, without gaps in time.
//!
//! The codecs are Symphonia's, with libopus for Opus. This module does what the codecs leave to their caller: it drops
//! the encoder delay of AAC, MP3 and Opus; replaces gaps in the packets' timestamps (Opus sends nothing during silence)
//! and broken packets by silence; converts parts with another sample rate or channel count to those of the first part;
//! and compares the duration stated in the header with the decoded one.

use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error as DecodeError;

use super::container;
use super::demux::{DecoderSetup, Demux, DemuxEvent, TimedPacket};
use super::error::AudioError;
use super::resample::Resampler;
use super::{Damage, MAX_DURATION_S};
use crate::guard;

/// Accepted sample rates: telephones use 8 kHz, studios at most 384 kHz.
const SAMPLE_RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// Maximum number of channels of a file; the rarest microphone arrays have 32.
const MAX_CHANNELS: usize = 32;

/// Maximum number of samples decoded, over all channels: [`MAX_DURATION_S`] of 48 kHz stereo. Without this limit, it
/// would take minutes to reject a small file that unpacks to more channels at a higher rate than any recorder has.
const MAX_SAMPLES: f64 = MAX_DURATION_S * 48_000.0 * 2.0;

/// Minimum jump in the timestamps that counts as a gap, seconds: longer than the jitter of any container's clock
/// (Matroska rounds to 1 ms) and one block of any codec, shorter than the 400 ms after which Opus sends a packet during
/// silence.
const MIN_GAP_S: f64 = 0.15;

/// Maximum total duration of silence inserted into gaps, seconds, so that hostile timestamps cannot exhaust the memory.
const MAX_GAPS_S: f64 = 600.0;

/// Number of frames in a block of silence.
const SILENT_BLOCK_FRAMES: u64 = 4096;

/// Number of consecutive unreadable packets after which decoding stops.
const MAX_UNREADABLE_IN_A_ROW: u32 = 16;

/// Maximum number of packets at the beginning of a part that a decoder may reject without this counting as damage: an
/// MP3 that was cut out of a longer one begins with frames that refer to data in earlier frames, which are gone.
const MAX_REJECTED_AT_START: u64 = 4;

/// Tolerated shortfall of the decoded duration against the duration in the container header, in seconds. A file counts
/// as truncated only if the shortfall exceeds both this and [`MAX_SHORTFALL_FRACTION`] of the stated duration: headers
/// round the duration, and some include encoder padding that the decoder discards.
const MAX_SHORTFALL_S: f64 = 0.1;

/// Tolerated shortfall of the decoded duration, as a fraction of the stated one; see [`MAX_SHORTFALL_S`].
const MAX_SHORTFALL_FRACTION: f64 = 0.01;

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

/// Sample rate and number of channels of a block of decoded audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PcmFormat {
    rate_hz: u32,
    channels: usize,
}

/// Decoder of one audio track: returns its samples block by block.
pub(super) struct TrackDecoder {
    format: String,
    /// Whether the format was recognized by its sync words alone, which arbitrary data can contain too.
    is_found_by_sync: bool,
    quantization_step: f32,
    demux: Box<dyn Demux>,
    decoder: Box<dyn AudioDecoder>,
    tracks: usize,
    track: usize,
    file_len: u64,
    reached: Arc<AtomicU64>,

    /// The output format: that of the first block that could be decoded.
    output_format: PcmFormat,
    /// The format that the decoder currently gives.
    decoded_format: PcmFormat,
    /// Converts the decoded audio to the output format, if the two differ.
    converter: Option<FormatConverter>,
    planes: Vec<Vec<f32>>,
    /// Whether `planes` holds a block that has not been returned yet.
    is_ready: bool,
    clock: Clock,
    /// The packet to decode once the silence before it has been returned.
    queued: Option<TimedPacket>,
    /// Duration of silence still to return, seconds.
    silence_left_s: f64,
    /// The first decoded block, held back while the silence before it is returned.
    first_block: Option<Vec<Vec<f32>>>,
    gaps_left_s: f64,
    /// Encoder delay still to drop, frames.
    delay_left: u64,

    /// Number of frames returned.
    frames: u64,
    decoded_packets: u64,
    skipped_packets: u64,
    /// Number of packets of the current part that the decoder rejected before its first audio; `None` after that audio.
    rejected_at_start: Option<u64>,
    unreadable_in_a_row: u32,
    is_incomplete: bool,
    ended: bool,
}

/// Tracks the time since the first packet, to find gaps between the container's timestamps and the decoded audio.
#[derive(Default)]
struct Clock {
    first_s: Option<f64>,
    /// Duration of the packets so far, seconds, including encoder delay, dropped audio and gaps.
    position_s: f64,
}

impl TrackDecoder {
    /// Opens audio track number `wanted` of the file at `path`, and decodes until the format of the audio is known.
    /// Tracks are counted from 0, those that the file marks as default first.
    ///
    /// # Errors
    /// Any [`AudioError`] that can be detected before the second block of audio.
    pub(super) fn open(path: &Path, wanted: usize) -> Result<Self, AudioError> {
        let opened = container::open(path, wanted)?;
        let container::OpenedContainer { mut demux, container, is_found_by_sync, tracks, number, file_len, reached } =
            opened;
        let mut silence_s = 0.0;
        let mut unreadable_in_a_row = 0;
        let setup = loop {
            match demux.next() {
                DemuxEvent::NewDecoder(setup) => break setup,
                DemuxEvent::End { .. } => return Err(AudioError::NoSound),
                DemuxEvent::Silence(seconds) => silence_s += seconds,
                // A demuxer that cannot get past damaged data returns the same error again and again.
                DemuxEvent::Unreadable | DemuxEvent::Packet(_) => {
                    unreadable_in_a_row += 1;
                    if unreadable_in_a_row >= MAX_UNREADABLE_IN_A_ROW {
                        return Err(AudioError::Damaged);
                    }
                }
            }
        };
        let decoder = make_decoder(&setup.params)?;
        let params = decoder.codec_params();
        let output_format = PcmFormat {
            rate_hz: params.sample_rate.unwrap_or(0),
            channels: params.channels.as_ref().map_or(0, |channels| channels.count()),
        };
        if let Some(rate_hz) = params.sample_rate {
            check_plausible(rate_hz, output_format.channels.max(1))?;
        }
        let codec = decoder.codec_info().short_name;
        let format = match container {
            "aac" | "mp3" | "mp2" | "mp1" | "flac" => container.to_owned(),
            _ => format!("{container}/{codec}"),
        };
        let mut stream = Self {
            format,
            is_found_by_sync,
            quantization_step: quantization_step(params.codec),
            demux,
            decoder,
            tracks,
            track: number,
            file_len,
            reached,
            output_format,
            decoded_format: output_format,
            converter: None,
            planes: vec![Vec::new(); output_format.channels],
            is_ready: false,
            clock: Clock::default(),
            queued: None,
            silence_left_s: 0.0,
            first_block: None,
            gaps_left_s: MAX_GAPS_S,
            delay_left: 0,
            frames: 0,
            decoded_packets: 0,
            skipped_packets: 0,
            rejected_at_start: Some(0),
            unreadable_in_a_row: 0,
            is_incomplete: false,
            ended: false,
        };
        stream.insert_silence(silence_s);
        stream.delay_left = setup.delay.unwrap_or_else(|| usual_delay(setup.params.codec));
        // The format of the decoded audio is more reliable than that in the container's header.
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
        self.output_format.rate_hz
    }

    /// Returns the native number of channels, 1 to [`MAX_CHANNELS`].
    pub(super) fn channels(&self) -> usize {
        self.output_format.channels
    }

    /// Returns the largest step between neighbouring sample values near full scale.
    pub(super) fn quantization_step(&self) -> f32 {
        self.quantization_step
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
    /// [`AudioError::TooLong`], or [`AudioError::AbsurdHeader`] for audio of an impossible format. Broken packets are
    /// not errors: they are counted and replaced by silence.
    pub(super) fn next_block(&mut self) -> Result<Option<&[Vec<f32>]>, AudioError> {
        while !self.is_ready && !self.ended {
            self.step()?;
        }
        if !self.is_ready {
            return Ok(None);
        }
        self.is_ready = false;
        self.frames += self.planes[0].len() as u64;
        let max_duration_s = self.max_duration_s();
        if self.frames as f64 > max_duration_s * f64::from(self.output_format.rate_hz) {
            return Err(AudioError::TooLong { hours: max_duration_s / 3600.0 });
        }
        Ok(Some(&self.planes))
    }

    /// Returns the maximum duration of this file, in seconds: shorter for many channels at a high rate.
    fn max_duration_s(&self) -> f64 {
        MAX_DURATION_S.min(MAX_SAMPLES / f64::from(self.output_format.rate_hz) / self.output_format.channels as f64)
    }

    /// Returns what is missing or broken. Call this after the last block.
    ///
    /// # Errors
    /// [`AudioError::NoSound`] or [`AudioError::Damaged`] if there was no audio at all; [`AudioError::NotAudio`] if
    /// most of what looked like frames of MPEG audio or AAC could not be decoded.
    pub(super) fn damage(&self) -> Result<Option<Damage>, AudioError> {
        let rejected = self.skipped_packets + self.rejected_at_start.unwrap_or(0);
        if self.is_found_by_sync && rejected > 0 && rejected >= self.decoded_packets {
            return Err(AudioError::NotAudio);
        }
        if self.decoded_packets == 0 || self.frames == 0 {
            return Err(if rejected == 0 { AudioError::NoSound } else { AudioError::Damaged });
        }
        let decoded_s = self.frames as f64 / f64::from(self.output_format.rate_hz);
        let stated_s = self
            .demux
            .stated_s()
            .filter(|&stated_s| stated_s - decoded_s > MAX_SHORTFALL_S.max(MAX_SHORTFALL_FRACTION * stated_s));
        let damaged = stated_s.is_some() || self.skipped_packets > 0 || self.is_incomplete;
        Ok(damaged.then_some(Damage { stated_s, decoded_s, skipped_packets: self.skipped_packets }))
    }

    /// Advances by one step: returns a block of silence, decodes a packet, or reads the next event of the demuxer.
    fn step(&mut self) -> Result<(), AudioError> {
        let silent = (self.silence_left_s * f64::from(self.decoded_format.rate_hz)).round() as u64;
        if silent > 0 && self.decoded_packets > 0 {
            let frames = silent.min(SILENT_BLOCK_FRAMES);
            self.silence_left_s -= frames as f64 / f64::from(self.decoded_format.rate_hz);
            self.planes.resize(self.decoded_format.channels, Vec::new());
            for plane in &mut self.planes {
                plane.clear();
                plane.resize(frames as usize, 0.0);
            }
            self.emit(0.0, f64::INFINITY, 0.0);
        } else if let Some(planes) = self.first_block.take() {
            self.planes = planes;
            self.is_ready = !self.planes[0].is_empty();
        } else if let Some(packet) = self.queued.take() {
            self.decode(&packet)?;
        } else {
            match self.demux.next() {
                DemuxEvent::Packet(packet) => {
                    self.unreadable_in_a_row = 0;
                    self.queue_packet(packet);
                }
                DemuxEvent::NewDecoder(setup) => self.begin(&setup)?,
                DemuxEvent::Silence(seconds) => self.insert_silence(seconds),
                DemuxEvent::Unreadable => {
                    self.skipped_packets += 1;
                    self.unreadable_in_a_row += 1;
                    if self.unreadable_in_a_row >= MAX_UNREADABLE_IN_A_ROW {
                        self.end(true);
                    }
                }
                DemuxEvent::End { is_truncated } => self.end(is_truncated),
            }
        }
        Ok(())
    }

    fn end(&mut self, is_truncated: bool) {
        self.is_incomplete |= is_truncated;
        self.ended = true;
        self.flush_converter();
    }

    /// Flushes the format converter into `planes`.
    fn flush_converter(&mut self) {
        if let Some(converter) = self.converter.take() {
            converter.finish(&mut self.planes);
            self.is_ready = self.planes.first().is_some_and(|plane| !plane.is_empty());
        }
    }

    /// Begins a part that was encoded separately, with a new decoder.
    fn begin(&mut self, setup: &DecoderSetup) -> Result<(), AudioError> {
        match make_decoder(&setup.params) {
            Ok(decoder) => self.decoder = decoder,
            // A part with an unsupported format is skipped; the other parts may still be decoded.
            Err(_) => self.is_incomplete = true,
        }
        self.delay_left = setup.delay.unwrap_or_else(|| usual_delay(setup.params.codec));
        self.clock = Clock::default();
        self.rejected_at_start = Some(0);
        Ok(())
    }

    /// Inserts this many seconds of silence before the audio that follows.
    fn insert_silence(&mut self, seconds: f64) {
        let seconds = seconds.min(self.gaps_left_s).max(0.0);
        self.gaps_left_s -= seconds;
        self.silence_left_s += seconds;
    }

    /// Queues a packet to be decoded. If its timestamp shows a gap before it, silence is inserted first.
    fn queue_packet(&mut self, packet: TimedPacket) {
        if let Some(start_s) = packet.start_s {
            let first_s = *self.clock.first_s.get_or_insert(start_s);
            let missing_s = start_s - first_s - self.clock.position_s;
            if missing_s > MIN_GAP_S {
                self.clock.position_s += missing_s;
                self.insert_silence(missing_s);
            }
        }
        self.queued = Some(packet);
    }

    /// Decodes a packet; a broken one is replaced by silence.
    fn decode(&mut self, packet: &TimedPacket) -> Result<(), AudioError> {
        let decoded = catch_panic(|| self.decoder.decode(&packet.packet));
        let block = match decoded {
            Ok(block) if block.spec().channels().count() > 0 => block,
            Ok(_) | Err(_) => {
                self.conceal(packet);
                return Ok(());
            }
        };
        let block_format = PcmFormat { rate_hz: block.spec().rate(), channels: block.spec().channels().count() };
        let frames = block.frames();
        self.planes.resize(block_format.channels, Vec::new());
        block.copy_to_vecs_planar(&mut self.planes);
        for sample in self.planes.iter_mut().flatten() {
            *sample = if sample.is_finite() { sample.clamp(-MAX_SAMPLE, MAX_SAMPLE) } else { 0.0 };
        }
        check_plausible(block_format.rate_hz, block_format.channels)?;
        let is_first = self.decoded_packets == 0;
        if is_first {
            self.output_format = block_format;
        } else if self.decoded_format != block_format {
            self.change_format(block_format);
        }
        self.decoded_format = block_format;
        self.decoded_packets += 1;
        // A few packets rejected at the start merely lacked data from earlier packets; they are no damage.
        if let Some(rejected) = self.rejected_at_start.take().filter(|&rejected| rejected > MAX_REJECTED_AT_START) {
            self.skipped_packets += rejected;
        }
        self.clock.position_s += frames as f64 / f64::from(block_format.rate_hz);
        self.emit(packet.trim_start_s, packet.keep_until_s, packet.trim_end_s);
        if is_first && self.silence_left_s > 0.0 {
            self.first_block = Some(std::mem::take(&mut self.planes));
            self.is_ready = false;
        }
        Ok(())
    }

    /// Handles a change of sample rate or channel count in the block just decoded into `planes`.
    fn change_format(&mut self, block_format: PcmFormat) {
        let Some(before) = self.converter.take() else { return };
        // The tail of the previous converter must come before this block, which is still unconverted; so it is handed
        // to the next converter.
        let mut tail = Vec::new();
        before.finish(&mut tail);
        let mut after = FormatConverter::new(block_format, self.output_format);
        after.pending = tail;
        self.converter = Some(after);
    }

    /// Replaces a packet that cannot be decoded by silence, of the duration that would have been kept of the packet.
    fn conceal(&mut self, packet: &TimedPacket) {
        self.planes.iter_mut().for_each(Vec::clear);
        if packet.is_fully_trimmed() {
            self.clock.position_s += packet.duration_s;
            return;
        }
        match &mut self.rejected_at_start {
            Some(rejected) => *rejected += 1,
            None => self.skipped_packets += 1,
        }
        self.clock.position_s += packet.duration_s;
        let dropped = (packet.duration_s * f64::from(self.decoded_format.rate_hz)).round() as u64;
        // The encoder delay would have been dropped, so no silence replaces it.
        let delay = self.delay_left.min(dropped);
        self.delay_left -= delay;
        let kept_s = (packet.duration_s.min(packet.keep_until_s) - packet.trim_start_s).max(0.0);
        self.insert_silence(kept_s - delay as f64 / f64::from(self.decoded_format.rate_hz.max(1)));
    }

    /// Trims `planes` to the audio to keep, converts it to the output format, and marks the block as ready.
    fn emit(&mut self, trim_start_s: f64, keep_until_s: f64, trim_end_s: f64) {
        let rate = f64::from(self.decoded_format.rate_hz);
        let frames = self.planes[0].len() as u64;
        let to_frames = |seconds: f64| (seconds * rate).round().clamp(0.0, frames as f64) as u64;
        let end = to_frames(keep_until_s).min(frames.saturating_sub(to_frames(trim_end_s)));
        let skipped = to_frames(trim_start_s);
        let delay = self.delay_left.min(end.saturating_sub(skipped));
        self.delay_left -= delay;
        let start = (skipped + delay).min(end);
        for plane in &mut self.planes {
            plane.truncate(end as usize);
            plane.drain(..start as usize);
        }
        if self.decoded_format != self.output_format && self.converter.is_none() {
            self.converter = Some(FormatConverter::new(self.decoded_format, self.output_format));
        }
        if let Some(converter) = &mut self.converter {
            converter.push(&mut self.planes);
        }
        self.is_ready = !self.planes[0].is_empty();
    }
}

/// Converts audio to another sample rate and channel count, so that all parts of a joined file have one format.
struct FormatConverter {
    channels: usize,
    resamplers: Vec<Resampler>,
    /// Output to return before that of the next block: the tail of the previous converter.
    pending: Vec<Vec<f32>>,
}

impl FormatConverter {
    fn new(from: PcmFormat, to: PcmFormat) -> Self {
        let resamplers = (0..to.channels).map(|_| Resampler::new(from.rate_hz, to.rate_hz)).collect();
        Self { channels: to.channels, resamplers, pending: Vec::new() }
    }

    /// Converts a block in place.
    fn push(&mut self, planes: &mut Vec<Vec<f32>>) {
        let mixed = to_channels(planes, self.channels);
        *planes = std::mem::take(&mut self.pending);
        planes.resize(self.channels, Vec::new());
        for ((resampler, plane), out) in self.resamplers.iter_mut().zip(&mixed).zip(planes) {
            resampler.push(plane, out);
        }
    }

    /// Flushes the resamplers: replaces `planes` by the remaining output.
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

/// Converts audio to another number of channels. Every output channel is the mean of the input channels, so that no
/// speaker is lost.
fn to_channels(planes: &[Vec<f32>], channels: usize) -> Vec<Vec<f32>> {
    if planes.len() == channels {
        return planes.to_vec();
    }
    let scale = 1.0 / planes.len() as f32;
    let mean = (0..planes[0].len()).map(|i| planes.iter().map(|plane| plane[i]).sum::<f32>() * scale).collect();
    vec![mean; channels]
}

/// Samples in an AAC-LC frame. The first frame of a stream has no predecessor to overlap with, so its output is not
/// audio but encoder delay.
const AAC_FRAME: u64 = 1024;

/// Delay of every MP3 decoder (528 + 1 samples) and of the LAME encoder (576), which wrote most MP3 files.
const MP3_DELAY: u64 = 528 + 1 + 576;

/// Returns the usual encoder delay of a codec, in frames, for a file that does not state it.
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
    let made = catch_panic(|| CODECS.make_audio_decoder(params, &options));
    made.map_err(|_| AudioError::Unsupported { name: codec_name(params) })
}

/// Returns whether a track can be decoded.
pub(super) fn is_decodable(params: &AudioCodecParameters) -> bool {
    make_decoder(params).is_ok()
}

/// Rejects a sample rate or a number of channels that no recording has.
pub(super) fn check_plausible(sample_rate_hz: u32, channels: usize) -> Result<(), AudioError> {
    if !SAMPLE_RATES_HZ.contains(&sample_rate_hz) {
        return Err(AudioError::AbsurdHeader { what: format!("a sample rate of {sample_rate_hz} Hz") });
    }
    if !(1..=MAX_CHANNELS).contains(&channels) {
        return Err(AudioError::AbsurdHeader { what: format!("{channels} channels") });
    }
    Ok(())
}

/// Runs a demuxer or decoder, and turns a panic (on a hostile file) into a decoding error. A decoder is used again for
/// the next packet: an inconsistent state after a panic can at worst give wrong audio or another error, like any
/// hostile file.
pub(super) fn catch_panic<T>(
    run: impl FnOnce() -> symphonia::core::errors::Result<T>,
) -> symphonia::core::errors::Result<T> {
    guard::catch_panic(run).unwrap_or(Err(DecodeError::DecodeError("panic in a demuxer or decoder")))
}

/// Returns the quantization step of a codec near full scale: that of 16 bits unless the codec is coarser. G.711 has its
/// largest steps at full scale.
fn quantization_step(codec: AudioCodecId) -> f32 {
    match codec {
        CODEC_ID_PCM_U8 | CODEC_ID_PCM_S8 => 1.0 / 128.0,
        CODEC_ID_PCM_ALAW | CODEC_ID_PCM_MULAW => 1.0 / 32.0,
        _ => 1.0 / 32_768.0,
    }
}

/// The name in messages about a codec without a common name.
pub(super) const UNKNOWN_CODEC: &str = "the kind of sound in this file";

/// Returns the common name of a codec that was rejected.
pub(super) fn codec_name(params: &AudioCodecParameters) -> String {
    let many_channels = params.channels.as_ref().is_some_and(|channels| channels.count() > 2);
    match params.codec {
        CODEC_ID_AAC => match params.extra_data.as_ref().and_then(|config| config.first()).map(|byte| byte >> 3) {
            // Audio object types of ISO/IEC 14496-3, table 1.17; 31 is the escape value for extended types such as
            // xHE-AAC.
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
