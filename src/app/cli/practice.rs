//! `aloud practice`: one question after the other, each answered aloud, with the report in short after it.
//!
//! What was done is saved before and after every step, so that a session that was stopped or killed goes on where it was.

use std::io;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use jiff::Timestamp;

use super::analyze::one;
use super::history::with_store;
use super::input_events::InputEvents;
use super::models::Choice;
use super::record::{Finished, answer};
use super::{Outcome, ask, columns, complain, history, say};
use crate::analyze::AnalyzeError;
use crate::app::batch::inputs;
use crate::app::capture::About;
use crate::app::history::compare::{Comparison, Verdict};
use crate::app::history::practice::{Found, Given};
use crate::app::history::{Access, Store};
use crate::app::job::{Description, Requirement};
use crate::app::practice::closing::{Closing, Shown};
use crate::app::practice::coverage::{Quote, evidence};
use crate::app::practice::follow_up;
use crate::app::practice::formats::Format;
use crate::app::practice::plan::{Item, Material, key, plan};
use crate::app::practice::session::{Session, Waiting};
use crate::app::render::terminal::lines::Lines;
use crate::app::resume::{Claim, claims};
use crate::app::settings::Settings;
use crate::app::{capture, questions, resume, settings};
use crate::brief::Brief;
use crate::plain::{clock, counted, one_line};
use crate::question::{Question, QuestionKind};
use crate::report::Report;
use crate::signal::{Contours, Features};
use crate::transcript::whisper::Whisper;

#[derive(Args)]
pub(super) struct Arguments {
    /// Your resume: every claim in it becomes a question (txt, md, docx, pdf)
    #[arg(short, long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// The description of the job: what it asks for is practised and followed (txt, md, docx, pdf)
    #[arg(short, long, value_name = "FILE")]
    job: Option<PathBuf>,
    /// How many questions
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    questions: Option<u16>,
    /// How the interview will be
    #[arg(short, long, value_enum, default_value = "face-to-face")]
    format: FormatArgument,
    /// Take the answers from the recordings in this folder instead of the microphone
    ///
    /// In the order of their names. A file named after a question, such as conflict.wav, answers that question;
    /// conflict-again.wav is its second try, conflict-follow-up.wav the answer to its follow-up.
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Go on with the session that was left, without asking
    #[arg(long, conflicts_with_all = ["resume", "job", "questions", "new"])]
    go_on: bool,
    /// Begin a new session, without asking about one that was left
    #[arg(long)]
    new: bool,
    /// Keep nothing: no claims, no answers in the history, no session to go on with; recordings stay
    #[arg(long, conflicts_with = "go_on")]
    no_store: bool,
    /// The microphone, by its name or a part of it; `aloud doctor` lists them
    #[arg(short, long, value_name = "NAME")]
    device: Option<String>,
    #[command(flatten)]
    speech: Choice,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum FormatArgument {
    Phone,
    Video,
    FaceToFace,
}

impl From<FormatArgument> for Format {
    fn from(argument: FormatArgument) -> Self {
        match argument {
            FormatArgument::Phone => Self::Phone,
            FormatArgument::Video => Self::Video,
            FormatArgument::FaceToFace => Self::FaceToFace,
        }
    }
}

/// What is kept of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Everything,
    /// Neither the claims of the resume nor what was asked and said about them.
    NoClaims,
    Nothing,
}

