//! What the newest takes have in common: which advice comes again and which went away, the filler words said most, and the
//! places where fillers cluster.
//!
//! Advice and filler words are counted. That fillers cluster somewhere is a claim, and is made only where chance is ruled
//! out: of all words that a filler can come before, those with a filler are compared with those in the place by Fisher's
//! exact test (one-sided; Fisher 1935, "The Design of Experiments"), corrected for the number of places (Bonferroni).

use serde::Serialize;

use crate::codes::Code;
use crate::disfluency::{Filler, FillerKind};
use crate::english::numbers::is_quantity;
use crate::report::Report;
use crate::transcript::Word;

/// The takes that are looked at: the newest ones (ours: about three weeks of practice).
pub const NEWEST: usize = 20;
/// The minimum number of takes for anything to be a habit (ours).
const FEWEST: usize = 3;
/// The takes in a row without a piece of advice after which it counts as gone (ours).
const GONE_AFTER: usize = 3;
/// The minimum number of times that a filler word is said, to be named (ours).
const OFTEN: usize = 6;
/// The most filler words named.
const MOST_WORDS: usize = 3;
/// The beginning of an answer, in seconds.
const BEGINNING_S: f64 = 10.0;
/// The level of the test, before the correction.
const LEVEL: f64 = 0.01;
/// The minimum number of fillers in a place for a claim (ours).
const LEAST_FILLERS: usize = 5;
/// How many times as many fillers as anywhere a place must have for a claim (ours: what a listener would notice).
const LEAST_RATIO: f64 = 2.0;

/// The habits in the newest takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Habits {
    /// The number of takes looked at.
    pub takes: usize,
    /// The advice given in them, the most frequent first.
    pub advice: Vec<Advice>,
    /// The filler words said most, the most frequent first.
    pub filler_words: Vec<FillerWord>,
    /// The places where fillers cluster.
    pub clusters: Vec<Cluster>,
}

/// A piece of advice, over the takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advice {
    /// The statement that it belongs to.
    pub code: Code,
    /// What to do, in the words of the newest take that was told so.
    pub title: String,
    /// The number of takes that were told so.
    pub told: usize,
    /// The number of takes since the last one that was told so.
    pub takes_since: usize,
    /// What became of it.
    pub course: AdviceCourse,
}

/// What became of a piece of advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdviceCourse {
    /// It was told several takes, and none of the last few.
    WentAway,
    /// It had gone, and the newest take was told so again.
    CameBack,
    /// Neither.
    Open,
}

/// A filler word or phrase, over the takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FillerWord {
    /// The word, as people write it.
    pub text: String,
    /// How many times it was said.
    pub times: usize,
    /// In how many takes.
    pub takes: usize,
}

/// A place where fillers cluster.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cluster {
    /// The place.
    pub place: Place,
    /// The fillers there.
    pub fillers: usize,
    /// All fillers.
    pub of: usize,
    /// How many would be there if fillers came anywhere.
    pub expected: f64,
}

/// A place in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The first ten seconds.
    Beginning,
    /// Before a number.
    BeforeNumber,
    /// After "and then".
    AfterAndThen,
}

impl Place {
    /// All places.
    pub const ALL: [Self; 3] = [Self::Beginning, Self::BeforeNumber, Self::AfterAndThen];
}

impl Habits {
    /// Returns the habits in takes that are given oldest first; drafts among them are left out. `None` if there are too
    /// few.
    pub fn of(reports: &[Report]) -> Option<Self> {
        let takes: Vec<&Report> = reports.iter().filter(|r| r.transcript.is_some()).collect();
        let takes = &takes[takes.len().saturating_sub(NEWEST)..];
        (takes.len() >= FEWEST).then(|| Self {
            takes: takes.len(),
            advice: advice(takes),
            filler_words: filler_words(takes),
            clusters: clusters(takes),
        })
    }
}

fn advice(takes: &[&Report]) -> Vec<Advice> {
    let is_told = |take: &Report, code| take.score.priorities.iter().any(|p| p.code == Some(code));
    let mut found: Vec<Advice> = Vec::new();
    for (back, take) in takes.iter().rev().enumerate() {
        for priority in &take.score.priorities {
            let Some(code) = priority.code.filter(|c| !matches!(c, Code::Ready | Code::NothingSure)) else { continue };
            match found.iter_mut().find(|a| a.code == code) {
                Some(advice) => advice.told += 1,
                None => found.push(Advice {
                    code,
                    title: priority.title.clone(),
                    told: 1,
                    takes_since: back,
                    course: AdviceCourse::Open,
                }),
            }
        }
    }
    for advice in &mut found {
        // The takes in a row without it, before the newest.
        let pause = takes.iter().rev().skip(1).take_while(|take| !is_told(take, advice.code)).count();
        advice.course = match advice.takes_since {
            _ if advice.told < 2 => AdviceCourse::Open,
            0 if pause >= GONE_AFTER => AdviceCourse::CameBack,
            since if since >= GONE_AFTER => AdviceCourse::WentAway,
            _ => AdviceCourse::Open,
        };
    }
    found.sort_by_key(|a| std::cmp::Reverse(a.told));
    found
}

