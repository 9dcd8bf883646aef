//! The page of `aloud progress --html` in a real Chromium: drawn, hovered, clicked, by keyboard, dark and light, on a
//! phone and on a wide screen, without scripts and on paper. `tests/page/check.mjs` says what must hold.
//!
//! The pictures it takes are in `target/page`. Without Chromium, Node and playwright-core (`sh .ci/browser` gets them)
//! it says so and is skipped.

mod common;

use std::path::Path;
use std::process::Command;

use aloud::history::{Access, Occasion, Store};
use common::attempts::{fill, occasion, place, report};
use common::{aloud, root};

/// The first of these programs that is there.
fn found(names: &[&str]) -> Option<String> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.filter(|p| p.is_file()).map(|p| p.display().to_string()).next()
}

fn check(page: &Path, answers: usize, pictures: &str) {
    let chromium = found(&["chromium", "chromium-browser", "google-chrome"]);
    let node = found(&["node"]);
    let playwright = root().join("tests/page/node_modules/playwright-core");
    let (Some(chromium), Some(node), true) = (chromium, node, playwright.is_dir()) else {
        eprintln!("skipped: Chromium, Node or playwright-core is not installed; get them with: sh .ci/browser");
        return;
    };
    let output = Command::new(node)
        .arg(root().join("tests/page/check.mjs"))
        .arg(page)
        .arg(answers.to_string())
        .arg(root().join("target/page").join(pictures))
        .env("CHROMIUM", chromium)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
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
            report.question = Some(aloud::questions::resolve(&format!("{hostile} why?")).unwrap());
        }
        let part = &mut report.score.parts[0];
        part.name = hostile.into();
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
