//! Diagonal linear networks, trained in their weights: gradient flow and gradient descent with a penalty on the gradient.
//!
//! $\beta=w_+\circ w_+-w_-\circ w_-$, $L=\frac1{4N}\|X\beta-y\|^2$; weights are one list, $w_+$ then $w_-$. What the theory concludes in other variables is not
//! used here: penalties come from gradients and Hessian-vector products of the weights alone.

use std::ops::ControlFlow;

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use solvable_theory::gradient_regularization::RegressionData;
use solvable_theory::ode::{Accuracy, integrate};

use super::SimulationError;
use super::checks::count;
use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{require, within};

/// Numbers above this leave only rounding of the others.
const LARGEST: f64 = 1e3;

/// Sparse regression: inputs of mean $\mu$, targets $y=X\beta^*$.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct PlantedSetting {
    /// $N$.
    pub samples: usize,
    /// $d$.
    pub dimension: usize,
    /// $\mu$.
    pub mean: f64,
    /// Standard deviation of the inputs; 0 makes all of them $\mu$.
    pub deviation: f64,
    /// The first entries of $\beta^*$; the rest are zero.
    pub planted: Vec<f64>,
}

impl PlantedSetting {
    /// Whether data can be drawn, with targets that are not all zero.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        count("samples", self.samples)?;
        count("dimension", self.dimension)?;
        within("mean", self.mean, -LARGEST..=LARGEST)?;
        within("deviation", self.deviation, 0.0..=LARGEST)?;
        let moves = self.mean != 0.0 || self.deviation > 0.0;
        require(moves, "deviation", self.deviation, "a number > 0 where the mean is 0")?;
        self.planted.iter().try_for_each(|b| within("planted", *b, -LARGEST..=LARGEST))?;
        let fits = self.planted.len() <= self.dimension && self.planted.iter().any(|b| *b != 0.0);
        let valid = format!("at most {}, the dimension, and not all of them 0", self.dimension);
        require(fits, "planted", format!("{:?}", self.planted), valid)
    }

    /// $\beta^*$.
    pub fn coefficients(&self) -> DVector<f64> {
        DVector::from_fn(self.dimension, |i, _| self.planted.get(i).copied().unwrap_or(0.0))
    }

    /// Draws $X$, and $y$ without noise.
    pub fn draw(&self, streams: &Streams) -> Result<RegressionData, SimulationError> {
        let normals = streams.child("inputs").normals(self.samples * self.dimension, self.deviation);
        let x = DMatrix::from_vec(self.samples, self.dimension, normals).add_scalar(self.mean);
        let y = &x * self.coefficients();
        Ok(RegressionData::new(x, y)?)
    }
}

/// A penalty $\frac\gamma2\|\nabla L\|^2$ and how its gradient is computed: $\epsilon=0$ by double backpropagation, otherwise by a finite difference along the
/// gradient, forward for $\epsilon>0$.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
pub struct Penalty {
    /// $\gamma$.
    pub gamma: f64,
    /// $\epsilon$.
    pub epsilon: f64,
}

impl Penalty {
    /// Whether the gradient of the penalty can be computed.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn check(&self) -> Result<(), SettingError> {
        within("gamma", self.gamma, 0.0..=LARGEST)?;
        let seen = self.epsilon == 0.0 || (1e-12..=LARGEST).contains(&self.epsilon.abs());
        require(seen, "epsilon", self.epsilon, "0, or a number of size 1e-12 to 1000")
    }
}

/// A diagonal linear network on its data, with the room that a gradient needs.
#[derive(Debug)]
pub struct DiagonalNetwork<'a> {
    data: &'a RegressionData,
    beta: DVector<f64>,
    residual: DVector<f64>,
    slope: DVector<f64>,
    moved_slope: DVector<f64>,
    gradient: Vec<f64>,
    moved: Vec<f64>,
    moved_gradient: Vec<f64>,
}

/// Where a flow is.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowState {
    /// $t$.
    pub time: f64,
    /// $w_+$, $w_-$.
    pub weights: Vec<f64>,
    /// $\int_0^ts_is_i'\,d\tau$.
    pub drive: Vec<f64>,
    /// $\int_0^tL\,d\tau$.
    pub loss_integral: f64,
    /// $L$.
    pub loss: f64,
    /// The integral over time of the integrand that the flow was given.
    pub integral: f64,
}

/// What a flow may integrate along its way: a function of the weights, of $g+\gamma R_\epsilon$, of $ss'$ and of $s$.
pub type Integrand<'a> = &'a dyn Fn(&[f64], &[f64], &[f64], &DVector<f64>) -> f64;

impl FlowState {
    /// $\log w_+w_-$.
    pub fn log_products(&self) -> Vec<f64> {
        let (plus, minus) = self.weights.split_at(self.drive.len());
        plus.iter().zip(minus).map(|(p, m)| p.ln() + m.ln()).collect()
    }

