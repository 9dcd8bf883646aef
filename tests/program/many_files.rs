//! Many files at once: folders, parallel files, shards for several machines, resuming after a stop, and one merged
//! history.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::common::{aloud, assert_valid, sample, write_wav};
use aloud::audio::Recording;
use serde_json::Value;

/// The length of each answer, in seconds: a few words.
const LENGTH_S: usize = 3;

/// Creates a folder with short answers cut from a sample, in two subfolders, with a file among them that is not a
/// recording.
fn answers(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recording = Recording::open(&sample("fillers.flac"), &mut |_| ()).unwrap();
    for i in 0..count {
        let path = folder.path().join(if i % 2 == 0 { "ana" } else { "ben" }).join(format!("take-{i}.wav"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let from = i * LENGTH_S * 16_000;
        write_wav(&path, 16_000, &recording.speech.samples(from..from + LENGTH_S * 16_000));
    }
    fs::write(folder.path().join("ana/take-9.mp3"), b"a letter, not an answer").unwrap();
    folder
}

/// Returns the lines that the program prints; the program may fail only because of a file that is not a recording.
fn lines(home: &Path, folder: &Path, options: &[&str]) -> Vec<String> {
    let output = aloud(home).arg("analyze").arg(folder).arg("--jsonl").args(options).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let fails = text.contains("aloud.error/1");
    assert_eq!(output.status.code(), Some(i32::from(fails)), "{}", String::from_utf8_lossy(&output.stderr));
    text.lines().map(str::to_string).collect()
}

/// Returns the path of a line's file inside the folder.
fn name(line: &str, folder: &Path) -> String {
    let line: Value = serde_json::from_str(line).unwrap();
    let path = line.pointer("/recording/path").or(line.get("path")).and_then(Value::as_str).unwrap();
    Path::new(path).strip_prefix(folder).unwrap().to_str().unwrap().to_string()
}

#[test]
fn what_comes_out_does_not_depend_on_jobs_or_parts() {
    let (home, folder) = (tempfile::tempdir().unwrap(), answers(5));
    let folder = folder.path();
    let one_by_one = lines(home.path(), folder, &["--no-save", "--jobs", "1"]);
    let names: Vec<String> = one_by_one.iter().map(|l| name(l, folder)).collect();
    let expected =
        ["ana/take-0.wav", "ana/take-2.wav", "ana/take-4.wav", "ana/take-9.mp3", "ben/take-1.wav", "ben/take-3.wav"];
    assert_eq!(names, expected);
    for line in &one_by_one {
        let line: Value = serde_json::from_str(line).unwrap();
        if line["schema"] == "aloud.error/1" {
            assert!(line["message"].as_str().unwrap().starts_with("this is not an audio or video file"), "{line}");
        } else {
            assert_valid(&line);
        }
    }
    assert_eq!(lines(home.path(), folder, &["--no-save", "--jobs", "4"]), one_by_one);

    // The shards together have every line once, in order, and unchanged.
    let parts: Vec<Vec<String>> =
        (1..=3).map(|i| lines(home.path(), folder, &["--no-save", "--shard", &format!("{i}/3")])).collect();
    let all: BTreeSet<&String> = parts.iter().flatten().collect();
    assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), one_by_one.len());
    assert_eq!(all, one_by_one.iter().collect());
    for part in &parts {
        let places: Vec<usize> = part.iter().map(|l| one_by_one.iter().position(|o| o == l).unwrap()).collect();
        assert!(places.is_sorted(), "{places:?}");
    }
}

#[test]
fn a_part_without_files_is_done_at_once() {
    let (home, folder) = (tempfile::tempdir().unwrap(), answers(1));
    fs::remove_file(folder.path().join("ana/take-9.mp3")).unwrap();
    let mut empty = 0;
    for i in 1..=2 {
        let shard = format!("{i}/2");
        let options = ["--json", "--no-save", "--shard", &shard];
        let output = aloud(home.path()).arg("analyze").arg(folder.path()).args(options).output().unwrap();
        assert!(output.status.success());
        let reports: Value = serde_json::from_slice(&output.stdout).unwrap();
        if reports.as_array().unwrap().is_empty() {
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(said, format!("No file falls in part {shard}; nothing to do.\n"));
            empty += 1;
        }
    }
    assert_eq!(empty, 1);
}

