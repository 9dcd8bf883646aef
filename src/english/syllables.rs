//! About how many syllables written words have: what was written down against what was heard.

use super::normalized;

/// About how many syllables a word has: its groups of vowels, a silent "e" at its end left out ("made", but not
/// "people"), and one for each digit. At least 1.
pub fn syllables(word: &str) -> usize {
    let word = normalized(word);
    let is_vowel = |c: char| "aeiouy".contains(c);
    let letters: Vec<char> = word.chars().collect();
    let groups = letters.chunk_by(|a, b| is_vowel(*a) == is_vowel(*b)).filter(|g| is_vowel(g[0])).count();
    let spoken_end = letters.ends_with(&['l', 'e']) && letters.iter().rev().nth(2).is_some_and(|c| !is_vowel(*c));
    let silent = groups > 1 && word.ends_with('e') && !spoken_end;
    let digits = letters.iter().filter(|c| c.is_ascii_digit()).count();
    (groups - usize::from(silent) + digits).max(1)
}

#[cfg(test)]
mod tests {
    use super::syllables;

    #[test]
    fn words_have_about_the_syllables_that_are_said() {
        for (word, count) in [("strength", 1), ("people,", 2), ("customer", 3), ("made", 1), ("hmm", 1), ("40%", 2)] {
            assert_eq!(syllables(word), count, "{word}");
        }
    }
}
