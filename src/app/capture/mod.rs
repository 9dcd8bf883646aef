//! Recording: a microphone becomes a WAV file on disk, and no sound is ever lost without a trace.
//!
//! Data flows one way. The device's own thread converts its samples and pushes them into a lock-free ring (`ring`); a
//! worker thread (`recorder`) takes them out, fills in for what went missing (`continuity`), meters them
//! (`meter`, `watch`) and writes them to disk (`take`). Whoever shows it on a screen reads a [`Status`] and sends
//! commands; a slow terminal never blocks the recording.
//!
//! Everything but `device` is plain data in, plain data out, and is tested without a microphone.

mod continuity;
mod device;
mod error;
mod line;
mod meter;
mod recorder;
mod ring;
mod take;
mod watch;

pub use device::{Format, Microphone, Sample, microphones};
pub use error::CaptureError;
pub use line::live_line;
pub use recorder::{Ending, Limits, Recorder, Status, Take};
pub use take::{About, Place, Unfinished, is_take, leave_for_later, name, settle, takes, unfinished};
pub use watch::Concern;
