//! Every call by which the program writes fails in turn, in every way that a disk fails: while the program records,
//! keeps an answer, imports, edits, deletes, exports, draws and downloads. Whatever fails, confirmed data is still
//! there, no partly written file has a final name, one line says what failed, and the same command completes once the
//! fault is gone.
//!
//! `make test` injects a fixed sample of these faults; the long form injects all of them.
#![cfg(target_os = "linux")]

use crate::common;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::common::attempts::{fill, place};
use crate::common::fault::{Call, Fault, calls, inject, library};
use crate::common::microphone::{Home, duration_s, wavs};
use crate::common::server::{Server, good};
use crate::common::{root, sample, write_wav};
use aloud::app::history::{Access, Attempt, Store, export};
use aloud::audio::Recording;
use serde_json::Value;
use tempfile::TempDir;

/// The offset at which the sampling of faults begins.
const SEED: usize = 3;
/// The path of the history in a home; SQLite's own files beside it have the same prefix.
const HISTORY: &str = "data/aloud/history/history.db";

/// How many faults of a walk are injected: a sample, or all.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Short,
    Long,
}

/// A command that is run again and again, each time with another failing call.
struct Walk {
    name: &'static str,
    /// The home folder copied for each run.
    home: TempDir,
    /// The arguments of the command; `HOME` in them stands for the copy.
    arguments: Vec<String>,
    /// The file that standard output is redirected to.
    into: Option<&'static str>,
    /// The files that the command creates or replaces, besides the history.
    makes: Vec<&'static str>,
    /// Words of which one must name what failed, unless the path of the file does.
    says: Vec<&'static str>,
    /// The number of concurrent runs: higher for commands that mostly wait.
    at_once: usize,
    /// The sampling of faults in the short and the long form: one of every N.
    one_of: [usize; 2],
    /// Whether the command starts with a damaged history, which is reported once it is set aside.
    is_damaged: bool,
    /// An additional check after a fault.
    also: Option<Also>,
}

type Also = Box<dyn Fn(&Ran) -> Vec<String> + Sync>;

/// The outcome of a run.
struct Ran<'a> {
    home: &'a Path,
    code: Option<i32>,
    said: String,
    complaints: Vec<String>,
    calls: Vec<Call>,
}

impl Ran<'_> {
    /// Returns the first call that failed.
    fn failed(&self) -> Option<&Call> {
        self.calls.iter().find(|call| call.failed)
    }
}

/// The contents of a home after a successful run.
struct Whole {
    state: BTreeSet<String>,
    files: BTreeMap<String, Vec<u8>>,
    printed: String,
}

