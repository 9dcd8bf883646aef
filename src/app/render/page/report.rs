//! The page of a single answer: `aloud analyze --html`, `aloud history show --html`.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::chart::written;
use super::lanes::{Lanes, Sign};
use super::{LANES_STYLE, STYLE, data_address, policy};
use crate::app::history::attempt::Attempt;
use crate::app::history::coaching::{Coaching, Comment};
use crate::app::history::compare::{changes, shown};
use crate::app::history::last_time::LastTime;
use crate::app::history::measures::{Measure, Measures};
use crate::app::render::shown::{
    OtherTurn, Reminder, Shown, WITHOUT_REASON, about_whom, begins_before, file_name, from_coach, headline, left_out,
    length_as_spoken, marks_by_hand, others_said, paragraphs, reminders, score_of_coach, shares, shown_words, whole,
};
use crate::app::uri::percent_encoded;
use crate::disfluency::Filler;
use crate::english::normalized;
use crate::plain::{capital, clock, number, with_capital_i};
use crate::report::Report;
use crate::score::{Evidence, PartScore, Priority};
use crate::signal::Contours;
use crate::story::Excerpt;

/// The minimum length of a pause shown in the text, in seconds.
const SHOWN_PAUSE_S: f64 = 0.6;
/// The confidence below which a word is marked as uncertain (ours: about the lowest twentieth).
const UNSURE: f64 = 0.5;
/// The space at the left of the lanes for axis labels, in pixels; the style repeats this value.
const SIDE: f64 = 34.0;
/// The maximum number of rows in the table of level and pitch.
const MOST_ROWS: f64 = 180.0;
/// The possible time steps of the table of level and pitch, in seconds.
const ROW_STEPS_S: [f64; 6] = [2.0, 5.0, 10.0, 30.0, 60.0, 120.0];
/// The maximum number of earlier answers to compare with.
const MOST_EARLIER: usize = 4;

/// The style of reports.
pub(super) const OWN_STYLE: &str = include_str!("templates/report.css");
/// The script that plays the sound and moves through it.
pub(super) const SCRIPT: &str = include_str!("templates/report.js");

/// The audio that the page plays.
#[derive(Debug, Clone, PartialEq)]
pub enum Audio {
    /// The recording as Ogg Opus, embedded in the page.
    Inside(Vec<u8>),
    /// A file with this name in the folder of the page.
    Beside(String),
    /// No audio: the recording is gone, or there never was one.
    None,
}

impl Audio {
    /// Returns the directives for images and audio in the content security policy of a page with this audio.
    pub(super) fn media(&self) -> &'static str {
        match self {
            Self::Inside(_) => "img-src data:; media-src data:; ",
            Self::Beside(_) => "img-src data:; media-src 'self'; ",
            Self::None => "img-src data:; ",
        }
    }

    /// Returns the URL of the audio.
    pub(super) fn address(&self) -> Option<String> {
        match self {
            Self::Inside(bytes) => Some(data_address("audio/ogg", bytes)),
            Self::Beside(name) => Some(relative_address(name)),
            Self::None => None,
        }
    }
}

/// The contents of an answer's page.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// The report on the answer.
    pub report: &'a Report,
    /// The time when the answer was given; `None` if unknown.
    pub answered_at: Option<Timestamp>,
    /// The level, pitch and speech contours of the answer, if they were kept.
    pub contours: Option<&'a Contours>,
    /// The lanes of the answer; `None` for a draft.
    pub lanes: Option<&'a Lanes>,
    /// The audio of the answer.
    pub audio: Audio,
    /// Earlier answers of the same speaker to the same question, oldest first.
    pub earlier: &'a [Attempt],
    /// A coach's comments and marks.
    pub coaching: Option<&'a Coaching>,
    /// The advice given after the last take, and what became of it in this answer.
    pub last_time: Option<&'a LastTime>,
}

