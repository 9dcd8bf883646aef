//! The page of `aloud progress --html`.

use askama::Template;
use jiff::tz::TimeZone;

use super::chart::{Axis, BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, written, x};
use crate::app::history::attempt::Attempt;
use crate::app::history::compare::shown;
use crate::app::history::goals::Goal;
use crate::app::history::measures::Measure;
use crate::app::history::own_view::{OwnView, Week};
use crate::app::history::progress::{Course, Group, PartState, Progress, day};
use crate::app::render::terminal::history_list::what;
use crate::app::render::terminal::progress::{
    OWN_VIEW, OWN_VIEW_HEADINGS, days_of_practice, habit_lines, habits_heading, last_report, minutes, movement,
    own_view_cells, verdict, with_unit, work_on,
};
use crate::plain::{capital, counted, number, one_line};
use crate::question::QuestionKind;

/// The maximum number of answers to draw and list: the newest ones. More could not be told apart, and would be slow.
pub(super) const MOST: usize = 400;
/// The minimum height of a chart, in noticeable steps of its measure.
const LEAST_STEPS: f64 = 4.0;
/// The script of this page.
const SCRIPT: &str = include_str!("templates/progress.js");

/// Renders the progress page of one speaker; `None` for the user of this machine.
pub fn render(progress: &Progress, speaker: Option<&str>, zone: &TimeZone) -> String {
    let newest = &progress.attempts[progress.attempts.len().saturating_sub(MOST)..];
    let page = Page {
        policy: super::policy(&[super::STYLE], SCRIPT, ""),
        styles: vec![super::STYLE],
        script: SCRIPT,
        title: speaker.map_or("Your progress".to_string(), |name| format!("Progress of {name}")),
        practice: practice(progress),
        days: days_of_practice(progress),
        habits: progress.habits.as_ref().map(|habits| (habits_heading(habits), habit_lines(habits))),
        own_view: progress.own_view.as_ref().map(OwnViewTable::of),
        outcomes: progress.outcomes.iter().map(|o| (o.day.to_string(), one_line(&o.words()))).collect(),
        work_on: progress.work_on.as_ref().map(|part| capital(&work_on(part, &last_report(progress)))),
        improved: progress.improved_most.and_then(|m| progress.course(m)).map(movement),
        goals: progress.goals.iter().map(stated_goal).collect(),
        charts: progress
            .measures
            .iter()
            .map(|course| {
                Chart::of(
                    course,
                    newest,
                    progress.goals.iter().map(|g| g.goal).find(|g| g.measure == course.measure),
                    zone,
                )
            })
            .collect(),
        parts: progress.parts.iter().map(Bar::of).collect(),
        tables: tables(progress),
        group_headings: GROUP_HEADINGS,
        columns: progress.measures.iter().map(|c| (c.measure.title(), c.measure.unit())).collect(),
        answers: newest.iter().rev().map(|a| KeptAnswer::of(a, &progress.measures, zone)).collect(),
        left_out: progress.attempts.len() - newest.len(),
        width: WIDTH,
        height: HEIGHT,
        plot: Plot { left: LEFT, right: RIGHT },
    };
    super::printable(page.render().expect("writing into memory does not fail"))
}

#[derive(Template)]
#[template(path = "progress.html", config = "src/app/render/page/templates/askama.toml")]
struct Page {
    policy: String,
    styles: Vec<&'static str>,
    script: &'static str,
    title: String,
    practice: String,
    days: String,
    /// What the newest takes have in common, under its heading.
    habits: Option<(String, Vec<String>)>,
    /// The speaker's own ratings.
    own_view: Option<OwnViewTable>,
    /// The real interviews: the day of each, and what is known of it.
    outcomes: Vec<(String, String)>,
    work_on: Option<String>,
    improved: Option<String>,
    goals: Vec<String>,
    charts: Vec<Chart>,
    parts: Vec<Bar>,
    tables: Vec<Table>,
    group_headings: [&'static str; 5],
    columns: Vec<(&'static str, &'static str)>,
    answers: Vec<KeptAnswer>,
    left_out: usize,
    width: f64,
    height: f64,
    plot: Plot,
}

/// The edges of a chart.
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) right: f64,
}

