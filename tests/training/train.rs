//! Trains `models/story.json` on labelled answers.
//!
//! usage: train-story [--hold-out NAME]... [--each FOLDER] [--keep FILE] [--out FILE] ANSWERS.jsonl...
//!
//! NAME is the name of a file without `.jsonl`; that file is held out, so that the weights can be tested on it.
//! `--each` does so for every file in turn (or for every NAME), writes FOLDER/NAME.json for each, and also trains on
//! all files (`models/story.json`, or `--out`). `--keep` trains the detectors alone, and takes everything else from
//! FILE.
//!
//! An answer is a line of JSON with `id`, `question`, `grade` (strong, middling, weak), `flaws` and `sentences`
//! [`text`, `label` (S, T, A, R, O)]; or with `question` and `text` alone, from which only the topic is learned. What
//! coaches said of the answers is in files whose names begin with `coach_`, by the ids of the answers. The answers are
//! segmented and described by the program's own code, once as written and once as a speech model would write them:
//! without some full stops and commas, and with a filler here and there. The same files always give the same weights on
//! the same machine.

mod coached;
#[path = "../common/ours.rs"]
mod ours;
#[path = "random.rs"]
mod random;
mod twins;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use aloud::app::questions;
use aloud::disfluency::fillers_of_draft;
use aloud::draft::Draft;
use aloud::report::json;
use aloud::story::AnswerKind;
use aloud::story::cues::Sentence;
use aloud::story::detectors::DetectorInput;
use aloud::story::model::{
    AnswerFeatures, CONTEXT_FEATURES, Crf, Linear, SENTENCE_FEATURES, StoryWeights, TOPIC_FEATURES, with_context,
};
use aloud::story::parts::{log_sum_exp, marginals};
use aloud::story::relevance::{topic_of_question, topics};
use aloud::story::{question_vectors, sentences::sentences, tokens_of_draft};
use coached::{Coached, Gold, Sums};
use ndarray::{Array1, Array2, Axis};
use random::Random;
use serde::Deserialize;

/// L2 penalty of the weights for the parts of the story: the reciprocal of a weight's expected variance.
const PULL_PARTS: f64 = 0.5;
/// L2 penalty of the weights for the grade, likewise.
const PULL_TELLING: f64 = 3.0;
/// L2 penalty of the weights for empty words, and of those for blame, which is as rare.
const PULL_EMPTY: f64 = 1.0;
/// L2 penalty of the weights for the topic.
const PULL_TOPICS: f64 = 0.02;
/// The weight of a shuffled answer, relative to the same answer in order.
const MIXED_WEIGHT: f64 = 0.2;
/// The weight of an answer without its result, relative to the whole answer.
const WITHOUT_RESULT_WEIGHT: f64 = 0.25;
/// The label index of results.
const RESULT: usize = 3;
/// The minimum number of answers for a topic to be learned; each counts twice, as written and as spoken.
const FEWEST_ANSWERS: usize = 10;
/// The maximum number of optimization steps.
const ITERATIONS: usize = 150;
/// The weight of an answer as a speech model would write it, relative to the same answer as written.
const SPOKEN_WEIGHT: f64 = 0.5;
/// The weight of a twin, relative to its answer.
const TWIN_WEIGHT: f64 = 0.25;
/// The label index of sentences added to a twin, which belong to no part of the story.
const NO_PART: usize = 4;

/// A line of a file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Labelled(Answer),
    Told { question: String, text: String },
}

#[derive(Deserialize)]
struct Answer {
    id: String,
    question: String,
    grade: String,
    flaws: Vec<String>,
    sentences: Vec<Labelled>,
}

#[derive(Deserialize)]
struct Labelled {
    text: String,
    label: char,
}

/// An answer as input to the models.
struct Example {
    described: AnswerFeatures,
    labels: Vec<usize>,
    words: Vec<f64>,
    grade: f64,
    stuffed: bool,
    blames: bool,
    weight: f64,
}

/// An answer to a question of a known topic.
struct About {
    what: Array1<f32>,
    topic: &'static str,
    weight: f64,
}

/// The training data of a file.
#[derive(Default)]
struct Lessons {
    examples: Vec<Example>,
    about: Vec<About>,
    coached: Vec<Coached>,
    sums: Sums,
}

