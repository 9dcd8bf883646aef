//! Relevance: whether an answer fits its question.
//!
//! The usual interview questions are about a few topics. The topic of a question is recognized by its words; a model
//! trained on answers to each topic predicts the topic of an answer. For a question about none of the topics, relevance
//! is not judged.

use serde::{Deserialize, Serialize};

use super::cues::Sentence;
use super::model::{AnswerFeatures, StoryWeights};
use crate::question::{Question, QuestionKind};

/// How well an answer fits its question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionFit {
    /// The topic of the question.
    pub asked: String,
    /// The most probable topic of the answer.
    pub answered: String,
    /// The probability of the question's topic for the answer, divided by that of the most probable topic: 1 if the two
    /// topics are the same.
    pub likeness: f64,
}

/// Returns how well the answer fits the question; `None` if the question is about no topic that the model knows.
pub(super) fn fit(question: &str, weights: &StoryWeights, features: &AnswerFeatures) -> Option<QuestionFit> {
    let asked = topic_of_question(question)?;
    let probabilities = weights.topics(features);
    let (best, highest) = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let asked_index = weights.topic_names.iter().position(|n| n == asked)?;
    Some(QuestionFit {
        asked: asked.to_string(),
        answered: weights.topic_names[best].clone(),
        likeness: probabilities[asked_index] / highest,
    })
}

/// A topic of the usual interview questions.
struct Topic {
    name: &'static str,
    /// The topic in plain words, as they follow "about".
    description: &'static str,
    /// Phrases by which a question about the topic is recognized.
    question_phrases: &'static [&'static str],
    /// Prefixes of words that are typical of answers about the topic.
    answer_prefixes: &'static [&'static str],
}

/// The topics. A question has the first topic of which it contains a phrase.
const TOPICS: [Topic; 19] = [
    Topic {
        name: "yourself",
        description: "who you are at work",
        question_phrases: &[
            "about yourself",
            "a little about you",
            "walk me through your resume",
            "your background",
            "introduce yourself",
        ],
        answer_prefixes: &["years", "started", "background", "moved", "trained", "qualified", "career"],
    },
    Topic {
        name: "motivation",
        description: "why you and this job fit",
        question_phrases: &[
            "hire you",
            "why do you want",
            "want to work here",
            "drew you",
            "why this",
            "why us",
            "are you interested",
            "why here",
        ],
        answer_prefixes: &["hire", "role", "company", "ad", "advert", "posting", "position"],
    },
    Topic {
        name: "weakness",
        description: "something you find hard",
        question_phrases: &["weakness", "find hard in your work", "biggest flaw", "area of improvement"],
        answer_prefixes: &["weakness", "struggle", "tend", "bad", "hard", "delegat", "perfection"],
    },
    Topic {
        name: "current-job",
        description: "the job you have now",
        question_phrases: &[
            "current job",
            "current role",
            "job at the moment",
            "your job now",
            "day-to-day",
            "what do you do in",
            "what do you do at",
            "what do you do all",
            "what do you do for",
        ],
        answer_prefixes: &["job", "day", "morning", "responsible", "currently", "usually"],
    },
    Topic {
        name: "conflict",
        description: "a disagreement",
        question_phrases: &["conflict", "disagree", "argument with", "difficult colleague", "difficult coworker"],
        answer_prefixes: &["disagree", "argu", "conflict", "row", "shout", "tension", "annoy", "speak"],
    },
    Topic {
        name: "mistake",
        description: "something that went wrong",
        question_phrases: &["mistake", "failed", "failure", "went wrong", "something wrong", "fail"],
        answer_prefixes: &["mistake", "wrong", "fault", "fail", "forgot", "blame", "apolog", "own"],
    },
    Topic {
        name: "pressure",
        description: "work against the clock",
        question_phrases: &[
            "deadline",
            "pressure",
            "little time",
            "more to do than time",
            "against the clock",
            "stress",
        ],
        answer_prefixes: &["deadline", "hours", "due", "overnight", "pressure", "weekend", "late", "friday", "monday"],
    },
    Topic {
        name: "persuasion",
        description: "changing somebody's mind",
        question_phrases: &["persuade", "changed somebody's mind", "changed someone's mind", "convince", "influence"],
        answer_prefixes: &["persuad", "convinc", "mind", "against", "agreed", "sceptic", "skeptic"],
    },
    Topic {
        name: "learning",
        description: "learning something new",
        question_phrases: &["learn", "up to speed"],
        answer_prefixes: &[
            "learn", "never", "course", "tutorial", "studied", "taught", "manual", "practis", "practic", "scratch",
        ],
    },
    Topic {
        name: "customer",
        description: "a customer or another upset person",
        question_phrases: &["customer", "client", "angry", "upset", "unhappy", "patient who", "guest"],
        answer_prefixes: &[
            "customer",
            "client",
            "complain",
            "refund",
            "angry",
            "guest",
            "passenger",
            "apolog",
            "upset",
            "tenant",
            "patient",
        ],
    },
    Topic {
        name: "decision",
        description: "a decision",
        question_phrases: &["decision", "decide"],
        answer_prefixes: &["decide", "decision", "choice", "choose", "weigh", "option", "information", "risk"],
    },
    Topic {
        name: "leadership",
        description: "leading others",
        question_phrases: &[
            "the lead",
            " led a",
            "lead a",
            "lead people",
            "leadership",
            "not working well together",
            "bring other people along",
        ],
        answer_prefixes: &["team", "led", "lead", "shift", "crew", "charge", "meeting", "everyone", "everybody"],
    },
    Topic {
        name: "improvement",
        description: "making something work better",
        question_phrases: &["improved", "better", "process", "more efficient"],
        answer_prefixes: &[
            "improv",
            "quicker",
            "faster",
            "process",
            "template",
            "easier",
            "spreadsheet",
            "saves",
            "time",
        ],
    },
    Topic {
        name: "safety",
        description: "safety or quality",
        question_phrases: &["safety", "quality"],
        answer_prefixes: &[
            "safety", "notic", "danger", "risk", "unsafe", "hazard", "crack", "leak", "defect", "spotted", "stopped",
        ],
    },
    Topic {
        name: "explaining",
        description: "explaining something",
        question_phrases: &["explain"],
        answer_prefixes: &["explain", "drew", "understand", "example", "picture", "compar"],
    },
    Topic {
        name: "helping",
        description: "going out of your way for someone",
        question_phrases: &["out of your way", "helped"],
        answer_prefixes: &["help", "stayed", "her", "him", "lift", "drove", "favour", "favor"],
    },
    Topic {
        name: "resources",
        description: "doing more with less",
        question_phrases: &["more with less", "limited resources", "tight budget"],
        answer_prefixes: &["budget", "money", "short", "cut", "reus", "cheap", "borrow"],
    },
    Topic {
        name: "technical",
        description: "a technical problem",
        // Not "a difficult problem", which any story may be about.
        question_phrases: &["technical problem", "you built or designed"],
        answer_prefixes: &["bug", "fault", "problem", "cause", "crash", "traced", "measured", "log", "test"],
    },
    Topic {
        name: "achievement",
        description: "a piece of work",
        question_phrases: &["project", "proud", "piece of work", "accomplishment", "achievement"],
        answer_prefixes: &["project", "built", "proud", "months", "design", "start"],
    },
];

