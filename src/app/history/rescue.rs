//! Sets a damaged store aside untouched, and copies every readable answer into a new one.
//!
//! Each row is read separately by its number: a lost page costs the answers on it and no others.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, params_from_iter};

use super::HistoryError;
use super::schema::{APPLICATION_ID, MIGRATIONS, OF_AN_ANSWER, OF_PRACTICE, VERSION};
use super::store::{Store, lock};
use crate::files::create_private;

/// The search ends after this many consecutive numbers without an answer, if the store no longer tells how many there
/// were.
const LONGEST_GAP: i64 = 10_000;

/// The outcome of rescuing a damaged store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescue {
    /// The path of the damaged file.
    pub aside: PathBuf,
    /// The number of answers in the new store.
    pub answers: usize,
    /// The number of those that lost their report, and keep only their numbers.
    pub without_report: usize,
}

impl std::fmt::Display for Rescue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let answers = crate::plain::counted(self.answers, "answer");
        write!(f, "the history was damaged; {answers} could be saved from it")?;
        if self.without_report > 0 {
            write!(f, " ({} with their numbers only)", self.without_report)?;
        }
        write!(f, ", and the damaged file is kept as {}", self.aside.display())
    }
}

/// Sets the store at `path` aside and replaces it by a new one with everything that can be read. Returns `None` if
/// another program has just done so.
///
/// # Errors
/// When the folder cannot be written; in that case nothing was changed.
pub(super) fn rescue(path: &Path) -> Result<Option<Rescue>, HistoryError> {
    let _lock = lock(path)?;
    if is_whole(path) {
        return Ok(None);
    }
    let (copy, new) = (beside(path, "damaged-copy"), beside(path, "new"));
    let aside = aside(path);
    let found = salvage(path, &copy, &new);
    remove(&copy);
    let found = match found {
        Ok(found) => found,
        // Nothing can be read, for example because it is a text file or another program's database.
        Err(error) if error.is_damage() => {
            remove(&new);
            Found { answers: 0, without_report: 0 }
        }
        Err(error) => {
            remove(&new);
            return Err(error);
        }
    };
    if let Err(error) = exchange(path, &aside, &new) {
        remove(&new);
        return Err(error.into());
    }
    Ok(Some(Rescue { aside, answers: found.answers, without_report: found.without_report }))
}

/// Sets the damaged store aside and puts the new one, if any, in its place. If there is a new one, some file has the
/// store's name at every moment, since another program that found none would create an empty one.
///
/// # Errors
/// When the folder cannot be written; in that case everything is as it was.
fn exchange(path: &Path, aside: &Path, new: &Path) -> io::Result<()> {
    let ends = ENDS.into_iter().filter(|end| !end.is_empty() && with_end(path, end).exists());
    let ends: Vec<(PathBuf, PathBuf)> = ends.map(|end| (with_end(path, end), with_end(aside, end))).collect();
    let exchanged = ends.iter().try_for_each(|(from, to)| fs::rename(from, to)).and_then(|()| {
        if !new.exists() {
            return fs::rename(path, aside);
        }
        // Not every file system supports hard links.
        fs::hard_link(path, aside).or_else(|_| copy_private(path, aside))?;
        fs::rename(new, path)
    });
    if exchanged.is_err() {
        let _ = fs::remove_file(aside);
        for (from, to) in ends.iter().filter(|(_, to)| to.exists()) {
            let _ = fs::rename(to, from);
        }
    }
    exchanged
}

fn is_whole(path: &Path) -> bool {
    let check = |db: Connection| db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    let application = |db: &Connection| db.query_row("PRAGMA application_id", [], |row| row.get::<_, i32>(0));
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).is_ok_and(|db| {
        application(&db).is_ok_and(|id| id == APPLICATION_ID) && check(db).is_ok_and(|said| said == "ok")
    })
}

struct Found {
    answers: usize,
    without_report: usize,
}

