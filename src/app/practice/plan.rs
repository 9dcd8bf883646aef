//! Chooses the questions of a session and their order.
//!
//! Questions with recorded answers come first, then due repetitions: the questions that went worst or have waited
//! longest ([`super::spacing`]). New questions follow, taking turns: weak claims of the resume, requirements of the
//! job, the other claims, and questions of the kinds that the format asks for. If there are too few, other questions
//! answered before fill the session.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::coverage::nearness;
use super::formats::Format;
use super::spacing::Repetition;
use crate::app::job::Requirement;
use crate::app::questions::Entry;
use crate::app::resume::{Claim, claim_question};
use crate::question::{Question, QuestionKind};

/// A question of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The question itself.
    pub question: Question,
    /// The reason for asking the question, in a few words.
    pub why: String,
    /// The elements of a good answer.
    pub needs: Vec<String>,
    /// Possible follow-ups to an answer.
    pub follow_ups: Vec<String>,
    /// Whether the question quotes the resume.
    pub is_of_resume: bool,
}

impl Item {
    /// Returns the key of the question: its id, or its text if it has none.
    pub fn key(&self) -> &str {
        key(&self.question)
    }
}

/// Returns the key of a question: its id, or its text if it has none.
pub fn key(question: &Question) -> &str {
    question.id.as_deref().unwrap_or(&question.text)
}

/// The input of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// All known questions.
    pub bank: &'a [Entry],
    /// The claims of the resume.
    pub claims: &'a [Claim],
    /// The requirements of the job.
    pub requirements: &'a [Requirement],
    /// The repetition state of each question answered before, by the key of the question.
    pub repetitions: &'a HashMap<String, Repetition>,
    /// The ids of questions that must be asked because recorded answers to them exist.
    pub wanted: &'a [String],
}

/// The target length of a story, in seconds (convention, as for the stories of the bank).
const STORY_S: [f64; 2] = [60.0, 120.0];

/// Chooses the questions of a session.
pub fn plan(material: &Material<'_>, format: &Format, count: usize, now: Timestamp) -> Vec<Item> {
    let bank: Vec<Item> = material.bank.iter().map(of_bank).collect();
    let mut claims: Vec<&Claim> = material.claims.iter().collect();
    claims.sort_by_key(|c| !c.is_weak);
    let (weak, strong): (Vec<&Claim>, Vec<&Claim>) = claims.into_iter().partition(|c| c.is_weak);
    let weak: Vec<Item> = weak.into_iter().map(of_claim).collect();
    let strong: Vec<Item> = strong.into_iter().map(of_claim).collect();
    let requirements = of_requirements(material.requirements, material.bank);
    let of_format: Vec<Item> = by_kinds(&bank, &format.kinds);

    let mut chosen: Vec<Item> = Vec::new();
    let mut keys: HashSet<String> = HashSet::new();
    let mut take = |item: &Item, why: Option<&str>| {
        if chosen.len() < count && keys.insert(item.key().to_string()) {
            let mut item = item.clone();
            if let Some(why) = why {
                item.why = why.to_string();
            }
            chosen.push(item);
        }
    };
    for id in material.wanted {
        bank.iter().filter(|i| i.key() == id).for_each(|i| take(i, None));
    }
    // Questions answered before, most urgent first.
    let known: Vec<&Item> = weak.iter().chain(&strong).chain(&requirements).chain(&bank).collect();
    let mut seen: Vec<(&Item, &Repetition)> =
        known.iter().filter_map(|i| Some((*i, material.repetitions.get(i.key())?))).collect();
    seen.sort_by(|(_, a), (_, b)| urgency(b, now).total_cmp(&urgency(a, now)));
    let due = seen.iter().filter(|(_, r)| r.is_due(now));
    // Due repetitions take at most half of a session, so that new stories are told too (ours).
    due.take(count.div_ceil(2))
        .for_each(|(item, _)| take(item, Some("again: this one went less well, or is long ago")));
    let is_new = |i: &&Item| !material.repetitions.contains_key(i.key());
    let mut lists =
        [weak.iter(), requirements.iter(), strong.iter(), of_format.iter()].map(|l| l.filter(is_new).peekable());
    while lists.iter_mut().any(|l| l.peek().is_some()) {
        for list in &mut lists {
            if let Some(item) = list.next() {
                take(item, None);
            }
        }
    }
    seen.iter().for_each(|(item, _)| take(item, Some("again")));
    for item in &mut chosen {
        item.question.target_s = item.question.target_s.map(|t| t.map(|s| (s * format.length).round()));
    }
    chosen
}

