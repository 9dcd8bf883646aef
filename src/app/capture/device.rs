//! The only module that uses cpal: lists the microphones and opens the stream of one.
//!
//! On Linux the backend is ALSA, whose `default` device leads to PulseAudio or PipeWire where they run. cpal's own
//! PulseAudio backend is not used: with pulseaudio 0.3.2 the server disconnects the client after some seconds
//! ("protocol error"), and the removal of a source is never reported (measured in November 2026).

use std::cmp::Ordering;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering as Memory};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, Data, ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig, SupportedBufferSize};

use super::error::CaptureError;
use super::ring::Intake;

/// The block length to request per callback, in seconds, where the device allows a choice; the device's own buffer
/// holds two blocks. Long enough for a busy system to keep up (with 0.05, audio was lost on two loaded cores), short
/// enough for the meter and for the amount of audio that a crash may cost.
const BLOCK_S: f64 = 0.125;
/// The longest that the device's thread sleeps before it checks that the device is still there.
const CHECK_EVERY: Duration = Duration::from_millis(500);
/// ALSA names that are conversion plugins rather than microphones, or that lead to the sound server anyway.
#[cfg(target_os = "linux")]
const NO_MICROPHONES: &[&str] = &[
    "default",
    "null",
    "samplerate",
    "speexrate",
    "lavrate",
    "upmix",
    "vdownmix",
    "jack",
    "oss",
    "pulse",
    "pipewire",
    "speex",
];

/// The sample format that stores a sample without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// 16-bit integers.
    Int16,
    /// 24-bit integers.
    Int24,
    /// 32-bit floats.
    Float32,
}

/// The native format of a microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Sample rate, Hz.
    pub rate_hz: u32,
    /// The number of channels.
    pub channels: u16,
    /// The sample format needed to store the sound without loss.
    pub sample: Sample,
}

/// A microphone or any other input device.
pub struct Microphone {
    device: cpal::Device,
    /// The name shown to the user, by which the microphone can be chosen.
    pub name: String,
    /// The system's own short name, by which the microphone can also be chosen.
    pub id: String,
    /// Whether this is the system's default input device.
    pub default: bool,
    /// Whether the microphone is listed; aliases and conversion plugins can only be chosen by their exact names.
    listed: bool,
}

/// Returns all listed microphones, the default one first.
///
/// # Errors
/// [`CaptureError::NoMicrophone`] when there is none.
pub fn microphones() -> Result<Vec<Microphone>, CaptureError> {
    let listed: Vec<Microphone> = all().into_iter().filter(|m| m.listed).collect();
    if listed.is_empty() { Err(CaptureError::NoMicrophone) } else { Ok(listed) }
}

/// Returns every input device, best first.
fn all() -> Vec<Microphone> {
    let Some(host) = cpal::available_hosts().first().and_then(|host| quietly(|| cpal::host_from_id(*host)).ok()) else {
        return Vec::new();
    };
    let default = quietly(|| host.default_input_device()).and_then(|d| Microphone::of(d, true));
    // ALSA lists a default device even if there is none.
    let is_there = |m: &Microphone| match quietly(|| m.device.default_input_config()) {
        Ok(_) => true,
        Err(e) => {
            matches!(e.kind(), ErrorKind::DeviceBusy | ErrorKind::PermissionDenied | ErrorKind::UnsupportedConfig)
        }
    };
    let default = default.filter(is_there);
    let default_id = default.as_ref().map(|m| m.id.clone());
    let others = quietly(|| host.input_devices().map(|d| d.collect::<Vec<_>>())).unwrap_or_default();
    let others = others.into_iter().filter_map(|d| Microphone::of(d, false));
    default.into_iter().chain(others.filter(|m| Some(&m.id) != default_id.as_ref())).collect()
}

impl Microphone {
    /// Finds the microphone called `wanted`: by its exact name, then by its name ignoring case, then by a substring of
    /// it. Without a name, returns the default one.
    ///
    /// # Errors
    /// When there is no microphone, none matches, or a substring matches several.
    pub fn find(wanted: Option<&str>) -> Result<Self, CaptureError> {
        let mut all = all();
        let at = match wanted {
            Some(wanted) => {
                let names: Vec<Names> =
                    all.iter().map(|m| Names { both: [&m.name, &m.id], listed: m.listed }).collect();
                choose(wanted, &names)?
            }
            None => all.iter().position(|m| m.default).ok_or(CaptureError::NoMicrophone)?,
        };
        Ok(all.swap_remove(at))
    }

