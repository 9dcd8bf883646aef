//! Layout analysis: joins the glyphs of a page to words, text runs and lines, and puts the lines of columns into
//! reading order.

use super::dates;
use super::layout::LayoutLine;

/// The text of one glyph (several letters for a ligature) with its position, in points from the top left of the page.
#[derive(Debug, Clone)]
pub(super) struct TextGlyph {
    pub text: String,
    pub x: f64,
    /// The baseline.
    pub y: f64,
    pub width: f64,
    pub size: f64,
}

/// A text run: glyphs of one line without a wide gap between them.
#[derive(Debug, Clone)]
struct TextRun {
    text: String,
    left: f64,
    right: f64,
    y: f64,
    size: f64,
}

impl TextRun {
    /// Returns the number of alphabetic characters.
    fn alphabetic(&self) -> usize {
        self.text.chars().filter(|c| c.is_alphabetic()).count()
    }
}

type PageLine = Vec<TextRun>;

/// The maximum offset between the baselines of glyphs in one line, in letter heights.
const MAX_BASELINE_OFFSET: f64 = 0.35;
/// The minimum gap between text runs that becomes a tab, in letter heights; a smaller one becomes a space.
const MIN_TAB_GAP: f64 = 1.2;
/// The minimum gap that separates two text runs, in letter heights. Such a gap may be the gutter between two columns;
/// as a word space, it occurs only in justified lines.
const MIN_RUN_GAP: f64 = 0.7;
/// The maximum vertical offset of a bullet, which may be in another font, from its line, in letter heights.
const MAX_BULLET_OFFSET: f64 = 0.7;
/// The maximum distance of a bullet from the text after it, in letter heights.
const MAX_BULLET_DISTANCE: f64 = 4.0;
/// The maximum threshold for a word space, as an excess over the median gap inside words, in letter heights; also the
/// default if the gaps of a line have no clear step. The narrowest word space of a justified line is 0.14 (measured on
/// tightly set lines), kerning is below 0.1.
const MAX_SPACE_THRESHOLD: f64 = 0.16;
/// The minimum threshold for a word space, as an excess over the median gap inside words, in letter heights.
const MIN_SPACE_THRESHOLD: f64 = 0.09;
/// The minimum width of the gap after a step that may be a word space, as an excess over the median gap inside words,
/// in letter heights.
const MIN_SPACE: f64 = 0.12;
/// The minimum step between the sorted gap widths that separates gaps inside words from word spaces, in letter heights.
const MIN_STEP: f64 = 0.05;
/// The maximum offset between two copies of a glyph that imitate bold type, in letter heights.
const MAX_BOLD_OFFSET: f64 = 0.1;
/// The minimum number of lines with words in each column.
const MIN_COLUMN_LINES: usize = 5;
/// The maximum width of a sidebar, as a share of the width of the column beside it.
const MAX_SIDEBAR_SHARE: f64 = 0.75;
/// The maximum offset between aligned left edges, in points.
const MAX_EDGE_OFFSET_PT: f64 = 3.0;
/// The number of lines at the top and at the bottom of a page that are compared with other pages to find running
/// headers and footers.
const EDGE_LINES: usize = 3;

/// Returns the lines of all pages in reading order. Sidebars come last, so that they do not interrupt text that
/// continues on the next page.
pub(super) fn layout_lines(pages: Vec<Vec<TextGlyph>>) -> Vec<LayoutLine> {
    let mut pages: Vec<Vec<PageLine>> = pages.into_iter().map(lines).collect();
    remove_running_lines(&mut pages);
    let limit = pages.iter().flatten().flatten().map(|p| p.right).fold(0.0, f64::max);
    let (mut main, mut side) = (Vec::new(), Vec::new());
    let mut gutter = None;
    for page in &pages {
        in_reading_order(page, limit, &mut gutter, &mut main, &mut side);
    }
    main.append(&mut side);
    with_gap_flags(main)
}

