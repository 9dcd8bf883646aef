//! Tests with recordings in unusual files: the audio that players play is read, and a complete file is not reported as
//! damaged.
//!
//! All files in `tests/fixtures/cases` contain the same second of speech as `source.flac` there; `make.sh` creates
//! them.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cases").join(name)
}

fn open(path: &Path) -> Recording {
    Recording::open(path, &mut |_| {}).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn case(name: &str) -> Recording {
    let recording = open(&fixture(name));
    assert_eq!(recording.damage, None, "{name}");
    recording
}

/// Returns the second of speech that all files contain.
fn source() -> Vec<f32> {
    open(&fixture("source.flac")).speech.to_vec()
}

/// Returns the maximum normalized cross-correlation of two signals at lags up to 60 ms.
fn likeness(a: &[f32], b: &[f32]) -> f64 {
    let len = a.len().min(b.len());
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    let norm = (dot(&a[..len], &a[..len]) * dot(&b[..len], &b[..len])).sqrt();
    let shifted = |lag: usize| dot(&a[lag.min(len)..len], &b[..len]).max(dot(&a[..len], &b[lag.min(len)..len]));
    (0..960).map(shifted).fold(0.0, f64::max) / norm
}

/// Asserts that a recording has the duration of the concatenated `pieces` of speech, and correlates with them.
fn assert_holds(name: &str, recording: &Recording, pieces: &[&[f32]], off_by_s: f64) {
    let expected = pieces.concat();
    let expected_s = expected.len() as f64 / f64::from(SPEECH_RATE_HZ);
    let late_s = recording.duration_s - expected_s;
    assert!(late_s.abs() <= off_by_s, "{name}: {} s for {expected_s} s", recording.duration_s);
    let like = likeness(&recording.speech.to_vec(), &expected);
    assert!(like > 0.8, "{name}: correlation {like}");
}

#[test]
fn joined_mp3s_are_read_to_the_end_whatever_the_first_header_says() {
    let one = source();
    // The first file is 16 kHz mono, the second 44.1 kHz stereo.
    assert_holds("joined", &case("joined_different.mp3"), &[&one, &one], 0.02);
}

#[test]
fn joined_mp3s_with_tags_between_them_are_one_recording() {
    let dir = tempfile::tempdir().unwrap();
    let (joined, one) = (fs::read(fixture("joined_different.mp3")).unwrap(), source());
    let second = (1..joined.len()).rfind(|&at| joined[at..].starts_with(b"ID3")).unwrap();
    let (first, second) = joined.split_at(second);
    let old_tag = [&b"TAG"[..], &[b'x'; 125]].concat();
    let ape = [
        &b"APETAGEX\xd0\x07\0\0\x27\0\0\0\x01\0\0\0\0\0\0\xa0"[..],
        &[0; 8],
        &[0xff, 0xfb, 0x90, 0x64, 0, 0, 0],
        &b"APETAGEX\xd0\x07\0\0\x27\0\0\0\x01\0\0\0\0\0\0\x80"[..],
        &[0; 8],
    ]
    .concat();
    for (name, between) in
        [("ID3v1", old_tag.clone()), ("APE", ape.clone()), ("both", [ape, old_tag].concat()), ("zeros", vec![0; 3000])]
    {
        let path = dir.path().join("joined.mp3");
        fs::write(&path, [first, &between, second].concat()).unwrap();
        let recording = open(&path);
        assert_eq!(recording.damage, None, "{name}");
        assert_holds(name, &recording, &[&one, &one], 0.02);
    }
}

#[test]
fn the_end_of_a_browsers_recording_after_a_whole_packet_is_no_damage() {
    let (whole, one) = (fs::read(fixture("live.webm")).unwrap(), source());
    assert_holds("live", &case("live.webm"), &[&one], 0.03);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cut.webm");
    // The file is complete if it ends after any packet: each packet is a block in a cluster of unknown size.
    let (mut whole_ends, mut cut_ends) = (0, 0);
    for end in whole.len() - 400..whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        let recording = open(&path);
        assert!(recording.duration_s > 0.7, "{end}");
        if recording.damage.is_none() { whole_ends += 1 } else { cut_ends += 1 }
    }
    assert!((2..=20).contains(&whole_ends) && cut_ends >= 380, "{whole_ends} {cut_ends}");
}

#[test]
fn all_links_of_a_chained_ogg_are_read() {
    // The links are two Opus streams, a stereo Vorbis stream at 22,050 Hz, and a FLAC stream.
    let one = source();
    assert_holds("chained", &case("chained.ogg"), &[&one, &one, &one, &one], 0.03);
}

