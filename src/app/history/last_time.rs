//! What a speaker was told after their last take, and whether the next take did it.
//!
//! The last take is the newest scored one of the same speaker and the same question, or else of the same kind of question.
//! A take is never held against a written draft.
//!
//! Advice counts as done only where that is certain: the detectors are as sure that the fault is gone as they must be to
//! say that it is there, or the answer is told that nothing large is missing; the parts of the score that it costs points
//! were judged, nothing is said against them, and what was asked for can be pointed at. It counts as still open only where the same statement stands again, and is certain.
//! Everywhere else the advice is repeated and nothing is said about it.

use jiff::Timestamp;
use serde::Serialize;

use super::attempt::Asked;
use super::compare::shown;
use super::measures::Measure;
use super::{HistoryError, Store};
use crate::codes::Code;
use crate::metrics::length::ANY_TARGET_S;
use crate::report::Report;
use crate::score::{Evidence, NOTHING_TO_MEND, PartName, Priority, rubric};
use crate::story::{EventKind, Excerpt, FindingVerdict, Findings, Story, StoryPart, StorySentence};

/// The number of words quoted of a sentence: enough to know it again.
const QUOTED_WORDS: usize = 8;

/// The last take, held against the next one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LastTime {
    /// The number of the last take.
    pub id: i64,
    /// When it was given.
    pub answered_at: Timestamp,
    /// Whether it answered the same question; otherwise it answered another one of the same kind.
    pub same_question: bool,
    /// What its speaker was told, the most helpful first.
    pub told: Vec<Followed>,
}

/// A piece of advice, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Followed {
    /// The statement that the advice belongs to; `None` in reports of earlier versions.
    pub code: Option<Code>,
    /// What to do, in a few words.
    pub title: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What became of a piece of advice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It was certainly done.
    Done {
        /// Where it shows: a moment, or figures; `None` for what is no longer there.
        evidence: Option<Evidence>,
    },
    /// It is certainly still to do.
    Open {
        /// Where that shows.
        evidence: Option<Evidence>,
    },
    /// Neither is certain.
    Unsure,
}

impl LastTime {
    /// Returns what the speaker of a take was told before it; `None` if they were told nothing. The take was given at
    /// `answered_at`, unless it is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn before(
        report: &Report,
        speaker: Option<&str>,
        answered_at: Timestamp,
        store: &Store,
    ) -> Result<Option<Self>, HistoryError> {
        if report.transcript.is_none() {
            return Ok(None);
        }
        let Some(take) = store.take_before(report, speaker, answered_at)? else { return Ok(None) };
        let told = followed(&store.report(take.id)?, report);
        let asked = report.question.as_ref().map(Asked::from);
        let same_question = take.question.as_ref().zip(asked.as_ref()).is_some_and(|(before, now)| before.is(now));
        let last = Self { id: take.id, answered_at: take.answered_at, same_question, told };
        Ok((!last.told.is_empty()).then_some(last))
    }

    /// Returns what is worth saying: the first piece of advice, and those of the others of which something is certain.
    pub fn worth_saying(&self) -> impl Iterator<Item = &Followed> {
        self.told.iter().enumerate().filter(|(i, f)| *i == 0 || f.outcome != Outcome::Unsure).map(|(_, f)| f)
    }
}

/// Returns what was told after an answer, and what became of it in the next one. Nothing between a draft and a take.
pub fn followed(before: &Report, after: &Report) -> Vec<Followed> {
    if before.transcript.is_some() != after.transcript.is_some() {
        return Vec::new();
    }
    let advice = before.score.priorities.iter().filter(|p| p.title != NOTHING_TO_MEND && p.code != Some(Code::Ready));
    let followed = advice.map(|Priority { code, title, .. }| {
        let code = *code;
        Followed {
            code,
            title: title.clone(),
            outcome: code.map_or(Outcome::Unsure, |c| outcome(c, title, before, after)),
        }
    });
    followed.collect()
}

fn outcome(code: Code, title: &str, before: &Report, after: &Report) -> Outcome {
    match (after.score.overall, measured(code)) {
        (None, _) => Outcome::Unsure,
        (_, Some((part, measure))) => of_delivery(code, title, &part, measure, before, after),
        (_, None) => of_story(code, before, after).unwrap_or(Outcome::Unsure),
    }
}

