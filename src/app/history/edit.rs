//! Editing a transcript by hand: a wrong word, a false positive among the fillers, or a missed filler. The measures and
//! the score are updated.
//!
//! An edit changes only the words that it names. A new word takes over the time of the words it replaces, and their
//! place in the text: the comma or full stop after them, the quotation marks around them, and the capital at the
//! beginning of a sentence; otherwise a sentence would run into the next one, and the story would be judged
//! differently. A new word is a filler if it is written like one (um, uh); any other word is marked or unmarked as a
//! filler on request. What only the sound can tell (pauses, syllables, pitch) is unchanged.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::analyze::reassess;
use crate::app::imports::EditedWord;
use crate::disfluency::{Filler, FillerKind, Witness};
use crate::english::is_filled_pause;
use crate::metrics::Fillers;
use crate::plain::clock;
use crate::report::{Report, json};
use crate::span::Span;
use crate::transcript::Word;

/// How far from the given time a word is looked for, in seconds.
const NEAR_S: f64 = 3.0;

/// A correction to a transcript.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Replaces words by the words that were really said; with none, deletes them.
    Words {
        /// The words as the transcript has them.
        wrong: String,
        /// The words as they were said.
        right: String,
    },
    /// Marks these words as a filler.
    Filler(String),
    /// Unmarks these words as a filler.
    NoFiller(String),
}

/// Why an edit is not possible.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum EditError {
    /// The answer has no transcript.
    #[error("this answer has no transcript to edit")]
    NoTranscript,
    /// The words are not in the transcript.
    #[error("'{0}' is not in the transcript{1}")]
    NotThere(String, String),
    /// The words occur several times.
    #[error("'{0}' is there several times, at {1}; say which with --at")]
    Several(String, String),
    /// The words are not marked as a filler.
    #[error("'{0}' is not marked as a filler there")]
    NoFiller(String),
    /// The words are already marked as a filler.
    #[error("'{0}' is marked as a filler there already")]
    FillerAlready(String),
    /// The edit names no words.
    #[error("name at least one word")]
    Nothing,
    /// Fillers are detected in English only.
    #[error("fillers are counted in English answers only")]
    NotEnglish,
}

/// Applies an edit to a report. If the words occur several times, `at_s` selects the occurrence nearest to that time.
///
/// # Errors
/// When the words are not in the transcript, or it is not clear which occurrence is meant.
pub fn apply(edit: &Edit, report: &mut Report, at_s: Option<f64>) -> Result<(), EditError> {
    let transcript = report.transcript.as_mut().filter(|t| !t.words.is_empty()).ok_or(EditError::NoTranscript)?;
    let words = &mut transcript.words;
    let mut events = report.fillers.as_ref().map(|f| f.events.clone());
    match edit {
        Edit::Words { wrong, right } => {
            let range = find(words, wrong, at_s, |_| true)?;
            replace(words, events.as_mut(), range, wrong, right);
        }
        Edit::Filler(text) => {
            let events = events.as_mut().ok_or(EditError::NotEnglish)?;
            let range = find(words, text, at_s, |range| events.iter().all(|e| !overlap(&e.range(), range)))
                .map_err(|error| already(error, find(words, text, at_s, |_| true).is_ok(), text))?;
            events.push(filler(words, range));
        }
        Edit::NoFiller(text) => {
            let events = events.as_mut().ok_or(EditError::NotEnglish)?;
            let is_marked = |range: &Range<usize>| events.iter().any(|e| overlap(&e.range(), range));
            let range = match find(words, text, at_s, is_marked) {
                Err(EditError::NotThere(..)) if find(words, text, at_s, |_| true) != Err(EditError::Nothing) => {
                    find(words, text, at_s, |_| true)?;
                    return Err(EditError::NoFiller(text.clone()));
                }
                other => other?,
            };
            events.retain(|e| !overlap(&e.range(), &range));
        }
    }
    if let Some(events) = &mut events {
        sort(events);
    }
    remeasure(report, events);
    *report = reassess(report.clone());
    Ok(())
}

