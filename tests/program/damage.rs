//! Recordings in every format, damaged in every way: each gives a report, a report with a warning, or one clear line,
//! in bounded time and memory.
//!
//! `make test` damages 100 files of `tests/fixtures/sounds`. `make soak` makes longer ones of every sample (which needs
//! ffmpeg), damages ALOUD_DAMAGE of them (2,232) and runs the whole program on some. The files are the same on every
//! run.
#![cfg(target_os = "linux")]

use crate::bodies;
use crate::common;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::common::damage::{Chance, KINDS};
use aloud::analyze::{AnalyzeError, analyze};
use aloud::brief::Brief;
use aloud::warnings::WarningCode;

/// The timeout of a file: most take milliseconds, the worst claims to be hours long.
const LONGEST: Duration = Duration::from_secs(20);
/// The maximum memory used for a file, in MB.
const MOST_MB: u64 = 1_000;
/// The limit on a worker's address space, in kB; exceeding it ends the worker.
const ADDRESSES_KB: u64 = 3 << 20;
/// The environment variable that makes a process analyze a list of files.
const WORKER: &str = "ALOUD_DAMAGE_WORKER";

/// Writes damaged files to a folder; returns each with a description of its damage.
fn damaged(sources: &[PathBuf], count: usize, folder: &Path) -> Vec<(PathBuf, String)> {
    let sounds: Vec<Vec<u8>> = sources.iter().map(|f| fs::read(f).unwrap()).collect();
    let mut chance = Chance::new(1010);
    (0..count)
        .map(|i| {
            let (source, kind) = (i % sources.len(), i / sources.len() % KINDS.len());
            let other = chance.below(sources.len());
            let bytes = chance.damage(kind, &sounds[source], &sounds[other]);
            let path = folder.join(format!("{i:05}"));
            fs::write(&path, bytes).unwrap();
            (path, format!("{}, {}", sources[source].file_name().unwrap().to_string_lossy(), KINDS[kind]))
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
}

/// Returns the peak memory of this process since the last call, in MB.
fn peak_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap();
    let kb: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    let _ = fs::write("/proc/self/clear_refs", "5");
    kb / 1024
}

/// The body of a worker: analyzes every file named on standard input, and prints a line for each. Not a test in itself.
#[test]
fn worker() {
    if std::env::var_os(WORKER).is_none() {
        return;
    }
    peak_mb();
    for path in std::io::stdin().lines() {
        let path = PathBuf::from(path.unwrap());
        let begun = Instant::now();
        let came_to = match analyze(&path, &bodies::TwoWords, &Brief::default(), &|_| ()) {
            Ok((report, _)) => {
                let said = report.warnings.iter().find(|w| w.code == WarningCode::Damaged);
                format!("{}\t{}", if said.is_some() { "warned" } else { "report" }, said.map_or("", |w| &w.message))
            }
            Err(error @ AnalyzeError::Audio(_)) => format!("refused\t{error}"),
            Err(error) => format!("failed\t{error}"),
        };
        assert!(!came_to.contains('\n'), "{came_to}");
        println!("\n=\t{}\t{}\t{came_to}", begun.elapsed().as_millis(), peak_mb());
    }
}

/// A process that analyzes files with limited memory.
struct Worker {
    process: Child,
    lines: Receiver<String>,
}

impl Worker {
    fn start() -> Self {
        let mut process = Command::new("sh")
            .args(["-c", &format!("ulimit -v {ADDRESSES_KB}; exec \"$0\" damage::worker --exact --nocapture")])
            .arg(std::env::current_exe().unwrap())
            .env(WORKER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok).filter(|l| l.starts_with('=')) {
                let _ = send.send(line);
            }
        });
        Self { process, lines }
    }

    /// Returns the line for a file; an error if none comes.
    fn ask(&mut self, path: &Path) -> Result<String, String> {
        writeln!(self.process.stdin.as_mut().unwrap(), "{}", path.display()).map_err(|e| e.to_string())?;
        match self.lines.recv_timeout(LONGEST) {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Timeout) => Err(format!("nothing after {LONGEST:?}")),
            Err(RecvTimeoutError::Disconnected) => Err("the process died".to_string()),
        }
    }

    /// Ends the worker, and returns its other output.
    fn end(mut self) -> String {
        drop(self.process.stdin.take());
        let _ = self.process.kill();
        let said = self.process.wait_with_output().unwrap();
        String::from_utf8_lossy(&said.stderr).into_owned()
    }
}

