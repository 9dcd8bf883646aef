//! Which known question an interviewer asks, in whatever words.

use ndarray::Array2;

use crate::app::questions::{self, Entry};
use crate::question::Question;
use crate::story::encoder::encode;

/// The nearness in meaning at or above which two questions are the same one (ours: of 56 questions in other words, 36 of which are
/// known ones, 15 are found and none is taken for another; at 0.75, two are: "a time you led a team" for one of joining a team).
const SAME: f32 = 0.80;
/// The nearness by which the nearest question has to be ahead of the next one (ours).
const AHEAD: f32 = 0.05;

/// The known questions, ready to be compared.
pub struct Known {
    bank: Vec<Entry>,
    meaning: Array2<f32>,
}

impl Known {
    /// Prepares the built-in questions and the user's own; the built-in ones alone if the user's cannot be read.
    pub fn new() -> Self {
        Self::of(questions::bank().unwrap_or_else(|_| questions::built_in_bank()))
    }

    fn of(bank: Vec<Entry>) -> Self {
        let texts: Vec<&str> = bank.iter().map(|entry| entry.text.as_str()).collect();
        let meaning = encode(&texts, texts.len()).meaning;
        Self { bank, meaning }
    }

    /// Returns the question that these words ask; `None` where that is not certain.
    pub fn question(&self, asked: &str) -> Option<Question> {
        let mut near = self.nearest(asked);
        near.sort_by(|a, b| b.1.total_cmp(&a.1));
        let (best, nearness) = *near.first()?;
        let next = near.get(1).map_or(-1.0, |next| next.1);
        (nearness >= SAME && nearness - next >= AHEAD).then(|| self.bank[best].question())
    }

    /// Returns the nearness of each known question, by its place.
    fn nearest(&self, asked: &str) -> Vec<(usize, f32)> {
        let asked = encode(&[asked], 1).meaning;
        self.meaning.dot(&asked.row(0)).into_iter().enumerate().collect()
    }
}

impl Default for Known {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Questions in the words of interviewers, each with the known question that it is; `-` if it is none.
    const ASKED: &str = include_str!("../../../tests/fixtures/practice/asked.txt");

    #[test]
    fn a_known_question_is_found_in_other_words_and_another_is_left_alone() {
        let known = Known::of(questions::built_in_bank());
        let (mut found, mut wrong, mut all) = (0, Vec::new(), 0);
        for (id, asked) in ASKED.lines().filter_map(|line| line.split_once('|')) {
            let mut near = known.nearest(asked);
            near.sort_by(|a, b| b.1.total_cmp(&a.1));
            eprintln!(
                "{id}|{}|{:.3}|{:.3}|{}|{asked}",
                known.bank[near[0].0].id, near[0].1, near[1].1, known.bank[near[1].0].id
            );
            all += usize::from(id != "-");
            match known.question(asked) {
                Some(question) if question.id.as_deref() == Some(id) => found += 1,
                Some(question) => wrong.push((asked, question.id)),
                None => {}
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(3 * found >= all, "{found} of {all}");
        for entry in &known.bank {
            assert_eq!(known.question(&entry.text).and_then(|q| q.id).as_ref(), Some(&entry.id));
        }
    }
}
