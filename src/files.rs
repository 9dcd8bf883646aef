//! Reading files that a person names, with errors in plain words, and writing files atomically and privately.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Why a file could not be read, whatever its expected content.
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
    /// The path is a pipe, a socket or a device, whose output may never end or never begin.
    #[error("this is not an ordinary file; save it to a file first")]
    NotAFile,
    /// The operating system does not let this user read the file.
    #[error("you are not allowed to read this file; change its permissions or copy it to a folder of your own")]
    NoPermission,
    /// The operating system failed while the file was read.
    #[error("the file could not be read ({0}); copy it to this computer's own disk and try again")]
    Io(#[source] io::Error),
    /// Private content was to be written to a file that others could read.
    #[error(transparent)]
    NotPrivate(NotPrivate),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        if let Some(reason) = error.get_ref().and_then(|reason| reason.downcast_ref::<NotPrivate>()) {
            return Self::NotPrivate(*reason);
        }
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::NoPermission,
            io::ErrorKind::IsADirectory => Self::IsDirectory,
            _ => Self::Io(error),
        }
    }
}

/// Opens a regular file without blocking, and returns it with its length in bytes.
///
/// # Errors
/// When there is no regular file at the path, or it cannot be opened.
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

/// Maximum length of a file of settings or questions, in bytes.
const MAX_TEXT_BYTES: u64 = 1 << 20;

/// Reads a text file that people write by hand; `None` if there is no file.
///
/// # Errors
/// When the file cannot be read, is not UTF-8, or is longer than anybody writes by hand.
pub fn read_text(path: &Path) -> io::Result<Option<String>> {
    let (file, _) = match open(path) {
        Ok(opened) => opened,
        Err(FileError::NotFound) => return Ok(None),
        Err(FileError::Io(error)) => return Err(error),
        Err(other) => return Err(io::Error::other(other)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        return Err(io::Error::other("it is longer than any such file"));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| io::Error::other("it is no text in UTF-8"))
}

/// Why private content is not written to the given path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPrivate {
    /// The path is a link that somebody else may have put there.
    #[error("this is a link in a folder where everybody may write; name the file that it leads to")]
    Link,
    /// The file belongs to somebody else, who could read it afterwards.
    #[error("this file belongs to somebody else, who could read what is written; give another name")]
    Owner,
}

impl From<NotPrivate> for io::Error {
    fn from(reason: NotPrivate) -> Self {
        Self::other(reason)
    }
}

/// Writes a file atomically, readable by its owner alone.
///
/// The content goes to a temporary file in the same folder, which is then renamed. An existing file is replaced,
/// whoever could read it. A link is followed, not replaced. A pipe or a device is written to directly.
///
/// # Errors
/// When the file cannot be written; an existing file is then unchanged.
pub fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole_with(file, |to| to.write_all(bytes))
}

/// Like [`write_whole`], with the content produced by `write`.
///
/// # Errors
/// When the file cannot be written; an existing file is then unchanged.
pub fn write_whole_with(file: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let file = through_links(file)?;
    match fs::metadata(&file) {
        Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => return write(&mut open_stream(&file)?),
        _ => {}
    }
    let mut new = temporary_file(folder_of(&file))?;
    write(new.as_file_mut())?;
    new.as_file().sync_all()?;
    let (_, path) = new.into_parts();
    fs::rename(&path, &file)?;
    let _ = path.keep(); // there is nothing left to remove
    sync_folder(&file);
    Ok(())
}

/// Checks that this many bytes can be written to a folder, by writing and removing them.
///
/// # Errors
/// When they cannot be written.
pub fn try_writing(folder: &Path, bytes: usize) -> io::Result<()> {
    temporary_file(folder)?.as_file_mut().write_all(&vec![1; bytes])
}

/// Creates a temporary file with an unpredictable name, for content that is not complete yet. It is removed on drop.
fn temporary_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY_PREFIX).make_in(folder, create_private)
}

/// Prefix of the names of temporary files.
const TEMPORARY_PREFIX: &str = ".aloud-";

/// Creates a file that only its owner can read.
///
/// # Errors
/// When something with that name exists, even a link, or the file cannot be created.
pub fn create_private(path: &Path) -> io::Result<File> {
    private_options().create_new(true).open(path)
}

/// Opens a file for appending or resuming, creating it if it does not exist. The file is made readable by its owner
/// alone.
///
/// # Errors
/// When the file cannot be opened, or others could read what is written.
pub fn open_private(path: &Path) -> io::Result<File> {
    let file = private_options().create(true).truncate(false).open(through_links(path)?)?;
    #[cfg(unix)]
    keep_private(&file)?;
    Ok(file)
}

/// Opens an existing private file for reading and writing; never through a link.
///
/// # Errors
/// When the file does not exist, is a link, or cannot be opened.
pub fn reopen_private(path: &Path) -> io::Result<File> {
    private_options().open(path)
}

/// Opens a pipe or a device, which is written to directly.
///
/// # Errors
/// When it cannot be opened.
pub fn open_stream(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// Returns options that create a file for its owner alone and do not follow a link that appears at the last moment.
fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(PRIVATE).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options
}

