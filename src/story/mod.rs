//! Story analysis: how well an answer describes the speaker's work.
//!
//! For English only. The words of an answer, with fillers marked, are segmented into [`mod@sentences`]. Each sentence
//! is represented by its embedding ([`encoder`]) and its [`cues`], from which the trained [`model`] predicts its part
//! of the story (situation, task, action, result), how informative it is, and whether it is empty talk. The other files
//! each measure what their name says. No points are given here: that is up to the [rubric](crate::score::rubric).

pub mod cues;
pub mod detectors;
mod emptiness;
pub mod encoder;
mod findings;
mod hedges;
pub mod model;
mod order;
pub mod ownership;
pub mod parts;
pub mod relevance;
mod repeated;
pub mod sentences;
mod signs;
mod specifics;
mod tokenizer;

use std::ops::Range;

use ndarray::{Array1, Axis};
use serde::{Deserialize, Serialize};

use crate::disfluency::spoken::WordWithPauses;
use crate::disfluency::stuttering::fluent;
use crate::disfluency::{Filler, begun_again};
use crate::draft::Draft;
use crate::english::numbers;
use crate::question::Question;
use crate::span::{Span, maybe};
use crate::transcript::Word;
use cues::Sentence;
use detectors::DetectorInput;
pub use findings::{EventKind, Finding, FindingVerdict, Findings};
use model::{AnswerFeatures, StoryWeights};
pub use ownership::Ownership;
pub use parts::StoryPart;
pub use relevance::{AnswerKind, QuestionFit};
use sentences::{StoryToken, sentences};

/// Minimum [informativeness](StorySentence::telling) of a result that is listed as an outcome, 0 to 1 (ours).
const MIN_TELLING: f64 = 0.35;
/// Minimum [probability of empty talk](StorySentence::empty) at which a sentence counts as empty, 0 to 1 (ours).
pub const EMPTY_THRESHOLD: f64 = 0.5;

/// Maximum share of empty sentences at which the detectors also run without them, to find what the answer lacks behind
/// its padding. An answer with a larger share is judged as it is, because too little of it would be left (ours).
const MAX_PADDING_SHARE: f64 = 0.25;

/// A sentence of the story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StorySentence {
    /// The words as written, with their punctuation.
    pub text: String,
    /// The time of the sentence; `None` in a draft.
    #[serde(flatten, with = "maybe")]
    pub span: Option<Span>,
    /// The most probable part of the story.
    pub part: StoryPart,
    /// The probability of [`Self::part`], 0 to 1.
    pub confidence: f64,
    /// The probability of every part.
    pub chances: PartShares,
    /// The number of words without fillers, with numbers counted as they are spoken.
    pub words: usize,
    /// How informative the sentence is, 0 to 1: near 1 for sentences typical of good answers, near 0 for those typical
    /// of weak ones.
    pub telling: f64,
    /// The probability that the sentence sounds impressive and says nothing, 0 to 1.
    pub empty: f64,
    /// The probability that the sentence blames others, 0 to 1.
    pub blame: f64,
    /// Whether an earlier sentence says the same.
    pub repeated: bool,
}

/// A few words of the answer, and when they were said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The words.
    pub text: String,
    /// The start of the first word, in seconds; `None` in a draft.
    pub start_s: Option<f64>,
}

/// A value from 0 to 1 for each part, which add up to 1: the share of the answer's words, or the probability that a
/// sentence is of that part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PartShares {
    /// The share of the situation.
    pub situation: f64,
    /// The share of the task.
    pub task: f64,
    /// The share of the action.
    pub action: f64,
    /// The share of the result.
    pub result: f64,
    /// The share of everything else.
    pub other: f64,
}

/// How far the parts of a story are in chronological order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartOrder {
    /// The expected share of the pairs of sentences from different parts that are in order, 0 to 1; about 0.5 for a
    /// random order.
    pub in_order: f64,
    /// The sentence that is most out of order.
    pub astray: Excerpt,
}

/// The overall grade of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// A listener can hardly tell what was done.
    Weak,
    /// The story is told, with something missing.
    Middling,
    /// The story is told well.
    Strong,
}

/// The result of the story analysis of one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// All sentences, in order.
    pub sentences: Vec<StorySentence>,
    /// The share of the answer's words in each part.
    pub share: PartShares,
    /// Who is said to act: "I" or "we".
    pub ownership: Ownership,
    /// Numbers, names and times.
    pub specifics: Vec<Excerpt>,
    /// The sentences of the result that are informative and not empty talk.
    pub outcomes: Vec<Excerpt>,
    /// Hedges: words that weaken what the speaker says.
    pub hedges: Vec<Excerpt>,
    /// How far the parts are in chronological order; `None` if there are fewer than two parts.
    pub order: Option<PartOrder>,
    /// How well the answer fits its question; `None` if the question is unknown or about none of the usual topics.
    pub fit: Option<QuestionFit>,
    /// What a coach would say about the answer; `None` in a report from a program version without these detectors.
    #[serde(default)]
    pub findings: Option<Findings>,
    /// The overall grade under the current rubric; `None` until the story is scored.
    pub grade: Option<Grade>,
}

