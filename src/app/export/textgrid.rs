//! Praat's TextGrid, in the long text format (Praat manual, "TextGrid file formats").

use std::fmt::Write;

use super::format_number;
use super::tiers::{Tier, tiers};
use crate::report::Report;
use crate::report::json::rounded;

/// Returns the TextGrid of a report. Gaps between annotations are filled with empty intervals, since a tier must not
/// have gaps.
pub(super) fn text(report: &Report) -> String {
    let tiers = tiers(report, rounded);
    let spans = || tiers.iter().flat_map(|t| &t.annotations).map(|m| m.span);
    let start_s = spans().map(|s| s.start_s).fold(0.0, f64::min);
    let length_s = report.recording.duration_s.map_or(0.0, rounded);
    let end_s = spans().map(|s| s.end_s).fold(length_s, f64::max);
    let bounds = |indent: &str, start_s: f64, end_s: f64| {
        format!("{indent}xmin = {} \n{indent}xmax = {} \n", format_number(start_s), format_number(end_s))
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
    let _ = writeln!(text, "        points: size = {} ", tier.annotations.len());
    for (k, annotation) in tier.annotations.iter().enumerate() {
        let _ = writeln!(
            text,
            "        points [{}]:\n            number = {} ",
            k + 1,
            format_number(annotation.span.start_s)
        );
        let _ = writeln!(text, "            mark = \"{}\" ", annotation.text.replace('"', "\"\""));
    }
}

/// Returns the intervals of a tier without gaps, each as start, end and text.
fn intervals(tier: &Tier, start_s: f64, end_s: f64) -> Vec<(f64, f64, &str)> {
    let mut intervals = Vec::new();
    let mut at_s = start_s;
    for annotation in &tier.annotations {
        if annotation.span.start_s > at_s {
            intervals.push((at_s, annotation.span.start_s, ""));
        }
        intervals.push((annotation.span.start_s, annotation.span.end_s, annotation.text.as_str()));
        at_s = annotation.span.end_s;
    }
    if end_s > at_s || intervals.is_empty() {
        intervals.push((at_s, end_s, ""));
    }
    intervals
}
