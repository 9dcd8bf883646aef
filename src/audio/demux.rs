//! The interface between container parsers (demuxers) and the decoder: packets of one audio track, each with its
//! timestamp and the portion of its audio to keep.

use symphonia::core::audio::{Channels, layouts};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::packet::Packet;

/// A packet of the audio track, with its timestamp and the portion of its audio to keep.
pub(super) struct TimedPacket {
    pub(super) packet: Packet,
    /// Timestamp, seconds; `None` if the container has no timestamps.
    pub(super) start_s: Option<f64>,
    /// Nominal duration of the decoded audio, seconds; 0 if the container does not state it.
    pub(super) duration_s: f64,
    /// Duration of the audio to drop at the packet's start, seconds.
    pub(super) trim_start_s: f64,
    /// End of the audio to keep, in seconds from the packet's start; infinite if it is kept to the packet's end.
    pub(super) keep_until_s: f64,
    /// Duration of the audio to drop at the packet's end, seconds; for a container that states it from that end.
    pub(super) trim_end_s: f64,
}

impl TimedPacket {
    /// Creates a packet of which all audio is kept.
    pub(super) fn untrimmed(packet: Packet, start_s: Option<f64>, duration_s: f64) -> Self {
        Self { packet, start_s, duration_s, trim_start_s: 0.0, keep_until_s: f64::INFINITY, trim_end_s: 0.0 }
    }

    /// Returns whether none of the packet's audio is kept. Such a packet is needed only to decode later ones.
    pub(super) fn is_fully_trimmed(&self) -> bool {
        self.trim_start_s >= self.keep_until_s || (self.duration_s > 0.0 && self.trim_start_s >= self.duration_s)
    }
}

/// The parameters needed to create a decoder.
#[derive(Clone)]
pub(super) struct DecoderSetup {
    pub(super) params: AudioCodecParameters,
    /// Encoder delay to drop at the start, frames at the decoder's sample rate; `None` if the file does not state it.
    pub(super) delay: Option<u64>,
}

/// An event that a demuxer finds in a file.
pub(super) enum DemuxEvent {
    Packet(TimedPacket),
    /// A part begins that was encoded separately: it needs a new decoder, and its timestamps start anew.
    NewDecoder(DecoderSetup),
    /// Silence that the file specifies, in seconds.
    Silence(f64),
    /// Unreadable data was skipped.
    Unreadable,
    /// The end of the track.
    End {
        /// Whether audio is missing at the end or could not be read.
        is_truncated: bool,
    },
}

/// A demuxer: reads the audio track of a container from start to end.
pub(super) trait Demux {
    /// Returns the next event. Must not be called again after [`DemuxEvent::End`].
    fn next(&mut self) -> DemuxEvent;

    /// Returns the duration of audio that the file states, in seconds; `None` if it states none or the value is
    /// unreliable.
    fn stated_s(&self) -> Option<f64> {
        None
    }
}

/// Returns the decoder parameters of a codec that needs only a sample rate and a number of channels.
pub(super) fn params(codec: AudioCodecId, rate_hz: u32, channels: u16) -> AudioCodecParameters {
    let mut params = AudioCodecParameters::new();
    params.for_codec(codec);
    if rate_hz > 0 {
        params.with_sample_rate(rate_hz);
    }
    match channels {
        0 => &mut params,
        1 => params.with_channels(layouts::CHANNEL_LAYOUT_MONO),
        2 => params.with_channels(layouts::CHANNEL_LAYOUT_STEREO),
        n => params.with_channels(Channels::Discrete(n)),
    };
    params
}
