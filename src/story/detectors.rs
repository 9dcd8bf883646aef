//! What a coach would say of an answer: detectors learned from what coaches said of other people's answers.
//!
//! Two stages, both linear. First every sentence is looked at, with its neighbours and its place: how probably each code shows in it,
//! whether it tells how it came out, whether it is the one to keep. Then the answer: the highest and the mean of these, what the answer is about as a
//! whole, its length, and the likeness of its sentences to the question, from which a logistic model a code tells how probably the
//! code holds. The first stage's outputs on the answers that the second learns from come from weights that had not seen
//! those authors, and so do the answers that its probabilities are calibrated on (J. Platt 1999).

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};
use serde::{Deserialize, Serialize};

use super::cues::{CUES, Sentence, cues};
use super::encoder::WIDTH;
use super::findings::{Claim, Event, Findings, Verdict};
use super::model::Linear;
use super::relevance::Kind;
use super::signs::{SIGNS, signs};
use crate::codes::Code;

/// The codes that are learned.
pub const CODES: usize = Code::STORY.len();
/// Values that the words of a sentence give: cues, signs, and likeness to the question in meaning and in form.
const HAND: usize = CUES + SIGNS + 2;
/// Values that say where a sentence stands.
const PLACE: usize = 8;
/// Sorts of questions.
const KINDS: usize = 6;
/// Values that describe a sentence to the first stage.
pub const ROW: usize = 4 * WIDTH + HAND + PLACE + KINDS + 1;
/// Values that describe an answer to the first stage.
pub const WHOLE: usize = 3 * WIDTH + 2 * HAND + KINDS + 3;
/// What the first stage sees in a sentence: its part, how good the answer is that it is from, every code, ...
pub const SEEN: usize = 6 + CODES + 4;
/// ... and, last, a result ...
pub const RESULT: usize = 6 + CODES;
/// ... with a figure, ...
pub const FIGURE: usize = RESULT + 1;
/// ... blame, and what is to be kept.
pub const KEEP: usize = RESULT + 3;
/// What is told apart in an answer besides the codes: the kinds of [`Event`] but [`Event::NotAsked`].
pub const EVENTS: usize = 4;
/// What the second stage reads.
pub const ASPECTS: usize = 3 * SEEN + CODES + 4 * HAND + KINDS + 2 * PARTS + MISC;
const MISC: usize = 15;
/// Parts of a story, the first of what the first stage sees.
const PARTS: usize = 5;
/// How much a neighbour's vector counts beside the sentence's own, and the other values beside the vectors of length one.
const NEIGHBOUR: f32 = 0.7;
const BESIDE: f32 = 0.5;
/// From here on a sentence is the first stage's to name, as an output of its least-squares model.
const SHOWS: f64 = 0.5;
/// Sentences quoted for one statement at most.
const QUOTED: usize = 2;

/// Everything that was learned for the detectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detectors {
    /// The first stage on sentences, [`SEEN`] outputs of [`ROW`] values.
    pub sentence: Linear,
    /// The first stage on the answer as a whole, an output a code of [`WHOLE`] values.
    pub whole: Linear,
    /// The middle of what the second stage reads, [`ASPECTS`] ...
    pub middle: Vec<f32>,
    /// ... and its spread.
    pub spread: Vec<f32>,
    /// Whether a code holds.
    pub holds: Linear,
    /// Whether a coach would begin with it.
    pub first: Linear,
    /// Whether the answer is of a kind of event.
    pub event: Linear,
    /// For each code how an output of `holds` becomes a probability: slope and offset.
    pub calibration: Vec<[f64; 2]>,
    /// For each code the probability from which it holds ...
    pub holds_from: Vec<f64>,
    /// ... from which it is likely ...
    pub likely_from: Vec<f64>,
    /// ... and up to which it is taken not to hold.
    pub fails_to: Vec<f64>,
    /// For each code the first stage's output from which a sentence is quoted for it.
    pub quoted_from: Vec<f64>,
}

/// An answer as the detectors see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// [`ROW`] values a sentence.
    pub rows: Array2<f32>,
    /// [`WHOLE`] values.
    pub whole: Array1<f32>,
    /// The values that its words give, [`HAND`] a sentence.
    hand: Array2<f32>,
    /// The words of each sentence.
    words: Vec<usize>,
    kind: Kind,
}