/// Renders the page of an answer.
pub fn render(answer: &Answer<'_>, zone: &TimeZone) -> String {
    let report = answer.report;
    let words = shown_words(report);
    let timed = report.transcript.is_some();
    let styles = vec![STYLE, LANES_STYLE, OWN_STYLE];
    let paragraphs = told(report, &words, 0);
    let drawn = answer.lanes.map(|lanes| Drawn::of(lanes, answer.contours));
    let file = file_name(report);
    let page = Page {
        policy: policy(&styles, SCRIPT, answer.audio.media()),
        styles,
        script: SCRIPT,
        title: report.question.as_ref().map_or_else(|| file.clone(), |q| q.text.clone()),
        about: about(answer, zone),
        whom: report.speakers.as_ref().and_then(about_whom),
        others: others_said(report).into_iter().map(Other::from).collect(),
        file,
        score: headline(report).map(|(_, points, out_of)| (points, out_of)),
        unsure: report.score.story_parts().any(|p| p.why.is_empty()).then_some(WITHOUT_REASON),
        shares: if report.score.overall.is_some() {
            let length = length_as_spoken(report).map(|(words, length)| format!(" {words}. {length}"));
            shares(report) + &length.unwrap_or_default()
        } else {
            String::new()
        },
        left_out: left_out(report),
        reminders: answer.last_time.map_or_else(Vec::new, |last| reminded(last, &words)),
        priorities: report.score.priorities.iter().map(|p| todo(p, &words, 0)).collect(),
        coached: answer.coaching.map(|coaching| Coached::of(coaching, report, &words, 0)),
        sound_note: sound_note(drawn.as_ref(), &answer.audio),
        audio: answer.audio.address(),
        word_legend: word_legend(paragraphs.iter()),
        signs: keys(answer.lanes, paragraphs.iter()),
        paragraphs,
        timed,
        parts: parts(report, &words, 0),
        earlier: earlier(report, answer.earlier, zone),
        notes: report.warnings.iter().map(|w| format!("{} {}", w.message, w.remedy)).collect(),
        tables: tables(report, answer.contours, answer.lanes),
        drawn,
    };
    super::printable(page.render().expect("writing into memory does not fail"))
}

/// Returns a note on what the page lacks because the recording is gone; `None` if nothing is missing.
pub(super) fn sound_note(drawn: Option<&Drawn>, audio: &Audio) -> Option<&'static str> {
    drawn.filter(|_| *audio == Audio::None).map(|d| {
        if d.level.is_empty() {
            "The recording is not there any more, so there is no sound, waveform, level or pitch here."
        } else {
            "The recording is not there any more, so there is no sound and no spectrogram here. The lanes were kept with the answer."
        }
    })
}

/// Returns the legend of the signs that are drawn in the lanes or in the words.
pub(super) fn keys<'a>(lanes: Option<&Lanes>, paragraphs: impl Iterator<Item = &'a Told> + Clone) -> Vec<Key> {
    let drawn = lanes.map_or_else(Vec::new, Lanes::signs);
    let used = |sign: &Sign| paragraphs.clone().flat_map(|p| &p.words).any(|w| w.signs.contains(sign));
    let signs = Sign::ALL.into_iter().filter(|sign| used(sign) || drawn.contains(sign));
    signs.map(|s| Key { class: s.class(), outline: s.outline(), words: s.words() }).collect()
}

#[derive(Template)]
#[template(path = "report.html", config = "src/app/render/page/templates/askama.toml")]
struct Page {
    policy: String,
    styles: Vec<&'static str>,
    script: &'static str,
    title: String,
    file: String,
    about: String,
    whom: Option<String>,
    others: Vec<Other>,
    /// The points and the maximum; `None` without a score.
    score: Option<(String, String)>,
    /// The note on story parts that have points but no reason; `None` if there are none.
    unsure: Option<&'static str>,
    shares: String,
    left_out: Option<String>,
    reminders: Vec<Reminded>,
    priorities: Vec<Todo>,
    coached: Option<Coached>,
    drawn: Option<Drawn>,
    sound_note: Option<&'static str>,
    audio: Option<String>,
    signs: Vec<Key>,
    word_legend: Vec<(&'static str, &'static str, &'static str)>,
    paragraphs: Vec<Told>,
    timed: bool,
    parts: Vec<Row>,
    earlier: Option<Earlier>,
    notes: Vec<String>,
    tables: Vec<Table>,
}

/// An entry of the lane legend.
pub(super) struct Key {
    pub(super) class: &'static str,
    pub(super) outline: &'static str,
    pub(super) words: &'static str,
}

/// The lanes in the form that the template needs.
pub(super) struct Drawn {
    pub(super) stretched: String,
    pub(super) upright: String,
    pub(super) side: String,
    pub(super) frames: String,
    pub(super) height: f64,
    pub(super) duration: String,
    pub(super) length: String,
    /// The level and F0 tracks in Base64 for the script; empty if they were not kept.
    pub(super) level: String,
    pub(super) f0: String,
    pub(super) median: String,
}

impl Drawn {
    pub(super) fn of(lanes: &Lanes, contours: Option<&Contours>) -> Self {
        let track = |pick: fn(&Contours) -> &[u8]| contours.map_or(String::new(), |c| STANDARD.encode(pick(c)));
        Self {
            stretched: lanes.stretched(),
            upright: lanes.upright(),
            side: lanes.side(SIDE),
            frames: written(lanes.duration_s * 100.0),
            height: lanes.height,
            duration: format!("{:.2}", lanes.duration_s),
            length: clock(lanes.duration_s),
            level: track(|c| &c.level),
            f0: track(|c| &c.f0),
            median: lanes.median_hz.map_or(String::new(), |hz| format!("{hz:.1}")),
        }
    }
}

/// A piece of advice, with the moments to listen to.
pub(super) struct Todo {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) moments: Vec<Link>,
}

