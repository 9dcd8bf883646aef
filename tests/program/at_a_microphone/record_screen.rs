//! `aloud record` in a pseudo terminal, with a terminal emulator that tells what a user would see.
#![cfg(target_os = "linux")]

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::microphone::{Busy, Home, Running, duration_s, only_wav, signal, wavs};
use crate::common::terminal::Terminal;

/// A tone that ends after 4 s: the meter has something to show first, and then nothing.
const TAPE: &str = "rate 16000 channels 1 format S16_LE sound burst";
const ENTER: &str = "\r";
const CTRL_C: &str = "\x03";

/// Returns the seconds on the clock of the live line.
fn elapsed_s(line: &str) -> u32 {
    let clock = line.split(|c: char| c != ':' && !c.is_ascii_digit()).find(|part| part.contains(':')).expect("a clock");
    let (minutes, seconds) = clock.split_once(':').unwrap();
    minutes.parse::<u32>().unwrap() * 60 + seconds.parse::<u32>().unwrap()
}

fn nap(seconds: f64) {
    std::thread::sleep(Duration::from_secs_f64(seconds));
}

/// Returns whether a process is running, neither gone nor a zombie.
fn runs(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, state)| !state.trim_start().starts_with(['Z', 'X']))
}

/// Waits until a process is gone, at most a second from `since`.
fn is_gone_in_time(process: u32, since: Instant, what: &str) -> Duration {
    while runs(process) {
        if since.elapsed() > Duration::from_secs(10) {
            signal(process, "KILL");
            panic!("{what}: it runs on");
        }
        nap(0.005);
    }
    let lasted = since.elapsed();
    assert!(lasted < Duration::from_secs(1), "{what}: gone after {lasted:?}");
    lasted
}

/// Returns whether a take was finished properly: complete, with the final chunk, and no note that it was cut short.
fn is_finished(take: &Path) -> bool {
    let bytes = std::fs::read(take).unwrap();
    let riff = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    riff + 8 == bytes.len() && bytes.windows(4).any(|w| w == b"alou")
}

fn notes(home: &Home) -> usize {
    std::fs::read_dir(home.recordings().join(".unfinished")).map_or(0, Iterator::count)
}

/// Declines the offer to analyze an unfinished take.
fn decline(terminal: &mut Terminal) {
    terminal.until("has no report yet");
    terminal.press("n\n");
    terminal.until("It stays there");
}

/// Quits the program after a report.
fn quit(terminal: &mut Terminal) {
    terminal.until("q ends:");
    terminal.press("q\n");
}

/// The moments at which a window is closed, and whether there is a take by then.
const MOMENTS: [(&str, bool); 5] =
    [("counting down", false), ("recording", true), ("paused", true), ("just typed", true), ("reading", true)];

/// Closes a window at some moment of `record`, and checks what is left.
fn close_while(home: &Home, under: &str, round: usize) -> Duration {
    let (moment, has_take) = MOMENTS[round % MOMENTS.len()];
    let what = format!("round {round}, {under} {moment}");
    let take = home.path().join(format!("{round}.wav"));
    let left = notes(home);
    let mut terminal = Terminal::open_under(under, home, 80, &format!("record -o {round}.wav"), &[]);
    if left > 0 {
        decline(&mut terminal);
    }
    terminal.until("Starting in");
    if has_take {
        terminal.press(ENTER);
        terminal.until("REC 0:01");
    }
    match moment {
        "paused" => {
            terminal.press("p");
            terminal.until("Paused");
        }
        "just typed" => terminal.press("pypy"),
        "reading" => {
            terminal.press(ENTER);
            terminal.until("Recorded 0:0");
        }
        _ => {}
    }
    let program = terminal.program();
    let lasted = is_gone_in_time(program, terminal.close(), &what);
    assert_eq!(take.exists(), has_take, "{what}");
    if has_take {
        assert!(is_finished(&take), "{what}");
        assert!((0.9..8.0).contains(&duration_s(&take)), "{what}: {}", duration_s(&take));
    }
    // The take is offered the next time, unless its report was finished before the window closed.
    let offered = notes(home);
    assert!(offered == usize::from(has_take) || (offered == 0 && moment == "reading"), "{what}: {offered}");
    lasted
}

