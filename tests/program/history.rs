//! The history from outside: what a user keeps, sees, edits, exports and deletes.

use crate::common;
use std::path::Path;

use crate::common::attempts::place;
use crate::common::{aloud, root, sample};
use serde_json::Value;

/// Creates a home with the four answers of the fixture: one edited, one with an earlier score, one by another speaker.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::copy(root().join("tests/fixtures/history/form-2.db"), path).unwrap();
    home
}

/// Returns the output and the exit code of the program.
fn told(home: &Path, arguments: &[&str]) -> String {
    let output = aloud(home).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_string();
    format!("exit {}\n{}\n--- stderr\n{}", output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
        .replace(&home.display().to_string(), "HOME")
}

fn json(home: &Path, arguments: &[&str]) -> Value {
    let output = aloud(home).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn ids(home: &Path, options: &[&str]) -> Vec<i64> {
    let list = json(home, &[&["history", "list", "--json"], options].concat());
    list.as_array().unwrap().iter().map(|a| a["id"].as_i64().unwrap()).collect()
}

#[test]
fn the_list_has_the_newest_first_and_can_be_narrowed_and_sorted() {
    let home = home();
    insta::assert_snapshot!("list", told(home.path(), &["history", "list"]));
    assert_eq!(ids(home.path(), &[]), [3, 4, 2, 1]);
    assert_eq!(ids(home.path(), &["--question", "hard-problem"]), [2, 1]);
    assert_eq!(ids(home.path(), &["--kind", "past-story"]), [2, 1]);
    assert_eq!(ids(home.path(), &["--speaker", "Ben"]), [4]);
    assert_eq!(ids(home.path(), &["--since", "2026-11-07"]), [3, 4, 2]);
    assert_eq!(ids(home.path(), &["--until", "2026-11-07"]), [4, 2, 1]);
    assert_eq!(ids(home.path(), &["--sort", "pace"])[0], 1);
    assert_eq!(ids(home.path(), &["--sort", "score"])[0], 3);
    let wrong = told(home.path(), &["history", "list", "--since", "yesterday"]);
    assert!(wrong.starts_with("exit 2") && wrong.contains("such as 2026-11-01"), "{wrong}");
}

#[test]
fn nothing_kept_is_said_kindly_and_is_data_to_programs() {
    let home = tempfile::tempdir().unwrap();
    for command in [&["history", "list"][..], &["progress"], &["history", "rescore"]] {
        let said = told(home.path(), command);
        assert_eq!(
            said, "exit 0\n\n--- stderr\nNo answers are kept yet. To keep one: aloud analyze FILE, or: aloud record",
            "{command:?}"
        );
    }
    assert_eq!(json(home.path(), &["history", "list", "--json"]), serde_json::json!([]));
    assert_eq!(json(home.path(), &["progress", "--json"])["answers"], 0);
    assert!(
        told(home.path(), &["history", "show", "last"])
            .contains("exit 1\n\n--- stderr\naloud: no answers are kept yet")
    );
    assert!(!place(home.path()).exists(), "looking makes no store");
}

#[test]
fn an_answer_is_kept_once_and_shown_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let answer = sample("too_short.flac");
    let answer = answer.to_str().unwrap();
    let first = json(home.path(), &["analyze", answer, "--json"]);
    assert_eq!(json(home.path(), &["history", "show", "last", "--json"]), first);
    json(home.path(), &["analyze", answer, "--json"]);
    assert_eq!(ids(home.path(), &[]), [1], "the same file is the same answer");
    json(home.path(), &["analyze", answer, "--json", "--no-save", "--question", "conflict"]);
    assert_eq!(ids(home.path(), &[]), [1], "--no-save keeps nothing");
    json(home.path(), &["analyze", answer, "--json", "--speaker", "Ana"]);
    json(home.path(), &["analyze", answer, "--json", "--question", "conflict"]);
    assert_eq!(ids(home.path(), &[]).len(), 3, "another speaker and another question are other answers");
    let printed = String::from_utf8(
        aloud(home.path()).args(["analyze", answer, "--question", "conflict"]).output().unwrap().stdout,
    )
    .unwrap();
    let shown = told(home.path(), &["history", "show", "3"]);
    assert_eq!(shown, format!("exit 0\n{}\n--- stderr\n", printed.trim_end()));
    let kept = &json(home.path(), &["history", "list", "--json"])[0];
    assert!(Path::new(kept["path"].as_str().unwrap()).is_absolute());
}

#[test]
fn an_answer_is_dated_by_its_file() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("memo.flac");
    std::fs::copy(sample("too_short.flac"), &file).unwrap();
    let when = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_790_000_047);
    std::fs::File::options().append(true).open(&file).unwrap().set_modified(when).unwrap();
    json(home.path(), &["analyze", file.to_str().unwrap(), "--json"]);
    assert_eq!(json(home.path(), &["history", "list", "--json"])[0]["answered_at"], "2026-09-21T14:14:00Z");
}

