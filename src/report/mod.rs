//! The report: everything known about one answer, as data (`aloud.report/1`) and for reading ([`terminal`]).

pub mod json;
pub mod terminal;
pub mod tracks;

use serde::{Deserialize, Serialize};

use crate::audio::Recording;
use crate::metrics::{Brief, Fillers, Length, Metrics, Pace, Pauses, Voice};
use crate::questions::Question;
use crate::score::Score;
use crate::signal::Features;
use crate::transcript::{Transcript, Word};
use crate::warnings::{Warning, is_too_poor, warnings};

/// The name and version of the report's form.
pub const SCHEMA: &str = "aloud.report/1";

/// What is known about the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordingSection {
    /// The path it was opened by.
    pub path: String,
    /// Container and codec in plain words.
    pub format: Option<String>,
    /// Length of the sound, in seconds.
    pub duration_s: Option<f64>,
    /// Native sampling rate, in hertz.
    pub sample_rate_hz: Option<u32>,
    /// Native channels.
    pub channels: Option<u16>,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// How good the sound is.
    pub quality: Option<Quality>,
}

/// How good the sound is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// The loudest sample, in dB below full scale; `None` for digital silence.
    pub peak_dbfs: Option<f64>,
    /// The share of distorted samples, 0 to 1.
    pub clipped_fraction: f64,
    /// The level of the room in the speech band, in dBFS; `None` for digital silence.
    pub noise_floor_dbfs: Option<f64>,
    /// How far the speech stands above it, in dB; `None` without speech or noise.
    pub snr_db: Option<f64>,
    /// Frames that the recorder lost; `None` for a file that was not recorded by aloud.
    pub dropped_frames: Option<u64>,
}

/// The transcript as the report has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranscriptSection {
    /// The speech model's name.
    pub model: String,
    /// The language heard.
    pub language: String,
    /// All words as one text.
    pub text: String,
    /// The words.
    pub words: Vec<Word>,
}

/// Everything about one answer, in the form `aloud.report/1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// The file.
    pub recording: RecordingSection,
    /// What was asked.
    pub question: Option<Question>,
    /// What was said.
    pub transcript: Option<TranscriptSection>,
    /// How fast.
    pub pace: Option<Pace>,
    /// With which fillers.
    pub fillers: Option<Fillers>,
    /// With which pauses.
    pub pauses: Option<Pauses>,
    /// How long.
    pub length: Option<Length>,
    /// In what voice.
    pub voice: Option<Voice>,
    /// How well the work was described; not judged yet, so always `None`.
    pub story: Option<serde_json::Value>,
    /// The score.
    pub score: Score,
    /// What to know about the recording.
    pub warnings: Vec<Warning>,
}

impl Report {
    /// Puts a report together from what the stages found.
    pub fn of(recording: &Recording, features: &Features, mut transcript: Transcript, brief: &Brief) -> Self {
        let metrics = Metrics::of(features, &mut transcript, &recording.levels, brief);
        let warnings = warnings(recording, features, &transcript, &metrics);
        let score = Score::of(&metrics, &transcript, !is_too_poor(features));
        Self {
            schema: SCHEMA.to_string(),
            recording: RecordingSection::of(recording, features),
            question: brief.question.clone(),
            transcript: Some(TranscriptSection {
                text: transcript.text(),
                model: transcript.model,
                language: transcript.language,
                words: transcript.words,
            }),
            pace: metrics.pace,
            fillers: metrics.fillers,
            pauses: metrics.pauses,
            length: metrics.length,
            voice: metrics.voice,
            story: None,
            score,
            warnings,
        }
    }
}

impl RecordingSection {
    fn of(recording: &Recording, features: &Features) -> Self {
        Self {
            path: recording.path.to_string_lossy().into_owned(),
            format: Some(recording.format.clone()),
            duration_s: Some(recording.duration_s),
            sample_rate_hz: Some(recording.sample_rate_hz),
            channels: Some(recording.channels),
            sha256: Some(recording.sha256.clone()),
            quality: Some(Quality {
                peak_dbfs: recording.levels.peak_dbfs,
                clipped_fraction: recording.levels.clipped_fraction,
                noise_floor_dbfs: features.noise_floor_dbfs,
                snr_db: features.snr_db,
                dropped_frames: recording.gaps.as_ref().map(|gaps| gaps.iter().map(|g| g.frames).sum()),
            }),
        }
    }
}
