//! A take on disk: a WAV file that is valid at every moment, and a note about it until the take is finished.
//!
//! The lengths in the header are updated a few times a second, so that a killed recorder loses only the audio since the
//! last update; the file is synced less often, against a power cut. A note in `.unfinished`, in the folder of the
//! recordings, says what is being recorded and where. The note is locked while its recorder lives: a note without a
//! lock belongs to a take that was cut short. Audio that went missing while recording is listed in the note, and
//! finally in a separate chunk (`alou`) of the WAV file, which other programs skip.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hound::{SampleFormat, WavSpec, WavWriter};
use jiff::ZonedDateTime;
use serde::{Deserialize, Serialize};

use super::device::{Format, Sample};
use super::error::CaptureError;
use crate::audio::{GAPS_CHUNK, Gap, gaps_chunk};
use crate::files::{create_private, make_private_folder, reopen_private, sync_folder};

/// How often the header is updated: the most audio that a crash may cost, apart from what is in flight.
const HEADER_EVERY: Duration = Duration::from_millis(100);
/// How often the file is synced to disk: the most audio that a power cut may cost. Syncing can block the writer.
const SYNC_EVERY: Duration = Duration::from_secs(2);
/// The largest WAV file, in bytes: its lengths have 32 bits. The remaining 1 MiB is for the header and the gaps.
const LARGEST_BYTES: u64 = u32::MAX as u64 - (1 << 20);
/// The time format that begins the name of a take in aloud's own folder.
const NAMED: &str = "%Y-%m-%d_%H-%M-%S";
/// The folder of the notes on unfinished takes, within the folder of recordings.
const NOTES: &str = ".unfinished";
/// The highest number that is appended to a take's name to make it unique.
const MOST_OF_A_NAME: u32 = 10_000;

/// What must be known about a take to analyze it later.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The question, by its id or its text.
    pub question: Option<String>,
    /// The target length, in seconds.
    pub target_s: Option<f64>,
}

/// Where takes are stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The user's folder of recordings, which holds the notes and the takes that the user did not name. `None` without
    /// a home folder.
    pub recordings: Option<PathBuf>,
    /// The path given by the user.
    pub file: Option<PathBuf>,
    /// The name of a take without a path given by the user, without extension.
    pub name: String,
    /// Whether a take was recorded there before: the user's path then gets a number.
    pub goes_on: bool,
}

/// A take that is being written.
pub(super) struct Writer {
    wav: Option<WavWriter<BufWriter<File>>>,
    file: File,
    path: PathBuf,
    place: Place,
    format: Format,
    frames: u64,
    gaps: Vec<Gap>,
    note: Option<Note>,
    header_at: Instant,
    synced_at: Instant,
}

/// Why a take ended early.
#[derive(Debug)]
pub(super) enum Failure {
    /// The disk is full or broken.
    Disk(io::Error),
    /// The file or its folder was removed; the path is where the recorded audio was saved, if anywhere.
    Removed(Option<PathBuf>),
    /// The WAV file reached its maximum size.
    Full,
}

impl Writer {
    /// Creates the file of the next take and its note. Never overwrites a file: if the name exists, a number is
    /// appended, unless the user chose the name for the `first` take.
    ///
    /// # Errors
    /// When the file cannot be created, or the user's file already exists.
    pub(super) fn create(place: &Place, about: &About, format: Format, first: bool) -> Result<Self, CaptureError> {
        let (path, file) = create_file(place, first)?;
        let unwritable = |reason| CaptureError::NotWritable { path: path.clone(), reason };
        // The note is read later from another working directory.
        let path_now = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        let spec = WavSpec {
            channels: format.channels,
            sample_rate: format.rate_hz,
            bits_per_sample: match format.sample {
                Sample::Int16 => 16,
                Sample::Int24 => 24,
                Sample::Float32 => 32,
            },
            sample_format: if format.sample == Sample::Float32 { SampleFormat::Float } else { SampleFormat::Int },
        };
        let started = (|| {
            let buffered = BufWriter::with_capacity(1 << 16, file.try_clone()?);
            let mut wav = WavWriter::new(buffered, spec).map_err(io_error)?;
            wav.flush().map_err(io_error)?;
            file.sync_all()?;
            sync_folder(&path);
            Ok(wav)
        })();
        let wav = match started {
            Ok(wav) => wav,
            Err(reason) => {
                let _ = fs::remove_file(&path); // nothing was recorded yet
                return Err(unwritable(reason));
            }
        };
        // A take at a path given by the user is recorded even if the note cannot be written.
        let note = place.recordings.as_deref().and_then(|r| Note::create(r, &path_now, about).ok());
        let now = Instant::now();
        Ok(Self {
            wav: Some(wav),
            file,
            path,
            place: place.clone(),
            format,
            frames: 0,
            gaps: Vec::new(),
            note,
            header_at: now,
            synced_at: now,
        })
    }

