//! How much of the factor of the inputs is needed.

use nalgebra::DMatrix;

use super::kernels::LayerKernels;
use super::linear::{Definite, eigen};
use super::spectrum::{NULL, with_values};
use crate::TheoryError;
use crate::error::{positive, representable};

/// The response $\bar R$ of the one-sided method that keeps the `rank` $=r$ largest eigenpairs of every factor $A_l^*$ and takes what
/// remains for the damping $\rho$ alone.
///
/// # Formula
/// $\bar R=\sum_l(U\mathrm{diag}(f)U^\top)\circ B_l$ with $A_l/N=U\mathrm{diag}(a)U^\top$, $f_i=\frac{a_i}{a_i+\rho}$ for the
/// $r$ largest, $\frac{a_i}\rho$ for the others. At $r=0$ this is gradient descent over $\rho$, at $r=N$ the damped one-sided
/// method. Which of several equal eigenvalues at the boundary are kept is left open.
///
/// # Errors
/// $\rho\le0$, a rank above $N$, overflow.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{low_rank_response, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let cosines = dmatrix![1.0, 0.1, -0.3, 0.25; 0.1, 1.0, 0.4, 0.0; -0.3, 0.4, 1.0, 0.2; 0.25, 0.0, 0.2, 1.0];
/// let response = low_rank_response(1, 0.07, &train_kernels(&scales, 3, &cosines)?)?;
/// assert!((response[(0, 0)] - 13.806983821711654).abs() < 1e-11);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn low_rank_response(rank: usize, rho: f64, train: &LayerKernels) -> Result<DMatrix<f64>, TheoryError> {
    let samples = train.square()?.columns();
    positive("rho", rho)?;
    if rank > samples {
        let valid = format!("an integer from 0 to {samples}, the number of samples");
        return Err(TheoryError::invalid("rank", rank, valid));
    }
    sum_of_layers(train, |l| {
        let (values, vectors) = eigen(&(train.forward(l) / samples as f64), "a forward kernel")?;
        let null = NULL * values[samples - 1];
        let shares = values.iter().enumerate().map(|(i, a)| {
            let kept = i + rank >= samples;
            if *a <= null {
                0.0
            } else if kept {
                a / (a + rho)
            } else {
                a / rho
            }
        });
        Ok(with_values(&vectors, shares))
    })
}

/// The response $\bar R$ of the one-sided method whose factors are estimated from the samples `sketch` (numbered from 0) alone.
///
/// # Formula
/// $\bar R=\sum_l\frac1{N\rho}\bigl[A_l-A_{l,\cdot m}(A_{l,mm}+m\rho)^{-1}A_{l,m\cdot}\bigr]\circ B_l$ for $m$ samples; with all of
/// them the damped one-sided method.
///
/// # Errors
/// $\rho\le0$; no sample, one twice, or one that does not exist; overflow.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{low_rank_response, sketched_response, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let train = train_kernels(&scales, 3, &dmatrix![1.0, 0.6; 0.6, 1.0])?;
/// let distance = sketched_response(&[0, 1], 0.1, &train)? - low_rank_response(2, 0.1, &train)?;
/// assert!(distance.norm() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn sketched_response(
    sketch: &[usize],
    rho: f64,
    train: &LayerKernels,
) -> Result<DMatrix<f64>, TheoryError> {
    let samples = train.square()?.columns();
    positive("rho", rho)?;
    let repeated = (1..sketch.len()).any(|i| sketch[..i].contains(&sketch[i]));
    if sketch.is_empty() || repeated || sketch.iter().any(|n| *n >= samples) {
        let valid = format!("different samples from 0 to {}, at least one", samples - 1);
        return Err(TheoryError::invalid("sketch", format!("{sketch:?}"), valid));
    }
    let shift = representable("m rho", sketch.len() as f64 * rho)?;
    sum_of_layers(train, |l| {
        let kernel = train.forward(l);
        let columns = kernel.select_columns(sketch);
        let inner = columns.select_rows(sketch);
        let instead = "use a larger damping";
        let factor = Definite::damped(&inner, shift, &format!("the sketch of layer {l}"), instead)?;
        Ok((kernel - factor.solve_right(&columns) * columns.transpose()) / (samples as f64 * rho))
    })
}

/// $\sum_l F_l\circ B_l$.
fn sum_of_layers(
    train: &LayerKernels,
    factor: impl Fn(usize) -> Result<DMatrix<f64>, TheoryError>,
) -> Result<DMatrix<f64>, TheoryError> {
    let mut response = DMatrix::zeros(train.rows(), train.columns());
    for l in 1..=train.depth() {
        response += factor(l)?.component_mul(train.backward(l));
    }
    for entry in response.iter() {
        representable("an entry of the response", *entry)?;
    }
    Ok(response)
}
