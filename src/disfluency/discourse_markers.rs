//! Classification of discourse markers (like, you know, I mean, sort of, so, right, well ...) as fillers or not, by
//! their context.
//!
//! Every marker has a table of rules, which are tried in order: the first rule that applies decides, and gives its
//! confidence (0 to 1, our own estimate). The rules look at the neighbouring words first (closed word classes, then
//! suffixes), then at the position in the sentence and at punctuation, which speech models write unreliably, and last
//! at pauses. Filled pauses and fillers already found are skipped, so that in "okay um so we" the marker "so" is
//! sentence-initial. For "like", a log-linear model weighs the rule against the words around it.
//!
//! A marker counts as a filler if it can be left out and nothing but attitude or planning time is lost (D. Schiffrin,
//! "Discourse Markers", 1987: markers are syntactically detachable and occur at the edges of units of talk).
//! - *like*: J. Fox Tree, "Placing like in telling stories", Discourse Studies 8 (2006); A. D'Arcy, "Like and language
//!   ideology", American Speech 82 (2007): hedging numbers, before adverbs and verbs, quoting after *be*.
//! - *you know*, *I mean*: J. Fox Tree and J. Schrock, "Basic meanings of you know and I mean", J. of Pragmatics 34
//!   (2002); parenthetical, so the clause around them is whole without them.
//! - *or something*, *and stuff*: M. Overstreet, "Whales, Candlelight, and Stuff Like That" (1999): general extenders
//!   close their phrase.
//! - *actually*, *well*, *so*, *right*, *okay*, *anyway* at the left edge of a turn: Schiffrin 1987, chapters 5 and 7.
use super::log_linear::{DisfluencyWeights, FeatureSink};
use super::spoken::WordWithPauses;
use crate::english::classes::{BASE_VERBS, FINITE, NOT_ADVERBS, class, is_adjective};
use crate::english::lexicon::SUBJECT_PRONOUNS;
use crate::english::{is_filled_pause, normalized};
use crate::signal::pause::is_pause;

/// A discourse marker used as a filler.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marker {
    /// The index of the marker's first word.
    pub first: usize,
    /// The index of the marker's last word.
    pub last: usize,
    /// The confidence that the marker is a filler, 0 to 1: our estimate, not a calibrated probability.
    pub confidence: f64,
}

/// Minimum silence that separates two sentences without punctuation between them, in seconds (ours).
const SENTENCE_PAUSE_S: f64 = 1.0;
/// The confidence of the user's own fillers, which they asked to have counted.
const OWN_CONFIDENCE: f64 = 1.0;
/// Maximum number of words before a marker that count as its clause.
const MAX_CLAUSE_WORDS: usize = 8;
/// Maximum number of words before or after a marker that count as its sentence: a transcript may have no punctuation.
const MAX_SENTENCE_WORDS: usize = 40;

