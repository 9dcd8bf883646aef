//! The speech model: OpenAI's Whisper, run by whisper.cpp on this machine.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use whisper_rs::{
    DtwMode, DtwModelPreset, DtwParameters, FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters,
    WhisperState, WhisperToken, WhisperTokenId, get_lang_max_id, get_lang_str,
};

use super::expected::Expectations;
use super::model::{Architecture, Model};
use super::{ENGLISH, Expected, PromptMode, ReadWord, Reader, Reading, Transcriber, TranscriptError};
use crate::audio::SPEECH_RATE_HZ;
use crate::span::Span;

/// A prompt full of fillers: without it, the model omits nearly every "um"; with it, they are written down.
const DISFLUENT_PROMPT: &str = "Um, so, uh, I was, like, you know, hmm, er, and, uh, I mean, um.";
/// The spellings of filled pauses that are a single token.
const HESITATIONS: [&str; 10] = [" um", " Um", " uh", " Uh", " er", " Er", " hmm", " Hmm", "Um", "Uh"];
/// Number of samples in one position of the model's audio context (20 ms).
const SAMPLES_PER_POSITION: usize = 320;
/// Audio context left after the last sample, in positions. With less, the model repeats itself or loses words: on 42
/// utterances of read speech, 128 instead of 256 increased the word error rate by 4 points, and 64 by another 4.
const CONTEXT_MARGIN: usize = 256;
/// The audio context is a multiple of this, in positions: for other lengths, ggml multiplies the matrices of the
/// attention one element at a time. Rounding made the encoder a quarter faster, and changed 3 words of 619.
const CONTEXT_STEP: usize = 32;
/// Minimum number of samples in which the model can align times (1 s); shorter sounds are padded with silence.
const SHORTEST: usize = SPEECH_RATE_HZ as usize;
/// Maximum number of tokens written for one piece: more than anybody says in 30 s, and fewer than the 220 that the
/// model has room for, so that decoding never ends because of the model's limit.
const MOST_TOKENS: i32 = 200;
/// Step from one of the model's time tokens to the next, in seconds.
const TIME_TOKEN_S: f64 = 0.02;
/// Maximum number of threads in whisper.cpp for the only piece of a short answer, if the machine is otherwise idle:
/// 20 s of sound then take 1.2 s instead of 1.5 s on two cores. In all other cases, whisper.cpp uses one thread, and
/// several pieces are read in parallel: its threads spin while they wait for each other, so that on a busy machine two
/// of them took four times as long as one. If there are fewer pieces than cores, the large products are still shared
/// among threads ([`threads_of_one_reading`]).
const MOST_THREADS: usize = 4;
/// Number of times that the system load is sampled, a millisecond apart: a thread that is just starting or ending is
/// not load.
const GLANCES: usize = 3;
/// Maximum length of the prompt, in tokens: half of the model's text context, less one.
const LONGEST_PROMPT: usize = 223;

/// Number of cores that the program may use.
static CORES: LazyLock<usize> = LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));
/// Number of readings in progress in the whole program.
static AT_WORK: AtomicUsize = AtomicUsize::new(0);

/// Returns how many threads the large products of one reading may use, so that all readings together use every core
/// once.
pub fn threads_of_one_reading() -> usize {
    (*CORES / AT_WORK.load(Ordering::Relaxed).max(1)).max(1)
}

/// Counts a reading as in progress until the guard is dropped.
struct AtWork;

