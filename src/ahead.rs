//! Works ahead on a recording that is still being made: its frames are measured, and its chunks transcribed as they would
//! be if the recording ended now. The analysis of the finished file finds the results.
//!
//! The analysis itself is unchanged: it looks every result up by the exact samples. A wrong prediction therefore cannot
//! change a report; it only means that a result is not used. Two things of the whole can change the prediction for what
//! was heard long ago: a louder peak, since the level of all chunks is set by it, and the speech around the end, whose
//! edges settle within seconds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::audio::{ChannelUse, Growing, Speech};
use crate::signal::{Features, Measured, frame_time_s};
use crate::span::Span;
use crate::transcript::chunks::LONG_SILENCE_S;
use crate::transcript::known::{Knowing, Known};
use crate::transcript::{Plan, Transcriber, TranscriptError, read_ahead};

/// The interval at which the chunks are planned anew, in seconds of new sound; in silence, where the end may be, ...
const PLAN_EVERY_S: f64 = 4.5;
const PLAN_EVERY_IN_SILENCE_S: f64 = 0.4;
/// ... or these shares of the recording, if they are more: planning takes longer for a long one.
const PLAN_EVERY_SHARE: f64 = 0.05;
const PLAN_EVERY_IN_SILENCE_SHARE: f64 = 0.003;
/// The edges of the speech are settled when this much has been heard after them, in seconds: noise floor and local speech
/// level are computed from up to four seconds on either side, on a grid of a quarter of a second.
const SETTLED_AFTER_S: f64 = 4.5;
/// After this much quiet the recording may be over, in seconds (ours): reaching for the key takes about a second.
const PERHAPS_OVER_S: f64 = 0.6;
/// The last chunk is complete after this much silence, in seconds: the 0.3 s that are transcribed with it, and some more.
const COMPLETE_AFTER_S: f64 = 0.4;
/// The share of the recording that may be transcribed in vain, for an end that was none (ours). Beyond it, only a silence
/// that is longer than all before it counts as the end.
const IN_VAIN_SHARE: f64 = 1.0;
/// What may be transcribed in vain besides, in seconds: the first chunk.
const IN_VAIN_S: f64 = 30.0;

/// The results that were computed before a recording ended.
#[derive(Default)]
pub struct Ahead {
    /// The cached results of the speech model.
    pub(crate) readings: Known,
    /// The recording so far; `None` before it begins, after the analysis of the finished recording has taken it, and
    /// once the recording is too long.
    so_far: Mutex<Option<Arc<SoFar>>>,
}

/// The audio of a recording that is still being made, and the measurements of its frames.
struct SoFar {
    growing: Growing,
    measured: Measured,
}

impl Ahead {
    /// Returns the features of the finished recording. The frames that were measured while it grew are not measured
    /// again.
    pub(crate) fn features(&self, speech: &Speech) -> Features {
        let mut measured = match self.so_far().take() {
            Some(so_far) if speech.begins_with(so_far.growing.speech()) => so_far.measured.clone(),
            _ => Measured::default(),
        };
        measured.finish(speech);
        Features::from(measured)
    }

    fn so_far(&self) -> MutexGuard<'_, Option<Arc<SoFar>>> {
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
    /// Duration of the recording when the chunks were last planned and all that was due had been transcribed, in seconds.
    planned_s: f64,
    /// The chunks that were transcribed, each with the gain.
    read: Vec<(Span, f32)>,
    /// Duration of the chunks that were transcribed because the recording might have been over, in seconds.
    foreseen_s: f64,
}

impl<'a> Follower<'a> {
    /// Begins to follow a recording with this rate and number of channels. The results go into `ahead`.
    pub fn new(rate_hz: u32, channels: usize, ahead: &'a Ahead) -> Self {
        let channel_use = if channels > 1 { ChannelUse::Mixed } else { ChannelUse::Mono };
        Self::with(rate_hz, channels, channel_use, 0, ahead)
    }

    fn with(rate_hz: u32, channels: usize, channel_use: ChannelUse, told: u64, ahead: &'a Ahead) -> Self {
        let growing = Growing::new(rate_hz, channels, channel_use);
        *ahead.so_far() = Some(Arc::new(SoFar { growing, measured: Measured::default() }));
        Self {
            ahead,
            rate_hz,
            channels,
            channel_use,
            heard: 0,
            told,
            planned_s: 0.0,
            read: Vec::new(),
            foreseen_s: 0.0,
        }
    }

    /// Processes the next frames: one vector of samples per channel. Returns `true` if other channels than those mixed
    /// so far turn out to carry the voice. The follower has then started anew, and all frames must be passed again,
    /// from the first.
    pub fn hear(&mut self, planes: &mut [Vec<f32>]) -> bool {
        let mut so_far = self.ahead.so_far();
        // Nobody else keeps a reference: the analysis takes the whole away.
        let Some(SoFar { growing, measured }) = so_far.as_mut().and_then(Arc::get_mut) else { return false };
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
        false
    }

    /// Transcribes the next chunk that is due, if there is one. Returns whether there was one.
    ///
    /// # Errors
    /// If the speech model fails.
    pub fn work(&mut self, engine: &dyn Transcriber) -> Result<bool, TranscriptError> {
        let Some(so_far) = self.ahead.so_far().clone() else { return Ok(false) };
        let (speech, heard_s) = (so_far.growing.speech(), frame_time_s(so_far.measured.frames()));
        let new_s = heard_s - self.planned_s;
        let is_time = new_s >= PLAN_EVERY_S.max(PLAN_EVERY_SHARE * heard_s);
        let is_time_in_silence = new_s >= PLAN_EVERY_IN_SILENCE_S.max(PLAN_EVERY_IN_SILENCE_SHARE * heard_s);
        if !(is_time || is_time_in_silence && so_far.measured.is_quiet_for(PERHAPS_OVER_S)) {
            return Ok(false);
        }
        let features = Features::from(so_far.measured.clone());
        let plan = Plan::of(speech, &features);
        let Some(chunk) = self.due(&plan, &features.stretches, heard_s) else {
            self.planned_s = heard_s;
            return Ok(false);
        };
        self.read.push((chunk, plan.gain));
        read_ahead(speech, &features, &plan, &chunk, &Knowing::new(engine, &self.ahead.readings))?;
        Ok(true)
    }

    /// Returns the next chunk to transcribe: one whose edges are settled, or the last one if the recording may be over.
    fn due(&mut self, plan: &Plan, stretches: &[Span], heard_s: f64) -> Option<Span> {
        let is_new = |chunk: &&Span| !self.read.contains(&(**chunk, plan.gain));
        let (last, before) = plan.chunks.split_last()?;
        let settled = before.iter().filter(|chunk| chunk.end_s + SETTLED_AFTER_S <= heard_s).find(is_new);
        if settled.is_some() {
            return settled.copied();
        }
        let silence_s = heard_s - stretches.last()?.end_s;
        let chunk = Some(last).filter(is_new).filter(|_| silence_s >= COMPLETE_AFTER_S)?;
        let is_affordable = self.foreseen_s + chunk.duration_s() <= IN_VAIN_S + IN_VAIN_SHARE * heard_s;
        let longest_pause_s = stretches.windows(2).map(|pair| pair[1].start_s - pair[0].end_s).fold(0.0, f64::max);
        if !is_affordable && silence_s < LONG_SILENCE_S.min(longest_pause_s) {
            return None;
        }
        self.foreseen_s += chunk.duration_s();
        Some(*chunk)
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
