//! Text layout for a terminal: lines, paragraphs and tables that fit the terminal's width and are never too wide to
//! read easily.
//!
//! Widths are in terminal cells: a Chinese character has two, a combining accent none. Text that does not fit breaks
//! between words, or after the slashes of a path; a table that does not fit becomes a list.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The maximum width of a line, in columns.
pub const WIDEST: usize = 80;
/// The minimum width of the layout, in columns: a narrower terminal wraps the lines itself.
pub const NARROWEST: usize = 24;
/// The gap between two columns of a table.
const GAP: usize = 2;
/// The minimum width of a column of names, in terminal cells: a shorter name would say nothing.
const LEAST_NAME: usize = 12;
/// The maximum indent of a paragraph's further lines, in percent of the width: more would leave too little room.
const MOST_INDENT: usize = 40;

/// A text under construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    text: String,
    width: usize,
}

impl Lines {
    /// Creates an empty text for a terminal that is `columns` wide.
    pub fn new(columns: usize) -> Self {
        Self::up_to(columns, WIDEST)
    }

    /// Creates an empty text for a terminal that is `columns` wide, with lines of at most `widest` columns.
    pub fn up_to(columns: usize, widest: usize) -> Self {
        Self { text: String::new(), width: columns.clamp(NARROWEST, widest) }
    }

    /// Returns the maximum width of a line, in columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Adds a line unwrapped, without its trailing spaces.
    pub fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Adds a paragraph that begins with `first`. Further lines are indented by the width of `first`, or by less if
    /// that would leave little room.
    pub fn paragraph(&mut self, first: &str, text: &str) {
        let indent = first.width();
        let indent = if 100 * indent > MOST_INDENT * self.width { indent.min(2) } else { indent };
        self.hanging(first, indent, text);
    }

    /// Adds a name in a column of `names` cells, with its description beside it, or below it if there is little room.
    pub fn entry(&mut self, name: &str, names: usize, said: &str) {
        if 100 * (names + GAP) > MOST_INDENT * self.width {
            self.paragraph("", name);
            self.hanging("  ", 2, said);
        } else {
            self.paragraph(&format!("{}{}", padded(name, names), " ".repeat(GAP)), said);
        }
    }

    /// Adds `label: text` as an entry of a list.
    fn value(&mut self, label: &str, text: &str) {
        let label = if label.is_empty() { String::new() } else { format!("{label}: ") };
        self.hanging("  ", 4, &format!("{label}{text}"));
    }

    fn hanging(&mut self, first: &str, indent: usize, text: &str) {
        let indent = " ".repeat(indent);
        let options = textwrap::Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(&indent)
            .word_separator(textwrap::WordSeparator::Custom(pieces))
            // A hyphen may be part of a name, such as that of a file or an option.
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::wrap(text, options).iter().for_each(|line| self.line(line));
    }

    /// Adds a table, or a list if the table does not fit.
    pub fn table(&mut self, table: &Table) {
        match table.widths(self.width) {
            Some(widths) => table.as_rows(&widths).iter().for_each(|row| self.line(row)),
            None => table.as_list(self),
        }
    }

    /// Returns the text.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// Rows of cells under headings. The first column identifies a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    heading: String,
    /// The label in a list; the same as the heading unless [`Column::or`] sets another.
    label: String,
    fit: Fit,
}

/// The alignment of a column, and whether it may be shortened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Right-aligned, never shortened: a number.
    Number,
    /// Left-aligned, never shortened: a word or two.
    Words,
    /// Left-aligned, shortened if the table is too wide: a name, which may be long.
    Name,
}

impl Column {
    fn new(heading: impl Into<String>, fit: Fit) -> Self {
        let heading = heading.into();
        Self { label: heading.clone(), heading, fit }
    }

    /// Creates a right-aligned column of numbers.
    pub fn numbers(heading: impl Into<String>) -> Self {
        Self::new(heading, Fit::Number)
    }

    /// Creates a left-aligned column of words.
    pub fn words(heading: impl Into<String>) -> Self {
        Self::new(heading, Fit::Words)
    }

    /// Creates a left-aligned column of names, which are shortened if the table is too wide.
    pub fn names(heading: impl Into<String>) -> Self {
        Self::new(heading, Fit::Name)
    }

    /// Sets the label of the column in a list.
    pub fn or(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }
}

impl Table {
    /// Creates an empty table.
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row, with one cell per column.
    pub fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    /// Returns whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the width of each column within `room`; `None` if the table does not fit.
    fn widths(&self, room: usize) -> Option<Vec<usize>> {
        let widest = |i: usize| {
            let cells = self.rows.iter().map(|row| row[i].width());
            cells.max().unwrap_or(0).max(self.columns[i].heading.width())
        };
        let mut widths: Vec<usize> = (0..self.columns.len()).map(widest).collect();
        let gaps = GAP * self.columns.len().saturating_sub(1);
        loop {
            let over = (widths.iter().sum::<usize>() + gaps).saturating_sub(room);
            if over == 0 {
                return Some(widths);
            }
            // The widest name is shortened first.
            let names = (0..widths.len()).filter(|i| self.columns[*i].fit == Fit::Name && widths[*i] > LEAST_NAME);
            let widest = names.max_by_key(|i| widths[*i])?;
            widths[widest] -= 1;
        }
    }

