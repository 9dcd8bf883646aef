//! What the fuzz targets do with their bytes, one function a target. `tests/program/fuzz_corpus.rs` runs the same functions over the
//! seeds and over what was found. A function panics when something is wrong that is no panic by itself.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use aloud::analyze::analyze;
use aloud::app::capture;
use aloud::app::export::{ExportFormat, ExportedAnswer};
use aloud::app::history::edit::{self, Edit};
use aloud::app::history::export::{Lines, import, line, read as read_lines};
use aloud::app::history::progress::Progress;
use aloud::app::history::{Measure, Store};
use aloud::app::imports::{self, meeting};
use aloud::app::job::Description;
use aloud::app::models::{self, KnownModel};
use aloud::app::questions::{self, Entry};
use aloud::app::render::page;
use aloud::app::render::page::lanes::Lanes;
use aloud::app::render::page::report::{Answer, Audio};
use aloud::app::render::terminal::progress as overview;
use aloud::app::render::terminal::report::render;
use aloud::app::resume;
use aloud::app::settings::Settings;
use aloud::audio::Recording;
use aloud::brief::Brief;
use aloud::draft::Draft;
use aloud::plain::one_line;
use aloud::report::{Report, json};
use aloud::signal::Contours;
use aloud::span::Span;
use aloud::transcript::{PromptMode, ReadWord, Reader, Reading, Transcriber, TranscriptError};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use tempfile::TempDir;

/// A target: its name and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets, the riskiest first.
pub const ALL: [Target; 13] = [
    ("decode", decode),
    ("resume", resume),
    ("wav_recovery", wav_recovery),
    ("history_import", history_import),
    ("report", report),
    ("page", page),
    ("job", job),
    ("draft", draft),
    ("words", words),
    ("questions", questions),
    ("settings", settings),
    ("model_file", model_file),
    ("manifest", manifest),
];

/// A folder of this process alone.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));
/// A report on a real answer.
const REPORT: &str = include_str!("../fixtures/report.json");

/// A file of this name with these bytes; it takes the place of the one before. Each thread has its own.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = FOLDER.path().join(format!("{:?}", std::thread::current().id()));
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

/// A message for a person: one line.
fn is_one_line(message: &str) {
    assert!(!message.trim().is_empty() && !message.contains('\n'), "no single line: {message:?}");
}

/// A line as `aloud` prints it: whatever stands in it, it is one, and steers no terminal.
fn steers_nothing(text: &str) {
    let bare = anstream::adapter::strip_str(text).to_string();
    assert!(!bare.contains(|c: char| c.is_control() && c != '\n'), "steers a terminal: {bare:?}");
    let is_style = |after: &str| after.split_once('m').is_some_and(|(style, _)| style[..].starts_with('['));
    assert!(text.split('\u{1b}').skip(1).all(is_style), "steers a terminal: {text:?}");
    assert!(!text.contains("\u{1b}[7;7m"), "what was put in styles it: {text:?}");
}

/// Stands in for the speech model: it hears two words in every piece.
pub struct TwoWords;

impl Transcriber for TwoWords {
    fn model(&self) -> &str {
        "two-words"
    }

    fn workers(&self) -> usize {
        1
    }

    fn reader(&self, _: usize) -> Result<Box<dyn Reader + '_>, TranscriptError> {
        Ok(Box::new(Self))
    }
}

impl Reader for TwoWords {
    fn read(&mut self, _: &[f32], _: &str, _: PromptMode) -> Result<Reading, TranscriptError> {
        let word = |text: &str, start_s, end_s| ReadWord {
            text: text.to_string(),
            span: Span::new(start_s, end_s),
            probability: 0.9,
        };
        Ok(Reading { words: vec![word("I", 0.1, 0.2), word("asked.", 0.2, 0.4)], ..Reading::default() })
    }
}

