//! The store: one SQLite file in the user's data directory, readable by its owner alone.
//!
//! Several programs may use the store at once: with a write-ahead log, readers can continue while one program writes,
//! and writers wait for each other. A save that returned is on the disk (`synchronous = FULL`), whatever happens to the
//! program afterwards. Deleted content is overwritten with zeros (`secure_delete`).

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, named_params, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::attempt::{Asked, Attempt, Occasion, Parts, fingerprint, lasting_path};
use super::coaching::Coaching;
use super::goals::Goal;
use super::measures::{Measure, Measures};
use super::own_view::OwnRating;
use super::packed::{pack, pack_contours, unpack, unpack_contours};
use super::rescue::{Rescue, rescue};
use super::schema::{APPLICATION_ID, MIGRATIONS, VERSION};
use super::{HistoryError, schema};
use crate::app::uri::percent_encoded;
use crate::codes::Code;
use crate::files::{make_private_folder, open_private, try_writing};
use crate::question::QuestionKind;
use crate::report::Report;
use crate::score::rubric;
use crate::signal::Contours;

/// How long to wait for another program's write lock.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The size of the test write that finds the cause of an error, in bytes: more than SQLite's log and index need at
/// first.
const PROBE_BYTES: usize = 256 << 10;
/// The pause between two attempts to open a store that other programs are just creating.
const BREATH: Duration = Duration::from_millis(20);

/// The access mode of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read only: a missing store counts as empty, and a store that is not writable can be read.
    Read,
    /// Read and write; a missing store is created.
    Write,
}

/// An open store.
#[derive(Debug)]
pub struct Store {
    pub(super) db: Connection,
}

/// The outcome of a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// The answer's number.
    pub id: i64,
    /// Whether the answer was kept for the first time.
    pub is_new: bool,
    /// Whether the answer had been edited by hand. The edits stay, and this report is kept beside them as the
    /// machine's.
    pub stays_edited: bool,
}

/// The outcome of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// The number of deleted answers.
    pub answers: usize,
    /// Whether another program is still reading, so that traces stay in the log until it ends.
    pub is_in_use: bool,
    /// Whether the disk failed while the log was being emptied, so that traces stay in it until the store is used
    /// again.
    pub is_log_left: bool,
}

/// A score that was replaced by another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EarlierScore {
    /// The rubric it came from.
    pub rubric: String,
    /// The score, 0 to 100; `None` if nothing could be judged.
    pub score: Option<f64>,
    /// The points of the score's parts.
    pub parts: Parts,
    /// When the score was replaced.
    pub replaced_at: Timestamp,
}

/// Returns the path of the store in the user's data directory.
pub fn path_in(data: &Path) -> PathBuf {
    data.join("history").join("history.db")
}

/// Opens the store and runs a job on it. A damaged store is first set aside, its readable content is copied into a new
/// one, and the job runs on that; in that case the second value describes the rescue.
///
/// # Errors
/// When the store cannot be opened, or the job fails.
pub fn visit<T>(
    path: &Path,
    access: Access,
    mut job: impl FnMut(&mut Store) -> Result<T, HistoryError>,
) -> Result<(T, Option<Rescue>), HistoryError> {
    let mut attempt = || Store::open(path, access).and_then(|mut store| job(&mut store));
    let done = match attempt() {
        Err(error) if error.is_damage() => match rescue(path) {
            Ok(rescued) => attempt().map(|value| (value, rescued)),
            Err(_) => Err(error),
        },
        other => other.map(|value| (value, None)),
    };
    done.map_err(|error| plainer(error, path))
}

