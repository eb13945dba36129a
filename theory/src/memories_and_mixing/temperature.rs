//! The temperature of attention: how many keys a row attends to, where it condenses, and which temperature a context length needs.

use libm::erfc;
use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

use crate::TheoryError;
use crate::error::{finite, positive, representable};
use crate::quadrature::budget::book;
use crate::quadrature::rules::legendre_on;
use crate::random_energies::{LOG_NEGLIGIBLE, Law, Shares, spherical_overlaps};
use crate::special::{EULER, digamma, inverse_erfc};

/// The law of scores, independent from key to key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scores {
    /// Standard normal.
    Gaussian,
    /// $s=\sqrt d\cos\theta$: a query of norm $\sqrt d$ against keys uniform on the sphere of radius $\sqrt d$ in so many dimensions, divided by $\sqrt d$.
    Sphere(usize),
    /// Density $\frac12e^{-|s|}$.
    Laplace,
}

/// Largest logarithm of the number of keys.
pub const LARGEST_LOG_COUNT: f64 = 300.0;
/// Largest dimension of a sphere.
const LARGEST_DIMENSION: usize = 100_000;
const STEP: f64 = 0.1;

fn keys(n: f64) -> Result<f64, TheoryError> {
    if n >= 2.0 && n.ln() <= LARGEST_LOG_COUNT {
        Ok(n)
    } else {
        Err(TheoryError::invalid(
            "n",
            n,
            format!("an integer >= 2, its logarithm at most {LARGEST_LOG_COUNT}"),
        ))
    }
}

fn sphere(d: usize) -> Result<f64, TheoryError> {
    if (3..=LARGEST_DIMENSION).contains(&d) {
        Ok(d as f64)
    } else {
        Err(TheoryError::invalid("d", d, format!("an integer from 3 to {LARGEST_DIMENSION}")))
    }
}

impl Scores {
    /// The law of $\beta s$ as `n` draws see it, and the step of the integral over their sum.
    fn law(self, n: f64, beta: f64) -> Result<(Law, f64), TheoryError> {
        const WHAT: &str = "the grid of scores";
        let log_n = n.ln();
        Ok(match self {
            Self::Gaussian => {
                let top = (2.0 * log_n).sqrt();
                let (low, high) = (-14.0, (top + 10.0).max(14.0));
                let step = (0.2 / beta).min(0.05);
                let count = ((high - low) / step).ceil();
                book(WHAT, 20.0 * count)?;
                let norm = step / (2.0 * PI).sqrt();
                let node = |i: usize| {
                    let s = low + step * i as f64;
                    (beta * s, norm * (-0.5 * s * s).exp())
                };
                // A Gaussian convolved with anything is smooth at its own scale, its extremes at that over their size.
                let outer = STEP.max(0.05 * beta / top.max(4.0));
                (Law::new((0..=count as usize).map(node).collect()), outer)
            }
            Self::Sphere(d) => {
                let d = sphere(d)?;
                let sharpness = beta * d.sqrt();
                book(WHAT, 20.0 * (20.0 * sharpness + 40.0 * d.sqrt()))?;
                let overlaps = spherical_overlaps(d, sharpness);
                (Law::new(overlaps.into_iter().map(|(q, log)| (sharpness * q, log.exp())).collect()), STEP)
            }
            Self::Laplace => {
                // Beyond this nothing counts: rare keys that take a row, or the tail of a mean of e^(2βs).
                let rare = log_n / beta.min(1.0);
                let mean = if beta < 0.5 { -LOG_NEGLIGIBLE / (1.0 - 2.0 * beta) } else { f64::INFINITY };
                let reach = rare.min(mean).max(log_n) - LOG_NEGLIGIBLE;
                let panels = (reach * (0.25 * beta).max(1.0)).ceil();
                book(WHAT, 40.0 * 48.0 * panels)?;
                let width = reach / panels;
                let rule = legendre_on(24, 0.0, width);
                let mut nodes = Vec::new();
                for panel in 0..panels as usize {
                    for (x, weight) in &rule {
                        let s = width * panel as f64 + x;
                        let p = 0.5 * weight * (-s).exp();
                        nodes.extend([(beta * s, p), (-beta * s, p)]);
                    }
                }
                (Law::new(nodes), STEP)
            }
        })
    }
}

/// Averages over the attention of one row of `n` keys at inverse temperature `beta`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttentionStatistics {
    /// $\mathbb E\sum p^2$: its inverse is a number of keys that are attended.
    pub participation: f64,
    /// $\mathbb EH$, $H=-\sum p\log p$.
    pub entropy: f64,
    /// $\mathbb E\log\sum e^{\beta s}$.
    pub log_z: f64,
}

