//! Differences of kernels whose arguments nearly agree, without subtracting them.

use std::f64::consts::{FRAC_2_PI, PI};

use super::{GaussianMoments, KernelPair, gaussian_moments, kernel_pair, mixture, numeric, piecewise, rules};
use crate::activation::Kind;
use crate::error::{non_negative, representable};
use crate::{Activation, TheoryError};

/// What the kernels of two samples of equal variance $q$ lack to those of one sample with itself, for the covariance
/// $q-$`gap`: $K(q,q,q)-K(q,q,q-g)=\frac12E(\phi(u)-\phi(v))^2$ in `k`, $\frac12E(\phi'(u)-\phi'(v))^2$ in `k_dot`.
///
/// # Formula
/// Linear $g$, $0$. Sine $\frac12(1-e^{-g})(1\pm e^{-(2q-g)})$. Leaky ReLU, with $\cos\vartheta=1-g/q$,
/// $\frac{1+a^2}2g-\frac{(1-a)^2}{2\pi}q(\sin\vartheta-\vartheta\cos\vartheta)$ and $\frac{(1-a)^2}{2\pi}\vartheta$. Erf by the addition
/// theorem of the arc sine, tanh as its mixture. GELU $\int_0^gE\phi'\phi'\,ds$ and $\int_0^gE\phi''\phi''\,ds$. Otherwise
/// $E_y\mathrm{Var}_z\phi(\sqrt{q-g}\,y+\sqrt g\,z)$, and the same with $\phi'$, from differences of $\phi$.
///
/// # Accuracy
/// Relative, however small the gap: rounding for closed forms and tanh, $10^{-10}$ by quadrature, $10^{-8}$ for `k_dot` of a user's
/// function.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) unless $0\le g\le2q$; as for [`kernel_pair`].
///
/// # Source
/// Price's theorem, and the variance of two samples with a common part; derived in the notes of
/// [`mean_field`](crate::mean_field).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, quadrature::kernel_gap};
/// let gap = kernel_gap(&Activation::erf(1.0)?, 1e12, 2.0)?;
/// assert!((gap.k / 7.869053144668461e-7 - 1.0).abs() < 1e-12);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn kernel_gap(phi: &Activation, q: f64, gap: f64) -> Result<KernelPair, TheoryError> {
    non_negative("q", q)?;
    non_negative("gap", gap)?;
    if gap > 2.0 * q * (1.0 + 1e-12) {
        return Err(TheoryError::invalid("gap", gap, format!("a number from 0 to 2q = {}", 2.0 * q)));
    }
    let gap = gap.min(2.0 * q);
    if gap == 0.0 {
        return Ok(KernelPair { k: 0.0, k_dot: 0.0 });
    }
    let result = match &phi.0 {
        _ if phi.is_linear() => KernelPair { k: gap, k_dot: 0.0 },
        Kind::Sine => sine(q, gap),
        Kind::Relu => leaky_relu(0.0, q, gap),
        Kind::LeakyRelu { slope } => leaky_relu(*slope, q, gap),
        _ if gap > q => plain(phi, q, gap)?,
        Kind::Erf { scale } => erf(*scale, q, gap),
        Kind::Gelu => gelu(q, gap),
        Kind::Tanh => mixture::kernel_gap(q, gap)?,
        _ => match piecewise::pieces(phi) {
            Some(pieces) => piecewise::kernel_gap(&pieces, q, gap)?,
            None => numeric::kernel_gap(phi, q, gap)?,
        },
    };
    representable("the difference of kernels", result.k)?;
    representable("the difference of kernels", result.k_dot)?;
    Ok(result)
}

/// Variances that are a smaller share of the second moment are not taken as a difference.
const CANCELS: f64 = 1e-2;

