//! `aloud record`: one take after another at the microphone, then the report.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::asking::{Asker, VoiceChoice};
use super::duration;
use crate::app::capture::{self, About, Concern, Ending, Limits, Microphone, Place, Recorder, Take, live_line};
use crate::app::clock::seconds_between;
use crate::app::interviewer::turn::{Event, Step, Terms, Turn};
use crate::app::interviewer::{Ended, Voice};
use crate::app::practice::plan::key;
use crate::app::questions;
use crate::app::settings::{self, Settings};
use crate::brief::{Asked, Brief, QuestionEnd};
use crate::plain::clock;
use crate::question::Question;
use crate::signal::Contours;
use crate::transcript::model::Model;
use crate::transcript::whisper::Whisper;
use anyhow::{Result, anyhow};
use clap::Args;

use super::afterwards::{Shown, Then, is_watched};
use super::analyze::{Form, Printer, one};
use super::input_events::{InputEvent, InputEvents};
use super::models::Choice;
use super::myself_first::{self, MyselfFirst};
use super::screen::Screen;
use super::{Outcome, ask, complain, end_now, history, say};

/// The interval between updates of the screen.
const DRAW_EVERY: Duration = Duration::from_millis(100);
/// The interval between lines that give the length of the take if there is no live line, in seconds.
const PLAIN_EVERY_S: f64 = 30.0;

/// How long a second key may follow that throws a take away.
const SECOND_KEY: Duration = Duration::from_secs(3);

