//! Parses a job header: the lines with title, employer and dates above the claims of a job. No employer is better than
//! a wrong one, so a name is returned only if nothing else in the header could be the employer. The rules are ours.

use super::dates;
use super::sections::contains_phrase;

/// The information in a job header.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct JobHeader {
    pub employer: Option<String>,
    pub is_current: Option<bool>,
    /// Whether the employer's name follows a title on the same line, where other resumes have a department or a region.
    pub is_suffix: bool,
    /// Whether the employer is on another line than the title.
    pub has_own_line: bool,
}

/// Words found in job titles.
const TITLE_WORDS: &[&str] = &[
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

/// Words found in employers' names.
const EMPLOYER_WORDS: &[&str] = &[
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

/// Words that often stand in place of an employer's name.
const NOT_EMPLOYERS: &[&str] = &[
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
/// Words for self-employment.
const SELF_EMPLOYMENT: &[&str] = &["self-employed", "self employed", "freelance", "freelancer", "sole trader"];
/// The words of [`EMPLOYER_WORDS`] that also occur in the names of departments and products: "Hotel Bookings", "Client
/// Services".
const AMBIGUOUS_EMPLOYER_WORDS: &[&str] = &[
    "bank",
    "company",
    "factory",
    "group",
    "hotel",
    "logistics",
    "partners",
    "restaurant",
    "services",
    "solutions",
    "stores",
    "systems",
    "technologies",
    "trust",
];
/// Words in the names of parts of an employer or of a country.
const UNIT_WORDS: &[&str] = &[
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
    "band",
    "shift",
    "section",
    "branch",
    "region",
    "regions",
    "area",
    "areas",
    "territory",
    "territories",
    "zone",
    "district",
    "sector",
    "accounts",
    "surrounds",
    "surroundings",
];
/// Words in the names of regions.
const REGION_WORDS: &[&str] = &[
    "north",
    "south",
    "east",
    "west",
    "northern",
    "southern",
    "eastern",
    "western",
    "central",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "emea",
    "apac",
    "latam",
    "dach",
    "europe",
    "asia",
    "africa",
    "america",
    "americas",
    "pacific",
];
/// Countries, states and cities, so that "Leeds" in "Baker, Leeds" is not taken for an employer.
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

/// Two-letter codes of states and provinces, except those that are also legal forms of companies ("Nordic Peat AB").
const STATES: &str = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NH NJ NM NY NC ND OH OK OR PA \
RI SC SD TN TX UT VT VA WA WV WI WY DC BC MB NB NL NS ON PE QC SK NT";
/// The first city in [`PLACES`]; the entries before it are countries and states.
const FIRST_CITY: &str = "london";

/// Returns whether a text looks like an employer's name: it contains a word such as "school" or "hospital", and is
/// neither a title nor a department.
pub(super) fn names_employer(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_part = lower.split_whitespace().last().is_some_and(|w| UNIT_WORDS.contains(&w));
    lower.split(|c: char| !c.is_alphabetic()).any(|w| EMPLOYER_WORDS.contains(&w)) && !is_part && !is_title(text)
}

/// Returns whether a text contains a word that occurs in employers' names but not in those of departments.
fn names_whole_employer(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower
        .split(|c: char| !c.is_alphabetic())
        .any(|w| EMPLOYER_WORDS.contains(&w) && !AMBIGUOUS_EMPLOYER_WORDS.contains(&w))
}

/// Returns whether a text contains a word of job titles: "President", but not "President's".
pub(super) fn has_title(text: &str) -> bool {
    let within = |c: char| c.is_alphabetic() || "-'\u{2019}".contains(c);
    text.to_lowercase().split(|c| !within(c)).any(|w| TITLE_WORDS.contains(&w.trim_matches(['\'', '\u{2019}'])))
}

/// Returns whether the words of a text are capitalized like a name: "Museum of Glass", but not "Hotel bookings".
fn has_capitals(text: &str) -> bool {
    const MAX_SMALL_WORD_LETTERS: usize = 3;
    let is_big = |w: &str| {
        let word = w.trim_matches(|c: char| !c.is_alphanumeric());
        word.chars().count() <= MAX_SMALL_WORD_LETTERS || !word.starts_with(char::is_lowercase)
    };
    text.split_whitespace().all(is_big)
}

/// Returns whether a text is a grade or a number: "Band 6", "L5".
fn is_grade(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.len() <= 2 && words.last().is_some_and(|w| w.contains(|c: char| c.is_ascii_digit()))
}

/// Returns whether a field is a job title: it contains a title word, or its last word ends like one ("Befriender",
/// "Auditor").
fn is_title(field: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "er", "or", "ist", "ian", "ant", "eer", "man", "woman", "person", "wright", "smith", "ee", "aide", "tech",
        "mate", "staff", "crew", "fellow", "dean", "judge", "clerk", "rep", "ward", "hand",
    ];
    let lower = field.to_lowercase();
    let last = lower.split(|c: char| !c.is_alphabetic()).rfind(|w| w.chars().count() > 3);
    // "Bar & Lounge Ltd" has a title word, but is not a title.
    let company = lower
        .split(|c: char| !c.is_alphabetic())
        .any(|w| ["ltd", "limited", "inc", "llc", "gmbh", "plc", "llp", "corp"].contains(&w));
    let made_like_one = !field.contains('&') && last.is_some_and(|w| ENDINGS.iter().any(|e| w.ends_with(e)));
    !company && (has_title(field) || made_like_one)
}

/// Returns whether a field is a place; an unknown one is recognized by the next field: "Thornaby, UK", "Moab, UT".
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
    let ends_with_state = || {
        let last = field.split_whitespace().last().unwrap_or_default();
        STATES.split(' ').any(|s| s == last) && words > 1 && words < 4
    };
    let lower = field.to_lowercase();
    let in_parts = || lower.split(" and ").flat_map(|p| p.split(" & ")).any(known);
    let direction = |w: &str| REGION_WORDS.contains(&w) || ["and", "&"].contains(&w);
    known(field)
        || state(field)
        || (!names_employer(field) && in_parts())
        || lower.split(|c: char| c.is_whitespace() || c == '-').all(direction)
        || lower.strip_prefix("greater ").is_some_and(known)
        || ends_with_state()
        || next.is_some_and(|n| (land(n) || state(n)) && words < 4 && !names_employer(field) && !is_title(field))
}

/// A field of a line of a job header.
struct Field {
    text: String,
    after_at: bool,
    in_brackets: bool,
}

/// The separators between fields; U+001F replaces dates.
const FIELD_SEPARATORS: [&str; 13] = [
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
const AT_SEPARATORS: [&str; 2] = [" at ", " @ "];

/// Splits a cell (a part of a line between tabs) into fields, without dates.
fn fields(cell: &str) -> Vec<Field> {
    let mut cell = cell.to_string();
    for period in dates::periods(&cell).into_iter().rev() {
        cell.replace_range(period.range, "\u{1f}");
    }
    // "Oak, Inc." is one name.
    for form in ["Inc", "LLC", "Ltd", "Llc", "LLP", "PLC", "plc", "Co.", "GmbH"] {
        cell = cell.replace(&format!(", {form}"), &format!(" {form}"));
    }
    cell = cell.replace(" (", " (\u{1d}");
    for mark in FIELD_SEPARATORS {
        cell = cell.replace(mark, "\u{1f}");
    }
    for mark in AT_SEPARATORS {
        cell = cell.replace(mark, "\u{1f}\u{1e}");
    }
    let trimmed = |f: &str| {
        let edge = |c: char| c.is_whitespace() || ",;:|()[]-\u{2013}\u{2014}\u{2022}\u{b7}\u{1e}\u{1d}/".contains(c);
        let text = without_stop(f.trim_matches(edge));
        let begins = |mark: char| f.trim_start().starts_with(mark);
        Field { text: text.to_string(), after_at: begins('\u{1e}'), in_brackets: begins('\u{1d}') }
    };
    cell.split('\u{1f}')
        .map(trimmed)
        .filter(|f| f.text.chars().any(char::is_alphabetic) && !["and", "to", "&", "since"].contains(&f.text.as_str()))
        .collect()
}

/// Removes the full stop at the end of a field; abbreviations such as "Ltd." and "B.V." keep theirs.
fn without_stop(field: &str) -> &str {
    const MAX_ABBREVIATION_LETTERS: usize = 4;
    let bare = field.strip_suffix('.').unwrap_or(field);
    let last = bare.rsplit(' ').next().unwrap_or_default();
    if last.chars().count() > MAX_ABBREVIATION_LETTERS && !last.contains('.') { bare } else { field }
}

/// Returns whether a field is only a part of a name: "Hospital", "Museum of".
fn is_part_of_name(text: &str) -> bool {
    let lower = text.to_lowercase();
    let last = lower.split_whitespace().last().unwrap_or_default();
    let is_name = text.starts_with(char::is_uppercase);
    let opens = ["of", "and", "&", "for", "the", "de", "f\u{fc}r", "at", "in", "la", "du", "st", "st."];
    EMPLOYER_WORDS.contains(&lower.as_str()) || (is_name && opens.contains(&last))
}

/// Returns whether a field can be an employer's name, judging by its words.
fn can_be_employer(field: &Field, next: Option<&Field>) -> bool {
    let lower = field.text.to_lowercase();
    let named = names_employer(&field.text);
    let first = field.text.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    first
        && (1..=MAX_NAME_WORDS).contains(&field.text.split_whitespace().count())
        && !NOT_EMPLOYERS.iter().any(|n| contains_phrase(&lower, n))
        && !is_place(&field.text, next.map(|n| n.text.as_str()))
        && has_capitals(&field.text)
        && (named || !field.in_brackets)
        && !is_grade(&field.text)
        && (named || (!is_title(&field.text) && !UNIT_WORDS.iter().any(|p| contains_phrase(&lower, p))))
}

/// The maximum number of words in an employer's name.
const MAX_NAME_WORDS: usize = 8;

/// The position of a name in a job header.
#[derive(Clone, Copy, PartialEq)]
enum NamePosition {
    /// At the beginning of a line.
    First,
    /// After a title in the same cell.
    Suffix,
    /// Elsewhere: right-aligned, or after another name, of which it may be the location.
    Rest,
}

/// A field that may be the employer's name.
struct EmployerCandidate<'a> {
    text: &'a str,
    line: usize,
    place: NamePosition,
    after_at: bool,
}

/// Parses the lines of a job header.
pub(super) fn parse_job_header(header: &[&str]) -> JobHeader {
    let is_current = header.iter().flat_map(|line| dates::periods(line)).find_map(|p| p.is_current);
    let lines: Vec<Vec<Vec<Field>>> =
        header.iter().map(|line| line.split('\t').map(fields).filter(|c| !c.is_empty()).collect()).collect();
    let mut candidates = Vec::new();
    for (line, cells) in lines.iter().enumerate() {
        for (n, cell) in cells.iter().enumerate() {
            let mut after_title = false;
            for (i, field) in cell.iter().enumerate() {
                if can_be_employer(field, cell.get(i + 1)) {
                    let place = match (n, i) {
                        _ if after_title => NamePosition::Suffix,
                        (0, 0) => NamePosition::First,
                        _ => NamePosition::Rest,
                    };
                    candidates.push(EmployerCandidate { text: &field.text, line, place, after_at: field.after_at });
                }
                after_title |= is_title(&field.text);
            }
        }
    }
    let titled = |line: usize| lines[line].iter().flatten().any(|f| is_title(&f.text));
    let has_own_line = candidates.iter().any(|c| {
        c.place == NamePosition::First && !titled(c.line) && (0..lines.len()).any(|l| l != c.line && titled(l))
    });
    let without_employer = JobHeader { is_current, has_own_line, ..JobHeader::default() };
    // A name that is broken over two lines would be recognized only in part.
    let has_part = lines.iter().flatten().flatten().any(|f| is_part_of_name(&f.text));
    if has_part || is_name_broken(&lines, &candidates) {
        return without_employer;
    }
    let only_one = |is_one: &dyn Fn(&EmployerCandidate) -> bool| only_one(&candidates, is_one);
    let any = |is_one: &dyn Fn(&EmployerCandidate) -> bool| candidates.iter().any(is_one);
    let named = |c: &EmployerCandidate| names_employer(c.text);
    let is_self_employed =
        header.iter().map(|l| l.to_lowercase()).any(|l| SELF_EMPLOYMENT.iter().any(|w| contains_phrase(&l, w)));
    let found = if any(&|c| c.after_at) {
        only_one(&|c| c.after_at)
    } else if any(&|c| named(c) && c.place == NamePosition::First) {
        only_one(&|c| named(c) && c.place == NamePosition::First)
    } else if any(&named) {
        // Another name at the beginning of another line may be the employer, and this one its department.
        only_one(&named)
            .filter(|n| n.place == NamePosition::Rest || !any(&|c| c.place == NamePosition::First && c.line != n.line))
    } else if is_self_employed || !(0..lines.len()).any(titled) {
        None
    } else if any(&|c| c.place == NamePosition::First) {
        only_one(&|c| c.place == NamePosition::First)
            .filter(|n| !any(&|c| c.place == NamePosition::Suffix && c.line != n.line))
    } else {
        only_one(&|c| c.place == NamePosition::Suffix)
    };
    let Some(found) = found else { return without_employer };
    let is_suffix = found.place == NamePosition::Suffix && !found.after_at && !names_whole_employer(found.text);
    JobHeader { employer: Some(found.text.to_string()), is_suffix, ..without_employer }
}

/// Returns the candidate that satisfies a predicate; `None` if none or several different names do.
fn only_one<'a, 'b>(
    candidates: &'b [EmployerCandidate<'a>],
    is_one: &dyn Fn(&EmployerCandidate) -> bool,
) -> Option<&'b EmployerCandidate<'a>> {
    let mut found = candidates.iter().filter(|c| is_one(c));
    let first = found.next()?;
    found.all(|c| c.text == first.text).then_some(first)
}