    /// $\beta$.
    pub fn beta(&self) -> Vec<f64> {
        let (plus, minus) = self.weights.split_at(self.drive.len());
        plus.iter().zip(minus).map(|(p, m)| p * p - m * m).collect()
    }
}

/// How a flow is integrated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowRule {
    /// The flow ends where the loss falls below this.
    pub stop: f64,
    /// Local error that is always allowed; for very small initial weights it must be far below them.
    pub absolute: f64,
}

impl<'a> DiagonalNetwork<'a> {
    /// Relative local error of flows.
    const RELATIVE: f64 = 1e-9;
    /// Most steps of a flow between two of its times.
    const STEPS: usize = 5_000_000;

    /// A network for `data`.
    pub fn new(data: &'a RegressionData) -> Self {
        let (n, d) = data.x().shape();
        Self {
            data,
            beta: DVector::zeros(d),
            residual: DVector::zeros(n),
            slope: DVector::zeros(d),
            moved_slope: DVector::zeros(d),
            gradient: vec![0.0; 2 * d],
            moved: vec![0.0; 2 * d],
            moved_gradient: vec![0.0; 2 * d],
        }
    }

    /// $\nabla L$ and $\nabla_\beta L$ for weights `w`, with fresh noise on the targets if there is `noise`; the loss is returned.
    fn differentiate(
        &mut self,
        w: &[f64],
        noise: Option<&[f64]>,
        gradient: &mut [f64],
        slope: &mut DVector<f64>,
    ) -> f64 {
        let (x, y) = (self.data.x(), self.data.y());
        let (n, d) = x.shape();
        let (plus, minus) = w.split_at(d);
        for i in 0..d {
            self.beta[i] = plus[i] * plus[i] - minus[i] * minus[i];
        }
        self.residual.copy_from(y);
        if let Some(noise) = noise {
            self.residual.iter_mut().zip(noise).for_each(|(y, e)| *y += e);
        }
        self.residual.gemv(1.0, x, &self.beta, -1.0);
        slope.gemv_tr(1.0 / (2.0 * n as f64), x, &self.residual, 0.0);
        for i in 0..d {
            gradient[i] = 2.0 * plus[i] * slope[i];
            gradient[d + i] = -2.0 * minus[i] * slope[i];
        }
        self.residual.norm_squared() / (4.0 * n as f64)
    }

    /// $\nabla L$.
    pub fn gradient(&mut self, w: &[f64], gradient: &mut [f64]) -> f64 {
        let mut slope = std::mem::replace(&mut self.slope, DVector::zeros(0));
        let loss = self.differentiate(w, None, gradient, &mut slope);
        self.slope = slope;
        loss
    }

    /// The loss of the weights.
    pub fn loss(&mut self, w: &[f64]) -> f64 {
        let mut gradient = std::mem::take(&mut self.gradient);
        let loss = self.gradient(w, &mut gradient);
        self.gradient = gradient;
        loss
    }

    /// $g+\gamma R_\epsilon$ at `w`, with noise on the targets if there is any; `products` becomes $ss'$, the product of the slopes at `w` and at the ascent
    /// point. The loss is returned.
    pub fn penalised(
        &mut self,
        w: &[f64],
        penalty: Penalty,
        noise: Option<&[f64]>,
        out: &mut [f64],
        products: &mut [f64],
    ) -> f64 {
        let empty = || DVector::zeros(0);
        let mut slope = std::mem::replace(&mut self.slope, empty());
        let loss = self.differentiate(w, noise, out, &mut slope);
        let Penalty { gamma, epsilon } = penalty;
        for (product, s) in products.iter_mut().zip(slope.iter()) {
            *product = s * s;
        }
        if gamma != 0.0 && epsilon == 0.0 {
            self.add_hessian_product(w, &slope, gamma, out);
        } else if gamma != 0.0 {
            let mut moved = std::mem::take(&mut self.moved);
            let mut gradient = std::mem::take(&mut self.moved_gradient);
            let mut moved_slope = std::mem::replace(&mut self.moved_slope, empty());
            for ((m, w), g) in moved.iter_mut().zip(w).zip(out.iter()) {
                *m = w + epsilon * g;
            }
            self.differentiate(&moved, noise, &mut gradient, &mut moved_slope);
            for (o, g) in out.iter_mut().zip(&gradient) {
                *o += gamma * ((g - *o) / epsilon);
            }
            for ((product, s), t) in products.iter_mut().zip(slope.iter()).zip(moved_slope.iter()) {
                *product = s * t;
            }
            (self.moved, self.moved_gradient, self.moved_slope) = (moved, gradient, moved_slope);
        }
        self.slope = slope;
        loss
    }

