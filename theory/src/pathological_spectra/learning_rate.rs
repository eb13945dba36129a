use serde::Serialize;

use super::regression::{check_kernel, kernel_statistics};
use super::softmax::balanced_eigenvalue;
use crate::classifier::{check_labels, residuals, softmax};
use crate::error::positive;
use crate::mean_field::order_parameters;
use crate::step_size::step_size;
use crate::{Architecture, TheoryError};

/// Critical learning rates of a classifier.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CriticalSteps {
    /// $2/\lambda_{\max}$ of the Fisher information for the squared error.
    pub squared_error: f64,
    /// $2/(\Theta_{st}\beta_0)$ for the cross entropy of balanced classes at many samples; `None` where there is no common part, $\Theta_{st}=0$.
    pub cross_entropy: Option<f64>,
    /// $\beta_0$.
    pub beta_0: f64,
}

/// The learning rates above which full-batch gradient descent from random initialisation oscillates, for $N$ samples.
///
/// # Formula
/// Squared error: $2/\lambda_{\max}$, $\lambda_{\max}=\frac{N-1}N\Theta_{st}+\frac{\Theta_t}N$. Cross entropy: gradient descent first cancels the part of the outputs that all
/// samples share; there $\bar Q=\beta_0(I-\frac1C\mathbf 1\mathbf 1^\top)$, hence $2/(\Theta_{st}\beta_0)$, whatever the initial outputs.
///
/// # Validity
/// Classes of equal sizes; $N$ large against $(\Theta_t-\Theta_{st})/(\Theta_{st}\beta_0)$: at fewer samples the bulk adds to the outlier (by a tenth at a hundred samples of three
/// classes).
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $0\le\Theta_{st}\le\Theta_t$, $\Theta_t>0$, $N\ge1$; as [`softmax_moments`](super::softmax_moments).
///
/// # Source
/// Karakida, Akaho and Amari (2021) for the squared error; the cross entropy is derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::pathological_spectra::critical_steps;
/// let steps = critical_steps(1911.0, 237.0, 100, 10, 2.3, 1.2)?;
/// assert!(steps.cross_entropy.unwrap() > 10.0 * steps.squared_error);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn critical_steps(
    theta_t: f64,
    theta_st: f64,
    samples: usize,
    classes: usize,
    q_t: f64,
    q_st: f64,
) -> Result<CriticalSteps, TheoryError> {
    check_kernel(theta_t, theta_st)?;
    let n = crate::error::at_least("N", samples, 1)? as f64;
    let beta_0 = balanced_eigenvalue(classes, q_t, q_st)?;
    Ok(CriticalSteps {
        squared_error: 2.0 / ((n - 1.0) / n * theta_st + theta_t / n),
        cross_entropy: (theta_st > 0.0).then(|| 2.0 / (theta_st * beta_0)),
        beta_0,
    })
}

/// [`CriticalSteps`] of a network of given widths for `samples` $=N$: the outliers where they are clear of the bulk, else bounds by its edge.
///
/// # Formula
/// Squared error: [`step_size`](crate::step_size::step_size). Cross entropy: that of [`critical_steps`] where the outlier decides; else twice the rate for
/// the squared error, as the eigenvalues of $\mathrm{diag}(g)-gg^\top$ are at most $\frac12$.
///
/// # Validity
/// As for [`critical_steps`] and [`step_size`](crate::step_size::step_size). Odd activations without biases have no outlier to leading order in the
/// width: there both rates are lower bounds.
///
/// # Errors
/// Those of [`critical_steps`] and [`step_size`](crate::step_size::step_size); normalized layers.
///
/// # Source
/// Karakida, Akaho and Amari (2021); the edge is derived in the notes of [`normalization`](crate::normalization).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, pathological_spectra::classifier_step};
/// let network = Architecture::new(vec![200, 200, 200, 2], Activation::tanh(), 2.0, 0.0)?;
/// let steps = classifier_step(&network, 200)?;
/// assert_eq!(steps.cross_entropy, Some(2.0 * steps.squared_error));
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn classifier_step(network: &Architecture, samples: usize) -> Result<CriticalSteps, TheoryError> {
    let kernel = kernel_statistics(network, samples)?;
    let order = order_parameters(network.scales(), network.depth())?;
    let last = network.depth() - 1;
    let (q_t, q_st) = (order.q_t[last], order.q_st[last]);
    let wide = critical_steps(kernel.theta_t, kernel.theta_st, samples, network.classes(), q_t, q_st)?;
    let squared_error = step_size(network, samples)?.eta_c;
    let clear = squared_error >= CLEAR * wide.squared_error;
    let cross_entropy = wide.cross_entropy.filter(|_| clear).or(Some(2.0 * squared_error));
    Ok(CriticalSteps { squared_error, cross_entropy, ..wide })
}

/// The share of the outlier's rate that is left where it decides.
const CLEAR: f64 = 0.9;

/// Outputs of a wide network trained by full-batch gradient descent on the cross entropy, in function space.
///
/// # Formula
/// $f(n)\leftarrow f(n)-\frac\eta N\left[\Theta_{st}\sum_mr_m+(\Theta_t-\Theta_{st})r_n\right]$, $r_n=g(n)-e_{\rm label(n)}$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) as [`softmax`], for a label that is no class, a number of labels other than $N$, $\eta\le0$, or more than $10^6$
/// steps; [`Undefined`](TheoryError::Undefined) on overflow.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::pathological_spectra::kernel_map;
/// let logits = [[0.3, -0.2, 1.1], [0.0, 0.5, -0.4], [-1.0, 0.2, 0.1], [0.7, 0.7, -0.9]].map(|row| row.to_vec());
/// let outputs = kernel_map(&logits, &[0, 1, 2, 0], 10.0, 6.0, 0.3, 3)?;
/// assert!((outputs[0][0] - 1.3468229260424642).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn kernel_map(
    logits: &[Vec<f64>],
    labels: &[usize],
    theta_t: f64,
    theta_st: f64,
    eta: f64,
    steps: usize,
) -> Result<Vec<Vec<f64>>, TheoryError> {
    const MOST: usize = 1_000_000;
    check_kernel(theta_t, theta_st)?;
    positive("eta", eta)?;
    if steps > MOST {
        return Err(TheoryError::invalid("steps", steps, format!("an integer from 0 to {MOST}")));
    }
    softmax(logits)?;
    check_labels(logits, labels)?;
    let classes = logits[0].len();
    let n = logits.len() as f64;
    let mut outputs = logits.to_vec();
    for _ in 0..steps {
        let residuals = residuals(softmax(&outputs).map_err(|_| overflow())?, labels);
        for k in 0..classes {
            let common = theta_st * residuals.iter().map(|row| row[k]).sum::<f64>();
            for (output, row) in outputs.iter_mut().zip(&residuals) {
                output[k] -= eta / n * (common + (theta_t - theta_st) * row[k]);
            }
        }
    }
    if outputs.iter().flatten().all(|f| f.is_finite()) { Ok(outputs) } else { Err(overflow()) }
}

fn overflow() -> TheoryError {
    TheoryError::undefined("the outputs", "they exceed the range of 64-bit floating point numbers")
}
