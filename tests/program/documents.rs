//! Checks of the documents: README.md stays short, links resolve, paths exist, and the score's tables match the rubric
//! in the code.

use std::fs;
use std::path::{Path, PathBuf};

use aloud::score::rubric::{TABLE, Value};

/// The maximum length of README.md as a front page, in bytes.
const README_BYTES: usize = 9_000;

/// The documents that name files of the project; files move more often than the documents are updated.
const NAME_FILES: &[&str] = &["CONTRIBUTING.md", "TESTING.md", "docs/measurements.md", "docs/score.md"];

#[test]
fn the_readme_is_a_front_page() {
    let bytes = read("README.md").len();
    assert!(bytes <= README_BYTES, "README.md has {bytes} bytes; what is over {README_BYTES} belongs into docs/");
}

#[test]
fn links_between_documents_lead_somewhere() {
    for document in documents() {
        let text = read(&document);
        let folder = Path::new(&document).parent().expect("a file has a folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { PathBuf::from(&document) } else { folder.join(file) };
            assert!(root().join(&target).exists(), "{document} links to {link}, which does not exist");
            if !anchor.is_empty() {
                let text = read(&target.to_string_lossy());
                let found = text.lines().filter(|line| line.starts_with('#')).any(|line| slug(line) == anchor);
                assert!(found, "{document} links to {link}, but no heading has that anchor");
            }
        }
    }
}

#[test]
fn files_that_documents_name_exist() {
    for document in NAME_FILES {
        for name in read(document).split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "models/", "docs/"].iter().any(|folder| name.starts_with(folder))
                && !name.contains(['*', ' ']);
            assert!(!is_path || root().join(name).exists(), "{document} names {name}, which does not exist");
        }
    }
}

#[test]
fn the_score_is_described_as_it_is() {
    let rubric = read("src/score/rubric.rs");
    let version = rubric.split("VERSION: &str = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version");
    for document in ["docs/score.md", "CHANGELOG.md"] {
        assert!(read(document).contains(&format!("`{version}`")), "{document} does not name {version}");
    }
    let explained = read("docs/score.md");
    let points = TABLE.iter().filter_map(|e| Some((e.name.strip_suffix("_POINTS")?.to_lowercase(), e.value)));
    for (part, value) in points {
        let Value::Number(points) = value else { panic!("{part} has points that are no number") };
        let says = |row: &&str| {
            let mut cells = row.split('|').map(str::trim).skip(1);
            let is_part = cells.next().is_some_and(|c| c == part || c.ends_with(&format!("(`{part}`)")));
            is_part && cells.next() == Some(points.to_string().as_str())
        };
        assert!(explained.lines().any(|row| says(&row)), "docs/score.md does not give {part} its {points} points");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// Returns the documents at the root and in `docs/`.
fn documents() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["", "docs/"] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            if name.ends_with(".md") {
                found.push(format!("{folder}{name}"));
            }
        }
    }
    assert!(found.len() > 8, "documents are missing: {found:?}");
    found
}

/// Returns the anchor that GitHub gives to a heading.
fn slug(heading: &str) -> String {
    let title = heading.trim_start_matches('#').trim().to_lowercase();
    title
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}
