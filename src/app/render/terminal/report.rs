//! The report for a terminal: first what to do, then why, then the transcript.
//!
//! Colour and weight only repeat what the words say, so the report reads the same as plain text. Lines are at most
//! [`WIDEST`](crate::app::render::terminal::lines::WIDEST) columns wide and fit the terminal when it is narrower.

use anstyle::{AnsiColor, Style};

use crate::app::history::last_time::LastTime;
use crate::app::render::shown::{OtherTurn, Paragraph, Shown};
use crate::app::render::shown::{
    WITHOUT_REASON, about_whom, begins_before, file_name, headline, left_out, length_as_spoken, others_said,
    paragraphs, reminders, shares, shown_words, whole,
};
use crate::app::render::terminal::lines::Lines;
use crate::disfluency::Filler;
use crate::metrics::pauses::Pause;
use crate::plain::{clock, number, one_line};
use crate::report::Report;
use crate::score::{Evidence, PartName, PartScore};

/// The minimum length of a pause shown in the transcript, in seconds.
const SHOWN_PAUSE_S: f64 = 1.0;
/// The minimum width of a terminal for a measure and its verdict to share a line, in columns.
const ONE_LINE_FROM: usize = 60;

const HEADING: Style = Style::new().bold();
const FILLER: Style = AnsiColor::Yellow.on_default().bold();
const PAUSE: Style = AnsiColor::Cyan.on_default();

/// Renders the report for a terminal that is `columns` wide. The text contains ANSI styles; strip them where they
/// cannot be shown.
pub fn render(report: &Report, columns: usize) -> String {
    render_after(report, None, columns)
}

/// Renders the report like [`render`], with reminders of the advice from last time before the score.
pub fn render_after(report: &Report, last: Option<&LastTime>, columns: usize) -> String {
    let mut page = Lines::new(columns);
    write_title(&mut page, report);
    write_last_time(&mut page, last);
    write_score(&mut page, report);
    write_priorities(&mut page, report);
    write_story(&mut page, report);
    write_measures(&mut page, report);
    write_transcript(&mut page, report);
    write_others(&mut page, report);
    write_warnings(&mut page, report);
    page.into_text()
}

fn write_heading(page: &mut Lines, heading: &str) {
    page.line("");
    page.line(&styled(HEADING, heading));
}

fn write_title(page: &mut Lines, report: &Report) {
    let name = one_line(&file_name(report));
    let length = report.recording.duration_s.map_or(String::new(), |s| format!(", {}", clock(s)));
    page.paragraph("", &format!("{name}{length}"));
    if let Some(question) = &report.question {
        page.paragraph("", &format!("Question: {}", one_line(&question.text)));
    }
    if let Some(whom) = report.speakers.as_ref().and_then(about_whom) {
        page.paragraph("", &whom);
    }
}

fn write_last_time(page: &mut Lines, last: Option<&LastTime>) {
    let Some(last) = last else { return };
    page.line("");
    reminders(last).iter().for_each(|reminder| page.paragraph("", &reminder.sentence()));
}

fn write_score(page: &mut Lines, report: &Report) {
    page.line("");
    match headline(report) {
        Some((what, points, out_of)) => {
            page.line(&styled(HEADING, &format!("{what} {points} of {out_of}")));
            page.paragraph("", &shares(report));
        }
        None => {
            page.line(&styled(HEADING, "No score"));
            for warning in report.warnings.iter().take(1) {
                page.paragraph("", &one_line(&format!("{} {}", warning.message, warning.remedy)));
            }
        }
    }
    if let Some(left_out) = left_out(report) {
        page.paragraph("", &left_out);
    }
}

fn write_priorities(page: &mut Lines, report: &Report) {
    if report.score.priorities.is_empty() {
        return;
    }
    write_heading(page, "Next take");
    for (i, priority) in report.score.priorities.iter().enumerate() {
        page.paragraph(&format!("{}. ", i + 1), &one_line(&format!("{}. {}", priority.title, priority.advice)));
        for evidence in &priority.evidence {
            write_evidence(page, evidence);
        }
    }
    if let Some(keep) = &report.score.keep {
        page.paragraph("", "Keep this moment as it is:");
        write_evidence(page, keep);
    }
}