    /// Returns the number of frames written so far, including those that replace missing ones.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the number of frames that went missing so far.
    pub(super) fn dropped(&self) -> u64 {
        self.gaps.iter().map(|g| g.frames).sum()
    }

    /// Writes interleaved samples, full scale 1.0.
    pub(super) fn write(&mut self, samples: &[f32]) -> Result<(), Failure> {
        if self.bytes() + samples.len() as u64 * 4 > LARGEST_BYTES {
            return Err(Failure::Full);
        }
        let Some(wav) = self.wav.as_mut() else { return Ok(()) };
        let whole = |scale: f32, x: f32| (x * scale).round().clamp(-scale, scale - 1.0) as i32;
        let written = samples.iter().try_for_each(|x| match self.format.sample {
            Sample::Int16 => wav.write_sample(whole(32_768.0, *x)),
            Sample::Int24 => wav.write_sample(whole(8_388_608.0, *x)),
            Sample::Float32 => wav.write_sample(*x),
        });
        written.map_err(|e| Failure::Disk(io_error(e)))?;
        self.frames += (samples.len() / usize::from(self.format.channels)) as u64;
        Ok(())
    }

    /// Writes silence in place of `frames` missing frames, and records the gap.
    pub(super) fn fill(&mut self, frames: u64) -> Result<(), Failure> {
        let gap = Gap { at_frame: self.frames, frames };
        let silence = [0.0; 4096];
        let mut left = frames.saturating_mul(u64::from(self.format.channels));
        while left > 0 {
            // Only whole frames are written, so that a failure between two writes leaves no partial frame.
            let most = silence.len() - silence.len() % usize::from(self.format.channels);
            let now = left.min(most as u64);
            self.write(&silence[..now as usize])?;
            left -= now;
        }
        self.gaps.push(gap);
        if let Some(note) = &mut self.note {
            note.add(&gap); // best effort: the recording continues without the note
        }
        Ok(())
    }

    /// Updates the header and syncs the file when they are due. Call this often.
    pub(super) fn tick(&mut self) -> Result<(), Failure> {
        let now = Instant::now();
        if now.duration_since(self.header_at) < HEADER_EVERY {
            return Ok(());
        }
        self.header_at = now;
        if let Some(wav) = self.wav.as_mut() {
            wav.flush().map_err(|e| Failure::Disk(io_error(e)))?;
        }
        if is_removed(&self.file, &self.path) {
            return Err(Failure::Removed(None));
        }
        if now.duration_since(self.synced_at) >= SYNC_EVERY {
            self.synced_at = now;
            self.file.sync_data().map_err(Failure::Disk)?;
        }
        Ok(())
    }

    /// Completes the file with its chunk, and removes its note. Returns its path.
    ///
    /// # Errors
    /// When the last part could not be written; the take is then kept as by [`Writer::abandon`].
    pub(super) fn finish(mut self) -> Result<PathBuf, (Failure, PathBuf)> {
        let finalized = match self.wav.take() {
            Some(wav) => wav.finalize().map_err(|e| Failure::Disk(io_error(e))),
            None => Ok(()),
        };
        let removed = is_removed(&self.file, &self.path);
        let done = if removed { finalized.and(Err(Failure::Removed(None))) } else { finalized };
        let done = done.and_then(|()| append_chunk(&mut self.file, &self.gaps).map_err(Failure::Disk));
        if let Err(failure) = done {
            return Err(self.abandon(failure));
        }
        // From here on the file is complete; repairing it as an unfinished take would treat its chunk as audio.
        self.file.sync_all().map_err(|error| (Failure::Disk(error), self.path.clone()))?;
        if let Some(note) = self.note.take() {
            note.remove();
        }
        Ok(self.path)
    }

