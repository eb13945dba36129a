//! The edge of the spectrum when samples and width grow together.

use serde::Serialize;

use super::HiddenModes;
use super::hidden::{LayerLaw, layer_laws};
use super::last_layer::{gamma_squared, spread};
use crate::error::{at_least, positive, representable};
use crate::mean_field::{OrderParameters, order_parameters, theta_of};
use crate::quadrature::rules::hermite;
use crate::quadrature::{kernel_operations, moments_and_variances};
use crate::{Activation, Architecture, Normalization, TheoryError};

/// Relative change at which the self-consistent equations count as solved.
const SOLVED: f64 = 1e-13;
/// A change that a further step of Newton's method would square away.
const ROUNDED: f64 = 1e-7;
const MOST_ITERATIONS: usize = 200;
/// The scan over $\ln g$: its step, where it starts and how far it may go.
const SCAN_STEP: f64 = 0.2;
const SCAN_START: f64 = 1e-2;
const SCAN_POINTS: usize = 500;
/// Accuracy of the minimum in $\ln g$; the minimum itself is accurate to its square.
const GOLDEN_WIDTH: f64 = 1e-7;

/// How far [`edge_proportional`] can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeStatus {
    /// The limit of the largest eigenvalue.
    Exact,
    /// Fluctuations of backward overlaps are neglected: within 20 % for tanh and erf with biases; for deep ReLU and GELU too
    /// low, up to 1.1, 1.4, 2.8 and 4.2 times at 3, 5, 8 and 12 layers.
    Approximate,
}

/// Whether the edge is the exact limit: odd $\phi$ without biases, linear $\phi$, or $L\le2$.
///
/// # Source
/// Derived in the notes of [`normalization`](super).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, normalization::{EdgeStatus, edge_status}};
/// let deep = Architecture::new(vec![100, 100, 100, 1], Activation::relu(), 2.0, 0.1)?;
/// assert_eq!(edge_status(&deep), EdgeStatus::Approximate);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn edge_status(network: &Architecture) -> EdgeStatus {
    let scales = network.scales();
    let centred = scales.activation.is_odd() && scales.sigma_b2 == 0.0;
    if centred || scales.activation.is_linear() || network.depth() <= 2 {
        EdgeStatus::Exact
    } else {
        EdgeStatus::Approximate
    }
}

/// The deterministic upper edge $\lambda_+$ of the Fisher information of the mean-subtracted output for
/// `samples` $=N\propto M$ inputs with independent standard normal entries.
///
/// If the architecture's last layer is batch-normalized, the edge is multiplied by $\gamma^2/(q^L_t-q^L_{st})$.
///
/// # Formula
/// $H\Theta H\simeq rI+\sum_la_lS_l$ with sample covariances $S_l$ that are nested through the layers; for every value
/// $g$ of the normalized resolvent trace a fixed-point iteration gives the spectral variable $z(g)$, and
/// $\lambda_+=\frac1N\min_{0<g<g_{\max}}z(g)$. The equations are in the notes.
///
/// # Accuracy and cost
/// About $10^{-10}$; half a millisecond to tens of milliseconds. Finite networks lie $O(N^{-2/3})$ below.
///
/// # Validity
/// See [`edge_status`].
///
/// # Errors
/// `samples` < 2; normalized hidden layers or a layer-normalized output; a spectrum of width 0;
/// [`NotConverged`](TheoryError::NotConverged) where no minimum is bracketed.
///
/// # Source
/// An extension in the spirit of Fan and Wang (2020); derived in the notes of [`normalization`](super).
///
/// # Example
/// ```
/// use solvable_theory::{Activation, Architecture, normalization::edge_proportional};
/// let network = Architecture::new(vec![100, 100, 1], Activation::relu(), 2.0, 0.0)?;
/// assert!((edge_proportional(&network, 100)? - 5.944819641729877).abs() < 1e-8);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn edge_proportional(network: &Architecture, samples: usize) -> Result<f64, TheoryError> {
    edge_of_order(network, &order_parameters(network.scales(), network.depth())?, samples)
}

