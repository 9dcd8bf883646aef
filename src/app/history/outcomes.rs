//! Outcomes of real interviews, as their candidates note them. They change no score; progress shows them beside the
//! practice.

use jiff::civil::Date;
use rusqlite::params;
use serde::{Serialize, Serializer};

use super::HistoryError;
use super::store::Store;

/// How a real interview ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterviewResult {
    /// No answer yet.
    Waiting,
    /// Another round follows.
    NextRound,
    /// An offer.
    Offer,
    /// A refusal.
    Refusal,
}

impl InterviewResult {
    /// All results, in the order of their names in help.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::NextRound, Self::Offer, Self::Refusal];

    /// Returns the name on the command line, in the store and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::NextRound => "next-round",
            Self::Offer => "offer",
            Self::Refusal => "no",
        }
    }

    /// Returns the label that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "no answer yet",
            Self::NextRound => "next round",
            Self::Offer => "offer",
            Self::Refusal => "not this time",
        }
    }

    /// Returns the result with this [name](Self::name).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.name() == name)
    }
}

impl Serialize for InterviewResult {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

/// A real interview, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InterviewOutcome {
    /// With whom it was, as the candidate wrote it.
    pub interview: String,
    /// The day of the interview.
    pub day: Date,
    /// How it ended.
    pub result: InterviewResult,
    /// What else the candidate wrote; empty if nothing.
    pub note: String,
}

impl InterviewOutcome {
    /// Describes the interview in words: "Acme, next round: they asked about the outage".
    pub fn words(&self) -> String {
        let note = if self.note.is_empty() { String::new() } else { format!(": {}", self.note) };
        format!("{}, {}{note}", self.interview, self.result.label())
    }
}

impl Store {
    /// Returns the real interviews of a speaker, newest first; `None` is the person at this machine. One whose day or result
    /// cannot be read is left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn outcomes(&self, speaker: Option<&str>) -> Result<Vec<InterviewOutcome>, HistoryError> {
        let query = "SELECT interview, day, result, note FROM outcome WHERE speaker = ? ORDER BY day DESC, id DESC";
        let mut query = self.db.prepare(query)?;
        let found = query.query_map([speaker.unwrap_or("")], |row| {
            let (day, result): (String, String) = (row.get(1)?, row.get(2)?);
            let (interview, note) = (row.get(0)?, row.get(3)?);
            let read = day.parse().ok().zip(InterviewResult::named(&result));
            Ok(read.map(|(day, result)| InterviewOutcome { interview, day, result, note }))
        })?;
        Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Keeps a real interview, replacing one with the same people on the same day.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set_outcome(&mut self, speaker: Option<&str>, outcome: &InterviewOutcome) -> Result<(), HistoryError> {
        let insert = "INSERT INTO outcome (speaker, interview, day, result, note) VALUES (?, ?, ?, ?, ?)
                      ON CONFLICT (speaker, interview, day) DO UPDATE SET result = excluded.result, note = excluded.note";
        let InterviewOutcome { interview, day, result, note } = outcome;
        let values = params![speaker.unwrap_or(""), interview, day.to_string(), result.name(), note];
        self.write(|change| Ok(change.db.execute(insert, values)?)).map(drop)
    }

    /// Deletes the interviews with these people, or only that of one day. Returns how many there were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn drop_outcomes(
        &mut self,
        speaker: Option<&str>,
        interview: &str,
        day: Option<Date>,
    ) -> Result<usize, HistoryError> {
        let delete = "DELETE FROM outcome WHERE speaker = ? AND interview = ? AND day = ifnull(?, day)";
        let key = params![speaker.unwrap_or(""), interview, day.map(|day| day.to_string())];
        self.write(|change| Ok(change.db.execute(delete, key)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interview_is_kept_once_a_day_and_belongs_to_one_speaker() {
        let mut store = Store::empty().unwrap();
        let outcome = |interview: &str, day, result| InterviewOutcome {
            interview: interview.into(),
            day: Date::constant(2026, 11, day),
            result,
            note: String::new(),
        };
        store.set_outcome(None, &outcome("Acme", 3, InterviewResult::Waiting)).unwrap();
        store.set_outcome(None, &outcome("Acme", 3, InterviewResult::NextRound)).unwrap();
        store.set_outcome(None, &outcome("Acme", 9, InterviewResult::Offer)).unwrap();
        store.set_outcome(Some("Ana"), &outcome("Acme", 4, InterviewResult::Refusal)).unwrap();
        let newest_first = [outcome("Acme", 9, InterviewResult::Offer), outcome("Acme", 3, InterviewResult::NextRound)];
        assert_eq!(store.outcomes(None).unwrap(), newest_first);
        assert_eq!(store.drop_outcomes(None, "Acme", Some(Date::constant(2026, 11, 9))).unwrap(), 1);
        assert_eq!(store.drop_outcomes(None, "Acme", None).unwrap(), 1);
        assert_eq!((store.outcomes(None).unwrap().len(), store.outcomes(Some("Ana")).unwrap().len()), (0, 1));
    }

    #[test]
    fn every_result_has_its_name() {
        for result in InterviewResult::ALL {
            assert_eq!(InterviewResult::named(result.name()), Some(result));
        }
    }
}