impl Walk {
    fn new(name: &'static str, arguments: &[&str]) -> Self {
        Self {
            name,
            home: tempfile::tempdir().unwrap(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            into: None,
            makes: Vec::new(),
            says: Vec::new(),
            at_once: 2,
            one_of: [1, 1],
            is_damaged: false,
            also: None,
        }
    }

    /// Creates a walk whose home has three answers.
    fn with_history(name: &'static str, arguments: &[&str]) -> Self {
        let walk = Self::new(name, arguments);
        fill(&place(walk.home.path()), 3);
        Self { says: vec!["history"], ..walk }
    }

    fn run<'a>(&self, home: &'a Path, fault: Option<&Fault>) -> Ran<'a> {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("aloud"));
        let argument = |a: &String| a.replace("HOME", home.to_str().unwrap());
        command.args(self.arguments.iter().map(argument)).current_dir(home).stdin(Stdio::null());
        command.env("HOME", home).env("XDG_CONFIG_HOME", home.join("config")).env("XDG_DATA_HOME", home.join("data"));
        command.env("NO_COLOR", "1").env("TZ", "UTC");
        if let Some(into) = self.into {
            command.stdout(fs::File::create(home.join(into)).unwrap());
        }
        inject(&mut command, fault, home, log.path());
        let output = command.output().expect("it runs");
        let said = String::from_utf8(output.stderr).expect("text");
        let complaints = said.lines().filter(|line| line.starts_with("aloud: ")).map(str::to_owned).collect();
        Ran { home, code: output.status.code(), said, complaints, calls: calls(log.path(), home) }
    }

    /// Returns a copy of the home as it is before the command.
    fn copy(&self) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(self.home.path(), copy.path());
        copy
    }

    fn whole(&self, home: &Path) -> Whole {
        let printed = self.into.map(|into| fs::read_to_string(home.join(into)).unwrap_or_default());
        let printed = printed.unwrap_or_default().replace(home.to_str().unwrap(), "HOME");
        Whole { state: state(home), files: files(home), printed }
    }

    /// Runs the walk, and panics with all findings.
    fn go(self, form: Form) {
        if library().is_none() {
            return;
        }
        let begun = Instant::now();
        let copy = self.copy();
        let before = self.whole(copy.path());
        let ran = self.run(copy.path(), None);
        let complaints = usize::from(self.is_damaged);
        assert!(
            ran.code == Some(0) && ran.complaints.len() == complaints,
            "{}: {:?} {}",
            self.name,
            ran.code,
            ran.said
        );
        let after = self.whole(copy.path());
        let all = Fault::every(&ran.calls);
        let chosen = chosen(&all, self.one_of[usize::from(form == Form::Long)]);
        let (next, findings) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let seen = Mutex::new(BTreeMap::<String, usize>::new());
        std::thread::scope(|scope| {
            for _ in 0..self.at_once {
                scope.spawn(|| {
                    while let Some(fault) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let (found, kinds) = self.fail(fault, &before, &after);
                        findings.lock().unwrap().extend(found.into_iter().map(|f| format!("{fault}: {f}")));
                        kinds.into_iter().for_each(|kind| *seen.lock().unwrap().entry(kind).or_default() += 1);
                    }
                });
            }
        });
        let (findings, seen) = (findings.into_inner().unwrap(), seen.into_inner().unwrap());
        eprintln!(
            "{}: {} calls, {} of {} faults in {:.1} s: {seen:?}",
            self.name,
            ran.calls.len(),
            chosen.len(),
            all.len(),
            begun.elapsed().as_secs_f64()
        );
        assert!(findings.is_empty(), "{}: {} findings\n{}", self.name, findings.len(), findings.join("\n"));
    }

    /// Makes one call fail. Returns what went wrong, and how the run ended.
    fn fail(&self, fault: &Fault, before: &Whole, after: &Whole) -> (Vec<String>, Vec<String>) {
        let copy = self.copy();
        let home = copy.path();
        let ran = self.run(home, Some(fault));
        let mut found = Vec::new();
        let Some(failed) = ran.failed() else { return (found, vec!["not reached".to_owned()]) };
        let mut wrong = |what: String| found.push(format!("{what} [{} {}] {:?}", failed.kind, failed.path, ran.said));
        let mut kinds = Vec::new();
        if !matches!(ran.code, Some(0 | 1)) || ran.said.contains("panicked") {
            wrong(format!("ends with {:?}", ran.code));
        }
        let now = self.whole(home);

        // No confirmed data is lost, and no partly written file has a final name.
        if now.state != before.state && now.state != after.state {
            wrong("the history is neither as before nor as it should be".to_owned());
        }
        for (name, bytes) in &before.files {
            let mayed = self.makes.contains(&name.as_str()) || self.into == Some(name);
            if !mayed && after.files.get(name) == Some(bytes) && now.files.get(name) != Some(bytes) {
                wrong(format!("{name} is not as it was"));
            }
        }
        for name in &self.makes {
            let is = now.files.get(*name);
            if is != before.files.get(*name) && is.is_none_or(|bytes| !is_whole(name, bytes, after)) {
                wrong(format!("{name} is neither as before nor whole"));
            }
        }

        // The failure is reported once, and nothing is reported as done that is not.
        let is_done = now.state == after.state
            && now.printed == after.printed
            && self.makes.iter().all(|name| now.files.get(*name).is_some_and(|bytes| is_whole(name, bytes, after)));
        match ran.complaints.as_slice() {
            [] if ran.code != Some(0) => wrong("fails without a word".to_owned()),
            [] if !is_done => wrong("says nothing, but not all is done".to_owned()),
            [] if is_silent_sync(fault, failed) => wrong("what could not be synced is said to be safe".to_owned()),
            [] => kinds.push("done all the same".to_owned()),
            [one] => {
                kinds.push(if ran.code == Some(0) { "said, the rest done" } else { "said" }.to_owned());
                let names = ran.calls.iter().filter(|call| call.failed).map(|call| name(&call.path));
                let of_its_own = self.makes.iter().map(|made| name(made));
                let is_named =
                    |name: &str| one.contains(name) || (is_beside(name) && of_its_own.clone().any(|n| one.contains(n)));
                let is_named = names.into_iter().any(is_named);
                if !is_named && !self.says.iter().any(|word| one.contains(word)) {
                    wrong("does not name what failed".to_owned());
                }
            }
            several if several.iter().collect::<BTreeSet<_>>().len() < several.len() => {
                wrong("says the same several times".to_owned());
            }
            _ => kinds.push("said of each".to_owned()),
        }
        let is_fine = ran.complaints.len() == usize::from(self.is_damaged) && ran.code == Some(0);
        if fault.is_passing() && !(is_fine && is_done) {
            wrong("cannot go on after a call that has to be repeated".to_owned());
        }
        if ran.code != Some(0) && is_done && now.state != before.state {
            kinds.push("done though said to have failed".to_owned());
        }
        if let Some(also) = &self.also {
            also(&ran).into_iter().for_each(&mut wrong);
        }
        for name in now.files.keys().filter(|name| !is_known(name, before, after)) {
            kinds.push(format!("left: {}", name.rsplit('/').next().unwrap_or_default()));
        }

        // Once the fault is gone, the same command completes and leaves nothing behind.
        let again = self.run(home, None);
        let then = self.whole(home);
        let is_done = again.code == Some(0) && then.state == after.state && then.printed == after.printed;
        if !is_done && now.state != after.state {
            wrong(format!("cannot be done afterwards: {:?} {}", again.code, again.said));
        }
        // A file that cannot be removed has to stay.
        let stays = |name: &&String| !is_known(name, before, after) && fault.kind() != "unlink";
        for name in then.files.keys().filter(stays) {
            wrong(format!("{name} stays for good"));
        }
        for name in before.files.keys().filter(|name| !after.files.contains_key(*name)) {
            if then.files.contains_key(name) {
                wrong(format!("{name} is never deleted"));
            }
        }
        if fs::read(home.join(HISTORY)).is_ok_and(|bytes| bytes.get(18..20) != Some(&[2, 2])) {
            wrong("the history has no log for good, so that readers and writers wait for each other".to_owned());
        }
        (found, kinds)
    }
}

