//! Which files are meant: those that are named, the recordings in folders that are named, and the part of them that one
//! of several machines takes.
//!
//! A folder gives every recording in it and in its subfolders, in the order of their paths. Hidden files and folders are
//! left out. So are written drafts: notes lie beside recordings, and a note is no answer. Name a draft to have it judged.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

/// Endings of recordings, in lower case. Only folders are searched by them: of a file that is named, the content counts.
const RECORDINGS: [&str; 15] =
    ["wav", "mp3", "m4a", "mp4", "ogg", "oga", "opus", "flac", "webm", "mkv", "aac", "mov", "aiff", "aif", "caf"];

/// A file to analyze.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it lies: as it was named, or below the folder that was.
    pub path: PathBuf,
    /// What [`Shard`] tells it by: its path inside the folder that was named, with `/` between the parts, or its own name.
    pub name: OsString,
}

/// A folder that gives no recordings.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// There are none in it.
    #[error("{}: there are no recordings in this folder", path.display())]
    NoRecordings {
        /// The folder.
        path: PathBuf,
    },
    /// It, or a folder in it, cannot be read. Nothing is done then: whoever gives a folder wants all of it.
    #[error("{}: this folder cannot be read ({reason}); allow reading it, or name the files inside it instead", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
}

/// The files that are meant by what was named: a file by itself, a folder by the recordings in it.
///
/// # Errors
/// When a folder cannot be read or has no recordings. A file that is not there is left to whoever opens it.
pub fn inputs(named: &[PathBuf]) -> Result<Vec<Input>, InputError> {
    let mut inputs = Vec::new();
    for path in named {
        if path.is_dir() {
            let inside = |file: PathBuf| Input { name: name_in(path, &file), path: file };
            inputs.extend(recordings_in(path)?.into_iter().map(inside));
        } else {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_owned();
            inputs.push(Input { path: path.clone(), name });
        }
    }
    Ok(inputs)
}

/// The recordings in a folder and its subfolders, in the order of their paths; at least one.
///
/// # Errors
/// When the folder, or one in it, cannot be read, or when there are none.
pub fn recordings_in(folder: &Path) -> Result<Vec<PathBuf>, InputError> {
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(is_visible) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_recording(entry.path()) => found.push(entry.into_path()),
            Ok(_) => {}
            // A link to a folder around it: what is there is found anyway.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_path_buf();
                let reason = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
                match reason.kind() {
                    // A link to a file that is gone; whoever opens it says so.
                    io::ErrorKind::NotFound if path != folder && is_recording(&path) => found.push(path),
                    io::ErrorKind::NotFound if path != folder => {}
                    _ => return Err(InputError::Unreadable { path, reason }),
                }
            }
        }
    }
    if found.is_empty() {
        return Err(InputError::NoRecordings { path: folder.to_path_buf() });
    }
    Ok(found)
}

fn is_visible(entry: &DirEntry) -> bool {
    entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_recording(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    RECORDINGS.contains(&ending.as_str())
}

/// A file's path inside a folder, with `/` between the parts on every system.
fn name_in(folder: &Path, file: &Path) -> OsString {
    let parts: Vec<_> = file.strip_prefix(folder).unwrap_or(file).iter().collect();
    parts.join("/".as_ref())
}

/// One of several parts of the inputs, for one of several machines.
///
/// Which part a file falls in depends on nothing but its name and the number of parts, so adding, removing or reordering
/// files moves no other: the first 8 bytes of the SHA-256 of [`Input::name`], read as a number with the highest byte
/// first, modulo the number of parts, plus 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1.
    number: u64,
    /// How many parts there are.
    of: u64,
}

impl Shard {
    /// Whether a file falls in this part.
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
        // What is named is taken, whatever it is called, and so is a hidden folder.
        let named = [folder.path().join("notes.txt"), folder.path().join(".cache"), "gone.wav".into()];
        assert_eq!(names(&inputs(&named).unwrap()), ["notes.txt", "x.wav", "gone.wav"]);
    }

    #[test]
    fn a_folder_without_recordings_is_one_clear_line() {
        let folder = folder(&["notes.txt", ".hidden/a.wav"]);
        let error = inputs(&[folder.path().to_path_buf()]).unwrap_err().to_string();
        assert_eq!(error, format!("{}: there are no recordings in this folder", folder.path().display()));
        let error = recordings_in(&folder.path().join("gone")).unwrap_err().to_string();
        assert!(error.contains("gone: this folder cannot be read"), "{error}");
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
            // Turned around, with one more: nothing moves.
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
