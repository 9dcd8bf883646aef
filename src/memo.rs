//! What was worked out before, found again by what it was worked out from.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

/// How long somebody waits for a value that another thread is working out: about as long as the longest takes anew. On a busy machine
/// that thread, which has the lowest priority, may not get on at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// The SHA-256 of everything that a value depends on.
pub(crate) type Key = [u8; 32];

/// Returns the key of what is worked out from these samples in the way that `how` names.
pub(crate) fn key(samples: &[f32], how: &str) -> Key {
    let mut hasher = Sha256::new();
    hasher.update(how.as_bytes());
    samples.iter().for_each(|x| hasher.update(x.to_le_bytes()));
    hasher.finalize().into()
}

/// Values by their keys. Who asks for one that is being worked out waits for it a while.
#[derive(Debug)]
pub(crate) struct Memo<V> {
    /// `None` while a value is being worked out.
    values: Mutex<HashMap<Key, Option<V>>>,
    changed: Condvar,
    /// Whether somebody has waited in vain: then nobody waits again.
    has_waited: AtomicBool,
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Self { values: Mutex::default(), changed: Condvar::new(), has_waited: AtomicBool::new(false) }
    }
}

impl<V> Memo<V> {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Option<V>>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: Clone> Memo<V> {
    /// Returns the value of a key. `work` gives it if it is not known.
    ///
    /// # Errors
    /// Those of `work`; nothing is remembered then.
    pub(crate) fn get<E>(&self, key: Key, work: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        let begun = Instant::now();
        let mut values = self.lock();
        loop {
            match values.get(&key) {
                Some(Some(value)) => return Ok(value.clone()),
                Some(None) => {
                    let left = PATIENCE.saturating_sub(begun.elapsed());
                    if left.is_zero() || self.has_waited.load(Ordering::Relaxed) {
                        self.has_waited.store(true, Ordering::Relaxed);
                        break;
                    }
                    values = self.changed.wait_timeout(values, left).unwrap_or_else(PoisonError::into_inner).0;
                }
                None => break,
            }
        }
        values.insert(key, None);
        drop(values);
        let mut place = Place { memo: self, key, value: None };
        let value = work()?;
        place.value = Some(value.clone());
        Ok(value)
    }
}

/// The place of a value that is being worked out: filled or given back when it is dropped, whatever happened.
struct Place<'a, V> {
    memo: &'a Memo<V>,
    key: Key,
    value: Option<V>,
}

impl<V> Drop for Place<'_, V> {
    fn drop(&mut self) {
        let mut values = self.memo.lock();
        match self.value.take() {
            Some(value) => drop(values.insert(self.key, Some(value))),
            // Another one may have worked it out meanwhile.
            None if values.get(&self.key).is_some_and(Option::is_none) => drop(values.remove(&self.key)),
            None => {}
        }
        drop(values);
        self.memo.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_value_is_worked_out_once_however_many_ask_for_it() {
        let (memo, worked) = (Memo::default(), AtomicUsize::new(0));
        let work = || {
            worked.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(20));
            Ok::<_, Infallible>("said")
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(memo.get(key(&[0.5], "en"), work), Ok("said")));
            }
        });
        assert_eq!(worked.load(Ordering::SeqCst), 1);
        for other in [key(&[0.5], "de"), key(&[0.25], "en"), key(&[0.5, 0.5], "en")] {
            assert_eq!(memo.get(other, || Ok::<_, Infallible>("other")), Ok("other"));
        }
    }

    #[test]
    fn nobody_waits_for_ever() {
        let (memo, key) = (Memo::default(), key(&[0.5], "en"));
        let stuck = || {
            std::thread::sleep(3 * PATIENCE);
            Ok::<_, Infallible>("late")
        };
        std::thread::scope(|scope| {
            scope.spawn(|| memo.get(key, stuck));
            std::thread::sleep(PATIENCE / 20);
            let begun = Instant::now();
            assert_eq!(memo.get(key, || Ok::<_, Infallible>("soon")), Ok("soon"));
            assert!(begun.elapsed() < 2 * PATIENCE, "{:?}", begun.elapsed());
        });
    }

    #[test]
    fn what_failed_is_worked_out_again() {
        let memo = Memo::default();
        let key = key(&[], "");
        assert_eq!(memo.get(key, || Err("no memory")), Err("no memory"));
        assert!(catch_unwind(AssertUnwindSafe(|| memo.get::<()>(key, || panic!("a bug")))).is_err());
        assert_eq!(memo.get(key, || Ok::<_, ()>(1)), Ok(1));
    }
}
