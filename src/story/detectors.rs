//! Detectors of what a coach would say about an answer, trained on what coaches said about other answers.
//!
//! There are two stages of linear models. The first stage scores each sentence, from its own features, its neighbours
//! and its position: whether each statement code shows in it, whether it tells the result, whether it is the best of
//! the answer. The second stage predicts for each code the probability that it holds for the answer: a logistic model
//! on the maxima and means of the sentence scores, the content of the answer as a whole, its length, and the similarity
//! of its sentences to the question.
//!
//! The second stage is trained, and its probabilities are calibrated (J. Platt 1999), on outputs of a first stage that
//! was trained without the authors of those answers.

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};
use serde::{Deserialize, Serialize};

use super::cues::{CUES, Sentence, cues};
use super::encoder::WIDTH;
use super::findings::{EventKind, Finding, FindingVerdict, Findings};
use super::model::Linear;
use super::relevance::AnswerKind;
use super::signs::{SIGNS, signs};
use crate::codes::Code;

/// Number of statement codes that the detectors predict.
pub const CODES: usize = Code::STORY.len();
/// Number of features from the words of a sentence: cues, signs, and the cosine similarities to the question in meaning
/// and in form.
const LEXICAL_FEATURES: usize = CUES + SIGNS + 2;
/// Number of features for the position of a sentence in the answer.
const POSITION_FEATURES: usize = 8;
/// Number of answer kinds, as one-hot features.
const ANSWER_KINDS: usize = 6;
/// Number of inputs of the first stage per sentence.
pub const SENTENCE_INPUTS: usize = 4 * WIDTH + LEXICAL_FEATURES + POSITION_FEATURES + ANSWER_KINDS + 1;
/// Number of inputs of the first stage for the answer as a whole.
pub const ANSWER_INPUTS: usize = 3 * WIDTH + 2 * LEXICAL_FEATURES + ANSWER_KINDS + 3;
/// Number of outputs of the first stage per sentence: its part, the grade of its answer, every code, whether it is a
/// result, whether it gives a figure, whether it blames, and whether it is the one to keep.
pub const SENTENCE_OUTPUTS: usize = FIRST_CODE_OUTPUT + CODES + 4;
/// The index of the first code among the outputs per sentence; the parts and the grade come before it.
const FIRST_CODE_OUTPUT: usize = PARTS + 1;
/// The index of the result among the outputs per sentence.
pub const RESULT_OUTPUT: usize = FIRST_CODE_OUTPUT + CODES;
/// The index of the figure among the outputs per sentence.
pub const FIGURE_OUTPUT: usize = RESULT_OUTPUT + 1;
/// The index of the sentence to keep among the outputs per sentence.
pub const KEEP_OUTPUT: usize = RESULT_OUTPUT + 3;
/// Number of event kinds that are predicted: all kinds of [`EventKind`] except [`EventKind::NotAsked`].
pub const EVENT_KINDS: usize = 4;
/// Number of inputs of the second stage.
pub const SECOND_STAGE_INPUTS: usize =
    3 * SENTENCE_OUTPUTS + CODES + 4 * LEXICAL_FEATURES + ANSWER_KINDS + 2 * PARTS + OTHER_SUMMARIES;
/// Number of inputs of the second stage that summarize length, similarity to the question, results and order.
const OTHER_SUMMARIES: usize = 15;
/// Number of parts of a story.
const PARTS: usize = 5;
/// The scale of a neighbour's embedding, relative to the sentence's own.
const NEIGHBOUR_SCALE: f32 = 0.7;
/// The scale of all features other than embeddings, which have unit length.
const NON_VECTOR_SCALE: f32 = 0.5;
/// Minimum output of the first stage at which a sentence counts as positive. Its least-squares model is trained towards
/// 0 and 1.
const OUTPUT_THRESHOLD: f64 = 0.5;
/// Maximum number of sentences quoted for one statement.
const MAX_QUOTED: usize = 2;

