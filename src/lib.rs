//! aloud: practise interview answers aloud and hear what you really said, on your own machine.
//!
//! Data flows one way: a file becomes an [`audio::Recording`]; its signal yields [`signal::Features`] and, through the
//! speech model, a [`transcript::Transcript`]; these two yield the fillers of [`disfluency`] and the
//! [`metrics::Metrics`]; the words yield the [`story::Story`]; metrics and story yield the [`score::Score`]; and
//! everything goes into the [`report::Report`]. [`analyze`] lists every stage.
//!
//! # Analyze a file
//!
//! ```
//! use aloud::{analyze::analyze, brief::Brief, transcript::model::Model, transcript::whisper::Whisper};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let model = Model::open("models/ggml-base-q8_0.bin".as_ref())?;
//! let engine = Whisper::load(&model, &[])?;
//! let (report, _features) = analyze("samples/too_short.flac".as_ref(), &engine, &Brief::default(), &|_done| ())?;
//! let words = report.transcript.expect("a recording has a transcript").words;
//! println!("{} words, score {:?}", words.len(), report.score.overall);
//! # assert!(words.len() > 10);
//! # Ok(())
//! # }
//! ```
//!
//! # Only the signal
//!
//! ```
//! use aloud::{audio::Recording, signal::Features};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let recording = Recording::open("samples/too_short.flac".as_ref(), &mut |_done| ())?;
//! let features = Features::of(&recording.speech);
//! println!("{} syllables in {:.1} s", features.nuclei_s.len(), recording.duration_s);
//! # assert!(features.nuclei_s.len() > 10);
//! # Ok(())
//! # }
//! ```
//!
//! # Only a text
//!
//! ```
//! use aloud::{analyze::judge_draft, brief::Brief, draft::Draft};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "Our returns took nine days. I asked the drivers why, and moved the forms onto the pallets. Now it is two.";
//! let report = judge_draft(&Draft::read(text.as_bytes(), "answer.txt".as_ref())?, &Brief::default());
//! for sentence in report.story.expect("the text has words").sentences {
//!     println!("{:?}: {}", sentence.part, sentence.text);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The program
//!
//! The feature `app` (on by default) adds [`app`]: everything beyond the analysis of a file, such as the microphone,
//! the history, practice, pages and the command line.

pub mod analyze;
#[cfg(feature = "app")]
pub mod app;
pub mod audio;
pub mod brief;
pub mod codes;
pub mod disfluency;
pub mod draft;
pub mod english;
pub mod files;
mod guard;
pub mod interview;
pub mod metrics;
pub mod plain;
pub mod question;
pub mod report;
pub mod score;
pub mod signal;
pub mod span;
pub mod speakers;
pub mod story;
pub mod transcript;
pub mod voices;
pub mod warnings;
