//! The measures that are tracked over time: the name of each, its unit, which direction is better, and where a report
//! has it.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::report::Report;
use crate::score::rubric;

/// A measure that is tracked over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// The overall score.
    Score,
    /// Fillers of all kinds, per minute.
    Fillers,
    /// Filled pauses (um, uh), per minute.
    FilledPauses,
    /// Words per minute.
    Pace,
    /// Syllables per second, silent pauses excluded.
    Articulation,
    /// The longest silent pause, in seconds.
    LongestPause,
    /// The time from the first to the last speech, in seconds.
    Length,
    /// The variation of the pitch: its standard deviation, in semitones.
    Pitch,
}

/// The direction in which a measure improves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Better {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
    /// Closer to the range between the two is better.
    Within(f64, f64),
    /// Neither is better: it depends on the question.
    Neither,
}

impl Measure {
    /// All measures, in display order.
    pub const ALL: [Self; 8] = [
        Self::Score,
        Self::Fillers,
        Self::FilledPauses,
        Self::Pace,
        Self::Articulation,
        Self::LongestPause,
        Self::Length,
        Self::Pitch,
    ];

    /// Returns the name with the unit: the measure's column in the store, and its field in JSON and CSV.
    pub fn field(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Fillers => "fillers_per_minute",
            Self::FilledPauses => "filled_pauses_per_minute",
            Self::Pace => "words_per_minute",
            Self::Articulation => "articulation_rate_syllables_s",
            Self::LongestPause => "longest_pause_s",
            Self::Length => "answer_s",
            Self::Pitch => "f0_sd_semitones",
        }
    }

    /// Returns the name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Fillers => "fillers",
            Self::FilledPauses => "um",
            Self::Pace => "pace",
            Self::Articulation => "articulation",
            Self::LongestPause => "pause",
            Self::Length => "length",
            Self::Pitch => "voice",
        }
    }

    /// Returns the title for headings.
    pub fn title(self) -> &'static str {
        match self {
            Self::Score => "Score",
            Self::Fillers => "Fillers",
            Self::FilledPauses => "Um and uh",
            Self::Pace => "Pace",
            Self::Articulation => "Articulation rate",
            Self::LongestPause => "Longest pause",
            Self::Length => "Length",
            Self::Pitch => "Movement of the voice",
        }
    }

    /// Returns the unit, as it is written after the number.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Score => "of 100",
            Self::Fillers | Self::FilledPauses => "a minute",
            Self::Pace => "words a minute",
            Self::Articulation => "syllables a second",
            Self::LongestPause | Self::Length => "s",
            Self::Pitch => "semitones",
        }
    }

    /// Returns the direction in which the measure improves. The ranges are the rubric's.
    pub fn better(self) -> Better {
        let [slowest, fastest] = rubric::PACE_COMFORTABLE;
        match self {
            Self::Score => Better::Higher,
            Self::Fillers | Self::FilledPauses | Self::LongestPause => Better::Lower,
            Self::Pace => Better::Within(slowest, fastest),
            Self::Pitch => Better::Higher,
            Self::Articulation | Self::Length => Better::Neither,
        }
    }

    /// Returns the acceptable range according to the rubric, to be drawn as a band. A bound that is `None` is open.
    pub fn fine(self) -> Option<(Option<f64>, Option<f64>)> {
        let [slowest, fastest] = rubric::PACE_COMFORTABLE;
        match self {
            Self::Fillers => Some((None, Some(rubric::FILLERS_FINE_PER_MINUTE))),
            Self::Pace => Some((Some(slowest), Some(fastest))),
            Self::LongestPause => Some((None, Some(rubric::LONG_BETWEEN_S))),
            Self::Pitch => Some((Some(rubric::VOICE_FLAT_SEMITONES), None)),
            Self::Score | Self::FilledPauses | Self::Articulation | Self::Length => None,
        }
    }

    /// Returns the smallest change that a listener or a reader would notice (ours).
    pub fn noticeable(self) -> f64 {
        match self {
            Self::Score => 3.0,
            Self::Fillers | Self::FilledPauses => 1.0,
            Self::Pace => 5.0,
            Self::Articulation => 0.2,
            Self::LongestPause => 0.3,
            Self::Length => 10.0,
            Self::Pitch => 0.3,
        }
    }

    /// Returns the value in a report; `None` if it was not measured.
    pub fn of(self, report: &Report) -> Option<f64> {
        match self {
            Self::Score => report.score.overall,
            Self::Fillers => report.fillers.as_ref().and_then(|f| f.per_minute),
            Self::FilledPauses => report.fillers.as_ref().and_then(|f| f.filled_pauses_per_minute),
            Self::Pace => report.pace.as_ref().map(|p| p.words_per_minute),
            Self::Articulation => report.pace.as_ref().map(|p| p.articulation_rate_syllables_s),
            // In an answer without a pause, the longest pause has length 0.
            Self::LongestPause => report.pauses.as_ref().map(|p| p.longest_s.unwrap_or(0.0)),
            Self::Length => report.length.as_ref().map(|l| l.answer_s),
            Self::Pitch => report.voice.as_ref().and_then(|v| v.f0_sd_semitones),
        }
    }

    /// Returns the measure with this [name](Self::name).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.name() == name)
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.field())
    }
}

/// The value of each measure in one answer; `None` if it was not measured.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measures([Option<f64>; Measure::ALL.len()]);

impl Measures {
    /// Returns the measures of a report.
    pub fn of(report: &Report) -> Self {
        Self(Measure::ALL.map(|measure| measure.of(report)))
    }

    /// Builds the measures from the values that `value` returns.
    pub fn from_fn<E>(mut value: impl FnMut(Measure) -> Result<Option<f64>, E>) -> Result<Self, E> {
        let mut measures = Self::default();
        for measure in Measure::ALL {
            measures.0[measure as usize] = value(measure)?;
        }
        Ok(measures)
    }

    /// Returns whether these are the measures of a written draft, which has a score but no length in seconds.
    pub fn are_of_a_draft(&self) -> bool {
        self.get(Measure::Score).is_some() && self.get(Measure::Length).is_none()
    }

    /// Returns the value of a measure.
    pub fn get(&self, measure: Measure) -> Option<f64> {
        self.0[measure as usize]
    }
}

impl Serialize for Measures {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(Measure::ALL.len()))?;
        for measure in Measure::ALL {
            map.serialize_entry(measure.field(), &self.get(measure))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_stands_where_its_number_says_and_is_named_once() {
        let report: Report = serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap();
        let measures = Measures::of(&report);
        for (i, measure) in Measure::ALL.into_iter().enumerate() {
            assert_eq!(measure as usize, i);
            assert_eq!(Measure::named(measure.name()), Some(measure));
            assert_eq!(measures.get(measure), measure.of(&report));
            assert!(measures.get(measure).is_some(), "{measure:?} is in the sample report");
        }
    }
}
