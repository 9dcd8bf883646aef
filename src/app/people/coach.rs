//! A coach's own file: what the parts of the score are worth to them, criteria that they mark by hand, and what they say
//! about answers and moments.
//!
//! ```toml
//! coach = "Maria Lima"
//!
//! [weights]                    # points that a part can win; the others keep aloud's
//! result = 20
//! voice = 0
//!
//! [[criterion]]                # marked by hand
//! id = "camera"
//! name = "Looks into the camera"
//! out_of = 10
//!
//! [[answer]]
//! file = "ana/conflict.wav"
//! words = "A clear story. Say what you learned."
//! marks = { camera = 7 }
//! comments = [{ at = "0:41", text = "This is the moment to name the number." }]
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::app::history::coaching::{Coaching, Comment, Criterion, Weight};
use crate::app::settings::toml_fault;
use crate::app::suggest::did_you_mean;
use crate::files::read_text;
use crate::plain::{moment, one_line};
use crate::score::PartName;

/// The most points that a part or a criterion can be worth.
const MOST_POINTS: f64 = 1000.0;

/// A coach's file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoachFile {
    coach: Option<String>,
    weights: BTreeMap<String, f64>,
    criterion: Vec<OwnCriterion>,
    answer: Vec<OnAnswer>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnCriterion {
    id: String,
    name: String,
    out_of: f64,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OnAnswer {
    file: PathBuf,
    words: Option<String>,
    marks: BTreeMap<String, f64>,
    comments: Vec<OnMoment>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnMoment {
    at: String,
    text: String,
}

/// Why a coach's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CoachFileError {
    /// There is no such file.
    #[error("there is no such file; docs/coaches.md shows what stands in it")]
    Missing,
    /// It cannot be read.
    #[error("it cannot be read ({0})")]
    Unreadable(#[from] std::io::Error),
    /// It is no TOML, or something in it is not right.
    #[error("{0}")]
    Invalid(String),
}

impl CoachFile {
    /// Reads a coach's file.
    ///
    /// # Errors
    /// When it cannot be read, or names a part, a criterion, points or a moment that cannot be.
    pub fn read(path: &Path) -> Result<Self, CoachFileError> {
        let text = read_text(path)?.ok_or(CoachFileError::Missing)?;
        Self::of(&text).map_err(CoachFileError::Invalid)
    }

    fn of(text: &str) -> Result<Self, String> {
        let file: Self = toml::from_str(text).map_err(|error| toml_fault(text, &error))?;
        let all = PartName::STORY.iter().chain(&PartName::DELIVERY);
        let parts: Vec<String> = all.map(name).collect();
        let may_be = |points: f64, most: f64| (0.0..=most).contains(&points);
        for (part, points) in &file.weights {
            if !parts.contains(part) {
                return Err(format!(
                    "'{part}' is no part of the score; {}the parts are: {}",
                    did_you_mean(part, &parts),
                    parts.join(", ")
                ));
            }
            if !may_be(*points, MOST_POINTS) {
                return Err(format!("{part} cannot be worth {points} points; give 0 to {MOST_POINTS}"));
            }
        }
        for criterion in &file.criterion {
            if !may_be(criterion.out_of, MOST_POINTS) || criterion.out_of == 0.0 {
                return Err(format!("out_of of '{}' should be from 1 to {MOST_POINTS}", criterion.id));
            }
        }
        for answer in &file.answer {
            let shown = answer.file.display();
            if answer.file.as_os_str().is_empty() {
                return Err("an [[answer]] has no file; write for example: file = \"ana/conflict.wav\"".to_string());
            }
            for (id, points) in &answer.marks {
                let Some(criterion) = file.criterion.iter().find(|c| c.id == *id) else {
                    let ids: Vec<&str> = file.criterion.iter().map(|c| c.id.as_str()).collect();
                    return Err(format!(
                        "{shown}: '{id}' is no [[criterion]] of this file; {}write one with id, name and out_of",
                        did_you_mean(id, &ids)
                    ));
                };
                if !may_be(*points, criterion.out_of) {
                    return Err(format!("{shown}: {id} cannot be {points}; give 0 to {}", criterion.out_of));
                }
            }
            for comment in &answer.comments {
                moment(&comment.at).map_err(|wrong| format!("{shown}: '{}': {wrong}", comment.at))?;
            }
        }
        Ok(file)
    }

    /// Returns what the coach adds to each of these answers, and what is said about files that are not there, or that may
    /// be several.
    pub fn on(&self, files: &[PathBuf]) -> (Vec<Coaching>, Vec<String>) {
        let mut doubts = Vec::new();
        let mut of_each = vec![self.about(None); files.len()];
        for answer in &self.answer {
            let named: Vec<usize> = (0..files.len()).filter(|i| files[*i].ends_with(&answer.file)).collect();
            let shown = one_line(&answer.file.display().to_string());
            match named.as_slice() {
                [only] => of_each[*only] = self.about(Some(answer)),
                [] => doubts.push(format!("The coach's file says something about {shown}, which is not among these files.")),
                several => doubts.push(format!(
                    "The coach's file says something about {shown}, which may be any of {} files; write whose it is (ana/conflict.wav).",
                    several.len()
                )),
            }
        }
        (of_each, doubts)
    }

    fn about(&self, answer: Option<&OnAnswer>) -> Coaching {
        let part =
            |name: &String| serde_json::from_value(name.as_str().into()).unwrap_or(PartName::Unknown(name.clone()));
        let criterion = |own: &OwnCriterion| Criterion {
            name: own.name.clone(),
            points: answer.and_then(|a| a.marks.get(&own.id)).copied(),
            out_of: own.out_of,
        };
        let comment = |own: &OnMoment| Some(Comment { at_s: moment(&own.at).ok()?, text: own.text.trim().to_string() });
        let mut comments: Vec<Comment> = answer.iter().flat_map(|a| &a.comments).filter_map(comment).collect();
        comments.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        Coaching {
            coach: self.coach.clone(),
            weights: self.weights.iter().map(|(name, points)| Weight { part: part(name), points: *points }).collect(),
            criteria: self.criterion.iter().map(criterion).collect(),
            words: answer.and_then(|a| a.words.as_deref()).map(|words| words.trim().to_string()),
            comments,
        }
    }
}

/// Returns the name of a part in JSON.
fn name(part: &PartName) -> String {
    serde_json::to_value(part).ok().and_then(|name| Some(name.as_str()?.to_string())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
coach = "Maria Lima"
[weights]
result = 20
[[criterion]]
id = "camera"
name = "Looks into the camera"
out_of = 10
[[answer]]
file = "ana/conflict.wav"
words = "A clear story."
marks = { camera = 7 }
comments = [{ at = "1:05", text = "Here." }, { at = "0:41", text = "There." }]
[[answer]]
file = "ana/gone.wav"
"#;

    #[test]
    fn what_a_coach_says_is_about_the_answer_that_it_names() {
        let file = CoachFile::of(FILE).unwrap();
        let files = ["evening/ana/conflict.wav", "evening/ben/conflict.wav"].map(PathBuf::from);
        let (of_each, doubts) = file.on(&files);
        assert_eq!(of_each[0].words.as_deref(), Some("A clear story."));
        assert_eq!(of_each[0].comments.iter().map(|c| c.at_s).collect::<Vec<_>>(), [41.0, 65.0]);
        assert_eq!(of_each[0].criteria[0].points, Some(7.0));
        assert_eq!((of_each[1].words.as_ref(), of_each[1].criteria[0].points), (None, None));
        assert_eq!(of_each[1].weights, [Weight { part: PartName::Result, points: 20.0 }]);
        assert!(matches!(doubts.as_slice(), [gone] if gone.contains("ana/gone.wav")), "{doubts:?}");

        // What may be about either is on nobody's page.
        let vague = CoachFile::of(&FILE.replace("ana/conflict.wav", "conflict.wav")).unwrap();
        let (of_each, doubts) = vague.on(&files);
        assert!(of_each.iter().all(|c| c.words.is_none()) && doubts[0].contains("any of 2 files"), "{doubts:?}");
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_to_write() {
        for (from, to, said) in [
            ("result = 20", "resutl = 20", "did you mean 'result'?"),
            ("result = 20", "result = -1", "cannot be worth -1"),
            ("camera = 7", "camera = 11", "give 0 to 10"),
            ("camera = 7", "voice = 7", "no [[criterion]]"),
            ("0:41", "soon", "MINUTES:SECONDS"),
            ("out_of = 10", "out_of = 0", "out_of of 'camera'"),
            ("words = ", "word = ", "line 11"),
            ("file = \"ana/gone.wav\"", "", "has no file"),
        ] {
            let wrong = CoachFile::of(&FILE.replacen(from, to, 1)).unwrap_err();
            assert!(wrong.contains(said), "{wrong}");
        }
    }
}
