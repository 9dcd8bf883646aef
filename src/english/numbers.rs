//! Numbers as they are spoken: "$2.5" is written as one word but spoken as four, "two point five dollars".
//!
//! The written form hides how much was said: a speech model writes most numbers in figures, a person only some. Words
//! and syllables are therefore counted in the spoken form. The forms are those of ordinary American speech ("one
//! hundred five", without "and"); where there are several ("2:00": two, two o'clock), one usual form is chosen.
//! Compounds up to ninety-nine are one word, as in writing. A word without digits stays as it is.

/// The words for zero to nineteen.
const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
/// The words for twenty to ninety, by tens; the first two entries are never used.
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
/// The names of the powers of a thousand.
const SCALES: [&str; 5] = ["", "thousand", "million", "billion", "trillion"];
/// Ordinals that are not formed by appending "-th".
const ORDINALS: [(&str, &str); 7] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
];
/// Signs right before a number, with their spoken forms.
const PREFIX_SIGNS: [(char, &str); 4] = [('#', "number"), ('+', "plus"), ('~', "about"), ('±', "plus minus")];
/// Currency signs, with the unit spoken after the number, singular and plural.
const CURRENCIES: [(char, &str, &str); 5] = [
    ('$', "dollar", "dollars"),
    ('£', "pound", "pounds"),
    ('€', "euro", "euros"),
    ('¥', "yen", "yen"),
    ('₹', "rupee", "rupees"),
];
/// Units and signs right after a number, with their spoken forms.
const UNITS: [(&str, &str); 20] = [
    ("%", "percent"),
    ("°", "degrees"),
    ("¢", "cents"),
    ("+", "plus"),
    ("x", "times"),
    ("am", "a.m."),
    ("pm", "p.m."),
    ("mph", "miles per hour"),
    ("km", "kilometers"),
    ("kg", "kilos"),
    ("cm", "centimeters"),
    ("mm", "millimeters"),
    ("ms", "milliseconds"),
    ("ft", "feet"),
    ("lb", "pounds"),
    ("lbs", "pounds"),
    ("min", "minutes"),
    ("mins", "minutes"),
    ("hr", "hours"),
    ("hrs", "hours"),
];
/// Multipliers right after an amount of money, with their spoken forms.
const MULTIPLIERS: [(&str, &str); 7] = [
    ("k", "thousand"),
    ("m", "million"),
    ("mm", "million"),
    ("mn", "million"),
    ("b", "billion"),
    ("bn", "billion"),
    ("t", "trillion"),
];
/// Fractions that are a single character, with their spoken forms.
const FRACTIONS: [(char, &str); 7] = [
    ('½', "half"),
    ('¼', "quarter"),
    ('¾', "three quarters"),
    ('⅓', "third"),
    ('⅔', "two thirds"),
    ('⅛', "eighth"),
    ('⅕', "fifth"),
];
/// Words with an irregular spoken form.
const IRREGULAR: [(&str, &str); 2] = [("401k", "four oh one k"), ("401(k)", "four oh one k")];
/// Four-digit numbers that are read as years, in two pairs of digits.
const YEARS: std::ops::RangeInclusive<u64> = 1_100..=2_099;
/// The minimum number of digits, without commas, for a number to be read digit by digit.
const MIN_READ_OUT_DIGITS: usize = 7;

/// Returns the words of the spoken form of a written word. A word without digits is returned in lower case, without the
/// punctuation around it.
pub fn spoken(written: &str) -> Vec<String> {
    let plain = written.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if let Some((_, said)) = IRREGULAR.iter().find(|(name, _)| *name == plain || *name == format!("{plain})")) {
        return words(said);
    }
    if !has_digit(written) {
        return words(&plain);
    }
    let written = written.to_lowercase().replace(['–', '—', '−', '‑'], "-").replace('’', "'");
    let ends = |c: char| !c.is_alphanumeric() && !"%°¢+½¼¾⅓⅔⅛⅕".contains(c);
    let begins = |c: char| !c.is_alphanumeric() && !"$£€¥₹#+~±-.½¼¾⅓⅔⅛⅕".contains(c);
    let trimmed = written.trim_end_matches(ends).trim_start_matches(begins);
    let mut said = Vec::new();
    match range(trimmed) {
        Some((from, to)) => {
            // In "$10-20" and "10-20%", the unit is spoken only once.
            let sign = from.chars().next().filter(|c| is_currency(*c) && !to.starts_with(*c));
            let bare = sign.map_or(from, |c| &from[c.len_utf8()..]);
            said.extend(spoken_number(bare));
            said.push("to".into());
            said.extend(spoken_number(&sign.map_or(to.to_string(), |c| format!("{c}{to}"))));
        }
        None if is_read_out(trimmed) => said.extend(spoken_digits(trimmed)),
        None => {
            for part in hyphenated(trimmed) {
                said.extend(if has_digit(part) { spoken_number(part) } else { words(part) });
            }
        }
    }
    said
}

