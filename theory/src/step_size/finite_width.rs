//! How much sharper than in the limit networks of finite width are.

use crate::chi_square::upper_quantile;
use crate::error::{at_least, representable};
use crate::mean_field::OrderParameters;
use crate::normalization::{HiddenLayer, HiddenModes};
use crate::quadrature::gaussian_moments;
use crate::{Activation, Architecture, Normalization, TheoryError};

/// What one layer hands on: $q^l_t$, $q^l_t-q^l_{st}$, $\hat q^{l-1}_t$ and the mean square $t_l$ of its backward signals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signals {
    q_t: f64,
    q_gap: f64,
    qhat_t: f64,
    t: f64,
}

impl Signals {
    pub fn of_order(order: &OrderParameters) -> Vec<Self> {
        let layer = |l: usize| Self {
            q_t: order.q_t[l],
            q_gap: order.q_gap[l],
            qhat_t: order.qhat_t[l],
            t: order.qtilde_t[l],
        };
        (0..order.q_t.len()).map(layer).collect()
    }

    pub fn of_modes(modes: &HiddenModes) -> Vec<Self> {
        let of = |l: &HiddenLayer| Self { q_t: l.q_t, q_gap: l.q_gap, qhat_t: l.qhat_t, t: l.t };
        modes.layers.iter().map(of).collect()
    }
}

/// The factor by which the sharpness of a network of finite width exceeds its limit $M\to\infty$: by the spread of the
/// backward signals of the $C$ outputs, and of the batch variances of few samples.
///
/// # Formula
/// $F=\sum_lw_lB_l/\sum_lw_l$ with $w_l=t_l(M_{l-1}\hat q^{l-1}_t+b)$ the share of layer $l$ in $\Theta_t$ ($b=1$ with trained
/// biases) and
/// $$B_l=\min_{t>0}\Big(1+\frac1t\Big)\prod_{j=l}^{L-1}\Big(1+\frac{\kappa_jC}{M_j}t\Big),\qquad
///   \kappa_j=\frac{E\phi'^4}{(E\phi'^2)^2},$$
/// the upper edge of the Gram matrix of $C$ vectors that were passed back through independent weights and slopes, in units of its
/// mean, times $e^{\sqrt{v_l}}$, one standard deviation of the logarithm of a vector's squared norm, $v_l=\sum_{j\ge l}(3\kappa_j-1)/M_j$. Every batch-normalized hidden layer above $l$ multiplies by $\frac{(N-1)(N-2)}{N(N-3)}$, the mean of an inverse batch
/// variance times the share of the gradient that the normalization leaves; a batch-normalized output by $(N-1)/\chi^2$, $\chi^2$ the median
/// of the smallest of $C$ chi-square numbers of $N-1$ degrees of freedom.
///
/// # Accuracy
/// A bound, not an expansion: sums of layers are bounded by the sum of their edges (Weyl). Half of all networks and more lie below it: of 60
/// kinds of narrow networks drawn at random (24 to 144 units, up to 12 layers and 10 outputs) all. Tends to 1 for $M\to\infty$ at fixed $C$ and
/// $L$, but for the batch terms.
///
/// # Errors
/// `samples` < 4 with a batch-normalized layer; those of [`gaussian_moments`].
///
/// # Source
/// Products of free Wishart matrices (S-transforms multiply); moments of inverse chi-square numbers.
pub(super) fn finite_width(
    network: &Architecture,
    layers: &[Signals],
    samples: usize,
) -> Result<f64, TheoryError> {
    let depth = network.depth();
    let (classes, count) = (network.classes() as f64, samples as f64);
    if network.modes().contains(&Normalization::BatchNorm) {
        at_least("N", samples, 4)?;
    }

    let squared = slope_squared(network.activation())?;
    let width = |j: usize| network.widths()[j] as f64;
    let mut spreads = Vec::with_capacity(depth - 1);
    let gamma2 = network.gamma() * network.gamma();
    for (j, (layer, mode)) in layers.iter().zip(network.modes()).take(depth - 1).enumerate() {
        let (mean, variance) = match mode {
            Normalization::None => (0.0, layer.q_t),
            Normalization::MeanSubtraction => (0.0, layer.q_gap),
            Normalization::LayerNorm => (0.0, gamma2),
            Normalization::BatchNorm => (network.beta(), gamma2),
        };
        let second = gaussian_moments(network.activation(), mean, variance)?.second_derivative;
        // Without slopes nothing is passed back, and the layers below have no share.
        let kappa = if second > 0.0 {
            gaussian_moments(&squared, mean, variance)?.second_derivative / second / second
        } else {
            1.0
        };
        spreads.push(kappa / width(j + 1));
    }

    let bias = f64::from(u8::from(network.train_bias()));
    let (mut weighted, mut total) = (0.0, 0.0);
    // Of the layers above: the gain of few samples, and the variance of the logarithm of the squared norm, which all outputs share.
    let (mut batch, mut variance, mut start) = (1.0, 0.0, 0.0);
    for l in (0..depth).rev() {
        if l + 1 < depth {
            variance += 3.0 * spreads[l] - 1.0 / width(l + 1);
            if network.modes()[l] == Normalization::BatchNorm {
                batch *= (count - 1.0) * (count - 2.0) / (count * (count - 3.0));
            }
        }
        let share = layers[l].t * width(l).mul_add(layers[l].qhat_t, bias);
        let (edge, log_t) = gram_edge(&spreads[l..], classes, start);
        start = log_t;
        weighted += share * batch * edge * variance.max(0.0).sqrt().exp();
        total += share;
    }
    let mut factor = if total > 0.0 { weighted / total } else { 1.0 };
    if network.modes().last() == Some(&Normalization::BatchNorm) {
        factor *= (count - 1.0) / upper_quantile(count - 1.0, (-(2f64.ln()) / classes).exp());
    }
    representable("the factor of finite widths", factor)
}

