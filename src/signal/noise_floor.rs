//! The noise floor: the level of the background noise when nobody speaks, frame by frame.
//!
//! It is computed from the quietest moments within a few seconds of each frame, after the minimum statistics of R.
//! Martin, "Noise power spectral density estimation based on optimal smoothing and minimum statistics", IEEE Trans.
//! Speech Audio Process. 9 (2001): even fluent speech touches the floor in its stop consonants and between its words.
//! Digital silence is ignored: it comes from an editor or a noise gate, not from the microphone.

use super::frames::{SILENCE_DBFS, STEP_S};

/// Half the length of the window from which the floor of a frame is computed, in seconds.
const HALF_WINDOW_S: f64 = 4.0;
/// Quantile of the levels in the window that defines the floor.
const FLOOR_QUANTILE: f64 = 0.08;
/// Spacing of the grid on which the floor is computed, in frames (0.25 s); it is interpolated linearly in between.
const GRID_FRAMES: usize = 25;
/// Maximum level of a frame that counts as digital silence, in dBFS.
const DIGITAL_SILENCE_DBFS: f32 = SILENCE_DBFS + 10.0;
/// Maximum distance of the floor below the recording's loudest frames, in dB: softer sounds are inaudible to a
/// listener.
const MAX_DEPTH_DB: f32 = 60.0;

/// Returns the noise floor under every frame, in dBFS, from the frames' levels in dBFS (10 ms apart).
///
/// In a recording of digital silence alone, the floor is [`SILENCE_DBFS`].
pub fn noise_floor(level_db: &[f32]) -> Vec<f32> {
    let mut sounding: Vec<f32> = level_db.iter().copied().filter(|l| *l > DIGITAL_SILENCE_DBFS).collect();
    if sounding.is_empty() {
        return vec![SILENCE_DBFS; level_db.len()];
    }
    let loudest = select_quantile(&mut sounding, 0.99);
    let global_floor = select_quantile(&mut sounding, FLOOR_QUANTILE);
    let half_window = (HALF_WINDOW_S / STEP_S) as usize;
    let mut window = Vec::with_capacity(2 * half_window + 1);
    let grid: Vec<f32> = (0..level_db.len().div_ceil(GRID_FRAMES) + 1)
        .map(|g| {
            let centre = g * GRID_FRAMES;
            let to = (centre + half_window + 1).min(level_db.len());
            let from = centre.saturating_sub(half_window).min(to);
            window.clear();
            window.extend(level_db[from..to].iter().copied().filter(|l| *l > DIGITAL_SILENCE_DBFS));
            // With too little sound around, the floor of the whole recording is used.
            let floor = if window.len() < half_window / 2 {
                global_floor
            } else {
                select_quantile(&mut window, FLOOR_QUANTILE)
            };
            floor.max(loudest - MAX_DEPTH_DB)
        })
        .collect();
    (0..level_db.len())
        .map(|i| {
            let (g, part) = (i / GRID_FRAMES, (i % GRID_FRAMES) as f32 / GRID_FRAMES as f32);
            grid[g] + (grid[g + 1] - grid[g]) * part
        })
        .collect()
}

/// Returns the `quantile` (0 to 1) of the values, which are reordered.
///
/// # Panics
/// Without any value.
pub(super) fn select_quantile(values: &mut [f32], quantile: f64) -> f32 {
    let at = ((values.len() - 1) as f64 * quantile).round() as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}
