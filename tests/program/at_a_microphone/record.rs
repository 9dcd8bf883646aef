//! `aloud record` as a whole, with virtual microphones behind the real ALSA library (`common/microphone.rs`).

use crate::common;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::common::microphone::{Busy, Home, duration_s, only_wav, wavs};
use crate::common::{number, sample};
use aloud::audio::Recording;
use serde_json::Value;

/// The settings of an ordinary microphone.
const ORDINARY: &str = "rate 48000 channels 1 format S16_LE";

fn second(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths in tests are plain")
}

fn dropped(report: &Value) -> f64 {
    number(report, "/recording/quality/dropped_frames")
}

#[test]
fn every_native_rate_and_format_is_recorded_as_it_is() {
    let devices = [
        ("48000 channels 2 format S16_LE", 48_000, 2, 16),
        ("44100 channels 2 format S32_LE", 44_100, 2, 24),
        ("16000 channels 1 format S16_LE", 16_000, 1, 16),
        ("8000 channels 1 format U8", 8_000, 1, 16),
        ("48000 channels 1 format FLOAT_LE", 48_000, 1, 32),
        ("96000 channels 2 format FLOAT64_LE", 96_000, 2, 32),
        ("48000 channels 4 format S24_LE", 48_000, 4, 24),
    ];
    std::thread::scope(|scope| {
        for (device, rate_hz, channels, bits) in devices {
            scope.spawn(move || {
                let Some(home) = Home::with_tape(&format!("rate {device}")) else { return };
                let ended = home.start(&["record", "--max", "2s", "--json"]).end();
                let report = ended.json();
                assert!(ended.status.success(), "{device}: {:?}", ended.said);
                assert_eq!(dropped(&report), 0.0, "{device}");
                let path = only_wav(&home.recordings());
                let spec = hound::WavReader::open(&path).unwrap().spec();
                assert_eq!(
                    (spec.sample_rate, spec.channels, spec.bits_per_sample),
                    (rate_hz, channels, bits),
                    "{device}"
                );
                assert!((duration_s(&path) - 2.0).abs() < 1e-3, "{device}");
                assert!((number(&report, "/recording/quality/peak_dbfs") + 6.02).abs() < 0.1, "{device}");
                let heard = Recording::open(&path, &mut |_| {}).unwrap().speech.to_vec();
                let crossings = heard[1_600..].windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count();
                assert!((crossings as f64 / 1.9 - 440.0).abs() < 2.0, "{device}: {crossings}");
            });
        }
    });
}

/// Returns the largest normalized correlation of two signals at 16 kHz over all lags of up to `reach` samples,
/// including fractional ones, and that lag of `b` in samples.
pub(super) fn correlation(a: &[f32], b: &[f32]) -> (f64, f64) {
    let size = (a.len() + b.len()).next_power_of_two();
    let mut planner = realfft::RealFftPlanner::<f32>::new();
    let (forward, backward) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
    let spectrum = |x: &[f32]| {
        let mut padded = x.to_vec();
        padded.resize(size, 0.0);
        let mut out = forward.make_output_vec();
        forward.process(&mut padded, &mut out).unwrap();
        out
    };
    let (a_spectrum, b_spectrum) = (spectrum(a), spectrum(b));
    let cross: Vec<_> = a_spectrum.iter().zip(&b_spectrum).map(|(a, b)| a.conj() * b).collect();
    let mut by_lag = backward.make_output_vec();
    backward.process(&mut cross.clone(), &mut by_lag).unwrap();
    let best = (0..size).max_by(|i, j| by_lag[*i].total_cmp(&by_lag[*j])).unwrap() as f64;
    // Interpolates between samples: the same sum with the phase shifted by a fraction of a sample.
    let at = |lag: f64| -> f64 {
        let turned = cross.iter().enumerate().map(|(k, x)| {
            let phase = std::f64::consts::TAU * lag * k as f64 / size as f64;
            f64::from(x.re) * phase.cos() - f64::from(x.im) * phase.sin()
        });
        2.0 * turned.sum::<f64>() / size as f64
    };
    let lags = (-10..=10).map(|i| best + f64::from(i) / 10.0);
    let (lag, product) = lags.map(|lag| (lag, at(lag))).max_by(|x, y| x.1.total_cmp(&y.1)).unwrap();
    let power = |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let start = (if lag > size as f64 / 2.0 { lag - size as f64 } else { lag }).max(0.0) as usize;
    let heard = &b[start..(start + a.len()).min(b.len())];
    (product / (power(a) * power(heard)).sqrt(), lag)
}

