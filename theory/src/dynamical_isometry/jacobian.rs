use serde::Serialize;

use super::forward::check_depth;
use crate::TheoryError;
use crate::error::{at_least, positive, representable};
use crate::free_probability::{Ensemble, Factor, SpectralLaw, Step};

/// The law of the squared singular values of the input-output Jacobian $\partial u^L/\partial x$ of a network with $L$ weight matrices
/// and the slope laws $\nu_1,\dots,\nu_{L-1}$.
///
/// # Formula
/// $\mu_1=\delta_{\sigma_w^2}$ (orthogonal) or $\sigma_w^2\,\mathrm{MP}$ (Gaussian), $\mu_{l+1}=\sigma_w^2\,(\nu_l\boxtimes\mu_l)$, with a
/// Marchenko–Pastur law multiplied in for Gaussian weights.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for $\sigma_w^2\le0$; [`Undefined`](TheoryError::Undefined) where the mean leaves the
/// range of floating point numbers.
///
/// # Source
/// Pennington, Schoenholz and Ganguli (2017, 2018).
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::jacobian_law;
/// use solvable_theory::free_probability::{Ensemble, Factor};
/// let law = jacobian_law(vec![Factor::projection(0.1)?; 3], 1.0, Ensemble::Orthogonal)?;
/// assert!((law.mass_at(1.0) - 0.7).abs() < 1e-15);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn jacobian_law(
    slopes: Vec<Factor>,
    sigma_w2: f64,
    ensemble: Ensemble,
) -> Result<SpectralLaw, TheoryError> {
    positive("sigma_w2", sigma_w2)?;
    check_depth(slopes.len() + 1)?;
    let factors = std::iter::once(Factor::projection(0.0)?).chain(slopes);
    let steps = factors.map(|factor| Step { factor, ensemble, scale: sigma_w2, shift: 0.0 }).collect();
    SpectralLaw::new(1.0, steps)
}

/// What is known in closed form of the Jacobian of a network with the same projection in every layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct JacobianStatistics {
    /// Mean squared singular value.
    pub mean: f64,
    /// Variance over the square of the mean.
    pub relative_variance: f64,
    /// Upper edge of the bulk, also when an atom lies above it.
    pub bulk_upper_edge: f64,
    /// Mass of the atom at $\sigma_w^{2L}$.
    pub top_atom: f64,
}

/// Statistics of the squared singular values of the Jacobian for equal projections, $n=L-1$ of them of rank $\alpha$.
///
/// # Formula
/// Mean $s^L\alpha^n$; relative variance $n\epsilon/\alpha$, plus $L$ for Gaussian weights. Bulk edge: orthogonal
/// $s^L\alpha^{n-1}\epsilon\,n^n/(n-1)^{n-1}$; Gaussian $s^L(1+u)^2(u+\alpha)^n/u$ at the positive root of
/// $(n+1)u^2+(n-1+\alpha)u=\alpha$.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $0<\alpha\le1$, $s>0$, and $L\ge3$ (orthogonal: below there is no bulk) or
/// $L\ge1$ (Gaussian).
///
/// # Source
/// Pennington, Schoenholz and Ganguli (2018); the edges derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::dynamical_isometry::jacobian_statistics;
/// use solvable_theory::free_probability::Ensemble;
/// let statistics = jacobian_statistics(0.9, 8, 1.0, Ensemble::Orthogonal)?;
/// assert!((statistics.bulk_upper_edge - 0.9380669484375).abs() < 1e-13);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn jacobian_statistics(
    alpha: f64,
    depth: usize,
    sigma_w2: f64,
    ensemble: Ensemble,
) -> Result<JacobianStatistics, TheoryError> {
    if !(alpha > 0.0 && alpha <= 1.0) {
        return Err(TheoryError::invalid("alpha", alpha, "a number with 0 < alpha <= 1"));
    }
    positive("sigma_w2", sigma_w2)?;
    let least = match ensemble {
        Ensemble::Orthogonal => 3,
        Ensemble::Gaussian => 1,
    };
    at_least("depth", depth, least)?;
    check_depth(depth)?;
    let epsilon = 1.0 - alpha;
    let n = (depth - 1) as f64;
    let log_scale = depth as f64 * sigma_w2.ln();
    let slopes = n * epsilon / alpha;
    let (relative_variance, log_edge, top_atom) = match ensemble {
        Ensemble::Orthogonal => {
            let log = (n - 1.0) * alpha.ln() + epsilon.ln() + n * n.ln() - (n - 1.0) * (n - 1.0).ln();
            (slopes, log, (1.0 - n * epsilon).max(0.0))
        }
        Ensemble::Gaussian => {
            let b = n - 1.0 + alpha;
            // The positive root without cancellation.
            let root = (b * b + 4.0 * (n + 1.0) * alpha).sqrt();
            let u = if b > 0.0 { 2.0 * alpha / (b + root) } else { (root - b) / (2.0 * (n + 1.0)) };
            (slopes + depth as f64, 2.0 * u.ln_1p() + n * (u + alpha).ln() - u.ln(), 0.0)
        }
    };
    Ok(JacobianStatistics {
        mean: representable("the mean of the law", (log_scale + n * alpha.ln()).exp())?,
        relative_variance,
        bulk_upper_edge: representable("the edge of the bulk", (log_scale + log_edge).exp())?,
        top_atom,
    })
}
