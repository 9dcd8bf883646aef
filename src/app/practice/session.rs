//! The state of a session, saved before and after each step, so that it can be resumed after anything.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::formats::Format;
use super::plan::Item;
use crate::app::job::Requirement;
use crate::app::resume::Claim;
use crate::question::Question;
use crate::report::Report;

/// A session under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// When it began.
    pub begun_at: Timestamp,
    /// How the interview takes place.
    pub format: Format,
    /// What is asked.
    pub items: Vec<Item>,
    /// The question that is next, from 0; as many as there are when all were asked.
    pub at: usize,
    /// What was answered.
    pub tries: Vec<Try>,
    /// A recording that waits to be analyzed.
    pub waiting: Option<Waiting>,
    /// The folder that answers come from, instead of a microphone.
    pub from: Option<PathBuf>,
    /// Files of that folder that were used.
    pub used: Vec<PathBuf>,
    /// The claims whose stories are to be told.
    pub claims: Vec<Claim>,
    /// The job's name: its first line.
    pub job: Option<String>,
    /// What the job asks for.
    pub requirements: Vec<Requirement>,
}

/// A recording that waits to be analyzed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Where it lies.
    pub path: PathBuf,
    /// What was asked.
    pub question: Question,
    /// Whether that was a follow-up.
    pub is_follow_up: bool,
}

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Try {
    /// The question's place in the session.
    pub item: usize,
    /// What was asked.
    pub question: Question,
    /// Whether that was a follow-up.
    pub is_follow_up: bool,
    /// Its number in the history; `None` when it was not kept.
    pub attempt: Option<i64>,
    /// Where the recording lies.
    pub path: PathBuf,
    /// 0 to 100; `None` when nothing could be judged.
    pub score: Option<f64>,
    /// What to do in the next take, the most useful first: titles with their advice.
    pub priorities: Vec<(String, String)>,
    /// The follow-up that it calls for.
    pub follow_up: Option<String>,
}

impl Session {
    /// The question that is next; `None` when all were asked.
    pub fn item(&self) -> Option<&Item> {
        self.items.get(self.at)
    }

    /// The answers to the question that is next.
    pub fn tries_here(&self) -> impl Iterator<Item = &Try> {
        self.tries.iter().filter(|t| t.item == self.at)
    }

    /// The follow-up that the answers to this question call for and that was not asked.
    pub fn open_follow_up(&self) -> Option<&str> {
        let asked = self.tries_here().any(|t| t.is_follow_up);
        let last = self.tries_here().filter(|t| !t.is_follow_up).last()?;
        last.follow_up.as_deref().filter(|_| !asked)
    }

    /// Adds an answer.
    pub fn add(&mut self, waiting: Waiting, report: &Report, attempt: Option<i64>, follow_up: Option<String>) {
        let Waiting { path, question, is_follow_up } = waiting;
        let priorities = report.score.priorities.iter().map(|p| (p.title.clone(), p.advice.clone())).collect();
        let score = report.score.overall;
        self.tries.push(Try { item: self.at, question, is_follow_up, attempt, path, score, priorities, follow_up });
    }
}
