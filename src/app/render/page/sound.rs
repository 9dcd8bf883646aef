//! The pictures of the audio on a page: the waveform, and the spectrogram as a PNG.

use crate::audio::{SPEECH_RATE_HZ, Speech};
use crate::signal::spectrogram::{ROWS, spectrogram};

/// Samples per value of the waveform: 10 ms.
const STEP: usize = SPEECH_RATE_HZ as usize / 100;
/// Spectrogram columns per second, if the recording is short enough.
const COLUMNS_A_SECOND: f64 = 40.0;
/// The maximum number of spectrogram columns: what a browser can still show in one piece.
const MOST_COLUMNS: usize = 6_000;
/// The number of shades in the spectrogram: about 1.4 dB each.
const SHADES: usize = 48;
/// The range from the darkest to the brightest shade, in decibels.
const RANGE_DB: f32 = 66.0;
/// The minimum level of the brightest shade, so that a silent recording stays dark.
const QUIETEST_BRIGHT_DBFS: f32 = -60.0;

/// The waveform and the spectrogram of an answer, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// The lowest and the highest sample in each 10 ms.
    pub waveform: Vec<[f32; 2]>,
    /// The spectrogram from 0 Hz (bottom) to [`crate::signal::spectrogram::TOP_HZ`], as a PNG.
    pub spectrogram_png: Vec<u8>,
}

impl Sound {
    /// Computes the waveform and the spectrogram of a recording.
    pub fn of(sound: &Speech) -> Self {
        let mut part = [0.0; STEP];
        let mut extremes = |first: usize| {
            let part = &mut part[..STEP.min(sound.len() - first)];
            sound.copy(first, part);
            part.iter().fold([0.0_f32, 0.0], |[low, high], x| [low.min(*x), high.max(*x)])
        };
        let columns = ((sound.duration_s() * COLUMNS_A_SECOND) as usize).clamp(1, MOST_COLUMNS);
        Self {
            waveform: (0..sound.len()).step_by(STEP).map(&mut extremes).collect(),
            spectrogram_png: png(&spectrogram(sound, columns)),
        }
    }
}

/// Encodes spectrogram columns as a PNG in the inferno palette, which is perceptually uniform and steadily increasing
/// in lightness, so that the picture also reads in greyscale. The brightest shade is the 99.9% quantile of the levels.
fn png(columns: &[[f32; ROWS]]) -> Vec<u8> {
    let mut levels: Vec<f32> = columns.iter().flatten().copied().collect();
    let surpassed = levels.len() / 1_000;
    let loudest =
        if levels.is_empty() { 0.0 } else { *levels.select_nth_unstable_by(surpassed, |a, b| b.total_cmp(a)).1 };
    let loudest = loudest.max(QUIETEST_BRIGHT_DBFS);
    let shade = |db: f32| {
        let share = ((db - (loudest - RANGE_DB)) / RANGE_DB).clamp(0.0, 1.0);
        (share * (SHADES - 1) as f32).round() as u8
    };
    let width = columns.len().max(1);
    let mut pixels = vec![0; width * ROWS];
    for (x, column) in columns.iter().enumerate() {
        for (row, db) in column.iter().enumerate() {
            pixels[(ROWS - 1 - row) * width + x] = shade(*db);
        }
    }
    let palette: Vec<u8> = (0..SHADES)
        .flat_map(|i| {
            let colour = colorous::INFERNO.eval_rational(i, SHADES);
            [colour.r, colour.g, colour.b]
        })
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width as u32, ROWS as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_compression(png::Compression::High);
    let kept = "writing into memory does not fail";
    encoder.write_header().and_then(|mut w| w.write_image_data(&pixels)).expect(kept);
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::synth;

    #[test]
    fn the_picture_is_bright_where_a_tone_sounds() {
        let mut samples = synth::sine(1_000.0, -6.0, 1.0);
        samples.extend(vec![0.0; 16_000]);
        let sound = Sound::of(&Speech::of(&samples));
        assert_eq!(sound.waveform.len(), 200);
        assert!(sound.waveform[50][1] > 0.45 && sound.waveform[150] == [0.0, 0.0]);
        let mut reader = png::Decoder::new(std::io::Cursor::new(&sound.spectrogram_png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (80, ROWS as u32));
        let at = |x: usize, row: usize| pixels[(ROWS - 1 - row) * 80 + x];
        assert!(at(20, 32) as usize > SHADES - 4, "{}", at(20, 32));
        assert_eq!((at(20, 120), at(60, 32)), (0, 0));
    }

    #[test]
    fn an_hour_has_no_more_columns_than_a_browser_shows_and_nothing_is_a_picture_too() {
        let hour = Sound::of(&Speech::of(&vec![0.0; 16_000 * 240]));
        let info = png::Decoder::new(std::io::Cursor::new(&hour.spectrogram_png)).read_info().unwrap();
        assert!(info.info().width as usize <= MOST_COLUMNS);
        assert!(!Sound::of(&Speech::default()).spectrogram_png.is_empty());
    }
}
