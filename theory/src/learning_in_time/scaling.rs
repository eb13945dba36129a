//! The universal curve of power laws.

use super::flow::parabola;
use super::half_plane::{C, double_sum, fixed_points};
use super::two_point::filled;
use crate::TheoryError;
use crate::error::{non_negative, positive, representable};

/// $E(t)/E_\infty$ at $t=\tau/\kappa$ for $\lambda_i=i^{-a}$, $\eta_i=i^{-b}$ and $N\to\infty$, with $\beta=\frac{b-1}a$ and noise $s=\sigma^2/E_\infty$, at each
/// of `times` $\tau$; $E_\infty$ is the noise-free converged error.
///
/// # Formula
/// $\sum_{jl}W_jW_l\frac{\frac1ak_jk_lM_{\beta-1}(k_j,k_l)+s}{1-(1-\frac1a)M_{1-1/a}(k_j,k_l)}-s$ with $k=\zeta+k^{1-1/a}$ and
/// $M_p(k_1,k_2)=\frac{k_1^p-k_2^p}{p(k_1-k_2)}$.
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
    let logs: Vec<C> = roots.iter().map(|k| k.ln()).collect();
    let [sum] = double_sum(nodes.len(), |j, l| {
        let term = |weight: C, first: C, second: C| {
            let above = (first + second).exp() * mean_slope(beta - 1.0, first, second) / a + s;
            let slack = 1.0 - power * mean_slope(power, first, second);
            [nodes[j].weight * weight * above / slack]
        };
        [term(nodes[l].weight, logs[j], logs[l]), term(nodes[l].weight.conj(), logs[j], logs[l].conj())]
    });
    Ok(sum - s)
}

/// $\frac{k_1^p-k_2^p}{p(k_1-k_2)}$ from $\ln k_1$ and $\ln k_2$, to its own digits at any distance, and at $p=0$.
fn mean_slope(p: f64, first: C, second: C) -> C {
    let sinhc = |x: C| if x == C::new(0.0, 0.0) { C::new(1.0, 0.0) } else { x.sinh() / x };
    let (sum, difference) = (0.5 * (first + second), 0.5 * (first - second));
    ((p - 1.0) * sum).exp() * sinhc(p * difference) / sinhc(difference)
}
