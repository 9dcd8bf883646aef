//! What a user sees in terminals of several widths: no line is wider than the terminal, no line breaks inside a word,
//! and an error in a pipe is one line.
#![cfg(target_os = "linux")]

use crate::common;
use std::path::Path;

use crate::common::attempts::{occasion, place, report};
use crate::common::microphone::Home;
use crate::common::terminal::Terminal;
use crate::common::{aloud, root};
use aloud::app::history::{Access, Occasion, Store};

/// The terminal widths to check, in columns: a very large font, half of a small screen, the usual one, a wide one.
const WIDTHS: [u16; 4] = [30, 44, 80, 120];

/// Adds answers of two people, with names in wide letters, with combining accents, and without a break opportunity.
fn fill(home: &Path) {
    let mut store = Store::open(&place(home), Access::Write).unwrap();
    let files = [
        "\u{4f1a}\u{8b70}\u{306e}\u{8cea}\u{554f}\u{306b}\u{7b54}\u{3048}\u{308b}.wav",
        "re\u{301}sume\u{301} \u{1f600}.wav",
        "interview_recording_final_v2_really_final_this_time.wav",
    ];
    for i in 0..12 {
        let mut report = report(i, 12);
        report.recording.path = format!("/home/ana/{}", files[i % 3]);
        if i % 2 == 0 {
            report.question = None;
        }
        let speaker = (i % 4 == 1).then(|| "Ana Mari\u{301}a de la Cruz".to_string());
        store.save(&report, &Occasion { speaker, ..occasion(i, 12) }).unwrap();
    }
}

/// Returns the output of a command in a terminal of `columns`, without styles.
fn seen(home: &Home, columns: u16, arguments: &str) -> String {
    let (_, raw) = Terminal::open(home, columns, arguments, &[]).end();
    let text = anstream::adapter::strip_str(&raw).to_string();
    // The terminal's settings come before and after the output, then the exit code.
    let lines = text.lines().skip(1);
    lines.take_while(|line| !line.starts_with("ended ")).map(|line| line.trim_end().to_string() + "\n").collect()
}

/// Returns the words of a text; a long path may be split over several lines.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn no_line_is_wider_than_the_terminal_and_none_breaks_inside_a_word() {
    let home = Home::without_microphone();
    fill(home.path());
    for arguments in [
        "",
        "history list",
        "history compare 1 12",
        "history show last",
        "progress",
        "progress --speakers",
        "questions list",
        "models list",
        "doctor",
        "history list --sort fillrs",
        "analyze nowhere.wav -q confict",
        "analyze draft.docx draft.odt",
        "history show 99",
        "--help",
        "history --help",
    ] {
        let wide = seen(&home, 120, arguments);
        for columns in WIDTHS {
            let text = seen(&home, columns, arguments);
            assert!(!text.trim().is_empty(), "{arguments}");
            for line in text.lines() {
                let width = aloud::app::render::terminal::lines::width(line);
                assert!(width <= columns.into(), "{arguments} at {columns}: {width} columns\n{line}");
            }
            // Words of plain letters also occur in the wide terminal, unbroken.
            let whole = words(&wide).join(" ");
            let plain = |word: &&&str| word.len() > 3 && word.chars().all(|c| c.is_ascii_lowercase());
            let broken: Vec<_> =
                words(&text).into_iter().filter(|word| plain(&word)).filter(|w| !whole.contains(*w)).collect();
            // A list has words that do not occur in a table.
            let of_lists =
                ["answer", "fillers", "minute", "words", "question", "speaker", "last", "best", "start", "week"];
            let broken: Vec<_> = broken.into_iter().filter(|word| !of_lists.contains(word)).collect();
            assert!(broken.is_empty(), "{arguments} at {columns}: {broken:?}\n{text}");
        }
    }
}

