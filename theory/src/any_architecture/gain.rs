//! What trained gains of a normalization bring through an activation behind them.

use crate::activation::Kind;
use crate::quadrature::kernel_pair;
use crate::{Activation, TheoryError};

/// $G_\phi=E[uv\,\phi'(u)\phi'(v)]$ for $(u,v)$ with variances $p$, $q$ and covariance $c$.
///
/// The signal that meets a gain is the channel itself, so that $u$ and $\phi'(u)$ must not be averaged apart. Homogeneous activations have
/// $u\phi'(u)=\phi(u)$; erf a closed form; the others go by the quadrature of $\psi(u)=u\phi'(u)$.
pub(super) fn gain_factor(phi: &Activation, p: f64, q: f64, c: f64) -> Result<f64, TheoryError> {
    if phi.homogeneity().is_some() {
        return Ok(kernel_pair(phi, p, q, c)?.k);
    }
    if let Kind::Erf { scale } = phi.0 {
        let s2 = scale * scale;
        let delta = (1.0 + 2.0 * s2 * p) * (1.0 + 2.0 * s2 * q) - 4.0 * s2 * s2 * c * c;
        return Ok(kernel_pair(phi, p, q, c)?.k_dot * c / delta);
    }
    let inner = phi.clone();
    // Its derivative is not known, so that it must not be declared odd: odd functions are integrated over their slopes where ρ is small.
    let weighted = Activation::custom(format!("u {phi}'(u)"), phi.kinks().to_vec(), false, move |u| {
        (u * inner.derivative(u), 0.0)
    })?;
    Ok(kernel_pair(&weighted, p, q, c)?.k)
}