/// Returns whether a failed sync must be reported. Syncs of folders are exempt, since not every system supports them,
/// and so are those of SQLite's files: SQLite fails where a change is not safe, and says nothing where the log only
/// stays a little longer.
fn is_silent_sync(fault: &Fault, failed: &Call) -> bool {
    let name = name(&failed.path);
    fault.kind() == "sync" && name.contains('.') && !name.starts_with("history.db")
}

/// Returns the file name of a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Returns whether a file is a temporary one to be renamed into place, whose name cannot be known in advance.
fn is_beside(name: &str) -> bool {
    name.starts_with(".aloud-")
}

/// Returns the faults to inject.
fn chosen(all: &[Fault], one_of: usize) -> Vec<&Fault> {
    all.iter().enumerate().filter(|(i, _)| (i + SEED).is_multiple_of(one_of)).map(|(_, fault)| fault).collect()
}

/// Returns whether a file has an expected name. A damaged history keeps the log that SQLite could not empty.
fn is_known(name: &str, before: &Whole, after: &Whole) -> bool {
    before.files.contains_key(name) || after.files.contains_key(name) || name.contains("history.damaged.db-")
}

/// Returns whether a file is complete and of the kind that its name says.
fn is_whole(name: &str, bytes: &[u8], after: &Whole) -> bool {
    let text = || std::str::from_utf8(bytes).unwrap_or_default();
    match Path::new(name).extension().and_then(|e| e.to_str()) {
        Some("bin" | "opus") => after.files.get(name).is_some_and(|right| right == bytes),
        Some("html") => text().trim_end().ends_with("</html>"),
        Some("svg") => text().trim_end().ends_with("</svg>"),
        Some("png") => png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .is_ok_and(|mut png| png.next_frame(&mut vec![0; png.output_buffer_size().unwrap_or(0)]).is_ok()),
        Some("json") => serde_json::from_slice::<Value>(bytes).is_ok(),
        Some("jsonl") => {
            text().is_empty()
                || (text().ends_with('\n') && text().lines().all(|l| serde_json::from_str::<Value>(l).is_ok()))
        }
        Some("toml") => toml::from_str::<toml::Table>(text()).is_ok(),
        _ => panic!("{name} is of no kind that is known here"),
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&to).unwrap();
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Returns the files of a home except the history itself, by relative path.
fn files(home: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(home).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
        let name = entry.path().strip_prefix(home).unwrap().to_str().unwrap().to_owned();
        // The name contains the time at which the history was set aside.
        let name = match name.split_once("history.damaged-2") {
            Some((folder, end)) => format!("{folder}history.damaged{}", end.trim_start_matches(|c| c != '.')),
            None => name,
        };
        if ["", "-wal", "-shm", "-journal"].iter().all(|end| name != format!("{HISTORY}{end}")) {
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}

/// Returns the contents of the history, without what depends on the time of a run.
fn state(home: &Path) -> BTreeSet<String> {
    let path = home.join(HISTORY);
    if !path.exists() || fs::metadata(&path).unwrap().len() == 0 {
        return BTreeSet::new();
    }
    // The history is read from a copy, so that the next run finds it as the last one left it.
    let copy = tempfile::tempdir().unwrap();
    for end in ["", "-wal", "-journal"] {
        let from = home.join(format!("{HISTORY}{end}"));
        if from.exists() {
            fs::copy(from, copy.path().join(format!("history.db{end}"))).unwrap();
        }
    }
    let path = copy.path().join("history.db");
    let opened = rusqlite::Connection::open(&path).unwrap();
    let checked: Result<String, _> = opened.query_row("PRAGMA integrity_check", [], |row| row.get(0));
    drop(opened);
    if checked.as_deref() != Ok("ok") {
        return BTreeSet::from([format!("damaged: {checked:?}")]);
    }
    let store = match Store::open(&path, Access::Write) {
        Ok(store) => store,
        Err(error) => return BTreeSet::from([format!("cannot be read: {error}")]),
    };
    let line = |attempt: &Attempt| {
        let Ok(line) = export::line(&store, attempt) else {
            return format!("answer {} without its report", attempt.id);
        };
        let mut line = serde_json::to_value(line).unwrap();
        let fields = line.as_object_mut().unwrap();
        for moment in ["kept_at", "answered_at"] {
            fields.remove(moment);
        }
        line.to_string().replace(home.to_str().unwrap(), "HOME")
    };
    let mut state: BTreeSet<String> = store.attempts().unwrap().iter().map(line).collect();
    let goals = store.goals(None).unwrap();
    state.extend(goals.iter().map(|goal| format!("goal {}", goal.words())));
    state
}

/// Exports `count` answers as lines to import.
fn export_of(count: usize, to: &Path) {
    let home = tempfile::tempdir().unwrap();
    fill(&place(home.path()), count);
    let store = Store::open(&place(home.path()), Access::Read).unwrap();
    let line = |attempt| serde_json::to_string(&export::line(&store, attempt).unwrap()).unwrap();
    let lines: Vec<String> = store.attempts().unwrap().iter().map(line).collect();
    fs::write(to, lines.join("\n")).unwrap();
}

/// Returns the walks of `history import`.
fn importing() -> Vec<Walk> {
    let arguments = ["history", "import", "HOME/more.jsonl", "--speaker", "Ana"];
    let more = Walk { one_of: [9, 1], ..Walk::with_history("import", &arguments) };
    let first = Walk { one_of: [15, 1], says: vec!["history"], ..Walk::new("import, the first", &arguments) };
    for walk in [&more, &first] {
        export_of(4, &walk.home.path().join("more.jsonl"));
    }
    vec![more, first]
}

fn changing() -> Vec<Walk> {
    let words = common::attempts::report(2, 3).transcript.unwrap().words;
    let is_alone = |text: &str| words.iter().filter(|w| w.text.eq_ignore_ascii_case(text)).count() == 1;
    let is_plain = |text: &str| text.len() > 4 && text.chars().all(char::is_alphabetic) && is_alone(text);
    let word = words.iter().find(|w| !w.filler && is_plain(&w.text)).unwrap().text.clone();
    let edit = Walk::with_history("edit", &["history", "edit", "last", "--word", &word, "--to", "mended"]);
    let goal = Walk::with_history("goal", &["progress", "goal", "fillers", "--below", "4"]);
    let delete = Walk::with_history("delete", &["history", "delete", "2", "--yes"]);
    let is_told: Also = Box::new(|ran| {
        let is_gone = state(ran.home).len() < 3 && !ran.said.contains("1 answer deleted");
        if is_gone { vec!["an answer is gone, and it is not said".to_owned()] } else { Vec::new() }
    });
    let delete = Walk { also: Some(is_told), ..delete };
    let everything = ["history", "delete", "--all", "--recordings", "--yes"];
    let all = Walk { says: vec!["history", ".wav", ".db"], ..Walk::with_history("delete all", &everything) };
    let recordings = all.home.path().join("data/aloud/recordings");
    fs::create_dir_all(&recordings).unwrap();
    for name in ["2026-11-01_18-00-00.wav", "2026-11-02_18-00-00_conflict.wav"] {
        write_wav(&recordings.join(name), 16_000, &[0.1; 1_600]);
    }
    fs::write(all.home.path().join("data/aloud/history/history.damaged-20261101-180000.db"), "damaged").unwrap();
    // A store of an earlier version is migrated to the newest.
    let migrate = Walk::new("migrate", &["progress", "goal", "fillers", "--below", "4"]);
    let migrate = Walk { says: vec!["history"], ..migrate };
    let path = place(migrate.home.path());
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::copy(root().join("tests/fixtures/history/form-1.db"), path).unwrap();
    let [edit, goal, delete, all, migrate] =
        [edit, goal, delete, all, migrate].map(|walk| Walk { one_of: [9, 1], ..walk });
    let edit = Walk { one_of: [31, 1], ..edit };
    vec![edit, goal, delete, all, migrate]
}

fn rescuing() -> Vec<Walk> {
    let rescue = Walk::with_history("rescue", &["history", "list"]);
    let rescue = Walk { is_damaged: true, one_of: [17, 1], into: Some("list"), ..rescue };
    let path = rescue.home.path().join(HISTORY);
    fs::remove_file(&path).unwrap();
    fill(&path, 30);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    vec![rescue]
}

fn writing() -> Vec<Walk> {
    let into = |walk: Walk, file| Walk { into: Some(file), says: vec!["history", "output"], one_of: [6, 1], ..walk };
    let export = ["history", "export", "--format", "jsonl"];
    let jsonl = into(Walk::with_history("export", &export), "all.jsonl");
    let csv = into(Walk::with_history("export, csv", &["history", "export"]), "all.csv");

    let draft = |name, arguments: &[&str], file: &'static str| {
        let walk = Walk { makes: vec![file], ..Walk::new(name, arguments) };
        for (name, text) in [("a.txt", "I fixed the till."), ("b.txt", "We had a difficult customer. I listened.")] {
            fs::write(walk.home.path().join(name), text).unwrap();
        }
        walk
    };
    let page = draft("draft, page", &["analyze", "a.txt", "--html", "page.html"], "page.html");
    fs::write(page.home.path().join("page.html"), "<html>an older page</html>").unwrap();
    let json = Walk { makes: Vec::new(), ..into(draft("draft, json", &["analyze", "a.txt", "--json"], "out"), "out") };
    let arguments = ["analyze", "a.txt", "b.txt", "--jsonl", "--output", "lines.jsonl"];
    let lines = draft("draft, lines", &arguments, "lines.jsonl");
    // The line of the second file is already there, and moves after that of the first.
    let begun = lines.home.path().join("lines.jsonl");
    let ran = Command::new(assert_cmd::cargo::cargo_bin("aloud"))
        .args(["analyze", "b.txt", "--jsonl", "--output", "lines.jsonl"])
        .current_dir(lines.home.path())
        .output()
        .unwrap();
    assert!(ran.status.success());
    let line = fs::read_to_string(begun).unwrap();
    let keeps: Also = Box::new(move |ran| {
        let now = fs::read_to_string(ran.home.join("lines.jsonl")).unwrap_or_default();
        let mut wrong = Vec::new();
        if !now.contains(line.trim_end()) {
            wrong.push("an earlier line is lost".to_owned());
        }
        if !now.ends_with('\n') {
            wrong.push("half of a line is left".to_owned());
        }
        wrong
    });
    let lines = Walk { also: Some(keeps), one_of: [1, 1], ..lines };

    let shown = ["history", "show", "3", "--html", "page.html", "--svg", "lanes.svg", "--png", "lanes.png"];
    let pictures = Walk { one_of: [11, 1], ..Walk::with_history("pictures", &shown) };
    let pictures = Walk { makes: vec!["page.html", "lanes.svg", "lanes.png"], ..pictures };
    fs::write(pictures.home.path().join("lanes.svg"), "<svg></svg>").unwrap();
    let weeks = Walk::with_history("progress", &["progress", "--html", "weeks.html"]);
    let weeks = Walk { makes: vec!["weeks.html"], one_of: [6, 1], ..weeks };
    let question = Walk::new("question", &["questions", "add", "Why the circus?", "--id", "circus"]);
    let question = Walk { makes: vec!["config/aloud/questions.toml"], says: vec!["questions"], ..question };
    vec![jsonl, csv, page, json, lines, pictures, weeks, question]
}

/// Writes three seconds of a sample: a few words.
fn piece(to: &Path) {
    let recording = Recording::open(&sample("fillers.flac"), &mut |_| ()).unwrap();
    write_wav(to, 16_000, &recording.speech.samples(0..3 * 16_000));
}

fn listening() -> Vec<Walk> {
    let keep = Walk { one_of: [70, 6], ..Walk::with_history("analyze", &["analyze", "piece.wav"]) };
    let arguments =
        ["analyze", "piece.wav", "--no-save", "--html", "page.html", "--audio", "link", "--tracks", "t.json"];
    let draw = Walk {
        makes: vec!["page.html", "page-sound.opus", "t.json"],
        one_of: [16, 1],
        ..Walk::new("tracks", &arguments)
    };
    for walk in [&keep, &draw] {
        piece(&walk.home.path().join("piece.wav"));
    }
    let practice = Walk::with_history("practice", &["practice", "--new", "--from", "answers"]);
    let practice = Walk { one_of: [200, 20], ..practice };
    fs::create_dir(practice.home.path().join("answers")).unwrap();
    piece(&practice.home.path().join("answers/improvement.wav"));
    vec![keep, draw, practice]
}

/// Runs all walks, continuing after one that fails.
fn go(walks: Vec<Walk>, form: Form) {
    let gone = walks.into_iter().map(|walk| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| walk.go(form))));
    let failed = gone.filter(Result::is_err).count();
    assert_eq!(failed, 0, "walks found something; see above");
}