/// Finds the cause of an error that SQLite merely calls an I/O error.
fn plainer(error: HistoryError, path: &Path) -> HistoryError {
    if !matches!(error, HistoryError::Database(_) | HistoryError::Unopenable(_) | HistoryError::Io(_)) || !path.exists()
    {
        return error;
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let found = private_file(path).and_then(|_| try_writing(folder, PROBE_BYTES).map_err(of_writing));
    match found {
        Err(reason @ (HistoryError::DiskFull | HistoryError::NotWritable)) => reason,
        _ => error,
    }
}

impl Store {
    /// Opens the store at `path` and migrates it to the newest schema.
    ///
    /// # Errors
    /// When the store cannot be opened, was written by a newer aloud, or is damaged.
    pub fn open(path: &Path, access: Access) -> Result<Self, HistoryError> {
        if access == Access::Read && !path.exists() {
            return Self::empty();
        }
        match Self::open_to_write(path) {
            Err(
                HistoryError::NotWritable
                | HistoryError::Unopenable(_)
                | HistoryError::Folder(_)
                | HistoryError::DiskFull
                | HistoryError::Database(_),
            ) if access == Access::Read && path.exists() => Self::open_to_look(path),
            other => other,
        }
    }

    /// Creates an empty store in memory.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn empty() -> Result<Self, HistoryError> {
        let mut db = Connection::open_in_memory()?;
        MIGRATIONS.to_latest(&mut db)?;
        Ok(Self { db })
    }

    fn open_to_write(path: &Path) -> Result<Self, HistoryError> {
        make_private(path)?;
        let started = Instant::now();
        loop {
            // While others create or migrate the store, SQLite may report "busy" at once instead of waiting.
            match Self::connect(path) {
                Err(HistoryError::Busy) if started.elapsed() < TIMEOUT => std::thread::sleep(BREATH),
                other => return other,
            }
        }
    }

    fn connect(path: &Path) -> Result<Self, HistoryError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(TIMEOUT)?;
        db.execute_batch("PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;")?;
        if form_of(&db)? < VERSION || !has_log(&db)? {
            migrate(&mut db, path)?;
        }
        if db.is_readonly(rusqlite::MAIN_DB)? {
            return Err(HistoryError::NotWritable);
        }
        db.execute_batch("PRAGMA synchronous = FULL;")?;
        Ok(Self { db })
    }

    /// Creates a store with an earlier schema, for the content rescued from a damaged one.
    pub(super) fn create(path: &Path, form: usize) -> Result<Self, HistoryError> {
        private_file(path)?;
        let mut db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
        MIGRATIONS.to_version(&mut db, form)?;
        Ok(Self { db })
    }

    /// Opens a store that is not writable.
    fn open_to_look(path: &Path) -> Result<Self, HistoryError> {
        let wal = PathBuf::from(format!("{}-wal", path.display()));
        let is_whole = !wal.metadata().is_ok_and(|m| m.len() > 0);
        let uri = format!(
            "file:{}?{}",
            percent_encoded(&path.to_string_lossy(), "/"),
            if is_whole { "immutable=1" } else { "mode=ro" }
        );
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(uri, flags)?;
        if form_of(&db)? < VERSION {
            return Err(HistoryError::NotWritable);
        }
        Ok(Self { db })
    }

    /// Keeps an answer. One that was kept before (the same recording, question and speaker) is updated; its number and
    /// date stay.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn save(&mut self, report: &Report, occasion: &Occasion) -> Result<Saved, HistoryError> {
        self.keep(&Kept { report, occasion, contours: None, kept_at: Timestamp::now() })
    }

    /// Keeps an answer and the tracks of its sound in one transaction.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep(&mut self, kept: &Kept<'_>) -> Result<Saved, HistoryError> {
        self.write(|change| change.keep(kept))
    }

    /// Returns every kept answer, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn attempts(&self) -> Result<Vec<Attempt>, HistoryError> {
        // Read in file order; sorting here is faster than seeking each by its date.
        let mut query = self.db.prepare(&format!("SELECT {} FROM attempt", row()))?;
        let mut attempts: Vec<Attempt> = query.query_map([], attempt)?.collect::<Result<_, _>>()?;
        attempts.sort_by_key(|a| (a.answered_at, a.id));
        attempts.reverse();
        Ok(attempts)
    }

    /// Returns a kept answer.
    ///
    /// # Errors
    /// When there is no answer with this number.
    pub fn attempt(&self, id: i64) -> Result<Attempt, HistoryError> {
        let query = format!("SELECT {} FROM attempt WHERE id = ?", row());
        self.db.query_row(&query, [id], attempt).optional()?.ok_or(HistoryError::NoAttempt(id))
    }

    /// Returns the number of the newest answer; `None` if none is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn last(&self) -> Result<Option<i64>, HistoryError> {
        let query = "SELECT id FROM attempt ORDER BY answered_at DESC, id DESC LIMIT 1";
        Ok(self.db.query_row(query, [], |row| row.get(0)).optional()?)
    }

    /// Returns the newest scored take that the same speaker gave before this one, which was given at `answered_at` unless it
    /// is kept: of the same question, or else of another question of the same kind. Questions are the same if their
    /// [keys](Asked::key) are, small letters or capitals.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn take_before(
        &self,
        report: &Report,
        speaker: Option<&str>,
        answered_at: Timestamp,
    ) -> Result<Option<Attempt>, HistoryError> {
        let Some(question) = report.question.as_ref().map(Asked::from) else { return Ok(None) };
        let (sha256, speaker) = (fingerprint(report), speaker.unwrap_or(""));
        let this = "SELECT answered_at, id FROM attempt WHERE sha256 = ? AND asked = ? AND speaker = ?";
        let this = self.db.query_row(this, params![sha256, question.key(), speaker], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        });
        let (at, id) = this.optional()?.unwrap_or((answered_at.as_second(), i64::MAX));
        // Written drafts, which can be imported, have no length in seconds.
        let newest = |of: &str, is: &str| {
            let query = format!(
                "SELECT {} FROM attempt WHERE speaker = ? AND sha256 <> ? AND (answered_at, id) < (?, ?) AND {of} = ?
                 AND score IS NOT NULL AND answer_s IS NOT NULL ORDER BY answered_at DESC, id DESC LIMIT 1",
                row()
            );
            self.db.query_row(&query, params![speaker, sha256, at, id, is], attempt).optional()
        };
        if let Some(take) = newest("asked COLLATE NOCASE", question.key())? {
            return Ok(Some(take));
        }
        Ok(question.kind.as_ref().map(|kind| newest("question_kind", kind.name())).transpose()?.flatten())
    }

    /// Returns the report of a kept answer.
    ///
    /// # Errors
    /// When there is no answer with this number, or its report is lost.
    pub fn report(&self, id: i64) -> Result<Report, HistoryError> {
        report_in(&self.db, "report", id)?.ok_or_else(|| match self.attempt(id) {
            Ok(_) => HistoryError::ReportLost(id),
            Err(error) => error,
        })
    }

    /// Returns the codes of what was told after an answer, in order; empty if its report cannot be read.
    pub fn told(&self, id: i64) -> Vec<Code> {
        /// What is read of a report: to parse all of it takes several times as long.
        #[derive(Deserialize)]
        struct Told {
            score: Priorities,
        }
        #[derive(Deserialize)]
        struct Priorities {
            priorities: Vec<Coded>,
        }
        #[derive(Deserialize)]
        struct Coded {
            code: Option<Code>,
        }
        let told: Option<Told> = report_in(&self.db, "report", id).ok().flatten();
        told.into_iter().flat_map(|told| told.score.priorities).filter_map(|p| p.code).collect()
    }

    /// Returns the machine's report of an edited answer; `None` if nothing was edited.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn machine_report(&self, id: i64) -> Result<Option<Report>, HistoryError> {
        report_in(&self.db, "machine_report", id)
    }

    /// Returns the tracks of an answer's sound; `None` if none were kept, or if they cannot be read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn contours(&self, id: i64) -> Result<Option<Contours>, HistoryError> {
        let query = "SELECT body FROM contours WHERE attempt_id = ?";
        let body: Option<Vec<u8>> = self.db.query_row(query, [id], |row| row.get(0)).optional()?;
        Ok(body.and_then(|body| unpack_contours(&body).ok()))
    }

    /// Returns what a coach added to an answer; `None` if nothing was added, or if it cannot be read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn coaching(&self, id: i64) -> Result<Option<Coaching>, HistoryError> {
        let query = "SELECT body FROM coaching WHERE attempt_id = ?";
        let body: Option<String> = self.db.query_row(query, [id], |row| row.get(0)).optional()?;
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
    }

    /// Keeps what a coach adds to answers, in place of what was kept before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set_coaching(&mut self, of_each: &[(i64, Coaching)]) -> Result<(), HistoryError> {
        self.write(|change| of_each.iter().try_for_each(|(id, coaching)| change.set_coaching(*id, coaching)))
    }

    /// Returns when an answer was kept.
    ///
    /// # Errors
    /// When there is no answer with this number.
    pub fn kept_at(&self, id: i64) -> Result<Timestamp, HistoryError> {
        let kept = self.db.query_row("SELECT kept_at FROM attempt WHERE id = ?", [id], |row| row.get(0));
        kept.optional()?.map(seconds).ok_or(HistoryError::NoAttempt(id))
    }

    /// Replaces the report by one that was edited by hand, and keeps the machine's report.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_edited(&mut self, id: i64, edited: &Report) -> Result<(), HistoryError> {
        self.write(|change| {
            if !change.is_edited(id)? {
                let machine = report_in(change.db, "report", id)?.ok_or(HistoryError::ReportLost(id))?;
                change.set_machine_report(id, &machine)?;
            }
            change.set_report(id, edited)
        })
    }

    /// Restores the machine's report. Returns whether anything had been edited.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn undo_edits(&mut self, id: i64) -> Result<bool, HistoryError> {
        self.write(|change| {
            let Some(machine) = report_in(change.db, "machine_report", id)? else { return Ok(false) };
            change.db.execute("DELETE FROM machine_report WHERE attempt_id = ?", [id])?;
            change.db.execute("UPDATE attempt SET mended = 0 WHERE id = ?", [id])?;
            change.set_report(id, &machine)?;
            Ok(true)
        })
    }

    /// Rescores answers with `scored`; where the score changes, the old one is kept. Returns the number of answers
    /// whose score or rubric changed.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn rescore(&mut self, ids: &[i64], scored: impl Fn(Report) -> Report) -> Result<usize, HistoryError> {
        self.write(|change| {
            let mut changed = 0;
            for &id in ids {
                if let Some(machine) = report_in(change.db, "machine_report", id)? {
                    change.set_machine_report(id, &scored(machine))?;
                }
                let Some(report) = report_in::<Report>(change.db, "report", id)? else { continue };
                let new = scored(report.clone());
                if new.score == report.score {
                    continue;
                }
                change.keep_score(id, &report)?;
                change.set_report(id, &new)?;
                changed += 1;
            }
            Ok(changed)
        })
    }

    /// Returns the scores that a kept answer had under earlier rubrics, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn earlier_scores(&self, id: i64) -> Result<Vec<EarlierScore>, HistoryError> {
        let query = "SELECT rubric, score, parts, replaced_at FROM earlier_score WHERE attempt_id = ? ORDER BY replaced_at, rubric";
        let score = |row: &Row| {
            Ok(EarlierScore {
                rubric: row.get(0)?,
                score: row.get(1)?,
                parts: Parts(row.get(2)?),
                replaced_at: seconds(row.get(3)?),
            })
        };
        Ok(self.db.prepare(query)?.query_map([id], score)?.collect::<Result<_, _>>()?)
    }

    /// Deletes answers with everything that is kept about them, and optionally the other practice data, leaving no
    /// trace of them in the file or its log.
    ///
    /// # Errors
    /// When the store cannot be written; in that case nothing is deleted. A failure to empty the log alone is not an
    /// error.
    pub fn delete(&mut self, ids: &[i64], and_practice: bool) -> Result<Deleted, HistoryError> {
        let answers = self.write(|change| {
            if and_practice {
                change.forget_practice()?;
            }
            ids.iter().try_for_each(|id| change.delete_interview_with(*id))?;
            let mut delete = change.db.prepare("DELETE FROM attempt WHERE id = ?")?;
            ids.iter().try_fold(0, |gone, id| Ok::<_, HistoryError>(gone + delete.execute([id])?))
        })?;
        // The log still holds earlier versions of pages.
        let emptied = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        Ok(Deleted { answers, is_in_use: emptied == Ok(true), is_log_left: emptied.is_err() })
    }

    /// Returns the goals of a speaker; `None` is the person at this machine.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn goals(&self, speaker: Option<&str>) -> Result<Vec<Goal>, HistoryError> {
        let mut query = self.db.prepare("SELECT measure, above, below, set_at FROM goal WHERE speaker = ?")?;
        let goal = |row: &Row| {
            let field: String = row.get(0)?;
            let measure = Measure::ALL.into_iter().find(|m| m.field() == field);
            let (above, below, set_at) = (row.get(1)?, row.get(2)?, seconds(row.get(3)?));
            Ok(measure.map(|measure| Goal { measure, above, below, set_at }))
        };
        let goals = query.query_map([speaker.unwrap_or("")], goal)?.collect::<Result<Vec<_>, _>>()?;
        let mut goals: Vec<Goal> = goals.into_iter().flatten().collect();
        goals.sort_by_key(|g| g.measure);
        Ok(goals)
    }

    /// Sets a goal, replacing any goal for the same measure.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set_goal(&mut self, speaker: Option<&str>, goal: &Goal) -> Result<(), HistoryError> {
        let insert = "INSERT OR REPLACE INTO goal (speaker, measure, above, below, set_at) VALUES (?, ?, ?, ?, ?)";
        let values =
            params![speaker.unwrap_or(""), goal.measure.field(), goal.above, goal.below, goal.set_at.as_second()];
        self.write(|change| Ok(change.db.execute(insert, values)?)).map(drop)
    }

    /// Deletes a goal. Returns whether there was one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn drop_goal(&mut self, speaker: Option<&str>, measure: Measure) -> Result<bool, HistoryError> {
        let delete = "DELETE FROM goal WHERE speaker = ? AND measure = ?";
        let key = params![speaker.unwrap_or(""), measure.field()];
        self.write(|change| Ok(change.db.execute(delete, key)?)).map(|gone| gone > 0)
    }

    /// Returns the speakers' own ratings, by the numbers of the answers.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn own_ratings(&self) -> Result<HashMap<i64, OwnRating>, HistoryError> {
        let mut query = self.db.prepare("SELECT attempt_id, story, delivery FROM own_rating")?;
        let rating = |row: &Row| Ok((row.get(0)?, OwnRating { story: row.get(1)?, delivery: row.get(2)? }));
        Ok(query.query_map([], rating)?.collect::<Result<_, _>>()?)
    }

    /// Keeps how the speaker rated their own answer.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set_own_rating(&mut self, id: i64, rating: &OwnRating) -> Result<(), HistoryError> {
        self.write(|change| change.set_own_rating(id, rating))
    }

    /// Runs a change in a transaction.
    pub(super) fn write<T>(
        &mut self,
        change: impl FnOnce(&Change) -> Result<T, HistoryError>,
    ) -> Result<T, HistoryError> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let change_made = change(&Change { db: &transaction })?;
        transaction.commit()?;
        Ok(change_made)
    }
}

