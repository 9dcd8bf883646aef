//! How speakers saw their own answers: they rated the story and the delivery before the report was shown, and this holds
//! the ratings against the points.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, PartPoints};
use super::progress::{day, monday};
use crate::plain::number;
use crate::score::PartName;

/// The lowest and the highest rating.
pub const RATINGS: [u8; 2] = [1, 5];
/// The smallest difference between ratings that is called one (ours: a rating is a whole number).
const LEAST_APART: f64 = 0.5;

/// A speaker's own ratings of an answer, each within [`RATINGS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRating {
    /// The rating of the story.
    pub story: u8,
    /// The rating of the delivery.
    pub delivery: u8,
}

/// A rating by the speaker, and the points on the same scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Views {
    /// The speaker's own rating.
    pub own: f64,
    /// The points, from [`RATINGS`]\[0\] for none to [`RATINGS`]\[1\] for all.
    pub points: f64,
}

/// The mean ratings of the takes of a week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Week {
    /// The week's Monday.
    pub monday: Date,
    /// The number of takes that were rated.
    pub takes: usize,
    /// The story.
    pub story: Views,
    /// The delivery.
    pub delivery: Views,
}

/// The ratings of all takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwnView {
    /// The number of takes that were rated.
    pub takes: usize,
    /// The means over all of them, of the story.
    pub story: Views,
    /// The means over all of them, of the delivery.
    pub delivery: Views,
    /// The means of each week with a take that was rated, oldest first.
    pub weeks: Vec<Week>,
}

impl OwnView {
    /// Holds ratings against the points of the same answers; `None` if none was rated. Answers of which either the story or
    /// the delivery was not judged are left out.
    pub fn of(attempts: &[Attempt], ratings: &HashMap<i64, OwnRating>, zone: &TimeZone) -> Option<Self> {
        let mut of_weeks: BTreeMap<Date, Vec<[Views; 2]>> = BTreeMap::new();
        for attempt in attempts {
            if let Some(views) = ratings.get(&attempt.id).and_then(|own| views(own, &attempt.parts.points())) {
                of_weeks.entry(monday(day(attempt, zone))).or_default().push(views);
            }
        }
        let all: Vec<[Views; 2]> = of_weeks.values().flatten().copied().collect();
        let [story, delivery] = means(&all)?;
        let week = |(monday, views): (Date, Vec<[Views; 2]>)| {
            let [story, delivery] = means(&views)?;
            Some(Week { monday, takes: views.len(), story, delivery })
        };
        Some(Self { takes: all.len(), story, delivery, weeks: of_weeks.into_iter().filter_map(week).collect() })
    }

    /// Says how far apart the two are: "On average you rated your story 0.8 lower than aloud, and how you said it about the
    /// same."
    pub fn sentence(&self) -> String {
        let apart = |views: Views| match views.own - views.points {
            by if by >= LEAST_APART => format!("{} higher than aloud", number(by)),
            by if by <= -LEAST_APART => format!("{} lower than aloud", number(-by)),
            _ => "about the same as aloud".to_string(),
        };
        format!("On average you rated your story {}, and how you said it {}.", apart(self.story), apart(self.delivery))
    }
}

/// Returns both views of the story and of the delivery; `None` if either was not judged.
pub fn views(own: &OwnRating, parts: &[PartPoints]) -> Option<[Views; 2]> {
    let [lowest, highest] = RATINGS.map(f64::from);
    let points = |of: &[PartName]| {
        let of = parts.iter().filter(|p| of.contains(&p.name));
        let (points, out_of) = of.fold((0.0, 0.0), |(a, b), p| (a + p.points, b + p.out_of));
        (out_of > 0.0).then(|| lowest + (highest - lowest) * points / out_of)
    };
    Some([
        Views { own: f64::from(own.story), points: points(&PartName::STORY)? },
        Views { own: f64::from(own.delivery), points: points(&PartName::DELIVERY)? },
    ])
}

fn means(of: &[[Views; 2]]) -> Option<[Views; 2]> {
    let mean = |value: &dyn Fn(&[Views; 2]) -> f64| of.iter().map(value).sum::<f64>() / of.len() as f64;
    let views = |i: usize| Views { own: mean(&|v| v[i].own), points: mean(&|v| v[i].points) };
    (!of.is_empty()).then(|| [views(0), views(1)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::sample::attempt;

    #[test]
    fn ratings_are_held_against_the_points_by_week() {
        let part = |name, points, out_of| PartPoints { name, points, out_of };
        let take = |id, at: &str, story, delivery| {
            let parts = vec![part(PartName::Action, story, 12.0), part(PartName::Pace, delivery, 10.0)];
            Attempt { parts: parts.into(), ..attempt(id, at, &[]) }
        };
        let unjudged =
            Attempt { parts: vec![part(PartName::Pace, 1.0, 10.0)].into(), ..attempt(9, "2026-11-03T10:00:00Z", &[]) };
        let takes = [
            take(1, "2026-11-02T10:00:00Z", 12.0, 5.0),
            take(2, "2026-11-08T10:00:00Z", 6.0, 0.0),
            take(3, "2026-11-09T10:00:00Z", 0.0, 10.0),
            take(4, "2026-11-09T10:00:00Z", 0.0, 10.0),
            unjudged,
        ];
        let rated = |story, delivery| OwnRating { story, delivery };
        let ratings = HashMap::from([(1, rated(3, 3)), (2, rated(2, 1)), (3, rated(1, 5)), (9, rated(5, 5))]);
        let view = OwnView::of(&takes, &ratings, &TimeZone::UTC).unwrap();
        assert_eq!((view.takes, view.weeks.len(), view.weeks[0].takes), (3, 2, 2));
        assert_eq!(view.weeks[0].story, Views { own: 2.5, points: 4.0 });
        assert_eq!(view.weeks[1].delivery, Views { own: 5.0, points: 5.0 });
        assert_eq!(
            view.sentence(),
            "On average you rated your story 1.0 lower than aloud, and how you said it about the same as aloud."
        );
        assert_eq!(OwnView::of(&takes, &HashMap::new(), &TimeZone::UTC), None);
    }
}
