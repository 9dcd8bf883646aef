//! Work that is done hundreds of times in one process must cost no more the last time than the first: the memory, file
//! descriptors and threads of a process are watched from outside while it analyzes and records.
//!
//! `make test` does 20 analyses; `make soak` does 500 analyses in one process, 200 takes through PulseAudio in one
//! process, and 500 files in one run of the program. The detection itself is tested with processes that leak a
//! megabyte, a file descriptor or a thread per round.
#![cfg(target_os = "linux")]

use crate::common;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::common::damage::{Chance, KINDS};
use crate::common::microphone::Home;
use aloud::analyze::{AnalyzeError, analyze};
use aloud::app::capture::{About, Ending, Limits, Microphone, Place, Recorder, unfinished};
use aloud::app::models::{find, folders};
use aloud::app::render::terminal::report as terminal;
use aloud::audio::Recording;
use aloud::brief::Brief;
use aloud::report::json;
use aloud::transcript::pool::Pool;
use aloud::transcript::whisper::Whisper;

/// The environment variable that makes a process do rounds of some work, one for each line of its input.
const WORKER: &str = "ALOUD_LONG_HAUL_WORKER";
/// The timeout of a round: an analysis takes a second, a take up to four.
const LONGEST: Duration = Duration::from_secs(60);
/// The length of each piece, in seconds: a few words.
const PIECE_S: usize = 3;
/// The minimum number of early and of late rounds whose medians are compared: a single outlier must not decide.
const LEAST_COMPARED: usize = 5;
/// The maximum growth of the resident memory, in kB. The allocator keeps a few freed blocks, not the same ones each
/// time; a leak of a megabyte in each of 20 rounds adds 10 MB from the early to the late rounds, and over 500 rounds
/// this limit detects a leak of 11 kB a round.
const MOST_GROWTH_KB: u64 = 4096;
/// The maximum growth if the process is sampled in the middle of its work, in kB: the memory needed varies between two
/// readings.
const MOST_GROWTH_AT_WORK_KB: u64 = 16 * 1024;

/// The resources that a process holds at a moment.
#[derive(Debug, Clone, Copy)]
struct Holding {
    resident_kb: u64,
    descriptors: usize,
    threads: usize,
}

impl Holding {
    /// Returns the resources that the process holds now; `None` if it has ended.
    fn of(process: u32) -> Option<Self> {
        let place = Path::new("/proc").join(process.to_string());
        let entries = |name: &str| fs::read_dir(place.join(name)).ok().map(Iterator::count);
        // `statm` is not used: since Linux 6.2 its value may lag by some pages per processor.
        let memory = fs::read_to_string(place.join("smaps_rollup")).ok()?;
        let resident = memory.lines().find(|l| l.starts_with("Rss:"))?;
        let resident_kb = resident.split_whitespace().nth(1)?.parse().ok()?;
        Some(Self { resident_kb, descriptors: entries("fd")?, threads: entries("task")? })
    }
}

/// Describes what has grown from the early to the late rounds. For memory the medians are compared; for descriptors and
/// threads the minimum, which is what remains when the process is idle.
fn growth(held: &[Holding], most_growth_kb: u64) -> Option<String> {
    let some = (held.len() / 10).max(LEAST_COMPARED);
    assert!(held.len() >= 3 * some, "{} rounds are too few", held.len());
    let (early, late) = (&held[some..2 * some], &held[held.len() - some..]);
    let middle_kb = |held: &[Holding]| {
        let mut kb: Vec<u64> = held.iter().map(|h| h.resident_kb).collect();
        kb.sort_unstable();
        kb[kb.len() / 2]
    };
    let fewest = |held: &[Holding], of: fn(&Holding) -> usize| held.iter().map(of).min().unwrap_or(0);
    let most_kb = held.iter().map(|h| h.resident_kb).max().unwrap_or(0);
    let came_to = format!(
        "rounds {some} to {} and the last {some} of {}: resident {} -> {} kB (most {most_kb}), descriptors {} -> {}, threads {} -> {}",
        2 * some,
        held.len(),
        middle_kb(early),
        middle_kb(late),
        fewest(early, |h| h.descriptors),
        fewest(late, |h| h.descriptors),
        fewest(early, |h| h.threads),
        fewest(late, |h| h.threads),
    );
    eprintln!("{came_to}");
    let has_grown = middle_kb(late) > middle_kb(early) + most_growth_kb
        || fewest(late, |h| h.descriptors) > fewest(early, |h| h.descriptors)
        || fewest(late, |h| h.threads) > fewest(early, |h| h.threads);
    has_grown.then_some(came_to)
}

