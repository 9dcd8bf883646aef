//! Coarse word classes from word lists and suffixes: enough to distinguish "the" from "went" in a noisy transcript.
//!
//! This is not a part-of-speech tagger: a word has the same class in every context. The learned models of disfluencies
//! use classes as features.

/// Verbs in their base form that are seldom nouns.
#[rustfmt::skip]
pub const BASE_VERBS: &[&str] = &[
    "know", "think", "want", "have", "get", "understand", "go", "see", "be", "do", "say", "tell", "realise", "realize",
    "remember", "expect", "ask", "give", "take", "make", "come", "meet", "eat", "believe", "become", "begin", "bring",
    "buy", "choose", "decide", "explain", "feel", "figure", "find", "finish", "fix", "forget", "grow", "happen", "hear",
    "keep", "learn", "leave", "let", "lose", "manage", "need", "pay", "phone", "put", "quit", "rethink", "send", "sit",
    "sort", "speak", "stay", "throw", "wait", "walk", "work", "write", "pretend", "convince", "depend", "mean", "seem",
];
/// Finite verb forms that the suffix "-ed" does not show: irregular past tenses, short words in "-ed", and some third
/// persons.
#[rustfmt::skip]
pub const FINITE: &[&str] = &[
    "was", "were", "had", "did", "went", "came", "got", "took", "made", "said", "told", "knew", "thought", "gave",
    "found", "left", "felt", "kept", "let", "began", "ran", "sat", "stood", "froze", "lost", "broke", "fell", "threw",
    "wrote", "spoke", "brought", "bought", "caught", "taught", "grew", "drew", "flew", "built", "sent", "spent", "met",
    "paid", "held", "led", "heard", "meant", "put", "quit", "saw", "shut", "slept", "stuck", "swore", "tore",
    "understood", "woke", "won", "wanted", "blew", "burst", "chose", "drove", "ate", "forgot", "hid", "rang", "rose",
    "sang", "sank", "shook", "sold", "split", "became", "didn't", "wasn't", "couldn't", "hadn't", "has", "does", "goes",
    "fled", "hung", "died", "tied", "lied", "cried", "used",
];
/// Words in "-ly" that are not adverbs.
pub const NOT_ADVERBS: &[&str] = &[
    "family", "only", "early", "friendly", "reply", "supply", "apply", "lovely", "italy", "daily", "elderly",
    "assembly", "ugly", "july",
];
/// Adjectives without a typical suffix.
#[rustfmt::skip]
pub const ADJECTIVES: &[&str] = &[
    "weird", "strange", "odd", "new", "old", "big", "huge", "tiny", "small", "scary", "funny", "hard", "bad", "good",
    "sad", "mad", "crazy", "nice", "messy", "awkward", "quiet", "loud", "empty", "heavy", "angry", "tired", "busy",
    "vague", "rough",
];

/// Returns the name of the class of a normalized word.
pub fn class(word: &str) -> &'static str {
    if let Some((name, _)) = LISTED_CLASSES.iter().find(|(_, list)| list.split_ascii_whitespace().any(|w| w == word)) {
        return name;
    }
    if let Some((head, tail)) = word.split_once('\'') {
        let is_subject = ["pronoun", "you", "it", "demonstrative", "there", "question"].contains(&class(head));
        return if is_subject && tail != "t" { "subject-verb" } else { "possessed" };
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        "number"
    } else if FINITE.contains(&word) || (word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed")) {
        "past"
    } else if BASE_VERBS.contains(&word) {
        "verb"
    } else if word.strip_suffix('s').is_some_and(|base| BASE_VERBS.contains(&base)) {
        "verbs"
    } else if word.len() > 4 && word.ends_with("ing") {
        "ing"
    } else if word.len() > 4 && word.ends_with("ly") && !NOT_ADVERBS.contains(&word) {
        "adverb"
    } else if is_adjective(word) {
        "adjective"
    } else if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
        "plural"
    } else {
        "noun"
    }
}

