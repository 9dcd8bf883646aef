//! `aloud doctor`: what works on this machine, and a remedy for each thing that does not.

use std::io;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;

use super::history::damaged_ones;
use super::{Outcome, columns};
use crate::app::capture::{
    About, CaptureError, Concern, Format, Limits, Microphone, Place, Recorder, Sample, microphones,
};
use crate::app::history::{Access, Store, store};
use crate::app::interviewer::{Speech, Spoken, Voice, system_voice};
use crate::app::questions;
use crate::app::render::terminal::lines::Lines;
use crate::app::settings::{Folders, Settings};
use crate::app::{capture, models, settings};
use crate::files::try_writing;
use crate::plain::{counted, one_line};
#[cfg(target_arch = "x86_64")]
use crate::transcript::matrix::in_use;

/// The time to listen to the microphone.
const LISTEN: Duration = Duration::from_secs(1);
/// The maximum time to wait for the first sound; Bluetooth needs up to 3 s.
const PATIENCE: Duration = Duration::from_secs(4);
/// The free space below which there is a problem, in bytes: an answer of two minutes needs some 50 MB.
const LITTLE_SPACE: u64 = 200_000_000;

/// The polling interval while a voice speaks.
const GLANCE: Duration = Duration::from_millis(20);

#[derive(Args, Clone, Copy)]
pub(super) struct Arguments {
    /// Let this voice (woman, man or system) ask a question, to hear how it sounds and whether the loudspeaker works
    #[arg(long, value_name = "NAME", value_enum, hide_possible_values = true)]
    voice: Option<Voice>,
}

/// The width of the check names, in columns: that of `microphone` and `recordings`.
const NAMES: usize = 10;

/// The outcome of the checks so far.
struct Doctor {
    outcome: Outcome,
}

impl Doctor {
    fn fine(&mut self, what: &str, said: &str) -> io::Result<()> {
        let said = one_line(said);
        if !io::stdout().is_terminal() {
            return writeln!(io::stdout(), "{what:<NAMES$}  {said}");
        }
        let mut page = Lines::new(columns());
        page.entry(what, NAMES, &said);
        write!(io::stdout(), "{}", page.into_text())
    }

    fn problem(&mut self, what: &str, said: &str) -> io::Result<()> {
        self.outcome = Outcome::Failed;
        self.fine(what, &format!("PROBLEM: {said}"))
    }
}

pub(super) fn run(arguments: Arguments) -> Result<Outcome> {
    let mut doctor = Doctor { outcome: Outcome::Done };
    doctor.fine("aloud", env!("CARGO_PKG_VERSION"))?;

    let folders = settings::folders();
    let (mut wanted, mut trust, mut stutter, mut voice) = (None, false, false, None);
    match &folders {
        Some(folders) => {
            let file = folders.settings_file.display();
            match Settings::load(&folders.settings_file) {
                Ok(settings) => {
                    (wanted, trust, stutter) = (settings.model, settings.trust_model, settings.stutter);
                    voice = settings.voice;
                    let there = folders.settings_file.exists();
                    let state = if there { "read" } else { "not there, so the defaults hold" };
                    doctor.fine("settings", &format!("{file}: {state}"))?;
                }
                Err(error) => {
                    let said = format!("{error}. Correct that line or move the file away.");
                    doctor.problem("settings", &said)?;
                }
            }
            let own = if folders.questions_file.exists() { "your own questions" } else { "not there" };
            doctor.fine("questions", &format!("{}: {own}", folders.questions_file.display()))?;
            data_folder(&mut doctor, &folders.data)?;
            kept_files(&mut doctor, folders)?;
            let history = store::path_in(&folders.data);
            let place = history.display();
            match Store::open(&history, Access::Read).and_then(|store| store.attempts()) {
                Ok(attempts) if attempts.is_empty() => {
                    doctor.fine("history", &format!("{place}: no answers are kept yet"))?;
                }
                Ok(attempts) => {
                    doctor.fine("history", &format!("{place}: {} kept", counted(attempts.len(), "answer")))?;
                }
                Err(error) => doctor.problem("history", &format!("{place}: {error}"))?,
            }
            for aside in damaged_ones(&history) {
                let said = "a damaged history that was set aside. `aloud history delete --all` deletes it too.";
                doctor.fine("history", &format!("{}: {said}", aside.display()))?;
            }
        }
        None => doctor.problem("settings", "this user has no home folder. Set HOME to have settings.")?,
    }

    let stutter = if stutter {
        "repeated, prolonged and blocked sounds are left out, as the settings say"
    } else {
        "if you stutter, --stutter or `stutter = true` in the settings leaves those sounds out of every measure"
    };
    doctor.fine("stutter", stutter)?;

    let places = models::folders(folders.as_ref().map(|f| f.data.as_path()));
    match models::find(wanted.as_deref(), &places, trust) {
        Ok(model) => doctor.fine("model", &format!("{}: {}", model.name, model.path.display()))?,
        Err(error) => doctor.problem("model", &error.to_string())?,
    }

    #[cfg(target_arch = "x86_64")]
    match in_use() {
        Some(cpu) => doctor.fine("processor", &format!("the speech model multiplies with {cpu}"))?,
        None => doctor
            .problem("processor", "the speech model's arithmetic is wrong here. Build aloud again on this computer.")?,
    }

    voices(&mut doctor, voice.unwrap_or_default())?;
    if let Some(voice) = arguments.voice {
        listen_to(&mut doctor, voice)?;
    }
    microphone(&mut doctor)?;
    Ok(doctor.outcome)
}

