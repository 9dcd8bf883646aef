//! The store: one SQLite file in the user's data directory, readable by its owner alone.
//!
//! Several programs may use it at once: a write-ahead log lets readers go on while one writes, and a writer waits for
//! another. A save that returned is on the disk (`synchronous = FULL`), whatever happens to the program after it. What
//! is deleted is overwritten with zeros (`secure_delete`).

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, named_params, params};

use super::attempt::{Asked, Attempt, Occasion, fingerprint, lasting_path, part_points};
use super::measures::{Measure, Measures};
use super::packed::{pack, unpack};
use super::rescue::{Rescue, rescue};
use super::schema::{APPLICATION_ID, MIGRATIONS, VERSION};
use super::{HistoryError, schema};
use crate::report::Report;

/// How long to wait for another program that writes.
const PATIENCE: Duration = Duration::from_secs(30);
/// A pause between two tries to open a store that others are just making.
const BREATH: Duration = Duration::from_millis(20);

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To look only: a store that is not there counts as an empty one, and one that cannot be written can still be read.
    Read,
    /// To change it; it is made if it is not there.
    Write,
}

/// An open store.
#[derive(Debug)]
pub struct Store {
    pub(super) db: Connection,
}

/// What a save came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// The answer's number.
    pub id: i64,
    /// Whether it was kept for the first time.
    pub is_new: bool,
}

/// Where the store lies in the user's data directory.
pub fn path_in(data: &Path) -> PathBuf {
    data.join("history").join("history.db")
}

/// Opens the store and does a job with it. A damaged store is set aside first, what can be read of it goes into a
/// new one, and the job is done there; then the second value says what happened.
///
/// # Errors
/// When the store cannot be opened, or by the job.
pub fn visit<T>(
    path: &Path,
    access: Access,
    mut job: impl FnMut(&mut Store) -> Result<T, HistoryError>,
) -> Result<(T, Option<Rescue>), HistoryError> {
    let mut attempt = || Store::open(path, access).and_then(|mut store| job(&mut store));
    match attempt() {
        Err(error) if error.is_damage() => {
            let rescued = rescue(path)?;
            Ok((attempt()?, rescued))
        }
        other => Ok((other?, None)),
    }
}

impl Store {
    /// Opens the store at `path`, and brings it to the newest form.
    ///
    /// # Errors
    /// When it cannot be opened, was written by a newer aloud, or is damaged.
    pub fn open(path: &Path, access: Access) -> Result<Self, HistoryError> {
        if access == Access::Read && !path.exists() {
            return Self::empty();
        }
        match Self::open_to_write(path) {
            Err(HistoryError::NotWritable | HistoryError::Unopenable(_) | HistoryError::Folder(_))
                if access == Access::Read && path.exists() =>
            {
                Self::open_to_look(path)
            }
            other => other,
        }
    }

