//! Finds periods of time in the formats of resumes: "March 2019 – Present", "2015–16", "since 2017", "03/2019 -
//! 08/2021".

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A period of time, or a single date, found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// The byte range of the period in the text.
    pub range: Range<usize>,
    /// Whether the period is current; `None` for a single date.
    pub is_current: Option<bool>,
}

/// A year in four digits or, after an apostrophe, in two.
const YEAR: &str = r"(?:(?:19|20)\d{2}\b|['\u{2018}\u{2019}]\d{2}\b)";
const MONTH: &str = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|fall|winter|q[1-4])\b\.?";
/// Words for the end of a current period.
const TODAY: &str = r"(?:(?:the\s+)?present(?:\s+day)?|now|today|current|date|ongoing)\b";

static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    // "3 March 2019", "Mar. '19", "03/2019", "3.3.2019", "2019-03", "2019/20", "2019".
    let point = format!(
        r"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?{MONTH}[\s,-]*(?:of\s+)?(?:\d{{1,2}},\s+)?{YEAR}|\b(?:\d{{1,2}}[/.]){{0,2}}(?:19|20)\d{{2}}\b(?:[/.-](?:0[1-9]|1[0-2])\b|/\d{{2}}\b)?|['\u{{2018}}\u{{2019}}]\d{{2}}\b)"
    );
    // Two digits after a month are a year if both ends have a month, or before "to date": "Sep 15 - Mar 17".
    let short = format!(r"(?:{MONTH}\s*['\u{{2018}}\u{{2019}}]?\d{{2}}\b|\b(?:0?[1-9]|1[0-2])[/.]\d{{2}}\b)");
    let to = r"\s*(?:-|\u{2010}|\u{2011}|\u{2012}|\u{2013}|\u{2014}|\u{2212}|\bto\b|\buntil\b|\btill?\b)\s*";
    let text = format!(
        r"(?i)(?:\b(?:from|since|every\s+[a-z]+\s+since)\s+)?(?:\b{short}{to}({short}|{TODAY})|\b(?:{MONTH}){to}{point}|{point}(?:{to}({point}|{short}|\d{{2}}\b|{TODAY})|\s+onwards?\b)?)"
    );
    Regex::new(&text).expect("the pattern is right")
});

/// Returns the last period in a text.
pub fn period(text: &str) -> Option<Period> {
    periods(text).pop()
}

/// Returns the periods in a text, in order.
pub(super) fn periods(text: &str) -> Vec<Period> {
    let found = PERIOD.captures_iter(text).filter_map(|found| {
        let whole = found.get(0)?;
        let mut end = whole.end();
        if text[end..].starts_with([')', ']']) && text[..whole.start()].ends_with(['(', '[']) {
            end += 1;
        }
        let lower = whole.as_str().to_lowercase();
        let is_current = match found.get(1).or(found.get(2)) {
            Some(until) => Some(!until.as_str().chars().any(|c| c.is_ascii_digit())),
            None => (lower.contains("since") || lower.contains("onward")).then_some(true),
        };
        Some(Period { range: whole.start()..end, is_current })
    });
    found.collect()
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
            ("Baker, Sep 15 - Mar 17", Some(false)),
            ("Baker, Sept '16 to date", Some(true)),
            ("Straits Mobility, Jul \u{2019}21 \u{2013} Present", Some(true)),
            ("2005/09 - 2008/03", Some(false)),
            ("(03.2003 \u{2013} 08.2005)", Some(false)),
            ("04.2018 \u{2013} today", Some(true)),
            ("Fall 2016 \u{2013} Spring 2018", Some(false)),
            ("May \u{2013} August 2019", None),
            ("1 March 2019 - 30 April 2020", Some(false)),
            ("May 2024 \u{2013} Aug. 2024", Some(false)),
            ("2019 onwards", Some(true)),
            ("Viola, seasons 2012/13 to 2016/17", Some(false)),
            ("Viola, 2018/19", None),
            ("Baker, 2019 to the present day", Some(true)),
            ("Winter 2017", None),
        ] {
            let period = period(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((period.range.end, period.is_current), (text.len(), current), "{text}");
        }
        assert_eq!(period("Cut costs by 2000 a month").map(|p| p.is_current), Some(None));
        for none in
            ["A team of 30", "Opened 15 shops", "Trained 12 to 15 cooks", "Mayor of 3 towns", "by Sep 15 at the latest"]
        {
            assert_eq!(period(none), None, "{none}");
        }
        let both = "Baker, Summer 2012 and Spring 2013";
        assert_eq!(
            periods(both).iter().map(|p| &both[p.range.clone()]).collect::<Vec<_>>(),
            ["Summer 2012", "Spring 2013"]
        );
    }
}
