//! Kernels of given inputs, and what they say of the Fisher information and of learning rates.

use nalgebra::DMatrix;
use serde::Serialize;

use super::blueprint::Blueprint;
use super::layer::{Layer, Node};
use super::recursion::{Notes, Parametrization, Recursion};
use super::windows::Padding;
use crate::TheoryError;
use crate::catalog::Params;
use crate::error::{affordable_memory, at_least, representable};
use crate::mean_field::{FimStatistics, Theta, statistics_of};
use crate::normalization::critical_step;

/// Kernels of $N$ inputs, $N\times N$, of one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernels {
    /// The covariance of the outputs of random networks.
    pub gp: DMatrix<f64>,
    /// $\Theta$ of one output.
    pub tangent: DMatrix<f64>,
}

/// The overlaps of two samples of a random ensemble, position by position.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlaps {
    /// $K^0_{tt}$, $S\times S$.
    pub same: DMatrix<f64>,
    /// $K^0_{st}$, $S\times S$.
    pub cross: DMatrix<f64>,
}

/// Statistics of the Fisher information of given inputs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DataStatistics {
    /// $m_\lambda$.
    pub m_lambda: f64,
    /// $s_\lambda$.
    pub s_lambda: f64,
    /// $\lambda_{\max}$.
    pub lambda_max: f64,
    /// $\eta_c=2/\lambda_{\max}$.
    pub eta_c: f64,
    /// $\lambda_{\max}$ with mean subtraction of the outputs.
    pub lambda_ms: f64,
    /// $2/\lambda_{\max}$ with mean subtraction of the outputs.
    pub eta_ms: f64,
}

/// What mean subtraction of the outputs leaves of the sharpness of random inputs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeanSubtractionEdge {
    /// $\kappa$: how the off-diagonal entries follow the overlaps of the inputs.
    pub kappa: f64,
    /// $(\theta_t-\theta_{st})/N$: the limit without spread.
    pub without_spread: f64,
    /// $\lambda_{ms}$.
    pub lambda_ms: f64,
}

/// The kernels of a network for given inputs, each a row of $Sc_0$ numbers, positions first.
///
/// # Formula
/// $K_{nm}(p,q)=\frac1c\sum_ih_i(n,p)h_i(m,q)$ and $T_{nm}(p,q)=\sum_\theta\partial_\theta h_i(n,p)\partial_\theta h_i(m,q)$ in the limit of many
/// channels, layer by layer; $\Theta=T\otimes I_C$.
///
/// # Accuracy and cost
/// Rounding, or that of the quadrature of the activation; $N(N+1)/2$ pairs of $S^2$ entries a layer.
///
/// # Errors
/// Rows of another length or with numbers that are not finite; a variance of 0 at a layer normalization or at a kink; overflow.
///
/// # Source
/// Novak et al. (2019), Arora et al. (2019), Yang (2020), Hron et al. (2020), Alemohammad et al. (2021); the pending gains, the mean over mixing
/// matrices and linear attention are derived in the notes.
///
/// # Example
/// ```
/// use serde_json::json;
/// use solvable_theory::any_architecture::{Blueprint, Parametrization, kernels};
/// let network = Blueprint::read(&json!({
///     "input": {"grid": [1], "channels": 2}, "sigma_w2": 1, "sigma_b2": 0, "layers": [{"dense": 1}]
/// }))?;
/// let kernels = kernels(&network, &[vec![1.0, 2.0], vec![3.0, 0.0]], Parametrization::Standard)?;
/// assert_eq!((kernels.gp[(0, 0)], kernels.tangent[(0, 1)]), (2.5, 3.0));
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn kernels(
    blueprint: &Blueprint,
    inputs: &[Vec<f64>],
    parametrization: Parametrization,
) -> Result<Kernels, TheoryError> {
    let prepared = PreparedKernels::new(blueprint, inputs, parametrization)?;
    let count = inputs.len();
    let (mut gp, mut tangent) = (DMatrix::zeros(count, count), DMatrix::zeros(count, count));
    for m in 0..count {
        for n in 0..=m {
            let (k, t) = prepared.pair(n, m)?;
            (gp[(n, m)], gp[(m, n)], tangent[(n, m)], tangent[(m, n)]) = (k, k, t, t);
        }
    }
    Ok(Kernels { gp, tangent })
}

