//! Turns the glyphs of a page into lines in reading order: words, separate pieces of lines, columns.

use super::dates;
use super::layout::Row;

/// A letter, or several if one glyph stands for them; positions in points from the top left.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub text: String,
    pub x: f64,
    /// The baseline of the line.
    pub y: f64,
    pub width: f64,
    pub size: f64,
}

/// A run of letters without a wide space between them.
#[derive(Debug, Clone)]
struct Piece {
    text: String,
    left: f64,
    right: f64,
    y: f64,
    size: f64,
}

impl Piece {
    /// Returns the number of alphabetic characters.
    fn alphabetic(&self) -> usize {
        self.text.chars().filter(|c| c.is_alphabetic()).count()
    }
}

type Line = Vec<Piece>;

/// The tolerance of baselines within one line, in letter heights.
const SAME_LINE: f64 = 0.35;
/// The smallest space that separates pieces of a line, in letter heights.
const APART: f64 = 1.2;
/// The smallest space that may be a gutter between two columns, in letter heights; between words, only justified lines
/// have it.
const GUTTER: f64 = 0.7;
/// The largest vertical offset of a bullet in another font from its line, in letter heights.
const MARK_RISE: f64 = 0.7;
/// The largest distance of a bullet from the text that it precedes, in letter heights.
const MARK_REACH: f64 = 4.0;
/// The width of a space beyond the usual gap inside words, in letter heights: the threshold without a clear step
/// between the gaps, and the highest threshold. The narrowest space of a justified line is 0.14 (ours, over lines that
/// were set tightly), kerning is below 0.1.
const SPACE: f64 = 0.16;
/// The lowest threshold for a space beyond the usual gap inside words, in letter heights.
const NARROWEST_SPACE: f64 = 0.09;
/// The narrowest gap after the step that may be a space, beyond the usual gap inside words, in letter heights.
const TIGHTEST: f64 = 0.12;
/// The smallest step in width from the gaps inside words to those between words, in letter heights.
const STEP: f64 = 0.05;
/// The largest offset, in letter heights, at which the same letter drawn twice is fake bold.
const TWICE: f64 = 0.1;
/// The minimum number of lines with words in each of two columns.
const COLUMN_LINES: usize = 5;
/// The largest width of a side bar, as a share of the column beside it.
const SIDE_BAR: f64 = 0.75;
/// The tolerance of aligned left edges, in points.
const SAME_EDGE: f64 = 3.0;
/// The number of lines at the top and at the bottom of a page that may be running headers and footers.
const FRAME_LINES: usize = 3;

/// Returns the lines of all pages in reading order. Side bars come last, so that text that continues on the next page
/// is not interrupted.
pub(super) fn rows(pages: Vec<Vec<Letter>>) -> Vec<Row> {
    let mut pages: Vec<Vec<Line>> = pages.into_iter().map(lines).collect();
    without_frames(&mut pages);
    let limit = pages.iter().flatten().flatten().map(|p| p.right).fold(0.0, f64::max);
    let (mut main, mut side) = (Vec::new(), Vec::new());
    let mut gutter = None;
    for page in &pages {
        in_reading_order(page, limit, &mut gutter, &mut main, &mut side);
    }
    main.append(&mut side);
    with_gaps(main)
}

/// Removes running headers and footers, such as page numbers, the name and the title.
fn without_frames(pages: &mut [Vec<Line>]) {
    let count = pages.len();
    let name = pages.iter().flatten().next().map_or(String::new(), |line| line[0].text.trim().to_lowercase());
    let key = |line: &Line| -> String {
        let text: Vec<&str> = line.iter().map(|p| p.text.trim()).collect();
        text.join(" ").to_lowercase().chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
    };
    let edges: Vec<Vec<String>> = pages
        .iter()
        .map(|p| p.iter().take(FRAME_LINES).chain(p.iter().rev().take(FRAME_LINES)).map(key).collect())
        .collect();
    for (n, page) in pages.iter_mut().enumerate() {
        let is_frame = |line: &Line| {
            let text = key(line);
            let letters = text.chars().filter(|c| c.is_alphabetic()).count();
            let digits = text.chars().filter(|c| *c == '0').count();
            let is_number =
                letters == 0 && (1..=4).contains(&digits) && !text.contains(['$', '\u{20ac}', '\u{a3}', '%', ',']);
            let numbered = is_number || (letters <= 6 && digits > 0 && (text.contains("page") || text.contains("of")));
            let repeated = count > 1 && edges.iter().filter(|e| e.contains(&text)).count() > count / 2;
            let named = n > 0 && !name.is_empty() && text.contains(&name) && text.chars().count() < 80;
            let of_page = text.contains("page 0");
            (numbered && !has_year(line)) || repeated || named || of_page
        };
        while page.last().is_some_and(is_frame) {
            page.pop();
        }
        while n > 0 && page.first().is_some_and(is_frame) {
            page.remove(0);
        }
    }
}

