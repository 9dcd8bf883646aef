//! Checks which modules depend on which. CONTRIBUTING.md draws the layers; these tests enforce them. The tests read the
//! source as text, so they see paths as written (`crate::`, `super::`), not what a macro expands to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The only files that may use a library, for libraries that may be replaced or audited.
const USED_ONLY_IN: &[(&str, &[&str])] = &[
    (
        "cpal::",
        &["src/app/capture/device.rs", "src/app/capture/error.rs", "src/app/capture/recorder.rs", "src/app/play.rs"],
    ),
    (
        "rusqlite::",
        &[
            "src/app/history/error.rs",
            "src/app/history/interviews.rs",
            "src/app/history/outcomes.rs",
            "src/app/history/practice.rs",
            "src/app/history/rescue.rs",
            "src/app/history/store.rs",
        ],
    ),
    (
        "symphonia::",
        &[
            "src/audio/caf.rs",
            "src/audio/container.rs",
            "src/audio/decode.rs",
            "src/audio/demux.rs",
            "src/audio/mp4.rs",
            "src/audio/mpeg.rs",
            "src/audio/pcm.rs",
            "src/audio/source.rs",
            "src/audio/table.rs",
        ],
    ),
    ("kodama::", &["src/voices/groups.rs"]),
    ("rten::", &["src/voices/network.rs"]),
    ("ureq::", &["src/app/models/fetch.rs"]),
    (
        "whisper_rs::",
        &[
            "src/linked.rs",
            "src/transcript/expected.rs",
            "src/transcript/matrix/in_use.rs",
            "src/transcript/whisper.rs",
        ],
    ),
];

/// Libraries of the program that users who only want the analysis must not get.
const ONLY_WITH_THE_PROGRAM: &[&str] = &["askama", "clap", "cpal", "crossterm", "resvg", "rusqlite", "rustls", "ureq"];

/// A source file: its path in the package and its lines of code, without comments and test-only items.
struct Source {
    path: String,
    /// The lines, each with its number, from 1.
    lines: Vec<(usize, String)>,
}

impl Source {
    /// Returns the path of the module: `["app", "history", "store"]`; empty for `lib.rs` and `main.rs`.
    fn module(&self) -> Vec<&str> {
        let mut module: Vec<&str> = self.path.trim_start_matches("src/").trim_end_matches(".rs").split('/').collect();
        if matches!(module.last(), Some(&("mod" | "lib" | "main"))) {
            module.pop();
        }
        module
    }
}

#[test]
fn the_library_does_not_know_the_program() {
    for source in sources() {
        if source.path.starts_with("src/app/") || source.path == "src/main.rs" {
            continue;
        }
        for (number, line) in &source.lines {
            let named = ["crate::app", "aloud::app"].iter().any(|path| line.contains(path));
            assert!(!named, "{}:{number} names the program's part of the crate: {}", source.path, line.trim());
        }
    }
}

#[test]
fn no_folders_import_each_other_in_a_circle() {
    let graph = imports(&sources());
    if let Some(circle) = graph.keys().find_map(|start| shortest_circle(&graph, start)) {
        let steps = circle.iter().zip(circle.iter().cycle().skip(1));
        let steps: Vec<_> = steps.map(|(from, to)| format!("  {from} imports {to} at {}", graph[from][to])).collect();
        panic!("folders import each other in a circle:\n{}", steps.join("\n"));
    }
}

#[test]
fn libraries_are_used_only_in_their_files() {
    let sources = sources();
    for (library, expected) in USED_ONLY_IN {
        let using: Vec<&str> = sources
            .iter()
            .filter(|source| source.lines.iter().any(|(_, line)| starts_of(line, library).next().is_some()))
            .map(|source| source.path.as_str())
            .collect();
        assert_eq!(using, *expected, "the files that use {library}");
    }
}

#[test]
fn the_analysis_alone_has_none_of_the_programs_libraries() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--no-default-features", "-e", "normal", "--prefix", "none", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8_lossy(&tree.stdout);
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("symphonia"), "this is no list of libraries: {tree}");
    let found: Vec<_> = ONLY_WITH_THE_PROGRAM.iter().filter(|name| names.contains(**name)).collect();
    assert!(found.is_empty(), "without the feature `app` there are still: {found:?}");
}

#[test]
fn the_reader_of_source_sees_what_it_should() {
    let text = "use crate::{audio::{Recording, gaps}, span::Span};\n// crate::comment\nfn f() { super::super::plain::clock(1.0) }\n\
                #[cfg(test)]\nmod tests {\n    use crate::app::cli;\n}\nuse crate::app::{history, models::fetch};\n";
    let source = Source { path: "src/app/render/shown.rs".into(), lines: code(text) };
    let mut paths: Vec<String> = paths(&source).into_iter().map(|(path, _)| path.join("::")).collect();
    paths.sort();
    let expected =
        ["app::history", "app::models::fetch", "app::plain::clock", "audio::Recording", "audio::gaps", "span::Span"];
    assert_eq!(paths, expected);
}

