//! How it was said: the points of pace, fillers, pauses, length and voice, why, and what a coach would say about them.

use super::{Evidence, Judged, Measures, Part, PartName, Said, judged, rubric, rubric::share};
use crate::codes::Code;
use crate::disfluency::{Filler, Kind, stutter_like};
use crate::metrics::length::ANY_TARGET_S;
use crate::metrics::pauses::{Pause, Place};
use crate::metrics::{Fillers, Length, Pace, Pauses, Voice};
use crate::plain::{capital, clock, counted, number};

/// A filled pause that is less sure than this is said to be uncertain.
const SURE_FILLER: f64 = 0.5;
/// The discourse marker that counts as much as a filled pause.
const LIKE: &str = "like";
/// Moments shown for one part at most.
const MOST_EVIDENCE: usize = 3;
/// Moments nearer to each other than this are one, in seconds.
const APART_S: f64 = 5.0;
/// Words quoted from a moment on.
const QUOTED_WORDS: usize = 7;

/// Judges every part that was measured, in the order to read them. Of a draft nothing is: how it would be said is not known.
pub(super) fn judge(measures: &Measures<'_>) -> Vec<Judged> {
    let Some(length) = measures.length else { return Vec::new() };
    let words = &measures.words;
    // Without its blocks, how much of an answer is silent does not tell whether the speaker is out of breath.
    let breath = measures.pace.filter(|_| !measures.stutters);
    let parts = [
        measures.pace.map(|p| pace(p, words)),
        measures.fillers.map(|f| fillers(f, measures.stutters, words, length.answer_s)),
        measures.pauses.map(|p| pauses(p, breath, words, length.answer_s)),
        Some(judge_length(length)),
        measures.voice.and_then(voice),
    ];
    let mut parts: Vec<Judged> = parts.into_iter().flatten().collect();
    let [shortest, _] = length.target_s.unwrap_or(ANY_TARGET_S);
    let told = length.answer_s / (rubric::ENOUGH_TO_TELL * shortest);
    if told < 1.0 {
        parts.iter_mut().filter(|j| j.part.name != PartName::Length).for_each(|j| count_for_less(&mut j.part, told));
    }
    parts
}

/// Lowers a part's points where the answer is too short to tell.
fn count_for_less(part: &mut Part, told: f64) {
    part.points = (part.points * told).round();
    part.why.push_str(" Too short an answer to count in full.");
}

