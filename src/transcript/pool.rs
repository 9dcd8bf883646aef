//! Readers that several recordings share: a reader's memory (some 300 MB for the default model) is made once and used again,
//! and there are never more of them than can usefully read at the same time.

use std::sync::{Condvar, Mutex};

use super::{Manner, Reader, Reading, Transcriber, TranscriptError, lock};

/// An engine whose readers come back when they are no longer needed. Whoever asks for one while all are in use waits.
pub struct Pool<'a> {
    engine: &'a dyn Transcriber,
    idle: Mutex<Idle<'a>>,
    one_came_back: Condvar,
}

/// Who is waiting to be used.
struct Idle<'a> {
    /// Readers that have been used before, whole.
    readers: Vec<Box<dyn Reader + 'a>>,
    /// How many more readers may be in use at the same time.
    free: usize,
}

impl<'a> Pool<'a> {
    /// A pool of as many readers as the engine has use for.
    pub fn new(engine: &'a dyn Transcriber) -> Self {
        let idle = Idle { readers: Vec::new(), free: engine.workers().max(1) };
        Self { engine, idle: Mutex::new(idle), one_came_back: Condvar::new() }
    }

    fn take_back(&self, reader: Option<Box<dyn Reader + 'a>>) {
        let mut idle = lock(&self.idle);
        idle.readers.extend(reader);
        idle.free += 1;
        self.one_came_back.notify_one();
    }
}

impl Transcriber for Pool<'_> {
    fn model(&self) -> &str {
        self.engine.model()
    }

    fn workers(&self) -> usize {
        self.engine.workers()
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, TranscriptError> {
        let mut idle = lock(&self.idle);
        while idle.free == 0 {
            idle = self.one_came_back.wait(idle).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        idle.free -= 1;
        let used_before = idle.readers.pop();
        drop(idle);
        // From here on the place is given back whatever happens.
        let mut lent = Lent { pool: self, reader: used_before };
        if lent.reader.is_none() {
            lent.reader = Some(self.engine.reader()?);
        }
        Ok(Box::new(lent))
    }
}

/// A reader on loan.
struct Lent<'p, 'a> {
    pool: &'p Pool<'a>,
    /// `None` once it failed: what a failure leaves in its memory is unknown.
    reader: Option<Box<dyn Reader + 'a>>,
}

impl Reader for Lent<'_, '_> {
    fn read(&mut self, samples: &[f32], language: &str, manner: Manner) -> Result<Reading, TranscriptError> {
        // Out of its place while it reads, so that one that fails or panics does not come back.
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.pool.engine.reader()?,
        };
        let reading = reader.read(samples, language, manner)?;
        self.reader = Some(reader);
        Ok(reading)
    }
}

impl Drop for Lent<'_, '_> {
    fn drop(&mut self) {
        self.pool.take_back(self.reader.take());
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

        fn reader(&self) -> Result<Box<dyn Reader + '_>, TranscriptError> {
            self.made.fetch_add(1, Ordering::SeqCst);
            Ok(Box::new(CountingReader(self)))
        }
    }

    impl Reader for CountingReader<'_> {
        fn read(&mut self, samples: &[f32], _: &str, _: Manner) -> Result<Reading, TranscriptError> {
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
        pool.reader()?.read(&vec![0.0; samples], "en", Manner::Plain)
    }

    #[test]
    fn readers_are_used_again_and_never_more_than_are_useful() {
        let engine = Counting::default();
        let pool = Pool::new(&engine);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..5).for_each(|_| drop(read(&pool, 9).unwrap())));
            }
        });
        assert!(engine.made.load(Ordering::SeqCst) <= 2);
        assert_eq!(engine.most_at_once.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_reader_that_failed_is_not_used_again_and_its_place_is_not_lost() {
        let engine = Counting::default();
        let pool = Pool::new(&engine);
        for round in 1..=5 {
            assert!(read(&pool, 1).is_err());
            assert!(catch_unwind(AssertUnwindSafe(|| read(&pool, 2))).is_err());
            assert!(read(&pool, 9).is_ok());
            // One for each failure, and the one that then goes on.
            assert_eq!(engine.made.load(Ordering::SeqCst), 2 * round + 1);
        }
    }
}