/// Copies whatever can be read of `damaged` into a new store at `new`. Reads from `copy`, since reading replays the
/// log.
fn salvage(damaged: &Path, copy: &Path, new: &Path) -> Result<Found, HistoryError> {
    remove(copy);
    remove(new);
    for end in ["", "-wal"] {
        let from = with_end(damaged, end);
        if from.exists() {
            copy_private(&from, &with_end(copy, end))?;
        }
    }
    let old = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Without this, SQLite refuses to read from a truncated file at all.
    old.execute_batch("PRAGMA writable_schema = ON; PRAGMA cell_size_check = ON;")?;
    let application: i32 = old.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if application != APPLICATION_ID {
        return Err(HistoryError::Damaged("it is another program's database".into()));
    }
    let form: i64 = old.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if !(1..=VERSION).contains(&form) {
        return Err(HistoryError::Damaged("its form is unknown".into()));
    }
    // The new store starts with the damaged one's schema, so that its rows fit, and is migrated to the newest at the
    // end.
    let mut store = Store::create(new, form as usize)?;
    let mut found = Found { answers: 0, without_report: 0 };
    let change = store.db.transaction()?;
    for table in OF_PRACTICE {
        copy_rows(&old, &change, table, "1", 1)?;
    }
    let last = last_number(&old);
    let (mut id, mut gap) = (1, 0);
    while last.map_or(gap < LONGEST_GAP, |last| id <= last) {
        let mut copied = [0; OF_AN_ANSWER.len()];
        for (i, (table, key)) in OF_AN_ANSWER.into_iter().enumerate() {
            // Without the answer itself, nothing that belongs to it can be kept.
            if i == 0 || copied[0] > 0 {
                copied[i] = copy_rows(&old, &change, table, key, id)?;
            }
        }
        gap = if copied[0] > 0 { 0 } else { gap + 1 };
        found.answers += copied[0];
        found.without_report += usize::from(copied[0] > 0 && copied[1] == 0);
        id += 1;
    }
    copy_rows(&old, &change, "goal", "1", 1)?;
    if let Some(last) = last {
        // The numbers of lost answers are not reused.
        change.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'attempt'", [last])?;
    }
    change.commit()?;
    MIGRATIONS.to_latest(&mut store.db)?;
    Ok(found)
}

/// Returns the highest number that was ever given; `None` if the damaged store does not tell.
fn last_number(old: &Connection) -> Option<i64> {
    old.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'attempt'", [], |row| row.get(0)).ok()
}

/// Copies the rows with this key that can be read in full. Returns their number.
fn copy_rows(old: &Connection, new: &Connection, table: &str, key: &str, value: i64) -> Result<usize, HistoryError> {
    let mut copied = 0;
    for values in read_rows(old, table, key, value).unwrap_or_default() {
        let marks = vec!["?"; values.len()].join(", ");
        let mut insert = new.prepare_cached(&format!("INSERT INTO {table} VALUES ({marks})"))?;
        match insert.execute(params_from_iter(values)) {
            Ok(_) => copied += 1,
            // The row has a value of a wrong type, such as a text where a number belongs.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(copied)
}

fn read_rows(old: &Connection, table: &str, key: &str, value: i64) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut query = old.prepare_cached(&format!("SELECT * FROM {table} WHERE {key} = ?"))?;
    let columns = query.column_count();
    let rows = query.query_map([value], |row| (0..columns).map(|i| row.get(i)).collect())?;
    Ok(rows.map_while(Result::ok).collect())
}

/// The suffixes of the database and of the files that SQLite may keep beside it.
const ENDS: [&str; 3] = ["", "-wal", "-shm"];

fn with_end(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

fn beside(path: &Path, what: &str) -> PathBuf {
    path.with_extension(format!("{what}.db"))
}

/// Returns an unused path for the damaged store.
fn aside(path: &Path) -> PathBuf {
    let now = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let name = |n: usize| beside(path, &if n == 0 { format!("damaged-{now}") } else { format!("damaged-{now}-{n}") });
    (0..).map(name).find(|path| !path.exists()).expect("some name is free")
}

/// Copies a file to a new path, readable by its owner alone.
fn copy_private(from: &Path, to: &Path) -> io::Result<()> {
    let mut to = create_private(to)?;
    io::copy(&mut File::open(from)?, &mut to)?;
    to.sync_all()
}

fn remove(path: &Path) {
    for end in ENDS {
        let _ = fs::remove_file(with_end(path, end));
    }
}
