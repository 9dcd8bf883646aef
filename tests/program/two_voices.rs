//! Recordings with two voices: a synthesized interviewer (`tests/fixtures/interview`) between sample answers, through the whole
//! program with the real speech model.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{aloud, assert_valid, number, reports, root, sample};
use aloud::audio::Recording;

const RATE_HZ: f64 = 16_000.0;
/// The silence between two turns, in seconds.
const GAP_S: f64 = 0.5;

/// Returns the sound of a file.
fn sound(path: &Path) -> Vec<f32> {
    let speech = Recording::open(path, &mut |_| ()).expect("a recording").speech;
    speech.samples(0..speech.len())
}

/// Returns a line of the interviewer from its first to its last sound, about as loud as the answers.
fn asks(line: usize) -> Vec<f32> {
    let line = sound(&root().join("tests/fixtures/interview").join(format!("{line}.opus")));
    let is_sound = |x: &f32| x.abs() > 0.01;
    let (first, last) = (line.iter().position(is_sound).unwrap(), line.iter().rposition(is_sound).unwrap());
    line[first..=last].iter().map(|x| 0.4 * x).collect()
}

/// Two voices on one time line.
#[derive(Default)]
pub(crate) struct Conversation {
    asks: Vec<f32>,
    answers: Vec<f32>,
    /// When each line of the interviewer ends, in seconds.
    asked_s: Vec<f64>,
}

impl Conversation {
    fn pause(&mut self) {
        let until = self.answers.len().max(self.asks.len()) + (GAP_S * RATE_HZ) as usize;
        self.asks.resize(until, 0.0);
        self.answers.resize(until, 0.0);
    }

    fn ask(mut self, line: usize) -> Self {
        self.pause();
        self.asks.extend(asks(line));
        self.asked_s.push(self.asks.len() as f64 / RATE_HZ);
        self.answers.resize(self.asks.len(), 0.0);
        self
    }

    fn answer(mut self, sound: &[f32]) -> Self {
        self.pause();
        self.answers.extend(sound);
        self.asks.resize(self.answers.len(), 0.0);
        self
    }

    /// Writes both voices into one channel.
    pub(crate) fn write(&self, path: &Path) {
        let mixed: Vec<f32> = self.asks.iter().zip(&self.answers).map(|(a, b)| a + b).collect();
        crate::common::write_wav(path, RATE_HZ as u32, &mixed);
    }

    /// Writes each voice into a channel of its own, in which the other one is heard 30 dB softer.
    fn write_sides(&self, path: &Path) {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).expect("a WAV file");
        for (a, b) in self.asks.iter().zip(&self.answers) {
            for x in [a + 0.03 * b, b + 0.03 * a] {
                writer.write_sample((x.clamp(-1.0, 1.0) * 32_767.0) as i16).expect("a sample");
            }
        }
        writer.finalize().expect("a whole WAV file");
    }
}

/// Returns the interview of these tests: two questions with their answers.
fn interview() -> Conversation {
    let answer = |name| sound(&sample(name));
    Conversation::default().ask(1).answer(&answer("fillers.flac")).ask(3).answer(&answer("monotone_slow.flac"))
}

/// Returns a short interview.
pub(crate) fn short() -> Conversation {
    Conversation::default().ask(1).answer(&sound(&sample("too_short.flac")))
}

struct Interviewed {
    _home: TempDir,
    home: PathBuf,
    json: Value,
    page: PathBuf,
    file: PathBuf,
}

/// Runs `aloud interview` once for all tests.
fn interviewed() -> &'static Interviewed {
    static DONE: OnceLock<Interviewed> = OnceLock::new();
    DONE.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let (file, page) = (home.path().join("interview.wav"), home.path().join("interview.html"));
        interview().write(&file);
        let output = aloud(home.path()).args(["interview", "--json", "--html"]).args([&page, &file]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        assert!(said.contains("ask them before you keep it"), "{said}");
        let json = serde_json::from_slice(&output.stdout).expect("JSON");
        Interviewed { home: home.path().to_path_buf(), _home: home, json, page, file }
    })
}

/// Returns the reports on the two answers as they were recorded alone, with their questions.
fn alone() -> &'static [Value] {
    static REPORTS: OnceLock<Vec<Value>> = OnceLock::new();
    REPORTS.get_or_init(|| {
        [("fillers.flac", "hard-problem"), ("monotone_slow.flac", "current-job")]
            .iter()
            .flat_map(|(name, question)| reports(&[sample(name)], &["--question", question]))
            .collect()
    })
}

