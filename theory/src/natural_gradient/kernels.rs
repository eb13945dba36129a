//! Infinite-width kernels of every layer.

use nalgebra::DMatrix;

use super::interpolation::Interpolant;
use crate::activation::Kind;
use crate::error::representable;
use crate::mean_field::valid_depth;
use crate::quadrature::{KernelPair, kernel_pair};
use crate::{InitialScales, TheoryError};

/// The forward and backward kernels $A_l,B_l$ of every layer between two sets of samples; $K_l=A_l\circ B_l$ and
/// $K=\sum_lK_l$ is the neural tangent kernel. Networks of one output; of infinite width, or the kernels of one network.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerKernels {
    forward: Vec<DMatrix<f64>>,
    backward: Vec<DMatrix<f64>>,
}

impl LayerKernels {
    /// From the matrices of layers $1..L$, all of one shape.
    ///
    /// # Errors
    /// No layer, no sample, different numbers or shapes, entries that are not finite.
    pub fn new(forward: Vec<DMatrix<f64>>, backward: Vec<DMatrix<f64>>) -> Result<Self, TheoryError> {
        let shape = forward.first().map_or((0, 0), DMatrix::shape);
        let all = || forward.iter().chain(&backward);
        if forward.len() != backward.len()
            || shape.0 == 0
            || shape.1 == 0
            || all().any(|m| m.shape() != shape)
        {
            let found = format!("{} and {} matrices", forward.len(), backward.len());
            return Err(TheoryError::invalid(
                "kernels",
                found,
                "a forward and a backward matrix for each layer, of one shape, with at least one sample",
            ));
        }
        for x in all().flat_map(|m| m.iter()) {
            representable("an entry of the layer kernels", *x)?;
        }
        Ok(Self { forward, backward })
    }

    /// $L$.
    pub fn depth(&self) -> usize {
        self.forward.len()
    }

    /// The number of samples in the rows.
    pub fn rows(&self) -> usize {
        self.forward[0].nrows()
    }

    /// $N$: the number of samples in the columns.
    pub fn columns(&self) -> usize {
        self.forward[0].ncols()
    }

    /// $A_l$, `layer` $=l$ from 1.
    pub fn forward(&self, layer: usize) -> &DMatrix<f64> {
        &self.forward[layer - 1]
    }

    /// $B_l$.
    pub fn backward(&self, layer: usize) -> &DMatrix<f64> {
        &self.backward[layer - 1]
    }

    /// $K_l=A_l\circ B_l$.
    pub fn tangent(&self, layer: usize) -> DMatrix<f64> {
        self.forward(layer).component_mul(self.backward(layer))
    }

    /// $K=\sum_lK_l$.
    pub fn total(&self) -> DMatrix<f64> {
        (2..=self.depth()).fold(self.tangent(1), |sum, layer| sum + self.tangent(layer))
    }

    /// Checks that the kernels are those of one set of samples with itself.
    pub(super) fn square(&self) -> Result<&Self, TheoryError> {
        if self.rows() == self.columns() {
            Ok(self)
        } else {
            let found = format!("kernels of {} by {} samples", self.rows(), self.columns());
            Err(TheoryError::invalid("train", found, "the kernels of the training samples with themselves"))
        }
    }

    /// Checks that `rows` has the layers and the columns of `self`, the kernels of the training samples.
    pub(super) fn matches(&self, rows: &Self) -> Result<(), TheoryError> {
        if rows.depth() == self.depth() && rows.columns() == self.columns() {
            Ok(())
        } else {
            let found = format!("{} layers and {} columns", rows.depth(), rows.columns());
            let valid =
                format!("kernels of {} layers with {} training samples", self.depth(), self.columns());
            Err(TheoryError::invalid("cross", found, valid))
        }
    }
}

