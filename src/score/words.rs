//! The wording of statements about the story. It is created last, from the statement code, so that no sentence says
//! more than was found.
//!
//! Each code has a reason (what was found) and advice (a title, and how to do it). If the question names what it asks
//! for, the advice uses its words.

use crate::codes::Code;
use crate::question::Question;
use crate::story::relevance::AnswerKind;
use crate::story::{EventKind, Story, StoryPart};

/// What the wording of a statement depends on besides its code.
pub(super) struct Context<'a> {
    /// The kind of answer that is asked for.
    pub kind: AnswerKind,
    /// The question.
    pub question: Option<&'a Question>,
    /// The story of the answer.
    pub story: &'a Story,
    /// Whether the answer is a written draft.
    pub is_draft: bool,
}

/// People for whom work is done: the words by which an answer mentions them, and how advice refers to them. An
/// ambiguous word ("patient") is listed only in phrases that are unambiguous.
const FOR_WHOM: [(&[&str], &str); 10] = [
    (&["customer", "customers", "client", "clients"], "the customers"),
    (&["patients", "a patient", "the patient", "my patient"], "the patients"),
    (&["students", "pupil", "pupils", "the student"], "the students"),
    (&["resident", "residents"], "the residents"),
    (&["tenant", "tenants"], "the tenants"),
    (&["guest", "guests"], "the guests"),
    (&["passenger", "passengers"], "the passengers"),
    (&["users"], "the users"),
    (&["nurses"], "the nurses"),
    (&["families", "parents"], "the families"),
];

/// Words for a change that could be quantified.
const CHANGE_WORDS: [&str; 16] = [
    "faster",
    "quicker",
    "fewer",
    "less",
    "more",
    "higher",
    "lower",
    "saved",
    "dropped",
    "rose",
    "increased",
    "reduced",
    "doubled",
    "grew",
    "cheaper",
    "shorter",
];

/// Beginnings of questions that ask for an occasion.
const ASKS_FOR_A_TIME: [&str; 9] = [
    "tell me about a time",
    "tell us about a time",
    "describe a time",
    "tell me about a situation",
    "describe a situation",
    "give me an example of a time",
    "give us an example of a time",
    "give an example of a time",
    "tell me about an occasion",
];
/// Beginnings of questions that ask for a thing, such as a project or a mistake.
const ASKS_FOR_A_THING: [&str; 6] = [
    "tell me about a ",
    "tell me about an ",
    "describe a ",
    "describe an ",
    "walk me through a ",
    "walk me through an ",
];

