//! The page of one person, to be handed to them: their new answers, and how their answers changed over time.
//!
//! The page names nobody else and has no links to other pages.

use askama::Template;
use jiff::tz::TimeZone;

use super::chart::{HEIGHT, LEFT, RIGHT, WIDTH};
use super::progress::{Chart, KeptAnswer, MOST, Plot, practice, stated_goal};
use super::report::{Audio, Coached, Key, OWN_STYLE, Other, Row, Todo, Told, keys, parts, todo, told, word_legend};
use super::{STYLE, policy};
use crate::app::history::coaching::Coaching;
use crate::app::history::measures::Measure;
use crate::app::history::progress::Progress;
use crate::app::render::shown::{about_whom, file_name, headline, left_out, others_said, shares, shown_words};
use crate::app::render::terminal::progress::{movement, work_on};
use crate::plain::{capital, clock, counted};
use crate::report::Report;

/// The style of this page and of the page of all people.
pub(super) const PERSON_STYLE: &str = include_str!("templates/person.css");
const SCRIPT: &str = include_str!("templates/person.js");
/// The measures that are drawn over time.
const DRAWN: [Measure; 4] = [Measure::Score, Measure::Fillers, Measure::Pace, Measure::Length];
/// The minimum number of answers for a chart: two points show no trend.
const FEWEST_DRAWN: usize = 3;

/// A new answer.
pub struct Shown {
    /// The report.
    pub report: Report,
    /// The audio of the answer.
    pub audio: Audio,
    /// The coach's comments and marks.
    pub coaching: Option<Coaching>,
}

/// Renders the page of a person. `answers` are the new ones; `progress` covers all kept answers.
pub fn render(name: &str, answers: &[Shown], progress: &Progress, zone: &TimeZone) -> String {
    let newest = &progress.attempts[progress.attempts.len().saturating_sub(MOST)..];
    let drawn = progress.measures.iter().filter(|c| DRAWN.contains(&c.measure) && c.answers >= FEWEST_DRAWN);
    let goal = |measure| progress.goals.iter().map(|g| g.goal).find(|g| g.measure == measure);
    let charts: Vec<Chart> = drawn.map(|course| Chart::of(course, newest, goal(course.measure), zone)).collect();
    let mut words = 0;
    let sections: Vec<Section> = answers.iter().map(|answer| Section::of(answer, &mut words)).collect();
    let paragraphs = || sections.iter().flat_map(|section| &section.paragraphs);
    let styles = vec![STYLE, OWN_STYLE, PERSON_STYLE];
    let has = |is_it: fn(&Audio) -> bool| answers.iter().any(|answer| is_it(&answer.audio));
    let media = answers.iter().map(|answer| &answer.audio).find(|a| **a != Audio::None).unwrap_or(&Audio::None).media();
    let page = Page {
        policy: policy(&styles, SCRIPT, media),
        styles,
        script: SCRIPT,
        title: name,
        name,
        practice: practice(progress),
        heading: counted(answers.len(), "new answer"),
        work_on: progress.work_on.as_ref().map(|part| capital(&work_on(part, "The answers below say how."))),
        improved: progress.improved_most.and_then(|m| progress.course(m)).map(movement),
        goals: progress.goals.iter().map(stated_goal).collect(),
        signs: keys(None, paragraphs()),
        word_legend: word_legend(paragraphs()),
        columns: progress.measures.iter().map(|c| (c.measure.title(), c.measure.unit())).collect(),
        kept: newest.iter().rev().map(|a| KeptAnswer::of(a, &progress.measures, zone)).collect(),
        left_out: progress.attempts.len() - newest.len(),
        has_sound: has(|audio| *audio != Audio::None),
        has_others: sections.iter().any(|section| !section.others.is_empty()),
        charts,
        answers: sections,
        width: WIDTH,
        height: HEIGHT,
        plot: Plot { left: LEFT, right: RIGHT },
    };
    super::printable(page.render().expect("writing into memory does not fail"))
}

#[derive(Template)]
#[template(path = "person.html", config = "src/app/render/page/templates/askama.toml")]
struct Page<'a> {
    policy: String,
    styles: Vec<&'static str>,
    script: &'static str,
    title: &'a str,
    name: &'a str,
    practice: String,
    heading: String,
    work_on: Option<String>,
    improved: Option<String>,
    goals: Vec<String>,
    signs: Vec<Key>,
    word_legend: Vec<(&'static str, &'static str, &'static str)>,
    answers: Vec<Section>,
    charts: Vec<Chart>,
    columns: Vec<(&'static str, &'static str)>,
    kept: Vec<KeptAnswer>,
    left_out: usize,
    has_sound: bool,
    has_others: bool,
    width: f64,
    height: f64,
    plot: Plot,
}

/// An answer on the page.
struct Section {
    question: String,
    file: String,
    /// The length of the answer, or that nothing was said.
    told: String,
    whom: Option<String>,
    score: Option<(String, String)>,
    shares: String,
    left_out: Option<String>,
    priorities: Vec<Todo>,
    coached: Option<Coached>,
    audio: Option<String>,
    paragraphs: Vec<Told>,
    others: Vec<Other>,
    parts: Vec<Row>,
    notes: Vec<String>,
}

impl Section {
    /// Creates the section of an answer whose first word is number `words` on the page, and advances `words` past the
    /// answer.
    fn of(answer: &Shown, words: &mut usize) -> Self {
        let report = &answer.report;
        let said = shown_words(report);
        let first = *words;
        *words += said.len();
        let file = file_name(report);
        Self {
            question: report.question.as_ref().map_or_else(|| file.clone(), |q| q.text.clone()),
            told: report.length.as_ref().map_or("nothing was said".into(), |l| format!("{} long", clock(l.answer_s))),
            whom: report.speakers.as_ref().and_then(about_whom),
            score: headline(report).map(|(_, points, out_of)| (points, out_of)),
            shares: report.score.overall.map_or(String::new(), |_| shares(report)),
            left_out: left_out(report),
            priorities: report.score.priorities.iter().map(|p| todo(p, &said, first)).collect(),
            coached: answer.coaching.as_ref().map(|coaching| Coached::of(coaching, report, &said, first)),
            audio: answer.audio.address(),
            paragraphs: told(report, &said, first),
            others: others_said(report).into_iter().map(Other::from).collect(),
            parts: parts(report, &said, first),
            notes: report.warnings.iter().map(|w| format!("{} {}", w.message, w.remedy)).collect(),
            file,
        }
    }
}
