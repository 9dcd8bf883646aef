//! How interviews by phone, by video and face to face differ: the kinds of questions, the length of answers, and
//! advice.
//!
//! All of it is one table. "Convention" is what career advisers say; "ours" is our own choice.

use serde::{Deserialize, Serialize};

use crate::question::QuestionKind;

/// The format of the interview.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// By telephone: usually a short first interview.
    Phone,
    /// By video.
    Video,
    /// In the same room.
    #[default]
    FaceToFace,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The name of the format.
    pub name: &'static str,
    /// The default number of questions in a session (ours).
    pub questions: usize,
    /// The kinds of questions, in the order they are asked; the list starts over if more questions are wanted. First
    /// interviews by phone ask who the candidates are and why they apply; later rounds ask for stories (convention).
    pub kinds: &'static [QuestionKind],
    /// The factor by which the target lengths of answers are scaled. Answers by phone are shorter, since the speaker
    /// cannot see the listener nod (convention; the number is ours).
    pub length: f64,
    /// One line of advice for the format (convention).
    pub advice: &'static str,
}

impl Format {
    /// Returns the row of the table for this format.
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
