//! The 10 ms tracks as a table, of as many answers as there are.

use super::printed;
use crate::app::spreadsheet::{self, harmless};
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

/// Kept tracks, which are coarser than those of a recording that was just analyzed.
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

/// Returns the line with the names of the columns.
pub(super) fn heading() -> Vec<u8> {
    spreadsheet::table(spreadsheet::UTF_8_MARK, std::iter::once(COLUMNS))
}

/// Returns a row for each frame.
pub(super) fn rows(path: &str, frames: &Frames) -> Vec<u8> {
    let path = harmless(path);
    let row = |(i, frame): (usize, &Frame)| {
        [
            path.clone(),
            printed(frame_time_s(i)),
            printed(frame.level_db),
            frame.f0_hz.map_or(String::new(), printed),
            frame.is_speech.to_string(),
        ]
    };
    spreadsheet::table(&[], frames.0.iter().enumerate().map(row))
}
