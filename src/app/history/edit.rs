//! Mending a transcript by hand: a wrong word, a filler that is none, one that was missed. The measures and the score
//! follow.
//!
//! A mended word takes the time of the words it replaces. It is a filler where it is written like one (um, uh); any
//! other is made one, or none, on request. What only the sound can tell (pauses, syllables, pitch) stays.

use std::ops::Range;

use crate::analyze::judge_again;
use crate::disfluency::{Filler, Kind, Witness};
use crate::english::is_filled_pause;
use crate::metrics::Fillers;
use crate::plain::clock;
use crate::report::Report;
use crate::span::Span;
use crate::transcript::Word;

/// How far from the named moment a word is looked for, in seconds.
const NEAR_S: f64 = 3.0;

/// What to mend.
#[derive(Debug, Clone, PartialEq)]
pub enum Mending {
    /// These words were really those; without any, nothing was said there.
    Words {
        /// The words as they are written.
        wrong: String,
        /// The words as they were said.
        right: String,
    },
    /// These words are a filler.
    Filler(String),
    /// These words are no filler.
    NoFiller(String),
}

/// Why a mending is not possible.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum MendError {
    /// There are no words to mend.
    #[error("this answer has no transcript to mend")]
    NoTranscript,
    /// The words are not there.
    #[error("'{0}' is not in the transcript{1}")]
    NotThere(String, String),
    /// They are there several times.
    #[error("'{0}' is there several times, at {1}; say which with --at")]
    Several(String, String),
    /// They are no filler to begin with.
    #[error("'{0}' is not marked as a filler there")]
    NoFiller(String),
    /// They are a filler already.
    #[error("'{0}' is marked as a filler there already")]
    FillerAlready(String),
    /// There is nothing to look for.
    #[error("name at least one word")]
    Nothing,
    /// Fillers are known in English only.
    #[error("fillers are counted in English answers only")]
    NotEnglish,
}

/// Mends a report. `at_s` says which of several like words is meant: the one nearest to that time.
///
/// # Errors
/// When the words are not there, or it is not clear which are meant.
pub fn mend(report: &mut Report, mending: &Mending, at_s: Option<f64>) -> Result<(), MendError> {
    let transcript = report.transcript.as_mut().filter(|t| !t.words.is_empty()).ok_or(MendError::NoTranscript)?;
    let words = &mut transcript.words;
    let mut events = report.fillers.as_ref().map(|f| f.events.clone());
    match mending {
        Mending::Words { wrong, right } => {
            let range = find(words, wrong, at_s, |_| true)?;
            replace(words, events.as_mut(), range, right);
        }
        Mending::Filler(text) => {
            let events = events.as_mut().ok_or(MendError::NotEnglish)?;
            let range = find(words, text, at_s, |range| events.iter().all(|e| !overlap(&e.range(), range)))
                .map_err(|error| already(error, find(words, text, at_s, |_| true).is_ok(), text))?;
            events.push(filler(words, range));
        }
        Mending::NoFiller(text) => {
            let events = events.as_mut().ok_or(MendError::NotEnglish)?;
            let is_marked = |range: &Range<usize>| events.iter().any(|e| overlap(&e.range(), range));
            let range = match find(words, text, at_s, is_marked) {
                Err(MendError::NotThere(..)) if find(words, text, at_s, |_| true) != Err(MendError::Nothing) => {
                    find(words, text, at_s, |_| true)?;
                    return Err(MendError::NoFiller(text.clone()));
                }
                other => other?,
            };
            events.retain(|e| !overlap(&e.range(), &range));
        }
    }
    if let Some(events) = &mut events {
        let start_s = |e: &Filler| e.span.map_or(0.0, |s| s.start_s);
        events.sort_by(|a, b| start_s(a).total_cmp(&start_s(b)));
    }
    remeasure(report, events);
    *report = judge_again(report.clone());
    Ok(())
}

/// Says "already" of words that are there but not as looked for.
fn already(error: MendError, is_there: bool, text: &str) -> MendError {
    match error {
        MendError::NotThere(..) if is_there => MendError::FillerAlready(text.to_string()),
        other => other,
    }
}

/// Counts again what the words decide.
fn remeasure(report: &mut Report, events: Option<Vec<Filler>>) {
    let Some(transcript) = &mut report.transcript else { return };
    let words = &mut transcript.words;
    for (i, word) in words.iter_mut().enumerate() {
        word.filler = events.iter().flatten().any(|e| e.range().contains(&i));
    }
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    transcript.text = texts.join(" ");
    if let Some(pace) = &mut report.pace {
        pace.recount(words);
        if let Some((events, length)) = events.zip(report.length.as_ref()) {
            report.fillers = Some(Fillers::counted(events, pace.words, length.answer_s));
        }
    }
}

