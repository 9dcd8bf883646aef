//! Progress over the kept answers: changes, trends, personal bests, practice.
//!
//! "Now" is the median of the newest five answers and "the start" the median of the oldest five, or of each half if
//! there are fewer than ten: a single take says little. Weeks are the last seven days and the seven before. Days are
//! those of the given time zone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::attempt::{Asked, Attempt, PartPoints};
use super::goals::Goal;
use super::habits::Habits;
use super::measures::{Better, Measure};
use super::outcomes::InterviewOutcome;
use super::own_view::OwnView;
use super::trends::{FEWEST, Trend};
use crate::score::PartName;

/// The name and version of the schema.
pub const SCHEMA: &str = "aloud.progress/1";

/// The number of answers that stand for "now" and for "the start".
const A_FEW: usize = 5;
/// The shortest answer that can be a personal best, in seconds: two words have no fillers (ours).
const LONG_ENOUGH_S: f64 = 30.0;

/// The progress over all given answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// The schema: [`SCHEMA`].
    pub schema: &'static str,
    /// The number of answers.
    pub answers: usize,
    /// The day of the first answer.
    pub first_day: Option<Date>,
    /// The day of the newest answer.
    pub last_day: Option<Date>,
    /// The total speaking time, in minutes.
    pub minutes_practised: f64,
    /// The days of the last four weeks with at least one answer.
    pub days_in_four_weeks: usize,
    /// Days in a row with at least one answer.
    pub streak: Streak,
    /// The course of each measure that any answer has.
    pub measures: Vec<Course>,
    /// The measure that improved most; `None` while no improvement is significant.
    pub improved_most: Option<Measure>,
    /// The parts of the score.
    pub parts: Vec<PartState>,
    /// The part that loses most points now; `None` if none loses any.
    pub work_on: Option<PartState>,
    /// The goals, each with its state.
    pub goals: Vec<GoalState>,
    /// What the newest takes have in common; `None` if there are too few, or if their reports were not read.
    pub habits: Option<Habits>,
    /// How the speaker rated the answers themselves; `None` if none was rated, or if the ratings were not read.
    pub own_view: Option<OwnView>,
    /// The speaker's real interviews, newest first; empty if they were not read.
    pub outcomes: Vec<InterviewOutcome>,
    /// Groups by question, most practised first.
    pub questions: Vec<Group>,
    /// Groups by kind of question, most practised first.
    pub kinds: Vec<Group>,
    /// Groups by week, oldest first; a week begins on Monday.
    pub weeks: Vec<Group>,
    /// The answers themselves, oldest first.
    pub attempts: Vec<Attempt>,
}

/// Days in a row with at least one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Streak {
    /// The streak up to today or yesterday; 0 if the last answer is older.
    pub days: usize,
    /// The longest streak so far.
    pub longest_days: usize,
}

/// The course of one measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Course {
    /// The measure.
    pub measure: Measure,
    /// The number of answers that have the measure.
    pub answers: usize,
    /// The value in the newest answer that has the measure.
    pub latest: f64,
    /// The median of the newest five answers.
    pub now: f64,
    /// "Now" minus the start; `None` for a single answer.
    pub since_start: Option<f64>,
    /// The median of the last seven days minus that of the seven days before; `None` if either has no answer.
    pub since_last_week: Option<f64>,
    /// The slope with its interval; `None` with fewer than five answers.
    pub trend: Option<Trend>,
    /// The verdict.
    pub verdict: Verdict,
    /// The best answer among those of at least 30 s; `None` for a measure without better or worse, and for pauses.
    pub best: Option<Best>,
}

/// The verdict on a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There are fewer than five answers.
    NotEnoughYet,
    /// There is no change that is both significant and large enough to notice.
    Steady,
    /// The measure improves significantly.
    Better,
    /// The measure gets significantly worse.
    Worse,
    /// The measure rises significantly, which is neither good nor bad.
    Rising,
    /// The measure falls significantly, which is neither good nor bad.
    Falling,
}

