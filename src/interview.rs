//! A recorded interview with two voices, segmented into questions and answers.
//!
//! [`cut`] uses only the turns and words of the two speakers. A short utterance of the interviewer within an answer
//! ("mm-hm", "go on", "and then?") is a mark in that answer; a longer one is a question, and another answer begins
//! after it. The interviewer is not judged.

use serde::{Deserialize, Serialize};

use crate::english::normalized;
use crate::question::Question;
use crate::report::{ProgramInfo, RecordingSection, Report};
use crate::span::Span;
use crate::speakers::{Speakers, Turn, Who};
use crate::transcript::{Transcript, Word};
use crate::warnings::Warning;

/// The name and version of the format.
pub const SCHEMA: &str = "aloud.interview/1";
/// The maximum number of words of an utterance that does not end the other speaker's answer (ours).
const MOST_PROMPT_WORDS: usize = 4;
/// The duration below which a turn without words is not a question but a breath or a laugh, in seconds (ours).
const WORDLESS_S: f64 = 1.5;
/// The minimum number of words of an answer that is judged (ours: fewer are small talk, and too few for a score).
const FEWEST_WORDS: usize = 12;
/// The minimum number of words of a sentence that is the question itself (ours: "Why?" alone does not tell the topic).
const FEWEST_ASKED_WORDS: usize = 5;
/// The maximum number of words of a question; earlier words are an introduction (ours).
const MOST_ASKED_WORDS: usize = 60;
/// The gap between two speakers below which the second one may have interrupted the first, in seconds: shorter than the
/// usual gap of about 0.2 s between turns (Stivers et al. 2009).
const CUT_IN_S: f64 = 0.1;
/// Words of backchannels, which encourage the speaker or acknowledge what was said.
const BACKCHANNELS: [&str; 40] = [
    "mm",
    "mmm",
    "hmm",
    "hm",
    "mhm",
    "mm-hmm",
    "mm-hm",
    "uh-huh",
    "uh",
    "um",
    "ah",
    "oh",
    "yeah",
    "yes",
    "yep",
    "ok",
    "okay",
    "right",
    "sure",
    "great",
    "good",
    "nice",
    "wow",
    "cool",
    "perfect",
    "exactly",
    "interesting",
    "really",
    "i",
    "see",
    "got",
    "it",
    "alright",
    "all",
    "of",
    "course",
    "thanks",
    "thank",
    "you",
    "no",
];
/// Phrases in sentences that ask for an answer without a question mark.
const REQUESTS: [&str; 10] =
    ["tell me", "describe", "give me", "walk me", "talk me", "explain", "share", "take me", "talk about", "tell us"];

/// A backchannel, a prompt or an interruption: what one speaker says during the other's question or answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The kind of the mark.
    pub kind: MarkKind,
    /// The speaker.
    pub who: Who,
    /// The time of the turn.
    #[serde(flatten)]
    pub span: Span,
    /// The words, if any were recognized.
    pub text: String,
}

/// The kind of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// Acknowledges what is said: "mm-hm".
    Backchannel,
    /// Asks the other speaker to go on: "and then?".
    Prompt,
    /// Begins before the other speaker has finished a sentence.
    Interruption,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exchange {
    /// Everything that the interviewer said before the answer.
    pub heard: String,
    /// The turns of the question; empty if the candidate began.
    pub question: Vec<Span>,
    /// The turns of the answer.
    pub answer: Vec<Span>,
    /// The indices of the answer's words among the candidate's words.
    pub words: Vec<usize>,
    /// The backchannels, prompts and interruptions during the exchange.
    pub marks: Vec<Mark>,
}

impl Exchange {
    /// Returns the question without its introduction; `None` if the candidate began.
    pub fn asked(&self) -> Option<String> {
        (!self.heard.is_empty()).then(|| asked(&self.heard))
    }

    /// Returns whether the answer is long enough to be judged.
    pub fn is_answer(&self) -> bool {
        self.words.len() >= FEWEST_WORDS
    }

    /// Returns the time from the first turn to the last, the question included.
    fn span(&self) -> Option<Span> {
        let first = self.question.first().or(self.answer.first())?;
        let last = self.answer.last().or(self.question.last())?;
        Some(Span::new(first.start_s, last.end_s))
    }

    /// Returns the transcript of this answer alone.
    pub(crate) fn transcript(&self, all: &Transcript) -> Transcript {
        let is_here = |s: &Span| self.answer.iter().any(|answer| answer.shared(s).is_some());
        Transcript {
            words: self.words.iter().map(|place| all.words[*place].clone()).collect(),
            unreadable: all.unreadable.iter().filter(|s| is_here(s)).copied().collect(),
            expected: all
                .expected
                .iter()
                .filter(|e| self.answer.iter().any(|a| a.distance_s(e.at_s) <= 0.0))
                .cloned()
                .collect(),
            ..all.clone()
        }
    }

