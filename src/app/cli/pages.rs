//! Writes the page of an answer and the pictures of its lanes, and puts the audio into the page or next to it.

use std::path::{Path, PathBuf};

use crate::app::history::coaching::Coaching;
use crate::app::history::filter::{Filter, Speaker};
use crate::app::history::last_time::LastTime;
use crate::app::history::{Access, Attempt};
use crate::app::render::page::lanes::Lanes;
use crate::app::render::page::opus;
use crate::app::render::page::picture;
use crate::app::render::page::report::{Answer, Audio, render};
use crate::app::render::page::sound::Sound;
use crate::audio::Recording;
use crate::files::make_private_folder;
use crate::report::Report;
use crate::signal::Contours;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::history::with_store;
use super::{complain, history, write_file};

/// The suffix of the name of a page's audio file.
const BESIDE: &str = "-sound.opus";

/// The options for the page and the pictures of an answer.
#[derive(Args, Clone)]
pub(super) struct Wanted {
    /// Write the report as a page for a browser, which needs no network; give a folder for several files
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(super) html: Option<PathBuf>,
    /// Put the sound into the page, or into a file beside it
    #[arg(long, value_enum, default_value = "embed", value_name = "HOW")]
    audio: Where,
    /// Open the page in the browser
    #[arg(long, requires = "html")]
    open: bool,
    /// Draw the lanes (level, pitch, pace, pauses, fillers) of a single answer as SVG
    #[arg(long, value_name = "FILE")]
    pub(super) svg: Option<PathBuf>,
    /// Draw them as PNG
    #[arg(long, value_name = "FILE")]
    pub(super) png: Option<PathBuf>,
}

/// The options for a page about one recording.
#[derive(Args)]
pub(super) struct OnePage {
    /// Write a page for a browser, which needs no network; give a folder for several files
    #[arg(long, value_name = "FILE|FOLDER")]
    html: Option<PathBuf>,
    /// Put the sound into the page, or into a file beside it
    #[arg(long, value_enum, default_value = "embed", value_name = "HOW")]
    audio: Where,
    /// Open the page in the browser
    #[arg(long, requires = "html")]
    open: bool,
}

impl OnePage {
    /// Returns the path of the page, or of the folder for several pages.
    pub(super) fn html(&self) -> Option<&Path> {
        self.html.as_deref()
    }

    /// Writes to a file the page that `render` makes of the lanes and the audio.
    pub(super) fn write(
        &self,
        page: &Path,
        drawn: &Drawn<'_>,
        render: impl FnOnce(Option<&Lanes>, Audio) -> String,
    ) -> Result<()> {
        refuse_answer_itself(page, drawn.recording)?;
        let recording = found(drawn);
        let sound = recording.as_ref().map(|r| Sound::of(&r.speech));
        let lanes = Lanes::of(drawn.report, drawn.contours, sound.as_ref());
        let audio = audio(recording.as_ref(), self.audio, page)?;
        write_file(page, render(lanes.as_ref(), audio).as_bytes())?;
        show(page, self.open);
        Ok(())
    }
}

/// Where the page's audio is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Where {
    // Embedded in the page.
    Embed,
    // In a file next to the page.
    Link,
}

/// An answer to draw.
pub(super) struct Drawn<'a> {
    pub(super) report: &'a Report,
    pub(super) contours: Option<&'a Contours>,
    /// The path of the recording, which may no longer exist.
    pub(super) recording: &'a Path,
    pub(super) answered_at: Option<Timestamp>,
    pub(super) speaker: Option<&'a str>,
    /// The coach's additions.
    pub(super) coaching: Option<&'a Coaching>,
}

impl Wanted {
    /// Requests a page with embedded audio, opened in the browser.
    pub(super) fn opened(page: PathBuf) -> Self {
        Self { html: Some(page), audio: Where::Embed, open: true, svg: None, png: None }
    }

    /// Returns whether there is anything to draw.
    pub(super) fn any(&self) -> bool {
        self.html.is_some() || self.has_pictures()
    }

    /// Returns the options for the page only.
    pub(super) fn page(&self) -> OnePage {
        OnePage { html: self.html.clone(), audio: self.audio, open: self.open }
    }

    /// Returns whether there is a picture to draw.
    pub(super) fn has_pictures(&self) -> bool {
        self.svg.is_some() || self.png.is_some()
    }

    /// Creates the folder for the pages of several files.
    pub(super) fn make_folder(&self) -> Result<()> {
        self.html.as_deref().map_or(Ok(()), make_folder)
    }

    /// Returns the audio of an answer for a page. If the audio is to be stored next to the page, its file is named
    /// after `page`.
    pub(super) fn sound(&self, report: &Report, recording: &Path, page: &Path) -> Result<Audio> {
        audio(recording_of(report, recording).as_ref(), self.audio, page)
    }

    /// Opens a page in the browser, if that is wanted.
    pub(super) fn show(&self, page: &Path) {
        show(page, self.open);
    }

