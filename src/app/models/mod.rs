//! Speech models: the catalogue of known models, the search for their files, and the verification of a file by size and
//! SHA-1.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha1::{Digest, Sha1};

use super::suggest::did_you_mean;
use crate::files::hex;
use crate::transcript::model::{Model, ModelFileError};

pub mod fetch;

/// The manifest: the catalogue of known models.
const MANIFEST: &str = include_str!("../../../models/manifest.toml");
/// The read buffer, in bytes.
const BUFFER_BYTES: usize = 1 << 18;

/// An entry of the manifest: a known model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownModel {
    /// The model's name on the command line.
    pub name: String,
    /// The name of the model's file.
    pub file: String,
    /// The size of the model's file, in bytes.
    pub bytes: u64,
    /// The SHA-1 of the model's file, as whisper.cpp publishes it, in lower-case hexadecimal.
    pub sha1: String,
    /// The languages that the model transcribes, in words.
    pub languages: String,
    /// Whether this is the default model.
    #[serde(default)]
    pub default: bool,
    /// The licence's short name.
    pub licence: String,
    /// The copyright holder.
    pub licence_of: String,
    /// The URL at which the file is published.
    pub source: String,
    /// The hosts that the file may be downloaded from, including their subdomains.
    pub hosts: Vec<String>,
}

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// None of the folders contains the file.
    #[error(
        "the speech model {name} is missing: there is no {file} in {}; fetch it with: aloud models get {name}; or name a file with --model PATH",
        FolderList(.searched)
    )]
    Missing {
        /// The model's name.
        name: String,
        /// The name of the missing file.
        file: String,
        /// The folders that were searched.
        searched: Vec<PathBuf>,
    },
    /// The argument is neither a known name nor a file.
    #[error("there is no speech model {name}; {suggestion}give a file, or one of: {known}")]
    Unknown {
        /// The requested name.
        name: String,
        /// The suggestion of a similar name, phrased as a question; empty if there is none.
        suggestion: String,
        /// The known names.
        known: String,
    },
    /// The file cannot be read or is not a speech model.
    #[error(transparent)]
    File(#[from] ModelFileError),
    /// The file is none of the known models, and was not declared as trusted.
    #[error(
        "{} is not one of the speech models that aloud knows by their checksums, and a bad one can crash the program; if you trust where it came from, add --trust-model",
        path.display()
    )]
    NotTrusted {
        /// The file.
        path: PathBuf,
    },
    /// The file's size differs from the manifest's.
    #[error(
        "the speech model {} is damaged: it has {found} bytes and should have {expected}; fetch it again with: aloud models get {name}",
        path.display()
    )]
    WrongSize {
        /// The model's name.
        name: String,
        /// The file.
        path: PathBuf,
        /// The published size, in bytes.
        expected: u64,
        /// The size of the file, in bytes.
        found: u64,
    },
    /// The file's SHA-1 differs from the published one.
    #[error(
        "the speech model {} is damaged: its SHA-1 is {found} and should be {expected}; fetch it again with: aloud models get {name}",
        path.display()
    )]
    WrongSum {
        /// The model's name.
        name: String,
        /// The file.
        path: PathBuf,
        /// The published SHA-1.
        expected: String,
        /// The SHA-1 of the file.
        found: String,
    },
}

struct FolderList<'a>(&'a [PathBuf]);

impl fmt::Display for FolderList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folders: Vec<String> = self.0.iter().map(|p| p.display().to_string()).collect();
        write!(f, "{}", folders.join(", "))
    }
}

#[derive(Deserialize)]
struct Manifest {
    model: Vec<KnownModel>,
}

/// Returns all known models, the default one first.
pub fn known() -> Vec<KnownModel> {
    let manifest: Manifest = toml::from_str(MANIFEST).expect("models/manifest.toml is part of the program and tested");
    let mut models = manifest.model;
    models.sort_by_key(|m| !m.default);
    models
}

