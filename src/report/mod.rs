//! The report: everything known about one answer, as data (`aloud.report/1`).

mod check;
pub mod json;
mod program;
pub mod tracks;

pub use program::{MeasureSettings, ProgramInfo};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::audio::Recording;
use crate::brief::{Asked, Brief};
use crate::disfluency::LeftOut;
use crate::draft::Draft;
use crate::metrics::{Fillers, Length, Metrics, Pace, Pauses, Voice};
use crate::question::Question;
use crate::score::{AnswerWord, Score, ScoreInput};
use crate::signal::{Features, outside};
use crate::span::Span;
use crate::speakers::Speakers;
use crate::story::Story;
use crate::transcript::{Transcript, Word};
use crate::warnings::{Warning, is_too_poor};

/// The name and version of the report's format.
pub const SCHEMA: &str = "aloud.report/1";

/// The recording or draft that was analyzed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordingSection {
    /// The path by which the file was opened.
    pub path: String,
    /// Names of container and codec.
    pub format: Option<String>,
    /// Duration of the audio, in seconds.
    pub duration_s: Option<f64>,
    /// Native sample rate, in hertz.
    pub sample_rate_hz: Option<u32>,
    /// Native number of channels.
    pub channels: Option<u16>,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Audio quality.
    pub quality: Option<Quality>,
}

/// Audio quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// The peak sample, in dBFS; `None` for digital silence.
    pub peak_dbfs: Option<f64>,
    /// Share of clipped samples, 0 to 1.
    pub clipped_fraction: f64,
    /// Noise floor in the speech band, in dBFS; `None` for digital silence.
    pub noise_floor_dbfs: Option<f64>,
    /// Level of the speech above the noise floor, in dB; `None` without speech or noise.
    pub snr_db: Option<f64>,
    /// Number of frames that the recorder lost; `None` for a file that was not recorded by aloud.
    pub dropped_frames: Option<u64>,
}

/// The transcript in the form used by the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranscriptSection {
    /// The speech model's name.
    pub model: String,
    /// The detected language.
    pub language: String,
    /// All words as one text.
    pub text: String,
    /// The words.
    pub words: Vec<Word>,
    /// The stretches with speech in which no words could be recognized, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Span>,
}

/// The uncertainty of the onset of the first word, in seconds: one frame of the signal and half of its window.
const ONSET_UNCERTAINTY_S: f64 = 0.02;

/// The circumstances under which aloud asked the question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InterviewSection {
    /// When the last word of the question ended, in seconds from the start of the recording (negative: before it);
    /// `None` if the question was not heard, or if there was time to prepare between it and the answer.
    pub question_end_s: Option<f64>,
    /// Time from the end of the question to the first word, in seconds.
    pub response_latency_s: Option<f64>,
    /// The uncertainty of [`Self::response_latency_s`], in seconds.
    pub latency_uncertainty_s: Option<f64>,
    /// The format of the interview.
    pub format: Option<String>,
    /// The number of the take, counted from 1.
    pub take: u32,
}

impl InterviewSection {
    fn of(asked: &Asked, pauses: Option<&Pauses>) -> Self {
        let heard = asked.end.zip(pauses);
        Self {
            question_end_s: asked.end.map(|end| end.at_s),
            // An answer that begins before the end of the question has no latency.
            response_latency_s: heard.map(|(end, pauses)| (pauses.response_latency_s - end.at_s).max(0.0)),
            latency_uncertainty_s: heard.map(|(end, _)| end.uncertainty_s + ONSET_UNCERTAINTY_S),
            format: asked.format.clone(),
            take: asked.take,
        }
    }
}

/// Everything about one answer, in the format `aloud.report/1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Report {
    /// The format, [`SCHEMA`].
    pub schema: String,
    /// The file.
    pub recording: RecordingSection,
    /// The question.
    pub question: Option<Question>,
    /// The transcript; `None` for a draft.
    pub transcript: Option<TranscriptSection>,
    /// Measures of the pace.
    pub pace: Option<Pace>,
    /// Measures of the fillers.
    pub fillers: Option<Fillers>,
    /// Measures of the silent pauses.
    pub pauses: Option<Pauses>,
    /// Measures of the length.
    pub length: Option<Length>,
    /// Measures of pitch and loudness.
    pub voice: Option<Voice>,
    /// The speakers; `None` in a draft, and in reports from versions that did not separate voices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speakers: Option<Speakers>,
    /// How well the work was described; `None` without words and in any language other than English.
    pub story: Option<Story>,
    /// The score.
    pub score: Score,
    /// What was excluded from the measures because the speaker stutters; `None` if they did not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
    /// The circumstances under which aloud asked the question; `None` if aloud did not ask it.
    #[serde(default)]
    pub interview: Option<InterviewSection>,
    /// The program that made the report; `None` in a report from a version that did not record it.
    #[serde(default)]
    pub program: Option<ProgramInfo>,
    /// Warnings about the recording.
    pub warnings: Vec<Warning>,
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, to)
    }
}