/// Returns whether a word is a cardinal number in letters, "hundred", or a power of a thousand such as "million".
pub fn is_cardinal(word: &str) -> bool {
    ONES.contains(&word) || TENS[2..].contains(&word) || word == "hundred" || SCALES[1..].contains(&word)
}

/// Returns whether a word is a quantity, in digits or letters: "12", "12%", "twenty-five", "3.5", "9:30", "dozen".
/// "One" and "zero" are left out, since they are rarely quantities.
pub fn is_quantity(word: &str) -> bool {
    let counts =
        |part: &str| is_cardinal(part) && !matches!(part, "zero" | "one") || matches!(part, "dozen" | "half" | "twice");
    word.starts_with(|c: char| c.is_ascii_digit())
        || word.split('-').any(counts) && word.split('-').all(|part| counts(part) || part.is_empty())
        || word.split_once('-').is_some_and(|(first, _)| counts(first))
}

/// Returns the number of words in the spoken form of a written word.
pub fn count(written: &str) -> usize {
    let needs_no_look = written.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'\'' | b',' | b'.'));
    if needs_no_look { 1 } else { spoken(written).len().max(1) }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_string).collect()
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit() || is_fraction(c))
}

fn is_fraction(c: char) -> bool {
    FRACTIONS.iter().any(|(sign, _)| *sign == c)
}

fn is_currency(c: char) -> bool {
    CURRENCIES.iter().any(|(sign, ..)| *sign == c)
}

/// Splits a range into its two ends: "10-20", "$5k-$10k", "1990-95". Returns `None` for anything else, including
/// numbers that are read digit by digit.
fn range(text: &str) -> Option<(&str, &str)> {
    let (from, to) = text.split_once('-')?;
    let begins = |part: &str| part.starts_with(|c: char| c.is_ascii_digit() || is_currency(c));
    let whole = begins(from) && begins(to) && !to.contains('-') && !is_read_out(text);
    whole.then_some((from, to))
}

/// Returns whether a number is read digit by digit: a telephone number, or a number that counts nothing, such as a long
/// one without commas or one that begins with a zero.
fn is_read_out(text: &str) -> bool {
    let groups: Vec<&str> = text.split(['-', '.', '(', ')', ' ']).filter(|g| !g.is_empty()).collect();
    let figures_only = |g: &&str| g.bytes().all(|b| b.is_ascii_digit());
    if !groups.iter().all(figures_only) {
        return false;
    }
    let lengths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
    match lengths.as_slice() {
        [length] => {
            *length >= MIN_READ_OUT_DIGITS || (*length > 1 && groups[0].starts_with('0') && !text.starts_with('.'))
        }
        [3, 4] => text.contains('-') && !groups[1].ends_with('0'),
        [_, _] => false,
        several => {
            several.len() <= 5
                && several.iter().sum::<usize>() >= MIN_READ_OUT_DIGITS
                && several.ends_with(&[4])
                && several[0] >= 3
                || (several.len() >= 3 && several.iter().all(|n| *n >= 2) && several.iter().sum::<usize>() >= 9)
        }
    }
}

/// Splits a text that is not a range at its hyphens. A leading minus sign stays with the first part.
fn hyphenated(text: &str) -> Vec<&str> {
    let negative = text.starts_with('-');
    let from = usize::from(negative);
    match text[from..].find('-') {
        Some(at) => {
            let mut parts = vec![&text[..from + at]];
            parts.extend(text[from + at + 1..].split('-').filter(|p| !p.is_empty()));
            parts
        }
        None => vec![text],
    }
}

