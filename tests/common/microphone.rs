//! Microphones for tests on machines that have none: `tape`, an ALSA plugin that delivers a known sound in real time
//! and fails on demand (`tape.c`), and a PulseAudio server with a null sink to play sound into. Both go through the
//! real ALSA library. Where neither is available, the test says "skipped".

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A user's home folder with a microphone.
pub struct Home {
    folder: TempDir,
    server: Option<Child>,
}

impl Home {
    /// Creates a home without any microphone.
    pub fn without_microphone() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder for the test"), server: None }
    }

    /// Creates a home whose microphone is a tape with these settings (see `tape.c`). Says so and returns `None` if the
    /// tape plugin cannot be built.
    pub fn with_tape(settings: &str) -> Option<Self> {
        Self::with_asoundrc(&format!("pcm.!default {{ type tape {settings} }}"))
    }

    /// Creates a home with this ALSA configuration, which may use the type `tape`.
    pub fn with_asoundrc(configuration: &str) -> Option<Self> {
        let plugin = tape_plugin()?;
        let home = Self::without_microphone();
        let text = format!("pcm_type.tape {{ lib \"{}\" }}\n{configuration}\n", plugin.display());
        std::fs::write(home.path().join(".asoundrc"), text).expect("ALSA's configuration");
        Some(home)
    }

    /// Creates a home whose microphone records what is played into a sound server. Says so and returns `None` if there
    /// is no server.
    pub fn with_sound_server() -> Option<Self> {
        Self::with_server(&[null_sink("mic")])
    }

    /// Creates a home with a microphone, which records what is played into the sink `mic`, and with a loudspeaker,
    /// whose sound is at `speaker.monitor`. With an echo, the microphone hears the loudspeaker.
    pub fn with_loudspeaker(has_echo: bool) -> Option<Self> {
        let echo = "module-loopback source=speaker.monitor sink=mic latency_msec=20".to_owned();
        let modules = [null_sink("mic"), null_sink("speaker"), echo];
        let home = Self::with_server(&modules[..if has_echo { 3 } else { 2 }])?;
        for default in [["set-default-sink", "speaker"], ["set-default-source", "mic.monitor"]] {
            let status = home.sound_program("pactl").args(default).status().expect("pactl runs");
            assert!(status.success(), "{default:?}");
        }
        Some(home)
    }

    fn with_server(modules: &[String]) -> Option<Self> {
        let plugin = ["/usr/lib", "/usr/lib64"].iter().any(|folder| has_pulse_plugin(Path::new(folder)));
        if !plugin || !runs("pulseaudio") || !runs("paplay") {
            super::skip_without_tool("pulseaudio, paplay and ALSA's pulse plugin are not installed");
            return None;
        }
        let mut home = Self::without_microphone();
        std::fs::write(home.path().join("cookie"), [7; 256]).expect("a cookie");
        let text = "pcm.!default { type pulse }\nctl.!default { type pulse }\n";
        std::fs::write(home.path().join(".asoundrc"), text).expect("ALSA's configuration");
        let socket = home.path().join("native");
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes"]);
        command.arg("-L").arg(format!("module-native-protocol-unix socket={} auth-anonymous=1", socket.display()));
        command.args(modules.iter().flat_map(|module| ["-L", module]));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        home.environment(&mut command);
        home.server = Some(command.spawn().expect("pulseaudio runs"));
        let begun = Instant::now();
        while !socket.exists() {
            if begun.elapsed() > Duration::from_secs(20) {
                eprintln!("skipped: pulseaudio does not start here");
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(home)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the default folder for recordings.
    pub fn recordings(&self) -> PathBuf {
        self.path().join("data/aloud/recordings")
    }

    /// Returns the command for a program of the sound server, such as `paplay`.
    pub fn sound_program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        self.environment(&mut command);
        command
    }

    /// Returns the command for aloud, with empty standard input.
    pub fn aloud(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("aloud"));
        self.environment(&mut command);
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        command
    }

    /// Returns the environment variables that all programs here need, by name.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let at = |name: &str| self.path().join(name).display().to_string();
        vec![
            ("HOME", at("")),
            ("XDG_CONFIG_HOME", at("config")),
            ("XDG_DATA_HOME", at("data")),
            ("XDG_RUNTIME_DIR", at("")),
            ("PULSE_RUNTIME_PATH", at("")),
            ("PULSE_STATE_PATH", at("")),
            ("PULSE_COOKIE", at("cookie")),
            ("PULSE_SERVER", format!("unix:{}", at("native"))),
        ]
    }

    fn environment(&self, command: &mut Command) {
        command.envs(self.variables());
    }

    /// Starts aloud and collects its output.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::new(self.aloud(arguments))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// A running aloud process.