    /// Ends the take early although the file is intact: completes it, but keeps the note. Returns its path.
    pub(super) fn interrupt(mut self) -> PathBuf {
        if let Some(wav) = self.wav.take() {
            let _ = wav.finalize();
        }
        let _ = append_chunk(&mut self.file, &self.gaps).and_then(|()| self.file.sync_all());
        self.path
    }

    /// Ends the take after `failure`: repairs what was written and keeps the note. Returns the failure and the path of
    /// what was saved.
    pub(super) fn abandon(mut self, failure: Failure) -> (Failure, PathBuf) {
        drop(self.wav.take()); // tries to write what is still buffered
        let failure = match failure {
            Failure::Removed(_) => Failure::Removed(self.rescue()),
            other => other,
        };
        let path = match &failure {
            Failure::Removed(Some(path)) => path.clone(),
            _ => {
                let _ = repair(&mut self.file).and_then(|_| append_chunk(&mut self.file, &self.gaps));
                let _ = self.file.sync_all();
                self.path.clone()
            }
        };
        (failure, path)
    }

    /// Copies a file that was removed from its folder but is still open here to another folder.
    fn rescue(&mut self) -> Option<PathBuf> {
        let name = self.path.file_stem()?.to_string_lossy().into_owned();
        let folders = [self.place.recordings.clone(), std::env::current_dir().ok(), Some(std::env::temp_dir())];
        folders.into_iter().flatten().find_map(|folder| {
            let place = Place { recordings: Some(folder), file: None, name: name.clone(), goes_on: false };
            let (path, mut to) = create_file(&place, true).ok()?;
            self.file.seek(SeekFrom::Start(0)).ok()?;
            io::copy(&mut self.file, &mut to).ok()?;
            repair(&mut to).ok()?;
            append_chunk(&mut to, &self.gaps).ok()?;
            to.sync_all().ok()?;
            Some(path)
        })
    }

    fn bytes(&self) -> u64 {
        let width = match self.format.sample {
            Sample::Int16 => 2,
            Sample::Int24 => 3,
            Sample::Float32 => 4,
        };
        self.frames * u64::from(self.format.channels) * width
    }
}