impl Context<'_> {
    /// Returns what was found, in a sentence.
    pub(super) fn reason(&self, code: Code) -> String {
        let text = match code {
            Code::NoEvent => match self.event() {
                EventKind::Habit => "It tells how things usually are, not one time when it happened.",
                EventKind::Hypothetical => "It tells what you would do, not one time when you did it.",
                _ => "No one time is told when it happened.",
            },
            Code::OtherQuestion => "What was asked is not told yet.",
            Code::NoResult => "It is hard to hear how it came out.",
            Code::VagueResult => "How it came out is said, but it is hard to picture what changed.",
            Code::ResultNotYours => "It came out somehow, but not plainly through what you did.",
            Code::NoSteps => match self.kind {
                AnswerKind::Weakness => "What you do about it is not told.",
                AnswerKind::CurrentJob => "What you do in a day is not told.",
                _ => "It is hard to hear what you did yourself.",
            },
            Code::ThinSteps => "The steps are told in words that many people could say.",
            Code::OwnPart if self.says_we() => "The steps say \"we\": which of them were yours is hard to hear.",
            Code::OwnPart => "It is hard to hear who did the steps.",
            Code::Blame => "Part of it is about what others did wrong.",
            Code::LongBackground => "The background takes up much of the answer.",
            Code::NoSetting => "A listener cannot tell where this was or what was at stake.",
            Code::Rambling => "Part of it is beside the point.",
            Code::NoDetail => "There is little in it that one could picture.",
            Code::EmptyWords => "Big words stand where facts could.",
            Code::Hedging => "It takes back some of what it says.",
            Code::Order => "The order makes the thread hard to follow.",
            Code::TooShort => "It is too short to show what you can do.",
            Code::TooLong => "It is longer than people listen.",
            Code::Ready => "Nothing large is missing.",
            Code::NothingSure | Code::Fillers | Code::Pace | Code::Pauses | Code::Length | Code::Voice => "",
        };
        text.to_string()
    }

    /// Returns the advice: a title, and how to do it.
    pub(super) fn advice(&self, code: Code) -> (&'static str, String) {
        let story = self.kind == AnswerKind::PastStory;
        let whom = self.for_whom();
        let (title, advice): (&str, String) = match code {
            Code::NoEvent => ("Pick one time", self.pick_one()),
            Code::OtherQuestion => ("Answer this question", self.answer_it()),
            Code::NoResult => ("Give it an ending", match self.kind {
                AnswerKind::Weakness => "Say what goes differently now, and who notices.".into(),
                AnswerKind::CurrentJob => format!("Say what your work is good for: what {whom} can do, or are spared, because of it."),
                AnswerKind::AboutYourself | AnswerKind::Motivation | AnswerKind::Closing => {
                    format!("Take one piece of work and say what came of it for {whom}.")
                }
                AnswerKind::PastStory => {
                    "Say in one sentence how it came out: who noticed, what stopped, what was different afterwards. A quiet effect is enough.".into()
                }
            }),
            Code::VagueResult => {
                let size = if self.could_be_counted() { " How much, if you know." } else { "" };
                ("Make the ending easy to see", format!("Say what was different afterwards and who noticed: one thing that somebody could see or do.{size}"))
            }
            Code::ResultNotYours => (
                "Link the ending to what you did",
                "Say which of your steps helped it along. If none did, say what came of your own part, however small.".into(),
            ),
            Code::NoSteps => match self.kind {
                AnswerKind::Weakness => ("Say what you do about it", "One step a sentence: what you have tried, what you do now, and who helps you keep to it.".into()),
                AnswerKind::CurrentJob => ("Say what you do in a day", "One step a sentence: what comes in, what you do with it, and what goes out.".into()),
                AnswerKind::AboutYourself | AnswerKind::Motivation | AnswerKind::Closing => ("Give an example of your work", "Take one piece of work and tell what you did in it, step by step.".into()),
                AnswerKind::PastStory => ("Say what you did", "Two or three steps are enough, one a sentence: what you did first, what then, and why.".into()),
            },
            Code::ThinSteps => (
                "Make one step yours",
                if story {
                    "Take the step that mattered most and tell it as it happened: what you looked at, what you said or tried, and why."
                } else {
                    "Take one thing you do and tell how you do it: what you look at, what you say or try, and why."
                }
                .into(),
            ),
            Code::OwnPart if self.says_we() => (
                "Say which part was yours",
                "Keep \"we\" for what the team did together. For each step that was yours, say \"I\": I asked, I built, I checked.".into(),
            ),
            Code::OwnPart => ("Say which part was yours", "Say who did each step. Where it was you, begin with \"I\".".into()),
            Code::Blame => ("Be fair to the others", "Give what they did one neutral sentence, then tell what you did about it.".into()),
            Code::LongBackground => (
                "Cut the background",
                "Two or three sentences are enough. Give the time to what you did and what came of it.".into(),
            ),
            Code::NoSetting => ("Begin with where it was", match self.kind {
                AnswerKind::Weakness => "Name a moment at work where it showed.".into(),
                AnswerKind::PastStory => "Two sentences are enough: where and when it was, and what was at stake.".into(),
                _ => "Begin with one plain sentence: where you work or worked, and on what.".into(),
            }),
            Code::Rambling => ("Leave some things out", "Keep what answers the question. The rest can go.".into()),
            Code::NoDetail => (
                "Add one thing to picture",
                "One is enough, and only you have it: an object, a gesture, a number, a name, or what somebody said.".into(),
            ),
            Code::EmptyWords => (
                "Trade big words for what happened",
                "Take one of these sentences and tell the day it stands for: who came to you, what you did, what they said.".into(),
            ),
            Code::Hedging => (
                "Say it without hedging",
                "Keep what you are sure of and say it straight: \"I think we sort of fixed it\" becomes \"we fixed it\". What is not sure can go.".into(),
            ),
            Code::Order => (
                "Tell it in order",
                "First what was going on, then what you did, then what came of it.".into(),
            ),
            Code::TooShort => ("Say more", if story {
                "Say what the situation was, what you did, and what came of it: two sentences each are enough.".into()
            } else {
                "Give one example from your work: what you did, and what came of it.".into()
            }),
            Code::TooLong => ("Cut it down", "Keep what you did and what came of it, and let the rest wait for a question.".into()),
            Code::Ready => (super::NOTHING_TO_MEND, if self.is_draft {
                "Nothing large is missing. Put the page away and say it aloud.".into()
            } else {
                "Nothing large is missing. Give the same answer again without notes, then move on to the next question.".into()
            }),
            Code::NothingSure | Code::Fillers | Code::Pace | Code::Pauses | Code::Length | Code::Voice => {
                ("", String::new())
            }
        };
        (title, advice)
    }

    fn event(&self) -> EventKind {
        self.story.findings.as_ref().map_or(EventKind::None, |f| f.event)
    }

    /// Returns the advice to tell one event ("Pick one time when you ..."), in the words of the question.
    fn pick_one(&self) -> String {
        let then = "Say where you were, what you did first, and how it ended. It may be small.";
        match self.question.and_then(|q| asked_for(&q.text)) {
            Some(asked) => format!("Pick one {asked}. {then}"),
            None => format!("Pick one time when it happened. {then}"),
        }
    }

    fn answer_it(&self) -> String {
        match self.question.and_then(|q| asked_for(&q.text)) {
            Some(asked) => format!(
                "Asked for is one {asked}. If that is in your story, say so in your first sentence; if not, choose another story."
            ),
            None => {
                "Answer what was asked in your first sentence, in the question's own words, and stay with it.".into()
            }
        }
    }

    /// Returns whether the speaker says "we" where they tell the steps.
    fn says_we(&self) -> bool {
        let steps = self.story.sentences.iter().filter(|s| s.part == StoryPart::Action);
        self.story.ownership.i_in_action.is_some_and(|i| i < 0.8)
            && steps.flat_map(|s| s.text.split_whitespace()).any(|w| w.to_lowercase().starts_with("we"))
    }

    /// Returns whether the result names a change that could be quantified, and gives no figure.
    fn could_be_counted(&self) -> bool {
        let Some(findings) = &self.story.findings else { return false };
        let results: Vec<&str> =
            findings.results.iter().filter_map(|i| self.story.sentences.get(*i)).map(|s| s.text.as_str()).collect();
        let mut words = results.iter().flat_map(|t| t.split(|c: char| !c.is_alphanumeric()));
        findings.figures.is_empty() && words.any(|w| CHANGE_WORDS.contains(&w.to_lowercase().as_str()))
    }

    /// Returns how advice refers to the people for whom the work was done, as far as the answer mentions them.
    fn for_whom(&self) -> &'static str {
        let text = self.story.sentences.iter().map(|s| s.text.to_lowercase()).collect::<Vec<_>>().join(" ");
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let text = format!(" {} ", words.join(" "));
        let said = |names: &[&str]| names.iter().any(|n| text.contains(&format!(" {n} ")));
        let otherwise =
            if self.kind == AnswerKind::CurrentJob { "those who get your work" } else { "the people it was for" };
        FOR_WHOM.iter().find(|(names, _)| said(names)).map_or(otherwise, |(_, plain)| plain)
    }
}

