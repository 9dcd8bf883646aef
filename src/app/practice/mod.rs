//! A practice session: which questions, in which order, what to ask next, and what came of it.
//!
//! Plain data in, plain data out. [`formats`] says how phone, video and face-to-face differ; [`spacing`] when a question
//! is due again; [`plan`] chooses the questions; [`follow_up`] asks for what an answer lacked; [`coverage`] finds which
//! requirements and claims the answers gave evidence for; [`session`] is the state that is saved after every step;
//! [`closing`] is the page at the end. The history keeps it all ([`crate::app::history::practice`]).

pub mod closing;
pub mod coverage;
pub mod follow_up;
pub mod formats;
pub mod plan;
pub mod session;
pub mod spacing;
