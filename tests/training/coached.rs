//! Trains the detectors on coaches' marks for answers (`coach_*.jsonl`); see `aloud::story::detectors`.

use std::collections::BTreeMap;

use super::{add_linear_gradient, linear, minimize, outputs, softplus};
use aloud::codes::Code;
use aloud::story::detectors::{
    ANSWER_INPUTS, CODES, DetectorInput, Detectors, EVENT_KINDS, FIGURE_OUTPUT, KEEP_OUTPUT, RESULT_OUTPUT,
    SECOND_STAGE_INPUTS, SENTENCE_INPUTS, SENTENCE_OUTPUTS, logistic,
};
use aloud::story::model::Linear;
use ndarray::{Array1, Array2, Axis, s};
use serde::Deserialize;

/// L2 penalty of the first stage's weights on sentences, found by leaving authors out.
const PULL_SENTENCE: f64 = 6.0;
/// L2 penalty of the first stage's weights on whole answers, found by leaving authors out.
const PULL_WHOLE: f64 = 8.0;
/// L2 penalty of the second stage's weights, for standardized inputs.
const PULL_SECOND: f64 = 33.0;
/// The minimum number of answers with a code for the code to be learned; a rarer code gets a small constant
/// probability.
const FEWEST: usize = 4;
/// The required share of true codes among those stated as certain, on held-out authors.
const TRUE_OF_CLAIMS: f64 = 0.95;
/// The required share of true codes among those stated as likely, on held-out authors.
const TRUE_OF_LIKELY: f64 = 0.9;
/// The required share of codes that do not hold among those denied, on held-out authors.
const TRUE_OF_DENIALS: f64 = 0.985;
/// The required share of correct sentences among those quoted for a code.
const TRUE_OF_QUOTES: f64 = 0.93;
/// The minimum probability of a code for its quotes to count towards [`TRUE_OF_QUOTES`].
const QUOTED_AT: f64 = 0.85;

/// A coach's marks for an answer.
#[derive(Deserialize, Clone)]
pub struct Gold {
    pub id: String,
    pub event: String,
    pub first: Code,
    pub also_fine_first: Vec<Code>,
    #[serde(rename = "true")]
    pub holds: Vec<Code>,
    #[serde(rename = "where")]
    pub shows: BTreeMap<Code, Vec<usize>>,
    pub result: Vec<usize>,
    pub figures: Vec<usize>,
    blame: Vec<usize>,
    keep: Option<usize>,
}

/// An answer with a coach's marks.
pub struct Coached {
    seen: DetectorInput,
    /// [`SENTENCE_OUTPUTS`] targets per sentence.
    shows: Array2<f64>,
    holds: [f64; CODES],
    /// Codes that hold of the answer as a whole rather than of particular sentences.
    everywhere: [bool; CODES],
    first: [f64; CODES],
    event: [f64; EVENT_KINDS],
    weight: f64,
}

impl Coached {
    /// Creates an example. `from` has the index of the coach's sentence for each of the program's sentences.
    pub fn new(gold: &Gold, seen: DetectorInput, from: &[usize], labels: &[usize], grade: f64, weight: f64) -> Self {
        let mut shows = Array2::zeros((from.len(), SENTENCE_OUTPUTS));
        for (i, place) in from.iter().enumerate() {
            let is = |list: &[usize]| f64::from(u8::from(list.contains(place)));
            shows[[i, labels[i]]] = 1.0;
            shows[[i, 5]] = grade;
            for (k, code) in Code::STORY.iter().enumerate().filter(|(_, c)| gold.holds.contains(c)) {
                shows[[i, 6 + k]] = gold.shows.get(code).map_or(0.0, |s| is(s));
            }
            shows[[i, RESULT_OUTPUT]] = is(&gold.result);
            shows[[i, FIGURE_OUTPUT]] = is(&gold.figures);
            shows[[i, FIGURE_OUTPUT + 1]] = is(&gold.blame);
            shows[[i, KEEP_OUTPUT]] = f64::from(u8::from(gold.keep == Some(*place)));
        }
        let everywhere = std::array::from_fn(|k| {
            let code = &Code::STORY[k];
            gold.holds.contains(code) && gold.shows.get(code).is_none_or(Vec::is_empty)
        });
        let of = |what: &dyn Fn(&Code) -> bool| std::array::from_fn(|k| f64::from(u8::from(what(&Code::STORY[k]))));
        let events = ["real", "habit", "hypothetical", "none"];
        Self {
            seen,
            shows,
            everywhere,
            holds: of(&|c| gold.holds.contains(c)),
            first: of(&|c| gold.first == *c || gold.also_fine_first.contains(c)),
            event: std::array::from_fn(|k| f64::from(u8::from(gold.event == events[k]))),
            weight,
        }
    }