#[test]
fn an_import_is_whole_or_not_at_all() {
    go(importing(), Form::Short);
}

#[test]
fn a_change_of_the_history_is_whole_or_not_at_all() {
    go(changing(), Form::Short);
}

#[test]
fn a_rescue_loses_nothing_that_it_could_save() {
    go(rescuing(), Form::Short);
}

#[test]
fn exports_pages_and_lines_are_whole_or_as_before() {
    go(writing(), Form::Short);
}

#[test]
fn an_answer_is_kept_and_drawn_or_it_is_said() {
    go(listening(), Form::Short);
}

/// The long form: every fault of each command, except those that take seconds per run.
mod every_call {
    use super::{Form, changing, fetch, go, importing, listening, record, rescuing, writing};

    #[test]
    #[ignore = "minutes: make soak"]
    fn of_an_import() {
        go(importing(), Form::Long);
    }

    #[test]
    #[ignore = "minutes: make soak"]
    fn of_a_change() {
        go(changing(), Form::Long);
    }

    #[test]
    #[ignore = "minutes: make soak"]
    fn of_a_rescue() {
        go(rescuing(), Form::Long);
    }

    #[test]
    #[ignore = "minutes: make soak"]
    fn of_exports_and_pages() {
        go(writing(), Form::Long);
    }

