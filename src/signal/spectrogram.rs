//! Computes the spectrogram: the level of each frequency over time, with the same windows as [`super::levels`].

use realfft::RealFftPlanner;

use super::frames::{WINDOW, frame_count, hann, to_dbfs, window_at};
use crate::audio::{SPEECH_RATE_HZ, Speech};

/// The highest frequency in the spectrogram, in hertz: above it, a voice has little but hiss.
pub const TOP_HZ: f64 = 5_000.0;
/// Number of frequency rows from 0 Hz up to [`TOP_HZ`], one for each FFT bin.
pub const ROWS: usize = (TOP_HZ as usize * WINDOW) / SPEECH_RATE_HZ as usize;

/// Computes the spectrogram, in dBFS, with up to `columns` columns of equal duration.
///
/// Every column has [`ROWS`] values from the lowest frequency up, each the maximum over the column's frames. There are
/// at most as many columns as frames, and none for an empty recording.
pub fn spectrogram(sound: &Speech, columns: usize) -> Vec<[f32; ROWS]> {
    let frames = frame_count(sound.len());
    let columns = columns.min(frames);
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
    let (mut frame, mut spectrum, mut scratch) = (fft.make_input_vec(), fft.make_output_vec(), fft.make_scratch_vec());
    let window = hann(WINDOW);
    let scale = 2.0 / (WINDOW as f32 * window.iter().map(|w| w * w).sum::<f32>());
    (0..columns)
        .map(|column| {
            let mut powers = [0.0_f32; ROWS];
            for i in column * frames / columns..(column + 1) * frames / columns {
                window_at(sound, i, &mut frame);
                frame.iter_mut().zip(&window).for_each(|(x, w)| *x *= w);
                fft.process_with_scratch(&mut frame, &mut spectrum, &mut scratch)
                    .expect("buffers made by the plan fit it");
                powers.iter_mut().zip(&spectrum).for_each(|(p, c)| *p = p.max(c.norm_sqr() * scale));
            }
            powers.map(to_dbfs)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::synth;

    #[test]
    fn a_tone_is_a_line_at_its_frequency_for_as_long_as_it_sounds() {
        let mut samples = synth::sine(1_000.0, -6.0, 1.0);
        samples.extend(vec![0.0; 16_000]);
        let columns = spectrogram(&Speech::of(&samples), 100);
        assert_eq!(columns.len(), 100);
        let strongest = |column: &[f32; ROWS]| (0..ROWS).max_by(|a, b| column[*a].total_cmp(&column[*b])).unwrap();
        let hz = |row: usize| row as f64 * TOP_HZ / ROWS as f64;
        for column in &columns[5..45] {
            assert!((hz(strongest(column)) - 1_000.0).abs() < 20.0);
        }
        assert!(columns[60..].iter().flatten().all(|db| *db < -100.0));
        assert!(spectrogram(&Speech::default(), 10).is_empty());
    }
}
