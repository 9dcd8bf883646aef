//! A written draft of an answer, as text or Markdown. Only its words and its story are judged; there is no sound.
//!
//! Of Markdown, only what would be spoken is read: no headings, no code blocks, no emphasis markers.

use std::io;
use std::io::Read;
use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use whatlang::{Lang, Script};

use crate::disfluency::spoken::WordWithPauses;
use crate::english::normalized;
use crate::files::{self, FileError};

/// The path that stands for standard input.
pub const STANDARD_INPUT: &str = "-";
/// Maximum length of a text, in bytes: far more than any answer.
const MAX_BYTES: u64 = 1 << 18;
/// Maximum length of a draft, in words: about half an hour of speech.
const MAX_WORDS: usize = 5_000;

/// Minimum number of words at which [`MIN_ENGLISH_SHARE`] decides whether a text in Latin script is English.
const MIN_WORDS_FOR_SHARE: usize = 20;
/// Minimum number of words at which a text in Latin script can count as another language at all.
const MIN_WORDS_FOR_LANGUAGE: usize = 6;
/// Minimum share of [`FREQUENT_ENGLISH_WORDS`] words in an English text: 144 written answers have 0.22 to 0.45, texts
/// in 16 other languages 0.08 at most.
const MIN_ENGLISH_SHARE: f64 = 0.15;
/// The most frequent words of English, without those that are as frequent in another language ("a", "me", "so", "on").
const FREQUENT_ENGLISH_WORDS: [&str; 40] = [
    "the", "and", "i", "of", "to", "was", "it", "that", "we", "my", "for", "with", "they", "had", "but", "at", "this",
    "not", "you", "have", "our", "what", "were", "as", "because", "then", "from", "when", "i'm", "is", "are", "be",
    "would", "about", "their", "there", "which", "how", "could", "by",
];

/// The words of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The path the draft was read from; [`STANDARD_INPUT`] for standard input.
    pub path: String,
    /// The words as written, with their punctuation; at least one.
    pub words: Vec<DraftWord>,
}

/// A word of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftWord {
    /// The word as written, with the punctuation around it.
    pub text: String,
    /// Whether the word is the last of a paragraph, a list item or another block.
    pub ends_block: bool,
}

/// Why a draft cannot be read.
///
/// Each message is one line that says what is wrong and what to do. None of them contains the path: the caller adds it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The draft has no words.
    #[error("there is no text in it; write your answer into it, or give a recording")]
    Empty,
    /// The file is not plain text.
    #[error("this is not plain text; save the draft as a text file (.txt), or as a document named .docx or .pdf")]
    NotText,
    /// The text is not encoded in UTF-8.
    #[error(
        "the letters of this text cannot be told (it is not UTF-8); save it again with the encoding UTF-8, or as .docx"
    )]
    NotUtf8,
    /// The draft is too long for an answer.
    #[error("this is longer than any answer (over {MAX_WORDS} words); keep only the answer to one question")]
    TooLong,
}

impl From<io::Error> for DraftError {
    fn from(error: io::Error) -> Self {
        FileError::from(error).into()
    }
}

impl Draft {
    /// Reads the draft at `path`, or standard input for [`STANDARD_INPUT`].
    ///
    /// # Errors
    /// See [`DraftError`].
    pub fn open(path: &Path) -> Result<Self, DraftError> {
        Self::of_source(&source(path)?, path)
    }

    /// Creates a draft from text that was read elsewhere; empty lines separate its paragraphs.
    ///
    /// # Errors
    /// When the text has no words, or far too many.
    pub fn of_text(text: &str, path: &Path) -> Result<Self, DraftError> {
        Self::of_words(words(text), path)
    }

    /// Reads a draft; the extension of `path` says whether it is Markdown.
    ///
    /// # Errors
    /// See [`DraftError`].
    pub fn read(from: impl Read, path: &Path) -> Result<Self, DraftError> {
        Self::of_source(&source_from(from)?, path)
    }

    /// Creates a draft from the text of a file; the extension of `path` says whether it is Markdown.
    ///
    /// # Errors
    /// When the text has no words, or far too many.
    pub fn of_source(text: &str, path: &Path) -> Result<Self, DraftError> {
        let is_markdown =
            path.extension().is_some_and(|e| e.eq_ignore_ascii_case("md") || e.eq_ignore_ascii_case("markdown"));
        if is_markdown { Self::of_text(&spoken_part(text), path) } else { Self::of_text(text, path) }
    }

    fn of_words(words: Vec<DraftWord>, path: &Path) -> Result<Self, DraftError> {
        match words.len() {
            0 => Err(DraftError::Empty),
            n if n > MAX_WORDS => Err(DraftError::TooLong),
            _ => Ok(Self { path: path.to_string_lossy().into_owned(), words }),
        }
    }