/// A good answer to a follow-up, in seconds (ours: shorter than a story).
const FOLLOW_UP_S: [f64; 2] = [20.0, 60.0];
/// Pieces of evidence shown after an answer, at most.
const SHOWN_EVIDENCE: usize = 3;

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<Outcome> {
    let folders = settings::folders();
    let model = arguments.speech.find(settings, folders.as_ref())?;
    let events = InputEvents::listen();
    let talks = io::stdin().is_terminal() && io::stderr().is_terminal();
    let left = if arguments.no_store || arguments.new { None } else { with_store(Access::Read, |s| s.open_session())? };
    let goes_on = match &left {
        Some((_, session)) => goes_on(arguments, session, talks, &events),
        None if arguments.go_on => return Err(anyhow!("no session was left; begin one with: aloud practice")),
        None => Some(false),
    };
    let begun = match (left, goes_on) {
        (Some((id, session)), Some(true)) => Some((session, Some(id), Keep::Everything)),
        (_, Some(_)) => begin(arguments, talks, &events)?,
        (_, None) => None,
    };
    // Somebody left instead of answering; everything is as it was.
    let Some((session, id, keep)) = begun else {
        say("");
        return Ok(Outcome::Done);
    };
    if session.items.is_empty() {
        return Err(anyhow!("there is nothing to practise; add questions with: aloud questions add"));
    }
    let vocabulary = settings.vocabulary.clone();
    let loading = std::thread::spawn(move || Ok(Whisper::load(&model, &vocabulary)?));
    let shown = vec![None; session.requirements.len()];
    let told = vec![false; session.claims.len()];
    let practice = Practice {
        session,
        id,
        keep,
        talks,
        events: &events,
        own_fillers: settings.fillers.clone(),
        device: arguments.device.clone(),
        loading: Some(loading),
        engine: None,
        shown,
        told,
    };
    practice.run(arguments.from.as_deref())
}

/// Whether the session that was left is gone on with; `None` if somebody leaves.
fn goes_on(arguments: &Arguments, session: &Session, talks: bool, events: &InputEvents) -> Option<bool> {
    if arguments.go_on {
        return Some(true);
    }
    let place = (session.at + 1).min(session.items.len());
    let what = format!("A session was left at question {place} of {}", session.items.len());
    if !talks {
        say(&format!("{what}. To go on with it: aloud practice --go-on"));
        return Some(false);
    }
    asked(&format!("{what}. Go on with it? [Y/n] "), true, events)
}

/// Asks for a yes or a no; `None` if somebody left instead.
fn asked(question: &str, otherwise: bool, events: &InputEvents) -> Option<bool> {
    ask(question);
    events.line().map(|line| match line.trim().to_lowercase().chars().next() {
        Some('y') => true,
        Some('n') => false,
        _ => otherwise,
    })
}

/// A session, its number where it is kept, and what is kept of it.
type Begun = (Session, Option<i64>, Keep);

/// A new session; `None` if somebody leaves.
fn begin(arguments: &Arguments, talks: bool, events: &InputEvents) -> Result<Option<Begun>> {
    let named = |path: &Path| path.display().to_string();
    let of_resume = arguments.resume.as_deref().map(claims_in).transpose()?;
    let description = match arguments.job.as_deref() {
        Some(path) => Some(Description::read(path).with_context(|| named(path))?),
        None => None,
    };
    if let (Some(path), Some([])) = (&arguments.job, description.as_ref().map(|d| d.requirements.as_slice())) {
        say(&format!("{}: nothing was found there that the job asks for.", named(path)));
    }
    let job = description.as_ref().map(|d| d.title.clone());
    let requirements = description.map_or(Vec::new(), |d| d.requirements);
    let keep = match &of_resume {
        _ if arguments.no_store => Keep::Nothing,
        Some(claims) => match consent(claims, talks, events)? {
            Some(keep) => keep,
            None => return Ok(None),
        },
        None => Keep::Everything,
    };
    let kept = if arguments.no_store {
        (Vec::new(), Default::default())
    } else {
        with_store(Access::Read, |s| Ok((s.claims()?, s.repetitions()?)))?
    };
    let claims = of_resume.unwrap_or(kept.0);
    let bank = questions::bank()?;
    let files = arguments.from.as_deref().map(recordings_in).transpose()?;
    let ids: Vec<String> = bank.iter().map(|e| e.id.clone()).collect();
    let wanted: Vec<String> = files.iter().flatten().map(|f| stem(f)).filter(|s| ids.contains(s)).collect();
    let format = Format::from(arguments.format);
    let mains = files.as_ref().map(|files| files.iter().filter(|f| !is_second(f)).count().max(1));
    let count = arguments.questions.map(usize::from).or(mains).unwrap_or(format.row().questions);
    let material =
        Material { bank: &bank, claims: &claims, requirements: &requirements, repetitions: &kept.1, wanted: &wanted };
    let session = Session {
        begun_at: Timestamp::now(),
        format,
        items: plan(&material, format, count, Timestamp::now()),
        at: 0,
        tries: Vec::new(),
        waiting: None,
        from: arguments.from.as_deref().map(std::path::absolute).transpose()?,
        used: Vec::new(),
        claims,
        job,
        requirements,
    };
    let id = match keep {
        Keep::Everything => Some(with_store(Access::Write, |s| s.begin_session(&session))?),
        _ => None,
    };
    Ok(Some((session, id, keep)))
}