/// The chart of one measure over the answers.
pub(super) struct Chart {
    pub(super) field: &'static str,
    pub(super) title: &'static str,
    pub(super) unit: &'static str,
    pub(super) now: String,
    pub(super) verdict: &'static str,
    pub(super) summary: String,
    pub(super) line: String,
    pub(super) points: Vec<Point>,
    pub(super) ticks: Vec<(String, String)>,
    pub(super) dates: Vec<(String, String, &'static str)>,
    /// The top and the height of the good range, and its label.
    pub(super) band: Option<(String, String, String)>,
    pub(super) goal: Option<(String, String)>,
    pub(super) trend: Option<[String; 4]>,
}

pub(super) struct Point {
    pub(super) id: i64,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) label: String,
    pub(super) is_last: bool,
}

impl Chart {
    pub(super) fn of(course: &Course, attempts: &[Attempt], goal: Option<Goal>, zone: &TimeZone) -> Self {
        let measure = course.measure;
        let having: Vec<(&Attempt, f64)> =
            attempts.iter().filter_map(|a| Some((a, a.measures.get(measure)?))).collect();
        let values: Vec<f64> = having.iter().map(|(_, value)| *value).collect();
        let level = goal.and_then(|g| g.below.or(g.above));
        let axis = Axis::over(values.iter().copied().chain(level), LEAST_STEPS * measure.noticeable());
        let place = |i: usize| (written(x(i, values.len())), written(axis.y(values[i])));
        let points: Vec<Point> = (0..having.len())
            .map(|i| {
                let (attempt, value) = having[i];
                let (x, y) = place(i);
                let label = format!("{}: {}, answer {}", day(attempt, zone), with_unit(measure, value), attempt.id);
                Point { id: attempt.id, x, y, label, is_last: i + 1 == having.len() }
            })
            .collect();
        let line: Vec<String> = points.iter().map(|p| format!("{},{}", p.x, p.y)).collect();
        let band = measure.fine().map(|(low, high)| {
            let (top, bottom) = (high.map_or(TOP, |v| axis.y(v)), low.map_or(BOTTOM, |v| axis.y(v)));
            (written(top), written((bottom - top).max(0.0)), band_words(measure, low, high))
        });
        Self {
            field: measure.field(),
            title: measure.title(),
            unit: measure.unit(),
            now: with_unit(measure, course.now),
            verdict: verdict(course),
            summary: movement(course),
            line: line.join(" "),
            ticks: axis.ticks.iter().map(|&v| (written(axis.y(v)), shown(measure, v))).collect(),
            dates: dates(&having, zone),
            goal: level.map(|level| (written(axis.y(level)), goal.map_or(String::new(), |g| g.words()))),
            trend: trend_line(course, &values, &axis),
            band,
            points,
        }
    }
}

/// Returns the line of a significant trend: its intercept is the median residual of the trend's answers.
fn trend_line(course: &Course, values: &[f64], axis: &Axis) -> Option<[String; 4]> {
    let trend = course.trend.filter(|t| t.is_real() && t.change().abs() >= course.measure.noticeable())?;
    let first = values.len().checked_sub(trend.answers)?;
    let mut rest: Vec<f64> =
        values[first..].iter().enumerate().map(|(i, v)| v - trend.slope_per_answer * i as f64).collect();
    rest.sort_by(f64::total_cmp);
    let start = rest[rest.len() / 2];
    let at = |i: usize| axis.y(start + trend.slope_per_answer * (i - first) as f64);
    let last = values.len() - 1;
    Some([x(first, values.len()), at(first), x(last, values.len()), at(last)].map(written))
}