/// Reads a report, and rejects one with impossible values.
impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let report = Self::deserialize(from)?;
        report.fault().map_or(Ok(report), |fault| Err(serde::de::Error::custom(fault)))
    }
}

impl Report {
    /// Assembles the report on a recording from the results of the analysis stages, without the score.
    pub fn of(
        recording: &Recording,
        features: &Features,
        transcript: Transcript,
        metrics: Metrics,
        story: Option<Story>,
        warnings: Vec<Warning>,
        brief: &Brief,
    ) -> Self {
        Self {
            schema: SCHEMA.to_string(),
            recording: RecordingSection::of(recording, features),
            question: brief.question.clone(),
            interview: brief.asked.as_ref().map(|asked| InterviewSection::of(asked, metrics.pauses.as_ref())),
            program: Some(ProgramInfo::this(brief, &transcript.vocabulary)),
            transcript: Some(TranscriptSection {
                text: transcript.text(),
                model: transcript.model,
                language: transcript.language,
                words: transcript.words,
                unreadable: transcript.unreadable,
            }),
            pace: metrics.pace,
            fillers: metrics.fillers,
            pauses: metrics.pauses,
            length: metrics.length,
            voice: metrics.voice,
            speakers: None,
            story,
            score: Score::default(),
            left_out: metrics.left_out,
            warnings,
        }
    }

    /// Assembles the report on a written draft, without audio and what depends on it, and without the score.
    pub fn of_draft(
        draft: &Draft,
        fillers: Option<Fillers>,
        story: Option<Story>,
        warnings: Vec<Warning>,
        brief: &Brief,
    ) -> Self {
        Self {
            schema: SCHEMA.to_string(),
            recording: RecordingSection::of_draft(draft),
            question: brief.question.clone(),
            interview: None,
            program: Some(ProgramInfo::this(brief, &[])),
            transcript: None,
            pace: None,
            fillers,
            pauses: None,
            length: None,
            voice: None,
            speakers: None,
            story,
            score: Score::default(),
            left_out: None,
            warnings,
        }
    }

    /// Returns the same report, scored by the current rubric. This also rescores a stored report.
    #[must_use]
    pub fn scored(mut self) -> Self {
        self.score = Score::of(&self.measures());
        let grade = self.score.story_grade();
        if let Some(story) = &mut self.story {
            story.grade = grade;
        }
        self
    }

    /// Returns the stretches in which another person speaks.
    pub(crate) fn others(&self) -> Vec<Span> {
        let duration_s = self.recording.duration_s.unwrap_or(0.0);
        self.speakers.as_ref().map_or_else(Vec::new, |s| s.others(duration_s))
    }

    /// Returns the stretches of speech between the pauses, from the first word to the last.
    pub(crate) fn stretches(&self) -> Vec<Span> {
        let words = self.transcript.as_ref().map_or(&[][..], |t| &t.words);
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return Vec::new() };
        let pauses = self.pauses.iter().flat_map(|p| &p.events).map(|p| p.span);
        let blocks = self.left_out.iter().flat_map(|l| &l.blocks).copied();
        let mut pauses: Vec<Span> = pauses.chain(blocks).collect();
        pauses.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        let starts = std::iter::once(first.span.start_s).chain(pauses.iter().map(|p| p.end_s));
        let ends = pauses.iter().map(|p| p.start_s).chain([last.span.end_s]);
        let others = self.others();
        let between = starts.zip(ends).map(|(start_s, end_s)| Span::new(start_s, end_s.max(start_s)));
        if others.is_empty() { between.collect() } else { between.flat_map(|s| outside(s, &others)).collect() }
    }

    /// Returns the measures that the score is computed from.
    fn measures(&self) -> ScoreInput<'_> {
        let snr_db = self.recording.quality.as_ref().and_then(|q| q.snr_db);
        let words = self.transcript.iter().flat_map(|t| &t.words);
        ScoreInput {
            trustworthy: !is_too_poor(snr_db),
            is_draft: self.transcript.is_none(),
            words: words.map(|w| AnswerWord { text: &w.text, span: Some(w.span) }).collect(),
            question: self.question.as_ref(),
            story: self.story.as_ref(),
            pace: self.pace.as_ref(),
            fillers: self.fillers.as_ref(),
            stutters: self.left_out.is_some(),
            pauses: self.pauses.as_ref(),
            length: self.length.as_ref(),
            voice: self.voice.as_ref(),
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
                dropped_frames: recording
                    .gaps
                    .as_ref()
                    .map(|gaps| gaps.iter().fold(0, |sum: u64, gap| sum.saturating_add(gap.frames))),
            }),
        }
    }

    /// Creates the section of a draft, of which only the path is known.
    fn of_draft(draft: &Draft) -> Self {
        Self {
            path: draft.path.clone(),
            format: None,
            duration_s: None,
            sample_rate_hz: None,
            channels: None,
            sha256: None,
            quality: None,
        }
    }
}