impl Seen {
    /// Looks at the sentences of an answer, of which there is one at least. `alone` and `meaning` are as [`Described`](super::model::Described) has
    /// them, `question` is its vectors, in form and in meaning.
    pub fn of(
        sentences: &[Sentence],
        alone: &Array2<f32>,
        meaning: &Array2<f32>,
        question: Option<&(Array1<f32>, Array1<f32>)>,
        kind: Kind,
    ) -> Self {
        let n = sentences.len();
        let mut hand = Array2::zeros((n, HAND));
        for (i, sentence) in sentences.iter().enumerate() {
            let (form, meaning) = (alone.slice(s![i, ..WIDTH]), meaning.row(i));
            let (alike_form, alike) = question.map_or((0.0, 0.0), |(f, m)| (form.dot(f), meaning.dot(m)));
            let values = cues(sentence).into_iter().chain(signs(sentence)).chain([alike, alike_form]);
            values.enumerate().for_each(|(k, value)| hand[[i, k]] = value);
        }
        let mut rows = Array2::zeros((n, ROW));
        for i in 0..n {
            let form = |j: usize| alone.slice(s![j, ..WIDTH]);
            let mut row = rows.row_mut(i);
            row.slice_mut(s![..WIDTH]).assign(&form(i));
            row.slice_mut(s![WIDTH..2 * WIDTH]).assign(&meaning.row(i));
            if i > 0 {
                row.slice_mut(s![2 * WIDTH..3 * WIDTH]).assign(&(&form(i - 1) * NEIGHBOUR));
            }
            if i + 1 < n {
                row.slice_mut(s![3 * WIDTH..4 * WIDTH]).assign(&(&form(i + 1) * NEIGHBOUR));
            }
            let words = hand.row(i);
            let beside = words.iter().copied().chain(place(i, n)).chain(one_hot(kind)).map(|x| x * BESIDE);
            beside.chain([1.0]).enumerate().for_each(|(k, value)| row[4 * WIDTH + k] = value);
        }
        let mean = |x: ArrayView2<'_, f32>| x.mean_axis(Axis(0)).expect("an answer has a sentence");
        let meant = mean(meaning.view());
        let asked = question.map_or_else(|| Array1::zeros(WIDTH), |(_, m)| &meant * m);
        let words: Vec<usize> = sentences.iter().map(|s| s.words.len()).collect();
        let all = words.iter().sum::<usize>() as f32;
        let rest: Vec<f32> = (mean(hand.view()).iter().map(|x| 0.7 * x))
            .chain(most(&hand).into_iter().map(|x| 0.3 * x))
            .chain(one_hot(kind).map(|x| x * BESIDE))
            .chain([all.ln_1p() / 5.0, n.min(20) as f32 / 20.0, 1.0])
            .collect();
        let whole = concatenate![Axis(0), mean(alone.slice(s![.., ..WIDTH])), meant, asked, Array1::from(rest)];
        Self { rows, whole, hand, words, kind }
    }

    /// What the first stage sees in each sentence, [`SEEN`] values each.
    pub fn shows(&self, sentence: &Linear) -> Vec<Vec<f64>> {
        self.rows.rows().into_iter().map(|x| sentence.apply(x)).collect()
    }

    /// What the second stage reads, given what the first saw.
    pub fn aspects(&self, shows: &[Vec<f64>], whole: &Linear) -> Array1<f32> {
        let n = shows.len();
        let all = self.words.iter().sum::<usize>().max(1) as f64;
        let weights: Vec<f64> = self.words.iter().map(|w| *w as f64 / all).collect();
        let column = |k: usize| shows.iter().map(move |row| row[k]);
        let (mut highest, mut high, mut mean) = (vec![0.0; SEEN], vec![0.0; SEEN], vec![0.0; SEEN]);
        for k in 0..SEEN {
            let mut sorted: Vec<f64> = column(k).collect();
            sorted.sort_by(|a, b| b.total_cmp(a));
            let two = &sorted[..n.min(2)];
            highest[k] = sorted[0];
            high[k] = two.iter().sum::<f64>() / two.len() as f64;
            mean[k] = column(k).zip(&weights).map(|(x, w)| x * w).sum();
        }
        let hand_mean =
            |k: usize| self.hand.column(k).iter().zip(&weights).map(|(x, w)| f64::from(*x) * w).sum::<f64>();
        let alike: Vec<f64> = self.hand.column(HAND - 2).iter().map(|x| f64::from(*x)).collect();
        let last = |k: usize| column(k).skip(n.saturating_sub(2)).fold(f64::NEG_INFINITY, f64::max);
        let sure = |k: usize| column(k).filter(|x| *x > SHOWS).count() as f64;
        let (action, result) = (2, 3);
        let misc = [
            all.ln_1p(),
            (n as f64).ln(),
            alike.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            alike.iter().sum::<f64>() / n as f64,
            self.whole.slice(s![2 * WIDTH..3 * WIDTH]).iter().map(|x| f64::from(*x)).sum(),
            last(result),
            shows[n - 1][result],
            sure(result),
            sure(action),
            mean[0] + mean[1],
        ];
        let in_order = in_order(shows);
        let values = (highest.into_iter().chain(high).chain(mean))
            .chain(whole.apply(self.whole.view()))
            .chain((0..HAND).map(hand_mean))
            .chain(most(&self.hand).into_iter().map(f64::from))
            .chain(one_hot(self.kind).map(f64::from))
            .chain(misc)
            .chain(in_order)
            // How it begins and ends.
            .chain([0, n - 1].into_iter().flat_map(|i| shows[i][..PARTS].iter().copied()))
            .chain([0, n - 1].into_iter().flat_map(|i| self.hand.row(i).into_iter().map(|x| f64::from(*x))));
        values.map(|x| x as f32).collect()
    }
}