/// Returns the part of the score and the measure that a statement about the delivery is made from; `None` for one about
/// the story.
fn measured(code: Code) -> Option<(PartName, Measure)> {
    match code {
        Code::Pace => Some((PartName::Pace, Measure::Pace)),
        Code::Fillers => Some((PartName::Fillers, Measure::Fillers)),
        Code::Pauses => Some((PartName::Pauses, Measure::LongestPause)),
        Code::Length => Some((PartName::Length, Measure::Length)),
        Code::Voice => Some((PartName::Voice, Measure::Pitch)),
        _ => None,
    }
}

fn of_delivery(code: Code, title: &str, part: &PartName, measure: Measure, before: &Report, after: &Report) -> Outcome {
    // The title says in which direction: slower, or faster.
    if let Some(again) = after.score.priorities.iter().find(|p| p.code == Some(code) && p.title == title) {
        return Outcome::Open { evidence: again.evidence.first().cloned() };
    }
    let is_advised = after.score.priorities.iter().any(|p| p.code == Some(code));
    let is_fine = !is_advised && after.score.parts.iter().any(|p| p.name == *part && p.reasons.is_empty());
    let (Some(then), Some(now)) = (measure.of(before), measure.of(after)) else { return Outcome::Unsure };
    let is_noticed = (now - then).abs() >= measure.noticeable();
    if !is_fine || !is_noticed || is_too_short_to_tell(after) {
        return Outcome::Unsure;
    }
    let unit = if measure == Measure::Length { String::new() } else { format!(" {}", measure.unit()) };
    let longest = if measure == Measure::LongestPause { "the longest " } else { "" };
    let text = format!("{longest}{}{unit}, after {}", shown(measure, now), shown(measure, then));
    Outcome::Done { evidence: Some(Evidence { start_s: None, text }) }
}

/// Returns whether an answer is too short for its measures to count in full.
fn is_too_short_to_tell(report: &Report) -> bool {
    report.length.as_ref().is_none_or(|length| {
        let [shortest, _] = length.target_s.unwrap_or(ANY_TARGET_S);
        length.answer_s < rubric::ENOUGH_TO_TELL * shortest
    })
}

/// Returns what became of advice about the story; `None` where an answer was not looked at for it.
fn of_story(code: Code, before: &Report, after: &Report) -> Option<Outcome> {
    let (story, earlier) = (after.story.as_ref()?, before.story.as_ref()?);
    let findings = story.findings.as_ref()?;
    let claim = findings.claim(code)?;
    let reason = after.score.reason(code);
    let again = after.score.priorities.iter().find(|p| p.code == Some(code));
    if reason.is_some() || again.is_some() {
        let evidence = again.map(|p| &p.evidence).or(reason.map(|r| &r.evidence));
        let evidence = evidence.and_then(|e| e.first()).map(|e| Evidence { text: quoted(&e.text), ..e.clone() });
        return Some(if claim.verdict == FindingVerdict::Holds { Outcome::Open { evidence } } else { Outcome::Unsure });
    }
    let was_surer = earlier.findings.as_ref()?.claim(code)?.confidence > claim.confidence;
    // To be told that nothing large is missing is to be told that this is not.
    let is_gone =
        claim.verdict == FindingVerdict::Fails || after.score.priorities.iter().any(|p| p.code == Some(Code::Ready));
    if !is_gone || !was_surer || !after.score.is_clear_of(code) {
        return Some(Outcome::Unsure);
    }
    Some(match sought(code) {
        None => Outcome::Done { evidence: None },
        Some(sought) => match moment(sought, story, findings, earlier) {
            Some(moment) => {
                Outcome::Done { evidence: Some(Evidence { start_s: moment.start_s, text: quoted(&moment.text) }) }
            }
            None => Outcome::Unsure,
        },
    })
}

/// What advice asks to add to a story.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sought {
    Event,
    Setting,
    Step,
    OwnStep,
    Ending,
    Detail,
}

/// Returns what the advice of a statement asks to add; `None` if it asks to leave something out, or to arrange it.
fn sought(code: Code) -> Option<Sought> {
    match code {
        Code::NoEvent => Some(Sought::Event),
        Code::NoSetting => Some(Sought::Setting),
        Code::NoSteps | Code::ThinSteps => Some(Sought::Step),
        Code::OwnPart => Some(Sought::OwnStep),
        Code::NoResult | Code::VagueResult | Code::ResultNotYours => Some(Sought::Ending),
        Code::NoDetail => Some(Sought::Detail),
        _ => None,
    }
}

