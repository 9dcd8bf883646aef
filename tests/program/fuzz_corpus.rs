//! Runs the fuzz targets (`tests/fuzz`) over a fixed corpus: the seeds, each damaged in a few ways, and every earlier
//! finding. This needs neither nightly Rust nor libFuzzer.

use crate::bodies;
use crate::common;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::damage::Chance;

fn fixtures() -> PathBuf {
    common::root().join("tests/fixtures")
}

/// Returns the files in a folder, sorted; none if there is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.retain(|f| f.is_file());
    files.sort();
    files
}

/// Returns the seeds of a target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let all = |folder: &str| files(&fixtures().join(folder)).into_iter().map(|f| fs::read(f).unwrap());
    match target {
        "decode" => all("sounds").collect(),
        "wav_recovery" => all("sounds").filter(|b| b.starts_with(b"RIFF")).collect(),
        "resume" => {
            let kinds = ["txt", "md", "docx", "pdf"];
            let resumes = ["practice/resumes", "practice/hostile"].map(|f| files(&fixtures().join(f)));
            let with_kind = |f: &PathBuf| {
                let kind = kinds.iter().position(|k| f.extension().is_some_and(|e| e == *k))?;
                (fs::metadata(f).unwrap().len() < 200_000).then(|| [&[kind as u8][..], &fs::read(f).unwrap()].concat())
            };
            resumes.iter().flatten().filter_map(with_kind).collect()
        }
        "job" => all("practice/jobs").collect(),
        "draft" => all("practice/answers").collect(),
        "words" => {
            let export = |(kind, name): (usize, &str)| {
                let file = format!("src/app/export/snapshots/aloud__app__export__tests__{name}.snap");
                let text = fs::read_to_string(common::root().join(file)).unwrap();
                [&[kind as u8][..], text.splitn(3, "---\n").last().unwrap().as_bytes()].concat()
            };
            ["textgrid", "vtt", "srt"].into_iter().enumerate().map(export).collect()
        }
        "report" => {
            let mut chance = Chance::new(7);
            let edits = (0..60).map(|_| {
                let count = 4 * (1 + chance.below(3));
                std::iter::once(b'!').chain((0..count).map(|_| chance.below(256) as u8)).collect()
            });
            std::iter::once(fs::read(fixtures().join("report.json")).unwrap()).chain(edits).collect()
        }
        "history_import" => {
            let report = fs::read_to_string(fixtures().join("report.json")).unwrap().replace('\n', " ");
            let line = format!(
                "{{\"schema\":\"aloud.attempt/1\",\"speaker\":null,\"answered_at\":\"2026-11-01T18:00:00Z\",\"kept_at\":\"2026-11-01T18:00:00Z\",\"recorded_here\":false,\"machine_report\":{report},\"earlier_scores\":[],\"report\":{report}}}"
            );
            vec![report.into_bytes(), line.into_bytes()]
        }
        "page" => {
            ["Ana's answer", "</script><b>&amp;\u{1b}[31m\u{202e}\u{9b}2J"].map(|t| t.as_bytes().to_vec()).to_vec()
        }
        "settings" => {
            vec![b"model = \"base-q8_0\"\nvocabulary = [\"Kubernetes\"]\nfillers = [\"basically\"]\n".to_vec()]
        }
        "questions" => {
            vec![b"[[question]]\nid = \"why\"\ntext = \"Why?\"\nkind = \"motivation\"\ntarget_s = [30, 60]\n".to_vec()]
        }
        "model_file" => vec![fs::read(common::root().join("models/ggml-base-q8_0.bin")).unwrap()[..256].to_vec()],
        "manifest" => vec![fs::read(common::root().join("models/manifest.toml")).unwrap()],
        other => panic!("{other} has no seeds"),
    }
}

#[test]
fn every_target_survives_its_seeds_and_what_was_found() {
    for (name, body) in bodies::ALL {
        let found: Vec<Vec<u8>> =
            files(&fixtures().join("found").join(name)).iter().map(|f| fs::read(f).unwrap()).collect();
        let seeds = seeds(name);
        let begun = std::time::Instant::now();
        seeds.iter().chain(&found).for_each(|bytes| body(bytes));
        let mut chance = Chance::new(10);
        // A few seconds in total; damaged PDF files take the longest.
        let rounds = (200 / seeds.len()).clamp(1, 40);
        for seed in &seeds {
            for _ in 0..rounds {
                let other = &seeds[chance.below(seeds.len())];
                let (kind, damaged) = chance.damaged(seed, other);
                if let Err(panic) = std::panic::catch_unwind(|| body(&damaged)) {
                    let kept = std::env::temp_dir().join(format!("aloud-{name}-{kind}"));
                    fs::write(&kept, &damaged).unwrap();
                    eprintln!("the file that did it is {}", kept.display());
                    std::panic::resume_unwind(panic);
                }
            }
        }
        eprintln!(
            "{name}: {} seeds, {} damaged, {} found before, {:.1?}",
            seeds.len(),
            seeds.len() * rounds,
            found.len(),
            begun.elapsed()
        );
    }
}

/// A target that is missing from the fuzz crate would not be fuzzed.
#[test]
fn every_target_has_its_program() {
    let manifest = fs::read_to_string(common::root().join("tests/fuzz/Cargo.toml")).unwrap();
    let run = fs::read_to_string(common::root().join("tests/fuzz/run.sh")).unwrap();
    for (name, _) in bodies::ALL {
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name}");
        assert!(run.contains(name), "{name}");
    }
    assert_eq!(files(&common::root().join("tests/fuzz/targets")).len(), bodies::ALL.len());
}
