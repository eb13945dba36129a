//! Several passes over the same samples, drawn with replacement.

use super::sgd::{MOST_UPDATES, affordable, at_steps, last_of, pole_share};
use crate::TheoryError;
use crate::error::{at_least, non_negative, positive, representable};

/// Checks that `values` are `samples` numbers $\ge0$.
fn projections(name: &str, values: &[f64], samples: usize) -> Result<(), TheoryError> {
    at_least("N", samples, 1)?;
    if values.len() != samples {
        let found = format!("{} numbers", values.len());
        return Err(TheoryError::invalid(name, found, format!("{samples}, as many as samples")));
    }
    values.iter().try_for_each(|value| non_negative(name, *value).map(|_| ()))
}

fn spectrum(mu: &[f64], samples: usize) -> Result<(), TheoryError> {
    projections("mu", mu, samples)?;
    if mu.iter().all(|mu| *mu == 0.0) {
        return Err(TheoryError::invalid("mu", "all zero", "some eigenvalue > 0"));
    }
    representable("the sum of mu", mu.iter().sum()).map(|_| ())
}

/// The training error $L_n$ after each number of steps in `n`, of descent with the step $\alpha$ and batches of `batch` $=B$ samples drawn
/// with replacement from $N$; `mu`: the eigenvalues of the kernel matrix, `y2`: the squared projections of the labels on its
/// eigenvectors.
///
/// # Formula
/// $x_k=\frac{\alpha\mu_k}N$, $\rho_k(0)=y_k^2$, $L=\frac1N\sum\rho_k$,
/// $\rho_k'=\big[(1-x_k)^2-\frac{x_k^2}B\big]\rho_k+\frac{x_k^2N}BL$.
///
/// # Validity
/// Eigenvectors that are spread evenly over the samples: claim it for $\lambda_1/\sum\lambda<0.05$ only. An eigenvector that is a few
/// samples' affair breaks it (20 to 30 % too high at $B=1$, $\lambda=i^{-1.5}$).
///
/// # Errors
/// `mu` or `y2` negative or not of length $N$; `mu` all zero; $N<1$; $B<1$; $\alpha\le0$; an empty list `n`; more than $10^{10}$ steps times
/// samples; errors that overflow.
///
/// # Source
/// Derived in the notes: a discrete form of homogenised descent, cf. Paquette et al. (2021).
///
/// # Example
/// ```
/// use solvable_theory::learning_in_time::multipass_curve;
/// let losses = multipass_curve(&[5.0, 2.0, 1.0, 0.5], &[1.0, 1.0, 0.5, 0.2], 4, 2, 0.2, &[3, 10])?;
/// assert!((losses[0] - 0.33843766551818844).abs() < 1e-14 && (losses[1] - 0.12248847793414236).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn multipass_curve(
    mu: &[f64],
    y2: &[f64],
    samples: usize,
    batch: usize,
    alpha: f64,
    n: &[usize],
) -> Result<Vec<f64>, TheoryError> {
    spectrum(mu, samples)?;
    projections("y2", y2, samples)?;
    let share = 1.0 / at_least("B", batch, 1)? as f64;
    positive("alpha", alpha)?;
    affordable("n", last_of(n)?, samples, MOST_UPDATES)?;
    let mut residuals = y2.to_vec();
    let mut total = representable("the sum of y2", y2.iter().sum())?;
    let step = alpha / samples as f64;
    at_steps(n, |_, asked| {
        if asked {
            return representable("a training error", total / samples as f64);
        }
        if total == 0.0 {
            return Ok(0.0);
        }
        for (rho, mu) in residuals.iter_mut().zip(mu) {
            let x = step * mu;
            *rho = (1.0 - x) * (1.0 - x) * *rho + share * x * x * (total - *rho);
        }
        total = residuals.iter().sum();
        Ok(total)
    })
}

