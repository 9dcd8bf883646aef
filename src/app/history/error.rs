//! Errors of the history, worded for the user. The caller adds the path.

use rusqlite::ErrorCode;

/// Why the history could not be used.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The folder cannot be created.
    #[error("its folder cannot be made ({0}); free the place or set XDG_DATA_HOME to a folder that can be written")]
    Folder(std::io::Error),
    /// Neither the file nor its folder is writable.
    #[error("it cannot be written; allow writing there or set XDG_DATA_HOME to a folder that can be written")]
    NotWritable,
    /// The file cannot be opened at all.
    #[error("it cannot be opened ({0}); run `aloud doctor` to see where it lies, and move it away to begin a new one")]
    Unopenable(String),
    /// The disk is full.
    #[error("the disk is full; free some space and try again")]
    DiskFull,
    /// Another program held the lock for too long.
    #[error("another program has been using it for half a minute; try again")]
    Busy,
    /// A newer aloud has migrated the schema.
    #[error("a newer aloud wrote it (form {found}; this one knows {known}); update aloud. Nothing in it was changed")]
    Newer {
        /// The schema's version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The file is not a database, or is damaged.
    #[error(
        "it is damaged ({0}), and what is left in it can only be saved once its folder can be written and has space"
    )]
    Damaged(String),
    /// The history is empty.
    #[error("no answers are kept yet; to keep one: aloud analyze FILE")]
    Empty,
    /// No answer has this number.
    #[error("there is no answer {0}; the numbers are in: aloud history list")]
    NoAttempt(i64),
    /// The answer is there, but its report was lost when the store was damaged.
    #[error(
        "the report of answer {0} was lost when the history was damaged; its numbers are still there. Analyze the recording again to have it back"
    )]
    ReportLost(i64),
    /// The report exists, but this version of aloud cannot read it.
    #[error("the report of answer {id} cannot be read ({reason}); analyze the recording again")]
    ReportUnreadable {
        /// The answer's number.
        id: i64,
        /// What is wrong with it.
        reason: String,
    },
    /// A system call failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Any other SQLite error.
    #[error("it could not be used ({0}); try again, and if that does not help, run `aloud doctor`")]
    Database(String),
}

impl HistoryError {
    /// Returns whether the file itself is damaged, so that its content should be rescued.
    pub(super) fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }
}

impl From<rusqlite::Error> for HistoryError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::NotWritable,
            Some(ErrorCode::CannotOpen) => Self::Unopenable(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Self::Busy
            }
            _ => Self::Database(error.to_string()),
        }
    }
}

impl From<rusqlite_migration::Error> for HistoryError {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
            other => Self::Database(other.to_string()),
        }
    }
}
