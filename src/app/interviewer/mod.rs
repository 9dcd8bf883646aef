//! The interviewer: asks a question aloud.
//!
//! The questions and follow-ups of `questions.toml` are spoken by two bundled voices (`sounds`; `README.md` in this
//! folder says how they were made). Any other text, such as a question about the user's resume, is spoken by the
//! system's voice, if there is one (`system`), and otherwise only shown. [`turn`] models the course of a question and
//! its takes as a state machine.

mod band;
pub mod echo;
mod sounds;
mod system;
pub mod turn;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::clock::TimeEstimate;
use super::play::{PlayError, PlaybackProgress, Player};
use crate::audio::SPEECH_RATE_HZ;
use echo::Echo;
use system::SystemVoice;

/// The voice that asks the questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Voice {
    /// A woman
    #[default]
    Woman,
    /// A man
    Man,
    /// The voice of this system, for every question
    System,
    /// Nobody: questions are only shown
    None,
}

impl Voice {
    /// The bundled voices.
    pub const OWN: [Self; 2] = [Self::Woman, Self::Man];

    /// Returns the name by which the voice is chosen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Woman => "woman",
            Self::Man => "man",
            Self::System => "system",
            Self::None => "none",
        }
    }
}

/// Why a question could not be spoken.
#[derive(Debug, thiserror::Error)]
pub enum SpeakError {
    /// The loudspeaker is missing or failed.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// The system's voice failed.
    #[error("the system's voice ({0}) does not speak")]
    System(&'static str),
}

/// The silence at the end of a bundled line: `EDGE_S` in the script that generates the lines.
const EDGE: Duration = Duration::from_millis(100);
/// The uncertainty of the time at which the system's voice ends, in seconds (ours): when its program exits, the last
/// of the sound may still be on its way to the loudspeaker.
const SYSTEM_UNCERTAINTY_S: f64 = 0.3;

/// A question that is being spoken. Dropping this value stops the speech.
pub struct Speech {
    speaker: Speaker,
    echo: Option<Echo>,
}

enum Speaker {
    Own(Player),
    System(SystemVoice),
}

/// The progress of a question that is spoken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spoken {
    /// The question is being spoken.
    Speaking,
    /// The question is still being spoken, and the time of its end is known.
    Ending(Ended),
    /// The question has been spoken.
    Ended(Ended),
}

/// The end of a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ended {
    /// When the last word ends; `None` if unknown.
    pub voice: Option<TimeEstimate>,
    /// When the loudspeaker has played everything, including the silence after the last word.
    pub sound: Instant,
}

impl Speech {
    /// Begins to speak `text`. Returns `None` for [`Voice::None`], or if no voice here can speak the text.
    ///
    /// # Errors
    /// When there is no loudspeaker, or it cannot be used.
    pub fn begin(text: &str, voice: Voice, over_telephone: bool) -> Result<Option<Self>, SpeakError> {
        if voice == Voice::None {
            return Ok(None);
        }
        let own = sounds::samples(text, voice);
        Ok(match own {
            Some(samples) => {
                let samples = if over_telephone { band::telephone(&samples) } else { samples };
                let echo = Some(Echo::of(&samples, SPEECH_RATE_HZ));
                Some(Self { speaker: Speaker::Own(Player::start(samples)?), echo })
            }
            None => SystemVoice::speak(text)?.map(|voice| Self { speaker: Speaker::System(voice), echo: None }),
        })
    }

    /// Returns the comparison of the question's level with the microphone's; `None` for the system's voice, whose
    /// samples are not available.
    pub fn echo(&self) -> Option<Echo> {
        self.echo.clone()
    }

    /// Returns the progress of the question. Call this often.
    ///
    /// # Errors
    /// When the loudspeaker was disconnected, or the system's voice failed.
    pub fn progress(&mut self) -> Result<Spoken, SpeakError> {
        match &mut self.speaker {
            Speaker::Own(player) => {
                let ended = |end: Option<TimeEstimate>| Ended {
                    voice: end.map(|end| TimeEstimate { at: end.at - EDGE, ..end }),
                    sound: end.map_or_else(Instant::now, |end| end.at),
                };
                Ok(match player.progress()? {
                    PlaybackProgress::Playing | PlaybackProgress::Ending(None) => Spoken::Speaking,
                    PlaybackProgress::Ending(end) => Spoken::Ending(ended(end)),
                    PlaybackProgress::Ended(end) => Spoken::Ended(ended(end)),
                })
            }
            Speaker::System(voice) => Ok(if voice.has_spoken()? {
                let at = Instant::now();
                Spoken::Ended(Ended {
                    voice: Some(TimeEstimate { at, uncertainty_s: SYSTEM_UNCERTAINTY_S }),
                    sound: at,
                })
            } else {
                Spoken::Speaking
            }),
        }
    }
}

/// Returns the name of the program for the system's voice, if the program is installed.
pub fn system_voice() -> Option<&'static str> {
    system::program()
}
