//! Word lists that several measures share. All words are [normalized](super::normalized).

/// The first person singular, alone and contracted.
pub const I: [&str; 5] = ["i", "i'm", "i've", "i'd", "i'll"];
/// The first person plural, alone and contracted.
pub const WE: [&str; 5] = ["we", "we're", "we've", "we'd", "we'll"];
/// Pronouns that can only be subjects: no clause ends with one.
pub const NOMINATIVES: [&str; 5] = ["i", "we", "he", "she", "they"];

/// Personal pronouns in the subject form; "you" and "it" can also be objects.
pub const SUBJECT_PRONOUNS: [&str; 7] = ["i", "we", "he", "she", "they", "you", "it"];

/// Past forms of verbs that do not end in -ed.
const PAST_FORMS: [&str; 52] = [
    "was", "were", "had", "did", "said", "went", "came", "took", "made", "got", "told", "found", "gave", "saw", "knew",
    "thought", "left", "kept", "sat", "brought", "ran", "began", "felt", "heard", "built", "wrote", "broke", "spoke",
    "met", "led", "held", "bought", "caught", "taught", "fell", "paid", "sent", "lost", "won", "drew", "drove", "rang",
    "stood", "wasn't", "weren't", "didn't", "couldn't", "could", "i'd", "we'd", "threw", "chose",
];

/// Returns whether a word is, or by its suffix looks like, a past form of a verb.
pub fn is_past_form(word: &str) -> bool {
    PAST_FORMS.contains(&word) || word.len() > 4 && word.ends_with("ed")
}

/// Pronouns for people who are neither speaker nor listener.
pub const THIRD_PERSON: [&str; 8] = ["he", "she", "they", "him", "her", "them", "his", "their"];

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
