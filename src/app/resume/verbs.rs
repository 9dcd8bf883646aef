//! The verbs that begin lines of resumes, and their forms.

use super::heads::has_title;
use crate::english::normalized;

/// The form of the verb that begins a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// "Reduced", "Led": follows "you" in the past.
    Past,
    /// "Lead", "Run": follows "you" in the present.
    Present,
    /// "Cut", "Set": either past or present.
    Either,
    /// "Leading"; with the base and the past of the verb.
    Gerund(String, String),
    /// "Leads"; with the base of the verb.
    Third(String),
}

/// Irregular verbs: base and past.
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
/// Irregular verbs whose past equals the base.
const SAME: &[&str] = &["cut", "set", "put", "cast", "read", "shut", "split", "reset"];
/// Regular verbs.
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
/// Words in -ed that do not tell a deed.
const NO_DEED: [&str; 30] = [
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

/// Participles that tell what others thought of the writer's work: a line that begins with one is a claim.
const HONOURS: [&str; 7] = ["awarded", "chosen", "elected", "named", "nominated", "recognised", "recognized"];
/// Participles that precede a title: "Qualified nurse".
const BEFORE_TITLES: [&str; 10] = [
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

/// Returns whether a first word tells of an honour.
pub(super) fn is_honour(word: &str) -> bool {
    HONOURS.contains(&normalized(word).as_str())
}

/// Returns whether a first word is a participle that begins a sentence even before a title: "Named Driver of the Year".
pub(super) fn is_participle_of_deed(word: &str) -> bool {
    let bare = normalized(word);
    is_honour(word) || (form(word) == Some(Form::Past) && !BEFORE_TITLES.contains(&bare.as_str()))
}

/// Returns the past of a regular verb.
fn ed(base: &str) -> String {
    if base.ends_with('e') {
        return format!("{base}d");
    }
    match base.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ied"),
        _ if doubles(base) => format!("{base}{}ed", &base[base.len() - 1..]),
        _ => format!("{base}ed"),
    }
}

fn ing(base: &str) -> String {
    match base.strip_suffix('e') {
        Some(stem) if !base.ends_with("ee") && !base.ends_with("oe") => format!("{stem}ing"),
        _ if doubles(base) => format!("{base}{}ing", &base[base.len() - 1..]),
        _ => format!("{base}ing"),
    }
}

fn third(base: &str) -> String {
    match base.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if base.ends_with(['s', 'x', 'o']) || base.ends_with("ch") || base.ends_with("sh") => format!("{base}es"),
        _ => format!("{base}s"),
    }
}

/// Returns whether the last letter is doubled before an ending.
fn doubles(base: &str) -> bool {
    const THEY: &[&str] = &[
        "ship", "plan", "stop", "chat", "run", "cut", "set", "put", "win", "begin", "get", "sit", "trim", "fit",
        "refer", "log", "flag", "spot", "map", "program", "control", "fulfil", "step", "shut", "debug", "split",
        "reset",
    ];
    THEY.contains(&base)
}

/// Returns the verb form of a word; `None` if it is not surely a verb.
pub(super) fn form(word: &str) -> Option<Form> {
    let word = word.to_lowercase();
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-');
    if SAME.contains(&word) {
        return Some(Form::Either);
    }
    let irregular = IRREGULAR.iter().map(|(base, past)| ((*base).to_string(), (*past).to_string()));
    let same = SAME.iter().map(|base| ((*base).to_string(), (*base).to_string()));
    let regular = REGULAR.split_whitespace().map(|base| (base.to_string(), ed(base)));
    let found = irregular.chain(same).chain(regular).find_map(|(base, past)| {
        if word == past {
            Some(Form::Past)
        } else if word == base {
            Some(Form::Present)
        } else if word == ing(&base) {
            Some(Form::Gerund(base, past))
        } else if word == third(&base) {
            Some(Form::Third(base))
        } else {
            None
        }
    });
    // Nearly every other word in -ed that begins a line tells a deed too.
    let joined = word.contains('-') && !["re-", "co-", "pre-"].iter().any(|p| word.starts_with(p));
    let past = || word.len() > 5 && word.ends_with("ed") && !joined && !NO_DEED.contains(&word);
    found.or_else(|| past().then_some(Form::Past))
}

