//! Files that people name: why one cannot be read, in plain words, and how one is written whole or not at all, for its
//! owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
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
    /// The path is a pipe, a socket or a device: what comes out of it may never end, or never begin.
    #[error("this is not an ordinary file; save it to a file first")]
    NotAFile,
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

/// Opens an ordinary file, and gives its length in bytes. It never waits.
///
/// # Errors
/// When there is none at the path, or it cannot be opened.
pub fn open(path: &Path) -> Result<(File, u64), FileError> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(FileError::IsDirectory);
    }
    if !metadata.is_file() {
        return Err(FileError::NotAFile);
    }
    Ok((File::open(path)?, metadata.len()))
}

/// The longest file of settings or questions, in bytes.
const LONGEST_TEXT: u64 = 1 << 20;

/// The text of a file that people write by hand; `None` if there is no file.
///
/// # Errors
/// When it cannot be read, is no text, or is longer than any that was written by hand.
pub fn read_text(path: &Path) -> io::Result<Option<String>> {
    let (file, _) = match open(path) {
        Ok(opened) => opened,
        Err(FileError::NotFound) => return Ok(None),
        Err(FileError::Io(error)) => return Err(error),
        Err(other) => return Err(io::Error::other(other)),
    };
    let mut bytes = Vec::new();
    file.take(LONGEST_TEXT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_TEXT {
        return Err(io::Error::other("it is longer than any such file"));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| io::Error::other("it is no text in UTF-8"))
}

/// Writes a file whole or not at all: beside its place first, then in it. A pipe or a device is written as it is. A new
/// file is for its owner alone; one that is there keeps its permissions.
///
/// # Errors
/// When it cannot be written; what was there before is there still.
pub fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let before = fs::metadata(file).ok();
    if before.as_ref().is_some_and(|m| !m.is_file() && !m.is_dir()) {
        return fs::write(file, bytes);
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = private().write(true).create(true).truncate(true).open(&beside).and_then(|mut new| {
        new.write_all(bytes)?;
        new.sync_all()?;
        if let Some(before) = before.filter(fs::Metadata::is_file) {
            new.set_permissions(before.permissions())?;
        }
        fs::rename(&beside, file)
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// How a file is opened that is for its owner alone if it is made.
pub fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "changed where files have a mode")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder, and those above it, that nobody else can look into. One that is there stays as it is.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Brings the entries of a file's folder to the disk: a file that was synced is no use if nothing leads to it.
pub fn sync_folder(file: &Path) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(folder).and_then(|folder| folder.sync_all()); // not every system can
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ordinary_files_are_opened_and_only_texts_of_a_length_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        assert_eq!(read_text(&file).unwrap(), None);
        fs::write(&file, "caf\u{e9}").unwrap();
        assert_eq!((read_text(&file).unwrap().as_deref(), open(&file).unwrap().1), (Some("caf\u{e9}"), 5));
        assert!(matches!(open(folder.path()), Err(FileError::IsDirectory)));
        fs::write(&file, b"caf\xe9").unwrap();
        assert!(read_text(&file).is_err());
        fs::write(&file, " ".repeat((1 << 20) + 1)).unwrap();
        assert!(read_text(&file).is_err());
        #[cfg(unix)]
        for device in ["/dev/null", "/dev/zero"] {
            assert!(matches!(open(Path::new(device)), Err(FileError::NotAFile)));
        }
    }

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

    #[cfg(unix)]
    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let file = folder.path().join("made/folder/page.html");
        make_private_folder(file.parent().unwrap()).unwrap();
        write_whole(&file, b"words").unwrap();
        let made = [folder.path().join("made"), folder.path().join("made/folder")];
        assert_eq!((made.map(|f| mode(&f)), mode(&file)), ([0o700; 2], 0o600));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        write_whole(&file, b"other words").unwrap();
        assert_eq!(mode(&file), 0o644);
    }
}
