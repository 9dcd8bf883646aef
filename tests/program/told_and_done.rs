//! Whether a take did what the one before was told: strong answers with one fault, against the same answers with that fault
//! mended, or with another change and the fault as it was.
//!
//! The weights that come with the program were trained on these answers: with `ALOUD_STORY_WEIGHTS` the test runs with
//! others, and with `ALOUD_STORY_ANSWERS` on other answers.

use std::collections::BTreeMap;

use crate::common::ours::with_we;
use crate::story_holds::{answers, brief, report};
use aloud::app::history::last_time::{Outcome, followed};
use aloud::codes::Code;

/// The pairs of each kind: those with the fault mended, and those without.
const PAIRS: usize = 20;
/// How many of the pairs of both kinds must be judged rightly.
const RIGHT: usize = 38;
/// Impressive sentences that say nothing.
const EMPTY: [&str; 3] = [
    "We drove operational excellence across the whole value chain.",
    "I leveraged my core competencies to unlock efficiencies for our stakeholders.",
    "It was a win-win that exceeded all expectations and delivered significant value.",
];
/// A sentence that mends nothing.
const NEUTRAL: &str = "It was a wet Tuesday in November.";

/// Returns an answer with one fault; `None` if it has nothing to take away.
fn with_fault(sentences: &[(String, char)], code: Code) -> Option<Vec<String>> {
    let without = |labels: &[char]| -> Vec<String> {
        sentences.iter().filter(|(_, label)| !labels.contains(label)).map(|(text, _)| text.clone()).collect()
    };
    let all = without(&[]);
    let faulty: Vec<String> = match code {
        Code::NoResult => without(&['R']),
        Code::NoSteps => without(&['A']),
        Code::NoSetting => without(&['S', 'T']),
        Code::OwnPart => all.iter().map(|text| with_we(text)).collect(),
        _ => all.iter().cloned().chain(EMPTY.map(String::from)).collect(),
    };
    (faulty != all && faulty.len() >= 3).then_some(faulty)
}

#[test]
fn what_was_told_is_said_to_be_done_only_when_it_is() {
    let brief = brief();
    let kinds = [Code::NoResult, Code::OwnPart, Code::EmptyWords, Code::NoSteps, Code::NoSetting];
    let strong: Vec<_> = answers().into_iter().filter(|a| a.strong).collect();
    let (mut right, mut wrong, mut told_of) = (0, Vec::new(), BTreeMap::<String, [usize; 4]>::new());
    let mut counts = [0, 0];
    // Every fault takes its turn, in answers of every set.
    for i in 0..kinds.len() * strong.len() {
        let (answer, code) = (&strong[(i * 7) % strong.len()], kinds[i % kinds.len()]);
        if counts == [PAIRS; 2] {
            break;
        }
        let Some(faulty) = with_fault(&answer.sentences, code) else { continue };
        let before = report(&faulty, &answer.question, &brief);
        if before.score.priorities.iter().all(|p| p.code != Some(code)) {
            continue;
        }
        let is_mended = counts[0] <= counts[1];
        let after: Vec<String> = if is_mended {
            answer.text().iter().map(|text| (*text).to_string()).collect()
        } else {
            [NEUTRAL.to_string()].into_iter().chain(faulty.clone()).collect()
        };
        counts[usize::from(!is_mended)] += 1;
        let after = report(&after, &answer.question, &brief);
        let found = followed(&before, &after).into_iter().find(|f| f.code == Some(code)).expect("it was told").outcome;
        let says_done = matches!(found, Outcome::Done { .. });
        let of_kind =
            told_of.entry(format!("{code:?}, {}", if is_mended { "mended" } else { "as it was" })).or_default();
        of_kind[match found {
            Outcome::Done { .. } => 0,
            Outcome::Open { .. } => 1,
            Outcome::Unsure => 2,
        }] += 1;
        if says_done == is_mended {
            right += 1;
        } else {
            wrong.push(format!("{} {code:?} mended: {is_mended}: {found:?}", answer.id));
        }
    }
    for (kind, [done, open, unsure, _]) in &told_of {
        eprintln!("{kind}: done {done}, still to do {open}, nothing said {unsure}");
    }
    assert_eq!(counts, [PAIRS; 2]);
    assert!(right >= RIGHT, "{right} of {}: {wrong:#?}", 2 * PAIRS);
}