    /// A store in memory with nothing in it.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn empty() -> Result<Self, HistoryError> {
        let mut db = Connection::open_in_memory()?;
        MIGRATIONS.to_latest(&mut db)?;
        Ok(Self { db })
    }

    fn open_to_write(path: &Path) -> Result<Self, HistoryError> {
        make_private(path)?;
        let started = Instant::now();
        loop {
            // While others make or migrate the store, SQLite can say "busy" at once instead of waiting.
            match Self::connect(path) {
                Err(HistoryError::Busy) if started.elapsed() < PATIENCE => std::thread::sleep(BREATH),
                other => return other,
            }
        }
    }

    fn connect(path: &Path) -> Result<Self, HistoryError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(PATIENCE)?;
        db.execute_batch("PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;")?;
        if form_of(&db)? < VERSION {
            migrate(&mut db, path)?;
        }
        if db.is_readonly(rusqlite::MAIN_DB)? {
            return Err(HistoryError::NotWritable);
        }
        db.execute_batch("PRAGMA synchronous = FULL;")?;
        Ok(Self { db })
    }

    /// Makes a store in an earlier form, for what was saved from a damaged one.
    pub(super) fn create(path: &Path, form: usize) -> Result<Self, HistoryError> {
        private_file(path)?;
        let mut db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
        MIGRATIONS.to_version(&mut db, form)?;
        Ok(Self { db })
    }

    /// Opens a store that lies where nothing can be written.
    fn open_to_look(path: &Path) -> Result<Self, HistoryError> {
        let wal = PathBuf::from(format!("{}-wal", path.display()));
        let is_whole = !wal.metadata().is_ok_and(|m| m.len() > 0);
        let uri = format!("file:{}?{}", escaped(path), if is_whole { "immutable=1" } else { "mode=ro" });
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(uri, flags)?;
        if form_of(&db)? < VERSION {
            return Err(HistoryError::NotWritable);
        }
        Ok(Self { db })
    }

    /// Keeps an answer. One that was kept before (the same recording, question and speaker) is brought up to date; its
    /// number and date stay.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn save(&mut self, report: &Report, occasion: &Occasion) -> Result<Saved, HistoryError> {
        let kept = Kept { report: report.clone(), occasion: occasion.clone(), kept_at: Timestamp::now() };
        self.write(|change| change.keep(&kept))
    }

    /// Every kept answer, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn attempts(&self) -> Result<Vec<Attempt>, HistoryError> {
        let mut query =
            self.db.prepare(&format!("SELECT {} FROM attempt ORDER BY answered_at DESC, id DESC", row()))?;
        let attempts = query.query_map([], attempt)?.collect::<Result<_, _>>()?;
        Ok(attempts)
    }

    /// One kept answer.
    ///
    /// # Errors
    /// When there is none with this number.
    pub fn attempt(&self, id: i64) -> Result<Attempt, HistoryError> {
        let query = format!("SELECT {} FROM attempt WHERE id = ?", row());
        self.db.query_row(&query, [id], attempt).optional()?.ok_or(HistoryError::NoAttempt(id))
    }

    /// The number of the newest answer; `None` when none is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn last(&self) -> Result<Option<i64>, HistoryError> {
        let query = "SELECT id FROM attempt ORDER BY answered_at DESC, id DESC LIMIT 1";
        Ok(self.db.query_row(query, [], |row| row.get(0)).optional()?)
    }

    /// The report of a kept answer.
    ///
    /// # Errors
    /// When there is none with this number, or its report is lost.
    pub fn report(&self, id: i64) -> Result<Report, HistoryError> {
        report_in(&self.db, "report", id)?.ok_or_else(|| match self.attempt(id) {
            Ok(_) => HistoryError::ReportLost(id),
            Err(error) => error,
        })
    }

    /// Does a change wholly or not at all.
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

/// An answer with all that is kept of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) report: Report,
    pub(super) occasion: Occasion,
    pub(super) kept_at: Timestamp,
}

/// A change under way.
pub(super) struct Change<'a> {
    pub(super) db: &'a Transaction<'a>,
}

impl Change<'_> {
    /// The number of the answer that was given with this recording, question and speaker.
    pub(super) fn find(&self, report: &Report, speaker: Option<&str>) -> Result<Option<i64>, HistoryError> {
        let asked = report.question.as_ref().map(Asked::from);
        let asked = asked.as_ref().map_or("", Asked::key);
        let query = "SELECT id FROM attempt WHERE sha256 = ? AND asked = ? AND speaker = ?";
        let key = params![fingerprint(report), asked, speaker.unwrap_or("")];
        Ok(self.db.query_row(query, key, |row| row.get(0)).optional()?)
    }

    /// Keeps an answer, or brings it up to date.
    pub(super) fn keep(&self, kept: &Kept) -> Result<Saved, HistoryError> {
        let Kept { report, occasion, kept_at } = kept;
        if let Some(id) = self.find(report, occasion.speaker.as_deref())? {
            self.db.execute(
                "UPDATE attempt SET path = ?, recorded_here = max(recorded_here, ?) WHERE id = ?",
                params![path_text(report), occasion.recorded_here, id],
            )?;
            self.set_report(id, report)?;
            return Ok(Saved { id, is_new: false });
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
                ":kind": question.as_ref().and_then(|q| q.kind.as_deref()),
                ":answered_at": occasion.answered_at.as_second(),
                ":kept_at": kept_at.as_second(),
                ":path": path_text(report),
                ":recorded_here": occasion.recorded_here,
            },
        )?;
        let id = self.db.last_insert_rowid();
        self.set_report(id, report)?;
        Ok(Saved { id, is_new: true })
    }

    /// Gives an answer its report, and the numbers of it that lists and charts need.
    pub(super) fn set_report(&self, id: i64, report: &Report) -> Result<(), HistoryError> {
        self.set_numbers(id, report)?;
        self.db.prepare_cached("INSERT OR REPLACE INTO report (attempt_id, body) VALUES (?, ?)")?.execute(params![
            id,
            pack(report)
        ])?;
        Ok(())
    }

    fn set_numbers(&self, id: i64, report: &Report) -> Result<(), HistoryError> {
        let columns: Vec<String> = Measure::ALL.iter().map(|m| format!("{} = ?", m.field())).collect();
        let update = format!("UPDATE attempt SET {}, rubric = ?, parts = ? WHERE id = ?", columns.join(", "));
        let measures = Measures::of(report);
        let parts = serde_json::to_string(&part_points(report)).expect("points have a form in JSON");
        let mut update = self.db.prepare_cached(&update)?;
        for (i, measure) in Measure::ALL.into_iter().enumerate() {
            update.raw_bind_parameter(i + 1, measures.get(measure))?;
        }
        let next = Measure::ALL.len() + 1;
        update.raw_bind_parameter(next, &report.score.rubric)?;
        update.raw_bind_parameter(next + 1, parts)?;
        update.raw_bind_parameter(next + 2, id)?;
        update.raw_execute()?;
        Ok(())
    }
}