#[test]
fn a_window_that_is_closed_closes_the_microphone_and_keeps_the_take() {
    // Half of the windows send the program a signal when they close; the others only end its input.
    let rounds: Vec<usize> = (0..20).collect();
    let worst = std::thread::scope(|scope| {
        let of_each = rounds.chunks(5).enumerate().map(|(worker, rounds)| {
            scope.spawn(move || {
                let Some(home) = Home::with_tape(TAPE) else { return Duration::ZERO };
                let under = ["", "setsid"][worker % 2];
                rounds.iter().map(|round| close_while(&home, under, *round)).max().unwrap()
            })
        });
        let of_each: Vec<_> = of_each.collect();
        of_each.into_iter().map(|worker| worker.join().unwrap()).max().unwrap()
    });
    eprintln!("20 windows: gone within {:.3} s", worst.as_secs_f64());
}

#[test]
fn a_window_that_is_closed_on_a_busy_machine_closes_the_microphone_too() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    let _busy = Busy::begin();
    let under = |round: usize| ["", "setsid"][round / 2 % 2];
    let lasted = (1..5).map(|round| close_while(&home, under(round), round)).max().unwrap();
    eprintln!("busy: gone within {:.3} s", lasted.as_secs_f64());
}

#[test]
fn a_window_that_is_closed_in_a_session_leaves_the_answer_for_the_next_time() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    for under in ["", "setsid"] {
        let mut terminal = Terminal::open_under(under, &home, 80, "practice -n 2 --new", &[]);
        terminal.until("Starting in");
        terminal.press(ENTER);
        terminal.until("REC 0:01");
        let program = terminal.program();
        is_gone_in_time(program, terminal.close(), &format!("{under} practice"));
        assert_eq!(notes(&home), 0);
        let take = wavs(&home.recordings()).pop().unwrap();
        assert!(is_finished(&take) && duration_s(&take) > 0.9);
        // The answer is kept; a window can also be closed at any question to the user.
        let mut terminal = Terminal::open_under(under, &home, 80, "practice", &[]);
        terminal.until("A session was left at question 1 of 2. Go on with it? [Y/n]");
        let program = terminal.program();
        is_gone_in_time(program, terminal.close(), &format!("{under} asked"));
        terminal = Terminal::open_under(under, &home, 80, "practice --go-on", &[]);
        terminal.until("Your last answer, to:");
        terminal.until("s stops for now:");
        let program = terminal.program();
        is_gone_in_time(program, terminal.close(), &format!("{under} asked what comes next"));
    }
    assert_eq!(wavs(&home.recordings()).len(), 2, "no microphone was opened for nobody");
}

#[test]
fn signals_and_the_end_of_the_input_end_a_take_within_a_second() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    let _busy = Busy::begin();
    for command in [&["record"][..], &["practice", "-n", "2", "--new"]] {
        for how in ["HUP", "TERM", "end"] {
            let before = wavs(&home.recordings()).len();
            let (running, stdin) = Running::with_input(home.aloud(command));
            running.until("Recording to");
            nap(1.2);
            let id = running.id();
            let since = Instant::now();
            match how {
                "end" => drop(stdin),
                signal => running.signal(signal),
            }
            let what = format!("{command:?} {how}");
            // The parent reaps the process only later.
            is_gone_in_time(id, since, &what);
            let ended = running.end();
            assert!(ended.status.success() && ended.report.is_empty(), "{what}: {:?}", ended.said);
            assert!(ended.said.iter().any(|line| line.contains("To analyze it later")), "{what}: {:?}", ended.said);
            let takes = wavs(&home.recordings());
            assert_eq!(takes.len(), before + 1, "{what}");
            // A practice session keeps track of its answer itself.
            let noted = takes.len().min(3);
            assert_eq!(notes(&home), noted, "{what}");
            let take = takes.last().unwrap();
            assert!(is_finished(take) && duration_s(take) > 0.9, "{what}: {}", duration_s(take));
        }
    }
    // If the take was finished before standard input ended, the report still comes.
    let (running, mut stdin) = Running::with_input(home.aloud(&["record", "--json"]));
    running.until("Recording to");
    nap(1.0);
    stdin.write_all(b"\n").unwrap();
    drop(stdin);
    assert_eq!(running.end().json()["schema"], "aloud.report/1");
}