fn has_year(line: &Line) -> bool {
    line.iter().any(|p| dates::period(&p.text).is_some())
}

/// Returns the lines of a page from top to bottom, each split into its pieces.
fn lines(mut letters: Vec<Letter>) -> Vec<Line> {
    letters.retain(|l| !l.text.is_empty());
    letters.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Vec<Letter>> = Vec::new();
    for letter in letters {
        match lines.last_mut() {
            Some(line) if (letter.y - line[0].y).abs() < SAME_LINE * letter.size.max(line[0].size) => line.push(letter),
            _ => lines.push(vec![letter]),
        }
    }
    with_marks(lines.into_iter().map(pieces).filter(|l: &Line| !l.is_empty()).collect())
}

/// Returns whether a text is nothing but a list marker.
fn is_mark(text: &str) -> bool {
    text == "o" || (text.chars().count() <= 3 && !text.chars().all(char::is_alphabetic))
}

/// Moves bullets that lie a little above or below their lines into these lines.
fn with_marks(mut lines: Vec<Line>) -> Vec<Line> {
    let mut n = 0;
    while n < lines.len() {
        let is_sign = |p: &Piece| is_mark(&p.text) && !p.text.chars().any(char::is_alphanumeric);
        if let [mark] = lines[n].as_slice()
            && is_sign(mark)
        {
            let mark = mark.clone();
            let away = |line: &Line| {
                let size = line[0].size.max(mark.size);
                let dy = (line[0].y - mark.y).abs() / size;
                let at = line.iter().position(|p| p.left >= mark.right - 0.5 * size)?;
                let near = line[at].left - mark.right < MARK_REACH * size && dy < MARK_RISE && !is_sign(&line[at]);
                near.then_some((dy, at))
            };
            let beside = [n.wrapping_sub(1), n + 1].into_iter().filter_map(|i| Some((i, away(lines.get(i)?)?)));
            if let Some((i, (_, at))) = beside.min_by(|a, b| a.1.0.total_cmp(&b.1.0)) {
                lines[i].insert(at, mark);
                lines.remove(n);
                continue;
            }
        }
        n += 1;
    }
    lines
}

/// Splits a line into its pieces.
fn pieces(mut line: Vec<Letter>) -> Line {
    line.sort_by(|a, b| a.x.total_cmp(&b.x));
    line.dedup_by(|b, a| a.text == b.text && (b.x - a.x).abs() < TWICE * a.size && (b.y - a.y).abs() < TWICE * a.size);
    let mut found: Vec<Vec<Letter>> = Vec::new();
    let mut right = f64::NEG_INFINITY;
    for letter in line {
        // Blanks are dropped between pieces, where the gap that they leave is what counts.
        let is_blank = letter.text.trim().is_empty();
        match found.last_mut() {
            Some(piece) if letter.x - right <= GUTTER * letter.size.max(piece[0].size) => piece.push(letter.clone()),
            _ if is_blank => continue,
            _ => found.push(vec![letter.clone()]),
        }
        if !is_blank {
            right = right.max(letter.x + letter.width);
        }
    }
    // Drops drawn bars and dots that rate skills.
    let is_drawn = |p: &Piece| {
        let signs = p.text.chars().filter(|c| !c.is_whitespace());
        signs.clone().count() > 2 && !signs.clone().any(|c| c.is_alphanumeric() || c == '\u{fffd}')
    };
    found.into_iter().map(piece).filter(|p| !is_drawn(p)).collect()
}

