//! Acoustic detection of filled pauses: the log-odds, for every frame, that it lies in an "uh", "um" or "er".
//!
//! A filled pause is long, with a low and flat F0, a vowel near the speaker's central vowel, and a spectrum that hardly
//! changes: M. Goto, K. Itou and S. Hayamizu, "A real-time filled pause detection system for spontaneous speech
//! recognition", Eurospeech 1999; N. H. de Jong, J. Pacilly and W. Heeren, "PRAAT scripts to measure speed fluency and
//! breakdown fluency in speech automatically", Assessment in Education 28 (2021). The weights of these cues are not set
//! by hand: a small network was trained on synthesized voices (`tests/training/filled_pauses/`).

use std::sync::LazyLock;

use super::frames::{BANDS, BandLevels};
use super::noise_floor::select_quantile;

/// Number of features per frame.
pub const INPUTS: usize = BANDS + 5;
/// Offsets of the context frames whose features the network reads, relative to the classified frame.
const CONTEXT_OFFSETS: [isize; 11] = [-36, -24, -16, -10, -5, 0, 5, 10, 16, 24, 36];
/// Number of units in the hidden layer.
const HIDDEN: usize = 48;
/// The log-odds given to frames without speech, and to all frames of a recording with too little voice for the
/// reference values.
pub const NO_VOICE_LOG_ODDS: f32 = -20.0;

/// Band levels below the noise floor plus this margin are raised to that level, in dB.
const FLOOR_MARGIN_DB: f32 = 4.0;
/// Quantile of a band's levels that defines its noise floor.
const FLOOR_QUANTILE: f64 = 0.1;
/// Half the distance between the frames whose spectral envelopes are compared, in frames.
const HALF_DELTA_FRAMES: usize = 3;
/// Minimum number of sonorant frames from which a voice's reference values are computed.
const MIN_VOICE_FRAMES: usize = 20;
/// Number of sonorant frames around a moment from which the reference values there are computed: some ten seconds of
/// speech.
const REFERENCE_FRAMES: usize = 400;
/// Spacing of the grid on which the reference values are computed, in frames.
const GRID_FRAMES: usize = 50;

/// Returns, for every frame, the log-odds that it lies in a filled pause; [`NO_VOICE_LOG_ODDS`] where nobody speaks.
///
/// All tracks have one value every 10 ms: `levels` of the recording, `f0_hz` of its voice, `sonorant` where a vowel or
/// nasal sounds, `speech` where somebody speaks.
pub fn filled_pause_log_odds(
    levels: &BandLevels,
    f0_hz: &[Option<f32>],
    sonorant: &[bool],
    speech: &[bool],
) -> Vec<f32> {
    let Some(inputs) = inputs(levels, f0_hz, sonorant, speech) else { return vec![NO_VOICE_LOG_ODDS; f0_hz.len()] };
    (0..inputs.len()).map(|i| if speech[i] { NETWORK.log_odds(&inputs, i) } else { NO_VOICE_LOG_ODDS }).collect()
}

/// Computes the network's input features for each frame; `None` with too little voice for the reference values.
///
/// The [`INPUTS`] features are the spectral envelope, level, spectral change and F0, relative to the speaker's
/// reference values so that they depend on neither microphone nor voice, and flags for voiced and sonorant frames. Each
/// is about -3 to 3. The training uses the same function.
pub fn inputs(
    levels: &BandLevels,
    f0_hz: &[Option<f32>],
    sonorant: &[bool],
    speech: &[bool],
) -> Option<Vec<[f32; INPUTS]>> {
    let voice: Vec<usize> = (0..f0_hz.len()).filter(|i| sonorant[*i] && speech[*i]).collect();
    if voice.len() < MIN_VOICE_FRAMES {
        return None;
    }
    let bands = clamped_to_floor(&levels.bands_db);
    let mean: Vec<f32> = bands.iter().map(|b| b.iter().sum::<f32>() / BANDS as f32).collect();
    let reference: Vec<VoiceReference> = (0..bands.len())
        .step_by(GRID_FRAMES)
        .map(|centre| {
            let at = voice.partition_point(|i| *i < centre);
            let from = at.saturating_sub(REFERENCE_FRAMES / 2).min(voice.len().saturating_sub(REFERENCE_FRAMES));
            VoiceReference::of(&voice[from..(from + REFERENCE_FRAMES).min(voice.len())], &bands, &mean, f0_hz)
        })
        .collect();
    let describe = |i: usize| {
        let reference = &reference[i / GRID_FRAMES];
        let (before, after) = (i.saturating_sub(HALF_DELTA_FRAMES), (i + HALF_DELTA_FRAMES).min(bands.len() - 1));
        let square = |b: usize| (bands[after][b] - bands[before][b]).powi(2);
        let change_db = ((0..BANDS).map(square).sum::<f32>() / BANDS as f32).sqrt();
        std::array::from_fn(|k| match k.checked_sub(BANDS) {
            None => ((bands[i][k] - mean[i] - reference.envelope_db[k]) / 6.0).clamp(-3.5, 3.5),
            Some(0) => ((mean[i] - reference.loud_level_db) / 10.0).clamp(-4.0, 1.0),
            Some(1) => (change_db / 5.0).min(3.0),
            Some(2) => f0_hz[i].map_or(0.0, |f0| (2.0 * (f0 / reference.median_f0_hz).log2()).clamp(-2.0, 2.0)),
            Some(3) => f32::from(u8::from(f0_hz[i].is_some())),
            Some(_) => f32::from(u8::from(sonorant[i] && speech[i])),
        })
    };
    Some((0..bands.len()).map(describe).collect())
}

