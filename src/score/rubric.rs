//! The rubric: what each part of the score is worth, and where its points are won and lost.
//!
//! One versioned table, [`TABLE`], from which `docs/rubric.md` is generated. Each number names what it rests on: a *finding* (research, and how
//! well it fits interviews), a *vendor*'s own data, *convention* (practitioners' advice) or *ours* (chosen here, by measurement or judgement).

use crate::codes::Code;

/// The version of the rubric, as reports carry it. Changing any number below makes a new version.
pub const VERSION: &str = "aloud.rubric/4";

/// The share of a part's points at each value of a measure: linear between the points, constant beyond the first and the last.
pub type Curve = &'static [(f64, f64)];

/// An entry of the rubric: a number, a range, a curve or a list, with its documentation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RubricEntry {
    /// The name of the constant.
    pub name: &'static str,
    /// What it is, its unit and what it rests on, in Markdown.
    pub meaning: &'static str,
    /// Its value.
    pub value: Value,
}

/// The value of a [`RubricEntry`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// One number.
    Number(f64),
    /// A range, both ends included.
    Range([f64; 2]),
    /// A [`Curve`].
    Curve(Curve),
    /// The largest share of its points that a part keeps where a code holds.
    PerCode(&'static [(Code, f64)]),
}

/// Defines the constants of the rubric, and [`TABLE`] of all of them.
macro_rules! rubric {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $kind:ident($value:expr);)+) => {
        $($(#[doc = $doc])+ pub const $name: $type = $value;)+

        /// Every number that decides about points, in the order of this file.
        pub static TABLE: &[RubricEntry] =
            &[$(RubricEntry { name: stringify!($name), meaning: concat!($($doc, "\n"),+), value: Value::$kind($name) }),+];
    };
}

rubric! {
    /// Points for the background. All parts together have 100 (ours). The story weighs most, then fluency, then length and voice: commercial systems
    /// now judge words only, and vocal cues correlate .20 with interviewers' ratings (finding: DeGroot and Motowidlo 1999; others find more).
    SETTING_POINTS: f64 = Number(7.0);
    /// Points for the steps (ours).
    ACTION_POINTS: f64 = Number(12.0);
    /// Points for the speaker's own part in the steps (ours).
    OWN_PART_POINTS: f64 = Number(7.0);
    /// Points for the result (ours).
    RESULT_POINTS: f64 = Number(14.0);
    /// Points for concrete detail (ours).
    DETAIL_POINTS: f64 = Number(6.0);
    /// Points for the thread: order, asides, hedges (ours).
    SHAPE_POINTS: f64 = Number(6.0);
    /// Points for how others are spoken of (ours).
    OTHERS_POINTS: f64 = Number(4.0);
    /// Points for answering the question; the part is left out when the question is not known (ours).
    QUESTION_POINTS: f64 = Number(4.0);
    /// Points for fillers (ours).
    FILLERS_POINTS: f64 = Number(11.0);
    /// Points for pauses (ours).
    PAUSES_POINTS: f64 = Number(8.0);
    /// Points for pace (ours).
    PACE_POINTS: f64 = Number(8.0);
    /// Points for length (ours).
    LENGTH_POINTS: f64 = Number(7.0);
    /// Points for the voice (ours).
    VOICE_POINTS: f64 = Number(6.0);

    /// Pace, by words a minute. Slow talk looks anxious (finding: Feiler and Powell 2016, 125 interviews); interviews in British English run at
    /// 160 to 210 (finding, second hand: Tauroza and Allison 1990), radio is advised 160 to 180 (finding: Rodero 2012). So full points reach
    /// up to 185, and slow costs at least as much as fast; where points end is ours.
    PACE_WORDS_PER_MINUTE: Curve = Curve(&[(75.0, 0.0), (105.0, 0.6), (130.0, 1.0), (185.0, 1.0), (210.0, 0.7), (250.0, 0.0)]);
    /// The pace that nobody remarks on, in words a minute: see [`PACE_WORDS_PER_MINUTE`].
    PACE_COMFORTABLE: [f64; 2] = Range([130.0, 185.0]);

    /// Fillers, by fillers a minute: filled pauses and "like" in full, all others weighted by [`OTHER_FILLERS_WEIGHT`]. Of 0, 2, 5 and 12 filled
    /// pauses a minute only 12 did harm (finding, in speeches: Laske and DiGennaro Reed 2024); 5 is average (vendor: Zandan, HBR 2018). Where
    /// points end is ours.
    FILLERS_PER_MINUTE: Curve = Curve(&[(5.0, 1.0), (12.0, 0.25), (18.0, 0.0)]);
    /// The weight of fillers other than filled pauses and "like" (ours). Overused "like" hurt hiring decisions more than "uh" (finding: Russell et
    /// al. 2008, 105 students, 71 professionals), so it counts in full.
    OTHER_FILLERS_WEIGHT: f64 = Number(0.5);
    /// Fillers a minute that nobody minds: see [`FILLERS_PER_MINUTE`].
    FILLERS_FINE_PER_MINUTE: f64 = Number(5.0);

    /// Pauses, by long pauses a minute (ours): those of at least [`LONG_WITHIN_CLAUSE_S`] within a clause (finding: Kahng 2018, the place of a pause
    /// matters more than its length) or [`LONG_BETWEEN_S`] between clauses or sentences.
    LONG_PAUSES_PER_MINUTE: Curve = Curve(&[(0.0, 1.0), (1.0, 0.8), (4.0, 0.2), (6.0, 0.0)]);
    /// The shortest pause within a clause that breaks the thread, in seconds (ours).
    LONG_WITHIN_CLAUSE_S: f64 = Number(1.0);
    /// The shortest pause between clauses or sentences that makes a listener wonder, in seconds (ours).
    LONG_BETWEEN_S: f64 = Number(3.0);
    /// A factor on the points for pauses, by the share of the answer that is speech: an answer without silences leaves the listener no time (ours).
    BREATHLESS_PHONATION_RATIO: Curve = Curve(&[(0.95, 1.0), (0.99, 0.67)]);
    /// The shortest answer to which [`BREATHLESS_PHONATION_RATIO`] applies, in seconds (ours).
    BREATHLESS_FROM_S: f64 = Number(20.0);

    /// Length of a short answer, as a share of the shortest good length (convention).
    LENGTH_BELOW: Curve = Curve(&[(0.2, 0.0), (0.8, 0.8), (1.0, 1.0)]);
    /// Length of a long answer, as a multiple of the longest good length (convention).
    LENGTH_ABOVE: Curve = Curve(&[(1.0, 1.0), (1.25, 0.8), (2.0, 0.0)]);
    /// An answer shorter than this share of the shortest good length is too little to tell how somebody speaks: its points for delivery are scaled by
    /// the fraction of this share that it reaches (ours).
    ENOUGH_TO_TELL: f64 = Number(0.5);

    /// Voice, by the standard deviation of pitch in semitones (provisional, ours; feedback on it raises variation, a finding: Hincks and Edlund 2009).
    VOICE_SD_SEMITONES: Curve = Curve(&[(0.4, 0.0), (1.5, 0.7), (2.0, 1.0)]);
    /// Pitch varies in a lively way above this standard deviation, in semitones (ours).
    VOICE_LIVELY_SEMITONES: f64 = Number(4.0);
    /// Pitch sounds flat below this standard deviation, in semitones (ours).
    VOICE_FLAT_SEMITONES: f64 = Number(2.0);

    /// A story is strong from this share of its points (ours; set between the grades of the answers in `tests/training/answers`).
    STRONG_FROM: f64 = Number(0.86);
    /// A story is middling from this share of its points, and weak below it (ours, set as [`STRONG_FROM`]).
    MIDDLING_FROM: f64 = Number(0.6);

    /// A criticised part keeps less than this share of its points, and every other part at least this share (ours).
    CRITICISED: f64 = Number(0.75);
    /// A part in which no fault may hold keeps at least this share (ours).
    PRAISED: f64 = Number(0.9);
    /// A code that leaves a part at most this share can take all of its points; any other code takes at most half of what it leaves (ours).
    SEVERE: f64 = Number(0.4);
    /// The largest share of a part that is left open until one occasion is told (ours).
    LEFT_OPEN: f64 = Number(0.25);

    /// The smallest measure of a part, 0 to 1, with which it can get all of its points (ours).
    ENOUGH_TO_PRAISE: f64 = Number(0.5);
    /// A missing part keeps at most this share plus the share measured (ours).
    MISSING: f64 = Number(0.15);
    /// At most this many telling words of result count as no result: of 85 such answers by three authors coaches missed a result or an occasion in 78,
    /// and none was a strong answer (ours).
    NO_RESULT_WORDS: f64 = Number(7.0);
    /// At most this many telling words of action count as no steps: in 40 of 44 such answers coaches missed the steps or the occasion (ours).
    NO_ACTION_WORDS: f64 = Number(3.0);
    /// At most this share of "I" among "I" and "we" in the action makes the speaker's part hard to hear: coaches said so of all six such answers (ours).
    NOT_YOURS: f64 = Number(0.4);
    /// The smallest probability from the detectors with which a part that measures as missing is criticised as missing: below it, most such claims were
    /// false of three unseen authors (ours).
    MAY_BE_MISSING: f64 = Number(0.25);
    /// The same for missing steps where the question asks for no event: below it, two of seven such claims were true of seven unseen authors; of all
    /// others, 27 of 30 (ours).
    MAY_LACK_STEPS: f64 = Number(0.7);
    /// The same for a missing result beside missing steps: such claims were true in 11 of 19 answers, most of which a coach would have asked for the steps
    /// alone (ours).
    MISSING_BESIDE_STEPS: f64 = Number(0.85);
    /// The smallest probability from the detectors with which a part that measures as missing is criticised as vague, or as not the speaker's, and a
    /// result as missing of which only the detectors of sentences find none (ours).
    MAY_BE_VAGUE: f64 = Number(0.5);
    /// The smallest probability from the detectors with which a result is criticised as vague that neither the measure nor the detectors of sentences find
    /// (ours).
    MAY_LACK_A_RESULT: f64 = Number(0.35);
    /// The same for a result that is missing in an answer that is good otherwise, of which nothing tells an outcome: five of seven such claims were true of
    /// seven unseen authors, and of strong answers whose result was cut out, 70 of 110 lost eight points for it without this, and 82 with it (ours).
    MAY_LACK_ONLY_A_RESULT: f64 = Number(0.15);
    /// The smallest probability from the detectors that an answer is ready with which it counts as good otherwise (ours).
    GOOD_OTHERWISE: f64 = Number(0.1);
    /// The confidence of a claim that rests on a measure, see [`NO_RESULT_WORDS`]: about four in five such claims were true of eight unseen authors, so that they
    /// are worded as a doubt (ours).
    MEASURED: f64 = Number(0.8);

    /// The largest share of its points that a part keeps where a code holds (ours). Codes that are not listed cost no points.
    KEPT_AT_MOST: &[(Code, f64)] = PerCode(&[
        (Code::NoResult, 0.15),
        (Code::NoSteps, 0.15),
        (Code::OtherQuestion, 0.25),
        (Code::EmptyWords, 0.35),
        (Code::NoEvent, 0.5),
        (Code::NoSetting, 0.5),
        (Code::ResultNotYours, 0.5),
        (Code::Blame, 0.5),
        (Code::OwnPart, 0.6),
        (Code::VagueResult, 0.6),
        (Code::NoDetail, 0.6),
        (Code::Rambling, 0.6),
        (Code::Order, 0.6),
        (Code::ThinSteps, 0.7),
        (Code::LongBackground, 0.7),
        (Code::Hedging, 0.7),
    ]);

    /// The share of the telling words below that is asked of an answer that is not a story from the past. *Telling words* are a sentence's words times how
    /// much it tells, times how surely it is not empty. The curves over them are set between the grades of the answers in `tests/training/answers`,
    /// and each is constant from where more of the same tells nothing new, so that length alone wins nothing (ours).
    NO_STORY_NEEDS: f64 = Number(0.8);
    /// The smallest probability with which a sentence counts for a part: many small chances do not make one sentence (ours).
    LEAST_CHANCE: f64 = Number(0.25);
    /// Background: share of its points by the number of *telling words* about situation and task together (ours).
    SETTING_WORDS: Curve = Curve(&[(0.0, 0.0), (10.0, 0.6), (25.0, 1.0)]);
    /// A factor on the background, by its share of the answer: up to 35 % is advised (convention: University of Washington).
    SETTING_SHARE: Curve = Curve(&[(0.45, 1.0), (0.8, 0.5)]);
    /// Steps: share of their points by the number of *telling words* about the action (ours). At 140 words a minute 50 words take about 20 seconds; most of the answer should be action (convention).
    ACTION_WORDS: Curve = Curve(&[(0.0, 0.0), (15.0, 0.4), (30.0, 0.7), (50.0, 1.0)]);
    /// Own part, by the share of "I" among "I" and "we" in the action. Findings disagree (Naim et al. 2015 advise more "we"; a vendor found more "I" in
    /// top answers), so from 60 % on "we" costs nothing.
    I_IN_ACTION: Curve = Curve(&[(0.0, 0.0), (0.3, 0.5), (0.6, 1.0)]);
    /// With fewer telling words of action than this, the points for the own part are scaled by the fraction of it that is reached (ours).
    ACTION_TO_OWN: f64 = Number(15.0);
    /// Result: share of its points by the number of *telling words* about the result (ours).
    RESULT_WORDS: Curve = Curve(&[(0.0, 0.0), (4.0, 0.3), (10.0, 0.6), (20.0, 1.0)]);
    /// Detail: share of its points by the *telling words* about situation, task, action and result, as a share of all words (ours).
    DETAIL_SHARE: Curve = Curve(&[(0.1, 0.0), (0.4, 0.35), (0.75, 1.0)]);
    /// Thread, by the share of words that belong to no part of the story or are said twice (ours).
    ASIDE_SHARE: Curve = Curve(&[(0.12, 1.0), (0.3, 0.6), (0.6, 0.0)]);
    /// A factor on the thread, by the expected share of pairs of sentences from different parts that stand in order (ours): 0.5 is no order at all, and stories
    /// told as they happened have 0.65 and more.
    ORDER: Curve = Curve(&[(0.4, 0.1), (0.65, 1.0)]);
    /// In a story from the past with one occasion, at most this expected share of pairs in order leaves nothing clear: no part is praised. Of 124 strong
    /// answers none had as little as they stand, and most had when their sentences were shuffled. It is not called out of order: of four answers that had as
    /// little, coaches said so of one (ours).
    NO_ORDER: f64 = Number(0.42);
    /// How much [`ORDER`] counts where the question asks for no story (ours).
    ORDER_MATTERS_LESS: f64 = Number(0.5);
    /// A factor on the thread, by hedges in a hundred words (ours).
    HEDGES_PER_100: Curve = Curve(&[(1.0, 1.0), (4.0, 0.5)]);
    /// In an answer of fewer words nobody is judged for how they speak of others (ours).
    LEAST_ON_OTHERS: f64 = Number(20.0);
    /// Others, by the share of words that blame them; each sentence is weighted by its probability of doing so (ours).
    BLAME_SHARE: Curve = Curve(&[(0.1, 1.0), (0.25, 0.0)]);
    /// A factor on the steps where a story from the past was asked for, by the share of words in sentences that tell of the past: what somebody usually does
    /// is not a story (ours).
    TOLD_OF_THE_PAST: Curve = Curve(&[(0.2, 0.5), (0.45, 1.0)]);
    /// Question, by how likely the answer is one to its question rather than to the question that it resembles most: see
    /// [`Fit::likeness`](crate::story::QuestionFit::likeness) (ours).
    LIKENESS: Curve = Curve(&[(0.05, 0.0), (0.42, 1.0)]);
}

/// Returns the largest share of its points that a part keeps where `code` holds: see [`KEPT_AT_MOST`].
pub fn kept_at_most(code: Code) -> f64 {
    KEPT_AT_MOST.iter().find(|(c, _)| *c == code).map_or(1.0, |(_, share)| *share)
}

/// Returns the value of a curve at `x`, by linear interpolation.
pub fn interpolate(curve: Curve, x: f64) -> f64 {
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
        assert_eq!(interpolate(PACE_WORDS_PER_MINUTE, 0.0), 0.0);
        assert_eq!(interpolate(PACE_WORDS_PER_MINUTE, 140.0), 1.0);
        assert!((interpolate(PACE_WORDS_PER_MINUTE, 230.0) - 0.35).abs() < 1e-9);
        assert_eq!(interpolate(PACE_WORDS_PER_MINUTE, 400.0), 0.0);
    }

    #[test]
    fn the_parts_have_a_hundred_points_together() {
        let points = TABLE.iter().filter(|e| e.name.ends_with("_POINTS"));
        let all = points.map(|e| if let Value::Number(n) = e.value { n } else { 0.0 }).sum::<f64>();
        assert_eq!(all, 100.0);
    }

    #[test]
    fn the_published_table_is_this_one() {
        let published = include_str!("../../docs/rubric.md");
        let now = markdown();
        if published != now {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/rubric.md");
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &now).unwrap();
            panic!("docs/rubric.md is not what the rubric says. Look at target/rubric.md and copy it there.");
        }
    }

    /// Renders `docs/rubric.md`.
    fn markdown() -> String {
        let percent = |x: f64| format!("{} %", (1000.0 * x).round() / 10.0);
        let code = |c: &Code| serde_json::to_value(c).unwrap().as_str().unwrap().to_string();
        let mut out = format!(
            "# The rubric, number by number\n\nEverything that decides about points in `{VERSION}`, generated from \
             [`src/score/rubric.rs`](../src/score/rubric.rs); [What the numbers mean](score.md) explains it. Each number names what it rests on: a *finding* \
             (research), a *vendor*'s own data, *convention* (practitioners' advice) or *ours* (chosen here). A curve gives the share of a part's points, or \
             the factor on it, at each value of a measure: linear in between, constant beyond the ends.\n\n| number | value | meaning |\n|---|---|---|\n"
        );
        for RubricEntry { name, meaning, value } in TABLE {
            let value = match value {
                Value::Number(x) => x.to_string(),
                Value::Range([low, high]) => format!("{low} to {high}"),
                Value::Curve(curve) => {
                    curve.iter().map(|(x, y)| format!("{x}: {}", percent(*y))).collect::<Vec<_>>().join("; ")
                }
                Value::PerCode(codes) => {
                    codes.iter().map(|(c, y)| format!("`{}`: {}", code(c), percent(*y))).collect::<Vec<_>>().join("; ")
                }
            };
            let meaning = meaning.split_whitespace().collect::<Vec<_>>().join(" ");
            // Links between constants have no target outside of the code's documents.
            let meaning =
                meaning.replace("(crate::story::QuestionFit::likeness)", "").replace("[`", "`").replace("`]", "`");
            out += &format!("| `{name}` | {value} | {meaning} |\n");
        }
        out
    }
}
