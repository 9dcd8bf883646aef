//! Real recordings from the shared folder, if it exists: the real model on formats, damage and inserted pauses. The
//! figures over all of them are computed by `make soak`.

use crate::common::{number, reports, shared};

#[test]
fn formats_and_rates_of_one_speech_agree() {
    let Some(original) = shared("mfa/cold_corpus.wav") else { return };
    let names = ["cold.m4a", "cold.opus", "cold.mp3", "cold_8k_mulaw.wav", "cold_44k_stereo.wav", "cold_u8.wav"];
    let mut files = vec![original];
    files.extend(names.iter().filter_map(|n| shared(&format!("derived/{n}"))));
    let reports = reports(&files, &[]);
    for (file, report) in files.iter().zip(&reports).skip(1) {
        let gap = |pointer: &str| (number(report, pointer) - number(&reports[0], pointer)).abs();
        assert!(gap("/pace/words") <= 1.0, "{}", file.display());
        assert!(
            gap("/pace/words_per_minute") <= 0.02 * number(&reports[0], "/pace/words_per_minute"),
            "{}",
            file.display()
        );
        assert!(gap("/pauses/count") <= 1.0, "{}", file.display());
    }
}

#[test]
fn inserted_pauses_are_found_to_the_twentieth_of_a_second() {
    let Some(file) = shared("derived/lj_inserted_pauses_1s_3s.wav") else { return };
    let report = &reports(&[file], &[])[0];
    for (start_s, end_s) in [(8.47, 9.47), (18.09, 21.09)] {
        let near = |p: &serde_json::Value| {
            (number(p, "/start_s") - start_s).abs() <= 0.05 && (number(p, "/end_s") - end_s).abs() <= 0.05
        };
        assert!(report["pauses"]["events"].as_array().unwrap().iter().any(near), "{start_s}");
    }
}

#[test]
fn a_truncated_file_gives_a_report_with_a_warning() {
    let Some(file) = shared("derived/truncated.wav") else { return };
    let report = &reports(&[file], &[])[0];
    assert_eq!(report["warnings"][0]["code"], "damaged");
    assert!(number(report, "/pace/words") > 10.0);
}

#[test]
fn a_piece_that_the_model_stops_early_on_does_not_end_the_program() {
    // Regression test: whisper.cpp used to abort here, since it continued from the model's last timestamp with too
    // little audio left to align.
    let Some(file) = shared("ami/EN2006a_0-30s.wav") else { return };
    reports(&[file], &[]);
}
