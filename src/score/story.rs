//! The score of the story: the points of its parts, and the statements about them.
//!
//! The findings decide the band of points for a part. A part with a statement against it loses at least a quarter of
//! its points, a part against which no code may hold keeps at least nine tenths, and in between nothing is said. Within
//! its band, the points depend on the measure of the part and on the probability of its codes, in equal shares.
//!
//! Most measures count *telling words*: the number of words in a sentence, times how informative it is, times the
//! probability that it is not empty. So a part that is told vaguely earns some of its points, and impressive words earn
//! none.

use super::rubric::{self, interpolate};
use super::words::Context;
use super::{Evidence, PartName, PartScore, Reason, Statement};
use crate::codes::Code;
use crate::english::lexicon::{THIRD_PERSON, is_past_form};
use crate::question::{Question, QuestionKind};
use crate::story::relevance::AnswerKind;
use crate::story::{EventKind, FindingVerdict, Findings, Story, StoryPart, StorySentence};

/// The parts of the score that judge the story, with their points and the codes that cost points.
static PARTS: [(PartName, f64, &[Code]); 8] = [
    (PartName::Setting, rubric::SETTING_POINTS, &[Code::NoSetting, Code::LongBackground]),
    (PartName::Action, rubric::ACTION_POINTS, &[Code::NoSteps, Code::ThinSteps]),
    (PartName::OwnPart, rubric::OWN_PART_POINTS, &[Code::NoSteps, Code::OwnPart]),
    (PartName::Result, rubric::RESULT_POINTS, &[Code::NoResult, Code::ResultNotYours, Code::VagueResult]),
    (PartName::Detail, rubric::DETAIL_POINTS, &[Code::NoDetail, Code::EmptyWords]),
    (PartName::Shape, rubric::SHAPE_POINTS, &[Code::Rambling, Code::Order, Code::Hedging]),
    (PartName::Others, rubric::OTHERS_POINTS, &[Code::Blame]),
    (PartName::Question, rubric::QUESTION_POINTS, &[Code::OtherQuestion]),
];
/// The parts that are left open unless an event is told. The answer to a closing question is not judged by them.
static PARTS_THAT_NEED_AN_EVENT: [PartName; 4] =
    [PartName::Setting, PartName::Action, PartName::OwnPart, PartName::Result];
/// Maximum number of words in a quotation of a sentence.
const MAX_QUOTED_WORDS: usize = 20;

/// The score of a story.
pub(super) struct StoryScore {
    /// The parts, in display order.
    pub parts: Vec<PartScore>,
    /// The advice, most helpful first; [`Code::Ready`] alone if nothing large is missing.
    pub plan: Vec<Statement>,
    /// The sentence that is most worth keeping, if the story is ready.
    pub keep: Option<Evidence>,
}