/// Kernels pair by pair, for callers that share the pairs out.
pub struct PreparedKernels<'a> {
    recursion: Recursion<'a>,
    signals: Vec<DMatrix<f64>>,
    own: Vec<(f64, f64)>,
    notes: Vec<Notes>,
}

impl<'a> PreparedKernels<'a> {
    /// Carries every sample through the network.
    ///
    /// # Errors
    /// As for [`kernels`].
    pub fn new(
        blueprint: &'a Blueprint,
        inputs: &[Vec<f64>],
        parametrization: Parametrization,
    ) -> Result<Self, TheoryError> {
        let signals = signals(blueprint, inputs)?;
        let recursion = Recursion::new(blueprint, parametrization);
        let (mut own, mut notes) = (Vec::new(), Vec::new());
        for signal in &signals {
            let (entry, note) = recursion.own(overlap(signal, signal))?;
            own.push((entry.gp, entry.tangent));
            notes.push(note);
        }
        Ok(Self { recursion, signals, own, notes })
    }

    /// $K_{nm}$ and $T_{nm}$ at the output.
    ///
    /// # Errors
    /// As for [`kernels`].
    pub fn pair(&self, n: usize, m: usize) -> Result<(f64, f64), TheoryError> {
        if n == m {
            return Ok(self.own[n]);
        }
        let input = overlap(&self.signals[n], &self.signals[m]);
        let entry = self.recursion.pair(input, &self.notes[n], &self.notes[m])?;
        Ok((entry.gp, entry.tangent))
    }
}

/// Inputs as $S\times c_0$ matrices.
fn signals(blueprint: &Blueprint, inputs: &[Vec<f64>]) -> Result<Vec<DMatrix<f64>>, TheoryError> {
    let (positions, channels) = (blueprint.input().positions(), blueprint.input().channels);
    if inputs.is_empty() {
        return Err(TheoryError::invalid("inputs", "[]", "at least one row"));
    }
    let signal = |row: &Vec<f64>| {
        if row.len() != blueprint.input().size() {
            let valid = format!(
                "rows of positions x channels = {positions} x {channels} = {} numbers",
                blueprint.input().size()
            );
            return Err(TheoryError::invalid("inputs", format!("a row of {} numbers", row.len()), valid));
        }
        match row.iter().find(|x| !x.is_finite()) {
            Some(x) => Err(TheoryError::invalid("inputs", x, "finite numbers")),
            None => Ok(DMatrix::from_row_slice(positions, channels, row)),
        }
    };
    inputs.iter().map(signal).collect()
}

/// $xx'^\top/c_0$.
fn overlap(x: &DMatrix<f64>, y: &DMatrix<f64>) -> DMatrix<f64> {
    (x * y.transpose()) / x.ncols() as f64
}

/// Refuses kernels of `samples` given inputs that cost too much.
pub(super) fn afford(params: &Params, blueprint: &Blueprint, samples: usize) -> Result<(), TheoryError> {
    params.afford("the kernels of this architecture", kernel_cost(blueprint, samples)?)
}

/// Elementary operations, of about a nanosecond each, of the [`kernels`] of so many inputs.
///
/// # Errors
/// Kernels of pairs of positions that take more than a gigabyte.
pub fn kernel_cost(blueprint: &Blueprint, samples: usize) -> Result<f64, TheoryError> {
    fits_memory(blueprint)?;
    let (n, positions) = (samples as f64, blueprint.input().positions() as f64);
    let input = positions * positions * blueprint.input().channels as f64;
    let pair = Recursion::new(blueprint, Parametrization::Standard).operations() + input;
    Ok(n * (n + 1.0) / 2.0 * pair)
}

/// Refuses order parameters that cost too much, `times` over.
pub(super) fn afford_order(params: &Params, blueprint: &Blueprint, times: f64) -> Result<(), TheoryError> {
    fits_memory(blueprint)?;
    let pair = Recursion::new(blueprint, Parametrization::Standard).operations();
    params.afford("the order parameters of this architecture", 2.0 * times * pair)
}

