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

/// $V(1)-\overline V$: the variance of the rates that one factor leaves, within a network of the given hidden widths on data set `number`.
pub(crate) fn rate_variance(
    side: Side,
    network: &Architecture,
    hidden: &[usize],
    sample: &Sample,
    number: usize,
) -> Result<Arc<f64>, JudgeError> {
    cached(&RATES, format!("{side} {hidden:?} {}", key(network, sample, number)), || {
        let (cosines, _) = sample.data_set(network.widths()[0], number)?.cosines();
        let spread = RateSpread::new(network.scales(), hidden, &Layers::all(side, network.depth())?)?;
        let samples = cosines.nrows() as f64;
        Ok((spread.anisotropy(&cosines)? * spread.alpha()).powi(2) / (1.0 - 1.0 / samples))
    })
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
        let streams = Streams::for_trial("diagonal-limit", &key(network, sample, number), layer as u64, 0);
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
