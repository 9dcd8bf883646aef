//! English as it is spoken, whatever it looks like on paper.

pub mod numbers;
pub mod syllables;
