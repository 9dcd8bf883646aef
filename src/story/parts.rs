//! The classification of every sentence as situation, task, action, result, or none of these.
//!
//! Situation, task, action and result ("STAR") is the scheme by which career centres teach answers about past work
//! (convention). The model labels the whole sequence of sentences jointly. The probability of a part is its marginal in
//! the conditional random field, given all sentences.

use serde::{Deserialize, Serialize};

use super::model::{AnswerFeatures, Crf};

/// The part of the story that a sentence belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryPart {
    /// Where and when it was, and what was going on.
    Situation,
    /// What the speaker had to do.
    Task,
    /// What was done.
    Action,
    /// How it came out.
    Result,
    /// Anything else: opinions, claims, asides.
    Other,
}

impl StoryPart {
    /// All parts, in the order of the model's outputs.
    pub const ALL: [StoryPart; 5] =
        [StoryPart::Situation, StoryPart::Task, StoryPart::Action, StoryPart::Result, StoryPart::Other];

    /// Returns the label that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Situation => "situation",
            Self::Task => "task",
            Self::Action => "action",
            Self::Result => "result",
            Self::Other => "other",
        }
    }
}

/// Returns the probabilities of all parts for each sentence, in the order of [`StoryPart::ALL`].
pub fn parts(crf: &Crf, features: &AnswerFeatures) -> Vec<[f64; 5]> {
    let emission: Vec<[f64; 5]> = features
        .in_context
        .rows()
        .into_iter()
        .map(|x| crf.emission.apply(x).try_into().expect("one output a part"))
        .collect();
    marginals(crf, &emission)
}

/// Returns the most probable part and its probability.
pub fn most_probable(probabilities: &[f64; 5]) -> (StoryPart, f64) {
    let best = (0..5).max_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b])).expect("there are parts");
    (StoryPart::ALL[best], probabilities[best])
}

/// Computes the marginal probability of each part for each sentence, by the forward-backward algorithm in the log
/// domain.
pub fn marginals(crf: &Crf, emission: &[[f64; 5]]) -> Vec<[f64; 5]> {
    let n = emission.len();
    let mut forward = vec![[0.0; 5]; n];
    let mut backward = vec![[0.0; 5]; n];
    for i in 0..n {
        forward[i] = std::array::from_fn(|k| {
            let from: [f64; 5] =
                std::array::from_fn(|j| if i > 0 { forward[i - 1][j] + crf.transition[j][k] } else { 0.0 });
            emission[i][k] + if i > 0 { log_sum_exp(&from) } else { crf.first[k] }
        });
    }
    for i in (0..n).rev() {
        backward[i] = std::array::from_fn(|k| {
            if i + 1 == n {
                return crf.last[k];
            }
            log_sum_exp(&std::array::from_fn::<f64, 5, _>(|j| {
                crf.transition[k][j] + emission[i + 1][j] + backward[i + 1][j]
            }))
        });
    }
    (0..n)
        .map(|i| {
            let both: [f64; 5] = std::array::from_fn(|k| forward[i][k] + backward[i][k]);
            let all = log_sum_exp(&both);
            both.map(|x| (x - all).exp())
        })
        .collect()
}

/// Returns the logarithm of the sum of the exponentials of the values.
pub fn log_sum_exp(values: &[f64]) -> f64 {
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    max + values.iter().map(|v| (v - max).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::model::Linear;

    #[test]
    fn the_marginals_are_those_of_all_sequences_counted_out() {
        let crf = Crf {
            emission: Linear { weights: Vec::new(), bias: Vec::new() },
            transition: std::array::from_fn(|j| std::array::from_fn(|k| ((j * 7 + k * 3) % 5) as f64 * 0.4 - 0.8)),
            first: [0.3, -0.2, 0.0, -1.0, 0.5],
            last: [-0.5, 0.0, 0.1, 1.0, 0.2],
        };
        let emission = [[0.1, 0.5, -0.3, 0.0, 0.2], [1.0, 0.0, 0.3, -0.4, 0.0], [0.0, 0.2, 0.4, 0.6, -0.8]];
        let mut counted = [[0.0; 5]; 3];
        for (a, b, c) in (0..125).map(|i| (i / 25, i / 5 % 5, i % 5)) {
            let value: f64 = crf.first[a]
                + emission[0][a]
                + crf.transition[a][b]
                + emission[1][b]
                + crf.transition[b][c]
                + emission[2][c]
                + crf.last[c];
            for (i, k) in [a, b, c].into_iter().enumerate() {
                counted[i][k] += value.exp();
            }
        }
        for (found, counted) in marginals(&crf, &emission).iter().zip(counted) {
            let sum: f64 = counted.iter().sum();
            assert!(found.iter().zip(counted).all(|(f, c)| (f - c / sum).abs() < 1e-12));
        }
    }
}
