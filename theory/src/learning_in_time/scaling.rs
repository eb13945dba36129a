//! The universal curve of power laws.

use std::f64::consts::PI;

use super::flow::parabola;
use super::half_plane::{C, double_sum, fixed_points};
use super::two_point::filled;
use crate::TheoryError;
use crate::error::{non_negative, positive, representable};

/// Distance of $\beta$ from 1 at which quotients of differences would cancel.
const NEAR_ONE: f64 = 3e-5;

/// $E(t)/E_\infty$ at $t=\tau/\kappa$ for $\lambda_i=i^{-a}$, $\eta_i=i^{-b}$ and $N\to\infty$, with $\beta=\frac{b-1}a$ and noise $s=\sigma^2/E_\infty$, at each
/// of `times` $\tau$; $E_\infty$ is the noise-free converged error.
///
/// # Formula
/// $\sum_{jl}W_jW_l\frac{I(k_j,k_l)/(aI_0)+s}{1-\gamma_{jl}}-s$ with $k=\zeta+k^{1-1/a}$,
/// $I=k_1k_2\frac\pi{\sin\pi\beta}\frac{k_1^{\beta-1}-k_2^{\beta-1}}{k_2-k_1}$, $I_0=\frac{\pi(1-\beta)}{\sin\pi\beta}$,
/// $1-\gamma_{12}=\frac{\zeta_1-\zeta_2}{k_1-k_2}$.
///
/// # Accuracy
/// $10^{-11}$.
///
/// # Validity
/// Many samples, fewer than modes; corrections of the order of $1/N$.
///
/// # Errors
/// $a\le1$, $\beta\notin(0,2)$, $s<0$, $\tau\le0$.
///
/// # Source
/// Derived in the notes.
pub fn flow_scaling(a: f64, beta: f64, s: f64, times: &[f64]) -> Result<Vec<f64>, TheoryError> {
    if !(a.is_finite() && a > 1.0) {
        return Err(TheoryError::invalid("a", a, "a finite number > 1"));
    }
    if !(beta > 0.0 && beta < 2.0) {
        return Err(TheoryError::invalid("beta", beta, "a number between 0 and 2"));
    }
    non_negative("s", s)?;
    filled("tau", times)?;
    times.iter().try_for_each(|tau| positive("tau", *tau).map(|_| ()))?;
    times.iter().map(|&tau| representable("the error", at(a, beta, s, tau)?)).collect()
}

fn at(a: f64, beta: f64, s: f64, tau: f64) -> Result<f64, TheoryError> {
    let nodes = parabola(tau);
    let power = 1.0 - 1.0 / a;
    let roots = fixed_points(
        "the scaled effective ridge",
        &nodes,
        |zeta| zeta + (1.0 + zeta.norm()),
        |k| (k.powf(power), k.powf(power - 1.0) * power),
    )?;
    let i0 = if (beta - 1.0).abs() < NEAR_ONE { 1.0 } else { PI * (1.0 - beta) / (PI * beta).sin() };
    // I(k, k) = I₀ k^β.
    let overlap = |k1: C, k2: C, equal: bool| {
        if equal {
            return k1.powf(beta) * i0;
        }
        if (beta - 1.0).abs() < NEAR_ONE {
            let (l1, l2) = (k1.ln(), k2.ln());
            return k1 * k2 * (l1 - l2) / (k1 - k2) * (1.0 + (l1 + l2) * (0.5 * (beta - 1.0)));
        }
        k1 * k2 * (k1.powf(beta - 1.0) - k2.powf(beta - 1.0)) / (k2 - k1) * (PI / (PI * beta).sin())
    };
    let [sum] = double_sum(nodes.len(), |j, l| {
        let (first, second, k1) = (nodes[j], nodes[l], roots[j]);
        let term = |z2: C, k2: C, weight: C, equal: bool| {
            let slack = if equal { 1.0 - k1.powf(power - 1.0) * power } else { (first.z - z2) / (k1 - k2) };
            [first.weight * weight * (overlap(k1, k2, equal) / (a * i0) + s) / slack]
        };
        [
            term(second.z, roots[l], second.weight, j == l),
            term(second.z.conj(), roots[l].conj(), second.weight.conj(), false),
        ]
    });
    Ok(sum - s)
}
