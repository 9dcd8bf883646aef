//! An answer and the same answer with an added stutter get nearly the same points if the setting is on.

use aloud::analyze::judge_draft;
use aloud::audio::{Recording, SPEECH_RATE_HZ};
use aloud::brief::Brief;
use aloud::draft::Draft;
use aloud::report::Report;
use serde_json::Value;

use crate::common::{number, reports, sample, write_wav};

/// Maximum difference in points between twins.
const APART: f64 = 3.0;
/// Number of answers that have a twin.
const PAIRS: usize = 12;
/// One in this many words is stuttered.
const EVERY: usize = 5;
/// Duration of a block, in seconds: without the setting, it would count as a long silence.
const BLOCK_S: f64 = 1.4;
/// Duration of the part of a word that is repeated, in seconds.
const PART_S: f64 = 0.12;

fn report(text: &str, stutters: bool) -> Report {
    let draft = Draft::read(text.as_bytes(), "answer.txt".as_ref()).expect("a draft");
    judge_draft(&draft, &Brief { stutters, ..Brief::default() })
}

/// Returns every eleventh of the answers that the story weights were trained on, the same number from each of three
/// authors.
fn answers() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/training/answers");
    let mut answers = Vec::new();
    for name in ["own_1", "own_2", "own_3"] {
        let lines =
            std::fs::read_to_string(format!("{folder}/{name}.jsonl")).expect("the answers are in the repository");
        for line in lines.lines().step_by(11).take(PAIRS / 3) {
            let answer: serde_json::Value = serde_json::from_str(line).expect("an answer");
            let sentences = answer["sentences"].as_array().expect("sentences");
            let texts: Vec<&str> = sentences.iter().map(|s| s["text"].as_str().expect("a text")).collect();
            answers.push(texts.join(" "));
        }
    }
    answers
}

/// Returns the answer with added stutters, in turn: a sound repeated, a part of a word repeated, a word repeated, a
/// sound prolonged, and a block.
fn stuttered(text: &str) -> String {
    let mut words = Vec::new();
    for (i, word) in text.split_whitespace().enumerate() {
        let letters: String = word.chars().take_while(|c| c.is_alphabetic()).collect();
        let sound: String = letters.chars().take(1).collect();
        let part: String = letters.chars().take(letters.chars().count() / 2).collect();
        match (i % EVERY == EVERY - 2).then_some(i / EVERY % 5) {
            Some(0) if letters.len() > 2 => words.push(format!("{sound}-{sound}-{word}")),
            Some(1) if part.len() > 1 => words.extend([format!("{part}-"), word.to_string()]),
            Some(2) if letters.len() > 1 && letters.len() < 6 => {
                words.extend([letters.clone(), letters.to_lowercase(), word.to_lowercase()]);
            }
            Some(3) if letters.len() > 2 => words.push(format!("{}{word}", sound.repeat(3))),
            Some(4) => words.extend(["\u{2026}".to_string(), word.to_string()]),
            _ => words.push(word.to_string()),
        }
    }
    words.join(" ")
}

#[test]
fn a_stutter_changes_no_points_with_the_setting_on() {
    let answers = answers();
    assert_eq!(answers.len(), PAIRS);
    let (mut plain_fillers, mut twin_fillers) = (0, 0);
    for text in answers {
        let (plain, twin) = (report(&text, true), report(&stuttered(&text), true));
        let points = |r: &Report| r.score.overall.expect("a draft with words has a score");
        println!("{} {}", points(&plain), points(&twin));
        assert!((points(&plain) - points(&twin)).abs() <= APART, "{} and {}: {text}", points(&plain), points(&twin));
        let left_out = twin.left_out.as_ref().expect("it is said what was left out");
        assert!(left_out.begun_again > 0 && left_out.sounds_in_words > 0, "{left_out:?}");
        let fillers = |r: &Report| r.fillers.as_ref().map_or(0, |f| f.count);
        println!("fillers {} {}", fillers(&plain), fillers(&twin));
        plain_fillers += fillers(&plain);
        twin_fillers += fillers(&twin);
    }
    // A repeated word may be a stutter or not: of the hundreds of repetitions that were added, one for every two
    // answers may still count.
    assert!(twin_fillers <= plain_fillers + PAIRS / 2, "{plain_fillers} and {twin_fillers}");
}

/// Returns the audio of an answer with, in turn, blocks and repeated parts of words before words inside a clause.
fn stuttered_sound(speech: &[f32], words: &[Value]) -> Vec<f32> {
    let at = |seconds: f64| ((seconds * f64::from(SPEECH_RATE_HZ)) as usize).min(speech.len());
    let (mut sound, mut copied) = (Vec::new(), 0);
    for (i, pair) in words.windows(2).enumerate().filter(|(i, _)| i % EVERY == EVERY - 1) {
        let before = pair[0]["text"].as_str().expect("a word");
        if before.ends_with(|c: char| !c.is_alphanumeric()) {
            continue;
        }
        let start = at(number(&pair[1], "/start_s"));
        sound.extend_from_slice(&speech[copied..start]);
        if (i / EVERY).is_multiple_of(2) {
            sound.extend(std::iter::repeat_n(0.0, at(BLOCK_S)));
        } else {
            let part = &speech[start..at(number(&pair[1], "/start_s") + PART_S)];
            sound.extend(part.iter().chain(part));
        }
        copied = start;
    }
    sound.extend_from_slice(&speech[copied..]);
    sound
}

#[test]
fn a_spoken_stutter_costs_no_points_with_the_option_on_and_it_is_said_what_was_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "good.flac";
    let plain = &reports(&[sample(name)], &["--stutter"])[0];
    let recording = Recording::open(&sample(name), &mut |_| {}).expect("a sample");
    let words = plain["transcript"]["words"].as_array().expect("words");
    let path = folder.path().join("twin.wav");
    write_wav(&path, SPEECH_RATE_HZ, &stuttered_sound(&recording.speech.to_vec(), words));
    let twin = &reports(&[path], &["--stutter"])[0];
    println!("{} {}\n{} {}", plain["score"], twin["score"], twin["left_out"], twin["transcript"]["text"]);
    let points = |r: &Value| number(r, "/score/overall");
    assert!((points(plain) - points(twin)).abs() <= APART, "{} and {}", points(plain), points(twin));
    let blocks = twin["left_out"]["blocks"].as_array().expect("blocks");
    assert!(blocks.len() >= 10, "{blocks:?}");
    // The speech model writes commas where some words are blocked, and a silence between clauses counts.
    for at in ["/pace/words_per_minute", "/length/answer_s"] {
        let times = number(twin, at) / number(plain, at);
        assert!((times - 1.0).abs() < 0.15, "{at}: {times:.2} of the plain one");
    }
    let advice = twin["score"]["priorities"].to_string();
    assert!(!advice.contains("silence") && !advice.contains("breath"), "{advice}");
}
