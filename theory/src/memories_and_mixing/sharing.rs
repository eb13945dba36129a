//! Memorisation against sharing: stationary points of the likelihood at which patterns serve several orthogonal samples.

use std::collections::BTreeMap;

use crate::TheoryError;
use crate::error::{at_least, positive, representable};
use crate::quadrature::budget::book;
use crate::special::log_sum_exp;

/// A stationary point of the likelihood ($n=1$, $b=c=0$): pattern $\mu$ is $a_\mu$ times the sum of the samples that it serves.
#[derive(Debug, Clone, PartialEq)]
pub struct Sharing {
    /// $\log S$.
    pub log_sum: f64,
    /// The mean log-likelihood without $-\frac d2\log2\pi\sigma^2-\frac{R^2}{2\sigma^2}$.
    pub likelihood: f64,
    /// $a_\mu$, zero for a pattern that serves nothing.
    pub amplitudes: Vec<f64>,
}

/// Where patterns that serve `occupation` orthogonal samples of squared norm $R^2$ each come to rest.
///
/// # Formula
/// $a_\mu=\frac1{N\sigma^2\pi_\mu}$, $\pi_\mu=\frac1Se^{\sigma^2a_\mu^2k_\mu R^2/2}$, $\mathcal L=\frac{R^2}N\sum_\mu k_\mu a_\mu-\log S$.
///
/// # Errors
/// $10^{-14}$, and $e^{-aR^2}$ of the theory. [`InvalidParameter`](TheoryError::InvalidParameter) without samples, or unless $R^2>0$ and $\sigma^2>0$.
///
/// # Source
/// Moment matching at a maximum of the likelihood.
///
/// # Example
/// ```
/// use solvable_theory::memories_and_mixing::sharing;
/// // One pattern for all: the mean pattern.
/// let mean = sharing(&[4], 8.0, 1.0)?;
/// assert!((mean.amplitudes[0] - 0.25).abs() < 1e-15 && (mean.likelihood - 1.0).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn sharing(occupation: &[usize], r2: f64, sigma2: f64) -> Result<Sharing, TheoryError> {
    positive("R2", r2)?;
    stationary(occupation, sigma2, |_, _| r2)
}

/// [`sharing`] for centred samples at equal angles, $v_i\cdot v_j=-\frac{R^2}{N-1}$.
///
/// # Errors
/// As [`sharing`], and [`InvalidParameter`](TheoryError::InvalidParameter) where one pattern serves all samples, whose sum vanishes.
pub fn sharing_of_simplex(occupation: &[usize], r2: f64, sigma2: f64) -> Result<Sharing, TheoryError> {
    positive("R2", r2)?;
    if occupation.iter().filter(|k| **k > 0).count() == 1 {
        return Err(TheoryError::invalid(
            "occupation",
            "one pattern for all samples",
            "at least two occupied patterns",
        ));
    }
    stationary(occupation, sigma2, |k, n| r2 * (n - k) / (n - 1.0))
}