/// Returns whether a word is an adjective, by its suffix or the list.
pub fn is_adjective(word: &str) -> bool {
    const ENDINGS: [&str; 10] = ["ful", "ous", "able", "ible", "less", "ish", "ic", "ical", "er", "est"];
    ADJECTIVES.contains(&word) || (word.len() > 4 && ENDINGS.iter().any(|end| word.ends_with(end)))
}

/// Returns whether a class is closed, so that it has function words rather than content words.
pub fn is_closed(class: &str) -> bool {
    class == "subject-verb" || LISTED_CLASSES.iter().any(|(name, _)| *name == class && !OPEN_CLASSES.contains(name))
}

/// The classes in [`LISTED_CLASSES`] that are nevertheless open.
const OPEN_CLASSES: [&str; 5] = ["number", "day", "adverb", "verb", "adjective"];

/// The classes that are defined by word lists. A word in several lists belongs to the first.
#[rustfmt::skip]
const LISTED_CLASSES: &[(&str, &str)] = &[
    ("pronoun", "i we he she they"),
    ("you", "you"),
    ("it", "it"),
    ("there", "there here"),
    ("demonstrative", "this that these those"),
    ("anybody", "nobody everybody somebody anybody everyone someone anyone nothing something anything everything"),
    ("object", "me him us them myself himself herself yourself themselves ourselves itself"),
    ("her", "her"),
    ("article", "a an the"),
    ("possessive", "my your his their our its whose"),
    ("quantity", "some any all both many much few several most every each another no half lots lot couple"),
    ("be", "am is are was were be been being isn't aren't wasn't weren't"),
    ("have", "have has had haven't hasn't hadn't having"),
    ("do", "do does did don't doesn't didn't doing"),
    ("modal", "will would can could should may might must shall won't wouldn't can't couldn't shouldn't cannot"),
    ("not", "not"),
    ("to", "to"),
    ("of", "of"),
    ("preposition", "in on at for with from by about into onto over under through after before behind between during \
        around against without until till up down off out across near within along beside above below past toward \
        towards inside outside than per like"),
    ("and", "and or but nor"),
    ("because", "because if when while since although though unless whether as cause once where"),
    ("so", "so"),
    ("question", "what who which why how whom whatever whoever whenever wherever"),
    ("degree", "very really too quite pretty super totally completely almost nearly about"),
    ("adverb", "just never always still even also only ever already again usually now then maybe probably anyway \
        actually often sometimes perhaps soon later ago away back together yet instead rather else well"),
    ("reply", "yeah yes yep nope oh ah okay ok right hey wow mm-hmm uh-huh huh gosh boy bye hi hello please thanks sure"),
    ("number", "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
        seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million \
        dozen first second third fourth fifth once twice"),
    ("day", "monday tuesday wednesday thursday friday saturday sunday january february march april june july august \
        september october november december today yesterday tomorrow morning afternoon evening night week month year \
        summer winter spring"),
    ("verb", "like love hate use try help call talk look watch live play run drive read start stop turn move show ask \
        guess hope care agree enjoy wish pick sell spend charge cook teach travel vote wonder suppose bet handle build"),
    ("adjective", "great long far high low late early same different important little whole next last other sure right \
        wrong hot cold nice cheap expensive true able best better worse worst young real main own kind happy short"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_the_class_of_its_list_or_its_ending() {
        for (word, expected) in [
            ("i", "pronoun"),
            ("i'm", "subject-verb"),
            ("that's", "subject-verb"),
            ("don't", "do"),
            ("wife's", "possessed"),
            ("went", "past"),
            ("counted", "past"),
            ("needs", "verbs"),
            ("counting", "ing"),
            ("quickly", "adverb"),
            ("family", "noun"),
            ("useful", "adjective"),
            ("boxes", "plural"),
            ("42", "number"),
            ("", "noun"),
        ] {
            assert_eq!(class(word), expected, "{word}");
        }
        assert!(is_closed(class("the")) && is_closed(class("we're")) && !is_closed(class("monday")));
    }
}
