//! The lanes: all events and measures of an answer that have a time, drawn below each other on a shared time axis.
//!
//! The lanes are laid out once and rendered in two ways. On a page, the time axis stretches with the zoom, so shapes
//! that must not stretch (words, marks) are kept apart from shapes that must (lines, areas). [`super::picture`] renders
//! both as one picture.

use std::fmt::Write;

use super::chart::written;
use super::data_address;
use super::sound::Sound;
use crate::app::render::shown::{paragraphs, shown_words};
use crate::disfluency::FillerKind;
use crate::plain::{clock, number, with_capital_i};
use crate::report::Report;
use crate::score::rubric;
use crate::signal::spectrogram::TOP_HZ;
use crate::signal::{Contours, STEP_S};
use crate::speakers::{Turn, Who};
use crate::story::Excerpt;

/// The space above a lane for its title, in pixels.
const TITLE: f64 = 17.0;
/// The space between two lanes, in pixels.
const GAP: f64 = 9.0;
/// The range of the level axis, in dBFS.
const LEVEL_DB: (f64, f64) = (-70.0, 0.0);
/// The range of the pitch axis, in semitones around the median: an octave down and an octave up.
const SEMITONES: (f64, f64) = (-12.0, 12.0);
/// The maximum number of points of a line; in a longer recording, each point stands for several values.
const MOST_POINTS: usize = 30_000;
/// The minimum length of a pause for it to be labelled with its length, in seconds.
const WRITTEN_PAUSE_S: f64 = 1.0;
/// The possible steps between two labels of the time axis, in seconds.
const TIME_STEPS_S: [f64; 12] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0];

