//! Parses transcripts of meetings, as saved by Zoom, Teams and Otter: turns with speaker, time and words. The answer
//! consists of the words of one speaker, without names and times.

use std::sync::LazyLock;

use regex::Regex;

use super::captions::captions;

/// A turn: the words of one speaker up to the next speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingTurn {
    /// The speaker's name; empty if the transcript names none.
    pub speaker: String,
    /// The words.
    pub text: String,
}

/// The answer in a transcript: the words of the speaker who said most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingAnswer {
    /// The speaker's name; empty if the transcript names none.
    pub speaker: String,
    /// The words.
    pub text: String,
    /// The names of the other speakers, in the order of their first turns.
    pub others: Vec<String>,
}

/// Matches a line with name and time that begins a turn: "Jane Doe 0:03" (Otter, Teams) or "[Jane Doe] 10:02:13"
/// (Zoom).
static NAME_AND_TIME_LINE: LazyLock<Regex> = LazyLock::new(|| {
    const TIME: &str = r"(?:\d{1,2}:)?\d{1,2}:\d{2}";
    Regex::new(&format!(r"^(?:\[(?P<a>[^\]]{{1,80}})\]\s*|(?P<b>\S.{{0,79}}?)(?:\s{{2,}}|\t)){TIME}$"))
        .expect("it is right")
});
/// Matches a line with the times of a turn, which precedes the line with the name (Teams): "0:0:0.0 --> 0:0:3.450".
static TIMES_LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{1,2}:\d{1,2}:\d{1,2}[.,]\d+ --> \d{1,2}:\d{1,2}:\d{1,2}[.,]\d+$").expect("it is right")
});
/// Matches a line that the meeting software adds.
static ADDED_LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:\S.{0,79} (?:started|stopped) transcription\.?|Transcribed by https?://\S+)$")
        .expect("it is right")
});
/// Matches the name at the beginning of a caption (Zoom): "Jane Doe: ".
static NAME_PREFIX: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?P<name>\p{Lu}[^:.!?;]{0,59}): +").expect("it is right"));

/// The maximum number of lines before the first turn: a title, the date, the duration.
const MAX_HEADER_LINES: usize = 6;

/// Returns the turns of a plain-text transcript; `None` if the text is not a transcript.
pub fn of_text(text: &str) -> Option<Vec<MeetingTurn>> {
    let mut turns: Vec<MeetingTurn> = Vec::new();
    let mut expects_name = false;
    for (i, line) in text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        if let Some(found) = NAME_AND_TIME_LINE.captures(line) {
            let name = found.name("a").or_else(|| found.name("b"))?;
            turns.push(MeetingTurn { speaker: name.as_str().trim().to_string(), text: String::new() });
        } else if TIMES_LINE.is_match(line) {
            turns.push(MeetingTurn { speaker: String::new(), text: String::new() });
            expects_name = true;
            continue;
        } else if let Some(turn) = turns.last_mut() {
            if expects_name {
                turn.speaker = line.to_string();
            } else if !ADDED_LINE.is_match(line) {
                append(&mut turn.text, line);
            }
        } else if i >= MAX_HEADER_LINES {
            return None;
        }
        expects_name = false;
    }
    joined(turns)
}

/// Returns the turns in captions; `None` if there are no captions.
pub fn of_captions(text: &str) -> Option<Vec<MeetingTurn>> {
    let captions = captions(text);
    let name = |text: &str| NAME_PREFIX.captures(text).map(|found| (found["name"].to_string(), found[0].len()));
    // A colon can also be part of the speech: a file has names before most captions, or before none.
    let named = captions.iter().filter(|c| name(&c.text).is_some()).count();
    let has_names = 2 * named >= captions.len().max(1);
    let mut speaker = String::new();
    let turns = captions.into_iter().map(|caption| {
        let before = if has_names { name(&caption.text) } else { None };
        let text = caption.text[before.as_ref().map_or(0, |(_, length)| *length)..].to_string();
        // A caption without a name continues the previous speaker's turn.
        if let Some(name) = caption.speaker.or(before.map(|(name, _)| name)) {
            speaker = name;
        }
        MeetingTurn { speaker: speaker.clone(), text }
    });
    joined(turns.collect())
}