#[test]
fn two_answers_stand_side_by_side() {
    let home = home();
    let said = told(home.path(), &["history", "compare", "1", "3"]);
    assert!(said.contains("Better in B: score") && said.contains("A said") && said.contains("booking page"), "{said}");
    let data = json(home.path(), &["history", "compare", "1", "last", "--json"]);
    assert_eq!((&data["a"]["id"], &data["b"]["id"]), (&1.into(), &3.into()));
    assert!(told(home.path(), &["history", "compare", "1", "9"]).contains("there is no answer 9"));
}

#[test]
fn a_report_begins_with_what_was_told_last_time() {
    use aloud::app::history::{Access, Store};
    use common::attempts::{occasion, report};
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(&place(home.path()), Access::Write).unwrap();
    for i in 0..2 {
        // The same question twice, with advice about the fillers alone.
        let mut report = report(5 * i, 10);
        report.score.priorities.retain(|p| p.title == "Swap fillers for silence");
        report.score.priorities.iter_mut().for_each(|p| p.code = Some(aloud::codes::Code::Fillers));
        report.fillers.as_mut().unwrap().per_minute = Some([11.0, 4.1][i]);
        if i == 1 {
            report.score.priorities.clear();
        }
        store.save(&report, &occasion(i, 2)).unwrap();
    }
    let done = "Last time: swap fillers for silence. This time you did (4.1 a minute, after 11).";
    let shown = told(home.path(), &["history", "show", "2"]);
    assert!(shown.find(done).is_some_and(|at| at < shown.find("Score").unwrap()), "{shown}");
    assert!(!told(home.path(), &["history", "show", "1"]).contains("Last time"), "before the first nothing was told");
    let page = home.path().join("page.html");
    told(home.path(), &["history", "show", "2", "--html", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains(done) && page.find(done) < page.find("The story:"), "{page}");
    let said = told(home.path(), &["history", "compare", "1", "2"]);
    assert!(said.contains("Told after A: swap fillers for silence. Done in B (4.1 a minute, after 11)."), "{said}");
    let told = &json(home.path(), &["history", "compare", "1", "2", "--json"])["told"][0];
    assert_eq!((&told["code"], &told["outcome"]), (&"fillers".into(), &"done".into()));
    assert!(json(home.path(), &["history", "show", "2", "--json"]).get("last_time").is_none());
}

#[test]
fn progress_says_what_the_newest_takes_have_in_common() {
    use aloud::app::history::{Access, Store};
    use aloud::codes::Code;
    use common::attempts::{occasion, report};
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(&place(home.path()), Access::Write).unwrap();
    for i in 0..6 {
        let mut report = report(i, 6);
        let (code, title) = if i < 3 { (Code::NoResult, "Give it an ending") } else { (Code::Pace, "Slow down") };
        report.score.priorities.truncate(1);
        report.score.priorities.iter_mut().for_each(|p| (p.code, p.title) = (Some(code), title.into()));
        store.save(&report, &occasion(i, 6)).unwrap();
    }
    let said = told(home.path(), &["progress"]);
    for line in ["In your last 6 takes", "- Give it an ending: told after 3 takes, and not after the last 3."] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let habits = &json(home.path(), &["progress", "--json"])["habits"];
    assert_eq!((&habits["takes"], &habits["advice"][0]["told"]), (&6.into(), &3.into()));
    let page = home.path().join("progress.html");
    told(home.path(), &["progress", "--html", page.to_str().unwrap()]);
    assert!(std::fs::read_to_string(page).unwrap().contains("Slow down: told after 3 takes."));
    let compared = told(home.path(), &["history", "compare", "1", "6"]);
    assert!(compared.contains("What came of it"), "{compared}");
}

#[test]
fn real_interviews_are_noted_and_shown_beside_the_practice() {
    let home = home();
    let outcome = |arguments: &[&str]| told(home.path(), &[&["history", "outcome"], arguments].concat());
    assert!(outcome(&[]).contains("No interviews are kept"), "{}", outcome(&[]));
    let said = outcome(&["Acme", "waiting", "--on", "2026-11-03"]);
    assert!(said.starts_with("exit 0") && said.contains("Kept: Acme, 2026-11-03, no answer yet."), "{said}");
    outcome(&["Acme", "next-round", "--on", "2026-11-03", "--note", "they asked about the \u{1b}[31moutage"]);
    outcome(&["Bolt & Co", "no", "--on", "2026-11-20"]);
    let listed = outcome(&[]);
    assert!(listed.starts_with("exit 0\n2026-11-20  Bolt & Co, not this time\n2026-11-03  Acme, next round: they"));
    assert!(!listed.contains('\u{1b}'), "{listed:?}");
    assert_eq!(json(home.path(), &["history", "outcome", "--json"])[1]["result"], "next-round");
    assert_eq!(json(home.path(), &["progress", "--json"])["outcomes"][0]["interview"], "Bolt & Co");
    let said = told(home.path(), &["progress"]);
    assert!(said.contains("Real interviews") && said.contains("- 2026-11-20: Bolt & Co, not this time"), "{said}");
    let page = home.path().join("progress.html");
    told(home.path(), &["progress", "--html", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("2026-11-20: Bolt &#38; Co, not this time") && !page.contains('\u{1b}'));
    assert!(outcome(&["Acme", "--drop"]).contains("The interview with Acme is forgotten."));
    assert!(outcome(&["Acme", "--drop"]).contains("nothing changed"));
    for wrong in [&["Acme"][..], &["Acme", "ofer"], &[" ", "no"], &["--on", "2026-11-03"]] {
        assert!(outcome(wrong).starts_with("exit 2"), "{wrong:?}");
    }
    assert!(outcome(&["Acme", "ofer"]).contains("offer"));
}

#[test]
fn a_speakers_own_rating_stands_beside_the_points_and_goes_to_another_machine() {
    use aloud::app::history::own_view::OwnRating;
    use aloud::app::history::{Access, Store};
    use common::attempts::{occasion, report};
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(&place(home.path()), Access::Write).unwrap();
    let own = store.save(&report(0, 1), &occasion(0, 1)).unwrap().id;
    store.set_own_rating(own, &OwnRating { story: 1, delivery: 5 }).unwrap();
    drop(store);
    assert!(told(home.path(), &["progress"]).contains("On average you rated your story"));
    assert_eq!(json(home.path(), &["progress", "--json"])["own_view"]["takes"], 1);
    let page = home.path().join("progress.html");
    told(home.path(), &["progress", "--html", page.to_str().unwrap()]);
    assert!(std::fs::read_to_string(page).unwrap().contains("On average you rated your story"));
    let export = aloud(home.path()).args(["history", "export", "--format", "jsonl"]).output().unwrap();
    let other = tempfile::tempdir().unwrap();
    let file = other.path().join("answers.jsonl");
    std::fs::write(&file, &export.stdout).unwrap();
    told(other.path(), &["history", "import", file.to_str().unwrap()]);
    assert_eq!(json(other.path(), &["progress", "--json"])["own_view"]["story"]["own"], 1.0);
}

#[test]
fn what_was_misheard_is_edited_and_can_be_taken_back() {
    let home = home();
    let report = |options: &[&str]| json(home.path(), &[&["history", "show", "1", "--json"], options].concat());
    let before = report(&[]);
    let said =
        told(home.path(), &["history", "edit", "1", "--word", "people over seven, he", "--to", "people over seventy"]);
    assert!(said.contains("Answer 1 is corrected. Before: score 72"), "{said}");
    let after = report(&[]);
    common::assert_valid(&after);
    assert!(after["transcript"]["text"].as_str().unwrap().contains("people over seventy could not read"));
    assert_eq!(after["pace"]["words"].as_u64(), before["pace"]["words"].as_u64().map(|n| n - 1));
    assert_eq!(report(&["--unmended"]), before, "the machine's version is kept");
    assert!(told(home.path(), &["history", "show", "1"]).contains("Edited by hand."));
    told(home.path(), &["history", "edit", "1", "--filler", "really"]);
    let again = report(&[]);
    assert_eq!(again["fillers"]["count"].as_u64(), after["fillers"]["count"].as_u64().map(|n| n + 1));
    let listed = &json(home.path(), &["history", "list", "--json"])[3];
    assert_eq!((&listed["mended"], &listed["fillers_per_minute"]), (&true.into(), &again["fillers"]["per_minute"]));
    told(home.path(), &["history", "edit", "1", "--undo"]);
    assert_eq!(report(&[]), before);
    let wrong = told(home.path(), &["history", "edit", "1", "--word", "and", "--to", "end"]);
    assert!(wrong.starts_with("exit 1") && wrong.contains("is there several times, at 0:0"), "{wrong}");
}

#[test]
fn an_earlier_score_stays_to_be_seen() {
    let home = home();
    let said = told(home.path(), &["history", "show", "1"]);
    assert!(said.contains("Score by an earlier version (aloud.rubric/0): 64 of 100."), "{said}");
}

#[test]
fn answers_of_an_earlier_rubric_are_scored_again() {
    let home = home();
    let said = told(home.path(), &["history", "rescore"]);
    assert!(said.contains(&format!("scored again with {}", aloud::score::rubric::VERSION)), "{said}");
    let report = json(home.path(), &["history", "show", "1", "--json"]);
    common::assert_valid(&report);
    assert_eq!(report["score"]["rubric"], aloud::score::rubric::VERSION);
    assert!(report["score"]["priorities"][0]["code"].is_string(), "{report}");
    assert!(told(home.path(), &["history", "show", "1"]).contains("(aloud.rubric/0): 64 of 100."));
}

#[test]
fn the_history_can_be_taken_to_another_machine() {
    let (home, other) = (home(), tempfile::tempdir().unwrap());
    let export = aloud(home.path()).args(["history", "export", "--format", "jsonl"]).output().unwrap();
    let file = other.path().join("answers.jsonl");
    std::fs::write(&file, &export.stdout).unwrap();
    let said = told(other.path(), &["history", "import", file.to_str().unwrap()]);
    assert!(said.ends_with("4 answers imported; 0 were there already."), "{said}");
    let there = aloud(other.path()).args(["history", "export", "--format", "jsonl"]).output().unwrap();
    assert_eq!(there.stdout, export.stdout);
    let csv = aloud(home.path()).args(["history", "export"]).output().unwrap().stdout;
    let mut table = csv::Reader::from_reader(csv.as_slice());
    for column in ["fillers_per_minute", "result_points", "told"] {
        assert!(table.headers().unwrap().iter().any(|h| h == column), "{column}");
    }
    assert_eq!(table.records().map(Result::unwrap).count(), 4);
    let bad = told(other.path(), &["history", "import", sample("truth.json").to_str().unwrap()]);
    assert!(bad.starts_with("exit 1") && bad.contains("line 1") && bad.contains("nothing was imported"), "{bad}");
    // Lines that `aloud analyze --jsonl` wrote elsewhere can be kept too.
    let report = root().join("tests/fixtures/report.json");
    let line = std::fs::read_to_string(report).unwrap().replace('\n', " ");
    std::fs::write(&file, line).unwrap();
    let said = told(other.path(), &["history", "import", file.to_str().unwrap(), "--speaker", "Zoe"]);
    assert!(said.contains("1 answer imported"), "{said}");
    assert_eq!(ids(other.path(), &["--speaker", "Zoe"]).len(), 1);
}

#[test]
fn deleting_asks_and_takes_only_what_was_named() {
    let home = home();
    let said = told(home.path(), &["history", "delete", "1"]);
    assert!(said.starts_with("exit 1") && said.contains("needs your word"), "{said}");
    assert_eq!(ids(home.path(), &[]).len(), 4);
    assert!(told(home.path(), &["history", "delete"]).starts_with("exit 2"));
    assert!(told(home.path(), &["history", "delete", "1", "--until", "2026-11-01"]).starts_with("exit 2"));
    assert!(told(home.path(), &["history", "delete", "1", "9", "--yes"]).contains("there is no answer 9"));
    assert_eq!(ids(home.path(), &[]).len(), 4);
    told(home.path(), &["history", "delete", "1", "--yes"]);
    assert_eq!(ids(home.path(), &[]), [3, 4, 2]);
    told(home.path(), &["history", "delete", "--since", "2026-11-10", "--yes"]);
    assert_eq!(ids(home.path(), &[]), [4, 2]);
    told(home.path(), &["history", "delete", "--all", "--yes"]);
    assert!(ids(home.path(), &[]).is_empty());
}

#[test]
fn the_answer_that_was_kept_last_can_be_thrown_away() {
    use aloud::app::history::{Access, Occasion, Store};
    let home = tempfile::tempdir().unwrap();
    assert!(told(home.path(), &["history", "undo"]).contains("no answers are kept yet"));
    let mut store = Store::open(&place(home.path()), Access::Write).unwrap();
    for i in 0..2 {
        let path = home.path().join(format!("take-{i}.wav"));
        std::fs::write(&path, [i]).unwrap();
        let mut report = common::attempts::report(usize::from(i), 2);
        report.recording.path = path.display().to_string();
        let sum = <sha2::Sha256 as sha2::Digest>::digest([i]);
        report.recording.sha256 = Some(sum.iter().map(|b| format!("{b:02x}")).collect());
        // The one that was kept last has the earlier date.
        let occasion = Occasion { recorded_here: true, ..common::attempts::occasion(usize::from(1 - i), 7) };
        store.save(&report, &occasion).unwrap();
    }
    let said = told(home.path(), &["history", "undo"]);
    assert!(said.starts_with("exit 1") && said.contains("answer 2 ") && said.contains("needs your word"), "{said}");
    let said = told(home.path(), &["history", "undo", "--yes"]);
    assert!(said.contains("1 answer deleted, and 1 recording."), "{said}");
    assert_eq!(ids(home.path(), &[]), [1]);
    assert!(home.path().join("take-0.wav").exists() && !home.path().join("take-1.wav").exists());
}

#[test]
fn only_recordings_that_aloud_made_are_deleted_with_their_answers() {
    use aloud::app::history::{Access, Occasion, Store};
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(&place(home.path()), Access::Write).unwrap();
    let mut keep = |name: &str, bytes: &[u8], recorded_here: bool, question: Option<&str>| {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut report = common::attempts::report(1, 2);
        report.recording.path = path.display().to_string();
        let sum = <sha2::Sha256 as sha2::Digest>::digest(bytes);
        report.recording.sha256 = Some(sum.iter().map(|b| format!("{b:02x}")).collect());
        report.question = question.map(|q| aloud::app::questions::resolve(q).unwrap());
        let occasion = Occasion { recorded_here, ..common::attempts::occasion(0, 1) };
        store.save(&report, &occasion).unwrap().id
    };
    let opened = keep("opened.wav", b"opened", false, None);
    let made = keep("made.wav", b"made", true, None);
    let changed = keep("changed.wav", b"changed", true, None);
    let twice = keep("twice.wav", b"twice", true, None);
    keep("twice.wav", b"twice", true, Some("conflict"));
    std::fs::write(home.path().join("changed.wav"), b"something else now").unwrap();
    let numbers = [opened, made, changed, twice].map(|id| id.to_string());
    let mut arguments = vec!["history", "delete", "--recordings", "--yes"];
    arguments.extend(numbers.iter().map(String::as_str));
    let said = told(home.path(), &arguments);
    assert!(said.starts_with("exit 1") && said.contains("changed.wav: this is another file"), "{said}");
    assert!(said.contains("4 answers deleted, and 1 recording."), "{said}");
    let is_there = |name: &str| home.path().join(name).exists();
    assert!(is_there("opened.wav") && is_there("changed.wav") && is_there("twice.wav") && !is_there("made.wav"));
}

#[test]
fn goals_are_set_shown_and_dropped() {
    let home = home();
    insta::assert_snapshot!("goals", told(home.path(), &["progress", "goal"]));
    let said = told(home.path(), &["progress", "goal", "pace", "--above", "120", "--below", "165"]);
    assert!(said.contains("pace 120 to 165 words a minute"), "{said}");
    let answer = sample("too_short.flac");
    let report = told(home.path(), &["analyze", answer.to_str().unwrap()]);
    assert!(report.contains("Goal: fillers at most 4 a minute. This answer: 0.0, reached."), "{report}");
    assert!(told(home.path(), &["progress"]).contains("Goal: pace 120 to 165"));
    told(home.path(), &["progress", "goal", "pace", "--drop"]);
    assert!(!told(home.path(), &["progress"]).contains("Goal: pace"));
    assert!(told(home.path(), &["progress", "goal", "shoes", "--below", "2"]).starts_with("exit 2"));
    assert!(told(home.path(), &["progress", "goal", "pace", "--above", "9", "--below", "2"]).starts_with("exit 2"));
}

#[test]
fn a_coach_sees_every_speaker_in_the_order_of_their_names() {
    let home = home();
    insta::assert_snapshot!("speakers", told(home.path(), &["progress", "--speakers"]));
    assert!(told(home.path(), &["progress"]).contains("aloud progress --speakers"));
    assert!(told(home.path(), &["progress", "--speaker", "Ben"]).contains("1 answer since 2026-11-07"));
    let data = json(home.path(), &["progress", "--speakers", "--json"]);
    assert_eq!((&data[0]["speaker"], &data[1]["speaker"]), (&Value::Null, &"Ben".into()));
}

#[test]
fn a_recording_that_is_gone_is_said() {
    let home = home();
    let said = told(home.path(), &["history", "play", "2"]);
    assert!(
        said.starts_with("exit 1") && said.contains("/home/ana/answers/fillers.flac: there is no such file"),
        "{said}"
    );
}

#[test]
fn the_place_is_told() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(told(home.path(), &["history", "path"]), "exit 0\nHOME/data/aloud/history/history.db\n--- stderr\n");
}
