//! The codes of statements: everything that aloud can say of an answer, as a closed list.
//!
//! Whatever is said to a person, a judgement or a piece of advice, has exactly one of these codes. The first nineteen are about what was
//! told; the rest about how it was said.

use serde::{Deserialize, Serialize};

/// What a statement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Something that happened was asked for, and no single real occasion is told.
    NoEvent,
    /// Something is told, but not what was asked.
    OtherQuestion,
    /// Nothing is said about how it came out.
    NoResult,
    /// How it came out is said, but nobody could picture what changed or for whom.
    VagueResult,
    /// It came out somehow, but not through anything the speaker did.
    ResultNotYours,
    /// What the speaker did is not told.
    NoSteps,
    /// Steps are told in words that anybody could say.
    ThinSteps,
    /// Steps are told, but not who did them.
    OwnPart,
    /// Others are run down.
    Blame,
    /// The setting takes so much that the rest is short or late.
    LongBackground,
    /// A listener cannot tell what it was about or what was at stake.
    NoSetting,
    /// A good part is beside the point or said twice.
    Rambling,
    /// Little that one could picture.
    NoDetail,
    /// Impressive words stand where facts should.
    EmptyWords,
    /// It takes back, again and again, what it says.
    Hedging,
    /// A listener would lose the thread because of the order.
    Order,
    /// Far too little to judge.
    TooShort,
    /// Far more than anybody listens to.
    TooLong,
    /// Nothing large is missing.
    Ready,
    /// Nothing that is missing is sure enough to say, nor that nothing is.
    NothingSure,
    /// Too many fillers.
    Fillers,
    /// Too fast or too slow.
    Pace,
    /// Silences that break the thread, or none at all.
    Pauses,
    /// Shorter or longer than the question asks for.
    Length,
    /// A pitch that hardly moves.
    Voice,
}

impl Code {
    /// Those about what was told, in the order of the detectors' outputs.
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
