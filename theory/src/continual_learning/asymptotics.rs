//! Power laws $\lambda_i=i^{-a}$ with many samples: closed forms.

use std::f64::consts::PI;

use libm::lgamma;

use crate::TheoryError;
use crate::error::{at_least, finite, positive, representable};

fn decay(a: f64) -> Result<f64, TheoryError> {
    if a.is_finite() && a > 1.0 {
        Ok(a)
    } else {
        Err(TheoryError::invalid("a", a, "a decay exponent above 1"))
    }
}

/// $c_a=\frac{\pi/a}{\sin(\pi/a)}$.
fn spread(a: f64) -> f64 {
    let x = PI / a;
    // Near a = 1 the sine is that of the small supplement.
    x / if x > 1.5 { (PI - x).sin() } else { x.sin() }
}

/// $E_2/E_1$ for the same task twice, matched prior, $\lambda_i=i^{-a}$, $N_1\to\infty$ at $r=N_2/N_1$.
///
/// # Formula
/// $F_a(r)=a\bigl[\frac{1+r(R-2)}{(R-1)^2}-(1-\frac1a)\frac r{R-1}\bigr]$, $R=r^a$; near $r=1$, where it cancels, its expansion in
/// $R-1$. $F_a(0)=a$, $F_a(1)=\frac{a+1}{2a}$.
///
/// # Errors
/// $a\le1$, $r\le0$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::self_ratio_power_law;
/// assert!((self_ratio_power_law(2.0, 0.25)? - 1.44).abs() < 1e-13);
/// assert!((self_ratio_power_law(3.0, 1.0)? - 2.0 / 3.0).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn self_ratio_power_law(a: f64, r: f64) -> Result<f64, TheoryError> {
    decay(a)?;
    positive("r", r)?;
    let (s, log_power) = (1.0 / a, a * r.ln());
    let below = log_power.exp_m1();
    let value = if log_power > 700.0 {
        // R → ∞: F → r/R, the next term relative a/R.
        (r.ln() - log_power).exp()
    } else if below.abs() < 0.5 {
        series(s, below)
    } else {
        // a (s r (R − 1) − (r − 1)) / (R − 1)².
        (r - a * (r.ln().exp_m1() / below)) / below
    };
    representable("the ratio of errors", value)
}

/// $(1+s)\sum_{n\ge2}\frac{n-1}n\binom s{n-1}\frac{y^{n-2}}s$, $y=R-1$, $s=1/a$: the expansion of $F_a$, in which the two leading
/// orders that cancel are gone.
fn series(s: f64, y: f64) -> f64 {
    // binomial(s, n − 1) y^{n−2} / s.
    let (mut term, mut sum) = (1.0, 0.0);
    for n in 2..80 {
        let order = f64::from(n);
        sum += (order - 1.0) / order * term;
        term *= (s - order + 1.0) / order * y;
    }
    (1.0 + s) * sum
}

/// $r^*$: the same task learnt again with fewer than $r^*N_1$ samples is learnt worse; matched prior, $\lambda_i=i^{-a}$.
///
/// # Formula
/// $F_a(r^*)=1$ with [`self_ratio_power_law`]; $\frac{\sqrt5-1}2$ for $a=2$.
///
/// # Errors
/// $a\le1$; no crossing in $[10^{-300},1]$ for $a$ too close to 1.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::self_ratio_threshold;
/// assert!((self_ratio_threshold(2.0)? - (5f64.sqrt() - 1.0) / 2.0).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn self_ratio_threshold(a: f64) -> Result<f64, TheoryError> {
    decay(a)?;
    let (mut low, mut high) = (1e-300f64, 1.0f64);
    if self_ratio_power_law(a, low)? <= 1.0 || self_ratio_power_law(a, high)? >= 1.0 {
        let reason = format!("F_a - 1 does not change its sign below r = 1 within rounding at a = {a}");
        return Err(TheoryError::undefined("the threshold r*", reason));
    }
    for _ in 0..1200 {
        let middle = if low < 0.1 * high { (low * high).sqrt() } else { 0.5 * (low + high) };
        if middle <= low || middle >= high {
            break;
        }
        if self_ratio_power_law(a, middle)? > 1.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(0.5 * (low + high))
}