/// The body of a worker: does a round of work for each line on standard input, and prints a line for each. Not a test
/// in itself.
#[test]
fn worker() {
    let Ok(work) = std::env::var(WORKER) else { return };
    match work.as_str() {
        "analyze" => analyses(),
        "record" => takes(),
        "lose memory" => rounds(|_| {
            // `black_box` keeps the compiler from removing the unused allocation.
            std::mem::forget(std::hint::black_box(vec![1_u8; 1 << 20]));
            String::new()
        }),
        "lose descriptors" => rounds(|_| {
            std::mem::forget(fs::File::open("/dev/null").unwrap());
            String::new()
        }),
        "lose threads" => rounds(|_| {
            std::thread::spawn(std::thread::park);
            String::new()
        }),
        other => panic!("no work is called {other}"),
    }
}

fn rounds(mut round: impl FnMut(usize) -> String) {
    for (i, _) in std::io::stdin().lines().enumerate() {
        println!("\n=\t{}", round(i));
    }
}

/// Does rounds that each analyze a piece of a sample and a damaged recording in one of 31 forms, as the program would,
/// and prints both reports: errors must release their resources too.
fn analyses() {
    let folder = tempfile::tempdir().unwrap();
    let pieces = pieces(folder.path());
    let mut forms: Vec<PathBuf> =
        fs::read_dir(common::root().join("tests/fixtures/sounds")).unwrap().map(|e| e.unwrap().path()).collect();
    forms.sort();
    let damaged = folder.path().join("damaged");
    let whisper = Whisper::load(&find(None, &folders(None), false).unwrap(), &[]).unwrap();
    let pool = Pool::new(&whisper, 1);
    let report = |path: &Path| match analyze(path, &pool, &Brief::default(), &|_| ()) {
        Ok((report, _)) => format!("{}{}", json::text(&report, false).unwrap(), terminal::render(&report, 80)),
        Err(error @ AnalyzeError::Audio(_)) => error.to_string(),
        Err(error) => panic!("{}: {error}", path.display()),
    };
    rounds(|i| {
        let piece = report(&pieces[i % pieces.len()]);
        assert!(piece.contains("aloud.report/1"), "{piece}");
        let (form, other) = (&forms[i % forms.len()], &forms[(i + 7) % forms.len()]);
        let sounds = [form, other].map(|path| fs::read(path).unwrap());
        let bytes = Chance::new(i as u64).damage(i % KINDS.len(), &sounds[0], &sounds[1]);
        fs::write(&damaged, bytes).unwrap();
        report(&damaged);
        format!("{}\t{}", i % pieces.len(), piece.replace('\n', " "))
    });
}

/// Cuts a sample into pieces of a few seconds.
fn pieces(folder: &Path) -> Vec<PathBuf> {
    let sound = Recording::open(&common::sample("fillers.flac"), &mut |_| ()).unwrap().speech.to_vec();
    let pieces = sound.chunks_exact(PIECE_S * 16_000).enumerate().map(|(i, piece)| {
        let path = folder.join(format!("{i}.wav"));
        common::write_wav(&path, 16_000, piece);
        path
    });
    pieces.collect()
}

