//! The report for a terminal: what to do first, then why, then the words.
//!
//! Colour and weight only repeat what the words say, so the report reads the same as plain text. Lines are at most
//! [`WIDEST`](crate::app::render::terminal::lines::WIDEST) columns wide and fit the terminal when it is narrower.

use anstyle::{AnsiColor, Style};

use crate::app::render::shown::Paragraph;
use crate::app::render::shown::{Shown, begins_before, file_name, paragraphs, shares, shown_words, whole};
use crate::app::render::terminal::lines::Lines;
use crate::disfluency::Filler;
use crate::metrics::pauses::Pause;
use crate::plain::{clock, number, one_line};
use crate::report::Report;
use crate::score::{Evidence, Part, PartName};

/// The minimum length of a pause shown in the transcript, in seconds.
const SHOWN_PAUSE_S: f64 = 1.0;
/// The minimum width for a measure and its verdict on one line, in columns.
const ONE_LINE_FROM: usize = 60;

const HEADING: Style = Style::new().bold();
const FILLER: Style = AnsiColor::Yellow.on_default().bold();
const PAUSE: Style = AnsiColor::Cyan.on_default();

/// Renders the report for a terminal of `columns`. The text contains ANSI styles; strip them where they cannot be
/// shown.
pub fn render(report: &Report, columns: usize) -> String {
    let mut page = Lines::new(columns);
    write_title(&mut page, report);
    write_score(&mut page, report);
    write_priorities(&mut page, report);
    write_story(&mut page, report);
    write_measures(&mut page, report);
    write_transcript(&mut page, report);
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
}

fn write_score(page: &mut Lines, report: &Report) {
    page.line("");
    match report.score.overall {
        Some(overall) => {
            page.line(&styled(HEADING, &format!("Score {overall:.0} of 100")));
            page.paragraph("", &shares(report));
        }
        None => {
            page.line(&styled(HEADING, "No score"));
            for warning in report.warnings.iter().take(1) {
                page.paragraph("", &one_line(&format!("{} {}", warning.message, warning.remedy)));
            }
        }
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
    let parts: Vec<&Part> = report.score.story_parts().collect();
    if parts.is_empty() {
        return;
    }
    write_heading(page, "The story");
    for part in parts {
        let (name, why) = (one_line(&part.name.label()), one_line(&part.why));
        let points = format!("{} of {}", whole(part.points), whole(part.out_of));
        if page.width() >= ONE_LINE_FROM {
            page.paragraph(&format!("{name:<15} {points:>10}  "), &why);
        } else {
            page.paragraph("  ", &format!("{name}, {points}. {why}"));
        }
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

/// Returns how long the speaker took to begin after a question that aloud asked; `None` for any other answer. It is told
/// and not scored: a pause of two seconds lowers perceived sincerity (Ziano and Wang 2021), but nobody knows what is best.
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
    use crate::app::render::terminal::lines::WIDEST;
    use crate::span::Span;

    /// Renders a sample report at a width after a `change`, without styles.
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
            let text = read_at(columns, |_| {});
            let widest = text.lines().map(|l| l.chars().count()).max().unwrap_or(0);
            assert!(widest <= columns.min(WIDEST), "{widest} at {columns}");
        }
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
