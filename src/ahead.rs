//! Works ahead on a recording that is still being made: the results of the speech model and the voice networks for its
//! chunks are cached, and the analysis of the finished file finds them there.
//!
//! The analysis itself is unchanged: it looks every result up by the exact samples. A wrong prediction of the chunks
//! therefore cannot change a report; it only means that a cached result is not used.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::audio::{ChannelUse, Growing, Speech};
use crate::signal::{Features, HOP, Measured, frame_at, frame_time_s};
use crate::span::Span;
use crate::transcript::chunks::Cutter;
use crate::transcript::known::{Knowing, Known};
use crate::transcript::{Transcriber, TranscriptError, read_ahead};
use crate::voices;

/// The context before a chunk that is analyzed with it, in seconds: noise floor and loudness are computed from the
/// surrounding audio.
const BEFORE_S: f64 = 6.0;

/// The results that were computed before a recording ended.
#[derive(Default)]
pub struct Ahead {
    /// The cached results of the speech model.
    pub(crate) readings: Known,
    /// The cached results of the voice networks.
    pub(crate) voices: voices::Known,
    /// The recording so far; `None` before it begins, after the analysis of the finished recording has taken it, and
    /// once the recording is too long.
    so_far: Mutex<Option<SoFar>>,
}

/// The audio of a recording that is still being made, and the measurements of its frames.
struct SoFar {
    growing: Growing,
    measured: Measured,
}

impl Ahead {
    /// Loads the voice networks, which takes a moment the first time. Their threads get the priority of the calling
    /// thread.
    pub fn prepare() {
        voices::prepare();
    }

    /// Returns the features of the finished recording. The frames that were measured while it grew are not measured
    /// again.
    pub(crate) fn features(&self, speech: &Speech) -> Features {
        let mut measured = match self.so_far().take() {
            Some(so_far) if speech.begins_with(so_far.growing.speech()) => so_far.measured,
            _ => Measured::default(),
        };
        measured.finish(speech);
        Features::from(measured)
    }

    fn so_far(&self) -> MutexGuard<'_, Option<SoFar>> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows a growing recording: measures its frames, and works ahead on its chunks.
pub struct Follower<'a> {
    ahead: &'a Ahead,
    rate_hz: u32,
    channels: usize,
    channel_use: ChannelUse,
    /// Number of frames so far.
    heard: u64,
    /// Number of frames from which the channels were last chosen.
    told: u64,
    cutter: Cutter,
    /// Ranges of frames of the chunks that have ended and wait to be worked on.
    ended: VecDeque<Range<usize>>,
    /// The chunk that was worked on last; its end may have been a prediction.
    foreseen: Option<Range<usize>>,
}

impl<'a> Follower<'a> {
    /// Begins to follow a recording with this rate and number of channels. The results go into `ahead`.
    pub fn new(rate_hz: u32, channels: usize, ahead: &'a Ahead) -> Self {
        let channel_use = if channels > 1 { ChannelUse::Mixed } else { ChannelUse::Mono };
        Self::with(rate_hz, channels, channel_use, 0, ahead)
    }

    fn with(rate_hz: u32, channels: usize, channel_use: ChannelUse, told: u64, ahead: &'a Ahead) -> Self {
        let growing = Growing::new(rate_hz, channels, channel_use);
        *ahead.so_far() = Some(SoFar { growing, measured: Measured::default() });
        let (cutter, ended, foreseen) = (Cutter::default(), VecDeque::new(), None);
        Self { ahead, rate_hz, channels, channel_use, heard: 0, told, cutter, ended, foreseen }
    }

    /// Processes the next frames: one vector of samples per channel. Returns `true` if other channels than those mixed
    /// so far turn out to carry the voice. The follower has then started anew, and all frames must be passed again,
    /// from the first.
    pub fn hear(&mut self, planes: &mut [Vec<f32>]) -> bool {
        let mut so_far = self.ahead.so_far();
        let Some(SoFar { growing, measured }) = &mut *so_far else { return false };
        growing.push(planes);
        if growing.is_long() {
            *so_far = None;
            return false;
        }
        self.heard += planes.first().map_or(0, Vec::len) as u64;
        if self.heard > self.told {
            let channel_use = growing.channel_use();
            if channel_use != self.channel_use {
                drop(so_far);
                *self = Self::with(self.rate_hz, self.channels, channel_use, self.heard, self.ahead);
                return true;
            }
            self.told = self.heard;
        }
        measured.follow(growing.speech());
        self.ended.extend(self.cutter.ended(measured.level_db()));
        false
    }

