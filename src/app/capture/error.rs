//! Errors of the microphone, worded to tell a user who is not an engineer what to do.

use std::io;
use std::path::PathBuf;

use cpal::ErrorKind;
use thiserror::Error;

/// Why nothing could be recorded, or why a recording ended.
///
/// Each message is one line that says what is wrong and what to do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The system has no microphone at all.
    #[error("no microphone was found; plug one in or turn it on, then run: aloud doctor")]
    NoMicrophone,

    /// No microphone has that name.
    #[error("there is no microphone called '{wanted}'; there is: {known}", known = known.join(", "))]
    UnknownMicrophone {
        /// The requested name.
        wanted: String,
        /// The names of the microphones that exist.
        known: Vec<String>,
    },

    /// A substring matches several microphones.
    #[error("'{wanted}' fits more than one microphone; give more of the name: {fitting}", fitting = fitting.join(", "))]
    AmbiguousMicrophone {
        /// The given substring.
        wanted: String,
        /// The names that contain it.
        fitting: Vec<String>,
    },

    /// Another program holds the microphone.
    #[error("the microphone '{name}' is in use by another program; close calls and recorders, then try again")]
    Busy {
        /// The microphone.
        name: String,
    },

    /// The system denies this user or program access to the microphone.
    #[error("you are not allowed to use the microphone '{name}'; {remedy}", remedy = PERMISSION)]
    NoPermission {
        /// The microphone.
        name: String,
    },

    /// The microphone offers no format that can be recorded.
    #[error("the microphone '{name}' offers no sound format that can be recorded; choose another with --device")]
    NoFormat {
        /// The microphone.
        name: String,
    },

    /// The microphone is no longer available.
    #[error("the microphone '{name}' went away; plug it in again")]
    Gone {
        /// The microphone.
        name: String,
    },

    /// Any other system error.
    #[error("the microphone '{name}' could not be opened ({reason}); unplug it, plug it in again and retry")]
    Failed {
        /// The microphone.
        name: String,
        /// The system's reason.
        reason: String,
    },

    /// A file already exists at the path.
    #[error("{} exists already and is never overwritten; give another name", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },

    /// The recording cannot be written at the path.
    #[error("the recording could not be written to {} ({reason}); name another place with -o", path.display())]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
}

/// What to do when the system denies access to the microphone.
const PERMISSION: &str = if cfg!(target_os = "macos") {
    "allow your terminal in System Settings, Privacy & Security, Microphone"
} else if cfg!(target_os = "windows") {
    "allow desktop apps in Settings, Privacy & security, Microphone"
} else {
    "add your user to the group audio (sudo usermod -aG audio $USER) and log in again"
};

impl CaptureError {
    /// Converts cpal's error about the microphone `name`.
    pub(super) fn of(error: &cpal::Error, name: &str) -> Self {
        let name = name.to_owned();
        match error.kind() {
            ErrorKind::DeviceBusy => Self::Busy { name },
            ErrorKind::PermissionDenied => Self::NoPermission { name },
            ErrorKind::UnsupportedConfig | ErrorKind::UnsupportedOperation => Self::NoFormat { name },
            ErrorKind::DeviceNotAvailable => Self::Gone { name },
            _ => Self::Failed { name, reason: crate::plain::one_line(&error.to_string()) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_one_line_that_says_what_to_do() {
        let name = || "Yeti".to_owned();
        let path = || PathBuf::from("answer.wav");
        let errors = [
            CaptureError::NoMicrophone,
            CaptureError::UnknownMicrophone { wanted: "x".into(), known: vec![name(), "Webcam".into()] },
            CaptureError::AmbiguousMicrophone { wanted: "e".into(), fitting: vec![name(), "Webcam".into()] },
            CaptureError::Busy { name: name() },
            CaptureError::NoPermission { name: name() },
            CaptureError::NoFormat { name: name() },
            CaptureError::Gone { name: name() },
            CaptureError::Failed { name: name(), reason: "I/O error".into() },
            CaptureError::Exists { path: path() },
            CaptureError::NotWritable { path: path(), reason: io::Error::other("disk") },
        ];
        for error in errors {
            let message = error.to_string();
            assert!(!message.contains('\n') && message.contains(';') && !message.ends_with('.'), "{message}");
        }
    }

    #[test]
    fn the_systems_reasons_are_told_apart() {
        let of = |kind| CaptureError::of(&cpal::Error::new(kind), "Yeti").to_string();
        assert!(of(ErrorKind::DeviceBusy).contains("in use by another program"));
        assert!(of(ErrorKind::PermissionDenied).contains("not allowed"));
        assert!(of(ErrorKind::UnsupportedConfig).contains("no sound format"));
        assert!(of(ErrorKind::DeviceNotAvailable).contains("went away"));
        assert!(of(ErrorKind::BackendError).contains("could not be opened"));
    }
}