/// A piece of advice from last time with what became of it, and the moment that shows this.
struct Reminded {
    text: String,
    moment: Option<Link>,
}

fn reminded(last: &LastTime, words: &[Shown]) -> Vec<Reminded> {
    let reminded = |reminder: Reminder| match &reminder.evidence {
        Some(evidence) if evidence.start_s.is_some() => {
            Reminded { moment: Some(link(evidence, words, 0)), text: reminder.text }
        }
        _ => Reminded { text: reminder.sentence(), moment: None },
    };
    reminders(last).into_iter().map(reminded).collect()
}

/// A moment that the page can jump to.
pub(super) struct Link {
    pub(super) at: Option<String>,
    pub(super) clock: String,
    pub(super) word: usize,
    pub(super) text: String,
}

fn link(evidence: &Evidence, words: &[Shown], first: usize) -> Link {
    let word = evidence
        .start_s
        .map_or(0, |at| words.iter().rposition(|w| w.span.is_some_and(|span| span.start_s <= at + 0.01)).unwrap_or(0));
    Link {
        at: evidence.start_s.map(|s| format!("{s:.2}")),
        clock: evidence.start_s.map_or(String::new(), clock),
        word: first + word,
        text: evidence.text.clone(),
    }
}

pub(super) fn todo(priority: &Priority, words: &[Shown], first: usize) -> Todo {
    Todo {
        title: priority.title.clone(),
        text: priority.advice.clone(),
        moments: priority.evidence.iter().map(|e| link(e, words, first)).collect(),
    }
}

/// A coach's comments and marks on an answer.
pub(super) struct Coached {
    pub(super) from: String,
    pub(super) words: Vec<String>,
    pub(super) moments: Vec<Link>,
    /// The criteria marked by hand: name, points and maximum.
    pub(super) marks: Vec<(String, String, String)>,
    pub(super) score: Option<String>,
}

impl Coached {
    /// Formats a coach's comments and marks on an answer whose first word is number `first` on the page.
    pub(super) fn of(coaching: &Coaching, report: &Report, words: &[Shown], first: usize) -> Self {
        let moment = |comment: &Comment| {
            link(&Evidence { start_s: Some(comment.at_s), text: comment.text.clone() }, words, first)
        };
        Self {
            from: from_coach(coaching),
            words: coaching.words.iter().flat_map(|w| w.split("\n\n")).map(str::to_string).collect(),
            moments: coaching.comments.iter().map(moment).collect(),
            marks: marks_by_hand(coaching),
            score: score_of_coach(coaching, report),
        }
    }
}

/// A row of the table of the score: one part of the score.
pub(super) struct Row {
    /// The heading above the row, if a new group begins; otherwise empty.
    pub(super) group: &'static str,
    pub(super) name: String,
    pub(super) points: String,
    pub(super) out_of: String,
    pub(super) share: String,
    pub(super) text: String,
    pub(super) moments: Vec<Link>,
}

pub(super) fn parts(report: &Report, words: &[Shown], first: usize) -> Vec<Row> {
    let story: Vec<&PartScore> = report.score.story_parts().collect();
    let rows = report.score.parts.iter().enumerate().map(|(i, part)| {
        let of_story = |p: &PartScore| story.iter().any(|s| s.name == p.name);
        let before = i.checked_sub(1).map(|i| of_story(&report.score.parts[i]));
        let group = if before == Some(of_story(part)) {
            ""
        } else if of_story(part) {
            "The story"
        } else if report.length.is_some() {
            "How you said it"
        } else {
            "Words"
        };
        Row {
            group,
            name: part.name.label(),
            points: whole(part.points),
            out_of: whole(part.out_of),
            share: written(100.0 * part.points / part.out_of.max(1e-9)),
            text: part.why.clone(),
            moments: part.evidence.iter().map(|e| link(e, words, first)).collect(),
        }
    });
    rows.collect()
}