/// A pair carries a few matrices of all pairs of positions.
fn fits_memory(blueprint: &Blueprint) -> Result<(), TheoryError> {
    const MATRICES: f64 = 8.0;
    let positions = blueprint.most_positions() as f64;
    affordable_memory("the kernels of all pairs of positions", 8.0 * MATRICES * positions * positions)
}

impl Overlaps {
    /// Independent standard normal pixels or tokens: $I$ and 0.
    pub fn independent(blueprint: &Blueprint) -> Self {
        let positions = blueprint.input().positions();
        Self { same: DMatrix::identity(positions, positions), cross: DMatrix::zeros(positions, positions) }
    }

    /// # Errors
    /// Matrices of another size, a `same` that is not symmetric or has a negative diagonal, a `cross` beyond Cauchy and Schwarz.
    pub fn new(blueprint: &Blueprint, same: DMatrix<f64>, cross: DMatrix<f64>) -> Result<Self, TheoryError> {
        let positions = blueprint.input().positions();
        for (name, matrix) in [("same", &same), ("cross", &cross)] {
            if matrix.shape() != (positions, positions) {
                let value = format!("{} x {}", matrix.nrows(), matrix.ncols());
                return Err(TheoryError::invalid(
                    name,
                    value,
                    format!("positions x positions = {positions} x {positions}"),
                ));
            }
            if let Some(x) = matrix.iter().find(|x| !x.is_finite()) {
                return Err(TheoryError::invalid(name, x, "finite numbers"));
            }
        }
        if let Some(x) = same.diagonal().iter().find(|x| **x < 0.0) {
            return Err(TheoryError::invalid("same", x, "a diagonal >= 0"));
        }
        for p in 0..positions {
            for q in 0..positions {
                let root = (same[(p, p)] * same[(q, q)]).sqrt();
                if (same[(p, q)] - same[(q, p)]).abs() > 1e-9 * root.max(f64::MIN_POSITIVE) {
                    return Err(TheoryError::invalid("same", same[(p, q)], "a symmetric matrix"));
                }
                for (name, matrix) in [("same", &same), ("cross", &cross)] {
                    if matrix[(p, q)].abs() > root * (1.0 + 1e-12) {
                        let valid = format!(
                            "at most the root of the product of two diagonal entries of `same`, {root}"
                        );
                        return Err(TheoryError::invalid(name, matrix[(p, q)], valid));
                    }
                }
            }
        }
        // Of the two samples together: what no inputs have, no recursion makes sense of.
        if positions <= MOST_CHECKED {
            let joint =
                DMatrix::from_fn(2 * positions, 2 * positions, |p, q| match (p < positions, q < positions) {
                    (true, true) => same[(p, q)],
                    (false, false) => same[(p - positions, q - positions)],
                    (true, false) => cross[(p, q - positions)],
                    (false, true) => cross[(q, p - positions)],
                });
            let values = joint.symmetric_eigenvalues();
            if values.min() < -1e-9 * values.max().max(f64::MIN_POSITIVE) {
                let valid = "overlaps that two samples can have: [[same, cross], [cross^T, same]] without negative eigenvalues";
                return Err(TheoryError::invalid(
                    "same",
                    format!("one of least eigenvalue {}", values.min()),
                    valid,
                ));
            }
        }
        Ok(Self { same, cross })
    }
}

/// Positions up to which given overlaps are checked by their eigenvalues.
const MOST_CHECKED: usize = 200;

/// $\theta_t$ and $\theta_{st}$ of two ideal samples with these overlaps.
///
/// # Formula
/// The recursion of [`kernels`] with $K^0_{tt}$ = `same` and $K^0_{st}$ = `cross`: to leading order the statistics of a random ensemble.
///
/// # Validity
/// Relative corrections of the order of one over the channels, and over $c_0f_1$ from the fluctuations of the inputs.
///
/// # Errors
/// As for [`kernels`].
///
/// # Source
/// Karakida, Akaho and Amari (2019) for dense networks; the pooling rule is derived in the notes.
pub fn theta(blueprint: &Blueprint, overlaps: &Overlaps) -> Result<Theta, TheoryError> {
    blueprint.independent_outputs()?;
    let recursion = Recursion::new(blueprint, Parametrization::Standard);
    let (own, notes) = recursion.own(overlaps.same.clone())?;
    let pair = recursion.pair(overlaps.cross.clone(), &notes, &notes)?;
    let (theta_t, theta_st) = (own.tangent, pair.tangent);
    Ok(Theta { theta_t, theta_st, theta_d: theta_t - theta_st })
}

