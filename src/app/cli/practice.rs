//! `aloud practice`: one question after another, each answered aloud and followed by a short report.
//!
//! [`crate::app::practice::flow`] decides what happens in a session; this module carries out its steps. The session is
//! saved whenever it has changed, so that a stopped or killed session resumes where it was.

use std::io;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use jiff::Timestamp;

use super::analyze::one;
use super::asking::{Asker, VoiceChoice};
use super::history::with_store;
use super::input_events::InputEvents;
use super::models::Choice;
use super::myself_first::{self, MyselfFirst};
use super::record::{self, Finished, analyze_command, answer};
use super::{Outcome, ask, columns, complain, duration, history, say};
use crate::analyze::AnalyzeError;
use crate::app::batch::inputs;
use crate::app::capture::About;
use crate::app::history::compare::{Comparison, Verdict};
use crate::app::history::own_view::OwnRating;
use crate::app::history::practice::Given;
use crate::app::history::{Access, Store};
use crate::app::interviewer::Voice;
use crate::app::job::{Description, Requirement};
use crate::app::practice::closing::{Closing, Shown};
use crate::app::practice::coverage::found;
use crate::app::practice::flow::{Analyzed, Asking, Event, Flow, Keep, Step};
use crate::app::practice::folder::Folder;
use crate::app::practice::formats::{self, Format};
use crate::app::practice::plan::{Material, key, plan};
use crate::app::practice::session::{OwnTerms, Session, Waiting};
use crate::app::questions::Entry;
use crate::app::render::shown::reminders;
use crate::app::render::terminal::closing;
use crate::app::render::terminal::lines::Lines;
use crate::app::render::terminal::report::first_word;
use crate::app::resume::{Claim, claims};
use crate::app::settings::Settings;
use crate::app::{capture, questions, resume, settings};
use crate::brief::{Asked, Brief};
use crate::plain::{clock, counted, one_line};
use crate::question::Question;
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
    /// How the interview will be: phone, video, one-way, face-to-face, panel, or one of your own [default: face-to-face]
    #[arg(short, long, value_name = "NAME", conflicts_with = "go_on")]
    format: Option<String>,
    /// Time to prepare after each question, such as 30s; then the recording begins by itself
    #[arg(long, value_name = "LENGTH", value_parser = duration::seconds, conflicts_with_all = ["go_on", "from"])]
    prepare: Option<f64>,
    /// Stop each recording at this length, such as 2m; a calm line says when 30 seconds are left
    #[arg(long, value_name = "LENGTH", value_parser = duration::seconds, conflicts_with_all = ["go_on", "from"])]
    limit: Option<f64>,
    /// How many takes there may be of each answer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100), conflicts_with_all = ["go_on", "from"])]
    takes: Option<u32>,
    /// Without a key: an answer ends when nobody has spoken for so long (6 seconds, or as you say, at least 4), then comes
    /// what an interviewer would ask next
    #[arg(long, value_name = "LENGTH", num_args = 0..=1, default_missing_value = duration::DEFAULT_SILENCE, value_parser = duration::silence, conflicts_with = "from")]
    hands_free: Option<f64>,
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
    /// Keep nothing: no claims, no answers in the history, no session to resume; recordings stay
    #[arg(long, conflicts_with = "go_on")]
    no_store: bool,
    /// You stutter: leave repeated, prolonged and blocked sounds out of every measure; the report says which
    #[arg(long)]
    stutter: bool,
    /// The microphone, by its name or a part of it; `aloud doctor` lists them
    #[arg(short, long, value_name = "NAME")]
    device: Option<String>,
    #[command(flatten)]
    myself_first: MyselfFirst,
    #[command(flatten)]
    voice: VoiceChoice,
    #[command(flatten)]
    speech: Choice,
}

/// The maximum number of pieces of evidence shown after an answer.
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
    // The user left instead of answering; nothing has changed.
    let Some((mut session, id, keep)) = begun else {
        say("");
        return Ok(Outcome::Done);
    };
    if session.items.is_empty() {
        return Err(anyhow!("there is nothing to practise; add questions with: aloud questions add"));
    }
    let vocabulary = settings.vocabulary.clone();
    let loading = std::thread::spawn(move || Ok(Whisper::load(&model, &vocabulary)?));
    if let Some(from) = &arguments.from {
        session.from = Some(std::path::absolute(from)?);
    }
    let known = formats::all()?;
    // Somebody may have renamed or removed a format of their own since.
    let format = formats::named(&session.format, &known).or_else(|_| formats::named(formats::DEFAULT, &known))?;
    // Without a terminal there is nobody to listen, unless a voice is chosen.
    let hears = talks || arguments.voice.is_given();
    let practice = Practice {
        format,
        voice: if hears { arguments.voice.chosen(settings) } else { Some(Voice::None) },
        saved: session.clone(),
        flow: Flow::new(session, keep, talks),
        id,
        talks,
        events: &events,
        own_fillers: settings.fillers.clone(),
        stutters: arguments.stutter || settings.stutter,
        rates_first: arguments.myself_first.is_wanted(settings),
        own: None,
        device: arguments.device.clone(),
        hands_free_s: arguments.hands_free,
        is_mute: false,
        loading: Some(loading),
        engine: None,
        outcome: Outcome::Done,
    };
    practice.run()
}

