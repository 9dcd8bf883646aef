//! Formatting of numbers, times and short texts for people to read.

/// Formats a time or length as minutes and seconds: `0:07`, `12:30`.
pub fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// Formats a number of things: `1 filler`, `3 fillers`.
pub fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// Formats a number, with one decimal below ten and none above: `0.5`, `9.8`, `14`.
pub fn number(value: f64) -> String {
    if value.abs() < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// Capitalizes the first letter of a text.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Begins a sentence with a small letter, to go on from a colon; a word such as "I" stays as it is.
pub fn small(sentence: &str) -> String {
    let first = sentence.split(' ').next().unwrap_or_default();
    if first.chars().count() < 2 || first.chars().skip(1).any(char::is_uppercase) || first.contains(['\'', '\u{2019}'])
    {
        return sentence.to_string();
    }
    let mut letters = sentence.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

/// Capitalizes the pronoun "I" in lower-case words: `I mean`, not `i mean`.
pub fn with_capital_i(words: &str) -> String {
    let is_i = |word: &str| word == "i" || word.starts_with("i'") || word.starts_with("i\u{2019}");
    let word = |word: &str| if is_i(word) { capital(word) } else { word.to_string() };
    words.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Makes untrusted text safe for one line of a terminal, by replacing all control characters and all characters that
/// change the direction of the text after them.
pub fn one_line(text: &str) -> String {
    let is_unsafe = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if is_unsafe(c) { '\u{fffd}' } else { c }).collect()
}

/// Parses a moment, `0:41` or `41`, as seconds.
///
/// # Errors
/// When it is no moment: with what to write instead.
pub fn moment(text: &str) -> Result<f64, String> {
    let (minutes, seconds) = text.split_once(':').unwrap_or(("0", text));
    let time = minutes.parse::<u32>().ok().zip(seconds.parse::<f64>().ok());
    let time = time.filter(|(_, s)| s.is_finite() && *s >= 0.0).map(|(m, s)| f64::from(m) * 60.0 + s);
    time.ok_or("give a moment as MINUTES:SECONDS, such as 0:41".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_read_as_said() {
        assert_eq!((clock(6.6), clock(59.7), clock(-1.0)), ("0:07".into(), "1:00".into(), "0:00".into()));
        assert_eq!(small("Give it an ending"), "give it an ending");
        assert_eq!((small("I say"), small("I'm sure"), small("")), ("I say".into(), "I'm sure".into(), "".into()));
        assert_eq!(with_capital_i("i mean i'd think in"), "I mean I'd think in");
        assert_eq!((counted(1, "pause"), counted(0, "pause")), ("1 pause".into(), "0 pauses".into()));
        assert_eq!((number(0.04), number(9.96), number(14.4)), ("0.0".into(), "10".into(), "14".into()));
    }
}
