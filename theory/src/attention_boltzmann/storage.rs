//! Exponentially many random patterns: capacities and mean attention weights of a random-energy model.
//!
//! $P=e^{\alpha N}$ patterns in $\mathbb R^N$, $\beta=\lambda$, $\sigma^2=1$; the cue has squared norm $N$ and overlap $mN$ with its pattern.

use libm::{erfc, lgamma};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::TheoryError;
use crate::chi_square::{density, radii, radii_to, survival, upper_quantile};
use crate::error::{finite, positive, representable};
use crate::random_energies::{LOG_NEGLIGIBLE, Law, ising_overlaps, spherical_overlaps};
use crate::special::{EULER, log_sum_exp};

/// How patterns are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternEnsemble {
    /// Uniform on the sphere of squared radius $N$.
    Spherical,
    /// Signs.
    Ising,
    /// Standard normal entries; the cue is the pattern itself.
    Gaussian,
}

impl std::str::FromStr for PatternEnsemble {
    type Err = TheoryError;

    fn from_str(name: &str) -> Result<Self, TheoryError> {
        match name {
            "spherical" => Ok(Self::Spherical),
            "ising" => Ok(Self::Ising),
            "gaussian" => Ok(Self::Gaussian),
            other => Err(TheoryError::invalid("ensemble", other, "spherical, ising or gaussian")),
        }
    }
}

/// Largest $N$, and largest $N\lambda$, of finite sizes.
const LARGEST: usize = 100_000;
const SHARPEST: f64 = 1e4;

/// The capacity $\alpha_1$ of a typical pattern as its own cue.
///
/// # Formula
/// Spherical: $\lambda-\lambda q_*-\frac12\log(1-q_*^2)$, $q_*=2\lambda/(1+\sqrt{1+4\lambda^2})$. Ising: $\log2-\log(1+e^{-2\lambda})$. Gaussian: $\lambda-\lambda^2/2$ up to
/// $\lambda=1$, then $\frac12$.
///
/// # Errors
/// $10^{-14}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $\lambda\le0$.
///
/// # Source
/// Lucibello and Mézard 2024.
pub fn typical_capacity(ensemble: PatternEnsemble, lambda: f64) -> Result<f64, TheoryError> {
    positive("lambda", lambda)?;
    Ok(match ensemble {
        PatternEnsemble::Spherical => {
            let root = (2.0 * lambda).hypot(1.0);
            // With r = √(1 + 4λ²): 1 − q² = 2/(1 + r) and 1 − q = (1 + r − 2λ)/(1 + r).
            lambda * (1.0 + 1.0 / (root + 2.0 * lambda)) / (1.0 + root) - 0.5 * (2.0 / (1.0 + root)).ln()
        }
        PatternEnsemble::Ising => 2f64.ln() - (-2.0 * lambda).exp().ln_1p(),
        PatternEnsemble::Gaussian if lambda < 1.0 => lambda - 0.5 * lambda * lambda,
        PatternEnsemble::Gaussian => 0.5,
    })
}

fn size(n: usize) -> Result<f64, TheoryError> {
    if (2..=LARGEST).contains(&n) {
        Ok(n as f64)
    } else {
        Err(TheoryError::invalid("N", n, format!("an integer from 2 to {LARGEST}")))
    }
}

fn patterns(p: f64) -> Result<f64, TheoryError> {
    if p.is_finite() && p >= 2.0 { Ok(p) } else { Err(TheoryError::invalid("P", p, "a finite number >= 2")) }
}

fn sharpness(n: f64, lambda: f64) -> Result<f64, TheoryError> {
    let x = n * positive("lambda", lambda)?;
    if x <= SHARPEST {
        Ok(x)
    } else {
        Err(TheoryError::invalid("lambda", lambda, format!("a number > 0 with N lambda <= {SHARPEST}")))
    }
}

/// Overlaps $q$ of a random pattern with a cue and the logarithms of their probabilities.
fn overlaps(ensemble: PatternEnsemble, n: f64, sharpness: f64) -> Vec<(f64, f64)> {
    if ensemble == PatternEnsemble::Ising { ising_overlaps(n) } else { spherical_overlaps(n, sharpness) }
}

