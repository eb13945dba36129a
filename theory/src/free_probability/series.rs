//! Moments by truncated power series.

use crate::TheoryError;
use crate::error::{non_negative, positive, representable};

use super::Ensemble;

/// Highest order of moments.
const HIGHEST: usize = 64;

/// $\sum_ka_kx^k$, $k=0..n$.
type Series = Vec<f64>;

fn multiply(a: &[f64], b: &[f64]) -> Series {
    let mut c = vec![0.0; a.len()];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().take(a.len() - i).enumerate() {
            c[i + j] += x * y;
        }
    }
    c
}

/// $a/b$ for $b_0\ne0$.
fn divide(a: &[f64], b: &[f64]) -> Series {
    let mut c: Series = Vec::with_capacity(a.len());
    for k in 0..a.len() {
        let known: f64 = (0..k).map(|i| c[i] * b[k - i]).sum();
        c.push((a[k] - known) / b[0]);
    }
    c
}

/// $a(b(x))$ for $b_0=0$, by Horner's rule.
fn compose(a: &[f64], b: &[f64]) -> Series {
    let mut c = vec![0.0; a.len()];
    for &coefficient in a.iter().rev() {
        c = multiply(&c, b);
        c[0] += coefficient;
    }
    c
}

/// The series $a$ with $a(\tau(x))=b(x)$, where $\tau_0=0$, $\tau_1\ne0$.
fn in_powers_of(b: &[f64], tau: &[f64]) -> Series {
    let mut rest = b.to_vec();
    let mut power = vec![0.0; b.len()];
    power[0] = 1.0;
    let mut a = Vec::with_capacity(b.len());
    for k in 0..b.len() {
        let coefficient = rest[k] / power[k];
        for (r, p) in rest.iter_mut().zip(&power) {
            *r -= coefficient * p;
        }
        a.push(coefficient);
        power = multiply(&power, tau);
    }
    a
}

/// $d_1S_\nu(u)$ from the moments $d_k$ of $\nu$.
fn s_transform(moments: &[f64]) -> Series {
    let n = moments.len();
    // In units of the mean: ψ = t + e_2 t² + ..., its inverse χ, S = χ (1+u)/u.
    let mut psi = vec![0.0];
    psi.extend(moments.iter().enumerate().map(|(k, d)| d / moments[0].powi(k as i32 + 1)));
    let mut identity = vec![0.0; n + 1];
    identity[1] = 1.0;
    let chi = in_powers_of(&identity, &psi);
    (0..n).map(|k| chi[k + 1] + if k > 0 { chi[k] } else { 0.0 }).collect()
}

/// The moments $m_1,m_2,\dots$ of the law reached from $\delta_{x_0}$ by steps $\mu\mapsto q+s\,(\nu\boxtimes\mu)$, for factors of which
/// only the moments are known: a step is (moments of $\nu$, ensemble, $s$, $q$).
///
/// # Formula
/// $u=zG-1$ and $g=G$ as power series of the coordinate, carried through the steps; then $1+u=\sum_km_kz^{-k}$ with $1/z=g/(1+u)$.
///
/// # Accuracy and cost
/// $10^{-14}$ relative at low orders; $O(LK^3)$ for $K$ moments.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $1\le K\le64$, every list has $K$ entries with $d_1>0$, $x_0>0$, $s>0$,
/// $q\ge0$; [`Undefined`](TheoryError::Undefined) on overflow.
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
    if !(1..=HIGHEST).contains(&order) {
        return Err(TheoryError::invalid("order", order, format!("an integer from 1 to {HIGHEST}")));
    }
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
    let mut contributions = Vec::with_capacity(steps.len());
    for &(moments, _, scale, shift) in steps.iter().rev() {
        contributions.push(shift * weight);
        weight *= scale * moments[0];
    }
    let mut g = vec![0.0; order + 1];
    g[1] = 1.0;
    let mut u: Series = g.iter().map(|g| start * weight * g).collect();
    for ((moments, ensemble, ..), c) in steps.iter().zip(contributions.iter().rev()) {
        // The coefficient of order K of S is not known and not needed: g begins with the first power.
        let mut s = s_transform(moments);
        s.push(0.0);
        let mut factor = compose(&s, &u);
        if *ensemble == Ensemble::Gaussian {
            let mut whole = u.clone();
            whole[0] += 1.0;
            factor = divide(&factor, &whole);
        }
        g = multiply(&g, &factor);
        u.iter_mut().zip(&g).for_each(|(u, g)| *u += c * g);
    }
    u[0] += 1.0;
    let moments = in_powers_of(&u, &divide(&g, &u));
    moments.into_iter().skip(1).map(|m| representable("a moment of the law", m)).collect()
}
