//! A practice session: which questions, in which order, what to ask next, and what came of it.
//!
//! Plain data in, plain data out. [`flow`] is the session as a state machine and [`session`] its state, which is saved after
//! every step; [`folder`] tells which recording of a folder answers which question. [`formats`] says how phone, video and
//! face-to-face differ; [`spacing`] when a question is due again; [`plan`] chooses the questions; [`follow_up`] asks for what an
//! answer lacked; [`coverage`] finds which requirements and claims the answers gave evidence for; [`closing`] is the page at
//! the end. The history keeps it all ([`crate::app::history::practice`]).

pub mod closing;
pub mod coverage;
pub mod flow;
pub mod folder;
pub mod follow_up;
pub mod formats;
pub mod plan;
pub mod session;
pub mod spacing;
