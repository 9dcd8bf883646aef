//! The state of a session, saved before and after each step so that the session can be resumed after any interruption.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::follow_up::{FollowUp, tells};
use super::plan::Item;
use crate::app::interviewer::turn::Terms;
use crate::app::job::Requirement;
use crate::app::resume::Claim;
use crate::brief::Asked;
use crate::question::Question;
use crate::report::Report;

/// A session in progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The time when the session began.
    pub begun_at: Timestamp,
    /// The name of the format of the interview.
    pub format: String,
    /// The user's own terms, instead of those of the format.
    #[serde(default)]
    pub own_terms: OwnTerms,
    /// The questions to ask.
    pub items: Vec<Item>,
    /// The index of the current question; equal to the number of questions once all were asked.
    pub at: usize,
    /// The answers given so far.
    pub tries: Vec<Try>,
    /// The recording that is waiting to be analyzed.
    pub waiting: Option<Waiting>,
    /// The folder that the answers come from instead of a microphone.
    pub from: Option<PathBuf>,
    /// The files of that folder that have been used.
    pub used: Vec<PathBuf>,
    /// The claims of the resume whose stories should be told.
    pub claims: Vec<Claim>,
    /// The job title: the first line of its description.
    pub job: Option<String>,
    /// The requirements of the job.
    pub requirements: Vec<Requirement>,
}

/// The user's own terms of questions; `None` where the format's terms apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnTerms {
    /// The time to prepare, in seconds.
    pub prepare_s: Option<f64>,
    /// The length at which a take is stopped, in seconds.
    pub limit_s: Option<f64>,
    /// The maximum number of takes.
    pub takes: Option<u32>,
}

impl OwnTerms {
    /// Returns the terms of a format, overridden by the user's own.
    pub fn over(&self, terms: Terms) -> Terms {
        Terms {
            prepare: self.prepare_s.map(Duration::from_secs_f64).or(terms.prepare),
            limit_s: self.limit_s.or(terms.limit_s),
            takes: self.takes.or(terms.takes),
            ..terms
        }
    }
}

/// A recording that is waiting to be analyzed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The path of the recording.
    pub path: PathBuf,
    /// The question that the recording answers.
    pub question: Question,
    /// Whether that question was a follow-up.
    pub is_follow_up: bool,
    /// The circumstances under which the question was asked; `None` if the recording was not made in this session.
    #[serde(default)]
    pub asked: Option<Asked>,
}

/// An answer, as kept in the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Try {
    /// The index of the question in the session.
    pub item: usize,
    /// The question that was asked.
    pub question: Question,
    /// Whether that question was a follow-up.
    pub is_follow_up: bool,
    /// The number of the answer in the history; `None` if it was not kept.
    pub attempt: Option<i64>,
    /// The path of the recording.
    pub path: PathBuf,
    /// The score, 0 to 100; `None` if nothing could be judged.
    pub score: Option<f64>,
    /// What to do in the next take, most useful first: titles with their advice.
    pub priorities: Vec<(String, String)>,
    /// The follow-up that the answer calls for.
    pub follow_up: Option<String>,
    /// The second follow-up; `None` if there is none, or if the answer to the first one already tells what it asks for.
    #[serde(default)]
    pub second: Option<FollowUp>,
}

impl Session {
    /// Returns the current question; `None` once all were asked.
    pub fn item(&self) -> Option<&Item> {
        self.items.get(self.at)
    }

    /// Returns the answers to the current question and to its follow-ups, in order.
    pub fn tries_here(&self) -> impl Iterator<Item = &Try> {
        self.tries.iter().filter(|t| t.item == self.at)
    }

    /// Returns the follow-up that the answers to the current question call for, unless it was already asked.
    pub fn open_follow_up(&self) -> Option<&str> {
        let asked = self.tries_here().filter(|t| t.is_follow_up).count();
        let last = self.tries_here().filter(|t| !t.is_follow_up).last()?;
        match asked {
            0 => last.follow_up.as_deref(),
            1 => last.second.as_ref().map(|second| second.text.as_str()),
            _ => None,
        }
    }

    /// Adds an answer to the session. The answer to a follow-up may make the second follow-up unnecessary.
    pub fn add(&mut self, waiting: Waiting, report: &Report, attempt: Option<i64>, follow_ups: Vec<FollowUp>) {
        let Waiting { path, question, is_follow_up, .. } = waiting;
        let priorities = report.score.priorities.iter().map(|p| (p.title.clone(), p.advice.clone())).collect();
        let score = report.score.overall;
        if is_follow_up {
            let here = self.at;
            for earlier in self.tries.iter_mut().filter(|t| t.item == here) {
                earlier.second = earlier.second.take().filter(|second| !tells(report, second.lack));
            }
        }
        let mut follow_ups = follow_ups.into_iter();
        let (follow_up, second) = (follow_ups.next().map(|f| f.text), follow_ups.next());
        self.tries.push(Try {
            item: self.at,
            question,
            is_follow_up,
            attempt,
            path,
            score,
            priorities,
            follow_up,
            second,
        });
    }
}
