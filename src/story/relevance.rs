//! Whether an answer is one to its question.
//!
//! The usual interview questions are about few topics. The words of the question name its topic; a model that has seen
//! answers to each tells which topics an answer fits. A question about none of them is not judged.

use serde::{Deserialize, Serialize};

use super::cues::Sentence;
use super::model::{Described, Weights};
use crate::question::{Question, QuestionKind};

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

/// How well the answer fits the question; `None` when the question is about no topic that the model has learned.
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

/// A topic of the usual questions.
struct Topic {
    name: &'static str,
    /// In plain words, after "about".
    plain: &'static str,
    /// What a question about it says.
    asked: &'static [&'static str],
    /// How words begin that answers about it often have.
    told: &'static [&'static str],
}

/// The topics. A question is about the first that it names.
const TOPICS: [Topic; 19] = [
    Topic {
        name: "yourself",
        plain: "who you are at work",
        asked: &[
            "about yourself",
            "a little about you",
            "walk me through your resume",
            "your background",
            "introduce yourself",
        ],
        told: &["years", "started", "background", "moved", "trained", "qualified", "career"],
    },
    Topic {
        name: "motivation",
        plain: "why you and this job fit",
        asked: &[
            "hire you",
            "why do you want",
            "want to work here",
            "drew you",
            "why this",
            "why us",
            "are you interested",
            "why here",
        ],
        told: &["hire", "role", "company", "ad", "advert", "posting", "position"],
    },
    Topic {
        name: "weakness",
        plain: "something you find hard",
        asked: &["weakness", "find hard in your work", "biggest flaw", "area of improvement"],
        told: &["weakness", "struggle", "tend", "bad", "hard", "delegat", "perfection"],
    },
    Topic {
        name: "current-job",
        plain: "the job you have now",
        asked: &[
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
        told: &["job", "day", "morning", "responsible", "currently", "usually"],
    },
    Topic {
        name: "conflict",
        plain: "a disagreement",
        asked: &["conflict", "disagree", "argument with", "difficult colleague", "difficult coworker"],
        told: &["disagree", "argu", "conflict", "row", "shout", "tension", "annoy", "speak"],
    },
    Topic {
        name: "mistake",
        plain: "something that went wrong",
        asked: &["mistake", "failed", "failure", "went wrong", "something wrong", "fail"],
        told: &["mistake", "wrong", "fault", "fail", "forgot", "blame", "apolog", "own"],
    },
    Topic {
        name: "pressure",
        plain: "work against the clock",
        asked: &["deadline", "pressure", "little time", "more to do than time", "against the clock", "stress"],
        told: &["deadline", "hours", "due", "overnight", "pressure", "weekend", "late", "friday", "monday"],
    },
    Topic {
        name: "persuasion",
        plain: "changing somebody's mind",
        asked: &["persuade", "changed somebody's mind", "changed someone's mind", "convince", "influence"],
        told: &["persuad", "convinc", "mind", "against", "agreed", "sceptic", "skeptic"],
    },
    Topic {
        name: "learning",
        plain: "learning something new",
        asked: &["learn", "up to speed"],
        told: &["learn", "never", "course", "tutorial", "studied", "taught", "manual", "practis", "practic", "scratch"],
    },
    Topic {
        name: "customer",
        plain: "a customer or another upset person",
        asked: &["customer", "client", "angry", "upset", "unhappy", "patient who", "guest"],
        told: &[
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
        plain: "a decision",
        asked: &["decision", "decide"],
        told: &["decide", "decision", "choice", "choose", "weigh", "option", "information", "risk"],
    },
    Topic {
        name: "leadership",
        plain: "leading others",
        asked: &[
            "the lead",
            " led a",
            "lead a",
            "lead people",
            "leadership",
            "not working well together",
            "bring other people along",
        ],
        told: &["team", "led", "lead", "shift", "crew", "charge", "meeting", "everyone", "everybody"],
    },
    Topic {
        name: "improvement",
        plain: "making something work better",
        asked: &["improved", "better", "process", "more efficient"],
        told: &["improv", "quicker", "faster", "process", "template", "easier", "spreadsheet", "saves", "time"],
    },
    Topic {
        name: "safety",
        plain: "safety or quality",
        asked: &["safety", "quality"],
        told: &[
            "safety", "notic", "danger", "risk", "unsafe", "hazard", "crack", "leak", "defect", "spotted", "stopped",
        ],
    },
    Topic {
        name: "explaining",
        plain: "explaining something",
        asked: &["explain"],
        told: &["explain", "drew", "understand", "example", "picture", "compar"],
    },
    Topic {
        name: "helping",
        plain: "going out of your way for someone",
        asked: &["out of your way", "helped"],
        told: &["help", "stayed", "her", "him", "lift", "drove", "favour", "favor"],
    },
    Topic {
        name: "resources",
        plain: "doing more with less",
        asked: &["more with less", "limited resources", "tight budget"],
        told: &["budget", "money", "short", "cut", "reus", "cheap", "borrow"],
    },
    Topic {
        name: "technical",
        plain: "a technical problem",
        // Any story can be one of "a difficult problem": that is not judged.
        asked: &["technical problem", "you built or designed"],
        told: &["bug", "fault", "problem", "cause", "crash", "traced", "measured", "log", "test"],
    },
    Topic {
        name: "achievement",
        plain: "a piece of work",
        asked: &["project", "proud", "piece of work", "accomplishment", "achievement"],
        told: &["project", "built", "proud", "months", "design", "start"],
    },
];

/// How many topics there are.
pub const TOPIC_COUNT: usize = TOPICS.len();
/// Words of a topic counted at most.
const MOST_TOLD: usize = 3;
/// What one such word counts beside the vectors, which have length one; found by trying.
const TOLD_WEIGHT: f32 = 0.08;

/// The topic of a question; `None` when it is none of the usual ones.
pub fn topic_of_question(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase().replace('\u{2019}', "'");
    TOPICS.iter().find(|t| t.asked.iter().any(|w| text.contains(w))).map(|t| t.name)
}

/// Names of all topics.
pub fn topics() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|t| t.name)
}

/// A topic in plain words, after "about".
pub fn plain(topic: &str) -> &'static str {
    TOPICS.iter().find(|t| t.name == topic).map_or("something else", |t| t.plain)
}

/// For each topic how many words the answer has that answers about it often have.
pub(super) fn told(sentences: &[Sentence]) -> [f32; TOPIC_COUNT] {
    let words = || sentences.iter().flat_map(|s| &s.words);
    TOPICS.each_ref().map(|t| {
        let count = words().filter(|w| t.told.iter().any(|b| w.starts_with(b))).count();
        TOLD_WEIGHT * count.min(MOST_TOLD) as f32
    })
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
            Kind::of(Some(&Question { id: None, text: text.into(), kind: listed_as, target_s: None }))
        };
        let weakness = "What is your greatest weakness?";
        assert_eq!(kind("What holds you back?", Some(QuestionKind::Weakness)), Kind::Weakness);
        assert_eq!(kind(weakness, Some(QuestionKind::Conflict)), Kind::PastStory);
        assert_eq!(kind(weakness, None), Kind::Weakness);
        assert_eq!(kind("What do you do in your current job?", None), Kind::CurrentJob);
        assert_eq!(Kind::of(None), Kind::PastStory);
    }
}