/// The weights, calibration and thresholds of the detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detectors {
    /// The first stage for a sentence: [`SENTENCE_INPUTS`] inputs, [`SENTENCE_OUTPUTS`] outputs.
    pub sentence: Linear,
    /// The first stage for the answer as a whole: [`ANSWER_INPUTS`] inputs, one output per code.
    pub whole: Linear,
    /// The mean of each input of the second stage in the training data, [`SECOND_STAGE_INPUTS`] values.
    pub middle: Vec<f32>,
    /// The standard deviation of each input of the second stage in the training data, [`SECOND_STAGE_INPUTS`] values.
    pub spread: Vec<f32>,
    /// The second stage: the logit that each code holds.
    pub holds: Linear,
    /// The second stage: the logit that a coach would mention each code first.
    pub first: Linear,
    /// The second stage: the score of each event kind, in the order of [`EventKind`].
    pub event: Linear,
    /// The slope and offset that calibrate the logits of [`Self::holds`], for each code.
    pub calibration: Vec<[f64; 2]>,
    /// The probability from which on a code holds, for each code.
    pub holds_from: Vec<f64>,
    /// The probability from which on a code is likely, for each code.
    pub likely_from: Vec<f64>,
    /// The probability up to which a code does not hold, for each code.
    pub fails_to: Vec<f64>,
    /// The output of the first stage from which on a sentence is quoted for a code, for each code.
    pub quoted_from: Vec<f64>,
}

/// The features of an answer: the inputs of the first stage, and what the second stage needs besides its outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectorInput {
    /// The inputs of the first stage for the sentences, one row of [`SENTENCE_INPUTS`] values per sentence.
    pub rows: Array2<f32>,
    /// The inputs of the first stage for the answer as a whole, [`ANSWER_INPUTS`] values.
    pub whole: Array1<f32>,
    /// The features from the words, one row of [`LEXICAL_FEATURES`] values per sentence.
    lexical: Array2<f32>,
    /// The number of words in each sentence.
    words: Vec<usize>,
    kind: AnswerKind,
}

impl DetectorInput {
    /// Computes the features of an answer with at least one sentence. `alone` and `meaning` are the fields of
    /// [`AnswerFeatures`](super::model::AnswerFeatures); `question` holds the embeddings of the question, for its form
    /// and its meaning.
    pub fn of(
        sentences: &[Sentence],
        alone: &Array2<f32>,
        meaning: &Array2<f32>,
        question: Option<&(Array1<f32>, Array1<f32>)>,
        kind: AnswerKind,
    ) -> Self {
        let n = sentences.len();
        let mut lexical = Array2::zeros((n, LEXICAL_FEATURES));
        for (i, sentence) in sentences.iter().enumerate() {
            let (form, meaning) = (alone.slice(s![i, ..WIDTH]), meaning.row(i));
            let (form_similarity, similarity) = question.map_or((0.0, 0.0), |(f, m)| (form.dot(f), meaning.dot(m)));
            let values = cues(sentence).into_iter().chain(signs(sentence)).chain([similarity, form_similarity]);
            values.enumerate().for_each(|(k, value)| lexical[[i, k]] = value);
        }
        let mut rows = Array2::zeros((n, SENTENCE_INPUTS));
        for i in 0..n {
            let form = |j: usize| alone.slice(s![j, ..WIDTH]);
            let mut row = rows.row_mut(i);
            row.slice_mut(s![..WIDTH]).assign(&form(i));
            row.slice_mut(s![WIDTH..2 * WIDTH]).assign(&meaning.row(i));
            if i > 0 {
                row.slice_mut(s![2 * WIDTH..3 * WIDTH]).assign(&(&form(i - 1) * NEIGHBOUR_SCALE));
            }
            if i + 1 < n {
                row.slice_mut(s![3 * WIDTH..4 * WIDTH]).assign(&(&form(i + 1) * NEIGHBOUR_SCALE));
            }
            let words = lexical.row(i);
            let beside =
                words.iter().copied().chain(position_features(i, n)).chain(one_hot(kind)).map(|x| x * NON_VECTOR_SCALE);
            beside.chain([1.0]).enumerate().for_each(|(k, value)| row[4 * WIDTH + k] = value);
        }
        let mean = |x: ArrayView2<'_, f32>| x.mean_axis(Axis(0)).expect("an answer has a sentence");
        let meant = mean(meaning.view());
        let asked = question.map_or_else(|| Array1::zeros(WIDTH), |(_, m)| &meant * m);
        let words: Vec<usize> = sentences.iter().map(|s| s.words.len()).collect();
        let all = words.iter().sum::<usize>() as f32;
        let rest: Vec<f32> = (mean(lexical.view()).iter().map(|x| 0.7 * x))
            .chain(column_max(&lexical).into_iter().map(|x| 0.3 * x))
            .chain(one_hot(kind).map(|x| x * NON_VECTOR_SCALE))
            .chain([all.ln_1p() / 5.0, n.min(20) as f32 / 20.0, 1.0])
            .collect();
        let whole = concatenate![Axis(0), mean(alone.slice(s![.., ..WIDTH])), meant, asked, Array1::from(rest)];
        Self { rows, whole, lexical, words, kind }
    }

