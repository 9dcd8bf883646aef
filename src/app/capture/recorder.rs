//! The worker thread, which owns the microphone's stream and the file.
//!
//! The worker listens from the moment the microphone is opened, so that a microphone that is slow to start (Bluetooth)
//! or dead is noticed before anybody speaks, and writes from [`Recorder::begin`] on. Callers need not poll it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::continuity::Continuity;
use super::device::{Format, Microphone};
use super::error::CaptureError;
use super::meter::Meter;
use super::ring::{Intake, Outlet, ring};
use super::take::{About, Failure, Place, Writer};
use super::watch::{Concern, Watch};
use crate::app::clock::{StreamClock, TimeEstimate};
use crate::app::play::is_lost;

/// How often the worker polls for sound.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// How long a device may deliver nothing before it counts as gone, in seconds. Some devices never report it.
const GONE_S: f64 = 10.0;
/// How long a device that has reported an error may deliver nothing before it counts as gone, in seconds.
const GONE_AFTER_ERROR_S: f64 = 1.0;
/// The capacity of the queue of device errors; some devices repeat an error endlessly.
const ERRORS: usize = 16;

/// Limits that end a take.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// The maximum length of the take, in seconds.
    pub max_s: Option<f64>,
    /// The length of silence after speech that ends the take, in seconds.
    pub silence_s: Option<f64>,
}

/// Why a take ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The user ended the take.
    Asked,
    /// The take reached its maximum length.
    Max,
    /// Nobody spoke for [`Limits::silence_s`].
    Silence,
    /// The WAV file reached its maximum size.
    Full,
    /// The microphone went away.
    MicrophoneGone,
    /// The disk is full.
    DiskFull,
    /// The disk failed, with the system's reason.
    DiskFailed(String),
    /// The file or its folder was removed.
    Removed {
        /// Whether the take was saved elsewhere, at [`Take::path`].
        rescued: bool,
    },
}

impl Ending {
    /// Returns whether the take was cut short against the user's wish.
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::Asked | Self::Max | Self::Silence | Self::Full)
    }
}

/// A finished take.
#[derive(Debug, Clone, PartialEq)]
pub struct Take {
    /// The path of the recording.
    pub path: PathBuf,
    /// The length of the take, in seconds.
    pub duration_s: f64,
    /// When the microphone picked up the beginning of the take; `None` for a take without sound.
    pub began: Option<TimeEstimate>,
    /// The number of missing frames, which were replaced by silence.
    pub dropped_frames: u64,
    /// Whether the take holds nothing but zeros.
    pub only_zeros: bool,
    /// Why the take ended.
    pub ending: Ending,
}

/// The current state of a recorder.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Whether sound has arrived from the microphone.
    pub listening: bool,
    /// Whether a take is being recorded or is paused.
    pub recording: bool,
    /// Whether the take is paused.
    pub paused: bool,
    /// The length of the take so far, in seconds.
    pub elapsed_s: f64,
    /// The peak of the last tenth of a second, in dBFS; `None` for digital silence.
    pub peak_dbfs: Option<f64>,
    /// Whether the input clipped just now.
    pub clipped: bool,
    /// What is wrong with the input, if anything.
    pub concern: Option<Concern>,
    /// The last take, once it has ended.
    pub over: Option<Take>,
    /// Whether the microphone went away while nothing was being recorded.
    pub gone: bool,
}

enum Command {
    Begin(Option<Instant>, SyncSender<Result<PathBuf, CaptureError>>),
    Pause(bool),
    Finish,
    FinishWhen(Arc<AtomicBool>),
}

/// An open microphone.
pub struct Recorder {
    /// The microphone's native format.
    pub format: Format,
    commands: Option<Sender<Command>>,
    status: Arc<Mutex<Status>>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Opens the microphone and starts listening.
    ///
    /// # Errors
    /// When the microphone is gone, in use, or not accessible.
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

