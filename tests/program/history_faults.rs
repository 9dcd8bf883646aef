//! The history when things go wrong: several programs at once, a program that is killed, a disk that is full or
//! read-only, a store that is damaged, newer or of another kind. Whatever happens, confirmed data is still there.

use crate::common;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::common::attempts::{fill, occasion, place, report};
use crate::common::mount::Mount;
use crate::common::{aloud, sample};
use aloud::app::history::{Access, Store, visit};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn kept(path: &Path) -> usize {
    visit(path, Access::Read, |store| store.attempts()).unwrap().0.len()
}

/// Not a test in itself: the tests below run it as a separate process. Saves the answers from `ALOUD_SAVE_FROM` on,
/// opening the store for each, and prints each number once the save is confirmed.
#[test]
fn saver() {
    let Ok(path) = std::env::var("ALOUD_SAVE_TO") else { return };
    let number = |name: &str| std::env::var(name).unwrap().parse::<usize>().unwrap();
    for i in number("ALOUD_SAVE_FROM")..number("ALOUD_SAVE_FROM") + number("ALOUD_SAVES") {
        let saved = visit(path.as_ref(), Access::Write, |store| store.save(&report(i, 2000), &occasion(i % 50, 50)));
        match saved {
            Ok((saved, None)) => println!("saved {i} as {}", saved.id),
            Ok((_, Some(rescue))) => println!("error: {rescue}"),
            Err(error) => println!("error: {error}"),
        }
    }
}

