//! The file that `aloud analyze --jsonl --output` writes: a line for each input, in their order. A run that was interrupted
//! goes on where it stopped.
//!
//! A line counts as finished when it is whole, is a report, and its path, the file's SHA-256, the question, the speech model
//! and the rubric are those of this run. Everything else is done again: errors, drafts (quick, and without a checksum), files
//! that have changed. New lines are appended; at the end, if they are not in order or some were replaced, the file is
//! written anew beside its place and then put there.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::files::{FileError, open_private, write_whole_with};
use crate::question::Question;
use crate::report::SCHEMA as REPORT;
use crate::score::rubric;

/// The name and version of a line in the place of a report that there is none of.
pub const ERROR: &str = "aloud.error/1";
/// How a line of ours begins; a last line that was cut off begins so too, as far as it goes.
const BEGINNING: &[u8] = b"{\"schema\":\"aloud.";

/// What a report depends on besides the file.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The question that was answered.
    pub question: Option<&'a Question>,
    /// The speech model's name.
    pub model: &'a str,
}

/// An open file of lines, for this run alone.
#[derive(Debug)]
pub struct JsonLines {
    path: PathBuf,
    file: File,
    /// Whether it is an ordinary file, which can be gone on with; a pipe or a device is only written to.
    is_file: bool,
    lines: Vec<Line>,
    /// The last line of each file, by its path.
    last: HashMap<String, usize>,
    end: u64,
}

/// Where a line lies and what it is about.
#[derive(Debug)]
struct Line {
    start: u64,
    len: u64,
    about: About,
}

/// What is read of a line, whether a report or an error.
#[derive(Debug, Default, Deserialize)]
struct About {
    schema: String,
    path: Option<String>,
    recording: Option<Recording>,
    question: Option<Question>,
    transcript: Option<Transcript>,
    score: Option<Score>,
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
}

/// Why the file cannot be written to. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum JsonLinesError {
    /// It cannot be opened or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Somebody else's file.
    #[error("line {line} is not from `aloud analyze --jsonl`, so nothing was written to this file; give another name")]
    NotOurs {
        /// Which line, from 1.
        line: usize,
    },
    /// Another run is at it.
    #[error("another aloud is writing this file; wait for it, or give another name")]
    InUse,
}

impl From<io::Error> for JsonLinesError {
    fn from(error: io::Error) -> Self {
        Self::File(error.into())
    }
}

