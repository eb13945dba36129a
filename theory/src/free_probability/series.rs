//! Moments by truncated power series.

use crate::TheoryError;
use crate::error::{non_negative, positive, representable};

use super::Ensemble;
use super::twofold::{Number, Twofold};

/// Highest order of moments.
const HIGHEST: usize = 64;

/// Up to this order the series lose less than two digits, and working precision will do.
const PLAIN: usize = 4;
/// Relative differences between the series in working and in twofold precision up to which the latter is right to $10^{-6}$: it is
/// $10^{16}$ times closer.
const LOST: f64 = 1e9;

/// $\sum_ka_kx^k$, $k=0..n$.
type Series<T> = Vec<T>;

fn multiply<T: Number>(a: &[T], b: &[T]) -> Series<T> {
    let mut c = vec![T::from(0.0); a.len()];
    for (i, &x) in a.iter().enumerate() {
        for (j, &y) in b.iter().take(a.len() - i).enumerate() {
            c[i + j] = c[i + j] + x * y;
        }
    }
    c
}

/// $a/b$ for $b_0\ne0$.
fn divide<T: Number>(a: &[T], b: &[T]) -> Series<T> {
    let mut c: Series<T> = Vec::with_capacity(a.len());
    for k in 0..a.len() {
        let known = (0..k).fold(T::from(0.0), |sum, i| sum + c[i] * b[k - i]);
        c.push((a[k] - known) / b[0]);
    }
    c
}

/// $a(b(x))$ for $b_0=0$, by Horner's rule.
fn compose<T: Number>(a: &[T], b: &[T]) -> Series<T> {
    let mut c = vec![T::from(0.0); a.len()];
    for &coefficient in a.iter().rev() {
        c = multiply(&c, b);
        c[0] = c[0] + coefficient;
    }
    c
}

/// The series $a$ with $a(\tau(x))=b(x)$, where $\tau_0=0$, $\tau_1\ne0$.
fn in_powers_of<T: Number>(b: &[T], tau: &[T]) -> Series<T> {
    let mut rest = b.to_vec();
    let mut power = vec![T::from(0.0); b.len()];
    power[0] = T::from(1.0);
    let mut a = Vec::with_capacity(b.len());
    for k in 0..b.len() {
        let coefficient = rest[k] / power[k];
        for (r, &p) in rest.iter_mut().zip(&power) {
            *r = *r - coefficient * p;
        }
        a.push(coefficient);
        power = multiply(&power, tau);
    }
    a
}

/// $d_1S_\nu(u)$ from the moments $e_k=d_k/d_1^k$ of $\nu$ in units of its mean.
fn s_transform<T: Number>(moments: &[f64]) -> Series<T> {
    let n = moments.len();
    // ψ = t + e_2 t² + ..., its inverse χ, S = χ (1+u)/u.
    let mut psi = vec![T::from(0.0)];
    psi.extend(moments.iter().map(|&m| T::from(m)));
    let mut identity = vec![T::from(0.0); n + 1];
    identity[1] = T::from(1.0);
    let chi = in_powers_of(&identity, &psi);
    (0..n).map(|k| if k > 0 { chi[k + 1] + chi[k] } else { chi[1] }).collect()
}

