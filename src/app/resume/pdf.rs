//! The text of a PDF: letters with their places become lines, columns apart from each other.
//!
//! `pdf-extract` finds the letters. It can panic on damaged files, so it works in a thread of its own, and for no longer
//! than anybody would wait.

use std::io::Read;
use std::sync::mpsc::channel;
use std::time::Duration;

use pdf_extract::{Document, MediaBox, Object, OutputDev, OutputError, Transform, output_doc};

use super::dates;
use super::layout::{Paragraph, Row, paragraphs};
use super::read::{MAX_CHARACTERS, ReadError};
use crate::guard::guarded;

/// How long to look for text.
const PATIENCE: Duration = Duration::from_secs(20);
/// Room for files that nest deeply, in bytes.
const STACK: usize = 64 << 20;
/// What the streams of the file may unpack to together, in bytes.
const MAX_UNPACKED: u64 = 128 << 20;
const DAMAGED: ReadError = ReadError::Damaged("pdf");

/// The paragraphs of a PDF.
pub(super) fn read(bytes: Vec<u8>) -> Result<Vec<Paragraph>, ReadError> {
    let (done, text) = channel();
    std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let _ = done.send(guarded(|| pages(&bytes)).unwrap_or(Err(DAMAGED)));
    })?;
    let pages = match text.recv_timeout(PATIENCE) {
        Ok(pages) => pages?,
        Err(_) => return Err(ReadError::TooLong),
    };
    if pages.iter().flatten().all(|l| l.text.trim().is_empty()) {
        return Err(ReadError::Scanned);
    }
    let found = paragraphs(rows(pages));
    if is_jumbled(&found) { Err(ReadError::Jumbled) } else { Ok(found) }
}

/// No word of a resume is longer, in letters.
const LONGEST_WORD: usize = 24;

/// Whether words run together, as in files that set each letter in a way that is not understood: then no claim of it is sure.
fn is_jumbled(paragraphs: &[Paragraph]) -> bool {
    let words = paragraphs.iter().flat_map(|p| p.text.split(|c: char| !c.is_alphabetic()));
    let (mut all, mut long) = (0, 0);
    for letters in words.map(|w| w.chars().count()) {
        all += letters;
        long += if letters > LONGEST_WORD { letters } else { 0 };
    }
    long * 50 > all
}

/// The letters of each page.
fn pages(bytes: &[u8]) -> Result<Vec<Vec<Letter>>, ReadError> {
    if !bytes[..bytes.len().min(1024)].windows(5).any(|w| w == b"%PDF-") {
        return Err(DAMAGED);
    }
    let locked = |e: &pdf_extract::Error| format!("{e:?}").to_lowercase().contains("password");
    let mut document = Document::load_mem(bytes).map_err(|e| if locked(&e) { ReadError::Locked } else { DAMAGED })?;
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(ReadError::Locked);
    }
    let mut room = MAX_UNPACKED;
    for object in document.objects.values() {
        let Object::Stream(stream) = object else { continue };
        let packed = stream.filters().is_ok_and(|f| f.contains(&b"FlateDecode".as_slice()));
        if packed {
            let unpacked = flate2::read::ZlibDecoder::new(stream.content.as_slice()).take(room);
            room -= std::io::copy(&mut { unpacked }, &mut std::io::sink()).unwrap_or(0).min(room);
        }
        if room == 0 {
            return Err(ReadError::TooLong);
        }
    }
    if document.get_pages().is_empty() {
        return Err(DAMAGED);
    }
    let mut letters = Letters::default();
    match output_doc(&document, &mut letters) {
        _ if letters.too_many => Err(ReadError::TooLong),
        Ok(()) => Ok(letters.pages),
        Err(_) if letters.pages.iter().any(|p| !p.is_empty()) => Ok(letters.pages),
        Err(_) => Err(DAMAGED),
    }
}

/// A letter, or the few that one glyph stands for, in points from the top left.
#[derive(Debug, Clone)]
struct Letter {
    text: String,
    x: f64,
    y: f64,
    width: f64,
    size: f64,
}

#[derive(Default)]
struct Letters {
    pages: Vec<Vec<Letter>>,
    top: f64,
    count: usize,
    too_many: bool,
}

