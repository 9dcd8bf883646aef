//! The command-line program. All of its functionality is in the library.

#[cfg(overrides)]
mod linked;

fn main() {
    give_memory_back();
    aloud::app::cli::run()
}

/// Returns large allocations (from 128 KiB on) to the system as soon as they are freed. By default, glibc keeps more
/// and more of them, separately for every thread: ten recordings at once took 850 MB.
fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code, reason = "a setting of the C library")]
    // SAFETY: `mallopt` takes two numbers, and no other thread exists yet that could allocate.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 128 << 10);
    }
}
