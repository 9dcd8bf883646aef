//! Errors of opening a file as a recording. Their messages tell a non-engineer what to do.

use std::io;

use thiserror::Error;

use crate::files::FileError;

/// The advice that ends every message about an unsupported codec or container.
macro_rules! save_it_as {
    () => {
        "save it as WAV, FLAC, MP3 or ordinary M4A (AAC-LC) and try again"
    };
}

/// Why a file cannot be opened as a [`Recording`](super::Recording).
///
/// Each message is one line that says what is wrong and what to do. None of them contains the path: the caller adds it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AudioError {
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),

    /// The file has no bytes at all.
    #[error("the file is empty (0 bytes); record or copy it again")]
    Empty,

    /// The container is intact but contains no audio.
    #[error("the file has a header but no sound in it; the recording was probably never started, record it again")]
    NoSound,

    /// The file is neither an audio nor a video file.
    #[error("this is not an audio or video file; give a recording such as WAV, FLAC, MP3, M4A, OGG or WebM")]
    NotAudio,

    /// The audio or video format is recognized but not supported.
    #[error("{name} cannot be read here; {advice}", advice = save_it_as!())]
    Unsupported {
        /// The common name of the codec or container, e.g. "HE-AAC" or "Windows Media (WMA)".
        name: String,
    },

    /// A video without an audio track.
    #[error("there is no sound track in this video; check that the microphone was on and record it again")]
    NoAudioTrack,

    /// The index of the file (the `moov` box of MP4) is missing, because the recorder was stopped before it wrote the
    /// index.
    #[error(
        "the recorder was stopped before it finished writing this file, so the sound cannot be found in it; repair it with the app that recorded it or record it again"
    )]
    Unfinished,

    /// The header states values that no recording of speech has.
    #[error("the file says it has {what}, which no recording has; it is damaged, {advice}", advice = save_it_as!())]
    AbsurdHeader {
        /// The stated value, e.g. "a sample rate of 2 Hz".
        what: String,
    },

    /// The container is recognised but so broken that no audio could be decoded.
    #[error("the file is damaged and no sound could be read from it; copy it again from where it was recorded")]
    Damaged,

    /// The recording is longer than [`MAX_DURATION_S`](super::MAX_DURATION_S), or than the shorter limit for many
    /// channels at a high sample rate.
    #[error("the recording is longer than {}; cut out the answer and try again", words(*hours))]
    TooLong {
        /// Maximum length of a recording with this rate and number of channels, in hours.
        hours: f64,
    },
}

/// Formats a duration in words.
fn words(hours: f64) -> String {
    if hours < 2.0 { format!("{:.0} minutes", hours * 60.0) } else { format!("{hours:.0} hours") }
}

impl From<io::Error> for AudioError {
    fn from(error: io::Error) -> Self {
        FileError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_one_line_that_says_what_to_do() {
        let errors = [
            FileError::NotFound.into(),
            FileError::IsDirectory.into(),
            FileError::NotAFile.into(),
            FileError::NoPermission.into(),
            AudioError::Empty,
            AudioError::NoSound,
            AudioError::NotAudio,
            AudioError::Unsupported { name: "HE-AAC".into() },
            AudioError::NoAudioTrack,
            AudioError::Unfinished,
            AudioError::AbsurdHeader { what: "0 channels".into() },
            AudioError::Damaged,
            AudioError::TooLong { hours: 4.0 },
            io::Error::other("disk").into(),
        ];
        for error in errors {
            let message = error.to_string();
            assert!(!message.contains('\n'), "{message}");
            assert!(message.contains(';') || message.contains(','), "no advice: {message}");
            assert!(!message.ends_with('.'), "{message}");
        }
    }
}