fn main() {
    let (mut hold_out, mut out, mut each, mut keep) = (Vec::new(), PathBuf::from("models/story.json"), None, None);
    let mut files: Vec<PathBuf> = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
        match argument.as_str() {
            "--hold-out" => hold_out.push(value()),
            "--out" => out = PathBuf::from(value()),
            "--each" => each = Some(PathBuf::from(value())),
            "--keep" => keep = Some(PathBuf::from(value())),
            _ => files.push(PathBuf::from(&argument)),
        }
    }
    let name = |file: &PathBuf| file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    assert!(hold_out.iter().all(|h| files.iter().any(|f| name(f) == *h)), "every held-out set is one of the files");
    if each.is_none() {
        files.retain(|f| !hold_out.contains(&name(f)));
    }
    // Sums depend on the order in the last digit.
    files.sort_by_key(name);
    let (said, files): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(|f| name(f).starts_with("coach_"));
    let gold: HashMap<String, Gold> = said.iter().flat_map(|f| gold(f)).map(|g| (g.id.clone(), g)).collect();
    assert!(!files.is_empty(), "there are answers to learn from");
    let sets: Vec<Lessons> = side_by_side(&files, |f| lessons(f, &gold, keep.is_some()));
    let save = |out: &Path, without: Option<usize>| {
        let kept = || sets.iter().enumerate().filter(|(i, _)| Some(*i) != without).map(|(_, set)| set);
        let examples: Vec<&Example> = kept().flat_map(|set| &set.examples).collect();
        let about: Vec<&About> = kept().flat_map(|set| &set.about).collect();
        let coached: Vec<(&[Coached], &Sums)> =
            kept().filter(|set| !set.coached.is_empty()).map(|set| (set.coached.as_slice(), &set.sums)).collect();
        let weights = match &keep {
            Some(file) => {
                let mut weights: serde_json::Value =
                    serde_json::from_slice(&std::fs::read(file).expect("weights to keep")).expect("weights");
                weights["detectors"] = serde_json::to_value(coached::learn(&coached)).expect("weights are numbers");
                json::text(&weights, false)
            }
            None => json::text(&learn(&examples, &about, &coached), false),
        };
        std::fs::write(out, format!("{}\n", weights.expect("weights are numbers"))).expect("the weights are written");
        let said: usize = coached.iter().map(|c| c.0.len()).sum();
        let counts = [examples.len() / 2, about.len() / 2, said];
        eprintln!(
            "{}: from {} answers, their topics from {}, what coaches say from {}",
            out.display(),
            counts[0],
            counts[1],
            counts[2]
        );
    };
    let mut turns = vec![(out, None)];
    if let Some(folder) = each {
        let wanted = |f: &&PathBuf| hold_out.is_empty() || hold_out.contains(&name(f));
        let held_out = files.iter().enumerate().filter(|(_, f)| wanted(f));
        turns.extend(held_out.map(|(i, f)| (folder.join(format!("{}.json", name(f))), Some(i))));
    }
    side_by_side(&turns, |(out, without)| save(out, *without));
}

/// Runs `work` for all items in parallel. Returns the results in order.
fn side_by_side<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = all.iter().map(|one| scope.spawn(move || work(one))).collect();
        threads.into_iter().map(|t| t.join().expect("no panic")).collect()
    })
}