/// Number of topics.
pub const TOPIC_COUNT: usize = TOPICS.len();
/// Maximum number of words counted for a topic.
const MAX_TOPIC_WORDS: usize = 3;
/// The scale of a word count relative to the embeddings, which have unit length (tuned by hand).
const TOPIC_WORD_WEIGHT: f32 = 0.08;

/// Returns the topic of a question; `None` if it is none of the usual ones.
pub fn topic_of_question(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase().replace('\u{2019}', "'");
    TOPICS.iter().find(|t| t.question_phrases.iter().any(|w| text.contains(w))).map(|t| t.name)
}

/// Returns the names of all topics.
pub fn topics() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|t| t.name)
}

/// Returns a topic in plain words, as they follow "about".
pub fn description(topic: &str) -> &'static str {
    TOPICS.iter().find(|t| t.name == topic).map_or("something else", |t| t.description)
}

/// Returns for each topic the number of words in the answer that are typical of it, capped and scaled.
pub(super) fn topic_word_counts(sentences: &[Sentence]) -> [f32; TOPIC_COUNT] {
    let words = || sentences.iter().flat_map(|s| &s.words);
    TOPICS.each_ref().map(|t| {
        let count = words().filter(|w| t.answer_prefixes.iter().any(|b| w.starts_with(b))).count();
        TOPIC_WORD_WEIGHT * count.min(MAX_TOPIC_WORDS) as f32
    })
}

/// The kind of answer that a question asks for, by which an answer is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// A story from the past: situation, task, action, result.
    PastStory,
    /// Who the speaker is at work.
    AboutYourself,
    /// Why the speaker wants this job, or should get it.
    Motivation,
    /// What the speaker finds hard, and what they do about it.
    Weakness,
    /// What the speaker does in their current job.
    CurrentJob,
    /// Anything the speaker wants to add or ask.
    Closing,
}

impl AnswerKind {
    /// Returns the kind of answer that a question asks for: by its listed kind, or else by its words, or else a story.
    pub fn of(question: Option<&Question>) -> Self {
        let Some(question) = question else { return Self::PastStory };
        let by_words = || match topic_of_question(&question.text) {
            Some("yourself") => Self::AboutYourself,
            Some("motivation") => Self::Motivation,
            Some("weakness") => Self::Weakness,
            Some("current-job") => Self::CurrentJob,
            _ => Self::PastStory,
        };
        match &question.kind {
            Some(QuestionKind::AboutYourself) => Self::AboutYourself,
            Some(QuestionKind::Motivation) => Self::Motivation,
            Some(QuestionKind::Weakness) => Self::Weakness,
            Some(QuestionKind::CurrentJob) => Self::CurrentJob,
            Some(QuestionKind::Closing) => Self::Closing,
            Some(_) => Self::PastStory,
            None => by_words(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_known_by_their_words() {
        for (text, topic) in [
            ("Why should we hire you?", Some("motivation")),
            ("Describe a time you failed.", Some("mistake")),
            ("Tell me about a client who wasn\u{2019}t happy.", Some("customer")),
            ("Tell me what went wrong. What do you do differently now?", Some("mistake")),
            ("What is your favourite colour?", None),
        ] {
            assert_eq!(topic_of_question(text), topic, "{text}");
        }
    }

    #[test]
    fn kinds_come_from_the_list_or_the_words() {
        let kind = |text: &str, listed_as| {
            AnswerKind::of(Some(&Question { id: None, text: text.into(), kind: listed_as, target_s: None }))
        };
        let weakness = "What is your greatest weakness?";
        assert_eq!(kind("What holds you back?", Some(QuestionKind::Weakness)), AnswerKind::Weakness);
        assert_eq!(kind(weakness, Some(QuestionKind::Conflict)), AnswerKind::PastStory);
        assert_eq!(kind(weakness, None), AnswerKind::Weakness);
        assert_eq!(kind("What do you do in your current job?", None), AnswerKind::CurrentJob);
        assert_eq!(AnswerKind::of(None), AnswerKind::PastStory);
    }
}
