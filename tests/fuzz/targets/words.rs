#![no_main]

#[path = "../start.rs"]
mod start;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| start::bodies::words(bytes));