    fn of(device: cpal::Device, default: bool) -> Option<Self> {
        let description = device.description().ok()?;
        let id = device.id().ok()?.id().to_owned();
        let name = crate::plain::one_line(description.name().trim());
        let name = if name.is_empty() { id.clone() } else { name };
        let listed = default || is_listed(&id);
        Some(Self { device, name, id, default, listed })
    }

    /// Returns the microphone's native format.
    ///
    /// # Errors
    /// When the microphone is gone, in use, or not accessible.
    pub fn format(&self) -> Result<Format, CaptureError> {
        Ok(self.config()?.0)
    }

    /// Describes the sample rates, channel counts and sample formats that the device supports, in one line.
    ///
    /// # Errors
    /// As [`Microphone::format`].
    pub fn offers(&self) -> Result<String, CaptureError> {
        let ranges = quietly(|| self.device.supported_input_configs().map(|c| c.collect::<Vec<_>>()));
        let ranges = ranges.map_err(|e| CaptureError::of(&e, &self.name))?;
        let bounds = |least: Option<u32>, most: Option<u32>| match (least, most) {
            (Some(least), Some(most)) if least == most => format!("{least}"),
            (Some(least), Some(most)) => format!("{least} to {most}"),
            _ => "unknown".to_owned(),
        };
        let rates =
            bounds(ranges.iter().map(|r| r.min_sample_rate()).min(), ranges.iter().map(|r| r.max_sample_rate()).max());
        let channels = ranges.iter().map(|r| u32::from(r.channels())).fold(None, |range: Option<(u32, u32)>, c| {
            Some(range.map_or((c, c), |(least, most)| (least.min(c), most.max(c))))
        });
        let channels = bounds(channels.map(|c| c.0), channels.map(|c| c.1));
        let mut formats: Vec<String> = ranges.iter().map(|r| r.sample_format().to_string()).collect();
        formats.sort_by(|a, b| natural(a, b));
        formats.dedup();
        Ok(format!("{rates} Hz, channels: {channels}, formats: {}", formats.join(" ")))
    }

    fn config(&self) -> Result<(Format, cpal::SupportedStreamConfig), CaptureError> {
        let config = quietly(|| self.device.default_input_config()).map_err(|e| CaptureError::of(&e, &self.name))?;
        let sample = match config.sample_format() {
            SampleFormat::I8 | SampleFormat::U8 | SampleFormat::I16 | SampleFormat::U16 => Sample::Int16,
            SampleFormat::I24 | SampleFormat::U24 | SampleFormat::I32 | SampleFormat::U32 => Sample::Int24,
            SampleFormat::F32 | SampleFormat::F64 => Sample::Float32,
            _ => return Err(CaptureError::NoFormat { name: self.name.clone() }),
        };
        Ok((Format { rate_hz: config.sample_rate(), channels: config.channels(), sample }, config))
    }

    /// Opens and starts the stream into `intake`. Later errors are sent to `errors`, except losses of sound that the
    /// device reports, which are counted in `overruns`.
    ///
    /// # Errors
    /// When the device is gone, in use, or not accessible.
    pub(super) fn start(
        &self,
        mut intake: impl FnMut() -> Intake,
        overruns: &Arc<AtomicU64>,
        errors: &SyncSender<cpal::Error>,
    ) -> Result<cpal::Stream, CaptureError> {
        let (_, supported) = self.config()?;
        let wanted = (f64::from(supported.sample_rate()) * BLOCK_S) as u32;
        let sizes = match *supported.buffer_size() {
            SupportedBufferSize::Range { min, max } => {
                vec![BufferSize::Fixed(wanted.clamp(min, max.max(min))), BufferSize::Default]
            }
            SupportedBufferSize::Unknown => vec![BufferSize::Default],
        };
        let mut last = None;
        for buffer_size in sizes {
            let config = StreamConfig { buffer_size, ..supported.config() };
            let opened = quietly(|| {
                let stream = self.open(&config, supported.sample_format(), intake(), overruns, errors)?;
                stream.play()?;
                Ok(stream)
            });
            match opened {
                Ok(stream) => return Ok(stream),
                // The device rejects a buffer size within its own range; try the next one.
                Err(error @ cpal::Error { .. }) if error.kind() == ErrorKind::UnsupportedConfig => last = Some(error),
                Err(error) => return Err(CaptureError::of(&error, &self.name)),
            }
        }
        Err(CaptureError::of(&last.unwrap_or_else(|| ErrorKind::UnsupportedConfig.into()), &self.name))
    }

