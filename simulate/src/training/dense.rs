use super::{Parametrization, Tangents};
use crate::SimulationError;
use crate::finite_network::FiniteNetwork;
use crate::gram;
use crate::linalg::{self, Matrix};
use crate::network::{Network, Signals};

/// A displacement of the weights and biases of a [`Network`].
#[derive(Debug, Clone)]
pub struct Motion {
    weights: Vec<Matrix>,
    biases: Vec<Vec<f64>>,
}

impl FiniteNetwork for Network {
    type Signals = Signals;
    type Motion = Motion;

    fn forward(&self, inputs: &Matrix) -> Result<Signals, SimulationError> {
        self.forward(inputs)
    }

    fn classes(&self) -> usize {
        self.architecture().classes()
    }

    fn output(signals: &Signals) -> &Matrix {
        &signals.output
    }

    fn tangent_kernel(
        &self,
        signals: &Signals,
        parametrization: Parametrization,
    ) -> Result<Matrix, SimulationError> {
        match parametrization {
            Parametrization::Standard => Ok(gram::tangent_kernel(self, signals)),
            Parametrization::Ntk => {
                let tangents = Tangents::new(self, signals.clone(), parametrization)?;
                Ok(tangents.kernel(&tangents))
            }
        }
    }

    fn at_rest(&self) -> Motion {
        let still = |m: &Matrix| Matrix::zeros(m.nrows(), m.ncols());
        let weights = self.weights.iter().map(still).collect();
        Motion { weights, biases: self.biases.iter().map(|b| vec![0.0; b.len()]).collect() }
    }

    fn accelerate(
        &self,
        motion: &mut Motion,
        signals: &Signals,
        cotangent: Matrix,
        (rate, momentum): (f64, f64),
        parametrization: Parametrization,
    ) {
        for (l, delta) in self.backward(signals, cotangent).into_iter().enumerate() {
            let (weight_scale, bias_scale) = self.squared_scales(parametrization, l + 1);
            let weights = &mut motion.weights[l];
            *weights *= momentum;
            linalg::add_product_transpose(weights, -rate * weight_scale, &delta, &signals.hidden[l]);
            if bias_scale > 0.0 {
                let rows = delta.row_iter().zip(&mut motion.biases[l]);
                rows.for_each(|(row, v)| *v = momentum * *v - rate * bias_scale * row.sum());
            }
        }
    }

    fn advance(&mut self, motion: &Motion) {
        self.weights.iter_mut().zip(&motion.weights).for_each(|(w, v)| *w += v);
        for (biases, moved) in self.biases.iter_mut().zip(&motion.biases) {
            biases.iter_mut().zip(moved).for_each(|(b, v)| *b += v);
        }
    }

    /// In place, without a displacement of its own.
    fn descend(&mut self, signals: &Signals, cotangent: Matrix, rate: f64, parametrization: Parametrization) {
        for (l, delta) in self.backward(signals, cotangent).into_iter().enumerate() {
            let (weight_scale, bias_scale) = self.squared_scales(parametrization, l + 1);
            let weights = &mut self.weights[l];
            linalg::add_product_transpose(weights, -rate * weight_scale, &delta, &signals.hidden[l]);
            if bias_scale > 0.0 {
                let rows = delta.row_iter().zip(&mut self.biases[l]);
                rows.for_each(|(row, bias)| *bias -= rate * bias_scale * row.sum());
            }
        }
    }
}