    /// Returns the number of counted words (see [`counted_words`]) before written word `i`.
    pub fn counted_before(&self, i: usize) -> usize {
        self.words[..i].iter().map(|w| counted_words(&w.text)).sum()
    }

    /// Returns the English name of the draft's language if it is certainly not English.
    ///
    /// A few words say little about the language, and names and loan words of any language occur in English. A short
    /// draft therefore counts as English unless its script differs.
    pub fn other_language(&self) -> Option<&'static str> {
        let text = self.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        let found = whatlang::detect(&text).filter(|found| found.lang() != Lang::Eng)?;
        let words = self.words.iter().map(|w| normalized(&w.text));
        let english = words.filter(|w| FREQUENT_ENGLISH_WORDS.contains(&w.as_str())).count();
        let english_share = english as f64 / self.words.len() as f64;
        let sure = match (found.script(), self.words.len() >= MIN_WORDS_FOR_SHARE) {
            (Script::Latin, true) => english_share < MIN_ENGLISH_SHARE,
            (Script::Latin, false) => found.is_reliable() && english == 0 && self.words.len() >= MIN_WORDS_FOR_LANGUAGE,
            // A Latin name does not make the text English, nor do two Greek words in English make it Greek: `detect`
            // uses the script of most letters.
            _ => english_share < MIN_ENGLISH_SHARE,
        };
        sure.then(|| found.lang().eng_name())
    }

    /// Returns the words in the form that filler detection needs; their pauses are unknown.
    pub fn words_with_pauses(&self) -> Vec<WordWithPauses<'_>> {
        self.words.iter().map(|w| WordWithPauses { text: &w.text, pause_before_s: None, pause_after_s: None }).collect()
    }
}

/// Reads the text at `path`, or standard input for [`STANDARD_INPUT`].
///
/// # Errors
/// See [`DraftError`].
pub fn source(path: &Path) -> Result<String, DraftError> {
    if path.as_os_str() == STANDARD_INPUT {
        return source_from(io::stdin().lock());
    }
    source_from(files::open(path)?.0)
}

fn source_from(from: impl Read) -> Result<String, DraftError> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    let too_long = bytes.len() as u64 > MAX_BYTES;
    let text = text(bytes, too_long)?;
    if too_long { Err(DraftError::TooLong) } else { Ok(text) }
}

/// Counts a written word as its runs of letters, digits and apostrophes, so that "twenty-five" is two words.
pub fn counted_words(text: &str) -> usize {
    let inside = |c: char| c.is_alphanumeric() || c == '\'' || c == '\u{2019}';
    text.split(|c: char| !inside(c)).filter(|run| !run.is_empty()).count()
}

/// Decodes text. If the text was `cut`, its last character may be incomplete.
fn text(bytes: Vec<u8>, cut: bool) -> Result<String, DraftError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(DraftError::NotUtf8);
    }
    // Signatures of RTF, PDF and zipped documents. Plain text has no control characters either.
    let is_document = bytes.starts_with(b"{\\rtf") || bytes.starts_with(b"%PDF") || bytes.starts_with(b"PK\x03\x04");
    let control = |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c);
    if is_document || bytes.iter().any(control) {
        return Err(DraftError::NotText);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_string)),
        Err(error) if cut && error.utf8_error().error_len().is_none() => Ok(String::new()),
        Err(_) => Err(DraftError::NotUtf8),
    }
}

/// Extracts what would be spoken from a Markdown text, with empty lines between its blocks.
fn spoken_part(markdown: &str) -> String {
    let mut text = String::new();
    let mut silent = 0_usize;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::Image { .. }) => silent += 1,
            Event::End(TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::Image) => {
                silent = silent.saturating_sub(1);
            }
            Event::Text(t) | Event::Code(t) if silent == 0 => text.push_str(&t),
            Event::SoftBreak => text.push(' '),
            Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => text.push_str("\n\n"),
            _ => {}
        }
    }
    text
}

