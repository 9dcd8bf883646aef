//! The rubric: what each part of the score is worth and where its points are won and lost.
//!
//! One table, versioned. Behind each number stands what it rests on: a *finding* (research, with how well it fits interviews), a *vendor*'s own
//! data, *convention* (practitioners' advice, not a finding) or *ours* (chosen here, by trying or by judgement).

use crate::codes::Code;

/// The version that reports carry. A change of any number below is a new version.
pub const VERSION: &str = "aloud.rubric/4";

/// Points of each part; all together 100 (ours). What was told weighs most, then fluency, then length and voice: commercial systems now judge
/// words only, and vocal cues correlate .20 with interviewers' ratings (finding: DeGroot and Motowidlo 1999; others find more).
pub const SETTING_POINTS: f64 = 7.0;
/// See [`SETTING_POINTS`].
pub const ACTION_POINTS: f64 = 12.0;
/// See [`SETTING_POINTS`].
pub const OWN_PART_POINTS: f64 = 7.0;
/// See [`SETTING_POINTS`].
pub const RESULT_POINTS: f64 = 14.0;
/// See [`SETTING_POINTS`].
pub const DETAIL_POINTS: f64 = 6.0;
/// See [`SETTING_POINTS`].
pub const SHAPE_POINTS: f64 = 6.0;
/// See [`SETTING_POINTS`].
pub const OTHERS_POINTS: f64 = 4.0;
/// See [`SETTING_POINTS`]. Left out when the question is not known.
pub const QUESTION_POINTS: f64 = 4.0;
/// See [`SETTING_POINTS`].
pub const FILLERS_POINTS: f64 = 11.0;
/// See [`SETTING_POINTS`].
pub const PAUSES_POINTS: f64 = 8.0;
/// See [`SETTING_POINTS`].
pub const PACE_POINTS: f64 = 8.0;
/// See [`SETTING_POINTS`].
pub const LENGTH_POINTS: f64 = 7.0;
/// See [`SETTING_POINTS`].
pub const VOICE_POINTS: f64 = 6.0;

/// A curve: the share of a part's points at each value of a measure, straight lines in between, flat outside.
pub type Curve = &'static [(f64, f64)];

/// Words a minute. Slow talk looks anxious (finding: Feiler and Powell 2016, 125 interviews); interviews in British English run at 160 to
/// 210 (finding, second hand: Tauroza and Allison 1990), radio is advised 160 to 180 (finding: Rodero 2012). So the band reaches up to 185, and
/// slow costs at least as much as fast; where points end is ours.
pub const PACE_WORDS_PER_MINUTE: Curve =
    &[(75.0, 0.0), (105.0, 0.6), (130.0, 1.0), (185.0, 1.0), (210.0, 0.7), (250.0, 0.0)];
/// The pace that nobody remarks on, in words a minute: see [`PACE_WORDS_PER_MINUTE`].
pub const PACE_COMFORTABLE: [f64; 2] = [130.0, 185.0];

/// Fillers a minute: filled pauses and "like", and all others at [`OTHER_FILLERS_WEIGHT`]. Of 0, 2, 5 and 12 filled pauses a minute only 12 did
/// harm (finding, in speeches: Laske and DiGennaro Reed 2024); 5 is average (vendor: Zandan, HBR 2018). Where points end is ours.
pub const FILLERS_PER_MINUTE: Curve = &[(5.0, 1.0), (12.0, 0.25), (18.0, 0.0)];
/// What fillers other than filled pauses and "like" count (ours). "Like" overused hurt hiring decisions more than "uh" (finding: Russell et
/// al. 2008, 105 students, 71 professionals), so it counts in full.
pub const OTHER_FILLERS_WEIGHT: f64 = 0.5;
/// Up to this many fillers a minute nobody minds: see [`FILLERS_PER_MINUTE`].
pub const FILLERS_FINE_PER_MINUTE: f64 = 5.0;