/// Joins adjacent letters into words. A gap is a space if the file says so, or if it is wider than the gaps inside
/// words.
fn piece(letters: Vec<Letter>) -> Piece {
    let space = narrowest_space(&letters);
    let mut piece = Piece { text: String::new(), left: letters[0].x, right: letters[0].x, y: letters[0].y, size: 0.0 };
    let mut blank_before = false;
    for letter in letters {
        if letter.text.trim().is_empty() {
            // Some programs write a space merely for its width, on top of the preceding word.
            blank_before = letter.x + letter.width > piece.right;
            continue;
        }
        let gap = (letter.x - piece.right) / letter.size;
        if !piece.text.is_empty() && (gap > space || (blank_before && gap > 0.0)) {
            piece.text.push(' ');
        }
        // In many fonts, one glyph serves as hyphen and soft hyphen, and files may map it to either.
        piece.text.push_str(&letter.text.replace('\u{ad}', "-"));
        piece.right = piece.right.max(letter.x + letter.width);
        piece.size = piece.size.max(letter.size);
        blank_before = false;
    }
    piece
}

/// Returns the smallest gap that is a space among these letters, in letter heights: the middle of the step between the
/// gaps inside words, which are wide in letter-spaced text, and those between words, which are narrow in tight lines.
fn narrowest_space(letters: &[Letter]) -> f64 {
    let solid: Vec<&Letter> = letters.iter().filter(|l| !l.text.trim().is_empty()).collect();
    let mut gaps: Vec<f64> = solid.windows(2).map(|w| (w[1].x - w[0].x - w[0].width) / w[1].size).collect();
    gaps.sort_by(f64::total_cmp);
    let inside = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0).max(0.0);
    if gaps.len() < 4 {
        return SPACE;
    }
    let is_step = |w: &[f64]| w[1] - w[0].max(inside) >= STEP && w[1] >= inside + TIGHTEST;
    let step = gaps.windows(2).find(|w| is_step(w));
    let middle = step.map_or(inside + SPACE, |s| (s[0].max(inside) + s[1]) / 2.0);
    middle.clamp(inside + NARROWEST_SPACE, inside + SPACE)
}

/// Adds the lines of a page: in order, or one column after the other where there are two.
fn in_reading_order(
    page: &[Line],
    limit: f64,
    gutter: &mut Option<f64>,
    main: &mut Vec<Placed>,
    side: &mut Vec<Placed>,
) {
    let same = gutter.filter(|g| page.iter().all(|line| !crosses(line, *g))).map(|g| (g, 0..page.len()));
    let Some((at, band)) = same.filter(|_| !page.is_empty()).or_else(|| columns(page)) else {
        main.extend(page.iter().map(|line| row(line, limit)));
        return;
    };
    main.extend(page[..band.start].iter().map(|line| row(line, limit)));
    let [left, right] = [true, false].map(|is_left| {
        let of_side = |line: &Line| line.iter().filter(|p| (p.right <= at) == is_left).cloned().collect();
        page[band.clone()].iter().map(of_side).filter(|line: &Line| !line.is_empty()).collect::<Vec<Line>>()
    });
    let edges = |lines: &[Line]| {
        let left = lines.iter().flatten().map(|p| p.left).fold(f64::INFINITY, f64::min);
        (left, lines.iter().flatten().map(|p| p.right).fold(left, f64::max))
    };
    let width = |lines: &[Line]| edges(lines).1 - edges(lines).0;
    let placed = |lines: &[Line]| -> Vec<Placed> { lines.iter().map(|line| row(line, edges(lines).1)).collect() };
    let is_known = gutter.is_some_and(|g| (g - at).abs() < 1e-9);
    let left_is_bar = if is_known { at * 2.0 < limit } else { width(&left) < SIDE_BAR * width(&right) };
    let right_is_bar = if is_known { !left_is_bar } else { width(&right) < SIDE_BAR * width(&left) };
    match (left_is_bar, right_is_bar) {
        (true, _) => {
            side.extend(placed(&left));
            main.extend(placed(&right));
        }
        (_, true) => {
            main.extend(placed(&left));
            side.extend(placed(&right));
        }
        _ => {
            main.extend(placed(&left));
            main.extend(placed(&right));
        }
    }
    if left_is_bar || right_is_bar {
        *gutter = Some(at);
    }
    in_reading_order(&page[band.end..], limit, &mut None, main, side);
}

