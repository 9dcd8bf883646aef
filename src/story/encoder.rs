//! Sentence embeddings from a transformer encoder: the pretrained all-MiniLM-L6-v2 without fine-tuning, with 8-bit
//! weights. W. Wang et al. 2020, "MiniLM"; N. Reimers and I. Gurevych 2019, "Sentence-BERT".
//!
//! A sentence gets two embeddings. The one from the third layer represents its form (who acts, in which tense), which
//! distinguishes the parts of a story best: on answers by authors not in the training data, a linear model predicts the
//! parts with an accuracy of .87 from the third layer and .84 from the last. The one from the last layer represents its
//! meaning; a caller that needs the meaning of the first sentences only saves the rest of the computation.
//!
//! `tests/training/make_encoder.py` writes the weights and documents their layout.

use std::sync::LazyLock;

use ndarray::{Array1, Array2, ArrayView2, Axis, ShapeBuilder, Zip, s};

use super::tokenizer::{CLS, SEP, Tokenizer};

static WEIGHTS: &[u8] = include_bytes!("../../models/sentence-encoder.bin");
static ENCODER: LazyLock<Encoder> = LazyLock::new(|| Encoder::read(WEIGHTS));

/// Number of values in an embedding.
pub const WIDTH: usize = 384;
/// Number of hidden units in the feed-forward block of a layer.
const FEED_FORWARD_WIDTH: usize = 1536;
/// Number of attention heads in a layer.
const HEADS: usize = 12;
/// Number of values that one attention head works on.
const HEAD_WIDTH: usize = WIDTH / HEADS;
/// The layer, counted from 1, whose output becomes [`Vectors::form`].
const FORM_LAYER: usize = 3;
/// Added to the variance in layer normalization against a division by zero; the value from training.
const EPSILON: f32 = 1e-12;
/// Maximum number of tokens in a batch of several sentences: a batch must fit into the processor's cache.
const MAX_BATCH_TOKENS: usize = 256;

/// Sentence embeddings of [`WIDTH`] values, normalized to unit length.
#[derive(Debug, Clone, PartialEq)]
pub struct Vectors {
    /// The embeddings from a middle layer (who acts, in which tense), one row per sentence.
    pub form: Array2<f32>,
    /// The embeddings from the last layer (what the sentence is about), one row per sentence, but only for the first
    /// `n_meaning` sentences given to [`encode`].
    pub meaning: Array2<f32>,
}

/// Computes the form embeddings of all sentences, and the meaning embeddings of the first `n_meaning`. The embeddings
/// of a sentence do not depend on the other sentences.
pub fn encode(sentences: &[&str], n_meaning: usize) -> Vectors {
    ENCODER.encode(sentences, n_meaning.min(sentences.len()))
}

/// Returns whether a lower-case word is one of the roughly twenty thousand common words that are a single token of the
/// encoder.
pub fn knows_word(word: &str) -> bool {
    ENCODER.tokenizer.contains(word)
}

struct Encoder {
    tokenizer: Tokenizer,
    token_embeddings: QuantizedMatrix,
    positions: Array2<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

/// A matrix of signed 8-bit values with one scale per row. Rows are dequantized on demand.
struct QuantizedMatrix {
    scales: Vec<f32>,
    values: &'static [u8],
    columns: usize,
}

/// A layer normalization.
struct Norm {
    gain: Array1<f32>,
    bias: Array1<f32>,
}

/// A fully connected layer.
struct DenseLayer {
    /// The weights, inputs by outputs.
    weights: Array2<f32>,
    bias: Array1<f32>,
}

/// A transformer layer: self-attention and a feed-forward block.
struct Layer {
    query_key_value: DenseLayer,
    output: DenseLayer,
    attention_norm: Norm,
    feed_forward_in: DenseLayer,
    feed_forward_out: DenseLayer,
    feed_forward_norm: Norm,
}

/// Reads the weights file in the order in which it was written.
struct WeightsReader {
    rest: &'static [u8],
}

impl WeightsReader {
    fn bytes(&mut self, n: usize) -> &'static [u8] {
        let (head, rest) = self.rest.split_at(n);
        self.rest = rest;
        head
    }

    fn number(&mut self) -> usize {
        u32::from_le_bytes(self.bytes(4).try_into().expect("four bytes")) as usize
    }

    fn floats(&mut self, n: usize) -> Vec<f32> {
        let bytes = self.bytes(4 * n).as_chunks::<4>().0;
        bytes.iter().map(|b| f32::from_le_bytes(*b)).collect()
    }

    fn vector(&mut self, n: usize) -> Array1<f32> {
        Array1::from(self.floats(n))
    }

