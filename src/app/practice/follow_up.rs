//! Chooses the questions that an interviewer would ask next: those about what the answer lacked.
//!
//! The gaps are taken from the codes of the report's priorities, in their order, then from the parts of the score.
//! Nothing that the answer contains is asked for. A question's own follow-ups are worded in `questions.toml`; this
//! module chooses among them. If the answer states its result in a short, reliably recognized sentence, the follow-up
//! quotes the sentence. The other sentences here are for questions without a suitable follow-up.

use serde::{Deserialize, Serialize};

use crate::codes::Code;
use crate::english::numbers::is_quantity;
use crate::english::{is_filled_pause, normalized};
use crate::question::QuestionKind;
use crate::report::Report;
use crate::score::PartName;
use crate::story::Story;

/// Something that an answer lacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// A single occasion.
    Occasion,
    /// The outcome.
    Result,
    /// The steps.
    Steps,
    /// The speaker's own part in what "we" did.
    OwnPart,
    /// Quantities: how much, how many, how long.
    Numbers,
}

/// A follow-up question and its subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// What the answer lacked.
    pub lack: Lack,
    /// The question.
    pub text: String,
}

/// The maximum number of follow-ups to an answer (convention).
pub const MOST: usize = 2;
/// A part with less than this share of its points is lacking (ours).
const LACKING: f64 = 0.5;
/// The minimum share of "I" among "I" and "we" in sentences about actions with which the own part counts as told
/// (ours).
const MOSTLY_I: f64 = 0.6;
/// The lengths of sentences that are quoted, in words: long enough for a whole thought, short enough for one breath
/// (ours).
const QUOTABLE_WORDS: std::ops::RangeInclusive<usize> = 4..=14;
/// The minimum probability that a sentence tells a result for it to be quoted as one (ours).
const SURE: f64 = 0.8;
/// Words that begin a sentence that depends on the one before: quoted alone, the sentence would be misunderstood.
const LEANING: [&str; 12] =
    ["and", "but", "so", "which", "or", "because", "then", "also", "that", "this", "it", "they"];

/// The kinds of questions whose answers are stories.
const STORIES: [QuestionKind; 6] = [
    QuestionKind::PastStory,
    QuestionKind::Teamwork,
    QuestionKind::Failure,
    QuestionKind::Leadership,
    QuestionKind::Conflict,
    QuestionKind::TechnicalWalkThrough,
];

/// Returns the follow-ups that an answer calls for, most important first, at most [`MOST`]. `own` are the follow-ups of
/// its question. Returns none if the answer lacks nothing, could not be judged, or is not a story.
pub fn follow_ups(report: &Report, own: &[String]) -> Vec<FollowUp> {
    let (lacks, story) = (lacks(report), report.story.as_ref());
    let lacks = lacks.into_iter().take(MOST);
    lacks
        .map(|lack| FollowUp {
            lack,
            text: story.and_then(|s| quoting(lack, s)).unwrap_or_else(|| question(lack, own)),
        })
        .collect()
}

/// Returns whether an answer tells what another answer lacked. An answer that could not be judged counts as telling
/// everything, so that what was not understood is not asked for again.
pub fn tells(report: &Report, lack: Lack) -> bool {
    let Some(story) = &report.story else { return true };
    match lack {
        Lack::Occasion => report.score.priorities.iter().all(|p| p.code != Some(Code::NoEvent)),
        Lack::Result => story.findings.as_ref().is_some_and(|f| !f.results.is_empty()),
        Lack::Steps => story.share.action >= LACKING,
        Lack::OwnPart => story.ownership.i_in_action.is_some_and(|share| share >= MOSTLY_I),
        Lack::Numbers => has_quantity(story),
    }
}

/// Returns what an answer lacked, most important first.
fn lacks(report: &Report) -> Vec<Lack> {
    let kind = report.question.as_ref().and_then(|q| q.kind.as_ref());
    let Some(story) = report.story.as_ref().filter(|_| kind.is_none_or(|k| STORIES.contains(k))) else {
        return Vec::new();
    };
    let codes: Vec<Code> = report.score.priorities.iter().filter_map(|p| p.code).collect();
    if codes.contains(&Code::OtherQuestion) {
        return Vec::new(); // the gaps of an answer to another question are beside the point
    }
    let of_code = |code: &Code| match code {
        Code::NoEvent => Some(Lack::Occasion),
        Code::NoResult => Some(Lack::Result),
        Code::NoSteps | Code::ThinSteps => Some(Lack::Steps),
        Code::OwnPart | Code::ResultNotYours => Some(Lack::OwnPart),
        Code::VagueResult | Code::NoDetail => Some(Lack::Numbers),
        _ => None,
    };
    let is_weak = |name: PartName| {
        report.score.parts.iter().find(|p| p.name == name).is_some_and(|p| p.points < LACKING * p.out_of)
    };
    let of_parts = [(PartName::Result, Lack::Result), (PartName::OwnPart, Lack::OwnPart)];
    let of_parts = of_parts.into_iter().filter(|(name, _)| is_weak(name.clone())).map(|(_, lack)| lack);
    let judged = report.score.parts.iter().any(|p| p.name == PartName::Result);
    let numbers = (judged && !has_quantity(story)).then_some(Lack::Numbers);
    let mut found: Vec<Lack> = Vec::new();
    for lack in codes.iter().filter_map(of_code).chain(of_parts).chain(numbers) {
        if !found.contains(&lack) && !tells(report, lack) {
            found.push(lack);
        }
    }
    if found.first() == Some(&Lack::Occasion) {
        found.truncate(1); // without an occasion there is nothing else to ask about
    }
    found
}

