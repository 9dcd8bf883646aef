//! The system's voice: the program that comes with the system, or with its screen reader, and speaks a text.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use super::SpeakError;

/// The program that speaks, its arguments, and whether the text is the last of them rather than standard input.
struct Program {
    name: &'static str,
    arguments: &'static [&'static str],
    text_is_argument: bool,
}

#[cfg(target_os = "macos")]
const PROGRAM: Program = Program { name: "say", arguments: &["-f", "-"], text_is_argument: false };
#[cfg(target_os = "windows")]
const PROGRAM: Program = Program {
    name: "powershell",
    arguments: &[
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        "Add-Type -AssemblyName System.Speech; \
         (New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak([Console]::In.ReadToEnd())",
    ],
    text_is_argument: false,
};
/// The client of speech-dispatcher. Linking its library instead (the crate `tts`) would make its headers necessary for
/// every build.
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
const PROGRAM: Program =
    Program { name: "spd-say", arguments: &["--wait", "--application-name", "aloud", "--"], text_is_argument: true };

/// A text that is being spoken. Dropping it ends it.
pub(super) struct SystemVoice {
    running: Child,
    is_over: bool,
}

/// Returns the name of the program, if it is installed.
pub(super) fn program() -> Option<&'static str> {
    let name = PROGRAM.name;
    if cfg!(target_os = "windows") {
        return Some(name); // a part of the system
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).any(|folder| folder.is_absolute() && folder.join(name).is_file()).then_some(name)
}

impl SystemVoice {
    /// Begins to speak; returns `None` if there is no program for it.
    pub(super) fn speak(text: &str) -> Result<Option<Self>, SpeakError> {
        let Some(name) = program() else { return Ok(None) };
        let mut command = Command::new(name);
        command.args(PROGRAM.arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if PROGRAM.text_is_argument {
            command.arg(text);
        } else {
            command.stdin(Stdio::piped());
        }
        let mut running = command.spawn().map_err(|_| SpeakError::System(name))?;
        if let Some(mut input) = running.stdin.take() {
            // A program that ends before it has read everything is noticed by its status.
            let _ = input.write_all(text.as_bytes());
        }
        Ok(Some(Self { running, is_over: false }))
    }

    /// Returns whether everything has been spoken.
    pub(super) fn has_spoken(&mut self) -> Result<bool, SpeakError> {
        let failed = SpeakError::System(PROGRAM.name);
        match self.running.try_wait() {
            Ok(None) => Ok(false),
            Ok(Some(status)) => {
                self.is_over = true;
                if status.success() { Ok(true) } else { Err(failed) }
            }
            Err(_) => Err(failed),
        }
    }
}

impl Drop for SystemVoice {
    fn drop(&mut self) {
        if !self.is_over {
            let _ = self.running.kill();
            let _ = self.running.wait();
        }
    }
}