/// The capacity at finite $N$ on the sphere, $\alpha_N=\lambda-\frac1N\log\mathbb E_qe^{N\lambda q}$.
///
/// # Errors
/// $10^{-13}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $N$ outside 2 to 100,000, $\lambda\le0$ or $N\lambda>10^4$.
///
/// # Source
/// The self-averaging noise of Lucibello and Mézard 2024 without its saddle point.
pub fn finite_capacity(n: usize, lambda: f64) -> Result<f64, TheoryError> {
    let n = size(n)?;
    let x = sharpness(n, lambda)?;
    let all = overlaps(PatternEnsemble::Spherical, n, x);
    let mean = log_sum_exp(all.iter().map(|(q, log)| log + x * (q - 1.0)));
    representable("the capacity", -mean / n)
}

/// The mean attention weight $\mathbb E\,p_1$ on the pattern of the cue.
///
/// # Formula
/// $\int ds\,e^{s-e^s}(1-\mathbb E_q\lbrack1-e^{-e^{s+N\lambda(q-m)}}\rbrack)^{P-1}$; Gaussian patterns: the overlap is $\sqrt{\rho/N}g$ and $m=\rho=\chi_N^2/N$, averaged.
///
/// # Errors
/// $10^{-12}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $N$ outside 2 to 100,000, $P<2$, $\lambda\le0$, $N\lambda>10^4$ or $m$ not finite.
///
/// # Source
/// $1/(1+X)=\int_0^\infty e^{-t(1+X)}dt$ for independent overlaps.
pub fn attention_weight(
    ensemble: PatternEnsemble,
    n: usize,
    lambda: f64,
    m: f64,
    p: f64,
) -> Result<f64, TheoryError> {
    let n = size(n)?;
    let x = sharpness(n, lambda)?;
    let p = patterns(p)?;
    finite("m", m)?;
    if ensemble != PatternEnsemble::Gaussian {
        let exponents: Vec<(f64, f64)> =
            overlaps(ensemble, n, x).into_iter().map(|(q, log)| (x * (q - m), log.exp())).collect();
        return Law::new(exponents).mean_share(p - 1.0);
    }
    let spacing = |rho: f64| (0.3 / (lambda * (n * rho).sqrt())).min(0.05);
    let mut mean = 0.0;
    for (chi, weight) in radii(n, 120) {
        let rho = chi * chi / n;
        let step = spacing(rho);
        let count = (12.0 / step).ceil();
        let exponents: Vec<(f64, f64)> = (0..=2 * count as usize)
            .map(|i| {
                let g = (i as f64 - count) * step;
                let density = (-0.5 * g * g).exp() * step / (2.0 * PI).sqrt();
                (lambda * (n * rho).sqrt() * g - x * rho, density)
            })
            .collect();
        mean += weight * Law::new(exponents).mean_share(p - 1.0)?;
    }
    Ok(mean)
}

/// The probability that a Gaussian pattern is retrieved at $\lambda=\infty$: $\mathbb E\,\Phi(\chi_N)^{P-1}$.
///
/// # Errors
/// $10^{-12}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $N$ outside 2 to 100,000 or $P<2$.
///
/// # Source
/// Independent overlaps given the norm.
pub fn hard_success(n: usize, p: f64) -> Result<f64, TheoryError> {
    let (n, p) = (size(n)?, patterns(p)?);
    let sum = radii(n, 2000).into_iter().map(|(chi, weight)| {
        let tail = 0.5 * erfc(chi * FRAC_1_SQRT_2);
        weight * ((p - 1.0) * (-tail).ln_1p()).exp()
    });
    Ok(sum.sum())
}

/// The probability that one Gaussian pattern lies closer to another one than that one itself, $P(\xi_1\cdot\xi_2>\|\xi_1\|^2)$.
///
/// # Errors
/// Relative $10^{-12}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $N$ outside 2 to 100,000.
///
/// # Source
/// $\mathbb E\,\Phi(-\chi_N)=\frac12I_{1/2}(\frac N2,\frac12)$.
pub fn pair_failure(n: usize) -> Result<f64, TheoryError> {
    let n = size(n)?;
    // ½ I_½(a, ½) = 2^(-a-3/2)/(a B(a, ½)) Σ_k Π_j (a + ½ + j)/(a + 1 + j)/2, all terms positive.
    let a = 0.5 * n;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 0..200 {
        term *= 0.5 * (a + 0.5 + f64::from(k)) / (a + 1.0 + f64::from(k));
        sum += term;
    }
    Ok((-(a + 1.5)).exp2() / a * (gamma_ratio(a) / PI.sqrt()) * sum)
}