/// $E_n/E_1$, $n=1,\dots,$`count`: one task in stages of equal size, matched prior, $\lambda_i=i^{-a}$, $N\to\infty$.
///
/// # Formula
/// $E_n=c_n+\sum_{j<n}g_jE_{n-j}$ with $c_n\propto\frac{\Gamma(2n-\beta)}{\Gamma(2n)}$, $\beta=1-\frac1a$,
/// $g_j=\frac{\Gamma(2j+1/a)\Gamma(2-1/a)}{c_a\Gamma(2j+2)}$. For large $n$ it falls like $n^{-(1-1/a)}$, while joint training falls like
/// $n^{-(a-1)}$.
///
/// # Errors
/// $a\le1$, no stage, more than 20 000.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::many_task_power_law;
/// let ratios = many_task_power_law(2.0, 3)?;
/// assert!((ratios[1] - 0.75).abs() < 1e-13 && (ratios[2] - 41.0 / 64.0).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn many_task_power_law(a: f64, count: usize) -> Result<Vec<f64>, TheoryError> {
    decay(a)?;
    at_least("n", count, 1)?;
    if count > 20_000 {
        return Err(TheoryError::invalid("n", count, "at most 20000 stages"));
    }
    let beta = 1.0 - 1.0 / a;
    let first = lgamma(2.0 - beta) - lgamma(2.0);
    let c = |n: usize| (lgamma(2.0 * n as f64 - beta) - lgamma(2.0 * n as f64) - first).exp();
    let scale = lgamma(2.0 - 1.0 / a) - spread(a).ln();
    let g: Vec<f64> = (1..count)
        .map(|j| (lgamma(2.0 * j as f64 + 1.0 / a) - lgamma(2.0 * j as f64 + 2.0) + scale).exp())
        .collect();
    let mut errors = Vec::with_capacity(count);
    for n in 1..=count {
        let renewed: f64 = (1..n).map(|j| g[j - 1] * errors[n - j - 1]).sum();
        errors.push(representable("a ratio of errors", c(n) + renewed)?);
    }
    Ok(errors)
}

/// $E_1$ for $\lambda_i=i^{-a}$ and targets $\eta_i=i^{-b}$, $N\to\infty$.
///
/// # Formula
/// $\beta=\frac{b-1}a\in(0,2)$: $E_1=(N/c_a)^{1-b}\,\Gamma(\beta)\Gamma(2-\beta)$, $c_a=\frac{\pi/a}{\sin(\pi/a)}$.
///
/// # Errors
/// $a\le1$; $\beta$ outside $(0,2)$, where the error is dominated by the first or the last modes; no samples.
///
/// # Source
/// Bordelon, Canatar and Pehlevan (2020) for the rate; the constant is derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{Spectrum, Target, power_law_first_error, two_task};
/// let (spectrum, target) = (Spectrum::power(2.0, 100_000)?, Target::power_law(1.5, 100_000)?);
/// let exact = two_task(&spectrum, &target, 1000, 1000, 1.0)?.first;
/// assert!((power_law_first_error(2.0, 1.5, 1000)? / exact - 1.0).abs() < 0.2);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn power_law_first_error(a: f64, b: f64, samples: usize) -> Result<f64, TheoryError> {
    decay(a)?;
    finite("b", b)?;
    let beta = exponent("b", (b - 1.0) / a)?;
    let n = at_least("N", samples, 1)? as f64;
    let value = ((1.0 - b) * (n / spread(a)).ln() + lgamma(beta) + lgamma(2.0 - beta)).exp();
    representable("the error", value)
}

fn exponent(name: &str, beta: f64) -> Result<f64, TheoryError> {
    if beta > 0.0 && beta < 2.0 {
        Ok(beta)
    } else {
        let valid = "values with beta = (b-1)/a between 0 and 2, where the law is a power of N";
        Err(TheoryError::invalid(name, beta, valid))
    }
}

/// $E_2/E_1$ for the same task twice with equal sizes, $\lambda_i=i^{-a}$, targets of exponent $\beta=(b-1)/a$, $N\to\infty$.
///
/// # Formula
/// $\frac{(3-\beta)(2-\beta)+1-a^{-2}}6$.
///
/// # Errors
/// $a\le1$, $\beta$ outside $(0,2)$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{rough_target_ratio, self_ratio_power_law};
/// // The matched prior: β = 1 − 1/a.
/// assert!((rough_target_ratio(2.0, 0.5)? - self_ratio_power_law(2.0, 1.0)?).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn rough_target_ratio(a: f64, beta: f64) -> Result<f64, TheoryError> {
    decay(a)?;
    exponent("beta", beta)?;
    Ok(((3.0 - beta) * (2.0 - beta) + 1.0 - 1.0 / (a * a)) / 6.0)
}

/// The exponent $\beta$ below which the same task learnt again with as many samples is learnt worse.
///
/// # Formula
/// $\frac{5-\sqrt{21+4/a^2}}2$, where [`rough_target_ratio`] is 1.
///
/// # Errors
/// $a\le1$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::continual_learning::{rough_target_ratio, rough_target_threshold};
/// let beta = rough_target_threshold(2.0)?;
/// assert!((rough_target_ratio(2.0, beta)? - 1.0).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn rough_target_threshold(a: f64) -> Result<f64, TheoryError> {
    decay(a)?;
    Ok(0.5 * (5.0 - (21.0 + 4.0 / (a * a)).sqrt()))
}