/// Returns all sources of the crate, sorted by path.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    assert!(files.len() > 50, "src/ is not where it was");
    let source = |file: &PathBuf| Source {
        path: file.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/"),
        lines: code(&fs::read_to_string(file).expect("readable source")),
    };
    files.iter().map(source).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
}

/// Returns the lines of code, without comments and items under `#[cfg(test)]`. Relies on rustfmt: an item ends at a `;`
/// or at a closing brace that is indented as deeply as its attribute.
fn code(text: &str) -> Vec<(usize, String)> {
    let mut kept = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if line.trim() != "#[cfg(test)]" {
            kept.push((index + 1, line.to_owned()));
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        for (_, line) in lines.by_ref() {
            let is_end = line.strip_prefix(indent).is_some_and(|rest| {
                rest.starts_with('}') || (!rest.starts_with([' ', '#', '/']) && rest.ends_with([';', '}']))
            });
            if is_end {
                break;
            }
        }
    }
    kept
}

/// Returns the offsets where `prefix` begins as a separate word.
fn starts_of<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part_of_a_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    line.match_indices(prefix).map(|(at, _)| at).filter(move |&at| !line[..at].ends_with(is_part_of_a_name))
}

/// Returns all paths that a source names by `crate::` or `super::`, from the root of the crate, each with its location.
fn paths(source: &Source) -> Vec<(Vec<String>, String)> {
    let text: String = source.lines.iter().map(|(_, line)| format!("{line}\n")).collect();
    let mut found = Vec::new();
    for start in starts_of(&text, "crate::").chain(starts_of(&text, "super::")) {
        let number = source.lines[text[..start].matches('\n').count()].0;
        let mut root: Vec<String> = Vec::new();
        let mut rest = &text[start..];
        if let Some(after) = rest.strip_prefix("crate::") {
            rest = after;
        } else {
            root = source.module().into_iter().map(str::to_owned).collect();
            while let Some(after) = rest.strip_prefix("super::") {
                root.pop();
                rest = after;
            }
        }
        let mut ends = Vec::new();
        expand(rest, &root, &mut ends);
        found.extend(ends.into_iter().map(|path| (path, format!("{}:{number}", source.path))));
    }
    found
}

/// Parses a path with its groups, `a::{b, c::d}`, and adds each path in it to `found`. Returns the rest of the text.
fn expand<'a>(text: &'a str, before: &[String], found: &mut Vec<Vec<String>>) -> &'a str {
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            if rest.is_empty() {
                return rest;
            }
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
            let after = expand(rest, before, found);
            // Skips tokens that belong to no path, such as `as` and `self`.
            rest =
                if after.len() == rest.len() { &rest[rest.chars().next().map_or(1, char::len_utf8)..] } else { after };
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    if end == 0 {
        return text;
    }
    let mut path = before.to_vec();
    path.push(text[..end].to_owned());
    match text[end..].strip_prefix("::") {
        Some(rest) if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '{') => {
            expand(rest, &path, found)
        }
        _ => {
            found.push(path);
            &text[end..]
        }
    }
}

/// Returns the folder of a module: its first name, or its first two below `app`.
fn folder<S: AsRef<str>>(module: &[S]) -> Option<String> {
    match module {
        [] => None,
        [app, second, ..] if app.as_ref() == "app" => Some(format!("app::{}", second.as_ref())),
        [first, ..] => Some(first.as_ref().to_owned()),
    }
}

/// Returns which folders import which, with one location for each import.
fn imports(sources: &[Source]) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut graph: BTreeMap<String, BTreeMap<String, String>> =
        sources.iter().filter_map(|source| Some((folder(&source.module())?, BTreeMap::new()))).collect();
    for source in sources {
        let Some(from) = folder(&source.module()) else { continue };
        for (path, place) in paths(source) {
            if let Some(to) = folder(&path).filter(|to| *to != from && graph.contains_key(to)) {
                graph.get_mut(&from).expect("a folder").entry(to).or_insert(place);
            }
        }
    }
    graph
}

/// Returns the shortest cycle from a folder back to itself.
fn shortest_circle(graph: &BTreeMap<String, BTreeMap<String, String>>, start: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in graph[way.last().expect("a way has a start")].keys() {
                if next == start {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    longer.push([way.as_slice(), std::slice::from_ref(next)].concat());
                }
            }
        }
        ways = longer;
    }
    None
}
