//! What a user gets from the command line: text on stderr and stdout, and exit codes.

use crate::common;
use std::path::Path;

use crate::common::{aloud, root, sample, write_wav};
use serde_json::Value;

/// Returns the output and the exit code of the program, without the paths of the test.
fn told(home: &Path, arguments: &[&str]) -> String {
    let output = aloud(home).args(arguments).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_string();
    format!(
        "exit {}\n--- stdout\n{}\n--- stderr\n{}",
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr)
    )
    .replace(&home.display().to_string(), "HOME")
    .replace(&root().display().to_string(), "PROJECT")
    .replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn help_says_what_there_is() {
    let home = tempfile::tempdir().unwrap();
    insta::assert_snapshot!("help", told(home.path(), &["--help"]));
    insta::assert_snapshot!("help_analyze", told(home.path(), &["analyze", "--help"]));
    insta::assert_snapshot!("help_interview", told(home.path(), &["interview", "--help"]));
    insta::assert_snapshot!("help_record", told(home.path(), &["record", "--help"]));
}

#[test]
fn alone_it_says_where_one_stands_and_what_comes_next() {
    use crate::common::attempts::{occasion, place, report};
    use aloud::app::history::{Access, Store};
    let home = tempfile::tempdir().unwrap();
    let said = told(home.path(), &[]);
    assert!(said.starts_with("exit 0") && said.contains("aloud record --question about-yourself"), "{said}");
    assert!(!place(home.path()).exists(), "looking makes no store");
    let mut store = Store::open(&place(home.path()), Access::Write).unwrap();
    for i in 0..3 {
        store.save(&report(i, 3), &occasion(i, 3)).unwrap();
    }
    let said = told(home.path(), &[]);
    for part in ["Your last answer, yesterday:", "The one thing to do: ", "You practised on 1 of the last 28 days."] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let asked = report(2, 3).question.unwrap().id.unwrap();
    assert!(said.contains(&format!("aloud record --question {asked}\n")), "{said}");
}

#[test]
fn files_that_are_no_answers_get_one_clear_line() {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        std::fs::write(home.path().join(name), bytes).unwrap();
    };
    file("empty.wav", b"");
    file("letter.mp3", b"Dear Sir or Madam, please find attached my application.");
    std::fs::create_dir(home.path().join("folder")).unwrap();
    let mut all = String::new();
    for name in ["empty.wav", "letter.mp3", "folder", "missing.wav"] {
        let path = home.path().join(name);
        all += &format!("{}\n\n", told(home.path(), &["analyze", path.to_str().unwrap()]));
    }
    insta::assert_snapshot!("not_answers", all);
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [
        &["analyze"][..],
        &["analyze", "a.wav", "--json", "--jsonl"],
        &["analyze", "a.wav", "b.wav", "--tracks", "t.json"],
        &["analyze", "a.wav", "--question", "conflcit"],
        &["frobnicate"],
    ] {
        let output = aloud(home.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_missing_or_wrong_model_is_said_plainly() {
    let home = tempfile::tempdir().unwrap();
    let text = sample("truth.json");
    let answer = sample("too_short.flac");
    let answer = answer.to_str().unwrap();
    insta::assert_snapshot!("unknown_model", told(home.path(), &["analyze", answer, "--model", "enormous"]));
    insta::assert_snapshot!("not_a_model", told(home.path(), &["analyze", answer, "--model", text.to_str().unwrap()]));
}

#[test]
fn silence_gets_no_score_and_a_reason() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("silence.wav");
    write_wav(&path, 48_000, &vec![0.0; 48_000 * 3]);
    insta::assert_snapshot!("silence", told(home.path(), &["analyze", path.to_str().unwrap()]));
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let home = tempfile::tempdir().unwrap();
    let bad = home.path().join("bad.wav");
    std::fs::write(&bad, b"RIFF but not really").unwrap();
    let answer = sample("too_short.flac");
    let output = aloud(home.path()).arg("analyze").args([&answer, &bad, &answer]).arg("--jsonl").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let schemas: Vec<&str> = lines.iter().map(|l| l["schema"].as_str().unwrap()).collect();
    assert_eq!(schemas, ["aloud.report/1", "aloud.error/1", "aloud.report/1"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");

    let output = aloud(home.path()).arg("analyze").args([&answer, &bad]).arg("--json").output().unwrap();
    let reports: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(reports.as_array().unwrap().len(), 1);
}

#[test]
fn the_report_and_the_tracks_are_what_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let tracks = home.path().join("tracks.json");
    let answer = sample("too_short.flac");
    let output = aloud(home.path())
        .args(["analyze", answer.to_str().unwrap(), "--json", "--tracks", tracks.to_str().unwrap()])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    common::assert_valid(&report);
    let tracks: Value = serde_json::from_slice(&std::fs::read(tracks).unwrap()).unwrap();
    let frames = (common::number(&report, "/recording/duration_s") / 0.01) as usize + 1;
    for track in ["time_s", "level_db", "f0_hz", "speech"] {
        assert_eq!(tracks[track].as_array().unwrap().len(), frames, "{track}");
    }
}

#[test]
fn the_settings_file_is_read_and_its_mistakes_are_named() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/aloud");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("settings.toml"), "model = \"enormous\"\n").unwrap();
    let answer = sample("too_short.flac");
    let said = told(home.path(), &["analyze", answer.to_str().unwrap()]);
    assert!(said.contains("there is no speech model enormous"), "{said}");
    std::fs::write(folder.join("settings.toml"), "colour = \"blue\"\n").unwrap();
    insta::assert_snapshot!("wrong_settings", told(home.path(), &["analyze", answer.to_str().unwrap()]));
}

