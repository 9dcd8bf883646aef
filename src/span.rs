//! A stretch of time in a recording.

use serde::{Deserialize, Serialize};

/// A stretch from `start_s` to `end_s`, in seconds from the first sample of the recording.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Start, in seconds.
    pub start_s: f64,
    /// End, in seconds; never before `start_s`.
    pub end_s: f64,
}

impl Span {
    /// Creates a span between two times in seconds.
    pub fn new(start_s: f64, end_s: f64) -> Self {
        Self { start_s, end_s }
    }

    /// Returns the length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.end_s - self.start_s
    }

    /// Returns how many seconds the two spans have in common; 0 when they do not touch.
    pub fn overlap_s(&self, other: &Span) -> f64 {
        (self.end_s.min(other.end_s) - self.start_s.max(other.start_s)).max(0.0)
    }

    /// Returns the overlap with another span, if it is not empty.
    pub fn shared(&self, other: &Span) -> Option<Span> {
        let shared = Span::new(self.start_s.max(other.start_s), self.end_s.min(other.end_s));
        (shared.duration_s() > 0.0).then_some(shared)
    }

    /// Returns the distance from `time_s` to this span, in seconds; 0 inside it.
    pub fn distance_s(&self, time_s: f64) -> f64 {
        (self.start_s - time_s).max(time_s - self.end_s).max(0.0)
    }
}

/// An optional span as the two fields `start_s` and `end_s`, both null when it is unknown. For `#[serde(flatten,
/// with)]`.
pub mod maybe {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Span;

    #[derive(Serialize, Deserialize)]
    struct Times {
        start_s: Option<f64>,
        end_s: Option<f64>,
    }

    /// Writes the two fields.
    ///
    /// # Errors
    /// When the serializer fails.
    pub fn serialize<S: Serializer>(span: &Option<Span>, serializer: S) -> Result<S::Ok, S::Error> {
        Times { start_s: span.map(|s| s.start_s), end_s: span.map(|s| s.end_s) }.serialize(serializer)
    }

    /// Reads the two fields.
    ///
    /// # Errors
    /// When a field is not a number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Span>, D::Error> {
        let times = Times::deserialize(deserializer)?;
        Ok(times.start_s.zip(times.end_s).map(|(start_s, end_s)| Span::new(start_s, end_s)))
    }
}
