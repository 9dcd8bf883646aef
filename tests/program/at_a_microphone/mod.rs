//! Tests with a microphone, and of one process over a long time. They run separately (`make test`), so that no other
//! load on the machine affects their outcome.

mod asking;
mod long_haul;
mod practice;
mod record;
mod record_screen;
