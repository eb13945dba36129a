//! The Fisher–Rao norm of a random network: how far its outputs move when all parameters are scaled.

use serde::Serialize;

use super::order::{Chain, settled, valid_depth};
use crate::error::representable;
use crate::quadrature::{gaussian_moments, stretched_slopes};
use crate::{InitialScales, TheoryError};

/// Second moments of an output $f$ and of its derivative $D=\theta\cdot\nabla_\theta f$ along the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FisherRao {
    /// $S^L=E\,D^2$: the squared norm $\theta^\top F\theta$ for each output.
    pub s: f64,
    /// $R^L=E\,fD$.
    pub r: f64,
    /// $q^L=E\,f^2$.
    pub q: f64,
    /// $\theta^\top F_{\rm block}\theta$ for each output, with the blocks of the layers alone.
    pub block: f64,
}

impl FisherRao {
    /// $R^2/(qS)$: the share of the motion that rescales the output; between 0 and 1.
    pub fn rescaling_share(&self) -> f64 {
        (self.r / self.q * (self.r / self.s)).min(1.0)
    }
}

/// $E[\phi\phi'u]/q$, $E[\phi'^2u^2]/q$ and $E\phi'^2$ at $u\sim N(0,q)$.
#[derive(Clone, Copy)]
struct Stretch {
    product: f64,
    square: f64,
    slopes: f64,
}

/// The Fisher–Rao norm of a network of `depth` $=L$ for standard normal inputs: $E\,\theta^\top F\theta=CS^L$, all parameters in the ordinary
/// parametrization, biases included.
///
/// # Formula
/// $D^1=u^1$, $D^l=u^l+W^l(\phi'(u^{l-1})\circ D^{l-1})$ is $\theta\cdot\nabla f$ at $l=L$. With $u\sim N(0,q^{l-1})$, $a=E\phi^2$, $b=E[\phi\phi'u]$,
/// $c=E[\phi'^2u^2]$, $e=E\phi'^2$ and $r=R^{l-1}/q^{l-1}$: $q^l=\sigma_w^2a+\sigma_b^2$, $R^l=q^l+\sigma_w^2rb$,
/// $S^l=q^l+2\sigma_w^2rb+\sigma_w^2[r^2c+(S^{l-1}-R^{l-1}r)e]$, from $q^1=R^1=S^1=\sigma_w^2+\sigma_b^2$.
///
/// # Validity
/// Infinite width, any number of samples; relative corrections $O(1/M)$. Parameters and gradients are not taken for independent.
///
/// # Errors
/// As for [`order_parameters`](super::order_parameters).
///
/// # Source
/// The norm is that of Liang, Poggio, Rakhlin and Stokes (2019); its mean is derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, mean_field::fisher_rao};
/// // Without biases f is homogeneous of degree L in the parameters: D = Lf.
/// let norm = fisher_rao(&InitialScales::new(Activation::relu(), 2.0, 0.0)?, 5)?;
/// assert!((norm.s / norm.q - 25.0).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn fisher_rao(scales: &InitialScales, depth: usize) -> Result<FisherRao, TheoryError> {
    valid_depth(depth)?;
    let chain = Chain::diagonal(scales, depth, 1.0)?;
    let mut q = chain.q[0];
    // r = R/q; own = S − R²/q, the part of D that is independent of u. Of the blocks, all that begin below: the sum of X²/q, and that of Y less it.
    let (mut r, mut own) = (1.0, 0.0);
    let (mut along, mut across) = (q, 0.0);
    let mut last: Option<(f64, Stretch)> = None;
    for (l, &next) in chain.q.iter().enumerate().skip(1) {
        let stretch = match last {
            Some((at, stretch)) if settled(at, q) => stretch,
            _ => {
                let stretch = stretch_of(scales, q, chain.k_dot[l - 1])?;
                last = Some((q, stretch));
                stretch
            }
        };
        let Stretch { product, square, slopes } = stretch;
        // σ_w² q over the next q: at q = 0 nothing is left to be scaled.
        let gain = if next > 0.0 { scales.sigma_w2 * (q / next) } else { 0.0 };
        let passed = gain * product * r;
        // Var of W(φ'D) given u, less what goes along φ: positive by Cauchy and Schwarz, but for rounding.
        let spread = |along: f64, across: f64| {
            let all = scales.sigma_w2 * (along * square + across * slopes);
            (all - scales.sigma_w2 * gain * product * product * along).max(0.0)
        };
        own = representable("the Fisher-Rao norm", spread(r * r * q, own))?;
        r = 1.0 + passed;
        across = representable("the Fisher-Rao norm", spread(along, across))?;
        along = next + (gain * product) * (scales.sigma_w2 * product * along);
        q = next;
    }
    if q == 0.0 && scales.sigma_w2 > 0.0 {
        return Err(TheoryError::undefined(
            "the Fisher-Rao norm",
            "the signals fall below the least positive number at this depth; choose a smaller `depth` or a larger `sigma_w2`",
        ));
    }
    Ok(FisherRao {
        s: representable("the Fisher-Rao norm", r * r * q + own)?,
        r: representable("the overlap of the outputs with their motion", r * q)?,
        q,
        block: representable("the Fisher-Rao norm of the blocks", along + across)?,
    })
}

fn stretch_of(scales: &InitialScales, q: f64, slopes: f64) -> Result<Stretch, TheoryError> {
    let phi = &scales.activation;
    if let Some(k) = phi.homogeneity() {
        return Ok(Stretch { product: k, square: k, slopes });
    }
    if q == 0.0 {
        return Ok(Stretch { product: slopes, square: slopes, slopes });
    }
    let product = gaussian_moments(phi, 0.0, q)?.z_product / q.sqrt();
    Ok(Stretch { product, square: stretched_slopes(phi, q)?, slopes })
}
