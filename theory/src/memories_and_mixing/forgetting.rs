//! Forgetting in a log-sum-exp memory, and replay against it.
//!
//! $E_S(v)=\frac12\|v\|^2-\frac1\beta\log\frac1{|S|}\sum_{\mu\in S}e^{\beta\xi_\mu\cdot v}$, normalised by the number of patterns.

use nalgebra::{DMatrix, DVector};

use crate::TheoryError;
use crate::error::{at_least, finite, non_negative, positive, representable};

/// The largest exponent whose exponential is far from overflow.
const LARGE: f64 = 600.0;

/// The energy of a state before and after its task is replaced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnergyChange {
    /// $E_A(v)$.
    pub before: f64,
    /// $E_B(v)$.
    pub after: f64,
    /// $E_B(v)-E_A(v)$.
    pub change: f64,
}

/// The energies of `v` in the memories of two tasks (patterns row by row).
///
/// # Formula
/// $E_S=\frac12\|v\|^2-\frac1\beta\log\frac1{|S|}\sum_{\mu\in S}e^{\beta\xi_\mu\cdot v}$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\beta>0$ and lengths fit.
///
/// # Source
/// Forgetting as a rise of energy, Takeda, Oizumi and Karakida.
pub fn energy_change(
    first: &DMatrix<f64>,
    second: &DMatrix<f64>,
    v: &[f64],
    beta: f64,
) -> Result<EnergyChange, TheoryError> {
    positive("beta", beta)?;
    v.iter().try_for_each(|x| finite("v", *x).map(drop))?;
    let state = DVector::from_column_slice(v);
    let free = |name: &str, xi: &DMatrix<f64>| {
        if xi.nrows() == 0 || xi.ncols() != v.len() {
            let found = format!("{} x {}", xi.nrows(), xi.ncols());
            return Err(TheoryError::invalid(name, found, format!("patterns of {} numbers, as v", v.len())));
        }
        xi.iter().try_for_each(|x| finite(name, *x).map(drop))?;
        representable("the free energy", log_mean_exp(beta, &(xi * &state)))
    };
    let (a, b) = (free("xi_A", first)?, free("xi_B", second)?);
    let half = 0.5 * state.norm_squared();
    let representable = |x| representable("the energy", x);
    Ok(EnergyChange {
        before: representable(half - a)?,
        after: representable(half - b)?,
        change: representable(a - b)?,
    })
}

/// $\frac1\beta\log\frac1n\sum e^{\beta x_i}$.
fn log_mean_exp(beta: f64, x: &DVector<f64>) -> f64 {
    let (top, n) = (x.max(), x.len() as f64);
    let range = beta * (top - x.min());
    let log = if range < 1.0 {
        (x.iter().map(|x| (beta * (x - top)).exp_m1()).sum::<f64>() / n).ln_1p()
    } else {
        (x.iter().map(|x| (beta * (x - top)).exp()).sum::<f64>() / n).ln()
    };
    top + log / beta
}

/// What replaying all of the old task with weight $p$ saves of a rise $\Delta E$ of energy.
///
/// # Formula
/// $\frac1\beta\lbrack\log(1+pe^{\beta\Delta E})-\log(1+p)\rbrack$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\beta>0$ and $p\ge0$.
///
/// # Source
/// An identity of the energies.
pub fn replay_gain(beta: f64, rise: f64, p: f64) -> Result<f64, TheoryError> {
    positive("beta", beta)?;
    finite("dE", rise)?;
    non_negative("p", p)?;
    gain(beta, representable("beta dE", beta * rise)?, p)
}

/// $\frac1\beta\log\frac{1+pe^x}{1+p}$.
fn gain(beta: f64, x: f64, p: f64) -> Result<f64, TheoryError> {
    let log = if p == 0.0 {
        0.0
    } else if x > LARGE {
        softplus(p.ln() + x) - p.ln_1p()
    } else if x > -1.0 {
        (p / (1.0 + p) * x.exp_m1()).ln_1p()
    } else {
        softplus(p.ln() + x) - p.ln_1p()
    };
    representable("the gain", log / beta)
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The expected gain of replaying `replayed` of `stored` old patterns, drawn at random, with weight $p$ in all.
///
/// Old patterns have squared norm $R^2$ and mutual overlaps $qR^2$; the new ones have overlap $rR^2$ with the old pattern that is tested.
///
/// # Formula
/// $\frac mKG(z_1)+(1-\frac mK)G(z_0)$, $z_1=\log\frac{e^{\beta R^2}+(m-1)e^{\beta qR^2}}m$, $z_0=\beta qR^2$, $G(z)=\frac1\beta\log\frac{1+pe^{z-\beta rR^2}}{1+p}$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $1\le m\le K$, $-\frac1{K-1}\le q\le1$, $|r|\le1$, $\beta,R^2>0$ and $p\ge0$.
///
/// # Source
/// The identity of full replay holds for one buffer; the mean over buffers is smaller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReplayBuffer {
    /// $\beta$.
    pub beta: f64,
    /// $R^2$.
    pub r2: f64,
    /// $q$.
    pub overlap: f64,
    /// $r$.
    pub new_overlap: f64,
    /// $K$.
    pub stored: usize,
    /// $m$.
    pub replayed: usize,
    /// $p$.
    pub weight: f64,
}