fn write_evidence(page: &mut Lines, evidence: &Evidence) {
    match evidence.start_s {
        Some(start_s) => page.paragraph(&format!("   {:>5}  ", clock(start_s)), &one_line(&evidence.text)),
        None => page.paragraph("   > ", &one_line(&evidence.text)),
    }
}

fn write_story(page: &mut Lines, report: &Report) {
    let parts: Vec<&PartScore> = report.score.story_parts().collect();
    if parts.is_empty() {
        return;
    }
    write_heading(page, "The story");
    for part in &parts {
        let (name, why) = (one_line(&part.name.label()), one_line(&part.why));
        let points = format!("{} of {}", whole(part.points), whole(part.out_of));
        if page.width() >= ONE_LINE_FROM {
            page.paragraph(&format!("{name:<15} {points:>10}  "), &why);
        } else {
            page.paragraph("  ", format!("{name}, {points}. {why}").trim_end());
        }
    }
    if parts.iter().any(|p| p.why.is_empty()) {
        page.paragraph("", WITHOUT_REASON);
    }
}

fn write_measures(page: &mut Lines, report: &Report) {
    let rows = measures(report);
    if rows.is_empty() {
        return;
    }
    write_heading(page, if report.length.is_some() { "How you said it" } else { "Words" });
    let widest = rows.iter().map(|r| r.value.chars().count()).max().unwrap_or(0);
    for Measure { name, value, verdict } in rows {
        if page.width() >= ONE_LINE_FROM {
            page.paragraph(&format!("{name:<8} {value:<widest$}  "), &verdict);
        } else {
            page.paragraph(&format!("{name:<8} "), &format!("{value}. {verdict}"));
        }
    }
    if let Some(latency) = first_word(report) {
        page.paragraph("", &latency);
    }
}

fn write_transcript(page: &mut Lines, report: &Report) {
    let words = shown_words(report);
    if words.is_empty() {
        return;
    }
    write_heading(page, if report.transcript.is_some() { "What you said" } else { "What you wrote" });
    let pauses: Vec<&Pause> =
        report.pauses.iter().flat_map(|p| &p.events).filter(|p| p.span.duration_s() >= SHOWN_PAUSE_S).collect();
    let paragraphs = paragraphs(report, &words);
    let unwritten: Vec<&Filler> = report.fillers.iter().flat_map(|f| &f.events).filter(|e| e.word.is_none()).collect();
    let mut legend = Vec::new();
    if words.iter().any(|w| w.opens || w.closes) {
        legend.push(format!("{} filler", styled(FILLER, "[um]")));
    }
    if !unwritten.is_empty() {
        legend.push(format!("{} heard, though not written down", styled(FILLER, "[uh?]")));
    }
    if !pauses.is_empty() {
        legend.push(format!("{} silence of a second or more", styled(PAUSE, "(1.2 s)")));
    }
    if paragraphs.iter().any(|p| p.part.as_ref().is_some_and(|part| part.ends_with('?'))) {
        legend.push("result? perhaps the result".to_string());
    }
    if !legend.is_empty() {
        let legend = legend.join("   ");
        page.paragraph("", &legend);
    }
    for Paragraph { range, part } in paragraphs {
        let when = words[range.start].span.map_or(String::new(), |s| clock(s.start_s));
        let mut text = String::new();
        for i in range {
            let before = |event: &&&Filler| event.span.is_some_and(|span| begins_before(&span, &words, i));
            for event in unwritten.iter().filter(before) {
                text.push_str(&styled(FILLER, &format!("[{}?]", one_line(&event.label()))));
                text.push(' ');
            }
            for pause in pauses.iter().filter(|p| begins_before(&p.span, &words, i)) {
                text.push_str(&styled(PAUSE, &format!("({}\u{a0}s)", number(pause.span.duration_s()))));
                text.push(' ');
            }
            text.push_str(&marked(&words[i]));
            text.push(' ');
        }
        let when = if report.transcript.is_some() { format!("{when:>5}  ") } else { String::new() };
        let margin = match &part {
            Some(part) if page.width() >= ONE_LINE_FROM => format!("{when}{part:<11}"),
            _ => when,
        };
        let text = text.trim_end();
        match &part {
            Some(part) if page.width() < ONE_LINE_FROM => page.paragraph(&margin, &format!("{part}: {text}")),
            _ => page.paragraph(&margin, text),
        }
    }
}

