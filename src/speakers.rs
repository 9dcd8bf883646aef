//! Who speaks in a recording, and of two who take turns the one whom the report is about: the candidate.
//!
//! Each of two is written down apart, with the other one silenced, as if they had been recorded alone. The candidate is who
//! talks more and asks less.

use serde::{Deserialize, Serialize};

use crate::audio::Recording;
use crate::signal::{Features, outside};
use crate::span::Span;
use crate::transcript::{Transcriber, Transcript, TranscriptError, Word, transcribe};
use crate::voices::{self, Count, How, Voices};

/// Minimum number of words of each voice; if either has fewer, one person is reported (the other is a cough, a laugh or a
/// radio).
const LEAST_WORDS: usize = 2;
/// Weight of the logarithm of the ratio of talk times in the log-odds of who is the candidate.
const TALK_WEIGHT: f64 = 1.5;
/// Weight of each question that one of the two asks more than the other.
const QUESTION_WEIGHT: f64 = 0.5;
/// Maximum number of questions that count.
const MOST_QUESTIONS: f64 = 3.0;
/// Confidence from which on it is clear which of two people the report is about (ours).
const SURE_WHO: f64 = 0.8;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The one whom the report is about.
    Me,
    /// The other one.
    Other,
    /// It could not be told.
    Unsure,
}

impl Who {
    /// Returns the name that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Me => "you",
            Self::Other => "the other person",
            Self::Unsure => "unsure who",
        }
    }
}

/// Somebody's turn, from the first to the last sound; pauses in it are part of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Whose.
    pub who: Who,
    /// When.
    #[serde(flatten)]
    pub span: Span,
}

/// Who speaks in a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speakers {
    /// How many people are heard; `None` where it cannot be told or there are more than two.
    pub count: Option<u8>,
    /// The same in a word.
    pub heard: Count,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
    /// What it was told from.
    pub how: How,
    /// How sure it is who of two is the one whom the report is about, 0 to 1; `None` unless two are heard.
    pub me_confidence: Option<f64>,
    /// Everybody's turns, in order; none unless two are heard.
    pub turns: Vec<Turn>,
    /// What the other one says, and what cannot be told whose it is. Nothing of it is judged.
    pub other_words: Vec<Word>,
}

impl Speakers {
    /// How many there are; of two it is not known yet who is who.
    pub(crate) fn of(voices: &Voices) -> Self {
        Self {
            count: match voices.count {
                Count::One => Some(1),
                Count::Two => Some(2),
                Count::Unsure | Count::MoreThanTwo => None,
            },
            heard: voices.count,
            confidence: rounded(voices.confidence),
            how: voices.how,
            me_confidence: None,
            turns: Vec::new(),
            other_words: Vec::new(),
        }
    }

    /// How long nobody spoke before an answer that begins at `start_s`: since somebody else stopped, or since the recording began.
    pub(crate) fn latency_s(&self, start_s: f64) -> f64 {
        let before = self.turns.iter().filter(|t| t.who == Who::Other && t.span.start_s < start_s);
        before.map(|t| t.span.end_s).reduce(f64::max).map_or(start_s, |end_s| (start_s - end_s).max(0.0))
    }

    /// Returns which of two voices the report is about; `None` unless two are heard.
    pub fn me(&self) -> Option<Me> {
        let first = self.turns.iter().find(|t| t.who != Who::Unsure)?;
        Some(if first.who == Who::Me { Me::First } else { Me::Second })
    }

    /// Returns which of two voices is the other one; `None` unless two are heard.
    pub fn other(&self) -> Option<Me> {
        self.me().map(|me| if me == Me::First { Me::Second } else { Me::First })
    }

    /// Returns a few seconds in which one of two voices speaks, to be recognized by: out of its longest turn, and no
    /// longer than `length_s`. `None` unless two are heard.
    pub fn sample(&self, voice: Me, length_s: f64) -> Option<Span> {
        let who = if self.me()? == voice { Who::Me } else { Who::Other };
        let turns = self.turns.iter().filter(|t| t.who == who).map(|t| t.span);
        let longest = turns.max_by(|a, b| a.duration_s().total_cmp(&b.duration_s()))?;
        let from_s = longest.start_s + ((longest.duration_s() - length_s) / 2.0).max(0.0);
        Some(Span::new(from_s, (from_s + length_s).min(longest.end_s)))
    }

