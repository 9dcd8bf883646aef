//! Warnings about what was wrong with a recording, and what to do about it next time.

use serde::{Deserialize, Serialize};

use crate::audio::{ChannelUse, Recording};
use crate::metrics::Metrics;
use crate::plain::clock;
use crate::signal::Features;
use crate::span::Span;
use crate::speakers::{Me, Speakers};
use crate::transcript::{ENGLISH, Transcript};
use crate::voices::Count;

/// Minimum share of clipped samples at which the distortion is audible: one in a thousand.
const AUDIBLE_CLIPPED_SHARE: f64 = 0.001;
/// Signal-to-noise ratio below which words are lost in the noise, in dB.
const MIN_CLEAN_SNR_DB: f64 = 12.0;
/// Signal-to-noise ratio below which no measure can be trusted, in dB.
const MIN_USABLE_SNR_DB: f64 = 2.0;
/// Peak level below which a recording is too soft to hear well, in dBFS.
const MIN_PEAK_DBFS: f64 = -30.0;
/// Minimum duration of missing audio that is worth a warning, in seconds: half of a short syllable.
const MIN_NOTICED_GAP_S: f64 = 0.05;
/// Number of words below which the rates say little, and a warning says so.
const MIN_WORDS: usize = 20;

/// The subject of a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// Nobody speaks.
    NoSpeech,
    /// Somebody may speak, but no word could be made out.
    NoWords,
    /// The file is broken or ends early.
    Damaged,
    /// Audio went missing during the recording.
    Dropped,
    /// In some stretches somebody speaks and no words could be made out.
    Unreadable,
    /// The recording is distorted.
    Clipped,
    /// The background noise is nearly as loud as the voice.
    Noisy,
    /// The recording is too poor to judge.
    TooPoor,
    /// The recording is very soft.
    Soft,
    /// Only some of the channels have sound, or they cancel each other.
    Channels,
    /// The file has several audio tracks, of which one was chosen.
    Tracks,
    /// Two people speak, and the report is about one of them.
    TwoVoices,
    /// It could not be told whether one or two people speak.
    UnsureVoices,
    /// More than two people speak.
    ManyVoices,
    /// The speech is not English.
    NotEnglish,
    /// There are too few words to measure rates.
    FewWords,
    /// The pitch could not be measured.
    NoPitch,
    /// The loudness could not be measured.
    NoLoudness,
}

/// One thing to know about the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// The subject of the warning.
    pub code: WarningCode,
    /// What is wrong, and what it means for the report.
    pub message: String,
    /// What to do next time.
    pub remedy: String,
}

impl Warning {
    fn new(code: WarningCode, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, message: message.into(), remedy: remedy.into() }
    }
}

/// Returns whether the recording is too poor to judge how somebody spoke.
pub fn is_too_poor(snr_db: Option<f64>) -> bool {
    snr_db.is_some_and(|snr| snr < MIN_USABLE_SNR_DB)
}

/// Returns all warnings; one that keeps the answer from being scored comes first.
pub fn warnings(
    recording: &Recording,
    features: &Features,
    transcript: &Transcript,
    speakers: Option<&Speakers>,
    metrics: &Metrics,
) -> Vec<Warning> {
    let mut found = Vec::new();
    if features.stretches.is_empty() {
        found.push(Warning::new(
            WarningCode::NoSpeech,
            "Nobody speaks in this recording, so there is nothing to score.",
            "Check that the right microphone is on and not muted, and record again.",
        ));
    } else if transcript.words.is_empty() {
        found.push(Warning::new(
            WarningCode::NoWords,
            "There is sound, but no word could be made out, so there is nothing to score.",
            "Speak closer to the microphone, for at least a few seconds, in a quieter place.",
        ));
    } else if is_too_poor(features.snr_db) {
        found.push(Warning::new(
            WarningCode::TooPoor,
            "The noise is as loud as the voice, so this recording is not scored.",
            "Find a quieter place or speak closer to the microphone.",
        ));
    }
    if let Some(damage) = recording.damage {
        found.push(Warning::new(
            WarningCode::Damaged,
            format!("Not all of the recording could be read: {damage}. The report is about the rest."),
            "Copy or record the file again.",
        ));
    }
    let lost_s: f64 = recording.lost().iter().map(Span::duration_s).sum();
    if lost_s >= MIN_NOTICED_GAP_S {
        found.push(Warning::new(
            WarningCode::Dropped,
            format!("{lost_s:.1} s of sound went missing on the way from the microphone. They count as neither speech nor pause."),
            "Close other programs while you record, or plug the microphone in directly.",
        ));
    }
    if let Some(time_ranges) = time_ranges(&transcript.unreadable) {
        found.push(Warning::new(
            WarningCode::Unreadable,
            format!("{time_ranges} could not be made out. Nothing is counted there, and the report is about the rest."),
            "Nothing to do if you know what you said there; else say it again, and take your time.",
        ));
    }
    found.extend(speakers.and_then(speaker_warning));
    found.extend(level_warnings(recording, features));
    if !transcript.words.is_empty() {
        found.extend(measure_warnings(transcript, metrics));
    }
    found
}

/// Returns stretches of time as text (`0:31 to 0:40 and 1:02 to 1:05`), or `None` if there are none.
fn time_ranges(stretches: &[Span]) -> Option<String> {
    let place = |s: &Span| format!("{} to {}", clock(s.start_s.floor()), clock(s.end_s.ceil()));
    let (last, before) = stretches.split_last()?;
    let before: Vec<String> = before.iter().map(place).collect();
    Some(if before.is_empty() { place(last) } else { format!("{} and {}", before.join(", "), place(last)) })
}