    /// Returns the speakers' turns and words within this exchange alone.
    pub(crate) fn speakers(&self, all: &Speakers) -> Speakers {
        let Some(span) = self.span() else { return all.clone() };
        let is_here = |s: &Span| s.shared(&span).is_some();
        Speakers {
            turns: all.turns.iter().filter(|t| is_here(&t.span)).copied().collect(),
            other_words: all.other_words.iter().filter(|w| is_here(&w.span)).cloned().collect(),
            ..all.clone()
        }
    }
}

/// A whole interview, in the format `aloud.interview/1`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interview {
    /// The format, [`SCHEMA`].
    pub schema: &'static str,
    /// The recorded file.
    pub recording: RecordingSection,
    /// The two speakers and their turns.
    pub speakers: Speakers,
    /// The answers, in order.
    pub answers: Vec<Answer>,
    /// The program that analyzed the interview.
    pub program: ProgramInfo,
    /// Warnings about the recording.
    pub warnings: Vec<Warning>,
    /// One report on all answers together, for plots.
    #[serde(skip)]
    pub whole: Report,
}

/// An answer in an interview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Everything that the interviewer said before the answer; empty if the candidate began.
    pub heard: String,
    /// The question that the answer is judged against: a known question if the interviewer certainly asked it,
    /// otherwise the interviewer's own words; `None` if the candidate began.
    pub question: Option<Question>,
    /// When the interviewer's last sound before the answer ended, in seconds.
    pub question_end_s: Option<f64>,
    /// When the answer begins, in seconds.
    pub start_s: f64,
    /// When the answer ends, in seconds.
    pub end_s: f64,
    /// The time from the interviewer's last sound to the answer, in seconds.
    pub response_latency_s: Option<f64>,
    /// The backchannels, prompts and interruptions during the exchange.
    pub marks: Vec<Mark>,
    /// The report; `None` if the answer is too short to be judged.
    pub report: Option<Report>,
}

impl Answer {
    /// Creates the answer of an exchange; `None` if nobody answered.
    pub(crate) fn of(
        exchange: &Exchange,
        speakers: &Speakers,
        question: Option<Question>,
        report: Option<Report>,
    ) -> Option<Self> {
        let (first, last) = (exchange.answer.first()?, exchange.answer.last()?);
        let question_end_s = exchange.question.last().map(|q| q.end_s);
        Some(Self {
            heard: exchange.heard.clone(),
            question,
            question_end_s,
            start_s: first.start_s,
            end_s: last.end_s,
            response_latency_s: question_end_s.map(|_| speakers.latency_s(first.start_s)),
            marks: exchange.marks.clone(),
            report,
        })
    }

    /// Returns the length of the answer, without the interviewer's time, in seconds.
    pub fn answer_s(&self) -> f64 {
        let length = self.report.as_ref().and_then(|r| r.length.as_ref());
        length.map_or(self.end_s - self.start_s, |length| length.answer_s)
    }
}

/// A turn with its words.
struct Said {
    turn: Turn,
    words: Vec<String>,
    /// The indices of the words among all words of the same speaker.
    places: Vec<usize>,
}

impl Said {
    fn text(&self) -> String {
        self.words.join(" ")
    }

    fn is_backchannel(&self) -> bool {
        let known = |word: &String| word.split('-').all(|part| BACKCHANNELS.contains(&normalized(part).as_str()));
        if self.words.is_empty() {
            return self.turn.span.duration_s() < WORDLESS_S;
        }
        self.words.len() <= MOST_PROMPT_WORDS
            && self.words.iter().all(|w| known(w) || BACKCHANNELS.contains(&normalized(w).as_str()))
    }

    fn ends_sentence(&self) -> bool {
        self.words.last().is_none_or(|word| word.ends_with(['.', '?', '!']))
    }

    fn mark(&self, kind: MarkKind) -> Mark {
        Mark { kind, who: self.turn.who, span: self.turn.span, text: self.text() }
    }
}