/// $\Gamma(a+\frac12)/\Gamma(a)$ for $a\ge\frac12$, by its asymptotic series from 200 on and the recursion
/// $r(a)=r(a+1)\,a/(a+\frac12)$ below; relative $10^{-15}$ where a difference of logarithms would lose digits.
fn gamma_ratio(a: f64) -> f64 {
    if a < 200.0 {
        return gamma_ratio(a + 1.0) * a / (a + 0.5);
    }
    let x = a.recip();
    let series = 1.0
        + x * (-1.0 / 8.0
            + x * (1.0 / 128.0
                + x * (5.0 / 1024.0
                    + x * (-21.0 / 32768.0 + x * (-399.0 / 262_144.0 + x * (869.0 / 4_194_304.0))))));
    a.sqrt() * series
}

/// The capacity at which all Gaussian patterns are retrieved, by the first moment.
///
/// # Formula
/// $\min(\alpha^{(i)},\frac14\log2)$, $\alpha^{(i)}=g\rho$ with $\frac12(\rho-1-\log\rho)=g\rho$, $\rho<1$, $g=\lambda-\lambda^2/2$ below $\lambda=1$, then $\frac12$.
///
/// # Errors
/// $10^{-14}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $\lambda\le0$.
///
/// # Source
/// The first-moment argument; for $\lambda<0.7$ derived only.
pub fn all_patterns_capacity(lambda: f64) -> Result<f64, TheoryError> {
    let g = typical_capacity(PatternEnsemble::Gaussian, lambda)?;
    let excess = |rho: f64| 0.5 * (rho - 1.0 - rho.ln()) - g * rho;
    let (mut low, mut high) = (1e-12, 1.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 { low = middle } else { high = middle }
    }
    Ok((0.5 * g * (low + high)).min(0.25 * 2f64.ln()))
}

/// Free energy $f=\frac1d(\log Z-\frac d2\log2\pi\sigma^2)$ of $e^{\kappa d}$ Gaussian patterns at $\beta=1$, $\theta=\sigma^2s_\xi^2$, for $d\to\infty$.
///
/// # Formula
/// $\kappa-\frac12\log(1-\theta)$ above $\kappa_c=J(1/(1-\theta))$ (infinite for $\theta\ge1$), $\frac12\theta\rho$ with $J(\rho)=\kappa$, $\rho>1$, below; $J(\rho)=\frac12(\rho-1-\log\rho)$.
///
/// # Errors
/// $10^{-14}$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\kappa>0$ and $\theta>0$.
///
/// # Source
/// Random-energy model of the mixture's weights.
pub fn quenched_free_energy(kappa: f64, theta: f64) -> Result<f64, TheoryError> {
    positive("kappa", kappa)?;
    positive("theta", theta)?;
    let rate = |rho: f64| 0.5 * (rho - 1.0 - rho.ln());
    if theta < 1.0 && kappa > rate((1.0 - theta).recip()) {
        return Ok(kappa - 0.5 * (-theta).ln_1p());
    }
    let (mut low, mut high) = (1.0, 4.0 + 4.0 * kappa);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if rate(middle) < kappa { low = middle } else { high = middle }
    }
    representable("the free energy", 0.25 * theta * (low + high))
}

/// What the noise of $P-1$ self-averaging competitors leaves of a Gaussian pattern: the probability that its attention weight exceeds one half.
///
/// # Formula
/// $P(\chi_N^2>\log(P-1)/(\lambda-\lambda^2/2))$: the pattern's own norm decides, so that the transition has width $N^{-1/2}$.
///
/// # Errors
/// Below 0.02 for $\lambda\le\frac23$, where the noise self-averages; none is stated nearer to 1.
/// [`InvalidParameter`](TheoryError::InvalidParameter) for $N$ outside 2 to 100,000, $P<2$ or $\lambda$ outside (0, 1).
///
/// # Source
/// Lucibello and Mézard 2024 (the random-energy argument), at given norm.
///
/// # Example
/// ```
/// use solvable_theory::attention_boltzmann::norm_decides;
/// assert!(norm_decides(24, 0.5, 20.0)? > norm_decides(24, 0.5, 2000.0)?);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn norm_decides(n: usize, lambda: f64, p: f64) -> Result<f64, TheoryError> {
    let (n, p) = (size(n)?, patterns(p)?);
    if !(lambda > 0.0 && lambda < 1.0) {
        return Err(TheoryError::invalid(
            "lambda",
            lambda,
            "a number in (0, 1): the noise must self-average",
        ));
    }
    Ok(survival(n, (p - 1.0).ln() / (lambda - 0.5 * lambda * lambda)))
}

