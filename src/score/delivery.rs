//! The score of the delivery: points for pace, fillers, pauses, length and voice, with reasons and advice.

use super::{
    AnswerWord, Evidence, PartName, PartScore, PartWithAdvice, ScoreInput, part_with_advice, rubric,
    rubric::interpolate,
};
use crate::codes::Code;
use crate::disfluency::{Filler, FillerKind, stutter_like};
use crate::metrics::length::ANY_TARGET_S;
use crate::metrics::pauses::{Pause, PausePlace};
use crate::metrics::{Fillers, Length, Pace, Pauses, Voice};
use crate::plain::{capital, clock, counted, number};

/// Minimum confidence of a filled pause that is not called uncertain.
const MIN_CERTAIN_CONFIDENCE: f64 = 0.5;
/// The discourse marker that costs as much as a filled pause.
const LIKE: &str = "like";
/// Maximum number of places quoted for one part.
const MAX_EVIDENCE: usize = 3;
/// Minimum distance between two places that are both quoted, in seconds.
const MIN_DISTANCE_S: f64 = 5.0;
/// Maximum number of words in a quotation.
const MAX_QUOTED_WORDS: usize = 7;

/// Scores every part of the delivery that was measured, in display order. Returns nothing for a draft.
pub(super) fn judge(measures: &ScoreInput<'_>) -> Vec<PartWithAdvice> {
    let Some(length) = measures.length else { return Vec::new() };
    let words = &measures.words;
    // If the speaker stutters, blocks were removed, so the share of silence does not show whether they pause for
    // breath.
    let breath = measures.pace.filter(|_| !measures.stutters);
    let parts = [
        measures.pace.map(|p| pace(p, words)),
        measures.fillers.map(|f| fillers(f, measures.stutters, words, length.answer_s)),
        measures.pauses.map(|p| pauses(p, breath, words, length.answer_s)),
        Some(judge_length(length)),
        measures.voice.and_then(voice),
    ];
    let mut parts: Vec<PartWithAdvice> = parts.into_iter().flatten().collect();
    let [shortest, _] = length.target_s.unwrap_or(ANY_TARGET_S);
    let fraction_reached = length.answer_s / (rubric::ENOUGH_TO_TELL * shortest);
    if fraction_reached < 1.0 {
        parts
            .iter_mut()
            .filter(|j| j.part.name != PartName::Length)
            .for_each(|j| scale_down(&mut j.part, fraction_reached));
    }
    parts
}

/// Scales down the points of a part, for an answer that is too short to judge it.
fn scale_down(part: &mut PartScore, fraction_reached: f64) {
    part.points = (part.points * fraction_reached).round();
    part.why.push_str(" Too short an answer to count in full.");
}