/// Starts [`saver`] in a separate process.
fn start_saver(path: &Path, from: usize, saves: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "history_faults::saver", "--nocapture"])
        .env("ALOUD_SAVE_TO", path)
        .env("ALOUD_SAVE_FROM", from.to_string())
        .env("ALOUD_SAVES", saves.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn eight_programs_at_once_lose_nothing_and_see_no_error() {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    let savers: Vec<Child> = (0..8).map(|i| start_saver(&path, i * 200, 200)).collect();
    // The history is read meanwhile.
    for _ in 0..10 {
        let output = aloud(home.path()).args(["history", "list", "--json"]).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    for saver in savers {
        let output = saver.wait_with_output().unwrap();
        let said = text(&output.stdout);
        assert!(!said.contains("error:"), "{said}");
        assert_eq!(said.matches("saved ").count(), 200, "{said}");
    }
    assert_eq!(kept(&path), 1600);
    let integrity = rusqlite::Connection::open(&path).unwrap();
    let whole: String = integrity.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
}

#[test]
fn what_was_confirmed_before_a_kill_is_there() {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    let mut confirmed: Vec<i64> = Vec::new();
    for (round, until) in [3, 17, 40, 71].into_iter().enumerate() {
        let mut saver = start_saver(&path, round * 100, 100);
        let mut lines = BufReader::new(saver.stdout.take().unwrap()).lines();
        let mut seen = 0;
        while seen < until {
            let line = lines.next().expect("more saves").unwrap();
            assert!(!line.contains("error:"), "{line}");
            if let Some((_, id)) = line.split_once(" as ") {
                confirmed.push(id.parse().unwrap());
                seen += 1;
            }
        }
        // The kill comes at some moment of the next saves.
        std::thread::sleep(std::time::Duration::from_millis(7 * round as u64));
        saver.kill().unwrap();
        saver.wait().unwrap();
        let later = lines.map_while(Result::ok).filter_map(|line| line.split_once(" as ")?.1.parse::<i64>().ok());
        confirmed.extend(later);
        let (found, rescue) = visit(&path, Access::Write, |store| {
            for id in &confirmed {
                store.report(*id)?;
            }
            Ok(store.attempts()?.len())
        })
        .unwrap();
        assert!(rescue.is_none() && found >= confirmed.len(), "{rescue:?}, {found} of {}", confirmed.len());
    }
}

/// Analyzes a short answer with the data directory at `data`.
fn analyze(home: &Path, data: &Path) -> Output {
    aloud(home).env("XDG_DATA_HOME", data).arg("analyze").arg(sample("too_short.flac")).output().unwrap()
}

/// Checks that the report is printed, and that one line on stderr says what is wrong.
fn assert_reported(output: &Output, said: &[&str]) {
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    assert!(stdout.contains("Score "), "{stdout}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    for words in said {
        assert!(stderr.contains(words), "{words} is not in: {stderr}");
    }
}

fn list(home: &Path, data: &Path) -> Output {
    aloud(home).env("XDG_DATA_HOME", data).args(["history", "list"]).output().unwrap()
}

#[test]
fn a_full_disk_costs_the_new_answer_and_no_other() {
    let Some(disk) = Mount::new("2m") else { return };
    let home = tempfile::tempdir().unwrap();
    let path = aloud::app::history::store::path_in(&disk.path().join("aloud"));
    fill(&path, 30);
    let filler = disk.path().join("filler");
    let mut zeros = std::fs::File::create(&filler).unwrap();
    // The disk is filled to the last byte, including space that is freed a moment later.
    for chunk in [4096, 4096, 64, 1] {
        while std::io::Write::write_all(&mut zeros, &vec![1; chunk]).is_ok() {}
        zeros.sync_all().unwrap();
    }
    drop(zeros);
    let output = analyze(home.path(), disk.path());
    assert_reported(&output, &["this answer was not kept", "history.db", "the disk is full; free some space"]);
    let listed = list(home.path(), disk.path());
    assert_eq!(text(&listed.stdout).lines().count(), 31, "{}", text(&listed.stderr));
    std::fs::remove_file(&filler).unwrap();
    let output = analyze(home.path(), disk.path());
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    assert_eq!(kept(&path), 31);
}

#[test]
fn a_disk_that_is_full_from_the_start_is_said() {
    let Some(disk) = Mount::new("16k") else { return };
    let home = tempfile::tempdir().unwrap();
    assert_reported(&analyze(home.path(), disk.path()), &["this answer was not kept", "the disk is full"]);
}

#[test]
fn a_history_that_cannot_be_written_can_still_be_read() {
    let Some(disk) = Mount::new("8m") else { return };
    let home = tempfile::tempdir().unwrap();
    disk.make_read_only();
    assert_reported(&analyze(home.path(), disk.path()), &["this answer was not kept", "its folder cannot be made"]);
    assert!(list(home.path(), disk.path()).status.success());

    let Some(disk) = Mount::new("8m") else { return };
    let path = aloud::app::history::store::path_in(&disk.path().join("aloud"));
    fill(&path, 20);
    disk.make_read_only();
    assert_reported(&analyze(home.path(), disk.path()), &["this answer was not kept", "it cannot be written"]);
    let listed = list(home.path(), disk.path());
    assert_eq!(text(&listed.stdout).lines().count(), 21, "{}", text(&listed.stderr));
    let edit = aloud(home.path())
        .env("XDG_DATA_HOME", disk.path())
        .args(["history", "delete", "3", "--yes"])
        .output()
        .unwrap();
    assert_eq!(edit.status.code(), Some(1));
    assert!(text(&edit.stderr).contains("it cannot be written"), "{}", text(&edit.stderr));
}

#[test]
fn a_file_in_the_place_of_the_folder_is_said() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    std::fs::write(&data, "a note").unwrap();
    assert_reported(&analyze(home.path(), &data), &["this answer was not kept", "its folder cannot be made"]);
    assert_eq!(std::fs::read_to_string(&data).unwrap(), "a note");
    let listed = list(home.path(), &data);
    assert!(listed.status.success() && listed.stdout.is_empty());
}

#[cfg(unix)]
#[test]
fn a_missing_folder_is_made_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("not/yet/there");
    let output = analyze(home.path(), &data);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
    let path = aloud::app::history::store::path_in(&data.join("aloud"));
    assert_eq!(kept(&path), 1);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    // The log beside the store is private too, while it exists.
    let mut store = Store::open(&path, Access::Write).unwrap();
    store.save(&report(1, 2), &occasion(0, 1)).unwrap();
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

/// Returns the damaged files that were set aside.
fn asides(path: &Path) -> Vec<PathBuf> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let entries = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|p| name(p).contains("damaged-") && !name(p).ends_with("-wal") && !name(p).ends_with("-shm"))
        .collect()
}

#[test]
fn a_text_in_the_place_of_the_history_is_set_aside() {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    for (words, nth) in [("Milk, bread, butter.\n", 1), (&"Dear diary, ".repeat(5000), 2)] {
        std::fs::write(&path, words).unwrap();
        let output = analyze(home.path(), &home.path().join("data"));
        assert_reported(&output, &["the history was damaged; 0 answers could be saved", "is kept as"]);
        assert_eq!(kept(&path), 1);
        let asides = asides(&path);
        assert_eq!(asides.len(), nth);
        assert!(asides.iter().any(|aside| std::fs::read_to_string(aside).is_ok_and(|text| text == words)));
        let again = analyze(home.path(), &home.path().join("data"));
        assert!(again.stderr.is_empty(), "{}", text(&again.stderr));
    }
}

