//! Log-linear models with named features, for repairs and for "like".
//!
//! A feature name consists of parts, such as `same|subject|comma`. A model has a weight for each name that was frequent
//! enough in the training data. Names are hashed part by part, so that scoring does not allocate.
//! `tests/training/disfluency/` trains the weights; `models/disfluency.md` describes the training data.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

static FILE: &str = include_str!("../../models/disfluency.weights");
static BUILT_IN: LazyLock<DisfluencyWeights> =
    LazyLock::new(|| DisfluencyWeights::parse(FILE).expect("the weights are part of the program and tested"));

/// A callback that receives the parts of one feature name.
pub type FeatureSink<'a> = &'a mut dyn FnMut(&[&str]);

/// Why weights cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DisfluencyWeightsError {
    /// The file cannot be read.
    #[error("the weights of disfluencies could not be read")]
    Unreadable,
    /// The line with this number is malformed.
    #[error("line {0} is not right in the weights of disfluencies")]
    Malformed(usize),
    /// The weights were trained with other features than those of this program version.
    #[error("these weights were learned with other features; train them again")]
    OtherFeatures,
}

/// A log-linear model: a weight for each trained feature, by the hash of its name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogLinearModel {
    weights: HashMap<u64, f64>,
}

impl LogLinearModel {
    /// Creates a model from feature names, with parts joined by `|`, and their weights.
    pub fn new<'a>(named: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        Self { weights: named.into_iter().map(|(name, weight)| (hash(&[name]), weight)).collect() }
    }

    /// Returns the sum of the weights of the features that `describe` emits.
    pub fn score(&self, describe: impl FnOnce(FeatureSink<'_>)) -> f64 {
        let mut sum = 0.0;
        describe(&mut |parts| sum += self.weights.get(&hash(parts)).copied().unwrap_or(0.0));
        sum
    }
}

/// The disfluency models with their decision thresholds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DisfluencyWeights {
    /// Scores candidate repairs.
    pub repairs: LogLinearModel,
    /// Scores whether a "like" is a filler.
    pub like: LogLinearModel,
    /// The minimum probability of a repetition that neither grammar nor emphasis can explain.
    pub min_repetition_probability: f64,
    /// The minimum probability of any other repair.
    pub min_false_start_probability: f64,
    /// The [fingerprint](super::fingerprint) of the features at training time.
    pub fingerprint: u64,
}

impl DisfluencyWeights {
    /// Returns the built-in weights.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Loads weights from a file and checks that they were learned with the program's features.
    ///
    /// # Errors
    /// When the file cannot be read or is malformed, or the weights were trained with other features.
    pub fn load(path: &Path) -> Result<Self, DisfluencyWeightsError> {
        let weights = Self::parse(&std::fs::read_to_string(path).map_err(|_| DisfluencyWeightsError::Unreadable)?)?;
        if weights.fingerprint == super::fingerprint() {
            Ok(weights)
        } else {
            Err(DisfluencyWeightsError::OtherFeatures)
        }
    }

    /// Parses the text of a weights file, without the check of features that [`Self::load`] makes.
    ///
    /// # Errors
    /// When a line is malformed.
    pub fn parse(text: &str) -> Result<Self, DisfluencyWeightsError> {
        let mut weights = Self::default();
        for (number, line) in text.lines().enumerate() {
            let wrong = || DisfluencyWeightsError::Malformed(number + 1);
            let mut parts = line.split('\t');
            let (Some(what), Some(name), Some(value), None) = (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                return Err(wrong());
            };
            let number = || value.parse::<f64>().ok().filter(|v| v.is_finite()).ok_or_else(wrong);
            match (what, name) {
                ("fingerprint", _) => weights.fingerprint = u64::from_str_radix(value, 16).map_err(|_| wrong())?,
                ("least", "repetition") => weights.min_repetition_probability = number()?,
                ("least", "false_start") => weights.min_false_start_probability = number()?,
                ("repairs", _) => _ = weights.repairs.weights.insert(hash(&[name]), number()?),
                ("like", _) => _ = weights.like.weights.insert(hash(&[name]), number()?),
                _ => return Err(wrong()),
            }
        }
        Ok(weights)
    }
}

/// Returns the name of a feature as written in a weights file.
pub fn name(parts: &[&str]) -> String {
    parts.join("|")
}

/// Returns a hash of all features that `describe` emits, in order.
pub fn fingerprint(describe: impl FnOnce(FeatureSink<'_>)) -> u64 {
    let mut all = String::new();
    describe(&mut |parts| _ = writeln!(all, "{}", name(parts)));
    hash(&[&all])
}

/// Returns the 64-bit FNV-1a hash of the parts joined by `|` (G. Fowler, L. Noll and K.-P. Vo).
fn hash(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            add(b'|');
        }
        part.bytes().for_each(&mut add);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_the_sum_of_the_known_features() {
        let model = LogLinearModel::new([("same|i", 1.5), ("length|1", -0.5)]);
        let score = model.score(|add| {
            add(&["same", "i"]);
            add(&["length", "1"]);
            add(&["unknown"]);
        });
        assert_eq!(score, 1.0);
    }

    #[test]
    fn the_weights_are_those_of_these_features_and_others_are_refused() {
        assert_eq!(
            DisfluencyWeights::built_in().fingerprint,
            crate::disfluency::fingerprint(),
            "features or word lists changed: train again (tests/training/disfluency/README.md)"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights");
        std::fs::write(&path, FILE).unwrap();
        assert!(DisfluencyWeights::load(&path).is_ok());
        std::fs::write(&path, "fingerprint\tfeatures\tabc\n").unwrap();
        assert_eq!(DisfluencyWeights::load(&path), Err(DisfluencyWeightsError::OtherFeatures));
        for damaged in ["repairs\tx\n", "repairs\tx\tNaN\n", "other\tx\t1\n", "fingerprint\tfeatures\tzz\n"] {
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(DisfluencyWeights::load(&path), Err(DisfluencyWeightsError::Malformed(1)), "{damaged}");
        }
    }
}
