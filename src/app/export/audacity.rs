//! A label track for Audacity: a line for each label with start, end and text, separated by tabs (Audacity manual,
//! "Importing and Exporting Labels").

use std::fmt::Write;

use super::printed;
use super::tiers::kinds;
use crate::report::Report;

/// Returns the labels of a report in order of time. A word is a label with just its text; any other label begins with
/// its kind.
pub(super) fn labels(report: &Report) -> String {
    let mut labels = Vec::new();
    for (name, marks) in kinds(report) {
        let prefix = if name == "words" { String::new() } else { format!("{}: ", name.trim_end_matches('s')) };
        labels.extend(marks.into_iter().map(|mark| (mark.span, format!("{prefix}{}", mark.text))));
    }
    labels.sort_by(|(a, _), (b, _)| a.start_s.total_cmp(&b.start_s));
    let mut text = String::new();
    for (span, label) in labels {
        let _ = writeln!(text, "{}\t{}\t{label}", printed(span.start_s), printed(span.end_s));
    }
    text
}