/// Returns whether a line has text across the given gutter.
fn crosses(line: &Line, gutter: f64) -> bool {
    line.iter().any(|p| p.left < gutter && p.right > gutter - 4.0)
}

/// Finds the gutter between two columns, and the lines that have both.
fn columns(page: &[Line]) -> Option<(f64, std::ops::Range<usize>)> {
    let mut best: Option<(f64, std::ops::Range<usize>)> = None;
    let mut tried: Vec<f64> = page.iter().flatten().map(|p| p.left - 2.0).collect();
    tried.sort_by(f64::total_cmp);
    tried.dedup_by(|a, b| (*a - *b).abs() < 2.0);
    for gutter in tried {
        let mut start = 0;
        for end in 0..=page.len() {
            if end < page.len() && !crosses(&page[end], gutter) {
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

/// Returns whether both sides are running text rather than dates or places at the edge of a line.
fn is_band(band: &[Line], gutter: f64) -> bool {
    [true, false].into_iter().all(|is_left| {
        let first = |line: &Line| line.iter().find(|p| (p.right <= gutter) == is_left && !is_mark(&p.text)).cloned();
        let side: Vec<Piece> = band.iter().filter_map(first).collect();
        let wordy: Vec<&Piece> = side.iter().filter(|p| p.alphabetic() >= 4).collect();
        let dated = side.iter().filter(|p| dates::period(&p.text).is_some()).count();
        wordy.len() >= COLUMN_LINES && dated * 3 < side.len() && is_flush(&wordy)
    })
}

/// Returns whether the left edges are aligned at one or two positions; right-aligned words are dates and the like.
fn is_flush(side: &[&Piece]) -> bool {
    let near = |a: f64| side.iter().filter(|p| (p.left - a).abs() < SAME_EDGE).count();
    let first = side.iter().map(|p| p.left).max_by_key(|l| near(*l));
    let second = side.iter().map(|p| p.left).filter(|l| first.is_some_and(|f| (l - f).abs() >= SAME_EDGE));
    let second = second.max_by_key(|l| near(*l)).map_or(0, near);
    (first.map_or(0, near) + second) * 3 >= side.len() * 2
}

/// A line with its place on the page.
struct Placed {
    row: Row,
    y: f64,
    size: f64,
}

fn row(line: &[Piece], limit: f64) -> Placed {
    let (left, right) = (line[0].left, line[line.len() - 1].right);
    let letters: usize = line.iter().map(|p| p.text.chars().count()).sum();
    let width: f64 = line.iter().map(|p| p.right - p.left).sum();
    let mut text = line[0].text.trim().to_string();
    for pair in line.windows(2) {
        // A bullet and its text belong together.
        let bullet = pair[0].left == left && is_mark(&text);
        let apart = pair[1].left - pair[0].right > APART * pair[0].size.max(pair[1].size);
        text.push(if apart && !bullet { '\t' } else { ' ' });
        text.push_str(pair[1].text.trim());
    }
    let size = line.iter().max_by(|a, b| (a.right - a.left).total_cmp(&(b.right - b.left))).map_or(1.0, |p| p.size);
    let row = Row {
        text,
        left,
        cell: line[line.len() - 1].left,
        right,
        limit,
        letter: width / letters.max(1) as f64,
        gap_before: false,
    };
    Placed { row, y: line[0].y, size }
}

/// The largest distance between two lines of one paragraph, as a multiple of the usual distance.
const GAP: f64 = 1.25;

/// Sets for each line whether it stands apart from the one above it.
fn with_gaps(placed: Vec<Placed>) -> Vec<Row> {
    let distance = |a: &Placed, b: &Placed| Some((b.y - a.y) / a.size.max(b.size)).filter(|d| *d > 0.0);
    let mut distances: Vec<f64> = placed.windows(2).filter_map(|w| distance(&w[0], &w[1])).collect();
    distances.sort_by(f64::total_cmp);
    // In a text with many short paragraphs, the smaller distances are those inside them.
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