/// The free energy of [`quenched_free_energy`] for `d` dimensions and `count` patterns in the condensed phase, and the mean inverse participation ratio of the mixture's
/// weights.
///
/// # Formula
/// With the upper $1/K$ quantile $t_K$ of $\chi_d^2$ and $\mu=\frac{2K}\theta\mathrm{pdf}(t_K)<1$: $f=\frac1d\lbrack\frac\theta2t_K+\frac1\mu\log\Gamma(1-\mu)+\gamma(\frac1\mu-1)\rbrack$ with
/// Euler's $\gamma$; the participation ratio is $1-\mu$.
///
/// # Errors
/// In $f$ at most 1 %, by comparison with the exact mean of $\log Z$, a double integral; the ratio is indicative. [`InvalidParameter`](TheoryError::InvalidParameter) unless $d\ge2$, $K\ge2$, $\theta>0$;
/// [`Undefined`](TheoryError::Undefined) for $\mu\ge1$, where no pattern dominates, and where the formula is farther off than 1 %
/// ($\mu$ near 1, few patterns); the exact mean is told then.
///
/// # Source
/// Poisson statistics of the largest of $K$ exponential-tailed numbers.
///
/// # Example
/// ```
/// use solvable_theory::attention_boltzmann::condensed_free_energy;
/// let (f, ratio) = condensed_free_energy(30, 8103.0, 0.8)?;
/// assert!((f - 0.9561).abs() < 5e-5 && (ratio - 0.250).abs() < 5e-4);
/// assert!(condensed_free_energy(30, 8103.0, 0.3).is_err());
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn condensed_free_energy(d: usize, count: f64, theta: f64) -> Result<(f64, f64), TheoryError> {
    let d = size(d)?;
    let count = patterns(count)?;
    positive("theta", theta)?;
    let top = upper_quantile(d, count.recip());
    let mu = 2.0 * count / theta * density(d, top);
    if mu >= 1.0 {
        let reason =
            format!("mu = {mu} is not below 1: no pattern dominates the sum, use quenched_free_energy");
        return Err(TheoryError::undefined("the condensed free energy", reason));
    }
    let f = (0.5 * theta * top + lgamma(1.0 - mu) / mu + EULER * (mu.recip() - 1.0)) / d;
    let exact = mean_log_sum(d, count, theta)? / d;
    let error = (f - exact).abs() / exact.abs();
    if error.is_nan() || error > CONDENSED_ERROR {
        let reason = format!(
            "mu = {mu:.3} is too near 1, or K too small, for the Poisson statistics: the formula gives {f:.4}, \
             the exact mean is {exact:.4}"
        );
        return Err(TheoryError::undefined("the condensed free energy", reason));
    }
    Ok((representable("the free energy", f)?, 1.0 - mu))
}

/// Largest relative error of the condensed free energy that is answered.
const CONDENSED_ERROR: f64 = 0.01;

/// $E\log\sum_{\mu=1}^Ke^{\theta\chi_d^2/2}$ for independent terms, exactly:
/// the sums of a random-energy model with $x=\theta\chi_d^2/2$.
///
/// # Errors
/// $10^{-8}$; [`Undefined`](TheoryError::Undefined) where the exponents are too large for the rule.
fn mean_log_sum(d: f64, count: f64, theta: f64) -> Result<f64, TheoryError> {
    const STEP: f64 = 0.1;
    const WORK: f64 = 1e8;
    // Probabilities down to e^-46 / K count.
    let scale = 0.5 * theta;
    let spread = scale * (d + 2.0 * (2.0 * d * (46.0 + count.ln())).sqrt() + 2.0 * (46.0 + count.ln()));
    let nodes = (8.0 * spread).max(2000.0).ceil();
    let steps = (spread + 60.0) / STEP;
    if (nodes * steps).is_nan() || nodes * steps > WORK {
        return Err(TheoryError::undefined(
            "the exact mean of log Z",
            format!("theta = {theta} spreads the exponents over {spread:.0}: the quadrature is too long"),
        ));
    }
    let chi = radii_to(d, nodes as usize, LOG_NEGLIGIBLE - count.ln());
    let law: Vec<(f64, f64)> = chi.into_iter().map(|(chi, weight)| (scale * chi * chi, weight)).collect();
    Ok(count.ln() + Law::new(law).mean_log_sum_over_number(count, None)?)
}
