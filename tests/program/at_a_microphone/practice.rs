//! `aloud practice` as a whole: from a folder of recordings, and in a terminal with a microphone, killed and resumed.

use crate::common;
use std::path::Path;

use crate::common::{aloud, sample};

/// A resume of three lines, unlike any of the fixtures.
const RESUME: &str = "Ada Pell\n\nEXPERIENCE\n\nPharmacy Porter, County Hospital\n2020 - present\n\n- Brought the evening \
                      delivery forward by thirty-five minutes.\n- Responsible for the cold store.\n";
const JOB: &str =
    "Logistics lead\n\nRequirements\n\n- Experience with deliveries to hospital wards\n- A forklift licence\n";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn practice(home: &Path, arguments: &[&str]) -> std::process::Output {
    aloud(home).arg("practice").args(arguments).output().expect("it runs")
}

fn files(home: &Path, names: &[(&str, &str)]) -> String {
    let folder = home.join("answers");
    std::fs::create_dir_all(&folder).unwrap();
    for (from, to) in names {
        std::fs::copy(sample(from), folder.join(to)).unwrap();
    }
    std::fs::write(home.join("resume.txt"), RESUME).unwrap();
    std::fs::write(home.join("job.txt"), JOB).unwrap();
    folder.display().to_string()
}

