//! Random subsets of a finite population.

use super::population::Population;
use super::stopping::Law;
use super::two_point::{Errors, filled};
use crate::TheoryError;
use crate::error::non_negative;

/// $(E^{\rm out},L)$ of gradient flow on `samples` $=N$ points drawn without replacement from a population of $n$, at each of `times`: the mean
/// squared label error on the points left out and on those drawn. `mu` are the eigenvalues of the population's $n\times n$ kernel matrix, `y2` the
/// squared projections $(v_k^\top y)^2$ of the labels.
///
/// # Formula
/// $z'=z+(n-N)c$, $c=\left[\sum_k\frac1{\mu_k+z'}\right]^{-1}$, $D=\frac{Nc_1c_2Y_{12}}{1-(n-N)c_1c_2T_{12}}$ with
/// $Y_{12}=\sum\frac{y_k^2}{(\mu_k+z_1')(\mu_k+z_2')}$, $T_{12}$ the same without $y_k^2$, $\kappa=Nc$, in the double contour sum.
///
/// # Accuracy
/// $10^{-11}$ of the start.
///
/// # Validity
/// Eigenvectors in general position; the training error at late times is decided by the least eigenvalues and is not to be trusted.
///
/// # Errors
/// $N<1$ or $N\ge n$; negative or infinite numbers; lists of different lengths; all of `mu` 0; negative times.
///
/// # Source
/// Free compression; derived in the notes.
pub fn subset_curve(
    mu: &[f64],
    y2: &[f64],
    samples: usize,
    times: &[f64],
) -> Result<Vec<[f64; 2]>, TheoryError> {
    let population = Population::new(mu, y2, samples)?;
    filled("t", times)?;
    times.iter().try_for_each(|t| non_negative("t", *t).map(|_| ()))?;
    times
        .iter()
        .map(|&t| {
            let Errors { test, training } = population.at_time(t)?.0;
            Ok([test, training])
        })
        .collect()
}