    fn open(
        &self,
        config: &StreamConfig,
        format: SampleFormat,
        mut intake: Intake,
        overruns: &Arc<AtomicU64>,
        errors: &SyncSender<cpal::Error>,
    ) -> Result<cpal::Stream, cpal::Error> {
        let (overruns, errors) = (Arc::clone(overruns), errors.clone());
        let failed = move |error: cpal::Error| match error.kind() {
            ErrorKind::Xrun => {
                overruns.fetch_add(1, Memory::Relaxed);
            }
            ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged => {}
            // Never blocks: if the channel is full, the error is dropped.
            _ => drop(errors.try_send(error)),
        };
        let arrived = move |data: &Data, info: &cpal::InputCallbackInfo| {
            let time = info.timestamp();
            accept(data, time.callback.duration_since(time.capture), &mut intake);
        };
        self.device.build_input_stream_raw(*config, format, arrived, failed, Some(CHECK_EVERY))
    }
}

/// Converts a block of any format and passes it on. Runs on the device's thread: see [`Intake::accept`].
fn accept(data: &Data, age: Duration, intake: &mut Intake) {
    fn typed<T: SizedSample>(data: &Data, age: Duration, intake: &mut Intake)
    where
        f32: FromSample<T>,
    {
        if let Some(samples) = data.as_slice::<T>() {
            intake.accept(samples, age, |x| f32::from_sample_(x));
        }
    }
    match data.sample_format() {
        SampleFormat::I8 => typed::<i8>(data, age, intake),
        SampleFormat::I16 => typed::<i16>(data, age, intake),
        SampleFormat::I24 => typed::<cpal::I24>(data, age, intake),
        SampleFormat::I32 => typed::<i32>(data, age, intake),
        SampleFormat::U8 => typed::<u8>(data, age, intake),
        SampleFormat::U16 => typed::<u16>(data, age, intake),
        SampleFormat::U24 => typed::<cpal::U24>(data, age, intake),
        SampleFormat::U32 => typed::<u32>(data, age, intake),
        SampleFormat::F32 => typed::<f32>(data, age, intake),
        SampleFormat::F64 => typed::<f64>(data, age, intake),
        _ => {} // refused by `Microphone::config`
    }
}

/// Returns whether to list a device, judging by its name alone: opening some of ALSA's devices disturbs others.
#[cfg(target_os = "linux")]
fn is_listed(id: &str) -> bool {
    match id.split_once(':') {
        Some((plugin, _)) => plugin == "plughw",
        None => !NO_MICROPHONES.contains(&id),
    }
}

#[cfg(not(target_os = "linux"))]
fn is_listed(_id: &str) -> bool {
    true
}

/// The names of a device.
struct Names<'a> {
    /// The device's name and the system's short name.
    both: [&'a str; 2],
    listed: bool,
}

/// Returns the index of the device that matches `wanted`.
fn choose(wanted: &str, names: &[Names]) -> Result<usize, CaptureError> {
    let lower = wanted.to_lowercase();
    let fitting = |fits: &dyn Fn(&str) -> bool, unlisted: bool| -> Vec<usize> {
        let chosen = |n: &Names| (n.listed || unlisted) && n.both.iter().any(|n| fits(n));
        (0..names.len()).filter(|i| chosen(&names[*i])).collect()
    };
    // Two devices with the same full name are the same device reached in two ways; the first way is the better one.
    let whole = fitting(&|n| n == wanted, true).into_iter().chain(fitting(&|n| n.to_lowercase() == lower, true)).next();
    if let Some(at) = whole {
        return Ok(at);
    }
    match fitting(&|n| n.to_lowercase().contains(&lower), false)[..] {
        [] => {
            let known = names.iter().filter(|n| n.listed).map(|n| format!("'{}'", n.both[0])).collect::<Vec<_>>();
            if known.is_empty() {
                return Err(CaptureError::NoMicrophone);
            }
            Err(CaptureError::UnknownMicrophone { wanted: wanted.to_owned(), known })
        }
        [one] => Ok(one),
        ref several => {
            let fitting = several.iter().map(|i| format!("'{}'", names[*i].both[0])).collect();
            Err(CaptureError::AmbiguousMicrophone { wanted: wanted.to_owned(), fitting })
        }
    }
}

