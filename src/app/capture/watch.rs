//! Watches the input while it is recorded: whether audio arrives, whether it is more than zeros, too soft or too loud,
//! and whether the speaker has fallen silent. Times are in seconds, levels in dBFS.

use std::collections::VecDeque;
use std::time::Duration;

use super::meter::{READING_S, Reading};

/// How long a stream may deliver nothing before it counts as stalled, in seconds. Bluetooth microphones take up to 3 s
/// to start, so a stall alone is no reason to give up.
const STALLED_S: f64 = 2.0;
/// How long a stream may deliver nothing but zeros before its microphone counts as missing or muted, in seconds.
const ZEROS_S: f64 = 2.0;
/// The window over which constant clipping is judged, in seconds.
const CLIPPING_S: f64 = 2.0;
/// The share of clipped samples from which the input counts as clipping constantly rather than on a loud word; ten
/// times what is audible as distortion.
const CLIPPING: f64 = 0.01;
/// How long the warning "too loud" stays after a clipped sample, in seconds.
const CLIP_SHOWN_S: f64 = 2.0;
/// The window in which the voice must exceed [`SOFT_DBFS`] at least once, in seconds: longer than a pause to think.
const SOFT_S: f64 = 8.0;
/// The peak level below which a voice is too soft to hear well, in dBFS (as in the report's warnings).
const SOFT_DBFS: f64 = -30.0;
/// The window over which the noise floor and the voice are told apart, in seconds.
const ROOM_S: f64 = 30.0;
/// The quantile of the levels that is the noise floor; half of it, from the top, is the level of the voice.
const ROOM_SHARE: f64 = 0.1;
/// The least distance of the voice from the noise floor, in dB.
const VOICE_DB: f64 = 10.0;
/// The threshold for speech, as a share of the way from the noise floor to the voice.
const SPEECH_SHARE: f64 = 0.3;
/// The bounds of the threshold for speech above the noise floor, in dB.
const SPEECH_DB: [f64; 2] = [6.0, 20.0];
/// The shortest speech, in readings; shorter sounds are clicks and knocks.
const SHORTEST_SPEECH: usize = 2;

/// What is wrong with the input right now, most serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// No audio arrives from the device.
    Stalled,
    /// Only zeros arrive.
    OnlyZeros,
    /// The input clips constantly.
    Clipping,
    /// A loud word clipped just now.
    TooLoud,
    /// The voice is too soft.
    TooSoft,
}

impl Concern {
    /// Describes in one line what is wrong with the microphone `name` and what to do about it on this system.
    pub fn advice(self, name: &str) -> String {
        match self {
            Self::Stalled => format!("No sound arrives from '{name}'. {STALLED_REMEDY}"),
            Self::OnlyZeros => format!("'{name}' delivers only silence. {ZEROS_REMEDY}"),
            Self::Clipping => format!(
                "'{name}' is so loud that everything is distorted. Turn its input level down{LEVEL_PLACE}, or move back."
            ),
            Self::TooLoud => "Too loud: move back a little.".to_owned(),
            Self::TooSoft => "Too soft: move closer, or turn the input level up.".to_owned(),
        }
    }
}

const STALLED_REMEDY: &str = "Plug it in again or choose another with --device; aloud doctor lists them.";
const ZEROS_REMEDY: &str = if cfg!(target_os = "macos") {
    "Allow your terminal in System Settings, Privacy & Security, Microphone, and check that it is not muted."
} else if cfg!(target_os = "windows") {
    "Allow desktop apps in Settings, Privacy & security, Microphone, and check that it is not muted."
} else {
    "Check that it is not muted (a switch on it, or Input in the sound settings), or choose another with --device."
};
const LEVEL_PLACE: &str = if cfg!(target_os = "macos") {
    " in System Settings, Sound, Input"
} else if cfg!(target_os = "windows") {
    " in Settings, System, Sound, Input"
} else {
    " in the sound settings under Input"
};

/// Watches the input; receives every reading, and can be polled at any rate.
pub(super) struct Watch {
    started: Duration,
    last_sound: Option<Duration>,
    zeros: usize,
    recent: VecDeque<Reading>,
    heard: bool,
    silent_readings: usize,
}

