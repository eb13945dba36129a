//! Linear mixing: products of random matrices with a skip connection, and Kronecker products.

use crate::TheoryError;
use crate::error::{affordable_memory, at_least, finite, non_negative, positive, representable};
use crate::quadrature::budget::book;
use crate::special::{digamma, log_poisson};

/// Moments of the product $G$ of layers $gI+aW$, $H=GG^\top$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixingMoments {
    /// $\mathbb E\,\mathrm{tr}H^2$.
    pub trace_of_square: f64,
    /// $\mathbb E(\mathrm{tr}H)^2$.
    pub square_of_trace: f64,
    /// Their ratio, the annealed effective rank.
    pub effective_rank: f64,
}

/// The second moments of `layers` layers $X'=(gI+aW)X$ of `tokens` tokens, $W_{ij}\sim\mathcal N(0,\frac1T)$, new in each layer.
///
/// # Formula
/// $u=a^2/T$, $x'=\lbrack g^4+2ug^2(1+T)+u^2T(T+1)\rbrack x+\lbrack2ug^2+u^2T\rbrack y$, $y'=(g^2+uT)^2y+\lbrack4ug^2+2Tu^2\rbrack x$, $x_0=T$, $y_0=T^2$.
///
/// # Errors
/// Exact. [`InvalidParameter`](TheoryError::InvalidParameter) unless $T\ge1$; [`Undefined`](TheoryError::Undefined) where a moment overflows.
///
/// # Source
/// Gaussian averages layer by layer.
pub fn mixing_moments(
    tokens: usize,
    skip: f64,
    branch: f64,
    layers: usize,
) -> Result<MixingMoments, TheoryError> {
    let t = at_least("T", tokens, 1)? as f64;
    finite("g", skip)?;
    finite("a", branch)?;
    at_least("layers", layers, 1)?;
    book("the layers", 20.0 * layers as f64)?;
    let (g2, u) = (skip * skip, branch * branch / t);
    let [xx, xy] = [g2 * g2 + 2.0 * u * g2 * (1.0 + t) + u * u * t * (t + 1.0), 2.0 * u * g2 + u * u * t];
    let [yy, yx] = [(g2 + u * t).powi(2), 4.0 * u * g2 + 2.0 * t * u * u];
    let (mut x, mut y) = (t, t * t);
    for _ in 0..layers {
        (x, y) = (xx * x + xy * y, yy * y + yx * x);
    }
    let (x, y) = (representable("E tr H^2", x)?, representable("E (tr H)^2", y)?);
    if x < f64::MIN_POSITIVE {
        return Err(TheoryError::undefined(
            "the effective rank",
            "the product vanishes, or is below the range of 64-bit floating point numbers",
        ));
    }
    Ok(MixingMoments { trace_of_square: x, square_of_trace: y, effective_rank: y / x })
}

/// The Lyapunov exponents of products of $aW$, largest first.
///
/// # Formula
/// $\lambda_i=\frac12\lbrack\log\frac{2a^2}T+\digamma(\frac{T-i+1}2)\rbrack$.
///
/// # Errors
/// $10^{-15}$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $T\ge1$ and $a>0$.
///
/// # Source
/// Newman 1986.
pub fn mixing_exponents(tokens: usize, branch: f64) -> Result<Vec<f64>, TheoryError> {
    let t = at_least("T", tokens, 1)? as f64;
    positive("a", branch)?;
    affordable_memory("the exponents", 64.0 * t)?;
    book("the exponents", 50.0 * t)?;
    let scale = branch.ln() + 0.5 * (2.0 / t).ln();
    Ok((1..=tokens).map(|i| scale + 0.5 * digamma(0.5 * (t - i as f64 + 1.0))).collect())
}

/// The largest Lyapunov exponent of products of $gI+aW$.
///
/// # Formula
/// $\frac12\mathbb E\log\lbrack(g+\frac a{\sqrt T}z)^2+\frac{a^2}T\chi_{T-1}^2\rbrack$: $\frac12\log\frac{2a^2}T+\frac12\mathbb E\,\digamma(\frac T2+j)$ with $j$ Poisson of mean $\frac{g^2T}{2a^2}$.
///
/// # Errors
/// $10^{-13}$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $T\ge2$, $a>0$, $g\ge0$.
///
/// # Source
/// Newman 1986; a noncentral chi-square variable is a Poisson mixture.
pub fn mixing_top_exponent(tokens: usize, skip: f64, branch: f64) -> Result<f64, TheoryError> {
    let t = at_least("T", tokens, 2)? as f64;
    non_negative("g", skip)?;
    positive("a", branch)?;
    let ratio = skip / branch;
    // E log χ'² of noncentrality λ.
    let lambda = representable("(g/a)^2 T", ratio * ratio * t)?;
    if lambda > 100.0 && ratio > 4.0 {
        return Ok(skip.ln() + 0.5 * far_mean_log(t, lambda));
    }
    let half = 0.5 * lambda;
    let scale = branch.ln() + 0.5 * (2.0 / t).ln();
    if half == 0.0 {
        return Ok(scale + 0.5 * digamma(0.5 * t));
    }
    book("the mean logarithm", 50.0 * (100.0 + 20.0 * half.sqrt()))?;
    let peak = half.floor();
    let (mut total, mut mean) = (0.0, 0.0);
    let base = log_poisson(peak, half).exp();
    let mut visit = |j: f64, p: f64| {
        total += p;
        mean += p * digamma(0.5 * t + j);
    };
    visit(peak, base);
    let (mut p, mut j) = (base, peak);
    while j > 0.0 && p > 1e-20 {
        p *= j / half;
        j -= 1.0;
        visit(j, p);
    }
    (p, j) = (base, peak);
    while p > 1e-20 {
        j += 1.0;
        p *= half / j;
        visit(j, p);
    }
    Ok(scale + 0.5 * mean / total)
}

