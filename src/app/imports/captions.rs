//! Parses captions: WebVTT and SubRip.

use super::{EditedWord, WordImportError, split_words};

/// A caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParsedCaption {
    /// The speaker, if a WebVTT voice tag (`<v Jane>`) names one.
    pub(super) speaker: Option<String>,
    /// The text on one line, without tags.
    pub(super) text: String,
}

/// Returns the words of all captions in order, without times: the times of captions are not those of single words.
pub(super) fn words(text: &str) -> Result<Vec<EditedWord>, WordImportError> {
    let captions = captions(text);
    if captions.is_empty() {
        return Err(WordImportError::NoCaptions);
    }
    Ok(captions.iter().flat_map(|caption| split_words(&caption.text, None)).collect())
}

/// Returns the captions: each begins with a line of times and ends at an empty line. Everything else (header, numbers,
/// notes, styles) is ignored.
pub(super) fn captions(text: &str) -> Vec<ParsedCaption> {
    let mut captions = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !is_times(line) {
            continue;
        }
        let text: Vec<&str> = lines.by_ref().take_while(|line| !line.trim().is_empty()).collect();
        let (speaker, text) = without_tags(&text.join(" "));
        if !text.is_empty() {
            captions.push(ParsedCaption { speaker, text });
        }
    }
    captions
}

/// Returns whether a line contains the times of a caption: `0:00:01.000 --> 0:00:02.000`.
fn is_times(line: &str) -> bool {
    let is_time =
        |time: &str| time.contains(':') && time.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ','));
    let times = line.split_once("-->");
    times.is_some_and(|(from, to)| is_time(from.trim()) && to.split_whitespace().next().is_some_and(is_time))
}

/// Removes the tags from a text and resolves its character references. Returns the speaker in the first voice tag, if
/// any, and the text.
fn without_tags(text: &str) -> (Option<String>, String) {
    let (mut voice, mut without_tags) = (None, String::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        without_tags.push_str(before);
        let Some((tag, after)) = after.split_once('>') else {
            without_tags.push('<');
            rest = after;
            continue;
        };
        let is_tag = tag.starts_with(|c: char| c == '/' || c.is_ascii_alphanumeric());
        if let Some(name) =
            tag.strip_prefix("v ").or_else(|| tag.strip_prefix("v.").and_then(|t| Some(t.split_once(' ')?.1)))
        {
            voice = voice.or(Some(resolve_references(name.trim())));
        } else if !is_tag {
            without_tags.push_str(&format!("<{tag}>"));
        }
        rest = after;
    }
    without_tags.push_str(rest);
    (voice, resolve_references(&without_tags.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// Resolves the character references of WebVTT.
fn resolve_references(text: &str) -> String {
    const REFERENCES: [(&str, &str); 6] =
        [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&rlm;", ""), ("&amp;", "&")];
    REFERENCES.iter().fold(text.to_string(), |text, (reference, sign)| text.replace(reference, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        captions(text).into_iter().map(|c| format!("{}|{}", c.speaker.unwrap_or_default(), c.text)).collect()
    }

    #[test]
    fn captions_of_both_kinds_are_read_without_numbers_notes_and_tags() {
        let vtt = "WEBVTT\n\nNOTE made by hand\n\n1\n00:01.000 --> 00:02.500 align:start\nSo, <00:01.500>um,\nI <i>left</i>.\n\n\
                   d1-0\n00:00:02.500 --> 00:00:03.000\n<v Jane Doe>R&amp;D &lt;3</v>\n";
        assert_eq!(said(vtt), ["|So, um, I left.", "Jane Doe|R&D <3"]);
        let srt = "1\r\n00:00:01,000 --> 00:00:02,500\r\nSo, um,\r\nI left.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\na < b\r\n";
        assert_eq!(said(srt), ["|So, um, I left.", "|a < b"]);
        let texts: Vec<String> = words(srt).unwrap().into_iter().map(|w| w.text).collect();
        assert_eq!(texts, ["So,", "um,", "I", "left.", "a", "<", "b"]);
        assert!(matches!(words("nothing --> here\n"), Err(WordImportError::NoCaptions)));
    }
}