/// Returns the spoken form of a part that contains digits and, apart from a minus sign, no hyphen.
fn spoken_number(text: &str) -> Vec<String> {
    let mut said = Vec::new();
    let mut rest = text;
    if let Some(after) = rest.strip_prefix('-') {
        said.push("minus".to_string());
        rest = after;
    }
    let mut currency = None;
    let mut times = 0;
    while let Some(c) = rest.chars().next().filter(|c| !c.is_alphanumeric() && *c != '.') {
        rest = &rest[c.len_utf8()..];
        if let Some((_, singular, plural)) = CURRENCIES.iter().find(|(sign, ..)| *sign == c) {
            currency = Some((*singular, *plural));
        } else if let Some((_, word)) = PREFIX_SIGNS.iter().find(|(sign, _)| *sign == c) {
            said.extend(words(word));
        }
    }
    if let Some(pair) = clock_time(rest).or_else(|| slashed(rest)) {
        said.extend(pair);
        return said;
    }
    while !rest.is_empty() {
        let digits = number_length(rest);
        if digits == 0 {
            let ends = |c: char| c.is_ascii_digit() || !c.is_alphanumeric() || is_fraction(c);
            let length = rest.find(ends).unwrap_or(rest.len());
            if length == 0 {
                let c = rest.chars().next().expect("there is more");
                said.extend(sign(c, !said.is_empty()));
                rest = &rest[c.len_utf8()..];
            } else {
                said.push(rest[..length].to_string());
                rest = &rest[length..];
            }
            continue;
        }
        let (figures, behind) = rest.split_at(digits);
        let length = behind
            .find(|c: char| c.is_ascii_digit() || is_fraction(c) || ",./:()'\"".contains(c))
            .unwrap_or(behind.len());
        let (unit, after) = behind.split_at(length);
        times += 1;
        rest = after;
        if let Some((singular, plural)) = currency.take() {
            said.extend(amount(figures, unit, singular, plural));
        } else {
            said.extend(with_unit(figures, unit, times == 1 && said.is_empty(), &mut rest));
        }
    }
    said
}

/// Returns the spoken form of a sign within a number, such as `½` or `%`; empty if it is not spoken.
fn sign(c: char, after_number: bool) -> Vec<String> {
    match (FRACTIONS.iter().find(|(s, _)| *s == c), UNITS.iter().find(|(s, _)| s.starts_with(c))) {
        (Some((_, fraction)), _) if after_number => {
            let a = if fraction.contains(' ') { "" } else { "a " };
            words(&format!("and {a}{fraction}"))
        }
        (Some((_, "half")), _) => words("half"),
        (Some((_, fraction)), _) => words(&format!("{}{fraction}", if fraction.contains(' ') { "" } else { "a " })),
        (None, Some((_, word))) if !c.is_alphanumeric() => words(word),
        _ => Vec::new(),
    }
}

/// Returns the length of the number at the beginning of a text, with its commas and decimal points, in bytes.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    while digit(length) {
        length += 1;
    }
    if length > 0 && length <= 3 {
        while bytes.get(length) == Some(&b',') && (1..=3).all(|k| digit(length + k)) && !digit(length + 4) {
            length += 4;
        }
    }
    while bytes.get(length) == Some(&b'.') && digit(length + 1) {
        length += 1;
        while digit(length) {
            length += 1;
        }
    }
    length
}

/// Returns the spoken form of a time of day or a ratio: "9:30", "9:05pm", "14:00", "16:9". Returns `None` for anything
/// else.
fn clock_time(text: &str) -> Option<Vec<String>> {
    let (hours, rest) = text.split_once(':')?;
    let minutes = &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()];
    let behind = &rest[minutes.len()..];
    let (hour, minute): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let mut said = cardinal(hour);
    match (minutes.len(), minute) {
        (2, 0) if hour > 12 => said.push("hundred".into()),
        (2, 0) if behind.is_empty() => said.push("o'clock".into()),
        (2, 0) => {}
        (2, 1..=9) => said.extend(["oh".to_string(), ONES[minute as usize].to_string()]),
        _ => said.extend(cardinal(minute)),
    }
    let unit = behind.replace(['.', ' '], "");
    match UNITS.iter().find(|(letters, _)| *letters == unit) {
        Some((_, word)) => said.extend(words(word)),
        None if behind.starts_with(':') => said.extend(spoken_number(&behind[1..])),
        None => said.extend(words(&unit)),
    }
    Some(said)
}

