use serde::Serialize;

use crate::error::{at_least, representable};
use crate::mean_field::{OrderParameters, Theta, order_parameters, require_plain, settled, theta_of};
use crate::quadrature::{Given, gaussian_moments, given_common, stretched_slopes};
use crate::{Architecture, InitialScales, TheoryError};

/// How far the eigenvectors of the outliers of the dual are from the class-constant vectors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OutlierVectors {
    /// The part of $1-s$ from row means of the kernel of one class.
    pub same: f64,
    /// The part from those of each pair of classes.
    pub cross: f64,
    /// $1-s$: `same` $+(C-1)$ `cross`.
    pub deficit: f64,
    /// $N\Theta_{st}/(\Theta_t-\Theta_{st})$: where it is below 1 the outlier sinks into the bulk, and the law no longer holds.
    pub clearance: f64,
}

impl OutlierVectors {
    /// Whether the outlier is clear of the bulk, as the law presumes: $N\Theta_{st}\ge\Theta_t-\Theta_{st}$.
    pub fn is_valid(&self) -> bool {
        self.clearance >= 1.0
    }
}

/// Which of the fluctuations count: all of them in the law, fewer in what it is told apart from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fluctuation {
    /// All.
    All,
    /// Of single entries of the kernel, taken as independent: $V_z$ alone.
    Entries,
    /// Of the norms of the inputs, and of single entries.
    Inputs,
}

/// The mean share of the outliers' eigenvectors that lies outside of the span of the class-constant vectors, for `samples` $=N$ inputs.
///
/// # Formula
/// $1-s=\frac{N-1}N\frac{V_{\rm same}+(C-1)V_{\rm cross}}{\Theta_{st}^2}$ with the variances over samples of the row means of the kernel, of order $M$: see
/// the notes.
///
/// # Validity
/// Second-order perturbation theory: $1-s\lesssim0.05$, and the outlier clear of the bulk, [`is_valid`](OutlierVectors::is_valid); closer to it the
/// deficit is larger.
///
/// # Errors
/// `samples` < 3, fewer than two layers, no outlier ($\Theta_{st}=0$), an activation with kinks other than ReLU, normalized layers; as for
/// [`order_parameters`].
///
/// # Accuracy and cost
/// Better than $10^{-10}$. ReLU: tens of microseconds a layer; others: some ten milliseconds a layer, until the signals have settled.
///
/// # Source
/// That the outliers belong to the mean gradients: Karakida, Akaho and Amari (2019). The correction is derived in the notes.
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, pathological_spectra::outlier_vectors};
/// let network = Architecture::new(vec![400, 400, 400, 3], Activation::relu(), 2.0, 0.1)?.with_trained_biases(true);
/// let vectors = outlier_vectors(&network, 40)?;
/// assert!((vectors.deficit - 0.009061785100309).abs() < 1e-12);
/// assert!(vectors.is_valid());
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn outlier_vectors(network: &Architecture, samples: usize) -> Result<OutlierVectors, TheoryError> {
    outlier_vectors_of(network, samples, Fluctuation::All)
}

/// [`outlier_vectors`] of some of the fluctuations.
///
/// # Errors
/// As for [`outlier_vectors`].
pub fn outlier_vectors_of(
    network: &Architecture,
    samples: usize,
    which: Fluctuation,
) -> Result<OutlierVectors, TheoryError> {
    require_plain(network)?;
    at_least("N", samples, 3)?;
    if network.depth() < 2 {
        let valid = "at least three: a hidden layer, whose fluctuations the law is about";
        return Err(TheoryError::invalid("widths", format!("{:?}", network.widths()), valid));
    }
    let order = order_parameters(network.scales(), network.depth())?;
    let theta = theta_of(network, &order)?;
    if theta.theta_st <= 0.0 {
        return Err(TheoryError::undefined(
            "the eigenvector of the outlier",
            "there is no outlier, as theta_st = 0: samples have no common part; give the network biases",
        ));
    }
    let (same, cross) = variances(network, &order, &theta, samples as f64, which)?;
    let n = samples as f64;
    let scale = (n - 1.0) / n;
    let same = representable("the deficit of one class", scale * same)?;
    let cross = representable("the deficit of other classes", scale * cross)?;
    let others = (network.classes() - 1) as f64;
    Ok(OutlierVectors {
        same,
        cross,
        deficit: representable("the deficit", same + others * cross)?,
        clearance: n * (theta.theta_st / theta.theta_d),
    })
}

