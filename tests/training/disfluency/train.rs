//! Learns `models/disfluency.weights` from marked turns, and measures them.
//!
//! usage: train-disfluency [--out FILE] [--folds N] TURNS.jsonl... [--answers ANSWERS.jsonl...] [--held-out TURNS.jsonl]...
//!        [--cases CASES.jsonl]... [--fluent ANSWERS.jsonl]...
//!
//! `turns.rs` says what a turn is. Answers (as the story learns from, [`sentences`] of `text`) are fluent: from them come
//! examples of fluency, and disfluent ones made by repeating, cutting off and replacing words. With `--folds` nothing is
//! written: what was learned from the other turns is measured on each part. Cases are those of `tests/fixtures/repairs.jsonl`, of which the even ids are measured; of fluent answers
//! that nothing was learned from it is printed what is reported. The same files always give the same weights.

#[path = "../random.rs"]
mod random;
mod turns;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::PathBuf;

use aloud::disfluency::discourse_markers::{describe_like, discourse_markers_by};
use aloud::disfluency::fingerprint;
use aloud::disfluency::log_linear::{DisfluencyWeights, name};
use aloud::disfluency::repairs::{RepairFinder, RepairKind};
use aloud::disfluency::spoken::WordWithPauses;
use aloud::english::{
    classes::{class, is_closed},
    is_filled_pause, normalized,
};
use random::Random;
use serde::Deserialize;
use turns::{Given, GivenUp, Turn, turns};

/// A smaller weight is left out of the file.
const LEAST_WEIGHT: f64 = 0.08;
/// Strength of the pull of weights towards zero: one over the variance that is expected of a weight.
const PULL: f32 = 1.0;
const PULL_LIKE: f32 = 3.0;
/// How far a step goes.
const RATE: f32 = 0.2;
/// How often every example is seen.
const PASSES: usize = 8;
/// A feature seen in fewer examples is not learned.
const FEWEST: u32 = 6;
/// How long a silence is made, in seconds.
const SILENCE_S: f64 = 0.5;
/// How many parallel clauses are made.
const PARALLELS: usize = 320;
/// How much an answer made disfluent counts beside a turn that somebody marked.
const MADE_WEIGHT: f64 = 0.3;
/// From which probability on a repair is reported: precision before recall.
const LEAST_SURE_REPETITION: f64 = 0.2;
const LEAST_SURE_FALSE_START: f64 = 0.62;

#[derive(Deserialize)]
struct Answer {
    sentences: Vec<Sentence>,
}

/// A case of `tests/fixtures/repairs.jsonl`.
#[derive(Deserialize)]
struct Case {
    id: u64,
    text: String,
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    kind: String,
    /// The first word given up.
    word: usize,
}

#[derive(Deserialize)]
struct Sentence {
    text: String,
}

