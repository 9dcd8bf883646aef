//! The command line program. Everything it does is in the library.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod linked;

use std::process::ExitCode;

fn main() -> ExitCode {
    give_memory_back();
    aloud::app::cli::run()
}

/// Returns large allocations (from 128 KiB on) to the system as soon as they are freed. By itself glibc keeps more and more of them, for
/// every thread apart: ten recordings at once took 850 MB.
fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code, reason = "a setting of the C library")]
    // SAFETY: it takes two numbers, and no other thread is there yet that could allocate.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 128 << 10);
    }
}
