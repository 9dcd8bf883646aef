//! The verbs that resumes begin their lines with, and their forms.

/// How a line begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// "Reduced", "Led": what follows "you" in the past.
    Past,
    /// "Lead", "Run": what follows "you" today.
    Present,
    /// "Cut", "Set": either.
    Either,
    /// "Leading"; with the verb it comes from: base and past.
    Gerund(String, String),
    /// "Leads"; with the base.
    Third(String),
}

/// Verbs whose past is not made with -ed: base and past.
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
/// Verbs that are the same in both.
const SAME: &[&str] = &["cut", "set", "put", "cast", "read", "shut", "split", "reset"];
/// Verbs whose past is made with -ed.
const REGULAR: &str = "achieve act adapt add address administer advise advocate aid align allocate analyse analyze answer \
apply appoint arrange assemble assess assist attend audit automate balance book budget calculate care carry certify chair \
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
calibrate cater decorate sew serve greet advise enter type trace invoice chase collate";
/// What ends in -ed and is no deed.
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

/// The past of a regular verb.
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

/// Whether the last letter is written twice before an ending.
fn doubles(base: &str) -> bool {
    const THEY: &[&str] = &[
        "ship", "plan", "stop", "chat", "run", "cut", "set", "put", "win", "begin", "get", "sit", "trim", "fit",
        "refer", "log", "map", "program", "control", "fulfil", "step", "shut", "debug", "split", "reset",
    ];
    THEY.contains(&base)
}

/// How a word stands as a verb; `None` for a word that is none, or none that is surely one.
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
    // Nearly every other word in -ed at the beginning of a line is a deed, too.
    let joined = word.contains('-') && !["re-", "co-", "pre-"].iter().any(|p| word.starts_with(p));
    let past = || word.len() > 5 && word.ends_with("ed") && !joined && !NO_DEED.contains(&word);
    found.or_else(|| past().then_some(Form::Past))
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
}
