//! Periods of time as resumes have them: "March 2019 – Present", "2015–16", "since 2017", "03/2019 - 08/2021".

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A period found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// Its place, in bytes.
    pub range: Range<usize>,
    /// Whether it goes on today; `None` for a single date.
    pub is_current: Option<bool>,
}

const POINT: &str = r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|spring|summer|autumn|fall|winter)[a-z]*\.?,?\s+|(?:0?[1-9]|1[0-2])[/.])?(?:19|20)\d{2}";
static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    let text = format!(
        r"(?i)(?:\b(?:from|since|every\s+[a-z]+\s+since)\s+)?\b{POINT}(?:\s*(?:-|–|—|to|until|till)\s*({POINT}|\d{{2}}\b|present|now|today|current|date|ongoing))?"
    );
    Regex::new(&text).expect("the pattern is right")
});

/// The last period in a text.
pub fn period(text: &str) -> Option<Period> {
    let found = PERIOD.captures_iter(text).last()?;
    let whole = found.get(0)?;
    let mut end = whole.end();
    if text[end..].starts_with([')', ']']) && text[..whole.start()].ends_with(['(', '[']) {
        end += 1;
    }
    let since = whole.as_str().to_lowercase().contains("since");
    let is_current = match found.get(1) {
        Some(until) => Some(!until.as_str().chars().any(|c| c.is_ascii_digit())),
        None => since.then_some(true),
    };
    Some(Period { range: whole.start()..end, is_current })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_found_as_people_write_them() {
        for (text, current) in [
            ("Acme, March 2019 – Present", Some(true)),
            ("Baker\t03/2018 - 08/2021", Some(false)),
            ("2015–16", Some(false)),
            ("every October since 2017", Some(true)),
            ("Foo (2012 to 2018)", Some(false)),
            ("Diploma, 2010", None),
        ] {
            let period = period(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((period.range.end, period.is_current), (text.len(), current), "{text}");
        }
        assert_eq!(period("Cut costs by 2000 a month").map(|p| p.is_current), Some(None));
        assert_eq!(period("A team of 30"), None);
    }
}
