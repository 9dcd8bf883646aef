//! How well the work was described: the points of the story's parts, why, and what a coach would say about them.
//!
//! What is counted are *telling words*: the words of a sentence times how much it tells, times how surely it is not empty. So
//! a part that is there but vague earns some of its points, and impressive words earn none.

use super::rubric::{self, share};
use super::{Evidence, Judged, PartName, judged};
use crate::english::normalized;
use crate::english::numbers::is_quantity;
use crate::plain::{capital, clock, counted};
use crate::question::Question;
use crate::story::relevance::{Kind, plain};
use crate::story::{EMPTY, Moment, Part, Story, Told};

/// What to do about an answer without a result.
const ENDING: &str = "Give it an ending";
/// Moments shown for one part at most.
const MOST_EVIDENCE: usize = 2;
/// Words quoted of a sentence.
const QUOTED_WORDS: usize = 20;
/// Sentences of fewer words are quoted only when there are no others.
const WORTH_QUOTING: usize = 4;
/// A part with this share of its points has nothing to mend: it gets all of them.
const AS_GOOD_AS_ALL: f64 = 0.96;
/// A sentence that blames others less surely than this is not quoted for it.
const BLAMES: f64 = 0.2;
/// In fewer words nobody is judged for how they speak of others (ours).
const LEAST_ON_OTHERS: f64 = 20.0;
/// From this share of its points on a part is fine but for a detail; it is no priority either.
const NEARLY: f64 = 0.85;
/// A sentence that is of a part with less probability than this is none: many small chances are not one sentence.
const LEAST_CHANCE: f64 = 0.25;
/// Parts are said as sure from this confidence on.
const SURE: f64 = 0.6;

/// People that work is done for, as they are called and as advice calls them. A word that can be another ("patient", "student")
/// is not among them but in the form that cannot.
const FOR_WHOM: [(&[&str], &str); 10] = [
    (&["customer", "customers", "client", "clients"], "the customers"),
    (&["patients", "a patient", "the patient", "my patient"], "the patients"),
    (&["students", "pupil", "pupils", "the student"], "the students"),
    (&["resident", "residents"], "the residents"),
    (&["tenant", "tenants"], "the tenants"),
    (&["guest", "guests"], "the guests"),
    (&["passenger", "passengers"], "the passengers"),
    (&["users"], "the users"),
    (&["nurses"], "the nurses"),
    (&["families", "parents"], "the families"),
];

/// How people say what was theirs to do, besides the sentences that the model knows.
const YOURS_TO_DO: [&str; 7] =
    ["had to", "responsible for", "my job", "my task", "asked me to", "was down to me", "in charge"];

/// Forms of verbs that tell of the past, besides those with -ed.
const PAST: [&str; 52] = [
    "was", "were", "had", "did", "said", "went", "came", "took", "made", "got", "told", "found", "gave", "saw", "knew",
    "thought", "left", "kept", "sat", "brought", "ran", "began", "felt", "heard", "built", "wrote", "broke", "spoke",
    "met", "led", "held", "bought", "caught", "taught", "fell", "paid", "sent", "lost", "won", "drew", "drove", "rang",
    "stood", "wasn't", "weren't", "didn't", "couldn't", "could", "i'd", "we'd", "threw", "chose",
];