/// [`edge_proportional`] where the order parameters are known.
pub(crate) fn edge_of_order(
    network: &Architecture,
    order: &OrderParameters,
    samples: usize,
) -> Result<f64, TheoryError> {
    at_least("N", samples, 2)?;
    let (hidden, last) = network.modes().split_at(network.depth() - 1);
    if hidden.iter().any(|&mode| mode != Normalization::None) || last.contains(&Normalization::LayerNorm) {
        return Err(TheoryError::invalid(
            "modes",
            format!("{:?}", network.modes()),
            "no normalization in the hidden layers, and none, ms or bn in the last",
        ));
    }
    let model = Model::new(network, order, samples)?;
    let theta = theta_of(network, order)?;
    let unit = theta.theta_d;
    if unit <= 0.0 {
        return Err(TheoryError::undefined(
            "the spectral edge",
            "theta_t = theta_st: mean subtraction leaves nothing of the kernel",
        ));
    }
    let edge = model.edge(unit)? / samples as f64;
    let scale = if last.contains(&Normalization::BatchNorm) {
        let l = network.depth() - 1;
        gamma_squared(network.gamma())? / spread(order.q_gap[l])?
    } else {
        1.0
    };
    representable("the spectral edge", scale * edge)
}

/// The upper edge of the bulk of a network with normalized hidden layers, for `samples` $=N\propto M$: the edge of
/// [`edge_proportional`] with the laws and gains that normalization gives the layers.
///
/// # Formula
/// As for [`edge_proportional`]; layer $l$ has the gain $\gamma^2/q$ (ln, bn) in its linear part, no common field where it is
/// normalized over the batch, and $a_{l-1}=\sigma_w^2\,{\rm gain}_l\,\dot K_{st}\,a_l$. A batch-normalized output multiplies the edge by
/// $\gamma^2/(q^L_t-q^L_{st})$.
///
/// # Validity
/// Fluctuations of backward overlaps and the projections of the normalization's own gradient, of relative order $1/M$ and
/// $1/N$, are neglected.
///
/// # Errors
/// As for [`hidden_modes`](super::hidden_modes) and [`edge_proportional`].
///
/// # Source
/// Derived in the notes of [`normalization`](super).
pub fn edge_hidden(network: &Architecture, samples: usize) -> Result<f64, TheoryError> {
    edge_of_modes(network, &super::hidden_modes(network)?, samples)
}

/// [`edge_hidden`] where the order parameters are known.
pub(crate) fn edge_of_modes(
    network: &Architecture,
    modes: &HiddenModes,
    samples: usize,
) -> Result<f64, TheoryError> {
    at_least("N", samples, 2)?;
    if modes.theta_d <= 0.0 {
        return Err(TheoryError::undefined("the spectral edge", "Theta_D is 0: the kernel has no bulk"));
    }
    let edge = Model::hidden(network, modes, samples)?.edge(modes.theta_d)? / samples as f64;
    let scale = if network.modes().last() == Some(&Normalization::BatchNorm) {
        gamma_squared(network.gamma())? / spread(modes.output_gap)?
    } else {
        1.0
    };
    representable("the spectral edge", scale * edge)
}

/// What an edge costs: order parameters, and some eighty solutions with a few sweeps each over all layers and fields.
pub(crate) fn edge_operations(network: &Architecture) -> f64 {
    const FIELD: f64 = 15_000.0;
    let centred = network.activation().is_odd() && network.scales().sigma_b2 == 0.0;
    let fields = if centred { 1 } else { hermite().len() };
    let layer = FIELD.mul_add(fields as f64, kernel_operations(network.activation()));
    layer * network.depth() as f64
}

/// One hidden layer, seen by a unit whose pre-activation has the common field $m=\sqrt{q_{st}}y$.
#[derive(Clone)]
struct Layer {
    /// $b^2(y)$: squared gain of the linear part.
    linear: Vec<f64>,
    /// $s^2(y)$: variance of the rest.
    rest: Vec<f64>,
    /// Weights of the values of $y$.
    weights: Vec<f64>,
}

impl Layer {
    fn new(phi: &Activation, law: &LayerLaw) -> Result<Self, TheoryError> {
        let variance = spread(law.variance)?;
        let fields: &[(f64, f64)] = if law.common == 0.0 { &[(0.0, 1.0)] } else { hermite() };
        let mut layer = Self { linear: vec![], rest: vec![], weights: vec![] };
        for &(y, weight) in fields {
            let (moments, own) = moments_and_variances(phi, law.common.mul_add(y, law.mean), variance)?;
            let linear = moments.mean_derivative * moments.mean_derivative;
            layer.linear.push(law.gain * linear);
            layer.rest.push((own.k - linear * variance).max(0.0));
            layer.weights.push(weight);
        }
        Ok(layer)
    }
}

struct Model {
    samples: f64,
    sigma_w2: f64,
    /// $M_0,\dots,M_{L-1}$.
    widths: Vec<f64>,
    /// $a_0,\dots,a_{L-1}$.
    a: Vec<f64>,
    /// $r$.
    shift: f64,
    /// Layers $1..L-1$.
    layers: Vec<Layer>,
}