/// Returns the warning that more than one voice was heard, if there was or may have been one.
fn speaker_warning(speakers: &Speakers) -> Option<Warning> {
    match speakers.heard {
        Count::One => None,
        Count::Two => {
            let begins_s = speakers.begins_s()?;
            let who = if speakers.is_sure_who() { "the one who answers" } else { "probably the one who answers" };
            let other = speakers.other().map_or("first", Me::name);
            Some(Warning::new(
                WarningCode::TwoVoices,
                format!(
                    "Two voices were heard. This report is about one of them, {who}, first heard at {}. Nothing that the \
                     other person says counts.",
                    clock(begins_s)
                ),
                format!(
                    "If that is not you, analyze the recording again with: --me {other}. Ask the other person before you keep \
                     or share what they said."
                ),
            ))
        }
        Count::Unsure => Some(Warning::new(
            WarningCode::UnsureVoices,
            "There may be a second voice in this recording. It could not be told apart, so all words are counted as yours.",
            "Nothing to do if you were alone; else leave out what the other person says, or record each on a channel of their own.",
        )),
        Count::MoreThanTwo => Some(Warning::new(
            WarningCode::ManyVoices,
            "More than two voices were heard. They could not be told apart, so everybody's words are counted as yours.",
            "Analyze a recording of yourself, or of yourself and one other person.",
        )),
    }
}

/// Returns the warnings about the level, noise, tracks and channels of the sound.
fn level_warnings(recording: &Recording, features: &Features) -> Vec<Warning> {
    let mut found = Vec::new();
    let levels = &recording.levels;
    if levels.clipped_fraction >= AUDIBLE_CLIPPED_SHARE {
        found.push(Warning::new(
            WarningCode::Clipped,
            format!(
                "The recording is distorted: {:.1} % of it is clipped, and words may be misheard.",
                100.0 * levels.clipped_fraction
            ),
            "Turn the input level down or move away from the microphone.",
        ));
    }
    if let Some(snr) = features.snr_db.filter(|snr| (MIN_USABLE_SNR_DB..MIN_CLEAN_SNR_DB).contains(snr)) {
        found.push(Warning::new(
            WarningCode::Noisy,
            format!(
                "There is a lot of noise: the voice is only {snr:.0} dB louder, so fillers and words may be missed."
            ),
            "Find a quieter place or speak closer to the microphone.",
        ));
    }
    if !features.stretches.is_empty() && levels.peak_dbfs.is_some_and(|peak| peak < MIN_PEAK_DBFS) {
        found.push(Warning::new(
            WarningCode::Soft,
            "The recording is very soft. It was turned up for listening; nothing is marked down for it.",
            "Turn the input level up or speak closer to the microphone.",
        ));
    }
    if let Some(track) = recording.track {
        found.push(Warning::new(
            WarningCode::Tracks,
            format!("The file has {} sound tracks; number {} was used.", track.of, track.number),
            "Nothing to do if your voice is on it; else save the track with your voice as a file of its own.",
        ));
    }
    match recording.channel_use {
        ChannelUse::OppositePhase(_) => found.push(Warning::new(
            WarningCode::Channels,
            "The left and right channels cancel each other, so only one was used.",
            "One side of the cable or adapter is wired upside down; use another.",
        )),
        ChannelUse::OnlyChannel(channel) => found.push(Warning::new(
            WarningCode::Channels,
            format!("Only channel {} has sound; the others were left out.", channel + 1),
            "Nothing to do: the report is not affected.",
        )),
        _ => {}
    }
    found
}

/// Returns the warnings about a draft of `words` words; `other_language` is the name of its language if it is not
/// English.
pub fn draft_warnings(words: usize, other_language: Option<&str>) -> Vec<Warning> {
    if let Some(language) = other_language {
        return vec![Warning::new(
            WarningCode::NotEnglish,
            format!("This draft is written in {language}, so it is not scored: the story is judged in English only."),
            "Write the answer in English to have it scored.",
        )];
    }
    let few = Warning::new(
        WarningCode::FewWords,
        "There are only a few words, so the report can say little.",
        "Write the answer out.",
    );
    if words < MIN_WORDS { vec![few] } else { Vec::new() }
}

/// Returns the warnings about what could not be measured.
fn measure_warnings(transcript: &Transcript, metrics: &Metrics) -> Vec<Warning> {
    let mut found = Vec::new();
    if transcript.language != ENGLISH {
        found.push(Warning::new(
            WarningCode::NotEnglish,
            format!(
                "This sounds like another language ({}). Fillers and the story are for English only and are left out.",
                transcript.language
            ),
            "Answer in English to have them measured.",
        ));
    }
    if metrics.pace.as_ref().is_some_and(|p| p.words < MIN_WORDS) {
        found.push(Warning::new(
            WarningCode::FewWords,
            "There are only a few words, so the rates a minute say little.",
            "Give a longer answer.",
        ));
    }
    if metrics.voice.as_ref().is_some_and(|v| v.f0_median_hz.is_none()) {
        found.push(Warning::new(
            WarningCode::NoPitch,
            "The pitch of the voice could not be measured: too little of it is clear enough.",
            "Speak closer to the microphone, in a quieter place, and a little louder.",
        ));
    }
    if metrics.voice.as_ref().is_some_and(|v| v.loudness_lufs.is_none()) {
        found.push(Warning::new(
            WarningCode::NoLoudness,
            "The loudness could not be measured: the recording is too short or too soft for it.",
            "Turn the input level up, or record more than a second.",
        ));
    }
    found
}
