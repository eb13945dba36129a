//! Random memories: what exponentially many new patterns do to old ones.

use crate::TheoryError;
use crate::attention_boltzmann::{PatternEnsemble, typical_capacity};
use crate::error::{non_negative, positive, representable};
use crate::random_energies::{Law, spherical_overlaps};

/// Largest $N$, and largest $N\beta$.
const LARGEST: usize = 100_000;
const SHARPEST: f64 = 1e4;

fn dimension(n: usize, least: usize) -> Result<f64, TheoryError> {
    if (least..=LARGEST).contains(&n) {
        Ok(n as f64)
    } else {
        Err(TheoryError::invalid("N", n, format!("an integer from {least} to {LARGEST}")))
    }
}

fn sharpness(n: f64, beta: f64) -> Result<f64, TheoryError> {
    let x = n * positive("beta", beta)?;
    if x <= SHARPEST {
        Ok(x)
    } else {
        Err(TheoryError::invalid("beta", beta, format!("a number > 0 with N beta <= {SHARPEST}")))
    }
}

fn at_least_one(name: &str, count: f64) -> Result<f64, TheoryError> {
    if count.is_finite() && count >= 1.0 {
        Ok(count)
    } else {
        Err(TheoryError::invalid(name, count, "a finite number >= 1"))
    }
}

/// The mean rise of energy $\mathbb E\Delta E/N$ of an old pattern when `old` random patterns on the sphere of squared radius $N$ are replaced by `new` others.
///
/// # Formula
/// $\frac1{\beta N}\lbrack\mathbb E\log(e^{\beta N}+\Sigma_{K_A-1})-\log K_A-\mathbb E\log\Sigma_{K_B}+\log K_B\rbrack$, $\Sigma_P=\sum_{\mu\le P}e^{\beta Nq_\mu}$.
///
/// # Errors
/// $10^{-12}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $N$ outside 3 to 100,000, $N\beta$ outside 0 to $10^4$, fewer than one pattern;
/// [`TooCostly`](TheoryError::TooCostly) for the largest $N\beta$.
///
/// # Source
/// Mean logarithms of sums of independent terms, exactly.
///
/// # Example
/// ```
/// use solvable_theory::memories_and_mixing::forgetting_random;
/// assert!((forgetting_random(20, 3.0, 100.0, 1000.0)? - 0.3777).abs() < 1e-4);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn forgetting_random(n: usize, beta: f64, old: f64, new: f64) -> Result<f64, TheoryError> {
    let size = dimension(n, 3)?;
    let x = sharpness(size, beta)?;
    let (old, new) = (at_least_one("K_A", old)?, at_least_one("K_B", new)?);
    let energies = spherical_overlaps(size, x).into_iter().map(|(q, log)| (x * q, log.exp())).collect();
    let law = Law::of_so_many(energies, old.max(new));
    let before = if old == 1.0 { x } else { law.mean_log_sum_over_number(old - 1.0, Some(x))? };
    let after = if new == 1.0 { 0.0 } else { law.mean_log_sum_over_number(new, None)? };
    representable("the rise of energy", (before - after) / x)
}

/// The limit of [`forgetting_random`] for $K_A=e^{\alpha_AN}$ and $K_B=e^{\alpha_BN}$.
///
/// # Formula
/// $\frac{\alpha_1(\beta)-\alpha_A}\beta$ while the new patterns self-average ($\alpha_B\ge I(q_*)$), else $1-q_\alpha+\frac{\alpha_B-\alpha_A}\beta$, $q_\alpha=\sqrt{1-e^{-2\alpha_B}}$.
///
/// # Errors
/// $10^{-14}$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\beta>0$, $\alpha_B\ge0$ and $0\le\alpha_A<\alpha_1(\beta)$, below which an old pattern is remembered.
///
/// # Source
/// Random-energy model of both sums.
pub fn forgetting_rate(beta: f64, alpha_old: f64, alpha_new: f64) -> Result<f64, TheoryError> {
    positive("beta", beta)?;
    non_negative("alpha_A", alpha_old)?;
    non_negative("alpha_B", alpha_new)?;
    let capacity = typical_capacity(PatternEnsemble::Spherical, beta)?;
    if alpha_old >= capacity {
        return Err(TheoryError::invalid(
            "alpha_A",
            alpha_old,
            format!("a number from 0 to below alpha_1(beta) = {capacity}, where old patterns are remembered"),
        ));
    }
    // 1 - q*² = 2/(1 + √(1 + 4β²)).
    let rate = 0.5 * (0.5 * root_above_one(beta)).ln_1p();
    if rate <= alpha_new {
        return Ok((capacity - alpha_old) / beta);
    }
    let far = (-2.0 * alpha_new).exp();
    let q = (-(-2.0 * alpha_new).exp_m1()).sqrt();
    representable("the rise of energy", far / (1.0 + q) + (alpha_new - alpha_old) / beta)
}

