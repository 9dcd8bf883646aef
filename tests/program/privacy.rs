//! Private data stays private: who can read what aloud writes, what reaches a network, a log or a terminal, and what is
//! left when everything is deleted.
#![cfg(unix)]

use crate::common;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{root, sample};

/// A home that the program runs in, also under other programs such as `strace`.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data/aloud")
    }

    /// Runs `program` with its own arguments, followed by those of aloud.
    fn under(&self, program: &[&str], arguments: &[&str]) -> Output {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(assert_cmd::cargo::cargo_bin("aloud")).args(arguments);
        command.env("HOME", self.path()).env("XDG_CONFIG_HOME", self.path().join("config"));
        command.env("XDG_DATA_HOME", self.path().join("data")).env("TZ", "UTC").current_dir(self.path());
        command.stdin(std::process::Stdio::null()).output().expect("it runs")
    }

    /// Runs aloud with a umask under which new files are open to everybody by default.
    fn aloud(&self, arguments: &[&str]) -> Output {
        self.under(&["sh", "-c", "umask 000; exec \"$@\"", "sh"], arguments)
    }

    fn succeeds(&self, arguments: &[&str]) -> Output {
        let output = self.aloud(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Creates a folder with two recorded answers.
    fn answers(&self) -> String {
        let folder = self.path().join("answers");
        fs::create_dir_all(&folder).unwrap();
        for name in ["conflict", "weakness"] {
            fs::copy(sample("too_short.flac"), folder.join(format!("{name}.flac"))).unwrap();
        }
        folder.display().to_string()
    }

    /// Creates a recorded interview.
    fn interview(&self) -> String {
        let file = self.path().join("interview.wav");
        crate::two_voices::short().write(&file);
        file.display().to_string()
    }

    /// Returns commands that cover everything that aloud does without a microphone.
    fn everything(&self) -> Vec<Vec<String>> {
        let answer = sample("too_short.flac").display().to_string();
        let answers = self.answers();
        let lines = [
            format!(
                "analyze {answer} --question conflict --html made/page.html --svg made/lanes.svg --tracks made/t.json"
            ),
            format!("analyze {answer} {answers}/conflict.flac --html pages --audio link"),
            format!("analyze {answers}/weakness.flac {answers}/conflict.flac --jsonl --output made/lines.jsonl"),
            format!("analyze {answer} --no-save --png made/lanes.png"),
            format!("analyze {answer} --no-save --export textgrid --output made/words.TextGrid"),
            format!("analyze {answer} {answers}/conflict.flac --no-save --export srt --output captions"),
            format!("analyze {answers} --people --html people"),
            format!("interview {} --html made/interview.html", self.interview()),
            "questions add Why?".to_owned(),
            "questions list".to_owned(),
            format!("questions from-resume {}", root().join("tests/fixtures/practice/resumes/nurse.txt").display()),
            format!("practice --from {answers}"),
            "history list".to_owned(),
            "history show last --html made/again.html --svg made/again.svg --png made/again.png".to_owned(),
            "history show last --export csv --output made/words.csv".to_owned(),
            "history export --format csv".to_owned(),
            "progress --html made/progress.html".to_owned(),
            "progress goal fillers --below 4".to_owned(),
            "models list".to_owned(),
            "models verify".to_owned(),
            "doctor".to_owned(),
        ];
        lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
    }
}

/// Returns all files and folders below a folder, with their permissions.
fn modes(folder: &Path) -> BTreeMap<PathBuf, u32> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let meta = entry.metadata().unwrap();
        found.insert(entry.path(), meta.permissions().mode() & 0o777);
        if meta.is_dir() {
            found.append(&mut modes(&entry.path()));
        }
    }
    found
}

/// The options that name an output, with their commands. A new option belongs here or in [`READING`], and in
/// [`Home::everything`].
const WRITING: [(&str, &str); 11] = [
    ("analyze", "html"),
    ("analyze", "output"),
    ("analyze", "png"),
    ("analyze", "svg"),
    ("analyze", "tracks"),
    ("history show", "html"),
    ("history show", "output"),
    ("history show", "png"),
    ("history show", "svg"),
    ("interview", "html"),
    ("progress", "html"),
];
/// The option that needs a microphone.
const RECORDING: (&str, &str) = ("record", "output");
/// The options that name an input, with their commands.
const READING: [(&str, &str); 8] = [
    ("analyze", "coach"),
    ("analyze", "list"),
    ("analyze", "story-weights"),
    ("analyze", "words"),
    ("history edit", "words"),
    ("practice", "from"),
    ("practice", "job"),
    ("practice", "resume"),
];

