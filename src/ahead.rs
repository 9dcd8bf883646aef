//! Working ahead on a recording that is still being made: what the speech model and the networks make of its pieces is known
//! when it ends, and the analysis of the finished file finds it there.
//!
//! The analysis is the same as ever, and asks for everything by its exact samples. What was worked out ahead is only found or
//! not found: it cannot change a report, whatever was foreseen wrongly.

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

/// The seconds before a piece that are looked at with it: noise floor and loudness come from the sound around.
const BEFORE_S: f64 = 6.0;

/// What was worked out of a recording before it ended.
#[derive(Default)]
pub struct Ahead {
    /// What the speech model read.
    pub(crate) readings: Known,
    /// What the voices are like.
    pub(crate) voices: voices::Known,
    /// The sound so far; `None` before there is any, once the finished one is analyzed, and when it is too long to be known.
    so_far: Mutex<Option<SoFar>>,
}

/// The sound of a recording that is still being made, and what was measured of it.
struct SoFar {
    growing: Growing,
    measured: Measured,
}

impl Ahead {
    /// Gets ready what takes a moment the first time.
    pub fn prepare() {
        voices::prepare();
    }

    /// Returns the features of the finished recording. What was measured of its beginning is not measured again.
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

/// Follows one recording.
pub struct Follower<'a> {
    ahead: &'a Ahead,
    rate_hz: u32,
    channels: usize,
    channel_use: ChannelUse,
    /// Frames heard since the first, and those after which it was last told which channels carry the voice.
    heard: u64,
    told: u64,
    cutter: Cutter,
    /// Pieces that ended and are not read yet, as frames.
    ended: VecDeque<Range<usize>>,
    /// The piece that was read last although it had not ended.
    foreseen: Option<Range<usize>>,
}

impl<'a> Follower<'a> {
    /// Begins with a recording of this rate and so many channels. What is worked out of it goes into `ahead`.
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

    /// Takes the next frames: one vector of samples per channel. Returns whether other channels turn out to carry the voice than
    /// were taken so far: then it has begun anew, and all frames have to be heard again from the first.
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

    /// Works on the next piece, if there is one. Returns whether there was.
    ///
    /// # Errors
    /// When the speech model fails.
    pub fn work(&mut self, engine: &dyn Transcriber) -> Result<bool, TranscriptError> {
        let pending = || self.cutter.pending().filter(|piece| self.foreseen.as_ref() != Some(piece));
        let Some(piece) = self.ended.pop_front().or_else(pending) else { return Ok(false) };
        // What was foreseen to end there has ended there.
        if self.foreseen.as_ref() == Some(&piece) {
            return Ok(true);
        }
        self.foreseen = Some(piece.clone());
        let from = piece.start.saturating_sub(frame_at(BEFORE_S));
        let Some((speech, measured)) = self.since(from) else { return Ok(false) };
        let features = Features::from(measured);
        let span = Span::new(frame_time_s(piece.start - from), frame_time_s(piece.end - from));
        let stretches: Vec<Span> = features.stretches.iter().filter(|s| s.overlap_s(&span) > 0.0).copied().collect();
        // Where nobody speaks nothing is read.
        if !stretches.is_empty() {
            read_ahead(&speech, &features, &span, &Knowing::new(engine, &self.ahead.readings))?;
            voices::hear_ahead(&speech, &stretches, &features.level_db, &self.ahead.voices);
        }
        Ok(true)
    }

    /// The sound from a frame on and what was measured of it; `None` when that is no longer of use.
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

    /// A model that writes four words a second and counts what it reads.
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

    /// Utterances of these lengths, in seconds, a second and a half apart.
    fn answer(lengths_s: &[f64]) -> Vec<f32> {
        // At first there is nothing at all.
        let mut samples = vec![0.0; 8_000];
        samples.extend(synth::noise(-60.0, 1.0));
        for length_s in lengths_s {
            samples.extend(synth::syllables(4.0, -20.0, *length_s));
            samples.extend(synth::noise(-60.0, 1.5));
        }
        samples
    }

    #[test]
    fn what_was_read_while_it_grew_is_not_read_again_and_the_report_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.wav");
        let samples: Vec<f32> =
            answer(&[7.0, 4.0, 9.0, 3.0]).iter().map(|x| (x * 32_768.0).round() / 32_768.0).collect();
        let spec = WavSpec { channels: 2, sample_rate: 16_000, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::create(&path, spec).unwrap();
        for x in &samples {
            // The second channel is dead, which only shows in time.
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
        assert!(read_ahead >= 3, "{read_ahead}");
        let brief = Brief::default();
        let (known, _) = analyze_ahead(&path, &engine, &brief, &ahead, &|_| ()).unwrap();
        assert_eq!(engine.0.swap(0, Ordering::Relaxed), 0, "all was known");
        let (anew, _) = analyze(&path, &engine, &brief, &|_| ()).unwrap();
        assert!(engine.0.load(Ordering::Relaxed) >= 3);
        let json = |report| serde_json::to_string(&report).unwrap();
        assert_eq!(json(known), json(anew));
    }
}