/// Scores a story; `None` if it has no words or no findings.
pub(super) fn judge(story: &Story, question: Option<&Question>, is_draft: bool) -> Option<StoryScore> {
    let found = story.findings.as_ref()?;
    if story.sentences.iter().all(|s| s.words == 0) {
        return None;
    }
    let kind = AnswerKind::of(question);
    let view = StoryView::of(story, kind);
    let findings = &view.reconciled_with_measures(found);
    let context = Context { kind, question, story, is_draft };
    let plan = super::plan::order(findings);
    // Whatever becomes advice also costs points in its part: nobody is told to change what has all its points.
    let mut holds = super::plan::compatible(findings);
    holds.extend(plan.iter().filter(|c| !holds.contains(c)).copied().collect::<Vec<_>>());
    let statement = |code: Code| {
        let claim = findings.claim(code)?;
        let evidence = claim.sentences.iter().filter_map(|i| story.sentences.get(*i)).map(quote).collect();
        let (title, advice) = context.advice(code);
        Some(Statement {
            reason: Reason { code, text: context.reason(code), confidence: claim.confidence, evidence },
            title: title.to_string(),
            advice,
        })
    };
    let no_event = holds.contains(&Code::NoEvent);
    let is_out_of_order = view.is_out_of_order(found);
    let parts = PARTS.iter().filter_map(|(name, out_of, codes)| {
        let is_question = *name == PartName::Question;
        let doubt = codes.iter().filter_map(|c| findings.claim(*c)).map(|c| c.confidence).fold(0.0, f64::max);
        let measured = view.measure(name)?;
        let mut said: Vec<Statement> =
            codes.iter().filter(|c| holds.contains(c)).filter_map(|c| statement(*c)).collect();
        if is_question && no_event {
            said = statement(Code::NoEvent).into_iter().collect();
        }
        let left_open = no_event && PARTS_THAT_NEED_AN_EVENT.contains(name);
        let waits_for_steps = *name == PartName::Result && said.is_empty() && holds.contains(&Code::NoSteps);
        let band = if left_open || waits_for_steps && view.is_missing(name) {
            Band::LeftOpen
        } else if let Some(worst) = said.iter().map(|s| rubric::kept_at_most(s.reason.code)).reduce(f64::min) {
            Band::Said { max_share: worst }
        } else if !is_out_of_order
            && codes.iter().all(|c| findings.verdict(*c) == FindingVerdict::Fails)
            && view.is_enough(name, measured)
        {
            Band::Clear
        } else {
            Band::Open
        };
        let reasons: Vec<Reason> = said.into_iter().map(|s| s.reason).collect();
        let why = match (reasons.first(), band) {
            _ if left_open => "Left open until one time is told.".to_string(),
            (Some(first), _) => first.text.clone(),
            (None, Band::LeftOpen) => "Left open until your own steps are told.".to_string(),
            (None, Band::Clear) if *name == PartName::Others && !view.puts_others_at_stake(question) => String::new(),
            (None, Band::Clear) => clear(name).to_string(),
            // Nothing is said about a part that may lack something: two readers found most such sentences wrong or
            // useless.
            _ => String::new(),
        };
        let evidence = reasons.iter().flat_map(|r| r.evidence.clone()).collect();
        let max_points = if reasons.is_empty() { *out_of } else { view.max_points(name, measured, *out_of) };
        Some(PartScore {
            name: name.clone(),
            points: band.points(0.5 * (measured + 1.0 - doubt), *out_of).min(max_points),
            out_of: *out_of,
            why,
            reasons,
            evidence,
        })
    });
    let parts = parts.collect();
    let plan: Vec<Statement> = plan.into_iter().filter_map(statement).collect();
    // In an answer with a fault, the sentence may be the fault itself: each of two readers called 12 of 25 such
    // quotations wrong.
    let is_ready = plan.first().is_some_and(|s| s.reason.code == Code::Ready);
    let keep = findings.keep.filter(|_| is_ready).and_then(|i| story.sentences.get(i)).map(quote);
    Some(StoryScore { parts, plan, keep })
}

/// Returns the parts that a code costs points.
pub(super) fn parts_of(code: Code) -> impl Iterator<Item = &'static PartName> {
    PARTS.iter().filter(move |(.., codes)| codes.contains(&code)).map(|(name, ..)| name)
}

/// The range of points that a part can have, by what is said about it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Band {
    /// The part cannot be judged until an event or the speaker's steps are told.
    LeftOpen,
    /// A statement is made against the part, which leaves at most this share of its points.
    Said { max_share: f64 },
    /// Nothing is said about the part.
    Open,
    /// Nothing can be said against the part.
    Clear,
}

impl Band {
    /// Returns the points of a part, in whole points, at a position in the band from 0 to 1.
    fn points(self, measured: f64, out_of: f64) -> f64 {
        let (low, high) = match self {
            Self::LeftOpen => (0.0, (rubric::LEFT_OPEN * out_of).floor()),
            Self::Said { max_share } => {
                let least = if max_share > rubric::SEVERE { max_share / 2.0 } else { 0.0 };
                ((least * out_of).floor(), (max_share * out_of).floor().min((rubric::CRITICISED * out_of).ceil() - 1.0))
            }
            Self::Open => {
                let low = (rubric::CRITICISED * out_of).ceil();
                (low, ((rubric::PRAISED * out_of).ceil() - 1.0).max(low))
            }
            Self::Clear => ((rubric::PRAISED * out_of).ceil(), out_of),
        };
        low + (measured.clamp(0.0, 1.0) * (high - low)).round()
    }
}

