//! Imports files from other programs: words that the user corrected there (`textgrid`, `captions`), and transcripts of
//! meetings ([`meeting`]).

mod captions;
pub mod meeting;
mod textgrid;

use std::io::{self, Read};
use std::path::Path;

use crate::files::{self, FileError};
use crate::span::Span;

/// The maximum size of a file, in bytes: an hour of speech is a megabyte of TextGrid.
const MAX_BYTES: u64 = 16 << 20;

/// A word from a file that the user may have corrected.
#[derive(Debug, Clone, PartialEq)]
pub struct EditedWord {
    /// The text, with punctuation, without spaces.
    pub text: String,
    /// The time span; `None` if it comes from captions, whose times are not those of single words.
    pub span: Option<Span>,
}

/// Why no words can be imported from a file.
#[derive(Debug, thiserror::Error)]
pub enum WordImportError {
    /// The file cannot be opened.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is longer than any answer.
    #[error("this is longer than any answer; give the file of one answer")]
    TooLong,
    /// The file is not text in a supported encoding.
    #[error("this is no text in UTF-8 or UTF-16; save it as a text file")]
    NotText,
    /// The format is not known.
    #[error("words are read from a .TextGrid, .vtt or .srt file; make one with --export, and mend that")]
    OtherFormat,
    /// The file is not a TextGrid, or a binary one.
    #[error("this is not a TextGrid that can be read; in Praat, save it with \"Save as text file\"")]
    NotTextGrid,
    /// The TextGrid has no interval tier of words.
    #[error("there is no interval tier named words; its tiers are: {0}")]
    NoTier(String),
    /// The file contains no captions.
    #[error("there are no captions in this file")]
    NoCaptions,
    /// The file contains no words.
    #[error("there are no words in this file")]
    NoWords,
}

impl From<io::Error> for WordImportError {
    fn from(error: io::Error) -> Self {
        FileError::from(error).into()
    }
}

/// Reads the words of the TextGrid or caption file at `path`, ordered by time.
///
/// # Errors
/// If the file cannot be read or contains no words.
pub fn words(path: &Path) -> Result<Vec<EditedWord>, WordImportError> {
    let is_named = |extension: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension));
    let (is_grid, is_captions) = (is_named("TextGrid"), is_named("vtt") || is_named("srt"));
    if !is_grid && !is_captions {
        return Err(WordImportError::OtherFormat);
    }
    let mut bytes = Vec::new();
    files::open(path)?.0.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(WordImportError::TooLong);
    }
    let text = decoded(&bytes).ok_or(WordImportError::NotText)?;
    let words = if is_grid { textgrid::words(&text)? } else { captions::words(&text)? };
    if words.is_empty() { Err(WordImportError::NoWords) } else { Ok(words) }
}

