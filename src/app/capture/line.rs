//! A one-line display of a take: elapsed time against the target, level, and a short warning when something is wrong.
//!
//! Fillers and pace are left out: dense live displays make speakers worse (Chollet et al. 2022).

use super::recorder::Status;
use super::watch::Concern;
use crate::plain::clock;

/// The lower end of the meter, in dBFS.
const METER_FROM_DBFS: f64 = -60.0;
/// The maximum width of the meter, in columns.
const WIDEST_METER: usize = 40;

/// Formats the status line, no wider than `columns`; with a target, the elapsed time is shown against it.
pub fn live_line(status: &Status, target_s: Option<[f64; 2]>, columns: usize) -> String {
    let state = if status.paused { "Paused" } else { "REC" };
    let elapsed = clock_down(status.elapsed_s);
    let long_target = target_s.map_or(String::new(), |[a, b]| format!(" of {} to {}", clock(a), clock(b)));
    let short_target = target_s.map_or(String::new(), |[_, b]| format!("/{}", clock(b)));
    let level = status.peak_dbfs.map_or("  - dBFS".to_owned(), |peak| format!("{peak:>3.0} dBFS"));
    let clip = if status.clipped { "CLIP" } else { "" };
    let (long_word, short_word) = match status.concern.filter(|_| !status.paused) {
        Some(Concern::Stalled) => ("no sound arrives", "no sound"),
        Some(Concern::OnlyZeros) => ("only silence arrives", "silence"),
        Some(Concern::Clipping) => ("far too loud: turn the input down", "far too loud"),
        Some(Concern::TooLoud) => ("too loud: move back a little", "too loud"),
        Some(Concern::TooSoft) => ("too soft: move closer", "too soft"),
        None if status.paused => ("p goes on, Enter finishes", "p goes on"),
        None => ("", ""),
    };
    // From the widest form to the narrowest.
    let layouts = [
        (format!("{state} {elapsed}{long_target}"), 12, [level.as_str(), clip, long_word]),
        (format!("{state} {elapsed}{short_target}"), 10, [level.as_str(), clip, long_word]),
        (format!("{state} {elapsed}{short_target}"), 8, [level.as_str(), clip, short_word]),
        (format!("{elapsed}{short_target}"), 5, [level.as_str(), clip, short_word]),
        (format!("{elapsed}{short_target}"), 5, [level.as_str(), "", short_word]),
        (format!("{elapsed}{short_target}"), 5, [level.as_str(), clip, ""]),
    ];
    let room = columns.saturating_sub(1); // a full last column wraps on some terminals
    for (time, least, rest) in &layouts {
        let rest =
            rest.iter().filter(|part| !part.is_empty()).fold(String::new(), |all, part| format!("{all}  {part}"));
        let taken = time.chars().count() + rest.chars().count() + "  []".len();
        // The warning comes and goes; where space allows, the meter keeps the same width with and without it.
        let reserve = if columns >= 80 { 30_usize.saturating_sub(long_word.len() + clip.len()) } else { 0 };
        if let Some(width) = room.checked_sub(taken).filter(|width| width >= least) {
            let width = width.saturating_sub(reserve).clamp(*least, WIDEST_METER);
            let end = if status.clipped { '!' } else { ']' };
            return format!("{time}  [{}{end}{rest}", meter(status.peak_dbfs, width));
        }
    }
    elapsed.chars().take(room).collect()
}

/// Draws a bar from -60 dBFS to full scale.
fn meter(peak_dbfs: Option<f64>, width: usize) -> String {
    let share = peak_dbfs.map_or(0.0, |peak| (1.0 - peak / METER_FROM_DBFS).clamp(0.0, 1.0));
    let filled = (share * width as f64).round() as usize;
    format!("{}{}", "#".repeat(filled), " ".repeat(width - filled))
}

/// Formats elapsed time, rounded down: the clock shows 0:59 until the full minute is over.
fn clock_down(seconds: f64) -> String {
    clock(seconds.floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Status {
        Status { recording: true, listening: true, elapsed_s: 42.9, peak_dbfs: Some(-18.2), ..Status::default() }
    }

    #[test]
    fn the_line_fits_every_window() {
        let states = [
            status(),
            Status { peak_dbfs: None, concern: Some(Concern::OnlyZeros), ..status() },
            Status { clipped: true, concern: Some(Concern::Clipping), peak_dbfs: Some(0.0), ..status() },
            Status { clipped: true, concern: Some(Concern::TooLoud), elapsed_s: 3_700.0, ..status() },
            Status { concern: Some(Concern::TooSoft), peak_dbfs: Some(-42.0), ..status() },
            Status { paused: true, ..status() },
        ];
        let mut shown = String::new();
        for columns in [40, 80, 200] {
            for state in &states {
                for target_s in [None, Some([60.0, 120.0])] {
                    let line = live_line(state, target_s, columns);
                    assert!(line.chars().count() < columns, "{columns}: {line}");
                    assert!(line.contains("dBFS"), "{columns}: {line}");
                    shown += &format!("{line}|\n");
                }
            }
        }
        insta::assert_snapshot!(shown);
        for columns in 1..200 {
            assert!(live_line(&states[3], Some([60.0, 120.0]), columns).chars().count() < columns.max(2));
        }
    }

    #[test]
    fn the_meter_spans_sixty_decibels() {
        assert_eq!(meter(Some(0.0), 10), "##########");
        assert_eq!(meter(Some(-30.0), 10), "#####     ");
        assert_eq!(meter(Some(-90.0), 10), "          ");
        assert_eq!(meter(None, 10), "          ");
    }
}
