//! Sample answers for tests.

use super::attempt::Attempt;
use super::measures::{Measure, Measures};

/// Returns an answer with these measures and no others.
pub(crate) fn attempt(id: i64, answered_at: &str, values: &[(Measure, f64)]) -> Attempt {
    let value = |m| Ok::<_, ()>(values.iter().find(|(measure, _)| *measure == m).map(|(_, value)| *value));
    Attempt {
        id,
        answered_at: answered_at.parse().expect("a time"),
        speaker: None,
        question: None,
        path: "/home/ana/answers/take.wav".into(),
        recorded_here: false,
        sha256: format!("{id:064x}"),
        is_edited: false,
        rubric: "aloud.rubric/1".into(),
        measures: Measures::from_fn(value).expect("values"),
        parts: Vec::new().into(),
    }
}

/// Returns one answer a day, each of 60 s, up to 2026-11-25 at 10:00.
pub(crate) fn attempts(count: usize, value: impl Fn(usize) -> (Measure, f64)) -> Vec<Attempt> {
    let last: jiff::Timestamp = "2026-11-25T10:00:00Z".parse().expect("a time");
    let day_s = 24 * 3600;
    (0..count)
        .map(|i| {
            let at = last.as_second() - (count - 1 - i) as i64 * day_s;
            let at = jiff::Timestamp::from_second(at).expect("a time").to_string();
            attempt(i as i64 + 1, &at, &[value(i), (Measure::Length, 60.0)])
        })
        .collect()
}