/// A recording in any container. One that claims to be from aloud is analyzed to the end, for the sake of its gaps.
pub fn decode(bytes: &[u8]) {
    let path = file("answer", bytes);
    match Recording::open(&path, &mut |_| ()) {
        Ok(recording) => {
            assert!(recording.speech.to_vec().iter().all(|x| x.is_finite()), "samples that are no numbers");
            assert!(recording.duration_s.is_finite() && recording.duration_s > 0.0);
            if let Some(damage) = &recording.damage {
                is_one_line(&damage.to_string());
            }
            if recording.gaps.is_some() && recording.duration_s < 3.0 {
                let (report, _) = analyze(&path, &TwoWords, &Brief::default(), &|_| ()).expect("it was just opened");
                shown(&report, None);
            }
        }
        Err(error) => is_one_line(&error.to_string()),
    }
}

/// A take that was cut short: up to the first `RIFF` its note, from there on its sound.
pub fn wav_recovery(bytes: &[u8]) {
    let at = bytes.windows(4).position(|w| w == b"RIFF").unwrap_or(bytes.len());
    let (noted, sound) = bytes.split_at(at);
    let take = file("take.wav", sound);
    let recordings = take.with_file_name("recordings");
    let notes = recordings.join(".unfinished");
    fs::create_dir_all(&notes).expect("a folder");
    let first = format!("{{\"recording\":{:?},\"question\":null,\"target_s\":null}}\n", take.to_string_lossy());
    fs::write(notes.join("take.json"), [first.as_bytes(), noted].concat()).expect("a note");
    fs::write(notes.join("other.json"), noted).expect("a note");
    let found = capture::unfinished(&recordings);
    let ours = |found: &[capture::Unfinished]| found.iter().find(|u| u.path == take).map(|u| u.duration_s);
    let duration_s = ours(&found);
    drop(found);
    let after = fs::read(&take).expect("the take is still there");
    if duration_s.is_some() {
        assert!(after.len() + usize::from(u16::MAX) >= sound.len(), "more than half a frame was cut off");
        // A program that another test is about to start holds our lock until it is loaded.
        let again = (0..200).find_map(|_| {
            ours(&capture::unfinished(&recordings)).or_else(|| {
                std::thread::sleep(Duration::from_millis(10));
                None
            })
        });
        assert_eq!(again, duration_s, "it is not found twice alike");
    }
    let _ = Recording::open(&take, &mut |_| ());
    let _ = fs::remove_dir_all(&recordings);
}

/// The file of a speech model, named by its path: what is looked at before whisper.cpp gets it.
pub fn model_file(bytes: &[u8]) {
    let path = file("ggml-own.bin", bytes);
    for trust in [false, true] {
        if let Err(error) = models::find(path.to_str(), &[], trust) {
            is_one_line(&error.to_string());
        }
    }
}