#[derive(Args, Default)]
pub(super) struct Arguments {
    /// The question to answer: a name from `aloud questions list`, or its text
    #[arg(short, long, value_name = "NAME|TEXT")]
    question: Option<String>,
    /// Ask the question aloud; the recording begins when it has ended
    #[arg(short, long, requires = "question")]
    ask: bool,
    #[command(flatten)]
    voice: VoiceChoice,
    /// Time to prepare after the question, such as 30s; then the recording begins by itself
    #[arg(long, value_name = "LENGTH", value_parser = duration::seconds, requires = "question")]
    prepare: Option<f64>,
    /// How many takes there may be, the first one included
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    takes: Option<u32>,
    /// The microphone, by its name or a part of it; `aloud doctor` lists them
    #[arg(short, long, value_name = "NAME")]
    device: Option<String>,
    /// The length to aim at, such as 90s or 1:30
    #[arg(short, long, value_name = "LENGTH", value_parser = duration::seconds)]
    target: Option<f64>,
    /// Finish by itself at this length, such as 5m; a calm line says when 30 seconds are left
    #[arg(short, long, visible_alias = "limit", value_name = "LENGTH", value_parser = duration::seconds)]
    max: Option<f64>,
    /// Finish by itself when nobody has spoken for so long, such as 5s
    #[arg(long, value_name = "LENGTH", value_parser = duration::seconds)]
    stop_after_silence: Option<f64>,
    /// The file to record to (WAV), or the folder; never overwritten
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    speech: Choice,
    /// You stutter: leave repeated, prolonged and blocked sounds out of every measure; the report says which
    #[arg(long)]
    stutter: bool,
    #[command(flatten)]
    myself_first: MyselfFirst,
    /// Do not keep the answer in the history; the recording stays
    #[arg(long)]
    no_save: bool,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<Outcome> {
    if arguments.voice.is_given() && !arguments.ask {
        super::usage(&["record"], "--voice chooses who asks; add --ask to have the question asked aloud");
    }
    let question = arguments.question.as_deref().map(questions::resolve).transpose()?;
    let about = About { question: arguments.question.clone(), target_s: arguments.target };
    let place = place(arguments, question.as_ref());
    let recordings = place.recordings.clone();
    // A missing model is reported before the answer, not after it.
    let model = arguments.speech.find(settings, settings::folders().as_ref())?;
    let settings = &Settings {
        stutter: arguments.stutter || settings.stutter,
        myself_first: arguments.myself_first.is_wanted(settings),
        ..settings.clone()
    };
    let job = Job { model, settings: settings.clone(), speaker: None, json: arguments.json, save: !arguments.no_save };

    let events = InputEvents::listen();
    let offered = match &recordings {
        Some(recordings) => offer_unfinished(recordings, &job, &events)?,
        None => None,
    };
    let (round, about) = match offered {
        Some(offered) => offered,
        None => (round(arguments, place, &about, &job, &events)?, about),
    };
    match round {
        Round::Shown(shown) => go_on(*shown, arguments, about, &job, &events),
        Round::Over(outcome) => Ok(outcome),
    }
}

/// Lets the user choose what comes next after the report on a file, and records what they choose.
pub(super) fn after(shown: Shown, about: About, model: Model, settings: &Settings) -> Result<Outcome> {
    let (settings, speaker) = (settings.clone(), shown.speaker.clone());
    let job = Job { model, settings, speaker, json: false, save: true };
    go_on(shown, &Arguments::default(), about, &job, &InputEvents::listen())
}

/// Lets the user choose after a report, and records what they choose, until they are done.
fn go_on(
    mut shown: Shown,
    arguments: &Arguments,
    mut about: About,
    job: &Job,
    events: &InputEvents,
) -> Result<Outcome> {
    loop {
        match shown.choose(events)? {
            Then::Again => {}
            Then::Ask(question) => {
                about = About { question: question.id.clone().or(Some(question.text.clone())), target_s: None };
            }
            Then::Done => return Ok(Outcome::Done),
        }
        let question = about.question.as_deref().map(questions::resolve).transpose()?;
        let place = Place { goes_on: true, ..place(arguments, question.as_ref()) };
        shown = match round(arguments, place, &about, job, events)? {
            Round::Shown(shown) => *shown,
            Round::Over(outcome) => return Ok(outcome),
        };
    }
}

/// The outcome of one take.
enum Round {
    /// A report, and somebody who sees it.
    Shown(Box<Shown>),
    /// There is nothing more to do.
    Over(Outcome),
}

/// Records a take and reports on it.
fn round(arguments: &Arguments, place: Place, about: &About, job: &Job, events: &InputEvents) -> Result<Round> {
    let settings = &job.settings;
    let recordings = place.recordings.clone();
    let microphone = Microphone::find(arguments.device.as_deref())?;
    let name = microphone.name.clone();
    let limits = Limits { max_s: arguments.max, silence_s: arguments.stop_after_silence };
    let recorder = Recorder::open(microphone, place, about.clone(), limits)?;
    let brief = brief(about, settings)?;
    let asking = Asking {
        asker: arguments.asker(settings),
        terms: arguments.terms(),
        format: None,
        shows_text: true,
        silence_s: arguments.stop_after_silence,
    };
    let mut session = Session::new(recorder, name, events, brief, asking, job.save);
    session.introduce();
    // Loading takes a fraction of a second of one core, mostly before the take begins; the ring buffer holds seconds of
    // audio.
    let loading = job.load();
    let taken = session.record()?;
    let brief = session.brief.clone();
    let leave_for_later = |take: &Path| {
        if let Some(recordings) = &recordings {
            capture::leave_for_later(recordings, take, about);
        }
    };
    match session.finish(taken) {
        Finished::Taken(path, _) => match job.analyze(&path, loading, brief, events)? {
            Analyzed::Done(shown) => Ok(job.round(shown)),
            Analyzed::Left => {
                leave_for_later(&path);
                end_now(0)
            }
        },
        Finished::Left(path, _) => {
            leave_for_later(&path);
            Ok(Round::Over(Outcome::Done))
        }
        Finished::Over(outcome) => Ok(Round::Over(outcome)),
    }
}

impl Arguments {
    /// Returns who asks the question.
    fn asker(&self, settings: &Settings) -> Asker {
        let voice = if self.ask { self.voice.chosen(settings).unwrap_or_default() } else { Voice::None };
        Asker::new(voice, false)
    }