/// An answer with everything to be kept about it.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// The answer's report.
    pub report: &'a Report,
    /// When, where and by whom the answer was given.
    pub occasion: &'a Occasion,
    /// The tracks of the answer's sound; `None` leaves previously kept ones unchanged.
    pub contours: Option<&'a Contours>,
    /// When the answer was first kept.
    pub kept_at: Timestamp,
}

/// An open transaction.
pub(super) struct Change<'a> {
    pub(super) db: &'a Transaction<'a>,
}

impl Change<'_> {
    /// Returns the number of the answer with this recording, question and speaker.
    pub(super) fn find(&self, report: &Report, speaker: Option<&str>) -> Result<Option<i64>, HistoryError> {
        let asked = report.question.as_ref().map(Asked::from);
        let asked = asked.as_ref().map_or("", Asked::key);
        let query = "SELECT id FROM attempt WHERE sha256 = ? AND asked = ? AND speaker = ?";
        let key = params![fingerprint(report), asked, speaker.unwrap_or("")];
        Ok(self.db.query_row(query, key, |row| row.get(0)).optional()?)
    }

    /// Keeps an answer or updates it.
    pub(super) fn keep(&self, kept: &Kept) -> Result<Saved, HistoryError> {
        let saved = self.keep_report(kept)?;
        if let Some(contours) = kept.contours {
            let insert = "INSERT OR REPLACE INTO contours (attempt_id, body) VALUES (?, ?)";
            self.db.execute(insert, params![saved.id, pack_contours(contours)])?;
        }
        Ok(saved)
    }

    fn keep_report(&self, kept: &Kept) -> Result<Saved, HistoryError> {
        let Kept { report, occasion, kept_at, .. } = *kept;
        if let Some(id) = self.find(report, occasion.speaker.as_deref())? {
            self.db.execute(
                "UPDATE attempt SET path = ?, recorded_here = max(recorded_here, ?) WHERE id = ?",
                params![path_text(report), occasion.recorded_here, id],
            )?;
            if self.is_edited(id)? {
                // The hand-edited report stays; the machine's report kept beside it is updated.
                self.set_machine_report(id, report)?;
                return Ok(Saved { id, is_new: false, stays_edited: true });
            }
            if let Some(before) = report_in(self.db, "report", id).ok().flatten() {
                self.keep_score(id, &before)?;
            }
            self.set_report(id, report)?;
            return Ok(Saved { id, is_new: false, stays_edited: false });
        }
        let question = report.question.as_ref().map(Asked::from);
        self.db.execute(
            "INSERT INTO attempt (sha256, asked, speaker, question_id, question_text, question_kind, answered_at,
                                  kept_at, path, recorded_here, rubric, parts)
             VALUES (:sha256, :asked, :speaker, :id, :text, :kind, :answered_at, :kept_at, :path, :recorded_here, '', '')",
            named_params! {
                ":sha256": fingerprint(report),
                ":asked": question.as_ref().map_or("", Asked::key),
                ":speaker": occasion.speaker.as_deref().unwrap_or(""),
                ":id": question.as_ref().and_then(|q| q.id.as_deref()),
                ":text": question.as_ref().map(|q| &q.text),
                ":kind": question.as_ref().and_then(|q| q.kind.as_ref()).map(QuestionKind::name),
                ":answered_at": occasion.answered_at.as_second(),
                ":kept_at": kept_at.as_second(),
                ":path": path_text(report),
                ":recorded_here": occasion.recorded_here,
            },
        )?;
        let id = self.db.last_insert_rowid();
        self.set_report(id, report)?;
        Ok(Saved { id, is_new: true, stays_edited: false })
    }

    /// Sets the report of an answer, and the numbers that lists and charts need.
    pub(super) fn set_report(&self, id: i64, report: &Report) -> Result<(), HistoryError> {
        self.set_numbers(id, report)?;
        self.db
            .prepare_cached("INSERT OR REPLACE INTO report (attempt_id, body) VALUES (?, ?)")?
            .execute(params![id, pack(report)])?;
        Ok(())
    }

    /// Keeps the score of a report that is about to be replaced, once per rubric.
    fn keep_score(&self, id: i64, before: &Report) -> Result<(), HistoryError> {
        if before.score.rubric == rubric::VERSION {
            return Ok(());
        }
        let score = EarlierScore {
            rubric: before.score.rubric.clone(),
            score: before.score.overall,
            parts: Parts::of(before),
            replaced_at: Timestamp::now(),
        };
        self.add_earlier_score(id, &score)
    }

    pub(super) fn add_earlier_score(&self, id: i64, score: &EarlierScore) -> Result<(), HistoryError> {
        self.db.execute(
            "INSERT OR REPLACE INTO earlier_score (attempt_id, rubric, score, parts, replaced_at) VALUES (?, ?, ?, ?, ?)",
            params![id, score.rubric, score.score, score.parts.0, score.replaced_at.as_second()],
        )?;
        Ok(())
    }

    /// Keeps what a coach adds to an answer; nothing if that is nothing.
    pub(super) fn set_coaching(&self, id: i64, coaching: &Coaching) -> Result<(), HistoryError> {
        if coaching.is_silent() {
            self.db.execute("DELETE FROM coaching WHERE attempt_id = ?", [id])?;
            return Ok(());
        }
        let body = serde_json::to_string(coaching).expect("what a coach says has a form in JSON");
        self.db.execute("INSERT OR REPLACE INTO coaching (attempt_id, body) VALUES (?, ?)", params![id, body])?;
        Ok(())
    }

    /// Keeps how the speaker rated their own answer.
    pub(super) fn set_own_rating(&self, id: i64, rating: &OwnRating) -> Result<(), HistoryError> {
        let insert = "INSERT OR REPLACE INTO own_rating (attempt_id, story, delivery) VALUES (?, ?, ?)";
        self.db.execute(insert, params![id, rating.story, rating.delivery])?;
        Ok(())
    }

    /// Keeps the machine's report of an answer that was edited by hand.
    pub(super) fn set_machine_report(&self, id: i64, machine: &Report) -> Result<(), HistoryError> {
        self.db.execute("UPDATE attempt SET mended = 1 WHERE id = ?", [id])?;
        let insert = "INSERT OR REPLACE INTO machine_report (attempt_id, body) VALUES (?, ?)";
        self.db.execute(insert, params![id, pack(machine)])?;
        Ok(())
    }

    fn is_edited(&self, id: i64) -> Result<bool, HistoryError> {
        Ok(self.db.query_row("SELECT mended FROM attempt WHERE id = ?", [id], |row| row.get(0))?)
    }

    fn set_numbers(&self, id: i64, report: &Report) -> Result<(), HistoryError> {
        let columns: Vec<String> = Measure::ALL.iter().map(|m| format!("{} = ?", m.field())).collect();
        let update = format!("UPDATE attempt SET {}, rubric = ?, parts = ? WHERE id = ?", columns.join(", "));
        let measures = Measures::of(report);
        let mut update = self.db.prepare_cached(&update)?;
        for (i, measure) in Measure::ALL.into_iter().enumerate() {
            update.raw_bind_parameter(i + 1, measures.get(measure))?;
        }
        let next = Measure::ALL.len() + 1;
        update.raw_bind_parameter(next, &report.score.rubric)?;
        update.raw_bind_parameter(next + 1, Parts::of(report).0)?;
        update.raw_bind_parameter(next + 2, id)?;
        update.raw_execute()?;
        Ok(())
    }
}

