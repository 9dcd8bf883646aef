//! A practice session as a state machine: an [`Event`] goes in, the next [`Step`] comes out.
//!
//! The state machine touches no microphone, file, store or terminal. The command carries out the steps and reports the
//! outcome of each. The state is the [`Session`]: because it is saved whenever an event has changed it, the session can
//! resume after any interruption, even a kill.

use std::path::PathBuf;

use super::coverage::{Found, Quote};
use super::folder::Folder;
use super::follow_up;
use super::plan::{Item, key};
use super::session::{Session, Waiting};
use crate::question::{Question, QuestionKind};
use crate::report::Report;

/// The target length of an answer to a follow-up, in seconds (ours: shorter than a story).
const FOLLOW_UP_S: [f64; 2] = [20.0, 60.0];

/// How much of a session is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Everything, so that the session can be resumed.
    Everything,
    /// Everything but the claims of the resume and the questions and answers about them.
    NoClaims,
    /// Nothing.
    Nothing,
}

/// A question to ask the user.
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// The question itself.
    pub question: Question,
    /// Whether the question is a follow-up.
    pub is_follow_up: bool,
    /// Whether this is another try at a question that has been answered before.
    pub is_again: bool,
}

impl Asking {
    /// Returns the answer to this question, as a recording still to be analyzed.
    pub fn answered_in(self, path: PathBuf) -> Waiting {
        Waiting { path, question: self.question, is_follow_up: self.is_follow_up, asked: None }
    }
}

/// The analysis of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Analyzed {
    /// The report on the answer.
    pub report: Report,
    /// The number of the answer in the history; `None` if it is not kept.
    pub attempt: Option<i64>,
    /// The claims that the answer told, by their indices in the session.
    pub told: Found,
    /// The requirements that the answer gave evidence for, by their indices in the session.
    pub shown: Found,
}

/// An event: what has just happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The session begins or is resumed.
    Begun,
    /// An earlier take without a report is used as the answer.
    Recovered(Waiting),
    /// There is no earlier take without a report, or the user does not want it.
    NothingToRecover,
    /// An answer was recorded.
    Taken(Waiting),
    /// An answer was recorded, and then the user left.
    TakenAndLeft(Waiting),
    /// The folder has no recording that answers the question.
    NoRecording,
    /// The answer was analyzed.
    Analyzed(Box<Analyzed>),
    /// The answer cannot be analyzed.
    Unreadable,
    /// The report was shown.
    Presented,
    /// The user typed what to do next.
    Typed(String),
    /// The contents of the folder were listed.
    Listed(Folder),
    /// The user left.
    Left,
}

/// A step: what to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Look for an earlier take of this question or its follow-up that has no report; [`Flow::question_of_take`] tells
    /// whether a take is of this question. Followed by [`Event::Recovered`] or [`Event::NothingToRecover`].
    Recover,
    /// Ask the question and record the answer. Followed by [`Event::Taken`], [`Event::TakenAndLeft`],
    /// [`Event::NoRecording`] or [`Event::Left`].
    Ask(Asking),
    /// Analyze the answer. Followed by [`Event::Analyzed`], [`Event::Unreadable`] or [`Event::Left`].
    Analyze {
        /// The answer.
        answer: Waiting,
        /// Whether the answer was recorded before this run.
        is_left_over: bool,
    },
    /// Save the answer together with the session, and show the report. Followed by [`Event::Presented`].
    Present {
        /// The answer.
        answer: Waiting,
        /// The analysis of the answer.
        analyzed: Box<Analyzed>,
        /// The number in the history of the first answer to the same question.
        first_try: Option<i64>,
    },
    /// Let the user choose what comes next. Followed by [`Event::Typed`] or [`Event::Left`].
    Choose {
        /// The follow-up that can be answered next.
        follow_up: Option<String>,
        /// Whether this is the last question.
        is_last: bool,
    },
    /// List the contents of the folder. Followed by [`Event::Listed`].
    List,
    /// Show the closing page: all questions were asked.
    Close,
    /// Leave the session as it is.
    Stop,
}

