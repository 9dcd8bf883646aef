//! How well the work was described: the points of the story's parts, and what may be said of it.
//!
//! What was found decides the band of a part: where something is said against it it loses a quarter of its points or more, where none may hold it keeps
//! nine tenths, in between nothing is said and little lost. Within its band a part's points follow its measure and how probable its codes are, half
//! and half. What most measures count are
//! *telling words*: the words of a sentence times how much it tells, times how surely it is not empty. So a part that is
//! there but vague earns some of its points, and impressive words earn none.

use super::rubric::{self, share};
use super::words::Context;
use super::{Evidence, Part as Judged, PartName, Reason, Statement};
use crate::codes::Code;
use crate::english::lexicon::{THIRD_PERSON, is_past_form};
use crate::question::Question;
use crate::story::relevance::Kind;
use crate::story::{Event, Findings, Part, Story, Told, Verdict};

/// The parts of the score that judge the story, and the codes that cost their points.
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
/// Parts that are left open as long as no occasion is told, and that nobody is judged by who closes an interview.
static NEED_AN_EVENT: [PartName; 4] = [PartName::Setting, PartName::Action, PartName::OwnPart, PartName::Result];
/// Words quoted of a sentence.
const QUOTED_WORDS: usize = 20;

/// A story judged.
pub(super) struct Verdicts {
    /// Its parts, in the order to read them.
    pub parts: Vec<Judged>,
    /// What to do about it, the most helpful first; [`Code::Ready`] alone where nothing large is missing.
    pub plan: Vec<Statement>,
    /// The moment most worth keeping.
    pub keep: Option<Evidence>,
}

/// Judges a story; `None` where there is nothing to judge.
pub(super) fn judge(story: &Story, question: Option<&Question>, is_draft: bool) -> Option<Verdicts> {
    let found = story.findings.as_ref()?;
    if story.sentences.iter().all(|s| s.words == 0) {
        return None;
    }
    let kind = Kind::of(question);
    let view = View::of(story, kind);
    let findings = &view.held_to_measures(found);
    let context = Context { kind, question, story, is_draft };
    let plan = super::plan::order(findings);
    // Whatever is a next step stands in its part too, so that nobody is told to mend what keeps its points.
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
    let parts = PARTS.iter().filter_map(|(name, out_of, codes)| {
        let is_question = *name == PartName::Question;
        let doubt = codes.iter().filter_map(|c| findings.claim(*c)).map(|c| c.confidence).fold(0.0, f64::max);
        let measured = view.measure(name)?;
        let mut said: Vec<Statement> =
            codes.iter().filter(|c| holds.contains(c)).filter_map(|c| statement(*c)).collect();
        if is_question && no_event {
            said = statement(Code::NoEvent).into_iter().collect();
        }
        let left_open = no_event && NEED_AN_EVENT.contains(name);
        let waits_for_steps = *name == PartName::Result && said.is_empty() && holds.contains(&Code::NoSteps);
        let band = if left_open || waits_for_steps && view.is_missing(name) {
            Band::LeftOpen
        } else if let Some(worst) = said.iter().map(|s| rubric::kept_at_most(s.reason.code)).reduce(f64::min) {
            Band::Said { most: worst }
        } else if codes.iter().all(|c| findings.verdict(*c) == Verdict::Fails) && view.is_enough(name, measured) {
            Band::Clear
        } else {
            Band::Open
        };
        let reasons: Vec<Reason> = said.into_iter().map(|s| s.reason).collect();
        let why = match (reasons.first(), band) {
            _ if left_open => "Left open until one time is told.".to_string(),
            (Some(first), _) => first.text.clone(),
            (None, Band::LeftOpen) => "Left open until your own steps are told.".to_string(),
            (None, Band::Clear) if *name == PartName::Others && !view.mentions_others() => String::new(),
            (None, Band::Clear) => clear(name).to_string(),
            // Of a part that may lack something nothing is said: two readers found most such sentences false or idle.
            _ => String::new(),
        };
        let evidence = reasons.iter().flat_map(|r| r.evidence.clone()).collect();
        let most = if reasons.is_empty() { *out_of } else { view.most(name, measured, *out_of) };
        Some(Judged {
            name: name.clone(),
            points: band.points(0.5 * (measured + 1.0 - doubt), *out_of).min(most),
            out_of: *out_of,
            why,
            reasons,
            evidence,
        })
    });
    let parts = parts.collect();
    let plan: Vec<Statement> = plan.into_iter().filter_map(statement).collect();
    // In an answer with a fault the sentence may be the fault itself: to each of two readers 12 of 25 such quotes were wrong.
    let is_ready = plan.first().is_some_and(|s| s.reason.code == Code::Ready);
    let keep = findings.keep.filter(|_| is_ready).and_then(|i| story.sentences.get(i)).map(quote);
    Some(Verdicts { parts, plan, keep })
}