    /// Returns when the one whom the report is about is first heard, in seconds; `None` unless two are heard.
    pub fn begins_s(&self) -> Option<f64> {
        self.turns.iter().find(|t| t.who == Who::Me).map(|t| t.span.start_s)
    }

    /// Returns whether it is clear who of two is the one whom the report is about.
    pub fn is_sure_who(&self) -> bool {
        self.me_confidence.is_none_or(|confidence| confidence >= SURE_WHO)
    }

    /// Returns the words of others by turns: whose each turn is, when it begins in seconds, and its words.
    pub fn others_said(&self) -> Vec<(Who, f64, &[Word])> {
        let mut said = Vec::new();
        let mut rest = &self.other_words[..];
        for (i, turn) in self.turns.iter().enumerate().filter(|(_, t)| t.who != Who::Me) {
            // A word of a turn may begin a little after its end, but not in the next turn that is not the own one.
            let next = self.turns[i + 1..].iter().find(|t| t.who != Who::Me);
            let (here, later) = rest.split_at(next.map_or(rest.len(), |next| {
                rest.partition_point(|w| (w.span.start_s + w.span.end_s) / 2.0 < next.span.start_s)
            }));
            if !here.is_empty() {
                said.push((turn.who, turn.span.start_s, here));
            }
            rest = later;
        }
        said
    }

    /// The time that is not that of the one whom the report is about, in a recording of this length.
    pub fn others(&self, duration_s: f64) -> Vec<Span> {
        let own: Vec<Span> = self.turns.iter().filter(|t| t.who == Who::Me).map(|t| t.span).collect();
        if own.is_empty() { Vec::new() } else { outside(Span::new(0.0, duration_s), &own) }
    }
}

/// Which of two voices the report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Me {
    /// Who is heard first.
    First,
    /// Who is heard second.
    Second,
}

impl Me {
    /// Returns how the voice is named on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }
}

/// What was said by the one whom the report is about.
pub struct Said {
    /// The words.
    pub transcript: Transcript,
    /// The signal of the same person alone.
    pub features: Features,
    /// Who else speaks.
    pub speakers: Speakers,
}