#[test]
fn an_error_in_a_pipe_is_one_line() {
    let home = tempfile::tempdir().unwrap();
    let long = format!("{}.wav", "a-name-".repeat(30));
    for arguments in [vec!["analyze", &long], vec!["history", "show", "99"], vec!["analyze", "-q", "confict", &long]] {
        let output = aloud(home.path()).args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_name_that_is_nearly_one_is_asked_about_and_is_a_usage_error() {
    let home = tempfile::tempdir().unwrap();
    fill(home.path());
    for (arguments, meant, code) in [
        (&["analyze", "a.wav", "--question", "confict"][..], "did you mean 'conflict'?", 2),
        (&["history", "list", "--question", "confict"], "did you mean 'conflict'?", 2),
        (&["history", "list", "--kind", "confict"], "'conflict'", 2),
        (&["history", "list", "--sort", "scor"], "did you mean 'score'?", 2),
        (&["progress", "--chart", "pacee"], "did you mean 'pace'?", 2),
        (&["progress", "goal", "filler", "--below", "4"], "did you mean 'fillers'?", 2),
        (&["models", "get", "tiny.en"], "did you mean 'tiny.en-q8_0'?", 2),
        (&["analyze", "a.wav", "--model", "tiny.en"], "did you mean 'tiny.en-q8_0'?", 2),
        (&["histroy", "list"], "'history'", 2),
        (&["history", "list", "--speaker", "Ana Maria de la Cruz"], "Did you mean 'Ana Mari\u{301}a de la Cruz'?", 0),
    ] {
        let output = aloud(home.path()).args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(meant), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn documents_are_drafts_and_a_folder_of_drafts_is_analyzed() {
    let home = tempfile::tempdir().unwrap();
    let resumes = root().join("tests/fixtures/practice/resumes");
    let folder = home.path().join("drafts");
    std::fs::create_dir(&folder).unwrap();
    for name in ["nurse.docx", "nurse.pdf"] {
        std::fs::copy(resumes.join(name), folder.join(name)).unwrap();
    }
    std::fs::write(folder.join("a.txt"), "I counted the shelves and found forty boxes.").unwrap();
    // Written answers need no speech model.
    let output = aloud(home.path()).args(["analyze", "--jsonl", "--model", "enormous"]).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let reports: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(reports.len(), 3);
    for report in &reports {
        common::assert_valid(report);
        assert!(
            report["transcript"].is_null() && report["story"]["sentences"].as_array().is_some_and(|s| !s.is_empty())
        );
    }
    for name in ["a.doc", "a.odt", "a.rtf", "a.pages", "a.html", "a.png", "a.zip", "a.xlsx", "a.pptx"] {
        let path = home.path().join(name);
        std::fs::write(&path, b"x").unwrap();
        let output = aloud(home.path()).arg("analyze").arg(&path).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let says_what_to_do = ["save it as", "give a recording", "unpack it"].iter().any(|what| said.contains(what));
        assert!(says_what_to_do && said.lines().count() == 1, "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn no_machine_name_reaches_a_person() {
    let home = tempfile::tempdir().unwrap();
    fill(home.path());
    let page = home.path().join("page.html");
    let run = |arguments: &[&str]| {
        let output = aloud(home.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let mut texts =
        vec![run(&["progress"]), run(&["history", "show", "last"]), run(&["history", "compare", "1", "12"])];
    for arguments in [&["progress", "--html"][..], &["history", "show", "last", "--html"]] {
        run(&[arguments, &[page.to_str().unwrap()]].concat());
        let html = std::fs::read_to_string(&page).unwrap();
        let body = html.split("<body>").nth(1).unwrap().split("<script>").next().unwrap();
        // The text between tags, and the labels for screen readers.
        let mut text: String =
            body.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| format!("{text}\n")).collect();
        for attribute in ["title=\"", "aria-label=\""] {
            text.extend(
                body.split(attribute).skip(1).filter_map(|part| part.split('"').next()).map(|t| format!("{t}\n")),
            );
        }
        texts.push(text);
    }
    for text in texts {
        for name in
            ["own_part", "filled_pause", "discourse_marker", "false_start", "within_clause", "past-story", " i mean"]
        {
            assert!(!text.contains(name), "{name} in:\n{text}");
        }
        for line in text.lines().map(str::trim) {
            assert!(!["setting", "shape", "others", "detail"].contains(&line), "{line} in:\n{text}");
        }
    }
}