/// Returns every option whose value is a path, with its command: the completions know the types of values.
fn path_options(home: &Home) -> Vec<(String, String)> {
    let script = String::from_utf8(home.succeeds(&["completions", "fish"]).stdout).unwrap();
    let mut found = Vec::new();
    for line in script.lines().filter(|line| line.contains(" -r -F")) {
        let condition = line.split('"').nth(1).expect("when it holds");
        let after = |what: &str| condition.split_once(what).map(|(_, rest)| rest.split([';', ' ']).next().unwrap());
        let command = ["using_subcommand ", "; and __fish_seen_subcommand_from "].into_iter().filter_map(after);
        let option = line.split_once(" -l ").expect("a long name").1.split(' ').next().unwrap();
        found.push((command.collect::<Vec<_>>().join(" "), option.to_owned()));
    }
    found.sort();
    found.dedup();
    found
}

#[test]
fn no_option_that_writes_is_forgotten() {
    let home = Home::new();
    let mut known: Vec<(&str, &str)> = [&WRITING[..], &READING, &[RECORDING]].concat();
    known.sort_unstable();
    let found = path_options(&home);
    assert_eq!(found.iter().map(|(c, o)| (c.as_str(), o.as_str())).collect::<Vec<_>>(), known);
    for (command, option) in WRITING {
        let is_tried =
            |line: &Vec<String>| line.join(" ").starts_with(command) && line.contains(&format!("--{option}"));
        assert!(home.everything().iter().any(is_tried), "{command} --{option} is not tried");
    }
}

#[test]
fn whatever_is_written_is_for_its_owner_alone() {
    let home = Home::new();
    let commands = home.everything();
    let before = modes(home.path());
    // A new file is private from its first byte; an existing file that everybody could read becomes private.
    fs::create_dir(home.path().join("made")).unwrap();
    fs::set_permissions(home.path().join("made"), fs::Permissions::from_mode(0o700)).unwrap();
    for name in ["again.html", "t.json", "lines.jsonl"] {
        let there = home.path().join("made").join(name);
        fs::write(&there, "").unwrap();
        fs::set_permissions(&there, fs::Permissions::from_mode(0o666)).unwrap();
    }
    for command in commands.iter().filter(|command| command[0] != "doctor") {
        home.succeeds(&command.iter().map(String::as_str).collect::<Vec<_>>());
    }
    home.aloud(&["doctor"]);
    let made: Vec<_> = modes(home.path()).into_iter().filter(|(path, _)| !before.contains_key(path)).collect();
    for command in &commands {
        for pair in command.windows(2).filter(|pair| WRITING.iter().any(|(_, o)| pair[0] == format!("--{o}"))) {
            let named = home.path().join(&pair[1]);
            assert!(fs::metadata(&named).is_ok_and(|m| m.is_dir() || m.len() > 0), "{command:?} writes {}", pair[1]);
        }
    }
    assert!(made.len() > 16, "{made:?}");
    // The client library of the sound server creates its own folder when the doctor looks for microphones.
    for (path, mode) in made.into_iter().filter(|(path, _)| !path.starts_with(home.path().join("config/pulse"))) {
        let right = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, right, "{}: {mode:o}", path.display());
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(!name.starts_with(".aloud-"), "{name} was left behind");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_take_is_for_its_owner_alone() {
    let Some(tape) = common::microphone::Home::with_tape("rate 16000 channels 1 format S16_LE") else { return };
    let before = modes(tape.path());
    for arguments in [&["record", "--max", "1s"][..], &["record", "--max", "1s", "--output", "named.wav"]] {
        let mut command = tape.sound_program("sh");
        command.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(assert_cmd::cargo::cargo_bin("aloud"));
        command.args(arguments).current_dir(tape.path()).stdin(std::process::Stdio::null());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let made: Vec<_> = modes(tape.path()).into_iter().filter(|(path, _)| !before.contains_key(path)).collect();
    assert!(made.iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "wav")).count() == 2, "{made:?}");
    for (path, mode) in made {
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}: {mode:o}", path.display());
    }
}

