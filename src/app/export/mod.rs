//! Exports reports in the formats of other programs: Praat, ELAN, Audacity, video players, spreadsheets and statistics
//! software.
//!
//! Each format has a module, which uses only the report (`frames`: its 10 ms tracks). What several formats share is in
//! `tiers` (annotations on tiers) and `captions` (segmentation into captions). Times and texts are rounded and spelled
//! as in the report.
//!
//! Parquet is not supported: its library is larger than all of aloud, and pandas and R convert the CSV in one line.

mod audacity;
mod captions;
mod elan;
mod frames;
mod rows;
mod srt;
mod textgrid;
mod tiers;
mod vtt;

use jiff::Timestamp;
use serde::Serialize;

use crate::report::Report;
pub use frames::Frames;

/// An export format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// Praat: a tier each for words, fillers, pauses, parts of the story, sentences
    #[value(name = "textgrid")]
    TextGrid,
    /// ELAN (.eaf): the same tiers
    Elan,
    /// Labels for Audacity
    Audacity,
    /// WebVTT captions, with the time of every word
    Vtt,
    /// SubRip captions
    Srt,
    /// A table with a row for each word, filler, pause and sentence
    Csv,
    /// A table with a row for every 10 ms: level, pitch, speech
    Frames,
}

/// An answer to export.
#[derive(Debug, Clone, Copy)]
pub struct ExportedAnswer<'a> {
    /// The report.
    pub report: &'a Report,
    /// The 10 ms tracks, if they are available.
    pub frames: Option<&'a Frames>,
    /// The time of the export, which the ELAN format requires.
    pub exported_at: Timestamp,
}

/// Why an answer cannot be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// A draft has no times.
    #[error("a written draft has no times; give a recording, or take --export csv")]
    NoTimes,
    /// The history contains no tracks of the answer.
    #[error("level and pitch of this answer are not kept; analyze its recording with --export frames")]
    NoFrames,
}

impl ExportFormat {
    /// Returns the usual file name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::TextGrid => "TextGrid",
            Self::Elan => "eaf",
            Self::Audacity => "txt",
            Self::Vtt => "vtt",
            Self::Srt => "srt",
            Self::Csv | Self::Frames => "csv",
        }
    }

    /// Returns whether the format is a table, so that one file can contain several answers.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Frames)
    }

    /// Returns whether the format can export only answers with times, that is, not drafts.
    pub fn needs_times(self) -> bool {
        self != Self::Csv
    }

    /// Returns the header line of a table; nothing for other formats.
    pub fn header_line(self) -> Vec<u8> {
        match self {
            Self::Csv => rows::header_line(),
            Self::Frames => frames::header_line(),
            _ => Vec::new(),
        }
    }

    /// Returns an answer in this format, without the header line if it is a table.
    ///
    /// # Errors
    /// If the answer lacks the times or tracks that the format needs.
    pub fn body(self, answer: &ExportedAnswer<'_>) -> Result<Vec<u8>, ExportError> {
        let report = answer.report;
        if self == Self::Csv {
            return Ok(rows::rows(report));
        }
        let transcript = report.transcript.as_ref().ok_or(ExportError::NoTimes)?;
        Ok(match self {
            Self::TextGrid => textgrid::text(report).into_bytes(),
            Self::Elan => elan::xml(report, answer.exported_at),
            Self::Audacity => audacity::labels(report).into_bytes(),
            Self::Vtt => vtt::text(&transcript.words).into_bytes(),
            Self::Srt => srt::text(&transcript.words).into_bytes(),
            Self::Csv => unreachable!("done above"),
            Self::Frames => frames::rows(&report.recording.path, answer.frames.ok_or(ExportError::NoFrames)?),
        })
    }
}

/// Formats a number with the precision of the report.
fn format_number(value: f64) -> String {
    crate::report::json::rounded(value).to_string()
}

/// Converts a time of the report to milliseconds, the resolution of captions and ELAN.
fn milliseconds(time_s: f64) -> i64 {
    (crate::report::json::rounded(time_s) * 1000.0).round() as i64
}

/// Returns the name of an enum value in the JSON report.
fn schema_name<T: Serialize>(value: &T) -> String {
    let name = serde_json::to_value(value).ok().and_then(|name| name.as_str().map(str::to_string));
    name.expect("the values of closed lists are written as their names")
}

/// Replaces control characters by spaces: line breaks, and those with a meaning in some formats.
fn single_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
