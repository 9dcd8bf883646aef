//! The page at the end of a session: the best answer, the one habit to work on, what to practise tomorrow, and what the
//! answers gave evidence for.

use std::collections::HashMap;

use serde::Serialize;

use super::coverage::Quote;
use super::session::{Session, Try};
use crate::score::NOTHING_TO_MEND;

/// The summary of a session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Closing {
    /// How many questions were answered.
    pub answered: usize,
    /// How many questions there were.
    pub asked: usize,
    /// The answer with the highest score.
    pub best: Option<Best>,
    /// What to work on: its title and how.
    pub habit: Option<(String, String)>,
    /// The questions to practise next.
    pub tomorrow: Vec<String>,
    /// What the job asks for, and the evidence that was given.
    pub requirements: Vec<Shown>,
    /// Claims of the resume that were told aloud so far, and how many there are.
    pub told: Option<(usize, usize)>,
}

/// The best answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Best {
    /// What was asked.
    pub question: String,
    /// Its score.
    pub score: f64,
    /// Its number in the history.
    pub attempt: Option<i64>,
}

/// A requirement with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// What is asked for.
    pub requirement: String,
    /// The words, and the answer they are from.
    pub evidence: Option<(Quote, Option<i64>)>,
}

/// Questions to practise next, at most.
const TOMORROW: usize = 3;
/// How much the first, second and third priority of an answer count for the habit (ours).
const RANKS: [f64; 3] = [3.0, 2.0, 1.0];

impl Closing {
    /// Summarizes a session that is over. `requirements` and `told` say what the answers gave evidence for.
    pub fn of(session: &Session, requirements: Vec<Shown>, told: Option<(usize, usize)>) -> Self {
        let answers = || session.tries.iter().filter(|t| !t.is_follow_up);
        let scored = answers().filter_map(|t| Some((t, t.score?)));
        let best = scored.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(t, score)| Best {
            question: t.question.text.clone(),
            score,
            attempt: t.attempt,
        });
        let mut weights: HashMap<&str, (f64, &str)> = HashMap::new();
        for answer in answers() {
            for ((title, advice), rank) in answer.priorities.iter().zip(RANKS) {
                let rank = if title == NOTHING_TO_MEND { 0.0 } else { rank };
                let weight = weights.entry(title).or_insert((0.0, advice));
                *weight = (weight.0 + rank, advice);
            }
        }
        let heaviest = weights.into_iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0).then_with(|| b.0.cmp(a.0)));
        let habit = heaviest.map(|(title, (_, advice))| (title.to_string(), advice.to_string()));
        // The last try of each question counts. The worst come first, then those without a score, then those not reached.
        let mut last: HashMap<usize, &Try> = HashMap::new();
        answers().for_each(|t| {
            last.insert(t.item, t);
        });
        let mut worst: Vec<(usize, f64)> = last.iter().map(|(i, t)| (*i, t.score.unwrap_or(f64::INFINITY))).collect();
        worst.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let open = (0..session.items.len()).filter(|i| !last.contains_key(i));
        let tomorrow = worst.iter().map(|w| w.0).chain(open).take(TOMORROW);
        Self {
            answered: last.len(),
            asked: session.items.len(),
            best,
            habit,
            tomorrow: tomorrow.map(|i| session.items[i].question.text.clone()).collect(),
            requirements,
            told,
        }
    }
}
