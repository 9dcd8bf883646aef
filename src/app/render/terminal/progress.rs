//! The progress report for a terminal: first what to do and what got better, then the numbers, a chart, and practice.
//!
//! Lines are at most [`WIDEST`](crate::app::render::terminal::lines::WIDEST) columns wide, and there is no colour:
//! shape and words say it all.

use crate::app::history::attempt::Attempt;
use crate::app::history::compare::shown;
use crate::app::history::habits::{AdviceCourse, Cluster, Habits, Place};
use crate::app::history::measures::Measure;
use crate::app::history::own_view::Week;
use crate::app::history::progress::{Course, Group, PartState, Progress, Verdict};
use crate::app::history::trends::FEWEST;
use crate::app::render::terminal::lines::{Column, Lines, Table};
use crate::plain::{capital, clock, counted, number, one_line, small};
use crate::question::QuestionKind;
use crate::score::PartName;

/// The minimum width that leaves room for units, in columns.
const ROOMY_FROM: usize = 80;
/// The chart's height, in lines.
const CHART_LINES: usize = 8;
/// The width of the axis labels at the left of the chart, in columns.
const AXIS: usize = 6;
/// The minimum height of a chart, in noticeable steps of its measure.
const LEAST_STEPS: f64 = 4.0;
/// The minimum number of takes that were told something, for it to be shown.
const OFTEN_TOLD: usize = 3;
/// The maximum number of groups shown in a table.
const MOST_GROUPS: usize = 8;

/// Renders progress, with a chart of the measure `charted`.
pub fn render(progress: &Progress, charted: Measure, columns: usize) -> String {
    let mut page = Lines::new(columns);
    write_practice(&mut page, progress);
    write_highlights(&mut page, progress);
    write_goals(&mut page, progress);
    write_habits(&mut page, progress);
    write_own_view(&mut page, progress);
    write_outcomes(&mut page, progress);
    write_measures(&mut page, progress);
    write_chart(&mut page, progress, charted);
    write_bests(&mut page, progress);
    write_groups(&mut page, "By question", &progress.questions, str::to_string);
    write_groups(&mut page, "By kind of question", &progress.kinds, |name| QuestionKind::named(name).label());
    let newest: Vec<Group> = progress.weeks.iter().rev().take(MOST_GROUPS).rev().cloned().collect();
    write_groups(&mut page, "By week, from its Monday", &newest, str::to_string);
    page.into_text()
}

fn write_practice(page: &mut Lines, progress: &Progress) {
    let since = progress.first_day.map_or(String::new(), |day| format!(" since {day}"));
    let practised = minutes(progress.minutes_practised);
    page.paragraph("", &format!("{}{since}, {practised} of practice.", counted(progress.answers, "answer")));
    page.paragraph("", &days_of_practice(progress));
}

/// Says how many days of the last weeks were days of practice.
pub(crate) fn days_of_practice(progress: &Progress) -> String {
    match progress.days_in_four_weeks {
        0 => "No practice in the last four weeks; one answer is a beginning.".to_string(),
        days => format!("Practice on {} of the last four weeks.", counted(days, "day")),
    }
}

fn write_highlights(page: &mut Lines, progress: &Progress) {
    page.line("");
    if let Some(lost) = &progress.work_on {
        page.paragraph("", &format!("Work on next: {}", work_on(lost, &last_report(progress))));
    }
    let improved = progress.improved_most.and_then(|m| progress.course(m));
    let newest = progress.answers;
    page.paragraph(
        "",
        &match improved {
            Some(course) => format!("Improved most: {}", small(&movement(course))),
            None if newest < FEWEST => {
                let missing = FEWEST - newest;
                format!(
                    "Improved most: not enough yet. {} more and a trend can be told.",
                    capital(&counted(missing, "answer"))
                )
            }
            None => "Improved most: nothing moves for sure yet. That is usual; keep going.".to_string(),
        },
    );
}

fn write_goals(page: &mut Lines, progress: &Progress) {
    for state in &progress.goals {
        let now = state.now.map_or("no answer yet".to_string(), |now| {
            let met = if state.is_met { "reached" } else { "not yet" };
            format!("now {}, {met}; {} of the last {} answers", shown(state.goal.measure, now), state.met_by, state.of)
        });
        page.paragraph("", &format!("Goal: {}: {now}.", state.goal.words()));
    }
}

