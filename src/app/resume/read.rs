//! Reading a resume or a job description: a text, Markdown, Word or PDF file becomes paragraphs.
//!
//! A file from somewhere else may be anything. What is read is bounded in bytes, characters and time, and whatever is
//! wrong with it is one line.

use std::io::{self, Read};
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::layout::{Paragraph, Row, paragraphs};
use super::{docx, pdf};
use crate::files::{self, FileError};

/// The largest file that is read, in bytes: a resume with pictures has a few million.
const MAX_BYTES: u64 = 20 << 20;
/// The longest text, in characters: some fifty pages.
pub(super) const MAX_CHARACTERS: usize = 200_000;

/// Why a file cannot be read.
///
/// Each message is one line that says what is wrong and what to do. None of them contains the path: the caller adds it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Nothing was read at the path.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is no word in it.
    #[error("there is no text in it; give a file with your words in it")]
    Empty,
    /// A pdf without text.
    #[error("this pdf has no text, only pictures (a scan?); save the document itself as pdf, docx or txt")]
    Scanned,
    /// A pdf with a password.
    #[error("this pdf is locked with a password; save it again without one")]
    Locked,
    /// A pdf whose words run together.
    #[error("the words of this pdf cannot be told apart; save the document itself as docx or txt")]
    Jumbled,
    /// Its content does not match its name.
    #[error("this is not a {0} file, or it is damaged; save it again, or as plain text (.txt)")]
    Damaged(&'static str),
    /// Bytes that are no text.
    #[error("this is not plain text; give a txt, md, docx or pdf file")]
    NotText,
    /// An unknown format.
    #[error("files of this kind cannot be read; give a txt, md, docx or pdf file")]
    UnknownForm,
    /// Too much.
    #[error("this is far longer than a resume or a job description; give only the pages that matter")]
    TooLong,
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        FileError::from(error).into()
    }
}

/// The paragraphs of the file at `path`; at least one.
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
        "txt" | "text" | "md" | "markdown" | "" => of_text(&decoded(&bytes)?)?,
        _ => return Err(ReadError::UnknownForm),
    };
    for paragraph in &mut found {
        // A document can contain any character, and a terminal is to show them.
        paragraph.text = plain_letters(&paragraph.text.replace(steers, " "));
    }
    if found.iter().any(|p| p.text.chars().any(char::is_alphanumeric)) { Ok(found) } else { Err(ReadError::Empty) }
}

/// A text without ligatures, wide letters and the like (NFKC), which nobody types and no word list has; what NFKC would
/// change in meaning stays: "m²" is no "m2".
fn plain_letters(text: &str) -> String {
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

/// Whether a character could steer a terminal.
fn steers(c: char) -> bool {
    c.is_control() && c != '\t'
}

/// Text in UTF-8, UTF-16 with its mark, or the old Western encoding of Windows.
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

/// The paragraphs of a text; in Markdown only the marks at the beginning of lines and of emphasis are taken off.
fn of_text(text: &str) -> Result<Vec<Paragraph>, ReadError> {
    if text.chars().take(MAX_CHARACTERS + 1).count() > MAX_CHARACTERS {
        return Err(ReadError::TooLong);
    }
    let lines: Vec<String> = text.lines().map(|l| l.replace('\t', "    ").replace("**", "")).collect();
    let longest = lines.iter().map(|l| l.trim_end().chars().count()).max().unwrap_or(0);
    // Text is never wrapped wider than this: longer lines are whole paragraphs.
    let limit = if longest > WIDEST_WRAP { f64::INFINITY } else { longest as f64 };
    let mut rows = Vec::new();
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
        rows.push(Row {
            text: tabbed(bare.trim_start_matches('#').trim()),
            left,
            cell: left,
            right: line.trim_end().chars().count() as f64,
            limit,
            letter: 1.0,
            gap_before: gap || heading,
        });
        gap = heading;
    }
    Ok(paragraphs(rows))
}

/// A line that begins with words in asterisks or underscores, as Markdown has them, without these.
fn without_emphasis(line: &str) -> String {
    let emphasis = line.chars().next().filter(|c| "*_".contains(*c));
    let inside = emphasis.and_then(|c| line[1..].split_once(c)).filter(|(words, _)| {
        !words.is_empty() && !words.starts_with(char::is_whitespace) && !words.ends_with(char::is_whitespace)
    });
    inside.map_or(line.to_string(), |(words, rest)| format!("{words}{rest}"))
}

/// Lines longer than this are not wrapped, in characters.
const WIDEST_WRAP: usize = 120;

/// Text in which three spaces or more, as they stand before a date at the right, are one tab.
fn tabbed(text: &str) -> String {
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
