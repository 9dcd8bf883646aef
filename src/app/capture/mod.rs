//! Recording: writes a microphone's audio to a WAV file on disk, and never loses audio without recording the loss.
//!
//! Data flows one way. The device's callback thread converts its samples and pushes them into a lock-free ring
//! (`ring`); a worker thread (`recorder`) takes them out, fills gaps with silence (`continuity`), meters them (`meter`,
//! `watch`) and writes them to disk (`take`). The user interface reads a [`Status`] and sends commands; a slow terminal
//! never blocks the recording.
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
