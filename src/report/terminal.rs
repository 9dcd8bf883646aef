//! The report for reading in a terminal: what to do first, then why, then the words.
//!
//! Plain text first: colour and weight only repeat what the words say, so that it reads the same without them. Lines
//! are at most [`WIDEST`] columns and fit the terminal when it is narrower.

use std::ops::Range;

use anstyle::{AnsiColor, Style};

use super::Report;
use crate::metrics::fillers::Filler;
use crate::metrics::pauses::Pause;
use crate::plain::{clock, number, one_line};
use crate::score::Evidence;
use crate::transcript::Word;

/// The widest line, in columns: longer ones are hard to read.
pub const WIDEST: usize = 80;
/// The narrowest layout, in columns.
const NARROWEST: usize = 36;
/// Pauses from this length on are shown in the transcript, in seconds.
const SHOWN_PAUSE_S: f64 = 1.0;
/// Narrower than this, a measure's verdict goes on its own line, in columns.
const ONE_LINE_FROM: usize = 60;

/// A paragraph of the transcript ends with the first sentence after this many words.
const PARAGRAPH_WORDS: usize = 30;

const HEADING: Style = Style::new().bold();
const FILLER: Style = AnsiColor::Yellow.on_default().bold();
const PAUSE: Style = AnsiColor::Cyan.on_default();

/// Lays the report out for a terminal of `columns`. The text carries ANSI styles; strip them where they cannot be shown.
pub fn render(report: &Report, columns: usize) -> String {
    let mut page = Page { text: String::new(), width: columns.clamp(NARROWEST, WIDEST) };
    page.title(report);
    page.score(report);
    page.priorities(report);
    page.measures(report);
    page.transcript(report);
    page.warnings(report);
    page.text
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(&styled(HEADING, heading));
    }

    /// A paragraph that begins with `first` and continues below it.
    fn paragraph(&mut self, first: &str, text: &str) {
        let indent = " ".repeat(first.len());
        let options = textwrap::Options::new(self.width).initial_indent(first).subsequent_indent(&indent);
        for line in textwrap::wrap(text, options) {
            self.line(&line);
        }
    }

    fn title(&mut self, report: &Report) {
        let name = std::path::Path::new(&report.recording.path).file_name();
        let name = one_line(&name.map_or_else(|| report.recording.path.clone(), |n| n.to_string_lossy().into_owned()));
        let length = report.recording.duration_s.map_or(String::new(), |s| format!(", {}", clock(s)));
        self.paragraph("", &format!("{name}{length}"));
        if let Some(question) = &report.question {
            self.paragraph("", &format!("Question: {}", one_line(&question.text)));
        }
    }

    fn score(&mut self, report: &Report) {
        self.line("");
        match report.score.overall {
            Some(overall) => {
                self.line(&styled(HEADING, &format!("Score {overall:.0} of 100")));
                let names: Vec<&str> = report.score.parts.iter().map(|p| p.name.as_str()).collect();
                self.paragraph("", &format!("From {}. What you said is not judged yet.", listed(&names)));
            }
            None => {
                self.line(&styled(HEADING, "No score"));
                for warning in report.warnings.iter().take(1) {
                    self.paragraph("", &format!("{} {}", warning.message, warning.remedy));
                }
            }
        }
    }

    fn priorities(&mut self, report: &Report) {
        if report.score.priorities.is_empty() {
            return;
        }
        self.heading("Next take");
        for (i, priority) in report.score.priorities.iter().enumerate() {
            self.paragraph(&format!("{}. ", i + 1), &format!("{}. {}", priority.title, priority.advice));
            for evidence in &priority.evidence {
                self.evidence(evidence);
            }
        }
    }

    fn evidence(&mut self, evidence: &Evidence) {
        let when = evidence.start_s.map_or(String::new(), clock);
        self.paragraph(&format!("   {when:>5}  "), &one_line(&evidence.text));
    }

    fn measures(&mut self, report: &Report) {
        let rows = measures(report);
        if rows.is_empty() {
            return;
        }
        self.heading("Measures");
        let widest = rows.iter().map(|r| r.value.chars().count()).max().unwrap_or(0);
        for Measure { name, value, verdict } in rows {
            if self.width >= ONE_LINE_FROM {
                self.paragraph(&format!("{name:<8} {value:<widest$}  "), &verdict);
            } else {
                self.paragraph(&format!("{name:<8} "), &format!("{value}. {verdict}"));
            }
        }
    }

    fn transcript(&mut self, report: &Report) {
        let Some(transcript) = report.transcript.as_ref().filter(|t| !t.words.is_empty()) else { return };
        self.heading("What you said");
        let pauses: Vec<&Pause> =
            report.pauses.iter().flat_map(|p| &p.events).filter(|p| p.span.duration_s() >= SHOWN_PAUSE_S).collect();
        let mut legend = Vec::new();
        if transcript.words.iter().any(|w| w.filler) {
            legend.push(format!("{} filler", styled(FILLER, "[um]")));
        }
        if !pauses.is_empty() {
            legend.push(format!("{} silence of a second or more", styled(PAUSE, "(1.2 s)")));
        }
        if !legend.is_empty() {
            let legend = legend.join("   ");
            self.line(&legend);
        }
        let fillers = report.fillers.as_ref().map_or(&[][..], |f| &f.events);
        for paragraph in paragraphs(&transcript.words) {
            let start_s = transcript.words[paragraph.start].span.start_s;
            let mut text = String::new();
            for i in paragraph {
                for pause in pauses.iter().filter(|p| is_before(p, &transcript.words, i)) {
                    text.push_str(&styled(PAUSE, &format!("({}\u{a0}s)", number(pause.span.duration_s()))));
                    text.push(' ');
                }
                text.push_str(&marked(&transcript.words, fillers, i));
                text.push(' ');
            }
            self.paragraph(&format!("{:>5}  ", clock(start_s)), text.trim_end());
        }
    }

    fn warnings(&mut self, report: &Report) {
        // Without a score, the first warning stands in its place.
        let said = usize::from(report.score.overall.is_none());
        let rest = report.warnings.get(said..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
        self.heading("About the recording");
        for warning in rest {
            self.paragraph("- ", &format!("{} {}", one_line(&warning.message), one_line(&warning.remedy)));
        }
    }
}