/// Mean, second moment and maximum of the eigenvalues of the Fisher information for `samples` $=N$ random inputs.
///
/// # Formula
/// $m_\lambda=\frac{C\theta_t}P$, $s_\lambda=\frac CP[\frac{\theta_t^2}N+\frac{N-1}N\theta_{st}^2]$, $\lambda_{\max}=\frac{\theta_t+(N-1)\theta_{st}}N$
/// (if $\theta_{st}<0$: $(\theta_t-\theta_{st})/N$), $\eta_c=2/\lambda_{\max}$.
///
/// # Validity
/// As for [`theta`]; $\lambda_{\max}$ where $N\theta_{st}$ lies well above the edge of the bulk.
///
/// # Errors
/// `samples` = 0; as for [`kernels`].
///
/// # Source
/// Karakida, Akaho and Amari (2019), with the order parameters of [`theta`].
pub fn fim_statistics(
    blueprint: &Blueprint,
    samples: usize,
    overlaps: &Overlaps,
) -> Result<FimStatistics, TheoryError> {
    at_least("N", samples, 1)?;
    let theta = theta(blueprint, overlaps)?;
    statistics_of(blueprint.classes() as f64, blueprint.parameter_count(), &theta, samples)
}

/// Statistics of the Fisher information of given inputs, by their analytic kernel.
///
/// # Formula
/// $m_\lambda=\frac{C\,\mathrm{tr}T}{NP}$, $s_\lambda=\frac{C\|T\|_F^2}{N^2P}$, $\lambda_{\max}(T)/N$, $\lambda_{\max}(HTH)/N$ with
/// $H=I-\frac1N\mathbf 1\mathbf 1^\top$.
///
/// # Errors
/// Fewer than two inputs; as for [`kernels`].
///
/// # Source
/// Karakida, Akaho and Amari (2019), with the kernel of [`kernels`].
pub fn data_statistics(blueprint: &Blueprint, inputs: &[Vec<f64>]) -> Result<DataStatistics, TheoryError> {
    if inputs.len() == 1 {
        return Err(TheoryError::invalid("inputs", "1 row", "at least two rows"));
    }
    blueprint.independent_outputs()?;
    let tangent = kernels(blueprint, inputs, Parametrization::Standard)?.tangent;
    let n = inputs.len() as f64;
    let share = blueprint.classes() as f64 / blueprint.parameter_count() / n;
    let lambda_max = representable("lambda_max", largest(tangent.clone()) / n)?;
    let lambda_ms = representable("lambda_max", largest(centred(tangent.clone())) / n)?;
    Ok(DataStatistics {
        m_lambda: representable("m_lambda", share * tangent.trace())?,
        s_lambda: representable("s_lambda", share * tangent.norm_squared() / n)?,
        lambda_max,
        eta_c: critical_step(lambda_max)?,
        lambda_ms,
        eta_ms: critical_step(lambda_ms)?,
    })
}

/// $HTH$.
fn centred(mut t: DMatrix<f64>) -> DMatrix<f64> {
    for mut column in t.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    for mut row in t.row_iter_mut() {
        let mean = row.mean();
        row.add_scalar_mut(-mean);
    }
    t
}

fn largest(t: DMatrix<f64>) -> f64 {
    t.symmetric_eigenvalues().max().max(0.0)
}