    /// Begins a take of all sound that arrives from now on, and returns its path.
    ///
    /// # Errors
    /// When the file cannot be written there, or would overwrite another.
    pub fn begin(&self) -> Result<PathBuf, CaptureError> {
        self.begin_with(None)
    }

    /// Begins a take of what the microphone picks up from `from` on, however long that sound is on its way, and returns
    /// its path.
    ///
    /// # Errors
    /// As [`Recorder::begin`].
    pub fn begin_at(&self, from: Instant) -> Result<PathBuf, CaptureError> {
        self.begin_with(Some(from))
    }

    fn begin_with(&self, from: Option<Instant>) -> Result<PathBuf, CaptureError> {
        let (reply, begun) = sync_channel(1);
        self.send(Command::Begin(from, reply));
        begun.recv().unwrap_or_else(|_| Err(CaptureError::Gone { name: "recorder".to_owned() }))
    }

    /// Pauses or resumes the take. What is said during a pause is not recorded.
    pub fn pause(&self, paused: bool) {
        self.send(Command::Pause(paused));
    }

    /// Ends the take, which is then available in [`Status::over`].
    pub fn finish(&self) {
        self.send(Command::Finish);
    }

    /// Ends this take and any later one as soon as `flag` is true, even while the caller is blocked.
    pub fn finish_when(&self, flag: Arc<AtomicBool>) {
        self.send(Command::FinishWhen(flag));
    }

