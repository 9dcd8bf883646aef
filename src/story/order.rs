//! Order: whether the parts stand as they happened, situation and task first, then action, then result.
//!
//! Every sentence is looked at by itself, since the model that sees the neighbours would read a part into its usual place.

use super::model::{Described, Weights};

/// How surely pairs of sentences of different parts stand in order, 0 to 1: the expected share of such pairs that do. 0.5 for
/// sentences in no order at all; `None` without such a pair. Also the sentence that is most out of place, if any is.
pub(super) fn order(weights: &Weights, described: &Described) -> Option<(f64, usize)> {
    let stages: Vec<[f64; 3]> = weights
        .alone(described)
        .iter()
        .map(|p| {
            // Squared, so that what is sure counts more than many guesses.
            let stages = [p[0] + p[1], p[2], p[3]].map(|x| x * x);
            let all = stages.iter().sum::<f64>() + p[4] * p[4];
            stages.map(|x| x / all)
        })
        .collect();
    let before = |a: [f64; 3], b: [f64; 3]| a[0] * (b[1] + b[2]) + a[1] * b[2];
    let (mut right, mut wrong) = (0.0, 0.0);
    let mut astray = vec![0.0; stages.len()];
    for j in 1..stages.len() {
        for i in 0..j {
            let (yes, no) = (before(stages[i], stages[j]), before(stages[j], stages[i]));
            right += yes;
            wrong += no;
            astray[i] += no - yes;
            astray[j] += no - yes;
        }
    }
    let most = (0..astray.len()).max_by(|a, b| astray[*a].total_cmp(&astray[*b]))?;
    (right + wrong > 1e-6).then(|| (right / (right + wrong), most))
}
