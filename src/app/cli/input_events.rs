//! Input events while recording: keys on a terminal, lines on standard input, signals.
//!
//! When the user has left, the microphone must close. SIGHUP, SIGTERM, a closed terminal and the end of standard input
//! each end the take, and then the program within [`GRACE`], whatever it is still doing. A closed terminal is never
//! read again: crossterm's own reader never returns from one, so it is not used on Unix.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::end_now;
use super::screen::{Screen, put_back};

/// The grace period for the program to exit once the user has left: time to write the take to a slow disk and to save a
/// session. The program is gone within a second (ours), so that closing a window never leaves a microphone open.
const GRACE: Duration = Duration::from_millis(800);
/// The polling interval for whether the user has left.
const GLANCE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InputEvent {
    /// Finish the take and analyze it.
    Finish,
    /// The first time, the same as [`Self::Finish`]; the second time, keep the recording and skip the analysis.
    Interrupt,
    /// Keep the recording and leave: the user is gone.
    Leave,
    /// Standard input is not a terminal and has reached its end. Handled like [`Self::Leave`], but ignored if the take
    /// has already been finished.
    End,
    /// Pause or resume.
    Pause,
    /// Keep this take and start again.
    Again,
    /// Throw this take away and start again.
    ThrowAway,
    /// Ask the question again.
    Pardon,
}

/// Collects input events from the start of the program.
pub(super) struct InputEvents {
    interrupts: Arc<AtomicUsize>,
    /// The number of interrupts already returned as events.
    heard: Cell<usize>,
    leaving: Leaving,
    /// Whether [`InputEvent::Leave`] has been returned.
    told: Cell<bool>,
    /// Events of keys that arrived together and are still to be returned.
    keys: RefCell<VecDeque<InputEvent>>,
    /// The receiver of the line being waited for.
    line: RefCell<Option<Receiver<Option<String>>>>,
    somebody_writes: OnceCell<bool>,
    /// Whether standard input has ended.
    ended: Cell<bool>,
}

/// Whether the user is leaving.
#[derive(Clone, Default)]
struct Leaving {
    leaves: Arc<AtomicBool>,
    /// Whether the exit timer is running.
    at_once: Arc<AtomicBool>,
}

impl Leaving {
    fn leaves(&self) -> bool {
        self.leaves.load(Ordering::Relaxed)
    }

    /// Records that the user has left, and ends the program after [`GRACE`], whatever it is doing.
    fn at_once(&self) {
        self.leaves.store(true, Ordering::Relaxed);
        if !self.at_once.swap(true, Ordering::Relaxed) {
            std::thread::spawn(|| {
                std::thread::sleep(GRACE);
                put_back();
                end_now(1)
            });
        }
    }
}

impl InputEvents {
    /// Installs the signal handlers.
    pub(super) fn listen() -> Self {
        let (interrupts, leaving) = (Arc::<AtomicUsize>::default(), Leaving::default());
        listen_to_signals(&interrupts, &leaving);
        Self {
            interrupts,
            heard: Cell::new(0),
            leaving,
            told: Cell::new(false),
            keys: RefCell::default(),
            line: RefCell::default(),
            somebody_writes: OnceCell::new(),
            ended: Cell::new(false),
        }
    }

