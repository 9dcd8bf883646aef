//! What was said: every word with its time and how sure the model is of it.
//!
//! [`transcribe`] cuts the recording at silences ([`chunks`]), has each piece read by a [`Transcriber`]
//! ([`whisper`] is the real one), and puts the pieces' words on the recording's own clock ([`words`]).

mod answered;
pub mod chunks;
pub mod cpu;
mod doubt;
mod expected;
#[cfg(target_arch = "x86_64")]
pub mod matrix;
pub mod model;
pub mod pool;
pub mod whisper;
pub mod words;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::audio::{SPEECH_RATE_HZ, Speech};
use crate::english::syllables::syllables;
use crate::signal::Features;
use crate::span::Span;

use doubt::Doubt;

/// A word as it was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// As written, with the punctuation that follows it.
    pub text: String,
    /// When it was said.
    #[serde(flatten)]
    pub span: Span,
    /// How sure the model is of it, 0 to 1.
    pub confidence: f64,
    /// Whether it is a filler: part of one of the report's filler events.
    pub filler: bool,
}

/// All words of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The model's name.
    pub model: String,
    /// The language heard, as its two-letter code; `en` when the model knows only English.
    pub language: String,
    /// The names and jargon that the model was to spell right.
    #[serde(default)]
    pub vocabulary: Vec<String>,
    /// The words in order, each starting no earlier than the one before; empty when nobody spoke.
    pub words: Vec<Word>,
    /// The stretches in which somebody speaks and no words could be made out, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Span>,
    /// How much the model expected a filled pause at each decoding step, in order.
    #[serde(skip)]
    pub expected: Vec<Expected>,
}

/// How much the model expected a filled pause at one decoding step, whatever it wrote then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Approximate time at which the last word written before this step ends, in seconds from the start of the piece or,
    /// in a [`Transcript`], of the recording.
    pub at_s: f64,
    /// The log-odds of the likeliest filled pause against the likeliest other token.
    pub log_odds: f32,
}

impl Transcript {
    /// The words as one text.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|w| w.text.as_str()).collect();
        words.join(" ")
    }
}

/// A word as the model wrote it, on the clock of the piece it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadWord {
    /// Its text, with the punctuation that follows it.
    pub text: String,
    /// About when it was said, on the piece's clock.
    pub span: Span,
    /// Its probability, 0 to 1: the geometric mean over its tokens.
    pub probability: f64,
}

/// What the model made of one piece.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// Its words, in order.
    pub words: Vec<ReadWord>,
    /// Where the model says that it stopped reading, in seconds from the piece's beginning; `None` if it does not say.
    pub until_s: Option<f64>,
    /// The language that it sounds like and how probable that is; `None` from a model that knows only English.
    pub language: Option<(String, f64)>,
    /// How much it expected a filled pause at each step, in order; empty from a model that does not say.
    pub expected: Vec<Expected>,
    /// The stretches in which somebody speaks and it made nothing out, on the clock of the recording, in order.
    pub unreadable: Vec<Span>,
    /// Whether it lost its place and repeated itself in one of them.
    pub has_loop: bool,
}

impl Reading {
    /// Returns the reading with all times moved.
    fn moved(mut self, by_s: f64) -> Self {
        for word in &mut self.words {
            word.span = Span::new(word.span.start_s + by_s, word.span.end_s + by_s);
        }
        self.expected.iter_mut().for_each(|e| e.at_s += by_s);
        self
    }

    /// Puts a reading of the same piece, from `from_s` on, behind what was read before.
    fn add(&mut self, part: Self, from_s: f64) {
        let part = part.moved(from_s);
        append(&mut self.words, part.words, from_s);
        self.expected.retain(|e| e.at_s < from_s);
        self.expected.extend(part.expected);
        self.language = self.language.take().or(part.language);
    }

    /// Puts a reading of the next piece behind it, whose times are on the same clock.
    fn join(&mut self, next: Self) {
        self.words.extend(next.words);
        self.expected.extend(next.expected);
        self.language = self.language.take().or(next.language);
    }
}

/// Something that writes down what is said in at most 30 s of sound.
pub trait Transcriber: Sync {
    /// The model's name for the report.
    fn model(&self) -> &str;
    /// The names and jargon that it was told to spell right.
    fn vocabulary(&self) -> &[String] {
        &[]
    }
    /// How many pieces it can usefully read at the same time.
    fn workers(&self) -> usize;
    /// A reader of pieces, one of `at_once` that will be at work at the same time; every worker has its own.
    ///
    /// # Errors
    /// When there is no memory for one.
    fn reader(&self, at_once: usize) -> Result<Box<dyn Reader + '_>, TranscriptError>;
}