/// A personal best.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Best {
    /// The answer's number.
    pub id: i64,
    /// The value of the measure.
    pub value: f64,
    /// The day of the answer.
    pub day: Date,
}

/// A part of the score, averaged over a few answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartState {
    /// The part.
    pub part: PartName,
    /// The mean points in the newest five answers.
    pub now: f64,
    /// The mean points in the oldest five answers, scaled to the points available now; `None` with a single answer, or
    /// if none of the oldest has the part.
    pub start: Option<f64>,
    /// The points available.
    pub out_of: f64,
}

impl PartState {
    /// Returns the points lost now.
    pub fn lost(&self) -> f64 {
        self.out_of - self.now
    }
}

/// The state of a goal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GoalState {
    /// The goal.
    #[serde(flatten)]
    pub goal: Goal,
    /// The median of the newest five answers; `None` before the first.
    pub now: Option<f64>,
    /// Whether that median reaches the goal.
    pub is_met: bool,
    /// How many of the newest five answers reach the goal.
    pub met_by: usize,
    /// How many answers that is out of.
    pub of: usize,
}

/// A group of answers that have something in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The common property.
    pub name: String,
    /// The number of answers.
    pub answers: usize,
    /// The total speaking time, in minutes.
    pub minutes: f64,
    /// The median score of the group's newest five answers; `None` without a score.
    pub score: Option<f64>,
    /// The best score.
    pub best_score: Option<f64>,
    /// The median of fillers per minute over the group's newest five answers.
    pub fillers_per_minute: Option<f64>,
    /// The day of the group's newest answer.
    pub last_day: Date,
}

impl Progress {
    /// Computes progress from answers in any order, as of `now`. Written drafts, which can be imported, are left out:
    /// their score is that of the story alone.
    pub fn of(mut attempts: Vec<Attempt>, goals: &[Goal], now: Timestamp, zone: &TimeZone) -> Self {
        attempts.retain(|a| !a.measures.are_of_a_draft());
        attempts.sort_by_key(|a| (a.answered_at, a.id));
        let day = |a: &Attempt| day(a, zone);
        let measures: Vec<Course> =
            Measure::ALL.into_iter().filter_map(|measure| Course::of(measure, &attempts, now, zone)).collect();
        let parts = parts(&attempts);
        let week = |a: &Attempt| Some(monday(day(a)).to_string());
        Self {
            schema: SCHEMA,
            answers: attempts.len(),
            first_day: attempts.first().map(day),
            last_day: attempts.last().map(day),
            minutes_practised: minutes(&attempts),
            days_in_four_weeks: days_of_practice(&attempts, now, zone),
            habits: None,
            own_view: None,
            outcomes: Vec::new(),
            streak: streak(&attempts.iter().map(day).collect(), now.to_zoned_datetime(zone.clone()).date()),
            improved_most: improved_most(&measures),
            work_on: parts.iter().filter(|p| p.lost() > 0.0).max_by(|a, b| a.lost().total_cmp(&b.lost())).cloned(),
            parts,
            goals: goals.iter().map(|goal| goal_state(goal, &attempts)).collect(),
            questions: most_practised(groups(&attempts, zone, |a| {
                a.question.as_ref().map(|q| Asked::key(q).to_string())
            })),
            kinds: most_practised(groups(&attempts, zone, |a| {
                Some(a.question.as_ref()?.kind.as_ref()?.name().to_string())
            })),
            weeks: groups(&attempts, zone, week),
            measures,
            attempts,
        }
    }

    /// Returns the course of a measure; `None` if no answer has it.
    pub fn course(&self, measure: Measure) -> Option<&Course> {
        self.measures.iter().find(|c| c.measure == measure)
    }
}