#[test]
fn of_several_tracks_the_first_with_sound_is_taken_and_named() {
    let recording = case("first_silent.mp4");
    assert_eq!(recording.track, Some(TrackUse { number: 2, of: 2 }));
    assert_holds("second track", &recording, &[&source()], 0.02);
    assert_eq!(case("mp3.mp4").track, None);
}

#[test]
fn the_decoder_is_asked_what_is_in_the_box() {
    let one = source();
    let mp3 = case("mp3.mp4");
    assert_eq!((mp3.format.as_str(), mp3.channels), ("mp4/mp3", 1));
    assert_holds("mp3.mp4", &mp3, &[&one], 0.03);
    let alac = case("alac.mov");
    assert_eq!(alac.format, "mov/alac");
    assert_holds("alac.mov", &alac, &[&one], 0.001);
}

#[test]
fn what_an_edit_list_cuts_out_never_comes_back() {
    let (recording, one) = (case("cut_middle.m4a"), source());
    assert_holds("cut_middle.m4a", &recording, &[&one[..4000], &one[12_000..]], 0.002);
}

/// Returns a RIFF chunk that states the length of `body`, or `length` instead.
fn chunk(name: &[u8; 4], body: &[u8], length: Option<u32>) -> Vec<u8> {
    [name, &length.unwrap_or(body.len() as u32).to_le_bytes()[..], body].concat()
}

fn wav(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [&b"RIFF"[..], &(body.len() as u32 + 4).to_le_bytes(), b"WAVE", &body].concat()
}

fn format(bits: u16, block: u16, bytes_per_second: u32) -> Vec<u8> {
    let body =
        [&b"\x01\0\x01\0\x80\x3e\0\0"[..], &bytes_per_second.to_le_bytes(), &block.to_le_bytes(), &bits.to_le_bytes()];
    chunk(b"fmt ", &body.concat(), None)
}

/// Returns the second of speech as 16-bit samples.
fn samples() -> Vec<i16> {
    source().iter().map(|x| (x * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16).collect()
}

#[test]
fn no_length_is_believed_that_the_file_contradicts() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("odd.wav");
    let one = source();
    let sound: Vec<u8> = samples().iter().flat_map(|x| x.to_le_bytes()).collect();
    let data = |length| chunk(b"data", &sound, length);
    let plain = || format(16, 2, 32_000);
    let list = |length| chunk(b"LIST", b"INFOISFT\x06\0\0\0aloud\0", length);
    let odd = chunk(b"LIST", b"INFOISFT\x05\0\0\0aloud", None);
    let twelve: Vec<u8> = samples().iter().flat_map(|x| (x & !15).to_le_bytes()).collect();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("a list that is too long", wav(&[plain(), list(Some(4000)), data(None)])),
        ("a list that is far too long", wav(&[plain(), list(Some(9_000_000)), data(None)])),
        ("a list without padding", wav(&[plain(), odd.clone(), data(None)])),
        ("a list with padding", wav(&[plain(), odd, vec![0], data(None)])),
        ("the format behind the sound", wav(&[data(None), plain()])),
        ("a wrong byte rate", wav(&[format(16, 2, 16_000), data(None)])),
        ("no byte rate", wav(&[format(16, 2, 0), data(None)])),
        ("a wrong block", wav(&[format(16, 4, 32_000), data(None)])),
        ("twelve bits", wav(&[format(12, 2, 32_000), chunk(b"data", &twelve, None)])),
        ("a length of 0", wav(&[plain(), data(Some(0))])),
        ("a length of -1", wav(&[plain(), data(Some(u32::MAX))])),
        ("the length of SoX in a pipe", wav(&[plain(), data(Some(0x7fff_f000))])),
        ("the length of a recorder without an end", wav(&[plain(), data(Some(u32::MAX - 44))])),
        ("chunks behind the sound", wav(&[plain(), data(None), list(None)])),
    ];
    for (name, bytes) in files {
        fs::write(&path, bytes).unwrap();
        let recording = open(&path);
        assert_eq!(recording.damage, None, "{name}");
        assert_holds(name, &recording, &[&one], 0.0);
    }
}

