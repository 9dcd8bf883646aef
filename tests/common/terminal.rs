//! A pseudo terminal that runs the program, and a terminal emulator that tells what a user would see.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::num::NonZeroU16;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::microphone::Home;

/// A pseudo terminal that runs the program.
pub struct Terminal {
    pub master: Box<dyn MasterPty + Send>,
    pub keys: Box<dyn Write + Send>,
    pub child: Box<dyn Child + Send + Sync>,
    shown: Arc<Mutex<Shown>>,
    is_closed: Arc<AtomicBool>,
    reader: JoinHandle<()>,
}

/// Duplicates the master end of a pseudo terminal, in non-blocking mode. Unlike portable-pty's own writer, this file
/// sends no end of file when dropped.
#[allow(unsafe_code, reason = "a number becomes an open file")]
fn other_end(master: &dyn MasterPty) -> File {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let number = master.as_raw_fd().expect("it has a number");
    // SAFETY: the master is open for as long as the borrow lasts.
    let end = unsafe { BorrowedFd::borrow_raw(number) }.try_clone_to_owned().expect("it can be opened again");
    fcntl_setfl(&end, fcntl_getfl(&end).expect("its flags") | OFlags::NONBLOCK).expect("its flags");
    end.into()
}

/// The output: as raw bytes, and as shown on screen.
struct Shown {
    raw: Vec<u8>,
    emulator: vt100::Parser,
}

fn size(columns: u16) -> PtySize {
    PtySize { rows: 40, cols: columns, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    /// Runs the program, printing the terminal's settings before and after, which must be the same.
    pub fn open(home: &Home, columns: u16, arguments: &str, variables: &[(&str, &str)]) -> Self {
        Self::open_under("", home, columns, arguments, variables)
    }

    /// Runs the program under another one, such as `setsid`, under which a closed terminal sends no signal.
    pub fn open_under(under: &str, home: &Home, columns: u16, arguments: &str, variables: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(size(columns)).expect("a pseudo terminal");
        let program = assert_cmd::cargo::cargo_bin("aloud");
        let script = format!(
            "trap : INT; stty -g; {under} '{}' {arguments}; echo \"ended $?\"; stty -g; echo over",
            program.display()
        );
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", &script]);
        command.cwd(home.path());
        command.env("TERM", "xterm-256color");
        home.variables().iter().for_each(|(name, value)| command.env(name, value));
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("it starts");
        let end = other_end(&*pair.master);
        let (mut output, keys) = (end.try_clone().expect("its output"), Box::new(end));
        let of = |n: u16| NonZeroU16::new(n).unwrap();
        let emulator = vt100::Parser::new(of(40), of(columns), 0);
        let shown = Arc::new(Mutex::new(Shown { raw: Vec::new(), emulator }));
        let is_closed = Arc::<AtomicBool>::default();
        let (to, closed) = (Arc::clone(&shown), Arc::clone(&is_closed));
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while !closed.load(Ordering::Relaxed) {
                match output.read(&mut bytes) {
                    Ok(0) => break,
                    Ok(n) => {
                        let mut shown = to.lock().unwrap();
                        shown.raw.extend_from_slice(&bytes[..n]);
                        shown.emulator.process(&bytes[..n]);
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        std::thread::sleep(Duration::from_millis(2));
                    }
                    Err(_) => break,
                }
            }
        });
        Self { master: pair.master, keys, child, shown, is_closed, reader }
    }

    /// Closes the terminal as if its window were closed: nothing is typed, and the master end is no longer open.
    /// Returns the time of closing.
    pub fn close(self) -> Instant {
        let Self { master, keys, is_closed, reader, .. } = self;
        is_closed.store(true, Ordering::Relaxed);
        reader.join().expect("the reader ends");
        drop((master, keys));
        Instant::now()
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub fn resize(&mut self, columns: u16) {
        let of = |n: u16| NonZeroU16::new(n).unwrap();
        self.shown.lock().unwrap().emulator.screen_mut().set_size(of(40), of(columns));
        self.master.resize(size(columns)).unwrap();
    }

    pub fn screen(&self) -> String {
        self.shown.lock().unwrap().emulator.screen().contents()
    }

    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap().raw).into_owned()
    }

    pub fn until(&self, what: &str) {
        self.wait(what, |screen| screen.contains(what));
    }

    pub fn wait(&self, what: &str, is_there: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !is_there(&self.screen()) {
            assert!(begun.elapsed() < Duration::from_secs(40), "never shown: {what}\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns the process id of the program inside the shell.
    pub fn program(&self) -> u32 {
        let shell = self.child.process_id().expect("it runs");
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).expect("its children");
        children.split_whitespace().next().and_then(|id| id.parse().ok()).expect("the program runs")
    }

    /// Returns the line with the live level meter; there must be exactly one.
    pub fn live(&self) -> String {
        let screen = self.screen();
        let lines: Vec<&str> = screen.lines().filter(|line| line.contains("dBFS")).collect();
        assert_eq!(lines.len(), 1, "{screen}");
        lines[0].trim_end().to_owned()
    }

    /// Waits for the end; the terminal must be restored. Returns the exit code and everything that was shown.
    pub fn end(mut self) -> (String, String) {
        self.wait("the end", |screen| screen.lines().any(|line| line == "over"));
        let _ = self.child.wait();
        let raw = self.raw();
        let settings: Vec<&str> =
            raw.lines().filter(|line| line.matches(':').count() > 20 && !line.contains(' ')).collect();
        assert!(settings.len() == 2 && settings[0] == settings[1], "the terminal is not as it was: {settings:?}");
        // The escape sequences of a cleared progress bar may precede the line's text.
        let mut codes =
            raw.lines().filter_map(|line| line.rsplit_once("ended ")).map(|(_, code)| code.trim().to_owned());
        let code = codes.rfind(|code| code.parse::<u8>().is_ok()).expect("an exit code");
        (code, raw)
    }
}