    fn norm(&mut self) -> Norm {
        Norm { gain: self.vector(WIDTH), bias: self.vector(WIDTH) }
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> QuantizedMatrix {
        QuantizedMatrix { scales: self.floats(rows), values: self.bytes(rows * columns), columns }
    }

    fn linear(&mut self, outputs: usize, inputs: usize) -> DenseLayer {
        self.linear_stack(1, outputs, inputs)
    }

    /// Reads several layers of the same size and inputs as one layer, with their outputs side by side.
    fn linear_stack(&mut self, several: usize, outputs: usize, inputs: usize) -> DenseLayer {
        let mut weights = Array2::zeros((inputs, several * outputs).f());
        let mut bias = Vec::with_capacity(several * outputs);
        for mut columns in weights.axis_chunks_iter_mut(Axis(1), outputs) {
            let matrix = self.matrix(outputs, inputs);
            for (row, mut column) in columns.columns_mut().into_iter().enumerate() {
                matrix.row(row, column.as_slice_mut().expect("a column is contiguous"));
            }
            bias.extend(self.floats(outputs));
        }
        DenseLayer { weights, bias: Array1::from(bias) }
    }
}

impl QuantizedMatrix {
    /// Dequantizes a row.
    fn row(&self, row: usize, output: &mut [f32]) {
        let values = &self.values[row * self.columns..(row + 1) * self.columns];
        for (x, value) in output.iter_mut().zip(values) {
            *x = self.scales[row] * f32::from(*value as i8);
        }
    }
}

impl Encoder {
    fn read(weights: &'static [u8]) -> Self {
        let mut reader = WeightsReader { rest: weights };
        assert_eq!(reader.bytes(16), b"aloud.encoder/1\n", "the encoder is part of the program and tested");
        let (n_tokens, layers, positions, text) = (reader.number(), reader.number(), reader.number(), reader.number());
        let text = std::str::from_utf8(reader.bytes(text)).expect("the word pieces are text");
        let token_embeddings = reader.matrix(n_tokens, WIDTH);
        let positions =
            Array2::from_shape_vec((positions, WIDTH), reader.floats(positions * WIDTH)).expect("its shape");
        let norm = reader.norm();
        let layers = (0..layers).map(|_| Layer::read(&mut reader)).collect();
        assert!(reader.rest.is_empty(), "nothing is left over");
        Self { tokenizer: Tokenizer::of(text), token_embeddings, positions, norm, layers }
    }

    fn encode(&self, sentences: &[&str], n_meaning: usize) -> Vectors {
        let n = sentences.len();
        let mut vectors = Vectors { form: Array2::zeros((n, WIDTH)), meaning: Array2::zeros((n_meaning, WIDTH)) };
        let max_tokens = self.positions.nrows() - 2;
        let tokens: Vec<Vec<u32>> =
            sentences.iter().map(|s| [&[CLS][..], &self.tokenizer.tokenize(s, max_tokens), &[SEP]].concat()).collect();
        let mut first = 0;
        while first < n {
            // A batch does not mix sentences with and without a meaning embedding.
            let limit = if first < n_meaning { n_meaning } else { n };
            let mut last = first;
            let mut total = 0;
            while last < limit && (last == first || total + tokens[last].len() <= MAX_BATCH_TOKENS) {
                total += tokens[last].len();
                last += 1;
            }
            let (mut x, ends) = self.embed(&tokens[first..last]);
            let (form, meaning) = self.layers.split_at(FORM_LAYER);
            form.iter().for_each(|layer| layer.apply(&mut x, &ends));
            pool(&x, &ends, first, &mut vectors.form);
            if first < n_meaning {
                meaning.iter().for_each(|layer| layer.apply(&mut x, &ends));
                pool(&x, &ends, first, &mut vectors.meaning);
            }
            first = last;
        }
        vectors
    }