/// Reads the training data of a file: each answer as written and as spoken. With `only_coached`, reads only what the
/// detectors need.
fn lessons(file: &Path, gold: &HashMap<String, Gold>, only_coached: bool) -> Lessons {
    let mut random = Random(1);
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut found = Lessons::default();
    let mut encoded = Encoded::default();
    let lines = text.lines().filter(|l| !l.trim().is_empty());
    let lines: Vec<Line> =
        lines.map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{}: {e}", file.display()))).collect();
    let mut questions: Vec<&str> = lines.iter().map(Line::question).collect();
    questions.sort_unstable();
    questions.dedup();
    for line in &lines {
        if only_coached && matches!(line, Line::Told { .. }) {
            continue;
        }
        let words = match line {
            Line::Labelled(answer) => words_in_place(answer.sentences.iter().map(|s| s.text.as_str()).zip(0..)),
            Line::Told { text, .. } => text.split_whitespace().map(|w| (w.to_string(), 0)).collect(),
        };
        let ways = [(&words, 1.0), (&as_spoken(&words, &mut random), SPOKEN_WEIGHT)];
        for (words, weight) in ways.into_iter().take(if only_coached { 1 } else { 2 }) {
            let (sentences, from) = cut(words);
            let described = AnswerFeatures::of(&sentences);
            let is_off_topic = matches!(line, Line::Labelled(a) if a.flaws.iter().any(|f| f == "off_topic"));
            if let Some(topic) = topic_of_question(line.question()).filter(|_| !is_off_topic) {
                found.about.push(About { what: described.topic_features.clone(), topic, weight });
            }
            if let Line::Labelled(answer) = line {
                let labels: Vec<usize> = from.iter().map(|i| answer.label(*i)).collect();
                if let Some(gold) = gold.get(&answer.id).filter(|_| weight >= 1.0) {
                    encoded.add(&sentences, &described);
                    let seen = encoded.seen(&answer.question, &sentences);
                    found.coached.push(Coached::new(gold, seen, &from, &labels, answer.good(), weight));
                    let twins = twins::twins(answer, gold, &questions);
                    found.coached.extend(twins.iter().map(|t| twin(answer, t, &mut encoded)));
                }
                found.examples.push(example(answer, &sentences, labels, described, weight));
            }
        }
    }
    found.sums = Sums::of(&found.coached);
    found
}

/// A cache of encoded questions and sentences: most sentences of a twin are those of its answer.
#[derive(Default)]
struct Encoded {
    questions: HashMap<String, (Array1<f32>, Array1<f32>)>,
    sentences: HashMap<String, (Array1<f32>, Array1<f32>)>,
}

impl Encoded {
    fn add(&mut self, sentences: &[Sentence], described: &AnswerFeatures) {
        let rows = described.alone.rows().into_iter().zip(described.meaning.rows());
        let rows = rows.map(|(alone, meaning)| (alone.to_owned(), meaning.to_owned()));
        self.sentences.extend(sentences.iter().map(|s| s.text.clone()).zip(rows));
    }

    /// Returns an answer as input to the detectors.
    fn seen(&mut self, question: &str, sentences: &[Sentence]) -> DetectorInput {
        let new: Vec<Sentence> = sentences.iter().filter(|s| !self.sentences.contains_key(&s.text)).cloned().collect();
        if !new.is_empty() {
            self.add(&new, &AnswerFeatures::of(&new));
        }
        let asked = questions::resolve(question).expect("a question");
        let vectors = self.questions.entry(question.to_string()).or_insert_with(|| question_vectors(&asked.text));
        let rows: Vec<&(Array1<f32>, Array1<f32>)> = sentences.iter().map(|s| &self.sentences[&s.text]).collect();
        let alone: Vec<_> = rows.iter().map(|r| r.0.view()).collect();
        let meaning: Vec<_> = rows.iter().map(|r| r.1.view()).collect();
        let stacked = |rows: &[_]| ndarray::stack(Axis(0), rows).expect("rows of one length");
        DetectorInput::of(sentences, &stacked(&alone), &stacked(&meaning), Some(vectors), AnswerKind::of(Some(&asked)))
    }
}

fn twin(answer: &Answer, twin: &twins::Twin, encoded: &mut Encoded) -> Coached {
    let words = words_in_place(twin.sentences.iter().map(|(text, i)| (text.as_str(), *i)));
    let (sentences, from) = cut(&words);
    let labels: Vec<usize> = from.iter().map(|i| answer.label(*i)).collect();
    let seen = encoded.seen(&twin.question, &sentences);
    Coached::new(&twin.gold, seen, &from, &labels, answer.good(), TWIN_WEIGHT)
}

/// Reads the coaches' marks, one answer per line.
fn gold(file: &Path) -> Vec<Gold> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    text.lines().filter(|l| !l.trim().is_empty()).map(read).collect()
}

impl Labelled {
    fn place(&self) -> usize {
        "STARO".find(self.label).unwrap_or_else(|| panic!("no label {}", self.label))
    }
}

impl Line {
    fn question(&self) -> &str {
        match self {
            Self::Labelled(answer) => &answer.question,
            Self::Told { question, .. } => question,
        }
    }
}

impl Answer {
    /// Returns the label of a sentence; [`NO_PART`] for one that was added after the last.
    fn label(&self, place: usize) -> usize {
        self.sentences.get(place).map_or(NO_PART, Labelled::place)
    }

    /// Returns the grade as a number, 0 to 1.
    fn good(&self) -> f64 {
        match self.grade.as_str() {
            "strong" => 1.0,
            "middling" => 0.5,
            _ => 0.0,
        }
    }
}

