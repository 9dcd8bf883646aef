//! How well the work was described: the parts of the story, the own part in it, what is concrete, what came of it.
//!
//! For English only. The words of the answer (fillers marked) become [`mod@sentences`]; each is described by its vector
//! ([`encoder`]) and its [`cues`], from which the learned [`model`] tells its part, how much it tells and whether it is
//! empty. The other files measure what their name says. Nothing here gives points: that is the rubric's.

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
mod word_pieces;

use std::ops::Range;

use ndarray::{Array1, Axis};
use serde::{Deserialize, Serialize};

use crate::disfluency::spoken::Spoken;
use crate::disfluency::stuttering::fluent;
use crate::disfluency::{Filler, begun_again};
use crate::draft::Draft;
use crate::english::numbers;
use crate::question::Question;
use crate::span::{Span, maybe};
use crate::transcript::Word;
use cues::Sentence;
use detectors::Seen;
pub use findings::{Claim, Event, Findings, Verdict};
use model::{Described, Weights};
pub use ownership::Ownership;
pub use parts::Part;
pub use relevance::{Fit, Kind};
use sentences::{Token, sentences};

/// A result that tells less than this is no outcome to show, 0 to 1 (ours).
const LEAST_TELLING: f64 = 0.35;
/// From here on a sentence is empty, 0 to 1 (ours).
pub const EMPTY: f64 = 0.5;

/// Up to this share of empty sentences, an answer is padded: what it lacks is looked for without them. An answer with more of them is judged as it
/// stands, because too little of it would be left (ours).
const PADDED: f64 = 0.25;

/// A sentence of the story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Its words.
    pub text: String,
    /// When; `None` in a draft.
    #[serde(flatten, with = "maybe")]
    pub span: Option<Span>,
    /// What it does in the story.
    pub part: Part,
    /// How sure that is, 0 to 1: its probability.
    pub confidence: f64,
    /// The probability of every part.
    pub chances: Share,
    /// Its words without fillers, figures as they are spoken.
    pub words: usize,
    /// How much it tells a listener, 0 to 1: near 1 in sentences as good answers have them, near 0 in those of weak ones.
    pub telling: f64,
    /// How sure it is that it impresses and says nothing, 0 to 1.
    pub empty: f64,
    /// How sure it is that it blames others, 0 to 1.
    pub blame: f64,
    /// Whether an earlier sentence said the same.
    pub repeated: bool,
}

/// Something said, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The words.
    pub text: String,
    /// When, in seconds; `None` in a draft.
    pub start_s: Option<f64>,
}

/// A share for each part, 0 to 1, which add up to one: of the answer's words, or of what a sentence may be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Situation.
    pub situation: f64,
    /// Task.
    pub task: f64,
    /// Action.
    pub action: f64,
    /// Result.
    pub result: f64,
    /// Anything else.
    pub other: f64,
}

/// The order of the parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The expected share of pairs of sentences of different parts that stand in order, 0 to 1; about 0.5 for no order at all.
    pub in_order: f64,
    /// The sentence most out of its place.
    pub astray: Moment,
}

/// How well the work was described, as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Hard to see what was done.
    Weak,
    /// There, with something missing.
    Middling,
    /// Told well.
    Strong,
}

/// The story of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// All of it, sentence by sentence.
    pub sentences: Vec<Told>,
    /// How much of it each part is.
    pub share: Share,
    /// Who is said to act.
    pub ownership: Ownership,
    /// Numbers, names, times.
    pub specifics: Vec<Moment>,
    /// What came of it: results that say something.
    pub outcomes: Vec<Moment>,
    /// What takes back.
    pub hedges: Vec<Moment>,
    /// Whether the parts stand as they happened; `None` when there are not two of them.
    pub order: Option<Order>,
    /// How well the answer fits its question; `None` when the question is not known or about no usual topic.
    pub fit: Option<Fit>,
    /// What a coach would say of it; `None` in a report of a version that did not look for it.
    #[serde(default)]
    pub findings: Option<Findings>,
    /// As a whole, by the points of the present rubric; `None` until scored.
    pub grade: Option<Grade>,
}

