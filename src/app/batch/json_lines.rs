//! The file that `aloud analyze --jsonl --output` writes: one line per input, in input order. An interrupted run is
//! resumed where it stopped.
//!
//! A file with reports from another version of aloud, or made with other settings, is left untouched, so that figures
//! that are not comparable are never mixed. An input counts as finished if its last line is a complete report with the
//! path, SHA-256 of the file, question, speech model and rubric of this run. All other inputs are analyzed again:
//! errors, drafts (which are quick, and have no checksum) and changed files. New lines are appended; at the end, if
//! lines are out of order or some were replaced, the file is rewritten atomically.

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::files::{FileError, open_private, open_stream, write_whole_with};
use crate::question::Question;
use crate::report::{ProgramInfo, SCHEMA as REPORT};
use crate::score::rubric;

/// The schema name and version of the line for a file without a report.
pub const ERROR: &str = "aloud.error/1";
/// The prefix of every line; a truncated last line that is shorter matches the beginning of this prefix.
const BEGINNING: &[u8] = b"{\"schema\":\"aloud.";

/// The parameters that a report depends on besides the file.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The question that was answered.
    pub question: Option<&'a Question>,
    /// The speech model's name.
    pub model: &'a str,
}

/// An open JSON Lines file, locked against other runs.
#[derive(Debug)]
pub struct JsonLines {
    path: PathBuf,
    file: File,
    /// Whether this is a regular file, which can be resumed; a pipe or a device is only written to.
    is_file: bool,
    lines: Vec<Line>,
    /// For the path of each input, the index in `lines` of the last line about it.
    last: HashMap<String, usize>,
    end: u64,
}

/// The position and the relevant content of a line.
#[derive(Debug)]
struct Line {
    start: u64,
    len: u64,
    about: About,
}

/// The relevant fields of a line, be it a report or an error.
#[derive(Debug, Default, Deserialize)]
struct About {
    schema: String,
    path: Option<String>,
    recording: Option<Recording>,
    question: Option<Question>,
    transcript: Option<Transcript>,
    score: Option<Score>,
    program: Option<ProgramInfo>,
}

#[derive(Debug, Deserialize)]
struct Recording {
    path: String,
    sha256: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Transcript {
    model: String,
}

#[derive(Debug, Deserialize)]
struct Score {
    rubric: String,
}

impl About {
    fn path(&self) -> &str {
        self.recording.as_ref().map(|r| &r.path).or(self.path.as_ref()).map_or("", String::as_str)
    }

    /// Rejects a report on a recording if its figures are not comparable with those of `program`. Errors have no
    /// figures, and drafts are analyzed again anyway.
    fn check(&self, program: &ProgramInfo) -> Result<(), JsonLinesError> {
        if self.recording.as_ref().is_none_or(|recording| recording.sha256.is_none()) {
            return Ok(());
        }
        let theirs = self.program.as_ref().ok_or(JsonLinesError::OtherVersion { theirs: None })?;
        if theirs.version != program.version {
            return Err(JsonLinesError::OtherVersion { theirs: Some(theirs.version.clone()) });
        }
        let (theirs, ours) = (&theirs.settings, &program.settings);
        let what = if theirs.vocabulary != ours.vocabulary {
            "another vocabulary"
        } else if theirs.fillers != ours.fillers {
            "other fillers of your own"
        } else if theirs.stutter != ours.stutter {
            "another setting of `stutter`"
        } else if theirs.story_weights != ours.story_weights {
            "other story weights"
        } else if theirs.me != ours.me {
            "another choice of --me"
        } else {
            return Ok(());
        };
        Err(JsonLinesError::OtherSettings { what })
    }
}

/// Why the file cannot be written to. Its content is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum JsonLinesError {
    /// The file cannot be opened or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file was not written by `aloud analyze --jsonl`.
    #[error("line {line} is not from `aloud analyze --jsonl`, so nothing was written to this file; give another name")]
    NotOurs {
        /// The line number, from 1.
        line: usize,
    },
    /// The file has reports of another version, whose figures may differ.
    #[error(
        "the reports in it are from {}, and this is aloud {}; give another name, or delete it to have all of them done again",
        theirs.as_ref().map_or("an earlier aloud".to_string(), |version| format!("aloud {version}")),
        env!("CARGO_PKG_VERSION")
    )]
    OtherVersion {
        /// The other version; `None` if the report does not state one.
        theirs: Option<String>,
    },
    /// The file has reports that were made with other settings.
    #[error("the reports in it were made with {what} than now; give another name, or change the settings back")]
    OtherSettings {
        /// The setting that differs.
        what: &'static str,
    },
    /// Another run is writing the file.
    #[error("another aloud is writing this file; wait for it, or give another name")]
    InUse,
}

