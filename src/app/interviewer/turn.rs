//! A question and its takes as a state machine: an [`Event`] goes in, the next [`Step`] comes out.
//!
//! The machine touches no loudspeaker, microphone or screen, and knows no clock: what lasts is in its steps. The command
//! carries them out and reports the outcome of each.

use std::time::Duration;

use super::Ended;

/// The countdown before a take whose question was not heard, or was heard before.
pub const COUNTDOWN: Duration = Duration::from_secs(3);
/// How long before a hard stop it is announced, in seconds: as employers' platforms do (convention).
const SIGN_S: f64 = 30.0;

/// The terms of a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Whether somebody speaks the question.
    pub is_spoken: bool,
    /// The time to prepare, between the question and the take; `None` if the take follows at once.
    pub prepare: Option<Duration>,
    /// The length at which a take is stopped, in seconds.
    pub limit_s: Option<f64>,
    /// How many takes there may be; `None` for any number.
    pub takes: Option<u32>,
    /// Whether a take can be paused.
    pub pauses: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self { is_spoken: false, prepare: None, limit_s: None, takes: None, pauses: true }
    }
}

impl Terms {
    /// Returns when in a take the sign appears that its end is near, in seconds; `None` for a take without limit, or
    /// with one so short that the sign would only disturb.
    pub fn sign_at_s(&self) -> Option<f64> {
        self.limit_s.map(|limit_s| limit_s - SIGN_S).filter(|at_s| *at_s >= SIGN_S / 2.0)
    }
}

/// What has just happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// The turn begins.
    Begun,
    /// The question was spoken, or is about to end at a known moment.
    Heard(Ended),
    /// The rest of the question was passed over.
    PassedOver,
    /// Nobody can speak the question.
    Unheard,
    /// The time to prepare, or the countdown, is over.
    Elapsed,
    /// The take is over.
    TakeOver,
    /// The take was ended to begin again.
    Again,
    /// The take was ended to hear the question again.
    Pardon,
    /// The user left.
    Left,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Speak the question. Followed by [`Event::Heard`], [`Event::PassedOver`], [`Event::Unheard`] or [`Event::Left`].
    Speak,
    /// Count down the time to prepare. Followed by [`Event::Elapsed`] or [`Event::Left`].
    Prepare(Duration),
    /// Count down to the take. Followed by [`Event::Elapsed`] or [`Event::Left`].
    CountDown(Duration),
    /// Record the take: what comes after the end of the question, if the question was just heard. Followed by
    /// [`Event::TakeOver`], [`Event::Again`], [`Event::Pardon`] or [`Event::Left`].
    Record(Option<Ended>),
    /// The last take counts.
    Finish,
    /// Leave without a take.
    Leave,
}

/// A question under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    terms: Terms,
    /// The number of takes so far, the one under way included.
    takes: u32,
    /// Whether the time to prepare was given.
    is_prepared: bool,
}

impl Turn {
    /// Creates the state machine of a question.
    pub fn new(terms: Terms) -> Self {
        Self { terms, takes: 0, is_prepared: false }
    }

    /// Returns the terms of the question.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Returns the number of takes so far, the one under way included.
    pub fn takes(&self) -> u32 {
        self.takes
    }

    /// Returns whether another take may follow this one.
    pub fn may_begin_again(&self) -> bool {
        self.terms.takes.is_none_or(|most| self.takes < most)
    }

    /// Returns whether the take follows the question at once.
    pub fn records_after_the_question(&self) -> bool {
        self.terms.prepare.is_none() || self.is_prepared
    }

    /// Processes an event and returns the next step.
    pub fn next(&mut self, event: Event) -> Step {
        match event {
            Event::Begun | Event::Pardon if self.terms.is_spoken => Step::Speak,
            Event::Heard(end) => self.prepare().unwrap_or_else(|| self.record(Some(end))),
            Event::PassedOver => self.prepare().unwrap_or_else(|| self.record(None)),
            Event::Begun | Event::Pardon | Event::Unheard => self.prepare().unwrap_or(Step::CountDown(COUNTDOWN)),
            Event::Elapsed => self.record(None),
            Event::Again if self.may_begin_again() => Step::CountDown(COUNTDOWN),
            Event::Again | Event::TakeOver => Step::Finish,
            Event::Left => Step::Leave,
        }
    }