/// The list of models.
pub fn manifest(bytes: &[u8]) {
    #[derive(Deserialize)]
    struct Manifest {
        model: Vec<KnownModel>,
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(manifest) = toml::from_str::<Manifest>(text) {
        for known in manifest.model {
            if let Err(error) = models::verify(&known, &[FOLDER.path().join("models")]) {
                is_one_line(&one_line(&error.to_string()));
            }
        }
    }
}

/// The settings file.
pub fn settings(bytes: &[u8]) {
    if let Err(error) = Settings::load(&file("settings.toml", bytes)) {
        is_one_line(&one_line(&error.to_string()));
    }
}

/// The user's own questions, and adding one to them.
pub fn questions(bytes: &[u8]) {
    let path = file("questions.toml", bytes);
    match questions::own(&path) {
        Ok(before) => {
            let added = Entry {
                id: "added-last".to_string(),
                text: "Why \"us\"?".to_string(),
                kind: None,
                target_s: Some([30.0, 60.0]),
                needs: Vec::new(),
                follow_ups: Vec::new(),
            };
            match questions::add(&path, &added) {
                Ok(()) => {
                    let after = questions::own(&path).expect("what was added can be read");
                    assert_eq!(after.len(), before.len() + 1);
                    assert_eq!(after[..before.len()], before[..], "a question was lost");
                }
                Err(error) => {
                    is_one_line(&one_line(&error.to_string()));
                    assert_eq!(fs::read(&path).expect("it is there"), bytes, "the file was changed all the same");
                }
            }
        }
        Err(error) => is_one_line(&one_line(&error.to_string())),
    }
}

/// A resume: the first byte chooses the kind of file, the rest is the file.
pub fn resume(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let name = ["resume.txt", "resume.md", "resume.docx", "resume.pdf"][usize::from(kind % 4)];
    match resume::read(&file(name, bytes)) {
        Ok(paragraphs) => {
            paragraphs.iter().for_each(|p| steers_nothing(&p.text.replace('\t', " ")));
            for claim in resume::claims(&paragraphs) {
                let question = resume::claim_question::question(&claim);
                is_one_line(&one_line(&question));
            }
        }
        Err(error) => is_one_line(&error.to_string()),
    }
}

/// A job description.
pub fn job(bytes: &[u8]) {
    if let Err(error) = Description::read(&file("job.txt", bytes)) {
        is_one_line(&error.to_string());
    }
}

/// A written draft, as text and as Markdown.
pub fn draft(bytes: &[u8]) {
    for name in ["draft.txt", "draft.md"] {
        match Draft::read(bytes, Path::new(name)) {
            Ok(draft) => assert!(!draft.words.is_empty()),
            Err(error) => is_one_line(&error.to_string()),
        }
    }
}

/// An export of the history: what can be imported can be shown, and exported again.
pub fn history_import(bytes: &[u8]) {
    let now = Timestamp::UNIX_EPOCH;
    let mut lines = Lines::default();
    if let Err(error) = read_lines(Cursor::new(bytes), None, now, &mut lines) {
        return is_one_line(&one_line(&error.to_string()));
    }
    let mut store = Store::empty().expect("a store in memory");
    if let Err(error) = import(&mut store, &lines.answers) {
        return is_one_line(&one_line(&error.to_string()));
    }
    let attempts = store.attempts().expect("what was imported is there");
    for attempt in &attempts {
        let report = store.report(attempt.id).expect("its report is there");
        let contours = store.contours(attempt.id).expect("its tracks are there or not");
        shown(&report, contours.as_ref());
        line(&store, attempt).expect("it can be exported again");
        exported(&report, now);
    }
    let utc = TimeZone::UTC;
    aloud::app::history::export::csv(&attempts, |attempt| store.told(attempt.id));
    steers_nothing(&aloud::app::render::terminal::history_list::list(&attempts, &utc, 80));
    let progress = Progress::of(attempts, &[], now, &utc);
    steers_nothing(&overview::render(&progress, Measure::Score, 80));
    page::progress::render(&progress, None, &utc);
}

/// Exports a report in every format that needs no tracks.
fn exported(report: &Report, exported_at: Timestamp) {
    for kind in [
        ExportFormat::TextGrid,
        ExportFormat::Elan,
        ExportFormat::Audacity,
        ExportFormat::Vtt,
        ExportFormat::Srt,
        ExportFormat::Csv,
    ] {
        let body = kind.body(&ExportedAnswer { report, frames: None, exported_at });
        assert_eq!(body.is_err(), kind.needs_times() && report.transcript.is_none());
    }
}

/// Words that somebody mended, and the transcript of a meeting: the first byte says in which format. What is read can be
/// put into a report, whose times are then in order and possible.
pub fn words(bytes: &[u8]) {
    const EXTENSIONS: [&str; 3] = ["TextGrid", "vtt", "srt"];
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let path = file(&format!("words.{}", EXTENSIONS[usize::from(*kind) % EXTENSIONS.len()]), bytes);
    match imports::words(&path) {
        Ok(words) => {
            let mut report: Report = serde_json::from_str(REPORT).expect("the report is one");
            edit::mend(&mut report, &words).expect("it has a transcript");
            let json = json::text(&report, false).expect("it can be printed");
            serde_json::from_str::<Report>(&json).expect("what was printed can be read");
            exported(&report, Timestamp::UNIX_EPOCH);
        }
        Err(error) => is_one_line(&error.to_string()),
    }
    let text = String::from_utf8_lossy(bytes);
    for turns in [meeting::of_text(&text), meeting::of_captions(&text)].into_iter().flatten() {
        assert!(!meeting::answer(&turns).text.is_empty(), "an answer without words");
    }
}

/// The single values of a document, in order.
fn values(value: &mut serde_json::Value) -> Vec<&mut serde_json::Value> {
    match value {
        serde_json::Value::Array(all) => all.iter_mut().flat_map(values).collect(),
        serde_json::Value::Object(all) => all.values_mut().flat_map(values).collect(),
        single => vec![single],
    }
}

/// A real report with other values in some places: every four bytes say where (two) and which (two). Chance seldom makes JSON of
/// the right form by itself.
fn edited(bytes: &[u8]) -> Vec<u8> {
    static PLAIN: LazyLock<serde_json::Value> = LazyLock::new(|| serde_json::from_str(REPORT).expect("a report"));
    let mut report = PLAIN.clone();
    let mut places = values(&mut report);
    for edit in bytes.chunks_exact(4) {
        let at = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % places.len();
        *places[at] = match edit[2] % 8 {
            0 => serde_json::Value::Null,
            1 => edit[3].into(),
            2 => (-i32::from(edit[3])).into(),
            3 => 1e300.into(),
            4 => u64::MAX.into(),
            5 => (f64::from(edit[3]) / 16.0).into(),
            6 => "".into(),
            _ => String::from_utf8_lossy(&edit[3..]).into(),
        };
    }
    serde_json::to_vec(&report).expect("it has a form in JSON")
}

/// A report as JSON, or after a `!` what to change in a real one: what can be read can be shown, edited and judged again.
pub fn report(bytes: &[u8]) {
    let changed = bytes.strip_prefix(b"!").map(edited);
    let Ok(report) = serde_json::from_slice::<Report>(changed.as_deref().unwrap_or(bytes)) else { return };
    shown(&report, None);
    for edit in [
        Edit::Words { wrong: "um".into(), right: "and".into() },
        Edit::Filler("the".into()),
        Edit::NoFiller("um".into()),
    ] {
        let mut edited = report.clone();
        if edit::apply(&edit, &mut edited, Some(1.0)).is_ok() {
            shown(&edited, None);
        }
    }
}

/// Everything that a report is shown as.
fn shown(report: &Report, contours: Option<&Contours>) -> String {
    for columns in [20, 80] {
        steers_nothing(&render(report, columns));
    }
    json::text(report, false).expect("it has a form in JSON");
    let lanes = Lanes::of(report, contours, None);
    if let Some(lanes) = &lanes {
        page::picture::svg(lanes, "An answer");
    }
    let answer = Answer {
        report,
        answered_at: Some(Timestamp::UNIX_EPOCH),
        contours,
        lanes: lanes.as_ref(),
        audio: Audio::None,
        earlier: &[],
        coaching: None,
        last_time: None,
    };
    let html = page::report::render(&answer, &TimeZone::UTC);
    assert!(!html.contains(|c: char| c.is_control() && !"\n\t".contains(c)), "a page with control characters");
    html
}

/// Puts a text into every place of a report that has words of somebody's own, or of ours.
fn put(value: &mut serde_json::Value, text: &str) {
    const PLACES: [&str; 9] = ["text", "message", "remedy", "why", "advice", "title", "asked", "answered", "model"];
    match value {
        serde_json::Value::Array(all) => all.iter_mut().for_each(|value| put(value, text)),
        serde_json::Value::Object(all) => {
            for (name, value) in all {
                if value.is_string() && PLACES.contains(&name.as_str()) {
                    *value = text.into();
                } else {
                    put(value, text);
                }
            }
        }
        _ => {}
    }
}

/// Any text in all the places of a report that have one: none of it becomes a part of the page or steers a terminal.
pub fn page(bytes: &[u8]) {
    static PLAIN: LazyLock<serde_json::Value> = LazyLock::new(|| serde_json::from_str(REPORT).expect("a report"));
    let text = format!("x\"zq<zq>'&\u{1b}[7;7m{}", String::from_utf8_lossy(bytes));
    let mut value = PLAIN.clone();
    put(&mut value, &text);
    value["recording"]["path"] = format!("/home/{text}.wav").into();
    let report = serde_json::from_value::<Report>(value).expect("its form is right");
    let html = shown(&report, None);
    assert!(!html.contains("<zq") && !html.contains("x\"zq"), "text became a part of the page");
    let svg = Lanes::of(&report, None, None).map(|lanes| page::picture::svg(&lanes, &text)).unwrap_or_default();
    assert!(!svg.contains("<zq") && !svg.contains("x\"zq"), "text became a part of the picture");
}
