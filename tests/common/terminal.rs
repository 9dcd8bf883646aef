//! A pseudo terminal with the program in it, and a terminal emulator that says what a person would see.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::microphone::Home;

/// A pseudo terminal with the program in it.
pub struct Terminal {
    pub master: Box<dyn MasterPty + Send>,
    pub keys: Box<dyn Write + Send>,
    pub child: Box<dyn Child + Send + Sync>,
    shown: Arc<Mutex<Shown>>,
}

/// What came out: as it came, and as it looks.
struct Shown {
    raw: Vec<u8>,
    emulator: vt100::Parser,
}

fn size(columns: u16) -> PtySize {
    PtySize { rows: 40, cols: columns, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    /// Runs the program between two looks at the terminal's settings, which must be the same.
    pub fn open(home: &Home, columns: u16, arguments: &str, variables: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(size(columns)).expect("a pseudo terminal");
        let program = assert_cmd::cargo::cargo_bin("aloud");
        let script =
            format!("trap : INT; stty -g; '{}' {arguments}; echo \"ended $?\"; stty -g; echo over", program.display());
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", &script]);
        command.cwd(home.path());
        command.env("TERM", "xterm-256color");
        home.variables().iter().for_each(|(name, value)| command.env(name, value));
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("it starts");
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let keys = pair.master.take_writer().expect("its keys");
        let of = |n: u16| NonZeroU16::new(n).unwrap();
        let emulator = vt100::Parser::new(of(40), of(columns), 0);
        let shown = Arc::new(Mutex::new(Shown { raw: Vec::new(), emulator }));
        let to = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n) = reader.read(&mut bytes) {
                if n == 0 {
                    break;
                }
                let mut shown = to.lock().unwrap();
                shown.raw.extend_from_slice(&bytes[..n]);
                shown.emulator.process(&bytes[..n]);
            }
        });
        Self { master: pair.master, keys, child, shown }
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

    /// The number of the program inside the shell.
    pub fn program(&self) -> u32 {
        let shell = self.child.process_id().expect("it runs");
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).expect("its children");
        children.split_whitespace().next().and_then(|id| id.parse().ok()).expect("the program runs")
    }

    /// The live line; there must be exactly one.
    pub fn live(&self) -> String {
        let screen = self.screen();
        let lines: Vec<&str> = screen.lines().filter(|line| line.contains("dBFS")).collect();
        assert_eq!(lines.len(), 1, "{screen}");
        lines[0].trim_end().to_owned()
    }

    /// Waits for the end; the terminal must be as it was. Gives the exit code and everything that was shown.
    pub fn end(mut self) -> (String, String) {
        self.wait("the end", |screen| screen.lines().any(|line| line == "over"));
        let _ = self.child.wait();
        let raw = self.raw();
        let settings: Vec<&str> =
            raw.lines().filter(|line| line.matches(':').count() > 20 && !line.contains(' ')).collect();
        assert!(settings.len() == 2 && settings[0] == settings[1], "the terminal is not as it was: {settings:?}");
        let code = raw.lines().find_map(|line| line.strip_prefix("ended ")).expect("an exit code").trim().to_owned();
        (code, raw)
    }
}