#[test]
fn without_any_network_everything_works() {
    let alone = ["unshare", "-n", "--"];
    if !Command::new(alone[0]).args(["-n", "--", "true"]).status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: this user may not make a network namespace");
        return;
    }
    let home = Home::new();
    fs::create_dir(home.path().join("made")).unwrap();
    for command in home.everything() {
        let output = home.under(&alone, &command.iter().map(String::as_str).collect::<Vec<_>>());
        let said = String::from_utf8_lossy(&output.stderr);
        // The exit code of the doctor depends on whether this machine has a microphone.
        assert!(output.status.success() || command[0] == "doctor", "{command:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    // The only command that needs a network says so in one line.
    let output = home.under(&alone, &["models", "get", "tiny.en-q8_0"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("aloud: huggingface.co cannot be reached (") && said.lines().count() == 2, "{said}");
}

#[test]
fn no_command_but_one_opens_a_connection() {
    if !Command::new("strace").args(["-V"]).output().is_ok_and(|output| output.status.success()) {
        common::skip_without_tool("strace is not installed");
        return;
    }
    let home = Home::new();
    fs::create_dir(home.path().join("made")).unwrap();
    let trace = home.path().join("trace");
    let traced = ["strace", "-f", "-qq", "-e", "trace=network", "-o", trace.to_str().unwrap()];
    let sockets = |command: &[&str]| {
        let output = home.under(&traced, command);
        let calls = fs::read_to_string(&trace).unwrap_or_default();
        let calls: Vec<String> = calls.lines().filter(|call| call.contains("AF_INET")).map(str::to_owned).collect();
        (output, calls)
    };
    if sockets(&["completions", "bash"]).0.status.code() != Some(0) {
        eprintln!("skipped: strace may not trace here");
        return;
    }
    for command in home.everything() {
        let (_, calls) = sockets(&command.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(calls.is_empty(), "{command:?}: {calls:?}");
    }
    let (_, calls) = sockets(&["models", "get", "tiny.en-q8_0", "--from", "http://127.0.0.1:1/"]);
    assert!(calls.iter().any(|call| call.contains("127.0.0.1")), "the trace shows what there is: {calls:?}");
}

#[test]
fn no_word_of_an_answer_is_in_what_it_says_on_the_side() {
    let home = Home::new();
    let answer = sample("too_short.flac").display().to_string();
    let verbose = ["env", "RUST_LOG=trace", "RUST_BACKTRACE=1"];
    let output = home.under(&verbose, &["analyze", &answer, "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["transcript"]["words"].as_array().unwrap().len() > 5);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let files: Vec<_> = modes(home.path()).into_keys().filter(|path| path.is_file()).collect();
    assert!(files.iter().all(|f| f.file_name().unwrap().to_string_lossy().starts_with("history.")), "{files:?}");
}

/// Returns the files below a folder that contain some bytes.
fn stands_in(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let files = modes(folder).into_keys().filter(|path| path.is_file());
    files.filter(|file| fs::read(file).unwrap().windows(bytes.len()).any(|window| window == bytes)).collect()
}

#[test]
fn deleting_everything_leaves_nothing_and_touches_nothing_else() {
    let home = Home::new();
    let recordings = home.data().join("recordings");
    fs::create_dir_all(&recordings).unwrap();
    let voice = fs::read(sample("too_short.flac")).unwrap();
    let wav = |name: &str| {
        let path = recordings.join(name);
        common::write_wav(&path, 16_000, &vec![0.1; 16_000]);
        path
    };
    // One recorded and analyzed, one recorded and left, one cut short, and an unrelated file of the user beside them.
    let analyzed = wav("2026-11-20_08-00-00_conflict.wav");
    let left = wav("2026-11-21_08-00-00.wav");
    let cut_short = wav("2026-11-22_08-00-00.wav");
    let notes = recordings.join(".unfinished");
    fs::create_dir(&notes).unwrap();
    let note = format!(
        "{{\"recording\":{:?},\"question\":\"conflict\",\"target_s\":null}}\n",
        cut_short.display().to_string()
    );
    fs::write(notes.join("2026-11-22_08-00-00.json"), note).unwrap();
    let own = recordings.join("grandmother.flac");
    fs::write(&own, &voice).unwrap();
    let damaged = home.data().join("history/history.damaged-2026-11-19.db");
    fs::create_dir_all(damaged.parent().unwrap()).unwrap();
    fs::write(&damaged, "words of an answer").unwrap();

    let opened = home.path().join("opened.flac");
    fs::write(&opened, &voice).unwrap();
    for file in [&analyzed, &opened, &own] {
        home.succeeds(&["analyze", file.to_str().unwrap(), "--question", "How do you mark this place?"]);
    }
    home.succeeds(&["practice", "--from", &home.answers()]);
    let said = home.aloud(&["history", "delete", "--all", "--recordings"]);
    let asked = String::from_utf8(said.stderr).unwrap();
    assert!(asked.contains("3 recordings and what practice keeps and 1 file of damaged histories"), "{asked}");
    assert!(left.exists() && damaged.exists() && !stands_in(&home.data(), b"mark this place").is_empty());

    let said = home.succeeds(&["history", "delete", "--all", "--recordings", "--yes"]);
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("and 3 recordings, and what practice kept."), "{said}");
    assert!(![&analyzed, &left, &cut_short, &damaged].iter().any(|path| path.exists()));
    assert_eq!(fs::read_dir(&notes).unwrap().count(), 0);
    assert_eq!(stands_in(&home.data(), b"mark this place"), Vec::<PathBuf>::new());
    assert_eq!(stands_in(&home.data(), b"opened.flac"), Vec::<PathBuf>::new());
    let stays: Vec<_> = modes(&home.data()).into_keys().filter(|path| path.is_file()).collect();
    let is_empty_history = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("history.");
    assert!(stays.iter().all(|path| *path == own || is_empty_history(path)), "{stays:?}");
    for file in [opened, own, home.path().join("answers/conflict.flac"), sample("too_short.flac")] {
        assert_eq!(fs::read(&file).unwrap(), voice, "{}", file.display());
    }
}

#[test]
fn the_doctor_says_what_lies_where() {
    let home = Home::new();
    let recordings = home.data().join("recordings");
    fs::create_dir_all(&recordings).unwrap();
    for name in ["2026-11-20_08-00-00.wav", "2026-11-21_08-00-00.wav"] {
        fs::write(recordings.join(name), vec![0; 1_500_000]).unwrap();
    }
    home.succeeds(&["analyze", sample("too_short.flac").to_str().unwrap()]);
    home.succeeds(&["questions", "add", "Why?"]);
    fs::write(home.data().join("history/history.damaged-2026-11-19.db"), "x").unwrap();
    let said =
        String::from_utf8(home.aloud(&["doctor"]).stdout).unwrap().replace(home.path().to_str().unwrap(), "HOME");
    for line in [
        "settings    HOME/config/aloud/settings.toml: not there",
        "questions   HOME/config/aloud/questions.toml: your own questions",
        "data        HOME/data/aloud: ",
        "recordings  HOME/data/aloud/recordings: 2 takes, 3 MB",
        "history     HOME/data/aloud/history/history.db: 1 answer kept",
        "history     HOME/data/aloud/history/history.damaged-2026-11-19.db: a damaged history that was set aside",
        "models      HOME/data/aloud/models: none fetched",
    ] {
        assert!(said.contains(line), "{line} in\n{said}");
    }
}

#[test]
fn nothing_from_outside_steers_the_terminal() {
    let home = Home::new();
    let evil = "an\u{1b}]0;owned\u{7}swer\u{1b}[2J\u{9b}31m\u{202e}";
    let file = home.path().join(format!("{evil}.flac"));
    fs::copy(sample("too_short.flac"), &file).unwrap();
    let (file, missing) = (file.to_str().unwrap(), format!("{evil}.wav"));
    let questions = home.path().join("config/aloud/questions.toml");
    fs::create_dir_all(questions.parent().unwrap()).unwrap();
    fs::write(&questions, "[[question]]\nid = \"a\\u001b[2Jb\"\ntext = \"Why \\u001b]0;x\\u0007 though?\"\n").unwrap();
    let draft = home.path().join("draft.txt");
    fs::write(&draft, format!("I built \u{1b}[31m{evil} the thing at Acme. It saved 40 percent of the time.")).unwrap();
    let resume = home.path().join("resume.txt");
    fs::write(&resume, format!("Experience\nAcme, 2019 - 2021\n- Built {evil} a tool that cut costs by 40%\n"))
        .unwrap();
    let commands: &[&[&str]] = &[
        &["analyze", file, "--question", &format!("What {evil} now?"), "--speaker", evil],
        &["analyze", &missing],
        &["analyze", draft.to_str().unwrap()],
        &["analyze", file, "--model", evil],
        &["history", "list"],
        &["history", "show", "last"],
        &["history", "compare", "1", "1"],
        &["history", "list", "--speaker", evil],
        &["progress", "--speaker", evil],
        &["progress", "--speakers"],
        &["questions", "list"],
        &["questions", "from-resume", resume.to_str().unwrap()],
        &["practice", "--from", home.path().to_str().unwrap(), "--resume", resume.to_str().unwrap()],
        &["models", "get", "tiny.en-q8_0", "--from", &format!("http://{evil}/")],
        &["history", "delete", "--all"],
        &["doctor"],
    ];
    for command in commands {
        let output = home.aloud(command);
        for text in [output.stdout, output.stderr] {
            let text = String::from_utf8(text).expect("UTF-8");
            let steers = text.chars().find(|&c| (c.is_control() && c != '\n') || c == '\u{202e}');
            assert_eq!(steers, None, "{command:?}: {text:?}");
        }
    }
}