/// A session in progress.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    session: Session,
    keep: Keep,
    /// Whether a user is there to choose what comes next.
    is_interactive: bool,
    /// Whether each claim has been told in this run.
    told: Vec<bool>,
    /// The best evidence for each requirement in this run, and the number of the answer that it comes from.
    shown: Vec<Option<(Quote, Option<i64>)>>,
}

impl Flow {
    /// Creates the state machine for a session that begins or is resumed.
    pub fn new(session: Session, keep: Keep, is_interactive: bool) -> Self {
        let (told, shown) = (vec![false; session.claims.len()], vec![None; session.requirements.len()]);
        Self { session, keep, is_interactive, told, shown }
    }

    /// Returns the session as it stands.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Returns the number of claims told in this run.
    pub fn told_claims(&self) -> usize {
        self.told.iter().filter(|told| **told).count()
    }

    /// Returns the best evidence for each requirement in this run, and the number of the answer that it comes from.
    pub fn evidence(&self) -> &[Option<(Quote, Option<i64>)>] {
        &self.shown
    }

    /// Returns whether the answer to the current question is kept.
    pub fn keeps_answer(&self) -> bool {
        match self.keep {
            Keep::Everything => true,
            Keep::NoClaims => self.session.item().is_some_and(|item| !item.is_of_resume),
            Keep::Nothing => false,
        }
    }

    /// Returns the question that a take with this [key] answers: the current question or its open follow-up.
    pub fn question_of_take(&self, about: Option<&str>) -> Option<Asking> {
        let item = self.session.item()?;
        let follow_up = self.session.open_follow_up().map(|_| self.asking(item, true));
        [Some(self.asking(item, false)), follow_up].into_iter().flatten().find(|a| about == Some(key(&a.question)))
    }

    /// Processes an event and returns the next step.
    pub fn next(&mut self, event: Event) -> Step {
        match event {
            Event::Begun if self.keep == Keep::Everything && self.session.waiting.is_none() => {
                if self.session.item().is_some() { Step::Recover } else { Step::Close }
            }
            Event::Begun | Event::NothingToRecover => self.turn(),
            Event::Recovered(answer) => {
                self.session.waiting = Some(answer);
                self.turn()
            }
            Event::Taken(answer) => {
                if self.session.from.is_some() {
                    self.session.used.push(answer.path.clone());
                }
                self.session.waiting = Some(answer.clone());
                Step::Analyze { answer, is_left_over: false }
            }
            Event::TakenAndLeft(answer) => {
                self.session.waiting = Some(answer);
                Step::Stop
            }
            Event::NoRecording if self.session.tries_here().next().is_some() => self.choose(),
            Event::NoRecording => self.go_on(),
            Event::Analyzed(analyzed) => self.present(analyzed),
            Event::Unreadable => {
                self.session.waiting = None;
                if self.is_interactive { self.choose() } else { self.go_on() }
            }
            Event::Presented => self.choose(),
            Event::Typed(line) => self.chosen(&line),
            Event::Listed(folder) => self.at_hand(&folder),
            Event::Left => Step::Stop,
        }
    }

    /// Begins or resumes a turn.
    fn turn(&mut self) -> Step {
        let Some(item) = self.session.item() else { return Step::Close };
        if let Some(answer) = self.session.waiting.clone() {
            return Step::Analyze { answer, is_left_over: true };
        }
        if self.session.tries_here().next().is_some() {
            return self.choose();
        }
        Step::Ask(self.asking(item, false))
    }

    fn go_on(&mut self) -> Step {
        self.session.at += 1;
        self.turn()
    }

    fn asking(&self, item: &Item, is_follow_up: bool) -> Asking {
        let follow_up = self.session.open_follow_up().filter(|_| is_follow_up);
        Asking {
            question: follow_up.map_or_else(|| item.question.clone(), follow_up_question),
            is_follow_up,
            is_again: !is_follow_up && self.session.tries_here().next().is_some(),
        }
    }

    fn ask(&self, is_follow_up: bool) -> Step {
        self.session.item().map_or(Step::Close, |item| Step::Ask(self.asking(item, is_follow_up)))
    }

