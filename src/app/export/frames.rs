//! The 10 ms tracks of one or more answers, as a CSV table.

use super::format_number;
use crate::app::spreadsheet::{self, escape_formula};
use crate::signal::{Contours, Features, frame_time_s};

const COLUMNS: [&str; 5] = ["file", "time_s", "level_db", "f0_hz", "speech"];

/// The 10 ms tracks of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Frames(Vec<Frame>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    level_db: f64,
    f0_hz: Option<f64>,
    is_speech: bool,
}

impl From<&Features> for Frames {
    fn from(features: &Features) -> Self {
        let frame = |i: usize| Frame {
            level_db: features.level_db[i].into(),
            f0_hz: features.f0_hz[i].map(Into::into),
            is_speech: features.speech[i],
        };
        Self((0..features.level_db.len()).map(frame).collect())
    }
}

/// Tracks from the history, which are quantized more coarsely than those of a recording that was just analyzed.
impl From<&Contours> for Frames {
    fn from(contours: &Contours) -> Self {
        let frame = |i: usize| Frame {
            level_db: contours.level_db(i),
            f0_hz: contours.f0_hz(i),
            is_speech: contours.speech[i] != 0,
        };
        Self((0..contours.len()).map(frame).collect())
    }
}

/// Returns the header line.
pub(super) fn header_line() -> Vec<u8> {
    spreadsheet::to_csv(spreadsheet::UTF8_BOM, std::iter::once(COLUMNS))
}

/// Returns a row for each frame.
pub(super) fn rows(path: &str, frames: &Frames) -> Vec<u8> {
    let path = escape_formula(path);
    let row = |(i, frame): (usize, &Frame)| {
        [
            path.clone(),
            format_number(frame_time_s(i)),
            format_number(frame.level_db),
            frame.f0_hz.map_or(String::new(), format_number),
            frame.is_speech.to_string(),
        ]
    };
    spreadsheet::to_csv(&[], frames.0.iter().enumerate().map(row))
}
