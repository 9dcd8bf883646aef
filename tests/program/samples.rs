//! The sample answers through the whole program with the real speech model, compared with their ground truth.

use std::sync::OnceLock;

use crate::common::{number, reports, sample, truth};
use serde_json::Value;

const SAMPLES: [&str; 6] =
    ["good.flac", "fillers.flac", "rushed.flac", "monotone_slow.flac", "too_short.flac", "we_not_i.flac"];

/// Returns the reports on the samples, made once for all tests.
fn all_reports() -> &'static [Value] {
    static REPORTS: OnceLock<Vec<Value>> = OnceLock::new();
    REPORTS.get_or_init(|| reports(&SAMPLES.map(sample), &[]))
}

/// Normalizes a word for comparison: lower case, letters and digits only.
fn plain(word: &str) -> String {
    word.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

fn is_um(word: &str) -> bool {
    matches!(word, "um" | "uh" | "er" | "erm" | "hmm" | "umm" | "uhm")
}

fn edits(a: &[String], b: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1).min(row[j] + 1).min(diagonal + usize::from(x != y));
            diagonal = above;
        }
    }
    row[b.len()]
}

#[test]
fn every_sample_is_heard_as_it_was_spoken() {
    let (mut wrong, mut words) = (0, 0);
    for (name, report) in SAMPLES.iter().zip(all_reports()) {
        let truth = truth(name);
        let spoken = |text: &str| -> Vec<String> {
            text.split_whitespace().map(plain).filter(|w| !w.is_empty() && !is_um(w)).collect()
        };
        let (said, heard) =
            (spoken(truth["words"].as_str().unwrap()), spoken(report["transcript"]["text"].as_str().unwrap()));
        wrong += edits(&said, &heard);
        words += said.len();

        let rate = said.len() as f64 * 60.0 / number(report, "/length/answer_s");
        assert!((number(report, "/pace/words_per_minute") / rate - 1.0).abs() < 0.05, "{name}");

        let ums = truth["filled"].as_array().unwrap();
        let events = report["fillers"]["events"].as_array().unwrap();
        let heard_ums: Vec<&Value> = events.iter().filter(|e| e["kind"] == "filled_pause").collect();
        assert!(heard_ums.len().abs_diff(ums.len()) <= 1, "{name}: {} of {}", heard_ums.len(), ums.len());
        let placed = ums.iter().filter(|um| {
            let start_s = um[0].as_f64().unwrap();
            heard_ums.iter().any(|h| (number(h, "/start_s") - start_s).abs() <= 0.25)
        });
        assert!(placed.count() * 4 >= ums.len() * 3, "{name}: {heard_ums:#?}");

        let pauses = report["pauses"]["events"].as_array().unwrap();
        for silence in truth["pauses"].as_array().unwrap() {
            let (start_s, end_s) = (silence[0].as_f64().unwrap(), silence[1].as_f64().unwrap());
            if end_s - start_s < 0.4 {
                continue; // shorter ones can be swallowed by the voice's own soft word ends
            }
            let found = pauses
                .iter()
                .any(|p| (number(p, "/start_s") - start_s).abs() < 0.3 && (number(p, "/end_s") - end_s).abs() < 0.1);
            assert!(found, "{name}: no pause at {start_s} to {end_s}");
        }
    }
    assert!((wrong as f64) < 0.08 * words as f64, "{wrong} of {words} words wrong");
}

#[test]
fn each_sample_is_told_what_it_was_made_to_need() {
    let reports = all_reports();
    let titles = |i: usize| -> Vec<&str> {
        reports[i]["score"]["priorities"].as_array().unwrap().iter().map(|p| p["title"].as_str().unwrap()).collect()
    };
    let overall = |i: usize| number(&reports[i], "/score/overall");
    assert!(overall(0) > 90.0, "good: {}", overall(0));
    assert!(titles(1).contains(&"Swap fillers for silence"), "{:?}", titles(1));
    assert!(titles(2).contains(&"Slow down"), "{:?}", titles(2));
    assert_eq!(titles(4).iter().filter(|t| **t == "Say more").count(), 1, "{:?}", titles(4));
    assert!(titles(5).contains(&"Say which part was yours"), "{:?}", titles(5));
    assert_eq!(reports[0]["story"]["grade"], "strong");
    assert_eq!(reports[4]["length"]["verdict"], "far_too_short");
    for i in [1, 2, 3, 4] {
        // A good story that is told too fast loses only points for its pace, which are 8 in all.
        let least = if titles(i).contains(&"Slow down") { 7.0 } else { 10.0 };
        assert!(overall(i) <= overall(0) - least, "{}: {}", SAMPLES[i], overall(i));
    }
    assert!(number(&reports[3], "/voice/f0_sd_semitones") < 1.5);
    assert!(titles(3).contains(&"Keep the thread"), "{:?}", titles(3));
}

#[test]
fn the_question_sets_the_target() {
    let report = &reports(&[sample("too_short.flac")], &["--question", "conflict"])[0];
    assert_eq!(report["question"]["id"], "conflict");
    assert_eq!(report["length"]["target_s"], report["question"]["target_s"]);
}