    /// Runs the first stage on each sentence; returns [`SENTENCE_OUTPUTS`] values per sentence.
    pub fn sentence_outputs(&self, sentence: &Linear) -> Vec<Vec<f64>> {
        self.rows.rows().into_iter().map(|x| sentence.apply(x)).collect()
    }

    /// Returns the inputs of the second stage, before standardization. `outputs` are those of the first stage for each
    /// sentence, `whole` is its model for the answer as a whole.
    pub fn second_stage_input(&self, outputs: &[Vec<f64>], whole: &Linear) -> Array1<f32> {
        let n = outputs.len();
        let all = self.words.iter().sum::<usize>().max(1) as f64;
        let weights: Vec<f64> = self.words.iter().map(|w| *w as f64 / all).collect();
        let column = |k: usize| outputs.iter().map(move |row| row[k]);
        let (mut highest, mut top_two_mean, mut mean) =
            (vec![0.0; SENTENCE_OUTPUTS], vec![0.0; SENTENCE_OUTPUTS], vec![0.0; SENTENCE_OUTPUTS]);
        for k in 0..SENTENCE_OUTPUTS {
            let mut sorted: Vec<f64> = column(k).collect();
            sorted.sort_by(|a, b| b.total_cmp(a));
            let two = &sorted[..n.min(2)];
            highest[k] = sorted[0];
            top_two_mean[k] = two.iter().sum::<f64>() / two.len() as f64;
            mean[k] = column(k).zip(&weights).map(|(x, w)| x * w).sum();
        }
        let lexical_mean =
            |k: usize| self.lexical.column(k).iter().zip(&weights).map(|(x, w)| f64::from(*x) * w).sum::<f64>();
        let similarity: Vec<f64> = self.lexical.column(LEXICAL_FEATURES - 2).iter().map(|x| f64::from(*x)).collect();
        let last = |k: usize| column(k).skip(n.saturating_sub(2)).fold(f64::NEG_INFINITY, f64::max);
        let count_positive = |k: usize| column(k).filter(|x| *x > OUTPUT_THRESHOLD).count() as f64;
        let (action, result) = (2, 3);
        let summaries = [
            all.ln_1p(),
            (n as f64).ln(),
            similarity.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            similarity.iter().sum::<f64>() / n as f64,
            self.whole.slice(s![2 * WIDTH..3 * WIDTH]).iter().map(|x| f64::from(*x)).sum(),
            last(result),
            outputs[n - 1][result],
            count_positive(result),
            count_positive(action),
            mean[0] + mean[1],
        ];
        let in_order = in_order(outputs);
        let values = (highest.into_iter().chain(top_two_mean).chain(mean))
            .chain(whole.apply(self.whole.view()))
            .chain((0..LEXICAL_FEATURES).map(lexical_mean))
            .chain(column_max(&self.lexical).into_iter().map(f64::from))
            .chain(one_hot(self.kind).map(f64::from))
            .chain(summaries)
            .chain(in_order)
            // The first and the last sentence.
            .chain([0, n - 1].into_iter().flat_map(|i| outputs[i][..PARTS].iter().copied()))
            .chain([0, n - 1].into_iter().flat_map(|i| self.lexical.row(i).into_iter().map(|x| f64::from(*x))));
        values.map(|x| x as f32).collect()
    }
}

/// Returns features for the order of the parts (background, steps, results): the share of the pairs of sentences that
/// are in order, the scaled excess of ordered over reversed pairs, and the mean position of each part, 0 to 1.
fn in_order(outputs: &[Vec<f64>]) -> [f64; 5] {
    let n = outputs.len();
    let (mut ordered, mut reversed) = (0.0, 0.0);
    let (mut before, mut centre) = ([0.0; 3], [0.0; 3]);
    for (i, row) in outputs.iter().enumerate() {
        let chance = |x: f64| x.clamp(0.0, 1.0).powi(2);
        let of = [chance(row[0] + row[1]), chance(row[2]), chance(row[3])];
        let all = of.iter().sum::<f64>() + chance(row[4]) + 1e-3;
        let of = of.map(|x| x / all);
        ordered += before[0] * (of[1] + of[2]) + before[1] * of[2];
        reversed += of[0] * (before[1] + before[2]) + of[1] * before[2];
        for k in 0..3 {
            before[k] += of[k];
            centre[k] += of[k] * i as f64 / (n - 1).max(1) as f64;
        }
    }
    let share = if ordered + reversed > 1e-6 { ordered / (ordered + reversed) } else { 0.5 };
    let [a, b, c] = std::array::from_fn(|k| centre[k] / (before[k] + 0.2));
    [share, (ordered - reversed) / (n * n) as f64 * 2.0, a, b, c]
}