    /// Returns whether the answer is a twin, with a fault that was made on purpose.
    fn is_twin(&self) -> bool {
        self.weight < 1.0
    }
}

/// The normal equations of least squares for some answers: the products of the inputs with themselves and with the
/// targets.
#[derive(Default)]
pub struct Sums {
    sentence: (Array2<f64>, Array2<f64>),
    whole: (Array2<f64>, Array2<f64>),
}

impl Sums {
    fn zeros() -> Self {
        Self {
            sentence: (
                Array2::zeros((SENTENCE_INPUTS, SENTENCE_INPUTS)),
                Array2::zeros((SENTENCE_INPUTS, SENTENCE_OUTPUTS)),
            ),
            whole: (Array2::zeros((ANSWER_INPUTS, ANSWER_INPUTS)), Array2::zeros((ANSWER_INPUTS, CODES))),
        }
    }

    /// Computes the sums over one author's answers.
    pub fn of(answers: &[Coached]) -> Self {
        let rows: usize = answers.iter().map(|a| a.seen.rows.nrows()).sum();
        let (mut x, mut y) = (Array2::zeros((rows, SENTENCE_INPUTS)), Array2::zeros((rows, SENTENCE_OUTPUTS)));
        let (mut whole, mut holds) =
            (Array2::zeros((answers.len(), ANSWER_INPUTS)), Array2::zeros((answers.len(), CODES)));
        let mut at = 0;
        for (i, answer) in answers.iter().enumerate() {
            let root = answer.weight.sqrt();
            for (row, targets) in answer.seen.rows.rows().into_iter().zip(answer.shows.rows()) {
                x.row_mut(at).assign(&row.mapv(|v| f64::from(v) * root));
                y.row_mut(at).assign(&targets.mapv(|v| v * root));
                at += 1;
            }
            whole.row_mut(i).assign(&answer.seen.whole.mapv(|v| f64::from(v) * root));
            holds.row_mut(i).assign(&Array1::from(answer.holds.to_vec()).mapv(|v| v * root));
        }
        Self { sentence: (x.t().dot(&x), x.t().dot(&y)), whole: (whole.t().dot(&whole), whole.t().dot(&holds)) }
    }

    fn add(&mut self, other: &Self) {
        self.sentence.0 += &other.sentence.0;
        self.sentence.1 += &other.sentence.1;
        self.whole.0 += &other.whole.0;
        self.whole.1 += &other.whole.1;
    }

    /// Fits the first stage: one model for sentences, and one for whole answers.
    fn solve(mut self) -> [Linear; 2] {
        self.sentence.0.diag_mut().mapv_inplace(|v| v + PULL_SENTENCE);
        self.whole.0.diag_mut().mapv_inplace(|v| v + PULL_WHOLE);
        [least_squares(self.sentence.0, self.sentence.1), least_squares(self.whole.0, self.whole.1)]
    }
}

/// The number of columns per block of the Cholesky factorization.
const BLOCK: usize = 64;

