//! The worker thread that owns the microphone's stream and the file.
//!
//! It listens from the moment it is opened, so that a microphone that is slow to start (Bluetooth) or dead is known
//! before anybody speaks, and writes from [`Recorder::begin`] on. It needs no polling.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::continuity::Continuity;
use super::device::{Format, Microphone};
use super::error::CaptureError;
use super::meter::Meter;
use super::ring::{Intake, Outlet, ring};
use super::take::{About, Failure, Place, Writer};
use super::watch::{Concern, Watch};
use crate::app::play::is_lost;

/// How often the worker polls for sound.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// A device that has delivered nothing for this long is gone, in seconds. It may never say so.
const GONE_S: f64 = 10.0;
/// The same when it reported an error before, in seconds.
const GONE_AFTER_ERROR_S: f64 = 1.0;
/// The capacity for errors of the device that wait to be handled; some devices repeat one endlessly.
const ERRORS: usize = 16;

/// Limits that end a take.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Its maximum length, in seconds.
    pub max_s: Option<f64>,
    /// Silence after speech, in seconds.
    pub silence_s: Option<f64>,
}

/// Why a take ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// Somebody asked for it.
    Asked,
    /// It reached its maximum length.
    Max,
    /// Nobody spoke for as long as was asked for.
    Silence,
    /// A WAV file holds no more.
    Full,
    /// The microphone went away.
    MicrophoneGone,
    /// The disk is full.
    DiskFull,
    /// The disk is broken, with the system's reason.
    DiskFailed(String),
    /// The file or its folder was removed; whether the take could be saved elsewhere.
    Removed {
        /// It is at [`Take::path`].
        rescued: bool,
    },
}

impl Ending {
    /// Whether the take was cut short, against the user's wish.
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::Asked | Self::Max | Self::Silence | Self::Full)
    }
}

/// A take that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Take {
    /// Its recording.
    pub path: PathBuf,
    /// Its length, in seconds.
    pub duration_s: f64,
    /// Frames that went missing; silence stands in their place.
    pub dropped_frames: u64,
    /// Whether it holds nothing but zeros.
    pub only_zeros: bool,
    /// Why it ended.
    pub ending: Ending,
}

/// How it stands right now.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Sound arrives from the microphone, or has.
    pub listening: bool,
    /// A take is being recorded, or is paused.
    pub recording: bool,
    /// It is paused.
    pub paused: bool,
    /// The length of the take so far, in seconds.
    pub elapsed_s: f64,
    /// The loudest sample of the last tenth of a second, in dBFS; `None` for digital silence.
    pub peak_dbfs: Option<f64>,
    /// Something was clipped just now.
    pub clipped: bool,
    /// What is wrong with the input, if anything.
    pub concern: Option<Concern>,
    /// The last take, once it is over.
    pub over: Option<Take>,
    /// The microphone went away while nothing was recorded.
    pub gone: bool,
}

enum Command {
    Begin(SyncSender<Result<PathBuf, CaptureError>>),
    Pause(bool),
    Finish,
    FinishWhen(Arc<AtomicBool>),
}

/// A microphone that is open.
pub struct Recorder {
    /// The microphone's native format.
    pub format: Format,
    commands: Option<Sender<Command>>,
    status: Arc<Mutex<Status>>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Opens the microphone and listens.
    ///
    /// # Errors
    /// When it is gone, in use, or not ours to use.
    pub fn open(microphone: Microphone, place: Place, about: About, limits: Limits) -> Result<Self, CaptureError> {
        let (commands, received) = channel();
        let (opened, result) = sync_channel(1);
        let status = Arc::new(Mutex::new(Status::default()));
        let shared = Arc::clone(&status);
        let thread =
            std::thread::Builder::new().name("recorder".into()).spawn(move || match Stream::open(&microphone) {
                Ok(stream) => {
                    let _ = opened.send(Ok(stream.format));
                    Worker::new(stream, place, about, limits, shared).run(&received);
                }
                Err(error) => drop(opened.send(Err(error))),
            });
        let name = || "recorder".to_owned();
        let thread = thread.map_err(|e| CaptureError::Failed { name: name(), reason: e.to_string() })?;
        let lost = |_| CaptureError::Failed { name: name(), reason: "it stopped while it was opened".to_owned() };
        let format = result.recv().map_err(lost)??;
        Ok(Self { format, commands: Some(commands), status, thread: Some(thread) })
    }

    /// Begins a take, and gives its path.
    ///
    /// # Errors
    /// When it cannot be written there, or would overwrite something.
    pub fn begin(&self) -> Result<PathBuf, CaptureError> {
        let (reply, begun) = sync_channel(1);
        self.send(Command::Begin(reply));
        begun.recv().unwrap_or_else(|_| Err(CaptureError::Gone { name: "recorder".to_owned() }))
    }