impl Story {
    /// Judges an answer in English, given as its words; `None` without words.
    pub fn of(tokens: &[Token<'_>], question: Option<&Question>, weights: &Weights) -> Option<Self> {
        let found: Vec<Sentence> = sentences(tokens).into_iter().map(|r| Sentence::of(tokens, r)).collect();
        let first_said = repeated::first_said(&found);
        // Judged is what says something, and says it first: said again, it can change nothing.
        let fresh: Vec<usize> =
            (0..found.len()).filter(|i| first_said[*i] == *i && !found[*i].words.is_empty()).collect();
        let once: Vec<Sentence> = fresh.iter().map(|i| found[*i].clone()).collect();
        if once.is_empty() {
            return None;
        }
        let described = Described::of(&once);
        let parts = parts::parts(&weights.parts, &described);
        let kinds: Vec<(Part, f64)> = parts.iter().map(parts::most_probable).collect();
        let (telling, empty, blame) =
            (weights.telling(&described), weights.empty(&described), weights.blame(&described));
        let told = |i: usize| {
            let range = found[i].range.clone();
            let told = Told {
                text: text(tokens, range.clone()),
                span: span(tokens, range),
                part: Part::Other,
                confidence: 1.0,
                chances: Share::from([0.0, 0.0, 0.0, 0.0, 1.0]),
                words: tokens[found[i].range.clone()]
                    .iter()
                    .filter(|t| !t.filler)
                    .map(|t| numbers::count(t.text))
                    .sum(),
                telling: 0.0,
                empty: 0.0,
                blame: 0.0,
                repeated: first_said[i] != i,
            };
            // A sentence of fillers only was not judged.
            let Some(k) = fresh.iter().position(|j| *j == first_said[i]) else { return told };
            Told {
                part: kinds[k].0,
                confidence: kinds[k].1,
                chances: Share::from(parts[k]),
                telling: telling[k],
                empty: emptiness::emptiness(&once[k], empty[k]),
                blame: blame[k],
                ..told
            }
        };
        let sentences: Vec<Told> = (0..found.len()).map(told).collect();
        let kinds: Vec<Part> = kinds.iter().map(|k| k.0).collect();
        let outcome =
            |s: &&Told| s.part == Part::Result && !s.repeated && s.empty < EMPTY && s.telling >= LEAST_TELLING;
        let outcomes = sentences.iter().filter(outcome).map(Told::moment).collect();
        let order = order::order(weights, &described)
            .map(|(in_order, k)| Order { in_order, astray: sentences[fresh[k]].moment() });
        let asked = question.map(|q| question_vectors(&q.text));
        let find = |chosen: &[usize]| {
            let (alone, meaning) = (described.alone.select(Axis(0), chosen), described.meaning.select(Axis(0), chosen));
            let sentences: Vec<Sentence> = chosen.iter().map(|k| once[*k].clone()).collect();
            let seen = Seen::of(&sentences, &alone, &meaning, asked.as_ref(), Kind::of(question));
            let indices: Vec<usize> = chosen.iter().map(|k| fresh[*k]).collect();
            weights.detectors.findings(&seen, &indices)
        };
        let all: Vec<usize> = (0..once.len()).collect();
        let plain: Vec<usize> = all.iter().copied().filter(|k| sentences[fresh[*k]].empty < EMPTY).collect();
        let mut findings = find(&all);
        let empty_share = 1.0 - plain.len() as f64 / all.len() as f64;
        if empty_share > 0.0 && empty_share <= PADDED {
            findings.keep_lacks_of(&find(&plain));
        }
        Some(Self {
            findings: Some(findings),
            share: Share::of(&sentences),
            ownership: Ownership::of(&once, &kinds),
            specifics: specifics::specifics(tokens, &once),
            outcomes,
            hedges: hedges::hedges(tokens, &once),
            order,
            fit: question.and_then(|q| relevance::fit(&q.text, weights, &described)),
            grade: None,
            sentences,
        })
    }
}

impl Told {
    /// The sentence as a moment to listen to.
    pub fn moment(&self) -> Moment {
        Moment { text: self.text.clone(), start_s: self.span.map(|s| s.start_s) }
    }
}

impl Share {
    fn of(sentences: &[Told]) -> Self {
        let all: usize = sentences.iter().map(|s| s.words).sum();
        let share = |part: Part| {
            let words: usize = sentences.iter().filter(|s| s.part == part).map(|s| s.words).sum();
            words as f64 / all.max(1) as f64
        };
        Self::from(Part::ALL.map(share))
    }

