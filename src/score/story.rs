//! How well the work was described: the points of the story's parts, why, and what a coach would say about them.
//!
//! What is counted are *telling words*: the words of a sentence times how much it tells, times how surely it is not empty. So
//! a part that is there but vague earns some of its points, and impressive words earn none.

use super::rubric::{self, share};
use super::{Evidence, Judged, judged};
use crate::plain::{capital, clock, counted};
use crate::questions::Question;
use crate::story::cues::is_number;
use crate::story::relevance::{Kind, plain};
use crate::story::{EMPTY, Part, Story, Told};

/// The parts of the score that judge the story.
pub(super) const NAMES: [&str; 8] =
    ["setting", "action", "own_part", "result", "detail", "shape", "others", "question"];
/// Moments shown for one part at most.
const MOST_EVIDENCE: usize = 2;
/// Words quoted of a sentence.
const QUOTED_WORDS: usize = 14;
/// Sentences of fewer words are quoted only when there are no others.
const WORTH_QUOTING: usize = 4;
/// A part with this share of its points has nothing to mend: it gets all of them.
const AS_GOOD_AS_ALL: f64 = 0.96;
/// From here on a sentence surely blames others.
const BLAMES: f64 = 0.5;
/// A sentence that is of a part with less probability than this is none: many small chances are not one sentence.
const LEAST_CHANCE: f64 = 0.25;
/// Parts are said as sure from this confidence on.
const SURE: f64 = 0.6;