fn main() {
    let (mut out, mut folds) = (PathBuf::from("models/disfluency.weights"), 0);
    let [mut files, mut answers, mut held_out, mut cases, mut unseen] = [const { Vec::<String>::new() }; 5];
    let mut arguments = std::env::args().skip(1).peekable();
    let mut reads_answers = false;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
        match argument.as_str() {
            "--out" => out = PathBuf::from(value()),
            "--folds" => folds = value().parse().expect("a number"),
            "--held-out" => held_out.push(value()),
            "--cases" => cases.push(value()),
            "--fluent" => unseen.push(value()),
            "--answers" => reads_answers = true,
            _ if reads_answers => answers.push(argument),
            _ => files.push(argument),
        }
    }
    let read = |file: &String| std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{file}: {e}"));
    let marked: Vec<Turn> = files.iter().flat_map(|f| turns(&read(f))).collect();
    let fluent = pairs_of_sentences(&answers.iter().map(read).collect::<String>());
    let made = if fluent.is_empty() { Vec::new() } else { made(&fluent) };
    if folds > 0 {
        let mut scores = Scores::default();
        for fold in 0..folds {
            let part = |own: bool| -> Vec<Turn> {
                marked.iter().enumerate().filter(|(i, _)| (i % folds == fold) == own).map(|(_, t)| t.clone()).collect()
            };
            let weights = DisfluencyWeights::parse(&learn(&part(false), &made)).expect("weights");
            part(true).iter().flat_map(variants).for_each(|t| scores.add(&t, &weights));
        }
        println!("{folds} folds:\n{scores}");
    } else if !marked.is_empty() {
        std::fs::write(&out, learn(&marked, &made)).expect("the weights are written");
    }
    let weights = DisfluencyWeights::load(&out).expect("what was written");
    let mut measured: Vec<(String, Vec<Turn>)> = held_out.iter().map(|f| (f.clone(), turns(&read(f)))).collect();
    measured.extend(cases.iter().map(|f| (f.clone(), cases_of(&read(f)))));
    for (name, turns) in measured {
        for least_sure in [0.3, 0.45, 0.55, 0.6, 0.62, 0.64, 0.66, 0.7] {
            let weights = DisfluencyWeights { min_false_start_probability: least_sure, ..weights.clone() };
            println!("{name}, false starts from {least_sure}:\n{}\n", Scores::of(&turns, &weights, false));
        }
        println!("{name}:\n{}\n", Scores::of(&turns, &weights, true));
    }
    for file in unseen {
        let mut words = 0;
        for text in pairs_of_sentences(&read(&file)) {
            words += text.len();
            let turn = Turn::fluent(file.clone(), text);
            let mut found = RepairFinder::of(&spoken(&turn), &is_filled_pause).repairs(&weights);
            found.retain(|f| f.kind == RepairKind::FalseStart);
            for f in found {
                let [given_up, next] = [f.first..f.last + 1, f.last + 1..(f.last + 8).min(turn.words.len())]
                    .map(|range| turn.words[range].join(" "));
                println!("{:.2} [{given_up}] {next}", f.confidence);
            }
        }
        println!("{file}: {words} words\n");
    }
}

/// The sentences of answers, as words: two together, as nothing may be written between them.
fn pairs_of_sentences(jsonl: &str) -> Vec<Vec<String>> {
    let mut fluent = Vec::new();
    for line in jsonl.lines() {
        let answer: Answer = serde_json::from_str(line).expect("an answer");
        let texts: Vec<&str> = answer.sentences.iter().map(|s| s.text.as_str()).collect();
        fluent.extend(texts.chunks(2).map(|pair| pair.join(" ").split_whitespace().map(str::to_string).collect()));
    }
    fluent
}

/// The cases that nothing was learned from, with the first word of what was given up.
fn cases_of(jsonl: &str) -> Vec<Turn> {
    let cases = jsonl.lines().map(|line| serde_json::from_str::<Case>(line).expect("a case"));
    let given_up = |e: &Event| {
        let given = if e.kind == "repetition" { Given::Repetition } else { Given::OtherWords };
        GivenUp { given, first: e.word, last: e.word, next: e.word + 1 }
    };
    let turn = |case: Case| Turn {
        id: case.id.to_string(),
        words: case.text.split_whitespace().map(str::to_string).collect(),
        given_up: case.events.iter().map(given_up).collect(),
        markers: Vec::new(),
        silences: Vec::new(),
    };
    cases.filter(|case| case.id.is_multiple_of(2)).map(turn).collect()
}

/// The examples of one model, with the names of their features. An example has choices, and each of these features;
/// which choices are right is marked, and none of them means "nothing here".
#[derive(Default)]
struct Lessons {
    names: HashMap<String, u32>,
    /// The features of all choices, one choice after the other.
    features: Vec<u32>,
    /// Where each choice ends among the features, and whether it is right.
    choices: Vec<(usize, bool)>,
    /// Where each example ends among the choices, and its weight.
    examples: Vec<(usize, f64)>,
}

impl Lessons {
    /// Adds a choice to the example that is not finished.
    fn add(&mut self, is_right: bool, describe: impl FnOnce(&mut dyn FnMut(&[&str]))) {
        describe(&mut |parts| {
            let next = u32::try_from(self.names.len()).expect("fewer features");
            self.features.push(*self.names.entry(name(parts)).or_insert(next));
        });
        self.choices.push((self.features.len(), is_right));
    }