/// The claims of the resume at `path`.
pub(super) fn claims_in(path: &Path) -> Result<Vec<Claim>> {
    let found = claims(&resume::read(path).with_context(|| path.display().to_string())?);
    if found.is_empty() {
        return Err(anyhow!(
            "{}: no line was found that says what you did; name your jobs under a heading such as Experience",
            path.display()
        ));
    }
    Ok(found)
}

/// Whether the claims may be kept: asked once, as long as not all of them are kept already. `None` if somebody leaves.
fn consent(claims: &[Claim], talks: bool, events: &InputEvents) -> Result<Option<Keep>> {
    let kept = with_store(Access::Read, |s| s.claims())?;
    if claims.iter().all(|c| kept.contains(c)) {
        return Ok(Some(Keep::Everything));
    }
    if !talks {
        say("Your claims and answers about them are not kept: there is nobody to ask.");
        return Ok(Some(Keep::NoClaims));
    }
    say(&format!("{} found in your resume.", counted(claims.len(), "claim")));
    say("Keep them on this machine, to see over the weeks which you have told?");
    let Some(yes) = asked("The file itself is not kept. [y/N] ", false, events) else { return Ok(None) };
    if !yes {
        say("Not kept. A session with them cannot be gone on with later.");
    }
    Ok(Some(if yes { Keep::Everything } else { Keep::NoClaims }))
}

/// The recordings in a folder, each by a path that holds wherever the session goes on.
fn recordings_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let found = inputs::recordings_in(folder)?;
    Ok(found.iter().map(std::path::absolute).collect::<io::Result<_>>()?)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a file is a second try or the answer to a follow-up.
fn is_second(path: &Path) -> bool {
    let stem = stem(path);
    stem.ends_with(AGAIN) || stem.ends_with(FOLLOW_UP)
}

const AGAIN: &str = "-again";
const FOLLOW_UP: &str = "-follow-up";

/// A session, and the person in front of it.
struct Practice<'a> {
    session: Session,
    /// Its number, where it is kept.
    id: Option<i64>,
    keep: Keep,
    /// Whether somebody is there to be asked.
    talks: bool,
    events: &'a InputEvents,
    own_fillers: Vec<String>,
    device: Option<String>,
    loading: Option<JoinHandle<Result<Whisper>>>,
    engine: Option<Whisper>,
    /// The evidence for each requirement, of this run.
    shown: Vec<Option<(Quote, Option<i64>)>>,
    /// Which claims were told, of this run.
    told: Vec<bool>,
}

/// What comes next.
enum Next {
    Ask { is_follow_up: bool },
    Choose,
    GoOn,
    Stop,
}