/// Returns the progress of each speaker, in the order of their names; the person at this machine, who has no name,
/// comes first.
pub fn speakers(attempts: &[Attempt], now: Timestamp, zone: &TimeZone) -> Vec<(Option<String>, Progress)> {
    let mut of_each: BTreeMap<Option<String>, Vec<Attempt>> = BTreeMap::new();
    for attempt in attempts {
        of_each.entry(attempt.speaker.clone()).or_default().push(attempt.clone());
    }
    of_each.into_iter().map(|(speaker, attempts)| (speaker, Progress::of(attempts, &[], now, zone))).collect()
}

impl Course {
    fn of(measure: Measure, attempts: &[Attempt], now: Timestamp, zone: &TimeZone) -> Option<Self> {
        let having: Vec<(&Attempt, f64)> =
            attempts.iter().filter_map(|a| Some((a, a.measures.get(measure)?))).collect();
        let values: Vec<f64> = having.iter().map(|(_, value)| *value).collect();
        let few = A_FEW.min(values.len() / 2);
        let newest = median(&values[values.len().saturating_sub(A_FEW)..])?;
        let since_start =
            median(&values[values.len() - few..]).zip(median(&values[..few])).map(|(end, start)| end - start);
        let trend = Trend::of(&values);
        Some(Self {
            measure,
            answers: values.len(),
            latest: *values.last()?,
            now: newest,
            since_start,
            since_last_week: since_last_week(&having, now),
            trend,
            verdict: trend.map_or(Verdict::NotEnoughYet, |trend| verdict(measure, &trend, &values)),
            best: best(measure, &having, zone),
        })
    }
}

/// Judges a trend: it counts if its interval excludes zero and the change is noticeable.
fn verdict(measure: Measure, trend: &Trend, values: &[f64]) -> Verdict {
    if !trend.is_real() || trend.change().abs() < measure.noticeable() {
        return Verdict::Steady;
    }
    let rises = trend.change() > 0.0;
    let neutral = if rises { Verdict::Rising } else { Verdict::Falling };
    let judged = |good: bool| if good { Verdict::Better } else { Verdict::Worse };
    match measure.better() {
        Better::Higher => judged(rises),
        Better::Lower => judged(!rises),
        Better::Neither => neutral,
        Better::Within(..) => {
            let values = &values[values.len() - trend.answers..];
            let few = FEWEST.min(values.len() / 2);
            let away = |values: &[f64]| median(values).map_or(0.0, |value| away_from_best(measure, value));
            let (before, after) = (away(&values[..few]), away(&values[values.len() - few..]));
            if before == after { neutral } else { judged(after < before) }
        }
    }
}

/// Returns the distance of a value from its best; lower is better.
fn away_from_best(measure: Measure, value: f64) -> f64 {
    match measure.better() {
        Better::Higher => -value,
        Better::Lower => value,
        Better::Within(low, high) => (low - value).max(value - high).max(0.0),
        Better::Neither => 0.0,
    }
}

fn best(measure: Measure, having: &[(&Attempt, f64)], zone: &TimeZone) -> Option<Best> {
    // A shorter pause is not a better one: answers without any are the hardest to follow.
    let has_no_best =
        matches!(measure.better(), Better::Neither | Better::Within(..)) || measure == Measure::LongestPause;
    if has_no_best {
        return None;
    }
    let long_enough = |a: &Attempt| a.measures.get(Measure::Length).is_some_and(|s| s >= LONG_ENOUGH_S);
    let (attempt, value) = having
        .iter()
        .filter(|(a, _)| long_enough(a))
        .min_by(|(_, a), (_, b)| away_from_best(measure, *a).total_cmp(&away_from_best(measure, *b)))?;
    Some(Best { id: attempt.id, value: *value, day: day(attempt, zone) })
}

fn since_last_week(having: &[(&Attempt, f64)], now: Timestamp) -> Option<f64> {
    let days_ago = |days: i64| now.checked_sub((24 * days).hours()).ok();
    let (week, fortnight) = (days_ago(7)?, days_ago(14)?);
    let between = |from: Timestamp, to: Timestamp| {
        let values: Vec<f64> =
            having.iter().filter(|(a, _)| from < a.answered_at && a.answered_at <= to).map(|(_, v)| *v).collect();
        median(&values)
    };
    Some(between(week, now)? - between(fortnight, week)?)
}

