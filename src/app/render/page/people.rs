//! The page about several people, for their coach alone: the number of answers of each person, the person's progress,
//! and a link to the person's own page.

use askama::Template;

use super::person::PERSON_STYLE;
use super::report::{OWN_STYLE, relative_address};
use super::{STYLE, policy};
use crate::app::history::attempt::Attempt;
use crate::app::history::measures::Measure;
use crate::app::history::progress::Progress;
use crate::app::render::terminal::history_list::what;
use crate::app::render::terminal::progress::{verdict, work_on};
use crate::plain::{capital, clock, counted, number};

/// The headings of the table of people, after that of the name.
const HEADINGS: [&str; 6] = ["new answers", "all answers", "last answer", "score", "fillers a minute", "trend"];

/// A person and their new answers.
pub struct Person<'a> {
    /// The name.
    pub name: &'a str,
    /// The file name of the person's page, which is in the same folder as this page.
    pub page: &'a str,
    /// The new answers.
    pub answers: &'a [Attempt],
    /// The progress over all kept answers.
    pub progress: &'a Progress,
}

/// Renders the page: `people` in the order of their names, the `doubts`, and the `failed` files, each with the reason
/// why it has no report.
pub fn render(people: &[Person<'_>], doubts: &[String], failed: &[(String, String)]) -> String {
    let answers: usize = people.iter().map(|p| p.answers.len()).sum();
    let who = if people.len() == 1 { "1 person".to_string() } else { format!("{} people", people.len()) };
    let styles = vec![STYLE, OWN_STYLE, PERSON_STYLE];
    let page = Page {
        policy: policy(&styles, "", ""),
        styles,
        title: format!("{} of {who}", counted(answers, "answer")),
        headings: HEADINGS,
        people: people.iter().map(Row::of).collect(),
        doubts,
        failed,
    };
    super::printable(page.render().expect("writing into memory does not fail"))
}

#[derive(Template)]
#[template(path = "people.html", config = "src/app/render/page/templates/askama.toml")]
struct Page<'a> {
    policy: String,
    styles: Vec<&'static str>,
    title: String,
    headings: [&'static str; 6],
    people: Vec<Row>,
    doubts: &'a [String],
    failed: &'a [(String, String)],
}

struct Row {
    name: String,
    address: String,
    cells: Vec<(&'static str, String)>,
    work_on: Option<String>,
    answers: Vec<String>,
}

impl Row {
    fn of(person: &Person<'_>) -> Self {
        let progress = person.progress;
        let now = |m: Measure, plain: fn(f64) -> String| progress.course(m).map_or("-".to_string(), |c| plain(c.now));
        let cells = [
            person.answers.len().to_string(),
            progress.answers.to_string(),
            progress.last_day.map_or(String::new(), |day| day.to_string()),
            now(Measure::Score, |score| format!("{score:.0}")),
            now(Measure::Fillers, number),
            progress.course(Measure::Score).map_or("-", verdict).to_string(),
        ];
        Self {
            name: person.name.to_string(),
            address: relative_address(person.page),
            cells: HEADINGS.into_iter().zip(cells).collect(),
            work_on: progress.work_on.as_ref().map(|part| capital(&work_on(part, "Their page says how."))),
            answers: person.answers.iter().map(answer).collect(),
        }
    }
}

fn answer(attempt: &Attempt) -> String {
    let value = |m: Measure, plain: fn(f64) -> String| attempt.measures.get(m).map(plain);
    let score = value(Measure::Score, |score| format!("score {score:.0}")).unwrap_or("no score".to_string());
    let length = value(Measure::Length, clock).map_or(String::new(), |length| format!(", {length} long"));
    format!("{}: {score}{length} (answer {})", what(attempt), attempt.id)
}
