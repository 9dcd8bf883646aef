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
use crate::app::history::compare::{changes, shown};
use crate::app::history::measures::{Measure, Measures};
use crate::app::render::shown::{Shown, begins_before, file_name, paragraphs, shares, shown_words, whole};
use crate::app::uri::percent_encoded;
use crate::disfluency::Filler;
use crate::english::normalized;
use crate::plain::{capital, clock, number, with_capital_i};
use crate::report::Report;
use crate::score::{Evidence, Part, Priority};
use crate::signal::Contours;
use crate::story::Moment;

/// The minimum length of a pause shown in the text, in seconds.
const SHOWN_PAUSE_S: f64 = 0.6;
/// The confidence below which a word is marked as uncertain (ours: about the lowest twentieth).
const UNSURE: f64 = 0.5;
/// The space at the left of the lanes for axis labels, in pixels; the style repeats this value.
const SIDE: f64 = 34.0;
/// The maximum number of rows in the table of level and pitch.
const MOST_ROWS: f64 = 180.0;
/// The possible steps of that table, in seconds.
const ROW_STEPS_S: [f64; 6] = [2.0, 5.0, 10.0, 30.0, 60.0, 120.0];
/// The maximum number of earlier answers to compare with.
const MOST_EARLIER: usize = 4;

const OWN_STYLE: &str = include_str!("templates/report.css");
const SCRIPT: &str = include_str!("templates/report.js");

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

/// The contents of an answer's page.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// The report on the answer.
    pub report: &'a Report,
    /// The time when the answer was given; `None` if unknown.
    pub answered_at: Option<Timestamp>,
    /// The tracks of the answer, if they were kept.
    pub contours: Option<&'a Contours>,
    /// The lanes of the answer; `None` for a draft.
    pub lanes: Option<&'a Lanes>,
    /// The audio of the answer.
    pub audio: Audio,
    /// Earlier answers of the same speaker to the same question, oldest first.
    pub earlier: &'a [Attempt],
}

