//! Tests at a microphone, and of one process over a long time. Other load on the machine must not decide them, so they
//! run separately (`make test`).

mod asking;
mod long_haul;
mod practice;
mod record;
mod record_screen;