/// A solution of the self-consistent equations, and a start for larger $g$.
struct Solution {
    z: f64,
    /// $x_1,\dots,x_{L-1}$ with $x_l=\sigma_w^2\tau_{l-1}/M_{l-1}$: what layer $l$ receives from below.
    below: Vec<f64>,
    /// $\hat a_0,\dots,\hat a_{L-1}$: what it receives from above.
    above: Vec<f64>,
}

/// One layer of the equations $x_{l+1}=F_l(x_l,\hat a_l)$, $\hat a_{l-1}=G_l(x_l,\hat a_l)$ with their slopes.
#[derive(Default, Clone, Copy)]
struct Slopes {
    up: f64,
    up_below: f64,
    up_above: f64,
    down: f64,
    down_below: f64,
    down_above: f64,
}

impl Model {
    fn new(network: &Architecture, order: &OrderParameters, samples: usize) -> Result<Self, TheoryError> {
        let depth = network.depth();
        let bias = f64::from(u8::from(network.train_bias()));
        let width = |l: usize| network.widths()[l] as f64;
        let shift = (0..depth).map(|l| order.qtilde_gap[l] * width(l).mul_add(order.qhat_t[l], bias)).sum();
        let laws = (0..depth - 1).map(|l| LayerLaw {
            mean: 0.0,
            common: order.q_st[l].max(0.0).sqrt(),
            variance: order.q_gap[l],
            gain: 1.0,
            k_dot_st: 0.0,
        });
        Self::of(network, laws, order.qtilde_st.clone(), shift, samples)
    }

    /// A network with normalized hidden layers: the same nested covariances, with the laws and gains of its layers.
    fn hidden(network: &Architecture, modes: &HiddenModes, samples: usize) -> Result<Self, TheoryError> {
        let depth = network.depth();
        let bias = f64::from(u8::from(network.train_bias()));
        let laws = layer_laws(network, modes)?;
        let mut a = vec![1.0; depth];
        for l in (0..depth - 1).rev() {
            a[l] = network.scales().sigma_w2 * laws[l].gain * laws[l].k_dot_st * a[l + 1];
        }
        let layers = modes.layers.iter().zip(network.widths()).zip(&a);
        let shift = layers.map(|((layer, &m), a)| (layer.t - a) * (m as f64 * layer.qhat_t + bias)).sum();
        Self::of(network, laws.into_iter(), a, shift, samples)
    }

    fn of(
        network: &Architecture,
        laws: impl Iterator<Item = LayerLaw>,
        a: Vec<f64>,
        shift: f64,
        samples: usize,
    ) -> Result<Self, TheoryError> {
        let widths = network.widths()[..network.depth()].iter().map(|&width| width as f64).collect();
        let mut layers: Vec<Layer> = Vec::with_capacity(network.depth() - 1);
        let mut before: Option<LayerLaw> = None;
        for law in laws {
            // Deep networks sit at their fixed point.
            let layer = match (before.filter(|before| before.settled(&law)), layers.last()) {
                (Some(_), Some(layer)) => layer.clone(),
                _ => {
                    before = Some(law);
                    Layer::new(network.activation(), &law)?
                }
            };
            layers.push(layer);
        }
        Ok(Self { samples: samples as f64, sigma_w2: network.scales().sigma_w2, widths, a, shift, layers })
    }

    /// Solves for $z(g)$ by Newton's method from below; `None` for $g\ge g_{\max}$.
    ///
    /// All functions are power series with nonnegative coefficients, so that the steps rise to the smallest solution and
    /// never pass it (Etessami and Yannakakis 2009); the Jacobian couples neighbouring layers only and is eliminated from
    /// the top in one sweep, where a pivot that is not positive shows that there is no solution.
    fn solve(&self, g: f64, start: Option<&Solution>) -> Option<Solution> {
        let input = self.samples * g;
        let (mut below, mut above) = match start {
            Some(solution) => (solution.below.clone(), solution.above.clone()),
            None => (vec![0.0; self.layers.len()], self.a.clone()),
        };
        let depth = above.len();
        let mut slopes = vec![Slopes::default(); depth];
        // d above[l] = slope d below[l] + offset.
        let mut elimination = vec![(0.0, 0.0); depth];
        let mut before = f64::INFINITY;
        for _ in 0..MOST_ITERATIONS {
            for (l, slopes) in slopes.iter_mut().enumerate() {
                *slopes = self.slopes(l, input, &below, above[l])?;
            }
            for l in (1..depth).rev() {
                let (slope, offset) = elimination[l];
                let (here, under) = (slopes[l], slopes[l - 1]);
                let feedback = here.down_above.mul_add(slope, here.down_below);
                let pivot = 1.0 - feedback * under.up_above;
                if pivot.is_nan() || pivot <= 0.0 {
                    return None;
                }
                let rise = feedback * (under.up - below[l - 1])
                    + here.down_above.mul_add(offset, here.down - above[l - 1]);
                elimination[l - 1] = (feedback * under.up_below / pivot, rise / pivot);
            }
            let (mut change, mut step) = (0f64, 0.0);
            for l in 0..depth {
                let (slope, offset) = elimination[l];
                let own = f64::mul_add(slope, step, offset);
                if l + 1 < depth {
                    let under = slopes[l];
                    let raised = under.up_below.mul_add(step, under.up_above * own) + (under.up - below[l]);
                    step = raised;
                    below[l] += raised;
                    change = change.max((raised / below[l]).abs());
                }
                above[l] += own;
                if own != 0.0 {
                    change = change.max((own / above[l]).abs());
                }
            }
            if change.is_nan() {
                return None;
            }
            // The last steps double the digits until rounding stops them.
            if change <= SOLVED || (change <= ROUNDED && change > 0.25 * before) {
                return self.variable(g, below, above);
            }
            before = change;
        }
        None
    }