    fn terms(&self) -> Terms {
        let prepare = self.prepare.map(Duration::from_secs_f64);
        Terms { prepare, limit_s: self.max, takes: self.takes, ..Terms::default() }
    }
}

/// How a question is put.
pub(super) struct Asking {
    pub(super) asker: Asker,
    pub(super) terms: Terms,
    /// The format of the interview.
    pub(super) format: Option<String>,
    /// Whether the question is shown although it is heard.
    pub(super) shows_text: bool,
    /// How long nobody speaks until a take ends by itself, in seconds.
    pub(super) silence_s: Option<f64>,
}

/// Asks a question of a practice session and records the answer in the recordings folder. `keeps` tells whether the answer
/// goes into the history. Returns the outcome, and whether the loudspeaker failed.
pub(super) fn answer(
    device: Option<&str>,
    brief: Brief,
    about: About,
    asking: Asking,
    keeps: bool,
    events: &InputEvents,
) -> Result<(Finished, bool)> {
    let name = take_name(brief.question.as_ref());
    let place = Place { recordings: settings::folders().map(|f| f.recordings()), file: None, name, goes_on: false };
    let microphone = Microphone::find(device)?;
    let name = microphone.name.clone();
    let limits = Limits { max_s: asking.terms.limit_s, silence_s: asking.silence_s };
    let recorder = Recorder::open(microphone, place, about, limits)?;
    let mut session = Session::new(recorder, name, events, brief, asking, keeps);
    session.introduce();
    let taken = session.record()?;
    let is_mute = session.turn.terms().is_spoken && !session.asking.asker.speaks();
    Ok((session.finish(taken), is_mute))
}

/// The outcome of recording.
pub(super) enum Finished {
    /// A recording to analyze, and how its question was asked.
    Taken(PathBuf, Option<Asked>),
    /// A recording to analyze another time: somebody left.
    Left(PathBuf, Option<Asked>),
    /// There is nothing more to do.
    Over(Outcome),
}

/// Returns the file name of a take that begins now.
fn take_name(question: Option<&Question>) -> String {
    capture::name(&jiff::ZonedDateTime::now(), question.and_then(|q| q.id.as_deref()))
}

/// Returns the place where the takes are saved.
fn place(arguments: &Arguments, question: Option<&Question>) -> Place {
    let name = take_name(question);
    let file = arguments
        .output
        .as_ref()
        .map(|output| if output.is_dir() { output.join(format!("{name}.wav")) } else { output.clone() });
    if let Some(ending) = file.as_deref().and_then(Path::extension)
        && !ending.eq_ignore_ascii_case("wav")
    {
        super::usage(&["record"], "recordings are WAV files; give -o a name that ends in .wav");
    }
    Place { recordings: settings::folders().map(|f| f.recordings()), file, name, goes_on: false }
}

/// Returns what is known about the answer before it is analyzed.
fn brief(about: &About, settings: &Settings) -> Result<Brief> {
    let question = about.question.as_deref().map(questions::resolve).transpose()?;
    let own_target_s = about.target_s.map(questions::around);
    let (own_fillers, stutters) = (settings.fillers.clone(), settings.stutter);
    Ok(Brief { question, own_target_s, own_fillers, stutters, ..Brief::default() })
}

/// The settings for analyzing takes.
struct Job {
    model: Model,
    settings: Settings,
    /// Who speaks; `None` for the person at this machine.
    speaker: Option<String>,
    json: bool,
    /// Whether the answer is kept in the history.
    save: bool,
}

/// The outcome of the analysis of a take.
enum Analyzed {
    /// The report, which was shown; `None` if the analysis failed, which was reported.
    Done(Option<Box<Shown>>),
    /// The user left.
    Left,
}

type Loading = JoinHandle<Result<Whisper>>;

impl Job {
    fn load(&self) -> Loading {
        let (model, vocabulary) = (self.model.clone(), self.settings.vocabulary.clone());
        std::thread::spawn(move || Ok(Whisper::load(&model, &vocabulary)?))
    }

    /// Returns what follows a report: a choice, if somebody is there to choose.
    fn round(&self, shown: Option<Box<Shown>>) -> Round {
        match shown {
            Some(shown) if !self.json && is_watched() => Round::Shown(shown),
            Some(_) => Round::Over(Outcome::Done),
            None => Round::Over(Outcome::Failed),
        }
    }

