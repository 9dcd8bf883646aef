//! Input that nobody should give to the program, and somebody will: absurd headers, files that decompress to hours,
//! endless streams, devices, pipes, dangling links, and names that are not text. Each gets one line, soon.
#![cfg(unix)]

use crate::common;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::common::{aloud, sample};
use tempfile::TempDir;

/// The maximum time for a refusal.
const SOON: Duration = Duration::from_secs(20);
/// The limit on the program's address space, in kB: the speech model and its work take a third of it.
const ADDRESSES_KB: u64 = 4 << 20;

/// Runs the program with limited memory; `script` is run by a shell, with the program as `$0`.
fn shell(home: &Path, script: &str, arguments: &[&OsStr]) -> Output {
    let program = aloud(home);
    let mut command = Command::new("bash");
    command.args(["-c", &format!("ulimit -v {ADDRESSES_KB}; {script}")]).arg(program.get_program()).args(arguments);
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let begun = Instant::now();
    let output = command.current_dir(common::root()).output().unwrap();
    assert!(begun.elapsed() < SOON, "{script} {arguments:?} took {:?}", begun.elapsed());
    output
}

fn run(home: &Path, arguments: &[&OsStr]) -> Output {
    shell(home, "exec \"$0\" \"$@\"", arguments)
}

/// Returns the single line of a refusal.
fn line(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(said.lines().count(), 1, "{said:?}");
    assert!(said.starts_with("aloud: ") && !said.contains("panicked"), "{said:?}");
    assert!(!said.trim_end().contains(char::is_control), "{said:?}");
    said
}

fn refused(home: &Path, arguments: &[&OsStr]) -> String {
    line(&run(home, arguments))
}

fn analyze(home: &Path, path: &Path) -> String {
    refused(home, &[OsStr::new("analyze"), path.as_os_str()])
}

fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Returns a WAV file with arbitrary claims in its header, and one second of silence.
fn wav(channels: u16, rate_hz: u32, bits: u16, riff: u32, data: u32) -> Vec<u8> {
    let frame = u32::from(channels) * u32::from(bits) / 8;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend(riff.to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate_hz.to_le_bytes());
    bytes.extend(rate_hz.wrapping_mul(frame).to_le_bytes());
    bytes.extend((frame as u16).to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data.to_le_bytes());
    bytes.extend(vec![0; 32_000]);
    bytes
}

#[test]
fn absurd_headers_are_named() {
    let folder = TempDir::new().unwrap();
    for (channels, rate_hz, bits, claim) in [
        (u16::MAX, 16_000, 16, "65535 channels"),
        (0, 16_000, 16, "0 channels"),
        (1, 1, 16, "1 Hz"),
        (1, 0, 16, "0 Hz"),
        (1, 10_000_000, 16, "10000000 Hz"),
        (2, u32::MAX, 16, "4294967295 Hz"),
    ] {
        let said = analyze(folder.path(), &file(&folder, "absurd.wav", &wav(channels, rate_hz, bits, 32_036, 32_000)));
        assert!(said.contains(claim), "{said}");
    }
    for bits in [0, 1, 7, 4096, u16::MAX] {
        analyze(folder.path(), &file(&folder, "bits.wav", &wav(1, 16_000, bits, 32_036, 32_000)));
    }
}

#[test]
fn a_length_of_four_gigabytes_is_not_believed() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "long.wav", &wav(1, 16_000, 16, u32::MAX - 8, u32::MAX - 44));
    let output = run(folder.path(), &["analyze".as_ref(), path.as_os_str(), "--json".as_ref(), "--no-save".as_ref()]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!((common::number(&report, "/recording/duration_s") - 1.0).abs() < 0.01);
    // Recorders that write to a pipe make such claims; the claim is false, and nothing is missing.
    assert!(!report["warnings"].to_string().contains("damaged"));
    // The same claim for a chunk before the audio data, which leaves no audio.
    let mut chunk = b"RIFF\xff\xff\xff\xffWAVEjunk\xf0\xff\xff\xff".to_vec();
    chunk.extend(vec![0; 1000]);
    analyze(folder.path(), &file(&folder, "chunk.wav", &chunk));
}