    #[test]
    #[ignore = "minutes: make soak"]
    fn of_an_analysis() {
        go(listening(), Form::Long);
    }

    #[test]
    #[ignore = "minutes: make soak"]
    fn of_a_fetch() {
        fetch(Form::Long);
    }

    #[test]
    #[ignore = "minutes: make soak"]
    fn of_a_take() {
        record(Form::Long);
    }
}

/// Runs the walk of a download from a server on loopback, with the real file of a model, which is not part of the
/// project.
fn fetch(form: Form) {
    let file = root().join("../shared/models/ggml-tiny.en-q8_0.bin");
    let Ok(body) = fs::read(&file) else {
        eprintln!("skipped: ../shared/models/ggml-tiny.en-q8_0.bin is not there");
        return;
    };
    let server = Server::new(move |request, wire| good(request, wire, &body));
    let walk = Walk::new("models get", &["models", "get", "tiny.en-q8_0", "--from", &server.url("/model")]);
    let makes = vec!["data/aloud/models/ggml-tiny.en-q8_0.bin"];
    Walk { makes, says: vec!["model"], one_of: [400, 23], ..walk }.go(form);
}

#[test]
fn a_model_has_its_name_when_it_is_whole() {
    fetch(Form::Short);
}

/// Returns the takes of a home except the one that was there before.
fn takes(home: &Path) -> Vec<PathBuf> {
    wavs(&home.join("data/aloud/recordings")).into_iter().filter(|path| !path.ends_with(EARLIER)).collect()
}

