//! Encodes speech as Ogg Opus: small, free to use (libopus is BSD-licensed), and supported by browsers natively.

use ogg::{PacketWriteEndInfo, PacketWriter};
use opusic_c::{Application, Bitrate, Channels, Encoder, SampleRate, Signal};

use crate::audio::{SPEECH_RATE_HZ, Speech};

/// Samples per packet: 20 ms, where libopus works best.
const PACKET: usize = SPEECH_RATE_HZ as usize / 50;
/// Packets per page of the container: one second, so that a player can seek quickly.
const PACKETS_A_PAGE: usize = 50;
/// Timestamp units of Opus per sample: Opus counts time at 48 kHz, whatever the input's sample rate.
const TICKS: u64 = 48_000 / SPEECH_RATE_HZ as u64;
/// The serial number of the only stream in the file.
const SERIAL: u32 = 1;
/// The maximum size of an Opus packet, in bytes.
const LARGEST: usize = 1_275;

/// Returns the bit rate for a recording of this length, in bits per second: enough for clear speech, and less for a
/// long recording, so that a browser still opens the file at once.
pub fn rate_for(duration_s: f64) -> u32 {
    match duration_s {
        s if s <= 600.0 => 28_000,
        s if s <= 1_800.0 => 16_000,
        _ => 12_000,
    }
}

/// Encodes speech as an Ogg Opus file.
pub fn ogg_opus(sound: &Speech, bits_per_second: u32) -> Vec<u8> {
    let works = "libopus takes these settings";
    let mut encoder = Encoder::new(Channels::Mono, SampleRate::Hz16000, Application::Voip).expect(works);
    encoder.set_bitrate(Bitrate::Value(bits_per_second)).expect(works);
    encoder.set_signal(Signal::Voice).expect(works);
    let delay = encoder.get_look_ahead().expect(works) as usize;
    let mut file = PacketWriter::new(Vec::new());
    let kept = "writing into memory does not fail";
    let skipped = delay as u64 * TICKS;
    file.write_packet(head(skipped as u16), SERIAL, PacketWriteEndInfo::EndPage, 0).expect(kept);
    file.write_packet(tags(), SERIAL, PacketWriteEndInfo::EndPage, 0).expect(kept);
    let packets = (sound.len() + delay).div_ceil(PACKET).max(1);
    let mut input = [0.0; PACKET];
    let mut output = [0; LARGEST];
    for i in 0..packets {
        let from = (i * PACKET).min(sound.len());
        let there = PACKET.min(sound.len() - from);
        sound.copy(from, &mut input[..there]);
        input[there..].fill(0.0);
        let written = encoder.encode_float_to_slice(&input, &mut output).expect("a whole packet fits");
        let end = match i + 1 {
            last if last == packets => PacketWriteEndInfo::EndStream,
            n if n % PACKETS_A_PAGE == 0 => PacketWriteEndInfo::EndPage,
            _ => PacketWriteEndInfo::NormalPacket,
        };
        let ticks = ((i + 1) * PACKET).min(sound.len() + delay) as u64 * TICKS;
        file.write_packet(output[..written].to_vec(), SERIAL, end, ticks).expect(kept);
    }
    file.into_inner()
}

/// Returns the identification header (RFC 7845, 5.1): one channel, and the encoder delay to skip.
fn head(skipped: u16) -> Vec<u8> {
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend(skipped.to_le_bytes());
    head.extend(SPEECH_RATE_HZ.to_le_bytes());
    head.extend([0, 0, 0]);
    head
}

/// Returns the comment header (RFC 7845, 5.2): the vendor, and no comments.
fn tags() -> Vec<u8> {
    let vendor = b"aloud";
    let mut tags = b"OpusTags".to_vec();
    tags.extend((vendor.len() as u32).to_le_bytes());
    tags.extend(vendor);
    tags.extend([0; 4]);
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Recording;
    use crate::signal::{Features, synth};

    #[test]
    fn what_was_encoded_is_read_back_at_the_same_times() {
        let mut samples = vec![0.0; 16_000];
        samples.extend(synth::sine(220.0, -12.0, 1.0));
        samples.extend(vec![0.0; 8_123]);
        let sound = Speech::of(&samples);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.opus");
        let bytes = ogg_opus(&sound, 28_000);
        assert!(bytes.len() < 3 * 28_000 / 8 + 2_000, "{}", bytes.len());
        std::fs::write(&path, bytes).unwrap();
        let read = Recording::open(&path, &mut |_| ()).unwrap();
        assert_eq!(read.format, "ogg/opus");
        assert!((read.duration_s - sound.len() as f64 / 16_000.0).abs() < 0.001, "{}", read.duration_s);
        let level = Features::of(&read.speech).level_db;
        let onset = level.iter().position(|l| *l > -20.0).unwrap();
        let end = level.iter().rposition(|l| *l > -20.0).unwrap();
        assert!((99..=101).contains(&onset) && (199..=201).contains(&end), "{onset} {end}");
    }

    #[test]
    fn an_hour_gets_fewer_bits() {
        assert!(rate_for(120.0) > rate_for(1_200.0) && rate_for(1_200.0) > rate_for(3_600.0));
        assert!(!ogg_opus(&Speech::default(), 12_000).is_empty());
    }
}
