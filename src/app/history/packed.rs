//! The encodings in the store. Reports: JSON in full precision, deflated to about a quarter (tuned for speed, not size:
//! 3 ms less per save). Tracks: one byte per value, delta-encoded and deflated.

use std::io::{self, Read};

use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::signal::Contours;

/// The maximum unpacked size of a report, in bytes, against decompression bombs: four hours of talk are 6 MB.
const LARGEST_BYTES: u64 = 64 << 20;

/// Packs a report, or an interview.
pub(super) fn pack(report: &impl Serialize) -> Vec<u8> {
    let json = serde_json::to_vec(report).expect("a report has a form in JSON");
    let mut packed = Vec::new();
    DeflateEncoder::new(json.as_slice(), Compression::fast()).read_to_end(&mut packed).expect("memory can be read");
    packed
}

/// Unpacks a report, or an interview.
///
/// # Errors
/// When the data is damaged, or not a report that this version knows.
pub(super) fn unpack<T: DeserializeOwned>(packed: &[u8]) -> io::Result<T> {
    let mut json = Vec::new();
    DeflateDecoder::new(packed).take(LARGEST_BYTES).read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

/// Packs tracks: first the level, then F0, then speech.
pub(super) fn pack_contours(contours: &Contours) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(3 * contours.len());
    for track in [&contours.level, &contours.f0, &contours.speech] {
        let mut before = 0_u8;
        bytes.extend(track.iter().map(|value| {
            let change = value.wrapping_sub(before);
            before = *value;
            change
        }));
    }
    let mut packed = Vec::new();
    DeflateEncoder::new(bytes.as_slice(), Compression::best()).read_to_end(&mut packed).expect("memory can be read");
    packed
}

/// Unpacks tracks.
///
/// # Errors
/// When the data is damaged.
pub(super) fn unpack_contours(packed: &[u8]) -> io::Result<Contours> {
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed).take(LARGEST_BYTES).read_to_end(&mut bytes)?;
    if bytes.len() % 3 != 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the tracks are not equally long"));
    }
    let length = bytes.len() / 3;
    let track = |from: usize| {
        let mut value = 0_u8;
        let changes = bytes[from..from + length].iter();
        changes
            .map(|change| {
                value = value.wrapping_add(*change);
                value
            })
            .collect()
    };
    Ok(Contours { level: track(0), f0: track(length), speech: track(2 * length) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Report;

    #[test]
    fn tracks_come_back_as_they_were_and_a_minute_is_a_few_kilobytes() {
        let recording =
            crate::audio::Recording::open("samples/good.flac".as_ref(), &mut |_| ()).expect("the sample is there");
        let contours = Contours::of(&crate::signal::Features::of(&recording.speech));
        let packed = pack_contours(&contours);
        assert_eq!(unpack_contours(&packed).unwrap(), contours);
        let per_minute = packed.len() as f64 / recording.duration_s * 60.0;
        assert!(per_minute < 8_000.0, "{per_minute} bytes a minute");
        assert!(unpack_contours(&packed[..packed.len() / 2]).is_err());
    }

    #[test]
    fn a_report_comes_back_as_it_was_and_smaller() {
        let json = include_str!("../../../tests/fixtures/report.json");
        let mut report: Report = serde_json::from_str(json).unwrap();
        report.pace.as_mut().unwrap().words_per_minute = 0.1 + 0.2;
        let packed = pack(&report);
        assert_eq!(unpack::<Report>(&packed).unwrap(), report);
        assert!(packed.len() * 3 < serde_json::to_vec(&report).unwrap().len(), "{}", packed.len());
        assert!(unpack::<Report>(&packed[..packed.len() / 2]).is_err());
        assert!(unpack::<Report>(b"").is_err());
    }
}
