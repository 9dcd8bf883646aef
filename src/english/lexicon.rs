//! Closed word classes that several measures look for. Words are [normalized](super::normalized).

/// The speaker, alone and contracted.
pub const I: [&str; 5] = ["i", "i'm", "i've", "i'd", "i'll"];
/// The speaker among others, alone and contracted.
pub const WE: [&str; 5] = ["we", "we're", "we've", "we'd", "we'll"];
/// Pronouns that are only subjects: no clause ends with one.
pub const NOMINATIVES: [&str; 5] = ["i", "we", "he", "she", "they"];

/// Personal pronouns in the form that a subject has; "you" and "it" are objects too.
pub const SUBJECT_PRONOUNS: [&str; 7] = ["i", "we", "he", "she", "they", "you", "it"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::english::normalized;

    #[test]
    fn words_are_listed_as_they_are_compared() {
        for word in [&I[..], &WE, &NOMINATIVES, &SUBJECT_PRONOUNS].concat() {
            assert_eq!(normalized(word), word);
        }
        assert_eq!(SUBJECT_PRONOUNS[..NOMINATIVES.len()], NOMINATIVES);
    }
}