/// Returns the report of an answer from one of the tables that hold reports.
pub(super) fn report_in<T: DeserializeOwned>(db: &Connection, table: &str, id: i64) -> Result<Option<T>, HistoryError> {
    let query = format!("SELECT body FROM {table} WHERE attempt_id = ?");
    let body: Option<Vec<u8>> = db.query_row(&query, [id], |row| row.get(0)).optional()?;
    let unreadable = |e: std::io::Error| HistoryError::ReportUnreadable { id, reason: e.to_string() };
    body.map(|body| unpack(&body)).transpose().map_err(unreadable)
}

/// Returns the columns of an attempt, in the order in which [`attempt`] reads them.
fn row() -> String {
    let measures: Vec<&str> = Measure::ALL.iter().map(|m| m.field()).collect();
    let first = "id, answered_at, speaker, question_id, question_text, question_kind, path, recorded_here, sha256, mended, rubric, parts";
    format!("{first}, {}", measures.join(", "))
}

fn attempt(row: &Row) -> rusqlite::Result<Attempt> {
    let speaker: String = row.get(2)?;
    let text: Option<String> = row.get(4)?;
    let question = match text {
        Some(text) => Some(Asked {
            id: row.get(3)?,
            text,
            kind: row.get::<_, Option<String>>(5)?.map(|name| QuestionKind::named(&name)),
        }),
        None => None,
    };
    let mut column = 11;
    Ok(Attempt {
        id: row.get(0)?,
        answered_at: seconds(row.get(1)?),
        speaker: Some(speaker).filter(|s| !s.is_empty()),
        question,
        path: row.get::<_, String>(6)?.into(),
        recorded_here: row.get(7)?,
        sha256: row.get(8)?,
        is_edited: row.get(9)?,
        rubric: row.get(10)?,
        parts: Parts(row.get(11)?),
        measures: Measures::from_fn(|_| {
            column += 1;
            row.get(column)
        })?,
    })
}

