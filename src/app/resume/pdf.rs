//! Extracts the glyphs of a PDF: the text of each, with its position on the page.
//!
//! `hayro` interprets the pages (fonts, encodings, transforms); `columns` joins the glyphs to lines. A hostile file may
//! nest or unpack without end, so files are read in a separate thread, with a limit on the unpacked size and a timeout.

use std::io::Read;
use std::sync::mpsc::channel;
use std::time::Duration;

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::object::{Object, Stream};
use hayro_interpret::hayro_syntax::{DecryptionError, Filter, LoadPdfError, Pdf};
use hayro_interpret::kurbo::{BezPath, Rect, Shape};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, RenderContent, SoftMask, TransformExt, interpret_page,
};

use super::columns::{TextGlyph, layout_lines};
use super::layout::{Paragraph, paragraphs};
use super::read::{MAX_CHARACTERS, ReadError};
use crate::guard::catch_panic;

/// The timeout of the text extraction.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The stack size of the thread, in bytes: enough for deeply nested files.
const STACK_BYTES: usize = 64 << 20;
/// The maximum total unpacked size of the streams, in bytes.
const MAX_UNPACKED: u64 = 128 << 20;
/// The maximum total compressed size of streams whose unpacked size is not checked beforehand, in bytes: those
/// compressed twice, or by LZW or Brotli.
const MAX_UNCHECKED: usize = 64 << 10;
/// The maximum nesting depth of compressed data within compressed data that is unpacked for the size check.
const MAX_NESTING: u32 = 4;
/// The maximum number of pages: more than any resume has.
const MAX_PAGES: usize = 60;
const DAMAGED: ReadError = ReadError::Damaged("pdf");

/// Reads the paragraphs of a PDF.
pub(super) fn read(bytes: Vec<u8>) -> Result<Vec<Paragraph>, ReadError> {
    let (done, text) = channel();
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let _ = done.send(catch_panic(|| pages(bytes)).unwrap_or(Err(DAMAGED)));
    })?;
    let pages = match text.recv_timeout(TIMEOUT) {
        Ok(pages) => pages?,
        Err(_) => return Err(ReadError::TooLong),
    };
    if pages.iter().flatten().all(|l| l.text.trim().is_empty()) {
        return Err(ReadError::Scanned);
    }
    let found = paragraphs(layout_lines(pages));
    if is_garbled(&found) { Err(ReadError::Jumbled) } else { Ok(found) }
}

/// Returns whether most of the text is garbled; then the rest cannot be trusted either.
fn is_garbled(paragraphs: &[Paragraph]) -> bool {
    let letters = |p: &Paragraph| p.text.chars().count();
    let doubtful: usize = paragraphs.iter().filter(|p| p.is_doubtful).map(letters).sum();
    doubtful * 2 > paragraphs.iter().map(letters).sum()
}

/// Returns the text glyphs of each page.
fn pages(bytes: Vec<u8>) -> Result<Vec<Vec<TextGlyph>>, ReadError> {
    if !bytes[..bytes.len().min(1024)].windows(5).any(|w| w == b"%PDF-") {
        return Err(DAMAGED);
    }
    if !fits_unpacked(&bytes) {
        return Err(ReadError::TooLong);
    }
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => ReadError::Locked,
        _ => DAMAGED,
    })?;
    let unchecked: usize =
        pdf.objects().into_iter().map(|o| if let Object::Stream(s) = o { unchecked_size(&s) } else { 0 }).sum();
    if unchecked > MAX_UNCHECKED || pdf.pages().len() > MAX_PAGES {
        return Err(ReadError::TooLong);
    }
    if pdf.pages().is_empty() {
        return Err(DAMAGED);
    }
    // Text in annotations and form fields is not part of the resume.
    let settings = InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() };
    let cache = InterpreterCache::new();
    let mut found = Vec::new();
    let mut count = 0;
    for page in pdf.pages().iter() {
        let (width, height) = page.render_dimensions();
        let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut context =
            Context::new(page.initial_transform(true).to_kurbo(), area, &cache, pdf.xref(), settings.clone());
        let mut glyphs = GlyphCollector { count, ..GlyphCollector::default() };
        interpret_page(page, &mut context, &mut glyphs);
        count = glyphs.count;
        if count > MAX_CHARACTERS {
            return Err(ReadError::TooLong);
        }
        found.push(rotated_upright(glyphs));
    }
    Ok(found)
}