/// Returns the measure that improved significantly by the most noticeable steps. The score is left out, since it is
/// derived from the others.
fn improved_most(measures: &[Course]) -> Option<Measure> {
    let steps = |c: &Course| c.trend.map_or(0.0, |t| t.change().abs() / c.measure.noticeable());
    let better = measures.iter().filter(|c| c.verdict == Verdict::Better && c.measure != Measure::Score);
    better.max_by(|a, b| steps(a).total_cmp(&steps(b))).map(|c| c.measure)
}

/// Returns the parts of the newest answers, in the order of the newest one, with their points at the start.
fn parts(attempts: &[Attempt]) -> Vec<PartState> {
    let newest = &attempts[attempts.len().saturating_sub(A_FEW)..];
    let oldest = &attempts[..A_FEW.min(attempts.len() / 2)];
    let mut names: Vec<PartName> = Vec::new();
    for part in newest.iter().rev().flat_map(|a| a.parts.points()) {
        if !names.contains(&part.name) {
            names.push(part.name);
        }
    }
    let mean = |attempts: &[Attempt], name: &PartName| -> Option<(f64, f64)> {
        let of: Vec<PartPoints> = attempts.iter().flat_map(|a| a.parts.points()).filter(|p| p.name == *name).collect();
        let sum = |value: fn(&PartPoints) -> f64| of.iter().map(value).sum::<f64>() / of.len() as f64;
        (!of.is_empty()).then(|| (sum(|p| p.points), sum(|p| p.out_of)))
    };
    let state = |name: PartName| {
        let (now, out_of) = mean(newest, &name)?;
        // An earlier rubric may have allotted other points to the part.
        let start = mean(oldest, &name).filter(|(_, of)| *of > 0.0).map(|(points, of)| points / of * out_of);
        Some(PartState { part: name, now, start, out_of })
    };
    names.into_iter().filter_map(state).collect()
}

fn goal_state(goal: &Goal, attempts: &[Attempt]) -> GoalState {
    let values: Vec<f64> = attempts.iter().rev().filter_map(|a| a.measures.get(goal.measure)).take(A_FEW).collect();
    let now = median(&values);
    GoalState {
        goal: *goal,
        now,
        is_met: now.is_some_and(|value| goal.is_met_by(value)),
        met_by: values.iter().filter(|value| goal.is_met_by(**value)).count(),
        of: values.len(),
    }
}

/// The days that count as the last weeks, today included.
pub const LAST_DAYS: i64 = 28;

/// Returns the number of days of the last four weeks with at least one answer.
pub fn days_of_practice(attempts: &[Attempt], now: Timestamp, zone: &TimeZone) -> usize {
    let today = now.to_zoned_datetime(zone.clone()).date();
    let since = today.checked_sub(LAST_DAYS.days()).unwrap_or(today);
    let days: BTreeSet<Date> = attempts.iter().map(|a| day(a, zone)).collect();
    days.into_iter().filter(|day| *day > since && *day <= today).count()
}

fn streak(days: &BTreeSet<Date>, today: Date) -> Streak {
    let (mut run, mut longest, mut last) = (0, 0, None);
    for &day in days {
        run = if last.is_some_and(|last: Date| last.tomorrow().ok() == Some(day)) { run + 1 } else { 1 };
        longest = longest.max(run);
        last = Some(day);
    }
    let goes_on = last.is_some_and(|last| last >= today || last.tomorrow().ok() == Some(today));
    Streak { days: if goes_on { run } else { 0 }, longest_days: longest }
}

