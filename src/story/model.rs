//! The trained models of the story: linear models on the embeddings and cues of the sentences.
//!
//! `tests/training/train.rs` trains the weights on labelled answers; `tests/training/README.md` describes the method
//! and the accuracy on authors not in the training data. The models:
//! - *parts*: the part of the story of each sentence ([`super::parts`]);
//! - *telling*: how informative a sentence is. Trained on the grades of whole answers, applied sentence by sentence;
//!   high for concrete actions and their effects, low for generalities;
//! - *empty*: whether a sentence is empty talk. Trained on answers stuffed with impressive words;
//! - *blame*: whether a sentence blames others. Trained on answers that do;
//! - *topics*: which of the usual interview questions an answer fits;
//! - *detectors*: what a coach would say about the answer ([`super::detectors`]).

use std::path::Path;
use std::sync::LazyLock;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate, s};
use serde::{Deserialize, Serialize};

use super::cues::{CUES, Sentence, cues};
use super::detectors::Detectors;
use super::encoder::{Vectors, WIDTH, encode};
use super::parts::log_sum_exp;
use super::relevance::{TOPIC_COUNT, topic_word_counts};

static WEIGHTS: &[u8] = include_bytes!("../../models/story.json");
static BUILT_IN: LazyLock<StoryWeights> =
    LazyLock::new(|| serde_json::from_slice(WEIGHTS).expect("the weights are part of the program and tested"));

/// Number of features for the position of a sentence in the answer.
const POSITION_FEATURES: usize = 6;
/// Number of features of a sentence without its context: its embedding, its cues and its length.
pub const SENTENCE_FEATURES: usize = WIDTH + CUES + 1;
/// Number of features of a sentence in context: its own, the embeddings of its two neighbours, and its position.
pub const CONTEXT_FEATURES: usize = 2 * WIDTH + SENTENCE_FEATURES + POSITION_FEATURES;
/// Number of features for the topic of an answer: the mean meaning embedding of its first sentences, the mean form
/// embedding of all sentences, and the counts of words typical of each topic.
pub const TOPIC_FEATURES: usize = 2 * WIDTH + TOPIC_COUNT;
/// Number of sentences at the beginning whose meaning is used for the topic, which is mostly stated there.
pub const OPENING_SENTENCES: usize = 3;

/// A linear model with one row of weights per output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// The weights, outputs by inputs.
    pub weights: Vec<Vec<f32>>,
    /// The bias of each output.
    pub bias: Vec<f32>,
}

impl Linear {
    /// Returns the outputs for one row of inputs.
    pub fn apply(&self, x: ArrayView1<'_, f32>) -> Vec<f64> {
        let outputs = self.weights.iter().zip(&self.bias);
        outputs.map(|(w, b)| f64::from(x.iter().zip(w).map(|(x, w)| x * w).sum::<f32>() + b)).collect()
    }

    /// Returns the only output as a probability, through the logistic function.
    fn probability(&self, x: ArrayView1<'_, f32>) -> f64 {
        1.0 / (1.0 + (-self.apply(x)[0]).exp())
    }

    /// Returns whether the model has this many inputs and outputs.
    pub(super) fn has_shape(&self, inputs: usize, outputs: usize) -> bool {
        self.bias.len() == outputs && self.weights.len() == outputs && self.weights.iter().all(|w| w.len() == inputs)
    }
}

/// The model of the parts: a linear-chain conditional random field (J. Lafferty et al. 2001).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crf {
    /// The emission scores: how well each part fits the features of a sentence.
    pub emission: Linear,
    /// The transition scores, from the part of a sentence (row) to the part of the next one (column).
    pub transition: [[f64; 5]; 5],
    /// The score of each part for the first sentence.
    pub first: [f64; 5],
    /// The score of each part for the last sentence.
    pub last: [f64; 5],
}

/// All weights of the story models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoryWeights {
    /// The part of each sentence, from all sentences of the answer.
    pub parts: Crf,
    /// The part of a sentence, from its own features only.
    pub alone: Linear,
    /// How informative a sentence is.
    pub telling: Linear,
    /// Whether a sentence sounds impressive and says nothing.
    pub empty: Linear,
    /// Whether a sentence blames others.
    pub blame: Linear,
    /// The names of the topics, in the order of the outputs of [`Self::topics`].
    pub topic_names: Vec<String>,
    /// The mean of the topic features in the training data, [`TOPIC_FEATURES`] values.
    pub topic_mean: Vec<f32>,
    /// The topic that an answer fits, from its topic features.
    pub topics: Linear,
    /// The detectors of what a coach would say about an answer.
    pub detectors: Detectors,
}

/// Why weights cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoryWeightsError {
    /// The file cannot be read.
    #[error("the story weights could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// The file does not hold weights of the shapes that this version of the program needs.
    #[error("this is not a file of story weights for this version; train it again")]
    Incompatible,
}

impl StoryWeights {
    /// Returns the built-in weights.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Loads weights from a file.
    ///
    /// # Errors
    /// When the file cannot be read, or the weights do not have the shapes that this version needs.
    pub fn load(path: &Path) -> Result<Self, StoryWeightsError> {
        let weights: Self =
            serde_json::from_slice(&std::fs::read(path)?).map_err(|_| StoryWeightsError::Incompatible)?;
        let topics = weights.topic_names.len();
        let is_compatible = weights.parts.emission.has_shape(CONTEXT_FEATURES, 5)
            && weights.alone.has_shape(SENTENCE_FEATURES, 5)
            && weights.telling.has_shape(SENTENCE_FEATURES, 1)
            && weights.empty.has_shape(SENTENCE_FEATURES, 1)
            && weights.blame.has_shape(SENTENCE_FEATURES, 1)
            && weights.topics.has_shape(TOPIC_FEATURES, topics)
            && weights.topic_mean.len() == TOPIC_FEATURES
            && weights.detectors.has_expected_shapes();
        if is_compatible { Ok(weights) } else { Err(StoryWeightsError::Incompatible) }
    }
}

