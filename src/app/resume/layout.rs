//! Joins lines to paragraphs, and splits text into sentences.

use std::collections::HashSet;

use super::dates;
use crate::story::encoder;

/// A paragraph of a document: running text, a list item, a heading or a separate line.
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph {
    /// The text, without the list marker; a tab stands for a wide gap.
    pub text: String,
    /// Whether the paragraph is a list item.
    pub is_item: bool,
    /// Whether there is extra space before the paragraph.
    pub stands_apart: bool,
    /// Whether the text is garbled (words run together or letters are unknown), so that no claim is taken from it.
    pub is_doubtful: bool,
}

/// A line of text with its position.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayoutLine {
    pub text: String,
    /// The left edge, in character columns or points, like all positions here.
    pub left: f64,
    /// The left edge of the last text run in the line.
    pub cell: f64,
    /// The right edge.
    pub right: f64,
    /// The right margin: the rightmost position that the line could reach.
    pub limit: f64,
    /// The mean width of a letter.
    pub letter_width: f64,
    /// Whether the space above the line is larger than between the lines of a paragraph.
    pub gap_before: bool,
}

/// Returns the text of a list item without its marker (a bullet sign or a number); `None` if the line has no marker.
pub(super) fn list_item_text(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let rest = after_number(text).or_else(|| after_bullet(text))?;
    rest.chars().any(char::is_alphanumeric).then_some(rest)
}

/// Returns the text after a number: "1.", "2)", "(3)" or "a)"; years and amounts are not list markers.
fn after_number(text: &str) -> Option<&str> {
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

/// Signs that can begin a word, and are therefore not bullets: quotes, brackets, currency signs.
const WORD_OPENERS: &str = "\"'\u{2018}\u{201c}\u{201a}\u{201e}\u{ab}\u{2039}([{<$\u{a3}\u{20ac}\u{a5}#@&%=_/\\.,:;?!\u{bf}\u{a1}\u{a7}\u{2116}~\u{2248}\u{2026}\u{a9}\u{ae}\u{2122}";
/// Signs that are a bullet only before a space or a capital letter, since they can also begin a word.
const AMBIGUOUS_BULLETS: &str = "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}*+>|^";

/// Returns the text after a bullet: one or more signs, or the "o" that some programs use as a circle.
fn after_bullet(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let spaced = |rest: &str| rest.starts_with([' ', '\t', '\u{a0}']);
    if first == 'o' {
        let rest = text[1..].trim_start();
        return (spaced(&text[1..]) && !rest.starts_with(|c: char| c.is_lowercase())).then_some(rest);
    }
    let is_bullet_sign = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !WORD_OPENERS.contains(c);
    let rest = text.trim_start_matches(|c: char| is_bullet_sign(c) || c == '\u{fe0f}' || c == '\u{200b}');
    if rest.len() == text.len() {
        // These signs are bullets only as separate words.
        let alone =
            text.split_whitespace().next().filter(|w| ["=", "=>", "~", ".", ":", "#", "::", "..", "<>"].contains(w));
        return alone.map(|w| text[w.len()..].trim_start());
    }
    let dashes = AMBIGUOUS_BULLETS.contains(first);
    let parted = spaced(rest) || rest.starts_with(|c: char| c.is_uppercase() || c == '\u{fffd}');
    (!dashes || parted).then_some(rest.trim_start())
}

/// Joins lines to paragraphs.
pub(super) fn paragraphs(lines: Vec<LayoutLine>) -> Vec<Paragraph> {
    let known = unbroken_words(&lines);
    let mut found: Vec<Paragraph> = Vec::new();
    let mut before: Option<LayoutLine> = None;
    for line in lines {
        let begins_item = list_item_text(&line.text);
        let joins = begins_item.is_none()
            && before.as_ref().zip(found.last()).is_some_and(|(before, last)| continues(before, last, &line));
        match found.last_mut().filter(|_| joins) {
            Some(last) => append_line(&mut last.text, line.text.trim(), &known),
            None => found.push(Paragraph {
                text: begins_item.unwrap_or(&line.text).trim().to_string(),
                is_item: begins_item.is_some(),
                stands_apart: line.gap_before,
                is_doubtful: false,
            }),
        }
        before = Some(line);
    }
    for paragraph in &mut found {
        paragraph.text = paragraph.text.replace('\u{ad}', "").replace('\u{a0}', " ");
        paragraph.is_doubtful = is_doubtful(&paragraph.text);
    }
    found
}

/// Returns the words that are not hyphenated at a line break, in lower case.
fn unbroken_words(lines: &[LayoutLine]) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut is_broken = false;
    for line in lines {
        let mut text = line.text.trim();
        if is_broken {
            text = text.trim_start_matches(char::is_alphabetic);
        }
        is_broken = text.ends_with(HYPHENS);
        if is_broken {
            text = text.trim_end_matches(HYPHENS).trim_end_matches(char::is_alphabetic);
        }
        found.extend(text.to_lowercase().split(|c: char| !c.is_alphabetic()).map(str::to_string));
    }
    found
}