/// How far the parts stand as they happen: background, steps, results. The share of pairs that do, how many more do than not, and where the
/// middle of each part stands, 0 to 1.
fn in_order(shows: &[Vec<f64>]) -> [f64; 5] {
    let n = shows.len();
    let (mut right, mut wrong) = (0.0, 0.0);
    let (mut before, mut centre) = ([0.0; 3], [0.0; 3]);
    for (i, row) in shows.iter().enumerate() {
        let chance = |x: f64| x.clamp(0.0, 1.0).powi(2);
        let of = [chance(row[0] + row[1]), chance(row[2]), chance(row[3])];
        let all = of.iter().sum::<f64>() + chance(row[4]) + 1e-3;
        let of = of.map(|x| x / all);
        right += before[0] * (of[1] + of[2]) + before[1] * of[2];
        wrong += of[0] * (before[1] + before[2]) + of[1] * before[2];
        for k in 0..3 {
            before[k] += of[k];
            centre[k] += of[k] * i as f64 / (n - 1).max(1) as f64;
        }
    }
    let share = if right + wrong > 1e-6 { right / (right + wrong) } else { 0.5 };
    let [a, b, c] = std::array::from_fn(|k| centre[k] / (before[k] + 0.2));
    [share, (right - wrong) / (n * n) as f64 * 2.0, a, b, c]
}

/// The highest value of each column.
fn most(x: &Array2<f32>) -> Vec<f32> {
    x.columns().into_iter().map(|c| c.fold(f32::NEG_INFINITY, |a, b| a.max(*b))).collect()
}

fn one_hot(kind: Kind) -> impl Iterator<Item = f32> {
    let kinds =
        [Kind::PastStory, Kind::AboutYourself, Kind::Motivation, Kind::Weakness, Kind::CurrentJob, Kind::Closing];
    kinds.into_iter().map(move |k| f32::from(u8::from(k == kind)))
}