/// $\sqrt{1+4\lambda^2}-1$.
fn root_above_one(lambda: f64) -> f64 {
    let double = 2.0 * lambda;
    double * (double / (1.0 + double.hypot(1.0)))
}

/// The parts of the overlap of a new pattern with the old one, $q=\sqrt\rho\,r+\sqrt{(1-\rho)(1-r^2)}\,q'$: the angle between them in the plane of the old
/// pattern and the centre, and the factor of $q'$.
fn geometry(r: f64, rho: f64) -> Result<(f64, f64), TheoryError> {
    if !(-1.0..=1.0).contains(&r) {
        return Err(TheoryError::invalid("r", r, "a number from -1 to 1"));
    }
    if !(0.0..=1.0).contains(&rho) {
        return Err(TheoryError::invalid("rho", rho, "a number from 0 to 1"));
    }
    let across = (1.0 - rho).sqrt() * ((1.0 - r) * (1.0 + r)).sqrt();
    let angle = (1.0 - rho).sqrt().atan2(rho.sqrt()) - ((1.0 - r) * (1.0 + r)).sqrt().atan2(r);
    Ok((angle, across))
}

/// The capacity $\alpha_c$ for an old pattern: among $e^{\alpha N}$ new ones it is still retrieved in one update while $\alpha<\alpha_c$.
///
/// The new task has a centre at overlap $r$ with the old pattern, and its patterns have overlap $\sqrt\rho$ with that centre.
///
/// # Formula
/// $\beta(1-\sqrt\rho\,r)-\psi(\beta\sqrt{(1-\rho)(1-r^2)})$, $\psi(\lambda)=\lambda q_*+\frac12\log(1-q_*^2)$.
///
/// # Errors
/// $10^{-13}$. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\beta>0$, $|r|\le1$, $0\le\rho\le1$.
///
/// # Source
/// The uncondensed noise of a random-energy model.
///
/// # Example
/// ```
/// use solvable_theory::memories_and_mixing::survival_capacity;
/// // A new task that resembles the old pattern leaves less room.
/// assert!(survival_capacity(1.0, 0.6, 0.7)? < survival_capacity(1.0, 0.0, 0.7)?);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn survival_capacity(beta: f64, r: f64, rho: f64) -> Result<f64, TheoryError> {
    positive("beta", beta)?;
    let (angle, across) = geometry(r, rho)?;
    // 1 − √ρ r − √((1−ρ)(1−r²)) = 1 − cos of the angle, and λ − ψ(λ) is the capacity without overlaps.
    let lambda = beta * across;
    let noise = if lambda > 0.0 { typical_capacity(PatternEnsemble::Spherical, lambda)? } else { 0.0 };
    representable("the capacity", 2.0 * beta * (0.5 * angle).sin().powi(2) + noise)
}

/// The mean weight $\mathbb E\,p_1$ on an old pattern among `new` patterns of a new task, the old pattern as its own cue.
///
/// # Formula
/// $\int ds\,e^{s-e^s}(1-\mathbb E_q\lbrack1-e^{-e^{s+N\beta(q-1)}}\rbrack)^P$ with $q$ of [`survival_capacity`], $q'$ spherical in $N-1$ dimensions.
///
/// # Errors
/// $10^{-12}$. [`InvalidParameter`](TheoryError::InvalidParameter) for $N$ outside 4 to 100,000, $N\beta$ outside 0 to $10^4$, $|r|>1$, $\rho$ outside 0 to 1, $P<1$.
///
/// # Source
/// As [`attention_weight`](crate::attention_boltzmann::attention_weight).
pub fn survival_weight(n: usize, beta: f64, r: f64, rho: f64, new: f64) -> Result<f64, TheoryError> {
    let size = dimension(n, 4)?;
    let x = sharpness(size, beta)?;
    let (angle, across) = geometry(r, rho)?;
    let new = at_least_one("P", new)?;
    // q − 1 = −(1 − cos angle) − across (1 − q').
    let below = 2.0 * (0.5 * angle).sin().powi(2);
    let energies = spherical_overlaps(size - 1.0, x * across)
        .into_iter()
        .map(|(q, log)| (-x * (below + across * (1.0 - q)), log.exp()))
        .collect();
    Law::of_so_many(energies, new).mean_share(new)
}