#[test]
fn options_that_make_no_sense_are_usage_errors() {
    let home = tempfile::tempdir().unwrap();
    for options in [
        &["--output", "out.jsonl"][..],
        &["--jsonl", "--shard", "0/4"],
        &["--jsonl", "--shard", "5/4"],
        &["--jsonl", "--shard", "two"],
        &["--jsonl", "--jobs", "0"],
    ] {
        let output = aloud(home.path()).args(["analyze", "samples"]).args(options).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{options:?}");
    }
    // A folder counts as many files, however few it holds.
    let output = aloud(home.path()).args(["analyze", "samples", "--tracks", "t.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// Returns the arguments of a run with output to a file.
fn into_file(folder: &Path, file: &Path, jobs: &str) -> Vec<String> {
    let (folder, file) = (folder.to_str().unwrap(), file.to_str().unwrap());
    ["analyze", folder, "--jsonl", "--no-save", "--output", file, "--jobs", jobs].map(String::from).to_vec()
}

#[test]
fn a_run_that_was_killed_goes_on_and_ends_as_if_it_had_not_been() {
    let (home, folder) = (tempfile::tempdir().unwrap(), answers(6));
    let file = |name: &str| home.path().join(name);
    let run = |to: &PathBuf, jobs: &str| -> String {
        let output = aloud(home.path()).args(into_file(folder.path(), to, jobs)).output().unwrap();
        // One of the files is not a recording.
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    run(&file("whole.jsonl"), "2");
    let whole = fs::read_to_string(file("whole.jsonl")).unwrap();
    assert_eq!(whole.lines().count(), 7);

    for jobs in ["1", "3"] {
        let killed = file(&format!("killed-{jobs}.jsonl"));
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("aloud"))
            .args(into_file(folder.path(), &killed, jobs))
            .env("HOME", home.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while fs::read_to_string(&killed).unwrap_or_default().lines().count() < 2 {
            assert!(started.elapsed() < Duration::from_secs(120) && child.try_wait().unwrap().is_none());
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let before = fs::read_to_string(&killed).unwrap();
        let done = before.matches('\n').count();
        assert!((2..7).contains(&done) && whole.starts_with(&before), "{done} lines after the kill");
        // The file is cut as if the kill had come in the middle of a line.
        let next = whole.lines().nth(done).unwrap();
        fs::write(&killed, format!("{before}{}", &next[..next.len() / 2])).unwrap();

        let said = run(&killed, jobs);
        assert_eq!(fs::read_to_string(&killed).unwrap(), whole);
        // All lines are reports except the fourth, which is tried again.
        let finished = if done >= 4 { done - 1 } else { done };
        assert!(said.contains(&format!("{finished} files done before; {} to do.", 7 - finished)), "{said}");
    }

    // On another run, only the file that is not a recording is tried again, and no line moves.
    let said = run(&file("whole.jsonl"), "2");
    assert!(said.contains("6 files done before; 1 to do."), "{said}");
    assert_eq!(fs::read_to_string(file("whole.jsonl")).unwrap(), whole);

    // A file that is new or has changed is analyzed, and its line is in input order.
    let bytes = fs::read(folder.path().join("ben/take-5.wav")).unwrap();
    fs::write(folder.path().join("ana/take-2.wav"), &bytes).unwrap();
    fs::write(folder.path().join("ana/take-1.wav"), &bytes).unwrap();
    let said = run(&file("whole.jsonl"), "2");
    assert!(said.contains("5 files done before; 3 to do."), "{said}");
    let after = fs::read_to_string(file("whole.jsonl")).unwrap();
    let names: Vec<String> = after.lines().map(|l| name(l, folder.path())).collect();
    assert!(names.is_sorted() && names.len() == 8, "{names:?}");
    let changed = [1, 2];
    for (i, line) in after.lines().enumerate().filter(|(i, _)| !changed.contains(i)) {
        assert!(whole.lines().any(|l| l == line), "line {i} is another");
    }
}

#[test]
fn an_output_that_is_something_else_is_left_alone() {
    let (home, folder) = (tempfile::tempdir().unwrap(), answers(1));
    let notes = home.path().join("notes.txt");
    fs::write(&notes, "what I want to say\nand how\n").unwrap();
    let output = aloud(home.path()).args(into_file(folder.path(), &notes, "1")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap().replace(home.path().to_str().unwrap(), "HOME");
    insta::assert_snapshot!("not_our_lines", said.trim_end());
    assert_eq!(fs::read_to_string(&notes).unwrap(), "what I want to say\nand how\n");
}

#[test]
fn reports_made_with_other_settings_are_not_mixed() {
    let (home, folder) = (tempfile::tempdir().unwrap(), answers(1));
    fs::remove_file(folder.path().join("ana/take-9.mp3")).unwrap();
    let lines = home.path().join("out.jsonl");
    let run = || aloud(home.path()).args(into_file(folder.path(), &lines, "1")).output().unwrap();
    assert!(run().status.success());
    let before = fs::read_to_string(&lines).unwrap();
    let report: Value = serde_json::from_str(&before).unwrap();
    assert_eq!(report["program"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["program"]["settings"]["fillers"], serde_json::json!([]));

    let settings = home.path().join("config/aloud/settings.toml");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    fs::write(&settings, "fillers = [\"right\"]\n").unwrap();
    let output = run();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap().replace(home.path().to_str().unwrap(), "HOME");
    let expected = "aloud: HOME/out.jsonl: the reports in it were made with other fillers of your own than now; give another name, \
                    or change the settings back\n";
    assert_eq!(said, expected);
    assert_eq!(fs::read_to_string(&lines).unwrap(), before);

    fs::remove_file(&settings).unwrap();
    let said = String::from_utf8(run().stderr).unwrap();
    assert!(said.contains("1 file done before; nothing is left to do."), "{said}");
}

/// Returns a history's contents for each answer, without what depends on the time of keeping, and without the tracks,
/// which lines of `--jsonl` do not have.
fn kept(home: &Path) -> Vec<Value> {
    let output = aloud(home).args(["history", "export", "--format", "jsonl"]).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let mut answers: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    for answer in &mut answers {
        let answer = answer.as_object_mut().unwrap();
        assert!(answer.remove("kept_at").is_some() && answer.contains_key("contours"));
        answer.remove("contours");
        // Numbers in lines are rounded to a ten-thousandth; the history of the analyzing machine has them in full.
        answer.values_mut().for_each(round);
    }
    answers.sort_by_key(|a| a["report"]["recording"]["path"].as_str().unwrap().to_string());
    answers
}

fn round(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        Value::Number(n) if n.is_f64() => *value = ((n.as_f64().unwrap() * 1e4).round() / 1e4).into(),
        _ => {}
    }
}

#[test]
fn the_parts_of_two_machines_make_the_history_of_one() {
    let folder = answers(4);
    let one = tempfile::tempdir().unwrap();
    lines(one.path(), folder.path(), &[]);

    // Two machines: each has its own data folder, and both work at the same time.
    let machines = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let merged = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = (1..=2).map(|i| merged.path().join(format!("part-{i}.jsonl"))).collect();
    std::thread::scope(|scope| {
        for (i, (home, file)) in machines.iter().zip(&files).enumerate() {
            let mut arguments = into_file(folder.path(), file, "1");
            arguments.extend(["--shard".to_string(), format!("{}/2", i + 1)]);
            scope.spawn(move || assert!(aloud(home.path()).args(arguments).output().unwrap().status.code() < Some(2)));
        }
    });
    let import = || {
        let output = aloud(merged.path()).args(["history", "import"]).args(&files).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(import(), "4 answers imported; 0 were there already; 1 file had failed and left nothing to import.\n");
    assert_eq!(kept(merged.path()), kept(one.path()));
    assert_eq!(import(), "0 answers imported; 4 were there already; 1 file had failed and left nothing to import.\n");
    assert_eq!(kept(merged.path()), kept(one.path()));
}
