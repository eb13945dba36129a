//! Elementary functions of many numbers at once.

use pulp::{Arch, NullaryFnOnce};
use solvable_theory::Activation;

use super::linalg::Real;

/// Numbers that are converted together.
const GROUP: usize = 64;

/// Replaces $u$ by $\phi(u)$ and writes $\phi'(u)$; as many slopes as values.
pub(super) fn activate<T: Real>(activation: &Activation, values: &mut [T], slopes: &mut [T]) {
    if *activation == Activation::tanh() {
        Arch::new().dispatch(Tanh { values, slopes });
    } else {
        for (u, slope) in values.iter_mut().zip(slopes) {
            let (value, derivative) = activation.value_and_derivative((*u).into());
            (*u, *slope) = (T::rounded(value), T::rounded(derivative));
        }
    }
}

struct Tanh<'a, T> {
    values: &'a mut [T],
    slopes: &'a mut [T],
}

impl<T: Real> NullaryFnOnce for Tanh<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (values, slopes) in self.values.chunks_mut(GROUP).zip(self.slopes.chunks_mut(GROUP)) {
            let mut tanh = [0.0; GROUP];
            tanh.iter_mut().zip(&*values).for_each(|(t, u)| *t = (*u).into());
            for t in &mut tanh {
                *t = tanh_of(*t);
            }
            for ((u, slope), t) in values.iter_mut().zip(slopes).zip(tanh) {
                *u = T::rounded(t);
                *slope = T::rounded((1.0 - t) * (1.0 + t));
            }
        }
    }
}

/// $\tanh u=e/(e+2)$ with $e=e^{2|u|}-1=2^kp+(2^k-1)$, where $p$ is the series of $e^r-1$ at $r=2|u|-k\ln2$, $|r|\le\frac12\ln2$: within a few
/// units in the last place, small $u$ included, without a branch.
#[inline(always)]
fn tanh_of(u: f64) -> f64 {
    // Beyond, tanh is 1 to rounding. A comparison that is false for NaN keeps it.
    const END: f64 = 40.0;
    // ln 2 as a number whose last 20 bits are zero, and the rest.
    const UPPER: f64 = 0.693_147_180_369_123_8;
    const LOWER: f64 = 1.908_214_929_270_587_7e-10;
    // Added to a number, it leaves the nearest integer in the last bits.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let doubled = 2.0 * u.abs();
    let x = if doubled > END { END } else { doubled };
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let k = shifted - SHIFT;
    let r = (x - k * UPPER) - k * LOWER;
    let tail = inverse_factorials().iter().rev().fold(0.0, |sum, c| c + r * sum);
    let p = r + r * r * tail;
    let power = f64::from_bits(shifted.to_bits().wrapping_sub(SHIFT.to_bits()).wrapping_add(1023) << 52);
    let e = power * p + (power - 1.0);
    (e / (e + 2.0)).copysign(u)
}

/// $1/2!,1/3!,\dots,1/13!$: beyond, terms are below rounding.
#[inline(always)]
const fn inverse_factorials() -> [f64; 12] {
    let mut terms = [0.5; 12];
    let mut i = 1;
    while i < terms.len() {
        terms[i] = terms[i - 1] / (i + 2) as f64;
        i += 1;
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyperbolic_tangents_are_those_of_the_standard_library() {
        let grid = (-4000..=4000).map(|i| f64::from(i) * 0.005_123);
        let small = (0..300).map(|i| 1.37 * 10f64.powi(-i));
        let ends = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 19.06, 20.0, 22.0];
        let inputs: Vec<f64> = grid.chain(small).chain(ends).collect();
        let (mut values, mut slopes) = (inputs.clone(), vec![0.0; inputs.len()]);
        activate(&Activation::tanh(), &mut values, &mut slopes);
        for ((u, value), slope) in inputs.iter().zip(&values).zip(&slopes) {
            let expected = u.tanh();
            assert!(
                (value - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(),
                "{u}: {value} {expected}"
            );
            assert_eq!(value.is_sign_negative(), u.is_sign_negative());
            assert_eq!(*slope, (1.0 - value) * (1.0 + value));
        }
        let mut undefined = [f64::NAN];
        activate(&Activation::tanh(), &mut undefined, &mut [0.0]);
        assert!(undefined[0].is_nan());
    }

    #[test]
    fn other_activations_are_those_of_the_theory() {
        let mut values = [0.3f32, -1.2];
        let mut slopes = [0.0; 2];
        activate(&Activation::gelu(), &mut values, &mut slopes);
        let expected = [0.3f32, -1.2].map(|u| Activation::gelu().value_and_derivative(f64::from(u)));
        assert_eq!(values, expected.map(|(value, _)| value as f32));
        assert_eq!(slopes, expected.map(|(_, slope)| slope as f32));
    }
}
