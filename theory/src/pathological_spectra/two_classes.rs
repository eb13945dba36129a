//! Two classes: laws over networks in closed form, up to one integral.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use libm::{acosh, erfc};

use super::softmax::{check_outputs, gaussian};
use crate::TheoryError;
use crate::error::{finite, non_negative, positive, representable};
use crate::mean_field::FisherRao;

/// $E f(\sqrt v\,z)$ for functions whose poles are at distance $\pi$ from the real axis.
fn average(variance: f64, f: impl Fn(f64) -> f64) -> f64 {
    gaussian(variance).1.into_iter().map(|(x, weight)| weight * f(x)).sum()
}

/// $w(d)=\frac12\mathrm{sech}^2(d/2)=2\sigma(d)\sigma(-d)$: the non-zero eigenvalue of $Q$ at the difference $d$ of two outputs.
fn weight(d: f64) -> f64 {
    let e = (-d.abs()).exp();
    2.0 * e / ((1.0 + e) * (1.0 + e))
}

/// The logistic function.
fn logistic(d: f64) -> f64 {
    if d >= 0.0 { 1.0 / (1.0 + (-d).exp()) } else { d.exp() / (1.0 + d.exp()) }
}

/// $\Phi^{-1}(p)$ for $p\ge\frac12$, by Newton's method on the logarithm of the upper tail.
fn upper_quantile(p_above: f64) -> f64 {
    let tail = |z: f64| 0.5 * erfc(z * FRAC_1_SQRT_2);
    let mut z = if p_above > 0.1 { 0.5 } else { (-2.0 * p_above.ln()).sqrt() };
    for _ in 0..100 {
        let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
        let step = (tail(z).ln() - p_above.ln()) * tail(z) / density;
        z += step;
        if step.abs() <= 1e-15 * z.abs().max(1.0) {
            break;
        }
    }
    z
}

/// The $p$-quantile, over networks with two classes, of $\lambda_1/\Theta_{st}$ at many samples.
///
/// # Formula
/// $m(\Phi^{-1}(1-\frac p2))$ with $m(\bar y)=E_zw(\sqrt{2(q_t-q_{st})}z+\sqrt{2q_{st}}\bar y)$, $w(d)=\frac12\mathrm{sech}^2\frac d2$: $m$ decreases with $|\bar y|$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $0<p<1$, $0\le q_{st}\le q_t\le100$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// let median = solvable_theory::pathological_spectra::outlier_quantile(0.25, 2.3, 1.2)?;
/// assert!((median - 0.25461031102115006).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn outlier_quantile(p: f64, q_t: f64, q_st: f64) -> Result<f64, TheoryError> {
    if !(p > 1e-290 && p < 1.0) {
        return Err(TheoryError::invalid("p", p, "a number with 0 < p < 1, at least 1e-290"));
    }
    let (q_t, q_st) = check_outputs(q_t, q_st)?;
    let shift = (2.0 * q_st).sqrt() * upper_quantile(0.5 * p);
    Ok(average(2.0 * (q_t - q_st), |x| weight(x + shift)))
}

/// The Fisher-Rao norm for the cross entropy of two classes, $E\,D^\top QD$, of a network whose norm for the squared error is `norm`.
///
/// # Formula
/// $D=\frac Rqf+\sqrt{S-R^2/q}\,z$: $\frac{R^2}{q^2}E[g(1-g)d^2]+\big(S-\frac{R^2}q\big)\beta_1$, $g=\sigma(d)$, $d\sim N(0,2q)$, $\beta_1=2E[g(1-g)]$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for $q>100$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, mean_field::fisher_rao, pathological_spectra::fisher_rao_two_classes};
/// let norm = fisher_rao(&InitialScales::new(Activation::tanh(), 3.0, 0.64)?, 3)?;
/// assert!((fisher_rao_two_classes(&norm)? - 0.4953).abs() < 1e-4);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn fisher_rao_two_classes(norm: &FisherRao) -> Result<f64, TheoryError> {
    let (q, _) = check_outputs(norm.q, 0.0)?;
    let ratio = if q > 0.0 { norm.r / q } else { 0.0 };
    let own = (norm.s - ratio * norm.r).max(0.0);
    let scaled = average(2.0 * q, |d| 0.5 * weight(d) * d * d);
    representable("the Fisher-Rao norm", ratio * ratio * scaled + own * average(2.0 * q, weight))
}