/// Splits text into words. Punctuation that stands alone, such as a dash, is appended to the word before it.
fn words(text: &str) -> Vec<DraftWord> {
    let mut words: Vec<DraftWord> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty()
            && let Some(last) = words.last_mut()
        {
            last.ends_block = true;
        }
        for token in line.split_whitespace() {
            match words.last_mut() {
                Some(last) if !token.contains(char::is_alphanumeric) => {
                    last.text.push(' ');
                    last.text.push_str(token);
                }
                _ if !token.contains(char::is_alphanumeric) => {}
                _ => words.push(DraftWord { text: token.to_string(), ends_block: false }),
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], name: &str) -> Result<Draft, DraftError> {
        Draft::read(bytes, Path::new(name))
    }

    fn said(draft: &Draft) -> String {
        draft.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_keep_their_punctuation_and_lone_marks_join_the_word_before() {
        let draft =
            read("\u{feff}I waited \u{2014} well, twenty-five\nminutes.\n\nThen I left.".as_bytes(), "a.txt").unwrap();
        let texts: Vec<&str> = draft.words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, ["I", "waited \u{2014}", "well,", "twenty-five", "minutes.", "Then", "I", "left."]);
        assert!(draft.words[4].ends_block && draft.words.iter().filter(|w| w.ends_block).count() == 1);
    }

    #[test]
    fn of_markdown_what_would_be_spoken_is_read() {
        let text = "# Tell me about a conflict\n\nI *really* [asked](http://x) him.\n\n- First I listened\n- Then I spoke\n\n```\ncode\n```\n";
        let draft = read(text.as_bytes(), "a.md").unwrap();
        assert_eq!(said(&draft), "I really asked him. First I listened Then I spoke");
        let ends: Vec<&str> = draft.words.iter().filter(|w| w.ends_block).map(|w| w.text.as_str()).collect();
        assert_eq!(ends, ["him.", "listened", "spoke"]);
    }

    #[test]
    fn another_language_is_told_and_english_with_names_is_not() {
        let language = |text: &str| read(text.as_bytes(), "a.txt").unwrap().other_language();
        for (name, text) in [
            (
                "German",
                "Letztes Jahr habe ich in der Buchhaltung einer kleinen Baufirma gearbeitet. Unsere Rechnungen wurden zu spät \
                        bezahlt, und ich sollte herausfinden, woran das lag. Ich druckte jede Rechnung aus.",
            ),
            (
                "French",
                "L'année dernière, je travaillais au service comptable d'une petite entreprise. Nos factures étaient payées \
                        en retard et on m'a demandé de trouver pourquoi. J'ai imprimé chaque facture.",
            ),
            (
                "Spanish",
                "El año pasado trabajé en la oficina de contabilidad de una pequeña empresa. Nuestras facturas se pagaban \
                         tarde y me pidieron que averiguara por qué. Imprimí todas las facturas de un mes.",
            ),
            (
                "Dutch",
                "Vorig jaar werkte ik op de boekhouding van een klein bouwbedrijf. Onze rekeningen werden te laat betaald en \
                       ik moest uitzoeken waarom. Ik heb alle rekeningen van een maand afgedrukt.",
            ),
            ("Russian", "В прошлом году я работал в бухгалтерии небольшой строительной компании."),
            ("Japanese", "去年、私は小さな建設会社の経理部で働いていました。請求書の支払いが遅れていました。"),
            ("German", "Ich habe das Problem mit dem Drucker gelöst und alle waren sehr zufrieden."),
        ] {
            assert_eq!(language(text), Some(name), "{text}");
        }
        for text in [
            "I do not know.",
            "Yes.",
            "Led team. Shipped product. Saved money.",
            "Zwei Worte",
            "Café au lait, s'il vous plaît",
            "Managed SAP, Jira, Confluence, Kubernetes",
            "At Schäfer Straßenbau in München I worked with Jürgen Müller and François Lefèvre on the Autobahn project, and \
             we moved the Großbaustelle to a new plan in three weeks.",
            "My boss Владимир asked me to call the office, and I did.",
        ] {
            assert_eq!(language(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_draft_is_named() {
        assert!(matches!(read(b"", "a.txt"), Err(DraftError::Empty)));
        assert!(matches!(read(b" \n--\n", "a.txt"), Err(DraftError::Empty)));
        assert!(matches!(read(b"PK\x03\x04rest", "a.txt"), Err(DraftError::NotText)));
        assert!(matches!(read(b"one\0two", "a.txt"), Err(DraftError::NotText)));
        assert!(matches!(read(b"caf\xe9 au lait", "a.txt"), Err(DraftError::NotUtf8)));
        assert!(matches!(read(b"\xff\xfeI\0", "a.txt"), Err(DraftError::NotUtf8)));
        assert!(matches!(read("word ".repeat(6_000).as_bytes(), "a.txt"), Err(DraftError::TooLong)));
        assert!(matches!(read("\u{e9}".repeat(200_000).as_bytes(), "a.txt"), Err(DraftError::TooLong)));
        assert!(matches!(Draft::open(Path::new("nowhere.txt")), Err(DraftError::File(FileError::NotFound))));
        assert!(matches!(Draft::open(Path::new("src")), Err(DraftError::File(FileError::IsDirectory))));
    }
}
