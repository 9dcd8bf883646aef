//! The spoken lines that come along: one complete Ogg Opus file each, several in a pack, found by `index.tsv`.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::LazyLock;

use ogg::PacketReader;
use opusic_c::{Channels, Decoder, SampleRate};

use super::Voice;
use crate::audio::SPEECH_RATE_HZ;

/// Which line is where: pack, first byte, number of bytes, seconds, text.
const INDEX: &str = include_str!("index.tsv");
/// The packs: name in the index, voice, contents.
const PACKS: [(&str, Voice, &[u8]); 4] = [
    ("woman", Voice::Woman, include_bytes!("woman.opus")),
    ("man", Voice::Man, include_bytes!("man.opus")),
    ("woman.follow_ups", Voice::Woman, include_bytes!("woman.follow_ups.opus")),
    ("man.follow_ups", Voice::Man, include_bytes!("man.follow_ups.opus")),
];
/// The samples in the longest packet of Opus: 120 ms.
const LONGEST_PACKET: usize = SPEECH_RATE_HZ as usize * 120 / 1_000;
/// Timestamp units of Opus per sample: Opus counts time at 48 kHz.
const TICKS: u64 = 48_000 / SPEECH_RATE_HZ as u64;

/// The Ogg Opus files of all lines, by text and name of the voice.
static LINES: LazyLock<HashMap<(&str, &str), &[u8]>> = LazyLock::new(|| {
    INDEX.lines().skip(1).map(|row| line(row).expect("index.tsv is part of the program and tested")).collect()
});

type Line = ((&'static str, &'static str), &'static [u8]);

/// Parses a row of the index; `None` if it fits no pack.
fn line(row: &'static str) -> Option<Line> {
    let mut cells = row.split('\t');
    let pack = cells.next()?;
    let (_, voice, bytes) = PACKS.iter().find(|(name, ..)| *name == pack)?;
    let (start, size): (usize, usize) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
    Some(((cells.nth(1)?, voice.name()), bytes.get(start..start.checked_add(size)?)?))
}

/// Returns a line that comes along as samples at 16 kHz; `None` if this voice has no such line.
pub(super) fn samples(text: &str, voice: Voice) -> Option<Vec<f32>> {
    LINES.get(&(text.trim(), voice.name())).and_then(|file| decoded(file))
}

/// Decodes an Ogg Opus file with one channel; `None` if it is not one.
fn decoded(file: &[u8]) -> Option<Vec<f32>> {
    let mut packets = PacketReader::new(Cursor::new(file));
    let head = packets.read_packet().ok()??;
    let early = u16::from_le_bytes(head.data.get(10..12)?.try_into().ok()?);
    packets.read_packet().ok()??; // the comments
    let mut decoder = Decoder::new(Channels::Mono, SampleRate::Hz16000).ok()?;
    let (mut samples, mut ticks) = (Vec::new(), 0);
    while let Some(packet) = packets.read_packet().ok()? {
        decoder.decode_float_to_vec(&packet.data, &mut samples, LONGEST_PACKET, false).ok()?;
        ticks = packet.absgp_page();
    }
    samples.truncate((ticks / TICKS) as usize);
    samples.drain(..samples.len().min((u64::from(early) / TICKS) as usize));
    Some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::practice::follow_up;
    use crate::app::questions;

    #[test]
    fn every_question_and_follow_up_is_spoken_by_every_voice() {
        let bank = questions::built_in_bank();
        let follow_ups = bank.iter().flat_map(|entry| &entry.follow_ups).map(String::as_str);
        let texts = bank.iter().map(|entry| entry.text.as_str()).chain(follow_ups).chain(follow_up::PLAIN);
        for text in texts {
            for voice in Voice::OWN {
                let samples = samples(text, voice).unwrap_or_else(|| panic!("{} does not say: {text}", voice.name()));
                let rate = SPEECH_RATE_HZ as usize;
                assert!((rate..30 * rate).contains(&samples.len()), "{text}: {}", samples.len());
                let peak = |part: &[f32]| part.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
                assert!((0.05..=0.85).contains(&peak(&samples)), "{text}: {}", peak(&samples));
                // The silence that the end of a question is counted without.
                let edge = rate / 12;
                assert!(peak(&samples[..edge]) < 0.05 && peak(&samples[samples.len() - edge..]) < 0.05, "{text}");
            }
        }
        assert_eq!(samples("What is your favourite colour?", Voice::Woman), None);
    }

    #[test]
    fn what_is_embedded_has_a_line_each_and_is_about_a_megabyte() {
        let listed: usize = LINES.values().map(|file| file.len()).sum();
        let packed: usize = PACKS.iter().map(|(_, _, bytes)| bytes.len()).sum();
        assert_eq!(listed, packed);
        assert!(packed < 3_000_000, "{packed}");
    }
}
