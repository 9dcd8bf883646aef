//! Reads drafts (written answers) from files, and tells by the extension which files are drafts.
//!
//! Word and PDF files are read in the same way as resumes ([`crate::app::resume::read()`]). If the text is the
//! transcript of a meeting ([`crate::app::imports::meeting`]), the words of one speaker are the draft. Other documents
//! and pictures are recognized by their extensions, and the error message says what to do instead.

use std::path::Path;

use crate::app::imports::meeting::{self, MeetingAnswer};
use crate::app::resume::read::{self, ReadError};
use crate::draft::{self, Draft, DraftError, STANDARD_INPUT};
use crate::files;

/// The kind of a file that is not a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileKind {
    /// Text or Markdown.
    Text,
    /// A document that [`read`] can read.
    Document,
    /// Captions, in which meeting software saves transcripts.
    Captions,
    /// A file that aloud does not read, with its description and what to do about it.
    Foreign(&'static str, Remedy),
}

/// What to do about a file that aloud does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remedy {
    /// Save the file in a supported format with its own program.
    SaveAsDocument,
    /// Give another file: this one contains no answer.
    GiveAnother,
    /// Unpack the file: the answer may be inside.
    Unpack,
}

/// The kinds of files that are not recordings, by extension.
const FILE_KINDS: [(&[&str], FileKind); 15] = [
    (&["txt", "text", "md", "markdown"], FileKind::Text),
    (&["docx", "pdf"], FileKind::Document),
    (&["vtt", "srt"], FileKind::Captions),
    (&["doc", "dot"], FileKind::Foreign("an old Word document", Remedy::SaveAsDocument)),
    (&["docm"], FileKind::Foreign("a Word document with macros", Remedy::SaveAsDocument)),
    (&["odt", "fodt"], FileKind::Foreign("an OpenDocument text", Remedy::SaveAsDocument)),
    (&["rtf"], FileKind::Foreign("a rich-text document", Remedy::SaveAsDocument)),
    (&["pages"], FileKind::Foreign("a Pages document", Remedy::SaveAsDocument)),
    (&["gdoc", "wps", "wpd", "tex"], FileKind::Foreign("a document", Remedy::SaveAsDocument)),
    (&["html", "htm", "mht", "epub"], FileKind::Foreign("a web page", Remedy::SaveAsDocument)),
    (&["xls", "xlsx", "ods", "csv", "numbers"], FileKind::Foreign("a spreadsheet", Remedy::GiveAnother)),
    (&["ppt", "pptx", "odp", "key"], FileKind::Foreign("a presentation", Remedy::GiveAnother)),
    (&["json", "jsonl"], FileKind::Foreign("a file of data", Remedy::GiveAnother)),
    (
        &["png", "jpg", "jpeg", "heic", "heif", "gif", "webp", "bmp", "tif", "tiff", "svg"],
        FileKind::Foreign("a picture", Remedy::GiveAnother),
    ),
    (&["zip", "7z", "rar", "tar", "gz", "tgz", "xz", "bz2"], FileKind::Foreign("an archive", Remedy::Unpack)),
];

/// Why no draft can be read from a file.
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

impl FileKind {
    /// Returns the kind of a file by its extension; `None` for a recording or an unknown extension.
    fn of(path: &Path) -> Option<Self> {
        if path.as_os_str() == STANDARD_INPUT {
            return Some(Self::Text);
        }
        let extension = path.extension()?.to_str()?;
        FILE_KINDS
            .iter()
            .find(|(known, _)| known.iter().any(|e| extension.eq_ignore_ascii_case(e)))
            .map(|(_, kind)| *kind)
    }
}

/// Returns whether a path names, by its extension, a file that is not a recording: a draft, or a file that aloud does
/// not read. Standard input counts as a draft.
pub fn is_draft(path: &Path) -> bool {
    FileKind::of(path).is_some()
}

/// Returns whether a path names a draft that can be read, by its extension.
pub fn is_readable(path: &Path) -> bool {
    matches!(FileKind::of(path), Some(FileKind::Text | FileKind::Document | FileKind::Captions))
}

/// A draft that was read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedDraft {
    /// The draft.
    pub draft: Draft,
    /// If the file is a transcript of several speakers, the speaker whose words are the draft, and the other speakers.
    pub meeting: Option<MeetingAnswer>,
}