/// Solves `a w = b` for a symmetric positive definite `a` by a blocked Cholesky factorization. Returns `w` as a linear
/// model without bias.
fn least_squares(mut a: Array2<f64>, b: Array2<f64>) -> Linear {
    let (n, outputs) = b.dim();
    for start in (0..n).step_by(BLOCK) {
        let end = (start + BLOCK).min(n);
        let done = a.slice(s![start.., ..start]).dot(&a.slice(s![start..end, ..start]).t());
        let mut block = a.slice_mut(s![start.., start..end]);
        block -= &done;
        for j in 0..end - start {
            let root = block[[j, j]].sqrt();
            block.slice_mut(s![j.., j]).mapv_inplace(|v| v / root);
            let column = block.slice(s![.., j]).to_owned();
            for k in j + 1..end - start {
                let factor = column[k];
                block.slice_mut(s![k.., k]).scaled_add(-factor, &column.slice(s![k..]));
            }
        }
    }
    let mut w = b;
    for i in 0..n {
        let done = a.slice(s![i, ..i]).dot(&w.slice(s![..i, ..]));
        let mut row = w.row_mut(i);
        row -= &done;
        row /= a[[i, i]];
    }
    for i in (0..n).rev() {
        let done = a.slice(s![i + 1.., i]).dot(&w.slice(s![i + 1.., ..]));
        let mut row = w.row_mut(i);
        row -= &done;
        row /= a[[i, i]];
    }
    let weights = (0..outputs).map(|k| w.column(k).iter().map(|v| rounded(*v as f32)).collect()).collect();
    Linear { weights, bias: vec![0.0; outputs] }
}

/// Rounds a weight to the four decimals that are stored.
fn rounded(value: f32) -> f32 {
    (value * 1e4).round() / 1e4
}

/// The inputs of the second stage, and their means and standard deviations.
struct Second {
    /// [`SECOND_STAGE_INPUTS`] standardized values per answer.
    x: Array2<f32>,
    middle: Vec<f32>,
    spread: Vec<f32>,
}

