//! `aloud record` on a terminal: a pseudo terminal with the program in it, and a terminal emulator that says what a person
//! would see.
#![cfg(target_os = "linux")]

mod common;

use std::time::{Duration, Instant};

use common::microphone::{Home, duration_s, only_wav, signal, wavs};
use common::terminal::Terminal;

/// A tone that ends after 4 s: the meter has something to show, and then nothing.
const TAPE: &str = "rate 16000 channels 1 format S16_LE sound burst";
const ENTER: &str = "\r";
const CTRL_C: &str = "\x03";

/// Seconds on the live line's clock.
fn elapsed_s(line: &str) -> u32 {
    let clock = line.split(|c: char| c != ':' && !c.is_ascii_digit()).find(|part| part.contains(':')).expect("a clock");
    let (minutes, seconds) = clock.split_once(':').unwrap();
    minutes.parse::<u32>().unwrap() * 60 + seconds.parse::<u32>().unwrap()
}

fn nap(seconds: f64) {
    std::thread::sleep(Duration::from_secs_f64(seconds));
}

#[test]
fn a_take_on_a_terminal() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    let mut terminal = Terminal::open(&home, 80, "record --question conflict", &[]);
    for left in ["Starting in 3", "Starting in 2", "Starting in 1", "REC 0:00 of 1:00 to 2:00"] {
        terminal.until(left);
    }
    assert!(terminal.screen().contains("a colleague disagreed"), "{}", terminal.screen());
    // The tape began with the countdown: the tone is over soon after it.
    let mut seen = std::collections::BTreeSet::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        seen.insert(terminal.live());
        nap(0.02);
    }
    assert!(seen.len() >= 3, "the line stands still: {seen:?}");

    terminal.press("p");
    terminal.until("Paused");
    let paused_at_s = elapsed_s(&terminal.live());
    nap(1.5);
    assert!(elapsed_s(&terminal.live()) <= paused_at_s + 1);
    terminal.press("p");
    terminal.until("REC");
    for columns in [40, 200, 80] {
        terminal.resize(columns);
        nap(0.6);
        let line = terminal.live();
        assert!(line.chars().count() < usize::from(columns) && line.contains('['), "{columns}: {}", terminal.screen());
    }
    terminal.press(ENTER);
    terminal.until("Recorded 0:0");
    let (code, shown) = terminal.end();
    assert_eq!(code, "0", "{shown}");
    assert!(shown.contains("No score"), "{shown}");
    let lasted_s = duration_s(&only_wav(&home.recordings()));
    assert!((3.0..6.5).contains(&lasted_s), "the pause is not in it: {lasted_s}");
}

#[test]
fn ctrl_c_once_finishes_twice_leaves_the_analysis() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    for (keys, report) in [(CTRL_C, true), ("\x03\x03", false)] {
        let mut terminal = Terminal::open(&home, 80, "record", &[]);
        terminal.until("REC 0:01");
        terminal.press(keys);
        let (code, shown) = terminal.end();
        assert_eq!(code, "0", "{shown}");
        assert_eq!(shown.contains("No score"), report, "{shown}");
        assert_eq!(shown.contains("To analyze it later: aloud analyze"), !report, "{shown}");
    }
    // A window that is closed: nobody is there to read a report, and nothing is lost.
    let terminal = Terminal::open(&home, 80, "record -o closed.wav", &[]);
    terminal.until("REC 0:02");
    let Terminal { master, keys, mut child, .. } = terminal;
    drop((master, keys));
    let _ = child.wait();
    let closed = home.path().join("closed.wav");
    let begun = Instant::now();
    while !std::fs::read(&closed).unwrap().windows(4).any(|w| w == b"alou") {
        assert!(begun.elapsed() < Duration::from_secs(10), "it was not finished");
        nap(0.05);
    }
    assert!(duration_s(&closed) > 1.5);
    assert_eq!(wavs(&home.recordings()).len(), 2);
    // Before it began there is nothing to keep.
    let mut terminal = Terminal::open(&home, 80, "record", &[]);
    terminal.until("Starting in 2");
    terminal.press(CTRL_C);
    let (code, shown) = terminal.end();
    assert!(code == "0" && shown.contains("Nothing was recorded"), "{shown}");
    assert_eq!(wavs(&home.recordings()).len(), 2);
}