impl AtWork {
    fn begin() -> Self {
        AT_WORK.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        AT_WORK.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Returns whether this thread was the only one running on the machine in at least one of [`GLANCES`] samples. If the
/// system does not report its load, the machine is assumed to be busy.
fn is_idle() -> bool {
    (0..GLANCES).any(|glance| {
        if glance > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        // The fourth field: the number of threads that are running or waiting for a core, including this one.
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let running = load.split([' ', '/']).nth(3).and_then(|n| n.parse::<usize>().ok());
        running.is_some_and(|n| n <= 1)
    })
}

/// A loaded speech model.
pub struct Whisper {
    context: WhisperContext,
    model: String,
    vocabulary: Vec<String>,
    prompt: Vec<WhisperTokenId>,
    /// The tokens that are filled pauses, in ascending order.
    hesitations: Vec<WhisperTokenId>,
    strategy: SamplingStrategy,
}

impl Whisper {
    /// Loads a model. `vocabulary` lists names and jargon that it should spell correctly.
    ///
    /// # Errors
    /// When whisper.cpp cannot load the file.
    pub fn load(model: &Model, vocabulary: &[String]) -> Result<Self, TranscriptError> {
        whisper_rs::install_logging_hooks();
        let failed = || TranscriptError::Load { path: model.path.display().to_string() };
        let mut parameters = WhisperContextParameters::default();
        parameters.dtw_parameters(DtwParameters {
            mode: DtwMode::ModelPreset { model_preset: alignment_heads(model.architecture) },
            ..DtwParameters::default()
        });
        let context = WhisperContext::new_with_params(&model.path, parameters).map_err(|_| failed())?;
        let prompt = prompt_text(vocabulary);
        let mut prompt = context.tokenize(&prompt, prompt.len() + 1).map_err(|_| failed())?;
        // The end of a prompt has the most effect, so the fillers come last, after the vocabulary.
        prompt.drain(..prompt.len().saturating_sub(LONGEST_PROMPT));
        let hesitations = hesitation_tokens(&context);
        Ok(Self {
            context,
            model: model.name.clone(),
            vocabulary: vocabulary.to_vec(),
            prompt,
            hesitations,
            strategy: strategy(model.architecture),
        })
    }
}

/// Returns the tokens that are a whole filled pause, in ascending order.
fn hesitation_tokens(context: &WhisperContext) -> Vec<WhisperTokenId> {
    let single =
        |text: &&str| context.tokenize(text, 4).ok().filter(|tokens| tokens.len() == 1).map(|tokens| tokens[0]);
    let mut tokens: Vec<WhisperTokenId> = HESITATIONS.iter().filter_map(single).collect();
    tokens.sort_unstable();
    tokens
}

fn prompt_text(vocabulary: &[String]) -> String {
    if vocabulary.is_empty() {
        return DISFLUENT_PROMPT.to_string();
    }
    let vocabulary = vocabulary.join(", ").replace('\0', "");
    format!("{vocabulary}. {DISFLUENT_PROMPT}")
}

/// Returns the decoding strategy.
///
/// Most models decode a single hypothesis, and none retries at another temperature: whisper.cpp samples the hypotheses
/// of its beam at random from all tokens. With base, on 2,747 words of joined answers, a beam of five made 265 errors
/// and a single hypothesis 249, in less than half the time. The smallest models are fast, and need the beam of five:
/// with a single hypothesis, tiny.en hears fewer filled pauses (F1 .82 instead of .90).
fn strategy(architecture: Architecture) -> SamplingStrategy {
    match architecture {
        Architecture::Tiny | Architecture::TinyEn => SamplingStrategy::BeamSearch { beam_size: 5, patience: -1.0 },
        _ => SamplingStrategy::Greedy { best_of: 1 },
    }
}

/// Returns the attention heads that follow the sound; they differ between models.
fn alignment_heads(architecture: Architecture) -> DtwModelPreset {
    match architecture {
        Architecture::Tiny => DtwModelPreset::Tiny,
        Architecture::TinyEn => DtwModelPreset::TinyEn,
        Architecture::Base => DtwModelPreset::Base,
        Architecture::BaseEn => DtwModelPreset::BaseEn,
        Architecture::Small => DtwModelPreset::Small,
        Architecture::SmallEn => DtwModelPreset::SmallEn,
        Architecture::Medium => DtwModelPreset::Medium,
        Architecture::MediumEn => DtwModelPreset::MediumEn,
        Architecture::LargeV2 => DtwModelPreset::LargeV2,
        Architecture::LargeV3 => DtwModelPreset::LargeV3,
        Architecture::LargeV3Turbo => DtwModelPreset::LargeV3Turbo,
    }
}

impl Transcriber for Whisper {
    fn model(&self) -> &str {
        &self.model
    }

    fn vocabulary(&self) -> &[String] {
        &self.vocabulary
    }

    fn workers(&self) -> usize {
        *CORES
    }

    fn reader(&self, at_once: usize) -> Result<Box<dyn Reader + '_>, TranscriptError> {
        Ok(Box::new(WhisperReader { whisper: self, is_alone: at_once <= 1, padded: Vec::new() }))
    }
}

/// A reader of one piece after another, each in a fresh state: what whisper.cpp leaves in a state changes the words of
/// the next piece (7 of 16 short recordings came out differently), and words must not depend on what was read before.
struct WhisperReader<'a> {
    whisper: &'a Whisper,
    is_alone: bool,
    padded: Vec<f32>,
}