/// Trains on the answers of several authors; each list is one author's (one file's), with its sums.
pub fn learn(sets: &[(&[Coached], &Sums)]) -> Detectors {
    let (sets, sums): (Vec<&[Coached]>, Vec<&Sums>) = sets.iter().copied().unzip();
    let first_stage = |without: Option<usize>| {
        let mut all = Sums::zeros();
        sums.iter().enumerate().filter(|(i, _)| Some(*i) != without).for_each(|(_, s)| all.add(s));
        all.solve()
    };
    let answers: Vec<(usize, &Coached)> =
        sets.iter().enumerate().flat_map(|(i, set)| set.iter().map(move |a| (i, a))).collect();
    // The inputs of the second stage come from a first stage that was trained without the author.
    let mut shown: Vec<Vec<Vec<f64>>> = Vec::with_capacity(answers.len());
    let mut aspects: Vec<Array1<f32>> = Vec::with_capacity(answers.len());
    for (i, set) in sets.iter().enumerate() {
        let [sentence, whole] = first_stage(Some(i));
        for answer in *set {
            let shows = answer.seen.sentence_outputs(&sentence);
            aspects.push(answer.seen.second_stage_input(&shows, &whole));
            shown.push(shows);
        }
    }
    let second = Second::of(&aspects);
    let targets = |of: &dyn Fn(&Coached) -> Vec<f64>| -> Vec<Vec<f64>> { answers.iter().map(|(_, a)| of(a)).collect() };
    let holds = targets(&|a| a.holds.to_vec());
    let firsts = targets(&|a| a.first.to_vec());
    let events = targets(&|a| a.event.to_vec());
    let weights: Vec<f64> = answers.iter().map(|(_, a)| a.weight).collect();
    let everyone: Vec<usize> = (0..answers.len()).collect();
    // The outputs of the second stage for held-out authors, to calibrate them.
    let mut unseen = vec![vec![0.0; CODES]; answers.len()];
    for i in 0..sets.len() {
        let others: Vec<usize> = everyone.iter().copied().filter(|k| answers[*k].0 != i).collect();
        let model = learn_logistic(&second.x, &holds, &weights, &others);
        for k in everyone.iter().copied().filter(|k| answers[*k].0 == i) {
            unseen[k] = model.apply(second.x.row(k));
        }
    }
    let real: Vec<usize> = everyone.iter().copied().filter(|k| !answers[*k].1.is_twin()).collect();
    let mut calibration = Vec::with_capacity(CODES);
    let (mut holds_from, mut likely_from, mut fails_to, mut quoted_from) =
        <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
    for code in 0..CODES {
        // Twins are left out: a fault made on purpose is easier to find than one that somebody made.
        let seen: Vec<(f64, bool, f64)> =
            real.iter().map(|k| (unseen[*k][code], holds[*k][code] > 0.5, weights[*k])).collect();
        let enough = seen.iter().filter(|c| c.1).count() >= FEWEST;
        let [slope, offset] = if enough { calibrate(&seen) } else { UNLEARNED };
        calibration.push([slope, offset]);
        let chances: Vec<(f64, bool, f64)> =
            seen.iter().map(|(z, y, weight)| (logistic(slope * z + offset), *y, *weight)).collect();
        holds_from.push(least(&chances, TRUE_OF_CLAIMS));
        likely_from.push(least(&chances, TRUE_OF_LIKELY));
        let denied: Vec<(f64, bool, f64)> = chances.iter().map(|(p, y, weight)| (1.0 - p, !y, *weight)).collect();
        fails_to.push(1.0 - least(&denied, TRUE_OF_DENIALS));
        let quotable: Vec<(f64, bool, f64)> = (real.iter().zip(&chances).filter(|(_, chance)| chance.0 >= QUOTED_AT))
            .flat_map(|(k, _)| {
                let (shows, answer) = (&shown[*k], answers[*k].1);
                let right = |i: usize| answer.everywhere[code] || answer.shows[[i, 6 + code]] > 0.5;
                (0..shows.len()).map(move |i| (shows[i][6 + code], right(i), 1.0))
            })
            .collect();
        quoted_from.push(least(&quotable, TRUE_OF_QUOTES));
        let of = |from: f64| {
            chances.iter().filter(|c| c.0 >= from).fold((0, 0), |(n, right), c| (n + 1, right + usize::from(c.1)))
        };
        let ((claims, right), (likely, likely_right)) = (of(holds_from[code]), of(likely_from[code]));
        let there = chances.iter().filter(|c| c.1).count();
        let quotes = quotable.iter().filter(|q| q.0 >= quoted_from[code]).count();
        eprintln!(
            "{:<16} in {there:>4}; holds from {:.2}: {right} of {claims}; likely from {:.2}: {likely_right} of {likely}; not up to {:.2}; {quotes} quotes from {:.2}",
            format!("{:?}", Code::STORY[code]),
            holds_from[code],
            likely_from[code],
            fails_to[code],
            quoted_from[code]
        );
    }
    let [sentence, whole] = first_stage(None);
    Detectors {
        sentence,
        whole,
        holds: learn_logistic(&second.x, &holds, &weights, &everyone),
        first: learn_logistic(&second.x, &firsts, &weights, &everyone),
        event: learn_logistic(&second.x, &events, &weights, &everyone),
        middle: second.middle,
        spread: second.spread,
        calibration,
        holds_from,
        likely_from,
        fails_to,
        quoted_from,
    }
}

/// The slope and the offset for a code that is too rare to learn.
const UNLEARNED: [f64; 2] = [0.0, -5.0];
/// A threshold that no probability or output reaches.
const NEVER: f64 = 9.0;