/// The mean participation, entropy and log-partition function of a softmax over `n` independent scores.
///
/// # Formula
/// With $w=e^{u+\beta s}$, $\varphi=\mathbb Ee^{-w}$: $n\int du\,\mathbb E\lbrack w^2e^{-w}\rbrack\varphi^{n-1}$, $-n\int du\,\mathbb E\lbrack(\gamma_E+\log w)we^{-w}\rbrack\varphi^{n-1}$,
/// $-\gamma_E-u_0-\int_{u_0}^\infty\varphi^ndu$.
///
/// # Errors
/// $10^{-12}$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $n\ge2$, $\log n\le300$, $\beta>0$, $3\le d\le10^5$; [`TooCostly`](TheoryError::TooCostly) for the largest $\beta$.
///
/// # Source
/// Random-energy model at finite size, exactly.
///
/// # Example
/// ```
/// use solvable_theory::memories_and_mixing::{Scores, attention_statistics};
/// // Scores of unit variance: attention is a flat average over n/e keys.
/// let flat = attention_statistics(Scores::Gaussian, 1e6, 1.0)?;
/// assert!((flat.participation * 1e6 - std::f64::consts::E).abs() < 1e-3);
/// assert!((flat.entropy - 1e6f64.ln() + 0.5).abs() < 1e-3);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn attention_statistics(scores: Scores, n: f64, beta: f64) -> Result<AttentionStatistics, TheoryError> {
    keys(n)?;
    positive("beta", beta)?;
    let (law, step) = scores.law(n, beta)?;
    let Shares { participation, entropy, log_sum } = law.shares(n, step)?;
    Ok(AttentionStatistics { participation, entropy, log_z: log_sum })
}

/// What a temperature is asked to give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Attended {
    /// $\mathbb E\sum p^2$, between $1/n$ and 1.
    Participation(f64),
    /// $\mathbb EH$, between 0 and $\log n$.
    Entropy(f64),
}

/// The inverse temperature at which `n` keys are attended as wanted.
///
/// # Formula
/// The root of [`attention_statistics`] in $\beta$, which is monotone.
///
/// # Errors
/// $10^{-11}$. [`InvalidParameter`](TheoryError::InvalidParameter) for a participation outside $(1/n,1)$ or an entropy outside $(0,\log n)$;
/// [`Undefined`](TheoryError::Undefined) where the root is not between $10^{-2}$ and $10^3$; otherwise as [`attention_statistics`].
///
/// # Source
/// As [`attention_statistics`].
pub fn attention_temperature(scores: Scores, n: f64, wanted: Attended) -> Result<f64, TheoryError> {
    const LEAST: f64 = 1e-2;
    const MOST: f64 = 1e3;
    keys(n)?;
    match wanted {
        Attended::Participation(p) if !(p > n.recip() && p < 1.0) => {
            return Err(TheoryError::invalid(
                "participation",
                p,
                format!("a number in (1/n, 1), 1/n = {}", n.recip()),
            ));
        }
        Attended::Entropy(h) if !(h > 0.0 && h < n.ln()) => {
            return Err(TheoryError::invalid(
                "entropy",
                h,
                format!("a number in (0, log n), log n = {}", n.ln()),
            ));
        }
        _ => (),
    }
    // Rises with beta; in logarithms, so that it is nearly linear.
    let excess = |log_beta: f64| -> Result<f64, TheoryError> {
        let found = attention_statistics(scores, n, log_beta.exp())?;
        Ok(match wanted {
            Attended::Participation(p) => (found.participation / p).ln(),
            Attended::Entropy(h) => (h - found.entropy) / h,
        })
    };
    let outside = |beta: f64| {
        TheoryError::undefined(
            "the temperature",
            format!("it would lie beyond beta = {beta}; temperatures are sought from {LEAST} to {MOST}"),
        )
    };
    let (mut low, mut high) = (LEAST.ln(), 0f64);
    let mut at_low = excess(low)?;
    if at_low > 0.0 {
        return Err(outside(LEAST));
    }
    let mut at_high = excess(high)?;
    while at_high < 0.0 {
        (low, at_low) = (high, at_high);
        if high >= MOST.ln() {
            return Err(outside(MOST));
        }
        high = (high + 2f64.ln()).min(MOST.ln());
        at_high = excess(high)?;
    }
    // The false position with Illinois' halving keeps the bracket.
    let (mut side, mut last) = (0, f64::NAN);
    for _ in 0..100 {
        if high - low < 1e-13 {
            break;
        }
        let middle = (high * at_low - low * at_high) / (at_low - at_high);
        let middle = if middle > low && middle < high { middle } else { 0.5 * (low + high) };
        // What two steps agree on will not move any more.
        if f64::abs(middle - last) < 1e-14 {
            return Ok(middle.exp());
        }
        last = middle;
        let at = excess(middle)?;
        if at == 0.0 {
            return Ok(middle.exp());
        }
        if at < 0.0 {
            (low, at_low) = (middle, at);
            if side == -1 {
                at_high *= 0.5;
            }
            side = -1;
        } else {
            (high, at_high) = (middle, at);
            if side == 1 {
                at_low *= 0.5;
            }
            side = 1;
        }
        if at.abs() < 1e-14 {
            return Ok(middle.exp());
        }
    }
    Ok((0.5 * (low + high)).exp())
}

