//! Audacity's label track: one line per label, with start, end and text separated by tabs (Audacity manual, "Importing
//! and Exporting Labels").

use std::fmt::Write;

use super::format_number;
use super::tiers::annotations_by_kind;
use crate::report::Report;

/// Returns the label track of a report, ordered by time. The labels of words are the words alone; all others begin with
/// their kind.
pub(super) fn labels(report: &Report) -> String {
    let mut labels = Vec::new();
    for (name, annotations) in annotations_by_kind(report) {
        let prefix = if name == "words" { String::new() } else { format!("{}: ", name.trim_end_matches('s')) };
        labels.extend(
            annotations.into_iter().map(|annotation| (annotation.span, format!("{prefix}{}", annotation.text))),
        );
    }
    labels.sort_by(|(a, _), (b, _)| a.start_s.total_cmp(&b.start_s));
    let mut text = String::new();
    for (span, label) in labels {
        let _ = writeln!(text, "{}\t{}\t{label}", format_number(span.start_s), format_number(span.end_s));
    }
    text
}
