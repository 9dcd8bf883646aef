//! The page of a recorded interview: `aloud interview --html`.

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::lanes::Lanes;
use super::report::{
    Audio, Drawn, Key, OWN_STYLE, Row, SCRIPT, Table, Todo, Told, date, keys, parts, sound_note, tables, todo, told,
    word_legend,
};
use super::{LANES_STYLE, STYLE, policy};
use crate::app::render::shown::{about_whom, answered, file_name, headline, mark, shares, shown_words};
use crate::interview::{Answer, Interview};
use crate::plain::clock;
use crate::signal::Contours;

/// The contents of an interview's page.
pub struct Shown<'a> {
    /// The interview.
    pub interview: &'a Interview,
    /// The level, pitch and speech contours of the candidate.
    pub contours: &'a Contours,
    /// The lanes of the whole recording.
    pub lanes: Option<&'a Lanes>,
    /// The audio of the whole recording.
    pub audio: Audio,
    /// The time of the interview; `None` if unknown.
    pub answered_at: Option<Timestamp>,
}

/// Renders the page of an interview.
pub fn render(shown: &Shown<'_>, zone: &TimeZone) -> String {
    let interview = shown.interview;
    let styles = vec![STYLE, LANES_STYLE, OWN_STYLE];
    let drawn = shown.lanes.map(|lanes| Drawn::of(lanes, Some(shown.contours)));
    let mut words = 0;
    let answers: Vec<Section> = interview.answers.iter().map(|answer| Section::of(answer, &mut words)).collect();
    let paragraphs = || answers.iter().flat_map(|answer| &answer.paragraphs);
    let length = interview.recording.duration_s.map(clock);
    let when = shown.answered_at.map(|at| date(at, zone));
    let page = Page {
        policy: policy(&styles, SCRIPT, shown.audio.media()),
        styles,
        script: SCRIPT,
        title: format!("Interview: {}", file_name(&interview.whole)),
        about: [length, when].into_iter().flatten().collect::<Vec<_>>().join(", "),
        whom: about_whom(&interview.speakers),
        sound_note: sound_note(drawn.as_ref(), &shown.audio),
        audio: shown.audio.address(),
        signs: keys(shown.lanes, paragraphs()),
        word_legend: word_legend(paragraphs()),
        answers,
        notes: interview.warnings.iter().map(|w| format!("{} {}", w.message, w.remedy)).collect(),
        tables: tables(&interview.whole, Some(shown.contours), shown.lanes),
        drawn,
    };
    super::printable(page.render().expect("writing into memory does not fail"))
}

#[derive(Template)]
#[template(path = "interview.html", config = "src/app/render/page/templates/askama.toml")]
struct Page {
    policy: String,
    styles: Vec<&'static str>,
    script: &'static str,
    title: String,
    about: String,
    whom: Option<String>,
    drawn: Option<Drawn>,
    sound_note: Option<&'static str>,
    audio: Option<String>,
    signs: Vec<Key>,
    word_legend: Vec<(&'static str, &'static str, &'static str)>,
    answers: Vec<Section>,
    notes: Vec<String>,
    tables: Vec<Table>,
}

/// An answer on the page.
struct Section {
    question: String,
    /// Everything that was said before the answer, if that is more than the question.
    heard: Option<String>,
    /// The number of the answer's first word on the page.
    first: usize,
    at: String,
    clock: String,
    /// The response latency, if known, and the length of the answer, as text.
    told: String,
    /// The points and the maximum; `None` without a score.
    score: Option<(String, String)>,
    shares: String,
    priorities: Vec<Todo>,
    paragraphs: Vec<Told>,
    parts: Vec<Row>,
    marks: Vec<String>,
}

impl Section {
    /// Creates the section of an answer whose first word is number `words` on the page, and advances `words` past the
    /// answer.
    fn of(answer: &Answer, words: &mut usize) -> Self {
        let first = *words;
        let question =
            answer.question.as_ref().map_or_else(|| "Before the first question".to_string(), |q| q.text.clone());
        let report = answer.report.as_ref();
        let said = report.map(shown_words).unwrap_or_default();
        *words += said.len();
        Self {
            heard: (!answer.heard.is_empty() && answer.heard != question).then(|| answer.heard.clone()),
            question,
            first,
            at: format!("{:.2}", answer.start_s),
            clock: clock(answer.start_s),
            told: answered(answer),
            score: report.and_then(headline).map(|(_, points, out_of)| (points, out_of)),
            shares: report.filter(|r| r.score.overall.is_some()).map(shares).unwrap_or_default(),
            priorities: report
                .map_or_else(Vec::new, |r| r.score.priorities.iter().map(|p| todo(p, &said, first)).collect()),
            paragraphs: report.map_or_else(Vec::new, |r| told(r, &said, first)),
            parts: report.map_or_else(Vec::new, |r| parts(r, &said, first)),
            marks: answer.marks.iter().map(mark).collect(),
        }
    }
}
