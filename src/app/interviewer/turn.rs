//! A question and its takes as a state machine: an [`Event`] goes in, the next [`Step`] comes out.
//!
//! The machine uses no loudspeaker, microphone, screen or clock: durations are part of its steps. The caller carries
//! out each step and passes in the outcome as an event.

use std::time::Duration;

use super::Ended;

/// The countdown before a take that does not directly follow the spoken question.
pub const COUNTDOWN: Duration = Duration::from_secs(3);
/// The time from the sign that announces a hard stop to the stop, in seconds: as on employers' platforms (convention).
const SIGN_S: f64 = 30.0;

/// The conditions under which a question is asked and answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Whether the question is to be spoken.
    pub is_spoken: bool,
    /// The time to prepare, between the question and the take; `None` if the take follows at once.
    pub prepare: Option<Duration>,
    /// The length at which a take is stopped, in seconds; `None` for no limit.
    pub limit_s: Option<f64>,
    /// The maximum number of takes; `None` for no limit.
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
    /// Returns the time in a take at which a sign announces the hard stop, in seconds; `None` for a take without a
    /// limit, or with a limit so short that the sign would only disturb.
    pub fn sign_at_s(&self) -> Option<f64> {
        self.limit_s.map(|limit_s| limit_s - SIGN_S).filter(|at_s| *at_s >= SIGN_S / 2.0)
    }
}

/// An event during a question or its takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// The turn begins.
    Begun,
    /// The question was spoken, or is about to end at a known moment.
    Heard(Ended),
    /// The user skipped the rest of the question.
    PassedOver,
    /// No voice can speak the question.
    Unheard,
    /// The time to prepare, or the countdown, is over.
    Elapsed,
    /// The take is over.
    TakeOver,
    /// The take was ended to start a new one.
    Again,
    /// The take was ended to hear the question again.
    Pardon,
    /// The user left.
    Left,
}

/// What the caller is to do next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Speak the question. Followed by [`Event::Heard`], [`Event::PassedOver`], [`Event::Unheard`] or [`Event::Left`].
    Speak,
    /// Count down the time to prepare. Followed by [`Event::Elapsed`] or [`Event::Left`].
    Prepare(Duration),
    /// Count down to the take. Followed by [`Event::Elapsed`] or [`Event::Left`].
    CountDown(Duration),
    /// Record the take, which begins at the end of the question if that was just heard. Followed by
    /// [`Event::TakeOver`], [`Event::Again`], [`Event::Pardon`] or [`Event::Left`].
    Record(Option<Ended>),
    /// End the turn: the last take counts.
    Finish,
    /// End the turn without a take.
    Leave,
}

/// The state machine of a question and its takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    terms: Terms,
    /// The number of takes so far, including the current one.
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

    /// Returns the number of takes so far, including the current one.
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

    /// Returns the step for the time to prepare; `None` if there is none, or if it was given before an earlier take.
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
