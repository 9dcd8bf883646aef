//! A coach's list: a CSV file with a line for each recording, `file,person,question`.
//!
//! The first line may name the columns, in any order; `question` may be missing or empty. Commas, semicolons and tabs
//! separate cells, as spreadsheets write them. A file is looked for in the folder of the list.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::{LeftOut, Names, People, PersonsAnswer};
use crate::app::batch::inputs::Input;
use crate::files::read_text;
use crate::plain::one_line;
use crate::question::Question;

/// The columns, in the order of a list that does not name them.
const COLUMNS: [&str; 3] = ["file", "person", "question"];

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// There is no such file.
    #[error("there is no such list; give a CSV file with the columns file, person, question")]
    Missing,
    /// It cannot be read, or is not text.
    #[error("the list cannot be read ({0}); save it as CSV in UTF-8")]
    Unreadable(io::Error),
    /// It has no answers.
    #[error("the list is empty; write a line for each recording: file,person,question")]
    Empty,
    /// The first line names columns, but not the necessary ones.
    #[error("the list has no column '{0}'; its columns are file, person, question")]
    NoColumn(&'static str),
}

/// Reads a list. `question` resolves the name or the text of a question, or says what is wrong with it; `people` are
/// those of whom answers are kept.
///
/// # Errors
/// When the list cannot be read or has no answers. A wrong line is left out.
pub fn read(
    path: &Path,
    question: &dyn Fn(&str) -> Result<Question, String>,
    people: &[String],
) -> Result<People, ListError> {
    let text = read_text(path).map_err(ListError::Unreadable)?.ok_or(ListError::Missing)?;
    of(&text, path.parent().unwrap_or(Path::new("")), question, people)
}

fn of(
    text: &str,
    folder: &Path,
    question: &dyn Fn(&str) -> Result<Question, String>,
    people: &[String],
) -> Result<People, ListError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter(text.lines().next().unwrap_or("")))
        .from_reader(text.as_bytes());
    let mut found = People::default();
    let mut names = Names::of(people);
    let mut columns = None;
    for record in reader.records() {
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let columns = match &columns {
            Some(columns) => columns,
            None => {
                let named = named_columns(&record)?;
                let is_heading = named.is_some();
                let columns = columns.insert(named.unwrap_or([Some(0), Some(1), Some(2)]));
                if is_heading {
                    continue;
                }
                columns
            }
        };
        let cell = |column: usize| columns[column].and_then(|at| record.get(at)).unwrap_or("");
        let (file, person) = (cell(0), one_line(cell(1)));
        let mut wrong = |why: String| found.left_out.push(LeftOut { name: format!("line {line} of the list"), why });
        if file.is_empty() || person.is_empty() {
            wrong(format!("it has no {}; write file,person,question", COLUMNS[usize::from(!file.is_empty())]));
            continue;
        }
        let question = match Some(cell(2)).filter(|q| !q.is_empty()).map(question).transpose() {
            Ok(question) => question,
            Err(why) => {
                wrong(why);
                continue;
            }
        };
        let input = Input { path: folder.join(file), name: file.into() };
        found.answers.push(PersonsAnswer { input, person: names.known_as(&person), question });
    }
    if found.answers.is_empty() && found.left_out.is_empty() {
        return Err(ListError::Empty);
    }
    found.doubts = names.alike();
    Ok(found)
}

/// Returns the place of each column if this line names them.
fn named_columns(record: &csv::StringRecord) -> Result<Option<[Option<usize>; 3]>, ListError> {
    let places: BTreeMap<String, usize> =
        record.iter().enumerate().map(|(place, name)| (name.to_lowercase(), place)).collect();
    let columns = COLUMNS.map(|column| places.get(column).copied());
    if columns.iter().all(Option::is_none) {
        return Ok(None);
    }
    match COLUMNS.iter().zip(columns).take(2).find(|(_, place)| place.is_none()) {
        Some((missing, _)) => Err(ListError::NoColumn(missing)),
        None => Ok(Some(columns)),
    }
}

/// Returns what separates the cells of a line: the most frequent separator.
fn delimiter(line: &str) -> u8 {
    let count = |separator: &u8| line.bytes().filter(|byte| byte == separator).count();
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<People, ListError> {
        let question = |name: &str| match name {
            "conflict" => {
                Ok(Question { id: Some(name.into()), text: "A conflict?".into(), kind: None, target_s: None })
            }
            _ => Err(format!("no question '{name}'")),
        };
        of(text, Path::new("lists"), &question, &["Ana".to_string()])
    }

    fn told(people: &People) -> Vec<(String, &str, Option<&str>)> {
        let path = |a: &PersonsAnswer| a.input.path.display().to_string();
        people
            .answers
            .iter()
            .map(|a| (path(a), a.person.as_str(), a.question.as_ref().and_then(|q| q.id.as_deref())))
            .collect()
    }

    #[test]
    fn what_a_spreadsheet_writes_is_read() {
        let expected = [
            ("lists/a b.wav".to_string(), "Ana", Some("conflict")),
            ("lists/c.wav".to_string(), "L\u{f3}pez, B", None),
        ];
        for text in [
            "a b.wav,ana,conflict\nc.wav,\"L\u{f3}pez, B\",\n",
            "\u{feff}file;person;question\r\na b.wav;Ana;conflict\r\n;;\r\nc.wav;L\u{f3}pez, B\r\n",
            "Question\tPerson\tFile\nconflict\tana\ta b.wav\n\tL\u{f3}pez, B\tc.wav\n",
        ] {
            let people = list(text).unwrap();
            assert_eq!(told(&people), expected, "{text}");
            assert!(people.left_out.is_empty());
        }
    }

    #[test]
    fn a_wrong_line_is_left_out_and_a_list_of_nothing_refused() {
        let people = list("a.wav,Ana,conflict\nb.wav,,conflict\nc.wav,Ben,confict\n").unwrap();
        assert_eq!(people.answers.len(), 1);
        let left_out: Vec<&str> = people.left_out.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(left_out, ["line 2 of the list", "line 3 of the list"]);
        assert!(people.left_out[0].why.contains("no person") && people.left_out[1].why.contains("confict"));
        assert!(matches!(list("\n"), Err(ListError::Empty)));
        assert!(matches!(list("file,question\na.wav,conflict\n"), Err(ListError::NoColumn("person"))));
    }
}