/// Renders the page of an answer.
pub fn render(answer: &Answer<'_>, zone: &TimeZone) -> String {
    let report = answer.report;
    let words = shown_words(report);
    let timed = report.transcript.is_some();
    let media = match answer.audio {
        Audio::Inside(_) => "img-src data:; media-src data:; ",
        Audio::Beside(_) => "img-src data:; media-src 'self'; ",
        Audio::None => "img-src data:; ",
    };
    let styles = vec![STYLE, LANES_STYLE, OWN_STYLE];
    let paragraphs = told(report, &words);
    let used = |sign: Sign| paragraphs.iter().flat_map(|p| &p.words).any(|w| w.signs.contains(&sign));
    let drawn = answer.lanes.map(|lanes| Drawn::of(lanes, answer.contours));
    let signs = match answer.lanes {
        Some(lanes) => Sign::ALL.into_iter().filter(|s| used(*s) || lanes.signs().contains(s)).collect(),
        None => Sign::ALL.into_iter().filter(|s| used(*s)).collect::<Vec<_>>(),
    };
    let file = file_name(report);
    let page = Page {
        policy: policy(&styles, SCRIPT, media),
        styles,
        script: SCRIPT,
        title: report.question.as_ref().map_or_else(|| file.clone(), |q| q.text.clone()),
        about: about(answer, zone),
        file,
        score: report.score.overall.map(|s| format!("{s:.0}")),
        shares: if report.score.overall.is_some() { shares(report) } else { String::new() },
        priorities: report.score.priorities.iter().map(|p| todo(p, &words)).collect(),
        sound_note: drawn.as_ref().filter(|_| answer.audio == Audio::None).map(|d| {
            if d.level.is_empty() {
                "The recording is not there any more, so there is no sound, waveform, level or pitch here."
            } else {
                "The recording is not there any more, so there is no sound and no spectrogram here. The lanes were kept with the answer."
            }
        }),
        audio: match &answer.audio {
            Audio::Inside(bytes) => Some(data_address("audio/ogg", bytes)),
            Audio::Beside(name) => Some(relative_address(name)),
            Audio::None => None,
        },
        word_legend: word_legend(&paragraphs),
        paragraphs,
        timed,
        signs: signs
            .into_iter()
            .map(|s| Key { class: s.class(), outline: s.outline(), words: s.words() })
            .collect(),
        parts: parts(report, &words),
        earlier: earlier(report, answer.earlier, zone),
        notes: report.warnings.iter().map(|w| format!("{} {}", w.message, w.remedy)).collect(),
        tables: tables(report, answer),
        drawn,
    };
    super::printable(page.render().expect("writing into memory does not fail"))
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
    score: Option<String>,
    shares: String,
    priorities: Vec<Todo>,
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
struct Key {
    class: &'static str,
    outline: &'static str,
    words: &'static str,
}

/// The lanes in the form that the template needs.
struct Drawn {
    stretched: String,
    upright: String,
    side: String,
    frames: String,
    height: f64,
    duration: String,
    length: String,
    /// The level and F0 tracks in Base64 for the script; empty if they were not kept.
    level: String,
    f0: String,
    median: String,
}

impl Drawn {
    fn of(lanes: &Lanes, contours: Option<&Contours>) -> Self {
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
struct Todo {
    title: String,
    text: String,
    moments: Vec<Link>,
}

/// A moment that the page can jump to.
struct Link {
    at: Option<String>,
    clock: String,
    word: usize,
    text: String,
}

fn link(evidence: &Evidence, words: &[Shown]) -> Link {
    let word = evidence
        .start_s
        .map_or(0, |at| words.iter().rposition(|w| w.span.is_some_and(|span| span.start_s <= at + 0.01)).unwrap_or(0));
    Link {
        at: evidence.start_s.map(|s| format!("{s:.2}")),
        clock: evidence.start_s.map_or(String::new(), clock),
        word,
        text: evidence.text.clone(),
    }
}

fn todo(priority: &Priority, words: &[Shown]) -> Todo {
    Todo {
        title: priority.title.clone(),
        text: priority.advice.clone(),
        moments: priority.evidence.iter().map(|e| link(e, words)).collect(),
    }
}

/// A part of the score.
struct Row {
    /// The heading before the row, if a new group begins; otherwise empty.
    group: &'static str,
    name: String,
    points: String,
    out_of: String,
    share: String,
    text: String,
    moments: Vec<Link>,
}

fn parts(report: &Report, words: &[Shown]) -> Vec<Row> {
    let story: Vec<&Part> = report.score.story_parts().collect();
    let rows = report.score.parts.iter().enumerate().map(|(i, part)| {
        let of_story = |p: &Part| story.iter().any(|s| s.name == p.name);
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
            moments: part.evidence.iter().map(|e| link(e, words)).collect(),
        }
    });
    rows.collect()
}

/// A paragraph of the transcript.
struct Told {
    part: String,
    class: String,
    clock: String,
    words: Vec<Word>,
}

/// A word, with what comes before it.
struct Word {
    index: usize,
    text: String,
    class: String,
    title: String,
    from: String,
    to: String,
    signs: Vec<Sign>,
    before: Vec<Before>,
}

/// A pause, or a filler that was heard but not transcribed.
struct Before {
    class: &'static str,
    text: String,
    title: String,
}

/// The marks of a word.
#[derive(Clone, Default)]
struct Marked {
    classes: Vec<&'static str>,
    opens: Vec<Sign>,
}

fn told(report: &Report, words: &[Shown]) -> Vec<Told> {
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
            index: i,
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
fn place(words: &[Shown], moment: &Moment, from: usize) -> Option<std::ops::Range<usize>> {
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
fn word_legend(paragraphs: &[Told]) -> Vec<(&'static str, &'static str, &'static str)> {
    let words = || paragraphs.iter().flat_map(|p| &p.words);
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
    if paragraphs.iter().any(|p| p.part.ends_with('?')) {
        legend.push(("", "Task?", "perhaps that part"));
    }
    legend
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

/// Returns the length of the recording and the time when it was made.
fn about(answer: &Answer<'_>, zone: &TimeZone) -> String {
    let length = answer.report.recording.duration_s.map(clock);
    let when = answer.answered_at.map(|t| t.to_zoned_datetime(zone.clone()).strftime("%-d %B %Y, %H:%M").to_string());
    let draft = answer.report.transcript.is_none().then(|| "a written draft".to_string());
    [length, draft, when].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Returns the URL of a file in the folder of the page.
fn relative_address(name: &str) -> String {
    format!("./{}", percent_encoded(name, ""))
}

/// The data of a chart as a table.
struct Table {
    title: &'static str,
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

fn tables(report: &Report, answer: &Answer<'_>) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut add = |title, headings: &[&'static str], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            tables.push(Table { title, headings: headings.to_vec(), rows });
        }
    };
    let told = report.story.iter().flat_map(|s| &s.sentences).map(|s| {
        let when = s.span.map_or("-".to_string(), |s| clock(s.start_s));
        vec![when, s.part.label().to_string(), format!("{:.0} %", 100.0 * s.confidence), s.text.clone()]
    });
    add("Story, sentence by sentence", &["at", "part", "sure", "words"], told.collect());
    if let (Some(contours), Some(lanes)) = (answer.contours, answer.lanes) {
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
        let of = |sign: Sign, moments: &[Moment]| -> Vec<Vec<String>> {
            let row = |m: &Moment| {
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
