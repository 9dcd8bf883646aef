//! Tests the pages of `aloud progress --html`, `aloud analyze --html` and `aloud history show --html` in a real
//! Chromium: drawn, hovered, clicked, played, by keyboard, dark and light, on a phone and on a wide screen, without
//! scripts and on paper. `tests/page/progress.mjs` and `report.mjs` say what must hold.
//!
//! Screenshots are written to `target/page`. Without Chromium, Node, playwright-core and axe-core (`sh .ci/browser`
//! installs them) the test says so and is skipped.

use std::path::Path;
use std::process::Command;

use crate::common;
use crate::common::attempts::{fill, occasion, place, report};
use crate::common::{aloud, root, sample};
use serde_json::Value;

use aloud::app::history::{Access, Occasion, Store};
use aloud::score::PartName;

/// Returns the path of the first of these programs that is installed.
fn found(names: &[&str]) -> Option<String> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.filter(|p| p.is_file()).map(|p| p.display().to_string()).next()
}

/// Checks a progress page.
fn check(page: &Path, answers: usize, pictures: &str) {
    look("progress.mjs", pictures, &[page.display().to_string(), answers.to_string()], &[]);
}

/// Checks the page of an answer, and compares its lanes with the tracks.
pub(crate) fn check_report(page: &Path, tracks: Option<&Path>, pictures: &str) {
    let tracks: Vec<String> = tracks.iter().map(|t| t.display().to_string()).collect();
    look("report.mjs", pictures, &[page.display().to_string()], &tracks);
}