/// Returns the spoken form of a fraction or of numbers between slashes: "1/2", "3/4", "24/7", "9/11", "12/25/2020".
/// Returns `None` for anything else.
fn slashed(text: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = text.split('/').collect();
    if parts.len() < 2 || !parts.iter().all(|p| has_digit(p)) {
        return None;
    }
    if let [top, bottom] = parts.as_slice()
        && let (Ok(top), Ok(bottom)) = (top.parse::<u64>(), bottom.parse::<u64>())
        && (2..=10).contains(&bottom)
        && (1..bottom).contains(&top)
    {
        let name = match (bottom, top) {
            (2, _) => "half".to_string(),
            (4, 1) => "quarter".to_string(),
            (4, _) => "quarters".to_string(),
            _ => ordinal(cardinal(bottom)).pop()? + if top > 1 { "s" } else { "" },
        };
        return Some([cardinal(top), vec![name]].concat());
    }
    Some(parts.into_iter().flat_map(spoken_number).collect())
}

/// Returns the spoken form of an amount of money: "$5", "$2.50", "$2.5m", "£3,000".
fn amount(figures: &str, unit: &str, singular: &str, plural: &str) -> Vec<String> {
    let larger = MULTIPLIERS.iter().find(|(letters, _)| *letters == unit);
    let mut said = Vec::new();
    match figures.split_once('.') {
        Some((whole, cents)) if cents.len() == 2 && larger.is_none() => {
            said.extend(number(whole, false));
            said.push(if whole == "1" { singular } else { plural }.to_string());
            match cents.parse::<u64>() {
                Ok(0) | Err(_) => {}
                Ok(cents) => said.extend(cardinal(cents)),
            }
            return said;
        }
        _ => said.extend(number(figures, false)),
    }
    match larger {
        Some((_, word)) => said.push((*word).to_string()),
        None if unit == "+" => said.push("plus".into()),
        None => said.extend(words(unit)),
    }
    said.push(if figures == "1" && larger.is_none() { singular } else { plural }.to_string());
    said
}

/// Returns the spoken form of a number and the letters right after it: "15%", "1st", "90s", "1990s", "5km", "3x", "3D".
fn with_unit(figures: &str, unit: &str, first: bool, rest: &mut &str) -> Vec<String> {
    let value = number(figures, first);
    let unit = unit.trim_end_matches('\'');
    // "'90s" and "the 90's".
    if let Some(after) = rest.strip_prefix("'s") {
        *rest = after;
        return plural(value);
    }
    match unit {
        "" => value,
        "st" | "nd" | "rd" | "th" => ordinal(number(figures, false)),
        "s" => plural(value),
        // The "x" in "1920x1080" is spoken as "by", in "3x" as "times".
        "x" if rest.starts_with(|c: char| c.is_ascii_digit()) => [value, words("by")].concat(),
        _ => match UNITS.iter().find(|(letters, _)| *letters == unit) {
            Some((_, word)) => [value, words(word)].concat(),
            None => {
                let letters: String = unit.chars().filter(|c| c.is_alphanumeric()).collect();
                [value, words(&letters)].concat()
            }
        },
    }
}

/// Returns the plural of a spoken number: "nineteen nineties" for "1990s", "hundreds" for "100s".
fn plural(mut said: Vec<String>) -> Vec<String> {
    if said.len() == 2 && said[0] == "one" {
        said.remove(0);
    }
    if let Some(last) = said.pop() {
        let s = match last.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None => format!("{last}s"),
        };
        said.push(s);
    }
    said
}

/// Returns a spoken number with its last word as an ordinal.
fn ordinal(mut said: Vec<String>) -> Vec<String> {
    if let Some(last) = said.pop() {
        // Only the last part of "twenty-one" becomes an ordinal.
        let at = last.rfind('-').map_or(0, |hyphen| hyphen + 1);
        let ordinal = match (ORDINALS.iter().find(|(number, _)| *number == &last[at..]), last.strip_suffix('y')) {
            (Some((_, ordinal)), _) => format!("{}{ordinal}", &last[..at]),
            (None, Some(stem)) => format!("{stem}ieth"),
            (None, None) => format!("{last}th"),
        };
        said.push(ordinal);
    }
    said
}

