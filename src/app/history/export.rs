//! Exports the history as CSV (one line per answer, for a spreadsheet) and JSON Lines (everything, for re-import).
//!
//! Parquet is left out: its library is larger than all of aloud, and the CSV can be converted with one command.

use std::io;
use std::io::{BufRead, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::HistoryError;
use super::attempt::{Attempt, Occasion};
use super::coaching::Coaching;
use super::measures::Measure;
use super::own_view::OwnRating;
use super::packed::{pack_contours, unpack_contours};
use super::store::{EarlierScore, Kept, Store};
use crate::app::batch::json_lines::ERROR;
use crate::app::spreadsheet::{self, UTF8_BOM, escape_formula};
use crate::codes::Code;
use crate::files::FileError;
use crate::question::QuestionKind;
use crate::report::{Report, SCHEMA as REPORT};
use crate::score::PartName;

/// The name and version of the schema of an exported line.
pub const SCHEMA: &str = "aloud.attempt/1";

/// The longest line that is read, in bytes: an answer of an hour takes a few million.
const LONGEST_LINE: u64 = 64 << 20;
/// The maximum number of bytes read from one file: some ten thousand answers, all of which are held in memory.
const MOST: u64 = 2 << 30;

/// A line of the export: an answer with everything that is kept about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    schema: String,
    speaker: Option<String>,
    answered_at: Timestamp,
    kept_at: Timestamp,
    recorded_here: bool,
    report: Report,
    /// The report before it was edited by hand; `None` if it was not edited.
    machine_report: Option<Report>,
    earlier_scores: Vec<EarlierScore>,
    /// The tracks of the sound in their stored form, in base64; `None` if none were kept.
    #[serde(default)]
    contours: Option<String>,
    /// What a coach added; `None` if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coaching: Option<Coaching>,
    /// How the speaker rated the answer; `None` if they did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    own_rating: Option<OwnRating>,
}

/// The content of imported files: answers, and the number of lines without one.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// The answers.
    pub answers: Vec<Line>,
    /// The number of files that `aloud analyze --jsonl` could not analyze.
    pub failed: usize,
}