impl ReplayBuffer {
    /// The expected gain.
    ///
    /// # Errors
    /// See [`ReplayBuffer`].
    pub fn gain(&self) -> Result<f64, TheoryError> {
        let Self { beta, r2, overlap, new_overlap, stored, replayed, weight } = *self;
        let x = representable("beta R2", positive("beta", beta)? * positive("R2", r2)?)?;
        at_least("K", stored, 1)?;
        at_least("m", replayed, 1)?;
        if replayed > stored {
            return Err(TheoryError::invalid("m", replayed, format!("an integer from 1 to K = {stored}")));
        }
        mutual_overlap("q", overlap, stored)?;
        within_one("r", new_overlap)?;
        non_negative("p", weight)?;
        let (k, m) = (stored as f64, replayed as f64);
        let apart = x * (overlap - new_overlap);
        // log of the mean of e^(βR²(1 − q)) and m − 1 ones.
        let rise = x * (1.0 - overlap);
        let own = if rise < LARGE { (rise.exp_m1() / m).ln_1p() } else { rise - m.ln() };
        let inside = gain(beta, apart + own, weight)?;
        let outside = gain(beta, apart, weight)?;
        Ok(m / k * inside + (k - m) / k * outside)
    }
}

fn within_one(name: &str, x: f64) -> Result<(), TheoryError> {
    if (-1.0..=1.0).contains(&x) {
        Ok(())
    } else {
        Err(TheoryError::invalid(name, x, "a number from -1 to 1"))
    }
}

/// The overlap that `count` vectors of one norm can have with each other.
fn mutual_overlap(name: &str, q: f64, count: usize) -> Result<(), TheoryError> {
    let least = if count > 1 { -((count - 1) as f64).recip() } else { -1.0 };
    if (least..=1.0).contains(&q) {
        Ok(())
    } else {
        Err(TheoryError::invalid(name, q, format!("a number from {least} to 1: {count} vectors of one norm")))
    }
}