/// How many of its points a part may have.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Band {
    /// Nothing can be judged before one occasion is told.
    LeftOpen,
    /// Something is said against it.
    Said { most: f64 },
    /// Nothing is said either way.
    Open,
    /// Nothing can be said against it.
    Clear,
}

impl Band {
    /// Whole points for a measured share.
    fn points(self, measured: f64, out_of: f64) -> f64 {
        let (low, high) = match self {
            Self::LeftOpen => (0.0, (rubric::LEFT_OPEN * out_of).floor()),
            Self::Said { most } => {
                let least = if most > rubric::SEVERE { most / 2.0 } else { 0.0 };
                ((least * out_of).floor(), (most * out_of).floor().min((rubric::CRITICISED * out_of).ceil() - 1.0))
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

/// What is said of a part that nothing can be said against.
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

/// A story with what all parts ask of it.
struct View<'a> {
    story: &'a Story,
    kind: Kind,
    /// Sentences that say something, and not again.
    fresh: Vec<&'a Told>,
    /// Words of the answer, without fillers.
    words: f64,
    /// What the kind of question asks for, as a share of what a story from the past needs.
    needs: f64,
}

fn telling(sentence: &Told) -> f64 {
    sentence.words as f64 * sentence.telling * (1.0 - sentence.empty)
}

impl<'a> View<'a> {
    fn of(story: &'a Story, kind: Kind) -> Self {
        Self {
            story,
            kind,
            fresh: story.sentences.iter().filter(|s| !s.repeated && s.words > 0).collect(),
            words: story.sentences.iter().map(|s| s.words as f64).sum(),
            needs: if kind == Kind::PastStory { 1.0 } else { rubric::NO_STORY_NEEDS },
        }
    }

    /// The measure of a part, 0 to 1; `None` where it cannot be judged.
    fn measure(&self, part: &PartName) -> Option<f64> {
        if self.kind == Kind::Closing && NEED_AN_EVENT.contains(part) {
            return None;
        }
        Some(match part {
            PartName::Setting => {
                share(rubric::SETTING_WORDS, self.told(&[Part::Situation, Part::Task]))
                    * share(rubric::SETTING_SHARE, self.background())
            }
            PartName::Action => self.past() * share(rubric::ACTION_WORDS, self.told(&[Part::Action])),
            PartName::OwnPart => {
                let enough = (self.told(&[Part::Action]) / rubric::ACTION_TO_OWN).min(1.0);
                share(rubric::I_IN_ACTION, self.story.ownership.i_in_action.unwrap_or(0.0)) * enough
            }
            PartName::Result => share(rubric::RESULT_WORDS, self.told(&[Part::Result])),
            PartName::Detail => {
                let told = self.told(&[Part::Situation, Part::Task, Part::Action, Part::Result]) * self.needs;
                share(rubric::DETAIL_SHARE, told / self.words.max(1.0))
            }
            PartName::Shape => self.shape(),
            PartName::Others => {
                if self.words < rubric::LEAST_ON_OTHERS {
                    return None;
                }
                let words: f64 = self.fresh.iter().map(|s| s.blame * s.words as f64).sum();
                share(rubric::BLAME_SHARE, words / self.words.max(1.0))
            }
            _ => share(rubric::LIKENESS, self.story.fit.as_ref()?.likeness),
        })
    }

    /// The findings, with what the measures say where they leave little doubt: what is not there holds, unless the detectors are rather sure
    /// that it does not, and an answer that lacks it is not ready.
    ///
    /// Not of what closes an interview; and why somebody wants a job may have no outcome.
    fn held_to_measures(&self, found: &Findings) -> Findings {
        let mut findings = found.clone();
        if self.kind == Kind::Closing {
            return findings;
        }
        let sure = |code: Code| found.claim(code).map_or(0.0, |c| c.confidence);
        let mut lacks: Vec<(Code, f64)> = Vec::new();
        let lacks_steps = self.is_missing(&PartName::Action);
        if self.is_missing(&PartName::Result) && self.kind != Kind::Motivation {
            let is_vague = self.told(&[Part::Result]) > 0.0 || self.fresh.iter().any(|s| s.part == Part::Result);
            // Words that are a result and tell nothing are a vague one; without any, the detectors say which.
            if is_vague || sure(Code::VagueResult) >= rubric::MAY_BE_VAGUE {
                lacks.push((Code::VagueResult, rubric::MAY_BE_VAGUE));
            } else if !lacks_steps {
                lacks.push((Code::NoResult, rubric::MAY_BE_MISSING));
            } else {
                // What came of no steps is seldom what a coach misses.
                lacks.push((Code::NoResult, rubric::MISSING_BESIDE_STEPS));
            }
        }
        let may_lack_result = sure(Code::NoResult) + sure(Code::VagueResult) >= rubric::MAY_LACK_A_RESULT;
        let is_told_without = found.event == Event::Real && found.results.is_empty() && self.tells_no_result();
        if may_lack_result && is_told_without && !lacks_steps {
            let code = if self.told(&[Part::Result]) > 0.0 { Code::VagueResult } else { Code::NoResult };
            lacks.push((code, 0.0));
        }
        if lacks_steps {
            lacks.push((Code::NoSteps, rubric::MAY_BE_MISSING));
        } else if self.story.ownership.i_in_action.is_some_and(|i| i <= rubric::NOT_YOURS) {
            lacks.push((Code::OwnPart, rubric::MAY_BE_VAGUE));
            let told = findings.claims.iter_mut().filter(|c| c.code == Code::NoSteps);
            told.for_each(|c| c.verdict = Verdict::Fails);
        }
        lacks.retain(|(code, least)| sure(*code) >= *least);
        if let Some(astray) = self.out_of_order(found) {
            lacks.push((Code::Order, 0.0));
            let claims = findings.claims.iter_mut().filter(|c| c.code == Code::Order && c.sentences.is_empty());
            claims.for_each(|c| c.sentences = vec![astray]);
        }
        for (code, _) in &lacks {
            let beside: &[Code] = match code {
                Code::NoResult | Code::VagueResult => &[Code::NoResult, Code::ResultNotYours, Code::VagueResult],
                code => std::slice::from_ref(code),
            };
            if beside.iter().any(|c| findings.verdict(*c) == Verdict::Holds) {
                continue;
            }
            if let Some(claim) = findings.claims.iter_mut().find(|c| c.code == *code) {
                claim.verdict = Verdict::Holds;
                let sure = if *code == Code::NoResult { rubric::MEASURED_NO_RESULT } else { rubric::MEASURED };
                claim.confidence = claim.confidence.max(sure);
            }
        }
        if !lacks.is_empty() {
            findings.claims.iter_mut().filter(|c| c.code == Code::Ready).for_each(|c| c.first = 0.0);
        }
        findings
    }

    /// Whether somebody else is spoken of, so that one can be fair to them.
    fn mentions_others(&self) -> bool {
        let text = self.story.sentences.iter().map(|s| s.text.to_lowercase()).collect::<Vec<_>>().join(" ");
        text.split(|c: char| !c.is_alphabetic()).any(|w| THIRD_PERSON.contains(&w))
    }

    /// Whether hardly a word is said of a part that is measured in words.
    fn is_missing(&self, part: &PartName) -> bool {
        match part {
            // A sentence that is a result, and tells something, is one, however short.
            PartName::Result => self.story.outcomes.is_empty() && self.tells_no_result(),
            PartName::Action | PartName::OwnPart => self.told(&[Part::Action]) <= rubric::NO_ACTION_WORDS,
            _ => false,
        }
    }

    /// Whether the words that may be a result tell next to nothing.
    fn tells_no_result(&self) -> bool {
        self.told(&[Part::Result]) <= rubric::NO_RESULT_WORDS
    }

    /// Whether enough is measured of a part for all of its points.
    fn is_enough(&self, part: &PartName, measured: f64) -> bool {
        match part {
            PartName::Shape => self.order() >= rubric::PRAISED,
            PartName::Question => measured >= 1.0,
            _ => measured >= rubric::ENOUGH_TO_PRAISE,
        }
    }

    /// The most points that the measure of a part allows.
    fn most(&self, part: &PartName, measured: f64, out_of: f64) -> f64 {
        if self.is_missing(part) { ((rubric::MISSING + measured) * out_of).floor() } else { out_of }
    }

    /// Telling words of these parts, against what the question needs. A sentence that may be of one counts as much as it may.
    fn told(&self, parts: &[Part]) -> f64 {
        let of_these = |s: &Told| {
            let chance: f64 = parts.iter().map(|p| s.chances.part(*p)).sum();
            if chance >= rubric::LEAST_CHANCE { chance } else { 0.0 }
        };
        self.fresh.iter().map(|s| telling(s) * of_these(s)).sum::<f64>() / self.needs
    }

    /// How much of the answer to a question about the past tells of it, as a share of the points for what was done then.
    fn past(&self) -> f64 {
        if self.kind != Kind::PastStory {
            return 1.0;
        }
        let of_past: usize = self.fresh.iter().filter(|s| tells_of_the_past(s)).map(|s| s.words).sum();
        share(rubric::TOLD_OF_THE_PAST, of_past as f64 / self.words.max(1.0))
    }

    /// Situation and task as a share of the answer. What is found out between the steps is no background.
    fn background(&self) -> f64 {
        let first_step = self.story.sentences.iter().position(|s| s.part == Part::Action);
        let before = &self.story.sentences[..first_step.unwrap_or(self.story.sentences.len())];
        let background = before.iter().filter(|s| matches!(s.part, Part::Situation | Part::Task));
        background.map(|s| s.words as f64).sum::<f64>() / self.words.max(1.0)
    }

    /// How far the parts stand as they happened, as a share of what a story from the past needs.
    fn order(&self) -> f64 {
        let matters = if self.kind == Kind::PastStory { 1.0 } else { rubric::ORDER_MATTERS_LESS };
        let in_order = self.story.order.as_ref().map_or(1.0, |o| o.in_order);
        1.0 - matters * (1.0 - share(rubric::ORDER, in_order))
    }

    /// The sentence most out of its place, if one occasion from the past is told in an order in which hardly anybody would tell it.
    fn out_of_order(&self, found: &Findings) -> Option<usize> {
        let order = self.story.order.as_ref().filter(|o| o.in_order <= rubric::NO_ORDER)?;
        let is_story = self.kind == Kind::PastStory && found.event == Event::Real;
        is_story.then(|| self.story.sentences.iter().position(|s| s.text == order.astray.text)).flatten()
    }

    fn shape(&self) -> f64 {
        // Where no story is asked for, the first sentence is the answer itself and the last what it comes to.
        let frame = |i: usize| self.kind != Kind::PastStory && (i == 0 || i + 1 == self.story.sentences.len());
        let aside = (self.story.sentences.iter().enumerate())
            .filter(|(i, s)| s.words > 0 && (s.repeated || s.part == Part::Other && !frame(*i)))
            .map(|(_, s)| s.words as f64);
        let aside_share = aside.sum::<f64>() / self.words.max(1.0);
        let hedges = self.story.hedges.len() as f64 * 100.0 / self.words.max(1.0);
        share(rubric::ASIDE_SHARE, aside_share) * self.order() * share(rubric::HEDGES_PER_100, hedges)
    }
}

/// A sentence as a moment, cut to what is needed to find it.
fn quote(sentence: &Told) -> Evidence {
    let words: Vec<&str> = sentence.text.split_whitespace().collect();
    let more = if words.len() > QUOTED_WORDS { " ..." } else { "" };
    let text = format!("{}{more}", words[..words.len().min(QUOTED_WORDS)].join(" "));
    Evidence { start_s: sentence.span.map(|s| s.start_s), text }
}

fn tells_of_the_past(sentence: &Told) -> bool {
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
    fn a_story_out_of_order_is_told_so_with_the_sentence_that_is_astray() {
        let whole = format!("{STEPS}{ENDING}");
        let told: Vec<&str> = whole.split_inclusive(". ").collect();
        let sentences = [5, 3, 1, 4, 2, 0].map(|i| told[i].trim());
        let score = judged(&sentences.join(" "));
        let order = score.parts.iter().flat_map(|p| &p.reasons).find(|r| r.code == Code::Order).expect("told so");
        assert_eq!(order.evidence.len(), 1);
    }

    #[test]
    fn we_in_every_step_is_said_so() {
        let ours = format!("{STEPS}{ENDING}").replace(" I ", " we ").replace("my phone", "our phone");
        let reasons: Vec<Code> = judged(&ours).parts.iter().flat_map(|p| &p.reasons).map(|r| r.code).collect();
        assert!(reasons.contains(&Code::OwnPart), "{reasons:?}");
    }
}