fn filler_words(takes: &[&Report]) -> Vec<FillerWord> {
    let mut found: Vec<(FillerWord, usize)> = Vec::new();
    for (i, take) in takes.iter().enumerate() {
        let markers = take.fillers.iter().flat_map(|f| &f.events).filter(|f| f.kind == FillerKind::DiscourseMarker);
        for text in markers.map(Filler::label) {
            match found.iter_mut().find(|(word, _)| word.text == text) {
                Some((word, last)) => {
                    word.times += 1;
                    word.takes += usize::from(*last != i);
                    *last = i;
                }
                None => found.push((FillerWord { text, times: 1, takes: 1 }, i)),
            }
        }
    }
    let words = found.into_iter().map(|(word, _)| word);
    let mut often: Vec<FillerWord> = words.filter(|w| w.times >= OFTEN && w.takes >= FEWEST).collect();
    often.sort_by(|a, b| b.times.cmp(&a.times).then_with(|| a.text.cmp(&b.text)));
    often.truncate(MOST_WORDS);
    often
}

/// A word that a filler can come before.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Slot {
    has_filler: bool,
    /// Whether it is in each place.
    is_in: [bool; Place::ALL.len()],
}

fn clusters(takes: &[&Report]) -> Vec<Cluster> {
    let slots: Vec<Slot> = takes.iter().flat_map(|take| slots(take)).collect();
    let count = |is: &dyn Fn(&Slot) -> bool| slots.iter().filter(|s| is(s)).count();
    let (all, fillers) = (slots.len(), count(&|s| s.has_filler));
    let cluster = |(i, place): (usize, Place)| {
        let (there, both) = (count(&|s| s.is_in[i]), count(&|s| s.is_in[i] && s.has_filler));
        let expected = (there * fillers) as f64 / all.max(1) as f64;
        let is_noticed = both >= LEAST_FILLERS && both as f64 >= LEAST_RATIO * expected;
        let is_sure = || at_least(both, there, fillers, all) < LEVEL / Place::ALL.len() as f64;
        (is_noticed && is_sure()).then_some(Cluster { place, fillers: both, of: fillers, expected })
    };
    Place::ALL.into_iter().enumerate().filter_map(cluster).collect()
}

/// Returns the words of a take that a filler can come before, each with what is known of it.
fn slots(take: &Report) -> Vec<Slot> {
    let words: Vec<&Word> = take.transcript.iter().flat_map(|t| &t.words).filter(|w| !w.filler).collect();
    let begins_s = words.first().map_or(0.0, |w| w.span.start_s);
    let bare = |i: usize| words[i].text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let slot = |i: usize| Slot {
        has_filler: false,
        is_in: [
            words[i].span.start_s < begins_s + BEGINNING_S,
            is_quantity(&bare(i)),
            i >= 2 && bare(i - 2) == "and" && bare(i - 1) == "then",
        ],
    };
    let mut slots: Vec<Slot> = (0..words.len()).map(slot).collect();
    for span in take.fillers.iter().flat_map(|f| &f.events).filter_map(|f| f.span) {
        // Several before one word count once: one hesitation is often several fillers.
        let next = words.partition_point(|w| (w.span.start_s + w.span.end_s) / 2.0 < span.end_s);
        slots.get_mut(next).into_iter().for_each(|slot| slot.has_filler = true);
    }
    slots
}