fn write_habits(page: &mut Lines, progress: &Progress) {
    let Some(habits) = &progress.habits else { return };
    let lines = habit_lines(habits);
    if !lines.is_empty() {
        page.line("");
        page.line(&habits_heading(habits));
    }
    lines.iter().for_each(|line| page.paragraph("- ", line));
}

/// The heading of what the newest takes have in common.
pub(crate) fn habits_heading(habits: &Habits) -> String {
    format!("In your last {} takes", habits.takes)
}

/// Says what the newest takes have in common, a sentence each: advice, filler words, and where fillers cluster.
pub(crate) fn habit_lines(habits: &Habits) -> Vec<String> {
    let takes = |n: usize| counted(n, "take");
    let advice = habits.advice.iter().filter_map(|advice| {
        let title = capital(&one_line(&advice.title));
        match advice.course {
            AdviceCourse::WentAway => Some(format!(
                "{title}: told after {}, and not after the last {}.",
                takes(advice.told),
                advice.takes_since
            )),
            AdviceCourse::CameBack => {
                Some(format!("{title}: told after {}; it had gone and is back.", takes(advice.told)))
            }
            AdviceCourse::Open if advice.told >= OFTEN_TOLD => {
                Some(format!("{title}: told after {}.", takes(advice.told)))
            }
            AdviceCourse::Open => None,
        }
    });
    let words = habits
        .filler_words
        .iter()
        .map(|word| format!("\"{}\": {} times, in {}.", one_line(&word.text), word.times, takes(word.takes)));
    let clusters = habits.clusters.iter().map(|cluster| {
        let place = match cluster.place {
            Place::Beginning => "in the first ten seconds",
            Place::BeforeNumber => "before a number",
            Place::AfterAndThen => "after \"and then\"",
        };
        let Cluster { fillers, of, expected, .. } = cluster;
        format!("{fillers} of {of} fillers come {place}; by chance it would be about {expected:.0}.")
    });
    advice.chain(words).chain(clusters).collect()
}

/// The heading of the speaker's own ratings.
pub(crate) const OWN_VIEW: &str = "Your own view and aloud's, from 1 to 5";
/// The headings of a table of the speaker's own ratings after the week.
pub(crate) const OWN_VIEW_HEADINGS: [&str; 5] = ["takes", "story: you", "aloud", "how said: you", "aloud"];
/// The heading of the real interviews.
pub(crate) const OUTCOMES: &str = "Real interviews";

/// Returns the cells of a week's row after the week.
pub(crate) fn own_view_cells(week: &Week) -> [String; 5] {
    let Week { takes, story, delivery, .. } = week;
    [takes.to_string(), number(story.own), number(story.points), number(delivery.own), number(delivery.points)]
}

fn write_own_view(page: &mut Lines, progress: &Progress) {
    let Some(view) = &progress.own_view else { return };
    page.line("");
    page.paragraph("", OWN_VIEW);
    let headings = OWN_VIEW_HEADINGS.into_iter().map(Column::numbers);
    let mut table = Table::new(std::iter::once(Column::names("Week").or("")).chain(headings).collect());
    for week in view.weeks.iter().rev().take(MOST_GROUPS).rev() {
        table.row(std::iter::once(format!("  {}", week.monday)).chain(own_view_cells(week)).collect());
    }
    page.table(&table);
    page.paragraph("", &view.sentence());
}

fn write_outcomes(page: &mut Lines, progress: &Progress) {
    if progress.outcomes.is_empty() {
        return;
    }
    page.line("");
    page.paragraph("", OUTCOMES);
    for outcome in progress.outcomes.iter().take(MOST_GROUPS) {
        page.paragraph("- ", &format!("{}: {}", outcome.day, one_line(&outcome.words())));
    }
    if progress.outcomes.len() > MOST_GROUPS {
        page.paragraph("  ", "All of them: aloud history outcome");
    }
}

