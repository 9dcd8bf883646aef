//! The system's voice: the text-to-speech program of the operating system or of its screen reader.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use super::SpeakError;

/// A text-to-speech program, its arguments, and whether the text is passed as the last argument instead of on standard
/// input.
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
/// The client of speech-dispatcher. Linking its library instead (through the crate `tts`) would require the library's
/// headers for every build.
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
const PROGRAM: Program =
    Program { name: "spd-say", arguments: &["--wait", "--application-name", "aloud", "--"], text_is_argument: true };

/// A text that is being spoken. Dropping this value stops the speech.
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
    /// Begins to speak `text`; returns `None` if the program is not installed.
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
            // If the program exits before it has read everything, its exit status tells whether it failed.
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
