//! Resumes: their jobs and their claims, that is, what somebody says they have done. Each claim is a story to tell.
//!
//! `read` turns any supported file into paragraphs; `sections` recognizes headings; `claims` extracts what was done and
//! where; `telling` asks for the story in the claim's own words.

pub mod claims;
mod columns;
mod dates;
mod docx;
mod heads;
pub(crate) mod layout;
mod pdf;
pub mod read;
pub(crate) mod sections;
pub mod telling;
mod verbs;

pub use claims::{Claim, claims};
pub use read::{ReadError, read};
