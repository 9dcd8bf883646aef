//! The head of a job: its title, its employer, its time. No employer is better than a wrong one: a name is given only where
//! nothing else in the head could be it. The rules are ours.

use super::dates;
use super::sections::has_words;

/// A job that claims stand under.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Job {
    pub employer: Option<String>,
    pub is_current: Option<bool>,
}

/// Words that titles of jobs have.
const TITLES: &[&str] = &[
    "nurse",
    "assistant",
    "engineer",
    "developer",
    "manager",
    "head",
    "teacher",
    "chef",
    "cook",
    "lead",
    "leader",
    "director",
    "officer",
    "consultant",
    "analyst",
    "designer",
    "intern",
    "trainee",
    "apprentice",
    "specialist",
    "coordinator",
    "co-ordinator",
    "supervisor",
    "technician",
    "clerk",
    "driver",
    "handler",
    "associate",
    "architect",
    "administrator",
    "programmer",
    "waiter",
    "waitress",
    "server",
    "bartender",
    "barista",
    "host",
    "hostess",
    "accountant",
    "bookkeeper",
    "representative",
    "agent",
    "advisor",
    "adviser",
    "mechanic",
    "electrician",
    "plumber",
    "carpenter",
    "welder",
    "operator",
    "worker",
    "volunteer",
    "tutor",
    "lecturer",
    "researcher",
    "scientist",
    "physiotherapist",
    "therapist",
    "doctor",
    "pharmacist",
    "midwife",
    "carer",
    "receptionist",
    "secretary",
    "editor",
    "writer",
    "journalist",
    "photographer",
    "founder",
    "owner",
    "partner",
    "sous",
    "foreman",
    "freelance",
    "porter",
    "attendant",
    "cleaner",
    "guard",
    "cashier",
    "buyer",
    "planner",
    "recruiter",
    "trainer",
    "instructor",
    "librarian",
    "gardener",
    "baker",
    "butcher",
    "builder",
    "dispatcher",
    "inspector",
    "executive",
    "president",
    "principal",
    "professor",
    "aide",
    "steward",
    "stocker",
    "picker",
    "packer",
    "salesperson",
    "seller",
    "translator",
    "interpreter",
    "producer",
    "paramedic",
    "firefighter",
    "surveyor",
    "fitter",
];

/// Words that names of employers have.
const EMPLOYERS: &[&str] = &[
    "hospital",
    "clinic",
    "ltd",
    "limited",
    "inc",
    "llc",
    "gmbh",
    "plc",
    "corp",
    "corporation",
    "company",
    "school",
    "college",
    "university",
    "academy",
    "council",
    "bank",
    "hotel",
    "restaurant",
    "group",
    "services",
    "solutions",
    "systems",
    "partners",
    "trust",
    "institute",
    "foundation",
    "agency",
    "airlines",
    "bakery",
    "factory",
    "stores",
    "supermarket",
    "logistics",
    "technologies",
    "infirmary",
];