/// Returns every word with the index of its sentence.
fn words_in_place<'a>(sentences: impl Iterator<Item = (&'a str, usize)>) -> Vec<(String, usize)> {
    sentences.flat_map(|(text, i)| text.split_whitespace().map(move |w| (w.to_string(), i))).collect()
}

/// Returns the words as a speech model might transcribe them.
fn as_spoken(words: &[(String, usize)], random: &mut Random) -> Vec<(String, usize)> {
    let (stops, commas, fillers) = (random.below(0.5), random.below(0.7), random.below(0.06));
    let mut spoken = Vec::new();
    for (word, label) in words {
        if random.below(1.0) < fillers {
            spoken.push((["um,", "uh,", "like,", "so", "er,"][(random.below(5.0)) as usize].to_string(), *label));
        }
        let lost = |share: f64, random: &mut Random| random.below(1.0) < share;
        let mut word = word.clone();
        if word.ends_with(['.', '!', '?']) && lost(stops, random)
            || word.ends_with([',', ';', ':']) && lost(commas, random)
        {
            word.pop();
        }
        spoken.push((word, *label));
    }
    spoken
}

/// Returns the sentences that the program finds in the words and, for each, the index of the sentence that most of its
/// words come from.
fn cut(words: &[(String, usize)]) -> (Vec<Sentence>, Vec<usize>) {
    let text: Vec<&str> = words.iter().map(|(w, _)| w.as_str()).collect();
    let draft = Draft::read(text.join(" ").as_bytes(), "answer.txt".as_ref()).expect("an answer is a draft");
    let tokens = tokens_of_draft(&draft, &fillers_of_draft(&draft.words_with_pauses(), &[], false), false);
    // A punctuation mark that stands alone was joined to the word before it.
    let from: Vec<usize> = words.iter().filter(|(w, _)| w.contains(char::is_alphanumeric)).map(|(_, i)| *i).collect();
    assert_eq!(from.len(), tokens.len());
    let found: Vec<Sentence> =
        sentences(&tokens).into_iter().map(|r| Sentence::of(&tokens, r)).filter(|s| !s.words.is_empty()).collect();
    let most = |s: &Sentence| {
        let count = |i: &usize| from[s.range.clone()].iter().filter(|j| *j == i).count();
        from[s.range.clone()].iter().copied().rev().max_by_key(|i| count(i)).expect("a sentence has words")
    };
    let from = found.iter().map(most).collect();
    (found, from)
}

fn example(
    answer: &Answer,
    sentences: &[Sentence],
    labels: Vec<usize>,
    described: AnswerFeatures,
    weight: f64,
) -> Example {
    Example {
        labels,
        words: sentences.iter().map(|s| s.words.len() as f64).collect(),
        described,
        grade: answer.good(),
        stuffed: answer.flaws.iter().any(|f| f == "buzzwords"),
        blames: answer.flaws.iter().any(|f| f == "blames_others"),
        weight,
    }
}

/// The sentences of an answer in some order, as input to the model of the parts.
struct Sequence {
    rows: Array2<f32>,
    labels: Vec<usize>,
    weight: f64,
}

/// Returns an answer in order, shuffled, and without its result. The last sentence is then not always a result, and a
/// part is recognized by its words more than by its position.
fn sequences(example: &Example, random: &mut Random) -> Vec<Sequence> {
    let n = example.labels.len();
    let in_order = |order: &[usize], weight: f64| Sequence {
        rows: with_context(&example.described.alone, order),
        labels: order.iter().map(|i| example.labels[*i]).collect(),
        weight: weight * example.weight,
    };
    let all: Vec<usize> = (0..n).collect();
    let without: Vec<usize> = all.iter().copied().filter(|i| example.labels[*i] != RESULT).collect();
    let mut mixed = all.clone();
    (1..n).rev().for_each(|i| mixed.swap(i, random.below((i + 1) as f64) as usize));
    let mut found = vec![in_order(&all, 1.0), in_order(&mixed, MIXED_WEIGHT)];
    if !without.is_empty() && without.len() < n {
        found.push(in_order(&without, WITHOUT_RESULT_WEIGHT));
    }
    found
}