    /// Returns a flag that becomes true when the user leaves, even while this thread is blocked.
    pub(super) fn left(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.leaving.leaves)
    }

    /// Returns the next event, waiting for up to `wait`. Once the user has left, every call returns
    /// [`InputEvent::Leave`].
    pub(super) fn next(&self, screen: &Screen, wait: Duration) -> Option<InputEvent> {
        if self.leaving.leaves() {
            if self.told.replace(true) {
                std::thread::sleep(wait);
            }
            return Some(InputEvent::Leave);
        }
        if self.interrupted() {
            return Some(InputEvent::Interrupt);
        }
        if !screen.has_keys() {
            return self.typed(wait);
        }
        let waiting = self.keys.borrow_mut().pop_front();
        waiting.or_else(|| match read_keys(wait) {
            Keys::Some(events) => {
                let mut keys = self.keys.borrow_mut();
                keys.extend(events);
                keys.pop_front()
            }
            Keys::None => None,
            Keys::Gone => {
                self.leave_at_once();
                Some(InputEvent::Leave)
            }
        })
    }

    /// Returns the event in the next line, if single keys cannot be read.
    fn typed(&self, wait: Duration) -> Option<InputEvent> {
        if self.ended.get() || !self.somebody_writes.get_or_init(somebody_writes) {
            std::thread::sleep(wait);
            return self.ended.get().then_some(InputEvent::End);
        }
        match self.read_line(wait) {
            Line::Typed(line) => match line.trim() {
                "" => Some(InputEvent::Finish),
                "p" | "P" => Some(InputEvent::Pause),
                "r" | "R" => Some(InputEvent::Again),
                "x" | "X" => Some(InputEvent::ThrowAway),
                "?" => Some(InputEvent::Pardon),
                _ => None,
            },
            Line::None => None,
            // At a terminal, the end of input means that it was closed or that the user pressed Ctrl-D.
            Line::End if io::stdin().is_terminal() => {
                self.leave_at_once();
                Some(InputEvent::Leave)
            }
            Line::End => Some(InputEvent::End),
        }
    }

    /// Returns the line that the user types; `None` if they leave instead.
    pub(super) fn line(&self) -> Option<String> {
        while !self.ended.get() && !self.leave() {
            match self.read_line(GLANCE) {
                Line::Typed(line) => return Some(line),
                Line::None => {}
                Line::End => break,
            }
        }
        self.leave_at_once();
        None
    }

    /// Waits for a line on a separate thread, which reads only one line: what is typed later may be keys.
    fn read_line(&self, wait: Duration) -> Line {
        let mut line = self.line.borrow_mut();
        let waiting = line.get_or_insert_with(|| {
            let (typed, line) = channel();
            std::thread::spawn(move || {
                let mut text = String::new();
                let read = io::stdin().lock().read_line(&mut text);
                let _ = typed.send(Some(text).filter(|_| read.is_ok_and(|n| n > 0)));
            });
            line
        });
        match waiting.recv_timeout(wait) {
            Ok(Some(text)) => {
                *line = None;
                Line::Typed(text)
            }
            Err(RecvTimeoutError::Timeout) => Line::None,
            Ok(None) | Err(RecvTimeoutError::Disconnected) => {
                self.ended.set(true);
                Line::End
            }
        }
    }

    /// Returns whether the user wants to leave now. Polled while the analysis runs.
    pub(super) fn leave(&self) -> bool {
        if self.leaving.leaves() {
            return true;
        }
        if is_hung_up() {
            self.leave_at_once();
        } else if self.interrupted() {
            self.remember_to_leave();
        }
        self.leaving.leaves()
    }

    /// Returns whether nobody is left to answer questions.
    pub(super) fn is_alone(&self) -> bool {
        self.ended.get() || self.leave()
    }

    /// Returns the result of `work`, which runs on a separate thread; `None` if the user leaves meanwhile.
    ///
    /// # Errors
    /// Returns an error if the work panicked.
    pub(super) fn unless_left<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let (done, came) = channel();
        std::thread::spawn(move || done.send(work()));
        loop {
            match came.recv_timeout(GLANCE) {
                Ok(came) => return Ok(Some(came)),
                Err(RecvTimeoutError::Timeout) if self.leave() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(anyhow!("the analysis broke off")),
            }
        }
    }

    /// Records that the user wants to leave but is still at the terminal, so the program is not ended after [`GRACE`].
    pub(super) fn remember_to_leave(&self) {
        self.leaving.leaves.store(true, Ordering::Relaxed);
    }

    /// Records that the user is gone.
    pub(super) fn leave_at_once(&self) {
        self.leaving.at_once();
    }

    /// Returns whether Ctrl-C was pressed since the last call; each press is reported once.
    fn interrupted(&self) -> bool {
        let heard = self.heard.get();
        let is_new = self.interrupts.load(Ordering::Relaxed) > heard;
        self.heard.set(heard + usize::from(is_new));
        is_new
    }
}

/// The result of waiting for a line.
enum Line {
    Typed(String),
    None,
    End,
}

/// The result of waiting for keys.
enum Keys {
    Some(Vec<InputEvent>),
    None,
    /// The terminal was closed.
    Gone,
}

/// Parses the bytes that a terminal in raw mode sends at once. Bytes from Escape on belong to another key (an arrow,
/// F1, Alt and a letter), which arrives in one piece.
#[cfg(unix)]
fn of_bytes(bytes: &[u8]) -> Vec<InputEvent> {
    const ESCAPE: u8 = 0x1b;
    let plain = bytes.iter().take_while(|byte| **byte != ESCAPE);
    let event = |byte: &u8| match byte {
        b'\r' | b'\n' => Some(InputEvent::Finish),
        0x03 | 0x04 => Some(InputEvent::Interrupt), // Ctrl-C, Ctrl-D
        b'p' | b'P' => Some(InputEvent::Pause),
        b'r' | b'R' => Some(InputEvent::Again),
        b'x' | b'X' => Some(InputEvent::ThrowAway),
        b'?' => Some(InputEvent::Pardon),
        _ => None,
    };
    plain.filter_map(event).collect()
}

