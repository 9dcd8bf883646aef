//! Length: the duration of the answer, compared with that of a good answer to the question, in seconds.
//!
//! The targets are convention, not a finding: one to two minutes for a story from the past, less for most other
//! questions. Each question has its own target.

use serde::{Deserialize, Serialize};

/// The target of an answer whose question is not known, in seconds.
pub const ANY_TARGET_S: [f64; 2] = [30.0, 120.0];
/// Share of the shortest good answer below which an answer is far too short.
const FAR_TOO_SHORT: f64 = 0.5;
/// Multiple of the longest good answer above which an answer is far too long.
const FAR_TOO_LONG: f64 = 1.5;

/// The verdict on a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Less than half of the shortest good answer.
    FarTooShort,
    /// Shorter than the target.
    Short,
    /// Within the target.
    Good,
    /// Longer than the target.
    Long,
    /// More than one and a half times the longest good answer.
    FarTooLong,
}

/// The length of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Length {
    /// Duration from the first to the last speech, in seconds, without what is left out because the speaker stutters.
    pub answer_s: f64,
    /// The same without silent pauses and without sound lost while recording, in seconds.
    pub speech_s: f64,
    /// The shortest and the longest good answer, in seconds; `None` if the question is unknown.
    pub target_s: Option<[f64; 2]>,
    /// The verdict; judged against 30 to 120 s if the question is unknown.
    pub verdict: Verdict,
}

impl Length {
    pub(super) fn of(answer_s: f64, speech_s: f64, target_s: Option<[f64; 2]>) -> Self {
        Self { answer_s, speech_s, target_s, verdict: verdict(answer_s, target_s.unwrap_or(ANY_TARGET_S)) }
    }
}

fn verdict(answer_s: f64, [shortest, longest]: [f64; 2]) -> Verdict {
    match answer_s {
        s if s < shortest * FAR_TOO_SHORT => Verdict::FarTooShort,
        s if s < shortest => Verdict::Short,
        s if s <= longest => Verdict::Good,
        s if s <= longest * FAR_TOO_LONG => Verdict::Long,
        _ => Verdict::FarTooLong,
    }
}