    /// Analyzes a recording and prints the report, unless the user leaves it for later. In that case the analysis keeps
    /// running in the background.
    fn analyze(&self, path: &Path, loading: Loading, brief: Brief, events: &InputEvents) -> Result<Analyzed> {
        let file = path.to_owned();
        let later = analyze_command(path, brief.question.as_ref().map(key), self.save, brief.stutters);
        let work = std::thread::spawn(move || {
            let engine = loading.join().unwrap_or_else(|_| Err(anyhow!("the speech model could not be loaded")))?;
            Ok::<_, anyhow::Error>(one(&file, &engine, &brief)?)
        });
        // A rating is kept with the answer, so there is none without.
        let asks = self.settings.myself_first && self.save && !self.json;
        let own = if asks { myself_first::rating(events) } else { None };
        let report =
            events.unless_left(move || work.join().unwrap_or_else(|_| Err(anyhow!("the analysis broke off"))))?;
        let Some(report) = report else {
            say(&format!("Kept. To analyze it later: {later}"));
            return Ok(Analyzed::Left);
        };
        match report {
            Ok((report, features)) => {
                let form = if self.json { Form::Json } else { Form::Terminal };
                let contours = Contours::of(&features);
                if self.save {
                    let saved = history::keep(&report, Some(&contours), path, self.speaker.as_deref(), true);
                    history::keep_own_rating(saved, own);
                }
                let mut printer = Printer::new(form, false, self.speaker.as_deref());
                printer.print(report.clone(), path, self.speaker.as_deref())?;
                printer.finish(&[])?;
                if let Some(beside) = own.and_then(|own| myself_first::beside(&own, &report)) {
                    Screen::open().paragraph(&beside);
                }
                let (recording, speaker) = (path.to_owned(), self.speaker.clone());
                Ok(Analyzed::Done(Some(Box::new(Shown { report, contours, recording, speaker }))))
            }
            Err(error) => {
                complain(&format!("{}: {error:#}", path.display()));
                Ok(Analyzed::Done(None))
            }
        }
    }
}

/// Offers to analyze takes that were cut short or left. Returns what follows if the user had one analyzed, or left,
/// instead of recording, and what the take is about.
fn offer_unfinished(recordings: &Path, job: &Job, events: &InputEvents) -> Result<Option<(Round, About)>> {
    for take in capture::unfinished(recordings) {
        let question = take.about.question.as_deref();
        let later = analyze_command(&take.path, question, job.save, job.settings.stutter);
        let what = format!("A recording of {} has no report yet", clock(take.duration_s));
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            say(&format!("{what}. To analyze it: {later}"));
            continue;
        }
        ask(&format!("{what} ({}). Analyze it now? [Y/n] ", shown(&take.path)));
        let Some(answer) = events.line() else {
            say(""); // the take will be offered again
            return Ok(Some((Round::Over(Outcome::Done), take.about)));
        };
        if answer.trim().to_lowercase().starts_with('n') {
            say(&format!("It stays there. To analyze it later: {later}"));
            take.settle();
            continue;
        }
        // A take is still analyzed if its question no longer exists.
        let is_known = take.about.question.as_deref().is_none_or(|q| questions::resolve(q).is_ok());
        let question = take.about.question.clone().filter(|_| is_known);
        let known = About { question, target_s: take.about.target_s };
        return match job.analyze(&take.path, job.load(), brief(&known, &job.settings)?, events)? {
            Analyzed::Done(shown) => {
                if shown.is_some() {
                    take.settle();
                }
                Ok(Some((job.round(shown), known)))
            }
            Analyzed::Left => end_now(0), // the take will be offered again
        };
    }
    Ok(None)
}

/// A microphone, a screen, and the person in front of both.
struct Session<'a> {
    recorder: Recorder,
    name: String,
    screen: Screen,
    events: &'a InputEvents,
    brief: Brief,
    asking: Asking,
    turn: Turn,
    /// Whether the answer goes into the history.
    keeps: bool,
    /// The concerns already reported in this take.
    told: Vec<Concern>,
}

impl<'a> Session<'a> {
    fn new(
        recorder: Recorder,
        name: String,
        events: &'a InputEvents,
        brief: Brief,
        asking: Asking,
        keeps: bool,
    ) -> Self {
        let is_spoken = asking.asker.speaks() && brief.question.is_some();
        let turn = Turn::new(Terms { is_spoken, ..asking.terms });
        Self { recorder, name, screen: Screen::open(), events, brief, asking, turn, keeps, told: Vec::new() }
    }

    fn introduce(&mut self) {
        self.recorder.finish_when(self.events.left());
        if self.asking.shows_text || !self.turn.terms().is_spoken {
            self.show_question();
        }
        let target = self.brief.target_s().map_or(String::new(), |t| format!("Aim for {}. ", target_words(t)));
        let limit = self.asking.terms.limit_s.map_or(String::new(), |s| format!("It stops at {}. ", clock(s)));
        let limit = if self.asking.format.is_some() { limit } else { String::new() };
        let silence = self
            .asking
            .silence_s
            .map_or(String::new(), |s| format!("It ends by itself when nobody has spoken for {s} seconds. "));
        let keys = self.keys();
        self.screen.paragraph(&format!("{target}{limit}{silence}{keys}"));
        self.screen.paragraph(&format!("Microphone: {}", self.name));
    }