/// Creates the file of a take, readable by its owner alone, and the folders it needs.
fn create_file(place: &Place, first: bool) -> Result<(PathBuf, File), CaptureError> {
    let (folder, stem, ending, numbered) = match &place.file {
        Some(file) => {
            let stem = file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
            let ending = file.extension().map_or(String::new(), |e| format!(".{}", e.to_string_lossy()));
            (file.parent().unwrap_or(Path::new("")).to_path_buf(), stem, ending, !first)
        }
        None => {
            let folder = place.recordings.clone().ok_or_else(|| CaptureError::NotWritable {
                path: PathBuf::from("~"),
                reason: io::Error::new(io::ErrorKind::NotFound, "this user has no home folder"),
            })?;
            (folder, place.name.clone(), ".wav".to_owned(), true)
        }
    };
    if place.file.is_none() {
        make_private_folder(&folder).map_err(|reason| CaptureError::NotWritable { path: folder.clone(), reason })?;
    }
    let mut number = 1;
    loop {
        let path = match number {
            1 => folder.join(format!("{stem}{ending}")),
            n => folder.join(format!("{stem}-{n}{ending}")),
        };
        match create_private(&path) {
            Ok(file) => return Ok((path, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && numbered && number < MOST_OF_A_NAME => number += 1,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(CaptureError::Exists { path }),
            Err(reason) => return Err(CaptureError::NotWritable { path, reason }),
        }
    }
}

/// Returns whether the path no longer leads to the open file.
#[cfg(unix)]
fn is_removed(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let key = |m: fs::Metadata| (m.dev(), m.ino());
    match (file.metadata().map(key), fs::metadata(path).map(key)) {
        (Ok(open), Ok(there)) => open != there,
        (Ok(_), Err(e)) => e.kind() == io::ErrorKind::NotFound,
        _ => false,
    }
}

/// Always returns `false`: open files cannot be removed on these systems.
#[cfg(not(unix))]
fn is_removed(_file: &File, _path: &Path) -> bool {
    false
}

/// Returns the system error that hound wraps when it writes a file.
fn io_error(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// Corrects the lengths in the header of our own WAV file, and truncates a partial frame at its end. Returns the number
/// of frames.
fn repair(file: &mut File) -> io::Result<u64> {
    let (data_at, frame_bytes, _) = layout(file)?;
    let end = file.seek(SeekFrom::End(0))?;
    let bytes = end.saturating_sub(data_at) / frame_bytes * frame_bytes;
    let length = u32::try_from(bytes).map_err(io::Error::other)?;
    file.set_len(data_at + bytes)?;
    file.seek(SeekFrom::Start(4))?;
    file.write_all(&(length + data_at as u32 - 8).to_le_bytes())?;
    file.seek(SeekFrom::Start(data_at - 4))?;
    file.write_all(&length.to_le_bytes())?;
    Ok(bytes / frame_bytes)
}

/// The end of the shortest `fmt ` chunk, in bytes.
const END_OF_FORMAT: usize = 36;

/// Returns the offset of the audio in our own WAV file, the bytes per frame, and the number of frames according to the
/// header.
fn layout(file: &mut File) -> io::Result<(u64, u64, u64)> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    Read::by_ref(file).take(128).read_to_end(&mut head)?;
    let no_wav = || io::Error::new(io::ErrorKind::InvalidData, "it is no WAV file of ours");
    // No audio begins before the end of the shortest `fmt ` chunk; a header that says so is damaged, and is not
    // overwritten.
    let is_ours = head.starts_with(b"RIFF") && head.get(8..16) == Some(b"WAVEfmt ");
    let after = head.get(END_OF_FORMAT..).filter(|_| is_ours).ok_or_else(no_wav)?;
    let at = END_OF_FORMAT + after.windows(4).position(|w| w == b"data").ok_or_else(no_wav)?;
    let length = head.get(at + 4..at + 8).ok_or_else(no_wav)?;
    let frame_bytes = u64::from(u16::from_le_bytes([head[32], head[33]]));
    if frame_bytes == 0 {
        return Err(no_wav());
    }
    let promised = u64::from(u32::from_le_bytes([length[0], length[1], length[2], length[3]])) / frame_bytes;
    Ok((at as u64 + 8, frame_bytes, promised))
}

/// Appends the chunk that lists the gaps to our own, finished WAV file.
fn append_chunk(file: &mut File, gaps: &[Gap]) -> io::Result<()> {
    let chunk = gaps_chunk(gaps)?;
    let end = file.seek(SeekFrom::End(0))?;
    let written = (|| {
        if end % 2 == 1 {
            file.write_all(&[0])?;
        }
        file.write_all(&chunk)?;
        let riff = u32::try_from(file.stream_position()? - 8).map_err(io::Error::other)?;
        file.seek(SeekFrom::Start(4))?;
        file.write_all(&riff.to_le_bytes())
    })();
    if written.is_err() {
        file.set_len(end)?; // no chunk is better than half a chunk
    }
    written
}

/// The note on a take that is being recorded: one line of JSON for the take, and one for each gap.
struct Note {
    path: PathBuf,
    /// The open note, which holds the lock.
    file: File,
}

/// The first line of a note.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Noted {
    recording: PathBuf,
    #[serde(flatten)]
    about: About,
}

impl Note {
    fn create(recordings: &Path, recording: &Path, about: &About) -> io::Result<Self> {
        let folder = recordings.join(NOTES);
        make_private_folder(&folder)?;
        let name = recording.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let place = Place { recordings: None, file: Some(folder.join(format!("{name}.json"))), name, goes_on: false };
        let (path, mut file) = create_file(&place, false).map_err(io::Error::other)?;
        let noted = Noted { recording: recording.to_owned(), about: about.clone() };
        let line = serde_json::to_string(&noted)?;
        if let Err(error) = file.try_lock().map_err(io::Error::from).and_then(|()| writeln!(file, "{line}")) {
            let _ = fs::remove_file(&path); // without its lock, the note would mark the take as cut short
            return Err(error);
        }
        let _ = file.sync_all(); // a note that is not synced is lost only in a power cut
        sync_folder(&path);
        Ok(Self { path, file })
    }

    fn add(&mut self, gap: &Gap) {
        if let Ok(line) = serde_json::to_string(gap) {
            let _ = writeln!(self.file, "{line}");
        }
    }

    fn remove(self) {
        if fs::remove_file(&self.path).is_err() {
            let _ = self.file.set_len(0); // an empty note refers to no take, and is removed later
        }
    }
}

/// A take that was cut short by a crash, a kill, a power cut, a full disk or a lost microphone; or one whose user left
/// before there was a report.
pub struct Unfinished {
    /// The path of the recording, repaired as far as possible.
    pub path: PathBuf,
    /// The length of the recording, in seconds.
    pub duration_s: f64,
    /// The question it answers, and the target length.
    pub about: About,
    note: Note,
}

impl Unfinished {
    /// Deletes the note, so that the take is not found again. The recording stays.
    pub fn settle(self) {
        self.note.remove();
    }
}

/// Notes that a complete take has no report yet because its user left, so that [`unfinished`] finds it again.
pub fn leave_for_later(recordings: &Path, recording: &Path, about: &About) {
    // Best effort: without the note, the take is still in its folder.
    let _ = Note::create(recordings, recording, about);
}

/// Returns the takes that were cut short or left, oldest first, after repairing them. The notes of takes without audio
/// are deleted; takes that are being recorded, or that cannot be read or repaired for the moment, are skipped.
pub fn unfinished(recordings: &Path) -> Vec<Unfinished> {
    let mut notes: Vec<PathBuf> =
        fs::read_dir(recordings.join(NOTES)).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    notes.sort();
    notes.into_iter().filter_map(|path| recover(&path)).collect()
}

/// Returns the name of a take in aloud's own folder that begins `now`: the time, and the question's id if it has one.
pub fn name(now: &ZonedDateTime, question: Option<&str>) -> String {
    let now = now.strftime(NAMED);
    question.map_or_else(|| now.to_string(), |id| format!("{now}_{id}"))
}

/// Returns the takes in aloud's own folder that are not being recorded. Files put there by hand have other names.
pub fn takes(recordings: &Path) -> Vec<PathBuf> {
    let recorded = |path: &Path| {
        let note = recordings.join(NOTES).join(path.file_name().unwrap_or_default()).with_extension("json");
        File::open(note).is_ok_and(|note| matches!(note.try_lock(), Err(fs::TryLockError::WouldBlock)))
    };
    let paths = fs::read_dir(recordings).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut takes: Vec<PathBuf> = paths.filter(|path| is_take(path) && !recorded(path)).collect();
    takes.sort();
    takes
}

/// Returns whether a file is named like one of aloud's own takes.
pub fn is_take(path: &Path) -> bool {
    let named = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.get(..19));
    let is_wav = path.extension().is_some_and(|ending| ending == "wav");
    is_wav && path.is_file() && named.is_some_and(|time| jiff::civil::DateTime::strptime(NAMED, time).is_ok())
}

