//! The names of the parts of the score, in reports and on screen.

use serde::{Deserialize, Serialize};

/// A part of the score. In JSON, the name in snake case, such as `own_part`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    /// The background: the situation and the task.
    Setting,
    /// What was done.
    Action,
    /// How clear it is what the speaker did themselves.
    OwnPart,
    /// The result.
    Result,
    /// Concrete details.
    Detail,
    /// The thread: order, asides, repetitions and hedges.
    Shape,
    /// How the speaker talks about other people.
    Others,
    /// Whether the answer fits the question.
    Question,
    /// The pace.
    Pace,
    /// The fillers.
    Fillers,
    /// The silent pauses.
    Pauses,
    /// The length.
    Length,
    /// The voice.
    Voice,
    /// A part unknown to this version, from a report of another version.
    #[serde(untagged)]
    Unknown(String),
}

impl PartName {
    /// The parts that judge the story, in display order.
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

    /// The parts that judge the delivery, in display order.
    pub const DELIVERY: [Self; 5] = [Self::Pace, Self::Fillers, Self::Pauses, Self::Length, Self::Voice];

    /// Returns the label that people read. A name from outside is not safe for a terminal.
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

    /// Returns whether the part judges the story.
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