/// Does rounds that each open the microphone, as `aloud practice` does for each answer, and record a take of one
/// second.
fn takes() {
    let recordings = std::env::current_dir().unwrap().join("recordings");
    rounds(|i| {
        let place =
            Place { recordings: Some(recordings.clone()), file: None, name: format!("take-{i}"), goes_on: false };
        let limits = Limits { max_s: Some(1.0), silence_s: None };
        let recorder = Recorder::open(Microphone::find(None).unwrap(), place, About::default(), limits).unwrap();
        let path = recorder.begin().unwrap();
        let begun = Instant::now();
        let take = loop {
            if let Some(take) = recorder.status().over {
                break take;
            }
            assert!(begun.elapsed() < LONGEST, "{:?}", recorder.status());
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!((&take.ending, &take.path), (&Ending::Max, &path));
        format!("{}\t{}", take.dropped_frames, path.display())
    });
}

/// A process that does rounds of work.
struct Worker {
    process: Child,
    lines: Receiver<String>,
}

impl Worker {
    /// Starts a worker that does `work` in this folder with these environment variables.
    fn start(work: &str, folder: &Path, variables: Vec<(&'static str, String)>) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["at_a_microphone::long_haul::worker", "--exact", "--nocapture"])
            .env(WORKER, work)
            // The same setting as in `main.rs`: otherwise large blocks cached by the C library would look like a leak.
            .env("MALLOC_MMAP_THRESHOLD_", "131072")
            .envs(variables)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(line) = line.strip_prefix("=\t") {
                    let _ = send.send(line.to_string());
                }
            }
        });
        Self { process, lines }
    }

    /// Runs `count` rounds and returns the resources held after each; `check` receives the line of each round.
    fn rounds(&mut self, count: usize, mut check: impl FnMut(usize, &str)) -> Vec<Holding> {
        let round = |i: usize| {
            writeln!(self.process.stdin.as_mut().unwrap(), "{i}").unwrap();
            let line = self.lines.recv_timeout(LONGEST).unwrap_or_else(|e| panic!("round {i}: {e}"));
            check(i, &line);
            let held = Holding::of(self.process.id()).expect("it waits for the next line");
            if i.is_multiple_of(50) {
                eprintln!("after round {i}: {held:?}");
            }
            held
        };
        (0..count).map(round).collect()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn what_a_process_loses_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    for work in ["lose memory", "lose descriptors", "lose threads"] {
        let held = Worker::start(work, folder.path(), Vec::new()).rounds(20, |_, _| ());
        assert!(growth(&held, MOST_GROWTH_KB).is_some(), "{work}");
    }
}

fn analyses_leave_nothing_behind(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    // The same piece must give the same report, whatever was analyzed before it.
    let mut reports: BTreeMap<String, String> = BTreeMap::new();
    let held = Worker::start("analyze", folder.path(), Vec::new()).rounds(count, |i, line| {
        let (piece, report) = line.split_once('\t').unwrap();
        let first = reports.entry(piece.to_string()).or_insert_with(|| report.to_string());
        assert_eq!(first, report, "piece {piece} in round {i}");
    });
    eprintln!("{count} analyses, and as many of damaged files, in {:.0?}", begun.elapsed());
    assert_eq!(growth(&held, MOST_GROWTH_KB), None);
}

#[test]
fn twenty_analyses_leave_nothing_behind() {
    analyses_leave_nothing_behind(20);
}

#[test]
#[ignore = "takes ten minutes: make soak"]
fn five_hundred_analyses_leave_nothing_behind() {
    analyses_leave_nothing_behind(500);
}

/// The frequency of the tone played while takes are recorded, in hertz.
const TONE_HZ: f64 = 440.0;