/// Finds the discourse markers that are fillers, in order and without overlap.
///
/// `own` holds the user's own fillers, of one or more words each, which count wherever they occur.
pub fn discourse_markers(words: &[WordWithPauses<'_>], own: &[String]) -> Vec<Marker> {
    discourse_markers_by(words, own, DisfluencyWeights::built_in())
}

/// Like [`discourse_markers`], with other weights, for evaluation.
pub fn discourse_markers_by(words: &[WordWithPauses<'_>], own: &[String], weights: &DisfluencyWeights) -> Vec<Marker> {
    let tokens = tokens(words);
    let own: Vec<Vec<String>> = own.iter().map(|p| p.split_whitespace().map(normalized).collect()).collect();
    let mut found = Vec::new();
    let mut skipped: Vec<bool> = tokens.iter().map(|t| is_filled_pause(&t.normal)).collect();
    let mut at = 0;
    while at < tokens.len() {
        match classify(&tokens, &skipped, at, &own, weights) {
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

/// Returns the length in tokens and the confidence of the filler that begins at token `at`, if there is one.
fn classify(
    tokens: &[MarkerToken],
    skipped: &[bool],
    at: usize,
    own: &[Vec<String>],
    weights: &DisfluencyWeights,
) -> Option<(usize, f64)> {
    let own_length = own.iter().filter(|phrase| phrase_at(tokens, at, phrase)).map(Vec::len).max();
    if let Some(length) = own_length {
        return Some((length, OWN_CONFIDENCE));
    }
    let (phrase, rules) = MARKERS.iter().find(|(phrase, _)| phrase_at(tokens, at, phrase))?;
    let context = MarkerContext { tokens, skipped, first: at, last: at + phrase.len() - 1 };
    if *phrase == ["like"] {
        let odds = weights.like.score(|add| context.describe(add)).exp();
        // Between two hesitations, a rule that calls it a filler decides even if the model disagrees.
        let is_between = context.hesitation_before() && context.hesitation_after();
        let between = rules.iter().find(|rule| (rule.applies)(&context)).filter(|rule| is_between && rule.filler);
        let confidence = between.map_or(0.0, |rule| rule.confidence).max(odds / (1.0 + odds));
        return (confidence >= 0.5).then_some((1, confidence));
    }
    let rule = rules.iter().find(|rule| (rule.applies)(&context))?;
    rule.filler.then_some((phrase.len(), rule.confidence))
}

/// Emits the features of the "like" at index `word`, for training: which rule applies, and the words and word classes
/// around it. Emits nothing if the word is not "like".
pub fn describe_like(words: &[WordWithPauses<'_>], word: usize, add: FeatureSink<'_>) {
    let tokens = tokens(words);
    let skipped: Vec<bool> = tokens.iter().map(|t| is_filled_pause(&t.normal)).collect();
    if let Some(at) = tokens.iter().position(|t| t.index == word && t.normal == "like") {
        MarkerContext { tokens: &tokens, skipped: &skipped, first: at, last: at }.describe(add);
    }
}

/// Returns whether a phrase begins at token `at`, with no punctuation inside it.
fn phrase_at<S: AsRef<str>>(tokens: &[MarkerToken], at: usize, phrase: &[S]) -> bool {
    let Some(found) = tokens.get(at..at + phrase.len()) else { return false };
    let same = phrase.iter().zip(found).all(|(part, token)| token.normal == part.as_ref());
    same && found.split_last().is_some_and(|(_, inner)| inner.iter().all(|t| t.boundary == Boundary::None))
}

/// The boundary that the punctuation after a word marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Boundary {
    None,
    Clause,
    Sentence,
}

/// A word with what the rules need to know about it.
struct MarkerToken {
    /// The normalized word: lower case, straight apostrophes, without the punctuation around it.
    normal: String,
    /// The index of the word in the input.
    index: usize,
    /// The boundary after the word.
    boundary: Boundary,
    pause_before_s: f64,
    pause_after_s: f64,
}

/// Converts words to tokens. Punctuation that stands alone, such as a dash, adds a boundary to the token before it.
fn tokens(words: &[WordWithPauses<'_>]) -> Vec<MarkerToken> {
    let mut tokens: Vec<MarkerToken> = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        let normal = normalized(word.text);
        let boundary = boundary_after(word.text);
        if normal.is_empty() {
            if let Some(before) = tokens.last_mut() {
                before.boundary = before.boundary.max(boundary);
            }
            continue;
        }
        let known = |pause: Option<f64>| pause.unwrap_or(0.0);
        let (pause_before_s, pause_after_s) = (known(word.pause_before_s), known(word.pause_after_s));
        tokens.push(MarkerToken { normal, index, boundary, pause_before_s, pause_after_s });
    }
    tokens
}

/// Returns the boundary that the punctuation at the end of a word marks. An ellipsis marks hesitation, not the end of a
/// sentence.
fn boundary_after(word: &str) -> Boundary {
    let tail = &word[word.trim_end_matches(|c: char| !c.is_alphanumeric()).len()..];
    if tail.contains("..") || tail.contains('…') {
        Boundary::Clause
    } else if tail.contains(['.', '?', '!', ';', ':']) {
        Boundary::Sentence
    } else if tail.contains([',', '-', '–', '—', ')']) {
        Boundary::Clause
    } else {
        Boundary::None
    }
}

/// A marker with the text around it.
struct MarkerContext<'a> {
    /// All tokens of the text.
    tokens: &'a [MarkerToken],
    /// Whether each token is a filled pause or belongs to a filler already found.
    skipped: &'a [bool],
    /// The index of the marker's first token.
    first: usize,
    /// The index of the marker's last token.
    last: usize,
}

impl MarkerContext<'_> {
    /// Returns the words before the marker in its sentence, nearest first, without filled pauses and fillers.
    fn words_before(&self) -> impl Iterator<Item = &MarkerToken> {
        let sentence = self.tokens[..self.first]
            .iter()
            .enumerate()
            .rev()
            .take(MAX_SENTENCE_WORDS)
            .take_while(|(_, t)| t.boundary < Boundary::Sentence);
        sentence.filter(|(i, _)| !self.skipped[*i]).map(|(_, t)| t)
    }

    /// Returns the words after the marker in its sentence, nearest first, without filled pauses.
    fn words_after(&self) -> impl Iterator<Item = &MarkerToken> {
        let end = self.tokens.len().min(self.last + MAX_SENTENCE_WORDS);
        let from_last = &self.tokens[self.last..end];
        let length =
            from_last.iter().position(|t| t.boundary == Boundary::Sentence).map_or(from_last.len(), |end| end + 1);
        let rest = from_last[..length].iter().enumerate().skip(1);
        rest.filter(|(i, _)| !self.skipped[self.last + i]).map(|(_, t)| t)
    }

    /// Returns the `n`th word before the marker (1 is the nearest), or an empty string beyond the sentence.
    fn before(&self, n: usize) -> &str {
        self.words_before().nth(n - 1).map_or("", |t| &t.normal)
    }

    /// Returns the `n`th word after the marker (1 is the nearest), or an empty string beyond the sentence.
    fn after(&self, n: usize) -> &str {
        self.words_after().nth(n - 1).map_or("", |t| &t.normal)
    }

    /// Returns whether punctuation or the start of the text is right before the marker.
    fn boundary_before(&self) -> bool {
        self.first.checked_sub(1).is_none_or(|before| self.tokens[before].boundary > Boundary::None)
    }

    /// Returns whether punctuation or the end of the text is right after the marker.
    fn boundary_after(&self) -> bool {
        self.tokens[self.last].boundary > Boundary::None || self.last + 1 == self.tokens.len()
    }

    /// Returns whether the marker is set off by boundaries on both sides.
    fn is_set_off(&self) -> bool {
        self.boundary_before() && self.boundary_after()
    }

    /// Returns whether a pause, a filled pause or a filler is right before the marker.
    fn hesitation_before(&self) -> bool {
        is_pause(self.tokens[self.first].pause_before_s) || self.first.checked_sub(1).is_some_and(|i| self.skipped[i])
    }

    /// Returns whether a pause, a filled pause or a filler is right after the marker.
    fn hesitation_after(&self) -> bool {
        is_pause(self.tokens[self.last].pause_after_s) || self.skipped.get(self.last + 1).is_some_and(|s| *s)
    }

    /// Returns whether the marker is the first word of its sentence, apart from replies such as "yes" and "oh". A long
    /// silence also starts a sentence, unless the word before it needs a continuation.
    fn is_sentence_initial(&self) -> bool {
        let after_silence = self.tokens[self.first].pause_before_s >= SENTENCE_PAUSE_S
            && !self.before_is(&[BE, PREPOSITIONS, DETERMINERS, CONJUNCTIONS]);
        after_silence || self.words_before().all(|t| REPLIES.contains(&t.normal.as_str()))
    }

    /// Returns whether the marker is the last word of its sentence.
    fn is_sentence_final(&self) -> bool {
        self.words_after().next().is_none()
    }

    /// Returns whether the word before the marker is in one of the lists.
    fn before_is(&self, lists: &[&[&str]]) -> bool {
        is_in(self.before(1), lists)
    }

    /// Returns whether the word after the marker is in one of the lists.
    fn after_is(&self, lists: &[&[&str]]) -> bool {
        is_in(self.after(1), lists)
    }

    /// Returns the words before the marker back to the last boundary, nearest first. A boundary right before the marker
    /// does not count.
    fn clause_words(&self) -> impl Iterator<Item = &str> {
        let words = self.words_before().enumerate().take_while(|(i, t)| *i == 0 || t.boundary == Boundary::None);
        words.take(MAX_CLAUSE_WORDS).map(|(_, t)| t.normal.as_str())
    }

    /// Returns whether one of the last `reach` words before the marker, in the same clause, is in one of the lists.
    fn clause_has(&self, reach: usize, lists: &[&[&str]]) -> bool {
        self.clause_words().take(reach).any(|w| is_in(w, lists))
    }

    /// Returns whether a new clause begins right after the marker: "we had", "there was", "what do you".
    fn clause_follows(&self) -> bool {
        let next = self.after(1);
        is_subject(next) || self.after_is(&[WH, &["let", "let's", "maybe", "if", "when", "that's"]])
    }

    /// Emits the features of the marker, which is a "like".
    fn describe(&self, add: FeatureSink<'_>) {
        let class_at = |word: &str| if word.is_empty() { "none" } else { class(word) };
        let [before, before_2, after, after_2] = [self.before(1), self.before(2), self.after(1), self.after(2)];
        let [b, b2, a, a2] = [before, before_2, after, after_2].map(class_at);
        let edges = match (self.boundary_before(), self.boundary_after()) {
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
        if self.is_sentence_initial() {
            add(&["starts", a]);
        }
        if self.is_sentence_final() {
            add(&["ends", b]);
        }
        match (self.hesitation_before(), self.hesitation_after()) {
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

    /// Returns whether the marker is followed by an object (a noun phrase), as verbs and prepositions are, or by
    /// nothing.
    fn object_follows(&self) -> bool {
        self.is_sentence_final() || self.after_is(&[DETERMINERS, OBJECTS])
    }
}

/// A rule that decides whether a marker is a filler.
struct Rule {
    /// The decision: filler, or not.
    filler: bool,
    /// The confidence of the decision, 0 to 1.
    confidence: f64,
    /// Whether the rule applies in a context.
    applies: fn(&MarkerContext<'_>) -> bool,
}

/// Creates a rule by which the marker is a filler.
const fn filler(confidence: f64, applies: fn(&MarkerContext<'_>) -> bool) -> Rule {
    Rule { filler: true, confidence, applies }
}

/// Creates a rule by which the marker is not a filler.
const fn not_filler(confidence: f64, applies: fn(&MarkerContext<'_>) -> bool) -> Rule {
    Rule { filler: false, confidence, applies }
}

/// The markers with their rules. A marker that is the beginning of a longer one comes after it.
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

/// The rules for *like*: a verb after its subject, or a preposition or conjunction before the term of a comparison;
/// otherwise a filler that hedges or buys time.
const LIKE: &[Rule] = &[
    // "what it's like to fail", "what was it like": "what" is the object of the preposition.
    not_filler(0.9, |c| {
        c.clause_has(6, &[&["what", "what's"]])
            && (c.is_sentence_final() || is_in(c.after(1), &[AFTER_WHAT_LIKE]) || c.after(1).ends_with("ing"))
    }),
    // "was, like, older than me".
    filler(0.95, |c| c.is_set_off() && !c.before_is(&[RESEMBLE])),
    // "looked like rain", "something like a bridge", "a bit like", "not like".
    not_filler(0.95, |c| c.before_is(&[RESEMBLE, BEFORE_PREPOSITION])),
    // "like that", "like so", "like clockwork".
    not_filler(0.9, |c| {
        c.after_is(&[&["that", "this", "those", "these", "so", "mad", "crazy", "clockwork"]])
            && !c.before_is(&[BE])
            && !c.is_sentence_initial()
    }),
    // "seemed to like her"; but "to like completely rethink".
    filler(0.85, |c| c.before(1) == "to" && (is_adverb(c.after(1)) || is_in(c.after(1), &[BASE_VERBS]))),
    filler(0.7, |c| {
        // "to like drive the", "to like lead them": a verb with its object follows.
        c.before(1) == "to" && !c.object_follows() && is_in(c.after(2), &[DETERMINERS, OBJECTS])
    }),
    not_filler(0.9, |c| c.before(1) == "to"),
    // "I didn't like know what to say": a verb cannot follow the verb like.
    filler(0.8, |c| is_auxiliary(c.before(1)) && is_in(c.after(1), &[BASE_VERBS]) && !c.boundary_after()),
    // "would like to", "didn't like", "don't really like".
    not_filler(0.95, |c| is_auxiliary(c.before(1)) || (is_adverb(c.before(1)) && is_auxiliary(c.before(2)))),
    // "would you like me to", "did he like it".
    not_filler(0.9, |c| c.before_is(&[&SUBJECT_PRONOUNS, OTHER_SUBJECTS]) && is_auxiliary(c.before(2))),
    // "like planned", "like expected".
    not_filler(0.85, |c| {
        c.after_is(&[&["planned", "expected", "promised", "agreed", "intended"]]) && !c.before_is(&[BE])
    }),
    // "he like resigned": the verb "like" would be "likes".
    filler(0.85, |c| c.before_is(&[&["he", "she"]]) || (c.before(1) == "it" && is_predicate(c.after(1)))),
    // "I like froze", "we like never meet".
    filler(0.85, |c| {
        c.before_is(&[&SUBJECT_PRONOUNS, OTHER_SUBJECTS]) && (is_finite(c.after(1)) || is_adverb(c.after(1)))
    }),
    // "say it like you mean it"; "I like to", "people like her", "those who like order".
    not_filler(0.9, |c| {
        c.before_is(&[&SUBJECT_PRONOUNS, OTHER_SUBJECTS]) || c.before_is(&[&["who", "people", "kids", "children"]])
    }),
    // "kids like to meet", "the children like swimming": a plural noun with a verb.
    not_filler(0.85, |c| c.after(1) == "to" && !c.before_is(&[BE])),
    // "Like I said, the van was empty", "like my father, I went to sea".
    not_filler(0.8, |c| {
        c.is_sentence_initial()
            && (is_in(c.after(2), &[&["said", "say", "mentioned", "told"]])
                || (c.after_is(&[DETERMINERS, PREPOSITIONS, &["most", "many"]]) && !c.boundary_after()))
    }),
    // "Like, nobody had checked", "like we had no water".
    filler(0.85, |c| c.is_sentence_initial()),
    // "it was like it never happened": a comparison. "I was like why bother" is a quotation, a filler below.
    not_filler(0.7, |c| c.before_is(&[BE]) && c.clause_follows() && c.before_is(&[&["it's", "that's"]])),
    not_filler(0.7, |c| c.before_is(&[BE]) && c.clause_follows() && is_in(c.before(2), &[&["it", "that", "this"]])),
    filler(0.75, |c| {
        c.before_is(&[BE])
            && (c.boundary_after()
                || c.clause_follows()
                || c.after_is(&[&["no", "oh", "okay", "wow", "hey", "yeah", "please", "wait"]]))
    }),
    // "like forty pallets", "like no notice", "like a hundred": hedging an amount.
    filler(0.9, |c| {
        is_amount(c.after(1)) || (c.after_is(&[&["a", "an"]]) && (is_amount(c.after(2)) || is_degree(c.after(2))))
    }),
    // "it was like the best day".
    filler(0.7, |c| {
        c.after(1) == "the"
            && (is_in(c.after(2), &[&["best", "worst", "most", "only", "first", "last"]])
                || c.after(2).ends_with("est"))
    }),
    // "was like a father", "is like working underground".
    not_filler(0.8, |c| {
        c.before_is(&[BE]) && c.after_is(&[DETERMINERS, OBJECTS]) && !c.clause_has(2, &[&["there", "there's"]])
    }),
    not_filler(0.7, |c| {
        c.before_is(&[BE])
            && c.after(1).ends_with("ing")
            && is_in(c.after(2), &[DETERMINERS, PREPOSITIONS, OBJECTS])
            && !c.clause_has(3, &[PERSONS])
    }),
    // "just like my father", "exactly like".
    not_filler(0.85, |c| {
        c.before_is(&[&["just", "exactly"]])
            && !is_finite(c.after(1))
            && !is_adverb(c.after(1))
            && !c.after_is(&[BASE_VERBS])
    }),
    // "was like really nervous", "was like never in", "was like older".
    filler(0.85, |c| c.before_is(&[BE]) && !c.is_sentence_final()),
    // "this like weird silence", "for like eight months": nothing else fits between.
    filler(0.9, |c| c.before_is(&[DETERMINERS, PREPOSITIONS]) && !c.is_sentence_final()),
    // "because like the night team", "and like nobody".
    filler(0.8, |c| c.before_is(&[CONJUNCTIONS])),
    // "a new system like last year", "clinics like on a Saturday".
    filler(0.65, |c| c.after_is(&[PREPOSITIONS, &["last", "yesterday"]]) && !c.after_is(&[&["in"]])),
    // "took like a week", "cost like a fortune".
    filler(0.75, |c| {
        c.before_is(&[&["took", "takes", "take", "taken", "cost", "costs", "spent", "lasted", "paid", "waited"]])
    }),
    // "kept like interrupting".
    filler(0.8, |c| c.before_is(&[&["keep", "kept", "keeps", "keeping", "start", "started", "stopped"]])),
    // "the foreman like walked off", "cooked like really fast".
    filler(0.8, |c| is_finite(c.after(1)) || is_adverb(c.after(1))),
    // "I asked like what do you want".
    filler(0.7, |c| c.after_is(&[WH])),
    // "had like problems", "there's like policies".
    filler(0.75, |c| {
        c.before_is(&[&["there's", "there", "had", "has", "have", "got", "get", "gave"]]) && !c.object_follows()
    }),
    // Before a boundary inside the sentence: "the smell was just awful like, and".
    filler(0.7, |c| c.boundary_after() && !c.is_sentence_final()),
    // After a boundary, at the end of the sentence: "and he goes, like."
    filler(0.65, |c| c.boundary_before() && c.is_sentence_final()),
    // Between two hesitations.
    filler(0.6, |c| c.hesitation_before() && c.hesitation_after()),
];

/// The rule for *you know what I mean*: a filler before a boundary.
const WHAT_I_MEAN: &[Rule] =
    &[filler(0.85, |c| c.boundary_after() && !is_auxiliary(c.before(1)) && c.before(1) != "if")];

/// The rules for *you know*: subject and verb of a clause after "do", "if", "what", "as" and the like, or before an
/// object; otherwise a filler.
const YOU_KNOW: &[Rule] = &[
    // "Because you know the building, you can guide them".
    not_filler(0.6, |c| {
        c.before(2).is_empty() && c.before(1) == "because" && c.after_is(&[DETERMINERS]) && !c.boundary_after()
    }),
    // "which you know is why": the relative clause has another verb.
    filler(0.8, |c| c.before_is(&[&["which", "who", "that"]]) && is_predicate(c.after(1))),
    // "cook what you know", "who you know", "as you know", "the moment you know".
    not_filler(0.9, |c| c.before_is(&[WH, BEFORE_YOU_KNOW]) && !c.boundary_before()),
    // "do you know", "don't let you know", "would you know".
    not_filler(0.95, |c| is_auxiliary(c.before(1)) && !is_subject(c.before(2)) && !c.boundary_before()),
    // "was, you know, one of those", "..., you know?".
    filler(0.95, |c| c.is_set_off() || (c.boundary_after() && !c.is_sentence_final())),
    // "just so you know".
    not_filler(0.85, |c| c.before(1) == "so" && c.before(2) == "just"),
    // "I think you know why", "you think you know a city".
    not_filler(0.8, |c| {
        c.before_is(&[&["think", "sure", "hope", "assume", "believe", "suppose", "bet", "glad"]])
            && (c.object_follows() || c.after_is(&[WH]))
    }),
    // "you know how to", "you know that the", "you know about", "you know them".
    not_filler(0.8, |c| {
        c.after_is(&[&[
            "how", "where", "why", "who", "whether", "that", "about", "him", "them", "me", "us", "better", "exactly",
        ]]) && !c.boundary_before()
    }),
    // "You know my colleague", "you know what happened next": said to the listener.
    not_filler(0.7, |c| {
        c.is_sentence_initial() && c.after_is(&[DETERMINERS, WH, &["about", "him", "them", "me", "us", "that"]])
    }),
    // "every street you know", "the best cook you know".
    not_filler(0.7, |c| {
        c.is_sentence_final()
            && !c.boundary_before()
            && c.clause_has(
                4,
                &[&["every", "everything", "everyone", "best", "only", "anyone", "someone", "anything", "something"]],
            )
    }),
    filler(0.85, |_| true),
];

/// The rules for *you see*: mostly the verb; a filler if it is set off, or between two clauses.
const YOU_SEE: &[Rule] = &[
    not_filler(0.9, |c| {
        c.before_is(&[WH, BEFORE_YOU_KNOW]) || is_auxiliary(c.before(1)) || c.clause_has(3, &[&["thing", "first"]])
    }),
    // "..., you see, the bolts"; "You see, we had".
    filler(0.9, |c| c.is_set_off()),
    // "it's delicate you see because".
    filler(0.7, |c| c.after_is(&[&["because", "cause", "but", "i", "we", "he", "she", "they", "it's"]])),
];

/// The rules for *I mean*: not a filler where it is a real verb ("what I mean", "by X I mean", "I mean to finish");
/// otherwise a filler.
const I_MEAN: &[Rule] = &[
    // "not what I mean", "the one I mean", "do I mean", "how I mean".
    not_filler(0.8, |c| {
        c.before_is(&[&["one", "ones", "thing", "person", "that"]]) && !c.boundary_before() && !c.clause_follows()
    }),
    not_filler(0.9, |c| c.before_is(&[WH, &["do", "did", "if"]]) && !c.boundary_before()),
    // "by senior I mean", "when I say early I mean".
    not_filler(0.9, |c| c.clause_has(MAX_CLAUSE_WORDS, &[&["by"]]) && c.words_before().count() <= 5),
    not_filler(0.9, |c| {
        c.clause_has(6, &[&["say", "said", "call", "saying"]])
            && c.clause_has(MAX_CLAUSE_WORDS, &[&["when", "if", "by"]])
    }),
    // "I mean to finish", "I mean by that".
    not_filler(0.9, |c| c.after_is(&[&["to", "by", "business", "well"]]) && !c.boundary_after()),
    // "I mean it,": but "I mean it was late".
    not_filler(0.85, |c| {
        c.after_is(&[&["it", "that", "this"]])
            && !c.boundary_after()
            && (c.after(2).is_empty() || c.words_after().next().is_some_and(|t| t.boundary > Boundary::None))
    }),
    filler(0.9, |_| true),
];

/// The rules for *sort of* and *kind of*: a noun with its of-phrase after a determiner or an adjective; otherwise a
/// hedge, which counts as a filler.
const SORT_OF: &[Rule] = &[
    // "kind of you to wait".
    not_filler(0.85, |c| {
        c.before_is(&[BE, &["very", "so", "really"]])
            && c.after_is(&[&["you", "him", "her", "them", "us"]])
            && (c.after(2) == "to" || c.after(2).is_empty())
    }),
    // "was, sort of, a bit tense".
    filler(0.95, |c| c.is_set_off()),
    // "that sort of changed", "this kind of blew up", "the client kind of panicked".
    filler(0.85, |c| {
        (is_finite(c.after(1)) || is_adverb(c.after(1)))
            && !c.before_is(&[WH, &["a", "an", "some", "any", "no", "same", "the"]])
    }),
    // "a kind of weird silence", "a sort of really quiet".
    filler(0.7, |c| {
        c.before_is(&[&["a", "an", "these", "this"]]) && (is_degree(c.after(1)) || is_adjective(c.after(1)))
    }),
    // "who sort of runs it", "a form which sort of shows".
    filler(0.8, |c| c.before(1) == "who"),
    filler(0.65, |c| c.before(1) == "which" && !is_in(c.before(2), &[PREPOSITIONS, ASKING, &[""]])),
    // "things kind of get missed", "in a sort of in a": the noun "kind" is not followed by a verb or a preposition.
    filler(0.75, |c| {
        let verb = c.after_is(&[BASE_VERBS]) && !c.before_is(&[DETERMINERS]);
        (verb || c.after_is(&[PREPOSITIONS])) && !c.before_is(&[WH, KIND_ADJECTIVES, &["some", "any", "no"]])
    }),
    // "what kind of", "the sort of", "some sort of", "a different kind of", "right kind of".
    not_filler(0.95, |c| c.before_is(&[DETERMINERS, WH, KIND_ADJECTIVES]) || is_amount(c.before(1))),
    // "it's kind of", "I sort of", "we'd kind of", "to kind of", "just sort of", "in kind of a".
    filler(0.9, |c| {
        c.before_is(&[BE, PREPOSITIONS, CONJUNCTIONS])
            || is_subject(c.before(1))
            || is_auxiliary(c.before(1))
            || is_contracted(c.before(1))
    }),
    filler(0.85, |c| c.before(1).is_empty() || is_adverb(c.before(1)) || is_finite(c.before(1))),
    // "a strange kind of quiet", "a rougher sort of wool".
    not_filler(0.8, |c| is_in(c.before(2), &[DETERMINERS]) || is_adjective(c.before(1))),
    filler(0.6, |_| true),
];

/// The rules for *basically*: nearly always a filler.
const BASICALLY: &[Rule] = &[
    // "only basically trained": in a basic way.
    not_filler(0.8, |c| c.before_is(&[&["only", "very", "more", "quite"]])),
    // "well and basically built".
    not_filler(0.7, |c| {
        c.before(1) == "and" && (c.before(2) == "well" || is_adverb(c.before(2))) && !is_subject(c.after(1))
    }),
    filler(0.85, |_| true),
];

/// The rules for *actually*: "in fact", in contrast to what was said, asked or denied; otherwise a filler.
const ACTUALLY: &[Rule] = &[
    // "was, actually, the first"; "Actually, can I".
    filler(0.9, |c| c.is_set_off() || c.is_sentence_initial()),
    // "hadn't actually gone", "nobody actually came", "without actually".
    not_filler(0.9, |c| c.clause_words().any(|w| w.ends_with("n't") || is_in(w, &[NEGATIVES]))),
    // "what actually happens", "who actually fixed it", "what we actually did".
    not_filler(0.85, |c| {
        c.clause_has(4, &[&["what", "who", "which", "whether", "how", "why", "if", "whoever", "whatever"]])
    }),
    // "did you actually see", "was anyone actually hurt".
    not_filler(0.9, |c| c.words_before().last().is_some_and(|t| is_inverted(&t.normal))),
    // "but is it actually?".
    not_filler(0.7, |c| c.is_sentence_final() && is_subject(c.before(1)) && is_inverted(c.before(2))),
    // "a plan that actually worked", "did actually work", "to actually finish".
    not_filler(0.7, |c| c.before_is(&[&["that", "do", "does", "did", "to", "anyone", "anybody"]])),
    // "the report said an hour but it actually took four".
    not_filler(0.8, |c| {
        c.words_before().any(|t| is_in(&t.normal, &[SUPPOSED]))
            && c.clause_has(5, &[&["but", "though", "although", "when", "whereas"]])
            && !c.before_is(&[&["but"]])
    }),
    filler(0.7, |_| true),
];

/// The rules for *literally*: an adverb of manner with verbs of meaning and at the end of a clause; otherwise an
/// intensifier, which counts as a filler.
const LITERALLY: &[Rule] = &[
    // "translate it literally", "meant literally", "took it literally", "read literally".
    not_filler(0.9, |c| {
        c.clause_has(MAX_CLAUSE_WORDS, &[MEANING])
            && (c.boundary_after()
                || c.is_sentence_final()
                || c.before_is(&[MEANING, OBJECTS])
                || c.after_is(&[CONJUNCTIONS]))
    }),
    // "literally means", "literally translated".
    not_filler(0.85, |c| c.after_is(&[MEANING])),
    // "not literally", "quite literally, word for word".
    not_filler(0.7, |c| c.before_is(&[&["not", "too", "very", "more", "so", "as"]])),
    // "followed the recipe literally."
    not_filler(0.7, |c| c.boundary_after() && !c.boundary_before()),
    filler(0.85, |_| true),
];

/// The rules for *honestly*: an adverb of manner with verbs of telling and dealing; otherwise an aside, which counts as
/// a filler.
const HONESTLY: &[Rule] = &[
    // "calmly and honestly", "honestly and openly".
    not_filler(0.85, |c| c.before(1) == "and" && is_adverb(c.before(2)) && !c.is_sentence_initial()),
    not_filler(0.8, |c| c.after(1) == "and" && is_adverb(c.after(2))),
    // "as honestly as", "very honestly".
    not_filler(0.85, |c| c.before_is(&[&["as", "more", "very", "too", "completely"]])),
    // "it was, honestly, the best"; "Honestly, I'd".
    filler(0.95, |c| c.is_set_off() || c.is_sentence_initial()),
    // "can honestly say".
    not_filler(0.8, |c| {
        is_auxiliary(c.before(1)) && c.after_is(&[&["say", "tell", "claim", "answer", "report", "speak", "admit"]])
    }),
    // "answered the inspector honestly", "spoke honestly about".
    not_filler(0.85, |c| c.clause_has(6, &[DEALING]) && !c.boundary_before() && !c.before_is(&[CONJUNCTIONS])),
    not_filler(0.8, |c| c.after(1) == "about"),
    filler(0.8, |_| true),
];

/// The rules for *so*: a filler at the beginning of a sentence; inside one, it expresses a result, a degree or a
/// purpose.
const SO: &[Rule] = &[
    // "So that was my first year", but not "so that nobody".
    filler(0.85, |c| {
        c.is_sentence_initial()
            && c.after(1) == "that"
            && (is_predicate(c.after(2)) || c.words_after().next().is_some_and(|t| t.boundary > Boundary::None))
    }),
    // "so far", "so many", "so that", "so long as".
    not_filler(0.95, |c| {
        c.after_is(&[&["far", "many", "much", "that", "long", "few", "little", "called", "often"]])
            && !c.boundary_after()
    }),
    // "so did we", "so am I".
    not_filler(0.85, |c| is_inverted(c.after(1)) && is_subject(c.after(2)) && c.after(3).is_empty()),
    // "So I started", "okay so the biggest", "yeah so".
    filler(0.9, |c| c.is_sentence_initial()),
    // "..., so, yeah".
    filler(0.75, |c| c.is_set_off()),
    // "the thing is so we had": what follows is a clause, not an adjective.
    filler(0.6, |c| c.before_is(&[BE]) && is_subject(c.after(1)) && !is_auxiliary(c.after(2))),
    // "we shut the bar um so the next day": between hesitations.
    filler(0.6, |c| c.hesitation_before() && c.hesitation_after() && !c.before_is(&[BE, CONJUNCTIONS])),
];

/// The rules for *right*: a filler at the beginning of a sentence or where it asks for agreement; otherwise a
/// direction, an adjective or an adverb.
const RIGHT: &[Rule] = &[
    // "right behind", "right now", "right after".
    not_filler(0.95, |c| {
        c.after_is(&[
            PREPOSITIONS,
            &["now", "away", "there", "here", "before", "after", "then", "next", "angle", "side", "hand"],
        ]) && !c.boundary_after()
    }),
    // "all right", "the right", "that's right", "left, right, then left".
    not_filler(0.9, |c| {
        c.before_is(&[&["all", "quite"]]) || c.clause_has(3, &[&["left", "turn", "turned", "turning", "straight"]])
    }),
    // "isn't always right", "not right", "almost right".
    not_filler(0.85, |c| (is_adverb(c.before(1)) || is_degree(c.before(1))) && !c.boundary_before()),
    not_filler(0.9, |c| (c.before_is(&[DETERMINERS, BE]) || is_auxiliary(c.before(1))) && !c.boundary_before()),
    // "Right, let me", "right so".
    filler(0.9, |c| c.is_sentence_initial()),
    // "a listed building, right, which"; "..., right?".
    filler(0.9, |c| c.is_set_off() && !c.clause_has(4, &[&["left"]])),
    // "got the mix right", "did it right", "put things right".
    not_filler(0.8, |c| {
        c.clause_has(
            4,
            &[&[
                "get", "gets", "getting", "got", "do", "did", "done", "put", "set", "make", "made", "go", "went",
                "pull", "pulled",
            ]],
        ) && !c.clause_has(6, &[&["we've", "you've", "i've", "they've", "have"]])
    }),
    // "all at once right and the machine", "a small village right so".
    filler(0.7, |c| c.after_is(&[CONJUNCTIONS, &["which"]]) || (c.clause_follows() && !c.after(1).is_empty())),
];

/// The rules for *well*: a filler at the beginning of a sentence or of a second thought; otherwise the adverb.
const WELL: &[Rule] = &[
    // "as well", "very well", "well done", "well over".
    not_filler(0.95, |c| {
        c.before_is(&[&["as", "very", "pretty", "quite", "really", "so", "too", "how", "a", "the", "new"]])
            && !c.boundary_before()
    }),
    not_filler(0.85, |c| {
        c.after_is(&[&["done", "over", "before", "above", "beyond", "known", "aware", "into"]]) && !c.boundary_after()
    }),
    // "Well, I suppose".
    filler(0.95, |c| c.is_sentence_initial()),
    // "because, well, I couldn't".
    filler(0.9, |c| c.is_set_off() && !c.is_sentence_final()),
    // "a pilot, well my dad".
    filler(0.8, |c| c.boundary_before() && (c.clause_follows() || c.after_is(&[DETERMINERS]))),
    // "and well I wasn't", "what I learned was well you", but not "when that went well, I left", "once she was well, we
    // met".
    filler(0.85, |c| {
        (c.before_is(&[CONJUNCTIONS]) || (c.before_is(&[BE, SAYING]) && !c.boundary_after()))
            && (c.clause_follows() || c.after_is(&[DETERMINERS]))
    }),
    // "he came um well the next day".
    filler(0.65, |c| c.hesitation_before() && (c.clause_follows() || c.hesitation_after())),
];

/// The rules for *okay*: a filler at the beginning of a sentence or where it asks for agreement; otherwise the
/// adjective.
const OKAY: &[Rule] = &[
    // "Okay with me".
    not_filler(0.7, |c| c.after_is(&[&["with", "at", "for", "by"]]) && !c.boundary_after()),
    filler(0.9, |c| c.is_sentence_initial() || c.is_set_off()),
    // "and okay I admit", "I thought okay let's".
    filler(0.75, |c| c.before_is(&[CONJUNCTIONS, SAYING, &["like"]]) && (c.clause_follows() || c.after(1) == "this")),
    filler(0.65, |c| c.hesitation_before() && c.clause_follows()),
];

/// The rules for *anyway*: a filler where it resumes the thread; at the end of a clause it means "nevertheless".
const ANYWAY: &[Rule] = &[
    // "Anyway, that's how".
    filler(0.9, |c| c.is_sentence_initial() || (c.is_set_off() && !c.is_sentence_final())),
    // "but anyway I stayed".
    filler(0.85, |c| c.before_is(&[CONJUNCTIONS]) && !c.is_sentence_final()),
    // "the queue was long anyway we opened".
    filler(0.6, |c| !c.boundary_after() && is_subject(c.after(1))),
    filler(0.6, |c| c.hesitation_before() && c.hesitation_after() && !c.is_sentence_final()),
];

/// The rules for *see*: a filler where it is set off, or begins a sentence before a clause; otherwise the verb.
const SEE: &[Rule] = &[
    // "let's see", "I see, I see", "wait and see".
    not_filler(0.9, |c| {
        c.before_is(&[&SUBJECT_PRONOUNS, OTHER_SUBJECTS, CONJUNCTIONS, &["let's", "let", "me", "us", "to"]])
            || is_auxiliary(c.before(1))
    }),
    // "See if they will", "see you later", "see what happens", "see the sign".
    not_filler(0.9, |c| {
        c.after_is(&[WH, DETERMINERS, &["if", "whether", "you", "it", "him", "her", "them", "to"]])
            && !c.boundary_after()
    }),
    // "See, I thought", "well, see, the thing".
    filler(0.85, |c| (c.is_sentence_initial() || c.is_set_off()) && c.boundary_after() && !c.is_sentence_final()),
    // "see we get the same thing".
    filler(0.75, |c| c.is_sentence_initial() && (is_in(c.after(1), &[PERSONS]) || c.after(1) == "that's")),
];

/// The rules for *now*: a filler at the beginning of a sentence, where it is set off or before a question or an
/// imperative; otherwise the adverb of time.
const NOW: &[Rule] = &[
    // "Now, now", "now and then", "now that".
    not_filler(0.9, |c| c.after_is(&[&["now", "and", "that", "is", "was"]])),
    // "Now, if you go up north".
    filler(0.75, |c| c.is_sentence_initial() && c.boundary_after() && !c.is_sentence_final()),
    // "now what kind of dog is it", "now wait a minute".
    filler(0.7, |c| {
        c.is_sentence_initial() && c.after_is(&[WH, &["wait", "listen", "look", "did", "do", "does", "are", "don't"]])
    }),
];

/// The rules for *or something*, *and stuff* and other general extenders: a filler at the end of a phrase, but not
/// where the phrase continues.
const EXTENDER: &[Rule] = &[
    // "either the filter or something else".
    not_filler(0.85, |c| c.clause_has(MAX_CLAUSE_WORDS, &[&["either"]])),
    filler(0.85, |c| c.boundary_after() || c.is_sentence_final()),
    // "or something because", "and stuff in the first week".
    filler(0.8, |c| {
        c.after_is(&[CONJUNCTIONS, PREPOSITIONS, &["you", "like", "which"]]) && !c.after_is(&[&["to", "than"]])
    }),
    filler(0.6, |c| c.hesitation_after()),
];

/// The rules for *to be honest*: an aside, which counts as a filler, unless a verb or an adjective before it takes the
/// infinitive, or the phrase continues.
const TO_BE_HONEST: &[Rule] = &[
    // "honest with", "honest about".
    not_filler(0.9, |c| {
        c.after_is(&[&["with", "about", "enough", "even"]]) && !c.boundary_after() && !c.is_sentence_initial()
    }),
    filler(0.95, |c| c.is_set_off()),
    // "hard to be honest", "want to be honest", "told her to be honest".
    not_filler(0.85, |c| c.before_is(&[WANTING])),
    filler(0.85, |_| true),
];

/// Returns whether a word is in one of the lists.
fn is_in(word: &str, lists: &[&[&str]]) -> bool {
    lists.iter().any(|list| list.contains(&word))
}

/// Returns whether a word can be the subject of a clause by itself, alone or contracted ("we", "we'd", "nobody",
/// "there's").
fn is_subject(word: &str) -> bool {
    is_in(word.split('\'').next().unwrap_or(word), &[&SUBJECT_PRONOUNS, OTHER_SUBJECTS])
}

/// Returns whether a word ends in a contracted verb: "soil's", "we'd", "they've".
fn is_contracted(word: &str) -> bool {
    ["'s", "'d", "'ve", "'re", "'m", "'ll"].iter().any(|end| word.ends_with(end))
}

/// Returns whether a word is an auxiliary that takes a bare infinitive: "would", "didn't", "I'd", "we'll".
fn is_auxiliary(word: &str) -> bool {
    is_in(word.strip_suffix("n't").unwrap_or(word), &[AUXILIARIES])
        || word == "won't"
        || (is_subject(word) && (word.ends_with("'d") || word.ends_with("'ll")))
}

/// Returns whether a word is a verb that can come before its subject in a question.
fn is_inverted(word: &str) -> bool {
    let plain = word.strip_suffix("n't").unwrap_or(word);
    is_in(plain, &[AUXILIARIES, &["is", "are", "was", "were", "has", "have", "had", "am"]])
}

/// Returns whether a word is a past tense, by suffix or list, or a third person singular.
fn is_finite(word: &str) -> bool {
    let ends_in_ed = word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed");
    ends_in_ed || is_in(word, &[FINITE]) || word.strip_suffix('s').is_some_and(|base| is_in(base, &[BASE_VERBS]))
}

/// Returns whether a word can come right after a subject: a verb, or an adverb before a verb.
fn is_predicate(word: &str) -> bool {
    is_in(word, &[BE]) || is_finite(word) || is_adverb(word) || is_inverted(word)
}

/// Returns whether a word is an adverb, by suffix or list.
fn is_adverb(word: &str) -> bool {
    let ends_in_ly = word.len() > 4 && word.ends_with("ly");
    (ends_in_ly && !is_in(word, &[NOT_ADVERBS]))
        || is_in(word, &[&["never", "always", "just", "still", "even", "also", "not"]])
}

/// Returns whether a word is an adverb of degree: "really", "so", "super".
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

/// Returns whether a word is a number or a quantity.
fn is_amount(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) || is_in(word, &[AMOUNTS])
}

/// Replies and interjections that come before the first word of a sentence.
const REPLIES: &[&str] = &[
    "yeah", "yes", "yep", "no", "oh", "ah", "hey", "sure", "thanks", "hi", "hello", "great", "alright", "mm", "okay",
    "ok",
];
/// Forms of "be", alone and contracted.
const BE: &[&str] = &[
    "be", "is", "are", "was", "were", "been", "being", "am", "i'm", "it's", "that's", "he's", "she's", "we're",
    "you're", "they're", "who's", "what's", "there's", "here's", "isn't", "wasn't", "aren't", "weren't",
];
/// Words other than personal pronouns that can be a subject.
#[rustfmt::skip]
const OTHER_SUBJECTS: &[&str] = &[
    "there", "nobody", "everybody", "somebody", "anybody", "everyone", "someone", "anyone", "nothing",
];
/// Personal pronouns in the subject form, alone and contracted with "be" or "have".
const PERSONS: &[&str] =
    &["i", "we", "they", "he", "she", "you", "i'm", "we're", "they're", "he's", "she's", "i've", "we've", "they've"];
/// Pronouns that can be an object.
#[rustfmt::skip]
const OBJECTS: &[&str] = &[
    "me", "him", "her", "us", "them", "it", "you", "myself", "himself", "herself", "someone", "something", "somebody",
    "anything", "nothing", "everything", "anyone", "everyone", "that", "this", "those", "these",
];
/// Determiners.
const DETERMINERS: &[&str] = &[
    "a", "an", "the", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our", "their", "some",
    "any", "no", "every", "each", "another", "whose", "all", "both",
];
/// Prepositions.
const PREPOSITIONS: &[&str] = &[
    "in", "on", "at", "for", "with", "from", "by", "of", "about", "into", "onto", "over", "under", "through", "after",
    "before", "behind", "between", "during", "around", "against", "without", "until", "up", "down", "across", "near",
    "within", "along", "beside", "above", "below", "next", "outside", "inside", "to",
];
/// Conjunctions.
const CONJUNCTIONS: &[&str] = &[
    "and", "but", "because", "cause", "so", "or", "then", "when", "while", "if", "since", "although", "though",
    "where", "until",
];
/// Question words and relative pronouns.
const WH: &[&str] = &["what", "who", "whom", "which", "where", "why", "how", "whose", "whatever", "whoever", "what's"];
/// Auxiliaries that take a bare infinitive, without "n't" ("ca" of "can't", "wo" of "won't").
const AUXILIARIES: &[&str] = &[
    "do", "does", "did", "would", "will", "could", "should", "can", "might", "may", "must", "shall", "ca", "wo",
    "cannot",
];
/// Words that negate a clause.
const NEGATIVES: &[&str] = &[
    "not", "never", "nobody", "none", "no", "without", "nothing", "neither", "nor", "hardly", "barely", "cannot", "few",
];
/// Words that can begin an amount.
#[rustfmt::skip]
const AMOUNTS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty",
    "sixty", "seventy", "eighty", "ninety", "hundred", "hundreds", "thousand", "thousands", "million", "millions",
    "dozen", "dozens", "half", "zero", "no", "every", "couple", "few", "lot", "lots", "loads", "tons", "bunch",
    "quarter", "twice", "once", "all", "maybe", "about", "around", "almost", "nearly", "ages", "several", "many",
];
/// Verbs before the preposition "like": "looked like rain".
const RESEMBLE: &[&str] = &[
    "look", "looks", "looked", "looking", "feel", "feels", "felt", "feeling", "sound", "sounds", "sounded", "sounding",
    "seem", "seems", "seemed", "smell", "smells", "smelled", "smelt", "taste", "tastes", "tasted", "act", "acts",
    "acted", "acting", "behave", "behaved", "behaves",
];
/// Words other than verbs before the preposition "like": "something like", "a bit like".
#[rustfmt::skip]
const BEFORE_PREPOSITION: &[&str] = &[
    "something", "anything", "nothing", "everything", "someone", "anyone", "somebody", "stuff", "things", "more",
    "much", "bit", "lot", "not", "exactly", "almost", "nowhere", "somewhere", "less", "else",
];
/// Words that follow the preposition in "what it's like": "what it's like to fail".
const AFTER_WHAT_LIKE: &[&str] =
    &["to", "for", "when", "in", "at", "now", "before", "after", "then", "on", "there", "if", "and", "but"];
/// Words before the clause "you know": "if you know", "let you know", "everything you know".
#[rustfmt::skip]
const BEFORE_YOU_KNOW: &[&str] = &[
    "if", "once", "when", "as", "let", "lets", "letting", "whether", "than", "everything", "all", "anyone", "someone",
    "everyone", "moment", "thing", "things", "until", "till", "unless", "now", "before", "make", "makes", "since",
    "ever", "that", "how", "soon", "while", "people", "though",
];
/// Adjectives before the nouns "kind" and "sort".
#[rustfmt::skip]
const KIND_ADJECTIVES: &[&str] = &[
    "same", "different", "certain", "right", "wrong", "best", "worst", "new", "other", "only", "first", "favourite",
    "such", "odd", "strange", "special", "particular", "good", "bad", "rare", "old", "many", "weird",
];
/// Verbs that report what was claimed or expected, with which "actually" contrasts.
#[rustfmt::skip]
const SUPPOSED: &[&str] = &[
    "said", "says", "promised", "claimed", "thought", "supposed", "expected", "assumed", "looked", "seemed", "believed",
    "quoted", "told", "planned", "estimated", "sounds", "looks", "think", "thinks", "expect", "people",
];
/// Verbs of meaning and understanding, of which "literally" tells the manner.
#[rustfmt::skip]
const MEANING: &[&str] = &[
    "translate", "translates", "translated", "translating", "take", "takes", "took", "taken", "taking", "read", "reads",
    "reading", "mean", "means", "meant", "interpret", "interpreted", "interpreting", "understood", "quote", "quoted",
    "followed", "follow", "render", "rendered",
];
/// Verbs of telling and dealing, of which "honestly" tells the manner.
#[rustfmt::skip]
const DEALING: &[&str] = &[
    "speak", "speaks", "spoke", "spoken", "speaking", "answer", "answers", "answered", "answering", "talk", "talked",
    "talking", "talks", "tell", "told", "telling", "tells", "reply", "replied", "deal", "dealt", "trade", "traded",
    "act", "acted", "play", "played", "behave", "behaved", "write", "wrote", "report", "reported", "describe",
    "described", "explain", "explained", "admit", "admitted", "earn", "earned", "live", "lived", "fill", "filled",
    "work", "works",
];
/// Verbs before an indirect question.
const ASKING: &[&str] =
    &["know", "knew", "ask", "asked", "decide", "decided", "tell", "see", "choose", "say", "remember"];
/// Verbs that introduce speech or thought.
const SAYING: &[&str] = &["thought", "think", "said", "say", "says", "goes", "went", "thinking", "asked"];
/// Words before the infinitive "to be honest": "hard to be honest", "want to be honest".
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

    /// Returns the words of a written draft.
    fn draft(text: &str) -> Vec<WordWithPauses<'_>> {
        text.split_whitespace().map(|text| WordWithPauses { text, pause_before_s: None, pause_after_s: None }).collect()
    }

    /// Returns the fillers of a written draft, in normalized words.
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
            let places = (0..tokens.len()).filter(|at| phrase_at(&tokens, *at, &marker));
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