/// Converts a stored time in seconds since 1970.
fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_default()
}

/// Returns the path as text; bytes that are not valid text are replaced.
fn path_text(report: &Report) -> String {
    lasting_path(Path::new(&report.recording.path)).to_string_lossy().into_owned()
}

/// Returns the schema version of a store; 0 for an empty file.
fn form_of(db: &Connection) -> Result<i64, HistoryError> {
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let application: i32 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && application != APPLICATION_ID {
        return Err(HistoryError::Damaged("it is another program's database".into()));
    }
    if version > VERSION {
        return Err(HistoryError::Newer { found: version, known: schema::VERSION });
    }
    Ok(version)
}

/// Returns whether the store uses a write-ahead log.
fn has_log(db: &Connection) -> Result<bool, HistoryError> {
    Ok(db.query_row("PRAGMA journal_mode", [], |row| Ok(row.get::<_, String>(0)? == "wal"))?)
}

/// Turns on the write-ahead log and migrates the store, with other programs locked out.
fn migrate(db: &mut Connection, path: &Path) -> Result<(), HistoryError> {
    let _lock = lock(path)?;
    // If the disk fails at this moment, SQLite silently continues without the log: the next program tries again.
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    // Another program may have migrated the store while this one waited.
    if form_of(db)? < VERSION {
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
        MIGRATIONS.to_latest(db)?;
    }
    Ok(())
}