pub struct Running {
    child: Child,
    said: Arc<Mutex<Vec<(Instant, String)>>>,
    report: Option<std::thread::JoinHandle<String>>,
}

/// The output and exit status of aloud.
pub struct Ended {
    pub status: ExitStatus,
    /// Standard output.
    pub report: String,
    /// The lines of standard error.
    pub said: Vec<String>,
}

impl Running {
    pub fn new(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let said: Arc<Mutex<Vec<(Instant, String)>>> = Arc::default();
        let (lines, all) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&said));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                all.lock().unwrap().push((Instant::now(), line));
            }
        });
        let mut out = child.stdout.take().unwrap();
        let report = std::thread::spawn(move || std::io::read_to_string(&mut out).unwrap_or_default());
        Self { child, said, report: Some(report) }
    }

    /// Starts a command, and returns the write end of its standard input as well.
    pub fn with_input(mut command: Command) -> (Self, ChildStdin) {
        command.stdin(Stdio::piped());
        let mut running = Self::new(command);
        let stdin = running.child.stdin.take().expect("it was asked for");
        (running, stdin)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until a line of output contains `what`, and returns the time.
    pub fn until(&self, what: &str) -> Instant {
        let begun = Instant::now();
        loop {
            if let Some((at, _)) = self.said.lock().unwrap().iter().find(|(_, line)| line.contains(what)) {
                return *at;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "never said '{what}': {:?}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().iter().map(|(_, line)| line.clone()).collect()
    }

    /// Sends a signal, given by its name, such as `INT`.
    pub fn signal(&self, name: &str) {
        signal(self.id(), name);
    }

    /// Waits for the program to end, without closing or sending anything.
    pub fn end(mut self) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                break status;
            }
            if begun.elapsed() > Duration::from_secs(180) {
                let _ = self.child.kill();
                panic!("it does not end: {:?}", self.said());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let report = self.report.take().unwrap().join().expect("its output is text");
        std::thread::sleep(Duration::from_millis(20));
        Ended { status, report, said: self.said() }
    }
}

impl Ended {
    /// Returns the report as JSON, checked against the schema.
    pub fn json(&self) -> serde_json::Value {
        let report =
            serde_json::from_str(&self.report).unwrap_or_else(|e| panic!("{e}: {} {:?}", self.report, self.said));
        super::assert_valid(&report);
        report
    }

    /// Returns the line with the error message; there must be exactly one.
    pub fn complaint(&self) -> &str {
        let complaints: Vec<&String> = self.said.iter().filter(|line| line.starts_with("aloud: ")).collect();
        assert_eq!(complaints.len(), 1, "{:?}", self.said);
        complaints[0]
    }
}

/// Processes that keep all processors busy.
pub struct Busy(Vec<Child>);

impl Busy {
    pub fn begin() -> Self {
        let spin = || Command::new("sh").args(["-c", "while :; do :; done"]).spawn().expect("sh runs");
        Self((0..4).map(|_| spin()).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Sends a signal, given by its name, such as `INT`. The shell's own `kill` exists everywhere.
pub fn signal(process: u32, name: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status();
    assert!(sent.expect("sh runs").success(), "{name}");
}

/// Returns the arguments of a PulseAudio module for a null sink.
fn null_sink(name: &str) -> String {
    format!("module-null-sink sink_name={name} rate=48000 channels=2 format=s16le")
}

/// A recording in progress of a source of the sound server, at 16 kHz, with its start time.
pub struct Tap {
    recorder: Child,
    reader: std::thread::JoinHandle<(Vec<f32>, Option<Instant>)>,
}

/// What a [`Tap`] recorded.
pub struct Heard {
    pub samples: Vec<f32>,
    /// The time of the first sample.
    pub begun: Instant,
}

impl Tap {
    pub fn open(home: &Home, source: &str) -> Self {
        let mut command = home.sound_program("parec");
        command.args(["--format=s16le", "--rate=16000", "--channels=1", "--latency-msec=10"]);
        command.arg(format!("--device={source}")).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut recorder = command.spawn().expect("parec runs");
        let mut sound = recorder.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let (mut samples, mut begun, mut bytes) = (Vec::new(), None, [0; 640]);
            while std::io::Read::read_exact(&mut sound, &mut bytes).is_ok() {
                samples.extend(bytes.chunks(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32_768.0));
                // The block with the least delay gives the best estimate of the time of the first sample.
                let first = Instant::now() - Duration::from_secs_f64(samples.len() as f64 / 16_000.0);
                begun = Some(begun.map_or(first, |earliest: Instant| earliest.min(first)));
            }
            (samples, begun)
        });
        Self { recorder, reader }
    }

    pub fn close(mut self) -> Heard {
        let _ = self.recorder.kill();
        let _ = self.recorder.wait();
        let (samples, begun) = self.reader.join().expect("the reader ends");
        Heard { samples, begun: begun.expect("something was heard") }
    }
}

impl Heard {
    /// Returns the first and the last time at which the sound exceeds 1 % of its peak.
    pub fn span(&self) -> (Instant, Instant) {
        let peak = self.samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        let loud = |x: &f32| x.abs() > 0.01 * peak;
        let at = |i: usize| self.begun + Duration::from_secs_f64(i as f64 / 16_000.0);
        let (first, last) = (self.samples.iter().position(loud), self.samples.iter().rposition(loud));
        (at(first.expect("sound")), at(last.expect("sound")))
    }
}

/// Returns the only WAV file in a folder.
pub fn only_wav(folder: &Path) -> PathBuf {
    let wavs = wavs(folder);
    assert_eq!(wavs.len(), 1, "{wavs:?}");
    wavs[0].clone()
}

/// Returns the WAV files in a folder, sorted by name.
pub fn wavs(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let mut wavs: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == "wav")).collect();
    wavs.sort();
    wavs
}

