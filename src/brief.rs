//! What is known of an answer before it is heard.

use std::sync::Arc;

use crate::question::Question;
use crate::story::model::Weights;

/// What is known of an answer before it is heard.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Brief {
    /// The question that it answers.
    pub question: Option<Question>,
    /// The shortest and the longest answer that the speaker aims at, in seconds; the question's own when `None`.
    pub own_target_s: Option<[f64; 2]>,
    /// Words and phrases that the speaker wants counted as fillers wherever they occur.
    pub own_fillers: Vec<String>,
    /// Whether the speaker stutters: what that repeats, prolongs and blocks is left out of every measure.
    pub stutters: bool,
    /// The weights that the story is judged with; `None` means those that come with the program.
    pub story_weights: Option<Arc<Weights>>,
}

impl Brief {
    /// The weights that the story is judged with.
    pub fn story_weights(&self) -> &Weights {
        self.story_weights.as_deref().unwrap_or_else(|| Weights::built_in())
    }

    /// The shortest and the longest good answer, in seconds; `None` when nobody said.
    pub fn target_s(&self) -> Option<[f64; 2]> {
        self.own_target_s.or_else(|| self.question.as_ref()?.target_s)
    }
}