/// Replaces the words of a report by those that somebody mended in another program. Words that are the same stay as they
/// are, with their confidence; a new word is handled as one of [`Edit::Words`]. Returns the number of words that changed;
/// if it is 0, the report is unchanged.
///
/// # Errors
/// When the answer has no transcript.
pub fn mend(report: &mut Report, mended: &[EditedWord]) -> Result<usize, EditError> {
    let transcript = report.transcript.as_mut().filter(|t| !t.words.is_empty()).ok_or(EditError::NoTranscript)?;
    if is_unchanged(&transcript.words, mended) {
        return Ok(0);
    }
    let mut events = report.fillers.as_ref().map(|f| f.events.clone());
    let changed = put(&mut transcript.words, events.as_mut(), mended);
    if changed > 0 {
        if let Some(events) = &mut events {
            sort(events);
        }
        remeasure(report, events);
        *report = reassess(report.clone());
    }
    Ok(changed)
}

/// Returns whether a time is another one than the report prints.
fn differs(time_s: f64, mended_s: f64) -> bool {
    json::rounded(time_s) != json::rounded(mended_s)
}

/// Returns whether these are the same words at the same times, in whatever order words of one time stand.
fn is_unchanged(words: &[Word], mended: &[EditedWord]) -> bool {
    let key = |span: Span| (json::rounded(span.start_s), json::rounded(span.end_s));
    let mut words: Vec<&Word> = words.iter().collect();
    if mended.iter().all(|word| word.span.is_some()) {
        words.sort_by(|a, b| key(a.span).partial_cmp(&key(b.span)).expect("times are numbers"));
    }
    let is_same = |(word, mended): (&&Word, &EditedWord)| {
        word.text == mended.text && mended.span.is_none_or(|span| key(span) == key(word.span))
    };
    words.len() == mended.len() && words.iter().zip(mended).all(is_same)
}

/// Puts the mended words in the place of the words. Returns the number of words that changed.
fn put(words: &mut Vec<Word>, mut events: Option<&mut Vec<Filler>>, mended: &[EditedWord]) -> usize {
    let key = |text: &str| Some(bare(text)).filter(|bare| !bare.is_empty()).unwrap_or_else(|| text.to_string());
    let old: Vec<String> = words.iter().map(|word| key(&word.text)).collect();
    let new: Vec<String> = mended.iter().map(|word| key(&word.text)).collect();
    let mut changed = 0;
    // From the end, so that the places of what comes before stay right.
    for operation in capture_diff_slices(Algorithm::Myers, &old, &new).into_iter().rev() {
        let (mut range, given) = (operation.old_range(), &mended[operation.new_range()]);
        if let DiffOp::Equal { .. } = operation {
            for (word, given) in words[range].iter_mut().zip(given) {
                changed += usize::from(word.text != given.text);
                word.text.clone_from(&given.text);
            }
            continue;
        }
        changed += range.len().max(given.len());
        let mut right: Vec<String> = given.iter().map(|word| word.text.clone()).collect();
        if range.is_empty() {
            // New words take their time from the word before them, or from the first word.
            let host = range.start.saturating_sub(1);
            right.insert(if range.start > 0 { 0 } else { right.len() }, unspaced(&words[host].text));
            range = host..host + 1;
        }
        let wrong: Vec<String> = words[range.clone()].iter().map(|word| unspaced(&word.text)).collect();
        replace(words, events.as_deref_mut(), range, &wrong.join(" "), &right.join(" "));
    }
    let mut moved = vec![false; words.len()];
    for (i, (word, given)) in words.iter_mut().zip(mended).enumerate() {
        let Some(span) = given.span else { continue };
        if differs(word.span.start_s, span.start_s) || differs(word.span.end_s, span.end_s) {
            word.span = span;
            moved[i] = true;
        }
    }
    for event in events.into_iter().flatten().filter(|e| !e.range().is_empty() && moved[e.range()].contains(&true)) {
        let range = event.range();
        event.span = Some(Span::new(words[range.start].span.start_s, words[range.end - 1].span.end_s));
    }
    changed.max(moved.into_iter().filter(|moved| *moved).count())
}