    /// The equations of layer `l` (0: the inputs); `None` beyond a pole.
    fn slopes(&self, l: usize, input: f64, below: &[f64], above: f64) -> Option<Slopes> {
        if l == 0 {
            let gap = gap(above, input)?;
            let up = self.sigma_w2 * input / gap;
            return Some(Slopes { up, up_above: up * (input / gap), ..Slopes::default() });
        }
        let (layer, x) = (&self.layers[l - 1], below[l - 1]);
        let mut sums = Slopes::default();
        for ((&linear, &rest), &weight) in layer.linear.iter().zip(&layer.rest).zip(&layer.weights) {
            let t = linear.mul_add(x, rest * input);
            let gap = gap(above, t)?;
            let (forward, backward) = (t / gap, linear / gap);
            sums.up += weight * forward;
            sums.up_below += weight * backward / gap;
            sums.up_above += weight * forward * forward;
            sums.down += weight * backward;
            sums.down_below += weight * backward * backward;
        }
        let (up, down) = (self.sigma_w2, self.sigma_w2 * self.widths[l] / self.widths[l - 1]);
        Some(Slopes {
            up: up * sums.up,
            up_below: up * sums.up_below,
            up_above: up * sums.up_above,
            down: down.mul_add(above * sums.down, self.a[l - 1]),
            down_below: down * above * above * sums.down_below,
            down_above: down * sums.up_below,
        })
    }

    /// $z$ of a solution.
    fn variable(&self, g: f64, below: Vec<f64>, above: Vec<f64>) -> Option<Solution> {
        let input = self.samples * g;
        let mut z = 1.0 / g + self.shift + self.widths[0] * above[0] / gap(above[0], input)?;
        for (l, layer) in self.layers.iter().enumerate() {
            let a = above[l + 1];
            let mut sum = 0.0;
            for ((&linear, &rest), &weight) in layer.linear.iter().zip(&layer.rest).zip(&layer.weights) {
                sum += weight * a * rest / gap(a, linear.mul_add(below[l], rest * input))?;
            }
            z += self.widths[l + 1] * sum;
        }
        z.is_finite().then_some(Solution { z, below, above })
    }

    /// $\min_gz(g)$; `unit` sets the scale of $1/g$.
    fn edge(&self, unit: f64) -> Result<f64, TheoryError> {
        let mut start = SCAN_START;
        for _ in 0..8 {
            if let Some((left, right, solution)) = self.bracket(start.ln() - unit.ln()) {
                return Ok(self.golden(left, right, &solution));
            }
            // The minimum lies below the scan: a spectrum much wider than its mean.
            start *= 1e-2;
        }
        Err(TheoryError::NotConverged {
            procedure: "search for the spectral edge".to_owned(),
            detail: format!("no minimum of z(g) down to g = {start:e} / Theta_D"),
        })
    }

    /// Scans upwards from `ln g = from`: the neighbours of the lowest point, and the solution at the left one.
    fn bracket(&self, from: f64) -> Option<(f64, f64, Solution)> {
        let mut before = self.solve(from.exp(), None)?;
        let (mut lowest, mut left) = (before.z, None);
        for i in 1..SCAN_POINTS {
            let at = SCAN_STEP.mul_add(i as f64, from);
            let here = self.solve(at.exp(), Some(&before));
            let z = here.as_ref().map_or(f64::INFINITY, |solution| solution.z);
            if z > 1.5 * lowest {
                break;
            }
            let solution = here?;
            if z < lowest {
                lowest = z;
                left = Some((at, std::mem::replace(&mut before, solution)));
            } else {
                before = solution;
            }
        }
        left.map(|(at, solution)| (at - SCAN_STEP, at + SCAN_STEP, solution))
    }