    /// Finishes an example.
    fn finish(&mut self, weight: f64) {
        self.examples.push((self.choices.len(), weight));
    }

    /// Weights by name: maximum likelihood by AdaGrad (J. Duchi et al. 2011), the mean of all steps but the first pass's.
    fn learn(self, pull: f32) -> BTreeMap<String, f64> {
        let mut seen = vec![0_u32; self.names.len()];
        self.features.iter().for_each(|f| seen[*f as usize] += 1);
        let mut w = vec![0.0_f32; self.names.len()];
        let mut squares = vec![1e-6_f32; self.names.len()];
        let mut sum = vec![0.0_f32; self.names.len()];
        let mut order: Vec<usize> = (0..self.examples.len()).collect();
        let mut random = Random(5);
        for pass in 0..PASSES {
            (1..order.len()).rev().for_each(|i| order.swap(i, random.below((i + 1) as f64) as usize));
            for example in &order {
                self.step(*example, pull, &seen, &mut w, &mut squares);
            }
            if pass > 0 {
                sum.iter_mut().zip(&w).for_each(|(s, w)| *s += w / (PASSES - 1) as f32);
            }
        }
        let frequent = self.names.into_iter().filter(|(_, i)| seen[*i as usize] >= FEWEST);
        frequent.map(|(name, i)| (name, f64::from(sum[i as usize]))).collect()
    }

    /// One step down the loss of an example.
    fn step(&self, example: usize, pull: f32, seen: &[u32], w: &mut [f32], squares: &mut [f32]) {
        let (end, weight) = self.examples[example];
        let begin = example.checked_sub(1).map_or(0, |e| self.examples[e].0);
        let features = |choice: usize| {
            let from = choice.checked_sub(1).map_or(0, |c| self.choices[c].0);
            let all = &self.features[from..self.choices[choice].0];
            all.iter().map(|f| *f as usize).filter(|f| seen[*f] >= FEWEST)
        };
        let scores: Vec<f32> = (begin..end).map(|c| features(c).map(|f| w[f]).sum::<f32>().min(30.0).exp()).collect();
        let is_right = |i: usize| self.choices[begin + i].1;
        let all = 1.0 + scores.iter().sum::<f32>();
        let hit: f32 = (0..scores.len()).filter(|i| is_right(*i)).map(|i| scores[i]).sum();
        for (i, score) in scores.iter().enumerate() {
            let share = if is_right(i) { score / hit.max(1e-20) } else { 0.0 };
            let error = weight as f32 * (score / all - share);
            if error.abs() < 1e-4 {
                continue;
            }
            for f in features(begin + i) {
                let slope = error + pull * w[f] / seen[f] as f32;
                squares[f] += slope * slope;
                w[f] -= RATE * slope / squares[f].sqrt();
            }
        }
    }
}

/// The file of weights.
fn learn(marked: &[Turn], made: &[Turn]) -> String {
    let (mut repairs, mut like) = (Lessons::default(), Lessons::default());
    for turn in marked {
        let variants = variants(turn);
        for variant in &variants {
            add_repairs(&mut repairs, variant, 1.0 / variants.len() as f64);
            add_likes(&mut like, variant, 1.0 / variants.len() as f64);
        }
    }
    made.iter().for_each(|turn| add_repairs(&mut repairs, turn, MADE_WEIGHT));
    let mut text = format!("fingerprint\tfeatures\t{:x}\n", fingerprint());
    _ = writeln!(text, "least\trepetition\t{LEAST_SURE_REPETITION}\nleast\tfalse_start\t{LEAST_SURE_FALSE_START}");
    for (what, lessons, pull) in [("repairs", repairs, PULL), ("like", like, PULL_LIKE)] {
        for (name, weight) in lessons.learn(pull).iter().filter(|(_, w)| w.abs() >= LEAST_WEIGHT) {
            _ = writeln!(text, "{what}\t{name}\t{weight:.2}");
        }
    }
    text
}

