//! The geometry of a line chart: values over answers, as SVG coordinates.

/// The width of the drawing, in SVG user units: about one unit per pixel of the page.
pub const WIDTH: f64 = 400.0;
/// The height of the drawing.
pub const HEIGHT: f64 = 200.0;
/// The left edge of the plot, with space for the axis labels.
pub const LEFT: f64 = 40.0;
/// The right edge of the plot.
pub const RIGHT: f64 = WIDTH - 12.0;
/// The top edge of the plot.
pub const TOP: f64 = 12.0;
/// The bottom edge of the plot, above the dates.
pub const BOTTOM: f64 = HEIGHT - 26.0;
/// The approximate number of grid lines.
const TICKS: f64 = 4.0;

/// A value axis with round numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    low: f64,
    high: f64,
    /// The tick values, in increasing order.
    pub ticks: Vec<f64>,
}

impl Axis {
    /// Creates an axis that covers all values and spans at least `least`; the axis never extends below zero, since no
    /// measure is negative.
    pub fn over(values: impl Iterator<Item = f64>, least: f64) -> Self {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let missing = (least - (high - low)).max(0.0) / 2.0;
        let (low, high) = ((low - missing).max(0.0), high + missing);
        let step = round_step((high - low).max(1e-6) / TICKS);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let ticks = (0..=(last - first) as usize).map(|i| (first + i as f64) * step).collect();
        Self { low: first * step, high: last * step, ticks }
    }

    /// Returns the y coordinate of a value.
    pub fn y(&self, value: f64) -> f64 {
        BOTTOM - (value.clamp(self.low, self.high) - self.low) / (self.high - self.low) * (BOTTOM - TOP)
    }
}

/// Rounds a step up to 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let unit = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * unit).find(|s| *s >= step * 0.999).unwrap_or(10.0 * unit)
}

/// Returns the x coordinate of answer `i` of `count`.
pub fn x(i: usize, count: usize) -> f64 {
    if count < 2 {
        return (LEFT + RIGHT) / 2.0;
    }
    let inner = 8.0;
    LEFT + inner + (RIGHT - LEFT - 2.0 * inner) * i as f64 / (count - 1) as f64
}

/// Formats a coordinate with at most one decimal.
pub fn written(coordinate: f64) -> String {
    let text = format!("{coordinate:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_axis_has_round_numbers() {
        assert_eq!(Axis::over([61.0, 83.0].into_iter(), 1.0).ticks, [60.0, 70.0, 80.0, 90.0]);
        assert_eq!(Axis::over([0.4, 1.9].into_iter(), 0.1).ticks, [0.0, 0.5, 1.0, 1.5, 2.0]);
        assert_eq!(Axis::over([50.0].into_iter(), 10.0).ticks, [45.0, 50.0, 55.0]);
        assert!(Axis::over(std::iter::empty(), 1.0).ticks.len() >= 2);
    }

    proptest! {
        #[test]
        fn every_value_stands_inside_the_plot_and_higher_values_higher(
            values in proptest::collection::vec(0.0..1000.0, 1..40), least in 0.1..50.0
        ) {
            let axis = Axis::over(values.iter().copied(), least);
            prop_assert!((3..=12).contains(&axis.ticks.len()) || axis.ticks.len() == 2, "{:?}", axis.ticks);
            for pair in values.windows(2) {
                let (a, b) = (axis.y(pair[0]), axis.y(pair[1]));
                prop_assert!((TOP..=BOTTOM).contains(&a));
                prop_assert!(pair[0] <= pair[1] || a <= b);
            }
            prop_assert!(axis.ticks[0] <= values.iter().copied().fold(f64::INFINITY, f64::min));
        }
    }
}
