//! Infinite-width kernels of the data sets of the claims: many trials share one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use nalgebra::DMatrix;
use solvable_theory::Architecture;
use solvable_theory::natural_gradient::{
    LayerKernels, Layers, Method, RateSpread, Side, cross_kernels, test_kernel, train_kernels,
};

use crate::experiments::{Sample, anisotropy};
use solvable_engine::streams::Streams;
use solvable_engine::verify::JudgeError;
use solvable_simulate::linalg::{Matrix, symmetric_eigen};

/// Values by the text of what they were computed from.
type Cache<T> = Mutex<BTreeMap<String, Arc<T>>>;

static KERNELS: Cache<(LayerKernels, LayerKernels)> = Mutex::new(BTreeMap::new());
static ANISOTROPIES: Cache<f64> = Mutex::new(BTreeMap::new());
static RATES: Cache<f64> = Mutex::new(BTreeMap::new());
static COVARIANCES: Cache<Covariances> = Mutex::new(BTreeMap::new());
static TEST_KERNELS: Cache<DMatrix<f64>> = Mutex::new(BTreeMap::new());

fn cached<T>(
    cache: &Cache<T>,
    key: String,
    compute: impl FnOnce() -> Result<T, JudgeError>,
) -> Result<Arc<T>, JudgeError> {
    let found = cache.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(value) = found {
        return Ok(value);
    }
    let value = Arc::new(compute()?);
    cache.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&value));
    Ok(value)
}

fn key(network: &Architecture, sample: &Sample, number: usize) -> String {
    format!("{:?} {} {} {sample:?} {number}", network.scales(), network.depth(), network.widths()[0])
}

/// The kernels among training inputs and from test to training inputs (where there are test inputs) of data set `number`.
pub(crate) fn kernels(
    network: &Architecture,
    sample: &Sample,
    number: usize,
) -> Result<Arc<(LayerKernels, LayerKernels)>, JudgeError> {
    cached(&KERNELS, key(network, sample, number), || {
        let data = sample.data_set(network.widths()[0], number)?;
        let (train, cross) = data.cosines();
        let (scales, depth) = (network.scales(), network.depth());
        let train = train_kernels(scales, depth, &train)?;
        let cross = if cross.is_empty() { train.clone() } else { cross_kernels(scales, depth, &cross)? };
        Ok((train, cross))
    })
}

/// The test kernel $k(X',X)$ of a method on data set `number`.
pub(crate) fn kernel_of(
    method: Method,
    network: &Architecture,
    sample: &Sample,
    number: usize,
) -> Result<Arc<DMatrix<f64>>, JudgeError> {
    let kernels = kernels(network, sample, number)?;
    cached(&TEST_KERNELS, format!("{method} {}", key(network, sample, number)), || {
        Ok(test_kernel(method, &kernels.0, &kernels.1)?)
    })
}

/// Cosines up to which covariances of rates are interpolated, and by how many Chebyshev nodes: to $10^{-6}$ of them.
const REACH: f64 = 0.75;
const NODES: usize = 20;

/// $V(1)$ and, at the nodes, $V(c)$.
type Covariances = (f64, Vec<f64>);

fn node(k: usize) -> (f64, f64) {
    let angle = std::f64::consts::PI * (k as f64 + 0.5) / NODES as f64;
    (REACH * angle.cos(), if k.is_multiple_of(2) { angle.sin() } else { -angle.sin() })
}

/// $V(1)-\overline V$: the variance of the rates that one factor leaves, within a network of the given hidden widths on data set `number`.
pub(crate) fn rate_variance(
    side: Side,
    network: &Architecture,
    hidden: &[usize],
    sample: &Sample,
    number: usize,
) -> Result<f64, JudgeError> {
    let (scales, layers) = (network.scales(), Layers::all(side, network.depth())?);
    let spread = || RateSpread::new(scales, hidden, &layers);
    let covariances = cached(&COVARIANCES, format!("{side} {hidden:?} {scales:?}"), || {
        let spread = spread()?;
        let at = (0..NODES).map(|k| spread.covariance(node(k).0)).collect::<Result<_, _>>()?;
        Ok((spread.variance(), at))
    })?;
    let variance = cached(&RATES, format!("{side} {hidden:?} {}", key(network, sample, number)), || {
        let (cosines, _) = sample.data_set(network.widths()[0], number)?.cosines();
        let (mut sum, mut pairs) = (0.0, 0.0);
        for j in 0..cosines.ncols() {
            for i in 0..j {
                let c = cosines[(i, j)];
                sum += match between(&covariances.1, c) {
                    Some(covariance) => covariance,
                    None => spread()?.covariance(c)?,
                };
                pairs += 1.0;
            }
        }
        Ok(covariances.0 - sum / pairs)
    })?;
    Ok(*variance)
}

/// The polynomial through `values` at the nodes, by its barycentric form.
fn between(values: &[f64], c: f64) -> Option<f64> {
    let (mut sum, mut total) = (0.0, 0.0);
    for (k, value) in values.iter().enumerate() {
        let (at, weight) = node(k);
        if c == at {
            return Some(*value);
        }
        sum += weight / (c - at) * value;
        total += weight / (c - at);
    }
    (c.abs() <= REACH).then_some(sum / total)
}

/// $\iota$ of the infinite-width response of hidden layer $1<l<L$ to the diagonal rule, by averaging over Gaussian processes:
/// $E[d_nd_m\varphi_n\varphi_m/\sum_kd_k^2\varphi_k^2]$ with $\varphi=\phi(u)$, $u\sim N(0,Q_{l-1})$, $d=\phi'(v)\xi$, $v\sim N(0,Q_l)$,
/// $\xi\sim N(0,B_{l+1})$. The draws are fixed; their error is below 0.01.
pub(crate) fn diagonal_anisotropy(
    network: &Architecture,
    sample: &Sample,
    number: usize,
    layer: usize,
) -> Result<Arc<f64>, JudgeError> {
    const DRAWS: usize = 20_000;
    let kernels = kernels(network, sample, number)?;
    cached(&ANISOTROPIES, format!("{layer} {}", key(network, sample, number)), || {
        let train = &kernels.0;
        let streams = Streams::of_problem("diagonal-limit", &key(network, sample, number), layer as u64);
        let process = |name: &str, covariance: &Matrix| {
            let (values, mut root) = symmetric_eigen(covariance)?;
            root.column_iter_mut().zip(&values).for_each(|(mut column, v)| column *= v.max(0.0).sqrt());
            let normals = streams.child(name).normals(DRAWS * covariance.nrows(), 1.0);
            Ok::<_, JudgeError>(root * Matrix::from_vec(covariance.nrows(), DRAWS, normals))
        };
        let phi = &network.scales().activation;
        let inputs = process("features", train.forward(layer - 1))?.map(|u| phi.value(u));
        let slopes = process("slopes", train.forward(layer))?.map(|v| phi.derivative(v));
        let signals = process("signals", train.backward(layer + 1))?;
        let mut gradients = inputs.component_mul(&slopes).component_mul(&signals);
        for mut gradient in gradients.column_iter_mut() {
            let norm = gradient.norm();
            if norm > 0.0 {
                gradient /= norm;
            }
        }
        Ok(anisotropy(&(&gradients * gradients.transpose())))
    })
}
