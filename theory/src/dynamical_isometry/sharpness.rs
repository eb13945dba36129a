use serde::Serialize;

use super::forward::check_depth;
use super::law::check_lengths;
use crate::TheoryError;
use crate::error::{finite, non_negative, positive, representable};
use crate::free_probability::SpectralLaw;

/// The upper end of a spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sharpness {
    /// $\lambda_{\max}$ of the limiting law.
    pub lambda_max: f64,
    /// The mass of the atom there; 0 if it is the edge of a bulk.
    pub top_atom: f64,
}

/// $\lambda_{\max}$ of a law of $H_L$ and the mass of the atom there.
///
/// # Formula
/// Orthogonal weights and projections with $E=\sum\epsilon_l<1$: the atom of mass $1-E$ at $\sum_l\sigma_w^{2(L-1-l)}q_l$. Otherwise the
/// largest critical value of the inverse map.
///
/// # Errors
/// As [`SpectralLaw::upper_edge`].
///
/// # Source
/// Hayase and Karakida (2021).
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::{fisher_law, sharpness};
/// use solvable_theory::free_probability::{Ensemble, Factor};
/// let slopes = [0.2, 0.15, 0.1].map(|e| Factor::projection(e).unwrap()).to_vec();
/// let top = sharpness(&fisher_law(&[0.5, 0.4, 0.35, 0.3], slopes, 1.1, Ensemble::Orthogonal)?)?;
/// assert!((top.lambda_max - 1.8345).abs() < 1e-14 && (top.top_atom - 0.55).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn sharpness(law: &SpectralLaw) -> Result<Sharpness, TheoryError> {
    let lambda_max = law.upper_edge()?;
    Ok(Sharpness { lambda_max, top_atom: law.mass_at(lambda_max) })
}

/// $A_0=\sum_l\sigma_w^{2(L-1-l)}q_l$: what no eigenvalue of $H_L$ exceeds for orthogonal weights and projections, at any width; it is
/// $\lambda_{\max}$ whenever $E<1$.
///
/// # Formula
/// As above.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for an empty list, $q_l<0$ or $\sigma_w^2\le0$.
///
/// # Source
/// Hayase and Karakida (2021).
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::maximal_sharpness;
/// assert_eq!(maximal_sharpness(&[1.0, 0.5, 0.25], 2.0)?, 5.25);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn maximal_sharpness(q: &[f64], sigma_w2: f64) -> Result<f64, TheoryError> {
    positive("sigma_w2", sigma_w2)?;
    check_lengths(q, q.len().saturating_sub(1))?;
    check_depth(q.len())?;
    let mut sum = 0.0;
    for &q in q {
        sum = sum * sigma_w2 + non_negative("q", q)?;
    }
    representable("the largest eigenvalue", sum)
}

/// The largest stable learning rate of gradient descent on one sample, for the loss $\frac1{2M}\|f-y\|^2$ and a small residual.
///
/// # Formula
/// $\eta_c=2/\lambda_{\max}(H_L)$. For the loss $\frac12\|f-y\|^2$ divide by $M$.
///
/// # Errors
/// As [`sharpness`].
///
/// # Source
/// Hayase and Karakida (2021).
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::{fisher_law, single_sample_step};
/// use solvable_theory::free_probability::Ensemble;
/// let law = fisher_law(&[0.5], vec![], 1.0, Ensemble::Orthogonal)?;
/// assert_eq!(single_sample_step(&law)?, 4.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn single_sample_step(law: &SpectralLaw) -> Result<f64, TheoryError> {
    Ok(2.0 / law.upper_edge()?)
}

/// The mean loss after one step of gradient descent over the loss before, for a small residual of random direction.
///
/// # Formula
/// $1-2\eta m_1+\eta^2m_2$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for a non-finite $\eta$; [`Undefined`](TheoryError::Undefined) on overflow.
///
/// # Source
/// Elementary.
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::{fisher_law, isotropic_loss_ratio};
/// use solvable_theory::free_probability::Ensemble;
/// let law = fisher_law(&[0.5], vec![], 1.0, Ensemble::Orthogonal)?;
/// assert_eq!(isotropic_loss_ratio(&law, 2.0)?, 0.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn isotropic_loss_ratio(law: &SpectralLaw, eta: f64) -> Result<f64, TheoryError> {
    finite("eta", eta)?;
    // In units of the mean: the second moment alone may leave the range of numbers.
    let step = eta * law.mean();
    representable("the loss ratio", 1.0 - 2.0 * step + step * step * law.relative_second_moment()?)
}

/// The constants of the quadratic law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QuadraticLaw {
    /// The root of $x\tanh x=1$.
    pub x0: f64,
    /// $\kappa=1/(2(x_0^2-1))$.
    pub kappa: f64,
}

/// How the sharpness of deep linear networks with Gaussian weights grows: $\lambda_{\max}\simeq\kappa qL^2$ ($\sigma_w^2=1$), where
/// orthogonal weights give $qL$.
///
/// # Formula
/// $\kappa=\frac1{2(x_0^2-1)}$, $x_0\tanh x_0=1$; the relative correction is about $0.21/L$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// let law = solvable_theory::dynamical_isometry::gaussian_quadratic_law();
/// assert!((law.kappa - 1.1383587656140364).abs() < 1e-14);
/// ```
pub fn gaussian_quadratic_law() -> QuadraticLaw {
    let mut x0: f64 = 1.2;
    for _ in 0..8 {
        let t = x0.tanh();
        x0 -= (x0 * t - 1.0) / (t + x0 * (1.0 - t * t));
    }
    QuadraticLaw { x0, kappa: 0.5 / (x0 * x0 - 1.0) }
}
