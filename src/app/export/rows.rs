//! A tidy table (H. Wickham, "Tidy Data", Journal of Statistical Software 59, 2014): a row for each word, filler, pause
//! and sentence of one or more answers. The columns are documented in docs/exports.md.

use super::{format_number, schema_name};
use crate::app::spreadsheet::{self, escape_formula};
use crate::report::Report;
use crate::span::Span;

/// The columns. A column that does not apply to the kind of a row is empty.
const COLUMNS: [&str; 17] = [
    "file",
    "kind",
    "index",
    "start_s",
    "end_s",
    "text",
    "type",
    "confidence",
    "filler",
    "heard_by",
    "first_word",
    "words",
    "telling",
    "empty",
    "blame",
    "repeated",
    "sentence",
];

/// A row of the table; `None`, or an empty text, where a column does not apply.
#[derive(Debug, Default)]
struct TableRow<'a> {
    kind: &'static str,
    index: usize,
    span: Option<Span>,
    text: &'a str,
    label: String,
    confidence: Option<f64>,
    is_filler: Option<bool>,
    heard_by: String,
    first_word: Option<usize>,
    words: Option<usize>,
    scales: Option<[f64; 3]>,
    is_repeated: Option<bool>,
    sentence: Option<usize>,
}

/// Returns the header line.
pub(super) fn header_line() -> Vec<u8> {
    spreadsheet::to_csv(spreadsheet::UTF8_BOM, std::iter::once(COLUMNS))
}

/// Returns the rows of an answer: its words, then its fillers, pauses and sentences, each in order.
pub(super) fn rows(report: &Report) -> Vec<u8> {
    let path = escape_formula(&report.recording.path);
    spreadsheet::to_csv(&[], table_rows(report).into_iter().map(|row| row.cells(&path)))
}

fn table_rows(report: &Report) -> Vec<TableRow<'_>> {
    let sentences = || report.story.iter().flat_map(|s| &s.sentences);
    let spans: Vec<Option<Span>> = sentences().map(|s| s.span).collect();
    let sentence = |span: Option<Span>| {
        let middle_s = span.map(|s| f64::midpoint(s.start_s, s.end_s))?;
        let is_around = |s: &Option<Span>| s.is_some_and(|s| s.start_s <= middle_s && middle_s <= s.end_s);
        spans.iter().position(is_around)
    };
    let words = report.transcript.iter().flat_map(|t| &t.words).enumerate().map(|(index, word)| TableRow {
        kind: "word",
        index,
        span: Some(word.span),
        text: &word.text,
        confidence: Some(word.confidence),
        is_filler: Some(word.filler),
        sentence: sentence(Some(word.span)),
        ..TableRow::default()
    });
    let fillers = report.fillers.iter().flat_map(|f| &f.events).enumerate().map(|(index, filler)| TableRow {
        kind: "filler",
        index,
        span: filler.span,
        text: &filler.text,
        label: schema_name(&filler.kind),
        confidence: Some(filler.confidence),
        heard_by: filler.heard_by.iter().map(schema_name).collect::<Vec<_>>().join(" "),
        first_word: filler.word,
        words: Some(filler.words),
        sentence: sentence(filler.span),
        ..TableRow::default()
    });
    let pauses = report.pauses.iter().flat_map(|p| &p.events).enumerate().map(|(index, pause)| TableRow {
        kind: "pause",
        index,
        span: Some(pause.span),
        label: schema_name(&pause.place),
        sentence: sentence(Some(pause.span)),
        ..TableRow::default()
    });
    let told = sentences().enumerate().map(|(index, told)| TableRow {
        kind: "sentence",
        index,
        span: told.span,
        text: &told.text,
        label: schema_name(&told.part),
        confidence: Some(told.confidence),
        words: Some(told.words),
        scales: Some([told.telling, told.empty, told.blame]),
        is_repeated: Some(told.repeated),
        sentence: Some(index),
        ..TableRow::default()
    });
    words.chain(fillers).chain(pauses).chain(told).collect()
}

impl TableRow<'_> {
    fn cells(&self, path: &str) -> [String; COLUMNS.len()] {
        let number = |value: Option<f64>| value.map_or(String::new(), format_number);
        let whole = |value: Option<usize>| value.map_or(String::new(), |v| v.to_string());
        let truth = |value: Option<bool>| value.map_or(String::new(), |v| v.to_string());
        [
            path.to_string(),
            self.kind.to_string(),
            self.index.to_string(),
            number(self.span.map(|s| s.start_s)),
            number(self.span.map(|s| s.end_s)),
            escape_formula(self.text),
            self.label.clone(),
            number(self.confidence),
            truth(self.is_filler),
            self.heard_by.clone(),
            whole(self.first_word),
            whole(self.words),
            number(self.scales.map(|s| s[0])),
            number(self.scales.map(|s| s[1])),
            number(self.scales.map(|s| s[2])),
            truth(self.is_repeated),
            whole(self.sentence),
        ]
    }
}