fn write_measures(page: &mut Lines, progress: &Progress) {
    if progress.measures.is_empty() {
        return;
    }
    page.line("");
    let wide = page.width() >= ROOMY_FROM;
    let columns = if wide {
        vec![
            Column::words(""),
            Column::words("now"),
            Column::numbers("on last week"),
            Column::numbers("on the start"),
            Column::words("trend"),
        ]
    } else {
        vec![
            Column::words(""),
            Column::numbers("now"),
            Column::numbers("week").or("on last week"),
            Column::numbers("start").or("on the start"),
            Column::words("trend"),
        ]
    };
    let mut table = Table::new(columns);
    for course in &progress.measures {
        let change = |by: Option<f64>| by.map_or("-".to_string(), |by| signed(course.measure, by));
        let now = if wide { with_unit(course.measure, course.now) } else { shown(course.measure, course.now) };
        let changes = [course.since_last_week, course.since_start].map(change);
        let [week, start] = changes;
        table.row(vec![course.measure.title().to_string(), now, week, start, verdict(course).to_string()]);
    }
    page.table(&table);
    let told = |c: &&Course| is_told(c) && progress.improved_most != Some(c.measure);
    let real: Vec<String> = progress.measures.iter().filter(told).map(movement).collect();
    if !real.is_empty() {
        page.line("");
    }
    for trend in real {
        page.paragraph("", &trend);
    }
}

fn write_chart(page: &mut Lines, progress: &Progress, measure: Measure) {
    let points: Vec<(&Attempt, f64)> =
        progress.attempts.iter().filter_map(|a| Some((a, a.measures.get(measure)?))).collect();
    if points.len() < 2 {
        return;
    }
    let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    let goal = progress.goals.iter().find(|g| g.goal.measure == measure).map(|g| g.goal);
    let line = goal.and_then(|g| g.below.or(g.above));
    page.line("");
    page.paragraph("", &format!("{}, {}, answer by answer", measure.title(), measure.unit()));
    for drawn in chart(&values, line, measure, page.width() - AXIS - 2) {
        page.line(&drawn);
    }
    let day = |a: &Attempt| crate::app::history::progress::day(a, &jiff::tz::TimeZone::system()).to_string();
    let (first, last) = (day(points[0].0), day(points[points.len() - 1].0));
    if page.width() < AXIS + 2 + first.len() + 2 + last.len() {
        page.paragraph("", &format!("{first} to {last}"));
    } else {
        let gap = drawn_columns(values.len(), page.width() - AXIS - 2).saturating_sub(first.len() + last.len()).max(2);
        page.line(&format!("{}{first}{}{last}", " ".repeat(AXIS + 2), " ".repeat(gap)));
    }
    if line.is_some() {
        page.line(&format!("{}- - your goal", " ".repeat(AXIS + 2)));
    }
}

fn write_bests(page: &mut Lines, progress: &Progress) {
    let mut table = Table::new(vec![Column::words(""), Column::words(""), Column::words("")]);
    for course in &progress.measures {
        let Some(best) = course.best else { continue };
        let value = with_unit(course.measure, best.value);
        table.row(vec![course.measure.title().to_string(), value, format!("answer {}, {}", best.id, best.day)]);
    }
    if !table.is_empty() {
        page.line("");
        page.paragraph("", "Personal bests (answers of half a minute and more)");
        page.table(&table);
    }
}

fn write_groups(page: &mut Lines, heading: &str, groups: &[Group], label: fn(&str) -> String) {
    if groups.is_empty() {
        return;
    }
    page.line("");
    let mut table = Table::new(vec![
        Column::names(heading).or(""),
        Column::numbers("answers"),
        Column::numbers("minutes"),
        Column::numbers("score"),
        Column::numbers("best").or("best score"),
        Column::numbers("fillers/m").or("fillers a minute"),
    ]);
    for group in groups.iter().take(MOST_GROUPS) {
        let whole = |value: Option<f64>| value.map_or("-".to_string(), |v| format!("{v:.0}"));
        table.row(vec![
            format!("  {}", one_line(&label(&group.name))),
            group.answers.to_string(),
            number(group.minutes),
            whole(group.score),
            whole(group.best_score),
            group.fillers_per_minute.map_or("-".to_string(), number),
        ]);
    }
    page.table(&table);
    if groups.len() > MOST_GROUPS {
        page.paragraph("  ", &format!("and {} more; --json has all", groups.len() - MOST_GROUPS));
    }
}

