//! The content shared by the reports in a terminal and on a page: names, points, words and their paragraphs.

use std::ops::Range;

use crate::app::history::coaching::Coaching;
use crate::app::history::last_time::{Followed, LastTime, Outcome};
use crate::disfluency::{Filler, FillerKind};
use crate::draft::counted_words;
use crate::interview::{Answer, Mark, MarkKind};
use crate::metrics::length::ANY_TARGET_S;
use crate::plain::{clock, number, one_line, small};
use crate::report::Report;
use crate::score::{Evidence, PartName, PartScore};
use crate::span::Span;
use crate::speakers::{Speakers, Who};
use crate::story::{Grade, StoryPart, StorySentence};
use crate::transcript::Word;

/// The number of words after which a transcript paragraph ends at the next sentence end.
const PARAGRAPH_WORDS: usize = 30;

/// The confidence below which the part of a sentence is shown with a question mark.
const SURE_PART: f64 = 0.6;
/// The note, shown once, on story parts that have points but no reason.
pub(crate) const WITHOUT_REASON: &str = "Where only points stand, aloud is not sure enough to say more.";

/// Returns the name of the file without its folder.
pub(crate) fn file_name(report: &Report) -> String {
    let name = std::path::Path::new(&report.recording.path).file_name();
    name.map_or_else(|| report.recording.path.clone(), |n| n.to_string_lossy().into_owned())
}

/// Formats points without a trailing zero: `8`, `8.5`.
pub(crate) fn whole(points: f64) -> String {
    if points.fract() == 0.0 { format!("{points:.0}") } else { format!("{points:.1}") }
}

/// Returns the headline of the score: a label, the points and the maximum. A take has points out of 100; a draft has
/// those of its story on their own scale, since drafts and takes are not compared. `None` without a score.
pub(crate) fn headline(report: &Report) -> Option<(&'static str, String, String)> {
    let overall = report.score.overall?;
    let (points, out_of) = report.score.points();
    Some(match report.transcript {
        Some(_) => ("Score", format!("{overall:.0}"), "100".into()),
        None => ("Story", whole(points), whole(out_of)),
    })
}

/// The pace at which the length of a draft is estimated, in words a minute: within the comfortable range.
const READ_ALOUD_WORDS_PER_MINUTE: f64 = 150.0;
/// The step to which an estimated length is rounded, in seconds.
const ESTIMATE_STEP_S: f64 = 5.0;

/// Returns the number of words of a draft and its estimated length when spoken, as text; `None` for a recording or
/// without a story.
pub(crate) fn length_as_spoken(report: &Report) -> Option<(String, String)> {
    let story = report.story.as_ref().filter(|_| report.transcript.is_none())?;
    let words: usize = story.sentences.iter().map(|s| s.words).sum();
    let seconds = 60.0 * words as f64 / READ_ALOUD_WORDS_PER_MINUTE;
    let about = clock((seconds / ESTIMATE_STEP_S).round().max(1.0) * ESTIMATE_STEP_S);
    let [shortest, longest] = report.question.as_ref().and_then(|q| q.target_s).unwrap_or(ANY_TARGET_S);
    let words = format!("{words} {}", if words == 1 { "word" } else { "words" });
    Some((words, format!("About {about} when spoken; {} to {} is a good length.", clock(shortest), clock(longest))))
}

/// Returns sentences with the points of the two groups, the story and the delivery.
pub(crate) fn shares(report: &Report) -> String {
    let sum = |parts: &mut dyn Iterator<Item = &PartScore>| {
        parts.fold((0.0, 0.0), |(points, out_of), p| (points + p.points, out_of + p.out_of))
    };
    let all = sum(&mut report.score.parts.iter());
    let story = sum(&mut report.score.story_parts());
    let said = (all.0 - story.0, all.1 - story.1);
    let of =
        |(points, out_of): (f64, f64)| format!("{} of {} points", whole((points * 10.0).round() / 10.0), whole(out_of));
    let grade = report.story.as_ref().and_then(|s| s.grade).map(|grade| match grade {
        Grade::Strong => "strong",
        Grade::Middling => "middling",
        Grade::Weak => "weak",
    });
    let left_out = match report.score.parts.iter().any(|p| p.name == PartName::Question) {
        true => "",
        false => "; the question was not judged",
    };
    let together = format!("Together {} of {}{left_out}.", whole(all.0), whole(all.1));
    match (story.1 > 0.0, said.1 > 0.0) {
        (true, true) => {
            let grade = grade.map_or(String::new(), |grade| format!(", {grade}"));
            format!("The story: {}{grade}. How you said it: {}. {together}", of(story), of(said))
        }
        (true, false) => {
            let grade = grade.map_or(String::new(), |grade| format!("The story is {grade}{left_out}. "));
            format!("{grade}How you would say it cannot be judged from a draft.")
        }
        _ => format!("How you said it: {}. The story is not judged.", of(said)),
    }
}