/// Analyzes every file and checks the outcome.
fn all_are_survived(files: &[(PathBuf, String)]) {
    let mut worker = Worker::start();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut messages: BTreeMap<String, usize> = BTreeMap::new();
    let (mut slowest, mut largest, mut wrong) = ((0, String::new()), (0, String::new()), Vec::new());
    for (path, what) in files {
        let line = match worker.ask(path) {
            Ok(line) => line,
            Err(why) => {
                wrong.push(format!("{}: {what}: {why}\n{}", path.display(), worker.end()));
                worker = Worker::start();
                continue;
            }
        };
        let fields: Vec<&str> = line.splitn(5, '\t').collect();
        let (ms, mb): (u64, u64) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
        if ms > slowest.0 {
            slowest = (ms, what.clone());
        }
        if mb > largest.0 {
            largest = (mb, what.clone());
        }
        if mb > MOST_MB || fields[3] == "failed" {
            wrong.push(format!("{}: {what}: {mb} MB, {}", path.display(), fields[4]));
        }
        *counts.entry(fields[3].to_string()).or_default() += 1;
        let shape: String = fields[4].chars().filter(|c| !c.is_ascii_digit()).collect();
        *messages.entry(format!("{}: {shape}", fields[3])).or_default() += 1;
    }
    let said = worker.end();
    eprintln!("{} files: {counts:?}", files.len());
    eprintln!("slowest {} ms ({}); largest {} MB ({})", slowest.0, slowest.1, largest.0, largest.1);
    messages.iter().for_each(|(message, count)| eprintln!("{count:6} {message}"));
    assert!(!messages.keys().any(|m| m.contains("os error")), "the disk is blamed for a damaged file");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!said.contains("panicked"), "a panic shows: {said}");
    assert_eq!(counts.values().sum::<usize>(), files.len());
}

#[test]
fn a_hundred_damaged_files_give_a_report_or_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let sounds = files(&common::root().join("tests/fixtures/sounds"));
    assert!(sounds.len() > 25);
    // All files get one kind of damage before the next kind; a full round has 372 files.
    let all = damaged(&sounds, sounds.len() * KINDS.len(), folder.path());
    let some: Vec<(PathBuf, String)> =
        all.into_iter().enumerate().filter(|(i, _)| i % 11 < 3).map(|(_, f)| f).collect();
    assert!(some.len() >= 100);
    all_are_survived(&some);
}

#[test]
#[ignore = "takes some minutes and needs ffmpeg: make soak"]
fn thousands_of_damaged_files_give_a_report_or_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let script = common::root().join("tests/fuzz/sounds.sh");
    let mut sounds = Vec::new();
    for sample in ["fillers", "good", "monotone_slow", "rushed", "too_short", "we_not_i"] {
        let made = folder.path().join(sample);
        let status = Command::new(&script).arg(&made).args(["4", sample]).status().expect("bash and ffmpeg");
        assert!(status.success(), "ffmpeg is needed");
        sounds.extend(files(&made));
    }
    let count = std::env::var("ALOUD_DAMAGE").map_or(sounds.len() * KINDS.len(), |n| n.parse().unwrap());
    let broken = folder.path().join("broken");
    fs::create_dir(&broken).unwrap();
    let all = damaged(&sounds, count, &broken);
    all_are_survived(&all);
    whole_program(&all);
}

/// Runs the program itself on every forty-fifth file, ten at a time.
fn whole_program(all: &[(PathBuf, String)]) {
    let home = tempfile::tempdir().unwrap();
    let some: Vec<&PathBuf> = all.iter().step_by(45).map(|(path, _)| path).collect();
    let (mut reports, mut lines) = (0, 0);
    let begun = Instant::now();
    for ten in some.chunks(10) {
        let output =
            common::aloud(home.path()).arg("analyze").args(ten).args(["--jsonl", "--no-save"]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{:?}: {said}", output.status);
        assert!(!said.contains("panicked") && said.lines().all(|l| l.starts_with("aloud: ")), "{said}");
        let text = String::from_utf8(output.stdout).unwrap();
        let here: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(here.len(), ten.len());
        for report in here {
            if report["schema"] == "aloud.report/1" {
                common::assert_valid(&report);
                reports += 1;
            } else {
                lines += 1;
            }
        }
    }
    eprintln!("the whole program: {} files, {reports} reports, {lines} lines, {:.0?}", some.len(), begun.elapsed());
}