/// Reports which voices can ask questions.
fn voices(doctor: &mut Doctor, chosen: Voice) -> io::Result<()> {
    for voice in Voice::OWN {
        let default = if voice == chosen { " (asks)" } else { "" };
        let said = format!("{}{default}: speaks the questions that come with aloud", voice.name());
        doctor.fine("voice", &said)?;
    }
    let default = if chosen == Voice::System { " (asks)" } else { "" };
    let said = match system_voice() {
        Some(program) => format!("{program}. It speaks your own questions and those about your resume."),
        None => "none found. Your own questions and those about your resume are shown.".to_owned(),
    };
    doctor.fine("voice", &format!("{}{default}: {said}", Voice::System.name()))
}

/// Lets a voice ask the first question.
fn listen_to(doctor: &mut Doctor, voice: Voice) -> io::Result<()> {
    let Some(question) = questions::built_in().into_iter().next().filter(|_| voice != Voice::None) else {
        return doctor.fine("voice", "none: nothing to hear. Questions are only shown.");
    };
    let heard = Speech::begin(&question.text, voice, false).and_then(|speech| {
        let Some(mut speech) = speech else { return Ok(false) };
        while !matches!(speech.progress()?, Spoken::Ended(_)) {
            std::thread::sleep(GLANCE);
        }
        Ok(true)
    });
    match heard {
        Ok(true) => doctor.fine("voice", &format!("{}: asked \"{}\"", voice.name(), question.text)),
        Ok(false) => doctor.problem("voice", &format!("{}: there is no such voice on this system.", voice.name())),
        Err(error) => doctor.problem("voice", &format!("{}: {error}", voice.name())),
    }
}

/// Reports whether the data folder is writable, and how much space is free.
fn data_folder(doctor: &mut Doctor, data: &Path) -> io::Result<()> {
    // The folder is created on demand; until then its nearest existing ancestor is checked.
    let there = data.ancestors().find(|folder| folder.is_dir()).unwrap_or(data);
    if let Err(error) = try_writing(there, 0) {
        let said =
            format!("{} cannot be written ({error}). Make it your own or free space on its disk.", there.display());
        return doctor.problem("data", &said);
    }
    match fs4::available_space(there) {
        Ok(free) if free < LITTLE_SPACE => {
            let said = format!(
                "{}: only {:.0} MB are free. Delete what you no longer need.",
                data.display(),
                free as f64 / 1e6
            );
            doctor.problem("data", &said)
        }
        Ok(free) => {
            let free = free as f64;
            let room = if free < 1e9 { format!("{:.0} MB", free / 1e6) } else { format!("{:.0} GB", free / 1e9) };
            doctor.fine("data", &format!("{}: {room} free", data.display()))
        }
        Err(_) => doctor.fine("data", &data.display().to_string()),
    }
}