/// The kernels of $N$ training inputs of equal length, given their cosines $XX^\top/M_0$.
///
/// # Formula
/// $Q_1=\sigma_w^2XX^\top/M_0+\sigma_b^2$, $Q_{l+1}=\sigma_w^2E[\phi(u)\phi(v)]_{Q_l}+\sigma_b^2$; $B_L=1$,
/// $B_l=\sigma_w^2B_{l+1}\circ E[\phi'(u)\phi'(v)]_{Q_l}$; $A_l=Q_l$. Correlations within $10^{-14}$ of $\pm1$ count as
/// $\pm1$, and those of an input with itself are 1: the angle of the ReLU kernel would turn one rounding error into $10^{-8}$.
///
/// # Errors
/// Cosines that are not a square symmetric matrix with unit diagonal and entries in $[-1,1]$; a depth of 0; an
/// activation other than relu, erf and tanh; overflow.
///
/// # Source
/// Karakida and Osawa (2020); the kernels of Jacot, Gabriel and Hongler (2018) layer by layer.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales, natural_gradient::train_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let kernels = train_kernels(&scales, 3, &dmatrix![1.0, 0.5; 0.5, 1.0])?;
/// assert_eq!(kernels.forward(1)[(0, 1)], 1.0);
/// assert!((kernels.forward(2)[(0, 1)] - 1.2179955620884586).abs() < 1e-14);
/// assert!((kernels.total()[(0, 0)] - 6.0).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn train_kernels(
    scales: &InitialScales,
    depth: usize,
    cosines: &DMatrix<f64>,
) -> Result<LayerKernels, TheoryError> {
    check_train(cosines)?;
    layer_kernels(scales, depth, cosines, true)
}

/// The kernels between test inputs (rows) and training inputs (columns), given their cosines.
///
/// # Formula
/// That of [`train_kernels`].
///
/// # Errors
/// Entries outside $[-1,1]$, an empty matrix; those of [`train_kernels`].
///
/// # Source
/// As for [`train_kernels`].
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use solvable_theory::{Activation, InitialScales, natural_gradient::cross_kernels};
/// let scales = InitialScales::new(Activation::relu(), 2.0, 0.0)?;
/// let kernels = cross_kernels(&scales, 3, &dmatrix![0.5, 1.0, -1.0])?;
/// assert!((kernels.forward(2)[(0, 0)] - 1.2179955620884586).abs() < 1e-14);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn cross_kernels(
    scales: &InitialScales,
    depth: usize,
    cosines: &DMatrix<f64>,
) -> Result<LayerKernels, TheoryError> {
    check_range("cos_cross", cosines)?;
    layer_kernels(scales, depth, cosines, false)
}

/// Rounding that a cosine may carry.
const ROUNDING: f64 = 1e-12;

fn check_range(name: &str, cosines: &DMatrix<f64>) -> Result<(), TheoryError> {
    if cosines.is_empty() {
        return Err(TheoryError::invalid(name, "empty", "at least one row and one column"));
    }
    match cosines.iter().find(|c| c.is_nan() || c.abs() > 1.0 + ROUNDING) {
        Some(c) => Err(TheoryError::invalid(name, c, "cosines: numbers from -1 to 1")),
        None => Ok(()),
    }
}

fn check_train(cosines: &DMatrix<f64>) -> Result<(), TheoryError> {
    const NAME: &str = "cos_train";
    check_range(NAME, cosines)?;
    let (rows, columns) = cosines.shape();
    if rows != columns {
        return Err(TheoryError::invalid(NAME, format!("{rows} x {columns}"), "a square matrix"));
    }
    for i in 0..rows {
        if (cosines[(i, i)] - 1.0).abs() > ROUNDING {
            let found = format!("{} in row {}", cosines[(i, i)], i + 1);
            return Err(TheoryError::invalid(NAME, found, "a matrix with ones on its diagonal"));
        }
        for j in 0..i {
            if (cosines[(i, j)] - cosines[(j, i)]).abs() > ROUNDING {
                let found = format!("{} and {} at ({}, {})", cosines[(i, j)], cosines[(j, i)], i + 1, j + 1);
                return Err(TheoryError::invalid(NAME, found, "a symmetric matrix"));
            }
        }
    }
    Ok(())
}

