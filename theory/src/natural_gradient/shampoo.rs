//! Powers of both Kronecker factors, and orthogonalised updates.

use nalgebra::{DMatrix, DVector, SVD};
use serde::{Deserialize, Serialize};

use super::kernels::LayerKernels;
use super::linear::Definite;
use super::spectrum::power;
use crate::TheoryError;
use crate::error::{finite, representable};

/// The response $\bar R$ of Shampoo with the statistics of single-sample gradients and the powers $-p_A$ (`p_input`) and $-p_B$
/// (`p_output`) of its two factors, at infinite width.
///
/// # Formula
/// The gradient $\delta_n\varphi_n^\top$ of a sample has the left second moment $\frac1N\sum_n\|\varphi_n\|^2\delta_n\delta_n^\top\to q_lB_l^*$ and the right
/// one $b_lA_l^*$, so that $\bar R=\sum_lR_l$ with
/// $$R_l=N^{p_A+p_B-1}q_l^{-p_B}b_l^{-p_A}\,A_l^{1-p_A}\circ B_l^{1-p_B}\ (l<L),\qquad
///   R_L=N^{p_A-1}q_L^{-p_B}b_L^{-p_A}A_L^{1-p_A},$$
/// powers on the range of the kernels. $(1,0)$ is the one-sided method, $(1,1)$ K-FAC, $(0,0)$ gradient descent, up to scales of the layers.
///
/// # Errors
/// Powers outside $[0,1]$; kernels that are not square; a layer without signals where its power is not 0; overflow.
///
/// # Source
/// Derived in the notes; Gupta, Koren and Singer (2018) for the method.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{shampoo_response, train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let cosines = dmatrix![1.0, 0.1, -0.3, 0.25; 0.1, 1.0, 0.4, 0.0; -0.3, 0.4, 1.0, 0.2; 0.25, 0.0, 0.2, 1.0];
/// let response = shampoo_response(0.5, 0.5, &train_kernels(&scales, 3, &cosines)?)?;
/// assert!((response[(0, 1)] - 0.17493890208408336).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn shampoo_response(
    p_input: f64,
    p_output: f64,
    train: &LayerKernels,
) -> Result<DMatrix<f64>, TheoryError> {
    let samples = train.square()?.columns() as f64;
    for (name, p) in [("p_input", p_input), ("p_output", p_output)] {
        if !(0.0..=1.0).contains(&p) {
            return Err(TheoryError::invalid(name, p, "a power from 0 to 1"));
        }
    }
    let depth = train.depth();
    let mut response = DMatrix::zeros(train.rows(), train.columns());
    for l in 1..=depth {
        let (a, b) = (train.forward(l), train.backward(l));
        let (q, own) = (a.trace() / samples, b.trace() / samples);
        let scale = q.powf(-p_output) * own.powf(-p_input);
        let inputs = power(a, 1.0 - p_input, &format!("the forward kernel A of layer {l}"))?;
        response += if l < depth {
            let outputs = power(b, 1.0 - p_output, &format!("the backward kernel B of layer {l}"))?;
            inputs.component_mul(&outputs) * (samples.powf(p_input + p_output - 1.0) * scale)
        } else {
            inputs * (samples.powf(p_input - 1.0) * scale)
        };
    }
    for entry in response.iter() {
        representable("an entry of the response", *entry)?;
    }
    // A product of powers is symmetric but for its rounding.
    Ok((&response + response.transpose()) * 0.5)
}

/// The power of both factors $GG^\top$, $G^\top G$ of one batch gradient $G$ by which it is preconditioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchPower {
    /// $-\frac14$: the polar factor $UV^\top$ of $G=U\Sigma V^\top$, orthogonalised as by Muon.
    Quarter,
    /// $-\frac12$: $U\Sigma^{-1}V^\top$.
    Half,
}

impl BatchPower {
    /// The method of the exponent 0.25 or 0.5.
    ///
    /// # Errors
    /// Another exponent.
    pub fn of(exponent: f64) -> Result<Self, TheoryError> {
        match exponent {
            0.25 => Ok(Self::Quarter),
            0.5 => Ok(Self::Half),
            _ => Err(TheoryError::invalid("exponent", exponent, "0.25 or 0.5")),
        }
    }
}

/// Singular values below this share of the largest do not count: directions that the residual does not excite.
const CUT: f64 = 1e-12;