#[test]
fn another_programs_database_is_set_aside_whole() {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE recipe (name); INSERT INTO recipe VALUES ('soup')")
        .unwrap();
    let output = analyze(home.path(), &home.path().join("data"));
    assert_reported(&output, &["is kept as"]);
    let aside = rusqlite::Connection::open(&asides(&path)[0]).unwrap();
    assert_eq!(aside.query_row("SELECT name FROM recipe", [], |row| row.get::<_, String>(0)).unwrap(), "soup");
    assert_eq!(kept(&path), 1);
}

#[test]
fn of_a_store_cut_in_half_half_is_saved() {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    fill(&path, 2000);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let output = analyze(home.path(), &home.path().join("data"));
    assert_reported(&output, &["the history was damaged", "could be saved", "is kept as"]);
    let aside = std::fs::read(&asides(&path)[0]).unwrap();
    assert_eq!(aside, &bytes[..bytes.len() / 2], "the damaged file is not touched");
    let (found, _) = visit(&path, Access::Write, |store| {
        let attempts = store.attempts()?;
        let readable = attempts.iter().filter(|a| store.report(a.id).is_ok()).count();
        Ok((attempts.len(), readable))
    })
    .unwrap();
    eprintln!("of 2000 answers cut in half: {} found, {} with their report", found.0, found.1);
    assert!(found.0 > 800 && found.1 > 800, "{found:?}");
    // The rescued data is what was saved.
    let store = Store::open(&path, Access::Read).unwrap();
    let attempt = store.attempt(100).unwrap();
    assert_eq!(store.report(100).unwrap(), report(99, 2000));
    assert!(attempt.path.ends_with("take-00099.wav"));
}

#[test]
fn damage_in_the_middle_costs_what_lies_there() {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    fill(&path, 500);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 5 * 4096].fill(0xa5);
    std::fs::write(&path, &bytes).unwrap();
    let readable = |store: &mut Store| {
        let attempts = store.attempts()?;
        for attempt in &attempts {
            match store.report(attempt.id) {
                Err(aloud::app::history::HistoryError::ReportUnreadable { .. }) => {}
                other => drop(other?),
            }
        }
        Ok(attempts.len())
    };
    let first = visit(&path, Access::Write, readable);
    // A report lost to the damage is a separate error; everything else is there.
    let found = first.map_or_else(|_| kept(&path), |(found, _)| found);
    assert!(found > 450, "{found}");
}

