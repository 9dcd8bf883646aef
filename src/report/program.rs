//! The program that made a report, and its settings that change the measures.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::brief::Brief;
use crate::files::hex;
use crate::speakers::Me;

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramInfo {
    /// The version of aloud.
    pub version: String,
    /// The settings that change the measures.
    #[serde(default)]
    pub settings: MeasureSettings,
    /// The architecture of the processor and its vector instructions: on others the speech model rounds differently,
    /// and one word in some hundreds can differ.
    #[serde(default)]
    pub cpu: String,
}

/// The settings that change what is measured. The question, its target length and the speech model have their own
/// fields in a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MeasureSettings {
    /// The names and jargon whose spelling was given to the speech model; empty for a draft, which needs no speech
    /// model.
    pub vocabulary: Vec<String>,
    /// The speaker's own fillers.
    pub fillers: Vec<String>,
    /// Whether the speaker said that they stutter.
    pub stutter: bool,
    /// SHA-256 of the weights for judging the story; `None` for the built-in ones.
    pub story_weights: Option<String>,
    /// Which of two voices the report is about, if the user said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub me: Option<Me>,
}

impl ProgramInfo {
    /// Describes this program and its settings for an answer.
    pub fn this(brief: &Brief, vocabulary: &[String]) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_string(),
            settings: MeasureSettings {
                vocabulary: vocabulary.to_vec(),
                fillers: brief.own_fillers.clone(),
                stutter: brief.stutters,
                story_weights: brief.story_weights.as_ref().map(|weights| {
                    let bytes = serde_json::to_vec(&**weights).expect("weights have a form in JSON");
                    hex(Sha256::digest(bytes))
                }),
                me: brief.me,
            },
            cpu: cpu(),
        }
    }
}

/// Returns the architecture and which of the vector instructions used for matrix products this processor has: "x86_64
/// avx2 fma".
fn cpu() -> String {
    #[cfg(target_arch = "x86_64")]
    let vector_instructions = [
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("f16c", is_x86_feature_detected!("f16c")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ("avx512vnni", is_x86_feature_detected!("avx512vnni")),
    ];
    #[cfg(target_arch = "aarch64")]
    let vector_instructions = [
        ("dotprod", std::arch::is_aarch64_feature_detected!("dotprod")),
        ("fp16", std::arch::is_aarch64_feature_detected!("fp16")),
        ("i8mm", std::arch::is_aarch64_feature_detected!("i8mm")),
        ("sve", std::arch::is_aarch64_feature_detected!("sve")),
    ];
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let vector_instructions: [(&str, bool); 0] = [];
    let present = vector_instructions.into_iter().filter_map(|(name, is_there)| is_there.then_some(name));
    std::iter::once(std::env::consts::ARCH).chain(present).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::story::model::StoryWeights;

    #[test]
    fn everything_that_changes_the_measures_makes_another_program() {
        let plain = ProgramInfo::this(&Brief::default(), &[]);
        assert_eq!(plain, ProgramInfo::this(&Brief::default(), &[]));
        assert!(plain.cpu.starts_with(std::env::consts::ARCH) && plain.version == env!("CARGO_PKG_VERSION"));

        let own_fillers = Brief { own_fillers: vec!["right".into()], ..Brief::default() };
        let mut weights = StoryWeights::built_in().clone();
        weights.alone.bias[0] += 1.0;
        let other_weights = Brief { story_weights: Some(Arc::new(weights)), ..Brief::default() };
        assert_ne!(plain, ProgramInfo::this(&Brief::default(), &["Kubernetes".into()]));
        assert_ne!(plain, ProgramInfo::this(&own_fillers, &[]));
        assert_ne!(plain, ProgramInfo::this(&Brief { stutters: true, ..Brief::default() }, &[]));
        assert_ne!(plain, ProgramInfo::this(&other_weights, &[]));
    }

    #[test]
    fn what_another_version_adds_or_lacks_is_no_reason_not_to_read_it() {
        let newer: ProgramInfo =
            serde_json::from_str(r#"{"version":"9.0.0","settings":{"accent":"x"},"gpu":1}"#).unwrap();
        assert_eq!((newer.version.as_str(), newer.settings), ("9.0.0", MeasureSettings::default()));
    }
}