/// A line of the measures.
struct Measure {
    name: &'static str,
    value: String,
    verdict: String,
}

/// The measures there are, each with its number and what to think of it.
fn measures(report: &Report) -> Vec<Measure> {
    let measure = |name, part: &str, value: String| {
        let part = report.score.parts.iter().find(|p| p.name == part);
        let verdict =
            part.map_or(String::new(), |p| format!("{} {} of {:.0} points.", p.why, whole(p.points), p.out_of));
        Measure { name, value, verdict }
    };
    let mut rows = Vec::new();
    if let Some(pace) = &report.pace {
        rows.push(measure("Pace", "pace", format!("{:.0} words a minute", pace.words_per_minute)));
    }
    if let Some(fillers) = &report.fillers {
        let rate = fillers.per_minute.map(|rate| format!("{} a minute", number(rate)));
        let value = rate.unwrap_or_else(|| format!("{} in 100 words", number(fillers.per_100_words)));
        rows.push(measure("Fillers", "fillers", value));
    }
    if let Some(pauses) = &report.pauses {
        let longest = pauses.longest_s.map_or("none".to_string(), |s| format!("longest {}\u{a0}s", number(s)));
        rows.push(measure("Pauses", "pauses", longest));
    }
    if let Some(length) = &report.length {
        rows.push(measure("Length", "length", clock(length.answer_s)));
    }
    if let Some(voice) = &report.voice {
        let spread = voice.f0_sd_semitones;
        let value = spread.map_or("pitch not measured".to_string(), |s| format!("{} semitones", number(s)));
        rows.push(measure("Voice", "voice", value));
    }
    rows
}

/// Points without an empty digit: `8`, `8.5`.
fn whole(points: f64) -> String {
    if points.fract() == 0.0 { format!("{points:.0}") } else { format!("{points:.1}") }
}

/// The transcript in paragraphs that end with a sentence, as ranges of words.
fn paragraphs(words: &[Word]) -> Vec<Range<usize>> {
    let mut paragraphs = Vec::new();
    let mut start = 0;
    for (i, word) in words.iter().enumerate() {
        let full = i + 1 - start >= PARAGRAPH_WORDS && word.text.ends_with(['.', '?', '!']);
        if full || i + 1 == words.len() {
            paragraphs.push(start..i + 1);
            start = i + 1;
        }
    }
    paragraphs
}

/// Whether the pause lies between the word `i` and the one before it.
fn is_before(pause: &Pause, words: &[Word], i: usize) -> bool {
    let middle = |w: &Word| (w.span.start_s + w.span.end_s) / 2.0;
    let after_last = i.checked_sub(1).is_none_or(|before| pause.span.start_s >= middle(&words[before]));
    after_last && pause.span.start_s < middle(&words[i])
}

/// Word `i` with brackets where a filler begins and ends; what stands after the filler stays outside of them.
fn marked(words: &[Word], fillers: &[Filler], i: usize) -> String {
    let text = one_line(&words[i].text);
    let Some(range) = fillers.iter().map(Filler::range).find(|range| range.contains(&i)) else { return text };
    let bare = text.trim_end_matches(|c: char| c.is_ascii_punctuation());
    let open = if i == range.start { "[" } else { "" };
    let close = if i + 1 == range.end { "]" } else { "" };
    format!("{}{}", styled(FILLER, &format!("{open}{bare}{close}")), &text[bare.len()..])
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_string(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The report of a sample answer, and its text without styles at a width.
    fn read_at(columns: usize, change: impl FnOnce(&mut Report)) -> String {
        let mut report: Report =
            serde_json::from_str(include_str!("../../tests/fixtures/report.json")).expect("a report");
        change(&mut report);
        anstream::adapter::strip_str(&render(&report, columns)).to_string()
    }

    #[test]
    fn the_report_reads_well_wide_and_narrow() {
        insta::assert_snapshot!("report_80", read_at(80, |_| {}));
        insta::assert_snapshot!("report_40", read_at(40, |_| {}));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [40, 57, 80, 200] {
            let text = read_at(columns, |_| {});
            let widest = text.lines().map(|l| l.chars().count()).max().unwrap_or(0);
            assert!(widest <= columns.min(WIDEST), "{widest} at {columns}");
        }
    }

    #[test]
    fn text_from_outside_cannot_steer_the_terminal() {
        let text = read_at(80, |report| {
            report.recording.path = "a\u{1b}[31m\rb.wav".into();
            if let Some(transcript) = &mut report.transcript {
                transcript.words[3].text = "\u{1b}]0;title\u{7}word".into();
            }
        });
        assert!(!text.contains(['\u{1b}', '\r', '\u{7}']), "{text}");
        let styled =
            render(&serde_json::from_str(include_str!("../../tests/fixtures/report.json")).expect("a report"), 80);
        assert!(styled.contains("\u{1b}["), "styles are there for a terminal that shows them");
    }
}