impl JsonLines {
    /// Opens the file, which is made if it is not there. A last line that was cut off is cut away.
    ///
    /// # Errors
    /// When it cannot be opened, another run writes it, or something else is in it.
    pub fn open(path: &Path) -> Result<Self, JsonLinesError> {
        let is_file = std::fs::metadata(path).map_or(true, |m| m.is_file() || m.is_dir());
        let file = if is_file { open_private(path)? } else { OpenOptions::new().write(true).open(path)? };
        let mut lines =
            Self { path: path.to_path_buf(), file, is_file, lines: Vec::new(), last: HashMap::new(), end: 0 };
        if is_file {
            match lines.file.try_lock() {
                Err(TryLockError::WouldBlock) => return Err(JsonLinesError::InUse),
                // A file system without locks: then it is on whoever starts two.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            lines.read()?;
            lines.file.set_len(lines.end)?;
            lines.file.seek(SeekFrom::Start(lines.end))?;
        }
        Ok(lines)
    }

    fn read(&mut self) -> Result<(), JsonLinesError> {
        let mut reader = BufReader::new(self.file.try_clone()?);
        let mut text = Vec::new();
        for number in 1.. {
            text.clear();
            let len = reader.read_until(b'\n', &mut text)? as u64;
            let is_whole = text.last() == Some(&b'\n');
            if !is_whole && text.iter().zip(BEGINNING).all(|(a, b)| a == b) {
                break; // the end, or a line that was cut off
            }
            let about: Option<About> = serde_json::from_slice(&text).ok().filter(|_| is_whole);
            let about = about.filter(|a| a.schema == REPORT || a.schema == ERROR);
            let about = about.ok_or(JsonLinesError::NotOurs { line: number })?;
            self.add(len, about);
        }
        Ok(())
    }

    fn add(&mut self, len: u64, about: About) {
        self.last.insert(about.path().to_string(), self.lines.len());
        self.lines.push(Line { start: self.end, len, about });
        self.end += len;
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether any line is there of the file at `path`, so that its checksum is worth knowing.
    pub fn knows(&self, path: &str) -> bool {
        self.last.contains_key(path)
    }

    /// Whether the report on the file at `path` with this checksum, on these terms, is there.
    pub fn is_finished(&self, path: &str, sha256: &str, terms: &Terms) -> bool {
        self.last.get(path).map(|i| &self.lines[*i].about).is_some_and(|about| {
            about.recording.as_ref().and_then(|r| r.sha256.as_deref()) == Some(sha256)
                && about.question.as_ref() == terms.question
                && about.transcript.as_ref().is_some_and(|t| t.model == terms.model)
                && about.score.as_ref().is_some_and(|s| s.rubric == rubric::VERSION)
        })
    }

    /// Adds the line of the file at `path`, without the end of the line.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it is left in the file.
    pub fn append(&mut self, path: &str, line: &str) -> io::Result<()> {
        if let Err(error) = self.file.write_all(format!("{line}\n").as_bytes()) {
            if self.is_file {
                // Where that fails too, the next run cuts it away.
                let _ = self.file.set_len(self.end).and_then(|()| self.file.seek(SeekFrom::Start(self.end)));
            }
            return Err(error);
        }
        self.add(line.len() as u64 + 1, About { path: Some(path.to_string()), ..About::default() });
        Ok(())
    }

    /// Puts the lines in the order of `paths`, the last one of each, behind the lines of other files.
    ///
    /// # Errors
    /// When it cannot be written; all lines are there still, in the order they came in.
    pub fn finish(self, paths: &[String]) -> io::Result<()> {
        if !self.is_file {
            return Ok(());
        }
        let wanted: HashSet<&str> = paths.iter().map(String::as_str).collect();
        let mut order: Vec<usize> =
            (0..self.lines.len()).filter(|i| !wanted.contains(self.lines[*i].about.path())).collect();
        order.extend(paths.iter().filter_map(|path| self.last.get(path)));
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

    const TERMS: Terms = Terms { question: None, model: "base" };

    fn report(path: &str, sha256: &str) -> String {
        format!(
            r#"{{"schema":"aloud.report/1","recording":{{"path":"{path}","sha256":"{sha256}"}},"question":null,"transcript":{{"model":"base"}},"score":{{"rubric":"{}"}}}}"#,
            rubric::VERSION
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
            let mut lines = JsonLines::open(&path).unwrap();
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
        let lines = JsonLines::open(&path).unwrap();
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
        let mut lines = JsonLines::open(&path).unwrap();
        for (name, line) in [("a", report("a", "1")), ("b", report("b", "2")), ("c", error("c"))] {
            lines.append(name, &line).unwrap();
        }
        lines.finish(&["a", "b", "c", "d", "never done"].map(String::from)).unwrap();
        let expected =
            [report("other", "9"), report("a", "1"), report("b", "2"), error("c"), report("d", "4")].join("\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), expected + "\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn somebody_elses_file_is_left_alone() {
        let beginning = report("a", "1");
        for text in
            ["RIFF", "{}\n", "\n", "my notes\nof today\n", &format!("{beginning}\nnotes"), "{\"schema\":\"x/1\"}\n"]
        {
            let (_folder, path) = file(text);
            let error = JsonLines::open(&path).unwrap_err();
            assert!(matches!(error, JsonLinesError::NotOurs { .. }), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), *text);
        }
    }

    #[test]
    fn two_runs_cannot_write_one_file() {
        let (_folder, path) = file("");
        let _first = JsonLines::open(&path).unwrap();
        assert!(matches!(JsonLines::open(&path), Err(JsonLinesError::InUse)));
    }
}
