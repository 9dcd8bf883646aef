//! Ten thousand kept answers: reading and adding answers works, and the file size is bounded. The times are printed,
//! not judged: `cargo test --release --test program history_scale:: -- --nocapture`; `docs/measurements.md` has the
//! figures.

use std::time::{Duration, Instant};

use crate::common::aloud;
use crate::common::attempts::{fill, occasion, place, report};
use aloud::app::history::{Access, Store};

const ANSWERS: usize = 10_000;
/// The timeout after which a command counts as hanging.
const HANGS: Duration = Duration::from_secs(60);
/// The number of runs of each command to measure its time.
const RUNS: usize = 5;
/// The maximum size of the file, in bytes.
const SIZE: u64 = 400_000_000;

/// Returns the median and the minimum of several times.
fn middle_and_shortest(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort();
    (times[times.len() / 2], times[0])
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

#[test]
fn ten_thousand_answers_are_quick_to_look_at_and_to_add_to() {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    fill(&path, ANSWERS);
    let size = std::fs::metadata(&path).unwrap().len();
    eprintln!("{ANSWERS} answers: {:.1} MB", size as f64 / 1e6);
    assert!(size < SIZE, "{size} bytes");

    let started = Instant::now();
    let kept = Store::open(&path, Access::Read).unwrap().attempts().unwrap();
    eprintln!("reading all {} rows: {:.1} ms", kept.len(), started.elapsed().as_secs_f64() * 1e3);
    for arguments in [
        &["progress"][..],
        &["progress", "--json"],
        &["progress", "--html", "page.html"],
        &["history", "list"],
        &["history", "list", "--json"],
        &["history", "list", "--sort", "fillers"],
        &["history", "show", "5000"],
        &["history", "show", "last", "--json"],
    ] {
        let mut times = Vec::new();
        while times.len() < RUNS {
            let mut command = aloud(home.path());
            command.args(arguments).current_dir(home.path());
            let started = Instant::now();
            let output = command.output().unwrap();
            times.push(started.elapsed());
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let (middle, shortest) = middle_and_shortest(times);
        eprintln!("aloud {}: {} (at best {})", arguments.join(" "), ms(middle), ms(shortest));
        assert!(shortest < HANGS, "{arguments:?} took {shortest:?}");
    }

    let mut times = Vec::new();
    for i in 0..25 {
        let (report, occasion) = (report(ANSWERS + i, ANSWERS), occasion(0, 1));
        let started = Instant::now();
        // The same as in the program: open, save, close.
        Store::open(&path, Access::Write).unwrap().save(&report, &occasion).unwrap();
        times.push(started.elapsed());
    }
    let (middle, shortest) = middle_and_shortest(times);
    eprintln!("adding one: {} (at best {})", ms(middle), ms(shortest));
    assert!(shortest < HANGS, "{shortest:?}");
}