/// Returns the CRC of some bytes, as used for FLAC frames.
fn crc(bytes: &[u8], polynomial: u32, width: u32) -> u32 {
    bytes.iter().fold(0, |mut crc, byte| {
        crc ^= u32::from(*byte) << (width - 8);
        for _ in 0..8 {
            let carry = crc >> (width - 1) & 1;
            crc = (crc << 1 ^ if carry == 1 { polynomial } else { 0 }) & ((1 << width) - 1);
        }
        crc
    })
}

/// Returns a FLAC file whose frames of 65,535 samples take a dozen bytes: silence in eight channels.
fn flac_bomb(frames: u32, rate_hz: u32) -> Vec<u8> {
    let (block, channels) = (65_535_u16, 8_u8);
    let mut bytes = b"fLaC\x80\0\0\x22".to_vec();
    bytes.extend(block.to_be_bytes());
    bytes.extend(block.to_be_bytes());
    bytes.extend([0; 6]);
    let samples = u64::from(frames) * u64::from(block);
    let packed = u64::from(rate_hz) << 44 | u64::from(channels - 1) << 41 | 15 << 36 | samples & 0xf_ffff_ffff;
    bytes.extend(packed.to_be_bytes());
    bytes.extend([0; 16]);
    for number in 0..frames {
        let mut frame = vec![0xff, 0xf8, 0x70, (channels - 1) << 4 | 8];
        frame.extend(char::from_u32(number).unwrap().to_string().bytes());
        frame.extend((block - 1).to_be_bytes());
        frame.push(crc(&frame, 0x07, 8) as u8);
        frame.extend([0, 0, 0].repeat(usize::from(channels)));
        frame.extend((crc(&frame, 0x8005, 16) as u16).to_be_bytes());
        bytes.extend(frame);
    }
    bytes
}

#[test]
fn a_small_file_that_unpacks_to_hours_is_refused() {
    let folder = TempDir::new().unwrap();
    let bomb = flac_bomb(15_000, 48_000);
    assert!(bomb.len() < 600_000, "{}", bomb.len());
    let said = analyze(folder.path(), &file(&folder, "bomb.flac", &bomb));
    assert!(said.contains("longer than 60 minutes"), "{said}");
}

#[test]
fn a_stream_without_an_end_is_not_read_to_its_end() {
    let home = TempDir::new().unwrap();
    let said = line(&shell(home.path(), "yes 'and so on' | \"$0\" analyze -", &[]));
    assert!(said.contains("longer than any answer"), "{said}");
    line(&shell(home.path(), "\"$0\" analyze - < /dev/zero", &[]));
    line(&shell(home.path(), "yes | \"$0\" history import -", &[]));
    let said = line(&shell(home.path(), "\"$0\" history import - < /dev/zero", &[]));
    assert!(said.contains("longer than any history"), "{said}");
    line(&shell(home.path(), "\"$0\" analyze - < /dev/null", &[]));
}