fn rows(home: &Path, table: &str) -> i64 {
    let db = rusqlite::Connection::open(home.join("data/aloud/history/history.db")).unwrap();
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn a_session_from_a_folder_answers_by_name_compares_and_closes() {
    let home = tempfile::tempdir().unwrap();
    let folder = files(
        home.path(),
        &[("good.flac", "improvement.flac"), ("we_not_i.flac", "teamwork.flac"), ("good.flac", "teamwork-again.flac")],
    );
    let job = home.path().join("job.txt").display().to_string();
    let output = practice(home.path(), &["--from", &folder, "--job", &job]);
    let (said, page) = (text(&output.stderr), text(&output.stdout));
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("Question 1 of 2") && said.contains("Tell me about something that works better today"),
        "{said}"
    );
    assert!(page.contains("Against the first try, better:"), "{page}");
    assert!(page.contains("Your session: 2 of 2 questions"), "{page}");
    assert!(page.contains("Your best answer") && page.contains("One thing to work on"), "{page}");
    assert!(
        page.contains("To practise tomorrow") && page.contains("What the job asks for: evidence for 1 of 2"),
        "{page}"
    );
    assert!(page.lines().all(|l| l.chars().count() <= 80), "{page}");
    assert_eq!((rows(home.path(), "attempt"), rows(home.path(), "repetition")), (3, 2));
    assert_eq!(rows(home.path(), "shown_requirement"), 2);
    // The question that went worst is asked first the next time.
    let next = practice(home.path(), &["--from", &folder, "-n", "1", "--no-store"]);
    assert!(next.status.success());
    // Evidence is deleted with its answer, and everything with all answers.
    let delete = |arguments: &[&str]| {
        let output = aloud(home.path()).args(["history", "delete", "--yes"]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    delete(&["1"]);
    assert_eq!((rows(home.path(), "attempt"), rows(home.path(), "shown_requirement")), (2, 1));
    delete(&["2", "3"]);
    assert_eq!((rows(home.path(), "attempt"), rows(home.path(), "requirement")), (0, 2));
    let asked = aloud(home.path()).args(["history", "delete", "--all"]).output().unwrap();
    assert_eq!(asked.status.code(), Some(1));
    assert!(text(&asked.stderr).contains("deleting what practice keeps needs your word"), "{}", text(&asked.stderr));
    assert_eq!(rows(home.path(), "requirement"), 2);
    delete(&["--all"]);
    for table in ["attempt", "repetition", "practice_session", "claim", "requirement", "shown_requirement"] {
        assert_eq!(rows(home.path(), table), 0, "{table}");
    }
}

#[test]
fn without_a_word_of_consent_no_claim_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let folder = files(home.path(), &[("good.flac", "1.flac")]);
    let resume = home.path().join("resume.txt").display().to_string();
    let output = practice(home.path(), &["--resume", &resume, "--from", &folder]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("are not kept: there is nobody to ask"), "{said}");
    assert!(said.contains("You are responsible for the cold store at County Hospital."), "{said}");
    assert!(!home.path().join("data/aloud/history").exists());
    let nothing = tempfile::tempdir().unwrap();
    let output = practice(nothing.path(), &["--resume", &resume, "--from", &folder, "--no-store"]);
    assert!(output.status.success());
    assert!(!nothing.path().join("data/aloud/history").exists());
    assert!(
        text(&output.stdout).contains("Of your resume, 1 of 2 claims told aloud so far."),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn files_that_cannot_be_used_get_one_line() {
    let home = tempfile::tempdir().unwrap();
    let hostile = common::root().join("tests/fixtures/practice/hostile");
    for name in ["encrypted.pdf", "bomb.docx", "binary.txt", "scanned.pdf", "empty.txt", "missing.txt"] {
        let path = hostile.join(name).display().to_string();
        let output = practice(home.path(), &["--resume", &path]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.lines().count() == 1 && said.contains(name), "{name}: {said}");
    }
}

#[test]
fn own_questions_are_added_listed_and_used() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| aloud(home.path()).args(arguments).output().unwrap();
    let added = run(&["questions", "add", "Why did you leave the circus?", "--id", "circus", "--needs", "the reason"]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let listed = text(&run(&["questions", "list"]).stdout);
    assert!(
        listed.lines().any(|l| l.starts_with("circus ") && l.ends_with("  Why did you leave the circus?")),
        "{listed}"
    );
    assert_eq!(run(&["questions", "add", "Again?", "--id", "circus"]).status.code(), Some(1));
    std::fs::write(home.path().join("config/aloud/questions.toml"), "[[question]]\nid = 3\n").unwrap();
    let said = text(&run(&["questions", "list"]).stderr);
    assert!(said.contains("questions.toml are not right: line 2"), "{said}");
}

#[cfg(target_os = "linux")]
mod at_a_terminal {
    use std::time::Duration;

    use super::{JOB, RESUME, rows};
    use crate::common::microphone::{Home, signal, wavs};
    use crate::common::terminal::Terminal;

    /// Plays the sample into the sound server.
    fn play(home: &Home) {
        let file = super::sample("good.flac");
        let status = home.sound_program("paplay").args(["--device=mic"]).arg(file).status().expect("paplay runs");
        assert!(status.success());
    }

    #[test]
    fn a_session_at_the_microphone_goes_on_after_a_kill() {
        let Some(home) = Home::with_sound_server() else { return };
        std::fs::write(home.path().join("resume.txt"), RESUME).unwrap();
        std::fs::write(home.path().join("job.txt"), JOB).unwrap();
        let arguments = "practice -n 2 --resume resume.txt --job job.txt";
        let mut terminal = Terminal::open(&home, 80, arguments, &[]);
        terminal.until("2 claims found in your resume.");
        terminal.press("y\r");
        terminal.until("Question 1 of 2");
        terminal.until("cold store at County");
        terminal.until("dBFS");
        play(&home);
        terminal.press("\r");
        terminal.until("Score");
        terminal.until("s stops for now:");
        terminal.press("\r");
        terminal.until("Question 2 of 2");
        terminal.until("dBFS");
        std::thread::sleep(Duration::from_secs(1));
        play(&home);
        // In the middle of the second answer.
        signal(terminal.program(), "KILL");
        terminal.until("ended 137");
        drop(terminal);
        assert_eq!((rows(home.path(), "attempt"), wavs(&home.recordings()).len()), (1, 2));

        let mut terminal = Terminal::open(&home, 80, "practice", &[]);
        terminal.until("A session was left at question 2 of 2. Go on with it? [Y/n]");
        terminal.press("\r");
        terminal.until("has no report yet");
        terminal.press("\r");
        terminal.until("s stops for now:");
        terminal.press("\r");
        terminal.until("Your session: 2 of 2 questions");
        terminal.until("told aloud so far.");
        let screen = terminal.screen();
        let (code, _) = terminal.end();
        assert_eq!(code, "0", "{screen}");
        assert_eq!((rows(home.path(), "attempt"), rows(home.path(), "claim")), (2, 2));
        eprintln!("{screen}");
    }
}
