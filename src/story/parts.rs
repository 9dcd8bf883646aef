//! The parts of a story: situation, task, action, result, or none of these, for every sentence.
//!
//! Situation, task, action, result ("STAR") is how career centres teach answers about past work (convention). The
//! model sees every sentence with its neighbours and decides on the whole sequence; its confidence is the probability of the
//! part, given all sentences (the marginal of the conditional random field).

use serde::{Deserialize, Serialize};

use super::model::{Crf, Described};

/// What a sentence does in the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Where and when, and what was going on.
    Situation,
    /// What the speaker had to do.
    Task,
    /// What was done.
    Action,
    /// What came of it.
    Result,
    /// Anything else: opinions, claims, asides.
    Other,
}

impl Part {
    /// All of them, in the order of the model's outputs.
    pub const ALL: [Part; 5] = [Part::Situation, Part::Task, Part::Action, Part::Result, Part::Other];

    /// What people read.
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

/// The probability of every part for every sentence, in the order of [`Part::ALL`].
pub fn parts(crf: &Crf, described: &Described) -> Vec<[f64; 5]> {
    let emission: Vec<[f64; 5]> = described
        .sentences
        .rows()
        .into_iter()
        .map(|x| crf.emission.apply(x).try_into().expect("one output a part"))
        .collect();
    marginals(crf, &emission)
}

/// The most probable part and its probability.
pub fn most_probable(chances: &[f64; 5]) -> (Part, f64) {
    let best = (0..5).max_by(|a, b| chances[*a].total_cmp(&chances[*b])).expect("there are parts");
    (Part::ALL[best], chances[best])
}

/// The probability of each part for each sentence, by the forward-backward algorithm in logarithms.
pub fn marginals(crf: &Crf, emission: &[[f64; 5]]) -> Vec<[f64; 5]> {
    let n = emission.len();
    let mut forward = vec![[0.0; 5]; n];
    let mut backward = vec![[0.0; 5]; n];
    for i in 0..n {
        forward[i] = std::array::from_fn(|k| {
            let from: [f64; 5] =
                std::array::from_fn(|j| if i > 0 { forward[i - 1][j] + crf.transition[j][k] } else { 0.0 });
            emission[i][k] + if i > 0 { log_sum(&from) } else { crf.first[k] }
        });
    }
    for i in (0..n).rev() {
        backward[i] = std::array::from_fn(|k| {
            if i + 1 == n {
                return crf.last[k];
            }
            log_sum(&std::array::from_fn::<f64, 5, _>(|j| {
                crf.transition[k][j] + emission[i + 1][j] + backward[i + 1][j]
            }))
        });
    }
    (0..n)
        .map(|i| {
            let both: [f64; 5] = std::array::from_fn(|k| forward[i][k] + backward[i][k]);
            let all = log_sum(&both);
            both.map(|x| (x - all).exp())
        })
        .collect()
}

/// The logarithm of the sum of exponentials.
pub fn log_sum(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + values.iter().map(|v| (v - most).exp()).sum::<f64>().ln()
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