/// Returns the largest deviation, as a share of full scale, of a sample from the value that its two predecessors
/// predict for the tone. A missing or repeated frame makes it many times the rounding error. Silence that stands for
/// frames reported missing is left out: if the tone continues right after it, the sound was late and nothing is
/// missing.
fn worst_break(wav: &Path) -> f64 {
    let mut reader = hound::WavReader::open(wav).unwrap();
    let spec = reader.spec();
    assert_eq!(reader.duration(), spec.sample_rate, "{}: not a second", wav.display());
    // The native format of PulseAudio through ALSA is 32-bit float.
    assert_eq!(spec.sample_format, hound::SampleFormat::Float);
    let left = reader.samples::<f32>().step_by(usize::from(spec.channels));
    let gaps = Recording::open(wav, &mut |_| ()).unwrap().gaps.expect("aloud's own recording");
    let is_missing = |frame: usize| gaps.iter().any(|g| (g.at_frame..g.at_frame + g.frames).contains(&(frame as u64)));
    let left = left.enumerate().filter(|(frame, _)| !is_missing(*frame));
    let left: Vec<f64> = left.map(|(_, x)| f64::from(x.unwrap())).collect();
    assert!(left.iter().any(|x| x.abs() > 0.1), "{}: nothing was heard", wav.display());
    let turn = 2.0 * (std::f64::consts::TAU * TONE_HZ / f64::from(spec.sample_rate)).cos();
    left.windows(3).map(|x| (x[2] - (turn * x[1] - x[0])).abs()).fold(0.0, f64::max)
}

#[test]
#[ignore = "takes ten minutes: make soak"]
fn two_hundred_takes_are_whole_and_leave_nothing_behind() {
    let Some(home) = Home::with_sound_server() else { return };
    let tone = ["load-module", "module-sine", "sink=mic", &format!("frequency={TONE_HZ}")];
    assert!(home.sound_program("pactl").args(tone).output().unwrap().status.success());
    let begun = Instant::now();
    let mut worst = 0.0_f64;
    // Failures are reported at the end, so that growth is measured over all takes even if one has a gap. The sound
    // server's only clock is a timer: when it is held up, the sound is late, unlike with a real microphone.
    let (mut late, mut lost) = (Vec::new(), Vec::new());
    let held = Worker::start("record", home.path(), home.variables()).rounds(200, |i, line| {
        let (missing, path) = line.split_once('\t').unwrap();
        let here = worst_break(Path::new(path));
        let whole = here < 0.001;
        match (missing, whole) {
            ("0", true) => worst = worst.max(here),
            ("0", false) => panic!("take {i} is not whole, and does not say so: {here}"),
            (_, true) => late.push(format!("take {i}: {missing} frames")),
            (_, false) => lost.push(format!("take {i}: {missing} frames")),
        }
        fs::remove_file(path).unwrap();
    });
    assert_eq!(unfinished(&home.path().join("recordings")).len(), 0);
    eprintln!(
        "200 takes in {:.0?}, the tone goes on to within {worst:.6}; late {late:?}, lost {lost:?}",
        begun.elapsed()
    );
    assert_eq!(growth(&held, MOST_GROWTH_KB), None);
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
#[ignore = "takes ten minutes: make soak"]
fn a_run_over_five_hundred_files_does_not_grow() {
    let home = Home::without_microphone();
    let (cut, all) = (home.path().join("cut"), home.path().join("all"));
    fs::create_dir(&cut).unwrap();
    fs::create_dir(&all).unwrap();
    let pieces = pieces(&cut);
    for i in 0..500 {
        fs::hard_link(&pieces[i % pieces.len()], all.join(format!("{i:03}.wav"))).unwrap();
    }
    let begun = Instant::now();
    let mut program = home.aloud(&["analyze", "all", "--jsonl", "--jobs", "2", "--no-save"]);
    let mut program = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut held = Vec::new();
    for line in BufReader::new(program.stdout.take().unwrap()).lines() {
        assert!(line.unwrap().contains("aloud.report/1"));
        held.extend(Holding::of(program.id()));
    }
    assert!(program.wait().unwrap().success());
    eprintln!("500 files in one run in {:.0?}", begun.elapsed());
    assert!(held.len() >= 490, "{}", held.len());
    assert_eq!(growth(&held, MOST_GROWTH_AT_WORK_KB), None);
}
