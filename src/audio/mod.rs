//! Decodes a file into a [`Recording`]: any common audio or video container, converted to 16 kHz mono.
//!
//! The file is streamed: only the 16 kHz signal ([`Speech`]: 64 kB per second, or 32 kB per second if the recording is
//! long) is held in memory. A file with several channels is decoded twice: first to find which channels carry sound
//! ([`ChannelUse`]), then to mix these channels.

mod caf;
#[cfg(test)]
mod cases;
mod chained;
mod channel_powers;
mod channels;
mod container;
mod decode;
mod demux;
mod error;
mod gaps;
mod levels;
mod mkv;
mod mp4;
mod mpeg;
mod pcm;
mod resample;
mod rumble;
mod source;
mod speech;
mod table;

use std::fmt;
use std::path::{Path, PathBuf};

pub use channel_powers::ChannelPowers;
#[cfg(test)]
pub(crate) use channel_powers::meter as channel_power_meter;
pub use channels::ChannelUse;
pub use container::{begins_sound, is_sound};
pub use error::AudioError;
pub use gaps::Gap;
pub use gaps::{CHUNK as GAPS_CHUNK, chunk as gaps_chunk};
pub use levels::Levels;
pub use source::sha256;
pub use speech::Speech;

use channels::ChannelSums;
use decode::TrackDecoder;
use levels::LevelMeter;
use resample::Resampler;
use rumble::RumbleFilter;

use crate::span::Span;

/// Sample rate of [`Recording::speech`], Hz: the input rate of the speech recognizer, and twice the highest frequency
/// that the speech measures need.
pub const SPEECH_RATE_HZ: u32 = 16_000;

/// Maximum duration of a recording, seconds. The limit bounds the memory that a small but hostile file can use (0.5 GB
/// of samples); an interview answer lasts minutes.
pub const MAX_DURATION_S: f64 = 4.0 * 3600.0;

/// Maximum number of audio tracks that are decoded in order to choose one of them; OBS writes at most six.
const MAX_TRACKS: usize = 8;

/// Minimum step in which progress is reported.
const PROGRESS_STEP: f64 = 0.005;

/// One recorded answer: the properties of its file, and its audio, ready for analysis.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Recording {
    /// The path from which the recording was opened.
    pub path: PathBuf,
    /// Names of container and codec, e.g. `wav/pcm_s16le`, `m4a/aac`, `webm/opus`; one word where both are the same,
    /// e.g. `flac`.
    pub format: String,
    /// Duration of the decoded audio without encoder delay and padding, seconds. Inserted silence counts.
    pub duration_s: f64,
    /// Native sample rate, Hz, 4000 to 384000.
    pub sample_rate_hz: u32,
    /// Native number of channels, 1 to 32.
    pub channels: u16,
    /// SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The audio at [`SPEECH_RATE_HZ`], one channel, high-passed at 50 Hz. Sample `i` is the sound at `i / 16000` s.
    /// The number of samples is the duration times the rate, rounded.
    pub speech: Speech,
    /// The channels from which `speech` and `levels` were computed.
    pub channel_use: ChannelUse,
    /// Peak, clipping and loudness, measured on the same mono signal at the native rate.
    pub levels: Levels,
    /// Gaps in which aloud itself lost audio while recording, in order; `None` for a file that aloud did not record.
    pub gaps: Option<Vec<Gap>>,
    /// What is missing or broken in the file, if anything.
    pub damage: Option<Damage>,
    /// The power of each of two channels over time; `None` unless there are two channels that differ.
    pub channel_powers: Option<ChannelPowers>,
    /// The chosen audio track, if several can be decoded.
    pub track: Option<TrackUse>,
}

/// The audio track that was chosen among several: a screen recorder writes the computer's audio and the microphone to
/// separate tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackUse {
    /// Number of the chosen track among the file's audio tracks, counted from 1.
    pub number: usize,
    /// Number of audio tracks in the file that can be decoded.
    pub of: usize,
}

