//! Whether an answer is one to its question.
//!
//! The usual interview questions are about few topics. The words of the question name its topic; a model that has seen
//! answers to each tells which topics an answer fits. A question about none of them is not judged.

use serde::{Deserialize, Serialize};

use super::model::{Described, Weights};
use crate::questions::Question;

/// How well an answer fits its question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// What the question is about.
    pub asked: String,
    /// What the answer is most like an answer to.
    pub answered: String,
    /// How probable the question's topic is, as a share of the most probable one's: 1 when it is that one.
    pub likeness: f64,
}

/// How well the answer fits the question; `None` when the question is about no usual topic.
pub(super) fn fit(question: &str, weights: &Weights, described: &Described) -> Option<Fit> {
    let asked = topic_of_question(question)?;
    let probabilities = weights.topics(described);
    let (best, most) = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let own = weights.topic_names.iter().position(|n| n == asked)?;
    Some(Fit {
        asked: asked.to_string(),
        answered: weights.topic_names[best].clone(),
        likeness: probabilities[own] / most,
    })
}

/// The topics, each with the words by which a question is known to be about it. The first that stands in the question counts.
const TOPICS: [(&str, &[&str]); 19] = [
    ("yourself", &["about yourself", "a little about you", "walk me through your resume", "your background", "introduce yourself"]),
    (
        "motivation",
        &["hire you", "why do you want", "want to work here", "drew you", "why this", "why us", "why are you interested", "why here"],
    ),
    ("weakness", &["weakness", "find hard in your work", "biggest flaw", "need to improve about yourself", "area of improvement"]),
    ("current-job", &["current job", "current role", "job at the moment", "your job now", "day-to-day", "what do you do"]),
    ("conflict", &["conflict", "disagree", "argument with", "difficult colleague", "difficult coworker"]),
    ("mistake", &["mistake", "failed", "failure", "went wrong", "something wrong", "fail"]),
    ("pressure", &["deadline", "pressure", "little time", "more to do than time", "against the clock", "stress"]),
    ("persuasion", &["persuade", "changed somebody's mind", "changed someone's mind", "convince", "influence"]),
    ("learning", &["learn", "up to speed"]),
    ("customer", &["customer", "client", "angry", "upset", "unhappy", "patient who", "guest"]),
    ("decision", &["decision", "decide"]),
    (
        "leadership",
        &["the lead", "led a", "lead a", "lead people", "leadership", "not working well together", "bring other people along"],
    ),
    ("improvement", &["improved", "better", "process", "more efficient"]),
    ("safety", &["safety", "quality"]),
    ("explaining", &["explain"]),
    ("helping", &["out of your way", "helped"]),
    ("resources", &["more with less", "limited resources", "tight budget"]),
    ("technical", &["technical problem", "difficult problem", "hard problem", "solved a problem", "you built or designed"]),
    ("achievement", &["project", "proud", "piece of work", "accomplishment", "achievement"]),
];

/// The topic of a question; `None` when it is none of the usual ones.
pub fn topic_of_question(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase().replace('\u{2019}', "'");
    TOPICS.iter().find(|(_, words)| words.iter().any(|w| text.contains(w))).map(|(topic, _)| *topic)
}

/// Names of all topics.
pub fn topics() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(topic, _)| *topic)
}

/// What sort of answer a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A story from the past: situation, task, action, result.
    PastStory,
    /// Who one is at work.
    AboutYourself,
    /// Why this job, or why oneself.
    Motivation,
    /// What one finds hard and does about it.
    Weakness,
    /// What one does now.
    CurrentJob,
    /// Anything one wants to add.
    Closing,
}

impl Kind {
    /// The kind of a question: the one it is listed with, or what its words say; a story where neither is known.
    pub fn of(question: Option<&Question>) -> Self {
        let Some(question) = question else { return Self::PastStory };
        let by_words = || match topic_of_question(&question.text) {
            Some("yourself") => Self::AboutYourself,
            Some("motivation") => Self::Motivation,
            Some("weakness") => Self::Weakness,
            Some("current-job") => Self::CurrentJob,
            _ => Self::PastStory,
        };
        match question.kind.as_deref() {
            Some("about-yourself") => Self::AboutYourself,
            Some("motivation") => Self::Motivation,
            Some("weakness") => Self::Weakness,
            Some("current-job") => Self::CurrentJob,
            Some("closing") => Self::Closing,
            Some(_) => Self::PastStory,
            None => by_words(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questions;

    #[test]
    fn questions_are_known_by_their_words() {
        for (text, topic) in [
            ("Why should we hire you?", Some("motivation")),
            ("Describe a time you failed.", Some("mistake")),
            ("Tell me about a client who wasn\u{2019}t happy.", Some("customer")),
            ("What is your favourite colour?", None),
        ] {
            assert_eq!(topic_of_question(text), topic, "{text}");
        }
        let known = questions::built_in().iter().filter(|q| topic_of_question(&q.text).is_some()).count();
        assert!(known >= 12, "{known}");
    }

    #[test]
    fn kinds_come_from_the_list_or_the_words() {
        let kind = |id: &str| Kind::of(Some(&questions::resolve(id).unwrap()));
        assert_eq!(kind("weakness"), Kind::Weakness);
        assert_eq!(kind("conflict"), Kind::PastStory);
        assert_eq!(kind("What do you do in your current job?"), Kind::CurrentJob);
        assert_eq!(Kind::of(None), Kind::PastStory);
    }
}