/// Groups answers by the name that `name` returns, in the order of the names; answers without a name are left out.
fn groups(attempts: &[Attempt], zone: &TimeZone, name: impl Fn(&Attempt) -> Option<String>) -> Vec<Group> {
    let mut named: BTreeMap<String, Vec<&Attempt>> = BTreeMap::new();
    for attempt in attempts {
        if let Some(name) = name(attempt) {
            named.entry(name).or_default().push(attempt);
        }
    }
    let group = |(name, attempts): (String, Vec<&Attempt>)| {
        let values = |m: Measure| -> Vec<f64> { attempts.iter().filter_map(|a| a.measures.get(m)).collect() };
        let newest = |values: &[f64]| median(&values[values.len().saturating_sub(A_FEW)..]);
        let scores = values(Measure::Score);
        Group {
            answers: attempts.len(),
            minutes: values(Measure::Length).iter().sum::<f64>() / 60.0,
            score: newest(&scores),
            best_score: scores.iter().copied().reduce(f64::max),
            fillers_per_minute: newest(&values(Measure::Fillers)),
            last_day: attempts.last().map_or(Date::ZERO, |a| day(a, zone)),
            name,
        }
    };
    named.into_iter().map(group).collect()
}

fn most_practised(mut groups: Vec<Group>) -> Vec<Group> {
    groups.sort_by_key(|g| std::cmp::Reverse(g.answers));
    groups
}

/// Returns the day on which an answer was given.
pub fn day(attempt: &Attempt, zone: &TimeZone) -> Date {
    attempt.answered_at.to_zoned_datetime(zone.clone()).date()
}

pub(super) fn monday(day: Date) -> Date {
    day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).unwrap_or(day)
}