fn learn(examples: &[&Example], about: &[&About], coached: &[(&[Coached], &Sums)]) -> StoryWeights {
    let rows: Vec<_> = examples.iter().flat_map(|e| e.described.alone.rows()).collect();
    let mut x = Array2::zeros((rows.len(), SENTENCE_FEATURES));
    rows.iter().enumerate().for_each(|(i, row)| x.row_mut(i).assign(row));
    let mut random = Random(2);
    let sequences: Vec<Sequence> = examples.iter().flat_map(|e| sequences(e, &mut random)).collect();
    let labels: Vec<usize> = examples.iter().flat_map(|e| e.labels.iter().copied()).collect();
    let each = |value: &dyn Fn(&Example, usize) -> f64| -> Vec<f64> {
        examples.iter().flat_map(|e| (0..e.labels.len()).map(move |i| (e, i))).map(|(e, i)| value(e, i)).collect()
    };
    let grades = each(&|e, _| e.grade);
    let weights = each(&|e, i| e.weight * e.words[i] / 15.0);
    let stuffed = each(&|e, _| f64::from(u8::from(e.stuffed)));
    let blames = each(&|e, _| f64::from(u8::from(e.blames)));
    let plain = each(&|e, _| e.weight);
    let seen = |topic: &&str| about.iter().filter(|a| a.topic == *topic).count() >= FEWEST_ANSWERS;
    let names: Vec<String> = topics().filter(seen).map(str::to_string).collect();
    let about: Vec<&About> = about.iter().copied().filter(|a| names.iter().any(|n| n == a.topic)).collect();
    let (topic_mean, topics) = learn_topics(&about, &names);
    StoryWeights {
        parts: learn_parts(&sequences),
        alone: learn_classes(&x, &labels, &plain, 5, PULL_PARTS),
        telling: learn_probability(&x, &grades, &weights, PULL_TELLING),
        empty: learn_probability(&x, &stuffed, &plain, PULL_EMPTY),
        blame: learn_probability(&x, &blames, &plain, PULL_EMPTY),
        topic_names: names,
        topic_mean,
        topics,
        detectors: coached::learn(coached),
    }
}

/// Trains the conditional random field by maximum likelihood.
fn learn_parts(sequences: &[Sequence]) -> Crf {
    let all: Vec<_> = sequences.iter().flat_map(|s| s.rows.rows()).collect();
    let mut x = Array2::zeros((all.len(), CONTEXT_FEATURES));
    all.iter().enumerate().for_each(|(i, row)| x.row_mut(i).assign(row));
    let size = 5 * CONTEXT_FEATURES + 5 + 25 + 10;
    let crf = |w: &[f64]| {
        let at = 5 * CONTEXT_FEATURES + 5;
        Crf {
            emission: linear(&w[..at], 5),
            transition: std::array::from_fn(|j| std::array::from_fn(|k| w[at + 5 * j + k])),
            first: std::array::from_fn(|k| w[at + 25 + k]),
            last: std::array::from_fn(|k| w[at + 30 + k]),
        }
    };
    let found = minimize(
        size,
        |w| {
            let crf = crf(w);
            let emission = outputs(&x, &crf.emission);
            let mut value = 0.0;
            let mut errors = Array2::zeros((x.nrows(), 5));
            let mut gradient = vec![0.0; size];
            let at = 5 * CONTEXT_FEATURES + 5;
            let mut first = 0;
            for e in sequences {
                let n = e.labels.len();
                let rows: Vec<[f64; 5]> =
                    (first..first + n).map(|i| std::array::from_fn(|k| f64::from(emission[[i, k]]))).collect();
                let expected = marginals(&crf, &rows);
                let (all, pairs) = forward(&crf, &rows);
                let mut gold = crf.first[e.labels[0]] + crf.last[e.labels[n - 1]];
                for i in 0..n {
                    gold += rows[i][e.labels[i]];
                    for k in 0..5 {
                        let hit = f64::from(u8::from(e.labels[i] == k));
                        errors[[first + i, k]] = ((expected[i][k] - hit) * e.weight) as f32;
                        if i == 0 {
                            gradient[at + 25 + k] += (expected[0][k] - hit) * e.weight;
                        }
                        if i + 1 == n {
                            gradient[at + 30 + k] += (expected[i][k] - hit) * e.weight;
                        }
                    }
                    if i > 0 {
                        gold += crf.transition[e.labels[i - 1]][e.labels[i]];
                        gradient[at + 5 * e.labels[i - 1] + e.labels[i]] -= e.weight;
                    }
                }
                for (slot, pair) in gradient[at..at + 25].iter_mut().zip(pairs.iter().flatten()) {
                    *slot += pair * e.weight;
                }
                value += (all - gold) * e.weight;
                first += n;
            }
            add_linear_gradient(&x, &errors, &mut gradient);
            (value, gradient)
        },
        PULL_PARTS,
    );
    crf(&found)
}

