//! The history: every analyzed answer, kept on this machine, and what it says about the weeks.
//!
//! [`store`] keeps the answers in one SQLite file ([`schema`] says how, `rescue` what happens when it is damaged).
//! Everything else is plain data in, plain data out: [`measures`] picks the numbers that are followed over time out of
//! a report, [`trends`] says whether they really move, [`progress`] puts it together, [`compare`] sets two answers side
//! by side, [`edit`] corrects a transcript by hand, [`export`] writes and reads CSV and JSON Lines.

pub mod attempt;
pub mod compare;
pub mod edit;
mod error;
pub mod export;
pub mod filter;
pub mod goals;
pub mod measures;
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
pub use store::{Access, Kept, Store, visit};