fn layer_kernels(
    scales: &InitialScales,
    depth: usize,
    cosines: &DMatrix<f64>,
    same: bool,
) -> Result<LayerKernels, TheoryError> {
    valid_depth(depth)?;
    let InitialScales { activation, sigma_w2, sigma_b2 } = scales;
    if !matches!(activation.0, Kind::Relu | Kind::Erf { .. } | Kind::Tanh) {
        return Err(TheoryError::invalid("activation", activation, "relu, erf or tanh"));
    }
    check_volume(depth, cosines.len())?;
    let mut variance = representable("a variance", sigma_w2 + sigma_b2)?;
    let mut forward = vec![cosines.map(|c| sigma_w2 * c.clamp(-1.0, 1.0) + sigma_b2)];
    let mut slopes = Vec::new();
    for layer in 1..depth {
        let map = PairMap::new(scales, variance, cosines.len())?;
        let (rows, columns) = cosines.shape();
        let (mut next, mut slope) = (DMatrix::zeros(rows, columns), DMatrix::zeros(rows, columns));
        let now = &forward[layer - 1];
        for j in 0..columns {
            for i in 0..rows {
                if same && i > j {
                    continue;
                }
                let correlation = if same && i == j { 1.0 } else { correlation(now[(i, j)], variance) };
                let pair = map.at(correlation)?;
                next[(i, j)] = sigma_w2 * pair.k + sigma_b2;
                slope[(i, j)] = sigma_w2 * pair.k_dot;
            }
        }
        if same {
            next.fill_lower_triangle_with_upper_triangle();
            slope.fill_lower_triangle_with_upper_triangle();
        }
        variance = representable("a variance", sigma_w2 * map.at(1.0)?.k + sigma_b2)?;
        forward.push(next);
        slopes.push(slope);
    }
    let mut backward = vec![DMatrix::from_element(cosines.nrows(), cosines.ncols(), 1.0)];
    for slope in slopes.iter().rev() {
        let next = slope.component_mul(&backward[backward.len() - 1]);
        backward.push(next);
    }
    backward.reverse();
    LayerKernels::new(forward, backward)
}

/// Kernels of more entries than this, all layers together, are refused: a gigabyte.
const MOST_ENTRIES: usize = 1 << 26;

fn check_volume(depth: usize, entries: usize) -> Result<(), TheoryError> {
    if depth.saturating_mul(entries) <= MOST_ENTRIES {
        return Ok(());
    }
    let valid = format!("at most {} for {entries} pairs of samples", MOST_ENTRIES / entries.max(1));
    Err(TheoryError::invalid("depth", depth, valid))
}

/// $c/q$, where it is within rounding of $\pm1$ exactly that.
pub(super) fn correlation(covariance: f64, variance: f64) -> f64 {
    if variance == 0.0 {
        return 0.0;
    }
    let r = (covariance / variance).clamp(-1.0, 1.0);
    if 1.0 - r.abs() < 1e-14 { 1f64.copysign(r) } else { r }
}

/// The map from a correlation to the kernel pair at one variance; where every pair costs a quadrature and there are many
/// pairs, an interpolation.
struct PairMap<'a> {
    scales: &'a InitialScales,
    variance: f64,
    many: Option<Interpolant<2>>,
}

impl<'a> PairMap<'a> {
    fn new(scales: &'a InitialScales, variance: f64, pairs: usize) -> Result<Self, TheoryError> {
        let mut map = Self { scales, variance, many: None };
        let costly = matches!(scales.activation.0, Kind::Tanh) && pairs > 2 * Interpolant::<2>::NODES;
        if costly && variance > 0.0 {
            map.many = Some(Interpolant::new(|r| map.direct(r).map(|pair| [pair.k, pair.k_dot]))?);
        }
        Ok(map)
    }

    fn direct(&self, r: f64) -> Result<KernelPair, TheoryError> {
        kernel_pair(&self.scales.activation, self.variance, self.variance, self.variance * r)
    }

    fn at(&self, r: f64) -> Result<KernelPair, TheoryError> {
        match self.many.as_ref().and_then(|many| many.at(r)) {
            Some([k, k_dot]) => Ok(KernelPair { k, k_dot }),
            None => self.direct(r),
        }
    }
}
