//! Reading a take while it is recorded, so that the report is there when somebody stops speaking.
//!
//! Recording comes first: the thread that reads has the lowest priority and only ever looks at the file. If it falls behind,
//! what is left is read after the take. Nothing of what it hears is shown: who sees their words while they speak speaks worse.

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

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The lowest priority there is.
#[cfg(target_os = "linux")]
const LOWEST: i32 = 19;
/// Where Linux says what the machine runs on.
const POWER: &str = "/sys/class/power_supply";

/// The speech model, which is loaded on a thread of its own.
#[derive(Clone)]
pub struct Engine(Arc<Loading>);

struct Loading {
    thread: Mutex<Option<JoinHandle<Result<Whisper, TranscriptError>>>>,
    loaded: OnceLock<Result<Whisper, NotLoaded>>,
}

/// Why there is no speech model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct NotLoaded(String);

impl Engine {
    /// Begins to load a model. `vocabulary` are names and jargon that it should spell right.
    pub fn load(model: &Model, vocabulary: &[String]) -> Self {
        let (model, vocabulary) = (model.clone(), vocabulary.to_vec());
        let thread = std::thread::spawn(move || Whisper::load(&model, &vocabulary));
        Self(Arc::new(Loading { thread: Mutex::new(Some(thread)), loaded: OnceLock::new() }))
    }

    /// Returns the model, once it is loaded.
    ///
    /// # Errors
    /// When it could not be loaded.
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

/// A take that is being read; dropped, nothing more of it is begun.
pub struct ReadingAhead {
    ahead: Arc<Ahead>,
    is_over: Arc<AtomicBool>,
}

impl ReadingAhead {
    /// Begins to read a take that is being recorded in this format.
    pub fn begin(engine: &Engine, take: &Path, format: Format) -> Self {
        let reading = Self { ahead: Arc::default(), is_over: Arc::default() };
        let (engine, take) = (engine.clone(), take.to_owned());
        let (ahead, is_over) = (Arc::clone(&reading.ahead), Arc::clone(&reading.is_over));
        let thread = std::thread::Builder::new().name("reading ahead".into());
        // Without the thread, or when it fails, everything is read after the take.
        let _ = thread.spawn(move || follow(&engine, &take, format, &ahead, &is_over));
        reading
    }

    /// Ends it with the piece that it is at, and returns what is known of the take then.
    pub fn end(self) -> Arc<Ahead> {
        Arc::clone(&self.ahead)
    }
}

impl Drop for ReadingAhead {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Reads a take until it is over. Any failure shows again when the take is analyzed, and is reported then.
fn follow(engine: &Engine, take: &Path, format: Format, ahead: &Ahead, is_over: &AtomicBool) {
    Ahead::prepare();
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

/// Gives this thread, and those it starts, the lowest priority. On Linux the priority belongs to a thread; elsewhere it would be
/// that of the whole program.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, LOWEST);
}

/// Returns whether the machine runs on its battery, as far as it can be told.
pub fn is_on_battery() -> bool {
    runs_on_battery(Path::new(POWER))
}

fn runs_on_battery(supplies: &Path) -> bool {
    let said = |supply: &Path, what: &str| fs::read_to_string(supply.join(what)).unwrap_or_default().trim().to_owned();
    let supplies = fs::read_dir(supplies).into_iter().flatten().flatten().map(|entry| entry.path());
    // The batteries of keyboards and headphones have the scope of a device.
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