/// Words in the place of an employer that are not one.
const NO_EMPLOYER: &[&str] = &[
    "self-employed",
    "self employed",
    "freelance",
    "freelancer",
    "various",
    "contract",
    "contractor",
    "remote",
    "part-time",
    "part time",
    "full-time",
    "full time",
    "temporary",
    "permanent",
    "seasonal",
    "internship",
    "hybrid",
    "on-site",
    "onsite",
    "maternity",
    "parental leave",
    "career break",
    "sabbatical",
    "fixed-term",
    "zero hours",
    "volunteer",
    "promoted",
    "expected",
];
/// Words of a field that names a part of an employer.
const PARTS: &[&str] = &[
    "department",
    "dept",
    "division",
    "team",
    "unit",
    "ward",
    "faculty",
    "operations",
    "grade",
    "grades",
    "level",
    "shift",
];
/// Countries, states and cities that resumes name after an employer; with them "Baker, Leeds" is no employer "Leeds".
const PLACES: &str = "uk|u.k.|united kingdom|england|scotland|wales|northern ireland|ireland|usa|u.s.a.|us|united states|canada|australia|new zealand|\
germany|france|spain|italy|portugal|poland|netherlands|the netherlands|belgium|austria|switzerland|sweden|norway|denmark|finland|\
india|china|japan|singapore|malaysia|indonesia|philippines|south africa|nigeria|kenya|ghana|egypt|israel|turkey|uae|mexico|brazil|\
argentina|chile|colombia|pakistan|bangladesh|sri lanka|vietnam|thailand|hong kong|taiwan|south korea|romania|hungary|greece|\
czech republic|ukraine|alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|\
illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|\
nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|\
rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|wyoming|\
ontario|quebec|british columbia|alberta|nova scotia|yorkshire|kent|essex|surrey|lancashire|cornwall|devon|\
london|leeds|york|manchester|liverpool|birmingham|bristol|sheffield|newcastle|newcastle upon tyne|nottingham|leicester|\
coventry|bradford|hull|southampton|portsmouth|plymouth|brighton|oxford|cambridge|bath|norwich|exeter|reading|derby|stoke|\
wolverhampton|sunderland|preston|bolton|croydon|luton|swindon|milton keynes|gateshead|durham|glasgow|edinburgh|aberdeen|dundee|\
cardiff|swansea|newport|belfast|dublin|cork|limerick|galway|waterford|nyc|new york city|los angeles|chicago|houston|phoenix|\
philadelphia|san antonio|san diego|dallas|san jose|austin|jacksonville|columbus|indianapolis|charlotte|san francisco|seattle|\
denver|washington dc|washington d.c.|boston|nashville|detroit|portland|las vegas|memphis|louisville|baltimore|milwaukee|\
albuquerque|tucson|fresno|sacramento|kansas city|atlanta|miami|oakland|minneapolis|tulsa|cleveland|new orleans|tampa|pittsburgh|\
cincinnati|st louis|st. louis|orlando|brooklyn|queens|manhattan|toronto|montreal|vancouver|calgary|ottawa|edmonton|winnipeg|hamilton|\
halifax|sydney|melbourne|brisbane|perth|adelaide|auckland|wellington|christchurch|berlin|munich|hamburg|cologne|frankfurt|stuttgart|\
leipzig|dresden|paris|lyon|marseille|madrid|barcelona|valencia|seville|lisbon|porto|rome|milan|naples|turin|amsterdam|rotterdam|\
the hague|utrecht|brussels|antwerp|vienna|zurich|geneva|basel|bern|lausanne|stockholm|gothenburg|oslo|copenhagen|helsinki|warsaw|\
krakow|wroclaw|poznan|gdansk|prague|budapest|bucharest|athens|istanbul|moscow|kyiv|mumbai|delhi|new delhi|bangalore|bengaluru|hyderabad|\
chennai|pune|kolkata|karachi|lahore|dhaka|colombo|beijing|shanghai|shenzhen|tokyo|osaka|seoul|taipei|bangkok|manila|jakarta|\
kuala lumpur|hanoi|dubai|abu dhabi|doha|riyadh|cairo|lagos|abuja|accra|nairobi|johannesburg|cape town|durban|tel aviv|mexico city|\
sao paulo|buenos aires|bogota|lima|santiago";

/// The entries before it are countries and states.
const FIRST_CITY: &str = "london";

/// Whether a text names a company, a school, a hospital by a word of its own.
pub(super) fn names_employer(text: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|w| EMPLOYERS.contains(&w)) && !is_title(text)
}

/// Whether a text has a word of a job's title.
pub(super) fn has_title(text: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphabetic() && c != '-').any(|w| TITLES.contains(&w))
}

