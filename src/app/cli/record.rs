//! `aloud record`: one take after another at the microphone, then the report.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::duration;
use crate::app::capture::{self, About, Concern, Ending, Limits, Microphone, Place, Recorder, Take, live_line};
use crate::app::questions;
use crate::app::settings::{self, Settings};
use crate::brief::Brief;
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
use super::screen::Screen;
use super::{Outcome, ask, complain, history, say};

/// The countdown before a take at a terminal, in seconds.
const COUNTDOWN: u64 = 3;
/// The interval between updates of the screen.
const DRAW_EVERY: Duration = Duration::from_millis(100);
/// The interval between lines that give the length of the take if there is no live line, in seconds.
const PLAIN_EVERY_S: f64 = 30.0;

#[derive(Args)]
pub(super) struct Arguments {
    /// The question to answer: a name from `aloud questions list`, or its text
    #[arg(short, long, value_name = "NAME|TEXT")]
    question: Option<String>,
    /// The microphone, by its name or a part of it; `aloud doctor` lists them
    #[arg(short, long, value_name = "NAME")]
    device: Option<String>,
    /// The length to aim at, such as 90s or 1:30
    #[arg(short, long, value_name = "LENGTH", value_parser = duration::seconds)]
    target: Option<f64>,
    /// Finish by itself at this length, such as 5m
    #[arg(short, long, value_name = "LENGTH", value_parser = duration::seconds)]
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
    /// Do not keep the answer in the history; the recording stays
    #[arg(long)]
    no_save: bool,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<Outcome> {
    let question = arguments.question.as_deref().map(questions::resolve).transpose()?;
    let mut about = About { question: arguments.question.clone(), target_s: arguments.target };
    let mut place = place(arguments, question.as_ref());
    let recordings = place.recordings.clone();
    // A missing model is reported before the answer, not after it.
    let model = arguments.speech.find(settings, settings::folders().as_ref())?;
    let job = Job { model, settings: settings.clone(), json: arguments.json, save: !arguments.no_save };

    let events = InputEvents::listen();
    if let Some(recordings) = &recordings
        && let Some(outcome) = offer_unfinished(recordings, &job, &events)?
    {
        return Ok(outcome);
    }
    loop {
        let shown = match round(arguments, place, &about, &job, &events)? {
            Round::Shown(shown) => shown,
            Round::Over(outcome) => return Ok(outcome),
        };
        match shown.choose(&events)? {
            Then::Again => {}
            Then::Ask(question) => {
                about = About { question: question.id.clone().or(Some(question.text.clone())), target_s: None };
            }
            Then::Done => return Ok(Outcome::Done),
        }
        let question = about.question.as_deref().map(questions::resolve).transpose()?;
        place = Place { goes_on: true, ..self::place(arguments, question.as_ref()) };
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
    let mut session = Session { recorder, name, screen: Screen::open(), events, brief, told: Vec::new() };
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
        Finished::Taken(path) => match job.analyze(&path, loading, brief, events)? {
            Analyzed::Done(Some(shown)) if !job.json && is_watched() => Ok(Round::Shown(shown)),
            Analyzed::Done(Some(_)) => Ok(Round::Over(Outcome::Done)),
            Analyzed::Done(None) => Ok(Round::Over(Outcome::Failed)),
            Analyzed::Left => {
                leave_for_later(&path);
                exit_while_reading()
            }
        },
        Finished::Left(path) => {
            leave_for_later(&path);
            Ok(Round::Over(Outcome::Done))
        }
        Finished::Over(outcome) => Ok(Round::Over(outcome)),
    }
}

/// Exits during the analysis: the speech model cannot be interrupted, and everything is already on disk.
fn exit_while_reading() -> ! {
    std::process::exit(0)
}

/// Records the answer to one question of a practice session, in the recordings folder.
pub(super) fn answer(device: Option<&str>, brief: Brief, about: About, events: &InputEvents) -> Result<Finished> {
    let name = take_name(brief.question.as_ref());
    let place = Place { recordings: settings::folders().map(|f| f.recordings()), file: None, name, goes_on: false };
    let microphone = Microphone::find(device)?;
    let name = microphone.name.clone();
    let recorder = Recorder::open(microphone, place, about, Limits { max_s: None, silence_s: None })?;
    let mut session = Session { recorder, name, screen: Screen::open(), events, brief, told: Vec::new() };
    session.introduce();
    let taken = session.record()?;
    Ok(session.finish(taken))
}

/// The outcome of recording.
pub(super) enum Finished {
    /// A recording to analyze.
    Taken(PathBuf),
    /// A recording to analyze another time: somebody left.
    Left(PathBuf),
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
    Ok(Brief { question, own_target_s, own_fillers: settings.fillers.clone(), ..Brief::default() })
}

/// The settings for analyzing takes.
struct Job {
    model: Model,
    settings: Settings,
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

