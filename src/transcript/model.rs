//! The header of a speech model's file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The first four bytes of a whisper.cpp model file.
const MAGIC: u32 = 0x6767_6d6c;
/// Number of 32-bit values in the header after the magic number.
const HEADER: usize = 11;
/// Minimum vocabulary size of a multilingual model.
const MULTILINGUAL_VOCABULARY: u32 = 51_865;

/// The architecture of a model, as stated in its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names that OpenAI gave them; `En` knows only English")]
pub enum Architecture {
    Tiny,
    TinyEn,
    Base,
    BaseEn,
    Small,
    SmallEn,
    Medium,
    MediumEn,
    LargeV2,
    LargeV3,
    LargeV3Turbo,
}

/// A speech model that can be loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The name of the model in reports.
    pub name: String,
    /// The model's file.
    pub path: PathBuf,
    /// The model's architecture.
    pub architecture: Architecture,
}

/// Why a file cannot be used as a speech model.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// The file cannot be read.
    #[error("the speech model {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is not a whisper.cpp model.
    #[error("{} is not a speech model: it must be a whisper.cpp model file (ggml-*.bin)", path.display())]
    NotAModel {
        /// The file.
        path: PathBuf,
    },
}

impl Model {
    /// Opens the model in a file; its name is derived from the file name. Only the header is read: a damaged or
    /// malicious file can crash whisper.cpp later, so open only files whose origin you trust.
    ///
    /// # Errors
    /// When the file cannot be read or its header is not that of a whisper.cpp model.
    pub fn open(path: &Path) -> Result<Self, ModelFileError> {
        let stem = path.file_stem().map(|s| s.to_string_lossy().trim_start_matches("ggml-").to_string());
        Ok(Self { name: stem.unwrap_or_default(), path: path.to_path_buf(), architecture: architecture(path)? })
    }
}

/// Reads the architecture from the file's header.
fn architecture(path: &Path) -> Result<Architecture, ModelFileError> {
    let mut header = [0u8; 4 + 4 * HEADER];
    let mut file =
        File::open(path).map_err(|source| ModelFileError::Unreadable { path: path.to_path_buf(), source })?;
    let not_a_model = || ModelFileError::NotAModel { path: path.to_path_buf() };
    file.read_exact(&mut header).map_err(|_| not_a_model())?;
    let number =
        |i: usize| u32::from_le_bytes([header[4 * i], header[4 * i + 1], header[4 * i + 2], header[4 * i + 3]]);
    if number(0) != MAGIC {
        return Err(not_a_model());
    }
    let (vocabulary, audio_layers, text_layers, mels) = (number(1), number(5), number(9), number(10));
    let english = vocabulary < MULTILINGUAL_VOCABULARY;
    match (audio_layers, text_layers, english) {
        (4, 4, true) => Ok(Architecture::TinyEn),
        (4, 4, false) => Ok(Architecture::Tiny),
        (6, 6, true) => Ok(Architecture::BaseEn),
        (6, 6, false) => Ok(Architecture::Base),
        (12, 12, true) => Ok(Architecture::SmallEn),
        (12, 12, false) => Ok(Architecture::Small),
        (24, 24, true) => Ok(Architecture::MediumEn),
        (24, 24, false) => Ok(Architecture::Medium),
        (32, 32, false) if mels == 128 => Ok(Architecture::LargeV3),
        (32, 32, false) => Ok(Architecture::LargeV2),
        (32, 4, false) => Ok(Architecture::LargeV3Turbo),
        _ => Err(not_a_model()),
    }
}
