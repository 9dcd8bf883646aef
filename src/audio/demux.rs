//! The interface between containers and the decoder: packets of one audio track, each with its position in time and the
//! portion of its audio to keep.

use symphonia::core::audio::{Channels, layouts};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::packet::Packet;

/// A packet of the track.
pub(super) struct Piece {
    pub(super) packet: Packet,
    /// Timestamp on the container's clock, seconds; `None` if the container has no clock.
    pub(super) at_s: Option<f64>,
    /// Nominal duration, seconds; 0 if the container does not state it.
    pub(super) length_s: f64,
    /// Duration to drop at the start, seconds.
    pub(super) skip_s: f64,
    /// Where the audio to keep ends, in seconds from the packet's start; infinite if all of it is kept.
    pub(super) until_s: f64,
    /// Duration to drop at the end, seconds.
    pub(super) drop_end_s: f64,
}

impl Piece {
    /// Creates a piece of which all audio is kept.
    pub(super) fn whole(packet: Packet, at_s: Option<f64>, length_s: f64) -> Self {
        Self { packet, at_s, length_s, skip_s: 0.0, until_s: f64::INFINITY, drop_end_s: 0.0 }
    }

    /// Returns whether none of the audio is kept: such a packet is only needed to decode those after it.
    pub(super) fn is_unheard(&self) -> bool {
        self.skip_s >= self.until_s || (self.length_s > 0.0 && self.skip_s >= self.length_s)
    }
}

/// What a decoder needs to begin.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) params: AudioCodecParameters,
    /// Encoder delay to drop, frames at the decoder's rate; `None` if the file does not state it.
    pub(super) delay: Option<u64>,
}

/// An event in a file.
pub(super) enum Event {
    Piece(Piece),
    /// What follows was encoded separately: a new decoder and a new clock begin.
    Anew(Entry),
    /// Silence of this many seconds, according to the file.
    Silence(f64),
    /// Something unreadable was skipped.
    Unreadable,
    /// Nothing follows.
    End {
        /// The file ends before it should.
        broke_off: bool,
    },
}

/// A container, read from its start to its end.
pub(super) trait Demux {
    /// Returns the next event. Not called again after [`Event::End`].
    fn next(&mut self) -> Event;

    /// Returns how many seconds of audio the file claims to hold, if the claim is reliable and exceeds what is there.
    fn promised_s(&self) -> Option<f64> {
        None
    }
}

/// Returns the decoder parameters of a codec that needs no more than a rate and a number of channels.
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
