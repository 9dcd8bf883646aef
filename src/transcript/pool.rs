//! Readers that several recordings share: there are never more of them at work than can usefully read at the same time.

use std::sync::{Condvar, Mutex, PoisonError};

use super::{PromptMode, Reader, Reading, Transcriber, TranscriptError, lock};

/// An engine with as many places for readers as it has use for. Whoever asks for one while all are taken waits.
pub struct Pool<'a> {
    engine: &'a dyn Transcriber,
    recordings: usize,
    free: Mutex<usize>,
    one_came_back: Condvar,
}

impl<'a> Pool<'a> {
    /// A pool for an engine and so many recordings at the same time.
    pub fn new(engine: &'a dyn Transcriber, recordings: usize) -> Self {
        Self { engine, recordings, free: Mutex::new(engine.workers().max(1)), one_came_back: Condvar::new() }
    }
}

impl Transcriber for Pool<'_> {
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
        let mut free = lock(&self.free);
        while *free == 0 {
            free = self.one_came_back.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        let place = Place { pool: self };
        Ok(Box::new(PooledReader {
            reader: self.engine.reader(at_once.saturating_mul(self.recordings))?,
            _place: place,
        }))
    }
}

/// A place in the pool. Given back on drop, even after an error or a panic.
struct Place<'p, 'a> {
    pool: &'p Pool<'a>,
}

/// A reader and its place. The place is given back last.
struct PooledReader<'p, 'a> {
    reader: Box<dyn Reader + 'a>,
    _place: Place<'p, 'a>,
}

impl Reader for PooledReader<'_, '_> {
    fn read(&mut self, samples: &[f32], language: &str, mode: PromptMode) -> Result<Reading, TranscriptError> {
        self.reader.read(samples, language, mode)
    }
}

impl Drop for Place<'_, '_> {
    fn drop(&mut self) {
        *lock(&self.pool.free) += 1;
        self.pool.one_came_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// Counts its readers. A reader fails at silence of one sample and panics at silence of two.
    #[derive(Default)]
    struct Counting {
        made: AtomicUsize,
        reading: AtomicUsize,
        most_at_once: AtomicUsize,
    }

    struct CountingReader<'a>(&'a Counting);

    impl Transcriber for Counting {
        fn model(&self) -> &str {
            "counting"
        }

        fn workers(&self) -> usize {
            2
        }

        fn reader(&self, _: usize) -> Result<Box<dyn Reader + '_>, TranscriptError> {
            self.made.fetch_add(1, Ordering::SeqCst);
            Ok(Box::new(CountingReader(self)))
        }
    }

    impl Reader for CountingReader<'_> {
        fn read(&mut self, samples: &[f32], _: &str, _: PromptMode) -> Result<Reading, TranscriptError> {
            let now = self.0.reading.fetch_add(1, Ordering::SeqCst) + 1;
            self.0.most_at_once.fetch_max(now, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(2));
            self.0.reading.fetch_sub(1, Ordering::SeqCst);
            match samples.len() {
                1 => Err(TranscriptError::Read("one sample".into())),
                2 => panic!("two samples"),
                _ => Ok(Reading::default()),
            }
        }
    }

    fn read(pool: &Pool, samples: usize) -> Result<Reading, TranscriptError> {
        pool.reader(1)?.read(&vec![0.0; samples], "en", PromptMode::Unprompted)
    }

    #[test]
    fn there_are_never_more_readers_than_are_useful() {
        let engine = Counting::default();
        let pool = Pool::new(&engine, 8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..5).for_each(|_| drop(read(&pool, 9).unwrap())));
            }
        });
        assert_eq!(engine.made.load(Ordering::SeqCst), 40);
        assert_eq!(engine.most_at_once.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn the_place_of_a_reader_that_failed_is_not_lost() {
        let engine = Counting::default();
        let pool = Pool::new(&engine, 8);
        for _ in 0..5 {
            assert!(read(&pool, 1).is_err());
            assert!(catch_unwind(AssertUnwindSafe(|| read(&pool, 2))).is_err());
            assert!(read(&pool, 9).is_ok());
        }
    }
}