    /// Returns the input embeddings of the tokens of several sentences, one row per token, and the end of each sentence
    /// among the rows.
    fn embed(&self, sentences: &[Vec<u32>]) -> (Array2<f32>, Vec<usize>) {
        let total = sentences.iter().map(Vec::len).sum();
        let mut x = Array2::zeros((total, WIDTH));
        let mut ends = Vec::with_capacity(sentences.len());
        let mut at = 0;
        for sentence in sentences {
            for (position, token) in sentence.iter().enumerate() {
                let mut row = x.row_mut(at);
                self.token_embeddings.row(*token as usize, row.as_slice_mut().expect("a row is contiguous"));
                row += &self.positions.row(position);
                at += 1;
            }
            ends.push(at);
        }
        self.norm.apply(&mut x);
        (x, ends)
    }
}

/// Writes the mean of the rows of each sentence, normalized to unit length, to the rows of `output` from `first` on.
fn pool(x: &Array2<f32>, ends: &[usize], first: usize, output: &mut Array2<f32>) {
    let mut start = 0;
    for (i, end) in ends.iter().enumerate() {
        let mean = x.slice(s![start..*end, ..]).mean_axis(Axis(0)).expect("a sentence has pieces");
        let length = mean.dot(&mean).sqrt().max(EPSILON);
        output.row_mut(first + i).assign(&(mean / length));
        start = *end;
    }
}

impl Norm {
    fn apply(&self, x: &mut Array2<f32>) {
        for mut row in x.rows_mut() {
            let mean = row.sum() / WIDTH as f32;
            row -= mean;
            let scale = 1.0 / (row.dot(&row) / WIDTH as f32 + EPSILON).sqrt();
            Zip::from(&mut row).and(&self.gain).and(&self.bias).for_each(|x, gain, bias| *x = *x * scale * gain + bias);
        }
    }
}

impl DenseLayer {
    fn apply(&self, x: &ArrayView2<'_, f32>) -> Array2<f32> {
        x.dot(&self.weights) + &self.bias
    }
}

impl Layer {
    fn read(reader: &mut WeightsReader) -> Self {
        let query_key_value = reader.linear_stack(3, WIDTH, WIDTH);
        let output = reader.linear(WIDTH, WIDTH);
        let feed_forward_in = reader.linear(FEED_FORWARD_WIDTH, WIDTH);
        let feed_forward_out = reader.linear(WIDTH, FEED_FORWARD_WIDTH);
        Self {
            query_key_value,
            output,
            attention_norm: reader.norm(),
            feed_forward_in,
            feed_forward_out,
            feed_forward_norm: reader.norm(),
        }
    }

    fn apply(&self, x: &mut Array2<f32>, ends: &[usize]) {
        let mixed = attention(&self.query_key_value.apply(&x.view()), ends);
        *x += &self.output.apply(&mixed.view());
        self.attention_norm.apply(x);
        let mut feed_forward_in = self.feed_forward_in.apply(&x.view());
        feed_forward_in.mapv_inplace(gelu);
        *x += &self.feed_forward_out.apply(&feed_forward_in.view());
        self.feed_forward_norm.apply(x);
    }
}

/// Computes self-attention, separately for each sentence. The sentences end at the rows `ends`.
fn attention(query_key_value: &Array2<f32>, ends: &[usize]) -> Array2<f32> {
    let mut mixed = Array2::zeros((query_key_value.nrows(), WIDTH));
    let mut start = 0;
    for end in ends {
        for head in 0..HEADS {
            let part = |i: usize| {
                query_key_value
                    .slice(s![start..*end, i * WIDTH + head * HEAD_WIDTH..i * WIDTH + (head + 1) * HEAD_WIDTH])
            };
            let mut weights = part(0).dot(&part(1).t());
            for mut row in weights.rows_mut() {
                let max = row.fold(f32::NEG_INFINITY, |a, b| a.max(*b));
                row.mapv_inplace(|x| ((x - max) / (HEAD_WIDTH as f32).sqrt()).exp());
                let sum = row.sum();
                row /= sum;
            }
            mixed.slice_mut(s![start..*end, head * HEAD_WIDTH..(head + 1) * HEAD_WIDTH]).assign(&weights.dot(&part(2)));
        }
        start = *end;
    }
    mixed
}

/// The GELU activation: x times the standard normal distribution function at x. The error function is approximated by
/// Abramowitz and Stegun 7.1.26, with an error of at most 1.5e-7.
fn gelu(x: f32) -> f32 {
    let z = (x * std::f32::consts::FRAC_1_SQRT_2).abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let poly = t * (0.254_829_6 + t * (-0.284_496_7 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    let erf = (1.0 - poly * (-z * z).exp()).copysign(x);
    0.5 * x * (1.0 + erf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_is_right() {
        for (x, y) in [(0.0, 0.0), (1.0, 0.841_344_7), (-1.0, -0.158_655_3), (3.0, 2.995_950_3), (-8.0, 0.0)] {
            assert!((gelu(x) - y).abs() < 2e-6, "{x}");
        }
    }

    #[test]
    fn vectors_do_not_depend_on_the_company() {
        let together = encode(&["I called the customer.", "It rained.", "", "We lost the contract in May."], 4);
        let alone = encode(&["We lost the contract in May."], 1);
        let apart = (&together.meaning.row(3) - &alone.meaning.row(0)).mapv(f32::abs).sum();
        assert!(apart < 1e-3, "{apart}");
        assert!((together.form.row(0).dot(&together.form.row(0)) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn what_means_the_same_is_near() {
        let vectors =
            encode(&["The customer was angry.", "A client got very upset.", "I baked bread on Sunday."], 3).meaning;
        let near = |a: usize, b: usize| vectors.row(a).dot(&vectors.row(b));
        assert!(near(0, 1) > 0.5 && near(0, 2) < 0.25, "{} {}", near(0, 1), near(0, 2));
    }
}
