//! Twins: copies of an answer, each changed in one way, with a coach's marks adapted to the change.
//!
//! Coaches marked answers as people gave them, and people seldom give an answer in a muddled order or stop before the
//! end. A twin shows the detectors such an answer next to the same answer without the fault.

use aloud::app::questions;
use aloud::codes::Code;
use aloud::story::AnswerKind;
use aloud::story::relevance::topic_of_question;

use super::coached::Gold;
use super::ours::with_we;
use super::{Answer, Labelled, Random};

/// Empty but impressive sentences with which people pad answers.
const EMPTY: [&str; 16] = [
    "We drove operational excellence across the whole value chain.",
    "This was a real paradigm shift for our stakeholders.",
    "I aligned cross-functional teams around a shared vision.",
    "In the end it delivered significant value and best-in-class outcomes.",
    "As a result our engagement metrics went up by thirty percent across the board.",
    "I leveraged my core competencies to unlock efficiencies.",
    "It was a win-win that exceeded all expectations.",
    "We optimised our processes and achieved measurable impact.",
    "My proactive mindset moved the needle for the business.",
    "This resulted in improved synergy and a twenty-five percent uplift in performance.",
    "I took a holistic, data-driven approach to maximise impact.",
    "We empowered the team to innovate at pace and scale.",
    "Overall the initiative generated robust, sustainable results.",
    "I championed continuous improvement and thought leadership.",
    "It increased productivity and KPIs by half, which everybody recognised.",
    "We streamlined workflows end to end and added value at every touchpoint.",
];
/// The number of empty sentences that make an answer count as padded; a single one does not.
const STUFFED: usize = 3;
/// The minimum number of sentences for an answer to be shuffled: a shorter one has too little order to lose.
const FEWEST_TO_MIX: usize = 5;
/// The codes that a coach mentions before all others, gravest first.
const GRAVE: [Code; 6] =
    [Code::NoEvent, Code::OtherQuestion, Code::NoSteps, Code::TooShort, Code::Blame, Code::EmptyWords];

/// An answer changed in one way.
pub struct Twin {
    /// The question that the twin answers.
    pub question: String,
    /// The sentences, each with its index in the original answer; added sentences have the indices after those.
    pub sentences: Vec<(String, usize)>,
    /// A coach's marks for the twin.
    pub gold: Gold,
}

/// Returns the twins of an answer. `questions` are the questions of its set.
pub fn twins(answer: &Answer, gold: &Gold, questions: &[&str]) -> Vec<Twin> {
    let mut random = Random(answer.id.bytes().fold(1, |seed, b| seed * 31 + u64::from(b)));
    let all: Vec<(String, usize)> = answer.sentences.iter().enumerate().map(|(i, s)| (s.text.clone(), i)).collect();
    let own = || answer.question.clone();
    let mut found = Vec::new();

    let is_result =
        |(i, s): (usize, &Labelled)| s.label == 'R' || gold.result.contains(&i) || gold.figures.contains(&i);
    let results: Vec<usize> = answer.sentences.iter().enumerate().filter(|s| is_result(*s)).map(|s| s.0).collect();
    if !results.is_empty() && results.len() + 1 < all.len() && !gold.says(Code::NoResult) {
        let mut gold = gold.without(&[Code::VagueResult, Code::ResultNotYours]).with(Code::NoResult);
        gold.result.clear();
        gold.figures.clear();
        let sentences = all.iter().filter(|s| !results.contains(&s.1)).cloned().collect();
        found.push(Twin { question: own(), sentences, gold });
    }

    if all.len() >= FEWEST_TO_MIX && !gold.says(Code::NoEvent) {
        let mut sentences = all.clone();
        (1..all.len()).rev().for_each(|i| sentences.swap(i, random.below((i + 1) as f64) as usize));
        found.push(Twin { question: own(), sentences, gold: gold.with(Code::Order) });
    }

    for count in [1, STUFFED] {
        let start = random.below(EMPTY.len() as f64) as usize;
        let empty = (0..count).map(|k| (EMPTY[(start + 5 * k) % EMPTY.len()].to_string(), all.len() + k));
        let mut gold = if count == STUFFED { gold.with(Code::EmptyWords) } else { gold.clone() };
        if gold.says(Code::EmptyWords) {
            gold.shows.entry(Code::EmptyWords).or_default().extend(all.len()..all.len() + count);
        }
        found.push(Twin { question: own(), sentences: all.iter().cloned().chain(empty).collect(), gold });
    }

    let ours: Vec<(String, usize)> = all.iter().map(|(text, i)| (with_we(text), *i)).collect();
    if ours != all && !gold.says(Code::NoSteps) && !gold.says(Code::NoEvent) {
        let mut gold = gold.with(Code::OwnPart);
        let changed = (0..all.len()).filter(|i| ours[*i] != all[*i] && answer.sentences[*i].label == 'A').collect();
        gold.shows.insert(Code::OwnPart, changed);
        found.push(Twin { question: own(), sentences: ours, gold });
    }

    let topic = topic_of_question(&answer.question);
    let far = |q: &&&str| topic_of_question(q).is_some_and(|t| Some(t) != topic);
    let far: Vec<&str> = questions.iter().filter(far).copied().collect();
    if topic.is_some() && !far.is_empty() && !gold.says(Code::OtherQuestion) {
        let question = far[random.below(far.len() as f64) as usize].to_string();
        let asked = questions::resolve(&question).expect("a question");
        let asks_for_one = AnswerKind::of(Some(&asked)) == AnswerKind::PastStory;
        let mut gold = gold.without(&[Code::NoEvent]);
        if asks_for_one && gold.event != "real" {
            gold = gold.with(Code::NoEvent);
        }
        found.push(Twin { question, sentences: all, gold: gold.with(Code::OtherQuestion) });
    }
    found
}

impl Gold {
    fn says(&self, code: Code) -> bool {
        self.holds.contains(&code)
    }

    /// Returns the same marks without some codes. If one of them came first, the first remaining code does.
    fn without(&self, codes: &[Code]) -> Self {
        let mut gold = self.clone();
        gold.holds.retain(|c| !codes.contains(c));
        gold.also_fine_first.retain(|c| !codes.contains(c));
        codes.iter().for_each(|c| drop(gold.shows.remove(c)));
        if codes.contains(&gold.first) {
            gold.first = gold.holds.first().copied().unwrap_or(Code::Ready);
        }
        gold
    }

    /// Returns the same marks with one more fault: the answer is no longer ready, and the fault comes first unless a
    /// graver one does.
    fn with(&self, code: Code) -> Self {
        let mut gold = self.without(&[Code::Ready]);
        if !gold.says(code) {
            gold.holds.push(code);
        }
        let graver = GRAVE.iter().position(|c| *c == gold.first);
        if graver.is_some_and(|g| GRAVE.iter().position(|c| *c == code).is_none_or(|c| g < c)) {
            gold.also_fine_first.push(code);
        } else {
            gold.first = code;
        }
        gold
    }
}