/// Returns a word without spaces, which a report from elsewhere can have in a word; never nothing.
fn unspaced(word: &str) -> String {
    let text: String = word.split_whitespace().collect();
    if text.is_empty() { "-".to_string() } else { text }
}

fn sort(events: &mut [Filler]) {
    let start_s = |e: &Filler| e.span.map_or(0.0, |s| s.start_s);
    events.sort_by(|a, b| start_s(a).total_cmp(&start_s(b)));
}

/// Turns "not there" into "already marked" for words that are in the transcript but are marked already.
fn already(error: EditError, is_there: bool, text: &str) -> EditError {
    match error {
        EditError::NotThere(..) if is_there => EditError::FillerAlready(text.to_string()),
        other => other,
    }
}

/// Recomputes the measures that depend on the words.
fn remeasure(report: &mut Report, events: Option<Vec<Filler>>) {
    let others = report.others();
    let Some(transcript) = &mut report.transcript else { return };
    let words = &mut transcript.words;
    for (i, word) in words.iter_mut().enumerate() {
        word.filler = events.iter().flatten().any(|e| e.range().contains(&i));
    }
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    transcript.text = texts.join(" ");
    if let Some(left_out) = &mut report.left_out {
        left_out.recount(&texts);
    }
    if let Some(pace) = &mut report.pace {
        pace.recount(words, report.left_out.as_ref(), &others);
        if let Some((events, length)) = events.zip(report.length.as_ref()) {
            report.fillers = Some(Fillers::counted(events, pace.words, length.answer_s));
        }
    }
}

/// Finds the words, compared without case and punctuation, among the ranges that `fits` accepts.
fn find(
    words: &[Word],
    text: &str,
    at_s: Option<f64>,
    fits: impl Fn(&Range<usize>) -> bool,
) -> Result<Range<usize>, EditError> {
    let wanted: Vec<String> = text.split_whitespace().map(bare).collect();
    if wanted.is_empty() {
        return Err(EditError::Nothing);
    }
    let is_here = |range: &Range<usize>| words[range.clone()].iter().map(|w| bare(&w.text)).eq(wanted.iter().cloned());
    let ends = (words.len() + 1).saturating_sub(wanted.len());
    let found: Vec<Range<usize>> = (0..ends).map(|i| i..i + wanted.len()).filter(is_here).filter(fits).collect();
    let away_s = |range: &Range<usize>, at_s: f64| words[range.start].span.distance_s(at_s);
    if let Some(at_s) = at_s {
        let nearest = found.into_iter().min_by(|a, b| away_s(a, at_s).total_cmp(&away_s(b, at_s)));
        let near = nearest.filter(|range| away_s(range, at_s) <= NEAR_S);
        return near.ok_or_else(|| EditError::NotThere(text.to_string(), format!(" near {}", clock(at_s))));
    }
    match found.as_slice() {
        [] => Err(EditError::NotThere(text.to_string(), String::new())),
        [one] => Ok(one.clone()),
        several => {
            let times: Vec<String> = several.iter().map(|r| clock(words[r.start].span.start_s)).collect();
            Err(EditError::Several(text.to_string(), times.join(", ")))
        }
    }
}

/// Normalizes a word for comparison: letters, digits and inner apostrophes, in lower case.
fn bare(word: &str) -> String {
    let plain = word.chars().map(|c| if c == '\u{2019}' { '\'' } else { c });
    let word: String = plain.filter(|c| c.is_alphanumeric() || *c == '\'').flat_map(char::to_lowercase).collect();
    word.trim_matches('\'').to_string()
}