/// Segments an interview into exchanges of question and answer, from the turns of the two speakers and the words of
/// each. Turns whose speaker is uncertain are ignored.
pub fn cut(speakers: &Speakers, own_words: &[Word]) -> Vec<Exchange> {
    let said = said(speakers, own_words);
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut now = Exchange::default();
    for (i, here) in said.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| &said[i]);
        let cuts_in = before.is_some_and(|before| {
            before.turn.who != here.turn.who
                && here.turn.span.start_s - before.turn.span.end_s < CUT_IN_S
                && !before.ends_sentence()
        });
        if here.turn.who == Who::Me {
            let goes_on = said.get(i + 1).is_some_and(|next| next.turn.who == Who::Other && !next.is_backchannel());
            // The candidate's "Yes" within a question, or "Okay" before it is asked.
            if now.answer.is_empty() && here.is_backchannel() && goes_on {
                now.marks.push(here.mark(MarkKind::Backchannel));
                continue;
            }
            if cuts_in && now.answer.is_empty() && !now.question.is_empty() {
                now.marks.push(here.mark(MarkKind::Interruption));
            }
            now.answer.push(here.turn.span);
            now.words.extend(&here.places);
            continue;
        }
        let is_within = !now.answer.is_empty() && said[i + 1..].iter().any(|later| later.turn.who == Who::Me);
        if is_within && here.is_backchannel() {
            now.marks.push(here.mark(MarkKind::Backchannel));
        } else if is_within && here.words.len() <= MOST_PROMPT_WORDS {
            now.marks.push(here.mark(if cuts_in { MarkKind::Interruption } else { MarkKind::Prompt }));
        } else {
            if !now.answer.is_empty() {
                exchanges.push(std::mem::take(&mut now));
            }
            if cuts_in {
                now.marks.push(here.mark(MarkKind::Interruption));
            }
            now.heard = [now.heard.as_str(), &here.text()].join(" ").trim().to_string();
            now.question.push(here.turn.span);
        }
    }
    exchanges.push(now);
    exchanges.retain(|exchange| !exchange.answer.is_empty());
    exchanges
}

/// Returns the turns with their words. A word belongs to the turn of its speaker that is nearest to the middle of the
/// word.
fn said(speakers: &Speakers, own_words: &[Word]) -> Vec<Said> {
    let turns = speakers.turns.iter().filter(|t| t.who != Who::Unsure);
    let mut said: Vec<Said> = turns.map(|turn| Said { turn: *turn, words: Vec::new(), places: Vec::new() }).collect();
    let mut put = |(place, word): (usize, &Word), who: Who| {
        let middle_s = (word.span.start_s + word.span.end_s) / 2.0;
        let nearest = said
            .iter_mut()
            .filter(|s| s.turn.who == who)
            .min_by(|a, b| a.turn.span.distance_s(middle_s).total_cmp(&b.turn.span.distance_s(middle_s)));
        if let Some(said) = nearest {
            said.words.push(word.text.clone());
            said.places.push(place);
        }
    };
    own_words.iter().enumerate().for_each(|word| put(word, Who::Me));
    let others = speakers.others_said();
    let others = others.iter().filter(|said| said.0 == Who::Other).flat_map(|said| said.2);
    others.enumerate().for_each(|word| put(word, Who::Other));
    said
}