    fn as_rows(&self, widths: &[usize]) -> Vec<String> {
        let line = |cells: Vec<&str>| {
            let cells = cells.iter().zip(widths).zip(&self.columns).map(|((cell, width), column)| match column.fit {
                Fit::Number => " ".repeat(width.saturating_sub(cell.width())) + cell,
                Fit::Words | Fit::Name => padded(cell, *width),
            });
            cells.collect::<Vec<_>>().join(&" ".repeat(GAP))
        };
        let headings = line(self.columns.iter().map(|column| column.heading.as_str()).collect());
        let rows = self.rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
        std::iter::once(headings).filter(|line| !line.trim().is_empty()).chain(rows).collect()
    }

    fn as_list(&self, lines: &mut Lines) {
        // A first heading without a label applies to all rows and is written above them.
        let over_all = self.columns.first().filter(|first| first.label.is_empty() && !first.heading.is_empty());
        if let Some(first) = over_all {
            lines.line(&format!("{}:", first.heading));
        }
        for row in &self.rows {
            let mut cells = self.columns.iter().zip(row);
            if let Some((column, cell)) = cells.next() {
                let label = if column.label.is_empty() { String::new() } else { format!("{} ", column.label) };
                lines.paragraph("", &format!("{label}{}", cell.trim_start()));
            }
            for (column, cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
                lines.value(&column.label, cell);
            }
        }
    }
}

/// Returns the width of a text, in terminal cells.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Pads or shortens a text to exactly `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    let text = shortened(text, width);
    let missing = width.saturating_sub(text.width());
    text + &" ".repeat(missing)
}

/// Shortens a text to at most `width` columns, with an ellipsis if something is cut off.
pub fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used + 3 > width {
            break;
        }
        kept.push(letter);
    }
    kept + "..."
}

/// Splits a line at its break opportunities: those of Unicode (UAX 14), except after the slash that a path begins with.
fn pieces(line: &str) -> Box<dyn Iterator<Item = textwrap::core::Word<'_>> + '_> {
    let mut from = 0;
    let mut to = 0;
    let mut pieces = Vec::new();
    for word in textwrap::WordSeparator::UnicodeBreakProperties.find_words(line) {
        to += word.word.len() + word.whitespace.len();
        // Unicode allows no line break before a slash, even after a space, but allows one after it.
        let before = line[from..to].strip_suffix('/').filter(|before| before.is_empty() || before.ends_with(' '));
        let end = if before.is_some() { to - 1 } else { to };
        if from < end {
            pieces.push(textwrap::core::Word::from(&line[from..end]));
        }
        from = end;
    }
    if from < line.len() {
        pieces.push(textwrap::core::Word::from(&line[from..]));
    }
    Box::new(pieces.into_iter())
}

/// Wraps a message to lines of at most `columns` and at most `widest` columns. Continuation lines are indented like the
/// first. ANSI styles take up no width.
pub fn wrapped(message: &str, columns: usize, widest: usize) -> String {
    let mut lines = Lines::up_to(columns, widest);
    for line in message.lines() {
        let bare = line.trim_start();
        let indent = &line[..line.len() - bare.len()];
        if bare.is_empty() { lines.line("") } else { lines.paragraph(indent, bare) }
    }
    lines.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers() -> Table {
        let mut table = Table::new(vec![
            Column::numbers("No").or("answer"),
            Column::words("date"),
            Column::numbers("score"),
            Column::names("question, or file"),
        ]);
        let long = "a-very-long-name-that-somebody-gave-to-a-recording-of-an-answer.wav";
        for name in
            [long, "\u{4f1a}\u{8b70}\u{306e}\u{8cea}\u{554f}\u{306b}\u{7b54}\u{3048}\u{308b}", "cafe\u{301} \u{1f600}"]
        {
            table.row(vec!["7".into(), "2026-11-30 11:57".into(), "61".into(), name.into()]);
        }
        table
    }

    fn at(columns: usize, write: impl FnOnce(&mut Lines)) -> String {
        let mut lines = Lines::new(columns);
        write(&mut lines);
        lines.into_text()
    }

    #[test]
    fn no_line_of_a_table_is_wider_than_the_terminal() {
        for columns in NARROWEST..100 {
            let text = at(columns, |lines| lines.table(&answers()));
            let widest = text.lines().map(UnicodeWidthStr::width).max().unwrap();
            assert!(widest <= columns, "{widest} at {columns}:\n{text}");
        }
    }

    #[test]
    fn a_table_shortens_names_and_becomes_a_list_where_that_is_not_enough() {
        insta::assert_snapshot!("table_60", at(60, |lines| lines.table(&answers())));
        insta::assert_snapshot!("table_30", at(30, |lines| lines.table(&answers())));
    }

    #[test]
    fn lines_break_between_words_and_behind_slashes() {
        let text =
            at(30, |lines| lines.paragraph("model  ", "base.en: /home/somebody/.local/share/aloud/models/ggml.bin"));
        for line in text.lines() {
            assert!(line.width() <= 30 && (line.ends_with(['/', ':']) || line.ends_with("ggml.bin")), "{text}");
            assert!(!line.ends_with(" /"), "{text}");
        }
        assert_eq!(
            text.split_whitespace().collect::<String>(),
            "modelbase.en:/home/somebody/.local/share/aloud/models/ggml.bin"
        );
        assert_eq!(
            wrapped("one two three four five six\n\n  seven\n", 24, WIDEST),
            "one two three four five\nsix\n\n  seven\n"
        );
    }

    #[test]
    fn wide_letters_keep_the_alignment() {
        for text in [
            "\u{4f1a}\u{8b70}\u{306e}\u{8cea}\u{554f}",
            "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
            "\u{1f600}\u{1f600}\u{1f600}",
            "plain",
            "",
        ] {
            for width in 3..12 {
                assert_eq!(padded(text, width).width(), width, "{text}");
            }
        }
    }
}
