//! How well the work was described: the points of the story's parts, and what may be said of it.
//!
//! What was found decides the band of a part: where something is said against it it loses a quarter of its points or more, where none may hold it keeps
//! nine tenths, in between nothing is said and little lost. Within its band a part's points follow its measure and how probable its codes are, half
//! and half. What most measures count are
//! *telling words*: the words of a sentence times how much it tells, times how surely it is not empty. So a part that is
//! there but vague earns some of its points, and impressive words earn none.

use super::rubric::{self, share};
use super::words::Context;
use super::{Evidence, Part as Judged, Reason, Statement};
use crate::codes::Code;
use crate::questions::Question;
use crate::story::relevance::Kind;
use crate::story::{Part, Story, Told, Verdict};

/// The parts of the score that judge the story, and the codes that cost their points.
const PARTS: [(&str, f64, &[Code]); 8] = [
    ("setting", rubric::SETTING_POINTS, &[Code::NoSetting, Code::LongBackground]),
    ("action", rubric::ACTION_POINTS, &[Code::NoSteps, Code::ThinSteps]),
    ("own_part", rubric::OWN_PART_POINTS, &[Code::NoSteps, Code::OwnPart]),
    ("result", rubric::RESULT_POINTS, &[Code::NoResult, Code::ResultNotYours, Code::VagueResult]),
    ("detail", rubric::DETAIL_POINTS, &[Code::NoDetail, Code::EmptyWords]),
    ("shape", rubric::SHAPE_POINTS, &[Code::Rambling, Code::Order, Code::Hedging]),
    ("others", rubric::OTHERS_POINTS, &[Code::Blame]),
    ("question", rubric::QUESTION_POINTS, &[Code::OtherQuestion]),
];
/// Parts that are left open as long as no occasion is told.
const NEED_AN_EVENT: [&str; 4] = ["setting", "action", "own_part", "result"];
/// Words quoted of a sentence.
const QUOTED_WORDS: usize = 20;

/// Forms of verbs that tell of the past, besides those with -ed.
const PAST: [&str; 52] = [
    "was", "were", "had", "did", "said", "went", "came", "took", "made", "got", "told", "found", "gave", "saw", "knew",
    "thought", "left", "kept", "sat", "brought", "ran", "began", "felt", "heard", "built", "wrote", "broke", "spoke",
    "met", "led", "held", "bought", "caught", "taught", "fell", "paid", "sent", "lost", "won", "drew", "drove", "rang",
    "stood", "wasn't", "weren't", "didn't", "couldn't", "could", "i'd", "we'd", "threw", "chose",
];

/// Whether a part of the score judges the story.
pub(super) fn is_of_story(part: &str) -> bool {
    PARTS.iter().any(|(name, ..)| *name == part)
}

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
    let findings = story.findings.as_ref()?;
    if story.sentences.iter().all(|s| s.words == 0) {
        return None;
    }
    let kind = Kind::of(question);
    let view = View::of(story, kind);
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
        let is_question = *name == "question";
        let doubt = codes.iter().filter_map(|c| findings.claim(*c)).map(|c| c.confidence).fold(0.0, f64::max);
        let measured = view.measure(name)?;
        let mut said: Vec<Statement> =
            codes.iter().filter(|c| holds.contains(c)).filter_map(|c| statement(*c)).collect();
        if is_question && no_event {
            said = statement(Code::NoEvent).into_iter().collect();
        }
        let left_open = no_event && NEED_AN_EVENT.contains(name);
        let band = if left_open {
            Band::LeftOpen
        } else if let Some(worst) = said.iter().map(|s| rubric::most_with(s.reason.code)).reduce(f64::min) {
            Band::Said { most: worst }
        } else if codes.iter().all(|c| findings.verdict(*c) == Verdict::Fails) {
            Band::Clear
        } else {
            Band::Open
        };
        let reasons: Vec<Reason> = said.into_iter().map(|s| s.reason).collect();
        let why = match (reasons.first(), band) {
            _ if left_open => "Left open until one time is told.".to_string(),
            (Some(first), _) => first.text.clone(),
            (None, Band::Clear) => clear(name).to_string(),
            _ => open(name).to_string(),
        };
        let evidence = reasons.iter().flat_map(|r| r.evidence.clone()).collect();
        Some(Judged {
            name: (*name).to_string(),
            points: band.points(0.5 * (measured + 1.0 - doubt), *out_of),
            out_of: *out_of,
            why,
            reasons,
            evidence,
        })
    });
    let parts = parts.collect();
    let plan = plan.into_iter().filter_map(statement).collect();
    let keep = findings.keep.and_then(|i| story.sentences.get(i)).map(quote);
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
fn clear(part: &str) -> &'static str {
    match part {
        "setting" => "Where you were and what it was about is clear.",
        "action" => "What you did is told step by step.",
        "own_part" => "It is clear what you did yourself.",
        "result" => "What came of it is said, so that one can picture it.",
        "detail" => "Concrete enough to picture.",
        "shape" => "It keeps to the story.",
        "others" => "It is fair to the others.",
        _ => "It speaks to the question.",
    }
}

