//! English language resources that all analyses share: a word normalizer, word classes ([`classes`], [`lexicon`]),
//! numbers as they are spoken ([`numbers`]), and syllable counts ([`syllables`]).

pub mod classes;
pub mod lexicon;
pub mod numbers;
pub mod syllables;

/// Normalizes a word: lower case, straight apostrophes, no punctuation around it. Returns an empty string for a token
/// without letters and digits.
pub fn normalized(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).replace('\u{2019}', "'").to_lowercase()
}

/// Returns whether a written word is a filled pause: um, uh, er, hmm and their longer spellings.
pub fn is_filled_pause(word: &str) -> bool {
    let normal = normalized(word);
    let mut letters: Vec<char> = normal.chars().collect();
    letters.dedup();
    let short: String = letters.into_iter().collect();
    matches!(short.as_str(), "um" | "uh" | "uhm" | "er" | "erm" | "eh" | "ehm" | "ahm" | "hm" | "mhm")
        || (short == "m" && normal.len() > 1)
}
