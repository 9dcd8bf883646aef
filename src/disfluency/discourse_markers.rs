//! Which discourse markers (like, you know, I mean, sort of, so, right, well ...) are fillers, decided from context.
//!
//! Every marker has a table of rules, asked in order; the first that applies decides, and gives how sure it is
//! (0 to 1, our own estimate). The rules look at neighbouring words first (closed word classes, then endings), then at
//! the place in the sentence and at punctuation, which speech models write unreliably, and last at pauses.
//! Fillers already found and filled pauses are looked past, so that "okay um so we" reads as "so we".
//!
//! What counts as a filler: the word can be left out and nothing but attitude or planning time is lost (D. Schiffrin,
//! "Discourse Markers", 1987: markers are syntactically detachable and stand at the edges of units of talk).
//! - *like*: J. Fox Tree, "Placing like in telling stories", Discourse Studies 8 (2006); A. D'Arcy, "Like and language
//!   ideology", American Speech 82 (2007): hedging numbers, before adverbs and verbs, quoting after *be*.
//! - *you know*, *I mean*: J. Fox Tree and J. Schrock, "Basic meanings of you know and I mean", J. of Pragmatics 34
//!   (2002); parenthetical, so the clause around them is whole without them.
//! - *or something*, *and stuff*: M. Overstreet, "Whales, Candlelight, and Stuff Like That" (1999): general extenders
//!   close their phrase.
//! - *actually*, *well*, *so*, *right*, *okay*, *anyway* at the left edge of a turn: Schiffrin 1987, chapters 5 and 7.
//!
//! No words give no markers.

use super::log_linear::{Sink, Weights};
use super::spoken::Spoken;
use crate::english::classes::{BASE_VERBS, FINITE, NOT_ADVERBS, class, is_adjective};
use crate::english::lexicon::SUBJECT_PRONOUNS;
use crate::english::{is_filled_pause, normalized};
use crate::signal::pause::is_pause;

/// A discourse marker used as a filler.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marker {
    /// Index of its first word.
    pub first: usize,
    /// Index of its last word.
    pub last: usize,
    /// How sure, 0 to 1: our estimate, not a calibrated probability.
    pub confidence: f64,
}

/// A silence that separates two sentences where no punctuation says so, in seconds (our choice).
const SENTENCE_PAUSE_S: f64 = 1.0;
/// How sure the user's own list is: it was asked for.
const OWN_CONFIDENCE: f64 = 1.0;
/// How many words back a rule about the clause looks.
const CLAUSE_REACH: usize = 8;
/// How many words a rule looks away at most, since a transcript may come without any punctuation.
const SENTENCE_REACH: usize = 40;