fn spoken(turn: &Turn) -> Vec<WordWithPauses<'_>> {
    let after = |i: usize| Some(if turn.silences.contains(&i) { SILENCE_S } else { 0.0 });
    let word = |i: usize| WordWithPauses {
        text: turn.words[i].as_str(),
        pause_before_s: i.checked_sub(1).and_then(after),
        pause_after_s: after(i),
    };
    (0..turn.words.len()).map(word).collect()
}

fn add_repairs(lessons: &mut Lessons, turn: &Turn, weight: f64) {
    let talk = RepairFinder::of(&spoken(turn), &is_filled_pause);
    let places = talk.word_indices();
    // A filled pause at an edge of what was given up is no token.
    let tokens_in = |g: &GivenUp| -> Option<(usize, usize)> {
        let first = places.iter().position(|p| *p >= g.first)?;
        let last = places.iter().rposition(|p| *p <= g.last)?;
        (first <= last).then_some((first, last))
    };
    let given_up: Vec<(usize, usize)> = turn.given_up.iter().filter_map(tokens_in).collect();
    for last in 0..places.len() {
        let candidates = talk.candidates(last);
        if candidates.is_empty() {
            continue;
        }
        let truth = given_up.iter().find(|(_, l)| *l == last);
        let right: Vec<usize> = truth.map_or(Vec::new(), |(first, _)| {
            let earliest = candidates.iter().map(|c| c.first).min().expect("there are candidates").max(*first);
            (0..candidates.len()).filter(|i| candidates[*i].first == earliest).collect()
        });
        for (i, candidate) in candidates.iter().enumerate() {
            lessons.add(right.contains(&i), |add| talk.describe(*candidate, add));
        }
        lessons.finish(weight);
    }
}

fn add_likes(lessons: &mut Lessons, turn: &Turn, weight: f64) {
    let words = spoken(turn);
    for word in (0..words.len()).filter(|i| normalized(words[*i].text) == "like") {
        lessons.add(turn.markers.contains(&word), |add| describe_like(&words, word, add));
        lessons.finish(weight);
    }
}

/// A turn as it was marked, with what transcripts write where words were given up, and without any marks.
fn variants(turn: &Turn) -> Vec<Turn> {
    let mut random = Random(1 + turn.id.bytes().fold(7, |sum, b| (sum * 31 + u64::from(b)) % 100_003));
    random.below(1.0);
    let mut interrupted = turn.clone();
    for given_up in &turn.given_up {
        let word = &mut interrupted.words[given_up.last];
        if word.ends_with(char::is_alphanumeric) {
            word.push_str(if random.below(1.0) < 0.8 { "," } else { "--" });
        }
    }
    let mut all = vec![turn.clone(), interrupted, bare(turn)];
    all.dedup_by(|a, b| a.words == b.words);
    all.push(paused(turn, &mut random));
    all
}

/// A turn without marks, with the silences that speakers make: where words are given up, around markers, and elsewhere.
fn paused(turn: &Turn, random: &mut Random) -> Turn {
    let mut silences = Vec::new();
    for (i, word) in turn.words.iter().enumerate() {
        let interrupted = turn.given_up.iter().any(|g| g.last == i);
        let beside_marker = turn.markers.contains(&i) || turn.markers.contains(&(i + 1));
        let chance = match word.chars().last() {
            _ if interrupted => 0.5,
            _ if beside_marker => 0.4,
            Some(',' | '.' | '?' | '!') => 0.5,
            _ => 0.05,
        };
        if random.below(1.0) < chance {
            silences.push(i);
        }
    }
    Turn { silences, ..bare(turn) }
}

/// A turn without marks and in lower case; a cut-off keeps its hyphen.
fn bare(turn: &Turn) -> Turn {
    let bare = |word: &String| word.trim_end_matches([',', '.', '?', '!']).to_lowercase();
    Turn { words: turn.words.iter().map(bare).collect(), ..turn.clone() }
}