#[test]
fn starting_again_keeps_the_old_take() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    let mut terminal = Terminal::open(&home, 80, "record -o mine.wav", &[]);
    terminal.until("REC 0:01");
    terminal.press("r");
    terminal.until("Kept: mine.wav");
    terminal.until("Starting in 3");
    terminal.press(ENTER); // no need to wait
    terminal.until("REC 0:01");
    terminal.press(ENTER);
    let (code, shown) = terminal.end();
    assert_eq!(code, "0", "{shown}");
    let names: Vec<String> =
        wavs(home.path()).iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["mine-2.wav", "mine.wav"]);
    assert!(wavs(home.path()).iter().all(|path| duration_s(path) >= 1.0));
}

#[test]
fn narrow_wide_colourless_and_dumb_terminals() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    std::thread::scope(|scope| {
        for columns in [40, 200] {
            let home = &home;
            scope.spawn(move || {
                let mut terminal = Terminal::open(home, columns, "record --question conflict", &[("NO_COLOR", "1")]);
                terminal.until("0:01");
                let line = terminal.live();
                assert!(line.chars().count() < usize::from(columns), "{line}");
                terminal.press("\x03\x03");
                let (_, shown) = terminal.end();
                // Only the cursor is moved and lines are cleared.
                let colours = shown.match_indices("\x1b[").any(|(at, _)| {
                    shown[at + 2..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m')
                });
                assert!(!colours, "{shown:?}");
            });
        }
        scope.spawn(|| {
            let mut terminal = Terminal::open(&home, 80, "record", &[("TERM", "dumb")]);
            terminal.until("Starting in 1");
            terminal.until("Recording to");
            nap(1.0);
            terminal.press("p\n");
            terminal.until("Paused.");
            terminal.press("p\n");
            terminal.until("Recording again.");
            terminal.press("\n");
            let (code, shown) = terminal.end();
            assert_eq!(code, "0", "{shown}");
            let until_report = shown.split("Recorded").next().unwrap();
            assert!(!until_report.contains('\x1b'), "{until_report:?}");
        });
    });
}

#[test]
fn a_killed_recorder_leaves_the_terminal_in_order() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    let mut terminal = Terminal::open(&home, 80, "record --json", &[]);
    terminal.until("REC 0:01");
    let shell = terminal.child.process_id().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).expect("Linux");
    signal(children.trim().parse().expect("one child"), "TERM");
    let (code, shown) = terminal.end();
    assert!(code == "0" && shown.contains("aloud.report/1"), "{shown}");

    // A take that was cut short is offered, and may be declined.
    let running = home.start(&["record"]);
    running.until("Recording to");
    nap(1.0);
    running.signal("KILL");
    running.end();
    terminal = Terminal::open(&home, 100, "record", &[]);
    terminal.until("Analyze it now? [Y/n]");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end().0, "0");
    terminal = Terminal::open(&home, 100, "record", &[]);
    terminal.until("Analyze it now? [Y/n]");
    terminal.press("n\n");
    terminal.until("Starting in 3");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end().0, "0");

    let running = home.start(&["record"]);
    running.until("Recording to");
    nap(1.0);
    running.signal("KILL");
    running.end();
    terminal = Terminal::open(&home, 100, "record", &[]);
    terminal.until("Analyze it now? [Y/n]");
    terminal.press("\n");
    let (code, shown) = terminal.end();
    assert!(code == "0" && shown.contains("No score") && !shown.contains("Starting in"), "{shown}");
    terminal = Terminal::open(&home, 100, "record", &[]);
    terminal.until("Starting in 3");
    terminal.press(CTRL_C);
    assert!(!terminal.end().1.contains("cut short"));
}
