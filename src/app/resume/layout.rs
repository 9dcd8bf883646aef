//! From the lines of the layout to paragraphs as they were written.

use super::dates;

/// A paragraph, a list item, a heading or a line of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph {
    /// Its words, without the list's mark; a tab where the text was set apart.
    pub text: String,
    /// Whether it is an item of a list.
    pub is_item: bool,
    /// Whether there is extra space before it.
    pub stands_apart: bool,
    /// Whether its letters or spaces are uncertain: then it is not quoted.
    pub is_doubtful: bool,
}

/// A line of the layout.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub text: String,
    /// Where it begins and ends, and where it could end at most: in columns or points.
    pub left: f64,
    /// Where the last separate piece begins.
    pub cell: f64,
    pub right: f64,
    pub limit: f64,
    /// The width of a letter.
    pub letter: f64,
    /// Whether there is more room above it than between the lines of a paragraph.
    pub gap_before: bool,
}

/// The item that a line begins: its text without the mark. A mark is a sign that is no letter, or a number with a dot.
pub(super) fn item(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let rest = numbered(text).or_else(|| signed(text))?;
    rest.chars().any(char::is_alphanumeric).then_some(rest)
}

/// The text after "1.", "2)", "(3)" or "a)"; years and amounts are no marks.
fn numbered(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('(').unwrap_or(text);
    let digits = inside.len() - inside.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let is_letter = digits == 0 && inside.starts_with(|c: char| c.is_ascii_lowercase());
    let rest = &inside[if is_letter { 1 } else { digits }..];
    let closed = rest
        .strip_prefix(')')
        .or_else(|| rest.strip_prefix('.').filter(|_| !is_letter && inside.len() == text.len()))?;
    let begins = closed.starts_with([' ', '\t']) && closed.trim_start().starts_with(|c: char| c.is_alphabetic());
    ((1..=2).contains(&digits) || is_letter).then_some(closed.trim_start()).filter(|_| begins)
}

/// Signs that words begin with, and that are no marks of a list: quotes, brackets, money.
const OPENING: &str = "\"'\u{2018}\u{201c}\u{201a}\u{201e}\u{ab}\u{2039}([{<$\u{a3}\u{20ac}\u{a5}#@&%=_/\\.,:;?!\u{bf}\u{a1}\u{a7}\u{2116}~\u{2248}\u{2026}\u{a9}\u{ae}\u{2122}";
/// Signs that stand in words, too: a mark when a space or a capital letter follows.
const DASHES: &str = "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}*+>|^";

/// The text after signs that are no letters, or after the "o" that some programs draw a circle with.
fn signed(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let spaced = |rest: &str| rest.starts_with([' ', '\t', '\u{a0}']);
    if first == 'o' {
        let rest = text[1..].trim_start();
        return (spaced(&text[1..]) && !rest.starts_with(|c: char| c.is_lowercase())).then_some(rest);
    }
    let is_mark = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !OPENING.contains(c);
    let rest = text.trim_start_matches(|c: char| is_mark(c) || c == '\u{fe0f}' || c == '\u{200b}');
    if rest.len() == text.len() {
        // ">>", "=>" and ".": signs that are marks only when they stand alone.
        let alone =
            text.split_whitespace().next().filter(|w| ["=", "=>", "~", ".", ":", "#", "::", "..", "<>"].contains(w));
        return alone.map(|w| text[w.len()..].trim_start());
    }
    let dashes = DASHES.contains(first);
    let parted = spaced(rest) || rest.starts_with(|c: char| c.is_uppercase() || c == '\u{fffd}');
    (!dashes || parted).then_some(rest.trim_start())
}

/// Joins the lines of each paragraph.
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
                is_doubtful: false,
            }),
        }
        before = Some(row);
    }
    for paragraph in &mut found {
        paragraph.text = paragraph.text.replace('\u{ad}', "").replace('\u{a0}', " ");
        paragraph.is_doubtful = is_doubtful(&paragraph.text);
    }
    found
}

/// No word of a resume is longer, in letters.
const LONGEST_WORD: usize = 24;

/// Whether words run together or letters are unknown, as in files with an unusual way of placing letters.
fn is_doubtful(text: &str) -> bool {
    let is_address = |word: &str| word.contains(['@', '/', '_']) || word.contains("www.");
    let words = text.split_whitespace().filter(|w| !is_address(w)).flat_map(|w| w.split(|c: char| !c.is_alphabetic()));
    let (letters, all) =
        (text.chars().filter(|c| c.is_alphanumeric()).count(), text.chars().filter(|c| !c.is_whitespace()).count());
    text.contains('\u{fffd}')
        || (all > LONGEST_WORD && letters * 3 < all * 2)
        || words.map(|w| w.chars().count()).any(|letters| letters > LONGEST_WORD)
}

/// A line of an item that reaches this far is full, as a share of the longest line.
const MOST_OF_A_LINE: f64 = 0.75;

/// Whether a line continues the paragraph of the one before it.
fn continues(before: &Row, paragraph: &Paragraph, row: &Row) -> bool {
    let word = row.text.split_whitespace().next().map_or(0, |w| w.chars().count());
    let is_full = before.right + (word as f64 + 1.0) * before.letter > before.limit + 0.5 * before.letter;
    if row.gap_before || row.text.contains('\t') {
        return false;
    }
    if before.text.contains('\t') && !paragraph.is_item {
        // Below a date at the left, the words beside it continue.
        let is_under = (row.left - before.cell).abs() < before.letter && row.left > before.left + 2.0 * before.letter;
        return is_under && is_full;
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
    if paragraph.is_item {
        // Under the words of an item, not under its mark; what is indented so goes on where its line was not left early.
        let first = if item(&before.text).is_some() { before.left } else { row.left - row.letter };
        let hangs = row.left > first + 0.5 * row.letter && (before.left <= row.left + 0.5 * row.letter);
        return hangs && (is_full || before.right > MOST_OF_A_LINE * before.limit);
    }
    is_full && (before.left - row.left).abs() < 2.0 * row.letter
}

/// Words that are joined to others by a hyphen; what else stands before one at the end of a line is the part of a word.
const BEFORE_HYPHENS: &str = "after all anti at award back best board business by check child client close co command cost counter cross \
customer data day decision detail double down drive early eco end event ex eye face fast father field first five follow four front full \
goal half hand hands hard high home house in inter key kick know large last lead least left life live long low machine make man market mid \
middle mission mother multi near net new night nine no non off old on one open out over part pay peer people person post pre price pro \
problem product project quality quick re ready real record result right risk role round run safety sales second self semi set seven short \
single site six small so solution state step sub super take task team ten test third three time top trade two un under up user value vice \
wall water web week well wide win woman word work world year zero";

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
        let is_known = |word: &str| known.split(|c: char| !c.is_alphabetic()).any(|w| w == word);
        let is_word = is_known(&first) || BEFORE_HYPHENS.split_whitespace().any(|w| w == first);
        if is_known(&whole) || !is_word || text.ends_with('\u{2010}') {
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
