//! Detection of filled pauses: how much every frame resembles the middle of an "uh", "um" or "er".
//!
//! A filled pause is long, low and level, with a vowel near the speaker's own central vowel and a spectrum that hardly
//! moves: M. Goto, K. Itou and S. Hayamizu, "A real-time filled pause detection system for spontaneous speech
//! recognition", Eurospeech 1999; N. H. de Jong, J. Pacilly and W. Heeren, "PRAAT scripts to measure speed fluency and
//! breakdown fluency in speech automatically", Assessment in Education 28 (2021). The weights of these cues are not set
//! by hand: a small network was trained on synthesized voices (`tests/training/filled_pauses/`).

use std::sync::LazyLock;

use super::frames::{BANDS, Levels};
use super::noise_floor::pick;

/// Number of values that describe one frame.
pub const INPUTS: usize = BANDS + 5;
/// Offsets of the frames that the network reads, from the farthest before to the farthest after.
const AROUND: [isize; 11] = [-36, -24, -16, -10, -5, 0, 5, 10, 16, 24, 36];
/// Units of the network's hidden layer.
const HIDDEN: usize = 48;
/// The log-odds where nobody speaks, and in a recording with too little voice to compare with.
pub const NO_VOICE: f32 = -20.0;

/// Band levels within this distance of the noise floor are raised to it, in dB.
const ROOM_DB: f32 = 4.0;
/// Quantile of a band's levels that defines its noise floor.
const QUIET_SHARE: f64 = 0.1;
/// Half of the distance over which the change of the spectral envelope is measured, in frames.
const APART: usize = 3;
/// Minimum number of vowel and nasal frames that can characterize a voice.
const LEAST_VOICE: usize = 20;
/// Number of vowel and nasal frames around a moment that characterize the voice there: some ten seconds of talk.
const NEAR_VOICE: usize = 400;
/// The voice is characterized once per this many frames.
const GRID: usize = 50;

/// Returns, for every frame, the log-odds that a filled pause sounds in it; [`NO_VOICE`] where nobody speaks.
///
/// All tracks have one value every 10 ms: `levels` of the recording, `f0_hz` of its voice, `sonorant` where a vowel or
/// nasal sounds, `speech` where somebody speaks.
pub fn filled_pause_log_odds(levels: &Levels, f0_hz: &[Option<f32>], sonorant: &[bool], speech: &[bool]) -> Vec<f32> {
    let Some(inputs) = inputs(levels, f0_hz, sonorant, speech) else { return vec![NO_VOICE; f0_hz.len()] };
    (0..inputs.len()).map(|i| if speech[i] { NETWORK.log_odds(&inputs, i) } else { NO_VOICE }).collect()
}

/// Computes the network's inputs for each frame; `None` without enough voice to compare with.
///
/// The inputs are the spectral envelope, level, movement and pitch, each relative to the speaker's own, so that neither
/// the microphone nor the voice matters: [`INPUTS`] values of about -3 to 3 each. The training reads them too.
pub fn inputs(
    levels: &Levels,
    f0_hz: &[Option<f32>],
    sonorant: &[bool],
    speech: &[bool],
) -> Option<Vec<[f32; INPUTS]>> {
    let voice: Vec<usize> = (0..f0_hz.len()).filter(|i| sonorant[*i] && speech[*i]).collect();
    if voice.len() < LEAST_VOICE {
        return None;
    }
    let bands = above_the_room(&levels.bands_db);
    let mean: Vec<f32> = bands.iter().map(|b| b.iter().sum::<f32>() / BANDS as f32).collect();
    let usual: Vec<Usual> = (0..bands.len())
        .step_by(GRID)
        .map(|centre| {
            let at = voice.partition_point(|i| *i < centre);
            let from = at.saturating_sub(NEAR_VOICE / 2).min(voice.len().saturating_sub(NEAR_VOICE));
            Usual::of(&voice[from..(from + NEAR_VOICE).min(voice.len())], &bands, &mean, f0_hz)
        })
        .collect();
    let describe = |i: usize| {
        let usual = &usual[i / GRID];
        let (before, after) = (i.saturating_sub(APART), (i + APART).min(bands.len() - 1));
        let square = |b: usize| (bands[after][b] - bands[before][b]).powi(2);
        let change_db = ((0..BANDS).map(square).sum::<f32>() / BANDS as f32).sqrt();
        std::array::from_fn(|k| match k.checked_sub(BANDS) {
            None => ((bands[i][k] - mean[i] - usual.shape_db[k]) / 6.0).clamp(-3.5, 3.5),
            Some(0) => ((mean[i] - usual.loud_db) / 10.0).clamp(-4.0, 1.0),
            Some(1) => (change_db / 5.0).min(3.0),
            Some(2) => f0_hz[i].map_or(0.0, |f0| (2.0 * (f0 / usual.pitch_hz).log2()).clamp(-2.0, 2.0)),
            Some(3) => f32::from(u8::from(f0_hz[i].is_some())),
            Some(_) => f32::from(u8::from(sonorant[i] && speech[i])),
        })
    };
    Some((0..bands.len()).map(describe).collect())
}

