//! The analysis, from a file to a report, with every stage in order. Read this file first.

use std::path::Path;

use crate::audio::{AudioError, Recording};
use crate::brief::Brief;
use crate::disfluency::spoken::words_with_pauses;
use crate::disfluency::{Filler, LeftOut, fillers, fillers_of_draft, without_held_sounds};
use crate::draft::Draft;
use crate::interview::{self, Interview};
use crate::metrics::{Fillers, Metrics};
use crate::question::Question;
use crate::report::{ProgramInfo, Report};
use crate::signal::Features;
use crate::speakers::{Me, Said, Speakers, write_down};
use crate::story::model::StoryWeights;
use crate::story::{Story, tokens_of_draft, tokens_of_transcript};
use crate::transcript::{ENGLISH, Transcriber, Transcript, TranscriptError};
use crate::voices::{Count, Voices};
use crate::warnings::{draft_warnings, warnings};

/// The share of the progress that reading the file takes; transcription is the rest.
const DECODING_SHARE: f64 = 0.05;

/// A file name whose extension makes a draft plain text rather than Markdown.
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
    /// Only one voice was heard in an interview.
    #[error(
        "only one voice was heard, so there are no questions to cut at; for one report on all of it: aloud analyze"
    )]
    OneVoice,
    /// The voices of an interview could not be separated into two.
    #[error(
        "two voices could not be told apart here; a recording with a channel for each of two people always can (for one report on all of it: aloud analyze)"
    )]
    VoicesNotTold,
}