/// Returns whether the session left unfinished is resumed; `None` if the user leaves.
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

/// Asks a yes-or-no question; returns `None` if the user leaves instead.
fn asked(question: &str, otherwise: bool, events: &InputEvents) -> Option<bool> {
    ask(question);
    events.line().map(|line| match line.trim().to_lowercase().chars().next() {
        Some('y') => true,
        Some('n') => false,
        _ => otherwise,
    })
}

/// A session, its number if it is kept, and how much of it is kept.
type Begun = (Session, Option<i64>, Keep);

/// Begins a new session; returns `None` if the user leaves.
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
    let folder = arguments.from.as_deref().map(|from| folder(from, &bank)).transpose()?;
    let wanted = folder.as_ref().map_or(Vec::new(), Folder::named_questions);
    let format = formats::named(arguments.format.as_deref().unwrap_or(formats::DEFAULT), &formats::all()?)?;
    let of_folder = folder.as_ref().map(|folder| folder.first_tries().max(1));
    let count = arguments.questions.map(usize::from).or(of_folder).unwrap_or(format.questions);
    let material =
        Material { bank: &bank, claims: &claims, requirements: &requirements, repetitions: &kept.1, wanted: &wanted };
    let session = Session {
        begun_at: Timestamp::now(),
        own_terms: OwnTerms { prepare_s: arguments.prepare, limit_s: arguments.limit, takes: arguments.takes },
        items: plan(&material, &format, count, Timestamp::now()),
        at: 0,
        tries: Vec::new(),
        waiting: None,
        from: arguments.from.as_deref().map(std::path::absolute).transpose()?,
        used: Vec::new(),
        claims,
        job,
        requirements,
        format: format.name,
    };
    let id = match keep {
        Keep::Everything => Some(with_store(Access::Write, |s| s.begin_session(&session))?),
        _ => None,
    };
    Ok(Some((session, id, keep)))
}

/// Reads the claims of the resume at `path`.
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

/// Returns how much of the session is kept. Asks once whether the claims may be kept, unless all of them already are.
/// `None` if the user leaves.
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
        say("Not kept. A session with them cannot be resumed later.");
    }
    Ok(Some(if yes { Keep::Everything } else { Keep::NoClaims }))
}

/// Lists the recordings in a folder, with absolute paths, so that the session can be resumed from anywhere.
fn folder(path: &Path, bank: &[Entry]) -> Result<Folder> {
    let found = inputs::recordings_in(path)?;
    let files = found.iter().map(std::path::absolute).collect::<io::Result<_>>()?;
    Ok(Folder { files, question_ids: bank.iter().map(|entry| entry.id.clone()).collect() })
}

/// Carries out the steps of a session: its input and output.
struct Practice<'a> {
    flow: Flow,
    /// The session as last saved.
    saved: Session,
    /// The number of the session, if it is kept.
    id: Option<i64>,
    /// Whether a user is there to be asked.
    talks: bool,
    events: &'a InputEvents,
    own_fillers: Vec<String>,
    stutters: bool,
    /// Whether the user rates each answer before its report.
    rates_first: bool,
    /// How the user rated the answer analyzed last.
    own: Option<OwnRating>,
    device: Option<String>,
    /// The silence that ends an answer, in seconds, if no key is needed.
    hands_free_s: Option<f64>,
    format: Format,
    /// Who asks, if somebody was chosen.
    voice: Option<Voice>,
    /// Whether the loudspeaker failed.
    is_mute: bool,
    loading: Option<JoinHandle<Result<Whisper>>>,
    engine: Option<Whisper>,
    outcome: Outcome,
}

/// The report on a recording; `None` if the user left during the analysis.
type Heard = Option<Result<(Report, Features), AnalyzeError>>;