/// Reads the draft at `path`, or standard input for [`STANDARD_INPUT`].
///
/// # Errors
/// See [`DraftFileError`].
pub fn open(path: &Path) -> Result<OpenedDraft, DraftFileError> {
    let (turns, text) = match FileKind::of(path) {
        Some(FileKind::Foreign(what, remedy)) => {
            files::open(path).map_err(DraftError::from)?;
            return Err(DraftFileError::Foreign(what, remedy.words()));
        }
        Some(FileKind::Document) => {
            let paragraphs: Vec<String> = read::read(path)?.into_iter().map(|p| p.text).collect();
            let text = paragraphs.join("\n\n");
            (meeting::of_text(&text), text)
        }
        Some(FileKind::Captions) => {
            let text = draft::source(path)?;
            (Some(meeting::of_captions(&text).ok_or(DraftError::Empty)?), text)
        }
        Some(FileKind::Text) | None => {
            let text = draft::source(path)?;
            (meeting::of_text(&text), text)
        }
    };
    let Some(turns) = turns else { return Ok(OpenedDraft { draft: Draft::of_source(&text, path)?, meeting: None }) };
    let answer = meeting::answer(&turns);
    let draft = Draft::of_text(&answer.text, path)?;
    Ok(OpenedDraft { draft, meeting: Some(answer).filter(|answer| !answer.others.is_empty()) })
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
            let Ok(OpenedDraft { draft, .. }) = open(&folder.join(file)) else { panic!("{file}") };
            assert!(draft.words.len() > 20, "{file}");
            assert!(draft.words.iter().filter(|w| w.ends_block).count() > 2, "{file}: no paragraphs");
        }
    }

    #[test]
    fn of_a_transcript_the_words_of_one_speaker_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let turns = "Ann Lee  0:03\nTell me about a conflict.\n\nSam  0:07\nSure. Last May a customer was angry, and I called her.\n";
        let vtt = "WEBVTT\n\n00:03.000 --> 00:05.000\nAnn Lee: Tell me about a conflict.\n\n00:07.000 --> 00:12.000\n\
                   Sam: Sure. Last May a customer was angry, and I called her.\n";
        for (name, text) in [("otter.txt", turns), ("zoom.vtt", vtt)] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let OpenedDraft { draft, meeting } = open(&path).unwrap();
            let words: Vec<&str> = draft.words.iter().map(|w| w.text.as_str()).collect();
            assert_eq!(words.join(" "), "Sure. Last May a customer was angry, and I called her.", "{name}");
            let meeting = meeting.unwrap();
            assert_eq!((meeting.speaker.as_str(), meeting.others), ("Sam", vec!["Ann Lee".to_string()]));
        }
        // Teams writes one paragraph per turn, with line breaks inside.
        let document = folder.path().join("teams.docx");
        let turn = |lines: &[&str]| {
            let runs: Vec<String> =
                lines.iter().map(|line| format!("<w:r><w:t xml:space=\"preserve\">{line}</w:t></w:r>")).collect();
            format!("<w:p>{}</w:p>", runs.join("<w:r><w:br/></w:r>"))
        };
        let [question, answer] =
            ["Tell me about a conflict.", "Sure. Last May a customer was angry, and I called her."];
        for turns in [
            [turn(&["Ann Lee   0:03", question]), turn(&["Sam   0:07", answer])],
            [turn(&["0:0:3.0 --> 0:0:5.0", "Ann Lee", question]), turn(&["0:0:7.0 --> 0:0:9.0", "Sam", answer])],
        ] {
            let mut zip = zip::ZipWriter::new(std::fs::File::create(&document).unwrap());
            zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
            let namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
            let xml = format!("<w:document xmlns:w=\"{namespace}\"><w:body>{}</w:body></w:document>", turns.concat());
            std::io::Write::write_all(&mut zip, xml.as_bytes()).unwrap();
            zip.finish().unwrap();
            let OpenedDraft { draft, meeting } = open(&document).unwrap();
            let words: Vec<&str> = draft.words.iter().map(|w| w.text.as_str()).collect();
            assert_eq!(words.join(" "), answer);
            assert_eq!(meeting.unwrap().speaker, "Sam");
        }
        std::fs::write(folder.path().join("none.vtt"), "WEBVTT\n").unwrap();
        assert!(matches!(open(&folder.path().join("none.vtt")), Err(DraftFileError::Draft(DraftError::Empty))));
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
