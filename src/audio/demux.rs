//! What every container gives to the decoder: packets of one sound track, each with its place in time and with how much of
//! its sound is to be heard.

use symphonia::core::audio::{Channels, layouts};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::packet::Packet;

/// A packet of the track.
pub(super) struct Piece {
    pub(super) packet: Packet,
    /// When it sounds, seconds on the container's clock; `None` if the container has no clock.
    pub(super) at_s: Option<f64>,
    /// How long its sound should be, seconds; 0 if the container does not say.
    pub(super) length_s: f64,
    /// What is left out at its start, seconds.
    pub(super) skip_s: f64,
    /// Where its sound ends, seconds from its start; infinite where all is heard.
    pub(super) until_s: f64,
    /// What is left out at its end, seconds.
    pub(super) drop_end_s: f64,
}

impl Piece {
    /// A packet of which everything is heard.
    pub(super) fn whole(packet: Packet, at_s: Option<f64>, length_s: f64) -> Self {
        Self { packet, at_s, length_s, skip_s: 0.0, until_s: f64::INFINITY, drop_end_s: 0.0 }
    }

    /// Whether nothing of it is heard: it is there for the sake of the packets after it.
    pub(super) fn is_unheard(&self) -> bool {
        self.skip_s >= self.until_s || (self.length_s > 0.0 && self.skip_s >= self.length_s)
    }
}

/// What a decoder needs to begin.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) params: AudioCodecParameters,
    /// Encoder delay to leave out, frames at the decoder's rate; `None` if the file does not say.
    pub(super) delay: Option<u64>,
}

/// The next thing in a file.
pub(super) enum Event {
    Piece(Piece),
    /// What follows was encoded by itself: a decoder of its own begins, and a clock.
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
    /// The next thing. After [`Event::End`] it is not asked again.
    fn next(&mut self) -> Event;

    /// Seconds of sound that the file says it holds, if that is to be trusted and more than there is.
    fn promised_s(&self) -> Option<f64> {
        None
    }
}

/// Decoder parameters of a codec that needs no more than a rate and a number of channels.
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
