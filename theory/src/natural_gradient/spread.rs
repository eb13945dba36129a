//! How far the rates of one network's samples lie apart.

use nalgebra::DMatrix;

use super::fluctuations::{Own, fourth, own};
use super::interpolation::Interpolant;
use super::kernels::{correlation, cross_kernels, train_kernels};
use super::one_sided::{Layers, Side};
use crate::activation::Kind;
use crate::error::{at_least, representable};
use crate::quadrature::kernel_operations;
use crate::{Activation, InitialScales, TheoryError};

/// The covariance $V(c)$ of the rates $\alpha_n$ of samples at cosine $c$ in networks of finite width, to leading order in one over the
/// widths; it is the same within a network and over initialisations.
///
/// # Formula
/// Let $e_l,d_l$ be the second moments of $\phi$ and $\phi'$ at the variance $q_l$, a prime their derivative by $q$, and
/// $\mathcal D,\mathcal M,\mathcal F$ the fourth moments of two samples. How $\alpha$ answers to the backward and the forward variance of
/// a layer is $s_l=[l\in S]+\sigma_w^2d_{l-1}s_{l-1}$, $s_0=0$, and $t_l=s_lb_{l+1}\sigma_w^2d_l'+\sigma_w^2e_l't_{l+1}$, $t_L=0$ (output side: $s=0$
/// and $t_l=[l\in S]+\sigma_w^2e_l't_{l+1}$). Every layer brings the noise of its own means over $M_l$ units:
/// $$V(c)=\sum_{l<L}\frac{\sigma_w^4}{M_l}\Big\{s_l^2\big[\mathcal D(b_{l+1}^2+2B_{l+1}(c)^2)-d_l^2b_{l+1}^2\big]
///   +2s_lt_{l+1}b_{l+1}[\mathcal M-d_le_l]+t_{l+1}^2[\mathcal F-e_l^2]\Big\}.$$
///
/// # Accuracy
/// Rounding of the sum; the next order in $1/M$ is neglected: a few per cent at $M=256$.
///
/// # Source
/// Derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, InitialScales};
/// use solvable_theory::natural_gradient::{Layers, RateSpread, Side};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let spread = RateSpread::new(&scales, &[256, 256], &Layers::all(Side::Input, 3)?)?;
/// // 5/M times 1 + 4.
/// assert!((spread.variance() - 25.0 / 256.0).abs() < 1e-14);
/// assert!((spread.covariance(0.5)? - 0.057320042071719444).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RateSpread {
    scales: InitialScales,
    /// What the layers $1..L-1$ bring.
    noise: Vec<Noise>,
    alpha: f64,
    variance: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Noise {
    /// $\sigma_w^4/M_l$.
    weight: f64,
    /// $q_l$ and $b_{l+1}$.
    q: f64,
    b_next: f64,
    own: Own,
    /// $s_l$ and $t_{l+1}$.
    s: f64,
    t_next: f64,
}

impl RateSpread {
    /// For the hidden `widths` $M_1,\dots,M_{L-1}$; `layers` are of $L$.
    ///
    /// # Errors
    /// A width of 0, layers of another depth; a variance that leaves the range of numbers; those of [`cross_kernels`].
    pub fn new(scales: &InitialScales, widths: &[usize], layers: &Layers) -> Result<Self, TheoryError> {
        let depth = layers.depth();
        if depth != widths.len() + 1 {
            let valid = format!("{}, one less than the layers", depth - 1);
            return Err(TheoryError::invalid("widths", format!("{} widths", widths.len()), valid));
        }
        let itself = cross_kernels(scales, depth, &DMatrix::from_element(1, 1, 1.0))?;
        let (q, b) = (|l: usize| itself.forward(l)[(0, 0)], |l: usize| itself.backward(l)[(0, 0)]);
        let input = layers.side() == Side::Input;
        let chosen = |l: usize, side: bool| f64::from(u8::from(side && layers.contains(l)));
        let sigma_w2 = scales.sigma_w2;
        let mut noise = Vec::with_capacity(depth - 1);
        let mut s = 0.0;
        for (l, &width) in (1..).zip(widths) {
            let own = own(&scales.activation, q(l))?;
            s = match noise.last() {
                Some(Noise { own, .. }) => chosen(l, input) + sigma_w2 * own.slope * s,
                None => chosen(l, input),
            };
            let weight = sigma_w2 * sigma_w2 / at_least("widths", width, 1)? as f64;
            noise.push(Noise { weight, q: q(l), b_next: b(l + 1), own, s, t_next: 0.0 });
        }
        let mut t = chosen(depth, !input);
        for (l, layer) in (1..depth).zip(&mut noise).rev() {
            layer.t_next = t;
            t = chosen(l, !input)
                + layer.s * layer.b_next * sigma_w2 * layer.own.slope_by_q
                + sigma_w2 * layer.own.value_by_q * t;
        }
        let rates = (1..=depth).filter(|l| layers.contains(*l)).map(|l| if input { b(l) } else { q(l) });
        let alpha = representable("alpha", rates.sum())?;
        let mut spread = Self { scales: scales.clone(), noise, alpha, variance: 0.0 };
        spread.variance = spread.covariance(1.0)?;
        Ok(spread)
    }