/// Returns the maximum of each column.
fn column_max(x: &Array2<f32>) -> Vec<f32> {
    x.columns().into_iter().map(|c| c.fold(f32::NEG_INFINITY, |a, b| a.max(*b))).collect()
}

/// Returns the one-hot encoding of an answer kind.
fn one_hot(kind: AnswerKind) -> impl Iterator<Item = f32> {
    let kinds = [
        AnswerKind::PastStory,
        AnswerKind::AboutYourself,
        AnswerKind::Motivation,
        AnswerKind::Weakness,
        AnswerKind::CurrentJob,
        AnswerKind::Closing,
    ];
    kinds.into_iter().map(move |k| f32::from(u8::from(k == kind)))
}

/// Returns the features for the position of sentence `i` of `n`.
fn position_features(i: usize, n: usize) -> [f32; POSITION_FEATURES] {
    let along = if n > 1 { i as f32 / (n - 1) as f32 } else { 0.0 };
    let is = |what: bool| f32::from(u8::from(what));
    [
        along,
        along * along,
        is(i == 0),
        is(i + 1 == n),
        (-(i as f32) / 2.0).exp(),
        n.min(30) as f32 / 20.0,
        is(i + 2 == n),
        (-((n - 1 - i) as f32) / 2.0).exp(),
    ]
}

impl Detectors {
    /// Returns whether all weights have the shapes that this version of the program needs.
    pub(super) fn has_expected_shapes(&self) -> bool {
        let lists = [&self.holds_from, &self.likely_from, &self.fails_to, &self.quoted_from];
        self.sentence.has_shape(SENTENCE_INPUTS, SENTENCE_OUTPUTS)
            && self.whole.has_shape(ANSWER_INPUTS, CODES)
            && self.middle.len() == SECOND_STAGE_INPUTS
            && self.spread.len() == SECOND_STAGE_INPUTS
            && self.holds.has_shape(SECOND_STAGE_INPUTS, CODES)
            && self.first.has_shape(SECOND_STAGE_INPUTS, CODES)
            && self.event.has_shape(SECOND_STAGE_INPUTS, EVENT_KINDS)
            && self.calibration.len() == CODES
            && lists.iter().all(|l| l.len() == CODES)
    }

    /// Detects what a coach would say about an answer. `story_indices` holds the index in the story of each sentence of
    /// `input`.
    pub(super) fn findings(&self, input: &DetectorInput, story_indices: &[usize]) -> Findings {
        let outputs = input.sentence_outputs(&self.sentence);
        let second_stage_input = self.standardized(&input.second_stage_input(&outputs, &self.whole));
        let (holds, first, event) = (
            self.holds.apply(second_stage_input.view()),
            self.first.apply(second_stage_input.view()),
            self.event.apply(second_stage_input.view()),
        );
        let asks_for_one = input.kind == AnswerKind::PastStory;
        let event = match most_probable(&event) {
            _ if !asks_for_one => EventKind::NotAsked,
            0 => EventKind::Real,
            1 => EventKind::Habit,
            2 => EventKind::Hypothetical,
            _ => EventKind::None,
        };
        let claim = |k: usize| {
            let [slope, offset] = self.calibration[k];
            let code = Code::STORY[k];
            let applies = applies(code, input.kind);
            let confidence = if applies { logistic(slope * holds[k] + offset) } else { 0.0 };
            let verdict = if confidence >= self.holds_from[k] {
                FindingVerdict::Holds
            } else if confidence >= self.likely_from[k] {
                FindingVerdict::Likely
            } else if confidence <= self.fails_to[k] {
                FindingVerdict::Fails
            } else {
                FindingVerdict::Open
            };
            let mut quoted: Vec<usize> =
                (0..outputs.len()).filter(|i| outputs[*i][FIRST_CODE_OUTPUT + k] >= self.quoted_from[k]).collect();
            quoted.sort_by(|a, b| outputs[*b][FIRST_CODE_OUTPUT + k].total_cmp(&outputs[*a][FIRST_CODE_OUTPUT + k]));
            quoted.truncate(MAX_QUOTED);
            quoted.sort_unstable();
            Finding {
                code,
                confidence,
                first: if applies { logistic(first[k]) } else { 0.0 },
                verdict,
                sentences: quoted.into_iter().map(|i| story_indices[i]).collect(),
            }
        };
        let of = |k: usize| {
            (0..outputs.len())
                .filter(|i| outputs[*i][k] >= OUTPUT_THRESHOLD)
                .map(|i| story_indices[i])
                .collect::<Vec<_>>()
        };
        let keep = (0..outputs.len()).max_by(|a, b| outputs[*a][KEEP_OUTPUT].total_cmp(&outputs[*b][KEEP_OUTPUT]));
        Findings {
            event,
            claims: (0..CODES).map(claim).collect(),
            results: of(RESULT_OUTPUT),
            figures: of(FIGURE_OUTPUT),
            keep: keep.map(|i| story_indices[i]),
        }
    }

