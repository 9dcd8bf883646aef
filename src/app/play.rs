//! Plays sound on the system's default output device: a part of a recording (the same samples that were analyzed), or a
//! spoken question, with an estimate of the time at which it ends.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, FromSample, SampleFormat, SizedSample, StreamConfig, SupportedBufferSize};
use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _};

use super::clock::{StreamClock, TimeEstimate};
use crate::audio::{Recording, SPEECH_RATE_HZ};

/// The interval at which the player checks whether playback has finished.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// The buffer size of the device, in seconds. Latency does not matter here, and with the usual 10 ms a busy machine
/// underruns repeatedly.
const PERIOD_S: f64 = 0.25;
/// The extra time to wait after the estimated end of playback.
const TAIL: Duration = Duration::from_millis(150);
/// The maximum time to wait for audio that the device has buffered (ours; PulseAudio's null sink buffers two seconds).
const MAX_TAIL: Duration = Duration::from_secs(3);
/// The timeout after which a device that takes no samples counts as stopped. PulseAudio's null sink takes samples only
/// every two seconds.
const STALL_TIMEOUT: Duration = Duration::from_secs(6);

/// Why a sound cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// There is no output device.
    #[error("no loudspeaker or headphones were found; plug some in, or open the recording with another player")]
    NoDevice,
    /// The device failed.
    #[error("the loudspeaker cannot be used ({0}); open the recording with another player")]
    Device(String),
    /// The device stopped taking samples.
    #[error("the loudspeaker stopped; plug it in again, or open the recording with another player")]
    Stalled,
    /// The start lies after the end of the recording.
    #[error("the recording is over before that moment")]
    AfterTheEnd,
}

impl From<cpal::Error> for PlayError {
    fn from(error: cpal::Error) -> Self {
        match error.kind() {
            cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::HostUnavailable => Self::NoDevice,
            _ => Self::Device(error.to_string()),
        }
    }
}

/// Plays a recording from `from_s` seconds to `to_s` seconds, or to its end.
///
/// # Errors
/// Returns an error if there is no output device, if the device fails or stops, or if `from_s` is after the end.
pub fn play(recording: &Recording, from_s: f64, to_s: Option<f64>) -> Result<(), PlayError> {
    let at = |s: f64| (s.max(0.0) * f64::from(SPEECH_RATE_HZ)) as usize;
    let sound = &recording.speech;
    let first = at(from_s);
    if first >= sound.len() {
        return Err(PlayError::AfterTheEnd);
    }
    let end = to_s.map_or(sound.len(), |s| at(s).clamp(first, sound.len()));
    Player::start(sound.samples(first..end))?.finish()
}

/// A player of one sound. Dropping it stops the sound.
pub struct Player {
    playing: Arc<SharedPlayback>,
    /// The number of samples that the device had taken at the last change of that number, and the time of the change.
    last_taken: (usize, Instant),
    /// The time at which the device had taken all samples, and the duration of the audio that it had yet to play then;
    /// `None` before that time.
    all_taken: Option<(Instant, Duration)>,
    _stream: cpal::Stream,
}

/// The progress of a [`Player`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlaybackProgress {
    /// The device has not taken all samples yet.
    Playing,
    /// The device has taken all samples, and will have played them at this time; `None` if there is no estimate.
    Ending(Option<TimeEstimate>),
    /// The sound has ended, at this time; `None` if there is no estimate.
    Ended(Option<TimeEstimate>),
}

impl Player {
    /// Starts to play mono samples at 16 kHz.
    ///
    /// # Errors
    /// Returns an error if there is no output device, or if it cannot be opened.
    pub fn start(samples: Vec<f32>) -> Result<Self, PlayError> {
        let device = cpal::default_host().default_output_device().ok_or(PlayError::NoDevice)?;
        let supported = device.default_output_config()?;
        let (format, period) = (supported.sample_format(), period(&supported));
        let config: StreamConfig = supported.into();
        let playing = Arc::new(SharedPlayback {
            samples: resampled(samples, config.sample_rate),
            at: AtomicUsize::new(0),
            buffered_ms: AtomicU64::new(0),
            clock: Mutex::new(StreamClock::new(Instant::now(), config.sample_rate)),
            is_lost: AtomicBool::new(false),
        });
        let build = |buffer_size| {
            let config = StreamConfig { buffer_size, ..config };
            match format {
                SampleFormat::I16 => stream::<i16>(&device, config, &playing),
                SampleFormat::I32 => stream::<i32>(&device, config, &playing),
                SampleFormat::U8 => stream::<u8>(&device, config, &playing),
                _ => stream::<f32>(&device, config, &playing),
            }
        };
        let stream = build(period).or_else(|_| build(BufferSize::Default))?;
        stream.play()?;
        Ok(Self { playing, last_taken: (0, Instant::now()), all_taken: None, _stream: stream })
    }

    /// Returns the progress of playback. Call this often, so that a stopped device is noticed.
    ///
    /// # Errors
    /// Returns an error if the device is gone or has stopped taking samples.
    pub fn progress(&mut self) -> Result<PlaybackProgress, PlayError> {
        let now = Instant::now();
        let taken = self.playing.at.load(Ordering::Acquire);
        if taken != self.last_taken.0 {
            self.last_taken = (taken, now);
        }
        if self.playing.is_lost.load(Ordering::Relaxed) {
            return Err(PlayError::Stalled);
        }
        if taken < self.playing.samples.len() {
            return if now - self.last_taken.1 < STALL_TIMEOUT {
                Ok(PlaybackProgress::Playing)
            } else {
                Err(PlayError::Stalled)
            };
        }
        let (since, buffered) = *self.all_taken.get_or_insert_with(|| {
            let buffered = Duration::from_millis(self.playing.buffered_ms.load(Ordering::Relaxed));
            (now, buffered.min(MAX_TAIL))
        });
        let end = self.playing.end();
        let is_over = end.map_or(now >= since + buffered, |end| now >= end.at);
        Ok(if is_over { PlaybackProgress::Ended(end) } else { PlaybackProgress::Ending(end) })
    }