/// Returns the sentences of `heard` that ask, or all sentences if none does; of both, at most the last
/// [`MOST_ASKED_WORDS`] words.
fn asked(heard: &str) -> String {
    let mut sentences: Vec<Vec<&str>> = vec![Vec::new()];
    for word in heard.split_whitespace() {
        sentences.last_mut().expect("never empty").push(word);
        if word.ends_with(['.', '?', '!']) {
            sentences.push(Vec::new());
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    let asks = |sentence: &&Vec<&str>| {
        // Spaces on both sides, so that "share" is not found in "shared".
        let words: Vec<String> =
            sentence.iter().map(|w| w.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase()).collect();
        let text = format!(" {} ", words.join(" "));
        sentence.last().is_some_and(|word| word.ends_with('?'))
            || REQUESTS.iter().any(|request| text.contains(&format!(" {request} ")))
    };
    let asking: Vec<&Vec<&str>> = sentences.iter().filter(asks).collect();
    // Skips "How are you?" or "Can you hear me?" before the question itself.
    let from = asking.iter().position(|sentence| sentence.len() >= FEWEST_ASKED_WORDS).unwrap_or(0);
    let mut words: Vec<&str> = asking[from.min(asking.len())..].iter().flat_map(|s| s.iter().copied()).collect();
    if words.is_empty() {
        words = heard.split_whitespace().collect();
    }
    words[words.len().saturating_sub(MOST_ASKED_WORDS)..].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voices::{Count, How};

    /// Returns an interview with the given turns, half a second apart, and a word every 0.3 s: "o:" begins a turn of
    /// the interviewer, "m:" one of the candidate.
    fn interview(turns: &[&str]) -> (Speakers, Vec<Word>) {
        let (mut own, mut other_words, mut spans) = (Vec::new(), Vec::new(), Vec::new());
        let mut at_s = 0.5;
        for turn in turns {
            let (who, text) = turn.split_once(':').unwrap();
            let (who, words) = if who == "m" { (Who::Me, &mut own) } else { (Who::Other, &mut other_words) };
            let start_s = at_s;
            for text in text.split_whitespace() {
                words.push(Word {
                    text: text.into(),
                    span: Span::new(at_s, at_s + 0.3),
                    confidence: 0.9,
                    filler: false,
                });
                at_s += 0.3;
            }
            spans.push(Turn { who, span: Span::new(start_s, at_s) });
            at_s += 0.5;
        }
        let speakers = Speakers {
            count: Some(2),
            heard: Count::Two,
            confidence: 1.0,
            how: How::Voices,
            me_confidence: Some(1.0),
            turns: spans,
            other_words,
        };
        (speakers, own)
    }

    const ANSWER: &str = "m: Last year a customer called me late and I drove there and repaired the pump myself.";

    #[test]
    fn each_question_has_its_answer() {
        let (speakers, own) = interview(&[
            "o: Hello, thanks for coming. Tell me about a time you helped a customer.",
            ANSWER,
            "o: Thank you. And what is your greatest weakness at work?",
            ANSWER,
        ]);
        let exchanges = cut(&speakers, &own);
        let asked: Vec<String> = exchanges.iter().filter_map(Exchange::asked).collect();
        assert_eq!(
            asked,
            ["Tell me about a time you helped a customer.", "And what is your greatest weakness at work?"]
        );
        assert!(
            exchanges.iter().all(|e| e.words.len() == 16 && e.is_answer() && e.answer.len() == 1 && e.marks.is_empty())
        );
        assert!(exchanges[0].heard.starts_with("Hello, thanks"));
        let answer = Answer::of(&exchanges[1], &speakers, None, None).unwrap();
        assert!((answer.response_latency_s.unwrap() - 0.5).abs() < 1e-9, "{answer:?}");
        let here = exchanges[1].speakers(&speakers);
        assert_eq!((here.turns.len(), here.other_words.len()), (2, 10));
    }

    #[test]
    fn short_words_of_the_interviewer_do_not_end_an_answer() {
        let (speakers, own) = interview(&[
            "o: Tell me about a time you failed at something.",
            ANSWER,
            "o: Mm-hm.",
            ANSWER,
            "o: And then?",
            ANSWER,
            "o: Okay, great. Thanks.",
        ]);
        let exchanges = cut(&speakers, &own);
        assert_eq!(exchanges.len(), 1);
        assert_eq!((exchanges[0].answer.len(), exchanges[0].words.len()), (3, 48));
        let kinds: Vec<MarkKind> = exchanges[0].marks.iter().map(|m| m.kind).collect();
        assert_eq!(kinds, [MarkKind::Backchannel, MarkKind::Prompt]);
    }

    #[test]
    fn small_talk_is_no_answer_and_a_nod_within_the_question_belongs_to_it() {
        let (speakers, own) = interview(&[
            "o: Hi, how are you doing today?",
            "m: Fine, thank you, a bit nervous.",
            "o: I will tell you about us first.",
            "m: Okay.",
            "o: We make the pumps I described. Describe a hard problem that you solved.",
            ANSWER,
        ]);
        let exchanges = cut(&speakers, &own);
        assert_eq!(exchanges.iter().map(Exchange::is_answer).collect::<Vec<_>>(), [false, true]);
        assert_eq!(exchanges[1].asked().as_deref(), Some("Describe a hard problem that you solved."));
        assert_eq!(exchanges[1].marks[0].who, Who::Me);
    }

    #[test]
    fn who_begins_before_the_other_has_ended_cuts_in() {
        let (mut speakers, own) = interview(&["o: Tell me about a time you", ANSWER]);
        let end_s = speakers.turns[0].span.end_s;
        speakers.turns[1].span.start_s = end_s;
        let exchanges = cut(&speakers, &own);
        assert_eq!(exchanges[0].marks[0].kind, MarkKind::Interruption);
        assert_eq!(Answer::of(&exchanges[0], &speakers, None, None).unwrap().response_latency_s, Some(0.0));
    }

    #[test]
    fn one_who_only_listens_gives_no_answer() {
        let (speakers, own) = interview(&["o: Hello? Can you hear me?"]);
        assert!(cut(&speakers, &own).is_empty());
        let (speakers, own) = interview(&[ANSWER]);
        assert_eq!(cut(&speakers, &own)[0].asked(), None);
    }
}
