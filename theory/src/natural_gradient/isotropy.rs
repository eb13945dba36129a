//! The isotropy constants.

use super::Method;
use super::tridiagonal::btd_coefficients;
use crate::TheoryError;
use crate::error::{at_least, representable};
use crate::mean_field::valid_depth;

/// $\alpha$ of $\bar R=\alpha I$ without damping, for `samples` $=N$ samples and one output.
///
/// # Formula
/// exact 1; bd $L$; btd $1^\top T^{-1}1=\lceil L/3\rceil$ unless $L\equiv2\pmod3$ (there `btd_pinv`); kfac, and
/// kfac_joint without its damping, $N(L-1)+1$; kfac_scaled $NL$; one_sided_scaled and last 1. The output layer of K-FAC has $B_L^*=1$, whatever $N$, so that it
/// contributes 1 and not $N$. The identity is algebraic: it holds for every network whose kernels can be inverted (for
/// kfac, also with $C>1$ outputs, as long as $NC\le M_l$).
///
/// # Errors
/// Depth or samples of 0; btd at $L\equiv2\pmod3$; [`Undefined`](TheoryError::Undefined) for gd and diag, which are not
/// isotropic, for unit, whose constant depends on the widths ([`unit_alpha`]), for one_sided and output_sided, whose constants
/// depend on the activation and the scales ([`one_sided`](super::one_sided)), and for one_sided_softmax.
///
/// # Source
/// Karakida and Osawa (2020); the output layer of K-FAC is derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::{Method, alpha};
/// assert_eq!(alpha(Method::Kfac, 3, 32)?, 65.0);
/// assert_eq!(alpha(Method::Btd, 4, 32)?, 2.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn alpha(method: Method, depth: usize, samples: usize) -> Result<f64, TheoryError> {
    valid_depth(depth)?;
    at_least("N", samples, 1)?;
    let (l, n) = (depth as f64, samples as f64);
    match method {
        Method::Exact => Ok(1.0),
        Method::Bd => Ok(l),
        Method::Btd => Ok(btd_coefficients(depth)?.iter().sum()),
        Method::BtdPinv if depth % 3 == 2 => Ok((l / 3.0).ceil()),
        Method::BtdPinv => Err(super::tridiagonal::wrong_depth_for_pinv(depth)),
        Method::Kfac | Method::KfacJoint => Ok(n * (l - 1.0) + 1.0),
        Method::KfacScaled => Ok(n * l),
        Method::Unit => Err(TheoryError::undefined(
            "alpha of unit from the depth",
            "it depends on the widths: give widths = [M_1, ..., M_{L-1}] and gamma",
        )),
        Method::OneSidedScaled | Method::Last => Ok(1.0),
        Method::OneSided | Method::OutputSided => Err(TheoryError::undefined(
            format!("alpha of {method} from the depth"),
            "it depends on the activation and its scales: see ngd/one-sided",
        )),
        Method::OneSidedSoftmax => Err(for_cross_entropy("alpha")),
        Method::Gd | Method::Diag => Err(TheoryError::undefined(
            format!("alpha of {method}"),
            "its response matrix is not isotropic; for gd see ngd/gd-modes",
        )),
    }
}

/// one_sided_softmax divides by the curvature of the softmax, which the squared loss does not have.
pub(super) fn for_cross_entropy(quantity: &str) -> TheoryError {
    TheoryError::undefined(
        format!("{quantity} of one_sided_softmax"),
        "it is a method for the cross entropy (see ngd/ce-recursion); for the squared loss it is one_sided",
    )
}

/// $\alpha$ of the unit-wise approximation for hidden `widths` $M_1,\dots,M_{L-1}$ and `classes` $=C$ outputs.
///
/// # Formula
/// $\alpha=\frac\gamma C\sum_{l<L}M_l+1$, $\gamma=P(\phi'(u)\ne0)$: $\frac12$ for ReLU, 1 for smooth activations. For one network
/// $\bar R=\mathrm{diag}(\alpha_n)$ with one more than the number of units active at sample $n$; ReLU's fluctuate by
/// about $\frac12\sqrt{\sum M_l}$.
///
/// # Errors
/// `gamma` outside $(0,1]$; no outputs; a width of 0.
///
/// # Source
/// Karakida and Osawa (2020) for one output; several outputs in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::unit_alpha;
/// assert_eq!(unit_alpha(&[512, 256], 0.5, 1)?, 385.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn unit_alpha(widths: &[usize], gamma: f64, classes: usize) -> Result<f64, TheoryError> {
    at_least("C", classes, 1)?;
    if !(gamma > 0.0 && gamma <= 1.0) {
        return Err(TheoryError::invalid("gamma", gamma, "a share of active units: above 0 and at most 1"));
    }
    let mut units = 0.0;
    for &width in widths {
        units += at_least("widths", width, 1)? as f64;
    }
    representable("alpha", gamma / classes as f64 * units + 1.0)
}
