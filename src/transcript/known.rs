//! Readings that are known already: the pieces of a take are read while it grows, and found again when the file is analyzed.

use super::{PromptMode, Reader, Reading, Transcriber, TranscriptError};
use crate::memo::{Memo, key};

/// Readings by their exact samples, so that one of other samples is never taken for it.
#[derive(Debug, Default)]
pub struct Known(Memo<Reading>);

/// An engine that reads only what is not known, and remembers it.
pub struct Knowing<'a> {
    engine: &'a dyn Transcriber,
    known: &'a Known,
}

impl<'a> Knowing<'a> {
    /// An engine that knows these readings, which were made by the same engine.
    pub fn new(engine: &'a dyn Transcriber, known: &'a Known) -> Self {
        Self { engine, known }
    }
}

impl Transcriber for Knowing<'_> {
    fn model(&self) -> &str {
        self.engine.model()
    }

    fn vocabulary(&self) -> &[String] {
        self.engine.vocabulary()
    }

    fn workers(&self) -> usize {
        self.engine.workers()
    }

    fn reader(&self, at_once: usize) -> Result<Box<dyn Reader + '_>, TranscriptError> {
        Ok(Box::new(KnowingReader { reader: self.engine.reader(at_once)?, known: self.known }))
    }
}

struct KnowingReader<'a> {
    reader: Box<dyn Reader + 'a>,
    known: &'a Known,
}

impl Reader for KnowingReader<'_> {
    fn read(&mut self, samples: &[f32], language: &str, mode: PromptMode) -> Result<Reading, TranscriptError> {
        let how = format!("{language} {mode:?}");
        self.known.0.get(key(samples, &how), || self.reader.read(samples, language, mode))
    }
}
