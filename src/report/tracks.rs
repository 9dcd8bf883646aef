//! The frame tracks as JSON, for plots and checks: one value every 10 ms.

use serde::Serialize;

use crate::signal::{Features, STEP_S, frame_time_s};

/// The frame tracks of one recording, in the format `aloud.tracks/1`. All lists have the same length.
#[derive(Debug, Serialize)]
pub struct Tracks<'a> {
    schema: &'static str,
    step_s: f64,
    time_s: Vec<f64>,
    level_db: &'a [f32],
    f0_hz: &'a [Option<f32>],
    speech: &'a [bool],
}

impl<'a> Tracks<'a> {
    /// Creates the tracks of `features`.
    pub fn of(features: &'a Features) -> Self {
        Self {
            schema: "aloud.tracks/1",
            step_s: STEP_S,
            time_s: (0..features.level_db.len()).map(|i| (frame_time_s(i) * 100.0).round() / 100.0).collect(),
            level_db: &features.level_db,
            f0_hz: &features.f0_hz,
            speech: &features.speech,
        }
    }
}