/// Long pauses a minute (ours): at least [`LONG_WITHIN_CLAUSE_S`] inside a clause (finding: Kahng 2018, where a pause falls matters
/// more than its length) or [`LONG_BETWEEN_S`] between clauses or sentences.
pub const LONG_PAUSES_PER_MINUTE: Curve = &[(0.0, 1.0), (1.0, 0.8), (4.0, 0.2), (6.0, 0.0)];
/// From here on a pause inside a clause is a break in the thread, in seconds (ours).
pub const LONG_WITHIN_CLAUSE_S: f64 = 1.0;
/// From here on a pause between clauses or sentences makes a listener wonder, in seconds (ours).
pub const LONG_BETWEEN_S: f64 = 3.0;
/// An answer that is speech for more than this share leaves the listener no time: it loses up to a third (ours).
pub const BREATHLESS_PHONATION_RATIO: Curve = &[(0.95, 1.0), (0.99, 0.67)];
/// Breathlessness shows only in answers at least this long, in seconds (ours).
pub const BREATHLESS_FROM_S: f64 = 20.0;

/// Answer length as a share of the shortest good one (convention).
pub const LENGTH_BELOW: Curve = &[(0.2, 0.0), (0.8, 0.8), (1.0, 1.0)];
/// Answer length as a multiple of the longest good one (convention).
pub const LENGTH_ABOVE: Curve = &[(1.0, 1.0), (1.25, 0.8), (2.0, 0.0)];

/// An answer below this share of the shortest good one is too little to tell how somebody speaks: what its other parts
/// win counts for the share of this that it reaches (ours).
pub const ENOUGH_TO_TELL: f64 = 0.5;

/// Standard deviation of the pitch in semitones: below 2 sounds flat, 2 to 4 is ordinary, above 4 lively
/// (provisional, ours; that feedback on it raises variation is a finding: Hincks and Edlund 2009).
pub const VOICE_SD_SEMITONES: Curve = &[(0.4, 0.0), (1.5, 0.7), (2.0, 1.0)];
/// Above this the pitch is lively, in semitones of standard deviation (ours).
pub const VOICE_LIVELY_SEMITONES: f64 = 4.0;
/// Below this it sounds flat (ours).
pub const VOICE_FLAT_SEMITONES: f64 = 2.0;

/// What was told is strong from this share of its points on, and middling from the next (ours; between the grades of the answers in
/// `tests/training/answers`).
pub const STRONG_FROM: f64 = 0.86;
/// See [`STRONG_FROM`].
pub const MIDDLING_FROM: f64 = 0.6;

/// A part against which something is said keeps less than this share of its points, and every other at least as much (ours).
pub const CRITICISED: f64 = 0.75;
/// A part against which nothing can be said keeps this share at least (ours).
pub const PRAISED: f64 = 0.9;
/// Where a code leaves a part at most this share, the part may lose all; above, half of the share is safe (ours).
pub const SEVERE: f64 = 0.4;
/// A part that is left open until one occasion is told gets this share at most (ours).
pub const LEFT_OPEN: f64 = 0.25;

/// A part of which less than this is measured does not get all of its points, even where nothing is found against it (ours).
pub const ENOUGH_TO_PRAISE: f64 = 0.5;
/// A part that is not there keeps this share and the share measured at most (ours).
pub const MISSING: f64 = 0.15;
/// Up to so many telling words no result is there: of 85 such answers of three authors coaches missed a result or an occasion in 78, and none was a strong one.
pub const NO_RESULT_WORDS: f64 = 7.0;
/// Up to so many telling words no step is there: in 40 of 44 such answers coaches missed the steps or the occasion.
pub const NO_ACTION_WORDS: f64 = 3.0;
/// Up to this share of "I" among "I" and "we" in the action the own part is hard to hear: so coaches said of all six such answers.
pub const NOT_YOURS: f64 = 0.4;
/// A part that measures nothing is said to be missing where the detectors give that this probability at least: below, most of what would be
/// said of three authors not seen is false ...
pub const MAY_BE_MISSING: f64 = 0.25;
/// ... and it is said to be there but vague, or not the speaker's, from this one on.
pub const MAY_BE_VAGUE: f64 = 0.5;
/// How sure a statement is that such a measure makes: see [`NO_RESULT_WORDS`].
pub const MEASURED: f64 = 0.9;
/// The same where no result is measured at all: 20 of 30 such statements were true of three authors not seen, so it is said as a doubt.
pub const MEASURED_NO_RESULT: f64 = 0.67;