impl Watch {
    /// Starts at `now`, on the same clock as all other times here.
    pub(super) fn new(now: Duration) -> Self {
        Self { started: now, last_sound: None, zeros: 0, recent: VecDeque::new(), heard: false, silent_readings: 0 }
    }

    /// Notes that audio arrived.
    pub(super) fn arrived(&mut self, now: Duration) {
        self.last_sound = Some(now);
    }

    /// Adds the next reading.
    pub(super) fn push(&mut self, reading: Reading) {
        self.zeros = if reading.zero { self.zeros + 1 } else { 0 };
        self.recent.push_back(reading);
        if self.recent.len() > readings(ROOM_S) {
            self.recent.pop_front();
        }
        match self.since_speech() {
            Some(readings) => (self.heard, self.silent_readings) = (true, readings),
            None => self.silent_readings += 1,
        }
    }

    /// Returns the number of readings since somebody last spoke, within [`ROOM_S`]; `None` without speech. Voice and
    /// noise floor are estimated from all readings each time, since the beginning of an answer may be nothing but
    /// voice.
    fn since_speech(&self) -> Option<usize> {
        let mut levels: Vec<f64> = self.recent.iter().map(|r| r.level_dbfs).collect();
        levels.sort_by(f64::total_cmp);
        let at = |share: f64| levels[((levels.len() - 1) as f64 * share).round() as usize];
        let (room, voice) = (at(ROOM_SHARE), at(1.0 - ROOM_SHARE / 2.0));
        let threshold = room + (SPEECH_SHARE * (voice - room)).clamp(SPEECH_DB[0], SPEECH_DB[1]);
        if voice - room < VOICE_DB {
            return None;
        }
        let mut in_a_row = 0;
        self.recent
            .iter()
            .rev()
            .position(|reading| {
                in_a_row = if reading.level_dbfs >= threshold { in_a_row + 1 } else { 0 };
                in_a_row == SHORTEST_SPEECH
            })
            .map(|last| last + 1 - SHORTEST_SPEECH)
    }

    /// Returns whether any audio has arrived yet.
    pub(super) fn has_heard(&self) -> bool {
        self.last_sound.is_some()
    }

    /// Returns whether the input clipped within [`CLIP_SHOWN_S`].
    pub(super) fn clipped_lately(&self) -> bool {
        self.last(CLIP_SHOWN_S).any(|r| r.clipped > 0.0)
    }

    /// Returns how long nothing has arrived, in seconds.
    pub(super) fn stalled_s(&self, now: Duration) -> f64 {
        now.saturating_sub(self.last_sound.unwrap_or(self.started)).as_secs_f64()
    }

    /// Returns how long nobody has spoken, in seconds of audio; `None` before anybody has.
    pub(super) fn silent_s(&self) -> Option<f64> {
        self.heard.then_some(self.silent_readings as f64 * READING_S)
    }

    /// Returns what is wrong at `now`, if anything.
    pub(super) fn concern(&self, now: Duration) -> Option<Concern> {
        if self.stalled_s(now) >= STALLED_S {
            return Some(Concern::Stalled);
        }
        if self.zeros >= readings(ZEROS_S) {
            return Some(Concern::OnlyZeros);
        }
        let clipped = self.last(CLIPPING_S).map(|r| r.clipped).sum::<f64>() / readings(CLIPPING_S) as f64;
        if clipped >= CLIPPING && self.recent.len() >= readings(CLIPPING_S) {
            return Some(Concern::Clipping);
        }
        if self.clipped_lately() {
            return Some(Concern::TooLoud);
        }
        let soft = self.last(SOFT_S).all(|r| r.peak_dbfs < SOFT_DBFS);
        (soft && self.recent.len() >= readings(SOFT_S) && self.zeros == 0).then_some(Concern::TooSoft)
    }

    fn last(&self, seconds: f64) -> impl Iterator<Item = &Reading> {
        self.recent.iter().rev().take(readings(seconds))
    }
}