impl Reader for WhisperReader<'_> {
    #[expect(unsafe_code, reason = "the parameters get a pointer")]
    fn read(&mut self, samples: &[f32], language: &str, mode: PromptMode) -> Result<Reading, TranscriptError> {
        let failed = |e: whisper_rs::WhisperError| TranscriptError::Read(e.to_string());
        self.padded.clear();
        self.padded.extend_from_slice(samples);
        self.padded.resize(samples.len().max(SHORTEST), 0.0);

        let context = &self.whisper.context;
        let mut parameters = FullParams::new(self.whisper.strategy.clone());
        parameters.set_temperature_inc(0.0);
        let threads = if self.is_alone && is_idle() { (*CORES).min(MOST_THREADS) } else { 1 };
        parameters.set_n_threads(threads as i32);
        parameters.set_no_context(true);
        // One window per reading, always to its end. Without these two settings, whisper.cpp continues from the model's
        // last time token, and aborts the program when less than 0.16 s is left to align times in.
        parameters.set_single_segment(true);
        parameters.set_max_tokens(MOST_TOKENS);
        parameters.set_print_progress(false);
        parameters.set_print_timestamps(false);
        parameters.set_audio_ctx(positions(self.padded.len(), context.n_audio_ctx() as usize) as i32);
        parameters.set_language(Some(language));
        // The prompt is English, and produces fillers out of nothing in other languages.
        if language == ENGLISH && mode == PromptMode::Verbatim {
            parameters.set_tokens(&self.whisper.prompt);
        }
        let expectations = Expectations::new(&self.whisper.hesitations, context.n_vocab() as usize);
        // SAFETY: the reading below is the only one with these parameters, and `expectations` is not moved until it has
        // ended.
        unsafe { expectations.listen(&mut parameters) };
        let _at_work = AtWork::begin();
        let mut state = context.create_state().map_err(failed)?;
        state.full(parameters, &self.padded).map_err(failed)?;
        let (words, until_s, expected) = self.written(&state, &expectations);
        let language = if context.is_multilingual() { Some(self.language(&mut state)?) } else { None };
        Ok(Reading { words, until_s, language, expected, ..Reading::default() })
    }
}

/// Returns the audio context that the model needs for this number of samples, at most `most`, both in positions; a
/// multiple of [`CONTEXT_STEP`].
fn positions(samples: usize, most: usize) -> usize {
    let needed = (samples.div_ceil(SAMPLES_PER_POSITION) + CONTEXT_MARGIN).next_multiple_of(CONTEXT_STEP);
    needed.min(most / CONTEXT_STEP * CONTEXT_STEP)
}

