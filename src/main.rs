//! The command line program. What it can do is in [`cli`]; everything it knows is in the library.

mod cli;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod linked;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