/// Waits for keys for up to `wait`, or until a signal arrives.
#[cfg(unix)]
fn read_keys(wait: Duration) -> Keys {
    let stdin = io::stdin();
    match poll_input(Some(wait)) {
        Input::Gone => Keys::Gone,
        Input::None => Keys::None,
        Input::Some => {
            let mut bytes = [0; 256];
            match rustix::io::read(&stdin, &mut bytes) {
                Ok(0) => Keys::Gone,
                Ok(n) => Keys::Some(of_bytes(&bytes[..n])),
                Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {
                    Keys::None
                }
                Err(_) => Keys::Gone,
            }
        }
    }
}

/// Returns whether standard input is a terminal that was closed.
#[cfg(unix)]
fn is_hung_up() -> bool {
    io::stdin().is_terminal() && matches!(poll_input(None), Input::Gone)
}

/// The state of standard input.
#[cfg(unix)]
enum Input {
    Some,
    None,
    /// Closed: nothing will ever arrive again.
    Gone,
}

/// Polls standard input for up to `wait`.
#[cfg(unix)]
fn poll_input(wait: Option<Duration>) -> Input {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let wait = Timespec::try_from(wait.unwrap_or_default()).unwrap_or_default();
    if poll(&mut fds, Some(&wait)).is_err() {
        return Input::None; // interrupted by a signal, which is checked next
    }
    let found = fds[0].revents();
    if found.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
        Input::Gone
    } else if found.contains(PollFlags::IN) {
        Input::Some
    } else {
        Input::None
    }
}

/// Reads keys with crossterm, on platforms without poll.
#[cfg(not(unix))]
fn read_keys(wait: Duration) -> Keys {
    use crossterm::event::{self, Event};
    match event::poll(wait) {
        Ok(true) => match event::read() {
            Ok(Event::Key(key)) => Keys::Some(of_key(key).into_iter().collect()),
            Ok(_) => Keys::None,
            Err(_) => Keys::Gone,
        },
        Ok(false) => Keys::None,
        Err(_) => Keys::Gone,
    }
}

/// Always returns `false`: on other platforms, a program ends with its window.
#[cfg(not(unix))]
fn is_hung_up() -> bool {
    false
}

#[cfg(not(unix))]
fn of_key(key: crossterm::event::KeyEvent) -> Option<InputEvent> {
    use crossterm::event::{KeyCode, KeyEventKind, KeyModifiers};
    if key.kind == KeyEventKind::Release {
        return None;
    }
    match key.code {
        KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(InputEvent::Interrupt),
        KeyCode::Enter => Some(InputEvent::Finish),
        KeyCode::Char('p' | 'P') => Some(InputEvent::Pause),
        KeyCode::Char('r' | 'R') => Some(InputEvent::Again),
        KeyCode::Char('x' | 'X') => Some(InputEvent::ThrowAway),
        KeyCode::Char('?') => Some(InputEvent::Pardon),
        _ => None,
    }
}

#[cfg(unix)]
fn listen_to_signals(interrupts: &Arc<AtomicUsize>, leaving: &Leaving) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    // If the handlers cannot be installed, the system's default action ends the program, and the take is found at the
    // next start.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    let (interrupts, leaving) = (Arc::clone(interrupts), leaving.clone());
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if signal == SIGINT {
                interrupts.fetch_add(1, Ordering::Relaxed);
            } else {
                leaving.at_once();
            }
        }
    });
}

/// Does nothing: on other platforms, Ctrl-C arrives as a key or ends the program, and the take is then found at the
/// next start.
#[cfg(not(unix))]
fn listen_to_signals(_interrupts: &Arc<AtomicUsize>, _leaving: &Leaving) {}

/// Returns whether standard input can end a recording: a terminal, pipe or socket. The end of /dev/null or of a file is
/// ignored.
fn somebody_writes() -> bool {
    if io::stdin().is_terminal() {
        return true;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        std::fs::metadata("/dev/stdin").is_ok_and(|m| m.file_type().is_fifo() || m.file_type().is_socket())
    }
    #[cfg(not(unix))]
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn keys_are_events_and_what_begins_with_escape_is_none() {
        for (bytes, events) in [
            (&b"\r"[..], &[InputEvent::Finish][..]),
            (b"\x03\x03", &[InputEvent::Interrupt, InputEvent::Interrupt]),
            (b"\x04", &[InputEvent::Interrupt]),
            (b"pRyX?", &[InputEvent::Pause, InputEvent::Again, InputEvent::ThrowAway, InputEvent::Pardon]),
            (b"\x1b[A", &[]),
            (b"\x1bOP", &[]),
            (b"\x1bOR", &[]),
            (b"\x1bp", &[]),
            (b"p\x1b[1;5R", &[InputEvent::Pause]),
            ("\u{440}".as_bytes(), &[]),
        ] {
            assert_eq!(of_bytes(bytes), events, "{bytes:?}");
        }
    }
}
