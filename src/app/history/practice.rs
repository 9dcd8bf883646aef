//! The stored data of practice: sessions, the claims of a resume, the requirements of jobs, which answers gave evidence
//! for which, and when each question is due again. Evidence belongs to its answer, and is deleted with it.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::HistoryError;
use super::schema::OF_PRACTICE;
use super::store::{Change, Store};
use crate::app::job::Requirement;
use crate::app::practice::coverage::{Found, Quote};
use crate::app::practice::plan::key;
use crate::app::practice::session::Session;
use crate::app::practice::spacing::Repetition;
use crate::app::resume::Claim;
use crate::question::Question;

/// The practice data that an answer adds.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The answer's number.
    pub attempt: i64,
    /// The question that was answered.
    pub question: &'a Question,
    /// The answer's score; `None` if nothing could be judged.
    pub score: Option<f64>,
    /// When the answer was given.
    pub at: Timestamp,
    /// The claims that the answer told, by their indices in the session.
    pub told: &'a Found,
    /// The requirements that the answer gave evidence for, by their indices in the session.
    pub shown: &'a Found,
}

impl Store {
    /// Returns the last session that is not over, with its number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open_session(&self) -> Result<Option<(i64, Session)>, HistoryError> {
        let query = "SELECT id, state FROM practice_session WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1";
        let found: Option<(i64, String)> =
            self.db.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        // A session that was saved by another version cannot be resumed.
        Ok(found.and_then(|(id, state)| Some((id, serde_json::from_str(&state).ok()?))))
    }

    /// Stores a new session with its claims and requirements. Returns its number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn begin_session(&mut self, session: &Session) -> Result<i64, HistoryError> {
        self.write(|change| {
            let now = Timestamp::now().as_second();
            change.db.execute("UPDATE practice_session SET ended_at = ? WHERE ended_at IS NULL", [now])?;
            session.claims.iter().try_for_each(|c| change.keep_claim(c, now))?;
            let job = session.job.as_deref().unwrap_or_default();
            session.requirements.iter().try_for_each(|r| change.keep_requirement(job, r, now))?;
            let insert = "INSERT INTO practice_session (begun_at, state) VALUES (?, ?)";
            change.db.execute(insert, params![session.begun_at.as_second(), state(session)])?;
            Ok(change.db.last_insert_rowid())
        })
    }

    /// Saves the state of a session.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_session(&mut self, id: i64, session: &Session, is_over: bool) -> Result<(), HistoryError> {
        let ended_at = is_over.then(|| Timestamp::now().as_second());
        let update = "UPDATE practice_session SET state = ?, ended_at = ? WHERE id = ?";
        self.write(|change| Ok(change.db.execute(update, params![state(session), ended_at, id])?)).map(drop)
    }

    /// Stores what an answer adds, and the state of the session after it, in one transaction.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_given(
        &mut self,
        id: Option<i64>,
        session: &Session,
        given: Option<&Given<'_>>,
    ) -> Result<(), HistoryError> {
        self.write(|change| {
            if let Some(given) = given {
                change.keep_given(session, given)?;
            }
            if let Some(id) = id {
                let update = "UPDATE practice_session SET state = ? WHERE id = ?";
                change.db.execute(update, params![state(session), id])?;
            }
            Ok(())
        })
    }

    /// Returns the stored claims.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn claims(&self) -> Result<Vec<Claim>, HistoryError> {
        let mut query = self.db.prepare("SELECT text, employer, is_current, is_weak FROM claim ORDER BY id")?;
        let claim = |row: &Row| {
            let employer: String = row.get(1)?;
            Ok(Claim {
                text: row.get(0)?,
                employer: Some(employer).filter(|e| !e.is_empty()),
                is_current: row.get(2)?,
                is_weak: row.get(3)?,
            })
        };
        Ok(query.query_map([], claim)?.collect::<Result<_, _>>()?)
    }

    /// Returns how many of these claims were told aloud in kept answers.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn told_claims(&self, claims: &[Claim]) -> Result<usize, HistoryError> {
        let mut query = self.db.prepare(
            "SELECT EXISTS (SELECT 1 FROM told_claim JOIN claim ON claim.id = claim_id WHERE text = ? AND employer = ?)",
        )?;
        claims.iter().try_fold(0, |told, claim| {
            let is_told: bool = query
                .query_row(params![claim.text, claim.employer.as_deref().unwrap_or_default()], |row| row.get(0))?;
            Ok(told + usize::from(is_told))
        })
    }

    /// Returns the best evidence in kept answers for a requirement of a job, with the answer's number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn shown_requirement(
        &self,
        job: &str,
        requirement: &Requirement,
    ) -> Result<Option<(Quote, i64)>, HistoryError> {
        let query = "SELECT quote, start_s, nearness, attempt_id FROM shown_requirement
                     JOIN requirement ON requirement.id = requirement_id
                     WHERE job = ? AND text = ? ORDER BY nearness DESC LIMIT 1";
        let quote =
            |row: &Row| Ok((Quote { text: row.get(0)?, start_s: row.get(1)?, nearness: row.get(2)? }, row.get(3)?));
        Ok(self.db.query_row(query, params![job, requirement.text], quote).optional()?)
    }

    /// Returns the repetition state of each question that was answered, by its key.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn repetitions(&self) -> Result<HashMap<String, Repetition>, HistoryError> {
        let mut query =
            self.db.prepare("SELECT asked, repetitions, ease, interval_days, last_at, last_score FROM repetition")?;
        let found = query.query_map([], |row| Ok((row.get(0)?, repetition(row)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Returns whether any practice data is stored that belongs to no answer.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has_practice(&self) -> Result<bool, HistoryError> {
        OF_PRACTICE.iter().try_fold(false, |found, table| {
            let query = format!("SELECT EXISTS (SELECT 1 FROM {table})");
            Ok(found || self.db.query_row(&query, [], |row| row.get(0))?)
        })
    }
}

fn state(session: &Session) -> String {
    serde_json::to_string(session).expect("a session has a form in JSON")
}

fn repetition(row: &Row) -> rusqlite::Result<Repetition> {
    Ok(Repetition {
        repetitions: row.get(1)?,
        ease: row.get(2)?,
        interval_days: row.get(3)?,
        last_at: Timestamp::from_second(row.get(4)?).unwrap_or(Timestamp::UNIX_EPOCH),
        last_score: row.get(5)?,
    })
}

impl Change<'_> {
    /// Deletes the data that belongs to no answer: sessions, claims, requirements. The rest is deleted with the
    /// answers.
    pub(super) fn forget_practice(&self) -> Result<(), HistoryError> {
        OF_PRACTICE.iter().try_for_each(|table| Ok(self.db.execute(&format!("DELETE FROM {table}"), []).map(drop)?))
    }

    fn keep_claim(&self, claim: &Claim, now: i64) -> Result<(), HistoryError> {
        let insert = "INSERT INTO claim (text, employer, is_current, is_weak, seen_at) VALUES (?, ?, ?, ?, ?)
                      ON CONFLICT (text, employer) DO UPDATE SET is_current = excluded.is_current,
                      is_weak = excluded.is_weak, seen_at = excluded.seen_at";
        let employer = claim.employer.as_deref().unwrap_or_default();
        self.db.execute(insert, params![claim.text, employer, claim.is_current, claim.is_weak, now])?;
        Ok(())
    }

    fn keep_requirement(&self, job: &str, requirement: &Requirement, now: i64) -> Result<(), HistoryError> {
        let insert = "INSERT INTO requirement (job, text, is_must, seen_at) VALUES (?, ?, ?, ?)
                      ON CONFLICT (job, text) DO UPDATE SET is_must = excluded.is_must, seen_at = excluded.seen_at";
        self.db.execute(insert, params![job, requirement.text, requirement.is_must, now])?;
        Ok(())
    }

    fn keep_given(&self, session: &Session, given: &Given<'_>) -> Result<(), HistoryError> {
        for (place, quote) in given.told {
            let Some(claim) = session.claims.get(*place) else { continue };
            self.db.execute(
                "INSERT OR REPLACE INTO told_claim (claim_id, attempt_id, quote, start_s, nearness)
                 SELECT id, ?, ?, ?, ? FROM claim WHERE text = ? AND employer = ?",
                params![
                    given.attempt,
                    quote.text,
                    quote.start_s,
                    quote.nearness,
                    claim.text,
                    claim.employer.as_deref().unwrap_or_default()
                ],
            )?;
        }
        let job = session.job.as_deref().unwrap_or_default();
        for (place, quote) in given.shown {
            let Some(requirement) = session.requirements.get(*place) else { continue };
            self.db.execute(
                "INSERT OR REPLACE INTO shown_requirement (requirement_id, attempt_id, quote, start_s, nearness)
                 SELECT id, ?, ?, ?, ? FROM requirement WHERE job = ? AND text = ?",
                params![given.attempt, quote.text, quote.start_s, quote.nearness, job, requirement.text],
            )?;
        }
        let Some(score) = given.score else { return Ok(()) };
        let asked = key(given.question);
        let query = "SELECT asked, repetitions, ease, interval_days, last_at, last_score, attempt_id FROM repetition WHERE asked = ?";
        let before: Option<(Repetition, i64)> =
            self.db.query_row(query, [asked], |row| Ok((repetition(row)?, row.get(6)?))).optional()?;
        // Analyzing the same answer again does not count as a repetition.
        if before.as_ref().is_some_and(|(_, attempt)| *attempt == given.attempt) {
            return Ok(());
        }
        let after = Repetition::after(before.as_ref().map(|(r, _)| r), score, given.at);
        self.db.execute(
            "INSERT OR REPLACE INTO repetition (asked, attempt_id, repetitions, ease, interval_days, last_at, last_score)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                asked,
                given.attempt,
                after.repetitions,
                after.ease,
                after.interval_days,
                after.last_at.as_second(),
                after.last_score
            ],
        )?;
        Ok(())
    }
}