/// The averages of [`gaussian_moments`], and the variances of $\phi$ in `k` and of $\phi'$ in `k_dot` at $u=m+\sqrt v\,z$, to the
/// relative accuracy of [`kernel_gap`].
///
/// # Errors
/// Those of [`gaussian_moments`].
pub(crate) fn moments_and_variances(
    phi: &Activation,
    mean: f64,
    variance: f64,
) -> Result<(GaussianMoments, KernelPair), TheoryError> {
    let moments = gaussian_moments(phi, mean, variance)?;
    let plain = KernelPair {
        k: moments.second - moments.mean * moments.mean,
        k_dot: moments.second_derivative - moments.mean_derivative * moments.mean_derivative,
    };
    let kept = plain.k >= CANCELS * moments.second && plain.k_dot >= CANCELS * moments.second_derivative;
    let variances = match &phi.0 {
        _ if phi.is_linear() => KernelPair { k: variance, k_dot: 0.0 },
        _ if kept => plain,
        _ if variance == 0.0 => KernelPair { k: 0.0, k_dot: 0.0 },
        Kind::Sine => {
            let (sin, cos) = mean.sin_cos();
            let (kept, lost) = ((-variance).exp(), -(-variance).exp_m1());
            KernelPair {
                k: 0.5 * lost * (lost + 2.0 * cos * cos * kept),
                k_dot: 0.5 * lost * (lost + 2.0 * sin * sin * kept),
            }
        }
        _ => match piecewise::pieces(phi) {
            Some(pieces) => piecewise::variances(&pieces, mean, variance.sqrt()),
            None => numeric::variances(phi, mean, variance.sqrt())?,
        },
    };
    Ok((moments, variances))
}

/// Opposite samples: nothing cancels.
fn plain(phi: &Activation, q: f64, gap: f64) -> Result<KernelPair, TheoryError> {
    let same = gaussian_moments(phi, 0.0, q)?;
    let apart = kernel_pair(phi, q, q, q - gap)?;
    Ok(KernelPair { k: same.second - apart.k, k_dot: same.second_derivative - apart.k_dot })
}

fn sine(q: f64, gap: f64) -> KernelPair {
    let (near, far) = (-0.5 * (-gap).exp_m1(), -(2.0 * q - gap));
    KernelPair { k: near * (1.0 + far.exp()), k_dot: -near * far.exp_m1() }
}

fn leaky_relu(slope: f64, q: f64, gap: f64) -> KernelPair {
    let angle = 2.0 * gap.sqrt().atan2((2.0 * q - gap).sqrt());
    let bend = (1.0 - slope) * (1.0 - slope) / (2.0 * PI);
    KernelPair {
        k: 0.5 * (1.0 + slope * slope) * gap - bend * q * super::closed::arc(angle),
        k_dot: bend * angle,
    }
}

/// $\arcsin x-\arcsin y$ from its sine and cosine; $\sqrt{1-x^2}$ and $\sqrt{1-y^2}$ are known without cancellation.
fn erf(scale: f64, q: f64, gap: f64) -> KernelPair {
    let e = 2.0 * scale * scale;
    let share = 1.0 - gap / q;
    let whole = 1.0 + e * q;
    let same = (1.0 + 2.0 * e * q).sqrt();
    let apart = (1.0 + e * gap).sqrt() * (1.0 + e * q * (1.0 + share)).sqrt();
    let sin = e * gap * (1.0 + share) / share.mul_add(same, apart);
    let cos = (same / whole) * (apart / whole) + (e * q / whole) * (e * q / whole) * share;
    let k_dot = FRAC_2_PI * e * (e * gap / apart) / (same + apart) * (e * q * (1.0 + share) / same);
    KernelPair { k: FRAC_2_PI * sin.atan2(cos), k_dot }
}

/// Panels that double: the nearest singularity lies 1 below the gap 0.
fn gelu(q: f64, gap: f64) -> KernelPair {
    let (mut from, mut to) = (0.0, gap.min(1.0));
    let (mut k, mut k_dot) = (0.0, 0.0);
    while from < gap {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        for &(x, weight) in rules::legendre() {
            let s = half.mul_add(x, middle);
            let (first, second) = gelu_slopes(q, s);
            k += half * weight * first;
            k_dot += half * weight * second;
        }
        (from, to) = (to, (2.0 * to).min(gap));
    }
    KernelPair { k, k_dot }
}

/// $E\phi'\phi'$ and $E\phi''\phi''$ at covariance $q-s$.
fn gelu_slopes(q: f64, s: f64) -> (f64, f64) {
    let (c, whole) = (q - s, 1.0 + q);
    let root = (1.0 + s).sqrt() * (1.0 + 2.0 * q - s).sqrt();
    let tilt = c / root;
    let inverse = 1.0 / whole;
    let quarter_turn = root.atan2(-c) / (2.0 * PI);
    let bend = inverse * (2.0 + inverse + tilt * inverse * tilt);
    let curved = 1.0 + (whole / root) * (2.0 + (1.0 + 3.0 * tilt * tilt) / whole) / root;
    (quarter_turn + tilt * bend / (2.0 * PI), curved / (2.0 * PI * root))
}