    fn present(&mut self, analyzed: Box<Analyzed>) -> Step {
        let (Some(answer), Some(item)) = (self.session.waiting.take(), self.session.item()) else { return self.turn() };
        let report = &analyzed.report;
        let follow_ups = follow_up::follow_ups(report, &item.follow_ups);
        let follow_ups = if answer.is_follow_up { Vec::new() } else { follow_ups };
        let first_try = self.session.tries_here().find(|t| !t.is_follow_up).and_then(|t| t.attempt);
        let first_try = first_try.filter(|_| !answer.is_follow_up);
        self.session.add(answer.clone(), report, analyzed.attempt, follow_ups);
        for (place, _) in &analyzed.told {
            self.told.get_mut(*place).into_iter().for_each(|told| *told = true);
        }
        for (place, quote) in &analyzed.shown {
            let Some(best) = self.shown.get_mut(*place) else { continue };
            if best.as_ref().is_none_or(|(known, _)| known.nearness < quote.nearness) {
                *best = Some((quote.clone(), analyzed.attempt));
            }
        }
        Step::Present { answer, analyzed, first_try }
    }

    /// Returns the step after an answer: the user chooses, the contents of the folder decide, or the next question
    /// follows.
    fn choose(&mut self) -> Step {
        if self.is_interactive {
            let follow_up = self.session.open_follow_up().map(str::to_string);
            Step::Choose { follow_up, is_last: self.session.at + 1 == self.session.items.len() }
        } else if self.session.from.is_some() {
            Step::List
        } else {
            self.go_on()
        }
    }

    fn chosen(&mut self, line: &str) -> Step {
        match line.trim().to_lowercase().as_str() {
            "" | "n" | "next" => self.go_on(),
            "f" | "follow-up" if self.session.open_follow_up().is_some() => self.ask(true),
            "a" | "again" => self.ask(false),
            "s" | "stop" | "q" | "quit" => Step::Stop,
            _ => self.choose(),
        }
    }

    /// Chooses the next recording from the folder: a second try comes before the answer to the follow-up.
    fn at_hand(&mut self, folder: &Folder) -> Step {
        let Some(item) = self.session.item() else { return Step::Close };
        let has = |is_follow_up| folder.answer_to(&self.asking(item, is_follow_up), &self.session).is_some();
        if has(false) {
            self.ask(false)
        } else if self.session.open_follow_up().is_some() && has(true) {
            self.ask(true)
        } else {
            self.go_on()
        }
    }
}