/// Returns the moment that shows what was asked for, which was not in the story before.
fn moment(sought: Sought, story: &Story, findings: &Findings, earlier: &Story) -> Option<Excerpt> {
    let is_new =
        |told: &&StorySentence| !told.repeated && earlier.sentences.iter().all(|s| !is_alike(&s.text, &told.text));
    let new = || story.sentences.iter().filter(is_new);
    let of_part = |parts: &'static [StoryPart]| new().filter(move |told| parts.contains(&told.part));
    let most_telling =
        |parts| of_part(parts).max_by(|a, b| a.telling.total_cmp(&b.telling)).map(StorySentence::excerpt);
    match sought {
        Sought::Event if findings.event != EventKind::Real => None,
        Sought::Event => {
            of_part(&[StoryPart::Situation, StoryPart::Task, StoryPart::Action]).next().map(StorySentence::excerpt)
        }
        Sought::Setting => of_part(&[StoryPart::Situation, StoryPart::Task]).next().map(StorySentence::excerpt),
        Sought::Step => most_telling(&[StoryPart::Action]),
        Sought::OwnStep => {
            let says_i = |told: &&StorySentence| words(&told.text).any(|w| w == "i" || w.starts_with("i'"));
            of_part(&[StoryPart::Action]).find(says_i).map(StorySentence::excerpt)
        }
        Sought::Ending => {
            let of_findings = findings.figures.iter().chain(&findings.results);
            let found = of_findings.filter_map(|i| story.sentences.get(*i)).find(is_new);
            found.map(StorySentence::excerpt).or_else(|| most_telling(&[StoryPart::Result]))
        }
        Sought::Detail => {
            let is_new = |m: &&Excerpt| earlier.specifics.iter().all(|s| !is_alike(&s.text, &m.text));
            story.specifics.iter().find(is_new).cloned()
        }
    }
}

/// Returns whether two texts have the same words.
fn is_alike(a: &str, b: &str) -> bool {
    words(a).eq(words(b))
}

/// Returns the words of a text in small letters.
fn words(text: &str) -> impl Iterator<Item = String> {
    let plain = |c: char| c.is_alphanumeric() || c == '\'';
    let words =
        text.split_whitespace().map(move |w| w.replace('\u{2019}', "'").to_lowercase().replace(|c| !plain(c), ""));
    words.filter(|w| !w.is_empty())
}