/// The permissions of a private file.
#[cfg(unix)]
const PRIVATE: u32 = 0o600;

/// Makes an existing file readable by its owner alone.
#[cfg(unix)]
fn keep_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    const ACCESS_BY_OTHERS: u32 = 0o077;
    let there = file.metadata()?;
    if !there.is_file() || there.mode() & ACCESS_BY_OTHERS == 0 {
        return Ok(());
    }
    let is_ours = there.uid() == rustix::process::geteuid().as_raw();
    match file.set_permissions(fs::Permissions::from_mode(PRIVATE)) {
        // A file system without permissions, such as that of a USB stick.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && is_ours => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(NotPrivate::Owner.into()),
        done => done,
    }
}

/// Maximum length of a chain of links that is followed, as on Linux.
const MAX_LINKS: usize = 40;

/// Resolves the last component of a path if it is a link. Links among the parent folders are followed as usual.
///
/// # Errors
/// When a link in a world-writable folder does not belong to the folder's owner (the rule that Linux has for `/tmp`),
/// or the chain of links is too long.
fn through_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..=MAX_LINKS {
        let Some(link) = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_symlink) else { return Ok(path) };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            const EVERYBODY_WRITES: u32 = 0o002;
            let folder = fs::metadata(folder_of(&path))?;
            if folder.mode() & EVERYBODY_WRITES != 0 && link.uid() != folder.uid() {
                return Err(NotPrivate::Link.into());
            }
        }
        #[cfg(not(unix))]
        let _ = link;
        path = folder_of(&path).join(fs::read_link(&path)?);
    }
    Err(io::Error::other("this link leads to other links without end"))
}

/// Returns the folder of a file.
fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Creates a folder and its parents, accessible to their owner alone. An existing folder is left as it is.
///
/// # Errors
/// When the folder cannot be created.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Formats bytes in lower-case hexadecimal, the notation of checksums.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Syncs the folder of a file: even a synced file is lost if its directory entry is not on disk.
pub fn sync_folder(file: &Path) {
    let _ = File::open(folder_of(file)).and_then(|folder| folder.sync_all()); // not supported everywhere
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
    fn what_is_made_is_for_its_owner_alone_and_what_was_there_becomes_so() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let file = folder.path().join("made/folder/page.html");
        make_private_folder(file.parent().unwrap()).unwrap();
        write_whole(&file, b"words").unwrap();
        let made = [folder.path().join("made"), folder.path().join("made/folder")];
        assert_eq!((made.map(|f| mode(&f)), mode(&file)), ([0o700; 2], 0o600));
        let open = || fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        open();
        write_whole(&file, b"other words").unwrap();
        assert_eq!(mode(&file), 0o600);
        open();
        drop(open_private(&file).unwrap());
        assert_eq!((mode(&file), fs::read(&file).unwrap()), (0o600, b"other words".to_vec()));
        let new = folder.path().join("lines");
        drop(open_private(&new).unwrap());
        assert_eq!(mode(&new), 0o600);
        assert!(create_private(&new).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_leads_to_is_written_unless_somebody_else_may_have_put_it_there() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("far")).unwrap();
        symlink("far/page.html", at("second")).unwrap();
        symlink("second", at("first")).unwrap();
        for words in ["made through two links", "replaced through them"] {
            write_whole(&at("first"), words.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(at("far/page.html")).unwrap(), words);
        }
        assert_eq!(open_private(&at("first")).unwrap().metadata().unwrap().len(), 21);
        assert!(at("first").is_symlink() && at("second").is_symlink());
        assert!(create_private(&at("first")).is_err());
        symlink("round", at("round")).unwrap();
        assert!(write_whole(&at("round"), b"x").is_err() && open_private(&at("round")).is_err());

        // In a folder like /tmp, a link that belongs to the folder's owner is followed; somebody else's is not.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        write_whole(&at("first"), b"the owner's").unwrap();
        if std::os::unix::fs::lchown(at("first"), Some(65_534), None).is_err() {
            return; // only root may change the owner
        }
        for refused in [write_whole(&at("first"), b"x"), open_private(&at("first")).map(drop)] {
            let reason = FileError::from(refused.unwrap_err());
            assert!(matches!(reason, FileError::NotPrivate(NotPrivate::Link)), "{reason}");
        }
        assert_eq!(fs::read(at("far/page.html")).unwrap(), b"the owner's");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_whole_yet_has_a_name_that_nobody_can_foresee() {
        let folder = tempfile::tempdir().unwrap();
        let names: std::collections::HashSet<_> =
            (0..50).map(|_| temporary_file(folder.path()).unwrap().path().file_name().unwrap().to_owned()).collect();
        assert_eq!(names.len(), 50);
        assert!(names.iter().all(|name| !name.to_string_lossy().contains(&std::process::id().to_string())));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        try_writing(folder.path(), 100).unwrap();
        assert!(try_writing(&folder.path().join("none"), 0).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