fn follow_up_question(text: &str) -> Question {
    Question { id: None, text: text.to_string(), kind: Some(QuestionKind::PastStory), target_s: Some(FOLLOW_UP_S) }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::app::practice::session::OwnTerms;

    /// Returns a session with these questions, each with one follow-up.
    fn session(ids: &[&str]) -> Session {
        let item = |id: &&str| Item {
            question: Question {
                id: Some(id.to_string()),
                text: format!("Tell me of {id}."),
                kind: None,
                target_s: None,
            },
            why: String::new(),
            needs: Vec::new(),
            follow_ups: vec!["What came of it?".into()],
            is_of_resume: *id == "claim",
        };
        Session {
            begun_at: Timestamp::UNIX_EPOCH,
            format: "phone".into(),
            own_terms: OwnTerms::default(),
            items: ids.iter().map(item).collect(),
            at: 0,
            tries: Vec::new(),
            waiting: None,
            from: None,
            used: Vec::new(),
            claims: Vec::new(),
            job: None,
            requirements: Vec::new(),
        }
    }

    fn folder(files: &[&str]) -> Folder {
        let question_ids = ["conflict", "mistake"].map(String::from).to_vec();
        Folder { files: files.iter().map(PathBuf::from).collect(), question_ids }
    }

    /// Returns a report on an answer that tells no result, and so calls for the follow-up.
    fn without_a_result() -> Report {
        let mut report: Report = serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap();
        report.question = None;
        report.score.priorities.clear();
        let result = report.score.parts.iter_mut().find(|p| p.name == crate::score::PartName::Result).unwrap();
        result.points = 0.0;
        report
    }

    fn analyzed(attempt: i64) -> Event {
        let (told, shown) = (Vec::new(), Vec::new());
        Event::Analyzed(Box::new(Analyzed { report: without_a_result(), attempt: Some(attempt), told, shown }))
    }

    fn asking(step: Step) -> Asking {
        let Step::Ask(asking) = step else { panic!("{step:?}") };
        asking
    }

    /// Answers the question of a step, and returns the step after the report.
    fn answer(flow: &mut Flow, step: Step, file: &str, attempt: i64) -> Step {
        let taken = flow.next(Event::Taken(asking(step).answered_in(file.into())));
        assert!(matches!(taken, Step::Analyze { is_left_over: false, .. }), "{taken:?}");
        let presented = flow.next(analyzed(attempt));
        assert!(matches!(presented, Step::Present { .. }), "{presented:?}");
        flow.next(Event::Presented)
    }

    #[test]
    fn somebody_chooses_and_what_is_unclear_is_asked_again() {
        let mut flow = Flow::new(session(&["conflict", "mistake"]), Keep::Nothing, true);
        let first = flow.next(Event::Begun);
        let choose = answer(&mut flow, first, "a.wav", 1);
        assert_eq!(choose, Step::Choose { follow_up: Some("What came of it?".into()), is_last: false });
        assert_eq!(flow.next(Event::Typed("what?".into())), choose);

        let follow_up = flow.next(Event::Typed(" F ".into()));
        let Step::Ask(asked) = &follow_up else { panic!("{follow_up:?}") };
        assert!(asked.is_follow_up && asked.question.text == "What came of it?");
        let choose = answer(&mut flow, follow_up, "b.wav", 2);
        assert_eq!(choose, Step::Choose { follow_up: None, is_last: false });
        // A follow-up is asked only once.
        assert_eq!(flow.next(Event::Typed("f".into())), choose);

        let again = asking(flow.next(Event::Typed("again".into())));
        assert!(again.is_again && !again.is_follow_up && again.question.id.as_deref() == Some("conflict"));
        flow.next(Event::Taken(again.answered_in("c.wav".into())));
        let Step::Present { first_try, .. } = flow.next(analyzed(3)) else { panic!() };
        assert_eq!(first_try, Some(1));
        flow.next(Event::Presented);

        let last = flow.next(Event::Typed(String::new()));
        assert_eq!(
            answer(&mut flow, last, "d.wav", 4),
            Step::Choose { follow_up: Some("What came of it?".into()), is_last: true }
        );
        assert_eq!(flow.next(Event::Typed("n".into())), Step::Close);
        assert_eq!((flow.session().at, flow.session().tries.len()), (2, 4));
    }

    #[test]
    fn with_nobody_there_the_folder_decides() {
        let mut session = session(&["conflict", "mistake", "claim"]);
        session.from = Some("answers".into());
        let files = folder(&["conflict-again.wav", "conflict-follow-up.wav", "conflict.wav", "monday.wav"]);
        let mut flow = Flow::new(session, Keep::Nothing, false);
        let mut step = flow.next(Event::Begun);
        let mut taken = Vec::new();
        while step != Step::Close {
            step = match step {
                Step::Ask(asking) => match files.answer_to(&asking, flow.session()) {
                    Some(file) => {
                        taken.push((asking.question.text.clone(), file.display().to_string()));
                        let file = file.to_path_buf();
                        flow.next(Event::Taken(asking.answered_in(file)))
                    }
                    None => flow.next(Event::NoRecording),
                },
                Step::Analyze { .. } => flow.next(analyzed(1)),
                Step::Present { .. } => flow.next(Event::Presented),
                Step::List => flow.next(Event::Listed(files.clone())),
                other => panic!("{other:?}"),
            };
        }
        let expected = [
            ("Tell me of conflict.", "conflict.wav"),
            ("Tell me of conflict.", "conflict-again.wav"),
            ("What came of it?", "conflict-follow-up.wav"),
            ("Tell me of mistake.", "monday.wav"),
        ];
        assert_eq!(taken, expected.map(|(question, file)| (question.to_string(), file.to_string())));
    }

    #[test]
    fn an_answer_that_somebody_left_is_analyzed_when_the_session_is_resumed() {
        let mut flow = Flow::new(session(&["conflict"]), Keep::Everything, true);
        assert_eq!(flow.next(Event::Begun), Step::Recover);
        let waiting = asking(flow.next(Event::NothingToRecover)).answered_in("a.wav".into());
        for event in [Event::TakenAndLeft(waiting.clone()), Event::Left] {
            assert_eq!(flow.next(event), Step::Stop);
            assert_eq!(flow.session().waiting.as_ref(), Some(&waiting));
        }
        let mut resumed = Flow::new(flow.session().clone(), Keep::Everything, true);
        let left_over = Step::Analyze { answer: waiting, is_left_over: true };
        assert_eq!(resumed.next(Event::Begun), left_over);
        resumed.next(analyzed(1));
        // The session stopped between the answer and the choice, so it resumes at the choice.
        let mut resumed = Flow::new(resumed.session().clone(), Keep::Everything, true);
        assert_eq!(resumed.next(Event::Begun), Step::Recover);
        assert!(matches!(resumed.next(Event::NothingToRecover), Step::Choose { is_last: true, .. }));
    }

    #[test]
    fn a_take_that_was_cut_short_is_known_by_its_question() {
        let mut flow = Flow::new(session(&["conflict", "mistake"]), Keep::Everything, true);
        flow.next(Event::Begun);
        assert!(flow.question_of_take(Some("conflict")).is_some_and(|asking| !asking.is_follow_up));
        for other in [None, Some("mistake"), Some("What came of it?")] {
            assert_eq!(flow.question_of_take(other), None, "{other:?}");
        }
        let first = flow.next(Event::NothingToRecover);
        answer(&mut flow, first, "a.wav", 1);
        let follow_up = flow.question_of_take(Some("What came of it?")).unwrap();
        assert!(follow_up.is_follow_up);
        let cut_short = follow_up.answered_in("b.wav".into());
        let step = flow.next(Event::Recovered(cut_short.clone()));
        assert_eq!(step, Step::Analyze { answer: cut_short, is_left_over: true });
    }

    #[test]
    fn what_cannot_be_read_is_passed_over_or_asked_about() {
        for is_interactive in [true, false] {
            let mut flow = Flow::new(session(&["conflict", "mistake"]), Keep::Nothing, is_interactive);
            let waiting = asking(flow.next(Event::Begun)).answered_in("a.wav".into());
            flow.next(Event::Taken(waiting));
            let step = flow.next(Event::Unreadable);
            assert_eq!(matches!(step, Step::Choose { follow_up: None, .. }), is_interactive, "{step:?}");
            assert_eq!((flow.session().at, &flow.session().waiting), (usize::from(!is_interactive), &None));
        }
    }

    #[test]
    fn answers_about_claims_are_kept_only_by_consent_and_the_best_evidence_counts() {
        for (keep, kept) in
            [(Keep::Everything, [true, true]), (Keep::NoClaims, [true, false]), (Keep::Nothing, [false; 2])]
        {
            let mut flow = Flow::new(session(&["conflict", "claim"]), keep, false);
            assert_eq!(flow.keeps_answer(), kept[0]);
            flow.next(Event::NoRecording);
            assert_eq!(flow.keeps_answer(), kept[1]);
        }
        let mut session = session(&["conflict"]);
        session.requirements = vec![crate::app::job::Requirement { text: "SQL".into(), is_must: true }];
        let mut flow = Flow::new(session, Keep::Nothing, true);
        for (attempt, nearness) in [(1, 0.6), (2, 0.5), (3, 0.7)] {
            let waiting = asking(flow.ask(false)).answered_in("a.wav".into());
            flow.next(Event::Taken(waiting));
            let shown = vec![(0, Quote { text: "I wrote the query.".into(), start_s: None, nearness })];
            let analyzed = Analyzed { report: without_a_result(), attempt: Some(attempt), told: Vec::new(), shown };
            flow.next(Event::Analyzed(Box::new(analyzed)));
        }
        assert_eq!(flow.evidence()[0].as_ref().map(|(_, attempt)| *attempt), Some(Some(3)));
    }

    #[test]
    fn a_session_without_questions_is_over() {
        for keep in [Keep::Everything, Keep::Nothing] {
            assert_eq!(Flow::new(session(&[]), keep, true).next(Event::Begun), Step::Close);
        }
    }
}
