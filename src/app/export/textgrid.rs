//! Praat's TextGrid, in its long text form (Praat manual, "TextGrid file formats").

use std::fmt::Write;

use super::printed;
use super::tiers::{Tier, tiers};
use crate::report::Report;
use crate::report::json::rounded;

/// Returns the TextGrid of a report. Between annotations there are intervals without text, since a tier has no gaps.
pub(super) fn text(report: &Report) -> String {
    let tiers = tiers(report, rounded);
    let spans = || tiers.iter().flat_map(|t| &t.marks).map(|m| m.span);
    let start_s = spans().map(|s| s.start_s).fold(0.0, f64::min);
    let length_s = report.recording.duration_s.map_or(0.0, rounded);
    let end_s = spans().map(|s| s.end_s).fold(length_s, f64::max);
    let bounds = |indent: &str, start_s: f64, end_s: f64| {
        format!("{indent}xmin = {} \n{indent}xmax = {} \n", printed(start_s), printed(end_s))
    };
    let mut text = format!(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n{}tiers? <exists> \nsize = {} \nitem []: \n",
        bounds("", start_s, end_s),
        tiers.len()
    );
    for (i, tier) in tiers.iter().enumerate() {
        let class = if tier.is_points { "TextTier" } else { "IntervalTier" };
        let _ = writeln!(text, "    item [{}]:\n        class = \"{class}\" ", i + 1);
        let _ = writeln!(text, "        name = \"{}\" ", tier.name);
        text.push_str(&bounds("        ", start_s, end_s));
        if tier.is_points {
            points(&mut text, tier);
            continue;
        }
        let intervals = intervals(tier, start_s, end_s);
        let _ = writeln!(text, "        intervals: size = {} ", intervals.len());
        for (k, (from_s, to_s, label)) in intervals.iter().enumerate() {
            let _ = writeln!(text, "        intervals [{}]:", k + 1);
            text.push_str(&bounds("            ", *from_s, *to_s));
            let _ = writeln!(text, "            text = \"{}\" ", label.replace('"', "\"\""));
        }
    }
    text
}

fn points(text: &mut String, tier: &Tier) {
    let _ = writeln!(text, "        points: size = {} ", tier.marks.len());
    for (k, mark) in tier.marks.iter().enumerate() {
        let _ = writeln!(text, "        points [{}]:\n            number = {} ", k + 1, printed(mark.span.start_s));
        let _ = writeln!(text, "            mark = \"{}\" ", mark.text.replace('"', "\"\""));
    }
}

/// Returns the intervals that fill a tier: start, end, text.
fn intervals(tier: &Tier, start_s: f64, end_s: f64) -> Vec<(f64, f64, &str)> {
    let mut intervals = Vec::new();
    let mut at_s = start_s;
    for mark in &tier.marks {
        if mark.span.start_s > at_s {
            intervals.push((at_s, mark.span.start_s, ""));
        }
        intervals.push((mark.span.start_s, mark.span.end_s, mark.text.as_str()));
        at_s = mark.span.end_s;
    }
    if end_s > at_s || intervals.is_empty() {
        intervals.push((at_s, end_s, ""));
    }
    intervals
}
