//! Imports from other programs: corrected words and transcripts of meetings. Also tests the manual pages.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::common::{aloud, assert_valid, sample};

fn run(home: &Path, arguments: &[&str]) -> Output {
    aloud(home).args(arguments).output().expect("it runs")
}

fn succeeds(home: &Path, arguments: &[&str]) -> String {
    let output = run(home, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn report(text: &str) -> Value {
    let report = serde_json::from_str(text).unwrap();
    assert_valid(&report);
    report
}

#[test]
fn mended_words_are_scored_again_and_can_be_taken_back() {
    let home = tempfile::tempdir().unwrap();
    let answer = sample("too_short.flac");
    let answer = answer.to_str().unwrap();
    let file = home.path().join("words.TextGrid");
    let words = file.to_str().unwrap();
    let heard = succeeds(home.path(), &["analyze", answer, "--json"]);
    let grid = succeeds(home.path(), &["history", "show", "last", "--export", "textgrid"]);
    fs::write(&file, &grid).unwrap();
    // The exported file, unchanged, changes nothing, whether the answer is new or kept.
    assert_eq!(succeeds(home.path(), &["analyze", answer, "--json", "--no-save", "--words", words]), heard);
    let output = run(home.path(), &["history", "edit", "last", "--words", words]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("has these words already"), "{output:?}");
    assert_eq!(succeeds(home.path(), &["history", "show", "last", "--json"]), heard);

    let before = report(&heard);
    let text = |report: &Value, i: usize| report["transcript"]["words"][i]["text"].as_str().unwrap().to_string();
    let third = text(&before, 3);
    fs::write(&file, grid.replacen(&format!("text = \"{third}\""), "text = \"um,\"", 1)).unwrap();
    succeeds(home.path(), &["history", "edit", "last", "--words", words]);
    let edited = report(&succeeds(home.path(), &["history", "show", "last", "--json"]));
    assert_eq!(text(&edited, 3), "um,");
    assert_eq!(edited["fillers"]["count"].as_u64(), before["fillers"]["count"].as_u64().map(|n| n + 1));
    assert_eq!(edited["pauses"], before["pauses"]);
    for i in (0..before["transcript"]["words"].as_array().unwrap().len()).filter(|i| *i != 3) {
        assert_eq!(edited["transcript"]["words"][i], before["transcript"]["words"][i]);
    }
    succeeds(home.path(), &["history", "edit", "last", "--undo"]);
    assert_eq!(succeeds(home.path(), &["history", "show", "last", "--json"]), heard);
    // The same words given during the analysis have the same effect, and the report as aloud heard the answer is kept
    // too.
    let analyzed = report(&succeeds(home.path(), &["analyze", answer, "--json", "--words", words]));
    assert_eq!(analyzed, edited);
    assert_eq!(report(&succeeds(home.path(), &["history", "show", "last", "--json"])), edited);
    assert_eq!(succeeds(home.path(), &["history", "show", "last", "--json", "--unmended"]), heard);
}

#[test]
fn words_that_cannot_be_taken_are_said_in_one_line() {
    let home = tempfile::tempdir().unwrap();
    let answer = sample("too_short.flac");
    let answer = answer.to_str().unwrap();
    let wrong = home.path().join("words.TextGrid");
    fs::write(&wrong, "words").unwrap();
    let wrong = wrong.to_str().unwrap();
    for (arguments, code, what) in [
        (&["analyze", answer, "--words", wrong][..], 1, "this is not a TextGrid"),
        (&["analyze", answer, "--words", "missing.vtt"], 1, "there is no such file"),
        (&["analyze", answer, "--words", "a.docx"], 1, "make one with --export"),
        (&["analyze", answer, answer, "--words", wrong], 2, "name only that recording"),
        (&["analyze", "draft.txt", "--words", wrong], 2, "name only that recording"),
        (&["history", "edit", "last", "--words", wrong, "--undo"], 2, "cannot be used with"),
    ] {
        let output = run(home.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(code) && said.contains(what), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty() && (code == 2 || said.lines().count() == 1), "{said}");
    }
}

#[test]
fn of_a_meeting_one_speaker_is_judged_and_no_name_or_time_is_a_word() {
    let home = tempfile::tempdir().unwrap();
    let said = "Last May a customer was angry about her bill. I called her and explained it. She stayed with us.";
    let vtt = format!(
        "WEBVTT\n\n1\n00:00:02.000 --> 00:00:04.000\nAnn Lee: Tell me about a conflict.\n\n2\n00:00:05.000 --> 00:00:12.000\nSam Jones: {said}\n"
    );
    let otter = format!(
        "Mock interview\n\nAnn Lee  0:02  \nTell me about a conflict.\n\nSam Jones  0:05  \n{said}\n\nTranscribed by https://otter.ai\n"
    );
    let teams =
        format!("0:0:2.0 --> 0:0:4.0\nAnn Lee\nTell me about a conflict.\n\n0:0:5.0 --> 0:0:12.0\nSam Jones\n{said}\n");
    let draft = home.path().join("draft.txt");
    fs::write(&draft, said).unwrap();
    let mut plain = report(&succeeds(home.path(), &["analyze", draft.to_str().unwrap(), "--json"]));
    for (name, text) in [("zoom.vtt", vtt), ("otter.txt", otter), ("teams.txt", teams)] {
        let path = home.path().join(name);
        fs::write(&path, text).unwrap();
        let output = run(home.path(), &["analyze", path.to_str().unwrap(), "--json"]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            told.contains("what Sam Jones said") && told.contains("left out: Ann Lee") && told.lines().count() == 1,
            "{told}"
        );
        let found = report(&String::from_utf8_lossy(&output.stdout));
        plain["recording"]["path"] = found["recording"]["path"].clone();
        assert_eq!(found, plain, "{name}");
    }
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let home = tempfile::tempdir().unwrap();
    let pages = succeeds(home.path(), &["man", "--list"]);
    let pages: Vec<&str> = pages.lines().collect();
    assert!(pages.len() > 20 && pages.contains(&"aloud-history-show"), "{pages:?}");
    for page in &pages {
        let text = succeeds(home.path(), &["man", page]);
        assert!(text.contains(".SH NAME") && text.contains(&page.replace('-', "\\-")), "{page}");
    }
    assert_eq!(succeeds(home.path(), &["man"]), succeeds(home.path(), &["man", "aloud"]));
    let output = run(home.path(), &["man", "aloud-analyse"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean 'aloud-analyze'?"), "{output:?}");
}
