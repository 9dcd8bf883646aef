//! The English that everything else shares: one normaliser, closed word classes (`lexicon`), numbers as they are spoken, syllables.

pub mod lexicon;
pub mod numbers;
pub mod syllables;

/// A word in lower case, with straight apostrophes, without the punctuation around it; empty if it is punctuation alone.
pub fn normalized(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).replace('\u{2019}', "'").to_lowercase()
}

/// Whether a word as written is a filled pause: um, uh, er, hmm and their longer spellings.
pub fn is_filled_pause(word: &str) -> bool {
    let normal = normalized(word);
    let mut letters: Vec<char> = normal.chars().collect();
    letters.dedup();
    let short: String = letters.into_iter().collect();
    matches!(short.as_str(), "um" | "uh" | "uhm" | "er" | "erm" | "eh" | "ehm" | "ahm" | "hm" | "mhm")
        || (short == "m" && normal.len() > 1)
}