#[test]
fn what_is_played_comes_back_and_is_reported_alike() {
    let Some(home) = Home::with_sound_server() else { return };
    let file = sample("fillers.flac");
    let played_s = Recording::open(&file, &mut |_| {}).unwrap().duration_s;
    let running = home.start(&["record", "--question", "hard-problem", "--json"]);
    running.until("Recording to");
    std::thread::sleep(second(2.5)); // an idle null sink takes up to 2 s to deliver
    let begun = Instant::now();
    assert!(home.sound_program("paplay").arg(&file).status().unwrap().success());
    assert!((begun.elapsed().as_secs_f64() - played_s).abs() < 3.0);
    std::thread::sleep(second(1.0));
    running.signal("INT");
    let ended = running.end();
    let report = ended.json();
    assert!(ended.status.success(), "{:?}", ended.said);
    assert_eq!(dropped(&report), 0.0);

    let path = only_wav(&home.recordings());
    let (original, heard) = (
        Recording::open(&file, &mut |_| {}).unwrap().speech.to_vec(),
        Recording::open(&path, &mut |_| {}).unwrap().speech.to_vec(),
    );
    let (likeness, lag) = correlation(&original, &heard);
    eprintln!("correlation {likeness:.5} at {:.3} s", lag / 16_000.0);
    assert!(likeness > 0.99, "{likeness}");
    // The first and the last quarter are as far apart as in the original: nothing between them is missing or repeated.
    let quarter = original.len() / 4;
    let early = correlation(&original[..quarter], &heard).1;
    let late = correlation(&original[3 * quarter..], &heard).1 - 3.0 * quarter as f64;
    assert!(((late - early) / 16_000.0).abs() < 0.2, "{early} {late}");

    let direct = home.start(&["analyze", text(&file), "--question", "hard-problem", "--json"]).end().json();
    let [words, same_words] = [&report, &direct].map(|r| number(r, "/pace/words"));
    let [fillers, same_fillers] = [&report, &direct].map(|r| number(r, "/fillers/count"));
    eprintln!("words {words} for {same_words}, fillers {fillers} for {same_fillers}");
    assert!((words / same_words - 1.0).abs() <= 0.03, "{words} {same_words}");
    assert!((fillers - same_fillers).abs() <= 1.0, "{fillers} {same_fillers}");
}