/// Renders a table of a coach's speakers, sorted by name: nobody is ranked.
pub fn speakers(of_each: &[(Option<String>, Progress)], columns: usize) -> String {
    let mut table = Table::new(vec![
        Column::names("Speaker").or(""),
        Column::numbers("answers"),
        Column::numbers("minutes"),
        Column::numbers("last").or("last answer"),
        Column::numbers("score"),
        Column::numbers("fillers/m").or("fillers a minute"),
        Column::words("trend"),
    ]);
    for (speaker, progress) in of_each {
        let now = |m: Measure, plain: fn(f64) -> String| progress.course(m).map_or("-".to_string(), |c| plain(c.now));
        table.row(vec![
            one_line(speaker.as_deref().unwrap_or("(you)")),
            progress.answers.to_string(),
            number(progress.minutes_practised),
            progress.last_day.map_or(String::new(), |d| d.to_string()),
            now(Measure::Score, |s| format!("{s:.0}")),
            now(Measure::Fillers, number),
            progress.course(Measure::Score).map_or("-", verdict).to_string(),
        ]);
    }
    let mut page = Lines::new(columns);
    page.table(&table);
    page.into_text()
}

/// Formats a value with its unit.
pub fn with_unit(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Length => clock(value),
        _ => format!("{} {}", shown(measure, value), measure.unit()),
    }
}

/// Returns whether there is a trend to report.
fn is_told(course: &Course) -> bool {
    !matches!(course.verdict, Verdict::NotEnoughYet | Verdict::Steady)
}

/// Describes a trend in a word or two.
pub fn verdict(course: &Course) -> &'static str {
    match course.verdict {
        Verdict::NotEnoughYet => "too early",
        Verdict::Steady => "steady",
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Rising => "rising",
        Verdict::Falling => "falling",
    }
}

/// Describes a trend in a sentence: "Fillers, about 4.2 a minute less over the last 24 answers (likely 2.0 to 6.1), the
/// right way."
pub fn movement(course: &Course) -> String {
    let measure = course.measure;
    let Some(trend) = course.trend else {
        return format!("{}: not enough yet.", measure.title());
    };
    if course.verdict == Verdict::Steady {
        return format!("{}: steady over the last {} answers.", measure.title(), trend.answers);
    }
    let unit = match measure {
        Measure::Score => "points",
        Measure::Length => "",
        _ => measure.unit(),
    };
    let [least, most] = trend.amounts();
    let more = if trend.change() > 0.0 { "more" } else { "less" };
    let words = match course.verdict {
        Verdict::Better => ", the right way",
        Verdict::Worse => ", which is not the way you want; it often happens when one tries something new",
        _ => "",
    };
    let amount = format!("{} {unit}", shown(measure, trend.change().abs()));
    format!(
        "{}, about {} {more} over the last {} answers (likely {} to {}){words}.",
        measure.title(),
        amount.trim_end(),
        trend.answers,
        shown(measure, least),
        shown(measure, most)
    )
}

/// Says which report of these answers is the last one: by its number, since the last one of all may be somebody else's.
pub fn last_report(progress: &Progress) -> String {
    let last = progress.attempts.last();
    last.map_or(String::new(), |last| format!("The last report says how: aloud history show {}", last.id))
}

/// Describes what to work on, and how, in a sentence or two; `report` says where the report is that says how to work on
/// the story.
pub fn work_on(part: &PartState, report: &str) -> String {
    let how = match part.part {
        PartName::Fillers => "When you feel an um coming, close your mouth and wait.",
        PartName::Pauses => {
            "Settle on your three points before you start, and pause after a sentence rather than inside one."
        }
        PartName::Pace => "End a sentence, breathe, and only then begin the next.",
        PartName::Length => "Say the situation in two sentences, then what you did, then what came of it.",
        PartName::Voice => "Say the sentence that matters most as if you told a friend.",
        _ => report,
    };
    let lost = format!("{} of {:.0} points lost in the newest answers", number(part.lost()), part.out_of);
    format!("{} ({lost}). {how}", small(&part.part.label()))
}

fn signed(measure: Measure, by: f64) -> String {
    let amount = shown(measure, by.abs());
    if by == 0.0 || amount.trim_matches(['0', '.', ':']).is_empty() {
        return "same".to_string();
    }
    format!("{}{amount}", if by > 0.0 { "+" } else { "-" })
}