    /// Draws an answer, with its page at `page` if given.
    pub(super) fn draw(&self, drawn: &Drawn<'_>, page: Option<&Path>) -> Result<()> {
        for file in [page, self.svg.as_deref(), self.png.as_deref()].into_iter().flatten() {
            refuse_answer_itself(file, drawn.recording)?;
        }
        let recording = found(drawn);
        let sound = recording.as_ref().map(|r| Sound::of(&r.speech));
        let lanes = Lanes::of(drawn.report, drawn.contours, sound.as_ref());
        if let Some(lanes) = &lanes {
            self.pictures(lanes, drawn.report)?;
        } else if self.svg.is_some() || self.png.is_some() {
            complain("a written draft has no sound to draw; --svg and --png need a recording");
        }
        let Some(page) = page else { return Ok(()) };
        let audio = audio(recording.as_ref(), self.audio, page)?;
        let (earlier, last_time) = (earlier(drawn), last_time(drawn));
        let answer = Answer {
            report: drawn.report,
            answered_at: drawn.answered_at,
            contours: drawn.contours,
            lanes: lanes.as_ref(),
            audio,
            earlier: &earlier,
            coaching: drawn.coaching,
            last_time: last_time.as_ref(),
        };
        write_file(page, render(&answer, &TimeZone::system()).as_bytes())?;
        show(page, self.open);
        Ok(())
    }

    fn pictures(&self, lanes: &Lanes, report: &Report) -> Result<()> {
        if !self.has_pictures() {
            return Ok(());
        }
        let heading = report.question.as_ref().map_or(report.recording.path.as_str(), |q| q.text.as_str());
        let svg = picture::svg(lanes, heading);
        if let Some(file) = &self.svg {
            write_file(file, svg.as_bytes())?;
        }
        if let Some(file) = &self.png {
            write_file(file, &picture::png(&svg).with_context(|| file.display().to_string())?)?;
        }
        Ok(())
    }
}

/// Creates a folder for the output of several files.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    make_private_folder(folder).with_context(|| format!("the folder {} could not be made", folder.display()))
}

/// Refuses to overwrite the answer itself.
pub(super) fn refuse_answer_itself(file: &Path, answer: &Path) -> Result<()> {
    if file.canonicalize().is_ok_and(|f| answer.canonicalize().is_ok_and(|a| a == f)) {
        bail!("{}: this is the answer itself; give what is made of it another name", file.display());
    }
    Ok(())
}

/// Returns the audio of a page; for [`Where::Link`], writes it to a file next to the page.
fn audio(recording: Option<&Recording>, place: Where, page: &Path) -> Result<Audio> {
    Ok(match (recording, place) {
        (None, _) => Audio::None,
        (Some(recording), Where::Embed) => Audio::Inside(encoded(recording)),
        (Some(recording), Where::Link) => {
            let beside = page.with_file_name(format!("{}{BESIDE}", stem(page)));
            write_file(&beside, &encoded(recording))?;
            Audio::Beside(beside.file_name().unwrap_or_default().to_string_lossy().into_owned())
        }
    })
}

/// Opens a page in the browser, if that is wanted.
fn show(page: &Path, wanted: bool) {
    if wanted && opener::open(page).is_err() {
        complain(&format!("no browser could be started; open {} yourself", page.display()));
    }
}

/// Opens the recording of an answer to draw.
fn found(drawn: &Drawn<'_>) -> Option<Recording> {
    recording_of(drawn.report, drawn.recording)
}

/// Opens the recording, if it is still the one that was analyzed.
fn recording_of(report: &Report, path: &Path) -> Option<Recording> {
    report.transcript.as_ref()?;
    let recording = Recording::open(path, &mut |_| ()).ok()?;
    (report.recording.sha256.as_ref() == Some(&recording.sha256)).then_some(recording)
}

fn encoded(recording: &Recording) -> Vec<u8> {
    opus::ogg_opus(&recording.speech, opus::rate_for(recording.duration_s))
}

/// Returns the same speaker's earlier answers to the same question, oldest first; none if they cannot be read.
fn earlier(drawn: &Drawn<'_>) -> Vec<Attempt> {
    let Some(question) = &drawn.report.question else { return Vec::new() };
    let filter = Filter {
        question: Some(question.id.clone().unwrap_or_else(|| question.text.clone())),
        speaker: Speaker::of(drawn.speaker),
        until: drawn.answered_at,
        ..Filter::default()
    };
    let mut attempts = with_store(Access::Read, |store| store.attempts()).unwrap_or_default();
    attempts.retain(|a| filter.matches(a) && Some(&a.sha256) != drawn.report.recording.sha256.as_ref());
    attempts.reverse();
    attempts
}

/// Returns what the speaker was told after the last take; `None` if they were told nothing, or if the history cannot be
/// read.
fn last_time(drawn: &Drawn<'_>) -> Option<LastTime> {
    history::last_time(drawn.report, drawn.speaker, drawn.answered_at.unwrap_or_else(Timestamp::now))
}

/// Returns a file name without its extension.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns an unused path in `folder` for the output of a file, numbered if the name is taken, and adds it to `taken`.
pub(super) fn named_in(folder: &Path, path: &Path, extension: &str, taken: &mut Vec<PathBuf>) -> PathBuf {
    let name = stem(path);
    let name = if name.is_empty() || name == "-" { "draft".to_string() } else { name };
    let numbered =
        (1..).map(|n| if n == 1 { format!("{name}.{extension}") } else { format!("{name}-{n}.{extension}") });
    let page = numbered.map(|n| folder.join(n)).find(|p| !taken.contains(p)).expect("numbers do not end");
    taken.push(page.clone());
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_get_pages_of_their_own() {
        let mut taken = Vec::new();
        let mut page = |path: &str| named_in(Path::new("out"), Path::new(path), "html", &mut taken);
        assert_eq!(page("a/take.flac"), Path::new("out/take.html"));
        assert_eq!(page("b/take.wav"), Path::new("out/take-2.html"));
        assert_eq!(page("-"), Path::new("out/draft.html"));
    }
}
