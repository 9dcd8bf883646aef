//! Tests at a microphone, and of one process over a long time: what else is at work must not decide them, so they run by themselves
//! (`make test`).

mod long_haul;
mod practice;
mod record;
mod record_screen;