    /// Works on the next chunk, if there is one. Returns whether there was one.
    ///
    /// # Errors
    /// If the speech model fails.
    pub fn work(&mut self, engine: &dyn Transcriber) -> Result<bool, TranscriptError> {
        let pending = || self.cutter.pending().filter(|piece| self.foreseen.as_ref() != Some(piece));
        let Some(piece) = self.ended.pop_front().or_else(pending) else { return Ok(false) };
        // The predicted end was right, so the chunk was already worked on.
        if self.foreseen.as_ref() == Some(&piece) {
            return Ok(true);
        }
        self.foreseen = Some(piece.clone());
        let from = piece.start.saturating_sub(frame_at(BEFORE_S));
        let Some((speech, measured)) = self.since(from) else { return Ok(false) };
        let features = Features::from(measured);
        let span = Span::new(frame_time_s(piece.start - from), frame_time_s(piece.end - from));
        let stretches: Vec<Span> = features.stretches.iter().filter(|s| s.overlap_s(&span) > 0.0).copied().collect();
        // A chunk without speech is not transcribed.
        if !stretches.is_empty() {
            read_ahead(&speech, &features, &span, &Knowing::new(engine, &self.ahead.readings))?;
            voices::hear_ahead(&speech, &stretches, &features.level_db, &self.ahead.voices);
        }
        Ok(true)
    }

    /// Returns the audio and the measurements from a frame on; `None` once the recording is no longer kept.
    fn since(&self, from: usize) -> Option<(Speech, Measured)> {
        let so_far = self.ahead.so_far();
        let SoFar { growing, measured } = so_far.as_ref()?;
        let speech = growing.speech();
        let samples = speech.samples(from * HOP..speech.len());
        Some((Speech::of(&samples), measured.part(from..measured.level_db().len())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use hound::{SampleFormat, WavSpec, WavWriter};

    use super::*;
    use crate::analyze::{analyze, analyze_ahead};
    use crate::brief::Brief;
    use crate::signal::synth;
    use crate::transcript::{PromptMode, ReadWord, Reader, Reading};

    /// A speech model that gives four words per second and counts its calls.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Transcriber for Counting {
        fn model(&self) -> &str {
            "counting"
        }

        fn workers(&self) -> usize {
            2
        }

        fn reader(&self, _: usize) -> Result<Box<dyn Reader + '_>, TranscriptError> {
            Ok(Box::new(CountingReader(self)))
        }
    }

    struct CountingReader<'a>(&'a Counting);

    impl Reader for CountingReader<'_> {
        fn read(&mut self, samples: &[f32], _: &str, _: PromptMode) -> Result<Reading, TranscriptError> {
            self.0.0.fetch_add(1, Ordering::Relaxed);
            let word = |i: usize| {
                let start_s = i as f64 * 0.25;
                ReadWord { text: format!("word{i}"), span: Span::new(start_s, start_s + 0.25), probability: 0.9 }
            };
            Ok(Reading { words: (0..samples.len() / 4_000).map(word).collect(), ..Reading::default() })
        }
    }

    /// Returns utterances of these durations, in seconds, 1.5 s apart, and a longer silence after them.
    fn answer(lengths_s: &[f64]) -> Vec<f32> {
        // The recording begins with digital silence.
        let mut samples = vec![0.0; 8_000];
        samples.extend(synth::noise(-60.0, 1.0));
        for length_s in lengths_s {
            samples.extend(synth::syllables(4.0, -20.0, *length_s));
            samples.extend(synth::noise(-60.0, 1.5));
        }
        samples.extend(synth::noise(-60.0, 1.0));
        samples
    }

    #[test]
    fn what_was_read_while_it_grew_is_not_read_again_and_the_report_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.wav");
        let samples: Vec<f32> =
            answer(&[9.0, 8.0, 9.0, 8.0]).iter().map(|x| (x * 32_768.0).round() / 32_768.0).collect();
        let spec = WavSpec { channels: 2, sample_rate: 16_000, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::create(&path, spec).unwrap();
        for x in &samples {
            // The second channel is silent, which is recognized only after some time.
            writer.write_sample((x * 32_768.0) as i16).unwrap();
            writer.write_sample(0_i16).unwrap();
        }
        writer.finalize().unwrap();

        let (engine, ahead) = (Counting::default(), Ahead::default());
        let mut follower = Follower::new(16_000, 2, &ahead);
        let mut heard = 0;
        while heard < samples.len() {
            let to = (heard + 3_333).min(samples.len());
            let is_anew = follower.hear(&mut [samples[heard..to].to_vec(), vec![0.0; to - heard]]);
            heard = if is_anew { 0 } else { to };
            while follower.work(&engine).unwrap() {}
        }
        let read_ahead = engine.0.swap(0, Ordering::Relaxed);
        assert!(read_ahead >= 2, "{read_ahead}");
        let brief = Brief::default();
        let (known, _) = analyze_ahead(&path, &engine, &brief, &ahead, &|_| ()).unwrap();
        assert_eq!(engine.0.swap(0, Ordering::Relaxed), 0, "all was known");
        let (anew, _) = analyze(&path, &engine, &brief, &|_| ()).unwrap();
        assert!(engine.0.load(Ordering::Relaxed) >= 2);
        let json = |report| serde_json::to_string(&report).unwrap();
        assert_eq!(json(known), json(anew));
    }
}
