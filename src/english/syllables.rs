//! Estimates of the number of syllables in written words, to compare a transcript with the syllables in the signal.

use super::{normalized, numbers};

/// Words whose spelling does not show their number of syllables, most of them numbers.
const EXCEPTIONS: [(&str, usize); 12] = [
    ("nineteen", 2),
    ("nineteenth", 2),
    ("ninety", 2),
    ("nineties", 2),
    ("ninetieth", 3),
    ("twentieth", 3),
    ("thirtieth", 3),
    ("fortieth", 3),
    ("fiftieth", 3),
    ("times", 1),
    ("a.m", 2),
    ("p.m", 2),
];

/// Estimates the number of syllables in a word: the number of its vowel groups, without a silent final "e" ("made", but
/// not "people"). Figures are counted in their spoken form. At least 1.
pub fn syllables(word: &str) -> usize {
    if word.chars().any(|c| c.is_ascii_digit()) {
        return numbers::spoken(word).iter().flat_map(|w| w.split('-')).map(of_letters).sum::<usize>().max(1);
    }
    of_letters(word)
}

/// Estimates the number of syllables in a word without digits.
fn of_letters(word: &str) -> usize {
    let word = normalized(word);
    if let Some((_, count)) = EXCEPTIONS.iter().find(|(exception, _)| *exception == word) {
        return *count;
    }
    let is_vowel = |c: char| "aeiouy".contains(c);
    let letters: Vec<char> = word.chars().collect();
    let groups = letters.chunk_by(|a, b| is_vowel(*a) == is_vowel(*b)).filter(|g| is_vowel(g[0])).count();
    let spoken_end = letters.ends_with(&['l', 'e']) && letters.iter().rev().nth(2).is_some_and(|c| !is_vowel(*c));
    let silent = groups > 1 && word.ends_with('e') && !spoken_end;
    (groups - usize::from(silent)).max(1)
}

#[cfg(test)]
mod tests {
    use super::syllables;

    #[test]
    fn words_have_about_the_syllables_that_are_said() {
        for (word, count) in [("strength", 1), ("people,", 2), ("customer", 3), ("made", 1), ("hmm", 1)] {
            assert_eq!(syllables(word), count, "{word}");
        }
    }

    #[test]
    fn figures_have_the_syllables_of_what_is_said() {
        for (word, count) in [
            ("40%", 4),
            ("$2.5", 5),
            ("2019", 4),
            ("1998.", 5),
            ("3,000", 3),
            ("21st", 3),
            ("24/7", 5),
            ("9:30", 3),
            ("3x", 2),
            ("1/2", 2),
        ] {
            assert_eq!(syllables(word), count, "{word}");
        }
    }
}
