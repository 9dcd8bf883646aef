//! The brief: what is known about an answer before it is analyzed.
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::question::Question;
use crate::speakers::Me;
use crate::story::model::StoryWeights;

/// What is known about an answer before it is analyzed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Brief {
    /// The question that is answered.
    pub question: Option<Question>,
    /// The shortest and longest answer the speaker aims at, in seconds; if `None`, the question's target applies.
    pub own_target_s: Option<[f64; 2]>,
    /// Words and phrases that the speaker wants counted as fillers wherever they occur.
    pub own_fillers: Vec<String>,
    /// Which of two voices is the speaker's; detected automatically if `None`.
    pub me: Option<Me>,
    /// Whether the speaker stutters: repeated, prolonged and blocked sounds are then excluded from every measure.
    pub stutters: bool,
    /// The weights for judging the story; `None` for the built-in ones.
    pub story_weights: Option<Arc<StoryWeights>>,
    /// The circumstances under which aloud asked the question; `None` if aloud did not ask it.
    pub asked: Option<Asked>,
}

/// The circumstances under which aloud asked the question that an answer was recorded for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// When the last word of the question ended, in seconds from the start of the recording (negative: before it);
    /// `None` if the question was not heard, or if there was time to prepare between it and the answer.
    pub end: Option<QuestionEnd>,
    /// The format of the interview.
    pub format: Option<String>,
    /// The number of the take, counted from 1.
    pub take: u32,
}

/// When a spoken question ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct QuestionEnd {
    /// The time from the start of the recording, in seconds; negative before it.
    pub at_s: f64,
    /// The uncertainty of the time, in seconds.
    pub uncertainty_s: f64,
}

impl Brief {
    /// Returns the weights for judging the story.
    pub fn story_weights(&self) -> &StoryWeights {
        self.story_weights.as_deref().unwrap_or_else(|| StoryWeights::built_in())
    }

    /// Returns the shortest and longest good answer, in seconds; `None` if neither the speaker nor the question gives a
    /// target.
    pub fn target_s(&self) -> Option<[f64; 2]> {
        self.own_target_s.or_else(|| self.question.as_ref()?.target_s)
    }
}
