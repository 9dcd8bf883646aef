//! Transcribes a take while it is recorded, so that the report is ready when the speaker stops.
//!
//! Recording has precedence: the transcribing thread has the lowest priority and only reads the take's file. If it
//! falls behind, the rest is transcribed after the take. The words are not shown during the take, since people who see
//! their words while they speak speak worse.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::ahead::{Ahead, Follower};
use crate::app::capture::{Format, Tail};
use crate::transcript::TranscriptError;
use crate::transcript::model::Model;
use crate::transcript::whisper::Whisper;

/// The interval at which the file is checked for new frames.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The nice value of the lowest priority.
#[cfg(target_os = "linux")]
const LOWEST: i32 = 19;
/// The folder in which Linux describes the machine's power supplies.
const POWER: &str = "/sys/class/power_supply";

/// A speech model that is loaded on a separate thread.
#[derive(Clone)]
pub struct Engine(Arc<Loading>);

struct Loading {
    thread: Mutex<Option<JoinHandle<Result<Whisper, TranscriptError>>>>,
    loaded: OnceLock<Result<Whisper, NotLoaded>>,
}

/// The reason why the speech model could not be loaded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct NotLoaded(String);

impl Engine {
    /// Begins to load a model. `vocabulary` contains names and jargon that the transcript should spell correctly.
    pub fn load(model: &Model, vocabulary: &[String]) -> Self {
        let (model, vocabulary) = (model.clone(), vocabulary.to_vec());
        let thread = std::thread::spawn(move || Whisper::load(&model, &vocabulary));
        Self(Arc::new(Loading { thread: Mutex::new(Some(thread)), loaded: OnceLock::new() }))
    }

    /// Returns the model, and waits until it is loaded.
    ///
    /// # Errors
    /// If the model could not be loaded.
    pub fn whisper(&self) -> Result<&Whisper, NotLoaded> {
        let Loading { thread, loaded } = &*self.0;
        let join = || {
            let thread = thread.lock().unwrap_or_else(PoisonError::into_inner).take();
            let joined = thread.and_then(|thread| thread.join().ok());
            let loaded = joined.ok_or_else(|| NotLoaded("the speech model could not be loaded".to_owned()))?;
            loaded.map_err(|error| NotLoaded(error.to_string()))
        };
        loaded.get_or_init(join).as_ref().map_err(NotLoaded::clone)
    }
}

/// A take that is transcribed while it is recorded. When this is dropped, transcription stops after the current chunk.
pub struct ReadingAhead {
    ahead: Arc<Ahead>,
    is_over: Arc<AtomicBool>,
}

impl ReadingAhead {
    /// Begins to transcribe the take whose file is being written in this format.
    pub fn begin(engine: &Engine, take: &Path, format: Format) -> Self {
        let reading = Self { ahead: Arc::default(), is_over: Arc::default() };
        let (engine, take) = (engine.clone(), take.to_owned());
        let (ahead, is_over) = (Arc::clone(&reading.ahead), Arc::clone(&reading.is_over));
        let thread = std::thread::Builder::new().name("reading ahead".into());
        // Without the thread, or if it fails, everything is transcribed after the take.
        let _ = thread.spawn(move || follow(&engine, &take, format, &ahead, &is_over));
        reading
    }

    /// Stops transcription after the current chunk, and returns what is known about the take; the last chunk may still
    /// be added.
    pub fn end(self) -> Arc<Ahead> {
        Arc::clone(&self.ahead)
    }
}

impl Drop for ReadingAhead {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Transcribes a take until it is over. An error ends this silently: it occurs again when the take is analyzed, and is
/// reported then.
fn follow(engine: &Engine, take: &Path, format: Format, ahead: &Ahead, is_over: &AtomicBool) {
    lower_priority();
    let Ok(whisper) = engine.whisper() else { return };
    let Ok(mut tail) = Tail::open(take, format) else { return };
    let mut follower = Follower::new(format.rate_hz, usize::from(format.channels), ahead);
    while !is_over.load(Ordering::Relaxed) {
        let Ok(mut frames) = tail.next_frames() else { return };
        let is_all = frames.iter().all(Vec::is_empty);
        if follower.hear(&mut frames) {
            tail.rewind();
            continue;
        }
        match follower.work(whisper) {
            Ok(false) if is_all => std::thread::sleep(LOOK_EVERY),
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// Gives the current thread, and those it starts, the lowest priority. Only on Linux is the priority that of a thread;
/// on other systems it would apply to the whole program.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, LOWEST);
}

/// Returns whether the machine runs on its battery; `false` if that is unknown.
pub fn is_on_battery() -> bool {
    runs_on_battery(Path::new(POWER))
}

fn runs_on_battery(supplies: &Path) -> bool {
    let said = |supply: &Path, what: &str| fs::read_to_string(supply.join(what)).unwrap_or_default().trim().to_owned();
    let supplies = fs::read_dir(supplies).into_iter().flatten().flatten().map(|entry| entry.path());
    // The batteries of keyboards and headphones have the scope "Device".
    supplies
        .filter(|supply| said(supply, "type") == "Battery" && said(supply, "scope") != "Device")
        .any(|supply| said(&supply, "status") == "Discharging")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_machines_own_battery_counts_and_only_when_it_runs_down() {
        let folder = tempfile::tempdir().unwrap();
        let supply = |name: &str, said: &[(&str, &str)]| {
            let supply = folder.path().join(name);
            fs::create_dir_all(&supply).unwrap();
            for (what, is) in said {
                fs::write(supply.join(what), format!("{is}\n")).unwrap();
            }
        };
        assert!(!runs_on_battery(&folder.path().join("none")));
        supply("AC", &[("type", "Mains"), ("online", "1")]);
        supply("BAT0", &[("type", "Battery"), ("status", "Charging")]);
        supply("keyboard", &[("type", "Battery"), ("scope", "Device"), ("status", "Discharging")]);
        assert!(!runs_on_battery(folder.path()));
        supply("BAT0", &[("status", "Discharging")]);
        assert!(runs_on_battery(folder.path()));
    }
}
