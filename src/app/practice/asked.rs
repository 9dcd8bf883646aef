//! Recognizes which known question an interviewer asks, however it is worded.

use ndarray::Array2;

use crate::app::questions::{self, Entry};
use crate::question::Question;
use crate::story::encoder::encode;

/// The minimum nearness in meaning of two questions that count as the same (ours: of 56 reworded questions, of which 36
/// are known, 15 are found, with no false positives; at 0.75, there are two, such as "a time you led a team" for a
/// question about joining a team).
const SAME: f32 = 0.80;
/// The minimum difference in nearness between the nearest question and the next one (ours).
const AHEAD: f32 = 0.05;

/// The known questions with their embeddings.
pub struct Known {
    bank: Vec<Entry>,
    meaning: Array2<f32>,
}

impl Known {
    /// Encodes the built-in questions and the user's own; only the built-in ones if the user's cannot be read.
    pub fn new() -> Self {
        Self::of(questions::bank().unwrap_or_else(|_| questions::built_in_bank()))
    }

    fn of(bank: Vec<Entry>) -> Self {
        let texts: Vec<&str> = bank.iter().map(|entry| entry.text.as_str()).collect();
        let meaning = encode(&texts, texts.len()).meaning;
        Self { bank, meaning }
    }

    /// Returns the known question that these words ask; `None` if that is uncertain.
    pub fn question(&self, asked: &str) -> Option<Question> {
        let mut near = self.nearest(asked);
        near.sort_by(|a, b| b.1.total_cmp(&a.1));
        let (best, nearness) = *near.first()?;
        let next = near.get(1).map_or(-1.0, |next| next.1);
        (nearness >= SAME && nearness - next >= AHEAD).then(|| self.bank[best].question())
    }

    /// Returns each known question's index and nearness.
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

    /// Questions in the words of interviewers, each with the id of the known question that it matches, or `-` if there
    /// is none.
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