/// Returns how urgently a question should be repeated: a low last score and a long wait both raise it.
fn urgency(repetition: &Repetition, now: Timestamp) -> f64 {
    let missed = 1.0 - repetition.last_score / 100.0;
    let waited = repetition.days_since(now) / repetition.interval_days.max(1.0);
    missed + 0.5 * waited.min(4.0)
}

fn of_bank(entry: &Entry) -> Item {
    Item {
        question: entry.question(),
        why: String::new(),
        needs: entry.needs.clone(),
        follow_ups: entry.follow_ups.clone(),
        is_of_resume: false,
    }
}

fn of_claim(claim: &Claim) -> Item {
    let question = Question {
        id: None,
        text: claim_question::question(claim),
        kind: Some(QuestionKind::PastStory),
        target_s: Some(STORY_S),
    };
    let why = if claim.is_weak { "from your resume: a line without a result" } else { "from your resume" };
    Item { question, why: why.to_string(), needs: Vec::new(), follow_ups: Vec::new(), is_of_resume: true }
}

/// Returns the question of the bank nearest to each requirement, using no question twice.
fn of_requirements(requirements: &[Requirement], bank: &[Entry]) -> Vec<Item> {
    if requirements.is_empty() {
        return Vec::new();
    }
    let wanted: Vec<&str> = requirements.iter().map(|r| r.text.as_str()).collect();
    let stories: Vec<&Entry> = bank.iter().filter(|e| e.kind != Some(QuestionKind::Closing)).collect();
    let near = nearness(&wanted, &stories.iter().map(|e| e.text.as_str()).collect::<Vec<_>>());
    let mut order: Vec<usize> = (0..requirements.len()).collect();
    order.sort_by_key(|i| !requirements[*i].is_must);
    let mut used = HashSet::new();
    let mut found = Vec::new();
    for i in order {
        let best =
            (0..stories.len()).filter(|j| !used.contains(j)).max_by(|a, b| near[[i, *a]].total_cmp(&near[[i, *b]]));
        let Some(best) = best else { break };
        used.insert(best);
        let why = format!("the job asks for: {}", requirements[i].text);
        found.push(Item { why, ..of_bank(stories[best]) });
    }
    found
}

/// Returns the questions of these kinds, taking one of each kind in turn.
fn by_kinds(bank: &[Item], kinds: &[QuestionKind]) -> Vec<Item> {
    let mut lists: Vec<_> =
        kinds.iter().map(|kind| bank.iter().filter(|i| i.question.kind.as_ref() == Some(kind)).peekable()).collect();
    let mut found = Vec::new();
    while lists.iter_mut().any(|l| l.peek().is_some()) {
        found.extend(lists.iter_mut().filter_map(Iterator::next).cloned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::practice::formats;
    use crate::app::questions::built_in_bank;

    fn claim(text: &str, is_weak: bool) -> Claim {
        Claim { text: text.into(), employer: None, is_current: None, is_weak }
    }

    #[test]
    fn the_worst_comes_first_then_weak_claims_by_turns_with_the_rest() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let days_ago = |days: i64| Timestamp::from_second(1_800_000_000 - days * 86_400).unwrap();
        let repetitions = HashMap::from([
            ("conflict".to_string(), Repetition::after(None, 90.0, days_ago(0))),
            ("deadline".to_string(), Repetition::after(None, 30.0, days_ago(1))),
            ("mistake".to_string(), Repetition::after(None, 30.0, days_ago(9))),
        ]);
        let claims = [claim("Cut waste by half.", false), claim("Attended meetings.", true)];
        let material = Material {
            bank: &built_in_bank(),
            claims: &claims,
            requirements: &[],
            repetitions: &repetitions,
            wanted: &[],
        };
        let phone = formats::named("phone", &formats::built_in()).unwrap();
        let plan = plan(&material, &phone, 6, now);
        let keys: Vec<&str> = plan.iter().map(Item::key).collect();
        assert_eq!(&keys[..2], ["mistake", "deadline"]);
        assert!(keys[2].contains("attended meetings") && keys[3].contains("cut waste"), "{keys:?}");
        assert!(!keys.contains(&"conflict"));
        let about = plan.iter().find(|i| i.question.kind == Some(QuestionKind::AboutYourself)).unwrap();
        assert_eq!(about.question.target_s.unwrap()[0], 45.0);
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 6);
    }
}
