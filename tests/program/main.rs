//! The program as a whole, from outside, and the library over whole recordings: one test program, so that it is linked
//! only once.

#[path = "../fuzz/bodies.rs"]
mod bodies;
#[path = "../common/mod.rs"]
mod common;
#[path = "../training/disfluency/turns.rs"]
mod turns;

mod architecture;
mod at_a_microphone;
mod command_line;
mod damage;
mod disfluency_holds;
mod documents;
mod exports;
mod faults;
mod fuzz_corpus;
mod history;
mod history_faults;
mod history_scale;
mod hostile;
mod imports;
mod installing;
mod invariants;
mod kernels;
mod many_files;
mod models;
mod page;
mod people;
mod practice_texts;
mod privacy;
mod report_schema;
mod samples;
mod screens;
mod shared_recordings;
mod speech_or_sound;
mod story_holds;
mod stuttered_twins;
mod told_and_done;
mod two_voices;