/// Returns the sentence about a part against which nothing can be said.
fn clear(part: &PartName) -> &'static str {
    match part {
        PartName::Setting => "Where you were and what it was about is clear.",
        PartName::Action => "What you did is told step by step.",
        PartName::OwnPart => "It is clear what you did yourself.",
        PartName::Result => "What came of it is said, so that one can picture it.",
        PartName::Detail => "Concrete enough to picture.",
        PartName::Shape => "It keeps to the story.",
        PartName::Others => "It is fair to the others.",
        _ => "It speaks to the question.",
    }
}

/// A story with the values that the measures of several parts need.
struct StoryView<'a> {
    story: &'a Story,
    kind: AnswerKind,
    /// The sentences with words, without repetitions of earlier ones.
    novel: Vec<&'a StorySentence>,
    /// The number of words in the answer, without fillers.
    words: f64,
    /// The number of telling words that the kind of question requires, as a share of what a story from the past
    /// requires.
    required_share: f64,
}

/// Returns the number of telling words in a sentence.
fn telling_words(sentence: &StorySentence) -> f64 {
    sentence.words as f64 * sentence.telling * (1.0 - sentence.empty)
}

impl<'a> StoryView<'a> {
    fn of(story: &'a Story, kind: AnswerKind) -> Self {
        Self {
            story,
            kind,
            novel: story.sentences.iter().filter(|s| !s.repeated && s.words > 0).collect(),
            words: story.sentences.iter().map(|s| s.words as f64).sum(),
            required_share: if kind == AnswerKind::PastStory { 1.0 } else { rubric::NO_STORY_NEEDS },
        }
    }

    /// Returns the measure of a part, 0 to 1; `None` if the part cannot be judged.
    fn measure(&self, part: &PartName) -> Option<f64> {
        if self.kind == AnswerKind::Closing && PARTS_THAT_NEED_AN_EVENT.contains(part) {
            return None;
        }
        Some(match part {
            PartName::Setting => {
                interpolate(rubric::SETTING_WORDS, self.weighted_words(&[StoryPart::Situation, StoryPart::Task]))
                    * interpolate(rubric::SETTING_SHARE, self.background_share())
            }
            PartName::Action => {
                self.past_factor() * interpolate(rubric::ACTION_WORDS, self.weighted_words(&[StoryPart::Action]))
            }
            PartName::OwnPart => {
                let enough = (self.weighted_words(&[StoryPart::Action]) / rubric::ACTION_TO_OWN).min(1.0);
                interpolate(rubric::I_IN_ACTION, self.story.ownership.i_in_action.unwrap_or(0.0)) * enough
            }
            PartName::Result => interpolate(rubric::RESULT_WORDS, self.weighted_words(&[StoryPart::Result])),
            PartName::Detail => {
                let weighted_words =
                    self.weighted_words(&[StoryPart::Situation, StoryPart::Task, StoryPart::Action, StoryPart::Result])
                        * self.required_share;
                interpolate(rubric::DETAIL_SHARE, weighted_words / self.words.max(1.0))
            }
            PartName::Shape => self.shape_measure(),
            PartName::Others => {
                if self.words < rubric::LEAST_ON_OTHERS {
                    return None;
                }
                let words: f64 = self.novel.iter().map(|s| s.blame * s.words as f64).sum();
                interpolate(rubric::BLAME_SHARE, words / self.words.max(1.0))
            }
            _ => interpolate(rubric::LIKENESS, self.story.fit.as_ref()?.likeness),
        })
    }