#[test]
fn lists_and_completions_are_data() {
    let home = tempfile::tempdir().unwrap();
    insta::assert_snapshot!("questions_list", told(home.path(), &["questions", "list"]));
    insta::assert_snapshot!("models_list", told(home.path(), &["models", "list"]));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = told(home.path(), &["completions", shell]);
        assert!(said.starts_with("exit 0") && said.contains("analyze"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let program = assert_cmd::cargo::cargo_bin("aloud");
    let script = format!("'{}' questions list | head -n 1; exit ${{PIPESTATUS[0]}}", program.display());
    let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_draft_is_judged_by_its_words_without_a_speech_model() {
    let home = tempfile::tempdir().unwrap();
    let text = "So, um, I I called her back, and twenty-five people, you know, got their money the same day.\n";
    let path = home.path().join("draft.txt");
    std::fs::write(&path, text).unwrap();
    let options = ["--json", "--model", "enormous"];
    let from_file = aloud(home.path()).arg("analyze").arg(&path).args(options).output().unwrap();
    let from_input = aloud(home.path()).args(["analyze", "-"]).args(options).write_stdin(text).output().unwrap();
    let report = |output: std::process::Output| -> Value {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (from_file, mut from_input) = (report(from_file), report(from_input));
    common::assert_valid(&from_file);
    for nothing in ["transcript", "pace", "pauses", "length", "voice"] {
        assert!(from_file[nothing].is_null(), "{nothing}");
    }
    let events = from_file["fillers"]["events"].as_array().unwrap();
    let found: Vec<(&str, u64, u64)> = events
        .iter()
        .map(|e| (e["text"].as_str().unwrap(), e["word"].as_u64().unwrap(), e["words"].as_u64().unwrap()))
        .collect();
    assert_eq!(found, [("so", 0, 1), ("um", 1, 1), ("i", 2, 1), ("you know", 11, 2)]);
    assert!(events.iter().all(|e| e["start_s"].is_null()));
    assert_eq!(from_input["recording"]["path"], "-");
    from_input["recording"]["path"] = from_file["recording"]["path"].clone();
    assert_eq!(from_input, from_file);
}

#[test]
fn drafts_that_are_none_get_one_clear_line() {
    let home = tempfile::tempdir().unwrap();
    let mut all = String::new();
    let long = "word ".repeat(100_000);
    let files: [(&str, &[u8]); 5] = [
        ("empty.txt", b"\n"),
        ("letter.txt", b"PK\x03\x04 a document"),
        ("latin.md", b"caf\xe9"),
        ("book.txt", long.as_bytes()),
        ("sound.txt", b"RIFF\0\0\0\0WAVE"),
    ];
    for (name, bytes) in files {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        all += &format!("{}\n\n", told(home.path(), &["analyze", path.to_str().unwrap()]));
    }
    all += &told(home.path(), &["analyze", home.path().join("missing.txt").to_str().unwrap()]);
    insta::assert_snapshot!("not_drafts", all);
}
