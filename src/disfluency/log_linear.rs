//! Log-linear models on named features: what the learned models of repairs and of "like" are made of.
//!
//! A feature is a name of parts, such as `same|subject|comma`; a model is a weight for each name that was seen often
//! enough. Names are hashed part by part, so that nothing is allocated to score a word.
//! `tests/training/disfluency/` learns the weights; `models/disfluency.md` says from what.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

static FILE: &str = include_str!("../../models/disfluency.weights");
static BUILT_IN: LazyLock<Weights> =
    LazyLock::new(|| Weights::parse(FILE).expect("the weights are part of the program and tested"));

/// Takes a feature as its parts.
pub type Sink<'a> = &'a mut dyn FnMut(&[&str]);

/// Weights that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WeightsError {
    /// They cannot be read.
    #[error("the weights of disfluencies could not be read")]
    Unreadable,
    /// A line is not what it should be.
    #[error("line {0} is not right in the weights of disfluencies")]
    Wrong(usize),
    /// They were learned with other features than the program has.
    #[error("these weights were learned with other features; train them again")]
    OtherFeatures,
}

/// A weight for every feature that was learned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    weights: HashMap<u64, f64>,
}

impl Model {
    /// From names, parts joined by `|`, with their weights.
    pub fn new<'a>(named: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        Self { weights: named.into_iter().map(|(name, weight)| (hash(&[name]), weight)).collect() }
    }

    /// The sum of the weights of the features that `describe` gives.
    pub fn score(&self, describe: impl FnOnce(Sink<'_>)) -> f64 {
        let mut sum = 0.0;
        describe(&mut |parts| sum += self.weights.get(&hash(parts)).copied().unwrap_or(0.0));
        sum
    }
}

/// The models of disfluencies, and from which confidence on they are believed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights {
    /// Which words were given up for which.
    pub repairs: Model,
    /// Whether "like" is a filler.
    pub like: Model,
    /// From which probability on words said again are reported where neither grammar nor emphasis may have doubled them.
    pub least_sure_repetition: f64,
    /// From which probability on any others are reported.
    pub least_sure_false_start: f64,
    /// What the features of a fixed text were when the weights were learned.
    pub fingerprint: u64,
}

impl Weights {
    /// Those that come with the program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Weights from a file, whose features must be the program's.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or was learned with other features.
    pub fn load(path: &Path) -> Result<Self, WeightsError> {
        let weights = Self::parse(&std::fs::read_to_string(path).map_err(|_| WeightsError::Unreadable)?)?;
        if weights.fingerprint == super::fingerprint() { Ok(weights) } else { Err(WeightsError::OtherFeatures) }
    }

    /// Weights from the text of a file; whether its features are the program's, [`Self::load`] asks.
    ///
    /// # Errors
    /// When a line is not right.
    pub fn parse(text: &str) -> Result<Self, WeightsError> {
        let mut weights = Self::default();
        for (number, line) in text.lines().enumerate() {
            let wrong = || WeightsError::Wrong(number + 1);
            let mut parts = line.split('\t');
            let (Some(what), Some(name), Some(value), None) = (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                return Err(wrong());
            };
            let number = || value.parse::<f64>().ok().filter(|v| v.is_finite()).ok_or_else(wrong);
            match (what, name) {
                ("fingerprint", _) => weights.fingerprint = u64::from_str_radix(value, 16).map_err(|_| wrong())?,
                ("least", "repetition") => weights.least_sure_repetition = number()?,
                ("least", "false_start") => weights.least_sure_false_start = number()?,
                ("repairs", _) => _ = weights.repairs.weights.insert(hash(&[name]), number()?),
                ("like", _) => _ = weights.like.weights.insert(hash(&[name]), number()?),
                _ => return Err(wrong()),
            }
        }
        Ok(weights)
    }
}

/// The name of a feature, as a file of weights has it.
pub fn name(parts: &[&str]) -> String {
    parts.join("|")
}

/// The hash of everything that `describe` gives, in order.
pub fn fingerprint(describe: impl FnOnce(Sink<'_>)) -> u64 {
    let mut all = String::new();
    describe(&mut |parts| _ = writeln!(all, "{}", name(parts)));
    hash(&[&all])
}

/// FNV-1a, 64 bits, of the parts joined by `|` (G. Fowler, L. Noll and K.-P. Vo).
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
        let model = Model::new([("same|i", 1.5), ("length|1", -0.5)]);
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
            Weights::built_in().fingerprint,
            crate::disfluency::fingerprint(),
            "features or word lists changed: train again (tests/training/disfluency/README.md)"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights");
        std::fs::write(&path, FILE).unwrap();
        assert!(Weights::load(&path).is_ok());
        std::fs::write(&path, "fingerprint\tfeatures\tabc\n").unwrap();
        assert_eq!(Weights::load(&path), Err(WeightsError::OtherFeatures));
        for damaged in ["repairs\tx\n", "repairs\tx\tNaN\n", "other\tx\t1\n", "fingerprint\tfeatures\tzz\n"] {
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(Weights::load(&path), Err(WeightsError::Wrong(1)), "{damaged}");
        }
    }
}