    /// Golden-section search for the minimum of $z$ over $\ln g$.
    fn golden(&self, mut left: f64, mut right: f64, start: &Solution) -> f64 {
        let ratio = 0.5 * (5f64.sqrt() - 1.0);
        let z = |at: f64| self.solve(at.exp(), Some(start)).map_or(f64::INFINITY, |solution| solution.z);
        let (mut x, mut y) = (right - ratio * (right - left), left + ratio * (right - left));
        let (mut zx, mut zy) = (z(x), z(y));
        while right - left > GOLDEN_WIDTH {
            if zx <= zy {
                (right, y, zy) = (y, x, zx);
                x = right - ratio * (right - left);
                zx = z(x);
            } else {
                (left, x, zx) = (x, y, zy);
                y = left + ratio * (right - left);
                zy = z(y);
            }
        }
        zx.min(zy)
    }
}

/// $1-at$, below the pole.
fn gap(a: f64, t: f64) -> Option<f64> {
    let gap = 1.0 - a * t;
    (gap > 0.0).then_some(gap)
}

/// The edge of a deep linear network by an explicit recursion: an independent route to [`edge_proportional`].
///
/// # Formula
/// Start at $x$ with $G=1/(x-1)$; for $l=L-1,\dots,1$: $z=\sigma_w^2x\,[1+\frac{M_l}{M_{l-1}}(xG-1)]$, $G\leftarrow1/(\sigma_w^2x)$,
/// $x\leftarrow z+\sigma_w^{2(L-l)}$; finally $\lambda=x[1+\frac{M_0}N(xG-1)]$. Each stage is convex in the starting $x$, and the
/// edge is the minimum over starts above the minimizer of the stage before.
///
/// # Errors
/// `widths` without an input, a width of 0, `sigma_w2` not positive, `samples` < 2.
///
/// # Source
/// Derived in the notes of [`normalization`](super).
///
/// # Example
/// ```
/// use solvable_theory::normalization::edge_linear;
/// // One layer: Marchenko and Pastur.
/// let edge = edge_linear(&[400], 100, 1.0)?;
/// assert!((edge - 9.0).abs() < 1e-9);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn edge_linear(widths: &[usize], samples: usize, sigma_w2: f64) -> Result<f64, TheoryError> {
    at_least("depth", widths.len(), 1)?;
    at_least("N", samples, 2)?;
    positive("sigma_w2", sigma_w2)?;
    for &width in widths {
        at_least("widths", width, 1)?;
    }
    // The result after `stages` steps from the top; the last one is the sample average.
    let after = |stages: usize, start: f64| -> f64 {
        let (mut x, mut g) = (start, 1.0 / (start - 1.0));
        for stage in 0..stages {
            let l = widths.len() - 1 - stage;
            if l == 0 {
                return x * (1.0 + widths[0] as f64 / samples as f64 * (x * g - 1.0));
            }
            let ratio = widths[l] as f64 / widths[l - 1] as f64;
            let z = sigma_w2 * x * (1.0 + ratio * (x * g - 1.0));
            g = 1.0 / (sigma_w2 * x);
            x = z + sigma_w2.powi((widths.len() - l) as i32);
        }
        x
    };
    let mut lowest = 1.0;
    let mut edge = 0.0;
    for stage in 1..=widths.len() {
        (lowest, edge) = minimize_above(lowest, |x| after(stage, x));
    }
    representable("the spectral edge", edge)
}

/// Golden-section search over $\ln(x-x_{\min})$ for a convex function: the minimizer and the minimum.
fn minimize_above(lowest: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    let ratio = 0.5 * (5f64.sqrt() - 1.0);
    let at = |t: f64| lowest + lowest * t.exp();
    let (mut left, mut right) = (-36f64, 60f64);
    let (mut x, mut y) = (right - ratio * (right - left), left + ratio * (right - left));
    let (mut fx, mut fy) = (f(at(x)), f(at(y)));
    while right - left > GOLDEN_WIDTH {
        if fx <= fy {
            (right, y, fy) = (y, x, fx);
            x = right - ratio * (right - left);
            fx = f(at(x));
        } else {
            (left, x, fx) = (x, y, fy);
            y = left + ratio * (right - left);
            fy = f(at(y));
        }
    }
    if fx <= fy { (at(x), fx) } else { (at(y), fy) }
}