impl Practice<'_> {
    fn run(mut self) -> Result<Outcome> {
        wrapped(&self.format.advice);
        if self.hands_free_s.is_some() {
            wrapped("Hands-free: what is asked next comes by itself. Ctrl-C stops, and nothing is lost.");
        }
        let mut event = Event::Begun;
        loop {
            let step = self.flow.next(event);
            // An answer is saved together with the session, in `present`.
            if !matches!(step, Step::Present { .. }) {
                self.save(matches!(step, Step::Close))?;
            }
            event = match step {
                Step::Recover => self.recover(),
                Step::Ask(asking) => self.ask(asking)?,
                Step::Analyze { answer, is_left_over } => self.analyze(&answer, is_left_over)?,
                Step::Present { answer, analyzed, first_try } => self.present(&answer, &analyzed, first_try)?,
                Step::Choose { follow_up, is_last } => self.choose(follow_up.as_deref(), is_last),
                Step::List => Event::Listed(self.folder()?),
                Step::Close => {
                    self.close()?;
                    return Ok(self.outcome);
                }
                Step::Stop => {
                    let resume = "Stopped; nothing is lost. To go on: aloud practice --go-on";
                    say(if self.id.is_some() { resume } else { "Stopped." });
                    return Ok(self.outcome);
                }
            };
        }
    }

    /// Looks for a take that was cut short, and asks whether to use it.
    fn recover(&self) -> Event {
        let takes = settings::folders().map_or(Vec::new(), |folders| capture::unfinished(&folders.recordings()));
        for take in takes {
            let Some(asking) = self.flow.question_of_take(take.about.question.as_deref()) else { continue };
            let length = clock(take.duration_s);
            say(&format!("An answer of yours to this question, {length} long, has no report yet."));
            if self.talks {
                match asked("Use it? [Y/n] ", true, self.events) {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return Event::Left,
                }
            }
            return Event::Recovered(asking.answered_in(take.path));
        }
        Event::NothingToRecover
    }

    /// Puts a question and records the answer.
    fn ask(&mut self, asking: Asking) -> Result<Event> {
        self.introduce(&asking);
        if self.flow.session().from.is_some() {
            wrapped(&asking.question.text);
            let folder = self.folder()?;
            let Some(path) = folder.answer_to(&asking, self.flow.session()) else {
                say("There is no recording for this question in the folder.");
                return Ok(Event::NoRecording);
            };
            say(&format!("From {}", path.display()));
            return Ok(Event::Taken(asking.answered_in(path.to_path_buf())));
        }
        if self.events.is_alone() {
            return Ok(Event::Left);
        }
        let brief = self.brief(&asking.question, None);
        let how = self.asking();
        let about = About { question: Some(key(&asking.question).to_string()), target_s: None };
        let (finished, is_mute) =
            answer(self.device.as_deref(), brief, about, how, self.flow.keeps_answer(), self.events)?;
        self.is_mute |= is_mute;
        Ok(match finished {
            Finished::Taken(path, asked) => Event::Taken(Waiting { asked, ..asking.answered_in(path) }),
            Finished::Left(path, asked) => Event::TakenAndLeft(Waiting { asked, ..asking.answered_in(path) }),
            Finished::Over(outcome) => {
                if matches!(outcome, Outcome::Failed) {
                    self.outcome = Outcome::Failed;
                }
                Event::Left
            }
        })
    }

    /// Returns how the current question is put.
    fn asking(&self) -> record::Asking {
        let session = self.flow.session();
        let voice = self.voice.or(self.format.voice(session.at)).unwrap_or_default();
        let voice = if self.is_mute { Voice::None } else { voice };
        record::Asking {
            asker: Asker::new(voice, self.format.telephone),
            terms: session.own_terms.over(self.format.terms()),
            format: Some(self.format.name.clone()),
            shows_text: self.format.shown,
            silence_s: self.hands_free_s,
        }
    }

    /// Prints the introduction to a question.
    fn introduce(&self, asking: &Asking) {
        say("");
        let session = self.flow.session();
        let Some(item) = session.item().filter(|_| !asking.is_follow_up) else {
            say("The follow-up:");
            return;
        };
        let why = if item.why.is_empty() { String::new() } else { format!(" ({})", item.why) };
        let again = if asking.is_again { ", once more" } else { "" };
        wrapped(&format!("Question {} of {}{again}{why}", session.at + 1, session.items.len()));
        if asking.is_again && !item.needs.is_empty() {
            wrapped(&format!("A good answer has: {}.", item.needs.join("; ")));
        }
    }

    /// Lists the folder that the answers come from.
    fn folder(&self) -> Result<Folder> {
        self.flow.session().from.as_deref().map_or(Ok(Folder::default()), |from| folder(from, &questions::bank()?))
    }

    fn brief(&self, question: &Question, asked: Option<Asked>) -> Brief {
        Brief {
            question: Some(question.clone()),
            own_fillers: self.own_fillers.clone(),
            stutters: self.stutters,
            asked,
            ..Brief::default()
        }
    }

    /// Analyzes an answer, keeps it, and finds the evidence in it.
    fn analyze(&mut self, answer: &Waiting, is_left_over: bool) -> Result<Event> {
        if is_left_over {
            say(&format!("Your last answer, to: {}", answer.question.text));
        }
        let session = self.flow.session();
        // Somebody without a key can rate nothing, and an answer of another day is no longer in mind.
        let can_rate = session.from.is_none() && self.hands_free_s.is_none() && !is_left_over;
        let rates = self.rates_first && can_rate && self.flow.keeps_answer();
        let (heard, own) = self.listen(answer, rates)?;
        let (report, features) = match heard {
            None => return Ok(Event::Left),
            Some(Ok(analyzed)) => analyzed,
            Some(Err(error)) => {
                complain(&format!("{}: {error}", answer.path.display()));
                self.outcome = Outcome::Failed;
                return Ok(Event::Unreadable);
            }
        };
        let session = self.flow.session();
        let told = found(&report, &session.claims.iter().map(|c| c.text.as_str()).collect::<Vec<_>>());
        let shown = found(&report, &session.requirements.iter().map(|r| r.text.as_str()).collect::<Vec<_>>());
        let is_recorded = session.from.is_none();
        let keep = || history::keep(&report, Some(&Contours::of(&features)), &answer.path, None, is_recorded);
        let saved = self.flow.keeps_answer().then(keep).flatten();
        history::keep_own_rating(saved, own);
        let attempt = saved.map(|saved| saved.id);
        self.own = own;
        Ok(Event::Analyzed(Box::new(Analyzed { report, attempt, told, shown })))
    }

    /// Saves the session together with the answer, and prints the short report.
    fn present(&mut self, answer: &Waiting, analyzed: &Analyzed, first_try: Option<i64>) -> Result<Event> {
        let given = analyzed.attempt.map(|attempt| Given {
            attempt,
            question: &answer.question,
            score: analyzed.report.score.overall,
            at: Timestamp::now(),
            told: &analyzed.told,
            shown: &analyzed.shown,
        });
        if self.id.is_some() || given.is_some() {
            with_store(Access::Write, |s| s.keep_given(self.id, self.flow.session(), given.as_ref()))?;
            self.saved = self.flow.session().clone();
        }
        if let Some(folders) = settings::folders() {
            capture::settle(&folders.recordings(), &answer.path);
        }
        self.tell(answer, analyzed, first_try)?;
        Ok(Event::Presented)
    }

    /// Returns the report on a recording, `None` if the user left during the analysis; and, if `rates`, how they rated it
    /// meanwhile.
    fn listen(&mut self, answer: &Waiting, rates: bool) -> Result<(Heard, Option<OwnRating>)> {
        let (file, brief) = (answer.path.clone(), self.brief(&answer.question, answer.asked.clone()));
        let (engine, loading) = (self.engine.take(), self.loading.take());
        let work = std::thread::spawn(move || {
            let loaded = engine.map(Ok).or_else(|| loading.and_then(|l| l.join().ok()));
            let engine = loaded.unwrap_or_else(|| Err(anyhow!("the speech model could not be loaded")))?;
            let analyzed = one(&file, &engine, &brief);
            Ok::<_, anyhow::Error>((engine, analyzed))
        });
        let own = if rates { myself_first::rating(self.events) } else { None };
        let analyzed =
            self.events.unless_left(move || work.join().unwrap_or_else(|_| Err(anyhow!("the analysis broke off"))))?;
        let Some(analyzed) = analyzed else { return Ok((None, own)) };
        let (engine, analyzed) = analyzed?;
        self.engine = Some(engine);
        Ok((Some(analyzed), own))
    }

    /// Prints the short report.
    fn tell(&self, answer: &Waiting, analyzed: &Analyzed, first_try: Option<i64>) -> Result<()> {
        let Analyzed { report, attempt, shown, .. } = analyzed;
        let mut lines = vec![String::new()];
        let last = if answer.is_follow_up { None } else { history::last_time(report, None, Timestamp::now()) };
        lines.extend(last.iter().flat_map(reminders).map(|reminder| reminder.sentence()));
        match report.score.overall {
            Some(score) => lines.push(format!("Score {score:.0} of 100.")),
            None => lines.push("No score.".to_string()),
        }
        if report.score.overall.is_none()
            && let Some(warning) = report.warnings.first()
        {
            lines.push(format!("{} {}", warning.message, warning.remedy));
        }
        lines.extend(self.own.and_then(|own| myself_first::beside(&own, report)));
        if let Some(latency) = first_word(report) {
            lines.push(latency);
        }
        if let Some(first) = report.score.priorities.first() {
            let moment = first.evidence.iter().find_map(|e| Some((e.start_s?, &e.text)));
            let moment = moment.map_or(String::new(), |(at, text)| format!(" Listen at {}: {text}", clock(at)));
            lines.push(format!("First: {}. {}{moment}", first.title, first.advice));
        }
        if let Some((before, after)) = first_try.zip(*attempt).filter(|(a, b)| a != b) {
            lines.push(compared(before, after)?);
        }
        for (place, quote) in shown.iter().take(SHOWN_EVIDENCE) {
            let at = quote.start_s.map_or(String::new(), |s| format!(" ({})", clock(s)));
            let requirement = &self.flow.session().requirements[*place].text;
            lines.push(format!("Evidence for \"{requirement}\"{at}: {}", quote.text));
        }
        lines.push(match attempt {
            Some(id) => format!("All of it: aloud history show {id}"),
            None => {
                let question = Some(key(&answer.question));
                format!("All of it: {}", analyze_command(&answer.path, question, false, self.stutters))
            }
        });
        let mut page = Lines::new(columns());
        lines.iter().for_each(|line| page.paragraph("", &one_line(line)));
        anstream::stdout().lock().write_all(page.into_text().as_bytes())?;
        Ok(())
    }

    /// Asks what to do after an answer.
    fn choose(&self, follow_up: Option<&str>, is_last: bool) -> Event {
        say("");
        if let Some(text) = follow_up {
            wrapped(&format!("An interviewer would ask now: {text}"));
        }
        if self.hands_free_s.is_some() {
            return if self.events.leave() {
                Event::Left
            } else {
                Event::Typed(if follow_up.is_some() { "f" } else { "" }.into())
            };
        }
        let answer = if follow_up.is_some() { "f answers that, " } else { "" };
        let next = if is_last { "Enter ends the session" } else { "Enter goes to the next question" };
        ask(&format!("{next}, {answer}a tries again, s stops for now: "));
        self.events.line().map_or_else(
            || {
                say("");
                Event::Left
            },
            Event::Typed,
        )
    }

    /// Saves the session if it has changed or is over.
    fn save(&mut self, is_over: bool) -> Result<()> {
        let session = self.flow.session();
        if let Some(id) = self.id.filter(|_| is_over || *session != self.saved) {
            with_store(Access::Write, |s| s.keep_session(id, session, is_over))?;
            self.saved = session.clone();
        }
        Ok(())
    }

    /// Prints the closing page.
    fn close(&self) -> Result<()> {
        let session = self.flow.session();
        let job = session.job.as_deref().unwrap_or_default();
        let kept = |requirement: &Requirement| {
            if self.id.is_none() {
                return Ok(None);
            }
            with_store(Access::Read, |s: &mut Store| s.shown_requirement(job, requirement))
        };
        let shown = session.requirements.iter().zip(self.flow.evidence()).map(|(requirement, here)| {
            let kept = kept(requirement)?.map(|(quote, attempt)| (quote, Some(attempt)));
            Ok(Shown { requirement: requirement.text.clone(), evidence: kept.or_else(|| here.clone()) })
        });
        let shown = shown.collect::<Result<Vec<_>>>()?;
        let all = session.claims.len();
        let told = match self.id {
            Some(_) => with_store(Access::Read, |s| s.told_claims(&session.claims))?,
            None => self.flow.told_claims(),
        };
        let closing = Closing::of(session, shown, (all > 0).then_some((told, all)));
        let mut out = anstream::stdout().lock();
        writeln!(out, "\n{}", closing::render(&closing, columns()).trim_end())?;
        Ok(())
    }
}

/// Returns a line that compares a second try with the first.
fn compared(before: i64, after: i64) -> Result<String> {
    let comparison = with_store(Access::Read, |s| {
        let (a, b) = (s.report(before)?, s.report(after)?);
        Ok(Comparison::of((s.attempt(before)?, &a), (s.attempt(after)?, &b)))
    })?;
    Ok(format!(
        "Against the first try, better: {}; worse: {}.",
        comparison.titles(Verdict::Better),
        comparison.titles(Verdict::Worse)
    ))
}

/// Prints a paragraph on stderr, wrapped to the width of the terminal.
fn wrapped(text: &str) {
    let mut page = Lines::new(columns());
    page.paragraph("", &one_line(text));
    let _ = anstream::stderr().write_all(page.into_text().as_bytes());
}