/// Returns the folders that are searched for model files, in order: in the repository, beside the installed program, in
/// the user's data folder. A program that was built to be given to others (`make portable`) does not look in the
/// repository: elsewhere, that folder is missing or somebody else's.
pub fn folders(data_dir: Option<&Path>) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if option_env!("ALOUD_PORTABLE").is_none() {
        folders.push(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models"));
    }
    if let Ok(program) = std::env::current_exe()
        && let Some(bin) = program.canonicalize().unwrap_or(program).parent()
    {
        folders.push(bin.join("models"));
        folders.push(bin.join("../share/aloud/models"));
    }
    folders.extend(data_dir.map(|d| d.join("models")));
    folders
}

/// Returns the path of a model's file in the user's data folder.
pub fn own_file(entry: &KnownModel, data_dir: &Path) -> PathBuf {
    data_dir.join("models").join(&entry.file)
}

/// Finds the model with the name or path `wanted`, or the default model for `None`. The file's size and SHA-1 are
/// compared with the published ones. A file that is not a known model is accepted only if `trust`.
///
/// # Errors
/// If there is no such model, if its file is not the published one, or if the file is unknown and not trusted.
pub fn find(wanted: Option<&str>, folders: &[PathBuf], trust: bool) -> Result<Model, ModelError> {
    let known = known();
    let by_name = match wanted {
        None => known.first(),
        Some(name) => known.iter().find(|k| k.name == name),
    };
    let Some(entry) = by_name else {
        let name = wanted.unwrap_or_default();
        let path = PathBuf::from(name);
        if !path.is_file() {
            let known: Vec<&str> = known.iter().map(|k| k.name.as_str()).collect();
            return Err(ModelError::Unknown {
                name: name.to_string(),
                suggestion: did_you_mean(name, &known),
                known: known.join(", "),
            });
        }
        let model = Model::open(&path)?;
        let bytes = size(&path)?;
        for entry in known.iter().filter(|k| k.bytes == bytes) {
            if sha1_of(&path)? == entry.sha1 {
                return Ok(Model { name: entry.name.clone(), ..model });
            }
        }
        if !trust {
            return Err(ModelError::NotTrusted { path });
        }
        return Ok(model);
    };
    Ok(Model { name: entry.name.clone(), ..Model::open(&verify(entry, folders)?)? })
}

/// Returns the existing files of a known model, in the order of the folders.
///
/// # Errors
/// If none of the folders contains the file.
pub fn locate(entry: &KnownModel, folders: &[PathBuf]) -> Result<Vec<PathBuf>, ModelError> {
    let paths: Vec<PathBuf> = folders.iter().map(|f| f.join(&entry.file)).filter(|p| p.is_file()).collect();
    if paths.is_empty() {
        let (name, file) = (entry.name.clone(), entry.file.clone());
        return Err(ModelError::Missing { name, file, searched: folders.to_vec() });
    }
    Ok(paths)
}

/// Returns the first file of a known model whose size and SHA-1 are the published ones.
///
/// # Errors
/// If there is no such file; the error describes the first file found.
pub fn verify(entry: &KnownModel, folders: &[PathBuf]) -> Result<PathBuf, ModelError> {
    let mut wrong = None;
    for path in locate(entry, folders)? {
        match check(entry, &path) {
            Ok(()) => return Ok(path),
            Err(error) => wrong = wrong.or(Some(error)),
        }
    }
    Err(wrong.expect("a model that is located has a file"))
}

/// Checks that a file has the size and SHA-1 of a model.
///
/// # Errors
/// If the file is unreadable, or its size or SHA-1 differs.
pub fn check(entry: &KnownModel, path: &Path) -> Result<(), ModelError> {
    let (name, path_buf, found) = (entry.name.clone(), path.to_path_buf(), size(path)?);
    if found != entry.bytes {
        return Err(ModelError::WrongSize { name, path: path_buf, expected: entry.bytes, found });
    }
    let found = sha1_of(path)?;
    if found != entry.sha1 {
        return Err(ModelError::WrongSum { name, path: path_buf, expected: entry.sha1.clone(), found });
    }
    Ok(())
}