impl OutputDev for Letters {
    fn begin_page(&mut self, _: u32, media: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        self.top = media.ury;
        self.pages.push(Vec::new());
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        trm: &Transform,
        width: f64,
        _: f64,
        size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        self.count += 1;
        if self.count > MAX_CHARACTERS {
            self.too_many = true;
            return Err(OutputError::IoError(std::io::Error::other("too many letters")));
        }
        let (across, up) = ((trm.m11 * size).abs(), (trm.m22 * size).abs());
        // Turned text is a decoration.
        if let Some(page) = self.pages.last_mut().filter(|_| across > 0.0 && up > 0.0 && trm.m31.is_finite()) {
            let letter = Letter {
                text: text.to_string(),
                x: trm.m31,
                y: self.top - trm.m32,
                width: (width * across).max(0.0),
                size: up,
            };
            page.push(letter);
        }
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Letters side by side without a wide space between them.
#[derive(Debug, Clone)]
struct Piece {
    text: String,
    left: f64,
    right: f64,
    y: f64,
    size: f64,
}

/// A space wider than this sets apart, in letter heights.
const APART: f64 = 1.2;
/// A gap wider than this is a space, in letter heights.
const SPACE: f64 = 0.16;
/// Two columns have at least so many lines each.
const COLUMN_LINES: usize = 6;

/// The lines of all pages, in reading order.
fn rows(pages: Vec<Vec<Letter>>) -> Vec<Row> {
    let count = pages.len();
    let mut pages: Vec<Vec<Vec<Piece>>> = pages.into_iter().map(lines).collect();
    let name = pages.iter().flatten().next().map_or(String::new(), |line| line[0].text.trim().to_lowercase());
    let key = |line: &[Piece]| -> String {
        let text: Vec<&str> = line.iter().map(|p| p.text.trim()).collect();
        text.join(" ").to_lowercase().chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
    };
    let edges: Vec<[String; 2]> =
        pages.iter().filter(|p| !p.is_empty()).map(|p| [key(&p[0]), key(&p[p.len() - 1])]).collect();
    for (n, page) in pages.iter_mut().enumerate() {
        let is_frame = |line: &[Piece]| {
            let text = key(line);
            let numbered = text.chars().filter(|c| c.is_alphabetic()).count() <= 6
                && text.contains('0')
                && (text.contains("page") || text.chars().all(|c| !c.is_alphabetic()) || text.contains("of"));
            let repeated = count > 1 && edges.iter().flatten().filter(|e| **e == text).count() > 1;
            let named = n > 0 && !name.is_empty() && text.contains(&name) && text.chars().count() < 80;
            let of_page = text.contains("page 0");
            numbered || repeated || named || of_page
        };
        while page.last().is_some_and(|l| is_frame(l)) {
            page.pop();
        }
        while n > 0 && page.first().is_some_and(|l| is_frame(l)) {
            page.remove(0);
        }
    }
    let limit = pages.iter().flatten().flatten().map(|p| p.right).fold(0.0, f64::max);
    let mut out = Vec::new();
    for page in &pages {
        in_reading_order(page, limit, &mut out);
    }
    with_gaps(out)
}

/// The lines of a page from top to bottom, each as the pieces that stand apart.
fn lines(mut letters: Vec<Letter>) -> Vec<Vec<Piece>> {
    letters.retain(|l| l.y.is_finite() && l.x.is_finite() && !l.text.is_empty());
    letters.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Vec<Letter>> = Vec::new();
    for letter in letters {
        match lines.last_mut() {
            Some(line) if (letter.y - line[0].y).abs() < 0.35 * letter.size.max(line[0].size) => line.push(letter),
            _ => lines.push(vec![letter]),
        }
    }
    lines.into_iter().map(pieces).filter(|l: &Vec<Piece>| !l.is_empty()).collect()
}

fn pieces(mut line: Vec<Letter>) -> Vec<Piece> {
    line.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut found: Vec<Piece> = Vec::new();
    for letter in line {
        let blank = letter.text.trim().is_empty();
        let end = letter.x + letter.width;
        match found.last_mut() {
            Some(piece) if letter.x - piece.right <= APART * letter.size.max(piece.size) => {
                if blank {
                    continue; // the gap that it leaves is seen
                }
                if letter.x - piece.right > SPACE * letter.size {
                    piece.text.push(' ');
                }
                piece.text.push_str(&letter.text);
                piece.right = piece.right.max(end);
                piece.size = piece.size.max(letter.size);
            }
            _ if blank => {}
            _ => found.push(Piece {
                text: letter.text.clone(),
                left: letter.x,
                right: end,
                y: letter.y,
                size: letter.size,
            }),
        }
    }
    found
}

/// Adds the lines of a page: across it, or one column after the other where there are two.
fn in_reading_order(page: &[Vec<Piece>], limit: f64, out: &mut Vec<Placed>) {
    let Some((gutter, band)) = columns(page) else {
        out.extend(page.iter().map(|line| row(line, limit)));
        return;
    };
    out.extend(page[..band.start].iter().map(|line| row(line, limit)));
    for is_left in [true, false] {
        let side: Vec<Vec<Piece>> = page[band.clone()]
            .iter()
            .map(|line| line.iter().filter(|p| (p.right <= gutter) == is_left).cloned().collect())
            .filter(|line: &Vec<Piece>| !line.is_empty())
            .collect();
        let edge = side.iter().flatten().map(|p| p.right).fold(0.0, f64::max);
        out.extend(side.iter().map(|line| row(line, edge)));
    }
    in_reading_order(&page[band.end..], limit, out);
}

/// The place between two columns and the lines that have them.
fn columns(page: &[Vec<Piece>]) -> Option<(f64, std::ops::Range<usize>)> {
    let mut best: Option<(f64, std::ops::Range<usize>)> = None;
    let mut tried: Vec<f64> = page.iter().flatten().map(|p| p.left - 2.0).collect();
    tried.sort_by(f64::total_cmp);
    tried.dedup_by(|a, b| (*a - *b).abs() < 2.0);
    for gutter in tried {
        let crosses = |line: &Vec<Piece>| line.iter().any(|p| p.left < gutter && p.right > gutter - 4.0);
        let mut start = 0;
        for end in 0..=page.len() {
            if end < page.len() && !crosses(&page[end]) {
                continue;
            }
            let band = start..end;
            start = end + 1;
            if band.len() <= best.as_ref().map_or(0, |(_, b)| b.len()) || !is_band(&page[band.clone()], gutter) {
                continue;
            }
            best = Some((gutter, band));
        }
    }
    best
}

/// Whether both sides are text of their own, not dates or names at the edge of a line.
fn is_band(band: &[Vec<Piece>], gutter: f64) -> bool {
    let (left, right): (Vec<&Piece>, Vec<&Piece>) = band.iter().flatten().partition(|p| p.right <= gutter);
    let is_text = |side: &[&Piece]| {
        let wordy = side.iter().filter(|p| p.text.chars().filter(|c| c.is_alphabetic()).count() >= 4);
        let dated = side.iter().filter(|p| dates::period(&p.text).is_some()).count();
        wordy.count() >= COLUMN_LINES && dated * 3 < side.len()
    };
    // Bullets with their text to the right are one column.
    is_text(&left) && is_text(&right)
}

/// A line with its place on the page.
struct Placed {
    row: Row,
    y: f64,
    size: f64,
}

fn row(line: &[Piece], limit: f64) -> Placed {
    let text: Vec<&str> = line.iter().map(|p| p.text.trim()).collect();
    let (left, right) = (line[0].left, line[line.len() - 1].right);
    let letters: usize = line.iter().map(|p| p.text.chars().count()).sum();
    let width: f64 = line.iter().map(|p| p.right - p.left).sum();
    // A bullet and its text are one.
    let text = match text.as_slice() {
        [mark, rest @ ..] if mark.chars().count() == 1 && !rest.is_empty() => format!("{mark} {}", rest.join("\t")),
        _ => text.join("\t"),
    };
    let row = Row { text, left, right, limit, letter: width / letters.max(1) as f64, gap_before: false };
    Placed { row, y: line[0].y, size: line[0].size }
}

/// Lines further apart than this, as a multiple of the usual distance, are not of one paragraph.
const GAP: f64 = 1.25;

/// Says of each line whether it stands apart from the one above it.
fn with_gaps(placed: Vec<Placed>) -> Vec<Row> {
    let distance = |a: &Placed, b: &Placed| Some((b.y - a.y) / a.size.max(b.size)).filter(|d| *d > 0.0);
    let mut distances: Vec<f64> = placed.windows(2).filter_map(|w| distance(&w[0], &w[1])).collect();
    distances.sort_by(f64::total_cmp);
    // Of a text with many short paragraphs the smaller distances are those inside them.
    let usual = distances.get(distances.len() / 3).copied().unwrap_or(1.2);
    let gaps: Vec<bool> = std::iter::once(true)
        .chain(placed.windows(2).map(|w| {
            let other_type = (w[0].size - w[1].size).abs() > 0.15 * w[0].size;
            other_type || distance(&w[0], &w[1]).is_some_and(|d| d > GAP * usual)
        }))
        .collect();
    let marked = placed.into_iter().zip(gaps);
    marked.map(|(placed, gap)| Row { gap_before: gap, ..placed.row }).collect()
}