/// The name of a recording that was there before.
const EARLIER: &str = "2026-11-01_18-00-00.wav";

/// Returns what the next start says about takes that were cut short.
fn offered(home: &Path) -> Vec<String> {
    let next = Walk { arguments: vec!["record".into(), "--device".into(), "none".into()], ..Walk::new("next", &[]) };
    next.run(home, None).said.lines().filter(|line| line.contains("has no report yet")).map(str::to_owned).collect()
}

/// Returns whether the largest step between two samples of the tape's tone fits its pitch: nothing is missing or
/// repeated.
fn is_unbroken(wav: &Path) -> bool {
    let samples: Vec<i16> = hound::WavReader::open(wav).unwrap().samples().map(Result::unwrap).collect();
    samples.windows(2).all(|w| (i32::from(w[1]) - i32::from(w[0])).abs() < 1_200)
}

/// Records for a second with a failing call. Returns what went wrong, and how the run ended.
fn fail_recording(walk: &Walk, fault: &Fault) -> (Vec<String>, &'static str) {
    let copy = walk.copy();
    let home = copy.path();
    let earlier = home.join("data/aloud/recordings").join(EARLIER);
    let before = fs::read(&earlier).unwrap();
    let ran = walk.run(home, Some(fault));
    let Some(failed) = ran.failed().cloned() else { return (Vec::new(), "not reached") };
    let mut found = Vec::new();
    let mut wrong = |what: &str| found.push(format!("{what} [{} {}] {:?}", failed.kind, failed.path, ran.said));
    if !matches!(ran.code, Some(0 | 1)) || ran.said.contains("panicked") {
        wrong("ends badly");
    }
    if ran.complaints.len() != usize::from(ran.code != Some(0)) {
        wrong("is not said once");
    }
    if fs::read(&earlier).unwrap() != before {
        wrong("an earlier recording is another");
    }
    let mut takes = takes(home);
    let said_cut = ran.complaints.iter().any(|line| line.contains("are kept"));
    let offers = offered(home);
    // A tenth of a second takes about three writes: the sound and two lengths in the header.
    let writes = ran.calls.iter().take_while(|call| !call.failed);
    let writes = writes.filter(|call| call.kind == "write" && call.path.ends_with(".wav")).count();
    let kept_s = (writes as f64 / 30.0 - 0.35).max(0.0);
    let kind = match takes.pop() {
        None if ran.code == Some(1) && offers.is_empty() => "refused before it began",
        None => {
            wrong("no take is there");
            "wrong"
        }
        Some(take) => {
            let length_s = duration_s(&take);
            if !takes.is_empty() || !is_unbroken(&take) {
                wrong("the take is not as it was heard");
            }
            let is_offered = offers.iter().any(|offer| offer.contains(take.to_str().unwrap()));
            if ran.code == Some(0) {
                if (length_s - 1.0).abs() > 1e-3 || is_offered {
                    wrong(&format!("done, but {length_s} s, offered: {offers:?}"));
                }
                "done all the same"
            } else {
                if !said_cut || length_s < kept_s || (length_s > 0.0 && !is_offered) {
                    wrong(&format!("{length_s} s are kept of {kept_s} s, offered: {offers:?}"));
                }
                "cut short and found again"
            }
        }
    };
    if fault.is_passing() && ran.code != Some(0) {
        wrong("cannot go on after a call that has to be repeated");
    }
    if kind == "done all the same" && fault.kind() == "sync" && failed.path.ends_with(".wav") {
        wrong("what could not be synced is said to be safe");
    }
    let again = walk.run(home, None);
    if again.code != Some(0) {
        wrong(&format!("cannot be done afterwards: {}", again.said));
    }
    (found, kind)
}