/// Runs a script that checks a page; the folder for screenshots goes between the other arguments.
pub(crate) fn look(script: &str, pictures: &str, before: &[String], after: &[String]) {
    let chromium = found(&["chromium", "chromium-browser", "google-chrome"]);
    let node = found(&["node"]);
    let modules = root().join("tests/page/node_modules");
    let are_there = modules.join("playwright-core").is_dir() && modules.join("axe-core").is_dir();
    let (Some(chromium), Some(node), true) = (chromium, node, are_there) else {
        common::skip_without_tool(
            "Chromium, Node, playwright-core or axe-core is not installed (get them with: sh .ci/browser)",
        );
        return;
    };
    let output = Command::new(node)
        .arg(root().join("tests/page").join(script))
        .args(before)
        .arg(root().join("target/page").join(pictures))
        .args(after)
        .env("CHROMIUM", chromium)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    eprint!("{pictures}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_page_works_in_a_real_browser() {
    let home = tempfile::tempdir().unwrap();
    fill(&place(home.path()), 60);
    let goal = aloud(home.path()).args(["progress", "goal", "fillers", "--below", "4"]).output().unwrap();
    assert!(goal.status.success());
    let page = home.path().join("progress.html");
    let output = aloud(home.path()).args(["progress", "--html"]).arg(&page).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    check(&page, 60, "progress");
}

#[test]
fn names_from_outside_stay_text() {
    let home = tempfile::tempdir().unwrap();
    let hostile = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&";
    let mut store = Store::open(&place(home.path()), Access::Write).unwrap();
    for i in 0..8 {
        let mut report = report(i, 8);
        report.recording.path = format!("/tmp/\"><svg onload=alert(3)>{i}{hostile}.wav");
        if i % 2 == 0 {
            report.question = Some(aloud::app::questions::resolve(&format!("{hostile} why?")).unwrap());
        }
        let part = &mut report.score.parts[0];
        part.name = PartName::Unknown(hostile.into());
        store.save(&report, &Occasion { speaker: Some(hostile.into()), ..occasion(i, 8) }).unwrap();
    }
    drop(store);
    let page = home.path().join("hostile.html");
    let output = aloud(home.path()).args(["progress", "--speaker", hostile, "--html"]).arg(&page).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(!html.contains("<script>alert") && !html.contains("<img") && !html.contains("<svg onload"), "not escaped");
    check(&page, 8, "hostile");
}

/// A name without a break opportunity, as files and typed questions may have.
const LONG: &str = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft";

/// Returns the sample report with long names wherever a name, a word or a text comes from outside.
fn with_long_names(i: usize) -> Value {
    let mut report: Value = serde_json::from_str(include_str!("../fixtures/report.json")).unwrap();
    let file = if i.is_multiple_of(2) {
        format!("interview_final_{}.wav", "x".repeat(180))
    } else {
        "\u{56de}\u{7b54}".repeat(60)
    };
    report["recording"]["path"] = format!("/home/{}/{file}", "d".repeat(90)).into();
    report["recording"]["sha256"] = format!("{i:064x}").into();
    let text = if i.is_multiple_of(3) { format!("Tell me about {}.", LONG.repeat(3)) } else { format!("Why {LONG}?") };
    report["question"] = serde_json::json!({"id": null, "text": text, "kind": "past-story", "target_s": null});
    for word in report["transcript"]["words"].as_array_mut().unwrap().iter_mut().step_by(6) {
        word["text"] = LONG.repeat(2).into();
    }
    for sentence in report["story"]["sentences"].as_array_mut().unwrap() {
        let words: Vec<&str> = sentence["text"].as_str().unwrap().split_whitespace().collect();
        let long = |(i, word): (usize, &&str)| if i % 5 == 0 { LONG.to_string() } else { word.to_string() };
        sentence["text"] = words.iter().enumerate().map(long).collect::<Vec<_>>().join(" ").into();
    }
    for field in ["hedges", "specifics", "outcomes"] {
        report["story"][field].as_array_mut().unwrap().iter_mut().for_each(|m| m["text"] = LONG.repeat(3).into());
    }
    for part in report["score"]["parts"].as_array_mut().unwrap() {
        part["why"] = LONG.repeat(2).into();
        part["evidence"] = serde_json::json!([{"start_s": 3.0, "text": LONG}]);
    }
    report["score"]["parts"][0]["name"] = format!("of_another_version_{}", "y".repeat(60)).into();
    for priority in report["score"]["priorities"].as_array_mut().unwrap() {
        (priority["title"], priority["advice"]) = (LONG.into(), LONG.repeat(2).into());
        priority["evidence"] = serde_json::json!([{"start_s": 3.0, "text": LONG.repeat(3)}]);
    }
    for filler in report["fillers"]["events"].as_array_mut().unwrap().iter_mut().step_by(2) {
        (filler["word"], filler["text"]) = (Value::Null, LONG.into());
    }
    report["warnings"] = serde_json::json!([{"code": "noisy", "message": LONG.repeat(3), "remedy": LONG}]);
    report
}

#[test]
fn long_names_push_nothing_off_a_screen() {
    let home = tempfile::tempdir().unwrap();
    let lines: Vec<String> = (0..8).map(|i| with_long_names(i).to_string()).collect();
    let file = home.path().join("long.jsonl");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let speaker = "Anastasia".repeat(20);
    let run = |arguments: &[&str]| {
        let output = aloud(home.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    run(&["history", "import", "--speaker", &speaker, file.to_str().unwrap()]);
    let page = home.path().join("page.html");
    run(&["history", "show", "last", "--html", page.to_str().unwrap()]);
    check_report(&page, None, "report-long");
    run(&["progress", "--speaker", &speaker, "--html", page.to_str().unwrap()]);
    check(&page, 8, "progress-long");
}

/// Analyzes a recording with the real model and writes its page and its tracks into `folder`.
fn page_of(folder: &Path, recording: &Path, options: &[&str]) -> std::path::PathBuf {
    let page = folder.join("page.html");
    let output = aloud(folder)
        .arg("analyze")
        .arg(recording)
        .args(["--question", "hard-problem", "--json", "--html"])
        .arg(&page)
        .args(options)
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    page
}

#[test]
fn the_page_of_an_answer_plays_seeks_and_agrees_with_the_tracks() {
    let home = tempfile::tempdir().unwrap();
    let tracks = home.path().join("tracks.json");
    let page = page_of(home.path(), &sample("fillers.flac"), &["--tracks", tracks.to_str().unwrap()]);
    let size = std::fs::metadata(&page).unwrap().len();
    // The limit is 2.5 MB for two minutes; this recording is 54 seconds.
    assert!(size < 2_500_000 * 54 / 120, "{size}");
    // The XML namespace of SVG looks like a URL but is not loaded.
    let html = std::fs::read_to_string(&page).unwrap().replace("http://www.w3.org/2000/svg", "");
    assert!(!html.contains("http://") && !html.contains("https://"), "nothing comes from elsewhere");
    check_report(&page, Some(&tracks), "report");
}

#[test]
fn the_sound_can_lie_beside_the_page() {
    let home = tempfile::tempdir().unwrap();
    let page = page_of(home.path(), &sample("good.flac"), &["--audio", "link"]);
    assert!(home.path().join("page-sound.opus").is_file());
    assert!(!std::fs::read_to_string(&page).unwrap().contains("data:audio"));
    check_report(&page, None, "report-link");
}

#[test]
fn without_its_recording_the_kept_answer_has_its_lanes_and_no_sound() {
    let home = tempfile::tempdir().unwrap();
    let recording = home.path().join("take.flac");
    std::fs::copy(sample("good.flac"), &recording).unwrap();
    page_of(home.path(), &recording, &[]);
    let show = |page: &Path| {
        let output = aloud(home.path()).args(["history", "show", "last", "--html"]).arg(page).output().unwrap();
        assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
        std::fs::read_to_string(page).unwrap()
    };
    let page = home.path().join("kept.html");
    assert!(show(&page).contains("data:audio/ogg"), "the recording is still there");
    // Another file at the same path is not this answer.
    std::fs::copy(sample("rushed.flac"), &recording).unwrap();
    assert!(!show(&page).contains("data:audio"));
    std::fs::remove_file(&recording).unwrap();
    let html = show(&page);
    assert!(!html.contains("data:audio") && !html.contains("Spectrogram"));
    assert!(html.contains("The recording is not there any more"));
    assert!(html.contains("data-lane=\"pitch\"") && html.contains("data-lane=\"level\""));
    check_report(&page, None, "report-kept");
}

#[test]
fn a_draft_has_a_page_of_its_words() {
    let home = tempfile::tempdir().unwrap();
    let draft = home.path().join("draft.md");
    let text = "Last spring I worked in a pharmacy, and the evening deliveries were late. I walked the round for a week and wrote down \
                the time at every door. So I drew up a shorter list and trained the porters. Two months later the last delivery came 35 \
                minutes earlier.";
    std::fs::write(&draft, text).unwrap();
    let page = page_of(home.path(), &draft, &[]);
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains("What you wrote") && !html.contains("id=\"lanes\""));
    check_report(&page, None, "report-draft");
}

#[test]
fn words_and_file_names_from_outside_stay_text() {
    let home = tempfile::tempdir().unwrap();
    let hostile = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'& \u{202e}\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f600}";
    let mut hurt: Value = serde_json::from_str(include_str!("../fixtures/report.json")).unwrap();
    hurt["recording"]["path"] = format!("/tmp/\"><svg onload=alert(3)>{hostile}.wav").into();
    hurt["question"] =
        serde_json::json!({"id": null, "text": format!("{hostile} why?"), "kind": null, "target_s": null});
    for (i, word) in hurt["transcript"]["words"].as_array_mut().unwrap().iter_mut().enumerate() {
        if i % 7 == 0 {
            word["text"] =
                ["<script>alert(4)</script>", "\"'>&amp;", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "\u{1f600}", "\u{202e}evil"]
                    [i / 7 % 5]
                    .into();
        }
    }
    for field in ["hedges", "specifics", "outcomes"] {
        for moment in hurt["story"][field].as_array_mut().unwrap() {
            moment["text"] = format!("{hostile} {}", moment["text"]).into();
        }
    }
    for part in hurt["score"]["parts"].as_array_mut().unwrap() {
        part["why"] = hostile.into();
    }
    for priority in hurt["score"]["priorities"].as_array_mut().unwrap() {
        priority["advice"] = hostile.into();
    }
    let line = home.path().join("hostile.jsonl");
    std::fs::write(&line, hurt.to_string()).unwrap();
    assert!(aloud(home.path()).args(["history", "import"]).arg(&line).output().unwrap().status.success());
    let page = home.path().join("hostile.html");
    let output = aloud(home.path()).args(["history", "show", "last", "--html"]).arg(&page).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(!html.contains("<script>alert") && !html.contains("<img") && !html.contains("<svg onload"), "not escaped");
    check_report(&page, None, "report-hostile");
}

#[test]
fn several_files_become_a_folder_of_pages_and_pictures_are_of_one() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("pages");
    let (one, two) = (home.path().join("a.txt"), home.path().join("b.txt"));
    std::fs::write(&one, "I counted the shelves and found forty boxes.").unwrap();
    std::fs::write(&two, "I asked the drivers what they saw.").unwrap();
    let run = |options: &[&str]| aloud(home.path()).arg("analyze").args([&one, &two]).args(options).output().unwrap();
    assert!(run(&["--html", folder.to_str().unwrap()]).status.success());
    assert!(folder.join("a.html").is_file() && folder.join("b.html").is_file());
    assert_eq!(run(&["--png", "x.png"]).status.code(), Some(2));
    assert_eq!(run(&["--open"]).status.code(), Some(2));
    // The recording itself is never overwritten.
    let over = aloud(home.path()).arg("analyze").arg(&one).arg("--html").arg(&one).output().unwrap();
    assert!(String::from_utf8_lossy(&over.stderr).contains("this is the answer itself"), "{over:?}");
    assert!(std::fs::read_to_string(&one).unwrap().starts_with("I counted"));
    let picture = aloud(home.path()).arg("analyze").arg(&one).args(["--svg", "x.svg"]).output().unwrap();
    assert!(String::from_utf8_lossy(&picture.stderr).contains("--svg and --png need a recording"), "{picture:?}");
}
