//! Text for a terminal.

pub mod closing;
pub mod comparison;
pub mod history_list;
pub mod interview;
pub mod lines;
pub mod progress;
pub mod report;
pub mod start;