impl WhisperReader<'_> {
    /// Returns the words of the last reading, the last time token, and where the model expected filled pauses.
    fn written(
        &self,
        state: &WhisperState,
        expectations: &Expectations,
    ) -> (Vec<ReadWord>, Option<f64>, Vec<Expected>) {
        let end_of_text = self.whisper.context.token_eot();
        let first_time = self.whisper.context.token_beg();
        let mut until_s = None;
        let mut words: Vec<Spelled> = Vec::new();
        let mut expected = Vec::new();
        let mut before: Vec<WhisperTokenId> = Vec::new();
        let mut at_s = 0.0;
        for segment in state.as_iter() {
            for i in 0..segment.n_tokens() {
                let Some(token) = segment.get_token(i) else { continue };
                expected.extend(expectations.after(&before).map(|log_odds| Expected { at_s, log_odds }));
                before.push(token.token_id());
                if token.token_id() >= first_time {
                    until_s = Some(f64::from(token.token_id() - first_time) * TIME_TOKEN_S);
                }
                if token.token_id() >= end_of_text {
                    continue; // a time token or another special token
                }
                at_s = f64::max(at_s, token_end_s(&token));
                let Ok(bytes) = token.to_bytes() else { continue };
                match words.last_mut() {
                    Some(word) if !bytes.starts_with(b" ") => word.add(bytes, &token),
                    _ => words.push(Spelled::new(bytes, &token)),
                }
            }
        }
        let mut start_s = 0.0;
        let mut read = Vec::with_capacity(words.len());
        for word in words {
            let word = word.finish(start_s);
            start_s = word.span.end_s;
            read.push(word);
        }
        expected.extend(expectations.after(&before).map(|log_odds| Expected { at_s, log_odds }));
        (read, until_s, expected)
    }

    /// Returns the most probable language of the last reading's audio, and its probability among all languages.
    ///
    /// Asks the decoder for the one token that follows the start of a transcript: the audio has already been encoded.
    fn language(&self, state: &mut WhisperState) -> Result<(String, f64), TranscriptError> {
        let failed = |e: whisper_rs::WhisperError| TranscriptError::Read(e.to_string());
        let context = &self.whisper.context;
        state.decode(&[context.token_sot()], 0, 1).map_err(failed)?;
        let logits = state.get_logits().map_err(failed)?;
        let languages = 0..=get_lang_max_id();
        let weight =
            |id: i32| f64::from(logits.get(context.token_lang(id) as usize).copied().unwrap_or(f32::NEG_INFINITY));
        let best = languages.clone().max_by(|a, b| weight(*a).total_cmp(&weight(*b))).unwrap_or(0);
        let total: f64 = languages.map(|id| (weight(id) - weight(best)).exp()).sum();
        Ok((get_lang_str(best).unwrap_or(ENGLISH).to_string(), 1.0 / total))
    }
}

/// Returns when a token ends: whisper.cpp's time of a token is its end, not its beginning.
fn token_end_s(token: &WhisperToken<'_, '_>) -> f64 {
    token.token_data().t_dtw.max(0) as f64 / 100.0
}

/// A word being assembled from its tokens.
struct Spelled {
    bytes: Vec<u8>,
    end_s: f64,
    log_probability: f64,
    tokens: u32,
}

impl Spelled {
    fn new(bytes: &[u8], token: &WhisperToken<'_, '_>) -> Self {
        let mut word = Self { bytes: Vec::new(), end_s: 0.0, log_probability: 0.0, tokens: 0 };
        word.add(bytes, token);
        word
    }

    fn add(&mut self, bytes: &[u8], token: &WhisperToken<'_, '_>) {
        self.bytes.extend_from_slice(bytes);
        self.end_s = self.end_s.max(token_end_s(token));
        // Punctuation does not affect the probability of the word.
        if self.tokens == 0 || bytes.iter().any(u8::is_ascii_alphanumeric) {
            self.log_probability += f64::from(token.token_probability().max(f32::MIN_POSITIVE)).ln();
            self.tokens += 1;
        }
    }

    /// Returns the word, given the end of the previous one.
    fn finish(self, start_s: f64) -> ReadWord {
        ReadWord {
            text: String::from_utf8_lossy(&self.bytes).trim().to_string(),
            span: Span::new(start_s, self.end_s.max(start_s)),
            probability: (self.log_probability / f64::from(self.tokens)).exp(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_holds_the_sound_in_whole_steps_and_never_more_than_there_is() {
        let a_second = SPEECH_RATE_HZ as usize;
        assert_eq!(positions(a_second, 1_500), 320);
        assert_eq!(positions(20 * a_second, 1_500), 1_280);
        assert_eq!(positions(28 * a_second, 1_500), 1_472);
        for samples in (1..30 * a_second).step_by(1_111) {
            let positions = positions(samples, 1_500);
            assert_eq!(positions % CONTEXT_STEP, 0);
            assert!(
                positions <= 1_500 && positions * SAMPLES_PER_POSITION >= samples.min(1_472 * SAMPLES_PER_POSITION)
            );
        }
    }
}