/// Where attention condenses on few keys.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tail {
    /// Gaussian scores with a correlation from key to key, and groups of so many equal keys.
    Gaussian {
        /// $\varrho<1$: a common part of all scores drops out of the softmax.
        correlation: f64,
        /// Equal keys in a group.
        copies: f64,
    },
    /// Keys on a sphere in so many dimensions.
    Sphere(usize),
    /// $P(s>x)\simeq e^{-cx^a}$.
    Stretched {
        /// $a$.
        power: f64,
        /// $c$.
        rate: f64,
    },
}

/// The inverse temperature $\beta_c$ at which `n` keys condense.
///
/// # Formula
/// Gaussian $\sqrt{2\log(n/k)/(1-\varrho)}$; sphere $\sqrt de^{2\alpha}\sqrt{1-e^{-2\alpha}}$, $\alpha=\frac{\log n}d$; stretched $\max(a,1)c^{1/a}(\log n)^{1-1/a}$.
///
/// # Errors
/// Rounding; logarithmic corrections at finite $n$. [`InvalidParameter`](TheoryError::InvalidParameter) outside $n\ge2$, $-\frac1{n-1}\le\varrho<1$, $1\le k\le n$, $a,c>0$, $d\ge3$.
///
/// # Source
/// Random-energy model.
pub fn critical_temperature(tail: Tail, n: f64) -> Result<f64, TheoryError> {
    if !(n.is_finite() && n >= 2.0) {
        return Err(TheoryError::invalid("n", n, "an integer >= 2"));
    }
    let log_n = n.ln();
    let critical = match tail {
        Tail::Gaussian { correlation, copies } => {
            if !(copies >= 1.0 && copies <= n) {
                return Err(TheoryError::invalid("copies", copies, format!("an integer from 1 to n = {n}")));
            }
            if !(correlation < 1.0 && correlation >= -(n - 1.0).recip()) {
                return Err(TheoryError::invalid(
                    "correlation",
                    correlation,
                    "a number from -1/(n - 1) to below 1",
                ));
            }
            (2.0 * (n / copies).ln() / (1.0 - correlation)).sqrt()
        }
        Tail::Sphere(d) => {
            let d = sphere(d)?;
            let alpha = log_n / d;
            d.sqrt() * (2.0 * alpha).exp() * (-(-2.0 * alpha).exp_m1()).sqrt()
        }
        Tail::Stretched { power, rate } => {
            positive("a", power)?;
            positive("c", rate)?;
            power.max(1.0) * (rate.ln() / power + (1.0 - power.recip()) * log_n.ln()).exp()
        }
    };
    if critical == 0.0 {
        return Err(TheoryError::undefined(
            "the critical inverse temperature",
            "it is smaller than the least positive number; choose a larger `a` or `c`",
        ));
    }
    representable("the critical inverse temperature", critical)
}

/// Exponents of $n$ at $\beta=\gamma\sqrt{2\log n}$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParticipationExponents {
    /// Of $\mathbb E\sum p^2$.
    pub mean: f64,
    /// Of $\sum p^2$ in a typical row.
    pub typical: f64,
    /// $\mathbb EH/\log n$.
    pub entropy: f64,
}

/// Exponents of participation and entropy of Gaussian scores.
///
/// # Formula
/// Mean: $2\gamma^2-1$ up to $\gamma=\frac1{\sqrt3}$, then $1-\frac14(\gamma+\frac1\gamma)^2$; typical: $2\gamma^2-1$ up to $\frac12$, then $-2(1-\gamma)^2$; entropy $1-\gamma^2$; zero from 1 on.
///
/// # Errors
/// Exact for $n\to\infty$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\gamma>0$.
///
/// # Source
/// Random-energy model; the mean is ruled by rare rows from $\gamma=\frac1{\sqrt3}$ on.
pub fn participation_exponents(gamma: f64) -> Result<ParticipationExponents, TheoryError> {
    positive("gamma", gamma)?;
    if gamma >= 1.0 {
        return Ok(ParticipationExponents { mean: 0.0, typical: 0.0, entropy: 0.0 });
    }
    let flat = 2.0 * gamma * gamma - 1.0;
    // 1 − (γ + 1/γ)²/4 = −((1 − γ²)/2γ)².
    let rare = -(0.5 * (1.0 - gamma) * (1.0 + gamma) / gamma).powi(2);
    Ok(ParticipationExponents {
        mean: if 3.0 * gamma * gamma <= 1.0 { flat } else { rare },
        typical: if gamma <= 0.5 { flat } else { -2.0 * (1.0 - gamma).powi(2) },
        entropy: (1.0 - gamma) * (1.0 + gamma),
    })
}

