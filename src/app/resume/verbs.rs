//! Action verbs: the verbs that begin claims in resumes, and their forms.

use super::job_header::has_title;
use crate::english::normalized;

/// The form of an action verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum VerbForm {
    /// The past tense: "Reduced", "Led".
    Past,
    /// The base form, which is the present tense after "you": "Lead", "Run".
    Present,
    /// Base form or past tense, which are equal: "Cut", "Set".
    Either,
    /// The gerund, "Leading", with the base form and the past tense of the verb.
    Gerund(String, String),
    /// The third person singular, "Leads", with the base form of the verb.
    Third(String),
}

/// Irregular verbs: base form and past tense.
const IRREGULAR: &[(&str, &str)] = &[
    ("lead", "led"),
    ("run", "ran"),
    ("write", "wrote"),
    ("build", "built"),
    ("rebuild", "rebuilt"),
    ("teach", "taught"),
    ("hold", "held"),
    ("keep", "kept"),
    ("make", "made"),
    ("bring", "brought"),
    ("take", "took"),
    ("give", "gave"),
    ("grow", "grew"),
    ("win", "won"),
    ("begin", "began"),
    ("drive", "drove"),
    ("find", "found"),
    ("sell", "sold"),
    ("buy", "bought"),
    ("pay", "paid"),
    ("speak", "spoke"),
    ("rewrite", "rewrote"),
    ("oversee", "oversaw"),
    ("undertake", "undertook"),
    ("deal", "dealt"),
    ("sit", "sat"),
    ("do", "did"),
    ("meet", "met"),
    ("send", "sent"),
    ("spend", "spent"),
    ("see", "saw"),
    ("get", "got"),
    ("go", "went"),
    ("come", "came"),
    ("feed", "fed"),
    ("draw", "drew"),
    ("catch", "caught"),
    ("stand", "stood"),
    ("shoot", "shot"),
    ("tell", "told"),
    ("lay", "laid"),
    ("leave", "left"),
];
/// Irregular verbs whose past tense equals the base form.
const UNCHANGED_PAST: &[&str] = &["cut", "set", "put", "cast", "read", "shut", "split", "reset"];
/// Regular verbs, in the base form.
const REGULAR: &str = "achieve act adapt add address administer advise advocate aid align allocate analyse analyze answer \
apply appoint arrange ask assemble assess assist attend audit automate balance book budget calculate care carry certify chair \
change check clean clear close coach collaborate collect communicate compile complete conduct configure consolidate \
construct consult contribute control convert cook coordinate co-ordinate counsel cover create cultivate customise \
customize debug decrease define delegate deliver demonstrate deploy design detect develop devise diagnose direct \
discover dispatch document double draft earn edit eliminate enable encourage enforce engage engineer enhance enlarge \
ensure establish evaluate examine exceed execute expand expedite explain extend facilitate file fix form found \
fund gain gather generate guide halve handle head help hire host identify implement improve increase influence inform \
initiate innovate inspect install instruct integrate interview introduce invent investigate join justify launch learn \
liaise lift load log look lower maintain manage map market maintain measure mediate mentor merge migrate minimise \
minimize model modernise modernize modify monitor motivate move negotiate nurse observe obtain open operate optimise \
optimize order organise organize orchestrate overhaul own pack participate partner perform persuade pick pilot pioneer plan \
plant prepare present preserve prevent process procure produce program promote propose protect prototype prove provide publish \
purchase raise recommend reconcile record recover recruit redesign reduce refactor refine reform register remodel \
reorganise reorganize repair replace reply report represent research resolve restock restore restructure return revamp \
review revise roll rotate save scale schedule screen secure seed serve service settle shape share ship shorten simplify \
solve source staff standardise standardize start steer stock stop store streamline strengthen study succeed supervise \
supply support survey sustain tackle test tighten track train transfer transform translate transport treat trim triple \
troubleshoot turn tutor uncover unify update upgrade use validate verify visit volunteer walk watch weld work \
assist perform inspect photograph paint fit wire mix brew bake roast ferment harvest milk prune groom drain survey \
flag spot pitch welcome quote rewire convince dress illustrate sequence visualise visualize lecture evacuate brief relocate rebrand onboard \
calibrate cater decorate sew serve greet advise enter type trace invoice chase collate";
/// Words in -ed that are not action verbs.
const NOT_ACTION_VERBS: [&str; 30] = [
    "experienced",
    "skilled",
    "dedicated",
    "motivated",
    "qualified",
    "detailed",
    "certified",
    "licensed",
    "licenced",
    "organised",
    "named",
    "awarded",
    "promoted",
    "selected",
    "elected",
    "nominated",
    "recognised",
    "recognized",
    "based",
    "advanced",
    "related",
    "varied",
    "united",
    "limited",
    "mixed",
    "bed",
    "need",
    "speed",
    "red",
    "unlimited",
];