    /// Standardizes the inputs of the second stage to zero mean and unit variance.
    fn standardized(&self, second_stage_input: &Array1<f32>) -> Array1<f32> {
        let all = second_stage_input.iter().zip(&self.middle).zip(&self.spread);
        all.map(|((x, middle), spread)| (x - middle) / spread).collect()
    }
}

fn most_probable(outputs: &[f64]) -> usize {
    (0..outputs.len()).max_by(|a, b| outputs[*a].total_cmp(&outputs[*b])).unwrap_or(0)
}

/// Returns whether a code applies to answers of a kind: a missing event only where an event was asked for, and nothing
/// about actions or results in the closing question.
fn applies(code: Code, kind: AnswerKind) -> bool {
    match kind {
        AnswerKind::PastStory => true,
        AnswerKind::Closing => !matches!(
            code,
            Code::NoEvent
                | Code::NoSteps
                | Code::ThinSteps
                | Code::OwnPart
                | Code::NoResult
                | Code::VagueResult
                | Code::ResultNotYours
                | Code::Hedging
        ),
        _ => code != Code::NoEvent,
    }
}

/// Returns the logistic function of `x`.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::model::{AnswerFeatures, StoryWeights};
    use crate::story::sentence_of;

    #[test]
    fn the_weights_are_of_the_features_that_the_code_gives() {
        assert!(StoryWeights::built_in().detectors.has_expected_shapes());
        let mut narrow = StoryWeights::built_in().detectors.clone();
        narrow.holds.weights[0].pop();
        assert!(!narrow.has_expected_shapes(), "weights of another number of features are refused");
        let sentences = [
            "Last year a customer rang, \"it never works\", and I'd usually blame the courier.",
            "So I drove to Leeds on Friday with 12 spare pumps and asked her what she had seen.",
            "I think it more or less improved stakeholder alignment.",
        ]
        .map(sentence_of);
        let said: Vec<String> = sentences
            .iter()
            .map(|s| {
                cues(s).into_iter().chain(signs(s)).map(|x| format!("{:.0}", 6.0 * x)).collect::<Vec<_>>().join(" ")
            })
            .collect();
        // Accept a changed snapshot only after training the weights again.
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn an_answer_of_one_sentence_can_be_judged() {
        let sentences = [sentence_of("I rang every customer on the list that night.")];
        let features = AnswerFeatures::of(&sentences);
        let input = DetectorInput::of(&sentences, &features.alone, &features.meaning, None, AnswerKind::PastStory);
        let findings = StoryWeights::built_in().detectors.findings(&input, &[0]);
        assert_eq!((findings.claims.len(), findings.keep), (CODES, Some(0)));
        assert!(
            findings.claims.iter().all(|c| (0.0..=1.0).contains(&c.confidence) && c.sentences.iter().all(|i| *i == 0))
        );
    }

    #[test]
    fn nobody_who_asks_a_question_at_the_end_is_told_to_tell_deeds() {
        let sentences = [sentence_of("I'd like to know what the first month looks like, I suppose.")];
        let features = AnswerFeatures::of(&sentences);
        let input = DetectorInput::of(&sentences, &features.alone, &features.meaning, None, AnswerKind::Closing);
        let findings = StoryWeights::built_in().detectors.findings(&input, &[0]);
        for code in [Code::NoEvent, Code::NoSteps, Code::NoResult, Code::Hedging] {
            assert_eq!(findings.verdict(code), FindingVerdict::Fails, "{code:?}");
        }
    }

    #[test]
    fn parts_in_order_are_told_from_parts_in_none() {
        let sentence =
            |part: usize| (0..SENTENCE_OUTPUTS).map(|k| f64::from(u8::from(k == part))).collect::<Vec<f64>>();
        let told = [0, 1, 2, 2, 3].map(sentence);
        let back: Vec<Vec<f64>> = told.iter().rev().cloned().collect();
        let ([ordered, ..], [reversed, ..]) = (in_order(&told), in_order(&back));
        assert!(ordered > 0.99 && reversed < 0.01, "{ordered} {reversed}");
        assert_eq!(in_order(&told[..1]), [0.5, 0.0, 0.0, 0.0, 0.0], "one sentence has no order");
    }
}
