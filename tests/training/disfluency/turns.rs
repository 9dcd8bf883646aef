//! Reads the turns that the models of disfluencies learn from and are measured on.
//!
//! A turn is a line of JSON with `id` and `turn`, the words with marks inside (README.md says by which protocol):
//! `[I was +] I went` words given up and what replaces them, `[we went to /] I forget` words given up for another clause,
//! `[the pro- +] the project` with a cut-off word, `{or rather}` an editing term, `<like>` a discourse marker.

use std::ops::Range;

use aloud::english::{is_filled_pause, normalized};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    id: String,
    turn: String,
}

/// What was given up for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    /// The same words again.
    Repetition,
    /// Other words instead.
    OtherWords,
    /// Another clause instead.
    OtherClause,
    /// A word was cut off, whatever came then.
    CutOff,
}

/// Words given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    pub given: Given,
    /// The first and the last word.
    pub first: usize,
    pub last: usize,
    /// Where what replaces them begins.
    pub next: usize,
}

/// A turn with its truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub id: String,
    pub words: Vec<String>,
    pub given_up: Vec<GivenUp>,
    /// The first word of every discourse marker that is a filler.
    pub markers: Vec<usize>,
    /// Words that a silence follows; no file has any.
    pub silences: Vec<usize>,
}

impl Turn {
    /// A turn in which nothing is given up and no marker stands.
    pub fn fluent(id: String, words: Vec<String>) -> Self {
        Self { id, words, given_up: Vec::new(), markers: Vec::new(), silences: Vec::new() }
    }
}

/// The turns of a file.
pub fn turns(jsonl: &str) -> Vec<Turn> {
    let lines = jsonl.lines().filter(|l| !l.trim().is_empty());
    lines
        .map(|line| {
            let line: Line = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
            turn(line.id, &line.turn)
        })
        .collect()
}

fn turn(id: String, marked: &str) -> Turn {
    let mut turn = Turn::fluent(id, Vec::new());
    let (mut open, mut closed, mut is_term, mut term) = (None, Vec::new(), false, Vec::new());
    for token in marked.split_whitespace() {
        let at = turn.words.len();
        if matches!(token, "+]" | "/]") {
            let first = open.take().unwrap_or_else(|| panic!("{}: {token} closes nothing", turn.id));
            closed.push((first, at - 1, token == "/]"));
            continue;
        }
        let token = match token.strip_prefix('[') {
            Some(rest) => {
                assert!(open.is_none(), "{}: no repair inside another", turn.id);
                open = Some(at);
                rest
            }
            None => token,
        };
        if token.starts_with('<') {
            turn.markers.push(at);
        }
        is_term |= token.starts_with(['<', '{']);
        term.push(is_term);
        is_term &= !token.contains(['>', '}']);
        turn.words.push(token.replace(['<', '>', '{', '}'], ""));
    }
    assert!(open.is_none(), "{}: a repair is left open", turn.id);
    for (first, last, other_clause) in closed {
        let next = (last + 1..turn.words.len()).find(|i| !term[*i]).unwrap_or(turn.words.len());
        turn.given_up.push(GivenUp {
            given: given(&turn.words, first..last + 1, next, other_clause),
            first,
            last,
            next,
        });
    }
    turn
}

/// What was given up for what, by the words.
fn given(words: &[String], range: Range<usize>, next: usize, other_clause: bool) -> Given {
    if words[range.clone()].iter().any(|w| w.trim_end_matches([',', '.']).ends_with('-') && !w.ends_with("--")) {
        return Given::CutOff;
    }
    let said = |words: &[String], most: usize| -> Vec<String> {
        words.iter().filter(|w| !is_filled_pause(w)).take(most).map(|w| normalized(w)).collect()
    };
    let old = said(&words[range], usize::MAX);
    if other_clause {
        Given::OtherClause
    } else if said(&words[next..], old.len()) == old {
        Given::Repetition
    } else {
        Given::OtherWords
    }
}