/// Verbs whose base form is neither a noun nor an adjective.
const SURE: &str = "achieve act adapt add administer advise align allocate analyse analyze apply appoint arrange assemble assess \
assist attend bring build calculate carry certify collaborate collect communicate compile conduct configure consolidate construct \
consult contribute convert create customise customize deal define deliver demonstrate deploy detect develop diagnose discover draw \
earn edit eliminate enable encourage enforce enhance ensure establish evaluate examine execute expand explain extend facilitate feed \
gather generate get give greet grow handle help hire hold identify implement improve inform innovate inspect install instruct integrate \
introduce investigate join keep learn liaise maintain make manage mediate meet migrate minimise minimize modernise modernize modify \
motivate negotiate obtain operate optimise optimize orchestrate organise organize oversee participate pay perform persuade prepare prevent \
prioritise prioritize procure promote propose protect prove provide publish raise recommend reconcile recover reduce refine reorganise \
reorganize replace represent resolve restore run save sell send serve settle simplify solve speak streamline strengthen supervise take teach \
tell transcribe translate troubleshoot uncover undertake unify validate verify write";
/// Words that begin a direct object.
const OPENS_OBJECT: &str = "a an the my our your their its his her this these those all both each every any some several many most \
more over up about around nearly almost approximately roughly one two three four five six seven eight nine ten eleven twelve \
fifteen twenty thirty forty fifty hundreds thousands dozens half multiple new weekly daily monthly annual on-site out down off";
/// Participles that tell what was done to the writer, or what something is like.
const PASSIVE: &str = "accepted accredited admitted appointed approached asked assigned awarded based born called certified chosen commended \
credited educated elected employed entrusted experienced featured given headhunted honored honoured inducted invited involved \
known licensed located named nominated placed praised promoted qualified ranked rated recognised recognized recommended regarded required \
retained rewarded seconded selected shortlisted sponsored tasked trusted used versed voted";
/// Participles that are passive before prepositions such as "in" or "at".
const PASSIVE_BEFORE: &str =
    "trained published adopted included deployed shown exhibited certified hired moved kept chosen";
/// Nouns in -ing.
const NOUNS_ING: &str = "training planning building engineering accounting marketing testing teaching cleaning painting welding nursing \
programming cooking catering consulting coaching tutoring recruiting reporting scheduling shipping staffing writing editing banking \
housekeeping bookkeeping budgeting baking brewing purchasing processing monitoring modelling modeling handling opening closing \
meeting setting drawing understanding beginning hearing leading supporting outstanding working running";

/// Returns whether a first word with this form is surely the verb of its line, judging by the words after it: "Launch
/// of the shop" and "Lead baker" do not begin with a verb, and "Adopted by six shops" is passive.
pub(super) fn is_verb_of(form: &Form, first: &str, rest: &str) -> bool {
    let listed = |list: &str, word: &str| list.split_whitespace().any(|w| w == word);
    let word = normalized(first);
    let mut after = rest.split_whitespace();
    let raw = after.next().unwrap_or_default();
    let next = normalized(raw);
    let second = after.next().map(normalized).unwrap_or_default();
    if ["by", "as", "of"].contains(&next.as_str()) {
        return false;
    }
    let opens = listed(OPENS_OBJECT, &next)
        || next.ends_with("ly")
        || raw.starts_with(|c: char| c.is_ascii_digit() || "$\u{a3}\u{20ac}\u{a5}~+".contains(c));
    // "Trained nurse", "Lead night baker".
    if !opens && (has_title(&next) || has_title(&second) && !matches!(form, Form::Past)) {
        return false;
    }
    let preposition = [
        "in", "on", "at", "to", "for", "with", "from", "under", "through", "into", "between", "after", "before", "and",
        "or",
    ]
    .contains(&next.as_str());
    match form {
        Form::Present => opens || (listed(SURE, &word) && !["and", "or"].contains(&next.as_str())),
        Form::Third(_) => opens,
        Form::Gerund(..) => opens || (!preposition && !listed(NOUNS_ING, &word)),
        Form::Either => opens || preposition || word == "cut",
        Form::Past => {
            let passive = listed(PASSIVE, &word) || (preposition && next != "and" && listed(PASSIVE_BEFORE, &word));
            // The participle of an unlisted verb may be an adjective: "Limited-edition prints".
            !passive && (is_listed(&word) || opens || preposition)
        }
    }
}

/// Returns whether a word is the past of a listed verb, rather than any word in -ed.
fn is_listed(past: &str) -> bool {
    IRREGULAR.iter().any(|(_, p)| *p == past) || REGULAR.split_whitespace().any(|base| ed(base) == past)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_known_in_all_forms() {
        let gerund = |base: &str, past: &str| Some(Form::Gerund(base.into(), past.into()));
        assert_eq!(form("Led"), Some(Form::Past));
        assert_eq!(form("Lead"), Some(Form::Present));
        assert_eq!(form("Shipped"), Some(Form::Past));
        assert_eq!(form("Managing"), gerund("manage", "managed"));
        assert_eq!(form("planning"), gerund("plan", "planned"));
        assert_eq!(form("Supplies"), Some(Form::Third("supply".into())));
        assert_eq!(form("Cut"), Some(Form::Either));
        assert_eq!(form("Experienced"), None);
        assert_eq!(form("Nurse-led"), None);
    }

    #[test]
    fn nouns_and_participles_at_the_beginning_of_a_line_are_no_verbs() {
        let is_verb = |line: &str| {
            let (first, rest) = line.split_once(' ').unwrap();
            form(first).is_some_and(|form| is_verb_of(&form, first, rest))
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
