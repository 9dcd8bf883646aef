//! A report as it lies in the store: JSON in full precision, deflated to about a quarter (fast rather than small: 3 ms less a save).

use std::io::{self, Read};

use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};

use crate::report::Report;

/// A report that unpacks to more than this was made to fill the memory, in bytes: four hours of talk are 6 MB.
const LARGEST_BYTES: u64 = 64 << 20;

/// Packs a report.
pub(super) fn pack(report: &Report) -> Vec<u8> {
    let json = serde_json::to_vec(report).expect("a report has a form in JSON");
    let mut packed = Vec::new();
    DeflateEncoder::new(json.as_slice(), Compression::fast()).read_to_end(&mut packed).expect("memory can be read");
    packed
}

/// Unpacks a report.
///
/// # Errors
/// When it is broken, or not a report that this version knows.
pub(super) fn unpack(packed: &[u8]) -> io::Result<Report> {
    let mut json = Vec::new();
    DeflateDecoder::new(packed).take(LARGEST_BYTES).read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_comes_back_as_it_was_and_smaller() {
        let json = include_str!("../../tests/fixtures/report.json");
        let mut report: Report = serde_json::from_str(json).unwrap();
        report.pace.as_mut().unwrap().words_per_minute = 0.1 + 0.2;
        let packed = pack(&report);
        assert_eq!(unpack(&packed).unwrap(), report);
        assert!(packed.len() * 3 < serde_json::to_vec(&report).unwrap().len(), "{}", packed.len());
        assert!(unpack(&packed[..packed.len() / 2]).is_err());
        assert!(unpack(b"").is_err());
    }
}