/// The step above which the mean square of [`multipass_curve`] grows.
///
/// # Formula
/// The root of $\sum_k\frac{x_k}{B[2-x_k(1-1/B)]}=1$ with $x_1(1-\frac1B)<2$, $x_k=\frac{\alpha_c\mu_k}N$; $B=1$:
/// $\alpha_c=\frac{2N}{\operatorname{tr}K}$.
///
/// # Errors
/// `mu` negative, all zero or not of length $N$; $N<1$; $B<1$; a threshold that overflows.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::learning_in_time::multipass_threshold;
/// assert!((multipass_threshold(&[5.0, 2.0, 1.0, 0.5], 4, 1)? - 8.0 / 8.5).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn multipass_threshold(mu: &[f64], samples: usize, batch: usize) -> Result<f64, TheoryError> {
    spectrum(mu, samples)?;
    let (n, batch) = (samples as f64, at_least("B", batch, 1)? as f64);
    if batch == 1.0 {
        return representable("the threshold", 2.0 * n / mu.iter().sum::<f64>());
    }
    let others = batch - 1.0;
    let alone = vec![1.0; samples];
    representable("the threshold", n * (2.0 * batch / others) * pole_share(mu, &alone, 0.0, 1.0 / others))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use nalgebra::DMatrix;

    use super::*;

    const MU: [f64; 4] = [5.0, 2.0, 1.0, 0.5];
    const Y2: [f64; 4] = [1.0, 1.0, 0.5, 0.2];

    fn transition(mu: &[f64], b: f64, alpha: f64) -> DMatrix<f64> {
        let n = mu.len();
        DMatrix::from_fn(n, n, |k, l| {
            let x = alpha * mu[k] / n as f64;
            let own = if k == l { (1.0 - x).powi(2) - x * x / b } else { 0.0 };
            own + x * x / b
        })
    }

    #[test]
    fn curves_match_the_reference() {
        // Reference: matrix recursion, 12 digits.
        let losses = multipass_curve(&MU, &Y2, 4, 2, 0.2, &[10, 0, 3]).unwrap();
        for (value, expected) in losses.iter().zip([0.12248847793414236, 0.675, 0.33843766551818844]) {
            assert_relative_eq!(*value, expected, max_relative = 1e-14);
        }
        let map = transition(&MU, 5.0, 0.9);
        let mut rho = nalgebra::DVector::from_row_slice(&Y2);
        for _ in 0..6 {
            rho = &map * rho;
        }
        assert_relative_eq!(
            multipass_curve(&MU, &Y2, 4, 5, 0.9, &[6]).unwrap()[0],
            rho.sum() / 4.0,
            max_relative = 1e-13
        );
    }

    #[test]
    fn thresholds_match_the_reference_and_the_explicit_map() {
        // Reference: spectral radius of the transition matrix, 11 digits.
        assert_relative_eq!(
            multipass_threshold(&MU, 4, 1).unwrap(),
            0.9411764705882352,
            max_relative = 1e-15
        );
        for batch in [1, 2, 3, 10, 1000] {
            let alpha = multipass_threshold(&MU, 4, batch).unwrap();
            let radius = |alpha: f64| {
                let map = transition(&MU, batch as f64, alpha);
                map.complex_eigenvalues().iter().fold(0.0, |m: f64, z| m.max(z.norm()))
            };
            assert_relative_eq!(radius(alpha), 1.0, epsilon = 1e-10);
            assert!(radius(alpha * 1.0001) > 1.0 && radius(alpha * 0.9999) < 1.0);
        }
        // Large batches: 2N/μ_1. Equal eigenvalues: N x = B[2 − x(1 − 1/B)].
        assert_relative_eq!(
            multipass_threshold(&MU, 4, 1_000_000_000_000).unwrap(),
            1.6,
            max_relative = 1e-11
        );
        let equal = multipass_threshold(&[3.0; 6], 6, 4).unwrap();
        assert_relative_eq!(equal, 6.0 * (8.0 / 9.0) / 3.0, max_relative = 1e-14);
    }

    #[test]
    fn what_is_invalid_is_named() {
        let curve = |mu: &[f64], y2: &[f64], samples, batch, alpha, n: &[usize]| {
            multipass_curve(mu, y2, samples, batch, alpha, n).unwrap_err().to_string()
        };
        assert!(curve(&[], &[], 0, 1, 0.1, &[1]).contains("`N` is 0"));
        assert!(curve(&MU, &Y2, 3, 1, 0.1, &[1]).contains("`mu` is 4 numbers"));
        assert!(curve(&MU, &Y2[..2], 4, 1, 0.1, &[1]).contains("`y2` is 2 numbers"));
        assert!(curve(&[-1.0], &[1.0], 1, 1, 0.1, &[1]).contains("`mu` is -1"));
        assert!(curve(&[1.0], &[-1.0], 1, 1, 0.1, &[1]).contains("`y2` is -1"));
        assert!(curve(&[0.0], &[1.0], 1, 1, 0.1, &[1]).contains("`mu` is all zero"));
        assert!(curve(&MU, &Y2, 4, 0, 0.1, &[1]).contains("`B` is 0"));
        assert!(curve(&MU, &Y2, 4, 1, 0.0, &[1]).contains("`alpha` is 0"));
        assert!(curve(&MU, &Y2, 4, 1, 0.1, &[]).contains("`n` is an empty"));
        assert!(curve(&MU, &Y2, 4, 1, 9.0, &[100_000]).contains("undefined"));
        assert!(multipass_threshold(&[f64::NAN], 1, 1).is_err());
    }

    #[test]
    fn extremes_are_numbers_or_errors() {
        for mu in [1e-300, 1.0, 1e300] {
            for batch in [1, 2, 1_000_000_000_000] {
                let threshold = multipass_threshold(&[mu, 1e-300, 0.0], 3, batch).unwrap();
                assert!(threshold.is_finite() && threshold > 0.0);
                for alpha in [1e-300, 1.0, 1e300] {
                    for y2 in [0.0, 1e-300, 1e300] {
                        let curve =
                            multipass_curve(&[mu, mu, 0.0], &[y2, 0.0, y2], 3, batch, alpha, &[0, 1, 9]);
                        assert!(curve.map_or(true, |l| l.iter().all(|l| l.is_finite() && *l >= 0.0)));
                    }
                }
            }
        }
    }
}
