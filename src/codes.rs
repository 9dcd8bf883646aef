//! Statement codes: everything that aloud can say about an answer, as a closed list.
//!
//! Every judgement and every piece of advice that people read has exactly one of these codes. The first nineteen
//! ([`Code::STORY`]) are about the content; [`Code::NothingSure`] says that nothing about the content is certain enough
//! to mention; the rest are about the delivery.

use serde::{Deserialize, Serialize};

/// A statement about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The question asks for something that happened, but the answer tells no single real event.
    NoEvent,
    /// The answer tells something other than what the question asks for.
    OtherQuestion,
    /// The outcome is not told.
    NoResult,
    /// The outcome is told, but nobody could picture what changed or for whom.
    VagueResult,
    /// The outcome is not due to anything that the speaker did.
    ResultNotYours,
    /// What the speaker did is not told.
    NoSteps,
    /// The steps are told in words that anybody could say.
    ThinSteps,
    /// The steps are told, but not who took them.
    OwnPart,
    /// Other people are disparaged.
    Blame,
    /// The background takes so much time that the rest is short or late.
    LongBackground,
    /// A listener cannot tell what the answer was about or what was at stake.
    NoSetting,
    /// A large part is beside the point or said twice.
    Rambling,
    /// There is little that a listener could picture.
    NoDetail,
    /// Impressive words take the place of facts.
    EmptyWords,
    /// The answer hedges again and again.
    Hedging,
    /// The order would make a listener lose the thread.
    Order,
    /// The answer is far too short to judge.
    TooShort,
    /// The answer is far longer than anybody listens to.
    TooLong,
    /// Nothing important is missing.
    Ready,
    /// Nothing is certain enough to mention: neither a fault, nor that the answer has none.
    NothingSure,
    /// Too many fillers.
    Fillers,
    /// Too fast or too slow.
    Pace,
    /// Silences that break the thread, or none at all.
    Pauses,
    /// Shorter or longer than the question asks for.
    Length,
    /// The pitch hardly moves.
    Voice,
}

impl Code {
    /// The codes about the content, in the order of the detectors' outputs.
    pub const STORY: [Self; 19] = [
        Self::NoEvent,
        Self::OtherQuestion,
        Self::NoResult,
        Self::VagueResult,
        Self::ResultNotYours,
        Self::NoSteps,
        Self::ThinSteps,
        Self::OwnPart,
        Self::Blame,
        Self::LongBackground,
        Self::NoSetting,
        Self::Rambling,
        Self::NoDetail,
        Self::EmptyWords,
        Self::Hedging,
        Self::Order,
        Self::TooShort,
        Self::TooLong,
        Self::Ready,
    ];
}
