//! A tidy table (H. Wickham, "Tidy Data", Journal of Statistical Software 59, 2014): a row for each word, filler, pause
//! and sentence, of as many answers as there are. docs/exports.md says what the columns mean.

use super::{name, printed};
use crate::app::spreadsheet::{self, harmless};
use crate::report::Report;
use crate::span::Span;

/// The columns. What does not apply to a kind of row is empty in it.
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

/// A row before it is written.
#[derive(Debug, Default)]
struct Row<'a> {
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

/// Returns the line with the names of the columns.
pub(super) fn heading() -> Vec<u8> {
    spreadsheet::table(spreadsheet::UTF_8_MARK, std::iter::once(COLUMNS))
}

/// Returns the rows of an answer: its words, then its fillers, pauses and sentences, each in order.
pub(super) fn rows(report: &Report) -> Vec<u8> {
    let path = harmless(&report.recording.path);
    spreadsheet::table(&[], all(report).into_iter().map(|row| row.cells(&path)))
}

fn all(report: &Report) -> Vec<Row<'_>> {
    let sentences = || report.story.iter().flat_map(|s| &s.sentences);
    let spans: Vec<Option<Span>> = sentences().map(|s| s.span).collect();
    let sentence = |span: Option<Span>| {
        let middle_s = span.map(|s| f64::midpoint(s.start_s, s.end_s))?;
        let is_around = |s: &Option<Span>| s.is_some_and(|s| s.start_s <= middle_s && middle_s <= s.end_s);
        spans.iter().position(is_around)
    };
    let words = report.transcript.iter().flat_map(|t| &t.words).enumerate().map(|(index, word)| Row {
        kind: "word",
        index,
        span: Some(word.span),
        text: &word.text,
        confidence: Some(word.confidence),
        is_filler: Some(word.filler),
        sentence: sentence(Some(word.span)),
        ..Row::default()
    });
    let fillers = report.fillers.iter().flat_map(|f| &f.events).enumerate().map(|(index, filler)| Row {
        kind: "filler",
        index,
        span: filler.span,
        text: &filler.text,
        label: name(&filler.kind),
        confidence: Some(filler.confidence),
        heard_by: filler.heard_by.iter().map(name).collect::<Vec<_>>().join(" "),
        first_word: filler.word,
        words: Some(filler.words),
        sentence: sentence(filler.span),
        ..Row::default()
    });
    let pauses = report.pauses.iter().flat_map(|p| &p.events).enumerate().map(|(index, pause)| Row {
        kind: "pause",
        index,
        span: Some(pause.span),
        label: name(&pause.place),
        sentence: sentence(Some(pause.span)),
        ..Row::default()
    });
    let told = sentences().enumerate().map(|(index, told)| Row {
        kind: "sentence",
        index,
        span: told.span,
        text: &told.text,
        label: name(&told.part),
        confidence: Some(told.confidence),
        words: Some(told.words),
        scales: Some([told.telling, told.empty, told.blame]),
        is_repeated: Some(told.repeated),
        sentence: Some(index),
        ..Row::default()
    });
    words.chain(fillers).chain(pauses).chain(told).collect()
}

impl Row<'_> {
    fn cells(&self, path: &str) -> [String; COLUMNS.len()] {
        let number = |value: Option<f64>| value.map_or(String::new(), printed);
        let whole = |value: Option<usize>| value.map_or(String::new(), |v| v.to_string());
        let truth = |value: Option<bool>| value.map_or(String::new(), |v| v.to_string());
        [
            path.to_string(),
            self.kind.to_string(),
            self.index.to_string(),
            number(self.span.map(|s| s.start_s)),
            number(self.span.map(|s| s.end_s)),
            harmless(self.text),
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
