//! A generator of answers: reports like the fixture's, each with different words, times and numbers, the same on every
//! run.

use std::path::{Path, PathBuf};

use aloud::app::history::attempt::to_the_minute;
use aloud::app::history::{Access, Occasion, Store, export, store};
use aloud::report::Report;
use jiff::Timestamp;

/// A seeded pseudorandom number generator (xorshift).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number from 0 to 1.
    pub fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }
}

/// Returns the path of the history in a test's home, as set by `common::aloud`.
pub fn place(home: &Path) -> PathBuf {
    store::path_in(&home.join("data/aloud"))
}

/// Returns the report of answer `i` of `count`: about 90 s long, 210 words; fillers fall and the score rises from the
/// first to the last.
pub fn report(i: usize, count: usize) -> Report {
    let mut chance = Chance::new(i as u64 + 1);
    let mut report: Report = serde_json::from_str(include_str!("../fixtures/report.json")).expect("the fixture");
    let progress = i as f64 / count.max(2) as f64;
    report.recording.path = format!("/home/ana/answers/take-{i:05}.wav");
    report.recording.sha256 = Some(format!("{:016x}{:048x}", i, 7));
    if let Some(transcript) = &mut report.transcript {
        let again = transcript.words.to_vec();
        let later_s = again.last().map_or(0.0, |w| w.span.end_s) + 0.4;
        for mut word in again {
            word.span.start_s += later_s;
            word.span.end_s += later_s;
            word.filler = false;
            transcript.words.push(word);
        }
        for word in &mut transcript.words {
            word.confidence = chance.share();
            let by_s = chance.between(0.0, 0.009);
            word.span.start_s += by_s;
            word.span.end_s += by_s;
            // The words differ from those of the previous answer, so that the reports compress no better than real
            // ones.
            if chance.share() < 0.3 {
                word.text = (0..3 + (chance.share() * 5.0) as usize)
                    .map(|_| char::from(b'a' + (chance.share() * 26.0) as u8))
                    .collect();
            }
        }
        let texts: Vec<&str> = transcript.words.iter().map(|w| w.text.as_str()).collect();
        transcript.text = texts.join(" ");
    }
    if let Some(fillers) = &mut report.fillers {
        let per_minute = (12.0 - 8.0 * progress + chance.between(-2.5, 2.5)).max(0.0);
        fillers.per_minute = Some(per_minute);
        fillers.filled_pauses_per_minute = Some(0.5 * per_minute);
    }
    if let Some(pace) = &mut report.pace {
        pace.words_per_minute = 178.0 - 30.0 * progress + chance.between(-14.0, 14.0);
        pace.articulation_rate_syllables_s = chance.between(3.6, 4.6);
    }
    if let Some(pauses) = &mut report.pauses {
        pauses.longest_s = Some(chance.between(0.5, 3.5));
        for _ in 0..12 {
            let event = pauses.events.first().copied();
            pauses.events.extend(event);
        }
        for event in &mut pauses.events {
            event.span.start_s = chance.between(0.0, 90.0);
            event.span.end_s = event.span.start_s + chance.between(0.25, 1.5);
        }
    }
    if let Some(length) = &mut report.length {
        length.answer_s = chance.between(48.0, 130.0);
    }
    if let Some(voice) = &mut report.voice {
        voice.f0_sd_semitones = Some(chance.between(1.6, 3.2));
    }
    report.score.overall = Some((58.0 + 24.0 * progress + chance.between(-7.0, 7.0)).round());
    for part in &mut report.score.parts {
        part.points = (part.out_of * chance.between(0.3 + 0.4 * progress, 1.0) * 10.0).round() / 10.0;
    }
    let questions = aloud::app::questions::built_in();
    report.question = Some(questions[i % 5].clone());
    report
}

/// Returns the time of answer `i` of `count`: three a day on every second day, up to yesterday.
pub fn occasion(i: usize, count: usize) -> Occasion {
    let ago_s = ((count - 1 - i) / 3 * 2 + 1) as i64 * 86_400 - (i % 3) as i64 * 1_200;
    let at = Timestamp::from_second(Timestamp::now().as_second() - ago_s).expect("a time");
    Occasion { speaker: None, answered_at: to_the_minute(at), recorded_here: false }
}

/// Adds `count` answers to the store at `path`, as an import does.
pub fn fill(path: &Path, count: usize) {
    let mut store = Store::open(path, Access::Write).expect("a store");
    for first in (0..count).step_by(500) {
        let lines: Vec<String> = (first..count.min(first + 500))
            .map(|i| {
                let Occasion { speaker, answered_at, recorded_here } = occasion(i, count);
                serde_json::json!({
                    "schema": export::SCHEMA, "speaker": speaker, "answered_at": answered_at, "kept_at": answered_at,
                    "recorded_here": recorded_here, "report": report(i, count), "machine_report": null,
                    "earlier_scores": [],
                })
                .to_string()
            })
            .collect();
        let mut read = export::Lines::default();
        export::read(lines.join("\n").as_bytes(), None, Timestamp::now(), &mut read).expect("lines");
        export::import(&mut store, &read.answers).expect("an import");
    }
}
