//! Resumes: their jobs and their claims, that is, the statements of what the writer did. Each claim can be asked about
//! in an interview.
//!
//! `read` converts any supported file to paragraphs; `sections` recognizes headings; `job_header` finds the employer
//! and the dates of a job; `claims` extracts the claims; `claim_question` turns a claim into an interview question.

pub mod claim_question;
pub mod claims;
mod columns;
mod dates;
mod docx;
mod job_header;
pub(crate) mod layout;
mod pdf;
pub mod read;
pub(crate) mod sections;
mod verbs;

pub use claims::{Claim, claims};
pub use read::{ReadError, read};
