//! The log-odds that the model gave a filled pause at each decoding step, whichever token it wrote.
//!
//! The next token is chosen from the logits of all tokens. whisper.cpp passes these to a callback before it chooses;
//! here, those of "um" and "uh" are compared with the largest of the others. This costs one pass over the logits.

#![allow(unsafe_code, reason = "a function that C calls, with pointers")]

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::Mutex;
use std::{ptr, slice};

use whisper_rs::whisper_rs_sys::{whisper_context, whisper_state, whisper_token_data};
use whisper_rs::{FullParams, WhisperTokenId};

use super::lock;

/// Number of logits compared at a time.
const LANES: usize = 16;

/// The expectations at the decoding steps of one reading.
pub(super) struct Expectations<'a> {
    /// The tokens that are filled pauses, in ascending order.
    hesitations: &'a [WhisperTokenId],
    /// Number of tokens of the model.
    tokens: usize,
    /// The log-odds at a step, keyed by the tokens written before it. Several threads can decode hypotheses at the same
    /// time.
    seen: Mutex<HashMap<Vec<WhisperTokenId>, f32>>,
}

impl<'a> Expectations<'a> {
    /// Creates the recorder for a model with this number of tokens, of which `hesitations`, in ascending order, are
    /// filled pauses.
    pub(super) fn new(hesitations: &'a [WhisperTokenId], tokens: usize) -> Self {
        Self { hesitations, tokens, seen: Mutex::default() }
    }

    /// Makes a reading with these parameters record its expectations in `self`.
    ///
    /// # Safety
    /// No reading may begin with the parameters after `self` was moved or dropped.
    pub(super) unsafe fn listen(&self, parameters: &mut FullParams<'_, '_>) {
        // SAFETY: the callback gets `self` back, which the caller keeps in place.
        unsafe {
            parameters.set_filter_logits_callback(Some(see));
            parameters.set_filter_logits_callback_user_data(ptr::from_ref(self).cast_mut().cast());
        }
    }

    /// Returns the log-odds of a filled pause after these tokens; `None` if the model never wrote them.
    pub(super) fn after(&self, written: &[WhisperTokenId]) -> Option<f32> {
        lock(&self.seen).get(written).copied()
    }
}

/// Records the expectation at one step.
///
/// # Safety
/// `written` points to `count` tokens, `logits` to one number per token of the model, and `expectations` to the value
/// that [`Expectations::listen`] was called on.
unsafe extern "C" fn see(
    _: *mut whisper_context,
    _: *mut whisper_state,
    written: *const whisper_token_data,
    count: c_int,
    logits: *mut f32,
    expectations: *mut c_void,
) {
    // SAFETY: the value is only changed behind its lock, and lives as long as the reading.
    let expectations = unsafe { &*expectations.cast::<Expectations<'_>>() };
    // The pointer to the data of an empty C++ vector may be null.
    let written = match usize::try_from(count) {
        // SAFETY: the caller's promise.
        Ok(count) if count > 0 => unsafe { slice::from_raw_parts(written, count) },
        _ => &[],
    };
    // SAFETY: the caller's promise.
    let logits = unsafe { slice::from_raw_parts(logits.cast_const(), expectations.tokens) };
    let written = written.iter().map(|token| token.id).collect();
    lock(&expectations.seen).insert(written, log_odds(logits, expectations.hesitations));
}

/// Returns the difference between the largest logit of the `chosen` tokens, which are in ascending order, and the
/// largest of the others.
fn log_odds(logits: &[f32], chosen: &[WhisperTokenId]) -> f32 {
    let mut best = f32::NEG_INFINITY;
    let mut best_other = f32::NEG_INFINITY;
    let mut from = 0;
    for id in chosen.iter().map(|id| *id as usize).filter(|id| *id < logits.len()) {
        best = best.max(logits[id]);
        best_other = best_other.max(largest(&logits[from..id.max(from)]));
        from = id + 1;
    }
    best - best_other.max(largest(&logits[from.min(logits.len())..]))
}

/// Returns the largest number; negative infinity if there is none.
fn largest(numbers: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (rows, rest) = numbers.as_chunks::<LANES>();
    for row in rows {
        for (lane, number) in lanes.iter_mut().zip(row) {
            if number > lane {
                *lane = *number;
            }
        }
    }
    lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_filled_pause_is_compared_with_the_likeliest_other_token() {
        let mut logits: Vec<f32> = (0..1_000).map(|i| -((i * 7 % 1_000) as f32) / 100.0).collect();
        logits[0] = -11.0;
        logits[300] = 1.5;
        logits[301] = 1.0;
        logits[999] = 0.5;
        assert_eq!(log_odds(&logits, &[300, 301]), 1.0);
        assert_eq!(log_odds(&logits, &[301, 999]), -0.5);
        assert_eq!(log_odds(&logits, &[0, 300, 999]), 0.5);
    }

    #[test]
    fn a_model_without_such_tokens_expects_none() {
        assert_eq!(log_odds(&[0.0; 40], &[]), f32::NEG_INFINITY);
        assert_eq!(log_odds(&[0.0; 40], &[40, 50]), f32::NEG_INFINITY);
    }
}
