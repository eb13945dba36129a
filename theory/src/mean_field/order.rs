//! Order parameters: how overlaps of signals and of gradients travel through the layers.

use serde::Serialize;

use crate::error::{finite, non_negative, representable};
use crate::quadrature::{KernelPair, kernel_pair};
use crate::{InitialScales, TheoryError};

/// Deeper networks than this are taken for a mistyped number.
const DEEPEST: usize = 1_000_000;

/// Order parameters of a network of depth $L$ for random inputs; subscript $t$: same sample, $st$: two samples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderParameters {
    /// $\hat q^l_t$, $l=0..L-1$: $\|h^l\|^2/M_l$.
    pub qhat_t: Vec<f64>,
    /// $\hat q^l_{st}$, $l=0..L-1$: $h^l\cdot h^{l\prime}/M_l$.
    pub qhat_st: Vec<f64>,
    /// $\tilde q^l_t$, $l=1..L$: $\|\partial f_k/\partial u^l\|^2$.
    pub qtilde_t: Vec<f64>,
    /// $\tilde q^l_{st}$, $l=1..L$.
    pub qtilde_st: Vec<f64>,
    /// $q^l_t$, $l=1..L$: variance of a pre-activation.
    pub q_t: Vec<f64>,
    /// $q^l_{st}$, $l=1..L$: covariance of a pre-activation between two samples.
    pub q_st: Vec<f64>,
}

/// Order parameters of a pair of inputs $x,y$ of any norms and overlap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairOrderParameters {
    /// $\hat q^l(x,x)$, $l=0..L-1$.
    pub qhat_xx: Vec<f64>,
    /// $\hat q^l(x,y)$, $l=0..L-1$.
    pub qhat_xy: Vec<f64>,
    /// $\hat q^l(y,y)$, $l=0..L-1$.
    pub qhat_yy: Vec<f64>,
    /// $\tilde q^l(x,x)$, $l=1..L$.
    pub qtilde_xx: Vec<f64>,
    /// $\tilde q^l(x,y)$, $l=1..L$.
    pub qtilde_xy: Vec<f64>,
    /// $\tilde q^l(y,y)$, $l=1..L$.
    pub qtilde_yy: Vec<f64>,
    /// $q^l(x,x)$, $l=1..L$.
    pub q_xx: Vec<f64>,
    /// $q^l(x,y)$, $l=1..L$.
    pub q_xy: Vec<f64>,
    /// $q^l(y,y)$, $l=1..L$.
    pub q_yy: Vec<f64>,
}

/// One kind of overlap (of a sample with itself, or of two samples) through all layers.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    /// $\hat q^l$, $l=0..L-1$.
    pub qhat: Vec<f64>,
    /// $q^l$, $l=1..L$.
    pub q: Vec<f64>,
    /// $\dot K$ at layers $1..L-1$.
    pub k_dot: Vec<f64>,
}

impl Chain {
    /// $\tilde q^l$, $l=1..L$: the product of $\sigma_w^2\dot K$ over the layers from $l$ to $L-1$.
    pub fn qtilde(&self, sigma_w2: f64) -> Result<Vec<f64>, TheoryError> {
        let mut qtilde = vec![1.0; self.q.len()];
        for l in (0..self.k_dot.len()).rev() {
            qtilde[l] =
                representable("a backward order parameter", sigma_w2 * self.k_dot[l] * qtilde[l + 1])?;
        }
        Ok(qtilde)
    }

    /// Runs the forward recursion; `kernel(l, q)` gives the kernels of layer $l+1$.
    fn run(
        scales: &InitialScales,
        depth: usize,
        start: f64,
        mut kernel: impl FnMut(usize, f64) -> Result<KernelPair, TheoryError>,
    ) -> Result<Self, TheoryError> {
        let (mut qhat, mut q, mut k_dot) = (vec![start], Vec::with_capacity(depth), Vec::new());
        let mut latest = start;
        for l in 0..depth {
            let variance = scales.sigma_w2.mul_add(latest, scales.sigma_b2);
            q.push(representable("a forward order parameter", variance)?);
            if l + 1 < depth {
                let pair = kernel(l, variance)?;
                latest = pair.k;
                qhat.push(pair.k);
                k_dot.push(pair.k_dot);
            }
        }
        Ok(Self { qhat, q, k_dot })
    }

    /// The overlap of one sample with itself; `start` $=\|x\|^2/M_0$.
    pub fn diagonal(scales: &InitialScales, depth: usize, start: f64) -> Result<Self, TheoryError> {
        let mut last: Option<(f64, KernelPair)> = None;
        Self::run(scales, depth, start, |_, q| match last {
            Some((at, pair)) if settled(at, q) => Ok(pair),
            _ => {
                let pair = kernel_pair(&scales.activation, q, q, q)?;
                last = Some((q, pair));
                Ok(pair)
            }
        })
    }

    /// The overlap of two samples with known diagonals; `start` $=x\cdot y/M_0$.
    pub fn cross(
        scales: &InitialScales,
        depth: usize,
        x: &Self,
        y: &Self,
        start: f64,
    ) -> Result<Self, TheoryError> {
        let mut last: Option<([f64; 3], KernelPair)> = None;
        Self::run(scales, depth, start, |l, c| {
            let (p, q) = (x.q[l], y.q[l]);
            // Cauchy and Schwarz hold for the exact recursion; rounding must not break them.
            let bound = if p == q { p } else { p.sqrt() * q.sqrt() };
            let c = c.clamp(-bound, bound);
            match last {
                Some(([at_p, at_q, at_c], pair))
                    if settled(at_p, p) && settled(at_q, q) && settled(at_c, c) =>
                {
                    Ok(pair)
                }
                _ => {
                    let pair = kernel_pair(&scales.activation, p, q, c)?;
                    last = Some(([p, q, c], pair));
                    Ok(pair)
                }
            }
        })
    }
}