/// Formats a number of minutes: `12 minutes`, `3 hours 5 minutes`.
pub fn minutes(minutes: f64) -> String {
    let whole = minutes.round() as usize;
    match (whole / 60, whole % 60) {
        (0, 0) => "less than a minute".to_string(),
        (0, minutes) => counted(minutes, "minute"),
        (hours, minutes) => format!("{} {}", counted(hours, "hour"), counted(minutes, "minute")),
    }
}

/// Returns the number of columns per answer in a chart.
fn column_width(answers: usize, width: usize) -> usize {
    (width / answers.max(1)).clamp(1, 3)
}

/// Returns the width of a chart, in columns.
fn drawn_columns(answers: usize, width: usize) -> usize {
    (column_width(answers, width) * answers).clamp(24.min(width), width)
}

/// Plots values as `*`, newest at the right; if there are more values than columns, each column shows the median of its
/// share. A dashed line marks `level`.
fn chart(values: &[f64], level: Option<f64>, measure: Measure, width: usize) -> Vec<String> {
    let marks = values.len().min(width);
    let step = column_width(marks, width);
    let share = |i: usize| &values[i * values.len() / marks..(i + 1) * values.len() / marks];
    let drawn: Vec<f64> = (0..marks).map(|i| middle(share(i))).collect();
    let all = drawn.iter().copied().chain(level);
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    // The chart is at least `LEAST_STEPS` steps high, so that a nearly constant measure is not stretched to fill it.
    let short = (LEAST_STEPS * measure.noticeable() - (high - low)).max(0.0) / 2.0;
    let low = (low - short).max(0.0);
    let high = (high + short).max(low + LEAST_STEPS * measure.noticeable());
    let line_of = |value: f64| ((high - value) / (high - low) * (CHART_LINES - 1) as f64).round() as usize;
    let wide = drawn_columns(values.len(), width);
    (0..CHART_LINES)
        .map(|line| {
            let value = high - (high - low) * line as f64 / (CHART_LINES - 1) as f64;
            let label = if line % 2 == 0 || line + 1 == CHART_LINES { shown(measure, value) } else { String::new() };
            let dashes = level.is_some_and(|level| line_of(level) == line);
            let at = |column: usize| {
                let mark = if column % step == step / 2 { drawn.get(column / step) } else { None };
                match mark {
                    Some(value) if line_of(*value) == line => '*',
                    _ if dashes && column.is_multiple_of(2) => '-',
                    _ => ' ',
                }
            };
            let marks: String = (0..wide).map(at).collect();
            format!("{label:>AXIS$} |{}", marks.trim_end())
        })
        .collect()
}

