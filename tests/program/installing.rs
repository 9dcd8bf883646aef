//! What `make install` and the tarball of `make packages` do: installing without root, anew and over an older version, and
//! removing, which must leave what people keep.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common;

/// The staged files of the built program.
fn staged() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let staged = folder.path().join("staged");
    let script = common::root().join("packaging/stage.sh");
    let done = Command::new("sh").arg(script).arg(env!("CARGO_BIN_EXE_aloud")).arg(&staged).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    (folder, staged)
}

fn run(script: &Path, home: &Path, arguments: &[&str]) -> Output {
    Command::new("sh").arg(script).args(arguments).current_dir(home).env("HOME", home).output().unwrap()
}

fn files_and_folders(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_and_folders(&path));
        }
        found.insert(path);
    }
    found
}

#[test]
fn what_was_installed_is_removed_and_answers_stay() {
    let (_kept, staged) = staged();
    let home = tempfile::tempdir().unwrap();
    let local = home.path().join(".local");
    // The user's data folder and the folder of the installed model are the same under ~/.local.
    let data = local.join("share/aloud");
    fs::create_dir_all(data.join("history")).unwrap();
    fs::create_dir_all(data.join("models")).unwrap();
    fs::write(data.join("history/history.db"), "answers").unwrap();
    fs::write(data.join("models/ggml-tiny.en-q8_0.bin"), "fetched").unwrap();
    let before = files_and_folders(home.path());

    for _ in ["anew", "over the older one"] {
        let done = run(&staged.join("install.sh"), home.path(), &[]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        // An older version may have had files that this one lacks.
        let list = data.join("installed.files");
        let gone = "share/aloud/of_an_older_version";
        fs::write(local.join(gone), "").unwrap();
        fs::write(&list, fs::read_to_string(&list).unwrap() + gone + "\n").unwrap();
    }
    for file in [
        "bin/aloud",
        "share/aloud/models/ggml-base-q8_0.bin",
        "share/man/man1/aloud-analyze.1",
        "share/bash-completion/completions/aloud",
        "share/zsh/site-functions/_aloud",
        "share/fish/vendor_completions.d/aloud.fish",
        "share/doc/aloud/docs/guide.md",
    ] {
        assert!(fs::metadata(local.join(file)).is_ok_and(|file| file.len() > 0), "{file}");
    }

    let done = run(&data.join("uninstall.sh"), home.path(), &[]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(files_and_folders(home.path()), before);
}

#[test]
fn a_folder_of_ones_own_is_removed_with_all_that_was_made_for_it() {
    let (_kept, staged) = staged();
    let home = tempfile::tempdir().unwrap();
    let done = run(&staged.join("install.sh"), home.path(), &["some programs/aloud"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let program = home.path().join("some programs/aloud/bin/aloud");
    assert!(Command::new(program).arg("--version").status().unwrap().success());
    let done = run(&home.path().join("some programs/aloud/share/aloud/uninstall.sh"), home.path(), &[]);
    assert!(done.status.success());
    assert_eq!(files_and_folders(home.path()), BTreeSet::new());
}

#[test]
fn a_program_that_does_not_start_is_not_installed() {
    let home = tempfile::tempdir().unwrap();
    let staged = home.path().join("unpacked");
    fs::create_dir_all(staged.join("bin")).unwrap();
    fs::write(staged.join("bin/aloud"), "").unwrap();
    fs::copy(common::root().join("packaging/install.sh"), staged.join("install.sh")).unwrap();
    let done = run(&staged.join("install.sh"), home.path(), &[]);
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("nothing was installed"));
    assert!(!home.path().join(".local").exists());
}