/// The stationary point where a sum of $k$ samples has the squared norm $k\,r_2(k,N)$.
fn stationary(
    occupation: &[usize],
    sigma2: f64,
    r2: impl Fn(f64, f64) -> f64,
) -> Result<Sharing, TheoryError> {
    positive("sigma2", sigma2)?;
    if occupation.iter().all(|k| *k == 0) {
        return Err(TheoryError::invalid("occupation", "no samples", "at least one positive number"));
    }
    let n: f64 = occupation.iter().map(|k| *k as f64).sum();
    // Equal occupations are alike: (k, how many, w = σ²k R²).
    let mut counts = BTreeMap::<usize, f64>::new();
    occupation.iter().for_each(|k| *counts.entry(*k).or_default() += 1.0);
    let idle = counts.remove(&0).unwrap_or(0.0);
    let groups: Vec<(f64, f64, f64)> =
        counts.into_iter().map(|(k, count)| (k as f64, count, sigma2 * k as f64 * r2(k as f64, n))).collect();
    for (_, _, w) in &groups {
        representable("sigma2 k R2", *w)?;
        if *w <= 0.0 {
            return Err(TheoryError::undefined(
                "the stationary point",
                "sigma2 R2 is below the range of 64-bit floating point numbers",
            ));
        }
    }
    let scale = n * sigma2;
    let shares = |g: f64| {
        groups.iter().map(|&(_, count, w)| count / (scale * amplitude(g, w).0)).sum::<f64>()
            + idle * (-(g + scale.ln())).exp()
    };
    let (mut low, mut high, mut width) = (-1.0, 1.0, 1.0);
    while shares(low) < 1.0 {
        width *= 2.0;
        low -= width;
    }
    width = 1.0;
    while shares(high) > 1.0 {
        width *= 2.0;
        high += width;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if shares(middle) > 1.0 { low = middle } else { high = middle }
    }
    let g = 0.5 * (low + high);
    let found: Vec<(f64, f64)> = groups.iter().map(|&(_, _, w)| amplitude(g, w)).collect();
    let patterns = groups.iter().map(|group| group.1).sum::<f64>() + idle;
    let largest = found.iter().map(|(_, exponent)| *exponent).fold(0.0, f64::max);
    let log_sum = if largest < 1.0 {
        let grown: f64 = groups.iter().zip(&found).map(|(group, (_, x))| group.1 * (0.5 * x).exp_m1()).sum();
        patterns.ln() + (grown / patterns).ln_1p()
    } else {
        let logs = groups.iter().zip(&found).map(|(group, (_, x))| group.1.ln() + 0.5 * x);
        log_sum_exp(logs.chain((idle > 0.0).then(|| idle.ln())))
    };
    let gained: f64 =
        groups.iter().zip(&found).map(|(group, (a, _))| group.1 * a * (group.2 / (sigma2 * n))).sum();
    let mut amplitudes = Vec::with_capacity(occupation.len());
    for k in occupation {
        let at = groups.iter().position(|group| group.0 == *k as f64);
        amplitudes.push(at.map_or(0.0, |at| found[at].0));
    }
    amplitudes.iter().try_for_each(|a| representable("an amplitude", *a).map(drop))?;
    Ok(Sharing {
        log_sum: representable("log S", log_sum)?,
        likelihood: representable("the likelihood", gained - log_sum)?,
        amplitudes,
    })
}

/// $a$ and $W=wa^2$ with $\log a+\frac12wa^2=g$: $\log W+W=\log w+2g$.
fn amplitude(g: f64, w: f64) -> (f64, f64) {
    let y = w.ln() + 2.0 * g;
    let mut log = if y < 1.0 { y } else { y.ln() };
    for _ in 0..100 {
        let step = (log + log.exp() - y) / (1.0 + log.exp());
        log -= step;
        if step.abs() <= 1e-16 * log.abs() {
            break;
        }
    }
    let exponent = log.exp();
    // The form without cancellation of large numbers.
    let a = if exponent < 1.0 { (g - 0.5 * exponent).exp() } else { (exponent / w).sqrt() };
    (a, exponent)
}

/// The plateau of likelihood ascent where every sample picks one of `patterns` at random: the mean $\bar t$ of $\frac1N\sum_\mu\sqrt{k_\mu}$, and the mean number of patterns in use.
///
/// # Formula
/// $\bar t=\frac KN\mathbb E\sqrt{\mathrm{Bin}(N,\frac1K)}$, $\bar D=K(1-(1-\frac1K)^N)$; to leading order the likelihood stops at $\frac{R^2\bar t^2}{2\sigma^2}$.
///
/// # Errors
/// $10^{-14}$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $N\ge1$ and $K\ge1$.
///
/// # Source
/// Occupation of $K$ cells by $N$ balls.
pub fn sharing_plateau(samples: usize, patterns: usize) -> Result<(f64, f64), TheoryError> {
    let n = at_least("N", samples, 1)? as f64;
    let k = at_least("K", patterns, 1)? as f64;
    let used = -k * (n * (-k.recip()).ln_1p()).exp_m1();
    if patterns == 1 {
        return Ok((n.sqrt().recip(), 1.0));
    }
    book("the occupation of a pattern", 10.0 * (50.0 + 20.0 * (n / k).sqrt()))?;
    // Probabilities against that of the most likely occupation.
    let odds = (k - 1.0).recip();
    let peak = ((n + 1.0) / k).floor().min(n);
    let (mut total, mut mean) = (0.0, 0.0);
    let mut visit = |occupied: f64, p: f64| {
        total += p;
        mean += p * occupied.sqrt();
    };
    visit(peak, 1.0);
    let (mut p, mut at) = (1.0, peak);
    while at > 0.0 && p > 1e-20 {
        p *= at / ((n - at + 1.0) * odds);
        at -= 1.0;
        visit(at, p);
    }
    (p, at) = (1.0, peak);
    let mut least = 1e-20;
    while at < n && p > least {
        p *= (n - at) * odds / (at + 1.0);
        at += 1.0;
        visit(at, p);
        // Where the most likely pattern is idle, the first sample is what the mean is made of.
        if at == 1.0 {
            least *= p;
        }
    }
    Ok((k / n * (mean / total), used))
}
