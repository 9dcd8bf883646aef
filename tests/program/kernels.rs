//! The matrix products of the speech model: the kernels for this processor really run, and the words do not depend on
//! which of them do.

use aloud::transcript::cpu::Cpu;
use serde_json::Value;

use crate::common::microphone::Home;
use crate::common::{aloud, sample};

const VARIABLE: &str = "ALOUD_CPU";

/// Returns the classes of processors that this one belongs to.
fn present() -> impl Iterator<Item = Cpu> {
    Cpu::ALL.into_iter().filter(|cpu| cpu.is_present())
}

/// Analyzes a sample with the kernels for a class of processors.
fn report(cpu: Cpu) -> Value {
    let home = tempfile::tempdir().expect("a folder for the test");
    let mut command = aloud(home.path());
    let output = command.arg("analyze").arg(sample("rushed.flac")).arg("--json").env(VARIABLE, cpu.name()).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{cpu:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a report is JSON")
}

/// Returns the words of a report, without punctuation.
fn words(report: &Value) -> Vec<String> {
    let text = report["transcript"]["text"].as_str().expect("a transcript");
    text.split_whitespace().map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect()).collect()
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn whisper_cpp_multiplies_with_our_kernels() {
    let home = Home::without_microphone();
    for cpu in present() {
        let output = aloud(home.path()).arg("doctor").env(VARIABLE, cpu.name()).output().expect("it runs");
        let said = String::from_utf8(output.stdout).expect("it is text");
        let line = format!("processor   the speech model multiplies with {cpu}\n");
        assert!(said.contains(&line), "{line}in\n{said}");
    }
}

#[test]
fn the_report_is_the_same_with_all_kernels_and_the_words_without_them() {
    let [without, with] = [Cpu::Plain, Cpu::best()].map(report);
    // Sums are added in another order, which may move a comma, so only the words are compared.
    assert_eq!(words(&without), words(&with));
    for cpu in present().filter(|cpu| *cpu != Cpu::Plain) {
        let other = report(cpu);
        assert_eq!(other, with, "{cpu:?}");
    }
}

#[test]
fn a_processor_that_is_not_known_is_named_in_a_line() {
    let home = tempfile::tempdir().expect("a folder for the test");
    let output = aloud(home.path()).args(["questions", "list"]).env(VARIABLE, "sse9").output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).expect("it is text");
    assert_eq!(said, "aloud: ALOUD_CPU: no processor is called \"sse9\". Use plain, avx2, avx-vnni or avx512.\n");
}
