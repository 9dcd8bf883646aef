//! The parts of the score: what each is called in a report, and what people read.

use serde::{Deserialize, Serialize};

/// A part of the score. In JSON it is its name in small letters, such as `own_part`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    /// What there was to deal with.
    Setting,
    /// What was done.
    Action,
    /// What of it the speaker did.
    OwnPart,
    /// What came of it.
    Result,
    /// Numbers, names and times.
    Detail,
    /// Whether it is told in order and without repetition.
    Shape,
    /// How others are spoken of.
    Others,
    /// Whether it answers what was asked.
    Question,
    /// How fast.
    Pace,
    /// With which fillers.
    Fillers,
    /// With which pauses.
    Pauses,
    /// How long.
    Length,
    /// In what voice.
    Voice,
    /// A part that this version does not know: of a report from another one.
    #[serde(untagged)]
    Unknown(String),
}

impl PartName {
    /// The parts that judge the story, in the order to read them.
    pub const STORY: [Self; 8] = [
        Self::Setting,
        Self::Action,
        Self::OwnPart,
        Self::Result,
        Self::Detail,
        Self::Shape,
        Self::Others,
        Self::Question,
    ];

    /// The parts that judge how it was said, in the order to read them.
    pub const DELIVERY: [Self; 5] = [Self::Pace, Self::Fillers, Self::Pauses, Self::Length, Self::Voice];

    /// What people read. A name from outside is not safe for a terminal.
    pub fn label(&self) -> String {
        match self {
            Self::Setting => "Background".into(),
            Self::Action => "What you did".into(),
            Self::OwnPart => "Your own part".into(),
            Self::Result => "What came of it".into(),
            Self::Detail => "Detail".into(),
            Self::Shape => "Thread".into(),
            Self::Others => "Others".into(),
            Self::Question => "The question".into(),
            Self::Pace => "Pace".into(),
            Self::Fillers => "Fillers".into(),
            Self::Pauses => "Pauses".into(),
            Self::Length => "Length".into(),
            Self::Voice => "Voice".into(),
            Self::Unknown(name) => crate::plain::capital(&name.replace('_', " ")),
        }
    }

    /// Whether it judges the story.
    pub fn is_of_story(&self) -> bool {
        Self::STORY.contains(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_name_in_json_and_a_label_that_is_none() {
        let names = [
            "setting", "action", "own_part", "result", "detail", "shape", "others", "question", "pace", "fillers",
            "pauses", "length", "voice",
        ];
        for (part, name) in PartName::STORY.iter().chain(&PartName::DELIVERY).zip(names) {
            assert_eq!(serde_json::to_value(part).unwrap(), name);
            assert_eq!(serde_json::from_value::<PartName>(name.into()).unwrap(), *part);
            assert!(part.label().starts_with(char::is_uppercase) && !part.label().contains('_'), "{part:?}");
        }
        let other: PartName = serde_json::from_value("eye_contact".into()).unwrap();
        assert_eq!(
            (other.label().as_str(), serde_json::to_value(&other).unwrap()),
            ("Eye contact", "eye_contact".into())
        );
    }
}