/// Removes running headers and footers: page numbers, repeated lines, and the writer's name.
fn remove_running_lines(pages: &mut [Vec<PageLine>]) {
    let count = pages.len();
    let name = pages.iter().flatten().next().map_or(String::new(), |line| line[0].text.trim().to_lowercase());
    let key = |line: &PageLine| -> String {
        let text: Vec<&str> = line.iter().map(|p| p.text.trim()).collect();
        text.join(" ").to_lowercase().chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
    };
    let edges: Vec<Vec<String>> = pages
        .iter()
        .map(|p| p.iter().take(EDGE_LINES).chain(p.iter().rev().take(EDGE_LINES)).map(key).collect())
        .collect();
    for (n, page) in pages.iter_mut().enumerate() {
        let is_running_line = |line: &PageLine| {
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
        while page.last().is_some_and(is_running_line) {
            page.pop();
        }
        while n > 0 && page.first().is_some_and(is_running_line) {
            page.remove(0);
        }
    }
}

fn has_year(line: &PageLine) -> bool {
    line.iter().any(|p| dates::period(&p.text).is_some())
}

/// Returns the lines of a page from top to bottom, each split into text runs.
fn lines(mut letters: Vec<TextGlyph>) -> Vec<PageLine> {
    letters.retain(|l| !l.text.is_empty());
    letters.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Vec<TextGlyph>> = Vec::new();
    for glyph in letters {
        match lines.last_mut() {
            Some(line) if (glyph.y - line[0].y).abs() < MAX_BASELINE_OFFSET * glyph.size.max(line[0].size) => {
                line.push(glyph)
            }
            _ => lines.push(vec![glyph]),
        }
    }
    attach_bullets(lines.into_iter().map(split_into_runs).filter(|l: &PageLine| !l.is_empty()).collect())
}

/// Returns whether a text is only a list marker.
fn is_list_marker(text: &str) -> bool {
    text == "o" || (text.chars().count() <= 3 && !text.chars().all(char::is_alphabetic))
}

/// Moves bullets whose baseline is slightly off into the lines that they belong to.
fn attach_bullets(mut lines: Vec<PageLine>) -> Vec<PageLine> {
    let mut n = 0;
    while n < lines.len() {
        let is_bullet = |p: &TextRun| is_list_marker(&p.text) && !p.text.chars().any(char::is_alphanumeric);
        if let [bullet] = lines[n].as_slice()
            && is_bullet(bullet)
        {
            let bullet = bullet.clone();
            let away = |line: &PageLine| {
                let size = line[0].size.max(bullet.size);
                let dy = (line[0].y - bullet.y).abs() / size;
                let at = line.iter().position(|p| p.left >= bullet.right - 0.5 * size)?;
                let near = line[at].left - bullet.right < MAX_BULLET_DISTANCE * size
                    && dy < MAX_BULLET_OFFSET
                    && !is_bullet(&line[at]);
                near.then_some((dy, at))
            };
            let beside = [n.wrapping_sub(1), n + 1].into_iter().filter_map(|i| Some((i, away(lines.get(i)?)?)));
            if let Some((i, (_, at))) = beside.min_by(|a, b| a.1.0.total_cmp(&b.1.0)) {
                lines[i].insert(at, bullet);
                lines.remove(n);
                continue;
            }
        }
        n += 1;
    }
    lines
}

/// Splits a line into text runs.
fn split_into_runs(mut line: Vec<TextGlyph>) -> PageLine {
    line.sort_by(|a, b| a.x.total_cmp(&b.x));
    line.dedup_by(|b, a| {
        a.text == b.text && (b.x - a.x).abs() < MAX_BOLD_OFFSET * a.size && (b.y - a.y).abs() < MAX_BOLD_OFFSET * a.size
    });
    let mut found: Vec<Vec<TextGlyph>> = Vec::new();
    let mut right = f64::NEG_INFINITY;
    for glyph in line {
        // Blanks between text runs are dropped; the gap is represented by the positions.
        let is_blank = glyph.text.trim().is_empty();
        match found.last_mut() {
            Some(run) if glyph.x - right <= MIN_RUN_GAP * glyph.size.max(run[0].size) => run.push(glyph.clone()),
            _ if is_blank => continue,
            _ => found.push(vec![glyph.clone()]),
        }
        if !is_blank {
            right = right.max(glyph.x + glyph.width);
        }
    }
    // Drops rows of signs that rate skills, such as bars and dots.
    let is_drawn = |p: &TextRun| {
        let signs = p.text.chars().filter(|c| !c.is_whitespace());
        signs.clone().count() > 2 && !signs.clone().any(|c| c.is_alphanumeric() || c == '\u{fffd}')
    };
    found.into_iter().map(join_glyphs).filter(|p| !is_drawn(p)).collect()
}

/// Joins the glyphs of a text run. A gap is a word space if the file has a blank there, or if the gap is wider than
/// those inside words.
fn join_glyphs(letters: Vec<TextGlyph>) -> TextRun {
    let space = space_threshold(&letters);
    let mut run = TextRun { text: String::new(), left: letters[0].x, right: letters[0].x, y: letters[0].y, size: 0.0 };
    let mut blank_before = false;
    for glyph in letters {
        if glyph.text.trim().is_empty() {
            // Some programs write a blank on top of the preceding word; it is not a word space.
            blank_before = glyph.x + glyph.width > run.right;
            continue;
        }
        let gap = (glyph.x - run.right) / glyph.size;
        if !run.text.is_empty() && (gap > space || (blank_before && gap > 0.0)) {
            run.text.push(' ');
        }
        // In many fonts, hyphen and soft hyphen are one glyph, and files may map it to either character.
        run.text.push_str(&glyph.text.replace('\u{ad}', "-"));
        run.right = run.right.max(glyph.x + glyph.width);
        run.size = run.size.max(glyph.size);
        blank_before = false;
    }
    run
}

/// Returns the gap width above which a gap is a word space, in letter heights: the middle of the step between gaps
/// inside words (wide in letter-spaced text) and word spaces (narrow in tight lines).
fn space_threshold(letters: &[TextGlyph]) -> f64 {
    let solid: Vec<&TextGlyph> = letters.iter().filter(|l| !l.text.trim().is_empty()).collect();
    let mut gaps: Vec<f64> = solid.windows(2).map(|w| (w[1].x - w[0].x - w[0].width) / w[1].size).collect();
    gaps.sort_by(f64::total_cmp);
    let inside = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0).max(0.0);
    if gaps.len() < 4 {
        return MAX_SPACE_THRESHOLD;
    }
    let is_step = |w: &[f64]| w[1] - w[0].max(inside) >= MIN_STEP && w[1] >= inside + MIN_SPACE;
    let step = gaps.windows(2).find(|w| is_step(w));
    let middle = step.map_or(inside + MAX_SPACE_THRESHOLD, |s| (s[0].max(inside) + s[1]) / 2.0);
    middle.clamp(inside + MIN_SPACE_THRESHOLD, inside + MAX_SPACE_THRESHOLD)
}

