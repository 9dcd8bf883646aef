//! The history: every analyzed answer, kept on this machine, and the progress over weeks.
//!
//! [`store`] keeps the answers in one SQLite file ([`schema`] defines its tables, `rescue` recovers a damaged file).
//! Everything else is plain data in, plain data out: [`measures`] extracts the numbers that are tracked over time from
//! a report, [`trends`] tells whether they really change, [`progress`] summarizes them, [`compare`] compares two
//! answers, [`last_time`] tells whether a take did what the one before was told, [`habits`] what the newest takes have in
//! common, [`own_view`] how speakers saw their own answers, [`outcomes`] how their real interviews ended, [`edit`] corrects a transcript by hand, [`export`] writes and reads CSV and JSON Lines.

pub mod attempt;
pub mod coaching;
pub mod compare;
pub mod edit;
mod error;
pub mod export;
pub mod filter;
pub mod goals;
pub mod habits;
pub mod interviews;
pub mod last_time;
pub mod measures;
pub mod outcomes;
pub mod own_view;
mod packed;
pub mod practice;
pub mod progress;
mod rescue;
#[cfg(test)]
pub(crate) mod sample;
pub mod schema;
pub mod store;
pub mod trends;

pub use attempt::{Attempt, Occasion};
pub use error::HistoryError;
pub use measures::{Measure, Measures};
pub use rescue::Rescue;
pub use store::{Access, Kept, Saved, Store, visit};