fn text(report: &Value) -> String {
    report["transcript"]["text"].as_str().unwrap().to_lowercase()
}

fn codes(report: &Value) -> Vec<&str> {
    report["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect()
}

#[test]
fn each_answer_of_an_interview_is_judged_as_if_it_was_recorded_alone() {
    let json = &interviewed().json;
    assert_eq!(json["schema"], "aloud.interview/1");
    let answers = json["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 2, "{answers:#?}");
    for ((answer, alone), id) in answers.iter().zip(alone()).zip(["hard-problem", "current-job"]) {
        let report = &answer["report"];
        assert_valid(report);
        assert_eq!(answer["question"]["id"], id, "{}", answer["heard"]);
        assert_eq!(report["question"], answer["question"]);
        let close = |pointer: &str, most: f64| {
            let (here, there) = (number(report, pointer), number(alone, pointer));
            assert!((here - there).abs() <= most, "{id}: {pointer} is {here}, and {there} alone");
        };
        close("/score/overall", 3.0);
        close("/pace/words_per_minute", 6.0);
        close("/pace/words", 4.0);
        close("/fillers/count", 2.0);
        close("/pauses/longest_s", 0.2);
        close("/voice/f0_median_hz", 3.0);
        for word in ["thirty", "30", "young company", "how did you go about", "who relies"] {
            assert!(!text(report).contains(word), "{id}: {}", text(report));
        }
        assert!(codes(report).contains(&"two_voices"));
    }
    assert!(answers[0]["heard"].as_str().unwrap().to_lowercase().contains("young company"));
}

#[test]
fn latencies_count_from_the_interviewers_last_sound() {
    let (truth, json) = (interview(), &interviewed().json);
    for (answer, asked_s) in json["answers"].as_array().unwrap().iter().zip(&truth.asked_s) {
        assert!((number(answer, "/question_end_s") - asked_s).abs() < 0.2, "{answer}");
        // The samples begin with 0.6 s of silence.
        assert!(
            (number(answer, "/response_latency_s") - (GAP_S + 0.6)).abs() < 0.2,
            "{}",
            answer["response_latency_s"]
        );
        assert!((number(answer, "/report/pauses/response_latency_s") - (GAP_S + 0.6)).abs() < 0.25);
        assert_eq!(answer["marks"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn a_nod_ends_no_answer_and_is_a_mark() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("nod.wav");
    let short = sound(&sample("too_short.flac"));
    let nodded = Conversation::default().ask(1).answer(&short).ask(2).answer(&short);
    nodded.write(&file);
    let output = aloud(home.path()).args(["interview", "--json", "--no-save"]).arg(&file).output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let answers = json["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    let marks = answers[0]["marks"].as_array().unwrap();
    assert_eq!((marks.len(), &marks[0]["kind"], &marks[0]["who"]), (1, &"backchannel".into(), &"other".into()));
    assert!((number(&marks[0], "/end_s") - nodded.asked_s[1]).abs() < 0.3, "{marks:?}");
    assert_eq!(text(&answers[0]["report"]).matches("printer").count(), 2);
    let output = aloud(home.path()).args(["interview", "--no-save"]).arg(&file).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("the other person \u{201c}Okay"));
}

#[test]
fn an_interview_is_kept_answer_by_answer_and_read_in_the_terminal() {
    let interviewed = interviewed();
    let output = aloud(&interviewed.home).args(["history", "list", "--json"]).output().unwrap();
    let kept: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<&str> = kept.as_array().unwrap().iter().map(|a| a["question"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["current-job", "hard-problem"]);

    let output = aloud(&interviewed.home).arg("interview").arg(&interviewed.file).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("2 answers:") && text.contains("1.  0:") && text.contains("2.  1:"), "{text}");
    assert!(text.contains("Tell me about a difficult problem") && text.contains("answered after 1."), "{text}");
    assert!(text.contains("aloud history show 2"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    // Once is enough.
    assert!(!String::from_utf8_lossy(&output.stderr).contains("ask them"));

    // In the history it is one interview, whichever answer is named.
    let told = |arguments: &[&str]| {
        let output = aloud(&interviewed.home).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (String::from_utf8_lossy(&output.stdout).into_owned(), said, output.status.code())
    };
    let (_, said, _) = told(&["history", "list"]);
    assert!(said.contains("Answers 1, 2 of one interview: aloud history show 1 --interview"), "{said}");
    assert_eq!(told(&["history", "show", "1", "--interview"]).0, text);
    let json: Value = serde_json::from_str(&told(&["history", "show", "2", "--interview", "--json"]).0).unwrap();
    assert_eq!(json, interviewed.json);
    let again = interviewed.home.join("again.html");
    told(&["history", "show", "2", "--interview", "--html", again.to_str().unwrap()]);
    assert_eq!(std::fs::read(&again).unwrap(), std::fs::read(&interviewed.page).unwrap());
}

#[test]
fn a_folder_of_interviews_is_gone_through_and_one_voice_is_one_line() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("interviews");
    std::fs::create_dir_all(&folder).unwrap();
    short().write(&folder.join("b.wav"));
    std::fs::copy(sample("too_short.flac"), folder.join("a.flac")).unwrap();
    let pages = home.path().join("pages");
    let output = aloud(home.path()).args(["interview", "--html"]).args([&pages, &folder]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("a.flac: only one voice was heard").count(), 1, "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 answer:"));
    assert!(pages.join("b.html").is_file() && !pages.join("a.html").exists());

    // An answer that goes takes the interview with it, and nothing else.
    let delete = aloud(home.path()).args(["history", "delete", "1", "--yes"]).output().unwrap();
    assert!(delete.status.success());
    let show = aloud(home.path()).args(["history", "show", "1", "--interview"]).output().unwrap();
    assert_eq!(show.status.code(), Some(1));
}

#[test]
fn the_page_of_an_interview_works_in_a_real_browser() {
    crate::page::check_report(&interviewed().page, None, "interview");
}

#[test]
fn one_report_on_two_voices_is_about_the_one_who_answers() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("two.wav");
    Conversation::default().ask(1).answer(&sound(&sample("fillers.flac"))).write(&file);
    let page = home.path().join("two.html");
    let output = aloud(home.path())
        .args(["analyze", "--no-save", "--question", "hard-problem", "--html"])
        .args([&page, &file])
        .output();
    let told = String::from_utf8(output.unwrap().stdout).unwrap();
    let at = |part: &str| told.find(part).unwrap_or_else(|| panic!("{part} in {told}"));
    assert!(at("Two voices were heard.") < at("Score"), "{told}");
    assert!(at("What you said") < at("The other person said"));
    assert!(at("None of this counts.") < at("young company"), "{told}");
    assert!(told.contains("--me first"), "{told}");
    crate::page::check_report(&page, None, "two-voices");

    let report = &reports(std::slice::from_ref(&file), &["--question", "hard-problem"])[0];
    let (here, there) = (number(report, "/score/overall"), number(&alone()[0], "/score/overall"));
    assert!((here - there).abs() <= 3.0, "{here}, and {there} alone");
    assert_eq!((&report["speakers"]["count"], &report["speakers"]["heard"]), (&2.into(), &"two".into()));
    assert!(number(report, "/speakers/me_confidence") > 0.8);
    assert!(!text(report).contains("young company") && codes(report).contains(&"two_voices"), "{}", text(report));

    let swapped = &reports(&[file], &["--me", "first"])[0];
    assert!(text(swapped).contains("young company") && !text(swapped).contains("stock numbers"), "{}", text(swapped));
    assert_eq!(swapped["program"]["settings"]["me"], "first");
}

#[test]
fn two_with_a_channel_each_are_told_by_the_channels() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("call.wav");
    let call = Conversation::default()
        .ask(1)
        .answer(&sound(&sample("too_short.flac")))
        .ask(3)
        .answer(&sound(&sample("too_short.flac")));
    call.write_sides(&file);
    let report = &reports(&[file], &[])[0];
    assert_eq!((&report["speakers"]["how"], &report["speakers"]["count"]), (&"channels".into(), &2.into()));
    let turns = report["speakers"]["turns"].as_array().unwrap();
    assert_eq!(turns.len(), 4, "{turns:?}");
    for (turn, asked_s) in turns.iter().step_by(2).zip(&call.asked_s) {
        assert!((number(turn, "/end_s") - asked_s).abs() < 0.15, "{turn} and not {asked_s}");
    }
}

#[test]
fn one_voice_is_no_interview() {
    let home = tempfile::tempdir().unwrap();
    let output = aloud(home.path()).arg("interview").arg(sample("too_short.flac")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty() && said.trim().lines().count() == 1, "{said}");
    assert!(said.contains("only one voice was heard") && said.contains("aloud analyze"), "{said}");
}