/// Whether a field is a title: it has a word of one, or its last word is made like one ("Befriender", "Auditor").
fn is_title(field: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "er", "or", "ist", "ian", "ant", "eer", "man", "woman", "person", "wright", "smith", "ee", "aide", "tech",
        "mate", "staff", "crew", "fellow", "dean", "judge", "clerk", "rep", "ward", "hand",
    ];
    let lower = field.to_lowercase();
    let last = lower.split(|c: char| !c.is_alphabetic()).rfind(|w| w.chars().count() > 3);
    // "Bar & Lounge Ltd" has a word of titles, but is not one.
    let company = lower
        .split(|c: char| !c.is_alphabetic())
        .any(|w| ["ltd", "limited", "inc", "llc", "gmbh", "plc", "llp", "corp"].contains(&w));
    let made_like_one = !field.contains('&') && last.is_some_and(|w| ENDINGS.iter().any(|e| w.ends_with(e)));
    !company && (has_title(field) || made_like_one)
}

/// Whether a field is a place. The one after it helps: "Thornaby, UK", "Moab, UT".
fn is_place(field: &str, next: Option<&str>) -> bool {
    let plain = |text: &str| -> String {
        use unicode_normalization::UnicodeNormalization;
        text.replace(['\u{142}', '\u{141}'], "l")
            .nfd()
            .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
            .collect::<String>()
            .to_lowercase()
    };
    let place = |text: &str| PLACES.split('|').position(|p| p == plain(text).trim_end_matches([',', '.']));
    let known = |text: &str| place(text).is_some();
    let cities = PLACES.split('|').position(|p| p == FIRST_CITY);
    let land = |text: &str| place(text).is_some_and(|p| Some(p) < cities);
    let state = |text: &str| text.len() == 2 && text.chars().all(|c| c.is_ascii_uppercase());
    let words = field.split_whitespace().count();
    let ends_with_state = || field.split_whitespace().last().is_some_and(state) && words > 1 && words < 4;
    known(field)
        || state(field)
        || ends_with_state()
        || next.is_some_and(|n| (land(n) || state(n)) && words < 4 && !names_employer(field) && !is_title(field))
}

/// One of the things that a line of a head names.
struct Field {
    text: String,
    after_at: bool,
}

/// The separators between the fields of a head.
const BETWEEN: [&str; 13] = [
    " | ",
    " \u{2014} ",
    " \u{2013} ",
    " - ",
    " \u{2022} ",
    " \u{b7} ",
    " / ",
    " // ",
    ", ",
    " (",
    ") ",
    ": ",
    "\u{1f}",
];
const AT: [&str; 2] = [" at ", " @ "];

/// The fields of a cell, without its dates.
fn fields(cell: &str) -> Vec<Field> {
    let mut cell = cell.to_string();
    for period in dates::periods(&cell).into_iter().rev() {
        cell.replace_range(period.range, "\u{1f}");
    }
    // "Oak, Inc." is one name.
    for form in ["Inc", "LLC", "Ltd", "Llc", "LLP", "PLC", "plc", "Co.", "GmbH"] {
        cell = cell.replace(&format!(", {form}"), &format!(" {form}"));
    }
    for mark in BETWEEN {
        cell = cell.replace(mark, "\u{1f}");
    }
    for mark in AT {
        cell = cell.replace(mark, "\u{1f}\u{1e}");
    }
    let trimmed = |f: &str| {
        let text =
            f.trim_matches(|c: char| c.is_whitespace() || ",;:|()[]-\u{2013}\u{2014}\u{2022}\u{b7}\u{1e}/".contains(c));
        Field { text: text.to_string(), after_at: f.trim_start().starts_with('\u{1e}') }
    };
    cell.split('\u{1f}')
        .map(trimmed)
        .filter(|f| f.text.chars().any(char::is_alphabetic) && !["and", "to", "&", "since"].contains(&f.text.as_str()))
        .collect()
}

/// Whether a field is the end of a name whose beginning stands elsewhere, or the beginning of one that goes on: "Hospital",
/// "Museum of".
fn is_part_of_name(text: &str) -> bool {
    let lower = text.to_lowercase();
    let last = lower.split_whitespace().last().unwrap_or_default();
    EMPLOYERS.contains(&lower.as_str())
        || ["of", "and", "&", "for", "the", "de", "f\u{fc}r", "at", "in", "la", "du", "st", "st."].contains(&last)
}

