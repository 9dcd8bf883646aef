//! The report as JSON: numbers are rounded to a ten-thousandth, which is finer than anything here is measured.

use serde::Serialize;
use serde_json::Value;

/// Digits after the point.
const DIGITS: i32 = 4;

/// Any data as a JSON value with rounded numbers.
///
/// # Errors
/// When the data has no form in JSON.
pub fn rounded<T: Serialize>(data: &T) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(data)?;
    round(&mut value);
    Ok(value)
}

fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let scale = 10f64.powi(DIGITS);
            if let Some(x) = number.as_f64() {
                *value = Value::from((x * scale).round() / scale);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_and_unknown_ones_stay_null() {
        let data = (2.219_999_999_999_9_f64, 0.1_f32, f64::NAN, vec![Some(1.0), None], 7_u64);
        assert_eq!(rounded(&data).unwrap().to_string(), "[2.22,0.1,null,[1.0,null],7]");
    }
}