/// Finds the discourse markers that are fillers, in order and without overlap.
///
/// `own`: the user's own extra fillers, one or more words each, fillers wherever they occur.
pub fn discourse_markers(words: &[Spoken<'_>], own: &[String]) -> Vec<Marker> {
    discourse_markers_by(words, own, Weights::built_in())
}

/// [`discourse_markers`] by other weights, to measure them.
pub fn discourse_markers_by(words: &[Spoken<'_>], own: &[String], weights: &Weights) -> Vec<Marker> {
    let tokens = tokens(words);
    let own: Vec<Vec<String>> = own.iter().map(|p| p.split_whitespace().map(normalized).collect()).collect();
    let mut found = Vec::new();
    let mut skipped: Vec<bool> = tokens.iter().map(|t| is_filled_pause(&t.bare)).collect();
    let mut at = 0;
    while at < tokens.len() {
        match judge(&tokens, &skipped, at, &own, weights) {
            Some((length, confidence)) => {
                let last = at + length - 1;
                skipped[at..=last].fill(true);
                found.push(Marker { first: tokens[at].index, last: tokens[last].index, confidence });
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// The length in tokens and the confidence of the filler that starts at token `at`, if one does.
fn judge(
    tokens: &[Token],
    skipped: &[bool],
    at: usize,
    own: &[Vec<String>],
    weights: &Weights,
) -> Option<(usize, f64)> {
    let own_length = own.iter().filter(|phrase| stands(tokens, at, phrase)).map(Vec::len).max();
    if let Some(length) = own_length {
        return Some((length, OWN_CONFIDENCE));
    }
    let (phrase, rules) = MARKERS.iter().find(|(phrase, _)| stands(tokens, at, phrase))?;
    let here = Here { tokens, skipped, first: at, last: at + phrase.len() - 1 };
    if *phrase == ["like"] {
        let odds = weights.like.score(|add| here.describe(add)).exp();
        // A word between two hesitations, where the words around it forbid nothing.
        let is_between = here.hesitates_before() && here.hesitates_after();
        let between = rules.iter().find(|rule| (rule.applies)(&here)).filter(|rule| is_between && rule.filler);
        let sure = between.map_or(0.0, |rule| rule.sure).max(odds / (1.0 + odds));
        return (sure >= 0.5).then_some((1, sure));
    }
    let rule = rules.iter().find(|rule| (rule.applies)(&here))?;
    rule.filler.then_some((phrase.len(), rule.sure))
}

/// The features of a "like", the word at `word`: which rule applies, and the words and classes around it.
/// The training reads them; nothing is added if no "like" stands there.
pub fn describe_like(words: &[Spoken<'_>], word: usize, add: Sink<'_>) {
    let tokens = tokens(words);
    let skipped: Vec<bool> = tokens.iter().map(|t| is_filled_pause(&t.bare)).collect();
    if let Some(at) = tokens.iter().position(|t| t.index == word && t.bare == "like") {
        Here { tokens: &tokens, skipped: &skipped, first: at, last: at }.describe(add);
    }
}

/// Whether a phrase stands at token `at`, with no punctuation inside it.
fn stands<S: AsRef<str>>(tokens: &[Token], at: usize, phrase: &[S]) -> bool {
    let Some(here) = tokens.get(at..at + phrase.len()) else { return false };
    let same = phrase.iter().zip(here).all(|(part, token)| token.bare == part.as_ref());
    same && here.split_last().is_some_and(|(_, inner)| inner.iter().all(|t| t.edge == Edge::None))
}

/// What the punctuation after a word separates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    None,
    Clause,
    Sentence,
}

/// A word as the rules see it.
struct Token {
    /// Lower case, straight apostrophes, without the punctuation around it.
    bare: String,
    /// Index among the words given.
    index: usize,
    edge: Edge,
    pause_before_s: f64,
    pause_after_s: f64,
}

/// The words that are words; a lone dash or dots only make an edge.
fn tokens(words: &[Spoken<'_>]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        let bare = normalized(word.text);
        let edge = edge_after(word.text);
        if bare.is_empty() {
            if let Some(before) = tokens.last_mut() {
                before.edge = before.edge.max(edge);
            }
            continue;
        }
        let known = |pause: Option<f64>| pause.unwrap_or(0.0);
        let (pause_before_s, pause_after_s) = (known(word.pause_before_s), known(word.pause_after_s));
        tokens.push(Token { bare, index, edge, pause_before_s, pause_after_s });
    }
    tokens
}

/// The edge that the punctuation at the end of a word makes. Dots in a row mark hesitation, not a sentence's end.
fn edge_after(word: &str) -> Edge {
    let tail = &word[word.trim_end_matches(|c: char| !c.is_alphanumeric()).len()..];
    if tail.contains("..") || tail.contains('…') {
        Edge::Clause
    } else if tail.contains(['.', '?', '!', ';', ':']) {
        Edge::Sentence
    } else if tail.contains([',', '-', '–', '—', ')']) {
        Edge::Clause
    } else {
        Edge::None
    }
}

/// A marker in its place.
struct Here<'a> {
    tokens: &'a [Token],
    /// Filled pauses and fillers already found.
    skipped: &'a [bool],
    first: usize,
    last: usize,
}

impl Here<'_> {
    /// The words before the marker in its sentence, nearest first, filled pauses and fillers left out.
    fn backwards(&self) -> impl Iterator<Item = &Token> {
        let sentence = self.tokens[..self.first]
            .iter()
            .enumerate()
            .rev()
            .take(SENTENCE_REACH)
            .take_while(|(_, t)| t.edge < Edge::Sentence);
        sentence.filter(|(i, _)| !self.skipped[*i]).map(|(_, t)| t)
    }

    /// The words after the marker in its sentence, nearest first, filled pauses left out.
    fn forwards(&self) -> impl Iterator<Item = &Token> {
        let end = self.tokens.len().min(self.last + SENTENCE_REACH);
        let from_last = &self.tokens[self.last..end];
        let length = from_last.iter().position(|t| t.edge == Edge::Sentence).map_or(from_last.len(), |end| end + 1);
        let rest = from_last[..length].iter().enumerate().skip(1);
        rest.filter(|(i, _)| !self.skipped[self.last + i]).map(|(_, t)| t)
    }

    /// The `n`th word before (1: the neighbour), empty beyond the sentence.
    fn before(&self, n: usize) -> &str {
        self.backwards().nth(n - 1).map_or("", |t| &t.bare)
    }

    /// The `n`th word after (1: the neighbour), empty beyond the sentence.
    fn after(&self, n: usize) -> &str {
        self.forwards().nth(n - 1).map_or("", |t| &t.bare)
    }

    /// Punctuation, or the text's start, right before.
    fn edge_before(&self) -> bool {
        self.first.checked_sub(1).is_none_or(|before| self.tokens[before].edge > Edge::None)
    }

    /// Punctuation, or the text's end, right after.
    fn edge_after(&self) -> bool {
        self.tokens[self.last].edge > Edge::None || self.last + 1 == self.tokens.len()
    }

    /// Set off by punctuation on both sides.
    fn set_off(&self) -> bool {
        self.edge_before() && self.edge_after()
    }

    /// A pause or a filled pause right before.
    fn hesitates_before(&self) -> bool {
        is_pause(self.tokens[self.first].pause_before_s) || self.first.checked_sub(1).is_some_and(|i| self.skipped[i])
    }

    /// A pause or a filled pause right after.
    fn hesitates_after(&self) -> bool {
        is_pause(self.tokens[self.last].pause_after_s) || self.skipped.get(self.last + 1).is_some_and(|s| *s)
    }

    /// First in its sentence, but for yes, oh and the like; a long silence starts a sentence too, unless the word
    /// before it is waiting for more.
    fn starts(&self) -> bool {
        let after_silence = self.tokens[self.first].pause_before_s >= SENTENCE_PAUSE_S
            && !self.before_is(&[BE, PREPOSITIONS, DETERMINERS, CONJUNCTIONS]);
        after_silence || self.backwards().all(|t| REPLIES.contains(&t.bare.as_str()))
    }

    /// Last in its sentence.
    fn ends(&self) -> bool {
        self.forwards().next().is_none()
    }

    fn before_is(&self, lists: &[&[&str]]) -> bool {
        is_in(self.before(1), lists)
    }

    fn after_is(&self, lists: &[&[&str]]) -> bool {
        is_in(self.after(1), lists)
    }

    /// The words before the marker back to the last comma, nearest first.
    fn clause(&self) -> impl Iterator<Item = &str> {
        let words = self.backwards().enumerate().take_while(|(i, t)| *i == 0 || t.edge == Edge::None);
        words.take(CLAUSE_REACH).map(|(_, t)| t.bare.as_str())
    }

    /// Whether one of the `reach` words before, in the same clause, is in a list.
    fn clause_has(&self, reach: usize, lists: &[&[&str]]) -> bool {
        self.clause().take(reach).any(|w| is_in(w, lists))
    }

    /// Whether a clause of its own starts right after: "we had", "there was", "what do you".
    fn clause_follows(&self) -> bool {
        let next = self.after(1);
        is_subject(next) || self.after_is(&[WH, &["let", "let's", "maybe", "if", "when", "that's"]])
    }

    /// The features of a "like" here.
    fn describe(&self, add: Sink<'_>) {
        let class_at = |word: &str| if word.is_empty() { "none" } else { class(word) };
        let [before, before_2, after, after_2] = [self.before(1), self.before(2), self.after(1), self.after(2)];
        let [b, b2, a, a2] = [before, before_2, after, after_2].map(class_at);
        let edges = match (self.edge_before(), self.edge_after()) {
            (true, true) => "set off",
            (true, false) => "edge before",
            (false, true) => "edge after",
            (false, false) => "inside",
        };
        let rule = LIKE.iter().position(|rule| (rule.applies)(self));
        let number = rule.map_or(String::new(), |i| i.to_string());
        let verdict = match rule.map(|i| LIKE[i].filler) {
            Some(true) => "filler",
            Some(false) => "meant",
            None => "no rule",
        };
        add(&["bias"]);
        add(&["rule", verdict]);
        add(&["rule", verdict, &number]);
        add(&["edges", edges]);
        add(&["edges before", edges, b]);
        add(&["edges after", edges, a]);
        add(&["before", before]);
        add(&["class before", b]);
        add(&["before 2", before_2]);
        add(&["classes before", b2, b]);
        add(&["after", after]);
        add(&["class after", a]);
        add(&["classes after", a2, a]);
        add(&["after 2", after_2]);
        add(&["between", b, a]);
        add(&["between", b, a, a2]);
        add(&["between words", before, after]);
        add(&["word and class", before, a]);
        add(&["class and word", b, after]);
        add(&["around", b2, b, a]);
        if self.starts() {
            add(&["starts", a]);
        }
        if self.ends() {
            add(&["ends", b]);
        }
        match (self.hesitates_before(), self.hesitates_after()) {
            (true, true) => add(&["hesitates", "before and after"]),
            (true, false) => add(&["hesitates", "before"]),
            (false, true) => add(&["hesitates", "after"]),
            (false, false) => {}
        }
        if self.clause_has(6, &[&["what", "what's", "how"]]) {
            add(&["question", a]);
        }
        if is_finite(after) {
            add(&["finite after", b]);
        }
        if is_adverb(after) || is_degree(after) {
            add(&["adverb after", b]);
        }
        if is_amount(after) {
            add(&["amount after"]);
        }
        if self.clause_follows() {
            add(&["clause after", before]);
        }
    }

    /// What follows is a noun phrase or nothing: what a verb or a preposition takes.
    fn object_follows(&self) -> bool {
        self.ends() || self.after_is(&[DETERMINERS, OBJECTS])
    }
}

/// One rule: if it applies, the marker is a filler or is not, and how sure that is.
struct Rule {
    filler: bool,
    sure: f64,
    applies: fn(&Here<'_>) -> bool,
}

/// A filler where it applies.
const fn yes(sure: f64, applies: fn(&Here<'_>) -> bool) -> Rule {
    Rule { filler: true, sure, applies }
}

/// Not a filler where it applies.
const fn no(sure: f64, applies: fn(&Here<'_>) -> bool) -> Rule {
    Rule { filler: false, sure, applies }
}

/// The markers with their rules, longer ones first where one begins another.
const MARKERS: &[(&[&str], &[Rule])] = &[
    (&["you", "know", "what", "i", "mean"], WHAT_I_MEAN),
    (&["or", "something", "like", "that"], EXTENDER),
    (&["and", "stuff", "like", "that"], EXTENDER),
    (&["and", "things", "like", "that"], EXTENDER),
    (&["or", "something"], EXTENDER),
    (&["or", "whatever"], EXTENDER),
    (&["and", "stuff"], EXTENDER),
    (&["and", "things"], EXTENDER),
    (&["to", "be", "honest"], TO_BE_HONEST),
    (&["you", "know"], YOU_KNOW),
    (&["you", "see"], YOU_SEE),
    (&["i", "mean"], I_MEAN),
    (&["sort", "of"], SORT_OF),
    (&["kind", "of"], SORT_OF),
    (&["like"], LIKE),
    (&["basically"], BASICALLY),
    (&["actually"], ACTUALLY),
    (&["literally"], LITERALLY),
    (&["honestly"], HONESTLY),
    (&["so"], SO),
    (&["right"], RIGHT),
    (&["well"], WELL),
    (&["okay"], OKAY),
    (&["ok"], OKAY),
    (&["anyway"], ANYWAY),
    (&["see"], SEE),
    (&["now"], NOW),
];

/// *like*: a verb after its subject, a preposition or conjunction before what it compares with; otherwise a filler that
/// hedges or plays for time.
const LIKE: &[Rule] = &[
    // "what it's like to fail", "what was it like": the question word is its object.
    no(0.9, |h| {
        h.clause_has(6, &[&["what", "what's"]])
            && (h.ends() || is_in(h.after(1), &[AFTER_WHAT_LIKE]) || h.after(1).ends_with("ing"))
    }),
    // "was, like, older than me".
    yes(0.95, |h| h.set_off() && !h.before_is(&[RESEMBLE])),
    // "looked like rain", "something like a bridge", "a bit like", "not like".
    no(0.95, |h| h.before_is(&[RESEMBLE, BEFORE_PREPOSITION])),
    // "like that", "like so", "like clockwork".
    no(0.9, |h| {
        h.after_is(&[&["that", "this", "those", "these", "so", "mad", "crazy", "clockwork"]])
            && !h.before_is(&[BE])
            && !h.starts()
    }),
    // "seemed to like her"; but "to like completely rethink".
    yes(0.85, |h| h.before(1) == "to" && (is_adverb(h.after(1)) || is_in(h.after(1), &[BASE_VERBS]))),
    yes(0.7, |h| {
        // "to like drive the", "to like lead them".
        h.before(1) == "to" && !h.object_follows() && is_in(h.after(2), &[DETERMINERS, OBJECTS])
    }),
    no(0.9, |h| h.before(1) == "to"),
    // "I didn't like know what to say": a verb cannot follow the verb like.
    yes(0.8, |h| is_auxiliary(h.before(1)) && is_in(h.after(1), &[BASE_VERBS]) && !h.edge_after()),
    // "would like to", "didn't like", "don't really like".
    no(0.95, |h| is_auxiliary(h.before(1)) || (is_adverb(h.before(1)) && is_auxiliary(h.before(2)))),
    // "would you like me to", "did he like it".
    no(0.9, |h| h.before_is(&[&SUBJECT_PRONOUNS, OTHER_SUBJECTS]) && is_auxiliary(h.before(2))),
    // "like planned", "like expected".
    no(0.85, |h| h.after_is(&[&["planned", "expected", "promised", "agreed", "intended"]]) && !h.before_is(&[BE])),
    // "he like resigned": the verb would be "likes".
    yes(0.85, |h| h.before_is(&[&["he", "she"]]) || (h.before(1) == "it" && is_predicate(h.after(1)))),
    // "I like froze", "we like never meet".
    yes(0.85, |h| {
        h.before_is(&[&SUBJECT_PRONOUNS, OTHER_SUBJECTS]) && (is_finite(h.after(1)) || is_adverb(h.after(1)))
    }),
    // "say it like you mean it"; "I like to", "people like her", "those who like order".
    no(0.9, |h| {
        h.before_is(&[&SUBJECT_PRONOUNS, OTHER_SUBJECTS]) || h.before_is(&[&["who", "people", "kids", "children"]])
    }),
    // "kids like to meet", "the children like swimming": a plural noun with a verb.
    no(0.85, |h| h.after(1) == "to" && !h.before_is(&[BE])),
    // "Like I said, the van was empty", "like my father, I went to sea".
    no(0.8, |h| {
        h.starts()
            && (is_in(h.after(2), &[&["said", "say", "mentioned", "told"]])
                || (h.after_is(&[DETERMINERS, PREPOSITIONS, &["most", "many"]]) && !h.edge_after()))
    }),
    // "Like, nobody had checked", "like we had no water".
    yes(0.85, |h| h.starts()),
    // "it was like it never happened": a comparison; "I was like why bother": quoting.
    no(0.7, |h| h.before_is(&[BE]) && h.clause_follows() && h.before_is(&[&["it's", "that's"]])),
    no(0.7, |h| h.before_is(&[BE]) && h.clause_follows() && is_in(h.before(2), &[&["it", "that", "this"]])),
    yes(0.75, |h| {
        h.before_is(&[BE])
            && (h.edge_after()
                || h.clause_follows()
                || h.after_is(&[&["no", "oh", "okay", "wow", "hey", "yeah", "please", "wait"]]))
    }),
    // "like forty pallets", "like no notice", "like a hundred": hedging an amount.
    yes(0.9, |h| {
        is_amount(h.after(1)) || (h.after_is(&[&["a", "an"]]) && (is_amount(h.after(2)) || is_degree(h.after(2))))
    }),
    // "it was like the best day".
    yes(0.7, |h| {
        h.after(1) == "the"
            && (is_in(h.after(2), &[&["best", "worst", "most", "only", "first", "last"]])
                || h.after(2).ends_with("est"))
    }),
    // "was like a father", "is like working underground".
    no(0.8, |h| {
        h.before_is(&[BE]) && h.after_is(&[DETERMINERS, OBJECTS]) && !h.clause_has(2, &[&["there", "there's"]])
    }),
    no(0.7, |h| {
        h.before_is(&[BE])
            && h.after(1).ends_with("ing")
            && is_in(h.after(2), &[DETERMINERS, PREPOSITIONS, OBJECTS])
            && !h.clause_has(3, &[PERSONS])
    }),
    // "just like my father", "exactly like".
    no(0.85, |h| {
        h.before_is(&[&["just", "exactly"]])
            && !is_finite(h.after(1))
            && !is_adverb(h.after(1))
            && !h.after_is(&[BASE_VERBS])
    }),
    // "was like really nervous", "was like never in", "was like older".
    yes(0.85, |h| h.before_is(&[BE]) && !h.ends()),
    // "this like weird silence", "for like eight months": nothing else fits between.
    yes(0.9, |h| h.before_is(&[DETERMINERS, PREPOSITIONS]) && !h.ends()),
    // "because like the night team", "and like nobody".
    yes(0.8, |h| h.before_is(&[CONJUNCTIONS])),
    // "a new system like last year", "clinics like on a Saturday".
    yes(0.65, |h| h.after_is(&[PREPOSITIONS, &["last", "yesterday"]]) && !h.after_is(&[&["in"]])),
    // "took like a week", "cost like a fortune".
    yes(0.75, |h| {
        h.before_is(&[&["took", "takes", "take", "taken", "cost", "costs", "spent", "lasted", "paid", "waited"]])
    }),
    // "kept like interrupting".
    yes(0.8, |h| h.before_is(&[&["keep", "kept", "keeps", "keeping", "start", "started", "stopped"]])),
    // "the foreman like walked off", "cooked like really fast".
    yes(0.8, |h| is_finite(h.after(1)) || is_adverb(h.after(1))),
    // "I asked like what do you want".
    yes(0.7, |h| h.after_is(&[WH])),
    // "had like problems", "there's like policies".
    yes(0.75, |h| {
        h.before_is(&[&["there's", "there", "had", "has", "have", "got", "get", "gave"]]) && !h.object_follows()
    }),
    // "the smell was just awful like," and "and he goes, like.".
    yes(0.7, |h| h.edge_after() && !h.ends()),
    yes(0.65, |h| h.edge_before() && h.ends()),
    // A word between two hesitations.
    yes(0.6, |h| h.hesitates_before() && h.hesitates_after()),
];

/// "..., you know what I mean?" closes a sentence.
const WHAT_I_MEAN: &[Rule] = &[yes(0.85, |h| h.edge_after() && !is_auxiliary(h.before(1)) && h.before(1) != "if")];

/// *you know*: a clause with a verb of its own after do, if, what, as ... or before its object; otherwise detachable.
const YOU_KNOW: &[Rule] = &[
    // "Because you know the building, you can guide them".
    no(0.6, |h| h.before(2).is_empty() && h.before(1) == "because" && h.after_is(&[DETERMINERS]) && !h.edge_after()),
    // "which you know is why": the relative clause has its own verb.
    yes(0.8, |h| h.before_is(&[&["which", "who", "that"]]) && is_predicate(h.after(1))),
    // "cook what you know", "who you know", "as you know", "the moment you know".
    no(0.9, |h| h.before_is(&[WH, BEFORE_YOU_KNOW]) && !h.edge_before()),
    // "do you know", "don't let you know", "would you know".
    no(0.95, |h| is_auxiliary(h.before(1)) && !is_subject(h.before(2)) && !h.edge_before()),
    // "was, you know, one of those", "..., you know?".
    yes(0.95, |h| h.set_off() || (h.edge_after() && !h.ends())),
    // "just so you know".
    no(0.85, |h| h.before(1) == "so" && h.before(2) == "just"),
    // "I think you know why", "you think you know a city".
    no(0.8, |h| {
        h.before_is(&[&["think", "sure", "hope", "assume", "believe", "suppose", "bet", "glad"]])
            && (h.object_follows() || h.after_is(&[WH]))
    }),
    // "you know how to", "you know that the", "you know about", "you know them".
    no(0.8, |h| {
        h.after_is(&[&[
            "how", "where", "why", "who", "whether", "that", "about", "him", "them", "me", "us", "better", "exactly",
        ]]) && !h.edge_before()
    }),
    // "You know my colleague", "you know what happened next": said to the listener.
    no(0.7, |h| h.starts() && h.after_is(&[DETERMINERS, WH, &["about", "him", "them", "me", "us", "that"]])),
    // "every street you know", "the best cook you know".
    no(0.7, |h| {
        h.ends()
            && !h.edge_before()
            && h.clause_has(
                4,
                &[&["every", "everything", "everyone", "best", "only", "anyone", "someone", "anything", "something"]],
            )
    }),
    yes(0.85, |_| true),
];

/// *you see*: mostly the verb; a filler when it is set off or a clause follows a whole one.
const YOU_SEE: &[Rule] = &[
    no(0.9, |h| {
        h.before_is(&[WH, BEFORE_YOU_KNOW]) || is_auxiliary(h.before(1)) || h.clause_has(3, &[&["thing", "first"]])
    }),
    // "..., you see, the bolts"; "You see, we had".
    yes(0.9, |h| h.set_off()),
    // "it's delicate you see because".
    yes(0.7, |h| h.after_is(&[&["because", "cause", "but", "i", "we", "he", "she", "they", "it's"]])),
];

/// *I mean*: the verb when it gives a meaning (what I mean, by X I mean, I mean to); otherwise a repair.
const I_MEAN: &[Rule] = &[
    // "not what I mean", "the one I mean", "do I mean", "how I mean".
    no(0.8, |h| h.before_is(&[&["one", "ones", "thing", "person", "that"]]) && !h.edge_before() && !h.clause_follows()),
    no(0.9, |h| h.before_is(&[WH, &["do", "did", "if"]]) && !h.edge_before()),
    // "by senior I mean", "when I say early I mean".
    no(0.9, |h| h.clause_has(CLAUSE_REACH, &[&["by"]]) && h.backwards().count() <= 5),
    no(0.9, |h| {
        h.clause_has(6, &[&["say", "said", "call", "saying"]]) && h.clause_has(CLAUSE_REACH, &[&["when", "if", "by"]])
    }),
    // "I mean to finish", "I mean by that".
    no(0.9, |h| h.after_is(&[&["to", "by", "business", "well"]]) && !h.edge_after()),
    // "I mean it,": but "I mean it was late".
    no(0.85, |h| {
        h.after_is(&[&["it", "that", "this"]])
            && !h.edge_after()
            && (h.after(2).is_empty() || h.forwards().next().is_some_and(|t| t.edge > Edge::None))
    }),
    yes(0.9, |_| true),
];

/// *sort of*, *kind of*: a noun with its of-phrase after a determiner or an adjective; otherwise a hedge.
const SORT_OF: &[Rule] = &[
    // "kind of you to wait".
    no(0.85, |h| {
        h.before_is(&[BE, &["very", "so", "really"]])
            && h.after_is(&[&["you", "him", "her", "them", "us"]])
            && (h.after(2) == "to" || h.after(2).is_empty())
    }),
    // "was, sort of, a bit tense".
    yes(0.95, |h| h.set_off()),
    // "that sort of changed", "this kind of blew up", "the client kind of panicked".
    yes(0.85, |h| {
        (is_finite(h.after(1)) || is_adverb(h.after(1)))
            && !h.before_is(&[WH, &["a", "an", "some", "any", "no", "same", "the"]])
    }),
    // "a kind of weird silence", "a sort of really quiet".
    yes(0.7, |h| h.before_is(&[&["a", "an", "these", "this"]]) && (is_degree(h.after(1)) || is_adjective(h.after(1)))),
    // "who sort of runs it", "a form which sort of shows".
    yes(0.8, |h| h.before(1) == "who"),
    yes(0.65, |h| h.before(1) == "which" && !is_in(h.before(2), &[PREPOSITIONS, ASKING, &[""]])),
    // "things kind of get missed", "in a sort of in a": a verb or a preposition cannot be the kind.
    yes(0.75, |h| {
        let verb = h.after_is(&[BASE_VERBS]) && !h.before_is(&[DETERMINERS]);
        (verb || h.after_is(&[PREPOSITIONS])) && !h.before_is(&[WH, KIND_ADJECTIVES, &["some", "any", "no"]])
    }),
    // "what kind of", "the sort of", "some sort of", "a different kind of", "right kind of".
    no(0.95, |h| h.before_is(&[DETERMINERS, WH, KIND_ADJECTIVES]) || is_amount(h.before(1))),
    // "it's kind of", "I sort of", "we'd kind of", "to kind of", "just sort of", "in kind of a".
    yes(0.9, |h| {
        h.before_is(&[BE, PREPOSITIONS, CONJUNCTIONS])
            || is_subject(h.before(1))
            || is_auxiliary(h.before(1))
            || is_contracted(h.before(1))
    }),
    yes(0.85, |h| h.before(1).is_empty() || is_adverb(h.before(1)) || is_finite(h.before(1))),
    // "a strange kind of quiet", "a rougher sort of wool".
    no(0.8, |h| is_in(h.before(2), &[DETERMINERS]) || is_adjective(h.before(1))),
    yes(0.6, |_| true),
];

/// *basically*: hardly ever anything but a filler.
const BASICALLY: &[Rule] = &[
    // "only basically trained": in a basic way.
    no(0.8, |h| h.before_is(&[&["only", "very", "more", "quite"]])),
    // "well and basically built".
    no(0.7, |h| h.before(1) == "and" && (h.before(2) == "well" || is_adverb(h.before(2))) && !is_subject(h.after(1))),
    yes(0.85, |_| true),
];

/// *actually*: "in fact", against what was said, asked or denied; otherwise a filler.
const ACTUALLY: &[Rule] = &[
    // "was, actually, the first"; "Actually, can I".
    yes(0.9, |h| h.set_off() || h.starts()),
    // "hadn't actually gone", "nobody actually came", "without actually".
    no(0.9, |h| h.clause().any(|w| w.ends_with("n't") || is_in(w, &[NEGATIVES]))),
    // "what actually happens", "who actually fixed it", "what we actually did".
    no(0.85, |h| h.clause_has(4, &[&["what", "who", "which", "whether", "how", "why", "if", "whoever", "whatever"]])),
    // "did you actually see", "was anyone actually hurt".
    no(0.9, |h| h.backwards().last().is_some_and(|t| is_inverted(&t.bare))),
    // "but is it actually?".
    no(0.7, |h| h.ends() && is_subject(h.before(1)) && is_inverted(h.before(2))),
    // "a plan that actually worked", "did actually work", "to actually finish".
    no(0.7, |h| h.before_is(&[&["that", "do", "does", "did", "to", "anyone", "anybody"]])),
    // "the report said an hour but it actually took four".
    no(0.8, |h| {
        h.backwards().any(|t| is_in(&t.bare, &[SUPPOSED]))
            && h.clause_has(5, &[&["but", "though", "although", "when", "whereas"]])
            && !h.before_is(&[&["but"]])
    }),
    yes(0.7, |_| true),
];

/// *literally*: manner with verbs of meaning and at the end of a clause; otherwise an intensifier.
const LITERALLY: &[Rule] = &[
    // "translate it literally", "meant literally", "took it literally", "read literally".
    no(0.9, |h| {
        h.clause_has(CLAUSE_REACH, &[MEANING])
            && (h.edge_after() || h.ends() || h.before_is(&[MEANING, OBJECTS]) || h.after_is(&[CONJUNCTIONS]))
    }),
    // "literally means", "literally translated".
    no(0.85, |h| h.after_is(&[MEANING])),
    // "not literally", "quite literally, word for word".
    no(0.7, |h| h.before_is(&[&["not", "too", "very", "more", "so", "as"]])),
    // "followed the recipe literally."
    no(0.7, |h| h.edge_after() && !h.edge_before()),
    yes(0.85, |_| true),
];

/// *honestly*: manner with verbs of telling and dealing; otherwise an aside.
const HONESTLY: &[Rule] = &[
    // "calmly and honestly", "honestly and openly".
    no(0.85, |h| h.before(1) == "and" && is_adverb(h.before(2)) && !h.starts()),
    no(0.8, |h| h.after(1) == "and" && is_adverb(h.after(2))),
    // "as honestly as", "very honestly".
    no(0.85, |h| h.before_is(&[&["as", "more", "very", "too", "completely"]])),
    // "it was, honestly, the best"; "Honestly, I'd".
    yes(0.95, |h| h.set_off() || h.starts()),
    // "can honestly say".
    no(0.8, |h| {
        is_auxiliary(h.before(1)) && h.after_is(&[&["say", "tell", "claim", "answer", "report", "speak", "admit"]])
    }),
    // "answered the inspector honestly", "spoke honestly about".
    no(0.85, |h| h.clause_has(6, &[DEALING]) && !h.edge_before() && !h.before_is(&[CONJUNCTIONS])),
    no(0.8, |h| h.after(1) == "about"),
    yes(0.8, |_| true),
];

/// *so*: a filler where it opens a turn; a result, a degree or a purpose inside a sentence.
const SO: &[Rule] = &[
    // "So that was my first year": but "so that nobody".
    yes(0.85, |h| {
        h.starts()
            && h.after(1) == "that"
            && (is_predicate(h.after(2)) || h.forwards().next().is_some_and(|t| t.edge > Edge::None))
    }),
    // "so far", "so many", "so that", "so long as".
    no(0.95, |h| {
        h.after_is(&[&["far", "many", "much", "that", "long", "few", "little", "called", "often"]]) && !h.edge_after()
    }),
    // "so did we", "so am I".
    no(0.85, |h| is_inverted(h.after(1)) && is_subject(h.after(2)) && h.after(3).is_empty()),
    // "So I started", "okay so the biggest", "yeah so".
    yes(0.9, |h| h.starts()),
    // "..., so, yeah".
    yes(0.75, |h| h.set_off()),
    // "the thing is so we had": what follows is a clause, not an adjective.
    yes(0.6, |h| h.before_is(&[BE]) && is_subject(h.after(1)) && !is_auxiliary(h.after(2))),
    // "we shut the bar um so the next day": between hesitations.
    yes(0.6, |h| h.hesitates_before() && h.hesitates_after() && !h.before_is(&[BE, CONJUNCTIONS])),
];

/// *right*: a filler where it opens a turn or asks for agreement; otherwise a direction, an adjective, an adverb.
const RIGHT: &[Rule] = &[
    // "right behind", "right now", "right after".
    no(0.95, |h| {
        h.after_is(&[
            PREPOSITIONS,
            &["now", "away", "there", "here", "before", "after", "then", "next", "angle", "side", "hand"],
        ]) && !h.edge_after()
    }),
    // "all right", "the right", "that's right", "left, right, then left".
    no(0.9, |h| {
        h.before_is(&[&["all", "quite"]]) || h.clause_has(3, &[&["left", "turn", "turned", "turning", "straight"]])
    }),
    // "isn't always right", "not right", "almost right".
    no(0.85, |h| (is_adverb(h.before(1)) || is_degree(h.before(1))) && !h.edge_before()),
    no(0.9, |h| (h.before_is(&[DETERMINERS, BE]) || is_auxiliary(h.before(1))) && !h.edge_before()),
    // "Right, let me", "right so".
    yes(0.9, |h| h.starts()),
    // "a listed building, right, which"; "..., right?".
    yes(0.9, |h| h.set_off() && !h.clause_has(4, &[&["left"]])),
    // "got the mix right", "did it right", "put things right".
    no(0.8, |h| {
        h.clause_has(
            4,
            &[&[
                "get", "gets", "getting", "got", "do", "did", "done", "put", "set", "make", "made", "go", "went",
                "pull", "pulled",
            ]],
        ) && !h.clause_has(6, &[&["we've", "you've", "i've", "they've", "have"]])
    }),
    // "all at once right and the machine", "a small village right so".
    yes(0.7, |h| h.after_is(&[CONJUNCTIONS, &["which"]]) || (h.clause_follows() && !h.after(1).is_empty())),
];

/// *well*: a filler where it opens a turn or a second thought; otherwise the adverb.
const WELL: &[Rule] = &[
    // "as well", "very well", "well done", "well over".
    no(0.95, |h| {
        h.before_is(&[&["as", "very", "pretty", "quite", "really", "so", "too", "how", "a", "the", "new"]])
            && !h.edge_before()
    }),
    no(0.85, |h| {
        h.after_is(&[&["done", "over", "before", "above", "beyond", "known", "aware", "into"]]) && !h.edge_after()
    }),
    // "Well, I suppose".
    yes(0.95, |h| h.starts()),
    // "because, well, I couldn't".
    yes(0.9, |h| h.set_off() && !h.ends()),
    // "a pilot, well my dad".
    yes(0.8, |h| h.edge_before() && (h.clause_follows() || h.after_is(&[DETERMINERS]))),
    // "and well I wasn't", "what I learned was well you".
    // but not "when that went well, I left", "once she was well, we met".
    yes(0.85, |h| {
        (h.before_is(&[CONJUNCTIONS]) || (h.before_is(&[BE, SAYING]) && !h.edge_after()))
            && (h.clause_follows() || h.after_is(&[DETERMINERS]))
    }),
    // "he came um well the next day".
    yes(0.65, |h| h.hesitates_before() && (h.clause_follows() || h.hesitates_after())),
];

/// *okay*: a filler where it opens a turn or asks for agreement; otherwise "all right".
const OKAY: &[Rule] = &[
    // "Okay with me".
    no(0.7, |h| h.after_is(&[&["with", "at", "for", "by"]]) && !h.edge_after()),
    yes(0.9, |h| h.starts() || h.set_off()),
    // "and okay I admit", "I thought okay let's".
    yes(0.75, |h| h.before_is(&[CONJUNCTIONS, SAYING, &["like"]]) && (h.clause_follows() || h.after(1) == "this")),
    yes(0.65, |h| h.hesitates_before() && h.clause_follows()),
];

/// *anyway*: a filler where it takes the talk back to its thread; "nevertheless" at the end of a clause.
const ANYWAY: &[Rule] = &[
    // "Anyway, that's how".
    yes(0.9, |h| h.starts() || (h.set_off() && !h.ends())),
    // "but anyway I stayed".
    yes(0.85, |h| h.before_is(&[CONJUNCTIONS]) && !h.ends()),
    // "the queue was long anyway we opened".
    yes(0.6, |h| !h.edge_after() && is_subject(h.after(1))),
    yes(0.6, |h| h.hesitates_before() && h.hesitates_after() && !h.ends()),
];

/// *see*: a filler where it opens a turn before a clause or is set off; otherwise the verb.
const SEE: &[Rule] = &[
    // "let's see", "I see, I see", "wait and see".
    no(0.9, |h| {
        h.before_is(&[&SUBJECT_PRONOUNS, OTHER_SUBJECTS, CONJUNCTIONS, &["let's", "let", "me", "us", "to"]])
            || is_auxiliary(h.before(1))
    }),
    // "See if they will", "see you later", "see what happens", "see the sign".
    no(0.9, |h| {
        h.after_is(&[WH, DETERMINERS, &["if", "whether", "you", "it", "him", "her", "them", "to"]]) && !h.edge_after()
    }),
    // "See, I thought", "well, see, the thing".
    yes(0.85, |h| (h.starts() || h.set_off()) && h.edge_after() && !h.ends()),
    // "see we get the same thing".
    yes(0.75, |h| h.starts() && (is_in(h.after(1), &[PERSONS]) || h.after(1) == "that's")),
];

/// *now*: a filler where it opens a turn and is set off or asks; otherwise the time.
const NOW: &[Rule] = &[
    // "Now, now", "now and then", "now that".
    no(0.9, |h| h.after_is(&[&["now", "and", "that", "is", "was"]])),
    // "Now, if you go up north".
    yes(0.75, |h| h.starts() && h.edge_after() && !h.ends()),
    // "now what kind of dog is it", "now wait a minute".
    yes(0.7, |h| h.starts() && h.after_is(&[WH, &["wait", "listen", "look", "did", "do", "does", "are", "don't"]])),
];

/// *or something*, *and stuff*: a filler where the phrase ends; not where something is said of it.
const EXTENDER: &[Rule] = &[
    // "either the filter or something else".
    no(0.85, |h| h.clause_has(CLAUSE_REACH, &[&["either"]])),
    yes(0.85, |h| h.edge_after() || h.ends()),
    // "or something because", "and stuff in the first week".
    yes(0.8, |h| {
        h.after_is(&[CONJUNCTIONS, PREPOSITIONS, &["you", "like", "which"]]) && !h.after_is(&[&["to", "than"]])
    }),
    yes(0.6, |h| h.hesitates_after()),
];

/// *to be honest*: an aside, unless a verb or an adjective asks for it or it goes on.
const TO_BE_HONEST: &[Rule] = &[
    // "honest with", "honest about".
    no(0.9, |h| h.after_is(&[&["with", "about", "enough", "even"]]) && !h.edge_after() && !h.starts()),
    yes(0.95, |h| h.set_off()),
    // "hard to be honest", "want to be honest", "told her to be honest".
    no(0.85, |h| h.before_is(&[WANTING])),
    yes(0.85, |_| true),
];

fn is_in(word: &str, lists: &[&[&str]]) -> bool {
    lists.iter().any(|list| list.contains(&word))
}

/// A word that can be a clause's subject by itself, with its contractions ("we", "we'd", "nobody", "there's").
fn is_subject(word: &str) -> bool {
    is_in(word.split('\'').next().unwrap_or(word), &[&SUBJECT_PRONOUNS, OTHER_SUBJECTS])
}

/// Ends in a contracted verb: "soil's", "we'd", "they've".
fn is_contracted(word: &str) -> bool {
    ["'s", "'d", "'ve", "'re", "'m", "'ll"].iter().any(|end| word.ends_with(end))
}

/// An auxiliary that takes a bare verb: "would", "didn't", "I'd", "we'll".
fn is_auxiliary(word: &str) -> bool {
    is_in(word.strip_suffix("n't").unwrap_or(word), &[AUXILIARIES])
        || word == "won't"
        || (is_subject(word) && (word.ends_with("'d") || word.ends_with("'ll")))
}

/// A verb that can stand before its subject in a question.
fn is_inverted(word: &str) -> bool {
    let plain = word.strip_suffix("n't").unwrap_or(word);
    is_in(plain, &[AUXILIARIES, &["is", "are", "was", "were", "has", "have", "had", "am"]])
}

/// A past tense, by ending or by list, or a third person.
fn is_finite(word: &str) -> bool {
    let ends_in_ed = word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed");
    ends_in_ed || is_in(word, &[FINITE]) || word.strip_suffix('s').is_some_and(|base| is_in(base, &[BASE_VERBS]))
}

/// What can come right after a subject: a verb or an adverb before one.
fn is_predicate(word: &str) -> bool {
    is_in(word, &[BE]) || is_finite(word) || is_adverb(word) || is_inverted(word)
}

/// An adverb, by ending or by list.
fn is_adverb(word: &str) -> bool {
    let ends_in_ly = word.len() > 4 && word.ends_with("ly");
    (ends_in_ly && !is_in(word, &[NOT_ADVERBS]))
        || is_in(word, &[&["never", "always", "just", "still", "even", "also", "not"]])
}

/// An adverb of degree: "really", "so", "super".
fn is_degree(word: &str) -> bool {
    is_in(
        word,
        &[&[
            "really",
            "very",
            "so",
            "super",
            "pretty",
            "quite",
            "too",
            "totally",
            "completely",
            "massively",
            "proper",
            "bit",
        ]],
    )
}

/// A number or a quantity.
fn is_amount(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) || is_in(word, &[AMOUNTS])
}

const REPLIES: &[&str] = &[
    "yeah", "yes", "yep", "no", "oh", "ah", "hey", "sure", "thanks", "hi", "hello", "great", "alright", "mm", "okay",
    "ok",
];
const BE: &[&str] = &[
    "be", "is", "are", "was", "were", "been", "being", "am", "i'm", "it's", "that's", "he's", "she's", "we're",
    "you're", "they're", "who's", "what's", "there's", "here's", "isn't", "wasn't", "aren't", "weren't",
];
#[rustfmt::skip]
const OTHER_SUBJECTS: &[&str] = &[
    "there", "nobody", "everybody", "somebody", "anybody", "everyone", "someone", "anyone", "nothing",
];
const PERSONS: &[&str] =
    &["i", "we", "they", "he", "she", "you", "i'm", "we're", "they're", "he's", "she's", "i've", "we've", "they've"];
#[rustfmt::skip]
const OBJECTS: &[&str] = &[
    "me", "him", "her", "us", "them", "it", "you", "myself", "himself", "herself", "someone", "something", "somebody",
    "anything", "nothing", "everything", "anyone", "everyone", "that", "this", "those", "these",
];
const DETERMINERS: &[&str] = &[
    "a", "an", "the", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our", "their", "some",
    "any", "no", "every", "each", "another", "whose", "all", "both",
];
const PREPOSITIONS: &[&str] = &[
    "in", "on", "at", "for", "with", "from", "by", "of", "about", "into", "onto", "over", "under", "through", "after",
    "before", "behind", "between", "during", "around", "against", "without", "until", "up", "down", "across", "near",
    "within", "along", "beside", "above", "below", "next", "outside", "inside", "to",
];
const CONJUNCTIONS: &[&str] = &[
    "and", "but", "because", "cause", "so", "or", "then", "when", "while", "if", "since", "although", "though",
    "where", "until",
];
const WH: &[&str] = &["what", "who", "whom", "which", "where", "why", "how", "whose", "whatever", "whoever", "what's"];
const AUXILIARIES: &[&str] = &[
    "do", "does", "did", "would", "will", "could", "should", "can", "might", "may", "must", "shall", "ca", "wo",
    "cannot",
];
const NEGATIVES: &[&str] = &[
    "not", "never", "nobody", "none", "no", "without", "nothing", "neither", "nor", "hardly", "barely", "cannot", "few",
];
#[rustfmt::skip]
const AMOUNTS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty",
    "sixty", "seventy", "eighty", "ninety", "hundred", "hundreds", "thousand", "thousands", "million", "millions",
    "dozen", "dozens", "half", "zero", "no", "every", "couple", "few", "lot", "lots", "loads", "tons", "bunch",
    "quarter", "twice", "once", "all", "maybe", "about", "around", "almost", "nearly", "ages", "several", "many",
];
const RESEMBLE: &[&str] = &[
    "look", "looks", "looked", "looking", "feel", "feels", "felt", "feeling", "sound", "sounds", "sounded", "sounding",
    "seem", "seems", "seemed", "smell", "smells", "smelled", "smelt", "taste", "tastes", "tasted", "act", "acts",
    "acted", "acting", "behave", "behaved", "behaves",
];
#[rustfmt::skip]
const BEFORE_PREPOSITION: &[&str] = &[
    "something", "anything", "nothing", "everything", "someone", "anyone", "somebody", "stuff", "things", "more",
    "much", "bit", "lot", "not", "exactly", "almost", "nowhere", "somewhere", "less", "else",
];
const AFTER_WHAT_LIKE: &[&str] =
    &["to", "for", "when", "in", "at", "now", "before", "after", "then", "on", "there", "if", "and", "but"];
#[rustfmt::skip]
const BEFORE_YOU_KNOW: &[&str] = &[
    "if", "once", "when", "as", "let", "lets", "letting", "whether", "than", "everything", "all", "anyone", "someone",
    "everyone", "moment", "thing", "things", "until", "till", "unless", "now", "before", "make", "makes", "since",
    "ever", "that", "how", "soon", "while", "people", "though",
];
#[rustfmt::skip]
const KIND_ADJECTIVES: &[&str] = &[
    "same", "different", "certain", "right", "wrong", "best", "worst", "new", "other", "only", "first", "favourite",
    "such", "odd", "strange", "special", "particular", "good", "bad", "rare", "old", "many", "weird",
];
#[rustfmt::skip]
const SUPPOSED: &[&str] = &[
    "said", "says", "promised", "claimed", "thought", "supposed", "expected", "assumed", "looked", "seemed", "believed",
    "quoted", "told", "planned", "estimated", "sounds", "looks", "think", "thinks", "expect", "people",
];
#[rustfmt::skip]
const MEANING: &[&str] = &[
    "translate", "translates", "translated", "translating", "take", "takes", "took", "taken", "taking", "read", "reads",
    "reading", "mean", "means", "meant", "interpret", "interpreted", "interpreting", "understood", "quote", "quoted",
    "followed", "follow", "render", "rendered",
];
#[rustfmt::skip]
const DEALING: &[&str] = &[
    "speak", "speaks", "spoke", "spoken", "speaking", "answer", "answers", "answered", "answering", "talk", "talked",
    "talking", "talks", "tell", "told", "telling", "tells", "reply", "replied", "deal", "dealt", "trade", "traded",
    "act", "acted", "play", "played", "behave", "behaved", "write", "wrote", "report", "reported", "describe",
    "described", "explain", "explained", "admit", "admitted", "earn", "earned", "live", "lived", "fill", "filled",
    "work", "works",
];
/// Verbs that take a question word.
const ASKING: &[&str] =
    &["know", "knew", "ask", "asked", "decide", "decided", "tell", "see", "choose", "say", "remember"];
const SAYING: &[&str] = &["thought", "think", "said", "say", "says", "goes", "went", "thinking", "asked"];
#[rustfmt::skip]
const WANTING: &[&str] = &[
    "hard", "easy", "difficult", "important", "try", "tried", "trying", "want", "wanted", "wants", "need", "needs",
    "needed", "have", "had", "has", "ought", "going", "able", "told", "afraid", "better", "brave", "pays", "me", "you",
    "him", "her", "them", "us", "people", "everyone", "someone", "enough", "how", "learned", "learnt", "like", "prefer",
    "supposed", "is",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a written draft.
    fn draft(text: &str) -> Vec<Spoken<'_>> {
        text.split_whitespace().map(|text| Spoken { text, pause_before_s: None, pause_after_s: None }).collect()
    }

    /// The fillers of a written draft, as said.
    fn fillers(text: &str) -> Vec<String> {
        let words = draft(text);
        let found = discourse_markers(&words, &[]);
        found
            .iter()
            .map(|m| words[m.first..=m.last].iter().map(|w| normalized(w.text)).collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// Checks the fillers of each text.
    fn check(cases: &[(&str, &[&str])]) {
        for (text, expected) in cases {
            assert_eq!(fillers(text), *expected, "{text}");
        }
    }

    #[test]
    fn like_is_a_verb_or_compares_or_fills() {
        check(&[
            ("Kids like to meet the crew.", &[]),
            ("People like her run the ward.", &[]),
            ("I didn't feel like arguing.", &[]),
            ("I'd really like that.", &[]),
            ("What was it like working there?", &[]),
            ("It was like a second home.", &[]),
            ("there were like forty pallets", &["like"]),
            ("I was like really nervous", &["like"]),
            ("I didn't like know what to say", &["like"]),
            ("she like froze", &["like"]),
            ("I was like why are we here", &["like"]),
            ("It's like super important.", &["like"]),
            ("for like eight months", &["like"]),
        ]);
    }

    #[test]
    fn you_know_and_i_mean_have_objects_or_fill() {
        check(&[
            ("Do you know the way?", &[]),
            ("Cook what you know, she said.", &[]),
            ("I'll let you know tomorrow.", &[]),
            ("You know my colleague already.", &[]),
            ("it takes a while to you know earn trust", &["you know"]),
            ("she could you know hear me", &["you know"]),
            ("It stays with you, you know?", &["you know"]),
            ("By senior I mean ten years.", &[]),
            ("I mean to finish.", &[]),
            ("I mean it, stop.", &[]),
            ("it was fine I mean nobody loved it", &["i mean"]),
            ("It was hard, you know what I mean?", &["you know what i mean"]),
            ("the gold is thin you see because it tears", &["you see"]),
        ]);
    }

    #[test]
    fn sort_of_is_a_noun_or_hedges() {
        check(&[
            ("What kind of fault was it?", &[]),
            ("He isn't the sort of manager who reads.", &[]),
            ("This kind of work suits me.", &[]),
            ("That's kind of you to say.", &[]),
            ("It's kind of embarrassing.", &["kind of"]),
            ("the client kind of panicked", &["kind of"]),
            ("that sort of changed things", &["sort of"]),
            ("things kind of get missed", &["kind of"]),
        ]);
    }

    #[test]
    fn adverbs_say_how_or_fill() {
        check(&[
            ("He hadn't actually gone up there.", &[]),
            ("There's what actually happens.", &[]),
            ("Did you actually see it?", &[]),
            ("we actually won an award", &["actually"]),
            ("It was only basically trained.", &[]),
            ("we basically rebuilt it", &["basically"]),
            ("You can't translate it literally.", &[]),
            ("I was literally shaking", &["literally"]),
            ("She answered him honestly.", &[]),
            ("The worst part honestly was the smell.", &["honestly"]),
        ]);
    }

    #[test]
    fn turn_openers_fill_at_the_edge_of_a_turn() {
        check(&[
            ("So I started as a runner.", &["so"]),
            ("so that was my first job", &["so"]),
            ("We taped it so that nobody came in.", &[]),
            ("Nobody renewed it and so the bar stayed shut.", &[]),
            ("So far we've planted nine hundred.", &[]),
            ("Right okay um so we began.", &["right", "okay", "so"]),
            ("Turn right, then stop.", &[]),
            ("You go left, right, then left again.", &[]),
            ("It's a listed building, right, which means no drilling.", &["right"]),
            ("The shop did well, and the cafe as well.", &[]),
            ("When that went well, I trained the porters.", &[]),
            ("I left because, well, it was loud.", &["well"]),
            ("It was okay to leave.", &[]),
            ("He brought the dog anyway.", &[]),
            ("but anyway I stayed", &["anyway"]),
        ]);
    }

    #[test]
    fn see_and_now_open_a_turn_or_have_their_meaning() {
        check(&[
            ("See, we never had that.", &["see"]),
            ("See we get the same thing here.", &["see"]),
            ("See if they'll give you a discount.", &[]),
            ("Let me see, it was in May.", &[]),
            ("I see, I see.", &[]),
            ("Now, my husband, he's a different story.", &["now"]),
            ("Now what kind of dog is it?", &["now"]),
            ("Now we have two of them.", &[]),
            ("Now that they're gone it's quiet.", &[]),
            ("He's retired now.", &[]),
        ]);
    }

    #[test]
    fn extenders_close_their_phrase() {
        check(&[
            ("He tripped over the cable or something because it went dark.", &["or something"]),
            ("Take a crane, or something smaller.", &[]),
            ("Stuff broke and stuff dripped.", &[]),
            ("We did invoices and stuff like that.", &["and stuff like that"]),
            ("I never liked it to be honest.", &["to be honest"]),
            ("It is hard to be honest with him.", &[]),
        ]);
    }

    #[test]
    fn pauses_tell_where_words_do_not() {
        let mut words = draft("it cost pounds like pounds");
        assert_eq!(discourse_markers(&words, &[]), []);
        words[3].pause_before_s = Some(0.4);
        words[3].pause_after_s = Some(0.3);
        assert_eq!(discourse_markers(&words, &[]).len(), 1);
        let mut words = draft("we shut the bar so we went home");
        assert_eq!(discourse_markers(&words, &[]), []);
        words[4].pause_before_s = Some(1.4);
        assert_eq!(discourse_markers(&words, &[]).len(), 1);
    }

    #[test]
    fn own_fillers_count_everywhere() {
        let own = ["at the end of the day".to_string(), "like".to_string(), String::new()];
        let found = discourse_markers(&draft("At the end of the day, I like tea."), &own);
        assert_eq!(found.iter().map(|m| (m.first, m.last)).collect::<Vec<_>>(), [(0, 5), (7, 7)]);
    }

    #[test]
    fn odd_input_is_answered() {
        for text in ["", "like", "—", "... , you know", "Like — ’ é 你好 so", "kind of", "you", "İ’m like 🙂 right?"]
        {
            let words = draft(text);
            for marker in discourse_markers(&words, &[" ".into(), "—".into()]) {
                assert!(marker.first <= marker.last && marker.last < words.len(), "{text}");
                assert!((0.0..=1.0).contains(&marker.confidence), "{text}");
            }
        }
    }

    #[test]
    fn fixture_is_told_apart() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/markers.jsonl");
        let cases = std::fs::read_to_string(path).expect("the fixture is in the repository");
        let [mut hits, mut wrong] = [0_u32, 0];
        for line in cases.lines() {
            let case: serde_json::Value = serde_json::from_str(line).expect("a case a line");
            let words = draft(case["text"].as_str().expect("text"));
            let marker: Vec<&str> = case["marker"].as_str().expect("marker").split(' ').collect();
            let tokens = tokens(&words);
            let places = (0..tokens.len()).filter(|at| stands(&tokens, *at, &marker));
            let nth = case["nth"].as_u64().expect("nth") as usize;
            let place = places.map(|at| tokens[at].index).nth(nth - 1).expect("the marker stands there");
            let called = discourse_markers(&words, &[]).iter().any(|m| m.first == place);
            let filler = case["filler"].as_bool().expect("filler");
            hits += u32::from(called && filler);
            wrong += u32::from(called != filler);
        }
        let f1 = f64::from(2 * hits) / f64::from(2 * hits + wrong);
        assert!(f1 >= 0.9, "F1 {f1:.3}");
    }
}