    /// Returns the findings, corrected where the measures leave little doubt. A part that measures as missing is found
    /// to be missing, unless the detectors give that a low probability; the answer is then not ready.
    ///
    /// Answers to closing questions are not corrected, and answers about motivation need no result.
    fn reconciled_with_measures(&self, found: &Findings) -> Findings {
        let mut findings = found.clone();
        if self.kind == AnswerKind::Closing {
            return findings;
        }
        let sure = |code: Code| found.claim(code).map_or(0.0, |c| c.confidence);
        let mut lacks: Vec<(Code, f64)> = Vec::new();
        let lacks_steps = self.is_missing(&PartName::Action);
        if self.is_missing(&PartName::Result) && self.kind != AnswerKind::Motivation {
            let is_vague = self.weighted_words(&[StoryPart::Result]) > 0.0
                || self.novel.iter().any(|s| s.part == StoryPart::Result);
            // A result without telling words is vague; without any result, the detectors decide between the two codes.
            if is_vague || sure(Code::VagueResult) >= rubric::MAY_BE_VAGUE {
                lacks.push((Code::VagueResult, rubric::MAY_BE_VAGUE));
            } else if !lacks_steps {
                lacks.push((Code::NoResult, rubric::MAY_BE_MISSING));
            } else {
                // If the steps are missing too, coaches seldom ask for the result.
                lacks.push((Code::NoResult, rubric::MISSING_BESIDE_STEPS));
            }
        }
        // Neither the measure nor the detectors find a sentence of the result.
        if found.event == EventKind::Real && found.results.is_empty() && self.lacks_result_words() && !lacks_steps {
            let has_no_outcome = self.story.outcomes.is_empty();
            lacks.push(if sure(Code::VagueResult) >= sure(Code::NoResult) {
                (Code::VagueResult, rubric::MAY_LACK_A_RESULT)
            } else if has_no_outcome && sure(Code::Ready) >= rubric::GOOD_OTHERWISE {
                (Code::NoResult, rubric::MAY_LACK_ONLY_A_RESULT)
            } else {
                (Code::NoResult, rubric::MAY_BE_VAGUE)
            });
        }
        if lacks_steps {
            // An answer to a question that asks for no event may do without steps.
            let is_optional = found.event == EventKind::NotAsked;
            let least = if is_optional { rubric::MAY_LACK_STEPS } else { rubric::MAY_BE_MISSING };
            lacks.push((Code::NoSteps, least));
        } else if self.story.ownership.i_in_action.is_some_and(|i| i <= rubric::NOT_YOURS) {
            lacks.push((Code::OwnPart, rubric::MAY_BE_VAGUE));
            let steps = findings.claims.iter_mut().filter(|c| c.code == Code::NoSteps);
            steps.for_each(|c| c.verdict = FindingVerdict::Fails);
        }
        lacks.retain(|(code, least)| sure(*code) >= *least);
        for (code, _) in &lacks {
            let beside: &[Code] = match code {
                Code::NoResult | Code::VagueResult => &[Code::NoResult, Code::ResultNotYours, Code::VagueResult],
                code => std::slice::from_ref(code),
            };
            if beside.iter().any(|c| findings.verdict(*c) == FindingVerdict::Holds) {
                continue;
            }
            if let Some(claim) = findings.claims.iter_mut().find(|c| c.code == *code) {
                claim.verdict = FindingVerdict::Holds;
                claim.confidence = claim.confidence.max(rubric::MEASURED);
            }
        }
        if !lacks.is_empty() {
            findings.claims.iter_mut().filter(|c| c.code == Code::Ready).for_each(|c| c.first = 0.0);
        }
        findings
    }

    /// Returns whether the question is one in answer to which others are easily run down, and the story mentions others.
    /// Elsewhere it says nothing to anybody that an answer is fair to them.
    fn puts_others_at_stake(&self, question: Option<&Question>) -> bool {
        use QuestionKind::{Conflict, Failure, Leadership, Teamwork};
        let is_asked = question.is_some_and(|q| matches!(q.kind, Some(Conflict | Failure | Leadership | Teamwork)));
        let text = self.story.sentences.iter().map(|s| s.text.to_lowercase()).collect::<Vec<_>>().join(" ");
        is_asked && text.split(|c: char| !c.is_alphabetic()).any(|w| THIRD_PERSON.contains(&w))
    }

