//! Numbers as a reader wants them: few digits, but all that the interval supports.

use crate::verify::{Estimate, Margin};

/// `value` with about five significant digits; powers of ten as Unicode superscripts.
pub(super) fn number(value: f64) -> String {
    significant(value, 5)
}

/// `value` rounded to `digits` significant digits.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return infinite(value);
    }
    let exponent = exponent(value);
    if !(-3..6).contains(&exponent) {
        return scientific(value, digits);
    }
    let decimals = (digits as i32 - 1 - exponent).clamp(0, 12) as usize;
    trimmed(&format!("{value:.decimals$}"))
}

/// An estimate with its interval: `0.9983 ± 0.0022`, or `0.9983 (0.9961 to 1.0020)` where it is lopsided.
pub(crate) fn estimate(estimate: Estimate) -> String {
    let Estimate { value, low, high } = estimate;
    let (below, above) = (value - low, high - value);
    let half = below.max(above);
    if half == 0.0 || !half.is_finite() || !value.is_finite() {
        return number(value);
    }
    // Two digits of the half-width decide how many the value deserves.
    let last = exponent(half) - 1;
    let largest = exponent(value.abs().max(half));
    if !(-3..6).contains(&largest) {
        let digits = (largest - last + 1).clamp(1, 12) as usize;
        let [value, half, low, high] = [value, half, low, high]
            .map(|v| format!("{:.*}", digits - 1, v / 10f64.powi(largest)).replace('-', "−"));
        return if symmetric(below, above) {
            format!("({value} ± {half})×10{}", superscript(largest))
        } else {
            format!("{value} ({low} to {high})×10{}", superscript(largest))
        };
    }
    let decimals = (-last).clamp(0, 12) as usize;
    let fixed = |v: f64| format!("{v:.decimals$}").replace('-', "−");
    if symmetric(below, above) {
        format!("{} ± {}", fixed(value), fixed(half))
    } else {
        format!("{} ({} to {})", fixed(value), fixed(low), fixed(high))
    }
}

/// A margin: `±0.02` or `−0.01 to 0.05`.
pub(crate) fn margin(margin: Margin) -> String {
    if margin.low == -margin.high {
        format!("±{}", significant(margin.high, 3))
    } else {
        format!("{} to {}", significant(margin.low, 3), significant(margin.high, 3))
    }
}

fn symmetric(below: f64, above: f64) -> bool {
    (below - above).abs() <= 0.05 * below.max(above)
}

fn infinite(value: f64) -> String {
    if value.is_nan() {
        "undefined".to_owned()
    } else if value > 0.0 {
        "∞".to_owned()
    } else {
        "−∞".to_owned()
    }
}

fn exponent(value: f64) -> i32 {
    value.abs().log10().floor() as i32
}

fn scientific(value: f64, digits: usize) -> String {
    let text = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}×10{}", trimmed(mantissa), superscript(exponent.parse().unwrap_or(0)))
}

fn trimmed(number: &str) -> String {
    let short =
        if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    short.replace('-', "−")
}

fn superscript(exponent: i32) -> String {
    let raise = |c: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c.to_digit(10).unwrap_or(0) as usize).unwrap_or(c);
    exponent.to_string().chars().map(|c| if c == '-' { '⁻' } else { raise(c) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(-12.5), "−12.5");
        assert_eq!(number(123_456.0), "123456");
        assert_eq!(number(1.5e-7), "1.5×10⁻⁷");
        assert_eq!(number(f64::NAN), "undefined");
        assert_eq!(number(0.999_999_9), "1");
    }

    #[test]
    fn estimates_have_the_digits_that_their_interval_supports() {
        assert_eq!(estimate(Estimate { value: 0.998_31, low: 0.996_11, high: 1.000_51 }), "0.9983 ± 0.0022");
        assert_eq!(estimate(Estimate { value: 2.0, low: 1.9, high: 2.4 }), "2.00 (1.90 to 2.40)");
        assert_eq!(
            estimate(Estimate { value: 3.21e-9, low: 3.20e-9, high: 3.22e-9 }),
            "(3.210 ± 0.010)×10⁻⁹"
        );
        assert_eq!(estimate(Estimate { value: 1.0, low: 1.0, high: 1.0 }), "1");
        assert_eq!(margin(Margin::symmetric(0.02)), "±0.02");
        assert_eq!(margin(Margin::between(0.0, 0.5)), "0 to 0.5");
    }
}
