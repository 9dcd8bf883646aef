//! Text for a terminal: lines and paragraphs that are no wider than it, and never wider than is easy to read.

/// The widest line, in columns.
pub const WIDEST: usize = 80;
/// The narrowest layout of sentences, in columns; tables need more.
pub const NARROWEST: usize = 36;

/// A text that is being put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    text: String,
    width: usize,
}

impl Lines {
    /// Nothing yet, for a terminal of `columns`. Narrower than `narrowest` it does not get, whatever the terminal is.
    pub fn new(columns: usize, narrowest: usize) -> Self {
        Self { text: String::new(), width: columns.clamp(narrowest, WIDEST) }
    }

    /// How wide a line may be, in columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Adds a line as it is, without the spaces at its end.
    pub fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Adds a paragraph that begins with `first` and continues below what follows it.
    pub fn paragraph(&mut self, first: &str, text: &str) {
        let indent = " ".repeat(first.chars().count());
        let options = textwrap::Options::new(self.width).initial_indent(first).subsequent_indent(&indent);
        textwrap::wrap(text, options).iter().for_each(|line| self.line(line));
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.text
    }
}
