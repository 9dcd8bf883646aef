//! The bundled spoken lines: one complete Ogg Opus file per line, concatenated into packs and located by `index.tsv`.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::LazyLock;

use ogg::PacketReader;
use opusic_c::{Channels, Decoder, SampleRate};

use super::Voice;
use crate::audio::SPEECH_RATE_HZ;

/// The location of each line: pack, offset in bytes, number of bytes, duration in seconds, text.
const INDEX: &str = include_str!("index.tsv");
/// The packs: name in the index, voice, contents.
const PACKS: [(&str, Voice, &[u8]); 4] = [
    ("woman", Voice::Woman, include_bytes!("woman.opus")),
    ("man", Voice::Man, include_bytes!("man.opus")),
    ("woman.follow_ups", Voice::Woman, include_bytes!("woman.follow_ups.opus")),
    ("man.follow_ups", Voice::Man, include_bytes!("man.follow_ups.opus")),
];
/// The number of samples in the longest Opus packet, 120 ms.
const LONGEST_PACKET: usize = SPEECH_RATE_HZ as usize * 120 / 1_000;
/// Timestamp units of Opus per sample: Opus counts time at 48 kHz.
const TICKS: u64 = 48_000 / SPEECH_RATE_HZ as u64;

/// The Ogg Opus files of all lines, by text and name of the voice.
static LINES: LazyLock<HashMap<(&str, &str), &[u8]>> = LazyLock::new(|| {
    INDEX.lines().skip(1).map(|row| line(row).expect("index.tsv is part of the program and tested")).collect()
});

type Line = ((&'static str, &'static str), &'static [u8]);

/// Parses a row of the index; `None` if the row is malformed or its pack does not have these bytes.
fn line(row: &'static str) -> Option<Line> {
    let mut cells = row.split('\t');
    let pack = cells.next()?;
    let (_, voice, bytes) = PACKS.iter().find(|(name, ..)| *name == pack)?;
    let (start, size): (usize, usize) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
    Some(((cells.nth(1)?, voice.name()), bytes.get(start..start.checked_add(size)?)?))
}

/// Returns the samples of a bundled line, at 16 kHz; `None` if this voice has no such line.
pub(super) fn samples(text: &str, voice: Voice) -> Option<Vec<f32>> {
    LINES.get(&(text.trim(), voice.name())).and_then(|file| decoded(file))
}

/// Decodes a mono Ogg Opus file; `None` if the content is invalid.
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

    /// Returns every question and follow-up that contains no words of the user.
    fn texts() -> Vec<String> {
        let bank = questions::built_in_bank();
        let follow_ups = bank.iter().flat_map(|entry| entry.follow_ups.clone());
        let plain = follow_up::PLAIN.map(str::to_owned);
        bank.iter().map(|entry| entry.text.clone()).chain(follow_ups).chain(plain).collect()
    }

    #[test]
    fn every_line_is_a_question_as_it_stands_and_can_be_heard() {
        let texts = texts();
        let rate = SPEECH_RATE_HZ as usize;
        for (text, name) in LINES.keys() {
            assert!(texts.iter().any(|known| known == text), "{name} says what nobody asks: {text}");
            let voice = Voice::OWN.into_iter().find(|voice| voice.name() == *name).unwrap();
            let samples = samples(text, voice).unwrap_or_else(|| panic!("{name}: {text}"));
            assert!((rate / 2..30 * rate).contains(&samples.len()), "{name}: {text}: {}", samples.len());
            let peak = |part: &[f32]| part.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!((0.05..=0.85).contains(&peak(&samples)), "{name}: {text}: {}", peak(&samples));
            // The silence at both ends, of which `EDGE` is subtracted from the end of a question.
            let edge = rate / 12;
            let edges = [&samples[..edge], &samples[samples.len() - edge..]].map(peak);
            assert!(edges.iter().all(|edge| *edge < 0.05), "{name}: {text}: {edges:?}");
        }
        assert_eq!(samples("What is your favourite colour?", Voice::Woman), None);
    }

    #[test]
    fn every_question_and_follow_up_is_spoken_by_every_voice() {
        for text in texts() {
            for voice in Voice::OWN {
                assert!(LINES.contains_key(&(text.as_str(), voice.name())), "{} does not say: {text}", voice.name());
            }
        }
    }

    #[test]
    fn what_is_embedded_has_a_line_each_and_is_about_a_megabyte() {
        let listed: usize = LINES.values().map(|file| file.len()).sum();
        let packed: usize = PACKS.iter().map(|(_, _, bytes)| bytes.len()).sum();
        assert_eq!(listed, packed);
        assert!(packed < 3_000_000, "{packed}");
    }
}