    /// Returns whether a part that is measured in telling words has hardly any.
    fn is_missing(&self, part: &PartName) -> bool {
        match part {
            // An informative sentence of the result is enough, however short.
            PartName::Result => self.story.outcomes.is_empty() && self.lacks_result_words(),
            PartName::Action | PartName::OwnPart => {
                self.weighted_words(&[StoryPart::Action]) <= rubric::NO_ACTION_WORDS
            }
            _ => false,
        }
    }

    /// Returns whether there are hardly any telling words of the result.
    fn lacks_result_words(&self) -> bool {
        self.weighted_words(&[StoryPart::Result]) <= rubric::NO_RESULT_WORDS
    }

    /// Returns whether the measure of a part is high enough for all of its points.
    fn is_enough(&self, part: &PartName, measured: f64) -> bool {
        match part {
            PartName::Shape => self.order_factor() >= rubric::PRAISED,
            PartName::Question => measured >= 1.0,
            _ => measured >= rubric::ENOUGH_TO_PRAISE,
        }
    }

    /// Returns the maximum number of points that the measure of a part allows.
    fn max_points(&self, part: &PartName, measured: f64, out_of: f64) -> f64 {
        if self.is_missing(part) { ((rubric::MISSING + measured) * out_of).floor() } else { out_of }
    }

    /// Returns the number of telling words in some parts, relative to [`Self::required_share`]. The words of a sentence
    /// are weighted by the probability that it belongs to one of these parts; a low probability counts as zero.
    fn weighted_words(&self, parts: &[StoryPart]) -> f64 {
        let of_these = |s: &StorySentence| {
            let chance: f64 = parts.iter().map(|p| s.chances.part(*p)).sum();
            if chance >= rubric::LEAST_CHANCE { chance } else { 0.0 }
        };
        self.novel.iter().map(|s| telling_words(s) * of_these(s)).sum::<f64>() / self.required_share
    }

    /// Returns the factor on the measure of the action, from the share of words in sentences about the past; 1 unless
    /// the question asks for a story from the past.
    fn past_factor(&self) -> f64 {
        if self.kind != AnswerKind::PastStory {
            return 1.0;
        }
        let of_past: usize = self.novel.iter().filter(|s| tells_of_the_past(s)).map(|s| s.words).sum();
        interpolate(rubric::TOLD_OF_THE_PAST, of_past as f64 / self.words.max(1.0))
    }

    /// Returns the share of the answer's words in the situation and task before the first action. What the speaker
    /// learns between steps is not background.
    fn background_share(&self) -> f64 {
        let first_step = self.story.sentences.iter().position(|s| s.part == StoryPart::Action);
        let before = &self.story.sentences[..first_step.unwrap_or(self.story.sentences.len())];
        let background = before.iter().filter(|s| matches!(s.part, StoryPart::Situation | StoryPart::Task));
        background.map(|s| s.words as f64).sum::<f64>() / self.words.max(1.0)
    }

    /// Returns the factor on the thread for the order of the parts. The order matters less if the question does not ask
    /// for a story.
    fn order_factor(&self) -> f64 {
        let matters = if self.kind == AnswerKind::PastStory { 1.0 } else { rubric::ORDER_MATTERS_LESS };
        let in_order = self.story.order.as_ref().map_or(1.0, |o| o.in_order);
        1.0 - matters * (1.0 - interpolate(rubric::ORDER, in_order))
    }

    /// Returns whether a real event is told in an order in which hardly any answer tells one.
    fn is_out_of_order(&self, found: &Findings) -> bool {
        let in_order = self.story.order.as_ref().map_or(1.0, |order| order.in_order);
        self.kind == AnswerKind::PastStory && found.event == EventKind::Real && in_order <= rubric::NO_ORDER
    }

    /// Returns the measure of the thread: the share of asides and repetitions, the order, and the hedges.
    fn shape_measure(&self) -> f64 {
        // If no story is asked for, the first sentence is the answer itself, and the last one its conclusion: neither
        // is an aside.
        let is_frame = |i: usize| self.kind != AnswerKind::PastStory && (i == 0 || i + 1 == self.story.sentences.len());
        let aside = (self.story.sentences.iter().enumerate())
            .filter(|(i, s)| s.words > 0 && (s.repeated || s.part == StoryPart::Other && !is_frame(*i)))
            .map(|(_, s)| s.words as f64);
        let aside_share = aside.sum::<f64>() / self.words.max(1.0);
        let hedges = self.story.hedges.len() as f64 * 100.0 / self.words.max(1.0);
        interpolate(rubric::ASIDE_SHARE, aside_share)
            * self.order_factor()
            * interpolate(rubric::HEDGES_PER_100, hedges)
    }
}