/// A paragraph of the transcript.
pub(super) struct Told {
    pub(super) part: String,
    pub(super) class: String,
    pub(super) clock: String,
    pub(super) words: Vec<Word>,
}

/// A word, with the pauses and untranscribed fillers before it.
pub(super) struct Word {
    pub(super) index: usize,
    pub(super) text: String,
    pub(super) class: String,
    pub(super) title: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) signs: Vec<Sign>,
    pub(super) before: Vec<Before>,
}

/// A pause before a word, or a filler that was heard there but not transcribed.
pub(super) struct Before {
    pub(super) class: &'static str,
    pub(super) text: String,
    pub(super) title: String,
}

/// The marks of a word.
#[derive(Clone, Default)]
struct Marked {
    classes: Vec<&'static str>,
    opens: Vec<Sign>,
}

pub(super) fn told(report: &Report, words: &[Shown], first: usize) -> Vec<Told> {
    let marked = marks(report, words);
    let pauses: Vec<_> =
        report.pauses.iter().flat_map(|p| &p.events).filter(|p| p.span.duration_s() >= SHOWN_PAUSE_S).collect();
    let unwritten: Vec<&Filler> = report.fillers.iter().flat_map(|f| &f.events).filter(|e| e.word.is_none()).collect();
    let confidence = |i: usize| report.transcript.as_ref().and_then(|t| t.words.get(i)).map(|w| w.confidence);
    let word = |i: usize| {
        let heard = unwritten.iter().filter(|e| e.span.is_some_and(|span| begins_before(&span, words, i)));
        let heard = heard.map(|e| Before {
            class: "heard",
            text: format!("{}?", e.label()),
            title: "Heard, though not written down".into(),
        });
        let silent = pauses.iter().filter(|p| begins_before(&p.span, words, i));
        let silent = silent.map(|p| Before {
            class: "gap",
            text: format!("{}\u{a0}s", number(p.span.duration_s())),
            title: format!("A pause of {} seconds", number(p.span.duration_s())),
        });
        let unsure = confidence(i).filter(|c| *c < UNSURE);
        let mut classes = marked[i].classes.clone();
        classes.extend(unsure.map(|_| "unsure"));
        Word {
            index: first + i,
            text: words[i].text.clone(),
            class: classes.iter().map(|class| format!(" {class}")).collect(),
            title: unsure.map_or(String::new(), |c| format!("Perhaps another word: {:.0} % sure", 100.0 * c)),
            from: words[i].span.map_or(String::new(), |s| format!("{:.2}", s.start_s)),
            to: words[i].span.map_or(String::new(), |s| format!("{:.2}", s.end_s)),
            signs: marked[i].opens.clone(),
            before: heard.chain(silent).collect(),
        }
    };
    let paragraph = |p: crate::app::render::shown::Paragraph| Told {
        class: p.part.as_deref().map_or("plain", |part| part.trim_end_matches('?')).to_string(),
        part: p.part.as_deref().map_or(String::new(), capital),
        clock: words.get(p.range.start).and_then(|w| w.span).map_or(String::new(), |s| clock(s.start_s)),
        words: p.range.map(word).collect(),
    };
    paragraphs(report, words).into_iter().map(paragraph).collect()
}

/// Returns the marks of each word: fillers, hedges, specifics and outcomes.
fn marks(report: &Report, words: &[Shown]) -> Vec<Marked> {
    let mut marked = vec![Marked::default(); words.len()];
    let mut mark = |range: std::ops::Range<usize>, sign: Sign| {
        let first = range.start;
        for i in range {
            let Some(at) = marked.get_mut(i) else { continue };
            if !at.classes.contains(&sign.class()) {
                at.classes.push(sign.class());
            }
            if i == first && !at.opens.contains(&sign) {
                at.opens.push(sign);
            }
        }
    };
    if let Some(story) = &report.story {
        for (sign, moments) in
            [(Sign::Outcome, &story.outcomes), (Sign::Hedge, &story.hedges), (Sign::Specific, &story.specifics)]
        {
            let mut from = 0;
            for moment in moments {
                if let Some(range) = place(words, moment, from) {
                    from = range.start + 1;
                    mark(range, sign);
                }
            }
        }
    }
    for (at, word) in marked.iter_mut().zip(words) {
        for (kind, opens) in &word.kinds {
            let sign = Sign::of(*kind);
            if !at.classes.contains(&sign.class()) {
                at.classes.push(sign.class());
            }
            if *opens && !at.opens.contains(&sign) {
                at.opens.push(sign);
            }
        }
    }
    marked
}

