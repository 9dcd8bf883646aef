//! Reads the paragraphs of a text, Markdown, Word or PDF file: a resume, a job description or a draft.
//!
//! Files are untrusted: bytes, characters and time are limited.

use std::io::{self, Read};
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::layout::{LayoutLine, Paragraph, paragraphs};
use super::{docx, pdf};
use crate::files::{self, FileError};

/// The maximum size of a file, in bytes: a resume with pictures takes a few million.
const MAX_BYTES: u64 = 20 << 20;
/// The maximum length of a text, in characters: some fifty pages.
pub(super) const MAX_CHARACTERS: usize = 200_000;

/// Why a file cannot be read.
///
/// Each message is one line that says what is wrong and what to do. None of them contains the path: the caller adds it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file could not be opened.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file contains no words.
    #[error("there is no text in it; give a file with your words in it")]
    Empty,
    /// A PDF without text.
    #[error("this pdf has no text, only pictures (a scan?); save the document itself as pdf, docx or txt")]
    Scanned,
    /// A password-protected PDF.
    #[error("this pdf is locked with a password; save it again without one")]
    Locked,
    /// A PDF whose text is garbled.
    #[error("the words of this pdf cannot be told apart; save the document itself as docx or txt")]
    Jumbled,
    /// The content does not match the file's extension.
    #[error("this is not a {0} file, or it is damaged; save it again, or as plain text (.txt)")]
    Damaged(&'static str),
    /// The bytes are not text.
    #[error("this is not plain text; give a txt, md, docx or pdf file")]
    NotText,
    /// An unknown format.
    #[error("files of this kind cannot be read; give a txt, md, docx or pdf file")]
    UnknownForm,
    /// The file or its text is too long.
    #[error("this is far longer than a resume or a job description; give only the pages that matter")]
    TooLong,
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        FileError::from(error).into()
    }
}

/// Reads the paragraphs of the file at `path`; never returns an empty vector.
///
/// # Errors
/// See [`ReadError`].
pub fn read(path: &Path) -> Result<Vec<Paragraph>, ReadError> {
    let mut bytes = Vec::new();
    files::open(path)?.0.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ReadError::TooLong);
    }
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    let mut found = match extension.as_str() {
        "pdf" => pdf::read(bytes)?,
        "docx" => docx::read(&bytes)?,
        "txt" | "text" | "md" | "markdown" | "" => parse_text(&decoded(&bytes)?)?,
        _ => return Err(ReadError::UnknownForm),
    };
    for paragraph in &mut found {
        // A document can contain any control character, and the text is printed on a terminal.
        paragraph.text = normalized_letters(&paragraph.text.replace(is_control, " "));
    }
    if found.iter().any(|p| p.text.chars().any(char::is_alphanumeric)) { Ok(found) } else { Err(ReadError::Empty) }
}

/// Normalizes ligatures, full-width letters and the like (NFKC), so that words are found in word lists. Characters
/// whose meaning NFKC would change are kept: "m²" does not become "m2".
fn normalized_letters(text: &str) -> String {
    let stays = |c: char| {
        "\u{b2}\u{b3}\u{b9}\u{bc}\u{bd}\u{be}\u{2122}\u{aa}\u{ba}\u{2026}".contains(c)
            || ('\u{2070}'..='\u{209f}').contains(&c)
    };
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(stays) {
        let words = piece.trim_end_matches(stays);
        out.extend(words.nfkc());
        out.push_str(&piece[words.len()..]);
    }
    out
}

/// Returns whether a character is a control character, which could begin a terminal control sequence.
fn is_control(c: char) -> bool {
    c.is_control() && c != '\t'
}

/// Decodes UTF-8, UTF-16 with a byte order mark, or Windows-1252.
fn decoded(bytes: &[u8]) -> Result<String, ReadError> {
    let (text, encoding, _) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes),
        None if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8.decode(bytes),
        None => encoding_rs::WINDOWS_1252.decode(bytes),
    };
    let strange = text.chars().filter(|c| c.is_control() && !"\n\r\t\x0c\x0b".contains(*c)).count();
    let guessed = encoding == encoding_rs::WINDOWS_1252;
    let letters = text.chars().filter(|c| c.is_ascii_alphanumeric() || c.is_ascii_whitespace()).count();
    if text.contains('\0') || strange > 0 || (guessed && letters * 10 < text.chars().count() * 7) {
        return Err(ReadError::NotText);
    }
    Ok(text.into_owned())
}

/// Returns the paragraphs of plain text or Markdown. Of Markdown's syntax, only list and heading markers and emphasis
/// are removed.
fn parse_text(text: &str) -> Result<Vec<Paragraph>, ReadError> {
    if text.chars().take(MAX_CHARACTERS + 1).count() > MAX_CHARACTERS {
        return Err(ReadError::TooLong);
    }
    let lines: Vec<String> = text.lines().map(|l| l.replace('\t', "    ").replace("**", "")).collect();
    let longest = lines.iter().map(|l| l.trim_end().chars().count()).max().unwrap_or(0);
    // If any line is longer than text is ever wrapped, every line is a whole paragraph.
    let limit = if longest > MAX_WRAPPED_CHARACTERS { f64::INFINITY } else { longest as f64 };
    let mut layout_lines = Vec::new();
    let mut gap = true;
    for line in &lines {
        let bare = line.trim();
        if bare.is_empty() || bare.chars().all(|c| "-=_*#~".contains(c)) {
            gap = true;
            continue;
        }
        let bare = without_emphasis(bare);
        let heading = bare.starts_with('#');
        let left = line.chars().take_while(|c| c.is_whitespace()).count() as f64;
        layout_lines.push(LayoutLine {
            text: with_tabs(bare.trim_start_matches('#').trim()),
            left,
            cell: left,
            right: line.trim_end().chars().count() as f64,
            limit,
            letter_width: 1.0,
            gap_before: gap || heading,
        });
        gap = heading;
    }
    Ok(paragraphs(layout_lines))
}

/// Removes the asterisks or underscores of Markdown's emphasis at the beginning of a line.
fn without_emphasis(line: &str) -> String {
    let emphasis = line.chars().next().filter(|c| "*_".contains(*c));
    let inside = emphasis.and_then(|c| line[1..].split_once(c)).filter(|(words, _)| {
        !words.is_empty() && !words.starts_with(char::is_whitespace) && !words.ends_with(char::is_whitespace)
    });
    inside.map_or(line.to_string(), |(words, rest)| format!("{words}{rest}"))
}

/// The maximum length of a wrapped line, in characters; longer lines are unwrapped paragraphs.
const MAX_WRAPPED_CHARACTERS: usize = 120;

/// Replaces three or more spaces, such as those before a right-aligned date, by one tab.
fn with_tabs(text: &str) -> String {
    let mut out = String::new();
    let mut spaces = 0;
    for c in text.chars() {
        if c.is_whitespace() {
            spaces += 1;
            continue;
        }
        match spaces {
            0 => {}
            1 | 2 => out.push(' '),
            _ => out.push('\t'),
        }
        spaces = 0;
        out.push(c);
    }
    out
}