/// Judges a story, part by part, in the order to read them.
pub(super) fn judge(story: &Story, question: Option<&Question>) -> Vec<Judged> {
    if story.sentences.iter().all(|s| s.words == 0) {
        return Vec::new();
    }
    let view = View::of(story, question);
    let parts = [
        Some(view.setting()),
        Some(view.action()),
        Some(view.own_part()),
        Some(view.result()),
        Some(view.detail()),
        Some(view.shape()),
        view.others(),
        view.question(),
    ];
    let mut parts: Vec<Judged> = parts.into_iter().flatten().collect();
    if view.past() < NEARLY {
        // Without one time to tell of, there is no own part and no result to work on yet.
        parts
            .iter_mut()
            .filter(|j| [PartName::OwnPart, PartName::Result].contains(&j.part.name))
            .for_each(|j| j.priority = None);
    }
    parts
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
    fn of(story: &'a Story, question: Option<&Question>) -> Self {
        let kind = Kind::of(question);
        Self {
            story,
            kind,
            fresh: story.sentences.iter().filter(|s| !s.repeated && s.words > 0).collect(),
            words: story.sentences.iter().map(|s| s.words as f64).sum(),
            needs: if kind == Kind::PastStory { 1.0 } else { rubric::NO_STORY_NEEDS },
        }
    }

    fn of_part(&self, parts: &'a [Part]) -> impl Iterator<Item = &'a Told> + '_ {
        self.fresh.iter().copied().filter(|s| parts.contains(&s.part))
    }

    /// Telling words of these parts, against what the question needs. A sentence that may be of one counts as much as it may.
    fn told(&self, parts: &[Part]) -> f64 {
        let of_these = |s: &Told| {
            let chance: f64 = parts.iter().map(|p| s.chances.part(*p)).sum();
            if chance >= LEAST_CHANCE { chance } else { 0.0 }
        };
        self.fresh.iter().map(|s| telling(s) * of_these(s)).sum::<f64>() / self.needs
    }

    /// The sentences of these parts that tell least for their length, empty ones first.
    fn vaguest(&self, parts: &'a [Part]) -> Vec<&'a Told> {
        let mut found: Vec<&Told> = self.of_part(parts).collect();
        if found.iter().any(|s| s.words >= WORTH_QUOTING) {
            found.retain(|s| s.words >= WORTH_QUOTING);
        }
        let missing = |s: &Told| s.words as f64 - telling(s);
        found.sort_by(|a, b| missing(b).total_cmp(&missing(a)));
        found.truncate(MOST_EVIDENCE);
        self.in_order(found)
    }

    /// Sentences in the order they were said.
    fn in_order(&self, mut sentences: Vec<&'a Told>) -> Vec<&'a Told> {
        sentences.sort_by_key(|s| self.story.sentences.iter().position(|t| std::ptr::eq(t, *s)));
        sentences
    }

    fn first(&self) -> Vec<&'a Told> {
        self.fresh.first().copied().into_iter().collect()
    }

    fn last(&self) -> Vec<&'a Told> {
        self.fresh.last().copied().into_iter().collect()
    }

    /// For whom the work was done, as far as the answer says.
    fn for_whom(&self) -> &'static str {
        let text = self.story.sentences.iter().map(|s| s.text.to_lowercase()).collect::<Vec<_>>().join(" ");
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let text = format!(" {} ", words.join(" "));
        let said = |names: &[&str]| names.iter().any(|n| text.contains(&format!(" {n} ")));
        let otherwise = if self.kind == Kind::CurrentJob { "those who get your work" } else { "the people it was for" };
        FOR_WHOM.iter().find(|(names, _)| said(names)).map_or(otherwise, |(_, plain)| plain)
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

    /// Whether the answer says what was the speaker's to do.
    fn has_task(&self) -> bool {
        self.fresh.iter().any(|s| {
            let text = s.text.to_lowercase();
            s.part == Part::Task
                || s.chances.part(Part::Task) >= LEAST_CHANCE
                || YOURS_TO_DO.iter().any(|p| text.contains(p))
        })
    }

    fn setting(&self) -> Judged {
        const PARTS: &[Part] = &[Part::Situation, Part::Task];
        let told = self.told(PARTS);
        let enough = share(rubric::SETTING_WORDS, told);
        let long = share(rubric::SETTING_SHARE, self.background());
        let story = self.kind == Kind::PastStory;
        let no_task = story && !self.has_task();
        let points = enough * long * if no_task && enough > 0.0 { rubric::WITHOUT_TASK } else { 1.0 };
        let (why, evidence, todo) = if snap(points) >= 1.0 {
            ("Where you were and what it was about is clear.".to_string(), Vec::new(), None)
        } else if enough <= 0.25 {
            let (why, advice) = match self.kind {
                Kind::Weakness => (
                    "It is hard to hear what you find difficult, and where it shows.",
                    "Name one thing you find hard and a moment at work where it showed.",
                ),
                Kind::PastStory => (
                    "A listener cannot picture where this was or what was at stake.",
                    "Two sentences are enough: where and when it was, and what was at stake. Then one on what was yours to do.",
                ),
                _ => (
                    "A listener does not learn where you have worked and on what.",
                    "Begin with one concrete sentence: where you work or worked, on what, and what is yours to do there.",
                ),
            };
            (why.to_string(), self.first(), Some(("Begin with where it was", advice.to_string())))
        } else if long < enough && long < 1.0 {
            let share = 100.0 * self.background();
            let why = format!("The background takes {share:.0} % of the answer; up to 35 % is advised.");
            let advice = "Two or three sentences are enough. Give the time to what you did and what came of it.";
            (why, self.vaguest(PARTS), Some(("Cut the background", advice.to_string())))
        } else if no_task && enough > 0.9 {
            let why = "What was yours to do is not said.".to_string();
            let advice = "After the background, say in one sentence what was yours to do: \"I had to ...\" or \"My job was to ...\".";
            (why, self.vaguest(&[Part::Situation]), Some(("Say what was yours to do", advice.to_string())))
        } else {
            let why = if points >= NEARLY {
                "The background is there; one more fact would help to picture it.".to_string()
            } else {
                "The background is there but thin: little on where, when and what was at stake.".to_string()
            };
            let advice =
                "One or two plain sentences: where you were, who was affected, and what would have happened otherwise.";
            (why, self.vaguest(PARTS), Some(("Say where and when it was", advice.to_string())))
        };
        part(PartName::Setting, points, rubric::SETTING_POINTS, why, &evidence, todo)
    }

    fn action(&self) -> Judged {
        const PARTS: &[Part] = &[Part::Action];
        let past = self.past();
        let points = past * share(rubric::ACTION_WORDS, self.told(PARTS));
        let steps = self.of_part(PARTS).count();
        let (what, steps_of) = match self.kind {
            Kind::Weakness => {
                ("what you do about it", "what you have tried, what you do now, and who helps you keep to it")
            }
            Kind::CurrentJob => ("what you do in a week", "what comes in, what you do with it, and what goes out"),
            Kind::AboutYourself | Kind::Motivation | Kind::Closing => {
                ("what you have done", "one piece of work, and what you did in it, step by step")
            }
            Kind::PastStory => ("what you did", "what you tried, what you changed, and why"),
        };
        let (why, evidence, todo) = if snap(points) >= 1.0 {
            (format!("You say step by step {what}: {}.", counted(steps, "sentence")), Vec::new(), None)
        } else if past < NEARLY {
            let why = "It tells how things usually are, and hardly what you did one time.".to_string();
            let advice = "Choose one day when it happened: who stood in front of you, and what did you do first?";
            let usual: Vec<&Told> = self.fresh.iter().copied().filter(|s| !tells_of_the_past(s)).collect();
            (why, longest(&usual, 1), Some(("Choose one time", advice.to_string())))
        } else if steps == 0 {
            let why = format!("Hardly a word on {what}.");
            let advice = format!("One step a sentence: {steps_of}.");
            (
                why,
                self.first_vague(),
                Some((
                    if self.kind == Kind::PastStory { "Say what you did" } else { "Give an example of your work" },
                    advice,
                )),
            )
        } else if self.of_part(PARTS).any(|s| s.empty >= EMPTY) && points < 0.7 {
            let why = "What you did is told in impressive words that a listener cannot picture.".to_string();
            let advice = format!("Say it as you would to a friend, one step a sentence: {steps_of}.");
            (why, self.empties(PARTS), Some(("Say what you did in plain words", advice)))
        } else {
            let why = if points < 0.5 {
                format!(
                    "There is little on {what}: {}, and not much in {}.",
                    counted(steps, "sentence"),
                    if steps == 1 { "it" } else { "them" }
                )
            } else if points < NEARLY {
                "The steps are there; some say less than they could.".to_string()
            } else {
                "The steps are clear; one more detail would help to see them.".to_string()
            };
            let todo = if self.story.share.action < rubric::ACTION_ADVISED {
                (
                    "Say more about what you did",
                    format!("Spend about half of the answer on {what}, one step a sentence: {steps_of}."),
                )
            } else {
                (
                    "Make your steps easy to see",
                    format!("There are steps enough. Put into each what only you can know: {steps_of}."),
                )
            };
            (why, self.vaguest(PARTS), Some(todo))
        };
        part(PartName::Action, points, rubric::ACTION_POINTS, why, &evidence, todo)
    }

    /// The vaguest sentence of all.
    fn first_vague(&self) -> Vec<&'a Told> {
        let mut found = self.fresh.clone();
        found.sort_by(|a, b| (b.words as f64 - telling(b)).total_cmp(&(a.words as f64 - telling(a))));
        found.truncate(1);
        found
    }

    /// The sentence that most probably is of a part.
    fn likeliest(&self, part: Part) -> Vec<&'a Told> {
        let most = self.fresh.iter().copied().max_by(|a, b| a.chances.part(part).total_cmp(&b.chances.part(part)));
        most.into_iter().collect()
    }

    /// The empty sentences of these parts.
    fn empties(&self, parts: &'a [Part]) -> Vec<&'a Told> {
        let mut found: Vec<&Told> = self.of_part(parts).filter(|s| s.empty >= EMPTY).collect();
        found.truncate(MOST_EVIDENCE);
        found
    }

    fn own_part(&self) -> Judged {
        let action = self.told(&[Part::Action]);
        let enough = (action / rubric::ACTION_TO_OWN).min(1.0);
        let ownership = &self.story.ownership;
        let i = ownership.i_in_action.unwrap_or(0.0);
        let points = share(rubric::I_IN_ACTION, i) * enough;
        let actions = || self.of_part(&[Part::Action]);
        let (why, evidence, todo) = if snap(points) >= 1.0 {
            ("It is clear what you did yourself.".to_string(), Vec::new(), None)
        } else if action <= 0.0 || actions().next().is_none() {
            ("No step is told, so your own part cannot be heard.".to_string(), self.last(), None)
        } else if i < 0.85 && ownership.i_in_action.is_some() {
            let we: Vec<&Told> = actions().filter(|s| says(s, &["we", "we're", "we'd", "we've"])).collect();
            let why = if i >= 0.7 {
                "Mostly clear; some steps say \"we\".".to_string()
            } else {
                format!(
                    "In the steps you say \"we\" more than a listener can use: \"I\" is {:.0} % of \"I\" and \"we\" there.",
                    100.0 * i
                )
            };
            let advice = "Keep \"we\" for what the team decided or reached. For each step that was yours, say \"I\": I asked, I built, I checked.";
            (
                why,
                self.in_order(we.into_iter().take(MOST_EVIDENCE).collect()),
                Some(("Say which part was yours", advice.to_string())),
            )
        } else if ownership.i_in_action.is_none() {
            let why = "The steps have no one who does them.".to_string();
            let advice = "Say who did each step. Where it was you, begin with \"I\".";
            (
                why,
                self.in_order(actions().take(MOST_EVIDENCE).collect()),
                Some(("Say which part was yours", advice.to_string())),
            )
        } else {
            (
                "What you did yourself is said, but too little of it is told to count in full.".to_string(),
                self.vaguest(&[Part::Action]),
                None,
            )
        };
        part(PartName::OwnPart, points, rubric::OWN_PART_POINTS, why, &evidence, todo)
    }

    fn result(&self) -> Judged {
        const PARTS: &[Part] = &[Part::Result];
        let points = share(rubric::RESULT_WORDS, self.told(PARTS));
        let results: Vec<&Told> = self.of_part(PARTS).collect();
        let whom = self.for_whom();
        let ask = match self.kind {
            Kind::Weakness => {
                "Say what is better since: one thing that goes differently now, and who notices.".to_string()
            }
            Kind::CurrentJob => {
                format!("Say what your work is good for: what {whom} can do, or are spared, because of it.")
            }
            Kind::AboutYourself | Kind::Motivation | Kind::Closing => {
                format!(
                    "Say what came of one piece of your work: what changed for {whom}, and by how much if you know."
                )
            }
            Kind::PastStory => format!("Say what changed for {whom}, and by how much if you know."),
        };
        let quiet =
            if self.kind == Kind::PastStory { " A quiet effect is enough: who noticed, what stopped." } else { "" };
        let (why, evidence, todo) = if snap(points) >= 1.0 {
            ("What came of it is said, so that one can picture it.".to_string(), Vec::new(), None)
        } else if results.is_empty() && (points > 0.0 || !self.story.outcomes.is_empty()) {
            let why = "What came of it is hard to make out.".to_string();
            (why, self.likeliest(Part::Result), Some(("Say plainly what came of it", ask)))
        } else if results.is_empty() {
            (
                "The answer ends before it says what came of it.".to_string(),
                self.last(),
                Some((ENDING, format!("{ask}{quiet}"))),
            )
        } else if 2 * results.iter().filter(|s| s.empty >= EMPTY).map(|s| s.words).sum::<usize>()
            >= results.iter().map(|s| s.words).sum::<usize>()
        {
            let why = "The result is impressive words and says of nobody what changed.".to_string();
            let advice = format!("Keep one figure, and say how it was counted. {ask}");
            (why, self.empties(PARTS), Some(("Say what really changed", advice)))
        } else if points >= NEARLY {
            ("The result is clear; one more fact would carry it.".to_string(), self.vaguest(PARTS), None)
        } else {
            let vague = self.vaguest(PARTS);
            let words: usize = results.iter().map(|s| s.words).sum();
            let counted = results.iter().any(|s| s.text.split_whitespace().any(|w| is_quantity(&normalized(w))));
            let weak = if points < 0.45 && !counted { "vague" } else { "brief" };
            let size = if words <= 12 { format!("one {weak} clause") } else { weak.to_string() };
            let when =
                vague.first().and_then(|s| s.span).map_or(String::new(), |s| format!(" at {}", clock(s.start_s)));
            let doubt = if results.iter().all(|s| s.confidence < SURE) { ", if this is it" } else { "" };
            let why = format!("What came of it is {size}{doubt}.");
            (why, vague, Some(("Say more of what came of it", format!("Your result is {size}{when}{doubt}. {ask}"))))
        };
        let mut judged = part(PartName::Result, points, rubric::RESULT_POINTS, why, &evidence, todo);
        // What is missing cannot be listened to.
        judged.priority.iter_mut().filter(|p| p.title == ENDING).for_each(|p| p.evidence.clear());
        judged
    }

    fn detail(&self) -> Judged {
        const PARTS: &[Part] = &[Part::Situation, Part::Task, Part::Action, Part::Result];
        let told = self.told(PARTS) * self.needs;
        let points = share(rubric::DETAIL_SHARE, told / self.words.max(1.0));
        let empty: Vec<&Told> = self.fresh.iter().copied().filter(|s| s.empty >= EMPTY).collect();
        let specifics = self.story.specifics.len();
        let (why, evidence, todo) = if snap(points) >= 1.0 {
            ("Concrete enough to picture.".to_string(), Vec::new(), None)
        } else if empty.iter().map(|s| s.words).sum::<usize>() as f64 > 0.2 * self.words {
            let why = format!(
                "{} sound impressive and say nothing one can picture.",
                capital(&counted(empty.len(), "sentence"))
            );
            let advice = "Take one of these sentences and tell the day it stands for: who came to you, what you did, what they said afterwards.";
            (
                why,
                self.in_order(empty.into_iter().take(MOST_EVIDENCE).collect()),
                Some(("Trade big words for what happened", advice.to_string())),
            )
        } else {
            let found = match specifics {
                0 => "no number, name or time",
                1 => "only one number, name or time",
                _ => "few numbers, names or times",
            };
            let why = if points >= NEARLY {
                "Mostly concrete; a sentence or two could show more.".to_string()
            } else if specifics <= 2 {
                format!("Much of it is general, with {found} to hold on to.")
            } else {
                "There are details, and much around them that shows little.".to_string()
            };
            let general = self.general();
            let advice = "One detail is enough that only you can know: a number, a name, a tool, what somebody said.";
            let todo = (!general.is_empty()).then(|| ("Add a detail here", advice.to_string()));
            (why, if general.is_empty() { self.first_vague() } else { self.in_order(general) }, todo)
        };
        part(PartName::Detail, points, rubric::DETAIL_POINTS, why, &evidence, todo)
    }

    /// The most general sentences of the story that hold no detail yet, longest first.
    fn general(&self) -> Vec<&'a Told> {
        let has_detail = |s: &Told| self.story.specifics.iter().any(|m| s.text.contains(&m.text));
        let mut found = self.fresh.clone();
        found.retain(|s| s.part != Part::Other && s.words >= WORTH_QUOTING && !has_detail(s));
        found.sort_by(|a, b| (b.words as f64 - telling(b)).total_cmp(&(a.words as f64 - telling(a))));
        found.truncate(MOST_EVIDENCE);
        found
    }

    fn shape(&self) -> Judged {
        // Where no story is asked for, the first sentence is the answer itself and the last what it comes to.
        let frame = |i: usize| self.kind != Kind::PastStory && (i == 0 || i + 1 == self.story.sentences.len());
        let aside: Vec<&Told> = (self.story.sentences.iter().enumerate())
            .filter(|(i, s)| s.words > 0 && (s.repeated || s.part == Part::Other && !frame(*i)))
            .map(|(_, s)| s)
            .collect();
        let aside_share = aside.iter().map(|s| s.words as f64).sum::<f64>() / self.words.max(1.0);
        let said_again: Vec<&Told> = aside.iter().copied().filter(|s| s.repeated).collect();
        let order = self.story.order.as_ref();
        let matters = if self.kind == Kind::PastStory { 1.0 } else { rubric::ORDER_MATTERS_LESS };
        let hedges = self.story.hedges.len() as f64 * 100.0 / self.words.max(1.0);
        let shares = [
            share(rubric::ASIDE_SHARE, aside_share),
            1.0 - matters * (1.0 - share(rubric::ORDER, order.map_or(1.0, |o| o.in_order))),
            share(rubric::HEDGES_PER_100, hedges),
        ];
        let points: f64 = shares.iter().product();
        let worst = (0..3).min_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or(0);
        let (why, evidence, todo): (String, Vec<Evidence>, Option<(&str, String)>) = if snap(points) >= 1.0 {
            ("It keeps to the story, in order.".to_string(), Vec::new(), None)
        } else if worst == 0 && !said_again.is_empty() && said_again.len() * 2 >= aside.len() {
            let why = format!("{} said before.", capital(&verb(said_again.len(), "sentence was", "sentences were")));
            let advice = "Say each thing once. The second time costs you the listener.".to_string();
            (why, quotes(&said_again, MOST_EVIDENCE), Some(("Say it once", advice)))
        } else if worst == 0 {
            let why =
                format!("{:.0} % of the answer is beside the story: opinions, claims or asides.", 100.0 * aside_share);
            let advice = "These can go. What you did shows who you are better than a sentence about it.".to_string();
            (
                why,
                quotes(&self.in_order(longest(&aside, MOST_EVIDENCE)), MOST_EVIDENCE),
                Some(("Leave some things out", advice)),
            )
        } else if worst == 1 {
            let why = "The order seems to jump; a listener may have to put the pieces together.".to_string();
            let advice = "First what was going on, then what you had to do, then what you did, then what came of it."
                .to_string();
            let astray = order.map(|o| Evidence { start_s: o.astray.start_s, text: short(&o.astray.text) });
            (why, astray.into_iter().collect(), Some(("Tell it in order", advice)))
        } else {
            let n = self.story.hedges.len();
            let why = format!("{} that takes back what you say.", capital(&counted(n, "hedge")))
                .replace("s that takes", "s that take");
            let advice =
                "\"I think we sort of fixed it\" becomes \"we fixed it\". What is not sure can go.".to_string();
            (why, quotes(&self.hedged(), MOST_EVIDENCE), Some(("Say it without hedging", advice)))
        };
        let todo = todo.map(|(title, advice)| (title.to_string(), advice));
        judged(PartName::Shape, snap(points), rubric::SHAPE_POINTS, why, evidence, todo)
    }

    /// The sentences with hedges, in their order.
    fn hedged(&self) -> Vec<&'a Told> {
        let holds = |s: &Told, m: &Moment| match (m.start_s, s.span) {
            (Some(at), Some(span)) => (span.start_s..span.end_s).contains(&at),
            _ => s.text.contains(&m.text),
        };
        let hedged = |s: &&Told| self.story.hedges.iter().any(|m| holds(s, m));
        self.story.sentences.iter().filter(hedged).collect()
    }

    /// Nothing where too little is said to blame anybody.
    fn others(&self) -> Option<Judged> {
        if self.words < LEAST_ON_OTHERS {
            return None;
        }
        let words: f64 = self.fresh.iter().map(|s| s.blame * s.words as f64).sum();
        let points = share(rubric::BLAME_SHARE, words / self.words.max(1.0));
        let (why, evidence, todo) = if snap(points) >= 1.0 {
            ("No blame of others stands out.".to_string(), Vec::new(), None)
        } else {
            let mut blaming = self.fresh.clone();
            blaming.sort_by(|a, b| b.blame.total_cmp(&a.blame));
            let certain = blaming.iter().filter(|s| s.blame >= BLAMES).count().clamp(1, MOST_EVIDENCE);
            blaming.truncate(certain);
            let why = "Part of it seems to be about what others did wrong.".to_string();
            let advice = "Give that one neutral sentence, then say what you did about it.";
            (why, self.in_order(blaming), Some(("Be fair to the others", advice.to_string())))
        };
        Some(part(PartName::Others, points, rubric::OTHERS_POINTS, why, &evidence, todo))
    }

    fn question(&self) -> Option<Judged> {
        let fit = self.story.fit.as_ref()?;
        let (asked, told) = (plain(&fit.asked), plain(&fit.answered));
        let (why, points, evidence, todo) = if fit.likeness >= rubric::ALIKE {
            ("It speaks to the question.".to_string(), 1.0, Vec::new(), None)
        } else if fit.likeness >= rubric::UNLIKE {
            let why =
                format!("It is not plain from the start that this is about {asked}: say so in the first sentence.");
            (why, rubric::UNPLAIN, self.first(), None)
        } else {
            let why = format!("The question is about {asked}; this sounds more like an answer about {told}.");
            let advice = format!(
                "If it is about {asked}, say so in your first sentence, in the question's own words. If not, choose another story."
            );
            (why, 0.0, self.first(), Some(("Answer this question", advice)))
        };
        Some(part(PartName::Question, points, rubric::QUESTION_POINTS, why, &evidence, todo))
    }
}