/// The averages over the common part that one hidden layer needs.
#[derive(Debug, Clone, Copy, Default)]
struct Layer {
    /// $\partial_pE\phi^2$.
    square_by_variance: f64,
    /// $\partial_pE\phi'^2$.
    slopes_by_variance: f64,
    /// $E\phi'^2$.
    slopes: f64,
    /// $\langle m_1^2\rangle$.
    common_slopes: f64,
    /// $\partial K/\partial p$, $\partial\dot K/\partial p$, $\partial\dot K/\partial c$.
    kernel_by_variance: f64,
    slopes_by_one_variance: f64,
    slopes_by_covariance: f64,
    /// The covariances of the sources as polynomials in $s=\tilde q_{st}$ and $d=\tilde q_t-\tilde q_{st}$ of the layer above: see [`Layer::sources`].
    forward: [[f64; 2]; 2],
    /// With $\epsilon^B$ (times $\sigma s$) and $\epsilon^D$ (times $\sigma t$): rows $\epsilon^A$, $\epsilon^c$.
    mixed: [[f64; 2]; 2],
    /// $\langle m_1^2\alpha\rangle$, $\langle m_1^2e_2\rangle$.
    back: [f64; 2],
    /// $\langle m_1\mathrm{Cov}(\phi'^2,\phi')\rangle$, $\langle m_1(3e_3-e_2m_1)\rangle$.
    back_norm: [f64; 2],
    /// $\langle\mathrm{Var}\phi'^2\rangle$, $\langle3e_4-e_2^2\rangle$.
    norm: [f64; 2],
    /// $\langle(\mathrm{Var}\phi)^2\rangle$, $\langle\mathrm{Cov}(\phi,\phi')^2\rangle$.
    own: [f64; 2],
    /// $\langle\alpha^2\rangle$, $\langle\alpha e_2\rangle$, $\langle e_2^2\rangle$.
    own_back: [f64; 3],
}

impl Layer {
    /// At the variance `q` and the `gap` to the covariance `common` of two samples.
    fn new(scales: &InitialScales, q: f64, common: f64, gap: f64) -> Result<Self, TheoryError> {
        let phi = &scales.activation;
        let mut layer = Self::default();
        for (weight, given) in given_common(phi, common.max(0.0), gap)? {
            layer.add(weight, &given, gap);
        }
        let moments = gaussian_moments(phi, 0.0, q)?;
        layer.slopes = moments.second_derivative;
        if let Some(k) = phi.homogeneity() {
            layer.square_by_variance = k;
        } else {
            layer.square_by_variance = moments.z_product / q.sqrt();
            layer.slopes_by_variance = (stretched_slopes(phi, q)? - layer.slopes) / (2.0 * q);
        }
        Ok(layer)
    }

    fn add(&mut self, weight: f64, given: &Given, gap: f64) {
        let Given { mean: m, slope: m1, slopes: [e2, e3, e4], covariance: c, tilt, bend } = *given;
        let alpha = c[2][2];
        self.common_slopes += weight * m1 * m1;
        self.kernel_by_variance += weight * m * tilt / (2.0 * gap.sqrt());
        self.slopes_by_one_variance += weight * m1 * bend / (2.0 * gap);
        self.slopes_by_covariance += weight * tilt * tilt / gap;
        self.forward[0][0] += weight * c[0][0];
        self.forward[0][1] += weight * m * c[0][1];
        self.forward[1][1] += weight * m * m * c[1][1];
        self.mixed[0][0] += weight * m1 * c[0][2];
        self.mixed[0][1] += weight * c[0][3];
        self.mixed[1][0] += weight * m * m1 * c[1][2];
        self.mixed[1][1] += weight * m * c[1][3];
        self.back[0] += weight * m1 * m1 * alpha;
        self.back[1] += weight * m1 * m1 * e2;
        self.back_norm[0] += weight * m1 * c[3][2];
        self.back_norm[1] += weight * m1 * (3.0 * e3 - e2 * m1);
        self.norm[0] += weight * c[3][3];
        self.norm[1] += weight * (3.0 * e4 - e2 * e2);
        self.own[0] += weight * c[1][1] * c[1][1];
        self.own[1] += weight * c[1][2] * c[1][2];
        self.own_back[0] += weight * alpha * alpha;
        self.own_back[1] += weight * alpha * e2;
        self.own_back[2] += weight * e2 * e2;
    }

    /// The covariances of $\epsilon^A,\epsilon^c,\epsilon^B,\epsilon^D$, times the width.
    fn sources(&self, sigma: f64, s: f64, d: f64) -> [[f64; 4]; 4] {
        let t = s + d;
        let (with_mean, with_norm) = (sigma * s, sigma * t);
        let square = sigma * sigma;
        let (ab, ad) = (with_mean * self.mixed[0][0], with_norm * self.mixed[0][1]);
        let (cb, cd) = (with_mean * self.mixed[1][0], with_norm * self.mixed[1][1]);
        let bb = square * s * (3.0 * s * self.back[0] + d * self.back[1]);
        let bd = square * s * (3.0 * s * self.back_norm[0] + d * self.back_norm[1]);
        let dd = square * (3.0 * s * s * self.norm[0] + d * (2.0 * s + d) * self.norm[1]);
        let [[aa, ac], [_, cc]] = self.forward;
        [[aa, ac, ab, ad], [ac, cc, cb, cd], [ab, cb, bb, bd], [ad, cd, bd, dd]]
    }
}

