//! aloud: practise interview answers aloud and hear what you really said, on your own machine.
//!
//! Data flows one way: a microphone ([`capture`]) gives a file; a file becomes an [`audio::Recording`], the signal gives
//! its [`signal::Features`], the speech model its [`transcript::Transcript`], both together the [`metrics::Metrics`],
//! these the [`score::Score`], and all of it the [`report::Report`]. [`analyze::analyze`] runs the stages in that order.
//! [`resume`] and [`job`] read what somebody brings to an interview, and [`practice`] leads through a session with it.
//! [`history`] keeps reports and says what they come to over the weeks; [`page`] writes that for a browser. Only
//! [`audio`], [`draft`], [`files`], [`inputs`], [`json_lines`], [`capture`], [`mod@resume::read`], [`questions`], [`transcript::whisper`], [`transcript::models`],
//! [`history::store`] and [`settings`] touch the world.

pub mod analyze;
pub mod audio;
pub mod capture;
pub mod codes;
pub mod draft;
pub mod files;
mod guard;
pub mod history;
pub mod inputs;
pub mod job;
pub mod json_lines;
pub mod lines;
pub mod metrics;
pub mod page;
pub mod plain;
pub mod practice;
pub mod questions;
pub mod report;
pub mod resume;
pub mod score;
pub mod settings;
pub mod side_by_side;
pub mod signal;
pub mod span;
pub mod story;
pub mod transcript;
pub mod warnings;