impl Practice<'_> {
    fn run(mut self, from: Option<&Path>) -> Result<Outcome> {
        if let Some(from) = from {
            self.session.from = Some(std::path::absolute(from)?);
        }
        wrapped(self.session.format.row().advice);
        let mut outcome = Outcome::Done;
        if !self.find_cut_short() {
            return Ok(self.stop(outcome));
        }
        while let Some(item) = self.session.item().cloned() {
            let mut next = if self.session.waiting.is_some() || self.session.tries_here().next().is_some() {
                Next::Choose
            } else {
                Next::Ask { is_follow_up: false }
            };
            if let Some(waiting) = self.session.waiting.clone() {
                say(&format!("Your last answer, to: {}", waiting.question.text));
                next = self.analyze(&item, waiting, &mut outcome)?;
            }
            loop {
                next = match next {
                    Next::Ask { is_follow_up } => self.ask(&item, is_follow_up, &mut outcome)?,
                    Next::Choose => self.choose()?,
                    Next::GoOn => {
                        self.session.at += 1;
                        self.save(false)?;
                        break;
                    }
                    Next::Stop => return Ok(self.stop(outcome)),
                };
            }
        }
        self.save(true)?;
        self.close()?;
        Ok(outcome)
    }

    /// A take that a kill cut short is the answer that waits. False if somebody leaves.
    fn find_cut_short(&mut self) -> bool {
        let Some(folders) = settings::folders() else { return true };
        let Some(item) = self.session.item().cloned() else { return true };
        if self.session.waiting.is_some() || self.id.is_none() {
            return true;
        }
        for take in capture::unfinished(&folders.recordings()) {
            let follow_up = self.session.open_follow_up().map(follow_up_question);
            let about = take.about.question.as_deref();
            let question = [Some(item.question.clone()), follow_up]
                .into_iter()
                .flatten()
                .enumerate()
                .find(|(_, q)| about == Some(key(q)));
            let Some((place, question)) = question else { continue };
            let length = clock(take.duration_s);
            say(&format!("Your answer was cut short; its first {length} are there."));
            if self.talks {
                match asked("Use them? [Y/n] ", true, self.events) {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return false,
                }
            }
            self.session.waiting = Some(Waiting { path: take.path.clone(), question, is_follow_up: place == 1 });
            return true;
        }
        true
    }

    /// Asks a question and takes the answer.
    fn ask(&mut self, item: &Item, is_follow_up: bool, outcome: &mut Outcome) -> Result<Next> {
        let question = match self.session.open_follow_up().filter(|_| is_follow_up) {
            Some(text) => follow_up_question(text),
            None => item.question.clone(),
        };
        let is_again = !is_follow_up && self.session.tries_here().next().is_some();
        say("");
        if is_follow_up {
            say("The follow-up:");
        } else {
            let why = if item.why.is_empty() { String::new() } else { format!(" ({})", item.why) };
            let again = if is_again { ", once more" } else { "" };
            wrapped(&format!("Question {} of {}{again}{why}", self.session.at + 1, self.session.items.len()));
            if is_again && !item.needs.is_empty() {
                wrapped(&format!("A good answer has: {}.", item.needs.join("; ")));
            }
        }
        let path = if self.session.from.is_some() {
            wrapped(&question.text);
            let Some(path) = self.file(item, is_follow_up, is_again)? else {
                say("There is no recording for this question in the folder.");
                return Ok(if self.session.tries_here().next().is_some() { Next::Choose } else { Next::GoOn });
            };
            say(&format!("From {}", path.display()));
            self.session.used.push(path.clone());
            path
        } else if self.events.is_alone() {
            return Ok(Next::Stop);
        } else {
            let brief = self.brief(&question);
            let about = About { question: Some(key(&question).to_string()), target_s: None };
            match answer(self.device.as_deref(), brief, about, self.events)? {
                Finished::Taken(path) => path,
                Finished::Left(path) => {
                    self.session.waiting = Some(Waiting { path, question, is_follow_up });
                    self.save(false)?;
                    return Ok(Next::Stop);
                }
                Finished::Over(Outcome::Done) => return Ok(Next::Stop),
                Finished::Over(Outcome::Failed) => {
                    *outcome = Outcome::Failed;
                    return Ok(Next::Stop);
                }
            }
        };
        let waiting = Waiting { path, question, is_follow_up };
        self.session.waiting = Some(waiting.clone());
        self.save(false)?;
        self.analyze(item, waiting, outcome)
    }

    /// The recording in the folder that answers a question.
    fn file(&self, item: &Item, is_follow_up: bool, is_again: bool) -> Result<Option<PathBuf>> {
        let Some(folder) = &self.session.from else { return Ok(None) };
        let files = recordings_in(folder)?;
        let mut free = files.into_iter().filter(|f| !self.session.used.contains(f));
        if is_follow_up || is_again {
            let first = self.session.tries_here().find(|t| !t.is_follow_up).map(|t| stem(&t.path)).unwrap_or_default();
            let wanted = format!("{}{}", first.trim_end_matches(AGAIN), if is_follow_up { FOLLOW_UP } else { AGAIN });
            return Ok(free.find(|f| stem(f) == wanted));
        }
        let free: Vec<PathBuf> = free.collect();
        let named = free.iter().find(|f| Some(stem(f)) == item.question.id);
        let ids: Vec<String> = questions::bank()?.into_iter().map(|e| e.id).collect();
        let any = || free.iter().find(|f| !is_second(f) && !ids.contains(&stem(f)));
        Ok(named.or_else(any).cloned())
    }

    fn brief(&self, question: &Question) -> Brief {
        Brief { question: Some(question.clone()), own_fillers: self.own_fillers.clone(), ..Brief::default() }
    }

    /// Analyzes the answer that waits, keeps what came of it, and says it in short.
    fn analyze(&mut self, item: &Item, waiting: Waiting, outcome: &mut Outcome) -> Result<Next> {
        let Some(analyzed) = self.listen(&waiting)? else { return Ok(Next::Stop) };
        self.session.waiting = None;
        let (report, features) = match analyzed {
            Ok(analyzed) => analyzed,
            Err(error) => {
                complain(&format!("{}: {error}", waiting.path.display()));
                *outcome = Outcome::Failed;
                self.save(false)?;
                return Ok(if self.talks { Next::Choose } else { Next::GoOn });
            }
        };
        let told = self.found(&report, &self.session.claims.iter().map(|c| c.text.as_str()).collect::<Vec<_>>());
        let shown = self.found(&report, &self.session.requirements.iter().map(|r| r.text.as_str()).collect::<Vec<_>>());
        let is_kept = match self.keep {
            Keep::Everything => true,
            Keep::NoClaims => !item.is_of_resume,
            Keep::Nothing => false,
        };
        let recorded = self.session.from.is_none();
        let attempt = is_kept
            .then(|| history::keep(&report, Some(&Contours::of(&features)), &waiting.path, None, recorded))
            .flatten();
        let lack = follow_up::lack(&report).filter(|_| !waiting.is_follow_up);
        let follow_up = lack.map(|lack| follow_up::question(lack, &item.follow_ups));
        let before = self.session.tries_here().find(|t| !t.is_follow_up).and_then(|t| t.attempt);
        let before = before.filter(|_| !waiting.is_follow_up);
        let path = waiting.path.clone();
        let question = waiting.question.clone();
        self.session.add(waiting, &report, attempt, follow_up);
        let given = attempt.map(|attempt| Given {
            attempt,
            question: &question,
            score: report.score.overall,
            at: Timestamp::now(),
            told: &told,
            shown: &shown,
        });
        if self.keep != Keep::Nothing && (self.id.is_some() || given.is_some()) {
            with_store(Access::Write, |s| s.keep_given(self.id, &self.session, given.as_ref()))?;
        }
        if let Some(folders) = settings::folders() {
            capture::settle(&folders.recordings(), &path);
        }
        told.iter().for_each(|(i, _)| self.told[*i] = true);
        for (i, quote) in &shown {
            if self.shown[*i].as_ref().is_none_or(|(known, _)| known.nearness < quote.nearness) {
                self.shown[*i] = Some((quote.clone(), attempt));
            }
        }
        self.tell(&report, attempt, before, &shown, &path)?;
        Ok(Next::Choose)
    }

    /// The texts that an answer gave evidence for, by their places.
    fn found(&self, report: &Report, wanted: &[&str]) -> Found {
        evidence(report, wanted).into_iter().enumerate().filter_map(|(i, quote)| Some((i, quote?))).collect()
    }

    /// The report on a recording; `None` if somebody left while it was made.
    fn listen(&mut self, waiting: &Waiting) -> Result<Option<Result<(Report, Features), AnalyzeError>>> {
        let (file, brief) = (waiting.path.clone(), self.brief(&waiting.question));
        let (engine, loading) = (self.engine.take(), self.loading.take());
        let analyzed = self.events.unless_left(move || {
            let loaded = engine.map(Ok).or_else(|| loading.and_then(|l| l.join().ok()));
            let engine = loaded.unwrap_or_else(|| Err(anyhow!("the speech model could not be loaded")))?;
            let analyzed = one(&file, &engine, &brief);
            Ok::<_, anyhow::Error>((engine, analyzed))
        })?;
        let Some(analyzed) = analyzed else { return Ok(None) };
        let (engine, analyzed) = analyzed?;
        self.engine = Some(engine);
        Ok(Some(analyzed))
    }

    /// The report in short.
    fn tell(
        &self,
        report: &Report,
        attempt: Option<i64>,
        before: Option<i64>,
        shown: &Found,
        path: &Path,
    ) -> Result<()> {
        let mut lines = vec![String::new()];
        match report.score.overall {
            Some(score) => lines.push(format!("Score {score:.0} of 100.")),
            None => lines.push("No score.".to_string()),
        }
        if report.score.overall.is_none()
            && let Some(warning) = report.warnings.first()
        {
            lines.push(format!("{} {}", warning.message, warning.remedy));
        }
        if let Some(first) = report.score.priorities.first() {
            let moment = first.evidence.iter().find_map(|e| Some((e.start_s?, &e.text)));
            let moment = moment.map_or(String::new(), |(at, text)| format!(" Listen at {}: {text}", clock(at)));
            lines.push(format!("First: {}. {}{moment}", first.title, first.advice));
        }
        if let Some((before, after)) = before.zip(attempt).filter(|(a, b)| a != b) {
            lines.push(compared(before, after)?);
        }
        for (place, quote) in shown.iter().take(SHOWN_EVIDENCE) {
            let at = quote.start_s.map_or(String::new(), |s| format!(" ({})", clock(s)));
            let requirement = &self.session.requirements[*place].text;
            lines.push(format!("Evidence for \"{requirement}\"{at}: {}", quote.text));
        }
        lines.push(match attempt {
            Some(id) => format!("All of it: aloud history show {id}"),
            None => format!("All of it: aloud analyze --no-save {}", path.display()),
        });
        let mut page = Lines::new(columns());
        lines.iter().for_each(|line| page.paragraph("", &one_line(line)));
        anstream::stdout().lock().write_all(page.into_text().as_bytes())?;
        Ok(())
    }

    /// What comes after an answer: asked, or what is at hand where nobody can be asked.
    fn choose(&mut self) -> Result<Next> {
        let follow_up = self.session.open_follow_up().map(str::to_string);
        if !self.talks {
            let Some(item) = self.session.item().cloned().filter(|_| self.session.from.is_some()) else {
                return Ok(Next::GoOn);
            };
            if self.file(&item, false, true)?.is_some() {
                return Ok(Next::Ask { is_follow_up: false });
            }
            let answers = follow_up.is_some() && self.file(&item, true, false)?.is_some();
            return Ok(if answers { Next::Ask { is_follow_up: true } } else { Next::GoOn });
        }
        let is_last = self.session.at + 1 == self.session.items.len();
        say("");
        if let Some(text) = &follow_up {
            wrapped(&format!("An interviewer would ask now: {text}"));
        }
        let answer = if follow_up.is_some() { "f answers that, " } else { "" };
        let next = if is_last { "Enter ends the session" } else { "Enter goes to the next question" };
        ask(&format!("{next}, {answer}a tries again, s stops for now: "));
        let Some(line) = self.events.line() else {
            say("");
            return Ok(Next::Stop);
        };
        Ok(match line.trim().to_lowercase().as_str() {
            "" | "n" | "next" => Next::GoOn,
            "f" | "follow-up" if follow_up.is_some() => Next::Ask { is_follow_up: true },
            "a" | "again" => Next::Ask { is_follow_up: false },
            "s" | "stop" | "q" | "quit" => Next::Stop,
            _ => Next::Choose,
        })
    }

    fn save(&self, is_over: bool) -> Result<()> {
        match self.id {
            Some(id) => with_store(Access::Write, |s| s.keep_session(id, &self.session, is_over)),
            None => Ok(()),
        }
    }

    fn stop(&self, outcome: Outcome) -> Outcome {
        if self.id.is_some() {
            say("Stopped; nothing is lost. To go on: aloud practice --go-on");
        } else {
            say("Stopped.");
        }
        outcome
    }

    /// The page at the end.
    fn close(&self) -> Result<()> {
        let job = self.session.job.as_deref().unwrap_or_default();
        let kept = |requirement: &Requirement| {
            if self.id.is_none() {
                return Ok(None);
            }
            with_store(Access::Read, |s: &mut Store| s.shown_requirement(job, requirement))
        };
        let shown = self.session.requirements.iter().zip(&self.shown).map(|(requirement, here)| {
            let kept = kept(requirement)?.map(|(quote, attempt)| (quote, Some(attempt)));
            Ok(Shown { requirement: requirement.text.clone(), evidence: kept.or_else(|| here.clone()) })
        });
        let shown = shown.collect::<Result<Vec<_>>>()?;
        let all = self.session.claims.len();
        let told = match self.id {
            Some(_) => with_store(Access::Read, |s| s.told_claims(&self.session.claims))?,
            None => self.told.iter().filter(|t| **t).count(),
        };
        let closing = Closing::of(&self.session, shown, (all > 0).then_some((told, all)));
        let mut out = anstream::stdout().lock();
        writeln!(out, "\n{}", closing.render(columns()).trim_end())?;
        Ok(())
    }
}

fn follow_up_question(text: &str) -> Question {
    Question { id: None, text: text.to_string(), kind: Some(QuestionKind::PastStory), target_s: Some(FOLLOW_UP_S) }
}

/// How a second try went against the first, in a line.
fn compared(before: i64, after: i64) -> Result<String> {
    let comparison = with_store(Access::Read, |s| {
        let (a, b) = (s.report(before)?, s.report(after)?);
        Ok(Comparison::of((s.attempt(before)?, &a), (s.attempt(after)?, &b)))
    })?;
    let names = |verdict: Verdict| {
        let changes = comparison.changes.iter().filter(|c| c.verdict == verdict);
        let names: Vec<String> = changes.map(|c| c.measure.title().to_lowercase()).collect();
        if names.is_empty() { "nothing that one would notice".to_string() } else { names.join(", ") }
    };
    Ok(format!("Against the first try, better: {}; worse: {}.", names(Verdict::Better), names(Verdict::Worse)))
}

/// The same, broken where the window ends.
fn wrapped(text: &str) {
    let mut page = Lines::new(columns());
    page.paragraph("", &one_line(text));
    let _ = anstream::stderr().write_all(page.into_text().as_bytes());
}