#[test]
fn a_newer_history_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    fill(&path, 3);
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")
        .unwrap();
    drop(db);
    let before = std::fs::read(&path).unwrap();
    let output = analyze(home.path(), &home.path().join("data"));
    assert_reported(&output, &["this answer was not kept", "a newer aloud wrote it", "update aloud"]);
    let listed = list(home.path(), &home.path().join("data"));
    assert_eq!(listed.status.code(), Some(1));
    assert!(text(&listed.stderr).contains("update aloud"));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn stores_of_every_earlier_form_become_todays() {
    let fixtures = common::root().join("tests/fixtures/history");
    for form in 1..=aloud::app::history::schema::VERSION {
        let home = tempfile::tempdir().unwrap();
        let path = place(home.path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(fixtures.join(format!("form-{form}.db")), &path).expect("a store of every form is kept");
        let found = rusqlite::Connection::open(&path).unwrap();
        let version: i64 = found.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(version, form);
        drop(found);
        let (attempts, rescue) = visit(&path, Access::Write, |store| {
            let attempts = store.attempts()?;
            for attempt in &attempts {
                let report = store.report(attempt.id)?;
                assert_eq!(
                    aloud::app::history::Measures::of(&report),
                    attempt.measures,
                    "form {form}, answer {}",
                    attempt.id
                );
            }
            assert_eq!(store.contours(1)?.is_some(), form >= 3, "form {form}: the tracks of the sound");
            assert_eq!(store.coaching(1)?.is_some(), form >= 5, "form {form}: what a coach added");
            let (rated, noted) = (store.own_ratings()?.contains_key(&1), store.outcomes(None)?.len());
            assert_eq!((rated, noted == 1), (form >= 7, form >= 7), "form {form}: the speaker's own view");
            Ok(attempts)
        })
        .unwrap();
        assert!(rescue.is_none());
        let ids: Vec<i64> = attempts.iter().map(|a| a.id).collect();
        assert_eq!(ids, [3, 4, 2, 1], "form {form}");
        let db = rusqlite::Connection::open(&path).unwrap();
        let schema = |db: &rusqlite::Connection| -> Vec<String> {
            let mut query = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
            query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let new = home.path().join("new.db");
        drop(Store::open(&new, Access::Write).unwrap());
        assert_eq!(schema(&db), schema(&rusqlite::Connection::open(&new).unwrap()), "form {form}");
        assert!(list(home.path(), &home.path().join("data")).status.success());
    }
}

#[test]
fn what_is_deleted_leaves_no_bytes() {
    let home = tempfile::tempdir().unwrap();
    let path = place(home.path());
    fill(&path, 400);
    let mut secret = report(7_000, 8_000);
    let words = "zwetschgenknoedel at the Ministry of Quiet Things";
    secret.recording.path = format!("/home/ana/{words}.wav");
    secret.question = Some(aloud::app::questions::resolve(&format!("{words}?")).unwrap());
    let mut store = Store::open(&path, Access::Write).unwrap();
    let id = store.save(&secret, &occasion(0, 1)).unwrap().id;
    let mut edited = secret.clone();
    edited.transcript.as_mut().unwrap().text = "other".into();
    store.keep_edited(id, &edited).unwrap();
    store.save(&report(401, 402), &occasion(0, 1)).unwrap();
    let ids = [id, 5, 77, 399];
    // The exact bytes that were stored: the compressed report of each, whole and in pieces, and the short texts.
    let db = rusqlite::Connection::open(&path).unwrap();
    let mut stored: Vec<Vec<u8>> = vec![words.as_bytes().to_vec()];
    for table in ["report", "machine_report"] {
        let mut query = db.prepare(&format!("SELECT body FROM {table} WHERE attempt_id = ?")).unwrap();
        for id in ids {
            let bodies = query.query_map([id], |row| row.get::<_, Vec<u8>>(0)).unwrap();
            for body in bodies.map(Result::unwrap) {
                stored.extend(body.chunks(24).filter(|piece| piece.len() == 24).map(<[u8]>::to_vec));
            }
        }
    }
    let mut query = db.prepare("SELECT path, sha256 FROM attempt WHERE id = ?").unwrap();
    for id in ids {
        let row = |row: &rusqlite::Row| Ok([row.get::<_, String>(0)?, row.get::<_, String>(1)?]);
        stored.extend(query.query_row([id], row).unwrap().map(String::into_bytes));
    }
    drop(query);
    // Reports begin alike, so pieces that also occur in a remaining report prove nothing.
    let mut query = db.prepare("SELECT body FROM report WHERE attempt_id NOT IN (?, ?, ?, ?)").unwrap();
    let staying = query.query_map(ids, |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let staying: Vec<u8> = staying.flat_map(Result::unwrap).collect();
    let common: std::collections::HashSet<&[u8]> = staying.windows(24).collect();
    stored.retain(|piece| !common.contains(piece.as_slice()));
    assert!(stored.len() > 500, "{}", stored.len());
    drop(query);
    drop(db);
    let traces = || -> usize {
        let mut files: Vec<u8> = Vec::new();
        for end in ["", "-wal", "-shm"] {
            files.extend(std::fs::read(format!("{}{end}", path.display())).unwrap_or_default());
        }
        let pieces: std::collections::HashSet<&[u8]> = files.windows(24).collect();
        stored
            .iter()
            .filter(|s| if s.len() == 24 { pieces.contains(s.as_slice()) } else { contains(&files, s) })
            .count()
    };
    assert!(traces() > stored.len() * 9 / 10, "the search finds what is there: {} of {}", traces(), stored.len());
    let deleted = store.delete(&ids, false).unwrap();
    assert_eq!((deleted.answers, deleted.is_in_use), (4, false));
    assert_eq!(traces(), 0, "with the store open");
    drop(store);
    assert_eq!(traces(), 0, "with the store closed");
    assert_eq!(kept(&path), 398);
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}