/// Participles for an award or an honour: a line that begins with one of them is a claim.
const AWARD_WORDS: [&str; 7] = ["awarded", "chosen", "elected", "named", "nominated", "recognised", "recognized"];
/// Participles that describe a job title: "Qualified nurse".
const TITLE_PARTICIPLES: [&str; 10] = [
    "certified",
    "chartered",
    "experienced",
    "licenced",
    "licensed",
    "qualified",
    "registered",
    "retired",
    "skilled",
    "trained",
];

/// Returns whether a word is a participle for an award or an honour.
pub(super) fn is_award_word(word: &str) -> bool {
    AWARD_WORDS.contains(&normalized(word).as_str())
}

/// Returns whether the first word of a line is a participle that states an achievement even if a title follows: "Named
/// Driver of the Year".
pub(super) fn is_achievement_participle(word: &str) -> bool {
    let normalized_word = normalized(word);
    is_award_word(word)
        || (verb_form(word) == Some(VerbForm::Past) && !TITLE_PARTICIPLES.contains(&normalized_word.as_str()))
}

/// Returns the past tense of a regular verb.
fn past_tense(base: &str) -> String {
    if base.ends_with('e') {
        return format!("{base}d");
    }
    match base.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ied"),
        _ if doubles_last_letter(base) => format!("{base}{}ed", &base[base.len() - 1..]),
        _ => format!("{base}ed"),
    }
}

fn gerund(base: &str) -> String {
    match base.strip_suffix('e') {
        Some(stem) if !base.ends_with("ee") && !base.ends_with("oe") => format!("{stem}ing"),
        _ if doubles_last_letter(base) => format!("{base}{}ing", &base[base.len() - 1..]),
        _ => format!("{base}ing"),
    }
}

fn third_person(base: &str) -> String {
    match base.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if base.ends_with(['s', 'x', 'o']) || base.ends_with("ch") || base.ends_with("sh") => format!("{base}es"),
        _ => format!("{base}s"),
    }
}

/// Returns whether a verb doubles its last letter before an ending: "planned".
fn doubles_last_letter(base: &str) -> bool {
    const DOUBLING: &[&str] = &[
        "ship", "plan", "stop", "chat", "run", "cut", "set", "put", "win", "begin", "get", "sit", "trim", "fit",
        "refer", "log", "flag", "spot", "map", "program", "control", "fulfil", "step", "shut", "debug", "split",
        "reset",
    ];
    DOUBLING.contains(&base)
}

