//! The question that an answer is given to.

use serde::{Deserialize, Serialize};

/// A question and what is expected of its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its short name; `None` for a question that was typed in.
    pub id: Option<String>,
    /// As the interviewer asks it.
    pub text: String,
    /// What sort of answer it asks for, e.g. `past-story`; `None` when not known.
    pub kind: Option<String>,
    /// The shortest and the longest good answer, in seconds; `None` when not known.
    pub target_s: Option<[f64; 2]>,
}
