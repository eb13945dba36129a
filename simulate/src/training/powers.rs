//! Layers preconditioned by powers of their Kronecker factors, and the orthogonalised gradient.

use serde::{Deserialize, Serialize};

use super::sided::stacked;
use super::tangents::{LayerStep, Tangents, weighted};
use crate::SimulationError;
use crate::linalg::{self, Matrix};

/// Directions of a kernel below this share of its largest eigenvalue are taken for rounding.
const CUT: f64 = 1e-12;

/// The powers and dampings of the two factors of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FactorPowers {
    /// $p_A$.
    pub input: f64,
    /// $p_B$.
    pub output: f64,
    /// Whether the factors are those of single-sample gradients, weighted by the size of the other side, as Shampoo has them.
    #[serde(default)]
    pub weighted: bool,
}

/// The steps $\frac1N(B_l^*+\rho_B)^{-p_B}\big(\sum_ng_n\delta_n\varphi_n^\top\big)(A_l^*+\rho_A)^{-p_A}$ of every layer of a network with one output; `damping`
/// holds $(\rho_A,\rho_B)$ of each. Without damping powers are taken on the range.
///
/// Cost: an eigenproblem of $N\times N$ for each factor that is not left alone, and two products of $N\times M_l$.
///
/// # Errors
/// More outputs than one; eigenvalues that cannot be found.
pub fn power_steps(
    at: &Tangents,
    residual: &Matrix,
    powers: FactorPowers,
    damping: &[(f64, f64)],
) -> Result<Vec<LayerStep>, SimulationError> {
    let samples = at.samples();
    if residual.shape() != (1, samples) || damping.len() != at.depth() {
        return Err(SimulationError::Shape {
            what: "residual and damping of a step",
            expected: format!("1 x {samples} and {} layers", at.depth()),
            found: format!("{} x {} and {} layers", residual.nrows(), residual.ncols(), damping.len()),
        });
    }
    let n = samples as f64;
    let step = |layer: usize| -> Result<LayerStep, SimulationError> {
        let (rho_a, rho_b) = damping[layer - 1];
        let (a, b) = (at.forward_kernel(at, layer), at.backward_kernel(at, layer));
        let sizes = |kernel: &Matrix| -> Vec<f64> {
            let size = |x: &f64| if powers.weighted { x.max(0.0).sqrt() } else { 1.0 };
            kernel.diagonal().iter().map(size).collect()
        };
        // The statistics of one side are weighted by the sizes of the other.
        let left = power(&b, &sizes(&a), rho_b, powers.output)?;
        let right = power(&a, &sizes(&b), rho_a, powers.input)?;
        let core = Matrix::from_fn(samples, samples, |i, j| left[(i, j)] * residual[j] / n);
        let coefficients = linalg::product(&core, &right.transpose());
        Ok(LayerStep::Samples(linalg::product(at.deltas(layer), &coefficients)))
    };
    (1..=at.depth()).map(step).collect()
}

/// $X$ ($N\times N$) with $(\frac1NFW^2F^\top+\rho)^{-p}F=FX$ for $F^\top F=$ `kernel` and $W=\mathrm{diag}$ `sizes`.
fn power(kernel: &Matrix, sizes: &[f64], rho: f64, power: f64) -> Result<Matrix, SimulationError> {
    let n = kernel.nrows();
    if power == 0.0 {
        return Ok(Matrix::identity(n, n));
    }
    let weighted = Matrix::from_fn(n, n, |i, j| sizes[i] * kernel[(i, j)] * sizes[j] / n as f64);
    let (values, vectors) = linalg::symmetric_eigen(&weighted)?;
    let largest = values.last().copied().unwrap_or(0.0);
    let factor = |value: f64| {
        let kept = rho > 0.0 || value > CUT * largest;
        if kept { (value.max(0.0) + rho).powf(-power) } else { 0.0 }
    };
    let scaled = Matrix::from_fn(n, n, |i, k| vectors[(i, k)] * factor(values[k]));
    let turned = linalg::product(&scaled, &vectors.transpose());
    // F = (F W) W⁻¹.
    Ok(Matrix::from_fn(n, n, |i, j| if sizes[j] > 0.0 { sizes[i] * turned[(i, j)] / sizes[j] } else { 0.0 }))
}

/// What one batch gradient $G=\frac1N\sum_ng_n\delta_n\varphi_n^\top$ alone is preconditioned with: $(GG^\top)^{-e}G(G^\top G)^{-e}$.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchPolar {
    /// $e=\frac14$: $UV^\top$, as Shampoo of one gradient and Muon have it.
    Orthogonal,
    /// $e=\frac12$: $(G^+)^\top$.
    Inverse,
}

/// The steps of every layer by the singular vectors of its gradient, entry by entry.
///
/// Cost: a thin QR of both sides and the singular values of the core, of the size of the samples times outputs.
///
/// # Errors
/// A residual of another shape; singular values that cannot be found.
pub fn polar_steps(
    at: &Tangents,
    residual: &Matrix,
    kind: BatchPolar,
) -> Result<Vec<LayerStep>, SimulationError> {
    let samples = at.samples();
    if residual.shape() != (at.classes(), samples) {
        return Err(SimulationError::Shape {
            what: "residual of a step",
            expected: format!("{} x {samples}", at.classes()),
            found: format!("{} x {}", residual.nrows(), residual.ncols()),
        });
    }
    let weights = stacked(residual) / samples as f64;
    let step = |layer: usize| -> Result<LayerStep, SimulationError> {
        let features = at.all_features(layer);
        let LayerStep::Samples(pulled) = weighted(at, layer, weights.as_slice()) else {
            return Err(SimulationError::NotFinite { what: "a gradient" });
        };
        let (left, right) = (pulled.qr(), features.qr());
        let core = left.r() * right.r().transpose();
        let svd = core
            .try_svd(true, true, f64::EPSILON, 0)
            .ok_or(SimulationError::NotConverged { what: "the singular values of a gradient" })?;
        let (Some(u), Some(vt)) = (svd.u, svd.v_t) else {
            return Err(SimulationError::NotConverged { what: "the singular values of a gradient" });
        };
        let largest = svd.singular_values.max();
        let scale = |s: f64| match kind {
            _ if s <= CUT.sqrt() * largest => 0.0,
            BatchPolar::Orthogonal => 1.0,
            BatchPolar::Inverse => 1.0 / s,
        };
        let middle =
            Matrix::from_fn(u.nrows(), u.ncols(), |i, k| u[(i, k)] * scale(svd.singular_values[k])) * vt;
        let moved = linalg::product(&linalg::product(&left.q(), &middle), &right.q().transpose());
        let fan_in = at.features(layer).0.nrows();
        Ok(LayerStep::Entries {
            weights: moved.columns(0, fan_in).into_owned(),
            biases: moved.columns(fan_in, moved.ncols() - fan_in).iter().copied().collect(),
        })
    };
    (1..=at.depth()).map(step).collect()
}
