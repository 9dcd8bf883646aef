//! What makes speech disfluent: filled pauses (um, uh), discourse markers used as fillers (like, you know), repetitions and
//! restarts. [`fillers()`] puts them together. What a stutter begins again ([`stuttering`]) is no filler.

pub mod discourse_markers;
mod filled_pauses;
pub mod fillers;
pub mod repairs;
pub mod spoken;
pub mod stuttering;

pub use fillers::{Filler, Kind, Witness, fillers, fillers_of_draft};
pub use stuttering::stutter_like;
