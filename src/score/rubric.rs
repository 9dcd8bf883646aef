//! The rubric: what each part of the score is worth and where its points are won and lost.
//!
//! One table, versioned. The research behind the thresholds is named beside them; "convention" is practitioners'
//! advice, not a finding. Where research gives no number, the line says "ours".

/// The version that reports carry. A change of any number below is a new version.
pub const VERSION: &str = "aloud.rubric/1";

/// Points of each part. Fluency weighs more than length and voice.
pub const FILLERS_POINTS: f64 = 14.0;
/// See [`FILLERS_POINTS`].
pub const PAUSES_POINTS: f64 = 10.0;
/// See [`FILLERS_POINTS`].
pub const PACE_POINTS: f64 = 10.0;
/// See [`FILLERS_POINTS`].
pub const LENGTH_POINTS: f64 = 8.0;
/// See [`FILLERS_POINTS`].
pub const VOICE_POINTS: f64 = 8.0;

/// A curve: the share of a part's points at each value of a measure, straight lines in between, flat outside.
pub type Curve = &'static [(f64, f64)];

/// Words a minute. Comfortable between 120 and 165 (the bands that rival products call good, put together); flagged
/// below 105 and above 180; nothing left at 70 and 230 (ours).
pub const PACE_WORDS_PER_MINUTE: Curve =
    &[(70.0, 0.0), (105.0, 0.7), (120.0, 1.0), (165.0, 1.0), (180.0, 0.7), (230.0, 0.0)];
/// The pace that nobody remarks on, in words a minute.
pub const PACE_COMFORTABLE: [f64; 2] = [120.0, 165.0];

/// Fillers a minute: filled pauses, and all others at [`OTHER_FILLERS_WEIGHT`]. 1 a minute is polished, 5 average
/// (Quantified, over 4,000 samples); no harm was found up to 5, harm near 12 (Laske et al. 2024).
pub const FILLERS_PER_MINUTE: Curve = &[(5.0, 1.0), (12.0, 0.25), (18.0, 0.0)];
/// Lexical fillers and repetitions disturb less than filled pauses (ours).
pub const OTHER_FILLERS_WEIGHT: f64 = 0.5;
/// A written draft is taken to be read at this pace: the middle of the comfortable ones.
pub const DRAFT_WORDS_PER_MINUTE: f64 = 142.5;
/// Up to this many fillers a minute nobody minds.
pub const FILLERS_FINE_PER_MINUTE: f64 = 5.0;

/// Long pauses a minute: at least [`LONG_WITHIN_CLAUSE_S`] inside a clause (Kahng 2018: where a pause falls matters
/// more than its length) or [`LONG_BETWEEN_S`] between clauses or sentences.
pub const LONG_PAUSES_PER_MINUTE: Curve = &[(0.0, 1.0), (1.0, 0.8), (4.0, 0.2), (6.0, 0.0)];
/// From here on a pause inside a clause is a break in the thread, in seconds (ours).
pub const LONG_WITHIN_CLAUSE_S: f64 = 1.0;
/// From here on a pause between clauses or sentences makes a listener wonder, in seconds (ours).
pub const LONG_BETWEEN_S: f64 = 3.0;
/// An answer that is speech for more than this share leaves the listener no time: it loses up to a third (ours).
pub const BREATHLESS_PHONATION_RATIO: Curve = &[(0.95, 1.0), (0.99, 0.67)];
/// Breathlessness shows only in answers at least this long, in seconds.
pub const BREATHLESS_FROM_S: f64 = 20.0;

/// Answer length as a share of the shortest good one (convention).
pub const LENGTH_BELOW: Curve = &[(0.2, 0.0), (0.8, 0.8), (1.0, 1.0)];
/// Answer length as a multiple of the longest good one (convention).
pub const LENGTH_ABOVE: Curve = &[(1.0, 1.0), (1.25, 0.8), (2.0, 0.0)];

/// An answer below this share of the shortest good one is too little to tell how somebody speaks: what its other parts
/// win counts for the share of this that it reaches (ours).
pub const ENOUGH_TO_TELL: f64 = 0.5;

/// Standard deviation of the pitch in semitones: below 2 sounds flat, 2 to 4 is ordinary, above 4 lively
/// (provisional; after Hincks and Edlund 2009).
pub const VOICE_SD_SEMITONES: Curve = &[(0.4, 0.0), (1.5, 0.7), (2.0, 1.0)];
/// Above this the pitch is lively, in semitones of standard deviation.
pub const VOICE_LIVELY_SEMITONES: f64 = 4.0;
/// Below this it sounds flat.
pub const VOICE_FLAT_SEMITONES: f64 = 2.0;

/// The value of a curve at `x`.
pub fn share(curve: Curve, x: f64) -> f64 {
    let (first, last) = (curve[0], curve[curve.len() - 1]);
    if x <= first.0 {
        return first.1;
    }
    for pair in curve.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        if x <= x1 {
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
        }
    }
    last.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_straight_between_its_points_and_flat_outside() {
        assert_eq!(share(PACE_WORDS_PER_MINUTE, 0.0), 0.0);
        assert_eq!(share(PACE_WORDS_PER_MINUTE, 140.0), 1.0);
        assert!((share(PACE_WORDS_PER_MINUTE, 205.0) - 0.35).abs() < 1e-9);
        assert_eq!(share(PACE_WORDS_PER_MINUTE, 400.0), 0.0);
    }
}
