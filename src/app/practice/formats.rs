//! How an interview by phone, by video and face to face differ: which kinds of questions, how long, what to mind.
//!
//! One table. "Convention" is what career advisers say; "ours" is our own choice.

use serde::{Deserialize, Serialize};

use crate::question::QuestionKind;

/// How the interview takes place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// By telephone: mostly a first, short talk.
    Phone,
    /// By video.
    Video,
    /// In one room.
    #[default]
    FaceToFace,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The name.
    pub name: &'static str,
    /// Questions of a session where no number is given (ours).
    pub questions: usize,
    /// The kinds of questions, in the order they are asked; again from the start where more are wanted. First talks by
    /// phone ask who somebody is and why they apply; later rounds ask for stories (convention).
    pub kinds: &'static [QuestionKind],
    /// Answers are as long as usual times this. On the phone nobody sees the listener nod, so they are shorter
    /// (convention; the number is ours).
    pub length: f64,
    /// What to mind, in one line (convention).
    pub advice: &'static str,
}

impl Format {
    /// Its row of the table.
    pub fn row(self) -> Row {
        match self {
            Self::Phone => Row {
                name: "phone",
                questions: 5,
                kinds: &[
                    QuestionKind::AboutYourself,
                    QuestionKind::Motivation,
                    QuestionKind::PastStory,
                    QuestionKind::CurrentJob,
                    QuestionKind::Closing,
                ],
                length: 0.75,
                advice: "By phone: stand up, keep answers short, and let a pause be the sign that you are done.",
            },
            Self::Video => Row {
                name: "video",
                questions: 5,
                kinds: &[
                    QuestionKind::AboutYourself,
                    QuestionKind::PastStory,
                    QuestionKind::Teamwork,
                    QuestionKind::Motivation,
                    QuestionKind::Failure,
                    QuestionKind::Weakness,
                    QuestionKind::Closing,
                ],
                length: 1.0,
                advice: "By video: look at the camera when you make your point, and wait a moment before you begin.",
            },
            Self::FaceToFace => Row {
                name: "face-to-face",
                questions: 6,
                kinds: &[
                    QuestionKind::AboutYourself,
                    QuestionKind::PastStory,
                    QuestionKind::Conflict,
                    QuestionKind::TechnicalWalkThrough,
                    QuestionKind::Leadership,
                    QuestionKind::Failure,
                    QuestionKind::Teamwork,
                    QuestionKind::Motivation,
                ],
                length: 1.0,
                advice: "Face to face: take a breath before you answer, and look at the person while you tell the result.",
            },
        }
    }
}