fn write_others(page: &mut Lines, report: &Report) {
    let said = others_said(report);
    if said.is_empty() {
        return;
    }
    write_heading(page, "The other person said");
    page.paragraph("", "None of this counts.");
    for OtherTurn { start_s, text, is_unsure } in said {
        let unsure = if is_unsure { "perhaps you: " } else { "" };
        page.paragraph(&format!("{:>5}  ", clock(start_s)), &format!("{unsure}{text}"));
    }
}

fn write_warnings(page: &mut Lines, report: &Report) {
    // Without a score, the first warning was already shown in its place.
    let said = usize::from(report.score.overall.is_none());
    let rest = report.warnings.get(said..).unwrap_or_default();
    if rest.is_empty() {
        return;
    }
    write_heading(page, if report.transcript.is_some() { "About the recording" } else { "About the draft" });
    for warning in rest {
        page.paragraph("- ", &format!("{} {}", one_line(&warning.message), one_line(&warning.remedy)));
    }
}

/// A line of the list of measures.
struct Measure {
    name: &'static str,
    value: String,
    verdict: String,
}

/// Returns the measures, each with its value and a verdict.
fn measures(report: &Report) -> Vec<Measure> {
    let measure = |name, part: PartName, value: String| {
        let part = report.score.parts.iter().find(|p| p.name == part);
        let verdict = part
            .map_or(String::new(), |p| format!("{} {} of {:.0} points.", one_line(&p.why), whole(p.points), p.out_of));
        Measure { name, value, verdict }
    };
    let mut rows = Vec::new();
    if let Some(pace) = &report.pace {
        rows.push(measure("Pace", PartName::Pace, format!("{:.0} words a minute", pace.words_per_minute)));
    }
    if let Some(fillers) = &report.fillers {
        let rate = fillers.per_minute.map(|rate| format!("{} a minute", number(rate)));
        let value = rate.unwrap_or_else(|| format!("{} in 100 words", number(fillers.per_100_words)));
        rows.push(measure("Fillers", PartName::Fillers, value));
    }
    if let Some(pauses) = &report.pauses {
        let longest = pauses.longest_s.map_or("none".to_string(), |s| format!("longest {}\u{a0}s", number(s)));
        rows.push(measure("Pauses", PartName::Pauses, longest));
    }
    if let Some((value, verdict)) = length_as_spoken(report) {
        rows.push(Measure { name: "Length", value, verdict });
    }
    if let Some(length) = &report.length {
        rows.push(measure("Length", PartName::Length, clock(length.answer_s)));
    }
    if let Some(voice) = &report.voice {
        let spread = voice.f0_sd_semitones;
        let value = spread.map_or("pitch not measured".to_string(), |s| format!("{} semitones", number(s)));
        rows.push(measure("Voice", PartName::Voice, value));
    }
    rows
}

/// Returns a sentence with the response latency after a question that aloud asked; `None` for any other answer. The
/// latency is not scored: a pause of two seconds lowers perceived sincerity (Ziano and Wang 2021), but the best latency
/// is not known.
pub fn first_word(report: &Report) -> Option<String> {
    let interview = report.interview.as_ref()?;
    let (latency_s, uncertainty_s) = (interview.response_latency_s?, interview.latency_uncertainty_s?);
    let uncertainty_s = (uncertainty_s * 100.0).ceil() / 100.0;
    Some(format!(
        "Your first word came {latency_s:.1}\u{a0}s after the question (give or take {uncertainty_s:.2}\u{a0}s; not scored)."
    ))
}