fn minutes(attempts: &[Attempt]) -> f64 {
    attempts.iter().filter_map(|a| a.measures.get(Measure::Length)).sum::<f64>() / 60.0
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    (n > 0).then(|| (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::sample::{attempt, attempts};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn progress(attempts: Vec<Attempt>) -> Progress {
        Progress::of(attempts, &[], at("2026-11-25T12:00:00Z"), &TimeZone::UTC)
    }

    #[test]
    fn nothing_kept_is_no_progress_and_no_error() {
        let progress = progress(Vec::new());
        assert_eq!((progress.answers, progress.streak.days, progress.measures.len()), (0, 0, 0));
        assert_eq!((progress.improved_most, progress.work_on), (None, None));
    }

    #[test]
    fn a_week_and_the_start_are_compared_by_their_medians() {
        // One answer a day; fillers fall by one a day.
        let kept = attempts(20, |i| (Measure::Fillers, 30.0 - i as f64));
        let progress = progress(kept);
        let course = progress.course(Measure::Fillers).unwrap();
        assert_eq!((course.latest, course.now), (11.0, 13.0));
        assert_eq!(course.since_start, Some(13.0 - 28.0));
        assert_eq!(course.since_last_week, Some(-7.0));
        assert_eq!(course.verdict, Verdict::Better);
        assert_eq!(course.best.unwrap().value, 11.0);
        assert_eq!(progress.improved_most, Some(Measure::Fillers));
        assert_eq!(progress.streak, Streak { days: 20, longest_days: 20 });
    }

    #[test]
    fn four_answers_are_not_enough_and_five_can_be() {
        let verdict = |n| progress(attempts(n, |i| (Measure::Score, 50.0 + 5.0 * i as f64))).measures[0].verdict;
        assert_eq!((verdict(4), verdict(5)), (Verdict::NotEnoughYet, Verdict::Better));
    }

    #[test]
    fn a_change_too_small_to_notice_is_no_trend() {
        let kept = attempts(30, |i| (Measure::Score, 70.0 + 0.05 * i as f64));
        let score = progress(kept).measures[0].clone();
        assert!(score.trend.unwrap().is_real());
        assert_eq!(score.verdict, Verdict::Steady);
    }

    #[test]
    fn pace_gets_better_towards_the_comfortable_range_from_either_side() {
        let verdict = |from: f64, step: f64| {
            let kept = attempts(12, |i| (Measure::Pace, from + step * i as f64));
            progress(kept).course(Measure::Pace).unwrap().verdict
        };
        assert_eq!(verdict(220.0, -5.0), Verdict::Better);
        assert_eq!(verdict(80.0, 5.0), Verdict::Better);
        assert_eq!(verdict(180.0, 5.0), Verdict::Worse);
        assert_eq!(verdict(140.0, 2.0), Verdict::Rising);
    }

    #[test]
    fn a_streak_lasts_until_a_whole_day_is_missed() {
        let day = |n| Date::constant(2026, 11, n);
        let days = BTreeSet::from([day(1), day(2), day(3), day(10), day(11)]);
        assert_eq!(streak(&days, day(11)), Streak { days: 2, longest_days: 3 });
        assert_eq!(streak(&days, day(12)), Streak { days: 2, longest_days: 3 });
        assert_eq!(streak(&days, day(13)), Streak { days: 0, longest_days: 3 });
    }

    #[test]
    fn a_short_answer_is_no_personal_best() {
        let mut short = attempt(1, "2026-11-20T10:00:00Z", &[(Measure::Fillers, 0.0), (Measure::Length, 4.0)]);
        short.id = 9;
        let long = attempt(2, "2026-11-19T10:00:00Z", &[(Measure::Fillers, 3.0), (Measure::Length, 60.0)]);
        let best = progress(vec![short, long]).course(Measure::Fillers).unwrap().best.unwrap();
        assert_eq!((best.id, best.value), (2, 3.0));
    }

    #[test]
    fn a_written_draft_is_in_no_trend() {
        let draft = attempt(9, "2026-11-24T10:00:00Z", &[(Measure::Score, 99.0)]);
        let takes = |id: i64| [(Measure::Score, 60.0 + id as f64), (Measure::Length, 60.0)];
        let mut kept: Vec<Attempt> = (1..=5).map(|i| attempt(i, "2026-11-23T10:00:00Z", &takes(i))).collect();
        let without = progress(kept.clone());
        kept.push(draft);
        assert_eq!(progress(kept), without);
    }

    #[test]
    fn days_and_weeks_are_those_of_the_time_zone() {
        let late = attempt(1, "2026-11-23T01:30:00Z", &[(Measure::Length, 60.0)]);
        let in_new_york = TimeZone::fixed(jiff::tz::offset(-5));
        let there = Progress::of(vec![late.clone()], &[], at("2026-11-25T12:00:00Z"), &in_new_york);
        assert_eq!((there.first_day, there.weeks[0].name.as_str()), (Some(Date::constant(2026, 11, 22)), "2026-11-16"));
        assert_eq!(progress(vec![late]).weeks[0].name, "2026-11-23");
    }

    #[test]
    fn the_part_that_costs_most_is_worked_on_next() {
        let mut kept = attempts(3, |_| (Measure::Score, 70.0));
        for a in &mut kept {
            let part = |name, points, out_of| PartPoints { name, points, out_of };
            a.parts = vec![part(PartName::Fillers, 8.0, 14.0), part(PartName::Pace, 9.0, 10.0)].into();
        }
        let lost = progress(kept).work_on.unwrap();
        assert_eq!((&lost.part, lost.lost(), lost.out_of), (&PartName::Fillers, 6.0, 14.0));
    }

    #[test]
    fn goals_are_held_against_the_newest_answers() {
        let goal = Goal { measure: Measure::Fillers, above: None, below: Some(4.0), set_at: Timestamp::UNIX_EPOCH };
        let kept = attempts(6, |i| (Measure::Fillers, 8.0 - i as f64));
        let progress = Progress::of(kept, &[goal], at("2026-11-25T12:00:00Z"), &TimeZone::UTC);
        let state = progress.goals[0];
        assert_eq!((state.now, state.is_met, state.met_by, state.of), (Some(5.0), false, 2, 5));
    }
}