/// Analyzes a saved answer. `progress` is called with the fraction done, 0 to 1. Returns the report, and the features
/// from which it was computed, for plots.
///
/// # Errors
/// When the file cannot be read or the speech model fails. A file in which nobody speaks is not an error: its report
/// says so.
pub fn analyze(
    path: &Path,
    engine: &dyn Transcriber,
    brief: &Brief,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<(Report, Features), AnalyzeError> {
    let TranscribedRecording { recording, said } = listen(path, engine, brief.me, progress)?;
    // Without words, the number of speakers is unknown.
    let speakers = (!said.transcript.words.is_empty()).then_some(said.speakers);
    let report = judge(&recording, &said.features, said.transcript, speakers, brief);
    Ok((report, said.features))
}

/// A recording with its transcript.
struct TranscribedRecording {
    recording: Recording,
    said: Said,
}

/// Runs every stage up to the transcription.
fn listen(
    path: &Path,
    engine: &dyn Transcriber,
    me: Option<Me>,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<TranscribedRecording, AnalyzeError> {
    let recording = Recording::open(path, &mut |done| progress(DECODING_SHARE * done))?;
    let features = Features { lost: recording.lost(), ..Features::of(&recording.speech) };
    let voices = Voices::of(&recording, &features);
    let said = write_down(&recording, features, &voices, me, engine, &|done| {
        progress(DECODING_SHARE + (1.0 - DECODING_SHARE) * done);
    })?;
    Ok(TranscribedRecording { recording, said })
}

/// Analyzes a recorded interview with two voices: each answer gets its own report, judged against the question that was
/// asked. `known` looks up a question by the words in which it was asked. `brief.question` is ignored.
///
/// # Errors
/// When the file cannot be read, the speech model fails, or the voices cannot be separated into two.
pub fn analyze_interview(
    path: &Path,
    engine: &dyn Transcriber,
    brief: &Brief,
    known: &dyn Fn(&str) -> Option<Question>,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<(Interview, Features), AnalyzeError> {
    let TranscribedRecording { recording, said } = listen(path, engine, brief.me, progress)?;
    let Said { transcript, features, speakers } = said;
    match speakers.heard {
        Count::Two => {}
        Count::One => return Err(AnalyzeError::OneVoice),
        Count::Unsure | Count::MoreThanTwo => return Err(AnalyzeError::VoicesNotTold),
    }
    let exchanges = interview::cut(&speakers, &transcript.words);
    let answers = exchanges.iter().filter_map(|exchange| {
        let question = exchange
            .asked()
            .map(|asked| known(&asked).unwrap_or(Question { id: None, text: asked, kind: None, target_s: None }));
        let report = exchange.is_answer().then(|| {
            let brief = Brief { question: question.clone(), ..brief.clone() };
            let own = features.of_speaker(&exchange.answer);
            let transcript = exchange.transcript(&transcript);
            judge(&recording, &own, transcript, Some(exchange.speakers(&speakers)), &brief)
        });
        interview::Answer::of(exchange, &speakers, question, report)
    });
    let answers = answers.collect();
    // The warnings and the audio quality are those of the whole recording.
    let program = ProgramInfo::this(brief, &transcript.vocabulary);
    let whole = judge(&recording, &features, transcript, Some(speakers.clone()), brief);
    let interview = Interview {
        schema: interview::SCHEMA,
        recording: whole.recording.clone(),
        speakers,
        answers,
        program,
        warnings: whole.warnings.clone(),
        whole,
    };
    Ok((interview, features))
}

/// Runs every stage after the transcription. `speakers` is `None` if the speakers are unknown.
pub fn judge(
    recording: &Recording,
    features: &Features,
    mut transcript: Transcript,
    speakers: Option<Speakers>,
    brief: &Brief,
) -> Report {
    let is_english = transcript.language == ENGLISH;
    let fillers = is_english.then(|| fillers(features, &mut transcript, &brief.own_fillers, brief.stutters));
    let (fillers, left_out) = if brief.stutters { leave_out(fillers, &transcript) } else { (fillers, None) };
    let levels = recording.levels.without(&features.other_sounds(), &recording.speech);
    let mut metrics = Metrics::of(features, &transcript, &levels, fillers, left_out, brief.target_s());
    if let Some((pauses, speakers)) = metrics.pauses.as_mut().zip(speakers.as_ref()) {
        pauses.response_latency_s = speakers.latency_s(pauses.response_latency_s);
    }
    let story = if is_english {
        let words = words_with_pauses(&transcript.words, &features.stretches);
        let tokens = tokens_of_transcript(&transcript.words, &words, brief.stutters);
        Story::of(&tokens, brief.question.as_ref(), brief.story_weights())
    } else {
        None
    };
    let warnings = warnings(recording, features, &transcript, speakers.as_ref(), &metrics);
    let report = Report::of(recording, features, transcript, metrics, story, warnings, brief);
    Report { speakers, ..report }.scored()
}

/// Removes prolonged sounds between words from the fillers, and counts what a stutter adds to the answer.
fn leave_out(fillers: Option<Vec<Filler>>, transcript: &Transcript) -> (Option<Vec<Filler>>, Option<LeftOut>) {
    let texts: Vec<&str> = transcript.words.iter().map(|w| w.text.as_str()).collect();
    let all = fillers.as_ref().map_or(0, Vec::len);
    let fillers = fillers.map(without_held_sounds);
    let sounds_beside_words = all - fillers.as_ref().map_or(0, Vec::len);
    (fillers, Some(LeftOut { sounds_beside_words, ..LeftOut::of(&texts) }))
}

/// Recomputes the story and the score of a report after words of its transcript were edited.
#[must_use]
pub fn reassess(mut report: Report) -> Report {
    if report.transcript.is_some() {
        report.story = reassessed_story(&report);
    }
    report.scored()
}

/// Recomputes the score of a report under the current rubric. If the story comes from a program version that stored no
/// findings, it is analyzed again from the words of the transcript or draft.
#[must_use]
pub fn with_current_rubric(mut report: Report) -> Report {
    if report.story.as_ref().is_some_and(|s| s.findings.is_none()) {
        report.story = reassessed_story(&report);
    }
    report.scored()
}

/// Analyzes the story of a report again, from the words of its transcript or, for a draft, of its stored sentences.
/// `None` if the report had no story, or none can be made of its words.
fn reassessed_story(report: &Report) -> Option<Story> {
    let (before, question, weights) = (report.story.as_ref()?, report.question.as_ref(), StoryWeights::built_in());
    let stutters = report.left_out.is_some();
    if let Some(transcript) = &report.transcript {
        let words = words_with_pauses(&transcript.words, &report.stretches());
        let tokens = tokens_of_transcript(&transcript.words, &words, stutters);
        return Story::of(&tokens, question, weights);
    }
    let text: Vec<&str> = before.sentences.iter().map(|s| s.text.as_str()).collect();
    let draft = Draft::read(text.join("\n\n").as_bytes(), DRAFT_AS_TEXT.as_ref()).ok()?;
    let events = fillers_of_draft(&draft.words_with_pauses(), &[], stutters);
    Story::of(&tokens_of_draft(&draft, &events, stutters), question, weights)
}

/// Analyzes a written draft: its words and its story. A draft in a language other than English only gets a warning that
/// says so.
pub fn judge_draft(draft: &Draft, brief: &Brief) -> Report {
    let other_language = draft.other_language();
    let warnings = draft_warnings(draft.words.len(), other_language);
    if other_language.is_some() {
        return Report::of_draft(draft, None, None, warnings, brief).scored();
    }
    let events = fillers_of_draft(&draft.words_with_pauses(), &brief.own_fillers, brief.stutters);
    let tokens = tokens_of_draft(draft, &events, brief.stutters);
    let story = Story::of(&tokens, brief.question.as_ref(), brief.story_weights());
    let fillers = Fillers::of_draft(events, draft, brief.stutters);
    let texts: Vec<&str> = draft.words.iter().map(|w| w.text.as_str()).collect();
    let left_out = brief.stutters.then(|| LeftOut::of(&texts));
    let report = Report::of_draft(draft, Some(fillers), story, warnings, brief);
    Report { left_out, ..report }.scored()
}