/// A shape to draw. Times are in seconds; vertical positions are in pixels from the top of the drawing.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// A filled area, given by its outline.
    Area { class: &'static str, edge: Vec<(f64, f64)> },
    /// Polylines.
    Lines { class: &'static str, runs: Vec<Vec<(f64, f64)>> },
    /// A rectangle with a tooltip.
    Block { class: String, from_s: f64, to_s: f64, top: f64, height: f64, title: String },
    /// A horizontal line across the whole width.
    Rule { class: &'static str, y: f64 },
    /// An image across the whole width.
    Picture { png: Vec<u8>, top: f64, height: f64 },
    /// A mark at a moment.
    Mark { sign: Sign, at_s: f64, y: f64, title: String },
    /// A label for a span of time; shortened or left out if it does not fit.
    Name { from_s: f64, to_s: f64, top: f64, height: f64, text: String, short: String },
    /// A label centred on a moment.
    Text { at_s: f64, y: f64, text: String },
}

/// A mark: each kind has its own shape as well as its own colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A filled pause: um, uh.
    FilledPause,
    /// A discourse marker: like, you know.
    Marker,
    /// A repetition or a false start.
    Repair,
    /// A hedge.
    Hedge,
    /// A specific: a number, a name or a time.
    Specific,
    /// An outcome.
    Outcome,
}

impl Sign {
    /// All signs, in the order of the legend.
    pub const ALL: [Self; 6] =
        [Self::FilledPause, Self::Marker, Self::Repair, Self::Hedge, Self::Specific, Self::Outcome];

    /// Returns the meaning of the sign.
    pub fn words(self) -> &'static str {
        match self {
            Self::FilledPause => "um, uh",
            Self::Marker => "filler word",
            Self::Repair => "said twice or begun again",
            Self::Hedge => "hedge",
            Self::Specific => "number, name or time",
            Self::Outcome => "outcome",
        }
    }

    /// Returns the CSS class of the sign.
    pub fn class(self) -> &'static str {
        match self {
            Self::FilledPause => "um",
            Self::Marker => "filler",
            Self::Repair => "repair",
            Self::Hedge => "hedge",
            Self::Specific => "specific",
            Self::Outcome => "outcome",
        }
    }

    /// Returns the outline of the sign around the origin, about ten pixels wide.
    pub fn outline(self) -> &'static str {
        match self {
            Self::FilledPause => "M-4.5,0a4.5,4.5 0 1 0 9,0a4.5,4.5 0 1 0 -9,0z",
            Self::Marker => "M0,-5L5,4L-5,4z",
            Self::Repair => "M-4.5,-5H-1V5H-4.5zM1,-5H4.5V5H1z",
            Self::Hedge => "M0,-5.5L5,0L0,5.5L-5,0z",
            Self::Specific => "M-4.5,-4.5H4.5V4.5H-4.5z",
            Self::Outcome => "M0,-6L1.6,-2L5.8,-1.9L2.5,.8L3.6,4.9L0,2.5L-3.6,4.9L-2.5,.8L-5.8,-1.9L-1.6,-2z",
        }
    }

    /// Returns the sign of a filler.
    pub fn of(kind: FillerKind) -> Self {
        match kind {
            FillerKind::FilledPause => Self::FilledPause,
            FillerKind::DiscourseMarker => Self::Marker,
            FillerKind::Repetition | FillerKind::FalseStart => Self::Repair,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Lane {
    name: &'static str,
    title: String,
    top: f64,
    height: f64,
    /// The values at the bottom and at the top of the lane.
    axis: Option<(f64, f64)>,
    /// The axis labels, each with its y coordinate.
    ticks: Vec<(f64, String)>,
    shapes: Vec<Shape>,
}

impl Lane {
    fn y(&self, value: f64) -> f64 {
        let (low, high) = self.axis.unwrap_or((0.0, 1.0));
        self.top + self.height * (1.0 - (value.clamp(low, high) - low) / (high - low))
    }
}

/// The lanes of one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Lanes {
    /// The length of the recording, in seconds.
    pub duration_s: f64,
    /// The height of the drawing, in pixels.
    pub height: f64,
    /// The median F0 that the pitch axis is centred on, in hertz.
    pub median_hz: Option<f64>,
    lanes: Vec<Lane>,
}

impl Lanes {
    /// Draws the lanes that the data allow. Returns `None` for a draft, which has no times.
    pub fn of(report: &Report, contours: Option<&Contours>, sound: Option<&Sound>) -> Option<Self> {
        let duration_s = report.recording.duration_s.filter(|s| *s > 0.0)?;
        let contours = contours.filter(|c| !c.is_empty());
        let median_hz = report.voice.as_ref().and_then(|v| v.f0_median_hz);
        let mut lanes = Self { duration_s, height: 0.0, median_hz, lanes: Vec::new() };
        lanes.voices(report);
        lanes.story(report);
        lanes.level(contours, sound);
        if let Some(sound) = sound {
            lanes.spectrogram(sound);
        }
        if let (Some(contours), Some(median_hz)) = (contours, median_hz) {
            lanes.pitch(contours, median_hz);
        }
        lanes.pace(report);
        lanes.pauses(report);
        lanes.marks(report);
        lanes.time();
        Some(lanes)
    }

    /// Adds a lane below the others.
    fn add(
        &mut self,
        name: &'static str,
        title: String,
        height: f64,
        axis: Option<(f64, f64)>,
        ticks: &[(f64, String)],
        draw: impl FnOnce(&Lane) -> Vec<Shape>,
    ) {
        let top = self.height + if title.is_empty() { 0.0 } else { TITLE };
        let mut lane = Lane { name, title, top, height, axis, ticks: Vec::new(), shapes: Vec::new() };
        lane.ticks = ticks.iter().map(|(value, text)| (lane.y(*value), text.clone())).collect();
        lane.shapes = lane.ticks.iter().map(|(y, _)| Shape::Rule { class: "grid", y: *y }).collect();
        lane.shapes.extend(draw(&lane));
        self.height = top + height + GAP;
        self.lanes.push(lane);
    }

    /// Draws the turns of the speakers, if two voices were heard.
    fn voices(&mut self, report: &Report) {
        let Some(speakers) = report.speakers.as_ref().filter(|s| !s.turns.is_empty()) else { return };
        self.add("voices", "Who speaks".into(), 18.0, None, &[], |lane| {
            let turn = |turn: &Turn| {
                let who = turn.who.label();
                let class = match turn.who {
                    Who::Me => "part part-action",
                    Who::Other => "part part-aside",
                    Who::Unsure => "part part-task",
                };
                let (from_s, to_s) = (turn.span.start_s, turn.span.end_s);
                let title = format!("{} to {}: {who}", clock(from_s), clock(to_s));
                let (top, height) = (lane.top, lane.height);
                [
                    Shape::Block { class: class.into(), from_s, to_s, top, height, title },
                    Shape::Name { from_s, to_s, top, height, text: who.into(), short: String::new() },
                ]
            };
            speakers.turns.iter().flat_map(turn).collect()
        });
    }

    fn story(&mut self, report: &Report) {
        let words = shown_words(report);
        if report.story.is_none() || words.iter().all(|w| w.span.is_none()) {
            return;
        }
        let paragraphs = paragraphs(report, &words);
        self.add("story", "Story".into(), 24.0, None, &[], |lane| {
            let mut shapes = Vec::new();
            for paragraph in paragraphs {
                let Some(part) = paragraph.part.clone() else { continue };
                let said = &words[paragraph.range];
                let (Some(first), Some(last)) = (said.first().and_then(|w| w.span), said.last().and_then(|w| w.span))
                else {
                    continue;
                };
                let (from_s, to_s) = (first.start_s, last.end_s);
                let title = format!("{part}, {} to {}", clock(from_s), clock(to_s));
                let class = format!("part part-{}", part.trim_end_matches('?'));
                shapes.push(Shape::Block { class, from_s, to_s, top: lane.top, height: lane.height, title });
                let short = part.chars().take(1).collect();
                shapes.push(Shape::Name { from_s, to_s, top: lane.top, height: lane.height, text: part, short });
            }
            shapes
        });
    }

    fn level(&mut self, contours: Option<&Contours>, sound: Option<&Sound>) {
        if contours.is_none() && sound.is_none() {
            return;
        }
        let title = match (contours, sound) {
            (Some(_), Some(_)) => "Waveform, and level as a line, dBFS",
            (Some(_), None) => "Level, dBFS",
            _ => "Waveform",
        };
        let ticks: Vec<(f64, String)> =
            if contours.is_some() { [-60.0, -40.0, -20.0].map(|v| (v, format!("{v:.0}"))).to_vec() } else { vec![] };
        self.add("level", title.into(), 78.0, Some(LEVEL_DB), &ticks, |lane| {
            let mut shapes = Vec::new();
            if let Some(sound) = sound {
                let middle = lane.top + lane.height / 2.0;
                let loudest = sound.waveform.iter().flatten().fold(0.01_f32, |most, x| most.max(x.abs()));
                let y = |x: f32| middle - f64::from(x / loudest) * lane.height / 2.0;
                let at = |i: usize, step: usize| (i * step) as f64 * STEP_S;
                let step = (sound.waveform.len() * 2).div_ceil(MOST_POINTS).max(2);
                let parts: Vec<[f32; 2]> = sound
                    .waveform
                    .chunks(step)
                    .map(|part| part.iter().fold([0.0_f32, 0.0], |[l, h], [low, high]| [l.min(*low), h.max(*high)]))
                    .collect();
                let above = parts.iter().enumerate().map(|(i, [_, high])| (at(i, step), y(*high)));
                let below = parts.iter().enumerate().rev().map(|(i, [low, _])| (at(i, step), y(*low)));
                shapes.push(Shape::Area { class: "wave", edge: above.chain(below).collect() });
            }
            if let Some(contours) = contours {
                let step = contours.len().div_ceil(MOST_POINTS);
                let loudest =
                    |from: usize| (from..(from + step).min(contours.len())).max_by_key(|i| contours.level[*i]);
                let run = (0..contours.len()).step_by(step).filter_map(loudest);
                let run = run.map(|i| (i as f64 * STEP_S, lane.y(contours.level_db(i))));
                shapes.push(Shape::Lines { class: "level", runs: vec![run.collect()] });
            }
            shapes
        });
    }

    fn spectrogram(&mut self, sound: &Sound) {
        let ticks = [0.0, 1.0, 2.0, 3.0, 4.0].map(|khz| (khz * 1_000.0, format!("{khz:.0}")));
        let title = "Spectrogram, kHz; brighter is louder".to_string();
        self.add("spectrogram", title, 100.0, Some((0.0, TOP_HZ)), &ticks, |lane| {
            vec![Shape::Picture { png: sound.spectrogram_png.clone(), top: lane.top, height: lane.height }]
        });
    }

    fn pitch(&mut self, contours: &Contours, median_hz: f64) {
        let ticks =
            [-12.0, -6.0, 0.0, 6.0, 12.0].map(|v: f64| (v, if v > 0.0 { format!("+{v}") } else { v.to_string() }));
        let title = format!("Pitch, semitones around your median of {median_hz:.0} Hz");
        self.add("pitch", title, 92.0, Some(SEMITONES), &ticks, |lane| {
            let step = contours.len().div_ceil(MOST_POINTS);
            let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
            let mut voiced_before = false;
            for from in (0..contours.len()).step_by(step) {
                let voiced = (from..(from + step).min(contours.len())).find_map(|i| Some((i, contours.f0_hz(i)?)));
                if let Some((i, hz)) = voiced {
                    let point = (i as f64 * STEP_S, lane.y(12.0 * (hz / median_hz).log2()));
                    match runs.last_mut() {
                        Some(run) if voiced_before => run.push(point),
                        _ => runs.push(vec![point]),
                    }
                }
                voiced_before = voiced.is_some();
            }
            vec![Shape::Lines { class: "pitch", runs }]
        });
    }

    fn pace(&mut self, report: &Report) {
        let Some(pace) = report.pace.as_ref().filter(|p| !p.series.is_empty()) else { return };
        let [slow, fast] = rubric::PACE_COMFORTABLE;
        let of_all =
            |pick: fn(f64, f64) -> f64, start: f64| pace.series.iter().map(|s| s.words_per_minute).fold(start, pick);
        let low = (of_all(f64::min, slow - 20.0) / 20.0).floor() * 20.0;
        let high = (of_all(f64::max, fast + 20.0) / 20.0).ceil() * 20.0;
        let ticks = [slow, fast].map(|v| (v, format!("{v:.0}")));
        let duration_s = self.duration_s;
        let title = format!("Pace, words a minute; {slow:.0} to {fast:.0} is comfortable");
        self.add("pace", title, 56.0, Some((low.max(0.0), high)), &ticks, |lane| {
            let (top, bottom) = (lane.y(fast), lane.y(slow));
            let mut shapes = vec![Shape::Block {
                class: "band".into(),
                from_s: 0.0,
                to_s: duration_s,
                top,
                height: bottom - top,
                title: String::new(),
            }];
            let run = pace.series.iter().flat_map(|s| {
                let y = lane.y(s.words_per_minute);
                [(s.span.start_s, y), (s.span.end_s, y)]
            });
            shapes.push(Shape::Lines { class: "pace", runs: vec![run.collect()] });
            // The values are labelled only in recordings of a few minutes; in longer ones there is no room.
            let room = pace.series.len() <= 16;
            shapes.extend(pace.series.iter().filter(|_| room).map(|s| {
                let y = lane.y(s.words_per_minute);
                let y = if y - lane.top < 16.0 { y + 13.0 } else { y - 4.0 };
                let at_s = (s.span.start_s + s.span.end_s) / 2.0;
                Shape::Text { at_s, y, text: format!("{:.0}", s.words_per_minute) }
            }));
            shapes
        });
    }

    fn pauses(&mut self, report: &Report) {
        let Some(pauses) = report.pauses.as_ref() else { return };
        let title = "Pauses, in seconds".to_string();
        self.add("pauses", title, 26.0, None, &[], |lane| {
            let mut shapes = Vec::new();
            for pause in &pauses.events {
                let (from_s, to_s) = (pause.span.start_s, pause.span.end_s);
                let length = pause.span.duration_s();
                let is_long = length >= WRITTEN_PAUSE_S;
                shapes.push(Shape::Block {
                    class: if is_long { "pause long" } else { "pause" }.into(),
                    from_s,
                    to_s,
                    top: lane.top + if is_long { 0.0 } else { 4.0 },
                    height: if is_long { 12.0 } else { 8.0 },
                    title: format!("{}: a pause of {} s", clock(from_s), number(length)),
                });
                if is_long {
                    let at_s = (from_s + to_s) / 2.0;
                    shapes.push(Shape::Text { at_s, y: lane.top + 24.0, text: number(length) });
                }
            }
            shapes
        });
    }

    fn marks(&mut self, report: &Report) {
        let mut marks: Vec<(Sign, f64, String)> = Vec::new();
        for filler in report.fillers.iter().flat_map(|f| &f.events) {
            if let Some(span) = filler.span {
                marks.push((Sign::of(filler.kind), span.start_s, filler.label()));
            }
        }
        let fillers = marks.len();
        if let Some(story) = &report.story {
            let of = |sign: Sign, moments: &[Excerpt]| -> Vec<(Sign, f64, String)> {
                moments.iter().filter_map(|m| Some((sign, m.start_s?, with_capital_i(&m.text)))).collect()
            };
            marks.extend(of(Sign::Hedge, &story.hedges));
            marks.extend(of(Sign::Specific, &story.specifics));
            marks.extend(of(Sign::Outcome, &story.outcomes));
        }
        let told = marks.split_off(fillers);
        for (name, title, marks) in [("fillers", "Fillers", marks), ("told", "Hedges, details and outcomes", told)] {
            if marks.is_empty() {
                continue;
            }
            // The marks are placed in two rows, since they often overlap.
            self.add(name, title.into(), 30.0, None, &[], |lane| {
                let row = |sign| if matches!(sign, Sign::FilledPause | Sign::Outcome) { 7.0 } else { 22.0 };
                let mark = |(sign, at_s, text): (Sign, f64, String)| Shape::Mark {
                    sign,
                    at_s,
                    y: lane.top + row(sign),
                    title: format!("{} {}: {text}", clock(at_s), sign.words()),
                };
                marks.into_iter().map(mark).collect()
            });
        }
    }

    fn time(&mut self) {
        let duration_s = self.duration_s;
        self.add("time", String::new(), 16.0, None, &[], |lane| {
            let at = |at_s| Shape::Text { at_s, y: lane.top + 12.0, text: clock(at_s) };
            times(duration_s, 8).into_iter().map(at).collect()
        });
    }

    /// Returns the signs that are drawn, in the order of the legend.
    pub fn signs(&self) -> Vec<Sign> {
        let drawn: Vec<Sign> = self
            .lanes
            .iter()
            .flat_map(|l| &l.shapes)
            .filter_map(|s| if let Shape::Mark { sign, .. } = s { Some(*sign) } else { None })
            .collect();
        Sign::ALL.into_iter().filter(|sign| drawn.contains(sign)).collect()
    }

    /// Returns the SVG elements that stretch with the zoom. One unit of `x` is a frame of 10 ms, and the width of the
    /// view box is the number of frames in the recording.
    pub fn stretched(&self) -> String {
        let place = Place { left: 0.0, per_second: 1.0 / STEP_S };
        let mut svg = String::new();
        for lane in &self.lanes {
            svg.push_str(&format!(
                "<g data-lane=\"{}\" data-top=\"{}\" data-height=\"{}\"",
                lane.name, lane.top, lane.height
            ));
            if let Some((low, high)) = lane.axis {
                svg.push_str(&format!(" data-low=\"{low}\" data-high=\"{high}\""));
            }
            svg.push('>');
            lane.shapes.iter().for_each(|s| place.stretched(s, self.duration_s, &mut svg));
            svg.push_str("</g>");
        }
        svg
    }

    /// Returns the SVG elements that do not stretch. Their `x` is in percent of the width.
    pub fn upright(&self) -> String {
        let percent = |s: f64| format!("{:.4}%", 100.0 * s / self.duration_s);
        let mut svg = String::new();
        for lane in &self.lanes {
            svg.push_str(&format!("<g data-lane=\"{}\">", lane.name));
            for shape in &lane.shapes {
                match shape {
                    Shape::Mark { sign, at_s, y, title } => {
                        put(&mut svg, format_args!("<svg class=\"at\" x=\"{}\" y=\"{y}\">", percent(*at_s)));
                        mark(*sign, title, &mut svg);
                        svg.push_str("</svg>");
                    }
                    Shape::Name { from_s, to_s, top, height, text, short } => put(
                        &mut svg,
                        format_args!(
                            "<svg class=\"name\" x=\"{}\" y=\"{top}\" width=\"{}\" height=\"{height}\"><text x=\"5\" y=\"{}\" data-short=\"{}\">{}</text></svg>",
                            percent(*from_s),
                            percent(to_s - from_s),
                            height / 2.0 + 4.5,
                            escaped(short),
                            escaped(text)
                        ),
                    ),
                    Shape::Text { at_s, y, text } => {
                        let text = escaped(text);
                        let (x, anchor) = (percent(*at_s), anchor(*at_s, self.duration_s));
                        put(&mut svg, format_args!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"));
                    }
                    _ => {}
                }
            }
            svg.push_str("</g>");
        }
        svg
    }

    /// Returns the axis labels and the titles of the lanes. The lanes begin at `left` pixels, just after the labels.
    pub fn side(&self, left: f64) -> String {
        let mut svg = String::new();
        for lane in &self.lanes {
            for (y, text) in &lane.ticks {
                let (x, y) = (left - 6.0, y + 4.0);
                put(
                    &mut svg,
                    format_args!("<text class=\"tick\" x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{text}</text>"),
                );
            }
            if !lane.title.is_empty() {
                let y = lane.top - 5.0;
                put(
                    &mut svg,
                    format_args!("<text class=\"title\" x=\"{left}\" y=\"{y}\">{}</text>", escaped(&lane.title)),
                );
            }
        }
        svg
    }

    /// Returns all SVG elements together, with a time axis that begins at `left` pixels and is `width` pixels wide.
    pub fn whole(&self, left: f64, width: f64) -> String {
        let place = Place { left, per_second: width / self.duration_s };
        let mut svg = self.side(left);
        for lane in &self.lanes {
            for shape in &lane.shapes {
                match shape {
                    Shape::Mark { sign, at_s, y, title } => {
                        put(&mut svg, format_args!("<g transform=\"translate({},{y})\">", place.x(*at_s)));
                        mark(*sign, title, &mut svg);
                        svg.push_str("</g>");
                    }
                    Shape::Name { from_s, to_s, top, height, text, short } => {
                        let room = (to_s - from_s) * place.per_second - 8.0;
                        let fits = |text: &str| text.chars().count() as f64 * 7.0 <= room;
                        let text = if fits(text) { text } else { short };
                        if fits(text) {
                            let (x, y) = (place.x(*from_s + 5.0 / place.per_second), top + height / 2.0 + 4.5);
                            put(&mut svg, format_args!("<text x=\"{x}\" y=\"{y}\">{}</text>", escaped(text)));
                        }
                    }
                    Shape::Text { at_s, y, text } => {
                        let (x, anchor) = (place.x(*at_s), anchor(*at_s, self.duration_s));
                        let text = escaped(text);
                        put(&mut svg, format_args!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"));
                    }
                    stretched => place.stretched(stretched, self.duration_s, &mut svg),
                }
            }
        }
        svg
    }
}

/// The mapping from times to x coordinates.
struct Place {
    left: f64,
    per_second: f64,
}

impl Place {
    fn x(&self, time_s: f64) -> String {
        written(self.left + time_s * self.per_second)
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::with_capacity(points.len() * 10);
        for (i, (time_s, y)) in points.iter().enumerate() {
            path.push(if i == 0 { 'M' } else { 'L' });
            put(&mut path, format_args!("{},{}", self.x(*time_s), written(*y)));
        }
        // A single point is drawn as a dot.
        if points.len() == 1 {
            path.push_str("h.5");
        }
        path
    }

    fn stretched(&self, shape: &Shape, duration_s: f64, svg: &mut String) {
        match shape {
            Shape::Area { class, edge } => {
                put(svg, format_args!("<path class=\"{class}\" d=\"{}z\"/>", self.path(edge)));
            }
            Shape::Lines { class, runs } => {
                let path: String = runs.iter().map(|run| self.path(run)).collect();
                put(svg, format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
            }
            Shape::Block { class, from_s, to_s, top, height, title } => {
                let (x, width) = (self.x(*from_s), written((to_s - from_s).max(0.0) * self.per_second));
                put(
                    svg,
                    format_args!(
                        "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{}\"><title>{}</title></rect>",
                        written(*top),
                        written(*height),
                        escaped(title)
                    ),
                );
            }
            Shape::Rule { class, y } => {
                let (from, to) = (self.x(0.0), self.x(duration_s));
                put(svg, format_args!("<path class=\"{class}\" d=\"M{from},{y:.1}H{to}\"/>"));
            }
            Shape::Picture { png, top, height } => {
                let (x, width) = (self.x(0.0), written(duration_s * self.per_second));
                let href = data_address("image/png", png);
                put(
                    svg,
                    format_args!(
                        "<image x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" href=\"{href}\"/>"
                    ),
                );
            }
            Shape::Mark { .. } | Shape::Name { .. } | Shape::Text { .. } => {}
        }
    }
}

fn mark(sign: Sign, title: &str, svg: &mut String) {
    let (class, outline) = (sign.class(), sign.outline());
    put(
        svg,
        format_args!("<path class=\"sign sign-{class}\" d=\"{outline}\"><title>{}</title></path>", escaped(title)),
    );
}

fn put(svg: &mut String, text: std::fmt::Arguments<'_>) {
    svg.write_fmt(text).expect("writing into memory does not fail");
}

/// Returns the text anchor that keeps a label inside the drawing.
fn anchor(at_s: f64, duration_s: f64) -> &'static str {
    match at_s / duration_s {
        share if share < 0.01 => "start",
        share if share > 0.985 => "end",
        _ => "middle",
    }
}

/// Returns round times at equal steps from 0 to `duration_s`: at most `most`, unless the duration is `most` hours or
/// longer.
fn times(duration_s: f64, most: usize) -> Vec<f64> {
    let fits = |step: &&f64| duration_s / **step < most as f64;
    let step = TIME_STEPS_S.iter().find(fits).copied().unwrap_or(3_600.0);
    (0..=(duration_s / step) as usize).map(|i| i as f64 * step).collect()
}

/// Escapes text for XML, replacing characters that XML does not allow.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Speech;

    fn report() -> Report {
        serde_json::from_str(include_str!("../../../../tests/fixtures/report.json")).unwrap()
    }

    #[test]
    fn what_was_not_kept_is_not_drawn_and_the_rest_is() {
        let names = |l: &Lanes| l.lanes.iter().map(|l| l.name).collect::<Vec<_>>();
        let bare = Lanes::of(&report(), None, None).unwrap();
        assert_eq!(names(&bare), ["story", "pace", "pauses", "fillers", "told", "time"]);
        let contours = Contours { level: vec![100; 500], f0: vec![60; 500], speech: vec![1; 500] };
        let kept = Lanes::of(&report(), Some(&contours), None).unwrap();
        assert_eq!(names(&kept), ["story", "level", "pitch", "pace", "pauses", "fillers", "told", "time"]);
        let sound = Sound::of(&Speech::of(&[0.1; 16_000]));
        assert!(names(&Lanes::of(&report(), Some(&contours), Some(&sound)).unwrap()).contains(&"spectrogram"));
        let mut draft = report();
        draft.recording.duration_s = None;
        assert!(Lanes::of(&draft, None, None).is_none());
    }

    #[test]
    fn an_hour_has_no_more_points_than_can_be_drawn() {
        let mut hour = report();
        hour.recording.duration_s = Some(3_600.0);
        let frames = 360_000;
        let contours = Contours { level: vec![150; frames], f0: vec![60; frames], speech: vec![1; frames] };
        let sound = Sound { waveform: vec![[-0.1, 0.1]; frames], spectrogram_png: vec![] };
        let lanes = Lanes::of(&hour, Some(&contours), Some(&sound)).unwrap();
        assert!(lanes.stretched().matches('L').count() < 4 * MOST_POINTS);
    }

    #[test]
    fn words_from_outside_stay_words() {
        let mut hostile = report();
        let text = "</title><script>alert(1)</script>\"'\u{1}".to_string();
        hostile.story.as_mut().unwrap().hedges.push(Excerpt { text, start_s: Some(1.0) });
        let lanes = Lanes::of(&hostile, None, None).unwrap();
        for svg in [lanes.upright(), lanes.whole(50.0, 800.0), lanes.stretched(), lanes.side(50.0)] {
            assert!(!svg.contains("<script") && !svg.contains('\u{1}'));
        }
        assert!(lanes.upright().contains("&lt;script"));
        for svg in [lanes.upright(), lanes.whole(50.0, 800.0)] {
            assert!(svg.contains("hedge"));
        }
    }

    #[test]
    fn times_are_round_and_few() {
        assert_eq!(times(52.0, 8), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        assert_eq!(times(3_600.0, 8).len(), 7);
        assert_eq!(times(0.4, 8), [0.0]);
        assert!(times(80.0, 8).len() <= 8, "{:?}", times(80.0, 8));
    }
}
