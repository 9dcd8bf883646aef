//! Runs many jobs in parallel and delivers their results in order.
//!
//! The number of finished results that wait for delivery is limited: a worker waits before starting an item that is
//! [`AHEAD`] times the number of jobs, or more, ahead of the next result. A panic in one item does not affect the
//! others.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

/// How far ahead of the next result an item may be started, as a multiple of the number of jobs (ours: an item may take
/// four times as long as those behind it before they have to wait).
pub const AHEAD: usize = 4;

/// The panic of an item, with its message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("aloud made a mistake here ({0}); please report this as a bug")]
pub struct Panicked(String);

/// Runs `work` for every item, at most `jobs` at the same time, and passes the results to `done` in the order of the
/// items, each as soon as its turn comes. `done` runs on the calling thread.
///
/// # Errors
/// Returns the first error of `done`. After it, no new item is started, and the running ones are awaited.
pub fn side_by_side<T: Sync, R: Send, E>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> R + Sync,
    mut done: impl FnMut(&T, Result<R, Panicked>) -> Result<(), E>,
) -> Result<(), E> {
    let queue = Queue { turns: Mutex::new(Turns { next: 0, end: items.len(), handed_over: 0 }), moved: Condvar::new() };
    let ahead = AHEAD * jobs.max(1);
    let (results, from_workers) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            let (results, queue, work) = (results.clone(), &queue, &work);
            scope.spawn(move || {
                while let Some(i) = queue.next(ahead) {
                    let result = catch_unwind(AssertUnwindSafe(|| work(&items[i])));
                    // After `done` has failed, nobody receives the results.
                    let _ = results.send((i, result.map_err(|panic| Panicked(said(&*panic)))));
                }
            });
        }
        drop(results);
        let mut waiting = BTreeMap::new();
        for (i, result) in from_workers {
            waiting.insert(i, result);
            while let Some((i, result)) =
                waiting.first_entry().filter(|e| *e.key() == queue.handed_over()).map(|e| e.remove_entry())
            {
                let handed_over = done(&items[i], result);
                queue.hand_over(handed_over.is_ok());
                handed_over?;
            }
        }
        Ok(())
    })
}

/// The queue of items: the next one to start, and the number of results that were delivered.
struct Queue {
    turns: Mutex<Turns>,
    moved: Condvar,
}

struct Turns {
    next: usize,
    end: usize,
    handed_over: usize,
}

impl Queue {
    /// Returns the index of the next item, after waiting until fewer than `ahead` results are outstanding before it;
    /// `None` if no items are left.
    fn next(&self, ahead: usize) -> Option<usize> {
        let mut turns = self.lock();
        while turns.next < turns.end && turns.next >= turns.handed_over + ahead {
            turns = self.moved.wait(turns).unwrap_or_else(PoisonError::into_inner);
        }
        let next = (turns.next < turns.end).then_some(turns.next);
        turns.next += 1;
        next
    }

    fn handed_over(&self) -> usize {
        self.lock().handed_over
    }

    /// Counts one more delivered result; unless `goes_on`, no more items are started.
    fn hand_over(&self, goes_on: bool) {
        let mut turns = self.lock();
        turns.handed_over += 1;
        if !goes_on {
            turns.end = 0;
        }
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the message of a panic.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason given".to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn results_come_in_order_and_never_too_many_are_under_way(
            delays_ms in prop::collection::vec(0_u64..4, 0..40),
            jobs in 1_usize..6,
        ) {
            let items: Vec<(usize, u64)> = delays_ms.into_iter().enumerate().collect();
            let (working, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let (begun, farthest) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let over = AtomicUsize::new(0);
            let mut order = Vec::new();
            let work = |item: &(usize, u64)| {
                most.fetch_max(working.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let ahead = begun.fetch_add(1, Ordering::SeqCst) + 1 - over.load(Ordering::SeqCst);
                farthest.fetch_max(ahead, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(item.1));
                working.fetch_sub(1, Ordering::SeqCst);
                item.0 * 2
            };
            side_by_side(&items, jobs, work, |item, result| {
                prop_assert_eq!(result.unwrap(), item.0 * 2);
                order.push(item.0);
                over.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })?;
            prop_assert_eq!(order, (0..items.len()).collect::<Vec<_>>());
            prop_assert!(most.load(Ordering::SeqCst) <= jobs);
            prop_assert!(farthest.load(Ordering::SeqCst) <= AHEAD * jobs);
        }
    }

    #[test]
    fn a_panic_is_one_result_among_others() {
        let mut results = Vec::new();
        let work = |item: &i32| if *item == 2 { panic!("number {item}") } else { *item };
        side_by_side(&[1, 2, 3, 4], 2, work, |_, result| {
            results.push(result);
            Ok::<_, ()>(())
        })
        .unwrap();
        assert_eq!(results, [Ok(1), Err(Panicked("number 2".into())), Ok(3), Ok(4)]);
    }

    #[test]
    fn when_results_go_nowhere_no_more_work_is_begun() {
        let begun = AtomicUsize::new(0);
        let items: Vec<usize> = (0..1000).collect();
        let work = |_: &usize| begun.fetch_add(1, Ordering::SeqCst);
        let ended = side_by_side(&items, 2, work, |item, _| if *item == 3 { Err("full") } else { Ok(()) });
        assert_eq!(ended, Err("full"));
        assert!(begun.load(Ordering::SeqCst) <= 3 + AHEAD * 2);
    }
}
