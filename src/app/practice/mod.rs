//! Practice sessions: which questions to ask, in which order, what to ask next, and what the session achieved.
//!
//! Plain data in, plain data out. [`flow`] is the session as a state machine and [`session`] its state, which is saved
//! after every step; [`folder`] matches the recordings of a folder to questions. [`formats`] defines how phone, video,
//! face-to-face and panel interviews differ; [`spacing`] computes when a question is due again; [`plan`] chooses the
//! questions; [`asked`] recognizes a known question in other words; [`follow_up`] chooses the follow-ups to an answer;
//! [`coverage`] finds the requirements and claims that the answers gave evidence for; [`closing`] is the summary at the
//! end. The history stores all of this ([`crate::app::history::practice`]).

pub mod asked;
pub mod closing;
pub mod coverage;
pub mod flow;
pub mod folder;
pub mod follow_up;
pub mod formats;
pub mod plan;
pub mod session;
pub mod spacing;