/// Whether a field can be the name of an employer, as far as its words say.
fn can_be_employer(field: &Field, next: Option<&Field>) -> bool {
    let lower = field.text.to_lowercase();
    let named = names_employer(&field.text);
    let first = field.text.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    first
        && (2..=MOST_NAME_WORDS).contains(&(field.text.split_whitespace().count() + 1))
        && !NO_EMPLOYER.iter().any(|n| has_words(&lower, n))
        && !is_place(&field.text, next.map(|n| n.text.as_str()))
        && (named || (!is_title(&field.text) && !PARTS.iter().any(|p| has_words(&lower, p))))
}

/// A name has at most so many words, and one.
const MOST_NAME_WORDS: usize = 9;

/// Employer and time of a job from the lines at its head.
pub(super) fn job_of(head: &[&str]) -> Job {
    let is_current = head.iter().flat_map(|line| dates::periods(line)).find_map(|p| p.is_current);
    let mut has_job_title = false;
    let (mut at, mut named, mut first) = (Vec::new(), Vec::new(), Vec::new());
    let lines: Vec<Vec<Vec<Field>>> =
        head.iter().map(|line| line.split('\t').map(fields).filter(|c| !c.is_empty()).collect()).collect();
    for cells in &lines {
        for (n, cell) in cells.iter().enumerate() {
            let found: Vec<&Field> =
                cell.iter().enumerate().filter(|(i, f)| can_be_employer(f, cell.get(i + 1))).map(|(_, f)| f).collect();
            has_job_title |= cell.iter().any(|f| is_title(&f.text));
            at.extend(found.iter().filter(|f| f.after_at).map(|f| f.text.as_str()));
            named.extend(found.iter().filter(|f| names_employer(&f.text)).map(|f| f.text.as_str()));
            // What stands at the right is a place as a rule.
            first.extend(found.first().filter(|_| n == 0).map(|f| f.text.as_str()));
        }
    }
    let only = |mut names: Vec<&str>| {
        names.dedup();
        (names.len() == 1).then(|| names[0].to_string())
    };
    // A name that is broken over two lines is not known.
    let broken = lines.iter().flatten().flatten().any(|f| is_part_of_name(&f.text));
    let employer = match (at.is_empty(), named.is_empty()) {
        _ if broken => None,
        (false, _) => only(at),
        (true, false) => only(named),
        (true, true) => only(first).filter(|_| has_job_title),
    };
    Job { employer, is_current }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_employer_is_given_only_where_it_is_plain() {
        for (head, employer) in [
            (&["Shift Manager, Crumb Hall Bakery Ltd, Leeds, 2018 - present"][..], Some("Crumb Hall Bakery Ltd")),
            (&["Crumb Hall | Shift Manager", "January 2018 - Present | Leeds, UK"], Some("Crumb Hall")),
            (&["Northgate Foods, Baker", "Sep 15 - Mar 17"], Some("Northgate Foods")),
            (&["Radley Mills", "Baker, Summer 2012 and Spring 2013"], Some("Radley Mills")),
            (&["Baker at Holt Bros", "Sept 2009 to date"], Some("Holt Bros")),
            (&["Baker, Ash Ltd", "2005/09 - 2008/03"], Some("Ash Ltd")),
            (&["Crumb Hall Bakery\tLeeds, UK", "Shift Manager\tJan 2018 - Present"], Some("Crumb Hall Bakery")),
            (&["2018 \u{2013} 2020\tBaker, Radley Mills, Leeds"], Some("Radley Mills")),
            (&["Baker\t2019 - 2020", "Oak, Inc., Moab, UT"], Some("Oak Inc.")),
            (&["Baker, Leeds, 2018 - 2019"], None),
            (&["Baker, Thornaby, UK", "2018 - 2019"], None),
            (&["Befriender, 2011 to 2014"], None),
            (&["Self-employed electrician", "2011 to 2014"], None),
            (&["tidyledger\t2022"], None),
            (&["Radley Mills", "Baker, Pastry and Bread", "2018 - 2019"], None),
        ] {
            assert_eq!(job_of(head).employer.as_deref(), employer, "{head:?}");
        }
    }
}
