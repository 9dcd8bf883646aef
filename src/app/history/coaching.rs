//! What a coach adds to an answer by hand: other weights for the parts of the score, criteria of their own, words, and
//! comments on moments. It is kept with the answer, and changes nothing that aloud measured.

use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::score::PartName;

/// What a coach adds to an answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Coaching {
    /// The coach's name.
    pub coach: Option<String>,
    /// What the coach finds a part worth; the other parts are worth what the rubric says.
    pub weights: Vec<Weight>,
    /// The coach's own criteria.
    pub criteria: Vec<Criterion>,
    /// What the coach says about the answer.
    pub words: Option<String>,
    /// What the coach says about moments of it, in their order.
    pub comments: Vec<Comment>,
}

/// The points that a part of the score can win.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// The part.
    pub part: PartName,
    /// The points.
    pub points: f64,
}

/// A criterion that is marked by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// What is looked at.
    pub name: String,
    /// The points given; `None` while it is not marked.
    pub points: Option<f64>,
    /// The points available.
    pub out_of: f64,
}

/// A comment on a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comment {
    /// The moment, in seconds.
    pub at_s: f64,
    /// The comment.
    pub text: String,
}

impl Coaching {
    /// Returns whether there is nothing in it that is about this answer.
    pub fn is_silent(&self) -> bool {
        self.weights.is_empty() && self.criteria.is_empty() && self.words.is_none() && self.comments.is_empty()
    }

    /// Returns the score by the coach's weights and marks, 0 to 100; `None` if the coach has neither, or aloud gave no
    /// score.
    pub fn score(&self, report: &Report) -> Option<f64> {
        report.score.overall?;
        let marked: Vec<(f64, f64)> = self.criteria.iter().filter_map(|c| Some((c.points?, c.out_of))).collect();
        if self.weights.is_empty() && marked.is_empty() {
            return None;
        }
        let weight = |name: &PartName| self.weights.iter().find(|w| w.part == *name).map(|w| w.points);
        let parts = report.score.parts.iter().filter(|p| p.out_of > 0.0).map(|p| {
            let out_of = weight(&p.name).unwrap_or(p.out_of);
            (out_of * p.points / p.out_of, out_of)
        });
        let (points, out_of) =
            parts.chain(marked).fold((0.0, 0.0), |(a, b), (points, out_of)| (a + points, b + out_of));
        (out_of > 0.0).then(|| 100.0 * points / out_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_marks_make_another_score_and_unmarked_criteria_count_for_nothing() {
        let report: Report = serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap();
        let sum = |value: fn(&crate::score::PartScore) -> f64| report.score.parts.iter().map(value).sum::<f64>();
        let (points, out_of) = (sum(|p| p.points), sum(|p| p.out_of));
        let mut coaching = Coaching::default();
        assert!(coaching.is_silent() && coaching.score(&report).is_none());
        coaching.criteria.push(Criterion { name: "Camera".into(), points: None, out_of: 10.0 });
        assert!(!coaching.is_silent() && coaching.score(&report).is_none());
        coaching.criteria[0].points = Some(10.0);
        let expected = 100.0 * (points + 10.0) / (out_of + 10.0);
        assert!((coaching.score(&report).unwrap() - expected).abs() < 1e-9);

        let lost = report.score.parts.iter().find(|p| p.points < p.out_of).expect("a part that lost points");
        coaching.weights.push(Weight { part: lost.name.clone(), points: 0.0 });
        let expected = 100.0 * (points - lost.points + 10.0) / (out_of - lost.out_of + 10.0);
        assert!((coaching.score(&report).unwrap() - expected).abs() < 1e-9);
    }
}
