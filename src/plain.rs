//! Numbers and times as people say them.

/// A time or length as minutes and seconds: `0:07`, `12:30`.
pub fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// The seconds in a length as people type it: `90`, `90s`, `1m30s`, `1:30`, `5 min`.
///
/// # Errors
/// In words, when it is none or not above zero.
pub fn length(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let seconds = match text.split_once(':') {
        Some((minutes, seconds)) => minutes
            .parse::<u32>()
            .ok()
            .zip(seconds.parse::<f64>().ok().filter(|s| (0.0..60.0).contains(s)))
            .map(|(minutes, seconds)| f64::from(minutes) * 60.0 + seconds),
        None => text.parse().ok().or_else(|| text.parse::<jiff::SignedDuration>().ok().map(|d| d.as_secs_f64())),
    };
    seconds
        .filter(|s| s.is_finite() && *s > 0.0 && *s <= 86_400.0)
        .ok_or_else(|| "give a length such as 90s, 1:30 or 5m".to_owned())
}

/// `did you mean 'conflict'? `, where a typed name is nearly one of those there are; empty where it is not.
pub fn did_you_mean(typed: &str, names: &[impl AsRef<str>]) -> String {
    nearest(typed, names).map_or(String::new(), |name| format!("did you mean '{name}'? "))
}

/// From this likeness on (Jaro's) a typed name stands for another: as in clap, which says so of commands.
const LIKE: f64 = 0.7;

/// The name that somebody probably meant.
pub fn nearest<'a>(typed: &str, names: &'a [impl AsRef<str>]) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let likeness = |name: &str| strsim::jaro(&typed, &name.to_lowercase());
    let names = names.iter().map(|name| (name.as_ref(), likeness(name.as_ref())));
    names.filter(|(_, like)| *like > LIKE).max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(name, _)| name)
}

/// A number of things: `1 filler`, `3 fillers`.
pub fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// A number with one digit after the point below ten and none above: `0.5`, `9.8`, `14`.
pub fn number(value: f64) -> String {
    if value.abs() < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// Text that begins with a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Words in small letters as they are written: `I mean`, not `i mean`.
pub fn with_capital_i(words: &str) -> String {
    let is_i = |word: &str| word == "i" || word.starts_with("i'") || word.starts_with("i\u{2019}");
    let word = |word: &str| if is_i(word) { capital(word) } else { word.to_string() };
    words.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Text from outside on one line of a terminal, which it must not steer: every control character is replaced, and so is
/// every sign that turns the direction of what follows it.
pub fn one_line(text: &str) -> String {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_read_as_said() {
        assert_eq!((clock(6.6), clock(59.7), clock(-1.0)), ("0:07".into(), "1:00".into(), "0:00".into()));
        assert_eq!(with_capital_i("i mean i'd think in"), "I mean I'd think in");
        assert_eq!((counted(1, "pause"), counted(0, "pause")), ("1 pause".into(), "0 pauses".into()));
        for (text, seconds) in
            [("90", 90.0), ("90s", 90.0), ("1:30", 90.0), ("1m30s", 90.0), ("5 min", 300.0), ("2.5s", 2.5)]
        {
            assert_eq!(length(text), Ok(seconds), "{text}");
        }
        for text in ["", "0", "-5s", "soon", "1:75", "NaN", "inf", "900h"] {
            assert!(length(text).is_err(), "{text}");
        }
        assert_eq!((number(0.04), number(9.96), number(14.4)), ("0.0".into(), "10".into(), "14".into()));
    }
}
