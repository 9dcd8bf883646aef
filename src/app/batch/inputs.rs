//! Finds the input files: the named files, the recordings in the named folders, and the shard of them that belongs to
//! one of several machines.
//!
//! A folder yields every recording in it and in its subfolders, sorted by path: every file whose content is audio, and
//! every file with the extension of a recording, so that a damaged one is not silently skipped. Hidden files and
//! folders are skipped. So are written drafts, since notes often lie beside recordings, and a note is not an answer; a
//! draft that is named explicitly is analyzed. A folder without recordings yields its drafts.
//!
//! Audio from standard input is first written to a private file, since reading it takes several passes.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use walkdir::{DirEntry, WalkDir};

use crate::app::draft_file::{is_draft, is_readable};
use crate::audio;

/// File extensions of recordings, in lower case. In a folder, a file with one of them is included even if its content
/// is not audio, since it was meant to be a recording. Every other file is judged by its content.
const RECORDINGS: [&str; 16] = [
    "wav", "mp3", "m4a", "mp4", "ogg", "oga", "opus", "flac", "webm", "mkv", "aac", "mov", "aiff", "aif", "caf", "amr",
];

/// The maximum number of bytes read from standard input: three hours of studio-quality audio. Bounds an endless stream.
const MOST_PIPED: u64 = 1 << 30;

/// A file to analyze.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The path: as named, or below the named folder.
    pub path: PathBuf,
    /// The name that [`Shard`] hashes: the path inside the named folder, with `/` as the separator, or the file's name.
    pub name: OsString,
}

/// Why a named folder could not be used.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The folder has neither recordings nor drafts.
    #[error("{}: there are no recordings in this folder, and no drafts (.txt, .md, .docx, .pdf); give another folder, or name a file", path.display())]
    NoRecordings {
        /// The folder.
        path: PathBuf,
    },
    /// The folder or a subfolder cannot be read. Nothing is analyzed in that case: a user who names a folder wants all
    /// of it.
    #[error("{}: this folder cannot be read ({reason}); allow reading it, or name the files inside it instead", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
}

/// Returns the input files for the named paths: each file itself, and the recordings in each folder.
///
/// # Errors
/// When a folder cannot be read or has neither recordings nor drafts. A missing file is reported later, when it is
/// opened.
pub fn inputs(named: &[PathBuf]) -> Result<Vec<Input>, InputError> {
    let mut inputs = Vec::new();
    for path in named {
        if path.is_dir() {
            let inside = |file: PathBuf| Input { name: name_in(path, &file), path: file };
            inputs.extend(found_in(path)?.into_iter().map(inside));
        } else {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_owned();
            inputs.push(Input { path: path.clone(), name });
        }
    }
    Ok(inputs)
}

/// Returns the recordings in a folder, or the drafts if it has none; at least one.
fn found_in(folder: &Path) -> Result<Vec<PathBuf>, InputError> {
    match recordings_in(folder) {
        Err(InputError::NoRecordings { path }) => {
            let drafts = files_in(folder, is_readable)?;
            if drafts.is_empty() { Err(InputError::NoRecordings { path }) } else { Ok(drafts) }
        }
        found => found,
    }
}

/// Returns the recordings in a folder and its subfolders, sorted by path; at least one.
///
/// # Errors
/// When the folder or a subfolder cannot be read, or there are no recordings.
pub fn recordings_in(folder: &Path) -> Result<Vec<PathBuf>, InputError> {
    let found = files_in(folder, is_recording)?;
    if found.is_empty() { Err(InputError::NoRecordings { path: folder.to_path_buf() }) } else { Ok(found) }
}

/// Returns the files in a folder and its subfolders for which `wanted` is true, sorted by path.
fn files_in(folder: &Path, wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>, InputError> {
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(is_visible) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && wanted(entry.path()) => found.push(entry.into_path()),
            Ok(_) => {}
            // A symbolic link to a parent folder, whose files are found anyway.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_path_buf();
                let reason = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
                match reason.kind() {
                    // A broken symbolic link, which is reported when the file is opened.
                    io::ErrorKind::NotFound if path != folder && wanted(&path) => found.push(path),
                    io::ErrorKind::NotFound if path != folder => {}
                    _ => return Err(InputError::Unreadable { path, reason }),
                }
            }
        }
    }
    Ok(found)
}