    /// Adds $\gamma Hg$ to `out`, which holds $g$.
    fn add_hessian_product(&mut self, w: &[f64], slope: &DVector<f64>, gamma: f64, out: &mut [f64]) {
        let x = self.data.x();
        let (n, d) = x.shape();
        // The change of β along g, of the slope, and of the gradient.
        for i in 0..d {
            self.beta[i] = 2.0 * (w[i] * out[i] - w[d + i] * out[d + i]);
        }
        self.residual.gemv(1.0, x, &self.beta, 0.0);
        self.beta.gemv_tr(1.0 / (2.0 * n as f64), x, &self.residual, 0.0);
        for i in 0..d {
            let (plus, minus) = (out[i], out[d + i]);
            out[i] += gamma * 2.0 * (plus * slope[i] + w[i] * self.beta[i]);
            out[d + i] -= gamma * 2.0 * (minus * slope[i] + w[d + i] * self.beta[i]);
        }
    }

    /// The flow $\dot w=-(g+\gamma R_\epsilon)$ from `start`: its states at `times` (ascending). Where the loss has fallen below the rule's stop, all later
    /// states are the one at the stop.
    pub fn flow(
        &mut self,
        start: &[f64],
        penalty: Penalty,
        times: &[f64],
        rule: FlowRule,
    ) -> Result<Vec<FlowState>, SimulationError> {
        self.flow_with(start, penalty, times, rule, &|_, _, _, _| 0.0)
    }

    /// The same with the integral of `integrand` carried along.
    pub fn flow_with(
        &mut self,
        start: &[f64],
        penalty: Penalty,
        times: &[f64],
        rule: FlowRule,
        integrand: Integrand<'_>,
    ) -> Result<Vec<FlowState>, SimulationError> {
        let d = self.data.dimension();
        let mut state = start.to_vec();
        state.resize(3 * d + 2, 0.0);
        let accuracy = Accuracy { relative: Self::RELATIVE, absolute: rule.absolute, steps: Self::STEPS };
        let (mut now, mut stopped) = (0.0, self.loss(start) < rule.stop);
        let mut states = Vec::with_capacity(times.len());
        for &time in times {
            if !stopped && time > now {
                // The loss of the last evaluation of an accepted step is the one at its end.
                let loss = std::cell::Cell::new(f64::INFINITY);
                let rate = |_: f64, x: &[f64], out: &mut [f64]| {
                    let (weights, rest) = out.split_at_mut(2 * d);
                    let value = self.penalised(&x[..2 * d], penalty, None, weights, &mut rest[..d]);
                    rest[d] = value;
                    rest[d + 1] = integrand(&x[..2 * d], weights, &rest[..d], &self.slope);
                    weights.iter_mut().for_each(|v| *v = -*v);
                    loss.set(value);
                };
                now = integrate(rate, &mut state, now, time, accuracy, |_, _| {
                    stopped = loss.get() < rule.stop;
                    if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })?;
            }
            states.push(FlowState {
                time: now,
                weights: state[..2 * d].to_vec(),
                drive: state[2 * d..3 * d].to_vec(),
                loss_integral: state[3 * d],
                loss: self.loss(&state[..2 * d]),
                integral: state[3 * d + 1],
            });
        }
        Ok(states)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solvable_theory::gradient_regularization::{DiagonalWeights, regulariser_gradient};

    fn planted() -> RegressionData {
        let setting =
            PlantedSetting { samples: 6, dimension: 12, mean: 0.5, deviation: 1.0, planted: vec![1.0, -0.5] };
        setting.draw(&Streams::for_trial("diagonal", "", 0, 0)).unwrap()
    }

    #[test]
    fn penalties_are_those_of_the_theory() {
        let data = planted();
        let w = Streams::for_trial("diagonal", "w", 0, 0).normals(24, 0.5);
        let mut network = DiagonalNetwork::new(&data);
        let (mut g, mut out, mut products) = (vec![0.0; 24], vec![0.0; 24], vec![0.0; 12]);
        network.gradient(&w, &mut g);
        for epsilon in [0.0, 0.1, -0.05] {
            network.penalised(&w, Penalty { gamma: 0.7, epsilon }, None, &mut out, &mut products);
            let weights = DiagonalWeights::new(&data, &w).unwrap();
            let exact = regulariser_gradient(&data, &weights, epsilon).unwrap();
            for ((out, g), exact) in out.iter().zip(&g).zip(exact) {
                assert!((out - g - 0.7 * exact).abs() < 1e-10, "{out} {g} {exact}");
            }
        }
    }

    #[test]
    fn flows_stop_at_their_loss_and_at_their_times() {
        let data = planted();
        let mut network = DiagonalNetwork::new(&data);
        let start = vec![0.2; 24];
        let rule = FlowRule { stop: 1e-10, absolute: 1e-12 };
        let penalty = Penalty { gamma: 0.1, epsilon: 0.0 };
        let states = network.flow(&start, penalty, &[0.5, 2.0, 1e4, 2e4], rule).unwrap();
        assert_eq!((states[0].time, states[1].time), (0.5, 2.0));
        assert!(states[2].time < 1e4 && states[2].loss < 1e-10 && states[3] == states[2]);
        for state in &states {
            for (log, drive) in state.log_products().iter().zip(&state.drive) {
                assert!((log - (2.0 * 0.2f64.ln() - 0.8 * drive)).abs() < 1e-7);
            }
        }
    }
}