#[test]
fn a_kept_answer_plays_to_its_end_on_a_busy_machine() {
    let Some(home) = Home::with_sound_server() else { return };
    let piece = Recording::open(&sample("too_short.flac"), &mut |_| {}).unwrap().speech.samples(0..2 * 16_000);
    common::write_wav(&home.path().join("piece.wav"), 16_000, &piece);
    assert!(home.aloud(&["analyze", "piece.wav"]).output().unwrap().status.success());
    let _busy = Busy::begin();
    for round in 0..5 {
        let begun = Instant::now();
        let output = home.aloud(&["history", "play", "last"]).output().unwrap();
        assert!(output.status.success(), "round {round}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(begun.elapsed() >= second(2.0), "round {round}: {:?}", begun.elapsed());
    }
}

/// A pseudorandom number generator from 0 to 1, with a seed that failures name.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[test]
fn a_killed_recorder_loses_next_to_nothing_and_the_next_one_finds_it() {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64 | 1;
    let worst = std::sync::Mutex::new(0.0_f64);
    std::thread::scope(|scope| {
        for worker in 0..4_u64 {
            let worst = &worst;
            scope.spawn(move || {
                let Some(home) = Home::with_tape(ORDINARY) else { return };
                let mut chance = Chance(seed.wrapping_mul(2 * worker + 3) | 1);
                for round in 0..6 {
                    let running = home.start(&["record"]);
                    let begun = running.until("Recording to");
                    let moment_s = 0.05 + 2.5 * chance.next();
                    std::thread::sleep(second(moment_s).saturating_sub(begun.elapsed()));
                    running.signal("KILL");
                    let lived_s = begun.elapsed().as_secs_f64();
                    let what = format!("seed {seed}, worker {worker}, round {round}, after {lived_s:.2} s");
                    assert!(!running.end().status.success());
                    let path = wavs(&home.recordings()).pop().unwrap();
                    let lost_s = lived_s - duration_s(&path);
                    assert!(lost_s < 0.5, "{what}: {lost_s:.3} s are lost");
                    let mut most = worst.lock().unwrap();
                    *most = most.max(lost_s);
                    drop(most);

                    let next = home.start(&["record", "--device", "none of that name"]).end();
                    let offer = next.said.iter().find(|line| line.contains("has no report yet"));
                    if duration_s(&path) > 0.0 {
                        let offer = offer.unwrap_or_else(|| panic!("{what}: not offered: {:?}", next.said));
                        assert!(offer.contains(text(&path)), "{what}: {offer}");
                        let report = home.start(&["analyze", text(&path), "--json"]).end().json();
                        assert_eq!(dropped(&report), 0.0, "{what}");
                        let after = home.start(&["record", "--device", "none of that name"]).end();
                        assert!(
                            !after.said.iter().any(|line| line.contains("has no report yet")),
                            "{what}: {:?}",
                            after.said
                        );
                    }
                    std::fs::remove_file(path).unwrap();
                }
            });
        }
    });
    eprintln!("24 kills: at most {:.3} s lost", worst.into_inner().unwrap());
}

#[test]
fn a_full_disk_ends_the_take_and_keeps_it() {
    let Some(home) = Home::with_tape(ORDINARY) else { return };
    let disk = home.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mounted =
        std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(&disk).output();
    if !mounted.is_ok_and(|o| o.status.success()) {
        eprintln!("skipped: only root can mount a small disk");
        return;
    }
    let path = disk.join("take.wav");
    let ended = home.start(&["record", "-o", text(&path)]).end();
    let lasted_s = duration_s(&path);
    let bytes = std::fs::metadata(&path).unwrap().len();
    let offered = home.start(&["record", "--device", "none of that name"]).end().said.join("\n");
    let unmounted = std::process::Command::new("umount").arg(&disk).status();
    assert!(unmounted.unwrap().success());
    assert_eq!(ended.status.code(), Some(1), "{:?}", ended.said);
    assert!(ended.complaint().contains("the disk is full") && ended.complaint().contains(text(&path)));
    assert!(lasted_s > 2.5 && bytes > 250_000, "{lasted_s} s in {bytes} bytes of 262144");
    assert!(offered.contains("has no report yet") && offered.contains(text(&path)), "{offered}");
}

#[test]
fn a_microphone_that_goes_away_ends_the_take_and_keeps_it() {
    for (fault, within_s) in [("gone_ms 2000", 4.0), ("stall_ms 2000", 14.0)] {
        let Some(home) = Home::with_tape(&format!("{ORDINARY} {fault}")) else { return };
        let running = home.start(&["record"]);
        let begun = running.until("Recording to");
        let ended = running.end();
        assert!(begun.elapsed() < second(within_s), "{fault}: {:?}", begun.elapsed());
        assert_eq!(ended.status.code(), Some(1), "{fault}: {:?}", ended.said);
        let path = only_wav(&home.recordings());
        assert!(ended.complaint().contains("went away") && ended.complaint().contains(text(&path)), "{fault}");
        assert!((1.5..2.1).contains(&duration_s(&path)), "{fault}: {}", duration_s(&path));
        let next = home.start(&["record", "--device", "none of that name"]).end();
        assert!(
            next.said.iter().any(|line| line.contains("has no report yet") && line.contains(text(&path))),
            "{:?}",
            next.said
        );
    }
}

#[test]
fn a_source_that_is_unloaded_ends_the_take_and_keeps_it() {
    let Some(home) = Home::with_sound_server() else { return };
    let running = home.start(&["record"]);
    running.until("Recording to");
    std::thread::sleep(second(4.0));
    assert!(home.sound_program("pactl").args(["unload-module", "module-null-sink"]).status().unwrap().success());
    let unloaded = Instant::now();
    let ended = running.end();
    assert!(unloaded.elapsed() < second(5.0));
    assert_eq!(ended.status.code(), Some(1), "{:?}", ended.said);
    let path = only_wav(&home.recordings());
    assert!(ended.complaint().contains("went away") && ended.complaint().contains(text(&path)));
    assert!(duration_s(&path) > 1.5, "{}", duration_s(&path));
}

#[test]
fn a_folder_that_is_removed_ends_the_take_and_keeps_it_elsewhere() {
    let Some(home) = Home::with_tape(ORDINARY) else { return };
    let folder = home.path().join("stick");
    std::fs::create_dir(&folder).unwrap();
    let running = home.start(&["record", "-o", text(&folder)]);
    let begun = running.until("Recording to");
    std::thread::sleep(second(2.0).saturating_sub(begun.elapsed()));
    std::fs::remove_dir_all(&folder).unwrap();
    let ended = running.end();
    assert_eq!(ended.status.code(), Some(1), "{:?}", ended.said);
    let saved = only_wav(&home.recordings());
    assert!(ended.complaint().contains("removed") && ended.complaint().contains(text(&saved)));
    assert!(duration_s(&saved) > 1.5, "{}", duration_s(&saved));
}

#[test]
fn lost_sound_is_counted_filled_and_reported() {
    let Some(home) = Home::with_tape(&format!("{ORDINARY} lose_ms 1500 lose_for_ms 700")) else { return };
    let ended = home.start(&["record", "--max", "4s", "--json"]).end();
    let report = ended.json();
    let lost_s = dropped(&report) / 48_000.0;
    assert!((0.6..0.9).contains(&lost_s), "{lost_s}");
    assert_eq!(number(&report, "/recording/duration_s"), 4.0);
    assert!(ended.said.iter().any(|line| line.contains("frames went missing")), "{:?}", ended.said);
    // Silence replaces the missing audio, and nothing else.
    let path = only_wav(&home.recordings());
    let samples: Vec<i16> = hound::WavReader::open(path).unwrap().samples().map(Result::unwrap).collect();
    let zeros: Vec<usize> =
        samples.windows(48).enumerate().filter(|(_, w)| w.iter().all(|x| *x == 0)).map(|(i, _)| i).collect();
    let (from_s, to_s) = (zeros[0] as f64 / 48_000.0, (zeros[zeros.len() - 1] + 48) as f64 / 48_000.0);
    assert!((to_s - from_s - lost_s).abs() < 0.002, "{from_s} {to_s} {lost_s}");
    assert!((1.2..1.6).contains(&from_s), "{from_s}");
}

#[test]
fn a_stopped_process_loses_what_it_loses_but_not_the_clock() {
    let Some(home) = Home::with_tape(ORDINARY) else { return };
    let running = home.start(&["record", "--json"]);
    let begun = running.until("Recording to");
    std::thread::sleep(second(1.0));
    running.signal("STOP");
    std::thread::sleep(second(2.0));
    running.signal("CONT");
    std::thread::sleep(second(1.5));
    running.signal("INT");
    let lasted_s = begun.elapsed().as_secs_f64();
    let report = running.end().json();
    let lost_s = dropped(&report) / 48_000.0;
    assert!((1.6..2.2).contains(&lost_s), "{lost_s}");
    assert!((number(&report, "/recording/duration_s") - lasted_s).abs() < 0.3, "{lasted_s}");
}

#[test]
fn two_at_once_do_not_disturb_each_other() {
    let Some(home) = Home::with_tape(ORDINARY) else { return };
    let both = [0, 1].map(|_| home.start(&["record", "--max", "3s", "--json"]));
    let both = both.map(|running| running.end());
    for ended in &both {
        let report = ended.json();
        assert_eq!((dropped(&report), number(&report, "/recording/duration_s")), (0.0, 3.0));
        assert!(!ended.said.iter().any(|line| line.contains("has no report yet")), "{:?}", ended.said);
    }
    assert_eq!(wavs(&home.recordings()).len(), 2);
}

#[test]
fn each_thing_that_is_wrong_with_a_microphone_has_its_own_message() {
    let refused = |home: &Home, arguments: &[&str]| {
        let ended = home.start(arguments).end();
        assert_eq!(ended.status.code(), Some(1), "{:?}", ended.said);
        ended.complaint().to_owned()
    };
    let none = Home::without_microphone();
    assert!(refused(&none, &["record"]).contains("no microphone was found"));
    let Some(busy) = Home::with_tape("busy 1") else { return };
    assert!(refused(&busy, &["record"]).contains("in use by another program"));
    let denied = Home::with_tape("denied 1").unwrap();
    assert!(refused(&denied, &["record"]).contains("not allowed"));
    let two = Home::with_asoundrc(
        "pcm.!default { type tape }\n\
         pcm.yeti { type tape rate 16000 hint { show on description \"Blue Yeti\" } }\n\
         pcm.webcam { type tape rate 8000 hint { show on description \"Webcam\" } }",
    )
    .unwrap();
    let unknown = refused(&two, &["record", "--device", "Røde"]);
    assert!(
        unknown.contains("no microphone called 'Røde'")
            && unknown.contains("'Blue Yeti'")
            && unknown.contains("'Webcam'")
    );
    assert!(refused(&two, &["record", "--device", "b"]).contains("more than one"));
    for (name, rate_hz) in
        [("Blue Yeti", 16_000), ("webcam", 8_000), ("yeti", 16_000), ("blue", 16_000), ("cam", 8_000)]
    {
        let path = two.path().join(format!("{}.wav", name.replace(' ', "")));
        let ended = two.start(&["record", "--device", name, "--max", "0.5", "-o", text(&path)]).end();
        assert!(ended.status.success(), "{name}: {:?}", ended.said);
        assert_eq!(hound::WavReader::open(path).unwrap().spec().sample_rate, rate_hz, "{name}");
    }

    // Problems that show only while recording are reported within three seconds.
    for (sound, message) in [
        ("zeros", "delivers only silence"),
        ("square", "everything is distorted"),
        ("tone stall_ms 700", "No sound arrives"),
    ] {
        let home = Home::with_tape(&format!("{ORDINARY} sound {sound}")).unwrap();
        let running = home.start(&["record", "--max", "4s"]);
        let begun = running.until("Recording to");
        let noticed = running.until(message).duration_since(begun);
        let since_s = if sound.contains("stall") { 0.7 } else { 0.0 };
        assert!(noticed.as_secs_f64() - since_s < 3.0, "{sound}: {noticed:?}");
        running.signal("INT");
        let ended = running.end();
        assert_eq!(ended.said.iter().filter(|line| line.contains(message)).count(), 1, "{:?}", ended.said);
        if sound == "zeros" {
            assert_eq!(ended.status.code(), Some(1));
            assert!(ended.complaint().contains("nothing but silence") && ended.report.is_empty());
        }
    }
}

#[test]
fn a_take_ends_by_signal_by_silence_and_by_the_end_of_standard_input() {
    let Some(home) = Home::with_tape(ORDINARY) else { return };
    let running = home.start(&["record", "--json"]);
    running.until("Recording to");
    std::thread::sleep(second(1.0));
    running.signal("INT");
    let ended = running.end();
    assert!(ended.status.success(), "{:?}", ended.said);
    assert!((0.7..1.6).contains(&number(&ended.json(), "/recording/duration_s")));
    // After a second interrupt, or a SIGTERM, the recording is kept and the analysis skipped.
    for signals in [&["INT", "INT"][..], &["TERM"]] {
        let running = home.start(&["record", "--json"]);
        running.until("Recording to");
        std::thread::sleep(second(1.0));
        for signal in signals {
            running.signal(signal);
            std::thread::sleep(second(0.03));
        }
        let ended = running.end();
        assert!(ended.status.success() && ended.report.is_empty(), "{:?}", ended.said);
        assert!(ended.said.iter().any(|line| line.contains("To analyze it later: aloud analyze")), "{:?}", ended.said);
    }

    let mut command = home.aloud(&["record", "--json"]);
    command.stdin(std::process::Stdio::piped());
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(second(1.5));
    assert!(child.try_wait().unwrap().is_none());
    drop(child.stdin.take());
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(wavs(&home.recordings()).len(), 4);
    assert!(wavs(&home.recordings()).iter().all(|path| duration_s(path) > 0.5));

    let burst = Home::with_tape("rate 16000 sound burst").unwrap();
    let ended = burst.start(&["record", "--stop-after-silence", "2s", "--json"]).end();
    let lasted_s = number(&ended.json(), "/recording/duration_s");
    assert!((5.7..6.8).contains(&lasted_s), "{lasted_s}");
    assert!(ended.said.iter().any(|line| line.contains("nobody spoke any more")), "{:?}", ended.said);
}

#[test]
fn a_take_goes_where_it_is_wanted_and_nothing_is_overwritten() {
    let Some(home) = Home::with_tape(ORDINARY) else { return };
    let at = |name: &str| home.path().join(name);
    std::fs::write(at("precious.wav"), "precious").unwrap();
    let ended = home.start(&["record", "-o", "precious.wav", "--max", "1"]).end();
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.complaint().contains("never overwritten"));
    assert_eq!(std::fs::read(at("precious.wav")).unwrap(), b"precious");

    let wrong: [&[&str]; 4] = [
        &["record", "-o", "answer.mp3"],
        &["record", "--max", "soon"],
        &["record", "--target", "-5"],
        &["record", "--question", "conflcit"],
    ];
    for arguments in wrong {
        let ended = home.start(arguments).end();
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {:?}", ended.said);
    }
    let missing = home.start(&["record", "-o", "no/such/folder/a.wav", "--max", "1"]).end();
    assert_eq!(missing.status.code(), Some(1));
    assert!(missing.complaint().contains("no/such/folder/a.wav"));

    std::fs::create_dir(at("takes")).unwrap();
    let ended = home
        .start(&["record", "-o", "takes", "--question", "conflict", "--target", "1:00", "--max", "1s", "--json"])
        .end();
    assert_eq!(ended.json()["question"]["id"], "conflict");
    let path: PathBuf = only_wav(&at("takes"));
    assert!(text(&path).ends_with("_conflict.wav"), "{path:?}");
    assert!((duration_s(&path) - 1.0).abs() < 1e-3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn the_doctor_knows_the_microphones() {
    let Some(home) = Home::with_tape("rate 16000 channels 1 format S16_LE") else { return };
    let examined = |home: &Home| home.aloud(&["doctor"]).output().unwrap();
    let fine = examined(&home);
    let said = String::from_utf8(fine.stdout).unwrap();
    assert!(fine.status.success() && fine.stderr.is_empty(), "{said}");
    assert!(said.contains("(the default): records 16000 Hz, mono, 16 bit"), "{said}");
    assert!(said.contains("up to -6 dBFS heard"), "{said}");
    assert!(said.contains("GB free"), "{said}");
    for (tape, problem) in [
        ("sound zeros", "delivers only silence"),
        ("sound square", "everything is distorted"),
        ("stall_ms 1", "No sound arrives"),
        ("busy 1", "in use by another program"),
    ] {
        let examined = examined(&Home::with_tape(tape).unwrap());
        let said = String::from_utf8(examined.stdout).unwrap();
        assert_eq!(examined.status.code(), Some(1), "{tape}: {said}");
        let problems: Vec<&str> = said.lines().filter(|line| line.contains("PROBLEM")).collect();
        assert!(problems.len() == 1 && problems[0].contains(problem), "{tape}: {said}");
    }
}