/// Returns the logarithm of the partition function, and the expected number of transitions between each pair of parts.
fn forward(crf: &Crf, rows: &[[f64; 5]]) -> (f64, [[f64; 5]; 5]) {
    let n = rows.len();
    let mut a = vec![[0.0; 5]; n];
    let mut b = vec![[0.0; 5]; n];
    for i in 0..n {
        a[i] = std::array::from_fn(|k| {
            rows[i][k]
                + if i == 0 {
                    crf.first[k]
                } else {
                    log_sum_exp(&std::array::from_fn::<f64, 5, _>(|j| a[i - 1][j] + crf.transition[j][k]))
                }
        });
    }
    for i in (0..n).rev() {
        b[i] = std::array::from_fn(|j| {
            if i + 1 == n {
                crf.last[j]
            } else {
                log_sum_exp(&std::array::from_fn::<f64, 5, _>(|k| crf.transition[j][k] + rows[i + 1][k] + b[i + 1][k]))
            }
        });
    }
    let all = log_sum_exp(&std::array::from_fn::<f64, 5, _>(|k| a[n - 1][k] + b[n - 1][k]));
    let mut pairs = [[0.0; 5]; 5];
    for i in 1..n {
        for j in 0..5 {
            for k in 0..5 {
                pairs[j][k] += (a[i - 1][j] + crf.transition[j][k] + rows[i][k] + b[i][k] - all).exp();
            }
        }
    }
    (all, pairs)
}

/// Fits a logistic regression on targets from 0 to 1.
fn learn_probability(x: &Array2<f32>, targets: &[f64], weights: &[f64], pull: f64) -> Linear {
    let found = minimize(
        SENTENCE_FEATURES + 1,
        |w| {
            let model = linear(w, 1);
            let z = outputs(x, &model);
            let mut errors = Array2::zeros((x.nrows(), 1));
            let mut value = 0.0;
            for (i, (target, weight)) in targets.iter().zip(weights).enumerate() {
                let z = f64::from(z[[i, 0]]);
                value += weight * (softplus(z) - target * z);
                errors[[i, 0]] = (weight * (1.0 / (1.0 + (-z).exp()) - target)) as f32;
            }
            let mut gradient = vec![0.0; SENTENCE_FEATURES + 1];
            add_linear_gradient(x, &errors, &mut gradient);
            (value, gradient)
        },
        pull,
    );
    linear(&found, 1)
}

fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

/// Fits a multinomial regression of the topic, in which all topics have the same weight. Returns the mean of the inputs
/// and the model.
fn learn_topics(about: &[&About], names: &[String]) -> (Vec<f32>, Linear) {
    let mut x = Array2::zeros((about.len(), TOPIC_FEATURES));
    about.iter().enumerate().for_each(|(i, a)| x.row_mut(i).assign(&a.what));
    let mean = x.mean_axis(Axis(0)).expect("there are answers");
    for mut row in x.rows_mut() {
        row -= &mean;
        let length = row.dot(&row).sqrt().max(1e-6);
        row /= length;
    }
    let place: Vec<usize> =
        about.iter().map(|a| names.iter().position(|n| n == a.topic).expect("a known topic")).collect();
    let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
    place.iter().for_each(|p| *counts.entry(*p).or_default() += 1.0);
    let even = about.len() as f64 / counts.len() as f64;
    let weights: Vec<f64> = about.iter().zip(&place).map(|(a, p)| a.weight * even / counts[p]).collect();
    (mean.to_vec(), learn_classes(&x, &place, &weights, names.len(), PULL_TOPICS))
}

