//! Converts a recording that is still being made to [`Speech`]: the same samples that [`super::Recording::open`] gives
//! for the finished file.

use super::channels::{ChannelSums, ChannelUse};
use super::decode::valid_sample;
use super::resample::Resampler;
use super::rumble::RumbleFilter;
use super::speech::MAX_EXACT_SAMPLES;
use super::{SPEECH_RATE_HZ, Speech};

/// Converts the frames of a recording to [`Speech`] as they arrive.
pub struct Growing {
    channel_use: ChannelUse,
    sums: ChannelSums,
    resampler: Resampler,
    rumble: RumbleFilter,
    mono: Vec<f32>,
    ready: Vec<f32>,
    speech: Speech,
}

impl Growing {
    /// Begins a recording with `rate_hz` frames per second, of which the channels `channel_use` are mixed.
    pub fn new(rate_hz: u32, channels: usize, channel_use: ChannelUse) -> Self {
        Self {
            channel_use,
            sums: ChannelSums::new(channels),
            resampler: Resampler::new(rate_hz, SPEECH_RATE_HZ),
            rumble: RumbleFilter::new(),
            mono: Vec::new(),
            ready: Vec::new(),
            speech: Speech::default(),
        }
    }

    /// Processes the next frames: one vector of samples per channel, all of the same length.
    pub fn push(&mut self, planes: &mut [Vec<f32>]) {
        planes.iter_mut().flatten().for_each(|x| *x = valid_sample(*x));
        self.sums.push(planes);
        self.channel_use.mix(planes, &mut self.mono);
        self.resampler.push(&self.mono, &mut self.ready);
        self.rumble.process(&mut self.ready);
        self.speech.push_exact(&self.ready);
        self.ready.clear();
    }

    /// Returns the audio so far.
    pub fn speech(&self) -> &Speech {
        &self.speech
    }

    /// Returns the channels that would be mixed if the recording ended here.
    pub fn channel_use(&self) -> ChannelUse {
        self.sums.choose()
    }

    /// Returns whether the recording is so long that [`super::Recording::open`] quantizes it. The samples here are then
    /// no longer those of the finished file.
    pub fn is_long(&self) -> bool {
        self.speech.len() > MAX_EXACT_SAMPLES
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use hound::{SampleFormat, WavSpec, WavWriter};

    use super::super::Recording;
    use super::*;

    #[test]
    fn the_samples_are_those_of_the_finished_file() {
        let folder = tempfile::tempdir().unwrap();
        for (rate_hz, channels, bits) in [(48_000, 1, 16), (44_100, 2, 24), (16_000, 1, 16), (48_000, 2, 32)] {
            let path = folder.path().join("take.wav");
            let sample_format = if bits == 32 { SampleFormat::Float } else { SampleFormat::Int };
            let spec = WavSpec { channels, sample_rate: rate_hz, bits_per_sample: bits, sample_format };
            let mut writer = WavWriter::create(&path, spec).unwrap();
            let mut planes = vec![Vec::new(); usize::from(channels)];
            for i in 0..3 * rate_hz {
                for (channel, plane) in planes.iter_mut().enumerate() {
                    let x = 0.3 * (TAU * (200.0 + 30.0 * channel as f32) * i as f32 / rate_hz as f32).sin() + 0.1;
                    match sample_format {
                        SampleFormat::Float => {
                            writer.write_sample(x).unwrap();
                            plane.push(x);
                        }
                        SampleFormat::Int => {
                            let scale = 2f32.powi(i32::from(bits) - 1);
                            let whole = (x * scale).round();
                            writer.write_sample(whole as i32).unwrap();
                            plane.push(whole / scale);
                        }
                    }
                }
            }
            writer.finalize().unwrap();
            let finished = Recording::open(&path, &mut |_| {}).unwrap();
            let mut growing = Growing::new(rate_hz, planes.len(), finished.channel_use);
            for from in (0..planes[0].len()).step_by(1_234) {
                let to = (from + 1_234).min(planes[0].len());
                growing.push(&mut planes.iter().map(|p| p[from..to].to_vec()).collect::<Vec<_>>());
            }
            assert_eq!(growing.channel_use(), finished.channel_use);
            let so_far = growing.speech();
            assert!(so_far.len() > 40_000 && so_far.len() <= finished.speech.len(), "{}", so_far.len());
            assert_eq!(so_far.to_vec(), finished.speech.samples(0..so_far.len()), "{rate_hz} {channels} {bits}");
        }
    }
}