/// Returns the compressed size of a stream if [`fits_unpacked`] cannot check its unpacked size, otherwise 0.
fn unchecked_size(stream: &Stream<'_>) -> usize {
    let filters = stream.filters();
    let known = match filters.as_slice() {
        []
        | [
            Filter::FlateDecode | Filter::DctDecode | Filter::JpxDecode | Filter::CcittFaxDecode | Filter::Jbig2Decode,
        ] => true,
        // Images are never unpacked, whatever their filters.
        _ => stream.dict().contains_key("Width") && stream.dict().contains_key("Height"),
    };
    let shrinks = filters.iter().all(|f| matches!(f, Filter::AsciiHexDecode | Filter::Ascii85Decode));
    if known || shrinks { 0 } else { stream.raw_data().len() }
}

/// Returns whether all streams together unpack to less than [`MAX_UNPACKED`] bytes. The raw bytes are searched for the
/// word "stream", so that a hostile file is rejected before the PDF library unpacks anything.
fn fits_unpacked(bytes: &[u8]) -> bool {
    let mut room = MAX_UNPACKED;
    let mut at = 0;
    while let Some(next) = find(&bytes[at..], b"stream") {
        let word = at + next;
        at = word + b"stream".len();
        if bytes[..word].ends_with(b"end") {
            continue;
        }
        let content = &bytes[at..];
        let content = content.strip_prefix(b"\r").unwrap_or(content);
        let content = content.strip_prefix(b"\n").unwrap_or(content);
        room = room.saturating_sub(unpacked_size(content, room, MAX_NESTING));
        if room == 0 {
            return false;
        }
    }
    true
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|w| w == word)
}

/// Returns the number of bytes that zlib data unpacks to, nested zlib data included, but at most `room`; 0 if `packed`
/// is not zlib data.
fn unpacked_size(packed: &[u8], room: u64, nested: u32) -> u64 {
    // The zlib header (RFC 1950, 2.2): the method is 8, and the two bytes are a multiple of 31.
    let is_packed =
        |b: &[u8]| matches!(b, [m, f, ..] if m & 0x0f == 8 && (u16::from(*m) << 8 | u16::from(*f)).is_multiple_of(31));
    if !is_packed(packed) {
        return 0;
    }
    let mut start = [0_u8; 2];
    let mut reader = flate2::read::ZlibDecoder::new(packed);
    if nested == 0 || reader.read_exact(&mut start).is_err() || !is_packed(&start) {
        return count_bytes(reader, room, |_| ());
    }
    let mut whole = start.to_vec();
    let length = count_bytes(reader, room, |piece| whole.extend_from_slice(piece));
    length.saturating_add(unpacked_size(&whole, room.saturating_sub(length), nested - 1)).min(room)
}

/// Reads up to `room` bytes, passing each block to `on_block`, and returns their number.
fn count_bytes(mut reader: impl Read, room: u64, mut on_block: impl FnMut(&[u8])) -> u64 {
    let mut piece = [0_u8; 16 << 10];
    let mut length = 0;
    while length < room {
        match reader.read(&mut piece) {
            // Damaged data ends here, as it does in PDF viewers.
            Ok(0) | Err(_) => return length,
            Ok(read) => {
                on_block(&piece[..read]);
                length += read as u64;
            }
        }
    }
    room
}

/// A drawn glyph: its text, origin, advance vector and height.
struct DrawnGlyph {
    text: String,
    start: (f64, f64),
    along: (f64, f64),
    size: f64,
}

#[derive(Default)]
struct GlyphCollector {
    found: Vec<DrawnGlyph>,
    /// Bounding boxes of bullets that are drawn as paths: left, top, right, bottom.
    bullets: Vec<(f64, f64, f64, f64)>,
    count: usize,
}

impl Device<'_> for GlyphCollector {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            self.count += 1;
            if self.count > MAX_CHARACTERS {
                return;
            }
            let [a, b, c, d, x, y] = (props.transform * glyph.transform()).as_coeffs();
            let advance = f64::from(
                match &**glyph {
                    Glyph::Outline(outline) => outline.advance_width(),
                    Glyph::Type3(drawn) => drawn.advance_width(),
                }
                .unwrap_or(0.0),
            );
            let drawn = DrawnGlyph {
                text: glyph_text(glyph),
                start: (x, y),
                along: (a * advance, b * advance),
                size: 1000.0 * c.hypot(d),
            };
            let numbers = [x, y, drawn.along.0, drawn.along.1, drawn.size];
            if numbers.iter().all(|n| n.is_finite() && n.abs() < MAX_COORDINATE) && drawn.size > 0.0 {
                self.found.push(drawn);
            }
        }
    }

    /// Records a small round or square path as a bullet: browsers draw list bullets as paths.
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'_>, mode: &DrawMode) {
        if path.elements().len() > MAX_BULLET_ELEMENTS
            || !matches!(mode, DrawMode::Fill(_))
            || self.count > MAX_CHARACTERS
        {
            return;
        }
        let area = props.transform.transform_rect_bbox(path.bounding_box());
        let (width, height) = (area.width(), area.height());
        if BULLET_SIZES.contains(&width) && BULLET_SIZES.contains(&height) && (0.7..1.4).contains(&(width / height)) {
            self.count += 1;
            self.bullets.push((area.x0, area.y0, area.x1, area.y1));
        }
    }
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// The maximum coordinate of a glyph, in points; a larger one is an error in the file.
const MAX_COORDINATE: f64 = 1e6;

