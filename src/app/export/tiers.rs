//! Annotations on tiers, the data model of Praat and ELAN.
//!
//! The annotations of an interval tier must not overlap and must have a duration. So that no time has to be changed, an
//! annotation that overlaps an earlier one goes to a further tier ("fillers 2"), and one without duration goes to a
//! point tier ("words points").

use super::{schema_name, single_line};
use crate::report::Report;
use crate::span::Span;

/// An annotation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Annotation {
    /// The time span, rounded to the resolution of the format.
    pub(super) span: Span,
    /// The text, on one line.
    pub(super) text: String,
}

/// A tier: annotations of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tier {
    /// The name, unique within a file.
    pub(super) name: String,
    /// The annotations in order of time.
    pub(super) annotations: Vec<Annotation>,
    /// Whether this is a point tier; otherwise all annotations have a duration.
    pub(super) is_points: bool,
}

/// Returns the annotations of a report by kind, each kind with its name and ordered by time. Times are not rounded.
pub(super) fn annotations_by_kind(report: &Report) -> [(&'static str, Vec<Annotation>); 5] {
    let annotation = |span: Span, text: String| Annotation { span, text: single_line(&text) };
    let words = report.transcript.iter().flat_map(|t| &t.words).map(|w| annotation(w.span, w.text.clone()));
    let fillers = report.fillers.iter().flat_map(|f| &f.events);
    let fillers = fillers.filter_map(|f| Some(annotation(f.span?, format!("{}: {}", schema_name(&f.kind), f.text))));
    let pauses = report.pauses.iter().flat_map(|p| &p.events).map(|p| annotation(p.span, schema_name(&p.place)));
    let sentences = || report.story.iter().flat_map(|s| &s.sentences);
    let parts = sentences().filter_map(|s| Some(annotation(s.span?, schema_name(&s.part))));
    let texts = sentences().filter_map(|s| Some(annotation(s.span?, s.text.clone())));
    [
        ("words", words.collect()),
        ("fillers", fillers.collect()),
        ("pauses", pauses.collect()),
        ("parts", parts.collect()),
        ("sentences", texts.collect()),
    ]
}

/// Returns the tiers of a report, with times rounded by `round`. Every kind of annotation has at least one tier,
/// possibly an empty one.
pub(super) fn tiers(report: &Report, round: impl Fn(f64) -> f64) -> Vec<Tier> {
    let mut tiers = Vec::new();
    for (name, mut annotations) in annotations_by_kind(report) {
        for annotation in &mut annotations {
            annotation.span = Span::new(round(annotation.span.start_s), round(annotation.span.end_s));
        }
        let (points, intervals): (Vec<Annotation>, Vec<Annotation>) =
            annotations.into_iter().partition(|m| m.span.duration_s() <= 0.0);
        let mut lanes: Vec<Vec<Annotation>> = vec![Vec::new()];
        for annotation in intervals {
            let is_free =
                |lane: &Vec<Annotation>| lane.last().is_none_or(|last| last.span.end_s <= annotation.span.start_s);
            match lanes.iter().position(is_free) {
                Some(i) => lanes[i].push(annotation),
                None => lanes.push(vec![annotation]),
            }
        }
        let number = |i: usize| if i == 0 { name.to_string() } else { format!("{name} {}", i + 1) };
        let lanes = lanes.into_iter().enumerate();
        tiers.extend(lanes.map(|(i, annotations)| Tier { name: number(i), annotations, is_points: false }));
        if !points.is_empty() {
            tiers.push(Tier { name: format!("{name} points"), annotations: points, is_points: true });
        }
    }
    tiers
}