    /// Pauses the take or resumes it. What is said in a pause is not recorded.
    pub fn pause(&self, paused: bool) {
        self.send(Command::Pause(paused));
    }

    /// Ends the take; it is then in [`Status::over`].
    pub fn finish(&self) {
        self.send(Command::Finish);
    }

    /// Ends the take, and any later one, as soon as `flag` is true, even while the caller is blocked.
    pub fn finish_when(&self, flag: Arc<AtomicBool>) {
        self.send(Command::FinishWhen(flag));
    }

    /// How it stands right now.
    pub fn status(&self) -> Status {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn send(&self, command: Command) {
        if let Some(commands) = &self.commands {
            let _ = commands.send(command); // a worker that is gone has said why in its status
        }
    }
}

impl Drop for Recorder {
    /// Ends the take that is being recorded, if any, and closes the microphone.
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The running stream of a microphone, and the worker's end of its ring.
struct Stream {
    format: Format,
    outlet: Outlet,
    errors: Receiver<cpal::Error>,
    overruns: Arc<AtomicU64>,
    _running: cpal::Stream,
}

impl Stream {
    fn open(microphone: &Microphone) -> Result<Self, CaptureError> {
        let format = microphone.format()?;
        let overruns = Arc::new(AtomicU64::new(0));
        let (errors, reported) = sync_channel(ERRORS);
        let mut outlet = None;
        let intake = || -> Intake {
            let (intake, other_end) = ring(format.rate_hz, format.channels, Arc::clone(&overruns));
            outlet = Some(other_end);
            intake
        };
        let running = microphone.start(intake, &overruns, &errors)?;
        let outlet = outlet.expect("a stream that started was given its intake");
        Ok(Self { format, outlet, errors: reported, overruns, _running: running })
    }
}

struct Worker {
    stream: Stream,
    place: Place,
    about: About,
    limits: Limits,
    status: Arc<Mutex<Status>>,
    continuity: Continuity,
    meter: Meter,
    watch: Watch,
    take: Option<Writer>,
    takes: u32,
    paused: bool,
    only_zeros: bool,
    peak_dbfs: Option<f64>,
    device_failed: bool,
    overruns: u64,
    samples: Vec<f32>,
    finish_when: Arc<AtomicBool>,
}

impl Worker {
    fn new(stream: Stream, place: Place, about: About, limits: Limits, status: Arc<Mutex<Status>>) -> Self {
        let Format { rate_hz, channels, .. } = stream.format;
        let watch = Watch::new(stream.outlet.now());
        Self {
            stream,
            place,
            about,
            limits,
            status,
            continuity: Continuity::new(rate_hz),
            meter: Meter::new(rate_hz, channels),
            watch,
            take: None,
            takes: 0,
            paused: false,
            only_zeros: true,
            peak_dbfs: None,
            device_failed: false,
            overruns: 0,
            samples: Vec::new(),
            finish_when: Arc::default(),
        }
    }

    fn run(mut self, commands: &Receiver<Command>) {
        loop {
            let command = commands.recv_timeout(LOOK_EVERY);
            // What arrived before the command belongs to before the command.
            let is_flagged = self.finish_when.load(Ordering::Relaxed);
            let finishing = is_flagged || matches!(command, Ok(Command::Finish) | Err(RecvTimeoutError::Disconnected));
            if let Some(ending) = self.hear(finishing) {
                self.end(ending);
            }
            if is_flagged {
                self.end(Ending::Asked);
            }
            match command {
                Ok(Command::Begin(reply)) => drop(reply.send(self.begin())),
                Ok(Command::Pause(paused)) => self.paused = paused,
                Ok(Command::Finish) => self.end(Ending::Asked),
                Ok(Command::FinishWhen(flag)) => self.finish_when = flag,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.end(Ending::Asked);
                    return;
                }
            }
            self.publish();
        }
    }

    fn begin(&mut self) -> Result<PathBuf, CaptureError> {
        let take = Writer::create(&self.place, &self.about, self.stream.format, self.takes == 0)?;
        let path = take.path().to_owned();
        self.take = Some(take);
        self.takes += 1;
        self.paused = false;
        self.only_zeros = true;
        self.watch = Watch::new(self.stream.outlet.now());
        self.status.lock().unwrap_or_else(PoisonError::into_inner).over = None;
        Ok(path)
    }