/// Quotes the beginning of a sentence, long enough to find the place.
fn quote(sentence: &StorySentence) -> Evidence {
    let words: Vec<&str> = sentence.text.split_whitespace().collect();
    let more = if words.len() > MAX_QUOTED_WORDS { " ..." } else { "" };
    let text = format!("{}{more}", words[..words.len().min(MAX_QUOTED_WORDS)].join(" "));
    Evidence { start_s: sentence.span.map(|s| s.start_s), text }
}

/// Returns whether a sentence contains a past form of a verb.
fn tells_of_the_past(sentence: &StorySentence) -> bool {
    let text = sentence.text.to_lowercase().replace('\u{2019}', "'");
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.any(is_past_form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::judge_draft;
    use crate::brief::Brief;
    use crate::draft::Draft;

    const STEPS: &str = "Last March the freezer at our Leeds depot failed on a Friday night with nine pallets of vaccine in it. \
        I rang the hospital's night desk and asked which rooms were free. I drove there with the first four pallets and \
        wrote the times on a sheet for the pharmacist. Then I called two drivers at home and showed them the back entrance.";
    const ENDING: &str = " By five in the morning all nine pallets were in the hospital's cold room, and the pharmacist \
        used every box. The depot has had a second freezer and my phone list on its door since.";

    fn judged(text: &str) -> crate::score::Score {
        judge_draft(&Draft::read(text.as_bytes(), "answer.txt".as_ref()).unwrap(), &Brief::default()).score
    }

    #[test]
    fn what_is_not_there_cannot_be_found_there() {
        let result =
            |score: &crate::score::Score| score.parts.iter().find(|p| p.name == PartName::Result).unwrap().clone();
        let (whole, cut) = (judged(&format!("{STEPS}{ENDING}")), judged(STEPS));
        assert!(result(&whole).points >= rubric::CRITICISED * rubric::RESULT_POINTS, "{:?}", result(&whole));
        assert!(result(&cut).points <= 0.3 * rubric::RESULT_POINTS && !result(&cut).reasons.is_empty());
        assert!(cut.priorities.iter().all(|p| p.code != Some(Code::Ready)), "{:?}", cut.priorities);
        assert!(whole.overall.unwrap() - cut.overall.unwrap() >= 8.0);
    }

    #[test]
    fn empty_words_are_no_result() {
        let (cut, padded) = (
            judged(STEPS),
            judged(&format!("{STEPS} As a result we leveraged synergies and improved KPIs by forty percent.")),
        );
        assert!(padded.overall.unwrap() <= cut.overall.unwrap() + 5.0, "{:?} {:?}", padded.parts, cut.parts);
    }

    #[test]
    fn nothing_is_clear_in_a_story_out_of_order() {
        let whole = format!("{STEPS}{ENDING}");
        let told: Vec<&str> = whole.split_inclusive(". ").collect();
        let jumbled = judged(&[5, 3, 1, 4, 2, 0].map(|i| told[i].trim()).join(" "));
        let is_praised = |part: &PartScore| part.points >= rubric::PRAISED * part.out_of;
        assert!(!jumbled.story_parts().any(is_praised), "{:?}", jumbled.parts);
        assert!(jumbled.overall < judged(&whole).overall);
    }

    #[test]
    fn we_in_every_step_is_said_so() {
        let ours = format!("{STEPS}{ENDING}").replace(" I ", " we ").replace("my phone", "our phone");
        let reasons: Vec<Code> = judged(&ours).parts.iter().flat_map(|p| &p.reasons).map(|r| r.code).collect();
        assert!(reasons.contains(&Code::OwnPart), "{reasons:?}");
    }
}