/// Where sentence `i` of `n` stands.
fn place(i: usize, n: usize) -> [f32; PLACE] {
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
    /// Whether they are of the form that this version reads.
    pub(super) fn fit(&self) -> bool {
        let lists = [&self.holds_from, &self.likely_from, &self.fails_to, &self.quoted_from];
        self.sentence.fits(ROW, SEEN)
            && self.whole.fits(WHOLE, CODES)
            && self.middle.len() == ASPECTS
            && self.spread.len() == ASPECTS
            && self.holds.fits(ASPECTS, CODES)
            && self.first.fits(ASPECTS, CODES)
            && self.event.fits(ASPECTS, EVENTS)
            && self.calibration.len() == CODES
            && lists.iter().all(|l| l.len() == CODES)
    }

    /// What is found of an answer; `places` are its sentences' places in the story.
    pub(super) fn findings(&self, seen: &Seen, places: &[usize]) -> Findings {
        let shows = seen.shows(&self.sentence);
        let aspects = self.standard(&seen.aspects(&shows, &self.whole));
        let (holds, first, event) =
            (self.holds.apply(aspects.view()), self.first.apply(aspects.view()), self.event.apply(aspects.view()));
        let asks_for_one = seen.kind == Kind::PastStory;
        let event = match most_probable(&event) {
            _ if !asks_for_one => Event::NotAsked,
            0 => Event::Real,
            1 => Event::Habit,
            2 => Event::Hypothetical,
            _ => Event::None,
        };
        let claim = |k: usize| {
            let [slope, offset] = self.calibration[k];
            let code = Code::STORY[k];
            let applies = applies(code, seen.kind);
            let confidence = if applies { logistic(slope * holds[k] + offset) } else { 0.0 };
            let verdict = if confidence >= self.holds_from[k] {
                Verdict::Holds
            } else if confidence >= self.likely_from[k] {
                Verdict::Likely
            } else if confidence <= self.fails_to[k] {
                Verdict::Fails
            } else {
                Verdict::Open
            };
            let mut shown: Vec<usize> = (0..shows.len()).filter(|i| shows[*i][6 + k] >= self.quoted_from[k]).collect();
            shown.sort_by(|a, b| shows[*b][6 + k].total_cmp(&shows[*a][6 + k]));
            shown.truncate(QUOTED);
            shown.sort_unstable();
            Claim {
                code,
                confidence,
                first: if applies { logistic(first[k]) } else { 0.0 },
                verdict,
                sentences: shown.into_iter().map(|i| places[i]).collect(),
            }
        };
        let of = |k: usize| (0..shows.len()).filter(|i| shows[*i][k] >= SHOWS).map(|i| places[i]).collect::<Vec<_>>();
        let keep = (0..shows.len()).max_by(|a, b| shows[*a][KEEP].total_cmp(&shows[*b][KEEP]));
        Findings {
            event,
            claims: (0..CODES).map(claim).collect(),
            results: of(RESULT),
            figures: of(FIGURE),
            keep: keep.map(|i| places[i]),
        }
    }

    /// What the second stage reads, in standard units.
    fn standard(&self, aspects: &Array1<f32>) -> Array1<f32> {
        let all = aspects.iter().zip(&self.middle).zip(&self.spread);
        all.map(|((x, middle), spread)| (x - middle) / spread).collect()
    }
}

fn most_probable(outputs: &[f64]) -> usize {
    (0..outputs.len()).max_by(|a, b| outputs[*a].total_cmp(&outputs[*b])).unwrap_or(0)
}

/// Returns whether a code can hold of answers to a kind of question: an occasion is missed only where one was asked for, and who closes
/// an interview with a question or a wish owes no deeds.
fn applies(code: Code, kind: Kind) -> bool {
    match kind {
        Kind::PastStory => true,
        Kind::Closing => !matches!(
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

/// The logistic function.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::model::{Described, Weights};
    use crate::story::sentence_of;

    #[test]
    fn the_weights_are_of_the_features_that_the_code_gives() {
        assert!(Weights::built_in().detectors.fit());
        let mut narrow = Weights::built_in().detectors.clone();
        narrow.holds.weights[0].pop();
        assert!(!narrow.fit(), "weights of another number of features are refused");
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
        // Whoever changes a feature has to train again, and then may change these.
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn an_answer_of_one_sentence_can_be_judged() {
        let sentences = [sentence_of("I rang every customer on the list that night.")];
        let described = Described::of(&sentences);
        let seen = Seen::of(&sentences, &described.alone, &described.meaning, None, Kind::PastStory);
        let findings = Weights::built_in().detectors.findings(&seen, &[0]);
        assert_eq!((findings.claims.len(), findings.keep), (CODES, Some(0)));
        assert!(
            findings.claims.iter().all(|c| (0.0..=1.0).contains(&c.confidence) && c.sentences.iter().all(|i| *i == 0))
        );
    }

    #[test]
    fn nobody_who_asks_a_question_at_the_end_is_told_to_tell_deeds() {
        let sentences = [sentence_of("I'd like to know what the first month looks like, I suppose.")];
        let described = Described::of(&sentences);
        let seen = Seen::of(&sentences, &described.alone, &described.meaning, None, Kind::Closing);
        let findings = Weights::built_in().detectors.findings(&seen, &[0]);
        for code in [Code::NoEvent, Code::NoSteps, Code::NoResult, Code::Hedging] {
            assert_eq!(findings.verdict(code), Verdict::Fails, "{code:?}");
        }
    }

    #[test]
    fn parts_in_order_are_told_from_parts_in_none() {
        let sentence = |part: usize| (0..SEEN).map(|k| f64::from(u8::from(k == part))).collect::<Vec<f64>>();
        let told = [0, 1, 2, 2, 3].map(sentence);
        let back: Vec<Vec<f64>> = told.iter().rev().cloned().collect();
        let ([right, ..], [wrong, ..]) = (in_order(&told), in_order(&back));
        assert!(right > 0.99 && wrong < 0.01, "{right} {wrong}");
        assert_eq!(in_order(&told[..1]), [0.5, 0.0, 0.0, 0.0, 0.0], "one sentence has no order");
    }
}