/// Deep networks sit at their fixed point, up to rounding that would have the kernels evaluated again and again.
fn settled(before: f64, now: f64) -> bool {
    (now - before).abs() <= 4.0 * f64::EPSILON * now.abs()
}

pub(crate) fn valid_depth(depth: usize) -> Result<usize, TheoryError> {
    if (1..=DEEPEST).contains(&depth) {
        Ok(depth)
    } else {
        Err(TheoryError::invalid(
            "depth",
            depth,
            format!("an integer from 1 to {DEEPEST}: at least one layer"),
        ))
    }
}

/// The order parameters of a network of `depth` $=L$ for inputs with independent standard normal entries
/// ($\hat q^0_t=1$, $\hat q^0_{st}=0$).
///
/// # Formula
/// $q^l=\sigma_w^2\hat q^{l-1}+\sigma_b^2$, $\hat q^l_t=K(q^l_t,q^l_t,q^l_t)$, $\hat q^l_{st}=K(q^l_t,q^l_t,q^l_{st})$;
/// backwards $\tilde q^L=1$, $\tilde q^l=\sigma_w^2\tilde q^{l+1}\dot K$ with the same arguments, with $K,\dot K$ of
/// [`kernel_pair`].
///
/// # Errors
/// `depth` = 0; the errors of [`kernel_pair`]; overflow of a diverging recursion.
///
/// # Source
/// Poole et al. (2016) and Schoenholz et al. (2017); in this notation Karakida, Akaho and Amari (2019).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, mean_field::order_parameters};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.1)?;
/// let order = order_parameters(&scales, 3)?;
/// assert!((order.qhat_t[2] - 1.1).abs() < 1e-15);
/// assert!((order.qhat_st[2] - 0.5795108675043257).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn order_parameters(scales: &InitialScales, depth: usize) -> Result<OrderParameters, TheoryError> {
    valid_depth(depth)?;
    let same = Chain::diagonal(scales, depth, 1.0)?;
    let apart = Chain::cross(scales, depth, &same, &same, 0.0)?;
    Ok(OrderParameters {
        qtilde_t: same.qtilde(scales.sigma_w2)?,
        qtilde_st: apart.qtilde(scales.sigma_w2)?,
        qhat_t: same.qhat,
        qhat_st: apart.qhat,
        q_t: same.q,
        q_st: apart.q,
    })
}

/// The order parameters of two given inputs: `xx` $=\|x\|^2/M_0$, `xy` $=x\cdot y/M_0$, `yy` $=\|y\|^2/M_0$.
///
/// # Formula
/// The recursion of [`order_parameters`] with three running scalars instead of two.
///
/// # Errors
/// As for [`order_parameters`], and for `xx`, `yy` < 0 or $|xy|>\sqrt{xx\cdot yy}$.
///
/// # Source
/// As for [`order_parameters`].
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales, mean_field::pair_order_parameters};
/// let scales = InitialScales::new(Activation::linear(), 2.0, 0.0)?;
/// let pair = pair_order_parameters(&scales, 3, 1.0, -0.5, 4.0)?;
/// assert_eq!(pair.qhat_xy, [-0.5, -1.0, -2.0]);
/// assert_eq!(pair.qtilde_xy, [4.0, 2.0, 1.0]);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn pair_order_parameters(
    scales: &InitialScales,
    depth: usize,
    xx: f64,
    xy: f64,
    yy: f64,
) -> Result<PairOrderParameters, TheoryError> {
    let (x, cross, y) = pair_chains(scales, depth, xx, xy, yy)?;
    Ok(PairOrderParameters {
        qtilde_xx: x.qtilde(scales.sigma_w2)?,
        qtilde_xy: cross.qtilde(scales.sigma_w2)?,
        qtilde_yy: y.qtilde(scales.sigma_w2)?,
        qhat_xx: x.qhat,
        qhat_xy: cross.qhat,
        qhat_yy: y.qhat,
        q_xx: x.q,
        q_xy: cross.q,
        q_yy: y.q,
    })
}

/// The chains $(x,x)$, $(x,y)$, $(y,y)$.
pub(crate) fn pair_chains(
    scales: &InitialScales,
    depth: usize,
    xx: f64,
    xy: f64,
    yy: f64,
) -> Result<(Chain, Chain, Chain), TheoryError> {
    valid_depth(depth)?;
    valid_pair(xx, xy, yy)?;
    let x = Chain::diagonal(scales, depth, xx)?;
    let y = if xx == yy { x.clone() } else { Chain::diagonal(scales, depth, yy)? };
    let cross = Chain::cross(scales, depth, &x, &y, xy)?;
    Ok((x, cross, y))
}

pub(crate) fn valid_pair(xx: f64, xy: f64, yy: f64) -> Result<(), TheoryError> {
    non_negative("xx", xx)?;
    finite("xy", xy)?;
    non_negative("yy", yy)?;
    let bound = xx.sqrt() * yy.sqrt();
    if xy.abs() <= bound * (1.0 + 1e-12) {
        Ok(())
    } else {
        Err(TheoryError::invalid(
            "xy",
            xy,
            format!("an overlap of absolute value at most sqrt(xx yy) = {bound}"),
        ))
    }
}