/// Locks other programs out while a store is created, migrated or rescued, until the returned file is dropped.
pub(super) fn lock(path: &Path) -> Result<File, HistoryError> {
    let file = private_file(&path.with_extension("lock"))?;
    file.lock()?;
    Ok(file)
}

/// Creates the store's folder and an empty file if they are missing, readable by their owner alone.
fn make_private(path: &Path) -> Result<(), HistoryError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_private_folder(folder).map_err(HistoryError::Folder)?;
    if !path.exists() {
        private_file(path)?;
    }
    Ok(())
}

fn private_file(path: &Path) -> Result<File, HistoryError> {
    open_private(path).map_err(of_writing)
}

/// Returns the error for a file of the store that cannot be written.
fn of_writing(error: std::io::Error) -> HistoryError {
    match error.kind() {
        std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => HistoryError::NotWritable,
        std::io::ErrorKind::StorageFull => HistoryError::DiskFull,
        _ => HistoryError::Unopenable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap()
    }

    fn occasion(speaker: Option<&str>) -> Occasion {
        let answered_at = "2026-11-01T18:00:00Z".parse().unwrap();
        Occasion { speaker: speaker.map(str::to_string), answered_at, recorded_here: false }
    }

    #[test]
    fn the_same_recording_question_and_speaker_are_one_answer_brought_up_to_date() {
        let mut store = Store::empty().unwrap();
        let first = store.save(&report(), &occasion(None)).unwrap();
        let mut newer = report();
        newer.recording.path = "/elsewhere/take.flac".into();
        newer.score.overall = Some(12.0);
        let later = Occasion { answered_at: "2026-11-09T18:00:00Z".parse().unwrap(), ..occasion(None) };
        let second = store.save(&newer, &later).unwrap();
        assert_eq!((first.is_new, second.is_new, second.id), (true, false, first.id));
        let kept = store.attempts().unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].answered_at, &kept[0].path), (occasion(None).answered_at, &"/elsewhere/take.flac".into()));
        assert_eq!(store.report(first.id).unwrap(), newer);
        let mut other = report();
        other.question = None;
        assert!(store.save(&other, &occasion(None)).unwrap().is_new);
        assert!(store.save(&report(), &occasion(Some("Ana"))).unwrap().is_new);
    }

    #[test]
    fn what_was_edited_by_hand_outlives_another_analysis() {
        let mut store = Store::empty().unwrap();
        let id = store.save(&report(), &occasion(None)).unwrap().id;
        let mut edited = report();
        edited.transcript.as_mut().unwrap().text = "edited".into();
        store.keep_edited(id, &edited).unwrap();
        edited.transcript.as_mut().unwrap().text = "edited again".into();
        store.keep_edited(id, &edited).unwrap();
        assert_eq!(store.machine_report(id).unwrap(), Some(report()));
        let mut newer = report();
        newer.score.overall = Some(99.0);
        assert!(store.save(&newer, &occasion(None)).unwrap().stays_edited);
        assert_eq!(store.report(id).unwrap(), edited);
        assert!(store.attempt(id).unwrap().is_edited);
        assert!(store.undo_edits(id).unwrap());
        assert_eq!(store.report(id).unwrap(), newer);
        assert!(!store.attempt(id).unwrap().is_edited && !store.undo_edits(id).unwrap());
    }

    #[test]
    fn a_new_rubric_keeps_the_old_score() {
        let mut store = Store::empty().unwrap();
        let mut old = report();
        old.score.rubric = "aloud.rubric/0".into();
        old.score.overall = Some(41.0);
        let id = store.save(&old, &occasion(None)).unwrap().id;
        assert_eq!(store.rescore(&[id, 77], |_| report()).unwrap(), 1);
        assert_eq!(store.report(id).unwrap(), report());
        assert_eq!(store.attempt(id).unwrap().measures, Measures::of(&report()));
        let earlier = store.earlier_scores(id).unwrap();
        assert_eq!((earlier.len(), earlier[0].rubric.as_str(), earlier[0].score), (1, "aloud.rubric/0", Some(41.0)));
        assert_eq!(store.rescore(&[id], |_| report()).unwrap(), 0);
        // Analyzing again with a new rubric does the same.
        let mut second = old.clone();
        second.question = None;
        let id = store.save(&second, &occasion(None)).unwrap().id;
        second.score = report().score;
        store.save(&second, &occasion(None)).unwrap();
        assert_eq!(store.earlier_scores(id).unwrap().len(), 1);
    }

    #[test]
    fn a_number_is_never_given_twice_and_deleting_takes_all_that_hangs_on_it() {
        let mut store = Store::empty().unwrap();
        let id = store.save(&report(), &occasion(None)).unwrap().id;
        store.keep_edited(id, &report()).unwrap();
        assert_eq!(store.delete(&[id, 55], false).unwrap().answers, 1);
        let rows = |table: &str| -> i64 {
            store.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
        };
        assert_eq!((rows("attempt"), rows("report"), rows("machine_report")), (0, 0, 0));
        assert!(matches!(store.report(id), Err(HistoryError::NoAttempt(_))));
        assert_eq!(store.last().unwrap(), None);
        assert!(store.save(&report(), &occasion(None)).unwrap().id > id);
    }

    #[test]
    fn an_answer_has_one_rating_of_its_speaker_which_goes_with_it() {
        let mut store = Store::empty().unwrap();
        let id = store.save(&report(), &occasion(None)).unwrap().id;
        store.set_own_rating(id, &OwnRating { story: 2, delivery: 3 }).unwrap();
        store.set_own_rating(id, &OwnRating { story: 4, delivery: 5 }).unwrap();
        assert_eq!(store.own_ratings().unwrap(), HashMap::from([(id, OwnRating { story: 4, delivery: 5 })]));
        store.delete(&[id], false).unwrap();
        assert!(store.own_ratings().unwrap().is_empty());
    }

    #[test]
    fn goals_are_of_one_speaker_and_one_for_each_measure() {
        let mut store = Store::empty().unwrap();
        let goal = |measure, below| Goal { measure, above: None, below: Some(below), set_at: seconds(1_790_000_000) };
        store.set_goal(None, &goal(Measure::Fillers, 6.0)).unwrap();
        store.set_goal(None, &goal(Measure::Fillers, 4.0)).unwrap();
        store.set_goal(Some("Ana"), &goal(Measure::Pace, 160.0)).unwrap();
        assert_eq!(store.goals(None).unwrap(), [goal(Measure::Fillers, 4.0)]);
        assert_eq!(store.goals(Some("Ana")).unwrap(), [goal(Measure::Pace, 160.0)]);
        assert!(store.drop_goal(None, Measure::Fillers).unwrap() && !store.drop_goal(None, Measure::Fillers).unwrap());
        assert!(store.goals(None).unwrap().is_empty());
    }

    #[test]
    fn a_path_with_odd_letters_can_be_opened_to_look() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("100 % sure?#.db");
        Store::open(&path, Access::Write).unwrap().save(&report(), &occasion(None)).unwrap();
        assert_eq!(Store::open_to_look(&path).unwrap().attempts().unwrap().len(), 1);
    }
}