/// A reminder of earlier advice, with what became of it.
pub(crate) struct Reminder {
    pub(crate) text: String,
    /// The evidence that the advice was, or was not, followed.
    pub(crate) evidence: Option<Evidence>,
}

impl Reminder {
    fn of(before: &str, followed: &Followed, done: &str, open: &str) -> Self {
        let advice = small(&one_line(&followed.title));
        let (end, evidence) = match &followed.outcome {
            Outcome::Done { evidence } => (format!(" {done}"), evidence.clone()),
            Outcome::Open { evidence } => (format!(" {open}"), evidence.clone()),
            Outcome::Unsure => (String::new(), None),
        };
        Self { text: format!("{before}: {advice}.{end}"), evidence }
    }

    /// Returns the reminder as a sentence, with the evidence in parentheses at its end.
    pub(crate) fn sentence(&self) -> String {
        let Some(Evidence { start_s, text }) = &self.evidence else { return self.text.clone() };
        let at = start_s.map_or(String::new(), |at| format!("{}: ", clock(at)));
        let text = one_line(text);
        let text = if text.ends_with("...") { &text } else { text.trim_end_matches(['.', ',', ';', ':']) };
        format!("{} ({at}{text}).", self.text.trim_end_matches('.'))
    }
}

/// Returns the reminders of the advice given after the last take, with what became of it in this take.
pub(crate) fn reminders(last: &LastTime) -> Vec<Reminder> {
    let first = if last.same_question { "Last time" } else { "Last time, with another question of this kind" };
    let before = [first].into_iter().chain(std::iter::repeat("Also"));
    let said = last.worth_saying().zip(before);
    said.map(|(f, before)| Reminder::of(before, f, "This time you did.", "That is still to do.")).collect()
}

/// Returns the reminders for a comparison of two answers: the advice given after A, with what became of it in B.
pub(crate) fn told_between(told: &[Followed]) -> Vec<Reminder> {
    told.iter().map(|f| Reminder::of("Told after A", f, "Done in B.", "Still to do in B.")).collect()
}

/// Returns sentences that say whom the report is about; `None` unless two voices were heard.
pub(crate) fn about_whom(speakers: &Speakers) -> Option<String> {
    let begins = clock(speakers.begins_s()?);
    let probably = if speakers.is_sure_who() { "" } else { "probably " };
    Some(format!("Two voices were heard. This is {probably}about you if you are the one first heard at {begins}."))
}

/// A turn of another speaker.
pub(crate) struct OtherTurn {
    pub(crate) start_s: f64,
    pub(crate) text: String,
    /// Whether it is uncertain whose turn this is.
    pub(crate) is_unsure: bool,
}

/// Returns the turns of other speakers, in order; empty unless two voices were heard.
pub(crate) fn others_said(report: &Report) -> Vec<OtherTurn> {
    let turn = |(who, start_s, words): (Who, f64, &[Word])| {
        let texts: Vec<String> = words.iter().map(|w| one_line(&w.text)).collect();
        OtherTurn { start_s, text: texts.join(" "), is_unsure: who == Who::Unsure }
    };
    report.speakers.iter().flat_map(|s| s.others_said()).map(turn).collect()
}

/// Returns the response latency, if known, and the length of an answer, as text.
pub(crate) fn answered(answer: &Answer) -> String {
    let length = clock(answer.answer_s());
    match answer.response_latency_s {
        Some(latency_s) => format!("answered after {}\u{a0}s, {length} long", number(latency_s)),
        None => format!("{length} long"),
    }
}

