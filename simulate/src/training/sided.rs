//! Rules that invert one Kronecker factor of a layer, in all layers or in some.

use solvable_theory::TheoryError;

use super::tangents::{LayerStep, Tangents, weighted};
use crate::SimulationError;
use crate::linalg::{self, Matrix, Solver};

/// The inverted factor of a layer.
enum Factor {
    /// $A_l+N\rho$ ($N\times N$).
    Dual(Solver),
    /// $\Phi_l^\top\Phi_l+N\rho$, of the fan-in parameters of a unit.
    Primal(Solver),
}

/// The input factor in the layers that are preconditioned, plain gradients in the others.
pub(super) struct InputSided {
    /// One for each layer; none where gradients are plain.
    factors: Vec<Option<Factor>>,
    /// $\Delta_n$ of every sample, by which residuals are divided.
    rates: Option<Vec<Solver>>,
    /// $\kappa$, the rate of the plain gradients.
    share: f64,
}

impl InputSided {
    /// `layers` count from 1; `scaled` divides every residual by its rate.
    pub fn new(
        at: &Tangents,
        layers: &[usize],
        rho: f64,
        scaled: bool,
        share: f64,
    ) -> Result<Self, SimulationError> {
        let samples = at.samples();
        let factor = |layer: usize| -> Result<Option<Factor>, SimulationError> {
            if !layers.contains(&layer) {
                return Ok(None);
            }
            let what = format!("the forward kernel A of layer {layer}");
            let shift = samples as f64 * rho;
            let fan_in = at.fan_in(layer);
            // The smaller of the two systems; undamped, only the samples' one is regular.
            if rho > 0.0 && fan_in < samples {
                let features = at.all_features(layer);
                let square = linalg::product(&features, &features.transpose());
                return Ok(Some(Factor::Primal(Solver::spd(&square, shift, &what)?)));
            }
            Ok(Some(Factor::Dual(Solver::spd(&at.forward_kernel(at, layer), shift, &what)?)))
        };
        let factors = (1..=at.depth()).map(factor).collect::<Result<Vec<_>, _>>()?;
        let rates = if scaled {
            let rates = (0..samples).map(|n| Solver::spd(&rate(at, layers, n), 0.0, "the rate of a sample"));
            Some(rates.collect::<Result<Vec<_>, _>>()?)
        } else {
            None
        };
        Ok(Self { factors, rates, share })
    }

    pub fn steps(&self, at: &Tangents, residual: &Matrix) -> Vec<LayerStep> {
        let samples = at.samples();
        let scaled = self.rates.as_ref().map(|rates| {
            let columns: Vec<Matrix> = rates
                .iter()
                .enumerate()
                .map(|(n, rate)| rate.solve(&residual.columns(n, 1).into_owned()))
                .collect();
            Matrix::from_fn(residual.nrows(), samples, |k, n| columns[n][k])
        });
        let fed = stacked(scaled.as_ref().unwrap_or(residual));
        let plain = stacked(residual) * (self.share / samples as f64);
        let step = |(l, factor): (usize, &Option<Factor>)| match factor {
            None if self.share == 0.0 => LayerStep::Samples(Matrix::zeros(at.deltas(l + 1).nrows(), samples)),
            None => weighted(at, l + 1, plain.as_slice()),
            // A system of N columns and a product, in place of one of as many columns as units.
            Some(Factor::Dual(solver)) if at.classes() == 1 && at.deltas(l + 1).nrows() > samples => {
                let core = solver.solve(&Matrix::from_diagonal(&fed.column(0).into_owned()));
                LayerStep::Samples(linalg::product(at.deltas(l + 1), &core.transpose()))
            }
            Some(factor) => {
                let LayerStep::Samples(pulled) = weighted(at, l + 1, fed.as_slice()) else {
                    return LayerStep::Samples(Matrix::zeros(at.deltas(l + 1).nrows(), samples));
                };
                match factor {
                    Factor::Dual(solver) if pulled.nrows() > samples => {
                        let inverse = solver.solve(&Matrix::identity(samples, samples));
                        LayerStep::Samples(linalg::product(&pulled, &inverse))
                    }
                    Factor::Dual(solver) => LayerStep::Samples(solver.solve(&pulled.transpose()).transpose()),
                    Factor::Primal(solver) => {
                        let gradient = linalg::product(&at.all_features(l + 1), &pulled.transpose());
                        let moved = solver.solve(&gradient).transpose();
                        let weights = at.features(l + 1).0.nrows();
                        LayerStep::Entries {
                            weights: moved.columns(0, weights).into_owned(),
                            biases: moved.columns(weights, moved.ncols() - weights).iter().copied().collect(),
                        }
                    }
                }
            }
        };
        self.factors.iter().enumerate().map(step).collect()
    }
}