/// Returns the form of an action verb; `None` if the word is not one.
pub(super) fn verb_form(word: &str) -> Option<VerbForm> {
    let word = word.to_lowercase();
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-');
    if UNCHANGED_PAST.contains(&word) {
        return Some(VerbForm::Either);
    }
    let irregular = IRREGULAR.iter().map(|(base, past)| ((*base).to_string(), (*past).to_string()));
    let same = UNCHANGED_PAST.iter().map(|base| ((*base).to_string(), (*base).to_string()));
    let regular = REGULAR.split_whitespace().map(|base| (base.to_string(), past_tense(base)));
    let found = irregular.chain(same).chain(regular).find_map(|(base, past)| {
        if word == past {
            Some(VerbForm::Past)
        } else if word == base {
            Some(VerbForm::Present)
        } else if word == gerund(&base) {
            Some(VerbForm::Gerund(base, past))
        } else if word == third_person(&base) {
            Some(VerbForm::Third(base))
        } else {
            None
        }
    });
    // Nearly every other word in -ed at the beginning of a line is an action verb too.
    let joined = word.contains('-') && !["re-", "co-", "pre-"].iter().any(|p| word.starts_with(p));
    let past = || word.len() > 5 && word.ends_with("ed") && !joined && !NOT_ACTION_VERBS.contains(&word);
    found.or_else(|| past().then_some(VerbForm::Past))
}

/// Verbs whose base form is not also a noun or an adjective.
const UNAMBIGUOUS_VERBS: &str = "achieve act adapt add administer advise align allocate analyse analyze apply appoint arrange assemble assess \
assist attend bring build calculate carry certify collaborate collect communicate compile conduct configure consolidate construct \
consult contribute convert create customise customize deal define deliver demonstrate deploy detect develop diagnose discover draw \
earn edit eliminate enable encourage enforce enhance ensure establish evaluate examine execute expand explain extend facilitate feed \
gather generate get give greet grow handle help hire hold identify implement improve inform innovate inspect install instruct integrate \
introduce investigate join keep learn liaise maintain make manage mediate meet migrate minimise minimize modernise modernize modify \
motivate negotiate obtain operate optimise optimize orchestrate organise organize oversee participate pay perform persuade prepare prevent \
prioritise prioritize procure promote propose protect prove provide publish raise recommend reconcile recover reduce refine reorganise \
reorganize replace represent resolve restore run save sell send serve settle simplify solve speak streamline strengthen supervise take teach \
tell transcribe translate troubleshoot uncover undertake unify validate verify write";
/// Words with which the object (or particle) after a verb begins.
const OBJECT_OPENERS: &str = "a an the my our your their its his her this these those all both each every any some several many most \
more over up about around nearly almost approximately roughly one two three four five six seven eight nine ten eleven twelve \
fifteen twenty thirty forty fifty hundreds thousands dozens half multiple new weekly daily monthly annual on-site out down off";
/// Participles that are usually passive or adjectives: what was done to the writer, or how something is.
const PASSIVE: &str = "accepted accredited admitted appointed approached asked assigned awarded based born called certified chosen commended \
credited educated elected employed entrusted experienced featured given headhunted honored honoured inducted invited involved \
known licensed located named nominated placed praised promoted qualified ranked rated recognised recognized recommended regarded required \
retained rewarded seconded selected shortlisted sponsored tasked trusted used versed voted";
/// Participles that are passive if a preposition such as "in" or "at" follows.
const PASSIVE_BEFORE_PREPOSITION: &str =
    "trained published adopted included deployed shown exhibited certified hired moved kept chosen";
/// Gerunds that are also nouns.
const GERUND_NOUNS: &str = "training planning building engineering accounting marketing testing teaching cleaning painting welding nursing \
programming cooking catering consulting coaching tutoring recruiting reporting scheduling shipping staffing writing editing banking \
housekeeping bookkeeping budgeting baking brewing purchasing processing monitoring modelling modeling handling opening closing \
meeting setting drawing understanding beginning hearing leading supporting outstanding working running";

