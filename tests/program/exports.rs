//! Tests of `--export` on the command line: what is printed, what is written to files, and what cannot be exported.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{aloud, sample};

fn run(home: &Path, arguments: &[&str]) -> Output {
    aloud(home).args(arguments).output().expect("it runs")
}

fn succeeds(home: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = run(home, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn a_kept_answer_is_exported_as_when_it_was_analyzed() {
    let home = tempfile::tempdir().unwrap();
    let answer = sample("too_short.flac");
    let answer = answer.to_str().unwrap();
    let at = |name: &str| home.path().join(name);
    for kind in ["textgrid", "audacity", "vtt", "srt", "csv"] {
        let printed = succeeds(home.path(), &["analyze", answer, "--export", kind]);
        assert_eq!(succeeds(home.path(), &["history", "show", "last", "--export", kind]), printed, "{kind}");
        let file = at(kind);
        let said = succeeds(home.path(), &["analyze", answer, "--export", kind, "-o", file.to_str().unwrap()]);
        assert!(said.is_empty() && fs::read(&file).unwrap() == printed, "{kind}");
        succeeds(home.path(), &["history", "show", "last", "--export", kind, "-o", file.to_str().unwrap()]);
        assert!(fs::read(&file).unwrap() == printed, "{kind}");
    }
    let elan = String::from_utf8(succeeds(home.path(), &["analyze", answer, "--export", "elan"])).unwrap();
    assert!(elan.contains("<ANNOTATION_DOCUMENT") && elan.contains("TIER_ID=\"sentences\""), "{elan}");
    // The tracks in the history are coarser, but have as many frames.
    let frames = succeeds(home.path(), &["analyze", answer, "--export", "frames"]);
    let kept = succeeds(home.path(), &["history", "show", "last", "--export", "frames"]);
    let lines = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
    assert!(lines(&frames) == lines(&kept) && lines(&frames) > 700, "{} {}", lines(&frames), lines(&kept));
}

#[test]
fn many_answers_give_one_table_or_a_file_each() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("answers");
    for name in ["a/take.flac", "b/take.flac"] {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs::copy(sample("too_short.flac"), folder.join(name)).unwrap();
    }
    fs::write(folder.join("broken.wav"), b"RIFF but not really").unwrap();
    let (answers, made) = (folder.to_str().unwrap(), home.path().join("made"));
    let arguments = |kind: &'static str| ["analyze", answers, "--no-save", "--export", kind];
    let output = run(home.path(), &arguments("csv"));
    assert_eq!(output.status.code(), Some(1));
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(table.matches("start_s").count(), 1, "one line of headings");
    assert_eq!(table.matches("a/take.flac,word,").count(), table.matches("b/take.flac,word,").count());
    assert!(table.contains("a/take.flac,word,0,"), "{table}");

    let file = home.path().join("table.csv");
    let output = run(home.path(), &[&arguments("csv")[..], &["--output", file.to_str().unwrap()]].concat());
    assert_eq!((output.status.code(), fs::read_to_string(&file).unwrap()), (Some(1), table));

    run(home.path(), &[&arguments("textgrid")[..], &["--output", made.to_str().unwrap()]].concat());
    let mut names: Vec<_> = fs::read_dir(&made).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["take-2.TextGrid", "take.TextGrid"]);
}

#[test]
fn what_cannot_be_exported_is_said_in_one_line() {
    let home = tempfile::tempdir().unwrap();
    let draft = home.path().join("draft.txt");
    fs::write(&draft, "I called her back. She got her money the same day.").unwrap();
    let draft = draft.to_str().unwrap();
    let answer = home.path().join("take.flac");
    fs::copy(sample("too_short.flac"), &answer).unwrap();
    let answer = answer.to_str().unwrap();
    for arguments in [
        &["analyze", draft, "--export", "textgrid"][..],
        &["analyze", answer, answer, "--export", "vtt"],
        &["analyze", answer, "--export", "csv", "--json"],
        &["analyze", answer, "--export", "csv", "--jsonl"],
        &["analyze", answer, "--export", "word"],
        &["analyze", answer, "--output", "x"],
        &["history", "show", "last", "--output", "x"],
    ] {
        let output = run(home.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
    let output = run(home.path(), &["analyze", answer, "--no-save", "--export", "vtt", "-o", answer]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("this is the answer itself"), "{output:?}");
    assert_eq!(fs::read(answer).unwrap(), fs::read(sample("too_short.flac")).unwrap());
    // Among several files, a draft is reported as an error, and the others are exported.
    let made = home.path().join("made");
    let arguments = ["analyze", answer, draft, "--no-save", "--export", "srt", "-o", made.to_str().unwrap()];
    let output = run(home.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.lines().count() == 1 && said.contains("a written draft has no times"), "{said}");
    assert_eq!(fs::read_dir(&made).unwrap().count(), 1);
    // A table contains the sentences of a draft.
    let table = String::from_utf8(succeeds(home.path(), &["analyze", draft, "--export", "csv"])).unwrap();
    assert!(table.contains(",sentence,1,,,She got her money the same day.,"), "{table}");
}