/// The characters that hyphenate a word at a line break.
const HYPHENS: [char; 3] = ['-', '\u{2010}', '\u{ad}'];

/// The maximum length of a word in a resume, in letters.
const MAX_WORD_LETTERS: usize = 24;

/// Returns whether the text is garbled: words run together or letters are unknown, as in PDF files with unusual
/// encodings.
fn is_doubtful(text: &str) -> bool {
    let is_address = |word: &str| word.contains(['@', '/', '_']) || word.contains("www.");
    let words = text.split_whitespace().filter(|w| !is_address(w)).flat_map(|w| w.split(|c: char| !c.is_alphabetic()));
    let (letters, all) =
        (text.chars().filter(|c| c.is_alphanumeric()).count(), text.chars().filter(|c| !c.is_whitespace()).count());
    text.contains('\u{fffd}')
        || (all > MAX_WORD_LETTERS && letters * 3 < all * 2)
        || words.map(|w| w.chars().count()).any(|letters| letters > MAX_WORD_LETTERS)
}

/// The minimum length of a nearly full line of a list item, as a share of the right margin.
const NEARLY_FULL_SHARE: f64 = 0.75;

/// Words after which a paragraph must continue.
const CONTINUING_WORDS: [&str; 20] = [
    "a", "an", "the", "and", "or", "of", "in", "for", "to", "with", "from", "at", "by", "on", "into", "than", "since",
    "our", "my", "their",
];

/// Returns the length of the unbreakable beginning of a line, in characters: a word, or a number with the word after
/// it.
fn unbreakable_len(text: &str) -> usize {
    let length = |w: &str| w.chars().count();
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let spans_time = dates::periods(text).first().is_some_and(|p| p.range.start == 0 && p.is_current.is_some());
    let is_number = first.chars().all(|c| c.is_ascii_digit() || ".,".contains(c)) && !spans_time;
    length(first) + words.next().filter(|_| is_number).map_or(0, |unit| 1 + length(unit))
}

/// Returns whether a line continues the paragraph of the previous line.
fn continues(before: &LayoutLine, paragraph: &Paragraph, line: &LayoutLine) -> bool {
    let word = unbreakable_len(&line.text);
    let is_full = before.right + (word as f64 + 1.0) * before.letter_width > before.limit + 0.5 * before.letter_width;
    if line.gap_before || line.text.contains('\t') {
        return false;
    }
    if before.text.contains('\t') && !paragraph.is_item {
        // Text to the right of a date continues below that text, not below the date.
        let is_under = (line.left - before.cell).abs() < before.letter_width
            && line.left > before.left + 2.0 * before.letter_width;
        return is_under && is_full;
    }
    let ended = before.text.trim_end();
    let lower = line.text.chars().next().is_some_and(char::is_lowercase);
    let is_open = || ended.rsplit(' ').next().is_some_and(|w| CONTINUING_WORDS.contains(&w)) && ended.contains(' ');
    if ended.ends_with([',', '\u{ad}', '-', '\u{2010}', '&', '/'])
        || (lower && !ended.ends_with(['.', '!', '?']))
        || is_open()
    {
        return true;
    }
    // A line that begins with a number that is not a year rarely begins a paragraph.
    let number = line.text.starts_with(|c: char| c.is_ascii_digit() || "€$£".contains(c))
        && dates::period(&line.text).is_none_or(|p| p.range.start != 0);
    if number
        && paragraph.is_item
        && !ended.ends_with(['.', '!', '?'])
        && before.right > NEARLY_FULL_SHARE * before.limit
    {
        return true;
    }
    let ends_with_date = |text: &str, is_span: bool| {
        dates::period(text).is_some_and(|p| p.range.end == text.len() && (!is_span || p.is_current.is_some()))
    };
    // After a sentence, a line that ends with a period of time is a job header.
    let opens_job = ended.ends_with(['.', '!', '?']) && ends_with_date(line.text.trim_end(), true);
    if !paragraph.is_item && (ends_with_date(ended, false) || opens_job) {
        return false;
    }
    if paragraph.is_item {
        // A line with a hanging indent (under the item's text, not its marker) continues the item if the previous line
        // is nearly full.
        let first = if list_item_text(&before.text).is_some() { before.left } else { line.left - line.letter_width };
        let hangs = line.left > first + 0.5 * line.letter_width && (before.left <= line.left + 0.5 * line.letter_width);
        return hangs && (is_full || before.right > NEARLY_FULL_SHARE * before.limit);
    }
    is_full && (before.left - line.left).abs() < 2.0 * line.letter_width
}