    /// $\alpha$: the mean of the rates.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// $V(1)$: the variance of one rate.
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// $V(c)$: the covariance of the rates of two samples at `cosine` $=c$.
    ///
    /// # Errors
    /// A cosine outside $[-1,1]$, overflow; those of the quadrature.
    pub fn covariance(&self, cosine: f64) -> Result<f64, TheoryError> {
        let depth = self.noise.len() + 1;
        let pair = cross_kernels(&self.scales, depth, &DMatrix::from_element(1, 1, cosine))?;
        let mut sum = 0.0;
        for (l, layer) in (1..).zip(&self.noise) {
            let Noise { weight, q, b_next, own, s, t_next } = *layer;
            let r = if cosine == 1.0 { 1.0 } else { correlation(pair.forward(l)[(0, 0)], q) };
            let moments = fourth(&self.scales.activation, q, r, &own)?;
            // In units of b_{l+1}; what has no influence may be out of range.
            let (s, b) = (s * b_next, pair.backward(l + 1)[(0, 0)] / b_next);
            if s > 0.0 {
                sum += weight * s * s * (moments.slopes * (1.0 + 2.0 * b * b) - own.slope * own.slope);
            }
            if t_next != 0.0 {
                let mixed = moments.mixed - own.slope * own.value;
                let values = moments.values - own.value * own.value;
                sum += weight * t_next * (2.0 * s * mixed + t_next * values);
            }
        }
        representable("the covariance of rates", sum)
    }

    /// The mean anisotropy $\iota=\|\bar R-\hat\alpha I\|_F/(\hat\alpha\sqrt N)$ of networks on training inputs with the given cosines.
    ///
    /// # Formula
    /// $\iota=\sqrt{(1-\frac1N)(V(1)-\overline V)}/\alpha$ with the mean $\overline V$ of $V$ over pairs of different samples.
    ///
    /// # Errors
    /// Those of [`train_kernels`]; rates that vanish.
    pub fn anisotropy(&self, cosines: &DMatrix<f64>) -> Result<f64, TheoryError> {
        // Their shape and range.
        train_kernels(&self.scales, 1, cosines)?;
        let samples = cosines.nrows();
        let pairs = (samples * (samples - 1) / 2) as f64;
        if self.alpha <= 0.0 {
            return Err(TheoryError::undefined("the anisotropy", "all rates vanish"));
        }
        if samples == 1 {
            return Ok(0.0);
        }
        let many = if Self::interpolated(&self.scales.activation, pairs) {
            Some(Interpolant::new(|c| self.covariance(c).map(|v| [v]))?)
        } else {
            None
        };
        let mut sum = 0.0;
        for j in 0..samples {
            for i in 0..j {
                let c = cosines[(i, j)].clamp(-1.0, 1.0);
                sum += match many.as_ref().and_then(|many| many.at(c)) {
                    Some([covariance]) => covariance,
                    None => self.covariance(c)?,
                };
            }
        }
        self.anisotropy_at(samples, sum / pairs)
    }

    /// [`anisotropy`](Self::anisotropy) of `samples` $=N$ samples whose rates have the mean covariance $\overline V$.
    pub(crate) fn anisotropy_at(&self, samples: usize, mean: f64) -> Result<f64, TheoryError> {
        // Rounding may leave parallel samples a difference of either sign.
        let own = (self.variance - mean).max(0.0);
        representable("the anisotropy", ((1.0 - 1.0 / samples as f64) * own).sqrt() / self.alpha)
    }

    /// Whether the covariances of so many pairs come from an interpolation, as far as it reaches.
    fn interpolated(activation: &Activation, pairs: f64) -> bool {
        !matches!(activation.0, Kind::Relu) && pairs > 2.0 * Interpolant::<1>::NODES as f64
    }

    /// About how many elementary operations the covariance of so many pairs takes.
    pub(crate) fn operations(activation: &Activation, depth: usize, pairs: f64) -> f64 {
        let fourth = if matches!(activation.0, Kind::Relu) { 100.0 } else { 2e6 };
        depth as f64 * (pairs + 1.0) * (fourth + kernel_operations(activation))
    }

    /// About how many elementary operations the anisotropy at these cosines takes.
    pub(crate) fn anisotropy_operations(
        activation: &Activation,
        depth: usize,
        cosines: &DMatrix<f64>,
    ) -> f64 {
        let all = 0.5 * cosines.len() as f64;
        if !Self::interpolated(activation, all) {
            return Self::operations(activation, depth, all);
        }
        let beyond = 0.5 * cosines.iter().filter(|c| c.abs() > Interpolant::<1>::REACH).count() as f64;
        Self::operations(activation, depth, beyond + Interpolant::<1>::NODES as f64)
    }
}