#[test]
fn sound_through_standard_input_is_analyzed_and_not_left_behind() {
    let home = TempDir::new().unwrap();
    let temporary = TempDir::new().unwrap();
    let script = "cat \"$1\" | TMPDIR=\"$2\" \"$0\" analyze - --json --no-save";
    let answer = common::root().join("tests/fixtures/cases/first_silent.mp4");
    let output = shell(home.path(), script, &[answer.as_os_str(), temporary.path().as_os_str()]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["recording"]["path"], "-");
    assert!((common::number(&report, "/recording/duration_s") - 1.0).abs() < 0.02);
    let said = report["warnings"].to_string();
    assert!(said.contains("\"tracks\"") && said.contains("2 sound tracks; number 2 was used"), "{said}");
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn devices_and_pipes_are_no_files() {
    let home = TempDir::new().unwrap();
    let pipe = home.path().join("pipe.wav");
    let made = Command::new("mkfifo").arg(&pipe).arg(home.path().join("pipe.txt")).status().unwrap();
    assert!(made.success());
    let mut paths: Vec<PathBuf> = ["/dev/zero", "/dev/null", "/dev/full", "/dev/urandom"].map(PathBuf::from).to_vec();
    paths.extend([pipe, home.path().join("pipe.txt")]);
    for (i, device) in ["/dev/zero", "/dev/null"].into_iter().enumerate() {
        for ending in ["txt", "wav", "pdf"] {
            let link = home.path().join(format!("link{i}.{ending}"));
            symlink(device, &link).unwrap();
            paths.push(link);
        }
    }
    for path in &paths {
        let said = analyze(home.path(), path);
        assert!(said.contains("not an ordinary file"), "{said}");
        for command in [vec!["practice", "--resume"], vec!["practice", "--job"], vec!["history", "import"]] {
            let mut arguments: Vec<&OsStr> = command.iter().map(OsStr::new).collect();
            arguments.push(path.as_os_str());
            let said = refused(home.path(), &arguments);
            assert!(said.contains("not an ordinary file"), "{said}");
        }
    }
}

#[test]
fn a_report_for_a_full_disk_is_a_failure_and_no_panic() {
    let home = TempDir::new().unwrap();
    let draft = home.path().join("draft.txt");
    fs::write(&draft, "I asked her what she needed and we agreed on a date.").unwrap();
    let output = shell(home.path(), "\"$0\" analyze \"$1\" > /dev/full", &[draft.as_os_str()]);
    let said = line(&output);
    assert!(said.contains("No space left"), "{said}");
}

#[test]
fn settings_and_questions_that_never_end_or_never_come_stop_nothing_for_long() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("config/aloud");
    fs::create_dir_all(&folder).unwrap();
    let draft = home.path().join("draft.txt");
    fs::write(&draft, "I asked her what she needed and we agreed on a date.").unwrap();
    for name in ["settings.toml", "questions.toml"] {
        let path = folder.join(name);
        let arguments: &[&OsStr] = if name == "settings.toml" {
            &["analyze".as_ref(), draft.as_os_str()]
        } else {
            &["questions".as_ref(), "list".as_ref()]
        };
        for make in ["ln -s /dev/zero", "mkfifo", "mkdir", "ln -s itself.toml", "head -c 3000000 /dev/zero >"] {
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
            let script = format!("cd \"$1\"; ln -s itself.toml itself.toml; {make} {name}");
            Command::new("sh").args(["-c", &script, "sh"]).arg(&folder).output().unwrap();
            let said = refused(home.path(), arguments);
            assert!(said.contains(name), "{make}: {said}");
        }
        let _ = fs::remove_file(&path);
    }
}

#[test]
fn a_link_that_leads_to_itself_is_said() {
    let home = TempDir::new().unwrap();
    for ending in ["wav", "txt"] {
        let (a, b) = (home.path().join(format!("a.{ending}")), home.path().join(format!("b.{ending}")));
        symlink(&a, &b).unwrap();
        symlink(&b, &a).unwrap();
        let said = analyze(home.path(), &a);
        assert!(said.contains("symbolic links"), "{said}");
        let nowhere = home.path().join(format!("nowhere.{ending}"));
        symlink("/none", &nowhere).unwrap();
        assert!(analyze(home.path(), &nowhere).contains("no such file"));
    }
}

/// The program accepts any name that the system accepts, and no name can control the terminal.
#[test]
fn every_name_is_taken() {
    let home = TempDir::new().unwrap();
    let names: [&[u8]; 6] = [
        b"caf\xe9\xff.flac",
        b"-answer.flac",
        b"--json.flac",
        b"a\nb\rc.flac",
        b"\x1b]0;owned\x07\x1b[2Jx.flac",
        b"$(touch owned) ; 'quoted' \"twice\" .flac",
    ];
    for name in names {
        let name = OsStr::from_bytes(name);
        let answer = home.path().join(name);
        fs::copy(sample("too_short.flac"), &answer).unwrap();
        let page = home.path().join("page.html");
        let mut arguments: Vec<&OsStr> = vec!["analyze".as_ref(), "--html".as_ref(), page.as_os_str()];
        arguments.extend(["--".as_ref(), name]);
        let script = "cd \"$HOME\"; exec \"$0\" \"$@\"";
        let output = shell(home.path(), script, &arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{name:?}: {said}");
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(!report.contains(|c: char| c.is_control() && c != '\n'), "{name:?}: {report:?}");
        let html = fs::read_to_string(&page).unwrap();
        assert!(!html.contains(['\u{1b}', '\u{7}']), "{name:?}");

        // The same name, without a file.
        fs::remove_file(&answer).unwrap();
        arguments.retain(|a| *a != page.as_os_str() && *a != OsStr::new("--html"));
        let said = line(&shell(home.path(), script, &arguments));
        assert!(said.contains("no such file"), "{said}");
    }
    let listed = run(home.path(), &["history".as_ref(), "list".as_ref()]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(!listed.contains(|c: char| c.is_control() && c != '\n'), "{listed:?}");
    assert!(!home.path().join("owned").exists());
}