/// Reference values of the speaker's voice around a moment.
struct VoiceReference {
    /// Median spectral envelope of the sonorants: each band relative to the mean of all bands, in dB.
    envelope_db: [f32; BANDS],
    /// Level of the loud sonorants (their 0.9 quantile), in dB.
    loud_level_db: f32,
    /// Median F0, in hertz; a placeholder of 1 if no frame is voiced, in which case it is not used.
    median_f0_hz: f32,
}

impl VoiceReference {
    /// Computes the reference values from the sonorant frames with the indices `voice`, at least one.
    fn of(voice: &[usize], bands: &[[f32; BANDS]], mean: &[f32], f0_hz: &[Option<f32>]) -> Self {
        let quantile = |mut values: Vec<f32>, share: f64| select_quantile(&mut values, share);
        let voiced_hz: Vec<f32> = voice.iter().filter_map(|i| f0_hz[*i]).collect();
        Self {
            envelope_db: std::array::from_fn(|b| {
                quantile(voice.iter().map(|i| bands[*i][b] - mean[*i]).collect(), 0.5)
            }),
            loud_level_db: quantile(voice.iter().map(|i| mean[*i]).collect(), 0.9),
            median_f0_hz: if voiced_hz.is_empty() { 1.0 } else { quantile(voiced_hz, 0.5) },
        }
    }
}

/// Returns the band levels, clamped to the noise floor of each band (plus [`FLOOR_MARGIN_DB`]) and smoothed over three frames.
fn clamped_to_floor(bands_db: &[[f32; BANDS]]) -> Vec<[f32; BANDS]> {
    let floor: [f32; BANDS] = std::array::from_fn(|b| {
        select_quantile(&mut bands_db.iter().map(|f| f[b]).collect::<Vec<f32>>(), FLOOR_QUANTILE) + FLOOR_MARGIN_DB
    });
    (0..bands_db.len())
        .map(|i| {
            let around = &bands_db[i.saturating_sub(1)..(i + 2).min(bands_db.len())];
            std::array::from_fn(|b| around.iter().map(|f| f[b].max(floor[b])).sum::<f32>() / around.len() as f32)
        })
        .collect()
}

/// A neural network with one hidden layer (ReLU) over the features of the context frames.
struct Network {
    /// Weights of the hidden layer: for each context frame and each feature of it, one weight per unit.
    hidden: Vec<[f32; HIDDEN]>,
    hidden_bias: [f32; HIDDEN],
    output: [f32; HIDDEN],
    output_bias: f32,
}

static NETWORK: LazyLock<Network> = LazyLock::new(|| Network::read(include_bytes!("../../models/hesitation.weights")));

impl Network {
    /// Parses the weights: little-endian 32-bit floats, in the order of the fields.
    fn read(bytes: &[u8]) -> Self {
        let mut numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes")));
        let mut next = || numbers.next().expect("the weights belong to this network");
        let mut row = || std::array::from_fn(|_| next());
        let hidden = (0..CONTEXT_OFFSETS.len() * INPUTS).map(|_| row()).collect();
        let (hidden_bias, output) = (row(), row());
        Self { hidden, hidden_bias, output, output_bias: next() }
    }

    fn log_odds(&self, inputs: &[[f32; INPUTS]], i: usize) -> f32 {
        let mut sums = self.hidden_bias;
        let mut weights = self.hidden.iter();
        for offset in CONTEXT_OFFSETS {
            let frame = i.saturating_add_signed(offset).min(inputs.len() - 1);
            for (value, row) in inputs[frame].iter().zip(&mut weights) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += value * weight;
                }
            }
        }
        let activations = sums.iter().zip(&self.output).map(|(sum, weight)| sum.max(0.0) * weight);
        activations.sum::<f32>() + self.output_bias
    }
}
