//! Exports reports in the formats of other programs: Praat, ELAN, Audacity, video players, spreadsheets and statistics.
//!
//! One file a format. All are made from the report alone (`frames` from its 10 ms tracks), and no format knows
//! another: what several need is in `tiers` (annotations on tiers) and `captions` (words cut into captions). Times
//! and texts are those that the report prints.
//!
//! Parquet is left out: its library is larger than all of aloud, and pandas and R convert the CSV in one line.

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

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
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
pub struct Answer<'a> {
    /// The report.
    pub report: &'a Report,
    /// The 10 ms tracks, if there are any.
    pub frames: Option<&'a Frames>,
    /// The time of the export, which an ELAN file must have.
    pub exported_at: Timestamp,
}

/// Why an answer has no export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// A draft has no times.
    #[error("a written draft has no times; give a recording, or take --export csv")]
    NoTimes,
    /// The history has no tracks of this answer.
    #[error("level and pitch of this answer are not kept; analyze its recording with --export frames")]
    NoFrames,
}

impl Kind {
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

    /// Returns whether one file can hold several answers.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Frames)
    }

    /// Returns whether there is nothing to export of an answer without times.
    pub fn needs_times(self) -> bool {
        self != Self::Csv
    }

    /// Returns the first line of a table; nothing for other formats.
    pub fn heading(self) -> Vec<u8> {
        match self {
            Self::Csv => rows::heading(),
            Self::Frames => frames::heading(),
            _ => Vec::new(),
        }
    }

    /// Returns an answer in this format; its rows if it is a table.
    ///
    /// # Errors
    /// When the answer has nothing that the format holds.
    pub fn body(self, answer: &Answer<'_>) -> Result<Vec<u8>, ExportError> {
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

/// Formats a number as the report prints it.
fn printed(value: f64) -> String {
    crate::report::json::rounded(value).to_string()
}

/// Converts a time of the report to milliseconds, the finest that captions and ELAN have.
fn milliseconds(time_s: f64) -> i64 {
    (crate::report::json::rounded(time_s) * 1000.0).round() as i64
}

/// Returns the name that a value of a closed list has in the report.
fn name<T: Serialize>(value: &T) -> String {
    let name = serde_json::to_value(value).ok().and_then(|name| name.as_str().map(str::to_string));
    name.expect("the values of closed lists are written as their names")
}

/// Puts text on one line, without the control characters that some formats give a meaning.
fn flat(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