impl From<io::Error> for JsonLinesError {
    fn from(error: io::Error) -> Self {
        Self::File(error.into())
    }
}

impl JsonLines {
    /// Opens the file for reports of `program`, creating it if it is missing. A truncated last line is removed.
    ///
    /// # Errors
    /// When the file cannot be opened, another run is writing it, or it has other content, reports of another version
    /// or reports with other settings.
    pub fn open(path: &Path, program: &ProgramInfo) -> Result<Self, JsonLinesError> {
        let is_file = std::fs::metadata(path).map_or(true, |m| m.is_file() || m.is_dir());
        let file = if is_file { open_private(path)? } else { open_stream(path)? };
        let mut lines =
            Self { path: path.to_path_buf(), file, is_file, lines: Vec::new(), last: HashMap::new(), end: 0 };
        if is_file {
            match lines.file.try_lock() {
                Err(TryLockError::WouldBlock) => return Err(JsonLinesError::InUse),
                // On a file system without locks, it is up to the user not to start two runs.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            lines.read(program)?;
            lines.file.set_len(lines.end)?;
            lines.file.seek(SeekFrom::Start(lines.end))?;
        }
        Ok(lines)
    }

    fn read(&mut self, program: &ProgramInfo) -> Result<(), JsonLinesError> {
        let mut reader = BufReader::new(self.file.try_clone()?);
        let mut text = Vec::new();
        for number in 1.. {
            text.clear();
            let len = reader.read_until(b'\n', &mut text)? as u64;
            let is_whole = text.last() == Some(&b'\n');
            let about: Option<About> = serde_json::from_slice(&text).ok();
            let about = about.filter(|a| a.schema == REPORT || a.schema == ERROR);
            let is_document = || about.is_none() && serde_json::from_slice::<IgnoredAny>(&text).is_ok();
            if !is_whole && text.iter().zip(BEGINNING).all(|(a, b)| a == b) && !is_document() {
                break; // the end, or a truncated line
            }
            let about = about.filter(|_| is_whole).ok_or(JsonLinesError::NotOurs { line: number })?;
            about.check(program)?;
            self.add(len, about);
        }
        Ok(())
    }

    fn add(&mut self, len: u64, about: About) {
        self.last.insert(about.path().to_string(), self.lines.len());
        self.lines.push(Line { start: self.end, len, about });
        self.end += len;
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether there is any line for the file at `path`, so that its checksum is worth computing.
    pub fn knows(&self, path: &str) -> bool {
        self.last.contains_key(path)
    }

    /// Returns whether there is a report on the file at `path` with this checksum and these terms.
    pub fn is_finished(&self, path: &str, sha256: &str, terms: &Terms) -> bool {
        self.last.get(path).map(|i| &self.lines[*i].about).is_some_and(|about| {
            about.recording.as_ref().and_then(|r| r.sha256.as_deref()) == Some(sha256)
                && about.question.as_ref() == terms.question
                && about.transcript.as_ref().is_some_and(|t| t.model == terms.model)
                && about.score.as_ref().is_some_and(|s| s.rubric == rubric::VERSION)
        })
    }

    /// Appends the line of the file at `path`, given without its line break.
    ///
    /// # Errors
    /// When the line cannot be written; in that case nothing of it is left in the file.
    pub fn append(&mut self, path: &str, line: &str) -> io::Result<()> {
        if let Err(error) = self.file.write_all(format!("{line}\n").as_bytes()) {
            if self.is_file {
                // If this fails as well, the next run removes the truncated line.
                let _ = self.file.set_len(self.end).and_then(|()| self.file.seek(SeekFrom::Start(self.end)));
            }
            return Err(error);
        }
        self.add(line.len() as u64 + 1, About { path: Some(path.to_string()), ..About::default() });
        Ok(())
    }

    /// Puts the last line of each of `paths` into the order of `paths`, after the lines of all other inputs. Earlier
    /// lines of `paths` are dropped.
    ///
    /// # Errors
    /// When the file cannot be rewritten; all lines are then still there, in the order in which they were appended.
    pub fn finish(self, paths: &[String]) -> io::Result<()> {
        if !self.is_file {
            return Ok(());
        }
        let wanted: HashSet<&str> = paths.iter().map(String::as_str).collect();
        let mut order: Vec<usize> =
            (0..self.lines.len()).filter(|i| !wanted.contains(self.lines[*i].about.path())).collect();
        let mut placed = HashSet::new();
        order.extend(paths.iter().filter(|path| placed.insert(path.as_str())).filter_map(|path| self.last.get(path)));
        if order.iter().copied().eq(0..self.lines.len()) {
            return self.file.sync_all();
        }
        let places: Vec<(u64, u64)> = order.iter().map(|i| (self.lines[*i].start, self.lines[*i].len)).collect();
        let Self { path, mut file, .. } = self;
        write_whole_with(&path, |new| {
            let mut new = io::BufWriter::new(new);
            for (start, len) in places {
                file.seek(SeekFrom::Start(start))?;
                io::copy(&mut (&file).take(len), &mut new)?;
            }
            new.flush()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::brief::Brief;

    const TERMS: Terms = Terms { question: None, model: "base" };

    fn program() -> ProgramInfo {
        ProgramInfo::this(&Brief::default(), &["Kubernetes".into()])
    }

    fn open(path: &Path) -> Result<JsonLines, JsonLinesError> {
        JsonLines::open(path, &program())
    }

    fn report(path: &str, sha256: &str) -> String {
        format!(
            r#"{{"schema":"aloud.report/1","recording":{{"path":"{path}","sha256":"{sha256}"}},"question":null,"transcript":{{"model":"base"}},"score":{{"rubric":"{}"}},"program":{}}}"#,
            rubric::VERSION,
            serde_json::to_string(&program()).unwrap()
        )
    }

    fn error(path: &str) -> String {
        format!(r#"{{"schema":"aloud.error/1","path":"{path}","message":"no"}}"#)
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn what_was_cut_off_is_cut_away_and_the_rest_is_gone_on_with() {
        let (a, b) = (report("a", "1"), report("b", "2"));
        for kept in 0..b.len() {
            let (_folder, path) = file(&format!("{a}\n{}", &b[..kept]));
            let mut lines = open(&path).unwrap();
            assert!(lines.is_finished("a", "1", &TERMS) && !lines.knows("b"));
            lines.append("b", &b).unwrap();
            lines.finish(&["a".into(), "b".into()]).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{a}\n{b}\n"));
        }
    }

    #[test]
    fn a_file_that_changed_another_question_model_or_rubric_and_errors_are_done_again() {
        let old = report("c", "3").replace(rubric::VERSION, "aloud.rubric/0");
        let (_folder, path) = file(&format!("{}\n{}\n{old}\n", report("a", "1"), error("b")));
        let lines = open(&path).unwrap();
        assert!(lines.is_finished("a", "1", &TERMS));
        assert!(!lines.is_finished("a", "2", &TERMS));
        assert!(!lines.is_finished("a", "1", &Terms { model: "tiny", ..TERMS }));
        let question = Question { id: None, text: "Why us?".into(), kind: None, target_s: None };
        assert!(!lines.is_finished("a", "1", &Terms { question: Some(&question), ..TERMS }));
        assert!(lines.knows("b") && !lines.is_finished("b", "", &TERMS));
        assert!(!lines.is_finished("c", "3", &TERMS));
    }

    #[test]
    fn in_the_end_lines_stand_in_the_order_of_the_inputs_and_once() {
        let (folder, path) = file(&format!("{}\n{}\n{}\n", report("other", "9"), error("b"), report("d", "4")));
        let mut lines = open(&path).unwrap();
        for (name, line) in [("a", report("a", "1")), ("b", report("b", "2")), ("c", error("c"))] {
            lines.append(name, &line).unwrap();
        }
        lines.finish(&["a", "b", "c", "a", "d", "never done"].map(String::from)).unwrap();
        let expected =
            [report("other", "9"), report("a", "1"), report("b", "2"), error("c"), report("d", "4")].join("\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), expected + "\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn somebody_elses_file_is_left_alone() {
        let beginning = report("a", "1");
        let other_document = "{\"schema\":\"aloud.history/1\",\"takes\":[]}";
        let notes = format!("{beginning}\nnotes");
        for text in ["RIFF", "{}\n", "\n", "my notes\nof today\n", &notes, "{\"schema\":\"x/1\"}\n", other_document] {
            let (_folder, path) = file(text);
            let error = open(&path).unwrap_err();
            assert!(matches!(error, JsonLinesError::NotOurs { .. }), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), *text);
        }
    }

    #[test]
    fn reports_of_another_version_or_with_other_settings_are_left_alone_and_it_is_said_what_to_do() {
        let ours = report("a", "1");
        let version = format!(r#""version":"{}""#, program().version);
        let unknown = format!("{},\"program\":null}}", &ours[..ours.find(",\"program\"").unwrap()]);
        for (line, said) in [
            (ours.replace(&version, r#""version":"0.0.9""#), "from aloud 0.0.9, and this is aloud"),
            (unknown, "from an earlier aloud, and this is aloud"),
            (ours.replace("Kubernetes", "Ansible"), "with another vocabulary than now; give another name"),
            (ours.replace(r#""fillers":[]"#, r#""fillers":["right"]"#), "with other fillers of your own than now"),
            (ours.replace(r#""stutter":false"#, r#""stutter":true"#), "with another setting of `stutter` than now"),
            (ours.replace(r#""story_weights":null"#, r#""story_weights":"ab""#), "with other story weights than now"),
            (
                ours.replace(r#""story_weights":null"#, r#""story_weights":null,"me":"first""#),
                "with another choice of --me than now",
            ),
        ] {
            assert_ne!(line, ours);
            // The text ends with a truncated line, which `open` removes if it succeeds.
            let text = format!("{}\n{ours}\n{line}\n{{\"sch", error("b"));
            let (_folder, path) = file(&text);
            let message = open(&path).unwrap_err().to_string();
            assert!(message.contains(said) && message.contains("give another name"), "{message}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            // A draft is analyzed again whichever program made its report. Another processor does not count as another
            // program.
            let (_folder, path) = file(&format!("{}\n", line.replace(r#""sha256":"1""#, r#""sha256":null"#)));
            assert!(open(&path).is_ok());
        }
        let (_folder, path) = file(&format!("{}\n", ours.replace(&program().cpu, "m68k")));
        assert!(open(&path).unwrap().is_finished("a", "1", &TERMS));
    }

    #[test]
    fn two_runs_cannot_write_one_file() {
        let (_folder, path) = file("");
        let _first = open(&path).unwrap();
        assert!(matches!(open(&path), Err(JsonLinesError::InUse)));
    }
}