/// The report of an answer in one of the tables that keep reports.
pub(super) fn report_in(db: &Connection, table: &str, id: i64) -> Result<Option<Report>, HistoryError> {
    let query = format!("SELECT body FROM {table} WHERE attempt_id = ?");
    let body: Option<Vec<u8>> = db.query_row(&query, [id], |row| row.get(0)).optional()?;
    let unreadable = |e: std::io::Error| HistoryError::ReportUnreadable { id, reason: e.to_string() };
    body.map(|body| unpack(&body)).transpose().map_err(unreadable)
}

/// The columns of an attempt, in the order that [`attempt`] reads them.
fn row() -> String {
    let measures: Vec<&str> = Measure::ALL.iter().map(|m| m.field()).collect();
    let first = "id, answered_at, speaker, question_id, question_text, question_kind, path, recorded_here, sha256, mended, rubric, parts";
    format!("{first}, {}", measures.join(", "))
}

fn attempt(row: &Row) -> rusqlite::Result<Attempt> {
    let speaker: String = row.get(2)?;
    let text: Option<String> = row.get(4)?;
    let question = match text {
        Some(text) => Some(Asked { id: row.get(3)?, text, kind: row.get(5)? }),
        None => None,
    };
    let parts: String = row.get(11)?;
    let mut column = 11;
    Ok(Attempt {
        id: row.get(0)?,
        answered_at: Timestamp::from_second(row.get(1)?).unwrap_or_default(),
        speaker: Some(speaker).filter(|s| !s.is_empty()),
        question,
        path: row.get::<_, String>(6)?.into(),
        recorded_here: row.get(7)?,
        sha256: row.get(8)?,
        mended: row.get(9)?,
        rubric: row.get(10)?,
        parts: serde_json::from_str(&parts).unwrap_or_default(),
        measures: Measures::from_fn(|_| {
            column += 1;
            row.get(column)
        })?,
    })
}

/// The path as text; what is no text in it is lost.
fn path_text(report: &Report) -> String {
    lasting_path(Path::new(&report.recording.path)).to_string_lossy().into_owned()
}

/// The version of a store's form; 0 for an empty file.
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

/// Brings the store to the newest form, one program at a time.
fn migrate(db: &mut Connection, path: &Path) -> Result<(), HistoryError> {
    let _lock = lock(path)?;
    // Another program may have done it while this one waited.
    if form_of(db)? < VERSION {
        db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
        MIGRATIONS.to_latest(db)?;
    }
    Ok(())
}

/// Holds the others off while a store is made, migrated or rescued; until the file is dropped.
pub(super) fn lock(path: &Path) -> Result<File, HistoryError> {
    let file = private_file(&path.with_extension("lock"))?;
    file.lock()?;
    Ok(file)
}

/// Makes the store's folder and an empty file if they are not there, for their owner's eyes alone.
fn make_private(path: &Path) -> Result<(), HistoryError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(HistoryError::Folder)?;
    }
    if !path.exists() {
        private_file(path)?;
    }
    Ok(())
}

fn private_file(path: &Path) -> Result<File, HistoryError> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => HistoryError::NotWritable,
        std::io::ErrorKind::StorageFull => HistoryError::DiskFull,
        _ => HistoryError::Unopenable(e.to_string()),
    })
}

/// A path as it stands in a URI.
fn escaped(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let bytes = path.to_string_lossy();
    bytes.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
