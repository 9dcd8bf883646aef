//! What all targets have in common: what they do, and a bound on the memory that they may have while they do it.
#![allow(dead_code, reason = "each target uses one function")]

#[path = "bodies.rs"]
pub mod bodies;

use std::alloc::System;

/// The most that may be allocated at a time, in bytes; more ends the process, which libFuzzer reports with the input.
const MEMORY: usize = 1 << 30;

#[global_allocator]
static ALLOCATOR: cap::Cap<System> = cap::Cap::new(System, MEMORY);