fn part(
    name: PartName,
    share: f64,
    out_of: f64,
    why: String,
    evidence: &[&Told],
    todo: Option<(&str, String)>,
) -> Judged {
    let todo = todo.map(|(title, advice)| (title.to_string(), advice));
    judged(name, snap(share), out_of, why, quotes(evidence, MOST_EVIDENCE), todo)
}

/// Nearly all is all.
fn snap(share: f64) -> f64 {
    if share >= AS_GOOD_AS_ALL { 1.0 } else { share }
}

/// Sentences as moments, each cut to what is needed to find it.
fn quotes(sentences: &[&Told], most: usize) -> Vec<Evidence> {
    let quote = |s: &&Told| Evidence { start_s: s.span.map(|s| s.start_s), text: short(&s.text) };
    sentences.iter().take(most).map(quote).collect()
}

fn short(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let more = if words.len() > QUOTED_WORDS { " ..." } else { "" };
    format!("{}{more}", words[..words.len().min(QUOTED_WORDS)].join(" "))
}

/// The longest sentences.
fn longest<'a>(sentences: &[&'a Told], most: usize) -> Vec<&'a Told> {
    let mut found = sentences.to_vec();
    found.sort_by_key(|s| std::cmp::Reverse(s.words));
    found.truncate(most);
    found
}

fn tells_of_the_past(sentence: &Told) -> bool {
    says(sentence, &PAST) || sentence.text.split(|c: char| !c.is_alphabetic()).any(|w| w.len() > 4 && w.ends_with("ed"))
}

fn says(sentence: &Told, words: &[&str]) -> bool {
    let text = sentence.text.to_lowercase().replace('\u{2019}', "'");
    text.split(|c: char| !c.is_alphanumeric() && c != '\'').any(|w| words.contains(&w))
}

fn verb(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