/// Writes down a recording: all of it where one person speaks, the two apart where there are two.
///
/// # Errors
/// When the speech model fails.
pub fn write_down(
    recording: &Recording,
    features: Features,
    voices: &Voices,
    me: Option<Me>,
    engine: &dyn Transcriber,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<Said, TranscriptError> {
    let speakers = Speakers::of(voices);
    if voices.count != Count::Two {
        let (transcript, features) = transcribe(&recording.speech, features, engine, progress)?;
        return Ok(Said { transcript, features, speakers });
    }
    let one = |voice: usize, from: f64| {
        let own = features.of_speaker(&voices.own(voice));
        transcribe(&recording.speech, own, engine, &|done| progress(from + done / 2.0))
    };
    let (first, second) = (one(0, 0.0)?, one(1, 0.5)?);
    if first.0.words.len().min(second.0.words.len()) < LEAST_WORDS {
        let speakers = Speakers { count: Some(1), heard: Count::One, ..speakers };
        let (transcript, features) = transcribe(&recording.speech, features, engine, progress)?;
        return Ok(Said { transcript, features, speakers });
    }
    let second_answers = second_answers([&first.0, &second.0], [0, 1].map(|voice| talk_s(&voices.own(voice))));
    let (me, sure) = match me {
        Some(me) => (usize::from(me == Me::Second), 1.0),
        None => (usize::from(second_answers > 0.5), second_answers.max(1.0 - second_answers)),
    };
    let unsure = voices.unsure();
    let perhaps = if unsure.is_empty() {
        Vec::new()
    } else {
        transcribe(&recording.speech, features.of_speaker(&unsure), engine, &|_| ())?.0.words
    };
    let ((transcript, features), (other, _)) = if me == 0 { (first, second) } else { (second, first) };
    let mut other_words = [other.words, perhaps].concat();
    other_words.sort_by(|a, b| a.span.start_s.total_cmp(&b.span.start_s));
    let who = |turn: &voices::Turn| match (turn.unsure, turn.voice == me) {
        (true, _) => Who::Unsure,
        (false, true) => Who::Me,
        (false, false) => Who::Other,
    };
    let turns = voices.turns.iter().map(|t| Turn { who: who(t), span: t.span }).collect();
    let speakers = Speakers { me_confidence: Some(rounded(sure)), turns, other_words, ..speakers };
    Ok(Said { transcript, features, speakers })
}

/// To hundredths: the rest is noise.
pub(crate) fn rounded(share: f64) -> f64 {
    (share * 100.0).round() / 100.0
}

fn talk_s(turns: &[Span]) -> f64 {
    turns.iter().map(Span::duration_s).sum()
}

/// The chance that the second of two is the one who answers.
fn second_answers(transcripts: [&Transcript; 2], talk_s: [f64; 2]) -> f64 {
    let [first, second] = transcripts.map(|t| t.words.iter().filter(|w| w.text.ends_with('?')).count() as f64);
    let asked = (first - second).clamp(-MOST_QUESTIONS, MOST_QUESTIONS);
    let talked = (talk_s[1].max(1.0) / talk_s[0].max(1.0)).ln();
    1.0 / (1.0 + (-(TALK_WEIGHT * talked + QUESTION_WEIGHT * asked)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Word;

    fn said(text: &str) -> Transcript {
        let word = |text: &str| Word { text: text.into(), span: Span::new(0.0, 0.3), confidence: 1.0, filler: false };
        let words = text.split_whitespace().map(word).collect();
        Transcript {
            model: String::new(),
            language: "en".into(),
            vocabulary: Default::default(),
            words,
            unreadable: Vec::new(),
            expected: Vec::new(),
        }
    }

    #[test]
    fn what_others_say_goes_with_their_turns() {
        let turn = |who, from, to| Turn { who, span: Span::new(from, to) };
        let word = |text: &str, at: f64| Word {
            text: text.into(),
            span: Span::new(at, at + 0.2),
            confidence: 1.0,
            filler: false,
        };
        let speakers = Speakers {
            count: Some(2),
            heard: Count::Two,
            confidence: 1.0,
            how: How::Voices,
            me_confidence: Some(0.7),
            turns: vec![
                turn(Who::Unsure, 0.0, 0.5),
                turn(Who::Other, 1.0, 3.0),
                turn(Who::Me, 3.5, 9.0),
                turn(Who::Other, 9.5, 10.0),
                turn(Who::Me, 10.5, 12.0),
            ],
            other_words: vec![word("hm", 0.1), word("What", 1.0), word("happened?", 2.9), word("Right.", 9.6)],
        };
        let said: Vec<(Who, f64, usize)> =
            speakers.others_said().iter().map(|(w, s, words)| (*w, *s, words.len())).collect();
        assert_eq!(said, [(Who::Unsure, 0.0, 1), (Who::Other, 1.0, 2), (Who::Other, 9.5, 1)]);
        assert_eq!(
            (speakers.me(), speakers.other(), speakers.begins_s()),
            (Some(Me::Second), Some(Me::First), Some(3.5))
        );
        assert!(!speakers.is_sure_who());
        // The answer's latency counts from the other one's last sound before it.
        assert_eq!(speakers.latency_s(3.5), 0.5);
        assert_eq!(speakers.sample(Me::Second, 3.0), Some(Span::new(4.75, 7.75)));
        assert_eq!(speakers.sample(Me::First, 3.0), Some(Span::new(1.0, 3.0)));
        assert_eq!(speakers.others(12.5), [Span::new(0.0, 3.5), Span::new(9.0, 10.5), Span::new(12.0, 12.5)]);
    }

    #[test]
    fn who_talks_more_and_asks_less_is_the_candidate() {
        let (asks, tells) = (said("What did you do? And then?"), said("I called the customer. It worked."));
        assert!(second_answers([&asks, &tells], [10.0, 60.0]) > 0.9);
        assert!(second_answers([&tells, &asks], [60.0, 10.0]) < 0.1);
        // A long introduction by the interviewer, and a short answer.
        assert!(second_answers([&asks, &tells], [40.0, 30.0]) > 0.5);
        assert_eq!(second_answers([&tells, &tells], [30.0, 30.0]), 0.5);
    }
}