/// Returns the spoken form of digits with their commas and points. With `year`, four digits may be read as a year.
fn number(figures: &str, year: bool) -> Vec<String> {
    let mut groups = figures.split('.');
    let whole = groups.next().unwrap_or_default();
    let whole = match whole.replace(',', "").parse::<u64>() {
        Ok(value) if year && !figures.contains(['.', ',']) && whole.len() == 4 && YEARS.contains(&value) => {
            spoken_year(value)
        }
        Ok(_)
            if !whole.contains(',')
                && (whole.len() >= MIN_READ_OUT_DIGITS || (whole.len() > 1 && whole.starts_with('0'))) =>
        {
            spoken_digits(whole)
        }
        Ok(value) => cardinal(value),
        Err(_) => spoken_digits(whole),
    };
    let groups: Vec<&str> = groups.collect();
    // In "3.11.2", each part is read as a number; in "3.14", the decimals are read digit by digit.
    let version = groups.len() > 1;
    let behind = groups.into_iter().flat_map(|group| {
        let said =
            if version { group.parse().map_or_else(|_| spoken_digits(group), cardinal) } else { spoken_digits(group) };
        std::iter::once("point".to_string()).chain(said)
    });
    whole.into_iter().chain(behind).collect()
}

/// Returns the spoken form of a year: nineteen ninety-eight, twenty nineteen, two thousand nine, nineteen oh five.
fn spoken_year(year: u64) -> Vec<String> {
    let (century, rest) = (year / 100, year % 100);
    match (century % 10, rest) {
        (0, 0..=9) => cardinal(year),
        (_, 0) => [cardinal(century), words("hundred")].concat(),
        (_, 1..=9) => [cardinal(century), words("oh"), cardinal(rest)].concat(),
        _ => [cardinal(century), cardinal(rest)].concat(),
    }
}

/// Returns the digits of a text, spoken one by one.
fn spoken_digits(text: &str) -> Vec<String> {
    text.bytes().filter(u8::is_ascii_digit).map(|b| ONES[usize::from(b - b'0')].to_string()).collect()
}

