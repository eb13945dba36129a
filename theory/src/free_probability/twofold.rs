//! Numbers of twice the working precision, as unevaluated sums of two: for series whose terms cancel.

use std::ops::{Add, Div, Mul, Sub};

/// What a power series is made of.
pub(super) trait Number:
    Copy + From<f64> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// Rounded to working precision.
    fn rounded(self) -> f64;
}

impl Number for f64 {
    fn rounded(self) -> f64 {
        self
    }
}

/// `high` + `low` with $|low|\le\frac12$ ulp of `high`: about 32 digits.
///
/// # Source
/// Dekker (1971); Knuth's exact sum and the exact product by a fused multiply-add.
#[derive(Debug, Clone, Copy)]
pub(super) struct Twofold {
    high: f64,
    low: f64,
}

/// The sum of two numbers and its rounding error, for $|a|\ge|b|$.
fn ordered_sum(a: f64, b: f64) -> Twofold {
    let high = a + b;
    Twofold { high, low: b - (high - a) }
}

impl From<f64> for Twofold {
    fn from(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }
}

impl Number for Twofold {
    fn rounded(self) -> f64 {
        self.high + self.low
    }
}

impl Add for Twofold {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let sum = self.high + other.high;
        let part = sum - self.high;
        let error = (self.high - (sum - part)) + (other.high - part);
        ordered_sum(sum, error + self.low + other.low)
    }
}

impl Sub for Twofold {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self { high: -other.high, low: -other.low }
    }
}

impl Mul for Twofold {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = self.high * other.high;
        let error = self.high.mul_add(other.high, -product);
        ordered_sum(product, error + (self.high * other.low + self.low * other.high))
    }
}

impl Div for Twofold {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = self.high / other.high;
        let rest = self - other * Self::from(first);
        let second = rest.high / other.high;
        let rest = rest - other * Self::from(second);
        ordered_sum(first, second) + Self::from(rest.high / other.high)
    }
}