/// $\mathbb E\log\frac{\chi'^2}\lambda$ for a large noncentrality: $\sum_k\frac{T-2}k\prod_{m=1}^{k-1}(2m+2-T)\lambda^{-k}$, for two degrees of freedom $E_1(\frac\lambda2)$.
fn far_mean_log(t: f64, lambda: f64) -> f64 {
    if t == 2.0 {
        // E_1(x) = e^-x/(x + 1/(1 + 1/(x + 2/(1 + ...)))).
        let x = 0.5 * lambda;
        let fraction = (1..=60).rev().fold(x, |tail, k| x + f64::from(k) / (1.0 + f64::from(k) / tail));
        return (-x).exp() / fraction;
    }
    let (mut power, mut sum) = ((t - 2.0) / lambda, 0.0);
    for k in 1..60 {
        let k = f64::from(k);
        let added = power / k;
        sum += added;
        let next = power * (2.0 * k + 2.0 - t) / lambda;
        if next.abs() >= power.abs() || added.abs() < 1e-18 * f64::abs(sum) {
            break;
        }
        power = next;
    }
    sum
}

/// The normalised spectral moments of a Kronecker product of Gaussian matrices $S\times S$ and $C\times C$ of variances $\frac1S$ and $\frac1C$.
///
/// # Formula
/// $\mu_k(S)\mu_k(C)$, $\mu_1=1$, $\mu_2=2+\frac1S$, $\mu_3=5+\frac6S+\frac4{S^2}$.
///
/// # Errors
/// Exact. [`InvalidParameter`](TheoryError::InvalidParameter) unless $S,C\ge1$ and the order is 1, 2 or 3.
///
/// # Source
/// Singular values of a Kronecker product are products.
pub fn kronecker_moment(tokens: usize, channels: usize, order: usize) -> Result<f64, TheoryError> {
    let (s, c) = (at_least("S", tokens, 1)? as f64, at_least("C", channels, 1)? as f64);
    Ok(gaussian_moment(s, order)? * gaussian_moment(c, order)?)
}

/// $\frac1n\mathbb E\,\mathrm{tr}(WW^\top)^k$ of a square Gaussian matrix of variance $\frac1n$.
fn gaussian_moment(n: f64, order: usize) -> Result<f64, TheoryError> {
    match order {
        1 => Ok(1.0),
        2 => Ok(2.0 + 1.0 / n),
        3 => Ok(5.0 + (6.0 + 4.0 / n) / n),
        _ => Err(TheoryError::invalid("order", order, "1, 2 or 3")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn far_and_near_forms_of_the_mean_logarithm_agree() {
        for t in [2usize, 3, 5, 12, 101] {
            for ratio in [4.0f64, 4.5, 7.0] {
                let lambda = ratio * ratio * t as f64;
                if lambda < 100.0 {
                    continue;
                }
                // The same exponent just below the switch is by the Poisson sum.
                let half = 0.5 * lambda;
                let sum: f64 = (0..8000)
                    .map(|j| log_poisson(f64::from(j), half).exp() * digamma(0.5 * t as f64 + f64::from(j)))
                    .sum();
                let near = 2f64.ln() + sum - lambda.ln();
                assert_relative_eq!(far_mean_log(t as f64, lambda), near, epsilon = 1e-13);
            }
        }
    }

    #[test]
    fn without_a_skip_the_largest_exponent_is_the_first() {
        for t in [2, 5, 40] {
            let all = mixing_exponents(t, 0.7).unwrap();
            assert_relative_eq!(mixing_top_exponent(t, 0.0, 0.7).unwrap(), all[0], epsilon = 1e-14);
            assert!(all.windows(2).all(|pair| pair[0] > pair[1]));
        }
        // digamma(1/2) = -γ - 2 log 2 for the last one.
        let last = mixing_exponents(4, 1.2).unwrap()[3];
        assert_relative_eq!(
            last,
            0.5 * ((0.72f64).ln() - crate::special::EULER - 2.0 * 2f64.ln()),
            epsilon = 1e-15
        );
    }
}