fn record(form: Form) {
    let Some(tape) = Home::with_tape("rate 48000 channels 1 format S16_LE") else { return };
    if library().is_none() {
        return;
    }
    let begun = Instant::now();
    let walk = Walk::new("record", &["record", "--max", "1s", "--no-save"]);
    fs::copy(tape.path().join(".asoundrc"), walk.home.path().join(".asoundrc")).unwrap();
    fs::create_dir_all(walk.home.path().join("data/aloud/recordings")).unwrap();
    write_wav(&walk.home.path().join("data/aloud/recordings").join(EARLIER), 16_000, &[0.1; 1_600]);
    let copy = walk.copy();
    let ran = walk.run(copy.path(), None);
    assert!(ran.code == Some(0), "{}", ran.said);
    let all = Fault::every(&ran.calls);
    let chosen = chosen(&all, if form == Form::Short { 12 } else { 1 });
    let (next, findings) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let seen = Mutex::new(BTreeMap::<&str, usize>::new());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while let Some(fault) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (found, kind) = fail_recording(&walk, fault);
                    findings.lock().unwrap().extend(found.into_iter().map(|f| format!("{fault}: {f}")));
                    *seen.lock().unwrap().entry(kind).or_default() += 1;
                }
            });
        }
    });
    let (findings, seen) = (findings.into_inner().unwrap(), seen.into_inner().unwrap());
    let (calls, tried, s) = (ran.calls.len(), chosen.len(), begun.elapsed().as_secs_f64());
    eprintln!("record: {calls} calls, {tried} of {} faults in {s:.1} s: {seen:?}", all.len());
    assert!(findings.is_empty(), "record: {} findings\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn a_take_is_kept_up_to_the_fault_and_found_again() {
    record(Form::Short);
}