/// $\mathbb E\sum p^2\to1-\frac1\gamma$ and $\mathbb EH\to\digamma(1)-\digamma(1-\frac1\gamma)$ above the critical temperature, $\beta=\gamma\beta_c$, for $n\to\infty$.
///
/// # Errors
/// Exact in the limit, with corrections that fall as $1/\log n$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\gamma>1$.
///
/// # Source
/// Poisson–Dirichlet weights.
pub fn condensed_limit(gamma: f64) -> Result<(f64, f64), TheoryError> {
    finite("gamma", gamma)?;
    if gamma <= 1.0 {
        return Err(TheoryError::invalid("gamma", gamma, "a number > 1: attention has condensed"));
    }
    let left = (gamma - 1.0) / gamma;
    Ok((left, -EULER - digamma(left)))
}

/// $\mathbb E\sum p^2\approx1-\frac{h_n}\beta$ with the hazard $h_n$ of a normal variable at its upper $\frac1n$ quantile: the limit of condensed attention with its largest correction.
///
/// # Errors
/// None is stated: 0.325 against 0.389 at $n=1024$, $\beta=5$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\beta>h_n$.
///
/// # Source
/// The largest of `n` normal numbers as a Poisson process.
pub fn condensed_by_hazard(n: f64, beta: f64) -> Result<f64, TheoryError> {
    keys(n)?;
    let t = SQRT_2 * inverse_erfc(2.0 / n);
    let hazard = (-0.5 * t * t).exp() / (2.0 * PI).sqrt() / (0.5 * erfc(t * FRAC_1_SQRT_2));
    if positive("beta", beta)? <= hazard {
        return Err(TheoryError::invalid("beta", beta, format!("a number above the hazard {hazard}")));
    }
    Ok(1.0 - hazard / beta)
}

/// The largest weight of a row and rigorous bounds of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GapBounds {
    /// $p_{\max}$.
    pub largest: f64,
    /// $\max(0,1-\frac B\beta)$.
    pub lower: f64,
    /// $\min_\delta e^{\beta\delta}/N(\delta)$, at most 1.
    pub upper: f64,
    /// $B=\sup_{\delta>0}\frac{\log N(\delta)}\delta$, the row's own critical inverse temperature; infinite where the maximum is tied.
    pub critical: f64,
}

/// The largest attention weight of a row of scores, with bounds by the number $N(\delta)$ of scores within $\delta$ of the maximum, which counts itself.
///
/// # Formula
/// $\frac1{p_{\max}}=\int_0^\infty\beta e^{-\beta\delta}N(\delta)\,d\delta$.
///
/// # Errors
/// Rigorous. [`InvalidParameter`](TheoryError::InvalidParameter) without scores, for scores that are not finite, or unless $\beta>0$.
///
/// # Source
/// Hayase and Karakida (the gap-counting function).
///
/// # Example
/// ```
/// use solvable_theory::memories_and_mixing::gap_bounds;
/// let bounds = gap_bounds(&[3.0, 0.0, 0.0], 2.0)?;
/// assert!(bounds.lower <= bounds.largest && bounds.largest <= bounds.upper);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn gap_bounds(scores: &[f64], beta: f64) -> Result<GapBounds, TheoryError> {
    positive("beta", beta)?;
    if scores.is_empty() {
        return Err(TheoryError::invalid("values", "an empty list", "at least one score"));
    }
    scores.iter().try_for_each(|s| finite("values", *s).map(drop))?;
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut gaps: Vec<f64> = scores.iter().map(|s| top - s).collect();
    gaps.sort_by(f64::total_cmp);
    let sum: f64 = gaps.iter().rev().map(|gap| (-beta * gap).exp()).sum();
    let (mut critical, mut upper) = (0f64, 1f64);
    for (i, gap) in gaps.iter().enumerate().skip(1) {
        // Only the last of equal gaps has them all counted; the others give weaker bounds.
        let log = ((i + 1) as f64).ln();
        critical = critical.max(if *gap > 0.0 { log / gap } else { f64::INFINITY });
        upper = upper.min((beta * gap - log).exp());
    }
    let lower = (1.0 - critical / beta).max(0.0);
    Ok(GapBounds { largest: sum.recip(), lower, upper, critical })
}