/// Returns whether the answer contains a quantity.
fn has_quantity(story: &Story) -> bool {
    story.sentences.iter().flat_map(|s| s.text.split_whitespace()).any(|word| is_quantity(&normalized(word)))
}

/// Returns a follow-up that quotes the answer's own sentence about the result; `None` if there is no suitable one.
fn quoting(lack: Lack, story: &Story) -> Option<String> {
    if lack != Lack::Numbers {
        return None;
    }
    let results = &story.findings.as_ref()?.results;
    let sentence = results.iter().filter_map(|i| story.sentences.get(*i)).find(|s| {
        let words: Vec<String> = s.text.split_whitespace().map(normalized).collect();
        let leans = words.first().is_none_or(|first| LEANING.contains(&first.as_str()));
        let is_clean = !s.repeated && s.chances.result >= SURE && !words.iter().any(|w| is_filled_pause(w));
        QUOTABLE_WORDS.contains(&words.len()) && is_clean && !leans && !s.text.contains(['"', '?'])
    })?;
    let words = sentence.text.trim().trim_end_matches(['.', '!', ',', ';']);
    Some(format!("You said: \"{words}.\" How do you know, and by how much?"))
}

/// The follow-ups for questions that have no suitable one: about the occasion, the result, the steps, the own part, and
/// the numbers.
pub const PLAIN: [&str; 5] = [
    "Can you think of one time when that happened, and tell me about it?",
    "What came of it in the end, and how do you know?",
    "What did you do first, and what after that?",
    "What was your own part in it?",
    "Can you put a number on it: how much, how many, or how long?",
];

/// Returns the follow-up about what was lacking: one of the question's own if any asks for that, otherwise a general
/// one.
fn question(lack: Lack, own: &[String]) -> String {
    let (asks, plain): (&[&str], &str) = match lack {
        Lack::Occasion => (&["one time", "an example", "the last time"], PLAIN[0]),
        Lack::Result => {
            let asks = &["came of", "result", "outcome", "what changed", "in the end", "better since", "what happened"];
            (asks, PLAIN[1])
        }
        Lack::Steps => (&["what did you do first", "step by step", "how did you go about"], PLAIN[2]),
        Lack::OwnPart => (&["own part", "you yourself", "your part", "did you do", "your own"], PLAIN[3]),
        Lack::Numbers => (&["how much", "how many", "how long", "how often", "number", "measure"], PLAIN[4]),
    };
    let fits = |text: &&String| asks.iter().any(|a| text.to_lowercase().contains(a));
    // The first of a question's own follow-ups always asks for the result.
    let first = own.first().filter(|_| lack == Lack::Result);
    own.iter().find(fits).or(first).cloned().unwrap_or_else(|| plain.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::judge_draft;
    use crate::app::questions;
    use crate::brief::Brief;
    use crate::draft::Draft;

    fn report(question: &str, answer: &str) -> Report {
        let brief = Brief { question: Some(questions::resolve(question).unwrap()), ..Brief::default() };
        judge_draft(&Draft::read(answer.as_bytes(), "draft.txt".as_ref()).unwrap(), &brief)
    }

    #[test]
    fn nothing_that_was_told_is_asked_for() {
        let told = "Last spring our returns desk lost parcels every week. I counted them for ten days and found that nine of ten \
                    had two labels. I asked the warehouse to print one label, and I stood at the belt for three mornings to \
                    check. Lost parcels fell from twelve a week to one, and it has stayed there for six months.";
        let report = report("hard-problem", told);
        for lack in [Lack::Result, Lack::OwnPart, Lack::Numbers] {
            assert!(tells(&report, lack), "{lack:?}");
            assert!(follow_ups(&report, &[]).iter().all(|f| f.lack != lack), "{:?}", follow_ups(&report, &[]));
        }
    }

    #[test]
    fn at_most_two_are_asked_and_each_about_something_else() {
        let vague = "We had a problem with the printing at the office. We looked into it together and we talked to the supplier. \
                     We changed some of the settings and we told everybody.";
        let found = follow_ups(&report("hard-problem", vague), &[]);
        assert!((1..=MOST).contains(&found.len()), "{found:?}");
        assert!(found.len() < 2 || found[0].lack != found[1].lack, "{found:?}");
        assert!(follow_ups(&report("about-yourself", vague), &[]).is_empty());
    }

    #[test]
    fn a_questions_own_follow_up_comes_before_a_general_one() {
        let own = ["What came of it?".to_string(), "How many people were there?".to_string()];
        assert_eq!(question(Lack::Result, &own), own[0]);
        assert_eq!(question(Lack::Numbers, &own), own[1]);
        assert_eq!(question(Lack::Steps, &own), PLAIN[2]);
    }

    #[test]
    fn only_short_and_sure_words_are_quoted() {
        let mut report: Report = serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap();
        let story = report.story.as_mut().unwrap();
        let mut sentence = story.sentences[0].clone();
        (sentence.text, sentence.repeated) = ("The queue became much shorter after that.".into(), false);
        sentence.chances.result = 0.9;
        let findings = crate::story::Findings {
            event: crate::story::EventKind::Real,
            claims: Vec::new(),
            results: vec![0],
            figures: Vec::new(),
            keep: None,
        };
        (story.sentences, story.findings) = (vec![sentence], Some(findings));
        let quoted = "You said: \"The queue became much shorter after that.\" How do you know, and by how much?";
        assert_eq!(quoting(Lack::Numbers, story).as_deref(), Some(quoted));
        assert_eq!(quoting(Lack::Result, story), None);
        for unsure in ["So the queue became much shorter.", "It did.", "The um queue became much shorter."] {
            story.sentences[0].text = unsure.into();
            assert_eq!(quoting(Lack::Numbers, story), None, "{unsure}");
        }
    }
}