/// Prefixes that are joined to words with a hyphen; the vocabulary does not contain them as words.
const HYPHENATED_PREFIXES: &str = "anti co eco ex inter kick mid multi non pre post re semi sub un";

/// Appends a line to a paragraph. A word that was hyphenated at the line break is rejoined, but a compound ("well-",
/// "known") keeps its hyphen.
fn append_line(text: &mut String, line: &str, known: &HashSet<String>) {
    if text.ends_with('\u{ad}') {
        text.pop();
        text.push_str(line);
        return;
    }
    let is_hyphen = text.ends_with(HYPHENS) && !text.ends_with(" -");
    if is_hyphen && line.starts_with(char::is_lowercase) {
        let stem = text.trim_end_matches(HYPHENS);
        let first: String = stem.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
        let second: String = line.chars().take_while(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
        let is_word = |word: &str| known.contains(word) || encoder::knows_word(word);
        let is_first = is_word(&first) || HYPHENATED_PREFIXES.split_whitespace().any(|w| w == first);
        // The hyphen after a figure is kept: "12-month".
        let is_broken = !first.is_empty() && (is_word(&format!("{first}{second}")) || !(is_first && is_word(&second)));
        if is_broken {
            text.truncate(stem.len());
        }
    } else if !is_hyphen {
        text.push(' ');
    }
    text.push_str(line);
}

/// Splits a text into sentences.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    const ABBREVIATIONS: &[&str] = &["mr", "mrs", "ms", "dr", "st", "e.g", "i.e", "no", "approx", "vs", "etc", "co"];
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
        let abbreviated = *c == '.' && (ABBREVIATIONS.contains(&last.as_str()) || last.chars().count() == 1);
        if opens && !abbreviated {
            found.push(text[start..at].trim());
            start = at;
        }
    }
    found.push(text[start..].trim());
    found.retain(|s| !s.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the paragraphs of lines (each with its indent) in a column of `width` characters.
    fn texts(width: f64, lines: &[(f64, &str)]) -> Vec<String> {
        let line = |(left, text): &(f64, &str)| LayoutLine {
            text: (*text).to_string(),
            left: *left,
            cell: *left,
            right: left + text.chars().count() as f64,
            limit: width,
            letter_width: 1.0,
            gap_before: false,
        };
        paragraphs(lines.iter().map(line).collect()).into_iter().map(|p| p.text).collect()
    }

    #[test]
    fn words_that_a_line_breaks_become_whole_and_others_keep_their_hyphens() {
        for (first, second, whole) in [
            ("Moved the regis-", "trations", "Moved the registrations"),
            ("Led the budg\u{2010}", "eting", "Led the budgeting"),
            ("Led the bud\u{ad}", "geting", "Led the budgeting"),
            ("Wrote the oven-", "ready menus", "Wrote the oven-ready menus"),
            ("A regional-", "national board", "A regional-national board"),
            ("Coached the over-", "40s choir", "Coached the over-40s choir"),
            ("Ran the north-", "South line", "Ran the north-South line"),
        ] {
            assert_eq!(texts(20.0, &[(0.0, first), (0.0, second)]), [whole]);
        }
    }

    #[test]
    fn short_last_lines_belong_to_what_is_above_them() {
        for (first, second) in [
            ("Cut the waste of bread by some", "18 %"),
            ("Taught the trade of baking to", "nine girls"),
            ("Won the county's baking cup in", "2015 and 2017."),
            ("Ten days at Elm Valley Forge in", "May 2019"),
            ("Wrote the menu that is now on", "GitHub"),
        ] {
            assert_eq!(texts(34.0, &[(0.0, first), (0.0, second)]), [format!("{first} {second}")]);
        }
        let head = "Cook, Elm Valley College. 2011 to 2015";
        assert_eq!(texts(40.0, &[(0.0, "Baked 30 loaves a night for three years."), (0.0, head)]).len(), 2);
        assert_eq!(texts(34.0, &[(0.0, "Baked 30 loaves a night"), (0.0, "2016 - 2018 Cook")]).len(), 2);
    }
}