/// The outcome of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// The number of new answers.
    pub new: usize,
    /// The number of answers that were already kept, and were left unchanged.
    pub known: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file cannot be opened.
    #[error(transparent)]
    File(#[from] FileError),
    /// The input is too long, or endless.
    #[error("this is longer than any history; nothing was imported; split it and import the parts")]
    TooLong,
    /// A line has another format.
    #[error(
        "line {line} is neither an answer from `aloud history export` nor a report from `aloud analyze --jsonl` ({reason}); nothing was imported"
    )]
    NoAnswer {
        /// The line number, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

/// Returns answers as CSV for spreadsheets, with a header line: measures, the points of each part of the score and what
/// each part was out of, and the codes of what was told, as `told` returns them. Numbers are rounded to a ten-thousandth.
pub fn csv(attempts: &[Attempt], told: impl Fn(&Attempt) -> Vec<Code>) -> Vec<u8> {
    let parts: Vec<PartName> = PartName::STORY.into_iter().chain(PartName::DELIVERY).collect();
    let rounded = |v: f64| ((v * 1e4).round() / 1e4).to_string();
    let mut headings: Vec<String> =
        ["id", "answered_at", "speaker", "question_id", "question", "kind", "path", "sha256", "mended", "rubric"]
            .map(String::from)
            .into();
    headings.extend(Measure::ALL.iter().map(|m| m.field().to_string()));
    for part in parts.iter().map(json_name) {
        headings.extend([format!("{part}_points"), format!("{part}_out_of")]);
    }
    headings.push("told".to_string());
    let row = |attempt: &Attempt| {
        let question = attempt.question.as_ref();
        let mut cells = vec![
            attempt.id.to_string(),
            attempt.answered_at.to_string(),
            escape_formula(attempt.speaker.as_deref().unwrap_or_default()),
            escape_formula(question.and_then(|q| q.id.as_deref()).unwrap_or_default()),
            escape_formula(question.map_or("", |q| &q.text)),
            escape_formula(question.and_then(|q| q.kind.as_ref()).map_or("", QuestionKind::name)),
            escape_formula(&attempt.path.to_string_lossy()),
            escape_formula(&attempt.sha256),
            attempt.is_edited.to_string(),
            escape_formula(&attempt.rubric),
        ];
        cells.extend(Measure::ALL.map(|m| attempt.measures.get(m).map_or(String::new(), rounded)));
        let points = attempt.parts.points();
        for part in &parts {
            let of = points.iter().find(|p| p.name == *part);
            cells.extend(of.map_or(Default::default(), |p| [rounded(p.points), rounded(p.out_of)]));
        }
        cells.push(told(attempt).iter().map(json_name).collect::<Vec<_>>().join(" "));
        cells
    };
    spreadsheet::to_csv(UTF8_BOM, std::iter::once(headings).chain(attempts.iter().map(row)))
}

/// Returns the name that something with a name has in JSON.
fn json_name(of: &impl Serialize) -> String {
    serde_json::to_value(of).ok().and_then(|name| name.as_str().map(String::from)).unwrap_or_default()
}

/// Returns an answer with everything that is kept about it.
///
/// # Errors
/// When the store cannot be read, or the answer's report is lost.
pub fn line(store: &Store, attempt: &Attempt) -> Result<Line, HistoryError> {
    Ok(Line {
        schema: SCHEMA.to_string(),
        speaker: attempt.speaker.clone(),
        answered_at: attempt.answered_at,
        kept_at: store.kept_at(attempt.id)?,
        recorded_here: attempt.recorded_here,
        report: store.report(attempt.id)?,
        machine_report: store.machine_report(attempt.id)?,
        earlier_scores: store.earlier_scores(attempt.id)?,
        contours: store.contours(attempt.id)?.map(|contours| STANDARD.encode(pack_contours(&contours))),
        coaching: store.coaching(attempt.id)?,
        own_rating: store.own_ratings()?.remove(&attempt.id),
    })
}

/// Adds the lines of an export, or of `aloud analyze --jsonl`, to `lines`. A report is dated by the modification time
/// of its file, or by `now` if the file is not found.
///
/// # Errors
/// When a line is neither, or cannot be read.
pub fn read(
    mut from: impl BufRead,
    speaker: Option<&str>,
    now: Timestamp,
    lines: &mut Lines,
) -> Result<(), ImportError> {
    let (mut text, mut all) = (Vec::new(), 0);
    for i in 0.. {
        text.clear();
        let length = from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text)? as u64;
        all += length;
        if length == LONGEST_LINE || all > MOST {
            return Err(ImportError::TooLong);
        }
        if length == 0 {
            break;
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        let wrong = |reason: String| ImportError::NoAnswer { line: i + 1, reason };
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(|e| wrong(e.to_string()))?;
        let line = match value["schema"].as_str() {
            Some(SCHEMA) => serde_json::from_value(value).map_err(|e| wrong(e.to_string()))?,
            Some(REPORT) => {
                let report: Report = serde_json::from_value(value).map_err(|e| wrong(e.to_string()))?;
                let occasion = Occasion::of_file(report.recording.path.as_ref(), None, now);
                Line {
                    schema: SCHEMA.to_string(),
                    speaker: None,
                    answered_at: occasion.answered_at,
                    kept_at: now,
                    recorded_here: false,
                    report,
                    machine_report: None,
                    earlier_scores: Vec::new(),
                    contours: None,
                    coaching: None,
                    own_rating: None,
                }
            }
            Some(ERROR) => {
                lines.failed += 1;
                continue;
            }
            _ => return Err(wrong("it has another schema".to_string())),
        };
        lines.answers.push(Line { speaker: speaker.map_or(line.speaker, |name| Some(name.to_string())), ..line });
    }
    Ok(())
}

/// Imports everything that was read or, on failure, nothing. Answers that are already kept are left unchanged.
///
/// # Errors
/// When the store cannot be written.
pub fn import(store: &mut Store, lines: &[Line]) -> Result<Imported, HistoryError> {
    store.write(|change| {
        let mut imported = Imported::default();
        for line in lines {
            if change.find(&line.report, line.speaker.as_deref())?.is_some() {
                imported.known += 1;
                continue;
            }
            let occasion = Occasion {
                speaker: line.speaker.clone(),
                answered_at: line.answered_at,
                recorded_here: line.recorded_here,
            };
            let packed = line.contours.as_ref().and_then(|text| STANDARD.decode(text).ok());
            let contours = packed.and_then(|packed| unpack_contours(&packed).ok());
            let kept =
                Kept { report: &line.report, occasion: &occasion, contours: contours.as_ref(), kept_at: line.kept_at };
            let id = change.keep(&kept)?.id;
            if let Some(machine) = &line.machine_report {
                change.set_machine_report(id, machine)?;
            }
            for score in &line.earlier_scores {
                change.add_earlier_score(id, score)?;
            }
            if let Some(coaching) = &line.coaching {
                change.set_coaching(id, coaching)?;
            }
            if let Some(rating) = &line.own_rating {
                change.set_own_rating(id, rating)?;
            }
            imported.new += 1;
        }
        Ok(imported)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::attempt::PartPoints;
    use crate::app::history::sample::attempt;

    fn lines_of(text: &str, speaker: Option<&str>) -> Result<Lines, ImportError> {
        let mut lines = Lines::default();
        read(text.as_bytes(), speaker, Timestamp::now(), &mut lines).map(|()| lines)
    }

    #[test]
    fn a_spreadsheet_gets_every_measure_and_no_formula() {
        let mut kept = attempt(4, "2026-11-01T18:00:00Z", &[(Measure::Score, 61.25)]);
        kept.speaker = Some("=cmd()".into());
        kept.question = Some(crate::app::history::attempt::Asked { id: None, text: "Why, \"us\"?".into(), kind: None });
        let points = |name, points, out_of| PartPoints { name, points, out_of };
        kept.parts = vec![points(PartName::Result, 8.4, 14.0), points(PartName::Pace, 9.0, 10.0)].into();
        let text = String::from_utf8(csv(&[kept], |_| vec![Code::NoResult, Code::Pace])).unwrap();
        assert!(text.starts_with('\u{feff}') && text.ends_with("\r\n"), "{text:?}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        insta::assert_snapshot!("csv", text.trim_start_matches('\u{feff}').replace("\r\n", "\n"));
    }

    #[test]
    fn everything_that_is_exported_comes_back() {
        let report: Report = serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap();
        let mut store = Store::empty().unwrap();
        let occasion = Occasion {
            speaker: Some("Ana".into()),
            answered_at: "2026-11-01T18:00:00Z".parse().unwrap(),
            recorded_here: true,
        };
        let contours = crate::signal::Contours { level: vec![90; 50], f0: vec![0; 50], speech: vec![1; 50] };
        let kept =
            Kept { report: &report, occasion: &occasion, contours: Some(&contours), kept_at: Timestamp::UNIX_EPOCH };
        let id = store.keep(&kept).unwrap().id;
        let mut edited = report.clone();
        super::super::edit::apply(&super::super::edit::Edit::Filler("working".into()), &mut edited, None).unwrap();
        store.keep_edited(id, &edited).unwrap();
        let exported = |store: &Store| {
            let attempts = store.attempts().unwrap();
            let lines = attempts.iter().map(|a| serde_json::to_string(&line(store, a).unwrap()).unwrap());
            lines.collect::<Vec<_>>().join("\n")
        };
        let text = exported(&store);
        let mut other = Store::empty().unwrap();
        let lines = lines_of(&text, None).unwrap().answers;
        assert_eq!(import(&mut other, &lines).unwrap(), Imported { new: 1, known: 0 });
        assert_eq!(exported(&other), text);
        assert_eq!(other.attempts().unwrap(), store.attempts().unwrap());
        assert_eq!(other.contours(other.last().unwrap().unwrap()).unwrap(), Some(contours));
        assert_eq!(import(&mut other, &lines).unwrap(), Imported { new: 0, known: 1 });
    }

    #[test]
    fn what_never_ends_is_not_read_to_its_end() {
        for byte in [0, b' '] {
            let endless = io::BufReader::new(io::repeat(byte));
            assert!(matches!(read(endless, None, Timestamp::now(), &mut Lines::default()), Err(ImportError::TooLong)));
        }
    }

    #[test]
    fn a_line_that_is_no_answer_is_named() {
        let report = include_str!("../../../tests/fixtures/report.json").replace('\n', " ");
        let text = format!("{report}\n\n{{\"schema\": \"other/1\"}}\n");
        let error = lines_of(&text, None).unwrap_err().to_string();
        assert!(error.starts_with("line 3 is neither"), "{error}");
        assert_eq!(lines_of(&report, Some("Ana")).unwrap().answers.len(), 1);
    }

    #[test]
    fn lines_of_files_that_failed_are_passed_over_and_counted() {
        let report = include_str!("../../../tests/fixtures/report.json").replace('\n', " ");
        let error = r#"{"schema":"aloud.error/1","path":"a.wav","message":"the file is empty"}"#;
        let lines = lines_of(&format!("{error}\n{report}\n{error}\n"), None).unwrap();
        assert_eq!((lines.answers.len(), lines.failed), (1, 2));
    }
}
