//! Questions asked aloud, with a loudspeaker and a microphone that are null sinks of a sound server.
#![cfg(target_os = "linux")]

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use aloud::audio::Recording;
use serde_json::Value;

use super::record::correlation;
use crate::common::microphone::{Home, Running, Tap, duration_s, only_wav};
use crate::common::{number, sample, write_wav};

/// The built-in question that is asked here, and its text.
const QUESTION: [&str; 2] = ["about-yourself", "Tell me a little about yourself and the work you have been doing."];

fn seconds(s: f64) -> Duration {
    Duration::from_secs_f64(s)
}

/// How much of the sample is played, in seconds.
const ANSWER_S: f64 = 8.0;

/// Plays the beginning of a sample into the microphone.
fn answer(home: &Home) {
    let file = home.path().join("answer.wav");
    let spoken = samples(&sample("good.flac"));
    write_wav(&file, 16_000, &spoken[..(ANSWER_S * 16_000.0) as usize]);
    let status = home.sound_program("paplay").args(["--device=mic", "--latency-msec=20"]).arg(file).status();
    assert!(status.expect("paplay runs").success());
}

fn samples(path: &std::path::Path) -> Vec<f32> {
    Recording::open(path, &mut |_| {}).unwrap().speech.to_vec()
}

#[test]
fn a_question_is_heard_kept_out_of_the_take_and_the_latency_is_true() {
    let question = ["record", "--question", QUESTION[0], "--ask", "--json"];
    let mut off = Vec::new();
    for (voice, delay_s, has_echo) in [("woman", 0.6, true), ("man", 1.4, true), ("woman", 2.3, false)] {
        let Some(home) = Home::with_loudspeaker(has_echo) else { return };
        let (speaker, microphone) = (Tap::open(&home, "speaker.monitor"), Tap::open(&home, "mic.monitor"));
        let running = home.start(&[&question[..], &["--voice", voice]].concat());
        let ended = running.until("Recording to");
        std::thread::sleep(seconds(delay_s).saturating_sub(ended.elapsed()));
        let mixed = microphone.close();
        let microphone = Tap::open(&home, "mic.monitor");
        answer(&home);
        std::thread::sleep(seconds(0.5));
        running.signal("INT");
        let ended = running.end();
        let (report, (asked, answered)) = (ended.json(), (speaker.close(), microphone.close()));
        let told = ended.said.iter().filter(|line| line.contains("wear headphones")).count();
        assert_eq!(told, usize::from(has_echo), "{voice}: {:?}", ended.said);

        // The question was heard, and, with an echo, by the microphone too; the take has none of it.
        let take = samples(&only_wav(&home.recordings()));
        let peak = |sound: &[f32]| sound.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        let before_the_answer = &take[..(0.8 * delay_s * 16_000.0) as usize];
        assert!(peak(&asked.samples) > 0.1, "{voice}: the question was not heard");
        assert!(peak(before_the_answer) < 0.01 * peak(&asked.samples), "{voice}: {}", peak(before_the_answer));
        let (echoed, _) = correlation(&asked.samples, &mixed.samples);
        assert_eq!(echoed > 0.5, has_echo, "{voice}: {echoed}");

        let (question_end, first_word) = (asked.span().1, answered.span().0);
        let truth_s = first_word.duration_since(question_end).as_secs_f64();
        let latency_s = number(&report, "/interview/response_latency_s");
        let uncertainty_s = number(&report, "/interview/latency_uncertainty_s");
        eprintln!("{voice}: latency {latency_s:.3} s, in truth {truth_s:.3} s, +/- {uncertainty_s:.3} s");
        assert!((0.02..0.4).contains(&uncertainty_s), "{uncertainty_s}");
        assert_eq!(report["interview"]["take"], 1);
        off.push((latency_s - truth_s).abs());
    }
    assert!(off.iter().all(|off| *off < 0.05), "{off:?}");
}

