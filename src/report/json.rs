//! The report as JSON, with numbers rounded to a ten-thousandth, which is finer than any measure.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// Number of decimal places.
const DIGITS: i32 = 4;

/// Serializes any data to JSON with rounded numbers, indented over many lines or all on one line.
///
/// # Errors
/// When the data cannot be represented in JSON.
pub fn text<T: Serialize>(data: &T, indented: bool) -> serde_json::Result<String> {
    let mut text = Vec::new();
    if indented {
        data.serialize(&mut Serializer::with_formatter(&mut text, Rounded(PrettyFormatter::new())))?;
    } else {
        data.serialize(&mut Serializer::with_formatter(&mut text, Rounded(CompactFormatter)))?;
    }
    Ok(String::from_utf8(text).expect("JSON is UTF-8"))
}

/// A formatter that rounds floating-point numbers and leaves everything else to the inner formatter.
struct Rounded<F>(F);

/// Rounds a number to the precision of the JSON output.
pub fn rounded(value: f64) -> f64 {
    let scale = 10_f64.powi(DIGITS);
    (value * scale).round() / scale
}

macro_rules! as_inside {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, to: &mut W, $($argument: $type),*) -> io::Result<()> {
            self.0.$name(to, $($argument),*)
        })*
    };
}

impl<F: Formatter> Formatter for Rounded<F> {
    fn write_f64<W: ?Sized + Write>(&mut self, to: &mut W, value: f64) -> io::Result<()> {
        self.0.write_f64(to, rounded(value))
    }

    fn write_f32<W: ?Sized + Write>(&mut self, to: &mut W, value: f32) -> io::Result<()> {
        self.0.write_f64(to, rounded(f64::from(value)))
    }

    as_inside! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_and_unknown_ones_stay_null() {
        let data = (2.219_999_999_999_9_f64, 0.1_f32, f64::NAN, vec![Some(1.0), None], 7_u64);
        assert_eq!(text(&data, false).unwrap(), "[2.22,0.1,null,[1.0,null],7]");
    }

    #[test]
    fn on_many_lines_it_is_the_same() {
        let data = serde_json::json!({"a": [1.00004, {}], "b": {"c": []}});
        let indented = text(&data, true).unwrap();
        assert_eq!(indented, "{\n  \"a\": [\n    1.0,\n    {}\n  ],\n  \"b\": {\n    \"c\": []\n  }\n}");
    }
}