/// Writes a take that was cut short: its header promises less than there is, and it ends with half a frame.
fn unfinished(home: &Path) -> PathBuf {
    let recordings = home.join("data/aloud/recordings");
    fs::create_dir_all(recordings.join(".unfinished")).unwrap();
    let take = recordings.join("2026-11-02_18-00-00.wav");
    write_wav(&take, 16_000, &[0.1; 16_000]);
    let mut bytes = fs::read(&take).unwrap();
    bytes[40..44].copy_from_slice(&16_000_u32.to_le_bytes());
    bytes.push(1);
    fs::write(&take, bytes).unwrap();
    let note = serde_json::json!({ "recording": take, "question": null, "target_s": null });
    let gap = r#"{"at_frame":100,"frames":50}"#;
    fs::write(recordings.join(".unfinished/2026-11-02_18-00-00.json"), format!("{note}\n{gap}\n")).unwrap();
    take
}

#[test]
fn a_take_that_was_cut_short_is_found_until_it_is_settled() {
    if library().is_none() {
        return;
    }
    let walk = Walk::new("find", &["record", "--device", "none"]);
    let home = tempfile::tempdir().unwrap();
    unfinished(home.path());
    let all = Fault::every(&walk.run(home.path(), None).calls);
    let mut lost = Vec::new();
    for fault in &all {
        let home = tempfile::tempdir().unwrap();
        let take = unfinished(home.path());
        let ran = walk.run(home.path(), Some(fault));
        let offers = offered(home.path());
        let chunks = fs::read(&take).unwrap().windows(10).filter(|w| w == b"aloud.take").count();
        if offers.len() != 1 || duration_s(&take) != 1.0 || chunks != 1 || ran.said.contains("panicked") {
            lost.push(format!("{fault} {:?}: {offers:?}, {} s: {:?}", ran.failed(), duration_s(&take), ran.said));
        }
    }
    eprintln!("{} faults while a take is found", all.len());
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn output_that_cannot_be_written_is_said_without_a_panic() {
    let home = tempfile::tempdir().unwrap();
    fill(&place(home.path()), 3);
    fs::write(home.path().join("a.txt"), "I fixed the till.").unwrap();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let aloud = |arguments: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("aloud"));
        command.args(arguments).current_dir(home.path()).stdin(Stdio::null());
        command
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"));
        command
    };
    let printing: [&[&str]; 12] = [
        &["analyze", "a.txt"],
        &["analyze", "a.txt", "--json"],
        &["analyze", "a.txt", "--jsonl"],
        &["history", "list"],
        &["history", "list", "--json"],
        &["history", "show", "3"],
        &["history", "compare", "1", "2"],
        &["history", "export"],
        &["history", "export", "--format", "jsonl"],
        &["history", "path"],
        &["questions", "list"],
        &["progress"],
    ];
    for arguments in printing {
        let output = aloud(arguments).stdout(full()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.lines().count() == 1 && said.contains("output"), "{arguments:?}: {said}");
    }
    // Messages on stderr cannot be written; the exit code stays the same.
    let talking: [(&[&str], i32); 5] = [
        (&["analyze", "none.wav"], 1),
        (&["history", "list", "--speaker", "nobody"], 0),
        (&["history", "edit", "1", "--undo"], 0),
        (&["progress", "goal", "fillers", "--below", "4"], 0),
        (&["history", "delete", "1", "--yes"], 0),
    ];
    for (arguments, code) in talking {
        let status = aloud(arguments).stdout(Stdio::null()).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}