impl Story {
    /// Analyzes an answer in English, given as its words; `None` without words.
    pub fn of(tokens: &[StoryToken<'_>], question: Option<&Question>, weights: &StoryWeights) -> Option<Self> {
        let found: Vec<Sentence> = sentences(tokens).into_iter().map(|r| Sentence::of(tokens, r)).collect();
        let first_occurrences = repeated::first_occurrences(&found);
        // Only sentences with words are judged, and each only once: a repetition cannot change the result.
        let novel: Vec<usize> =
            (0..found.len()).filter(|i| first_occurrences[*i] == *i && !found[*i].words.is_empty()).collect();
        let judged: Vec<Sentence> = novel.iter().map(|i| found[*i].clone()).collect();
        if judged.is_empty() {
            return None;
        }
        let features = AnswerFeatures::of(&judged);
        let parts = parts::parts(&weights.parts, &features);
        let best_parts: Vec<(StoryPart, f64)> = parts.iter().map(parts::most_probable).collect();
        let (telling, empty, blame) = (weights.telling(&features), weights.empty(&features), weights.blame(&features));
        let story_sentence = |i: usize| {
            let range = found[i].range.clone();
            let unjudged = StorySentence {
                text: text(tokens, range.clone()),
                span: span(tokens, range),
                part: StoryPart::Other,
                confidence: 1.0,
                chances: PartShares::from([0.0, 0.0, 0.0, 0.0, 1.0]),
                words: tokens[found[i].range.clone()]
                    .iter()
                    .filter(|t| !t.filler)
                    .map(|t| numbers::count(t.text))
                    .sum(),
                telling: 0.0,
                empty: 0.0,
                blame: 0.0,
                repeated: first_occurrences[i] != i,
            };
            // A sentence of fillers only is not judged.
            let Some(k) = novel.iter().position(|j| *j == first_occurrences[i]) else { return unjudged };
            StorySentence {
                part: best_parts[k].0,
                confidence: best_parts[k].1,
                chances: PartShares::from(parts[k]),
                telling: telling[k],
                empty: emptiness::emptiness(&judged[k], empty[k]),
                blame: blame[k],
                ..unjudged
            }
        };
        let sentences: Vec<StorySentence> = (0..found.len()).map(story_sentence).collect();
        let best_parts: Vec<StoryPart> = best_parts.iter().map(|k| k.0).collect();
        let is_outcome = |s: &&StorySentence| {
            s.part == StoryPart::Result && !s.repeated && s.empty < EMPTY_THRESHOLD && s.telling >= MIN_TELLING
        };
        let outcomes = sentences.iter().filter(is_outcome).map(StorySentence::excerpt).collect();
        let order = order::order(weights, &features)
            .map(|(in_order, k)| PartOrder { in_order, astray: sentences[novel[k]].excerpt() });
        let asked = question.map(|q| question_vectors(&q.text));
        let detect = |chosen: &[usize]| {
            let (alone, meaning) = (features.alone.select(Axis(0), chosen), features.meaning.select(Axis(0), chosen));
            let sentences: Vec<Sentence> = chosen.iter().map(|k| judged[*k].clone()).collect();
            let input = DetectorInput::of(&sentences, &alone, &meaning, asked.as_ref(), AnswerKind::of(question));
            let indices: Vec<usize> = chosen.iter().map(|k| novel[*k]).collect();
            weights.detectors.findings(&input, &indices)
        };
        let all: Vec<usize> = (0..judged.len()).collect();
        let plain: Vec<usize> = all.iter().copied().filter(|k| sentences[novel[*k]].empty < EMPTY_THRESHOLD).collect();
        let mut findings = detect(&all);
        let empty_share = 1.0 - plain.len() as f64 / all.len() as f64;
        if empty_share > 0.0 && empty_share <= MAX_PADDING_SHARE {
            findings.keep_lacks_of(&detect(&plain));
        }
        Some(Self {
            findings: Some(findings),
            share: PartShares::of(&sentences),
            ownership: Ownership::of(&judged, &best_parts),
            specifics: specifics::specifics(tokens, &judged),
            outcomes,
            hedges: hedges::hedges(tokens, &judged),
            order,
            fit: question.and_then(|q| relevance::fit(&q.text, weights, &features)),
            grade: None,
            sentences,
        })
    }
}

impl StorySentence {
    /// Returns the text of the sentence with its start time.
    pub fn excerpt(&self) -> Excerpt {
        Excerpt { text: self.text.clone(), start_s: self.span.map(|s| s.start_s) }
    }
}

impl PartShares {
    fn of(sentences: &[StorySentence]) -> Self {
        let all: usize = sentences.iter().map(|s| s.words).sum();
        let share = |part: StoryPart| {
            let words: usize = sentences.iter().filter(|s| s.part == part).map(|s| s.words).sum();
            words as f64 / all.max(1) as f64
        };
        Self::from(StoryPart::ALL.map(share))
    }