/// Returns whether the first word of a line, a verb of the given form, is used as an active verb there, judged by the
/// words after it: "Launch of the shop" and "Lead baker" begin with a noun, and "Adopted by six shops" is passive.
pub(super) fn is_action_verb(verb_form: &VerbForm, first: &str, rest: &str) -> bool {
    let listed = |list: &str, word: &str| list.split_whitespace().any(|w| w == word);
    let word = normalized(first);
    let mut after = rest.split_whitespace();
    let raw = after.next().unwrap_or_default();
    let next = normalized(raw);
    let second = after.next().map(normalized).unwrap_or_default();
    if ["by", "as", "of"].contains(&next.as_str()) {
        return false;
    }
    let opens = listed(OBJECT_OPENERS, &next)
        || next.ends_with("ly")
        || raw.starts_with(|c: char| c.is_ascii_digit() || "$\u{a3}\u{20ac}\u{a5}~+".contains(c));
    // "Trained nurse", "Lead night baker".
    if !opens && (has_title(&next) || has_title(&second) && !matches!(verb_form, VerbForm::Past)) {
        return false;
    }
    let preposition = [
        "in", "on", "at", "to", "for", "with", "from", "under", "through", "into", "between", "after", "before", "and",
        "or",
    ]
    .contains(&next.as_str());
    match verb_form {
        VerbForm::Present => opens || (listed(UNAMBIGUOUS_VERBS, &word) && !["and", "or"].contains(&next.as_str())),
        VerbForm::Third(_) => opens,
        VerbForm::Gerund(..) => opens || (!preposition && !listed(GERUND_NOUNS, &word)),
        VerbForm::Either => opens || preposition || word == "cut",
        VerbForm::Past => {
            let passive =
                listed(PASSIVE, &word) || (preposition && next != "and" && listed(PASSIVE_BEFORE_PREPOSITION, &word));
            // An unlisted word in -ed may be an adjective: "Limited-edition prints".
            !passive && (is_listed_past(&word) || opens || preposition)
        }
    }
}

/// Returns whether a word is the past tense of a verb in the lists.
fn is_listed_past(past: &str) -> bool {
    IRREGULAR.iter().any(|(_, p)| *p == past) || REGULAR.split_whitespace().any(|base| past_tense(base) == past)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_known_in_all_forms() {
        let gerund_form = |base: &str, past: &str| Some(VerbForm::Gerund(base.into(), past.into()));
        assert_eq!(verb_form("Led"), Some(VerbForm::Past));
        assert_eq!(verb_form("Lead"), Some(VerbForm::Present));
        assert_eq!(verb_form("Shipped"), Some(VerbForm::Past));
        assert_eq!(verb_form("Managing"), gerund_form("manage", "managed"));
        assert_eq!(verb_form("planning"), gerund_form("plan", "planned"));
        assert_eq!(verb_form("Supplies"), Some(VerbForm::Third("supply".into())));
        assert_eq!(verb_form("Cut"), Some(VerbForm::Either));
        assert_eq!(verb_form("Experienced"), None);
        assert_eq!(verb_form("Nurse-led"), None);
    }

    #[test]
    fn nouns_and_participles_at_the_beginning_of_a_line_are_no_verbs() {
        let is_verb = |line: &str| {
            let (first, rest) = line.split_once(' ').unwrap();
            verb_form(first).is_some_and(|verb_form| is_action_verb(&verb_form, first, rest))
        };
        for line in [
            "Open source rota tool, 200 users",
            "Staff training for nine bakers",
            "Support for the night shift of 12",
            "Design and layout of the new kitchen",
            "Launch of the third shop",
            "Adopted by six shops",
            "Lead baker on the night shift",
            "Head of a team",
            "Appointed by the owner",
            "Promoted twice in three years",
            "Called out at night",
            "Trained in first aid",
            "Training for new bakers",
            "Reports on stock",
            "Limited-edition prints for the shop",
            "Trained nurse on a ward of 20",
        ] {
            assert!(!is_verb(line), "{line}");
        }
        for line in [
            "Cut waste by 18%",
            "Lead a team of five",
            "Run the pass on Fridays",
            "Launched the third shop",
            "Trained nine apprentices",
            "Support the night shift",
            "Supervise new nurses",
            "Worked in three shops",
            "Hired and trained 22 people",
            "Rewired more than 200 houses",
            "Set up a music afternoon",
            "Managing a crew of five",
        ] {
            assert!(is_verb(line), "{line}");
        }
    }
}