/// Returns how probable it is that, of `marked` of `all` things drawn at random, `both` or more are among `there` of them:
/// the upper tail of the hypergeometric distribution.
fn at_least(both: usize, there: usize, marked: usize, all: usize) -> f64 {
    let mut log_factorial = vec![0.0; all + 1];
    for n in 1..=all {
        log_factorial[n] = log_factorial[n - 1] + (n as f64).ln();
    }
    let log_choose = |n: usize, k: usize| log_factorial[n] - log_factorial[k] - log_factorial[n - k];
    let fits = |k: &usize| marked - k <= all - there;
    let log_all = log_choose(all, marked);
    let chance = |k: usize| (log_choose(there, k) + log_choose(all - there, marked - k) - log_all).exp();
    (both..=there.min(marked)).filter(fits).map(chance).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Priority;
    use crate::span::Span;

    /// A seeded pseudorandom number generator (xorshift).
    struct Random(u64);

    impl Random {
        fn share(&mut self) -> f64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    fn fixture() -> Report {
        serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap()
    }

    /// The words of the takes, of which a fifth are numbers and a sixteenth follow "and then".
    const WORDS: [&str; 16] = [
        "we", "counted", "seven", "boxes", "and", "then", "the", "driver", "left", "at", "twelve", "so", "I", "called",
        "thirty", "people",
    ];

    /// Returns takes of 160 words, two a second; before each word is a filler with the chance that `chance` returns for
    /// its place in the take and in the words.
    fn takes(random: &mut Random, count: usize, chance: &dyn Fn(usize, &str) -> f64) -> Vec<Report> {
        let mut report = fixture();
        report.story = None;
        let template = report.transcript.as_ref().unwrap().words[0].clone();
        let event = report.fillers.as_ref().unwrap().events[0].clone();
        let take = |_| {
            let (mut words, mut events) = (Vec::new(), Vec::new());
            for i in 0..160 {
                let (text, at_s) = (WORDS[i % WORDS.len()], i as f64 * 0.5);
                if random.share() < chance(i, text) {
                    let span = Span::new(at_s, at_s + 0.2);
                    events.push(Filler { span: Some(span), word: Some(words.len()), ..event.clone() });
                    words.push(Word { text: "um,".into(), span, filler: true, ..template.clone() });
                }
                let span = Span::new(at_s + 0.25, at_s + 0.45);
                words.push(Word { text: text.into(), span, filler: false, ..template.clone() });
            }
            let mut report = report.clone();
            report.transcript.as_mut().unwrap().words = words;
            report.fillers.as_mut().unwrap().events = events;
            report
        };
        (0..count).map(take).collect()
    }

    #[test]
    fn planted_clusters_are_found_and_none_where_fillers_come_anywhere() {
        const ROUNDS: usize = 100;
        let mut random = Random(0x5eed);
        let planted: [(Place, &dyn Fn(usize, &str) -> f64); 3] = [
            (Place::Beginning, &|i, _| if i < 20 { 0.2 } else { 0.05 }),
            (Place::BeforeNumber, &|_, text| if is_quantity(text) { 0.2 } else { 0.05 }),
            (Place::AfterAndThen, &|_, text| if text == "the" { 0.25 } else { 0.05 }),
        ];
        let mut claims = |chance: &dyn Fn(usize, &str) -> f64| {
            Habits::of(&takes(&mut random, 8, chance)).expect("enough takes").clusters
        };
        for (place, chance) in planted {
            let found = (0..ROUNDS).filter(|_| claims(chance).iter().any(|c| c.place == place)).count();
            eprintln!("{place:?}: found {found} of {ROUNDS}");
            assert!(10 * found >= 9 * ROUNDS, "{place:?}: {found}");
        }
        let claimed = (0..ROUNDS).filter(|_| !claims(&|_, _| 0.08).is_empty()).count();
        eprintln!("claimed where fillers come anywhere: {claimed} of {ROUNDS}");
        assert!(20 * claimed <= ROUNDS, "{claimed}");
    }

    #[test]
    fn the_tail_is_that_of_the_hypergeometric_distribution() {
        // Fisher's lady tasting tea: all of four cups right of eight, by chance in 1 of 70.
        assert!((at_least(4, 4, 4, 8) - 1.0 / 70.0).abs() < 1e-9);
        assert!((at_least(3, 4, 4, 8) - 17.0 / 70.0).abs() < 1e-9);
        assert!((at_least(0, 4, 6, 8) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn advice_goes_away_and_comes_back() {
        let takes = |told: &str| -> Vec<Report> {
            let take = |letter: char| {
                let mut report = fixture();
                let priority = |code| Priority { code: Some(code), ..report.score.priorities[0].clone() };
                report.score.priorities = match letter {
                    'r' => vec![priority(Code::NoResult)],
                    'f' => vec![priority(Code::Fillers)],
                    'b' => vec![priority(Code::NoResult), priority(Code::Fillers)],
                    _ => vec![priority(Code::Ready)],
                };
                report
            };
            told.chars().map(take).collect()
        };
        let of = |told: &str, code| {
            let advice = Habits::of(&takes(told)).unwrap().advice;
            advice.into_iter().find(|a| a.code == code).map(|a| (a.told, a.takes_since, a.course))
        };
        assert_eq!(of("rrr---", Code::NoResult), Some((3, 3, AdviceCourse::WentAway)));
        assert_eq!(of("rrr--f", Code::Fillers), Some((1, 0, AdviceCourse::Open)));
        assert_eq!(of("rr---b", Code::NoResult), Some((3, 0, AdviceCourse::CameBack)));
        assert_eq!(of("brb-r-", Code::NoResult), Some((4, 1, AdviceCourse::Open)));
        assert_eq!(of("brb-r-", Code::Ready), None);
        assert_eq!(Habits::of(&takes("rr")), None, "two takes are no habit");
    }

    #[test]
    fn a_filler_word_is_counted_over_the_takes() {
        let mut takes = vec![fixture(), fixture(), fixture(), fixture()];
        for (take, times) in takes.iter_mut().zip([3, 0, 2, 4]) {
            let event = take.fillers.as_ref().unwrap().events[0].clone();
            let event = Filler { kind: FillerKind::DiscourseMarker, text: "basically".into(), ..event };
            take.fillers.as_mut().unwrap().events = vec![event; times];
        }
        let words = Habits::of(&takes).unwrap().filler_words;
        assert_eq!(words, [FillerWord { text: "basically".into(), times: 9, takes: 3 }]);
    }
}