/// The damage of a file that could be read only in part. Its `Display` is one line for the user.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Damage {
    /// Duration stated by the file, seconds, if the file ends earlier; `None` if no audio is missing at the end.
    pub stated_s: Option<f64>,
    /// Duration that could be read, seconds.
    pub decoded_s: f64,
    /// Number of packets that could not be decoded. Silence of the same length replaces them, so that later times
    /// remain correct.
    pub skipped_packets: u64,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(stated_s) = self.stated_s {
            write!(
                f,
                "the file ends early: it should hold {stated_s:.1} s but only {:.1} s are there",
                self.decoded_s
            )?;
        }
        match (self.skipped_packets, self.stated_s.is_some()) {
            (0, true) => Ok(()),
            (0, false) => write!(f, "the file breaks off after {:.1} s", self.decoded_s),
            (1, true) => write!(f, "; 1 packet in it is broken"),
            (1, false) => write!(f, "1 packet in the file is broken and was left silent"),
            (n, true) => write!(f, "; {n} packets in it are broken"),
            (n, false) => write!(f, "{n} packets in the file are broken and were left silent"),
        }
    }
}

impl Recording {
    /// Returns the time spans in which audio was lost while recording, in seconds: somebody may have spoken in them.
    pub fn lost(&self) -> Vec<Span> {
        let seconds = |frames: u64| frames as f64 / f64::from(self.sample_rate_hz);
        let span = |gap: &Gap| Span::new(seconds(gap.at_frame), seconds(gap.at_frame.saturating_add(gap.frames)));
        self.gaps.iter().flatten().map(span).collect()
    }

    /// Opens any common audio or video file. The format is detected from the content; the name does not matter.
    ///
    /// Among several audio tracks, the first that is not silent is chosen ([`TrackUse`]); tracks that the file marks as
    /// default are tried first.
    ///
    /// `progress` is called repeatedly with the fraction done, which rises from 0 to 1.
    ///
    /// # Errors
    /// See [`AudioError`]. A file that ends early or has some broken packets is not an error; [`Recording::damage`]
    /// describes the damage.
    pub fn open(path: &Path, progress: &mut dyn FnMut(f64)) -> Result<Self, AudioError> {
        let sha256 = source::sha256(path)?;
        let gaps = gaps::read(&mut source::open_file(path)?.0);
        let mut stream = TrackDecoder::open(path, 0)?;
        let tracks = stream.tracks();
        let mut progress = ProgressThrottle { report: progress, reported: 0.0 };

        let measured = stream.channels() > 1 || tracks > 1;
        let (channel_use, passes) = if measured {
            let n_examined = tracks.min(MAX_TRACKS);
            let passes = n_examined as f64 + 1.0;
            let mut all = Vec::with_capacity(n_examined);
            for track in 0..n_examined {
                if track > 0 {
                    stream = match TrackDecoder::open(path, track) {
                        Ok(stream) => stream,
                        Err(AudioError::TooLong { hours }) => return Err(AudioError::TooLong { hours }),
                        // The other tracks may still be readable.
                        Err(_) => {
                            all.push(ChannelSums::new(1));
                            continue;
                        }
                    };
                }
                let mut sums = ChannelSums::new(stream.channels());
                while let Some(planes) = stream.next_block()? {
                    sums.push(planes);
                    progress.reach((track as f64 + stream.fraction_read()) / passes);
                }
                all.push(sums);
            }
            let chosen = channels::first_with_sound(&all);
            stream = TrackDecoder::open(path, chosen)?;
            (all[chosen].choose(), passes)
        } else {
            (ChannelUse::Mono, 1.0)
        };
        let channels = stream.channels();
        let track = (tracks > 1).then(|| TrackUse { number: stream.track(), of: tracks });

        let rate_hz = stream.sample_rate_hz();
        let mut levels = LevelMeter::new(rate_hz, stream.quantization_step());
        let mut resampler = Resampler::new(rate_hz, SPEECH_RATE_HZ);
        let mut rumble = RumbleFilter::new();
        let (mut mono, mut ready, mut speech) = (Vec::new(), Vec::new(), speech::SpeechWriter::default());
        let mut keep = |ready: &mut Vec<f32>| {
            rumble.process(ready);
            speech.push(ready);
            ready.clear();
        };
        let mut frames = 0_u64;
        let mut channel_powers =
            (channels == 2 && channel_use == ChannelUse::Mixed).then(|| channel_powers::PowerMeter::new(rate_hz));
        while let Some(planes) = stream.next_block()? {
            channel_use.mix(planes, &mut mono);
            if let Some(channel_powers) = &mut channel_powers {
                channel_powers.push(&planes[0], &planes[1]);
            }
            frames += mono.len() as u64;
            levels.push(&mono);
            resampler.push(&mono, &mut ready);
            keep(&mut ready);
            progress.reach((passes - 1.0 + stream.fraction_read()) / passes);
        }
        resampler.finish(&mut ready);
        keep(&mut ready);
        let duration_s = frames as f64 / f64::from(rate_hz);
        let damage = stream.damage()?;
        progress.reach(1.0);

        Ok(Self {
            path: path.to_owned(),
            format: stream.format().to_owned(),
            duration_s,
            sample_rate_hz: rate_hz,
            channels: channels as u16,
            sha256,
            speech: speech.finish(),
            channel_use,
            levels: levels.finish(),
            gaps,
            damage,
            channel_powers: channel_powers.and_then(channel_powers::PowerMeter::finish),
            track,
        })
    }
}

