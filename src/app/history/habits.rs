//! What the newest takes have in common: which advice comes again and which went away, the filler words said most, and the
//! places where fillers cluster.
//!
//! Advice and filler words are counted. That fillers cluster somewhere is a claim, and is made only where chance is ruled
//! out: of all words that a filler can come before, those with a filler are compared with those in the place by Fisher's
//! exact test, stratified by take (one-sided; D. R. Cox, "The Analysis of Binary Data", 1970, section 5.2) and corrected for
//! the number of places (Bonferroni). Stratified, because a short take is mostly beginning: if short takes had more fillers
//! everywhere, all fillers taken together would seem to cluster there.

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
    let takes: Vec<Vec<Slot>> = takes.iter().map(|take| slots(take)).collect();
    let cluster = |(i, place): (usize, Place)| {
        let tables: Vec<Table> = takes.iter().map(|slots| Table::of(slots, i)).collect();
        let sum = |count: fn(&Table) -> usize| tables.iter().map(count).sum::<usize>();
        let (both, fillers) = (sum(|t| t.both), sum(|t| t.fillers));
        let expected = tables.iter().map(|t| (t.there * t.fillers) as f64 / t.words.max(1) as f64).sum();
        let is_noticed = both >= LEAST_FILLERS && both as f64 >= LEAST_RATIO * expected;
        let is_sure = || at_least(both, &tables) < LEVEL / Place::ALL.len() as f64;
        (is_noticed && is_sure()).then_some(Cluster { place, fillers: both, of: fillers, expected })
    };
    Place::ALL.into_iter().enumerate().filter_map(cluster).collect()
}

/// The words of one take, counted.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Table {
    /// The words that a filler can come before.
    words: usize,
    /// Those in the place.
    there: usize,
    /// Those with a filler before them.
    fillers: usize,
    /// Those in the place with a filler before them.
    both: usize,
}

impl Table {
    fn of(slots: &[Slot], place: usize) -> Self {
        let count = |is: &dyn Fn(&Slot) -> bool| slots.iter().filter(|s| is(s)).count();
        Self {
            words: slots.len(),
            there: count(&|s| s.is_in[place]),
            fillers: count(&|s| s.has_filler),
            both: count(&|s| s.is_in[place] && s.has_filler),
        }
    }

    /// Returns how probable each number of fillers in the place is, from 0, if fillers come anywhere in the take: the
    /// hypergeometric distribution.
    fn chances(&self) -> Vec<f64> {
        let Self { words, there, fillers, .. } = *self;
        let log_choose = |n: usize, k: usize| (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum::<f64>();
        let chance = |k: usize| {
            let others = fillers - k;
            if others > words - there {
                return 0.0;
            }
            (log_choose(there, k) + log_choose(words - there, others) - log_choose(words, fillers)).exp()
        };
        (0..=there.min(fillers)).map(chance).collect()
    }
}

/// Returns how probable `both` or more fillers in the place are, all takes together, if fillers come anywhere in each.
fn at_least(both: usize, tables: &[Table]) -> f64 {
    let all = tables.iter().fold(vec![1.0], |sum, table| {
        let chances = table.chances();
        let mut next = vec![0.0; sum.len() + chances.len() - 1];
        for (i, a) in sum.iter().enumerate() {
            for (j, b) in chances.iter().enumerate() {
                next[i + j] += a * b;
            }
        }
        next
    });
    all.iter().skip(both).sum()
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

    /// The words of each take in the tests, two a second.
    const LENGTHS: [usize; 8] = [160, 40, 240, 160, 60, 200, 120, 300];

    /// Returns a take for each of the lengths; before each word is a filler with the chance that `chance` returns for the
    /// take's length, the word's place and the word.
    fn takes(random: &mut Random, chance: &dyn Fn(usize, usize, &str) -> f64) -> Vec<Report> {
        let mut report = fixture();
        report.story = None;
        let template = report.transcript.as_ref().unwrap().words[0].clone();
        let event = report.fillers.as_ref().unwrap().events[0].clone();
        let take = |length: usize| {
            let (mut words, mut events) = (Vec::new(), Vec::new());
            for i in 0..length {
                let (text, at_s) = (WORDS[i % WORDS.len()], i as f64 * 0.5);
                if random.share() < chance(length, i, text) {
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
        LENGTHS.map(take).into()
    }

    /// Returns in how many of the rounds a cluster is claimed in a place, or in any.
    fn claimed(seed: u64, place: Option<Place>, chance: &dyn Fn(usize, usize, &str) -> f64) -> usize {
        let mut random = Random(seed);
        let is_claimed = |_: &usize| {
            let clusters = Habits::of(&takes(&mut random, chance)).expect("enough takes").clusters;
            clusters.iter().any(|c| place.is_none_or(|place| c.place == place))
        };
        (0..ROUNDS).filter(is_claimed).count()
    }

    const ROUNDS: usize = 100;

    #[test]
    fn planted_clusters_are_found() {
        let found = |place, chance: &dyn Fn(usize, usize, &str) -> f64| {
            let found = claimed(0x5eed, Some(place), chance);
            eprintln!("{place:?}: {found} of {ROUNDS}");
            assert!(10 * found >= 9 * ROUNDS, "{place:?}: {found}");
        };
        found(Place::Beginning, &|_, i, _| if i < 20 { 0.2 } else { 0.05 });
        found(Place::BeforeNumber, &|_, _, text| if is_quantity(text) { 0.2 } else { 0.05 });
        found(Place::AfterAndThen, &|_, _, text| if text == "the" { 0.25 } else { 0.05 });
    }

    #[test]
    fn no_cluster_is_claimed_where_fillers_come_anywhere() {
        let claims = |chance: &dyn Fn(usize, usize, &str) -> f64| {
            let claimed = claimed(0xc1ea7, None, chance);
            eprintln!("claimed: {claimed} of {ROUNDS}");
            assert!(20 * claimed <= ROUNDS, "{claimed}");
        };
        claims(&|_, _, _| 0.08);
        // Short takes, which are mostly beginning, have more of them.
        claims(&|length, _, _| if length <= 60 { 0.3 } else { 0.05 });
    }

    #[test]
    fn the_tail_is_that_of_the_hypergeometric_distribution() {
        // Fisher's lady tasting tea: all of four cups right of eight, by chance in 1 of 70.
        let cups = Table { words: 8, there: 4, fillers: 4, both: 4 };
        assert!((at_least(4, &[cups]) - 1.0 / 70.0).abs() < 1e-9);
        assert!((at_least(3, &[cups]) - 17.0 / 70.0).abs() < 1e-9);
        assert!((at_least(8, &[cups, cups]) - 1.0 / 4900.0).abs() < 1e-9);
        assert!((at_least(0, &[cups, Table { fillers: 6, ..cups }]) - 1.0).abs() < 1e-9);
        assert_eq!(at_least(1, &[Table { words: 0, there: 0, fillers: 0, both: 0 }]), 0.0);
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