/// Appends the lines of a page in reading order: two columns are appended one after the other. `gutter` is the position
/// of the gutter beside a sidebar on the previous page, and is updated for the next page.
fn in_reading_order(
    page: &[PageLine],
    limit: f64,
    gutter: &mut Option<f64>,
    main: &mut Vec<PlacedLine>,
    side: &mut Vec<PlacedLine>,
) {
    let same = gutter.filter(|g| page.iter().all(|line| !crosses(line, *g))).map(|g| (g, 0..page.len()));
    let Some((at, band)) = same.filter(|_| !page.is_empty()).or_else(|| find_columns(page)) else {
        main.extend(page.iter().map(|line| layout_line(line, limit)));
        return;
    };
    main.extend(page[..band.start].iter().map(|line| layout_line(line, limit)));
    let [left, right] = [true, false].map(|is_left| {
        let of_side = |line: &PageLine| line.iter().filter(|p| (p.right <= at) == is_left).cloned().collect();
        page[band.clone()].iter().map(of_side).filter(|line: &PageLine| !line.is_empty()).collect::<Vec<PageLine>>()
    });
    let edges = |lines: &[PageLine]| {
        let left = lines.iter().flatten().map(|p| p.left).fold(f64::INFINITY, f64::min);
        (left, lines.iter().flatten().map(|p| p.right).fold(left, f64::max))
    };
    let width = |lines: &[PageLine]| edges(lines).1 - edges(lines).0;
    let placed = |lines: &[PageLine]| -> Vec<PlacedLine> {
        lines.iter().map(|line| layout_line(line, edges(lines).1)).collect()
    };
    let is_known = gutter.is_some_and(|g| (g - at).abs() < 1e-9);
    let left_is_bar = if is_known { at * 2.0 < limit } else { width(&left) < MAX_SIDEBAR_SHARE * width(&right) };
    let right_is_bar = if is_known { !left_is_bar } else { width(&right) < MAX_SIDEBAR_SHARE * width(&left) };
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

/// Returns whether a line has text that crosses the gutter.
fn crosses(line: &PageLine, gutter: f64) -> bool {
    line.iter().any(|p| p.left < gutter && p.right > gutter - 4.0)
}

/// Finds two columns: returns the position of their gutter, and the range of lines that they span.
fn find_columns(page: &[PageLine]) -> Option<(f64, std::ops::Range<usize>)> {
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
            if band.len() <= best.as_ref().map_or(0, |(_, b)| b.len()) || !are_columns(&page[band.clone()], gutter) {
                continue;
            }
            best = Some((gutter, band));
        }
    }
    best
}