#[test]
fn a_take_on_a_terminal() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    let mut terminal = Terminal::open(&home, 80, "record --question conflict", &[]);
    for left in ["Starting in 3", "Starting in 2", "Starting in 1", "REC 0:00 of 1:00 to 2:00"] {
        terminal.until(left);
    }
    assert!(terminal.screen().contains("a colleague disagreed"), "{}", terminal.screen());
    // The tape began with the countdown, so the tone ends soon after it.
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
    quit(&mut terminal);
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
        if report {
            quit(&mut terminal);
        }
        let (code, shown) = terminal.end();
        assert_eq!(code, "0", "{shown}");
        assert_eq!(shown.contains("No score"), report, "{shown}");
        assert_eq!(shown.contains("To analyze it later: aloud analyze"), !report, "{shown}");
    }
    // After a window is closed, nobody is there to read a report, and nothing is lost.
    let mut terminal = Terminal::open(&home, 80, "record -o closed.wav", &[]);
    decline(&mut terminal);
    terminal.until("REC 0:02");
    let program = terminal.program();
    is_gone_in_time(program, terminal.close(), "closed");
    let closed = home.path().join("closed.wav");
    assert!(is_finished(&closed) && duration_s(&closed) > 1.5);
    assert_eq!(wavs(&home.recordings()).len(), 2);
    // Before the take began there is nothing to keep.
    let mut terminal = Terminal::open(&home, 80, "record", &[]);
    decline(&mut terminal);
    terminal.until("Starting in 2");
    terminal.press(CTRL_C);
    let (code, shown) = terminal.end();
    assert!(code == "0" && shown.contains("Nothing was recorded"), "{shown}");
    assert_eq!(wavs(&home.recordings()).len(), 2);
}

#[test]
fn after_a_report_one_can_try_again_see_the_page_and_take_another_question() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    let browser = [("BROWSER", "true"), ("DISPLAY", "")];
    // A page of the user's own beside the recording stays as it is.
    std::fs::write(home.path().join("mine.html"), "my own").unwrap();
    let mut terminal = Terminal::open(&home, 80, "record --question about-yourself -o mine.wav", &browser);
    terminal.until("REC 0:01");
    terminal.press(ENTER);
    terminal.until("No score");
    terminal.until("q ends:");
    // There is no moment to listen to; keys that are not offered do nothing.
    terminal.press("l\n");
    terminal.press("w\n");
    terminal.until("mine.aloud.html");
    terminal.press("\n");
    terminal.until("REC 0:01");
    terminal.press(ENTER);
    terminal.until("Recorded 0:01: mine-2.wav");
    terminal.wait("the second choice", |screen| screen.rsplit("mine-2.wav").next().unwrap().contains("q ends:"));
    terminal.press("n\n");
    terminal.until("How did you come to do the work you do?");
    terminal.until("REC 0:01");
    terminal.press("\x03\x03");
    let (code, shown) = terminal.end();
    assert!(code == "0" && shown.contains("To analyze it later"), "{shown}");
    // The question is not lost with the report.
    assert!(shown.split_whitespace().collect::<Vec<_>>().join(" ").contains("--question path-here"), "{shown}");
    assert_eq!(wavs(home.path()).len(), 3);
    let page = std::fs::read_to_string(home.path().join("mine.aloud.html")).unwrap();
    assert!(page.contains("Tell me a little about yourself"));
    assert_eq!(std::fs::read_to_string(home.path().join("mine.html")).unwrap(), "my own");
    // In a pipe, nothing is asked.
    let running = home.start(&["record", "--max", "1s"]);
    let ended = running.end();
    assert!(ended.said.iter().all(|line| !line.contains("q ends")), "{:?}", ended.said);
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
    quit(&mut terminal);
    let (code, shown) = terminal.end();
    assert_eq!(code, "0", "{shown}");
    let names: Vec<String> =
        wavs(home.path()).iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["mine-2.wav", "mine.wav"]);
    assert!(wavs(home.path()).iter().all(|path| duration_s(path) >= 1.0));
}

#[test]
fn a_take_is_thrown_away_by_a_second_key_only() {
    let Some(home) = Home::with_tape(TAPE) else { return };
    let mut terminal = Terminal::open(&home, 80, "record -o mine.wav", &[]);
    terminal.until("throws it away");
    terminal.until("REC 0:01");
    terminal.press("x");
    terminal.until("Press x again");
    assert_eq!(wavs(home.path()).len(), 1, "one key alone deletes nothing");
    terminal.press("x");
    terminal.until("Thrown away: mine.wav");
    terminal.until("Starting in 3");
    assert!(wavs(home.path()).is_empty());
    terminal.press(ENTER);
    terminal.until("REC 0:01");
    terminal.press(ENTER);
    quit(&mut terminal);
    let (code, shown) = terminal.end();
    assert_eq!((code.as_str(), wavs(home.path()).len()), ("0", 1), "{shown}");
    assert_eq!(notes(&home), 0);
}

