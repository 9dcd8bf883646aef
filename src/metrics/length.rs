//! Length: the duration of the answer, compared with the target for the question.
//!
//! The targets are convention, not a finding: one to two minutes for a story from the past, less for most other
//! questions. Each question has its own target.

use serde::{Deserialize, Serialize};

/// The target for an answer to an unknown question, in seconds.
pub const ANY_TARGET_S: [f64; 2] = [30.0, 120.0];
/// Share of the lower target below which an answer is far too short.
const FAR_TOO_SHORT_SHARE: f64 = 0.5;
/// Multiple of the upper target above which an answer is far too long.
const FAR_TOO_LONG_MULTIPLE: f64 = 1.5;

/// The verdict on a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LengthVerdict {
    /// Less than half of the lower target.
    FarTooShort,
    /// Shorter than the target.
    Short,
    /// Within the target.
    Good,
    /// Longer than the target.
    Long,
    /// More than one and a half times the upper target.
    FarTooLong,
}

/// The length of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Length {
    /// The duration from the first to the last speech, in seconds, without the speech of others and without what is
    /// excluded because the speaker stutters.
    pub answer_s: f64,
    /// The duration [`Self::answer_s`] without silent pauses and audio lost while recording, in seconds.
    pub speech_s: f64,
    /// The shortest and the longest good answer, in seconds; `None` if the question is unknown.
    pub target_s: Option<[f64; 2]>,
    /// The verdict; judged against 30 to 120 s if the question is unknown.
    pub verdict: LengthVerdict,
}

impl Length {
    pub(super) fn of(answer_s: f64, speech_s: f64, target_s: Option<[f64; 2]>) -> Self {
        Self { answer_s, speech_s, target_s, verdict: verdict(answer_s, target_s.unwrap_or(ANY_TARGET_S)) }
    }
}

fn verdict(answer_s: f64, [shortest, longest]: [f64; 2]) -> LengthVerdict {
    match answer_s {
        s if s < shortest * FAR_TOO_SHORT_SHARE => LengthVerdict::FarTooShort,
        s if s < shortest => LengthVerdict::Short,
        s if s <= longest => LengthVerdict::Good,
        s if s <= longest * FAR_TOO_LONG_MULTIPLE => LengthVerdict::Long,
        _ => LengthVerdict::FarTooLong,
    }
}