    fn show_question(&mut self) {
        if let Some(question) = &self.brief.question {
            self.screen.paragraph(&question.text);
        }
    }

    /// Returns what the keys do during a take.
    fn keys(&self) -> String {
        if !self.screen.has_keys() && !io::stdin().is_terminal() {
            return "Ctrl-C finishes.".to_owned();
        }
        let (enter, then) =
            if self.screen.has_keys() { ("Enter finishes", "") } else { ("Enter finishes", " and Enter") };
        let terms = self.turn.terms();
        let keys = [
            (terms.pauses, "p", "pauses"),
            (terms.takes != Some(1), "r", "starts again"),
            (terms.takes != Some(1), "x", "throws it away"),
            (terms.is_spoken, "?", "asks to hear the question again"),
        ];
        let keys = keys.iter().filter(|(is_there, ..)| *is_there);
        let keys: String = keys.map(|(_, key, does)| format!(", {key}{then} {does}")).collect();
        format!("{enter}{keys}.")
    }

    /// Puts the question and records until a take is finished; returns `None` if the user left before it began.
    fn record(&mut self) -> Result<Option<Take>> {
        let mut step = self.turn.next(Event::Begun);
        // The take that begins by itself when the question ends.
        let mut begun: Option<PathBuf> = None;
        let mut taken = None;
        loop {
            let event = match step {
                Step::Speak => self.speak(&mut begun)?,
                Step::Prepare(time) => self.wait(time, Wait::Prepare)?,
                Step::CountDown(time) => self.wait(time, Wait::Begin)?,
                Step::Record(end) => {
                    let path = begun.take().map_or_else(|| self.recorder.begin(), Ok)?;
                    self.told.clear();
                    self.screen.say_unless_live(&format!("Recording to {}", shown(&path)));
                    let Taken { take, after, is_thrown_away } = self.take();
                    self.brief.asked = self.asked(&take, end);
                    if is_thrown_away {
                        self.throw_away(&take);
                    } else if after != Event::TakeOver {
                        self.screen.say(&format!("Kept: {}", shown(&take.path)));
                    }
                    taken = Some(take);
                    after
                }
                Step::Finish => return Ok(taken),
                Step::Leave => return Ok(None),
            };
            step = self.turn.next(event);
        }
    }

    /// Speaks the question. The take begins with its end, unless there is time to prepare.
    fn speak(&mut self, begun: &mut Option<PathBuf>) -> Result<Event> {
        let Some(question) = self.brief.question.clone() else { return Ok(Event::Unheard) };
        let Self { recorder, screen, events, asking, turn, .. } = self;
        let begins = turn.records_after_the_question();
        let mut ending = |end: &Ended| {
            if begins {
                *begun = Some(recorder.begin_at(end.sound)?);
            }
            Ok(())
        };
        let event = asking.asker.ask(&question.text, recorder, screen, events, &mut ending)?;
        if event == Event::Unheard && !self.asking.shows_text {
            self.show_question();
        }
        Ok(event)
    }

    /// Returns how the question of a take was put.
    fn asked(&self, take: &Take, end: Option<Ended>) -> Option<Asked> {
        let heard = end.and_then(|end| end.voice).zip(take.began);
        let end = heard.map(|(end, began)| QuestionEnd {
            at_s: seconds_between(began.at, end.at),
            uncertainty_s: end.uncertainty_s + began.uncertainty_s,
        });
        (end.is_some() || self.asking.format.is_some()).then(|| Asked {
            end,
            format: self.asking.format.clone(),
            take: self.turn.takes(),
        })
    }

    /// Counts down if a user can see the screen, and waits for the microphone. Otherwise a take begins at once, since a
    /// script may already be playing something to it; time to prepare is given to anybody.
    fn wait(&mut self, time: Duration, what: Wait) -> Result<Event> {
        if what == Wait::Begin && !self.screen.counts_down() {
            return Ok(Event::Elapsed);
        }
        if what == Wait::Prepare {
            self.screen.say_unless_live(&format!("{} to prepare; Enter begins at once.", clock(time.as_secs_f64())));
        }
        let begun = Instant::now();
        loop {
            match self.events.next(&self.screen, DRAW_EVERY / 2) {
                Some(InputEvent::Finish) => break,
                Some(InputEvent::Leave | InputEvent::Interrupt | InputEvent::End) => return Ok(Event::Left),
                _ => {}
            }
            let status = self.recorder.status();
            if status.gone {
                return Err(anyhow!("{}", Concern::Stalled.advice(&self.name)));
            }
            let left = time.saturating_sub(begun.elapsed());
            if left.is_zero() && status.listening {
                break;
            }
            let seconds = left.as_secs_f64().ceil();
            if left.is_zero() {
                self.screen.draw("Waiting for the microphone ...");
                self.tell(status.concern);
            } else if what == Wait::Prepare {
                self.screen.draw(&format!("Prepare: {} left  (Enter begins at once)", clock(seconds)));
            } else {
                self.screen.count(seconds as u64);
            }
        }
        Ok(Event::Elapsed)
    }