/// Returns the dates for the axis: first, middle and last, without repetition.
fn dates(having: &[(&Attempt, f64)], zone: &TimeZone) -> Vec<(String, String, &'static str)> {
    let count = having.len();
    let places: &[(usize, &str)] = match count {
        0 => &[],
        1 => &[(0, "middle")],
        2..=6 => &[(0, "start"), (count - 1, "end")],
        _ => &[(0, "start"), (count / 2, "middle"), (count - 1, "end")],
    };
    let mut dates: Vec<(String, String, &'static str)> = Vec::new();
    for &(i, anchor) in places {
        let date = day(having[i].0, zone).strftime("%-d %b %Y").to_string();
        if dates.last().is_none_or(|(_, last, _)| *last != date) {
            let x = match anchor {
                "start" => LEFT,
                "end" => RIGHT,
                _ => x(i, count),
            };
            dates.push((written(x), date, anchor));
        }
    }
    dates
}

fn band_words(measure: Measure, low: Option<f64>, high: Option<f64>) -> String {
    let range = match (low, high) {
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("{low} and more"),
        (None, Some(high)) => format!("up to {high}"),
        (None, None) => String::new(),
    };
    format!("{range} {} is fine", measure.unit())
}

/// A part of the score as two bars, now and at the start, in percent of its maximum.
struct Bar {
    name: String,
    now: String,
    start: String,
    out_of: String,
    now_width: String,
    start_width: Option<String>,
}

impl Bar {
    fn of(part: &PartState) -> Self {
        let share = |points: f64| written(100.0 * points / part.out_of.max(1e-9));
        Self {
            name: part.part.label(),
            now: number(part.now),
            start: part.start.map_or(String::new(), number),
            out_of: format!("{:.0}", part.out_of),
            now_width: share(part.now),
            start_width: part.start.map(share),
        }
    }
}

struct Table {
    title: &'static str,
    rows: Vec<GroupRow>,
}

fn tables(progress: &Progress) -> Vec<Table> {
    let plain: fn(&str) -> String = str::to_string;
    let tables = [
        ("By question", &progress.questions, plain),
        ("By kind of question", &progress.kinds, |name| capital(&QuestionKind::named(name).label())),
        ("By week, from its Monday", &progress.weeks, plain),
    ];
    let table = |(title, groups, label): (&'static str, &Vec<Group>, fn(&str) -> String)| Table {
        title,
        rows: groups.iter().map(|g| group(g, label(&g.name))).collect(),
    };
    tables.into_iter().map(table).filter(|table| !table.rows.is_empty()).collect()
}

/// A row of a group table: the name of the group, and each value with its heading.
struct GroupRow {
    name: String,
    cells: Vec<(&'static str, String)>,
}

/// The headings of a group table after the name.
const GROUP_HEADINGS: [&str; 5] = ["answers", "minutes", "score", "best", "fillers a minute"];

fn group(group: &Group, name: String) -> GroupRow {
    let whole = |value: Option<f64>| value.map_or("-".to_string(), |v| format!("{v:.0}"));
    let cells = [
        group.answers.to_string(),
        number(group.minutes),
        whole(group.score),
        whole(group.best_score),
        group.fillers_per_minute.map_or("-".to_string(), number),
    ];
    GroupRow { name, cells: GROUP_HEADINGS.into_iter().zip(cells).collect() }
}

/// The table of the speaker's own ratings.
struct OwnViewTable {
    title: &'static str,
    sentence: String,
    headings: [&'static str; 5],
    rows: Vec<GroupRow>,
}

impl OwnViewTable {
    fn of(view: &OwnView) -> Self {
        let row = |week: &Week| GroupRow {
            name: week.monday.to_string(),
            cells: OWN_VIEW_HEADINGS.into_iter().zip(own_view_cells(week)).collect(),
        };
        let rows = view.weeks.iter().map(row).collect();
        Self { title: OWN_VIEW, sentence: view.sentence(), headings: OWN_VIEW_HEADINGS, rows }
    }
}

/// A row of the list of answers.
pub(super) struct KeptAnswer {
    pub(super) id: i64,
    pub(super) date: String,
    pub(super) what: String,
    question: String,
    file: String,
    /// The values, each with its heading.
    pub(super) values: Vec<(&'static str, String)>,
}

impl KeptAnswer {
    pub(super) fn of(attempt: &Attempt, measures: &[Course], zone: &TimeZone) -> Self {
        let value = |c: &Course| {
            let value = attempt.measures.get(c.measure).map_or("-".to_string(), |v| shown(c.measure, v));
            (c.measure.title(), value)
        };
        Self {
            id: attempt.id,
            date: attempt.answered_at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
            what: what(attempt),
            question: attempt.question.as_ref().map_or(String::new(), |q| q.text.clone()),
            file: attempt.path.to_string_lossy().into_owned(),
            values: measures.iter().map(value).collect(),
        }
    }
}

/// Says since when there are answers, and how many.
pub(super) fn practice(progress: &Progress) -> String {
    let since = progress.first_day.map_or(String::new(), |day| format!(" since {}", day.strftime("%-d %B %Y")));
    format!("{}{since}, {} of practice.", counted(progress.answers, "answer"), minutes(progress.minutes_practised))
}

/// Says what a goal is, and whether it is reached.
pub(super) fn stated_goal(state: &crate::app::history::progress::GoalState) -> String {
    let now = state.now.map_or("no answer yet".to_string(), |now| {
        let met = if state.is_met { "reached" } else { "not yet" };
        format!("now {}, {met} ({} of the last {} answers)", shown(state.goal.measure, now), state.met_by, state.of)
    });
    format!("{}: {now}", state.goal.words())
}
