//! The parts of the program beyond the analysis library: recording, playback, practice, resumes, the history, and the
//! user interface.
//!
//! Nothing outside this module depends on it (checked by `tests/program/architecture.rs`).

pub mod batch;
pub mod capture;
pub mod cli;
pub mod clock;
pub mod draft_file;
pub mod export;
pub mod history;
pub mod imports;
pub mod interviewer;
pub mod job;
pub mod models;
pub mod people;
pub mod play;
pub mod practice;
pub mod questions;
pub mod render;
pub mod resume;
pub mod settings;
mod spreadsheet;
mod suggest;
mod uri;
