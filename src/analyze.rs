//! The main job, from a file to a report: every stage in order, nothing hidden. Read this first.

use std::path::Path;

use crate::audio::{AudioError, Recording};
use crate::brief::Brief;
use crate::disfluency::spoken::spoken;
use crate::disfluency::{fillers, fillers_of_draft};
use crate::draft::Draft;
use crate::metrics::{Fillers, Metrics};
use crate::report::Report;
use crate::signal::Features;
use crate::story::model::Weights;
use crate::story::{Story, tokens_of_draft, tokens_of_transcript};
use crate::transcript::{ENGLISH, Transcriber, Transcript, TranscriptError, transcribe};
use crate::warnings::{draft_warnings, warnings};

/// The share of progress for reading the file; transcription is the rest.
const DECODING_SHARE: f64 = 0.05;

/// A name by which the words of a draft are read as plain text.
const DRAFT_AS_TEXT: &str = "draft.txt";

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzeError {
    /// The file could not be read.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The words could not be transcribed.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
}

/// Analyzes a saved answer. `progress` is called with the share that is done, 0 to 1. Returns the report, and the features that
/// it was made from for plots.
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
    let report = judge(&recording, &features, transcript, brief);
    Ok((report, features))
}

/// Every stage after the transcription.
pub fn judge(recording: &Recording, features: &Features, mut transcript: Transcript, brief: &Brief) -> Report {
    let is_english = transcript.language == ENGLISH;
    let fillers = is_english.then(|| fillers(features, &mut transcript, &brief.own_fillers));
    let levels = recording.levels.without(&features.sounds, &recording.speech);
    let metrics = Metrics::of(features, &transcript, &levels, fillers, brief.target_s());
    let story = if is_english {
        let tokens = tokens_of_transcript(&transcript.words, &spoken(&transcript.words, &features.stretches));
        Story::of(&tokens, brief.question.as_ref(), brief.story_weights())
    } else {
        None
    };
    let warnings = warnings(recording, features, &transcript, &metrics);
    Report::of(recording, features, transcript, metrics, story, warnings, brief).scored()
}

/// Judges the story and the score of a report again, after words of its transcript were edited.
#[must_use]
pub fn judge_again(mut report: Report) -> Report {
    if report.transcript.is_some() {
        report.story = told_again(&report);
    }
    report.scored()
}

/// The report with the score that the present rubric gives to its measures. A story from before the findings were part of it is
/// judged again from its words.
#[must_use]
pub fn rescored(mut report: Report) -> Report {
    if report.story.as_ref().is_some_and(|s| s.findings.is_none()) {
        report.story = told_again(&report);
    }
    report.scored()
}

/// The story of the words of a report, where it had one.
fn told_again(report: &Report) -> Option<Story> {
    let (before, question, weights) = (report.story.as_ref()?, report.question.as_ref(), Weights::built_in());
    if let Some(transcript) = &report.transcript {
        let tokens = tokens_of_transcript(&transcript.words, &spoken(&transcript.words, &report.stretches()));
        return Story::of(&tokens, question, weights);
    }
    let text: Vec<&str> = before.sentences.iter().map(|s| s.text.as_str()).collect();
    let draft = Draft::read(text.join("\n\n").as_bytes(), DRAFT_AS_TEXT.as_ref()).ok()?;
    Story::of(&tokens_of_draft(&draft, &fillers_of_draft(&draft.spoken(), &[])), question, weights)
}

/// Analyzes a written draft: its words and its story.
/// One in another language than English gets only a warning that says so.
pub fn judge_draft(draft: &Draft, brief: &Brief) -> Report {
    let other_language = draft.other_language();
    let warnings = draft_warnings(draft.words.len(), other_language);
    if other_language.is_some() {
        return Report::of_draft(draft, None, None, warnings, brief).scored();
    }
    let events = fillers_of_draft(&draft.spoken(), &brief.own_fillers);
    let story = Story::of(&tokens_of_draft(draft, &events), brief.question.as_ref(), brief.story_weights());
    let fillers = Fillers::of_draft(events, draft);
    Report::of_draft(draft, Some(fillers), story, warnings, brief).scored()
}