#[test]
fn a_file_has_no_interview_and_no_latency() {
    let home = tempfile::tempdir().unwrap();
    let output =
        crate::common::aloud(home.path()).arg("analyze").arg(sample("good.flac")).arg("--json").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["interview"], Value::Null);
}

#[test]
fn time_to_prepare_a_hard_stop_and_the_end_are_as_they_were_set() {
    let Some(home) = Home::with_loudspeaker(false) else { return };
    let terms = ["--voice", "man", "--prepare", "2s", "--limit", "46s", "--takes", "1", "--json"];
    let running = home.start(&[&["record", "--question", QUESTION[0], "--ask"], &terms[..]].concat());
    // The file is made meanwhile, which takes a busy disk a while: what counts is when the time to prepare was over.
    let begins = running.until("0:02 to prepare") + seconds(2.0);
    assert!(running.until("Recording to") >= begins - seconds(0.1));
    answer(&home);
    let since = |what: &str| running.until(what).saturating_duration_since(begins).as_secs_f64();
    let sign_s = since("30 seconds left.");
    std::thread::sleep(seconds(15.0)); // waiting for a line gives up after 30 s
    let stop_s = since("Finished at 0:46");
    assert!((15.8..17.5).contains(&sign_s), "{sign_s}");
    assert!((45.8..47.5).contains(&stop_s), "{stop_s}");
    let report = running.end().json();
    assert!((duration_s(&only_wav(&home.recordings())) - 46.0).abs() < 0.001);
    assert_eq!(report["interview"]["response_latency_s"], Value::Null);
}

#[test]
fn without_a_loudspeaker_or_a_voice_it_goes_on_as_text() {
    let said_of = |home: &Home, question: &str| {
        let ended = home.start(&["record", "--question", question, "--ask", "--limit", "1s", "--json"]).end();
        assert!(ended.status.success(), "{:?}", ended.said);
        assert_eq!(ended.json()["interview"], Value::Null);
        assert!(
            ended.said.iter().any(|line| line.contains(question) || line.contains(QUESTION[1])),
            "{:?}",
            ended.said
        );
        ended.said
    };
    // The tape only records: it is a microphone without a loudspeaker.
    let Some(home) = Home::with_tape("rate 16000 channels 1 format S16_LE sound burst") else { return };
    let said = said_of(&home, QUESTION[0]);
    assert_eq!(said.iter().filter(|line| line.starts_with("The questions are only shown: ")).count(), 1, "{said:?}");
    let said = said_of(&home, "What would your neighbour say of you?");
    assert!(said.iter().any(|line| line.contains("No voice here can speak this question")), "{said:?}");
}

#[test]
fn a_loudspeaker_that_vanishes_does_not_end_the_session() {
    let Some(home) = Home::with_loudspeaker(false) else { return };
    let running = home.start(&["record", "--question", QUESTION[0], "--ask", "--limit", "4s", "--json"]);
    running.until("Microphone:");
    std::thread::sleep(seconds(1.5));
    let modules = home.sound_program("pactl").args(["list", "short", "modules"]).output().expect("pactl runs");
    let modules = String::from_utf8(modules.stdout).unwrap();
    let module = modules.lines().find(|line| line.contains("sink_name=speaker")).expect("the loudspeaker");
    let number = module.split_whitespace().next().unwrap();
    assert!(home.sound_program("pactl").args(["unload-module", number]).status().unwrap().success());
    // The server may move the question to another sink; either way there is a take.
    running.until("Recording to");
    let ended = running.end();
    assert!(ended.said.iter().any(|line| line.starts_with("Finished at 0:04")), "{:?}", ended.said);
}