/// Reports what the data folder holds besides the history: recordings and downloaded models.
fn kept_files(doctor: &mut Doctor, folders: &Folders) -> io::Result<()> {
    let recordings = folders.recordings();
    let takes = capture::takes(&recordings);
    let bytes: u64 = takes.iter().filter_map(|take| std::fs::metadata(take).ok()).map(|meta| meta.len()).sum();
    let said = match takes.len() {
        0 => "no takes are kept".to_owned(),
        n => format!("{}, {:.0} MB", counted(n, "take"), bytes as f64 / 1e6),
    };
    doctor.fine("recordings", &format!("{}: {said}", recordings.display()))?;
    let known = models::known();
    let is_fetched = |model: &&models::KnownModel| models::own_file(model, &folders.data).is_file();
    let fetched: Vec<&str> = known.iter().filter(is_fetched).map(|model| model.name.as_str()).collect();
    let said = if fetched.is_empty() { "none fetched".to_owned() } else { fetched.join(", ") };
    doctor.fine("models", &format!("{}: {said}", folders.data.join("models").display()))
}

/// Reports which microphones there are, and how the default one sounds.
fn microphone(doctor: &mut Doctor) -> io::Result<()> {
    let all = match microphones() {
        Ok(all) => all,
        Err(CaptureError::NoMicrophone) => {
            return doctor.fine("microphone", "none found. Saved answers can be analyzed without one.");
        }
        Err(error) => return doctor.problem("microphone", &error.to_string()),
    };
    for microphone in &all {
        let default = if microphone.default { " (the default)" } else { "" };
        let name = format!("{}{default}", microphone.name);
        match microphone.format().and_then(|format| Ok((format, microphone.offers()?))) {
            Ok((format, offers)) => {
                doctor.fine("microphone", &format!("{name}: records {}; offers {offers}", words(format)))?
            }
            Err(error) => doctor.problem("microphone", &format!("{name}: {error}"))?,
        }
    }
    let Some(default) = all.into_iter().find(|m| m.default) else {
        return doctor.fine("input", "no default. Choose one of these with: aloud record --device NAME");
    };
    if default.format().is_err() {
        return Ok(()); // reported above
    }
    let name = default.name.clone();
    match listen(default) {
        Err(error) => doctor.problem("input", &error.to_string()),
        Ok(Heard { concern: Some(concern), .. }) => doctor.problem("input", &concern.advice(&name)),
        Ok(Heard { peak_dbfs, .. }) => {
            let peak = peak_dbfs.map_or("nothing".to_owned(), |peak| format!("up to {peak:.0} dBFS"));
            doctor.fine("input", &format!("{peak} heard from '{name}' in a second. Speaking should reach -30 to -3."))
        }
    }
}

fn words(format: Format) -> String {
    let channels = match format.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        n => format!("{n} channels"),
    };
    let sample = match format.sample {
        Sample::Int16 => "16 bit",
        Sample::Int24 => "24 bit",
        Sample::Float32 => "32 bit float",
    };
    format!("{} Hz, {channels}, {sample}", format.rate_hz)
}

/// The result of one second of listening.
struct Heard {
    peak_dbfs: Option<f64>,
    concern: Option<Concern>,
}

fn listen(microphone: Microphone) -> Result<Heard, CaptureError> {
    let nowhere = Place { recordings: None, file: None, name: String::new(), goes_on: false };
    let recorder = Recorder::open(microphone, nowhere, About::default(), Limits::default())?;
    let opened = Instant::now();
    while !recorder.status().listening {
        if opened.elapsed() > PATIENCE || recorder.status().gone {
            return Ok(Heard { peak_dbfs: None, concern: Some(Concern::Stalled) });
        }
        std::thread::sleep(LISTEN / 50);
    }
    let begun = Instant::now();
    let (mut looks, mut clipped, mut peak_dbfs) = (0, 0, None);
    while begun.elapsed() < LISTEN {
        std::thread::sleep(LISTEN / 50);
        let status = recorder.status();
        looks += 1;
        clipped += u32::from(status.peak_dbfs.is_some_and(|peak| peak > -0.1));
        peak_dbfs = status.peak_dbfs.map(|peak| peak.max(peak_dbfs.unwrap_or(peak))).or(peak_dbfs);
    }
    let concern = match peak_dbfs {
        None => Some(Concern::OnlyZeros),
        Some(_) if clipped * 2 > looks => Some(Concern::Clipping),
        Some(_) => None,
    };
    Ok(Heard { peak_dbfs, concern })
}
