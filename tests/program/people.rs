//! A coach's evening: recordings of several people, from folders or a list, a page to hand over for each person, and a
//! run that is killed and resumed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};

use crate::common::{aloud, sample, write_wav};
use crate::page::look;
use aloud::audio::Recording;
use serde_json::Value;

/// The length of each answer, in seconds: a few words.
const LENGTH_S: usize = 4;

/// Creates a folder with short answers under these names, each a different part of a sample.
fn evening(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recording = Recording::open(&sample("fillers.flac"), &mut |_| ()).unwrap();
    for (i, name) in names.iter().enumerate() {
        let path = folder.path().join("evening").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let from = i * LENGTH_S * 16_000;
        write_wav(&path, 16_000, &recording.speech.samples(from..from + LENGTH_S * 16_000));
    }
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs the program on the evening, with pages.
fn run(home: &Path, options: &[&str]) -> Output {
    let pages = home.join("pages");
    aloud(home).current_dir(home).arg("analyze").args(options).arg("--html").arg(pages).output().unwrap()
}

/// Returns the person and the question of each kept answer.
fn kept(home: &Path) -> Vec<(String, String)> {
    let output = aloud(home).args(["history", "list", "--json"]).output().unwrap();
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut kept: Vec<(String, String)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|a| {
            let text = |at: &str| a.pointer(at).and_then(Value::as_str).unwrap_or("-").to_string();
            (text("/speaker"), text("/question/id"))
        })
        .collect();
    kept.sort();
    kept
}

