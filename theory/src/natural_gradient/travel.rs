//! How far a step walks in parameter space.

use nalgebra::DMatrix;

use super::kernels::LayerKernels;
use super::linear::Definite;
use super::one_sided::{Layers, sample_rates};
use super::{Method, alpha};
use crate::TheoryError;
use crate::error::representable;

const INSTEAD: &str = "use fewer samples, or inputs that are not parallel";

/// The mean of $\|\Delta\theta\|^2/\|g\|^2$ over the directions of the residual $g$, for the full step at $\eta=1/\alpha$ without damping.
///
/// # Formula
/// $\frac1N\mathrm{tr}$ of: exact $K^{-1}$; bd $\frac1{L^2}\sum_lK_l^{-1}$; kfac
/// $\alpha^{-2}\bigl[N^2\sum_{l<L}A_l^{-1}\circ B_l^{-1}+A_L^{-1}\bigr]$, kfac_scaled the same with $N^2A_L^{-1}$; one_sided, one_sided_scaled
/// $\alpha^{-2}\sum_lA_l^{-1}\circ B_l$; last $A_L^{-1}$; output_sided $\alpha^{-2}\sum_{l<L}A_l\circ B_l^{-1}$. For the kernels of one
/// network $\alpha$ of the one-sided methods is the mean of its rates, one_sided_scaled takes each sample's own.
///
/// # Errors
/// Other methods; a singular kernel; those of [`alpha`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{Method, train_kernels, travel};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let cosines = dmatrix![1.0, 0.1, -0.3, 0.25; 0.1, 1.0, 0.4, 0.0; -0.3, 0.4, 1.0, 0.2; 0.25, 0.0, 0.2, 1.0];
/// let distance = travel(Method::Kfac, &train_kernels(&scales, 3, &cosines)?)?;
/// assert!((distance - 0.5150507475563655).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn travel(method: Method, train: &LayerKernels) -> Result<f64, TheoryError> {
    let (depth, samples) = (train.square()?.depth(), train.columns());
    let n = samples as f64;
    let forward = |l: usize| inverse(train.forward(l), &format!("the forward kernel A of layer {l}"));
    let backward = |l: usize| inverse(train.backward(l), &format!("the backward kernel B of layer {l}"));
    // Of entrywise products only the diagonals enter.
    let product = |a: &DMatrix<f64>, b: &DMatrix<f64>| a.diagonal().component_mul(&b.diagonal());
    let add = |sum, part| Ok::<_, TheoryError>(sum + part);
    let zero = nalgebra::DVector::zeros(samples);
    let squares = match method {
        Method::Exact => inverse(&train.total(), "the tangent kernel")?.diagonal(),
        Method::Bd => {
            let of = |l| inverse(&train.tangent(l), &format!("the kernel of layer {l}"));
            (1..=depth).try_fold(zero, |sum, l| add(sum, of(l)?.diagonal()))? / (depth as f64).powi(2)
        }
        Method::Kfac | Method::KfacScaled => {
            let last = if method == Method::Kfac { 1.0 } else { n };
            let start = forward(depth)?.diagonal() * (last * last);
            let hidden = |l| Ok::<_, TheoryError>(product(&forward(l)?, &backward(l)?) * (n * n));
            (1..depth).try_fold(start, |sum, l| add(sum, hidden(l)?))?
                / alpha(method, depth, samples)?.powi(2)
        }
        Method::OneSided | Method::OneSidedScaled | Method::OutputSided | Method::Last => {
            let Some(layers) = Layers::of(method, depth).transpose()? else { return Err(unknown(method)) };
            let output = method == Method::OutputSided;
            let of = |l| match output {
                true => Ok::<_, TheoryError>(product(train.forward(l), &backward(l)?)),
                false => Ok(product(&forward(l)?, train.backward(l))),
            };
            let chosen = (1..=depth).filter(|l| layers.contains(*l));
            let mut squares = chosen.into_iter().try_fold(zero, |sum, l| add(sum, of(l)?))?;
            let rates = sample_rates(&layers, train)?;
            let mean = rates.iter().sum::<f64>() / n;
            for (square, rate) in squares.iter_mut().zip(rates) {
                let rate = if method == Method::OneSidedScaled { rate } else { mean };
                *square /= rate * rate;
            }
            squares
        }
        _ => return Err(unknown(method)),
    };
    representable("the distance", squares.sum() / n)
}

fn inverse(matrix: &DMatrix<f64>, what: &str) -> Result<DMatrix<f64>, TheoryError> {
    Ok(Definite::new(matrix, what, INSTEAD)?.solve(&DMatrix::identity(matrix.nrows(), matrix.nrows())))
}

fn unknown(method: Method) -> TheoryError {
    let valid = "exact, bd, kfac, kfac_scaled, one_sided, one_sided_scaled, last or output_sided";
    TheoryError::invalid("method", method, valid)
}
