//! Durations as people type them.

/// Parses a duration as people type it, in seconds: `90`, `90s`, `1m30s`, `1:30`, `5 min`.
///
/// # Errors
/// Returns a message if the text is not a duration above zero.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let seconds = match text.split_once(':') {
        Some((minutes, seconds)) => minutes
            .parse::<u32>()
            .ok()
            .zip(seconds.parse::<f64>().ok().filter(|s| (0.0..60.0).contains(s)))
            .map(|(minutes, seconds)| f64::from(minutes) * 60.0 + seconds),
        None => text.parse().ok().or_else(|| text.parse::<jiff::SignedDuration>().ok().map(|d| d.as_secs_f64())),
    };
    seconds
        .filter(|s| s.is_finite() && *s > 0.0 && *s <= 86_400.0)
        .ok_or_else(|| "give a length such as 90s, 1:30 or 5m".to_owned())
}

/// The silence that ends an answer of a hands-free interview unless another is given, as people type it (ours).
pub(super) const DEFAULT_SILENCE: &str = "6s";
/// The minimum silence that may end an answer, in seconds: people pause for two or three seconds to think (ours).
const SHORTEST_SILENCE_S: f64 = 4.0;

/// Parses the silence that ends an answer, in seconds.
///
/// # Errors
/// Returns a message if the text is not a duration, or one so short that it would cut off thinking.
pub(super) fn silence(text: &str) -> Result<f64, String> {
    let silence = seconds(text)?;
    if silence < SHORTEST_SILENCE_S {
        return Err(format!("give at least {SHORTEST_SILENCE_S:.0}s: a shorter silence is often only thinking"));
    }
    Ok(silence)
}

#[cfg(test)]
mod tests {
    use super::{seconds, silence};

    #[test]
    fn no_silence_that_ends_an_answer_cuts_off_thinking() {
        assert_eq!(silence("6s"), Ok(6.0));
        assert!(silence("3s").is_err_and(|wrong| wrong.contains("4s")) && silence("soon").is_err());
    }

    #[test]
    fn durations_are_read_as_people_type_them() {
        for (text, expected) in
            [("90", 90.0), ("90s", 90.0), ("1:30", 90.0), ("1m30s", 90.0), ("5 min", 300.0), ("2.5s", 2.5)]
        {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "0", "-5s", "soon", "1:75", "NaN", "inf", "900h"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