/// Where the words are, compared without case and punctuation, among the places that `fits`.
fn find(
    words: &[Word],
    text: &str,
    at_s: Option<f64>,
    fits: impl Fn(&Range<usize>) -> bool,
) -> Result<Range<usize>, MendError> {
    let wanted: Vec<String> = text.split_whitespace().map(bare).collect();
    if wanted.is_empty() {
        return Err(MendError::Nothing);
    }
    let is_here = |range: &Range<usize>| words[range.clone()].iter().map(|w| bare(&w.text)).eq(wanted.iter().cloned());
    let ends = (words.len() + 1).saturating_sub(wanted.len());
    let found: Vec<Range<usize>> = (0..ends).map(|i| i..i + wanted.len()).filter(is_here).filter(fits).collect();
    let away_s = |range: &Range<usize>, at_s: f64| words[range.start].span.distance_s(at_s);
    if let Some(at_s) = at_s {
        let nearest = found.into_iter().min_by(|a, b| away_s(a, at_s).total_cmp(&away_s(b, at_s)));
        let near = nearest.filter(|range| away_s(range, at_s) <= NEAR_S);
        return near.ok_or_else(|| MendError::NotThere(text.to_string(), format!(" near {}", clock(at_s))));
    }
    match found.as_slice() {
        [] => Err(MendError::NotThere(text.to_string(), String::new())),
        [one] => Ok(one.clone()),
        several => {
            let times: Vec<String> = several.iter().map(|r| clock(words[r.start].span.start_s)).collect();
            Err(MendError::Several(text.to_string(), times.join(", ")))
        }
    }
}

/// A word as it is compared: letters and digits in lower case.
fn bare(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric() || *c == '\'').flat_map(char::to_lowercase).collect()
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Puts other words in the place of some, and moves the fillers after them.
fn replace(words: &mut Vec<Word>, events: Option<&mut Vec<Filler>>, range: Range<usize>, right: &str) {
    let texts: Vec<&str> = right.split_whitespace().collect();
    let whole = Span::new(words[range.start].span.start_s, words[range.end - 1].span.end_s);
    let step_s = whole.duration_s() / texts.len().max(1) as f64;
    let one_for_one = texts.len() == range.len();
    let new: Vec<Word> = texts
        .iter()
        .enumerate()
        .map(|(i, text)| {
            let even = Span::new(whole.start_s + i as f64 * step_s, whole.start_s + (i + 1) as f64 * step_s);
            let span = if one_for_one { words[range.start + i].span } else { even };
            // A person has heard it.
            Word { text: (*text).to_string(), span, confidence: 1.0, filler: false }
        })
        .collect();
    let (first, removed, added) = (range.start, range.len(), new.len());
    words.splice(range.clone(), new);
    let Some(events) = events else { return };
    events.retain(|e| !overlap(&e.range(), &range));
    for event in events.iter_mut() {
        event.word = event.word.map(|w| if w >= range.end { w + added - removed } else { w });
    }
    let ums = (first..first + added).filter(|&i| is_filled_pause(&words[i].text));
    let ums: Vec<Filler> = ums.map(|i| filler(words, i..i + 1)).collect();
    events.extend(ums);
}