/// The moments $m_1,m_2,\dots$ of the law reached from $\delta_{x_0}$ by steps $\mu\mapsto q+s\,(\nu\boxtimes\mu)$, for factors of which
/// only the moments are known: a step is (moments of $\nu$, ensemble, $s$, $q$).
///
/// # Formula
/// $u=zG-1$ and $g=G$ as power series of the coordinate, carried through the steps; then $1+u=\sum_km_kz^{-k}$ with $1/z=g/(1+u)$.
///
/// # Accuracy and cost
/// $10^{-14}$ relative at low orders, $10^{-6}$ at least; $O(LK^3)$ for $K$ moments. Above order 4 in twofold precision, because the
/// series cancel: by 16 digits at order 40, by 26 at order 64.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $1\le K\le64$, every list has $K$ entries with $d_1>0$, $x_0>0$, $s>0$,
/// $q\ge0$; [`Undefined`](TheoryError::Undefined) on overflow; [`LossOfPrecision`](TheoryError::LossOfPrecision) where more than 25 digits
/// cancel.
///
/// # Source
/// Nica and Speicher (2006).
///
/// # Example
/// ```
/// use solvable_theory::free_probability::{Ensemble, law_moments};
/// // Marchenko-Pastur: the Catalan numbers.
/// let moments = law_moments(1.0, &[(&[1.0; 4], Ensemble::Gaussian, 1.0, 0.0)], 4)?;
/// assert_eq!(moments, [1.0, 2.0, 5.0, 14.0]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn law_moments(
    start: f64,
    steps: &[(&[f64], Ensemble, f64, f64)],
    order: usize,
) -> Result<Vec<f64>, TheoryError> {
    positive("start", start)?;
    check_order(order)?;
    for &(moments, _, scale, shift) in steps {
        if moments.len() != order || !moments.iter().all(|d| d.is_finite()) || moments[0] <= 0.0 {
            return Err(TheoryError::invalid(
                "slope_moments",
                format!("{moments:?}"),
                format!("{order} finite moments, the first one > 0"),
            ));
        }
        positive("scale", scale)?;
        non_negative("shift", shift)?;
    }
    let mut weight = 1.0;
    let mut contributions = vec![0.0; steps.len() + 1];
    for (c, &(moments, _, scale, shift)) in contributions[1..].iter_mut().zip(steps).rev() {
        *c = shift * weight;
        weight *= scale * moments[0];
    }
    contributions[0] = start * weight;
    let mean = representable("the mean of the law", contributions.iter().sum())?;
    if mean < f64::MIN_POSITIVE {
        return Err(TheoryError::undefined("the law", format!("its mean is {mean:e}, too close to 0")));
    }
    contributions.iter_mut().for_each(|c| *c /= mean);
    let factors: Vec<(Vec<f64>, Ensemble)> = steps
        .iter()
        .map(|&(moments, ensemble, ..)| {
            // d_k/d_1^k step by step: powers alone leave the range of numbers.
            let mut unit = 1.0;
            let scaled = moments.iter().map(|d| {
                unit /= moments[0];
                d * unit
            });
            (scaled.collect(), ensemble)
        })
        .collect();
    unscaled(scaled_moments(&contributions, &factors, order)?, mean)
}

/// Moments of a law from those in units of its mean.
pub(super) fn unscaled(moments: Vec<f64>, mean: f64) -> Result<Vec<f64>, TheoryError> {
    let powers = (1..).zip(moments).map(|(k, m)| representable("a moment of the law", m * mean.powi(k)));
    powers.collect()
}

/// The moments in units of the mean, from `contributions` to the mean of sum 1 and `factors` in units of their means.
pub(super) fn scaled_moments(
    contributions: &[f64],
    factors: &[(Vec<f64>, Ensemble)],
    order: usize,
) -> Result<Vec<f64>, TheoryError> {
    let plain = carried::<f64>(contributions, factors, order);
    let moments = if order <= PLAIN {
        plain
    } else {
        let finer = carried::<Twofold>(contributions, factors, order);
        let lost = |(a, b): (&f64, &f64)| !((a / b - 1.0).abs() < LOST && *b > 0.0);
        if let Some(k) = plain.iter().zip(&finer).position(lost) {
            return Err(TheoryError::LossOfPrecision {
                prediction: format!("the moment of order {}", k + 1),
                detail: "its series cancels by more than 25 digits".to_owned(),
                advice: format!("ask for at most {k} moments"),
            });
        }
        finer
    };
    moments.into_iter().map(|m| representable("a moment of the law", m)).collect()
}

/// The series carried through the steps in the precision of `T`.
fn carried<T: Number>(contributions: &[f64], factors: &[(Vec<f64>, Ensemble)], order: usize) -> Vec<f64> {
    let mut g = vec![T::from(0.0); order + 1];
    g[1] = T::from(1.0);
    let mut u: Series<T> = g.iter().map(|&g| T::from(contributions[0]) * g).collect();
    for ((moments, ensemble), &c) in factors.iter().zip(&contributions[1..]) {
        // The coefficient of order K of S is not known and not needed: g begins with the first power.
        let mut s = s_transform::<T>(moments);
        s.push(T::from(0.0));
        let mut factor = compose(&s, &u);
        if *ensemble == Ensemble::Gaussian {
            let mut whole = u.clone();
            whole[0] = whole[0] + T::from(1.0);
            factor = divide(&factor, &whole);
        }
        g = multiply(&g, &factor);
        u.iter_mut().zip(&g).for_each(|(u, &g)| *u = *u + T::from(c) * g);
    }
    u[0] = u[0] + T::from(1.0);
    in_powers_of(&u, &divide(&g, &u)).into_iter().skip(1).map(Number::rounded).collect()
}

/// Refuses orders beyond the highest one.
pub(super) fn check_order(order: usize) -> Result<(), TheoryError> {
    if (1..=HIGHEST).contains(&order) {
        Ok(())
    } else {
        Err(TheoryError::invalid("order", order, format!("an integer from 1 to {HIGHEST}")))
    }
}
