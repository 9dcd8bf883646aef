//! Replaces the first person singular by the plural, for training the detectors and for testing them.

/// Returns a sentence as a speaker who hides behind the team would say it: with "we" instead of "I".
pub fn with_we(sentence: &str) -> String {
    let swap = |word: &str| {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let we = match bare.to_lowercase().replace('\u{2019}', "'").as_str() {
            "i" => "we",
            "i'm" => "we're",
            "i'd" => "we'd",
            "i've" => "we've",
            "i'll" => "we'll",
            "my" => "our",
            "me" => "us",
            "myself" => "ourselves",
            _ => return word.to_string(),
        };
        format!("{we}{}", &word[bare.len()..])
    };
    sentence.split_whitespace().map(swap).collect::<Vec<_>>().join(" ")
}
