//! Files that people name: why one cannot be read, in plain words, and how one is written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Why nothing was read at a path, whatever was to be there.
///
/// Each message is one line that says what is wrong and what to do. None of them contains the path: the caller adds it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Nothing exists at the path.
    #[error("there is no such file; check the name and the folder")]
    NotFound,
    /// The path is a directory.
    #[error("this is a folder; name the files inside it instead")]
    IsDirectory,
    /// The operating system does not let this user read the file.
    #[error("you are not allowed to read this file; change its permissions or copy it to a folder of your own")]
    NoPermission,
    /// The operating system failed while the file was read.
    #[error("the file could not be read ({0}); copy it to this computer's own disk and try again")]
    Io(#[source] io::Error),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::NoPermission,
            io::ErrorKind::IsADirectory => Self::IsDirectory,
            _ => Self::Io(error),
        }
    }
}

/// Writes a file whole or not at all: beside its place first, then in it. A pipe or a device is written as it is.
///
/// # Errors
/// When it cannot be written; what was there before is there still.
pub fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(file).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        return fs::write(file, bytes);
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs::File::create(&beside)
        .and_then(|mut new| new.write_all(bytes).and_then(|()| new.sync_all()))
        .and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a page.html");
        write_whole(&file, b"old").unwrap();
        write_whole(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(write_whole(&folder.path().join("none/page.html"), b"x").is_err());
        assert!(write_whole(folder.path(), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