/// Writes a program that stands for speech-dispatcher's: it notes what it should say, and takes `s` seconds for it.
fn fake_voice(home: &Home, s: f64, status: u8) -> String {
    let folder = home.path().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join("spd-say");
    let noted = home.path().join("spoken");
    std::fs::write(
        &program,
        format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > '{}'\nsleep {s}\nexit {status}\n", noted.display()),
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

#[test]
fn own_questions_are_spoken_by_the_voice_of_the_system() {
    let Some(home) = Home::with_tape("rate 16000 channels 1 format S16_LE sound burst") else { return };
    let question = "What would your neighbour say of you? -- and why";
    for (status, is_heard) in [(0, true), (1, false)] {
        let path = fake_voice(&home, 1.0, status);
        let mut command = home.aloud(&["record", "--question", question, "--ask", "--limit", "2s", "--json"]);
        command.env("PATH", path);
        let begun = Instant::now();
        let running = Running::new(command);
        let began_s = running.until("Recording to").duration_since(begun).as_secs_f64();
        assert!(began_s > 1.0, "{began_s}");
        let ended = running.end();
        let spoken = std::fs::read_to_string(home.path().join("spoken")).unwrap();
        assert_eq!(spoken.lines().last(), Some(question));
        assert_eq!(ended.said.iter().any(|line| line.contains("only shown")), !is_heard, "{:?}", ended.said);
        assert_eq!(ended.json()["interview"].is_null(), !is_heard);
    }
}

#[test]
fn the_doctor_names_the_voices_and_plays_one() {
    let Some(home) = Home::with_loudspeaker(false) else { return };
    let speaker = Tap::open(&home, "speaker.monitor");
    let output = home.aloud(&["doctor", "--voice", "man"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("man: asked \"Tell me a little about yourself"), "{said}");
    assert!(said.contains("woman (asks): speaks the questions"), "{said}");
    let (begin, end) = speaker.close().span();
    assert!((2.0..8.0).contains(&end.duration_since(begin).as_secs_f64()));
    let output = home.aloud(&["doctor", "--voice", "robot"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_practice_session_asks_in_the_format_that_was_chosen() {
    let Some(home) = Home::with_loudspeaker(false) else { return };
    let speaker = Tap::open(&home, "speaker.monitor");
    let terms = ["--format", "one-way", "--voice", "woman", "--prepare", "1s", "--limit", "8s", "-n", "1"];
    let running = home.start(&[&["practice", "--new"], &terms[..]].concat());
    running.until("Question 1 of 1");
    running.until("It stops at 0:08.");
    running.until("0:01 to prepare");
    running.until("Recording to");
    answer(&home);
    running.until("Finished at 0:08");
    let ended = running.end();
    assert!(ended.status.success(), "{:?}", ended.said);
    assert!(ended.report.contains("Your session: 1 of 1 question"), "{}", ended.report);
    let (begin, end) = speaker.close().span();
    assert!((1.0..10.0).contains(&end.duration_since(begin).as_secs_f64()));
    let wrong = home.start(&["practice", "--new", "--format", "fone"]).end();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(wrong.complaint().contains("did you mean 'phone'?"), "{:?}", wrong.said);
}

#[test]
fn hands_free_an_answer_ends_by_itself_after_the_silence_that_was_said() {
    let Some(home) = Home::with_loudspeaker(false) else { return };
    let running = home.start(&["practice", "--new", "--hands-free", "4s", "--voice", "man", "-n", "1"]);
    running.until("It ends by itself when nobody has spoken for 4 seconds.");
    running.until("Recording to");
    answer(&home);
    let spoken = Instant::now();
    let ended = running.until("Finished: nobody spoke any more.");
    let silent_s = ended.saturating_duration_since(spoken).as_secs_f64();
    assert!((3.0..8.0).contains(&silent_s), "{silent_s}");
    let ended = running.end();
    assert!(ended.status.success() && ended.report.contains("Your session: 1 of 1 question"), "{:?}", ended.said);
    let short = home.start(&["practice", "--new", "--hands-free", "2s"]).end();
    assert_eq!(short.status.code(), Some(2));
    assert!(short.said.iter().any(|line| line.contains("at least 4s")), "{:?}", short.said);
}
