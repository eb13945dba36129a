//! The diagonal linear network $\beta=w_+\circ w_+-w_-\circ w_-$ and what one step of gradient regularization does to it.

use nalgebra::DVector;

use super::RegressionData;
use crate::TheoryError;
use crate::error::{finite, non_negative, representable};

/// Weights $w_+$, $w_-$ ($d$ each).
#[derive(Debug, Clone, PartialEq)]
pub struct DiagonalWeights {
    /// $w_+$.
    pub plus: DVector<f64>,
    /// $w_-$.
    pub minus: DVector<f64>,
}

impl DiagonalWeights {
    /// $w_+$ and $w_-$ one after the other in one list.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) if `w` has not $2d$ finite entries.
    pub fn new(data: &RegressionData, w: &[f64]) -> Result<Self, TheoryError> {
        let d = data.dimension();
        if w.len() != 2 * d {
            return Err(TheoryError::invalid(
                "w",
                format!("{} numbers", w.len()),
                format!("{}, w_+ then w_-", 2 * d),
            ));
        }
        Ok(Self { plus: data.coordinates("w", &w[..d])?, minus: data.coordinates("w", &w[d..])? })
    }

    /// $\beta=w_+^2-w_-^2$.
    pub fn beta(&self) -> DVector<f64> {
        self.plus.component_mul(&self.plus) - self.minus.component_mul(&self.minus)
    }

    /// $S=w_+^2+w_-^2$.
    fn sum(&self) -> DVector<f64> {
        self.plus.component_mul(&self.plus) + self.minus.component_mul(&self.minus)
    }

    /// $w_\pm\circ(a\pm b)$ as one list.
    fn scaled(&self, a: &DVector<f64>, b: &DVector<f64>) -> Vec<f64> {
        let plus = self.plus.component_mul(&(a + b));
        let minus = self.minus.component_mul(&(a - b));
        plus.iter().chain(minus.iter()).copied().collect()
    }
}

fn all_representable(quantity: &str, values: Vec<f64>) -> Result<Vec<f64>, TheoryError> {
    values.iter().try_for_each(|v| representable(quantity, *v).map(drop))?;
    Ok(values)
}

/// $g=\nabla L$: $g_\pm=\pm2w_\pm s$, $w_+$ part first.
///
/// # Errors
/// [`Undefined`](TheoryError::Undefined) where a value overflows.
pub fn gradient(data: &RegressionData, w: &DiagonalWeights) -> Result<Vec<f64>, TheoryError> {
    let s = data.slope(&w.beta());
    all_representable("the gradient", w.scaled(&DVector::zeros(s.len()), &(s * 2.0)))
}

/// $q_\epsilon=4G(sS)+4\epsilon G(s^2\beta)$: the slope at the ascent point is $s+\epsilon q_\epsilon$.
fn ascent_change(data: &RegressionData, w: &DiagonalWeights, s: &DVector<f64>, epsilon: f64) -> DVector<f64> {
    let ascent = s.component_mul(&w.sum()) + s.component_mul(s).component_mul(&w.beta()) * epsilon;
    data.curvature(&ascent) * 4.0
}

/// The gradient of the penalty, computed as gradient regularization computes it.
///
/// # Formula
/// $R_{\epsilon,\pm}=\pm2w_\pm q_\epsilon+4w_\pm s(s+\epsilon q_\epsilon)$, which is $[\nabla L(w+\epsilon g)-g]/\epsilon$ without its cancellation;
/// $\epsilon=0$ is $Hg$ (double backpropagation), $\epsilon>0$ the forward difference, $\epsilon<0$ the backward difference. $w_+$ part first.
///
/// # Errors
/// Exact. [`InvalidParameter`](TheoryError::InvalidParameter) if `epsilon` is not finite, [`Undefined`](TheoryError::Undefined) where a value overflows.
///
/// # Source
/// Karakida et al. 2023.
///
/// # Example
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use solvable_theory::gradient_regularization::{DiagonalWeights, RegressionData, regulariser_gradient};
/// let data = RegressionData::new(dmatrix![1.0], dvector![0.0])?;
/// let w = DiagonalWeights::new(&data, &[1.0, 0.0])?;
/// // L = w⁴/4: R = H g = 3 w² · w³.
/// assert_eq!(regulariser_gradient(&data, &w, 0.0)?[0], 3.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn regulariser_gradient(
    data: &RegressionData,
    w: &DiagonalWeights,
    epsilon: f64,
) -> Result<Vec<f64>, TheoryError> {
    finite("epsilon", epsilon)?;
    let s = data.slope(&w.beta());
    let q = ascent_change(data, w, &s, epsilon);
    let common = s.component_mul(&(&s + &q * epsilon)) * 4.0;
    all_representable("the gradient of the penalty", w.scaled(&common, &(q * 2.0)))
}

