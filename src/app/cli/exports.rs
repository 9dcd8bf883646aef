//! Writes answers in the formats of other programs, to standard output or into files.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;

use super::pages::refuse_answer_itself;
use super::write_file;
use crate::app::export::{ExportError, ExportFormat, ExportedAnswer, Frames};
use crate::report::Report;

/// The exports of one or more answers in one format.
pub(super) struct Exports {
    kind: ExportFormat,
    /// The rows of a table that goes into a file, which is written as a whole at the end.
    table: Vec<u8>,
    /// Whether the header of a table has been printed.
    is_begun: bool,
}

impl Exports {
    /// Creates an export in a format, without any answer yet.
    pub(super) fn new(kind: ExportFormat) -> Self {
        Self { kind, table: Vec::new(), is_begun: false }
    }

    /// Exports the report on the answer at `path` to a file, or to standard output. The inner error says why the report
    /// cannot be exported.
    pub(super) fn add(
        &mut self,
        report: &Report,
        frames: Option<&Frames>,
        path: &Path,
        to: Option<&Path>,
    ) -> Result<Result<(), ExportError>> {
        if let Some(to) = to {
            refuse_answer_itself(to, path)?;
        }
        let body = match self.kind.body(&ExportedAnswer { report, frames, exported_at: Timestamp::now() }) {
            Ok(body) => body,
            Err(error) => return Ok(Err(error)),
        };
        match to {
            Some(_) if self.kind.is_table() => self.table.extend(body),
            Some(to) => write_file(to, &body)?,
            None => {
                self.begin()?;
                io::stdout().lock().write_all(&body)?;
            }
        }
        Ok(Ok(()))
    }

    /// Prints the header of a table, once.
    fn begin(&mut self) -> Result<()> {
        if !std::mem::replace(&mut self.is_begun, true) {
            io::stdout().lock().write_all(&self.kind.header_line())?;
        }
        Ok(())
    }

    /// Writes a table to its file, or prints the header of a table without rows.
    pub(super) fn finish(mut self, to: Option<&Path>) -> Result<()> {
        match to {
            Some(to) if self.kind.is_table() => write_file(to, &[self.kind.header_line(), self.table].concat()),
            Some(_) => Ok(()),
            None => self.begin(),
        }
    }
}