/// Returns the text of a glyph; U+FFFD if the file does not map the glyph to text.
fn glyph_text(glyph: &Glyph<'_>) -> String {
    match glyph.as_unicode() {
        Some(BfString::Char(c)) => c.to_string(),
        Some(BfString::String(text)) => unswap_bytes(text),
        None => match glyph {
            Glyph::Type3(drawn) => tex_text(drawn.char_code()),
            Glyph::Outline(outline) if outline.char_code() == 32 => " ".into(),
            Glyph::Outline(_) => "\u{fffd}".into(),
        },
    }
}

/// Returns the text of a character code in TeX's bitmap fonts, which have no glyph names: encoding T1, with the
/// ligatures of OT1.
fn tex_text(code: u32) -> String {
    match code {
        0x10 => "\u{201c}",
        0x11 => "\u{201d}",
        0x15 => "\u{2013}",
        0x16 => "\u{2014}",
        27 | 11 => "ff",
        28 | 12 => "fi",
        29 | 13 => "fl",
        30 | 14 => "ffi",
        31 | 15 => "ffl",
        0x27 => "\u{2019}",
        0x88 => "\u{2022}",
        0x20..=0x7e | 0xa1..=0xff => return char::from_u32(code).map_or("\u{fffd}".into(), String::from),
        _ => "\u{fffd}",
    }
    .into()
}

/// Corrects the text of ligatures, whose letters Ghostscript writes with swapped bytes: "\u{7400}\u{6900}" is "ti".
fn unswap_bytes(text: String) -> String {
    let swapped = |c: char| {
        let high = u8::try_from(u32::from(c) >> 8).ok().filter(|_| u32::from(c) & 0xff == 0)?;
        high.is_ascii_alphabetic().then_some(char::from(high))
    };
    text.chars().map(swapped).collect::<Option<String>>().unwrap_or(text)
}

/// The range of the width and height of drawn bullets, in points.
const BULLET_SIZES: std::ops::RangeInclusive<f64> = 1.0..=7.0;
/// The maximum number of path elements of a drawn bullet.
const MAX_BULLET_ELEMENTS: usize = 24;

/// Rotates the page so that its main text direction is left to right. Glyphs in other directions are dropped as
/// decoration.
fn rotated_upright(GlyphCollector { found: drawn, bullets, .. }: GlyphCollector) -> Vec<TextGlyph> {
    let turns = |d: &DrawnGlyph| {
        let (x, y) = d.along;
        match (x.abs() > 10.0 * y.abs(), y.abs() > 10.0 * x.abs()) {
            (true, _) => Some(if x > 0.0 { 0 } else { 2 }),
            (_, true) => Some(if y > 0.0 { 1 } else { 3 }),
            _ => None,
        }
    };
    let mut counts = [0_usize; 4];
    drawn.iter().filter_map(turns).for_each(|t| counts[t] += 1);
    let main = (0..4).rev().max_by_key(|t| counts[*t]).unwrap_or(0);
    let turned = |(x, y): (f64, f64)| match main {
        0 => (x, y),
        1 => (y, -x),
        2 => (-x, -y),
        _ => (-y, x),
    };
    let kept = drawn.into_iter().filter(|d| d.along == (0.0, 0.0) || turns(d) == Some(main));
    let letters = kept.map(|d| {
        let (x, y) = turned(d.start);
        TextGlyph { text: d.text, x, y, width: turned(d.along).0.max(0.0), size: d.size }
    });
    let bullets = bullets.into_iter().map(|(left, top, right, bottom)| {
        let (a, b) = (turned((left, top)), turned((right, bottom)));
        let (x, y) = (a.0.min(b.0), a.1.max(b.1));
        // The bullet is centered in a line that is about three times as high.
        let height = (a.1 - b.1).abs();
        TextGlyph { text: "\u{2022}".into(), x, y: y + 0.5 * height, width: (a.0 - b.0).abs(), size: 2.5 * height }
    });
    letters.chain(bullets).collect()
}