/// People that work is done for, as they are called and as advice calls them.
const FOR_WHOM: [(&[&str], &str); 11] = [
    (&["customer", "customers", "client", "clients"], "the customers"),
    (&["patient", "patients"], "the patients"),
    (&["student", "students", "pupil", "pupils", "kids", "children"], "the students"),
    (&["resident", "residents"], "the residents"),
    (&["tenant", "tenants"], "the tenants"),
    (&["guest", "guests"], "the guests"),
    (&["passenger", "passengers"], "the passengers"),
    (&["users"], "the users"),
    (&["nurses"], "the nurses"),
    (&["families", "parents"], "the families"),
    (&["team", "crew", "colleague", "colleagues"], "the team"),
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
        Some(view.others()),
        view.question(),
    ];
    parts.into_iter().flatten().collect()
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
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
        let said = |names: &[&str]| words.iter().any(|w| names.contains(w));
        FOR_WHOM.iter().find(|(names, _)| said(names)).map_or("the people it was for", |(_, plain)| plain)
    }

    fn setting(&self) -> Judged {
        const PARTS: &[Part] = &[Part::Situation, Part::Task];
        let told = self.told(PARTS);
        let enough = share(rubric::SETTING_WORDS, told);
        let long = share(rubric::SETTING_SHARE, self.story.share.situation + self.story.share.task);
        let story = self.kind == Kind::PastStory;
        let no_task = story && self.of_part(&[Part::Task]).next().is_none();
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
                    "Begin with two sentences: where and when it was, and what was at stake. Then one on what was yours to do.",
                ),
                _ => (
                    "A listener does not learn where you have worked and on what.",
                    "Begin with one concrete sentence: where you work or worked, on what, and what is yours to do there.",
                ),
            };
            (why.to_string(), self.first(), Some(("Set the scene", advice.to_string())))
        } else if long < enough && long < 1.0 {
            let share = 100.0 * (self.story.share.situation + self.story.share.task);
            let why = format!("The background takes {share:.0} % of the answer; up to 35 % is advised.");
            let advice =
                "Cut the background to two or three sentences and give that time to what you did and what came of it.";
            (why, self.vaguest(PARTS), Some(("Cut the background", advice.to_string())))
        } else if no_task && enough > 0.9 {
            let why = "What was yours to do is not said.".to_string();
            let advice = "After the background, say in one sentence what was yours to do: \"I had to ...\" or \"My job was to ...\".";
            (why, self.vaguest(&[Part::Situation]), Some(("Say what was yours to do", advice.to_string())))
        } else {
            let why = "The background is there but thin: few concrete words on where, when and what was at stake."
                .to_string();
            let advice = "Say where it was, who was affected and what would have happened otherwise, in one or two plain sentences.";
            (why, self.vaguest(PARTS), Some(("Make the background concrete", advice.to_string())))
        };
        part("setting", points, rubric::SETTING_POINTS, why, &evidence, todo)
    }

    fn action(&self) -> Judged {
        const PARTS: &[Part] = &[Part::Action];
        let points = share(rubric::ACTION_WORDS, self.told(PARTS));
        let steps = self.of_part(PARTS).count();
        let (what, steps_of) = match self.kind {
            Kind::Weakness => {
                ("what you do about it", "what you have tried, what you do now, and who helps you keep to it")
            }
            Kind::CurrentJob => ("what you do in a week", "what comes in, what you do with it, and what goes out"),
            Kind::AboutYourself | Kind::Motivation | Kind::Closing => {
                ("what you have done", "one piece of work, and what you did in it, step by step")
            }
            Kind::PastStory => {
                ("what you did", "what you looked at first, whom you asked, what you tried, what you changed")
            }
        };
        let (why, evidence, todo) = if snap(points) >= 1.0 {
            (format!("You say step by step {what}: {}.", counted(steps, "sentence")), Vec::new(), None)
        } else if steps == 0 {
            let why = format!("Hardly a word on {what}.");
            let advice = format!("Tell {what}, one step a sentence: {steps_of}.");
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
            } else {
                "The steps are there; some say less than they could.".to_string()
            };
            let todo = if self.story.share.action < rubric::ACTION_ADVISED {
                (
                    "Say more about what you did",
                    format!("Spend about half of the answer on {what}, one step a sentence: {steps_of}."),
                )
            } else {
                (
                    "Make your steps concrete",
                    format!("There are steps enough; put into each what only you can know: {steps_of}."),
                )
            };
            (why, self.vaguest(PARTS), Some(todo))
        };
        part("action", points, rubric::ACTION_POINTS, why, &evidence, todo)
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
            let why = format!(
                "In the steps you say \"we\" more than a listener can use: \"I\" is {:.0} % of \"I\" and \"we\" there.",
                100.0 * i
            );
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
        part("own_part", points, rubric::OWN_PART_POINTS, why, &evidence, todo)
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
            Kind::PastStory => format!(
                "Say what changed for {whom}, and by how much if you know. A quiet effect is enough: who noticed, what stopped, what is still in use."
            ),
        };
        let (why, evidence, todo) = if snap(points) >= 1.0 {
            ("What came of it is said, so that one can picture it.".to_string(), Vec::new(), None)
        } else if results.is_empty() && points > 0.0 {
            let why = "What came of it is hard to make out.".to_string();
            (why, self.likeliest(Part::Result), Some(("Say plainly what came of it", ask)))
        } else if results.is_empty() {
            (
                "The answer ends before it says what came of it.".to_string(),
                self.last(),
                Some(("Say what came of it", ask)),
            )
        } else if results.iter().all(|s| s.empty >= EMPTY) {
            let why = "The result is impressive words and says of nobody what changed.".to_string();
            let advice = format!("Leave the percentages out unless you can say of what. {ask}");
            (why, self.empties(PARTS), Some(("Say what really changed", advice)))
        } else {
            let vague = self.vaguest(PARTS);
            let words: usize = results.iter().map(|s| s.words).sum();
            let counted = results.iter().any(|s| s.text.split_whitespace().any(is_number_word));
            let weak = if points < 0.45 && !counted { "vague" } else { "brief" };
            let size = if words <= 12 { format!("one {weak} clause") } else { weak.to_string() };
            let when =
                vague.first().and_then(|s| s.span).map_or(String::new(), |s| format!(" at {}", clock(s.start_s)));
            let doubt = if results.iter().all(|s| s.confidence < SURE) { " (if that is the result)" } else { "" };
            let why = format!("What came of it is {size}{doubt}.");
            (why, vague, Some(("Say what came of it", format!("Your result is {size}{when}{doubt}. {ask}"))))
        };
        part("result", points, rubric::RESULT_POINTS, why, &evidence, todo)
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
            let why = if specifics <= 2 {
                format!("Much of it is general, with {found} to hold on to.")
            } else {
                "Much of it is general: true of many people and many jobs.".to_string()
            };
            let advice = "Put one detail into each of these sentences that only you can know: a number, a name, a tool, what somebody said.";
            (why, self.in_order(self.general()), Some(("Be concrete", advice.to_string())))
        };
        part("detail", points, rubric::DETAIL_POINTS, why, &evidence, todo)
    }

    /// The most general sentences, longest first.
    fn general(&self) -> Vec<&'a Told> {
        let mut found = self.fresh.clone();
        found.sort_by(|a, b| (b.words as f64 - telling(b)).total_cmp(&(a.words as f64 - telling(a))));
        found.truncate(MOST_EVIDENCE);
        found
    }

    fn shape(&self) -> Judged {
        let aside: Vec<&Told> =
            self.story.sentences.iter().filter(|s| s.words > 0 && (s.part == Part::Other || s.repeated)).collect();
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
            let advice = "Leave these out. What you did shows who you are better than a sentence about it.".to_string();
            let mut longest = aside.clone();
            longest.sort_by_key(|s| std::cmp::Reverse(s.words));
            longest.truncate(MOST_EVIDENCE);
            (why, quotes(&self.in_order(longest), MOST_EVIDENCE), Some(("Keep to the story", advice)))
        } else if worst == 1 {
            let why = "The order jumps: a listener has to put the pieces together.".to_string();
            let advice = "Tell it in the order it happened: what was going on, what you had to do, what you did, what came of it.".to_string();
            let astray = order.map(|o| Evidence { start_s: o.astray.start_s, text: short(&o.astray.text) });
            (why, astray.into_iter().collect(), Some(("Tell it in order", advice)))
        } else {
            let n = self.story.hedges.len();
            let why = format!("{} that takes back what you say.", capital(&counted(n, "hedge")))
                .replace("s that takes", "s that take");
            let advice = "Say it or leave it out. \"I think we sort of fixed it\" becomes \"we fixed it\".".to_string();
            let moments = self.story.hedges.iter().take(3);
            let evidence = moments.map(|m| Evidence { start_s: m.start_s, text: m.text.clone() }).collect();
            (why, evidence, Some(("Say it without hedging", advice)))
        };
        let todo = todo.map(|(title, advice)| (title.to_string(), advice));
        judged("shape", snap(points), rubric::SHAPE_POINTS, why, evidence, todo)
    }

    fn others(&self) -> Judged {
        let blaming: Vec<&Told> = self.fresh.iter().copied().filter(|s| s.blame >= BLAMES).collect();
        let words: usize = blaming.iter().map(|s| s.words).sum();
        let points = share(rubric::BLAME_SHARE, words as f64 / self.words.max(1.0));
        let (why, evidence, todo) = if snap(points) >= 1.0 {
            ("Nobody is run down.".to_string(), Vec::new(), None)
        } else {
            let why = format!("{} on what others did wrong.", capital(&counted(blaming.len(), "sentence")));
            let advice =
                "Say in one neutral sentence what the others wanted, and then what you did to get on with them.";
            (why, quotes_of(&blaming), Some(("Be fair to the others", advice.to_string())))
        };
        let todo = todo.map(|(title, advice): (&str, String)| (title.to_string(), advice));
        judged("others", snap(points), rubric::OTHERS_POINTS, why, evidence, todo)
    }

    fn question(&self) -> Option<Judged> {
        let fit = self.story.fit.as_ref()?;
        let (asked, told) = (plain(&fit.asked), plain(&fit.answered));
        let (why, points, evidence, todo) = if fit.likeness >= rubric::ALIKE {
            ("It answers the question.".to_string(), 1.0, Vec::new(), None)
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
        Some(part("question", points, rubric::QUESTION_POINTS, why, &evidence, todo))
    }
}

fn part(name: &str, share: f64, out_of: f64, why: String, evidence: &[&Told], todo: Option<(&str, String)>) -> Judged {
    let todo = todo.map(|(title, advice)| (title.to_string(), advice));
    judged(name, snap(share), out_of, why, quotes(evidence, MOST_EVIDENCE), todo)
}

/// Nearly all is all.
fn snap(share: f64) -> f64 {
    if share >= AS_GOOD_AS_ALL { 1.0 } else { share }
}

fn quotes_of(sentences: &[&Told]) -> Vec<Evidence> {
    quotes(sentences, MOST_EVIDENCE)
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

fn says(sentence: &Told, words: &[&str]) -> bool {
    let text = sentence.text.to_lowercase().replace('\u{2019}', "'");
    text.split(|c: char| !c.is_alphanumeric() && c != '\'').any(|w| words.contains(&w))
}

/// Whether a word counts something, in digits or letters.
fn is_number_word(word: &str) -> bool {
    is_number(&word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
}

fn verb(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
