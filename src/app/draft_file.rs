//! Files with a written answer: which files are drafts, and what to do about files that cannot be read.
//!
//! Word and PDF files are read like a resume ([`crate::app::resume::read()`]). Other documents and pictures are
//! recognized by their extensions, and the error message says what to do instead.

use std::path::Path;

use crate::app::resume::read::{self, ReadError};
use crate::draft::{Draft, DraftError, STANDARD_INPUT};
use crate::files;

/// The kinds of files that are not recordings, by extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Text or Markdown.
    Text,
    /// A document that [`read`] can read.
    Document,
    /// A file that aloud does not read: its kind, and what to do about it.
    Foreign(&'static str, Remedy),
}

/// What to do about a file that aloud does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remedy {
    /// Save the file in a supported format with its own program.
    SaveAsDocument,
    /// Give another file: this one has no words to judge.
    GiveAnother,
    /// Unpack the file: the answer may be inside.
    Unpack,
}

/// The extensions of files that are not recordings, with the kind of each.
const FORMS: [(&[&str], Form); 14] = [
    (&["txt", "text", "md", "markdown"], Form::Text),
    (&["docx", "pdf"], Form::Document),
    (&["doc", "dot"], Form::Foreign("an old Word document", Remedy::SaveAsDocument)),
    (&["docm"], Form::Foreign("a Word document with macros", Remedy::SaveAsDocument)),
    (&["odt", "fodt"], Form::Foreign("an OpenDocument text", Remedy::SaveAsDocument)),
    (&["rtf"], Form::Foreign("a rich-text document", Remedy::SaveAsDocument)),
    (&["pages"], Form::Foreign("a Pages document", Remedy::SaveAsDocument)),
    (&["gdoc", "wps", "wpd", "tex"], Form::Foreign("a document", Remedy::SaveAsDocument)),
    (&["html", "htm", "mht", "epub"], Form::Foreign("a web page", Remedy::SaveAsDocument)),
    (&["xls", "xlsx", "ods", "csv", "numbers"], Form::Foreign("a spreadsheet", Remedy::GiveAnother)),
    (&["ppt", "pptx", "odp", "key"], Form::Foreign("a presentation", Remedy::GiveAnother)),
    (&["json", "jsonl"], Form::Foreign("a file of data", Remedy::GiveAnother)),
    (
        &["png", "jpg", "jpeg", "heic", "heif", "gif", "webp", "bmp", "tif", "tiff", "svg"],
        Form::Foreign("a picture", Remedy::GiveAnother),
    ),
    (&["zip", "7z", "rar", "tar", "gz", "tgz", "xz", "bz2"], Form::Foreign("an archive", Remedy::Unpack)),
];

/// The reason why a file gives no draft.
///
/// Each message is one line that says what is wrong and what to do. The message does not contain the path: the caller
/// adds it.
#[derive(Debug, thiserror::Error)]
pub enum DraftFileError {
    /// The text is not a draft.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The document cannot be read.
    #[error(transparent)]
    Document(ReadError),
    /// The format is not supported.
    #[error("this is {0}, which cannot be read here; {1}")]
    Foreign(&'static str, &'static str),
}

impl From<ReadError> for DraftFileError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::File(error) => Self::Draft(error.into()),
            ReadError::Empty => Self::Draft(DraftError::Empty),
            ReadError::TooLong => Self::Draft(DraftError::TooLong),
            error => Self::Document(error),
        }
    }
}

impl Remedy {
    fn words(self) -> &'static str {
        match self {
            Self::SaveAsDocument => "save it as .docx, .pdf or .txt and give that",
            Self::GiveAnother => "give a recording, or a draft as .txt, .md, .docx or .pdf",
            Self::Unpack => "unpack it and give what is inside: a recording, a draft, or the folder",
        }
    }
}

impl Form {
    /// Returns the kind of a file by its extension; `None` for a recording or an unknown extension.
    fn of(path: &Path) -> Option<Self> {
        if path.as_os_str() == STANDARD_INPUT {
            return Some(Self::Text);
        }
        let extension = path.extension()?.to_str()?;
        FORMS.iter().find(|(known, _)| known.iter().any(|e| extension.eq_ignore_ascii_case(e))).map(|(_, form)| *form)
    }
}

/// Returns whether a path names a written answer rather than a recording, by its extension; standard input counts as
/// written.
pub fn is_draft(path: &Path) -> bool {
    Form::of(path).is_some()
}

/// Returns whether a path names a draft that can be read, by its extension.
pub fn is_readable(path: &Path) -> bool {
    matches!(Form::of(path), Some(Form::Text | Form::Document))
}

/// Reads the draft at `path`, or standard input for [`STANDARD_INPUT`].
///
/// # Errors
/// See [`DraftFileError`].
pub fn open(path: &Path) -> Result<Draft, DraftFileError> {
    match Form::of(path) {
        Some(Form::Document) => {
            let paragraphs: Vec<String> = read::read(path)?.into_iter().map(|p| p.text).collect();
            Ok(Draft::of_text(&paragraphs.join("\n\n"), path)?)
        }
        Some(Form::Foreign(what, remedy)) => {
            files::open(path).map_err(DraftError::from)?;
            Err(DraftFileError::Foreign(what, remedy.words()))
        }
        Some(Form::Text) | None => Ok(Draft::open(path)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::FileError;

    #[test]
    fn drafts_are_known_by_their_name() {
        for name in ["a.txt", "b/A.MD", "-", "x.markdown", "a.docx", "a.PDF", "a.odt", "a.jpg"] {
            assert!(is_draft(Path::new(name)), "{name}");
        }
        for name in ["a.wav", "txt", "a.txt.mp3", "-.wav"] {
            assert!(!is_draft(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn word_and_pdf_files_are_read_as_drafts() {
        let folder = Path::new("tests/fixtures/practice/resumes");
        for file in ["nurse.docx", "nurse.pdf"] {
            let Ok(draft) = open(&folder.join(file)) else { panic!("{file}") };
            assert!(draft.words.len() > 20, "{file}");
            assert!(draft.words.iter().filter(|w| w.ends_block).count() > 2, "{file}: no paragraphs");
        }
    }

    #[test]
    fn files_that_are_not_read_are_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        for (name, what) in [
            ("draft.doc", "an old Word document"),
            ("draft.odt", "OpenDocument"),
            ("draft.rtf", "a rich-text document"),
            ("draft.pages", "save it as .docx"),
            ("draft.html", "a web page"),
            ("photo.JPG", "give a recording"),
            ("answers.zip", "unpack it"),
            ("table.xlsx", "a spreadsheet"),
        ] {
            let path = folder.path().join(name);
            assert!(matches!(open(&path), Err(DraftFileError::Draft(DraftError::File(FileError::NotFound)))), "{name}");
            std::fs::write(&path, b"x").unwrap();
            let error = open(&path).unwrap_err().to_string();
            assert!(error.contains(what) && !error.contains('\n'), "{error}");
        }
        std::fs::write(folder.path().join("broken.docx"), b"x").unwrap();
        let error = open(&folder.path().join("broken.docx")).unwrap_err().to_string();
        assert!(error.contains("docx") && !error.contains("resume"), "{error}");
    }
}