/// Formats a mark of an answer: the time, the speaker and the words.
pub(crate) fn mark(mark: &Mark) -> String {
    let kind = match mark.kind {
        MarkKind::Backchannel | MarkKind::Prompt => "",
        MarkKind::Interruption => " cut in",
    };
    let words = if mark.text.is_empty() { String::new() } else { format!(" \u{201c}{}\u{201d}", one_line(&mark.text)) };
    format!("{} {}{kind}{words}", clock(mark.span.start_s), mark.who.label())
}

/// Returns the heading of a coach's comments, with the coach's name if known.
pub(crate) fn from_coach(coaching: &Coaching) -> String {
    coaching.coach.as_ref().map_or("From your coach".to_string(), |name| format!("From your coach, {}", one_line(name)))
}

/// Returns the criteria that a coach marked by hand: name, points and maximum.
pub(crate) fn marks_by_hand(coaching: &Coaching) -> Vec<(String, String, String)> {
    let marked = coaching.criteria.iter().filter_map(|c| Some((c, c.points?)));
    marked.map(|(c, points)| (one_line(&c.name), whole(points), whole(c.out_of))).collect()
}

/// Returns a sentence with the score under a coach's weights and marks; `None` if the coach gave neither.
pub(crate) fn score_of_coach(coaching: &Coaching, report: &Report) -> Option<String> {
    let score = coaching.score(report)?;
    let weights: Vec<String> =
        coaching.weights.iter().map(|w| format!("{} {}", w.part.label(), whole(w.points))).collect();
    let by = if weights.is_empty() {
        "with these marks".to_string()
    } else {
        format!("as your coach weighs it ({}; the rest as aloud does)", weights.join(", "))
    };
    Some(format!("Together {score:.0} of 100, {by}."))
}

/// Returns a sentence on what was left out of every measure for a speaker who stutters; `None` unless the speaker
/// asked for that.
pub(crate) fn left_out(report: &Report) -> Option<String> {
    let left_out = report.left_out.as_ref()?;
    let blocked_s: f64 = left_out.blocks.iter().map(Span::duration_s).sum();
    let held = left_out.sounds_in_words + left_out.sounds_beside_words;
    let kinds = [
        (
            left_out.begun_again,
            "word or part of a word begun again",
            "words or parts of words begun again",
            String::new(),
        ),
        (held, "repeated or held sound", "repeated or held sounds", String::new()),
        (
            left_out.blocks.len(),
            "silence inside a clause",
            "silences inside a clause",
            format!(" ({}\u{a0}s)", number(blocked_s)),
        ),
    ];
    let named: Vec<String> = kinds
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, more, long)| format!("{n} {}{long}", if *n == 1 { one } else { more }))
        .collect();
    Some(if named.is_empty() {
        "As you asked, what a stutter adds does not count; there was nothing to leave out.".to_string()
    } else {
        format!("As you asked, left out of every measure: {}.", named.join(", "))
    })
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
    pub(crate) kinds: Vec<(FillerKind, bool)>,
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
fn runs_of_parts(sentences: &[StorySentence], words: usize) -> Vec<Paragraph> {
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

/// Splits words into paragraphs of at least [`PARAGRAPH_WORDS`] words that end with a sentence; the last one may be
/// shorter.
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

/// Returns whether an event begins between the middle of the word before word `i` and the middle of word `i`.
pub(crate) fn begins_before(event: &Span, words: &[Shown], i: usize) -> bool {
    let middle = |i: usize| words[i].span.map_or(0.0, |s| (s.start_s + s.end_s) / 2.0);
    let after_last = i.checked_sub(1).is_none_or(|before| event.start_s >= middle(before));
    after_last && event.start_s < middle(i)
}

/// Groups the words into paragraphs: by the parts of the story, or by length if the report has no story.
pub(crate) fn paragraphs(report: &Report, words: &[Shown]) -> Vec<Paragraph> {
    match &report.story {
        Some(story) => runs_of_parts(&story.sentences, words.len()),
        None => by_length(words).into_iter().map(|range| Paragraph { range, part: None }).collect(),
    }
}