/// An activation whose slope is $\phi'^2$.
fn slope_squared(phi: &Activation) -> Result<Activation, TheoryError> {
    let of = phi.clone();
    Activation::custom(format!("{phi}, slope squared"), phi.kinks(), false, move |u| {
        let slope = of.derivative(u);
        (0.0, slope * slope)
    })
}

/// $B$ and the $\ln t$ of its minimum, from a start: the logarithm is convex in $\ln t$.
fn gram_edge(spreads: &[f64], classes: f64, start: f64) -> (f64, f64) {
    if spreads.is_empty() {
        return (1.0, start);
    }
    let slope = |log_t: f64| {
        let t = log_t.exp();
        let (mut first, mut second) = (-1.0 / (1.0 + t), t / ((1.0 + t) * (1.0 + t)));
        for c in spreads {
            let x = c * classes * t;
            first += x / (1.0 + x);
            second += x / ((1.0 + x) * (1.0 + x));
        }
        (first, second)
    };
    let (mut low, mut high) = (-700.0, 700.0);
    let mut log_t = start;
    for _ in 0..200 {
        let (first, second) = slope(log_t);
        if first > 0.0 {
            high = log_t
        } else {
            low = log_t
        }
        let newton = log_t - first / second;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let settled = (next - log_t).abs() < 1e-9;
        log_t = next;
        if settled {
            break;
        }
    }
    let t = log_t.exp();
    let product: f64 = spreads.iter().map(|c| (c * classes * t).ln_1p()).sum();
    ((t.recip().ln_1p() + product).exp(), log_t)
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::mean_field::order_parameters;

    /// The largest squared singular value of a product of n square Gaussian matrices is (n+1)^{n+1}/n^n (Fuss-Catalan); of one
    /// rectangular matrix (1+√c)² (Marchenko-Pastur).
    #[test]
    fn edges_of_products_are_those_of_the_known_laws() {
        assert_eq!(gram_edge(&[], 3.0, 0.0).0, 1.0);
        for c in [1e-6, 0.01, 0.3, 1.0, 7.0] {
            assert_relative_eq!(gram_edge(&[c], 1.0, 0.0).0, (1.0 + c.sqrt()).powi(2), max_relative = 1e-13);
        }
        for n in [2, 3, 10] {
            let exact = f64::from(n + 1).powi(n + 1) / f64::from(n).powi(n);
            for start in [-30.0, 0.0, 30.0] {
                let edge = gram_edge(&vec![0.1; n as usize], 10.0, start).0;
                assert_relative_eq!(edge, exact, max_relative = 1e-13);
            }
        }
    }

    #[test]
    fn wide_networks_have_nothing_to_add() {
        for name in ["linear", "relu", "tanh", "hard-tanh(1)", "gelu"] {
            let network = |width: usize| {
                Architecture::new(vec![width, width, width, 2], name.parse().unwrap(), 2.0, 0.1)
            };
            let factor = |width: usize| {
                let network = network(width).unwrap();
                let order = order_parameters(network.scales(), network.depth()).unwrap();
                finite_width(&network, &Signals::of_order(&order), 100).unwrap()
            };
            assert!(factor(100) > factor(1000) && factor(1000) > 1.0, "{name}");
            // 2 sqrt(kappa C n / M) to leading order: a hundredth for a width of ten thousand times.
            let ratio = (factor(1_000_000) - 1.0) / (factor(100_000_000) - 1.0);
            assert!((ratio - 10.0).abs() < 0.1, "{name}: {ratio}");
        }
    }
}