/// $V_{\rm same}/\Theta_{st}^2$ and $V_{\rm cross}/\Theta_{st}^2$ by a sweep upwards and one downwards.
fn variances(
    network: &Architecture,
    order: &OrderParameters,
    theta: &Theta,
    n: f64,
    which: Fluctuation,
) -> Result<(f64, f64), TheoryError> {
    let (scales, depth) = (network.scales(), network.depth());
    let sigma = scales.sigma_w2;
    let bias = f64::from(u8::from(network.train_bias()));
    let widths: Vec<f64> = network.widths().iter().map(|&width| width as f64).collect();
    let mut layers = Vec::with_capacity(depth - 1);
    let mut last: Option<([f64; 2], Layer)> = None;
    for l in 0..depth - 1 {
        let (q, gap) = (order.q_t[l], order.q_gap[l]);
        let layer = match last {
            Some(([at, from], layer)) if settled(at, q) && settled(from, gap) => layer,
            _ => {
                let layer = Layer::new(scales, q, order.q_st[l], gap)?;
                last = Some(([q, gap], layer));
                layer
            }
        };
        layers.push(layer);
    }
    // In units of Θ_st, so that squares stay in range.
    let unit = 1.0 / theta.theta_st;
    // B_l and Δ_l, l = 1..L: what a fluctuation of the backward signals of layer l does to the row means.
    let (mut back, mut back_norm) = (vec![0.0; depth + 1], vec![0.0; depth + 1]);
    for l in 1..=depth {
        let (mut own, mut norm) = (
            unit * (widths[l - 1] * order.qhat_st[l - 1] + bias),
            unit * (widths[l - 1] * order.qhat_t[l - 1] + bias),
        );
        if l > 1 {
            own += sigma * layers[l - 2].common_slopes * back[l - 1];
            norm += sigma * layers[l - 2].slopes * back_norm[l - 1];
        }
        (back[l], back_norm[l]) = (own, norm);
    }
    let (with_others, with_itself) = ((n - 2.0) / n, 1.0 / n);
    let (mut v, mut v_z, mut v_cross) = (0.0, 0.0, 0.0);
    let (mut mean, mut norm, mut own) = (0.0, 0.0, 0.0);
    for l in (0..depth).rev() {
        // Index l of the lists of q̃ is layer l + 1.
        let (s, d, width) = (order.qtilde_st[l], order.qtilde_gap[l], widths[l]);
        let t = order.qtilde_t[l];
        let (above_mean, above_norm, above_own) = (mean, norm, own);
        mean = unit * s * width;
        own = unit * t * width;
        norm = 0.0;
        if l + 1 < depth {
            let above = &layers[l];
            let (s_above, t_above) = (order.qtilde_st[l + 1], order.qtilde_t[l + 1]);
            let (b, delta) = (back[l + 1], back_norm[l + 1]);
            let square = sigma * sigma;
            norm = sigma * (above.square_by_variance * above_norm + above.kernel_by_variance * above_mean)
                + square * s_above * above.slopes_by_one_variance * b;
            mean +=
                sigma * above.common_slopes * above_mean + square * s_above * above.slopes_by_covariance * b;
            own += sigma * above.square_by_variance * above_own
                + square * t_above * above.slopes_by_variance * delta;
        }
        let norms = with_others * norm + with_itself * own;
        if l == 0 {
            v += 2.0 / width * norms * norms;
            v_z += mean * mean / width;
            break;
        }
        let layer = &layers[l - 1];
        let weights = [norms, with_others * mean, with_others * back[l], with_itself * back_norm[l]];
        let sources = layer.sources(sigma, s, d);
        if which == Fluctuation::All {
            for (i, row) in sources.iter().enumerate() {
                for (j, source) in row.iter().enumerate() {
                    v += weights[i] * weights[j] * source / width;
                }
            }
        }
        let [aa, ae, ee] = layer.own_back;
        let square = sigma * sigma;
        let own_back = square * (3.0 * aa * s * s + 2.0 * ae * s * d + ee * d * d);
        let b = back[l];
        v_z += (mean * mean * layer.own[0] + 2.0 * mean * b * sigma * s * layer.own[1] + b * b * own_back)
            / width;
        let pair = square * (aa * s * s + 2.0 * ae * s * d + ee * d * d);
        let shared = square * s * (layer.back[0] * s + layer.back[1] * d);
        v_cross += b * b / width * (shared + pair / n);
    }
    if which == Fluctuation::Entries {
        v = 0.0;
    }
    Ok(((v + (n - 1.0) / (n * n) * v_z).max(0.0), v_cross))
}
