//! Batches of files: input selection, parallel execution, and a file of results that an interrupted run resumes.

pub mod inputs;
pub mod json_lines;
pub mod side_by_side;
