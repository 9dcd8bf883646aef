//! Asks a question aloud while the microphone listens, and falls back to showing it.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;

use super::input_events::{InputEvent, InputEvents};
use super::screen::Screen;
use crate::app::capture::Recorder;
use crate::app::interviewer::echo::Echo;
use crate::app::interviewer::turn::Event;
use crate::app::interviewer::{Ended, Speech, Spoken, Voice};
use crate::app::settings::Settings;

/// The polling interval for the loudspeaker and the keys.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The maximum time to wait for the microphone before the question; Bluetooth needs 3 s to start.
const PATIENCE: Duration = Duration::from_secs(4);
/// The time for which a loudspeaker may still sound after it was stopped (ours).
const DYING_AWAY: Duration = Duration::from_millis(300);

/// The choice of a voice on the command line.
#[derive(Args, Clone, Copy, Default)]
pub(super) struct VoiceChoice {
    /// Who asks: woman, man, system (the system's voice) or none; `aloud doctor --voice NAME` lets you hear it
    #[arg(long, value_name = "NAME", value_enum, hide_possible_values = true)]
    voice: Option<Voice>,
}

impl VoiceChoice {
    /// Returns the voice that was chosen, on the command line or in the settings.
    pub(super) fn chosen(self, settings: &Settings) -> Option<Voice> {
        self.voice.or(settings.voice)
    }

    /// Returns whether a voice was chosen on the command line.
    pub(super) fn is_given(self) -> bool {
        self.voice.is_some()
    }
}

/// Asks questions aloud; once that has failed, they are only shown.
pub(super) struct Asker {
    voice: Voice,
    over_telephone: bool,
}

impl Asker {
    /// Creates an asker with this voice, which sounds as over a telephone if `over_telephone` is set.
    pub(super) fn new(voice: Voice, over_telephone: bool) -> Self {
        Self { voice, over_telephone }
    }

    /// Returns whether questions are spoken.
    pub(super) fn speaks(&self) -> bool {
        self.voice != Voice::None
    }

    /// Speaks a question. Calls `ending` as soon as the end of the question is known, or at the latest when it has
    /// ended.
    ///
    /// # Errors
    /// When `ending` fails.
    pub(super) fn ask(
        &mut self,
        text: &str,
        recorder: &Recorder,
        screen: &mut Screen,
        events: &InputEvents,
        ending: &mut dyn FnMut(&Ended) -> Result<()>,
    ) -> Result<Event> {
        let begun = Instant::now();
        while !recorder.status().listening && begun.elapsed() < PATIENCE {
            screen.draw("Waiting for the microphone ...");
            if left(events.next(screen, LOOK_EVERY)) {
                return Ok(Event::Left);
            }
        }
        let speech = match Speech::begin(text, self.voice, self.over_telephone) {
            Ok(Some(speech)) => speech,
            Ok(None) => {
                if self.speaks() {
                    screen.say("No voice here can speak this question, so it is only shown.");
                }
                return Ok(Event::Unheard);
            }
            Err(error) => return Ok(self.give_up(&error, screen)),
        };
        screen.draw("Listen ...  (Enter goes straight to your answer)");
        let mut echo = speech.echo();
        let asked = self.listen(speech, recorder, &mut echo, screen, events, ending);
        screen.clear();
        if echo.is_some_and(|echo| echo.is_heard()) {
            screen.say("The question is heard in your microphone: wear headphones, or turn the sound down.");
        }
        asked
    }

    fn listen(
        &mut self,
        mut speech: Speech,
        recorder: &Recorder,
        echo: &mut Option<Echo>,
        screen: &mut Screen,
        events: &InputEvents,
        ending: &mut dyn FnMut(&Ended) -> Result<()>,
    ) -> Result<Event> {
        let mut announced: Option<Ended> = None;
        let begun = Instant::now();
        loop {
            if let Some(echo) = echo {
                echo.hear(begun.elapsed(), recorder.status().peak_dbfs);
            }
            match speech.progress() {
                Ok(Spoken::Speaking) => {}
                Ok(Spoken::Ending(end)) => {
                    if announced.is_none() {
                        ending(&end)?;
                        announced = Some(end);
                    }
                }
                Ok(Spoken::Ended(end)) => {
                    if announced.is_none() {
                        ending(&end)?;
                    }
                    return Ok(Event::Heard(announced.unwrap_or(end)));
                }
                Err(error) => {
                    // Once the end is known, all sound has been passed to the loudspeaker.
                    return Ok(announced.map_or_else(|| self.give_up(&error, screen), Event::Heard));
                }
            }
            if announced.is_some() {
                std::thread::sleep(LOOK_EVERY); // keys pressed now are for the take, which has begun
                continue;
            }
            match events.next(screen, LOOK_EVERY) {
                Some(InputEvent::Finish) => {
                    drop(speech);
                    let sound = Instant::now() + DYING_AWAY;
                    ending(&Ended { voice: None, sound })?;
                    return Ok(Event::PassedOver);
                }
                event if left(event) => return Ok(Event::Left),
                _ => {}
            }
        }
    }

    /// Reports in one line why the question cannot be heard, and stops speaking later ones.
    fn give_up(&mut self, error: &dyn std::error::Error, screen: &mut Screen) -> Event {
        self.voice = Voice::None;
        screen.say(&format!("The questions are only shown: {error}."));
        Event::Unheard
    }
}

fn left(event: Option<InputEvent>) -> bool {
    matches!(event, Some(InputEvent::Leave | InputEvent::Interrupt | InputEvent::End))
}
