//! The closing page of a session: the best answer, the one habit to work on, the questions to practise next, and the
//! evidence that the answers gave.

use std::collections::HashMap;

use serde::Serialize;

use super::coverage::Quote;
use super::session::{Session, Try};
use crate::score::NOTHING_TO_MEND;

/// The summary of a session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Closing {
    /// The number of questions answered.
    pub answered: usize,
    /// The number of questions in the session.
    pub asked: usize,
    /// The answer with the highest score.
    pub best: Option<Best>,
    /// The habit to work on: its title and the advice.
    pub habit: Option<(String, String)>,
    /// The questions to practise next.
    pub tomorrow: Vec<String>,
    /// The requirements of the job, with the evidence given for each.
    pub requirements: Vec<Shown>,
    /// The number of resume claims told aloud so far, and the number of claims in total.
    pub told: Option<(usize, usize)>,
}

/// The answer with the highest score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Best {
    /// The question that was asked.
    pub question: String,
    /// The score, 0 to 100.
    pub score: f64,
    /// The number of the answer in the history.
    pub attempt: Option<i64>,
}

/// A requirement with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// The text of the requirement.
    pub requirement: String,
    /// The quote, and the number of the answer that it comes from.
    pub evidence: Option<(Quote, Option<i64>)>,
}

/// The maximum number of questions to practise next.
const TOMORROW: usize = 3;
/// The weights of an answer's first, second and third priority when the habit is chosen (ours).
const RANKS: [f64; 3] = [3.0, 2.0, 1.0];

impl Closing {
    /// Summarizes a finished session. `requirements` and `told` describe the evidence that the answers gave.
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
        // Only the last try of each question counts. Lowest scores come first, then answers without a score, then
        // questions that were not reached.
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
