//! What the reports in a terminal and on a page have in common: names, points, words and their paragraphs.

use std::ops::Range;

use crate::disfluency::{Filler, Kind};
use crate::draft::counted_words;
use crate::plain::one_line;
use crate::report::Report;
use crate::score::{Part, PartName};
use crate::span::Span;
use crate::story::{Grade, Part as StoryPart, Told};

/// The number of words after which a transcript paragraph ends at the next sentence end.
const PARAGRAPH_WORDS: usize = 30;

/// The confidence below which the part of a sentence is shown with a question mark.
const SURE_PART: f64 = 0.6;
/// Returns the name of the file without its folder.
pub(crate) fn file_name(report: &Report) -> String {
    let name = std::path::Path::new(&report.recording.path).file_name();
    name.map_or_else(|| report.recording.path.clone(), |n| n.to_string_lossy().into_owned())
}

/// Formats points without a trailing zero: `8`, `8.5`.
pub(crate) fn whole(points: f64) -> String {
    if points.fract() == 0.0 { format!("{points:.0}") } else { format!("{points:.1}") }
}

/// Returns the points of the two groups: the story, and how it was said.
pub(crate) fn shares(report: &Report) -> String {
    let sum = |parts: &mut dyn Iterator<Item = &Part>| {
        parts.fold((0.0, 0.0), |(points, out_of), p| (points + p.points, out_of + p.out_of))
    };
    let all = sum(&mut report.score.parts.iter());
    let story = sum(&mut report.score.story_parts());
    let said = (all.0 - story.0, all.1 - story.1);
    let of =
        |(points, out_of): (f64, f64)| format!("{} of {} points", whole((points * 10.0).round() / 10.0), whole(out_of));
    let grade = match report.story.as_ref().and_then(|s| s.grade) {
        Some(Grade::Strong) => ", strong",
        Some(Grade::Middling) => ", middling",
        Some(Grade::Weak) => ", weak",
        None => "",
    };
    let left_out = match report.score.parts.iter().any(|p| p.name == PartName::Question) {
        true => "",
        false => "; the question was not judged",
    };
    let together = format!("Together {} of {}{left_out}.", whole(all.0), whole(all.1));
    match (story.1 > 0.0, said.1 > 0.0) {
        (true, true) => format!("The story: {}{grade}. How you said it: {}. {together}", of(story), of(said)),
        (true, false) => format!("The story: {}{grade}. How you would say it is not judged from a draft.", of(story)),
        _ => format!("How you said it: {}. The story is not judged.", of(said)),
    }
}

/// A word of the transcript or draft.
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) span: Option<Span>,
    /// Whether a filler begins with this word.
    pub(crate) opens: bool,
    /// Whether a filler ends with this word.
    pub(crate) closes: bool,
    /// Whether this word is part of a filler.
    pub(crate) inside: bool,
    /// The kind of each filler that the word is part of, and whether that filler begins with the word.
    pub(crate) kinds: Vec<(Kind, bool)>,
}

/// Returns the words of the transcript, or of the draft.
pub(crate) fn shown_words(report: &Report) -> Vec<Shown> {
    let fillers = report.fillers.as_ref().map_or(&[][..], |f| &f.events);
    let show = |text: &str, span: Option<Span>, first: usize, end: usize| {
        let filler = fillers.iter().map(Filler::range).find(|r| r.start < end && first < r.end);
        Shown {
            text: one_line(text),
            span,
            opens: filler.as_ref().is_some_and(|r| r.start >= first),
            closes: filler.as_ref().is_some_and(|r| r.end <= end),
            inside: filler.is_some(),
            kinds: fillers
                .iter()
                .filter(|f| f.range().start < end && first < f.range().end)
                .map(|f| (f.kind, f.range().start >= first))
                .collect(),
        }
    };
    if let Some(transcript) = &report.transcript {
        return transcript.words.iter().enumerate().map(|(i, w)| show(&w.text, Some(w.span), i, i + 1)).collect();
    }
    let mut counted = 0;
    let texts = report.story.iter().flat_map(|s| &s.sentences).flat_map(|s| s.text.split_whitespace());
    texts
        .map(|text| {
            let first = counted;
            counted += counted_words(text);
            show(text, None, first, counted)
        })
        .collect()
}

/// A paragraph of words.
pub(crate) struct Paragraph {
    pub(crate) range: Range<usize>,
    /// The part of the story in plain words, followed by a question mark if uncertain.
    pub(crate) part: Option<String>,
}

/// Groups consecutive sentences of the same part into paragraphs.
///
/// An imported report may have more words in its story than were spoken: the excess is left out.
fn runs_of_parts(sentences: &[Told], words: usize) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut start = 0;
    for (i, sentence) in sentences.iter().enumerate() {
        let end = (start + sentence.text.split_whitespace().count()).min(words);
        if start == end {
            continue;
        }
        let name = match sentence.part {
            StoryPart::Situation => "situation",
            StoryPart::Task => "task",
            StoryPart::Action => "action",
            StoryPart::Result => "result",
            StoryPart::Other if i == 0 => "opening",
            StoryPart::Other if i + 1 == sentences.len() => "closing",
            StoryPart::Other => "aside",
        };
        let name = format!("{name}{}", if sentence.confidence < SURE_PART { "?" } else { "" });
        match paragraphs.last_mut() {
            Some(last) if last.part.as_ref() == Some(&name) => last.range.end = end,
            _ => paragraphs.push(Paragraph { range: start..end, part: Some(name) }),
        }
        start = end;
    }
    paragraphs
}

/// Returns paragraphs that end with a sentence, as ranges of words.
fn by_length(words: &[Shown]) -> Vec<Range<usize>> {
    let mut paragraphs = Vec::new();
    let mut start = 0;
    for (i, word) in words.iter().enumerate() {
        let full = i + 1 - start >= PARAGRAPH_WORDS && word.text.ends_with(['.', '?', '!']);
        if full || i + 1 == words.len() {
            paragraphs.push(start..i + 1);
            start = i + 1;
        }
    }
    paragraphs
}

/// Returns whether an event begins between word `i` and the word before it.
pub(crate) fn begins_before(event: &Span, words: &[Shown], i: usize) -> bool {
    let middle = |i: usize| words[i].span.map_or(0.0, |s| (s.start_s + s.end_s) / 2.0);
    let after_last = i.checked_sub(1).is_none_or(|before| event.start_s >= middle(before));
    after_last && event.start_s < middle(i)
}

/// Returns the words in paragraphs: by the parts of the story, or by length if those are unknown.
pub(crate) fn paragraphs(report: &Report, words: &[Shown]) -> Vec<Paragraph> {
    match &report.story {
        Some(story) => runs_of_parts(&story.sentences, words.len()),
        None => by_length(words).into_iter().map(|range| Paragraph { range, part: None }).collect(),
    }
}
