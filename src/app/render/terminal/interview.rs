//! A recorded interview for a terminal: each question, with a short summary of the answer.

use super::lines::Lines;
use crate::app::render::shown::{about_whom, answered, file_name, headline, mark};
use crate::interview::Interview;
use crate::plain::{clock, counted, one_line};

/// Renders an interview for a terminal that is `columns` wide. `numbers` are the answers' numbers in the history.
pub fn render(interview: &Interview, numbers: &[Option<i64>], columns: usize) -> String {
    let mut page = Lines::new(columns);
    let length = interview.recording.duration_s.map_or(String::new(), |s| format!(", {}", clock(s)));
    page.paragraph("", &format!("{}{length}", one_line(&file_name(&interview.whole))));
    if let Some(whom) = about_whom(&interview.speakers) {
        page.paragraph("", &whom);
    }
    page.line("");
    page.paragraph("", &format!("{}:", counted(interview.answers.len(), "answer")));
    for (i, (answer, number)) in interview.answers.iter().zip(numbers).enumerate() {
        let asked = answer.question.as_ref().map_or("Before the first question", |question| &question.text);
        page.line("");
        page.paragraph(&format!("{}. {:>5}  ", i + 1, clock(answer.start_s)), &one_line(asked));
        let score = match (answer.report.as_ref().and_then(headline), &answer.report) {
            (Some((what, points, out_of)), _) => format!("{what} {points} of {out_of}, "),
            (None, Some(_)) => "No score, ".to_string(),
            (None, None) => "Too little was said to judge it, ".to_string(),
        };
        page.paragraph("   ", &format!("{score}{}.", answered(answer)));
        for priority in answer.report.iter().flat_map(|report| &report.score.priorities).take(1) {
            page.paragraph("   ", &one_line(&format!("{}. {}", priority.title, priority.advice)));
        }
        let marks: Vec<String> = answer.marks.iter().map(mark).collect();
        if !marks.is_empty() {
            page.paragraph("   ", &format!("In between: {}.", marks.join("; ")));
        }
        if let Some(number) = number {
            page.paragraph("   ", &format!("The whole report: aloud history show {number}"));
        }
    }
    if !interview.warnings.is_empty() {
        page.line("");
        page.line("About the recording");
    }
    for warning in &interview.warnings {
        page.paragraph("- ", &format!("{} {}", one_line(&warning.message), one_line(&warning.remedy)));
    }
    page.into_text()
}