/// Returns what a question asks for, as it follows "one": "time when you missed a deadline", "mistake you made at
/// work".
fn asked_for(question: &str) -> Option<String> {
    let first = question.split(['.', '?', '!', ';']).next()?.trim();
    // Lower-casing ASCII keeps the length, so byte offsets in `lower` are valid in `first`.
    let lower = first.to_ascii_lowercase();
    if let Some(time) = ASKS_FOR_A_TIME.iter().find(|p| lower.starts_with(*p)) {
        let rest = first[time.len()..].trim();
        let rest = ["when ", "where ", "in which ", "that "].iter().find_map(|w| rest.strip_prefix(w)).unwrap_or(rest);
        return rest.starts_with("you").then(|| format!("time when {rest}"));
    }
    let thing = ASKS_FOR_A_THING.iter().find(|p| lower.starts_with(*p))?;
    let rest = first[thing.len()..].trim();
    // Only the first half: "a mistake you made and what you did about it".
    let rest = rest.find(" and how ").or_else(|| rest.find(" and what ")).map_or(rest, |at| &rest[..at]);
    let rest = rest.trim_end_matches(',');
    (!rest.is_empty()).then(|| rest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_worded_from_the_question() {
        for (question, asked) in [
            (
                "Tell me about a time you dealt with a difficult customer.",
                Some("time when you dealt with a difficult customer"),
            ),
            (
                "Describe a time when you had to learn quickly. What came of it?",
                Some("time when you had to learn quickly"),
            ),
            ("Tell me about a mistake you made at work and what you did about it.", Some("mistake you made at work")),
            (
                "Tell me about an angry customer, guest or patient, and what you did.",
                Some("angry customer, guest or patient"),
            ),
            ("Walk me through a project you are proud of.", Some("project you are proud of")),
            ("Why should we hire you?", None),
        ] {
            assert_eq!(asked_for(question).as_deref(), asked, "{question}");
        }
    }
}