/// Fluent sentences as they are, and made disfluent.
fn made(fluent: &[Vec<String>]) -> Vec<Turn> {
    let mut random = Random(3);
    let mut of_class: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for word in fluent.iter().flatten() {
        let bare = normalized(word);
        of_class.entry(class(&bare)).or_default().push(bare);
    }
    let mut turns: Vec<Turn> = (0..PARALLELS).map(|i| parallel(i, &of_class, &mut random)).collect();
    for (i, sentence) in fluent.iter().enumerate().filter(|(_, s)| s.len() >= 4) {
        let id = format!("made {i}");
        let fluent_turn = Turn::fluent(id, sentence.clone());
        if i.is_multiple_of(2) {
            turns.push(if random.below(1.0) < 0.4 { bare(&fluent_turn) } else { fluent_turn });
            continue;
        }
        let n = sentence.len();
        let below = |most: usize, random: &mut Random| random.below(most as f64) as usize;
        // People begin again near the beginning of clauses more than elsewhere.
        let at = below(n.min(if random.below(1.0) < 0.5 { 4 } else { n }) - 1, &mut random);
        let lower = |w: &String| w.trim_end_matches(|c: char| !c.is_alphanumeric()).to_string();
        let length = 1 + below(3.min(at + 1), &mut random);
        let mut given: Vec<String> = sentence[at + 1 - length..=at].iter().map(lower).collect();
        let last = given.len() - 1;
        let kind = random.below(1.0);
        let mut rest: Vec<String> = sentence[at + 1 - length..].to_vec();
        // Said again are grammar's words, and phrases that begin with one; a content word is doubled to be felt.
        if kind < 0.4 && !is_closed(class(&normalized(&given[0]))) {
            continue;
        }
        if kind < 0.4 {
            // Said again.
        } else if kind < 0.55 {
            let letters: Vec<char> = given[last].chars().collect();
            if letters.len() < 3 {
                continue;
            }
            let keep = 1 + below(letters.len().min(5) - 1, &mut random);
            given[last] = letters[..keep].iter().chain(&['-']).collect();
            // The word may be dropped for what comes after it.
            if random.below(1.0) < 0.25 && rest.len() > length {
                rest.remove(length - 1);
            }
        } else if kind < 0.85 {
            let bare = normalized(&given[last]);
            let others = &of_class[class(&bare)];
            let other = &others[below(others.len(), &mut random)];
            if *other == bare {
                continue;
            }
            given[last] = other.clone();
        } else {
            // The beginning of another sentence.
            let other = &fluent[below(fluent.len(), &mut random)];
            if other.len() < 4 {
                continue;
            }
            given = other[..2 + below(other.len().min(7) - 2, &mut random)].iter().map(lower).collect();
            rest.clone_from(sentence);
        }
        let before = sentence[..n - rest.len().min(n)].to_vec();
        let before = if kind < 0.85 { sentence[..at + 1 - length].to_vec() } else { before };
        let first = before.len();
        let last = first + given.len() - 1;
        let mut words = before;
        words.extend(given);
        if random.below(1.0) < 0.4 && !words[last].ends_with('-') {
            words[last].push_str(if random.below(1.0) < 0.8 { "," } else { "--" });
        }
        if random.below(1.0) < 0.2 {
            words.push(["um,", "uh,", "uh", "um"][below(4, &mut random)].to_string());
        }
        if random.below(1.0) < 0.1 {
            words.extend(["you know", "I mean", "like", "well"][below(4, &mut random)].split(' ').map(str::to_string));
        }
        let next = words.len();
        words.extend(rest);
        let given_up = vec![GivenUp { given: Given::OtherWords, first, last, next }];
        let turn = Turn { id: format!("made {i}"), words, given_up, markers: Vec::new(), silences: Vec::new() };
        turns.push(if random.below(1.0) < 0.4 { bare(&turn) } else { turn });
    }
    turns
}