/// Finds the words of a moment, searching from word `from`; returns `None` if they are not found.
fn place(words: &[Shown], moment: &Excerpt, from: usize) -> Option<std::ops::Range<usize>> {
    let wanted: Vec<String> = moment.text.split_whitespace().map(normalized).collect();
    let begins_at = |i: &usize, at: f64| words[*i].span.is_some_and(|s| (s.start_s - at).abs() < 0.02);
    let begins = |i: &usize| {
        wanted.first().is_some_and(|w| normalized(&words[*i].text) == *w)
            && moment.start_s.is_none_or(|at| begins_at(i, at))
    };
    let first = (from..words.len()).find(begins).or_else(|| {
        let at = moment.start_s?;
        (0..words.len()).find(|i| begins_at(i, at))
    })?;
    let (mut end, mut found) = (first, 0);
    // Fillers between the words are skipped.
    while end < words.len() && found < wanted.len() {
        found += usize::from(normalized(&words[end].text) == wanted[found]);
        end += 1;
    }
    Some(first..if found == wanted.len() { end } else { first + 1 })
}

/// Returns the legend of the marks that occur.
pub(super) fn word_legend<'a>(
    paragraphs: impl Iterator<Item = &'a Told> + Clone,
) -> Vec<(&'static str, &'static str, &'static str)> {
    let words = || paragraphs.clone().flat_map(|p| &p.words);
    let before = |class: &str| words().flat_map(|w| &w.before).any(|b| b.class == class);
    let mut legend = Vec::new();
    if words().any(|w| w.class.contains("unsure")) {
        legend.push(("unsure", "word", "perhaps another word"));
    }
    if before("heard") {
        legend.push(("heard", "uh?", "heard, not written down"));
    }
    if before("gap") {
        legend.push(("gap", "1.2 s", "pause"));
    }
    if paragraphs.clone().any(|p| p.part.ends_with('?')) {
        legend.push(("", "Task?", "perhaps that part"));
    }
    legend
}

/// A turn of another person.
pub(super) struct Other {
    pub(super) at: String,
    pub(super) clock: String,
    pub(super) text: String,
}

impl From<OtherTurn> for Other {
    fn from(turn: OtherTurn) -> Self {
        let unsure = if turn.is_unsure { "perhaps you: " } else { "" };
        Self { at: format!("{:.2}", turn.start_s), clock: clock(turn.start_s), text: format!("{unsure}{}", turn.text) }
    }
}

/// The comparison of this answer with earlier ones.
struct Earlier {
    headings: Vec<String>,
    rows: Vec<EarlierRow>,
}

struct EarlierRow {
    name: String,
    cells: Vec<String>,
    change: String,
}

fn earlier(report: &Report, attempts: &[Attempt], zone: &TimeZone) -> Option<Earlier> {
    let attempts = &attempts[attempts.len().saturating_sub(MOST_EARLIER)..];
    let last = attempts.last()?;
    let now = Measures::of(report);
    let date = |a: &Attempt| a.answered_at.to_zoned_datetime(zone.clone()).strftime("%-d %b").to_string();
    let cell = |m: Measure, measures: &Measures| measures.get(m).map_or("-".to_string(), |v| shown(m, v));
    let row = |change: crate::app::history::compare::Change| EarlierRow {
        name: match change.measure {
            Measure::Length => change.measure.title().to_string(),
            measure => format!("{}, {}", measure.title(), measure.unit()),
        },
        cells: attempts.iter().map(|a| cell(change.measure, &a.measures)).chain([cell(change.measure, &now)]).collect(),
        change: change.words(),
    };
    Some(Earlier {
        headings: attempts.iter().map(date).chain(["this one".to_string()]).collect(),
        rows: changes(&last.measures, &now).into_iter().map(row).collect(),
    })
}

/// Returns the length of the recording, whether the answer is a draft, and when it was given, as far as known.
fn about(answer: &Answer<'_>, zone: &TimeZone) -> String {
    let length = answer.report.recording.duration_s.map(clock);
    let when = answer.answered_at.map(|at| date(at, zone));
    let draft = answer.report.transcript.is_none().then(|| "a written draft".to_string());
    [length, draft, when].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Returns the date and time of an answer.
pub(super) fn date(answered_at: Timestamp, zone: &TimeZone) -> String {
    answered_at.to_zoned_datetime(zone.clone()).strftime("%-d %B %Y, %H:%M").to_string()
}

/// Returns the URL of a file in the folder of the page.
pub(super) fn relative_address(name: &str) -> String {
    format!("./{}", percent_encoded(name, ""))
}

/// The data of a chart as a table.
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) headings: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