fn middle(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::attempt::PartPoints;
    use crate::app::history::goals::Goal;
    use crate::app::history::habits::{Advice, FillerWord};
    use crate::app::history::sample::{attempt, attempts};
    use crate::app::render::terminal::lines::WIDEST;
    use crate::codes::Code;
    use jiff::tz::TimeZone;

    fn progress(attempts: Vec<Attempt>, goals: &[Goal]) -> Progress {
        Progress::of(attempts, goals, "2026-11-25T12:00:00Z".parse().unwrap(), &TimeZone::UTC)
    }

    /// Returns three weeks in which fillers fall, the score rises, and pauses cost most.
    fn three_weeks() -> Vec<Attempt> {
        (0..21)
            .map(|i| {
                let wobble = [0.0, 1.5, -1.0, 0.5, -0.5][i % 5];
                let mut a = attempt(
                    i as i64 + 1,
                    &format!("2026-11-{:02}T19:00:00Z", i + 5),
                    &[
                        (Measure::Score, 55.0 + i as f64 + 2.0 * wobble),
                        (Measure::Fillers, 14.0 - 0.45 * i as f64 + wobble),
                        (Measure::FilledPauses, 7.0 - 0.2 * i as f64 + 0.5 * wobble),
                        (Measure::Pace, 150.0 + 6.0 * wobble),
                        (Measure::LongestPause, 1.2 + 0.3 * wobble),
                        (Measure::Length, 70.0 + 10.0 * wobble),
                        (Measure::Pitch, 2.4 + 0.1 * wobble),
                    ],
                );
                let part = |name, points, out_of| PartPoints { name, points, out_of };
                a.parts = vec![
                    part(PartName::Fillers, 9.0, 14.0),
                    part(PartName::Pauses, 4.0, 10.0),
                    part(PartName::Pace, 10.0, 10.0),
                ]
                .into();
                let (id, kind) = [("conflict", "conflict"), ("proud-of", "past-story")][i % 2];
                a.question = Some(crate::app::history::attempt::Asked {
                    id: Some(id.into()),
                    text: "A question?".into(),
                    kind: Some(QuestionKind::named(kind)),
                });
                a
            })
            .collect()
    }

    #[test]
    fn three_weeks_read_well() {
        let goal =
            Goal { measure: Measure::Score, above: Some(80.0), below: None, set_at: jiff::Timestamp::UNIX_EPOCH };
        insta::assert_snapshot!("progress_80", render(&progress(three_weeks(), &[goal]), Measure::Score, 80));
        insta::assert_snapshot!("progress_44", render(&progress(three_weeks(), &[goal]), Measure::Score, 44));
    }

    #[test]
    fn habits_are_said_in_a_sentence_each() {
        let advice = |code, title: &str, told, takes_since, course| Advice {
            code,
            title: title.into(),
            told,
            takes_since,
            course,
        };
        let habits = Habits {
            takes: 20,
            advice: vec![
                advice(Code::NoResult, "Give it an ending", 8, 0, AdviceCourse::Open),
                advice(Code::Pace, "Slow down", 4, 6, AdviceCourse::WentAway),
                advice(Code::OwnPart, "Say which part was yours", 3, 0, AdviceCourse::CameBack),
                advice(Code::Length, "Say more", 1, 9, AdviceCourse::Open),
            ],
            filler_words: vec![FillerWord { text: "basically".into(), times: 14, takes: 6 }],
            clusters: vec![Cluster { place: Place::Beginning, fillers: 18, of: 60, expected: 7.2 }],
        };
        assert_eq!(
            habit_lines(&habits),
            [
                "Give it an ending: told after 8 takes.",
                "Slow down: told after 4 takes, and not after the last 6.",
                "Say which part was yours: told after 3 takes; it had gone and is back.",
                "\"basically\": 14 times, in 6 takes.",
                "18 of 60 fillers come in the first ten seconds; by chance it would be about 7.",
            ]
        );
        let mut progress = progress(three_weeks(), &[]);
        progress.habits = Some(habits);
        for columns in [30, 44, 80] {
            let text = render(&progress, Measure::Score, columns);
            assert!(text.contains("In your last 20 takes"), "{text}");
            assert!(text.lines().all(|line| crate::app::render::terminal::lines::width(line) <= columns), "{text}");
        }
    }

    #[test]
    fn the_first_days_read_well() {
        insta::assert_snapshot!(
            "progress_first",
            render(&progress(attempts(2, |i| (Measure::Score, 60.0 + i as f64)), &[]), Measure::Score, 80)
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [30, 44, 60, 66, 80, 200] {
            let text = render(&progress(three_weeks(), &[]), Measure::Fillers, columns);
            for line in text.lines() {
                assert!(line.chars().count() <= columns.min(WIDEST), "{line}");
            }
        }
    }

    #[test]
    fn a_chart_of_many_answers_fits_and_one_of_equal_ones_is_a_line() {
        let many: Vec<f64> = (0..5000).map(|i| f64::from(i % 90)).collect();
        assert!(chart(&many, None, Measure::Score, 72).iter().all(|l| l.chars().count() <= 72 + AXIS + 2));
        let flat = chart(&[50.0; 9], None, Measure::Score, 72);
        assert_eq!(flat.iter().filter(|l| l.contains('*')).count(), 1);
    }

    #[test]
    fn speakers_stand_in_the_order_of_their_names() {
        let mut all = three_weeks();
        for (i, a) in all.iter_mut().enumerate() {
            a.speaker = Some(["Zoe", "Ben", "Ana Maria de la Cruz y Alvarez"][i % 3].into());
        }
        let of_each =
            crate::app::history::progress::speakers(&all, "2026-11-25T12:00:00Z".parse().unwrap(), &TimeZone::UTC);
        insta::assert_snapshot!("speakers_80", speakers(&of_each, 80));
    }
}
