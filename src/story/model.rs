//! What was learned from graded answers: linear models on the sentences' vectors and cues.
//!
//! `tests/training/train.rs` learns the weights from labelled answers; `tests/training/README.md` says how, and how well they do on
//! authors they have not seen. [`super::parts`] is the model of the parts; *telling* says how much a sentence tells a listener: it
//! was learned from the grades of whole answers, sentence by sentence, so it stands high for concrete doings and their effects and low for generalities;
//! *empty* was learned from answers stuffed with impressive words, *blame* from answers that blame others; *topics* says which usual question an answer fits.

use std::path::Path;
use std::sync::LazyLock;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate, s};
use serde::{Deserialize, Serialize};

use super::cues::{CUES, Sentence, cues};
use super::detectors::Detectors;
use super::encoder::{Vectors, WIDTH, encode};
use super::parts::log_sum;
use super::relevance::{TOPIC_COUNT, told};

static WEIGHTS: &[u8] = include_bytes!("../../models/story.json");
static BUILT_IN: LazyLock<Weights> =
    LazyLock::new(|| serde_json::from_slice(WEIGHTS).expect("the weights are part of the program and tested"));

/// Numbers that say where a sentence stands.
const PLACE: usize = 6;
/// Values that describe a sentence by itself: its vector, its cues and its length.
pub const ALONE: usize = WIDTH + CUES + 1;
/// Values that describe a sentence among others: its neighbours' vectors, itself and its place.
pub const FEATURES: usize = 2 * WIDTH + ALONE + PLACE;
/// Values that describe what an answer is about: the meaning of how it begins, the form of all of it, telltale words.
pub const TOPIC_FEATURES: usize = 2 * WIDTH + TOPIC_COUNT;
/// Sentences that say what an answer is about: it is mostly told at the beginning.
pub const OPENING_SENTENCES: usize = 3;
/// A linear model with one row of weights an output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// Outputs by inputs.
    pub weights: Vec<Vec<f32>>,
    /// One an output.
    pub bias: Vec<f32>,
}

impl Linear {
    /// The outputs for one row of inputs.
    pub fn apply(&self, x: ArrayView1<'_, f32>) -> Vec<f64> {
        let outputs = self.weights.iter().zip(&self.bias);
        outputs.map(|(w, b)| f64::from(x.iter().zip(w).map(|(x, w)| x * w).sum::<f32>() + b)).collect()
    }

    /// The one output as a probability.
    fn probability(&self, x: ArrayView1<'_, f32>) -> f64 {
        1.0 / (1.0 + (-self.apply(x)[0]).exp())
    }

    pub(super) fn fits(&self, inputs: usize, outputs: usize) -> bool {
        self.bias.len() == outputs && self.weights.len() == outputs && self.weights.iter().all(|w| w.len() == inputs)
    }
}

/// The parts' model: a linear-chain conditional random field (J. Lafferty et al. 2001).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crf {
    /// How much each part fits a sentence by itself.
    pub emission: Linear,
    /// From part (row) to part of the next sentence (column).
    pub transition: [[f64; 5]; 5],
    /// How much each part fits the first sentence.
    pub first: [f64; 5],
    /// How much each part fits the last sentence.
    pub last: [f64; 5],
}

/// All that was learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// The parts of a story.
    pub parts: Crf,
    /// Which part a sentence would be, seen alone.
    pub alone: Linear,
    /// How much a sentence tells.
    pub telling: Linear,
    /// Whether it is impressive and says nothing.
    pub empty: Linear,
    /// Whether it blames others.
    pub blame: Linear,
    /// The names of the topics, in the order of the outputs of `topics`.
    pub topic_names: Vec<String>,
    /// The middle of the topics' inputs.
    pub topic_mean: Vec<f32>,
    /// Which topic an answer fits.
    pub topics: Linear,
    /// What a coach would say of an answer.
    pub detectors: Detectors,
}

/// Weights that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// They cannot be read.
    #[error("the story weights could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// They are not what this version of the program was made for.
    #[error("this is not a file of story weights for this version; train it again")]
    Wrong,
}

impl Weights {
    /// Those that come with the program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Weights from a file.
    ///
    /// # Errors
    /// When it cannot be read or does not fit.
    pub fn load(path: &Path) -> Result<Self, WeightsError> {
        let weights: Self = serde_json::from_slice(&std::fs::read(path)?).map_err(|_| WeightsError::Wrong)?;
        let topics = weights.topic_names.len();
        let fits = weights.parts.emission.fits(FEATURES, 5)
            && weights.alone.fits(ALONE, 5)
            && weights.telling.fits(ALONE, 1)
            && weights.empty.fits(ALONE, 1)
            && weights.blame.fits(ALONE, 1)
            && weights.topics.fits(TOPIC_FEATURES, topics)
            && weights.topic_mean.len() == TOPIC_FEATURES
            && weights.detectors.fit();
        if fits { Ok(weights) } else { Err(WeightsError::Wrong) }
    }
}

