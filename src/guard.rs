//! Catching the panics of libraries on hostile files, so that such a file counts as unreadable.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// The nesting depth of [`catch_panic`] on this thread.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs `work`; returns `None` if it panics. The panic message is not printed, since it does not help the user.
///
/// After a panic, whatever `work` was changing may be in an inconsistent state and must not be used.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    static SILENCED: Once = Once::new();
    SILENCED.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if DEPTH.get() == 0 {
                before(panic);
            }
        }));
    });
    DEPTH.set(DEPTH.get() + 1);
    let done = catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_none_and_the_thread_goes_on() {
        assert_eq!(catch_panic(|| 7), Some(7));
        assert_eq!(catch_panic(|| catch_panic(|| -> u8 { panic!("inside") })), Some(None));
        assert_eq!(catch_panic(|| -> u8 { panic!("outside") }), None);
        assert_eq!(DEPTH.get(), 0);
    }
}
