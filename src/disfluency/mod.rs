//! Disfluencies: filled pauses (um, uh), discourse markers used as fillers (like, you know), repetitions and false
//! starts.
//!
//! [`fillers()`] finds all of them. Words that a stutter begins again ([`stuttering`]) are not fillers.

pub mod discourse_markers;
mod filled_pauses;
pub mod fillers;
pub mod log_linear;
pub mod repairs;
pub mod spoken;
pub mod stuttering;

pub use fillers::{Filler, FillerKind, Witness, fillers, fillers_of_draft, without_held_sounds};
pub use stuttering::{LeftOut, begun_again, stutter_like};

/// Returns a hash of the features of a fixed text. It changes with the feature code and the word lists, and weights
/// with another fingerprint are refused.
pub fn fingerprint() -> u64 {
    let words =
        PROBE.split_whitespace().map(|text| spoken::WordWithPauses { text, pause_before_s: None, pause_after_s: None });
    let words: Vec<spoken::WordWithPauses<'_>> = words.collect();
    log_linear::fingerprint(|add| {
        let finder = repairs::RepairFinder::of(&words, &crate::english::is_filled_pause);
        for candidate in (0..words.len()).flat_map(|last| finder.candidates(last)) {
            finder.describe(candidate, add);
        }
        (0..words.len()).for_each(|word| discourse_markers::describe_like(&words, word, add));
    })
}

/// The text for the fingerprint, with a word of every class and a disfluency of every kind.
const PROBE: &str = "\
    So I was, um, I was like really tired and we we had the pro- the project due on Monday. You know there were like five \
    of us, and my boss, she like wanted to, well, everyone helped them. If it's not, if it doesn't work, what would you \
    do then? Never mind. He quickly took his very useful boxes to -- they were counting from zero. Here's one that \
    nobody needs: it can be like that, yeah, but her family is large.";
