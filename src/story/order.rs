//! Order: whether the parts are in chronological order, situation and task first, then action, then result.
//!
//! Each sentence is classified without its context: a model that sees the neighbours would predict the part that is
//! usual at that position.

use super::model::{AnswerFeatures, StoryWeights};

/// Returns the expected share of the pairs of sentences from different parts that are in order, 0 to 1 (0.5 for a
/// random order), and the index of the sentence that is most out of order. `None` if all sentences are of the same
/// part.
pub(super) fn order(weights: &StoryWeights, features: &AnswerFeatures) -> Option<(f64, usize)> {
    let stages: Vec<[f64; 3]> = weights
        .alone(features)
        .iter()
        .map(|p| {
            // The squares give a confident prediction more weight than many uncertain ones.
            let stages = [p[0] + p[1], p[2], p[3]].map(|x| x * x);
            let all = stages.iter().sum::<f64>() + p[4] * p[4];
            stages.map(|x| x / all)
        })
        .collect();
    let precedes = |a: [f64; 3], b: [f64; 3]| a[0] * (b[1] + b[2]) + a[1] * b[2];
    let (mut in_order, mut out_of_order) = (0.0, 0.0);
    let mut misplacement = vec![0.0; stages.len()];
    for j in 1..stages.len() {
        for i in 0..j {
            let (ordered, reversed) = (precedes(stages[i], stages[j]), precedes(stages[j], stages[i]));
            in_order += ordered;
            out_of_order += reversed;
            misplacement[i] += reversed - ordered;
            misplacement[j] += reversed - ordered;
        }
    }
    let worst = (0..misplacement.len()).max_by(|a, b| misplacement[*a].total_cmp(&misplacement[*b]))?;
    (in_order + out_of_order > 1e-6).then(|| (in_order / (in_order + out_of_order), worst))
}
