//! The noise floor: the level of the background noise when nobody speaks, frame by frame.
//!
//! It is taken from the quietest moments of the few seconds around each frame, after the minimum statistics of R.
//! Martin, "Noise power spectral density estimation based on optimal smoothing and minimum statistics", IEEE Trans.
//! Speech Audio Process. 9 (2001): even fluent speech touches the floor in its stop consonants and between its words.
//! Digital silence is left out: it comes from an editor or a noise gate, not from background noise.

use super::frames::{SILENCE_DBFS, STEP_S};

/// Half of the window whose quiet moments count, in seconds.
const REACH_S: f64 = 4.0;
/// Quantile of the levels in the window that defines the floor.
const QUIET_SHARE: f64 = 0.08;
/// The floor is computed once per this many frames (0.25 s) and interpolated linearly in between.
const GRID: usize = 25;
/// Frames up to this level count as digital silence, not as background noise, in dBFS.
const DIGITAL_SILENCE_DBFS: f32 = SILENCE_DBFS + 10.0;
/// Maximum distance of the floor below the recording's loudest frames, in dB: nothing softer matters to a listener.
const DEEPEST_DB: f32 = 60.0;

/// Returns the noise floor under every frame, in dBFS, from the frames' levels in dBFS (10 ms apart).
///
/// In a recording of digital silence alone, the floor is [`SILENCE_DBFS`].
pub fn noise_floor(level_db: &[f32]) -> Vec<f32> {
    let mut sounding: Vec<f32> = level_db.iter().copied().filter(|l| *l > DIGITAL_SILENCE_DBFS).collect();
    if sounding.is_empty() {
        return vec![SILENCE_DBFS; level_db.len()];
    }
    let loudest = pick(&mut sounding, 0.99);
    let whole = pick(&mut sounding, QUIET_SHARE);
    let reach = (REACH_S / STEP_S) as usize;
    let mut around = Vec::with_capacity(2 * reach + 1);
    let grid: Vec<f32> = (0..level_db.len().div_ceil(GRID) + 1)
        .map(|g| {
            let centre = g * GRID;
            let to = (centre + reach + 1).min(level_db.len());
            let from = centre.saturating_sub(reach).min(to);
            around.clear();
            around.extend(level_db[from..to].iter().copied().filter(|l| *l > DIGITAL_SILENCE_DBFS));
            // With too little sound around, the floor of the whole recording is used.
            let floor = if around.len() < reach / 2 { whole } else { pick(&mut around, QUIET_SHARE) };
            floor.max(loudest - DEEPEST_DB)
        })
        .collect();
    (0..level_db.len())
        .map(|i| {
            let (g, part) = (i / GRID, (i % GRID) as f32 / GRID as f32);
            grid[g] + (grid[g + 1] - grid[g]) * part
        })
        .collect()
}

/// Returns the quantile of the values at `share`, reordering them. There must be at least one value.
pub(crate) fn pick(values: &mut [f32], share: f64) -> f32 {
    let at = ((values.len() - 1) as f64 * share).round() as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}
