//! Memory of the speech model's states, kept from one piece to the next.
//!
//! Every piece is read in a fresh state, of some 200 MB. The system clears what it hands out; a state that gets the
//! memory of an earlier one finds there what was left. whisper.cpp clears what must be zero.

use std::ffi::c_void;
use std::sync::Mutex;

use super::lock;

/// Returns memory of so many bytes to where it came from.
pub type Free = unsafe extern "C" fn(*mut c_void, usize);

/// Memory that nobody uses at the moment.
struct Region {
    address: usize,
    bytes: usize,
    free: Free,
}

/// What is kept, and for how many readers.
struct Kept {
    readers: usize,
    regions: Vec<Region>,
}

static KEPT: Mutex<Kept> = Mutex::new(Kept { readers: 0, regions: Vec::new() });

/// Returns kept memory of exactly so many bytes, if there is any. Its contents are what was left there.
pub fn again(bytes: usize) -> Option<*mut c_void> {
    let regions = &mut lock(&KEPT).regions;
    let at = regions.iter().position(|region| region.bytes == bytes)?;
    Some(regions.swap_remove(at).address as *mut c_void)
}

/// Keeps memory while there are readers; returns false if there are none.
///
/// # Safety
/// `free` may be called with this memory, and nobody uses it any more.
#[allow(unsafe_code, reason = "the memory comes from C")]
pub unsafe fn keep(memory: *mut c_void, bytes: usize, free: Free) -> bool {
    let mut kept = lock(&KEPT);
    if kept.readers == 0 {
        return false;
    }
    kept.regions.push(Region { address: memory as usize, bytes, free });
    true
}

/// A reader, for which memory is kept. What was kept is returned with the last of them.
pub(super) struct Keeping(());

impl Keeping {
    pub(super) fn begin() -> Self {
        lock(&KEPT).readers += 1;
        Self(())
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        let mut kept = lock(&KEPT);
        kept.readers -= 1;
        if kept.readers == 0 {
            for region in std::mem::take(&mut kept.regions) {
                #[allow(unsafe_code, reason = "the memory comes from C")]
                // SAFETY: as promised to `keep`; it is in the list no longer.
                unsafe {
                    (region.free)(region.address as *mut c_void, region.bytes);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static FREED: AtomicUsize = AtomicUsize::new(0);

    #[allow(unsafe_code, reason = "the signature that C gives it")]
    unsafe extern "C" fn count(_: *mut c_void, bytes: usize) {
        FREED.fetch_add(bytes, Ordering::Relaxed);
    }

    #[test]
    #[allow(unsafe_code, reason = "memory that is never touched")]
    fn memory_is_kept_for_readers_and_returned_with_the_last() {
        // Sizes that nothing else asks for: other tests may read at the same time.
        let (memory, other) = (16 as *mut c_void, 32 as *mut c_void);
        let (first, second) = (Keeping::begin(), Keeping::begin());
        // SAFETY: `count` frees nothing.
        unsafe {
            assert!(keep(memory, 7, count) && keep(other, 11, count));
        }
        assert_eq!(again(5), None);
        assert_eq!(again(7), Some(memory));
        assert_eq!(again(7), None);
        drop(first);
        assert_eq!(FREED.load(Ordering::Relaxed), 0);
        drop(second);
        let readers = lock(&KEPT).readers;
        assert!(readers > 0 || FREED.load(Ordering::Relaxed) == 11);
    }
}
