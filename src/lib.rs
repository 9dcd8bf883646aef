//! aloud: practise interview answers aloud and hear what you really said, on your own machine.
//!
//! Data flows one way: a file becomes an [`audio::Recording`], its signal gives [`signal::Features`], the speech model the
//! [`transcript::Transcript`], both together the [`disfluency::Fillers`] and [`metrics::Metrics`], the words the
//! [`story::Story`], these the [`score::Score`], and all of it the [`report::Report`]. [`analyze`] lists every stage.
//!
//! The feature `app` (on by default) adds [`app`]: what the program has beyond the analysis of a file, such as the
//! microphone, the history, practice, pages and the command line.

pub mod analyze;
#[cfg(feature = "app")]
pub mod app;
pub mod audio;
pub mod brief;
pub mod disfluency;
pub mod draft;
pub mod english;
pub mod files;
mod guard;
pub mod metrics;
pub mod plain;
pub mod question;
pub mod report;
pub mod score;
pub mod signal;
pub mod span;
pub mod story;
pub mod transcript;
pub mod warnings;