    /// Analyzes a recording and prints the report, unless the user leaves it for later. In that case the analysis keeps
    /// running in the background.
    fn analyze(&self, path: &Path, loading: Loading, brief: Brief, events: &InputEvents) -> Result<Analyzed> {
        let file = path.to_owned();
        let report = events.unless_left(move || {
            let engine = loading.join().unwrap_or_else(|_| Err(anyhow!("the speech model could not be loaded")))?;
            Ok::<_, anyhow::Error>(one(&file, &engine, &brief)?)
        })?;
        let Some(report) = report else {
            say(&format!("Kept. To analyze it later: aloud analyze {}", shown(path)));
            return Ok(Analyzed::Left);
        };
        match report {
            Ok((report, features)) => {
                let form = if self.json { Form::Json } else { Form::Terminal };
                let contours = Contours::of(&features);
                if self.save {
                    history::keep(&report, Some(&contours), path, None, true);
                }
                let mut printer = Printer::new(form, false, None);
                printer.print(report.clone(), path)?;
                printer.finish(&[])?;
                Ok(Analyzed::Done(Some(Box::new(Shown { report, contours, recording: path.to_owned() }))))
            }
            Err(error) => {
                complain(&format!("{}: {error:#}", path.display()));
                Ok(Analyzed::Done(None))
            }
        }
    }
}

/// Offers to analyze takes that were cut short or left. Returns the outcome if the user had one analyzed, or left,
/// instead of recording.
fn offer_unfinished(recordings: &Path, job: &Job, events: &InputEvents) -> Result<Option<Outcome>> {
    for take in capture::unfinished(recordings) {
        let what = format!("A recording of {} has no report yet", clock(take.duration_s));
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            say(&format!("{what}. To analyze it: {}", analyze_command(&take.path, &take.about)));
            continue;
        }
        ask(&format!("{what} ({}). Analyze it now? [Y/n] ", shown(&take.path)));
        let Some(answer) = events.line() else {
            say(""); // the take will be offered again
            return Ok(Some(Outcome::Done));
        };
        if answer.trim().to_lowercase().starts_with('n') {
            say(&format!("It stays there. To analyze it later: {}", analyze_command(&take.path, &take.about)));
            take.settle();
            continue;
        }
        // A take is still analyzed if its question no longer exists.
        let known =
            About { question: take.about.question.clone().filter(|q| questions::resolve(q).is_ok()), ..take.about };
        return match job.analyze(&take.path, job.load(), brief(&known, &job.settings)?, events)? {
            Analyzed::Done(Some(_)) => {
                take.settle();
                Ok(Some(Outcome::Done))
            }
            Analyzed::Done(None) => Ok(Some(Outcome::Failed)),
            Analyzed::Left => exit_while_reading(), // the take will be offered again
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
    /// The concerns already reported in this take.
    told: Vec<Concern>,
}

impl Session<'_> {
    fn introduce(&mut self) {
        self.recorder.finish_when(self.events.left());
        if let Some(question) = &self.brief.question {
            self.screen.paragraph(&question.text);
        }
        let target = self.brief.target_s().map_or(String::new(), |t| format!("Aim for {}. ", target_words(t)));
        let keys = if self.screen.has_keys() {
            "Enter finishes, p pauses, r starts again."
        } else if io::stdin().is_terminal() {
            "Press Enter to finish; p and Enter to pause, r and Enter to start again."
        } else {
            "Ctrl-C finishes."
        };
        self.screen.paragraph(&format!("{target}{keys}"));
        self.screen.paragraph(&format!("Microphone: {}", self.name));
    }

    /// Records until a take is finished; returns `None` if the user left before it began.
    fn record(&mut self) -> Result<Option<Take>> {
        loop {
            if !self.count_down()? {
                return Ok(None);
            }
            self.told.clear();
            let path = self.recorder.begin()?;
            self.screen.say_unless_live(&format!("Recording to {}", shown(&path)));
            match self.take() {
                (take, After::Analyze) => return Ok(Some(take)),
                (take, After::Again) => self.screen.say(&format!("Kept: {}", shown(&take.path))),
            }
        }
    }

    /// Counts down and waits for the microphone if a user can see the screen; returns `false` if the user left.
    /// Otherwise the take begins at once, since a script may already be playing something to it.
    fn count_down(&mut self) -> Result<bool> {
        if !self.screen.counts_down() {
            return Ok(true);
        }
        let begun = Instant::now();
        let wait = Duration::from_secs(COUNTDOWN);
        loop {
            match self.events.next(&self.screen, DRAW_EVERY / 2) {
                Some(InputEvent::Finish) => break,
                Some(InputEvent::Leave | InputEvent::Interrupt | InputEvent::End) => return Ok(false),
                _ => {}
            }
            let status = self.recorder.status();
            if status.gone {
                return Err(anyhow!("{}", Concern::Stalled.advice(&self.name)));
            }
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() && status.listening {
                break;
            }
            if left.is_zero() {
                self.screen.draw("Waiting for the microphone ...");
                self.tell(status.concern);
            } else {
                self.screen.count(left.as_secs_f64().ceil() as u64);
            }
        }
        Ok(true)
    }

    /// Records one take from beginning to end.
    fn take(&mut self) -> (Take, After) {
        let mut after = After::Analyze;
        let (mut paused, mut is_interrupted, mut is_finishing) = (false, false, false);
        let mut plain_at_s = PLAIN_EVERY_S;
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
                Some(InputEvent::Pause) => {
                    paused = !paused;
                    self.recorder.pause(paused);
                    self.screen.say_unless_live(if paused { "Paused." } else { "Recording again." });
                }
                Some(InputEvent::Again) => {
                    after = After::Again;
                    self.recorder.finish();
                }
                None => {}
            }
            let status = self.recorder.status();
            if let Some(take) = status.over {
                self.screen.clear();
                return (take.clone(), if take.ending == Ending::Asked { after } else { After::Analyze });
            }
            if !status.paused {
                self.tell(status.concern);
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
        let Self { recorder, name, screen, events, .. } = self;
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
        if let Some(reason) = cut_short(&take, &name) {
            let kept =
                format!("the first {} are kept; analyze them with: aloud analyze {path}", clock(take.duration_s));
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
            say(&format!("Kept. To analyze it later: aloud analyze {path}"));
            return Finished::Left(take.path);
        }
        Finished::Taken(take.path)
    }
}

/// The action that follows a take.
enum After {
    Analyze,
    Again,
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

/// Returns the command that analyzes a take later.
fn analyze_command(path: &Path, about: &About) -> String {
    let question = about.question.as_deref().map_or(String::new(), |q| format!(" --question {}", quoted(q)));
    format!("aloud analyze {}{question}", shown(path))
}

/// Quotes a path for a shell.
fn shown(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,@%".contains(c);
    if text.chars().all(plain) && !text.is_empty() {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