/// Returns the spoken form of a whole number.
fn cardinal(value: u64) -> Vec<String> {
    let below_hundred = |n: u64, said: &mut Vec<String>| match n {
        0 => {}
        1..=19 => said.push(ONES[n as usize].to_string()),
        _ => {
            let (tens, ones) = (TENS[(n / 10) as usize], ONES[(n % 10) as usize]);
            said.push(if !n.is_multiple_of(10) { format!("{tens}-{ones}") } else { tens.to_string() });
        }
    };
    let mut said = Vec::new();
    for (power, scale) in SCALES.iter().enumerate().rev() {
        let group = value / 1_000_u64.pow(power as u32) % if power + 1 == SCALES.len() { u64::MAX } else { 1_000 };
        if group >= 1_000 {
            return spoken_digits(&value.to_string());
        }
        if group >= 100 {
            said.extend([ONES[(group / 100) as usize].to_string(), "hundred".to_string()]);
        }
        below_hundred(group % 100, &mut said);
        if group > 0 && power > 0 {
            said.push((*scale).to_string());
        }
    }
    if said.is_empty() { vec![ONES[0].to_string()] } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities_are_told_in_digits_and_letters() {
        for word in
            ["12", "12%", "3.5", "9:30", "twenty", "twenty-five", "two-thirds", "hundred", "half", "twice", "dozen"]
        {
            assert!(is_quantity(word), "{word}");
        }
        for word in ["one", "zero", "oh", "drivers", "second", "often-used", "", "-", "\u{2013}"] {
            assert!(!is_quantity(word), "{word}");
        }
        assert!(is_cardinal("zero") && is_cardinal("trillion") && !is_cardinal("") && !is_cardinal("dozen"));
    }

    #[test]
    fn written_numbers_are_as_long_as_they_are_spoken() {
        for (written, said) in [
            // Whole numbers.
            ("0", "zero"),
            ("7", "seven"),
            ("12", "twelve"),
            ("40", "forty"),
            ("25,", "twenty-five"),
            ("105", "one hundred five"),
            ("350.", "three hundred fifty"),
            ("3,000", "three thousand"),
            ("1,250", "one thousand two hundred fifty"),
            ("20,000", "twenty thousand"),
            ("1,000,000", "one million"),
            ("15000", "fifteen thousand"),
            ("2500", "two thousand five hundred"),
            ("-5", "minus five"),
            ("#1", "number one"),
            ("+1", "plus one"),
            ("~50", "about fifty"),
            ("20+", "twenty plus"),
            ("100s", "hundreds"),
            // Years.
            ("2019", "twenty nineteen"),
            ("1998.", "nineteen ninety-eight"),
            ("2008", "two thousand eight"),
            ("1905", "nineteen oh five"),
            ("2000", "two thousand"),
            ("1900", "nineteen hundred"),
            ("1990s", "nineteen nineties"),
            ("'90s", "nineties"),
            ("90's", "nineties"),
            ("20s", "twenties"),
            ("2019-2021", "twenty nineteen to twenty twenty-one"),
            ("mid-2019", "mid twenty nineteen"),
            // Decimals, shares, money.
            ("2.5", "two point five"),
            ("3.14", "three point one four"),
            ("0.5", "zero point five"),
            (".5", "point five"),
            ("3.11.2", "three point eleven point two"),
            ("15%", "fifteen percent"),
            ("99.9%", "ninety-nine point nine percent"),
            ("10-20%", "ten to twenty percent"),
            ("$1", "one dollar"),
            ("£5", "five pounds"),
            ("€3,000", "three thousand euros"),
            ("$2.5", "two point five dollars"),
            ("$2.50", "two dollars fifty"),
            ("$5k", "five thousand dollars"),
            ("$2.5m", "two point five million dollars"),
            ("£1bn", "one billion pounds"),
            ("$10-20", "ten to twenty dollars"),
            ("$5k-$10k", "five thousand dollars to ten thousand dollars"),
            ("50¢", "fifty cents"),
            ("5k", "five k"),
            // Ordinals and fractions.
            ("1st", "first"),
            ("2nd", "second"),
            ("3rd", "third"),
            ("12th", "twelfth"),
            ("20th", "twentieth"),
            ("21st", "twenty-first"),
            ("100th", "one hundredth"),
            ("1/2", "one half"),
            ("3/4", "three quarters"),
            ("2/3", "two thirds"),
            ("½", "half"),
            ("2½", "two and a half"),
            ("50/50", "fifty fifty"),
            ("24/7", "twenty-four seven"),
            ("9/11", "nine eleven"),
            // Times and ranges.
            ("9:30", "nine thirty"),
            ("9:05", "nine oh five"),
            ("9:00", "nine o'clock"),
            ("14:00", "fourteen hundred"),
            ("9:30pm", "nine thirty p.m."),
            ("9am", "nine a.m."),
            ("16:9", "sixteen nine"),
            ("10-20", "ten to twenty"),
            ("5\u{2013}7", "five to seven"),
            ("9-5", "nine to five"),
            ("9-to-5", "nine to five"),
            // Read out.
            ("555-1234", "five five five one two three four"),
            ("555-123-4567", "five five five one two three four five six seven"),
            ("007", "zero zero seven"),
            ("07700900123", "zero seven seven zero zero nine zero zero one two three"),
            // With letters.
            ("Q3", "q three"),
            ("mp3", "mp three"),
            ("B2B", "b two b"),
            ("3D", "three d"),
            ("4G", "four g"),
            ("3x", "three times"),
            ("1920x1080", "nineteen twenty by one thousand eighty"),
            ("5km", "five kilometers"),
            ("30mph", "thirty miles per hour"),
            ("72\u{b0}", "seventy-two degrees"),
            ("COVID-19", "covid nineteen"),
            ("401k", "four oh one k"),
            ("20-year-old", "twenty year old"),
            ("first-year", "first-year"),
            // No digits.
            ("twenty-five", "twenty-five"),
            ("Twenty-first,", "twenty-first"),
            ("well-known", "well-known"),
            ("don't", "don't"),
            ("II", "ii"),
            ("customers.", "customers"),
        ] {
            assert_eq!(spoken(written).join(" "), said, "{written}");
            assert_eq!(count(written), said.split(' ').count(), "{written}");
        }
        assert_eq!(count("-"), 1);
    }

    proptest! {
        #[test]
        fn anything_written_is_said_in_a_bounded_number_of_words(text in "[0-9$%.,:/x'½ a-z-]{0,24}") {
            let said = spoken(&text);
            prop_assert!(said.iter().all(|w| !w.is_empty()));
            prop_assert!(said.len() <= 4 * text.len() + 2, "{text}: {said:?}");
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,16}") {
            let _ = count(&text);
        }
    }
}