impl Second {
    fn of(aspects: &[Array1<f32>]) -> Self {
        let mut x = Array2::zeros((aspects.len(), SECOND_STAGE_INPUTS));
        aspects.iter().enumerate().for_each(|(i, row)| x.row_mut(i).assign(row));
        let middle: Vec<f32> = x.mean_axis(Axis(0)).expect("there are answers").iter().map(|v| rounded(*v)).collect();
        let spread: Vec<f32> = x.std_axis(Axis(0), 0.0).iter().map(|v| rounded(*v).max(1e-3)).collect();
        for mut row in x.rows_mut() {
            row -= &Array1::from(middle.clone());
            row /= &Array1::from(spread.clone());
        }
        Self { x, middle, spread }
    }
}

/// The scale of the bias, which makes its L2 penalty a hundred times smaller than a weight's.
const FREE_BIAS: f32 = 10.0;

/// Fits a logistic regression for each column of the targets, on some of the rows.
fn learn_logistic(x: &Array2<f32>, targets: &[Vec<f64>], weights: &[f64], rows: &[usize]) -> Linear {
    let columns = targets[0].len();
    let x = x.select(Axis(0), rows);
    let found = minimize(
        columns * (SECOND_STAGE_INPUTS + 1),
        |w| {
            let mut model = linear(w, columns);
            model.bias.iter_mut().for_each(|b| *b *= FREE_BIAS);
            let z = outputs(&x, &model);
            let mut errors = Array2::zeros((rows.len(), columns));
            let mut value = 0.0;
            for (i, row) in rows.iter().enumerate() {
                for k in 0..columns {
                    let (z, target) = (f64::from(z[[i, k]]), targets[*row][k]);
                    value += weights[*row] * (softplus(z) - target * z);
                    errors[[i, k]] = (weights[*row] * (logistic(z) - target)) as f32;
                }
            }
            let mut gradient = vec![0.0; columns * (SECOND_STAGE_INPUTS + 1)];
            add_linear_gradient(&x, &errors, &mut gradient);
            gradient[columns * SECOND_STAGE_INPUTS..].iter_mut().for_each(|g| *g *= f64::from(FREE_BIAS));
            (value, gradient)
        },
        PULL_SECOND,
    );
    let mut model = linear(&found, columns);
    model.bias.iter_mut().for_each(|b| *b = rounded(*b * FREE_BIAS));
    model.weights.iter_mut().flatten().for_each(|w| *w = rounded(*w));
    model
}

/// Returns the slope and the offset that turn outputs into probabilities: a logistic regression of the truth on the
/// output (Platt scaling, J. Platt 1999).
fn calibrate(seen: &[(f64, bool, f64)]) -> [f64; 2] {
    let found = minimize(
        2,
        |w| {
            let (mut value, mut gradient) = (0.0, vec![0.0; 2]);
            for (x, truth, weight) in seen {
                let (z, target) = (w[0] * x + w[1], f64::from(u8::from(*truth)));
                value += weight * (softplus(z) - target * z);
                let error = weight * (logistic(z) - target);
                gradient[0] += error * x;
                gradient[1] += error;
            }
            (value, gradient)
        },
        1e-2,
    );
    [found[0].max(0.05), found[1]].map(|v| (v * 1e4).round() / 1e4)
}

/// Returns the lowest threshold for which the required share, by weight, of the cases at or above it is right;
/// [`NEVER`] if there is none. One wrong case is added to those counted, so that a few right ones do not pass for
/// certainty.
fn least(cases: &[(f64, bool, f64)], share: f64) -> f64 {
    let mut sorted: Vec<&(f64, bool, f64)> = cases.iter().collect();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut all, mut least) = (0.0, 1.0, NEVER);
    for (value, is_right, weight) in sorted {
        all += weight;
        right += weight * f64::from(u8::from(*is_right));
        if right / all >= share {
            least = *value;
        }
    }
    least
}