/// Fits a multinomial regression.
fn learn_classes(x: &Array2<f32>, classes: &[usize], weights: &[f64], k: usize, pull: f64) -> Linear {
    let size = k * (x.ncols() + 1);
    let found = minimize(
        size,
        |w| {
            let z = outputs(x, &linear(w, k));
            let mut errors = Array2::zeros((x.nrows(), k));
            let mut value = 0.0;
            for (i, row) in z.rows().into_iter().enumerate() {
                let row: Vec<f64> = row.iter().map(|z| f64::from(*z)).collect();
                let all = log_sum_exp(&row);
                value += weights[i] * (all - row[classes[i]]);
                for (j, z) in row.iter().enumerate() {
                    errors[[i, j]] = (weights[i] * ((z - all).exp() - f64::from(u8::from(j == classes[i])))) as f32;
                }
            }
            let mut gradient = vec![0.0; size];
            add_linear_gradient(x, &errors, &mut gradient);
            (value, gradient)
        },
        pull,
    );
    linear(&found, k)
}

/// Creates a linear model from the weights, row by row, followed by the biases.
fn linear(w: &[f64], outputs: usize) -> Linear {
    let inputs = w.len() / outputs - 1;
    Linear {
        weights: (0..outputs).map(|k| w[k * inputs..(k + 1) * inputs].iter().map(|x| *x as f32).collect()).collect(),
        bias: w[outputs * inputs..].iter().map(|x| *x as f32).collect(),
    }
}

fn outputs(x: &Array2<f32>, model: &Linear) -> Array2<f32> {
    let inputs = x.ncols();
    let weights = Array2::from_shape_vec((model.bias.len(), inputs), model.weights.concat()).expect("its shape");
    x.dot(&weights.t()) + &Array1::from(model.bias.clone())
}

/// Adds the gradient of a linear model, given the errors of its outputs, to the beginning of `gradient`.
fn add_linear_gradient(x: &Array2<f32>, errors: &Array2<f32>, gradient: &mut [f64]) {
    let (inputs, outputs) = (x.ncols(), errors.ncols());
    let of_weights = errors.t().dot(x);
    gradient.iter_mut().zip(&of_weights).for_each(|(g, e)| *g += f64::from(*e));
    let of_bias = errors.sum_axis(Axis(0));
    gradient[outputs * inputs..].iter_mut().zip(&of_bias).for_each(|(g, e)| *g += f64::from(*e));
}

/// Minimizes a smooth function plus half of `pull` times the squared norm of the weights, starting at zero, by L-BFGS
/// (J. Nocedal 1980).
fn minimize(size: usize, function: impl Fn(&[f64]) -> (f64, Vec<f64>), pull: f64) -> Vec<f64> {
    let pulled = |w: &[f64]| {
        let (mut value, mut gradient) = function(w);
        value += 0.5 * pull * dot(w, w);
        gradient.iter_mut().zip(w).for_each(|(g, w)| *g += pull * w);
        (value, gradient)
    };
    let mut w = vec![0.0; size];
    let (mut value, mut gradient) = pulled(&w);
    let mut history: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..ITERATIONS {
        let mut step: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut alphas = Vec::new();
        for (s, y) in history.iter().rev() {
            let alpha = dot(s, &step) / dot(s, y);
            step.iter_mut().zip(y).for_each(|(d, y)| *d -= alpha * y);
            alphas.push(alpha);
        }
        match history.last() {
            Some((s, y)) => step.iter_mut().for_each(|d| *d *= dot(s, y) / dot(y, y)),
            None => {
                let length = dot(&gradient, &gradient).sqrt().max(1e-12);
                step.iter_mut().for_each(|d| *d /= length);
            }
        }
        for ((s, y), alpha) in history.iter().zip(alphas.iter().rev()) {
            let beta = dot(y, &step) / dot(s, y);
            step.iter_mut().zip(s).for_each(|(d, s)| *d += (alpha - beta) * s);
        }
        let slope = dot(&gradient, &step);
        let mut length = 1.0;
        let (next, next_value, next_gradient) = loop {
            let next: Vec<f64> = w.iter().zip(&step).map(|(w, d)| w + length * d).collect();
            let (v, g) = pulled(&next);
            if v <= value + 1e-4 * length * slope || length < 1e-6 {
                break (next, v, g);
            }
            length *= 0.5;
        };
        let s: Vec<f64> = next.iter().zip(&w).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let little = (value - next_value).abs() < 1e-6 * value.abs();
        if dot(&s, &y) > 1e-12 {
            history.push((s, y));
            if history.len() > 12 {
                history.remove(0);
            }
        }
        (w, value, gradient) = (next, next_value, next_gradient);
        if little {
            break;
        }
    }
    w
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