/// Returns whether a line may begin with the second half of a name: "Treasurer, Elm Valley" above "Choral Society".
fn is_name_broken(lines: &[Vec<Vec<Field>>], candidates: &[EmployerCandidate]) -> bool {
    candidates.iter().filter(|c| c.place == NamePosition::First && c.line > 0).any(|c| {
        let last = lines[c.line - 1].first().and_then(|cell| cell.last());
        let is_open = |text: &str| {
            candidates.iter().any(|s| s.line + 1 == c.line && s.text == text && s.place == NamePosition::Suffix)
        };
        names_employer(c.text) && last.is_some_and(|l| is_open(&l.text) && !names_employer(&l.text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_employer_is_given_only_where_it_is_plain() {
        for (header, employer) in [
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
            // Grades, regions, departments and surroundings are not employers.
            (&["Tax Inspector (G7), Harbour Revenue\t2011 - 2014"], Some("Harbour Revenue")),
            (&["Nurse, Band 6", "2011 - 2014"], None),
            (&["Area Manager, Southern Region\t2011 - 2014"], None),
            (&["Area Manager, North West", "2011 - 2014"], None),
            (&["Operator - Bank enquiries", "2011 - 2014"], None),
            (&["Cook (Pastry), Radley Mills, 2011 - 2014"], Some("Radley Mills")),
            (&["Self-employed\t2011 - 2014", "Gardener, Leeds and villages"], None),
            (&["Self-employed\t2011 - 2014", "Gardener, Private Estates"], None),
            // Of two possible employers neither is taken, unless the one on a separate line contains an employer word.
            (&["ORLOP\t2011 - 2014", "Account Manager, Retail Services"], None),
            (&["Orlop Freight Ltd\t2011 - 2014", "Clerk, Retail Services"], Some("Orlop Freight Ltd")),
            (&["Baker, Bread Lines, Radley Mills, 2018 - 2019"], None),
            (&["Clerk, Nordic Peat AB\t2011 - 2014"], Some("Nordic Peat AB")),
            (&["Clerk, Nordic Peat AB\t2011 - 2014", "Radley Works, a plant of 40 people"], None),
            // Names that are broken over two lines, and full stops that do not belong to a name.
            (&["Treasurer, Elm Valley\t2019 -", "Choral Trust\t2023"], None),
            (&["Visiting oboe tutor, Elm Valley Academy. 2011 to 2015"], Some("Elm Valley Academy")),
            (&["Work experience at Elm Valley Forge, ten days in May 2019"], Some("Elm Valley Forge")),
        ] {
            assert_eq!(parse_job_header(header).employer.as_deref(), employer, "{header:?}");
        }
    }
}
