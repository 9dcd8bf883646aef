//! Annotations on tiers, as Praat and ELAN have them.
//!
//! On an interval tier nothing overlaps and nothing is without length. What overlaps an earlier annotation goes to a
//! further tier ("fillers 2"), what has no length to a tier of points ("words points"); so no time is changed.

use super::{flat, name};
use crate::report::Report;
use crate::span::Span;

/// An annotation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    /// The time, rounded to the resolution of the format.
    pub(super) span: Span,
    /// The text, on one line.
    pub(super) text: String,
}

/// Annotations that belong together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tier {
    /// The name, unique in a file.
    pub(super) name: String,
    /// The annotations in order of time.
    pub(super) marks: Vec<Mark>,
    /// Whether all of them are points; otherwise all have a length.
    pub(super) is_points: bool,
}

/// Returns the kinds of annotations of a report by name, each in order of time, with times as the report has them.
pub(super) fn kinds(report: &Report) -> [(&'static str, Vec<Mark>); 5] {
    let mark = |span: Span, text: String| Mark { span, text: flat(&text) };
    let words = report.transcript.iter().flat_map(|t| &t.words).map(|w| mark(w.span, w.text.clone()));
    let fillers = report.fillers.iter().flat_map(|f| &f.events);
    let fillers = fillers.filter_map(|f| Some(mark(f.span?, format!("{}: {}", name(&f.kind), f.text))));
    let pauses = report.pauses.iter().flat_map(|p| &p.events).map(|p| mark(p.span, name(&p.place)));
    let sentences = || report.story.iter().flat_map(|s| &s.sentences);
    let parts = sentences().filter_map(|s| Some(mark(s.span?, name(&s.part))));
    let texts = sentences().filter_map(|s| Some(mark(s.span?, s.text.clone())));
    [
        ("words", words.collect()),
        ("fillers", fillers.collect()),
        ("pauses", pauses.collect()),
        ("parts", parts.collect()),
        ("sentences", texts.collect()),
    ]
}

/// Returns the tiers of a report, with times rounded by `round`. Every kind has a tier, even without annotations.
pub(super) fn tiers(report: &Report, round: impl Fn(f64) -> f64) -> Vec<Tier> {
    let mut tiers = Vec::new();
    for (name, mut marks) in kinds(report) {
        for mark in &mut marks {
            mark.span = Span::new(round(mark.span.start_s), round(mark.span.end_s));
        }
        let (points, lengths): (Vec<Mark>, Vec<Mark>) = marks.into_iter().partition(|m| m.span.duration_s() <= 0.0);
        let mut lanes: Vec<Vec<Mark>> = vec![Vec::new()];
        for mark in lengths {
            let is_free = |lane: &Vec<Mark>| lane.last().is_none_or(|last| last.span.end_s <= mark.span.start_s);
            match lanes.iter().position(is_free) {
                Some(i) => lanes[i].push(mark),
                None => lanes.push(vec![mark]),
            }
        }
        let number = |i: usize| if i == 0 { name.to_string() } else { format!("{name} {}", i + 1) };
        let lanes = lanes.into_iter().enumerate();
        tiers.extend(lanes.map(|(i, marks)| Tier { name: number(i), marks, is_points: false }));
        if !points.is_empty() {
            tiers.push(Tier { name: format!("{name} points"), marks: points, is_points: true });
        }
    }
    tiers
}
