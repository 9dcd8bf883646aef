//! Parses the words of a Praat TextGrid, in the long or the short text format.
//!
//! Only free-standing quoted texts, numbers and flags are significant; everything else is for human readers (Praat
//! manual, "TextGrid file formats").

use super::{EditedWord, WordImportError, split_words};
use crate::audio::MAX_DURATION_S;
use crate::span::Span;

/// A significant token of a TextGrid file.
#[derive(Debug, Clone, PartialEq)]
enum TextGridToken {
    Text(String),
    Number(f64),
    Exists,
}

/// A tier of intervals or points.
struct ParsedTier {
    name: String,
    annotations: Vec<(Span, String)>,
}

/// Returns the words: the texts on the tier `words` and on its overflow tiers (`words 2`, `words points`).
pub(super) fn words(text: &str) -> Result<Vec<EditedWord>, WordImportError> {
    let tiers = tiers(text).ok_or(WordImportError::NotTextGrid)?;
    let is_words =
        |tier: &&ParsedTier| tier.name.split(' ').next().is_some_and(|name| name.eq_ignore_ascii_case("words"));
    if !tiers.iter().any(|tier| is_words(&tier)) {
        let names: Vec<&str> = tiers.iter().map(|tier| tier.name.as_str()).collect();
        return Err(WordImportError::NoTier(names.join(", ")));
    }
    let mut annotations: Vec<&(Span, String)> =
        tiers.iter().filter(is_words).flat_map(|tier| &tier.annotations).collect();
    annotations.sort_by(|(a, _), (b, _)| a.start_s.total_cmp(&b.start_s).then(a.end_s.total_cmp(&b.end_s)));
    Ok(annotations.into_iter().flat_map(|(span, text)| split_words(text, Some(*span))).collect())
}

/// Returns the tiers; `None` if the file is not a TextGrid or has impossible times.
fn tiers(text: &str) -> Option<Vec<ParsedTier>> {
    let mut tokens = tokens(text).into_iter();
    let mut next = || tokens.next();
    let is_text = |token: Option<TextGridToken>, text: &str| token == Some(TextGridToken::Text(text.to_string()));
    if !is_text(next(), "ooTextFile") || !is_text(next(), "TextGrid") {
        return None;
    }
    number(next())?;
    number(next())?;
    if next() != Some(TextGridToken::Exists) {
        return None;
    }
    let mut tiers = Vec::new();
    for _ in 0..count(next())? {
        let is_points = match string(next())?.as_str() {
            "IntervalTier" => false,
            "TextTier" => true,
            _ => return None,
        };
        let name = string(next())?;
        number(next())?;
        number(next())?;
        let mut annotations = Vec::new();
        for _ in 0..count(next())? {
            let start_s = number(next())?;
            let end_s = if is_points { start_s } else { number(next())? };
            let span = Span::new(start_s, end_s);
            if start_s < 0.0 || start_s > end_s || end_s > 2.0 * MAX_DURATION_S {
                return None;
            }
            annotations.push((span, string(next())?));
        }
        tiers.push(ParsedTier { name, annotations });
    }
    Some(tiers)
}

fn number(token: Option<TextGridToken>) -> Option<f64> {
    if let Some(TextGridToken::Number(number)) = token { Some(number) } else { None }
}

fn count(token: Option<TextGridToken>) -> Option<u32> {
    let number = number(token)?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
}

fn string(token: Option<TextGridToken>) -> Option<String> {
    if let Some(TextGridToken::Text(text)) = token { Some(text) } else { None }
}

fn tokens(text: &str) -> Vec<TextGridToken> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let mut string = String::new();
            rest = &rest[1..];
            loop {
                let (before, after) = rest.split_once('"').unwrap_or((rest, ""));
                string.push_str(before);
                rest = after;
                // A quotation mark inside a text is doubled.
                let Some(after) = rest.strip_prefix('"') else { break };
                string.push('"');
                rest = after;
            }
            tokens.push(TextGridToken::Text(string));
        } else if first == '!' {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let word = &rest[..end];
            rest = &rest[end..];
            match word.parse::<f64>() {
                _ if word == "<exists>" => tokens.push(TextGridToken::Exists),
                Ok(number) if number.is_finite() => tokens.push(TextGridToken::Number(number)),
                _ => {}
            }
        }
        rest = rest.trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(f64, f64, String)> {
        words(text).unwrap().into_iter().map(|w| (w.span.unwrap().start_s, w.span.unwrap().end_s, w.text)).collect()
    }

    #[test]
    fn both_forms_are_read() {
        let long = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0 \nxmax = 2.5 \ntiers? <exists> \nsize = 2 \n\
                    item []: \n    item [1]:\n        class = \"IntervalTier\" \n        name = \"Words\" \n        xmin = 0 \n\
                    xmax = 2.5 \n        intervals: size = 3 \n        intervals [1]:\n xmin = 0 \n xmax = 1 \n text = \"\" \n\
                    intervals [2]:\n xmin = 1 \n xmax = 2 \n text = \"say \"\"so\"\"\" \n intervals [3]:\n xmin = 2 \n xmax = 2.5 \n\
                    text = \"it!\" \n item [2]:\n class = \"TextTier\" \n name = \"words points\" \n xmin = 0 \n xmax = 2.5 \n\
                    points: size = 1 \n points [1]:\n number = 2 \n mark = \"was\" \n";
        let short = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n0\n2.5\n<exists>\n2\n\"IntervalTier\"\n\"Words\"\n0\n2.5\n\
                     3\n0\n1\n\"\"\n1\n2\n\"say \"\"so\"\"\"\n2\n2.5\n\"it!\"\n\"TextTier\"\n\"words points\"\n0\n2.5\n1\n2\n\"was\"\n";
        let expected = [(1.0, 1.375, "say"), (1.375, 2.0, "\"so\""), (2.0, 2.0, "was"), (2.0, 2.5, "it!")];
        let close = |a: f64, b: f64| (a - b).abs() < 0.1;
        for text in [long, short] {
            let found = found(text);
            assert_eq!(found.len(), expected.len());
            for (a, b) in found.iter().zip(expected) {
                assert!(close(a.0, b.0) && close(a.1, b.1) && a.2 == b.2, "{a:?} {b:?}");
            }
        }
        assert_eq!(found(long), found(short));
    }

    #[test]
    fn what_is_no_textgrid_of_words_is_named() {
        assert!(matches!(words("WEBVTT"), Err(WordImportError::NotTextGrid)));
        assert!(matches!(words("ooBinaryFile\u{8}TextGrid"), Err(WordImportError::NotTextGrid)));
        let head = "\"ooTextFile\" \"TextGrid\" 0 1 <exists> 1 ";
        let other = words(&format!("{head} \"IntervalTier\" \"phones\" 0 1 0")).unwrap_err().to_string();
        assert_eq!(other, "there is no interval tier named words; its tiers are: phones");
        for wrong in ["\"IntervalTier\" \"words\" 0 1 9", "\"IntervalTier\" \"words\" 0 1 1 1 0 \"a\"", "\"words\"", ""]
        {
            assert!(matches!(words(&format!("{head}{wrong}")), Err(WordImportError::NotTextGrid)), "{wrong}");
        }
        assert!(words(&format!("{head} \"IntervalTier\" \"words\" 0 1 1 0 1e300 \"a\"")).is_err());
    }
}