fn readings(seconds: f64) -> usize {
    (seconds / READING_S).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Reading = Reading { peak_dbfs: -55.0, level_dbfs: -65.0, clipped: 0.0, zero: false };
    const VOICE: Reading = Reading { peak_dbfs: -12.0, level_dbfs: -25.0, clipped: 0.0, zero: false };
    const ZERO: Reading = Reading { peak_dbfs: -120.0, level_dbfs: -120.0, clipped: 0.0, zero: true };

    fn s(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Returns a watch that was fed these stretches, and the time at their end.
    fn watch(stretches: &[(Reading, f64)]) -> (Watch, Duration) {
        let mut watch = Watch::new(s(0.0));
        let mut at = 0.0;
        for (reading, seconds) in stretches {
            for _ in 0..readings(*seconds) {
                at += READING_S;
                watch.arrived(s(at));
                watch.push(*reading);
            }
        }
        (watch, s(at))
    }

    #[test]
    fn each_concern_is_noticed_within_three_seconds() {
        let (talk, now) = watch(&[(VOICE, 4.0)]);
        assert_eq!(talk.concern(now), None);
        assert_eq!(talk.concern(now + s(1.5)), None);
        assert_eq!(talk.concern(now + s(2.9)), Some(Concern::Stalled));
        assert_eq!(Watch::new(s(5.0)).concern(s(7.9)), Some(Concern::Stalled));

        let muted = |seconds| watch(&[(VOICE, 4.0), (ZERO, seconds)]);
        assert_eq!(muted(1.5).0.concern(muted(1.5).1), None);
        assert_eq!(muted(2.9).0.concern(muted(2.9).1), Some(Concern::OnlyZeros));

        let hot = Reading { clipped: 0.2, peak_dbfs: 0.0, ..VOICE };
        let (clipping, now) = watch(&[(hot, 2.9)]);
        assert_eq!(clipping.concern(now), Some(Concern::Clipping));
    }

    #[test]
    fn a_loud_word_and_a_soft_voice_get_a_word() {
        let hot = Reading { clipped: 0.01, peak_dbfs: 0.0, ..VOICE };
        let (loud, now) = watch(&[(VOICE, 3.0), (hot, 0.1), (VOICE, 1.0)]);
        assert_eq!(loud.concern(now), Some(Concern::TooLoud));
        let (over, now) = watch(&[(VOICE, 3.0), (hot, 0.1), (VOICE, 3.0)]);
        assert_eq!(over.concern(now), None);

        let soft = Reading { peak_dbfs: -38.0, level_dbfs: -50.0, ..VOICE };
        let (soft, now) = watch(&[(soft, 9.0)]);
        assert_eq!(soft.concern(now), Some(Concern::TooSoft));
        let (thinking, now) = watch(&[(VOICE, 3.0), (ROOM, 6.0)]);
        assert_eq!(thinking.concern(now), None);
    }

    #[test]
    fn silence_counts_from_the_end_of_speech() {
        assert_eq!(watch(&[(ROOM, 10.0)]).0.silent_s(), None);
        let (talk, _) = watch(&[(ROOM, 2.0), (VOICE, 3.0), (ROOM, 0.5), (VOICE, 2.0)]);
        assert!(talk.silent_s().unwrap() < 0.05);
        let (over, _) = watch(&[(ROOM, 2.0), (VOICE, 3.0), (ROOM, 5.0)]);
        assert!((over.silent_s().unwrap() - 5.0).abs() < 0.05);
        let (at_once, _) = watch(&[(VOICE, 4.0), (ROOM, 3.0)]);
        assert!((at_once.silent_s().unwrap() - 3.0).abs() < 0.05);
        let (long, _) = watch(&[(VOICE, 4.0), (ROOM, 100.0)]);
        assert!((long.silent_s().unwrap() - 100.0).abs() < 0.05);
        let (knock, _) = watch(&[(ROOM, 2.0), (VOICE, 3.0), (ROOM, 2.0), (VOICE, 0.1), (ROOM, 3.0)]);
        assert!((knock.silent_s().unwrap() - 5.1).abs() < 0.05);
    }

    #[test]
    fn every_advice_is_one_line_that_says_what_to_do() {
        for concern in [Concern::Stalled, Concern::OnlyZeros, Concern::Clipping, Concern::TooLoud, Concern::TooSoft] {
            let advice = concern.advice("Yeti");
            assert!(!advice.contains('\n') && advice.ends_with('.'), "{advice}");
        }
    }
}