    /// Waits until the sound has ended.
    fn finish(mut self) -> Result<(), PlayError> {
        while !matches!(self.progress()?, PlaybackProgress::Ended(_)) {
            std::thread::sleep(POLL_INTERVAL);
        }
        std::thread::sleep(TAIL);
        Ok(())
    }
}

/// Returns the buffer size to request, within the range that the device supports.
fn period(supported: &cpal::SupportedStreamConfig) -> BufferSize {
    match *supported.buffer_size() {
        SupportedBufferSize::Range { min, max } if min <= max => {
            BufferSize::Fixed(((f64::from(supported.sample_rate()) * PERIOD_S) as u32).clamp(min, max))
        }
        _ => BufferSize::Default,
    }
}

/// The state of playback that [`Player`] shares with the device's thread.
struct SharedPlayback {
    /// The samples, at the sample rate of the device.
    samples: Vec<f32>,
    /// The number of samples handed to the device.
    at: AtomicUsize,
    /// The duration of the audio that was still to be played when the device last took samples, including these
    /// samples, in milliseconds.
    buffered_ms: AtomicU64,
    /// The clock that estimates when each sample leaves the loudspeaker. The device's thread never waits for the lock:
    /// it skips the estimate of a block while another thread holds the lock.
    clock: Mutex<StreamClock>,
    /// Whether the device is gone.
    is_lost: AtomicBool,
}

impl SharedPlayback {
    /// Returns the estimated time at which the last sample leaves the loudspeaker; `None` without an estimate or if it
    /// is more than [`MAX_TAIL`] from now.
    fn end(&self) -> Option<TimeEstimate> {
        let clock = self.clock.lock().unwrap_or_else(PoisonError::into_inner);
        clock.time_of(self.samples.len() as u64).filter(|end| end.at <= Instant::now() + MAX_TAIL)
    }
}

/// Returns whether an error means that the device or the sound server is gone, so that the stream has ended. After any
/// other error the stream may continue.
pub(crate) fn is_lost(error: &cpal::Error) -> bool {
    matches!(
        error.kind(),
        cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::StreamInvalidated | cpal::ErrorKind::HostUnavailable
    )
}

/// Opens an output stream that plays the mono samples on all channels.
fn stream<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    playing: &Arc<SharedPlayback>,
) -> Result<cpal::Stream, cpal::Error> {
    let (channels, rate_hz) = (usize::from(config.channels), u64::from(config.sample_rate));
    let (sound, lost) = (Arc::clone(playing), Arc::clone(playing));
    device.build_output_stream(
        config,
        move |out: &mut [T], info: &cpal::OutputCallbackInfo| {
            let first = sound.at.load(Ordering::Relaxed);
            for (i, frame) in out.chunks_mut(channels).enumerate() {
                let value = sound.samples.get(first + i).copied().unwrap_or(0.0);
                frame.fill(T::from_sample(value));
            }
            let frames = out.len() / channels;
            if first < sound.samples.len() {
                let time = info.timestamp();
                let delay = time.playback.duration_since(time.callback);
                sound.buffered_ms.store(delay.as_millis() as u64 + frames as u64 * 1000 / rate_hz, Ordering::Relaxed);
                if let Ok(mut clock) = sound.clock.try_lock() {
                    clock.note(first as u64, Instant::now(), delay.as_secs_f64());
                }
            }
            sound.at.store(first + frames, Ordering::Release);
        },
        // Other errors are ignored: after an underrun, PulseAudio reports one error after another and then continues. A
        // device that takes no samples for long is noticed by [`Player::progress`].
        move |error: cpal::Error| {
            if is_lost(&error) {
                lost.is_lost.store(true, Ordering::Relaxed);
            }
        },
        None,
    )
}

/// Resamples audio from 16 kHz to the sample rate of the device.
fn resampled(samples: Vec<f32>, rate_hz: u32) -> Vec<f32> {
    if rate_hz == SPEECH_RATE_HZ {
        return samples;
    }
    let mut fft = Fft::<f32>::new(SPEECH_RATE_HZ as usize, rate_hz as usize, 1024, 1, FixedSync::Both)
        .expect("rates and chunk are above zero");
    let input = SequentialSlice::new(&samples, 1, samples.len()).expect("the slice has this length");
    fft.process_all(&input, samples.len(), None).expect("the buffers have the sizes needed").take_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_keeps_its_length_and_level_at_the_rate_of_the_device() {
        let tone: Vec<f32> = (0..16_000).map(|i| 0.5 * (i as f32 * 0.05).sin()).collect();
        for rate_hz in [8_000, 16_000, 22_050, 44_100, 48_000] {
            let out = resampled(tone.clone(), rate_hz);
            assert!(out.len().abs_diff(rate_hz as usize) <= 2, "{} at {rate_hz}", out.len());
            let peak = out[out.len() / 4..3 * out.len() / 4].iter().fold(0.0_f32, |a, x| a.max(x.abs()));
            assert!((peak - 0.5).abs() < 0.02, "{peak} at {rate_hz}");
        }
    }
}