/// What is said of a part about which nothing is sure.
fn open(part: &str) -> &'static str {
    match part {
        "setting" => "The background is there.",
        "action" => "There are steps to hear.",
        "own_part" => "Your own part can be heard.",
        "result" => "Something is said about how it came out.",
        "detail" => "Some of it can be pictured.",
        "shape" => "One can follow it.",
        "others" => "Nothing against the others stands out.",
        _ => "Not sure how well it meets the question.",
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
    fn measure(&self, part: &str) -> Option<f64> {
        Some(match part {
            "setting" => {
                share(rubric::SETTING_WORDS, self.told(&[Part::Situation, Part::Task]))
                    * share(rubric::SETTING_SHARE, self.background())
            }
            "action" => self.past() * share(rubric::ACTION_WORDS, self.told(&[Part::Action])),
            "own_part" => {
                let enough = (self.told(&[Part::Action]) / rubric::ACTION_TO_OWN).min(1.0);
                share(rubric::I_IN_ACTION, self.story.ownership.i_in_action.unwrap_or(0.0)) * enough
            }
            "result" => share(rubric::RESULT_WORDS, self.told(&[Part::Result])),
            "detail" => {
                let told = self.told(&[Part::Situation, Part::Task, Part::Action, Part::Result]) * self.needs;
                share(rubric::DETAIL_SHARE, told / self.words.max(1.0))
            }
            "shape" => self.shape(),
            "others" => {
                let words: f64 = self.fresh.iter().map(|s| s.blame * s.words as f64).sum();
                share(rubric::BLAME_SHARE, words / self.words.max(1.0))
            }
            _ => share(rubric::LIKENESS, self.story.fit.as_ref()?.likeness),
        })
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

    fn shape(&self) -> f64 {
        // Where no story is asked for, the first sentence is the answer itself and the last what it comes to.
        let frame = |i: usize| self.kind != Kind::PastStory && (i == 0 || i + 1 == self.story.sentences.len());
        let aside = (self.story.sentences.iter().enumerate())
            .filter(|(i, s)| s.words > 0 && (s.repeated || s.part == Part::Other && !frame(*i)))
            .map(|(_, s)| s.words as f64);
        let aside_share = aside.sum::<f64>() / self.words.max(1.0);
        let matters = if self.kind == Kind::PastStory { 1.0 } else { rubric::ORDER_MATTERS_LESS };
        let in_order = self.story.order.as_ref().map_or(1.0, |o| o.in_order);
        let hedges = self.story.hedges.len() as f64 * 100.0 / self.words.max(1.0);
        share(rubric::ASIDE_SHARE, aside_share)
            * (1.0 - matters * (1.0 - share(rubric::ORDER, in_order)))
            * share(rubric::HEDGES_PER_100, hedges)
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
    words.any(|w| PAST.contains(&w) || w.len() > 4 && w.ends_with("ed"))
}