/// The numbers that an answer is judged from.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// One row of [`FEATURES`] a sentence: itself, its neighbours and its place.
    pub sentences: Array2<f32>,
    /// One row of [`ALONE`] a sentence: itself only.
    pub alone: Array2<f32>,
    /// What each sentence means, one row a sentence.
    pub meaning: Array2<f32>,
    /// What the answer is about, [`TOPIC_FEATURES`].
    pub topic: Array1<f32>,
}

impl Described {
    /// Describes the sentences of an answer; there must be one at least.
    pub fn of(sentences: &[Sentence]) -> Self {
        let texts: Vec<&str> = sentences.iter().map(|s| s.text.as_str()).collect();
        let vectors = encode(&texts, texts.len());
        let mut alone = Array2::zeros((sentences.len(), ALONE));
        for (i, sentence) in sentences.iter().enumerate() {
            alone.slice_mut(s![i, ..WIDTH]).assign(&vectors.form.row(i));
            let length = sentence.words.len().min(40) as f32 / 40.0;
            for (k, cue) in cues(sentence).iter().chain([&length]).enumerate() {
                alone[[i, WIDTH + k]] = *cue;
            }
        }
        let order: Vec<usize> = (0..sentences.len()).collect();
        let topic = topic(&vectors, sentences);
        Self { sentences: in_their_places(&alone, &order), alone, meaning: vectors.meaning, topic }
    }
}

/// The sentences of `order`, one after the other, each with its neighbours and its place.
pub fn in_their_places(alone: &Array2<f32>, order: &[usize]) -> Array2<f32> {
    let n = order.len();
    let mut rows = Array2::zeros((n, FEATURES));
    for i in 0..n {
        for (k, neighbour) in [i.checked_sub(1), Some(i + 1).filter(|j| *j < n)].into_iter().enumerate() {
            if let Some(j) = neighbour {
                let vector = alone.slice(s![order[j], ..WIDTH]);
                rows.slice_mut(s![i, k * WIDTH..(k + 1) * WIDTH]).assign(&vector);
            }
        }
        rows.slice_mut(s![i, 2 * WIDTH..2 * WIDTH + ALONE]).assign(&alone.row(order[i]));
        for (k, value) in place(i, n).iter().enumerate() {
            rows[[i, 2 * WIDTH + ALONE + k]] = *value;
        }
    }
    rows
}

fn topic(vectors: &Vectors, sentences: &[Sentence]) -> Array1<f32> {
    let mean = |x: ArrayView2<'_, f32>| x.mean_axis(Axis(0)).expect("an answer has a sentence");
    let opening = vectors.meaning.slice(s![..vectors.meaning.nrows().min(OPENING_SENTENCES), ..]);
    concatenate![Axis(0), mean(opening), mean(vectors.form.view()), Array1::from(told(sentences).to_vec())]
}

/// Where sentence `i` of `n` stands.
fn place(i: usize, n: usize) -> [f32; PLACE] {
    let along = if n > 1 { i as f32 / (n - 1) as f32 } else { 0.0 };
    let is = |what: bool| f32::from(u8::from(what));
    [along, along * along, is(i == 0), is(i + 1 == n), (-(i as f32) / 2.0).exp(), n.min(30) as f32 / 20.0]
        .map(|x| x / 2.0)
}

impl Weights {
    /// How much each sentence tells, 0 to 1.
    pub fn telling(&self, described: &Described) -> Vec<f64> {
        described.alone.rows().into_iter().map(|x| self.telling.probability(x)).collect()
    }

    /// How sure it is that each sentence is empty talk, 0 to 1.
    pub fn empty(&self, described: &Described) -> Vec<f64> {
        described.alone.rows().into_iter().map(|x| self.empty.probability(x)).collect()
    }

    /// How sure it is that each sentence blames others, 0 to 1.
    pub fn blame(&self, described: &Described) -> Vec<f64> {
        described.alone.rows().into_iter().map(|x| self.blame.probability(x)).collect()
    }

    /// How well the answer fits each topic: probabilities in the order of `topic_names`.
    pub fn topics(&self, described: &Described) -> Vec<f64> {
        let away = &described.topic - &Array1::from(self.topic_mean.clone());
        let away = &away / away.dot(&away).sqrt().max(1e-6);
        probabilities(&self.topics.apply(away.view()))
    }

    /// How probable each part is for each sentence, seen alone, in the order of [`super::Part::ALL`].
    pub fn alone(&self, described: &Described) -> Vec<Vec<f64>> {
        described.alone.rows().into_iter().map(|x| probabilities(&self.alone.apply(x))).collect()
    }
}

/// Probabilities from the outputs of a linear model of several classes.
fn probabilities(outputs: &[f64]) -> Vec<f64> {
    let all = log_sum(outputs);
    outputs.iter().map(|v| (v - all).exp()).collect()
}