pub(super) fn tables(report: &Report, contours: Option<&Contours>, lanes: Option<&Lanes>) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut add = |title, headings: &[&'static str], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            tables.push(Table { title, headings: headings.to_vec(), rows });
        }
    };
    let turns = report.speakers.iter().flat_map(|s| &s.turns);
    let turns = turns.map(|t| vec![clock(t.span.start_s), clock(t.span.end_s), t.who.label().to_string()]);
    add("Who speaks", &["from", "to", "who"], turns.collect());
    let told = report.story.iter().flat_map(|s| &s.sentences).map(|s| {
        let when = s.span.map_or("-".to_string(), |s| clock(s.start_s));
        vec![when, s.part.label().to_string(), format!("{:.0} %", 100.0 * s.confidence), s.text.clone()]
    });
    add("Story, sentence by sentence", &["at", "part", "sure", "words"], told.collect());
    if let (Some(contours), Some(lanes)) = (contours, lanes) {
        add("Level and pitch", &["from", "level, dBFS", "pitch, Hz", "semitones", "speaking"], tracks(contours, lanes));
    }
    let pace = report.pace.iter().flat_map(|p| &p.series);
    let pace = pace.map(|s| vec![clock(s.span.start_s), clock(s.span.end_s), format!("{:.0}", s.words_per_minute)]);
    add("Pace", &["from", "to", "words a minute"], pace.collect());
    let pauses = report
        .pauses
        .iter()
        .flat_map(|p| &p.events)
        .map(|p| vec![clock(p.span.start_s), format!("{:.2}", p.span.duration_s()), p.place.label().to_string()]);
    add("Pauses", &["at", "seconds", "where"], pauses.collect());
    let fillers = report.fillers.iter().flat_map(|f| &f.events).map(|f| {
        let when = f.span.map_or("-".to_string(), |s| clock(s.start_s));
        vec![when, f.kind.label().to_string(), f.label()]
    });
    add("Fillers", &["at", "kind", "words"], fillers.collect());
    if let Some(story) = &report.story {
        let of = |sign: Sign, moments: &[Excerpt]| -> Vec<Vec<String>> {
            let row = |m: &Excerpt| {
                vec![m.start_s.map_or("-".to_string(), clock), sign.words().to_string(), with_capital_i(&m.text)]
            };
            moments.iter().map(row).collect()
        };
        let rows =
            [of(Sign::Hedge, &story.hedges), of(Sign::Specific, &story.specifics), of(Sign::Outcome, &story.outcomes)];
        add("Hedges, details and outcomes", &["at", "kind", "words"], rows.concat());
    }
    tables
}

/// Returns the rows of the level and pitch table, in equal time steps.
fn tracks(contours: &Contours, lanes: &Lanes) -> Vec<Vec<String>> {
    let fits = |step: &&f64| lanes.duration_s / **step <= MOST_ROWS;
    let step_s = ROW_STEPS_S.iter().find(fits).copied().unwrap_or(600.0);
    let frames = (step_s * 100.0) as usize;
    let row = |from: usize| {
        let part = from..(from + frames).min(contours.len());
        let loudest = part.clone().map(|i| contours.level_db(i)).fold(f64::NEG_INFINITY, f64::max);
        let mut voiced: Vec<f64> = part.clone().filter_map(|i| contours.f0_hz(i)).collect();
        voiced.sort_by(f64::total_cmp);
        let median = voiced.get(voiced.len() / 2);
        let semitones = median.zip(lanes.median_hz).map(|(hz, middle)| 12.0 * (hz / middle).log2());
        let spoken: usize = contours.speech[part.clone()].iter().map(|s| usize::from(*s)).sum();
        vec![
            clock(from as f64 / 100.0),
            format!("{loudest:.0}"),
            median.map_or("-".to_string(), |hz| format!("{hz:.0}")),
            semitones.map_or("-".to_string(), |s| format!("{s:+.1}")),
            format!("{:.0} %", 100.0 * spoken as f64 / part.len().max(1) as f64),
        ]
    };
    (0..contours.len()).step_by(frames).map(row).collect()
}