fn page(home: &Path, name: &str) -> String {
    fs::read_to_string(home.join("pages").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns a page without its base64-encoded audio, which may spell any name.
fn without_sound(page: &str) -> String {
    let mut pieces = page.split("data:audio/ogg;base64,");
    let first = pieces.next().unwrap_or_default().to_string();
    pieces.fold(first, |page, piece| page + piece.split_once('"').expect("the end of the sound").1)
}

#[test]
fn each_person_has_a_page_that_names_nobody_else() {
    let folder = evening(&["ana/conflict.wav", "ana/weakness-2.wav", "ben/confilct.wav", "loose.wav"]);
    let home = folder.path();
    fs::write(home.join("evening/ben/strength.mp3"), b"a letter, not an answer").unwrap();
    let output = run(home, &["evening", "--people"]);
    let (said, printed) = (text(&output.stderr), text(&output.stdout));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("4 answers of 2 people: Ana 2, Ben 2.\n"), "{said}");
    assert!(said.contains("evening/ben/confilct.wav: taken as an answer to 'conflict'"), "{said}");
    // One line for each file without a report.
    let lines = |name: &str| said.lines().filter(|line| line.starts_with("aloud: ") && line.contains(name)).count();
    assert_eq!((lines("loose.wav"), lines("strength.mp3")), (1, 1), "{said}");
    assert_eq!(printed.lines().filter(|line| line.starts_with("Ana: ")).count(), 2, "{printed}");
    let pairs = |kept: &[(&str, &str)]| kept.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect::<Vec<_>>();
    let expected = pairs(&[("Ana", "conflict"), ("Ana", "weakness"), ("Ben", "conflict")]);
    assert_eq!(kept(home), expected);

    let (ana, ben, index) = (page(home, "ana.html"), page(home, "ben.html"), page(home, "index.html"));
    for (own, other, theirs) in [(&ana, "Ben", "ben"), (&ben, "Ana", "ana")] {
        let body = without_sound(&own[own.find("<body>").unwrap()..]);
        assert!(!body.contains(other) && !body.contains(&format!("{theirs}.html")) && !body.contains("index.html"));
        assert!(!body.contains("evening/"), "it says where the coach keeps the files");
        assert!(own.contains("data:audio/ogg"));
    }
    for name in ["Ana", "Ben", "./ana.html", "./ben.html", "loose.wav", "strength.mp3", "confilct.wav"] {
        assert!(index.contains(name), "{name} is missing");
    }

    // A second run analyzes nothing that is done, and writes the pages again.
    fs::remove_dir_all(home.join("pages")).unwrap();
    let again = run(home, &["evening", "--people"]);
    assert!(text(&again.stderr).contains("3 files done before; 1 to do."), "{}", text(&again.stderr));
    assert_eq!(kept(home), expected);
    assert_eq!(page(home, "ana.html"), ana);

    // The numbers in hints are those of the same person's answers.
    for person in ["Ana", "Ben"] {
        let progress = aloud(home).args(["progress", "--speaker", person]).output().unwrap();
        let progress = text(&progress.stdout);
        assert!(!progress.contains("show last"), "{progress}");
        let named = progress.split("history show ").skip(1).filter_map(|rest| rest.split_whitespace().next());
        for number in named.map(|number| number.parse::<i64>().unwrap()) {
            let list = aloud(home).args(["history", "list", "--json", "--speaker", person]).output().unwrap();
            let list: Value = serde_json::from_slice(&list.stdout).unwrap();
            assert!(list.as_array().unwrap().iter().any(|a| a["id"] == number), "{person}: {progress}");
        }
    }
}

#[test]
fn what_the_coach_adds_is_kept_and_shown_on_the_persons_page() {
    let folder = evening(&["ana/conflict.wav", "ben/conflict.wav"]);
    let home = folder.path();
    let coach = "coach = \"Maria Lima\"\n[weights]\npace = 30\n[[criterion]]\nid = \"camera\"\nname = \"Looks into the camera\"\nout_of = 10\n\
                 [[answer]]\nfile = \"ana/conflict.wav\"\nwords = \"A clear <story>.\"\nmarks = { camera = 7 }\n\
                 comments = [{ at = \"0:02\", text = \"Name the number here.\" }]\n";
    fs::write(home.join("coach.toml"), coach).unwrap();
    let output = run(home, &["evening", "--people", "--coach", "coach.toml"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let ana = page(home, "ana.html");
    for said in [
        "From your coach, Maria Lima",
        "A clear &#60;story&#62;.",
        "Name the number here.",
        "Looks into the camera</bdi>: 7 of 10",
    ] {
        assert!(ana.contains(said), "{said} is missing");
    }
    let ben = page(home, "ben.html");
    assert!(!ben.contains("Name the number") && !ben.contains("A clear"), "what is about Ana is on Ben's page");

    // The additions are kept: a run without the file, the report in a terminal, and an export have them.
    assert!(run(home, &["evening", "--people"]).status.success());
    assert!(page(home, "ana.html").contains("Name the number here."));
    let list = aloud(home).args(["history", "list", "--json", "--speaker", "Ana"]).output().unwrap();
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    let shown = aloud(home).args(["history", "show", &list[0]["id"].to_string()]).output().unwrap();
    let shown = text(&shown.stdout);
    assert!(
        shown.contains("0:02  Name the number here.") && shown.contains("Looks into the camera: 7 of 10"),
        "{shown}"
    );
    let lines = aloud(home).args(["history", "export", "--format", "jsonl"]).output().unwrap().stdout;
    fs::write(home.join("all.jsonl"), &lines).unwrap();
    let other = tempfile::tempdir().unwrap();
    let import = aloud(other.path()).args(["history", "import"]).arg(home.join("all.jsonl")).output().unwrap();
    assert!(import.status.success(), "{}", text(&import.stderr));
    let again = aloud(other.path()).args(["history", "export", "--format", "jsonl"]).output().unwrap().stdout;
    assert_eq!(text(&again).matches("Name the number here.").count(), 1);

    fs::write(home.join("coach.toml"), coach.replace("pace = 30", "paec = 30")).unwrap();
    let wrong = run(home, &["evening", "--people", "--coach", "coach.toml"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stderr).contains("did you mean 'pace'?"), "{}", text(&wrong.stderr));
    let alone = aloud(home).args(["analyze", "evening", "--coach", "coach.toml"]).output().unwrap();
    assert_eq!(alone.status.code(), Some(2));
}

#[test]
fn a_list_names_persons_and_questions() {
    let folder = evening(&["a.wav", "b.wav"]);
    let home = folder.path();
    let list = "Person;File;Question\nAna;a.wav;conflict\nBen;b.wav;Why do you want this job at all?\nBen;;\nAna;c.wav;confict\n";
    fs::write(home.join("evening/people.csv"), list).unwrap();
    let output = run(home, &["--list", "evening/people.csv"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("line 4 of the list: it has no file"), "{said}");
    assert!(
        said.contains("line 5 of the list: there is no question called 'confict'; did you mean 'conflict'?"),
        "{said}"
    );
    assert_eq!(kept(home).len(), 2);
    assert!(page(home, "ben.html").contains("Why do you want this job at all?"));
    let both = aloud(home).args(["analyze", "a.wav", "--list", "people.csv"]).output().unwrap();
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn a_run_that_was_killed_is_gone_on_with() {
    let folder = evening(&["ana/conflict.wav", "ana/weakness.wav", "ben/conflict.wav", "chloe/conflict.wav"]);
    let home = folder.path();
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("aloud"))
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .current_dir(home)
        .args(["analyze", "evening", "--people", "--html", "pages", "--jobs", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let before = kept(home).len();
    assert!((1..4).contains(&before), "{before} answers");
    let output = run(home, &["evening", "--people"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    let were_done = if before == 1 { "1 file".to_string() } else { format!("{before} files") };
    assert!(said.contains(&format!("{were_done} done before; {} to do.", 4 - before)), "{said}");
    assert_eq!(kept(home).len(), 4);
    assert!(page(home, "index.html").contains("4 answers of 3 people"));
}

#[test]
fn the_pages_fit_every_screen_and_paper() {
    let folder = evening(&["ana/conflict.wav", "ana/weakness.wav", "ben/conflict.wav"]);
    let home = folder.path();
    let output = run(home, &["evening", "--people"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for name in ["ana", "index"] {
        let file = home.join("pages").join(format!("{name}.html"));
        look("people.mjs", &format!("people-{name}"), &[file.display().to_string()], &[]);
    }
}
