//! Checks of a report that is read from a file, before anything is drawn or counted from it.
//!
//! A report made by this program always passes. One from elsewhere may claim an absurd duration, or refer to words that
//! do not exist.

use super::Report;
use crate::audio::MAX_DURATION_S;
use crate::span::Span;

/// Maximum absolute value of a time in a report, in seconds: twice the maximum duration of a recording.
const MAX_TIME_S: f64 = 2.0 * MAX_DURATION_S;

impl Report {
    /// Returns what is wrong with the report, if anything.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let is_time = |s: f64| s.abs() <= MAX_TIME_S;
        let is_span = |span: &Span| is_time(span.start_s) && is_time(span.end_s) && span.start_s <= span.end_s;
        let words = self.transcript.iter().flat_map(|t| &t.words).map(|w| &w.span);
        let fillers = || self.fillers.iter().flat_map(|f| &f.events);
        let pauses = self.pauses.iter().flat_map(|p| &p.events).map(|p| &p.span);
        let paces = self.pace.iter().flat_map(|p| &p.series).map(|s| &s.span);
        let told = self.story.iter().flat_map(|s| &s.sentences).filter_map(|s| s.span.as_ref());
        let turns = self.speakers.iter().flat_map(|s| &s.turns).map(|t| &t.span);
        let others = self.speakers.iter().flat_map(|s| &s.other_words).map(|w| &w.span);
        let heard = fillers().filter_map(|f| f.span.as_ref());
        if !self.recording.duration_s.is_none_or(|s| (0.0..=MAX_TIME_S).contains(&s)) {
            return Some("a recording of this length is not possible");
        }
        let asked =
            self.interview.iter().flat_map(|i| [i.question_end_s, i.response_latency_s, i.latency_uncertainty_s]);
        if !asked.flatten().all(is_time) {
            return Some("its question ended at a time that is not possible");
        }
        if !words.chain(pauses).chain(paces).chain(told).chain(heard).chain(turns).chain(others).all(is_span) {
            return Some("something in it has a time that is not possible");
        }
        let last_word = match &self.transcript {
            Some(transcript) => transcript.words.len(),
            None => usize::MAX, // the words of a draft are not kept
        };
        let is_there = |word: usize, words: usize| word.checked_add(words).is_some_and(|end| end <= last_word);
        if !fillers().all(|f| f.word.is_none_or(|word| is_there(word, f.words))) {
            return Some("a filler in it is made of words that are not there");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_report_that_cannot_be_is_refused_and_a_real_one_is_read() {
        let plain: Value = serde_json::from_str(include_str!("../../tests/fixtures/report.json")).unwrap();
        assert!(serde_json::from_value::<Report>(plain.clone()).is_ok());
        for (place, value) in [
            ("/recording/duration_s", 1e300),
            ("/recording/duration_s", -1.0),
            ("/transcript/words/0/end_s", 1e300),
            ("/transcript/words/3/start_s", 1e4),
            ("/pauses/events/0/end_s", -5.0),
            ("/fillers/events/0/word", 1e6),
            ("/fillers/events/0/words", u64::MAX as f64),
        ] {
            let mut wrong = plain.clone();
            let whole = place.ends_with("word") || place.ends_with("words");
            *wrong.pointer_mut(place).unwrap() = if whole { Value::from(value as u64) } else { Value::from(value) };
            let refused = serde_json::from_value::<Report>(wrong).unwrap_err().to_string();
            assert!(refused.contains("not possible") || refused.contains("not there"), "{place}: {refused}");
        }
    }
}