#[test]
fn the_speaker_rates_the_take_before_the_report_when_that_is_wanted() {
    use aloud::app::history::own_view::OwnRating;
    use aloud::app::history::{Access, Store};
    let Some(home) = Home::with_tape(TAPE) else { return };
    let ratings = || {
        let store = Store::open(&crate::common::attempts::place(home.path()), Access::Read).unwrap();
        let mut ratings: Vec<OwnRating> = store.own_ratings().unwrap().into_values().collect();
        ratings.sort_by_key(|own| own.story);
        (store.attempts().unwrap().len(), ratings)
    };
    let mut terminal = Terminal::open(&home, 80, "record --myself-first -o mine.wav", &[]);
    terminal.until("REC 0:01");
    terminal.press(ENTER);
    terminal.until("Your story:");
    assert!(!terminal.screen().contains("No score"), "the report is not shown yet");
    terminal.press("7\n");
    terminal.until("A whole number from 1 to 5, please");
    terminal.press("4\n");
    terminal.until("How you said it:");
    terminal.press("2\n");
    quit(&mut terminal);
    assert_eq!(terminal.end().0, "0");
    assert_eq!(ratings(), (1, vec![OwnRating { story: 4, delivery: 2 }]));
    // From the settings; Enter skips it.
    std::fs::create_dir_all(home.path().join("config/aloud")).unwrap();
    std::fs::write(home.path().join("config/aloud/settings.toml"), "myself_first = true\n").unwrap();
    let mut terminal = Terminal::open(&home, 80, "record -o second.wav", &[]);
    terminal.until("REC 0:01");
    terminal.press(ENTER);
    terminal.until("Your story:");
    terminal.press("\n");
    quit(&mut terminal);
    assert_eq!(terminal.end().0, "0");
    assert_eq!(ratings().1.len(), 1);
    // Without the history there is nothing to keep a rating with.
    let mut terminal = Terminal::open(&home, 80, "record --no-save -o third.wav", &[]);
    terminal.until("REC 0:01");
    terminal.press(ENTER);
    quit(&mut terminal);
    let (_, shown) = terminal.end();
    assert!(!shown.contains("Your story:"), "{shown}");
}

#[test]
fn after_the_report_on_a_file_one_goes_on_at_the_microphone() {
    use aloud::app::history::{Access, Store};
    let Some(home) = Home::with_tape(TAPE) else { return };
    std::fs::copy(crate::common::sample("too_short.flac"), home.path().join("answer.flac")).unwrap();
    let mut terminal = Terminal::open(&home, 80, "analyze answer.flac -q about-yourself --speaker Ana", &[]);
    terminal.until("q ends:");
    terminal.press("\n");
    terminal.until("REC 0:01");
    terminal.press(ENTER);
    terminal.until("Recorded");
    terminal.wait("the second choice", |screen| screen.rsplit("Recorded").next().unwrap().contains("q ends:"));
    terminal.press("q\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, "0", "{shown}");
    let kept = Store::open(&crate::common::attempts::place(home.path()), Access::Read).unwrap().attempts().unwrap();
    assert_eq!(kept.len(), 2);
    for answer in kept {
        assert_eq!(answer.speaker.as_deref(), Some("Ana"));
        assert_eq!(answer.question.and_then(|q| q.id).as_deref(), Some("about-yourself"));
    }
    // Nothing is asked where a program reads, or nothing is kept.
    for arguments in ["analyze answer.flac --json", "analyze answer.flac --no-save", "analyze answer.flac answer.flac"]
    {
        let (code, shown) = Terminal::open(&home, 80, arguments, &[]).end();
        assert!(code == "0" && !shown.contains("q ends:"), "{arguments}: {shown}");
    }
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
                // Escape sequences only move the cursor and clear lines.
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
            quit(&mut terminal);
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
    assert!(code == "0" && shown.contains("To analyze it later: aloud analyze"), "{shown}");

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
    // The take left earlier is offered as well.
    for _ in 0..2 {
        terminal.until("Analyze it now? [Y/n]");
        terminal.press("n\n");
        terminal.until("It stays there");
    }
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
    quit(&mut terminal);
    let (code, shown) = terminal.end();
    assert!(code == "0" && shown.contains("No score") && !shown.contains("Starting in"), "{shown}");
    terminal = Terminal::open(&home, 100, "record", &[]);
    terminal.until("Starting in 3");
    terminal.press(CTRL_C);
    assert!(!terminal.end().1.contains("has no report yet"));
}
