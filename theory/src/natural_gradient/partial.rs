//! The response of methods that invert one factor in some layers.

use nalgebra::DMatrix;

use super::kernels::LayerKernels;
use super::linear::Definite;
use super::one_sided::{Layers, Side, sample_rates};
use crate::TheoryError;
use crate::error::{non_negative, representable};

const INPUTS: &str = "leave the first layer out of `layers` where there are more samples than inputs, remove duplicates, or damp the method";
const OUTPUTS: &str = "use at most as many samples as units, remove duplicates, or damp the method";

/// The response $R(x',X)$ of a method that inverts one factor in the chosen layers, damped by $\rho$, while plain gradient descent at
/// the relative rate $\kappa$ = `gd_share` moves all others.
///
/// # Formula
/// Input side $\sum_{l\in S}[A_l(x',X)(A_l+N\rho)^{-1}]\circ B_l(x',X)+\frac\kappa N\sum_{l\notin S}K_l(x',X)$; output side
/// $\sum_{l\in S}A_l(x',X)\circ[B_l(x',X)(B_l+N\rho)^{-1}]$ and the same remainder.
///
/// # Errors
/// $\rho<0$, $\kappa<0$; a factor that must be inverted and is singular (smallest eigenvalue below $10^{-12}$ of the largest)
/// without damping; kernels that do not fit; overflow.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{Layers, Side, partial_response, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let cosines = dmatrix![1.0, 0.1, -0.3, 0.25; 0.1, 1.0, 0.4, 0.0; -0.3, 0.4, 1.0, 0.2; 0.25, 0.0, 0.2, 1.0];
/// let train = train_kernels(&scales, 3, &cosines)?;
/// let response = partial_response(&Layers::new(Side::Input, 3, &[3])?, 0.0, 1.0, &train, &train)?;
/// assert!((response[(0, 0)] - 2.0).abs() < 1e-12 && (response[(0, 1)] - 0.13128710225099297).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn partial_response(
    layers: &Layers,
    rho: f64,
    gd_share: f64,
    train: &LayerKernels,
    rows: &LayerKernels,
) -> Result<DMatrix<f64>, TheoryError> {
    train.square()?.matches(rows)?;
    layers.fit(train)?;
    let samples = train.columns() as f64;
    let shift = representable("N rho", samples * non_negative("rho", rho)?)?;
    let plain = non_negative("gd_share", gd_share)? / samples;
    let mut response = DMatrix::zeros(rows.rows(), train.columns());
    for l in 1..=train.depth() {
        response += match (layers.contains(l), layers.side()) {
            (false, _) if plain == 0.0 => continue,
            (false, _) => rows.tangent(l) * plain,
            (true, Side::Input) => {
                let what = format!("the forward kernel A of layer {l}");
                let factor = Definite::damped(train.forward(l), shift, &what, INPUTS)?;
                factor.solve_right(rows.forward(l)).component_mul(rows.backward(l))
            }
            (true, Side::Output) => {
                let what = format!("the backward kernel B of layer {l}");
                let factor = Definite::damped(train.backward(l), shift, &what, OUTPUTS)?;
                factor.solve_right(rows.backward(l)).component_mul(rows.forward(l))
            }
        };
    }
    for entry in response.iter() {
        representable("an entry of the response", *entry)?;
    }
    Ok(response)
}

/// $R(x',X)\,\mathrm{diag}(1/\alpha_n)$: the response with every residual divided by its rate.
pub(super) fn scaled_response(
    layers: &Layers,
    rho: f64,
    train: &LayerKernels,
    rows: &LayerKernels,
) -> Result<DMatrix<f64>, TheoryError> {
    let mut response = partial_response(layers, rho, 0.0, train, rows)?;
    for (mut column, rate) in response.column_iter_mut().zip(sample_rates(layers, train)?) {
        if rate <= 0.0 {
            let reason = "a sample has the rate 0: no layer passes its signal on";
            return Err(TheoryError::undefined("a residual over its rate", reason));
        }
        column /= rate;
    }
    Ok(response)
}