/// Copies audio from standard input to a private file. Returns `None` for text, which is left unread.
///
/// # Errors
/// When the input cannot be read or stored, or is too long.
pub fn piped_sound(mut from: impl BufRead) -> io::Result<Option<NamedTempFile>> {
    if !audio::begins_sound(from.fill_buf()?) {
        return Ok(None);
    }
    // Only the owner can read the file, which is removed when its handle is dropped.
    let mut file = NamedTempFile::with_prefix("aloud-")?;
    let copied = io::copy(&mut from.take(MOST_PIPED + 1), &mut file)?;
    if copied > MOST_PIPED {
        return Err(io::Error::other("it is longer than any answer; save the part that is one to a file first"));
    }
    file.flush()?;
    Ok(Some(file))
}

fn is_visible(entry: &DirEntry) -> bool {
    entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_recording(path: &Path) -> bool {
    is_called_recording(path) || (!is_draft(path) && audio::is_sound(path))
}

/// Returns whether the file has the extension of a recording.
fn is_called_recording(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    RECORDINGS.contains(&ending.as_str())
}

/// Returns a file's path relative to a folder, with `/` as the separator on every system.
fn name_in(folder: &Path, file: &Path) -> OsString {
    let parts: Vec<_> = file.strip_prefix(folder).unwrap_or(file).iter().collect();
    parts.join("/".as_ref())
}

/// One of several shards of the inputs, for one of several machines.
///
/// The number of a file's shard is the first 8 bytes of the SHA-256 of [`Input::name`], read as a big-endian number,
/// modulo the number of shards, plus 1. It depends on nothing else, so adding, removing or reordering files moves no
/// other file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// The number of this shard, from 1.
    number: u64,
    /// The number of shards.
    of: u64,
}

impl Shard {
    /// Returns whether a file belongs to this shard.
    pub fn holds(self, input: &Input) -> bool {
        let sum = Sha256::digest(input.name.as_encoded_bytes());
        let first = sum.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        first % self.of + 1 == self.number
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        let shard = parts.map(|(number, of)| Self { number, of }).filter(|s| (1..=s.of).contains(&s.number));
        shard.ok_or_else(|| "give a part and the number of parts, from 1/4 to 4/4 for four machines".to_string())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        folder
    }

    /// Returns one second of audio with a WAV header.
    fn wav() -> Vec<u8> {
        let mut bytes = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\xff\xff\xff\xff".to_vec();
        bytes.resize(44 + 16_000, 1);
        bytes
    }

