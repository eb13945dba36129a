use serde::Serialize;

use super::forward::forward;
use crate::free_probability::Ensemble;
use crate::quadrature::gaussian_moments;
use crate::{Activation, TheoryError};

/// Variances, times the width, of the measured order parameters of one network around their limits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fluctuations {
    /// $M\,\mathrm{Var}\,\hat q_l$, $l=0..L-1$.
    pub q: Vec<f64>,
    /// $M\,\mathrm{Var}\,\hat\alpha_l$, $l=1..L-1$.
    pub alpha: Vec<f64>,
}

/// The central limit theorem of the order parameters at finite width.
///
/// # Formula
/// $V_l=\mathrm{Var}\,\phi^2-\kappa\,\frac12c_l^2+\left(\frac{c_l}{2q_{l-1}}\right)^2V_{l-1}$, $c_l=E[\phi^2(z^2-1)]$, $V_0=0$, with $\kappa=1$
/// for orthogonal weights (the length of the pre-activations does not fluctuate) and 0 for Gaussian ones; the same for
/// $\hat\alpha_l$ with $\phi'^2$ in place of $\phi^2$.
///
/// # Errors
/// As [`forward`].
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, dynamical_isometry::fluctuations, free_probability::Ensemble};
/// let relu = fluctuations(&Activation::relu(), 1.0, 2.0, 4, Ensemble::Orthogonal)?;
/// assert!((relu.q[3] - 9.0).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn fluctuations(
    phi: &Activation,
    q0: f64,
    sigma_w2: f64,
    depth: usize,
    ensemble: Ensemble,
) -> Result<Fluctuations, TheoryError> {
    let layers = forward(phi, q0, sigma_w2, depth)?;
    let fixed_length = match ensemble {
        Ensemble::Orthogonal => 0.5,
        Ensemble::Gaussian => 0.0,
    };
    let (mut q, mut alpha) = (vec![0.0], Vec::new());
    for l in 1..depth {
        let (before, spread) = (layers.q[l - 1], q[l - 1]);
        let variance = sigma_w2 * before;
        let of = |derivative: bool| -> Result<f64, TheoryError> {
            let square = Square::of(phi, derivative, variance)?;
            Ok(square.variance - fixed_length * square.hermite.powi(2)
                + (square.hermite / (2.0 * before)).powi(2) * spread)
        };
        alpha.push(of(true)?.max(0.0));
        q.push(of(false)?.max(0.0));
    }
    Ok(Fluctuations { q, alpha })
}

/// $\mathrm{Var}\,f$ and $E[f(z^2-1)]$ for $f=\phi^2$ or $\phi'^2$.
struct Square {
    variance: f64,
    hermite: f64,
}

impl Square {
    fn of(phi: &Activation, derivative: bool, variance: f64) -> Result<Self, TheoryError> {
        let own = phi.clone();
        let deviation = variance.sqrt();
        // One average of f(u) and one of f(u)(z² − 1), as means of user functions.
        let value = move |u: f64| {
            let (value, slope) = own.value_and_derivative(u);
            if derivative { slope * slope } else { value * value }
        };
        let same = value.clone();
        let f = Activation::custom("a square", phi.kinks(), false, move |u| (same(u), 0.0))?;
        let plain = gaussian_moments(&f, 0.0, variance)?;
        let weighted = Activation::custom("a square, weighted", phi.kinks(), false, move |u| {
            let z = u / deviation;
            (value(u) * (z * z - 1.0), 0.0)
        })?;
        let hermite = gaussian_moments(&weighted, 0.0, variance)?.mean;
        Ok(Self { variance: plain.second - plain.mean * plain.mean, hermite })
    }
}