/// Reads pieces, one at a time.
pub trait Reader: Send {
    /// Writes down mono samples at 16 kHz, at most 30 s, as speech in `language`.
    ///
    /// # Errors
    /// When the model fails on it.
    fn read(&mut self, samples: &[f32], language: &str, mode: PromptMode) -> Result<Reading, TranscriptError>;
}

/// Whether the model is prompted for disfluencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptMode {
    /// With a prompt full of fillers, so that every "um" is written down. Sometimes it makes the model repeat itself.
    Verbatim,
    /// Without a prompt: as the model writes by itself, without most fillers.
    Unprompted,
}

/// Why there is no transcript.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptError {
    /// whisper.cpp could not load the file.
    #[error("the speech model {path} could not be loaded; check it with: aloud models verify")]
    Load {
        /// The model's file.
        path: String,
    },
    /// whisper.cpp failed while reading.
    #[error("the speech model failed ({0}); is there enough memory?")]
    Read(String),
}

/// The language that everything else in aloud is made for.
pub const ENGLISH: &str = "en";
/// A recording counts as another language when its first speech sounds like that one with this probability: accented
/// English is often taken for another language with less.
const OTHER_LANGUAGE: f64 = 0.8;

/// A part that the model left unread is read when it has at least this much speech, in seconds.
const WORTH_READING_S: f64 = 0.6;
/// Minimum duration of either part of a piece that is cut in two to be read again, in seconds.
const SHORTEST_CUT_S: f64 = 1.5;
/// How often a piece in which the model repeats itself is cut in two, and its parts again, to be read anew.
const MOST_CUTS: usize = 2;
/// A reading that got no farther than this is not continued, in seconds.
const LEAST_PROGRESS_S: f64 = 1.0;
/// Minimum number of words at the end of one part and the beginning of the next that were said once; a single word can
/// be said twice.
const LEAST_TWICE: usize = 2;
/// Minimum number of words, written twice in a row, that were said once if one of the two copies is too short for them
/// ([`SHORTEST_WORD_S`]).
const LEAST_ECHO: usize = 3;
/// Minimum duration of a word in such a copy, in seconds: nobody says ten words a second.
const SHORTEST_WORD_S: f64 = 0.1;
/// A reading with more than this many syllables for each one heard has words that nobody said: true ones have 0.8 to 1.4
/// (read and free speech, 25 recordings), and in noise some are not heard.
const MOST_SYLLABLES: f64 = 1.8;
/// A reading with fewer syllables than this for each one heard left some out. Laughter and creaking voices have as few.
const LEAST_SYLLABLES: f64 = 0.5;
/// The time of another speaker is read this far from its edges, in seconds (ours).
const EDGE_S: f64 = 0.1;
/// Two readings are different when their syllables differ by this share.
const OTHER_WORDS: f64 = 0.3;
/// Syllables by which a short piece may be off all the same.
const SYLLABLES_OFF: f64 = 3.0;

/// Writes down a recording.
///
/// `features` are what the signal says of the sound. `progress` hears the share that is done.
/// Where the signal has no speech, no words come out. The words show where in the signal nobody speaks after all: the features
/// come back without it.
///
/// # Errors
/// When the model fails.
pub fn transcribe(
    sound: &Speech,
    features: Features,
    engine: &dyn Transcriber,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<(Transcript, Features), TranscriptError> {
    let chunks = chunks::plan(&features.stretches, &features.others, &features.level_db, sound.duration_s());
    let heard = Heard { sound, silenced: silenced(&features.others) };
    let whole = features.sounds.is_empty() && features.others.is_empty();
    let job = Job {
        gain: gain(if whole { sound.peak() } else { chunks.iter().map(|chunk| heard.peak(chunk)).fold(0.0, f32::max) }),
        heard,
        chunks: &chunks,
        stretches: &features.stretches,
        nuclei_s: &features.nuclei_s,
        progress,
    };
    let mut language = ENGLISH.to_string();
    let mut readings = job.run(engine, &language)?;
    if let Some(other) = other_language(&readings) {
        language = other;
        readings = job.run(engine, &language)?;
    }
    let expected = chunks
        .iter()
        .zip(&readings)
        .flat_map(|(chunk, reading)| reading.expected.iter().map(|e| Expected { at_s: chunk.start_s + e.at_s, ..*e }));
    let expected = expected.collect();
    let unreadable: Vec<Span> = readings.iter().flat_map(|r| r.unreadable.iter().copied()).collect();
    let (words, features) = words::assemble(&chunks, readings, features);
    let unreadable = doubt::spoken(unreadable, &words, &features.nuclei_s);
    let features = features.without_words(&unreadable);
    let (model, vocabulary) = (engine.model().to_string(), engine.vocabulary().to_vec());
    Ok((Transcript { model, language, vocabulary, words, unreadable, expected }, features))
}

/// All pieces of one recording.
struct Job<'a> {
    heard: Heard<'a>,
    /// What the samples are multiplied with.
    gain: f32,
    chunks: &'a [Span],
    stretches: &'a [Span],
    nuclei_s: &'a [f64],
    progress: &'a (dyn Fn(f64) + Sync),
}

