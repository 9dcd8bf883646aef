//! From lines as they are set to paragraphs as they were written.

use super::dates;

/// A paragraph, a list item, a heading or a line of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph {
    /// Its words, without the list's mark; a tab where the text was set apart.
    pub text: String,
    /// Whether it is an item of a list.
    pub is_item: bool,
    /// Whether it stands apart from what is before it.
    pub stands_apart: bool,
}

/// A line as it is set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub text: String,
    /// Where it begins and ends, and where it could end at most: in columns or points.
    pub left: f64,
    pub right: f64,
    pub limit: f64,
    /// The width of a letter.
    pub letter: f64,
    /// Whether there is more room above it than between the lines of a paragraph.
    pub gap_before: bool,
}

/// The item that a line begins: its text without the mark.
pub(super) fn item(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let mark = text.chars().next()?;
    let rest = text[mark.len_utf8()..].trim_start();
    let is_sign = "•‣▪▫◦●○■□➢➤►✓✔·∙※".contains(mark) || ('\u{e000}'..='\u{f8ff}').contains(&mark);
    let is_dash = "-–—*+o".contains(mark) && text[mark.len_utf8()..].starts_with([' ', '\t']);
    ((is_sign || is_dash) && rest.chars().any(char::is_alphanumeric)).then_some(rest)
}

/// Puts lines together that one paragraph was broken into.
pub(super) fn paragraphs(rows: Vec<Row>) -> Vec<Paragraph> {
    let known: String = rows.iter().map(|r| r.text.to_lowercase()).collect::<Vec<_>>().join(" ");
    let mut found: Vec<Paragraph> = Vec::new();
    let mut before: Option<Row> = None;
    for row in rows {
        let begins_item = item(&row.text);
        let joins = begins_item.is_none()
            && before.as_ref().zip(found.last()).is_some_and(|(before, last)| continues(before, last, &row));
        match found.last_mut().filter(|_| joins) {
            Some(last) => join(&mut last.text, row.text.trim(), &known),
            None => found.push(Paragraph {
                text: begins_item.unwrap_or(&row.text).trim().to_string(),
                is_item: begins_item.is_some(),
                stands_apart: row.gap_before,
            }),
        }
        before = Some(row);
    }
    for paragraph in &mut found {
        paragraph.text = paragraph.text.replace('\u{ad}', "").replace('\u{a0}', " ");
        if paragraph.is_item {
            paragraph.text = paragraph.text.replace('\t', " ");
        }
    }
    found
}

/// A line of an item that reaches so far was not left early, as a share of the longest line.
const MOST_OF_A_LINE: f64 = 0.75;

/// Whether a line goes on with the paragraph of the one before it.
fn continues(before: &Row, paragraph: &Paragraph, row: &Row) -> bool {
    if row.gap_before || row.text.contains('\t') || (before.text.contains('\t') && !paragraph.is_item) {
        return false;
    }
    let ended = before.text.trim_end();
    let lower = row.text.chars().next().is_some_and(char::is_lowercase);
    if ended.ends_with([',', '\u{ad}', '-', '\u{2010}', '&', '/']) || (lower && !ended.ends_with(['.', '!', '?'])) {
        return true;
    }
    // A line that begins with a number begins nothing, unless that is a year.
    let number = row.text.starts_with(|c: char| c.is_ascii_digit() || "€$£".contains(c))
        && dates::period(&row.text).is_none_or(|p| p.range.start != 0);
    if number && paragraph.is_item && !ended.ends_with(['.', '!', '?']) && before.right > MOST_OF_A_LINE * before.limit
    {
        return true;
    }
    if !paragraph.is_item && dates::period(ended).is_some_and(|p| p.range.end == ended.len()) {
        return false;
    }
    let word = row.text.split_whitespace().next().map_or(0, |w| w.chars().count());
    let is_full = before.right + (word as f64 + 1.0) * before.letter > before.limit + 0.5 * before.letter;
    if paragraph.is_item {
        // Under the words of an item, not under its mark; what is indented so goes on where its line was not left early.
        let first = if item(&before.text).is_some() { before.left } else { row.left - row.letter };
        let hangs = row.left > first + 0.5 * row.letter && (before.left <= row.left + 0.5 * row.letter);
        return hangs && (is_full || before.right > MOST_OF_A_LINE * before.limit);
    }
    is_full && (before.left - row.left).abs() < 2.0 * row.letter
}

/// Adds a line to a paragraph; a word that was broken in two becomes whole where the text has it whole elsewhere, or
/// where the break is a soft one.
fn join(text: &mut String, line: &str, known: &str) {
    let soft = text.ends_with('\u{ad}');
    let hard = text.ends_with(['-', '\u{2010}']) && !text.ends_with(" -");
    if soft {
        text.pop();
        text.push_str(line);
        return;
    }
    if hard && line.chars().next().is_some_and(char::is_lowercase) {
        let stem = text.trim_end_matches(['-', '\u{2010}']);
        let first: String = stem.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
        let second: String = line.chars().take_while(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
        let whole = format!("{first}{second}");
        if known.split(|c: char| !c.is_alphabetic()).any(|w| w == whole) || text.ends_with('\u{2010}') {
            text.truncate(stem.len());
        }
        text.push_str(line);
        return;
    }
    if !hard {
        text.push(' ');
    }
    text.push_str(line);
}

/// The sentences of a text, as they are written.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    const STOPS_NOTHING: &[&str] = &["mr", "mrs", "ms", "dr", "st", "e.g", "i.e", "no", "approx", "vs", "etc", "co"];
    let mut found = Vec::new();
    let mut start = 0;
    let marks: Vec<(usize, char)> = text.char_indices().collect();
    for (n, (i, c)) in marks.iter().enumerate() {
        if !".!?".contains(*c) {
            continue;
        }
        let mut end = n + 1;
        while end < marks.len() && "\"')]\u{201d}\u{2019}".contains(marks[end].1) {
            end += 1;
        }
        let Some((at, ' ')) = marks.get(end).copied() else { continue };
        let opens = marks[end..].iter().find(|m| !m.1.is_whitespace()).is_some_and(|m| !m.1.is_lowercase());
        let last = text[start..*i].rsplit([' ', '(']).next().unwrap_or_default().to_lowercase();
        let abbreviated = *c == '.' && (STOPS_NOTHING.contains(&last.as_str()) || last.chars().count() == 1);
        if opens && !abbreviated {
            found.push(text[start..at].trim());
            start = at;
        }
    }
    found.push(text[start..].trim());
    found.retain(|s| !s.is_empty());
    found
}