/// A filler that a person has pointed out.
fn filler(words: &[Word], range: Range<usize>) -> Filler {
    let texts: Vec<String> = words[range.clone()].iter().map(|w| bare(&w.text)).collect();
    let kind = if texts.iter().all(|t| is_filled_pause(t)) { Kind::FilledPause } else { Kind::DiscourseMarker };
    Filler {
        kind,
        text: texts.join(" "),
        word: Some(range.start),
        words: range.len(),
        span: Some(Span::new(words[range.start].span.start_s, words[range.end - 1].span.end_s)),
        heard_by: vec![Witness::Transcript],
        confidence: 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap()
    }

    fn words(wrong: &str, right: &str) -> Mending {
        Mending::Words { wrong: wrong.into(), right: right.into() }
    }

    /// What must hold of every report: events name their own words, counts count them.
    fn assert_sound(report: &Report) {
        let words = &report.transcript.as_ref().unwrap().words;
        let fillers = report.fillers.as_ref().unwrap();
        assert_eq!(fillers.count, fillers.events.len());
        for (i, word) in words.iter().enumerate() {
            assert_eq!(word.filler, fillers.events.iter().any(|e| e.range().contains(&i)), "{i} {}", word.text);
        }
        for event in &fillers.events {
            if event.kind == Kind::FilledPause && event.words == 1 {
                assert!(is_filled_pause(&words[event.word.unwrap()].text), "{event:?}");
            }
        }
        assert_eq!(report.pace.as_ref().unwrap().words, words.iter().filter(|w| !is_filled_pause(&w.text)).count());
        assert!(words.is_sorted_by(|a, b| a.span.start_s <= b.span.start_s));
        assert_eq!(report.score, report.clone().scored().score);
    }

    #[test]
    fn recounting_an_untouched_report_changes_nothing() {
        let before = report();
        let mut after = before.clone();
        let events = after.fillers.as_ref().map(|f| f.events.clone());
        remeasure(&mut after, events);
        let rounded = |report: &Report| crate::report::json::text(report, true).unwrap();
        assert_eq!(rounded(&after), rounded(&before));
    }

    #[test]
    fn a_wrong_word_is_mended_and_the_rest_stays() {
        let mut mended = report();
        mend(&mut mended, &words("messing", "missing."), None).unwrap();
        assert!(mended.transcript.as_ref().unwrap().text.contains("just missing. I like"));
        assert_eq!(mended.fillers.as_ref().unwrap().count, report().fillers.unwrap().count);
        assert_sound(&mended);
    }

    #[test]
    fn words_can_become_more_and_fewer_and_fillers_move_along() {
        let mut mended = report();
        let before = report().pace.unwrap().words;
        mend(&mut mended, &words("I may day", "I made"), None).unwrap();
        assert_sound(&mended);
        assert_eq!(mended.pace.as_ref().unwrap().words, before - 1);
        mend(&mut mended, &words("delivery notes,", "notes of the delivery"), None).unwrap();
        assert_sound(&mended);
        assert_eq!(mended.pace.as_ref().unwrap().words, before + 1);
        mend(&mut mended, &words("half of", ""), None).unwrap();
        assert_sound(&mended);
        let rate = |r: &Report| r.pace.as_ref().unwrap().words_per_minute;
        assert!(rate(&mended) < rate(&report()));
    }

    #[test]
    fn fillers_are_marked_and_unmarked_and_the_score_follows() {
        let before = report();
        let mut mended = before.clone();
        let count = |r: &Report| r.fillers.as_ref().unwrap().count;
        assert!(matches!(mend(&mut mended, &Mending::NoFiller("um".into()), None), Err(MendError::Several(..))));
        for _ in 0..7 {
            let first =
                mended.fillers.as_ref().unwrap().events.iter().find(|e| e.text == "um").unwrap().span.unwrap().start_s;
            mend(&mut mended, &words("um", ""), Some(first)).unwrap();
            assert_sound(&mended);
        }
        assert_eq!(count(&mended), count(&before) - 7);
        let points = |r: &Report| r.score.parts.iter().find(|p| p.name == "fillers").unwrap().points;
        assert!(points(&mended) >= points(&before));
        mend(&mut mended, &Mending::Filler("working".into()), None).unwrap();
        assert_eq!(count(&mended), count(&before) - 6);
        assert_sound(&mended);
        assert_eq!(
            mend(&mut mended, &Mending::Filler("working".into()), None),
            Err(MendError::FillerAlready("working".into()))
        );
        mend(&mut mended, &Mending::NoFiller("Working".into()), None).unwrap();
        assert_eq!(count(&mended), count(&before) - 7);
        assert_eq!(
            mend(&mut mended, &Mending::NoFiller("working".into()), None),
            Err(MendError::NoFiller("working".into()))
        );
    }

    #[test]
    fn an_um_written_by_hand_is_a_filler() {
        let mut mended = report();
        mend(&mut mended, &words("working", "um"), None).unwrap();
        assert_eq!(mended.fillers.as_ref().unwrap().count, report().fillers.unwrap().count + 1);
        assert_sound(&mended);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let mut mended = report();
        let error = |m: &mut Report, what: &str, at| mend(m, &words(what, "x"), at).unwrap_err().to_string();
        assert_eq!(error(&mut mended, "zebra", None), "'zebra' is not in the transcript");
        assert_eq!(error(&mut mended, "working", Some(1.0)), "'working' is not in the transcript near 0:01");
        assert!(error(&mut mended, "uh", None).contains("say which with --at"));
        assert_eq!(error(&mut mended, " ", None), "name at least one word");
        assert_eq!(mended, report());
    }
}