#[test]
fn a_length_that_is_off_makes_no_aiff_au_or_caf_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("odd");
    let one = source();
    let sound: Vec<u8> = samples().iter().flat_map(|x| x.to_be_bytes()).collect();
    let aiff = |form: u32, frames: u32, ssnd: u32| {
        let rate = [0x40, 0x0c, 0xfa, 0, 0, 0, 0, 0, 0, 0]; // 16,000
        let comm = [&[0, 0, 0, 18, 0, 1][..], &frames.to_be_bytes(), &[0, 16], &rate].concat();
        [b"FORM", &form.to_be_bytes()[..], b"AIFFCOMM", &comm, b"SSND", &ssnd.to_be_bytes(), &[0; 8], &sound].concat()
    };
    let (form, frames, ssnd) = (32_054, 16_000, 32_008);
    let mut files = vec![];
    for odd in [0, u32::MAX, 99_999] {
        files.push((format!("FORM of {odd}"), aiff(odd, frames, ssnd)));
        files.push((format!("SSND of {odd}"), aiff(form, frames, odd)));
        files.push((format!("{odd} frames"), aiff(form, odd, ssnd)));
        let au =
            [b".snd\0\0\0\x18", &odd.to_be_bytes()[..], &[0, 0, 0, 3, 0, 0, 0x3e, 0x80, 0, 0, 0, 1], &sound].concat();
        if odd != 99_999 {
            files.push((format!("AU of {odd}"), au));
        }
    }
    for length in [-1, 0, 32_004] {
        let desc =
            [&16_000_f64.to_be_bytes()[..], b"lpcm", &[0; 4], &[0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 16]]
                .concat();
        let caf =
            [&b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20"[..], &desc, b"data", &i64::to_be_bytes(length), &[0; 4], &sound];
        files.push((format!("CAF of {length}"), caf.concat()));
    }
    for (name, bytes) in files {
        fs::write(&path, bytes).unwrap();
        let recording = open(&path);
        assert_eq!(recording.damage, None, "{name}");
        assert_holds(&name, &recording, &[&one], 0.0);
    }
}

#[test]
fn what_is_missing_is_still_said_with_its_time() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["alac.mov", "cut_middle.m4a", "mp3.mp4"] {
        // The index is moved to the front of the file, so that the truncation keeps it.
        let whole = fs::read(fixture(name)).unwrap();
        let moov = (4..whole.len()).rfind(|&at| whole[at..].starts_with(b"moov")).unwrap() - 4;
        let mdat = (4..whole.len()).find(|&at| whole[at..].starts_with(b"mdat")).unwrap() - 4;
        let mut index = whole[moov..].to_vec();
        let stco = (0..index.len()).find(|&at| index[at..].starts_with(b"stco")).unwrap();
        let chunks = u32::from_be_bytes(index[stco + 8..stco + 12].try_into().unwrap()) as usize;
        for entry in index[stco + 12..stco + 12 + 4 * chunks].chunks_mut(4) {
            let at = u32::from_be_bytes(entry.try_into().unwrap()) + (whole.len() - moov) as u32;
            entry.copy_from_slice(&at.to_be_bytes());
        }
        let (head, sound) = (&whole[..mdat], &whole[mdat..moov]);
        let path = dir.path().join(name);
        fs::write(&path, [head, &index, &sound[..sound.len() / 2]].concat()).unwrap();
        let recording = open(&path);
        let damage = recording.damage.unwrap_or_else(|| panic!("{name}"));
        assert!(damage.stated_s.is_some_and(|s| s > recording.duration_s + 0.2), "{name}: {damage:?}");
    }
}

/// Reads the cases next to the project, if they exist. Most contain the same complete sentence of 7.16 s.
#[test]
fn every_shared_case_is_read_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases");
    if !folder.is_dir() {
        eprintln!("skipped: {} is absent", folder.display());
        return;
    }
    let sentence_s = 7.16;
    for (name, expected_s) in [
        ("audio/cat_two_different.mp3", 19.16),
        ("audio/mediarecorder_unknown_clusters.webm", sentence_s),
        ("audio/chained_opus.ogg", sentence_s),
        ("audio/obs_silent_first.mp4", sentence_s),
        ("audio/list_overlong.wav", sentence_s),
        ("audio/byterate_wrong.wav", sentence_s),
        ("audio/pcm_12bit.wav", sentence_s),
        ("audio/form_too_long.aiff", sentence_s),
        ("audio/mp3.mp4", sentence_s),
        ("audio/alac.mov", sentence_s),
        ("folder/voice_memo.qta", sentence_s),
    ] {
        let recording = open(&folder.join(name));
        assert_eq!(recording.damage, None, "{name}");
        assert!((recording.duration_s - expected_s).abs() < 0.05, "{name}: {} s", recording.duration_s);
        let power = |s: &[f32]| s.iter().map(|x| x * x).sum::<f32>() / s.len() as f32;
        let speech = recording.speech.to_vec();
        assert!(power(&speech[speech.len() / 2..]) > 1e-5, "{name}: its second half is silent");
    }
}