    /// Returns the share of a part.
    pub fn part(&self, part: StoryPart) -> f64 {
        match part {
            StoryPart::Situation => self.situation,
            StoryPart::Task => self.task,
            StoryPart::Action => self.action,
            StoryPart::Result => self.result,
            StoryPart::Other => self.other,
        }
    }
}

impl From<[f64; 5]> for PartShares {
    /// Creates the shares from values in the order of [`StoryPart::ALL`].
    fn from([situation, task, action, result, other]: [f64; 5]) -> Self {
        Self { situation, task, action, result, other }
    }
}

/// Returns the embeddings of a question, for its form and for its meaning (see [`encoder::Vectors`]).
pub fn question_vectors(question: &str) -> (Array1<f32>, Array1<f32>) {
    let vectors = encoder::encode(&[question], 1);
    (vectors.form.row(0).to_owned(), vectors.meaning.row(0).to_owned())
}

/// Converts the words of a draft to story tokens. With `stutters`, words begun again are marked as fillers, and
/// repeated or prolonged sounds within a word are removed.
pub fn tokens_of_draft<'a>(draft: &'a Draft, fillers: &[Filler], stutters: bool) -> Vec<StoryToken<'a>> {
    let texts: Vec<&str> = draft.words.iter().map(|w| w.text.as_str()).collect();
    let again = if stutters { begun_again(&texts, true) } else { vec![false; texts.len()] };
    let filler = |i: usize| again[i] || fillers.iter().any(|e| e.range().contains(&i));
    let token = |(i, word): (usize, &'a crate::draft::DraftWord)| StoryToken {
        text: if stutters { fluent(&word.text) } else { &word.text },
        span: None,
        pause_before_s: None,
        ends_block: word.ends_block,
        filler: filler(i),
    };
    draft.words.iter().enumerate().map(token).collect()
}

/// Converts the words of a transcript to story tokens. With `stutters`, words begun again are marked as fillers, and
/// repeated or prolonged sounds within a word are removed.
pub fn tokens_of_transcript<'a>(
    words: &'a [Word],
    in_context: &[WordWithPauses<'a>],
    stutters: bool,
) -> Vec<StoryToken<'a>> {
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    let token = |((word, in_context), again): ((&'a Word, &WordWithPauses<'a>), bool)| StoryToken {
        text: if stutters { fluent(&word.text) } else { &word.text },
        span: Some(word.span),
        pause_before_s: in_context.pause_before_s,
        ends_block: false,
        filler: word.filler || again,
    };
    words.iter().zip(in_context).zip(begun_again(&texts, stutters)).map(token).collect()
}

fn text(tokens: &[StoryToken<'_>], range: Range<usize>) -> String {
    tokens[range].iter().map(|t| t.text).collect::<Vec<_>>().join(" ")
}

fn span(tokens: &[StoryToken<'_>], range: Range<usize>) -> Option<Span> {
    let (first, last) = (tokens[range.start].span?, tokens[range.end - 1].span?);
    Some(Span::new(first.start_s, last.end_s))
}

/// Returns the words of a range, without fillers and without the punctuation at the end.
fn excerpt(tokens: &[StoryToken<'_>], range: Range<usize>) -> Excerpt {
    let start_s = tokens[range.start].span.map(|s| s.start_s);
    let words: Vec<&str> = tokens[range].iter().filter(|t| !t.filler).map(|t| t.text).collect();
    Excerpt { text: words.join(" ").trim_end_matches([',', '.', ';', ':']).to_string(), start_s }
}

#[cfg(test)]
fn sentence_of(text: &str) -> Sentence {
    let tokens: Vec<StoryToken<'_>> = text
        .split_whitespace()
        .map(|text| StoryToken { text, span: None, pause_before_s: None, ends_block: false, filler: text == "um," })
        .collect();
    Sentence::of(&tokens, 0..tokens.len())
}