/// The share of its points that a part keeps at most when a code holds (ours). One that is no part's costs none.
pub fn most_with(code: Code) -> f64 {
    match code {
        Code::NoEvent => 0.5,
        Code::NoResult | Code::NoSteps => 0.15,
        Code::OtherQuestion => 0.25,
        Code::EmptyWords => 0.35,
        Code::NoSetting | Code::ResultNotYours | Code::Blame => 0.5,
        Code::OwnPart | Code::VagueResult | Code::NoDetail | Code::Rambling | Code::Order => 0.6,
        Code::ThinSteps | Code::LongBackground | Code::Hedging => 0.7,
        Code::TooShort | Code::TooLong | Code::Ready | Code::NothingSure => 1.0,
        Code::Fillers | Code::Pace | Code::Pauses | Code::Length | Code::Voice => 1.0,
    }
}

/// Telling words of a part: each sentence's words times how much it tells, times how surely it is not empty. The curves over
/// them are ours, set between the grades of the answers in `tests/training/answers`; each is flat from where more of the same tells
/// nothing new, so that length wins nothing. What is asked of answers that are no story from the past is this share of it.
pub const NO_STORY_NEEDS: f64 = 0.8;
/// A sentence that is of a part with less probability than this is none: many small chances are not one sentence (ours).
pub const LEAST_CHANCE: f64 = 0.25;
/// Telling words of situation and task together (ours).
pub const SETTING_WORDS: Curve = &[(0.0, 0.0), (10.0, 0.6), (25.0, 1.0)];
/// Situation and task as a share of the answer: up to 35 % is advised (convention: University of Washington).
pub const SETTING_SHARE: Curve = &[(0.45, 1.0), (0.8, 0.5)];
/// Telling words of the action (ours). At 140 words a minute 50 are some 20 seconds: action is advised to be most of the answer (convention).
pub const ACTION_WORDS: Curve = &[(0.0, 0.0), (15.0, 0.4), (30.0, 0.7), (50.0, 1.0)];
/// "I" among "I" and "we" in the action part: full points from 60 %. Findings disagree (Naim et al. 2015 advise more "we"; a vendor
/// found more "I" in top answers), so nothing is taken for "we" beside it.
pub const I_IN_ACTION: Curve = &[(0.0, 0.0), (0.3, 0.5), (0.6, 1.0)];
/// Less action than this many telling words is too little to have an own part in: the points count for the share reached (ours).
pub const ACTION_TO_OWN: f64 = 15.0;
/// Telling words of the result (ours).
pub const RESULT_WORDS: Curve = &[(0.0, 0.0), (4.0, 0.3), (10.0, 0.6), (20.0, 1.0)];
/// Telling words of situation, task, action and result as a share of all words: how concrete the answer is (ours).
pub const DETAIL_SHARE: Curve = &[(0.1, 0.0), (0.4, 0.35), (0.75, 1.0)];
/// Words that are no part of the story, or said before, as a share of all (ours).
pub const ASIDE_SHARE: Curve = &[(0.12, 1.0), (0.3, 0.6), (0.6, 0.0)];
/// The expected share of pairs of sentences of different parts that stand in order (ours); 0.5 is no order at all, and stories told
/// as they happened have 0.65 and more.
pub const ORDER: Curve = &[(0.4, 0.1), (0.65, 1.0)];
/// How much order counts where no story is asked for (ours).
pub const ORDER_MATTERS_LESS: f64 = 0.5;
/// Hedges in a hundred words (ours).
pub const HEDGES_PER_100: Curve = &[(1.0, 1.0), (4.0, 0.5)];
/// In fewer words nobody is judged for how they speak of others (ours).
pub const LEAST_ON_OTHERS: f64 = 20.0;
/// Words that blame others, as a share of all: each sentence counts as much as it surely does so (ours).
pub const BLAME_SHARE: Curve = &[(0.1, 1.0), (0.25, 0.0)];
/// Words of sentences that tell of the past, as a share of all, where a story from the past was asked for: what somebody usually
/// does is no story (ours).
pub const TOLD_OF_THE_PAST: Curve = &[(0.2, 0.5), (0.45, 1.0)];
/// How likely the answer is one to its question, beside the question that it is most like: see [`crate::story::Fit::likeness`] (ours).
pub const LIKENESS: Curve = &[(0.05, 0.0), (0.42, 1.0)];

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
        assert!((share(PACE_WORDS_PER_MINUTE, 230.0) - 0.35).abs() < 1e-9);
        assert_eq!(share(PACE_WORDS_PER_MINUTE, 400.0), 0.0);
    }
}