/// Deletes the note on `recording`, if there is one, because it has been analyzed.
pub fn settle(recordings: &Path, recording: &Path) {
    let same = |a: &Path| fs::canonicalize(a).ok() == fs::canonicalize(recording).ok();
    unfinished(recordings).into_iter().filter(|u| same(&u.path)).for_each(Unfinished::settle);
}

fn recover(note_path: &Path) -> Option<Unfinished> {
    let mut file = reopen_private(note_path).ok()?;
    file.try_lock().ok()?; // fails while its recorder lives
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let note = Note { path: note_path.to_owned(), file };
    let mut lines = text.lines();
    let noted = lines.next().and_then(|line| serde_json::from_str::<Noted>(line).ok());
    let gaps: Vec<Gap> = lines.map_while(|line| serde_json::from_str(line).ok()).collect();
    let sound = noted.map(|noted| frames_of(&noted.recording, &gaps).map(|sound| (sound, noted))).transpose();
    let Some(((frames, rate_hz), noted)) = sound.ok()?.filter(|((frames, _), _)| *frames > 0) else {
        note.remove();
        return None;
    };
    let duration_s = frames as f64 / f64::from(rate_hz);
    Some(Unfinished { path: noted.recording, duration_s, about: noted.about, note })
}

/// Repairs a recording that was cut short, and returns its frames and sample rate; zeros if there is no longer a
/// recording of ours.
///
/// # Errors
/// When the disk fails or access is denied: the recording may still be there.
fn frames_of(path: &Path, gaps: &[Gap]) -> io::Result<(u64, u32)> {
    let nothing = Ok((0, 0));
    let mut file = match reopen_private(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return nothing,
        opened => opened?,
    };
    let (data_at, frame_bytes, promised) = match layout(&mut file) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return nothing,
        found => found?,
    };
    let mut rate = [0; 4];
    file.seek(SeekFrom::Start(24))?;
    file.read_exact(&mut rate)?;
    let rate_hz = u32::from_le_bytes(rate);
    if rate_hz == 0 {
        return nothing;
    }
    // A take that was finished properly already has its chunk.
    let mut tail = [0; 4];
    let chunk_at = (data_at + promised * frame_bytes).next_multiple_of(2);
    let ended =
        file.seek(SeekFrom::Start(chunk_at)).and_then(|_| file.read_exact(&mut tail)).is_ok() && &tail == GAPS_CHUNK;
    if ended {
        return Ok((promised, rate_hz));
    }
    let frames = repair(&mut file)?;
    let gaps: Vec<Gap> = gaps.iter().filter(|g| g.at_frame < frames).copied().collect();
    if frames > 0 {
        let _ = append_chunk(&mut file, &gaps);
        let _ = file.sync_all();
    }
    Ok((frames, rate_hz))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const FORMAT: Format = Format { rate_hz: 8_000, channels: 2, sample: Sample::Int16 };

    fn place(folder: &TempDir) -> Place {
        Place { recordings: Some(folder.path().join("recordings")), file: None, name: "take".into(), goes_on: false }
    }

    fn writer(place: &Place, format: Format) -> Writer {
        Writer::create(place, &About::default(), format, true).unwrap()
    }

    #[test]
    fn samples_come_back_as_they_went_in() {
        let folder = TempDir::new().unwrap();
        let samples: Vec<f32> = (0..20_000).map(|i| ((i * 37) % 2_000) as f32 / 1_000.0 - 1.0).collect();
        for sample in [Sample::Int16, Sample::Int24, Sample::Float32] {
            let mut take = writer(&place(&folder), Format { sample, ..FORMAT });
            samples.chunks(222).for_each(|chunk| take.write(chunk).unwrap());
            let path = take.finish().unwrap();
            let mut wav = hound::WavReader::open(&path).unwrap();
            assert_eq!((wav.spec().channels, wav.spec().sample_rate, wav.duration()), (2, 8_000, 10_000));
            let scale = if sample == Sample::Int16 { 32_768.0 } else { 8_388_608.0 };
            let back: Vec<f32> = match sample {
                Sample::Float32 => wav.samples::<f32>().map(Result::unwrap).collect(),
                _ => wav.samples::<i32>().map(|x| x.unwrap() as f32 / scale).collect(),
            };
            assert!(back.iter().zip(&samples).all(|(a, b)| (a - b).abs() <= 0.5 / 32_768.0 + 1e-6));
        }
    }

    #[test]
    fn a_take_is_whole_at_every_moment_and_found_when_it_was_cut_short() {
        let folder = TempDir::new().unwrap();
        let place = place(&folder);
        let about = About { question: Some("conflict".into()), target_s: Some(90.0) };
        let mut take = Writer::create(&place, &about, FORMAT, true).unwrap();
        take.write(&[0.25; 16_000]).unwrap();
        take.fill(400).unwrap();
        take.header_at -= HEADER_EVERY;
        take.tick().unwrap();
        assert_eq!(hound::WavReader::open(take.path()).unwrap().duration(), 8_400);
        let recordings = place.recordings.clone().unwrap();
        assert!(unfinished(&recordings).is_empty(), "its recorder lives");

        // Simulates a kill: no destructor runs, and there is a partial frame at the end.
        take.write(&[0.5; 1_600]).unwrap();
        take.wav.as_mut().unwrap().flush().unwrap();
        take.file.seek(SeekFrom::End(0)).unwrap();
        take.file.write_all(&[1, 2, 3]).unwrap();
        let path = take.path().to_owned();
        std::mem::forget(take.wav.take());
        drop(take);
        let found = unfinished(&recordings);
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].path, &found[0].about), (&std::path::absolute(&path).unwrap(), &about));
        assert!((found[0].duration_s - 9_200.0 / 8_000.0).abs() < 1e-9);
        let wav = hound::WavReader::open(&path).unwrap();
        assert_eq!(wav.duration(), 9_200);
        drop(found);
        let again = unfinished(&recordings);
        assert_eq!(again.len(), 1, "it is offered until it is settled");
        again.into_iter().for_each(Unfinished::settle);
        assert!(unfinished(&recordings).is_empty() && path.exists());
    }

    #[test]
    fn a_file_that_is_no_take_any_more_is_left_alone() {
        let folder = TempDir::new().unwrap();
        let place = place(&folder);
        // The audio would begin where the header has the sample rate: repairing the one would change the other.
        let early_sound = b"RIFF$2\0\x01\0\x01\0\x80>\0\0\0}\0\0\x02\0\x10\0data\x002[\0\0\x01\0\0\0\0\0\0\0";
        for bytes in [&b"RIFFdata\0\0\0\0"[..], b"", b"RIFF", &[0; 200], early_sound] {
            let take = writer(&place, FORMAT);
            let path = take.path().to_owned();
            drop(take);
            fs::write(&path, bytes).unwrap();
            assert!(unfinished(place.recordings.as_deref().unwrap()).is_empty());
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
    }

    #[test]
    fn a_take_without_sound_is_not_offered() {
        let folder = TempDir::new().unwrap();
        let place = place(&folder);
        drop(writer(&place, FORMAT));
        assert!(unfinished(place.recordings.as_deref().unwrap()).is_empty());
        assert_eq!(fs::read_dir(place.recordings.unwrap().join(NOTES)).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = TempDir::new().unwrap();
        let place = place(&folder);
        let names: Vec<String> = (0..3)
            .map(|_| writer(&place, FORMAT).finish().unwrap().file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["take.wav", "take-2.wav", "take-3.wav"]);
        let file = folder.path().join("mine.wav");
        fs::write(&file, "precious").unwrap();
        let own = Place { file: Some(file.clone()), ..place };
        let refused = Writer::create(&own, &About::default(), FORMAT, true);
        assert!(matches!(refused, Err(CaptureError::Exists { .. })));
        let next = Writer::create(&own, &About::default(), FORMAT, false).unwrap();
        assert!(next.path().ends_with("mine-2.wav"));
        assert_eq!(fs::read(&file).unwrap(), b"precious");
    }

    #[cfg(unix)]
    #[test]
    fn recordings_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = TempDir::new().unwrap();
        let place = place(&folder);
        let path = writer(&place, FORMAT).finish().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[cfg(unix)]
    #[test]
    fn a_take_whose_folder_is_removed_is_rescued() {
        let folder = TempDir::new().unwrap();
        let own = folder.path().join("gone");
        fs::create_dir(&own).unwrap();
        let place = Place { file: Some(own.join("mine.wav")), ..place(&folder) };
        let mut take = writer(&place, FORMAT);
        take.write(&[0.25; 16_000]).unwrap();
        fs::remove_dir_all(&own).unwrap();
        take.header_at -= HEADER_EVERY;
        let failure = take.tick().unwrap_err();
        let (failure, path) = take.abandon(failure);
        assert!(matches!(failure, Failure::Removed(Some(_))));
        assert!(path.starts_with(place.recordings.unwrap()));
        assert_eq!(hound::WavReader::open(path).unwrap().duration(), 8_000);
    }
}
