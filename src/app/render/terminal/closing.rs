//! The closing page of a practice session for a terminal.

use super::lines::Lines;
use crate::app::practice::closing::Closing;
use crate::plain::{clock, counted, one_line};

/// Renders the page for a terminal that is `columns` wide.
pub fn render(closing: &Closing, columns: usize) -> String {
    let mut page = Lines::new(columns);
    let mut paragraph = |first: &str, words: &str| page.paragraph(first, &one_line(words));
    paragraph("", &format!("Your session: {} of {}", closing.answered, counted(closing.asked, "question")));
    if let Some(best) = &closing.best {
        paragraph("", "");
        paragraph("", "Your best answer");
        let number = best.attempt.map_or(String::new(), |id| format!(" To see it: aloud history show {id}"));
        paragraph("  ", &format!("{} (score {:.0} of 100).{number}", best.question, best.score));
    }
    if let Some((title, advice)) = &closing.habit {
        paragraph("", "");
        paragraph("", "One thing to work on");
        paragraph("  ", &format!("{title}. {advice}"));
    }
    if !closing.tomorrow.is_empty() {
        paragraph("", "");
        paragraph("", "To practise tomorrow");
        closing.tomorrow.iter().for_each(|q| paragraph("  - ", q));
    }
    if !closing.requirements.is_empty() {
        let given = closing.requirements.iter().filter(|r| r.evidence.is_some()).count();
        paragraph("", "");
        paragraph("", &format!("What the job asks for: evidence for {given} of {}", closing.requirements.len()));
        for shown in &closing.requirements {
            match &shown.evidence {
                Some((quote, attempt)) => {
                    paragraph("  + ", &shown.requirement);
                    let at = quote.start_s.map_or(String::new(), |s| format!(" at {}", clock(s)));
                    let answer = attempt.map_or("you said".to_string(), |id| format!("answer {id}"));
                    paragraph("      ", &format!("{answer}{at}: \"{}\"", quote.text));
                }
                None => paragraph("  - ", &format!("{} (no evidence yet)", shown.requirement)),
            }
        }
    }
    if let Some((told, all)) = closing.told {
        paragraph("", "");
        paragraph("", &format!("Of your resume, {told} of {} told aloud so far.", counted(all, "claim")));
    }
    page.into_text()
}