/// What mean subtraction of the outputs leaves of the sharpness for `samples` $=N$ independent random inputs.
///
/// # Formula
/// $T_{nm}\simeq\theta_{st}+\kappa o_{nm}$ with the overlaps $o$ of the inputs, a Wishart matrix of $D$ degrees of freedom:
/// $\lambda_{ms}=\frac1N[\theta_t-\theta_{st}-\kappa'+\kappa'(1+\sqrt{N/D})^2]$, $(\kappa',D)=(\kappa,Sc_0)$ without pooling and $(\kappa/S,c_0)$ behind
/// a global average pool; $\kappa=d\theta_{st}/dc$ where all overlaps are $c$, at $c=0$.
///
/// # Accuracy
/// $\kappa$ by central differences with two Richardson steps: $10^{-10}$ relative.
///
/// # Validity
/// First order in the overlaps, infinite width, many samples and $D$: the edge is 2 to 8 % above the largest eigenvalue for a few hundred.
///
/// # Errors
/// `samples` < 2; layers other than circular convolutions of stride 1, dense, activations, layer-norm, residual, sum and one global-avg-pool
/// or flatten; as for [`kernels`].
///
/// # Source
/// An extension of Karakida, Akaho and Amari (2019, normalization), derived in the notes.
pub fn mean_subtraction_edge(
    blueprint: &Blueprint,
    samples: usize,
) -> Result<MeanSubtractionEdge, TheoryError> {
    at_least("N", samples, 2)?;
    blueprint.independent_outputs()?;
    let (positions, channels) = (blueprint.input().positions() as f64, blueprint.input().channels as f64);
    let (share, freedom) = match collected(blueprint)? {
        Some(Layer::GlobalAvgPool) => (1.0 / positions, channels),
        _ => (1.0, positions * channels),
    };
    let mut overlaps = Overlaps::independent(blueprint);
    let recursion = Recursion::new(blueprint, Parametrization::Standard);
    let (own, notes) = recursion.own(overlaps.same.clone())?;
    let mut at = |c: f64| {
        overlaps.cross.fill(c);
        recursion.pair(overlaps.cross.clone(), &notes, &notes).map(|entry| entry.tangent)
    };
    let mut difference = |h: f64| Ok::<f64, TheoryError>((at(h)? - at(-h)?) / (2.0 * h));
    let steps = [difference(1e-2)?, difference(5e-3)?, difference(2.5e-3)?];
    let once = [(4.0 * steps[1] - steps[0]) / 3.0, (4.0 * steps[2] - steps[1]) / 3.0];
    let kappa = (16.0 * once[1] - once[0]) / 15.0;
    let (n, spread) = (samples as f64, share * kappa);
    let rest = own.tangent - at(0.0)?;
    let edge = rest - spread + spread * (1.0 + (n / freedom).sqrt()).powi(2);
    Ok(MeanSubtractionEdge {
        kappa,
        without_spread: representable("the limit without spread", rest / n)?,
        lambda_ms: representable("lambda_ms", edge / n)?,
    })
}

/// The pool or flatten of a network whose edge is known; none where there is one position.
fn collected(blueprint: &Blueprint) -> Result<Option<&Layer>, TheoryError> {
    let mut collected = None;
    for node in blueprint.nodes() {
        match &node.layer {
            layer @ (Layer::GlobalAvgPool | Layer::Flatten) if collected.is_none() => collected = Some(layer),
            Layer::GlobalAvgPool | Layer::Flatten if node.from.positions() == 1 => {}
            _ => plain(node)?,
        }
    }
    Ok(collected.filter(|_| blueprint.input().positions() > 1))
}

fn plain(node: &Node) -> Result<(), TheoryError> {
    let refused = |what: &str| {
        let valid = "circular convolutions of stride 1, dense, activations, layer-norm, residual, sum and one global-avg-pool or flatten at the \
            top; for others give inputs in place of N";
        Err(TheoryError::invalid(node.path.clone(), what, valid))
    };
    match &node.layer {
        Layer::Conv(conv) if conv.padding != Padding::Circular => {
            refused("a convolution that is not circular")
        }
        Layer::Conv(conv) if conv.stride.iter().any(|s| *s != 1) => refused("a convolution with strides"),
        Layer::Dense { .. } | Layer::Conv(_) | Layer::Activation(_) | Layer::LayerNorm { .. } => Ok(()),
        Layer::Residual { branch, .. } => branch.iter().try_for_each(plain),
        Layer::Sum(branches) => branches.iter().flat_map(|branch| &branch.layers).try_for_each(plain),
        Layer::AvgPool { .. } => refused("an avg-pool"),
        Layer::GlobalAvgPool => refused("a global-avg-pool within a branch, or a second one"),
        Layer::Flatten => refused("a flatten within a branch, or a second one"),
        Layer::Last => refused("last"),
        Layer::Mix(_) => refused("a mixing"),
        Layer::Attention(_) => refused("an attention"),
        Layer::Rnn(_) => refused("a recurrence"),
    }
}