/// Products $ss'$ and changes $a=s+\gamma q_\epsilon$ that drive a step: the logarithm of $p=w_+w_-$ and the dual variable.
///
/// # Errors
/// Exact. [`InvalidParameter`](TheoryError::InvalidParameter) as for [`regulariser_gradient`].
pub fn step_drives(
    data: &RegressionData,
    w: &DiagonalWeights,
    gamma: f64,
    epsilon: f64,
) -> Result<(DVector<f64>, DVector<f64>), TheoryError> {
    finite("epsilon", epsilon)?;
    non_negative("gamma", gamma)?;
    let s = data.slope(&w.beta());
    let q = ascent_change(data, w, &s, epsilon);
    Ok((s.component_mul(&(&s + &q * epsilon)), s + q * gamma))
}

/// $ss'$ as for [`step_drives`], and $g+\gamma R_\epsilon=w_\pm(\pm2a+4\gamma ss')$, $w_+$ part first.
pub(super) fn penalised_gradient(
    data: &RegressionData,
    w: &DiagonalWeights,
    gamma: f64,
    epsilon: f64,
) -> Result<(DVector<f64>, Vec<f64>), TheoryError> {
    let (products, change) = step_drives(data, w, gamma, epsilon)?;
    let gradient = w.scaled(&(&products * (4.0 * gamma)), &(change * 2.0));
    Ok((products, all_representable("the penalised gradient", gradient)?))
}

/// The gradient of sharpness-aware minimisation without normalization, $\nabla L(w+\rho\nabla L(w))=g+\rho R_\rho$.
///
/// # Errors
/// Exact. [`InvalidParameter`](TheoryError::InvalidParameter) for $\rho<0$.
///
/// # Source
/// Foret et al. 2021; Karakida et al. 2023: the forward difference with $\gamma=\epsilon=\rho$.
pub fn sam_gradient(data: &RegressionData, w: &DiagonalWeights, rho: f64) -> Result<Vec<f64>, TheoryError> {
    non_negative("rho", rho)?;
    let (g, r) = (gradient(data, w)?, regulariser_gradient(data, w, rho)?);
    all_representable("the gradient", g.iter().zip(&r).map(|(g, r)| g + rho * r).collect())
}

/// The first of two opposite steps of flooding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstStep {
    /// Descent, then ascent.
    Descent,
    /// Ascent, then descent.
    Ascent,
}

/// The move of two opposite steps of flooding with rate $\eta$.
///
/// # Formula
/// $-\eta^2R_{-\eta}$ if the descent comes first, $-\eta^2R_{+\eta}$ if the ascent does.
///
/// # Errors
/// Exact. [`InvalidParameter`](TheoryError::InvalidParameter) unless $\eta>0$.
///
/// # Source
/// Ishida et al. 2020; Karakida et al. 2023.
pub fn flooding_two_steps(
    data: &RegressionData,
    w: &DiagonalWeights,
    eta: f64,
    first: FirstStep,
) -> Result<Vec<f64>, TheoryError> {
    crate::error::positive("eta", eta)?;
    let epsilon = if first == FirstStep::Descent { -eta } else { eta };
    let r = regulariser_gradient(data, w, epsilon)?;
    all_representable("the move", r.iter().map(|r| -eta * eta * r).collect())
}

/// The critical learning rate of gradient descent with gradient regularization at a minimum.
///
/// # Formula
/// $\eta_c=2/(\lambda_{\max}(1+\gamma\lambda_{\max}))$, whatever $\epsilon$; exact for linear stability, global for quadratic losses.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $\lambda_{\max}>0$ and $\gamma\ge0$; [`Undefined`](TheoryError::Undefined) where it overflows.
///
/// # Source
/// Karakida et al. 2023.
pub fn critical_step(sharpness: f64, gamma: f64) -> Result<f64, TheoryError> {
    crate::error::positive("sharpness", sharpness)?;
    non_negative("gamma", gamma)?;
    representable("the critical step", 2.0 / (sharpness * (1.0 + gamma * sharpness)))
}

/// Matrix products of one gradient, one finite-difference and one double-backpropagation step of a network of `layers` dense layers.
///
/// # Formula
/// $3L-1$, $6L-2$, $9L-5$; a product is one of batch × layer, and the first layer does not propagate to the inputs. Double backpropagation shares
/// its intermediates with the gradient.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) without layers or with more than $10^{15}$.
///
/// # Source
/// Counted; the usual $3L:6L:9L$ is the limit of many layers (Karakida et al. 2023).
pub fn matrix_products(layers: u64) -> Result<[u64; 3], TheoryError> {
    if !(1..=1_000_000_000_000_000).contains(&layers) {
        return Err(TheoryError::invalid("layers", layers, "an integer from 1 to 10^15"));
    }
    Ok([3 * layers - 1, 6 * layers - 2, 9 * layers - 5])
}
