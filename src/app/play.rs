//! A recording to the loudspeaker: as it was heard by aloud, from a moment on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};
use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _};

use crate::audio::{Recording, SPEECH_RATE_HZ};

/// How often the player looks whether it is done.
const GLANCE: Duration = Duration::from_millis(50);
/// Sound that a device still holds when the last sample was handed over.
const TAIL: Duration = Duration::from_millis(300);
/// A device that has taken no sample for this long takes none any more.
const STALLED: Duration = Duration::from_secs(3);

/// Why nothing is heard.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// There is nothing to play on.
    #[error("no loudspeaker or headphones were found; plug some in, or open the recording with another player")]
    NoDevice,
    /// The device does not do what it should.
    #[error("the loudspeaker cannot be used ({0}); open the recording with another player")]
    Device(String),
    /// It stopped taking sound.
    #[error("the loudspeaker stopped; plug it in again, or open the recording with another player")]
    Stalled,
    /// The moment lies after the end.
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

/// Plays a recording from `from_s` seconds on, to its end.
///
/// # Errors
/// When there is no device to play on or it fails.
pub fn play(recording: &Recording, from_s: f64) -> Result<(), PlayError> {
    let first = (from_s.max(0.0) * f64::from(SPEECH_RATE_HZ)) as usize;
    let sound = &recording.speech;
    if first >= sound.len() {
        return Err(PlayError::AfterTheEnd);
    }
    let device = cpal::default_host().default_output_device().ok_or(PlayError::NoDevice)?;
    let supported = device.default_output_config()?;
    let format = supported.sample_format();
    let config: StreamConfig = supported.into();
    let samples = Arc::new(resampled(sound.samples(first..sound.len()), config.sample_rate));
    let at = Arc::new(AtomicUsize::new(0));
    let failed = Arc::new(AtomicBool::new(false));
    let parts = (samples.clone(), at.clone(), failed.clone());
    let stream = match format {
        SampleFormat::I16 => stream::<i16>(&device, config, parts)?,
        SampleFormat::I32 => stream::<i32>(&device, config, parts)?,
        SampleFormat::U8 => stream::<u8>(&device, config, parts)?,
        _ => stream::<f32>(&device, config, parts)?,
    };
    stream.play()?;
    let (mut last, mut still) = (0, Duration::ZERO);
    while at.load(Ordering::Relaxed) < samples.len() {
        std::thread::sleep(GLANCE);
        let now = at.load(Ordering::Relaxed);
        still = if now == last { still + GLANCE } else { Duration::ZERO };
        last = now;
        if still >= STALLED || failed.load(Ordering::Relaxed) {
            return Err(PlayError::Stalled);
        }
    }
    std::thread::sleep(TAIL);
    Ok(())
}

/// A stream of one voice on all channels.
fn stream<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    (samples, at, failed): (Arc<Vec<f32>>, Arc<AtomicUsize>, Arc<AtomicBool>),
) -> Result<cpal::Stream, cpal::Error> {
    let channels = usize::from(config.channels);
    device.build_output_stream(
        config,
        move |out: &mut [T], _| {
            let first = at.load(Ordering::Relaxed);
            for (i, frame) in out.chunks_mut(channels).enumerate() {
                let value = samples.get(first + i).copied().unwrap_or(0.0);
                frame.fill(T::from_sample(value));
            }
            at.fetch_add(out.len() / channels, Ordering::Relaxed);
        },
        move |error: cpal::Error| {
            if !matches!(error.kind(), cpal::ErrorKind::Xrun | cpal::ErrorKind::RealtimeDenied) {
                failed.store(true, Ordering::Relaxed);
            }
        },
        None,
    )
}

/// Samples at 16 kHz, at the device's rate.
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