/// Decodes UTF-8, or UTF-16 with a byte order mark, which Praat writes for text beyond ASCII.
fn decoded(bytes: &[u8]) -> Option<String> {
    let utf_16 = |of: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|pair| of([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    match bytes {
        [0xff, 0xfe, ..] => utf_16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf_16(u16::from_be_bytes),
        _ => {
            let text = std::str::from_utf8(bytes).ok()?;
            Some(text.strip_prefix('\u{feff}').unwrap_or(text).to_string())
        }
    }
}

/// Splits text into words, and its time span in proportion to their lengths.
fn split_words(text: &str, span: Option<Span>) -> Vec<EditedWord> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let letters = |word: &str| word.chars().count() as f64;
    let all: f64 = words.iter().map(|word| letters(word)).sum();
    let mut before = 0.0;
    let word = |word: &&str| {
        let at = |share: f64, span: Span| span.start_s + span.duration_s() * share / all;
        let from = before;
        before += letters(word);
        let span = span.map(|span| match words.len() {
            1 => span,
            _ => Span::new(at(from, span), at(before, span).min(span.end_s)),
        });
        EditedWord { text: (*word).to_string(), span }
    };
    words.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::export::{ExportFormat, ExportedAnswer};
    use crate::app::history::edit;
    use crate::report::Report;
    use crate::transcript::Word;

    #[test]
    fn text_is_decoded_as_praat_writes_it() {
        let utf_16 = |big: bool| -> Vec<u8> {
            let units = "\u{feff}é".encode_utf16();
            units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        for bytes in [utf_16(true), utf_16(false), "\u{feff}é".into(), "é".into()] {
            assert_eq!(decoded(&bytes).as_deref(), Some("é"));
        }
        assert_eq!(decoded(b"caf\xe9"), None);
    }

    fn report() -> Report {
        serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap()
    }

    /// Exports a report, edits the exported text with `mending`, and imports it again. Returns the number of changed
    /// words and the new report.
    fn imported(report: &Report, kind: ExportFormat, mending: &dyn Fn(&str) -> String) -> (usize, Report) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("words.{}", kind.extension()));
        let body =
            kind.body(&ExportedAnswer { report, frames: None, exported_at: jiff::Timestamp::UNIX_EPOCH }).unwrap();
        std::fs::write(&path, mending(&String::from_utf8(body).unwrap())).unwrap();
        let mut report = report.clone();
        let changed = edit::mend(&mut report, &words(&path).unwrap()).unwrap();
        (changed, report)
    }

    const FORMATS: [ExportFormat; 3] = [ExportFormat::TextGrid, ExportFormat::Vtt, ExportFormat::Srt];

    #[test]
    fn an_unchanged_export_changes_nothing() {
        let report = report();
        for kind in FORMATS {
            assert!(imported(&report, kind, &str::to_string) == (0, report.clone()), "{kind:?}");
        }
    }

    #[test]
    fn a_mended_word_changes_that_word_and_no_other() {
        let report = report();
        let before = &report.transcript.as_ref().unwrap().words;
        for kind in FORMATS {
            let (changed, mended) = imported(&report, kind, &|text| text.replacen("project", "problem", 1));
            let after = &mended.transcript.as_ref().unwrap().words;
            assert_eq!((changed, after.len(), after[6].text.as_str()), (1, before.len(), "problem"), "{kind:?}");
            let others = |words: &[Word]| {
                words.iter().enumerate().filter(|(i, _)| *i != 6).map(|(_, w)| w.clone()).collect::<Vec<_>>()
            };
            assert_eq!(others(after), others(before), "{kind:?}");
            assert_eq!((after[6].span, after[6].confidence), (before[6].span, 1.0));
            assert_eq!(mended.fillers.as_ref().unwrap().events, report.fillers.as_ref().unwrap().events, "{kind:?}");
            assert!(mended.transcript.as_ref().unwrap().text.contains("this problem at"));
        }
    }

    #[test]
    fn words_are_put_in_taken_out_and_moved() {
        let report = report();
        let texts = |report: &Report| -> Vec<String> {
            report.transcript.as_ref().unwrap().words.iter().map(|w| w.text.clone()).collect()
        };
        let before = texts(&report);
        // An "um" that was recognized as another word is counted; the fillers after it keep their words.
        let (_, mended) =
            imported(&report, ExportFormat::TextGrid, &|text| text.replacen("\"stock\"", "\"um, stock\"", 1));
        let mut expected = before.clone();
        expected.insert(13, "um,".to_string());
        assert_eq!(texts(&mended), expected);
        let count = |report: &Report| report.fillers.as_ref().unwrap().count;
        assert_eq!(count(&mended), count(&report) + 1);
        for (a, b) in mended
            .fillers
            .as_ref()
            .unwrap()
            .events
            .iter()
            .rev()
            .zip(report.fillers.as_ref().unwrap().events.iter().rev())
            .take(20)
        {
            assert_eq!((a.word, &a.text), (b.word.map(|w| w + 1), &b.text));
        }
        // Captions have no times of single words: a new word gets its time from the previous one.
        let (_, mended) = imported(&report, ExportFormat::Srt, &|text| text.replacen("stock", "um, stock", 1));
        assert_eq!(texts(&mended), expected);
        let words = &mended.transcript.as_ref().unwrap().words;
        assert!(words.windows(2).all(|pair| pair[0].span.start_s <= pair[1].span.start_s), "{words:?}");
        // A word was deleted.
        let (_, mended) =
            imported(&report, ExportFormat::TextGrid, &|text| text.replacen("text = \"numbers\"", "text = \"\"", 1));
        let mut expected = before.clone();
        expected.remove(14);
        assert_eq!(texts(&mended), expected);
        // A boundary was moved: both words get the new times, and so does the filler "like".
        let (changed, mended) =
            imported(&report, ExportFormat::TextGrid, &|text| text.replace("xmax = 5.35 ", "xmax = 5.4 "));
        assert_eq!((changed, texts(&mended)), (1, before));
        let like = &mended.fillers.as_ref().unwrap().events[3];
        assert_eq!((like.text.as_str(), like.span), ("like", Some(Span::new(5.08, 5.4))));
    }

    #[test]
    fn what_has_no_words_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes, what) in [
            ("a.docx", &b"x"[..], "make one with --export"),
            ("a.TextGrid", b"x", "this is not a TextGrid"),
            ("b.TextGrid", b"\"ooTextFile\" \"TextGrid\" 0 1 <exists> 1 \"IntervalTier\" \"words\" 0 1 0", "no words"),
            ("a.vtt", b"WEBVTT\n", "no captions"),
            ("b.vtt", b"caf\xe9", "UTF-8"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let error = words(&path).unwrap_err().to_string();
            assert!(error.contains(what) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn what_was_typed_into_one_interval_is_several_words() {
        let words = split_words(" made a ", Some(Span::new(1.0, 2.0)));
        let found: Vec<_> = words.iter().map(|w| (w.text.as_str(), w.span.unwrap())).collect();
        assert_eq!(found, [("made", Span::new(1.0, 1.8)), ("a", Span::new(1.8, 2.0))]);
        assert_eq!(split_words("one", None), [EditedWord { text: "one".into(), span: None }]);
    }
}
