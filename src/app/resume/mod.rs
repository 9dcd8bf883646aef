//! A resume: its jobs and its claims, which are what somebody says they have done. Each claim is a story to tell.
//!
//! `read` gives paragraphs, whatever the file was; `sections` knows the headings; `claims` finds what was done and
//! where; `telling` asks for the story with the claim's own words.

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