/// Returns whether the text on both sides of the gutter forms a column, rather than dates or places at the edge of
/// lines.
fn are_columns(band: &[PageLine], gutter: f64) -> bool {
    [true, false].into_iter().all(|is_left| {
        let first =
            |line: &PageLine| line.iter().find(|p| (p.right <= gutter) == is_left && !is_list_marker(&p.text)).cloned();
        let side: Vec<TextRun> = band.iter().filter_map(first).collect();
        let wordy: Vec<&TextRun> = side.iter().filter(|p| p.alphabetic() >= 4).collect();
        let dated = side.iter().filter(|p| dates::period(&p.text).is_some()).count();
        wordy.len() >= MIN_COLUMN_LINES && dated * 3 < side.len() && is_left_aligned(&wordy)
    })
}

/// Returns whether most left edges are aligned at one or two positions, as in a column; right-aligned text such as
/// dates is not.
fn is_left_aligned(side: &[&TextRun]) -> bool {
    let near = |a: f64| side.iter().filter(|p| (p.left - a).abs() < MAX_EDGE_OFFSET_PT).count();
    let first = side.iter().map(|p| p.left).max_by_key(|l| near(*l));
    let second = side.iter().map(|p| p.left).filter(|l| first.is_some_and(|f| (l - f).abs() >= MAX_EDGE_OFFSET_PT));
    let second = second.max_by_key(|l| near(*l)).map_or(0, near);
    (first.map_or(0, near) + second) * 3 >= side.len() * 2
}

/// A line with its position on the page.
struct PlacedLine {
    row: LayoutLine,
    y: f64,
    size: f64,
}

fn layout_line(line: &[TextRun], limit: f64) -> PlacedLine {
    let (left, right) = (line[0].left, line[line.len() - 1].right);
    let letters: usize = line.iter().map(|p| p.text.chars().count()).sum();
    let width: f64 = line.iter().map(|p| p.right - p.left).sum();
    let mut text = line[0].text.trim().to_string();
    for pair in line.windows(2) {
        // A bullet is separated from its text by a space, however wide the gap.
        let bullet = pair[0].left == left && is_list_marker(&text);
        let apart = pair[1].left - pair[0].right > MIN_TAB_GAP * pair[0].size.max(pair[1].size);
        text.push(if apart && !bullet { '\t' } else { ' ' });
        text.push_str(pair[1].text.trim());
    }
    let size = line.iter().max_by(|a, b| (a.right - a.left).total_cmp(&(b.right - b.left))).map_or(1.0, |p| p.size);
    let row = LayoutLine {
        text,
        left,
        cell: line[line.len() - 1].left,
        right,
        limit,
        letter_width: width / letters.max(1) as f64,
        gap_before: false,
    };
    PlacedLine { row, y: line[0].y, size }
}

/// The maximum distance between two lines of one paragraph, as a multiple of the usual distance.
const MAX_LINE_DISTANCE: f64 = 1.25;

/// Sets for each line whether there is extra space above it.
fn with_gap_flags(placed: Vec<PlacedLine>) -> Vec<LayoutLine> {
    let distance = |a: &PlacedLine, b: &PlacedLine| Some((b.y - a.y) / a.size.max(b.size)).filter(|d| *d > 0.0);
    let mut distances: Vec<f64> = placed.windows(2).filter_map(|w| distance(&w[0], &w[1])).collect();
    distances.sort_by(f64::total_cmp);
    // The first tercile: in a text with many short paragraphs, only the smaller distances are those inside paragraphs.
    let usual = distances.get(distances.len() / 3).copied().unwrap_or(1.2);
    let gaps: Vec<bool> = std::iter::once(true)
        .chain(placed.windows(2).map(|w| {
            let other_type = (w[0].size - w[1].size).abs() > 0.15 * w[0].size;
            other_type || distance(&w[0], &w[1]).is_some_and(|d| d > MAX_LINE_DISTANCE * usual)
        }))
        .collect();
    let marked = placed.into_iter().zip(gaps);
    marked.map(|(placed, gap)| LayoutLine { gap_before: gap, ..placed.row }).collect()
}