    #[test]
    fn sound_in_a_folder_is_found_by_its_content() {
        let folder = folder(&["page.html", "picture.heic", "._memo.qta", "broken.mp3", "draft.txt", "cover.webp"]);
        let at = |name: &str| folder.path().join(name);
        for name in ["memo.qta", "call.3gp", "old.AIFC", "no ending", ".hidden.qta", "draft.md"] {
            fs::write(at(name), wav()).unwrap();
        }
        fs::write(at("picture.heic"), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").unwrap();
        fs::write(at("cover.webp"), b"RIFF\x10\0\0\0WEBPVP8 ").unwrap();
        fs::write(at("phone.amr"), b"#!AMR\n\x3c").unwrap();
        let found = inputs(&[folder.path().to_path_buf()]).unwrap();
        assert_eq!(names(&found), ["broken.mp3", "call.3gp", "memo.qta", "no ending", "old.AIFC", "phone.amr"]);
    }

    #[test]
    fn sound_through_a_pipe_is_kept_in_a_private_file_and_text_is_left_alone() {
        let sound = wav();
        let file = piped_sound(sound.as_slice()).unwrap().unwrap();
        assert_eq!(fs::read(file.path()).unwrap(), sound);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o077, 0);
        }
        let path = file.path().to_path_buf();
        drop(file);
        assert!(!path.exists());
        let mut text: &[u8] = b"I asked her what she needed.";
        assert!(piped_sound(&mut text).unwrap().is_none());
        assert_eq!(text.len(), 28, "nothing was taken");
        assert!(piped_sound(io::empty()).unwrap().is_none());
    }

    fn names(inputs: &[Input]) -> Vec<&str> {
        inputs.iter().map(|i| i.name.to_str().unwrap()).collect()
    }

    #[test]
    fn a_folder_gives_its_recordings_in_the_order_of_their_paths() {
        let folder = folder(&[
            "b.wav",
            "a/z.MP3",
            "a/b/c.m4a",
            "a.flac",
            ".hidden.wav",
            ".cache/x.wav",
            "._b.wav",
            "notes.txt",
            "wav",
            "page.html",
        ]);
        let found = inputs(&[folder.path().to_path_buf()]).unwrap();
        assert_eq!(names(&found), ["a/b/c.m4a", "a/z.MP3", "a.flac", "b.wav"]);
        assert!(found.iter().all(|i| i.path == folder.path().join(&i.name)));
        // A file that is named explicitly is taken whatever its name, and so is a hidden folder.
        let named = [folder.path().join("notes.txt"), folder.path().join(".cache"), "gone.wav".into()];
        assert_eq!(names(&inputs(&named).unwrap()), ["notes.txt", "x.wav", "gone.wav"]);
    }

    #[test]
    fn a_folder_without_recordings_is_one_clear_line() {
        let folder = folder(&["photo.jpg", ".hidden/a.wav"]);
        let error = inputs(&[folder.path().to_path_buf()]).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("{}: there are no recordings in this folder", folder.path().display())),
            "{error}"
        );
        let error = recordings_in(&folder.path().join("gone")).unwrap_err().to_string();
        assert!(error.contains("gone: this folder cannot be read"), "{error}");
    }

    #[test]
    fn a_folder_with_drafts_only_gives_them_and_one_with_recordings_too_does_not() {
        let drafts = folder(&["b.docx", "a.txt", "sub/c.md", "photo.jpg", "old.doc"]);
        assert_eq!(names(&inputs(&[drafts.path().to_path_buf()]).unwrap()), ["a.txt", "b.docx", "sub/c.md"]);
        let mixed = folder(&["a.txt", "b.wav"]);
        assert_eq!(names(&inputs(&[mixed.path().to_path_buf()]).unwrap()), ["b.wav"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_but_not_in_circles() {
        let folder = folder(&["a/take.wav"]);
        let elsewhere = self::folder(&["other.wav"]);
        let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        link(folder.path(), "a/circle");
        link(elsewhere.path(), "b");
        link(Path::new("/nowhere/c.wav"), "c.wav");
        link(Path::new("/nowhere/d"), "d");
        let found = inputs(&[folder.path().to_path_buf()]).unwrap();
        assert_eq!(names(&found), ["a/take.wav", "b/other.wav", "c.wav"]);
    }

    #[test]
    fn the_part_a_file_falls_in_can_be_worked_out_by_hand() {
        // printf %s ana/monday.m4a | sha256sum | cut -c1-16
        let input = Input { path: "answers/ana/monday.m4a".into(), name: "ana/monday.m4a".into() };
        let first = u64::from_str_radix("8c92cfc4c86bc5da", 16).unwrap();
        for of in [1, 2, 3, 8, 1000] {
            let shard = Shard { number: first % of + 1, of };
            assert!(shard.holds(&input), "{shard}");
        }
    }

    #[test]
    fn a_part_is_written_as_number_of_parts() {
        for text in ["1/1", "1/4", "4/4"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        for text in ["0/4", "5/4", "1/0", "4", "/", "a/b", "-1/4", "1/4/2", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_file_falls_in_exactly_one_part_wherever_it_stands(
            names in prop::collection::vec("[a-zäß0-9/ .]{1,20}", 1..40),
            of in 1_u64..12,
        ) {
            let all: Vec<Input> = names.iter().map(|n| Input { path: n.into(), name: n.into() }).collect();
            let part = |number: u64, inputs: &[Input]| -> Vec<Input> {
                inputs.iter().filter(|i| Shard { number, of }.holds(i)).cloned().collect()
            };
            let parts: Vec<Vec<Input>> = (1..=of).map(|number| part(number, &all)).collect();
            prop_assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), all.len());
            for input in &all {
                prop_assert_eq!(parts.iter().filter(|p| p.contains(input)).count(), 1);
            }
            // In reverse order and with one more file, every file stays in its shard.
            let mut others: Vec<Input> = all.iter().rev().cloned().collect();
            others.insert(0, Input { path: "one more".into(), name: "one more".into() });
            for (number, before) in (1..=of).zip(&parts) {
                let mut after = part(number, &others);
                after.retain(|i| all.contains(i));
                after.reverse();
                prop_assert_eq!(&after, before);
            }
        }
    }
}
