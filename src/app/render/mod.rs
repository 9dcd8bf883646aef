//! The output that users read: text for a terminal and pages for a browser.

pub mod page;
pub mod shown;
pub mod terminal;
