//! What is known about an answer before it is heard.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::question::Question;
use crate::speakers::Me;
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
    /// Which of two voices is the speaker's; found out when `None`.
    pub me: Option<Me>,
    /// Whether the speaker stutters: repeated, prolonged and blocked sounds are left out of every measure.
    pub stutters: bool,
    /// The weights for judging the story; `None` for the built-in ones.
    pub story_weights: Option<Arc<Weights>>,
    /// How the question was put; `None` where aloud did not put it.
    pub asked: Option<Asked>,
}

/// How aloud put the question that an answer was recorded for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// When the last word of the question ended, in seconds from the start of the recording (negative: before it);
    /// `None` if the question was not heard, or if there was time to prepare between it and the answer.
    pub end: Option<QuestionEnd>,
    /// The format of the interview.
    pub format: Option<String>,
    /// The number of the take, from 1.
    pub take: u32,
}

/// When a spoken question ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct QuestionEnd {
    /// The time from the start of the recording, in seconds; negative before it.
    pub at_s: f64,
    /// How far it may be off, in seconds.
    pub uncertainty_s: f64,
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