fn pace(pace: &Pace, words: &[Said<'_>]) -> Judged {
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
    let share = share(rubric::PACE_WORDS_PER_MINUTE, rate);
    judged(Code::Pace, PartName::Pace, share, rubric::PACE_POINTS, why, evidence, todo)
}

fn fillers(fillers: &Fillers, stutters: bool, words: &[Said<'_>], answer_s: f64) -> Judged {
    let in_full = |e: &&Filler| e.kind == Kind::FilledPause || e.kind == Kind::DiscourseMarker && e.text == LIKE;
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
        let moments = thickest(&fillers.events).into_iter().filter_map(|e| e.span);
        (
            why,
            moments.map(|s| quote(words, s.start_s)).collect(),
            Some(("Swap fillers for silence".to_string(), advice)),
        )
    };
    let texts: Vec<&str> = words.iter().map(|w| w.text).collect();
    let again = stutter_like(&texts).into_iter().filter(|again| *again).count();
    // What is left out is said of the whole report.
    if again > 0 && !stutters {
        why.push_str(&format!(" Words begun again ({again}) count neither as fillers nor twice."));
    }
    let share = share(rubric::FILLERS_PER_MINUTE, rate);
    judged(Code::Fillers, PartName::Fillers, share, rubric::FILLERS_POINTS, why, evidence, todo)
}

/// Fillers from where they come thickest, each moment at least [`APART_S`] from the others, in the order they were said.
fn thickest(events: &[Filler]) -> Vec<&Filler> {
    let start_s = |e: &Filler| e.span.map_or(0.0, |s| s.start_s);
    let near = |e: &Filler| events.iter().filter(|o| (0.0..APART_S).contains(&(start_s(o) - start_s(e)))).count();
    let mut order: Vec<&Filler> = events.iter().collect();
    order.sort_by_key(|e| std::cmp::Reverse(near(e)));
    let mut chosen: Vec<&Filler> = Vec::new();
    for event in order {
        let apart = chosen.iter().all(|c| (start_s(c) - start_s(event)).abs() >= APART_S);
        if chosen.len() < MOST_EVIDENCE && apart {
            chosen.push(event);
        }
    }
    chosen.sort_by(|a, b| start_s(a).total_cmp(&start_s(b)));
    chosen
}

/// What fillers there were, um and uh apart: "about 8 um and uh, one of them uncertain, 12 others (like 3, so 2, more 7)".
fn tally(events: &[Filler]) -> String {
    let (filled, others): (Vec<&Filler>, Vec<&Filler>) = events.iter().partition(|e| e.kind == Kind::FilledPause);
    let uncertain = match filled.iter().filter(|e| e.confidence < SURE_FILLER).count() {
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

/// Which they were and how often, the most frequent first: "like 3, doubled words 2, more 4".
fn most_frequent(events: &[&Filler]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for event in events {
        let name = match event.kind {
            Kind::FilledPause | Kind::DiscourseMarker => event.label(),
            Kind::Repetition => "doubled words".to_string(),
            Kind::FalseStart => "false starts".to_string(),
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

fn pauses(pauses: &Pauses, pace: Option<&Pace>, words: &[Said<'_>], answer_s: f64) -> Judged {
    let long: Vec<&Pause> = pauses.events.iter().filter(|p| is_long(p)).collect();
    let per_minute = if answer_s > 0.0 { long.len() as f64 * 60.0 / answer_s } else { 0.0 };
    let phonation = pace.map_or(0.0, |p| p.phonation_time_ratio);
    let breathless =
        if answer_s >= rubric::BREATHLESS_FROM_S { share(rubric::BREATHLESS_PHONATION_RATIO, phonation) } else { 1.0 };
    let mut longest = long.clone();
    longest.sort_by(|a, b| b.span.duration_s().total_cmp(&a.span.duration_s()));
    longest.truncate(MOST_EVIDENCE);
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
    let share = share(rubric::LONG_PAUSES_PER_MINUTE, per_minute) * breathless;
    judged(Code::Pauses, PartName::Pauses, share, rubric::PAUSES_POINTS, why, evidence, todo)
}

/// Whether a pause is long for its place.
pub(crate) fn is_long(pause: &Pause) -> bool {
    let limit_s = match pause.place {
        Place::WithinClause => rubric::LONG_WITHIN_CLAUSE_S,
        Place::BetweenClauses | Place::BetweenSentences => rubric::LONG_BETWEEN_S,
    };
    pause.span.duration_s() >= limit_s
}

fn judge_length(length: &Length) -> Judged {
    let [shortest, longest] = length.target_s.unwrap_or(ANY_TARGET_S);
    let target = format!("{} to {}", clock(shortest), clock(longest));
    let said = clock(length.answer_s);
    let (share, why, todo) = if length.answer_s < shortest {
        let advice = format!(
            "{said} is over before the point is made. Aim for {target}: say what the situation was, what you did step by step, and what came of it."
        );
        let why = format!("Shorter than {target}.");
        (share(rubric::LENGTH_BELOW, length.answer_s / shortest), why, Some(("Say more".to_string(), advice)))
    } else if length.answer_s > longest {
        let advice = format!(
            "{said} is more than a listener keeps. Aim for {target}: cut the background to two sentences and keep what you did and what came of it."
        );
        let why = format!("Longer than {target}.");
        (share(rubric::LENGTH_ABOVE, length.answer_s / longest), why, Some(("Cut it down".to_string(), advice)))
    } else {
        (1.0, format!("Right for an answer like this ({target})."), None)
    };
    judged(Code::Length, PartName::Length, share, rubric::LENGTH_POINTS, why, Vec::new(), todo)
}

fn voice(voice: &Voice) -> Option<Judged> {
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
    Some(judged(
        Code::Voice,
        PartName::Voice,
        share(rubric::VOICE_SD_SEMITONES, spread),
        rubric::VOICE_POINTS,
        why,
        Vec::new(),
        todo,
    ))
}

/// What is said from a moment on.
fn quote(words: &[Said<'_>], start_s: f64) -> Evidence {
    let first = words.iter().position(|w| w.span.is_some_and(|s| s.end_s > start_s)).unwrap_or(words.len());
    let said: Vec<&str> = words[first..].iter().take(QUOTED_WORDS).map(|w| w.text).collect();
    let more = if words.len() > first + QUOTED_WORDS { " ..." } else { "" };
    Evidence { start_s: Some(start_s), text: format!("{}{more}", said.join(" ")) }
}

/// A pause between the words around it.
fn pause_quote(words: &[Said<'_>], pause: &Pause) -> Evidence {
    let follows = |w: &Said<'_>| w.span.is_some_and(|s| s.start_s >= pause.span.end_s - 0.1);
    let after = words.iter().position(follows).unwrap_or(words.len());
    let said = |range: std::ops::Range<usize>| words[range].iter().map(|w| w.text).collect::<Vec<_>>().join(" ");
    let before = said(after.saturating_sub(3)..after);
    let next = said(after..(after + 3).min(words.len()));
    Evidence {
        start_s: Some(pause.span.start_s),
        text: format!("{before} ({}\u{a0}s) {next}", number(pause.span.duration_s())),
    }
}
