//! What `aloud` alone says, for a terminal: where the user stands, and what comes next. At most twelve lines, so that it
//! never fills a screen.

use jiff::civil::Date;

use super::lines::Lines;
use crate::app::history::progress::LAST_DAYS;
use crate::plain::{one_line, small};

/// The length of a question shown, in letters.
const SHOWN_LETTERS: usize = 60;

/// Where the user stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The last answer; `None` if none is kept.
    pub last: Option<LastAnswer>,
    /// Whether a practice session was left open.
    pub is_session_open: bool,
    /// Whether answers of other speakers are kept.
    pub are_others: bool,
}

/// The last answer, in short.
#[derive(Debug, Clone, PartialEq)]
pub struct LastAnswer {
    /// The question as it was asked, or the name of the file.
    pub what: String,
    /// The day it was given.
    pub day: Date,
    /// The score; `None` if it was not judged.
    pub score: Option<f64>,
    /// The one thing to do.
    pub advice: Option<String>,
    /// The days of practice in the last four weeks.
    pub days: usize,
    /// The command that records the answer again.
    pub again: String,
}

/// Renders the standing as of `today`, for a terminal of `columns`.
pub fn render(standing: &Standing, today: Date, columns: usize) -> String {
    let mut page = Lines::new(columns);
    let mut next: Vec<(&str, &str)> = Vec::new();
    match &standing.last {
        Some(last) => {
            page.paragraph("", &format!("Your last answer, {}: {}", when(last.day, today), shortened(&last.what)));
            let score = last.score.map_or("It has no score.".to_string(), |score| format!("Score {score:.0} of 100."));
            let advice =
                last.advice.as_ref().map(|advice| format!(" The one thing to do: {}.", small(&one_line(advice))));
            page.paragraph("", &(score + &advice.unwrap_or_default()));
            if last.days > 0 {
                page.paragraph("", &format!("You practised on {} of the last {LAST_DAYS} days.", last.days));
            }
            next.push(("Again", &last.again));
        }
        None => {
            page.paragraph("", "You answer an interview question aloud; aloud says what to do better next time.");
            page.paragraph("", "Everything stays on this computer.");
            next.push(("Begin", "aloud record --question about-yourself"));
        }
    }
    next.push(match standing.is_session_open {
        true => ("Resume", "aloud practice --go-on"),
        false => ("Next", "aloud practice"),
    });
    match &standing.last {
        Some(_) => next.extend([("Report", "aloud history show last"), ("Progress", "aloud progress")]),
        None => next.extend([("A file", "aloud analyze FILE"), ("Check", "aloud doctor")]),
    }
    if standing.are_others {
        next.push(("Others", "aloud progress --speakers"));
    }
    next.push(("Help", "aloud help"));
    page.line("");
    let widest = next.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    next.iter().for_each(|(name, command)| page.entry(name, widest, command));
    page.into_text()
}

fn when(day: Date, today: Date) -> String {
    if day >= today {
        "today".to_string()
    } else if day.tomorrow().is_ok_and(|next| next == today) {
        "yesterday".to_string()
    } else {
        day.to_string()
    }
}

/// Shortens a question to what fits on a line or two.
fn shortened(text: &str) -> String {
    let text = one_line(text);
    if text.chars().count() <= SHOWN_LETTERS {
        return text;
    }
    let cut: String = text.chars().take(SHOWN_LETTERS).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{} ...", whole.trim_end_matches([',', '.', ';']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::render::terminal::lines::width;

    fn standing() -> Standing {
        let last = LastAnswer {
            what: "Tell me about a time you and a colleague disagreed. How did the two of you settle it?".into(),
            day: "2026-11-24".parse().unwrap(),
            score: Some(63.2),
            advice: Some("Give it an ending".into()),
            days: 5,
            again: "aloud record --question conflict".into(),
        };
        Standing { last: Some(last), is_session_open: false, are_others: false }
    }

    #[test]
    fn it_says_where_one_stands_and_what_comes_next_in_twelve_lines() {
        let today = "2026-11-25".parse().unwrap();
        let new = Standing { last: None, is_session_open: false, are_others: false };
        let unscored =
            LastAnswer { score: None, advice: None, days: 0, what: "\u{1b}[2J.wav".into(), ..standing().last.unwrap() };
        let coach = Standing { last: Some(unscored), is_session_open: true, are_others: true };
        let mut seen = String::new();
        for columns in [80, 44] {
            for standing in [standing(), new.clone(), coach.clone()] {
                let text = render(&standing, today, columns);
                assert!(text.lines().count() <= 12, "{text}");
                assert!(text.lines().all(|line| width(line) <= columns), "{text}");
                seen.push_str(&format!("--- {columns}\n{text}"));
            }
        }
        insta::assert_snapshot!("start", seen);
    }
}
