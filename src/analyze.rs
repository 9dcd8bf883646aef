//! The main job: from a file to a report, one stage after the other.

use std::path::Path;

use crate::audio::{AudioError, Recording};
use crate::draft::{Draft, DraftError};
use crate::metrics::Brief;
use crate::report::Report;
use crate::signal::Features;
use crate::transcript::{Transcriber, TranscriptError, transcribe};

/// The share of the work that reading the file is; writing down the words is the rest.
const DECODING_SHARE: f64 = 0.05;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzeError {
    /// The file could not be read.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The draft could not be read.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The words could not be written down.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
}

/// Analyzes a saved answer. `progress` hears the share that is done, 0 to 1. The features are those that the report
/// was made from, for plots.
///
/// # Errors
/// When the file cannot be read or the speech model fails. A file with nobody speaking in it gives a report that says so.
pub fn analyze(
    path: &Path,
    engine: &dyn Transcriber,
    brief: &Brief,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<(Report, Features), AnalyzeError> {
    let recording = Recording::open(path, &mut |done| progress(DECODING_SHARE * done))?;
    let features = Features { lost: recording.lost(), ..Features::of(&recording.speech) };
    let (transcript, features) = transcribe(&recording.speech, features, engine, &|done| {
        progress(DECODING_SHARE + (1.0 - DECODING_SHARE) * done);
    })?;
    Ok((Report::of(&recording, &features, transcript, brief), features))
}

/// Analyzes a written draft: its words and its story.
///
/// # Errors
/// When it cannot be read.
pub fn analyze_draft(path: &Path, brief: &Brief) -> Result<Report, AnalyzeError> {
    Ok(Report::of_draft(&Draft::open(path)?, brief))
}
