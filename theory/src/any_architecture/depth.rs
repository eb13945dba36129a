//! How the sharpness grows with the depth of plain, residual and normalized networks.

use serde::Serialize;

use crate::error::{at_least, finite, positive, representable};
use crate::normalization::critical_step;
use crate::quadrature::kernel_pair;
use crate::{Activation, TheoryError};

/// What a block does to its input $x$.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// $\mathrm{conv}\,\phi(x)$.
    Plain,
    /// $x+a\,\mathrm{conv}\,\phi(x)$.
    Residual,
    /// $x+a\,\mathrm{conv}\,\phi(\mathrm{LN}x)$, with a normalization before the last activation.
    PreNorm,
    /// The same without that.
    PreNormOpen,
    /// $\mathrm{LN}(x+a\,\mathrm{conv}\,\phi(x))$, with a normalization behind the first convolution.
    PostNorm,
}

impl BlockKind {
    /// All kinds by name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("plain", Self::Plain),
        ("residual", Self::Residual),
        ("pre-norm", Self::PreNorm),
        ("pre-norm-open", Self::PreNormOpen),
        ("post-norm", Self::PostNorm),
    ];
}

/// The scale $a$ of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum BranchScale {
    /// $a$, the same at every depth.
    Fixed(f64),
    /// $a=B^{-1/2}$.
    InverseSqrt,
}

/// A chain of equal blocks between a first convolution and a dense layer; circular, without biases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BlockChain {
    /// What a block does.
    pub kind: BlockKind,
    /// $a$; plain blocks have none.
    pub scale: BranchScale,
    /// $F_0$ of the first convolution, $F$ of the blocks, $F_L$ of the dense layer.
    pub fan_ins: [f64; 3],
    /// $\sigma_w^2$.
    pub sigma_w2: f64,
    /// $\ell$, the slope of the leaky ReLU below 0.
    pub slope: f64,
    /// $S$.
    pub positions: usize,
    /// Whether positions are averaged before the dense layer, or flattened.
    pub pooled: bool,
}

/// The sharpness of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DepthGrowth {
    /// $\theta_t$.
    pub theta_t: f64,
    /// $\theta_{st}$.
    pub theta_st: f64,
    /// $\lambda_{\max}$.
    pub lambda_max: f64,
    /// $\eta_c$.
    pub eta_c: f64,
}

/// The deepest chain that is looked at by [`max_depth`].
const DEEPEST: usize = 1000;

impl BlockChain {
    fn check(&self) -> Result<(), TheoryError> {
        if let BranchScale::Fixed(scale) = self.scale {
            positive("scale", scale)?;
        }
        for fan_in in self.fan_ins {
            if !(fan_in.is_finite() && fan_in >= 1.0) {
                return Err(TheoryError::invalid("fan_ins", fan_in, "three numbers >= 1"));
            }
        }
        positive("sigma_w2", self.sigma_w2)?;
        finite("slope", self.slope)?;
        at_least("positions", self.positions, 1)?;
        Ok(())
    }

    /// Whether signals shrink from block to block.
    fn dies_out(&self) -> bool {
        self.kind == BlockKind::Plain && 0.5 * (1.0 + self.slope * self.slope) * self.sigma_w2 < 1.0
    }

    /// $a^2$ at `blocks` blocks.
    fn scale2(&self, blocks: usize) -> f64 {
        match self.scale {
            BranchScale::Fixed(a) => a * a,
            BranchScale::InverseSqrt => 1.0 / blocks as f64,
        }
    }

    /// $\theta_t$ of the flattened network, closed.
    fn theta_t(&self, blocks: usize) -> f64 {
        let (k, w2, b) = (0.5 * (1.0 + self.slope * self.slope), self.sigma_w2, blocks as f64);
        let gain = self.scale2(blocks) * k;
        let g = 1.0 + gain * w2;
        // r = 1/(a²k), and ψ(B+1+r) − ψ(1+r) as its sum.
        let r = gain.recip();
        let harmonic = || (1..=blocks).map(|i| (r + i as f64).recip()).sum::<f64>();
        let (amplitude, depth) = match self.kind {
            BlockKind::Plain => (w2 * (k * w2).powf(b), b),
            BlockKind::Residual => (w2 * g.powf(b), b * (gain * w2 / g)),
            BlockKind::PreNorm => (1.0, harmonic()),
            BlockKind::PreNormOpen => (w2 * (1.0 + b * gain), harmonic()),
            BlockKind::PostNorm => (1.0, b * (gain * w2 / g)),
        };
        let [first, inner, last] = self.fan_ins;
        k * amplitude * (first + last + inner * depth)
    }

    /// $\theta_{st}$ by the scalar recursion.
    fn theta_st(&self, blocks: usize) -> Result<f64, TheoryError> {
        let phi = Activation::leaky_relu(self.slope)?;
        let (w2, a2) = (self.sigma_w2, self.scale2(blocks));
        let [_, inner, last] = self.fan_ins;
        let mut signal = Overlap { q: w2, k: 0.0, t: 0.0 };
        if self.kind == BlockKind::PostNorm {
            signal = signal.normalized();
        }
        for _ in 0..blocks {
            let before = match self.kind {
                BlockKind::PreNorm | BlockKind::PreNormOpen => signal.normalized(),
                _ => signal,
            };
            let branch = before.activated(&phi)?.weighted(w2, inner);
            signal = match self.kind {
                BlockKind::Plain => branch,
                _ => signal.plus(&branch, a2),
            };
            if self.kind == BlockKind::PostNorm {
                signal = signal.normalized();
            }
        }
        if self.kind == BlockKind::PreNorm {
            signal = signal.normalized();
        }
        Ok(signal.activated(&phi)?.weighted(w2, last).t)
    }
}

