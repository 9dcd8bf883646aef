//! Reads the paragraphs of a Word document: a zip file whose main part, usually `word/document.xml`, is XML.

use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::layout::{Paragraph, list_item_text};
use super::read::{MAX_CHARACTERS, ReadError};

/// The maximum number of bytes of the main part that are unpacked, whatever size the zip file declares.
const MAX_XML: u64 = 32 << 20;
const DAMAGED: ReadError = ReadError::Damaged("docx");

/// A paragraph whose end has not been read yet.
#[derive(Default)]
struct OpenParagraph {
    text: String,
    is_item: bool,
    stands_apart: bool,
    /// The number of bold characters, without spaces.
    n_bold: usize,
    /// The number of characters, without spaces.
    n_visible: usize,
}

/// The state of the current run: text with the same formatting.
#[derive(Default)]
struct Run {
    is_open: bool,
    is_bold: bool,
}

/// Returns whether an on/off property is on (ECMA-376, part 1, 17.17.4).
fn is_on(tag: &BytesStart<'_>) -> bool {
    let value = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == "val");
    value.is_none_or(|v| !["0", "false", "off"].contains(&v.value.as_ref()))
}

/// Reads the paragraphs of a document.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Paragraph>, ReadError> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| DAMAGED)?;
    let main = main_part(&mut zip);
    let xml = zip.by_name(&main).map_err(|_| DAMAGED)?;
    let mut xml = Reader::from_reader(BufReader::new(xml.take(MAX_XML)));
    let (mut buffer, mut found, mut open) = (Vec::new(), Vec::new(), Vec::<OpenParagraph>::new());
    let (mut in_text, mut in_tabs, mut skipped, mut characters) = (false, 0_usize, 0_usize, 0_usize);
    let mut run = Run::default();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(|_| DAMAGED)? {
            Event::Eof => break,
            Event::Start(tag) => match tag.local_name().as_ref() {
                // The fallback for older programs repeats text that was read already.
                "Fallback" => skipped += 1,
                "p" => open.push(OpenParagraph::default()),
                "t" => in_text = true,
                "r" => run = Run { is_open: true, is_bold: false },
                "b" if run.is_open => run.is_bold = is_on(&tag),
                "tabs" => in_tabs += 1,
                name => apply_property(name, &tag, open.last_mut(), in_tabs),
            },
            Event::Empty(tag) if run.is_open && tag.local_name().as_ref() == "b" => run.is_bold = is_on(&tag),
            Event::Empty(tag) => apply_property(tag.local_name().as_ref(), &tag, open.last_mut(), in_tabs),
            Event::End(tag) => match tag.local_name().as_ref() {
                "Fallback" => skipped = skipped.saturating_sub(1),
                "t" => in_text = false,
                "r" => run = Run::default(),
                "tabs" => in_tabs = in_tabs.saturating_sub(1),
                "p" => found.extend(open.pop().filter(|_| skipped == 0).into_iter().flat_map(finished)),
                _ => {}
            },
            Event::Text(text) if in_text => {
                let text = text.xml10_content();
                characters += text.chars().count();
                if let Some(open) = open.last_mut() {
                    open.text.push_str(&text);
                    let letters = text.chars().filter(|c| !c.is_whitespace()).count();
                    open.n_visible += letters;
                    open.n_bold += if run.is_bold { letters } else { 0 };
                }
            }
            Event::GeneralRef(reference) if in_text => {
                let name = reference.xml10_content();
                let known = reference.resolve_char_ref().ok().flatten().map(String::from);
                let known = known.or_else(|| quick_xml::escape::resolve_predefined_entity(&name).map(String::from));
                if let Some((open, known)) = open.last_mut().zip(known) {
                    open.text.push_str(&known);
                }
            }
            _ => {}
        }
        if characters > MAX_CHARACTERS || open.len() > MAX_DEPTH || found.len() > MAX_CHARACTERS {
            return Err(ReadError::TooLong);
        }
    }
    if xml.get_mut().get_mut().limit() == 0 {
        return Err(ReadError::TooLong);
    }
    Ok(found)
}

/// The maximum number of bytes of the relationships part that are read.
const MAX_RELATIONS: u64 = 1 << 20;

/// Returns the name of the main part, according to the package's relationships (ECMA-376, part 2, 9.3). Word on the web
/// names it `document2.xml`.
fn main_part(zip: &mut zip::ZipArchive<Cursor<&[u8]>>) -> String {
    const DEFAULT_MAIN_PART: &str = "word/document.xml";
    let mut text = String::new();
    let read = zip.by_name("_rels/.rels").map(|part| part.take(MAX_RELATIONS).read_to_string(&mut text));
    let mut xml = Reader::from_str(&text);
    while let Ok(event) = xml.read_event() {
        let tag = match &event {
            Event::Start(tag) | Event::Empty(tag) => tag,
            Event::Eof => break,
            _ => continue,
        };
        let value = |key: &str| {
            tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == key).map(|a| a.value.to_string())
        };
        if read.is_ok() && value("Type").is_some_and(|t| t.ends_with("/officeDocument")) {
            return value("Target").map_or(DEFAULT_MAIN_PART.into(), |t| t.trim_start_matches('/').to_string());
        }
    }
    DEFAULT_MAIN_PART.into()
}

/// The maximum nesting depth of paragraphs: text boxes nest them once or twice.
const MAX_DEPTH: usize = 64;

/// Applies an element without text, such as a property or a tab, to the current paragraph.
fn apply_property(name: &str, tag: &BytesStart<'_>, open: Option<&mut OpenParagraph>, in_tabs: usize) {
    let Some(open) = open else { return };
    let value = || {
        let value = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == "val");
        value.map_or(String::new(), |a| a.value.to_lowercase())
    };
    match name {
        // A `numId` of 0 means that the paragraph is not a list item.
        "numId" => open.is_item = !open.stands_apart && value() != "0",
        "pStyle" => {
            let style = value();
            open.is_item |= style.starts_with("list") && !style.contains("heading");
            open.stands_apart |= style.contains("heading") || style.contains("title");
            open.is_item &= !open.stands_apart;
        }
        "tab" if in_tabs == 0 => open.text.push('\t'),
        "br" | "cr" => open.text.push('\n'),
        "noBreakHyphen" => open.text.push('-'),
        _ => {}
    }
}

/// Converts a finished paragraph; each of its lines becomes a paragraph.
fn finished(open: OpenParagraph) -> impl Iterator<Item = Paragraph> {
    let OpenParagraph { text, is_item, stands_apart, n_bold, n_visible } = open;
    // A paragraph that is all bold counts as a heading.
    let stands_apart = stands_apart || (n_bold > 0 && n_bold == n_visible && !is_item);
    let lines: Vec<String> =
        text.replace('\u{ad}', "").replace('\u{a0}', " ").split('\n').map(str::to_string).collect();
    lines.into_iter().filter(|l| !l.trim().is_empty()).map(move |line| {
        let typed = list_item_text(&line);
        let is_item = is_item || typed.is_some();
        let text = typed.unwrap_or(&line).trim().to_string();
        Paragraph { text, is_item, stands_apart, is_doubtful: false }
    })
}