/// Reference values of the voice around a moment.
struct Usual {
    /// Shape of the vowels: each band relative to the mean of all, in dB.
    shape_db: [f32; BANDS],
    /// Level of the loud vowels, in dB.
    loud_db: f32,
    /// Median pitch, in hertz; 1 if no frame has a pitch, in which case nothing is compared with it.
    pitch_hz: f32,
}

impl Usual {
    /// Computes the references from the indices of vowel and nasal frames, at least one.
    fn of(voice: &[usize], bands: &[[f32; BANDS]], mean: &[f32], f0_hz: &[Option<f32>]) -> Self {
        let middle = |mut values: Vec<f32>, share: f64| pick(&mut values, share);
        let pitches: Vec<f32> = voice.iter().filter_map(|i| f0_hz[*i]).collect();
        Self {
            shape_db: std::array::from_fn(|b| middle(voice.iter().map(|i| bands[*i][b] - mean[*i]).collect(), 0.5)),
            loud_db: middle(voice.iter().map(|i| mean[*i]).collect(), 0.9),
            pitch_hz: if pitches.is_empty() { 1.0 } else { middle(pitches, 0.5) },
        }
    }
}

/// Returns the band levels, none below the noise floor of its band, smoothed over three frames.
fn above_the_room(bands_db: &[[f32; BANDS]]) -> Vec<[f32; BANDS]> {
    let floor: [f32; BANDS] =
        std::array::from_fn(|b| pick(&mut bands_db.iter().map(|f| f[b]).collect::<Vec<f32>>(), QUIET_SHARE) + ROOM_DB);
    (0..bands_db.len())
        .map(|i| {
            let around = &bands_db[i.saturating_sub(1)..(i + 2).min(bands_db.len())];
            std::array::from_fn(|b| around.iter().map(|f| f[b].max(floor[b])).sum::<f32>() / around.len() as f32)
        })
        .collect()
}

/// A network with one hidden layer of rectified linear units over the frames [`AROUND`].
struct Network {
    /// The weights in every unit, for each value of each frame, in that order.
    hidden: Vec<[f32; HIDDEN]>,
    hidden_bias: [f32; HIDDEN],
    output: [f32; HIDDEN],
    output_bias: f32,
}

static NETWORK: LazyLock<Network> = LazyLock::new(|| Network::read(include_bytes!("../../models/hesitation.weights")));

impl Network {
    /// Reads little-endian 32-bit numbers in the order of the fields.
    fn read(bytes: &[u8]) -> Self {
        let mut numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes")));
        let mut next = || numbers.next().expect("the weights belong to this network");
        let mut row = || std::array::from_fn(|_| next());
        let hidden = (0..AROUND.len() * INPUTS).map(|_| row()).collect();
        let (hidden_bias, output) = (row(), row());
        Self { hidden, hidden_bias, output, output_bias: next() }
    }

    fn log_odds(&self, inputs: &[[f32; INPUTS]], i: usize) -> f32 {
        let mut sums = self.hidden_bias;
        let mut weights = self.hidden.iter();
        for offset in AROUND {
            let frame = i.saturating_add_signed(offset).min(inputs.len() - 1);
            for (value, row) in inputs[frame].iter().zip(&mut weights) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += value * weight;
                }
            }
        }
        let heard = sums.iter().zip(&self.output).map(|(sum, weight)| sum.max(0.0) * weight);
        heard.sum::<f32>() + self.output_bias
    }
}