/// $\Delta_n=\sum_lD_{l,n}D_{l,n}^\top$ ($C\times C$) over `layers`: the rate of a sample.
fn rate(at: &Tangents, layers: &[usize], n: usize) -> Matrix {
    let (classes, samples) = (at.classes(), at.samples());
    Matrix::from_fn(classes, classes, |j, k| {
        let own = |l: &usize| {
            let deltas = at.deltas(*l);
            deltas.column(j * samples + n).dot(&deltas.column(k * samples + n))
        };
        layers.iter().map(own).sum()
    })
}

/// $\alpha_n=\sum_l\|\delta^l(n)\|^2$ over `layers` (from 1) for networks of one output: what the one-sided rule makes of every residual.
pub fn sample_rates(at: &Tangents, layers: &[usize]) -> Vec<f64> {
    (0..at.samples()).map(|n| rate(at, layers, n)[(0, 0)]).collect()
}

/// The factor of the backward signals in the layers that are preconditioned.
pub(super) struct OutputSided {
    /// $D_l^\top(B_l+N\rho)^{-1}$ ($M_l\times CN$) of each layer; none where gradients are plain.
    turned: Vec<Option<Matrix>>,
    share: f64,
}

impl OutputSided {
    /// `layers` count from 1 and leave out the last one.
    pub fn new(at: &Tangents, layers: &[usize], rho: f64, share: f64) -> Result<Self, SimulationError> {
        let shift = at.samples() as f64 * rho;
        let turned = (1..=at.depth())
            .map(|layer| {
                if !layers.contains(&layer) {
                    return Ok(None);
                }
                let what = format!("the backward kernel B of layer {layer}");
                let solver = Solver::spd(&at.backward_kernel(at, layer), shift, &what)?;
                let outputs = at.classes() * at.samples();
                let inverse = solver.solve(&Matrix::identity(outputs, outputs));
                Ok(Some(linalg::product(at.deltas(layer), &inverse)))
            })
            .collect::<Result<_, SimulationError>>()?;
        Ok(Self { turned, share })
    }

    pub fn steps(&self, at: &Tangents, residual: &Matrix) -> Vec<LayerStep> {
        let (classes, samples) = (at.classes(), at.samples());
        let plain = stacked(residual) * (self.share / samples as f64);
        let step = |(l, turned): (usize, &Option<Matrix>)| match turned {
            None if self.share == 0.0 => LayerStep::Samples(Matrix::zeros(at.deltas(l + 1).nrows(), samples)),
            None => weighted(at, l + 1, plain.as_slice()),
            Some(turned) => {
                let mut coefficients = Matrix::zeros(turned.nrows(), samples);
                for n in 0..samples {
                    for k in 0..classes {
                        let column = turned.column(k * samples + n);
                        coefficients.column_mut(n).axpy(residual[(k, n)], &column, 1.0);
                    }
                }
                LayerStep::Samples(coefficients)
            }
        };
        self.turned.iter().enumerate().map(step).collect()
    }
}

/// Class by class.
pub(super) fn stacked(residual: &Matrix) -> Matrix {
    Matrix::from_column_slice(residual.len(), 1, residual.transpose().as_slice())
}

/// Layers of a rule, as a set that is copied like a number: a list of layers from 1 in settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Vec<usize>", into = "Vec<usize>")]
pub struct LayerSet(u64);

/// Layers beyond this one have no place in a set.
const MOST_LAYERS: usize = 64;

impl LayerSet {
    /// The layers as a list, ascending.
    pub fn list(self) -> Vec<usize> {
        (1..=MOST_LAYERS).filter(|layer| self.0 >> (layer - 1) & 1 == 1).collect()
    }
}

impl From<LayerSet> for Vec<usize> {
    fn from(set: LayerSet) -> Self {
        set.list()
    }
}

impl TryFrom<Vec<usize>> for LayerSet {
    type Error = TheoryError;

    fn try_from(layers: Vec<usize>) -> Result<Self, TheoryError> {
        let mut set = 0u64;
        for &layer in &layers {
            let valid = "different layers from 1 on, at least one";
            if !(1..=MOST_LAYERS).contains(&layer) || set >> (layer - 1) & 1 == 1 {
                return Err(TheoryError::invalid("layers", format!("{layers:?}"), valid));
            }
            set |= 1 << (layer - 1);
        }
        if set == 0 {
            return Err(TheoryError::invalid("layers", "[]", "at least one layer"));
        }
        Ok(Self(set))
    }
}