fn check_share(w: f64) -> Result<f64, TheoryError> {
    if w > 0.0 && w < 0.5 {
        Ok(w)
    } else {
        Err(TheoryError::invalid("lambda", w, "a number with 0 < lambda < 1/2"))
    }
}

/// The density of the bulk of the cross-entropy spectrum with two classes, at $w=\lambda/a$.
///
/// # Formula
/// $p(w)=\frac{2N(d;0,2q_t)}{w\sqrt{1-2w}}$, $d=2\,\mathrm{arcosh}\frac1{\sqrt{2w}}$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $0<w<\frac12$, $q_t>0$; [`Undefined`](TheoryError::Undefined) where it exceeds the range of
/// floating point numbers.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// let density = solvable_theory::pathological_spectra::bulk_density(0.1, 2.3)?;
/// assert!((density - 1.6807063530651936).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn bulk_density(w: f64, q_t: f64) -> Result<f64, TheoryError> {
    check_share(w)?;
    positive("q_t", q_t)?;
    let d = 2.0 * acosh(1.0 / (2.0 * w).sqrt());
    let normal = (-d * d / (4.0 * q_t)).exp() / (4.0 * PI * q_t).sqrt();
    representable("the density", 2.0 * normal / (w * (1.0 - 2.0 * w).sqrt()))
}

/// The share of the bulk of the cross-entropy spectrum with two classes below $w=\lambda/a$.
///
/// # Formula
/// $2(1-\Phi(d/\sqrt{2q_t}))$, $d$ as in [`bulk_density`].
///
/// # Errors
/// As [`bulk_density`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::pathological_spectra::bulk_distribution;
/// assert!((bulk_distribution(0.25, 2.3)? - 0.41).abs() < 0.01);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn bulk_distribution(w: f64, q_t: f64) -> Result<f64, TheoryError> {
    check_share(w)?;
    positive("q_t", q_t)?;
    let d = 2.0 * acosh(1.0 / (2.0 * w).sqrt());
    Ok(erfc(d / (2.0 * q_t).sqrt() * FRAC_1_SQRT_2))
}

/// The amplitude $A$ of the oscillation $f_1-f_2=\pm A$ of gradient descent on the cross entropy of two balanced classes at $r$ times the critical learning
/// rate; 0 for $r\le1$.
///
/// # Formula
/// $A=\frac r{E\sigma'(\xi)}\left(E\sigma(A+\xi)-\frac12\right)$, $\xi\sim N(0,2(q_t-q_{st}))$, $\sigma$ logistic.
///
/// # Validity
/// Many samples; before the bulk is learnt, which ends the oscillation.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $0<r\le10^6$, $0\le q_t-q_{st}\le100$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// let amplitude = solvable_theory::pathological_spectra::two_cycle(1.2, 1.1)?;
/// assert!((amplitude - 2.374550869097343).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn two_cycle(r: f64, own_variance: f64) -> Result<f64, TheoryError> {
    if positive("r", r)? > 1e6 {
        return Err(TheoryError::invalid("r", r, "a number with 0 < r <= 10^6"));
    }
    if non_negative("q_t_minus_q_st", own_variance)? > 100.0 {
        return Err(TheoryError::invalid("q_t_minus_q_st", own_variance, "a number from 0 to 100"));
    }
    finite("r", r)?;
    if r <= 1.0 {
        return Ok(0.0);
    }
    let variance = 2.0 * own_variance;
    let slope = average(variance, |x| 0.5 * weight(x));
    // E σ(A+ξ) − 1/2 without cancellation: odd in A for symmetric ξ.
    let response = |a: f64| average(variance, |x| 0.5 * (logistic(x + a) - logistic(x - a)));
    let (mut low, mut high) = (0.0, 0.5 * r / slope * (1.0 + 1e-12));
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if r / slope * response(middle) > middle { low = middle } else { high = middle }
    }
    Ok(0.5 * (low + high))
}