/// Returns a word with brackets where a filler begins and ends; punctuation after the filler stays outside.
fn marked(word: &Shown) -> String {
    if !word.inside {
        return word.text.clone();
    }
    let bare = word.text.trim_end_matches(|c: char| c.is_ascii_punctuation());
    let open = if word.opens { "[" } else { "" };
    let close = if word.closes { "]" } else { "" };
    format!("{}{}", styled(FILLER, &format!("{open}{bare}{close}")), &word.text[bare.len()..])
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::last_time::{Followed, Outcome};
    use crate::app::render::terminal::lines::WIDEST;
    use crate::codes::Code;
    use crate::disfluency::LeftOut;
    use crate::span::Span;

    /// Renders a sample report, modified by `change`, for a terminal that is `columns` wide, without styles.
    fn read_at(columns: usize, change: impl FnOnce(&mut Report)) -> String {
        let mut report: Report =
            serde_json::from_str(include_str!("../../../../tests/fixtures/report.json")).expect("a report");
        change(&mut report);
        anstream::adapter::strip_str(&render(&report, columns)).to_string()
    }

    #[test]
    fn the_report_reads_well_wide_and_narrow() {
        insta::assert_snapshot!("report_80", read_at(80, |_| {}));
        insta::assert_snapshot!("report_40", read_at(40, |_| {}));
        insta::assert_snapshot!("report_30", read_at(30, |_| {}));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [24, 30, 40, 44, 57, 80, 200] {
            for change in [|_: &mut Report| {}, with_another] {
                let text = read_at(columns, change);
                let widest = text.lines().map(|l| l.chars().count()).max().unwrap_or(0);
                assert!(widest <= columns.min(WIDEST), "{widest} at {columns}");
            }
        }
    }

    #[test]
    fn a_report_begins_with_what_was_told_last_time_and_what_became_of_it() {
        let report: Report = serde_json::from_str(include_str!("../../../../tests/fixtures/report.json")).unwrap();
        let evidence = |start_s, text: &str| Some(Evidence { start_s, text: text.into() });
        let told = |code, title: &str, outcome| Followed { code: Some(code), title: title.into(), outcome };
        let mut last = LastTime {
            id: 3,
            answered_at: "2026-11-01T18:00:00Z".parse().unwrap(),
            same_question: true,
            told: vec![
                told(
                    Code::NoResult,
                    "Give it an ending",
                    Outcome::Done { evidence: evidence(Some(48.2), "By five in the morning all nine pallets ...") },
                ),
                told(Code::OwnPart, "Say which part was yours", Outcome::Unsure),
                told(
                    Code::Fillers,
                    "Swap fillers for silence",
                    Outcome::Done { evidence: evidence(None, "4.1 a minute, after 11") },
                ),
                told(
                    Code::Pace,
                    "Slow down\u{1b}[2J",
                    Outcome::Open { evidence: evidence(Some(5.0), "and then we \u{9b}") },
                ),
            ],
        };
        let mut text = String::new();
        for columns in [80, 44] {
            let rendered = anstream::adapter::strip_str(&render_after(&report, Some(&last), columns)).to_string();
            text.push_str(rendered.split("Score").next().unwrap());
            assert!(rendered.lines().all(|l| crate::app::render::terminal::lines::width(l) <= columns), "{rendered}");
        }
        last.same_question = false;
        last.told.truncate(1);
        let rendered = anstream::adapter::strip_str(&render_after(&report, Some(&last), 80)).to_string();
        text.push_str(rendered.split("Score").next().unwrap());
        assert!(!text.contains(['\u{1b}', '\u{9b}']));
        insta::assert_snapshot!("last_time", text);
    }

    /// Adds another person, who speaks before the answer and once within it.
    fn with_another(report: &mut Report) {
        report.speakers = Some(
            serde_json::from_value(serde_json::json!({
                "count": 2, "heard": "two", "confidence": 0.99, "how": "voices", "me_confidence": 0.7,
                "turns": [
                    {"who": "other", "start_s": 0.2, "end_s": 1.5}, {"who": "me", "start_s": 2.0, "end_s": 20.0},
                    {"who": "unsure", "start_s": 20.2, "end_s": 20.5}, {"who": "me", "start_s": 21.0, "end_s": 60.0}
                ],
                "other_words": [
                    {"text": "What", "start_s": 0.2, "end_s": 0.5, "confidence": 0.9, "filler": false},
                    {"text": "happened\u{1b}[2J?", "start_s": 0.6, "end_s": 1.4, "confidence": 0.9, "filler": false},
                    {"text": "Right.", "start_s": 20.2, "end_s": 20.5, "confidence": 0.9, "filler": false}
                ]
            }))
            .expect("speakers"),
        );
    }

    #[test]
    fn what_another_says_is_apart_and_whom_the_report_is_about_is_said_first() {
        let text = read_at(44, with_another);
        let lines: Vec<&str> = text.lines().collect();
        let at = |part: &str| lines.iter().position(|l| l.contains(part)).unwrap_or_else(|| panic!("{part} in {text}"));
        assert!(at("Two voices were heard.") < at("Score"));
        assert!(at("What you said") < at("The other person said"));
        assert!(lines[at(" 0:00  What happened")].ends_with('?'), "{text}");
        assert!(text.contains(" 0:20  perhaps you: Right."), "{text}");
        assert!(!text.contains('\u{1b}'));
        assert!(!read_at(80, |_| {}).contains("other person"));
    }

    #[test]
    fn a_filled_pause_that_was_only_heard_is_shown_with_its_doubt() {
        let text = read_at(80, |report| {
            let start_s = report.transcript.as_ref().unwrap().words[9].span.start_s;
            let mut heard = report.fillers.as_ref().unwrap().events[0].clone();
            (heard.word, heard.words, heard.text) = (None, 0, "uh".into());
            heard.span = Some(Span::new(start_s - 0.01, start_s));
            report.fillers.as_mut().unwrap().events.push(heard);
        });
        assert_eq!(text.matches("[uh?]").count(), 2, "in the legend and where it was heard: {text}");
    }

    #[test]
    fn somebody_who_stutters_reads_what_was_left_out() {
        let left_out = LeftOut {
            begun_again: 1,
            sounds_in_words: 2,
            sounds_beside_words: 1,
            blocks: vec![Span::new(1.0, 1.5), Span::new(4.0, 5.0)],
        };
        let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = one_line(read_at(200, |report| report.left_out = Some(left_out.clone())));
        assert!(text.contains(
            "left out of every measure: 1 word or part of a word begun again, 3 repeated or held sounds, 2 silences inside a clause (1.5 s)."
        ), "{text}");
        let nothing = one_line(read_at(200, |report| report.left_out = Some(LeftOut::default())));
        assert!(nothing.contains("nothing to leave out"), "{nothing}");
        assert!(!read_at(200, |_| {}).contains("eft out of every measure"));
    }

    #[test]
    fn text_from_outside_cannot_steer_the_terminal() {
        let text = read_at(80, |report| {
            report.recording.path = "a\u{1b}[31m\rb.wav".into();
            if let Some(transcript) = &mut report.transcript {
                transcript.words[3].text = "\u{1b}]0;title\u{7}word".into();
            }
            // An imported report can contain any text.
            let (steering, score) = ("\u{9b}2J\r\u{7}", &mut report.score);
            (score.priorities[0].title, score.priorities[0].advice) = (steering.into(), steering.into());
            score.parts.iter_mut().for_each(|p| p.why = steering.into());
            report.fillers.as_mut().unwrap().events[0].word = None;
            report.fillers.as_mut().unwrap().events[0].text = steering.into();
        });
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\r', '\u{7}']), "{text}");
        let styled = render(
            &serde_json::from_str(include_str!("../../../../tests/fixtures/report.json")).expect("a report"),
            80,
        );
        assert!(styled.contains("\u{1b}["), "styles are there for a terminal that shows them");
    }
}