    /// Deletes the recording of a take.
    fn throw_away(&mut self, take: &Take) {
        match std::fs::remove_file(&take.path) {
            Ok(()) => self.screen.say(&format!("Thrown away: {}", shown(&take.path))),
            Err(error) => self.screen.say(&format!("{} could not be deleted: {error}", shown(&take.path))),
        }
    }

    /// Records one take from beginning to end.
    fn take(&mut self) -> Taken {
        let mut after = Event::TakeOver;
        let mut first_key: Option<Instant> = None;
        let mut is_thrown_away = false;
        let (mut paused, mut is_interrupted, mut is_finishing) = (false, false, false);
        let mut plain_at_s = PLAIN_EVERY_S;
        let mut sign_at_s = self.turn.terms().sign_at_s();
        let mut drawn = Instant::now();
        loop {
            match self.events.next(&self.screen, DRAW_EVERY / 2) {
                Some(event @ (InputEvent::Finish | InputEvent::Interrupt | InputEvent::Leave)) => {
                    if event == InputEvent::Interrupt && is_interrupted {
                        self.events.remember_to_leave();
                    }
                    is_interrupted |= event == InputEvent::Interrupt;
                    is_finishing = true;
                    self.recorder.finish();
                }
                // If the take was finished before standard input ended, the user still waits for the report.
                Some(InputEvent::End) if is_finishing => {}
                Some(InputEvent::End) => self.events.leave_at_once(),
                Some(InputEvent::Pause) if self.turn.terms().pauses => {
                    paused = !paused;
                    self.recorder.pause(paused);
                    self.screen.say_unless_live(if paused { "Paused." } else { "Recording again." });
                }
                Some(InputEvent::Again) if self.turn.may_begin_again() => {
                    after = Event::Again;
                    self.recorder.finish();
                }
                Some(InputEvent::ThrowAway) if is_finishing => {}
                Some(InputEvent::ThrowAway) if self.turn.may_begin_again() => {
                    if first_key.is_some_and(|at| at.elapsed() < SECOND_KEY) {
                        (after, is_thrown_away) = (Event::Again, true);
                        self.recorder.finish();
                    } else {
                        first_key = Some(Instant::now());
                        self.screen.say("Press x again to delete this take and start again.");
                    }
                }
                Some(InputEvent::Pardon) if self.turn.terms().is_spoken => {
                    after = Event::Pardon;
                    self.recorder.finish();
                }
                Some(InputEvent::Again | InputEvent::ThrowAway) => self.screen.say("This was the last take."),
                Some(InputEvent::Pause) => self.screen.say("There is no pause in such an interview."),
                Some(InputEvent::Pardon) | None => {}
            }
            let status = self.recorder.status();
            if let Some(take) = status.over {
                self.screen.clear();
                let is_asked = take.ending == Ending::Asked;
                let after = if is_asked { after } else { Event::TakeOver };
                return Taken { take: take.clone(), after, is_thrown_away: is_thrown_away && is_asked };
            }
            if !status.paused {
                self.tell(status.concern);
            }
            if sign_at_s.is_some_and(|at_s| status.elapsed_s >= at_s) {
                sign_at_s = None;
                let left_s = self.turn.terms().limit_s.unwrap_or_default() - status.elapsed_s;
                self.screen.say(&format!("{left_s:.0} seconds left."));
            }
            if status.elapsed_s >= plain_at_s {
                self.screen.say_unless_live(&format!("{} recorded", clock(plain_at_s)));
                plain_at_s += PLAIN_EVERY_S;
            }
            if drawn.elapsed() >= DRAW_EVERY {
                drawn = Instant::now();
                let line = live_line(&status, self.brief.target_s(), self.screen.columns());
                self.screen.draw(&line);
            }
        }
    }

