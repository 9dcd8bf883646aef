//! What the person wants while recording: keys on a terminal, lines on standard input, signals.

use std::cell::Cell;
use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use anyhow::{Result, anyhow};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::screen::Screen;

/// One wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Finish the take and analyze it.
    Finish,
    /// The same; and a second one: keep the recording and leave the analysis.
    Interrupt,
    /// Keep the recording and leave: nobody is there any more.
    Leave,
    /// Pause, or go on.
    Pause,
    /// Keep this take and start again.
    Again,
}

/// Listens for wishes from the start of the program on.
pub(super) struct Wishes {
    interrupts: Arc<AtomicUsize>,
    hangups: Arc<AtomicUsize>,
    heard: Cell<usize>,
    leave: Cell<bool>,
    lines: std::cell::OnceCell<Receiver<Wish>>,
}

impl Wishes {
    /// Takes the signals over.
    pub(super) fn listen() -> Self {
        let (interrupts, hangups) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        listen_to_signals(&interrupts, &hangups);
        Self { interrupts, hangups, heard: Cell::new(0), leave: Cell::new(false), lines: std::cell::OnceCell::new() }
    }

    /// The next wish, waiting for up to `wait`.
    pub(super) fn next(&self, screen: &mut Screen, wait: Duration) -> Option<Wish> {
        if let Some(wish) = self.signal() {
            return Some(wish);
        }
        if !screen.has_keys() {
            let lines = self.lines.get_or_init(listen_to_lines);
            return match lines.recv_timeout(wait) {
                Ok(wish) => Some(wish),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => {
                    std::thread::sleep(wait);
                    None
                }
            };
        }
        match event::poll(wait) {
            Ok(true) => match event::read() {
                Ok(Event::Key(key)) => of_key(key),
                Ok(Event::Resize(..)) => {
                    screen.resized();
                    None
                }
                _ => None,
            },
            Ok(false) => None,
            Err(_) => Some(Wish::Leave), // the terminal is gone
        }
    }

    /// The line that somebody types; `None` if they leave instead.
    pub(super) fn line(&self) -> Option<String> {
        let (typed, line) = channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let read = io::stdin().lock().read_line(&mut text);
            let _ = typed.send(Some(text).filter(|_| read.is_ok_and(|n| n > 0)));
        });
        while !self.leave() {
            if let Ok(line) = line.recv_timeout(Duration::from_millis(50)) {
                return line;
            }
        }
        None
    }

    /// Whether somebody wants to leave now: asked while the analysis runs.
    pub(super) fn leave(&self) -> bool {
        self.leave.get() || self.signal().is_some()
    }

    /// What `work` comes to, done on a thread of its own; `None` if somebody leaves meanwhile.
    ///
    /// # Errors
    /// When the work broke off.
    pub(super) fn unless_left<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let (done, came) = channel();
        std::thread::spawn(move || done.send(work()));
        loop {
            match came.recv_timeout(Duration::from_millis(50)) {
                Ok(came) => return Ok(Some(came)),
                Err(RecvTimeoutError::Timeout) if self.leave() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(anyhow!("the analysis broke off")),
            }
        }
    }

    /// Somebody wanted to leave.
    pub(super) fn remember_to_leave(&self) {
        self.leave.set(true);
    }

    fn signal(&self) -> Option<Wish> {
        if self.hangups.load(Ordering::Relaxed) > 0 {
            return Some(Wish::Leave).filter(|_| !self.leave.replace(true));
        }
        let heard = self.heard.get();
        (self.interrupts.load(Ordering::Relaxed) > heard).then(|| {
            self.heard.set(heard + 1);
            Wish::Interrupt
        })
    }
}

fn of_key(key: KeyEvent) -> Option<Wish> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    match key.code {
        KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Wish::Interrupt),
        KeyCode::Enter => Some(Wish::Finish),
        KeyCode::Char('p' | 'P') => Some(Wish::Pause),
        KeyCode::Char('r' | 'R') => Some(Wish::Again),
        _ => None,
    }
}

#[cfg(unix)]
fn listen_to_signals(interrupts: &Arc<AtomicUsize>, hangups: &Arc<AtomicUsize>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    // Without them the system's own way of ending the program stays, and the take is found at the next start.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    let (interrupts, hangups) = (Arc::clone(interrupts), Arc::clone(hangups));
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let counter = if signal == SIGHUP { &hangups } else { &interrupts };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
}

/// Elsewhere Ctrl-C comes as a key, or ends the program: the take is then found at the next start.
#[cfg(not(unix))]
fn listen_to_signals(_interrupts: &Arc<AtomicUsize>, _hangups: &Arc<AtomicUsize>) {}

/// Where there are no keys: Enter finishes, a `p` or `r` does what the key would, and so does the end of what is piped in.
fn listen_to_lines() -> Receiver<Wish> {
    let (wishes, received) = channel();
    if somebody_writes() {
        std::thread::spawn(move || listen(&wishes));
    }
    received
}

fn listen(wishes: &Sender<Wish>) {
    let mut line = String::new();
    loop {
        line.clear();
        let wish = match io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => Wish::Finish,
            Ok(_) => match line.trim() {
                "" => Wish::Finish,
                "p" | "P" => Wish::Pause,
                "r" | "R" => Wish::Again,
                _ => continue,
            },
        };
        let ended = line.is_empty();
        if wishes.send(wish).is_err() || ended {
            return;
        }
    }
}

/// Whether standard input can end a recording: a terminal or a pipe. That /dev/null or a file ends says nothing.
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
