//! Whose turn it is where each of two people has a channel of their own: calls and studios record like that.

use super::Turn;
use crate::audio::ChannelPowers;
use crate::signal::{frame_at, frame_time_s};
use crate::span::Span;

/// One channel is so much louder than the other, in dB, while its person speaks: a microphone hears who sits across with 10 dB less,
/// and a call hardly at all.
const APART_DB: f32 = 6.0;
/// The share of the speech in which one of the channels is that much louder.
const CLEAR_SHARE: f64 = 0.8;
/// The least speech of the lesser, in seconds.
const LEAST_S: f64 = 1.2;
/// Sound of one channel shorter than this within the other's is a burst in a syllable, in seconds.
const SHORTEST_S: f64 = 0.15;
/// Half of the time over which the levels are compared, in frames of 10 ms.
const REACH: usize = 5;

/// The turns by the channels' levels in the stretches of speech; `None` where these do not say.
pub(super) fn turns(sides: &ChannelPowers, stretches: &[Span]) -> Option<Vec<Turn>> {
    let difference_db = sides.difference_db(REACH);
    let mut turns: Vec<Turn> = Vec::new();
    let mut clear = 0_usize;
    let mut frames = 0_usize;
    for stretch in stretches {
        let (from, to) = (frame_at(stretch.start_s), (frame_at(stretch.end_s) + 1).min(difference_db.len()));
        let here = difference_db.get(from..to).unwrap_or_default();
        clear += here.iter().filter(|d| d.abs() >= APART_DB).count();
        frames += here.len();
        for (voice, first, last) in runs(here) {
            let edge_s = |i: usize, edge_s: f64, edge: usize| if i == edge { edge_s } else { frame_time_s(from + i) };
            let span = Span::new(edge_s(first, stretch.start_s, 0), edge_s(last, stretch.end_s, here.len()));
            turns.push(Turn { voice, span, unsure: false });
        }
    }
    let seconds = |voice| turns.iter().filter(|t| t.voice == voice).map(|t| t.span.duration_s()).sum::<f64>();
    let enough = f64::min(seconds(0), seconds(1)) >= LEAST_S;
    let told = enough && clear as f64 >= CLEAR_SHARE * frames as f64;
    let first = turns.first()?.voice;
    turns.iter_mut().for_each(|t| t.voice = usize::from(t.voice != first));
    told.then_some(turns)
}

/// The louder channel in runs: its number, its first frame and the frame after its last. Short runs go to their neighbours.
fn runs(difference_db: &[f32]) -> Vec<(usize, usize, usize)> {
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for (i, difference) in difference_db.iter().enumerate() {
        let louder = usize::from(*difference < 0.0);
        match runs.last_mut() {
            Some(run) if run.0 == louder => run.2 = i + 1,
            _ => runs.push((louder, i, i + 1)),
        }
    }
    let shortest = frame_at(SHORTEST_S);
    let mut kept: Vec<(usize, usize, usize)> = Vec::new();
    for run in runs {
        match kept.last_mut() {
            Some(last) if last.0 == run.0 || run.2 - run.1 < shortest => last.2 = run.2,
            // A first run that is too short was the beginning of this one.
            Some(last) if last.2 - last.1 < shortest => *last = (run.0, last.1, run.2),
            _ => kept.push(run),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Channels with a level of each in dB for every second.
    fn sides(levels_db: &[[f32; 2]]) -> ChannelPowers {
        let mut meter = crate::audio::channel_power_meter(1_000);
        for levels in levels_db {
            let [a, b] = levels.map(|db| vec![10f32.powf(db / 20.0); 1_000]);
            meter.push(&a, &b);
        }
        meter.finish().unwrap()
    }

    #[test]
    fn each_channel_is_a_voice() {
        let (left, right) = ([-20.0, -50.0], [-45.0, -25.0]);
        let stretches = [Span::new(0.1, 2.95), Span::new(3.0, 4.9)];
        let turns = turns(&sides(&[left, left, right, right, left]), &stretches).unwrap();
        let voices: Vec<usize> = turns.iter().map(|t| t.voice).collect();
        assert_eq!(voices, [0, 1, 1, 0]);
        assert!((turns[0].span.end_s - 2.0).abs() < 0.06 && turns[3].span.end_s == 4.9, "{turns:?}");
    }

    #[test]
    fn a_room_between_two_microphones_says_nothing() {
        let (left, right) = ([-20.0, -23.0], [-23.0, -20.0]);
        assert!(turns(&sides(&[left, left, right, right]), &[Span::new(0.0, 4.0)]).is_none());
        let only_left = [-20.0, -45.0];
        assert!(turns(&sides(&[only_left, only_left]), &[Span::new(0.0, 2.0)]).is_none());
    }
}
