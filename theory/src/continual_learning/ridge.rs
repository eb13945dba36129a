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
    /// $1-\gamma=\frac{\delta+\tau}\kappa+\frac1N\sum_iq_i(1-q_i)$, to its own digits however close $\gamma$ is to 1.
    pub slack: f64,
    /// $q_i=\kappa/(\kappa+N\lambda_i)$: the part of a mode that is not learnt.
    pub q: Vec<f64>,
    /// $1-q_i$, to its own digits.
    pub learnt: Vec<f64>,
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
    let levels = spectrum.levels();
    let mut result = EffectiveRidge {
        kappa,
        gamma: 0.0,
        slack: floor / kappa,
        q: Vec::with_capacity(levels),
        learnt: Vec::with_capacity(levels),
        b: Vec::with_capacity(levels),
    };
    for (lambda, count) in spectrum.eigenvalues().iter().zip(spectrum.degeneracies()) {
        let (q, learnt) = shares(samples * (lambda / kappa));
        let noise = learnt * learnt / samples;
        result.gamma += count * noise;
        result.slack += count * q * learnt / samples;
        result.q.push(q);
        result.learnt.push(learnt);
        result.b.push(noise);
    }
    result.gamma = if result.slack < 0.5 { 1.0 - result.slack } else { result.gamma };
    Ok(result)
}

/// $q=1/(1+x)$ and $1-q$ for $x=N\lambda/\kappa$ from 0 to infinity.
fn shares(x: f64) -> (f64, f64) {
    (1.0 / (1.0 + x), 1.0 / (1.0 + 1.0 / x))
}

/// $P_+\le N$ without ridge.
fn saturated(spectrum: &Spectrum, samples: f64, rank: f64) -> Result<EffectiveRidge, TheoryError> {
    if rank == samples {
        return Err(threshold(samples, rank));
    }
    let known = |lambda: &f64| *lambda > 0.0;
    let column = |learnt: f64, unknown: f64| {
        spectrum.eigenvalues().iter().map(|l| if known(l) { learnt } else { unknown }).collect()
    };
    Ok(EffectiveRidge {
        kappa: 0.0,
        gamma: rank / samples,
        slack: (samples - rank) / samples,
        q: column(0.0, 1.0),
        learnt: column(1.0, 0.0),
        b: column(1.0 / samples, 0.0),
    })
}

fn threshold(samples: f64, rank: f64) -> TheoryError {
    TheoryError::invalid(
        "N",
        samples,
        format!(
            "without ridge, another number than that of the modes ({rank}), where errors diverge; or a ridge or a tail"
        ),
    )
}

/// The root of $\sum_i(1-q_i)+N\frac{\delta+\tau}\kappa=N$ in $[\delta+\tau,\delta+\tau+\sum\lambda_i]$: bisection in $\ln\kappa$ down to a
/// factor $e$, then Newton's method kept inside the bracket.
///
/// With $m$ modes of $q_i<\frac12$ the equation reads $\sum_{q\ge1/2}(1-q_i)+(m-N)+N\frac{\delta+\tau}\kappa=\sum_{q<1/2}q_i$, in which nothing
/// cancels: its derivative by $\ln\kappa$, $-N(1-\gamma)$, is as large as its terms, so that $\kappa$ is right to a few units in the last
/// place at any distance from the interpolation threshold.
fn solve(spectrum: &Spectrum, samples: f64, floor: f64) -> Result<f64, TheoryError> {
    let modes = || spectrum.eigenvalues().iter().zip(spectrum.degeneracies());
    // What is above zero below the root, and minus its derivative by ln κ.
    let evaluate = |kappa: f64| {
        let over = samples * (floor / kappa);
        let (mut high, mut low, mut known, mut slope) = (over, 0.0, 0.0, over);
        for (lambda, count) in modes() {
            let (q, learnt) = shares(samples * (lambda / kappa));
            if q < 0.5 {
                known += count;
                low += count * q;
            } else {
                high += count * learnt;
            }
            slope += count * q * learnt;
        }
        (high - low + (known - samples), slope)
    };
    let middle = |low: f64, high: f64| low.sqrt() * high.sqrt();
    let mut high = (spectrum.trace() - spectrum.tail() + floor).clamp(f64::MIN_POSITIVE, f64::MAX);
    let mut low = floor.max(f64::MIN_POSITIVE);
    while high / low > std::f64::consts::E {
        let kappa = middle(low, high);
        if evaluate(kappa).0 > 0.0 {
            low = kappa;
        } else {
            high = kappa;
        }
    }
    if low <= f64::MIN_POSITIVE {
        return Err(TheoryError::undefined(
            "the effective ridge",
            "it is below the range of 64-bit floating point numbers: scale the eigenvalues up",
        ));
    }
    let mut kappa = middle(low, high);
    let mut width = f64::INFINITY;
    for _ in 0..200 {
        let (value, slope) = evaluate(kappa);
        if value > 0.0 {
            low = kappa;
        } else {
            high = kappa;
        }
        let newton = kappa * (value / slope).exp();
        let next = if newton >= low && newton <= high { newton } else { middle(low, high) };
        // A bracket of a few units in the last place may shrink no more.
        let stalled = high - low >= width && width <= 1e-14 * high;
        let done = (next - kappa).abs() <= 1e-15 * kappa || high - low <= 4e-16 * high || stalled;
        (kappa, width) = (next, high - low);
        if done {
            return Ok(kappa);
        }
    }
    Err(TheoryError::NotConverged {
        procedure: "the effective ridge".to_owned(),
        detail: format!("between {low:e} and {high:e} after 200 steps"),
    })
}