    /// The share of a part.
    pub fn part(&self, part: Part) -> f64 {
        match part {
            Part::Situation => self.situation,
            Part::Task => self.task,
            Part::Action => self.action,
            Part::Result => self.result,
            Part::Other => self.other,
        }
    }
}

impl From<[f64; 5]> for Share {
    /// From the shares in the order of [`Part::ALL`].
    fn from([situation, task, action, result, other]: [f64; 5]) -> Self {
        Self { situation, task, action, result, other }
    }
}

/// A question as vectors, in form and in meaning.
pub fn question_vectors(question: &str) -> (Array1<f32>, Array1<f32>) {
    let vectors = encoder::encode(&[question], 1);
    (vectors.form.row(0).to_owned(), vectors.meaning.row(0).to_owned())
}

/// Returns the words of a draft as tokens of the story. With `stutters`, each word is told once and whole.
pub fn tokens_of_draft<'a>(draft: &'a Draft, fillers: &[Filler], stutters: bool) -> Vec<Token<'a>> {
    let texts: Vec<&str> = draft.words.iter().map(|w| w.text.as_str()).collect();
    let again = if stutters { begun_again(&texts, true) } else { vec![false; texts.len()] };
    let filler = |i: usize| again[i] || fillers.iter().any(|e| e.range().contains(&i));
    let token = |(i, word): (usize, &'a crate::draft::DraftWord)| Token {
        text: if stutters { fluent(&word.text) } else { &word.text },
        span: None,
        pause_before_s: None,
        ends_block: word.ends_block,
        filler: filler(i),
    };
    draft.words.iter().enumerate().map(token).collect()
}

/// Returns the words of a transcript as tokens of the story. With `stutters`, each word is told once and whole.
pub fn tokens_of_transcript<'a>(words: &'a [Word], spoken: &[Spoken<'a>], stutters: bool) -> Vec<Token<'a>> {
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    let token = |((word, spoken), again): ((&'a Word, &Spoken<'a>), bool)| Token {
        text: if stutters { fluent(&word.text) } else { &word.text },
        span: Some(word.span),
        pause_before_s: spoken.pause_before_s,
        ends_block: false,
        filler: word.filler || again,
    };
    words.iter().zip(spoken).zip(begun_again(&texts, stutters)).map(token).collect()
}

fn text(tokens: &[Token<'_>], range: Range<usize>) -> String {
    tokens[range].iter().map(|t| t.text).collect::<Vec<_>>().join(" ")
}

fn span(tokens: &[Token<'_>], range: Range<usize>) -> Option<Span> {
    let (first, last) = (tokens[range.start].span?, tokens[range.end - 1].span?);
    Some(Span::new(first.start_s, last.end_s))
}

/// Words as a moment, without the marks after them.
fn moment(tokens: &[Token<'_>], range: Range<usize>) -> Moment {
    let start_s = tokens[range.start].span.map(|s| s.start_s);
    let words: Vec<&str> = tokens[range].iter().filter(|t| !t.filler).map(|t| t.text).collect();
    Moment { text: words.join(" ").trim_end_matches([',', '.', ';', ':']).to_string(), start_s }
}

#[cfg(test)]
fn sentence_of(text: &str) -> Sentence {
    let tokens: Vec<Token<'_>> = text
        .split_whitespace()
        .map(|text| Token { text, span: None, pause_before_s: None, ends_block: false, filler: text == "um," })
        .collect();
    Sentence::of(&tokens, 0..tokens.len())
}