/// Orders format names by kind, then by width as a number: `f32` before `i8`, `i8` before `i16`.
fn natural(a: &str, b: &str) -> Ordering {
    let parts = |s: &str| {
        let (kind, width) = s.split_at(s.find(|c: char| c.is_ascii_digit()).unwrap_or(s.len()));
        (kind.to_owned(), width.parse::<u32>().unwrap_or(0))
    };
    parts(a).cmp(&parts(b))
}

/// Runs `work` with ALSA's own messages kept off the terminal; errors are still returned.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    let _silent = alsa::Output::local_error_handler();
    work()
}

#[cfg(test)]
mod tests {
    use super::super::ring::ring;
    use super::*;

    #[test]
    fn a_microphone_is_chosen_by_exact_name_then_any_case_then_a_part() {
        let listed = [["Yeti X", "hw:1"], ["yeti", "hw:2"], ["Yeti", "hw:3"], ["Webcam", "hw:4"]];
        let mut names: Vec<Names> = listed.iter().map(|both| Names { both: *both, listed: true }).collect();
        names.push(Names { both: ["Rate converter for cameras", "rate"], listed: false });
        assert_eq!(choose("Yeti", &names).unwrap(), 2);
        assert_eq!(choose("YETI", &names).unwrap(), 1);
        assert_eq!(choose("cam", &names).unwrap(), 3);
        assert_eq!(choose("hw:1", &names).unwrap(), 0);
        assert_eq!(choose("rate", &names).unwrap(), 4);
        let several = choose("et", &names);
        assert!(matches!(several, Err(CaptureError::AmbiguousMicrophone { fitting, .. }) if fitting.len() == 3));
        let message = choose("Røde", &names).unwrap_err().to_string();
        assert!(message.contains("'Yeti X'") && message.contains("'Webcam'") && !message.contains("Rate"), "{message}");
        assert!(matches!(choose("Yeti", &[]), Err(CaptureError::NoMicrophone)));
    }

    #[test]
    fn every_format_becomes_the_same_sound() {
        fn heard<T: SizedSample>(half: T) -> f32
        where
            f32: FromSample<T>,
        {
            let mut samples = [half; 100];
            // A block as cpal delivers it.
            //
            // SAFETY: `Data` reads `len` samples of its format from the pointer, and requires that all of them are
            // there. They are the elements of `samples`, all initialized; the format is that of their own type, so they
            // are never read as another type. `samples` outlives `data` (both are dropped at the end of this function),
            // and nothing else accesses it in the meantime. `accept` only borrows `data`, and `Intake` copies the
            // samples it is given.
            #[allow(unsafe_code, reason = "cpal::Data has no safe constructor")]
            let data = unsafe { Data::from_parts(samples.as_mut_ptr().cast(), samples.len(), T::FORMAT) };
            let (mut intake, mut outlet) = ring(8_000, 1, Arc::default());
            accept(&data, Duration::ZERO, &mut intake);
            let block = outlet.next_block().expect("a block of every format");
            let mut out = Vec::new();
            outlet.take(&block, &mut out);
            assert_eq!(out.len(), 100);
            out[50]
        }
        let heard = [
            heard(64_i8),
            heard(16_384_i16),
            heard(cpal::I24::new(1 << 22).unwrap()),
            heard(1_i32 << 30),
            heard(192_u8),
            heard(49_152_u16),
            heard(cpal::U24::new(3 << 22).unwrap()),
            heard(3_u32 << 30),
            heard(0.5_f32),
            heard(0.5_f64),
        ];
        assert!(heard.iter().all(|x| (x - 0.5).abs() < 1e-6), "{heard:?}");
    }
}