/// Of two samples: the variance of either, their kernel and tangent kernel.
#[derive(Debug, Clone, Copy)]
struct Overlap {
    q: f64,
    k: f64,
    t: f64,
}

impl Overlap {
    fn normalized(self) -> Self {
        Self { q: 1.0, k: self.k / self.q, t: self.t / self.q }
    }

    fn activated(self, phi: &Activation) -> Result<Self, TheoryError> {
        representable("the variance of the signals", self.q)?;
        let pair = kernel_pair(phi, self.q, self.q, self.k.clamp(-self.q, self.q))?;
        let same = phi.homogeneity().unwrap_or(f64::NAN) * self.q;
        Ok(Self { q: same, k: pair.k, t: self.t * pair.k_dot })
    }

    fn weighted(self, sigma_w2: f64, fan_in: f64) -> Self {
        Self { q: sigma_w2 * self.q, k: sigma_w2 * self.k, t: sigma_w2 * self.t + fan_in * self.k }
    }

    fn plus(self, branch: &Self, a2: f64) -> Self {
        Self { q: self.q + a2 * branch.q, k: self.k + a2 * branch.k, t: self.t + a2 * branch.t }
    }
}

/// The sharpness of a chain of `blocks` $=B$ blocks for `samples` $=N$ independent random inputs.
///
/// # Formula
/// With $k=\frac{1+\ell^2}2$, $g=1+a^2k\sigma_w^2$, $r=1/(a^2k)$: $\theta_t=k\mathcal A[F_0+F_L+F\mathcal D]$ with $(\mathcal A,\mathcal D)$: plain
/// $\sigma_w^2(k\sigma_w^2)^B,\ B$; residual $\sigma_w^2g^B,\ B(1-1/g)$; pre-norm $1,\ \psi(B+1+r)-\psi(1+r)$; pre-norm-open
/// $\sigma_w^2(1+B/r)$, the same; post-norm $1,\ B(1-1/g)$. $\theta_{st}$ by the recursion of overlaps; pooled
/// $\theta_t\to\theta_{st}+(\theta_t-\theta_{st})/S$. $\lambda_{\max}$ as in [`fim_statistics`](super::fim_statistics).
///
/// # Errors
/// `blocks`, `samples` or `positions` < 1, fan-ins < 1, a scale or $\sigma_w^2$ that is not positive; overflow.
///
/// # Source
/// Yang and Schoenholz (2017) for residual networks; the table is derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::any_architecture::{BlockChain, BlockKind, BranchScale, depth_growth};
/// let chain = BlockChain {
///     kind: BlockKind::Residual, scale: BranchScale::Fixed(1.0), fan_ins: [48.0, 96.0, 128.0], sigma_w2: 2.0, slope: 0.0,
///     positions: 4, pooled: false,
/// };
/// assert!((depth_growth(&chain, 6, 20)?.theta_t - 29696.0).abs() < 1e-8);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn depth_growth(chain: &BlockChain, blocks: usize, samples: usize) -> Result<DepthGrowth, TheoryError> {
    at_least("blocks", blocks, 1)?;
    at_least("N", samples, 1)?;
    chain.check()?;
    let theta_st = representable("theta_st", chain.theta_st(blocks)?)?;
    let flat = representable("theta_t", chain.theta_t(blocks))?;
    let theta_t = if chain.pooled { theta_st + (flat - theta_st) / chain.positions as f64 } else { flat };
    let n = samples as f64;
    let lambda_max = if samples > 1 && theta_st < 0.0 {
        (theta_t - theta_st) / n
    } else {
        theta_t / n + (n - 1.0) / n * theta_st
    };
    Ok(DepthGrowth { theta_t, theta_st, lambda_max, eta_c: critical_step(lambda_max)? })
}

/// The largest number of blocks, at most 1000, up to which every chain bears the learning rate `eta`; 0 where none does.
///
/// # Formula
/// $\max\{B\le1000:\eta_c(b)\ge\eta,\ b=1..B\}$.
///
/// # Errors
/// `eta` not positive; as for [`depth_growth`]. A chain whose sharpness overflows bears no rate.
///
/// # Source
/// [`depth_growth`].
pub fn max_depth(chain: &BlockChain, eta: f64, samples: usize) -> Result<usize, TheoryError> {
    positive("eta", eta)?;
    for blocks in 1..=DEEPEST {
        match depth_growth(chain, blocks, samples) {
            Ok(growth) if growth.eta_c >= eta => {}
            // Plain blocks whose signals die out bear every rate; all others grow beyond what bears any.
            Err(TheoryError::Undefined { .. }) if chain.dies_out() => return Ok(DEEPEST),
            Ok(_) | Err(TheoryError::Undefined { .. }) => return Ok(blocks - 1),
            Err(error) => return Err(error),
        }
    }
    Ok(DEEPEST)
}
