//! Errors for given inputs: the average over targets and noise is exact.

use nalgebra::DMatrix;

use super::spectrum::{Spectrum, Target};
use super::stages::{Stage, check_covariance};
use crate::TheoryError;
use crate::error::{non_negative, representable};

/// The errors $E_{n,j}$ for given features `phi` (one row for each sample of all stages, within a stage task by task; one column
/// for each mode), averaged over Gaussian targets and noise.
///
/// # Formula
/// $\hat f_n=K(\cdot,X)A_ny$, $A_n=A_{n-1}+e_n(K_{nn}+\delta_n)^{-1}(e_n^\top-K_{n,:}A_{n-1})$;
/// $E_{n,j}=C_{jj}\sum\eta-2\sum_{\mu\nu}A_{\mu\nu}G_{\mu\nu}C_{j,t_\nu}+\mathrm{tr}[A\Omega A^\top K_2]$ with
/// $K=\Phi\Lambda\Phi^\top$, $G=\Phi\Lambda H\Phi^\top$, $K_2=\Phi\Lambda^2\Phi^\top$ and
/// $\Omega_{\mu\nu}=C_{t_\mu t_\nu}(\Phi H\Phi^\top)_{\mu\nu}+\sigma_\mu^2\delta_{\mu\nu}$, $H=\mathrm{diag}(\eta)$.
///
/// # Errors
/// Shapes that do not fit, degenerate modes or a tail (the features are one column for each mode), more than 2000 samples, a kernel of a
/// stage that is singular.
///
/// # Source
/// Textbook; written out in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::continual_learning::{Spectrum, Stage, Target, fixed_data_errors};
/// // One mode and one sample without noise: the target is learnt exactly.
/// let (spectrum, target) = (Spectrum::simple(vec![1.0], 0.0)?, Target::new(vec![2.0], 0.0)?);
/// let errors = fixed_data_errors(&spectrum, &target, &dmatrix![1.0], &[Stage::of_task(0, 1, 1)], &dmatrix![0.7])?;
/// assert!(errors[0][0].abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn fixed_data_errors(
    spectrum: &Spectrum,
    target: &Target,
    covariance: &DMatrix<f64>,
    stages: &[Stage],
    phi: &DMatrix<f64>,
) -> Result<Vec<Vec<f64>>, TheoryError> {
    target.fits(spectrum)?;
    check_covariance(covariance)?;
    let (tasks, levels) = (covariance.nrows(), spectrum.levels());
    if spectrum.tail() > 0.0 || spectrum.degeneracies().iter().any(|n| *n != 1.0) || target.tail > 0.0 {
        return Err(TheoryError::invalid(
            "lambda",
            "with a tail or degenerate levels",
            "every mode listed once",
        ));
    }
    let (mut owner, mut noise, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for stage in stages {
        if stage.samples.len() != tasks || stage.noise.len() != tasks {
            let valid = format!("{tasks} sizes and noises in every stage");
            return Err(TheoryError::invalid("stages", "of another number of tasks", valid));
        }
        let before = owner.len();
        for (task, (&count, &sigma2)) in stage.samples.iter().zip(&stage.noise).enumerate() {
            non_negative("sigma2", sigma2)?;
            owner.extend(std::iter::repeat_n(task, count.min(10_000)));
            noise.extend(std::iter::repeat_n(sigma2, count.min(10_000)));
        }
        non_negative("delta", stage.ridge)?;
        if owner.len() == before {
            return Err(TheoryError::invalid("N", "0 in a stage", "at least one sample in every stage"));
        }
        ends.push(owner.len());
    }
    let n = owner.len();
    if n > 2000 || phi.shape() != (n, levels) {
        let valid =
            format!("{n} x {levels}: a row for each sample, a column for each mode; at most 2000 samples");
        return Err(TheoryError::invalid("the features", format!("{:?}", phi.shape()), valid));
    }
    let gram = |weight: &dyn Fn(usize) -> f64| {
        let mut scaled = phi.clone();
        for (i, mut column) in scaled.column_iter_mut().enumerate() {
            column *= weight(i);
        }
        scaled * phi.transpose()
    };
    let lambda = spectrum.eigenvalues();
    let eta = &target.powers;
    let kernel = gram(&|i| lambda[i]);
    let (prior, mixed, square) =
        (gram(&|i| eta[i]), gram(&|i| lambda[i] * eta[i]), gram(&|i| lambda[i] * lambda[i]));
    let omega = DMatrix::from_fn(n, n, |mu, nu| {
        let own = if mu == nu { noise[mu] } else { 0.0 };
        covariance[(owner[mu], owner[nu])] * prior[(mu, nu)] + own
    });
    let total: f64 = eta.iter().sum();
    let mut operator = DMatrix::zeros(n, n);
    let mut start = 0;
    let mut errors = Vec::with_capacity(stages.len());
    for (stage, &end) in stages.iter().zip(&ends) {
        let size = end - start;
        let mut own = kernel.view((start, start), (size, size)).into_owned();
        for i in 0..size {
            own[(i, i)] += stage.ridge;
        }
        let mut right = -(kernel.rows(start, size) * &operator);
        for i in 0..size {
            right[(i, start + i)] += 1.0;
        }
        let change = own.cholesky().map(|c| c.solve(&right)).ok_or_else(|| {
            TheoryError::undefined(
                "the regression of a stage",
                "its kernel is singular: fewer samples, or a ridge",
            )
        })?;
        let mut rows = operator.rows_mut(start, size);
        rows += change;
        let power = (&operator * &omega * operator.transpose()).dot(&square);
        let of_task = |j: usize| {
            let overlap: f64 = (0..n)
                .map(|nu| covariance[(j, owner[nu])] * operator.column(nu).dot(&mixed.column(nu)))
                .sum();
            representable("an error", covariance[(j, j)] * total - 2.0 * overlap + power)
        };
        errors.push((0..tasks).map(of_task).collect::<Result<Vec<_>, _>>()?);
        start = end;
    }
    Ok(errors)
}