/// Shortens a sentence to what is needed to know it again.
fn quoted(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().filter(|w| *w != "...").collect();
    let more = if words.len() > QUOTED_WORDS { " ..." } else { "" };
    format!("{}{more}", words[..words.len().min(QUOTED_WORDS)].join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::judge_draft;
    use crate::app::history::{Access, Occasion};
    use crate::brief::Brief;
    use crate::draft::Draft;

    const STEPS: &str = "Our bakery in Lyon threw away forty loaves every evening, and the owner had asked me to find out why. \
        I counted what was left on each shelf for two weeks and wrote it into a notebook. I saw that we baked the last batch \
        at four, when the school was already out. I asked the baker to move it to two, and I put the notebook beside the oven \
        so that he could see the numbers himself.";
    const ENDING: &str = "After a month we threw away six loaves a day instead of forty. The owner hired a second \
        apprentice with the money, and the baker still fills in the notebook.";

    fn judged(text: &str) -> Report {
        let question = Some(crate::app::questions::resolve("hard-problem").unwrap());
        let draft = Draft::read(text.as_bytes(), "answer.txt".as_ref()).unwrap();
        judge_draft(&draft, &Brief { question, ..Brief::default() })
    }

    fn fixture() -> Report {
        serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap()
    }

    fn became(code: Code, before: &Report, after: &Report) -> Outcome {
        followed(before, after).into_iter().find(|f| f.code == Some(code)).expect("it was told").outcome
    }

    #[test]
    fn an_ending_that_was_asked_for_is_done_where_it_is_heard_and_still_to_do_where_it_is_not() {
        let cut = judged(STEPS);
        let Outcome::Done { evidence: Some(evidence) } =
            became(Code::NoResult, &cut, &judged(&format!("{STEPS} {ENDING}")))
        else {
            panic!("it was done")
        };
        assert!(ENDING.starts_with(evidence.text.trim_end_matches(" ...")), "{evidence:?}");
        let other = judged(&format!("It was a wet evening. {STEPS}"));
        // Where only a measure says that the ending is missing, nothing is said about it.
        assert_eq!(became(Code::NoResult, &cut, &other), Outcome::Unsure);
        let mut certain = other;
        let findings = certain.story.as_mut().and_then(|s| s.findings.as_mut()).unwrap();
        let claims = findings.claims.iter_mut().filter(|c| c.code == Code::NoResult);
        claims.for_each(|c| c.verdict = FindingVerdict::Holds);
        assert!(matches!(became(Code::NoResult, &cut, &certain), Outcome::Open { .. }));
        // Nothing in the same answer can be what was asked for.
        assert!(!matches!(became(Code::NoResult, &cut, &cut), Outcome::Done { .. }));
        assert!(followed(&cut, &fixture()).is_empty(), "a draft is not held against a take");
    }

    #[test]
    fn a_measure_is_done_when_it_is_fine_and_a_listener_would_notice() {
        let (mut fast, mut slow, mut after) = (fixture(), fixture(), fixture());
        let told = |report: &mut Report, title: &str, rate: f64| {
            let advice = report.score.priorities.first().cloned().unwrap();
            report.score.priorities =
                vec![crate::score::Priority { code: Some(Code::Pace), title: title.into(), ..advice }];
            report.pace.as_mut().unwrap().words_per_minute = rate;
        };
        told(&mut fast, "Slow down", 190.0);
        told(&mut slow, "Pick up the pace", 90.0);
        assert!(matches!(became(Code::Pace, &fast, &fast), Outcome::Open { .. }));
        assert_eq!(became(Code::Pace, &slow, &fast), Outcome::Unsure, "now it is too fast, which is another advice");
        after.score.priorities.clear();
        after.score.parts.iter_mut().filter(|p| p.name == PartName::Pace).for_each(|p| p.reasons.clear());
        after.pace.as_mut().unwrap().words_per_minute = 150.0;
        let text = "150 words a minute, after 190".to_string();
        assert_eq!(
            became(Code::Pace, &fast, &after),
            Outcome::Done { evidence: Some(Evidence { start_s: None, text }) }
        );
        fast.pace.as_mut().unwrap().words_per_minute = 152.0;
        assert_eq!(became(Code::Pace, &fast, &after), Outcome::Unsure, "nobody hears the difference");
        after.length.as_mut().unwrap().answer_s = 3.0;
        assert_eq!(became(Code::Pace, &slow, &after), Outcome::Unsure, "three seconds are no measure of the pace");
    }

    #[test]
    fn the_last_take_is_of_the_same_question_or_else_of_its_kind_and_of_the_same_speaker() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("history.db"), Access::Write).unwrap();
        let take = |question: &str, sha: u8| {
            let mut report = fixture();
            report.question = Some(crate::app::questions::resolve(question).unwrap());
            report.recording.sha256 = Some(format!("{sha:064x}"));
            report
        };
        let at = |day: &str| format!("2026-11-{day}T18:00:00Z").parse::<Timestamp>().unwrap();
        let mut keep = |report: &Report, day: &str, speaker: Option<&str>| {
            let occasion = Occasion { speaker: speaker.map(String::from), answered_at: at(day), recorded_here: false };
            store.save(report, &occasion).unwrap().id
        };
        let (first, second) = (take("hard-problem", 1), take("hard-problem", 2));
        let kind = first.question.as_ref().unwrap().kind.clone();
        let bank = crate::app::questions::built_in();
        let other = bank.iter().find(|q| q.kind == kind && q.id != first.question.as_ref().unwrap().id).unwrap();
        let other = take(other.id.as_deref().unwrap(), 3);
        let ids = [keep(&first, "01", None), keep(&second, "05", None)];
        keep(&take("hard-problem", 4), "06", Some("Ana"));
        let mut noise = take("hard-problem", 5);
        noise.score.overall = None;
        keep(&noise, "07", None);
        let before = |report: &Report, day: &str| {
            LastTime::before(report, None, at(day), &store).unwrap().map(|last| (last.id, last.same_question))
        };
        assert_eq!(before(&take("hard-problem", 9), "20"), Some((ids[1], true)));
        assert_eq!(before(&second, "20"), Some((ids[0], true)), "a kept take has its own time");
        assert_eq!(before(&first, "20"), None);
        assert_eq!(before(&other, "20"), Some((ids[1], false)));
        assert_eq!(before(&other, "03"), Some((ids[0], false)));
        let mut own = take("hard-problem", 9);
        own.question = Some(crate::app::questions::resolve("Why did you leave your last job?").unwrap());
        assert_eq!(before(&own, "20"), None, "a question without a kind has no other of its kind");
    }
}