/// The overlap $r^*$ of a new task with a cluster of `clustered` old patterns (mutual overlap $q$) above which `outliers` orthogonal to everything forget more than it.
///
/// # Formula
/// $r^*=\frac1{\beta R^2}\log\frac{e^{\beta R^2}+(K_c-1)e^{\beta R^2q}+K_o}{e^{\beta R^2}+K_c+K_o-1}$, $\Delta E_{\rm out}-\Delta E_{\rm cl}=R^2(r-r^*)$.
///
/// # Errors
/// Rounding. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\beta,R^2>0$, $K_c,K_o\ge1$, $-\frac1{K_c-1}\le q\le1$.
///
/// # Source
/// Energies of explicit Gram matrices.
pub fn outlier_boundary(
    beta: f64,
    r2: f64,
    q: f64,
    clustered: usize,
    outliers: usize,
) -> Result<f64, TheoryError> {
    let x = positive("beta", beta)? * positive("R2", r2)?;
    if x < f64::MIN_POSITIVE || x == f64::INFINITY {
        return Err(TheoryError::undefined(
            "beta R2",
            "it exceeds the range of 64-bit floating point numbers",
        ));
    }
    at_least("Kc", clustered, 1)?;
    at_least("Ko", outliers, 1)?;
    mutual_overlap("q", q, clustered)?;
    let (others, rest) = ((clustered - 1) as f64, clustered as f64 + (outliers as f64 - 1.0));
    let decayed = (-x).exp();
    let excess = if x < LARGE { decayed * (x * q).exp_m1() } else { (x * (q - 1.0)).exp() - decayed };
    Ok((others * excess / (1.0 + rest * decayed)).ln_1p() / x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// Vectors of squared norm `r2` and overlaps `q r2`.
    fn equiangular(count: usize, r2: f64, q: f64, dimension: usize) -> DMatrix<f64> {
        let k = count as f64;
        let side = (1.0 - q).sqrt();
        let shift = ((1.0 - q + k * q).sqrt() - side) / k;
        let own = DMatrix::from_fn(count, count, |i, j| if i == j { side + shift } else { shift });
        let mut all = DMatrix::zeros(count, dimension);
        all.view_mut((0, 0), (count, count)).copy_from(&(own * r2.sqrt()));
        all
    }

    /// Cluster, outliers and a new task as explicit vectors: outliers forget less just below the boundary.
    #[test]
    fn outliers_forget_less_below_the_boundary() {
        for (beta, r2, q, clustered, outliers) in
            [(0.5, 6.0, 0.8, 12, 3), (1.0, 2.0, 0.3, 5, 1), (0.7, 3.0, -0.1, 4, 6)]
        {
            let boundary = outlier_boundary(beta, r2, q, clustered, outliers).unwrap();
            let dimension = clustered + outliers + 1;
            let mut old = DMatrix::zeros(clustered + outliers, dimension);
            old.rows_mut(0, clustered).copy_from(&equiangular(clustered, r2, q, dimension));
            for i in 0..outliers {
                old[(clustered + i, clustered + i)] = f64::sqrt(r2);
            }
            for by in [-0.02, 0.02] {
                // One new pattern at overlap r with every pattern of the cluster, the rest in a direction of its own.
                let k = clustered as f64;
                let r = boundary + by;
                let mut fresh = DMatrix::zeros(1, dimension);
                let centre = old.rows(0, clustered).row_sum();
                fresh.copy_from(&(&centre * (r / (1.0 + (k - 1.0) * q))));
                fresh[dimension - 1] = (r2 - fresh.norm_squared()).max(0.0).sqrt();
                let state = |row: usize| old.row(row).iter().copied().collect::<Vec<_>>();
                let change = |row| energy_change(&old, &fresh, &state(row), beta).unwrap().change;
                let difference = change(clustered) - change(0);
                assert_relative_eq!(difference, r2 * by, epsilon = 1e-12);
            }
        }
    }

    /// All subsets of explicit vectors.
    #[test]
    fn the_mean_gain_of_a_buffer_is_that_of_all_buffers() {
        let (beta, r2, stored, p, r) = (1.7, 1.5, 6, 0.3, -0.4);
        for q in [-0.15, 0.0, 0.4, 1.0] {
            let old = equiangular(stored, r2, q, stored);
            for replayed in 1..=stored {
                let buffer =
                    ReplayBuffer { beta, r2, overlap: q, new_overlap: r, stored, replayed, weight: p };
                let (mut sum, mut count) = (0.0, 0.0);
                for set in 0..1u32 << stored {
                    if set.count_ones() as usize != replayed {
                        continue;
                    }
                    let mean: f64 = (0..stored)
                        .filter(|i| set >> i & 1 == 1)
                        .map(|i| (beta * old.row(i).dot(&old.row(0))).exp())
                        .sum::<f64>()
                        / replayed as f64;
                    let fresh = (beta * r * r2).exp();
                    sum += ((fresh + p * mean) / fresh / (1.0 + p)).ln() / beta;
                    count += 1.0;
                }
                assert_relative_eq!(
                    buffer.gain().unwrap(),
                    sum / count,
                    max_relative = 1e-12,
                    epsilon = 1e-15
                );
            }
            let all =
                ReplayBuffer { beta, r2, overlap: q, new_overlap: r, stored, replayed: stored, weight: p };
            let tested: Vec<f64> = old.row(0).iter().copied().collect();
            // Full replay is the identity: the rise against a new task at overlap r.
            let own = log_mean_exp(beta, &(&old * DVector::from_vec(tested)));
            assert_relative_eq!(
                all.gain().unwrap(),
                replay_gain(beta, own - r * r2, p).unwrap(),
                max_relative = 1e-12,
                epsilon = 1e-15
            );
        }
    }

    #[test]
    fn gains_agree_where_their_forms_meet() {
        for p in [1e-300, 1e-3, 1.0, 1e3, 1e300] {
            for x in [-1.0f64, LARGE] {
                let (below, above) = (gain(1.0, x - 1e-9, p).unwrap(), gain(1.0, x + 1e-9, p).unwrap());
                assert_relative_eq!(below, above, max_relative = 1e-8, epsilon = 1e-12);
            }
        }
        assert_eq!(gain(1.0, 5.0, 0.0).unwrap(), 0.0);
        assert_relative_eq!(gain(2.0, 1e-14, 1.0).unwrap(), 2.5e-15, max_relative = 1e-12);
    }
}
