//! What is known about an answer before it is heard.

use std::sync::Arc;

use crate::question::Question;
use crate::story::model::Weights;

/// What is known about an answer before it is heard.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Brief {
    /// The question that is answered.
    pub question: Option<Question>,
    /// The shortest and longest answer the speaker aims at, in seconds; if `None`, the question's target applies.
    pub own_target_s: Option<[f64; 2]>,
    /// Words and phrases that the speaker wants counted as fillers wherever they occur.
    pub own_fillers: Vec<String>,
    /// The weights for judging the story; `None` for the built-in ones.
    pub story_weights: Option<Arc<Weights>>,
}

impl Brief {
    /// Returns the weights for judging the story.
    pub fn story_weights(&self) -> &Weights {
        self.story_weights.as_deref().unwrap_or_else(|| Weights::built_in())
    }

    /// Returns the shortest and longest good answer, in seconds; `None` if neither the speaker nor the question gives a
    /// target.
    pub fn target_s(&self) -> Option<[f64; 2]> {
        self.own_target_s.or_else(|| self.question.as_ref()?.target_s)
    }
}
