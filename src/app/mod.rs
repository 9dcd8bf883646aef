//! What the program adds to the analysis of a file: the microphone, playing, practice, resumes, the history, and how all of
//! it is shown and asked for.
//!
//! The library analyzes without any of it; nothing outside this module knows of it (`tests/program/architecture.rs`).

pub mod batch;
pub mod capture;
pub mod cli;
pub mod draft_file;
pub mod history;
pub mod job;
pub mod models;
pub mod play;
pub mod practice;
pub mod questions;
pub mod render;
pub mod resume;
pub mod settings;
mod suggest;
mod uri;