    /// Returns the step for the time to prepare, which is given once.
    fn prepare(&mut self) -> Option<Step> {
        let prepare = self.terms.prepare.filter(|_| !self.records_after_the_question())?;
        self.is_prepared = true;
        Some(Step::Prepare(prepare))
    }

    fn record(&mut self, end: Option<Ended>) -> Step {
        self.takes += 1;
        Step::Record(end)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const SPOKEN: Terms = Terms { is_spoken: true, prepare: None, limit_s: None, takes: None, pauses: true };

    fn steps(terms: Terms, events: &[Event]) -> (Turn, Vec<Step>) {
        let mut turn = Turn::new(terms);
        let steps = events.iter().map(|event| turn.next(*event)).collect();
        (turn, steps)
    }

    fn end() -> Ended {
        Ended { voice: None, sound: Instant::now() }
    }

    #[test]
    fn a_spoken_question_is_followed_by_the_take_at_once_and_an_unheard_one_by_a_countdown() {
        let end = end();
        let (turn, heard) = steps(SPOKEN, &[Event::Begun, Event::Heard(end), Event::TakeOver]);
        assert_eq!(heard, [Step::Speak, Step::Record(Some(end)), Step::Finish]);
        assert_eq!((turn.takes(), turn.may_begin_again()), (1, true));
        let (_, unheard) = steps(SPOKEN, &[Event::Begun, Event::Unheard, Event::Elapsed]);
        assert_eq!(unheard, [Step::Speak, Step::CountDown(COUNTDOWN), Step::Record(None)]);
        let (_, shown) = steps(Terms::default(), &[Event::Begun, Event::Elapsed, Event::Again, Event::Elapsed]);
        let countdown = Step::CountDown(COUNTDOWN);
        assert_eq!(shown, [countdown, Step::Record(None), countdown, Step::Record(None)]);
        let (_, passed_over) = steps(SPOKEN, &[Event::Begun, Event::PassedOver, Event::Left]);
        assert_eq!(passed_over, [Step::Speak, Step::Record(None), Step::Leave]);
    }

    #[test]
    fn time_to_prepare_is_given_once_and_takes_are_counted() {
        let half_a_minute = Duration::from_secs(30);
        let terms =
            Terms { prepare: Some(half_a_minute), limit_s: Some(120.0), takes: Some(2), pauses: false, ..SPOKEN };
        let events = [Event::Begun, Event::Heard(end()), Event::Elapsed, Event::Again, Event::Elapsed, Event::Again];
        let (turn, steps) = steps(terms, &events);
        let record = Step::Record(None);
        let expected =
            [Step::Speak, Step::Prepare(half_a_minute), record, Step::CountDown(COUNTDOWN), record, Step::Finish];
        assert_eq!(steps, expected);
        assert!(!turn.may_begin_again());
    }

    #[test]
    fn a_question_is_heard_again_when_asked_for() {
        let end = end();
        let events = [Event::Begun, Event::Heard(end), Event::Pardon, Event::Heard(end)];
        assert_eq!(
            steps(SPOKEN, &events).1,
            [Step::Speak, Step::Record(Some(end)), Step::Speak, Step::Record(Some(end))]
        );
        assert_eq!(steps(Terms::default(), &[Event::Pardon]).1, [Step::CountDown(COUNTDOWN)]);
    }

    #[test]
    fn the_end_is_announced_half_a_minute_ahead_unless_the_take_is_short() {
        let sign = |limit_s| Terms { limit_s, ..Terms::default() }.sign_at_s();
        assert_eq!(sign(Some(120.0)), Some(90.0));
        assert_eq!(sign(Some(45.0)), Some(15.0));
        assert_eq!((sign(Some(40.0)), sign(None)), (None, None));
    }
}