/// Joins consecutive turns of the same speaker; `None` if all turns are empty.
fn joined(turns: Vec<MeetingTurn>) -> Option<Vec<MeetingTurn>> {
    let mut joined: Vec<MeetingTurn> = Vec::new();
    for turn in turns.into_iter().filter(|turn| !turn.text.is_empty()) {
        match joined.last_mut() {
            Some(last) if last.speaker == turn.speaker => append(&mut last.text, &turn.text),
            _ => joined.push(turn),
        }
    }
    (!joined.is_empty()).then_some(joined)
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

/// Returns the words of the speaker who said most.
pub fn answer(turns: &[MeetingTurn]) -> MeetingAnswer {
    let mut speakers: Vec<(&str, String)> = Vec::new();
    for turn in turns {
        match speakers.iter_mut().find(|(name, _)| *name == turn.speaker) {
            Some((_, text)) => append(text, &turn.text),
            None => speakers.push((&turn.speaker, turn.text.clone())),
        }
    }
    let words = |text: &str| text.split_whitespace().count();
    let most = speakers.iter().map(|(_, text)| words(text)).max().unwrap_or(0);
    let at = speakers.iter().position(|(_, text)| words(text) == most).unwrap_or(0);
    let (speaker, text) = speakers.remove(at);
    MeetingAnswer {
        speaker: speaker.to_string(),
        text,
        others: speakers.into_iter().map(|(name, _)| name.to_string()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(turns: Option<Vec<MeetingTurn>>) -> Vec<String> {
        turns.into_iter().flatten().map(|turn| format!("{}|{}", turn.speaker, turn.text)).collect()
    }

    #[test]
    fn zoom() {
        let vtt = "WEBVTT\n\n1\n00:00:02.340 --> 00:00:05.670\nInes Gomez: Tell me about a conflict.\n\n2\n00:00:06.000 --> 00:00:09.000\n\
                   Sam O'Neil (Guest): Sure. One thing: I was late,\n\n3\n00:00:09.000 --> 00:00:11.000\nSam O'Neil (Guest): and I said so.\n";
        let turns = of_captions(vtt);
        assert_eq!(
            said(turns.clone()),
            ["Ines Gomez|Tell me about a conflict.", "Sam O'Neil (Guest)|Sure. One thing: I was late, and I said so."]
        );
        let answer = answer(&turns.unwrap());
        assert_eq!((answer.speaker.as_str(), answer.others), ("Sam O'Neil (Guest)", vec!["Ines Gomez".to_string()]));
        let lines = "[Ines Gomez] 10:02:13\nTell me about a conflict.\n\n[Sam] 10:02:20\nSure.\nI was late.\n";
        assert_eq!(said(of_text(lines)), ["Ines Gomez|Tell me about a conflict.", "Sam|Sure. I was late."]);
    }

    #[test]
    fn teams() {
        let vtt = "WEBVTT\n\nf1d7/12-0\n00:00:03.450 --> 00:00:06.000\n<v Gomez, Ines>Tell me about a conflict.</v>\n\n\
                   f1d7/13-0\n00:00:07.000 --> 00:00:09.000\n<v Sam>Sure. I was late.</v>\n";
        let expected = ["Gomez, Ines|Tell me about a conflict.", "Sam|Sure. I was late."];
        assert_eq!(said(of_captions(vtt)), expected);
        let old = "0:0:3.450 --> 0:0:6.0\nGomez, Ines\nTell me about a conflict.\n\n0:0:7.0 --> 0:0:9.0\nSam\nSure. I was late.\n";
        assert_eq!(said(of_text(old)), expected);
        let new = "Interview\nNovember 12, 2025, 3:00PM\n30m 5s\n\nInes Gomez started transcription\n\nGomez, Ines   0:03\n\
                   Tell me about a conflict.\n\nSam   0:07\nSure. I was late.\n\nInes Gomez stopped transcription\n";
        assert_eq!(said(of_text(new)), expected);
    }

    #[test]
    fn otter() {
        let text = "Mock interview\nWed, Nov 12, 2025 3:00PM • 10:05\n\nSpeaker 1  0:02  \nTell me about a conflict.\n\n\
                    Sam Lee  1:00:07  \nSure. I was late.\n\nI said so.\n\nTranscribed by https://otter.ai\n";
        assert_eq!(
            said(of_text(text)),
            ["Speaker 1|Tell me about a conflict.", "Sam Lee|Sure. I was late. I said so."]
        );
    }

    #[test]
    fn a_draft_is_no_transcript_and_captions_without_names_lose_nothing() {
        for text in [
            "I called her at 10:30.\nShe came at 11:00",
            "My day:\n\nIt began at 7:00\n\nThen I left.",
            "",
            "Result: we won.",
        ] {
            assert_eq!(of_text(text), None, "{text}");
        }
        let vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\nThe result: we won.\n\n00:02.000 --> 00:03.000\nI was\n\n00:03.000 --> 00:04.000\nglad.\n";
        assert_eq!(said(of_captions(vtt)), ["|The result: we won. I was glad."]);
    }
}