/// Throttles progress reports to steps of [`PROGRESS_STEP`].
struct ProgressThrottle<'a> {
    report: &'a mut dyn FnMut(f64),
    reported: f64,
}

impl ProgressThrottle<'_> {
    fn reach(&mut self, fraction: f64) {
        if fraction >= self.reported + PROGRESS_STEP || (fraction >= 1.0 && self.reported < 1.0) {
            self.reported = fraction.min(1.0);
            (self.report)(self.reported);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;
    use std::fs;

    use hound::{SampleFormat, WavSpec, WavWriter};
    use tempfile::TempDir;

    use super::*;
    use crate::files::FileError;

    fn open(path: &Path) -> Result<Recording, AudioError> {
        Recording::open(path, &mut |_| {})
    }

    /// Returns 0.25 s of silence followed by a tone, whose onset reveals any time shift.
    fn gated_tone(rate_hz: u32, duration_s: f64) -> Vec<f32> {
        let frames = (duration_s * f64::from(rate_hz)).round() as usize;
        (0..frames)
            .map(|i| i as f64 / f64::from(rate_hz))
            .map(|t| if t < 0.25 { 0.0 } else { 0.5 * (TAU * 440.0 * t).sin() } as f32)
            .collect()
    }

    fn spec(rate_hz: u32, channels: u16, bits: u16) -> WavSpec {
        let sample_format = if bits == 32 { SampleFormat::Float } else { SampleFormat::Int };
        WavSpec { channels, sample_rate: rate_hz, bits_per_sample: bits, sample_format }
    }

    fn write_wav(path: &Path, spec: WavSpec, frames: impl Iterator<Item = Vec<f32>>) {
        let mut writer = WavWriter::create(path, spec).unwrap();
        let full_scale = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
        for sample in frames.flatten() {
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample(sample).unwrap(),
                SampleFormat::Int => {
                    let value = (sample * full_scale).round().clamp(-full_scale, full_scale - 1.0);
                    writer.write_sample(value as i32).unwrap();
                }
            }
        }
        writer.finalize().unwrap();
    }

    fn mono_wav(dir: &TempDir, name: &str, rate_hz: u32, bits: u16, signal: &[f32]) -> PathBuf {
        let path = dir.path().join(name);
        write_wav(&path, spec(rate_hz, 1, bits), signal.iter().map(|&x| vec![x]));
        path
    }

    fn onset_s(recording: &Recording) -> f64 {
        let first = recording.speech.to_vec().iter().position(|x| x.abs() > 0.2).unwrap();
        first as f64 / f64::from(SPEECH_RATE_HZ)
    }

    #[test]
    fn every_width_and_rate_gives_the_same_sound_at_the_same_time() {
        let dir = TempDir::new().unwrap();
        for rate_hz in [8_000, 16_000, 22_050, 44_100, 48_000, 96_000] {
            for bits in [8, 16, 24, 32] {
                let path = mono_wav(&dir, "tone.wav", rate_hz, bits, &gated_tone(rate_hz, 1.5));
                let recording = open(&path).unwrap();
                let what = format!("{bits} bit at {rate_hz} Hz: {recording:?}", recording = recording.levels);
                assert!((recording.duration_s - 1.5).abs() < 0.001, "{what}");
                assert_eq!(recording.speech.len(), 24_000, "{what}");
                assert_eq!((recording.sample_rate_hz, recording.channels), (rate_hz, 1));
                assert!((onset_s(&recording) - 0.25).abs() < 0.001, "{what}");
                assert!((recording.levels.peak_dbfs.unwrap() + 6.02).abs() < 0.1, "{what}");
                assert_eq!(recording.levels.clipped_fraction, 0.0, "{what}");
                assert_eq!((recording.channel_use, recording.damage), (ChannelUse::Mono, None));
                assert!(recording.format.starts_with("wav/pcm_"), "{}", recording.format);
            }
        }
    }

    #[test]
    fn an_offset_changes_nothing() {
        let dir = TempDir::new().unwrap();
        let signal = gated_tone(16_000, 1.0);
        let shifted: Vec<f32> = signal.iter().map(|x| x + 0.1).collect();
        let speech = |name, samples: &[f32]| open(&mono_wav(&dir, name, 16_000, 32, samples)).unwrap().speech.to_vec();
        let (plain, offset) = (speech("plain.wav", &signal), speech("offset.wav", &shifted));
        let furthest = plain.iter().zip(&offset).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(furthest < 1e-4, "{furthest}");
        assert!(offset[..4000].iter().all(|x| x.abs() < 1e-5));
    }

    #[test]
    fn stereo_copies_of_one_voice_agree_with_the_mono() {
        let dir = TempDir::new().unwrap();
        let signal = gated_tone(44_100, 4.0);
        let mono = open(&mono_wav(&dir, "mono.wav", 44_100, 16, &signal)).unwrap();
        type ToChannels = fn(f32) -> Vec<f32>;
        let layouts: [(ToChannels, ChannelUse); 4] = [
            (|x| vec![x, x], ChannelUse::Mixed),
            (|x| vec![x, 0.0], ChannelUse::OnlyChannel(0)),
            (|x| vec![-x, x], ChannelUse::OppositePhase(0)),
            (|x| vec![0.0, 0.0, x, 0.0, 0.0, 0.0], ChannelUse::OnlyChannel(2)),
        ];
        for (layout, channel_use) in layouts {
            let path = dir.path().join("layout.wav");
            let channels = layout(0.0).len() as u16;
            write_wav(&path, spec(44_100, channels, 16), signal.iter().map(|&x| layout(x)));
            let recording = open(&path).unwrap();
            assert_eq!((recording.channel_use, recording.channels), (channel_use, channels));
            assert!((onset_s(&recording) - onset_s(&mono)).abs() < 0.001);
            let loudness = |recording: &Recording| recording.levels.loudness_lufs.unwrap();
            assert!((loudness(&recording) - loudness(&mono)).abs() < 0.1, "{channel_use:?}");
        }
    }

    #[test]
    fn a_wav_of_a_killed_recorder_is_read_to_its_end() {
        let dir = TempDir::new().unwrap();
        let path = mono_wav(&dir, "killed.wav", 16_000, 16, &gated_tone(16_000, 2.0));
        let whole = fs::read(&path).unwrap();
        let data = whole.windows(4).position(|word| word == b"data").unwrap();
        for (riff_len, data_len) in [(0, 0), (36, 0), (u32::MAX, u32::MAX), (u32::MAX, 0)] {
            let mut bytes = whole.clone();
            bytes[4..8].copy_from_slice(&riff_len.to_le_bytes());
            bytes[data + 4..data + 8].copy_from_slice(&data_len.to_le_bytes());
            fs::write(&path, bytes).unwrap();
            let recording = open(&path).unwrap();
            assert_eq!((recording.speech.len(), recording.damage), (32_000, None), "{riff_len} {data_len}");
        }
    }

    #[test]
    fn a_truncated_file_is_a_recording_with_damage() {
        let dir = TempDir::new().unwrap();
        let path = mono_wav(&dir, "cut.wav", 16_000, 16, &gated_tone(16_000, 4.0));
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2 + 1]).unwrap();
        let recording = open(&path).unwrap();
        let damage = recording.damage.unwrap();
        assert_eq!(damage.stated_s, Some(4.0));
        assert!((damage.decoded_s - 2.0).abs() < 0.01 && damage.decoded_s == recording.duration_s);
        assert_eq!(damage.to_string(), "the file ends early: it should hold 4.0 s but only 2.0 s are there");
    }

    #[test]
    fn each_thing_that_is_no_recording_has_its_own_error() {
        let dir = TempDir::new().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            fs::write(&path, bytes).unwrap();
            open(&path).unwrap_err()
        };
        assert!(matches!(open(&dir.path().join("none.wav")), Err(AudioError::File(FileError::NotFound))));
        assert!(matches!(open(dir.path()), Err(AudioError::File(FileError::IsDirectory))));
        assert!(matches!(file("empty.wav", b""), AudioError::Empty));
        assert!(matches!(file("text.mp3", &b"not a sound. ".repeat(400)), AudioError::NotAudio));
        assert!(matches!(file("short", b"x"), AudioError::NotAudio));
        let noise: Vec<u8> = (0..100_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(matches!(file("noise.wav", &noise), AudioError::NotAudio));
        let unfinished = b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\x10\0mdat........";
        assert!(matches!(file("unfinished.m4a", unfinished), AudioError::Unfinished));
        let message = file("video.avi", b"RIFF\xff\0\0\0AVI LIST....").to_string();
        assert!(message.starts_with("AVI video cannot be read here; save it as WAV"), "{message}");

        let path = mono_wav(&dir, "header.wav", 16_000, 16, &[]);
        assert!(matches!(open(&path), Err(AudioError::NoSound)));
        let path = mono_wav(&dir, "slow.wav", 16_000, 16, &gated_tone(16_000, 1.0));
        let mut bytes = fs::read(&path).unwrap();
        for rate_hz in [0, 2, 3_999, 400_000, u32::MAX] {
            bytes[24..28].copy_from_slice(&u32::to_le_bytes(rate_hz));
            let error = file("slow.wav", &bytes);
            assert!(matches!(error, AudioError::AbsurdHeader { .. } | AudioError::Damaged), "{rate_hz}: {error:?}");
        }
        bytes[20] = 0x31;
        assert!(file("gsm.wav", &bytes).to_string().contains("GSM"));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_no_recording() {
        assert!(matches!(open(Path::new("/dev/null")), Err(AudioError::File(FileError::NotAFile))));
    }

    #[test]
    fn the_name_does_not_matter() {
        let dir = TempDir::new().unwrap();
        for name in ["tone.mp3", "tone.webm", "tone", "tone.txt"] {
            let recording = open(&mono_wav(&dir, name, 16_000, 16, &gated_tone(16_000, 1.0))).unwrap();
            assert_eq!(recording.format, "wav/pcm_s16le");
        }
    }

    #[test]
    fn samples_that_are_no_numbers_become_silence() {
        let dir = TempDir::new().unwrap();
        let mut signal = gated_tone(48_000, 2.0);
        for (i, bad) in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX].into_iter().enumerate() {
            signal[10_000 + i * 100] = bad;
        }
        let recording = open(&mono_wav(&dir, "nan.wav", 48_000, 32, &signal)).unwrap();
        assert!(recording.speech.to_vec().iter().all(|x| x.is_finite()));
        assert!(recording.levels.loudness_lufs.unwrap().is_finite());
    }

    #[test]
    fn silence_has_no_levels() {
        let dir = TempDir::new().unwrap();
        let recording = open(&mono_wav(&dir, "silence.wav", 44_100, 16, &[0.0; 88_200])).unwrap();
        assert_eq!(recording.levels.peak_dbfs, None);
        assert_eq!(recording.levels.loudness_lufs, None);
        assert_eq!(recording.speech.len(), 32_000);
    }

    #[test]
    fn progress_rises_to_one() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("long.wav");
        write_wav(&path, spec(48_000, 2, 16), gated_tone(48_000, 20.0).into_iter().map(|x| vec![x, x]));
        let mut seen = Vec::new();
        Recording::open(&path, &mut |fraction| seen.push(fraction)).unwrap();
        assert!(seen.len() > 20 && seen.is_sorted(), "{seen:?}");
        assert_eq!(seen.last(), Some(&1.0));
    }

    #[test]
    fn a_wav_with_any_changed_byte_is_survived() {
        let dir = TempDir::new().unwrap();
        let path = mono_wav(&dir, "fuzz.wav", 16_000, 16, &gated_tone(16_000, 0.3));
        let whole = fs::read(&path).unwrap();
        for at in 0..60 {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                fs::write(&path, bytes).unwrap();
                let _ = open(&path);
            }
            fs::write(&path, &whole[..at]).unwrap();
            // The header has 44 bytes; a file with one more sample is a recording of that length.
            assert!(at > 44 || open(&path).is_err(), "cut at {at}");
        }
    }

    /// Returns the folder of real recordings next to the project, if it exists.
    fn shared_speech() -> Option<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/speech");
        if !folder.is_dir() {
            eprintln!("skipped: {} is absent", folder.display());
            return None;
        }
        Some(folder)
    }

    /// Returns the lag of `b` behind `a` with the highest cross-correlation, seconds; the signals must be similar.
    fn lag_s(a: &[f32], b: &[f32]) -> f64 {
        let reach = 240_i64;
        let end = a.len().min(b.len()) as i64 - reach;
        let likeness = |lag: i64| -> f64 {
            (reach..end).map(|i| f64::from(a[i as usize]) * f64::from(b[(i + lag) as usize])).sum()
        };
        let best = (-reach..=reach).max_by(|&a, &b| likeness(a).total_cmp(&likeness(b))).unwrap();
        best as f64 / f64::from(SPEECH_RATE_HZ)
    }

    #[test]
    fn one_answer_in_every_format_has_one_clock() {
        let Some(folder) = shared_speech() else {
            return;
        };
        // A few seconds of speech are enough, and fast without optimization.
        let part = |recording: &Recording| recording.speech.samples(8 * 16_000..10 * 16_000);
        let original = open(&folder.join("mfa/cold_corpus.wav")).unwrap();
        for name in [
            "cold.aiff",
            "cold.flac",
            "cold.m4a",
            "cold.mp3",
            "cold.ogg",
            "cold.opus",
            "cold.webm",
            "cold_24bit.wav",
            "cold_44k_stereo.wav",
            "cold_48k.wav",
            "cold_8k.wav",
            "cold_8k_mulaw.wav",
            "cold_dcoffset.wav",
            "cold_f32.wav",
            "cold_stereo_right_silent.wav",
            "cold_u8.wav",
        ] {
            let recording = open(&folder.join("derived").join(name)).unwrap();
            let late_s = recording.duration_s - original.duration_s;
            assert!(late_s.abs() < 0.02, "{name} is {late_s} s longer");
            let lag_s = lag_s(&part(&original), &part(&recording));
            assert!(lag_s.abs() < 0.005, "{name} lags {lag_s} s");
            assert_eq!((recording.damage, recording.levels.clipped_fraction), (None, 0.0), "{name}");
        }
    }

    #[test]
    fn broken_files_are_told_apart() {
        let Some(folder) = shared_speech().map(|folder| folder.join("derived")) else {
            return;
        };
        assert!(matches!(open(&folder.join("empty_file.wav")), Err(AudioError::Empty)));
        assert!(matches!(open(&folder.join("header_only.wav")), Err(AudioError::NoSound)));
        assert!(matches!(open(&folder.join("not_audio.wav")), Err(AudioError::NotAudio)));
        assert!(open(&folder.join("truncated.wav")).unwrap().damage.unwrap().stated_s.is_some());
        assert!((open(&folder.join("cold_short_0.3s.wav")).unwrap().duration_s - 0.3).abs() < 1e-9);
        let clipped = open(&folder.join("cold_clipped_+20dB.wav")).unwrap().levels.clipped_fraction;
        assert!(clipped > 0.005, "{clipped}");
    }
}