/// Returns the duration of a WAV file in seconds, according to its header, as other programs read it.
pub fn duration_s(wav: &Path) -> f64 {
    let reader = hound::WavReader::open(wav).unwrap_or_else(|e| panic!("{}: {e}", wav.display()));
    f64::from(reader.duration()) / f64::from(reader.spec().sample_rate)
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success())
}

fn has_pulse_plugin(folder: &Path) -> bool {
    let below = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let mut places: Vec<PathBuf> = below.filter(|p| p.is_dir()).collect();
    places.push(folder.to_path_buf());
    places.iter().any(|p| p.join("alsa-lib/libasound_module_pcm_pulse.so").exists())
}

/// Returns the path of the plugin, built once.
fn tape_plugin() -> Option<&'static Path> {
    static PLUGIN: OnceLock<Option<PathBuf>> = OnceLock::new();
    let plugin = PLUGIN.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Each test program builds its own copy, so that two running at once do not collide.
        let built = folder.join(format!("libasound_module_pcm_tape-{}.so", std::process::id()));
        let source = super::root().join("tests/common/tape.c");
        let compiled = Command::new("cc")
            .args(["-O2", "-shared", "-fPIC", "-DPIC", "-o"])
            .args([&built, &source])
            .args(["-lasound", "-lm"])
            .output();
        match compiled {
            Ok(output) if output.status.success() => Some(built),
            _ => None,
        }
    });
    if plugin.is_none() {
        super::skip_without_tool("the test microphone is not there: it needs Linux, a C compiler and the ALSA headers");
    }
    plugin.as_deref()
}
