//! The effective ridge: how well a number of samples determines every mode.

use serde::Serialize;

use super::spectrum::Spectrum;
use crate::TheoryError;
use crate::error::non_negative;

/// What $N$ samples leave undetermined.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectiveRidge {
    /// $\kappa$.
    pub kappa: f64,
    /// $\gamma=\sum_ib_i$.
    pub gamma: f64,
    /// $q_i=\kappa/(\kappa+N\lambda_i)$: the part of a mode that is not learnt.
    pub q: Vec<f64>,
    /// $b_i=(1-q_i)^2/N$.
    pub b: Vec<f64>,
}

/// The effective ridge of `samples` $=N$ samples and the ridge $\delta$ (the tail of the spectrum adds to it).
///
/// # Formula
/// $\kappa=\delta+\tau+\kappa\sum_i\frac{\lambda_i}{\kappa+N\lambda_i}$; $\gamma=\sum_i\frac{N\lambda_i^2}{(\kappa+N\lambda_i)^2}$. With fewer modes than
/// samples and no ridge $\kappa=0$: $q_i=0$ and $b_i=1/N$ where $\lambda_i>0$, $\gamma=P_+/N$.
///
/// # Errors
/// $N<1$, a negative ridge, a spectrum of zeros without ridge; as many modes as samples without ridge, where $\gamma=1$ and
/// errors diverge.
///
/// # Source
/// Bordelon, Canatar and Pehlevan (2020).
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, effective_ridge};
/// let ridge = effective_ridge(&Spectrum::power(1.5, 300)?, 100.0, 0.0)?;
/// assert!((ridge.kappa - 0.1817015274205991).abs() < 1e-14);
/// assert!((ridge.gamma - 0.521430640117411).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn effective_ridge(spectrum: &Spectrum, samples: f64, ridge: f64) -> Result<EffectiveRidge, TheoryError> {
    if !(samples.is_finite() && samples >= 1.0) {
        return Err(TheoryError::invalid("N", samples, "at least one sample"));
    }
    non_negative("delta", ridge)?;
    let floor = ridge + spectrum.tail();
    let rank = spectrum.rank();
    if rank == 0.0 && floor == 0.0 {
        return Err(TheoryError::invalid("lambda", "all zero", "some eigenvalue > 0, a tail, or a ridge"));
    }
    if floor == 0.0 && rank <= samples {
        return saturated(spectrum, samples, rank);
    }
    let kappa = solve(spectrum, samples, floor)?;
    let (mut q, mut b) = (Vec::with_capacity(spectrum.levels()), Vec::with_capacity(spectrum.levels()));
    let mut gamma = 0.0;
    for (lambda, count) in spectrum.eigenvalues().iter().zip(spectrum.degeneracies()) {
        let learnt = samples * lambda / (kappa + samples * lambda);
        let noise = learnt * learnt / samples;
        q.push(kappa / (kappa + samples * lambda));
        b.push(noise);
        gamma += count * noise;
    }
    if gamma < 1.0 { Ok(EffectiveRidge { kappa, gamma, q, b }) } else { Err(threshold(samples, rank)) }
}

/// $P_+\le N$ without ridge.
fn saturated(spectrum: &Spectrum, samples: f64, rank: f64) -> Result<EffectiveRidge, TheoryError> {
    if rank == samples {
        return Err(threshold(samples, rank));
    }
    let known = |lambda: &f64| *lambda > 0.0;
    let q = spectrum.eigenvalues().iter().map(|l| if known(l) { 0.0 } else { 1.0 }).collect();
    let b = spectrum.eigenvalues().iter().map(|l| if known(l) { 1.0 / samples } else { 0.0 }).collect();
    Ok(EffectiveRidge { kappa: 0.0, gamma: rank / samples, q, b })
}

fn threshold(samples: f64, rank: f64) -> TheoryError {
    TheoryError::invalid(
        "N",
        samples,
        format!(
            "without ridge, another number than that of the modes ({rank}), where errors diverge; or a ridge"
        ),
    )
}

/// The root of $h(\kappa)=\sum_i\frac{\lambda_i}{\kappa+N\lambda_i}+\frac\delta\kappa-1$, strictly decreasing, in
/// $(\delta,\delta+\sum\lambda_i]$: Newton's method in $\ln\kappa$, kept inside a shrinking bracket.
fn solve(spectrum: &Spectrum, samples: f64, floor: f64) -> Result<f64, TheoryError> {
    let modes = || spectrum.eigenvalues().iter().zip(spectrum.degeneracies());
    // h and −κ dh/dκ.
    let evaluate = |kappa: f64| {
        let (mut value, mut slope) = (floor / kappa - 1.0, floor / kappa);
        for (lambda, count) in modes() {
            let share = lambda / (kappa + samples * lambda);
            value += count * share;
            slope += count * share * (1.0 - samples * share);
        }
        (value, slope)
    };
    let mut high = spectrum.trace() + floor - spectrum.tail();
    let mut low = high;
    for _ in 0..700 {
        low *= 0.1;
        if low < floor || low < f64::MIN_POSITIVE {
            low = low.max(floor).max(f64::MIN_POSITIVE);
            break;
        }
        if evaluate(low).0 > 0.0 {
            break;
        }
        high = low;
    }
    let mut kappa = (low * high).sqrt();
    for _ in 0..200 {
        let (value, slope) = evaluate(kappa);
        if value > 0.0 {
            low = kappa;
        } else {
            high = kappa;
        }
        let newton = kappa * (value / slope).exp();
        let next = if newton > low && newton < high { newton } else { low.sqrt() * high.sqrt() };
        let done = (next - kappa).abs() <= 2e-15 * kappa || high - low <= 2e-16 * high;
        kappa = next;
        if done {
            return Ok(kappa);
        }
    }
    Err(TheoryError::NotConverged {
        procedure: "the effective ridge".to_owned(),
        detail: format!("between {low:e} and {high:e} after 200 steps"),
    })
}