    /// Moves everything that has arrived to the meter, and to the file if there is one. Returns why the take ends, if it does.
    fn hear(&mut self, all: bool) -> Option<Ending> {
        let mut blocks = 0;
        while let Some(block) = self.stream.outlet.next_block() {
            self.watch.arrived(block.arrived);
            self.continuity.push(block);
            blocks += 1;
        }
        let now = self.stream.outlet.now();
        while let Some((block, missing)) = self.continuity.next(now, all) {
            self.samples.clear();
            self.stream.outlet.take(&block, &mut self.samples);
            let (watch, peak) = (&mut self.watch, &mut self.peak_dbfs);
            self.meter.push(&self.samples, |reading| {
                *peak = (!reading.zero).then_some(reading.peak_dbfs);
                watch.push(reading);
            });
            if let Some(ending) = self.write(missing) {
                return Some(ending);
            }
        }
        if blocks > 0 {
            self.device_failed = false;
            self.overruns = self.stream.overruns.load(Ordering::Relaxed);
        }
        let silent_s = self.watch.silent_s().filter(|_| !self.paused && self.take.is_some());
        if self.limits.silence_s.zip(silent_s).is_some_and(|(limit, silent)| silent >= limit) {
            return Some(Ending::Silence);
        }
        if let Some(failure) = self.take.as_mut().and_then(|take| take.tick().err()) {
            return Some(self.abandon(failure));
        }
        self.is_gone(now).then_some(Ending::MicrophoneGone)
    }

    /// Writes the samples after `missing` frames of silence. Returns why the take ends, if it does.
    fn write(&mut self, missing: u64) -> Option<Ending> {
        let take = self.take.as_mut().filter(|_| !self.paused)?;
        let rate_hz = f64::from(self.stream.format.rate_hz);
        let channels = usize::from(self.stream.format.channels);
        let room = self.limits.max_s.map_or(u64::MAX, |s| ((s * rate_hz).round() as u64).saturating_sub(take.frames()));
        let missing = missing.min(room);
        let frames = ((self.samples.len() / channels) as u64).min(room - missing);
        let samples = &self.samples[..frames as usize * channels];
        self.only_zeros &= samples.iter().all(|x| *x == 0.0);
        let filled = if missing > 0 { take.fill(missing) } else { Ok(()) };
        match filled.and_then(|()| take.write(samples)) {
            Ok(()) => (missing + frames == room).then_some(Ending::Max),
            Err(Failure::Full) => Some(Ending::Full),
            Err(failure) => Some(self.abandon(failure)),
        }
    }

    /// Whether the microphone went away.
    fn is_gone(&mut self, now: Duration) -> bool {
        let mut gone = false;
        while let Ok(error) = self.stream.errors.try_recv() {
            self.device_failed = true;
            gone |= is_lost(&error);
        }
        // A device that keeps reporting losses and delivers nothing in between has failed, too.
        let overruns = self.stream.overruns.load(Ordering::Relaxed);
        self.device_failed |= overruns > self.overruns + 2;
        let stalled_s = self.watch.stalled_s(now);
        gone || stalled_s >= GONE_S || (self.device_failed && stalled_s >= GONE_AFTER_ERROR_S)
    }

    /// Ends the take, if there is one.
    fn end(&mut self, ending: Ending) {
        let Some(take) = self.take.take() else {
            if ending == Ending::MicrophoneGone {
                self.status.lock().unwrap_or_else(PoisonError::into_inner).gone = true;
            }
            return;
        };
        let (duration_s, dropped_frames) = (self.length_s(&take), take.dropped());
        let (path, ending) = if ending == Ending::MicrophoneGone {
            // The file is fine, but nobody meant it to end here.
            (take.interrupt(), ending)
        } else {
            match take.finish() {
                Ok(path) => (path, ending),
                Err((failure, path)) => (path, Ending::from(failure)),
            }
        };
        self.over(Take { path, duration_s, dropped_frames, only_zeros: self.only_zeros, ending });
    }

    /// Ends the take after a disk failure, and returns how it ended.
    fn abandon(&mut self, failure: Failure) -> Ending {
        let Some(take) = self.take.take() else { return Ending::from(failure) };
        let (duration_s, dropped_frames) = (self.length_s(&take), take.dropped());
        let (failure, path) = take.abandon(failure);
        let ending = Ending::from(failure);
        self.over(Take { path, duration_s, dropped_frames, only_zeros: self.only_zeros, ending: ending.clone() });
        ending
    }

    fn over(&mut self, take: Take) {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).over = Some(take);
    }

    fn length_s(&self, take: &Writer) -> f64 {
        take.frames() as f64 / f64::from(self.stream.format.rate_hz)
    }

    fn publish(&self) {
        let now = self.stream.outlet.now();
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.listening = self.watch.has_heard() || self.takes > 0;
        status.recording = self.take.is_some();
        status.paused = self.paused;
        status.elapsed_s = self.take.as_ref().map_or(0.0, |take| self.length_s(take));
        status.peak_dbfs = self.peak_dbfs;
        status.clipped = self.watch.clipped_lately();
        status.concern = self.watch.concern(now);
    }
}

impl From<Failure> for Ending {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Full => Self::Full,
            Failure::Removed(rescued) => Self::Removed { rescued: rescued.is_some() },
            Failure::Disk(e) => match e.kind() {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
                _ => Self::DiskFailed(crate::plain::one_line(&e.to_string())),
            },
        }
    }
}
