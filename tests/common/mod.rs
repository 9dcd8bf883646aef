//! Helpers shared by the tests of the whole program.

pub mod attempts;
pub mod damage;
#[cfg(target_os = "linux")]
pub mod fault;
pub mod microphone;
pub mod mount;
pub mod ours;
pub mod server;
#[cfg(target_os = "linux")]
pub mod terminal;

use std::path::{Path, PathBuf};

use aloud::span::Span;
use assert_cmd::Command;
use serde_json::Value;

/// Returns the command for aloud with a home of its own, so that the settings of the user running the tests have no
/// effect.
pub fn aloud(home: &Path) -> Command {
    let mut command = Command::cargo_bin("aloud").expect("the program is built");
    command.env("HOME", home).env("XDG_CONFIG_HOME", home.join("config")).env("XDG_DATA_HOME", home.join("data"));
    command.env("NO_COLOR", "1").env("TZ", "UTC").current_dir(root());
    command
}

/// Reports that a test is skipped because a tool is not installed. In continuous integration (`CI` is set), a missing
/// tool is an error in the setup of the machine, and the test fails.
pub fn skip_without_tool(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}, and in CI it should be");
    eprintln!("skipped: {what}");
}

/// Returns the root folder of the project.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the path of a sample answer.
pub fn sample(name: &str) -> PathBuf {
    root().join("samples").join(name)
}

/// Returns the path of a recording in the shared folder; says so and returns `None` if it is missing.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = root().join("../shared/speech").join(name);
    if path.exists() {
        Some(path)
    } else {
        eprintln!("skipped: ../shared/speech/{name} is not there");
        None
    }
}

/// Analyzes files with the real model and returns their reports, each checked against the schema.
pub fn reports(files: &[PathBuf], options: &[&str]) -> Vec<Value> {
    let home = tempfile::tempdir().expect("a folder for the test");
    let output = aloud(home.path()).arg("analyze").args(files).arg("--jsonl").args(options).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let reports: Vec<Value> =
        text.lines().map(|l| serde_json::from_str(l).expect("one JSON document a line")).collect();
    assert_eq!(reports.len(), files.len());
    reports.iter().for_each(assert_valid);
    reports
}

/// Returns the published schema of the report.
pub fn schema() -> Value {
    serde_json::from_str(include_str!("../../docs/report.schema.json")).expect("the schema is JSON")
}

/// Checks a report against the published schema. Fields that the schema does not describe are errors.
pub fn assert_valid(report: &Value) {
    let validator = jsonschema::validator_for(&closed(schema())).expect("the schema is a schema");
    let errors: Vec<String> = validator.iter_errors(report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Returns the schema with all fields forbidden that it does not name.
fn closed(mut node: Value) -> Value {
    if node.get("properties").is_some_and(Value::is_object) {
        node["additionalProperties"] = Value::Bool(false);
    }
    match node {
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(name, field)| (name, closed(field))).collect()),
        other => other,
    }
}

/// Returns a number in a report by its JSON pointer (`/pace/words`).
pub fn number(report: &Value, pointer: &str) -> f64 {
    report.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no number at {pointer}"))
}

/// Writes mono samples as a 16-bit WAV.
pub fn write_wav(path: &Path, rate_hz: u32, samples: &[f32]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate_hz,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a WAV file");
    for x in samples {
        writer.write_sample((x.clamp(-1.0, 1.0) * 32_767.0) as i16).expect("a sample");
    }
    writer.finalize().expect("a whole WAV file");
}

/// Returns the ground truth of a sample.
pub fn truth(name: &str) -> Value {
    let text = std::fs::read_to_string(sample("truth.json")).expect("the samples' truth");
    serde_json::from_str::<Value>(&text).expect("JSON")[name].clone()
}

/// Returns the ground-truth spans of a sample's filled pauses.
pub fn filled_pauses(name: &str) -> Vec<Span> {
    let truth = truth(name);
    let second = |event: &Value, i: usize| event[i].as_f64().expect("a time");
    let filled = truth["filled"].as_array().expect("the sample's filled pauses");
    filled.iter().map(|event| Span::new(second(event, 0), second(event, 1))).collect()
}