/// Computes a file's SHA-1, in lower-case hexadecimal.
fn sha1_of(path: &Path) -> Result<String, ModelFileError> {
    let unreadable = |source| ModelFileError::Unreadable { path: path.to_path_buf(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hasher = Sha1::new();
    let mut piece = vec![0; BUFFER_BYTES];
    loop {
        match file.read(&mut piece).map_err(unreadable)? {
            0 => break,
            n => hasher.update(&piece[..n]),
        }
    }
    Ok(hex(hasher.finalize()))
}

fn size(path: &Path) -> Result<u64, ModelFileError> {
    let meta = std::fs::metadata(path);
    meta.map(|m| m.len()).map_err(|source| ModelFileError::Unreadable { path: path.to_path_buf(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::model::Architecture;

    #[test]
    fn the_model_that_comes_along_is_the_published_one() {
        let known = known();
        assert!(known[0].default && known.iter().filter(|k| k.default).count() == 1);
        let model = find(None, &folders(None), false).unwrap();
        assert_eq!((model.name.as_str(), model.architecture), ("base-q8_0", Architecture::Base));
        assert_eq!(verify(&known[0], &folders(None)).unwrap(), model.path);
    }

    #[test]
    fn models_are_published_over_https_by_a_host_of_theirs() {
        for model in known() {
            let host = model.source.strip_prefix("https://").and_then(|rest| rest.split('/').next());
            assert!(host.is_some_and(|host| model.hosts.iter().any(|h| h == host)), "{}", model.name);
        }
    }

    #[test]
    fn a_wrong_file_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let searched = [folder.path().to_path_buf()];
        let missing = find(None, &searched, false).unwrap_err().to_string();
        assert!(missing.contains("base-q8_0 is missing") && missing.contains("models get base-q8_0"), "{missing}");

        let file = folder.path().join("ggml-base-q8_0.bin");
        std::fs::write(&file, b"lmggcut off").unwrap();
        let cut = find(None, &searched, true).unwrap_err().to_string();
        assert!(cut.contains("it has 11 bytes and should have 81768585"), "{cut}");
        let by_path = find(file.to_str(), &searched, true).unwrap_err().to_string();
        assert!(by_path.contains("is not a speech model"), "{by_path}");

        let unknown = find(Some("huge"), &searched, false).unwrap_err().to_string();
        assert!(unknown.contains("give a file, or one of: base-q8_0, tiny.en-q8_0"), "{unknown}");
    }

    #[test]
    fn a_changed_file_is_refused_and_a_whole_one_elsewhere_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let right = find(None, &folders(None), false).unwrap().path;
        let mut bytes = std::fs::read(&right).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1; // flips one bit of 650 million
        let file = folder.path().join("ggml-base-q8_0.bin");
        std::fs::write(&file, &bytes).unwrap();
        let here = folder.path().to_path_buf();
        let wrong = find(None, std::slice::from_ref(&here), false).unwrap_err().to_string();
        assert!(wrong.contains("damaged: its SHA-1 is") && wrong.contains("models get base-q8_0"), "{wrong}");
        let both = [here.clone(), right.parent().unwrap().to_path_buf()];
        assert_eq!(find(None, &both, false).unwrap().path, right);

        let by_path = find(file.to_str(), &[], false).unwrap_err().to_string();
        assert!(by_path.contains("--trust-model"), "{by_path}");
        assert_eq!(find(file.to_str(), &[], true).unwrap().name, "base-q8_0");
        // A known model is recognized under any file name.
        let renamed = folder.path().join("mine.bin");
        std::fs::copy(&right, &renamed).unwrap();
        assert_eq!(find(renamed.to_str(), &[], false).unwrap().name, "base-q8_0");
    }
}