    /// Returns the current state.
    pub fn status(&self) -> Status {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn send(&self, command: Command) {
        if let Some(commands) = &self.commands {
            let _ = commands.send(command); // a worker that has ended gives its reason in the status
        }
    }
}

impl Drop for Recorder {
    /// Ends the current take, if any, and closes the microphone.
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
    /// When the microphone picked up which frame of the stream.
    clock: StreamClock,
    /// The number of frames of the stream so far, missing ones included.
    frames: u64,
    take: Option<Writer>,
    takes: u32,
    /// Before this moment nothing belongs to the take.
    from: Option<Instant>,
    began: Option<TimeEstimate>,
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
        let clock = StreamClock::new(stream.outlet.since(), rate_hz);
        Self {
            stream,
            place,
            about,
            limits,
            status,
            continuity: Continuity::new(rate_hz),
            meter: Meter::new(rate_hz, channels),
            watch,
            clock,
            frames: 0,
            take: None,
            takes: 0,
            from: None,
            began: None,
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
            // Sound that arrived before the command is handled before the command.
            let is_flagged = self.finish_when.load(Ordering::Relaxed);
            let finishing = is_flagged || matches!(command, Ok(Command::Finish) | Err(RecvTimeoutError::Disconnected));
            if let Some(ending) = self.hear(finishing) {
                self.end(ending);
            }
            if is_flagged {
                self.end(Ending::Asked);
            }
            match command {
                Ok(Command::Begin(from, reply)) => drop(reply.send(self.begin(from))),
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

    fn begin(&mut self, from: Option<Instant>) -> Result<PathBuf, CaptureError> {
        let is_first = self.takes == 0 && !self.place.goes_on;
        let take = Writer::create(&self.place, &self.about, self.stream.format, is_first)?;
        let path = take.path().to_owned();
        self.take = Some(take);
        self.takes += 1;
        (self.from, self.began) = (from, None);
        self.paused = false;
        self.only_zeros = true;
        self.watch = Watch::new(self.stream.outlet.now());
        self.status.lock().unwrap_or_else(PoisonError::into_inner).over = None;
        Ok(path)
    }

    /// Moves everything that has arrived to the meter, and to the file if there is one. Returns the reason if the take
    /// ends.
    fn hear(&mut self, all: bool) -> Option<Ending> {
        let mut blocks = 0;
        while let Some(block) = self.stream.outlet.next_block() {
            self.watch.arrived(block.arrived);
            self.continuity.push(block);
            blocks += 1;
        }
        let now = self.stream.outlet.now();
        let rate_hz = f64::from(self.stream.format.rate_hz);
        while let Some((block, missing)) = self.continuity.next(now, all) {
            self.frames += missing;
            // A block cannot be younger than its first frame.
            let age_s = block.age.as_secs_f64().max(block.frames as f64 / rate_hz);
            self.clock.note(self.frames, self.stream.outlet.since() + block.arrived, -age_s);
            self.frames += block.frames as u64;
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

    /// Writes the samples after `missing` frames of silence. Returns the reason if the take ends.
    fn write(&mut self, missing: u64) -> Option<Ending> {
        let take = self.take.as_mut().filter(|_| !self.paused)?;
        let rate_hz = f64::from(self.stream.format.rate_hz);
        let channels = usize::from(self.stream.format.channels);
        let there = (self.samples.len() / channels) as u64;
        let first = self.frames - there - missing;
        let early = self.from.and_then(|from| self.clock.frame_at(from)).map_or(0, |from| from.saturating_sub(first));
        if early >= missing + there {
            return None; // all of it is from before the take
        }
        self.from = None;
        self.began = self.began.or_else(|| self.clock.time_of(first + early));
        let (skipped, missing) = (early.saturating_sub(missing), missing.saturating_sub(early));
        let room = self.limits.max_s.map_or(u64::MAX, |s| ((s * rate_hz).round() as u64).saturating_sub(take.frames()));
        let missing = missing.min(room);
        let frames = (there - skipped).min(room - missing);
        let samples = &self.samples[skipped as usize * channels..(skipped + frames) as usize * channels];
        self.only_zeros &= samples.iter().all(|x| *x == 0.0);
        let filled = if missing > 0 { take.fill(missing) } else { Ok(()) };
        match filled.and_then(|()| take.write(samples)) {
            Ok(()) => (missing + frames == room).then_some(Ending::Max),
            Err(Failure::Full) => Some(Ending::Full),
            Err(failure) => Some(self.abandon(failure)),
        }
    }

    /// Returns whether the microphone went away.
    fn is_gone(&mut self, now: Duration) -> bool {
        let mut gone = false;
        while let Ok(error) = self.stream.errors.try_recv() {
            self.device_failed = true;
            gone |= is_lost(&error);
        }
        // A device that keeps reporting losses and delivers nothing in between has failed as well.
        let overruns = self.stream.overruns.load(Ordering::Relaxed);
        self.device_failed |= overruns > self.overruns + 2;
        let stalled_s = self.watch.stalled_s(now);
        gone || stalled_s >= GONE_S || (self.device_failed && stalled_s >= GONE_AFTER_ERROR_S)
    }

    /// Ends the current take, if any.
    fn end(&mut self, ending: Ending) {
        let Some(take) = self.take.take() else {
            if ending == Ending::MicrophoneGone {
                self.status.lock().unwrap_or_else(PoisonError::into_inner).gone = true;
            }
            return;
        };
        let (duration_s, dropped_frames) = (self.length_s(&take), take.dropped());
        let (path, ending) = if ending == Ending::MicrophoneGone {
            // The file is intact, but the user did not mean the take to end here.
            (take.interrupt(), ending)
        } else {
            match take.finish() {
                Ok(path) => (path, ending),
                Err((failure, path)) => (path, Ending::from(failure)),
            }
        };
        self.over(Take { path, duration_s, began: self.began, dropped_frames, only_zeros: self.only_zeros, ending });
    }

    /// Ends the take after a disk failure, and returns how it ended.
    fn abandon(&mut self, failure: Failure) -> Ending {
        let Some(take) = self.take.take() else { return Ending::from(failure) };
        let (duration_s, dropped_frames) = (self.length_s(&take), take.dropped());
        let (failure, path) = take.abandon(failure);
        let ending = Ending::from(failure);
        let (began, only_zeros) = (self.began, self.only_zeros);
        self.over(Take { path, duration_s, began, dropped_frames, only_zeros, ending: ending.clone() });
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