/// The velocity $v$ of the training outputs, $f_1-f_0=-\eta v$ to first order, of Shampoo with the statistics of the one batch gradient that it
/// preconditions. $v$ is not linear in the residual $g$: there is no response matrix.
///
/// # Formula
/// With $\Gamma=\mathrm{diag}(g/N)$ the gradient of layer $l$ is $D_l^\top\Gamma\Phi_l$. Exponent $\frac14$:
/// $v=\sum_{l<L}\mathrm{diag}[B_l^{1/2}VU^\top A_l^{1/2}]+\frac{A_L\gamma}{\sqrt{\gamma^\top A_L\gamma}}$, $\gamma=g/N$, with the singular vectors of
/// $A_l^{1/2}\Gamma B_l^{1/2}=U\Sigma V^\top$ (those of singular values above $10^{-12}$ of the largest). Exponent $\frac12$:
/// $v_n=\frac{N(L-1)}{g_n}+\frac{N(A_Lg)_n}{g^\top A_Lg}$, as every hidden layer solves its equations exactly.
///
/// # Errors
/// A residual of another length, not finite, or zero everywhere; an entry of 0 or a singular hidden kernel at exponent $\frac12$; overflow.
///
/// # Source
/// Derived in the notes; Gupta, Koren and Singer (2018) for the method.
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{BatchPower, batch_shampoo, train_kernels};
/// let scales = InitialScales::new(Activation::erf(1.0)?, 2.0, 0.0)?;
/// let train = train_kernels(&scales, 3, &dmatrix![1.0, 0.3, -0.2; 0.3, 1.0, 0.5; -0.2, 0.5, 1.0])?;
/// let v = batch_shampoo(BatchPower::Half, &dvector![0.5, -1.0, 0.3], &train)?;
/// assert!((v[0] - 12.798031224177794).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn batch_shampoo(
    power: BatchPower,
    residual: &DVector<f64>,
    train: &LayerKernels,
) -> Result<DVector<f64>, TheoryError> {
    let samples = train.square()?.columns();
    let (depth, n) = (train.depth(), samples as f64);
    if residual.len() != samples {
        let valid = format!("{samples} numbers, one for every sample");
        return Err(TheoryError::invalid("residual", format!("{} numbers", residual.len()), valid));
    }
    for g in residual.iter() {
        finite("residual", *g)?;
    }
    let scale = residual.amax();
    if scale == 0.0 {
        return Err(TheoryError::invalid("residual", "zero everywhere", "a residual that is not zero"));
    }
    // Exponent 1/4 does not depend on the size of the residual, and 1/2 is inverse to it.
    let g = residual / scale;
    let last = train.forward(depth) * &g;
    let square = g.dot(&last);
    let mut velocity = match power {
        BatchPower::Quarter => output_share(&last, square, square.sqrt()),
        BatchPower::Half => output_share(&last, square, square / n / scale),
    }?;
    match power {
        BatchPower::Quarter => {
            for l in 1..depth {
                velocity += polar(train.forward(l), train.backward(l), &g)?;
            }
        }
        BatchPower::Half => {
            if let Some(at) = residual.iter().position(|g| *g == 0.0) {
                let found = format!("0 at sample {}", at + 1);
                let valid = "numbers other than 0 at exponent 0.5, where the step is inverse to the residual";
                return Err(TheoryError::invalid("residual", found, valid));
            }
            for l in 1..depth {
                let instead = "use exponent 0.25, or inputs that are not parallel";
                Definite::new(train.forward(l), &format!("the forward kernel A of layer {l}"), instead)?;
                Definite::new(train.backward(l), &format!("the backward kernel B of layer {l}"), instead)?;
            }
            let hidden = n * (depth as f64 - 1.0);
            velocity += residual.map(|g| hidden / g);
        }
    }
    for v in velocity.iter() {
        representable("the velocity of an output", *v)?;
    }
    Ok(velocity)
}

fn output_share(last: &DVector<f64>, square: f64, over: f64) -> Result<DVector<f64>, TheoryError> {
    if square > 0.0 {
        return Ok(last / over);
    }
    let reason = "the output layer does not see this residual: its gradient vanishes";
    Err(TheoryError::undefined("the step of the output layer", reason))
}

/// $\mathrm{diag}[B^{1/2}VU^\top A^{1/2}]$ with $A^{1/2}\Gamma B^{1/2}=U\Sigma V^\top$.
fn polar(a: &DMatrix<f64>, b: &DMatrix<f64>, g: &DVector<f64>) -> Result<DVector<f64>, TheoryError> {
    let (a, b) = (power(a, 0.5, "a forward kernel")?, power(b, 0.5, "a backward kernel")?);
    let core = &a * DMatrix::from_diagonal(g) * &b;
    let scale = core.amax();
    if scale == 0.0 {
        return Ok(DVector::zeros(g.len()));
    }
    let svd = SVD::try_new(core / scale, true, true, f64::EPSILON, 1000 + 100 * g.len());
    let (Some(u), Some(v), values) = svd
        .map(|svd| (svd.u, svd.v_t, svd.singular_values))
        .unwrap_or_else(|| (None, None, DVector::zeros(0)))
    else {
        return Err(TheoryError::NotConverged {
            procedure: "the singular value decomposition of a gradient".to_owned(),
            detail: "no progress within its cap".to_owned(),
        });
    };
    let top = values.max();
    let (left, right) = (b * v.transpose(), a * u);
    let kept = || (0..values.len()).filter(|&k| values[k] > CUT * top);
    Ok(DVector::from_fn(g.len(), |n, _| kept().map(|k| left[(n, k)] * right[(n, k)]).sum()))
}