fn pace(pace: &Pace, words: &[AnswerWord<'_>]) -> PartWithAdvice {
    let rate = pace.words_per_minute.round();
    let [slowest, fastest] = rubric::PACE_COMFORTABLE;
    let comfortable = format!("{slowest:.0} to {fastest:.0}");
    let moment = |wanted: fn(f64, f64) -> bool| {
        let stretch = pace
            .series
            .iter()
            .copied()
            .reduce(|a, b| if wanted(b.words_per_minute, a.words_per_minute) { b } else { a });
        stretch.filter(|_| pace.series.len() > 1).map(|s| quote(words, s.span.start_s)).into_iter().collect()
    };
    let (why, evidence, todo) = if rate > fastest {
        let why = format!("Faster than the comfortable {comfortable} words a minute.");
        let advice = format!(
            "You spoke {rate:.0} words a minute. End a sentence, breathe, and only then begin the next: {comfortable} is easy to follow."
        );
        (why, moment(|a, b| a > b), Some(("Slow down".to_string(), advice)))
    } else if rate < slowest {
        let why = format!("Slower than the comfortable {comfortable} words a minute.");
        let advice = format!(
            "You spoke {rate:.0} words a minute. Know your first sentence by heart and the rest picks up; aim for {comfortable}."
        );
        (why, moment(|a, b| a < b), Some(("Pick up the pace".to_string(), advice)))
    } else {
        (format!("A comfortable pace ({comfortable} is)."), Vec::new(), None)
    };
    let share = interpolate(rubric::PACE_WORDS_PER_MINUTE, rate);
    part_with_advice(Code::Pace, PartName::Pace, share, rubric::PACE_POINTS, why, evidence, todo)
}

fn fillers(fillers: &Fillers, stutters: bool, words: &[AnswerWord<'_>], answer_s: f64) -> PartWithAdvice {
    let in_full =
        |e: &&Filler| e.kind == FillerKind::FilledPause || e.kind == FillerKind::DiscourseMarker && e.text == LIKE;
    let full = fillers.events.iter().filter(in_full).count() as f64;
    let weighted = full + rubric::OTHER_FILLERS_WEIGHT * (fillers.count as f64 - full);
    let rate = if answer_s > 0.0 { weighted * 60.0 / answer_s } else { 0.0 };
    let fine = rubric::FILLERS_FINE_PER_MINUTE;
    let said = tally(&fillers.events);
    let (mut why, evidence, todo) = if fillers.count == 0 {
        ("None heard.".to_string(), Vec::new(), None)
    } else if rate <= fine {
        (format!("Few enough not to notice: {said}."), Vec::new(), None)
    } else {
        let why = format!("Enough to notice: {said}.");
        let advice = format!(
            "{} in {}: {said}. When you feel one coming, finish the word before it and wait a moment: a short silence is easier to listen to. Up to {fine:.0} a minute nobody minds; um, uh and like count in full, the others half.",
            capital(&counted(fillers.count, "filler")),
            clock(answer_s)
        );
        let moments = densest(&fillers.events).into_iter().filter_map(|e| e.span);
        (
            why,
            moments.map(|s| quote(words, s.start_s)).collect(),
            Some(("Swap fillers for silence".to_string(), advice)),
        )
    };
    let texts: Vec<&str> = words.iter().map(|w| w.text).collect();
    let again = stutter_like(&texts).into_iter().filter(|again| *again).count();
    // If the speaker stutters, the report says this elsewhere, about all measures.
    if again > 0 && !stutters {
        why.push_str(&format!(" Words begun again ({again}) count neither as fillers nor twice."));
    }
    let share = interpolate(rubric::FILLERS_PER_MINUTE, rate);
    part_with_advice(Code::Fillers, PartName::Fillers, share, rubric::FILLERS_POINTS, why, evidence, todo)
}

/// Selects the fillers to quote: those that most others follow closely, at least [`MIN_DISTANCE_S`] apart, in the order
/// in which they were said.
fn densest(events: &[Filler]) -> Vec<&Filler> {
    let start_s = |e: &Filler| e.span.map_or(0.0, |s| s.start_s);
    let near =
        |e: &Filler| events.iter().filter(|o| (0.0..MIN_DISTANCE_S).contains(&(start_s(o) - start_s(e)))).count();
    let mut order: Vec<&Filler> = events.iter().collect();
    order.sort_by_key(|e| std::cmp::Reverse(near(e)));
    let mut chosen: Vec<&Filler> = Vec::new();
    for event in order {
        let apart = chosen.iter().all(|c| (start_s(c) - start_s(event)).abs() >= MIN_DISTANCE_S);
        if chosen.len() < MAX_EVIDENCE && apart {
            chosen.push(event);
        }
    }
    chosen.sort_by(|a, b| start_s(a).total_cmp(&start_s(b)));
    chosen
}

/// Summarizes the fillers, with filled pauses first: "about 8 um and uh, one of them uncertain, 12 others (like 3, so
/// 2, more 7)".
fn tally(events: &[Filler]) -> String {
    let (filled, others): (Vec<&Filler>, Vec<&Filler>) = events.iter().partition(|e| e.kind == FillerKind::FilledPause);
    let uncertain = match filled.iter().filter(|e| e.confidence < MIN_CERTAIN_CONFIDENCE).count() {
        0 => None,
        1 => Some("one of them uncertain".to_string()),
        n => Some(format!("{n} of them uncertain")),
    };
    let mut said = Vec::new();
    if !filled.is_empty() {
        let about = if uncertain.is_some() { "about " } else { "" };
        said.push(format!("{about}{} um and uh", filled.len()));
        said.extend(uncertain);
    }
    if !others.is_empty() {
        let beside = match (filled.is_empty(), others.len()) {
            (true, _) => "",
            (false, 1) => " other",
            (false, _) => " others",
        };
        said.push(format!("{}{beside} ({})", others.len(), most_frequent(&others)));
    }
    said.join(", ")
}

/// Lists fillers with their counts, most frequent first: "like 3, doubled words 2, more 4".
fn most_frequent(events: &[&Filler]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for event in events {
        let name = match event.kind {
            FillerKind::FilledPause | FillerKind::DiscourseMarker => event.label(),
            FillerKind::Repetition => "doubled words".to_string(),
            FillerKind::FalseStart => "false starts".to_string(),
        };
        match counts.iter_mut().find(|(n, _)| *n == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown: Vec<String> = counts.iter().take(3).map(|(name, count)| format!("{name} {count}")).collect();
    let rest: usize = counts.iter().skip(3).map(|(_, count)| count).sum();
    if rest > 0 { format!("{}, more {rest}", shown.join(", ")) } else { shown.join(", ") }
}

fn pauses(pauses: &Pauses, pace: Option<&Pace>, words: &[AnswerWord<'_>], answer_s: f64) -> PartWithAdvice {
    let long: Vec<&Pause> = pauses.events.iter().filter(|p| is_long(p)).collect();
    let per_minute = if answer_s > 0.0 { long.len() as f64 * 60.0 / answer_s } else { 0.0 };
    let phonation = pace.map_or(0.0, |p| p.phonation_time_ratio);
    let breathless = if answer_s >= rubric::BREATHLESS_FROM_S {
        interpolate(rubric::BREATHLESS_PHONATION_RATIO, phonation)
    } else {
        1.0
    };
    let mut longest = long.clone();
    longest.sort_by(|a, b| b.span.duration_s().total_cmp(&a.span.duration_s()));
    longest.truncate(MAX_EVIDENCE);
    longest.sort_by(|a, b| a.span.start_s.total_cmp(&b.span.start_s));
    let evidence: Vec<Evidence> = longest.iter().map(|p| pause_quote(words, p)).collect();
    let (why, todo) = if let Some(worst) =
        long.iter().max_by(|a, b| a.span.duration_s().total_cmp(&b.span.duration_s()))
    {
        let why = format!("{} that a listener notices.", capital(&counted(long.len(), "long silence")));
        let advice = format!(
            "{}; the longest lasts {}\u{a0}s, at {}. Settle on your three points before you start, and pause after a sentence rather than inside one.",
            capital(&counted(long.len(), "long silence")),
            number(worst.span.duration_s()),
            clock(worst.span.start_s)
        );
        (why, Some(("Keep the thread".to_string(), advice)))
    } else if breathless < 1.0 {
        let why = "Hardly a pause: the listener gets no time to take it in.".to_string();
        let advice = "After each point, stop for a breath. It feels long to you and right to the listener.".to_string();
        (why, Some(("Pause after each point".to_string(), advice)))
    } else {
        ("None too long for its place.".to_string(), None)
    };
    let share = interpolate(rubric::LONG_PAUSES_PER_MINUTE, per_minute) * breathless;
    part_with_advice(Code::Pauses, PartName::Pauses, share, rubric::PAUSES_POINTS, why, evidence, todo)
}

/// Returns whether a pause is too long for its location.
pub(crate) fn is_long(pause: &Pause) -> bool {
    let limit_s = match pause.place {
        PausePlace::WithinClause => rubric::LONG_WITHIN_CLAUSE_S,
        PausePlace::BetweenClauses | PausePlace::BetweenSentences => rubric::LONG_BETWEEN_S,
    };
    pause.span.duration_s() >= limit_s
}

fn judge_length(length: &Length) -> PartWithAdvice {
    let [shortest, longest] = length.target_s.unwrap_or(ANY_TARGET_S);
    let target = format!("{} to {}", clock(shortest), clock(longest));
    let said = clock(length.answer_s);
    let (share, why, todo) = if length.answer_s < shortest {
        let advice = format!(
            "{said} is over before the point is made. Aim for {target}: say what the situation was, what you did step by step, and what came of it."
        );
        let why = format!("Shorter than {target}.");
        (interpolate(rubric::LENGTH_BELOW, length.answer_s / shortest), why, Some(("Say more".to_string(), advice)))
    } else if length.answer_s > longest {
        let advice = format!(
            "{said} is more than a listener keeps. Aim for {target}: cut the background to two sentences and keep what you did and what came of it."
        );
        let why = format!("Longer than {target}.");
        (interpolate(rubric::LENGTH_ABOVE, length.answer_s / longest), why, Some(("Cut it down".to_string(), advice)))
    } else {
        (1.0, format!("Right for an answer like this ({target})."), None)
    };
    part_with_advice(Code::Length, PartName::Length, share, rubric::LENGTH_POINTS, why, Vec::new(), todo)
}

fn voice(voice: &Voice) -> Option<PartWithAdvice> {
    let spread = voice.f0_sd_semitones?;
    let (why, todo) = if spread < rubric::VOICE_FLAT_SEMITONES {
        let advice = format!(
            "Your pitch moves by {} semitones; 2 to 4 is ordinary. Say the sentence that matters most as if you told a friend, and let your voice fall at its end.",
            number(spread)
        );
        ("The pitch hardly moves, which sounds flat.".to_string(), Some(("Let your voice move".to_string(), advice)))
    } else if spread > rubric::VOICE_LIVELY_SEMITONES {
        ("Lively.".to_string(), None)
    } else {
        ("The pitch moves as in ordinary talk.".to_string(), None)
    };
    Some(part_with_advice(
        Code::Voice,
        PartName::Voice,
        interpolate(rubric::VOICE_SD_SEMITONES, spread),
        rubric::VOICE_POINTS,
        why,
        Vec::new(),
        todo,
    ))
}

/// Quotes the words from a time on.
fn quote(words: &[AnswerWord<'_>], start_s: f64) -> Evidence {
    let first = words.iter().position(|w| w.span.is_some_and(|s| s.end_s > start_s)).unwrap_or(words.len());
    let said: Vec<&str> = words[first..].iter().take(MAX_QUOTED_WORDS).map(|w| w.text).collect();
    let more = if words.len() > first + MAX_QUOTED_WORDS { " ..." } else { "" };
    Evidence { start_s: Some(start_s), text: format!("{}{more}", said.join(" ")) }
}

/// Quotes a pause with the words around it.
fn pause_quote(words: &[AnswerWord<'_>], pause: &Pause) -> Evidence {
    let follows = |w: &AnswerWord<'_>| w.span.is_some_and(|s| s.start_s >= pause.span.end_s - 0.1);
    let after = words.iter().position(follows).unwrap_or(words.len());
    let said = |range: std::ops::Range<usize>| words[range].iter().map(|w| w.text).collect::<Vec<_>>().join(" ");
    let before = said(after.saturating_sub(3)..after);
    let next = said(after..(after + 3).min(words.len()));
    Evidence {
        start_s: Some(pause.span.start_s),
        text: format!("{before} ({}\u{a0}s) {next}", number(pause.span.duration_s())),
    }
}