/// Returns whether a character is punctuation beside a word, unlike `%`, `$` and the hyphen of a cut-off word, which
/// belong to the word.
fn is_mark(c: char) -> bool {
    ".,?!:;\u{2026}\"\u{201c}\u{201d}\u{ab}\u{bb}()[]{}\u{2013}\u{2014}".contains(c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}')
}

/// Splits a word into leading punctuation, core and trailing punctuation. An apostrophe belongs to the core, unless
/// there is one at both ends.
fn taken_apart(word: &str) -> [&str; 3] {
    let core = word.trim_matches(is_mark);
    let is_quoted = core.starts_with(is_apostrophe) && core.ends_with(is_apostrophe) && core.chars().count() > 2;
    let core = if is_quoted { word.trim_matches(|c| is_mark(c) || is_apostrophe(c)) } else { core };
    let at = core.as_ptr() as usize - word.as_ptr() as usize;
    [&word[..at], core, &word[at + core.len()..]]
}

/// Returns whether a sentence ends with this punctuation.
fn ends_sentence(tail: &str) -> bool {
    tail.contains(['.', '?', '!', '\u{2026}'])
}

/// Returns whether word `i` is the first of a sentence, as far as the words tell.
fn begins_sentence(words: &[Word], i: usize) -> bool {
    i == 0 || ends_sentence(taken_apart(&words[i - 1].text)[2])
}

/// Capitalizes a word, unless it has a capital somewhere (iPhone).
fn capitalized(core: &str) -> String {
    let mut letters = core.chars();
    match letters.next() {
        Some(first) if !core.contains(char::is_uppercase) => first.to_uppercase().chain(letters).collect(),
        _ => core.to_string(),
    }
}

/// Returns the text of a replacement word: as given, but with the punctuation and capital of the replaced words where
/// it has none itself.
fn dressed(given: &str, lead: &str, tail: &str, is_capital: bool) -> String {
    let [own_lead, core, own_tail] = taken_apart(given);
    let [lead, tail] = [(own_lead, lead), (own_tail, tail)].map(|(own, of)| if own.is_empty() { of } else { own });
    let core = if is_capital { capitalized(core) } else { core.to_string() };
    format!("{lead}{core}{tail}")
}

