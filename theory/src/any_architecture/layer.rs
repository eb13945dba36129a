//! The algebra of layers.

use nalgebra::DMatrix;

use super::windows::{Padding, Windows};
use crate::Activation;

/// Positions and channels of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The lengths of one or two axes; `[1]` where there is one position.
    pub grid: Vec<usize>,
    /// Channels of every position.
    pub channels: usize,
}

impl Shape {
    /// $S$.
    pub fn positions(&self) -> usize {
        self.grid.iter().product()
    }

    /// $Sc$: numbers of a signal.
    pub fn size(&self) -> usize {
        self.positions() * self.channels
    }
}

/// Variances of weights and biases of a layer, and whether its biases are trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// $\sigma_w^2$: the variance of a weight times its fan-in.
    pub sigma_w2: f64,
    /// $\sigma_b^2$.
    pub sigma_b2: f64,
    /// Whether biases are trained.
    pub train_bias: bool,
}

/// A convolution: $u(p)=\sum_aW_ah(sp+a-o)+b$.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    /// Channels of the result.
    pub channels: usize,
    /// The filter's lengths.
    pub filter: Vec<usize>,
    /// The strides.
    pub stride: Vec<usize>,
    /// The padding of all axes.
    pub padding: Padding,
    /// Its variances.
    pub weights: Weights,
    /// What every position looks at.
    pub windows: Windows,
}

/// What a layer normalization takes its moments over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The channels of a position.
    Channels,
    /// Channels and positions of a sample.
    All,
}

/// Which attention.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AttentionKind {
    /// Keys and queries share one matrix, logits over the key size.
    Softmax,
    /// No softmax, independent keys and queries, scale $s$.
    Linear {
        /// $s$.
        scale: f64,
    },
}

/// Attention over the positions of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Attention {
    /// Softmax or linear.
    pub kind: AttentionKind,
    /// $H$.
    pub heads: usize,
    /// $d$, the size of a key.
    pub key: usize,
    /// $d_v$, the size of a value.
    pub value: usize,
    /// Channels of the result.
    pub channels: usize,
    /// $\sigma_{qk}^2$.
    pub sigma_qk2: f64,
    /// $\sigma_v^2$.
    pub sigma_v2: f64,
    /// $\sigma_o^2$.
    pub sigma_o2: f64,
    /// $\sigma_b^2$ of the output.
    pub sigma_b2: f64,
    /// Whether the biases of the output are trained.
    pub train_bias: bool,
}

/// A recurrent layer: $h_t=\phi(Wh_{t-1}+Ux_t+b)$ with $h_0=0$ over the positions $t$.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrence {
    /// $M$.
    pub channels: usize,
    /// $\phi$.
    pub activation: Activation,
    /// $\sigma_u^2$, the variance of an input weight times its fan-in.
    pub sigma_u2: f64,
    /// Of the recurrent weights and the biases.
    pub weights: Weights,
}

/// Mixing of positions, the same for all channels: $u_i(p)=\sum_qV_{pq}h_i(q)$.
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    /// $\tau$, the positions of the result.
    pub tokens: usize,
    /// The variance of an entry of $V$ times $S$.
    pub sigma_w2: f64,
    /// $V$ where it is given ($\tau\times S$); otherwise kernels are means over $V$.
    pub matrix: Option<DMatrix<f64>>,
}

/// A layer.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// The same weights at every position.
    Dense {
        /// Channels of the result.
        channels: usize,
        /// Its variances.
        weights: Weights,
    },
    /// A convolution.
    Conv(Convolution),
    /// $\phi$ entrywise.
    Activation(Activation),
    /// $x+af(x)$.
    Residual {
        /// $a$.
        scale: f64,
        /// $f$.
        branch: Vec<Node>,
    },
    /// $\sum_ba_bf_b(x)$.
    Sum(Vec<Branch>),
    /// Means over windows.
    AvgPool {
        /// The lengths of a window.
        window: Vec<usize>,
        /// The strides.
        stride: Vec<usize>,
        /// What every position averages.
        windows: Windows,
    },
    /// The mean over all positions.
    GlobalAvgPool,
    /// The last position.
    Last,
    /// Positions become channels.
    Flatten,
    /// Layer normalization.
    LayerNorm {
        /// What moments are taken over.
        over: Over,
        /// Whether a gain and a bias per channel are trained.
        affine: bool,
    },
    /// Token mixing.
    Mix(Mix),
    /// Attention.
    Attention(Attention),
    /// A recurrent layer.
    Rnn(Recurrence),
}

/// A layer at its place in a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it does.
    pub layer: Layer,
    /// Where it stands: `layers[2].residual.branch[0]`.
    pub path: String,
    /// The shape of the signal that comes in.
    pub from: Shape,
    /// The shape of the signal that goes out.
    pub to: Shape,
    /// Its number in reading order, branches before what follows them.
    pub(crate) slot: usize,
}

/// A term of a sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// $a_b$.
    pub scale: f64,
    /// $f_b$; the identity where there are none.
    pub layers: Vec<Node>,
}

impl Node {
    /// The number of the layer in reading order, branches before what follows them: where its parameters lie in a list of all.
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// Trained parameters of the layer and all within it.
    pub fn parameters(&self) -> f64 {
        let real = |x: usize| x as f64;
        let beta = |trained: bool| f64::from(u8::from(trained));
        let inside = |nodes: &[Self]| nodes.iter().map(Self::parameters).sum::<f64>();
        let (c, s) = (real(self.from.channels), real(self.from.positions()));
        match &self.layer {
            Layer::Dense { channels, weights } => real(*channels) * (c + beta(weights.train_bias)),
            Layer::Conv(conv) => real(conv.channels) * (c * conv.size() + beta(conv.weights.train_bias)),
            Layer::Residual { branch, .. } => inside(branch),
            Layer::Sum(branches) => branches.iter().map(|branch| inside(&branch.layers)).sum(),
            Layer::LayerNorm { affine, .. } => 2.0 * c * beta(*affine),
            Layer::Mix(mix) => real(mix.tokens) * s,
            Layer::Attention(a) => {
                let (heads, key, value) = (real(a.heads), real(a.key), real(a.value));
                let keys = match a.kind {
                    AttentionKind::Softmax => 1.0,
                    AttentionKind::Linear { .. } => 2.0,
                };
                keys * key * heads * c
                    + heads * value * c
                    + real(a.channels) * (heads * value + beta(a.train_bias))
            }
            Layer::Rnn(rnn) => {
                let m = real(rnn.channels);
                m * (m + c + beta(rnn.weights.train_bias))
            }
            Layer::Activation(_)
            | Layer::AvgPool { .. }
            | Layer::GlobalAvgPool
            | Layer::Last
            | Layer::Flatten => 0.0,
        }
    }
}

impl Convolution {
    /// $f$, the taps of the filter.
    pub fn size(&self) -> f64 {
        self.taps() as f64
    }

    /// $f$.
    pub fn taps(&self) -> usize {
        self.filter.iter().product()
    }
}
