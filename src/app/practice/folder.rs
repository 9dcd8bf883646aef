//! Answers from a folder of recordings instead of a microphone. A file named after a question answers that question
//! (`conflict.wav`); `conflict-again.wav` is the second try and `conflict-follow-up.wav` the answer to the follow-up.
//! Any other file answers the current question.

use std::path::{Path, PathBuf};

use super::flow::Asking;
use super::session::Session;

/// The file name suffix of a second try.
const AGAIN: &str = "-again";
/// The file name suffix of an answer to a follow-up.
const FOLLOW_UP: &str = "-follow-up";

/// The contents of the folder, and the questions that a file can be named after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// The recordings, sorted by name.
    pub files: Vec<PathBuf>,
    /// The ids of all known questions.
    pub question_ids: Vec<String>,
}

impl Folder {
    /// Returns the questions that files are named after.
    pub fn named_questions(&self) -> Vec<String> {
        self.files.iter().map(|file| stem(file)).filter(|stem| self.question_ids.contains(stem)).collect()
    }

    /// Returns the number of files that are first answers to a question.
    pub fn first_tries(&self) -> usize {
        self.files.iter().filter(|file| !is_second(file)).count()
    }

    /// Returns the unused recording that answers a question of the session, if there is one.
    pub fn answer_to(&self, asking: &Asking, session: &Session) -> Option<&Path> {
        let mut unused = self.files.iter().filter(|file| !session.used.contains(file)).map(PathBuf::as_path);
        if asking.is_follow_up || asking.is_again {
            let first = session.tries_here().find(|t| !t.is_follow_up).map(|t| stem(&t.path)).unwrap_or_default();
            let ending = if asking.is_follow_up { FOLLOW_UP } else { AGAIN };
            let wanted = format!("{}{ending}", first.trim_end_matches(AGAIN));
            return unused.find(|file| stem(file) == wanted);
        }
        let named = unused.clone().find(|file| Some(stem(file)) == asking.question.id);
        named.or_else(|| unused.find(|file| !is_second(file) && !self.question_ids.contains(&stem(file))))
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns whether a file is a second try or the answer to a follow-up.
fn is_second(path: &Path) -> bool {
    let stem = stem(path);
    stem.ends_with(AGAIN) || stem.ends_with(FOLLOW_UP)
}