/// Returns the text of a word that stays: unchanged except for the requested changes to punctuation and capitals.
fn redressed(stands: &str, wrong: &str, right: &str) -> String {
    let ([lead, core, tail], [wrong_lead, wrong_core, wrong_tail]) = (taken_apart(stands), taken_apart(wrong));
    let [right_lead, right_core, right_tail] = taken_apart(right);
    let [lead, core, tail] =
        [(lead, wrong_lead, right_lead), (core, wrong_core, right_core), (tail, wrong_tail, right_tail)]
            .map(|(stands, wrong, right)| if wrong == right { stands } else { right });
    format!("{lead}{core}{tail}")
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Replaces words, and shifts the fillers after them. A common prefix and suffix of both is left as it is.
fn replace(words: &mut Vec<Word>, events: Option<&mut Vec<Filler>>, range: Range<usize>, wrong: &str, right: &str) {
    let (wrong, right): (Vec<&str>, Vec<&str>) =
        (wrong.split_whitespace().collect(), right.split_whitespace().collect());
    let is_same = |(a, b): (&&str, &&str)| bare(a) == bare(b);
    let before = wrong.iter().zip(&right).take_while(|pair| is_same(*pair)).count();
    let (wrong_end, right_end) = (&wrong[before..], &right[before..]);
    let after = wrong_end.iter().rev().zip(right_end.iter().rev()).take_while(|pair| is_same(*pair)).count();
    for i in (0..before).chain(range.len() - after..range.len()) {
        let given = if i < before { right[i] } else { right[right.len() + i - range.len()] };
        words[range.start + i].text = redressed(&words[range.start + i].text, wrong[i], given);
    }
    let changed = range.start + before..range.end - after;
    let texts = &right[before..right.len() - after];
    let new: Vec<Word> = spans(words, events.as_deref(), &changed, &range, texts)
        .into_iter()
        .zip(written(words, &changed, texts))
        // A person heard the word.
        .map(|(span, text)| Word { text, span, confidence: 1.0, filler: false })
        .collect();
    if new.is_empty() && !changed.is_empty() {
        close_gap(words, &changed);
    }
    let (first, removed, added) = (changed.start, changed.len(), new.len());
    words.splice(changed.clone(), new);
    let Some(events) = events else { return };
    events.retain(|e| !overlap(&e.range(), &changed));
    for event in events.iter_mut() {
        event.word = event.word.map(|w| if w >= changed.end { w + added - removed } else { w });
    }
    let ums = (first..first + added).filter(|&i| is_filled_pause(&words[i].text));
    let ums: Vec<Filler> = ums.map(|i| filler(words, i..i + 1)).collect();
    events.extend(ums);
}

/// Returns the texts as they are written in place of the `changed` words.
fn written(words: &[Word], changed: &Range<usize>, texts: &[&str]) -> Vec<String> {
    let old: Vec<[&str; 3]> = words[changed.clone()].iter().map(|word| taken_apart(&word.text)).collect();
    let is_capital = |i: usize| old[i][1].starts_with(char::is_uppercase) && begins_sentence(words, changed.start + i);
    let last = texts.len().saturating_sub(1);
    let write = |(i, text): (usize, &&str)| {
        if old.is_empty() {
            (*text).to_string()
        } else if old.len() == texts.len() {
            dressed(text, old[i][0], old[i][2], is_capital(i))
        } else {
            let lead = if i == 0 { old[0][0] } else { "" };
            let tail = if i == last { old[old.len() - 1][2] } else { "" };
            dressed(text, lead, tail, i == 0 && is_capital(0))
        }
    };
    texts.iter().enumerate().map(write).collect()
}

/// Returns when the texts in place of the `changed` words were said: at the same times if there are as many; otherwise
/// the whole time is divided in proportion to their lengths in letters. Inserted words take their time from a word
/// beside them, which is shortened.
fn spans(
    words: &mut [Word],
    events: Option<&Vec<Filler>>,
    changed: &Range<usize>,
    named: &Range<usize>,
    texts: &[&str],
) -> Vec<Span> {
    if changed.len() == texts.len() {
        return words[changed.clone()].iter().map(|word| word.span).collect();
    }
    let letters = |text: &str| text.chars().count().max(1) as f64;
    let split = |whole: Span, texts: &[&str]| -> Vec<Span> {
        let all: f64 = texts.iter().map(|text| letters(text)).sum();
        let mut at_s = whole.start_s;
        let part = |text: &&str| {
            let start_s = at_s;
            at_s += whole.duration_s() * letters(text) / all;
            Span::new(start_s, at_s.min(whole.end_s))
        };
        texts.iter().map(part).collect()
    };
    if !changed.is_empty() {
        return split(Span::new(words[changed.start].span.start_s, words[changed.end - 1].span.end_s), texts);
    }
    let is_filler = |i: usize| events.into_iter().flatten().any(|e| e.range().contains(&i));
    let beside = [changed.start.checked_sub(1).filter(|i| *i >= named.start), Some(changed.end)];
    let beside = beside.into_iter().flatten().filter(|i| named.contains(i));
    let Some(host) = beside.min_by_key(|i| is_filler(*i)) else { return Vec::new() };
    let text = words[host].text.clone();
    let comes_first = host < changed.start;
    let mut all = texts.to_vec();
    all.insert(if comes_first { 0 } else { texts.len() }, &text);
    let mut spans = split(words[host].span, &all);
    words[host].span = spans.remove(if comes_first { 0 } else { texts.len() });
    spans
}

/// Moves punctuation and capitals that must survive a deletion to the adjacent words: the end of a sentence to the word
/// before, its beginning to the word after.
fn close_gap(words: &mut [Word], gone: &Range<usize>) {
    let [first, last] = [gone.start, gone.end - 1].map(|i| taken_apart(&words[i].text).map(str::to_string));
    let (begins, ends) = (begins_sentence(words, gone.start), ends_sentence(&last[2]));
    if ends && !begins {
        let [lead, core, _] = taken_apart(&words[gone.start - 1].text);
        words[gone.start - 1].text = format!("{lead}{core}{}", last[2]);
    }
    if begins && !ends && gone.end < words.len() {
        let is_capital = first[1].starts_with(char::is_uppercase);
        words[gone.end].text = dressed(&words[gone.end].text, &first[0], "", is_capital);
    }
}

/// Creates a filler that a person has marked.
fn filler(words: &[Word], range: Range<usize>) -> Filler {
    let texts: Vec<String> = words[range.clone()].iter().map(|w| bare(&w.text)).collect();
    let kind =
        if texts.iter().all(|t| is_filled_pause(t)) { FillerKind::FilledPause } else { FillerKind::DiscourseMarker };
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

    fn words(wrong: &str, right: &str) -> Edit {
        Edit::Words { wrong: wrong.into(), right: right.into() }
    }

    /// Checks the invariants of every report: events match their words, counts match the events.
    fn assert_sound(report: &Report) {
        let words = &report.transcript.as_ref().unwrap().words;
        let fillers = report.fillers.as_ref().unwrap();
        assert_eq!(fillers.count, fillers.events.len());
        for (i, word) in words.iter().enumerate() {
            assert_eq!(word.filler, fillers.events.iter().any(|e| e.range().contains(&i)), "{i} {}", word.text);
        }
        for event in &fillers.events {
            if event.kind == FillerKind::FilledPause && event.words == 1 {
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
    fn a_wrong_word_is_edited_and_the_rest_stays() {
        let mut edited = report();
        apply(&words("messing", "missing."), &mut edited, None).unwrap();
        assert!(edited.transcript.as_ref().unwrap().text.contains("just missing. I like"));
        assert_eq!(edited.fillers.as_ref().unwrap().count, report().fillers.unwrap().count);
        assert_sound(&edited);
    }

    #[test]
    fn the_example_of_the_readme_changes_one_word_and_nothing_else() {
        let before = reassess(report());
        let mut edited = before.clone();
        apply(&words("just messing", "just missing"), &mut edited, None).unwrap();
        assert_sound(&edited);
        let text = |report: &Report| report.transcript.as_ref().unwrap().text.clone();
        assert_eq!(text(&edited), text(&before).replace("messing", "missing"));
        let parts = |report: &Report| {
            let story = report.story.as_ref().unwrap();
            story.sentences.iter().map(|s| (s.part, s.words)).collect::<Vec<_>>()
        };
        assert_eq!(parts(&edited), parts(&before));
        // Compared as displayed: a word with another meaning may weigh a little more or less.
        let shown = |report: &Report| report.score.overall.unwrap().round();
        assert_eq!(shown(&edited), shown(&before));
        let counted = |report: &Report| {
            let fillers = report.fillers.clone().unwrap();
            (fillers.count, fillers.events, report.pace.as_ref().unwrap().words)
        };
        assert_eq!(counted(&edited), counted(&before));
        // No other word changes, in neither time nor confidence.
        let words = |report: &Report| report.transcript.as_ref().unwrap().words.clone();
        let others = words(&edited).into_iter().zip(words(&before)).filter(|(a, b)| a != b).collect::<Vec<_>>();
        assert!(matches!(others.as_slice(), [(a, b)] if a.span == b.span && a.confidence == 1.0), "{others:?}");
    }

    /// Returns words half a second apart, with only the "um" and "uh" among them as fillers.
    fn saying(text: &str) -> (Vec<Word>, Vec<Filler>) {
        let word = |(i, text): (usize, &str)| Word {
            text: text.to_string(),
            span: Span::new(i as f64 / 2.0, i as f64 / 2.0 + 0.4),
            confidence: 0.5,
            filler: false,
        };
        let words: Vec<Word> = text.split_whitespace().enumerate().map(word).collect();
        let ums = (0..words.len()).filter(|i| is_filled_pause(&words[*i].text));
        let events = ums.map(|i| filler(&words, i..i + 1)).collect();
        (words, events)
    }

    #[test]
    fn a_mended_word_stands_where_the_other_stood() {
        for (said, wrong, right, expected) in [
            ("It was just messing. I like it.", "messing", "missing", "It was just missing. I like it."),
            ("It was messing. Their were two.", "their", "there", "It was messing. There were two."),
            ("Their were two.", "their were", "there are", "There are two."),
            ("I read the notes, and left.", "notes", "votes", "I read the votes, and left."),
            ("I read notes, and left.", "notes and", "votes then", "I read votes, then left."),
            ("He said \"messing?\" Then he left.", "messing", "missing", "He said \"missing?\" Then he left."),
            ("He said 'messing', then left.", "messing", "missing", "He said 'missing', then left."),
            ("(Messing) about.", "messing", "missing", "(Missing) about."),
            ("We may day a table.", "may day", "made", "We made a table."),
            ("So May day. We left.", "May day", "we made one", "So we made one. We left."),
            ("We made one. Then.", "made one", "may day on it", "We may day on it. Then."),
            ("We made it.", "We made", "They have made", "They have made it."),
            ("I met the drivers. They left.", "drivers", "driver's", "I met the driver's. They left."),
            ("It is the drivers' fault.", "drivers'", "driver's", "It is the driver's fault."),
            ("We saved thirty-five minutes.", "thirty-five", "twenty-five", "We saved twenty-five minutes."),
            ("We saved 40%, then more.", "40", "14%", "We saved 14%, then more."),
            ("That\u{2019}s it, he said.", "that's", "there's", "There's it, he said."),
            ("We went, um, home.", "um", "then", "We went, then, home."),
            ("We used the phone. It rang.", "phone", "iPhone", "We used the iPhone. It rang."),
            ("Phone it. It rang.", "phone", "iPhone", "iPhone it. It rang."),
            ("I asked acne twice.", "acne", "Acme", "I asked Acme twice."),
            // Deleted and inserted words.
            ("We just left. It rang.", "left", "", "We just. It rang."),
            ("We, uh, left uh. It rang.", "left uh", "left", "We, uh, left. It rang."),
            ("So we left. It rang.", "so", "", "We left. It rang."),
            ("It rang. \"Um, we left.\"", "um", "", "It rang. \"We left.\""),
            ("It rang. Yeah. We left.", "yeah", "", "It rang. We left."),
            ("We left", "we left", "", ""),
            ("I read the notes, twice.", "the notes", "the delivery notes", "I read the delivery notes, twice."),
            ("I left. Notes came.", "notes came", "notes of it came", "I left. Notes of it came."),
            // Punctuation and capitals alone change where the edit asks for it, and only there.
            ("We left it rang.", "left it", "left. It", "We left. It rang."),
            ("We left. It rang.", "left. It", "left it", "We left it rang."),
            ("We just left. It rang.", "just left", "just left", "We just left. It rang."),
            ("It was messing", "messing", "missing.", "It was missing."),
            ("It was messing, then", "messing", "missing.", "It was missing. then"),
        ] {
            let (mut words, mut events) = saying(said);
            let (first, last) = (words[0].span, words[words.len() - 1].span);
            let range = find(&words, wrong, None, |_| true).unwrap();
            replace(&mut words, Some(&mut events), range, wrong, right);
            let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
            assert_eq!(texts.join(" "), expected, "{said}: {wrong} -> {right}");
            assert!(words.windows(2).all(|w| w[0].span.end_s <= w[1].span.start_s + 1e-9), "{words:?}");
            assert!(words.iter().all(|w| w.span.duration_s() > 0.02 && w.span.end_s <= last.end_s + 1e-9), "{words:?}");
            assert!(words.first().is_none_or(|w| w.span.start_s >= first.start_s));
            let ums: Vec<usize> = (0..words.len()).filter(|i| is_filled_pause(&words[*i].text)).collect();
            let found: Vec<usize> = events.iter().map(|e| e.word.unwrap()).collect();
            assert_eq!(found, ums, "{said}: {wrong} -> {right}");
        }
    }

    #[test]
    fn words_can_become_more_and_fewer_and_fillers_move_along() {
        let mut edited = report();
        let before = report().pace.unwrap().words;
        apply(&words("I may day", "I made"), &mut edited, None).unwrap();
        assert_sound(&edited);
        assert_eq!(edited.pace.as_ref().unwrap().words, before - 1);
        apply(&words("delivery notes,", "notes of the delivery"), &mut edited, None).unwrap();
        assert_sound(&edited);
        assert_eq!(edited.pace.as_ref().unwrap().words, before + 1);
        apply(&words("half of", ""), &mut edited, None).unwrap();
        assert_sound(&edited);
        let rate = |r: &Report| r.pace.as_ref().unwrap().words_per_minute;
        assert!(rate(&edited) < rate(&report()));
    }

    #[test]
    fn fillers_are_marked_and_unmarked_and_the_score_follows() {
        let before = report();
        let mut edited = before.clone();
        let count = |r: &Report| r.fillers.as_ref().unwrap().count;
        assert!(matches!(apply(&Edit::NoFiller("um".into()), &mut edited, None), Err(EditError::Several(..))));
        for _ in 0..7 {
            let first =
                edited.fillers.as_ref().unwrap().events.iter().find(|e| e.text == "um").unwrap().span.unwrap().start_s;
            apply(&words("um", ""), &mut edited, Some(first)).unwrap();
            assert_sound(&edited);
        }
        assert_eq!(count(&edited), count(&before) - 7);
        let points =
            |r: &Report| r.score.parts.iter().find(|p| p.name == crate::score::PartName::Fillers).unwrap().points;
        assert!(points(&edited) >= points(&before));
        apply(&Edit::Filler("working".into()), &mut edited, None).unwrap();
        assert_eq!(count(&edited), count(&before) - 6);
        assert_sound(&edited);
        assert_eq!(
            apply(&Edit::Filler("working".into()), &mut edited, None),
            Err(EditError::FillerAlready("working".into()))
        );
        apply(&Edit::NoFiller("Working".into()), &mut edited, None).unwrap();
        assert_eq!(count(&edited), count(&before) - 7);
        assert_eq!(
            apply(&Edit::NoFiller("working".into()), &mut edited, None),
            Err(EditError::NoFiller("working".into()))
        );
    }

    #[test]
    fn an_um_written_by_hand_is_a_filler() {
        let mut edited = report();
        apply(&words("working", "um"), &mut edited, None).unwrap();
        assert_eq!(edited.fillers.as_ref().unwrap().count, report().fillers.unwrap().count + 1);
        assert_sound(&edited);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let mut edited = report();
        let error = |m: &mut Report, what: &str, at| apply(&words(what, "x"), m, at).unwrap_err().to_string();
        assert_eq!(error(&mut edited, "zebra", None), "'zebra' is not in the transcript");
        assert_eq!(error(&mut edited, "working", Some(1.0)), "'working' is not in the transcript near 0:01");
        assert!(error(&mut edited, "uh", None).contains("say which with --at"));
        assert_eq!(error(&mut edited, " ", None), "name at least one word");
        assert_eq!(edited, report());
    }
}