/// Clauses that say the same of different things or different things of the same, and doubled adjectives: they look like
/// repairs and are none.
fn parallel(i: usize, of_class: &BTreeMap<&str, Vec<String>>, random: &mut Random) -> Turn {
    let mut below = |most: usize| random.below(most as f64) as usize;
    let mut any = |class: &str| of_class[class][below(of_class[class].len())].clone();
    let subject = ["I", "we", "he", "she", "they", "it", "you"][i % 7];
    let noun = any("noun");
    let text = match i % 8 {
        0 => format!("{subject} {} it, {subject} {} it, {subject} {} it.", any("past"), any("past"), any("past")),
        1 => format!("The {noun} was {}, the {noun} was {}.", any("adjective"), any("adjective")),
        2 => format!("The {} was {}, the {} was {}.", any("noun"), any("adjective"), any("noun"), any("adjective")),
        3 => format!("{subject} {} the {noun}, {subject} {} the {}.", any("past"), any("past"), any("noun")),
        4 => {
            let adjective = any("adjective");
            format!("It was a {adjective}, {adjective} {noun}.")
        }
        5 => format!("When {subject} {} the {noun}, {subject} {} the {}.", any("past"), any("past"), any("noun")),
        6 => format!("{subject} was {}, {subject} was {}.", any("adjective"), any("adjective")),
        _ => {
            format!("{subject} {} {subject} {} the {noun}.", ["hope", "think", "guess", "said"][i / 8 % 4], any("past"))
        }
    };
    let words = text.split_whitespace().map(str::to_string).collect();
    let turn = Turn::fluent(format!("parallel {i}"), words);
    if i.is_multiple_of(3) { bare(&turn) } else { turn }
}

/// Counts of what was found.
#[derive(Default)]
struct Scores {
    /// Found of all, by what was given up for what.
    of: BTreeMap<Given, [usize; 2]>,
    /// Right of all that were reported: repetitions, false starts.
    reported: [[usize; 2]; 2],
    /// "like": right, missed, wrong.
    like: [usize; 3],
    prints: bool,
}

impl Scores {
    fn of(turns: &[Turn], weights: &DisfluencyWeights, prints: bool) -> Self {
        let mut scores = Self { prints, ..Self::default() };
        turns.iter().for_each(|t| scores.add(t, weights));
        scores
    }

    fn add(&mut self, turn: &Turn, weights: &DisfluencyWeights) {
        let words = spoken(turn);
        let found = RepairFinder::of(&words, &is_filled_pause).repairs(weights);
        let meets = |g: &GivenUp, first: usize, last: usize| g.first <= last && first <= g.last;
        let mut all_right = true;
        for g in &turn.given_up {
            let is_found = found.iter().any(|f| meets(g, f.first, f.last));
            let counts = self.of.entry(g.given).or_default();
            counts[0] += usize::from(is_found);
            counts[1] += 1;
            all_right &= is_found;
        }
        for f in &found {
            let is_right = turn.given_up.iter().any(|g| meets(g, f.first, f.last));
            let counts = &mut self.reported[usize::from(f.kind == RepairKind::FalseStart)];
            counts[0] += usize::from(is_right);
            counts[1] += 1;
            all_right &= is_right;
        }
        let markers = discourse_markers_by(&words, &[], weights);
        for word in (0..words.len()).filter(|i| normalized(words[*i].text) == "like") {
            let (truth, called) = (turn.markers.contains(&word), markers.iter().any(|m| m.first == word));
            match (truth, called) {
                (true, true) => self.like[0] += 1,
                (true, false) => self.like[1] += 1,
                (false, true) => self.like[2] += 1,
                (false, false) => {}
            }
            all_right &= truth == called;
        }
        if self.prints && !all_right {
            let reported: Vec<String> = found
                .iter()
                .map(|f| format!("{} {:.2}", turn.words[f.first..=f.last].join(" "), f.confidence))
                .collect();
            println!("{}: {} {reported:?}", turn.id, turn.words.join(" "));
        }
    }
}

impl std::fmt::Display for Scores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |[some, all]: [usize; 2]| some as f64 / all.max(1) as f64;
        for (given, counts) in &self.of {
            writeln!(f, "{given:?}: found {} of {} ({:.3})", counts[0], counts[1], share(*counts))?;
        }
        for (name, counts) in ["repetitions", "false starts"].iter().zip(self.reported) {
            writeln!(f, "{name} reported: right {} of {} ({:.3})", counts[0], counts[1], share(counts))?;
        }
        let [hit, missed, wrong] = self.like;
        write!(
            f,
            "like: P {:.3} R {:.3} F1 {:.3}",
            share([hit, hit + wrong]),
            share([hit, hit + missed]),
            share([2 * hit, 2 * hit + missed + wrong])
        )
    }
}