impl Job<'_> {
    /// Reads every piece, several at a time, and gives the readings in order. The longest is begun first, so that at the end
    /// nobody waits long for the last.
    fn run(&self, engine: &dyn Transcriber, language: &str) -> Result<Vec<Reading>, TranscriptError> {
        let workers = engine.workers().min(self.chunks.len());
        let mut longest_first: Vec<usize> = (0..self.chunks.len()).collect();
        longest_first.sort_by(|a, b| self.chunks[*b].duration_s().total_cmp(&self.chunks[*a].duration_s()));
        let next = AtomicUsize::new(0);
        let total_s: f64 = self.chunks.iter().map(Span::duration_s).sum();
        let done_s = Mutex::new(0.0);
        let readings: Vec<Mutex<Reading>> = self.chunks.iter().map(|_| Mutex::default()).collect();
        let work = || -> Result<(), TranscriptError> {
            let mut reader = engine.reader(workers)?;
            loop {
                let Some(i) = longest_first.get(next.fetch_add(1, Ordering::Relaxed)) else { return Ok(()) };
                let chunk = &self.chunks[*i];
                *lock(&readings[*i]) = self.read(chunk, &mut *reader, language)?;
                let mut done_s = lock(&done_s);
                *done_s += chunk.duration_s();
                (self.progress)(*done_s / total_s);
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            threads.into_iter().try_for_each(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        Ok(readings.into_iter().map(|r| r.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
    }

    /// Reads one piece. Words that are still implausible after all attempts are removed, and their times are returned in
    /// `unreadable`.
    fn read(&self, chunk: &Span, reader: &mut dyn Reader, language: &str) -> Result<Reading, TranscriptError> {
        let (doubt, mut reading) = self.read_in_parts(chunk, MOST_CUTS, reader, language)?;
        reading.has_loop = doubt.has_loop();
        reading.unreadable = doubt.taken_out_of(&mut reading.words, chunk.start_s);
        Ok(reading)
    }

    /// Reads a piece. If the reading is implausible, tries up to two more: the piece cut in two at its longest silence (at
    /// most `cuts` times) and, if there is still doubt, the whole piece without the prompt. Returns the reading with the
    /// least doubt.
    fn read_in_parts(
        &self,
        piece: &Span,
        cuts: usize,
        reader: &mut dyn Reader,
        language: &str,
    ) -> Result<(Doubt, Reading), TranscriptError> {
        let verbatim = self.read_as_said(piece, reader, language)?;
        let mut best = (self.doubt(piece, &verbatim.words), verbatim);
        if best.0.is_none() {
            return Ok(best);
        }
        // A decoder that repeats itself has lost its place, and finds it in a shorter piece. Syllables without words can be
        // no speech at all, and are worth less trouble.
        let cuts = if best.0.has_loop() { cuts } else { cuts.saturating_sub(1) };
        if let Some(cut_s) = self.longest_silence_within(piece).filter(|_| cuts > 0) {
            let mut halves = Reading::default();
            for half in [Span::new(piece.start_s, cut_s), Span::new(cut_s, piece.end_s)] {
                let (_, read) = self.read_in_parts(&half, cuts - 1, reader, language)?;
                halves.join(read.moved(half.start_s - piece.start_s));
            }
            let doubt = self.doubt(piece, &halves.words);
            if doubt.seconds() < best.0.seconds() {
                best = (doubt, halves);
            }
        }
        if !best.0.is_none() {
            let plain = self.read_to_the_end(piece, reader, language, PromptMode::Unprompted)?;
            let doubt = self.doubt(piece, &plain.words);
            if doubt.seconds() < best.0.seconds() {
                best = (doubt, plain);
            }
        }
        Ok(best)
    }

    /// Returns what cannot have been said of the words read from one piece.
    fn doubt(&self, chunk: &Span, words: &[ReadWord]) -> Doubt {
        let from = self.nuclei_s.partition_point(|s| *s < chunk.start_s);
        let to = self.nuclei_s.partition_point(|s| *s < chunk.end_s);
        let nuclei_s: Vec<f64> = self.nuclei_s[from..to].iter().map(|s| s - chunk.start_s).collect();
        Doubt::of(words, &nuclei_s, chunk.duration_s())
    }

    /// Returns the middle of the longest silence within a piece, not too near its ends, in seconds.
    fn longest_silence_within(&self, chunk: &Span) -> Option<f64> {
        let silences = self.stretches.windows(2).map(|pair| Span::new(pair[0].end_s, pair[1].start_s));
        let inside = |s: &Span| s.start_s >= chunk.start_s + SHORTEST_CUT_S && s.end_s <= chunk.end_s - SHORTEST_CUT_S;
        let longest = silences.filter(inside).max_by(|a, b| a.duration_s().total_cmp(&b.duration_s()))?;
        Some((longest.start_s + longest.end_s) / 2.0)
    }

    /// Reads one piece verbatim. Where that gives more or fewer words than can have been said, it is read again as the model
    /// does by itself; that reading is taken if it is another one and its words can have been said. (In noise the two are
    /// much the same: there, syllables are not heard.)
    fn read_as_said(&self, chunk: &Span, reader: &mut dyn Reader, language: &str) -> Result<Reading, TranscriptError> {
        let verbatim = self.read_to_the_end(chunk, reader, language, PromptMode::Verbatim)?;
        let heard = self.nuclei_s.iter().filter(|s| (chunk.start_s..chunk.end_s).contains(*s)).count() as f64;
        let written = |reading: &Reading| reading.words.iter().map(|w| syllables(&w.text)).sum::<usize>() as f64;
        let can_be = |count: f64| {
            let off = (count - MOST_SYLLABLES * heard).max(LEAST_SYLLABLES * heard - count);
            off <= SYLLABLES_OFF
        };
        let verbatim_count = written(&verbatim);
        if can_be(verbatim_count) {
            return Ok(verbatim);
        }
        let plain = self.read_to_the_end(chunk, reader, language, PromptMode::Unprompted)?;
        let plain_count = written(&plain);
        let differs = (plain_count - verbatim_count).abs() >= OTHER_WORDS * verbatim_count;
        Ok(if differs && can_be(plain_count) { plain } else { verbatim })
    }

    /// Reads one piece to the end of its speech: the model sometimes stops early and goes on when asked again.
    fn read_to_the_end(
        &self,
        chunk: &Span,
        reader: &mut dyn Reader,
        language: &str,
        mode: PromptMode,
    ) -> Result<Reading, TranscriptError> {
        let mut whole = Reading::default();
        let mut from_s = chunk.start_s;
        loop {
            let part = reader.read(&self.samples(&Span::new(from_s, chunk.end_s)), language, mode)?;
            let until_s = part.until_s;
            whole.add(part, from_s - chunk.start_s);
            let is_left = |until_s: f64| {
                until_s - from_s >= LEAST_PROGRESS_S && self.speech_between_s(until_s, chunk.end_s) >= WORTH_READING_S
            };
            match until_s.map(|s| from_s + s).filter(|s| is_left(*s)) {
                Some(until_s) => from_s = until_s,
                None => break,
            }
        }
        drop_echoes(&mut whole.words);
        Ok(whole)
    }

    fn speech_between_s(&self, from_s: f64, to_s: f64) -> f64 {
        let rest = Span::new(from_s, to_s.max(from_s));
        self.stretches.iter().map(|s| s.overlap_s(&rest)).sum()
    }

    fn samples(&self, chunk: &Span) -> Vec<f32> {
        let mut samples = self.heard.samples(chunk);
        samples.iter_mut().for_each(|x| *x *= self.gain);
        samples
    }
}

/// The sound without what others say in it.
struct Heard<'a> {
    sound: &'a Speech,
    silenced: Vec<Span>,
}

impl Heard<'_> {
    fn samples(&self, part: &Span) -> Vec<f32> {
        let at = |s: f64| ((s * f64::from(SPEECH_RATE_HZ)) as usize).min(self.sound.len());
        let first = at(part.start_s);
        let mut samples = self.sound.samples(first..at(part.end_s));
        for silent in self.silenced.iter().filter_map(|s| s.shared(part)) {
            samples[at(silent.start_s) - first..at(silent.end_s) - first].fill(0.0);
        }
        samples
    }

    /// The largest amount of any sample in a part: a beep elsewhere does not make the voice soft.
    fn peak(&self, part: &Span) -> f32 {
        self.samples(part).into_iter().fold(0.0, |peak, x| peak.max(x.abs()))
    }
}

/// The time of the others that nothing is read from. A word may sound a little longer than its speech is marked.
fn silenced(others: &[Span]) -> Vec<Span> {
    let inner = others.iter().map(|o| Span::new(o.start_s + EDGE_S, o.end_s - EDGE_S));
    inner.filter(|o| o.duration_s() > 0.0).collect()
}

/// Puts a part, read from `from_s` on, behind the words read before. The model sometimes says that it stopped before words
/// that it has written all the same: they are in both, and kept as they were read last.
fn append(words: &mut Vec<ReadWord>, part: Vec<ReadWord>, from_s: f64) {
    let before = words.partition_point(|w| (w.span.start_s + w.span.end_s) / 2.0 < from_s);
    words.truncate(before);
    let twice = (LEAST_TWICE..=words.len().min(part.len()))
        .rev()
        .find(|n| words[words.len() - n..].iter().map(plain).eq(part[..*n].iter().map(plain)));
    words.truncate(words.len() - twice.unwrap_or(0));
    words.extend(part);
}

/// Drops what the model wrote again in a loop: words that follow themselves in less time than they can be said in.
fn drop_echoes(words: &mut Vec<ReadWord>) {
    let texts: Vec<String> = words.iter().map(plain).collect();
    let mut kept: Vec<usize> = Vec::with_capacity(words.len());
    for next in 0..words.len() {
        kept.push(next);
        let echo = (LEAST_ECHO..=kept.len() / 2).rev().find_map(|n| {
            let (first, second) = (&kept[kept.len() - 2 * n..kept.len() - n], &kept[kept.len() - n..]);
            let is_twice = first.iter().zip(second).all(|(a, b)| texts[*a] == texts[*b]);
            let said_s = |run: &[usize]| run.iter().map(|i| words[*i].span.duration_s()).sum::<f64>();
            let (first_s, second_s) = (said_s(first), said_s(second));
            let is_echo = is_twice && first_s.min(second_s) < SHORTEST_WORD_S * n as f64;
            is_echo.then(|| {
                if first_s < second_s { kept.len() - 2 * n..kept.len() - n } else { kept.len() - n..kept.len() }
            })
        });
        if let Some(echo) = echo {
            kept.drain(echo);
        }
    }
    let mut i = 0;
    words.retain(|_| {
        i += 1;
        kept.binary_search(&(i - 1)).is_ok()
    });
}

/// A word as it is compared.
fn plain(word: &ReadWord) -> String {
    word.text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The language of the recording, if most of its pieces surely sound like the same one other than English.
fn other_language(readings: &[Reading]) -> Option<String> {
    let heard: Vec<&(String, f64)> = readings.iter().filter_map(|r| r.language.as_ref()).collect();
    let (first, _) = heard.iter().find(|(language, p)| language != ENGLISH && *p >= OTHER_LANGUAGE)?;
    let votes = heard.iter().filter(|(language, p)| language == first && *p >= OTHER_LANGUAGE).count();
    (2 * votes > heard.len()).then(|| first.clone())
}

/// Returns the gain that scales a recording with this peak to a peak of 0.7: the model recognizes soft speech worse.
fn gain(peak: f32) -> f32 {
    if peak > 0.0 { 0.7 / peak } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::synth;

    /// A model that repeats itself in pieces longer than this, in seconds; in others it writes four words a second.
    struct Stuck(f64);

    impl Transcriber for Stuck {
        fn model(&self) -> &str {
            "stuck"
        }

        fn workers(&self) -> usize {
            1
        }

        fn reader(&self, _: usize) -> Result<Box<dyn Reader + '_>, TranscriptError> {
            Ok(Box::new(Self(self.0)))
        }
    }

    impl Reader for Stuck {
        fn read(&mut self, samples: &[f32], _: &str, _: PromptMode) -> Result<Reading, TranscriptError> {
            let duration_s = samples.len() as f64 / f64::from(SPEECH_RATE_HZ);
            let word = |text: &str, start_s: f64, end_s: f64| ReadWord {
                text: text.into(),
                span: Span::new(start_s, end_s),
                probability: 0.9,
            };
            let count = (duration_s * 4.0) as usize;
            let mut words: Vec<ReadWord> =
                (0..count).map(|i| word(&format!("n{i}"), i as f64 * 0.25, (i + 1) as f64 * 0.25)).collect();
            if duration_s > self.0 {
                words.truncate(2);
                words.push(word("m-m-m-m-m-m-m-m-m-m", 0.5, duration_s));
            }
            Ok(Reading { words, ..Reading::default() })
        }
    }

    /// Transcribes two utterances of three seconds each, half a second apart.
    fn heard_by(engine: &Stuck) -> (Transcript, Features) {
        let mut samples = synth::noise(-70.0, 0.5);
        for _ in 0..2 {
            samples.extend(synth::syllables(4.0, -20.0, 3.0));
            samples.extend(synth::noise(-70.0, 0.5));
        }
        let sound = Speech::of(&samples);
        transcribe(&sound, Features::of(&sound), engine, &|_| {}).unwrap()
    }

    #[test]
    fn a_piece_in_which_the_model_repeats_itself_is_read_in_shorter_ones() {
        let (transcript, _) = heard_by(&Stuck(5.0));
        assert!(transcript.unreadable.is_empty(), "{:?}", transcript.unreadable);
        assert!(transcript.words.len() > 20, "{}", transcript.text());
    }

    #[test]
    fn what_no_reading_makes_out_is_named_and_stays_speech() {
        let (transcript, features) = heard_by(&Stuck(0.0));
        assert_eq!(transcript.text(), "n0 n1 n0 n1");
        let last = transcript.unreadable.last().unwrap();
        assert!(last.end_s > 6.5 && transcript.unreadable[0].start_s < 2.0, "{:?}", transcript.unreadable);
        assert!(features.sounds.is_empty() && features.stretches.last().unwrap().end_s > 6.5, "{features:?}");
    }

    #[test]
    fn a_loop_of_the_model_is_written_once() {
        let read = |text: &str, word_s: &dyn Fn(usize) -> f64| {
            let mut at = 0.0;
            let words = text.split(' ').enumerate().map(|(i, text)| {
                let span = Span::new(at, at + word_s(i));
                at = span.end_s;
                ReadWord { text: text.into(), span, probability: 0.9 }
            });
            words.collect::<Vec<_>>()
        };
        let text = |words: &[ReadWord]| words.iter().map(|w| w.text.clone()).collect::<Vec<_>>().join(" ");
        let mut looped =
            read("so it was the one, it was the one, It was the one. And", &|i| if i < 5 { 0.3 } else { 0.02 });
        drop_echoes(&mut looped);
        assert_eq!(text(&looped), "so it was the one, And");
        // The copy that was said is kept, wherever it stands.
        let mut looped = read("so it was the one, it was the one.", &|i| if i < 5 { 0.02 } else { 0.3 });
        drop_echoes(&mut looped);
        assert_eq!(text(&looped), "so it was the one.");
        // Whoever says a thing twice needs the time twice.
        let mut said = read("it was the one, it was the one.", &|_| 0.2);
        drop_echoes(&mut said);
        assert_eq!(said.len(), 8);
    }

    #[test]
    fn what_two_parts_have_in_common_was_said_once() {
        let word = |(i, text): (usize, &str), from_s: f64| {
            let start_s = from_s + i as f64 * 0.5;
            ReadWord { text: text.into(), span: Span::new(start_s, start_s + 0.5), probability: 0.9 }
        };
        let read = |text: &str, from_s: f64| text.split(' ').enumerate().map(|w| word(w, from_s)).collect::<Vec<_>>();
        for (first, second, from_s, whole) in [
            ("it took us a week", "a week. And then", 1.5, "it took us a week. And then"),
            ("it took us a week", "us a week. And then", 2.5, "it took us a week. And then"),
            ("it took us a", "a week", 2.0, "it took us a a week"),
            ("", "so", 0.0, "so"),
        ] {
            let mut words = if first.is_empty() { Vec::new() } else { read(first, 0.0) };
            append(&mut words, read(second, from_s), from_s);
            let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
            assert_eq!(texts.join(" "), whole);
        }
    }
}
