use std::sync::Arc;

use nalgebra::{Cholesky, DMatrix, Dyn};
use rayon::prelude::*;

use super::tangents::Tangents;
use crate::SimulationError;
use crate::linalg::{self, Matrix};

/// The blocks of the fan-in parameters of each unit of one layer, factorized.
///
/// With $\delta_n\in\mathbb R^C$ the derivatives of the outputs for sample $n$ with respect to a unit, $s_n=\|\delta_n\|^2$ and
/// $e_n=\delta_n\cdot g_n$, the unit moves along $z^\top\Phi$ with $z=A^{-1}(e/s)$ over the samples at which it is active, and
/// with damping $z=\sqrt s\,(\sqrt sA\sqrt s+N\rho)^{-1}(e/\sqrt s)$.
pub(super) struct UnitWise {
    layer: usize,
    damped: bool,
    units: Vec<Unit>,
}

struct Unit {
    active: Vec<usize>,
    /// $\sqrt s$ of the active samples.
    size: Vec<f64>,
    /// Shared by all units of the layer where every sample is active and nothing is added.
    factor: Arc<Cholesky<f64, Dyn>>,
}

impl UnitWise {
    /// `shift` $=N\rho$.
    pub fn new(at: &Tangents, layer: usize, shift: f64) -> Result<Self, SimulationError> {
        let (classes, samples) = (at.classes(), at.samples());
        let kernel = at.forward_kernel(at, layer);
        let what = format!("the forward kernel A of layer {layer}");
        // One factor serves every unit that all samples activate.
        let shared =
            if shift == 0.0 { Some(Arc::new(linalg::cholesky(kernel.clone(), &what)?)) } else { None };
        let deltas = at.deltas(layer);
        let units = (0..deltas.nrows())
            .into_par_iter()
            .map(|i| {
                let energy =
                    |n: usize| (0..classes).map(|k| deltas[(i, k * samples + n)].powi(2)).sum::<f64>();
                let (active, size): (Vec<usize>, Vec<f64>) =
                    (0..samples).map(|n| (n, energy(n).sqrt())).filter(|(_, s)| *s > 0.0).unzip();
                if let Some(factor) = shared.as_ref().filter(|_| active.len() == samples) {
                    return Ok(Unit { active, size, factor: Arc::clone(factor) });
                }
                let block = DMatrix::from_fn(active.len(), active.len(), |p, q| {
                    let entry = kernel[(active[p], active[q])];
                    if shift == 0.0 {
                        entry
                    } else {
                        entry * size[p] * size[q] + if p == q { shift } else { 0.0 }
                    }
                });
                Ok(Unit { active, size, factor: Arc::new(linalg::cholesky(block, &what)?) })
            })
            .collect::<Result<_, SimulationError>>()?;
        Ok(Self { layer, damped: shift > 0.0, units })
    }

    /// $Z_l$ for the residual `stacked` ($CN$, class by class).
    pub fn solve(&self, at: &Tangents, stacked: &Matrix) -> Matrix {
        let (classes, samples) = (at.classes(), at.samples());
        let deltas = at.deltas(self.layer);
        let rows: Vec<Vec<f64>> = self
            .units
            .par_iter()
            .enumerate()
            .map(|(i, unit)| {
                let pull = |n: usize| -> f64 {
                    (0..classes).map(|k| deltas[(i, k * samples + n)] * stacked[k * samples + n]).sum()
                };
                let power = if self.damped { 1 } else { 2 };
                let pairs = unit.active.iter().zip(&unit.size);
                let mut z: Vec<f64> = pairs.map(|(&n, s)| pull(n) / s.powi(power)).collect();
                unit.factor.solve_mut(&mut nalgebra::DVectorViewMut::from_slice(&mut z, unit.active.len()));
                let mut row = vec![0.0; samples];
                for ((&n, s), z) in unit.active.iter().zip(&unit.size).zip(&z) {
                    row[n] = if self.damped { s * z } else { *z };
                }
                row
            })
            .collect();
        Matrix::from_fn(self.units.len(), samples, |i, n| rows[i][n])
    }
}