    /// Reports a problem with the input and its remedy, once per take. With a live line, minor problems are shown only
    /// there.
    fn tell(&mut self, concern: Option<Concern>) {
        let Some(concern) = concern.filter(|c| !self.told.contains(c)) else { return };
        self.told.push(concern);
        let small = matches!(concern, Concern::TooLoud | Concern::TooSoft);
        if small {
            self.screen.say_unless_live(&concern.advice(&self.name));
        } else {
            self.screen.say(&concern.advice(&self.name));
        }
    }

    /// Reports the outcome of the take.
    fn finish(self, taken: Option<Take>) -> Finished {
        let Self { recorder, name, screen, events, brief, keeps, .. } = self;
        // A Ctrl-C typed while the take ended means that the analysis is skipped.
        while let Some(event) =
            events.next(&screen, Duration::ZERO).filter(|w| !matches!(w, InputEvent::Leave | InputEvent::End))
        {
            if event == InputEvent::Interrupt {
                events.remember_to_leave();
            }
        }
        drop(screen);
        drop(recorder);
        let Some(take) = taken else {
            say("Nothing was recorded.");
            return Finished::Over(Outcome::Done);
        };
        let path = shown(&take.path);
        let later = analyze_command(&take.path, brief.question.as_ref().map(key), keeps, brief.stutters);
        if let Some(reason) = cut_short(&take, &name) {
            let kept = format!("the first {} are kept; analyze them with: {later}", clock(take.duration_s));
            complain(&format!("{reason}; {kept}"));
            return Finished::Over(Outcome::Failed);
        }
        match take.ending {
            Ending::Max => say(&format!("Finished at {}.", clock(take.duration_s))),
            Ending::Silence => say("Finished: nobody spoke any more."),
            Ending::Full => say("Finished: a WAV file holds no more."),
            _ => {}
        }
        say(&format!("Recorded {}: {path}", clock(take.duration_s)));
        if take.dropped_frames > 0 {
            say(&format!(
                "{} frames went missing on the way from the microphone; silence stands in their place.",
                take.dropped_frames
            ));
        }
        if take.only_zeros && take.duration_s > 0.0 {
            complain(
                "the recording holds nothing but silence, so there is no report; check the microphone with: aloud doctor",
            );
            return Finished::Over(Outcome::Failed);
        }
        if events.leave() {
            say(&format!("Kept. To analyze it later: {later}"));
            return Finished::Left(take.path, brief.asked);
        }
        Finished::Taken(take.path, brief.asked)
    }
}

/// The end of a take.
struct Taken {
    take: Take,
    after: Event,
    /// Whether the user throws the recording away.
    is_thrown_away: bool,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// The end of the time to prepare.
    Prepare,
    /// The beginning of the take.
    Begin,
}

/// Returns the reason why the take was cut short, if it was.
fn cut_short(take: &Take, microphone: &str) -> Option<String> {
    match &take.ending {
        ending if !ending.is_failure() => None,
        Ending::MicrophoneGone => Some(format!("the microphone '{microphone}' went away")),
        Ending::DiskFull => Some("the disk is full".to_owned()),
        Ending::DiskFailed(reason) => Some(format!("the disk could not be written ({reason})")),
        Ending::Removed { rescued: true } => {
            Some("the recording or its folder was removed, so it was saved elsewhere".to_owned())
        }
        Ending::Removed { rescued: false } => {
            Some("the recording or its folder was removed, and no other place could be written".to_owned())
        }
        _ => None,
    }
}

fn target_words([shortest, longest]: [f64; 2]) -> String {
    format!("{} to {}", clock(shortest), clock(longest))
}

/// Returns the command that analyzes a recording as it would be now: with its question, and whether it is kept.
pub(super) fn analyze_command(path: &Path, question: Option<&str>, keeps: bool, stutters: bool) -> String {
    let question = question.map_or(String::new(), |q| format!(" --question {}", quoted(q)));
    let [no_save, stutter] =
        [(!keeps, " --no-save"), (stutters, " --stutter")].map(|(is, option)| if is { option } else { "" });
    format!("aloud analyze {}{question}{no_save}{stutter}", shown(path))
}

/// Quotes a path for a shell.
fn shown(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// Quotes a text for a shell.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,@%".contains(c);
    if text.chars().all(plain) && !text.is_empty() {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
