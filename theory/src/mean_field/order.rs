//! Order parameters: how overlaps of signals and of gradients travel through the layers.

use serde::Serialize;

use crate::error::{finite, non_negative, representable};
use crate::quadrature::{KernelPair, kernel_gap, kernel_pair};
use crate::{Activation, InitialScales, TheoryError};

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
    /// $\hat q^l_t-\hat q^l_{st}$, $l=0..L-1$, by a recursion of its own: to relative accuracy even where the two agree to
    /// rounding.
    pub qhat_gap: Vec<f64>,
    /// $\tilde q^l_t-\tilde q^l_{st}$, $l=1..L$, likewise.
    pub qtilde_gap: Vec<f64>,
    /// $q^l_t-q^l_{st}$, $l=1..L$, likewise: the variance over samples.
    pub q_gap: Vec<f64>,
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

/// The kernels of one sample with itself and of two samples of variance $q$, and the difference.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Overlap {
    pub same: KernelPair,
    pub apart: KernelPair,
    /// `same` less `apart`, to relative accuracy.
    pub gap: KernelPair,
}

/// [`Overlap`] at variance `q` and covariance `c`, whose difference is `gap`.
pub(crate) fn overlap(phi: &Activation, q: f64, c: f64, gap: f64) -> Result<Overlap, TheoryError> {
    overlap_with(phi, kernel_pair(phi, q, q, q)?, q, c, gap)
}

/// [`overlap`] where the kernels of one sample are known.
fn overlap_with(
    phi: &Activation,
    same: KernelPair,
    q: f64,
    c: f64,
    gap: f64,
) -> Result<Overlap, TheoryError> {
    let subtract = |apart: KernelPair| KernelPair { k: same.k - apart.k, k_dot: same.k_dot - apart.k_dot };
    if gap >= q {
        let apart = kernel_pair(phi, q, q, c.clamp(-q, q))?;
        return Ok(Overlap { same, apart, gap: subtract(apart) });
    }
    let mut gap = kernel_gap(phi, q, gap)?;
    let mut apart = subtract(gap);
    // Whichever of the two is not the small difference of the others is computed for itself.
    if gap.k > 0.25 * same.k || gap.k_dot > 0.25 * same.k_dot {
        let own = kernel_pair(phi, q, q, c.clamp(-q, q))?;
        let choose = |same: f64, apart: &mut f64, gap: &mut f64, own: f64| {
            if *gap > 0.25 * same {
                (*apart, *gap) = (own, if *gap > 0.5 * same { same - own } else { *gap });
            }
        };
        choose(same.k, &mut apart.k, &mut gap.k, own.k);
        choose(same.k_dot, &mut apart.k_dot, &mut gap.k_dot, own.k_dot);
    }
    Ok(Overlap { same, apart, gap })
}

/// The overlaps of two samples of equal norm, with their difference from those of one sample.
#[derive(Debug, Clone)]
pub(crate) struct Apart {
    /// The overlaps of two samples.
    pub chain: Chain,
    /// $\hat q^l_t-\hat q^l_{st}$, $l=0..L-1$.
    pub qhat_gap: Vec<f64>,
    /// $q^l_t-q^l_{st}$, $l=1..L$.
    pub q_gap: Vec<f64>,
    /// Difference of $\dot K$ at layers $1..L-1$.
    pub k_dot_gap: Vec<f64>,
}

impl Apart {
    /// For samples with the chain `same` whose inputs have the overlap `start` and differ by `gap`.
    pub fn new(
        scales: &InitialScales,
        depth: usize,
        same: &Chain,
        start: f64,
        gap: f64,
    ) -> Result<Self, TheoryError> {
        let (mut chain, mut qhat_gap) =
            (Chain { qhat: vec![start], q: Vec::with_capacity(depth), k_dot: Vec::new() }, vec![gap]);
        let (mut q_gap, mut k_dot_gap) = (Vec::with_capacity(depth), Vec::new());
        let (mut latest, mut latest_gap) = (start, gap);
        let mut last: Option<(f64, f64, Overlap)> = None;
        for l in 0..depth {
            let (c, difference) =
                (scales.sigma_w2.mul_add(latest, scales.sigma_b2), scales.sigma_w2 * latest_gap);
            chain.q.push(representable("a forward order parameter", c)?);
            q_gap.push(difference);
            if l + 1 == depth {
                break;
            }
            let q = same.q[l];
            let next = match last {
                Some((at, from, found)) if settled(at, q) && settled(from, difference) => found,
                // So close that the difference travels by its slope alone.
                Some((at, from, found))
                    if settled(at, q)
                        && from.max(difference) <= LINEAR * q.min(1.0)
                        && from > 0.0
                        && found.gap.k > 0.0
                        && is_smooth(&scales.activation) =>
                {
                    let ratio = difference / from;
                    let gap = KernelPair { k: found.gap.k * ratio, k_dot: found.gap.k_dot * ratio };
                    Overlap {
                        gap,
                        apart: KernelPair { k: found.same.k - gap.k, k_dot: found.same.k_dot - gap.k_dot },
                        ..found
                    }
                }
                _ => {
                    let pair = KernelPair { k: same.qhat[l + 1], k_dot: same.k_dot[l] };
                    let found = overlap_with(&scales.activation, pair, q, c, difference)?;
                    last = Some((q, difference, found));
                    found
                }
            };
            (latest, latest_gap) = (next.apart.k, next.gap.k);
            chain.qhat.push(latest);
            chain.k_dot.push(next.apart.k_dot);
            qhat_gap.push(latest_gap);
            k_dot_gap.push(next.gap.k_dot);
        }
        Ok(Self { chain, qhat_gap, q_gap, k_dot_gap })
    }

    /// $\tilde q^l_t-\tilde q^l_{st}$, $l=1..L$, from $\tilde q_t$: sums of positive terms.
    fn qtilde_gap(&self, sigma_w2: f64, qtilde_t: &[f64]) -> Result<Vec<f64>, TheoryError> {
        let mut gap = vec![0.0; qtilde_t.len()];
        for l in (0..self.k_dot_gap.len()).rev() {
            let value = self.k_dot_gap[l] * qtilde_t[l + 1] + self.chain.k_dot[l] * gap[l + 1];
            gap[l] = representable("a backward order parameter", sigma_w2 * value)?;
        }
        Ok(gap)
    }
}

/// Differences below this share follow the slope of the map to rounding.
const LINEAR: f64 = 1e-14;

/// At a kink the difference of slopes grows like the square root of the gap.
fn is_smooth(phi: &Activation) -> bool {
    phi.kinks().is_empty()
}

/// Deep networks sit at their fixed point, up to rounding that would have the kernels evaluated again and again.
pub(crate) fn settled(before: f64, now: f64) -> bool {
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
    let apart = Apart::new(scales, depth, &same, 0.0, 1.0)?;
    let qtilde_t = same.qtilde(scales.sigma_w2)?;
    Ok(OrderParameters {
        qtilde_gap: apart.qtilde_gap(scales.sigma_w2, &qtilde_t)?,
        qtilde_t,
        qtilde_st: apart.chain.qtilde(scales.sigma_w2)?,
        qhat_t: same.qhat,
        qhat_st: apart.chain.qhat,
        q_t: same.q,
        q_st: apart.chain.q,
        qhat_gap: apart.qhat_gap,
        q_gap: apart.q_gap,
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