/// The features of an answer: the inputs of all story models.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerFeatures {
    /// The features of each sentence in context: one row of [`CONTEXT_FEATURES`] values per sentence.
    pub in_context: Array2<f32>,
    /// The features of each sentence without its context: one row of [`SENTENCE_FEATURES`] values per sentence.
    pub alone: Array2<f32>,
    /// The meaning embedding of each sentence ([`Vectors::meaning`]), one row per sentence.
    pub meaning: Array2<f32>,
    /// The features for the topic of the answer, [`TOPIC_FEATURES`] values.
    pub topic_features: Array1<f32>,
}

impl AnswerFeatures {
    /// Computes the features of an answer from its sentences, of which there must be at least one.
    pub fn of(sentences: &[Sentence]) -> Self {
        let texts: Vec<&str> = sentences.iter().map(|s| s.text.as_str()).collect();
        let vectors = encode(&texts, texts.len());
        let mut alone = Array2::zeros((sentences.len(), SENTENCE_FEATURES));
        for (i, sentence) in sentences.iter().enumerate() {
            alone.slice_mut(s![i, ..WIDTH]).assign(&vectors.form.row(i));
            let length = sentence.words.len().min(40) as f32 / 40.0;
            for (k, cue) in cues(sentence).iter().chain([&length]).enumerate() {
                alone[[i, WIDTH + k]] = *cue;
            }
        }
        let sequence: Vec<usize> = (0..sentences.len()).collect();
        let topic_features = topic_features(&vectors, sentences);
        Self { in_context: with_context(&alone, &sequence), alone, meaning: vectors.meaning, topic_features }
    }
}

/// Returns the features in context of the sentences at the indices in `sequence`, as if they followed each other in
/// this order. `alone` holds the features of all sentences without context.
pub fn with_context(alone: &Array2<f32>, sequence: &[usize]) -> Array2<f32> {
    let n = sequence.len();
    let mut rows = Array2::zeros((n, CONTEXT_FEATURES));
    for i in 0..n {
        for (k, neighbour) in [i.checked_sub(1), Some(i + 1).filter(|j| *j < n)].into_iter().enumerate() {
            if let Some(j) = neighbour {
                let vector = alone.slice(s![sequence[j], ..WIDTH]);
                rows.slice_mut(s![i, k * WIDTH..(k + 1) * WIDTH]).assign(&vector);
            }
        }
        rows.slice_mut(s![i, 2 * WIDTH..2 * WIDTH + SENTENCE_FEATURES]).assign(&alone.row(sequence[i]));
        for (k, value) in position_features(i, n).iter().enumerate() {
            rows[[i, 2 * WIDTH + SENTENCE_FEATURES + k]] = *value;
        }
    }
    rows
}

/// Returns the features for the topic of an answer.
fn topic_features(vectors: &Vectors, sentences: &[Sentence]) -> Array1<f32> {
    let mean = |x: ArrayView2<'_, f32>| x.mean_axis(Axis(0)).expect("an answer has a sentence");
    let opening = vectors.meaning.slice(s![..vectors.meaning.nrows().min(OPENING_SENTENCES), ..]);
    concatenate![Axis(0), mean(opening), mean(vectors.form.view()), Array1::from(topic_word_counts(sentences).to_vec())]
}

/// Returns the features for the position of sentence `i` of `n`.
fn position_features(i: usize, n: usize) -> [f32; POSITION_FEATURES] {
    let along = if n > 1 { i as f32 / (n - 1) as f32 } else { 0.0 };
    let is = |what: bool| f32::from(u8::from(what));
    [along, along * along, is(i == 0), is(i + 1 == n), (-(i as f32) / 2.0).exp(), n.min(30) as f32 / 20.0]
        .map(|x| x / 2.0)
}

impl StoryWeights {
    /// Returns how informative each sentence is, 0 to 1.
    pub fn telling(&self, features: &AnswerFeatures) -> Vec<f64> {
        features.alone.rows().into_iter().map(|x| self.telling.probability(x)).collect()
    }

    /// Returns the probability that each sentence is empty talk, 0 to 1.
    pub fn empty(&self, features: &AnswerFeatures) -> Vec<f64> {
        features.alone.rows().into_iter().map(|x| self.empty.probability(x)).collect()
    }

    /// Returns the probability that each sentence blames others, 0 to 1.
    pub fn blame(&self, features: &AnswerFeatures) -> Vec<f64> {
        features.alone.rows().into_iter().map(|x| self.blame.probability(x)).collect()
    }

    /// Returns the probability of each topic for the answer, in the order of [`Self::topic_names`].
    pub fn topics(&self, features: &AnswerFeatures) -> Vec<f64> {
        let centered = &features.topic_features - &Array1::from(self.topic_mean.clone());
        let normalized = &centered / centered.dot(&centered).sqrt().max(1e-6);
        probabilities(&self.topics.apply(normalized.view()))
    }

    /// Returns the probability of each part for each sentence without its context, in the order of
    /// [`super::StoryPart::ALL`].
    pub fn alone(&self, features: &AnswerFeatures) -> Vec<Vec<f64>> {
        features.alone.rows().into_iter().map(|x| probabilities(&self.alone.apply(x))).collect()
    }
}

/// Converts the logits of several classes to probabilities (softmax).
fn probabilities(logits: &[f64]) -> Vec<f64> {
    let total = log_sum_exp(logits);
    logits.iter().map(|logit| (logit - total).exp()).collect()
}
